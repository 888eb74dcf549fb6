//! A key file that is only read, also while a desk gives out its keys.

use std::io;
use std::path::Path;

use zeroize::Zeroizing;

use super::shape::{HEADER, Header, SLOT, bytes, offset};
use super::{VaultError, failed, not_opened, read_header};
use crate::sealed::KeyRef;
use crate::storage::{Disk, Storage, StoredFile};

/// How many keys are read at a time.
const KEYS: u64 = 1_024;

/// A key file as it was when it was opened.
pub(super) struct KeyFile {
    file: Box<dyn StoredFile>,
    pub(super) header: Header,
    /// How many whole slots it has. The last piece is none if it is less than a whole one: the desk may be writing it.
    keys: u64,
}

impl KeyFile {
    pub(super) fn open(path: &Path) -> Result<Self, VaultError> {
        let opened = Disk.open_to_read(path).map_err(|cause| not_opened(path, cause))?;
        let missing = || failed("cannot open the key file", path, io::ErrorKind::NotFound.into());
        let file = opened.ok_or_else(missing)?;
        let length = file.length().map_err(|cause| failed("cannot read the key file", path, cause))?;
        let header = read_header(&*file, length).map_err(|error| error.in_file(path))?;
        let keys = length.saturating_sub(bytes(HEADER)) / bytes(SLOT);
        Ok(Self { file, header, keys })
    }

    /// All slots in order, many at a time, each time with the number of the first.
    pub(super) fn pieces(&self) -> impl Iterator<Item = io::Result<(u64, Zeroizing<Vec<u8>>)>> {
        let pieces = 0..self.keys.div_ceil(KEYS);
        pieces.map(|piece| piece.saturating_mul(KEYS)).map(|first| {
            let count = KEYS.min(self.keys.saturating_sub(first));
            Ok((first, self.slots(first, count)?))
        })
    }

    /// One slot, as it is now.
    pub(super) fn slot(&self, key: KeyRef) -> io::Result<Zeroizing<Vec<u8>>> {
        self.slots(key.get(), 1)
    }

    fn slots(&self, first: u64, count: u64) -> io::Result<Zeroizing<Vec<u8>>> {
        let length = usize::try_from(count).unwrap_or_default().saturating_mul(SLOT);
        let mut slots = Zeroizing::new(vec![0; length]);
        self.file.read_at(&mut slots, offset(first))?;
        Ok(slots)
    }
}
