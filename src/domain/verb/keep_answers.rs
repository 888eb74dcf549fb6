//! Keep answers: for how long what people answer for a gathering is kept.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::GatheringId;

/// Says for how long what people answer for a gathering is kept: diet, access needs, whatever the host has asked.
///
/// Nothing is erased by this itself. When the days are over, [`Desk::due_for_erasure`](crate::Desk::due_for_erasure) lists
/// the gathering, and [`Desk::apply_retention`](crate::Desk::apply_retention) destroys the key of its answers. It can be said
/// at any time, also of a gathering that is over, called off or archived, and again.
///
/// # Refusals
/// Unknown gathering, answers kept no more.
///
/// # Example
/// ```
/// use gather::{Answers, Desk, Gathering, KeepAnswers, PersonId, Register};
///
/// let desk = Desk::in_memory();
/// let lunch = Gathering::webinar("Lunch talk").at("2099-03-05 12:00 to 13:30 UTC".parse()?);
/// let lunch = desk.announce(lunch)?.outcome;
/// drop(desk.execute(KeepAnswers::new(lunch).for_days(30))?);
///
/// assert!(desk.due_for_erasure("2099-04-04T13:29:00Z".parse()?).is_empty());
/// assert_eq!(desk.due_for_erasure("2099-04-04T13:30:00Z".parse()?)[0].gathering, lunch);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[doc(alias = "retention")]
pub struct KeepAnswers {
    gathering: GatheringId,
    days: Option<u32>,
}

impl KeepAnswers {
    /// Keeps them for as long as the log is, unless it is said for how many days.
    #[must_use]
    pub fn new(gathering: GatheringId) -> Self {
        Self { gathering, days: None }
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
        if gathering.cell.answers.expired {
            return Err(Refusal::AnswersExpired { gathering: gathering.id });
        }
        if gathering.cell.answers.days == self.days {
            return Ok(Change::AlreadySo);
        }
        decision.record(Fact::RetentionSet { gathering: gathering.id, answers: self.days });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("keep answers");
        clear.gathering(self.gathering);
        clear.maybe(self.days, |clear, days| {
            clear.number(days);
        });
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::RetentionSet { .. })))
    }
}
