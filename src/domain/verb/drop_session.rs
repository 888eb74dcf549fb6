//! Drop a session: it does not take place, and registrations for it end.

use crate::domain::decision::Decision;
use crate::domain::programme;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, Effects, waiting_list};
use crate::fact::Fact;
use crate::id::{GatheringId, SessionId};

/// Takes a session out of the programme. In calendars its entry stays and says that it is cancelled.
///
/// Where it could be booked on its own, every registration for it ends in the same decision as cancelled by the
/// organiser, with whatever needs it; the outcome names them. The gathering and all else on it stand.
///
/// # Refusals
/// In this order: unknown gathering, called off, over; unknown session, dropped before; more than 65,535 registrations
/// that would end at once.
///
/// # Example
/// ```
/// use gather::{AddOffering, AddSession, Desk, DropSession, Gathering, Offering, OfferingId, PersonId, Pool, PoolId};
/// use gather::{Register, Session, SessionId, Venue};
///
/// let desk = Desk::in_memory();
/// let day = Gathering::conference("The Changing Landscape", Venue::new("Central Library"))
///     .at("2099-03-20 Europe/London".parse()?);
/// let day = desk.announce(day)?.outcome;
/// let visit = desk.execute(AddSession::new(day, Session::new(SessionId::random(), "Behind the scenes")))?.outcome;
/// let (number, coach) = (OfferingId::new(2), PoolId::new(2));
/// let offering = Offering::new(number, "visit", [coach]).for_session(visit);
/// drop(desk.execute(AddOffering::new(day, offering).pool(Pool::new(coach, "coach", 16)))?);
/// let booked = desk.execute(Register::new(day, PersonId::random()).offering(number))?.outcome.registration();
///
/// assert_eq!(desk.execute(DropSession::new(day, visit))?.outcome.ended, [booked]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[doc(alias = "cancel session")]
pub struct DropSession {
    gathering: GatheringId,
    session: SessionId,
}

impl DropSession {
    /// Drops a session.
    #[must_use]
    pub fn new(gathering: GatheringId, session: SessionId) -> Self {
        Self { gathering, session }
    }
}

impl Decide for DropSession {
    type Outcome = Effects;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Effects, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        gathering.must_not_be_over(decision.time())?;
        decision.live_session(&gathering, self.session)?;
        programme::drop_session(decision, &gathering, self.session);
        waiting_list::serve(decision, gathering.id);
        Ok(Effects::among(decision.facts(), &[]))
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("drop session");
        clear.gathering(self.gathering).id(self.session.bytes());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Effects> {
        Some(Effects::among(facts, &[]))
    }
}
