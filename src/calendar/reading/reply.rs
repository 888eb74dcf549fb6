//! An answer to an invitation, as calendars send it (RFC 5546, section 3.2.3).

use chrono::{DateTime, Utc};
use ical::parser::ical::component::IcalEvent;
use ical::property::Property;
use uuid::Uuid;

use super::clean::Wanted;
use super::value::{self, Time};
use super::{Other, OtherMethod, Read, Unreadable, all, only, parameter, read, text_of, value_of};
use crate::fact::Rsvp;
use crate::id::RegistrationId;
use crate::person::ReplyComment;
use crate::sealed::Personal;
use crate::text::TEXT_LIMIT;

const WANTED: Wanted = Wanted {
    properties: &["METHOD", "UID", "RECURRENCE-ID", "ATTENDEE", "DTSTAMP", "SEQUENCE", "COMMENT"],
    parameters: &["PARTSTAT", "EMAIL", "X-RESPONSE-COMMENT"],
    unmissed: &[],
    tells_rest: false,
    // An answer has one of each and a comment or two. Each more can cost a sixth of a millisecond.
    lines: 50,
};

/// An answer to an invitation: who says what about which registration.
///
/// It is read from the part of a mail that is `text/calendar`, and put to the desk with
/// [`Desk::take_reply`](crate::Desk::take_reply). Nothing in it is believed before: whose address it is that answers is for
/// the desk to compare.
///
/// A time without a `Z` in DTSTAMP is taken for UTC. An answer without SEQUENCE does not say which invitation it answers (some
/// calendars leave it out, though RFC 5546, section 3.2.3, wants it): its DTSTAMP decides. The organiser that a reply names, its summary and its times are passed over: some calendars leave them out, and none may change them.
///
/// # Example
/// ```
/// use gather::calendar::Reply;
/// use gather::{RegistrationId, Rsvp};
///
/// let registration = RegistrationId::from_u128(7);
/// let mail = format!(
///     "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:{registration}\r\n\
///      DTSTAMP:20260301T090000Z\r\nSEQUENCE:1\r\nATTENDEE;PARTSTAT=DECLINED:MAILTO:Ann@Example.org\r\n\
///      END:VEVENT\r\nEND:VCALENDAR\r\n"
/// );
/// let reply = Reply::read(mail.as_bytes())?;
/// assert_eq!((reply.registration, reply.rsvp, reply.sequence), (registration, Rsvp::Declined, Some(1)));
/// assert_eq!(reply.attendee.expose(), "ann@example.org");
/// # Ok::<(), gather::calendar::Unreadable>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply {
    /// Which registration: its id is the UID of the entry.
    pub registration: RegistrationId,
    /// The address that answers, in small letters.
    pub attendee: Personal<String>,
    /// What it answers.
    pub rsvp: Rsvp,
    /// The SEQUENCE of the invitation that it answers, if it says.
    pub sequence: Option<u32>,
    /// When it was given, by the clock of whoever sent it.
    pub stamp: DateTime<Utc>,
    /// What was written with it: at most 4,000 characters of it.
    pub comment: Option<Personal<ReplyComment>>,
}

impl Reply {
    /// Reads an answer, at most a mebibyte of it.
    ///
    /// # Errors
    /// An [`Unreadable`] for what is no answer, says too little or too much, or is more than a mail of this kind has any
    /// reason to be. Of a file with several calendars the first counts.
    pub fn read(text: &[u8]) -> Result<Self, Unreadable> {
        let Read { calendar, .. } = read(text, &WANTED)?;
        let mut events = calendar.events.iter();
        let event = events.next();
        check_method(&calendar.properties, event)?;
        let event = event.ok_or(Unreadable::NoEntry)?;
        if events.next().is_some() {
            return Err(Unreadable::SeveralEntries);
        }
        if all(&event.properties, "RECURRENCE-ID").next().is_some() {
            return Err(Unreadable::Recurring);
        }
        let attendee = required(event, "ATTENDEE")?;
        Ok(Self {
            registration: uid(event)?,
            attendee: Personal::new(address_of(attendee)?),
            rsvp: rsvp(attendee)?,
            sequence: sequence(event)?,
            stamp: stamp(event)?,
            comment: comment(event, attendee).map(Personal::new),
        })
    }
}

fn check_method(calendar: &[Property], event: Option<&IcalEvent>) -> Result<(), Unreadable> {
    let method = only(calendar, "METHOD")?.map(|property| value_of(property).trim().to_ascii_uppercase());
    let method = match method.as_deref() {
        Some("REPLY") => return Ok(()),
        Some(other) => OtherMethod::named(other),
        None => OtherMethod::None,
    };
    let registration = event.and_then(|event| uid(event).ok());
    Err(Unreadable::NotAReply { other: Other { method, registration } })
}

fn required<'e>(event: &'e IcalEvent, name: &'static str) -> Result<&'e Property, Unreadable> {
    only(&event.properties, name)?.ok_or(Unreadable::Missing { property: name })
}

fn uid(event: &IcalEvent) -> Result<RegistrationId, Unreadable> {
    let uid = value_of(required(event, "UID")?).trim();
    // Only as it was sent: the other ways to write such an id are nobody's entry.
    let id = Uuid::try_parse(uid).ok().filter(|id| uid.eq_ignore_ascii_case(&id.hyphenated().to_string()));
    id.map(RegistrationId::from_uuid).ok_or(Unreadable::ForeignUid)
}

/// Outlook may send an address of its own kind, with the one that mail goes to beside it (RFC 7986, section 6.2).
fn address_of(attendee: &Property) -> Result<String, Unreadable> {
    let beside = || match parameter(attendee, "EMAIL")? {
        [only] => value::address(&format!("mailto:{only}")),
        _ => None,
    };
    value::address(value_of(attendee)).or_else(beside).ok_or(Unreadable::Unclear { property: "ATTENDEE" })
}

fn rsvp(attendee: &Property) -> Result<Rsvp, Unreadable> {
    let mut said = attendee.params.iter().flatten().filter(|(name, _)| name == "PARTSTAT");
    let Some((_, values)) = said.next() else { return Err(Unreadable::Missing { property: "PARTSTAT" }) };
    let ([answer], None) = (values.as_slice(), said.next()) else {
        return Err(Unreadable::Several { property: "PARTSTAT" });
    };
    match answer.to_ascii_uppercase().as_str() {
        "ACCEPTED" => Ok(Rsvp::Accepted),
        "TENTATIVE" => Ok(Rsvp::Tentative),
        "DECLINED" => Ok(Rsvp::Declined),
        _ => Err(Unreadable::NoAnswer),
    }
}

fn sequence(event: &IcalEvent) -> Result<Option<u32>, Unreadable> {
    let Some(property) = only(&event.properties, "SEQUENCE")? else { return Ok(None) };
    let digits = value_of(property).trim();
    let digits = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let sequence = digits.and_then(|digits| digits.parse().ok());
    sequence.map(Some).ok_or(Unreadable::Unclear { property: "SEQUENCE" })
}

fn stamp(event: &IcalEvent) -> Result<DateTime<Utc>, Unreadable> {
    match Time::read(value_of(required(event, "DTSTAMP")?)) {
        Some(Time::Instant(instant)) => Ok(instant),
        Some(Time::Wall(wall)) => Ok(wall.and_utc()),
        Some(Time::Day(_)) | None => Err(Unreadable::Unclear { property: "DTSTAMP" }),
    }
}

/// Most calendars write a COMMENT, Google a parameter beside the answer.
fn comment(event: &IcalEvent, attendee: &Property) -> Option<ReplyComment> {
    let own = text_of(event, "COMMENT");
    let beside = parameter(attendee, "X-RESPONSE-COMMENT").and_then(<[String]>::first);
    let text =
        if own.trim().is_empty() { value::parameter_text(beside.map_or("", String::as_str)) } else { own };
    let taken = text.trim().chars().filter(|c| ReplyComment::new(*c).check().is_ok());
    let taken: String = taken.take(TEXT_LIMIT).collect();
    (!taken.trim().is_empty()).then(|| ReplyComment::new(taken))
}
