//! How long a registration takes, by how many the gathering has already, beside a bare hash map that keeps the same
//! rule ("a place is free and the person has none yet").
//!
//! `cargo bench --bench desk`. What counts is how each grows with the size, and their ratio in one run.

#![allow(missing_docs, reason = "criterion's macros make the public items")]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gather::{Desk, Gathering, GatheringId, PersonId, Register, RegistrationId, RequestId};

const SIZES: [u64; 3] = [10, 1_000, 100_000];

/// What a hand-written booking would keep: who has a place, and how many places there are.
struct BareMap {
    places: usize,
    booked: HashMap<PersonId, RegistrationId>,
}

impl BareMap {
    fn with(registrations: u64) -> Self {
        let mut map = Self { places: 10_000_000, booked: HashMap::new() };
        (0..registrations).for_each(|n| assert!(map.register(n)));
        map
    }

    fn register(&mut self, n: u64) -> bool {
        let (person, registration) = (person(n), RegistrationId::from_u128(spread(n)));
        if self.booked.len() >= self.places || self.booked.contains_key(&person) {
            return false;
        }
        self.booked.insert(person, registration).is_none()
    }
}

/// A desk with one gathering and so many registrations on it.
struct FullDesk {
    desk: Desk,
    gathering: GatheringId,
}

impl FullDesk {
    fn with(registrations: u64) -> Self {
        let desk = Desk::in_memory();
        let gathering = desk.announce(Gathering::webinar("Benchmark").places(10_000_000)).unwrap().outcome;
        let _ = desk.open_booking(gathering).unwrap();
        let full = Self { desk, gathering };
        (0..registrations).for_each(|n| assert!(full.register(n)));
        full
    }

    fn register(&self, n: u64) -> bool {
        let call = self.desk.request(request(n));
        call.execute(Register::new(self.gathering, person(n))).unwrap().outcome.is_confirmed()
    }
}

/// Ids spread like random ones, the same in every run.
fn person(n: u64) -> PersonId {
    PersonId::from_u128(spread(n).wrapping_mul(3))
}

fn request(n: u64) -> RequestId {
    RequestId::from_u128(spread(n))
}

fn spread(n: u64) -> u128 {
    (u128::from(n) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
}

/// How a size is measured: on how many gatherings side by side, and how many registrations on each before all is built
/// anew. It is so few that no table and no list grows meanwhile: that would be counted at the small sizes only.
const fn plan(size: u64) -> (usize, u64) {
    match size {
        0..100 => (16, 3),
        100..10_000 => (4, 20),
        _ => (1, 10_000),
    }
}

/// The time of so many registrations, each on a gathering that has about `size`. Building is not counted.
#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn timed<T>(
    count: u64,
    size: u64,
    with: impl Fn(u64) -> T,
    register: impl Fn(&mut T, u64) -> bool,
) -> Duration {
    let (side_by_side, each) = plan(size);
    let (mut total, mut left) = (Duration::ZERO, count);
    while left > 0 {
        let mut all: Vec<T> = (0..side_by_side).map(|_| with(size)).collect();
        let (mut done, start) = (0, Instant::now());
        for it in &mut all {
            let now = each.min(left - done);
            (size..size + now).for_each(|n| assert!(black_box(register(it, n))));
            done += now;
        }
        total += start.elapsed();
        left -= done;
    }
    total
}

fn register(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("register");
    group
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(700));
    for size in SIZES {
        group.bench_function(BenchmarkId::new("bare hash map", size), |bencher| {
            bencher.iter_custom(|count| timed(count, size, BareMap::with, BareMap::register));
        });
        group.bench_function(BenchmarkId::new("desk in memory", size), |bencher| {
            bencher.iter_custom(|count| timed(count, size, FullDesk::with, |full, n| full.register(n)));
        });
    }
    group.finish();
}

criterion_group!(benches, register);
criterion_main!(benches);
