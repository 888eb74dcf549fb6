//! A vault that is out of reach when it is told to be, as a whole or for one key.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use gather::VaultId;
use gather::privacy::{Key, KeyRef, KeyVault, MemoryVault, VaultError};

/// No key has this number.
const NONE: u64 = u64::MAX;

/// Keys from a service that can be out of reach.
#[derive(Debug)]
pub(crate) struct Service {
    vault: MemoryVault,
    is_down: AtomicBool,
    kept_back: AtomicU64,
    is_stuck: AtomicBool,
}

impl Default for Service {
    fn default() -> Self {
        Self {
            vault: MemoryVault::new(),
            is_down: AtomicBool::new(false),
            kept_back: AtomicU64::new(NONE),
            is_stuck: AtomicBool::new(false),
        }
    }
}

impl Service {
    /// Answers nothing from now on, or everything again.
    pub(crate) fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    /// Does not give out this key from now on, or gives out every key again.
    pub(crate) fn keep_back(&self, key: Option<u64>) {
        self.kept_back.store(key.unwrap_or(NONE), Ordering::SeqCst);
    }

    /// Erases nothing from now on, or what it is asked to again.
    pub(crate) fn set_stuck(&self, is_stuck: bool) {
        self.is_stuck.store(is_stuck, Ordering::SeqCst);
    }

    fn reach(&self) -> Result<&MemoryVault, VaultError> {
        let is_down = self.is_down.load(Ordering::SeqCst);
        if is_down { Err(VaultError::unavailable("the service is down")) } else { Ok(&self.vault) }
    }
}

impl KeyVault for Service {
    fn id(&self) -> VaultId {
        self.vault.id()
    }

    fn fresh(&self) -> Result<KeyRef, VaultError> {
        self.reach()?.fresh()
    }

    fn in_use(&self, key: KeyRef) -> Result<(), VaultError> {
        self.reach()?.in_use(key)
    }

    fn key(&self, key: KeyRef) -> Result<Key, VaultError> {
        let vault = self.reach()?;
        if self.kept_back.load(Ordering::SeqCst) == key.get() {
            return Err(VaultError::unavailable("the service keeps it back"));
        }
        vault.key(key)
    }

    fn erase(&self, key: KeyRef) -> Result<(), VaultError> {
        if self.is_stuck.load(Ordering::SeqCst) {
            return Err(VaultError::unavailable("the service erases nothing"));
        }
        self.reach()?.erase(key)
    }
}
