//! Close a line: nobody waits any longer, and nobody can.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide, waiting_list};
use crate::fact::Fact;
use crate::id::{GatheringId, OfferingId};

/// Closes the line of an offering for good: everybody in it has left it, in the same decision, and whoever finds the
/// offering full from now on is refused.
///
/// # Refusals
/// In this order: unknown gathering, unknown offering (or none named where there are several), called off, completed or
/// archived.
#[derive(Clone, Copy, Debug)]
pub struct CloseLine {
    gathering: GatheringId,
    offering: Option<OfferingId>,
}

impl CloseLine {
    /// Closes the line of a gathering's only offering.
    #[must_use]
    pub fn new(gathering: GatheringId) -> Self {
        Self { gathering, offering: None }
    }

    /// Says which offering is meant. Needed where the gathering has several.
    #[must_use]
    pub fn offering(mut self, offering: OfferingId) -> Self {
        self.offering = Some(offering);
        self
    }
}

impl Decide for CloseLine {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        let offering = gathering.offering(self.offering)?;
        gathering.must_stand()?;
        if !offering.waiting_list {
            return Ok(Change::AlreadySo);
        }
        decision.record(Fact::LineClosed { gathering: gathering.id, offering: offering.id });
        // What its head held is open to the lines of others.
        waiting_list::serve(decision, gathering.id);
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("close line");
        clear.gathering(self.gathering).offering(self.offering);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::LineClosed { .. })))
    }
}
