//! One group after the other: what was decided is written with one sync, shown, and told.
//!
//! Only the leader of the queue is in here, so there is one of it at a time.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::queue::{Ended, Entry, Keeper};
use super::sync::MutexGuard;
use super::{Error, Inner};
use crate::domain::State;
use crate::log::{self, Encoded, Page, Progress};
use crate::record::{Anchor, Position, StoredBatch};

/// How many batches are read at a time when the log is folded.
pub(super) const PAGE: usize = 1_024;

/// The state that decisions are taken on.
pub(super) struct Deciding {
    pub(super) state: State,
    pub(super) standing: Standing,
}

/// How the state stands to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nobody else stores in the log: whoever comes decides at once, while earlier decisions are still being written.
    Ahead,
    /// Whoever writes decides, in the log's turn.
    InTurn,
    /// It holds what was not stored, or not all that was. It is folded anew before anybody decides on it, or looks.
    Beyond,
}

/// A group on its way into the log.
struct Round<'i> {
    inner: &'i Inner,
    /// Where the log ended when this desk knew all of it.
    known: Anchor,
    entries: Vec<Entry>,
    asked: bool,
    /// Why nothing was stored.
    failed: Option<Failed>,
}

enum Failed {
    /// The state is beyond what the log holds: it has to be folded anew.
    Beyond,
    /// It cannot be helped.
    Because(Error),
}

impl Keeper for Inner {
    fn write(&self, entries: Vec<Entry>) {
        if entries.iter().all(|entry| entry.decided && entry.batch.is_none()) {
            // All before them is durable, or they would not have been reached.
            return self.queue.tell(entries.into_iter().map(|entry| (entry, Ok(None))).collect(), self);
        }
        let mut entries = entries;
        loop {
            match self.write_once(entries) {
                Ok(()) => return,
                Err((Failed::Beyond, back)) => {
                    entries = back;
                    // Whoever has decided on top of it decides anew, too, and in the same order.
                    let mut deciding = self.deciding_or_broken();
                    deciding.standing = Standing::Beyond;
                    entries.extend(self.queue.take());
                    drop(deciding);
                    self.know_nothing();
                    for entry in &mut entries {
                        entry.decided = false;
                    }
                }
                Err((Failed::Because(error), back)) => return self.fail(back, &error),
            }
        }
    }

    fn show(&self, group: &Ended) {
        let batches = group.iter().filter_map(|(_, end)| end.as_ref().ok()?.as_ref());
        let Some(last) = batches.clone().next_back() else { return };
        for record in batches.clone().flat_map(StoredBatch::records) {
            // Their keys come from this keyring; it learns that the log knows them, too.
            self.keyring.learn_own(&record);
        }
        self.show_news(batches);
        self.followers.tell(last.last());
    }

    fn is_broken(&self) {
        self.fail(Vec::new(), &Error::Broken);
    }
}

impl Inner {
    fn write_once(&self, entries: Vec<Entry>) -> Result<(), (Failed, Vec<Entry>)> {
        let known = match self.known() {
            Ok(known) => known,
            Err(error) => return Err((Failed::Because(error), entries)),
        };
        let mut round = Round { inner: self, known, entries, asked: false, failed: None };
        // Let go of before the entries are, so that nobody decides on top of them once theirs have been told.
        let spoilt = Spoilt::of(self);
        let stored = self.log.exclusive_encoded(known.position, &mut |page| round.decide(page));
        drop(spoilt);
        let Round { entries, failed, .. } = round;
        match (failed, stored) {
            (Some(failed), _) => Err((failed, entries)),
            (None, Err(error)) => Err((Failed::Because(error.into()), entries)),
            (None, Ok(stored)) => {
                self.publish(entries, stored).map_err(|(error, entries)| (Failed::Because(error), entries))
            }
        }
    }

    /// Where the log ended when this desk last looked; the state is folded anew where it is beyond that for good.
    fn known(&self) -> Result<Anchor, Error> {
        if let Some(known) = *self.known.lock().map_err(|_poisoned| Error::Broken)? {
            return Ok(known);
        }
        self.refold()
    }

    /// Folds the whole log, and shows what was not shown yet. Nobody decides ahead before it is done.
    pub(super) fn refold(&self) -> Result<Anchor, Error> {
        self.fold_on(State::default(), &mut |_| ())
    }

    /// Folds what the log holds beyond a state of its own.
    pub(super) fn fold_on(
        &self,
        mut state: State,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Anchor, Error> {
        let head = loop {
            let page = self.log.read(state.head(), PAGE)?;
            progress(Progress::new(state.head().get(), page.head.position.get()));
            if page.batches.is_empty() {
                break page.head;
            }
            page.batches.iter().flat_map(StoredBatch::records).for_each(|record| state.evolve(&record));
            self.show_others(&page.batches)?;
        };
        let mut deciding = self.deciding.lock().map_err(|_poisoned| Error::Broken)?;
        *deciding = Deciding { state, standing: Standing::InTurn };
        drop(deciding);
        self.now_known(head)?;
        Ok(head)
    }

    fn now_known(&self, head: Anchor) -> Result<(), Error> {
        *self.known.lock().map_err(|_poisoned| Error::Broken)? = Some(head);
        self.followers.tell(head.position);
        Ok(())
    }

    /// The state, also where a panic has broken it: then nobody decides on it again, and whoever asks is told.
    fn deciding_or_broken(&self) -> MutexGuard<'_, Deciding> {
        self.deciding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the log folded anew before anything is decided again.
    fn know_nothing(&self) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Shows what others have stored, as far as the lists do not have it: their keys first.
    fn show_others(&self, batches: &[StoredBatch]) -> Result<(), Error> {
        let shown = self.shown();
        let news = batches.iter().filter(|stored| stored.first > shown).flat_map(StoredBatch::records);
        for record in news {
            self.keyring.learn(&record)?;
            self.kept_lists.hear(record.fact());
        }
        self.show_news(batches.iter());
        Ok(())
    }

    /// How far the lists are.
    pub(super) fn shown(&self) -> Position {
        self.lists.read().unwrap_or_else(PoisonError::into_inner).position()
    }

    /// Folds into the lists what they do not have of some batches.
    fn show_news<'b>(&self, batches: impl Iterator<Item = &'b StoredBatch>) {
        let mut lists = self.lists.write().unwrap_or_else(PoisonError::into_inner);
        let shown = lists.position();
        let news = batches.filter(|stored| stored.last() > shown).flat_map(StoredBatch::records);
        news.filter(|record| record.position() > shown).for_each(|record| lists.apply(&record));
    }

    /// Has a group that is durable shown, and everybody in it told.
    fn publish(&self, entries: Vec<Entry>, stored: Page) -> Result<(), (Error, Vec<Entry>)> {
        let _spoilt = Spoilt::of(self);
        let Page { batches, head, .. } = stored;
        let last = batches.last().map_or(stored.after.position, StoredBatch::last);
        let written = entries.iter().filter(|entry| entry.handed_over).count();
        let left = entries.iter().any(|entry| entry.batch.is_some());
        if left || (last, batches.len()) != (head.position, written) {
            let what = "the log does not end where what it stored does; what is in it has to be read anew";
            return Err((log::Error::uncertain(what).at(head.position).into(), entries));
        }
        match self.known.lock() {
            Ok(mut known) => *known = Some(head),
            Err(_poisoned) => return Err((Error::Broken, entries)),
        }
        self.has_written.fetch_or(!batches.is_empty(), Ordering::Relaxed);
        let mut batches = batches.into_iter();
        let ended = entries.into_iter().map(|entry| {
            let stored = if entry.handed_over { batches.next() } else { None };
            (entry, Ok(stored))
        });
        self.queue.tell(ended.collect(), self);
        Ok(())
    }

    /// Tells a group, and all who have decided on top of it, that it is not stored, or may not be. The state is folded anew
    /// before anything is decided on it again.
    fn fail(&self, entries: Vec<Entry>, error: &Error) {
        let behind = {
            let mut deciding = self.deciding_or_broken();
            deciding.standing = Standing::Beyond;
            self.queue.take()
        };
        self.know_nothing();
        let later = error.for_those_behind();
        let entries = entries.into_iter().map(|entry| (entry, Err(error.clone())));
        let behind = behind.into_iter().map(|entry| (entry, Err(later.clone())));
        self.queue.tell(entries.chain(behind).collect(), self);
    }
}

impl Round<'_> {
    /// What is to be stored behind a page that this desk has not seen yet. Nobody else stores anything meanwhile.
    fn decide(&mut self, page: &Page) -> Vec<Encoded> {
        if self.asked {
            // What was decided for the first answer has been folded in.
            self.failed = Some(Failed::Beyond);
            return Vec::new();
        }
        self.asked = true;
        match self.decide_behind(page) {
            Ok(()) => self.entries.iter_mut().filter_map(Entry::hand_over).collect(),
            Err(failed) => {
                self.failed = Some(failed);
                Vec::new()
            }
        }
    }

    fn decide_behind(&mut self, page: &Page) -> Result<(), Failed> {
        if page.after != self.known {
            let what = "this is not the log that was known: its past is another";
            let error = log::Error::diverged(what).at(self.known.position);
            return Err(Failed::Because(error.into()));
        }
        if page.batches.is_empty() && self.entries.iter().all(|entry| entry.decided) {
            return Ok(());
        }
        let mut deciding = self.inner.deciding.lock().map_err(|_poisoned| Failed::Because(Error::Broken))?;
        // Whoever comes in line does so under this lock: from here on the order is one.
        self.entries.extend(self.inner.queue.take());
        if deciding.state.head() != self.known.position {
            return Err(Failed::Beyond);
        }
        self.inner.show_others(&page.batches).map_err(Failed::Because)?;
        let records = page.batches.iter().flat_map(StoredBatch::records);
        records.for_each(|record| deciding.state.evolve(&record));
        for entry in &mut self.entries {
            if !entry.decided {
                entry.decide(&mut deciding.state);
            }
        }
        deciding.standing = if self.inner.shared { Standing::InTurn } else { Standing::Ahead };
        Ok(())
    }
}

impl Error {
    /// What those are told whose decisions stood on one that failed.
    fn for_those_behind(&self) -> Self {
        match self {
            Self::Log(error) => Self::Log(error.for_those_behind()),
            Self::Broken => {
                Self::Log(log::Error::unavailable("an earlier write broke off; this one was not tried"))
            }
            Self::Vault(_) | Self::NotErased(_) | Self::Checkpoint(_) => self.clone(),
        }
    }
}

/// Has the state folded anew where a leader panics: what it had in hand is not stored, or nobody knows.
struct Spoilt<'i> {
    inner: &'i Inner,
    /// A destructor may well book while its thread unwinds for another reason.
    panicked_before: bool,
}

impl<'i> Spoilt<'i> {
    fn of(inner: &'i Inner) -> Self {
        Self { inner, panicked_before: std::thread::panicking() }
    }
}

impl Drop for Spoilt<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() && !self.panicked_before {
            self.inner.fail(Vec::new(), &Error::Broken);
        }
    }
}
