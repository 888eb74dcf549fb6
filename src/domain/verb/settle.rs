//! Settle: what is due is written, though nobody asked for anything else.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, Effects};
use crate::fact::Fact;
use crate::id::GatheringId;

/// Writes all that is due on a gathering: holds, offers and requests for approval whose time is up, what silence comes to
/// where new dates were asked about, and who is served from what became free, by a release time too.
///
/// Nothing waits for it: whoever acts on the gathering finds it done in the same decision, and every count leaves out what
/// has expired. It is for those who want to be told in time. [`Desk::settle`](crate::Desk::settle) does it for all
/// gatherings, [`Desk::next_deadline`](crate::Desk::next_deadline) says when.
///
/// # Refusals
/// Unknown gathering.
#[derive(Clone, Copy, Debug)]
pub struct Settle {
    gathering: GatheringId,
}

impl Settle {
    /// Writes what is due on a gathering.
    #[must_use]
    pub fn new(gathering: GatheringId) -> Self {
        Self { gathering }
    }
}

impl Decide for Settle {
    type Outcome = Effects;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Effects, Refusal> {
        decision.acting_on(self.gathering)?;
        Ok(Effects::among(decision.facts(), &[]))
    }

    fn settles(&self) -> bool {
        true
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("settle");
        clear.gathering(self.gathering);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Effects> {
        Some(Effects::among(facts, &[]))
    }
}
