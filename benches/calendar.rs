//! Entries written a second, beside a bare writer of the same bytes and beside other crates, in one run.
//!
//! `cargo bench --bench calendar`; with other crates, which are built only then:
//! `RUSTFLAGS="--cfg gather_calendar_peers" CARGO_TARGET_DIR=target/calendar_peers cargo bench --bench calendar`.
//!
//! All take turns, a tenth of a second each, in several rounds; what is printed are medians over the rounds, and their
//! ratios. `GATHER_SOAK=n` makes n times as many rounds. Nothing is written anywhere: whoever takes the text counts it.
//!
//! Before all that it is seen that the memory taken does not grow with the calendar. The run fails where that is not so, or where a
//! goal is missed by more than a seventh for the bare writer, a fifth for the others: less can be the noise of a busy machine.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "what is measured is printed")]

use std::hint::black_box;
use std::io;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use gather::calendar::{Calendar, Link, PublicEntry};
use gather::{GatheringId, Mode, Schedule, SessionId, Venue};
use uuid::Uuid;

#[path = "calendar/bare.rs"]
mod bare;
#[cfg(gather_calendar_peers)]
#[path = "calendar/calcard.rs"]
mod calcard_peer;
#[cfg(gather_calendar_peers)]
#[path = "calendar/ical.rs"]
mod ical_peer;
#[cfg(gather_calendar_peers)]
#[path = "calendar/icalendar.rs"]
mod icalendar_peer;

const SLICE: Duration = Duration::from_millis(100);
const ROUNDS: usize = 9;
/// How many entries the calendars have that contestants write one after the other.
const ENTRIES: usize = 2_000;
/// How the cost of an entry grows with the calendar.
const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];
const ZONE: &str = "Europe/London";

/// What an entry is made of, as a host's program has it.
pub(crate) struct Talk {
    pub(crate) uid: Uuid,
    pub(crate) title: String,
    pub(crate) about: String,
    pub(crate) when: Schedule,
    pub(crate) added: DateTime<Utc>,
    pub(crate) revised: DateTime<Utc>,
    pub(crate) sequence: u32,
    pub(crate) room: String,
    pub(crate) mode: Mode,
    pub(crate) url: String,
    pub(crate) categories: [&'static str; 2],
    pub(crate) part_of: Uuid,
}

impl Talk {
    fn nth(nth: usize) -> Self {
        let number = i64::try_from(nth).unwrap();
        let start: DateTime<Utc> = "2027-03-20T09:00:00Z".parse().unwrap();
        let start = start + TimeDelta::minutes(number % 200_000 * 30);
        let venue = Venue::new("Upper Norwood Library Hub").address("Westow Hill, London SE19 1TJ");
        Self {
            uid: SessionId::from_u128(
                0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::try_from(nth).unwrap(),
            )
            .uuid(),
            title: format!("Asset transfer, step {nth}: who owns the library?"),
            about: format!(
                "What ten years have taught; where to begin, and whom to ask – {nth} questions and answers.\n\
                 Bring examples of your own. Für Anfängerinnen und Anfänger, with time for coffee afterwards."
            ),
            when: Schedule::between(start, start + TimeDelta::minutes(25), ZONE).unwrap(),
            added: start - TimeDelta::days(90),
            revised: start - TimeDelta::days(30),
            sequence: u32::try_from(nth % 4).unwrap(),
            room: format!("Room {}", nth % 40),
            mode: Mode::InPerson(venue),
            url: format!("https://example.org/talks/{nth}?lang=en"),
            categories: ["talk", "Owning, leasing"],
            part_of: GatheringId::from_u128(1).uuid(),
        }
    }

    fn entry(&self) -> PublicEntry<'_> {
        PublicEntry::new(self.uid, &self.title, &self.when, self.revised)
            .created(self.added)
            .sequence(self.sequence)
            .description(&self.about)
            .room(&self.room)
            .mode(&self.mode)
            .url(Link::new(&self.url).unwrap())
            .categories(&self.categories)
            .part_of(self.part_of)
    }
}

/// Takes whatever is written, and counts it.
#[derive(Default)]
pub(crate) struct Count(pub(crate) usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += black_box(bytes).len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_ours(talks: &[Talk]) -> usize {
    let mut count = Count::default();
    Calendar::new("Talks", talks.iter().map(Talk::entry)).write_to(&mut count).unwrap();
    count.0
}

/// One way of writing the same entries; it gives the number of bytes.
struct Contestant {
    name: &'static str,
    write: fn(&[Talk]) -> usize,
    rates: Vec<f64>,
}

impl Contestant {
    fn new(name: &'static str, write: fn(&[Talk]) -> usize) -> Self {
        Self { name, write, rates: Vec::new() }
    }
}

fn contestants() -> Vec<Contestant> {
    vec![
        Contestant::new(OURS, write_ours),
        Contestant::new(BARE, bare::write),
        #[cfg(gather_calendar_peers)]
        Contestant::new("ical 0.11, escaped before, folded after", ical_peer::write),
        #[cfg(gather_calendar_peers)]
        Contestant::new("icalendar 0.17", icalendar_peer::write),
        #[cfg(gather_calendar_peers)]
        Contestant::new("calcard 0.3", calcard_peer::write),
    ]
}

const OURS: &str = "gather";
const BARE: &str = "a bare writer of the same bytes";

fn main() {
    let talks: Vec<Talk> = (0..*SIZES.last().unwrap()).map(Talk::nth).collect();
    check_that_the_bare_writer_writes_the_same(&talks[..200]);
    check_memory(&talks);
    let rounds = ROUNDS * std::env::var("GATHER_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let mut all = contestants();
    for round in 0..=rounds {
        for contestant in &mut all {
            let rate = rate(contestant.write, &talks[..ENTRIES]);
            // The first slice of each is not counted.
            if round > 0 {
                contestant.rates.push(rate);
            }
        }
    }
    print(&all, rounds, &talks);
    print_growth(&talks);
}

/// Entries a second within a slice.
fn rate(write: fn(&[Talk]) -> usize, talks: &[Talk]) -> f64 {
    let (start, mut written) = (now(), 0_u32);
    while start.elapsed() < SLICE || written == 0 {
        black_box(write(black_box(talks)));
        written += u32::try_from(talks.len()).unwrap();
    }
    f64::from(written) / start.elapsed().as_secs_f64()
}

fn print(all: &[Contestant], rounds: usize, talks: &[Talk]) {
    let of = |name: &str| all.iter().find(|one| one.name == name).map_or(f64::NAN, |one| median(&one.rates));
    let (ours, bare) = (of(OURS), of(BARE));
    let bytes = write_ours(&talks[..ENTRIES]) / ENTRIES;
    println!(
        "entries a second of {bytes} bytes each, medians of {rounds} rounds, {ENTRIES} entries a calendar\n"
    );
    println!("{:<42}{:>12}{:>22}{:>10}", "", "a second", "least to most", "of bare");
    for one in all {
        let least = one.rates.iter().copied().fold(f64::INFINITY, f64::min);
        let most = one.rates.iter().copied().fold(0.0, f64::max);
        let (rate, spread) = (median(&one.rates), format!("{least:.0} to {most:.0}"));
        println!("{:<42}{rate:>12.0}{spread:>22}{:>10.2}", one.name, rate / bare);
    }
    println!();
    goal("of the bare writer", ours / bare, 0.8, 0.7);
    let peers = all.iter().filter(|one| ![OURS, BARE].contains(&one.name));
    let fastest = peers.map(|one| median(&one.rates)).fold(0.0, f64::max);
    if fastest > 0.0 {
        goal("of the fastest other crate", ours / fastest, 5.0, 4.0);
    }
}

/// The cost of an entry, by how many entries the calendar has. What they are made of comes from memory once there are many, for
/// the bare writer as well, so how much dearer an entry becomes is told beside how much dearer it becomes there.
fn print_growth(talks: &[Talk]) {
    println!("\nby the size of the calendar, zones and head included:");
    let mut costs = Vec::new();
    for size in SIZES {
        let turns: Vec<_> = (0..ROUNDS)
            .map(|_| [rate(write_ours, &talks[..size]), rate(bare::write, &talks[..size])])
            .collect();
        let [ours, bare] =
            [0, 1].map(|who| 1e9 / median(&turns.iter().map(|turn| turn[who]).collect::<Vec<_>>()));
        println!("{size:>9} entries{ours:>10.0} ns each{:>10.2} of bare", bare / ours);
        costs.push([ours, bare]);
    }
    let (few, many) = (costs[2], costs[SIZES.len() - 1]);
    let [ours, bare] = [0, 1].map(|who| many[who] / few[who]);
    let (from, to) = (SIZES[2], SIZES[SIZES.len() - 1]);
    println!(
        "from {from} to {to} entries each costs {ours:.2} times as much, with the bare writer {bare:.2}"
    );
    assert!(ours < 1.5 * bare, "what an entry costs grows with the calendar");
}

/// How much memory may come and go, in kB, whatever is written: pieces of 16 kB, zones, and pages that the allocator fetches.
const AT_MOST: u64 = 1_024;

/// By how many kB something raises the memory that the process has, at its highest; `None` where the system does not tell.
fn raises(what: impl FnOnce()) -> Option<u64> {
    let in_kb = |name: &str| {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    // Makes what it has now the most that it ever had (proc(5)).
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    let before = in_kb("VmRSS:")?;
    what();
    Some(in_kb("VmHWM:")?.saturating_sub(before))
}

/// The entries themselves are in memory, and nothing else has been written yet that would have left room behind.
fn check_memory(talks: &[Talk]) {
    println!("memory that writing takes, beyond the entries:");
    for size in SIZES {
        let mut bytes = 0;
        let Some(raised) = raises(|| bytes = write_ours(&talks[..size])) else {
            println!("not measured: this system does not tell the most memory that a process had\n");
            return;
        };
        println!("{size:>9} entries{bytes:>12} bytes{raised:>8} kB");
        assert!(raised <= AT_MOST, "{raised} kB for {size} entries: memory grows with the calendar");
    }
    // A measure that cannot fail is none: the same calendar as one text is seen.
    let whole = || {
        black_box(Calendar::new("Talks", talks.iter().map(Talk::entry)).to_string());
    };
    let raised = raises(whole).unwrap_or_default();
    println!("{:>9} entries, as one text{raised:>15} kB\n", talks.len());
    assert!(raised > 20 * AT_MOST, "{raised} kB: what is measured here is not memory");
}

fn check_that_the_bare_writer_writes_the_same(talks: &[Talk]) {
    let ours = Calendar::new("Talks", talks.iter().map(Talk::entry)).to_string();
    let (_, entries) = ours.split_once("END:VTIMEZONE\r\n").unwrap();
    assert_eq!(bare::text(talks), entries.strip_suffix("END:VCALENDAR\r\n").unwrap());
}

fn median(rates: &[f64]) -> f64 {
    let mut rates = rates.to_vec();
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}

fn goal(what: &str, ratio: f64, at_least: f64, fails_below: f64) {
    let verdict = if ratio >= at_least { "met" } else { "NOT met" };
    println!("{what}: {ratio:.2}, goal {at_least:.1}: {verdict}");
    assert!(ratio >= fails_below, "{what}: {ratio:.2}, which is too far from {at_least:.1} to be noise");
}

#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn now() -> Instant {
    Instant::now()
}
