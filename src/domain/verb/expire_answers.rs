//! Expire answers: what people answered for a gathering is kept no more.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::GatheringId;

/// Says that the answers for a gathering are kept no more. The desk destroys their key when this is durable, so it is no
/// command that a caller could give without that.
///
/// # Refusals
/// Unknown gathering.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExpireAnswers {
    pub(crate) gathering: GatheringId,
}

impl Decide for ExpireAnswers {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        if gathering.cell.answers.expired {
            return Ok(Change::AlreadySo);
        }
        decision.record(Fact::AnswersExpired { gathering: gathering.id });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("expire answers");
        clear.gathering(self.gathering);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::AnswersExpired { .. })))
    }
}
