//! Batches as the bytes that a store keeps, for whoever moves a log from one store to another.
//!
//! A batch that an older version wrote would get other bytes if it were read and written anew, and the copy another
//! chain. So copies hand on the bytes.

use super::error::{Error, Kind};
use super::{Log, wire};
use crate::record::{Anchor, Batch, Position};

/// The most bytes of a page, unless its first batch alone has more.
pub(super) const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// Some batches as bytes, and where they lie.
#[derive(Clone, Debug)]
pub struct RawPage {
    /// Where the page begins: the end of the batch before it.
    pub after: Anchor,
    /// The bytes of the batches, in order, without a hole: [`decode`](super::decode) reads them, and the chain is taken
    /// over them.
    pub batches: Vec<Vec<u8>>,
    /// Where the log ended when the page was read.
    pub head: Anchor,
}

/// The bytes of a page of a store that says no more than what its batches are.
pub(super) fn read<L: Log + ?Sized>(log: &L, after: Position, limit: usize) -> Result<RawPage, Error> {
    let page = log.read(after, limit)?;
    let batches = page.batches.iter().map(|stored| wire::encode(&stored.batch)).collect::<Result<_, _>>()?;
    Ok(RawPage { after: page.after, batches, head: page.head })
}

/// Stores bytes in a store that takes batches: only if it would keep these very bytes.
pub(super) fn store<L: Log + ?Sized>(log: &L, behind: Anchor, batches: &[Vec<u8>]) -> Result<Anchor, Error> {
    let read = read_all(batches)?;
    for (batch, bytes) in read.iter().zip(batches) {
        if wire::encode(batch)? != *bytes {
            let what = "an older version wrote the batch, and this store would give it other bytes";
            return Err(Error::new(Kind::Misuse, what).at_request(batch.id));
        }
    }
    let mut met = behind;
    let stored = log.exclusive(behind.position, &mut |page| {
        met = page.head;
        if met == behind { read.clone() } else { Vec::new() }
    })?;
    check_place(met, behind).map(|()| stored.head)
}

/// What bytes say; every batch of them must be one that this version can read.
pub(super) fn read_all(batches: &[Vec<u8>]) -> Result<Vec<Batch>, Error> {
    batches.iter().map(|bytes| wire::decode(bytes)).collect()
}

/// Refuses to store behind another head than the one that was meant.
pub(super) fn check_place(head: Anchor, behind: Anchor) -> Result<(), Error> {
    if head == behind {
        return Ok(());
    }
    let what = format!("the log ends at position {}, not where the batches belong", head.position);
    Err(Error::new(Kind::Diverged, what).at_position(head.position))
}

/// The anchor behind a batch of so many facts.
pub(super) fn behind(at: Anchor, bytes: &[u8], facts: usize) -> Anchor {
    Anchor { position: at.position.plus(facts), chain: at.chain.then(bytes), ..at }
}
