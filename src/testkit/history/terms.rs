//! The terms on which places are given, in small numbers: who comes first, what is kept for whom, how a line is served.

use chrono::{NaiveTime, TimeDelta};

use super::plan::{epoch, organisation_id, person_id};
use crate::fact::{
    Approval, BookingTime, Credential, HeadPolicy, LinePolicy, OfferTerms, OrganisationCap, Overbook,
    QuietHours, Serving, SetAside, Silence, Who,
};
use crate::id::{PoolId, SetAsideId};
use crate::text::Reference;

/// What the host vouches for, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "a model must say what each of them means")]
pub enum CredentialPlan {
    /// A code.
    Code(u8),
    /// A category.
    Category(u8),
    /// An organisation.
    Organisation(u8),
}

/// Whom a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "a model must say what each of them means")]
pub enum WhoPlan {
    /// Whoever brings this.
    With(CredentialPlan),
    /// A registration that this person books.
    Person(u8),
}

/// A time, counted from the epoch or back from the start, in hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a model must say what each of them means")]
pub enum TimePlan {
    /// So many hours after the epoch.
    At(i64),
    /// So many hours before the start.
    BeforeStart(u8),
}

/// How many people more than its capacity a pool takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a model must say what each of them means")]
pub enum OverbookPlan {
    /// None.
    #[default]
    No,
    /// So many.
    Places(u32),
    /// So many for each hundred.
    PerCent(u16),
}

/// Whether somebody in line gets a place or is asked first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a model must say what each of them means")]
pub enum ServingPlan {
    /// They get it.
    #[default]
    Automatic,
    /// They are asked.
    Offer {
        /// How many seconds they have to answer.
        respond_within: u32,
        /// From and until which full hours of the day no offer ends.
        quiet: Option<(u8, u8)>,
    },
}

/// What becomes of a line whose head does not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a model must say what each of them means")]
pub enum HeadPlan {
    /// It holds the line.
    #[default]
    Strict,
    /// Whoever fits passes it.
    BestFit,
    /// It holds the line until so many hours before the start.
    StrictThenFit(u8),
}

/// How the line of an offering is served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinePlan {
    /// Whether places are given or offered.
    pub serving: ServingPlan,
    /// What happens when the head does not fit.
    pub head: HeadPlan,
}

/// That somebody has to say yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApprovalPlan {
    /// Whether places are kept meanwhile.
    pub uses_places: bool,
    /// How many seconds there are to answer.
    pub decide_within: Option<u32>,
}

/// How many people of one organisation may have places, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapPlan {
    /// How many.
    pub people: u16,
    /// Until when; for good, if nothing is said.
    pub until: Option<TimePlan>,
}

/// Places that are kept for some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAsidePlan {
    /// Its number.
    pub number: u16,
    /// The number of the pool that it is part of.
    pub pool: u16,
    /// How many places.
    pub places: u32,
    /// Who may draw on it.
    pub who: Vec<WhoPlan>,
    /// When what is left goes to everybody.
    pub release: Option<TimePlan>,
}

/// That everybody with a place is asked whether new dates suit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskPlan {
    /// How many hours after the step's time they can answer.
    pub hours: i64,
    /// What comes of silence.
    pub on_silence: Silence,
}

/// A code of the host's by number.
pub(super) fn reference(text: &str, number: u8) -> Reference {
    Reference::new(&format!("{text}-{number}")).unwrap_or_else(|_| unreachable!("it is short and plain"))
}

/// Who comes first, class by class.
pub(super) fn classes(plans: &[Vec<WhoPlan>]) -> Vec<Vec<Who>> {
    plans.iter().map(|class| class.iter().map(|who| who.who()).collect()).collect()
}

impl CredentialPlan {
    /// The credential.
    #[must_use]
    pub fn credential(self) -> Credential {
        match self {
            Self::Code(number) => Credential::Code(reference("code", number)),
            Self::Category(number) => Credential::Category(reference("category", number)),
            Self::Organisation(number) => Credential::Organisation(organisation_id(number)),
        }
    }
}

impl WhoPlan {
    /// Who it is.
    #[must_use]
    pub fn who(self) -> Who {
        match self {
            Self::With(credential) => Who::With(credential.credential()),
            Self::Person(number) => Who::Person(person_id(number)),
        }
    }
}

impl TimePlan {
    /// The time.
    #[must_use]
    pub fn time(self) -> BookingTime {
        match self {
            Self::At(hours) => BookingTime::At(epoch() + TimeDelta::hours(hours)),
            Self::BeforeStart(hours) => BookingTime::BeforeStart { seconds: u32::from(hours) * 3_600 },
        }
    }
}

impl OverbookPlan {
    /// How many people more.
    #[must_use]
    pub fn overbook(self) -> Overbook {
        match self {
            Self::No => Overbook::No,
            Self::Places(places) => Overbook::Places(places),
            Self::PerCent(of_hundred) => Overbook::PerCent(of_hundred),
        }
    }
}

impl LinePlan {
    /// The policy.
    #[must_use]
    pub fn policy(self) -> LinePolicy {
        let serving = match self.serving {
            ServingPlan::Automatic => Serving::Automatic,
            ServingPlan::Offer { respond_within, quiet } => {
                let hour = |hour: u8| NaiveTime::from_hms_opt(u32::from(hour), 0, 0).unwrap_or_default();
                let quiet = quiet.map(|(from, until)| QuietHours { from: hour(from), until: hour(until) });
                Serving::Offer(OfferTerms { respond_within, quiet })
            }
        };
        let head = match self.head {
            HeadPlan::Strict => HeadPolicy::Strict,
            HeadPlan::BestFit => HeadPolicy::BestFit,
            HeadPlan::StrictThenFit(hours) => HeadPolicy::StrictThenFit { seconds: u32::from(hours) * 3_600 },
        };
        LinePolicy { serving, head }
    }
}

impl ApprovalPlan {
    /// The approval.
    #[must_use]
    pub fn approval(self) -> Approval {
        Approval { pending_uses_places: self.uses_places, decide_within: self.decide_within }
    }
}

impl CapPlan {
    /// The cap.
    #[must_use]
    pub fn cap(self) -> OrganisationCap {
        OrganisationCap { people: self.people, until: self.until.map(TimePlan::time) }
    }
}

impl SetAsidePlan {
    /// The places of a pool.
    #[must_use]
    pub fn set_aside(&self, pool: u16) -> SetAside {
        let set_aside = SetAside::new(SetAsideId::new(self.number), PoolId::new(pool), self.places);
        let set_aside = self.who.iter().fold(set_aside, |set_aside, who| set_aside.who(who.who()));
        self.release.map_or(set_aside.clone(), |release| set_aside.release(release.time()))
    }
}
