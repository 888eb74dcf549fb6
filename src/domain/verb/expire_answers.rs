//! Expire answers: what people told for a gathering, of one class, is kept no more.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::{AnswerClass, Fact};
use crate::id::GatheringId;

/// Says that the answers, or the needs, for a gathering are kept no more. The desk destroys their key when this is durable, so it
/// is no command that a caller could give without that.
///
/// # Refusals
/// Unknown gathering.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExpireAnswers {
    pub(crate) gathering: GatheringId,
    pub(crate) class: AnswerClass,
}

impl Decide for ExpireAnswers {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        let id = gathering.id;
        let (kept, said) = match self.class {
            AnswerClass::Answers => (gathering.cell.answers, Fact::AnswersExpired { gathering: id }),
            AnswerClass::Needs => (gathering.cell.needs, Fact::NeedsExpired { gathering: id }),
        };
        if kept.expired {
            return Ok(Change::AlreadySo);
        }
        decision.record(said);
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new(match self.class {
            AnswerClass::Answers => "expire answers",
            AnswerClass::Needs => "expire needs",
        });
        clear.gathering(self.gathering);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        let is_own = |fact: &Fact| matches!(fact, Fact::AnswersExpired { .. } | Fact::NeedsExpired { .. });
        Some(Change::among(facts, is_own))
    }
}
