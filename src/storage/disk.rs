//! The file system of the machine: the only place that opens, reads, writes and syncs.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::{Held, Storage, StoredFile, folder_of};

mod look;

/// The machine's file system: what a log and its keys in files use unless they are told otherwise.
///
/// A storage of your own can stand on it, to count what is written or to make it slow.
///
/// ```
/// use std::path::Path;
///
/// use gather::log::{Disk, Storage};
///
/// assert!(Disk.open(Path::new("no/such/file"))?.is_none());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl Storage for Disk {
    fn open(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>> {
        open(path, OpenOptions::new().read(true).write(true))
    }

    fn open_to_read(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>> {
        open(path, OpenOptions::new().read(true))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn StoredFile>> {
        let file = private().create_new(true).open(path)?;
        Ok(Box::new(DiskFile(file)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        create_folder(folder)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        sync_folder(folder)
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Held>>> {
        let lock = lock(path)?;
        Ok(lock.map(|lock| -> Box<dyn Held> { Box::new(lock) }))
    }
}

/// Opens what is there, if it is a file.
fn open(path: &Path, options: &OpenOptions) -> io::Result<Option<Box<dyn StoredFile>>> {
    match fs::metadata(path) {
        // A link that leads nowhere is no free place: what it leads to may be on a disk that is not there now.
        Err(cause) if cause.kind() == ErrorKind::NotFound && fs::symlink_metadata(path).is_err() => Ok(None),
        Err(cause) => Err(cause),
        // To open a pipe would wait for somebody to write into it.
        Ok(found) if !found.is_file() => Err(ErrorKind::IsADirectory.into()),
        Ok(_) => Ok(Some(Box::new(DiskFile(options.open(path)?)))),
    }
}

/// Files that only their owner can read: a log says who booked what, if only by ids.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder and those above it, each name durable before the next.
fn create_folder(folder: &Path) -> io::Result<()> {
    let above = folder_of(folder);
    if folder.is_dir() {
        // Whoever made it may have stopped before its name was durable, or does not care. Where the folder above may not be
        // looked at, it is theirs to know.
        drop(sync_folder(above));
        return Ok(());
    }
    if above != Path::new(".") {
        create_folder(above)?;
    }
    match fs::create_dir(folder) {
        // Somebody else was faster.
        Err(cause) if cause.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        made => made.and_then(|()| sync_folder(above)),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Folders cannot be synced here; the file system orders a rename by itself.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A lock on a file, held while this is kept.
#[derive(Debug)]
struct Lock(File);

impl Held for Lock {}

impl Drop for Lock {
    /// Closing the file is not enough: a process that the host starts at this moment has the file open, too, until
    /// it runs its program, and would hold the lock so long.
    fn drop(&mut self) {
        // What cannot be let go of here is let go of with the file.
        let _ = self.0.unlock();
    }
}

/// The lock file stays when it is let go: to delete it would let two owners each lock a file of their own.
fn lock(path: &Path) -> io::Result<Option<Lock>> {
    let file = private().create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(cause)) => Err(cause),
    }
}

/// An open file of the machine.
#[derive(Debug)]
struct DiskFile(File);

impl StoredFile for DiskFile {
    fn length(&self) -> io::Result<u64> {
        look::length(&self.0)
    }

    fn has_a_name(&self) -> io::Result<bool> {
        look::has_a_name(&self.0)
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        read_exact_at(&self.0, bytes, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        write_all_at(&self.0, bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.0.set_len(length)
    }
}

#[cfg(unix)]
use std::os::unix::fs::FileExt;

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    file.read_exact_at(bytes, offset)
}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    file.write_all_at(bytes, offset)
}

#[cfg(windows)]
use std::os::windows::fs::FileExt;

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = file.seek_read(bytes, offset)?;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        bytes = bytes.get_mut(count..).unwrap_or_default();
        offset = offset.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }
    Ok(())
}

#[cfg(windows)]
fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = file.seek_write(bytes, offset)?;
        if count == 0 {
            return Err(ErrorKind::WriteZero.into());
        }
        bytes = bytes.get(count..).unwrap_or_default();
        offset = offset.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Between its fork and its exec a process has all files of its parent open, the lock's too.
    #[test]
    fn a_lock_let_go_is_free_though_a_new_process_has_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = lock(&path).unwrap().unwrap();
        let inherited = held.0.try_clone().unwrap();
        assert!(lock(&path).unwrap().is_none());
        drop(held);
        assert!(lock(&path).unwrap().is_some());
        drop(inherited);
    }
}
