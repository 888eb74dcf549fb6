//! Until when somebody can answer an offer of places.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

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
    // Once more where it does not end when it should, since the clocks are changed in the middle of it.
    while let Some(left) = quiet.left_at(wall(schedule, at).time()) {
        let end = by_the_wall(schedule, at, left)?;
        let is_over = quiet.left_at(wall(schedule, end).time()).is_none();
        at = if is_over { end } else { at.checked_add_signed(left)? };
    }
    Some(at)
}

/// The instant itself, or the last second before the quiet that it falls into.
fn before_quiet(schedule: &Schedule, quiet: Option<QuietHours>, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let Some(quiet) = quiet else { return Some(at) };
    let mut at = at;
    while let Some(begun) = quiet.begun_before(wall(schedule, at).time()) {
        let since = begun.checked_add(&TimeDelta::seconds(1))?;
        let end = by_the_wall(schedule, at, -since)?;
        let is_before = quiet.left_at(wall(schedule, end).time()).is_none();
        at = if is_before { end } else { at.checked_sub_signed(since)? };
    }
    Some(at)
}

/// So long after an instant (or before it) by the clocks on the wall, which may have been changed meanwhile.
fn by_the_wall(schedule: &Schedule, at: DateTime<Utc>, by: TimeDelta) -> Option<DateTime<Utc>> {
    let after = at.checked_add_signed(by)?;
    let changed = wall(schedule, after).signed_duration_since(wall(schedule, at).checked_add_signed(by)?);
    after.checked_sub_signed(changed)
}

/// What the clocks on the wall show where the gathering is.
fn wall(schedule: &Schedule, at: DateTime<Utc>) -> NaiveDateTime {
    schedule.zone().map_or_else(|| at.naive_utc(), |zone| zone.wall(at))
}
