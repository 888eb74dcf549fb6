//! Until when somebody can answer an offer of places.

use chrono::{DateTime, TimeDelta, Utc};

use super::decision::Gathering;
use crate::fact::{BookingState, ByHand, OfferTerms, QuietHours};
use crate::schedule::Schedule;

/// The last instant for an answer to an offer that is made at `now`: as long as the terms give, never in quiet hours and
/// never after booking closes. `None` where there is no such instant.
pub(crate) fn respond_by(
    gathering: &Gathering,
    terms: OfferTerms,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    if gathering.booking(now) != BookingState::Open {
        return None;
    }
    let given = now.checked_add_signed(TimeDelta::seconds(i64::from(terms.respond_within)))?;
    let schedule = &gathering.cell.schedule;
    let end = after_quiet(schedule, terms.quiet, given)?;
    let end = match closes(gathering).filter(|closes| *closes < end) {
        Some(closes) => before_quiet(schedule, terms.quiet, closes)?,
        None => end,
    };
    (end > now).then_some(end)
}

/// When booking closes: by the window, or with the gathering where the organiser opened it by hand.
fn closes(gathering: &Gathering) -> Option<DateTime<Utc>> {
    let schedule = &gathering.cell.schedule;
    let by_window = match gathering.cell.by_hand {
        Some(ByHand::Opened) => None,
        _ => gathering.cell.window.closes.and_then(|closes| closes.resolve(schedule.starts())),
    };
    by_window.into_iter().chain(schedule.ends()).min()
}

/// The instant itself, or the end of the quiet that it falls into.
fn after_quiet(schedule: &Schedule, quiet: Option<QuietHours>, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let Some(quiet) = quiet else { return Some(at) };
    let mut at = at;
    // Where the clocks are put back meanwhile, it can be quiet once more.
    while let Some(left) = quiet.left_at(wall(schedule, at)) {
        at = at.checked_add_signed(left)?;
    }
    Some(at)
}

/// The instant itself, or the last second before the quiet that it falls into.
fn before_quiet(schedule: &Schedule, quiet: Option<QuietHours>, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let Some(quiet) = quiet else { return Some(at) };
    let mut at = at;
    while let Some(begun) = quiet.begun_before(wall(schedule, at)) {
        at = at.checked_sub_signed(begun)?.checked_sub_signed(TimeDelta::seconds(1))?;
    }
    Some(at)
}

/// The time of the day where the gathering is.
fn wall(schedule: &Schedule, at: DateTime<Utc>) -> chrono::NaiveTime {
    schedule.zone().map_or_else(|| at.time(), |zone| zone.wall(at).time())
}
