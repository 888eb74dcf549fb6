//! Cancel a gathering: it will not take place, and every registration on it ends with it.

use super::decision::Decision;
use super::refusal::Refusal;
use super::{Change, Context, Decide};
use crate::fact::Fact;
use crate::id::GatheringId;

/// Calls a gathering off, for good. Every registration on it, confirmed or in line, ends in the same fact; in
/// calendars its entries stay and say that it is cancelled.
///
/// # Refusals
/// Unknown gathering.
#[derive(Clone, Copy, Debug)]
pub struct CancelGathering {
    gathering: GatheringId,
}

impl CancelGathering {
    /// Calls a gathering off.
    #[must_use]
    pub fn new(gathering: GatheringId) -> Self {
        Self { gathering }
    }
}

impl Decide for CancelGathering {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.gathering(self.gathering)?;
        if gathering.cell.cancelled {
            return Ok(Change::AlreadySo);
        }
        decision.record(Fact::GatheringCancelled { gathering: self.gathering });
        Ok(Change::Made)
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        let same = matches!(facts, [Fact::GatheringCancelled { gathering }] if *gathering == self.gathering);
        same.then_some(Change::Made)
    }
}
