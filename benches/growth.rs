//! The longest that one registration takes while a gathering fills up: nobody is to wait because what is kept of them has
//! to grow.
//!
//! `cargo bench --bench growth`; with another number of registrations, `cargo bench --bench growth -- 100000`. Two million
//! take about 2 GB. Beside a desk in memory stands a bare hash map that takes the same people, and moves all of them whenever
//! it is full. They are ids alone: no details, no scans. Each fills up three times; of the longest and of the mean the
//! median is printed, since a machine that others use, too, lets everybody wait at times.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "what is measured is printed")]

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use gather::{Desk, Gathering, GatheringId, PersonId};

const ROUNDS: usize = 3;
const GOAL: Duration = Duration::from_millis(5);

/// How long all of one round took, and the longest of them.
#[derive(Clone, Copy, Default)]
struct Took {
    all: Duration,
    longest: Duration,
    /// How many there were before the longest.
    at: u32,
}

impl Took {
    fn note(&mut self, nth: u32, took: Duration) {
        self.all += took;
        if took > self.longest {
            (self.longest, self.at) = (took, nth);
        }
    }

    fn print(self, what: &str, count: u32) {
        let (each, longest) = (self.all / count.max(1), self.longest.as_secs_f64() * 1000.0);
        println!("{what:<16}{:>10.2}{longest:>14.2}{:>14}", each.as_secs_f64() * 1_000_000.0, self.at);
    }
}

fn main() {
    // Cargo says `--bench` as well.
    let count = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(2_000_000);
    let (mut maps, mut desks) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        maps.push(fill_a_map(count));
        desks.push(fill_a_desk(count));
    }
    println!("{count} registrations on one gathering, medians of {ROUNDS} rounds");
    println!("\n{:<16}{:>10}{:>14}{:>14}", "", "us each", "longest, ms", "with so many");
    let (map, desk) = (median(maps), median(desks));
    map.print("bare hash map", count);
    desk.print("desk in memory", count);
    let verdict = if desk.longest <= GOAL { "met" } else { "NOT met" };
    println!("\nno registration takes longer than {} ms: {verdict}", GOAL.as_millis());
}

fn fill_a_map(count: u32) -> Took {
    let mut map = HashMap::new();
    timed(count, |nth| map.insert(black_box(person(nth)), nth).is_none())
}

fn fill_a_desk(count: u32) -> Took {
    let desk = Desk::in_memory();
    let gathering = desk.announce(Gathering::webinar("Benchmark").places(100_000_000)).unwrap().outcome;
    let _ = desk.open_booking(gathering).unwrap();
    timed(count, |nth| is_registered(&desk, gathering, person(nth)))
}

fn is_registered(desk: &Desk, gathering: GatheringId, person: PersonId) -> bool {
    desk.register(gathering, person).unwrap().outcome.is_confirmed()
}

#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn timed(count: u32, mut one: impl FnMut(u32) -> bool) -> Took {
    let mut took = Took::default();
    for nth in 0..count {
        let start = Instant::now();
        assert!(one(nth));
        took.note(nth, start.elapsed());
    }
    took
}

/// Ids spread like random ones, the same in every run.
fn person(nth: u32) -> PersonId {
    PersonId::from_u128((u128::from(nth) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835))
}

/// The round with the median of the longest, and the median of what all took.
fn median(mut rounds: Vec<Took>) -> Took {
    let middle = rounds.len() / 2;
    rounds.sort_by_key(|took| took.all);
    let all = rounds.get(middle).map(|took| took.all).unwrap_or_default();
    rounds.sort_by_key(|took| took.longest);
    rounds.get(middle).map(|took| Took { all, ..*took }).unwrap_or_default()
}
