//! The limit: the same bytes of the same entries, by code that knows nothing else. It checks nothing, knows one zone and
//! one kind of entry, and keeps one buffer.

use std::io::Write;

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use gather::Schedule;
use uuid::Uuid;

use super::{Count, Talk, ZONE};

#[derive(Default)]
struct Bare {
    out: Vec<u8>,
    /// A line that may have to be folded, before it is.
    line: Vec<u8>,
}

/// The entries alone, with nothing around them.
pub(crate) fn text(talks: &[Talk]) -> String {
    let mut bare = Bare::default();
    for talk in talks {
        bare.entry(talk);
    }
    String::from_utf8(bare.out).unwrap()
}

pub(crate) fn write(talks: &[Talk]) -> usize {
    let (mut bare, mut count) = (Bare::default(), Count::default());
    for talk in talks {
        bare.entry(talk);
        if bare.out.len() >= 16 * 1024 {
            count.write_all(&bare.out).unwrap();
            bare.out.clear();
        }
    }
    count.write_all(&bare.out).unwrap();
    count.0
}

impl Bare {
    fn entry(&mut self, talk: &Talk) {
        let Schedule::Exact(times) = &talk.when else { unreachable!("every talk has times") };
        let venue = talk.mode.venue().unwrap();
        self.out.extend_from_slice(b"BEGIN:VEVENT\r\nUID:");
        self.uuid(talk.uid);
        self.instant(b"\r\nDTSTAMP:", talk.revised);
        self.instant(b"\r\nCREATED:", talk.added);
        self.instant(b"\r\nLAST-MODIFIED:", talk.revised);
        self.out.extend_from_slice(b"\r\nSEQUENCE:");
        self.out.push(b'0' + u8::try_from(talk.sequence).unwrap());
        self.out.extend_from_slice(b"\r\n");
        self.line.extend_from_slice(b"SUMMARY:");
        self.escaped(&talk.title);
        self.folded();
        self.wall(b"DTSTART;TZID=", times.start().wall());
        self.wall(b"DTEND;TZID=", times.end().wall());
        self.out.extend_from_slice(b"STATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nCLASS:PUBLIC\r\n");
        self.line.extend_from_slice(b"DESCRIPTION:");
        self.escaped(&talk.about);
        self.folded();
        self.line.extend_from_slice(b"LOCATION:");
        self.escaped(&talk.room);
        self.line.extend_from_slice(b"\\, ");
        self.escaped(&venue.name);
        self.line.extend_from_slice(b"\\, ");
        self.escaped(&venue.address);
        self.folded();
        self.line.extend_from_slice(b"CATEGORIES:");
        self.escaped(talk.categories[0]);
        self.line.push(b',');
        self.escaped(talk.categories[1]);
        self.folded();
        self.line.extend_from_slice(b"URL:");
        self.line.extend_from_slice(talk.url.as_bytes());
        self.folded();
        self.out.extend_from_slice(b"RELATED-TO:");
        self.uuid(talk.part_of);
        self.out.extend_from_slice(b"\r\nEND:VEVENT\r\n");
    }

    fn uuid(&mut self, uuid: Uuid) {
        self.out.extend_from_slice(uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
    }

    fn instant(&mut self, head: &[u8], instant: DateTime<Utc>) {
        self.out.extend_from_slice(head);
        self.time(instant.naive_utc());
        self.out.push(b'Z');
    }

    fn wall(&mut self, head: &[u8], wall: NaiveDateTime) {
        self.out.extend_from_slice(head);
        self.out.extend_from_slice(ZONE.as_bytes());
        self.out.push(b':');
        self.time(wall);
        self.out.extend_from_slice(b"\r\n");
    }

    fn time(&mut self, time: NaiveDateTime) {
        let year = u32::try_from(time.year()).unwrap();
        for pair in [year / 100, year % 100, time.month(), time.day()] {
            self.two(pair);
        }
        self.out.push(b'T');
        for pair in [time.hour(), time.minute(), time.second()] {
            self.two(pair);
        }
    }

    fn two(&mut self, number: u32) {
        let digit = |number: u32| b'0' + u8::try_from(number).unwrap();
        self.out.extend_from_slice(&[digit(number / 10), digit(number % 10)]);
    }

    fn escaped(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while let Some(at) = rest.iter().position(|byte| matches!(byte, b'\\' | b',' | b';' | b'\n')) {
            self.line.extend_from_slice(&rest[..at]);
            self.line.extend_from_slice(&[b'\\', if rest[at] == b'\n' { b'n' } else { rest[at] }]);
            rest = &rest[at + 1..];
        }
        self.line.extend_from_slice(rest);
    }

    fn folded(&mut self) {
        let (mut rest, mut room) = (self.line.as_slice(), 75);
        while rest.len() > room {
            let mut cut = room;
            while rest[cut] & 0xC0 == 0x80 {
                cut -= 1;
            }
            // Not between a backslash and its character: an odd run of them stands before the cut.
            let backslashes = rest[..cut].iter().rev().take_while(|byte| **byte == b'\\').count();
            cut -= backslashes % 2;
            self.out.extend_from_slice(&rest[..cut]);
            self.out.extend_from_slice(b"\r\n ");
            (rest, room) = (&rest[cut..], 74);
        }
        self.out.extend_from_slice(rest);
        self.out.extend_from_slice(b"\r\n");
        self.line.clear();
    }
}
