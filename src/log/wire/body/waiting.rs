//! What is stored of registrations that wait for something: for their form, for approval, in line, for an answer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Ids;
use super::booking::BookingV2;
use crate::fact::{Booking, Draw, Fact, PassReason, Pending};
use crate::log::error::Error;
use crate::log::wire::part::{DrawV1, Micros, PassReasonV1, PendingV1, SealedV1, draws, micros, time};
use crate::person::Answers;
use crate::sealed::Sealed;

/// Deadlines are microseconds since 1970, here and in all that follows.
#[derive(Serialize, Deserialize)]
pub(super) struct RegistrationHeldV1<'a> {
    #[serde(borrow)]
    booking: BookingV2<'a>,
    draws: Vec<DrawV1>,
    until: Micros,
    latest: Micros,
}

impl<'a> RegistrationHeldV1<'a> {
    pub(super) fn of(
        booking: &'a Booking,
        draws: &[Draw],
        until: DateTime<Utc>,
        latest: DateTime<Utc>,
    ) -> Result<Self, Error> {
        let (booking, draws) = (BookingV2::of(booking), DrawV1::all(draws));
        Ok(Self { booking, draws, until: micros(until)?, latest: micros(latest)? })
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        let (booking, draws) = (self.booking.booking(ids)?, draws(self.draws));
        let (until, latest) = (time(self.until)?, time(self.latest)?);
        Ok(Fact::RegistrationHeld { gathering, registration, booking, draws, until, latest })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct HoldExtendedV1 {
    until: Micros,
}

impl HoldExtendedV1 {
    pub(super) fn of(until: DateTime<Utc>) -> Result<Self, Error> {
        Ok(Self { until: micros(until)? })
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        Ok(Fact::HoldExtended { gathering, registration, until: time(self.until)? })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct HoldConfirmedV1<'a> {
    #[serde(borrow)]
    answers: Option<SealedV1<'a>>,
    pending: Option<PendingV1>,
}

impl<'a> HoldConfirmedV1<'a> {
    pub(super) fn of(answers: Option<&'a Sealed<Answers>>, pending: Option<Pending>) -> Result<Self, Error> {
        let pending = pending.map(PendingV1::of).transpose()?;
        Ok(Self { answers: answers.map(SealedV1::of), pending })
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration, booker) = (ids.gathering()?, ids.registration()?, ids.person()?);
        let answers = self.answers.map(SealedV1::sealed);
        let pending = self.pending.map(PendingV1::pending).transpose()?;
        Ok(Fact::HoldConfirmed { gathering, registration, booker, answers, pending })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ApprovalRequestedV1<'a> {
    #[serde(borrow)]
    booking: BookingV2<'a>,
    draws: Vec<DrawV1>,
    pending: PendingV1,
}

impl<'a> ApprovalRequestedV1<'a> {
    pub(super) fn of(booking: &'a Booking, draws: &[Draw], pending: Pending) -> Result<Self, Error> {
        let (booking, draws) = (BookingV2::of(booking), DrawV1::all(draws));
        Ok(Self { booking, draws, pending: PendingV1::of(pending)? })
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        let (booking, draws) = (self.booking.booking(ids)?, draws(self.draws));
        let pending = self.pending.pending()?;
        Ok(Fact::ApprovalRequested { gathering, registration, booking, draws, pending })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct RegistrationApprovedV1 {
    draws: Vec<DrawV1>,
    ahead: Option<u32>,
}

impl RegistrationApprovedV1 {
    pub(super) fn of(draws: &[Draw], ahead: Option<u32>) -> Self {
        Self { draws: DrawV1::all(draws), ahead }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        let (draws, ahead) = (draws(self.draws), self.ahead);
        Ok(Fact::RegistrationApproved { gathering, registration, draws, ahead })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct PlaceOfferedV1 {
    draws: Vec<DrawV1>,
    respond_by: Micros,
}

impl PlaceOfferedV1 {
    pub(super) fn of(draws: &[Draw], respond_by: DateTime<Utc>) -> Result<Self, Error> {
        Ok(Self { draws: DrawV1::all(draws), respond_by: micros(respond_by)? })
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        let (draws, respond_by) = (draws(self.draws), time(self.respond_by)?);
        Ok(Fact::PlaceOffered { gathering, registration, draws, respond_by })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct PassedOverV1 {
    reason: PassReasonV1,
}

impl PassedOverV1 {
    pub(super) fn of(reason: PassReason) -> Self {
        Self { reason: PassReasonV1::of(reason) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        Ok(Fact::PassedOver { gathering, registration, reason: self.reason.reason() })
    }
}

/// The registration of the rest is the last of the fact's tags.
#[derive(Serialize, Deserialize)]
pub(super) struct RegistrationSplitV1 {
    keep: u16,
}

impl RegistrationSplitV1 {
    pub(super) fn of(keep: u16) -> Self {
        Self { keep }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration, rest) = (ids.gathering()?, ids.registration()?, ids.registration()?);
        Ok(Fact::RegistrationSplit { gathering, registration, rest, keep: self.keep })
    }
}
