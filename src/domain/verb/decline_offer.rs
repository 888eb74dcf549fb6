//! Decline an offer: the places go on down the line.

use crate::domain::cells::Claim;
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, Effects, ending, waiting_list};
use crate::fact::{Ending, Fact};
use crate::id::RegistrationId;

/// Declines the places that somebody in line was offered. The registration ends, and whoever is next is served; joining
/// again is at the end of the line.
///
/// # Refusals
/// In this order: unknown registration, gathering called off, completed or archived, registration ended, gathering over,
/// session over, nothing offered.
#[derive(Clone, Copy, Debug)]
pub struct DeclineOffer {
    registration: RegistrationId,
}

impl DeclineOffer {
    /// Declines what a registration was offered.
    #[must_use]
    pub fn new(registration: RegistrationId) -> Self {
        Self { registration }
    }
}

impl Decide for DeclineOffer {
    type Outcome = Effects;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Effects, Refusal> {
        let registration = self.registration;
        let (cell, gathering) = decision.live_registration(registration)?;
        if !matches!(cell.claim, Claim::Offered { .. }) {
            return Err(Refusal::NotOffered { registration });
        }
        ending::end_with_parts(decision, &gathering, registration, Ending::Declined);
        waiting_list::serve(decision, gathering.id);
        Ok(Effects::among(decision.facts(), &[registration]))
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("decline offer");
        clear.id(self.registration.bytes());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Effects> {
        Some(Effects::among(facts, &[self.registration]))
    }
}
