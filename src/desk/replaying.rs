//! The log from a position on, batch by batch, up to where it ended when that was asked for.

use std::ops::ControlFlow;

use super::writing::PAGE;
use super::{Desk, Error};
use crate::log::{Log, Progress};
use crate::record::{Position, StoredBatch};

impl Desk {
    /// Hands over every batch after a position, in order, up to where the log ends when this is called; returns the position of
    /// the last. For building a read model of one's own, or building it anew: keep the position with it, and go on from there
    /// with this or with [`follow`](Self::follow).
    ///
    /// Only the log is read: nobody who books waits for it. It is told how far that has come, in positions, at the beginning, now
    /// and then, and at the end.
    ///
    /// # Errors
    /// As for [`Log::read`](crate::log::Log::read): `after` must be [`Position::START`] or a position at which a batch ends.
    /// What was handed over before stays so.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Fact, Gathering, PersonId, Position};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = desk.announce(Gathering::webinar("Open day").at("2099-03-05 14:00 to 15:30 UTC".parse()?))?.outcome;
    /// drop(desk.register(talk, PersonId::random())?);
    ///
    /// let (mut confirmed, mut told) = (0, 0);
    /// let kept = desk.replay(Position::START, &mut |progress| told = progress.percent(), &mut |batch| {
    ///     let is_one = |fact: &&Fact| matches!(fact, Fact::RegistrationConfirmed { .. });
    ///     confirmed += batch.batch.facts.iter().filter(is_one).count();
    /// })?;
    /// assert_eq!((confirmed, told, kept), (1, 100, desk.position()));
    /// assert!(desk.replay(Position::new(kept.get() + 1), &mut |_| (), &mut |_| ()).is_err()); // beyond the head
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "rebuild")]
    pub fn replay(
        &self,
        after: Position,
        progress: &mut dyn FnMut(Progress),
        each: &mut dyn FnMut(&StoredBatch),
    ) -> Result<Position, Error> {
        let log = self.inner.log.as_ref();
        let end = log.anchor()?.position;
        walk(log, (after, end), progress, &mut |batch| {
            each(batch);
            ControlFlow::Continue(())
        })
    }
}

/// Goes from batch to batch, from one position to another at which a batch ends, or until it is told to stop; returns the
/// position behind the last batch that was handed over and not stopped at.
pub(super) fn walk(
    log: &dyn Log,
    (after, end): (Position, Position),
    progress: &mut dyn FnMut(Progress),
    each: &mut dyn FnMut(&StoredBatch) -> ControlFlow<()>,
) -> Result<Position, Error> {
    let total = end.get().saturating_sub(after.get());
    let done = |at: Position| Progress::new(at.get().saturating_sub(after.get()).min(total), total);
    let mut at = after;
    progress(done(at));
    loop {
        // Asked at the end as well, so that a position that is none of this log's is refused.
        let page = log.read(at, PAGE)?;
        let within = page.batches.iter().take_while(|batch| batch.last() <= end);
        let before = at;
        for batch in within {
            if each(batch).is_break() {
                progress(done(end));
                return Ok(at);
            }
            at = batch.last();
        }
        if at == before || at >= end {
            progress(done(end));
            return Ok(at);
        }
        progress(done(at));
    }
}
