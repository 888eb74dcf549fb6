//! Book to the line only: places are given out later.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::{ByHand, Fact};
use crate::id::GatheringId;

/// Lets whoever books stand in line, whatever is free, until booking is opened: then the line is served, in its order. For
/// a ballot by order of asking, or while it is open how many places there will be.
///
/// # Refusals
/// In this order: unknown gathering, called off, completed or archived, over.
#[derive(Clone, Copy, Debug)]
pub struct LineOnly {
    gathering: GatheringId,
}

impl LineOnly {
    /// Lets people stand in line only.
    #[must_use]
    pub fn new(gathering: GatheringId) -> Self {
        Self { gathering }
    }
}

impl Decide for LineOnly {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        gathering.must_not_be_over(decision.time())?;
        if gathering.cell.by_hand == Some(ByHand::LineOnly) {
            return Ok(Change::AlreadySo);
        }
        decision.record(Fact::BookingToLineOnly { gathering: self.gathering });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("line only");
        clear.gathering(self.gathering);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::BookingToLineOnly { .. })))
    }
}
