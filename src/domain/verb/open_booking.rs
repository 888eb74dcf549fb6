//! Open booking by hand.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide, waiting_list};
use crate::fact::{ByHand, Fact};
use crate::id::GatheringId;

/// Opens booking, whatever its window says, until something else is said or the gathering is over. Where the line has
/// rested, those in it are served first.
///
/// # Refusals
/// In this order: unknown gathering, called off, completed or archived, over.
#[derive(Clone, Copy, Debug)]
pub struct OpenBooking {
    gathering: GatheringId,
}

impl OpenBooking {
    /// Opens booking of a gathering.
    #[must_use]
    pub fn new(gathering: GatheringId) -> Self {
        Self { gathering }
    }
}

impl Decide for OpenBooking {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        gathering.must_not_be_over(decision.time())?;
        if gathering.cell.by_hand == Some(ByHand::Opened) {
            return Ok(Change::AlreadySo);
        }
        decision.record(Fact::BookingOpened { gathering: self.gathering });
        waiting_list::serve(decision, self.gathering);
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("open booking");
        clear.gathering(self.gathering);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::BookingOpened { .. })))
    }
}
