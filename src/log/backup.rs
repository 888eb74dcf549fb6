//! A copy of a log in a folder of its own, made while the log is in use.

use std::path::Path;

use super::copy::copy;
use super::error::Error;
use super::file::FileLog;
use super::{Log, Progress, new_folder};
use crate::record::Anchor;

/// Copies a log into a new folder, from which a desk can be opened.
///
/// The log may be in use: nobody waits for it, and all that was durable when the call began is in the backup, with the same
/// bytes, the same id and the same chain. Each batch is checked on the way, so a backup that was made is sound. The folder
/// gets its name when everything in it is durable; until then it is called `….unfinished`, and the next try removes what
/// is in there.
///
/// **The keys are not in it.** Keys that are to be destroyed live on in every copy, so a copy of everything would defeat
/// forgetting. They have a backup of their own, [`privacy::backup_keys`](crate::privacy::backup_keys), to be kept apart and for
/// a shorter time. To restore, bring both into one folder: the backup as it is, and the keys as `keys.gather`.
///
/// Progress counts positions. Returns where the backup ends.
///
/// # Errors
/// [`Error::is_misuse`]: there is something under the folder's name. Otherwise either log could not do its work, as for
/// [`copy`]. There is no folder of that name then.
///
/// ```
/// use gather::log::{FileLog, Log, backup};
/// use gather::{Desk, Gathering};
///
/// # let folder = tempfile::tempdir()?;
/// # let (mine, safe) = (folder.path().join("bookings"), folder.path().join("safe"));
/// let desk = Desk::open(&mine)?;
/// let webinar = desk.announce(Gathering::webinar("Open day"))?.outcome;
/// desk.backup(&safe, &mut |_| ())?;
///
/// let restored = Desk::open(&safe)?;
/// assert_eq!(restored.gathering(webinar)?.announcement().title, "Open day");
/// assert!(desk.backup(&safe, &mut |_| ()).is_err(), "no backup is written over");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn backup(
    from: &dyn Log,
    folder: impl AsRef<Path>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Anchor, Error> {
    let log = from.anchor()?.log;
    new_folder::make(folder.as_ref(), |draft| {
        let to = FileLog::options().id(log).open_in(draft)?;
        copy(from, &to, progress)
    })
}
