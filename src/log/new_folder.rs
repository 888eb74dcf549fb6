//! A folder with a log in it that is there whole or not at all.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::error::{Error, Kind};
use super::head::HEAD_NAME;
use super::options::{LOCK_NAME, LOG_NAME};
use crate::storage::{Disk, Storage, folder_of};

/// All that a log that nobody books with may have in its folder.
const FILES: [&str; 5] = [LOG_NAME, "log.gather.new", HEAD_NAME, "head.gather.new", LOCK_NAME];

/// Makes a folder under another name, has it filled, and gives it its name when everything in it is durable.
///
/// # Errors
/// Misuse: there is something under the name already. Otherwise what filling it has met; then there is nothing under the
/// name, and what was filled in is removed as far as it can be, with its folder unless somebody put something else there.
pub(super) fn make<T>(folder: &Path, fill: impl FnOnce(&Path) -> Result<T, Error>) -> Result<T, Error> {
    // Without what may stand behind the last name.
    let folder: PathBuf = folder.components().collect();
    check_nothing_there(&folder)?;
    let draft = unfinished(&folder);
    empty(&draft).map_err(|cause| failed(&draft, cause))?;
    let filled = fill(&draft).and_then(|filled| name(&draft, &folder).map(|()| filled));
    if filled.is_err() {
        // The error at hand is the one to tell.
        drop(empty(&draft).and_then(|()| fs::remove_dir(&draft)));
    }
    filled
}

/// Refuses a name that something has, be it an empty folder.
pub(super) fn check_nothing_there(folder: &Path) -> Result<(), Error> {
    match Disk.open_to_read(folder) {
        Ok(None) => Ok(()),
        Err(cause) if cause.kind() != ErrorKind::IsADirectory => Err(failed(folder, cause)),
        Ok(Some(_)) | Err(_) => {
            let what =
                "there is something already, and nothing is written over; name a folder that is not there";
            Err(Error::new(Kind::Misuse, what).in_file(folder))
        }
    }
}

fn name(draft: &Path, folder: &Path) -> Result<(), Error> {
    let named = || {
        remove_if_there(&draft.join(LOCK_NAME))?;
        Disk.sync_folder(draft)?;
        Disk.rename(draft, folder)?;
        Disk.sync_folder(folder_of(folder))
    };
    named().map_err(|cause| failed(folder, cause))
}

fn unfinished(folder: &Path) -> PathBuf {
    let mut name: OsString = folder.as_os_str().to_owned();
    name.push(".unfinished");
    name.into()
}

fn empty(draft: &Path) -> io::Result<()> {
    FILES.iter().try_for_each(|name| remove_if_there(&draft.join(name)))
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match Disk.remove(path) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(cause),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn failed(folder: &Path, cause: io::Error) -> Error {
    Error::new(Kind::Unavailable, "the folder cannot be made").in_file(folder).because(cause)
}
