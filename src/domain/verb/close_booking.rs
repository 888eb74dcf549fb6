//! Close booking by hand.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide, waiting_list};
use crate::fact::{ByHand, Fact};
use crate::id::GatheringId;

/// Closes booking, whatever its window says, until it is opened by hand. Whoever is in line is still served where places
/// are given at once; nobody is offered any.
///
/// # Refusals
/// In this order: unknown gathering, called off, completed or archived, over.
#[derive(Clone, Copy, Debug)]
pub struct CloseBooking {
    gathering: GatheringId,
}

impl CloseBooking {
    /// Closes booking of a gathering.
    #[must_use]
    pub fn new(gathering: GatheringId) -> Self {
        Self { gathering }
    }
}

impl Decide for CloseBooking {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        gathering.must_not_be_over(decision.time())?;
        if gathering.cell.by_hand == Some(ByHand::Closed) {
            return Ok(Change::AlreadySo);
        }
        decision.record(Fact::BookingClosed { gathering: self.gathering });
        waiting_list::serve(decision, self.gathering);
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("close booking");
        clear.gathering(self.gathering);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::BookingClosed { .. })))
    }
}
