//! What the steps of a history speak of, in small numbers: gatherings, offerings, sessions, dates.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::terms::{
    ApprovalPlan, CapPlan, CredentialPlan, LinePlan, OverbookPlan, SetAsidePlan, WhoPlan, classes,
};
use crate::domain::Gathering;
use crate::fact::{
    BookingTime, BookingWindow, Capacity, GatheringKind, Mode, Offering, Pool, Session, SessionTexts, Venue,
};
use crate::id::{GatheringId, OfferingId, OrganisationId, PersonId, PoolId, ResourceId, SeriesId, SessionId};
use crate::person::JoinLink;
use crate::schedule::Schedule;

/// How many people live in a history: numbers 0 to 23.
pub const PEOPLE: u8 = 24;

/// How many sessions all gatherings of a history fight for: numbers 0 to 3.
pub const SESSIONS: u8 = 4;

/// When every history begins: noon of 5 January 2026, UTC.
#[must_use]
pub fn epoch() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_614_400, 0).unwrap_or_default()
}

/// The id of a history's person by number.
#[must_use]
pub fn person_id(number: u8) -> PersonId {
    PersonId::from_u128(0x1_0000 + u128::from(number))
}

/// The id of a history's gathering by number.
#[must_use]
pub fn gathering_id(number: usize) -> GatheringId {
    GatheringId::from_u128(u128::try_from(number).unwrap_or_default() + 0x2_0000)
}

/// The id of a history's session by number.
#[must_use]
pub fn session_id(number: u8) -> SessionId {
    SessionId::from_u128(0x4_0000 + u128::from(number))
}

/// The id of a history's series by number.
#[must_use]
pub fn series_id(number: u8) -> SeriesId {
    SeriesId::from_u128(0x5_0000 + u128::from(number))
}

/// The id of a history's organisation by number.
#[must_use]
pub fn organisation_id(number: u8) -> OrganisationId {
    OrganisationId::from_u128(0x6_0000 + u128::from(number))
}

/// The id of a history's resource by number.
#[must_use]
pub fn resource_id(number: u8) -> ResourceId {
    ResourceId::from_u128(0x7_0000 + u128::from(number))
}

/// One of several things, how many there may be: a place on a scale from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Which(u16);

impl Which {
    /// The first of however many.
    pub const FIRST: Self = Self(0);

    /// The last of however many.
    pub const LAST: Self = Self(u16::MAX);

    /// The one at a place of the scale: 0 is the first, 65,535 the last.
    #[must_use]
    pub const fn at(place: u16) -> Self {
        Self(place)
    }

    /// Its number among so many, from 0; 0 if there is none.
    #[must_use]
    pub fn index(self, count: usize) -> usize {
        usize::from(self.0).saturating_mul(count) >> u16::BITS
    }

    /// The one with a number among so many, from 0.
    #[must_use]
    pub fn exactly(nth: usize, count: usize) -> Self {
        let place = (nth << u16::BITS).div_ceil(count.max(1));
        Self(u16::try_from(place).unwrap_or(u16::MAX))
    }

    /// The one that comes so many before the last of so many, whatever the scale says: its place is that number.
    pub(super) fn back_from(self, count: usize) -> Self {
        let back = usize::from(self.0) % count.max(1);
        Self::exactly(count.saturating_sub(1 + back), count)
    }

    /// It among these, if there is one.
    #[must_use]
    pub fn of<T>(self, all: &[T]) -> Option<&T> {
        all.get(self.index(all.len()))
    }
}

/// A gathering to announce.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct GatheringPlan {
    /// Whether it is online, and so has a join link.
    pub online: bool,
    /// When.
    pub when: When,
    /// How many hours after the epoch booking opens, if not at once.
    pub opens: Option<i64>,
    /// Whether booking closes with the end, not with the start.
    pub until_the_end: bool,
    /// Pools 1, 2, ….
    pub pools: Vec<PoolPlan>,
    /// Offerings 1, 2, ….
    pub offerings: Vec<OfferingPlan>,
    /// Whether its places take their people's time.
    pub no_overlap: bool,
    /// Whether it is a draft still.
    pub draft: bool,
    /// The number of the series of which it is one date.
    pub series: Option<u8>,
    /// How many people of one organisation may have places.
    pub cap: Option<CapPlan>,
    /// Who comes first in line, class by class.
    pub priorities: Vec<Vec<WhoPlan>>,
    /// Places that are kept for some.
    pub set_asides: Vec<SetAsidePlan>,
}

/// A pool to announce, or to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolPlan {
    /// How many places; `None` is unlimited.
    pub places: Option<u32>,
    /// How many people more it takes.
    pub overbook: OverbookPlan,
}

/// An offering to announce, or to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferingPlan {
    /// Which pools it draws on, by number.
    pub pools: Vec<u16>,
    /// The largest party.
    pub max_party: u16,
    /// Whether it keeps a line.
    pub waiting_list: bool,
    /// The number of the offering that it requires.
    pub requires: Option<u16>,
    /// How its line is served.
    pub line: LinePlan,
    /// How somebody has to say yes, if somebody has to.
    pub approval: Option<ApprovalPlan>,
    /// Who may book it; nobody named is everybody.
    pub only_for: Vec<WhoPlan>,
    /// How long a hold may last in all, in seconds.
    pub hold_limit: u32,
}

/// A party that asks for places: alone, as a part of a basket, or to hold them.
#[derive(Clone, Debug)]
pub struct PartPlan {
    /// Which of the gatherings announced so far.
    pub gathering: Which,
    /// Which of the offerings that the steps so far have put on it, if one is named.
    pub offering: Option<Which>,
    /// The booker.
    pub booker: u8,
    /// The guests, unnamed where `None`.
    pub guests: Vec<Option<u8>>,
    /// What the host vouches for.
    pub credentials: Vec<CredentialPlan>,
    /// Whether it takes no places of any pool.
    pub uncounted: bool,
    /// Whether it may get its places one part at a time.
    pub may_split: bool,
    /// Which of the registrations asked for so far it says that it takes the place of, if it says so.
    pub supersedes: Option<Which>,
}

/// A session as a programme is to have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPlan {
    /// Which.
    pub session: u8,
    /// When.
    pub when: When,
    /// In which room; 0 is none.
    pub room: u8,
    /// What the programme says of it.
    pub texts: TextsPlan,
}

/// What a programme is to say of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextsPlan {
    /// Which title, and what goes with it; 0 is none, and is refused.
    pub title: u8,
    /// On which track; 0 is none.
    pub track: u8,
    /// Who speaks, by number; one who is named twice is refused.
    pub speakers: Vec<u8>,
}

/// Where a gathering is to take place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a model must say what every mode means")]
pub enum ModePlan {
    /// Online.
    Online,
    /// Where everything is that is not online.
    Hub,
    /// At another venue.
    Hall,
    /// At that other venue, and online.
    HallAndOnline,
}

/// Dates, counted from the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a model must say what every date means")]
pub enum When {
    /// To be confirmed.
    ToBeConfirmed,
    /// On one day or several, from so many days after the epoch's.
    Days {
        /// The first.
        first: i64,
        /// How many, at least 1.
        long: i64,
    },
    /// From so many hours after the epoch, so many hours long.
    Hours {
        /// The start.
        start: i64,
        /// How long, at least 1.
        long: i64,
    },
}

impl When {
    /// The dates as a schedule in UTC.
    #[must_use]
    pub fn schedule(self) -> Schedule {
        let begin = epoch().naive_utc();
        let schedule = match self {
            Self::ToBeConfirmed => Ok(Schedule::to_be_confirmed("")),
            Self::Days { first, long } => {
                let first: NaiveDate = begin.date() + TimeDelta::days(first);
                Schedule::days(first, first + TimeDelta::days(long.max(1) - 1), "UTC")
            }
            Self::Hours { start, long } => {
                let start = begin + TimeDelta::hours(start);
                Schedule::exact(start, start + TimeDelta::hours(long.max(1)), "UTC")
            }
        };
        schedule.unwrap_or_else(|_| Schedule::to_be_confirmed(""))
    }
}

impl ModePlan {
    /// The mode.
    #[must_use]
    pub fn mode(self) -> Mode {
        match self {
            Self::Online => Mode::Online,
            Self::Hub => Mode::InPerson(Venue::new("Hub")),
            Self::Hall => Mode::InPerson(Venue::new("Hall").address("1 High Street")),
            Self::HallAndOnline => Mode::Hybrid(Venue::new("Hall").address("1 High Street")),
        }
    }
}

/// The link to join a gathering by number.
pub(super) fn link(number: u8) -> JoinLink {
    JoinLink::new(format!("https://meet.example/room-{number}"))
}

/// The name of a room by number; none for 0.
#[must_use]
pub fn room(number: u8) -> String {
    if number == 0 { String::new() } else { format!("Room {number}") }
}

impl TextsPlan {
    /// The texts.
    #[must_use]
    pub fn texts(&self) -> SessionTexts {
        let Self { title, track, ref speakers } = *self;
        let said = |text: String| if title == 0 { String::new() } else { text };
        SessionTexts {
            title: said(format!("Talk {title}")),
            description: said(format!("What talk {title} is about.")),
            track: if track == 0 { String::new() } else { format!("Track {track}") },
            kind: if title.is_multiple_of(2) { String::new() } else { String::from("keynote") },
            link: said(format!("https://talks.example/{title}")),
            speakers: speakers.iter().map(|&speaker| person_id(speaker)).collect(),
        }
    }
}

impl SessionPlan {
    /// The session.
    #[must_use]
    pub fn session(&self) -> Session {
        Session {
            id: session_id(self.session),
            schedule: self.when.schedule(),
            room: room(self.room),
            texts: self.texts.texts(),
        }
    }
}

/// A capacity, unlimited where `None`.
pub(super) fn capacity(places: Option<u32>) -> Capacity {
    places.map_or(Capacity::Unlimited, Capacity::Limited)
}

/// A pool by number, with its places.
pub(super) fn pool(number: u16, plan: PoolPlan) -> Pool {
    let pool = Pool::new(PoolId::new(number), format!("pool {number}"), capacity(plan.places));
    pool.overbook(plan.overbook.overbook())
}

impl PoolPlan {
    /// A pool of so many places, not overbooked; unlimited where `None`.
    #[must_use]
    pub fn of(places: Option<u32>) -> Self {
        Self { places, overbook: OverbookPlan::No }
    }
}

impl PartPlan {
    /// A party with nothing said but what for and for whom.
    #[must_use]
    pub fn new(gathering: Which, offering: Option<Which>, booker: u8) -> Self {
        let (guests, credentials) = (Vec::new(), Vec::new());
        let (uncounted, may_split, supersedes) = (false, false, None);
        Self { gathering, offering, booker, guests, credentials, uncounted, may_split, supersedes }
    }
}

impl OfferingPlan {
    /// An offering that draws on these pools, for parties up to a size; with a line, without any terms.
    #[must_use]
    pub fn new(pools: Vec<u16>, max_party: u16) -> Self {
        let (waiting_list, requires, line) = (true, None, LinePlan::default());
        let (approval, only_for, hold_limit) = (None, Vec::new(), 1_800);
        Self { pools, max_party, waiting_list, requires, line, approval, only_for, hold_limit }
    }

    /// The offering with a number.
    #[must_use]
    pub fn offering(&self, number: u16) -> Offering {
        let pools = self.pools.iter().map(|&pool| PoolId::new(pool));
        let offering = Offering::new(OfferingId::new(number), format!("offering {number}"), pools);
        let mut offering =
            offering.max_party(self.max_party).line(self.line.policy()).hold_limit(self.hold_limit);
        offering.waiting_list = self.waiting_list;
        offering.requires = self.requires.map(OfferingId::new);
        offering.approval = self.approval.map(ApprovalPlan::approval);
        self.only_for.iter().fold(offering, |offering, who| offering.only_for(who.who()))
    }
}

impl GatheringPlan {
    /// A gathering in person with these pools and offerings, without any terms.
    #[must_use]
    pub fn new(when: When, pools: Vec<PoolPlan>, offerings: Vec<OfferingPlan>) -> Self {
        Self {
            online: false,
            when,
            opens: None,
            until_the_end: true,
            pools,
            offerings,
            no_overlap: false,
            draft: false,
            series: None,
            cap: None,
            priorities: Vec::new(),
            set_asides: Vec::new(),
        }
    }

    /// The draft of the gathering with a number.
    pub fn gathering(&self, number: usize) -> Gathering {
        let mode = if self.online { ModePlan::Online } else { ModePlan::Hub };
        let mut draft = Gathering::new(GatheringKind::Meeting, format!("Gathering {number}"), mode.mode())
            .id(gathering_id(number))
            .at(self.when.schedule());
        if self.online {
            draft = draft.join_link(link(1));
        }
        if self.no_overlap {
            draft = draft.no_overlap();
        }
        let opens = self.opens.map(|hours| BookingTime::At(epoch() + TimeDelta::hours(hours)));
        let closes = BookingWindow::default().closes.filter(|_| !self.until_the_end);
        draft = draft.booking(BookingWindow { opens, closes });
        for (number, plan) in (1..).zip(&self.pools) {
            draft = draft.pool(pool(number, *plan));
        }
        for (number, plan) in (1..).zip(&self.offerings) {
            draft = draft.offering(plan.offering(number));
        }
        self.with_terms(draft)
    }

    fn with_terms(&self, mut draft: Gathering) -> Gathering {
        if self.draft {
            draft = draft.draft();
        }
        if let Some(number) = self.series {
            draft = draft.series(series_id(number));
        }
        if let Some(cap) = self.cap {
            draft = draft.organisation_cap(cap.cap());
        }
        for class in classes(&self.priorities) {
            draft = draft.priority(class);
        }
        for set_aside in &self.set_asides {
            draft = draft.set_aside(set_aside.set_aside(set_aside.pool));
        }
        draft
    }
}
