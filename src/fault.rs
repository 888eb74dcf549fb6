//! What an error of the file system calls for.

use std::io::{self, ErrorKind};

/// Whether there is no room for what was to be written, and nothing else is wrong.
pub(crate) fn is_full(cause: &io::Error) -> bool {
    matches!(cause.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

/// Whether it stays so until somebody has put something right: a path that leads nowhere, a folder that is not to be written to.
pub(crate) fn needs_somebody(cause: &io::Error) -> bool {
    matches!(
        cause.kind(),
        ErrorKind::NotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::AlreadyExists
            | ErrorKind::InvalidInput
            | ErrorKind::InvalidFilename
            | ErrorKind::Unsupported
    )
}
