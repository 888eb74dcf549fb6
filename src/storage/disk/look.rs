//! What is known of an open file.
//!
//! It is looked at before every append. Linux since 6.13 keeps the times of a file finely once somebody has asked for them:
//! then each write changes them, and each sync has to write the inode, too, which takes half as long again. So they are not
//! asked for.

use std::fs::{File, Metadata};
use std::io;

/// How long it is, in bytes.
pub(super) fn length(file: &File) -> io::Result<u64> {
    #[cfg(target_os = "linux")]
    if let Some(found) = narrow::look(file, narrow::StatxFlags::SIZE)? {
        return Ok(found.stx_size);
    }
    file.metadata().map(|found| found.len())
}

/// Whether it has a name still.
pub(super) fn has_a_name(file: &File) -> io::Result<bool> {
    #[cfg(target_os = "linux")]
    if let Some(found) = narrow::look(file, narrow::StatxFlags::NLINK)? {
        return Ok(found.stx_nlink > 0);
    }
    file.metadata().map(|found| is_named(&found))
}

#[cfg(unix)]
fn is_named(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(found) > 0
}

/// An open file cannot be removed here, or it cannot be told.
#[cfg(not(unix))]
fn is_named(_: &Metadata) -> bool {
    true
}

#[cfg(target_os = "linux")]
mod narrow {
    use std::fs::File;
    use std::io;

    pub(super) use rustix::fs::StatxFlags;
    use rustix::fs::{AtFlags, Statx, statx};
    use rustix::io::Errno;

    /// What is asked for and nothing else; `None` where a kernel of before 4.11, or a fence around the process, has no such
    /// call.
    pub(super) fn look(file: &File, what: StatxFlags) -> io::Result<Option<Statx>> {
        match statx(file, c"", AtFlags::EMPTY_PATH, what) {
            Ok(found) => Ok(Some(found)),
            Err(Errno::NOSYS) => Ok(None),
            Err(cause) => Err(cause.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_as_long_as_what_was_written_and_has_a_name_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let file = File::create(&path).unwrap();
        assert_eq!((length(&file).unwrap(), has_a_name(&file).unwrap()), (0, true));
        file.set_len(5_000_000_000).unwrap();
        assert_eq!(length(&file).unwrap(), file.metadata().unwrap().len());
        std::fs::remove_file(&path).unwrap();
        assert_eq!(has_a_name(&file).unwrap(), !cfg!(unix));
    }
}
