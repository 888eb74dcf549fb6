//! Whether a batch may be stored: the one place where a guard is weighed, the same for every store.

use super::Appended;
use super::error::{Error, Kind};
use super::wire::Prologue;
use crate::record::{Batch, Position};

/// Looks at every batch that came after what a new one has seen.
pub(super) struct Judge<'a> {
    batch: &'a Batch,
    known_at: Option<Position>,
    conflict_at: Option<Position>,
}

impl<'a> Judge<'a> {
    /// Takes up a batch that is to go behind `head`.
    ///
    /// # Errors
    /// Diverged, if the batch has seen records that this log does not have.
    pub(super) fn of(batch: &'a Batch, head: Position) -> Result<Self, Error> {
        if batch.guard.seen > head {
            let seen = batch.guard.seen;
            let what = format!("request {} has seen position {seen}; the log ends at {head}", batch.id);
            return Err(Error::new(Kind::Diverged, what).at_position(head));
        }
        Ok(Self { batch, known_at: None, conflict_at: None })
    }

    /// Looks at one later batch, given as its bytes and the position of its first fact.
    ///
    /// # Errors
    /// The later batch cannot be read; or it has the same id and says something else.
    pub(super) fn look(&mut self, first: Position, bytes: &[u8]) -> Result<(), Error> {
        let later = Prologue::read(bytes)?;
        if later.id == self.batch.id {
            return self.compare(first, later);
        }
        if self.conflict_at.is_none() {
            self.conflict_at = self.first_conflict(first, &later);
        }
        Ok(())
    }

    fn compare(&mut self, first: Position, later: Prologue<'_>) -> Result<(), Error> {
        let stored = later.finish()?;
        let guard = self.batch.guard.clone();
        // What was stored before the hash was kept is known again by its facts.
        let content = stored.content.or(self.batch.content);
        if *self.batch != (Batch { content, guard, ..stored }) {
            let what = format!("request {} was stored before with other content", self.batch.id);
            return Err(Error::new(Kind::Misuse, what).at_position(first));
        }
        self.known_at = Some(first);
        Ok(())
    }

    fn first_conflict(&self, first: Position, later: &Prologue<'_>) -> Option<Position> {
        let guard = &self.batch.guard;
        let records = later.facts.iter().enumerate().map(|(nth, fact)| (first.plus(nth), fact));
        records
            .filter(|(position, _)| *position > guard.seen)
            .find(|(_, fact)| guard.scope.covers(&fact.tags))
            .map(|(position, _)| position)
    }

    /// The answer, if the batch is not to be stored. To be known already goes before a conflict: what a repeated
    /// request runs into may be its own facts.
    pub(super) fn answer(&self, head: Position) -> Option<Appended> {
        let known = self.known_at.map(|first| Appended::Already { first });
        known.or(self.conflict_at.map(|at| Appended::Conflict { at, head }))
    }
}
