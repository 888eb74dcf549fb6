//! The bytes of a key file: its header, and its slots. `docs/keys.md` draws them.

use zeroize::Zeroizing;

use super::super::error::{Kind, VaultError};
use super::super::vault::Key;
use super::wrapping::{self, Wrapped};
use crate::id::{LogId, VaultId};
use crate::sealed::KeyRef;

/// Not a text, and changed by whatever changes line ends, so that such a copy is noticed at once.
const MAGIC: &[u8; 16] = b"gather keys\r\n\x1a\n\0";
/// The format that is written and read: the first that is frozen. Format 0 was a draft.
const FORMAT: u32 = 1;
/// No flag is known yet.
const FLAGS: u32 = 0;
pub(super) const HEADER: usize = 512;
pub(super) const SLOT: usize = 128;
const CHECKSUM: usize = 4;
/// What is before the key in its slot: the state, then room.
const BEFORE_KEY: usize = 8;
/// Between a key and the nonce of a wrapped one: room.
const BEFORE_NONCE: usize = 16;
/// The state of a slot that holds its key as it is. 0 is never written, so that a hole in the file is no slot.
const PLAIN_KEY: u8 = 1;
/// The state of a slot whose key is enciphered with the host's wrapping key.
const WRAPPED_KEY: u8 = 2;
/// The state of a slot whose key was destroyed on purpose.
const ERASED_KEY: u8 = 3;

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) vault: VaultId,
    pub(super) log: LogId,
    /// The id of the wrapping key; zeros where keys are kept as they are.
    pub(super) wrapping: [u8; 16],
}

impl Header {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let Self { vault, log, wrapping } = self;
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(MAGIC);
        header.extend_from_slice(&FORMAT.to_le_bytes());
        header.extend_from_slice(&FLAGS.to_le_bytes());
        header.extend_from_slice(&vault.bytes());
        header.extend_from_slice(&log.bytes());
        header.extend_from_slice(wrapping);
        header.resize(HEADER - CHECKSUM, 0);
        header.extend_from_slice(&crc32fast::hash(&header).to_le_bytes());
        header
    }

    /// Magic, format and checksum stay where they are in every format to come, so that damage is never taken for a
    /// newer format, nor a newer format for damage.
    pub(super) fn read(header: &[u8]) -> Result<Self, VaultError> {
        if !header.starts_with(MAGIC) && !MAGIC.starts_with(header) {
            return Err(VaultError::new(Kind::NotAKeyFile, "this is not a key file"));
        }
        let cut = || VaultError::new(Kind::Damaged, "the header of the key file is cut off");
        let header: &[u8; HEADER] = header.try_into().map_err(|_cut| cut())?;
        let (content, checksum) = header.split_last_chunk().ok_or_else(cut)?;
        if crc32fast::hash(content).to_le_bytes() != *checksum {
            return Err(VaultError::new(Kind::Damaged, "the header of the key file does not pass its check"));
        }
        let (_, rest) = content.split_first_chunk::<16>().ok_or_else(cut)?;
        let (format, rest) = rest.split_first_chunk().ok_or_else(cut)?;
        let (flags, rest) = rest.split_first_chunk().ok_or_else(cut)?;
        let (vault, rest) = rest.split_first_chunk().ok_or_else(cut)?;
        let (log, rest) = rest.split_first_chunk().ok_or_else(cut)?;
        let (wrapping, _) = rest.split_first_chunk().ok_or_else(cut)?;
        let (format, flags) = (u32::from_le_bytes(*format), u32::from_le_bytes(*flags));
        if format < FORMAT {
            let what = format!(
                "the key file has format {format}, a draft that is read no more; this version reads format {FORMAT}"
            );
            return Err(VaultError::new(Kind::Older, what));
        }
        if (format, flags) != (FORMAT, FLAGS) {
            let what = format!(
                "the key file has format {format} with flags {flags:#x}; this version reads format {FORMAT} without flags"
            );
            return Err(VaultError::new(Kind::Newer, what));
        }
        let (vault, log) = (VaultId::from_bytes(*vault), LogId::from_bytes(*log));
        Ok(Self { vault, log, wrapping: *wrapping })
    }
}

/// What is in a slot that passes its check.
pub(super) enum Slot {
    Plain(Key),
    Wrapped(Wrapped),
    Erased,
}

impl Slot {
    /// The slot of a key, as it is or enciphered with a wrapping key.
    pub(super) fn of(key: &Key, wrapping: Option<&Key>, at: (VaultId, KeyRef)) -> Result<Self, VaultError> {
        match wrapping {
            None => Ok(Self::Plain(key.clone())),
            Some(wrapping) => wrapping::wrap(key, wrapping, at).map(Self::Wrapped),
        }
    }

    /// The key in it.
    pub(super) fn key(self, wrapping: Option<&Key>, at: (VaultId, KeyRef)) -> Result<Key, VaultError> {
        match (self, wrapping) {
            (Self::Erased, _) => Err(VaultError::erased(at.1)),
            (Self::Plain(key), None) => Ok(key),
            (Self::Wrapped(wrapped), Some(wrapping)) => wrapping::unwrap(&wrapped, wrapping, at),
            // The header says how keys are kept, and it is not so.
            (Self::Plain(_), Some(_)) | (Self::Wrapped(_), None) => Err(VaultError::damaged(at.1)),
        }
    }

    pub(super) fn bytes(&self, at: (VaultId, KeyRef)) -> Zeroizing<Vec<u8>> {
        let mut slot = Zeroizing::new(Vec::with_capacity(SLOT));
        let state = match self {
            Self::Plain(_) => PLAIN_KEY,
            Self::Wrapped(_) => WRAPPED_KEY,
            Self::Erased => ERASED_KEY,
        };
        slot.push(state);
        slot.resize(BEFORE_KEY, 0);
        match self {
            Self::Plain(key) => slot.extend_from_slice(key.expose()),
            Self::Wrapped(Wrapped { text, nonce, tag }) => {
                slot.extend_from_slice(text);
                slot.extend_from_slice(&[0; BEFORE_NONCE]);
                slot.extend_from_slice(nonce);
                slot.extend_from_slice(tag);
            }
            Self::Erased => {}
        }
        slot.resize(SLOT - CHECKSUM, 0);
        let checksum = checksum(&slot, at);
        slot.extend_from_slice(&checksum);
        slot
    }

    /// What is in a slot, if it passes its check.
    pub(super) fn read(slot: &[u8; SLOT], at: (VaultId, KeyRef)) -> Result<Self, VaultError> {
        let damaged = || VaultError::damaged(at.1);
        let (content, found) = slot.split_last_chunk().ok_or_else(damaged)?;
        if checksum(content, at) != *found {
            return Err(damaged());
        }
        let (before, rest) = content.split_at_checked(BEFORE_KEY).ok_or_else(damaged)?;
        let state = *before.first().ok_or_else(damaged)?;
        let (text, rest) = rest.split_first_chunk().ok_or_else(damaged)?;
        let (_, rest) = rest.split_first_chunk::<BEFORE_NONCE>().ok_or_else(damaged)?;
        let (nonce, rest) = rest.split_first_chunk().ok_or_else(damaged)?;
        let (tag, _) = rest.split_first_chunk().ok_or_else(damaged)?;
        match state {
            PLAIN_KEY => Ok(Self::Plain(Key::from_bytes(*text))),
            WRAPPED_KEY => Ok(Self::Wrapped(Wrapped { text: *text, nonce: *nonce, tag: *tag })),
            ERASED_KEY => Ok(Self::Erased),
            _ => {
                let what = format!("a key is kept in a way that this version does not know ({state})");
                Err(VaultError::new(Kind::Newer, what).for_key(at.1))
            }
        }
    }
}

/// Covers vault and number too, so that a slot that strayed to another place is not taken for the one there.
fn checksum(content: &[u8], (vault, number): (VaultId, KeyRef)) -> [u8; CHECKSUM] {
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(&vault.bytes());
    checksum.update(&number.get().to_le_bytes());
    checksum.update(content);
    checksum.finalize().to_le_bytes()
}

pub(super) fn bytes(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Where a slot begins.
pub(super) fn offset(number: u64) -> u64 {
    number.saturating_mul(bytes(SLOT)).saturating_add(bytes(HEADER))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: (VaultId, KeyRef) = (VaultId::from_u128(7), KeyRef::new(3));

    fn read(bytes: &[u8]) -> Result<Slot, VaultError> {
        Slot::read(bytes.try_into().unwrap(), AT)
    }

    #[test]
    fn an_erased_slot_holds_nothing_but_that_it_is_erased() {
        let erased = Slot::Erased.bytes(AT);
        assert_eq!(erased[0], ERASED_KEY);
        assert!(erased[1..SLOT - CHECKSUM].iter().all(|&byte| byte == 0));
        assert!(read(&erased).unwrap().key(None, AT).unwrap_err().is_erased());
    }

    #[test]
    fn every_flipped_bit_of_an_erased_slot_is_damage_and_not_erasure() {
        let erased = Slot::Erased.bytes(AT);
        for bit in 0..SLOT * 8 {
            let mut flipped = erased.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(read(&flipped).err().unwrap().is_damaged(), "bit {bit}");
        }
        assert!(read(&[0; SLOT]).err().unwrap().is_damaged());
    }

    #[test]
    fn a_key_is_kept_as_the_header_says() {
        let (key, wrapping) = (Key::from_bytes([5; 32]), Key::from_bytes([6; 32]));
        for (kept, opens) in [(None, None), (Some(&wrapping), Some(&wrapping))] {
            let slot = Slot::of(&key, kept, AT).unwrap().bytes(AT);
            assert_eq!(read(&slot).unwrap().key(opens, AT).unwrap().expose(), key.expose());
        }
        for (kept, opens) in [(None, Some(&wrapping)), (Some(&wrapping), None), (Some(&wrapping), Some(&key))]
        {
            let slot = Slot::of(&key, kept, AT).unwrap().bytes(AT);
            assert!(read(&slot).unwrap().key(opens, AT).unwrap_err().is_damaged());
        }
    }
}
