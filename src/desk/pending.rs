//! What was submitted, and is not known to be durable yet.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Poll_, Poll};

use super::work::{LOST, Verdict, Waiter, Work};
use super::{Desk, Error, Failure, Receipt};
use crate::domain::Refusal;
use crate::id::RequestId;
use crate::log;
use crate::record::{Position, StoredBatch};

/// A command that was submitted: its answer comes when all that it stands on is durable.
///
/// [`wait`](Self::wait) blocks for it; awaiting does not, and works on any runtime. One that is dropped is done all the
/// same, only nobody is told. Answers come in the order in which the commands were submitted by one caller.
///
/// The waker of whoever awaits it is called by whoever writes, for everybody who waits. It may use the desk itself, in the same
/// thread. It must not wait for another thread that does: nothing more is written until it returns.
///
/// Begin with [`Desk::submit`].
#[must_use = "only its answer says whether the command was done"]
pub struct Pending<O> {
    desk: Desk,
    request: RequestId,
    answer: Answer<O>,
}

enum Answer<O> {
    /// It came to nothing before it stood in line; taken when it is told.
    Failed(Option<Failure>),
    Coming(Arc<Work<O>>),
}

impl<O> fmt::Debug for Pending<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("request", &self.request).finish_non_exhaustive()
    }
}

impl<O: Send + 'static> Pending<O> {
    pub(super) fn coming(desk: &Desk, work: Arc<Work<O>>) -> Self {
        Self { desk: desk.clone(), request: work.context().request, answer: Answer::Coming(work) }
    }

    pub(super) fn failed(desk: &Desk, request: RequestId, failure: Failure) -> Self {
        Self { desk: desk.clone(), request, answer: Answer::Failed(Some(failure)) }
    }

    /// The request. If the program ends before the answer, the same command sent again under it is done once.
    #[must_use]
    pub fn request(&self) -> RequestId {
        self.request
    }

    /// Waits for the answer.
    ///
    /// # Errors
    /// As for [`Desk::execute`].
    pub fn wait(mut self) -> Result<Receipt<O>, Failure> {
        match &mut self.answer {
            Answer::Failed(failure) => Err(failure.take().unwrap_or_else(told)),
            Answer::Coming(work) => {
                let receipt = self.desk.await_answer(work)?;
                self.desk.checkpoint_if_due(receipt.position);
                Ok(receipt)
            }
        }
    }
}

/// Nothing in it is pinned.
impl<O> Unpin for Pending<O> {}

impl<O: Send + 'static> Future for Pending<O> {
    type Output = Result<Receipt<O>, Failure>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Poll_<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        match &mut this.answer {
            Answer::Failed(failure) => Poll::Ready(Err(failure.take().unwrap_or_else(told))),
            Answer::Coming(work) => {
                if this.desk.note_task(work, task.waker()) {
                    return Poll::Pending;
                }
                Poll::Ready(this.desk.answer(work).unwrap_or_else(|| Err(told())))
            }
        }
    }
}

/// What is said to whoever asks again for what was told.
fn told() -> Failure {
    log::Error::misuse("this answer has been given out before").into()
}

impl Desk {
    /// Waits until a command has come to its end, writing for all who wait if nobody else does.
    pub(super) fn await_answer<O: Send + 'static>(&self, work: &Arc<Work<O>>) -> Result<Receipt<O>, Failure> {
        self.inner.queue.wait(&**work, &**self.inner);
        self.answer(work).unwrap_or_else(|| Err(told()))
    }

    /// Notes a task that waits; `false` if the answer is there.
    fn note_task<O: Send + 'static>(&self, work: &Arc<Work<O>>, waker: &std::task::Waker) -> bool {
        let waiter = Waiter::Task(waker.clone());
        self.inner.queue.wait_as(&**work, waiter, &**self.inner)
    }

    /// The answer of a command that has come to its end, once.
    pub(super) fn answer<O>(&self, work: &Work<O>) -> Option<Result<Receipt<O>, Failure>> {
        let (verdict, end) = work.take()?;
        Some(match (verdict, end) {
            (_, Err(error)) => Err(error.into()),
            (None, Ok(_)) => Err(Error::Broken.into()),
            (Some(verdict), Ok(stored)) => self.tell(work, verdict, stored),
        })
    }

    fn tell<O>(
        &self,
        work: &Work<O>,
        verdict: Verdict<O>,
        stored: Option<StoredBatch>,
    ) -> Result<Receipt<O>, Failure> {
        let request = work.context().request;
        match verdict {
            Verdict::Refused(refusal) => Err(refusal.into()),
            Verdict::Answered(begun) => self.tell_again(work, begun),
            Verdict::Unsealed => Err(log::Error::unavailable(LOST).into()),
            Verdict::Done { outcome, head, time } => Ok(match stored {
                None => {
                    Receipt { outcome, request, position: head, time, facts: Vec::new(), repeated: false }
                }
                Some(stored) => {
                    let position = stored.last();
                    Receipt { outcome, request, position, time, facts: stored.batch.facts, repeated: false }
                }
            }),
        }
    }

    /// The answer that a request had before.
    fn tell_again<O>(&self, work: &Work<O>, begun: Position) -> Result<Receipt<O>, Failure> {
        let request = work.context().request;
        let reused = Refusal::RequestReused { request };
        // It is stored, so whoever cannot read the answer must not take it for not done.
        let stored = self.batch_of(request, begun).map_err(|error| {
            log::Error::uncertain("this was answered before, and the answer cannot be read now")
                .caused_by(error)
        })?;
        let Some(stored) = stored else { return Err(reused.into()) };
        let outcome = work.recall(&stored).ok_or(reused)?;
        let (position, time) = (stored.last(), stored.batch.time);
        Ok(Receipt { outcome, request, position, time, facts: stored.batch.facts, repeated: true })
    }
}
