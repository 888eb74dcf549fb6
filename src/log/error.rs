//! One opaque error for every store: what went wrong, where, and what is then true of the log.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fault::needs_somebody;
use crate::id::RequestId;
use crate::record::Position;

type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// The log could not do its work.
///
/// Ask it what it is with the `is_…` methods, and what to do with [`was_written`](Self::was_written) and
/// [`may_retry`](Self::may_retry). Its text names the file, the offset or the position.
///
/// It is cheap to clone: everybody whose bookings were in one write is told of the one error.
#[derive(Clone, Debug)]
pub struct Error(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: Kind,
    what: String,
    path: Option<PathBuf>,
    offset: Option<u64>,
    position: Option<Position>,
    cause: Option<Cause>,
}

/// What went wrong, told apart by what can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The store cannot be reached or read right now.
    Unavailable,
    /// The answer of a write was lost: it may or may not be stored.
    Uncertain,
    /// Not the log that was known.
    Diverged,
    /// The bytes are not what was written.
    Corrupt,
    /// Refused until it is opened again, since a write failed before.
    Poisoned,
    /// No room.
    Full,
    /// Written by a newer version of this crate.
    Newer,
    /// Written in a format that is read no more.
    Older,
    /// Something else holds the log.
    Locked,
    /// Not a log at all.
    NotALog,
    /// There is no log where one is to be.
    #[cfg_attr(not(feature = "file"), allow(dead_code, reason = "only files may be missing"))]
    Missing,
    /// The head of a log file is missing or cannot be believed.
    Headless,
    /// The log was opened to be read only.
    ReadOnly,
    /// The caller asked for what no log can do.
    Misuse,
}

/// How a store of a host's own says what went wrong. The text names the thing and stands before the cause.
impl Error {
    /// The store cannot be reached or read right now; nothing was written.
    #[must_use]
    pub fn unavailable(what: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, what)
    }

    /// The answer of a write was lost; it may or may not be stored.
    #[must_use]
    pub fn uncertain(what: impl Into<String>) -> Self {
        Self::new(Kind::Uncertain, what)
    }

    /// This is not the log that was known before.
    #[must_use]
    pub fn diverged(what: impl Into<String>) -> Self {
        Self::new(Kind::Diverged, what)
    }

    /// The bytes are not what was written.
    #[must_use]
    pub fn corrupt(what: impl Into<String>) -> Self {
        Self::new(Kind::Corrupt, what)
    }

    /// There is no room left; nothing was written.
    #[must_use]
    pub fn full(what: impl Into<String>) -> Self {
        Self::new(Kind::Full, what)
    }

    /// The caller asked for what no log can do: a batch without facts, a request id used for something else.
    #[must_use]
    pub fn misuse(what: impl Into<String>) -> Self {
        Self::new(Kind::Misuse, what)
    }

    /// Says at which record.
    #[must_use]
    pub fn at(self, position: Position) -> Self {
        self.at_position(position)
    }

    /// Says what is behind it.
    #[must_use]
    pub fn caused_by(self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.because(cause)
    }
}

impl Error {
    pub(crate) fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            what: what.into(),
            path: None,
            offset: None,
            position: None,
            cause: None,
        }))
    }

    /// Something is of another format than the one that is read.
    #[cfg_attr(not(feature = "file"), allow(dead_code, reason = "only files have a format"))]
    pub(crate) fn of_format(what: &str, format: u32, known: u32) -> Self {
        if format < known {
            let what = format!(
                "{what} has format {format}, a draft that is read no more; this version reads format {known}"
            );
            return Self::new(Kind::Older, what);
        }
        Self::new(Kind::Newer, format!("{what} has format {format}; this version reads format {known}"))
    }

    #[cfg_attr(not(feature = "file"), allow(dead_code, reason = "only files have a path and offsets"))]
    pub(crate) fn in_file(mut self, path: &Path) -> Self {
        self.inner().path = Some(path.to_owned());
        self
    }

    #[cfg_attr(not(feature = "file"), allow(dead_code, reason = "only files have a path and offsets"))]
    pub(crate) fn at_offset(mut self, offset: u64) -> Self {
        self.inner().offset = Some(offset);
        self
    }

    pub(crate) fn at_position(mut self, position: Position) -> Self {
        self.inner().position = Some(position);
        self
    }

    pub(crate) fn at_request(mut self, request: RequestId) -> Self {
        let what = format!("the batch of request {request}: {}", self.0.what);
        self.inner().what = what;
        self
    }

    #[cfg(feature = "json")]
    pub(crate) fn at_line(mut self, line: u64) -> Self {
        let what = format!("line {line}: {}", self.0.what);
        self.inner().what = what;
        self
    }

    pub(crate) fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.inner().cause = Some(Arc::from(cause.into()));
        self
    }

    /// What whoever comes behind a failed write is told: theirs is surely not stored.
    pub(crate) fn for_those_behind(&self) -> Self {
        if self.was_written().is_some() {
            return self.clone();
        }
        let what = "an earlier write failed, so this one was not tried";
        Self::new(Kind::Poisoned, what).because(self.clone())
    }

    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The store cannot be reached or read right now.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        self.kind() == Kind::Unavailable
    }

    /// The answer of a write was lost. Open the log again and send the same request: it is done once.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        self.kind() == Kind::Uncertain
    }

    /// This is not the log that was known before: restored from a backup, or another one in its place.
    #[must_use]
    pub fn is_diverged(&self) -> bool {
        self.kind() == Kind::Diverged
    }

    /// The bytes are not what was written; [`offset`](Self::offset) or [`position`](Self::position) says where.
    #[must_use]
    pub fn is_corrupt(&self) -> bool {
        self.kind() == Kind::Corrupt
    }

    /// A write failed before; the log refuses until it is opened again.
    #[must_use]
    pub fn is_poisoned(&self) -> bool {
        self.kind() == Kind::Poisoned
    }

    /// There is no room left.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.kind() == Kind::Full
    }

    /// A newer version of this crate wrote something that this one cannot read.
    #[must_use]
    pub fn is_newer(&self) -> bool {
        self.kind() == Kind::Newer
    }

    /// It is of format 0, a draft that came before the format was frozen, and is read no more. Nothing of it was changed. What
    /// was written in format 1 is never older.
    #[must_use]
    pub fn is_older(&self) -> bool {
        self.kind() == Kind::Older
    }

    /// Another process, or another desk of this one, holds the log.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.kind() == Kind::Locked
    }

    /// What was opened is not a log.
    #[must_use]
    pub fn is_not_a_log(&self) -> bool {
        self.kind() == Kind::NotALog
    }

    /// There is no log where one has to be. Nothing was made.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.kind() == Kind::Missing
    }

    /// The file that says up to where the log was durable is missing, damaged or another log's, while the log has
    /// records. So whether the log has lost its end cannot be told. Where it is known to be whole, as it was copied or
    /// restored without its head, it is opened once with
    #[cfg_attr(
        feature = "file",
        doc = "[`FileLogOptions::rebuild_head`](super::FileLogOptions::rebuild_head)."
    )]
    #[cfg_attr(not(feature = "file"), doc = "`FileLogOptions::rebuild_head`.")]
    #[must_use]
    pub fn is_headless(&self) -> bool {
        self.kind() == Kind::Headless
    }

    /// The log was opened to be read only, and takes nothing.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.kind() == Kind::ReadOnly
    }

    /// The caller asked for what no log can do: a batch without facts, a request's id used for something else.
    #[must_use]
    pub fn is_misuse(&self) -> bool {
        self.kind() == Kind::Misuse
    }

    /// Where in the file, where that is known.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.0.offset
    }

    /// At which record, where that is known.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.0.position
    }

    /// Whether what was to be appended may be stored: `Some(false)` is surely not, `None` is nobody knows.
    ///
    /// It speaks of this call alone. Where an earlier one with the same request was answered `None`, that one may be stored all
    /// the same: whatever is said to calls after it, only the log opened again can tell. Send the same request there: it is done
    /// once.
    #[must_use]
    pub fn was_written(&self) -> Option<bool> {
        if self.kind() == Kind::Uncertain { None } else { Some(false) }
    }

    /// Whether the same call may work later without anybody's doing. Not where somebody has to put something right first: a
    /// path that leads nowhere, a folder that is not to be written to.
    #[must_use]
    pub fn may_retry(&self) -> bool {
        match self.kind() {
            Kind::Full | Kind::Locked => true,
            Kind::Unavailable => !self.cause().is_some_and(needs_somebody),
            Kind::Uncertain
            | Kind::Diverged
            | Kind::Corrupt
            | Kind::Poisoned
            | Kind::Newer
            | Kind::Older
            | Kind::NotALog
            | Kind::Missing
            | Kind::Headless
            | Kind::ReadOnly
            | Kind::Misuse => false,
        }
    }

    /// What the file system said, if it was that.
    fn cause(&self) -> Option<&io::Error> {
        self.0.cause.as_deref()?.downcast_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { what, path, offset, position, cause, .. } = &*self.0;
        f.write_str(what)?;
        if let Some(path) = path {
            write!(f, ", in {}", path.display())?;
        }
        if let Some(offset) = offset {
            write!(f, ", at offset {offset}")?;
        }
        if let Some(position) = position {
            write!(f, ", at position {position}")?;
        }
        match cause {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.cause {
            Some(cause) => Some(&**cause),
            None => None,
        }
    }
}
