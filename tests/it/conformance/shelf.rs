//! A store as simple as one can be, and all that can be wrong with one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use gather::log::{Anchor, Appended, Batch, Chain, Error, Log, Page, Scope, StoredBatch, decode, encode};
use gather::testkit::conformance::Promise;
use gather::{LogId, Position};

const ID: LogId = LogId::from_u128(7);

/// What may be wrong with a shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    LosesTheActor,
    LeavesGaps,
    ForgetsTheChain,
    IgnoresTheLimit,
    ReadsFromWithin,
    ShowsHalf,
    TellsALaterHead,
    HandsOverLess,
    DropsTheLastOfAGroup,
    WeighsGuardsInATurn,
    LetsOthersIn,
    SyncsForNothing,
    GuardsAreOffByOne,
    JudgesWhatWas,
    GuardsAreCoarse,
    StoresWhatConflicts,
    IsBlindWithinACall,
    StoresTwice,
    SaysAlreadyToAnything,
    TakesWhatSawTheFuture,
    StoresUpToTheError,
    IsTooSmall,
    StoresBytesAnywhere,
    BreaksWithAPanic,
    StoresBeforeAPanic,
    ForgetsTheLast,
    NeverSyncs,
    SyncsEachBatch,
}

impl Fault {
    /// Every fault, with the promise that it breaks.
    pub(super) const ALL: [(Self, Promise); 28] = [
        (Self::LosesTheActor, Promise::ReadsBack),
        (Self::LeavesGaps, Promise::Gapless),
        (Self::ForgetsTheChain, Promise::Chained),
        (Self::IgnoresTheLimit, Promise::Pages),
        (Self::ReadsFromWithin, Promise::Bounds),
        (Self::ShowsHalf, Promise::PrefixesOnly),
        (Self::TellsALaterHead, Promise::PrefixesOnly),
        (Self::HandsOverLess, Promise::HandsOver),
        (Self::DropsTheLastOfAGroup, Promise::StoresDecided),
        (Self::WeighsGuardsInATurn, Promise::StoresDecided),
        (Self::LetsOthersIn, Promise::NobodyBetween),
        (Self::SyncsForNothing, Promise::EmptyAnswer),
        (Self::GuardsAreOffByOne, Promise::GuardExact),
        (Self::JudgesWhatWas, Promise::GuardExactInRaces),
        (Self::GuardsAreCoarse, Promise::UnrelatedPass),
        (Self::StoresWhatConflicts, Promise::ConflictLeavesNothing),
        (Self::IsBlindWithinACall, Promise::SeesEarlierInCall),
        (Self::StoresTwice, Promise::SameAnswer),
        (Self::SaysAlreadyToAnything, Promise::OtherContent),
        (Self::TakesWhatSawTheFuture, Promise::SeenBeyondHead),
        (Self::StoresUpToTheError, Promise::ErrorsLeaveNothing),
        (Self::IsTooSmall, Promise::LargestBatches),
        (Self::StoresBytesAnywhere, Promise::RawBytes),
        (Self::BreaksWithAPanic, Promise::PanicLeavesNothing),
        (Self::StoresBeforeAPanic, Promise::PanicLeavesNothing),
        (Self::ForgetsTheLast, Promise::Lasts),
        (Self::NeverSyncs, Promise::SyncsOnce),
        (Self::SyncsEachBatch, Promise::SyncsOnce),
    ];
}

/// Where a shelf keeps its batches.
#[derive(Clone, Debug)]
pub(super) struct Place {
    kept: Arc<Mutex<Vec<StoredBatch>>>,
    syncs: Arc<AtomicU64>,
}

impl Place {
    pub(super) fn new(syncs: Arc<AtomicU64>) -> Self {
        Self { kept: Arc::default(), syncs }
    }
}

#[derive(Debug)]
pub(super) struct Shelf {
    place: Place,
    turn: Mutex<()>,
    fault: Option<Fault>,
}

/// A shelf that appends as every store does.
#[derive(Debug)]
struct Plain<'a>(&'a Shelf);

impl Shelf {
    pub(super) fn open(place: &Place, fault: Option<Fault>) -> Self {
        let shelf = Self { place: place.clone(), turn: Mutex::new(()), fault };
        if shelf.has(Fault::ForgetsTheLast) {
            shelf.kept().pop();
        }
        shelf
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn kept(&self) -> MutexGuard<'_, Vec<StoredBatch>> {
        self.place.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_turn(&self) -> Option<MutexGuard<'_, ()>> {
        match self.fault {
            Some(Fault::LetsOthersIn) => None,
            Some(Fault::BreaksWithAPanic) => Some(self.turn.lock().unwrap()),
            _ => Some(self.turn.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    fn sync(&self) {
        if !self.has(Fault::NeverSyncs) {
            self.place.syncs.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn anchor_behind(&self, batches: &[StoredBatch]) -> Anchor {
        let mut chain = Chain::genesis(ID);
        for stored in batches.iter().filter(|_| !self.has(Fault::ForgetsTheChain)) {
            chain = chain.then(&encode(&stored.batch).unwrap());
        }
        Anchor { log: ID, position: batches.last().map_or(Position::START, StoredBatch::last), chain }
    }

    fn page_behind(&self, batches: &[StoredBatch], after: Position, limit: usize) -> Result<Page, Error> {
        let head = self.anchor_behind(batches);
        if after > head.position {
            return Err(Error::diverged("there is no such position").at(head.position));
        }
        let (before, behind) = batches.split_at(batches.partition_point(|stored| stored.last() <= after));
        let batches = behind.iter().take(limit).cloned().collect();
        Ok(Page { after: self.anchor_behind(before), batches, head })
    }

    /// Puts a batch behind all others, whatever its guard says.
    fn put(&self, batch: Batch) -> Position {
        let mut kept = self.kept();
        let end = kept.last().map_or(Position::START, StoredBatch::last);
        let gap = u64::from(self.has(Fault::LeavesGaps) && kept.len() % 5 == 4);
        let first = Position::new(end.get() + 1 + gap);
        let actor = batch.actor.filter(|_| !self.has(Fault::LosesTheActor));
        kept.push(StoredBatch { first, batch: Batch { actor, ..batch } });
        first
    }

    /// Puts half of a batch, and the rest of it later.
    fn put_half_by_half(&self, batch: Batch) {
        let whole = batch.clone();
        let half = batch.facts[..1].to_vec();
        self.put(Batch { facts: half, ..batch });
        (0..50).for_each(|_| thread::yield_now());
        self.kept().last_mut().unwrap().batch = whole;
    }

    fn check(&self, batch: &Batch) -> Result<(), Error> {
        let length = encode(batch)?.len();
        let too_much = self.has(Fault::IsTooSmall) && length > 1 << 20;
        if too_much { Err(Error::full("the shelf is full")) } else { Ok(()) }
    }

    /// What a call would be answered if it came alone, later than nothing that is here.
    fn foresee(&self, batches: &[Batch]) -> Result<Vec<Appended>, Error> {
        let kept = Arc::new(Mutex::new(self.kept().clone()));
        let copy = Self::open(&Place { kept, syncs: Arc::default() }, None);
        copy.append(batches)
    }

    fn put_fresh(&self, batches: &[Batch], answers: &[Appended]) {
        for (batch, answer) in batches.iter().zip(answers) {
            if matches!(answer, Appended::Fresh { .. }) {
                self.put(batch.clone());
            }
        }
    }

    fn with_guards(batches: &[Batch], change: impl Fn(&mut Batch)) -> Vec<Batch> {
        let mut batches = batches.to_vec();
        batches.iter_mut().for_each(change);
        batches
    }
}

impl Log for Shelf {
    fn anchor(&self) -> Result<Anchor, Error> {
        Ok(self.anchor_behind(&self.kept()))
    }

    fn read(&self, after: Position, limit: usize) -> Result<Page, Error> {
        let limit = if self.has(Fault::IgnoresTheLimit) { limit.saturating_add(1) } else { limit };
        let mut page = self.page_behind(&self.kept(), after, limit)?;
        if page.after.position != after && !self.has(Fault::ReadsFromWithin) {
            return Err(Error::misuse("a page begins where a batch ends").at(after));
        }
        if self.has(Fault::TellsALaterHead) {
            (0..50).for_each(|_| thread::yield_now());
            page.head = self.anchor()?;
        }
        Ok(page)
    }

    fn exclusive(&self, after: Position, decide: &mut dyn FnMut(&Page) -> Vec<Batch>) -> Result<Page, Error> {
        let _turn = self.take_turn();
        let mut page = self.page_behind(&self.kept(), after, usize::MAX)?;
        if self.has(Fault::HandsOverLess) {
            page.batches.pop();
        }
        if self.has(Fault::StoresBeforeAPanic) {
            let kept = self.kept().clone();
            let first = kept.first().cloned();
            if let Some(stored) = first {
                self.put(stored.batch);
            }
            let decided = decide(&page);
            *self.kept() = kept;
            return self.store(&page, decided);
        }
        let decided = decide(&page);
        self.store(&page, decided)
    }

    fn store_raw(&self, behind: Anchor, batches: &[Vec<u8>]) -> Result<Anchor, Error> {
        if self.has(Fault::StoresBytesAnywhere) {
            return self.put_all(batches);
        }
        Plain(self).store_raw(behind, batches)
    }

    fn append(&self, batches: &[Batch]) -> Result<Vec<Appended>, Error> {
        let head = self.anchor()?.position;
        match self.fault {
            Some(Fault::GuardsAreOffByOne) => Plain(self).append(&Self::with_guards(batches, |batch| {
                batch.guard.seen = Position::new(batch.guard.seen.get() + 1).min(head.max(batch.guard.seen));
            })),
            Some(Fault::GuardsAreCoarse) => Plain(self)
                .append(&Self::with_guards(batches, |batch| batch.guard.scope = Scope::everything())),
            Some(Fault::TakesWhatSawTheFuture) => Plain(self)
                .append(&Self::with_guards(batches, |batch| batch.guard.seen = batch.guard.seen.min(head))),
            Some(Fault::JudgesWhatWas) => {
                let answers = self.foresee(batches)?;
                thread::yield_now();
                self.put_fresh(batches, &answers);
                Ok(answers)
            }
            Some(Fault::IsBlindWithinACall) => {
                let one_by_one = batches.iter().map(|batch| self.foresee(std::slice::from_ref(batch)));
                let answers: Vec<_> = one_by_one.collect::<Result<Vec<_>, _>>()?.concat();
                self.put_fresh(batches, &answers);
                Ok(answers)
            }
            Some(Fault::StoresWhatConflicts) => {
                let answers = Plain(self).append(batches)?;
                for (batch, answer) in batches.iter().zip(&answers) {
                    if matches!(answer, Appended::Conflict { .. }) {
                        self.put(batch.clone());
                    }
                }
                Ok(answers)
            }
            Some(Fault::StoresTwice) => self.append_again(batches),
            Some(Fault::SaysAlreadyToAnything) => {
                let kept = self.kept().clone();
                let known = batches.iter().find_map(|batch| {
                    kept.iter().find(|stored| stored.batch.id == batch.id).map(|stored| stored.first)
                });
                match known {
                    Some(first) => Ok(vec![Appended::Already { first }; batches.len()]),
                    None => Plain(self).append(batches),
                }
            }
            _ => Plain(self).append(batches),
        }
    }
}

impl Shelf {
    fn put_all(&self, batches: &[Vec<u8>]) -> Result<Anchor, Error> {
        for bytes in batches {
            self.put(decode(bytes)?);
        }
        self.anchor()
    }

    fn append_again(&self, batches: &[Batch]) -> Result<Vec<Appended>, Error> {
        let answers = Plain(self).append(batches)?;
        let again = batches.iter().zip(answers).map(|(batch, answer)| match answer {
            Appended::Already { .. } => Appended::Fresh { first: self.put(batch.clone()) },
            other => other,
        });
        Ok(again.collect())
    }

    /// Stores what was decided in a turn.
    fn store(&self, page: &Page, mut decided: Vec<Batch>) -> Result<Page, Error> {
        let told = decided.clone();
        match self.fault {
            Some(Fault::DropsTheLastOfAGroup) if decided.len() > 1 => drop(decided.pop()),
            Some(Fault::WeighsGuardsInATurn) => {
                decided.retain(|batch| batch.guard.seen >= page.head.position)
            }
            Some(Fault::SyncsEachBatch) => decided.iter().for_each(|_| self.sync()),
            Some(Fault::StoresUpToTheError) => {
                for batch in decided {
                    self.check(&batch)?;
                    self.put(batch);
                }
                return self.page_behind(&self.kept(), page.head.position, usize::MAX);
            }
            _ => {}
        }
        decided.iter().try_for_each(|batch| self.check(batch))?;
        if !decided.is_empty() || self.has(Fault::SyncsForNothing) {
            self.sync();
        }
        for batch in decided {
            if self.has(Fault::ShowsHalf) && batch.facts.len() > 1 {
                self.put_half_by_half(batch);
            } else {
                self.put(batch);
            }
        }
        if self.has(Fault::LetsOthersIn) {
            return Ok(Page { after: page.head, batches: Vec::new(), head: self.anchor()? });
        }
        let stored = self.page_behind(&self.kept(), page.head.position, usize::MAX)?;
        Ok(Page { batches: stored.batches.into_iter().take(told.len()).collect(), ..stored })
    }
}

impl Log for Plain<'_> {
    fn anchor(&self) -> Result<Anchor, Error> {
        self.0.anchor()
    }

    fn read(&self, after: Position, limit: usize) -> Result<Page, Error> {
        self.0.read(after, limit)
    }

    fn exclusive(&self, after: Position, decide: &mut dyn FnMut(&Page) -> Vec<Batch>) -> Result<Page, Error> {
        self.0.exclusive(after, decide)
    }
}
