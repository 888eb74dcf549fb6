//! The file system, as far as the log touches it: the only place that opens, reads, writes and syncs.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::error::{Error, Kind};

/// An open log file, read and written by offset.
#[derive(Debug)]
pub(super) struct Disk {
    file: File,
    path: PathBuf,
}

impl Disk {
    /// Opens a file that is there; `None` if there is none.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, Error> {
        match fs::metadata(path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(fault("the log cannot be looked at", path, cause)),
            Ok(found) if !found.is_file() => {
                return Err(Error::new(Kind::NotALog, "there is something other than a file").in_file(path));
            }
            Ok(_) => {}
        }
        let file = OpenOptions::new().read(true).write(true).open(path);
        let file = file.map_err(|cause| fault("the log cannot be opened", path, cause))?;
        Ok(Some(Self { file, path: path.to_owned() }))
    }

    /// Makes a file that is there whole or not at all, whatever happens meanwhile.
    pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        let failed = |cause| fault("the log cannot be created", path, cause);
        let draft = beside(path, ".new");
        let options = private().create(true).truncate(true).to_owned();
        let file = options.open(&draft).map_err(failed)?;
        let made = Self { file, path: path.to_owned() };
        made.write(0, bytes).map_err(failed)?;
        made.file.sync_all().map_err(failed)?;
        fs::rename(&draft, path).map_err(failed)?;
        sync_folder_of(path).map_err(failed)?;
        Ok(made)
    }

    /// A file of which every write fails, and cutting off what was written, too.
    #[cfg(test)]
    pub(super) fn open_read_only(path: &Path) -> Self {
        Self { file: File::open(path).unwrap(), path: path.to_owned() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn length(&self) -> Result<u64, Error> {
        let metadata = self.file.metadata();
        metadata.map(|found| found.len()).map_err(|cause| self.fault("the log cannot be looked at", cause))
    }

    /// Refuses to write where nobody would find it: the file was removed under the open log, or cut short of what
    /// the log holds.
    pub(super) fn check_in_place(&self, end: u64) -> Result<(), Error> {
        let found = self.file.metadata().map_err(|cause| self.fault("the log cannot be looked at", cause))?;
        if is_removed(&found) {
            let what = "the file was removed under the open log; open it again";
            return Err(Error::new(Kind::Diverged, what).in_file(&self.path));
        }
        if found.len() < end {
            let what = "the file was cut short under the open log";
            return Err(Error::new(Kind::Corrupt, what).in_file(&self.path).at_offset(found.len()));
        }
        Ok(())
    }

    /// Exactly so many bytes from an offset on.
    pub(super) fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![0; length];
        match read_exact_at(&self.file, &mut bytes, offset) {
            Ok(()) => Ok(bytes),
            Err(cause) => Err(self.fault("the log cannot be read", cause).at_offset(offset)),
        }
    }

    pub(super) fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        write_all_at(&self.file, bytes, offset)
    }

    /// Waits until what was written is on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Drops everything from an offset on, and waits until that is on the disk.
    pub(super) fn cut(&self, offset: u64) -> io::Result<()> {
        self.file.set_len(offset)?;
        self.file.sync_all()
    }

    pub(super) fn fault(&self, what: &str, cause: io::Error) -> Error {
        fault(what, &self.path, cause)
    }
}

/// Whether a file has no name any more. What is written to it then is gone when it is closed.
#[cfg(unix)]
fn is_removed(found: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(found) == 0
}

/// Elsewhere an open file cannot be removed, or it cannot be told.
#[cfg(not(unix))]
fn is_removed(_: &fs::Metadata) -> bool {
    false
}

/// What an error of the file system means for the log, when nothing was stored.
pub(super) fn fault(what: &str, path: &Path, cause: io::Error) -> Error {
    let full =
        matches!(cause.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge);
    let kind = if full { Kind::Full } else { Kind::Unavailable };
    Error::new(kind, what).in_file(path).because(cause)
}

/// The log's path with something added to its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes a new file beside the log; an earlier one is never written over.
pub(super) fn create_beside(path: &Path) -> io::Result<File> {
    private().create_new(true).open(path)
}

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Waits until the names in a file's folder are on the disk.
#[cfg(unix)]
pub(super) fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

/// Folders cannot be synced here; the file system orders a rename by itself.
#[cfg(not(unix))]
pub(super) fn sync_folder_of(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes a folder and those above it, each name durable before the next.
pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = folder_of(folder);
    if above != Path::new(".") {
        create_folder(above)?;
    }
    match fs::create_dir(folder) {
        // Somebody else was faster.
        Err(cause) if cause.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        made => made.and_then(|()| sync_folder_of(folder)),
    }
}

/// The folder in which the lock of a log belongs: that of the file itself, whatever name leads to it.
pub(super) fn lock_folder(log: &Path) -> PathBuf {
    fs::canonicalize(log).map_or_else(|_| folder_of(log).to_owned(), |file| folder_of(&file).to_owned())
}

/// A folder's lock, held while this is kept.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Drop for Lock {
    /// Closing the file is not enough: a process that the host starts at this moment has the file open, too, until
    /// it runs its program, and would hold the lock so long.
    fn drop(&mut self) {
        // What cannot be let go of here is let go of with the file.
        let _ = self.0.unlock();
    }
}

/// Takes the lock for as long as what it returns is kept. The lock file stays when it is let go: to delete it
/// would let two owners each lock a file of their own.
pub(super) fn lock(lock: &Path, log: &Path) -> Result<Lock, Error> {
    let options = private().create(true).truncate(false).to_owned();
    let file = options.open(lock).map_err(|cause| fault("the lock cannot be opened", lock, cause))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => {
            Err(Error::new(Kind::Locked, "another desk or process holds the log").in_file(log))
        }
        Err(TryLockError::Error(cause)) => Err(fault("the lock cannot be taken", lock, cause)),
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
        let held = lock(&path, &path).unwrap();
        let inherited = held.0.try_clone().unwrap();
        assert!(lock(&path, &path).unwrap_err().is_locked());
        drop(held);
        assert!(lock(&path, &path).is_ok());
        drop(inherited);
    }
}
