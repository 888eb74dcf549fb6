//! Accept an offer: the places are taken.

use crate::domain::cells::Claim;
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::RegistrationId;

/// Takes the places that somebody in line was offered, before the time to answer is up. They have been kept, so it is
/// never refused for want of room.
///
/// # Refusals
/// In this order: unknown registration, gathering called off, completed or archived, registration ended (an offer whose
/// time is up has), gathering over, session over, nothing offered.
///
/// # Example
/// ```
/// use gather::{AcceptOffer, Desk, Gathering, LinePolicy, Offering, OfferingId, PersonId, Pool, PoolId, Venue};
///
/// let desk = Desk::in_memory();
/// let workshop = Gathering::workshop("Bookbinding", Venue::new("Central Library"))
///     .at("2099-03-05 14:00 to 15:30 Europe/London".parse()?)
///     .pool(Pool::new(PoolId::ONLY, "tables", 1))
///     .offering(
///         Offering::new(OfferingId::ONLY, "table", [PoolId::ONLY]).line(LinePolicy::offering_for_hours(48)),
///     );
/// let workshop = desk.announce(workshop)?.outcome;
/// let anns = desk.register(workshop, PersonId::random())?.outcome.registration();
/// let bobs = desk.register(workshop, PersonId::random())?.outcome.registration();
///
/// assert_eq!(desk.cancel_registration(anns)?.outcome.offered, [bobs]);
/// drop(desk.execute(AcceptOffer::new(bobs))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AcceptOffer {
    registration: RegistrationId,
}

impl AcceptOffer {
    /// Takes what a registration was offered.
    #[must_use]
    pub fn new(registration: RegistrationId) -> Self {
        Self { registration }
    }
}

impl Decide for AcceptOffer {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let registration = self.registration;
        let (cell, gathering) = decision.live_registration(registration)?;
        if !matches!(cell.claim, Claim::Offered { .. }) {
            return Err(Refusal::NotOffered { registration });
        }
        decision.record(Fact::OfferAccepted { gathering: gathering.id, registration });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("accept offer");
        clear.id(self.registration.bytes());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::OfferAccepted { .. })))
    }
}
