//! Every store keeps every promise, and the kit that says so sees each promise broken.

use gather::log::{FileLog, HeadSync, MemoryLog};
use gather::testkit::conformance::{self, Broken, Conformance, Promise};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

mod counting;
mod shelf;

use counting::Counting;
use shelf::{Fault, Place, Shelf};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn in_folder(folder: &TempDir) -> FileLog {
    FileLog::open_in(folder.path()).unwrap()
}

#[test]
fn the_log_in_memory_keeps_its_promises() -> Result<(), Broken> {
    conformance::check(MemoryLog::new)?;
    conformance::check(|| Arc::new(MemoryLog::new()))
}

#[test]
fn the_log_in_a_file_keeps_its_promises() -> Result<(), Broken> {
    let syncs = Arc::new(AtomicU64::new(0));
    let disk = Arc::new(Counting(Arc::clone(&syncs)));
    let open = move |folder: &TempDir| {
        FileLog::options().storage(Arc::clone(&disk) as _).open_in(folder.path()).unwrap()
    };
    let file = Conformance::reopened(folder, open).counting_syncs(move || syncs.load(Ordering::SeqCst));
    assert_eq!(file.promises(), Promise::ALL);
    file.check()
}

#[test]
fn a_log_in_a_file_that_is_shared_keeps_its_promises() -> Result<(), Broken> {
    Conformance::reopened(folder, |folder| Arc::new(in_folder(folder))).check()
}

#[test]
fn a_log_in_a_file_with_a_synced_head_keeps_its_promises() -> Result<(), Broken> {
    let options = || FileLog::options().head_sync(HeadSync::Always);
    Conformance::reopened(folder, move |folder| options().open_in(folder.path()).unwrap()).check()
}

/// A shelf that counts its syncs and can be opened again, with a fault or without.
fn shelf(fault: Option<Fault>) -> Conformance {
    let syncs = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&syncs);
    Conformance::reopened(move || Place::new(Arc::clone(&syncs)), move |place| Shelf::open(place, fault))
        .counting_syncs(move || counted.load(Ordering::SeqCst))
}

#[test]
fn a_simple_store_of_a_host_keeps_its_promises() -> Result<(), Broken> {
    assert_eq!(shelf(None).promises(), Promise::ALL);
    shelf(None).check()
}

#[test]
fn every_planted_fault_is_seen_by_the_promise_that_it_breaks() {
    for (fault, promise) in Fault::ALL {
        let broken = shelf(Some(fault)).hold(promise);
        let broken = broken.expect_err(&format!("{fault:?} breaks {promise:?}, and it is not seen"));
        assert_eq!(broken.promises(), [promise], "{fault:?}: {broken}");
    }
}

#[test]
fn for_every_promise_there_is_a_planted_fault() {
    let broken: Vec<Promise> = Fault::ALL.into_iter().map(|(_, promise)| promise).collect();
    for promise in Promise::ALL {
        assert!(broken.contains(&promise), "{promise:?}");
    }
}

#[test]
fn what_is_broken_is_told_by_name_and_in_words() {
    let broken = shelf(Some(Fault::ForgetsTheChain)).check().unwrap_err();
    assert!(broken.promises().contains(&Promise::Chained), "{broken}");
    assert!(broken.to_string().contains("\n  Chained: the head after a call: Anchor"), "{broken}");
    assert_eq!(format!("{broken:?}"), broken.to_string());
}

#[test]
fn a_promise_that_is_left_out_or_cannot_be_tried_is_not_held() -> Result<(), Broken> {
    let forgets = || shelf(Some(Fault::ForgetsTheLast)).without(Promise::Lasts);
    forgets().hold(Promise::Lasts)?;
    assert!(!forgets().promises().contains(&Promise::Lasts));
    let volatile = Conformance::of(MemoryLog::new);
    assert!(!volatile.promises().contains(&Promise::Lasts));
    assert!(!volatile.promises().contains(&Promise::SyncsOnce));
    assert_eq!(volatile.promises().len(), Promise::ALL.len() - 2);
    volatile.hold(Promise::SyncsOnce)
}
