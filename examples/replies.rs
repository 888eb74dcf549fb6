//! Invitations as files, an answer that comes by mail, and what is due after it.
//!
//! `cargo run --example replies --features replies` writes into `target/replies`.
#![allow(clippy::print_stdout, reason = "the terminal is this program's way out")]

use std::error::Error;
use std::fs;
use std::path::Path;

use gather::calendar::{Invitations, Mailbox, Reply};
use gather::{Answered, Desk, Gathering, GatheringId, OutboxMark, PersonDetails, Venue};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("target/replies");
    fs::create_dir_all(folder)?;
    let desk = Desk::in_memory();
    let workshop = Gathering::workshop("Bookbinding", Venue::new("Central Library"))
        .at("2099-03-20 14:00 to 15:30 Europe/London".parse()?)
        .places(2);
    let workshop = desk.announce(workshop)?.outcome;
    for name in ["Ann", "Bob", "Cleo"] {
        println!("{name} {}", book(&desk, workshop, name)?);
    }

    let mut host = Host {
        invitations: Invitations::from(Mailbox::new("Library network", "events@library.example")?),
        mark: OutboxMark::default(),
        sent: 0,
    };
    println!("\nAfter booking:");
    host.sends(&desk, folder)?;
    println!("\nAfter it was moved:");
    drop(desk.reschedule(workshop, "2099-03-21 14:00 to 15:30 Europe/London".parse()?)?);
    let last = host.sends(&desk, folder)?;

    // Bob's calendar sends this back when he clicks on "no".
    let mail = last
        .replace("\r\n ", "")
        .replace("METHOD:REQUEST", "METHOD:REPLY")
        .replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=DECLINED");
    fs::write(folder.join("reply.ics"), folded(&mail))?;
    let reply = Reply::read(mail.as_bytes())?;
    let receipt = desk.take_reply(&reply, "bob@example.org")?;
    let Answered::GivenUp(effects) = receipt.outcome else { return Err("the place was not given up".into()) };
    println!("\nBob does not come; served from the line: {}", effects.promoted.len());
    host.sends(&desk, folder)?;

    println!("\nAfter it was called off:");
    drop(desk.cancel_gathering(workshop)?);
    host.sends(&desk, folder)?;
    println!("\nThe mark to keep: {}", host.mark);
    Ok(())
}

fn book(desk: &Desk, on: GatheringId, name: &str) -> Result<&'static str, Box<dyn Error>> {
    let details = PersonDetails::new(name).email(format!("{}@example.org", name.to_lowercase()));
    let person = desk.record_person(details)?.outcome;
    Ok(if desk.register(on, person)?.outcome.is_confirmed() { "has a place" } else { "waits" })
}

/// Whoever sends mail: here, into files.
struct Host {
    invitations: Invitations,
    mark: OutboxMark,
    sent: usize,
}

impl Host {
    /// Writes what is due, and gives the text of the last message.
    fn sends(&mut self, desk: &Desk, folder: &Path) -> Result<String, Box<dyn Error>> {
        let mut last = String::new();
        let outbox = desk.outbox(&self.invitations, self.mark, 100);
        for due in &outbox.due {
            let message = match &due.mail {
                Ok(message) => message,
                Err(why) => {
                    println!("nothing to {}: {why}", due.person);
                    continue;
                }
            };
            self.sent += 1;
            let file = format!("{:02}-{}", self.sent, message.file_name());
            last.clone_from(message.text().expose());
            fs::write(folder.join(&file), &last)?;
            let to = message.recipient().expose().address();
            println!("{file}: {} to {to}, SEQUENCE {}", message.method(), message.sequence());
        }
        self.mark = outbox.mark;
        Ok(last)
    }
}

/// As mail programs send it: no line of more than 75 octets (RFC 5545, section 3.1), no character taken apart.
fn folded(text: &str) -> String {
    let (mut folded, mut octets) = (String::new(), 0);
    for letter in text.chars() {
        if letter != '\r' && letter != '\n' && octets + letter.len_utf8() > 75 {
            folded.push_str("\r\n ");
            octets = 1;
        }
        folded.push(letter);
        octets = if letter == '\n' { 0 } else { octets + letter.len_utf8() };
    }
    folded
}
