//! Withdraw an offer: the organiser takes it back.

use crate::domain::cells::Claim;
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, Effects, ending, waiting_list};
use crate::fact::{Ending, Fact};
use crate::id::RegistrationId;

/// Takes back the places that somebody in line was offered and has not accepted. The registration ends, and whoever is
/// next is served.
///
/// # Refusals
/// In this order: unknown registration, gathering called off, completed or archived, registration ended, gathering over,
/// session over, nothing offered.
#[derive(Clone, Copy, Debug)]
pub struct WithdrawOffer {
    registration: RegistrationId,
}

impl WithdrawOffer {
    /// Takes back what a registration was offered.
    #[must_use]
    pub fn new(registration: RegistrationId) -> Self {
        Self { registration }
    }
}

impl Decide for WithdrawOffer {
    type Outcome = Effects;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Effects, Refusal> {
        let registration = self.registration;
        let (cell, gathering) = decision.live_registration(registration)?;
        if !matches!(cell.claim, Claim::Offered { .. }) {
            return Err(Refusal::NotOffered { registration });
        }
        ending::end_with_parts(decision, &gathering, registration, Ending::OfferWithdrawn);
        waiting_list::serve(decision, gathering.id);
        Ok(Effects::among(decision.facts(), &[registration]))
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("withdraw offer");
        clear.id(self.registration.bytes());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Effects> {
        Some(Effects::among(facts, &[self.registration]))
    }
}
