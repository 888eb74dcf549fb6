//! Copies of a key file: to keep it safe, or for the keys to go with a log that was salvaged.

use std::io;
use std::path::Path;

use super::reading::KeyFile;
use super::shape::{Header, offset};
use super::{VaultError, beside, failed, remove_if_there};
use crate::id::LogId;
use crate::storage::{Disk, Storage, StoredFile, folder_of};

/// Copies a key file, also while a desk gives out its keys, to a name that nothing has yet.
///
/// It is apart from the backup of the log on purpose. To forget somebody is to destroy their key, and every copy of the
/// keys keeps it: so keep few, give them the care of a password, and destroy each when a newer one is there. A backup of the
/// log can be kept for ever. Copy the keys after the log, so that none that the log names is missing. A copy of before
/// somebody was forgotten has their key: put back, it is healed by the next opening, and until then whoever has it and a copy of
/// the log can read them. So may a copy that is taken *while* somebody is forgotten: what counts is when it was begun
/// ([`ForgetReceipt::erased_at`](crate::ForgetReceipt::erased_at)). A program that is stopped in the middle leaves `<name>.new`, which holds keys, too; the next copy to
/// that name removes it.
///
/// ```
/// use gather::privacy::backup_keys;
/// use gather::{Desk, PersonDetails};
///
/// # let folder = tempfile::tempdir()?;
/// # let (mine, safe) = (folder.path().join("bookings"), folder.path().join("safe"));
/// let desk = Desk::open(&mine)?;
/// let ann = desk.record_person(PersonDetails::new("Ann Example"))?.outcome;
/// desk.backup(&safe, &mut |_| ())?;
/// backup_keys(mine.join("keys.gather"), folder.path().join("keys of today"))?;
///
/// std::fs::copy(folder.path().join("keys of today"), safe.join("keys.gather"))?;
/// let restored = Desk::open(&safe)?.person(ann).unwrap();
/// assert_eq!(restored.known().unwrap().expose().name, "Ann Example");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// There is no key file ([`VaultError::is_unavailable`]), it is none or has a damaged header, a newer version wrote it, there is
/// something under the new name, or the file system did not let it be read or written. There is nothing under the new name
/// then that was not there before. Keys are copied as they are: a damaged one is as damaged in the copy, which
/// [`verify_keys`](super::verify_keys) tells.
pub fn backup_keys(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<(), VaultError> {
    copy(from.as_ref(), to.as_ref(), None)
}

/// Copies a key file as that of another log: of one that was salvaged, and has a new id.
///
/// What was sealed opens with the copy as with the original. The caller vouches for the log being what is left of the one
/// that the keys belong to.
///
/// # Errors
/// As for [`backup_keys`].
pub fn adopt_keys(from: impl AsRef<Path>, to: impl AsRef<Path>, log: LogId) -> Result<(), VaultError> {
    copy(from.as_ref(), to.as_ref(), Some(log))
}

fn copy(from: &Path, to: &Path, log: Option<LogId>) -> Result<(), VaultError> {
    let file = KeyFile::open(from)?;
    let header = Header { log: log.unwrap_or(file.header.log), ..file.header };
    write(&file, &header.bytes(), to).map_err(|cause| failed("cannot copy the key file", to, cause))
}

/// Writes the copy under another name first, and never over anything.
fn write(from: &KeyFile, header: &[u8], to: &Path) -> io::Result<()> {
    if to.try_exists()? {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let unfinished = beside(to);
    remove_if_there(&Disk, &unfinished)?;
    let file = Disk.create(&unfinished)?;
    let written = write_keys(from, header, &*file);
    let written = written.and_then(|()| file.sync()).and_then(|()| Disk.rename(&unfinished, to));
    if written.is_err() {
        // Keys that nobody asked for must not lie about. The error at hand is the one to tell.
        drop(remove_if_there(&Disk, &unfinished));
    }
    written.and_then(|()| Disk.sync_folder(folder_of(to)))
}

fn write_keys(from: &KeyFile, header: &[u8], to: &dyn StoredFile) -> io::Result<()> {
    to.write_at(header, 0)?;
    for piece in from.pieces() {
        let (first, slots) = piece?;
        to.write_at(&slots, offset(first))?;
    }
    Ok(())
}
