//! Where records are kept: the contract, two stores that hold it, and the bytes.
//!
//! A [`Log`] is an append-only sequence of batches. [`MemoryLog`] keeps its encoded bytes in memory,
//! `FileLog` in one file; a host can bring its own store.

use crate::record::Position;
use error::Kind;

#[cfg(feature = "file")]
mod backup;
mod copy;
mod encoded;
mod error;
#[cfg(feature = "file")]
mod file;
#[cfg(all(test, feature = "file"))]
mod fixture;
#[cfg(feature = "file")]
mod frame;
#[cfg(feature = "file")]
mod frames;
#[cfg(feature = "file")]
mod head;
#[cfg(feature = "file")]
mod index;
mod judge;
#[cfg(feature = "json")]
mod lines;
mod memory;
#[cfg(feature = "file")]
mod new_folder;
#[cfg(feature = "file")]
mod options;
#[cfg(feature = "file")]
mod place;
mod progress;
mod raw;
#[cfg(feature = "file")]
mod reader;
#[cfg(feature = "file")]
mod recovery;
#[cfg(feature = "file")]
mod room;
#[cfg(feature = "file")]
mod salvage;
#[cfg(feature = "file")]
mod walk;
mod wire;

#[cfg(feature = "file")]
pub use crate::storage::{Disk, Held, Storage, StoredFile};
#[cfg(feature = "file")]
pub use backup::backup;
pub use copy::copy;
pub use encoded::Encoded;
pub use error::Error;
#[cfg(feature = "file")]
pub use file::FileLog;
#[cfg(feature = "file")]
pub use head::HeadSync;
#[cfg(all(feature = "file", feature = "json"))]
pub use lines::import_into;
#[cfg(feature = "json")]
pub use lines::{export, exported_id, import};
pub use memory::MemoryLog;
#[cfg(feature = "file")]
pub use options::FileLogOptions;
#[cfg(feature = "file")]
pub(crate) use options::LOG_NAME;
pub use progress::Progress;
pub use raw::RawPage;
#[cfg(feature = "file")]
pub use reader::FileReader;
#[cfg(feature = "file")]
pub use recovery::{HeadLag, OpenReport, TornTail};
#[cfg(feature = "file")]
pub use salvage::{Keep, LeftOut, Salvaged, salvage};
pub(crate) use wire::{FACTS_LIMIT, TAGS_LIMIT};
pub use wire::{decode, encode};

pub use crate::record::{Anchor, Batch, Chain, Guard, Scope, StoredBatch, Tag};

/// An append-only sequence of batches that several threads may use at once.
///
/// What every store promises:
///
/// - a batch is stored whole or not at all, and reads back equal, byte for byte;
/// - positions count facts from 1, without a gap;
/// - a reader sees whole batches in order, and nothing that is not durable;
/// - whoever decides within [`exclusive`](Self::exclusive) has seen every record before what it stores;
/// - so the guard of [`append`](Self::append) is exact: a batch is stored if and only if no record within its scope
///   came after `seen`;
/// - the same batch sent again, with a guard that has not seen it, is answered [`Appended::Already`];
/// - a conflict, and a refusal, leave nothing behind.
///
/// A store of a host's own implements [`anchor`](Self::anchor), [`read`](Self::read) and
/// [`exclusive`](Self::exclusive); a lock, or a transaction that locks, is all that the last one takes. It is held to all this
/// by `conformance::check` of the `testkit` (a feature), whose page has a store as simple as one can be.
pub trait Log: Send + Sync + std::fmt::Debug {
    /// The log's id and where it ends now. Cheap.
    ///
    /// # Errors
    /// The store cannot be reached, or has refused since a failed write.
    fn anchor(&self) -> Result<Anchor, Error>;

    /// The next batches after a position, in order, `limit` of them or as many as there are, all from one moment.
    ///
    /// `after` is a position at which a batch ends, [`Position::START`] for the beginning.
    ///
    /// # Errors
    /// The store cannot be reached; the bytes are damaged or written by a newer version; `after` is beyond the
    /// head, or within a batch. The log is unchanged.
    fn read(&self, after: Position, limit: usize) -> Result<Page, Error>;

    /// Takes the log's turn, hands over every batch that ends after a position, stores what is decided on them, and
    /// gives it back as a page of what was stored: all of it is durable, with one sync, or nothing is stored.
    ///
    /// Nobody else stores anything between what was handed over and what is decided. So guards are not weighed here; they
    /// are stored as they are. The first batch goes to the position behind `page.head`, each other behind the one before
    /// it. An empty answer stores and syncs nothing.
    ///
    /// A store that cannot lock may hand over a longer page and ask again, where what was decided could not be
    /// stored; whoever decides forgets the first answer then.
    ///
    /// # Errors
    /// As for [`read`](Self::read), but that `after` may lie within a batch; the batches cannot be stored, and
    /// [`Error::was_written`] says whether any of them may be.
    fn exclusive(&self, after: Position, decide: &mut dyn FnMut(&Page) -> Vec<Batch>) -> Result<Page, Error>;

    /// The same as [`exclusive`](Self::exclusive), for batches whose bytes are made already. A store that keeps bytes keeps these,
    /// and is the sooner done with its turn; one that says nothing here takes the batches.
    ///
    /// # Errors
    /// As for [`exclusive`](Self::exclusive).
    fn exclusive_encoded(
        &self,
        after: Position,
        decide: &mut dyn FnMut(&Page) -> Vec<Encoded>,
    ) -> Result<Page, Error> {
        self.exclusive(after, &mut |page| decide(page).into_iter().map(Encoded::into_batch).collect())
    }

    /// Judges batches in order, each seeing those before it, stores those that pass, and returns when they are
    /// durable: one answer for each batch.
    ///
    /// # Errors
    /// Each error says by [`Error::was_written`] whether anything may have been stored.
    fn append(&self, batches: &[Batch]) -> Result<Vec<Appended>, Error> {
        judge::append(self, batches)
    }

    /// The next batches after a position as [`read`](Self::read), but as the bytes that are kept, for whoever copies or
    /// exports the log. There may be fewer than `limit` where they are large, but none only at the head or where `limit` is 0.
    ///
    /// A store that keeps bytes gives them out as they are. One that keeps batches in another way need not say anything
    /// here: the bytes are those of [`encode`].
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    fn read_raw(&self, after: Position, limit: usize) -> Result<RawPage, Error> {
        raw::read(self, after, limit)
    }

    /// Stores batches as the bytes that they have in another log, if this one ends at `behind`, and returns where it ends
    /// then: all of them durable, or none. Their guards are kept and not weighed.
    ///
    /// A store that keeps bytes keeps these. One that says nothing here takes the batches that [`encode`] gives these
    /// bytes, and refuses those of an older version.
    ///
    /// # Errors
    /// [`Error::is_diverged`]: the log does not end at `behind`. [`Error::is_corrupt`] or [`Error::is_newer`]: bytes that
    /// are no batch to this version. [`Error::is_misuse`]: bytes that this store cannot keep as they are. Nothing is
    /// stored then. Else as for [`exclusive`](Self::exclusive).
    fn store_raw(&self, behind: Anchor, batches: &[Vec<u8>]) -> Result<Anchor, Error> {
        raw::store(self, behind, batches)
    }

    /// Makes sure that there is room for what is decided next, so that a full disk is noticed before anything is decided.
    /// Cheap where there is room.
    ///
    /// # Errors
    /// There is no room; nothing has changed.
    fn make_room(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Whether anybody but the one who holds this value may store batches. A desk that knows that nobody does decides
    /// ahead while earlier decisions are still being written.
    fn has_other_writers(&self) -> bool {
        true
    }
}

/// A store that several desks, or a desk and a reader, share.
impl<L: Log + ?Sized> Log for std::sync::Arc<L> {
    fn anchor(&self) -> Result<Anchor, Error> {
        (**self).anchor()
    }

    fn read(&self, after: Position, limit: usize) -> Result<Page, Error> {
        (**self).read(after, limit)
    }

    fn exclusive(&self, after: Position, decide: &mut dyn FnMut(&Page) -> Vec<Batch>) -> Result<Page, Error> {
        (**self).exclusive(after, decide)
    }

    fn exclusive_encoded(
        &self,
        after: Position,
        decide: &mut dyn FnMut(&Page) -> Vec<Encoded>,
    ) -> Result<Page, Error> {
        (**self).exclusive_encoded(after, decide)
    }

    fn append(&self, batches: &[Batch]) -> Result<Vec<Appended>, Error> {
        (**self).append(batches)
    }

    fn read_raw(&self, after: Position, limit: usize) -> Result<RawPage, Error> {
        (**self).read_raw(after, limit)
    }

    fn store_raw(&self, behind: Anchor, batches: &[Vec<u8>]) -> Result<Anchor, Error> {
        (**self).store_raw(behind, batches)
    }

    fn make_room(&self) -> Result<(), Error> {
        (**self).make_room()
    }
}

/// Some batches and where they lie.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where the page begins: the end of the batch before it.
    pub after: Anchor,
    /// The batches, in order, without a hole.
    pub batches: Vec<StoredBatch>,
    /// Where the log ended when the page was read.
    pub head: Anchor,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever appends has to meet each of these answers")]
pub enum Appended {
    /// It is stored.
    Fresh {
        /// The position of its first fact.
        first: Position,
    },
    /// It was stored before, with the same bytes but for its guard.
    Already {
        /// The position of its first fact.
        first: Position,
    },
    /// A record within its scope came after what it had seen; nothing is stored.
    Conflict {
        /// The first such record.
        at: Position,
        /// The head at that moment.
        head: Position,
    },
}

/// Refuses a position that this log does not have.
fn check_within(after: Position, head: Position) -> Result<(), Error> {
    if after <= head {
        return Ok(());
    }
    let what = format!("position {after} is beyond the head of the log, {head}");
    Err(Error::new(Kind::Diverged, what).at_position(head))
}

/// Refuses a position at which no batch ends; the nearest place where one does is `batch_end`.
fn check_batch_end(after: Position, batch_end: Position) -> Result<(), Error> {
    if after == batch_end {
        return Ok(());
    }
    Err(Error::new(Kind::Misuse, "a page begins where a batch ends, not within one").at_position(after))
}
