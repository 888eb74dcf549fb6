//! A desk's log, backed up while people book.

use std::path::Path;

use super::{Desk, Error};
use crate::log::{Anchor, Progress, backup};

impl Desk {
    /// Copies the desk's log into a new folder while the desk goes on; without the keys. See [`log::backup`](backup).
    ///
    /// The keys of a desk in a folder are backed up by [`privacy::backup_keys`](crate::privacy::backup_keys), and apart: keys
    /// that are to be destroyed live on in every copy of them.
    ///
    /// # Errors
    /// As for [`log::backup`](backup).
    pub fn backup(
        &self,
        folder: impl AsRef<Path>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Anchor, Error> {
        Ok(backup(&*self.inner.log, folder, progress)?)
    }
}
