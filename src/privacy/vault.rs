//! The contract of whatever keeps keys, and a key.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::error::VaultError;
use crate::id::VaultId;
use crate::sealed::KeyRef;
use crate::token::CalendarToken;

/// Keeps numbered keys. It does not know whose they are: the log says that, beside each value that a key sealed.
///
/// [`MemoryVault`](super::MemoryVault) and `FileVault` are two; a host can bring its own, in front of a key
/// service for instance. What every vault promises:
///
/// - [`key`](Self::key) gives the same bytes for the same number, always, or an error;
/// - a key that [`fresh`](Self::fresh) gives out survives a crash that comes right after;
/// - [`fresh`](Self::fresh) never gives out a key twice, nor one that it was told of by
///   [`in_use`](Self::in_use), however many threads ask at once;
/// - a key that is damaged or cannot be found is an error: no other key is ever given in its place;
/// - a key that [`erase`](Self::erase) destroyed is gone when that returns, and for ever: no crash and no other handle of the
///   vault brings it back, and whoever asks for it is told that it was [erased](VaultError::is_erased), apart from what is
///   missing or damaged.
///
/// [`testkit::conformance::vaults`](../testkit/conformance/vaults/index.html) (feature `testkit`) holds a vault of your own to all
/// of it, in three lines.
///
/// A log and a vault belong together: replay the whole log into [`in_use`](Self::in_use) before the first
/// [`fresh`](Self::fresh), as [`Keyring::learn`](super::Keyring::learn) does.
///
/// ```
/// use gather::privacy::{Key, KeyRef, KeyVault, MemoryVault, VaultError};
/// use gather::VaultId;
///
/// /// Counts how often keys are looked up.
/// #[derive(Debug)]
/// struct Counted {
///     inner: MemoryVault,
///     lookups: std::sync::atomic::AtomicU64,
/// }
///
/// impl KeyVault for Counted {
///     fn id(&self) -> VaultId {
///         self.inner.id()
///     }
///     fn fresh(&self) -> Result<KeyRef, VaultError> {
///         self.inner.fresh()
///     }
///     fn in_use(&self, key: KeyRef) -> Result<(), VaultError> {
///         self.inner.in_use(key)
///     }
///     fn key(&self, key: KeyRef) -> Result<Key, VaultError> {
///         self.lookups.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.inner.key(key)
///     }
///     fn erase(&self, key: KeyRef) -> Result<(), VaultError> {
///         self.inner.erase(key)
///     }
/// }
///
/// let vault = Counted { inner: MemoryVault::new(), lookups: 0.into() };
/// let number = vault.fresh()?;
/// assert!(vault.key(number).is_ok());
/// assert_eq!(vault.lookups.into_inner(), 1);
/// # Ok::<(), VaultError>(())
/// ```
pub trait KeyVault: Send + Sync + fmt::Debug {
    /// The vault's id, which never changes: it is bound into everything that its keys seal.
    fn id(&self) -> VaultId;

    /// A key that nobody uses yet, durable before this returns.
    ///
    /// # Errors
    /// The vault cannot be reached or written. No key was given out; the same call may work later.
    fn fresh(&self) -> Result<KeyRef, VaultError>;

    /// The same, and what the key is, where the vault has it at hand: the bytes that [`key`](Self::key) gives for that number. It
    /// saves whoever seals for somebody new from looking it up.
    ///
    /// # Errors
    /// As for [`fresh`](Self::fresh).
    fn fresh_key(&self) -> Result<(KeyRef, Option<Key>), VaultError> {
        Ok((self.fresh()?, None))
    }

    /// Hears, while a log is replayed, that a value is sealed with this key. Telling it twice does no harm.
    ///
    /// # Errors
    /// The vault has no such key ([`VaultError::is_missing`]): it was lost, or is an older copy or not this
    /// log's. No key is ever given out under that number all the same. A key that was erased is no error.
    fn in_use(&self, key: KeyRef) -> Result<(), VaultError>;

    /// The key itself. Asked for every value opened, so it should take about a microsecond.
    ///
    /// # Errors
    /// There is no such key ([`VaultError::is_missing`]); it was destroyed ([`VaultError::is_erased`]); it does not pass its own check
    /// ([`VaultError::is_damaged`]); a newer version keeps it in another way ([`VaultError::is_newer`]); the
    /// vault cannot be reached ([`VaultError::is_unavailable`]).
    fn key(&self, key: KeyRef) -> Result<Key, VaultError>;

    /// Destroys a key, durably before this returns. Once more does no harm; a key that is damaged is erased all the same.
    ///
    /// A desk does so for everybody who was forgotten, each time that it is opened: so a vault that was restored from an
    /// older copy forgets them again.
    ///
    /// # Errors
    /// There is no such key ([`VaultError::is_missing`]); or the vault cannot be written, and the key may or may not be there
    /// still ([`VaultError::is_unavailable`]): ask again.
    fn erase(&self, key: KeyRef) -> Result<(), VaultError>;

    /// Destroys several keys. One by one, unless a vault can do better.
    ///
    /// # Errors
    /// As for [`erase`](Self::erase); some of them may have been destroyed.
    fn erase_all(&self, keys: &[KeyRef]) -> Result<(), VaultError> {
        keys.iter().try_for_each(|key| self.erase(*key))
    }
}

/// A secret of 256 bits. It is never printed, and its memory is overwritten when it is dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl Key {
    /// Takes a key from a host's own store. The bytes must come from a source of secrets: random, all 32.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Rolls a key with the operating system's own generator.
    ///
    /// # Errors
    /// The operating system has no randomness to give ([`VaultError::is_unavailable`]).
    pub fn random() -> Result<Self, VaultError> {
        let mut key = Self([0; 32]);
        fill_random(&mut key.0)?;
        Ok(key)
    }

    /// The secret. Every call of this is a place where a key leaves its wrapper.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

/// Rolls a calendar token with the operating system's own generator.
pub(crate) fn random_token() -> Result<CalendarToken, VaultError> {
    let mut bytes = Zeroizing::new([0; 32]);
    fill_random(&mut *bytes)?;
    Ok(CalendarToken::from_bytes(*bytes))
}

/// Fills bytes with the operating system's own generator.
pub(super) fn fill_random(bytes: &mut [u8]) -> Result<(), VaultError> {
    getrandom::fill(bytes)
        .map_err(|cause| VaultError::unavailable("the system gave no randomness").because(cause.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_printed() {
        assert_eq!(format!("{:?}", Key::from_bytes([65; 32])), "[key]");
    }

    #[test]
    fn two_keys_differ() {
        assert_ne!(Key::random().unwrap().expose(), Key::random().unwrap().expose());
    }
}
