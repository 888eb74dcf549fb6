//! One decision after the other, each on all before it, durable or not; and nobody is told before it is.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::queue::Entry;
use super::sync::{MutexGuard, lock};
use super::work::{Job, Marker, Verdict, Work, judge, recall};
use super::writing::{Deciding, Standing};
use super::{Desk, Error, Failure, Ready};
use crate::domain::{Context, Decided, Decision, Refusal, State};
use crate::id::RequestId;
use crate::log::{FACTS_LIMIT, TAGS_LIMIT};
use crate::record::{Batch, Content, Guard, Position, StoredBatch, Tag};

/// What becomes of a command that must not be written.
pub(super) enum Begun<O> {
    /// It stands in line for an answer that leaves no batch.
    Told(Arc<Work<O>>),
    /// It would be done, and so it is given back.
    WouldBeDone(Ready<O>),
}

impl Desk {
    pub(super) fn deciding(&self) -> Result<MutexGuard<'_, Deciding>, Error> {
        lock(&self.inner.deciding).map_err(|_poisoned| Error::Broken)
    }

    /// The batch of a request, from where it begins.
    pub(super) fn batch_of(&self, request: RequestId, begun: Position) -> Result<Option<StoredBatch>, Error> {
        let before = Position::new(begun.get().saturating_sub(1));
        let page = self.inner.log.read(before, 1)?;
        Ok(page.batches.into_iter().next().filter(|stored| stored.batch.id == request))
    }

    /// Puts a command in line: decided, where nobody else stores in this log; else whoever writes decides it.
    pub(super) fn begin<O: Send + 'static>(
        &self,
        context: Context,
        mut ready: Ready<O>,
    ) -> Result<Arc<Work<O>>, Failure> {
        // As long as nothing was written, nothing but a booking changes a file: no room is made for what needs none.
        if !self.inner.has_written.load(Ordering::Relaxed) {
            match self.begin_unsealed(context, ready)? {
                Begun::Told(work) => return Ok(work),
                Begun::WouldBeDone(back) => ready = back,
            }
        }
        if let Err(full) = self.inner.log.make_room() {
            // Who is refused, or was answered before, needs no room.
            return match self.begin_unsealed(context, ready)? {
                Begun::Told(work) => Ok(work),
                Begun::WouldBeDone(_) => Err(full.into()),
            };
        }
        let work = Arc::new(Work::new(context, ready, true));
        let job: Arc<dyn Job> = Arc::<Work<O>>::clone(&work);
        let mut deciding = self.deciding()?;
        let entry = if deciding.standing == Standing::Ahead {
            let batch = job.decide(&mut deciding.state);
            Entry::decided(job, batch)
        } else {
            Entry::undecided(job)
        };
        self.inner.queue.join(entry);
        Ok(work)
    }

    /// The same where nothing is to be written: only what leaves no batch comes of it.
    pub(super) fn begin_unsealed<O: Send + 'static>(
        &self,
        context: Context,
        ready: Ready<O>,
    ) -> Result<Begun<O>, Error> {
        let work = Work::new(context, ready, false);
        let mut deciding = self.caught_up()?;
        drop(work.decide(&mut deciding.state));
        if work.is_unsealed() {
            return Ok(Begun::WouldBeDone(work.into_ready()));
        }
        let work = Arc::new(work);
        let job: Arc<dyn Job> = Arc::<Work<O>>::clone(&work);
        self.inner.queue.join(Entry::decided(job, None));
        drop(deciding);
        Ok(Begun::Told(work))
    }

    /// What a command would be told now.
    pub(super) fn foresee<O>(&self, ready: &Ready<O>, context: &Context) -> Result<O, Failure> {
        match self.look(|state| judge(state, ready, context).0)? {
            Verdict::Refused(refusal) => Err(refusal.into()),
            Verdict::Done { outcome, .. } => Ok(outcome),
            Verdict::Unsealed => Err(Error::Broken.into()),
            Verdict::Answered(begun) => {
                let reused = Refusal::RequestReused { request: context.request };
                let stored = self.batch_of(context.request, begun)?;
                Ok(stored.and_then(|stored| recall(ready, context, &stored)).ok_or(reused)?)
            }
        }
    }

    /// Looks at the state as it is after all that anybody has stored. What it sees is durable when this returns.
    pub(super) fn look<T>(&self, look: impl FnOnce(&State) -> T) -> Result<T, Error> {
        let marker = Arc::new(Marker::of_a_look());
        let seen = {
            let deciding = self.caught_up()?;
            // A trial runs in here, and is the host's: where it panics, nothing of the state is broken.
            let seen = match panic::catch_unwind(AssertUnwindSafe(|| look(&deciding.state))) {
                Ok(seen) => seen,
                Err(panicked) => {
                    drop(deciding);
                    panic::resume_unwind(panicked);
                }
            };
            let job: Arc<dyn Job> = Arc::<Marker>::clone(&marker);
            self.inner.queue.join(Entry::decided(job, None));
            seen
        };
        self.pass(&marker)?;
        Ok(seen)
    }

    /// Waits until lists show all that was decided before, here or by others.
    pub(super) fn all_shown(&self) -> Result<(), Error> {
        let marker = Arc::new(Marker::new());
        {
            let _deciding = self.caught_up()?;
            let job: Arc<dyn Job> = Arc::<Marker>::clone(&marker);
            self.inner.queue.join(Entry::decided(job, None));
        }
        self.pass(&marker)
    }

    /// The state with all that others have stored, though not all of it may be durable.
    pub(super) fn caught_up(&self) -> Result<MutexGuard<'_, Deciding>, Error> {
        loop {
            self.catch_up()?;
            let deciding = self.deciding()?;
            // A write may have failed meanwhile.
            if deciding.standing != Standing::Beyond {
                return Ok(deciding);
            }
        }
    }

    /// Folds in what others have stored.
    pub(super) fn catch_up(&self) -> Result<(), Error> {
        let deciding = self.deciding()?;
        if deciding.standing == Standing::Ahead {
            return Ok(());
        }
        let marker = Arc::new(Marker::new());
        let job: Arc<dyn Job> = Arc::<Marker>::clone(&marker);
        self.inner.queue.join(Entry::undecided(job));
        drop(deciding);
        self.pass(&marker)
    }

    /// Waits until all that stands in line before a marker is durable.
    fn pass(&self, marker: &Arc<Marker>) -> Result<(), Error> {
        self.inner.queue.wait(&**marker, &**self.inner);
        marker.take().unwrap_or(Err(Error::Broken)).map(|_| ())
    }
}

pub(super) fn decide<O>(state: &State, ready: &Ready<O>, context: &Context) -> (Result<O, Refusal>, Decided) {
    let mut decision = Decision::new(state, context);
    let answer = decide_in(&mut decision, ready, context);
    let decided = decision.finish();
    match too_much(&decided) {
        Some(refusal) if answer.is_ok() => (Err(refusal), decided),
        _ => (answer, decided),
    }
}

/// Decides a command in a decision that may have facts of others before it.
pub(super) fn decide_in<O>(
    decision: &mut Decision<'_>,
    ready: &Ready<O>,
    context: &Context,
) -> Result<O, Refusal> {
    let outcome = ready.get().decide(decision, context)?;
    match decision.unsettled() {
        Some(gathering) if !ready.get().settles() => Err(Refusal::SettleFirst { gathering }),
        _ => Ok(outcome),
    }
}

/// Why a batch could not hold what was decided.
fn too_much(decided: &Decided) -> Option<Refusal> {
    let facts = decided.facts.len();
    if facts > FACTS_LIMIT {
        return Some(Refusal::TooMuchAtOnce { facts, limit: FACTS_LIMIT });
    }
    // A party names up to 65,535 people, so a few facts are never too many.
    if facts <= 3 {
        return None;
    }
    let scope = decided.scope.tags().map_or(0, <[Tag]>::len);
    let named = scope + decided.facts.iter().map(|fact| Tag::of(fact).len()).sum::<usize>();
    (named > TAGS_LIMIT).then_some(Refusal::TooManyNamed { named, limit: TAGS_LIMIT })
}

pub(super) fn batch(context: &Context, seen: Position, asked: Content, decided: Decided) -> Batch {
    let Context { request: id, actor, trace, .. } = *context;
    let Decided { facts, scope, time } = decided;
    Batch { id, time, actor, trace, content: Some(asked), guard: Guard { seen, scope }, facts }
}
