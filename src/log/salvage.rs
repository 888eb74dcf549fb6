//! What is whole of a damaged log file, brought into a new log.
//!
//! The file is searched from front to back. A frame counts as whole if both its checksums pass, it was written for the
//! place where it lies, its batch can be read, and the chain leads to it, as far as the batch before it is there.

use std::path::Path;
use std::sync::Arc;

use super::error::{Error, Kind};
use super::options::LOCK_NAME;
use super::place::Place;
use super::{Progress, new_folder};
use crate::record::{Anchor, Position};
use crate::storage::Disk;

mod header;
mod keep;
mod search;
mod told;

use header::Beginning;
use search::Search;

/// How much of a damaged log is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Keep {
    /// Every whole batch. Those behind a gap get new positions, since positions have no gaps, and the log gets a new id,
    /// since it has another past than the one that it comes from.
    ///
    /// What happened behind a gap may stand on what is lost in it: a registration may be cancelled that was never made. So
    /// have such a log verified before it is used.
    #[default]
    WholeBatches,
    /// The batches before the first gap, and nothing behind it. It is the log as it was once, with its id and its chain.
    Prefix,
}

/// What [`salvage`] has kept, and what it had to leave out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Salvaged {
    /// Where the new log ends. Its id is that of the damaged log, unless batches behind a gap were kept.
    pub head: Anchor,
    /// Up to here positions are what they were; records behind it were given new ones.
    pub as_it_was: Position,
    /// How many batches were kept.
    pub batches: u64,
    /// What was left out, from front to back; empty if the log was sound.
    pub left_out: Vec<LeftOut>,
}

/// A part of a log file that [`salvage`] has left out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// Where it begins, in bytes from the beginning of the file.
    pub offset: u64,
    /// How many bytes it has; none where only the order is wrong.
    pub bytes: u64,
    /// The first position that is missing.
    pub first: Position,
    /// How many positions are missing; `None` at the end of the file, where nothing tells that there were any.
    pub records: Option<u64>,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Copies what is whole of a log file into a new folder, from which a desk can be opened, and lists what is not.
///
/// The file is only read, and so is the head file beside it, which knows of an end that was lost. If it belongs to a folder
/// with keys, bring them along with [`privacy::adopt_keys`](crate::privacy::adopt_keys), which takes them for the new log's
/// id. Progress counts bytes of the file. What comes back prints as lines for people.
///
/// A damaged file header is no hindrance if a single bit of it is wrong, wherever that is. If more is, it is none as long as
/// the log's id and salt in it are whole, and the id is confirmed: by the genesis chain beside it, by the head file or by
/// the first frame.
///
/// The log is locked while it is read, so that nobody writes to it. Where there is no lock file, or none that can be locked,
/// as on a medium that takes nothing, none is made; if another machine writes to the log meanwhile, what is being written
/// may seem to be a torn end.
///
/// # Errors
/// [`Error::is_locked`]: another desk or process has the log open; let go of it first. [`Error::is_not_a_log`]: there is no
/// log under the path. [`Error::is_corrupt`]: the header is so damaged that the log's id is lost, or the salt, without which
/// no record can be told from noise. [`Error::is_newer`]: a newer version of the crate wrote what would have to be left out;
/// use that one. [`Error::is_older`]: it is of a format that is read no more. [`Error::is_misuse`]: there is something under
/// the name of the new folder. [`Error::is_unavailable`] or [`Error::is_full`]: the file system. There is no new folder then.
///
/// ```
/// use gather::log::{FileLog, Keep, Log, salvage};
/// use gather::{Desk, Gathering};
///
/// # let folder = tempfile::tempdir()?;
/// # let (damaged, whole) = (folder.path().join("damaged"), folder.path().join("whole"));
/// let desk = Desk::open(&damaged)?;
/// for title in ["Open day", "First aid", "Bees"] {
///     desk.announce(Gathering::webinar(title))?.outcome;
/// }
/// drop(desk);
/// let file = damaged.join("log.gather");
/// let mut bytes = std::fs::read(&file)?;
/// bytes[500] ^= 1; // within the second announcement
/// std::fs::write(&file, bytes)?;
///
/// let salvaged = salvage(&file, &whole, Keep::WholeBatches, &mut |_| ())?;
/// assert_eq!(salvaged.batches, 2);
/// assert_eq!((salvaged.left_out[0].first.get(), salvaged.left_out[0].records), (2, Some(1)));
/// assert_eq!(Desk::open(&whole)?.whats_on().rows().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn salvage(
    file: impl AsRef<Path>,
    folder: impl AsRef<Path>,
    keep: Keep,
    progress: &mut dyn FnMut(Progress),
) -> Result<Salvaged, Error> {
    let (path, folder) = (file.as_ref(), folder.as_ref());
    let place = Place::new(Arc::new(Disk), path);
    let Some(file) = place.open_to_read()? else {
        return Err(Error::new(Kind::NotALog, "there is no file").in_file(path));
    };
    new_folder::check_nothing_there(folder)?;
    let _held = place.lock_if_there(LOCK_NAME)?;
    let beginning = Beginning::read(&place, &file)?;
    let found = Search::new(&file, &beginning, progress)?.all()?;
    beginning.check_salt(&found).map_err(|error| error.in_file(path))?;
    let mut salvaged = new_folder::make(folder, |draft| found.keep(&file, draft, keep))?;
    salvaged.left_out.splice(..0, beginning.damage);
    Ok(salvaged)
}
