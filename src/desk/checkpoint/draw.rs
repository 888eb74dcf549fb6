//! How a checkpoint is drawn while others book: the state as of one decision, the lists as of that one or a later.
//!
//! The state runs ahead of what is durable, the lists do not, and nobody is kept waiting until the two meet. So the state
//! stands in line like a command: what was taken down is durable once all before it is. The lists are taken down then.

use std::sync::{Arc, PoisonError};

use super::image::Draft;
use crate::desk::queue::Entry;
use crate::desk::sync::{Mutex, MutexGuard};
use crate::desk::work::{End, Job, Marker, Noted, Waiter};
use crate::desk::writing::Standing;
use crate::desk::{Desk, Error};
use crate::domain::State;
use crate::log::Encoded;
use crate::record::{Anchor, Position};

/// A state taken down, once all before it has been decided.
struct Sketch {
    marker: Marker,
    draft: Mutex<Option<Draft>>,
}

impl Sketch {
    fn new() -> Self {
        Self { marker: Marker::new(), draft: Mutex::new(None) }
    }

    fn draft(&self) -> MutexGuard<'_, Option<Draft>> {
        self.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Result<Draft, Error> {
        self.marker.take().unwrap_or(Err(Error::Broken))?;
        self.draft().take().ok_or(Error::Broken)
    }
}

impl Job for Sketch {
    /// It may be asked for again, where what it was taken down on was not stored.
    fn decide(&self, state: &mut State) -> Option<Encoded> {
        *self.draft() = Some(Draft::of(state));
        None
    }

    fn end(&self, end: End) -> Option<Waiter> {
        self.marker.end(end)
    }

    fn wait_as(&self, waiter: Waiter) -> Noted {
        self.marker.wait_as(waiter)
    }

    fn take_waiter(&self) -> Option<Waiter> {
        self.marker.take_waiter()
    }
}

impl Desk {
    /// A checkpoint's bytes and how far its state goes.
    pub(super) fn draw(&self) -> Result<(Position, Vec<u8>), Error> {
        let mut draft = self.sketch()?;
        let shown = {
            let lists = self.lists();
            draft.add(&lists, &self.inner.keyring);
            lists.position()
        };
        let position = draft.position();
        Ok((position, draft.finish(self.anchor_at(shown)?)))
    }

    /// The state after all that was decided before, durable when this returns.
    fn sketch(&self) -> Result<Draft, Error> {
        let sketch = Arc::new(Sketch::new());
        let job: Arc<dyn Job> = Arc::<Sketch>::clone(&sketch);
        {
            let mut deciding = self.deciding()?;
            let entry = if deciding.standing == Standing::Ahead {
                drop(job.decide(&mut deciding.state));
                Entry::decided(job, None)
            } else {
                Entry::undecided(job)
            };
            self.inner.queue.join(entry);
        }
        self.inner.queue.wait(&*sketch, &**self.inner);
        sketch.take()
    }

    /// The log's anchor where the lists are: as this desk knows it, if they are at its end.
    fn anchor_at(&self, shown: Position) -> Result<Anchor, Error> {
        let known = *self.inner.known.lock().map_err(|_poisoned| Error::Broken)?;
        match known.filter(|known| known.position == shown) {
            Some(known) => Ok(known),
            None => Ok(self.inner.log.read(shown, 1)?.after),
        }
    }
}
