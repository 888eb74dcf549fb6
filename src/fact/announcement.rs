//! What a gathering is: what kind, where, when, and what can be booked.

use std::num::NonZeroU16;

use super::credential::Who;
use super::policy::{Approval, LinePolicy, OrganisationCap, Overbook, SetAside};
use super::window::BookingWindow;
use crate::id::{GatheringId, OfferingId, PoolId, SeriesId, SessionId};
use crate::image::image;
use crate::schedule::Schedule;
use crate::text::Reference;

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
    /// Whether its places take their people's time: of the gatherings that say so, nobody books two at once.
    pub no_overlap: bool,
    /// The host's own name for it.
    pub reference: Option<Reference>,
    /// Whether it is a draft still: nobody can book it, and no public list shows it.
    pub draft: bool,
    /// The series of which it is one date; a person holds one.
    pub series: Option<SeriesId>,
    /// The gathering that it is held instead of.
    pub replaces: Option<GatheringId>,
    /// How many people of one organisation may have places.
    pub organisation_cap: Option<OrganisationCap>,
    /// Who comes first in line, class by class; whoever is in none comes after all of them.
    pub priorities: Vec<Vec<Who>>,
    /// Places that are kept for some people.
    pub set_asides: Vec<SetAside>,
}

image!(struct Announcement {
    kind,
    title,
    description,
    mode,
    schedule,
    pools,
    offerings,
    window,
    no_overlap,
    reference,
    draft,
    series,
    replaces,
    organisation_cap,
    priorities,
    set_asides,
});

impl Announcement {
    /// The offering with this number, if the gathering has it.
    #[must_use]
    pub fn offering(&self, id: OfferingId) -> Option<&Offering> {
        self.offerings.iter().find(|offering| offering.id == id)
    }

    /// The pool with this number, if the gathering has it.
    #[must_use]
    pub fn pool(&self, id: PoolId) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.id == id)
    }
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

image!(enum GatheringKind { 0 => Webinar, 1 => Workshop, 2 => Meeting, 3 => Conference, 4 => Visit });

impl GatheringKind {
    /// A stable name for machines: `webinar`, `workshop`, `meeting`, `conference`, `visit`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Webinar => "webinar",
            Self::Workshop => "workshop",
            Self::Meeting => "meeting",
            Self::Conference => "conference",
            Self::Visit => "visit",
        }
    }
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

image!(enum Mode { 0 => Online, 1 => InPerson(venue), 2 => Hybrid(venue) });

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

image!(struct Venue { name, address });

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
    /// How many people more it takes.
    pub overbook: Overbook,
}

image!(struct Pool { id, name, capacity, overbook });

/// How many places a pool has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Capacity {
    /// So many; 0 means none.
    Limited(u32),
    /// As many as come.
    Unlimited,
}

image!(enum Capacity { 0 => Limited(places), 1 => Unlimited });

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
    /// The offering that one must have a place in to book this one: the site visit needs the conference.
    pub requires: Option<OfferingId>,
    /// The session that it is a place in; `None` is the gathering as a whole.
    pub session: Option<SessionId>,
    /// How its line is served.
    pub line: LinePolicy,
    /// Whether somebody has to say yes first, and how.
    pub approval: Option<Approval>,
    /// Who may book it: it is enough to be one of these. Nobody named is everybody.
    pub only_for: Vec<Who>,
    /// How long a hold may last in all, in seconds.
    pub hold_limit: u32,
}

image!(struct Offering {
    id,
    name,
    pools,
    max_party,
    waiting_list,
    requires,
    session,
    line,
    approval,
    only_for,
    hold_limit,
});

/// How many people one registration may have unless the author says otherwise.
pub(crate) const DEFAULT_MAX_PARTY: NonZeroU16 = match NonZeroU16::new(10) {
    Some(ten) => ten,
    None => NonZeroU16::MIN,
};

/// How long a hold may last in all unless the author says otherwise, in seconds.
const DEFAULT_HOLD_LIMIT: u32 = 30 * 60;

impl Venue {
    /// A venue by its name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), address: String::new() }
    }

    /// Says where to find it.
    #[must_use]
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }
}

impl Pool {
    /// A pool with its number, its name for people and its places.
    #[must_use]
    pub fn new(id: PoolId, name: impl Into<String>, capacity: impl Into<Capacity>) -> Self {
        Self { id, name: name.into(), capacity: capacity.into(), overbook: Overbook::No }
    }

    /// Takes more people than it has places, since some never come.
    #[must_use]
    pub fn overbook(mut self, overbook: Overbook) -> Self {
        self.overbook = overbook;
        self
    }

    /// How many people it takes: its capacity and what it is overbooked by.
    #[must_use]
    pub fn limit(&self) -> Capacity {
        self.capacity.with(self.overbook)
    }
}

impl Capacity {
    /// So many places and, of these, so many more.
    #[must_use]
    pub fn with(self, overbook: Overbook) -> Self {
        match self {
            Self::Limited(places) => Self::Limited(places.saturating_add(overbook.of(places))),
            Self::Unlimited => Self::Unlimited,
        }
    }
}

impl From<u32> for Capacity {
    fn from(places: u32) -> Self {
        Self::Limited(places)
    }
}

impl Offering {
    /// An offering with its number, its name for people and the pools that it draws on. It takes parties of up
    /// to ten and keeps a waiting list.
    #[must_use]
    pub fn new(id: OfferingId, name: impl Into<String>, pools: impl IntoIterator<Item = PoolId>) -> Self {
        let pools = pools.into_iter().collect();
        Self {
            id,
            name: name.into(),
            pools,
            max_party: DEFAULT_MAX_PARTY,
            waiting_list: true,
            requires: None,
            session: None,
            line: LinePolicy::default(),
            approval: None,
            only_for: Vec::new(),
            hold_limit: DEFAULT_HOLD_LIMIT,
        }
    }

    /// The same with times that can be stored.
    pub(crate) fn whole(mut self) -> Self {
        self.line = self.line.whole();
        self
    }

    /// Says how its line is served. By default places go to whoever is next at once, and a party that does not fit holds
    /// the line.
    #[must_use]
    pub fn line(mut self, policy: LinePolicy) -> Self {
        self.line = policy;
        self
    }

    /// Lets nobody in before somebody has said yes. Meanwhile a registration keeps places, as far as there are any.
    #[must_use]
    pub fn needs_approval(mut self) -> Self {
        self.approval = Some(Approval { pending_uses_places: true, decide_within: None });
        self
    }

    /// Lets nobody in before somebody has said yes, and says how.
    #[must_use]
    pub fn approval(mut self, approval: Approval) -> Self {
        self.approval = Some(approval);
        self
    }

    /// Lets only some people book it, of whom this is one; may be said several times.
    #[must_use]
    #[doc(alias = "eligibility")]
    pub fn only_for(mut self, who: impl Into<Who>) -> Self {
        self.only_for.push(who.into());
        self
    }

    /// Says how long a hold may last in all, in seconds. By default half an hour.
    #[must_use]
    pub fn hold_limit(mut self, seconds: u32) -> Self {
        self.hold_limit = seconds;
        self
    }

    /// Sets how many people one registration may have; 0 is taken as 1.
    #[must_use]
    pub fn max_party(mut self, people: u16) -> Self {
        self.max_party = NonZeroU16::new(people).unwrap_or(NonZeroU16::MIN);
        self
    }

    /// Keeps no line: whoever finds it full is refused.
    #[must_use]
    pub fn without_waiting_list(mut self) -> Self {
        self.waiting_list = false;
        self
    }

    /// Lets only those book it who have a place in another offering of the gathering; it ends with that place.
    #[must_use]
    #[doc(alias = "prerequisite")]
    #[doc(alias = "add-on")]
    pub fn requires(mut self, offering: OfferingId) -> Self {
        self.requires = Some(offering);
        self
    }

    /// Makes it a place in one session of the programme: it has the session's time, and ends when that is dropped.
    /// Booking opens and closes as the gathering's window says, for a session on a later day too: by default when the
    /// gathering begins.
    #[must_use]
    pub fn for_session(mut self, session: SessionId) -> Self {
        self.session = Some(session);
        self
    }
}
