//! Damaged, foreign, restored and newer files are told apart and named; what was torn is not called damage.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::fs;
use std::iter;
use std::path::Path;

use gather::log::{Batch, Error, FileLog, Guard, HeadSync, Log, Scope, StoredBatch};
use gather::{Desk, Fact, GatheringId, Position, RequestId};
use tempfile::TempDir;

use crate::ram::Ram;

const FILE_HEADER: usize = 128;
const FRAME_HEADER: usize = 80;
const SECTOR: usize = 512;
const LOG: &str = "f/log.gather";
const HEAD: &str = "f/head.gather";
/// Where the slots of the head lie, and how long they are.
const SLOTS: [usize; 3] = [0, 4_096, 8_192];
const SLOT: usize = 96;

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

#[expect(clippy::unnecessary_wraps, reason = "it is compared with what an error says, if it says anything")]
fn offset(place: usize) -> Option<u64> {
    Some(u64::try_from(place).unwrap())
}

/// `GATHER_SOAK` multiplies the cases, for a long run.
fn soak() -> usize {
    std::env::var("GATHER_SOAK").ok().and_then(|soak| soak.parse().ok()).unwrap_or(1)
}

/// A closed log whose frames were each synced before the next.
struct Sound {
    bytes: Vec<u8>,
    /// The head of the closed log.
    head: Vec<u8>,
    /// The head as it was when so many frames were there.
    heads: Vec<Vec<u8>>,
    /// Where each frame begins; the last entry is the end.
    starts: Vec<usize>,
    batches: Vec<StoredBatch>,
}

impl Sound {
    fn new(frames: u128) -> Self {
        let ram = Ram::default();
        let log = ram.options().open(LOG).unwrap();
        let mut heads = vec![ram.get(HEAD)];
        for id in 1..=frames {
            store(&log, &[batch(id)]);
            heads.push(ram.get(HEAD));
        }
        let batches = stored(&log);
        drop(log);
        let bytes = ram.get(LOG);
        let starts = starts(&bytes);
        Self { bytes, head: ram.get(HEAD), heads, starts, batches }
    }

    fn frames(&self) -> usize {
        self.batches.len()
    }

    fn end(&self) -> usize {
        self.bytes.len()
    }

    /// How many whole frames end at or before a place.
    fn frames_before(&self, place: usize) -> usize {
        self.starts.iter().filter(|start| **start <= place).count() - 1
    }

    /// Where the frame begins that has a place in it, the file's header counting as one.
    fn start_of(&self, place: usize) -> usize {
        if place < FILE_HEADER { 0 } else { self.starts[self.frames_before(place)] }
    }

    fn last_start(&self) -> usize {
        self.starts[self.frames() - 1]
    }

    /// The same log with other bytes and the head that it has.
    fn with_bytes(&self, bytes: &[u8]) -> Ram {
        Ram::with(&[(LOG, bytes), (HEAD, &self.head)])
    }

    /// Other bytes with the head of when there was no frame.
    fn with_first_head(&self, bytes: &[u8]) -> Ram {
        Ram::with(&[(LOG, bytes), (HEAD, &self.heads[0])])
    }
}

/// Stores batches without a look at those before them.
fn store(log: &FileLog, batches: &[Batch]) {
    let head = log.anchor().unwrap().position;
    let stored = log.exclusive(head, &mut |_| batches.to_vec()).unwrap();
    assert_eq!(stored.batches.len(), batches.len());
}

/// Where the frames of a sound file begin, and its end.
fn starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![FILE_HEADER];
    let mut at = FILE_HEADER;
    while at < bytes.len() {
        let length = u32::from_le_bytes(bytes[at + 8..at + 12].try_into().unwrap());
        at += FRAME_HEADER + usize::try_from(length).unwrap();
        starts.push(at);
    }
    assert_eq!(at, bytes.len(), "a closed log ends with its last frame");
    starts
}

fn open(ram: &Ram) -> Result<FileLog, Error> {
    ram.options().open(LOG)
}

fn stored(log: &FileLog) -> Vec<StoredBatch> {
    log.read(Position::START, usize::MAX).unwrap().batches
}

/// Opens what must not be opened, and sees that nothing was changed.
fn refused(ram: &Ram) -> Error {
    let changes = ram.changes();
    let error = open(ram).unwrap_err();
    assert_eq!(ram.changes(), changes, "{error}");
    assert!(error.to_string().contains(".gather"), "{error}");
    error
}

/// Opens a log whose tail from `start` on is torn: what is before it stays, the tail is saved and reported.
fn check_torn(ram: &Ram, sound: &Sound, start: usize) {
    let bytes = ram.get(LOG);
    let log = open(ram).unwrap();
    let torn = log.open_report().torn.clone().unwrap();
    assert_eq!(stored(&log), sound.batches[..sound.frames_before(start)]);
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    assert_eq!((Some(torn.offset), Some(torn.bytes)), (offset(start), offset(end - start)));
    assert_eq!(ram.get(torn.saved_to.to_str().unwrap()), bytes[start..end]);
    assert_eq!(ram.get(LOG), bytes[..start]);
}

/// By default one bit of every seventeen, which is every bit of a header in one frame or another; all with `GATHER_SOAK`.
#[test]
fn every_flipped_bit_of_a_closed_log_is_an_error_at_its_frame() {
    let sound = Sound::new(1_000);
    let stride = if soak() > 1 { 1 } else { 17 };
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let sound = &sound;
            scope.spawn(move || {
                let ram = sound.with_bytes(&sound.bytes);
                for bit in (0..sound.end() * 8).step_by(stride).skip(worker).step_by(2) {
                    let (place, mask) = (bit / 8, 1 << (bit % 8));
                    ram.change(LOG, |bytes| bytes[place] ^= mask);
                    let error = refused(&ram);
                    assert_eq!(error.offset(), offset(sound.start_of(place)), "bit {bit}: {error}");
                    assert!(error.is_corrupt() || (place < 8 && error.is_not_a_log()), "bit {bit}: {error}");
                    ram.change(LOG, |bytes| bytes[place] ^= mask);
                }
                assert_eq!(stored(&open(&ram).unwrap()).len(), 1_000);
            });
        }
    });
}

/// Each frame says that those before it were durable. Only behind the last one, and behind the head, is there nobody to say it.
#[test]
fn where_the_head_lags_a_flipped_bit_is_an_error_or_in_a_reported_tail() {
    let sound = Sound::new(20);
    for bit in 0..sound.end() * 8 {
        let place = bit / 8;
        let mut bytes = sound.bytes.clone();
        bytes[place] ^= 1 << (bit % 8);
        let ram = Ram::with(&[(LOG, &bytes), (HEAD, &sound.heads[bit % 20])]);
        if place >= sound.last_start() {
            check_torn(&ram, &sound, sound.last_start());
            continue;
        }
        let error = refused(&ram);
        assert_eq!(error.offset(), offset(sound.start_of(place)), "bit {bit}: {error}");
    }
}

/// One slot is enough: no flipped bit makes the head be missed, and none makes it say something else.
#[test]
fn a_flipped_bit_in_the_head_changes_nothing() {
    let sound = Sound::new(20);
    for (slot, bit) in SLOTS.iter().flat_map(|slot| (0..SLOT * 8).map(move |bit| (slot, bit))) {
        let mut head = sound.head.clone();
        head[slot + bit / 8] ^= 1 << (bit % 8);
        let log = open(&Ram::with(&[(LOG, &sound.bytes), (HEAD, &head)])).unwrap();
        assert_eq!(stored(&log), sound.batches);
        assert!(
            log.open_report().torn.is_none() && log.open_report().lag.is_none(),
            "slot {slot}, bit {bit}"
        );
    }
}

/// Small numbers that look like chance, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }

    /// Some sector of a file, whole or up to the end of the file.
    fn sector(&mut self, bytes: &[u8]) -> std::ops::Range<usize> {
        let at = self.below(bytes.len().div_ceil(SECTOR)) * SECTOR;
        at..(at + SECTOR).min(bytes.len())
    }

    fn damage(&mut self, sound: &Sound) -> Vec<u8> {
        let mut bytes = sound.bytes.clone();
        match self.below(8) {
            0 => {
                let at = self.below(bytes.len());
                let end = (at + 1 + self.below(64)).min(bytes.len());
                bytes[at..end].iter_mut().for_each(|byte| *byte ^= u8::try_from(self.below(256)).unwrap());
            }
            1 => bytes[self.sector(&sound.bytes)].fill(0),
            2 => {
                let (one, other) = (self.sector(&sound.bytes), self.sector(&sound.bytes));
                let length = one.len().min(other.len());
                bytes[one.start..one.start + length].copy_from_slice(&sound.bytes[other.start..][..length]);
                bytes[other.start..other.start + length].copy_from_slice(&sound.bytes[one.start..][..length]);
            }
            3 => {
                let (from, to) = (self.sector(&sound.bytes), self.sector(&sound.bytes));
                let length = from.len().min(to.len());
                bytes[to.start..to.start + length].copy_from_slice(&sound.bytes[from.start..][..length]);
            }
            4 => {
                let frame = sound.starts[self.below(sound.frames())];
                let bound = if self.below(2) == 0 { 1 << 31 } else { 400 };
                let length = u32::try_from(self.below(bound)).unwrap();
                bytes[frame + 8..frame + 12].copy_from_slice(&length.to_le_bytes());
            }
            5 => bytes.truncate(self.below(bytes.len() - FILE_HEADER) + FILE_HEADER),
            6 => {
                // A sector as it was when only some of the frames were there.
                let (end, stale) = (sound.starts[self.below(sound.frames())], self.sector(&sound.bytes));
                let from = end.clamp(stale.start, stale.end);
                bytes[from..stale.end].fill(0);
            }
            _ => {
                let at = self.below(bytes.len());
                let end = (at + 1 + self.below(3 * SECTOR)).min(bytes.len());
                bytes[at..end].fill(if self.below(2) == 0 { 0 } else { 0xFF });
            }
        }
        bytes
    }
}

/// The first place at which bytes are no longer those of the log; `None` if they all are.
fn first_change(sound: &Sound, bytes: &[u8]) -> Option<usize> {
    let common = sound.bytes.iter().zip(bytes).take_while(|(one, other)| one == other).count();
    (common < sound.end()).then_some(common)
}

#[test]
fn no_damage_to_a_closed_log_is_silent_and_none_is_named_elsewhere() {
    let (sound, mut dice) = (Sound::new(60), Dice(0x9E37_79B9_7F4A_7C15));
    let ram = sound.with_bytes(&sound.bytes);
    // What changes no byte of the log is no damage, and is not counted.
    let damages = iter::from_fn(|| Some(dice.damage(&sound)))
        .filter_map(|bytes| Some((first_change(&sound, &bytes)?, bytes)));
    for (case, (place, bytes)) in damages.take(20_000 * soak()).enumerate() {
        ram.change(LOG, |log| log.clone_from(&bytes));
        let error = refused(&ram);
        assert_eq!(error.offset(), offset(sound.start_of(place)), "case {case}: {error}");
        assert!(error.is_corrupt() || (place < 8 && error.is_not_a_log()), "case {case}: {error}");
    }
}

/// Where the head lags, what is before it is held as ever; behind it a lost end may be cut off, but is told of, unless
/// there is nothing left of it.
#[test]
fn where_the_head_lags_no_damage_before_it_is_missed() {
    let (sound, mut dice) = (Sound::new(60), Dice(0x2545_F491_4F6C_DD1D));
    for case in 0..4_000 * soak() {
        let bytes = dice.damage(&sound);
        let Some(place) = first_change(&sound, &bytes) else { continue };
        let (known, start) = (dice.below(60), sound.start_of(place));
        let ram = Ram::with(&[(LOG, &bytes), (HEAD, &sound.heads[known])]);
        match open(&ram) {
            Err(error) => assert_eq!(error.offset(), offset(start), "case {case}: {error}"),
            Ok(log) => {
                assert!(sound.starts[known] <= start, "case {case}: what was durable is cut off");
                assert_eq!(stored(&log), sound.batches[..sound.frames_before(start)], "case {case}");
                let torn = log.open_report().torn.as_ref().map(|torn| torn.offset);
                let nothing_left = bytes[start.min(bytes.len())..].iter().all(|byte| *byte == 0);
                assert_eq!(torn, if nothing_left { None } else { offset(start) }, "case {case}");
            }
        }
    }
}

/// A log with some frames, and a group behind them that is being written.
struct Group {
    /// The file before and after the write, room included.
    before: Vec<u8>,
    after: Vec<u8>,
    /// The heads that may be there: as it is, and as it was at first.
    heads: [Vec<u8>; 2],
    /// Where each frame of the group begins; the last entry is its end.
    starts: Vec<usize>,
    batches: Vec<StoredBatch>,
}

const ACKNOWLEDGED: u128 = 6;

impl Group {
    fn new() -> Self {
        let ram = Ram::default();
        let log = open(&ram).unwrap();
        let first_head = ram.get(HEAD);
        (1..=ACKNOWLEDGED).for_each(|id| store(&log, &[batch(id)]));
        let (mut before, head) = (ram.get(LOG), ram.get(HEAD));
        let group: Vec<_> = (ACKNOWLEDGED + 1..=ACKNOWLEDGED + 24).map(batch).collect();
        store(&log, &group);
        let (mut after, batches) = (ram.get(LOG), stored(&log));
        drop(log);
        let closed = ram.get(LOG);
        let starts = starts(&closed).split_off(usize::try_from(ACKNOWLEDGED).unwrap());
        // More of the room would only take longer.
        let sectors = closed.len().div_ceil(SECTOR) * SECTOR;
        for bytes in [&mut before, &mut after] {
            bytes.truncate(sectors);
        }
        Self { before, after, heads: [head, first_head], starts, batches }
    }

    /// What opening makes of a file in which some of the group is there.
    fn check(&self, bytes: &[u8]) {
        let whole = |ends: &&[usize]| bytes[ends[0]..ends[1]] == self.after[ends[0]..ends[1]];
        let frames = self.starts.windows(2).take_while(whole).count();
        let left = bytes[self.starts[frames]..].iter().any(|byte| *byte != 0);
        for head in &self.heads {
            let log = open(&Ram::with(&[(LOG, bytes), (HEAD, head)])).unwrap();
            let expected = usize::try_from(ACKNOWLEDGED).unwrap() + frames;
            assert_eq!(stored(&log), self.batches[..expected]);
            let torn = log.open_report().torn.as_ref().map(|torn| torn.offset);
            assert_eq!(torn, if left { offset(self.starts[frames]) } else { None });
        }
    }
}

#[test]
fn a_group_torn_at_any_byte_is_no_damage_and_takes_nothing_acknowledged_with_it() {
    let group = Group::new();
    let (start, end) = (group.starts[0], *group.starts.last().unwrap());
    for cut in start..=end {
        let mut bytes = group.after.clone();
        bytes[cut..end].fill(0);
        group.check(&bytes);
        // The end may have reached the disk and the beginning not.
        let mut bytes = group.after.clone();
        bytes[start..cut].fill(0);
        group.check(&bytes);
    }
}

#[test]
fn a_group_of_which_any_sectors_reached_the_disk_is_no_damage() {
    let group = Group::new();
    let sectors: Vec<_> = (group.starts[0] / SECTOR..group.starts.last().unwrap().div_ceil(SECTOR)).collect();
    assert!((6..=9).contains(&sectors.len()), "{} sectors", sectors.len());
    for subset in 0_u32..1 << sectors.len() {
        let mut bytes = group.before.clone();
        for (_, sector) in sectors.iter().enumerate().filter(|(nth, _)| subset & (1 << nth) != 0) {
            let place = sector * SECTOR..(sector + 1) * SECTOR;
            bytes[place.clone()].copy_from_slice(&group.after[place]);
        }
        group.check(&bytes);
    }
}

#[test]
fn a_file_cut_anywhere_is_damage_by_its_head_and_a_prefix_without_it() {
    let sound = Sound::new(20);
    for length in FILE_HEADER..sound.end() {
        let (bytes, start) = (&sound.bytes[..length], sound.start_of(length));
        let error = refused(&sound.with_bytes(bytes));
        assert!(error.is_corrupt() && error.offset() == offset(start), "{error}");

        let ram = sound.with_first_head(bytes);
        if start < length {
            check_torn(&ram, &sound, start);
            continue;
        }
        let log = open(&ram).unwrap();
        assert_eq!(stored(&log), sound.batches[..sound.frames_before(length)]);
        assert!(log.open_report().torn.is_none());
    }
}

#[test]
fn a_log_goes_on_after_its_torn_tail() {
    let sound = Sound::new(20);
    let ram = sound.with_first_head(&sound.bytes[..sound.end() - 1]);
    let log = open(&ram).unwrap();
    log.append(&[batch(20)]).unwrap();
    assert_eq!(stored(&log), sound.batches);
    drop(log);
    let log = open(&ram).unwrap();
    assert!(log.open_report().torn.is_none());
    assert_eq!(stored(&log), sound.batches);
}

#[test]
fn an_earlier_saved_tail_is_never_written_over() {
    let sound = Sound::new(20);
    let start = sound.last_start();
    let ram = sound.with_first_head(&[]);
    for tail in ["first", "second", "third"] {
        ram.put(HEAD, &sound.heads[0]);
        ram.put(LOG, &[&sound.bytes[..start], tail.as_bytes()].concat());
        let torn = open(&ram).unwrap().open_report().torn.clone().unwrap();
        assert_eq!(ram.get(torn.saved_to.to_str().unwrap()), tail.as_bytes());
    }
    let saved = |suffix: &str| format!("{LOG}.torn-{start}{suffix}");
    assert_eq!(ram.names(), [HEAD.into(), LOG.into(), saved(""), saved("-2"), saved("-3")]);
}

#[test]
fn zeros_behind_the_last_frame_are_its_end() {
    let sound = Sound::new(20);
    for zeros in [1, 79, 80, 81, 300_000] {
        let ram = sound.with_bytes(&[&*sound.bytes, &vec![0; zeros]].concat());
        let log = open(&ram).unwrap();
        assert!(log.open_report().torn.is_none(), "{zeros}");
        assert_eq!(stored(&log), sound.batches, "{zeros}");
        log.append(&[batch(21)]).unwrap();
        drop(log);
        let log = open(&ram).unwrap();
        assert!(log.open_report().torn.is_none(), "{zeros}");
        assert_eq!(stored(&log).len(), 21, "{zeros}");
    }
}

#[test]
fn garbage_behind_the_last_frame_is_saved() {
    let sound = Sound::new(20);
    let late = [vec![0; 300_000], vec![1]].concat();
    for garbage in [b"x".to_vec(), vec![0xFF; 1_000], late] {
        check_torn(&sound.with_bytes(&[&*sound.bytes, &garbage].concat()), &sound, sound.end());
    }
}

/// Frames of this log in another place, or of another log, prove nothing.
#[test]
fn a_copied_frame_is_no_frame() {
    let (sound, other) = (Sound::new(20), Sound::new(20));
    let own = &sound.bytes[sound.starts[3]..sound.starts[5]];
    let foreign = &other.bytes[other.starts[3]..other.starts[5]];
    for copied in [own, foreign] {
        check_torn(&sound.with_bytes(&[&*sound.bytes, copied].concat()), &sound, sound.end());
    }
    let mut bytes = sound.bytes[..sound.starts[3]].to_vec();
    bytes.extend_from_slice(&other.bytes[other.starts[3]..]);
    check_torn(&sound.with_first_head(&bytes), &sound, sound.starts[3]);
    assert_eq!(refused(&sound.with_bytes(&bytes)).offset(), offset(sound.starts[3]));
}

#[test]
fn a_head_that_lags_is_told_of_and_what_is_behind_it_kept() {
    let sound = Sound::new(20);
    let log = open(&Ram::with(&[(LOG, &sound.bytes), (HEAD, &sound.heads[17])])).unwrap();
    assert_eq!(stored(&log), sound.batches);
    let lag = log.open_report().lag.unwrap();
    assert_eq!((lag.batches, Some(lag.bytes)), (3, offset(sound.end() - sound.starts[17])));
    assert!(log.open_report().torn.is_none());
}

#[test]
fn a_missing_head_is_an_error_that_says_how_to_make_one() {
    let sound = Sound::new(20);
    let ram = Ram::with(&[(LOG, &sound.bytes)]);
    let error = refused(&ram);
    assert!(error.is_headless() && error.to_string().contains("rebuild_head"), "{error}");
    assert_eq!(ram.names(), [LOG]);

    let log = ram.options().rebuild_head().open(LOG).unwrap();
    assert!(log.open_report().head_rebuilt);
    assert_eq!(stored(&log), sound.batches);
    drop(log);
    assert!(!open(&ram).unwrap().open_report().head_rebuilt);
}

/// Whoever made the log may have stopped before it made the head.
#[test]
fn a_missing_head_of_a_log_without_records_is_made() {
    let sound = Sound::new(1);
    for zeros in [0, 70_000] {
        let ram = Ram::with(&[(LOG, &[&sound.bytes[..FILE_HEADER], &vec![0; zeros]].concat())]);
        assert!(stored(&open(&ram).unwrap()).is_empty());
        assert_eq!(ram.names(), [HEAD, LOG]);
    }
    let ram = Ram::with(&[(LOG, &[&sound.bytes[..FILE_HEADER], &b"half a frame"[..]].concat())]);
    assert!(refused(&ram).is_headless(), "it may be a damaged one");
}

#[test]
fn a_wrong_head_file_is_told_and_left_alone() {
    let (sound, other) = (Sound::new(20), Sound::new(20));
    let mut bad = sound.head.clone();
    for slot in SLOTS {
        bad[slot + 40] ^= 1;
    }
    for head in [&*other.head, &*bad, b"", b"%PDF-1.7", &sound.head[..50]] {
        let ram = Ram::with(&[(LOG, &sound.bytes), (HEAD, head)]);
        let error = refused(&ram);
        assert!(error.is_headless() && error.to_string().contains("head.gather"), "{error}");
        let log = ram.options().rebuild_head().open(LOG).unwrap();
        assert_eq!(stored(&log), sound.batches);
    }
}

#[test]
fn a_restored_old_copy_is_told_by_the_newer_head() {
    let sound = Sound::new(20);
    let copy = &sound.bytes[..sound.starts[12]];
    let ram = sound.with_bytes(copy);
    let error = refused(&ram);
    assert!(error.is_corrupt() && error.offset() == offset(copy.len()), "{error}");
    assert!(error.to_string().contains("old copy"), "{error}");
    let log = ram.options().rebuild_head().open(LOG).unwrap();
    assert_eq!(stored(&log), sound.batches[..12]);
    log.append(&[batch(99)]).unwrap();
    drop(log);
    assert_eq!(stored(&open(&ram).unwrap()).len(), 13);
}

#[test]
fn a_restored_log_with_its_own_older_head_opens() {
    let sound = Sound::new(20);
    let ram = Ram::with(&[(LOG, &sound.bytes[..sound.starts[12]]), (HEAD, &sound.heads[12])]);
    let log = open(&ram).unwrap();
    assert_eq!(stored(&log), sound.batches[..12]);
    assert!(log.open_report().lag.is_none());
}

/// Two pasts of one log, of the same length, that part behind the first frame.
fn two_pasts() -> [(Vec<u8>, Vec<u8>); 2] {
    let ram = Ram::default();
    drop(open(&ram).unwrap());
    let (header, head) = (ram.get(LOG), ram.get(HEAD));
    [2, 4].map(|second| {
        let ram = Ram::with(&[(LOG, &header), (HEAD, &head)]);
        let log = open(&ram).unwrap();
        for id in [1, second, 9] {
            store(&log, &[batch(id)]);
        }
        drop(log);
        (ram.get(LOG), ram.get(HEAD))
    })
}

#[test]
fn a_head_of_another_past_is_not_believed() {
    let [(one, _), (other, head)] = two_pasts();
    assert_eq!(one.len(), other.len());
    let error = refused(&Ram::with(&[(LOG, &one), (HEAD, &head)]));
    assert!(error.is_diverged() && error.offset() == offset(one.len()), "{error}");
    assert!(open(&Ram::with(&[(LOG, &other), (HEAD, &head)])).is_ok());
}

/// Both halves are whole and of this log, but of two of its pasts. Opening goes by checksums; who reads checks the chain.
#[test]
fn two_spliced_pasts_are_found_by_reading() {
    let [(one, _), (other, head)] = two_pasts();
    let start = starts(&one)[2];
    let ram = Ram::with(&[(LOG, &[&one[..start], &other[start..]].concat()), (HEAD, &head)]);
    let log = open(&ram).unwrap();
    let error = log.read(Position::START, 9).unwrap_err();
    assert!(error.is_corrupt() && error.offset() == offset(start), "{error}");
    assert!(error.to_string().contains("chain"), "{error}");
    let error = log.append(&[batch(33)]).unwrap_err();
    assert!(error.is_corrupt() && error.offset() == offset(start), "{error}");
}

#[test]
fn a_log_that_is_gone_is_not_begun_anew_beside_its_head() {
    let sound = Sound::new(3);
    let ram = Ram::with(&[(HEAD, &sound.head)]);
    let error = refused(&ram);
    assert!(error.is_corrupt() && error.to_string().contains("gone"), "{error}");
    assert!(ram.options().rebuild_head().open(LOG).unwrap_err().is_corrupt());
    assert_eq!(ram.names(), [HEAD]);
}

#[test]
fn what_is_no_log_is_told_so_and_left_alone() {
    let sound = Sound::new(20).bytes;
    for bytes in [&[][..], b"x", b"%PDF-1.7 another program's file", &[0; 4_096], &[b' '; 127]] {
        assert!(refused(&Ram::with(&[(LOG, bytes)])).is_not_a_log());
    }
    for length in 1..FILE_HEADER {
        let error = refused(&Ram::with(&[(LOG, &sound[..length])]));
        assert!(error.is_not_a_log() && error.to_string().contains("ends within its header"), "{error}");
    }
}

#[test]
fn no_lock_is_left_beside_a_file_that_is_no_log() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("log.gather"), b"another program's file").unwrap();
    assert!(FileLog::open_in(folder.path()).unwrap_err().is_not_a_log());
    assert_eq!(names(folder.path()), ["log.gather"]);
}

#[test]
fn a_newer_format_is_named_beside_the_one_that_is_known() {
    let sound = Sound::new(2);
    let mut bytes = sound.bytes.clone();
    bytes[8] = 7;
    let checksum = crc32fast::hash(&bytes[..FILE_HEADER - 4]);
    bytes[FILE_HEADER - 4..FILE_HEADER].copy_from_slice(&checksum.to_le_bytes());
    let error = refused(&sound.with_bytes(&bytes));
    assert!(error.is_newer(), "{error}");
    assert!(error.to_string().contains("format 7; this version reads format 1"), "{error}");
}

/// The draft before the first format: it is not damage, and no newer version reads it either.
#[test]
fn format_0_is_refused_by_name_and_left_alone() {
    let sound = Sound::new(2);
    let mut bytes = sound.bytes.clone();
    bytes[8] = 0;
    let checksum = crc32fast::hash(&bytes[..FILE_HEADER - 4]);
    bytes[FILE_HEADER - 4..FILE_HEADER].copy_from_slice(&checksum.to_le_bytes());
    let error = refused(&sound.with_bytes(&bytes));
    assert!(error.is_older() && !error.is_newer() && !error.is_corrupt(), "{error}");
    assert!(
        error.to_string().contains("format 0, a draft that is read no more; this version reads format 1"),
        "{error}"
    );

    let mut head = sound.head.clone();
    head[8] = 0;
    let salted = [&sound.bytes[32..48], &head[..SLOT - 4]].concat();
    head[SLOT - 4..SLOT].copy_from_slice(&crc32fast::hash(&salted).to_le_bytes());
    let error = refused(&Ram::with(&[(LOG, &sound.bytes), (HEAD, &head)]));
    assert!(error.is_older() && error.to_string().contains("head.gather"), "{error}");
}

#[test]
fn a_newer_head_is_named_and_left_alone() {
    let sound = Sound::new(2);
    let mut head = sound.head.clone();
    head[8] = 2;
    let salted = [&sound.bytes[32..48], &head[..SLOT - 4]].concat();
    head[SLOT - 4..SLOT].copy_from_slice(&crc32fast::hash(&salted).to_le_bytes());
    let error = refused(&Ram::with(&[(LOG, &sound.bytes), (HEAD, &head)]));
    assert!(error.is_newer() && error.to_string().contains("head.gather"), "{error}");
}

#[test]
fn a_damaged_file_header_is_damage_at_the_beginning() {
    let sound = Sound::new(2);
    let mut bytes = sound.bytes.clone();
    bytes[60] ^= 1;
    let error = refused(&sound.with_bytes(&bytes));
    assert!(error.is_corrupt() && error.offset() == Some(0), "{error}");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
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
    assert!(error.is_unavailable() && !error.may_retry(), "somebody has to remove it: {error}");
    assert!(std::error::Error::source(&error).is_some(), "{error}");
    assert_eq!(names(folder.path()), ["lock.gather"]);

    let file = folder.path().join("file");
    fs::write(&file, b"x").unwrap();
    assert!(FileLog::open_in(file.join("below")).unwrap_err().is_unavailable());
    assert!(FileLog::open(folder.path().join("no/log.gather")).unwrap_err().is_unavailable());
}

#[test]
fn a_path_that_vanishes_takes_nothing_that_would_be_lost() {
    let outside = folder();
    let folder = outside.path().join("bookings");
    let log = FileLog::open_in(&folder).unwrap();
    log.append(&[batch(1)]).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let error = log.append(&[batch(2)]).unwrap_err();
    assert!(error.is_diverged() && error.was_written() == Some(false), "{error}");
    assert!(error.to_string().contains("save it with `backup`"), "{error}");
    let saved = outside.path().join("saved");
    assert_eq!(gather::log::backup(&log, &saved, &mut |_| ()).unwrap(), log.anchor().unwrap());
    drop(log);
    assert!(!folder.exists(), "closing makes nothing");
    assert_eq!(stored(&FileLog::open_in(&saved).unwrap()).len(), 1);
}

/// As where its disk is not mounted: an empty log in its place would take bookings that nobody finds again.
#[test]
fn a_log_that_must_be_there_is_not_made() {
    let outside = folder();
    let folder = outside.path().join("bookings");
    let options = FileLog::options().must_exist();
    for make in [false, true] {
        if make {
            fs::create_dir(&folder).unwrap();
        }
        let error = options.open_in(&folder).unwrap_err();
        assert!(error.is_missing() && !error.may_retry() && error.was_written() == Some(false), "{error}");
        let error = Desk::builder().must_exist().open(&folder).unwrap_err();
        assert!(error.log().is_some_and(Error::is_missing) && !error.may_retry(), "{error}");
        assert_eq!(folder.exists(), make);
    }
    assert!(names(&folder).is_empty(), "not even a lock");
    drop(FileLog::open_in(&folder).unwrap());
    drop(options.open_in(&folder).unwrap());
}

#[test]
fn a_medium_that_takes_nothing_is_only_read() {
    let sound = Sound::new(20);
    let ram = sound.with_bytes(&sound.bytes);
    ram.make_read_only();
    let error = refused(&ram);
    assert!(error.is_unavailable(), "{error}");
    let reader = ram.options().open_to_read(LOG).unwrap();
    assert_eq!(reader.read(Position::START, usize::MAX).unwrap().batches, sound.batches);
    assert_eq!(ram.changes(), 0);
}

/// What is written ahead is gone when the log is closed, and larger groups than there is room for get theirs.
#[test]
fn room_is_made_ahead_and_cut_off_on_closing() {
    let ram = Ram::default();
    let log = open(&ram).unwrap();
    assert_eq!(ram.get(LOG).len(), FILE_HEADER, "none before there is anything to write");
    log.append(&[batch(1)]).unwrap();
    assert_eq!(ram.get(LOG).len(), FILE_HEADER + 64 * 1_024);
    let group: Vec<_> = (2..2_002).map(batch).collect();
    log.append(&group).unwrap();
    let roomy = ram.get(LOG);
    log.make_room().unwrap();
    drop(log);
    let closed = ram.get(LOG);
    assert_eq!(starts(&closed).len(), 2_002);
    assert!(closed.len() > 2 * 64 * 1_024 && roomy.starts_with(&closed));
    assert!(roomy[closed.len()..].iter().all(|byte| *byte == 0));
}

#[test]
fn a_full_disk_stores_nothing_and_the_log_goes_on_when_there_is_room() {
    let ram = Ram::default();
    let log = open(&ram).unwrap();
    ram.bound(40_000);
    let mut told = 0;
    let error = loop {
        match log.append(&[batch(told + 1)]) {
            Ok(_) => told += 1,
            Err(error) => break error,
        }
    };
    assert!(told > 50, "the little room that there is is used: {told}");
    assert!(error.is_full() && error.may_retry() && error.was_written() == Some(false), "{error}");
    assert!(log.make_room().unwrap_err().is_full());
    assert_eq!(stored(&log).len(), usize::try_from(told).unwrap());
    assert!(open(&ram).is_ok(), "and what is on the disk is whole");
    ram.bound(0);
    log.make_room().unwrap();
    log.append(&[batch(told + 1)]).unwrap();
    drop(log);
    assert_eq!(stored(&open(&ram).unwrap()).len(), usize::try_from(told + 1).unwrap());
}

/// After a power loss only what was synced of the head is there. What the documentation calls the gap.
#[test]
fn a_head_that_is_always_synced_leaves_no_gap() {
    for (head_sync, torn) in [(HeadSync::Lazy, true), (HeadSync::Always, false)] {
        let ram = Ram::default();
        let log = ram.options().head_sync(head_sync).open(LOG).unwrap();
        (1..=9).for_each(|id| store(&log, &[batch(id)]));
        let (mut bytes, mut head) = (ram.get(LOG), ram.get(HEAD));
        drop(log);
        let last = starts(&ram.get(LOG))[8];
        head[SLOTS[2]..].fill(0);
        bytes[last + FRAME_HEADER] ^= 1;
        match open(&Ram::with(&[(LOG, &bytes), (HEAD, &head)])) {
            Ok(log) => {
                assert!(torn, "{head_sync:?}");
                assert_eq!(log.open_report().torn.as_ref().map(|torn| torn.offset), offset(last));
            }
            Err(error) => {
                assert!(
                    !torn && error.is_corrupt() && error.offset() == offset(last),
                    "{head_sync:?}: {error}"
                );
            }
        }
    }
}

#[test]
fn opening_tells_how_far_it_has_come() {
    use std::sync::{Arc, Mutex};
    let sound = Sound::new(2_500);
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let options = sound.with_bytes(&sound.bytes).options();
    let options = options.progress(move |progress| listener.lock().unwrap().push(progress));
    let head = options.open(LOG).unwrap().anchor().unwrap().position.get();
    let told = told.lock().unwrap();
    assert_eq!((told[0].done, told[0].total), (0, head));
    assert!(told.windows(2).all(|pair| pair[0].done <= pair[1].done) && told.len() == 4, "{told:?}");
    assert_eq!((told[3].done, told[3].total), (head, head));
}
