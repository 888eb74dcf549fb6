//! Reports over many gatherings: statistics from what is clear, so that they are the same before and after somebody is forgotten.

mod digest;
mod fill;
mod nearly_full;
mod period;
mod reach;
mod show_up;
#[cfg(test)]
mod tests;

pub use digest::{Digest, DigestEntry};
pub(crate) use fill::FillFold;
pub use fill::{FillCurve, FillDay};
pub use nearly_full::{NearlyFull, NearlyFullRow, Threshold};
pub use period::Period;
pub use reach::{ExposedReach, OrganisationReach, Reach, RegionReach};
pub use show_up::{OrganisationShowUp, ShowUp, ShowUpRow};

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{GatheringCard, Lifecycle, Lists, RegistrationCard, RegistrationStatus, Resources};
use crate::id::{GatheringId, OrganisationId};
use crate::sealed::Opener;

/// What a host calls organisations, of which a log has the ids alone. They are no people.
type OrganisationNames = BTreeMap<OrganisationId, String>;

/// What a table calls an organisation: by the host's name for it, or by its id.
fn organisation_cell(organisation: Option<OrganisationId>, names: &OrganisationNames) -> String {
    let Some(id) = organisation else { return "(none said)".into() };
    names.get(&id).cloned().unwrap_or_else(|| id.to_string())
}

impl Lists {
    /// All that can be had of what took place in a period, whoever gets it; the earliest gathering first.
    #[must_use]
    pub fn resources_in(&self, period: &Period, now: DateTime<Utc>, opener: Arc<dyn Opener>) -> Resources {
        Resources::all_of_several(self.held_in(period, now), opener)
    }

    /// What took place in a period: begun by now, neither a draft nor called off; the earliest first, then by title and id.
    fn held_in(&self, period: &Period, now: DateTime<Utc>) -> Vec<&GatheringCard> {
        let starts = |card: &GatheringCard| card.announcement().schedule.starts();
        let is_held = |card: &&GatheringCard| {
            let took_place = !matches!(card.lifecycle(), Lifecycle::Draft | Lifecycle::Cancelled);
            took_place && starts(card).is_some_and(|start| start <= now && period.contains(start))
        };
        let mut held: Vec<_> = self.gatherings.values().filter(is_held).collect();
        held.sort_unstable_by_key(|card| order(card));
        held
    }
}

fn order(card: &GatheringCard) -> (Option<DateTime<Utc>>, &str, GatheringId) {
    (card.announcement().schedule.starts(), &card.announcement().title, card.id())
}

impl GatheringCard {
    /// Those with a place for certain.
    fn confirmed(&self) -> impl Iterator<Item = &RegistrationCard> {
        self.registrations().filter(|it| self.status(it) == RegistrationStatus::Confirmed)
    }
}

fn as_count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
