//! The head file: up to where the log was durable, kept beside it, so that a lost or damaged end shows.
//!
//! It may lag behind the log and never leads: a slot is written after the log has been synced.

use std::io;

use super::error::{Error, Kind};
use super::frame::{Fields, FileHeader, salted};
use super::place::{Place, PlacedFile};
use super::walk::{Mark, bounded};
use crate::id::LogId;
use crate::record::{Chain, Position};

/// The head's name within the log's folder.
pub(super) const HEAD_NAME: &str = "head.gather";

const MAGIC: [u8; 8] = *b"\x89gahead\n";
/// The format that is written and read: that of the log beside it.
const FORMAT: u32 = 1;
/// The length of a slot, in bytes.
const SLOT: usize = 96;
/// Where the checksum of a slot begins.
const CHECKED: usize = SLOT - 4;
/// From the beginning of one slot to that of the next: no disk and no page has two of them.
const SPACING: usize = 4_096;
/// The slots that are synced, written in turn, so that one of them is whole at any moment.
const SYNCED: [usize; 2] = [0, SPACING];
/// The slot that is not synced.
const UNSYNCED: usize = 2 * SPACING;
/// The length of the file, in bytes.
const HEAD_FILE: usize = 3 * SPACING;

/// When the head is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeadSync {
    /// After each group of batches, but synced only when the log gets more room, and on opening and closing.
    ///
    /// A process that dies leaves an exact head. After a power loss the head may lag by up to a mebibyte: what is found
    /// whole beyond it is kept, but damage there, at the very end, cannot be told from a write that did not finish.
    #[default]
    Lazy,
    /// Synced after each group, which is a second sync for each: damage to anything that was acknowledged is damage,
    /// after a power loss, too. A group whose head could not be synced is not acknowledged: its batches are durable, its
    /// answer is an error that [`is_uncertain`](Error::is_uncertain), and the log has to be opened again.
    Always,
}

/// What one slot says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// From 1, one more with every slot that is written: the highest is the newest.
    pub(super) sequence: u64,
    /// Where the log was durable.
    pub(super) mark: Mark,
}

/// What some bytes say as a slot.
enum Slot {
    Head(Head),
    OtherFormat(u32),
    Noise,
}

impl Head {
    fn encode(&self, header: &FileHeader) -> Vec<u8> {
        let mut out = Vec::with_capacity(SLOT);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&FORMAT.to_le_bytes());
        out.extend_from_slice(&0_u32.to_le_bytes());
        out.extend_from_slice(&header.log.bytes());
        out.extend_from_slice(&self.sequence.to_le_bytes());
        out.extend_from_slice(&self.mark.offset.to_le_bytes());
        out.extend_from_slice(&self.mark.position.get().to_le_bytes());
        out.extend_from_slice(&self.mark.chain.bytes());
        out.resize(CHECKED, 0);
        let checksum = salted(&header.salt, &out);
        out.extend_from_slice(&checksum.to_le_bytes());
        out
    }
}

impl Slot {
    fn decode(bytes: &[u8], header: &FileHeader) -> Self {
        Self::read(bytes, header).unwrap_or(Self::Noise)
    }

    /// Only what was written for this very file passes: the salt is the file's own, and a copy of a log has another.
    fn read(bytes: &[u8], header: &FileHeader) -> Option<Self> {
        let mut fields = Fields::of(bytes);
        if fields.take() != Some(MAGIC) {
            return None;
        }
        let (checked, checksum) = bytes.get(..SLOT)?.split_at_checked(CHECKED)?;
        if Fields::of(checksum).u32()? != salted(&header.salt, checked) {
            return None;
        }
        let (format, flags) = (fields.u32()?, fields.u32()?);
        if format != FORMAT || flags != 0 {
            return Some(Self::OtherFormat(format));
        }
        if LogId::from_bytes(fields.take()?) != header.log {
            return None;
        }
        let sequence = fields.u64()?;
        let (offset, position) = (fields.u64()?, Position::new(fields.u64()?));
        let mark = Mark { offset, position, chain: Chain::from_bytes(fields.take()?) };
        Some(Self::Head(Head { sequence, mark }))
    }
}

/// What is under the head's name.
pub(super) enum Found {
    /// A head of this log.
    Head(Box<HeadFile>),
    /// Nothing.
    Missing,
    /// A file without a slot of this log: damaged, or of another log.
    Foreign,
}

/// A log's head file.
#[derive(Debug)]
pub(super) struct HeadFile {
    file: PlacedFile,
    header: FileHeader,
    newest: Head,
    /// What the newest synced slot says.
    synced: Option<Head>,
    /// Where the next synced slot goes.
    next: usize,
}

impl HeadFile {
    /// Looks at what is under the head's name.
    ///
    /// # Errors
    /// It cannot be read, or a newer version wrote it.
    pub(super) fn look_up(file: Option<PlacedFile>, header: &FileHeader) -> Result<Found, Error> {
        let Some(file) = file else { return Ok(Found::Missing) };
        let [first, second] = SYNCED.map(|at| read_slot(&file, header, at));
        let (first, second, third) = (first?, second?, read_slot(&file, header, UNSYNCED)?);
        let Some(newest) = newest([first, second, third]) else { return Ok(Found::Foreign) };
        let sequence = |slot: Option<Head>| slot.map_or(0, |head| head.sequence);
        // The newer of the two stays as it is until the other one is durable.
        let [one, other] = SYNCED;
        let next = if sequence(first) > sequence(second) { other } else { one };
        let synced = self::newest([first, second, None]);
        Ok(Found::Head(Box::new(Self { file, header: *header, newest, synced, next })))
    }

    /// Makes a head file for a log that ends at a mark, in the place of whatever is there, whole or not at all.
    pub(super) fn create(place: &Place, header: &FileHeader, mark: Mark) -> Result<Self, Error> {
        let newest = Head { sequence: 1, mark };
        let mut bytes = newest.encode(header);
        bytes.resize(HEAD_FILE, 0);
        let file = place.create(&bytes)?;
        let [_, next] = SYNCED;
        Ok(Self { file, header: *header, newest, synced: Some(newest), next })
    }

    pub(super) fn newest(&self) -> Head {
        self.newest
    }

    /// The file alone, for whoever only reads it.
    pub(super) fn into_file(self) -> PlacedFile {
        self.file
    }

    /// Whether nothing was written since the file was made, so that its name may not be durable yet.
    pub(super) fn is_new(&self) -> bool {
        self.newest.sequence == 1
    }

    /// Whether a synced slot says just this.
    pub(super) fn is_kept(&self, mark: Mark) -> bool {
        self.synced.is_some_and(|head| head.mark == mark) && self.newest.mark == mark
    }

    /// Writes the slot that is not synced. That it fails costs nothing but that the head lags.
    pub(super) fn note(&mut self, mark: Mark) -> io::Result<()> {
        self.write(UNSYNCED, mark)
    }

    /// Writes the next slot that is synced; [`sync`](Self::sync) makes it durable.
    pub(super) fn put(&mut self, mark: Mark) -> io::Result<()> {
        self.write(self.next, mark)
    }

    /// Waits until what was put is durable.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.file.sync()?;
        self.synced = Some(self.newest);
        self.next = other_than(self.next);
        Ok(())
    }

    /// Writes the newest synced slot once more as it is, and syncs it: a sync that failed in another process may have left
    /// it readable and not durable, and the other one is overwritten next.
    pub(super) fn confirm(&self) -> io::Result<()> {
        let Some(head) = self.synced else { return Ok(()) };
        self.file.write(offset(other_than(self.next)), &head.encode(&self.header))?;
        self.file.sync()
    }

    fn write(&mut self, at: usize, mark: Mark) -> io::Result<()> {
        let head = Head { sequence: self.newest.sequence.saturating_add(1), mark };
        self.file.write(offset(at), &head.encode(&self.header))?;
        self.newest = head;
        Ok(())
    }
}

/// The other one of the slots that are synced.
fn other_than(slot: usize) -> usize {
    let [one, other] = SYNCED;
    if slot == one { other } else { one }
}

/// The newest head that a file has now; `None` if no slot can be read, as when all are being written.
pub(super) fn read_newest(file: &PlacedFile, header: &FileHeader) -> Result<Option<Head>, Error> {
    let [first, second] = SYNCED.map(|at| read_slot(file, header, at));
    Ok(newest([first?, second?, read_slot(file, header, UNSYNCED)?]))
}

fn newest(slots: [Option<Head>; 3]) -> Option<Head> {
    slots.into_iter().flatten().max_by_key(|head| head.sequence)
}

fn read_slot(file: &PlacedFile, header: &FileHeader, at: usize) -> Result<Option<Head>, Error> {
    let left = bounded(file.length()?.saturating_sub(offset(at)));
    if left < SLOT {
        return Ok(None);
    }
    match Slot::decode(&file.read(offset(at), SLOT)?, header) {
        Slot::Head(head) => Ok(Some(head)),
        Slot::Noise => Ok(None),
        Slot::OtherFormat(format) => Err(Error::of_format("the head", format, FORMAT).in_file(file.path())),
    }
}

fn offset(at: usize) -> u64 {
    u64::try_from(at).unwrap_or(u64::MAX)
}

/// The head is not there, or says nothing that can be believed, while the log has records.
pub(super) fn headless(place: &Place, what: &str) -> Error {
    let what = format!(
        "{what}, so whether the log has lost its end cannot be told; \
         if it is known to be whole, open it once with FileLogOptions::rebuild_head"
    );
    Error::new(Kind::Headless, what).in_file(place.path())
}

/// Refuses to make a new log where one was.
pub(super) fn check_no_log_was_here(place: &Place) -> Result<(), Error> {
    let Some(file) = place.open_to_read()? else { return Ok(()) };
    let bytes = file.length()?;
    let what = format!(
        "the log is gone and its head, of {bytes} bytes, is still there; put the log back, or remove the head to begin anew"
    );
    Err(Error::new(Kind::Corrupt, what).in_file(place.path()).at_offset(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header() -> FileHeader {
        FileHeader { log: LogId::from_u128(1), salt: [2; 16] }
    }

    fn head() -> Head {
        let mark = Mark { offset: 777, position: Position::new(5), chain: Chain::from_bytes([7; 32]) };
        Head { sequence: 3, mark }
    }

    fn read(bytes: &[u8], header: &FileHeader) -> Option<Head> {
        match Slot::decode(bytes, header) {
            Slot::Head(head) => Some(head),
            Slot::OtherFormat(_) | Slot::Noise => None,
        }
    }

    #[test]
    fn a_slot_passes_only_with_its_own_log_file() {
        let bytes = head().encode(&header());
        assert_eq!(bytes.len(), 96);
        assert_eq!(read(&bytes, &header()), Some(head()));
        assert_eq!(read(&bytes, &FileHeader { salt: [3; 16], ..header() }), None, "a copy has another salt");
        assert_eq!(read(&bytes, &FileHeader { log: LogId::from_u128(2), ..header() }), None);
    }

    #[test]
    fn a_newer_format_is_told_from_damage() {
        let mut bytes = head().encode(&header());
        bytes[8] = 2;
        assert!(matches!(Slot::decode(&bytes, &header()), Slot::Noise));
        let checksum = salted(&header().salt, &bytes[..CHECKED]);
        bytes[CHECKED..].copy_from_slice(&checksum.to_le_bytes());
        assert!(matches!(Slot::decode(&bytes, &header()), Slot::OtherFormat(2)));
    }

    proptest! {
        #[test]
        fn every_flipped_bit_of_a_slot_shows(bit in 0_usize..768) {
            let mut bytes = head().encode(&header());
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(matches!(Slot::decode(&bytes, &header()), Slot::Noise));
        }
    }
}
