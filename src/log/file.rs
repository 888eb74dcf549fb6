//! A log in one file: appended with one write and one sync, read by position.

use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::{Error, Kind};
use super::frame::{FRAME_HEADER, FrameHeader, Salt};
use super::frames::{Frames, View};
use super::head::{HeadFile, HeadSync};
use super::index::Index;
use super::options::{FileLogOptions, Opened};
use super::recovery::OpenReport;
use super::room::{FIRST_STEP, LOW, next_step, write_zeros};
use super::walk::{Mark, length};
use super::{Encoded, Log, Page, RawPage, raw};
use crate::record::{Anchor, Batch, Position, StoredBatch};
use crate::storage::Held;

/// A log in one file, for one process at a time.
///
/// Every [`append`](Log::append) is one write and one sync, and answers when the batches are on the disk. Readers
/// do not wait for it. A folder holds one log: `log.gather`; `head.gather`, which says up to where the log was durable;
/// and `lock.gather`, which is never deleted. They can be read by their owner only. The bytes are described in
/// `docs/format.md`. Whoever only reads the log, beside the process that writes it, opens a
/// [`FileReader`](super::FileReader).
///
/// # Room
/// The file is longer than the log while it is open: zeros are written ahead, in steps of 64 KiB that grow to 1 MiB, since
/// to write over them is faster than to make a file longer. A full disk is met there, as a rule before anything is decided
/// ([`make_room`](Log::make_room) keeps 32 KiB free): the error is [`Error::is_full`], nothing is stored, and the log goes on as
/// soon as there is room.
///
/// # A log that was not closed
/// To drop the log closes it: the room is cut off, and the head says where the log ends. When a process or a machine stops
/// before, the next opening goes by what the head and the frames say was durable. Damage to that is an error that names
/// the offset, and nothing is changed. Bytes behind it that are no whole batch are what is left of a write that did not
/// finish: they are saved beside the log, cut off and told of in the [`OpenReport`](Self::open_report).
///
/// # When a write fails
/// A write that fails is taken back, and nothing of it is stored. When a sync fails, nobody knows what is on the disk: the
/// error is [`Error::is_uncertain`], and the log refuses everything ([`Error::is_poisoned`]) until it is opened again. A
/// failed sync is never tried again, as a second one would tell what it does not know.
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
    frames: Frames,
    report: OpenReport,
    head_sync: HeadSync,
    /// Held while batches are decided and written, so that they are stored at the head that they were decided on.
    writer: Mutex<Writer>,
    /// What readers may see: changed only when it is durable, and never held while the disk works.
    state: Mutex<State>,
    _lock: Box<dyn Held>,
}

/// What only the one whose turn it is touches.
#[derive(Debug)]
struct Writer {
    head_file: HeadFile,
    /// How much room is made next time, in bytes.
    step: u64,
}

#[derive(Debug)]
struct State {
    head: Mark,
    /// Where the zero-filled room ends, durably.
    room_end: u64,
    index: Index,
    poisoned: bool,
}

/// Frames that are not yet written.
struct Draft {
    salt: Salt,
    /// Where the log ends durably, and the first of these begins.
    durable: Mark,
    bytes: Vec<u8>,
    /// Where each frame ends.
    marks: Vec<Mark>,
}

impl FileLog {
    /// Begins with the machine's file system and a head that is synced now and then.
    #[must_use]
    pub fn options() -> FileLogOptions {
        FileLogOptions::new()
    }

    /// Opens the log in a folder. Makes the folder and the log if they are not there.
    ///
    /// # Errors
    /// As [`FileLogOptions::open`].
    pub fn open_in(folder: impl AsRef<Path>) -> Result<Self, Error> {
        Self::options().open_in(folder)
    }

    /// Opens the log at a path. Makes it if it is not there; its folder must be.
    ///
    /// # Errors
    /// As [`FileLogOptions::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::options().open(path)
    }

    pub(super) fn new(opened: Opened) -> Self {
        let Opened { frames, head, walked, report, head_sync, lock } = opened;
        let state =
            State { head: walked.head, room_end: walked.head.offset, index: walked.index, poisoned: false };
        let writer = Writer { head_file: head, step: FIRST_STEP };
        let (writer, state) = (Mutex::new(writer), Mutex::new(state));
        Self { frames, report, head_sync, writer, state, _lock: lock }
    }

    /// What opening found: a torn tail, a head that lagged, or nothing to tell.
    #[must_use]
    pub fn open_report(&self) -> &OpenReport {
        &self.report
    }

    /// Nothing in here can panic halfway, so the state is whole even if a thread has panicked elsewhere.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self) -> Result<MutexGuard<'_, Writer>, Error> {
        // Whoever panicked in its turn may have written half of a batch.
        self.writer.lock().map_err(|_panicked| self.poisoned())
    }

    /// The head, if nothing has failed, and the remembered place nearest before a position.
    fn view(&self, position: Position) -> Result<View, Error> {
        let state = self.sound()?;
        Ok(View { head: state.head, near: state.index.before(position) })
    }

    /// The state, if nothing has failed.
    fn sound(&self) -> Result<MutexGuard<'_, State>, Error> {
        let state = self.state();
        if state.poisoned { Err(self.poisoned()) } else { Ok(state) }
    }

    /// The head, if nothing has failed.
    fn durable(&self) -> Result<Mark, Error> {
        Ok(self.sound()?.head)
    }

    fn poisoned(&self) -> Error {
        let what = "a write failed before; the log has to be opened again";
        Error::new(Kind::Poisoned, what).in_file(self.frames.file.path())
    }

    fn draft(&self) -> Result<Draft, Error> {
        let durable = self.durable()?;
        Ok(Draft { salt: self.frames.header.salt, durable, bytes: Vec::new(), marks: Vec::new() })
    }

    /// Stores a draft, if there is anything in it, and shows it to readers.
    fn commit(&self, writer: &mut Writer, draft: &Draft) -> Result<(), Error> {
        let Some(&head) = draft.marks.last() else { return Ok(()) };
        let end = draft.durable.offset;
        self.frames.file.check_in_place(end)?;
        self.add_room(writer, draft.durable, length(&draft.bytes))?;
        self.frames.file.write(end, &draft.bytes).map_err(|cause| self.take_back(end, cause))?;
        self.frames.file.sync().map_err(|cause| self.give_up(cause))?;
        self.tell_head(writer, head)?;
        self.publish(draft, head);
        Ok(())
    }

    /// Cuts a failed write off again. It was never synced, so nobody knows of it.
    fn take_back(&self, end: u64, cause: io::Error) -> Error {
        if self.frames.file.cut(end).is_err() {
            return self.give_up(cause);
        }
        self.state().room_end = end;
        self.frames.file.fault("the batches could not be written", cause)
    }

    /// What is on the disk is not known any more; only reading it anew can tell.
    fn give_up(&self, cause: io::Error) -> Error {
        self.state().poisoned = true;
        let what = "the batches may or may not be stored; the log has to be opened again";
        Error::new(Kind::Uncertain, what).in_file(self.frames.file.path()).because(cause)
    }

    /// Nothing of what was to be stored was written, and nothing more is, as the disk does not keep its word.
    fn refuse_from_now_on(&self, cause: io::Error) -> Error {
        self.state().poisoned = true;
        let what = "no room could be made durable, and nothing was stored; the log has to be opened again";
        Error::new(Kind::Poisoned, what).in_file(self.frames.file.path()).because(cause)
    }

    /// Shows readers what has become durable.
    fn publish(&self, draft: &Draft, head: Mark) {
        let mut state = self.state();
        state.head = head;
        draft.marks.iter().for_each(|mark| state.index.note(*mark));
    }

    /// Writes the head down. The batches are durable already, whatever comes of it; but where the head is to be synced, no
    /// more is acknowledged than it covers.
    fn tell_head(&self, writer: &mut Writer, head: Mark) -> Result<(), Error> {
        let file = &mut writer.head_file;
        match self.head_sync {
            HeadSync::Lazy => {
                drop(file.note(head));
                Ok(())
            }
            HeadSync::Always => {
                file.put(head).and_then(|()| file.sync()).map_err(|cause| self.give_up(cause))
            }
        }
    }

    /// Sees to it that so many bytes fit behind the head, within room that is durable.
    fn add_room(&self, writer: &mut Writer, durable: Mark, needed: u64) -> Result<(), Error> {
        let end = self.state().room_end;
        let missing = durable.offset.saturating_add(needed).saturating_sub(end);
        if missing == 0 {
            return Ok(());
        }
        match self.extend(writer, durable, end, missing.max(writer.step)) {
            // Perhaps there is room for just this.
            Err(error) if error.is_full() && missing < writer.step => {
                self.extend(writer, durable, end, missing)
            }
            Ok(()) => {
                writer.step = next_step(writer.step);
                Ok(())
            }
            other => other,
        }
    }

    /// Fills the file with zeros, makes them durable, and the head with them.
    fn extend(&self, writer: &mut Writer, durable: Mark, end: u64, by: u64) -> Result<(), Error> {
        let file = &self.frames.file;
        if let Err(cause) = write_zeros(file, end, by) {
            file.cut(end).map_err(|failed| self.refuse_from_now_on(failed))?;
            return Err(file.fault("no room could be made for more batches", cause));
        }
        file.sync().map_err(|cause| self.refuse_from_now_on(cause))?;
        let head = &mut writer.head_file;
        if !head.is_kept(durable) {
            head.put(durable).map_err(|cause| file.fault("the head could not be written", cause))?;
            head.sync().map_err(|cause| self.refuse_from_now_on(cause))?;
        }
        self.state().room_end = end.saturating_add(by);
        Ok(())
    }

    /// Cuts the room off and lets the head say where the log ends. After a failure only reading the file anew can tell
    /// where that is, so nothing is done then.
    fn close(&mut self) -> Result<(), Error> {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (Ok(writer), false) = (self.writer.get_mut(), state.poisoned) else { return Ok(()) };
        let (file, head) = (&self.frames.file, state.head);
        let failed = |cause| file.fault("the log could not be closed", cause);
        if file.length()? > head.offset {
            file.cut(head.offset).map_err(failed)?;
        }
        if !writer.head_file.is_kept(head) {
            writer.head_file.put(head).and_then(|()| writer.head_file.sync()).map_err(failed)?;
        }
        Ok(())
    }
}

impl Drop for FileLog {
    fn drop(&mut self) {
        // All that was acknowledged is durable: what is not done here is done on opening.
        drop(self.close());
    }
}

impl Log for FileLog {
    fn anchor(&self) -> Result<Anchor, Error> {
        Ok(self.frames.anchor(self.durable()?))
    }

    fn read(&self, after: Position, limit: usize) -> Result<Page, Error> {
        self.frames.page(self.view(after)?, after, limit)
    }

    fn exclusive(&self, after: Position, decide: &mut dyn FnMut(&Page) -> Vec<Batch>) -> Result<Page, Error> {
        self.exclusive_encoded(after, &mut |page| decide(page).into_iter().map(Encoded::new).collect())
    }

    fn exclusive_encoded(
        &self,
        after: Position,
        decide: &mut dyn FnMut(&Page) -> Vec<Encoded>,
    ) -> Result<Page, Error> {
        let mut writer = self.turn()?;
        let page = self.frames.page_behind(self.view(after)?, after)?;
        let mut draft = self.draft()?;
        let mut batches = Vec::new();
        for encoded in decide(&page) {
            let first = draft.head().position.next();
            draft.add(encoded.bytes()?, encoded.batch().facts.len());
            batches.push(StoredBatch { first, batch: encoded.into_batch() });
        }
        self.commit(&mut writer, &draft)?;
        Ok(Page { after: page.head, batches, head: self.frames.anchor(draft.head()) })
    }

    fn read_raw(&self, after: Position, limit: usize) -> Result<RawPage, Error> {
        self.frames.raw_page(self.view(after)?, after, limit)
    }

    fn store_raw(&self, behind: Anchor, batches: &[Vec<u8>]) -> Result<Anchor, Error> {
        let read = raw::read_all(batches)?;
        let mut writer = self.turn()?;
        let mut draft = self.draft()?;
        let place = raw::check_place(self.frames.anchor(draft.durable), behind);
        place.map_err(|error| error.in_file(self.frames.file.path()))?;
        read.iter().zip(batches).for_each(|(batch, bytes)| draft.add(bytes, batch.facts.len()));
        self.commit(&mut writer, &draft)?;
        Ok(self.frames.anchor(draft.head()))
    }

    /// There is room for 32 KiB afterwards, or it is made. Not to be called from within a decision, which has the turn.
    fn make_room(&self) -> Result<(), Error> {
        let state = self.sound()?;
        if state.room_end.saturating_sub(state.head.offset) >= LOW {
            return Ok(());
        }
        drop(state);
        let mut writer = self.turn()?;
        let durable = self.durable()?;
        self.frames.file.check_in_place(durable.offset)?;
        self.add_room(&mut writer, durable, LOW)
    }

    fn has_other_writers(&self) -> bool {
        false
    }
}

impl Draft {
    fn head(&self) -> Mark {
        self.marks.last().copied().unwrap_or(self.durable)
    }

    fn add(&mut self, payload: &[u8], facts: usize) {
        let head = self.head();
        let header = FrameHeader {
            length: u32::try_from(payload.len()).unwrap_or(u32::MAX),
            facts: u32::try_from(facts).unwrap_or(u32::MAX),
            offset: head.offset,
            first: head.position.next(),
            durable: self.durable.offset,
            chain: head.chain.then(payload),
            checksum: crc32fast::hash(payload),
        };
        self.bytes.reserve(FRAME_HEADER.saturating_add(payload.len()));
        header.put(&self.salt, &mut self.bytes);
        self.bytes.extend_from_slice(payload);
        self.marks.push(Mark::behind(&header));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Appended;
    use crate::log::fixture::batch;

    #[test]
    fn after_a_failed_write_nothing_is_promised_until_the_log_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = FileLog::open_in(folder.path()).unwrap();
        log.append(&[batch(1)]).unwrap();
        log.frames.file = log.frames.file.place().open_to_read().unwrap().unwrap();

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
        let end = log.state().head.offset;
        log.frames.file.write(end, b"half of a frame").unwrap();

        let error = log.take_back(end, io::ErrorKind::StorageFull.into());
        assert!(error.is_full() && error.may_retry() && error.was_written() == Some(false), "{error}");
        assert_eq!(log.frames.file.length().unwrap(), end);
        assert_eq!(log.append(&[batch(2)]).unwrap(), [Appended::Fresh { first: Position::new(2) }]);
        let end = log.state().head.offset;
        let other = log.take_back(end, io::ErrorKind::TimedOut.into());
        assert!(other.is_unavailable(), "{other}");
    }

    #[test]
    fn a_frame_that_was_damaged_since_opening_is_named_and_not_given_out() {
        let folder = tempfile::tempdir().unwrap();
        let log = FileLog::open_in(folder.path()).unwrap();
        log.append(&[batch(1)]).unwrap();
        let second = log.state().head.offset;
        log.append(&[batch(2)]).unwrap();
        log.frames.file.write(second + 90, &[0xFF]).unwrap();

        let error = log.read(Position::START, 9).unwrap_err();
        assert!(error.is_corrupt() && error.offset() == Some(second), "{error}");
        assert_eq!(error.position(), Some(Position::new(2)));
        let error = log.append(&[batch(3)]).unwrap_err();
        assert!(error.is_corrupt() && error.offset() == Some(second), "{error}");
        assert_eq!(log.read(Position::START, 1).unwrap().batches.len(), 1);
    }
}
