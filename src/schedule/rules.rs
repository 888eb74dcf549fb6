//! How far clocks are ahead of UTC, from a table that a host may bring; and schedules looked up anew in it.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::OffsetName;

use super::{DateSpan, Moment, Schedule, ScheduleError, Tables, TimeSpan, Zone};

/// No clock is further from UTC than this, in seconds: what a table says beyond it is held to it.
const FURTHEST: i32 = 24 * 60 * 60 - 1;

/// A table of time zones: what clocks show where, and when they are moved.
///
/// Governments change their minds on short notice, and a table that is compiled into a program is as old as its build. A
/// host that has a newer one (from the system, from a file that it fetches) hands it to a calendar with
/// [`zone_rules`](crate::calendar::PublicFeed::zone_rules), and to the desk with
/// [`follow_zone_rules`](crate::Desk::follow_zone_rules), which moves what was planned to the same time by the clocks.
///
/// A table must give the same answers for as long as it lives, and needs no more than the offset: when the clocks are
/// moved is found by asking. Zones go by the names that this build knows.
///
/// # Example
/// ```
/// use chrono::{DateTime, Utc};
/// use gather::{CompiledRules, Schedule, Zone, ZoneRules};
///
/// /// British Columbia stays on summer time from November 2026 on.
/// #[derive(Debug)]
/// struct Newer;
///
/// impl ZoneRules for Newer {
///     fn version(&self) -> &str {
///         "2026x"
///     }
///     fn offset_at(&self, zone: Zone, instant: DateTime<Utc>) -> i32 {
///         let stays = zone.name() == "America/Vancouver" && instant.timestamp() > 1_793_520_000;
///         if stays { -7 * 3600 } else { CompiledRules.offset_at(zone, instant) }
///     }
/// }
///
/// let planned: Schedule = "2027-01-12 18:00 to 19:00 America/Vancouver".parse()?;
/// let anew = planned.by_rules(&Newer)?;
/// assert_eq!(anew.to_string(), planned.to_string()); // the same on the wall
/// assert_eq!(anew.starts().unwrap().to_rfc3339(), "2027-01-13T01:00:00+00:00"); // an hour earlier
/// # Ok::<(), gather::ScheduleError>(())
/// ```
#[doc(alias = "tzdata")]
#[doc(alias = "IANA")]
pub trait ZoneRules: fmt::Debug + Send + Sync {
    /// The version of the table, as it is recorded beside what is looked up in it: `2025b`. At most 8 visible ASCII
    /// characters; one that is none of these is recorded as not known.
    fn version(&self) -> &str;

    /// How far the clocks are ahead of UTC at an instant, in seconds; below 0 west of it, and always less than a day.
    fn offset_at(&self, zone: Zone, instant: DateTime<Utc>) -> i32;

    /// The last year in which any clocks are moved, where the table ends: nobody asks for changes after it.
    fn last_year(&self) -> i32 {
        9999
    }

    /// What people call that offset: "BST". Calendars carry it for show; nothing is read from it.
    fn name_at(&self, zone: Zone, instant: DateTime<Utc>) -> Option<Cow<'_, str>> {
        let _ = (zone, instant);
        None
    }
}

/// The table that this build was made with: that of the crate `chrono-tz`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it is a name for what is compiled in, and holds nothing")]
pub struct CompiledRules;

impl ZoneRules for CompiledRules {
    fn version(&self) -> &str {
        chrono_tz::IANA_TZDB_VERSION
    }

    fn offset_at(&self, zone: Zone, instant: DateTime<Utc>) -> i32 {
        zone.tz().offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc()
    }

    /// A test asks every zone.
    fn last_year(&self) -> i32 {
        2100
    }

    /// Where people have no name for an offset, the table makes one of its number, which no reader needs.
    fn name_at(&self, zone: Zone, instant: DateTime<Utc>) -> Option<Cow<'_, str>> {
        let offset = zone.tz().offset_from_utc_datetime(&instant.naive_utc());
        let name =
            offset.abbreviation().filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))?;
        Some(Cow::Owned(name.to_owned()))
    }
}

/// What a table says, held within what clocks can show.
pub(crate) fn offset_at(rules: &dyn ZoneRules, zone: Zone, instant: DateTime<Utc>) -> i32 {
    rules.offset_at(zone, instant).clamp(-FURTHEST, FURTHEST)
}

impl Schedule {
    /// The same by the clocks on the wall, looked up in a table: what it is where that table is right. Without a change
    /// of its zone's rules it is the same schedule.
    ///
    /// A time that the clocks show twice stays in the pass that was chosen, where there is one still, and is the first of
    /// the two otherwise.
    ///
    /// # Errors
    /// The table's clocks skip one of its times, or its end is no longer after its start: somebody has to plan it anew.
    pub fn by_rules(&self, rules: &dyn ZoneRules) -> Result<Self, ScheduleError> {
        let tables = Tables::named(rules.version()).unwrap_or(Tables::unknown());
        match self {
            Self::ToBeConfirmed { .. } => Ok(self.clone()),
            Self::DateOnly(days) => {
                let after = days.last.checked_add_days(Days::new(1)).unwrap_or(days.last);
                let [starts, ends] = [days.first, after].map(|day| day_begins(day, days.zone, rules));
                Ok(Self::DateOnly(DateSpan { starts, ends, tables, ..*days }))
            }
            Self::Exact(times) => {
                let resolve = |moment: Moment| resolve(moment, times.zone, rules);
                let (start, end) = (resolve(times.start)?, resolve(times.end)?);
                if end.instant() <= start.instant() {
                    let (start, end) = (start.wall.to_string(), end.wall.to_string());
                    return Err(ScheduleError::EndNotAfterStart { start, end });
                }
                Ok(Self::Exact(TimeSpan { start, end, zone: times.zone, tables }))
            }
        }
    }
}

fn resolve(planned: Moment, zone: Zone, rules: &dyn ZoneRules) -> Result<Moment, ScheduleError> {
    let wall = planned.wall;
    let offsets = offsets_of(wall, zone, rules);
    if offsets.contains(&planned.offset) {
        return Ok(planned);
    }
    // The larger offset is the earlier of two.
    let first = offsets.into_iter().max();
    let offset = first.ok_or(ScheduleError::NoSuchTime { wall, zone: zone.name() })?;
    Ok(Moment { wall, offset })
}

/// The offsets under which clocks show a time; none where they skip it, two where they show it twice.
fn offsets_of(wall: NaiveDateTime, zone: Zone, rules: &dyn ZoneRules) -> Vec<i32> {
    let near = [-1, 0, 1].map(|days| {
        let there = wall.checked_add_signed(TimeDelta::days(days)).unwrap_or(wall);
        offset_at(rules, zone, there.and_utc())
    });
    let shows = |offset: &i32| offset_at(rules, zone, Moment { wall, offset: *offset }.instant()) == *offset;
    near.into_iter().filter(shows).collect()
}

/// The first instant of a day, in seconds since 1970. Where midnight is skipped, the day begins when the clocks have been
/// put forward; where a whole day is skipped it has no length.
fn day_begins(day: NaiveDate, zone: Zone, rules: &dyn ZoneRules) -> i64 {
    let midnight = day.and_time(NaiveTime::MIN);
    let quarter_hours = (0..=8 * 24).map(|n| midnight + TimeDelta::minutes(n * 15));
    let mut begins = quarter_hours.filter_map(|wall| {
        let offset = offsets_of(wall, zone, rules).into_iter().max()?;
        Some(Moment { wall, offset }.instant())
    });
    begins.next().unwrap_or_else(|| midnight.and_utc()).timestamp()
}

#[cfg(test)]
mod tests {
    use chrono_tz::TZ_VARIANTS;
    use proptest::prelude::*;

    use super::*;
    use crate::schedule::WallTime;

    /// One zone's clocks stand still at an offset from an instant on.
    #[derive(Debug)]
    struct Still(&'static str, i64, i32);

    impl ZoneRules for Still {
        fn version(&self) -> &'static str {
            "2099z"
        }

        fn offset_at(&self, zone: Zone, instant: DateTime<Utc>) -> i32 {
            let still = zone.name() == self.0 && instant.timestamp() >= self.1;
            if still { self.2 } else { CompiledRules.offset_at(zone, instant) }
        }
    }

    fn schedule(text: &str) -> Schedule {
        text.parse().unwrap()
    }

    #[test]
    fn the_wall_stays_and_the_instant_moves() {
        let rules = Still("Europe/London", 0, 0);
        let summer = schedule("2027-07-01 10:00 to 11:30 Europe/London");
        let anew = summer.by_rules(&rules).unwrap();
        assert_eq!(anew.to_string(), summer.to_string());
        assert_eq!(anew.starts().unwrap().to_rfc3339(), "2027-07-01T10:00:00+00:00");
        let winter = schedule("2027-01-12 10:00 to 11:30 Europe/London");
        assert_eq!(winter.by_rules(&rules).unwrap(), winter);
        let elsewhere = schedule("2027-07-01 10:00 to 11:30 Europe/Paris");
        assert_eq!(elsewhere.by_rules(&rules).unwrap(), elsewhere);
        let Schedule::Exact(times) = anew else { panic!("it had times") };
        assert_eq!(times.tables().name(), "2099z");
    }

    #[test]
    fn days_begin_when_the_new_clocks_say_so() {
        let days = schedule("2027-07-01 to 2027-07-02 Europe/London").by_rules(&Still("Europe/London", 0, 0));
        assert_eq!(days.unwrap().starts().unwrap().to_rfc3339(), "2027-07-01T00:00:00+00:00");
    }

    #[test]
    fn a_time_that_the_new_clocks_skip_is_nobody_s() {
        // At noon in London the clocks are put forward by two hours.
        let noon = "2027-01-12T12:00:00Z".parse::<DateTime<Utc>>().unwrap().timestamp();
        let rules = Still("Europe/London", noon, 7200);
        let planned = schedule("2027-01-12 13:00 to 15:00 Europe/London");
        assert!(matches!(planned.by_rules(&rules), Err(ScheduleError::NoSuchTime { .. })));
        let over = schedule("2027-01-12 11:00 to 14:30 Europe/London");
        assert_eq!(over.by_rules(&rules).unwrap().ends().unwrap().to_rfc3339(), "2027-01-12T12:30:00+00:00");
    }

    #[test]
    fn an_end_that_would_come_before_its_start_is_told() {
        // At noon the clocks are put back by three hours: 11:30 comes first at 11:30 and then at 14:30 UTC.
        let noon = "2027-01-12T12:00:00Z".parse::<DateTime<Utc>>().unwrap().timestamp();
        let rules = Still("Europe/London", noon, -3 * 3600);
        let planned = schedule("2027-01-12 11:00 to 12:30 Europe/London").by_rules(&rules).unwrap();
        assert_eq!(planned.ends().unwrap().to_rfc3339(), "2027-01-12T15:30:00+00:00");
    }

    #[test]
    fn a_table_that_makes_no_sense_is_held_within_a_day() {
        let rules = Still("Europe/London", 0, i32::MIN);
        let planned = schedule("2027-07-01 10:00 to 11:30 Europe/London");
        assert_eq!(
            planned.by_rules(&rules).unwrap().starts().unwrap().to_rfc3339(),
            "2027-07-02T09:59:59+00:00"
        );
    }

    proptest! {
        /// By the table that it was planned with, a schedule is what it was: in any zone, near any change of the clocks.
        #[test]
        fn the_same_table_changes_nothing(
            zone in 0..TZ_VARIANTS.len(), minutes in 0i64..70 * 365 * 24 * 60, length in 1i64..5000, pass in any::<bool>(),
        ) {
            let zone = TZ_VARIANTS[zone].name();
            let start = NaiveDateTime::default() + TimeDelta::minutes(minutes / 15 * 15);
            let pass = if pass { WallTime::first } else { WallTime::second };
            let end = start + TimeDelta::minutes(length);
            if let Ok(planned) = Schedule::exact(pass(start), pass(end), zone) {
                prop_assert_eq!(planned.by_rules(&CompiledRules).unwrap(), planned);
            }
            let days = Schedule::days(start.date(), end.date(), zone).unwrap();
            prop_assert_eq!(days.by_rules(&CompiledRules).unwrap(), days);
        }
    }
}
