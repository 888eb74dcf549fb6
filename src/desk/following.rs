//! Following the log: what has happened since, and what happens next.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Desk, Error};
use crate::log::{self, Page};
use crate::record::{Anchor, Position, StoredBatch};

/// How often the log is asked whether others have stored something.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Where the log ends, as those see it who wait for more.
#[derive(Debug, Default)]
pub(super) struct Followers {
    told: Mutex<Told>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct Told {
    head: Position,
    /// How many wait. Where nobody does, the system is not asked to wake them.
    waiting: usize,
}

impl Followers {
    /// Says that the log is durable up to here.
    pub(super) fn tell(&self, head: Position) {
        let waiting = {
            let mut told = self.told();
            told.head = head;
            told.waiting
        };
        if waiting > 0 {
            self.moved.notify_all();
        }
    }

    /// Waits until the log is durable beyond a position, at most so long.
    fn wait(&self, beyond: Position, at_most: Duration) {
        let mut told = self.told();
        told.waiting = told.waiting.saturating_add(1);
        let waited = self.moved.wait_timeout_while(told, at_most, |told| told.head <= beyond);
        let (mut told, _) = waited.unwrap_or_else(PoisonError::into_inner);
        told.waiting = told.waiting.saturating_sub(1);
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows a log: gives out what was stored after a position, batch by batch, and waits for more.
///
/// For sending mails, feeding other systems, keeping a read model of one's own. Remember [`position`](Self::position) with
/// what was done, and follow from there after a restart: everything comes at least once, in order, and nothing comes before
/// it is durable. Any number can follow at once, each at its own pace; nobody who books waits for them.
///
/// A position is a number in one log. Where that may be restored from a backup, or salvaged, the records behind a number may be
/// others than before: remember the [`anchor`](Self::anchor) then, and follow [from that](Desk::follow_from).
///
/// A follower keeps its desk open. Begin with [`Desk::follow`].
///
/// # Example
/// ```
/// use std::time::Duration;
///
/// use gather::{Desk, Gathering, Position};
///
/// let desk = Desk::in_memory();
/// let mut follower = desk.follow(Position::START);
/// drop(desk.announce(Gathering::webinar("Open day"))?);
///
/// let page = follower.next(Duration::from_secs(1))?.unwrap();
/// assert_eq!(page.batches.len(), 1);
/// assert_eq!(follower.position(), page.batches[0].last()); // to be kept, when the page has been dealt with
/// assert!(follower.next(Duration::ZERO)?.is_none()); // nothing more yet
///
/// let mut later = desk.follow(follower.position()); // after a restart
/// assert!(later.next(Duration::ZERO)?.is_none());
/// # Ok::<(), gather::Failure>(())
/// ```
#[doc(alias = "subscription")]
#[doc(alias = "tail")]
pub struct Follower {
    desk: Desk,
    at: Position,
    limit: usize,
}

impl fmt::Debug for Follower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follower").field("at", &self.at).finish_non_exhaustive()
    }
}

impl Desk {
    /// Follows the log from a position on: [`Position::START`] for all of it, or as it was kept from
    /// [`Follower::position`].
    #[must_use]
    pub fn follow(&self, after: Position) -> Follower {
        Follower { desk: self.clone(), at: after, limit: 256 }
    }

    /// Follows the log from a point on, as it was kept from [`Follower::anchor`], if the log has the past that it had then.
    ///
    /// # Errors
    /// [`log::Error::is_diverged`]: it was restored from a copy that ends earlier, and may have gone on since; or it is
    /// another log, as a salvaged one may be. What was done with records that are not in it any more is for the host to undo; then
    /// it follows from where both agree, or from the beginning. Else as for [`Log::read`](crate::log::Log::read).
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// use gather::log::{Anchor, Chain};
    /// use gather::{Desk, Gathering, LogId, Position};
    ///
    /// let desk = Desk::in_memory();
    /// drop(desk.announce(Gathering::webinar("Open day"))?);
    /// let mut follower = desk.follow(Position::START);
    /// while let Some(page) = follower.next(Duration::ZERO)? {
    ///     // … mails are sent, then it is noted how far they are:
    ///     let Anchor { log, position, chain, .. } = follower.anchor()?;
    ///     let (log, position, chain) = (log.to_string(), position.get(), chain.bytes()); // into the host's own database
    /// #   let _ = (page, log, position, chain);
    /// }
    ///
    /// let Anchor { log, position, chain, .. } = follower.anchor()?;
    /// # let (log, position, chain) = (log.to_string(), position.get(), chain.bytes());
    /// let kept = Anchor { log: log.parse::<LogId>()?, position: Position::new(position), chain: Chain::from_bytes(chain) };
    /// let mut later = desk.follow_from(kept)?; // after a restart
    /// assert!(later.next(Duration::ZERO)?.is_none());
    ///
    /// let other = Desk::in_memory();
    /// drop(other.announce(Gathering::webinar("Bees"))?);
    /// assert!(other.follow_from(kept).unwrap_err().log().unwrap().is_diverged());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn follow_from(&self, kept: Anchor) -> Result<Follower, Error> {
        let follower = self.follow(kept.position);
        if follower.anchor()? == kept {
            return Ok(follower);
        }
        let what =
            "the log that was followed had another past: this one was restored, salvaged, or is another";
        Err(log::Error::diverged(what).at(kept.position).into())
    }
}

impl Follower {
    /// Gives out at most so many batches at a time; at least one. It begins with 256.
    #[must_use]
    pub fn at_most(mut self, batches: usize) -> Self {
        self.limit = batches.max(1);
        self
    }

    /// The position of the last record that was given out, or where it began.
    #[must_use]
    pub fn position(&self) -> Position {
        self.at
    }

    /// The same as a point of this very log: with its id, and the hash of all that came before. To be kept where the log may be
    /// restored one day, for [`Desk::follow_from`].
    ///
    /// # Errors
    /// As for [`Log::read`](crate::log::Log::read); diverged, where the position is not one of this log.
    pub fn anchor(&self) -> Result<Anchor, Error> {
        Ok(self.desk.inner.log.read(self.at, 1)?.after)
    }

    /// The next batches, in order and without a hole; `None` if there were none for so long.
    ///
    /// It returns as soon as there is something, and the desk's own lists have it. What others store in a shared log is noticed within some 20 milliseconds.
    ///
    /// # Errors
    /// As for [`Log::read`](crate::log::Log::read); diverged, where the position is not one of this log. Nothing was given out
    /// then, and the next call tries again.
    pub fn next(&mut self, wait_at_most: Duration) -> Result<Option<Page>, Error> {
        let inner = &self.desk.inner;
        let mut left = wait_at_most;
        loop {
            let page = self.shown(inner.log.read(self.at, self.limit)?)?;
            if let Some(last) = page.batches.last() {
                self.at = last.last();
                return Ok(Some(page));
            }
            if left.is_zero() {
                return Ok(None);
            }
            let now = if inner.shared { left.min(LOOK_AGAIN) } else { left };
            inner.followers.wait(self.at, now);
            // A wait that was cut short by news ends with them at the next look.
            left = left.saturating_sub(now);
        }
    }

    /// As much of a page as the desk's own lists have: whoever follows may look things up there.
    fn shown(&self, mut page: Page) -> Result<Page, Error> {
        let (desk, is_behind) = (&self.desk, |last: &StoredBatch| last.last() > self.desk.inner.shown());
        if !page.batches.last().is_some_and(is_behind) {
            return Ok(page);
        }
        if desk.inner.shared {
            desk.catch_up()?;
        }
        let shown = desk.inner.shown();
        page.batches.retain(|stored| stored.last() <= shown);
        Ok(page)
    }
}
