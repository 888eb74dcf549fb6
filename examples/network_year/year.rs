//! The file of commands: what may stand in it, and how it is read.

use chrono::{DateTime, Utc};
use gather::{
    Gathering, GatheringKind, JoinLink, Mode, Offering, OfferingId, Pool, PoolId, Reference, RequestId,
    Schedule, TextProblem, Venue,
};
use serde::{Deserialize, Deserializer};

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

/// What is printed and written in the end: the lists of one gathering, somebody's agenda, some people's
/// calendars.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Show {
    pub(crate) lists: String,
    pub(crate) agenda: u32,
    pub(crate) calendars: Vec<u32>,
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

/// What is asked for. People are numbers and gatherings are short names, as in a host's own tables.
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
    CancelGathering {
        gathering: String,
    },
    Register(Booking),
    Cancel {
        registered: RequestId,
    },
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
        let venue = self.venue.as_ref().map(|venue| Venue::new(&venue.name).address(&venue.address));
        let kind = match self.kind {
            Kind::Webinar => GatheringKind::Webinar,
            Kind::Workshop => GatheringKind::Workshop,
            Kind::Meeting => GatheringKind::Meeting,
        };
        let mut gathering = Gathering::new(kind, &self.title, venue.map_or(Mode::Online, Mode::InPerson))
            .about(&self.about)
            .at(self.when.clone())
            .reference(Reference::new(&self.gathering)?);
        if let Some(link) = &self.join {
            gathering = gathering.join_link(JoinLink::new(link));
        }
        if let Some(places) = self.places {
            gathering = gathering.places(places);
        }
        for Limit { pool, name, places } in &self.pools {
            gathering = gathering.pool(Pool::new(*pool, name, *places));
        }
        for Choice { offering, name, pools } in &self.offerings {
            gathering = gathering.offering(Offering::new(*offering, name, pools.iter().copied()));
        }
        Ok(gathering)
    }
}

/// Read while the file is read, so that an unknown zone or an impossible time is reported with its line.
fn schedule<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Schedule, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}
