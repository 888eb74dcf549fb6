//! Tries every 32 bytes of a file as a key: what `docs/keys.md` says of a sealed value, written once more.

use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305};
use gather::PersonId;
use gather::VaultId;

/// A published name as the log keeps it, of one block, and what is bound to it.
pub(super) struct SealedName {
    nonce: [u8; 24],
    text: [u8; 128],
    tag: [u8; 16],
    bound: [u8; 50],
}

impl SealedName {
    /// The name is what a batch of one `NamePublished` ends with.
    pub(super) fn at_the_end_of(batch: &[u8], vault: VaultId, person: PersonId) -> Self {
        let (rest, tag) = batch.split_last_chunk().unwrap();
        let (rest, text) = rest.split_last_chunk().unwrap();
        let (_, nonce) = rest.split_last_chunk().unwrap();
        let bound = [&vault.bytes()[..], &[4, 1], &person.bytes(), &[0; 16]].concat();
        Self { nonce: *nonce, text: *text, tag: *tag, bound: bound.try_into().unwrap() }
    }

    /// The name, if this is the key.
    pub(super) fn open(&self, key: &[u8; 32]) -> Option<String> {
        let mut text = self.text;
        XChaCha20Poly1305::new(key.into())
            .decrypt_inout_detached(
                (&self.nonce).into(),
                &self.bound,
                (&mut text[..]).into(),
                (&self.tag).into(),
            )
            .ok()?;
        // The length of the plain form, then the length of the name, then the name.
        let length = usize::from(text[4]);
        Some(String::from_utf8(text[5..5 + length].to_vec()).unwrap())
    }

    /// Where in these bytes a key lies that opens it.
    pub(super) fn keys_in(&self, bytes: &[u8]) -> Vec<usize> {
        let mut found = Vec::new();
        let mut before: &[u8] = &[];
        for (at, window) in bytes.windows(32).enumerate() {
            // In a run of one byte every window is the one before it.
            if window == before {
                continue;
            }
            before = window;
            let key: [u8; 32] = window.try_into().unwrap();
            if self.open(&key).is_some() {
                found.push(at);
            }
        }
        found
    }
}
