//! Which registrations of a gathering changed last: so that a list kept in memory is brought up to date by what changed.

use std::collections::{BTreeSet, VecDeque};

use crate::image::{Image, Sink, Source};

/// How many changes are remembered. Whoever has missed more looks at everything.
const REMEMBERED: usize = 1_024;

/// How often anything changed, and the last changes: where the registrations are kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    count: u64,
    latest: VecDeque<u32>,
}

/// What has changed since somebody looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Since {
    /// These, and there may be none.
    These(BTreeSet<usize>),
    /// So much that nobody knows any more.
    Everything,
}

impl Changes {
    pub(super) fn note(&mut self, index: usize) {
        // No gathering has so many registrations; one that had them would be looked at as a whole each time.
        let Ok(index) = u32::try_from(index) else { return self.note_all() };
        self.count = self.count.wrapping_add(1);
        if self.latest.len() >= REMEMBERED {
            self.latest.pop_front();
        }
        self.latest.push_back(index);
    }

    /// Notes that every registration is otherwise from now on.
    pub(super) fn note_all(&mut self) {
        self.count = self.count.wrapping_add(1);
        self.latest.clear();
    }

    /// How often anything changed so far: to be handed to [`since`](Self::since) later.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn since(&self, seen: u64) -> Since {
        let missed = self.count.checked_sub(seen).and_then(|missed| usize::try_from(missed).ok());
        let Some(skipped) = missed.and_then(|missed| self.latest.len().checked_sub(missed)) else {
            return Since::Everything;
        };
        let index = |index: &u32| usize::try_from(*index).unwrap_or(usize::MAX);
        Since::These(self.latest.iter().skip(skipped).map(index).collect())
    }
}

/// Nobody keeps a list over an opening, so nothing of this is.
impl Image for Changes {
    fn put(&self, _: &mut Sink) {}

    fn take(_: &mut Source<'_>) -> Option<Self> {
        Some(Self::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn these(indices: &[usize]) -> Since {
        Since::These(indices.iter().copied().collect())
    }

    #[test]
    fn whoever_looks_again_is_told_what_changed_meanwhile() {
        let mut changes = Changes::default();
        assert_eq!(changes.since(0), these(&[]));
        for index in [5, 2, 5] {
            changes.note(index);
        }
        assert_eq!(
            (changes.since(0), changes.since(2), changes.since(3)),
            (these(&[2, 5]), these(&[5]), these(&[]))
        );
        changes.note_all();
        assert_eq!((changes.since(3), changes.since(4)), (Since::Everything, these(&[])));
    }

    #[test]
    fn whoever_has_missed_too_much_looks_at_everything() {
        let mut changes = Changes::default();
        (0..=REMEMBERED).for_each(|index| changes.note(index));
        assert_eq!(changes.since(0), Since::Everything);
        assert!(matches!(changes.since(1), Since::These(all) if all.len() == REMEMBERED));
        assert_eq!(changes.since(u64::MAX), Since::Everything, "of another fold");
    }
}
