//! Since when a registration's people have its entry in their calendars, and who of them came or went.

use chrono::{DateTime, Utc};

use crate::id::PersonId;
use crate::image::image;
use crate::record::{Position, Record};

/// Where in the log something was recorded, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) position: Position,
    pub(super) time: DateTime<Utc>,
}

image!(struct Stamp { position, time });

impl Stamp {
    pub(super) fn of(record: &Record<'_>) -> Self {
        Self { position: record.position(), time: record.time() }
    }
}

/// A position of a log begins with 1, so that of an empty one is "never".
const NEVER: Position = Position::START;

fn had_happened(what: Position, by: Position) -> bool {
    what != NEVER && what <= by
}

/// A registration is confirmed once, and what ends that is final; people on it may come and go.
///
/// Whatever was at a position can be told from this at any later one: so what a calendar holds need not be remembered
/// beside the log.
#[derive(Clone, Debug, Default)]
pub(super) struct Invited {
    since: Position,
    until: Position,
    /// Who came or went while it was confirmed, in order. Most parties never change.
    changes: Option<Box<Changes>>,
}

image!(struct Invited { since, until, changes });

#[derive(Clone, Debug, Default)]
struct Changes {
    each: Vec<Coming>,
}

image!(struct Changes { each });

/// That somebody came onto a registration that was confirmed, or left it.
#[derive(Clone, Copy, Debug)]
struct Coming {
    person: PersonId,
    came: bool,
    at: Stamp,
}

image!(struct Coming { person, came, at });

impl Invited {
    pub(super) fn begins(&mut self, at: Position) {
        if self.since == NEVER {
            self.since = at;
        }
    }

    pub(super) fn ends(&mut self, at: Position) {
        if self.until == NEVER {
            self.until = at;
        }
    }

    pub(super) fn note(&mut self, person: PersonId, came: bool, at: Stamp) {
        self.changes.get_or_insert_default().each.push(Coming { person, came, at });
    }

    /// Whether it ever began.
    pub(super) fn has_begun(&self) -> bool {
        self.since != NEVER
    }

    /// Everybody who came or went while it was confirmed.
    pub(super) fn who_moved(&self) -> impl Iterator<Item = PersonId> {
        self.changes.iter().flat_map(|changes| &changes.each).map(|change| change.person)
    }

    /// Whether somebody had a place by it at a position, given whether they are on it now.
    pub(super) fn includes(&self, person: PersonId, is_on_it: bool, at: Position) -> bool {
        let stood = had_happened(self.since, at) && !had_happened(self.until, at);
        stood && self.was_on_it(person, is_on_it, at)
    }

    fn was_on_it(&self, person: PersonId, is_on_it: bool, at: Position) -> bool {
        let last = self.theirs(person).take_while(|change| change.at.position <= at).last();
        let first = self.theirs(person).next();
        // Before their first change it was the other way round.
        last.map_or_else(|| first.map_or(is_on_it, |change| !change.came), |change| change.came)
    }

    /// How often somebody lost their place by it or got it back: each of these counts in their entry's SEQUENCE.
    pub(super) fn turns(&self, person: PersonId, has_ended: bool) -> u32 {
        let came_first = self.theirs(person).next().is_some_and(|change| change.came);
        let is_gone = self.theirs(person).last().is_some_and(|change| !change.came);
        let changes = self.theirs(person).count().saturating_sub(usize::from(came_first));
        u32::try_from(changes.saturating_add(usize::from(has_ended && !is_gone))).unwrap_or(u32::MAX)
    }

    /// Where somebody lost their place by it for the last time, if they have none now.
    pub(super) fn lost_at(&self, person: PersonId) -> Option<Position> {
        match self.theirs(person).last() {
            Some(change) if !change.came => Some(change.at.position),
            Some(_) | None => (self.until != NEVER).then_some(self.until),
        }
    }

    /// Where something last happened to somebody's place by it.
    pub(super) fn last_turn(&self, person: PersonId) -> Position {
        let own = self.theirs(person).last();
        let is_gone = own.is_some_and(|change| !change.came);
        let of_all = if is_gone { NEVER } else { self.since.max(self.until) };
        own.map_or(NEVER, |change| change.at.position).max(of_all)
    }

    /// When somebody last came onto it or left it while it was confirmed.
    pub(super) fn moved_at(&self, person: PersonId) -> Option<DateTime<Utc>> {
        self.theirs(person).last().map(|change| change.at.time)
    }

    fn theirs(&self, person: PersonId) -> impl Iterator<Item = &Coming> {
        let changes = self.changes.iter().flat_map(|changes| &changes.each);
        changes.filter(move |change| change.person == person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(number: u64) -> Stamp {
        Stamp { position: Position::new(number), time: DateTime::UNIX_EPOCH }
    }

    #[test]
    fn who_was_on_it_is_told_of_every_position() {
        let (ann, bob, eve) = (PersonId::from_u128(1), PersonId::from_u128(2), PersonId::from_u128(3));
        let mut invited = Invited::default();
        assert!(!invited.includes(ann, true, at(9).position));
        invited.begins(at(2).position);
        invited.note(ann, false, at(4));
        invited.note(bob, true, at(4));
        invited.note(bob, false, at(6));
        invited.note(ann, true, at(6));
        invited.ends(at(8).position);
        let who = |number| {
            [(ann, true), (bob, false), (eve, true)]
                .map(|(person, is_on_it)| invited.includes(person, is_on_it, at(number).position))
        };
        assert_eq!(who(1), [false; 3]);
        assert_eq!(who(2), [true, false, true]);
        assert_eq!(who(5), [false, true, true]);
        assert_eq!(who(7), [true, false, true]);
        assert_eq!(who(8), [false; 3]);
        assert_eq!([ann, bob, eve].map(|person| invited.turns(person, true)), [3, 1, 1]);
        assert_eq!([ann, bob, eve].map(|person| invited.last_turn(person).get()), [8, 6, 8]);
        assert_eq!([ann, bob, eve].map(|person| invited.lost_at(person).unwrap().get()), [8, 6, 8]);
    }
}
