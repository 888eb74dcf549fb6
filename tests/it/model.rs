//! Random histories against a naive model, and what must always hold of them.
//!
//! `GATHER_SOAK=50` lives through fifty times as many.

#![expect(clippy::wildcard_enum_match_arm, reason = "a question reads past what it does not ask about")]

use std::fmt::Debug;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use gather::log::{Anchor, Appended, Batch, Error, Log, MemoryLog, Page};
use gather::privacy::MemoryVault;
use gather::testkit::{Answer, History, TestClock, Told, What, epoch, histories, person_id};
use gather::{Capacity, Desk, Fact, Failure, GatheringId, OfferingId, Position, Refusal, Register};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

mod ledger;
mod naive;

use ledger::Ledger;
use naive::{Attending, Naive, On, Taken, Waits};

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

    fn append(&self, batches: &[Batch]) -> Result<Vec<Appended>, Error> {
        self.0.append(batches)
    }
}

impl Shared {
    fn head(&self) -> Anchor {
        self.anchor().unwrap()
    }

    fn facts(&self) -> Vec<(DateTime<Utc>, Fact)> {
        let batches = self.read(Position::START, usize::MAX).unwrap().batches.into_iter();
        batches
            .flat_map(|stored| stored.batch.facts.into_iter().map(move |fact| (stored.batch.time, fact)))
            .collect()
    }
}

/// A desk whose log and clock are in the test's hands.
struct Watched {
    desk: Desk,
    log: Shared,
    clock: TestClock,
}

impl Watched {
    fn new() -> Self {
        let (log, clock) = (Shared::default(), TestClock::at(epoch()));
        let builder = Desk::builder().clock(clock.clone());
        let desk = builder.over(log.clone(), Arc::new(MemoryVault::new())).unwrap();
        Self { desk, log, clock }
    }

    fn play(&self, history: &History, nth: usize) -> Result<Answer, Failure> {
        self.clock.set(history.time(nth));
        history.play_step(&self.desk, nth)
    }

    /// Takes into the ledger what the log has got since.
    fn audit(&self, ledger: &mut Ledger, before: Anchor) -> Result<(), TestCaseError> {
        let page = self.log.read(before.position, usize::MAX).unwrap();
        page.batches.iter().try_for_each(|stored| ledger.take(stored)).map_err(TestCaseError::fail)
    }
}

/// An answer with nothing in it but what everybody would have to say.
fn plainly(answer: &Result<Answer, Failure>) -> Result<Answer, &'static str> {
    match answer {
        Ok(answer) => Ok(answer.clone()),
        Err(failure) => Err(refusal(failure).code()),
    }
}

fn refusal(failure: &Failure) -> &Refusal {
    failure.refusal().unwrap_or_else(|| panic!("the desk cannot work: {failure}"))
}

/// The attendee list with its counts, told as the model tells it.
fn attendee_list(desk: &Desk, gathering: GatheringId) -> (Vec<Attending>, Vec<Taken>) {
    let list = desk.attendee_list(gathering).unwrap();
    let place = |row: &gather::AttendeeRow| Attending {
        number: row.number,
        place: row.place,
        registration: row.registration,
        person: row.person,
        booker: row.booker,
        offering: row.offering.get(),
        party: row.party,
        since: row.since,
    };
    let pool = |pool: &gather::PoolCount| Taken {
        pool: pool.pool.get(),
        capacity: limit(pool.capacity),
        people: pool.taken,
    };
    (list.rows().iter().map(place).collect(), list.pools().iter().map(pool).collect())
}

fn limit(capacity: Capacity) -> Option<u32> {
    match capacity {
        Capacity::Limited(places) => Some(places),
        _ => None,
    }
}

fn waiting_list(desk: &Desk, gathering: GatheringId) -> Vec<Waits> {
    let list = desk.waiting_list(gathering).unwrap();
    let row = |row: &gather::WaitingRow| Waits {
        offering: row.offering.get(),
        place_in_line: row.place_in_line,
        number: row.number,
        registration: row.registration,
        booker: row.booker,
        party: row.party,
        since: row.since,
    };
    list.rows().iter().map(row).collect()
}

fn whats_on(desk: &Desk) -> Vec<On> {
    let row = |row: &gather::WhatsOnRow| On {
        gathering: row.gathering,
        booking: row.booking,
        offerings: row.offerings.iter().map(|one| (one.offering.get(), one.left, one.waiting)).collect(),
    };
    desk.whats_on().rows().iter().map(row).collect()
}

fn lists_equal_the_recount(desk: &Desk, naive: &Naive<'_>, now: DateTime<Utc>) -> Result<(), TestCaseError> {
    for gathering in naive.gatherings() {
        let (rows, pools) = attendee_list(desk, gathering);
        prop_assert_eq!(rows, naive.attendee_list(gathering));
        prop_assert_eq!(pools, naive.pools(gathering));
        prop_assert_eq!(waiting_list(desk, gathering), naive.waiting_list(gathering));
    }
    prop_assert_eq!(whats_on(desk), naive.whats_on(now));
    Ok(())
}

/// Lives through a history at a desk and in the model, side by side.
fn desk_equals_model(history: &History) -> Result<(), TestCaseError> {
    let (watched, mut naive) = (Watched::new(), Naive::new(history));
    for nth in 0..history.steps.len() {
        let answer = plainly(&watched.play(history, nth));
        prop_assert_eq!(answer, naive.answer(nth), "step {}: {:?}", nth, history.steps[nth]);
        lists_equal_the_recount(&watched.desk, &naive, history.time(nth))?;
    }
    Ok(())
}

/// Every list that a desk can show, printed by machine, names and all.
fn everything_shown(desk: &Desk, ledger: &Ledger) -> Vec<String> {
    let mut shown = vec![serde_json::to_string(&desk.whats_on()).unwrap()];
    for (gathering, _) in ledger.gatherings() {
        let (attending, waiting) =
            (desk.attendee_list(gathering).unwrap(), desk.waiting_list(gathering).unwrap());
        shown.push(serde_json::to_string(&attending.expose("test")).unwrap());
        shown.push(serde_json::to_string(&waiting.expose("test")).unwrap());
    }
    shown.extend((0..14).map(|person| serde_json::to_string(&desk.agenda(person_id(person))).unwrap()));
    shown
}

/// A fact without the bytes that no two keys seal alike.
fn unsealed(fact: &Fact) -> String {
    match fact {
        Fact::PersonRecorded { person, .. } => format!("recorded {person}"),
        Fact::GatheringAnnounced { gathering, announcement, join_link } => {
            format!("announced {gathering} {announcement:?} {}", join_link.is_some())
        }
        Fact::RegistrationConfirmed { gathering, registration, booking } => {
            format!("confirmed {gathering} {registration} {}", unsealed_booking(booking))
        }
        Fact::RegistrationWaitlisted { gathering, registration, booking, ahead } => {
            format!("waitlisted {gathering} {registration} {ahead} {}", unsealed_booking(booking))
        }
        _ => format!("{fact:?}"),
    }
}

fn unsealed_booking(booking: &gather::Booking) -> String {
    let gather::Booking { offering, party, reference, answers } = booking;
    format!("{offering} {party:?} {reference:?} {}", answers.is_some())
}

/// Whether two say the same: with the same outcome, or with the same refusal and the same figures in it.
fn agree<T: PartialEq + Debug>(
    one: &Result<T, Failure>,
    other: &Result<T, Failure>,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(one.as_ref().map_err(refusal), other.as_ref().map_err(refusal));
    Ok(())
}

proptest! {
    #![proptest_config(cases(400))]

    /// Every answer, every list and every count is what a naive recount of the whole past comes to.
    #[test]
    fn the_desk_answers_as_a_naive_recount(history in histories(1..60)) {
        desk_equals_model(&history)?;
    }

    /// A clock may jump: decisions on a gathering never go back in time, and are what they would be anyway.
    #[test]
    fn a_clock_that_jumps_back_changes_nothing(
        mut history in histories(10..50),
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
    fn what_must_always_hold_holds(history in histories(1..70)) {
        let (watched, mut ledger) = (Watched::new(), Ledger::default());
        for nth in 0..history.steps.len() {
            let before = watched.log.head();
            let answer = watched.play(&history, nth);
            watched.audit(&mut ledger, before)?;
            let unchanged = watched.log.head() == before;
            prop_assert!(unchanged || answer.is_ok_and(|answer| !answer.repeated), "a no that wrote");
            lists_count_what_facts_say(&watched.desk, &ledger)?;
        }
    }

    /// Capacity refuses exactly where there is some: never an offering that draws on unlimited pools alone, and
    /// always one that draws on a pool with none.
    #[test]
    fn unlimited_never_refuses_and_none_always_does(history in histories(1..60)) {
        let (watched, mut ledger) = (Watched::new(), Ledger::default());
        for nth in 0..history.steps.len() {
            let capacities = capacities_asked_of(&history, nth, &ledger);
            let before = watched.log.head();
            let answer = plainly(&watched.play(&history, nth));
            watched.audit(&mut ledger, before)?;
            let Some(capacities) = capacities else { continue };
            if capacities.iter().all(|&capacity| capacity == Capacity::Unlimited) {
                prop_assert!(!is_for_want_of_places(&answer), "unlimited, and yet {:?}", answer);
            }
            if capacities.contains(&Capacity::Limited(0)) {
                let served = answer.is_ok_and(|answer| !answer.repeated);
                prop_assert!(!served, "a place in, or in the line for, a pool without places");
            }
        }
    }

    /// A preview is what comes of it and leaves no trace; what fits, a smaller party would fit too; and the largest
    /// party that a full pool is said to have room for is the largest.
    #[test]
    fn previews_are_true_and_admission_is_monotone(history in histories(1..50)) {
        let (watched, mut ledger) = (Watched::new(), Ledger::default());
        for nth in 0..history.steps.len() {
            let before = watched.log.head();
            watched.clock.set(history.time(nth));
            let foreseen = preview(&watched.desk, &history, nth);
            if !ledger.has_answered(history.request(nth)) {
                other_parties_are_judged_alike(&watched.desk, &history, nth, &foreseen)?;
            }
            prop_assert_eq!(watched.log.head(), before, "a preview wrote");
            let outcome = watched.play(&history, nth).map(|answer| answer.told);
            agree(&foreseen, &outcome)?;
            watched.audit(&mut ledger, before)?;
        }
    }

    /// The same history at two desks: the same facts at the same times, and the same lists letter by letter.
    #[test]
    fn the_same_history_gives_the_same_facts_and_lists(history in histories(1..60)) {
        let (one, other) = (Watched::new(), Watched::new());
        for nth in 0..history.steps.len() {
            agree(&one.play(&history, nth), &other.play(&history, nth))?;
        }
        let facts = |watched: &Watched| {
            let facts = watched.log.facts().into_iter();
            facts.map(|(time, fact)| (time, unsealed(&fact))).collect::<Vec<_>>()
        };
        prop_assert_eq!(facts(&one), facts(&other));
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
        history in histories(1..40),
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

fn lists_count_what_facts_say(desk: &Desk, ledger: &Ledger) -> Result<(), TestCaseError> {
    for (id, gathering) in ledger.gatherings() {
        let list = desk.attendee_list(id).unwrap();
        prop_assert_eq!(list.rows().len(), gathering.people());
        let told: Vec<_> = list.pools().iter().map(|pool| (pool.pool, pool.taken)).collect();
        let counted = gathering.pools().iter().map(|pool| (pool.id, gathering.used(pool.id)));
        prop_assert_eq!(told, counted.collect::<Vec<_>>());
        let line: Vec<_> = desk.waiting_list(id).unwrap().rows().iter().map(|row| row.registration).collect();
        prop_assert_eq!(line, gathering.lines());
    }
    Ok(())
}

/// The capacities that a register step draws on, as they are before it.
fn capacities_asked_of(history: &History, nth: usize, ledger: &Ledger) -> Option<Vec<Capacity>> {
    let original = history.original(nth);
    let What::Register { gathering, offering, .. } = &history.steps[original].what else { return None };
    let gathering = ledger.gathering(history.gathering(gathering, original))?;
    let offering = gathering.meant((*offering > 0).then(|| OfferingId::new(*offering)))?;
    Some(gathering.capacities(offering))
}

fn is_for_want_of_places(answer: &Result<Answer, &'static str>) -> bool {
    match answer {
        Ok(answer) => matches!(answer.told, Told::Waiting(..)) && !answer.repeated,
        Err(code) => ["full", "line_first", "never_fits"].contains(code),
    }
}

fn preview(desk: &Desk, history: &History, nth: usize) -> Result<Told, Failure> {
    let call = desk.request(history.request(nth)).at(history.time(nth)).ahead_of_clock();
    call.preview(history.command(nth))
}

/// What the answer to one party says of others in its stead, at the same moment.
fn other_parties_are_judged_alike(
    desk: &Desk,
    history: &History,
    nth: usize,
    foreseen: &Result<Told, Failure>,
) -> Result<(), TestCaseError> {
    let original = history.original(nth);
    let What::Register { gathering, offering, guests, .. } = &history.steps[original].what else {
        return Ok(());
    };
    let gathering = history.gathering(gathering, original);
    let size = u32::try_from(guests.len()).unwrap() + 1;
    let fits = |people: u32| {
        let mut party =
            Register::new(gathering, person_id(200)).unnamed_guests(u16::try_from(people).unwrap() - 1);
        if *offering > 0 {
            party = party.offering(OfferingId::new(*offering));
        }
        let answer = desk.at(history.time(nth)).ahead_of_clock().preview(party);
        answer.is_ok_and(|outcome| outcome.is_confirmed())
    };
    match foreseen.as_ref().map_err(Failure::refusal) {
        Ok(Told::Confirmed(_)) => prop_assert!((1..=size).all(fits), "one of 1 to {} does not fit", size),
        Err(Some(Refusal::Full { largest, .. })) => {
            prop_assert!((1..=*largest).all(fits), "it does not take {}", largest);
            prop_assert!((*largest + 1..=size).all(|people| !fits(people)), "it takes more than {}", largest);
        }
        _ => {}
    }
    Ok(())
}

/// The model would be no judge if the histories never came to the point.
#[test]
fn histories_come_to_the_point() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for _ in 0..150 {
        let history = histories(40..60).new_tree(&mut runner).unwrap().current();
        let mut naive = Naive::new(&history);
        for nth in 0..history.steps.len() {
            let kind = match naive.answer(nth) {
                Ok(Answer { repeated: true, .. }) => String::from("repeated"),
                Ok(Answer { told: Told::Promoted(promoted), .. }) => {
                    format!("promoted {}", promoted.len().min(2))
                }
                Ok(Answer { told: Told::Waiting(_, ahead), .. }) => format!("waiting {}", ahead.min(1)),
                Ok(answer) => {
                    format!("{:?}", answer.told).chars().take_while(|c| c.is_alphabetic()).collect()
                }
                Err(code) => code.to_owned(),
            };
            *seen.entry(kind).or_default() += 1;
        }
    }
    let wanted = [
        "repeated",
        "promoted 1",
        "promoted 2",
        "waiting 0",
        "waiting 1",
        "Confirmed",
        "Announced",
        "Changed",
        "unknown_gathering",
        "unknown_offering",
        "which_offering",
        "twice_in_party",
        "party_too_large",
        "gathering_cancelled",
        "gathering_over",
        "booking_not_open_yet",
        "booking_closed",
        "already_registered",
        "never_fits",
        "full",
        "line_first",
        "unknown_registration",
        "unknown_place",
        "registration_ended",
        "unknown_pool",
        "below_used",
        "in_the_past",
    ];
    let missing: Vec<_> = wanted.iter().filter(|kind| !seen.contains_key(**kind)).collect();
    assert!(missing.is_empty(), "never seen: {missing:?}; seen: {seen:?}");
}
