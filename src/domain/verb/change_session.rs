//! Change a session: all that the programme says of it, its time and its room too.

use crate::domain::decision::Decision;
use crate::domain::programme::{self, Difference};
use crate::domain::refusal::{Refusal, SessionFault};
use crate::domain::{Change, Clear, Context, Decide, waiting_list};
use crate::fact::{Fact, Session};
use crate::id::GatheringId;

/// Replaces what the programme says of a session.
///
/// Another time or another room is a move: calendars take notice. Other texts are not. Texts can still be changed when
/// the gathering is over.
///
/// # Refusals
/// In this order: unknown gathering, called off; a text that is not taken, too many speakers, one of them twice; unknown
/// session, dropped before; for a move: gathering over, a day that is none of the gathering's; a new speaker who was forgotten
/// ([`Refusal::Forgotten`]). One whom the session named before may stay: nobody sees a name.
///
/// # Example
/// ```
/// use gather::{AddSession, Change, ChangeSession, Desk, Gathering, Session, SessionId, Venue};
///
/// let desk = Desk::in_memory();
/// let conference = Gathering::conference("The Changing Landscape", Venue::new("Central Library"));
/// let conference = desk.announce(conference)?.outcome;
/// let talk = Session::new(SessionId::random(), "Asset transfer");
/// drop(desk.execute(AddSession::new(conference, talk.clone()))?);
///
/// let better = talk.about("What ten years have taught us.");
/// assert_eq!(desk.execute(ChangeSession::new(conference, better))?.outcome, Change::Made);
/// # Ok::<(), gather::Failure>(())
/// ```
#[derive(Clone, Debug)]
pub struct ChangeSession {
    gathering: GatheringId,
    session: Session,
}

impl ChangeSession {
    /// Says what the session is from now on; its id says which session is meant.
    #[must_use]
    pub fn new(gathering: GatheringId, session: Session) -> Self {
        Self { gathering, session }
    }
}

impl Decide for ChangeSession {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let Self { session, .. } = self;
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        programme::check_session(session).map_err(|fault| fault.of(session.id))?;
        decision.live_session(&gathering, session.id)?;
        let difference = programme::compare(decision, &gathering, session);
        let difference = difference.map_err(|fault: SessionFault| fault.of(session.id))?;
        if difference == (Difference::Known { moved: false, revised: false }) {
            return Ok(Change::AlreadySo);
        }
        if difference.is_move() {
            gathering.must_not_be_over(decision.time())?;
            programme::check_day(&gathering, &session.schedule).map_err(|fault| fault.of(session.id))?;
        }
        let speakers = programme::check_speakers(decision, &gathering, session, difference);
        speakers.map_err(|fault| fault.of(session.id))?;
        programme::record(decision, &gathering, session, difference);
        // A session that was over and has a new time can serve its line again.
        waiting_list::serve(decision, gathering.id);
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("change session");
        clear.gathering(self.gathering).session(&self.session);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| {
            matches!(fact, Fact::SessionMoved { .. } | Fact::SessionRevised { .. })
        }))
    }
}
