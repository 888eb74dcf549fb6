//! What a log in a file promises beyond what every store does (which is in `conformance.rs`), and what two stores share.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use gather::log::{Batch, FileLog, Guard, Log, MemoryLog, Scope, StoredBatch, Tag};
use gather::{Fact, GatheringId, Position, RequestId};

fn opened(gathering: u128) -> Fact {
    Fact::BookingOpened { gathering: GatheringId::from_u128(gathering) }
}

fn about(gathering: u128) -> Scope {
    Scope::of([Tag::Gathering(GatheringId::from_u128(gathering))])
}

fn batch(id: u128, seen: u64, scope: Scope, facts: Vec<Fact>) -> Batch {
    Batch {
        id: RequestId::from_u128(id),
        time: chrono::DateTime::UNIX_EPOCH,
        actor: None,
        trace: None,
        content: None,
        guard: Guard { seen: Position::new(seen), scope },
        facts,
    }
}

fn everything(log: &dyn Log) -> Vec<StoredBatch> {
    log.read(Position::START, usize::MAX).unwrap().batches
}

/// Batches of one, two and three facts, each of a gathering of its own.
fn ladder(batches: u64) -> Vec<Batch> {
    let mut seen = 0;
    (0..batches)
        .map(|n| {
            let count = n % 3 + 1;
            let next = batch(
                u128::from(n) + 1,
                seen,
                Scope::everything(),
                vec![opened(u128::from(n)); usize::try_from(count).unwrap()],
            );
            seen += count;
            next
        })
        .collect()
}

#[test]
fn two_stores_with_the_same_id_and_batches_have_the_same_chain() {
    let folder = tempfile::tempdir().unwrap();
    let file = FileLog::open_in(folder.path()).unwrap();
    let memory = MemoryLog::with_id(file.anchor().unwrap().log);
    assert_eq!(file.anchor().unwrap(), memory.anchor().unwrap());
    for batch in ladder(5) {
        file.append(std::slice::from_ref(&batch)).unwrap();
        memory.append(&[batch]).unwrap();
        assert_eq!(file.anchor().unwrap(), memory.anchor().unwrap());
    }
}

#[test]
fn a_file_survives_reopening_and_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut known = (None, Vec::new());
    for (n, group) in ladder(150).chunks(50).enumerate() {
        let log = FileLog::open_in(folder.path()).unwrap();
        assert!(log.open_report().torn.is_none());
        assert_eq!(known, (known.0.map(|_| log.anchor().unwrap()), everything(&log)), "opening {n}");
        log.append(group).unwrap();
        known = (Some(log.anchor().unwrap()), everything(&log));
    }
    assert_eq!(known.1.len(), 150);
}

#[test]
fn a_second_opener_is_turned_away_at_once_until_the_first_lets_go() {
    let folder = tempfile::tempdir().unwrap();
    let first = FileLog::open_in(folder.path()).unwrap();
    let error = FileLog::open_in(folder.path()).unwrap_err();
    assert!(error.is_locked() && error.to_string().contains("log.gather"), "{error}");
    let error = FileLog::open(folder.path().join("log.gather")).unwrap_err();
    assert!(error.is_locked() && error.may_retry(), "{error}");
    drop(first);
    assert!(FileLog::open_in(folder.path()).is_ok());
}

#[test]
fn a_folder_is_made_with_those_above_it() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/b/c");
    drop(FileLog::open_in(&deep).unwrap());
    let mut names: Vec<_> = std::fs::read_dir(&deep)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["head.gather", "lock.gather", "log.gather"]);
}

#[cfg(unix)]
#[test]
fn another_name_leads_to_the_same_lock() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let _first = FileLog::open_in(folder.path()).unwrap();
    let link = elsewhere.path().join("log.gather");
    std::os::unix::fs::symlink(folder.path().join("log.gather"), &link).unwrap();
    assert!(FileLog::open(&link).unwrap_err().is_locked());
}

/// The volume that it leads to is not mounted: a new log in its place would be an empty one.
#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_no_place_for_a_new_log() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("log.gather");
    std::os::unix::fs::symlink(folder.path().join("not mounted/log.gather"), &link).unwrap();
    assert!(FileLog::open(&link).unwrap_err().is_unavailable());
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    drop(FileLog::open_in(folder.path()).unwrap());
    for name in ["log.gather", "head.gather", "lock.gather"] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_was_removed_under_the_log_takes_nothing_that_would_be_lost() {
    let folder = tempfile::tempdir().unwrap();
    let log = FileLog::open_in(folder.path()).unwrap();
    let [first, second] = [1, 2].map(|id| batch(id, 0, about(id), vec![opened(id)]));
    log.append(&[first]).unwrap();
    std::fs::remove_file(folder.path().join("log.gather")).unwrap();
    let error = log.append(&[second]).unwrap_err();
    assert!(error.is_diverged() && error.was_written() == Some(false), "{error}");
    assert_eq!(log.anchor().unwrap().position, Position::new(1));
}

#[test]
fn a_file_that_was_cut_short_under_the_log_gets_no_hole() {
    let folder = tempfile::tempdir().unwrap();
    let log = FileLog::open_in(folder.path()).unwrap();
    let (first, second) = (batch(1, 0, about(1), vec![opened(1)]), batch(2, 1, about(2), vec![opened(2)]));
    log.append(&[first]).unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(folder.path().join("log.gather")).unwrap();
    file.set_len(150).unwrap();
    let error = log.append(&[second]).unwrap_err();
    assert!(error.is_corrupt() && error.offset() == Some(150), "{error}");
    assert_eq!(file.metadata().unwrap().len(), 150);
}
