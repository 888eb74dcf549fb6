//! What a refusal is about, where that needs words of its own: pools, parts that do not fit together, sessions.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use crate::fact::Capacity;
use crate::id::{GatheringId, OfferingId, PersonId, PoolId, SessionId, SetAsideId};
use crate::schedule::ScheduleError;
use crate::text::TextProblem;

/// A pool that has too few places for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// The gathering: a basket can ask for places in several.
    pub gathering: GatheringId,
    /// The pool.
    pub pool: PoolId,
    /// What people call it.
    pub name: String,
    /// How many places the request takes of it.
    pub wanted: u32,
    /// How many are free; negative when more are given out than there are.
    pub free: i64,
    /// Its capacity.
    pub capacity: Capacity,
}

impl Shortage {
    /// How many more places would be enough.
    #[must_use]
    pub fn missing(&self) -> i64 {
        i64::from(self.wanted).saturating_sub(self.free).max(0)
    }
}

/// What does not fit together in an announcement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayoutProblem {
    /// Nothing can be booked: pools without an offering.
    NoOffering,
    /// Both `places` and pools were given.
    PlacesAndPools,
    /// Two offerings have one number.
    OfferingTwice(OfferingId),
    /// Two pools have one number.
    PoolTwice(PoolId),
    /// An offering draws on no pool.
    DrawsOnNothing(OfferingId),
    /// An offering draws on a pool that is not there.
    DrawsOnUnknown {
        /// The offering.
        offering: OfferingId,
        /// The pool.
        pool: PoolId,
    },
    /// Two set-asides have one number.
    SetAsideTwice(SetAsideId),
    /// A set-aside is of a pool that is not there.
    SetAsideOfUnknown {
        /// The set-aside.
        set_aside: SetAsideId,
        /// The pool.
        pool: PoolId,
    },
    /// A set-aside is for nobody.
    SetAsideForNobody(SetAsideId),
    /// More places of a pool are set aside than it takes.
    SetAsidesTooLarge {
        /// The pool.
        pool: PoolId,
        /// How many people it takes.
        limit: u32,
    },
    /// An offering names a pool twice.
    DrawsTwice {
        /// The offering.
        offering: OfferingId,
        /// The pool.
        pool: PoolId,
    },
    /// More pools or offerings than a gathering may have.
    TooMany {
        /// How many there may be.
        limit: usize,
    },
    /// All offerings together name more pools than they may.
    TooManyDraws {
        /// How many they may name.
        limit: usize,
    },
    /// A join link on a gathering that cannot be joined online.
    LinkWithoutOnline,
    /// Booking would close before it opens.
    ClosesBeforeItOpens,
    /// An offering requires one that is not there.
    RequiresUnknown {
        /// The offering.
        offering: OfferingId,
        /// What it requires.
        requires: OfferingId,
    },
    /// An offering requires itself, straight away or by way of others.
    RequiresItself(OfferingId),
    /// An offering for a session in an announcement: the programme has no session yet.
    SessionBeforeProgramme(OfferingId),
    /// A pool is drawn on by a session's offering and by one that is not for that session.
    SharedWithSession {
        /// The offering.
        offering: OfferingId,
        /// The pool.
        pool: PoolId,
    },
}

/// What is wrong with a session, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionProblem {
    /// Which session.
    pub session: SessionId,
    /// What is wrong with it.
    pub fault: SessionFault,
}

/// What is wrong with a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionFault {
    /// The programme has no such session.
    Unknown,
    /// A session has this id already; `gathering` says of which gathering.
    Exists {
        /// The gathering that has it.
        gathering: GatheringId,
    },
    /// It was dropped before.
    Dropped,
    /// The command names it twice.
    Twice,
    /// A text of it is not taken.
    Text(TextProblem),
    /// Its time cannot be.
    Time(ScheduleError),
    /// It does not begin on a day of the gathering.
    Outside {
        /// The day on which it begins, where the gathering is.
        day: NaiveDate,
        /// The gathering's first day.
        first: NaiveDate,
        /// The gathering's last day.
        last: NaiveDate,
    },
    /// It names more speakers than it may.
    TooManySpeakers {
        /// How many it names.
        speakers: usize,
        /// How many it may name.
        limit: usize,
    },
    /// It names a speaker twice.
    SpeakerTwice(PersonId),
    /// It names a speaker who is new to it and was forgotten. One whom it named before may stay, without a name.
    Forgotten {
        /// Who.
        person: PersonId,
        /// Since when.
        at: DateTime<Utc>,
    },
}

impl SessionFault {
    /// This fault of a session.
    pub(crate) fn of(self, session: SessionId) -> SessionProblem {
        SessionProblem { session, fault: self }
    }

    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_session",
            Self::Exists { .. } => "session_exists",
            Self::Dropped => "session_dropped",
            Self::Twice => "session_twice",
            Self::Text(_) => "session_text",
            Self::Time(_) => "session_time",
            Self::Outside { .. } => "session_outside",
            Self::TooManySpeakers { .. } => "too_many_speakers",
            Self::SpeakerTwice(_) => "speaker_twice",
            Self::Forgotten { .. } => "forgotten",
        }
    }
}

impl fmt::Display for SessionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("the programme has no such session"),
            Self::Exists { gathering } => write!(f, "gathering {gathering} has a session of this id already"),
            Self::Dropped => f.write_str("it was dropped; it can be added again"),
            Self::Twice => f.write_str("it is named twice"),
            Self::Text(problem) => write!(f, "{problem}"),
            Self::Time(error) => write!(f, "{error}"),
            Self::Outside { day, first, last } if first == last => {
                write!(f, "it begins on {day}, but the gathering is on {first}")
            }
            Self::Outside { day, first, last } => {
                write!(f, "it begins on {day}, but the gathering lasts from {first} to {last}")
            }
            Self::TooManySpeakers { speakers, limit } => {
                write!(f, "it names {speakers} speakers; it may name up to {limit}")
            }
            Self::SpeakerTwice(person) => write!(f, "it names speaker {person} twice"),
            Self::Forgotten { person, at } => {
                let at = at.format("%Y-%m-%d");
                write!(f, "it names a new speaker, {person}, who was forgotten on {at}")
            }
        }
    }
}

impl fmt::Display for SessionProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session {}: {}", self.session, self.fault)
    }
}

impl fmt::Display for LayoutProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOffering => f.write_str("there are pools but nothing to book: add an offering"),
            Self::PlacesAndPools => f.write_str("give either `places` or pools, not both"),
            Self::OfferingTwice(id) => write!(f, "two offerings have the number {id}"),
            Self::PoolTwice(id) => write!(f, "two pools have the number {id}"),
            Self::DrawsOnNothing(id) => write!(f, "offering {id} draws on no pool; use one without a limit"),
            Self::DrawsOnUnknown { offering, pool } => {
                write!(f, "offering {offering} draws on pool {pool}, which is not there")
            }
            Self::SetAsideTwice(id) => write!(f, "two set-asides have the number {id}"),
            Self::SetAsideOfUnknown { set_aside, pool } => {
                write!(f, "set-aside {set_aside} is of pool {pool}, which is not there")
            }
            Self::SetAsideForNobody(id) => write!(f, "set-aside {id} is for nobody: say who may draw on it"),
            Self::SetAsidesTooLarge { pool, limit } => {
                write!(f, "more places are set aside of pool {pool} than the {limit} that it has")
            }
            Self::DrawsTwice { offering, pool } => write!(f, "offering {offering} names pool {pool} twice"),
            Self::TooMany { limit } => {
                write!(f, "a gathering has at most {limit} pools and as many offerings")
            }
            Self::TooManyDraws { limit } => {
                write!(f, "the offerings of a gathering may name at most {limit} pools in all")
            }
            Self::LinkWithoutOnline => {
                f.write_str("there is a join link, but the gathering is in person only")
            }
            Self::ClosesBeforeItOpens => f.write_str("booking would close before it opens"),
            Self::RequiresUnknown { offering, requires } => {
                write!(f, "offering {offering} requires offering {requires}, which is not there")
            }
            Self::RequiresItself(id) => {
                write!(f, "offering {id} requires itself, straight away or by way of others")
            }
            Self::SessionBeforeProgramme(id) => write!(
                f,
                "offering {id} is for a session; announce the gathering, add the session, then add the offering"
            ),
            Self::SharedWithSession { offering, pool } => write!(
                f,
                "offering {offering} would share pool {pool} with an offering that is not for the same session; a session needs pools of its own"
            ),
        }
    }
}
