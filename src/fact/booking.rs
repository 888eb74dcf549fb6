//! What a registration asks for, and for whom.

use std::collections::BTreeSet;

use super::credential::Credential;
use crate::id::{OfferingId, PersonId, PoolId, RegistrationId};
use crate::image::image;
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
    /// What the host vouched for.
    pub credentials: Vec<Credential>,
    /// The registration that it takes the place of, if it does.
    pub supersedes: Option<RegistrationId>,
    /// Whether it takes no places of any pool: speakers, staff. They are in the head count all the same.
    pub uncounted: bool,
    /// Whether the party may get its places one part at a time.
    pub may_split: bool,
}

image!(struct Booking {
    offering,
    party,
    reference,
    answers,
    credentials,
    supersedes,
    uncounted,
    may_split,
});

impl Booking {
    /// A booking with nothing said but what for and for whom.
    #[must_use]
    pub fn new(offering: OfferingId, party: Party) -> Self {
        Self {
            offering,
            party,
            reference: None,
            answers: None,
            credentials: Vec::new(),
            supersedes: None,
            uncounted: false,
            may_split: false,
        }
    }
}

/// The people of one registration, each on a numbered place. Place 1 is the booker's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Party {
    /// Who books, and has place 1.
    pub booker: PersonId,
    /// The places from 2 on, each with a person or not yet.
    pub guests: Vec<Option<PersonId>>,
}

image!(struct Party { booker, guests });

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

    /// Takes people away by their places, all numbered as before, and adds others behind those that stay. Where the booker
    /// goes, the first guest with a name who stays has place 1.
    pub(crate) fn change(&mut self, removed: &[u16], added: &[Option<PersonId>]) {
        let mut place = 1_u16;
        self.guests.retain(|_| {
            place = place.saturating_add(1);
            !removed.contains(&place)
        });
        if removed.contains(&1)
            && let Some(heir) = self.guests.iter().position(Option::is_some)
            && let Some(booker) = self.guests.remove(heir)
        {
            self.booker = booker;
        }
        self.guests.extend_from_slice(added);
    }

    /// The first person who is named on more than one place.
    pub(crate) fn twice_named(&self) -> Option<PersonId> {
        // Nearly always somebody books for nobody else.
        if self.guests.is_empty() {
            return None;
        }
        let mut seen = BTreeSet::new();
        self.named().find(|person| !seen.insert(*person))
    }

    /// Everybody who is named, in the order of their places.
    pub fn named(&self) -> impl Iterator<Item = PersonId> {
        std::iter::once(self.booker).chain(self.guests.iter().copied().flatten())
    }
}

/// Why a registration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Ending {
    /// The people who had booked wished it: cancelled, withdrawn, released, left the line.
    Attendee,
    /// Those who run the gathering wished it.
    Organiser,
    /// Its time was up: a hold, an offer that was not answered, a request for approval.
    Expired,
    /// The offer of a place was declined.
    Declined,
    /// The offer of a place was taken back.
    OfferWithdrawn,
    /// Approval was refused.
    Rejected,
    /// Nobody answered whether the new dates suit.
    NotReconfirmed,
    /// The capacity was lowered, and this one was named to go.
    Displaced,
    /// Its people moved to another date or another offering.
    MovedAway,
    /// Another registration took its place.
    Superseded,
}

image!(enum Ending {
    0 => Attendee,
    1 => Organiser,
    2 => Expired,
    3 => Declined,
    4 => OfferWithdrawn,
    5 => Rejected,
    6 => NotReconfirmed,
    7 => Displaced,
    8 => MovedAway,
    9 => Superseded,
});

impl Ending {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Attendee => "attendee",
            Self::Organiser => "organiser",
            Self::Expired => "expired",
            Self::Declined => "declined",
            Self::OfferWithdrawn => "offer_withdrawn",
            Self::Rejected => "rejected",
            Self::NotReconfirmed => "not_reconfirmed",
            Self::Displaced => "displaced",
            Self::MovedAway => "moved_away",
            Self::Superseded => "superseded",
        }
    }
}

/// Why somebody in line was passed by somebody who joined later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PassReason {
    /// The party was larger than what was free.
    TooLarge {
        /// The first pool, by number, that was short.
        pool: PoolId,
        /// How many places the party takes.
        wanted: u32,
        /// How many were free for it; may be negative.
        free: i64,
    },
    /// What was free was set aside for others.
    SetAside {
        /// The first pool, by number, in which it was.
        pool: PoolId,
    },
    /// Its organisation had as many places as it may have.
    OrganisationCap,
    /// It has no confirmed place in the offering that this one requires.
    NeedsPlace {
        /// The offering that is required.
        offering: OfferingId,
    },
    /// Somebody of it has something else at the same time.
    Overlap {
        /// The registration in the way.
        registration: RegistrationId,
    },
    /// Somebody of it holds another date of the series.
    SeriesDate {
        /// The registration in the way.
        registration: RegistrationId,
    },
    /// There was no time left to answer an offer.
    NoTimeToAnswer,
}

image!(enum PassReason {
    0 => TooLarge { pool, wanted, free },
    1 => SetAside { pool },
    2 => OrganisationCap,
    3 => NeedsPlace { offering },
    4 => Overlap { registration },
    5 => SeriesDate { registration },
    6 => NoTimeToAnswer,
});

impl PassReason {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::SetAside { .. } => "set_aside",
            Self::OrganisationCap => "organisation_cap",
            Self::NeedsPlace { .. } => "needs_place",
            Self::Overlap { .. } => "overlap",
            Self::SeriesDate { .. } => "series_date",
            Self::NoTimeToAnswer => "no_time_to_answer",
        }
    }
}
