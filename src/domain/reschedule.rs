//! Reschedule: other dates, or none for now.

use super::decision::{Decision, Gathering};
use super::refusal::{Refusal, SessionFault};
use super::{Change, Context, Decide, waiting_list};
use crate::fact::Fact;
use crate::id::GatheringId;
use crate::schedule::Schedule;
use crate::text;

/// Gives a gathering other dates: moves it, confirms a date that was open, or takes it back ("postponed").
///
/// Everybody keeps what they have: places and the order of the line. In calendars the entry moves along.
///
/// # Refusals
/// In this order: unknown gathering, called off, a hint at the date that is not taken, dates that are over already, with
/// its programme: a session whose time does not exist on its new day.
///
/// # Example
/// ```
/// use gather::{Change, Desk, Gathering, Schedule};
///
/// let desk = Desk::in_memory();
/// let meeting = desk.announce(Gathering::webinar("Income generation"))?.outcome; // its date is to be confirmed
/// let date: Schedule = "2099-05-20 10:00 to 12:00 Europe/London".parse()?;
/// assert_eq!(desk.reschedule(meeting, date.clone())?.outcome, Change::Made);
/// assert_eq!(desk.reschedule(meeting, date)?.outcome, Change::AlreadySo);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "postpone")]
pub struct Reschedule {
    gathering: GatheringId,
    schedule: Schedule,
    with_programme: bool,
}

impl Reschedule {
    /// Sets the dates from now on.
    #[must_use]
    pub fn new(gathering: GatheringId, schedule: Schedule) -> Self {
        Self { gathering, schedule, with_programme: false }
    }

    /// Moves every session of the programme along: by as many days as lie between the first day that the gathering had
    /// and the one that it gets, at the same time by the clocks on the wall. One that was postponed had the first day of
    /// the dates that it lost. Without this, sessions stay where they are until they are moved, and calendars show those
    /// outside the new dates as postponed. A gathering that has these dates already moves nothing.
    #[must_use]
    pub fn with_programme(mut self) -> Self {
        self.with_programme = true;
        self
    }
}

impl Decide for Reschedule {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.gathering(self.gathering)?;
        gathering.must_stand()?;
        if *gathering.cell.schedule == self.schedule {
            return Ok(Change::AlreadySo);
        }
        check_schedule(&self.schedule, decision)?;
        decision.record(Fact::GatheringRescheduled {
            gathering: self.gathering,
            schedule: self.schedule.clone(),
            ask: None,
        });
        if self.with_programme {
            move_sessions(decision, &gathering, &self.schedule)?;
        }
        // One that was over and has new dates can serve its line again.
        let gathering = decision.gathering(self.gathering)?;
        waiting_list::promote(decision, &gathering);
        Ok(Change::Made)
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        let Fact::GatheringRescheduled { gathering, schedule, .. } = facts.first()? else { return None };
        let moved = facts.iter().any(|fact| matches!(fact, Fact::SessionMoved { .. }));
        let same =
            (gathering, schedule) == (&self.gathering, &self.schedule) && (self.with_programme || !moved);
        same.then_some(Change::Made)
    }
}

/// Moves every session by as many days as the gathering, which is given as it was.
fn move_sessions(decision: &mut Decision<'_>, before: &Gathering, after: &Schedule) -> Result<(), Refusal> {
    let (Some(was), Some((is, _))) = (before.cell.first_day, after.first_and_last_day()) else {
        return Ok(());
    };
    let days = is.signed_duration_since(was).num_days();
    for session in decision.sessions(before) {
        let Ok(cell) = decision.live_session(before, session) else { continue };
        let schedule = cell.schedule.shifted(days).map_err(|error| SessionFault::Time(error).of(session))?;
        if schedule != *cell.schedule {
            let room = cell.room.to_string();
            decision.record(Fact::SessionMoved { gathering: before.id, session, schedule, room });
        }
    }
    Ok(())
}

/// Refuses dates that are over, and a hint that is no line of text.
pub(super) fn check_schedule(schedule: &Schedule, decision: &Decision<'_>) -> Result<(), Refusal> {
    if let Schedule::ToBeConfirmed { hint } = schedule {
        text::check_optional_line("hint at the date", hint)?;
    }
    let now = decision.time();
    match schedule.ends() {
        Some(ends) if ends <= now => Err(Refusal::InThePast { ends, now }),
        _ => Ok(()),
    }
}
