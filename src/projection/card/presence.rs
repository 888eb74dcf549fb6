//! Who came, and how many.

use super::GatheringCard;
use crate::fact::Presence;
use crate::projection::presence::PresenceCounts;
use crate::projection::registration::RegistrationCard;
use crate::projection::status::RegistrationStatus;

impl GatheringCard {
    /// Whether the person on a place came: the latest that was recorded of it, and, once the books are closed, not to have
    /// come where nothing is known of a confirmed place.
    #[must_use]
    pub fn presence(&self, registration: &RegistrationCard, place: u16) -> Presence {
        let recorded = registration.recorded_presence(place);
        let confirmed = self.status(registration) == RegistrationStatus::Confirmed;
        let missed = self.completed.is_some() && confirmed && recorded == Presence::Unknown;
        if missed { Presence::NoShow } else { recorded }
    }

    /// How many of the confirmed places were used, and how.
    #[must_use]
    pub fn presence_counts(&self) -> PresenceCounts {
        let confirmed = self.registrations.iter();
        let confirmed = confirmed.filter(|it| self.status(it) == RegistrationStatus::Confirmed);
        let places =
            confirmed.flat_map(|it| (1..).take(1 + it.booking().party.guests.len()).map(move |at| (it, at)));
        places.map(|(it, place)| self.presence(it, place)).collect()
    }
}
