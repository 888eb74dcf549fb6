//! Pause booking: nothing moves for a while.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::{ByHand, Fact};
use crate::id::GatheringId;
use crate::text::Reference;

/// Lets booking rest: nobody books, and the line is not served, until booking is opened or closed by hand. Everybody keeps
/// what they have, and can cancel.
///
/// # Refusals
/// In this order: unknown gathering, called off, completed or archived, over.
#[derive(Clone, Debug)]
pub struct PauseBooking {
    gathering: GatheringId,
    reason: Option<Reference>,
}

impl PauseBooking {
    /// Lets booking of a gathering rest.
    #[must_use]
    pub fn new(gathering: GatheringId) -> Self {
        Self { gathering, reason: None }
    }

    /// Says why, as a code of the host's own. It is stored in the clear.
    #[must_use]
    pub fn reason(mut self, reason: Reference) -> Self {
        self.reason = Some(reason);
        self
    }
}

impl Decide for PauseBooking {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        gathering.must_not_be_over(decision.time())?;
        if gathering.cell.by_hand == Some(ByHand::Paused) {
            return Ok(Change::AlreadySo);
        }
        decision.record(Fact::BookingPaused { gathering: self.gathering, reason: self.reason.clone() });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("pause booking");
        clear.gathering(self.gathering).reference(self.reason.as_ref());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::BookingPaused { .. })))
    }
}
