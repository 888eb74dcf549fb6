//! How a desk is opened: its log, its keys, its clock.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};

use super::checkpoint::{self, Checkpoints, Wishes};
use super::clock::system_clock;
use super::following::Followers;
use super::kept_list::KeptLists;
use super::open::Open;
use super::queue::Queue;
use super::sync::Mutex;
use super::writing::{Deciding, Standing};
use super::{Clock, Desk, Error, Inner, RequestIds};
use crate::domain::State;
use crate::id::RequestId;
use crate::log::{Log, MemoryLog, Progress};
use crate::privacy::{KeyVault, Keyring, MemoryVault};
use crate::projection::Lists;

#[cfg(feature = "file")]
use {
    super::checkpoint::CHECKPOINT_NAME,
    super::writing::PAGE,
    crate::log::{FileLog, FileLogOptions, LOG_NAME},
    crate::privacy::{FileVault, Key, check_log_is_there, has_torn_ends},
    crate::record::{Position, StoredBatch},
    std::path::{Path, PathBuf},
};

/// What a desk reads the time from and takes request ids from, before it is opened.
///
/// Begin with [`Desk::builder`]; end with `open` (a folder), [`in_memory`](Self::in_memory) or, for a log and keys
/// of your own, [`over`](Self::over).
///
/// # Example
/// ```
/// use chrono::{DateTime, Utc};
/// use gather::Desk;
///
/// let noon: DateTime<Utc> = "2026-03-05T12:00:00Z".parse()?;
/// let desk = Desk::builder().clock(move || noon).in_memory();
/// # let _ = desk;
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub struct DeskBuilder {
    clock: Box<dyn Clock>,
    requests: Box<dyn RequestIds>,
    wishes: Wishes,
    #[cfg(feature = "file")]
    wrapping: Option<Key>,
    #[cfg(feature = "file")]
    log: FileLogOptions,
}

impl fmt::Debug for DeskBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeskBuilder").finish_non_exhaustive()
    }
}

impl Desk {
    /// Opens the desk of a folder: its log (`log.gather` and `head.gather`), its keys (`keys.gather`), and whatever was
    /// booked before. Creates the folder and the log where there are none, unless they
    /// [must exist](DeskBuilder::must_exist); the keys come with the first personal data.
    /// Back them up with [`Desk::backup`] and, apart, [`backup_keys`](crate::privacy::backup_keys): the log without the keys
    /// has no names, and every copy of a key is one more to destroy. A log without its head is opened only once somebody has
    /// said that it is whole ([`rebuild_head`](crate::log::FileLogOptions::rebuild_head)). If there is a checkpoint
    /// (`checkpoint.gather`), only what came after it is folded; it need not be kept. See
    /// [`checkpoint`](Self::checkpoint).
    ///
    /// One desk at a time: the folder is locked while a desk, or a clone of it, is alive.
    ///
    /// # Errors
    /// [`Error::Log`]: another process has it open, the folder holds something that is no log, a log of a newer
    /// version or a damaged one; [`log::Error`](crate::log::Error) tells them apart. [`Error::Vault`]: the keys are
    /// missing, damaged or those of another log, or they are there and their log is gone. Nothing is overwritten. A
    /// torn end (the process died while writing) is no error: it is cut off and kept beside the log, and
    /// [`open_report`](Self::open_report) tells of it.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path().join("bookings");
    /// let desk = Desk::open(&folder)?;
    /// let webinar = desk.announce(Gathering::webinar("Open day"))?.outcome;
    /// drop(desk); // lets go of the folder
    ///
    /// let desk = Desk::open(&folder)?;
    /// assert_eq!(desk.gathering(webinar)?.announcement().title, "Open day");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "file")]
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, Error> {
        Self::builder().open(dir)
    }

    /// A desk that keeps everything in memory: for tests, trials and examples.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::builder().in_memory()
    }

    /// Begins with the computer's clock and random request ids.
    #[must_use]
    pub fn builder() -> DeskBuilder {
        DeskBuilder {
            clock: Box::new(system_clock),
            requests: Box::new(RequestId::random),
            wishes: Wishes::default(),
            #[cfg(feature = "file")]
            wrapping: None,
            #[cfg(feature = "file")]
            log: FileLog::options(),
        }
    }
}

impl DeskBuilder {
    /// Takes the time from this clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Takes the ids of requests that bring none from here.
    #[must_use]
    pub fn requests(mut self, requests: impl RequestIds + 'static) -> Self {
        self.requests = Box::new(requests);
        self
    }

    /// Keeps checkpoints in this file, and begins with the one that is there, if it fits. A desk on a folder keeps them
    /// there unless this says otherwise. Several desks on one log have a file each.
    ///
    /// See [`Desk::checkpoint`]; [`Desk::opening`] tells whether one was used, and why not.
    #[cfg(feature = "file")]
    #[must_use]
    pub fn checkpoint_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.wishes.place = Some(path.into());
        self
    }

    /// Begins with a checkpoint that the host has kept, if it fits, instead of one in a file. See
    /// [`Desk::checkpoint_bytes`]. A desk in memory has no use for it.
    #[must_use]
    pub fn from_checkpoint(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.wishes.given = Some(bytes.into());
        self
    }

    /// Writes a checkpoint by itself after so many records; 0, the default, is never.
    ///
    /// There is no thread for it: whoever's call makes the number full writes it before they get their receipt, when
    /// the booking is done and others are answered. That is so for [`execute`](Desk::execute) and
    /// [`Pending::wait`](crate::Pending::wait); awaiting a [`Pending`](crate::Pending) writes none, since that would keep
    /// its runtime waiting. What goes wrong with it does not fail the booking; [`Desk::last_checkpoint`] tells. It is
    /// tried again after as many records.
    ///
    /// Each holds all that was folded, so take a number that the log does not reach many times a day: 100,000 for one.
    ///
    /// ```
    /// use gather::{Desk, Gathering, PersonId};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path().join("bookings");
    /// let desk = Desk::builder().checkpoint_every(2).open(&folder)?;
    /// let talk = desk.announce(Gathering::webinar("Open day"))?.outcome;
    /// assert!(desk.last_checkpoint().is_none());
    /// let opened = desk.open_booking(talk)?;
    /// assert_eq!(desk.last_checkpoint().unwrap()?.position, opened.position);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn checkpoint_every(mut self, records: u64) -> Self {
        self.wishes.every = records;
        self
    }

    /// Is told, while the log is replayed, how far that has come: at the beginning, now and then, and at the end. It runs
    /// in the thread that opens the desk, and keeps it waiting. What a checkpoint holds is not replayed, and nothing is told
    /// while it is read.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use gather::log::MemoryLog;
    /// use gather::privacy::MemoryVault;
    /// use gather::{Desk, Gathering};
    ///
    /// let (log, vault) = (Arc::new(MemoryLog::new()), Arc::new(MemoryVault::new()));
    /// drop(Desk::builder().over(Arc::clone(&log), vault.clone())?.announce(Gathering::webinar("Open day"))?);
    ///
    /// let desk = Desk::builder().progress(|at| println!("{} %", at.percent())).over(log, vault)?;
    /// # let _ = desk;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn progress(mut self, tell: impl FnMut(Progress) + Send + 'static) -> Self {
        self.wishes.progress = Some(Box::new(tell));
        self
    }

    /// Makes no folder and no log where there are none: the desk is not opened then, and the error says
    /// [`is_missing`](crate::log::Error::is_missing). For a program whose log is known to be there, as it is in service: where
    /// its disk is not mounted, or somebody has moved the folder, it would begin with an empty log otherwise.
    ///
    /// ```
    /// use gather::Desk;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path().join("bookings");
    /// let error = Desk::builder().must_exist().open(&folder).unwrap_err();
    /// assert!(error.log().unwrap().is_missing() && !folder.exists());
    ///
    /// drop(Desk::open(&folder)?); // once, when the service is set up
    /// let desk = Desk::builder().must_exist().open(&folder)?;
    /// # let _ = desk;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "file")]
    #[must_use]
    pub fn must_exist(mut self) -> Self {
        self.log = self.log.must_exist();
        self
    }

    /// Opens the desk of a folder. See [`Desk::open`].
    ///
    /// # Errors
    /// As for [`Desk::open`].
    #[cfg(feature = "file")]
    pub fn open(self, dir: impl AsRef<Path>) -> Result<Desk, Error> {
        let keys = dir.as_ref().join("keys.gather");
        check_log_is_there(&keys, &dir.as_ref().join(LOG_NAME))?;
        let log = self.log.open_in(&dir)?;
        let vault = Arc::new(self.open_vault(&keys, &log)?);
        let desk = self.open_folder(dir.as_ref(), log, Keyring::new(Arc::<FileVault>::clone(&vault)))?;
        // Nobody may get a key that opens something in there: it would not be destroyed together with whom it is about.
        if has_torn_ends(&dir.as_ref().join(LOG_NAME)) {
            vault.erase_all_but(&desk.inner.keyring.named())?;
        }
        Ok(desk)
    }

    /// Opens the desk of a folder without its keys: lost, or not to be had here. What is clear is there: gatherings, counts,
    /// lines, who stands where by id. What is personal is [`Unavailable::KeyMissing`](crate::Unavailable::KeyMissing), or
    /// forgotten where the log says so. Whatever needs sealing is refused, and so is forgetting; a registration without answers
    /// is not. No key file is made, and one that is there is not looked at.
    ///
    /// # Errors
    /// As for [`Desk::open`], but for those of the keys. A command that needs sealing fails with [`Error::Vault`], and leaves
    /// nothing in the log.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, PersonDetails, Unavailable};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path().join("bookings");
    /// let desk = Desk::open(&folder)?;
    /// let ann = desk.record_person(PersonDetails::new("Ann Example"))?.outcome;
    /// drop(desk);
    /// std::fs::remove_file(folder.join("keys.gather"))?;
    ///
    /// let lost = Desk::open(&folder).unwrap_err();
    /// assert_eq!(lost.vault().unwrap().expected_keys(), Some(1));
    /// let desk = Desk::builder().open_without_keys(&folder)?;
    /// assert!(desk.person(ann).unwrap().known().is_none());
    /// assert!(desk.record_person(PersonDetails::new("Bob Example")).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "file")]
    pub fn open_without_keys(self, dir: impl AsRef<Path>) -> Result<Desk, Error> {
        let log = self.log.open_in(&dir)?;
        self.open_folder(dir.as_ref(), log, Keyring::without_keys())
    }

    /// Keeps the keys of a desk in a folder enciphered with this one, which comes from the host's own store of secrets: who has
    /// the folder and not this key can read nothing personal in it. Say it from the first opening on; the file is wrapped from
    /// its beginning or not at all. See [`FileVault::options`].
    #[cfg(feature = "file")]
    #[must_use]
    pub fn wrapping_key(mut self, key: Key) -> Self {
        self.wrapping = Some(key);
        self
    }

    #[cfg(feature = "file")]
    fn open_vault(&self, keys: &Path, log: &FileLog) -> Result<FileVault, Error> {
        let options = FileVault::options();
        let options = match &self.wrapping {
            Some(key) => options.wrapping_key(key.clone()),
            None => options,
        };
        Ok(options.open(keys, log.anchor()?.log).map_err(|error| error.expecting(expected(log)))?)
    }

    #[cfg(feature = "file")]
    fn open_folder(mut self, dir: &Path, log: FileLog, keyring: Keyring) -> Result<Desk, Error> {
        let report = log.open_report().clone();
        self.wishes.place.get_or_insert_with(|| dir.join(CHECKPOINT_NAME));
        let (mut inner, wishes) = self.inner(Box::new(log), keyring);
        inner.report = Some(report);
        checkpoint::opened(inner, wishes)
    }

    /// Opens a desk that keeps everything in memory.
    #[must_use]
    pub fn in_memory(self) -> Desk {
        let (inner, _) = self.inner(Box::new(MemoryLog::new()), Keyring::new(Arc::new(MemoryVault::new())));
        Desk { inner: Arc::new(Open::new(inner)) }
    }

    /// Opens a desk over a log and a vault of the host's own, and folds what the log holds.
    ///
    /// Several desks may be over one log and one vault. So this destroys no key that the log does not name, as
    /// `open` does while a torn end lies beside the log: another desk may be about to store what such a key has
    /// sealed. Whoever opens a `FileLog` so deletes torn ends when nobody needs them.
    ///
    /// A log that is only read, as through a `FileReader`, has no desk: opening one takes the log's turn, which it refuses. A second process
    /// that only shows things [copies](crate::log::copy) it into a [`MemoryLog`] of the same id
    /// ([`with_id`](MemoryLog::with_id)), again and again what is new, and opens its desk over that; or it keeps
    /// [`Lists`] of its own and tells them of every record.
    ///
    /// # Errors
    /// The log cannot be read, or stores nothing ([`is_read_only`](crate::log::Error::is_read_only)); the vault lacks keys that
    /// the log names.
    pub fn over(self, log: impl Log + 'static, vault: Arc<dyn KeyVault>) -> Result<Desk, Error> {
        self.over_keyring(log, Keyring::new(vault))
    }

    pub(crate) fn over_keyring(self, log: impl Log + 'static, keyring: Keyring) -> Result<Desk, Error> {
        let (inner, wishes) = self.inner(Box::new(log), keyring);
        checkpoint::opened(inner, wishes)
    }

    fn inner(self, log: Box<dyn Log>, keyring: Keyring) -> (Inner, Wishes) {
        let Self { clock, requests, mut wishes, .. } = self;
        let keyring = Arc::new(keyring);
        let shared = log.has_other_writers();
        // Not known yet where the log ends: whoever is first folds it.
        let deciding = Deciding { state: State::default(), standing: Standing::Beyond };
        let inner = Inner {
            log,
            #[cfg(feature = "file")]
            report: None,
            keyring,
            clock,
            requests,
            shared,
            deciding: Mutex::new(deciding),
            queue: Queue::new(),
            known: Mutex::new(None),
            lists: RwLock::new(Lists::new()),
            addresses: Mutex::default(),
            kept_lists: KeptLists::default(),
            followers: Followers::default(),
            has_written: AtomicBool::new(false),
            checkpoints: Checkpoints::new(&mut wishes),
        };
        (inner, wishes)
    }
}

/// How many keys a log needs still. Asked where its vault cannot be opened, so that whoever looks for the right one knows what
/// is lost; 0 where the log cannot be read either.
#[cfg(feature = "file")]
fn expected(log: &dyn Log) -> u64 {
    let keyring = Keyring::without_keys();
    let mut after = Position::START;
    while let Ok(page) = log.read(after, PAGE) {
        let Some(last) = page.batches.last() else { break };
        after = last.last();
        page.batches.iter().flat_map(StoredBatch::records).for_each(|record| {
            // Who has no keys misses none.
            let _ = keyring.learn(&record);
        });
    }
    keyring.expected()
}
