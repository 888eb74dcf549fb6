//! A vault that lives and dies with its process.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::VaultError;
use super::vault::{Key, KeyVault};
use crate::collections::ChunkedVec;
use crate::id::VaultId;
use crate::sealed::KeyRef;

/// Keys in memory: for tests, for trying things out, and for logs that need not outlive their process.
///
/// When it is dropped, everything that its keys sealed is unreadable for ever.
pub struct MemoryVault {
    id: VaultId,
    /// Each in its own allocation, so that a growing list leaves no copies of keys behind; `None` where it was erased.
    keys: Mutex<ChunkedVec<Option<Arc<Key>>>>,
}

impl MemoryVault {
    /// A vault without keys, with a random id.
    #[must_use]
    pub fn new() -> Self {
        Self { id: VaultId::random(), keys: Mutex::default() }
    }

    /// A panic elsewhere cannot leave the list half changed, so a poisoned lock is as good as any.
    fn keys(&self) -> MutexGuard<'_, ChunkedVec<Option<Arc<Key>>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key; `None` where it was erased.
    fn find(&self, key: KeyRef) -> Result<Option<Arc<Key>>, VaultError> {
        let index = usize::try_from(key.get()).ok();
        index.and_then(|index| self.keys().get(index).cloned()).ok_or_else(|| VaultError::missing(key))
    }
}

impl Default for MemoryVault {
    fn default() -> Self {
        Self::new()
    }
}

impl KeyVault for MemoryVault {
    fn id(&self) -> VaultId {
        self.id
    }

    fn fresh(&self) -> Result<KeyRef, VaultError> {
        self.fresh_key().map(|(number, _)| number)
    }

    fn fresh_key(&self) -> Result<(KeyRef, Option<Key>), VaultError> {
        let key = Arc::new(Key::random()?);
        let own = Key::clone(&key);
        let mut keys = self.keys();
        let number = u64::try_from(keys.len()).unwrap_or(u64::MAX);
        keys.push(Some(key));
        Ok((KeyRef::new(number), Some(own)))
    }

    fn in_use(&self, key: KeyRef) -> Result<(), VaultError> {
        self.find(key).map(drop)
    }

    fn key(&self, key: KeyRef) -> Result<Key, VaultError> {
        let found = self.find(key)?.ok_or_else(|| VaultError::erased(key))?;
        Ok(Key::clone(&found))
    }

    fn erase(&self, key: KeyRef) -> Result<(), VaultError> {
        let (index, mut keys) = (usize::try_from(key.get()).ok(), self.keys());
        let slot = index.and_then(|index| keys.get_mut(index)).ok_or_else(|| VaultError::missing(key))?;
        *slot = None;
        Ok(())
    }
}

impl fmt::Debug for MemoryVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryVault").field("id", &self.id).field("keys", &self.keys().len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kept_by_number() {
        let vault = MemoryVault::new();
        let (first, second) = (vault.fresh().unwrap(), vault.fresh().unwrap());
        assert_ne!(first, second);
        assert_eq!(vault.key(first).unwrap().expose(), vault.key(first).unwrap().expose());
        assert_ne!(vault.key(first).unwrap().expose(), vault.key(second).unwrap().expose());
    }

    #[test]
    fn an_erased_key_is_neither_missing_nor_given_out_again() {
        let vault = MemoryVault::new();
        let key = vault.fresh().unwrap();
        vault.erase(key).unwrap();
        vault.erase(key).unwrap();
        let error = vault.key(key).unwrap_err();
        assert!(error.is_erased() && !error.is_missing() && !error.is_damaged());
        vault.in_use(key).unwrap();
        assert_ne!(vault.fresh().unwrap(), key);
        assert!(vault.erase(KeyRef::new(9)).unwrap_err().is_missing());
    }

    #[test]
    fn a_key_that_was_never_made_is_missing() {
        let vault = MemoryVault::new();
        for number in [0, 1, u64::MAX] {
            assert!(vault.key(KeyRef::new(number)).unwrap_err().is_missing());
            assert_eq!(vault.in_use(KeyRef::new(number)).unwrap_err().key(), Some(KeyRef::new(number)));
        }
    }
}
