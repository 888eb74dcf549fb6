//! A log in one file: appended with one write and one sync, read by position.

use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::disk::{self, Disk, Lock};
use super::error::{Error, Kind};
use super::frame::{FILE_HEADER, FileHeader, FrameHeader, Salt};
use super::recovery::{Index, OpenReport, Recovered, recover};
use super::walk::{Mark, Walk, bounded, damaged};
use super::{Log, Page, check_batch_end, check_within, wire};
use crate::id::LogId;
use crate::record::{Anchor, Batch, Position, StoredBatch};

/// The log's name within its folder.
pub(crate) const LOG_NAME: &str = "log.gather";
/// The lock's name within the log's folder.
const LOCK_NAME: &str = "lock.gather";

/// A log in one file, for one process at a time.
///
/// Every [`append`](Log::append) is one write and one sync, and answers when the batches are on the disk. Readers
/// do not wait for it. A folder holds one log: `log.gather`, and `lock.gather`, which is never deleted. Both can
/// be read by their owner only. The bytes are described in `docs/format.md`.
///
/// # A log that was not closed
/// There is nothing to close. When a process or a machine stops within a write, the next opening finds a tail
/// that is no whole batch, saves it beside the log, cuts it off and says so in the
/// [`OpenReport`](Self::open_report). Damage to what was durable is an error that names the offset, and nothing
/// is changed. Damage within the last group of batches looks like a torn tail, as nothing behind it tells that
/// it was durable.
///
/// ```
/// use gather::log::{FileLog, Log};
///
/// let folder = tempfile::tempdir()?;
/// let log = FileLog::open_in(folder.path())?;
/// assert_eq!(log.anchor()?.position.get(), 0);
/// assert!(log.open_report().torn.is_none());
///
/// let second = FileLog::open_in(folder.path());
/// assert!(second.unwrap_err().is_locked());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FileLog {
    disk: Disk,
    header: FileHeader,
    report: OpenReport,
    /// Held while a batch is judged and written, so that it is stored at the head that it was judged against.
    turn: Mutex<()>,
    /// What readers may see: changed only when it is durable, and never held while the disk works.
    state: Mutex<State>,
    _lock: Lock,
}

#[derive(Debug)]
struct State {
    head: Mark,
    index: Index,
    poisoned: bool,
}

/// Frames that are not yet written.
struct Draft {
    head: Mark,
    frames: Vec<Frame>,
}

struct Frame {
    header: FrameHeader,
    payload: Vec<u8>,
}

impl FileLog {
    /// Opens the log in a folder. Makes the folder and the log if they are not there.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_in(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        disk::create_folder(folder)
            .map_err(|cause| disk::fault("the folder of the log cannot be made", folder, cause))?;
        Self::open(folder.join(LOG_NAME))
    }

    /// Opens the log at a path. Makes it if it is not there; its folder must be.
    ///
    /// # Errors
    /// [`Error::is_locked`]: another desk or process has it open. [`Error::is_not_a_log`]: there is something
    /// else, an empty file for one. [`Error::is_newer`]: a newer version wrote it. [`Error::is_corrupt`]: bytes
    /// that were durable are damaged, at [`Error::offset`]. [`Error::is_unavailable`] or [`Error::is_full`]: the
    /// file system did not let it be opened. In none of these cases is any file's content changed.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        // A first look, so that no lock is left beside a file that is no log.
        if let Some(found) = Disk::open(path)? {
            read_header(&found)?;
        }
        let lock = disk::lock(&disk::lock_folder(path).join(LOCK_NAME), path)?;
        let disk = match Disk::open(path)? {
            Some(disk) => disk,
            None => create(path)?,
        };
        let header = read_header(&disk)?;
        let Recovered { index, head, report } = recover(&disk, &header)?;
        let state = Mutex::new(State { head, index, poisoned: false });
        Ok(Self { disk, header, report, turn: Mutex::new(()), state, _lock: lock })
    }

    /// What opening found: a torn tail, or nothing to tell.
    #[must_use]
    pub fn open_report(&self) -> &OpenReport {
        &self.report
    }

    /// Nothing in here can panic halfway, so the state is whole even if a thread has panicked elsewhere.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The head, if nothing has failed, and the remembered place nearest before a position.
    fn look_up(&self, position: Position) -> Result<(Mark, Mark), Error> {
        let state = self.state();
        if state.poisoned { Err(self.poisoned()) } else { Ok((state.head, state.index.before(position))) }
    }

    fn poisoned(&self) -> Error {
        let what = "a write failed before; the log has to be opened again";
        Error::new(Kind::Poisoned, what).in_file(self.disk.path())
    }

    fn anchor_at(&self, mark: Mark) -> Anchor {
        Anchor { log: self.header.log, position: mark.position, chain: mark.chain }
    }

    fn page(&self, walk: &mut Walk<'_>, after: Position, limit: usize, head: Mark) -> Result<Page, Error> {
        while walk.at().position < after {
            walk.frame()?;
        }
        let start = walk.at();
        check_batch_end(after, start.position)?;
        let mut batches = Vec::new();
        while batches.len() < limit && walk.at().position < head.position {
            batches.push(read_batch(walk)?);
        }
        Ok(Page { after: self.anchor_at(start), batches, head: self.anchor_at(head) })
    }

    /// Writes a draft behind the head, and returns when it is on the disk.
    fn store(&self, draft: &Draft, end: u64) -> Result<(), Error> {
        let mut bytes = Vec::new();
        for frame in &draft.frames {
            bytes.extend_from_slice(&frame.header.encode(&self.header.salt));
            bytes.extend_from_slice(&frame.payload);
        }
        self.disk.check_in_place(end)?;
        if let Err(cause) = self.disk.write(end, &bytes) {
            return Err(self.take_back(end, cause));
        }
        self.disk.sync().map_err(|cause| self.give_up(cause))
    }

    /// Cuts a failed write off again. It was never synced, so nobody knows of it.
    fn take_back(&self, end: u64, cause: io::Error) -> Error {
        match self.disk.cut(end) {
            Ok(()) => self.disk.fault("the batches could not be written", cause),
            Err(_) => self.give_up(cause),
        }
    }

    /// What is on the disk is not known any more; only reading it anew can tell.
    fn give_up(&self, cause: io::Error) -> Error {
        self.state().poisoned = true;
        let what = "the batches may or may not be stored; the log has to be opened again";
        Error::new(Kind::Uncertain, what).in_file(self.disk.path()).because(cause)
    }

    /// Shows readers what has become durable.
    fn publish(&self, draft: &Draft) {
        let mut state = self.state();
        state.head = draft.head;
        draft.frames.iter().for_each(|frame| state.index.note(Mark::behind(&frame.header)));
    }
}

impl Log for FileLog {
    fn anchor(&self) -> Result<Anchor, Error> {
        let (head, _) = self.look_up(Position::START)?;
        Ok(self.anchor_at(head))
    }

    fn read(&self, after: Position, limit: usize) -> Result<Page, Error> {
        let (head, near) = self.look_up(after)?;
        check_within(after, head.position).map_err(|error| error.in_file(self.disk.path()))?;
        if after == head.position {
            let anchor = self.anchor_at(head);
            return Ok(Page { after: anchor, batches: Vec::new(), head: anchor });
        }
        let mut walk = Walk::new(&self.disk, self.header.salt, near, head.offset);
        self.page(&mut walk, after, limit, head).map_err(|error| error.in_file(self.disk.path()))
    }

    fn exclusive(&self, after: Position, decide: &mut dyn FnMut(&Page) -> Vec<Batch>) -> Result<Page, Error> {
        // Whoever panicked in its turn may have written half of a batch.
        let Ok(_turn) = self.turn.lock() else { return Err(self.poisoned()) };
        let page = self.page_behind(after).map_err(|error| error.in_file(self.disk.path()))?;
        let (durable, _) = self.look_up(Position::START)?;
        let mut draft = Draft { head: durable, frames: Vec::new() };
        let mut batches = Vec::new();
        for batch in decide(&page) {
            let first = draft.head.position.next();
            draft.add(&batch, durable)?;
            batches.push(StoredBatch { first, batch });
        }
        if !draft.frames.is_empty() {
            self.store(&draft, durable.offset)?;
            self.publish(&draft);
        }
        Ok(Page { after: page.head, batches, head: self.anchor_at(draft.head) })
    }

    fn has_other_writers(&self) -> bool {
        false
    }
}

impl FileLog {
    /// Every batch that ends after a position.
    fn page_behind(&self, after: Position) -> Result<Page, Error> {
        let (head, near) = self.look_up(after)?;
        check_within(after, head.position)?;
        if after == head.position {
            let anchor = self.anchor_at(head);
            return Ok(Page { after: anchor, batches: Vec::new(), head: anchor });
        }
        let mut walk = Walk::new(&self.disk, self.header.salt, near, head.offset);
        let mut start = near;
        let mut batches = Vec::new();
        while walk.at().position < head.position {
            let at = walk.at();
            let stored = read_batch(&mut walk)?;
            if stored.last() <= after {
                continue;
            }
            if batches.is_empty() {
                start = at;
            }
            batches.push(stored);
        }
        Ok(Page { after: self.anchor_at(start), batches, head: self.anchor_at(head) })
    }
}

impl Draft {
    fn add(&mut self, batch: &Batch, durable: Mark) -> Result<(), Error> {
        let payload = wire::encode(batch)?;
        let header = FrameHeader {
            length: u32::try_from(payload.len()).unwrap_or(u32::MAX),
            facts: u32::try_from(batch.facts.len()).unwrap_or(u32::MAX),
            offset: self.head.offset,
            first: self.head.position.next(),
            durable: durable.offset,
            chain: self.head.chain.then(&payload),
            checksum: crc32fast::hash(&payload),
        };
        self.head = Mark::behind(&header);
        self.frames.push(Frame { header, payload });
        Ok(())
    }
}

fn read_batch(walk: &mut Walk<'_>) -> Result<StoredBatch, Error> {
    let at = walk.at();
    let (frame, payload) = walk.frame()?;
    let batch = wire::decode(payload).map_err(|error| error.at_offset(at.offset).at_position(frame.first))?;
    if at.position.plus(batch.facts.len()) != frame.last() {
        return Err(damaged("a frame does not hold as many facts as it says", at));
    }
    Ok(StoredBatch { first: frame.first, batch })
}

fn create(path: &Path) -> Result<Disk, Error> {
    let mut salt: Salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|cause| {
        Error::new(Kind::Unavailable, "the system gives no random numbers").in_file(path).because(cause)
    })?;
    Disk::create(path, &FileHeader { log: LogId::random(), salt }.encode())
}

fn read_header(disk: &Disk) -> Result<FileHeader, Error> {
    let count = bounded(disk.length()?).min(FILE_HEADER);
    FileHeader::decode(&disk.read(0, count)?).map_err(|error| error.in_file(disk.path()))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::fact::Fact;
    use crate::id::{GatheringId, RequestId};
    use crate::log::Appended;
    use crate::record::{Guard, Scope};

    fn batch(id: u128) -> Batch {
        Batch {
            id: RequestId::from_u128(id),
            time: DateTime::UNIX_EPOCH,
            actor: None,
            trace: None,
            content: None,
            guard: Guard {
                seen: Position::START,
                scope: Scope::of([crate::record::Tag::Gathering(GatheringId::from_u128(id))]),
            },
            facts: vec![Fact::BookingOpened { gathering: GatheringId::from_u128(id) }],
        }
    }

    #[test]
    fn after_a_failed_write_nothing_is_promised_until_the_log_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = FileLog::open_in(folder.path()).unwrap();
        log.append(&[batch(1)]).unwrap();
        log.disk = Disk::open_read_only(log.disk.path());

        let error = log.append(&[batch(2)]).unwrap_err();
        assert!(error.is_uncertain() && error.was_written().is_none(), "{error}");
        assert!(std::error::Error::source(&error).is_some(), "{error}");
        for refused in [
            log.append(&[batch(3)]).unwrap_err(),
            log.append(&[]).unwrap_err(),
            log.anchor().unwrap_err(),
            log.read(Position::START, 1).unwrap_err(),
        ] {
            assert!(refused.is_poisoned() && refused.was_written() == Some(false), "{refused}");
        }
        drop(log);

        let log = FileLog::open_in(folder.path()).unwrap();
        assert_eq!(log.anchor().unwrap().position, Position::new(1));
        assert_eq!(log.append(&[batch(2)]).unwrap(), [Appended::Fresh { first: Position::new(2) }]);
    }

    /// What a write that did not finish has left behind the head is cut off, and the next one takes its place.
    #[test]
    fn a_write_that_is_taken_back_leaves_the_log_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let log = FileLog::open_in(folder.path()).unwrap();
        log.append(&[batch(1)]).unwrap();
        let end = log.disk.length().unwrap();
        log.disk.write(end, b"half of a frame").unwrap();

        let error = log.take_back(end, io::ErrorKind::StorageFull.into());
        assert!(error.is_full() && error.may_retry() && error.was_written() == Some(false), "{error}");
        assert_eq!(log.disk.length().unwrap(), end);
        assert_eq!(log.append(&[batch(2)]).unwrap(), [Appended::Fresh { first: Position::new(2) }]);
        let other = log.take_back(log.disk.length().unwrap(), io::ErrorKind::TimedOut.into());
        assert!(other.is_unavailable(), "{other}");
    }

    #[test]
    fn a_frame_that_was_damaged_since_opening_is_named_and_not_given_out() {
        let folder = tempfile::tempdir().unwrap();
        let log = FileLog::open_in(folder.path()).unwrap();
        log.append(&[batch(1)]).unwrap();
        let second = log.disk.length().unwrap();
        log.append(&[batch(2)]).unwrap();
        log.disk.write(second + 90, &[0xFF]).unwrap();

        let error = log.read(Position::START, 9).unwrap_err();
        assert!(error.is_corrupt() && error.offset() == Some(second), "{error}");
        assert_eq!(error.position(), Some(Position::new(2)));
        let error = log.append(&[batch(3)]).unwrap_err();
        assert!(error.is_corrupt() && error.offset() == Some(second), "{error}");
        assert_eq!(log.read(Position::START, 1).unwrap().batches.len(), 1);
    }
}
