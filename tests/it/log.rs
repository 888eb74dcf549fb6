//! What every store promises.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::sync::Barrier;
use std::thread;

use gather::log::{Appended, Batch, FileLog, Guard, Log, MemoryLog, Scope, StoredBatch, Tag};
use gather::{
    Booking, Content, Fact, GatheringId, OfferingId, Party, PersonId, Position, RegistrationId, RequestId,
};

/// Holds a promise against every store.
fn every_store(promise: impl Fn(&dyn Log)) {
    promise(&MemoryLog::new());
    let folder = tempfile::tempdir().unwrap();
    promise(&FileLog::open_in(folder.path()).unwrap());
}

fn opened(gathering: u128) -> Fact {
    Fact::BookingOpened { gathering: GatheringId::from_u128(gathering) }
}

fn confirmed(gathering: u128, registration: u128) -> Fact {
    Fact::RegistrationConfirmed {
        gathering: GatheringId::from_u128(gathering),
        registration: RegistrationId::from_u128(registration),
        booking: Booking::new(OfferingId::ONLY, Party::one(PersonId::from_u128(registration))),
        draws: Vec::new(),
    }
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

fn fresh(first: u64) -> Appended {
    Appended::Fresh { first: Position::new(first) }
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
fn batches_read_back_whole_in_order_and_without_a_gap() {
    every_store(|log| {
        let batches = ladder(20);
        for (n, batch) in batches.iter().enumerate() {
            assert!(
                matches!(log.append(std::slice::from_ref(batch)).unwrap()[..], [Appended::Fresh { .. }]),
                "{n}"
            );
        }
        let stored = everything(log);
        assert_eq!(stored.iter().map(|stored| stored.batch.clone()).collect::<Vec<_>>(), batches);
        let positions: Vec<u64> =
            stored.iter().flat_map(StoredBatch::records).map(|record| record.position().get()).collect();
        assert_eq!(positions, (1..=39).collect::<Vec<u64>>());
        assert_eq!(log.anchor().unwrap().position, Position::new(39));
    });
}

#[test]
fn pages_begin_where_a_batch_ends_and_carry_their_anchors() {
    every_store(|log| {
        let mut anchors = vec![log.anchor().unwrap()];
        for batch in ladder(200) {
            log.append(&[batch]).unwrap();
            anchors.push(log.anchor().unwrap());
        }
        let head = *anchors.last().unwrap();
        for (n, anchor) in anchors.iter().enumerate() {
            let page = log.read(anchor.position, 3).unwrap();
            assert_eq!((page.after, page.head), (*anchor, head));
            assert_eq!(page.batches.len(), 3.min(200 - n));
            let first = page.batches.first().map(|stored| stored.first);
            assert_eq!(first, (n < 200).then(|| anchor.position.next()));
        }
        assert!(log.read(Position::new(2), 1).unwrap_err().is_misuse());
        assert!(log.read(head.position.next(), 1).unwrap_err().is_diverged());
        assert!(log.read(Position::START, 0).unwrap().batches.is_empty());
    });
}

#[test]
fn a_conflict_names_the_first_record_in_the_way_and_leaves_nothing() {
    every_store(|log| {
        log.append(&[batch(1, 0, about(1), vec![opened(1), opened(2), opened(1)])]).unwrap();
        let before = log.anchor().unwrap();
        let conflict = |at| Appended::Conflict { at: Position::new(at), head: Position::new(3) };
        let answers = log
            .append(&[
                batch(2, 0, about(2), vec![opened(2)]),
                batch(3, 0, Scope::everything(), vec![opened(9)]),
                batch(4, 1, about(1), vec![opened(1)]),
            ])
            .unwrap();
        assert_eq!(answers, [conflict(2), conflict(1), conflict(3)]);
        assert_eq!(log.anchor().unwrap(), before);
        assert_eq!(log.append(&[batch(2, 3, about(2), vec![opened(2)])]).unwrap(), [fresh(4)]);
    });
}

#[test]
fn batches_of_one_call_see_those_before_them() {
    every_store(|log| {
        let first = batch(1, 0, about(1), vec![opened(1)]);
        let answers = log
            .append(&[
                first.clone(),
                batch(2, 0, about(1), vec![opened(1)]),
                batch(3, 1, about(1), vec![opened(1)]),
                first,
            ])
            .unwrap();
        let conflict = Appended::Conflict { at: Position::new(1), head: Position::new(1) };
        let already = Appended::Already { first: Position::new(1) };
        assert_eq!(answers, [fresh(1), conflict, fresh(2), already]);
    });
}

#[test]
fn a_repeated_request_is_answered_and_not_stored_again() {
    every_store(|log| {
        log.append(&[batch(9, 0, about(9), vec![opened(9)])]).unwrap();
        let request = batch(1, 1, about(1), vec![opened(1), opened(2)]);
        assert_eq!(log.append(std::slice::from_ref(&request)).unwrap(), [fresh(2)]);
        log.append(&[batch(2, 3, about(1), vec![opened(1)])]).unwrap();
        let head = log.anchor().unwrap();
        let other_guard = batch(1, 0, Scope::everything(), vec![opened(1), opened(2)]);
        let already = Appended::Already { first: Position::new(2) };
        assert_eq!(log.append(&[request, other_guard]).unwrap(), [already, already]);
        assert_eq!(log.anchor().unwrap(), head);
    });
}

/// What was asked counts, too, even where the same came of it.
#[test]
fn a_repeated_request_that_asks_for_something_else_is_an_error() {
    every_store(|log| {
        let asked = |hash| {
            let content = Some(Content::from_bytes([hash; 8]));
            Batch { content, ..batch(0xABC, 0, about(1), vec![opened(1)]) }
        };
        log.append(&[asked(1)]).unwrap();
        let again = log.append(&[asked(1)]).unwrap();
        assert_eq!(again, [Appended::Already { first: Position::new(1) }]);
        let error = log.append(&[asked(2)]).unwrap_err();
        assert!(error.is_misuse() && error.to_string().contains("000000000abc"), "{error}");
        assert_eq!(everything(log).len(), 1);
        assert_eq!(everything(log)[0].batch, asked(1));
    });
}

#[test]
fn a_request_id_used_for_something_else_is_an_error_that_names_it() {
    every_store(|log| {
        log.append(&[batch(0xABC, 0, about(1), vec![opened(1)])]).unwrap();
        let head = log.anchor().unwrap();
        let fine = batch(2, 0, about(2), vec![opened(2)]);
        let error = log.append(&[fine, batch(0xABC, 0, about(1), vec![opened(3)])]).unwrap_err();
        assert!(error.is_misuse() && error.to_string().contains("000000000abc"), "{error}");
        assert_eq!(error.was_written(), Some(false));
        assert_eq!(log.anchor().unwrap(), head, "nothing of that call is stored");
    });
}

#[test]
fn a_guard_that_has_seen_more_than_there_is_has_seen_another_log() {
    every_store(|log| {
        let error = log.append(&[batch(1, 1, about(1), vec![opened(1)])]).unwrap_err();
        assert!(error.is_diverged(), "{error}");
        assert_eq!(log.anchor().unwrap().position, Position::START);
    });
}

#[test]
fn a_batch_without_facts_is_refused_and_leaves_nothing() {
    every_store(|log| {
        let fine = batch(1, 0, about(1), vec![opened(1)]);
        assert!(log.append(&[fine, batch(2, 0, about(2), vec![])]).unwrap_err().is_misuse());
        assert_eq!(log.anchor().unwrap().position, Position::START);
        assert_eq!(log.append(&[]).unwrap(), []);
    });
}

const WRITERS: u64 = 8;
const PLACES: usize = 20;

/// Runs a writer on each of eight threads, all let go at once.
fn at_once(writer: impl Fn(u64) + Sync) {
    let barrier = Barrier::new(usize::try_from(WRITERS).unwrap());
    thread::scope(|scope| {
        for n in 0..WRITERS {
            let (barrier, writer) = (&barrier, &writer);
            scope.spawn(move || {
                barrier.wait();
                writer(n);
            });
        }
    });
}

/// Each writer books while it counts a free place. One inexact guard, and there are more than there are places.
#[test]
fn the_guard_is_exact_when_eight_writers_race_for_the_last_places() {
    every_store(|log| {
        at_once(|n| {
            for request in 0_u64.. {
                let page = log.read(Position::START, usize::MAX).unwrap();
                assert_eq!(
                    page.batches.last().map_or(Position::START, StoredBatch::last),
                    page.head.position
                );
                if page.batches.len() >= PLACES {
                    return;
                }
                let id = u128::from(n << 32 | request) + 1;
                let booking = batch(id, page.head.position.get(), about(1), vec![confirmed(1, id)]);
                log.append(&[booking]).unwrap();
            }
        });
        assert_eq!(everything(log).len(), PLACES);
        let chain = everything(log)
            .iter()
            .fold(gather::log::Chain::genesis(log.anchor().unwrap().log), |chain, stored| {
                chain.then(&gather::log::encode(&stored.batch).unwrap())
            });
        assert_eq!(log.anchor().unwrap().chain, chain);
    });
}

#[test]
fn guards_on_different_gatherings_never_conflict() {
    every_store(|log| {
        at_once(|n| {
            let mut seen = 0;
            for request in 0..10 {
                let id = u128::from(n << 32 | request) + 1;
                let answer = log.append(&[batch(id, seen, about(n.into()), vec![opened(n.into())])]).unwrap();
                let [Appended::Fresh { first }] = answer[..] else { panic!("{answer:?}") };
                seen = first.get();
            }
        });
        assert_eq!(log.anchor().unwrap().position.get(), WRITERS * 10);
    });
}

#[test]
fn readers_see_whole_batches_while_others_write() {
    every_store(|log| {
        at_once(|n| {
            if n > 0 {
                let mut seen = 0;
                while seen < 120 {
                    let page = log.read(Position::new(seen), 7).unwrap();
                    assert!(page.batches.iter().all(|stored| stored.batch.facts.len() == 2));
                    seen = page.batches.last().map_or(seen, |stored| stored.last().get());
                    assert!(seen <= page.head.position.get());
                }
                return;
            }
            for id in 0..60 {
                log.append(&[batch(id + 1, 0, about(id), vec![opened(id), opened(id)])]).unwrap();
            }
        });
    });
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
