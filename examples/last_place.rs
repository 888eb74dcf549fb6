//! Two hundred people press "book" at the same moment; there are fifty places.
#![allow(clippy::print_stdout, reason = "the terminal is this program's way out")]

use std::thread;

use gather::{Desk, Gathering, PersonId, Registered};

const PEOPLE: usize = 200;
const PLACES: u32 = 50;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let desk = Desk::in_memory();
    let webinar = Gathering::webinar("Finding volunteers")
        .at("2099-03-05 14:00 to 15:30 Europe/London".parse()?)
        .places(PLACES);
    let webinar = desk.announce(webinar)?.outcome;

    let answers = thread::scope(|scope| {
        let book = || desk.register(webinar, PersonId::random());
        let bookers: Vec<_> = (0..PEOPLE).map(|_| scope.spawn(book)).collect();
        bookers
            .into_iter()
            .map(|booker| booker.join().map_err(|_panic| "a booker panicked"))
            .collect::<Vec<_>>()
    });

    let (mut confirmed, mut line) = (0, Vec::new());
    for answer in answers {
        match answer??.outcome {
            Registered::Confirmed { .. } => confirmed += 1,
            Registered::Waiting { ahead, .. } => line.push(ahead),
            Registered::Pending { .. } => return Err("nobody has to say yes here".into()),
        }
    }
    line.sort_unstable();

    assert_eq!(confirmed, PLACES, "every place is given out, and none twice");
    assert!(line.iter().copied().eq(0..150), "everybody else has a place in line of their own");
    println!("{confirmed} have a place, {} wait in line, nobody was lost", line.len());
    Ok(())
}
