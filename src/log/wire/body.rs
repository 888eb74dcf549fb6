//! One struct for each kind of fact and each of its versions.
//!
//! A struct here is never changed once it has been stored: what a fact says anew is a new version, a struct of
//! its own, and reading the old one turns it into the fact of today. The same holds for the codes of the nested
//! choices: a choice with a new code is a new version of every fact that holds it.
//!
//! A fact's own ids are not in its body. They are its tags, in the order of [`Tag::of`].

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU16;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use serde::de::{self, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{corrupt, newer, not_encoded};
use crate::fact::{
    Announcement, Booking, BookingTime, BookingWindow, CancelledBy, Capacity, Fact, GatheringKind, Mode,
    Offering, Party, Pool, Venue,
};
use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId};
use crate::log::error::{Error, Kind};
use crate::record::Tag;
use crate::schedule::{DateSpan, Moment, Schedule, Tables, TimeSpan, Zone};
use crate::sealed::{KeyRef, Keys, Sealed};
use crate::text::Reference;

/// The number of each kind of fact. Given by hand, once and for ever: a number is never used again.
pub(super) mod kind {
    pub(in crate::log::wire) const PERSON_RECORDED: u16 = 1;
    pub(in crate::log::wire) const GATHERING_ANNOUNCED: u16 = 2;
    pub(in crate::log::wire) const GATHERING_RESCHEDULED: u16 = 3;
    pub(in crate::log::wire) const BOOKING_OPENED: u16 = 4;
    pub(in crate::log::wire) const BOOKING_CLOSED: u16 = 5;
    pub(in crate::log::wire) const CAPACITY_CHANGED: u16 = 6;
    pub(in crate::log::wire) const GATHERING_CANCELLED: u16 = 7;
    pub(in crate::log::wire) const REGISTRATION_CONFIRMED: u16 = 8;
    pub(in crate::log::wire) const REGISTRATION_WAITLISTED: u16 = 9;
    pub(in crate::log::wire) const REGISTRATION_PROMOTED: u16 = 10;
    pub(in crate::log::wire) const REGISTRATION_CANCELLED: u16 = 11;
    pub(in crate::log::wire) const PLACE_TRANSFERRED: u16 = 12;
}

/// A fact's body as it is stored.
pub(super) struct Body {
    pub(super) kind: u16,
    pub(super) version: u8,
    pub(super) bytes: Vec<u8>,
}

pub(super) fn encode(fact: &Fact) -> Result<Body, Error> {
    match fact {
        Fact::PersonRecorded { person: _, details } => {
            body(kind::PERSON_RECORDED, 1, &PersonRecordedV1 { details: SealedV1::of(details) })
        }
        Fact::GatheringAnnounced { gathering: _, announcement, join_link } => {
            let join_link = join_link.as_ref().map(SealedV1::of);
            body(kind::GATHERING_ANNOUNCED, 1, &GatheringAnnouncedV1::of(announcement, join_link)?)
        }
        Fact::GatheringRescheduled { gathering: _, schedule } => {
            let schedule = ScheduleV1::of(schedule);
            body(kind::GATHERING_RESCHEDULED, 1, &GatheringRescheduledV1 { schedule })
        }
        Fact::BookingOpened { gathering: _ } => body(kind::BOOKING_OPENED, 1, &BookingOpenedV1 {}),
        Fact::BookingClosed { gathering: _ } => body(kind::BOOKING_CLOSED, 1, &BookingClosedV1 {}),
        Fact::CapacityChanged { gathering: _, pool, capacity } => {
            let capacity = CapacityV1::of(*capacity);
            body(kind::CAPACITY_CHANGED, 1, &CapacityChangedV1 { pool: pool.get(), capacity })
        }
        Fact::GatheringCancelled { gathering: _ } => {
            body(kind::GATHERING_CANCELLED, 1, &GatheringCancelledV1 {})
        }
        Fact::RegistrationConfirmed { gathering: _, registration: _, booking } => {
            let booking = BookingV1::of(booking);
            body(kind::REGISTRATION_CONFIRMED, 1, &RegistrationConfirmedV1 { booking })
        }
        Fact::RegistrationWaitlisted { gathering: _, registration: _, booking, ahead } => {
            let booking = BookingV1::of(booking);
            body(kind::REGISTRATION_WAITLISTED, 1, &RegistrationWaitlistedV1 { booking, ahead: *ahead })
        }
        Fact::RegistrationPromoted { gathering: _, registration: _ } => {
            body(kind::REGISTRATION_PROMOTED, 1, &RegistrationPromotedV1 {})
        }
        Fact::RegistrationCancelled { gathering: _, registration: _, by } => {
            let by = cancelled_by_code(*by);
            body(kind::REGISTRATION_CANCELLED, 1, &RegistrationCancelledV1 { by })
        }
        Fact::PlaceTransferred { gathering: _, registration: _, place, from, to: _ } => {
            let wire = PlaceTransferredV1 { place: *place, from: from.is_some() };
            body(kind::PLACE_TRANSFERRED, 1, &wire)
        }
    }
}

fn body<T: Serialize>(kind: u16, version: u8, wire: &T) -> Result<Body, Error> {
    let bytes = postcard::to_allocvec(wire).map_err(not_encoded)?;
    Ok(Body { kind, version, bytes })
}

pub(super) fn decode(kind: u16, version: u8, tags: &[Tag], bytes: &[u8]) -> Result<Fact, Error> {
    let mut ids = Ids { tags: tags.iter() };
    let fact = decode_with(kind, version, &mut ids, bytes)?;
    ids.check_none_left()?;
    Ok(fact)
}

fn decode_with(kind: u16, version: u8, ids: &mut Ids<'_>, bytes: &[u8]) -> Result<Fact, Error> {
    match (kind, version) {
        (kind::PERSON_RECORDED, 1) => read::<PersonRecordedV1<'_>>(bytes)?.fact(ids),
        (kind::GATHERING_ANNOUNCED, 1) => read::<GatheringAnnouncedV1<'_>>(bytes)?.fact(ids),
        (kind::GATHERING_RESCHEDULED, 1) => read::<GatheringRescheduledV1<'_>>(bytes)?.fact(ids),
        (kind::BOOKING_OPENED, 1) => read::<BookingOpenedV1>(bytes)?.fact(ids),
        (kind::BOOKING_CLOSED, 1) => read::<BookingClosedV1>(bytes)?.fact(ids),
        (kind::CAPACITY_CHANGED, 1) => read::<CapacityChangedV1>(bytes)?.fact(ids),
        (kind::GATHERING_CANCELLED, 1) => read::<GatheringCancelledV1>(bytes)?.fact(ids),
        (kind::REGISTRATION_CONFIRMED, 1) => read::<RegistrationConfirmedV1<'_>>(bytes)?.fact(ids),
        (kind::REGISTRATION_WAITLISTED, 1) => read::<RegistrationWaitlistedV1<'_>>(bytes)?.fact(ids),
        (kind::REGISTRATION_PROMOTED, 1) => read::<RegistrationPromotedV1>(bytes)?.fact(ids),
        (kind::REGISTRATION_CANCELLED, 1) => read::<RegistrationCancelledV1>(bytes)?.fact(ids),
        (kind::PLACE_TRANSFERRED, 1) => read::<PlaceTransferredV1>(bytes)?.fact(ids),
        (kind::PERSON_RECORDED..=kind::PLACE_TRANSFERRED, 0) | (0, _) => {
            Err(corrupt("a fact has a number that was never given"))
        }
        _ => Err(newer(format!("a fact of kind {kind}, version {version} is not known to this version"))),
    }
}

/// postcard itself would let bytes follow.
fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    let (wire, rest) = postcard::take_from_bytes(bytes)
        .map_err(|cause| corrupt("the body of a fact cannot be read").because(cause))?;
    if rest.is_empty() { Ok(wire) } else { Err(corrupt("bytes follow the body of a fact")) }
}

/// A fact's ids, taken from its tags one by one.
struct Ids<'a> {
    tags: std::slice::Iter<'a, Tag>,
}

impl Ids<'_> {
    fn gathering(&mut self) -> Result<GatheringId, Error> {
        match self.tags.next() {
            Some(Tag::Gathering(id)) => Ok(*id),
            Some(Tag::Person(_) | Tag::Registration(_)) | None => Err(wrong_tags()),
        }
    }

    fn person(&mut self) -> Result<PersonId, Error> {
        match self.tags.next() {
            Some(Tag::Person(id)) => Ok(*id),
            Some(Tag::Gathering(_) | Tag::Registration(_)) | None => Err(wrong_tags()),
        }
    }

    fn registration(&mut self) -> Result<RegistrationId, Error> {
        match self.tags.next() {
            Some(Tag::Registration(id)) => Ok(*id),
            Some(Tag::Gathering(_) | Tag::Person(_)) | None => Err(wrong_tags()),
        }
    }

    fn check_none_left(&mut self) -> Result<(), Error> {
        if self.tags.next().is_none() { Ok(()) } else { Err(wrong_tags()) }
    }
}

fn wrong_tags() -> Error {
    corrupt("the tags of a fact do not fit its kind")
}

/// A nested choice, stored as its code and what belongs to it.
macro_rules! choice {
    (
        $(#[$doc:meta])*
        enum $name:ident $(<$life:lifetime>)? { $($code:literal => $variant:ident($inside:ty),)+ }
    ) => {
        $(#[$doc])*
        enum $name $(<$life>)? { $($variant($inside)),+ }

        impl $(<$life>)? Serialize for $name $(<$life>)? {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut pair = serializer.serialize_tuple(2)?;
                match self {
                    $(Self::$variant(inside) => {
                        pair.serialize_element::<u8>(&$code)?;
                        pair.serialize_element(inside)?;
                    })+
                }
                pair.end()
            }
        }

        impl<'de $(: $life, $life)?> Deserialize<'de> for $name $(<$life>)? {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_tuple(2, Chosen::<Self>(PhantomData))
            }
        }

        impl<'de $(: $life, $life)?> Visitor<'de> for Chosen<$name $(<$life>)?> {
            type Value = $name $(<$life>)?;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a code and what belongs to it")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<Self::Value, A::Error> {
                let code: u8 = next(&mut pair)?;
                match code {
                    $($code => next(&mut pair).map($name::$variant),)+
                    unknown => Err(de::Error::custom(format_args!("no choice has the code {unknown}"))),
                }
            }
        }
    };
}

struct Chosen<T>(PhantomData<T>);

fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(pair: &mut A) -> Result<T, A::Error> {
    pair.next_element()?.ok_or_else(|| de::Error::custom("a choice is cut short"))
}

#[derive(Serialize, Deserialize)]
struct PersonRecordedV1<'a> {
    #[serde(borrow)]
    details: SealedV1<'a>,
}

impl PersonRecordedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::PersonRecorded { person: ids.person()?, details: self.details.sealed() })
    }
}

#[derive(Serialize, Deserialize)]
struct GatheringAnnouncedV1<'a> {
    kind: u8,
    title: &'a str,
    description: &'a str,
    #[serde(borrow)]
    mode: ModeV1<'a>,
    schedule: ScheduleV1<'a>,
    pools: Vec<PoolV1<'a>>,
    offerings: Vec<OfferingV1<'a>>,
    opens: Option<BookingTimeV1>,
    closes: Option<BookingTimeV1>,
    reference: Option<&'a str>,
    join_link: Option<SealedV1<'a>>,
}

impl<'a> GatheringAnnouncedV1<'a> {
    fn of(announcement: &'a Announcement, join_link: Option<SealedV1<'a>>) -> Result<Self, Error> {
        let Announcement { kind, title, description, mode, schedule, pools, offerings, window, reference } =
            announcement;
        Ok(Self {
            kind: gathering_kind_code(*kind),
            title,
            description,
            mode: ModeV1::of(mode),
            schedule: ScheduleV1::of(schedule),
            pools: pools.iter().map(PoolV1::of).collect(),
            offerings: offerings.iter().map(OfferingV1::of).collect(),
            opens: window.opens.map(BookingTimeV1::of).transpose()?,
            closes: window.closes.map(BookingTimeV1::of).transpose()?,
            reference: reference.as_ref().map(Reference::as_str),
            join_link,
        })
    }

    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let window = BookingWindow {
            opens: self.opens.map(BookingTimeV1::time).transpose()?,
            closes: self.closes.map(BookingTimeV1::time).transpose()?,
        };
        let announcement = Announcement {
            kind: gathering_kind(self.kind)?,
            title: self.title.to_owned(),
            description: self.description.to_owned(),
            mode: self.mode.mode(),
            schedule: self.schedule.schedule()?,
            pools: self.pools.into_iter().map(PoolV1::pool).collect(),
            offerings: self.offerings.into_iter().map(OfferingV1::offering).collect(),
            window,
            reference: self.reference.map(reference).transpose()?,
        };
        Ok(Fact::GatheringAnnounced {
            gathering: ids.gathering()?,
            announcement: Box::new(announcement),
            join_link: self.join_link.map(SealedV1::sealed),
        })
    }
}

#[derive(Serialize, Deserialize)]
struct GatheringRescheduledV1<'a> {
    #[serde(borrow)]
    schedule: ScheduleV1<'a>,
}

impl GatheringRescheduledV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::GatheringRescheduled { gathering: ids.gathering()?, schedule: self.schedule.schedule()? })
    }
}

#[derive(Serialize, Deserialize)]
struct BookingOpenedV1 {}

impl BookingOpenedV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let Self {} = self;
        Ok(Fact::BookingOpened { gathering: ids.gathering()? })
    }
}

#[derive(Serialize, Deserialize)]
struct BookingClosedV1 {}

impl BookingClosedV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let Self {} = self;
        Ok(Fact::BookingClosed { gathering: ids.gathering()? })
    }
}

#[derive(Serialize, Deserialize)]
struct CapacityChangedV1 {
    pool: u16,
    capacity: CapacityV1,
}

impl CapacityChangedV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (pool, capacity) = (PoolId::new(self.pool), self.capacity.capacity());
        Ok(Fact::CapacityChanged { gathering: ids.gathering()?, pool, capacity })
    }
}

#[derive(Serialize, Deserialize)]
struct GatheringCancelledV1 {}

impl GatheringCancelledV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let Self {} = self;
        Ok(Fact::GatheringCancelled { gathering: ids.gathering()? })
    }
}

#[derive(Serialize, Deserialize)]
struct RegistrationConfirmedV1<'a> {
    #[serde(borrow)]
    booking: BookingV1<'a>,
}

impl RegistrationConfirmedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        Ok(Fact::RegistrationConfirmed { gathering, registration, booking: self.booking.booking(ids)? })
    }
}

#[derive(Serialize, Deserialize)]
struct RegistrationWaitlistedV1<'a> {
    #[serde(borrow)]
    booking: BookingV1<'a>,
    ahead: u32,
}

impl RegistrationWaitlistedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        let booking = self.booking.booking(ids)?;
        Ok(Fact::RegistrationWaitlisted { gathering, registration, booking, ahead: self.ahead })
    }
}

#[derive(Serialize, Deserialize)]
struct RegistrationPromotedV1 {}

impl RegistrationPromotedV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let Self {} = self;
        Ok(Fact::RegistrationPromoted { gathering: ids.gathering()?, registration: ids.registration()? })
    }
}

#[derive(Serialize, Deserialize)]
struct RegistrationCancelledV1 {
    by: u8,
}

impl RegistrationCancelledV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        Ok(Fact::RegistrationCancelled { gathering, registration, by: cancelled_by(self.by)? })
    }
}

/// Who has the place now, and who had it if anybody was named, are among the fact's tags.
#[derive(Serialize, Deserialize)]
struct PlaceTransferredV1 {
    place: u16,
    from: bool,
}

impl PlaceTransferredV1 {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration, to) = (ids.gathering()?, ids.registration()?, ids.person()?);
        let from = if self.from { Some(ids.person()?) } else { None };
        Ok(Fact::PlaceTransferred { gathering, registration, place: self.place, from, to })
    }
}

/// The guests' ids are among the fact's tags; here is which places have one.
#[derive(Serialize, Deserialize)]
struct BookingV1<'a> {
    offering: u16,
    guests: Vec<bool>,
    reference: Option<&'a str>,
    #[serde(borrow)]
    answers: Option<SealedV1<'a>>,
}

impl<'a> BookingV1<'a> {
    fn of(booking: &'a Booking) -> Self {
        Self {
            offering: booking.offering.get(),
            guests: booking.party.guests.iter().map(Option::is_some).collect(),
            reference: booking.reference.as_ref().map(Reference::as_str),
            answers: booking.answers.as_ref().map(SealedV1::of),
        }
    }

    fn booking(self, ids: &mut Ids<'_>) -> Result<Booking, Error> {
        let booker = ids.person()?;
        let guest = |named: bool| if named { ids.person().map(Some) } else { Ok(None) };
        let guests = self.guests.into_iter().map(guest).collect::<Result<_, _>>()?;
        Ok(Booking {
            offering: OfferingId::new(self.offering),
            party: Party { booker, guests },
            reference: self.reference.map(reference).transpose()?,
            answers: self.answers.map(SealedV1::sealed),
        })
    }
}

fn reference(text: &str) -> Result<Reference, Error> {
    Reference::new(text).map_err(|fault| corrupt("a stored reference is none").because(fault))
}

#[derive(Serialize, Deserialize)]
struct PoolV1<'a> {
    id: u16,
    name: &'a str,
    capacity: CapacityV1,
}

impl<'a> PoolV1<'a> {
    fn of(pool: &'a Pool) -> Self {
        Self { id: pool.id.get(), name: &pool.name, capacity: CapacityV1::of(pool.capacity) }
    }

    fn pool(self) -> Pool {
        let capacity = self.capacity.capacity();
        Pool { id: PoolId::new(self.id), name: self.name.to_owned(), capacity }
    }
}

#[derive(Serialize, Deserialize)]
struct OfferingV1<'a> {
    id: u16,
    name: &'a str,
    pools: Vec<u16>,
    max_party: NonZeroU16,
    waiting_list: bool,
}

impl<'a> OfferingV1<'a> {
    fn of(offering: &'a Offering) -> Self {
        Self {
            id: offering.id.get(),
            name: &offering.name,
            pools: offering.pools.iter().map(|pool| pool.get()).collect(),
            max_party: offering.max_party,
            waiting_list: offering.waiting_list,
        }
    }

    fn offering(self) -> Offering {
        Offering {
            id: OfferingId::new(self.id),
            name: self.name.to_owned(),
            pools: self.pools.into_iter().map(PoolId::new).collect(),
            max_party: self.max_party,
            waiting_list: self.waiting_list,
        }
    }
}

/// The codes of the kinds of gatherings.
mod gathering_code {
    pub(super) const WEBINAR: u8 = 1;
    pub(super) const WORKSHOP: u8 = 2;
    pub(super) const MEETING: u8 = 3;
    pub(super) const CONFERENCE: u8 = 4;
    pub(super) const VISIT: u8 = 5;
}

fn gathering_kind_code(kind: GatheringKind) -> u8 {
    match kind {
        GatheringKind::Webinar => gathering_code::WEBINAR,
        GatheringKind::Workshop => gathering_code::WORKSHOP,
        GatheringKind::Meeting => gathering_code::MEETING,
        GatheringKind::Conference => gathering_code::CONFERENCE,
        GatheringKind::Visit => gathering_code::VISIT,
    }
}

fn gathering_kind(code: u8) -> Result<GatheringKind, Error> {
    match code {
        gathering_code::WEBINAR => Ok(GatheringKind::Webinar),
        gathering_code::WORKSHOP => Ok(GatheringKind::Workshop),
        gathering_code::MEETING => Ok(GatheringKind::Meeting),
        gathering_code::CONFERENCE => Ok(GatheringKind::Conference),
        gathering_code::VISIT => Ok(GatheringKind::Visit),
        _ => Err(corrupt("no kind of gathering has the stored code")),
    }
}

/// The codes of who can end a registration.
mod canceller {
    pub(super) const ATTENDEE: u8 = 1;
    pub(super) const ORGANISER: u8 = 2;
}

fn cancelled_by_code(by: CancelledBy) -> u8 {
    match by {
        CancelledBy::Attendee => canceller::ATTENDEE,
        CancelledBy::Organiser => canceller::ORGANISER,
    }
}

fn cancelled_by(code: u8) -> Result<CancelledBy, Error> {
    match code {
        canceller::ATTENDEE => Ok(CancelledBy::Attendee),
        canceller::ORGANISER => Ok(CancelledBy::Organiser),
        _ => Err(corrupt("nobody who cancels has the stored code")),
    }
}

#[derive(Serialize, Deserialize)]
struct VenueV1<'a> {
    name: &'a str,
    address: &'a str,
}

impl<'a> VenueV1<'a> {
    fn of(venue: &'a Venue) -> Self {
        Self { name: &venue.name, address: &venue.address }
    }

    fn venue(self) -> Venue {
        Venue { name: self.name.to_owned(), address: self.address.to_owned() }
    }
}

choice! {
    enum ModeV1<'a> {
        1 => Online(()),
        2 => InPerson(VenueV1<'a>),
        3 => Hybrid(VenueV1<'a>),
    }
}

impl<'a> ModeV1<'a> {
    fn of(mode: &'a Mode) -> Self {
        match mode {
            Mode::Online => Self::Online(()),
            Mode::InPerson(venue) => Self::InPerson(VenueV1::of(venue)),
            Mode::Hybrid(venue) => Self::Hybrid(VenueV1::of(venue)),
        }
    }

    fn mode(self) -> Mode {
        match self {
            Self::Online(()) => Mode::Online,
            Self::InPerson(venue) => Mode::InPerson(venue.venue()),
            Self::Hybrid(venue) => Mode::Hybrid(venue.venue()),
        }
    }
}

choice! {
    enum CapacityV1 {
        1 => Limited(u32),
        2 => Unlimited(()),
    }
}

impl CapacityV1 {
    fn of(capacity: Capacity) -> Self {
        match capacity {
            Capacity::Limited(places) => Self::Limited(places),
            Capacity::Unlimited => Self::Unlimited(()),
        }
    }

    fn capacity(self) -> Capacity {
        match self {
            Self::Limited(places) => Capacity::Limited(places),
            Self::Unlimited(()) => Capacity::Unlimited,
        }
    }
}

choice! {
    enum BookingTimeV1 {
        1 => At(i64),
        2 => BeforeStart(u32),
    }
}

impl BookingTimeV1 {
    fn of(time: BookingTime) -> Result<Self, Error> {
        Ok(match time {
            BookingTime::At(instant) => Self::At(micros(instant)?),
            BookingTime::BeforeStart { seconds } => Self::BeforeStart(seconds),
        })
    }

    fn time(self) -> Result<BookingTime, Error> {
        match self {
            Self::At(micros) => time(micros).map(BookingTime::At),
            Self::BeforeStart(seconds) => Ok(BookingTime::BeforeStart { seconds }),
        }
    }
}

choice! {
    enum ScheduleV1<'a> {
        1 => ToBeConfirmed(&'a str),
        2 => DateOnly(DateSpanV1<'a>),
        3 => Exact(TimeSpanV1<'a>),
    }
}

impl<'a> ScheduleV1<'a> {
    fn of(schedule: &'a Schedule) -> Self {
        match schedule {
            Schedule::ToBeConfirmed { hint } => Self::ToBeConfirmed(hint),
            Schedule::DateOnly(days) => Self::DateOnly(DateSpanV1::of(days)),
            Schedule::Exact(times) => Self::Exact(TimeSpanV1::of(times)),
        }
    }

    fn schedule(self) -> Result<Schedule, Error> {
        match self {
            Self::ToBeConfirmed(hint) => Ok(Schedule::to_be_confirmed(hint)),
            Self::DateOnly(days) => days.span().map(Schedule::DateOnly),
            Self::Exact(times) => times.span().map(Schedule::Exact),
        }
    }
}

/// Days are counted from 1970-01-01, instants in seconds from its beginning in UTC.
#[derive(Serialize, Deserialize)]
struct DateSpanV1<'a> {
    first: i32,
    last: i32,
    zone: &'a str,
    tables: &'a str,
    starts: i64,
    ends: i64,
}

impl<'a> DateSpanV1<'a> {
    fn of(days: &'a DateSpan) -> Self {
        Self {
            first: day_number(days.first()),
            last: day_number(days.last()),
            zone: days.zone().name(),
            tables: days.tables().name(),
            starts: days.starts().timestamp(),
            ends: days.ends().timestamp(),
        }
    }

    fn span(self) -> Result<DateSpan, Error> {
        let (first, last) = (day(self.first)?, day(self.last)?);
        let ends = DateTime::from_timestamp(self.ends, 0);
        if last < first || DateTime::from_timestamp(self.starts, 0) > ends || ends.is_none() {
            return Err(corrupt("stored days end before they start"));
        }
        let span = DateSpan::from_parts(first, last, zone(self.zone)?, self.starts, self.ends);
        Ok(span.with_tables(tables(self.tables)?))
    }
}

#[derive(Serialize, Deserialize)]
struct TimeSpanV1<'a> {
    start: MomentV1,
    end: MomentV1,
    zone: &'a str,
    tables: &'a str,
}

impl<'a> TimeSpanV1<'a> {
    fn of(times: &'a TimeSpan) -> Self {
        Self {
            start: MomentV1::of(times.start()),
            end: MomentV1::of(times.end()),
            zone: times.zone().name(),
            tables: times.tables().name(),
        }
    }

    fn span(self) -> Result<TimeSpan, Error> {
        let (start, end) = (self.start.moment()?, self.end.moment()?);
        if end.instant() <= start.instant() {
            return Err(corrupt("a stored time ends before it starts"));
        }
        Ok(TimeSpan::from_parts(start, end, zone(self.zone)?).with_tables(tables(self.tables)?))
    }
}

/// What the wall showed, in seconds since the wall showed 1970-01-01 00:00, and how far it was ahead of UTC.
#[derive(Serialize, Deserialize)]
struct MomentV1 {
    wall: i64,
    offset: i32,
}

impl MomentV1 {
    fn of(moment: Moment) -> Self {
        Self { wall: moment.wall().and_utc().timestamp(), offset: moment.offset_seconds() }
    }

    fn moment(self) -> Result<Moment, Error> {
        let wall = DateTime::from_timestamp(self.wall, 0).map(|wall| wall.naive_utc());
        let Some(wall) = wall.filter(|wall| has_year(wall.date())) else {
            return Err(corrupt("a stored time is outside the years that are planned in"));
        };
        if self.offset.unsigned_abs() >= 24 * 60 * 60 {
            return Err(corrupt("a stored time is a day or more away from UTC"));
        }
        Ok(Moment::from_parts(wall, self.offset))
    }
}

fn day_number(day: NaiveDate) -> i32 {
    // Years are held within 1970 to 9999, which takes three million days.
    i32::try_from(day.signed_duration_since(NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}

fn day(number: i32) -> Result<NaiveDate, Error> {
    NaiveDate::default()
        .checked_add_signed(TimeDelta::days(i64::from(number)))
        .filter(|day| has_year(*day))
        .ok_or_else(|| corrupt("a stored day is outside the years that are planned in"))
}

/// The years that schedules have.
fn has_year(day: NaiveDate) -> bool {
    (1970..=9999).contains(&day.year())
}

fn zone(name: &str) -> Result<Zone, Error> {
    Zone::named(name).map_err(|unknown| newer("a time zone is not known to this version").because(unknown))
}

fn tables(version: &str) -> Result<Tables, Error> {
    Tables::named(version).ok_or_else(|| corrupt("a stored version of the zone tables is none"))
}

/// Microseconds since 1970.
pub(super) fn micros(instant: DateTime<Utc>) -> Result<i64, Error> {
    let micros = instant.timestamp_micros();
    if DateTime::from_timestamp_micros(micros) == Some(instant) {
        return Ok(micros);
    }
    Err(Error::new(Kind::Misuse, format!("the time {instant} is finer than a microsecond")))
}

pub(super) fn time(micros: i64) -> Result<DateTime<Utc>, Error> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| corrupt("a stored time is outside all years"))
}

#[derive(Serialize, Deserialize)]
struct SealedV1<'a> {
    version: u8,
    keys: KeysV1,
    bytes: &'a [u8],
}

impl<'a> SealedV1<'a> {
    fn of<T>(sealed: &'a Sealed<T>) -> Self {
        Self { version: sealed.version(), keys: KeysV1::of(sealed.keys()), bytes: sealed.bytes() }
    }

    fn sealed<T>(self) -> Sealed<T> {
        Sealed::from_parts(self.keys.keys(), self.version, self.bytes.into())
    }
}

choice! {
    enum KeysV1 {
        1 => One(u64),
        2 => Both((u64, u64)),
    }
}

impl KeysV1 {
    fn of(keys: Keys) -> Self {
        match keys {
            Keys::One(key) => Self::One(key.get()),
            Keys::Both { person, gathering } => Self::Both((person.get(), gathering.get())),
        }
    }

    fn keys(self) -> Keys {
        match self {
            Self::One(key) => Keys::One(KeyRef::new(key)),
            Self::Both((person, gathering)) => {
                Keys::Both { person: KeyRef::new(person), gathering: KeyRef::new(gathering) }
            }
        }
    }
}
