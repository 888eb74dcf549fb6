//! What a registration asks for, and for whom.

use crate::id::{OfferingId, PersonId};
use crate::person::Answers;
use crate::sealed::Sealed;
use crate::text::Reference;

/// What a registration asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Which offering of the gathering.
    pub offering: OfferingId,
    /// Who comes.
    pub party: Party,
    /// The host's own name for the registration.
    pub reference: Option<Reference>,
    /// What the booker answered, sealed.
    pub answers: Option<Sealed<Answers>>,
}

/// The people of one registration, each on a numbered place. Place 1 is the booker's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Party {
    /// Who books, and has place 1.
    pub booker: PersonId,
    /// The places from 2 on, each with a person or not yet.
    pub guests: Vec<Option<PersonId>>,
}

impl Party {
    /// One person alone.
    #[must_use]
    pub fn one(booker: PersonId) -> Self {
        Self { booker, guests: Vec::new() }
    }

    /// How many places the party takes: everybody, named or not.
    #[must_use]
    pub fn size(&self) -> u32 {
        u32::try_from(self.guests.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Who is on a place: nobody named yet, or somebody; `None` where the party has no such place.
    #[must_use]
    pub fn at(&self, place: u16) -> Option<Option<PersonId>> {
        match place.checked_sub(2) {
            Some(guest) => self.guests.get(usize::from(guest)).copied(),
            None => (place == 1).then_some(Some(self.booker)),
        }
    }

    /// On which place somebody is, if they are named.
    #[must_use]
    pub fn place_of(&self, person: PersonId) -> Option<u16> {
        if self.booker == person {
            return Some(1);
        }
        let guest = self.guests.iter().position(|guest| *guest == Some(person))?;
        u16::try_from(guest).ok()?.checked_add(2)
    }

    /// Puts somebody on a place; a place that the party does not have stays so.
    pub(crate) fn put(&mut self, place: u16, person: PersonId) {
        match place.checked_sub(2) {
            Some(guest) => {
                if let Some(guest) = self.guests.get_mut(usize::from(guest)) {
                    *guest = Some(person);
                }
            }
            None if place == 1 => self.booker = person,
            None => {}
        }
    }

    /// Everybody who is named, in the order of their places.
    pub fn named(&self) -> impl Iterator<Item = PersonId> {
        std::iter::once(self.booker).chain(self.guests.iter().copied().flatten())
    }
}

/// Who ended a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CancelledBy {
    /// The people who had booked.
    Attendee,
    /// Those who run the gathering.
    Organiser,
}
