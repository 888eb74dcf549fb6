//! Open a gathering for interest: people can say that they would come.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::{ByHand, Fact};
use crate::id::GatheringId;

/// Lets people say that they are interested, and no more, until booking is opened or closed by hand.
///
/// # Refusals
/// In this order: unknown gathering, called off, completed or archived, over.
#[derive(Clone, Copy, Debug)]
pub struct OpenInterest {
    gathering: GatheringId,
}

impl OpenInterest {
    /// Opens a gathering for interest.
    #[must_use]
    pub fn new(gathering: GatheringId) -> Self {
        Self { gathering }
    }
}

impl Decide for OpenInterest {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        gathering.must_not_be_over(decision.time())?;
        if gathering.cell.by_hand == Some(ByHand::InterestOnly) {
            return Ok(Change::AlreadySo);
        }
        decision.record(Fact::InterestOpened { gathering: self.gathering });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("open interest");
        clear.gathering(self.gathering);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::InterestOpened { .. })))
    }
}
