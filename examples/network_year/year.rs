//! The file of commands: what may stand in it, and how it is read.

use chrono::{DateTime, Utc};
use gather::{
    Gathering, GatheringKind, JoinLink, Mode, Offering, OfferingId, Pool, PoolId, Reference, RequestId,
    Schedule, TextProblem, Venue,
};
use serde::{Deserialize, Deserializer};

use programme::{Activity, Talk};

pub(crate) mod programme;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Year {
    pub(crate) today: DateTime<Utc>,
    pub(crate) show: Show,
    /// When the members were recorded.
    pub(crate) recorded: DateTime<Utc>,
    pub(crate) organisations: Vec<Organisation>,
    pub(crate) people: Vec<Member>,
    pub(crate) steps: Vec<Step>,
}

/// What is printed and written in the end: the lists of one gathering, the programme of one, somebody's agenda,
/// calendars of some people and of some who speak.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Show {
    pub(crate) lists: String,
    pub(crate) programme: Option<String>,
    pub(crate) agenda: u32,
    pub(crate) calendars: Vec<u32>,
    #[serde(default)]
    pub(crate) speakers: Vec<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Organisation {
    pub(crate) no: u32,
    pub(crate) name: String,
    pub(crate) region: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    pub(crate) person: u32,
    pub(crate) request: RequestId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) of: u32,
    pub(crate) role: String,
}

/// One command, with its time and the id that lets it be sent again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) time: DateTime<Utc>,
    pub(crate) request: RequestId,
    pub(crate) r#do: Do,
}

/// What is asked for. People are numbers, gatherings and sessions are short names, as in a host's own tables.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "snake_case", deny_unknown_fields)]
pub(crate) enum Do {
    Announce(Box<Plan>),
    OpenBooking {
        gathering: String,
    },
    Reschedule {
        gathering: String,
        #[serde(deserialize_with = "schedule")]
        when: Schedule,
    },
    ChangeCapacity {
        gathering: String,
        pool: Option<PoolId>,
        places: u32,
    },
    ChangeMode {
        gathering: String,
        venue: Option<Place>,
        join: Option<String>,
    },
    CancelGathering {
        gathering: String,
    },
    PublishName {
        person: u32,
        name: String,
    },
    SetProgramme {
        gathering: String,
        sessions: Vec<Talk>,
    },
    AddSession {
        gathering: String,
        session: Talk,
    },
    ChangeSession {
        gathering: String,
        session: Talk,
    },
    MoveSession {
        gathering: String,
        session: String,
        room: String,
    },
    DropSession {
        gathering: String,
        session: String,
    },
    AddOffering(Activity),
    Register(Booking),
    Basket {
        parts: Vec<Booking>,
        #[serde(default)]
        best_effort: bool,
    },
    Cancel(Registered),
    Transfer {
        place: Registered,
        to: u32,
    },
}

/// A registration, by the request that made it; of a basket, which part of it, from 1.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registered {
    pub(crate) registered: RequestId,
    #[serde(default = "first")]
    pub(crate) part: usize,
}

const fn first() -> usize {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    pub(crate) gathering: String,
    pub(crate) kind: Kind,
    pub(crate) title: String,
    pub(crate) about: String,
    #[serde(deserialize_with = "schedule")]
    pub(crate) when: Schedule,
    pub(crate) venue: Option<Place>,
    pub(crate) join: Option<String>,
    pub(crate) places: Option<u32>,
    #[serde(default)]
    pub(crate) no_overlap: bool,
    #[serde(default)]
    pub(crate) pools: Vec<Limit>,
    #[serde(default)]
    pub(crate) offerings: Vec<Choice>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Webinar,
    Workshop,
    Meeting,
    Conference,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) address: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limit {
    pub(crate) pool: PoolId,
    pub(crate) name: String,
    pub(crate) places: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    pub(crate) offering: OfferingId,
    pub(crate) name: String,
    pub(crate) pools: Vec<PoolId>,
    pub(crate) requires: Option<OfferingId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Booking {
    pub(crate) gathering: String,
    pub(crate) person: u32,
    pub(crate) offering: Option<OfferingId>,
    #[serde(default)]
    pub(crate) with: Vec<u32>,
    #[serde(default)]
    pub(crate) unnamed_guests: u16,
}

impl Plan {
    /// The gathering to announce.
    pub(crate) fn gathering(&self) -> Result<Gathering, TextProblem> {
        let kind = match self.kind {
            Kind::Webinar => GatheringKind::Webinar,
            Kind::Workshop => GatheringKind::Workshop,
            Kind::Meeting => GatheringKind::Meeting,
            Kind::Conference => GatheringKind::Conference,
        };
        let mode = mode(self.venue.as_ref(), self.join.as_deref());
        let mut gathering = Gathering::new(kind, &self.title, mode)
            .about(&self.about)
            .at(self.when.clone())
            .reference(Reference::new(&self.gathering)?);
        if let Some(link) = &self.join {
            gathering = gathering.join_link(JoinLink::new(link));
        }
        if let Some(places) = self.places {
            gathering = gathering.places(places);
        }
        if self.no_overlap {
            gathering = gathering.no_overlap();
        }
        for limit in &self.pools {
            gathering = gathering.pool(limit.pool());
        }
        for choice in &self.offerings {
            gathering = gathering.offering(choice.offering());
        }
        Ok(gathering)
    }
}

/// What has a venue and a link to join it is hybrid.
pub(crate) fn mode(venue: Option<&Place>, join: Option<&str>) -> Mode {
    match (venue, join) {
        (Some(place), Some(_)) => Mode::Hybrid(place.venue()),
        (Some(place), None) => Mode::InPerson(place.venue()),
        (None, _) => Mode::Online,
    }
}

impl Place {
    fn venue(&self) -> Venue {
        Venue::new(&self.name).address(&self.address)
    }
}

impl Limit {
    pub(crate) fn pool(&self) -> Pool {
        Pool::new(self.pool, &self.name, self.places)
    }
}

impl Choice {
    pub(crate) fn offering(&self) -> Offering {
        let offering = Offering::new(self.offering, &self.name, self.pools.iter().copied());
        match self.requires {
            Some(required) => offering.requires(required),
            None => offering,
        }
    }
}

/// Read while the file is read, so that an unknown zone or an impossible time is reported with its line.
fn schedule<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Schedule, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}
