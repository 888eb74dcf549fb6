//! Where a log lies: its file and those beside it, and what an error of the file system means for it.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{Error, Kind};
use crate::fault::is_full;
use crate::storage::{Held, Storage, StoredFile, folder_of};

/// A path in a file system, at which a log is or is to be.
#[derive(Clone, Debug)]
pub(super) struct Place {
    storage: Arc<dyn Storage>,
    path: PathBuf,
}

impl Place {
    pub(super) fn new(storage: Arc<dyn Storage>, path: &Path) -> Self {
        Self { storage, path: path.to_owned() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The place of another file, that has the log's name with something added to it.
    pub(super) fn beside(&self, suffix: &str) -> Self {
        let mut name: OsString = self.path.as_os_str().to_owned();
        name.push(suffix);
        Self { storage: Arc::clone(&self.storage), path: name.into() }
    }

    /// The place of a file in the folder in which the log itself is, whatever name leads to it.
    pub(super) fn in_its_folder(&self, name: &str) -> Self {
        let path = folder_of(&self.storage.resolve(&self.path)).join(name);
        Self { storage: Arc::clone(&self.storage), path }
    }

    /// Makes the folder of this place, durably.
    pub(super) fn create_folder(&self) -> Result<(), Error> {
        let folder = folder_of(&self.path);
        let made = self.storage.create_folder(folder);
        made.map_err(|cause| fault("the folder of the log cannot be made", folder, cause))
    }

    /// Opens the file that is there; `None` if there is none.
    pub(super) fn open(&self) -> Result<Option<PlacedFile>, Error> {
        self.opened(self.storage.open(&self.path))
    }

    /// Opens the file that is there, to be read only; `None` if there is none.
    pub(super) fn open_to_read(&self) -> Result<Option<PlacedFile>, Error> {
        self.opened(self.storage.open_to_read(&self.path))
    }

    fn opened(&self, found: io::Result<Option<Box<dyn StoredFile>>>) -> Result<Option<PlacedFile>, Error> {
        match found {
            Ok(found) => Ok(found.map(|file| self.placed(file))),
            Err(cause) if cause.kind() == ErrorKind::IsADirectory => {
                Err(Error::new(Kind::NotALog, "there is something other than a file").in_file(&self.path))
            }
            Err(cause) => Err(fault("the log cannot be opened", &self.path, cause)),
        }
    }

    /// Makes a file that is there whole or not at all, whatever happens meanwhile.
    pub(super) fn create(&self, bytes: &[u8]) -> Result<PlacedFile, Error> {
        let made = self.create_by_rename(bytes);
        made.map_err(|cause| fault("the log cannot be created", &self.path, cause))
    }

    fn create_by_rename(&self, bytes: &[u8]) -> io::Result<PlacedFile> {
        let draft = self.beside(".new");
        let file = match self.storage.create(&draft.path) {
            // What a process that stopped halfway has left holds nothing.
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {
                self.storage.remove(&draft.path)?;
                self.storage.create(&draft.path)?
            }
            made => made?,
        };
        file.write_at(bytes, 0)?;
        file.sync()?;
        self.storage.rename(&draft.path, &self.path)?;
        self.sync_folder()?;
        Ok(self.placed(file))
    }

    /// Makes a new file; an earlier one is never written over.
    pub(super) fn create_new(&self) -> io::Result<PlacedFile> {
        self.storage.create(&self.path).map(|file| self.placed(file))
    }

    pub(super) fn remove(&self) -> io::Result<()> {
        self.storage.remove(&self.path)
    }

    /// Waits until the names in the folder are durable.
    pub(super) fn sync_folder(&self) -> io::Result<()> {
        self.storage.sync_folder(folder_of(&self.path))
    }

    /// Takes the lock of the folder in which the file itself is, whatever name leads to it.
    pub(super) fn lock(&self, name: &str) -> Result<Box<dyn Held>, Error> {
        let lock = self.in_its_folder(name).path;
        match self.storage.lock(&lock) {
            Ok(Some(held)) => Ok(held),
            Ok(None) => {
                Err(Error::new(Kind::Locked, "another desk or process holds the log").in_file(&self.path))
            }
            Err(cause) => Err(fault("the lock cannot be taken", &lock, cause)),
        }
    }

    /// Takes the lock of the folder if its file is there, to read what nobody writes meanwhile. Nothing is made. Where the
    /// lock cannot be taken, as on a medium that takes nothing, nobody here writes either.
    pub(super) fn lock_if_there(&self, name: &str) -> Result<Option<Box<dyn Held>>, Error> {
        let Ok(Some(_)) = self.in_its_folder(name).open_to_read() else { return Ok(None) };
        match self.lock(name) {
            Ok(held) => Ok(Some(held)),
            Err(error) if error.is_locked() => Err(error),
            Err(_) => Ok(None),
        }
    }

    fn placed(&self, file: Box<dyn StoredFile>) -> PlacedFile {
        PlacedFile { file, place: self.clone() }
    }
}

/// An open file that knows its path, for its errors.
#[derive(Debug)]
pub(super) struct PlacedFile {
    file: Box<dyn StoredFile>,
    place: Place,
}

impl PlacedFile {
    pub(super) fn path(&self) -> &Path {
        &self.place.path
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    pub(super) fn length(&self) -> Result<u64, Error> {
        self.file.length().map_err(|cause| self.fault("the log cannot be looked at", cause))
    }

    /// Refuses to go on where nobody would find what is written: the file was removed under the open log, or cut short
    /// of what the log holds. What was there is there for as long as the file is open.
    pub(super) fn check_in_place(&self, end: u64) -> Result<(), Error> {
        self.check_named(
            "the file was removed under the open log, and nothing more is stored; while it is open it can still be read: \
             save it with `backup`, since opening the path again may begin an empty log",
        )?;
        let length = self.length()?;
        if length < end {
            let what = "the file was cut short under the open log";
            return Err(Error::new(Kind::Corrupt, what).in_file(self.path()).at_offset(length));
        }
        Ok(())
    }

    /// Refuses a file that was removed, or had another one renamed over it, after it was opened. One that was given another name
    /// itself is still there, and is written and read on.
    pub(super) fn check_has_a_name(&self) -> Result<(), Error> {
        self.check_named("the file was removed under the open log; open it again")
    }

    fn check_named(&self, otherwise: &str) -> Result<(), Error> {
        let has_a_name = self.file.has_a_name();
        if has_a_name.map_err(|cause| self.fault("the log cannot be looked at", cause))? {
            return Ok(());
        }
        Err(Error::new(Kind::Diverged, otherwise).in_file(self.path()))
    }

    /// Exactly so many bytes from an offset on.
    pub(super) fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![0; length];
        match self.file.read_at(&mut bytes, offset) {
            Ok(()) => Ok(bytes),
            Err(cause) => Err(self.fault("the log cannot be read", cause).at_offset(offset)),
        }
    }

    pub(super) fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_at(bytes, offset)
    }

    /// Waits until what was written is on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    /// Drops everything from an offset on.
    pub(super) fn set_length(&self, offset: u64) -> io::Result<()> {
        self.file.set_length(offset)
    }

    /// Drops everything from an offset on, and waits until that is on the disk.
    pub(super) fn cut(&self, offset: u64) -> io::Result<()> {
        self.set_length(offset)?;
        self.sync()
    }

    pub(super) fn fault(&self, what: &str, cause: io::Error) -> Error {
        fault(what, self.path(), cause)
    }
}

/// What an error of the file system means for the log, when nothing was stored.
fn fault(what: &str, path: &Path, cause: io::Error) -> Error {
    let kind = if is_full(&cause) { Kind::Full } else { Kind::Unavailable };
    Error::new(kind, what).in_file(path).because(cause)
}
