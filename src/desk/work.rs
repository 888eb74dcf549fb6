//! A command on its way: made ready, decided, written, told.

use std::panic::{self, AssertUnwindSafe};
use std::sync::PoisonError;
use std::task::Waker;

use chrono::{DateTime, Utc};

use super::deciding::{batch, decide};
use super::sync::{Mutex, MutexGuard, Thread};
use super::{Error, Ready};
use crate::domain::{Context, Refusal, State};
use crate::log::{self, Encoded};
use crate::record::{Batch, Position, StoredBatch};

/// A command on its way, shared by whoever waits for the answer and whoever writes.
pub(super) struct Work<O> {
    context: Context,
    progress: Mutex<Progress<O>>,
}

struct Progress<O> {
    ready: Ready<O>,
    /// Whether its personal parts are sealed. One that was only looked at is never written.
    sealed: bool,
    verdict: Option<Verdict<O>>,
    wait: Wait,
}

/// How something in line ended, once it has, and who wants to know.
#[derive(Default)]
struct Wait {
    has_ended: bool,
    /// How it ended, until somebody takes it.
    end: Option<End>,
    waiter: Option<Waiter>,
}

impl Wait {
    /// Notes the end, and gives out whoever is to be woken.
    fn end(&mut self, end: End) -> Option<Waiter> {
        (self.has_ended, self.end) = (true, Some(end));
        self.waiter.take()
    }

    /// Notes who waits, unless it has ended.
    fn wait_as(&mut self, waiter: Waiter) -> Noted {
        if self.has_ended { Err(waiter) } else { Ok(self.waiter.replace(waiter)) }
    }
}

/// How it ended: with the batch that it left, if it left one.
pub(super) type End = Result<Option<StoredBatch>, Error>;

/// What was decided. Nobody is told of it before all that it stands on is durable.
pub(super) enum Verdict<O> {
    /// The rules say no.
    Refused(Refusal),
    /// The request was answered before, by the batch that begins here.
    Answered(Position),
    /// It would be done, but for its personal parts, which were not sealed.
    Unsealed,
    /// It is done: where the log ended before, and when it was decided.
    Done { outcome: O, head: Position, time: DateTime<Utc> },
}

/// Who waited before, where whoever waits now was noted; else whoever would wait, as there is nothing to wait for.
///
/// Either is to be dropped without a lock: what a task does as it is dropped is not ours to know.
pub(super) type Noted = Result<Option<Waiter>, Waiter>;

/// Who wants to know that a command has come to its end.
pub(super) enum Waiter {
    Thread {
        thread: Thread,
        /// Whether it looks again in a moment, woken or not.
        is_awake: bool,
    },
    Task(Waker),
}

impl Waiter {
    pub(super) fn is_awake(&self) -> bool {
        matches!(self, Self::Thread { is_awake: true, .. })
    }

    pub(super) fn wake(self) {
        match self {
            Self::Thread { thread, .. } => thread.unpark(),
            // Whoever wakes has others to wake, whatever comes of one.
            Self::Task(waker) => drop(panic::catch_unwind(AssertUnwindSafe(|| waker.wake()))),
        }
    }
}

/// What stands in line to be written, whatever it gives back.
pub(super) trait Job: Send + Sync {
    /// Decides on a state and folds in what comes of it, which is to be written. A verdict of before is forgotten.
    fn decide(&self, state: &mut State) -> Option<Encoded>;

    /// Notes that all that the verdict stands on is durable, or why it never will be; and gives out whoever waits, to be
    /// woken.
    fn end(&self, end: End) -> Option<Waiter>;

    /// Notes who waits, unless there is nothing to wait for any more.
    fn wait_as(&self, waiter: Waiter) -> Noted;

    /// Gives out whoever waits, to be woken though it has not come to its end: somebody has to write.
    fn take_waiter(&self) -> Option<Waiter>;
}

impl<O> Work<O> {
    pub(super) fn new(context: Context, ready: Ready<O>, sealed: bool) -> Self {
        let progress = Progress { ready, sealed, verdict: None, wait: Wait::default() };
        Self { context, progress: Mutex::new(progress) }
    }

    pub(super) fn into_ready(self) -> Ready<O> {
        self.progress.into_inner().unwrap_or_else(PoisonError::into_inner).ready
    }

    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    /// Whether it would be done, if its personal parts were sealed.
    pub(super) fn is_unsealed(&self) -> bool {
        matches!(self.progress().verdict, Some(Verdict::Unsealed))
    }

    /// The verdict and how it ended, once; `None` while it has not ended.
    pub(super) fn take(&self) -> Option<(Option<Verdict<O>>, End)> {
        let mut progress = self.progress();
        let end = progress.wait.end.take()?;
        Some((progress.verdict.take(), end))
    }

    /// What came of it when it was asked for before, if it was the same.
    pub(super) fn recall(&self, stored: &StoredBatch) -> Option<O> {
        recall(&self.progress().ready, &self.context, stored)
    }

    /// Nothing is left half done in here, whoever panicked.
    fn progress(&self) -> MutexGuard<'_, Progress<O>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<O: Send> Job for Work<O> {
    fn decide(&self, state: &mut State) -> Option<Encoded> {
        let mut progress = self.progress();
        let (verdict, batch) = judge(state, &progress.ready, &self.context);
        if batch.is_some() && !progress.sealed {
            progress.verdict = Some(Verdict::Unsealed);
            return None;
        }
        progress.verdict = Some(verdict);
        let batch = batch?;
        let first = state.head().next();
        batch.records(first).for_each(|record| state.evolve(&record));
        // Here, so that it is done while the group before is on its way to the disk.
        Some(Encoded::new(batch))
    }

    fn end(&self, end: End) -> Option<Waiter> {
        self.progress().wait.end(end)
    }

    fn wait_as(&self, waiter: Waiter) -> Noted {
        self.progress().wait.wait_as(waiter)
    }

    fn take_waiter(&self) -> Option<Waiter> {
        self.progress().wait.waiter.take()
    }
}

/// What a command comes to on a state, and the batch to be written for it. The state is as it was.
pub(super) fn judge<O>(state: &State, ready: &Ready<O>, context: &Context) -> (Verdict<O>, Option<Batch>) {
    if let Some(begun) = state.answered(context.request) {
        return (Verdict::Answered(begun), None);
    }
    let (answer, decided) = decide(state, ready, context);
    let (head, time) = (state.head(), decided.time);
    match answer {
        Err(refusal) => (Verdict::Refused(refusal), None),
        Ok(outcome) if decided.facts.is_empty() => (Verdict::Done { outcome, head, time }, None),
        Ok(outcome) => {
            let asked = ready.get().content().finish();
            (Verdict::Done { outcome, head, time }, Some(batch(context, head, asked, decided)))
        }
    }
}

/// What came of a command when it was asked for before, by a batch that is stored; `None` if something else was.
pub(super) fn recall<O>(ready: &Ready<O>, context: &Context, stored: &StoredBatch) -> Option<O> {
    let asked = ready.get().content().finish();
    if stored.batch.content.is_some_and(|content| content != asked) {
        return None;
    }
    ready.get().recall(context, &stored.batch.facts)
}

/// What is said where an answer stood on what was not stored.
pub(super) const LOST: &str = "what this stood on was not stored; ask again";

/// Something that waits for all before it to be durable, and asks for nothing itself.
pub(super) struct Marker(Mutex<Passed>);

#[derive(Default)]
struct Passed {
    wait: Wait,
    /// Whether something was seen when it came into line, which stands only with what it was seen on.
    has_seen: bool,
    /// Whether that was not stored, and all behind it is decided anew.
    has_lost: bool,
}

impl Marker {
    /// One that waits, and has seen nothing.
    pub(super) fn new() -> Self {
        Self(Mutex::new(Passed::default()))
    }

    /// One for something that was seen.
    pub(super) fn of_a_look() -> Self {
        Self(Mutex::new(Passed { has_seen: true, ..Passed::default() }))
    }

    pub(super) fn take(&self) -> Option<End> {
        self.progress().wait.end.take()
    }

    fn progress(&self) -> MutexGuard<'_, Passed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job for Marker {
    fn decide(&self, _: &mut State) -> Option<Encoded> {
        let mut progress = self.progress();
        progress.has_lost = progress.has_seen;
        None
    }

    fn end(&self, end: End) -> Option<Waiter> {
        let mut progress = self.progress();
        let stands = if progress.has_lost { Err(log::Error::unavailable(LOST).into()) } else { end };
        progress.wait.end(stands)
    }

    fn wait_as(&self, waiter: Waiter) -> Noted {
        self.progress().wait.wait_as(waiter)
    }

    fn take_waiter(&self) -> Option<Waiter> {
        self.progress().wait.waiter.take()
    }
}
