//! Add a session to the programme.

use crate::domain::decision::Decision;
use crate::domain::programme::{self, Difference};
use crate::domain::refusal::{Refusal, SessionFault};
use crate::domain::{Clear, Context, Decide};
use crate::fact::{Fact, Session};
use crate::id::{GatheringId, SessionId};

/// Adds a session to a gathering's programme; or takes one back that was dropped.
///
/// It can be booked only when an offering points to it: see [`AddOffering`](crate::AddOffering). Registrations that
/// ended when it was dropped do not come back with it. A room or a speaker that is booked twice is no refusal but a
/// [warning](crate::Programme::warnings).
///
/// # Refusals
/// In this order: unknown gathering, called off, over; a text of the session that is not taken, too many speakers, one
/// of them twice; a day that is none of the gathering's; an id that a session has already; a speaker who was forgotten
/// ([`Refusal::Forgotten`]); more than 5,000 sessions.
///
/// # Example
/// ```
/// use gather::{AddSession, Desk, Gathering, Session, SessionId, Venue};
///
/// let desk = Desk::in_memory();
/// let conference = Gathering::conference("The Changing Landscape", Venue::new("Central Library"))
///     .at("2099-03-20 Europe/London".parse()?);
/// let conference = desk.announce(conference)?.outcome;
///
/// let talk = Session::new(SessionId::random(), "Asset transfer, ten years on")
///     .at("2099-03-20 10:00 to 10:45 Europe/London".parse()?)
///     .room("Carpenter Room");
/// let talk = desk.execute(AddSession::new(conference, talk))?.outcome;
/// assert_eq!(desk.programme(conference)?.rows()[0].session, talk);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct AddSession {
    gathering: GatheringId,
    session: Session,
}

impl AddSession {
    /// Adds a session.
    #[must_use]
    pub fn new(gathering: GatheringId, session: Session) -> Self {
        Self { gathering, session }
    }
}

impl Decide for AddSession {
    type Outcome = SessionId;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<SessionId, Refusal> {
        let Self { session, .. } = self;
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        gathering.must_not_be_over(decision.time())?;
        programme::check_session(session).map_err(|fault| fault.of(session.id))?;
        programme::check_day(&gathering, &session.schedule).map_err(|fault| fault.of(session.id))?;
        let difference = programme::compare(decision, &gathering, session);
        let difference = difference.map_err(|fault| fault.of(session.id))?;
        if difference != Difference::New {
            return Err(SessionFault::Exists { gathering: gathering.id }.of(session.id).into());
        }
        let speakers = programme::check_speakers(decision, &gathering, session, difference);
        speakers.map_err(|fault| fault.of(session.id))?;
        programme::check_count(decision, &gathering, std::iter::once(session.id))?;
        programme::record(decision, &gathering, session, difference);
        Ok(session.id)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("add session");
        clear.gathering(self.gathering).session(&self.session);
        clear
    }

    fn recall(&self, _: &Context, _: &[Fact]) -> Option<SessionId> {
        Some(self.session.id)
    }
}
