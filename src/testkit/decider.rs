//! Deciding and folding alone, for benchmarks: no log, no lists, no keys.

use chrono::{DateTime, Utc};

use crate::desk::{Command, Desk, Edge};
use crate::domain::{Context, Decision, State};
use crate::id::RequestId;
use crate::record::{Batch, Guard};

/// Decides commands against a state and folds what comes of them, and does nothing else that a desk does: so that the
/// rules can be timed by themselves.
///
/// ```
/// use gather::testkit::{Decider, epoch};
/// use gather::{Gathering, PersonId, Register, RequestId};
///
/// let mut decider = Decider::new(epoch());
/// let talk = Gathering::webinar("Talk").at("2099-03-05 14:00 to 15:30 UTC".parse()?).places(10);
/// let talk = decider.decide(RequestId::random(), &talk).unwrap();
/// let booked = decider.decide(RequestId::random(), &Register::new(talk, PersonId::random()));
/// assert!(booked.unwrap().is_confirmed());
/// # Ok::<(), gather::ScheduleError>(())
/// ```
#[derive(Debug)]
pub struct Decider {
    state: State,
    edge: Desk,
    now: DateTime<Utc>,
}

impl Decider {
    /// Begins with nothing, at a time that stands still.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Self { state: State::default(), edge: Desk::in_memory(), now }
    }

    /// Decides a command and folds what comes of it; `None` is a refusal.
    pub fn decide<C: Command>(&mut self, request: RequestId, command: &C) -> Option<C::Outcome> {
        let context = Context { request, time: self.now, actor: None, trace: None };
        let ready = command.ready(&Edge::looking(context, &self.edge)).ok()?;
        let mut decision = Decision::new(&self.state, &context);
        let outcome = ready.get().decide(&mut decision, &context).ok()?;
        let decided = decision.finish();
        let (first, seen) = (self.state.head().next(), self.state.head());
        let guard = Guard { seen, scope: decided.scope };
        let (time, facts) = (decided.time, decided.facts);
        let batch = Batch { id: request, time, actor: None, trace: None, content: None, guard, facts };
        batch.records(first).for_each(|record| self.state.evolve(&record));
        Some(outcome)
    }
}
