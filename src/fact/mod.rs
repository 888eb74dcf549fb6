//! Every fact that the log can hold: the whole vocabulary in one place.
//!
//! A fact has happened. It is never judged again, only folded. Its stored form is defined apart, in the log's
//! wire structs, so that a rename here changes no byte there.

use crate::id::{GatheringId, PersonId, PoolId, RegistrationId, SessionId};
use crate::person::{JoinLink, PersonDetails, PublishedName};
use crate::schedule::Schedule;
use crate::sealed::Sealed;

mod announcement;
mod booking;
mod session;
mod window;

pub(crate) use announcement::DEFAULT_MAX_PARTY;
pub use announcement::{Announcement, Capacity, GatheringKind, Mode, Offering, Pool, Venue};
pub use booking::{Booking, CancelledBy, Party};
pub use session::{Session, SessionTexts};
pub use window::{BookingState, BookingTime, BookingWindow};

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
    /// A place of a registration went to another person. No pool was touched.
    PlaceTransferred {
        /// On which gathering.
        gathering: GatheringId,
        /// Of which registration.
        registration: RegistrationId,
        /// Which place of the party, from 1.
        place: u16,
        /// Who had it; `None` where nobody was named.
        from: Option<PersonId>,
        /// Who has it now.
        to: PersonId,
    },
    /// A gathering was moved to another place: another venue, online, or both.
    ModeChanged {
        /// Which.
        gathering: GatheringId,
        /// Where it takes place from now on.
        mode: Mode,
        /// Where to join it online from now on; `None` where there is no link, or none any more.
        join_link: Option<Sealed<JoinLink>>,
    },
    /// Something more can be booked.
    OfferingAdded {
        /// On which gathering.
        gathering: GatheringId,
        /// What.
        offering: Offering,
        /// The limits that came with it.
        pools: Vec<Pool>,
    },
    /// A session came into the programme; or came back, if it had been dropped.
    SessionAdded {
        /// Of which gathering.
        gathering: GatheringId,
        /// The session.
        session: Box<Session>,
    },
    /// A session got another time or another room. Its revision went up by one.
    SessionMoved {
        /// Of which gathering.
        gathering: GatheringId,
        /// Which.
        session: SessionId,
        /// When from now on.
        schedule: Schedule,
        /// Where from now on; may be empty.
        room: String,
    },
    /// What the programme says of a session was changed; its time and its room were not.
    SessionRevised {
        /// Of which gathering.
        gathering: GatheringId,
        /// Which.
        session: SessionId,
        /// What it says from now on.
        texts: Box<SessionTexts>,
    },
    /// A session does not take place. Registrations for it have ended by facts of their own.
    SessionDropped {
        /// Of which gathering.
        gathering: GatheringId,
        /// Which.
        session: SessionId,
    },
    /// The name under which somebody speaks was published, for the first time or anew.
    NamePublished {
        /// Whose.
        person: PersonId,
        /// The name, sealed with the person's key: it goes when the person is forgotten.
        name: Sealed<PublishedName>,
    },
}

impl Fact {
    /// The session that this is about, if it is about one.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "four kinds of facts are about sessions")]
        match self {
            Self::SessionAdded { session, .. } => Some(session.id),
            Self::SessionMoved { session, .. }
            | Self::SessionRevised { session, .. }
            | Self::SessionDropped { session, .. } => Some(*session),
            _ => None,
        }
    }

    /// Whether this can follow from another fact of its decision: a registration got its places or ended.
    pub(crate) fn follows_from_another(&self) -> bool {
        matches!(self, Self::RegistrationPromoted { .. } | Self::RegistrationCancelled { .. })
    }

    /// The registration that came into being by this, if one did.
    pub(crate) fn registration_made(&self) -> Option<RegistrationId> {
        let (Self::RegistrationConfirmed { registration, .. }
        | Self::RegistrationWaitlisted { registration, .. }) = self
        else {
            return None;
        };
        Some(*registration)
    }

    /// The gathering that this is about, if it is about one.
    #[must_use]
    pub fn gathering(&self) -> Option<GatheringId> {
        match self {
            Self::PersonRecorded { .. } | Self::NamePublished { .. } => None,
            Self::GatheringAnnounced { gathering, .. }
            | Self::GatheringRescheduled { gathering, .. }
            | Self::BookingOpened { gathering }
            | Self::BookingClosed { gathering }
            | Self::CapacityChanged { gathering, .. }
            | Self::GatheringCancelled { gathering }
            | Self::RegistrationConfirmed { gathering, .. }
            | Self::RegistrationWaitlisted { gathering, .. }
            | Self::RegistrationPromoted { gathering, .. }
            | Self::RegistrationCancelled { gathering, .. }
            | Self::PlaceTransferred { gathering, .. }
            | Self::ModeChanged { gathering, .. }
            | Self::OfferingAdded { gathering, .. }
            | Self::SessionAdded { gathering, .. }
            | Self::SessionMoved { gathering, .. }
            | Self::SessionRevised { gathering, .. }
            | Self::SessionDropped { gathering, .. } => Some(*gathering),
        }
    }
}
