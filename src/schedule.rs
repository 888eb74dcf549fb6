//! When a gathering takes place: not yet said, some days, or exact times, always in a time zone.
//!
//! A clock on the wall in a zone is the truth ("14:00 in London"); the instant it stood for when it was planned
//! is kept beside it, so that a newer zone table changes nothing that has been decided by itself. Where a table has
//! changed, somebody says so: what was planned is then planned anew for the same time on the wall, as a fact of its own.

use std::fmt;
use std::str::FromStr;

use chrono::{
    DateTime, Datelike, Days, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta,
    TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;
use thiserror::Error;

use crate::image::{Image, Sink, Source, image};

mod rules;

pub(crate) use rules::offset_at;
pub use rules::{CompiledRules, ZoneRules};

/// A place's rules for its clocks, by its name in the IANA database: `Europe/London`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

/// By its name: its number within the table is another with each table.
impl Image for Zone {
    fn put(&self, out: &mut Sink) {
        out.sized(self.name().as_bytes());
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        Self::named(std::str::from_utf8(from.sized()?).ok()?).ok()
    }
}

impl Zone {
    /// Looks up a zone by its IANA name, letter by letter.
    ///
    /// # Errors
    /// [`ScheduleError::UnknownZone`] when this build's table has no such zone.
    pub fn named(name: &str) -> Result<Self, ScheduleError> {
        Tz::from_str(name)
            .map(Self)
            .map_err(|_no_cause| ScheduleError::UnknownZone { name: name.chars().take(64).collect() })
    }

    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// The zone's IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// What a clock on the wall shows there at an instant; what it shows in UTC within a day of the first and the
    /// last that chrono can tell.
    #[must_use]
    pub fn wall(self, instant: DateTime<Utc>) -> NaiveDateTime {
        let utc = instant.naive_utc();
        let offset = self.0.offset_from_utc_datetime(&utc).fix();
        utc.checked_add_offset(offset).unwrap_or(utc)
    }

    /// The zone as the table knows it.
    pub(crate) fn tz(self) -> Tz {
        self.0
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}

/// A schedule that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// The zone's name is not in this build's table.
    #[error("there is no time zone {name:?}; use a name such as Europe/London")]
    UnknownZone {
        /// The name, cut after 64 characters.
        name: String,
    },
    /// The clocks were put forward over this time.
    #[error("{wall} does not exist in {zone}: the clocks are put forward over it")]
    NoSuchTime {
        /// The time asked for.
        wall: NaiveDateTime,
        /// The zone it was asked for in.
        zone: &'static str,
    },
    /// The clocks were put back over this time; which of the two is meant?
    #[error("{wall} happens twice in {zone}: say WallTime::first or WallTime::second")]
    Twice {
        /// The time asked for.
        wall: NaiveDateTime,
        /// The zone it was asked for in.
        zone: &'static str,
    },
    /// It would end before, or just when, it starts.
    #[error("it ends {end}, which is not after its start {start}")]
    EndNotAfterStart {
        /// The start, as written.
        start: String,
        /// The end, as written.
        end: String,
    },
    /// A year that no calendar of people needs.
    #[error("the year {year} is outside 1970 to 9999")]
    YearOutOfRange {
        /// The year asked for.
        year: i32,
    },
    /// A text that is no schedule.
    #[error(
        "{text:?} is no schedule; write `2026-03-05 14:00 to 15:30 Europe/London`, `2026-03-05 to 2026-03-06 Europe/London` or `to be confirmed`"
    )]
    Unreadable {
        /// The text, cut after 80 characters.
        text: String,
    },
}

/// A time as a clock on the wall shows it, with the pass chosen where the clock shows it twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallTime {
    wall: NaiveDateTime,
    pass: Option<Pass>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    First,
    Second,
}

impl WallTime {
    /// The first of the two times that a clock shows this when it is put back.
    #[must_use]
    pub fn first(wall: NaiveDateTime) -> Self {
        Self { wall, pass: Some(Pass::First) }
    }

    /// The second of the two times that a clock shows this when it is put back.
    #[must_use]
    pub fn second(wall: NaiveDateTime) -> Self {
        Self { wall, pass: Some(Pass::Second) }
    }

    fn resolve(self, zone: Zone) -> Result<Moment, ScheduleError> {
        check_year(self.wall.date())?;
        // A schedule counts in seconds.
        let wall = self.wall.with_nanosecond(0).unwrap_or(self.wall);
        let offset = match (zone.0.offset_from_local_datetime(&self.wall), self.pass) {
            (MappedLocalTime::None, _) => {
                return Err(ScheduleError::NoSuchTime { wall: self.wall, zone: zone.name() });
            }
            (MappedLocalTime::Ambiguous(_, _), None) => {
                return Err(ScheduleError::Twice { wall: self.wall, zone: zone.name() });
            }
            (MappedLocalTime::Single(only), _) => only,
            (MappedLocalTime::Ambiguous(first, _), Some(Pass::First)) => first,
            (MappedLocalTime::Ambiguous(_, second), Some(Pass::Second)) => second,
        };
        Ok(Moment { wall, offset: offset.fix().local_minus_utc() })
    }
}

impl From<NaiveDateTime> for WallTime {
    /// A time that the clock shows once. Of one that it shows twice, say which: [`first`](Self::first),
    /// [`second`](Self::second).
    fn from(wall: NaiveDateTime) -> Self {
        Self { wall, pass: None }
    }
}

fn check_year(date: NaiveDate) -> Result<(), ScheduleError> {
    let year = date.year();
    if (1970..=9999).contains(&year) { Ok(()) } else { Err(ScheduleError::YearOutOfRange { year }) }
}

/// A time on the wall, with the offset that turned it into an instant when it was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    wall: NaiveDateTime,
    offset: i32,
}

image!(struct Moment { wall, offset });

impl Moment {
    /// What the clock on the wall shows.
    #[must_use]
    pub fn wall(self) -> NaiveDateTime {
        self.wall
    }

    /// How far the clock was ahead of UTC, in seconds.
    #[must_use]
    pub fn offset_seconds(self) -> i32 {
        self.offset
    }

    /// The instant it stood for when it was planned.
    #[must_use]
    pub fn instant(self) -> DateTime<Utc> {
        let shift = TimeDelta::seconds(i64::from(self.offset));
        // Years are held within 1970 to 9999, so the subtraction cannot leave chrono's range.
        self.wall.checked_sub_signed(shift).unwrap_or(self.wall).and_utc()
    }

    pub(crate) fn from_parts(wall: NaiveDateTime, offset: i32) -> Self {
        Self { wall, offset }
    }

    /// What the clocks of a zone show at an instant, to the second.
    fn at(instant: DateTime<Utc>, zone: Zone) -> Result<Self, ScheduleError> {
        let utc = instant.naive_utc().with_nanosecond(0).unwrap_or(instant.naive_utc());
        let offset = zone.0.offset_from_utc_datetime(&utc).fix();
        let wall = utc.checked_add_offset(offset).unwrap_or(utc);
        check_year(wall.date())?;
        Ok(Self { wall, offset: offset.local_minus_utc() })
    }
}

/// The version of the zone table in which a schedule was looked up: `2025b`, at most 8 characters.
///
/// A note beside a schedule and no part of it, so all versions are equal: two schedules that say the same are
/// the same, whatever tables they were looked up in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tables([u8; 8]);

image!(tuple Tables(version));

impl Tables {
    /// The table of this build.
    pub(crate) fn compiled() -> Self {
        Self::named(chrono_tz::IANA_TZDB_VERSION).unwrap_or(Self::unknown())
    }

    /// A table that does not say which it is.
    pub(crate) const fn unknown() -> Self {
        Self([0; 8])
    }

    /// Takes a version that was stored; `None` if it is none.
    pub(crate) fn named(version: &str) -> Option<Self> {
        let mut name = [0; 8];
        if version.len() > name.len() || !version.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        name.iter_mut().zip(version.bytes()).for_each(|(place, byte)| *place = byte);
        Some(Self(name))
    }

    /// The version, empty if it is not known.
    pub(crate) fn name(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default().trim_end_matches('\0')
    }
}

impl PartialEq for Tables {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Tables {}

/// When something takes place.
///
/// ```
/// use gather::Schedule;
///
/// let schedule: Schedule = "2026-03-05 14:00 to 15:30 Europe/London".parse()?;
/// assert_eq!(schedule.to_string(), "2026-03-05 14:00 to 15:30 Europe/London");
/// assert_eq!(schedule.starts().unwrap().to_rfc3339(), "2026-03-05T14:00:00+00:00");
/// # Ok::<(), gather::ScheduleError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Schedule {
    /// The date is not known yet. The hint is for people: "spring 2026", or empty.
    ToBeConfirmed {
        /// What is known: "spring 2026"; may be empty.
        hint: String,
    },
    /// The days are known, the times are not.
    DateOnly(DateSpan),
    /// Start and end are known.
    Exact(TimeSpan),
}

image!(enum Schedule { 0 => ToBeConfirmed { hint }, 1 => DateOnly(days), 2 => Exact(times) });

/// Whole days, the last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateSpan {
    first: NaiveDate,
    last: NaiveDate,
    zone: Zone,
    starts: i64,
    ends: i64,
    tables: Tables,
}

image!(struct DateSpan { first, last, zone, starts, ends, tables });

impl DateSpan {
    /// The first day.
    #[must_use]
    pub fn first(&self) -> NaiveDate {
        self.first
    }

    /// The last day, which may be the first.
    #[must_use]
    pub fn last(&self) -> NaiveDate {
        self.last
    }

    /// The zone in which these are days.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The first instant of the first day.
    #[must_use]
    pub fn starts(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.starts, 0).unwrap_or_default()
    }

    /// The first instant after the last day.
    #[must_use]
    pub fn ends(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.ends, 0).unwrap_or_default()
    }

    pub(crate) fn from_parts(first: NaiveDate, last: NaiveDate, zone: Zone, starts: i64, ends: i64) -> Self {
        Self { first, last, zone, starts, ends, tables: Tables::compiled() }
    }

    /// The same days, as looked up in other tables.
    pub(crate) fn with_tables(self, tables: Tables) -> Self {
        Self { tables, ..self }
    }

    /// The tables in which the days were looked up.
    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }
}

/// From a start to an end; the end itself is no longer part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSpan {
    start: Moment,
    end: Moment,
    zone: Zone,
    tables: Tables,
}

image!(struct TimeSpan { start, end, zone, tables });

impl TimeSpan {
    /// The start.
    #[must_use]
    pub fn start(&self) -> Moment {
        self.start
    }

    /// The end, always after the start.
    #[must_use]
    pub fn end(&self) -> Moment {
        self.end
    }

    /// The zone on whose walls the clocks hang.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zone
    }

    pub(crate) fn from_parts(start: Moment, end: Moment, zone: Zone) -> Self {
        Self { start, end, zone, tables: Tables::compiled() }
    }

    /// The same times, as looked up in other tables.
    pub(crate) fn with_tables(self, tables: Tables) -> Self {
        Self { tables, ..self }
    }

    /// The tables in which the times were looked up.
    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }
}

impl Schedule {
    /// No date yet; the hint is for people and may be empty.
    #[must_use]
    pub fn to_be_confirmed(hint: impl Into<String>) -> Self {
        Self::ToBeConfirmed { hint: hint.into() }
    }

    /// Whole days, from the first to the last.
    ///
    /// # Errors
    /// The last day before the first; an unknown zone; a year outside 1970 to 9999.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use gather::Schedule;
    ///
    /// let day = NaiveDate::from_ymd_opt(2026, 10, 5).unwrap();
    /// let schedule = Schedule::days(day, day, "Europe/London")?;
    /// assert_eq!(schedule.starts().unwrap().to_rfc3339(), "2026-10-04T23:00:00+00:00");
    /// # Ok::<(), gather::ScheduleError>(())
    /// ```
    pub fn days(first: NaiveDate, last: NaiveDate, zone: &str) -> Result<Self, ScheduleError> {
        let zone = Zone::named(zone)?;
        check_year(first)?;
        check_year(last)?;
        if last < first {
            return Err(ScheduleError::EndNotAfterStart { start: first.to_string(), end: last.to_string() });
        }
        let after = last.checked_add_days(Days::new(1)).unwrap_or(last);
        let (starts, ends) = (day_begins(first, zone), day_begins(after, zone));
        let (starts, ends) = (starts.timestamp(), ends.timestamp());
        Ok(Self::DateOnly(DateSpan::from_parts(first, last, zone, starts, ends)))
    }

    /// From a time to a time, as clocks show them in a zone.
    ///
    /// # Errors
    /// A time that does not exist there; one that exists twice without a choice; an end that is not after the
    /// start; an unknown zone; a year outside 1970 to 9999.
    pub fn exact(
        start: impl Into<WallTime>,
        end: impl Into<WallTime>,
        zone: &str,
    ) -> Result<Self, ScheduleError> {
        let zone = Zone::named(zone)?;
        let (start, end) = (start.into().resolve(zone)?, end.into().resolve(zone)?);
        if end.instant() <= start.instant() {
            return Err(ScheduleError::EndNotAfterStart {
                start: start.wall.to_string(),
                end: end.wall.to_string(),
            });
        }
        Ok(Self::Exact(TimeSpan::from_parts(start, end, zone)))
    }

    /// From an instant to an instant, as clocks show them in a zone: for times that come with an offset. A time that
    /// a clock shows twice needs no choice here. Fractions of a second are left out.
    ///
    /// # Errors
    /// An end that is not after the start; an unknown zone; a year outside 1970 to 9999.
    ///
    /// ```
    /// use gather::Schedule;
    ///
    /// let start = "2026-02-01T09:30:00+01:00".parse()?;
    /// let end = "2026-02-01T09:50:00+01:00".parse()?;
    /// let schedule = Schedule::between(start, end, "Europe/Brussels")?;
    /// assert_eq!(schedule.to_string(), "2026-02-01 09:30 to 09:50 Europe/Brussels");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn between(start: DateTime<Utc>, end: DateTime<Utc>, zone: &str) -> Result<Self, ScheduleError> {
        let zone = Zone::named(zone)?;
        let (start, end) = (Moment::at(start, zone)?, Moment::at(end, zone)?);
        if end.instant() <= start.instant() {
            return Err(ScheduleError::EndNotAfterStart {
                start: start.wall.to_string(),
                end: end.wall.to_string(),
            });
        }
        Ok(Self::Exact(TimeSpan::from_parts(start, end, zone)))
    }

    /// The first and the last day, if any date is known, as the calendar on the wall shows them there.
    #[must_use]
    pub fn first_and_last_day(&self) -> Option<(NaiveDate, NaiveDate)> {
        match self {
            Self::ToBeConfirmed { .. } => None,
            Self::DateOnly(days) => Some((days.first, days.last)),
            Self::Exact(times) => {
                // What ends at midnight has its last day before it.
                let last = times.end.wall.checked_sub_signed(TimeDelta::seconds(1)).unwrap_or(times.end.wall);
                let first = times.start.wall.date();
                Some((first, last.date().max(first)))
            }
        }
    }

    /// The first day as a calendar on the wall of some zone shows it, if any date is known.
    pub(crate) fn first_day_in(&self, zone: Zone) -> Option<NaiveDate> {
        match self {
            // What was looked up when it was planned holds, whatever the tables say now.
            Self::Exact(times) if times.zone != zone => Some(zone.wall(times.start.instant()).date()),
            Self::Exact(_) | Self::DateOnly(_) | Self::ToBeConfirmed { .. } => {
                self.first_and_last_day().map(|(first, _)| first)
            }
        }
    }

    /// The same by the clocks on the wall, so many days later, or earlier. A time that the clocks show twice on the new
    /// day is the first of the two. By no day it stays as it was planned.
    ///
    /// # Errors
    /// The new day has no such time; a year outside 1970 to 9999.
    pub(crate) fn shifted(&self, days: i64) -> Result<Self, ScheduleError> {
        if days == 0 {
            return Ok(self.clone());
        }
        let shift = |wall: NaiveDateTime| {
            // What is beyond chrono's own years is named by the last of these.
            let beyond = if days < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
            let moved = TimeDelta::try_days(days).and_then(|days| wall.checked_add_signed(days));
            moved.ok_or(ScheduleError::YearOutOfRange { year: beyond.year() })
        };
        match self {
            Self::ToBeConfirmed { .. } => Ok(self.clone()),
            Self::DateOnly(span) => {
                let first = shift(span.first.and_time(NaiveTime::MIN))?.date();
                Self::days(first, shift(span.last.and_time(NaiveTime::MIN))?.date(), span.zone.name())
            }
            Self::Exact(times) => {
                let resolve = |moment: Moment| WallTime::first(shift(moment.wall)?).resolve(times.zone);
                let (start, end) = (resolve(times.start)?, resolve(times.end)?);
                if end.instant() <= start.instant() {
                    let (start, end) = (start.wall.to_string(), end.wall.to_string());
                    return Err(ScheduleError::EndNotAfterStart { start, end });
                }
                Ok(Self::Exact(TimeSpan::from_parts(start, end, times.zone)))
            }
        }
    }

    /// When it starts, if any date is known: the first instant of the first day, or the exact start.
    #[must_use]
    pub fn starts(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::ToBeConfirmed { .. } => None,
            Self::DateOnly(days) => Some(days.starts()),
            Self::Exact(times) => Some(times.start.instant()),
        }
    }

    /// So many days after its end; `None` where it has none yet.
    pub(crate) fn days_after_end(&self, days: u32) -> Option<DateTime<Utc>> {
        self.ends()?.checked_add_signed(TimeDelta::try_days(i64::from(days))?)
    }

    /// When it is over, if any date is known: the first instant that is no longer part of it.
    #[must_use]
    pub fn ends(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::ToBeConfirmed { .. } => None,
            Self::DateOnly(days) => Some(days.ends()),
            Self::Exact(times) => Some(times.end.instant()),
        }
    }

    /// The zone, if any date is known.
    #[must_use]
    pub fn zone(&self) -> Option<Zone> {
        match self {
            Self::ToBeConfirmed { .. } => None,
            Self::DateOnly(days) => Some(days.zone),
            Self::Exact(times) => Some(times.zone),
        }
    }
}

/// The first instant of a day. Where midnight is skipped, the day begins when the clocks have been put forward;
/// where it comes twice, with the first.
fn day_begins(day: NaiveDate, zone: Zone) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let quarter_hours = (0..=8 * 24).map(|n| midnight + TimeDelta::minutes(n * 15));
    quarter_hours
        .filter_map(|wall| zone.0.from_local_datetime(&wall).earliest())
        .map(|begin| begin.with_timezone(&Utc))
        .next()
        .unwrap_or_else(|| midnight.and_utc())
}

impl fmt::Display for Schedule {
    /// Reads back with [`FromStr`], but for the choice of a doubled hour.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ToBeConfirmed { hint } if hint.is_empty() => f.write_str("to be confirmed"),
            Self::ToBeConfirmed { hint } => write!(f, "to be confirmed ({hint})"),
            Self::DateOnly(days) if days.first == days.last => write!(f, "{} {}", days.first, days.zone),
            Self::DateOnly(days) => write!(f, "{} to {} {}", days.first, days.last, days.zone),
            Self::Exact(times) => {
                let (start, end) = (times.start.wall, times.end.wall);
                write!(f, "{} to ", start.format("%Y-%m-%d %H:%M"))?;
                let form = if start.date() == end.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
                write!(f, "{} {}", end.format(form), times.zone)
            }
        }
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    /// Reads `2026-03-05 14:00 to 15:30 Europe/London`, `2026-10-05 Europe/London`,
    /// `2026-03-20 to 2026-03-21 Europe/London`, `to be confirmed` and `to be confirmed (spring)`.
    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let unreadable = || ScheduleError::Unreadable { text: text.chars().take(80).collect() };
        if let Some(rest) = text.trim().strip_prefix("to be confirmed") {
            let hint = rest.trim().trim_start_matches('(').trim_end_matches(')');
            return Ok(Self::to_be_confirmed(hint));
        }
        let (when, zone) = text.trim().rsplit_once(' ').ok_or_else(unreadable)?;
        let (start, end) = when.split_once(" to ").map_or((when, None), |(start, end)| (start, Some(end)));
        if let (Some(first), Some(last)) = (read_date(start), read_date(end.unwrap_or(start))) {
            return Self::days(first, last, zone);
        }
        let (start, end) = (read_time(start).ok_or_else(unreadable)?, end.ok_or_else(unreadable)?);
        let end = read_clock(end).map(|clock| start.date().and_time(clock)).or_else(|| read_time(end));
        Self::exact(start, end.ok_or_else(unreadable)?, zone)
    }
}

fn read_date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

fn read_clock(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

fn read_time(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok()
}

#[cfg(test)]
mod tests;
