//! Keys, and what seals and opens personal data.
//!
//! The log keeps for ever, so what is personal goes into it sealed, and what can be destroyed is the key. A
//! [`KeyVault`] keeps numbered keys and knows nothing of people: `FileVault` in one file, [`MemoryVault`] in
//! memory. A [`Keyring`] learns from the log who has which key, seals for them and opens.

mod error;
#[cfg(feature = "file")]
mod file;
mod holders;
mod keyring;
mod memory;
#[cfg(feature = "file")]
mod no_keys;
mod plain;
mod sealing;
mod vault;

pub use crate::sealed::{KeyRef, Keys, Opener};
pub use error::VaultError;
#[cfg(feature = "file")]
pub use file::{CheckedKeys, FileVault, FileVaultOptions, adopt_keys, backup_keys, verify_keys};
#[cfg(feature = "file")]
pub(crate) use file::{check_log_is_there, has_torn_ends};
pub(crate) use holders::Learned;
pub(crate) use keyring::Destroyed;
pub use keyring::Keyring;
pub use memory::MemoryVault;
pub(crate) use vault::random_token;
pub use vault::{Key, KeyVault};
