//! Follow up: send me the recording.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide};
use crate::fact::{Booking, Fact, Party};
use crate::id::{GatheringId, OfferingId, PersonId, RegistrationId};

/// Asks for what there is after a gathering, without a place in it: the recording, the slides. It can be asked for before
/// and after, as long as the gathering is neither called off nor archived. A booking made later takes its place.
///
/// # Refusals
/// In this order: unknown gathering, unknown offering (or none named where there are several), gathering called off or
/// archived, a draft, the person registered already.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "recording only")]
pub struct FollowUp {
    gathering: GatheringId,
    person: PersonId,
    offering: Option<OfferingId>,
}

impl FollowUp {
    /// Asks for what there is after a gathering.
    #[must_use]
    pub fn new(gathering: GatheringId, person: PersonId) -> Self {
        Self { gathering, person, offering: None }
    }

    /// Says which offering is meant. Needed where the gathering has several.
    #[must_use]
    pub fn offering(mut self, offering: OfferingId) -> Self {
        self.offering = Some(offering);
        self
    }
}

impl Decide for FollowUp {
    type Outcome = RegistrationId;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<RegistrationId, Refusal> {
        let Self { gathering, person, offering } = *self;
        let on = decision.acting_on(gathering)?;
        let offering = on.offering(offering)?.id;
        on.must_not_be_gone()?;
        on.must_be_announced()?;
        decision.must_not_be_forgotten(person)?;
        if let Some(registration) = decision.holder(&on, offering, person) {
            return Err(Refusal::AlreadyRegistered { person, registration });
        }
        let registration = decision.unused(context.new_registration(0))?;
        let booking = Booking::new(offering, Party::one(person));
        decision.record(Fact::FollowUpRequested { gathering, registration, booking });
        Ok(registration)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("follow up");
        clear.gathering(self.gathering).id(self.person.bytes()).offering(self.offering);
        clear
    }

    fn recall(&self, context: &Context, _: &[Fact]) -> Option<RegistrationId> {
        Some(context.new_registration(0))
    }
}
