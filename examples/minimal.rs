//! From an empty folder to an attendee list and a calendar file.
#![allow(clippy::print_stdout, reason = "the terminal is this program's way out")]

use gather::{Desk, Gathering, PersonDetails, Registered};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let desk = Desk::open("target/minimal")?;

    let webinar = Gathering::webinar("Business planning")
        .at("2099-03-05 14:00 to 15:30 Europe/London".parse()?)
        .places(1);
    let webinar = desk.announce(webinar)?.outcome;

    for name in ["Ann Example", "Bob Sample"] {
        let person = desk.record_person(PersonDetails::new(name))?.outcome;
        match desk.register(webinar, person)?.outcome {
            Registered::Confirmed { .. } => println!("{name} has a place"),
            Registered::Waiting { ahead, .. } => println!("{name} waits, with {ahead} ahead"),
        }
    }

    println!("\n{}", desk.attendee_list(webinar)?.expose("name badges"));
    std::fs::write("target/minimal/public.ics", desk.public_feed().to_string())?;
    Ok(())
}
