//! Damaged, foreign and newer files are told apart and named.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use gather::log::{Batch, Error, FileLog, Guard, Log, Scope, StoredBatch};
use gather::{Fact, GatheringId, Position, RequestId};
use tempfile::TempDir;

const FILE_HEADER: usize = 128;
const FRAMES: u128 = 20;

/// A folder in memory where there is one: these tests open thousands of files.
fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

fn batch(id: u128) -> Batch {
    let gathering = GatheringId::from_u128(id);
    let facts = vec![Fact::BookingOpened { gathering }, Fact::BookingClosed { gathering }];
    let count = usize::try_from(id % 2).unwrap() + 1;
    Batch {
        id: RequestId::from_u128(id),
        time: chrono::DateTime::UNIX_EPOCH,
        actor: None,
        trace: None,
        content: None,
        guard: Guard { seen: Position::START, scope: Scope::of([gather::log::Tag::Gathering(gathering)]) },
        facts: facts.into_iter().take(count).collect(),
    }
}

/// A log of twenty frames, each synced before the next, and where each frame begins; the last entry is the end.
struct Sound {
    bytes: Vec<u8>,
    starts: Vec<usize>,
    batches: Vec<StoredBatch>,
}

impl Sound {
    fn new() -> Self {
        let folder = folder();
        let path = folder.path().join("log.gather");
        let log = FileLog::open(&path).unwrap();
        let mut starts = vec![FILE_HEADER];
        for id in 1..=FRAMES {
            log.append(&[batch(id)]).unwrap();
            starts.push(fs::read(&path).unwrap().len());
        }
        let batches = log.read(Position::START, usize::MAX).unwrap().batches;
        Self { bytes: fs::read(&path).unwrap(), starts, batches }
    }

    /// How many whole frames end at or before an offset.
    fn frames_before(&self, offset: usize) -> usize {
        self.starts.iter().filter(|start| **start <= offset).count() - 1
    }

    fn last_start(&self) -> usize {
        self.starts[self.starts.len() - 2]
    }
}

/// A folder with a log of the given bytes.
struct Case {
    folder: TempDir,
    path: PathBuf,
}

impl Case {
    fn new(bytes: &[u8]) -> Self {
        let folder = folder();
        let path = folder.path().join("log.gather");
        fs::write(&path, bytes).unwrap();
        Self { folder, path }
    }

    fn open(&self) -> Result<FileLog, Error> {
        FileLog::open(&self.path)
    }

    /// The names of all files but the lock, in order.
    fn names(&self) -> Vec<String> {
        names(self.folder.path()).into_iter().filter(|name| name != "lock.gather").collect()
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn stored(log: &FileLog) -> Vec<StoredBatch> {
    log.read(Position::START, usize::MAX).unwrap().batches
}

#[test]
fn every_flipped_bit_is_named_or_in_a_reported_tail() {
    let sound = Sound::new();
    let case = Case::new(&sound.bytes);
    for bit in 0..sound.bytes.len() * 8 {
        let (place, mut bytes) = (bit / 8, sound.bytes.clone());
        bytes[place] ^= 1 << (bit % 8);
        fs::write(&case.path, &bytes).unwrap();
        if place >= sound.last_start() {
            check_torn(&case, &sound, &bytes, sound.last_start());
            continue;
        }
        let error = case.open().unwrap_err();
        let start = if place < FILE_HEADER { 0 } else { sound.starts[sound.frames_before(place)] };
        assert_eq!(error.offset(), Some(u64::try_from(start).unwrap()), "bit {bit}: {error}");
        assert!(error.is_corrupt() || (place < 8 && error.is_not_a_log()), "bit {bit}: {error}");
        assert_eq!(fs::read(&case.path).unwrap(), bytes, "bit {bit}");
        assert_eq!(case.names(), ["log.gather"], "bit {bit}");
    }
}

/// Opens a log whose tail from `start` on is torn: what is before it stays, the tail is saved and reported.
fn check_torn(case: &Case, sound: &Sound, bytes: &[u8], start: usize) {
    let log = case.open().unwrap();
    assert_eq!(stored(&log), sound.batches[..sound.frames_before(start)]);
    let torn = log.open_report().torn.as_ref().unwrap();
    assert_eq!(torn.offset, u64::try_from(start).unwrap());
    assert_eq!(torn.bytes, u64::try_from(bytes.len() - start).unwrap());
    assert_eq!(fs::read(&torn.saved_to).unwrap(), bytes[start..]);
    assert_eq!(fs::read(&case.path).unwrap(), bytes[..start]);
    fs::remove_file(&torn.saved_to).unwrap();
}

#[test]
fn a_file_cut_anywhere_is_a_prefix_of_whole_batches() {
    let sound = Sound::new();
    let case = Case::new(&sound.bytes);
    for length in FILE_HEADER..sound.bytes.len() {
        let bytes = &sound.bytes[..length];
        fs::write(&case.path, bytes).unwrap();
        let start = sound.starts[sound.frames_before(length)];
        if start < length {
            check_torn(&case, &sound, bytes, start);
            continue;
        }
        let log = case.open().unwrap();
        assert_eq!(stored(&log), sound.batches[..sound.frames_before(length)]);
        assert!(log.open_report().torn.is_none());
    }
}

#[test]
fn a_log_goes_on_after_its_torn_tail() {
    let sound = Sound::new();
    let case = Case::new(&sound.bytes[..sound.bytes.len() - 1]);
    let log = case.open().unwrap();
    log.append(&[batch(FRAMES)]).unwrap();
    assert_eq!(stored(&log), sound.batches);
    drop(log);
    let log = case.open().unwrap();
    assert!(log.open_report().torn.is_none());
    assert_eq!(stored(&log), sound.batches);
}

#[test]
fn an_earlier_saved_tail_is_never_written_over() {
    let sound = Sound::new();
    let start = sound.last_start();
    let case = Case::new(&sound.bytes[..start]);
    for tail in ["first", "second", "third"] {
        fs::write(&case.path, [&sound.bytes[..start], tail.as_bytes()].concat()).unwrap();
        let torn = case.open().unwrap().open_report().torn.clone().unwrap();
        assert_eq!(fs::read_to_string(torn.saved_to).unwrap(), tail);
    }
    let saved = |suffix: &str| format!("log.gather.torn-{start}{suffix}");
    assert_eq!(case.names(), ["log.gather".into(), saved(""), saved("-2"), saved("-3")]);
}

#[test]
fn zeros_behind_the_last_frame_are_its_end() {
    let sound = Sound::new();
    for zeros in [1, 79, 80, 81, 300_000] {
        let case = Case::new(&[&*sound.bytes, &vec![0; zeros]].concat());
        let log = case.open().unwrap();
        assert!(log.open_report().torn.is_none(), "{zeros}");
        assert_eq!(stored(&log), sound.batches, "{zeros}");
        log.append(&[batch(FRAMES + 1)]).unwrap();
        drop(log);
        let log = case.open().unwrap();
        assert!(log.open_report().torn.is_none(), "{zeros}");
        assert_eq!(log.anchor().unwrap().position, sound.batches[19].last().plus(2), "{zeros}");
    }
}

#[test]
fn garbage_behind_the_last_frame_is_saved() {
    let sound = Sound::new();
    let late = [vec![0; 300_000], vec![1]].concat();
    for garbage in [b"x".to_vec(), vec![0xFF; 1_000], late] {
        let bytes = [&*sound.bytes, &garbage].concat();
        check_torn(&Case::new(&bytes), &sound, &bytes, sound.bytes.len());
    }
}

/// A group of batches is written at once. If the disk has kept its end and lost its middle, nobody was told.
#[test]
fn a_whole_frame_of_the_same_write_does_not_make_a_torn_tail_damage() {
    let case = Case::new(&[]);
    fs::remove_file(&case.path).unwrap();
    let log = case.open().unwrap();
    log.append(&[batch(1)]).unwrap();
    let start = fs::read(&case.path).unwrap().len();
    log.append(&[batch(2), batch(3), batch(4)]).unwrap();
    drop(log);
    let mut bytes = fs::read(&case.path).unwrap();
    bytes[start..start + 100].fill(0);
    fs::write(&case.path, &bytes).unwrap();
    let log = case.open().unwrap();
    assert_eq!(stored(&log).len(), 1);
    assert_eq!(log.open_report().torn.as_ref().unwrap().offset, u64::try_from(start).unwrap());
}

/// Frames of this log in another place, or of another log, prove nothing.
#[test]
fn a_copied_frame_is_no_frame() {
    let (sound, other) = (Sound::new(), Sound::new());
    let own = sound.bytes[sound.starts[3]..sound.starts[5]].to_vec();
    let foreign = other.bytes[other.starts[3]..other.starts[5]].to_vec();
    for copied in [own, foreign] {
        let bytes = [&*sound.bytes, &copied].concat();
        check_torn(&Case::new(&bytes), &sound, &bytes, sound.bytes.len());
    }
    let mut bytes = sound.bytes[..sound.starts[3]].to_vec();
    bytes.extend_from_slice(&other.bytes[other.starts[3]..]);
    check_torn(&Case::new(&bytes), &sound, &bytes, sound.starts[3]);
}

/// Opens bytes that must not be opened, and sees that nothing of them or beside them has changed.
fn refused(bytes: &[u8]) -> Error {
    let case = Case::new(bytes);
    let error = case.open().unwrap_err();
    assert_eq!(fs::read(&case.path).unwrap(), bytes, "{error}");
    assert_eq!(names(case.folder.path()), ["log.gather"], "{error}");
    assert!(error.to_string().contains("log.gather"), "{error}");
    error
}

#[test]
fn what_is_no_log_is_told_so_and_left_alone() {
    let sound = Sound::new().bytes;
    for bytes in [&[][..], b"x", b"%PDF-1.7 another program's file", &[0; 4_096], &[b' '; 127]] {
        assert!(refused(bytes).is_not_a_log());
    }
    for length in 1..FILE_HEADER {
        let error = refused(&sound[..length]);
        assert!(error.is_not_a_log() && error.to_string().contains("ends within its header"), "{error}");
    }
}

#[test]
fn a_newer_format_is_named_beside_the_one_that_is_known() {
    let mut bytes = Sound::new().bytes;
    bytes[8] = 7;
    let checksum = crc32fast::hash(&bytes[..FILE_HEADER - 4]);
    bytes[FILE_HEADER - 4..FILE_HEADER].copy_from_slice(&checksum.to_le_bytes());
    let error = refused(&bytes);
    assert!(error.is_newer(), "{error}");
    assert!(error.to_string().contains("format 7; this version reads format 0"), "{error}");
}

#[test]
fn a_damaged_file_header_is_damage_at_the_beginning() {
    let mut bytes = Sound::new().bytes;
    bytes[60] ^= 1;
    let error = refused(&bytes);
    assert!(error.is_corrupt() && error.offset() == Some(0), "{error}");
}

#[test]
fn a_folder_in_the_place_of_a_file_is_left_alone() {
    let folder = folder();
    fs::create_dir(folder.path().join("log.gather")).unwrap();
    let error = FileLog::open_in(folder.path()).unwrap_err();
    assert!(error.is_not_a_log(), "{error}");
    assert_eq!(names(folder.path()), ["log.gather"]);
}

#[test]
fn what_the_file_system_refuses_is_unavailable_with_its_cause() {
    let folder = folder();
    fs::create_dir(folder.path().join("lock.gather")).unwrap();
    let error = FileLog::open_in(folder.path()).unwrap_err();
    assert!(error.is_unavailable() && error.may_retry(), "{error}");
    assert!(std::error::Error::source(&error).is_some(), "{error}");
    assert_eq!(names(folder.path()), ["lock.gather"]);

    let file = folder.path().join("file");
    fs::write(&file, b"x").unwrap();
    assert!(FileLog::open_in(file.join("below")).unwrap_err().is_unavailable());
    assert!(FileLog::open(folder.path().join("no/log.gather")).unwrap_err().is_unavailable());
}

/// Both halves are whole and of this log, but of two of its pasts.
#[test]
fn a_frame_that_does_not_follow_is_damage() {
    let case = Case::new(&[]);
    fs::remove_file(&case.path).unwrap();
    drop(case.open().unwrap());
    let header = fs::read(&case.path).unwrap();
    let write = |id| {
        fs::write(&case.path, &header).unwrap();
        let log = case.open().unwrap();
        log.append(&[batch(id)]).unwrap();
        let start = fs::read(&case.path).unwrap().len();
        log.append(&[batch(9)]).unwrap();
        (fs::read(&case.path).unwrap(), start)
    };
    let ((one, start), (other, same_start)) = (write(2), write(4));
    assert_eq!(start, same_start);
    fs::write(&case.path, [&one[..start], &other[start..]].concat()).unwrap();
    let error = case.open().unwrap_err();
    assert!(error.is_corrupt() && error.offset() == Some(u64::try_from(start).unwrap()), "{error}");
    assert!(error.to_string().contains("chain"), "{error}");
}
