//! What stands in a cell: for people, for machines, for an order.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::ser::{Serialize, Serializer};

use super::column::Column;
use super::listed::{ListedAttendee, Text};
use crate::fact::Announcement;
use crate::projection::names::{ERASED, PERSONAL, UNAVAILABLE, name_cell};
use crate::projection::presence;
use crate::projection::when::instant_cell;
use crate::schedule::Zone;
use crate::text::Reference;

/// What is known of a cell.
pub(super) enum Value<'a> {
    Nothing,
    /// There may be something, and the list does not show it.
    Hidden,
    /// There is something, and it cannot be read.
    Unreadable,
    Text(Cow<'a, str>),
    Number(u64),
    Time(DateTime<Utc>),
    Flag(bool),
}

impl<'a> From<Text<'a>> for Value<'a> {
    fn from(text: Text<'a>) -> Self {
        match text {
            Text::Nothing => Self::Nothing,
            Text::Hidden => Self::Hidden,
            Text::Unreadable => Self::Unreadable,
            Text::Known(text) => Self::Text(text.into()),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::from(Text::from(text))
    }
}

impl From<Option<DateTime<Utc>>> for Value<'_> {
    fn from(time: Option<DateTime<Utc>>) -> Self {
        time.map_or(Self::Nothing, Self::Time)
    }
}

impl<'a> Value<'a> {
    /// As machines are told it.
    pub(super) fn of(listed: &'a ListedAttendee, column: &Column, announcement: &'a Announcement) -> Self {
        let row = listed.row();
        match column {
            Column::Number => Self::Number(row.number.into()),
            Column::Place => Self::Number(row.place.into()),
            Column::Registration => Self::id(&row.registration),
            Column::Reference => {
                row.reference.as_ref().map_or(Self::Nothing, |it| Reference::as_str(it).into())
            }
            Column::Person => row.person.as_ref().map_or(Self::Nothing, Self::id),
            Column::Booker => Self::id(&row.booker),
            Column::Kind => if row.place == 1 { "booker" } else { "guest" }.into(),
            Column::Name => listed.text_of(|details| &details.name).into(),
            Column::BadgeName => listed.text_of(|details| details.on_badge()).into(),
            Column::BookedBy => listed.booker().text_of(|details| &details.name).into(),
            Column::Organisation => listed.text_of(|details| &details.organisation).into(),
            Column::Role => listed.text_of(|details| &details.role).into(),
            Column::Region => listed.text_of(|details| &details.region).into(),
            Column::Email => listed.text_of(|details| &details.email).into(),
            Column::Phone => listed.text_of(|details| &details.phone).into(),
            Column::Offering => {
                announcement.offering(row.offering).map_or("", |offering| &offering.name).into()
            }
            Column::OfferingNumber => Self::Number(row.offering.get().into()),
            Column::Party => Self::Number(row.party.into()),
            Column::State => row.status.code().into(),
            Column::Uncounted => Self::Flag(row.uncounted),
            Column::Since => Self::Time(row.since),
            Column::Route => row.route.code().into(),
            Column::BookedAt => Self::Time(row.booked_at),
            Column::Presence => row.presence.code().into(),
            Column::FirstCheckIn => row.first_check_in().into(),
            Column::FirstCheckInAt(list) => row.first_check_in_at(*list).into(),
            Column::Tags => Self::words(row.tags().iter()),
            Column::Consents => {
                Self::words(row.consents().filter(|consent| consent.given).map(|consent| &consent.purpose))
            }
            Column::Consent(purpose) => row.has_consented(purpose).map_or(Self::Nothing, Self::Flag),
            Column::Note => listed.text_of_note().into(),
            Column::HasNeeds => Self::Flag(row.has_needs()),
            Column::Diet | Column::Access if row.has_needs() => Self::Hidden,
            Column::Diet | Column::Access => Self::Nothing,
            Column::Forgotten => row.forgotten().into(),
            Column::Answer(question) => listed.text_of_answer(question).into(),
        }
    }

    fn id(id: &impl ToString) -> Self {
        Self::Text(id.to_string().into())
    }

    /// Codes, none of which has a blank in it.
    fn words<'b>(codes: impl Iterator<Item = &'b Reference>) -> Self {
        let words: Vec<&str> = codes.map(Reference::as_str).collect();
        if words.is_empty() { Self::Nothing } else { Self::Text(words.join(" ").into()) }
    }

    /// As a cell of a file: times in UTC by RFC 3339, yes and no in words.
    pub(super) fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Nothing | Self::Unreadable => "".into(),
            Self::Hidden => PERSONAL.into(),
            Self::Text(text) => text,
            Self::Number(number) => number.to_string().into(),
            Self::Time(time) => time.to_rfc3339_opts(SecondsFormat::AutoSi, true).into(),
            Self::Flag(flag) => yes_or_no(flag).into(),
        }
    }

    /// As a cell of a printed table, on the clocks of a zone.
    fn into_printed(self, zone: Option<Zone>) -> Cow<'a, str> {
        match self {
            Self::Unreadable => UNAVAILABLE.into(),
            Self::Time(time) => instant_cell(time, zone).into(),
            Self::Text(text) => on_one_line(text),
            other @ (Self::Nothing | Self::Hidden | Self::Number(_) | Self::Flag(_)) => other.into_text(),
        }
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing | Self::Unreadable => serializer.serialize_none(),
            Self::Hidden => serializer.serialize_str(PERSONAL),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Time(time) => time.serialize(serializer),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
        }
    }
}

fn yes_or_no(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

/// Answers may have line breaks and tabs, which would tear a table.
fn on_one_line(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains(['\n', '\r', '\t']) {
        text.split_whitespace().collect::<Vec<_>>().join(" ").into()
    } else {
        text
    }
}

/// A cell as it is printed for people.
pub(super) fn printed<'a>(
    listed: &'a ListedAttendee,
    column: &Column,
    value: Value<'a>,
    zone: Option<Zone>,
) -> Cow<'a, str> {
    let row = listed.row();
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "most columns say to people what they say to machines"
    )]
    let in_words = match column {
        Column::Name => Some(name(listed)),
        Column::BookedBy => Some(name(listed.booker())),
        Column::State => Some(row.status.to_string()),
        Column::Presence => Some(presence::word(row.presence).into()),
        _ => None,
    };
    in_words.map_or_else(|| value.into_printed(zone), Cow::Owned)
}

/// The name, or a word in brackets where there is none to be shown.
fn name(listed: &ListedAttendee) -> String {
    let row = listed.row();
    match (row.person, listed.details()) {
        (None, None) => String::from("guest"),
        (None, Some(_)) => format!("guest of {}", name(listed.booker())),
        (Some(_), Some(details)) => name_cell(details, listed.unavailable(), row.forgotten()),
        (Some(_), None) if row.forgotten().is_some() => ERASED.into(),
        (Some(_), None) => PERSONAL.into(),
    }
}
