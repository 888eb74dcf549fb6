//! How fast a log is audited: every record read, its chain recomputed, and judged by every rule.
//!
//! `cargo bench --bench verify`. It prints records a second, of the best of some rounds, for a log of ordinary
//! registrations and for one in which people wait, cancel and are served; beside reading the same log and no more.

#![allow(missing_docs, reason = "a program, not a library")]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "it is there to print figures")]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![allow(clippy::cast_precision_loss, clippy::as_conversions, reason = "figures for people")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gather::audit::verify;
use gather::log::{Log, MemoryLog, decode};
use gather::privacy::MemoryVault;
use gather::testkit::{TestClock, epoch};
use gather::{
    CancelRegistration, Desk, Gathering, GatheringId, PersonId, Position, Register, RegistrationId,
};

const ROUNDS: usize = 5;

struct Stage {
    log: Arc<MemoryLog>,
    desk: Desk,
}

impl Stage {
    fn new() -> Self {
        let log = Arc::new(MemoryLog::new());
        let desk = Desk::builder().clock(TestClock::at(epoch()));
        let desk = desk.over(Arc::clone(&log), Arc::new(MemoryVault::new())).unwrap();
        Self { log, desk }
    }

    fn announce(&self, places: u32) -> GatheringId {
        let date = "2099-03-05 14:00 to 15:30 Europe/London".parse().unwrap();
        self.desk.announce(Gathering::webinar("Benchmark").at(date).places(places)).unwrap().outcome
    }

    fn register(&self, on: GatheringId, person: u128) -> RegistrationId {
        let registered = self.desk.execute(Register::new(on, PersonId::from_u128(person))).unwrap();
        registered.outcome.registration()
    }
}

/// So many registrations on each of some gatherings with room for all.
fn ordinary(gatherings: u32, registrations: u128) -> Arc<MemoryLog> {
    let stage = Stage::new();
    for _ in 0..gatherings {
        let on = stage.announce(1_000_000);
        for person in 0..registrations {
            stage.register(on, person);
        }
    }
    stage.log
}

/// Gatherings that fill up, with a line behind them: whoever has a place cancels, and the next in line gets it.
fn with_lines(gatherings: u32, registrations: u128) -> Arc<MemoryLog> {
    let stage = Stage::new();
    for _ in 0..gatherings {
        let on = stage.announce(100);
        let all: Vec<_> = (0..registrations).map(|person| stage.register(on, person)).collect();
        for registration in all {
            drop(stage.desk.execute(CancelRegistration::new(registration)).unwrap());
        }
    }
    stage.log
}

fn best(mut what: impl FnMut()) -> Duration {
    let round = |_| {
        let begun = Instant::now();
        what();
        begun.elapsed()
    };
    (0..ROUNDS).map(round).min().unwrap_or_default()
}

/// Reads as an audit does, page by page, and does nothing with it.
fn read_only(log: &dyn Log) {
    let (mut at, end) = (Position::START, log.anchor().unwrap().position);
    while at < end {
        for bytes in &log.read_raw(at, 256).unwrap().batches {
            at = at.plus(black_box(decode(bytes).unwrap()).facts.len());
        }
    }
}

fn main() {
    for (name, log) in [("ordinary registrations", ordinary(20, 10_000)), ("lines", with_lines(20, 2_000))] {
        let records = log.anchor().unwrap().position.get() as f64;
        assert!(verify(&log, &mut |_| ()).unwrap().is_sound());
        let audited = best(|| drop(black_box(verify(&log, &mut |_| ()).unwrap())));
        let read = best(|| read_only(&log));
        let rate = |took: Duration| records / took.as_secs_f64();
        println!(
            "{name}: {records} records, {:.0} a second audited, {:.0} a second read and decoded",
            rate(audited),
            rate(read)
        );
    }
}
