//! A programme that was kept in another calendar, taken over as drafts of gatherings.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDateTime, TimeDelta, Utc};
use ical::parser::ical::component::IcalEvent;
use ical::property::Property;
use uuid::Uuid;

use super::clean::Wanted;
use super::value::{self, Time};
use super::{Read, Unreadable, all, only, parameter, read, text_of, value_of};
use crate::calendar::Link;
use crate::fact::{Mode, Venue};
use crate::id::GatheringId;
use crate::person::JoinLink;
use crate::schedule::{Schedule, ScheduleError, Zone};
use crate::sealed::Personal;
use crate::text::{LINE_LIMIT, TEXT_LIMIT};

const WANTED: Wanted = Wanted {
    properties: &[
        "X-WR-TIMEZONE",
        "UID",
        "SUMMARY",
        "DESCRIPTION",
        "LOCATION",
        "STATUS",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXRULE",
        "RECURRENCE-ID",
    ],
    parameters: &["TZID"],
    unmissed: &["DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE"],
    tells_rest: true,
    lines: 50_000,
};

/// A calendar of somebody else's, as drafts of gatherings, and what of it could not be taken.
///
/// [`Desk::import`](crate::Desk::import) records the drafts; each is made known with
/// [`AnnounceDraft`](crate::AnnounceDraft) when somebody has looked at it. The id of a gathering follows from the UID of its
/// entry, so a calendar that is read again brings nothing twice.
///
/// Titles, texts and venues are cut where they are longer than a gathering takes: at 200 characters, texts at 4,000. Each draft lists
/// [which were](ImportedDraft::cut), and [what it has no place for](ImportedDraft::passed_over): URL, CONFERENCE, CATEGORIES, GEO, ATTACH,
/// ATTENDEE, ORGANIZER, alarms, and whatever else there is. A location that is an https address is where to join online; any other is a venue. Times keep their zone; those in UTC or without a zone
/// are planned in that of the calendar (`X-WR-TIMEZONE`), if it says one, else those in UTC stay there.
///
/// Of several entries with one UID the first that can be taken is.
///
/// # Example
/// ```
/// use gather::calendar::{Import, NotTaken};
///
/// let calendar = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:talk-1@example.org\r\nSUMMARY:Bookbinding\r\n\
///     DTSTART;TZID=Europe/London:20990305T140000\r\nDURATION:PT90M\r\nEND:VEVENT\r\n\
///     BEGIN:VEVENT\r\nUID:club@example.org\r\nSUMMARY:Reading club\r\nDTSTART:20990306T180000Z\r\n\
///     RRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// let import = Import::read(calendar.as_bytes())?;
/// assert_eq!(import.drafts.len(), 1);
/// assert_eq!((import.left_out[0].line, import.left_out[0].why), (8, NotTaken::Repeats));
/// # Ok::<(), gather::calendar::Unreadable>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Import {
    /// What can be taken over, in the order of the file.
    pub drafts: Vec<ImportedDraft>,
    /// What cannot, in the order of the file.
    pub left_out: Vec<LeftOut>,
}

/// One entry of another calendar, as a draft.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ImportedDraft {
    /// Its UID there.
    pub uid: String,
    /// The gathering that it becomes.
    pub id: GatheringId,
    /// What it is called there.
    pub title: String,
    /// What it says of itself; may be empty.
    pub about: String,
    /// When it is.
    pub schedule: Schedule,
    /// Where it is: online, where no venue is named.
    pub mode: Mode,
    /// Where to join it, where its location is an address.
    pub join_link: Option<Personal<JoinLink>>,
    /// Which of SUMMARY, DESCRIPTION and LOCATION were not taken whole: longer than a gathering takes, or with characters that it does
    /// not. In that order.
    pub cut: Vec<&'static str>,
    /// The names of the properties, and of parts such as VALARM, that a gathering has no place for: each once, in the order of
    /// the alphabet. Those that say when an entry was made, changed and sent are not among them.
    pub passed_over: Vec<String>,
}

/// Something that was not taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// The line at which it begins, from 1.
    pub line: usize,
    /// Its UID, if it has one.
    pub uid: Option<String>,
    /// Why.
    pub why: NotTaken,
}

/// Why something was not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotTaken {
    /// It has no UID, so it could not be known again.
    #[error("it has no UID")]
    NoUid,
    /// Another with its UID was taken before it: one date of something that repeats, or the same once more.
    #[error("another with its UID was taken before it")]
    Twice,
    /// It has no title.
    #[error("it has no title")]
    NoTitle,
    /// It does not say when it begins.
    #[error("it does not say when it begins")]
    NoStart,
    /// It does not say when it ends, or ends as it begins.
    #[error("it does not say when it ends")]
    NoEnd,
    /// It repeats. Each date is a gathering of its own here.
    #[error("it repeats")]
    Repeats,
    /// It was called off.
    #[error("it was called off")]
    Cancelled,
    /// Its time zone is not known.
    #[error("its time zone is not known")]
    UnknownZone,
    /// Its times are in no zone, nor is the calendar.
    #[error("its times are in no zone")]
    NoZone,
    /// Its times cannot be read, or are said twice.
    #[error("its times cannot be read")]
    UnclearTimes,
    /// It cannot be at that time: it ends before it begins, or its wall shows no such time.
    #[error("it cannot be at that time")]
    ImpossibleTimes,
    /// It is no entry but a task, a note, or something else.
    #[error("it is no entry")]
    NotAnEntry,
    /// It is a line that is none of the format.
    #[error("it is no line of a calendar")]
    OddLine,
}

impl NotTaken {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoUid => "no_uid",
            Self::Twice => "twice",
            Self::NoTitle => "no_title",
            Self::NoStart => "no_start",
            Self::NoEnd => "no_end",
            Self::Repeats => "repeats",
            Self::Cancelled => "cancelled",
            Self::UnknownZone => "unknown_zone",
            Self::NoZone => "no_zone",
            Self::UnclearTimes => "unclear_times",
            Self::ImpossibleTimes => "impossible_times",
            Self::NotAnEntry => "not_an_entry",
            Self::OddLine => "odd_line",
        }
    }
}

impl Import {
    /// Reads a calendar, at most a mebibyte of it.
    ///
    /// # Errors
    /// An [`Unreadable`] where nothing of it can be read. What of it cannot be taken is no error but in
    /// [`left_out`](Self::left_out).
    pub fn read(text: &[u8]) -> Result<Self, Unreadable> {
        let Read { calendar, cleaned } = read(text, &WANTED)?;
        let zone = all(&calendar.properties, "X-WR-TIMEZONE").next();
        let zone = zone.and_then(|property| Zone::named(value_of(property).trim()).ok());
        let mut import = Self { drafts: Vec::new(), left_out: Vec::new() };
        let mut known = BTreeSet::new();
        let places = cleaned.events.iter().zip(cleaned.passed_over);
        for (event, (&line, passed_over)) in calendar.events.iter().zip(places) {
            let uid = uid_of(event);
            match draft(event, uid.as_deref(), zone, &known) {
                Ok(draft) => {
                    known.insert(draft.uid.clone());
                    import
                        .drafts
                        .push(ImportedDraft { passed_over: passed_over.into_iter().collect(), ..draft });
                }
                Err(why) => import.left_out.push(LeftOut { line, uid, why }),
            }
        }
        let others = cleaned.others.iter().map(|(_, line)| (*line, NotTaken::NotAnEntry));
        let odd = cleaned.odd_lines.iter().map(|line| (*line, NotTaken::OddLine));
        import.left_out.extend(others.chain(odd).map(|(line, why)| LeftOut { line, uid: None, why }));
        import.left_out.sort_by_key(|left_out| left_out.line);
        Ok(import)
    }
}

fn uid_of(event: &IcalEvent) -> Option<String> {
    let uid = all(&event.properties, "UID").next().map(|property| value_of(property).trim())?;
    (!uid.is_empty()).then(|| uid.to_owned())
}

/// The same for the same entry, whenever and wherever it is read. A hash: it tells nothing of the UID, which may hold a name.
fn gathering_of(uid: &str) -> GatheringId {
    let mut bytes = [0; 16];
    let mut hash = blake3::Hasher::new_derive_key("gather 2026 gathering of an entry of another calendar");
    hash.update(uid.as_bytes()).finalize_xof().fill(&mut bytes);
    GatheringId::from_uuid(Uuid::new_v8(bytes))
}

fn draft(
    event: &IcalEvent,
    uid: Option<&str>,
    zone: Option<Zone>,
    known: &BTreeSet<String>,
) -> Result<ImportedDraft, NotTaken> {
    let uid = uid.ok_or(NotTaken::NoUid)?.to_owned();
    let has = |name: &'static str| all(&event.properties, name).next().is_some();
    if known.contains(&uid) {
        return Err(NotTaken::Twice);
    }
    if ["RRULE", "RDATE", "EXRULE", "RECURRENCE-ID"].into_iter().any(has) {
        return Err(NotTaken::Repeats);
    }
    let cancelled =
        all(&event.properties, "STATUS").any(|it| value_of(it).trim().eq_ignore_ascii_case("CANCELLED"));
    if cancelled {
        return Err(NotTaken::Cancelled);
    }
    let mut cut = Vec::new();
    let title = line_of(event, "SUMMARY", &mut cut);
    if title.is_empty() {
        return Err(NotTaken::NoTitle);
    }
    let schedule = schedule(event, zone)?;
    let id = gathering_of(&uid);
    let description = text_of(event, "DESCRIPTION");
    let about: String = taken(&description).take(TEXT_LIMIT).collect();
    if about.chars().count() < description.chars().count() {
        cut.push("DESCRIPTION");
    }
    // An address is taken whole or not at all: one that is cut leads nowhere.
    let location = text_of(event, "LOCATION");
    let link = Link::new(location.trim()).ok();
    let join_link = link.map(|link| Personal::new(JoinLink::new(link.as_str())));
    let venue = if join_link.is_some() { String::new() } else { line_of(event, "LOCATION", &mut cut) };
    let mode = if venue.is_empty() { Mode::Online } else { Mode::InPerson(Venue::new(venue)) };
    Ok(ImportedDraft { uid, id, title, about, schedule, mode, join_link, cut, passed_over: Vec::new() })
}

/// What a gathering takes of a text.
fn taken(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| *c == '\n' || crate::text::check_text("text", c.encode_utf8(&mut [0; 4])).is_ok())
}

/// A text in one line; it is noted if that is not all of it.
fn line_of(event: &IcalEvent, name: &'static str, cut: &mut Vec<&'static str>) -> String {
    let text = text_of(event, name);
    let text = text.trim();
    let line: String = taken(text).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let line: String = line.trim().chars().take(LINE_LIMIT).collect();
    if line.chars().count() < text.chars().count() {
        cut.push(name);
    }
    line
}

/// A time with the zone that it is in.
struct Placed {
    time: Time,
    zone: Option<Zone>,
}

fn schedule(event: &IcalEvent, of_calendar: Option<Zone>) -> Result<Schedule, NotTaken> {
    let unclear = |_| NotTaken::UnclearTimes;
    let begin = only(&event.properties, "DTSTART").map_err(unclear)?.ok_or(NotTaken::NoStart)?;
    let end = only(&event.properties, "DTEND").map_err(unclear)?;
    let lasts = only(&event.properties, "DURATION").map_err(unclear)?;
    let lasts = lasts.map(|it| value::duration(value_of(it)).ok_or(NotTaken::UnclearTimes)).transpose()?;
    let begin = placed_time(begin, of_calendar)?;
    let end = end.map(|end| placed_time(end, of_calendar)).transpose()?;
    match begin.time {
        Time::Day(first) => {
            let after = match (end.map(|end| end.time), lasts) {
                (Some(Time::Day(day)), _) => day,
                (Some(_), _) => return Err(NotTaken::UnclearTimes),
                (None, lasts) => {
                    let lasts = lasts.unwrap_or(TimeDelta::days(1));
                    first.checked_add_signed(lasts).ok_or(NotTaken::ImpossibleTimes)?
                }
            };
            let last = after.checked_sub_days(Days::new(1)).unwrap_or(first).max(first);
            let zone = begin.zone.or(of_calendar).unwrap_or(Zone::UTC);
            Schedule::days(first, last, zone.name()).map_err(impossible)
        }
        Time::Wall(wall) => {
            let zone = begin.zone.ok_or(NotTaken::NoZone)?;
            let end = match (end, lasts) {
                (Some(end), _) => wall_of(&end, zone)?,
                (None, Some(lasts)) => wall.checked_add_signed(lasts).ok_or(NotTaken::ImpossibleTimes)?,
                (None, None) => return Err(NotTaken::NoEnd),
            };
            if end == wall {
                return Err(NotTaken::NoEnd);
            }
            Schedule::exact(wall, end, zone.name()).map_err(impossible)
        }
        Time::Instant(instant) => {
            let end = match (end.map(|end| end.time), lasts) {
                (Some(Time::Instant(end)), _) => end,
                (Some(_), _) => return Err(NotTaken::UnclearTimes),
                (None, Some(lasts)) => instant.checked_add_signed(lasts).ok_or(NotTaken::ImpossibleTimes)?,
                (None, None) => return Err(NotTaken::NoEnd),
            };
            between(instant, end, of_calendar.unwrap_or(Zone::UTC))
        }
    }
}

fn between(start: DateTime<Utc>, end: DateTime<Utc>, zone: Zone) -> Result<Schedule, NotTaken> {
    if start == end {
        return Err(NotTaken::NoEnd);
    }
    Schedule::between(start, end, zone.name()).map_err(impossible)
}

fn impossible(_: ScheduleError) -> NotTaken {
    NotTaken::ImpossibleTimes
}

/// The end of something is told on the wall at which it begins.
fn wall_of(end: &Placed, zone: Zone) -> Result<NaiveDateTime, NotTaken> {
    match end.time {
        Time::Wall(wall) if end.zone == Some(zone) => Ok(wall),
        Time::Instant(instant) => Ok(zone.wall(instant)),
        Time::Wall(_) | Time::Day(_) => Err(NotTaken::UnclearTimes),
    }
}

fn placed_time(property: &Property, of_calendar: Option<Zone>) -> Result<Placed, NotTaken> {
    let time = Time::read(value_of(property)).ok_or(NotTaken::UnclearTimes)?;
    let zone = match parameter(property, "TZID") {
        None => of_calendar,
        // Some write a path in front of the zone's name.
        Some([name]) => Some(zone_named(name.trim()).ok_or(NotTaken::UnknownZone)?),
        Some(_) => return Err(NotTaken::UnclearTimes),
    };
    Ok(Placed { time, zone })
}

/// A zone by its name, or by the last two parts of a longer one.
fn zone_named(name: &str) -> Option<Zone> {
    let known = Zone::named(name.trim_start_matches('/')).ok();
    known.or_else(|| {
        let (rest, city) = name.rsplit_once('/')?;
        let (_, area) = rest.rsplit_once('/')?;
        Zone::named(&format!("{area}/{city}")).ok()
    })
}
