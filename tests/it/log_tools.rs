//! Logs that are moved: copied, exported and imported, backed up, salvaged. Nothing is lost on the way, and what is
//! cut or damaged shows.

use std::io::Cursor;
use std::path::Path;

use gather::log::{
    Anchor, Batch, FileLog, Guard, Log, MemoryLog, Scope, copy, encode, export, exported_id, import,
};
use gather::testkit::{TestClock, conferences, epoch, histories, queues};
use gather::{Desk, Fact, GatheringId, LogId, MemoryVault, Position, RequestId};
use proptest::prelude::*;

const LOGS: [&str; 3] = ["format0.gather", "format0b.gather", "format0c.gather"];

/// A frozen log, which holds facts in every version that was ever written.
fn frozen(name: &str, folder: &Path) -> FileLog {
    let path = folder.join(name);
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name), &path).unwrap();
    FileLog::open(path).unwrap()
}

fn exported(log: &dyn Log) -> Vec<u8> {
    let mut lines = Vec::new();
    assert_eq!(export(log, &mut lines, &mut |_| ()).unwrap(), log.anchor().unwrap());
    lines
}

/// An empty log that may become a copy of another.
fn twin(of: &dyn Log) -> MemoryLog {
    MemoryLog::with_id(of.anchor().unwrap().log)
}

fn imported(lines: &[u8], of: &dyn Log) -> MemoryLog {
    let to = twin(of);
    import(Cursor::new(lines), &to, &mut |_| ()).unwrap();
    to
}

fn batch(id: u128) -> Batch {
    Batch {
        id: RequestId::from_u128(id),
        time: chrono::DateTime::UNIX_EPOCH,
        actor: None,
        trace: None,
        content: None,
        guard: Guard { seen: Position::START, scope: Scope::everything() },
        facts: vec![Fact::BookingOpened { gathering: GatheringId::from_u128(id) }],
    }
}

fn opened(log: &dyn Log, ids: std::ops::Range<u128>) {
    let batches = ids.map(batch).collect::<Vec<_>>();
    log.exclusive(Position::START, &mut |_| batches.clone()).unwrap();
}

/// The oldest bytes are copied as they are: read and written anew they would be others.
#[test]
fn frozen_logs_are_copied_with_their_chain() {
    for name in LOGS {
        let folder = tempfile::tempdir().unwrap();
        let log = frozen(name, folder.path());
        let head = log.anchor().unwrap();
        let in_memory = twin(&log);
        assert_eq!(copy(&log, &in_memory, &mut |_| ()).unwrap(), head);
        assert_eq!(in_memory.anchor().unwrap(), head);

        let other = FileLog::options().id(head.log).open(folder.path().join("copy")).unwrap_err();
        assert!(other.is_locked(), "a folder holds one log: {other}");
        let in_file = FileLog::options().id(head.log).open_in(folder.path().join("of")).unwrap();
        assert_eq!(copy(&in_memory, &in_file, &mut |_| ()).unwrap(), head);
        assert_eq!(
            in_file.read(Position::START, usize::MAX).unwrap().batches,
            log.read(Position::START, usize::MAX).unwrap().batches
        );
    }
}

#[test]
fn a_copy_goes_on_where_it_was_left_and_tells_how_far_it_is() {
    let from = MemoryLog::new();
    opened(&from, 1..3_001);
    let to = twin(&from);
    let mut told = Vec::new();
    copy(&from, &to, &mut |progress| told.push(progress)).unwrap();
    assert_eq!((told[0].done, told[0].total), (0, 3_000));
    assert!(told.len() > 2 && told.is_sorted_by_key(|progress| progress.done), "{told:?}");
    assert_eq!(told.last().unwrap().percent(), 100);

    opened(&from, 3_001..3_011);
    assert_ne!(to.anchor().unwrap(), from.anchor().unwrap());
    assert_eq!(copy(&from, &to, &mut |_| ()).unwrap(), from.anchor().unwrap());
    assert_eq!(copy(&from, &to, &mut |_| ()).unwrap(), to.anchor().unwrap(), "nothing is left to do");
}

#[test]
fn what_is_no_beginning_of_the_source_is_no_target() {
    let from = MemoryLog::new();
    opened(&from, 1..5);
    let longer = twin(&from);
    opened(&longer, 1..6);
    let another_past = twin(&from);
    opened(&another_past, 7..9);
    let within = twin(&from);
    let two = Batch { facts: [batch(1).facts, batch(2).facts].concat(), ..batch(1) };
    let from_within = twin(&from);
    within.exclusive(Position::START, &mut |_| vec![batch(1)]).unwrap();
    from_within.exclusive(Position::START, &mut |_| vec![two.clone()]).unwrap();
    for (from, to) in
        [(&from, &MemoryLog::new()), (&from, &longer), (&from, &another_past), (&from_within, &within)]
    {
        let before = to.anchor().unwrap();
        let error = copy(from, to, &mut |_| ()).unwrap_err();
        assert!(error.is_diverged(), "{error}");
        let error = import(Cursor::new(exported(from)), to, &mut |_| ()).unwrap_err();
        assert!(error.is_diverged(), "{error}");
        assert_eq!(to.anchor().unwrap(), before);
    }
}

/// A store of a host's own that keeps batches and says nothing of bytes.
#[derive(Debug)]
struct Plain(MemoryLog);

impl Log for Plain {
    fn anchor(&self) -> Result<Anchor, gather::log::Error> {
        self.0.anchor()
    }

    fn read(&self, after: Position, limit: usize) -> Result<gather::log::Page, gather::log::Error> {
        self.0.read(after, limit)
    }

    fn exclusive(
        &self,
        after: Position,
        decide: &mut dyn FnMut(&gather::log::Page) -> Vec<Batch>,
    ) -> Result<gather::log::Page, gather::log::Error> {
        self.0.exclusive(after, decide)
    }
}

#[test]
fn a_store_that_keeps_no_bytes_is_copied_too_and_refuses_what_it_cannot_keep() {
    let folder = tempfile::tempdir().unwrap();
    let from = MemoryLog::new();
    opened(&from, 1..9);
    let plain = Plain(twin(&from));
    assert_eq!(copy(&from, &plain, &mut |_| ()).unwrap(), from.anchor().unwrap());
    let back = twin(&from);
    assert_eq!(copy(&plain, &back, &mut |_| ()).unwrap(), from.anchor().unwrap());

    let old = frozen(LOGS[0], folder.path());
    let plain = Plain(twin(&old));
    let error = copy(&old, &plain, &mut |_| ()).unwrap_err();
    assert!(error.is_misuse(), "{error}");
    assert_eq!(plain.anchor().unwrap().position, Position::START);
    let place = plain.anchor().unwrap();
    let stale = Anchor { position: Position::new(4), ..place };
    assert!(plain.store_raw(stale, &[encode(&batch(1)).unwrap()]).is_err());
    assert!(plain.store_raw(place, &[b"no batch".to_vec()]).is_err());
    assert_eq!(plain.anchor().unwrap(), place);
}

#[test]
fn frozen_logs_are_exported_and_imported_with_their_chain() {
    for name in LOGS {
        let folder = tempfile::tempdir().unwrap();
        let log = frozen(name, folder.path());
        let lines = exported(&log);
        assert_eq!(exported_id(&*lines).unwrap(), log.anchor().unwrap().log);
        assert_eq!(imported(&lines, &log).anchor().unwrap(), log.anchor().unwrap());
    }
}

/// What is written is what `docs/json-lines.md` shows; programs of others read it.
#[test]
fn lines_are_written_as_ever() {
    let folder = tempfile::tempdir().unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lines");
    for name in LOGS {
        let lines = String::from_utf8(exported(&frozen(name, folder.path()))).unwrap();
        let frozen = std::fs::read_to_string(path.join(name).with_extension("jsonl")).unwrap();
        for (line, frozen) in lines.lines().zip(frozen.lines()) {
            assert_eq!(line, frozen);
        }
        assert_eq!(lines.len(), frozen.len());
    }
}

/// Every line of an export stands for something: none can be left out, doubled, swapped or changed.
#[test]
fn what_was_cut_or_changed_is_not_imported() {
    let folder = tempfile::tempdir().unwrap();
    let log = frozen(LOGS[2], folder.path());
    let text = String::from_utf8(exported(&log)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let refused = |lines: &[&str], what: &str| {
        let to = twin(&log);
        let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let error = import(Cursor::new(text), &to, &mut |_| ()).expect_err(what);
        assert_eq!(to.anchor().unwrap().position, Position::START, "{what}: {error}");
        error
    };
    for cut in 0..lines.len() {
        let error = refused(&lines[..cut], "cut");
        assert!(if cut == 0 { error.is_not_a_log() } else { error.is_corrupt() }, "{cut}: {error}");
        let mut without = lines.clone();
        let gone = without.remove(cut);
        refused(&without, gone);
        let mut twice = lines.clone();
        twice.insert(cut, gone);
        assert!(refused(&twice, gone).to_string().contains("line "), "{gone}");
    }
    for swapped in 1..lines.len() {
        let mut other = lines.clone();
        other.swap(swapped - 1, swapped);
        refused(&other, lines[swapped]);
    }
}

#[test]
fn an_error_names_the_line() {
    let log = MemoryLog::with_id(LogId::from_u128(7));
    opened(&log, 1..4);
    let text = String::from_utf8(exported(&log)).unwrap();
    for (from, to, expected) in [
        ("\"gather-log\"", "\"other\"", "line 1: the file is no exported log"),
        ("\"version\":1,\"log\"", "\"version\":2,\"log\"", "line 1: the lines have version 2"),
        ("\"position\":2", "\"position\":3", "line 3: here belongs record 2"),
        ("\"booking_opened\"", "\"booking_closed\"", "line 2: the name of a fact is not that of its kind"),
        (
            "\"kind\":4",
            "\"kind\":4000",
            "line 2: a fact of kind 4000, version 1 is not known to this version",
        ),
        ("\"time\":\"1970", "\"time\":\"197O", "line 2: the line is none of an exported log"),
        ("\"layout\":2", "\"layout\":1", "line 5: the records are not those that the last line stands for"),
        ("\"records\":3", "\"records\":4", "line 5: the records are not those that the last line stands for"),
        ("gathering:0", "gathering:x", "line 2: the line is none of an exported log"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let error = import(Cursor::new(changed), &twin(&log), &mut |_| ()).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn an_import_goes_on_where_it_was_left() {
    let log = MemoryLog::new();
    opened(&log, 1..2_001);
    let to = twin(&log);
    opened(&to, 1..700);
    let mut told = Vec::new();
    let lines = exported(&log);
    import(Cursor::new(&lines), &to, &mut |progress| told.push(progress)).unwrap();
    assert_eq!(to.anchor().unwrap(), log.anchor().unwrap());
    assert!(told.is_sorted_by_key(|progress| progress.done));
    assert_eq!(told.last().unwrap().percent(), 100);
    import(Cursor::new(&lines), &to, &mut |_| ()).unwrap();
    assert_eq!(to.anchor().unwrap(), log.anchor().unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_history_is_exported_and_imported_with_its_chain(
        history in prop_oneof![histories(5..60), conferences(5..60), queues(5..60)],
    ) {
        let log = std::sync::Arc::new(MemoryLog::new());
        let desk = Desk::builder()
            .clock(TestClock::at(epoch()))
            .over(std::sync::Arc::clone(&log), std::sync::Arc::new(MemoryVault::new()))
            .unwrap();
        history.play(&desk);
        let lines = exported(&log);
        prop_assert_eq!(imported(&lines, &log).anchor().unwrap(), log.anchor().unwrap());
        let copied = twin(&log);
        copy(&log, &copied, &mut |_| ()).unwrap();
        prop_assert_eq!(copied.anchor().unwrap(), log.anchor().unwrap());
    }
}
