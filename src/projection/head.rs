//! What stands above every list of one gathering.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::fact::Announcement;
use crate::id::{GatheringId, OfferingId};
use crate::projection::card::GatheringCard;
use crate::projection::when::Heading;
use crate::schedule::Schedule;

/// Which gathering a list is of, as it was when the list was taken.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) gathering: GatheringId,
    pub(super) announcement: Arc<Announcement>,
    pub(super) cancelled: bool,
}

/// What a gathering's own calendar entry is made of.
#[derive(Clone, Debug)]
pub(crate) struct GatheringEntry {
    pub(crate) id: GatheringId,
    pub(crate) announcement: Arc<Announcement>,
    pub(crate) previous: Option<Schedule>,
    pub(crate) cancelled: bool,
    pub(crate) sequence: u32,
    pub(crate) announced_at: DateTime<Utc>,
    pub(crate) revised_at: DateTime<Utc>,
}

impl GatheringEntry {
    pub(crate) fn of(card: &GatheringCard) -> Self {
        Self {
            id: card.id(),
            announcement: card.shared_announcement(),
            previous: card.previous_schedule().cloned(),
            cancelled: card.is_cancelled(),
            sequence: card.sequence(),
            announced_at: card.announced_at(),
            revised_at: card.revised_at(),
        }
    }
}

impl Head {
    pub(super) fn of(card: &GatheringCard) -> Self {
        Self {
            gathering: card.id(),
            announcement: card.shared_announcement(),
            cancelled: card.is_cancelled(),
        }
    }

    pub(super) fn heading(&self) -> Heading<'_> {
        Heading {
            title: &self.announcement.title,
            cancelled: self.cancelled,
            schedule: &self.announcement.schedule,
        }
    }

    /// The name of an offering; empty for one that was never announced.
    pub(super) fn offering_name(&self, id: OfferingId) -> &str {
        self.announcement.offering(id).map_or("", |offering| &offering.name)
    }

    /// Whether a table has to say which offering is meant.
    pub(super) fn has_choice(&self) -> bool {
        self.announcement.offerings.len() > 1
    }
}

/// A count with its noun: `1 person`, `2 people`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
