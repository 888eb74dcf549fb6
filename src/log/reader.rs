//! A log file that is only read: beside whoever writes it, or where nothing can be written.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::error::{Error, Kind};
use super::file::FileLog;
use super::frames::{Frames, View};
use super::head::{Head, HeadFile, read_newest};
use super::index::Index;
use super::options::FileLogOptions;
use super::place::PlacedFile;
use super::progress::Progress;
use super::walk::{Mark, Step, bounded, damaged, length, newer_frame};
use super::{Log, Page, RawPage};
use crate::record::{Anchor, Batch, Position};

/// The first pause between two looks at the head; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
/// The longest pause between two looks at the head.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// How much is looked through at a time, in bytes.
const CHUNK: usize = 256 * 1024;
/// After how many batches it is told how far opening has come.
const TOLD: u64 = 1_000;

/// A log in a file, opened to be read only.
///
/// It takes no lock and changes no file, so any number of processes may read a log while one writes it, or from a medium
/// that takes nothing. It never goes beyond the place up to which the head file says that the log is durable, and looks
/// at the head anew whenever it is asked: what the writer has acknowledged is seen at the next call.
///
/// As a [`Log`] it refuses to store anything ([`Error::is_read_only`]).
///
/// ```
/// use std::time::Duration;
///
/// use gather::Position;
/// use gather::log::{FileLog, FileReader, Log};
///
/// let folder = tempfile::tempdir()?;
/// let log = FileLog::open_in(folder.path())?;
/// let reader = FileReader::open_in(folder.path())?;
/// assert_eq!(reader.anchor()?, log.anchor()?);
///
/// let head = reader.wait(Position::START, Duration::ZERO)?;
/// assert_eq!(head.position, Position::START, "nothing came in no time");
/// assert!(reader.append(&[]).is_ok(), "which is nothing");
/// assert!(reader.make_room().unwrap_err().is_read_only());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FileReader {
    frames: Frames,
    head: PlacedFile,
    state: Mutex<State>,
}

/// What was seen up to now.
#[derive(Debug)]
struct State {
    sequence: u64,
    head: Mark,
    index: Index,
}

impl FileReader {
    /// Opens the log in a folder to read it only.
    ///
    /// # Errors
    /// As [`FileLogOptions::open_to_read`].
    pub fn open_in(folder: impl AsRef<Path>) -> Result<Self, Error> {
        FileLog::options().open_to_read_in(folder)
    }

    /// Opens the log at a path to read it only.
    ///
    /// # Errors
    /// As [`FileLogOptions::open_to_read`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        FileLogOptions::new().open_to_read(path)
    }

    /// Walks up to where the head says that the log is durable.
    pub(super) fn new(frames: Frames, head: HeadFile, told: &mut dyn FnMut(Progress)) -> Result<Self, Error> {
        let origin = frames.origin();
        let mut state = State { sequence: 0, head: origin, index: Index::new(origin) };
        state.go_to(&frames, head.newest(), told)?;
        Ok(Self { frames, head: head.into_file(), state: Mutex::new(state) })
    }

    /// Looks at the head anew, and says up to where the log is durable now.
    ///
    /// # Errors
    /// The file cannot be read; what came is damaged or of a newer version. [`Error::is_diverged`]: the log, or its
    /// head, was removed or had another one renamed over it. One that was given another name is read on under that.
    pub fn refresh(&self) -> Result<Anchor, Error> {
        self.look().map(|(_, head)| self.frames.anchor(head))
    }

    /// Waits until there is something after a position, or until the time is over, and says up to where the log is
    /// durable then. It looks at the head again and again, at first after a millisecond, later ten times a second.
    ///
    /// # Errors
    /// As for [`refresh`](Self::refresh).
    pub fn wait(&self, after: Position, timeout: Duration) -> Result<Anchor, Error> {
        let (mut left, mut pause) = (timeout, FIRST_PAUSE);
        loop {
            let anchor = self.refresh()?;
            if anchor.position > after || left.is_zero() {
                return Ok(anchor);
            }
            let nap = pause.min(left);
            thread::sleep(nap);
            left = left.saturating_sub(nap);
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    /// How many bytes lie behind the place up to which the head says that the log is durable. They are not read: they belong to a
    /// write that is under way or did not finish, or, after a loss of power, to records that the head does not know of yet.
    /// To open the log for writing judges them.
    ///
    /// # Errors
    /// As for [`refresh`](Self::refresh).
    pub fn unread(&self) -> Result<u64, Error> {
        let head = self.look()?.1;
        let (mut at, mut last) = (head.offset, head.offset);
        let end = self.frames.file.length()?;
        while at < end {
            let bytes = self.frames.file.read(at, CHUNK.min(bounded(end.saturating_sub(at))))?;
            if let Some(place) = bytes.iter().rposition(|&byte| byte != 0) {
                last = at.saturating_add(length(bytes.get(..=place).unwrap_or_default()));
            }
            at = at.saturating_add(length(&bytes));
        }
        Ok(last.saturating_sub(head.offset))
    }

    /// The state after a look at the head, and where the log ends in it.
    fn look(&self) -> Result<(MutexGuard<'_, State>, Mark), Error> {
        self.frames.file.check_has_a_name()?;
        self.head.check_has_a_name()?;
        let newest = read_newest(&self.head, &self.frames.header)?;
        // Nothing in here can panic halfway.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(newest) = newest.filter(|newest| newest.sequence > state.sequence) {
            state.go_to(&self.frames, newest, &mut |_| ())?;
        }
        let head = state.head;
        Ok((state, head))
    }

    fn view(&self, position: Position) -> Result<View, Error> {
        let (state, head) = self.look()?;
        Ok(View { head, near: state.index.before(position) })
    }

    fn refused(&self) -> Error {
        Error::new(Kind::ReadOnly, "the log was opened to be read only").in_file(self.frames.file.path())
    }
}

impl State {
    /// Goes over the frames up to a newer head. Where that fails, it has gone as far as it could.
    fn go_to(&mut self, frames: &Frames, newest: Head, told: &mut dyn FnMut(Progress)) -> Result<(), Error> {
        let (head, total) = (newest.mark, newest.mark.position.get());
        let mut walk = frames.walk(self.head, head.offset.min(frames.file.length()?));
        let mut batches = 0_u64;
        told(Progress::new(self.head.position.get(), total));
        while self.head.offset < head.offset {
            self.head = next_frame(frames, self.head, &walk.step()?)?;
            self.index.note(self.head);
            batches = batches.saturating_add(1);
            if batches.is_multiple_of(TOLD) {
                told(Progress::new(self.head.position.get(), total));
            }
        }
        if self.head != head {
            let what = "the head tells of other records than the log has; open the log again";
            return Err(frames.another_past(head, what));
        }
        self.sequence = newest.sequence;
        told(Progress::new(total, total));
        Ok(())
    }
}

/// The place behind a frame that the head says is there.
fn next_frame(frames: &Frames, at: Mark, step: &Step<'_>) -> Result<Mark, Error> {
    let what = match step {
        Step::Frame(frame, _) => return Ok(Mark::behind(frame)),
        Step::End => "the log ends before the place up to which its head says that it was durable",
        Step::Bad(what) | Step::Misplaced(what) => what,
        Step::Newer => return Err(newer_frame(at).in_file(frames.file.path())),
    };
    Err(damaged(what, at).in_file(frames.file.path()))
}

impl Log for FileReader {
    fn anchor(&self) -> Result<Anchor, Error> {
        self.refresh()
    }

    fn read(&self, after: Position, limit: usize) -> Result<Page, Error> {
        self.frames.page(self.view(after)?, after, limit)
    }

    fn exclusive(&self, _: Position, _: &mut dyn FnMut(&Page) -> Vec<Batch>) -> Result<Page, Error> {
        Err(self.refused())
    }

    fn read_raw(&self, after: Position, limit: usize) -> Result<RawPage, Error> {
        self.frames.raw_page(self.view(after)?, after, limit)
    }

    fn store_raw(&self, _: Anchor, _: &[Vec<u8>]) -> Result<Anchor, Error> {
        Err(self.refused())
    }

    fn make_room(&self) -> Result<(), Error> {
        Err(self.refused())
    }
}
