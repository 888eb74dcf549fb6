//! What is stored of registrations: made, changed, ended.

use serde::{Deserialize, Serialize};

use super::Ids;
use super::booking::{BookingV1, BookingV2, named, people};
use crate::fact::{Booking, Draw, Ending, Fact};
use crate::id::PersonId;
use crate::log::error::Error;
use crate::log::wire::part::{DrawV1, EndingV1, draws};

#[derive(Serialize, Deserialize)]
pub(super) struct RegistrationConfirmedV1<'a> {
    #[serde(borrow)]
    booking: BookingV1<'a>,
}

impl RegistrationConfirmedV1<'_> {
    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        let booking = self.booking.booking(ids)?;
        Ok(Fact::RegistrationConfirmed { gathering, registration, booking, draws: Vec::new() })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct RegistrationConfirmedV2<'a> {
    #[serde(borrow)]
    booking: BookingV2<'a>,
    draws: Vec<DrawV1>,
}

impl<'a> RegistrationConfirmedV2<'a> {
    pub(super) fn of(booking: &'a Booking, draws: &[Draw]) -> Self {
        Self { booking: BookingV2::of(booking), draws: DrawV1::all(draws) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        let (booking, draws) = (self.booking.booking(ids)?, draws(self.draws));
        Ok(Fact::RegistrationConfirmed { gathering, registration, booking, draws })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct RegistrationWaitlistedV1<'a> {
    #[serde(borrow)]
    booking: BookingV1<'a>,
    ahead: u32,
}

impl RegistrationWaitlistedV1<'_> {
    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        let booking = self.booking.booking(ids)?;
        Ok(Fact::RegistrationWaitlisted { gathering, registration, booking, ahead: self.ahead })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct RegistrationWaitlistedV2<'a> {
    #[serde(borrow)]
    booking: BookingV2<'a>,
    ahead: u32,
}

impl<'a> RegistrationWaitlistedV2<'a> {
    pub(super) fn of(booking: &'a Booking, ahead: u32) -> Self {
        Self { booking: BookingV2::of(booking), ahead }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        let booking = self.booking.booking(ids)?;
        Ok(Fact::RegistrationWaitlisted { gathering, registration, booking, ahead: self.ahead })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct RegistrationPromotedV1 {}

impl RegistrationPromotedV1 {
    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let Self {} = self;
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        Ok(Fact::RegistrationPromoted { gathering, registration, draws: Vec::new() })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct RegistrationPromotedV2 {
    draws: Vec<DrawV1>,
}

impl RegistrationPromotedV2 {
    pub(super) fn of(draws: &[Draw]) -> Self {
        Self { draws: DrawV1::all(draws) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        Ok(Fact::RegistrationPromoted { gathering, registration, draws: draws(self.draws) })
    }
}

/// Of a time when a registration could only be cancelled, and this said by whom.
#[derive(Serialize, Deserialize)]
pub(super) struct RegistrationEndedV1 {
    by: EndingV1,
}

impl RegistrationEndedV1 {
    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        Ok(Fact::RegistrationEnded { gathering, registration, how: self.by.by()? })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct RegistrationEndedV2 {
    how: EndingV1,
}

impl RegistrationEndedV2 {
    pub(super) fn of(how: Ending) -> Self {
        Self { how: EndingV1::of(how) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        Ok(Fact::RegistrationEnded { gathering, registration, how: self.how.read()? })
    }
}

/// Who has the place now, and who had it if anybody was named, are among the fact's tags.
#[derive(Serialize, Deserialize)]
pub(super) struct PlaceTransferredV1 {
    place: u16,
    from: bool,
}

impl PlaceTransferredV1 {
    pub(super) fn of(place: u16, from: Option<PersonId>) -> Self {
        Self { place, from: from.is_some() }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration, to) = (ids.gathering()?, ids.registration()?, ids.person()?);
        let from = if self.from { Some(ids.person()?) } else { None };
        Ok(Fact::PlaceTransferred { gathering, registration, place: self.place, from, to })
    }
}

/// Those who came and are named are among the fact's tags; here is which of the new places have one.
#[derive(Serialize, Deserialize)]
pub(super) struct PartyChangedV1 {
    removed: Vec<u16>,
    added: Vec<bool>,
    draws: Vec<DrawV1>,
}

impl PartyChangedV1 {
    pub(super) fn of(removed: &[u16], added: &[Option<PersonId>], draws: &[Draw]) -> Self {
        Self { removed: removed.to_vec(), added: named(added), draws: DrawV1::all(draws) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        let (added, draws) = (people(self.added, ids)?, draws(self.draws));
        Ok(Fact::PartyChanged { gathering, registration, removed: self.removed, added, draws })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct FollowUpRequestedV1<'a> {
    #[serde(borrow)]
    booking: BookingV2<'a>,
}

impl<'a> FollowUpRequestedV1<'a> {
    pub(super) fn of(booking: &'a Booking) -> Self {
        Self { booking: BookingV2::of(booking) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        Ok(Fact::FollowUpRequested { gathering, registration, booking: self.booking.booking(ids)? })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct InterestNotedV1<'a> {
    #[serde(borrow)]
    booking: BookingV2<'a>,
}

impl<'a> InterestNotedV1<'a> {
    pub(super) fn of(booking: &'a Booking) -> Self {
        Self { booking: BookingV2::of(booking) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        Ok(Fact::InterestNoted { gathering, registration, booking: self.booking.booking(ids)? })
    }
}
