//! Random histories against a naive model, and what must always hold of them.
//!
//! `GATHER_SOAK=50` lives through fifty times as many.

#![expect(clippy::wildcard_enum_match_arm, reason = "a question reads past what it does not ask about")]

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use gather::log::{Anchor, Batch, Error, Log, MemoryLog, Page, StoredBatch};
use gather::privacy::MemoryVault;
use gather::testkit::{
    Answer, History, PartPlan, TestClock, Told, What, conferences, epoch, histories, person_id, queues,
};
use gather::{
    Capacity, Desk, Fact, Failure, OfferingId, Position, Refusal, Register, Registered, RegistrationStatus,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

mod as_of;
mod checkpoints;
mod found;
mod laws;
mod ledger;
mod naive;
mod points;
mod queries;
mod read;
mod reports;
mod sequences;

use ledger::Ledger;
use naive::{Naive, No, plain_fact};
use read::{
    agree, everything_shown, lists_equal_the_recount, plainly, unsealed, what_is_on_equals_the_recount,
};
use sequences::Shown;

/// So many cases, or more where the environment asks for a soak.
fn cases(number: u32) -> ProptestConfig {
    let soak = std::env::var("GATHER_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    ProptestConfig::with_cases(number.saturating_mul(soak))
}

/// A log that a test can read while a desk writes to it.
#[derive(Clone, Debug, Default)]
struct Shared(Arc<MemoryLog>);

impl Log for Shared {
    fn anchor(&self) -> Result<Anchor, Error> {
        self.0.anchor()
    }

    fn read(&self, after: Position, limit: usize) -> Result<Page, Error> {
        self.0.read(after, limit)
    }

    fn exclusive(&self, after: Position, decide: &mut dyn FnMut(&Page) -> Vec<Batch>) -> Result<Page, Error> {
        self.0.exclusive(after, decide)
    }
}

impl Shared {
    fn head(&self) -> Anchor {
        self.anchor().unwrap()
    }

    /// Every fact with its time, without what no two keys seal alike.
    fn unsealed_facts(&self) -> Vec<(DateTime<Utc>, String)> {
        let batches = self.read(Position::START, usize::MAX).unwrap().batches.into_iter();
        batches
            .flat_map(|stored| stored.batch.facts.into_iter().map(move |fact| (stored.batch.time, fact)))
            .map(|(time, fact)| (time, unsealed(&fact)))
            .collect()
    }
}

/// A desk whose log and clock are in the test's hands.
struct Watched {
    desk: Desk,
    log: Shared,
    vault: Arc<MemoryVault>,
    clock: TestClock,
}

impl Watched {
    fn new() -> Self {
        let (log, clock) = (Shared::default(), TestClock::at(epoch()));
        let vault = Arc::new(MemoryVault::new());
        let desk = Desk::builder().clock(clock.clone()).over(log.clone(), vault.clone()).unwrap();
        Self { desk, log, vault, clock }
    }

    /// Another desk on the same log and the same keys.
    fn another_desk(&self) -> Desk {
        Desk::builder().clock(self.clock.clone()).over(self.log.clone(), self.vault.clone()).unwrap()
    }

    /// What the log has got since.
    fn since(&self, before: Anchor) -> Vec<StoredBatch> {
        self.log.read(before.position, usize::MAX).unwrap().batches
    }

    /// What was recorded since, fact by fact.
    fn facts_since(&self, before: Anchor) -> Vec<Fact> {
        self.since(before).into_iter().flat_map(|stored| stored.batch.facts).collect()
    }

    fn play(&self, history: &History, nth: usize) -> Result<Answer, Failure> {
        self.clock.set(history.time(nth));
        history.play_step(&self.desk, nth)
    }

    /// Takes into the ledger what the log has got since.
    fn audit(&self, ledger: &mut Ledger, before: Anchor) -> Result<(), TestCaseError> {
        let batches = self.since(before);
        batches.iter().try_for_each(|stored| ledger.take(stored)).map_err(TestCaseError::fail)
    }
}

/// Histories of all that can happen, some in which nearly everything hangs together, and some in which everybody waits
/// for something.
fn lives(length: Range<usize>) -> impl Strategy<Value = History> {
    prop_oneof![2 => histories(length.clone()), 1 => conferences(length.clone()), 3 => queues(length)]
}

/// The answer to a basket: of what is short, the figures are those of all its parts together, which nobody recounts.
fn by_code(answer: Result<Answer, No>) -> Result<Answer, No> {
    answer.map_err(|no| if no.starts_with("full") { No::from("full") } else { no })
}

/// Lives through a history at a desk and in the model, side by side: what is answered, what is recorded, what lists say.
fn desk_equals_model(history: &History) -> Result<(), TestCaseError> {
    let (watched, mut naive) = (Watched::new(), Naive::new(history));
    for nth in 0..history.steps.len() {
        let (before, deeds) = (watched.log.head(), naive.deeds());
        let (answer, told) = (plainly(&watched.play(history, nth)), naive.answer(nth));
        let is_basket = matches!(history.steps[history.original(nth)].what, What::Basket { .. });
        let (answer, told) = if is_basket { (by_code(answer), by_code(told)) } else { (answer, told) };
        prop_assert_eq!(answer, told, "step {}: {:?}", nth, history.steps[nth]);
        let facts: Vec<String> = watched.facts_since(before).iter().map(plain_fact).collect();
        prop_assert_eq!(facts, naive.facts_since(deeds), "step {}: {:?}", nth, history.steps[nth]);
        // Deadlines come while nobody does anything.
        let later = [0, 0, 1_800, 50_000][nth % 4];
        let now = history.time(nth) + TimeDelta::seconds(later);
        watched.clock.set(now);
        lists_equal_the_recount(&watched.desk, &naive, now)?;
        what_is_on_equals_the_recount(&watched.desk, &naive, now)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(400))]

    /// Every answer, every list and every count is what a naive recount of the whole past comes to.
    #[test]
    fn the_desk_answers_as_a_naive_recount(history in lives(1..110)) {
        desk_equals_model(&history)?;
    }

    /// A clock may jump: decisions on a gathering never go back in time, and are what they would be anyway.
    #[test]
    fn a_clock_that_jumps_back_changes_nothing(
        mut history in lives(10..110),
        jumps in vec((any::<Index>(), -400_000..0_i64), 1..6),
    ) {
        for (at, back) in jumps {
            let at = at.index(history.steps.len());
            history.steps[at].after = back;
        }
        let (watched, mut ledger) = (Watched::new(), Ledger::default());
        for nth in 0..history.steps.len() {
            let before = watched.log.head();
            let _ = watched.play(&history, nth);
            watched.audit(&mut ledger, before)?;
        }
        desk_equals_model(&history)?;
    }

    /// The ledger's own laws hold after every batch, and lists count what the facts say: no place too many, none
    /// freed twice, nobody past the line, nobody left waiting beside a free place, nobody removed unnamed.
    #[test]
    fn what_must_always_hold_holds(history in lives(1..110)) {
        let (watched, mut ledger) = (Watched::new(), Ledger::default());
        for nth in 0..history.steps.len() {
            let before = watched.log.head();
            let answer = watched.play(&history, nth);
            watched.audit(&mut ledger, before)?;
            let unchanged = watched.log.head() == before;
            let anew = answer.is_ok_and(|answer| !answer.repeated);
            prop_assert!(unchanged || anew, "a no that wrote");
            if anew {
                all_of_a_basket_or_nothing(&history, nth, &watched.since(before))?;
            }
            lists_count_what_facts_say(&watched.desk, &ledger, history.time(nth))?;
        }
    }

    /// Capacity refuses exactly where there is some: never an offering that draws on unlimited pools alone, and
    /// always one that draws on a pool with none.
    #[test]
    fn unlimited_never_refuses_and_none_always_does(history in lives(1..110)) {
        let (watched, mut ledger) = (Watched::new(), Ledger::default());
        for nth in 0..history.steps.len() {
            let limits = limits_asked_of(&history, nth, &ledger);
            let before = watched.log.head();
            let answer = plainly(&watched.play(&history, nth));
            watched.audit(&mut ledger, before)?;
            let Some(limits) = limits else { continue };
            if limits.iter().all(Option::is_none) {
                prop_assert!(!is_for_want_of_places(&answer), "unlimited, and yet {:?}", answer);
            }
            if limits.contains(&Some(0)) {
                let served = answer.is_ok_and(|answer| !answer.repeated);
                prop_assert!(!served, "a place in, or in the line for, a pool without places");
            }
        }
    }

    /// A preview is what comes of it and leaves no trace; what fits, a smaller party would fit too; and the largest
    /// party that a full pool is said to have room for is the largest.
    #[test]
    fn previews_are_true_and_admission_is_monotone(history in lives(1..110)) {
        let (watched, mut ledger) = (Watched::new(), Ledger::default());
        for nth in 0..history.steps.len() {
            let before = watched.log.head();
            watched.clock.set(history.time(nth));
            let foreseen = preview(&watched.desk, &history, nth);
            // Where the clock has gone back, when a decision is taken depends on what else its people have.
            if !ledger.has_answered(history.request(nth)) && ledger.latest() <= history.time(nth) {
                other_parties_are_judged_alike(&watched.desk, &ledger, &history, nth, &foreseen)?;
            }
            prop_assert_eq!(watched.log.head(), before, "a preview wrote");
            let outcome = watched.play(&history, nth).map(|answer| answer.told);
            agree(&foreseen, &outcome)?;
            watched.audit(&mut ledger, before)?;
        }
    }

    /// A SEQUENCE rises exactly when what its entry shows of time, place or status is another, and never falls.
    #[test]
    fn a_sequence_rises_exactly_with_what_is_shown(history in lives(1..110)) {
        let (watched, mut shown) = (Watched::new(), Shown::default());
        let (mut entries, mut in_calendars) = (sequences::Entries::new(), BTreeMap::new());
        for nth in 0..history.steps.len() {
            let before = watched.log.head();
            let _ = watched.play(&history, nth);
            for stored in watched.since(before) {
                shown.take(&stored);
                let entries_now = shown.entries(&watched.desk)?;
                sequences::sequences_follow_what_is_shown(&entries, &entries_now, stored.batch.time)?;
                let in_calendars_now = sequences::sequences_in_calendars(&watched.desk, &shown);
                sequences::calendars_keep_what_they_had(&in_calendars, &in_calendars_now, &entries_now)?;
                (entries, in_calendars) = (entries_now, in_calendars_now);
            }
        }
    }

    /// Two desks that fold the same log, one as it goes and one that comes later, show the same, letter by letter.
    #[test]
    fn the_same_log_gives_the_same_lists_and_calendars(
        history in lives(1..110),
        looks in vec(any::<Index>(), 1..4),
    ) {
        let (watched, mut ledger) = (Watched::new(), Ledger::default());
        let looks: Vec<usize> = looks.iter().map(|at| at.index(history.steps.len())).collect();
        let mut early: Option<Desk> = None;
        for nth in 0..history.steps.len() {
            let before = watched.log.head();
            let _ = watched.play(&history, nth);
            watched.audit(&mut ledger, before)?;
            if looks.contains(&nth) {
                let shown = everything_shown(&watched.desk, &ledger);
                prop_assert_eq!(&shown, &everything_shown(&watched.another_desk(), &ledger));
                let early = early.get_or_insert_with(|| watched.another_desk());
                early.refresh().unwrap();
                prop_assert_eq!(&shown, &everything_shown(early, &ledger));
            }
        }
    }

    /// Two desks on one log, each of which may not know yet what the other did last, answer and write what one would.
    #[test]
    fn two_desks_on_one_log_answer_as_one(history in lives(1..110), turns in vec(any::<bool>(), 60)) {
        let (alone, shared) = (Watched::new(), Watched::new());
        let other = shared.another_desk();
        for (nth, others_turn) in (0..history.steps.len()).zip(turns.iter().cycle()) {
            shared.clock.set(history.time(nth));
            let desk = if *others_turn { &other } else { &shared.desk };
            agree(&alone.play(&history, nth), &history.play_step(desk, nth))?;
        }
        prop_assert_eq!(alone.log.unsealed_facts(), shared.log.unsealed_facts());
    }

    /// The same history at two desks: the same facts at the same times, and the same lists letter by letter.
    #[test]
    fn the_same_history_gives_the_same_facts_and_lists(history in lives(1..110)) {
        let (one, other) = (Watched::new(), Watched::new());
        for nth in 0..history.steps.len() {
            agree(&one.play(&history, nth), &other.play(&history, nth))?;
        }
        prop_assert_eq!(one.log.unsealed_facts(), other.log.unsealed_facts());
        let mut ledger = Ledger::default();
        let start = Anchor { position: Position::START, ..one.log.head() };
        one.audit(&mut ledger, start)?;
        prop_assert_eq!(everything_shown(&one.desk, &ledger), everything_shown(&other.desk, &ledger));
    }
}

proptest! {
    #![proptest_config(cases(60))]

    /// A folder that is closed and opened again at any step answers and shows what memory would.
    #[test]
    fn a_folder_opened_again_and_again_answers_as_memory_does(
        history in lives(1..40),
        reopen in vec(any::<Index>(), 1..4),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (memory, mut ledger) = (Watched::new(), Ledger::default());
        let open = || Desk::builder().clock(memory.clock.clone()).open(folder.path()).unwrap();
        let reopened: Vec<usize> = reopen.iter().map(|at| at.index(history.steps.len())).collect();
        let mut desk = Some(open());
        for nth in 0..history.steps.len() {
            if reopened.contains(&nth) {
                // One desk at a time: the first must let go of the folder before the second takes it.
                drop(desk.take());
            }
            let desk = desk.get_or_insert_with(open);
            let before = memory.log.head();
            agree(&memory.play(&history, nth), &history.play_step(desk, nth))?;
            memory.audit(&mut ledger, before)?;
            prop_assert_eq!(everything_shown(desk, &ledger), everything_shown(&memory.desk, &ledger));
        }
    }
}

fn limit(capacity: Capacity) -> Option<i64> {
    match capacity {
        Capacity::Limited(places) => Some(i64::from(places)),
        _ => None,
    }
}

fn lists_count_what_facts_say(desk: &Desk, ledger: &Ledger, now: DateTime<Utc>) -> Result<(), TestCaseError> {
    for (id, gathering) in ledger.gatherings() {
        let list = desk.attendee_list(id).unwrap();
        prop_assert_eq!(list.rows().len(), gathering.people_at(now));
        let told: Vec<_> = list.pools().iter().map(|pool| (pool.pool, pool.taken)).collect();
        let counted = gathering.pools().iter().map(|pool| (pool.id, gathering.used_at(pool.id, now)));
        prop_assert_eq!(told, counted.collect::<Vec<_>>());
        for pool in list.pools() {
            let (taken, set_aside) = (i64::try_from(pool.taken), i64::try_from(pool.set_aside));
            let all = pool.left.map(|left| left + taken.unwrap() + set_aside.unwrap());
            prop_assert_eq!(all, limit(pool.limit), "what is taken, kept and left is not what there is");
        }
        let confirmed = list.rows().iter().filter(|row| row.status == RegistrationStatus::Confirmed).count();
        prop_assert_eq!(usize::try_from(list.presence().total()), Ok(confirmed), "somebody is counted twice");
        let line: Vec<_> = desk.waiting_list(id).unwrap().rows().iter().map(|row| row.registration).collect();
        prop_assert_eq!(line, gathering.lines());
    }
    Ok(())
}

/// The party that a step registers alone.
fn asked_alone(history: &History, nth: usize) -> Option<&PartPlan> {
    match &history.steps[history.original(nth)].what {
        What::Register(part) => Some(part),
        _ => None,
    }
}

/// How many people each of the pools takes, before a step that registers a party which takes places, that it draws on.
fn limits_asked_of(history: &History, nth: usize, ledger: &Ledger) -> Option<Vec<Option<u64>>> {
    let part = asked_alone(history, nth).filter(|part| !part.uncounted)?;
    let original = history.original(nth);
    let offering = history.offering(part.offering, part.gathering, original);
    let gathering = ledger.gathering(history.gathering(part.gathering, original))?;
    let offering = gathering.meant((offering > 0).then(|| OfferingId::new(offering)))?;
    Some(gathering.limits(offering))
}

/// What is registered by a basket that wants all of it: one registration for each part, none of which waits in line.
fn all_of_a_basket_or_nothing(
    history: &History,
    nth: usize,
    batches: &[StoredBatch],
) -> Result<(), TestCaseError> {
    let What::Basket { parts, best_effort } = &history.steps[history.original(nth)].what else {
        return Ok(());
    };
    let request = history.request(nth);
    let ids: Vec<_> = (0..).zip(parts).map(|(part, _)| request.derive(part)).collect();
    let mut made = 0;
    for fact in batches.iter().flat_map(|stored| &stored.batch.facts) {
        match fact {
            Fact::RegistrationConfirmed { registration, .. }
            | Fact::ApprovalRequested { registration, .. }
            | Fact::RegistrationWaitlisted { registration, .. } => {
                made += 1;
                prop_assert!(ids.contains(&registration.uuid()), "a part by another id");
                let waits = matches!(fact, Fact::RegistrationWaitlisted { .. });
                prop_assert!(*best_effort || !waits, "a part without its places");
            }
            _ => {}
        }
    }
    prop_assert!(made == 0 || *best_effort || made == parts.len(), "a part of all");
    Ok(())
}

fn is_for_want_of_places(answer: &Result<Answer, No>) -> bool {
    match answer {
        Ok(_) => false,
        Err(code) => ["full", "never_fits"].iter().any(|other| code.starts_with(other)),
    }
}

fn preview(desk: &Desk, history: &History, nth: usize) -> Result<Told, Failure> {
    let call = desk.request(history.request(nth)).at(history.time(nth)).ahead_of_clock();
    call.preview(history.command(nth))
}

/// What the answer to one party says of others in its stead, at the same moment.
fn other_parties_are_judged_alike(
    desk: &Desk,
    ledger: &Ledger,
    history: &History,
    nth: usize,
    foreseen: &Result<Told, Failure>,
) -> Result<(), TestCaseError> {
    let original = history.original(nth);
    let Some(part) = asked_alone(history, nth).filter(|part| !part.uncounted) else { return Ok(()) };
    let number = history.offering(part.offering, part.gathering, original);
    let asked = (number > 0).then(|| OfferingId::new(number));
    let gathering = history.gathering(part.gathering, original);
    let Some(known) = ledger.gathering(gathering) else { return Ok(()) };
    let Some(offering) = known.meant(asked) else { return Ok(()) };
    if offering.requires.is_some() || known.knows_people(offering) {
        // Somebody else has nothing of what is required, or of what is for some people only.
        return Ok(());
    }
    let size = u32::try_from(part.guests.len()).unwrap() + 1;
    let fits = |people: u32| {
        let mut party =
            Register::new(gathering, person_id(200)).unnamed_guests(u16::try_from(people).unwrap() - 1);
        let credentials = part.credentials.iter().map(|credential| credential.credential());
        party = credentials.fold(party, Register::credential);
        if let Some(offering) = asked {
            party = party.offering(offering);
        }
        let answer = desk.at(history.time(nth)).ahead_of_clock().preview(party);
        let has_places = |outcome| {
            matches!(outcome, Registered::Confirmed { .. } | Registered::Pending { uses_places: true, .. })
        };
        answer.is_ok_and(has_places)
    };
    let within_the_cap = !known.has_a_cap();
    match foreseen.as_ref().map_err(Failure::refusal) {
        Ok(Told::Confirmed(_)) => prop_assert!((1..=size).all(fits), "one of 1 to {} does not fit", size),
        Err(Some(Refusal::Full { largest, .. })) => {
            prop_assert!(!within_the_cap || (1..=*largest).all(fits), "it does not take {}", largest);
            prop_assert!((*largest + 1..=size).all(|people| !fits(people)), "it takes more than {}", largest);
        }
        _ => {}
    }
    Ok(())
}
