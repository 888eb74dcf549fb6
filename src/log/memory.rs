//! A log in memory, for tests and for trying things out.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::Error;
use super::{Encoded, Log, Page, RawPage, check_batch_end, check_within, raw, wire};
use crate::collections::ChunkedVec;
use crate::id::LogId;
use crate::record::{Anchor, Batch, Chain, Position, StoredBatch};

/// A log that lives as long as the process. It holds what every store promises but to survive.
///
/// It keeps the encoded bytes, so that what is read has been through them, as with every other store.
///
/// ```
/// use gather::log::{Appended, Batch, Guard, Log, MemoryLog, Scope};
/// use gather::{Fact, GatheringId, Position, RequestId};
///
/// let log = MemoryLog::new();
/// let batch = Batch {
///     id: RequestId::from_u128(1),
///     time: chrono::DateTime::UNIX_EPOCH,
///     actor: None,
///     trace: None,
///     content: None,
///     guard: Guard { seen: Position::START, scope: Scope::everything() },
///     facts: vec![Fact::BookingOpened { gathering: GatheringId::from_u128(2) }],
/// };
/// assert_eq!(log.append(&[batch])?, [Appended::Fresh { first: Position::new(1) }]);
/// assert_eq!(log.read(Position::START, 10)?.batches.len(), 1);
/// # Ok::<(), gather::log::Error>(())
/// ```
pub struct MemoryLog {
    id: LogId,
    /// Held by whoever decides what comes next.
    turn: Mutex<()>,
    entries: Mutex<ChunkedVec<Entry>>,
}

/// A stored batch.
struct Entry {
    first: Position,
    last: Position,
    chain: Chain,
    bytes: Box<[u8]>,
}

impl MemoryLog {
    /// An empty log with a random id.
    #[must_use]
    pub fn new() -> Self {
        Self::with_id(LogId::random())
    }

    /// An empty log with an id of the caller's choice, so that two runs have the same chain.
    #[must_use]
    pub fn with_id(id: LogId) -> Self {
        Self { id, turn: Mutex::new(()), entries: Mutex::default() }
    }

    /// Entries are only ever pushed whole, so they are in order even if a thread that held them has panicked.
    fn entries(&self) -> MutexGuard<'_, ChunkedVec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn anchor_behind(&self, last: Option<&Entry>) -> Anchor {
        let (position, chain) = last
            .map_or_else(|| (Position::START, Chain::genesis(self.id)), |entry| (entry.last, entry.chain));
        Anchor { log: self.id, position, chain }
    }
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = self.anchor_behind(self.entries().last()).position;
        f.debug_struct("MemoryLog").field("id", &self.id).field("head", &head).finish_non_exhaustive()
    }
}

impl Log for MemoryLog {
    fn anchor(&self) -> Result<Anchor, Error> {
        Ok(self.anchor_behind(self.entries().last()))
    }

    fn read(&self, after: Position, limit: usize) -> Result<Page, Error> {
        let entries = self.entries();
        let head = self.anchor_behind(entries.last());
        check_within(after, head.position)?;
        let (last, behind) = split_after(&entries, after);
        let start = self.anchor_behind(last);
        check_batch_end(after, start.position)?;
        let batches = behind.take(limit).map(read_entry).collect::<Result<_, _>>()?;
        Ok(Page { after: start, batches, head })
    }

    fn exclusive(&self, after: Position, decide: &mut dyn FnMut(&Page) -> Vec<Batch>) -> Result<Page, Error> {
        self.exclusive_encoded(after, &mut |page| decide(page).into_iter().map(Encoded::new).collect())
    }

    fn exclusive_encoded(
        &self,
        after: Position,
        decide: &mut dyn FnMut(&Page) -> Vec<Encoded>,
    ) -> Result<Page, Error> {
        // Whoever decides may read the log meanwhile, but not store anything.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let page = self.page_behind(after)?;
        let mut head = page.head;
        let (mut added, mut batches) = (Vec::new(), Vec::new());
        for encoded in decide(&page) {
            let entry = Entry::behind(head, &encoded)?;
            head = Anchor { position: entry.last, chain: entry.chain, ..head };
            batches.push(StoredBatch { first: entry.first, batch: encoded.into_batch() });
            added.push(entry);
        }
        self.entries().extend(added);
        Ok(Page { after: page.head, batches, head })
    }

    fn read_raw(&self, after: Position, limit: usize) -> Result<RawPage, Error> {
        let entries = self.entries();
        let head = self.anchor_behind(entries.last());
        check_within(after, head.position)?;
        let (last, behind) = split_after(&entries, after);
        let start = self.anchor_behind(last);
        check_batch_end(after, start.position)?;
        let mut left = raw::PAGE_BYTES;
        let fits = behind.take(limit).enumerate().take_while(|(nth, entry)| {
            let fits = *nth == 0 || entry.bytes.len() <= left;
            left = left.saturating_sub(entry.bytes.len());
            fits
        });
        Ok(RawPage { after: start, batches: fits.map(|(_, entry)| entry.bytes.to_vec()).collect(), head })
    }

    fn store_raw(&self, behind: Anchor, batches: &[Vec<u8>]) -> Result<Anchor, Error> {
        let read = raw::read_all(batches)?;
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut head = self.anchor()?;
        raw::check_place(head, behind)?;
        let mut added = Vec::new();
        for (batch, bytes) in read.iter().zip(batches) {
            let first = head.position.next();
            head = raw::behind(head, bytes, batch.facts.len());
            added.push(Entry { first, last: head.position, chain: head.chain, bytes: bytes.clone().into() });
        }
        self.entries().extend(added);
        Ok(head)
    }

    fn has_other_writers(&self) -> bool {
        false
    }
}

impl MemoryLog {
    /// Every batch that ends after a position.
    fn page_behind(&self, after: Position) -> Result<Page, Error> {
        let entries = self.entries();
        let head = self.anchor_behind(entries.last());
        check_within(after, head.position)?;
        let (last, behind) = split_after(&entries, after);
        let batches = behind.map(read_entry).collect::<Result<_, _>>()?;
        Ok(Page { after: self.anchor_behind(last), batches, head })
    }
}

impl Entry {
    fn behind(head: Anchor, encoded: &Encoded) -> Result<Self, Error> {
        let (bytes, facts) = (encoded.bytes()?, encoded.batch().facts.len());
        let (first, last) = (head.position.next(), head.position.plus(facts));
        Ok(Self { first, last, chain: head.chain.then(bytes), bytes: bytes.into() })
    }
}

/// The last batch that ends at or before a position, and all that come after it.
fn split_after(
    entries: &ChunkedVec<Entry>,
    position: Position,
) -> (Option<&Entry>, impl Iterator<Item = &Entry>) {
    // Nearly always it is the head that is asked for.
    let is_head = entries.last().is_none_or(|last| last.last <= position);
    let place = if is_head { entries.len() } else { entries.partition_point(|entry| entry.last <= position) };
    let last = place.checked_sub(1).and_then(|last| entries.get(last));
    (last, entries.iter_from(place))
}

fn read_entry(entry: &Entry) -> Result<StoredBatch, Error> {
    let batch = wire::decode(&entry.bytes).map_err(|error| error.at_position(entry.first))?;
    Ok(StoredBatch { first: entry.first, batch })
}
