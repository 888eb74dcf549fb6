//! The file of commands: what may stand in it, and how it is read.

use chrono::{DateTime, Utc};
use gather::{
    Gathering, GatheringId, GatheringKind, JoinLink, Mode, Offering, OfferingId, Pool, PoolId, Reference,
    RequestId, Schedule, SeriesId, TextProblem, Venue, Zone,
};
use serde::{Deserialize, Deserializer};

use programme::{Activity, Talk};
use rules::{After, Cap, Claim, Interest, Kept, Offers};

pub(crate) mod programme;
pub(crate) mod rules;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Year {
    pub(crate) today: DateTime<Utc>,
    /// The clocks on the walls where the gatherings are.
    #[serde(deserialize_with = "zone")]
    pub(crate) clock: Zone,
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
    #[serde(default)]
    pub(crate) desk: Vec<Question>,
}

/// What somebody asks at the desk, and where its answer is found.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    pub(crate) ask: String,
    pub(crate) answer: Answer,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "snake_case", deny_unknown_fields)]
pub(crate) enum Answer {
    /// Why a registration stands as it does.
    Explain(Registered),
    /// What a booking would come to.
    Book(Booking),
    /// What somebody may have afterwards.
    Resources { gathering: String, person: u32 },
    /// How many came.
    Came(String),
    /// What a lower capacity would come to.
    Lower { gathering: String, pool: PoolId, places: u32 },
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
    /// The gathering that it is filed under, where that is archived one day: then it is not asked for again.
    pub(crate) file: Option<String>,
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
        /// Everybody is asked whether the new dates suit, and whoever is silent until then is released.
        ask_until: Option<DateTime<Utc>>,
    },
    ChangeCapacity {
        gathering: String,
        pool: Option<PoolId>,
        places: u32,
        #[serde(default)]
        keep_all: bool,
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
    Hold {
        booking: Booking,
        until: DateTime<Utc>,
    },
    Interest(Interest),
    Claim(Claim),
    After(After),
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
    /// Where the host has chosen one.
    pub(crate) id: Option<GatheringId>,
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
    pub(crate) series: Option<SeriesId>,
    pub(crate) organisation_cap: Option<Cap>,
    #[serde(default)]
    pub(crate) set_asides: Vec<Kept>,
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
    Visit,
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
    /// How its line is served; without it, places go to whoever is next.
    pub(crate) offers: Option<Offers>,
    /// Whether somebody has to say yes first.
    #[serde(default)]
    pub(crate) approval: bool,
    #[serde(default)]
    pub(crate) no_line: bool,
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
    /// Whether the office says of which organisation the booker is, and who is from a council.
    #[serde(default)]
    pub(crate) vouch: bool,
    #[serde(default)]
    pub(crate) uncounted: bool,
    #[serde(default)]
    pub(crate) may_split: bool,
}

impl Plan {
    /// The gathering to announce.
    pub(crate) fn gathering(&self) -> Result<Gathering, TextProblem> {
        let mode = mode(self.venue.as_ref(), self.join.as_deref());
        let mut gathering = Gathering::new(self.kind.kind(), &self.title, mode)
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
        self.ruled(gathering)
    }

    /// The same with the rules of who gets a place.
    fn ruled(&self, mut gathering: Gathering) -> Result<Gathering, TextProblem> {
        if let Some(id) = self.id {
            gathering = gathering.id(id);
        }
        if let Some(series) = self.series {
            gathering = gathering.series(series);
        }
        if let Some(cap) = &self.organisation_cap {
            gathering = gathering.organisation_cap(cap.cap());
        }
        for kept in &self.set_asides {
            gathering = gathering.set_aside(kept.set_aside()?);
        }
        Ok(gathering)
    }
}

impl Kind {
    const fn kind(&self) -> GatheringKind {
        match self {
            Self::Webinar => GatheringKind::Webinar,
            Self::Workshop => GatheringKind::Workshop,
            Self::Meeting => GatheringKind::Meeting,
            Self::Conference => GatheringKind::Conference,
            Self::Visit => GatheringKind::Visit,
        }
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
        let mut offering = Offering::new(self.offering, &self.name, self.pools.iter().copied());
        if let Some(required) = self.requires {
            offering = offering.requires(required);
        }
        if let Some(offers) = &self.offers {
            offering = offering.line(offers.line());
        }
        if self.approval {
            offering = offering.needs_approval();
        }
        if self.no_line {
            offering = offering.without_waiting_list();
        }
        offering
    }
}

/// Read while the file is read, so that an unknown zone or an impossible time is reported with its line.
fn schedule<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Schedule, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zone, D::Error> {
    Zone::named(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}
