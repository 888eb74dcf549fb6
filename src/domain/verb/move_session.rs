//! Move a session: another time, another room.

use crate::domain::decision::Decision;
use crate::domain::programme;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide, waiting_list};
use crate::fact::Fact;
use crate::id::{GatheringId, SessionId};
use crate::schedule::Schedule;

/// Gives a session another time, another room, or both. Who has a place in it keeps it; in calendars its entry moves.
///
/// # Refusals
/// In this order: unknown gathering, called off, over; unknown session, dropped before; a room or a hint at the date
/// that is not taken; a day that is none of the gathering's.
///
/// # Example
/// ```
/// use gather::{AddSession, Change, Desk, Gathering, MoveSession, Session, SessionId, Venue};
///
/// let desk = Desk::in_memory();
/// let conference = Gathering::conference("The Changing Landscape", Venue::new("Central Library"));
/// let conference = desk.announce(conference)?.outcome;
/// let talk = Session::new(SessionId::random(), "Asset transfer").room("Carpenter Room");
/// let talk = desk.execute(AddSession::new(conference, talk))?.outcome;
///
/// let upstairs = MoveSession::new(conference, talk).room("Reading Room");
/// assert_eq!(desk.execute(upstairs)?.outcome, Change::Made);
/// # Ok::<(), gather::Failure>(())
/// ```
#[derive(Clone, Debug)]
pub struct MoveSession {
    gathering: GatheringId,
    session: SessionId,
    schedule: Option<Schedule>,
    room: Option<String>,
    only_from: Option<Schedule>,
}

impl MoveSession {
    /// Moves a session; say where to with [`to`](Self::to) and [`room`](Self::room), or it stays.
    #[must_use]
    pub fn new(gathering: GatheringId, session: SessionId) -> Self {
        Self { gathering, session, schedule: None, room: None, only_from: None }
    }

    /// Only if it is still there; somebody may have moved it meanwhile, and theirs stands. It is no part of what a caller can
    /// ask for, nor of the content.
    pub(crate) fn only_from(mut self, schedule: Schedule) -> Self {
        self.only_from = Some(schedule);
        self
    }

    /// Gives it another time.
    #[must_use]
    pub fn to(mut self, schedule: Schedule) -> Self {
        self.schedule = Some(schedule);
        self
    }

    /// Gives it another room; empty for none.
    #[must_use]
    pub fn room(mut self, room: impl Into<String>) -> Self {
        self.room = Some(room.into());
        self
    }
}

impl Decide for MoveSession {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let Self { session, .. } = *self;
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        gathering.must_not_be_over(decision.time())?;
        let cell = decision.live_session(&gathering, session)?;
        let schedule = self.schedule.as_ref().unwrap_or(&cell.schedule);
        let room = self.room.as_deref().unwrap_or(&cell.room);
        let was_moved = self.only_from.as_ref().is_some_and(|from| *from != *cell.schedule);
        if was_moved || (schedule, room) == (&*cell.schedule, &*cell.room) {
            return Ok(Change::AlreadySo);
        }
        programme::check_place(schedule, room).map_err(|fault| fault.of(session))?;
        programme::check_day(&gathering, schedule).map_err(|fault| fault.of(session))?;
        let (schedule, room) = (schedule.clone(), room.to_owned());
        decision.record(Fact::SessionMoved { gathering: gathering.id, session, schedule, room });
        // A session that was over and has a new time can serve its line again.
        waiting_list::serve(decision, gathering.id);
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("move session");
        clear.gathering(self.gathering).id(self.session.bytes());
        clear.maybe(self.schedule.as_ref(), |clear, schedule| {
            clear.schedule(schedule);
        });
        clear.maybe(self.room.as_deref(), |clear, room| {
            clear.text(room);
        });
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::SessionMoved { .. })))
    }
}
