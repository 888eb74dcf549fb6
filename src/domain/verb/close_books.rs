//! Close the books: who came is known, and nothing is left open.

use crate::domain::cells::Phase;
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::GatheringId;

/// Completes a gathering that is over: whoever had a place and was not seen did not come, and whatever is still held,
/// offered, pending, in line or only interested has ended. What was seen can still be corrected, and people can still ask
/// for what there is afterwards.
///
/// # Refusals
/// In this order: unknown gathering, called off or archived, a draft, not over (or without a date).
#[derive(Clone, Copy, Debug)]
#[doc(alias = "complete")]
pub struct CloseBooks {
    gathering: GatheringId,
}

impl CloseBooks {
    /// Closes the books of a gathering.
    #[must_use]
    pub fn new(gathering: GatheringId) -> Self {
        Self { gathering }
    }
}

impl Decide for CloseBooks {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_not_be_gone()?;
        gathering.must_be_announced()?;
        if gathering.cell.phase == Phase::Completed {
            return Ok(Change::AlreadySo);
        }
        let ends = gathering.cell.schedule.ends();
        if ends.is_none_or(|ends| decision.time() < ends) {
            return Err(Refusal::NotOver { gathering: gathering.id, ends });
        }
        decision.record(Fact::BooksClosed { gathering: gathering.id });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("close books");
        clear.gathering(self.gathering);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::BooksClosed { .. })))
    }
}
