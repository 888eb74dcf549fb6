//! The seam to the file system: all that a log or its keys in a file ask of it, so that a test can put a disk that fails
//! behind it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

mod disk;

pub use disk::Disk;

/// A file system, as far as a log in a file, or a key file, touches it.
///
/// [`FileLog`](crate::log::FileLog) and [`FileVault`](crate::privacy::FileVault) use the one of the machine. Another one is
/// for tests: one that fails, or forgets what was not synced.
pub trait Storage: Send + Sync + fmt::Debug {
    /// Opens a file for reading and writing; `None` if there is nothing under the path.
    ///
    /// # Errors
    /// It cannot be opened; [`io::ErrorKind::IsADirectory`] if there is something other than a file.
    fn open(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>>;

    /// Opens a file for reading only; `None` if there is nothing under the path.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    fn open_to_read(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>>;

    /// Makes an empty file that only its owner can read.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] if there is something under the path; or it cannot be made.
    fn create(&self, path: &Path) -> io::Result<Box<dyn StoredFile>>;

    /// Gives a file another name, in place of whatever has it.
    ///
    /// # Errors
    /// It cannot be renamed.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// It cannot be removed.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes a folder, and those above it, each durable before the next. One that is there is left as it is.
    ///
    /// # Errors
    /// It cannot be made.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;

    /// Waits until the names in a folder are durable.
    ///
    /// # Errors
    /// They may not be.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;

    /// The path of the file that a path leads to, links followed; the path itself where there is no file.
    fn resolve(&self, path: &Path) -> PathBuf;

    /// Takes the lock of a file, which is made if it is not there, for as long as what comes back is kept; `None` if
    /// somebody else has it.
    ///
    /// # Errors
    /// It cannot be taken.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Held>>>;
}

/// A lock that is held; it is let go of when this is dropped.
pub trait Held: Send + Sync + fmt::Debug {}

/// An open file, read and written by offset.
pub trait StoredFile: Send + Sync + fmt::Debug {
    /// Its length in bytes.
    ///
    /// # Errors
    /// It cannot be told.
    fn length(&self) -> io::Result<u64>;

    /// Whether the file still has a name: what is written to one that was removed is gone when it is closed.
    ///
    /// # Errors
    /// It cannot be told.
    fn has_a_name(&self) -> io::Result<bool>;

    /// Fills all of some bytes from an offset on.
    ///
    /// # Errors
    /// They cannot be read, or the file ends before.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;

    /// Writes all of some bytes from an offset on, beyond the end too.
    ///
    /// # Errors
    /// Any part of them may have been written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Waits until what was written is durable, and the length with it.
    ///
    /// # Errors
    /// Anything written since the last sync may or may not be durable, whatever a later sync says.
    fn sync(&self) -> io::Result<()>;

    /// Cuts the file, or makes it longer with zeros.
    ///
    /// # Errors
    /// The length may be either.
    fn set_length(&self, length: u64) -> io::Result<()>;
}

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
