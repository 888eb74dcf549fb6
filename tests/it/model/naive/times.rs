//! Dates as the model counts them: in hours and days from the epoch, which is a noon.

use chrono::{DateTime, TimeDelta, Utc};
use gather::testkit::{When, epoch};

/// When a day that so many days after the epoch's begins.
fn midnight(days: i64) -> DateTime<Utc> {
    epoch() - TimeDelta::hours(12) + TimeDelta::days(days)
}

pub(super) fn starts(when: When) -> Option<DateTime<Utc>> {
    match when {
        When::ToBeConfirmed => None,
        When::Days { first, .. } => Some(midnight(first)),
        When::Hours { start, .. } => Some(epoch() + TimeDelta::hours(start)),
    }
}

pub(super) fn ends(when: When) -> Option<DateTime<Utc>> {
    match when {
        When::ToBeConfirmed => None,
        When::Days { first, long } => Some(midnight(first + long)),
        When::Hours { start, long } => Some(epoch() + TimeDelta::hours(start + long)),
    }
}

/// The first and the last day, counted from the epoch's.
pub(super) fn days(when: When) -> Option<(i64, i64)> {
    // An hour belongs to the day on which it begins; the epoch's is the thirteenth of its day.
    let day = |hour: i64| (hour + 12).div_euclid(24);
    match when {
        When::ToBeConfirmed => None,
        When::Days { first, long } => Some((first, first + long - 1)),
        When::Hours { start, long } => Some((day(start), day(start + long - 1))),
    }
}

pub(super) fn later(when: When, days: i64) -> When {
    match when {
        When::ToBeConfirmed => when,
        When::Days { first, long } => When::Days { first: first + days, long },
        When::Hours { start, long } => When::Hours { start: start + 24 * days, long },
    }
}

/// Whether two take place at the same time; what is not known to the hour does not.
pub(super) fn overlap(one: When, other: When) -> bool {
    let (When::Hours { start: one, long: lasts }, When::Hours { start: other, long: others }) = (one, other)
    else {
        return false;
    };
    (one..one + lasts).any(|hour| (other..other + others).contains(&hour))
}

/// Hours of the day, from one until another, over midnight where that is earlier; in seconds of the day.
fn quiet_seconds((from, until): (u8, u8)) -> (i64, i64) {
    (i64::from(from) * 3_600, i64::from(until) * 3_600)
}

/// How many seconds after one time of the day the next comes.
fn apart(from: i64, until: i64) -> i64 {
    (until - from).rem_euclid(86_400)
}

fn second_of_day(time: DateTime<Utc>) -> i64 {
    time.timestamp().rem_euclid(86_400)
}

/// When the quiet began that there is at a time, if there is any.
pub(super) fn quiet_since(time: DateTime<Utc>, quiet: Option<(u8, u8)>) -> Option<DateTime<Utc>> {
    let (from, until) = quiet_seconds(quiet?);
    let since = apart(from, second_of_day(time));
    (since < apart(from, until)).then(|| time - TimeDelta::seconds(since))
}

/// The same time, or the end of the quiet that there is then.
pub(super) fn out_of_quiet(time: DateTime<Utc>, quiet: Option<(u8, u8)>) -> DateTime<Utc> {
    let Some(hours) = quiet else { return time };
    let (from, until) = quiet_seconds(hours);
    match quiet_since(time, quiet) {
        Some(began) => began + TimeDelta::seconds(apart(from, until)),
        None => time,
    }
}
