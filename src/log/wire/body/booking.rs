//! What was booked, within the facts that make registrations.

use serde::{Deserialize, Serialize};

use super::Ids;
use crate::fact::{Booking, Credential, Party};
use crate::id::{OfferingId, PersonId, RegistrationId};
use crate::log::error::Error;
use crate::log::wire::corrupt;
use crate::log::wire::part::{CredentialV1, Id, SealedV1, reference};
use crate::text::Reference;

/// Which of several places have a person: their ids are among the fact's tags.
pub(super) fn named(places: &[Option<PersonId>]) -> Vec<bool> {
    places.iter().map(Option::is_some).collect()
}

/// The people of several places, taken from the fact's tags as far as there is one.
pub(super) fn people(named: Vec<bool>, ids: &mut Ids<'_>) -> Result<Vec<Option<PersonId>>, Error> {
    named.into_iter().map(|named| if named { ids.person().map(Some) } else { Ok(None) }).collect()
}

/// The guests' ids are among the fact's tags; here is which places have one.
#[derive(Serialize, Deserialize)]
pub(super) struct BookingV1<'a> {
    offering: u16,
    guests: Vec<bool>,
    reference: Option<&'a str>,
    #[serde(borrow)]
    answers: Option<SealedV1<'a>>,
}

impl BookingV1<'_> {
    pub(super) fn booking(self, ids: &mut Ids<'_>) -> Result<Booking, Error> {
        let booker = ids.person()?;
        let party = Party { booker, guests: people(self.guests, ids)? };
        Ok(Booking {
            reference: self.reference.map(reference).transpose()?,
            answers: self.answers.map(SealedV1::sealed),
            ..Booking::new(OfferingId::new(self.offering), party)
        })
    }
}

/// What few bookings say is kept together, so that one which says none of it is a byte longer than it was.
#[derive(Serialize, Deserialize)]
pub(super) struct BookingV2<'a> {
    offering: u16,
    guests: Vec<bool>,
    reference: Option<&'a str>,
    #[serde(borrow)]
    answers: Option<SealedV1<'a>>,
    #[serde(borrow)]
    more: Option<BookingMoreV1<'a>>,
}

#[derive(Serialize, Deserialize)]
struct BookingMoreV1<'a> {
    #[serde(borrow)]
    credentials: Vec<CredentialV1<'a>>,
    supersedes: Option<Id>,
    uncounted: bool,
    may_split: bool,
}

impl<'a> BookingV2<'a> {
    pub(super) fn of(booking: &'a Booking) -> Self {
        let Booking { offering, party, reference, answers, .. } = booking;
        Self {
            offering: offering.get(),
            guests: named(&party.guests),
            reference: reference.as_ref().map(Reference::as_str),
            answers: answers.as_ref().map(SealedV1::of),
            more: BookingMoreV1::of(booking),
        }
    }

    pub(super) fn booking(self, ids: &mut Ids<'_>) -> Result<Booking, Error> {
        let booker = ids.person()?;
        let guests = people(self.guests, ids)?;
        let booking = Booking {
            reference: self.reference.map(reference).transpose()?,
            answers: self.answers.map(SealedV1::sealed),
            ..Booking::new(OfferingId::new(self.offering), Party { booker, guests })
        };
        match self.more {
            Some(more) => more.of_booking(booking),
            None => Ok(booking),
        }
    }
}

impl<'a> BookingMoreV1<'a> {
    fn of(booking: &'a Booking) -> Option<Self> {
        let Booking {
            offering: _,
            party: _,
            reference: _,
            answers: _,
            credentials,
            supersedes,
            uncounted,
            may_split,
        } = booking;
        let more = Self {
            credentials: credentials.iter().map(CredentialV1::of).collect(),
            supersedes: supersedes.map(|superseded| Id(superseded.bytes())),
            uncounted: *uncounted,
            may_split: *may_split,
        };
        more.says_something().then_some(more)
    }

    fn says_something(&self) -> bool {
        !self.credentials.is_empty() || self.supersedes.is_some() || self.uncounted || self.may_split
    }

    /// Equal bookings have equal bytes: what says nothing is not there.
    fn of_booking(self, booking: Booking) -> Result<Booking, Error> {
        if !self.says_something() {
            return Err(corrupt("a booking says more, and that is nothing"));
        }
        let credentials = self.credentials.into_iter().map(CredentialV1::credential);
        Ok(Booking {
            credentials: credentials.collect::<Result<Vec<Credential>, _>>()?,
            supersedes: self.supersedes.map(|Id(superseded)| RegistrationId::from_bytes(superseded)),
            uncounted: self.uncounted,
            may_split: self.may_split,
            ..booking
        })
    }
}
