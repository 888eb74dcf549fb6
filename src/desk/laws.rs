//! Laws of deciding, over generated histories: what a decision sees of its own facts is what the log will say of
//! them, and what it notes as read is all that it stands on.

use proptest::prelude::*;

use super::deciding::batch;
use crate::desk::{Command, Edge, Ready};
use crate::domain::{Context, Decided, Decision, Refusal, State};
use crate::fact::Fact;
use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId};
use crate::record::{Position, Scope, StoredBatch, Tag};
use crate::testkit::{History, Told, gathering_id, histories, person_id};

/// Decides every step of a history and folds what comes of it, as a desk does, with nothing in between.
struct Bench {
    state: State,
    log: Vec<StoredBatch>,
}

impl Bench {
    fn new() -> Self {
        Self { state: State::default(), log: Vec::new() }
    }

    fn ready(history: &History, nth: usize) -> (Context, Ready<Told>) {
        let context =
            Context { request: history.request(nth), time: history.time(nth), actor: None, trace: None };
        let ready = history.command(nth).ready(&Edge::looking(context)).expect("generated texts are taken");
        (context, ready)
    }

    fn keep(&mut self, context: &Context, decided: Decided) {
        if decided.facts.is_empty() {
            return;
        }
        let head = self.state.head();
        let stored = StoredBatch { first: head.next(), batch: batch(context, head, decided) };
        stored.records().for_each(|record| self.state.evolve(&record));
        self.log.push(stored);
    }

    /// The fold of what lies within a scope, and nothing else.
    fn fold_within(&self, scope: &Scope) -> State {
        let mut state = State::default();
        let records = self.log.iter().flat_map(StoredBatch::records);
        for record in records.filter(|record| scope.covers(&Tag::of(record.fact()))) {
            state.evolve(&record);
        }
        state
    }
}

/// Everything that a decision could read, through the doors through which it reads.
fn all_that_is_read(decision: &mut Decision<'_>, registrations: &[RegistrationId]) -> String {
    let mut seen = Vec::new();
    for number in 0..8 {
        let Ok(gathering) = decision.gathering(gathering_id(number)) else { continue };
        seen.push(format!("{gathering:?}"));
        for part in 1..5 {
            let offering = OfferingId::new(part);
            seen.push(format!("{:?}", decision.pool(&gathering, PoolId::new(part))));
            seen.push(format!("{:?} wait", decision.waiting(&gathering, offering)));
            let mut after = Position::START;
            while let Some((at, id)) = decision.next_waiting(&gathering, offering, after) {
                seen.push(format!("{at} {id}"));
                after = at;
            }
            let holders = (0..14).map(|person| decision.holder(&gathering, offering, person_id(person)));
            seen.push(format!("{:?}", holders.collect::<Vec<_>>()));
        }
    }
    seen.extend(registrations.iter().map(|&id| format!("{:?}", decision.registration(id))));
    seen.extend((0..14).map(|person| decision.knows(person_id(person)).to_string()));
    seen.join("\n")
}

fn registrations(history: &History) -> Vec<RegistrationId> {
    (0..history.steps.len()).map(|nth| RegistrationId::from_uuid(history.request(nth).derive(0))).collect()
}

fn told(answer: &Result<Told, Refusal>) -> String {
    format!("{answer:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn overlay_equals_fold(history in histories(1..50)) {
        let mut bench = Bench::new();
        let registrations = registrations(&history);
        for nth in 0..history.steps.len() {
            let (context, ready) = Bench::ready(&history, nth);
            if bench.state.answered(context.request).is_some() {
                continue;
            }
            let mut decision = Decision::new(&bench.state, context.time);
            if ready.get().decide(&mut decision, &context).is_err() {
                continue;
            }
            let while_deciding = all_that_is_read(&mut decision, &registrations);
            let facts: Vec<Fact> = decision.facts().to_vec();
            let mut again = Decision::new(&bench.state, context.time);
            let _ = ready.get().decide(&mut again, &context);
            let decided = again.finish();
            prop_assert_eq!(&decided.facts, &facts, "deciding twice is deciding once");
            bench.keep(&context, decided);
            let after_folding = all_that_is_read(&mut Decision::new(&bench.state, context.time), &registrations);
            prop_assert_eq!(while_deciding, after_folding);
        }
    }

    #[test]
    fn what_was_read_is_all_that_was_needed(history in histories(1..50)) {
        let mut bench = Bench::new();
        for nth in 0..history.steps.len() {
            let (context, ready) = Bench::ready(&history, nth);
            if bench.state.answered(context.request).is_some() {
                continue;
            }
            let mut decision = Decision::new(&bench.state, context.time);
            let answer = ready.get().decide(&mut decision, &context);
            let decided = decision.finish();

            let part = bench.fold_within(&decided.scope);
            let mut within = Decision::new(&part, context.time);
            let answer_within = ready.get().decide(&mut within, &context);
            let decided_within = within.finish();
            prop_assert_eq!(told(&answer), told(&answer_within));
            if answer.is_ok() {
                prop_assert_eq!(&decided.facts, &decided_within.facts);
                prop_assert_eq!(decided.time, decided_within.time);
                bench.keep(&context, decided);
            }
        }
    }

    #[test]
    fn a_batch_is_within_its_own_guard(history in histories(1..50)) {
        let mut bench = Bench::new();
        for nth in 0..history.steps.len() {
            let (context, ready) = Bench::ready(&history, nth);
            let mut decision = Decision::new(&bench.state, context.time);
            if ready.get().decide(&mut decision, &context).is_ok() {
                bench.keep(&context, decision.finish());
            }
        }
        for stored in &bench.log {
            let scope = &stored.batch.guard.scope;
            let covered = stored.batch.facts.iter().any(|fact| scope.covers(&Tag::of(fact)));
            prop_assert!(covered, "two of these at once would not conflict: {:?}", stored.batch);
            prop_assert!(scope.tags().is_some(), "an everyday decision does not read everything");
        }
    }
}

/// The doors note what they were asked for, what is not there too.
#[test]
fn absent_things_are_noted() {
    let state = State::default();
    let mut decision = Decision::new(&state, crate::testkit::epoch());
    let (gathering, person) = (GatheringId::from_u128(1), PersonId::from_u128(2));
    let registration = RegistrationId::from_u128(3);
    assert!(decision.gathering(gathering).is_err());
    assert!(!decision.knows(person));
    assert!(decision.registration(registration).is_err());
    let scope = decision.finish().scope;
    for tag in [Tag::Gathering(gathering), Tag::Person(person), Tag::Registration(registration)] {
        assert!(scope.covers(&[tag]));
    }
}
