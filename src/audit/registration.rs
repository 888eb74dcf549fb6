//! A registration as its facts tell it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::fact::{Booking, Credential, Draw, Party, Presence};
use crate::id::{OfferingId, OrganisationId, PersonId, RegistrationId};
use crate::record::Position;

#[derive(Clone, Debug)]
pub(super) struct Registration {
    pub(super) id: RegistrationId,
    pub(super) offering: OfferingId,
    pub(super) party: Party,
    /// Who booked, whoever has the first place by now.
    pub(super) maker: PersonId,
    pub(super) credentials: Vec<Credential>,
    pub(super) uncounted: bool,
    pub(super) may_split: bool,
    /// Whether it is what was left of a party that was split: another booker, whose place may be on another registration.
    pub(super) is_rest: bool,
    pub(super) claim: Claim,
    pub(super) draws: Vec<Draw>,
    /// What put it where it is in line.
    pub(super) joined: Position,
    pub(super) asked: Asked,
    /// The places on which somebody was seen.
    pub(super) seen: Vec<u16>,
    /// What was last said of each of them, and when that was seen.
    pub(super) said: BTreeMap<u16, (DateTime<Utc>, Presence)>,
}

/// How a registration stands with the question whether new dates suit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Not,
    Open,
    Answered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    Confirmed,
    Waiting,
    Held { until: DateTime<Utc>, latest: DateTime<Utc> },
    Pending { uses_places: bool, until: Option<DateTime<Utc>> },
    Offered { respond_by: DateTime<Utc> },
    FollowUp,
    Interested,
    Ended,
}

impl Claim {
    /// What it is, for a sentence.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Waiting => "waiting",
            Self::Held { .. } => "held",
            Self::Pending { .. } => "waiting for approval",
            Self::Offered { .. } => "offered",
            Self::FollowUp => "asking for what there is afterwards",
            Self::Interested => "interested",
            Self::Ended => "ended",
        }
    }

    pub(super) const fn uses_places(self) -> bool {
        match self {
            Self::Confirmed | Self::Held { .. } | Self::Offered { .. } => true,
            Self::Pending { uses_places, .. } => uses_places,
            Self::Waiting | Self::FollowUp | Self::Interested | Self::Ended => false,
        }
    }

    /// Whether it is, or may become, a place, and so takes its people's time.
    pub(super) const fn takes_time(self) -> bool {
        match self {
            Self::Confirmed
            | Self::Waiting
            | Self::Held { .. }
            | Self::Pending { .. }
            | Self::Offered { .. } => true,
            Self::FollowUp | Self::Interested | Self::Ended => false,
        }
    }

    /// When it ends by itself.
    pub(super) const fn deadline(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Held { until, .. } | Self::Offered { respond_by: until } => Some(until),
            Self::Pending { until, .. } => until,
            Self::Confirmed | Self::Waiting | Self::FollowUp | Self::Interested | Self::Ended => None,
        }
    }
}

impl Registration {
    pub(super) fn made(
        id: RegistrationId,
        booking: &Booking,
        claim: Claim,
        draws: &[Draw],
        at: Position,
    ) -> Self {
        Self {
            id,
            offering: booking.offering,
            party: booking.party.clone(),
            maker: booking.party.booker,
            credentials: booking.credentials.clone(),
            uncounted: booking.uncounted,
            may_split: booking.may_split,
            is_rest: false,
            claim,
            draws: draws.to_vec(),
            joined: at,
            asked: Asked::Not,
            seen: Vec::new(),
            said: BTreeMap::new(),
        }
    }

    pub(super) fn is_live(&self) -> bool {
        self.claim != Claim::Ended
    }

    /// Whether its time is up by then, written down or not.
    pub(super) fn is_past(&self, time: DateTime<Utc>) -> bool {
        self.claim.deadline().is_some_and(|deadline| deadline <= time)
    }

    /// How many places it takes of each pool that it draws on, if it takes any.
    pub(super) fn counted(&self) -> u32 {
        if self.uncounted { 0 } else { self.party.size() }
    }

    pub(super) fn names(&self, person: PersonId) -> bool {
        self.party.named().any(|named| named == person)
    }

    /// Whether its people were asked if new dates suit, and have not said.
    pub(super) fn is_silent(&self) -> bool {
        self.claim == Claim::Confirmed && self.asked == Asked::Open
    }

    pub(super) fn organisation(&self) -> Option<OrganisationId> {
        organisation(&self.credentials)
    }
}

/// The organisation that somebody comes from: the first that is named.
pub(super) fn organisation(credentials: &[Credential]) -> Option<OrganisationId> {
    credentials.iter().find_map(|credential| match credential {
        Credential::Organisation(id) => Some(*id),
        Credential::Code(_) | Credential::Category(_) => None,
    })
}
