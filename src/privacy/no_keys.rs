//! The vault of those who have no keys, and know it.

use super::error::VaultError;
use super::vault::{Key, KeyVault};
use crate::id::VaultId;
use crate::sealed::KeyRef;

/// No keys at all: for looking at a log whose keys are lost, or not to be had here.
#[derive(Debug)]
pub(super) struct NoKeys;

impl NoKeys {
    fn refused() -> VaultError {
        VaultError::unavailable("the desk was opened without its keys, so nothing can be sealed or erased")
    }
}

impl KeyVault for NoKeys {
    fn id(&self) -> VaultId {
        VaultId::from_u128(0)
    }

    fn fresh(&self) -> Result<KeyRef, VaultError> {
        Err(Self::refused())
    }

    fn in_use(&self, _: KeyRef) -> Result<(), VaultError> {
        Ok(())
    }

    fn key(&self, key: KeyRef) -> Result<Key, VaultError> {
        Err(VaultError::missing(key))
    }

    fn erase(&self, _: KeyRef) -> Result<(), VaultError> {
        Err(Self::refused())
    }
}
