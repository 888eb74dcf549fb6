//! Looks at every key of a key file, without giving any out.

use std::fmt;
use std::path::Path;

use super::reading::KeyFile;
use super::shape::Slot;
use super::{VaultError, failed};
use crate::id::LogId;
use crate::sealed::KeyRef;

/// What was found in a key file. See [`verify_keys`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckedKeys {
    /// The log whose keys they are.
    pub log: LogId,
    /// How many keys are there, given out or not yet, that pass their check.
    pub whole: u64,
    /// How many were destroyed on purpose.
    pub erased: u64,
    /// Those that do not pass their check, in order: what is sealed with one of them does not open any more.
    pub damaged: Vec<KeyRef>,
}

impl CheckedKeys {
    /// Whether nothing is damaged.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.damaged.is_empty()
    }

    fn note(&mut self, key: KeyRef, slot: Result<Slot, VaultError>) -> Result<(), VaultError> {
        match slot {
            Ok(Slot::Erased) => self.erased = self.erased.saturating_add(1),
            Ok(Slot::Plain(_) | Slot::Wrapped(_)) => self.whole = self.whole.saturating_add(1),
            Err(error) if error.is_damaged() => self.damaged.push(key),
            Err(newer) => return Err(newer),
        }
        Ok(())
    }
}

/// In a line: `512 keys, 3 destroyed on purpose, none damaged`.
impl fmt::Display for CheckedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keys, {} destroyed on purpose, ", self.whole, self.erased)?;
        match self.damaged.as_slice() {
            [] => f.write_str("none damaged"),
            [first, ..] => write!(f, "{} damaged, the first is key {}", self.damaged.len(), first.get()),
        }
    }
}

/// Checks every key of a key file, also while a desk gives out its keys, or of a copy of it.
///
/// A damaged key shows otherwise only when what it has sealed is to be opened. So look at a copy before an older one is destroyed:
/// a key that is damaged here may be whole there. It opens nothing, and needs no wrapping key: of a wrapped key it checks
/// the bytes, not that the wrapping key is the right one. Whether all keys are there that a log needs is told by opening its desk.
///
/// ```
/// use gather::privacy::verify_keys;
/// use gather::{Desk, PersonDetails};
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let desk = Desk::open(folder)?;
/// let ann = desk.record_person(PersonDetails::new("Ann Example"))?.outcome;
/// drop(desk.forget(ann)?);
///
/// let found = verify_keys(folder.join("keys.gather"))?;
/// assert!(found.is_sound());
/// assert_eq!(found.erased, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// There is no key file ([`VaultError::is_unavailable`]), it is none or has a damaged header, a newer version wrote it, or it
/// cannot be read.
pub fn verify_keys(path: impl AsRef<Path>) -> Result<CheckedKeys, VaultError> {
    let path = path.as_ref();
    let (file, unread) = (KeyFile::open(path)?, |cause| failed("cannot read the key file", path, cause));
    let mut found = CheckedKeys { log: file.header.log, whole: 0, erased: 0, damaged: Vec::new() };
    let note = |found: &mut CheckedKeys, first: u64, slots: &[u8]| {
        let mut each = (first..).map(KeyRef::new).zip(slots.as_chunks().0);
        each.try_for_each(|(key, slot)| found.note(key, Slot::read(slot, (file.header.vault, key))))
    };
    for piece in file.pieces() {
        let (first, slots) = piece.map_err(unread)?;
        note(&mut found, first, &slots).map_err(|error| error.in_file(path))?;
    }
    // One that was being destroyed may have been half of what it was.
    for key in std::mem::take(&mut found.damaged) {
        note(&mut found, key.get(), &file.slot(key).map_err(unread)?).map_err(|error| error.in_file(path))?;
    }
    Ok(found)
}
