//! One opaque error for every vault: what went wrong, with which key, in which file.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fault::{is_full, needs_somebody};
use crate::sealed::KeyRef;

type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// A vault could not do its work. Whatever it is, nothing that was there before has been overwritten.
///
/// Ask it what it is with the `is_…` methods; its text names the file and the key. A vault of a host's own makes
/// one with [`missing`](Self::missing), [`damaged`](Self::damaged), [`erased`](Self::erased) or [`unavailable`](Self::unavailable).
#[derive(Clone, Debug)]
pub struct VaultError(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: Kind,
    what: String,
    key: Option<KeyRef>,
    expected: Option<u64>,
    path: Option<PathBuf>,
    cause: Option<Cause>,
}

/// What went wrong, told apart by what can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Bring the right key file.
    Missing,
    /// Nothing: it was destroyed on purpose.
    Erased,
    /// Bring the wrapping key of this key file.
    WrongWrappingKey,
    /// Bring a copy from before the damage.
    Damaged,
    /// Bring the key file of this log.
    Foreign,
    /// Not a key file at all.
    NotAKeyFile,
    /// Use a newer version of this crate.
    Newer,
    /// Nothing: it is of a draft that is read no more.
    Older,
    /// Try again, or look at permissions and disks.
    Unavailable,
}

impl VaultError {
    /// The vault does not have this key: it was lost, or the vault is older than the log or not the log's own.
    #[must_use]
    pub fn missing(key: KeyRef) -> Self {
        Self::new(Kind::Missing, "the vault does not have a key that the log needs").for_key(key)
    }

    /// The vault has this key, but what it has does not pass its own check.
    #[must_use]
    pub fn damaged(key: KeyRef) -> Self {
        Self::new(Kind::Damaged, "a key does not pass its own check").for_key(key)
    }

    /// The vault had this key, and it was destroyed on purpose: by [`KeyVault::erase`](super::KeyVault::erase).
    #[must_use]
    pub fn erased(key: KeyRef) -> Self {
        Self::new(Kind::Erased, "a key was destroyed on purpose").for_key(key)
    }

    /// The vault cannot be reached, read or written right now; `what` says what was tried.
    #[must_use]
    pub fn unavailable(what: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, what)
    }

    /// Adds the error that led to this one, as its source.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Arc::make_mut(&mut self.0).cause = Some(Arc::from(cause.into()));
        self
    }

    pub(super) fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self(Arc::new(Inner { kind, what: what.into(), key: None, expected: None, path: None, cause: None }))
    }

    pub(super) fn for_key(mut self, key: KeyRef) -> Self {
        Arc::make_mut(&mut self.0).key = Some(key);
        self
    }

    pub(crate) fn expecting(mut self, keys: u64) -> Self {
        Arc::make_mut(&mut self.0).expected = Some(keys);
        self
    }

    #[cfg_attr(not(feature = "file"), expect(dead_code, reason = "only files have paths"))]
    pub(super) fn in_file(mut self, path: &Path) -> Self {
        Arc::make_mut(&mut self.0).path = Some(path.to_owned());
        self
    }

    /// The vault does not have a key that the log needs; [`key`](Self::key) says which.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.0.kind == Kind::Missing
    }

    /// A key was destroyed on purpose, and the vault says so.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.0.kind == Kind::Erased
    }

    /// The key file is wrapped with another key than the one that was given, or with none, or one was needed.
    #[must_use]
    pub fn is_wrong_wrapping_key(&self) -> bool {
        self.0.kind == Kind::WrongWrappingKey
    }

    /// A key, or the header of the key file, does not pass its own check. It was not destroyed on purpose.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.0.kind == Kind::Damaged
    }

    /// The key file belongs to another log.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.0.kind == Kind::Foreign
    }

    /// What was opened is not a key file.
    #[must_use]
    pub fn is_not_a_key_file(&self) -> bool {
        self.0.kind == Kind::NotAKeyFile
    }

    /// A newer version of this crate wrote something that this one cannot read.
    #[must_use]
    pub fn is_newer(&self) -> bool {
        self.0.kind == Kind::Newer
    }

    /// The key file is of format 0, a draft that came before the format was frozen, and is read no more.
    #[must_use]
    pub fn is_older(&self) -> bool {
        self.0.kind == Kind::Older
    }

    /// The vault cannot be reached, read or written right now.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        self.0.kind == Kind::Unavailable
    }

    /// There is no room for more keys; it [is unavailable](Self::is_unavailable), too. Where there is room again, the same call
    /// works.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.is_unavailable() && self.cause().is_some_and(is_full)
    }

    /// Whether the same call may work later without anybody's doing.
    #[must_use]
    pub fn may_retry(&self) -> bool {
        self.is_unavailable() && !self.cause().is_some_and(needs_somebody)
    }

    /// What the file system said, if it was that.
    fn cause(&self) -> Option<&io::Error> {
        self.0.cause.as_deref()?.downcast_ref()
    }

    /// Which key, where one was asked for.
    #[must_use]
    pub fn key(&self) -> Option<KeyRef> {
        self.0.key
    }

    /// How many keys the log still needs, where a desk was opened and its vault was not the right one: keys of people who were
    /// forgotten, and of answers that have expired, are not among them.
    #[must_use]
    pub fn expected_keys(&self) -> Option<u64> {
        self.0.expected
    }

    /// Which file, where there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }
}

impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { what, key, expected, path, cause, kind: _ } = &*self.0;
        f.write_str(what)?;
        if let Some(key) = key {
            write!(f, ", key {}", key.get())?;
        }
        if let Some(path) = path {
            write!(f, ", in {}", path.display())?;
        }
        if let Some(expected) = expected {
            write!(f, "; the log needs {expected} keys that were not erased")?;
        }
        match cause {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for VaultError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.cause {
            Some(cause) => Some(&**cause),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn the_text_names_key_file_and_cause() {
        let error = VaultError::damaged(KeyRef::new(7))
            .in_file(Path::new("bookings.keys"))
            .because(io::Error::other("the disk is tired"));
        assert_eq!(
            error.to_string(),
            "a key does not pass its own check, key 7, in bookings.keys: the disk is tired"
        );
        assert!(error.is_damaged() && !error.is_missing());
        assert_eq!(error.key(), Some(KeyRef::new(7)));
        assert_eq!(error.source().unwrap().to_string(), "the disk is tired");
    }
}
