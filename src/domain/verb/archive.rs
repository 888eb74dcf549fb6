//! Archive: a gathering is put away.

use crate::domain::cells::Phase;
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::GatheringId;

/// Puts a completed gathering away: nothing more happens to it, and requests about it are no longer remembered. It stays
/// in the log and in the lists.
///
/// # Refusals
/// In this order: unknown gathering, called off, not completed.
#[derive(Clone, Copy, Debug)]
pub struct Archive {
    gathering: GatheringId,
}

impl Archive {
    /// Puts a gathering away.
    #[must_use]
    pub fn new(gathering: GatheringId) -> Self {
        Self { gathering }
    }
}

impl Decide for Archive {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        match gathering.cell.phase {
            Phase::Archived => return Ok(Change::AlreadySo),
            Phase::Cancelled => return Err(Refusal::GatheringCancelled { gathering: gathering.id }),
            Phase::Draft | Phase::Announced => {
                return Err(Refusal::NotCompleted { gathering: gathering.id });
            }
            Phase::Completed => {}
        }
        decision.record(Fact::GatheringArchived { gathering: gathering.id });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("archive");
        clear.gathering(self.gathering);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::GatheringArchived { .. })))
    }
}
