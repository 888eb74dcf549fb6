//! Keys enciphered with a key of the host's, so that a key file alone opens nothing.

use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305};

use super::super::error::{Kind, VaultError};
use super::super::vault::{Key, fill_random};
use crate::id::VaultId;
use crate::sealed::KeyRef;

/// The id of no wrapping key: keys are kept as they are.
pub(super) const NONE: [u8; 16] = [0; 16];

/// A key as it is kept where there is a wrapping key.
pub(super) struct Wrapped {
    pub(super) text: [u8; 32],
    pub(super) nonce: [u8; 24],
    pub(super) tag: [u8; 16],
}

/// The id of a wrapping key: says whether a key is the one, and nothing about it.
pub(super) fn id(wrapping: Option<&Key>) -> [u8; 16] {
    let Some(key) = wrapping else { return NONE };
    let mut hash = blake3::Hasher::new_derive_key("gather 2026 id of a wrapping key");
    hash.update(key.expose());
    let mut id = NONE;
    hash.finalize_xof().fill(&mut id);
    id
}

/// Whether the keys of a file are wrapped with this key, or with none where there is none.
pub(super) fn check(found: [u8; 16], wrapping: Option<&Key>) -> Result<(), VaultError> {
    let what = match wrapping {
        _ if id(wrapping) == found => return Ok(()),
        None => "the keys in this file are wrapped, and no wrapping key was given",
        Some(_) if found == NONE => "the keys in this file are not wrapped, but a wrapping key was given",
        Some(_) => "the keys in this file are wrapped with another key than the one given",
    };
    Err(VaultError::new(Kind::WrongWrappingKey, what))
}

/// Bound to its place, so that a key in another slot, or in another vault's file, does not open.
fn bound((vault, number): (VaultId, KeyRef)) -> [u8; 24] {
    let mut bytes = [0; 24];
    let parts = [&vault.bytes()[..], &number.get().to_le_bytes()];
    bytes.iter_mut().zip(parts.into_iter().flatten()).for_each(|(place, byte)| *place = *byte);
    bytes
}

pub(super) fn wrap(key: &Key, wrapping: &Key, at: (VaultId, KeyRef)) -> Result<Wrapped, VaultError> {
    let (mut text, mut nonce) = (*key.expose(), [0; 24]);
    fill_random(&mut nonce)?;
    let tag = XChaCha20Poly1305::new(wrapping.expose().into())
        .encrypt_inout_detached((&nonce).into(), &bound(at), text.as_mut_slice().into())
        .map_err(|cause| VaultError::unavailable("a key cannot be wrapped").because(cause.to_string()))?
        .into();
    Ok(Wrapped { text, nonce, tag })
}

pub(super) fn unwrap(wrapped: &Wrapped, wrapping: &Key, at: (VaultId, KeyRef)) -> Result<Key, VaultError> {
    let Wrapped { mut text, nonce, tag } = *wrapped;
    XChaCha20Poly1305::new(wrapping.expose().into())
        .decrypt_inout_detached((&nonce).into(), &bound(at), text.as_mut_slice().into(), (&tag).into())
        .map_err(|_not_authentic| VaultError::damaged(at.1))?;
    let key = Key::from_bytes(text);
    zeroize::Zeroize::zeroize(&mut text);
    Ok(key)
}
