//! A log into another store, byte for byte.

use super::error::{Error, Kind};
use super::{Log, Progress};
use crate::id::LogId;
use crate::record::{Anchor, Position};

/// How many batches are copied with one sync.
pub(super) const PAGE: usize = 1_024;

/// Copies a log into another, which then has the same chain: the same batches, with the same bytes.
///
/// The target is a log that has nothing yet, or one that an earlier copy has left: then it goes on from there. A chain
/// begins with the log's id, so the target has to be made with the id of the source: [`MemoryLog::with_id`](super::MemoryLog::with_id),
/// or for files `FileLog::options().id(…)`. What is stored in the source meanwhile may be copied or not; all that was there
/// when the copy began is. A store of a host's own holds batches of older versions only if it keeps bytes
/// ([`Log::store_raw`]).
///
/// The chain of the source is checked on the way. Progress counts positions.
///
/// Returns where both logs are equal: the end of the copy.
///
/// # Errors
/// [`Error::is_diverged`]: the target has another id, or holds what the source does not. [`Error::is_corrupt`]: the
/// source is damaged, at [`Error::offset`] or [`Error::position`]. Otherwise either log could not do its work. The target
/// holds whole batches of the source then, from the first on, and the copy can be continued.
///
/// ```
/// use gather::log::{Batch, Guard, Log, MemoryLog, Scope, copy};
/// use gather::{Fact, GatheringId, LogId, Position, RequestId};
///
/// let (from, to) = (MemoryLog::with_id(LogId::from_u128(7)), MemoryLog::with_id(LogId::from_u128(7)));
/// let batch = Batch {
///     id: RequestId::from_u128(1),
///     time: chrono::DateTime::UNIX_EPOCH,
///     actor: None,
///     trace: None,
///     content: None,
///     guard: Guard { seen: Position::START, scope: Scope::everything() },
///     facts: vec![Fact::BookingOpened { gathering: GatheringId::from_u128(2) }],
/// };
/// from.append(&[batch])?;
/// assert_eq!(copy(&from, &to, &mut |_| ())?, from.anchor()?);
/// assert_eq!(to.anchor()?, from.anchor()?);
///
/// let other = MemoryLog::with_id(LogId::from_u128(8));
/// assert!(copy(&from, &other, &mut |_| ()).unwrap_err().is_diverged());
/// # Ok::<(), gather::log::Error>(())
/// ```
pub fn copy(from: &dyn Log, to: &dyn Log, progress: &mut dyn FnMut(Progress)) -> Result<Anchor, Error> {
    let head = from.anchor()?;
    let mut at = to.anchor()?;
    check_continues(from, head, at)?;
    let mut tell = |at: Anchor| progress(told(at.position, head.position));
    tell(at);
    while at.position < head.position {
        let page = from.read_raw(at.position, PAGE)?;
        check_chain(page.after, at)?;
        at = to.store_raw(at, &page.batches)?;
        tell(at);
    }
    check_chain(from.read_raw(at.position, 0)?.after, at)?;
    Ok(at)
}

/// More may have come since the end was looked up.
fn told(done: Position, total: Position) -> Progress {
    Progress::new(done.get(), total.max(done).get())
}

/// Refuses a target that is no beginning of the source.
fn check_continues(from: &dyn Log, head: Anchor, target: Anchor) -> Result<(), Error> {
    check_same_log(head.log, target.log)?;
    if target.position > head.position {
        let what = format!("the target goes on to position {}; the source ends before", target.position);
        return Err(Error::new(Kind::Diverged, what).at_position(head.position));
    }
    match from.read_raw(target.position, 0) {
        Ok(page) if page.after == target => Ok(()),
        // Where a batch of the target ends, none of the source does.
        Err(error) if error.kind() != Kind::Misuse => Err(error),
        Ok(_) | Err(_) => Err(another_past(target)),
    }
}

/// Refuses a target with another id: no chain of it could be that of the source.
pub(super) fn check_same_log(source: LogId, target: LogId) -> Result<(), Error> {
    if target == source {
        return Ok(());
    }
    let what = format!("the target is the log {target}, not {source}: a copy has the id of its source");
    Err(Error::new(Kind::Diverged, what))
}

pub(super) fn another_past(target: Anchor) -> Error {
    let what = "the target is no copy of the source: it has another past";
    Error::new(Kind::Diverged, what).at_position(target.position)
}

fn check_chain(source: Anchor, copied: Anchor) -> Result<(), Error> {
    if source == copied {
        return Ok(());
    }
    let what = "the chain of the source is not that of its batches";
    Err(Error::new(Kind::Corrupt, what).at_position(copied.position))
}
