//! Durable registrations through a desk, beside what a disk can do at best and beside other stores, in one run.
//!
//! `cargo bench --bench log`; with other stores, which are built only then:
//! `RUSTFLAGS="--cfg gather_peers" CARGO_TARGET_DIR=target/peers cargo bench --bench log`.
//!
//! All take turns, a tenth of a second each, in several rounds: a machine that others use, too, is slow for all of them.
//! What is printed are medians over the rounds. "Raw" is appending the same bytes to a file, which grows, and syncing;
//! beside it stands what writing over zeros can do, which were written and synced before. `GATHER_SOAK=n` makes n times as many rounds. Everything is written under
//! `target`, which must be on a disk that syncs.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "what is measured is printed")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

#[path = "log/desks.rs"]
mod desks;
#[path = "log/group.rs"]
mod group;
#[path = "log/raw.rs"]
mod raw;
#[cfg(gather_peers)]
#[path = "log/sqlite.rs"]
mod sqlite;
#[cfg(gather_peers)]
#[path = "log/umadb.rs"]
mod umadb;

const SLICE: Duration = Duration::from_millis(100);
const ROUNDS: usize = 7;
const CROWDS: [usize; 3] = [1, 8, 64];

/// One way of keeping registrations, with so many who wait for theirs at once.
struct Contestant {
    name: &'static str,
    crowd: usize,
    /// Goes on for a slice, and says how many were kept in a second.
    run: Box<dyn FnMut() -> f64>,
    rates: Vec<f64>,
}

impl Contestant {
    fn new(name: &'static str, crowd: usize, run: impl FnMut() -> f64 + 'static) -> Self {
        Self { name, crowd, run: Box::new(run), rates: Vec::new() }
    }

    /// Threads that each do one after the other and wait for it.
    fn crowd(name: &'static str, crowd: usize, one: impl Fn(usize) + Sync + 'static) -> Self {
        Self::new(name, crowd, move || in_a_crowd(crowd, &one))
    }

    fn median(&self) -> f64 {
        let mut rates = self.rates.clone();
        rates.sort_by(f64::total_cmp);
        rates.get(rates.len() / 2).copied().unwrap_or_default()
    }

    fn spread(&self) -> (f64, f64) {
        let least = self.rates.iter().copied().fold(f64::INFINITY, f64::min);
        (least, self.rates.iter().copied().fold(0.0, f64::max))
    }
}

/// How many a second a crowd does within a slice.
fn in_a_crowd(crowd: usize, one: &(impl Fn(usize) + Sync)) -> f64 {
    let (done, begin) = (AtomicU32::new(0), Barrier::new(crowd + 1));
    let start = thread::scope(|scope| {
        for nth in 0..crowd {
            let (done, begin) = (&done, &begin);
            scope.spawn(move || {
                begin.wait();
                done.fetch_add(until_the_end(|| one(nth)), Ordering::Relaxed);
            });
        }
        begin.wait();
        now()
    });
    f64::from(done.into_inner()) / start.elapsed().as_secs_f64()
}

/// How often something is done within a slice.
fn until_the_end(mut one: impl FnMut()) -> u32 {
    let (start, mut done) = (now(), 0);
    while start.elapsed() < SLICE {
        one();
        done += 1;
    }
    done
}

/// How many a second one alone does within a slice, so many at a time.
fn alone(at_a_time: u32, one: impl FnMut()) -> f64 {
    let start = now();
    let done = until_the_end(one);
    f64::from(done * at_a_time) / start.elapsed().as_secs_f64()
}

#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn now() -> Instant {
    Instant::now()
}

/// A folder on the disk for one contestant.
fn place(root: &Path, name: &str) -> PathBuf {
    let folder = root.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn contestants(root: &Path) -> Vec<Contestant> {
    let frame = Arc::new(desks::frame());
    let mut all = raw::contestants(root, &frame);
    all.extend(CROWDS.map(|crowd| group::contestant(root, &frame, crowd)));
    all.extend(CROWDS.map(|crowd| desks::blocking(root, crowd)));
    all.push(desks::in_flight(root, 64));
    all.push(desks::in_flight_without_disk(64));
    #[cfg(gather_peers)]
    {
        all.extend(CROWDS.map(|crowd| sqlite::contestant(root, &frame, crowd)));
        all.push(sqlite::behind_a_lock(root, &frame, 64));
        all.extend(CROWDS.map(|crowd| umadb::contestant(root, &frame, crowd)));
    }
    all
}

fn main() {
    let rounds = ROUNDS * std::env::var("GATHER_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let root = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut all = contestants(root.path());
    // The first slice of each is not counted: files and tables come into being.
    for contestant in &mut all {
        (contestant.run)();
    }
    for _ in 0..rounds {
        for contestant in &mut all {
            let rate = (contestant.run)();
            contestant.rates.push(rate);
        }
    }
    print(&all, rounds);
    drop(all);
    println!(
        "\nbytes on disk for an ordinary registration, frame, guard and chain included: {:.1}",
        desks::bytes_each(root.path())
    );
}

fn print(all: &[Contestant], rounds: usize) {
    println!(
        "durable registrations a second, medians of {rounds} rounds of {} ms, interleaved",
        SLICE.as_millis()
    );
    let of = |name, crowd| median_of(all, name, crowd);
    let (one, many) = (of(raw::GROWING, 1), of(raw::GROWING, 64));
    println!(
        "\n{:<34}{:>8}{:>12}{:>22}{:>10}{:>10}",
        "", "at once", "a second", "least to most", "of raw 1", "of raw 64"
    );
    for contestant in all {
        let (rate, (least, most)) = (contestant.median(), contestant.spread());
        let spread = format!("{least:.0} to {most:.0}");
        let (name, crowd) = (contestant.name, contestant.crowd);
        println!("{name:<34}{crowd:>8}{rate:>12.0}{spread:>22}{:>10.2}{:>10.2}", rate / one, rate / many);
    }
    println!();
    goal("1 through the desk, of raw append and sync", of(desks::BLOCKING, 1) / one, 0.9);
    goal("64 threads, of a bare group commit with 64", of(desks::BLOCKING, 64) / of(group::NAME, 64), 0.8);
    goal("64 in flight from one caller, of raw appends of 64", of(desks::IN_FLIGHT, 64) / many, 0.8);
    let ratio = of(desks::WITHOUT_DISK, 64) / many;
    println!(
        "64 in flight over a log in memory, of raw appends of 64: {ratio:.2}; a disk takes its time besides"
    );
    for (what, name, crowd) in [("1", desks::BLOCKING, 1), ("64 in flight", desks::IN_FLIGHT, 64)] {
        let ratio = of(name, crowd) / of(raw::ZERO_FILLED, crowd);
        println!("{what}, of the same over zeros written before, which no append can do: {ratio:.2}");
    }
    #[cfg(gather_peers)]
    {
        let best = of(sqlite::NAME, 64).max(of(sqlite::BEHIND_A_LOCK, 64));
        goal("64 threads, of the better SQLite with 64", of(desks::BLOCKING, 64) / best, 10.0);
        goal("64 threads, of UmaDB with 64", of(desks::BLOCKING, 64) / of(umadb::NAME, 64), 1.0);
    }
}

fn median_of(all: &[Contestant], name: &str, crowd: usize) -> f64 {
    all.iter().find(|one| one.name == name && one.crowd == crowd).map_or(f64::NAN, Contestant::median)
}

fn goal(what: &str, ratio: f64, at_least: f64) {
    let verdict = if ratio >= at_least { "met" } else { "NOT met" };
    println!("{what}: {ratio:.2}, goal {at_least:.1}: {verdict}");
}
