//! From when to when a report goes.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

use crate::projection::when::instant_cell;
use crate::schedule::{Schedule, ScheduleError, Zone};

/// A time with a beginning and an end, of which a report tells: what begins in it counts. The beginning is in it, the end is not.
///
/// Written `2026-01-01 to 2026-12-31 Europe/London` or `2026-03-05 Europe/London` it is read by `parse`, as days of that zone.
/// Serialised it has `from` and `until`.
///
/// ```
/// use gather::Period;
///
/// let year: Period = "2026-01-01 to 2026-12-31 Europe/London".parse()?;
/// assert_eq!(year, Period::year(2026, "Europe/London")?);
/// assert!(year.contains(year.from()) && !year.contains(year.until()));
/// assert!("2026-01-01 to be confirmed".parse::<Period>().is_err());
/// # Ok::<(), gather::ScheduleError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    #[serde(skip)]
    zone: Zone,
}

impl Period {
    /// From an instant until another. One that ends before it begins has nothing in it.
    #[must_use]
    pub fn between(from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        Self { from, until, zone: Zone::UTC }
    }

    /// Whole days, as the calendar on the wall shows them in a zone; both are in it.
    ///
    /// # Errors
    /// As for [`Schedule::days`].
    pub fn days(first: NaiveDate, last: NaiveDate, zone: &str) -> Result<Self, ScheduleError> {
        Self::of(&Schedule::days(first, last, zone)?).ok_or_else(|| not_days(zone))
    }

    /// A year of the calendar in a zone.
    ///
    /// # Errors
    /// As for [`Schedule::days`]: an unknown zone, a year outside 1970 to 9999.
    pub fn year(year: i32, zone: &str) -> Result<Self, ScheduleError> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN);
        let last = first.with_month(12).and_then(|day| day.with_day(31)).unwrap_or(first);
        Self::days(first, last, zone)
    }

    fn of(schedule: &Schedule) -> Option<Self> {
        let (from, until) = (schedule.starts()?, schedule.ends()?);
        Some(Self { from, until, zone: schedule.zone()? })
    }

    /// When it begins.
    #[must_use]
    pub fn from(&self) -> DateTime<Utc> {
        self.from
    }

    /// When it has ended.
    #[must_use]
    pub fn until(&self) -> DateTime<Utc> {
        self.until
    }

    /// Whether an instant is in it.
    #[must_use]
    pub fn contains(&self, time: DateTime<Utc>) -> bool {
        self.from <= time && time < self.until
    }
}

fn not_days(text: &str) -> ScheduleError {
    ScheduleError::Unreadable { text: text.chars().take(80).collect() }
}

impl FromStr for Period {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        Self::of(&text.parse()?).ok_or_else(|| not_days(text))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, until) =
            (instant_cell(self.from, Some(self.zone)), instant_cell(self.until, Some(self.zone)));
        write!(f, "{from} to {until} {}", self.zone)
    }
}
