//! Open booking by hand.

use super::decision::Decision;
use super::refusal::Refusal;
use super::{Change, Context, Decide};
use crate::fact::Fact;
use crate::id::GatheringId;

/// Opens booking, whatever its window says, until it is closed by hand or the gathering is over.
///
/// # Refusals
/// In this order: unknown gathering, called off, over.
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
        let gathering = decision.gathering(self.gathering)?;
        gathering.must_stand()?;
        gathering.must_not_be_over(decision.time())?;
        if gathering.cell.opened == Some(crate::fact::ByHand::Opened) {
            return Ok(Change::AlreadySo);
        }
        decision.record(Fact::BookingOpened { gathering: self.gathering });
        Ok(Change::Made)
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        let same = matches!(facts, [Fact::BookingOpened { gathering }] if *gathering == self.gathering);
        same.then_some(Change::Made)
    }
}
