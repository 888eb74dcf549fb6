//! Reading what others have written (feature `replies`): answers to invitations, and calendars to be taken over.
//!
//! The text is cleaned first, so that the parser meets nothing that it gets wrong, and whoever sends something hostile gets
//! an [`Unreadable`] and no more. What has been read is checked by the rules here, and again by the desk.

mod clean;
mod import;
mod reply;
mod value;

use ical::IcalParser;
use ical::parser::ical::component::{IcalCalendar, IcalEvent};
use ical::property::Property;

use crate::id::RegistrationId;
use clean::{Cleaned, Wanted};

pub use import::{Import, ImportedDraft, LeftOut, NotTaken};
pub use reply::Reply;

/// Why a text was not taken. Nothing was read then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// It is longer than a mebibyte.
    #[error("it has {bytes} bytes; at most 1,048,576 are read")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// It is not UTF-8, as calendars are.
    #[error("it is not UTF-8 from byte {at} on")]
    NotUtf8 {
        /// The first byte that cannot be read, from 0.
        at: usize,
    },
    /// There is no calendar in it.
    #[error("there is no calendar in it")]
    NoCalendar,
    /// The calendar has no end.
    #[error("the calendar has no end")]
    NoEnd,
    /// A part ends that has not begun, or while another is open.
    #[error("line {line}: a part ends that is not open")]
    Unbalanced {
        /// Where, from 1.
        line: usize,
    },
    /// Parts lie in each other, more than eight deep.
    #[error("line {line}: parts lie too deep in each other")]
    TooDeep {
        /// Where, from 1.
        line: usize,
    },
    /// A line, with what continues it, is longer than 65,536 bytes.
    #[error("line {line}: it is too long")]
    LineTooLong {
        /// Where it begins, from 1.
        line: usize,
    },
    /// A line has more than 64 parameters, or one of them more than ten values.
    #[error("line {line}: it has too many parameters")]
    TooManyParameters {
        /// Where, from 1.
        line: usize,
    },
    /// It has more lines to read than an answer, or a calendar of a mebibyte, has any reason to have.
    #[error("line {line}: it has too many lines")]
    TooManyLines {
        /// The first that is too many, from 1.
        line: usize,
    },
    /// The parser does not take it.
    #[error("it cannot be read")]
    Malformed,
    /// It is no answer but something else: see [`OtherMethod`] for what to do with it.
    #[error("it is no answer to an invitation: its method is {}", other.method.name())]
    NotAReply {
        /// What it is.
        other: Other,
    },
    /// There is no entry in it that it could be about.
    #[error("it is about no entry")]
    NoEntry,
    /// It is about several entries.
    #[error("it is about several entries")]
    SeveralEntries,
    /// It is about one date of many; nothing that is booked here repeats.
    #[error("it is about one date of an entry that repeats")]
    Recurring,
    /// Something is missing that an answer has to say.
    #[error("there is no {property}")]
    Missing {
        /// What.
        property: &'static str,
    },
    /// Something is said twice that can be said once.
    #[error("there are several {property}")]
    Several {
        /// What.
        property: &'static str,
    },
    /// Something cannot be read.
    #[error("the {property} cannot be read")]
    Unclear {
        /// What.
        property: &'static str,
    },
    /// The entry is none of ours.
    #[error("the entry is none of ours")]
    ForeignUid,
    /// It says neither yes nor no nor perhaps: nothing yet, or that somebody else is to come, which a person has to look into.
    #[error("it says neither yes, nor no, nor perhaps")]
    NoAnswer,
}

impl Unreadable {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "too_long",
            Self::NotUtf8 { .. } => "not_utf8",
            Self::NoCalendar => "no_calendar",
            Self::NoEnd => "no_end",
            Self::Unbalanced { .. } => "unbalanced",
            Self::TooDeep { .. } => "too_deep",
            Self::LineTooLong { .. } => "line_too_long",
            Self::TooManyParameters { .. } => "too_many_parameters",
            Self::TooManyLines { .. } => "too_many_lines",
            Self::Malformed => "malformed",
            Self::NotAReply { .. } => "not_a_reply",
            Self::NoEntry => "no_entry",
            Self::SeveralEntries => "several_entries",
            Self::Recurring => "recurring",
            Self::Missing { .. } => "missing",
            Self::Several { .. } => "several",
            Self::Unclear { .. } => "unclear",
            Self::ForeignUid => "foreign_uid",
            Self::NoAnswer => "no_answer",
        }
    }
}

/// A message that is no answer, and what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Other {
    /// What it is.
    pub method: OtherMethod,
    /// The entry that it is about, where that could be one of ours.
    pub registration: Option<RegistrationId>,
}

/// What a message asks for that is no answer (RFC 5546, section 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OtherMethod {
    /// Somebody proposes another time. A person should read it; nothing here moves by mail.
    Counter,
    /// Somebody asks for the entry anew: send what [`Desk::invitations`](crate::Desk::invitations) gives.
    Refresh,
    /// Somebody sends an entry of their own, or more dates of one. It is none of ours.
    Add,
    /// Somebody sends a calendar to look at: [`Import`] reads one.
    Publish,
    /// Somebody invites the organiser.
    Request,
    /// Somebody takes an invitation back.
    Cancel,
    /// Somebody will not have a proposal.
    DeclineCounter,
    /// Another word than the ones that there are.
    Unknown,
    /// None: a calendar as it lies in a file.
    None,
}

impl OtherMethod {
    /// As it stands in a message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "COUNTER",
            Self::Refresh => "REFRESH",
            Self::Add => "ADD",
            Self::Publish => "PUBLISH",
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
            Self::DeclineCounter => "DECLINECOUNTER",
            Self::Unknown => "unknown",
            Self::None => "none",
        }
    }

    fn named(method: &str) -> Self {
        let known = [
            Self::Counter,
            Self::Refresh,
            Self::Add,
            Self::Publish,
            Self::Request,
            Self::Cancel,
            Self::DeclineCounter,
        ];
        known.into_iter().find(|known| known.name() == method).unwrap_or(Self::Unknown)
    }
}

/// A calendar that was cleaned and parsed.
struct Read {
    calendar: IcalCalendar,
    cleaned: Cleaned,
}

fn read(bytes: &[u8], wanted: &Wanted) -> Result<Read, Unreadable> {
    let cleaned = clean::clean(bytes, wanted)?;
    let mut parser = IcalParser::new(cleaned.text.as_bytes());
    match parser.next() {
        Some(Ok(calendar)) => Ok(Read { calendar, cleaned }),
        Some(Err(_)) => Err(Unreadable::Malformed),
        None => Err(Unreadable::NoCalendar),
    }
}

/// Every property of that name, in order.
fn all<'p>(properties: &'p [Property], name: &str) -> impl Iterator<Item = &'p Property> {
    properties.iter().filter(move |property| property.name == name)
}

/// The value of the property of that name; `None` where it is missing, an error where there are several.
fn only<'p>(properties: &'p [Property], name: &'static str) -> Result<Option<&'p Property>, Unreadable> {
    let mut found = all(properties, name);
    let first = found.next();
    if found.next().is_some() { Err(Unreadable::Several { property: name }) } else { Ok(first) }
}

fn value_of(property: &Property) -> &str {
    value::unmarked(property.value.as_deref().unwrap_or_default())
}

fn parameter<'p>(property: &'p Property, name: &str) -> Option<&'p [String]> {
    let parameters = property.params.iter().flatten();
    parameters.into_iter().find(|(key, _)| key == name).map(|(_, values)| values.as_slice())
}

fn text_of(event: &IcalEvent, name: &'static str) -> String {
    all(&event.properties, name).next().map(|property| value::text(value_of(property))).unwrap_or_default()
}
