//! What the file says of the rules: who comes first, who has to say yes, who has to answer by when, who came.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveTime, Utc};
use gather::{
    Audience, BookingTime, Credential, LinePolicy, OrganisationCap, PoolId, Presence, PresenceSource,
    Reference, ResourceKind, SetAside, SetAsideId, TextProblem,
};
use serde::Deserialize;

use super::Registered;

/// A line whose places are offered: whoever is next has so many hours to answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Offers {
    hours: u16,
    quiet: Option<(NaiveTime, NaiveTime)>,
}

/// How many people of one organisation may have places.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cap {
    people: u16,
    until: Option<DateTime<Utc>>,
}

/// Places that are kept for a category of people until so many days before.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    set_aside: SetAsideId,
    pool: PoolId,
    places: u32,
    category: String,
    release_days: u32,
}

/// What people can say who do not ask for a place.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "snake_case", deny_unknown_fields)]
pub(crate) enum Interest {
    /// The organiser lets people say that they are interested.
    Open { gathering: String },
    /// Somebody is.
    Note { gathering: String, person: u32 },
    /// Somebody wants only what there is afterwards.
    FollowUp { gathering: String, person: u32 },
}

/// What happens to a registration once it is there.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "snake_case", deny_unknown_fields)]
pub(crate) enum Claim {
    ConfirmHold {
        hold: Registered,
        #[serde(default)]
        answers: BTreeMap<String, String>,
    },
    Approve(Registered),
    Reject(Registered),
    Accept(Registered),
    Decline(Registered),
    Reconfirm(Registered),
    Move {
        place: Registered,
        to: String,
    },
    ChangeParty {
        place: Registered,
        #[serde(default)]
        without: Vec<u16>,
        #[serde(default)]
        with: Vec<u32>,
    },
    Presence {
        place: Registered,
        /// Which place of the party, from 1.
        #[serde(default = "first")]
        number: u16,
        presence: Seen,
        source: Source,
    },
}

const fn first() -> u16 {
    1
}

/// What is left to do when a gathering is over.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "snake_case", deny_unknown_fields)]
pub(crate) enum After {
    CloseBooks { gathering: String },
    Archive { gathering: String },
    Attach { gathering: String, kind: Kind, title: String, link: String, audience: Readers },
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Seen {
    Attended,
    Late,
    Excused,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    Door,
    Online,
    Organiser,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Recording,
    Handout,
    Slides,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Readers {
    Attended,
    Registered,
    Public,
}

impl Offers {
    pub(crate) fn line(&self) -> LinePolicy {
        let line = LinePolicy::offering_for_hours(self.hours);
        match self.quiet {
            Some((from, until)) => line.quiet_between(from, until),
            None => line,
        }
    }
}

impl Cap {
    pub(crate) fn cap(&self) -> OrganisationCap {
        OrganisationCap { people: self.people, until: self.until.map(BookingTime::At) }
    }
}

impl Kept {
    pub(crate) fn set_aside(&self) -> Result<SetAside, TextProblem> {
        let category = Credential::Category(Reference::new(&self.category)?);
        let release = BookingTime::BeforeStart { seconds: self.release_days * 24 * 3_600 };
        Ok(SetAside::new(self.set_aside, self.pool, self.places).who(category).release(release))
    }
}

impl From<Seen> for Presence {
    fn from(seen: Seen) -> Self {
        match seen {
            Seen::Attended => Self::Attended,
            Seen::Late => Self::Late,
            Seen::Excused => Self::Excused,
        }
    }
}

impl From<Source> for PresenceSource {
    fn from(source: Source) -> Self {
        match source {
            Source::Door => Self::Door,
            Source::Online => Self::Online,
            Source::Organiser => Self::Organiser,
        }
    }
}

impl From<Kind> for ResourceKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Recording => Self::Recording,
            Kind::Handout => Self::Handout,
            Kind::Slides => Self::Slides,
        }
    }
}

impl From<Readers> for Audience {
    fn from(readers: Readers) -> Self {
        match readers {
            Readers::Attended => Self::Attended,
            Readers::Registered => Self::Registered,
            Readers::Public => Self::Public,
        }
    }
}
