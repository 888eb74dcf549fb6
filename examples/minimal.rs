//! From an empty folder to an attendee list and calendar files.
#![allow(clippy::print_stdout, reason = "the terminal is this program's way out")]

use std::path::Path;

use gather::{Desk, Gathering, JoinLink, PersonDetails, Registered};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new("target/minimal");
    let desk = Desk::open(folder)?; // the log, the keys and all that was booked before

    let webinar = Gathering::webinar("Community asset transfer, step by step")
        .at("2099-03-05 14:00 to 15:30 Europe/London".parse()?)
        .join_link(JoinLink::new("https://meet.example/asset-transfer"))
        .places(100);
    let webinar = desk.announce(webinar)?.outcome;

    let ann = desk.record_person(PersonDetails::new("Ann Example").email("ann@example.org"))?.outcome;
    match desk.register(webinar, ann)?.outcome {
        Registered::Confirmed { .. } => println!("see you there"),
        Registered::Waiting { ahead, .. } => println!("in line, {ahead} ahead"),
        Registered::Pending { .. } => println!("somebody has to say yes first"),
    }

    println!("{}", desk.attendee_list(webinar)?.expose("door list"));
    std::fs::write(folder.join("programme.ics"), desk.public_feed().to_string())?;
    std::fs::write(folder.join("ann.ics"), desk.calendar(ann).to_string())?;
    Ok(())
}
