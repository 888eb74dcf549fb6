//! Who stands in the lines of a gathering, and in which order.

use chrono::{DateTime, Utc};

use super::GatheringCard;
use crate::id::OfferingId;
use crate::projection::registration::RegistrationCard;
use crate::projection::status::RegistrationStatus;
use crate::record::Position;

/// Whose turn it is in a line: whoever has the smaller is served first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Turn {
    /// The first of the gathering's priorities, from 0, that means it; their number if none does.
    pub class: u32,
    /// Where it joined the line.
    pub joined: Position,
}

impl GatheringCard {
    /// The turn of a registration that stands in line: whoever has the smaller is served first. `None` for one that does
    /// not.
    #[must_use]
    pub fn turn(&self, registration: &RegistrationCard) -> Option<Turn> {
        (self.status(registration) == RegistrationStatus::Waiting)
            .then(|| Turn { class: self.class(registration), joined: registration.joined_line() })
    }

    /// The class is that of the priorities as they are now, whenever somebody joined.
    pub(in crate::projection) fn class(&self, registration: &RegistrationCard) -> u32 {
        let (booker, credentials) = (registration.stands_for(), &registration.booking().credentials);
        let classes = &self.announcement.priorities;
        let first = classes.iter().position(|class| class.iter().any(|who| who.is(booker, credentials)));
        u32::try_from(first.unwrap_or(classes.len())).unwrap_or(u32::MAX)
    }

    /// How many registrations are served before one that stands in the same line; `None` for one that stands in none.
    #[must_use]
    pub fn ahead(&self, registration: &RegistrationCard) -> Option<u32> {
        let offering = registration.booking().offering;
        let own = (self.turn(registration)?, registration.number());
        let others = self.registrations.iter().filter(|other| other.booking().offering == offering);
        let before = others.filter(|other| self.turn(other).is_some_and(|turn| (turn, other.number()) < own));
        Some(u32::try_from(before.count()).unwrap_or(u32::MAX))
    }

    /// Registrations in the line of an offering with their turns, the first in line first.
    pub(in crate::projection) fn line(&self, offering: OfferingId) -> Vec<(Turn, &RegistrationCard)> {
        let theirs = self.registrations.iter().filter(|it| it.booking().offering == offering);
        let mut line: Vec<_> = theirs.filter_map(|it| Some((self.turn(it)?, it))).collect();
        line.sort_unstable_by_key(|(turn, it)| (*turn, it.number()));
        line
    }

    /// Registrations that have an offer of places in an offering at a time: whoever has to answer first comes first.
    pub(in crate::projection) fn offers(
        &self,
        offering: OfferingId,
        now: DateTime<Utc>,
    ) -> Vec<(DateTime<Utc>, &RegistrationCard)> {
        let offer = |it: &RegistrationCard| {
            let RegistrationStatus::Offered { respond_by } = self.status(it).at(now) else { return None };
            Some(respond_by)
        };
        let theirs = self.registrations.iter().filter(|it| it.booking().offering == offering);
        let mut offers: Vec<_> = theirs.filter_map(|it| Some((offer(it)?, it))).collect();
        offers.sort_unstable_by_key(|(respond_by, it)| (*respond_by, it.number()));
        offers
    }
}
