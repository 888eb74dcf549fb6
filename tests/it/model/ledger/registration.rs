//! A registration as its facts tell it.

use gather::{Draw, Party};

use super::*;

#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub(in super::super) struct Registration {
    pub(super) id: RegistrationId,
    pub(super) booking: Booking,
    /// Who booked, whoever has the first place by now.
    pub(super) maker: PersonId,
    pub(super) claim: Claim,
    pub(super) draws: Vec<Draw>,
    /// Which fact of the gathering put it where it is in line.
    pub(super) joined: usize,
    /// Whether it was asked if new dates suit, and what its people said.
    pub(super) asked: bool,
    pub(super) answered: bool,
    /// Whether it was noted as an interest.
    pub(super) interested: bool,
    /// Whether it is what was left of a party that was split.
    pub(super) is_rest: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    Confirmed,
    Waiting,
    Held {
        until: DateTime<Utc>,
        latest: DateTime<Utc>,
    },
    Pending {
        uses_places: bool,
        until: Option<DateTime<Utc>>,
    },
    Offered {
        respond_by: DateTime<Utc>,
    },
    /// Somebody would like to know, and no more.
    Asks,
    Ended,
}

impl Registration {
    pub(super) fn is_live(&self) -> bool {
        self.claim != Claim::Ended
    }

    pub(super) fn uses_places(&self) -> bool {
        matches!(
            self.claim,
            Claim::Confirmed
                | Claim::Held { .. }
                | Claim::Offered { .. }
                | Claim::Pending { uses_places: true, .. }
        )
    }

    pub(super) fn keeps_places(&self, time: DateTime<Utc>) -> bool {
        self.uses_places() && self.deadline().is_none_or(|deadline| time < deadline)
    }

    /// Whether it is, or may become, a place.
    pub(super) fn takes_time(&self) -> bool {
        self.uses_places() || matches!(self.claim, Claim::Waiting | Claim::Pending { .. })
    }

    pub(super) fn deadline(&self) -> Option<DateTime<Utc>> {
        match self.claim {
            Claim::Held { until, .. } | Claim::Offered { respond_by: until } => Some(until),
            Claim::Pending { until, .. } => until,
            _ => None,
        }
    }

    /// How many places it takes of each pool that it draws on, if it takes any.
    pub(super) fn counted(&self) -> u64 {
        if self.booking.uncounted { 0 } else { u64::from(self.booking.party.size()) }
    }

    pub(super) fn names(&self, person: PersonId) -> bool {
        names(&self.booking.party, person)
    }

    /// Whether its people were asked if new dates suit, and have not said.
    pub(super) fn is_silent(&self) -> bool {
        self.claim == Claim::Confirmed && self.asked && !self.answered
    }

    pub(super) fn becomes(&mut self, from: bool, claim: Claim) -> Result<(), Broken> {
        hold(from, || format!("{} was {:?}", self.id, self.claim))?;
        self.claim = claim;
        Ok(())
    }
}

pub(super) fn names(party: &Party, person: PersonId) -> bool {
    party.named().any(|named| named == person)
}
