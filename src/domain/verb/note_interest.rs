//! Note an interest: tell me when it can be booked.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide};
use crate::fact::{Booking, BookingState, Fact, Party};
use crate::id::{GatheringId, OfferingId, PersonId, RegistrationId};

/// Notes that somebody is interested in a gathering that cannot be booked yet: its date is to be confirmed, or booking
/// opens later, or is open for interest only. It promises nothing. A booking made later takes its place.
///
/// # Refusals
/// In this order: unknown gathering, unknown offering (or none named where there are several), gathering called off,
/// completed, archived, a draft, over; it can be booked, booking is paused, closed; the person registered already.
#[derive(Clone, Copy, Debug)]
pub struct NoteInterest {
    gathering: GatheringId,
    person: PersonId,
    offering: Option<OfferingId>,
}

impl NoteInterest {
    /// Notes somebody's interest in a gathering.
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

impl Decide for NoteInterest {
    type Outcome = RegistrationId;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<RegistrationId, Refusal> {
        let Self { gathering, person, offering } = *self;
        let on = decision.acting_on(gathering)?;
        let offering = on.offering(offering)?.id;
        on.must_stand()?;
        on.must_be_announced()?;
        on.must_not_be_over(decision.time())?;
        match on.booking(decision.time()) {
            BookingState::NotYet | BookingState::InterestOnly => {}
            BookingState::Open | BookingState::LineOnly => return Err(Refusal::BookingOpen { gathering }),
            BookingState::Paused => return Err(Refusal::BookingPaused { gathering }),
            BookingState::Closed => return Err(Refusal::BookingClosed { gathering }),
        }
        decision.must_not_be_forgotten(person)?;
        if let Some(registration) = decision.holder(&on, offering, person) {
            return Err(Refusal::AlreadyRegistered { person, registration });
        }
        let registration = decision.unused(context.new_registration(0))?;
        let booking = Booking::new(offering, Party::one(person));
        decision.record(Fact::InterestNoted { gathering, registration, booking });
        Ok(registration)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("note interest");
        clear.gathering(self.gathering).id(self.person.bytes()).offering(self.offering);
        clear
    }

    fn recall(&self, context: &Context, _: &[Fact]) -> Option<RegistrationId> {
        Some(context.new_registration(0))
    }
}
