//! How a desk is opened: its log, its keys, its clock.

use std::fmt;
use std::sync::{Arc, RwLock};

use super::clock::system_clock;
use super::following::Followers;
use super::open::Open;
use super::queue::Queue;
use super::sync::Mutex;
use super::writing::{Deciding, Standing};
use super::{Clock, Desk, Error, Inner, RequestIds};
use crate::domain::State;
use crate::id::RequestId;
use crate::log::{Log, MemoryLog};
use crate::privacy::{KeyVault, Keyring, MemoryVault};
use crate::projection::Lists;

#[cfg(feature = "file")]
use {
    crate::log::{FileLog, LOG_NAME},
    crate::privacy::{FileVault, check_log_is_there},
    std::path::Path,
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
}

impl fmt::Debug for DeskBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeskBuilder").finish_non_exhaustive()
    }
}

impl Desk {
    /// Opens the desk of a folder: its log (`log.gather`), its keys (`keys.gather`), and whatever was booked before.
    /// Creates the folder and the log where there are none; the keys come with the first personal data. Keep a copy
    /// of both files: the log without the keys has no names.
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
        DeskBuilder { clock: Box::new(system_clock), requests: Box::new(RequestId::random) }
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

    /// Opens the desk of a folder. See [`Desk::open`].
    ///
    /// # Errors
    /// As for [`Desk::open`].
    #[cfg(feature = "file")]
    pub fn open(self, dir: impl AsRef<Path>) -> Result<Desk, Error> {
        let keys = dir.as_ref().join("keys.gather");
        check_log_is_there(&keys, &dir.as_ref().join(LOG_NAME))?;
        let log = FileLog::open_in(&dir)?;
        let vault = FileVault::open(keys, log.anchor()?.log)?;
        let report = log.open_report().clone();
        let mut inner = self.inner(Box::new(log), Arc::new(vault));
        inner.report = Some(report);
        opened(inner)
    }

    /// Opens a desk that keeps everything in memory.
    #[must_use]
    pub fn in_memory(self) -> Desk {
        let inner = self.inner(Box::new(MemoryLog::new()), Arc::new(MemoryVault::new()));
        Desk { inner: Arc::new(Open::new(inner)) }
    }

    /// Opens a desk over a log and a vault of the host's own, and folds what the log holds.
    ///
    /// # Errors
    /// The log cannot be read; the vault lacks keys that the log names.
    pub fn over(self, log: impl Log + 'static, vault: Arc<dyn KeyVault>) -> Result<Desk, Error> {
        opened(self.inner(Box::new(log), vault))
    }

    fn inner(self, log: Box<dyn Log>, vault: Arc<dyn KeyVault>) -> Inner {
        let Self { clock, requests } = self;
        let keyring = Arc::new(Keyring::new(vault));
        let shared = log.has_other_writers();
        // Not known yet where the log ends: whoever is first folds it.
        let deciding = Deciding { state: State::default(), standing: Standing::Beyond };
        Inner {
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
            followers: Followers::default(),
        }
    }
}

/// A desk that knows all that its log holds.
fn opened(inner: Inner) -> Result<Desk, Error> {
    let desk = Desk { inner: Arc::new(Open::new(inner)) };
    desk.refresh()?;
    Ok(desk)
}
