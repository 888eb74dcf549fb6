//! Read models: records in, lists out. Pure.
//!
//! [`Lists`] folds the log; each list is an owned value taken from it at some position. Counts are taken anew from
//! the registrations whenever a list is asked for, so there is no second number that could drift.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use crate::fact::{Booking, Fact};
use crate::id::{GatheringId, PersonId, RegistrationId};
use crate::person::PersonDetails;
use crate::record::{Position, Record};
use crate::sealed::{Opener, Sealed};

mod agenda;
mod attendee_list;
mod card;
#[cfg(test)]
mod fixture;
mod head;
mod names;
mod table;
mod waiting_list;
mod whats_on;
mod when;

pub use agenda::{Agenda, AgendaRow};
pub use attendee_list::{AttendeeList, AttendeeRow, ExposedAttendee, ExposedAttendeeList};
pub use card::{GatheringCard, RegistrationCard, RegistrationStatus};
pub use head::PoolCount;
pub use waiting_list::{ExposedWaiting, ExposedWaitingList, WaitingList, WaitingRow};
pub use whats_on::{OfferingOn, WhatsOn, WhatsOnRow};

use card::Joined;

/// The read side of a log: what every list is taken from.
///
/// It is told every record in order by [`apply`](Self::apply). A clone stays as it is while the original goes on.
#[derive(Clone, Default)]
#[doc(alias = "projection")]
#[doc(alias = "read model")]
pub struct Lists {
    position: Position,
    gatherings: HashMap<GatheringId, GatheringCard>,
    registrations: HashMap<RegistrationId, Spot>,
    people: HashMap<PersonId, Arc<Sealed<PersonDetails>>>,
    bookings: HashMap<PersonId, Vec<RegistrationId>>,
}

/// Where a registration is kept.
#[derive(Clone, Copy)]
struct Spot {
    gathering: GatheringId,
    index: usize,
}

impl Lists {
    /// The lists of an empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Folds the next record in. It has happened, so this cannot fail; what it says of a gathering or a
    /// registration never heard of changes nothing.
    pub fn apply(&mut self, record: &Record<'_>) {
        self.position = record.position();
        let time = record.time();
        match record.fact() {
            Fact::PersonRecorded { person, details } => {
                self.people.insert(*person, Arc::new(details.clone()));
            }
            Fact::GatheringAnnounced { gathering, announcement, join_link } => {
                let link = join_link.as_ref();
                let card = || GatheringCard::announced(*gathering, announcement, link, time);
                self.gatherings.entry(*gathering).or_insert_with(card);
            }
            Fact::GatheringRescheduled { gathering, schedule } => {
                self.at(*gathering, |card| card.reschedule(schedule, time));
            }
            Fact::BookingOpened { gathering } => self.at(*gathering, |card| card.set_opened(true)),
            Fact::BookingClosed { gathering } => self.at(*gathering, |card| card.set_opened(false)),
            Fact::CapacityChanged { gathering, pool, capacity } => {
                self.at(*gathering, |card| card.set_capacity(*pool, *capacity));
            }
            Fact::GatheringCancelled { gathering } => self.at(*gathering, |card| card.cancel(time)),
            Fact::RegistrationConfirmed { gathering, registration, booking } => {
                self.join(*gathering, *registration, booking, RegistrationStatus::Confirmed, record);
            }
            Fact::RegistrationWaitlisted { gathering, registration, booking, ahead: _ } => {
                self.join(*gathering, *registration, booking, RegistrationStatus::Waiting, record);
            }
            Fact::RegistrationPromoted { gathering: _, registration } => {
                self.on(*registration, |card| card.promote(time));
            }
            Fact::RegistrationCancelled { gathering: _, registration, by } => {
                self.on(*registration, |card| card.end(*by, time));
            }
        }
    }

    fn at(&mut self, gathering: GatheringId, change: impl FnOnce(&mut GatheringCard)) {
        if let Some(card) = self.gatherings.get_mut(&gathering) {
            change(card);
        }
    }

    fn on(&mut self, registration: RegistrationId, change: impl FnOnce(&mut RegistrationCard)) {
        let Some(spot) = self.registrations.get(&registration) else { return };
        let card = self.gatherings.get_mut(&spot.gathering);
        if let Some(card) = card.and_then(|card| card.registration_mut(spot.index)) {
            change(card);
        }
    }

    fn join(
        &mut self,
        gathering: GatheringId,
        registration: RegistrationId,
        booking: &Booking,
        standing: RegistrationStatus,
        record: &Record<'_>,
    ) {
        let Some(card) = self.gatherings.get_mut(&gathering) else { return };
        if self.registrations.contains_key(&registration) {
            return;
        }
        let (position, time) = (record.position(), record.time());
        let index = card.join(Joined { registration, booking, standing, position, time });
        self.registrations.insert(registration, Spot { gathering, index });
        for person in booking.party.named() {
            let theirs = self.bookings.entry(person).or_default();
            // One party may name a person on two places; it is one registration of theirs.
            if theirs.last() != Some(&registration) {
                theirs.push(registration);
            }
        }
    }

    /// The position of the last record folded in.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// One gathering, cancelled and past ones too.
    #[must_use]
    pub fn gathering(&self, gathering: GatheringId) -> Option<&GatheringCard> {
        self.gatherings.get(&gathering)
    }

    /// Every gathering, cancelled and past ones too, in the order of their ids.
    #[must_use]
    pub fn gatherings(&self) -> Vec<&GatheringCard> {
        let mut cards: Vec<_> = self.gatherings.values().collect();
        cards.sort_unstable_by_key(|card| card.id());
        cards
    }

    /// One registration with its gathering, ended ones too.
    #[must_use]
    pub fn registration(&self, registration: RegistrationId) -> Option<(&GatheringCard, &RegistrationCard)> {
        let spot = self.registrations.get(&registration)?;
        let gathering = self.gatherings.get(&spot.gathering)?;
        Some((gathering, gathering.registrations().get(spot.index)?))
    }

    /// Who has a place: everybody with a confirmed registration. `None` for a gathering never announced.
    #[must_use]
    pub fn attendee_list(&self, gathering: GatheringId, opener: Arc<dyn Opener>) -> Option<AttendeeList> {
        let card = self.gatherings.get(&gathering)?;
        Some(AttendeeList::of(card, |person| self.details(person), opener))
    }

    /// Who stands in line, and where. `None` for a gathering never announced.
    #[must_use]
    pub fn waiting_list(&self, gathering: GatheringId, opener: Arc<dyn Opener>) -> Option<WaitingList> {
        let card = self.gatherings.get(&gathering)?;
        Some(WaitingList::of(card, |person| self.details(person), opener))
    }

    /// What is on at a time, with the places left: all that is neither cancelled nor over then.
    #[must_use]
    pub fn whats_on(&self, now: DateTime<Utc>) -> WhatsOn {
        WhatsOn::of(self.gatherings.values(), now)
    }

    /// Everything that a person has booked, or was named for as a guest. Empty for somebody never heard of.
    #[must_use]
    pub fn agenda(&self, person: PersonId, opener: Arc<dyn Opener>) -> Agenda {
        let theirs = self.bookings.get(&person).map(Vec::as_slice).unwrap_or_default();
        Agenda::of(person, theirs.iter().filter_map(|id| self.registration(*id)), opener)
    }

    fn details(&self, person: PersonId) -> Option<Arc<Sealed<PersonDetails>>> {
        self.people.get(&person).cloned()
    }
}

/// Counts only: the maps have no order worth showing.
impl fmt::Debug for Lists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lists")
            .field("position", &self.position)
            .field("gatherings", &self.gatherings.len())
            .field("registrations", &self.registrations.len())
            .field("people", &self.people.len())
            .finish()
    }
}
