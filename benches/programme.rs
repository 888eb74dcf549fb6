//! How long it takes to set a programme, by how many sessions it has, beside a hand-written comparison of two lists of
//! sessions: what an importer does that keeps no history.
//!
//! `cargo bench --bench programme`. What counts is how each grows with the size, and their ratio in one run.

#![allow(missing_docs, reason = "criterion's macros make the public items")]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::collections::HashMap;
use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use gather::{Desk, Gathering, GatheringId, PersonId, Schedule, Session, SessionId, SetProgramme, Venue};

const SIZES: [u32; 3] = [50, 500, 5_000];

/// Every so many sessions one is moved.
const MOVED: u32 = 14;

fn start() -> DateTime<Utc> {
    "2099-03-20T08:00:00Z".parse().unwrap()
}

/// A programme: forty rooms, one session after the other in each, eight hundred characters about each.
fn sessions(count: u32, later: bool) -> Vec<Session> {
    let session = |number: u32| {
        let delay = if later && number.is_multiple_of(MOVED) { 5 } else { 0 };
        let begin = start() + TimeDelta::minutes(i64::from(number / 40 * 30 + delay));
        let when = Schedule::between(begin, begin + TimeDelta::minutes(25), "Europe/London").unwrap();
        Session::new(SessionId::from_u128(u128::from(number) + 1), format!("Session {number}"))
            .at(when)
            .room(format!("Room {}", number % 40))
            .track(format!("Track {}", number % 17))
            .about("Libraries and those who keep them. ".repeat(23))
            .speaker(PersonId::from_u128(u128::from(number) + 1))
    };
    (0..count).map(session).collect()
}

fn announced(desk: &Desk) -> GatheringId {
    let days = "2099-03-20 to 2099-05-20 Europe/London".parse().unwrap();
    let conference = Gathering::conference("Benchmark", Venue::new("Hall")).at(days);
    desk.announce(conference).unwrap().outcome
}

/// A desk with a programme of so many sessions.
fn with_programme(count: u32) -> (Desk, GatheringId) {
    let desk = Desk::in_memory();
    let gathering = announced(&desk);
    assert_eq!(set(&desk, gathering, sessions(count, false)), count);
    (desk, gathering)
}

/// Sets a programme, and says how many sessions are new or moved.
fn set(desk: &Desk, gathering: GatheringId, sessions: Vec<Session>) -> u32 {
    let change = desk.execute(SetProgramme::new(gathering, sessions)).unwrap().outcome;
    u32::try_from(change.added.len() + change.moved.len()).unwrap()
}

/// What has to be done at the least: look each session up, and compare it.
fn compared(before: &HashMap<SessionId, Session>, after: &[Session]) -> usize {
    let moved = |session: &&Session| {
        let known = before.get(&session.id);
        known.is_none_or(|known| (&known.schedule, &known.room) != (&session.schedule, &session.room))
    };
    let changed =
        |session: &&Session| before.get(&session.id).is_none_or(|known| known.texts != session.texts);
    after.iter().filter(|session| moved(session) || changed(session)).count()
}

fn programme(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("programme");
    for count in SIZES {
        let (before, after) = (sessions(count, false), sessions(count, true));
        let known: HashMap<_, _> = before.iter().map(|session| (session.id, session.clone())).collect();
        group.bench_function(BenchmarkId::new("bare comparison", count), |bench| {
            bench.iter(|| assert_eq!(compared(&known, black_box(&after)), moved(count)));
        });
        group.bench_function(BenchmarkId::new("set, all new", count), |bench| {
            let desk = || {
                let desk = Desk::in_memory();
                let gathering = announced(&desk);
                (desk, gathering, before.clone())
            };
            bench.iter_batched(desk, |(desk, on, new)| set(&desk, on, new), BatchSize::LargeInput);
        });
        group.bench_function(BenchmarkId::new("set, one in 14 moved", count), |bench| {
            let (desk, gathering) = with_programme(count);
            let mut turn = [after.clone(), before.clone()].into_iter().cycle();
            let next = || turn.next().unwrap();
            bench.iter_batched(next, |next| set(&desk, gathering, next), BatchSize::LargeInput);
        });
        group.bench_function(BenchmarkId::new("set, as it is", count), |bench| {
            let (desk, gathering) = with_programme(count);
            let same = || before.clone();
            bench.iter_batched(
                same,
                |same| assert_eq!(set(&desk, gathering, same), 0),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

fn moved(count: u32) -> usize {
    usize::try_from(count.div_ceil(MOVED)).unwrap()
}

criterion_group!(benches, programme);
criterion_main!(benches);
