//! Checkpoints: what was folded, kept beside the log, so that the next opening folds only what came after.
//!
//! A checkpoint is never the truth. Whatever does not fit, be it the log, its history, the version of this crate or a
//! single byte, the log is replayed as if there were none.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, TryLockError};

#[cfg(feature = "file")]
use std::path::PathBuf;

use self::image::{Folded, Whole};
use super::open::Open;
use super::sync::{Mutex, MutexGuard};
use super::{Desk, Error, Inner};
use crate::domain::State;
use crate::log::{Log, Progress};
use crate::privacy::Keyring;
use crate::projection::Lists;
use crate::record::{Anchor, Position};

mod draw;
#[cfg(feature = "file")]
mod file;
mod fingerprint;
mod image;
#[cfg(test)]
mod tests;
mod told;

#[cfg(feature = "file")]
pub(super) use file::CHECKPOINT_NAME;
pub use told::{CheckpointError, CheckpointUnused, Checkpointed, Opening};

/// What a builder was told of checkpoints and of whom to tell how far opening has come.
#[derive(Default)]
pub(super) struct Wishes {
    /// Where they are kept.
    #[cfg(feature = "file")]
    pub(super) place: Option<PathBuf>,
    /// One that the host has kept.
    pub(super) given: Option<Vec<u8>>,
    pub(super) every: u64,
    pub(super) progress: Option<Box<dyn FnMut(Progress) + Send>>,
}

/// What a desk knows of its checkpoints.
pub(super) struct Checkpoints {
    #[cfg(feature = "file")]
    place: Option<PathBuf>,
    /// After how many records one is written by itself; 0 is never.
    every: u64,
    /// Up to where the last one goes that was read, written or tried.
    last: AtomicU64,
    opening: Opening,
    /// Held while one is written, so that an older one never takes the place of a newer.
    writing: Mutex<()>,
    outcome: Mutex<Option<Outcome>>,
}

/// What came of writing one.
type Outcome = Result<Checkpointed, CheckpointError>;

impl Checkpoints {
    pub(super) fn new(wishes: &mut Wishes) -> Self {
        Self {
            #[cfg(feature = "file")]
            place: wishes.place.take(),
            every: wishes.every,
            last: AtomicU64::new(0),
            opening: Opening::anew(None),
            writing: Mutex::new(()),
            outcome: Mutex::new(None),
        }
    }

    /// A panic elsewhere leaves a whole outcome or the one before.
    fn outcome(&self) -> MutexGuard<'_, Option<Outcome>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is time for one, now that the log ends there.
    fn is_due(&self, head: Position) -> bool {
        let since = head.get().saturating_sub(self.last.load(Ordering::Relaxed));
        self.every > 0 && since >= self.every
    }

    #[cfg(feature = "file")]
    fn keep(&self, position: Position, bytes: &[u8]) -> Outcome {
        let Some(path) = &self.place else { return Err(CheckpointError::no_place()) };
        file::write(path, bytes).map_err(|cause| CheckpointError::at(path, cause))?;
        Ok(Checkpointed { position, bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX) })
    }

    #[cfg(not(feature = "file"))]
    #[expect(clippy::unused_self, reason = "as with files")]
    fn keep(&self, _: Position, _: &[u8]) -> Outcome {
        Err(CheckpointError::no_place())
    }

    #[cfg(feature = "file")]
    fn has_place(&self) -> bool {
        self.place.is_some()
    }

    #[cfg(not(feature = "file"))]
    #[expect(clippy::unused_self, reason = "as with files")]
    fn has_place(&self) -> bool {
        false
    }
}

impl Desk {
    /// Writes a checkpoint: what was folded of the log so far, so that the next opening folds only what comes after.
    /// It takes the place of the one before in one step, and is on the disk when this returns.
    ///
    /// A desk that was opened on a folder keeps it there, as `checkpoint.gather`; one [over](crate::DeskBuilder::over) a
    /// log of the host's own where `DeskBuilder::checkpoint_file` says. It is a cache: remove
    /// it at any time, leave it out of backups. Call this when it suits, on a quiet hour or before the program ends; or
    /// say [`checkpoint_every`](crate::DeskBuilder::checkpoint_every). While the bytes are put together nobody else
    /// is answered: under a second of work for a million registrations. Writing them keeps nobody waiting.
    ///
    /// It holds ids, times, counts and texts of gatherings in the clear, as the log does, and what is personal sealed, as
    /// the log does. There are no keys in it.
    ///
    /// # Errors
    /// [`Error::Checkpoint`]: nobody said where to keep it, or the file could not be written; the one before is still
    /// there. [`Error::Log`]: the log could not be asked where it stands. [`Error::Broken`], as ever. Nothing was
    /// appended to the log in any case.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path().join("bookings");
    /// let desk = Desk::open(&folder)?;
    /// let talk = desk.announce(Gathering::webinar("Open day"))?;
    /// assert_eq!(desk.checkpoint()?.position, talk.position);
    /// drop(desk);
    ///
    /// let desk = Desk::open(&folder)?;
    /// assert_eq!(desk.opening().checkpoint, talk.position);
    /// assert_eq!(desk.opening().replayed, 0);
    /// assert_eq!(desk.gathering(talk.outcome)?.announcement().title, "Open day");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "snapshot")]
    pub fn checkpoint(&self) -> Result<Checkpointed, Error> {
        let _turn = self.inner.checkpoints.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.write_checkpoint()
    }

    /// A checkpoint as bytes, for a host that keeps it itself: in a table beside its log, for one. Give them to
    /// [`DeskBuilder::from_checkpoint`](crate::DeskBuilder::from_checkpoint). What they look like is nobody's business:
    /// another version of this crate does not read them, and replays the log instead.
    ///
    /// # Errors
    /// As for [`checkpoint`](Self::checkpoint), but no file is written.
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use gather::log::MemoryLog;
    /// use gather::privacy::MemoryVault;
    /// use gather::{Desk, Gathering};
    ///
    /// let (log, vault) = (Arc::new(MemoryLog::new()), Arc::new(MemoryVault::new()));
    /// let desk = Desk::builder().over(Arc::clone(&log), vault.clone())?;
    /// let talk = desk.announce(Gathering::webinar("Open day"))?;
    /// let kept = desk.checkpoint_bytes()?;
    ///
    /// let desk = Desk::builder().from_checkpoint(kept).over(log, vault)?;
    /// assert_eq!(desk.opening().checkpoint, talk.position);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn checkpoint_bytes(&self) -> Result<Vec<u8>, Error> {
        self.draw().map(|(_, bytes)| bytes)
    }

    /// What came of the last checkpoint that this desk wrote, asked for or by itself; `None` if there was none yet. A
    /// checkpoint that [`checkpoint_every`](crate::DeskBuilder::checkpoint_every) could not write fails no booking, so
    /// this is where it is told.
    #[must_use]
    pub fn last_checkpoint(&self) -> Option<Result<Checkpointed, CheckpointError>> {
        self.inner.checkpoints.outcome().clone()
    }

    /// How this desk came to know what its log holds: with which checkpoint, and how much it replayed.
    #[must_use]
    pub fn opening(&self) -> &Opening {
        &self.inner.checkpoints.opening
    }

    /// Writes a checkpoint if so much has happened since the last that it is time for one. Called when a booking is
    /// done and no lock is held; while another thread writes one, this does nothing.
    pub(super) fn checkpoint_if_due(&self, head: Position) {
        let checkpoints = &self.inner.checkpoints;
        if !checkpoints.is_due(head) || !checkpoints.has_place() {
            return;
        }
        let _turn = match checkpoints.writing.try_lock() {
            Ok(turn) => turn,
            Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if checkpoints.is_due(head) {
            // What goes wrong is kept for whoever asks: the booking is done, whatever becomes of the checkpoint.
            let _ = self.write_checkpoint();
        }
    }

    /// Called by whoever has the turn.
    fn write_checkpoint(&self) -> Result<Checkpointed, Error> {
        let checkpoints = &self.inner.checkpoints;
        if !checkpoints.has_place() {
            return Err(CheckpointError::no_place().into());
        }
        let (position, bytes) = self.draw()?;
        // Also where it fails: it is tried again after as many records, not with every booking.
        checkpoints.last.store(position.get(), Ordering::Relaxed);
        let outcome = checkpoints.keep(position, &bytes);
        *checkpoints.outcome() = Some(outcome.clone());
        Ok(outcome?)
    }
}

/// A desk that knows all that its log holds: from a checkpoint, as far as one fits, and the rest replayed.
pub(super) fn opened(mut inner: Inner, mut wishes: Wishes) -> Result<Desk, Error> {
    let (state, begun) = inner.begin(wishes.given.take());
    let from = state.head().get();
    let mut progress = wishes.progress.unwrap_or_else(|| Box::new(|_| ()));
    inner.keyring.ask_later();
    let head = inner.fold_on(state, &mut *progress)?.position.get();
    inner.keyring.confirm()?;
    inner.checkpoints.last = AtomicU64::new(from);
    inner.checkpoints.opening = Opening { replayed: head.saturating_sub(from), ..begun };
    let desk = Desk { inner: Arc::new(Open::new(inner)) };
    desk.refresh()?;
    Ok(desk)
}

impl Inner {
    /// Takes over what a checkpoint holds, if there is one that fits, and gives out its state; else all is empty still.
    fn begin(&mut self, given: Option<Vec<u8>>) -> (State, Opening) {
        let bytes = match self.kept(given) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return (State::default(), Opening::anew(None)),
            Err(unreadable) => return (State::default(), Opening::anew(Some(unreadable))),
        };
        match fitting(self.log.as_ref(), &self.keyring, &bytes) {
            Ok((state, lists)) => {
                self.lists = RwLock::new(lists);
                let opening = Opening::with(state.head());
                (state, opening)
            }
            Err(unused) => (State::default(), Opening::anew(Some(unused))),
        }
    }

    /// The lists of the checkpoint beside the log, if there is one that fits and does not go too far. Whatever is wrong with it,
    /// the log has all of it too.
    #[cfg(feature = "file")]
    pub(super) fn checkpointed(&self, goes_too_far: impl Fn(&Lists) -> bool) -> Option<Lists> {
        let bytes = file::read(self.checkpoints.place.as_ref()?).ok()??;
        let whole = Whole::of(&bytes)?;
        if !whole.header.is_ours() {
            return None;
        }
        check_history(self.log.as_ref(), whole.header.anchor()).ok()?;
        whole.lists().filter(|lists| !goes_too_far(lists))
    }

    #[cfg(not(feature = "file"))]
    #[expect(clippy::unused_self, reason = "as with files")]
    pub(super) fn checkpointed(&self, _: impl Fn(&Lists) -> bool) -> Option<Lists> {
        None
    }

    #[cfg(feature = "file")]
    fn kept(&self, given: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, CheckpointUnused> {
        match (given, &self.checkpoints.place) {
            (Some(bytes), _) => Ok(Some(bytes)),
            (None, Some(path)) => {
                if !self.shared {
                    file::remove_draft(path);
                }
                file::read(path).map_err(|cause| CheckpointUnused::Unreadable(cause.to_string()))
            }
            (None, None) => Ok(None),
        }
    }

    #[cfg(not(feature = "file"))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as with files")]
    fn kept(&self, given: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, CheckpointUnused> {
        Ok(given)
    }
}

/// What was folded, if all of it is of this log, of this version, and as it was written. The keyring knows then what it
/// knew.
fn fitting(log: &dyn Log, keyring: &Keyring, bytes: &[u8]) -> Result<(State, Lists), CheckpointUnused> {
    let whole = Whole::of(bytes).ok_or(CheckpointUnused::Damaged)?;
    if !whole.header.is_ours() {
        return Err(CheckpointUnused::OtherVersion);
    }
    check_history(log, whole.header.anchor())?;
    let Folded { state, lists, learned } = whole.read().ok_or(CheckpointUnused::Damaged)?;
    keyring.recall(learned);
    Ok((state, lists))
}

/// Whether a log went through an anchor.
fn check_history(log: &dyn Log, anchor: Anchor) -> Result<(), CheckpointUnused> {
    let checkpoint = anchor.position;
    let otherwise = CheckpointUnused::OtherHistory { checkpoint };
    // A log that cannot be read stops the opening as soon as it is replayed.
    let Ok(end) = log.anchor() else { return Err(otherwise) };
    if end.log != anchor.log {
        return Err(CheckpointUnused::OtherLog);
    }
    if end.position < checkpoint {
        return Err(CheckpointUnused::Ahead { checkpoint, head: end.position });
    }
    match log.read(checkpoint, 1) {
        Ok(page) if page.after == anchor => Ok(()),
        Ok(_) | Err(_) => Err(otherwise),
    }
}
