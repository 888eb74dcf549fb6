//! A page of 50 out of an attendee list of 10,000, sorted by name: where there is nothing else, and among a million
//! registrations.
//!
//! `cargo bench --bench lists`; the number of registrations elsewhere can be named: `cargo bench --bench lists -- 100000`. What
//! counts are the ratios within one run: the same page among few and among many, taken in turns; and beside it what it
//! takes to sort the list anew for each query, and to take it anew.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "what is measured is printed")]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use gather::{
    AttendeeQuery, Column, Desk, Filter, Gathering, GatheringId, KeptAttendeeList, PersonDetails, PersonId,
    RecordPerson, Register, RegistrationId, SortKey,
};

const SIZE: u64 = 10_000;
const ELSEWHERE: u64 = 990_000;
/// How many bookings are on their way at once while all this is made.
const AT_ONCE: u64 = 5_000;
const ROUNDS: usize = 41;
const PAGES: u32 = 2_000;

struct House {
    desk: Desk,
    day: GatheringId,
    kept: KeptAttendeeList,
}

fn main() {
    let named = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let elsewhere = named.unwrap_or(ELSEWHERE);
    let (alone, among) = (House::with(0), House::with(elsewhere));
    println!("{SIZE} people on one gathering, {elsewhere} registrations on others");
    for (name, house) in [("alone", &alone), ("among", &among)] {
        println!("first page, every name opened, {name}: {:.1} ms", millis(house.first_page()));
    }
    ratios(&alone, &among);
    changes(&among);
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    one_by_one(&mut criterion, &alone, &among);
}

impl House {
    fn with(elsewhere: u64) -> Self {
        let desk = Desk::in_memory();
        let day = open(&desk);
        for begin in (0..SIZE).step_by(usize::try_from(AT_ONCE).unwrap()) {
            let people = (begin..SIZE.min(begin + AT_ONCE)).map(|nth| {
                let recorded = desk.submit(RecordPerson::of(person(nth), details(nth)));
                (recorded, desk.submit(Register::new(day, person(nth))))
            });
            for (recorded, registered) in people.collect::<Vec<_>>() {
                drop(recorded.wait().unwrap());
                assert!(registered.wait().unwrap().outcome.is_confirmed());
            }
        }
        let others: Vec<_> = (0..elsewhere.div_ceil(SIZE)).map(|_| open(&desk)).collect();
        for begin in (0..elsewhere).step_by(usize::try_from(AT_ONCE).unwrap()) {
            let submit = |nth: u64| {
                let on = others[usize::try_from(nth / SIZE).unwrap()];
                desk.submit(Register::new(on, person(SIZE + nth)))
            };
            let pending: Vec<_> = (begin..elsewhere.min(begin + AT_ONCE)).map(submit).collect();
            for one in pending {
                assert!(one.wait().unwrap().outcome.is_confirmed());
            }
        }
        let kept = desk.keep_attendee_list(day, "benchmark").unwrap();
        Self { desk, day, kept }
    }

    /// The page that is asked for: the middle of the list.
    fn page(&self) {
        assert_eq!(black_box(self.kept.page(&query()).unwrap()).rows().len(), 50);
    }

    fn first_page(&self) -> Duration {
        let kept = self.desk.keep_attendee_list(self.day, "benchmark").unwrap();
        let start = Instant::now();
        assert_eq!(kept.page(&query()).unwrap().rows().len(), 50);
        let taken = start.elapsed();
        self.page();
        taken
    }

    /// How long a warm page takes, of so many.
    fn pages(&self) -> f64 {
        let query = query();
        let start = Instant::now();
        for _ in 0..PAGES {
            black_box(self.kept.page(black_box(&query)).unwrap());
        }
        start.elapsed().as_secs_f64() / f64::from(PAGES)
    }
}

fn open(desk: &Desk) -> GatheringId {
    let gathering = desk.announce(Gathering::webinar("Benchmark").places(100_000_000)).unwrap().outcome;
    drop(desk.open_booking(gathering).unwrap());
    gathering
}

fn query() -> AttendeeQuery {
    let columns = "number, name, organisation, state".parse().unwrap();
    AttendeeQuery::new().columns(columns).sort([SortKey::ascending(Column::Name)]).offset(5_000).limit(50)
}

fn details(nth: u64) -> PersonDetails {
    let (first, last) = (FIRST[usize::try_from(nth % 16).unwrap()], spread(nth) >> 100);
    PersonDetails::new(format!("{first} {last:x}"))
        .email(format!("p{nth}@example.org"))
        .organisation("Library")
}

const FIRST: [&str; 16] = [
    "Ann", "Bob", "Chidi", "Dora", "Émile", "Fatima", "Goran", "Hana", "Ivy", "Jan", "Kofi", "Lena", "Mia",
    "Noor", "Olu", "Pia",
];

/// Ids spread like random ones, the same in every run.
fn person(nth: u64) -> PersonId {
    PersonId::from_u128(spread(nth).wrapping_mul(3))
}

fn spread(nth: u64) -> u128 {
    (u128::from(nth) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
}

fn ratios(alone: &House, among: &House) {
    let (mut few, mut many) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        few.push(alone.pages());
        many.push(among.pages());
    }
    let (few, many) = (median(few), median(many));
    println!("a warm page of 50: {:.3} µs alone, {:.3} µs among them", few * 1e6, many * 1e6);
    goal("a warm page among them, of one alone", many / few, 1.5);
    goal("a warm page, in microseconds", many * 1e6, 1.0);
    let exposed = among.desk.attendee_list(among.day).unwrap().expose("benchmark");
    let sorted =
        median((0..9).map(|_| timed(|| drop(black_box(exposed.query(&query()).unwrap())))).collect());
    println!(
        "the same sorted anew for each query: {:.0} µs, {:.0} times as long",
        sorted * 1e6,
        sorted / many
    );
    let clear = AttendeeQuery::new().columns("number".parse().unwrap()).limit(50);
    let anew = || drop(black_box(among.desk.attendee_list(among.day).unwrap().query(&clear).unwrap()));
    let taken = median((0..9).map(|_| timed(anew)).collect());
    println!(
        "a list taken anew for each query, without a name: {:.0} µs, {:.0} times as long",
        taken * 1e6,
        taken / many
    );
}

/// The first page after something has changed: somebody came, somebody left, somebody is called otherwise, fifty came.
fn changes(among: &House) {
    let mut next = 2_000_000_u64;
    let mut new = || {
        next += 1;
        drop(among.desk.execute(RecordPerson::of(person(next), details(next))).unwrap());
        among.desk.register(among.day, person(next)).unwrap().outcome.registration()
    };
    let page = || timed(|| among.page());
    let told = |name: &str, mut change: Box<dyn FnMut() + '_>| {
        let taken = (0..ROUNDS).map(|_| {
            change();
            page()
        });
        let taken = median(taken.collect()) * 1e3;
        goal(&format!("the first page after {name}, in milliseconds"), taken, 2.0);
    };
    let mut came: Vec<RegistrationId> = Vec::new();
    told("one came", Box::new(|| came.push(new())));
    told("one left", Box::new(|| drop(among.desk.cancel_registration(came.pop().unwrap()).unwrap())));
    let mut nth = 0;
    let rename = || {
        nth += 1;
        drop(among.desk.execute(RecordPerson::of(person(nth), details(nth + 7))).unwrap());
    };
    told("one is called otherwise", Box::new(rename));
    told(
        "fifty came",
        Box::new(|| {
            (0..50).for_each(|_| {
                new();
            });
        }),
    );
}

fn one_by_one(criterion: &mut Criterion, alone: &House, among: &House) {
    let mut group = criterion.benchmark_group("lists");
    group.bench_function("warm page of 50, alone", |bencher| bencher.iter(|| alone.page()));
    group.bench_function("warm page of 50, among many", |bencher| bencher.iter(|| among.page()));
    let found = query().offset(0).narrow(Filter::name("fat"));
    group.bench_function("warm page of those found by name", |bencher| {
        bencher.iter(|| among.kept.page(&found).unwrap());
    });
    let mut nth = 0_u64;
    let mut search = || {
        nth += 1;
        query().offset(0).narrow(Filter::name(&format!("{:x}", nth % 256)))
    };
    group.bench_function("a name that nobody has searched for", |bencher| {
        bencher.iter_batched(
            &mut search,
            |query| among.kept.page(&query).unwrap(),
            criterion::BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn goal(what: &str, found: f64, at_most: f64) {
    let verdict = if found <= at_most { "met" } else { "NOT met" };
    println!("{what}: {found:.2}, goal at most {at_most:.1}: {verdict}");
}

fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn millis(taken: Duration) -> f64 {
    taken.as_secs_f64() * 1_000.0
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
