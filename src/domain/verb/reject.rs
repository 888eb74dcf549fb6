//! Reject a registration: somebody has said no.

use crate::domain::cells::Claim;
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, Effects, ending, waiting_list};
use crate::fact::{Ending, Fact};
use crate::id::RegistrationId;

/// Says no to a registration that waits for approval. It ends; what it kept goes to the line.
///
/// # Refusals
/// In this order: unknown registration, gathering called off, completed or archived, registration ended, gathering over,
/// session over, not waiting for approval.
#[derive(Clone, Copy, Debug)]
pub struct Reject {
    registration: RegistrationId,
}

impl Reject {
    /// Says no to a registration.
    #[must_use]
    pub fn new(registration: RegistrationId) -> Self {
        Self { registration }
    }
}

impl Decide for Reject {
    type Outcome = Effects;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Effects, Refusal> {
        let registration = self.registration;
        let (cell, gathering) = decision.live_registration(registration)?;
        if !matches!(cell.claim, Claim::Pending(_)) {
            return Err(Refusal::NotPending { registration });
        }
        ending::end_with_parts(decision, &gathering, registration, Ending::Rejected);
        waiting_list::serve(decision, gathering.id);
        Ok(Effects::among(decision.facts(), &[registration]))
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("reject");
        clear.id(self.registration.bytes());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Effects> {
        Some(Effects::among(facts, &[self.registration]))
    }
}
