//! The rules for booking as they are stored: who, in which order, by when, how many.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use chrono::{NaiveTime, Timelike};
use serde::de::{self, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::code::{AudienceV1, ResourceKindV1, SilenceV1};
use super::text::{Id, Micros, TimeOfDay};
use super::{BookingTimeV1, Chosen, cut_short, micros, next, no_choice, put_choice, reference, time};
use crate::fact::{
    Approval, Credential, Draw, HeadPolicy, LinePolicy, OfferTerms, OrganisationCap, PassReason, Pending,
    QuietHours, Reconfirmation, Resource, Serving, SetAside, Who,
};
use crate::id::{OfferingId, OrganisationId, PersonId, PoolId, RegistrationId, ResourceId, SetAsideId};
use crate::log::error::{Error, Kind};
use crate::log::wire::corrupt;

choice! {
    enum CredentialV1<'a> {
        1 "code" => Code(&'a str),
        2 "category" => Category(&'a str),
        3 "organisation" => Organisation(Id),
    }
}

impl<'a> CredentialV1<'a> {
    pub(in crate::log::wire) fn of(credential: &'a Credential) -> Self {
        match credential {
            Credential::Code(code) => Self::Code(code.as_str()),
            Credential::Category(category) => Self::Category(category.as_str()),
            Credential::Organisation(id) => Self::Organisation(Id(id.bytes())),
        }
    }

    pub(in crate::log::wire) fn credential(self) -> Result<Credential, Error> {
        match self {
            Self::Code(code) => reference(code).map(Credential::Code),
            Self::Category(category) => reference(category).map(Credential::Category),
            Self::Organisation(Id(id)) => Ok(Credential::Organisation(OrganisationId::from_bytes(id))),
        }
    }
}

choice! {
    /// A person in it is not a tag of the fact: the rule is not about them until they book.
    enum WhoV1<'a> {
        1 "with" => With(CredentialV1<'a>),
        2 "person" => Person(Id),
    }
}

impl<'a> WhoV1<'a> {
    pub(in crate::log::wire) fn of(who: &'a Who) -> Self {
        match who {
            Who::With(credential) => Self::With(CredentialV1::of(credential)),
            Who::Person(person) => Self::Person(Id(person.bytes())),
        }
    }

    pub(in crate::log::wire) fn all(who: &'a [Who]) -> Vec<Self> {
        who.iter().map(Self::of).collect()
    }

    fn who(self) -> Result<Who, Error> {
        match self {
            Self::With(credential) => credential.credential().map(Who::With),
            Self::Person(Id(id)) => Ok(Who::Person(PersonId::from_bytes(id))),
        }
    }
}

pub(in crate::log::wire) fn everybody(stored: Vec<WhoV1<'_>>) -> Result<Vec<Who>, Error> {
    stored.into_iter().map(WhoV1::who).collect()
}

pub(in crate::log::wire) fn classes(stored: Vec<Vec<WhoV1<'_>>>) -> Result<Vec<Vec<Who>>, Error> {
    stored.into_iter().map(everybody).collect()
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct LinePolicyV1 {
    serving: ServingV1,
    head: HeadPolicyV1,
}

impl LinePolicyV1 {
    pub(in crate::log::wire) fn of(policy: LinePolicy) -> Result<Self, Error> {
        let LinePolicy { serving, head } = policy;
        Ok(Self { serving: ServingV1::of(serving)?, head: HeadPolicyV1::of(head) })
    }

    pub(in crate::log::wire) fn policy(self) -> Result<LinePolicy, Error> {
        Ok(LinePolicy { serving: self.serving.serving()?, head: self.head.head() })
    }
}

choice! {
    enum ServingV1 {
        1 "automatic" => Automatic(()),
        2 "offer" => Offer(OfferTermsV1),
    }
}

impl ServingV1 {
    fn of(serving: Serving) -> Result<Self, Error> {
        match serving {
            Serving::Automatic => Ok(Self::Automatic(())),
            Serving::Offer(terms) => OfferTermsV1::of(terms).map(Self::Offer),
        }
    }

    fn serving(self) -> Result<Serving, Error> {
        match self {
            Self::Automatic(()) => Ok(Serving::Automatic),
            Self::Offer(terms) => terms.terms().map(Serving::Offer),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct OfferTermsV1 {
    respond_within: u32,
    quiet: Option<QuietHoursV1>,
}

impl OfferTermsV1 {
    fn of(terms: OfferTerms) -> Result<Self, Error> {
        let OfferTerms { respond_within, quiet } = terms;
        Ok(Self { respond_within, quiet: quiet.map(QuietHoursV1::of).transpose()? })
    }

    fn terms(self) -> Result<OfferTerms, Error> {
        let quiet = self.quiet.map(QuietHoursV1::hours).transpose()?;
        Ok(OfferTerms { respond_within: self.respond_within, quiet })
    }
}

/// Microseconds since midnight.
#[derive(Serialize, Deserialize)]
struct QuietHoursV1 {
    from: TimeOfDay,
    until: TimeOfDay,
}

impl QuietHoursV1 {
    fn of(hours: QuietHours) -> Result<Self, Error> {
        let QuietHours { from, until } = hours;
        Ok(Self { from: micros_of_day(from)?, until: micros_of_day(until)? })
    }

    fn hours(self) -> Result<QuietHours, Error> {
        Ok(QuietHours { from: time_of_day(self.from)?, until: time_of_day(self.until)? })
    }
}

/// A leap second has no place on a clock that counts from midnight, so it is refused as what is too fine.
fn micros_of_day(time: NaiveTime) -> Result<TimeOfDay, Error> {
    let micros = TimeOfDay(
        u64::from(time.num_seconds_from_midnight()) * 1_000_000 + u64::from(time.nanosecond() / 1_000),
    );
    if time_of_day(micros).ok() == Some(time) {
        return Ok(micros);
    }
    Err(Error::new(Kind::Misuse, format!("the time of day {time} is finer than a microsecond")))
}

fn time_of_day(TimeOfDay(micros): TimeOfDay) -> Result<NaiveTime, Error> {
    let time = || {
        let seconds = u32::try_from(micros / 1_000_000).ok()?;
        let nanos = u32::try_from(micros % 1_000_000).ok()?.checked_mul(1_000)?;
        NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos)
    };
    time().ok_or_else(|| corrupt("a stored time of day is beyond the day"))
}

choice! {
    enum HeadPolicyV1 {
        1 "strict" => Strict(()),
        2 "best_fit" => BestFit(()),
        3 "strict_then_fit_seconds_before_start" => StrictThenFit(u32),
    }
}

impl HeadPolicyV1 {
    fn of(head: HeadPolicy) -> Self {
        match head {
            HeadPolicy::Strict => Self::Strict(()),
            HeadPolicy::BestFit => Self::BestFit(()),
            HeadPolicy::StrictThenFit { seconds } => Self::StrictThenFit(seconds),
        }
    }

    fn head(self) -> HeadPolicy {
        match self {
            Self::Strict(()) => HeadPolicy::Strict,
            Self::BestFit(()) => HeadPolicy::BestFit,
            Self::StrictThenFit(seconds) => HeadPolicy::StrictThenFit { seconds },
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct ApprovalV1 {
    pending_uses_places: bool,
    decide_within: Option<u32>,
}

impl ApprovalV1 {
    pub(in crate::log::wire) fn of(approval: Approval) -> Self {
        let Approval { pending_uses_places, decide_within } = approval;
        Self { pending_uses_places, decide_within }
    }

    pub(in crate::log::wire) fn approval(self) -> Approval {
        let Self { pending_uses_places, decide_within } = self;
        Approval { pending_uses_places, decide_within }
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct OrganisationCapV1 {
    people: u16,
    until: Option<BookingTimeV1>,
}

impl OrganisationCapV1 {
    pub(in crate::log::wire) fn of(cap: OrganisationCap) -> Result<Self, Error> {
        let OrganisationCap { people, until } = cap;
        Ok(Self { people, until: until.map(BookingTimeV1::of).transpose()? })
    }

    pub(in crate::log::wire) fn cap(self) -> Result<OrganisationCap, Error> {
        let until = self.until.map(BookingTimeV1::time).transpose()?;
        Ok(OrganisationCap { people: self.people, until })
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct SetAsideV1<'a> {
    id: u16,
    pool: u16,
    places: u32,
    #[serde(borrow)]
    who: Vec<WhoV1<'a>>,
    release: Option<BookingTimeV1>,
}

impl<'a> SetAsideV1<'a> {
    pub(in crate::log::wire) fn of(set_aside: &'a SetAside) -> Result<Self, Error> {
        let SetAside { id, pool, places, who, release } = set_aside;
        let (who, release) = (WhoV1::all(who), release.map(BookingTimeV1::of).transpose()?);
        Ok(Self { id: id.get(), pool: pool.get(), places: *places, who, release })
    }

    pub(in crate::log::wire) fn set_aside(self) -> Result<SetAside, Error> {
        Ok(SetAside {
            id: SetAsideId::new(self.id),
            pool: PoolId::new(self.pool),
            places: self.places,
            who: everybody(self.who)?,
            release: self.release.map(BookingTimeV1::time).transpose()?,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct DrawV1 {
    set_aside: u16,
    places: u32,
}

impl DrawV1 {
    pub(in crate::log::wire) fn all(draws: &[Draw]) -> Vec<Self> {
        let of = |Draw { set_aside, places }: &Draw| Self { set_aside: set_aside.get(), places: *places };
        draws.iter().map(of).collect()
    }
}

pub(in crate::log::wire) fn draws(stored: Vec<DrawV1>) -> Vec<Draw> {
    let draw = |DrawV1 { set_aside, places }| Draw { set_aside: SetAsideId::new(set_aside), places };
    stored.into_iter().map(draw).collect()
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct PendingV1 {
    uses_places: bool,
    until: Option<Micros>,
}

impl PendingV1 {
    pub(in crate::log::wire) fn of(pending: Pending) -> Result<Self, Error> {
        let Pending { uses_places, until } = pending;
        Ok(Self { uses_places, until: until.map(micros).transpose()? })
    }

    pub(in crate::log::wire) fn pending(self) -> Result<Pending, Error> {
        let Self { uses_places, until } = self;
        Ok(Pending { uses_places, until: until.map(time).transpose()? })
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct ReconfirmationV1 {
    until: Micros,
    on_silence: SilenceV1,
}

impl ReconfirmationV1 {
    pub(in crate::log::wire) fn of(ask: Reconfirmation) -> Result<Self, Error> {
        let Reconfirmation { until, on_silence } = ask;
        Ok(Self { until: micros(until)?, on_silence: SilenceV1::of(on_silence) })
    }

    pub(in crate::log::wire) fn reconfirmation(self) -> Result<Reconfirmation, Error> {
        Ok(Reconfirmation { until: time(self.until)?, on_silence: self.on_silence.read()? })
    }
}

choice! {
    /// A registration in the way is not a tag of the fact.
    enum PassReasonV1 {
        1 "too_large" => TooLarge(TooLargeV1),
        2 "set_aside" => SetAside(u16),
        3 "organisation_cap" => OrganisationCap(()),
        4 "needs_place" => NeedsPlace(u16),
        5 "overlap" => Overlap(Id),
        6 "series_date" => SeriesDate(Id),
        7 "no_time_to_answer" => NoTimeToAnswer(()),
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct TooLargeV1 {
    pool: u16,
    wanted: u32,
    free: i64,
}

impl PassReasonV1 {
    pub(in crate::log::wire) fn of(reason: PassReason) -> Self {
        match reason {
            PassReason::TooLarge { pool, wanted, free } => {
                Self::TooLarge(TooLargeV1 { pool: pool.get(), wanted, free })
            }
            PassReason::SetAside { pool } => Self::SetAside(pool.get()),
            PassReason::OrganisationCap => Self::OrganisationCap(()),
            PassReason::NeedsPlace { offering } => Self::NeedsPlace(offering.get()),
            PassReason::Overlap { registration } => Self::Overlap(Id(registration.bytes())),
            PassReason::SeriesDate { registration } => Self::SeriesDate(Id(registration.bytes())),
            PassReason::NoTimeToAnswer => Self::NoTimeToAnswer(()),
        }
    }

    pub(in crate::log::wire) fn reason(self) -> PassReason {
        let registration = RegistrationId::from_bytes;
        match self {
            Self::TooLarge(TooLargeV1 { pool, wanted, free }) => {
                PassReason::TooLarge { pool: PoolId::new(pool), wanted, free }
            }
            Self::SetAside(pool) => PassReason::SetAside { pool: PoolId::new(pool) },
            Self::OrganisationCap(()) => PassReason::OrganisationCap,
            Self::NeedsPlace(offering) => PassReason::NeedsPlace { offering: OfferingId::new(offering) },
            Self::Overlap(Id(id)) => PassReason::Overlap { registration: registration(id) },
            Self::SeriesDate(Id(id)) => PassReason::SeriesDate { registration: registration(id) },
            Self::NoTimeToAnswer(()) => PassReason::NoTimeToAnswer,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct ResourceV1<'a> {
    id: Id,
    kind: ResourceKindV1,
    title: &'a str,
    audience: AudienceV1,
}

impl<'a> ResourceV1<'a> {
    pub(in crate::log::wire) fn of(resource: &'a Resource) -> Self {
        let Resource { id, kind, title, audience } = resource;
        let (kind, audience) = (ResourceKindV1::of(*kind), AudienceV1::of(*audience));
        Self { id: Id(id.bytes()), kind, title, audience }
    }

    pub(in crate::log::wire) fn resource(self) -> Result<Resource, Error> {
        Ok(Resource {
            id: ResourceId::from_bytes(self.id.0),
            kind: self.kind.read()?,
            title: self.title.to_owned(),
            audience: self.audience.read()?,
        })
    }
}
