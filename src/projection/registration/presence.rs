//! What was recorded of the places of a registration.

use chrono::{DateTime, Utc};

use super::RegistrationCard;
use crate::fact::Presence;
use crate::image::image;

/// What counts of all that was recorded of one place: the latest, and of several at once the largest. So it does not
/// matter in which order they were recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    at: DateTime<Utc>,
    presence: Presence,
}

image!(struct Seen { at, presence });

impl RegistrationCard {
    pub(in crate::projection) fn see(&mut self, place: u16, presence: Presence, at: DateTime<Utc>) {
        let new = Seen { at, presence };
        self.seen.entry(place).and_modify(|seen| *seen = new.max(*seen)).or_insert(new);
    }

    /// What was recorded of a place or scanned of it, unknown if nothing was: the latest, of several at once the largest. All
    /// of its scans are one word, that they attended, as of the first: that somebody left does not say that they were on time.
    pub(in crate::projection) fn recorded_presence(&self, place: u16) -> Presence {
        let said = self.seen.get(&place).copied();
        let scanned = self.counted_scans(place).first().map(|card| card.scan.seen_at);
        let scanned = scanned.map(|at| Seen { at, presence: Presence::Attended });
        said.into_iter().chain(scanned).max().map(|seen| seen.presence).unwrap_or_default()
    }
}
