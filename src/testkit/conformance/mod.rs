//! The contract of a log as a set of promises that any store can be held to.
//!
//! ```
//! use gather::log::MemoryLog;
//! use gather::testkit::conformance;
//!
//! conformance::check(MemoryLog::new)?;
//! # Ok::<(), conformance::Broken>(())
//! ```
//!
//! A store that outlives its process says where it keeps things, and how it is opened there again:
//!
//! ```
//! # #[cfg(feature = "file")] {
//! use gather::log::FileLog;
//! use gather::testkit::conformance::Conformance;
//!
//! let folder = || tempfile::tempdir().unwrap();
//! Conformance::reopened(folder, |folder| FileLog::open_in(folder.path()).unwrap()).check()?;
//! # }
//! # Ok::<(), gather::testkit::conformance::Broken>(())
//! ```
//!
//! # A store of a host's own
//! A lock and a list are enough, where nothing has to survive:
//!
//! ```
//! use std::sync::{Mutex, PoisonError};
//!
//! use gather::log::{Anchor, Batch, Chain, Error, Log, Page, StoredBatch, encode};
//! use gather::testkit::conformance;
//! use gather::{LogId, Position};
//!
//! #[derive(Debug, Default)]
//! struct Shelf(Mutex<Vec<StoredBatch>>);
//!
//! const ID: LogId = LogId::from_u128(7);
//!
//! fn anchor_behind(batches: &[StoredBatch]) -> Result<Anchor, Error> {
//!     let mut chain = Chain::genesis(ID); // a real store keeps the chain beside each batch
//!     for stored in batches {
//!         chain = chain.then(&encode(&stored.batch)?);
//!     }
//!     let position = batches.last().map_or(Position::START, StoredBatch::last);
//!     Ok(Anchor { log: ID, position, chain })
//! }
//!
//! fn page_behind(batches: &[StoredBatch], after: Position, limit: usize) -> Result<Page, Error> {
//!     let head = anchor_behind(batches)?;
//!     if after > head.position {
//!         return Err(Error::diverged("there is no such position in the log").at(head.position));
//!     }
//!     let (before, behind) = batches.split_at(batches.partition_point(|stored| stored.last() <= after));
//!     let batches = behind.iter().take(limit).cloned().collect();
//!     Ok(Page { after: anchor_behind(before)?, batches, head })
//! }
//!
//! impl Log for Shelf {
//!     fn anchor(&self) -> Result<Anchor, Error> {
//!         anchor_behind(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
//!     }
//!
//!     fn read(&self, after: Position, limit: usize) -> Result<Page, Error> {
//!         let batches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
//!         let page = page_behind(&batches, after, limit)?;
//!         if page.after.position != after {
//!             return Err(Error::misuse("a page begins where a batch ends").at(after));
//!         }
//!         Ok(page)
//!     }
//!
//!     fn exclusive(&self, after: Position, decide: &mut dyn FnMut(&Page) -> Vec<Batch>) -> Result<Page, Error> {
//!         let mut batches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
//!         let page = page_behind(&batches, after, usize::MAX)?;
//!         let decided = decide(&page);
//!         decided.iter().try_for_each(|batch| encode(batch).map(drop))?; // all of them, or none
//!         for batch in decided {
//!             let end = batches.last().map_or(Position::START, StoredBatch::last);
//!             batches.push(StoredBatch { first: end.next(), batch });
//!         }
//!         page_behind(&batches, page.head.position, usize::MAX)
//!     }
//! }
//!
//! conformance::check(Shelf::default)?;
//! # Ok::<(), conformance::Broken>(())
//! ```

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use crate::log::Log;

mod broken;
mod fault;
mod given;
mod guarding;
mod keeping;
mod reading;
mod turns;
pub mod vaults;

pub use broken::Broken;

use fault::{Fault, Held};

/// Holds a store to every promise that does not need it to be opened again: see [`Conformance`] for those that do, and
/// for more said about the store.
///
/// `make` gives a new, empty store each time. It takes a few seconds where every write is synced.
///
/// # Errors
/// The promises that the store does not keep.
pub fn check<L: Log + 'static>(make: impl Fn() -> L + 'static) -> Result<(), Broken> {
    Conformance::of(make).check()
}

/// What every store of a log promises, one by one. [`Log`] says it in prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Promise {
    /// Batches read back equal, byte for byte, in the order in which they were stored.
    ReadsBack,
    /// Positions count facts from 1, without a gap.
    Gapless,
    /// The chain is the hash over the encoded batches from the log's id on, so that it is the same in every store.
    Chained,
    /// A page begins where it was asked for, holds as many batches as were asked for or all that there are, and carries the
    /// anchors of its beginning and of the head.
    Pages,
    /// A page from beyond the head is refused as diverged, one from within a batch as misuse.
    Bounds,
    /// While others write, a reader sees whole batches in order, and a head that goes with them.
    PrefixesOnly,
    /// [`Log::exclusive`] hands over every batch that ends after the position, with the anchors before and behind them; the
    /// position may lie within a batch.
    HandsOver,
    /// What is decided in a turn is stored as it is, in its order, behind all that was handed over; its guards are not weighed.
    StoresDecided,
    /// Nobody stores anything between what was handed over and what is decided on it, with many writers at once, each
    /// deciding several batches in a turn.
    NobodyBetween,
    /// An empty answer stores nothing, and syncs nothing where syncs are counted.
    EmptyAnswer,
    /// A batch is stored if and only if no record within its scope came after what it has seen.
    GuardExact,
    /// The guard is exact with many writers at once.
    GuardExactInRaces,
    /// Guards that have nothing to do with each other never conflict, with many writers at once.
    UnrelatedPass,
    /// A conflict names the first record in the way and the head, and leaves nothing.
    ConflictLeavesNothing,
    /// Batches of one call see those before them.
    SeesEarlierInCall,
    /// The same batch sent again is answered as before and not stored again, with many senders at once.
    SameAnswer,
    /// A request's id with other content is an error that names it, and leaves nothing.
    OtherContent,
    /// A guard that has seen more than there is has seen another log: an error, and nothing is stored.
    SeenBeyondHead,
    /// A batch that cannot be stored is an error that says so, and leaves nothing of all that was to be stored with it.
    ErrorsLeaveNothing,
    /// Batches are kept up to the limits of [`encode`](crate::log::encode): 65,536 facts, 16 MiB. What is larger is misuse.
    LargestBatches,
    /// The bytes of batches are those of [`encode`](crate::log::encode), or as they were stored in another log; they are stored
    /// at the place that is meant, or not at all.
    RawBytes,
    /// Where whoever decides panics, nothing is stored, and the store goes on or refuses clearly.
    PanicLeavesNothing,
    /// Whatever was stored is there when the store is opened again, with the same anchors, and it goes on from there. Only
    /// for stores that are [opened again](Conformance::reopened).
    Lasts,
    /// A group of batches is one write that is synced before it is told, and takes fewer syncs than its batches would one by
    /// one. Only where [syncs are counted](Conformance::counting_syncs).
    SyncsOnce,
}

impl Promise {
    /// Every promise.
    pub const ALL: [Self; 24] = [
        Self::ReadsBack,
        Self::Gapless,
        Self::Chained,
        Self::Pages,
        Self::Bounds,
        Self::PrefixesOnly,
        Self::HandsOver,
        Self::StoresDecided,
        Self::NobodyBetween,
        Self::EmptyAnswer,
        Self::GuardExact,
        Self::GuardExactInRaces,
        Self::UnrelatedPass,
        Self::ConflictLeavesNothing,
        Self::SeesEarlierInCall,
        Self::SameAnswer,
        Self::OtherContent,
        Self::SeenBeyondHead,
        Self::ErrorsLeaveNothing,
        Self::LargestBatches,
        Self::RawBytes,
        Self::PanicLeavesNothing,
        Self::Lasts,
        Self::SyncsOnce,
    ];

    fn trial(self) -> fn(&Site) -> Held {
        match self {
            Self::ReadsBack => reading::reads_back,
            Self::Gapless => reading::gapless,
            Self::Chained => reading::chained,
            Self::Pages => reading::pages,
            Self::Bounds => reading::bounds,
            Self::PrefixesOnly => reading::prefixes_only,
            Self::HandsOver => turns::hands_over,
            Self::StoresDecided => turns::stores_decided,
            Self::NobodyBetween => turns::nobody_between,
            Self::EmptyAnswer => turns::empty_answer,
            Self::GuardExact => guarding::exact,
            Self::GuardExactInRaces => guarding::exact_in_races,
            Self::UnrelatedPass => guarding::unrelated_pass,
            Self::ConflictLeavesNothing => guarding::conflict_leaves_nothing,
            Self::SeesEarlierInCall => guarding::sees_earlier_in_call,
            Self::SameAnswer => guarding::same_answer,
            Self::OtherContent => guarding::other_content,
            Self::SeenBeyondHead => guarding::seen_beyond_head,
            Self::ErrorsLeaveNothing => keeping::errors_leave_nothing,
            Self::LargestBatches => keeping::largest_batches,
            Self::RawBytes => keeping::raw_bytes,
            Self::PanicLeavesNothing => turns::panic_leaves_nothing,
            Self::Lasts => keeping::lasts,
            Self::SyncsOnce => keeping::syncs_once,
        }
    }
}

/// A store that is to be held to its promises.
///
/// Where one promise is one test, failures have names:
///
/// ```
/// use gather::log::MemoryLog;
/// use gather::testkit::conformance::{Conformance, Promise};
///
/// # #[allow(non_snake_case)]
/// // #[test]
/// fn the_guard_is_exact() -> Result<(), Box<dyn std::error::Error>> {
///     Ok(Conformance::of(MemoryLog::new).hold(Promise::GuardExactInRaces)?)
/// }
/// # the_guard_is_exact().unwrap();
/// ```
pub struct Conformance {
    begin: Box<dyn Fn() -> Opening>,
    lasts: bool,
    syncs: Option<Rc<dyn Fn() -> u64>>,
    left_out: Vec<Promise>,
}

/// Opens a store in one place: an empty one first, then what is there.
type Opening = Box<dyn Fn() -> Box<dyn Log>>;

/// One place in which a store is tried.
struct Site {
    opening: Opening,
    /// Whether it can be opened again.
    lasts: bool,
    syncs: Option<Rc<dyn Fn() -> u64>>,
}

impl Site {
    fn open(&self) -> Box<dyn Log> {
        (self.opening)()
    }

    /// How many syncs there have been, where that is counted.
    fn syncs(&self) -> Option<u64> {
        self.syncs.as_ref().map(|count| count())
    }
}

impl fmt::Debug for Conformance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conformance").field("promises", &self.promises()).finish_non_exhaustive()
    }
}

impl Conformance {
    /// A store that lives as long as its value. `make` gives a new, empty one each time.
    pub fn of<L: Log + 'static>(make: impl Fn() -> L + 'static) -> Self {
        let make = Rc::new(make);
        let begin = move || {
            let make = Rc::clone(&make);
            let opening: Opening = Box::new(move || Box::new(make()));
            opening
        };
        Self { begin: Box::new(begin), lasts: false, syncs: None, left_out: Vec::new() }
    }

    /// A store that outlives its value. `place` gives an empty place each time, a folder or a schema for one; `open` opens
    /// the store there, whatever it holds by then. The value of a store is dropped before it is opened again.
    pub fn reopened<P: 'static, L: Log + 'static>(
        place: impl Fn() -> P + 'static,
        open: impl Fn(&P) -> L + 'static,
    ) -> Self {
        let open = Rc::new(open);
        let begin = move || {
            let (place, open) = (place(), Rc::clone(&open));
            let opening: Opening = Box::new(move || Box::new(open(&place)));
            opening
        };
        Self { begin: Box::new(begin), lasts: true, syncs: None, left_out: Vec::new() }
    }

    /// Says how many syncs all stores have done so far, so that they can be held to [`Promise::SyncsOnce`].
    #[must_use]
    pub fn counting_syncs(mut self, syncs: impl Fn() -> u64 + 'static) -> Self {
        self.syncs = Some(Rc::new(syncs));
        self
    }

    /// Leaves out a promise that the store does not make: say beside it what that costs.
    #[must_use]
    pub fn without(mut self, promise: Promise) -> Self {
        self.left_out.push(promise);
        self
    }

    /// The promises that the store is held to, in order.
    #[must_use]
    pub fn promises(&self) -> Vec<Promise> {
        Promise::ALL.into_iter().filter(|&promise| self.makes(promise)).collect()
    }

    fn makes(&self, promise: Promise) -> bool {
        let can_be_tried = (promise != Promise::Lasts || self.lasts)
            && (promise != Promise::SyncsOnce || self.syncs.is_some());
        can_be_tried && !self.left_out.contains(&promise)
    }

    /// Holds the store to every promise, and says all that it does not keep.
    ///
    /// # Errors
    /// The promises that are not kept.
    pub fn check(&self) -> Result<(), Broken> {
        self.check_all(&self.promises())
    }

    /// Holds the store to one promise. One that it does not make, or that cannot be tried, is kept.
    ///
    /// # Errors
    /// It is not kept.
    pub fn hold(&self, promise: Promise) -> Result<(), Broken> {
        if self.makes(promise) { self.check_all(&[promise]) } else { Ok(()) }
    }

    fn check_all(&self, promises: &[Promise]) -> Result<(), Broken> {
        let broken = promises.iter().filter_map(|&promise| Some((promise, self.try_one(promise).err()?)));
        let broken: Vec<_> = broken.collect();
        Broken::verdict("store", broken)
    }

    /// A store that panics has not kept its promise.
    fn try_one(&self, promise: Promise) -> Held {
        let trial = || {
            let site = Site { opening: (self.begin)(), lasts: self.lasts, syncs: self.syncs.clone() };
            promise.trial()(&site)
        };
        catch_unwind(AssertUnwindSafe(trial)).unwrap_or_else(|panic| Err(Fault::of_panic(&*panic)))
    }
}
