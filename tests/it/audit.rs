//! An audit finds nothing wrong with what a desk writes, and whatever is forged.
//!
//! `GATHER_SOAK=50` audits fifty times as many histories.

use std::ops::Range;
use std::sync::Arc;

use gather::Desk;
use gather::audit::{Findings, verify};
use gather::log::{Log, MemoryLog};
use gather::privacy::MemoryVault;
use gather::testkit::{History, TestClock, conferences, epoch, histories, queues};
use proptest::prelude::*;

fn cases(number: u32) -> ProptestConfig {
    let soak = std::env::var("GATHER_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    ProptestConfig::with_cases(number.saturating_mul(soak))
}

fn audited(log: &dyn Log) -> Findings {
    verify(log, &mut |_| ()).unwrap()
}

/// What a desk writes while it lives through a history.
fn lived(history: &History) -> Arc<MemoryLog> {
    let (log, clock) = (Arc::new(MemoryLog::new()), TestClock::at(epoch()));
    let desk = Desk::builder().clock(clock.clone()).over(Arc::clone(&log), Arc::new(MemoryVault::new())).unwrap();
    for nth in 0..history.steps.len() {
        clock.set(history.time(nth));
        let _ = history.play_step(&desk, nth);
    }
    log
}

fn lives(length: Range<usize>) -> impl Strategy<Value = History> {
    prop_oneof![2 => histories(length.clone()), 1 => conferences(length.clone()), 3 => queues(length)]
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn nothing_is_found_in_what_a_desk_writes(history in lives(1..110)) {
        let findings = audited(&lived(&history));
        prop_assert!(findings.is_sound(), "{}", findings);
        prop_assert_eq!(findings.taken_on_trust, 0);
    }
}
