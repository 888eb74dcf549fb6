//! Change priorities: who comes first in line, with a reason.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, Effects, waiting_list};
use crate::fact::{Fact, Who};
use crate::id::GatheringId;
use crate::text::Reference;

/// Sets who comes first in every line of a gathering, class by class; whoever is in none comes after all of them. Within a
/// class it is who joined first. Those who wait already are sorted anew, so the log keeps a reason.
///
/// # Refusals
/// In this order: unknown gathering, called off, completed or archived.
#[derive(Clone, Debug)]
pub struct ChangePriorities {
    gathering: GatheringId,
    priorities: Vec<Vec<Who>>,
    reason: Reference,
}

impl ChangePriorities {
    /// Sets the classes from the first on, and says why: a code of the host's own, stored in the clear.
    #[must_use]
    pub fn new(gathering: GatheringId, priorities: Vec<Vec<Who>>, reason: Reference) -> Self {
        Self { gathering, priorities, reason }
    }
}

impl Decide for ChangePriorities {
    type Outcome = Effects;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Effects, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        gathering.must_stand()?;
        if gathering.cell.plan.priorities != self.priorities {
            decision.record(Fact::PrioritiesChanged {
                gathering: gathering.id,
                priorities: self.priorities.clone(),
                reason: self.reason.clone(),
            });
            waiting_list::serve(decision, gathering.id);
        }
        Ok(Effects::among(decision.facts(), &[]))
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("change priorities");
        clear.gathering(self.gathering).classes(&self.priorities).reference(Some(&self.reason));
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Effects> {
        Some(Effects::among(facts, &[]))
    }
}
