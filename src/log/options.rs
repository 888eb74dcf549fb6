//! How a log in a file is opened: what is looked at, in which order, and what is refused.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::error::{Error, Kind};
use super::file::FileLog;
use super::frame::{FileHeader, Salt};
use super::frames::Frames;
use super::head::{self, Found, HEAD_NAME, HeadFile, HeadSync, headless};
use super::place::{Place, PlacedFile};
use super::progress::Progress;
use super::reader::FileReader;
use super::recovery::{OpenReport, Walked, is_bare, judge, settle};
use crate::id::LogId;
use crate::storage::{Disk, Held, Storage};

/// The log's name within its folder.
pub(crate) const LOG_NAME: &str = "log.gather";
/// The lock's name within the log's folder.
pub(super) const LOCK_NAME: &str = "lock.gather";

/// How a log in a file is opened.
///
/// Begin with [`FileLog::options`]; end with [`open`](Self::open) or [`open_in`](Self::open_in), or, to read only, with
/// [`open_to_read`](Self::open_to_read).
///
/// ```
/// use gather::log::{FileLog, HeadSync, Log};
///
/// let folder = tempfile::tempdir()?;
/// let log = FileLog::options().head_sync(HeadSync::Always).open_in(folder.path())?;
/// assert!(!log.has_other_writers());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileLogOptions {
    storage: Arc<dyn Storage>,
    id: Option<LogId>,
    head_sync: HeadSync,
    rebuild_head: bool,
    must_exist: bool,
    progress: Listener,
}

type Told = Arc<dyn Fn(Progress) + Send + Sync>;

/// Who is told how far opening has come.
#[derive(Clone, Default)]
struct Listener(Option<Told>);

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listener").finish_non_exhaustive()
    }
}

impl Listener {
    fn tell(&self, progress: Progress) {
        if let Some(told) = &self.0 {
            told(progress);
        }
    }
}

/// What a log needs to be written, once it is open.
pub(super) struct Opened {
    pub(super) frames: Frames,
    pub(super) head: HeadFile,
    pub(super) walked: Walked,
    pub(super) report: OpenReport,
    pub(super) head_sync: HeadSync,
    pub(super) lock: Box<dyn Held>,
}

impl FileLogOptions {
    pub(super) fn new() -> Self {
        Self {
            storage: Arc::new(Disk),
            id: None,
            head_sync: HeadSync::default(),
            rebuild_head: false,
            must_exist: false,
            progress: Listener::default(),
        }
    }

    /// Keeps the log in another file system than the machine's: in a test, one that fails.
    #[must_use]
    pub fn storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.storage = storage;
        self
    }

    /// The id of a log that is made when there is none yet, which is random if nothing is said here: that of the log of
    /// which it is to become a [`copy`](super::copy). A log that is there keeps the id that it has.
    #[must_use]
    pub fn id(mut self, id: LogId) -> Self {
        self.id = Some(id);
        self
    }

    /// When the head is synced. [`HeadSync::Lazy`] if nothing is said here.
    #[must_use]
    pub fn head_sync(mut self, head_sync: HeadSync) -> Self {
        self.head_sync = head_sync;
        self
    }

    /// Makes the head file anew from the log, whatever there is of it, and says so in the
    /// [`OpenReport`](super::OpenReport).
    ///
    /// For a log that was copied or restored without its head, or from an older copy on purpose. It is then taken as it
    /// is, up to the last whole batch: whether it had a longer end is what only the head could have told. So it is for
    /// one opening, by somebody who has looked; a program that always asks for it has no head.
    #[must_use]
    pub fn rebuild_head(mut self) -> Self {
        self.rebuild_head = true;
        self
    }

    /// Makes no log where there is none, and no folder: [`Error::is_missing`] then. For a log that is known to be there: where
    /// its disk is not mounted, or somebody has moved it, an empty one would take its place.
    ///
    /// ```
    /// use gather::log::FileLog;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let not_mounted = folder.path().join("bookings");
    /// let error = FileLog::options().must_exist().open_in(&not_mounted).unwrap_err();
    /// assert!(error.is_missing() && !not_mounted.exists());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn must_exist(mut self) -> Self {
        self.must_exist = true;
        self
    }

    /// Tells how far opening has come, in positions, on the thread that opens.
    #[must_use]
    pub fn progress(mut self, told: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Listener(Some(Arc::new(told)));
        self
    }

    /// Opens the log in a folder. Makes the folder and the log if they are not there.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_in(&self, folder: impl AsRef<Path>) -> Result<FileLog, Error> {
        let place = self.place(&folder.as_ref().join(LOG_NAME));
        if !self.must_exist {
            place.create_folder()?;
        }
        self.open_at(&place)
    }

    /// Opens the log at a path. Makes it if it is not there; its folder must be.
    ///
    /// # Errors
    /// [`Error::is_locked`]: another desk or process has it open. [`Error::is_not_a_log`]: there is something
    /// else, an empty file for one. [`Error::is_newer`]: a newer version wrote it. [`Error::is_corrupt`]: bytes
    /// that were durable are damaged or gone, at [`Error::offset`]; the whole log is gone while its head is there.
    /// [`Error::is_headless`]: there are records and no head that belongs to them. [`Error::is_diverged`]: the head
    /// tells of other records. [`Error::is_missing`]: there is none, and it [must exist](Self::must_exist).
    /// [`Error::is_unavailable`] or [`Error::is_full`]: the file system did not let it be
    /// opened. In none of these cases is any batch changed or lost.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<FileLog, Error> {
        self.open_at(&self.place(path.as_ref()))
    }

    /// Opens the log in a folder to read it only. See [`open_to_read`](Self::open_to_read).
    ///
    /// # Errors
    /// As [`open_to_read`](Self::open_to_read).
    pub fn open_to_read_in(&self, folder: impl AsRef<Path>) -> Result<FileReader, Error> {
        self.open_to_read(folder.as_ref().join(LOG_NAME))
    }

    /// Opens the log at a path to read it only: beside a desk that writes it, or on a medium that takes nothing. No file
    /// is made or changed, and no lock is taken.
    ///
    /// # Errors
    /// As for [`open`](Self::open), but that nothing is locked. [`Error::is_missing`]: there is no log.
    /// [`Error::is_headless`]: there is no head; only [`rebuild_head`](Self::rebuild_head) makes one, and not here.
    pub fn open_to_read(&self, path: impl AsRef<Path>) -> Result<FileReader, Error> {
        let place = self.place(path.as_ref());
        let Some(file) = place.open_to_read()? else {
            return Err(missing(place.path()));
        };
        let frames = Frames::of(file)?;
        let head = place.in_its_folder(HEAD_NAME);
        let found = HeadFile::look_up(head.open_to_read()?, &frames.header)?;
        let head = believed(found, &head)?;
        FileReader::new(frames, head, &mut |progress| self.progress.tell(progress))
    }

    fn place(&self, path: &Path) -> Place {
        Place::new(Arc::clone(&self.storage), path)
    }

    fn open_at(&self, place: &Place) -> Result<FileLog, Error> {
        // A first look, so that no lock is left beside a file that is no log.
        match place.open()? {
            Some(found) => drop(Frames::of(found)?),
            None if self.must_exist => return Err(missing(place.path())),
            None => {}
        }
        let lock = place.lock(LOCK_NAME)?;
        let file = match place.open()? {
            Some(file) => file,
            None if self.must_exist => return Err(missing(place.path())),
            None => self.create(place)?,
        };
        let frames = Frames::of(file)?;
        let head_place = place.in_its_folder(HEAD_NAME);
        let head = self.find_head(&frames, &head_place)?;
        let known = head.as_ref().map(|head| head.newest().mark);
        let walked = judge(&frames, known, &mut |progress| self.progress.tell(progress))?;
        let mut report = settle(&frames, &walked)?;
        report.head_rebuilt = head.is_none();
        let head = kept(head, &frames, &head_place, &walked)?;
        Ok(FileLog::new(Opened { frames, head, walked, report, head_sync: self.head_sync, lock }))
    }

    fn create(&self, place: &Place) -> Result<PlacedFile, Error> {
        head::check_no_log_was_here(&place.in_its_folder(HEAD_NAME))?;
        let mut salt: Salt = [0; 16];
        getrandom::fill(&mut salt).map_err(|cause| {
            let error = Error::new(Kind::Unavailable, "the system gives no random numbers");
            error.in_file(place.path()).because(cause)
        })?;
        let log = self.id.unwrap_or_else(LogId::random);
        place.create(&FileHeader { log, salt }.encode())
    }

    /// The head that belongs to a log; `None` if it is to be rebuilt.
    fn find_head(&self, frames: &Frames, place: &Place) -> Result<Option<HeadFile>, Error> {
        if self.rebuild_head {
            return Ok(None);
        }
        let found = HeadFile::look_up(place.open()?, &frames.header)?;
        // The process that made the log may have stopped before it made the head.
        if matches!(found, Found::Missing) && is_bare(frames)? {
            return HeadFile::create(place, &frames.header, frames.origin()).map(Some);
        }
        believed(found, place).map(Some)
    }
}

fn missing(path: &Path) -> Error {
    Error::new(Kind::Missing, "there is no log").in_file(path)
}

fn believed(found: Found, place: &Place) -> Result<HeadFile, Error> {
    match found {
        Found::Head(head) => Ok(*head),
        Found::Missing => Err(headless(place, "the head of the log is missing")),
        Found::Foreign => Err(headless(place, "the head is damaged, or that of another log")),
    }
}

/// The head of a log that was settled, telling durably where it ends.
fn kept(head: Option<HeadFile>, frames: &Frames, place: &Place, walked: &Walked) -> Result<HeadFile, Error> {
    let mark = walked.head;
    let Some(mut head) = head else {
        return HeadFile::create(place, &frames.header, mark);
    };
    let failed = |cause| {
        Error::new(Kind::Unavailable, "the head cannot be made durable").in_file(place.path()).because(cause)
    };
    if head.is_new() {
        // Who made the log, or the head, may have stopped before their names were durable.
        place.sync_folder().map_err(failed)?;
    }
    head.confirm().map_err(failed)?;
    if !head.is_kept(mark) {
        head.put(mark).and_then(|()| head.sync()).map_err(failed)?;
    }
    Ok(head)
}
