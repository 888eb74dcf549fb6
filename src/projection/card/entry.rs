//! A registration's own calendar entry: its sequence, and whose calendar shows it, from where on and until where.

use chrono::{DateTime, Utc};

use super::GatheringCard;
use crate::fact::Session;
use crate::id::PersonId;
use crate::projection::registration::RegistrationCard;
use crate::projection::session::SessionCard;
use crate::record::Position;

impl GatheringCard {
    /// The sequence of a registration's own calendar entry: the gathering's, or that of the session which was booked, and
    /// one more once a confirmed registration is so no longer by a fact of its own.
    #[must_use]
    pub fn entry_sequence(&self, registration: &RegistrationCard) -> u32 {
        let session = self.session_of(registration.booking().offering);
        let sequence = session.map_or(self.sequence, SessionCard::sequence);
        sequence.saturating_add(u32::from(registration.has_left()))
    }

    /// When a registration's own calendar entry was last changed.
    #[must_use]
    pub fn entry_revised_at(&self, registration: &RegistrationCard) -> DateTime<Utc> {
        let session = self.session_of(registration.booking().offering);
        session.map_or(self.revised.time, SessionCard::revised_at).max(registration.own_since())
    }

    /// The sequence of a registration's entry in the calendar of one of its people: one more for each time that they lost
    /// their place by it or got it back.
    pub(crate) fn entry_sequence_of(&self, registration: &RegistrationCard, person: PersonId) -> u32 {
        let session = self.session_of(registration.booking().offering);
        let sequence = session.map_or(self.sequence, SessionCard::sequence);
        sequence.saturating_add(registration.invited().turns(person, registration.has_left()))
    }

    /// When a registration's entry in the calendar of one of its people was last changed.
    pub(crate) fn entry_revised_for(
        &self,
        registration: &RegistrationCard,
        person: PersonId,
    ) -> DateTime<Utc> {
        let revised = self.entry_revised_at(registration);
        registration.invited().moved_at(person).map_or(revised, |moved| revised.max(moved))
    }

    /// The session that a registration is a place in, as it is now; `None` is the gathering as a whole.
    pub(crate) fn session_booked(&self, registration: &RegistrationCard) -> Option<&Session> {
        self.session_of(registration.booking().offering).map(|card| &**card.session())
    }

    /// Whether the calendar of somebody should have had a registration's entry at a position: they had a place by it, there
    /// was a date, and the gathering had not been called off.
    pub(in crate::projection) fn shows(
        &self,
        registration: &RegistrationCard,
        person: PersonId,
        at: Position,
    ) -> bool {
        let session = self.session_of(registration.booking().offering);
        let dated = session.map_or(self.dated, SessionCard::dated);
        let called_off = self.cancelled.is_some_and(|cancelled| cancelled.position <= at);
        let is_on_it = registration.booking().party.named().any(|named| named == person);
        dated.is_some_and(|dated| dated <= at)
            && !called_off
            && registration.invited().includes(person, is_on_it, at)
    }

    /// Where a registration's entry went from somebody's calendar for good, if it was ever in it and is not now.
    pub(in crate::projection) fn entry_gone(
        &self,
        registration: &RegistrationCard,
        person: PersonId,
    ) -> Option<Position> {
        let called_off = self.cancelled.map(|cancelled| cancelled.position);
        let lost = registration.invited().lost_at(person);
        let gone = called_off.into_iter().chain(lost).min()?;
        let session = self.session_of(registration.booking().offering);
        let dated = session.map_or(self.dated, SessionCard::dated);
        dated.is_some_and(|dated| dated < gone).then_some(gone)
    }

    /// Where a registration's entry in somebody's calendar was last changed.
    pub(in crate::projection) fn entry_changed(
        &self,
        registration: &RegistrationCard,
        person: PersonId,
    ) -> Position {
        let session = self.session_of(registration.booking().offering);
        let revised = session.map_or(self.revised.position, SessionCard::revised);
        let called_off = self.cancelled.map_or(Position::START, |cancelled| cancelled.position);
        revised.max(called_off).max(registration.invited().last_turn(person))
    }
}
