//! Keep answers: for how long what people answer for a gathering is kept.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::{AnswerClass, Fact};
use crate::id::GatheringId;

/// Says for how long what people answer for a gathering is kept: whatever the host has asked. [`of_class`](Self::of_class) says so of
/// what they need instead, which is kept for a time of its own.
///
/// Nothing is erased by this itself. When the days are over, [`Desk::due_for_erasure`](crate::Desk::due_for_erasure) lists
/// the gathering, and [`Desk::apply_retention`](crate::Desk::apply_retention) destroys the key of that class. It can be said
/// at any time, also of a gathering that is over, called off or archived, and again.
///
/// # Refusals
/// Unknown gathering; answers, or needs, kept no more.
///
/// # Example
/// ```
/// use gather::{AnswerClass, Desk, Gathering, KeepAnswers};
///
/// let desk = Desk::in_memory();
/// let lunch = Gathering::webinar("Lunch talk").at("2099-03-05 12:00 to 13:30 UTC".parse()?);
/// let lunch = desk.announce(lunch)?.outcome;
/// drop(desk.execute(KeepAnswers::new(lunch).for_days(30))?);
///
/// assert!(desk.due_for_erasure("2099-04-04T13:29:00Z".parse()?).is_empty());
/// assert_eq!(desk.due_for_erasure("2099-04-04T13:30:00Z".parse()?)[0].gathering, lunch);
///
/// // What they need is no longer needed when it is over.
/// drop(desk.execute(KeepAnswers::new(lunch).of_class(AnswerClass::Needs).for_days(1))?);
/// assert_eq!(desk.due_for_erasure("2099-03-06T13:30:00Z".parse()?)[0].class, AnswerClass::Needs);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[doc(alias = "retention")]
pub struct KeepAnswers {
    gathering: GatheringId,
    class: AnswerClass,
    days: Option<u32>,
}

impl KeepAnswers {
    /// Keeps them for as long as the log is, unless it is said for how many days.
    #[must_use]
    pub fn new(gathering: GatheringId) -> Self {
        Self { gathering, class: AnswerClass::Answers, days: None }
    }

    /// Says it of another class than answers.
    #[must_use]
    pub fn of_class(mut self, class: AnswerClass) -> Self {
        self.class = class;
        self
    }

    /// Keeps them for so many days of 24 hours after the gathering has ended; 0 is until then.
    #[must_use]
    pub fn for_days(mut self, days: u32) -> Self {
        self.days = Some(days);
        self
    }
}

impl Decide for KeepAnswers {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        let (id, days) = (gathering.id, self.days);
        let (kept, said) = match self.class {
            AnswerClass::Answers => {
                gathering.must_keep_answers(true)?;
                (gathering.cell.answers, Fact::RetentionSet { gathering: id, answers: days })
            }
            AnswerClass::Needs => {
                gathering.must_keep_needs(true)?;
                (gathering.cell.needs, Fact::NeedsRetentionSet { gathering: id, days })
            }
        };
        if kept.days == days {
            return Ok(Change::AlreadySo);
        }
        decision.record(said);
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new(match self.class {
            AnswerClass::Answers => "keep answers",
            AnswerClass::Needs => "keep needs",
        });
        clear.gathering(self.gathering);
        clear.maybe(self.days, |clear, days| {
            clear.number(days);
        });
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        let is_own = |fact: &Fact| matches!(fact, Fact::RetentionSet { .. } | Fact::NeedsRetentionSet { .. });
        Some(Change::among(facts, is_own))
    }
}
