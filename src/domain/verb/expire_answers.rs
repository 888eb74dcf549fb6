//! Expire answers: what people told for a gathering, of one class, is kept no more.

use chrono::{DateTime, Utc};

use crate::domain::cells::AnswersKept;
use crate::domain::decision::{Decision, Gathering};
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
    /// Only if it is due by then; else whether it is or not.
    pub(crate) due_by: Option<DateTime<Utc>>,
}

impl ExpireAnswers {
    pub(crate) fn new(gathering: GatheringId, class: AnswerClass) -> Self {
        Self { gathering, class, due_by: None }
    }

    fn kept(&self, gathering: &Gathering) -> AnswersKept {
        match self.class {
            AnswerClass::Answers => gathering.cell.answers,
            AnswerClass::Needs => gathering.cell.needs,
        }
    }

    /// Whether it is not to be erased yet: whoever found it due may have looked at dates that hold no more.
    fn is_early(&self, gathering: &Gathering) -> bool {
        self.due_by.is_some_and(|by| !self.kept(gathering).is_due(&gathering.cell.schedule, by))
    }
}

impl Decide for ExpireAnswers {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        if self.is_early(&decision.look_at(self.gathering)?) {
            return Ok(Change::AlreadySo);
        }
        let gathering = decision.acting_on(self.gathering)?;
        if self.kept(&gathering).expired {
            return Ok(Change::AlreadySo);
        }
        decision.record(match self.class {
            AnswerClass::Answers => Fact::AnswersExpired { gathering: gathering.id },
            AnswerClass::Needs => Fact::NeedsExpired { gathering: gathering.id },
        });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new(match self.class {
            AnswerClass::Answers => "expire answers",
            AnswerClass::Needs => "expire needs",
        });
        clear.gathering(self.gathering);
        if let Some(by) = self.due_by {
            clear.time(by);
        }
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        let is_own = |fact: &Fact| matches!(fact, Fact::AnswersExpired { .. } | Fact::NeedsExpired { .. });
        Some(Change::among(facts, is_own))
    }
}
