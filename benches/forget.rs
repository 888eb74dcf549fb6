//! What it costs that personal data is sealed: replaying a log, and registering durably; and what it takes to forget somebody.
//!
//! `cargo bench --bench forget`; the number of registrations can be named: `cargo bench --bench forget -- 10000`. What counts
//! are the ratios within one run. Replays are processes of their own, taking turns. `GATHER_SOAK=n` makes n times as many
//! rounds of registering. Everything is written under `target`, which must be on a disk that syncs.
//!
//! Registering is compared with the same at a desk that seals nothing, and keeps nothing of what is personal
//! (`testkit::blank_desk`): there is no way to have answers in the clear, not even here. And with as many bytes that are clear:
//! credentials in the place of answers, which are decided on once, where answers are looked at before they are sealed.
//!
//! A goal that is missed by more than a tenth, on the clock and in processor time, fails the run. The margin is what the ratio
//! of two equal contestants comes to on a machine that others use, too.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark that cannot go on has failed"
)]
#![allow(clippy::print_stdout, reason = "what is measured is printed")]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::path::Path;
use std::process::Command;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gather::log::FileLog;
use gather::testkit::blank_desk;
use gather::{Answers, Credential, Desk, Gathering, GatheringId, PersonId, Reference, Register, RequestId};

mod processor;

use processor::busy;

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
/// From how many at once on the processor is all that a booking waits for, and not the disk. Then the ratio says how little a
/// booking takes without sealing more than what sealing takes: the goal is told, and a wider limit is held.
const PROCESSOR_BOUND: usize = 64;
/// Sealing came to 1.32 to 1.42 there; whatever makes it dearer than this fails the run.
const CROWD_LIMIT: f64 = 1.5;
/// By how much of it a goal is missed before that is no noise any more.
const MARGIN: f64 = 0.1;

/// What a registration brings along: answers, or as many bytes of the log that need no key.
#[derive(Clone, Copy, PartialEq)]
enum Brings {
    Answers,
    /// The same, at a desk that keeps nothing of them.
    BlankAnswers,
    ClearBytes,
    Nothing,
}

impl Brings {
    fn registration(self, gathering: GatheringId, person: PersonId) -> Register {
        let plain = Register::new(gathering, person);
        match self {
            Self::Answers | Self::BlankAnswers => {
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
    let mut goals = Goals::default();
    replays(root.path(), size, &mut goals);
    println!();
    registrations(root.path(), &mut goals);
    assert!(goals.missed.is_empty(), "clearly missed:\n{}", goals.missed.join("\n"));
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

fn replays(root: &Path, size: u64, goals: &mut Goals) {
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
    goals.hold("replay with what is sealed, of the same without its keys", ratio(0, 1), REPLAY_GOAL);
    goals.hold("replay with what is sealed, of as many bytes in the clear", ratio(0, 2), REPLAY_GOAL);
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

/// Ratios that are held against goals; whatever is clearly missed fails the run in the end.
#[derive(Default)]
struct Goals {
    missed: Vec<String>,
}

impl Goals {
    /// A ratio of the time on the clock, and the same of processor time, which is 0 where the system does not tell it. A busy
    /// machine changes the one and not the other, so a goal is clearly missed where both are beyond it and the margin.
    fn hold(&mut self, what: &str, (clock, busy): (f64, f64), at_most: f64) {
        let limit = at_most * (1.0 + MARGIN);
        let is_busy_told = busy.is_finite() && busy > 0.0;
        let clearly = clock > limit && (!is_busy_told || busy > limit);
        let verdict = match (clock <= at_most, clearly) {
            (true, _) => "met",
            (false, false) => "not met, within the margin of noise",
            (false, true) => "NOT MET",
        };
        println!("{what}: {clock:.2} (processor time {busy:.2}), goal at most {at_most:.1}: {verdict}");
        if clearly {
            self.missed.push(format!("{what}: {clock:.2}, and in processor time {busy:.2}"));
        }
    }
}

/// One way of registering, by so many at once.
struct Contestant {
    brings: Brings,
    crowd: usize,
    desk: Desk,
    gathering: GatheringId,
    slices: Vec<Slice>,
}

/// What was done within a slice of time.
#[derive(Clone, Copy)]
struct Slice {
    /// Registrations a second.
    rate: f64,
    done: f64,
    /// Milliseconds of processor time.
    busy: f64,
}

impl Contestant {
    fn new(root: &Path, brings: Brings, crowd: usize, nth: usize) -> Self {
        let folder = root.join(format!("registered {nth}"));
        let desk = match brings {
            Brings::BlankAnswers => blank_desk(Desk::builder(), FileLog::open_in(folder).unwrap()).unwrap(),
            Brings::Answers | Brings::ClearBytes | Brings::Nothing => Desk::open(folder).unwrap(),
        };
        let gathering = open_gathering(&desk);
        Self { brings, crowd, desk, gathering, slices: Vec::new() }
    }

    /// Registers new people durably, as many as there is time for.
    fn take_a_slice(&mut self) {
        let (done, begin) = (AtomicU32::new(0), Barrier::new(self.crowd + 1));
        let before = busy();
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
        let (taken, done) = (start.elapsed().as_secs_f64(), f64::from(done.into_inner()));
        self.slices.push(Slice { rate: done / taken, done, busy: busy() - before });
    }

    /// The first slice is not counted: files and keys come into being.
    fn counted(&self) -> &[Slice] {
        &self.slices[1..]
    }

    fn rate(&self) -> f64 {
        median(self.counted().iter().map(|slice| slice.rate).collect())
    }

    /// Microseconds of processor time for each.
    fn busy_each(&self) -> f64 {
        let sum = |of: fn(&Slice) -> f64| self.counted().iter().map(of).sum::<f64>();
        sum(|slice| slice.busy) * 1_000.0 / sum(|slice| slice.done)
    }

    /// The time that one of these takes, of one of the other: on the clock, round by round, and of processors.
    fn ratio_to(&self, other: &Self) -> (f64, f64) {
        let rounds = self.counted().iter().zip(other.counted());
        let clock = median(rounds.map(|(own, other)| other.rate / own.rate).collect());
        (clock, self.busy_each() / other.busy_each())
    }
}

fn registrations(root: &Path, goals: &mut Goals) {
    let rounds = ROUNDS * std::env::var("GATHER_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let each = [Brings::Answers, Brings::BlankAnswers, Brings::ClearBytes];
    let ways = CROWDS.into_iter().flat_map(|crowd| each.map(|brings| (brings, crowd)));
    let mut all: Vec<_> =
        ways.enumerate().map(|(nth, (brings, crowd))| Contestant::new(root, brings, crowd, nth)).collect();
    for _ in 0..=rounds {
        all.iter_mut().for_each(Contestant::take_a_slice);
    }
    println!(
        "durable registrations of new people a second, medians of {rounds} rounds, interleaved; in brackets the\n\
         microseconds of processor time that each takes"
    );
    for three in all.chunks(each.len()) {
        let [sealed, blank, clear] = three else { panic!("there are three of each crowd") };
        let crowd = sealed.crowd;
        let told = |one: &Contestant| format!("{:.0} ({:.1})", one.rate(), one.busy_each());
        let (all_of, none_of, bytes_of) = (told(sealed), told(blank), told(clear));
        println!(
            "{crowd:>3} at once: sealed {all_of}, nothing sealed {none_of}, as many clear bytes {bytes_of}"
        );
        let what = format!("{crowd:>3} at once, answers sealed, of the same with a vault that seals nothing");
        if crowd < PROCESSOR_BOUND {
            goals.hold(&what, sealed.ratio_to(blank), REGISTER_GOAL);
        } else {
            let (clock, busy) = sealed.ratio_to(blank);
            let verdict = if clock <= REGISTER_GOAL { "met" } else { "not met" };
            println!("{what}: goal at most {REGISTER_GOAL:.1}: {verdict}");
            goals.hold("    what it may come to at most", (clock, busy), CROWD_LIMIT);
        }
        let (clock, busy) = sealed.ratio_to(clear);
        println!("    of as many bytes in the clear: {clock:.2} (processor time {busy:.2})");
    }
}
