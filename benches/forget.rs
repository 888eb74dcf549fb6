//! What it costs that personal data is sealed: replaying a log, and registering durably; and what it takes to forget somebody.
//!
//! `cargo bench --bench forget`; the number of registrations can be named: `cargo bench --bench forget -- 10000`. What counts
//! are the ratios within one run. Replays are processes of their own, taking turns. `GATHER_SOAK=n` makes n times as many
//! rounds of registering. Everything is written under `target`, which must be on a disk that syncs.
//!
//! What is sealed is compared with as many bytes that are clear: credentials in the place of answers. There is no way to have
//! answers unsealed, not even here.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "what is measured is printed")]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::path::Path;
use std::process::Command;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gather::{Answers, Credential, Desk, Gathering, GatheringId, PersonId, Reference, Register, RequestId};

const SIZE: u64 = 1_000_000;
/// How often each replay is measured; the middle one counts.
const REPLAYS: usize = 5;
const ROUNDS: usize = 7;
const SLICE: Duration = Duration::from_millis(100);
const CROWDS: [usize; 3] = [1, 8, 64];
/// How many bookings are on their way at once while a log is made.
const AT_ONCE: u64 = 5_000;
const REPLAY_GOAL: f64 = 1.3;
const REGISTER_GOAL: f64 = 1.2;

/// What a registration brings along: answers, or as many bytes of the log that need no key.
#[derive(Clone, Copy, PartialEq)]
enum Brings {
    Answers,
    ClearBytes,
    Nothing,
}

impl Brings {
    fn registration(self, gathering: GatheringId, person: PersonId) -> Register {
        let plain = Register::new(gathering, person);
        match self {
            Self::Answers => {
                plain.answers(Answers::new().answer("diet", "no nuts").answer("access", "step-free"))
            }
            // A blob of one block has 168 bytes, and the numbers of its keys a few more.
            Self::ClearBytes => (0..3).fold(plain, |all, nth| all.credential(clear(nth))),
            Self::Nothing => plain,
        }
    }
}

fn clear(nth: u32) -> Credential {
    let text = format!("{nth}{}", "x".repeat(55));
    Credential::Code(Reference::new(&text).unwrap())
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let [task, folder] = words.as_slice()
        && task.starts_with("replay")
    {
        return replay(task, Path::new(folder));
    }
    let size = words.iter().find_map(|word| word.parse().ok()).unwrap_or(SIZE);
    let root = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    replays(root.path(), size);
    println!();
    registrations(root.path());
}

/// Two registrations of each person, on two gatherings.
fn book(folder: &Path, size: u64, brings: Brings) {
    let desk = Desk::open(folder).unwrap();
    let gatherings = [0, 1].map(|_| open_gathering(&desk));
    for begin in (0..size).step_by(usize::try_from(AT_ONCE).unwrap()) {
        let these = begin..size.min(begin + AT_ONCE);
        let submit = |n: u64| {
            let on = gatherings[usize::try_from(n % 2).unwrap()];
            desk.request(RequestId::from_u128(spread(n))).submit(brings.registration(on, person(n / 2)))
        };
        let pending: Vec<_> = these.map(submit).collect();
        for one in pending {
            assert!(one.wait().unwrap().outcome.is_confirmed());
        }
    }
}

fn open_gathering(desk: &Desk) -> GatheringId {
    let gathering = desk.announce(Gathering::webinar("Benchmark").places(100_000_000)).unwrap().outcome;
    drop(desk.open_booking(gathering).unwrap());
    gathering
}

/// Ids spread like random ones, the same in every run.
fn person(n: u64) -> PersonId {
    PersonId::from_u128(spread(n).wrapping_mul(3))
}

fn spread(n: u64) -> u128 {
    (u128::from(n) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
}

fn replays(root: &Path, size: u64) {
    let all = [
        ("answers sealed, none opened", Brings::Answers, "replay"),
        ("the same log, without its keys", Brings::Answers, "replay-without-keys"),
        ("as many bytes in the clear", Brings::ClearBytes, "replay"),
        ("no answers at all", Brings::Nothing, "replay"),
        ("answers sealed, each opened once", Brings::Answers, "replay-and-open"),
    ];
    let logs = [(Brings::Answers, "sealed"), (Brings::ClearBytes, "clear"), (Brings::Nothing, "plain")];
    let folders = logs.map(|(brings, name)| {
        let folder = root.join(name);
        book(&folder, size, brings);
        (brings, folder)
    });
    let mut taken = vec![Vec::new(); all.len()];
    for _ in 0..REPLAYS {
        for (nth, (_, brings, task)) in all.iter().enumerate() {
            let (_, folder) = folders.iter().find(|(kept, _)| kept == brings).unwrap();
            taken[nth].push(child(task, folder));
        }
    }
    println!("opening a desk of {size} registrations by replay; milliseconds, in brackets of processor time");
    let middles: Vec<(f64, f64)> = taken.into_iter().map(middle).collect();
    for ((name, ..), (millis, busy)) in all.iter().zip(&middles) {
        println!("{name:<34}{millis:>10.0} ({busy:.0})");
    }
    let ratio =
        |one: usize, other: usize| (middles[one].0 / middles[other].0, middles[one].1 / middles[other].1);
    goal("replay with what is sealed, of the same without its keys", ratio(0, 1), REPLAY_GOAL);
    goal("replay with what is sealed, of as many bytes in the clear", ratio(0, 2), REPLAY_GOAL);
    println!("replay with what is sealed, of no answers at all: {:.2} ({:.2})", ratio(0, 3).0, ratio(0, 3).1);
    forgetting(&folders[0].1, size);
}

/// How long it takes to forget somebody who has two registrations, in a large log.
fn forgetting(folder: &Path, size: u64) {
    let desk = Desk::open(folder).unwrap();
    let taken: Vec<f64> = (0..15)
        .map(|nth| {
            let start = Instant::now();
            assert_eq!(desk.forget(person(nth * (size / 2) / 16)).unwrap().keys, 1);
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    println!("forgetting one person, key file and all: {:.2} ms", median(taken));
}

fn middle(taken: Vec<(f64, f64)>) -> (f64, f64) {
    let (millis, busy): (Vec<_>, Vec<_>) = taken.into_iter().unzip();
    (median(millis), median(busy))
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn child(task: &str, folder: &Path) -> (f64, f64) {
    let output = Command::new(std::env::current_exe().unwrap()).arg(task).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut numbers = text.split_whitespace().map(|word| word.parse().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

/// What a process of its own does: opens the desk, opens what is sealed if asked, and says how long that took.
fn replay(task: &str, folder: &Path) {
    let (before, start) = (busy(), Instant::now());
    let desk = match task {
        "replay-without-keys" => Desk::builder().open_without_keys(folder).unwrap(),
        _ => Desk::open(folder).unwrap(),
    };
    if task == "replay-and-open" {
        let mut opened = 0_u64;
        for row in desk.whats_on().rows() {
            for place in desk.attendee_list(row.gathering).unwrap().rows() {
                let answers = desk.answers(place.registration).unwrap();
                opened += u64::from(answers.is_some_and(|answers| answers.known().is_some()));
            }
        }
        assert!(opened > 0);
    }
    let millis = start.elapsed().as_secs_f64() * 1_000.0;
    println!("{millis} {}", busy() - before);
}

/// The milliseconds that processors have worked for this process, in steps of ten; 0 where the system does not say.
fn busy() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_the_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks =
        behind_the_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() * 10.0
}

/// Ratios of the time on the clock, and of processor time where the system tells it.
fn goal(what: &str, (clock, busy): (f64, f64), at_most: f64) {
    let verdict = if clock <= at_most { "met" } else { "NOT met" };
    println!("{what}: {clock:.2} (processor time {busy:.2}), goal at most {at_most:.1}: {verdict}");
}

/// One way of registering, by so many at once.
struct Contestant {
    brings: Brings,
    crowd: usize,
    desk: Desk,
    gathering: GatheringId,
    rates: Vec<f64>,
}

impl Contestant {
    fn new(root: &Path, brings: Brings, crowd: usize, nth: usize) -> Self {
        let desk = Desk::open(root.join(format!("registered {nth}"))).unwrap();
        let gathering = open_gathering(&desk);
        Self { brings, crowd, desk, gathering, rates: Vec::new() }
    }

    /// How many new people a second are registered durably within a slice.
    fn rate(&self) -> f64 {
        let (done, begin) = (AtomicU32::new(0), Barrier::new(self.crowd + 1));
        let start = thread::scope(|scope| {
            for _ in 0..self.crowd {
                scope.spawn(|| {
                    begin.wait();
                    let start = Instant::now();
                    while start.elapsed() < SLICE {
                        let asked = self.brings.registration(self.gathering, PersonId::random());
                        assert!(self.desk.execute(asked).unwrap().outcome.is_confirmed());
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            begin.wait();
            Instant::now()
        });
        f64::from(done.into_inner()) / start.elapsed().as_secs_f64()
    }
}

fn registrations(root: &Path) {
    let rounds = ROUNDS * std::env::var("GATHER_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let ways = CROWDS.into_iter().flat_map(|crowd| [(Brings::Answers, crowd), (Brings::ClearBytes, crowd)]);
    let mut all: Vec<_> =
        ways.enumerate().map(|(nth, (brings, crowd))| Contestant::new(root, brings, crowd, nth)).collect();
    // The first slice of each is not counted: files and keys come into being.
    for _ in 0..=rounds {
        for contestant in &mut all {
            let rate = contestant.rate();
            contestant.rates.push(rate);
        }
    }
    println!("durable registrations of new people a second, medians of {rounds} rounds, interleaved");
    for pair in all.chunks(2) {
        let [sealed, clear] = [&pair[0], &pair[1]].map(|one| median(one.rates[1..].to_vec()));
        let crowd = pair[0].crowd;
        println!("{crowd:>3} at once: answers sealed {sealed:.0}, as many bytes in the clear {clear:.0}");
        let ratio = clear / sealed;
        let verdict = if ratio <= REGISTER_GOAL { "met" } else { "NOT met" };
        println!(
            "    the time that one takes, of the other: {ratio:.2}, goal at most {REGISTER_GOAL:.1}: {verdict}"
        );
    }
}
