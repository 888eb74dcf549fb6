//! Reconfirm: the new dates suit.

use crate::domain::cells::{Asked, Claim};
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::RegistrationId;

/// Answers that new dates suit, where [`Reschedule::ask`](crate::Reschedule::ask) asked everybody with a place. Whoever
/// they do not suit cancels.
///
/// # Refusals
/// In this order: unknown registration, gathering called off, completed or archived, registration ended, gathering over,
/// session over, not asked (nobody was, it had no place then, or the time to answer is up).
#[derive(Clone, Copy, Debug)]
pub struct Reconfirm {
    registration: RegistrationId,
}

impl Reconfirm {
    /// Says that the new dates suit the people of a registration.
    #[must_use]
    pub fn new(registration: RegistrationId) -> Self {
        Self { registration }
    }
}

impl Decide for Reconfirm {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let registration = self.registration;
        let (cell, gathering) = decision.live_registration(registration)?;
        let is_asked = gathering.cell.round.is_some() && cell.claim == Claim::Confirmed;
        match cell.asked() {
            Asked::Open if is_asked => {}
            Asked::Answered if is_asked => return Ok(Change::AlreadySo),
            Asked::Not | Asked::Open | Asked::Answered => return Err(Refusal::NotAsked { registration }),
        }
        decision.record(Fact::RegistrationReconfirmed { gathering: gathering.id, registration });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("reconfirm");
        clear.id(self.registration.bytes());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::RegistrationReconfirmed { .. })))
    }
}
