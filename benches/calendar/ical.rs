//! The crate `ical`: it neither escapes texts nor folds by octets, so its texts are escaped before and its lines folded anew
//! after.

use chrono::{DateTime, NaiveDateTime, Utc};
use gather::Schedule;
use ical::generator::{Emitter, IcalEvent, Property};

use super::{Talk, ZONE};

pub(crate) fn write(talks: &[Talk]) -> usize {
    talks.iter().map(|talk| refolded(&event(talk).generate()).len()).sum()
}

fn event(talk: &Talk) -> IcalEvent {
    let Schedule::Exact(times) = &talk.when else { unreachable!("every talk has times") };
    let venue = talk.mode.venue().unwrap();
    let place = format!("{}, {}, {}", talk.room, venue.name, venue.address);
    let mut event = IcalEvent::new();
    event.properties = vec![
        plain("UID", talk.uid.to_string()),
        plain("DTSTAMP", instant(talk.revised)),
        plain("CREATED", instant(talk.added)),
        plain("LAST-MODIFIED", instant(talk.revised)),
        plain("SEQUENCE", talk.sequence.to_string()),
        plain("SUMMARY", escaped(&talk.title)),
        zoned("DTSTART", times.start().wall()),
        zoned("DTEND", times.end().wall()),
        plain("STATUS", "CONFIRMED".into()),
        plain("TRANSP", "OPAQUE".into()),
        plain("CLASS", "PUBLIC".into()),
        plain("DESCRIPTION", escaped(&talk.about)),
        plain("LOCATION", escaped(&place)),
        plain("CATEGORIES", talk.categories.map(escaped).join(",")),
        plain("URL", talk.url.clone()),
        plain("RELATED-TO", talk.part_of.to_string()),
    ];
    event
}

fn plain(name: &str, value: String) -> Property {
    Property { name: name.into(), params: None, value: Some(value) }
}

fn zoned(name: &str, wall: NaiveDateTime) -> Property {
    let params = Some(vec![("TZID".into(), vec![ZONE.into()])]);
    Property { name: name.into(), params, value: Some(wall.format("%Y%m%dT%H%M%S").to_string()) }
}

fn instant(time: DateTime<Utc>) -> String {
    time.format("%Y%m%dT%H%M%SZ").to_string()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\\' | ',' | ';' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            _ => out.push(c),
        }
    }
    out
}

fn refolded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    for line in text.replace("\r\n ", "").split_terminator("\r\n") {
        let (mut rest, mut room) = (line, 75);
        while rest.len() > room {
            let mut cut = rest.floor_char_boundary(room);
            let backslashes = rest[..cut].bytes().rev().take_while(|byte| *byte == b'\\').count();
            cut -= backslashes % 2;
            out.push_str(&rest[..cut]);
            out.push_str("\r\n ");
            (rest, room) = (&rest[cut..], 74);
        }
        out.push_str(rest);
        out.push_str("\r\n");
    }
    out
}
