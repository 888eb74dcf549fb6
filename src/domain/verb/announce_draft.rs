//! Announce a draft: from now on it can be seen, and booked.

use super::reschedule::check_schedule;
use crate::domain::cells::Phase;
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::GatheringId;

/// Makes a gathering known that was a draft ([`Gathering::draft`](crate::Gathering::draft)).
///
/// # Refusals
/// In this order: unknown gathering, called off, completed or archived, dates that are over.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "publish")]
pub struct AnnounceDraft {
    gathering: GatheringId,
}

impl AnnounceDraft {
    /// Makes a draft known.
    #[must_use]
    pub fn new(gathering: GatheringId) -> Self {
        Self { gathering }
    }
}

impl Decide for AnnounceDraft {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        if gathering.cell.phase != Phase::Draft {
            return Ok(Change::AlreadySo);
        }
        check_schedule(&gathering.cell.schedule, decision)?;
        decision.record(Fact::DraftAnnounced { gathering: gathering.id });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("announce draft");
        clear.gathering(self.gathering);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::DraftAnnounced { .. })))
    }
}
