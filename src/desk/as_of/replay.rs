//! Lists as they were: folded again, from the beginning or from a checkpoint that does not go too far.

use std::ops::ControlFlow;

use super::AsOf;
use crate::desk::replaying::walk;
use crate::desk::{Error, Inner};
use crate::log::Progress;
use crate::projection::Lists;
use crate::record::{Position, StoredBatch};

/// What was folded, and how far what it knows goes.
pub(super) struct Folded {
    pub(super) lists: Lists,
    pub(super) known: Position,
}

/// Where the log ends for whoever asks: no batch beyond it is looked at.
#[derive(Clone, Copy)]
pub(in crate::desk) struct Until {
    moment: AsOf,
    end: Position,
}

impl Inner {
    /// Folds the log again up to a moment. Nobody who books is kept waiting.
    pub(super) fn folded_as_of(
        &self,
        moment: AsOf,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Folded, Error> {
        let until = Until { moment, end: self.end_of(moment)? };
        let mut lists = self.checkpointed(|lists| until.is_beyond(lists)).unwrap_or_default();
        let from = lists.position();
        let known = walk(self.log.as_ref(), (from, until.end), progress, &mut |batch| {
            if until.is_only_known_later(batch) {
                batch.records().for_each(|record| lists.know_later(&record));
            }
            until.hand_over(batch, &mut |batch| batch.records().for_each(|record| lists.apply(&record)))
        })?;
        Ok(Folded { lists, known })
    }

    /// Hands over what counts of the log up to a moment, and says how far that goes.
    pub(in crate::desk) fn walk_until(
        &self,
        until: Until,
        from: Position,
        progress: &mut dyn FnMut(Progress),
        each: &mut dyn FnMut(&StoredBatch),
    ) -> Result<Position, Error> {
        walk(self.log.as_ref(), (from, until.end), progress, &mut |batch| until.hand_over(batch, each))
    }

    /// The last position that matters, which must be one at which a batch ends.
    fn end_of(&self, moment: AsOf) -> Result<Position, Error> {
        match moment {
            AsOf::Position(position) => Ok(self.log.read(position, 0)?.after.position),
            AsOf::Time(_) | AsOf::Hindsight(_) => Ok(self.log.anchor()?.position),
        }
    }
}

impl Until {
    /// As far as is known, and of that what counts for a moment.
    pub(in crate::desk) fn known(moment: AsOf, known: Position) -> Self {
        Self { moment, end: known }
    }

    /// Whether lists go further than is asked for.
    fn is_beyond(&self, lists: &Lists) -> bool {
        let is_later = |time| lists.latest().is_some_and(|latest| latest > time);
        match self.moment {
            AsOf::Position(_) => lists.position() > self.end,
            AsOf::Time(time) | AsOf::Hindsight(time) => is_later(time) || lists.position() > self.end,
        }
    }

    /// Whether a batch is of a later time than is asked for in hindsight: it says who people are, and nothing else.
    fn is_only_known_later(&self, batch: &StoredBatch) -> bool {
        matches!(self.moment, AsOf::Hindsight(time) if batch.batch.time > time)
    }

    fn hand_over(&self, batch: &StoredBatch, each: &mut dyn FnMut(&StoredBatch)) -> ControlFlow<()> {
        match self.moment {
            AsOf::Time(time) if batch.batch.time > time => return ControlFlow::Break(()),
            // It is of a later time, whenever it was written down.
            AsOf::Hindsight(_) if self.is_only_known_later(batch) => {}
            AsOf::Position(_) | AsOf::Time(_) | AsOf::Hindsight(_) => each(batch),
        }
        ControlFlow::Continue(())
    }
}
