//! Laws of deciding, over generated histories: what a decision sees of its own facts is what the log will say of
//! them, and what it notes as read is all that it stands on.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::deciding::batch;
use crate::desk::{Command, Desk, Edge, Ready};
use crate::domain::{Context, Decided, Decision, Refusal, State, Whereabouts};
use crate::fact::Fact;
use crate::id::{
    GatheringId, OfferingId, OrganisationId, PersonId, PoolId, RegistrationId, RequestId, SetAsideId,
};
use crate::projection::Lists;
use crate::record::{Content, Scope, StoredBatch, Tag};
use crate::testkit::{
    History, PEOPLE, SESSIONS, Told, conferences, gathering_id, histories, person_id, queues, scan_id,
    session_id,
};

mod scenes;

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
        let desk = Desk::in_memory();
        let ready =
            history.command(nth).ready(&Edge::looking(context, &desk)).expect("generated texts are taken");
        (context, ready)
    }

    fn keep(&mut self, context: &Context, decided: Decided) {
        if decided.facts.is_empty() {
            return;
        }
        let stored = self.next_batch(context, decided);
        stored.records().for_each(|record| self.state.evolve(&record));
        self.log.push(stored);
    }

    fn next_batch(&self, context: &Context, decided: Decided) -> StoredBatch {
        let head = self.state.head();
        StoredBatch { first: head.next(), batch: batch(context, head, Content::from_bytes([0; 8]), decided) }
    }

    /// The fold of the whole log, and of what somebody else gets in before the next decision.
    fn fold_with(&self, others: &StoredBatch) -> State {
        let mut state = State::default();
        let records = self.log.iter().chain([others]).flat_map(StoredBatch::records);
        records.for_each(|record| state.evolve(&record));
        state
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
    for number in 0..12 {
        let Ok(gathering) = decision.gathering(gathering_id(number)) else { continue };
        seen.push(format!("{gathering:?}"));
        (1..21).for_each(|part| seen.extend(read_of_a_part(decision, gathering.id, part)));
        seen.push(format!("{:?}", decision.sessions(&gathering)));
        for session in (0..SESSIONS).map(session_id) {
            seen.push(format!("{:?}", decision.session(&gathering, session)));
            seen.push(format!("{:?}", decision.live_session(&gathering, session).is_ok()));
        }
        let on = registrations.iter().map(|&id| decision.registration_on(&gathering, id));
        seen.push(format!("{:?}", on.collect::<Vec<_>>()));
        seen.extend((0..40).map(|scan| format!("{:?}", decision.scan(&gathering, scan_id(scan)))));
        let counted = registrations.iter().map(|&id| decision.counted_scans(&gathering, (id, 1)));
        seen.push(format!("{:?}", counted.collect::<Vec<_>>()));
    }
    seen.extend((0..SESSIONS).map(|session| format!("{:?}", decision.home_of(session_id(session)))));
    seen.extend(registrations.iter().map(|&id| format!("{:?}", decision.registration(id))));
    seen.extend((0..PEOPLE).map(|person| decision.knows(person_id(person)).to_string()));
    seen.extend((0..PEOPLE).map(|person| decision.has_calendar_token(person_id(person)).to_string()));
    seen.extend((0..PEOPLE).map(|person| format!("{:?}", decision.engagements(person_id(person)))));
    seen.join("\n")
}

/// What is read of the pool and of the offering with a number.
fn read_of_a_part(decision: &mut Decision<'_>, gathering: GatheringId, number: u16) -> Vec<String> {
    let gathering = &decision.gathering(gathering).expect("it has just been there");
    let offering = OfferingId::new(number);
    let mut seen = vec![
        format!("{:?}", decision.pool(gathering, PoolId::new(number))),
        format!("{:?} wait", decision.waiting(gathering, offering)),
        format!("{:?} hold", decision.holders_of(gathering, offering)),
    ];
    let mut after = None;
    while let Some(turn) = decision.next_waiting(gathering, offering, after) {
        seen.push(format!("{turn:?}"));
        after = Some(turn);
    }
    seen.push(format!("{} drawn", decision.drawn(gathering, SetAsideId::new(number))));
    seen.push(format!("{:?} due", decision.next_due(gathering, None)));
    let organisation = OrganisationId::from_u128(u128::from(number));
    seen.push(format!("{} of it", decision.people_of(gathering, organisation)));
    let holders = (0..PEOPLE).map(|person| decision.holder(gathering, offering, person_id(person)));
    seen.push(format!("{:?}", holders.collect::<Vec<_>>()));
    seen
}

/// Every registration that a step of a history could make.
fn registrations(history: &History) -> Vec<RegistrationId> {
    let made = (0..history.steps.len()).flat_map(|nth| {
        let request = history.request(nth);
        (0..3).map(move |part| RegistrationId::from_uuid(request.derive(part)))
    });
    made.collect()
}

fn decided(state: &State, ready: &Ready<Told>, context: &Context) -> (Result<Told, Refusal>, Decided) {
    let mut decision = Decision::new(state, context);
    let answer = ready.get().decide(&mut decision, context);
    (answer, decision.finish())
}

fn told(answer: &Result<Told, Refusal>) -> String {
    format!("{answer:?}")
}

/// Histories of all that can happen, some in which nearly everything hangs together, some of crowds in line, and some of
/// scenes that chance alone leads to too rarely.
fn lives(length: Range<usize>) -> impl Strategy<Value = History> {
    prop_oneof![
        2 => histories(length.clone()),
        1 => conferences(length.clone()),
        1 => queues(length.clone()),
        1 => scenes::stories(0..length.end / 4),
    ]
}

/// How many histories each law is held against, and at most how many steps they have.
const LIVES: u32 = 200;
const STEPS: usize = 50;

/// So many cases, or more where the environment asks for a soak.
fn cases(number: u32) -> ProptestConfig {
    let soak = std::env::var("GATHER_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    ProptestConfig::with_cases(number.saturating_mul(soak))
}

proptest! {
    #![proptest_config(cases(LIVES))]

    #[test]
    fn overlay_equals_fold(history in lives(1..STEPS)) {
        let mut bench = Bench::new();
        let registrations = registrations(&history);
        for nth in 0..history.steps.len() {
            let (context, ready) = Bench::ready(&history, nth);
            if bench.state.answered(context.request).is_some() {
                continue;
            }
            let mut decision = Decision::new(&bench.state, &context);
            if ready.get().decide(&mut decision, &context).is_err() {
                continue;
            }
            let while_deciding = all_that_is_read(&mut decision, &registrations);
            let facts: Vec<Fact> = decision.facts().to_vec();
            let mut again = Decision::new(&bench.state, &context);
            let _ = ready.get().decide(&mut again, &context);
            let decided = again.finish();
            prop_assert_eq!(&decided.facts, &facts, "deciding twice is deciding once");
            bench.keep(&context, decided);
            let after_folding = all_that_is_read(&mut Decision::new(&bench.state, &context), &registrations);
            prop_assert_eq!(while_deciding, after_folding);
        }
    }

    #[test]
    fn what_was_read_is_all_that_was_needed(history in lives(1..STEPS)) {
        let mut bench = Bench::new();
        for nth in 0..history.steps.len() {
            let (context, ready) = Bench::ready(&history, nth);
            if bench.state.answered(context.request).is_some() {
                continue;
            }
            let (answer, whole) = decided(&bench.state, &ready, &context);
            let (answer_within, within) = decided(&bench.fold_within(&whole.scope), &ready, &context);
            prop_assert_eq!(told(&answer), told(&answer_within));
            if answer.is_ok() {
                prop_assert_eq!(&whole.facts, &within.facts);
                prop_assert_eq!(whole.time, within.time);
                bench.keep(&context, whole);
            }
        }
    }

    /// What the guard of a decision lets pass would not have made it another decision.
    #[test]
    fn what_a_guard_lets_pass_changes_nothing(history in lives(1..40)) {
        let mut bench = Bench::new();
        for nth in 0..history.steps.len() {
            let (context, ready) = Bench::ready(&history, nth);
            let (answer, own) = decided(&bench.state, &ready, &context);
            for later in nth + 1..history.steps.len().min(nth + 4) {
                let (others_context, other) = Bench::ready(&history, later);
                let (others_answer, others) = decided(&bench.state, &other, &others_context);
                let first = others_context.request != context.request && others_answer.is_ok();
                if !first || others.facts.iter().any(|fact| own.scope.covers(&Tag::of(fact))) {
                    continue;
                }
                let state = bench.fold_with(&bench.next_batch(&others_context, others));
                let (answer_after, own_after) = decided(&state, &ready, &context);
                prop_assert_eq!(told(&answer), told(&answer_after));
                prop_assert_eq!((&own.facts, own.time), (&own_after.facts, own_after.time));
            }
            if answer.is_ok() && bench.state.answered(context.request).is_none() {
                bench.keep(&context, own);
            }
        }
    }

    /// What an answer to an invitation is held against is the same wherever it is taken from.
    #[test]
    fn lists_and_decisions_know_alike_when_and_where(history in lives(1..STEPS)) {
        let (mut bench, mut lists) = (Bench::new(), Lists::new());
        for nth in 0..history.steps.len() {
            let (context, ready) = Bench::ready(&history, nth);
            let (answer, decided) = decided(&bench.state, &ready, &context);
            if answer.is_err() || bench.state.answered(context.request).is_some() {
                continue;
            }
            let before = bench.log.len();
            bench.keep(&context, decided);
            bench.log[before..].iter().flat_map(StoredBatch::records).for_each(|record| lists.apply(&record));
            let decision = Decision::new(&bench.state, &context);
            for card in lists.gatherings() {
                for registration in card.registrations() {
                    let cell = decision.registration(registration.id()).expect("the list has it");
                    let decided = Whereabouts::decided(&decision, &cell).expect("its gathering is there");
                    let shown = Whereabouts::shown(card.announcement(), card.session_booked(registration));
                    prop_assert_eq!(shown, decided);
                }
            }
        }
    }

    #[test]
    fn a_batch_is_within_its_own_guard(history in lives(1..STEPS)) {
        let mut bench = Bench::new();
        for nth in 0..history.steps.len() {
            let (context, ready) = Bench::ready(&history, nth);
            let mut decision = Decision::new(&bench.state, &context);
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
    let (request, time) = (RequestId::from_u128(1), crate::testkit::epoch());
    let mut decision = Decision::new(&state, &Context { request, time, actor: None, trace: None });
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

/// What was met in some histories: verbs that were decided and refused, and kinds of facts.
#[derive(Default)]
struct Met {
    decided: BTreeMap<String, usize>,
    refused: BTreeMap<String, usize>,
    facts: BTreeMap<String, usize>,
}

impl Met {
    fn meet(&mut self, history: &History) {
        let mut bench = Bench::new();
        for nth in 0..history.steps.len() {
            let (context, ready) = Bench::ready(history, nth);
            if bench.state.answered(context.request).is_some() {
                continue;
            }
            let verb = name_of(&history.command(nth));
            let (answer, decided) = decided(&bench.state, &ready, &context);
            if answer.is_err() {
                *self.refused.entry(verb).or_default() += 1;
                continue;
            }
            if !decided.facts.is_empty() {
                *self.decided.entry(verb).or_default() += 1;
            }
            decided.facts.iter().for_each(|fact| *self.facts.entry(name_of(fact)).or_default() += 1);
            bench.keep(&context, decided);
        }
    }
}

/// The name of a variant.
fn name_of(value: &impl std::fmt::Debug) -> String {
    let shown = format!("{value:?}");
    shown.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned()
}

/// The verbs, by their files: `close_line.rs` is `CloseLine`.
fn verbs() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain/verb");
    let names =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != "mod.rs").map(|name| camel(name.trim_end_matches(".rs"))).collect()
}

fn camel(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('_').map(capital).collect()
}

/// The kinds of facts, by their frozen lines: that none is missing there is held beside the code that writes them.
fn kinds_of_facts() -> BTreeSet<String> {
    let frozen = include_str!("../../tests/data/facts.txt").lines();
    let names = frozen.filter_map(|line| line.strip_prefix("layout2/"));
    names.map(|name| name.split('/').next().unwrap().to_owned()).collect()
}

/// Were a verb or a kind of fact hardly met, the laws would say nothing of it. As many histories as each law has, from the
/// same strategy, decide every verb and make every kind of fact, each several times; and refuse most.
#[test]
fn the_laws_meet_every_verb_and_every_kind_of_fact() {
    let mut runner = TestRunner::deterministic();
    let mut met = Met::default();
    for _ in 0..LIVES {
        met.meet(&lives(1..STEPS).new_tree(&mut runner).unwrap().current());
    }
    let (verbs, kinds) = (verbs(), kinds_of_facts());
    assert_eq!((verbs.len(), kinds.len()), (64, 65));
    let rare = |all: &BTreeSet<String>, met: &BTreeMap<String, usize>, often: usize| -> Vec<String> {
        all.iter().filter(|name| met.get(*name).is_none_or(|times| *times < often)).cloned().collect()
    };
    let figures = format!("decided {:?}\nrefused {:?}\nfacts {:?}", met.decided, met.refused, met.facts);
    assert_eq!(rare(&verbs, &met.decided, 5), Vec::<String>::new(), "verbs hardly decided\n{figures}");
    assert_eq!(rare(&kinds, &met.facts, 5), Vec::<String>::new(), "facts hardly made\n{figures}");
    assert!(met.refused.len() >= 36, "hardly any verb is refused\n{figures}");
}
