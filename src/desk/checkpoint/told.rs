//! What is told of checkpoints: how a desk came to know what its log holds, why a checkpoint was passed by, and why one
//! could not be written.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fault::is_full;
use crate::record::Position;

/// How a desk came to know what its log holds. See [`Desk::opening`](crate::Desk::opening).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opening {
    /// The position of the checkpoint that it began with; [`Position::START`] if it began with nothing.
    pub checkpoint: Position,
    /// How many records it folded after that, one by one.
    pub replayed: u64,
    /// Why the checkpoint that was there was not used. The whole log was replayed then.
    pub passed_by: Option<CheckpointUnused>,
}

impl Opening {
    /// Begun with nothing.
    pub(super) fn anew(passed_by: Option<CheckpointUnused>) -> Self {
        Self { checkpoint: Position::START, replayed: 0, passed_by }
    }

    /// Begun with a checkpoint.
    pub(super) fn with(checkpoint: Position) -> Self {
        Self { checkpoint, replayed: 0, passed_by: None }
    }
}

/// Why a checkpoint was not used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckpointUnused {
    /// Its file could not be read, for this reason.
    Unreadable(String),
    /// Its bytes are not what was written: cut short, changed, or never a checkpoint.
    Damaged,
    /// Another version of this crate wrote it, which may fold otherwise.
    OtherVersion,
    /// It is of another log.
    OtherLog,
    /// It goes further than the log does: the log is an older copy, or has lost its end. What was booked in between is not there,
    /// though somebody was told so; positions behind its end will be those of other records.
    Ahead {
        /// How far it goes.
        checkpoint: Position,
        /// Where the log ends.
        head: Position,
    },
    /// The log holds something else up to there, or no decision ends there.
    OtherHistory {
        /// How far it goes.
        checkpoint: Position,
    },
}

impl fmt::Display for CheckpointUnused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "the checkpoint cannot be read: {why}"),
            Self::Damaged => f.write_str("the checkpoint is damaged"),
            Self::OtherVersion => f.write_str("another version wrote the checkpoint"),
            Self::OtherLog => f.write_str("the checkpoint is of another log"),
            Self::Ahead { checkpoint, head } => {
                write!(f, "the checkpoint is of position {checkpoint}, and the log ends at {head}")
            }
            Self::OtherHistory { checkpoint } => {
                write!(
                    f,
                    "the log holds something else up to position {checkpoint} than when the checkpoint was made"
                )
            }
        }
    }
}

/// A checkpoint that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checkpointed {
    /// The position up to which it holds what was folded: the next opening replays what comes after.
    pub position: Position,
    /// How long it is, in bytes.
    pub bytes: u64,
}

/// A checkpoint could not be written. The log is as it was, and so is the checkpoint before, if there was one; what was
/// written of the new one is removed.
#[derive(Clone, Debug)]
pub struct CheckpointError {
    path: Option<PathBuf>,
    cause: Option<Arc<io::Error>>,
}

impl CheckpointError {
    /// Nobody said where to.
    pub(super) fn no_place() -> Self {
        Self { path: None, cause: None }
    }

    #[cfg(feature = "file")]
    pub(super) fn at(path: &Path, cause: io::Error) -> Self {
        Self { path: Some(path.to_owned()), cause: Some(Arc::new(cause)) }
    }

    /// Whether the desk was not told of a place for checkpoints, as one in memory is not.
    #[must_use]
    pub fn is_without_place(&self) -> bool {
        self.path.is_none()
    }

    /// Whether there was no room for it.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.cause.as_deref().is_some_and(is_full)
    }

    /// The file that could not be written.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}: the checkpoint could not be written", path.display()),
            None => f.write_str("nobody said where checkpoints are kept"),
        }
    }
}

impl std::error::Error for CheckpointError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let cause: &io::Error = self.cause.as_deref()?;
        Some(cause)
    }
}
