//! A checkpoint's file: read whole, and written so that it is there whole or as it was before.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A checkpoint's name within a desk's folder.
pub(crate) const CHECKPOINT_NAME: &str = "checkpoint.gather";

/// What is in the file; `None` if there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::metadata(path) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
        // A pipe would keep whoever opens it waiting for ever.
        Ok(found) if !found.is_file() => Err(io::Error::other("there is something other than a file")),
        Ok(_) | Err(_) => fs::read(path).map(Some),
    }
}

/// Puts a new file in the place of the old one, in one step that a crash does not halve. Where that fails, nothing is left of
/// the new one: the log needs the room.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = beside(path);
    let written = write_draft(&draft, bytes).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        drop(fs::remove_file(&draft));
    }
    written?;
    sync_folder_of(path)
}

fn write_draft(draft: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private().create(true).truncate(true).open(draft)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Removes what a process that stopped halfway has left of a new file. Nobody else may be writing one.
pub(super) fn remove_draft(path: &Path) {
    drop(fs::remove_file(beside(path)));
}

fn beside(path: &Path) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// As the log: readable by its owner only, since it says who booked what, if only by ids.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Folders cannot be synced here; the file system orders a rename by itself.
#[cfg(not(unix))]
fn sync_folder_of(_: &Path) -> io::Result<()> {
    Ok(())
}
