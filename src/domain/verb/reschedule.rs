//! Reschedule: other dates, or none for now.

use chrono::{DateTime, SubsecRound, Utc};

use super::hold::check_deadline;
use crate::domain::cells::Claim;
use crate::domain::decision::{Decision, Gathering};
use crate::domain::refusal::{Refusal, SessionFault};
use crate::domain::{Change, Clear, Context, Decide, waiting_list};
use crate::fact::{Fact, Reconfirmation, Silence};
use crate::id::{GatheringId, RegistrationId};
use crate::schedule::Schedule;
use crate::text;

/// Gives a gathering other dates: moves it, confirms a date that was open, or takes it back ("postponed").
///
/// Everybody keeps what they have: places and the order of the line. In calendars the entry moves along.
///
/// # Refusals
/// In this order: unknown gathering, called off, completed or archived, a hint at the date that is not taken, dates that are over already, with
/// its programme: a session whose time does not exist on its new day. Where everybody is asked, after dates that are over: a
/// deadline that is not ahead, or after the new start; more than 30,000 to ask.
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
    ask: Option<Reconfirmation>,
    only_from: Option<Schedule>,
}

impl Reschedule {
    /// Sets the dates from now on.
    #[must_use]
    pub fn new(gathering: GatheringId, schedule: Schedule) -> Self {
        Self { gathering, schedule, with_programme: false, ask: None, only_from: None }
    }

    /// Only if it is still there; somebody may have moved it meanwhile, and theirs stands. It is no part of what a caller can
    /// ask for, nor of the content.
    pub(crate) fn only_from(mut self, schedule: Schedule) -> Self {
        self.only_from = Some(schedule);
        self
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

    /// Asks everybody with a confirmed place whether the new dates suit, until a deadline: they answer with
    /// [`Reconfirm`](crate::Reconfirm), or cancel. What becomes of those who do neither is said here. Without this
    /// everybody keeps what they have; a question that is open already goes on.
    #[must_use]
    #[doc(alias = "reconfirmation")]
    pub fn ask(mut self, until: DateTime<Utc>, on_silence: Silence) -> Self {
        self.ask = Some(Reconfirmation { until: until.trunc_subsecs(6), on_silence });
        self
    }
}

/// So many registrations can be asked at once: what silence comes to has to fit into a batch for each of them.
const ASKED_LIMIT: usize = 30_000;

impl Reschedule {
    /// Refuses a question whose time is up, or would be after the start, or that goes to too many.
    fn check_question(&self, decision: &Decision<'_>, gathering: &Gathering) -> Result<(), Refusal> {
        let Some(ask) = self.ask else { return Ok(()) };
        check_deadline(ask.until, decision.time(), self.schedule.starts())?;
        let offerings = gathering.cell.plan.offerings.iter();
        let holders = offerings.flat_map(|offering| decision.holders_of(gathering, offering.id));
        let is_confirmed = |id: &RegistrationId| {
            let cell = decision.registration_on(gathering, *id);
            cell.is_some_and(|cell| cell.claim == Claim::Confirmed)
        };
        let registrations = holders.filter(is_confirmed).count();
        if registrations > ASKED_LIMIT {
            return Err(Refusal::TooManyToAsk { registrations, limit: ASKED_LIMIT });
        }
        Ok(())
    }
}

impl Decide for Reschedule {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        let was_moved = self.only_from.as_ref().is_some_and(|from| *from != *gathering.cell.schedule);
        if was_moved || *gathering.cell.schedule == self.schedule {
            return Ok(Change::AlreadySo);
        }
        check_schedule(&self.schedule, decision)?;
        self.check_question(decision, &gathering)?;
        decision.record(Fact::GatheringRescheduled {
            gathering: self.gathering,
            schedule: self.schedule.clone(),
            ask: self.ask,
        });
        if self.with_programme {
            move_sessions(decision, &gathering, &self.schedule)?;
        }
        // One that was over and has new dates can serve its line again.
        waiting_list::serve(decision, gathering.id);
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("reschedule");
        clear.gathering(self.gathering).schedule(&self.schedule).flag(self.with_programme);
        clear.reconfirmation(self.ask);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::GatheringRescheduled { .. })))
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
