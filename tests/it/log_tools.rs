//! Logs that are moved: copied, exported and imported, backed up, salvaged. Nothing is lost on the way, and what is
//! cut or damaged shows.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{BufRead, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use gather::log::{
    Anchor, Batch, FileLog, Guard, Keep, Log, MemoryLog, Scope, copy, encode, export, exported_id, import,
    import_into, salvage,
};
use gather::privacy::{MemoryVault, adopt_keys, backup_keys};
use gather::testkit::{TestClock, conferences, epoch, histories, queues};
use gather::{
    Booking, Desk, Fact, Gathering, GatheringId, LogId, OfferingId, Party, PersonDetails, PersonId, Position,
    RegistrationId, RequestId,
};
use proptest::prelude::*;

use crate::examples::{program, run, text};

const LOGS: [&str; 3] = ["format1a.gather", "format1b.gather", "format1c.gather"];

/// A frozen log, which holds facts in every version that was ever written.
fn frozen(name: &str, folder: &Path) -> FileLog {
    let path = folder.join(name);
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name), &path).unwrap();
    FileLog::options().rebuild_head().open(path).unwrap()
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
        let text = [lines, &[""]].concat().join("\n");
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

/// Lines that are missing, too many or no text are counted as an editor counts them.
#[test]
fn an_error_names_a_line_that_cannot_be_read() {
    let log = MemoryLog::with_id(LogId::from_u128(7));
    let batch = Batch { facts: [batch(1).facts, batch(2).facts].concat(), ..batch(1) };
    log.exclusive(Position::START, &mut |_| vec![batch.clone()]).unwrap();
    let whole = exported(&log);
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len(), 4);
    let refused = |lines: &[&[u8]]| {
        let to = twin(&log);
        let error = import(Cursor::new(lines.concat()), &to, &mut |_| ()).unwrap_err();
        assert_eq!(to.anchor().unwrap().position, Position::START, "{error}");
        error
    };
    let binary = &b"\xA7gfr\xFF\n"[..];
    for nth in 1..5 {
        let mut changed = lines.clone();
        changed[nth - 1] = binary;
        let error = refused(&changed);
        let what = if nth == 1 { "the file is no exported log" } else { "a line is no text" };
        assert!(error.to_string().starts_with(&format!("line {nth}: {what}")), "{error}");
        assert_eq!((error.is_not_a_log(), error.is_corrupt()), (nth == 1, nth > 1), "{error}");
    }
    for one_more in [binary, &b"{}\n"[..]] {
        let error = refused(&[&lines[..], &[one_more]].concat());
        assert!(error.is_corrupt() && error.to_string().starts_with("line 5: "), "{error}");
    }
    for cut in 0..4 {
        let error = refused(&lines[..cut]).to_string();
        let what = if cut == 0 { "the file is empty" } else { "the file ends before its last line" };
        assert!(error.starts_with(&format!("line {}: {what}", cut + 1)), "{error}");
    }
}

/// What goes by once, as a pipe does.
struct Once(Cursor<Vec<u8>>);

impl Read for Once {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(bytes)
    }
}

impl BufRead for Once {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.0.consume(count);
    }
}

impl std::io::Seek for Once {
    fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
        Err(std::io::ErrorKind::NotSeekable.into())
    }
}

#[test]
fn an_import_says_that_it_reads_twice() {
    let folder = tempfile::tempdir().unwrap();
    let log = MemoryLog::with_id(LogId::from_u128(7));
    opened(&log, 1..4);
    let once = || Once(Cursor::new(exported(&log)));
    let error = import(once(), &twin(&log), &mut |_| ()).unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("the lines are read twice"), "{error}");
    let error = import_into(once(), folder.path().join("to"), &mut |_| ()).unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("the lines are read twice"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// What was begun goes, with its folder; what somebody put there stays.
#[test]
fn an_import_that_failed_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let log = MemoryLog::new();
    opened(&log, 1..4);
    let mut lines = exported(&log);
    lines.extend(b"one more\n");
    let to = folder.path().join("to");
    assert!(import_into(Cursor::new(&lines), &to, &mut |_| ()).unwrap_err().is_corrupt());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let left = folder.path().join("to.unfinished");
    std::fs::create_dir(&left).unwrap();
    std::fs::write(left.join("letter"), "Dear Ann").unwrap();
    assert!(import_into(Cursor::new(&lines), &to, &mut |_| ()).unwrap_err().is_corrupt());
    let names = std::fs::read_dir(&left).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["letter"]);
    assert!(!to.exists());
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
        drop(history.play(&desk));
        let lines = exported(&log);
        prop_assert_eq!(imported(&lines, &log).anchor().unwrap(), log.anchor().unwrap());
        let copied = twin(&log);
        copy(&log, &copied, &mut |_| ()).unwrap();
        prop_assert_eq!(copied.anchor().unwrap(), log.anchor().unwrap());
    }
}

/// A desk's folder with a few people and bookings in it.
pub(crate) fn booked(folder: &Path) -> (GatheringId, PersonId) {
    let desk = Desk::builder().clock(TestClock::at(epoch())).open(folder).unwrap();
    let talk = desk.announce(Gathering::webinar("Bees").places(2)).unwrap().outcome;
    drop(desk.open_booking(talk).unwrap());
    let ann = desk.record_person(PersonDetails::new("Ann Example")).unwrap().outcome;
    for person in [ann, PersonId::from_u128(2), PersonId::from_u128(3)] {
        drop(desk.register(talk, person).unwrap());
    }
    (talk, ann)
}

pub(crate) fn file_of(folder: &Path) -> PathBuf {
    folder.join("log.gather")
}

/// Where each frame of a log file begins, and where the last one ends. The figures are those of `docs/format.md`.
pub(crate) fn frames(log: &[u8]) -> Vec<usize> {
    let mut frames = vec![128];
    while let Some(length) = log.get(frames[frames.len() - 1] + 8..frames[frames.len() - 1] + 12) {
        let length = usize::try_from(u32::from_le_bytes(length.try_into().unwrap())).unwrap();
        if length == 0 {
            break;
        }
        frames.push(frames[frames.len() - 1] + 80 + length);
    }
    frames
}

#[test]
fn a_backup_with_its_keys_opens_as_a_desk() {
    let folder = tempfile::tempdir().unwrap();
    let [mine, safe, keys] = ["mine", "safe", "keys of today"].map(|name| folder.path().join(name));
    let (talk, ann) = booked(&mine);
    let desk = Desk::open(&mine).unwrap();
    let mut told = Vec::new();
    let end = desk.backup(&safe, &mut |progress| told.push(progress.percent())).unwrap();
    assert_eq!(told.last(), Some(&100));
    assert!(!safe.join("keys.gather").exists(), "keys are backed up apart");
    backup_keys(mine.join("keys.gather"), &keys).unwrap();
    // What is booked afterwards is not in it.
    drop(desk.cancel_gathering(talk).unwrap());

    let log = FileLog::open_in(&safe).unwrap();
    assert_eq!(log.anchor().unwrap(), end);
    assert!(log.open_report().torn.is_none());
    drop(log);
    assert!(Desk::open(&safe).is_err(), "the log has names, and their keys are not there");
    std::fs::copy(&keys, safe.join("keys.gather")).unwrap();
    let restored = Desk::open(&safe).unwrap();
    assert_eq!(restored.person(ann).unwrap().known().unwrap().expose().name, "Ann Example");
    assert_eq!(restored.attendee_list(talk).unwrap().rows().len(), 2);
    drop(restored.cancel_gathering(talk).unwrap());
}

#[test]
fn nothing_is_backed_up_over_anything() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::in_memory();
    drop(desk.announce(Gathering::webinar("Bees")).unwrap());
    let [taken, file, safe] = ["taken", "file", "safe"].map(|name| folder.path().join(name));
    std::fs::create_dir(&taken).unwrap();
    std::fs::write(&file, "mine").unwrap();
    for there in [&taken, &file] {
        let error = desk.backup(there, &mut |_| ()).unwrap_err().to_string();
        assert!(error.contains("there is something already"), "{error}");
    }
    assert_eq!(std::fs::read_dir(&taken).unwrap().count(), 0);
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");

    // What an earlier try has left is no hindrance.
    let left = folder.path().join("safe.unfinished");
    std::fs::create_dir(&left).unwrap();
    std::fs::write(left.join("log.gather"), "half of something").unwrap();
    desk.backup(&safe, &mut |_| ()).unwrap();
    assert!(!left.exists());
    assert!(desk.backup(&safe, &mut |_| ()).is_err());
    assert_eq!(Desk::open(&safe).unwrap().whats_on().rows().len(), 1);
    drop(
        Desk::open(folder.path().join("with keys"))
            .unwrap()
            .record_person(PersonDetails::new("Ann"))
            .unwrap(),
    );
    let keys = folder.path().join("with keys").join("keys.gather");
    assert!(backup_keys(&keys, &file).is_err());
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
    assert!(backup_keys(&file, folder.path().join("copy")).unwrap_err().is_not_a_key_file());
    assert!(!folder.path().join("copy").exists());
}

/// People go on booking while a backup is made, and all that was booked before is in it.
#[test]
fn a_log_in_use_is_backed_up() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path().join("mine")).unwrap();
    let talk = desk.announce(Gathering::webinar("Bees")).unwrap().outcome;
    drop(desk.open_booking(talk).unwrap());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut next = 1;
            while !done.load(Ordering::Relaxed) {
                drop(desk.register(talk, PersonId::from_u128(next)).unwrap());
                next += 1;
            }
        });
        for nth in 0..5 {
            let before = desk.attendee_list(talk).unwrap().rows().len();
            let safe = folder.path().join(format!("safe {nth}"));
            let end = desk.backup(&safe, &mut |_| ()).unwrap();
            let restored = Desk::open(&safe).unwrap();
            let there = restored.attendee_list(talk).unwrap().rows().len();
            assert!(there >= before, "{there} of {before}");
            assert_eq!(u64::try_from(there).unwrap() + 2, end.position.get());
        }
        done.store(true, Ordering::Relaxed);
    });
}

/// What is salvaged of a sound log is the log.
#[test]
fn a_sound_log_is_salvaged_whole() {
    let folder = tempfile::tempdir().unwrap();
    for (nth, name) in LOGS.into_iter().enumerate() {
        let log = frozen(name, folder.path());
        let head = log.anchor().unwrap();
        drop(log);
        let to = folder.path().join(nth.to_string());
        let salvaged = salvage(folder.path().join(name), &to, Keep::WholeBatches, &mut |_| ()).unwrap();
        assert_eq!((salvaged.head, salvaged.left_out), (head, vec![]));
        assert_eq!(salvaged.as_it_was, salvaged.head.position);
        assert_eq!(FileLog::open_in(&to).unwrap().anchor().unwrap(), head);
        assert!(salvage(folder.path().join(name), &to, Keep::Prefix, &mut |_| ()).unwrap_err().is_misuse());
    }
}

/// Wherever one frame is damaged, that one is named and left out, and all others are kept.
#[test]
fn one_damaged_frame_is_left_out_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged");
    let log = MemoryLog::new();
    opened(&log, 1..13);
    let whole = FileLog::options().id(log.anchor().unwrap().log).open(&path).unwrap();
    copy(&log, &whole, &mut |_| ()).unwrap();
    drop(whole);
    let sound = std::fs::read(&path).unwrap();
    let frames = frames(&sound);
    assert_eq!(frames.len(), 13);
    for (nth, (&frame, &end)) in frames.iter().zip(&frames[1..]).enumerate() {
        for damaged in [frame, frame + 40, frame + 79, frame + 80, end - 1] {
            let mut bytes = sound.clone();
            bytes[damaged] ^= 0x10;
            std::fs::write(&path, &bytes).unwrap();
            let first = Position::START.plus(nth + 1);
            let last = nth == 11;

            let to = folder.path().join(format!("all {damaged}"));
            let salvaged = salvage(&path, &to, Keep::WholeBatches, &mut |_| ()).unwrap();
            let [left_out] = &*salvaged.left_out else { panic!("{salvaged:?}") };
            let (offset, bytes_left_out) =
                (u64::try_from(frame).unwrap(), u64::try_from(end - frame).unwrap());
            assert_eq!((left_out.offset, left_out.bytes), (offset, bytes_left_out), "{damaged}");
            assert_eq!((left_out.first, left_out.records), (first, Some(1)), "{damaged}");
            assert_eq!((salvaged.batches, salvaged.as_it_was.get()), (11, u64::try_from(nth).unwrap()));
            let kept = FileLog::open_in(&to).unwrap();
            assert_eq!(kept.anchor().unwrap(), salvaged.head);
            assert_eq!(salvaged.head.log == log.anchor().unwrap().log, last, "another past, another id");
            let ids = kept.read(Position::START, 20).unwrap().batches;
            let ids = ids.iter().map(|stored| stored.batch.id).collect::<Vec<_>>();
            let expected = (1..13)
                .filter(|id| *id != nth + 1)
                .map(|id| RequestId::from_u128(u128::try_from(id).unwrap()));
            assert_eq!(ids, expected.collect::<Vec<_>>());

            let to = folder.path().join(format!("prefix {damaged}"));
            let salvaged = salvage(&path, &to, Keep::Prefix, &mut |_| ()).unwrap();
            assert_eq!(
                (salvaged.head.position.get(), salvaged.batches),
                (u64::try_from(nth).unwrap(), u64::try_from(nth).unwrap())
            );
            let prefix = log.read(Position::START.plus(nth), 0).unwrap().after;
            assert_eq!(salvaged.head, prefix, "it is the log as it was once");
            let left_out = salvaged.left_out.iter().map(|part| part.bytes).sum::<u64>();
            assert_eq!(left_out, u64::try_from(sound.len() - frame).unwrap());
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "the damaged file is only read");
        }
    }
}

#[test]
fn a_cut_or_padded_log_is_salvaged_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    booked(&mine);
    let sound = std::fs::read(file_of(&mine)).unwrap();
    let frames = frames(&sound);
    let (&last, &end) = (&frames[frames.len() - 2], &frames[frames.len() - 1]);
    let path = folder.path().join("damaged");
    let salvaged_of = |bytes: Vec<u8>, name: &str| {
        std::fs::write(&path, bytes).unwrap();
        salvage(&path, folder.path().join(name), Keep::WholeBatches, &mut |_| ()).unwrap()
    };
    let whole = salvaged_of(sound[..end].to_vec(), "whole");
    let padded = salvaged_of([&sound[..end], &[0; 5_000]].concat(), "padded");
    assert_eq!((padded.head, padded.left_out), (whole.head, vec![]), "room is no loss");
    let cut = salvaged_of(sound[..end - 1].to_vec(), "cut");
    assert_eq!(cut.batches, whole.batches - 1);
    assert_eq!((cut.left_out[0].offset, cut.left_out[0].records), (u64::try_from(last).unwrap(), None));
    let noisy = salvaged_of([&sound[..end], &b"\xA7gfr is no frame"[..], &[0; 500]].concat(), "noisy");
    assert_eq!((noisy.head, noisy.left_out[0].bytes), (whole.head, 16));
    // The head knows of an end that is gone.
    std::fs::copy(mine.join("head.gather"), folder.path().join("head.gather")).unwrap();
    for (left, bytes, name) in [(last, 0, "without its last"), (end - 1, end - 1 - last, "cut with a head")] {
        let cut = salvaged_of(sound[..left].to_vec(), name);
        let [left_out] = &*cut.left_out else { panic!("{cut:?}") };
        assert_eq!((left_out.first.get(), left_out.records), (6, Some(1)), "{name}");
        assert_eq!(left_out.bytes, u64::try_from(bytes).unwrap());
    }
    // The first frame once more, far behind: it belongs where it was.
    let again = salvaged_of([&sound[..end], &sound[128..end]].concat(), "again");
    assert_eq!((again.head, again.batches), (whole.head, whole.batches));
}

/// A salvaged desk opens with the keys that it adopts, though its log has a new id.
#[test]
fn a_salvaged_desk_opens_with_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let [mine, new] = ["mine", "new"].map(|name| folder.path().join(name));
    let (_, ann) = booked(&mine);
    let mut bytes = std::fs::read(file_of(&mine)).unwrap();
    let second_last = frames(&bytes)[4];
    bytes[second_last + 85] ^= 1;
    std::fs::write(file_of(&mine), &bytes).unwrap();
    let salvaged = salvage(file_of(&mine), &new, Keep::WholeBatches, &mut |_| ()).unwrap();
    assert_eq!(salvaged.left_out.len(), 1);
    std::fs::copy(mine.join("keys.gather"), new.join("keys.gather")).unwrap();
    assert!(Desk::open(&new).is_err(), "the keys are those of another log");
    std::fs::remove_file(new.join("keys.gather")).unwrap();
    adopt_keys(mine.join("keys.gather"), new.join("keys.gather"), salvaged.head.log).unwrap();
    assert_eq!(Desk::open(&new).unwrap().person(ann).unwrap().known().unwrap().expose().name, "Ann Example");
}

/// What `log_tool` answers: its exit code, what it printed, and what went wrong.
fn log_tool<S: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = S>) -> (i32, String, String) {
    let output = run("log_tool", folder, arguments);
    let (out, error) = (text(&output.stdout).to_owned(), text(&output.stderr).to_owned());
    (output.status.code().unwrap(), out, error)
}

#[test]
fn the_tool_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    booked(&mine);
    for path in ["mine", "mine/log.gather"] {
        let (code, out, error) = log_tool(folder.path(), ["verify", path]);
        assert_eq!((code, &*error), (0, ""), "{out}");
        assert!(out.starts_with("sound: 6 records in 6 batches, log "), "{out}");
    }
    let desk = Desk::open(&mine).unwrap();
    drop(desk.record_person(PersonDetails::new("Bo Example")).unwrap());
    let (code, out, error) = log_tool(folder.path(), ["verify", "mine"]);
    assert_eq!(code, 0, "beside a desk: {error}");
    assert!(out.starts_with("sound: 7 records in 7 batches, log "), "{out}");
    drop(desk);
    let mut bytes = std::fs::read(file_of(&mine)).unwrap();
    let second = frames(&bytes)[1];
    bytes[second + 90] ^= 1;
    std::fs::write(file_of(&mine), &bytes).unwrap();
    let (code, _, error) = log_tool(folder.path(), ["verify", "mine"]);
    assert_eq!(code, 1, "{error}");
    assert!(error.contains(&format!("at offset {second}")) && error.contains("at position 2"), "{error}");
    assert_eq!(std::fs::read(file_of(&mine)).unwrap(), bytes, "it only reads");
}

/// Damage to a key shows otherwise only when what it sealed is asked for.
#[test]
fn the_tool_looks_at_the_keys_beside_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    booked(&mine);
    let (_, out, _) = log_tool(folder.path(), ["verify", "mine"]);
    assert!(out.ends_with(" keys, 0 destroyed on purpose, none damaged\n"), "{out}");
    let keys = mine.join("keys.gather");
    let mut bytes = std::fs::read(&keys).unwrap();
    bytes[600] ^= 1;
    std::fs::write(&keys, &bytes).unwrap();
    let (code, out, error) = log_tool(folder.path(), ["verify", "mine"]);
    assert_eq!((code, &*error), (1, ""), "{out}");
    assert!(out.starts_with("sound: 6 records") && out.contains("\nits keys: "), "{out}");
    assert!(out.ends_with(", 1 damaged, the first is key 0\n"), "{out}");
    bytes[20] ^= 1;
    std::fs::write(&keys, &bytes).unwrap();
    let (code, out, _) = log_tool(folder.path(), ["verify", "mine"]);
    assert!(
        code == 1 && out.contains("its keys: the header of the key file does not pass its check"),
        "{out}"
    );
    assert_eq!(std::fs::read(&keys).unwrap(), bytes, "it only reads");
}

/// A place that nobody decided on, in a log whose bytes are all sound.
#[test]
fn the_tool_names_a_forged_decision() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    let (talk, _) = booked(&mine);
    let forged = Fact::RegistrationConfirmed {
        gathering: talk,
        registration: RegistrationId::from_u128(77),
        booking: Booking::new(OfferingId::ONLY, Party::one(PersonId::from_u128(7))),
        draws: Vec::new(),
    };
    let log = FileLog::open_in(&mine).unwrap();
    let last = log.read(Position::new(5), 1).unwrap().batches[0].batch.time;
    let forged = Batch { facts: vec![forged], time: last, ..batch(99) };
    log.exclusive(Position::new(6), &mut |_| vec![forged.clone()]).unwrap();
    drop(log);
    let (code, out, error) = log_tool(folder.path(), ["verify", "mine"]);
    assert_eq!((code, &*error), (1, ""), "{out}");
    assert!(out.starts_with("position 7, "), "{out}");
    assert!(out.contains("\nnot sound: 7 records in 7 batches, log "), "{out}");
}

#[test]
fn the_tool_says_what_it_cannot_use() {
    let folder = tempfile::tempdir().unwrap();
    booked(&folder.path().join("mine"));
    std::fs::write(folder.path().join("letter"), "Dear Ann, this is a letter and no log of anything.")
        .unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    std::fs::create_dir(folder.path().join("headless")).unwrap();
    std::fs::copy(file_of(&folder.path().join("mine")), file_of(&folder.path().join("headless"))).unwrap();
    let mut newer = std::fs::read(file_of(&folder.path().join("mine"))).unwrap();
    newer[8] = 9;
    let checksum = crc32fast::hash(&newer[..124]).to_le_bytes();
    newer[124..128].copy_from_slice(&checksum);
    std::fs::write(folder.path().join("newer"), newer).unwrap();
    for (arguments, expected) in [
        (&["verify", "letter"][..], "the file is not a log of this crate, in letter"),
        (&["verify", "newer"], "has format 9; this version reads format 1"),
        (
            &["verify", "headless"],
            "\n`log_tool rebuild-head headless` does that; where the log may have lost its end",
        ),
        (&["backup", "headless", "to"], "`log_tool rebuild-head headless` does that"),
        (&["verify", "empty"], "there is no log"),
        (&["verify", "nowhere"], "there is no log"),
        (&["show", "mine", "--person", "ann"], "ann is no id"),
        (&["backup", "mine", "empty"], "there is something already"),
        (&["salvage", "mine", "empty"], "there is something already"),
        (&["salvage", "letter", "to"], "the file is not a log of this crate, in letter"),
        (&["import", "letter", "to"], "line 1: the file is no exported log"),
        (&["import", "nowhere", "to"], "nowhere cannot be read"),
    ] {
        let (code, out, error) = log_tool(folder.path(), arguments);
        assert_eq!((code, &*out), (2, ""), "{arguments:?}: {error}");
        assert!(error.contains(expected), "{arguments:?}: {error}");
        assert!(!folder.path().join("to").exists());
    }
    assert_eq!(std::fs::read_dir(folder.path().join("empty")).unwrap().count(), 0, "nothing is left behind");
}

/// What is wrong comes first, in a line, and then where to read on.
#[test]
fn the_tool_says_what_is_wrong_with_a_call() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, expected) in [
        (&["dance"][..], "there is no command dance"),
        (&["verify"], "PATH is missing: log_tool verify PATH"),
        (&["salvage", "--prefix-only", "mine"], "TO is missing: log_tool salvage PATH TO"),
        (&["import"], "FILE is missing: log_tool import FILE TO"),
        (&["backup", "mine", "to", "more"], "more is an argument too many: log_tool backup PATH TO"),
        (&["verify", "--fast", "mine"], "verify knows no option --fast"),
        (&["show", "mine", "--prefix-only"], "show knows no option --prefix-only"),
        (&["show", "mine", "--person"], "--person needs an id"),
        (&["--person", "show", "mine"], "the command comes first, and --person is none"),
    ] {
        let (code, out, error) = log_tool(folder.path(), arguments);
        assert_eq!((code, &*out), (2, ""), "{arguments:?}");
        assert_eq!(error, format!("{expected}\nsee `log_tool help`\n"), "{arguments:?}");
    }
    let (code, help, _) = log_tool(folder.path(), ["help"]);
    assert!(code == 0 && help.contains("salvage PATH TO"), "{help}");
    for arguments in
        [&["--help"][..], &["-h"], &["help", "verify"], &["verify", "--help"], &["show", "a", "-h"]]
    {
        assert_eq!(log_tool(folder.path(), arguments), (0, help.clone(), String::new()), "{arguments:?}");
    }
    assert_eq!(log_tool(folder.path(), [""; 0]), (2, String::new(), help));
}

#[test]
fn the_tool_exports_and_imports_what_it_can_show_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.gather");
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(LOGS[2]), &path).unwrap();
    let (code, _, error) = log_tool(folder.path(), ["rebuild-head", "log.gather"]);
    assert_eq!(code, 0, "{error}");
    let (code, lines, error) = log_tool(folder.path(), ["export", "log.gather"]);
    assert_eq!((code, &*error), (0, ""));
    std::fs::write(folder.path().join("lines"), &lines).unwrap();
    let (code, out, error) = log_tool(folder.path(), ["import", "lines", "again"]);
    assert_eq!(code, 0, "{error}");
    assert!(out.starts_with("imported 100 records into again, log "), "{out}");
    let (_, again, _) = log_tool(folder.path(), ["export", "again"]);
    assert!(again == lines, "the same lines");

    let shown = log_tool(folder.path(), ["show", "again"]);
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lines/format1c.txt");
    assert_eq!(shown, (0, std::fs::read_to_string(golden).unwrap(), String::new()));
    assert!(!shown.1.contains("no words for"), "there are words for every kind");
    let columns = shown.1.lines().map(|line| {
        ["  by ", "  gathering ", "  registration "]
            .map(|column| line.split_once(column).unwrap().0.chars().count())
    });
    assert_eq!(columns.collect::<BTreeSet<_>>().len(), 1, "the columns line up");

    std::fs::write(folder.path().join("lines"), &lines[..lines.len() - 90]).unwrap();
    let (code, _, error) = log_tool(folder.path(), ["import", "lines", "cut"]);
    assert_eq!(code, 1, "{error}");
    assert!(error.starts_with("line 102: "), "{error}");
    assert!(!folder.path().join("cut").exists(), "nothing is half imported");
}

#[test]
fn the_tool_shows_what_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (talk, ann) = booked(&folder.path().join("mine"));
    let shown = |arguments: &[&str]| {
        let (code, out, error) = log_tool(folder.path(), [&["show", "mine"], arguments].concat());
        assert_eq!((code, &*error), (0, ""));
        out
    };
    assert_eq!(shown(&[]).lines().count(), 6);
    assert_eq!(shown(&["--gathering", &talk.to_string()]).lines().count(), 5);
    let digits = ann.to_string();
    let anns = shown(&["--person", &format!("…{}", &digits[28..])]);
    assert!(anns.contains("details recorded") && anns.contains("confirmed: person …"), "{anns}");
    assert_eq!(anns.lines().count(), 2);
    assert_eq!(shown(&["--person", &digits, "--gathering", &talk.to_string()]).lines().count(), 1);
    let before = log_tool(folder.path(), ["show", "--gathering", &talk.to_string(), "mine"]);
    assert_eq!((before.0, before.1.lines().count()), (0, 5), "options stand before the path, too");
    let nobody = ["show", "mine", "--registration", "00000000000000000000000000000000"];
    let (code, out, error) = log_tool(folder.path(), nobody);
    assert_eq!((code, &*out), (0, ""));
    assert!(error.starts_with("no record is about all that was asked for"), "{error}");
}

/// A log of a file that has so many batches of one record.
fn log_of(folder: &Path, batches: u128) {
    let log = FileLog::open_in(folder).unwrap();
    opened(&log, 1..batches + 1);
}

/// Flips a bit in the payload of a frame.
fn damage(folder: &Path, nth: usize) {
    let mut bytes = std::fs::read(file_of(folder)).unwrap();
    let frame = frames(&bytes)[nth - 1];
    bytes[frame + 85] ^= 1;
    std::fs::write(file_of(folder), bytes).unwrap();
}

/// Flips a bit in the payload of a frame, and makes both of its checksums right again: only the chain tells.
fn break_chain(folder: &Path, nth: usize) {
    damage(folder, nth);
    let mut bytes = std::fs::read(file_of(folder)).unwrap();
    let frames = frames(&bytes);
    let (frame, end) = (frames[nth - 1], frames[nth]);
    let payload = crc32fast::hash(&bytes[frame + 80..end]).to_le_bytes();
    bytes[frame + 72..frame + 76].copy_from_slice(&payload);
    let salted = [&bytes[32..48], &bytes[frame..frame + 76]].concat();
    bytes[frame + 76..frame + 80].copy_from_slice(&crc32fast::hash(&salted).to_le_bytes());
    std::fs::write(file_of(folder), bytes).unwrap();
}

/// A log with the first does not open; the second is met when its batches are read.
const HARMS: [fn(&Path, usize); 2] = [damage, break_chain];

#[test]
fn the_tool_shows_all_records_before_damage() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    log_of(&mine, 700);
    let (_, whole, _) = log_tool(folder.path(), ["show", "mine"]);
    let before = whole.lines().take(650).collect::<Vec<_>>();
    let sound = std::fs::read(file_of(&mine)).unwrap();
    let says = ["a frame does not pass its checksum", "the chain breaks at a frame"];
    for (harm, what) in HARMS.into_iter().zip(says) {
        harm(&mine, 651);
        let (code, out, error) = log_tool(folder.path(), ["show", "mine"]);
        assert_eq!(code, 1, "{error}");
        assert_eq!(out.lines().collect::<Vec<_>>(), before, "{what}");
        assert!(error.starts_with(what) && error.contains("at position 651"), "{error}");
        std::fs::write(file_of(&mine), &sound).unwrap();
    }
    damage(&mine, 1);
    let (code, out, error) = log_tool(folder.path(), ["show", "mine"]);
    assert_eq!((code, &*out), (1, ""), "{error}");
}

#[test]
fn the_tool_says_what_to_do_about_damage() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("my log");
    booked(&mine);
    let sound = std::fs::read(file_of(&mine)).unwrap();
    for harm in HARMS {
        harm(&mine, 3);
        for arguments in [
            &["verify", "my log"][..],
            &["show", "my log"],
            &["export", "my log"],
            &["backup", "my log", "to"],
        ] {
            let (code, _, error) = log_tool(folder.path(), arguments);
            assert_eq!(code, 1, "{arguments:?}: {error}");
            let expected =
                "\nwhat is whole can be brought into a new log: `log_tool salvage \"my log\" TO`\n";
            assert!(error.ends_with(expected), "{arguments:?}: {error}");
        }
        std::fs::write(file_of(&mine), &sound).unwrap();
    }
    let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["my log"], "a backup that failed leaves nothing");
    std::fs::write(folder.path().join("lines"), "no lines").unwrap();
    let (_, _, error) = log_tool(folder.path(), ["import", "lines", "to"]);
    assert!(!error.contains("salvage"), "these lines are no log: {error}");
}

#[test]
fn the_tool_says_what_rebuilding_the_head_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    booked(&mine);
    damage(&mine, 6);
    let bytes = std::fs::read(file_of(&mine)).unwrap();
    let last = frames(&bytes)[5];
    // Zeros at the end are not told from room.
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let (code, out, error) = log_tool(folder.path(), ["rebuild-head", "mine"]);
    assert_eq!((code, &*error), (1, ""), "{out}");
    let saved = format!("log.gather.torn-{last}");
    let lines = out.lines().collect::<Vec<_>>();
    assert!(lines[0].starts_with(&format!("cut off from offset {last} on: {} bytes", end - last)), "{out}");
    assert!(lines[0].ends_with(&saved), "{out}");
    assert_eq!(lines[1..], ["the head file says again that the log ends at record 5"]);
    assert_eq!(std::fs::read(mine.join(saved)).unwrap(), bytes[last..end]);
    let (code, out, _) = log_tool(folder.path(), ["rebuild-head", "mine"]);
    assert_eq!((code, out.lines().count()), (0, 1), "nothing is cut off again: {out}");
}

#[test]
fn the_tool_says_that_a_write_may_be_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    booked(&mine);
    let mut bytes = std::fs::read(file_of(&mine)).unwrap();
    bytes.extend(b"half of a batch");
    std::fs::write(file_of(&mine), &bytes).unwrap();
    let (code, out, error) = log_tool(folder.path(), ["verify", "mine"]);
    assert_eq!((code, &*error), (0, ""), "{out}");
    let expected = "\nnot read: 15 bytes behind the last durable record: a write may be under way, or one did not finish; \
                    where nobody has the log open, opening it once has them judged\n";
    assert!(out.starts_with("sound: 6 records") && out.contains(expected), "{out}");
}

#[test]
fn the_tool_says_that_it_salvaged_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    booked(&mine);
    damage(&mine, 1);
    let (code, out, _) = log_tool(folder.path(), ["salvage", "--prefix-only", "mine", "prefix"]);
    assert_eq!(code, 1);
    assert!(out.contains("\nkept nothing: there is no whole batch before the damage"), "{out}");
    assert!(out.contains("the log in prefix is empty\n"), "{out}");
    assert!(!out.contains("head file"), "the head is there: {out}");
    for nth in 2..7 {
        damage(&mine, nth);
    }
    std::fs::remove_file(mine.join("head.gather")).unwrap();
    let (code, out, _) = log_tool(folder.path(), ["salvage", "mine", "all"]);
    assert_eq!(code, 1);
    assert!(
        out.contains("\nkept nothing: there is no whole batch in the log; the log in all is empty\n"),
        "{out}"
    );
    assert!(out.contains("so whether it has lost its end cannot be told"), "{out}");
}

/// What comes through a pipe goes by once, and is imported all the same.
#[cfg(unix)]
#[test]
fn the_tool_imports_from_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    booked(&folder.path().join("mine"));
    let export = std::process::Command::new(program("log_tool"))
        .args(["export", "mine"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::piped())
        .spawn();
    let mut export = export.unwrap();
    let output = std::process::Command::new(program("log_tool"))
        .args(["import", "/dev/stdin", "again"])
        .current_dir(folder.path())
        .stdin(export.stdout.take().unwrap())
        .output()
        .unwrap();
    assert!(export.wait().unwrap().success());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with("imported 6 records into again, log "));
    let [mine, again] = ["mine", "again"].map(|name| FileLog::open_in(folder.path().join(name)).unwrap());
    assert_eq!(again.anchor().unwrap(), mine.anchor().unwrap());
}

#[test]
fn the_tool_backs_up_and_salvages_a_desk_with_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    let (talk, ann) = booked(&mine);
    let (code, out, error) = log_tool(folder.path(), ["backup", "mine", "safe"]);
    assert_eq!(code, 0, "{error}");
    assert!(out.starts_with("backed up 6 records into safe, log "), "{out}");
    assert_eq!(log_tool(folder.path(), ["verify", "safe"]).0, 0);

    let (code, out, _) = log_tool(folder.path(), ["salvage", "mine", "as it was"]);
    assert_eq!((code, out.lines().count()), (0, 2), "{out}");
    let mut bytes = std::fs::read(file_of(&mine)).unwrap();
    let fourth = frames(&bytes)[3];
    bytes[fourth] ^= 1;
    std::fs::write(file_of(&mine), &bytes).unwrap();
    let (code, out, error) = log_tool(folder.path(), ["salvage", "mine", "all"]);
    assert_eq!((code, &*error), (1, ""));
    assert!(out.starts_with(&format!("left out at offset {fourth}, ")), "{out}");
    assert!(out.contains("records 4 to 4") && out.contains("kept 5 records in 5 batches in all"), "{out}");
    assert!(out.contains("records after 3 have new positions"), "{out}");
    let desk = Desk::open(folder.path().join("all")).unwrap();
    assert_eq!(desk.person(ann).unwrap().known().unwrap().expose().name, "Ann Example");
    // The registration of Ann is what was lost; whoever was second has their place, and the line is as it was.
    assert_eq!(desk.attendee_list(talk).unwrap().rows().len(), 1);
    let (code, out, _) = log_tool(folder.path(), ["salvage", "mine", "prefix", "--prefix-only"]);
    assert!(code == 1 && out.contains("kept 3 records in 3 batches in prefix"), "{out}");
}
