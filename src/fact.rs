//! Every fact that the log can hold: the whole vocabulary in one place.
//!
//! A fact has happened. It is never judged again, only folded. Its stored form is defined apart, in the log's
//! wire structs, so that a rename here changes no byte there.

use std::num::NonZeroU16;

use chrono::{DateTime, Utc};

use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId};
use crate::person::{Answers, JoinLink, PersonDetails};
use crate::schedule::Schedule;
use crate::sealed::Sealed;
use crate::text::Reference;

/// Something that has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[doc(alias = "event")]
pub enum Fact {
    /// A person's details were recorded, for the first time or anew.
    PersonRecorded {
        /// Whose.
        person: PersonId,
        /// All of the details, sealed; they replace what was recorded before.
        details: Sealed<PersonDetails>,
    },
    /// A gathering was made known.
    GatheringAnnounced {
        /// Which.
        gathering: GatheringId,
        /// What it is.
        announcement: Box<Announcement>,
        /// Where to join it online, sealed with the gathering's own key.
        join_link: Option<Sealed<JoinLink>>,
    },
    /// A gathering got other dates, or lost them. Its revision went up by one.
    GatheringRescheduled {
        /// Which.
        gathering: GatheringId,
        /// The dates from now on.
        schedule: Schedule,
    },
    /// Booking was opened, whatever the window says.
    BookingOpened {
        /// Of which gathering.
        gathering: GatheringId,
    },
    /// Booking was closed, whatever the window says.
    BookingClosed {
        /// Of which gathering.
        gathering: GatheringId,
    },
    /// A pool's capacity was changed.
    CapacityChanged {
        /// Of which gathering.
        gathering: GatheringId,
        /// Which pool.
        pool: PoolId,
        /// The capacity from now on.
        capacity: Capacity,
    },
    /// A gathering was called off, and with it every registration on it.
    GatheringCancelled {
        /// Which.
        gathering: GatheringId,
    },
    /// A registration was made and has its places.
    RegistrationConfirmed {
        /// On which gathering.
        gathering: GatheringId,
        /// Which.
        registration: RegistrationId,
        /// What was booked.
        booking: Booking,
    },
    /// A registration was made and stands in line.
    RegistrationWaitlisted {
        /// On which gathering.
        gathering: GatheringId,
        /// Which.
        registration: RegistrationId,
        /// What was booked.
        booking: Booking,
        /// How many registrations were ahead in the same line, as the caller was told.
        ahead: u32,
    },
    /// A registration left the line and has its places.
    RegistrationPromoted {
        /// On which gathering.
        gathering: GatheringId,
        /// Which.
        registration: RegistrationId,
    },
    /// A registration ended: its places, or its place in the line, are free.
    RegistrationCancelled {
        /// On which gathering.
        gathering: GatheringId,
        /// Which.
        registration: RegistrationId,
        /// Who wished it.
        by: CancelledBy,
    },
}

/// What a gathering is, as its organiser announced it. Nothing in here is personal; all of it may be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// What kind of gathering.
    pub kind: GatheringKind,
    /// The title, one line.
    pub title: String,
    /// What it is about; may be empty.
    pub description: String,
    /// Where it takes place.
    pub mode: Mode,
    /// When it takes place.
    pub schedule: Schedule,
    /// The limits on places, in the author's order.
    pub pools: Vec<Pool>,
    /// What can be booked, in the author's order.
    pub offerings: Vec<Offering>,
    /// When booking opens and closes by itself.
    pub window: BookingWindow,
    /// The host's own name for it.
    pub reference: Option<Reference>,
}

/// What kind of gathering it is: a label for lists and calendars, without a rule attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GatheringKind {
    /// A talk held online.
    Webinar,
    /// People work on something together.
    Workshop,
    /// People meet.
    Meeting,
    /// A programme of many sessions.
    Conference,
    /// People go to see something.
    Visit,
}

/// Where a gathering takes place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Online only.
    Online,
    /// At a venue only.
    InPerson(Venue),
    /// At a venue and online.
    Hybrid(Venue),
}

impl Mode {
    /// The venue, where there is one.
    #[must_use]
    pub fn venue(&self) -> Option<&Venue> {
        match self {
            Self::Online => None,
            Self::InPerson(venue) | Self::Hybrid(venue) => Some(venue),
        }
    }

    /// Whether it can be joined online.
    #[must_use]
    pub fn is_online(&self) -> bool {
        matches!(self, Self::Online | Self::Hybrid(_))
    }
}

/// A place where people meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Venue {
    /// Its name: "Upper Norwood Library Hub".
    pub name: String,
    /// Where to find it; may be empty.
    pub address: String,
}

/// A limit on places.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "quota")]
pub struct Pool {
    /// Its number within the gathering.
    pub id: PoolId,
    /// Its name for people: "in person".
    pub name: String,
    /// How many places it has.
    pub capacity: Capacity,
}

/// How many places a pool has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Capacity {
    /// So many; 0 means none.
    Limited(u32),
    /// As many as come.
    Unlimited,
}

/// What a person can book. Booking it takes one place per person from each of its pools.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "ticket type")]
pub struct Offering {
    /// Its number within the gathering.
    pub id: OfferingId,
    /// Its name for people: "site visit".
    pub name: String,
    /// The pools that it draws on, at least one.
    pub pools: Vec<PoolId>,
    /// How many people one registration may have.
    pub max_party: NonZeroU16,
    /// Whether those who find it full may stand in line.
    pub waiting_list: bool,
}

/// When booking opens and closes without anybody's doing.
///
/// By default booking is open from the announcement until the start. While the dates are to be confirmed, a
/// time relative to the start is not known, so booking waits until it is opened by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookingWindow {
    /// From when on, that instant included; `None` is at once.
    pub opens: Option<BookingTime>,
    /// Until when, that instant no longer included; `None` is when the gathering is over.
    pub closes: Option<BookingTime>,
}

impl Default for BookingWindow {
    fn default() -> Self {
        Self { opens: None, closes: Some(BookingTime::BeforeStart { seconds: 0 }) }
    }
}

/// A time at which booking opens or closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BookingTime {
    /// At an instant.
    At(DateTime<Utc>),
    /// So long before the start.
    BeforeStart {
        /// How long, in seconds.
        seconds: u32,
    },
}

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
