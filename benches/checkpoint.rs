//! How long a desk takes to open: replaying its whole log, and beginning with a checkpoint; and what memory it takes
//! either way.
//!
//! `cargo bench --bench checkpoint`. What counts is the ratio of the two in one run, since the log is the same and so is
//! what comes of it. Each opening is a process of its own, so that its memory can be told. Sizes can be named:
//! `cargo bench --bench checkpoint -- 10000`.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "it prints what it measured")]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use gather::{Desk, Gathering, PersonId, Register, RequestId};

mod processor;

use processor::busy;

const SIZES: [u64; 2] = [100_000, 1_000_000];

/// How often each opening is measured; the middle one counts.
const TIMES: usize = 3;

/// How many bookings are on their way at once while the log is made.
const AT_ONCE: u64 = 5_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let [task, folder] = words.as_slice()
        && (task == "open" || task == "draw")
    {
        return one(task, Path::new(folder));
    }
    let named: Vec<u64> = words.iter().filter_map(|word| word.parse().ok()).collect();
    println!(
        "in brackets: processor time; where others use the machine, too, only that can be compared\n\
         registrations | replay | from a checkpoint | ratio | drawing and writing it | its bytes each | memory each"
    );
    for size in if named.is_empty() { SIZES.to_vec() } else { named } {
        measure(size);
    }
}

/// What one process has measured: milliseconds, those of processor time, and something else.
struct Measured {
    millis: f64,
    busy: f64,
    other: f64,
}

fn measure(size: u64) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("bookings");
    book(&folder, size);
    let each = |total: f64| total / f64::from(u32::try_from(size).unwrap());
    let replay = middle(|| child("open", &folder));
    let drawn = child("draw", &folder);
    let begun = middle(|| child("open", &folder));
    println!(
        "{size} | {:.0} ms ({:.0}) | {:.0} ms ({:.0}) | {:.1} ({:.1}) | {:.0} ms | {:.0} | {:.0} after a replay, {:.0} after a checkpoint",
        replay.millis,
        replay.busy,
        begun.millis,
        begun.busy,
        replay.millis / begun.millis,
        replay.busy / begun.busy,
        drawn.millis,
        each(drawn.other),
        each(replay.other),
        each(begun.other),
    );
}

fn book(folder: &Path, size: u64) {
    let desk = Desk::open(folder).unwrap();
    let gathering = desk.announce(Gathering::webinar("Benchmark").places(10_000_000)).unwrap().outcome;
    drop(desk.open_booking(gathering).unwrap());
    for begin in (0..size).step_by(usize::try_from(AT_ONCE).unwrap()) {
        let these = begin..size.min(begin + AT_ONCE);
        let submit = |n| desk.request(request(n)).submit(Register::new(gathering, person(n)));
        let pending: Vec<_> = these.map(submit).collect();
        for one in pending {
            assert!(one.wait().unwrap().outcome.is_confirmed());
        }
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

fn middle(measure: impl Fn() -> Measured) -> Measured {
    let mut all: Vec<_> = (0..TIMES).map(|_| measure()).collect();
    all.sort_by(|one, other| one.millis.total_cmp(&other.millis));
    all.swap_remove(TIMES / 2)
}

fn child(task: &str, folder: &Path) -> Measured {
    let output = Command::new(std::env::current_exe().unwrap()).arg(task).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut numbers = text.split_whitespace().map(|word| word.parse().unwrap());
    let mut next = || numbers.next().unwrap();
    Measured { millis: next(), busy: next(), other: next() }
}

/// What a process of its own does: opens, and says how long that took and what memory it took; or draws a checkpoint, and
/// says how long that took and how many bytes it has.
fn one(task: &str, folder: &Path) {
    let (before, busy, start) = (memory(), busy(), Instant::now());
    let desk = Desk::open(folder).unwrap();
    if task == "open" {
        println!("{} {} {}", millis(start), processor::busy() - busy, memory() - before);
        return;
    }
    let (busy, start) = (processor::busy(), Instant::now());
    let written = desk.checkpoint().unwrap();
    println!("{} {} {}", millis(start), processor::busy() - busy, written.bytes);
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

/// The bytes of memory that this process has, as the system counts them; 0 where it does not say.
fn memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0 kB");
    line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) * 1_024.0
}
