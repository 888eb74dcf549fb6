//! Cancel a gathering: it will not take place, and every registration on it ends with it.

use crate::domain::cells::Phase;
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
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
        let gathering = decision.acting_on(self.gathering)?;
        if gathering.cell.phase == Phase::Cancelled {
            return Ok(Change::AlreadySo);
        }
        gathering.must_stand()?;
        decision.record(Fact::GatheringCancelled { gathering: self.gathering });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("cancel gathering");
        clear.gathering(self.gathering);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::GatheringCancelled { .. })))
    }
}
