//! Read needs: somebody is about to be shown what the people of a gathering need.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::GatheringId;
use crate::text::Reference;

/// Records that what the people of a gathering need is read, and what for. The desk shows nothing before this is durable, so it
/// is no command that a caller could give without that.
///
/// # Refusals
/// In this order: unknown gathering, needs at this gathering kept no more.
#[derive(Clone, Debug)]
pub(crate) struct ReadNeeds {
    pub(crate) gathering: GatheringId,
    pub(crate) purpose: Reference,
}

impl Decide for ReadNeeds {
    type Outcome = GatheringId;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<GatheringId, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_keep_needs(true)?;
        decision.record(Fact::NeedsRead { gathering: gathering.id, purpose: self.purpose.clone() });
        Ok(gathering.id)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("read needs");
        clear.gathering(self.gathering).text(self.purpose.as_str());
        clear
    }

    fn recall(&self, _: &Context, _: &[Fact]) -> Option<GatheringId> {
        Some(self.gathering)
    }
}
