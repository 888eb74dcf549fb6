//! The crate `icalendar`, as its readme has it.

use gather::Schedule;
use icalendar::{CalendarDateTime, Class, Component, Event, EventLike, EventStatus};

use super::{Talk, ZONE};

pub(crate) fn write(talks: &[Talk]) -> usize {
    let mut text = String::new();
    let mut bytes = 0;
    for talk in talks {
        event(talk).fmt_write(&mut text).unwrap();
        bytes += text.len();
        text.clear();
    }
    bytes
}

fn event(talk: &Talk) -> Event {
    let Schedule::Exact(times) = &talk.when else { unreachable!("every talk has times") };
    let venue = talk.mode.venue().unwrap();
    let zoned = |date_time| CalendarDateTime::WithTimezone { date_time, tzid: String::from(ZONE) };
    Event::new()
        .uid(&talk.uid.to_string())
        .timestamp(talk.revised)
        .created(talk.added)
        .last_modified(talk.revised)
        .sequence(talk.sequence)
        .summary(&talk.title)
        .starts(zoned(times.start().wall()))
        .ends(zoned(times.end().wall()))
        .status(EventStatus::Confirmed)
        .add_property("TRANSP", "OPAQUE")
        .class(Class::Public)
        .description(&talk.about)
        .location(&format!("{}, {}, {}", talk.room, venue.name, venue.address))
        .categories(talk.categories)
        .url(&talk.url)
        .add_property("RELATED-TO", talk.part_of.to_string())
        .done()
}
