//! What the rules alone cost: deciding an ordinary registration and folding what comes of it, beside a bare hash map
//! that keeps the same rule ("a place is free and the person has none yet"), by how many registrations there are.
//!
//! `cargo bench --bench decide`. What counts is how each grows with the size, in one run: both touch memory that is
//! larger than the caches, and nothing else may grow.

#![allow(missing_docs, reason = "criterion's macros make the public items")]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gather::testkit::{Decider, epoch};
use gather::{Gathering, GatheringId, PersonId, Register, RegistrationId, RequestId};

const SIZES: [u64; 4] = [10, 1_000, 100_000, 1_000_000];

/// What a hand-written booking would keep: who has a place, and how many places there are.
struct BareMap {
    places: usize,
    booked: HashMap<PersonId, RegistrationId>,
}

/// The rules with one gathering and so many registrations on it.
struct Rules {
    decider: Decider,
    gathering: GatheringId,
}

trait Desk {
    fn empty() -> Self;
    fn register(&mut self, n: u64) -> bool;
}

impl Desk for BareMap {
    fn empty() -> Self {
        Self { places: 10_000_000, booked: HashMap::new() }
    }

    fn register(&mut self, n: u64) -> bool {
        let (person, registration) = (person(n), RegistrationId::from_u128(spread(n)));
        if self.booked.len() >= self.places || self.booked.contains_key(&person) {
            return false;
        }
        self.booked.insert(person, registration).is_none()
    }
}

impl Desk for Rules {
    fn empty() -> Self {
        let mut decider = Decider::new(epoch());
        let date = "2099-03-05 14:00 to 15:30 Europe/London".parse().unwrap();
        let gathering = Gathering::webinar("Benchmark").at(date).places(10_000_000);
        let gathering = decider.decide(RequestId::from_u128(0), &gathering).unwrap();
        Self { decider, gathering }
    }

    fn register(&mut self, n: u64) -> bool {
        let request = RequestId::from_u128(spread(n));
        let booked = self.decider.decide(request, &Register::new(self.gathering, person(n)));
        booked.unwrap().is_confirmed()
    }
}

/// Ids spread like random ones, the same in every run.
fn person(n: u64) -> PersonId {
    PersonId::from_u128(spread(n).wrapping_mul(3))
}

fn spread(n: u64) -> u128 {
    (u128::from(n) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
}

/// One that has a size, and what is measured on it: so few more that no table grows meanwhile, which would be counted
/// at the small sizes only. Small ones stand side by side, so that there is enough to measure.
struct Bench<D> {
    size: u64,
    all: Vec<D>,
    more: u64,
}

impl<D: Desk> Bench<D> {
    fn new(size: u64) -> Self {
        let (side_by_side, _) = Self::plan(size);
        let built = (0..side_by_side).map(|_| {
            let mut it = D::empty();
            (0..size).for_each(|n| assert!(it.register(n)));
            it
        });
        Self { size, all: built.collect(), more: 0 }
    }

    /// How many side by side, and how many registrations on each before all is built anew.
    const fn plan(size: u64) -> (usize, u64) {
        match size {
            0..100 => (64, 3),
            100..10_000 => (16, 20),
            10_000..500_000 => (2, 6_000),
            _ => (1, 100_000),
        }
    }

    #[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    fn timed(&mut self, count: u64) -> Duration {
        let (side_by_side, each) = Self::plan(self.size);
        let (mut total, mut left) = (Duration::ZERO, count);
        while left > 0 {
            if self.more >= each {
                *self = Self::new(self.size);
            }
            let room = u64::try_from(side_by_side).unwrap() * (each - self.more);
            let (now, from) = (left.min(room), self.size + self.more);
            let on_each = now.div_ceil(u64::try_from(side_by_side).unwrap());
            let start = Instant::now();
            let mut done = 0;
            for it in &mut self.all {
                let here = on_each.min(now - done);
                (from..from + here).for_each(|n| assert!(black_box(it.register(n))));
                done += here;
            }
            total += start.elapsed();
            self.more += on_each;
            left -= now;
        }
        total
    }
}

fn decide(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide and fold");
    group
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800));
    for size in SIZES {
        let mut map = Bench::<BareMap>::new(size);
        group.bench_function(BenchmarkId::new("bare hash map", size), |bencher| {
            bencher.iter_custom(|count| map.timed(count));
        });
        let mut rules = Bench::<Rules>::new(size);
        group.bench_function(BenchmarkId::new("register", size), |bencher| {
            bencher.iter_custom(|count| rules.timed(count));
        });
    }
    group.finish();
}

criterion_group!(benches, decide);
criterion_main!(benches);
