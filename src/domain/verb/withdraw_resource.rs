//! Withdraw a resource: it can no longer be had.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::{GatheringId, ResourceId};

/// Takes back something that people could get after a gathering.
///
/// # Refusals
/// In this order: unknown gathering, called off or archived, unknown resource.
#[derive(Clone, Copy, Debug)]
pub struct WithdrawResource {
    gathering: GatheringId,
    resource: ResourceId,
}

impl WithdrawResource {
    /// Takes a resource of a gathering back.
    #[must_use]
    pub fn new(gathering: GatheringId, resource: ResourceId) -> Self {
        Self { gathering, resource }
    }
}

impl Decide for WithdrawResource {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let Self { resource, .. } = *self;
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_not_be_gone()?;
        if !gathering.cell.plan.resources.contains(&resource) {
            return Err(Refusal::UnknownResource { gathering: gathering.id, resource });
        }
        decision.record(Fact::ResourceWithdrawn { gathering: gathering.id, resource });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("withdraw resource");
        clear.gathering(self.gathering).id(self.resource.bytes());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::ResourceWithdrawn { .. })))
    }
}
