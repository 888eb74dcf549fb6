//! Reads mutations of answers and calendars, as many as are asked for: whatever comes by mail, nothing panics or hangs, and a
//! megabyte of what makes readers slow is refused as an answer within 20 ms.
//!
//! `cargo run --release --example read_anything --features replies -- 10000000`
#![allow(clippy::print_stdout, reason = "the terminal is this program's way out")]
#![allow(clippy::disallowed_methods, reason = "it tells how long it took")]

mod hostile;
mod mutation;

use std::error::Error;
use std::time::{Duration, Instant};

use gather::calendar::{Import, Reply};

use hostile::hostile;
use mutation::{Dice, mutate};

/// Within which a megabyte is refused as an answer, whatever it is.
const SOON: Duration = Duration::from_millis(20);

const REPLY: &str = "BEGIN:VCALENDAR\r\nPRODID:-//Some//Mailer//EN\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n\
    ATTENDEE;PARTSTAT=DECLINED;CN=\"Ann ^'A^' Example\":MAILTO:Ann@Example.org\r\nCOMMENT;LANGUAGE=en:Sorry\\, not\\nthis time\r\n\
    DTSTAMP:20270104T100000Z\r\nSEQUENCE:1\r\nUID:00000000-0000-8000-8000-000000000007\r\nX-A;B=1,\"2\";C=3:4\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
const CALENDAR: &str = "BEGIN:VCALENDAR\r\nX-WR-TIMEZONE:Europe/Berlin\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/London\r\nBEGIN:STANDARD\r\n\
    DTSTART:19961027T020000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:a@b\r\nSUMMARY:Talk\\, by\r\n  hand\r\n\
    DTSTART;TZID=Europe/London:20270320T140000\r\nDURATION:P1DT2H\r\nLOCATION:https://meet.example/x\r\nBEGIN:VALARM\r\nTRIGGER:-PT5M\r\n\
    END:VALARM\r\nEND:VEVENT\r\nBEGIN:VTODO\r\nUID:c\r\nEND:VTODO\r\nBEGIN:VEVENT\r\nUID:d\r\nSUMMARY:Day\r\nDTSTART;VALUE=DATE:20270402\r\n\
    END:VEVENT\r\nEND:VCALENDAR\r\n";
/// On a busy machine the best says most.
fn best_of_nine(what: impl Fn()) -> Duration {
    let taken = || {
        let begun = Instant::now();
        what();
        begun.elapsed()
    };
    (0..9).map(|_| taken()).min().unwrap_or_default()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut worst = Duration::ZERO;
    for (name, text) in hostile() {
        if Reply::read(text.as_bytes()).is_ok() {
            return Err(format!("{name} is taken for an answer").into());
        }
        let reply = best_of_nine(|| drop(Reply::read(text.as_bytes())));
        let calendar = best_of_nine(|| drop(Import::read(text.as_bytes())));
        println!(
            "a megabyte of {name}: refused as an answer in {reply:?}, read as a calendar in {calendar:?}"
        );
        worst = worst.max(reply);
    }
    println!("the worst was refused in {worst:?}, goal {SOON:?}");
    // Without optimisation it takes many times as long, and says nothing.
    if worst > SOON && !cfg!(debug_assertions) {
        return Err(format!("a megabyte took {worst:?} to refuse").into());
    }
    let times: u64 = std::env::args().nth(1).unwrap_or_else(|| String::from("100000")).parse()?;
    let seed: u64 =
        std::env::args().nth(2).unwrap_or_else(|| String::from("11400714819323198485")).parse()?;
    let (mut dice, begun) = (Dice(seed), Instant::now());
    let (mut replies, mut calendars, mut slowest) = (0_u64, 0_u64, Duration::ZERO);
    for nth in 0..times {
        let is_reply = nth.is_multiple_of(2);
        let mut text = if is_reply { REPLY } else { CALENDAR }.as_bytes().to_vec();
        for _ in 0..=dice.below(5) {
            mutate(&mut text, &mut dice);
        }
        let one = Instant::now();
        // Both read all: what is no answer may be a calendar.
        replies += u64::from(Reply::read(&text).is_ok());
        calendars += u64::from(Import::read(&text).is_ok_and(|import| !import.drafts.is_empty()));
        slowest = slowest.max(one.elapsed());
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{times} texts, each read as an answer and as a calendar, in {seconds:.0} s; the slowest took {slowest:?}"
    );
    println!("{replies} were answers, {calendars} had something to take over; none panicked");
    Ok(())
}
