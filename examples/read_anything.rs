//! Reads mutations of answers and calendars, as many as are asked for: whatever comes by mail, nothing panics or hangs.
//!
//! `cargo run --release --example read_anything --features replies -- 10000000`
#![allow(clippy::print_stdout, reason = "the terminal is this program's way out")]
#![allow(clippy::disallowed_methods, reason = "it tells how long it took")]

use std::error::Error;
use std::time::{Duration, Instant};

use gather::calendar::{Import, Reply};

const REPLY: &str = "BEGIN:VCALENDAR\r\nPRODID:-//Some//Mailer//EN\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n\
    ATTENDEE;PARTSTAT=DECLINED;CN=\"Ann ^'A^' Example\":MAILTO:Ann@Example.org\r\nCOMMENT;LANGUAGE=en:Sorry\\, not\\nthis time\r\n\
    DTSTAMP:20270104T100000Z\r\nSEQUENCE:1\r\nUID:00000000-0000-8000-8000-000000000007\r\nX-A;B=1,\"2\";C=3:4\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
const CALENDAR: &str = "BEGIN:VCALENDAR\r\nX-WR-TIMEZONE:Europe/Berlin\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/London\r\nBEGIN:STANDARD\r\n\
    DTSTART:19961027T020000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:a@b\r\nSUMMARY:Talk\\, by\r\n  hand\r\n\
    DTSTART;TZID=Europe/London:20270320T140000\r\nDURATION:P1DT2H\r\nLOCATION:https://meet.example/x\r\nBEGIN:VALARM\r\nTRIGGER:-PT5M\r\n\
    END:VALARM\r\nEND:VEVENT\r\nBEGIN:VTODO\r\nUID:c\r\nEND:VTODO\r\nBEGIN:VEVENT\r\nUID:d\r\nSUMMARY:Day\r\nDTSTART;VALUE=DATE:20270402\r\n\
    END:VEVENT\r\nEND:VCALENDAR\r\n";
const PIECES: &[&str] = &[
    "\r\n",
    "\n ",
    "\r",
    " ",
    "\t",
    ":",
    ";",
    ",",
    "\"",
    "=",
    "\\",
    "\\n",
    "^",
    "^n",
    "BEGIN:VEVENT\r\n",
    "END:VEVENT\r\n",
    "BEGIN:VCALENDAR\r\n",
    "END:VCALENDAR\r\n",
    "BEGIN:VALARM\r\n",
    "UID:",
    "ATTENDEE",
    ";PARTSTAT=",
    "mailto:",
    "%",
    "%FF",
    "\u{FEFF}",
    "\u{2028}",
    "é",
    "😀",
    "\u{0}",
    "\u{1}",
    "DTSTART:",
    "RRULE:",
    "P1D",
    "20270320T100000",
    "Z",
    "TZID=",
    "PT",
    "99999999999999999999",
    "99991231",
    "-1",
    "METHOD:REPLY\r\n",
    "SEQUENCE:",
    "END:",
    "BEGIN:",
    "DURATION:",
];

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0).unwrap_or_default() % most.max(1)
    }
}

fn mutate(text: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(text.len() + 1);
    match dice.below(5) {
        0 => text.truncate(at.max(20)),
        1 => {
            if let Some(byte) = text.get_mut(at) {
                *byte = u8::try_from(dice.below(256)).unwrap_or_default();
            }
        }
        2 => {
            let end = (at + dice.below(30)).min(text.len());
            text.drain(at..end);
        }
        3 => {
            let end = (at + dice.below(60)).min(text.len());
            let again = text.get(at..end).unwrap_or_default().to_vec();
            text.splice(at..at, again);
        }
        _ => {
            let piece = PIECES.get(dice.below(PIECES.len())).copied().unwrap_or_default();
            text.splice(at..at, piece.bytes());
        }
    }
}

/// On a busy machine the best says most.
fn best_of_five(what: impl Fn()) -> Duration {
    let taken = || {
        let begun = Instant::now();
        what();
        begun.elapsed()
    };
    (0..5).map(|_| taken()).min().unwrap_or_default()
}

/// A mebibyte, less a little, of what makes readers slow.
fn hostile() -> Vec<(&'static str, String)> {
    const LONG: usize = 1_000_000;
    let within = |inner: String| {
        format!("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n{inner}END:VEVENT\r\nEND:VCALENDAR\r\n")
    };
    let lines = |line: String| within(line.repeat(LONG / line.len()));
    vec![
        ("64 parameters in each line", lines(format!("ATTENDEE{}:1\r\n", ";PARTSTAT=1".repeat(64)))),
        (
            "ten values in each of 64 parameters",
            lines(format!("X{}:1\r\n", format!(";A=1{}", ",1".repeat(9)).repeat(64))),
        ),
        ("folds", within(format!("X:{}\r\n", "a\r\n ".repeat(16_000)).repeat(15))),
        ("empty lines", within("\r\n".repeat(LONG / 2))),
        ("long lines", lines(format!("COMMENT:{}\r\n", "\\,".repeat(32_000)))),
        (
            "entries",
            format!(
                "BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n",
                "BEGIN:VEVENT\r\nEND:VEVENT\r\n".repeat(LONG / 26)
            ),
        ),
        ("attendees", lines("ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.example\r\n".into())),
        ("other lines", lines("X:1\r\n".into())),
        ("no lines", "a".repeat(LONG)),
    ]
}

fn main() -> Result<(), Box<dyn Error>> {
    for (name, text) in hostile() {
        let reply = best_of_five(|| drop(Reply::read(text.as_bytes())));
        let calendar = best_of_five(|| drop(Import::read(text.as_bytes())));
        println!(
            "a megabyte of {name}: refused as an answer in {reply:?}, read as a calendar in {calendar:?}"
        );
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
