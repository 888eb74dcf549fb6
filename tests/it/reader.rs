//! A log is read beside its writer, never beyond what is durable, and nothing is changed by it.

use std::sync::Arc;
use std::time::Duration;

use gather::log::{Batch, FileLog, FileReader, Guard, Log, MemoryLog, Scope, Tag, copy};
use gather::privacy::MemoryVault;
use gather::{Desk, Fact, Gathering, GatheringId, Position, RequestId};

use crate::ram::Ram;

const LOG: &str = "f/log.gather";
const HEAD: &str = "f/head.gather";

fn batch(id: u128) -> Batch {
    let gathering = GatheringId::from_u128(id);
    Batch {
        id: RequestId::from_u128(id),
        time: chrono::DateTime::UNIX_EPOCH,
        actor: None,
        trace: None,
        content: None,
        guard: Guard { seen: Position::START, scope: Scope::of([Tag::Gathering(gathering)]) },
        facts: vec![Fact::BookingOpened { gathering }],
    }
}

fn everything(log: &dyn Log) -> Vec<Batch> {
    let page = log.read(Position::START, usize::MAX).unwrap();
    page.batches.into_iter().map(|stored| stored.batch).collect()
}

/// A tail that nobody was told of, or that the head does not know of, is not passed over in silence.
#[test]
fn what_lies_behind_the_durable_end_is_counted_and_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let log = FileLog::open_in(folder.path()).unwrap();
    log.append(&[batch(1)]).unwrap();
    let reader = FileReader::open_in(folder.path()).unwrap();
    assert_eq!(reader.unread().unwrap(), 0, "room is nothing that is unread");
    drop(log);
    let path = folder.path().join("log.gather");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&bytes[..], &vec![0; 300_000], b"tail"].concat()).unwrap();
    let reader = FileReader::open_in(folder.path()).unwrap();
    assert_eq!(reader.unread().unwrap(), 300_004);
    assert_eq!(everything(&reader), [batch(1)]);
}

#[test]
fn a_reader_sees_at_the_next_call_what_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let log = FileLog::open_in(folder.path()).unwrap();
    let reader = FileReader::open_in(folder.path()).unwrap();
    for id in 1..=200 {
        log.append(&[batch(id)]).unwrap();
        assert_eq!(reader.anchor().unwrap(), log.anchor().unwrap());
    }
    assert_eq!(everything(&reader), everything(&log));
    let middle = Position::new(100);
    assert_eq!(reader.read_raw(middle, 9).unwrap().batches, log.read_raw(middle, 9).unwrap().batches);
    drop(log);
    assert_eq!(everything(&reader).len(), 200, "closing takes nothing away");
    let log = FileLog::open_in(folder.path()).unwrap();
    log.append(&[batch(201)]).unwrap();
    assert_eq!(everything(&reader).len(), 201, "and a new writer is followed, too");
}

/// What is in the file but not in the head may not be durable yet.
#[test]
fn a_reader_never_goes_beyond_the_head() {
    let ram = Ram::default();
    let log = ram.options().open(LOG).unwrap();
    (1..=3).for_each(|id| drop(log.append(&[batch(id)]).unwrap()));
    let head = ram.get(HEAD);
    log.append(&[batch(4)]).unwrap();
    let older = Ram::with(&[(LOG, &ram.get(LOG)), (HEAD, &head)]);
    let reader = older.options().open_to_read(LOG).unwrap();
    assert_eq!(everything(&reader).len(), 3);
    assert!(reader.read(Position::new(4), 1).unwrap_err().is_diverged());
    older.change(HEAD, |bytes| *bytes = ram.get(HEAD));
    assert_eq!(everything(&reader).len(), 4);
    assert_eq!(older.changes(), 0, "a reader changes nothing");
}

#[test]
fn a_reader_waits_for_what_comes_or_for_the_time_to_be_over() {
    let ram = Ram::default();
    let log = ram.options().open(LOG).unwrap();
    let reader = ram.options().open_to_read(LOG).unwrap();
    let head = reader.wait(Position::START, Duration::from_millis(3)).unwrap();
    assert_eq!(head.position, Position::START);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| reader.wait(Position::START, Duration::from_mins(1)).unwrap());
        log.append(&[batch(1)]).unwrap();
        assert_eq!(waiting.join().unwrap().position, Position::new(1));
    });
}

#[test]
fn a_reader_stores_nothing() {
    let ram = Ram::default();
    let _log = ram.options().open(LOG).unwrap();
    let changes = ram.changes();
    let reader = ram.options().open_to_read(LOG).unwrap();
    for error in [
        reader.append(&[batch(1)]).unwrap_err(),
        reader.make_room().unwrap_err(),
        reader.store_raw(reader.anchor().unwrap(), &[]).unwrap_err(),
    ] {
        assert!(error.is_read_only() && error.was_written() == Some(false) && !error.may_retry(), "{error}");
    }
    assert_eq!(ram.changes(), changes);
}

#[test]
fn a_reader_needs_a_log_and_a_head_and_makes_neither() {
    let ram = Ram::default();
    let error = ram.options().open_to_read(LOG).unwrap_err();
    assert!(error.is_missing() && !error.may_retry(), "{error}");
    assert!(ram.names().is_empty());
    let log = ram.options().open(LOG).unwrap();
    log.append(&[batch(1)]).unwrap();
    let alone = Ram::with(&[(LOG, &ram.get(LOG))]);
    assert!(alone.options().open_to_read(LOG).unwrap_err().is_headless());
    assert_eq!(alone.names(), [LOG]);
}

#[test]
fn a_reader_names_damage_and_a_lost_end() {
    let ram = Ram::default();
    let log = ram.options().open(LOG).unwrap();
    (1..=3).for_each(|id| drop(log.append(&[batch(id)]).unwrap()));
    drop(log);
    let (bytes, head) = (ram.get(LOG), ram.get(HEAD));
    let mut flipped = bytes.clone();
    flipped[140] ^= 1;
    for (damaged, offset) in [(&flipped[..], 128), (&bytes[..128], 128), (&bytes[..200], 128)] {
        let error = Ram::with(&[(LOG, damaged), (HEAD, &head)]).options().open_to_read(LOG).unwrap_err();
        assert!(error.is_corrupt() && error.offset() == Some(offset), "{error}");
    }
}

/// A head that was made anew is another file: the reader has the old one open.
#[test]
fn a_reader_is_told_when_the_head_was_made_anew() {
    let ram = Ram::default();
    ram.options().open(LOG).unwrap().append(&[batch(1)]).unwrap();
    let reader = ram.options().open_to_read(LOG).unwrap();
    drop(ram.options().rebuild_head().open(LOG).unwrap());
    assert!(reader.anchor().unwrap_err().is_diverged());
}

/// A process that only shows things has no desk over the log itself; one over a copy that it keeps up to date sees the same.
#[test]
fn whoever_only_reads_has_a_desk_over_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let office = Desk::open(folder.path()).unwrap();
    let announce = |title: &str| office.announce(Gathering::webinar(title)).unwrap().outcome;
    let first = announce("Open day");
    let reader = FileReader::open_in(folder.path()).unwrap();
    let own = Arc::new(MemoryLog::with_id(reader.anchor().unwrap().log));
    copy(&reader, &*own, &mut |_| ()).unwrap();
    let desk = Desk::builder().over(Arc::clone(&own), Arc::new(MemoryVault::new())).unwrap();
    let second = announce("Bees");
    assert!(desk.gathering(first).is_ok() && desk.gathering(second).is_err());
    copy(&reader, &*own, &mut |_| ()).unwrap();
    desk.refresh().unwrap();
    assert_eq!(desk.gathering(second).unwrap().announcement().title, "Bees");

    let refused = Desk::builder().over(reader, Arc::new(MemoryVault::new())).unwrap_err();
    assert!(refused.log().is_some_and(gather::log::Error::is_read_only), "{refused}");
}
