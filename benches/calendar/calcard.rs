//! The crate `calcard`.

use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendarClassification, ICalendarEntry, ICalendarParameter, ICalendarParameterName,
    ICalendarParameterValue, ICalendarProperty, ICalendarStatus, ICalendarTransparency, ICalendarValue, Uri,
};
use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use gather::Schedule;

use super::{Talk, ZONE};

pub(crate) fn write(talks: &[Talk]) -> usize {
    let mut text = String::new();
    let mut bytes = 0;
    for talk in talks {
        text.push_str("BEGIN:VEVENT\r\n");
        for entry in entries(talk) {
            entry.write_to(&mut text).unwrap();
        }
        text.push_str("END:VEVENT\r\n");
        bytes += text.len();
        text.clear();
    }
    bytes
}

fn entries(talk: &Talk) -> [ICalendarEntry; 16] {
    use ICalendarProperty as P;
    use ICalendarValue as V;
    let Schedule::Exact(times) = &talk.when else { unreachable!("every talk has times") };
    let venue = talk.mode.venue().unwrap();
    let text = |text: &str| V::Text(text.to_owned());
    let place = format!("{}, {}, {}", talk.room, venue.name, venue.address);
    let categories = talk.categories.map(text).into();
    [
        plain(P::Uid, V::Text(talk.uid.to_string())),
        plain(P::Dtstamp, instant(talk.revised)),
        plain(P::Created, instant(talk.added)),
        plain(P::LastModified, instant(talk.revised)),
        plain(P::Sequence, V::Integer(talk.sequence.into())),
        plain(P::Summary, text(&talk.title)),
        zoned(P::Dtstart, times.start().wall()),
        zoned(P::Dtend, times.end().wall()),
        plain(P::Status, V::Status(ICalendarStatus::Confirmed)),
        plain(P::Transp, V::Transparency(ICalendarTransparency::Opaque)),
        plain(P::Class, V::Classification(ICalendarClassification::Public)),
        plain(P::Description, text(&talk.about)),
        plain(P::Location, V::Text(place)),
        ICalendarEntry { name: P::Categories, params: Vec::new(), values: categories },
        plain(P::Url, V::Uri(Uri::Location(talk.url.clone()))),
        plain(P::RelatedTo, V::Text(talk.part_of.to_string())),
    ]
}

fn plain(name: ICalendarProperty, value: ICalendarValue) -> ICalendarEntry {
    ICalendarEntry { name, params: Vec::new(), values: vec![value] }
}

fn zoned(name: ICalendarProperty, wall: NaiveDateTime) -> ICalendarEntry {
    let zone = ICalendarParameterValue::Text(ZONE.into());
    let params = vec![ICalendarParameter { name: ICalendarParameterName::Tzid, value: zone }];
    ICalendarEntry { name, params, values: vec![ICalendarValue::PartialDateTime(Box::new(partial(wall)))] }
}

fn instant(time: DateTime<Utc>) -> ICalendarValue {
    let utc = PartialDateTime { tz_hour: Some(0), tz_minute: Some(0), ..partial(time.naive_utc()) };
    ICalendarValue::PartialDateTime(Box::new(utc))
}

fn partial(time: NaiveDateTime) -> PartialDateTime {
    let small = |number: u32| Some(u8::try_from(number).unwrap());
    PartialDateTime {
        year: Some(u16::try_from(time.year()).unwrap()),
        month: small(time.month()),
        day: small(time.day()),
        hour: small(time.hour()),
        minute: small(time.minute()),
        second: small(time.second()),
        ..PartialDateTime::default()
    }
}
