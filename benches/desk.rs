//! How long a registration takes, by how many the gathering has already, beside a bare hash map that keeps the same
//! rule ("a place is free and the person has none yet").
//!
//! `cargo bench --bench desk`. What counts is how each grows with the size, and their ratio in one run.

#![allow(missing_docs, reason = "criterion's macros make the public items")]

use std::collections::HashMap;
use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use gather::{Desk, Gathering, GatheringId, PersonId, RegistrationId, RequestId};

const SIZES: [u128; 3] = [10, 1_000, 100_000];
/// How many registrations one sample makes, few beside the sizes that are compared.
const SAMPLE: u128 = 100;

/// What a hand-written booking would keep: who has a place, and how many there are.
#[derive(Clone)]
struct BareMap {
    places: usize,
    booked: HashMap<PersonId, RegistrationId>,
}

impl BareMap {
    fn with(registrations: u128) -> Self {
        let booked = (0..registrations).map(|n| (person(n), RegistrationId::from_u128(n))).collect();
        Self { places: 10_000_000, booked }
    }

    fn register(&mut self, person: PersonId, registration: RegistrationId) -> bool {
        if self.booked.len() >= self.places || self.booked.contains_key(&person) {
            return false;
        }
        self.booked.insert(person, registration).is_none()
    }
}

/// Ids spread like random ones, the same in every run.
fn person(n: u128) -> PersonId {
    PersonId::from_uuid(RequestId::from_u128(n).derive(1))
}

fn desk_with(registrations: u128) -> (Desk, GatheringId) {
    let desk = Desk::in_memory();
    let gathering = desk.announce(Gathering::webinar("Benchmark").places(10_000_000)).unwrap().outcome;
    let _ = desk.open_booking(gathering).unwrap();
    for n in 0..registrations {
        let _ = desk.request(RequestId::from_u128(n)).execute(gather::Register::new(gathering, person(n))).unwrap();
    }
    (desk, gathering)
}

fn register(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("register");
    for size in SIZES {
        let map = BareMap::with(size);
        group.bench_function(BenchmarkId::new("bare hash map", size), |bencher| {
            let mut next = size;
            let mut map = map.clone();
            bencher.iter_batched(
                || (next..next + SAMPLE).map(|n| (person(n), RegistrationId::from_u128(n))).collect::<Vec<_>>(),
                |people| {
                    next += SAMPLE;
                    people.into_iter().filter(|&(person, id)| map.register(person, id)).count()
                },
                BatchSize::PerIteration,
            );
        });
        let (desk, gathering) = desk_with(size);
        group.bench_function(BenchmarkId::new("desk in memory", size), |bencher| {
            let mut next = size;
            bencher.iter_batched(
                || (next..next + SAMPLE).map(|n| (RequestId::from_u128(n), person(n))).collect::<Vec<_>>(),
                |people| {
                    next += SAMPLE;
                    for (request, person) in people {
                        let command = gather::Register::new(gathering, person);
                        black_box(desk.request(request).execute(command).unwrap().outcome.is_confirmed());
                    }
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, register);
criterion_main!(benches);
