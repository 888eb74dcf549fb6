//! What the bodies of facts are made of: choices, schedules, pools, sealed values; and below, rules and codes.
//!
//! A part is stored within facts, so a part that says something anew is a new version of every fact that holds it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU16;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use serde::de::{self, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeTuple};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{corrupt, newer};
use crate::fact::{BookingTime, Capacity, Mode, Offering, Overbook, Pool, SessionTexts, Venue};
use crate::id::{OfferingId, PersonId, PoolId};
use crate::log::error::{Error, Kind};
use crate::schedule::{DateSpan, Moment, Schedule, Tables, TimeSpan, Zone};
use crate::sealed::{KeyRef, Keys, Sealed};
use crate::text::Reference;

/// A nested choice, stored as its code and what belongs to it. In text it is its name with what belongs to it, or its
/// name alone.
macro_rules! choice {
    (
        $(#[$doc:meta])*
        enum $name:ident $(<$life:lifetime>)? { $($code:literal $text:literal => $variant:ident($inside:ty),)+ }
    ) => {
        $(#[$doc])*
        pub(in crate::log::wire) enum $name $(<$life>)? { $($variant($inside)),+ }

        impl $(<$life>)? Serialize for $name $(<$life>)? {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(inside) => put_choice(serializer, ($code, $text), inside),)+
                }
            }
        }

        impl<'de $(: $life, $life)?> Deserialize<'de> for $name $(<$life>)? {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    deserializer.deserialize_any(Chosen::<Self>(PhantomData))
                } else {
                    deserializer.deserialize_tuple(2, Chosen::<Self>(PhantomData))
                }
            }
        }

        impl<'de $(: $life, $life)?> Visitor<'de> for Chosen<$name $(<$life>)?> {
            type Value = $name $(<$life>)?;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a choice and what belongs to it")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<Self::Value, A::Error> {
                let code: u8 = next(&mut pair)?;
                match code {
                    $($code => next(&mut pair).map($name::$variant),)+
                    unknown => Err(de::Error::custom(format_args!("no choice has the code {unknown}"))),
                }
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                match text {
                    $($text => <$inside>::deserialize(().into_deserializer()).map($name::$variant),)+
                    unknown => Err(no_choice(unknown)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, mut pair: A) -> Result<Self::Value, A::Error> {
                let text: Cow<'de, str> = pair.next_key()?.ok_or_else(cut_short)?;
                match &*text {
                    $($text => pair.next_value().map($name::$variant),)+
                    unknown => Err(no_choice(unknown)),
                }
            }
        }
    };
}

mod check_in;
mod code;
mod rule;
mod text;

pub(super) use check_in::{CheckInListV1, CheckedInV1, ScanV1};
pub(super) use code::{EndingV1, GatheringKindV1, PresenceSourceV1, PresenceV1, RsvpV1};
pub(super) use rule::{
    ApprovalV1, CredentialV1, DrawV1, LinePolicyV1, OrganisationCapV1, PassReasonV1, PendingV1,
    ReconfirmationV1, ResourceV1, SetAsideV1, WhoV1, classes, draws, everybody,
};

#[cfg(feature = "json")]
pub(in crate::log) use text::Hex;
pub(super) use text::Id;
pub(in crate::log) use text::Micros;
use text::{Bytes, Day, Seconds, Wall};

struct Chosen<T>(PhantomData<T>);

fn put_choice<S: Serializer, T: Serialize>(
    serializer: S,
    (code, text): (u8, &str),
    inside: &T,
) -> Result<S::Ok, S::Error> {
    if !serializer.is_human_readable() {
        let mut pair = serializer.serialize_tuple(2)?;
        pair.serialize_element(&code)?;
        pair.serialize_element(inside)?;
        return pair.end();
    }
    // To this choice nothing belongs.
    if size_of::<T>() == 0 {
        return serializer.serialize_str(text);
    }
    let mut pair = serializer.serialize_map(Some(1))?;
    pair.serialize_entry(text, inside)?;
    pair.end()
}

fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(pair: &mut A) -> Result<T, A::Error> {
    pair.next_element()?.ok_or_else(cut_short)
}

fn cut_short<E: de::Error>() -> E {
    E::custom("a choice is cut short")
}

fn no_choice<E: de::Error>(text: &str) -> E {
    E::custom(format_args!("no choice is called {text:?}"))
}

pub(super) fn reference(text: &str) -> Result<Reference, Error> {
    Reference::new(text).map_err(|fault| corrupt("a stored reference is none").because(fault))
}

/// A pool of a time when none was overbooked.
#[derive(Serialize, Deserialize)]
pub(super) struct PoolV1<'a> {
    id: u16,
    name: &'a str,
    capacity: CapacityV1,
}

impl PoolV1<'_> {
    pub(super) fn pool(self) -> Pool {
        let capacity = self.capacity.capacity();
        Pool::new(PoolId::new(self.id), self.name, capacity)
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct PoolV2<'a> {
    id: u16,
    name: &'a str,
    capacity: CapacityV1,
    overbook: OverbookV1,
}

impl<'a> PoolV2<'a> {
    pub(super) fn of(pool: &'a Pool) -> Self {
        let Pool { id, name, capacity, overbook } = pool;
        let (capacity, overbook) = (CapacityV1::of(*capacity), OverbookV1::of(*overbook));
        Self { id: id.get(), name, capacity, overbook }
    }

    pub(super) fn pool(self) -> Pool {
        Pool {
            id: PoolId::new(self.id),
            name: self.name.to_owned(),
            capacity: self.capacity.capacity(),
            overbook: self.overbook.overbook(),
        }
    }
}

/// An offering of a time when it had no rules beyond the size of a party. What it requires was said beside it.
#[derive(Serialize, Deserialize)]
pub(super) struct OfferingV1<'a> {
    id: u16,
    name: &'a str,
    pools: Vec<u16>,
    max_party: NonZeroU16,
    waiting_list: bool,
}

impl OfferingV1<'_> {
    pub(super) fn offering(self) -> Offering {
        let (id, pools) = (OfferingId::new(self.id), self.pools.into_iter().map(PoolId::new));
        Offering {
            max_party: self.max_party,
            waiting_list: self.waiting_list,
            ..Offering::new(id, self.name, pools)
        }
    }
}

/// The session that it is for, if it is for one, is among the fact's tags.
#[derive(Serialize, Deserialize)]
pub(super) struct OfferingV2<'a> {
    id: u16,
    name: &'a str,
    pools: Vec<u16>,
    max_party: NonZeroU16,
    waiting_list: bool,
    requires: Option<u16>,
    line: LinePolicyV1,
    approval: Option<ApprovalV1>,
    #[serde(borrow)]
    only_for: Vec<WhoV1<'a>>,
    hold_limit: u32,
}

impl<'a> OfferingV2<'a> {
    pub(super) fn of(offering: &'a Offering) -> Result<Self, Error> {
        let Offering {
            id,
            name,
            pools,
            max_party,
            waiting_list,
            requires,
            session: _,
            line,
            approval,
            only_for,
            hold_limit,
        } = offering;
        Ok(Self {
            id: id.get(),
            name,
            pools: pools.iter().map(|pool| pool.get()).collect(),
            max_party: *max_party,
            waiting_list: *waiting_list,
            requires: requires.map(OfferingId::get),
            line: LinePolicyV1::of(*line)?,
            approval: approval.map(ApprovalV1::of),
            only_for: WhoV1::all(only_for),
            hold_limit: *hold_limit,
        })
    }

    pub(super) fn offering(self) -> Result<Offering, Error> {
        Ok(Offering {
            id: OfferingId::new(self.id),
            name: self.name.to_owned(),
            pools: self.pools.into_iter().map(PoolId::new).collect(),
            max_party: self.max_party,
            waiting_list: self.waiting_list,
            requires: self.requires.map(OfferingId::new),
            session: None,
            line: self.line.policy()?,
            approval: self.approval.map(ApprovalV1::approval),
            only_for: everybody(self.only_for)?,
            hold_limit: self.hold_limit,
        })
    }
}

/// Its speakers' ids are among the fact's tags.
#[derive(Serialize, Deserialize)]
pub(super) struct SessionTextsV1<'a> {
    title: &'a str,
    description: &'a str,
    track: &'a str,
    kind: &'a str,
    link: &'a str,
}

impl<'a> SessionTextsV1<'a> {
    pub(super) fn of(texts: &'a SessionTexts) -> Self {
        let SessionTexts { title, description, track, kind, link, speakers: _ } = texts;
        Self { title, description, track, kind, link }
    }

    pub(super) fn texts(self, speakers: Vec<PersonId>) -> SessionTexts {
        SessionTexts {
            title: self.title.to_owned(),
            description: self.description.to_owned(),
            track: self.track.to_owned(),
            kind: self.kind.to_owned(),
            link: self.link.to_owned(),
            speakers,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct VenueV1<'a> {
    name: &'a str,
    address: &'a str,
}

impl<'a> VenueV1<'a> {
    pub(super) fn of(venue: &'a Venue) -> Self {
        Self { name: &venue.name, address: &venue.address }
    }

    pub(super) fn venue(self) -> Venue {
        Venue { name: self.name.to_owned(), address: self.address.to_owned() }
    }
}

choice! {
    enum ModeV1<'a> {
        1 "online" => Online(()),
        2 "in_person" => InPerson(VenueV1<'a>),
        3 "hybrid" => Hybrid(VenueV1<'a>),
    }
}

impl<'a> ModeV1<'a> {
    pub(super) fn of(mode: &'a Mode) -> Self {
        match mode {
            Mode::Online => Self::Online(()),
            Mode::InPerson(venue) => Self::InPerson(VenueV1::of(venue)),
            Mode::Hybrid(venue) => Self::Hybrid(VenueV1::of(venue)),
        }
    }

    pub(super) fn mode(self) -> Mode {
        match self {
            Self::Online(()) => Mode::Online,
            Self::InPerson(venue) => Mode::InPerson(venue.venue()),
            Self::Hybrid(venue) => Mode::Hybrid(venue.venue()),
        }
    }
}

choice! {
    enum CapacityV1 {
        1 "limited" => Limited(u32),
        2 "unlimited" => Unlimited(()),
    }
}

impl CapacityV1 {
    pub(super) fn of(capacity: Capacity) -> Self {
        match capacity {
            Capacity::Limited(places) => Self::Limited(places),
            Capacity::Unlimited => Self::Unlimited(()),
        }
    }

    pub(super) fn capacity(self) -> Capacity {
        match self {
            Self::Limited(places) => Capacity::Limited(places),
            Self::Unlimited(()) => Capacity::Unlimited,
        }
    }
}

choice! {
    enum OverbookV1 {
        1 "no" => No(()),
        2 "places" => Places(u32),
        3 "per_cent" => PerCent(u16),
    }
}

impl OverbookV1 {
    pub(super) fn of(overbook: Overbook) -> Self {
        match overbook {
            Overbook::No => Self::No(()),
            Overbook::Places(more) => Self::Places(more),
            Overbook::PerCent(of_hundred) => Self::PerCent(of_hundred),
        }
    }

    pub(super) fn overbook(self) -> Overbook {
        match self {
            Self::No(()) => Overbook::No,
            Self::Places(more) => Overbook::Places(more),
            Self::PerCent(of_hundred) => Overbook::PerCent(of_hundred),
        }
    }
}

choice! {
    enum BookingTimeV1 {
        1 "at" => At(Micros),
        2 "seconds_before_start" => BeforeStart(u32),
    }
}

impl BookingTimeV1 {
    pub(super) fn of(time: BookingTime) -> Result<Self, Error> {
        Ok(match time {
            BookingTime::At(instant) => Self::At(micros(instant)?),
            BookingTime::BeforeStart { seconds } => Self::BeforeStart(seconds),
        })
    }

    pub(super) fn time(self) -> Result<BookingTime, Error> {
        match self {
            Self::At(micros) => time(micros).map(BookingTime::At),
            Self::BeforeStart(seconds) => Ok(BookingTime::BeforeStart { seconds }),
        }
    }
}

choice! {
    enum ScheduleV1<'a> {
        1 "to_be_confirmed" => ToBeConfirmed(&'a str),
        2 "days" => DateOnly(DateSpanV1<'a>),
        3 "exact" => Exact(TimeSpanV1<'a>),
    }
}

impl<'a> ScheduleV1<'a> {
    pub(super) fn of(schedule: &'a Schedule) -> Self {
        match schedule {
            Schedule::ToBeConfirmed { hint } => Self::ToBeConfirmed(hint),
            Schedule::DateOnly(days) => Self::DateOnly(DateSpanV1::of(days)),
            Schedule::Exact(times) => Self::Exact(TimeSpanV1::of(times)),
        }
    }

    pub(super) fn schedule(self) -> Result<Schedule, Error> {
        match self {
            Self::ToBeConfirmed(hint) => Ok(Schedule::to_be_confirmed(hint)),
            Self::DateOnly(days) => days.span().map(Schedule::DateOnly),
            Self::Exact(times) => times.span().map(Schedule::Exact),
        }
    }
}

/// Days are counted from 1970-01-01, instants in seconds from its beginning in UTC.
#[derive(Serialize, Deserialize)]
pub(super) struct DateSpanV1<'a> {
    first: Day,
    last: Day,
    zone: &'a str,
    tables: &'a str,
    starts: Seconds,
    ends: Seconds,
}

impl<'a> DateSpanV1<'a> {
    pub(super) fn of(days: &'a DateSpan) -> Self {
        Self {
            first: day_number(days.first()),
            last: day_number(days.last()),
            zone: days.zone().name(),
            tables: days.tables().name(),
            starts: Seconds(days.starts().timestamp()),
            ends: Seconds(days.ends().timestamp()),
        }
    }

    pub(super) fn span(self) -> Result<DateSpan, Error> {
        let (first, last) = (day(self.first)?, day(self.last)?);
        let instant = |seconds: Seconds| DateTime::from_timestamp(seconds.0, 0);
        let (starts, ends) = (instant(self.starts), instant(self.ends));
        if last < first || starts.is_none() || ends.is_none() || starts > ends {
            return Err(corrupt("stored days end before they start"));
        }
        let span = DateSpan::from_parts(first, last, zone(self.zone)?, self.starts.0, self.ends.0);
        Ok(span.with_tables(tables(self.tables)?))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct TimeSpanV1<'a> {
    start: MomentV1,
    end: MomentV1,
    zone: &'a str,
    tables: &'a str,
}

impl<'a> TimeSpanV1<'a> {
    pub(super) fn of(times: &'a TimeSpan) -> Self {
        Self {
            start: MomentV1::of(times.start()),
            end: MomentV1::of(times.end()),
            zone: times.zone().name(),
            tables: times.tables().name(),
        }
    }

    pub(super) fn span(self) -> Result<TimeSpan, Error> {
        let (start, end) = (self.start.moment()?, self.end.moment()?);
        if end.instant() <= start.instant() {
            return Err(corrupt("a stored time ends before it starts"));
        }
        Ok(TimeSpan::from_parts(start, end, zone(self.zone)?).with_tables(tables(self.tables)?))
    }
}

/// What the wall showed, in seconds since the wall showed 1970-01-01 00:00, and how far it was ahead of UTC.
#[derive(Serialize, Deserialize)]
pub(super) struct MomentV1 {
    wall: Wall,
    offset: i32,
}

impl MomentV1 {
    pub(super) fn of(moment: Moment) -> Self {
        Self { wall: Wall(moment.wall().and_utc().timestamp()), offset: moment.offset_seconds() }
    }

    pub(super) fn moment(self) -> Result<Moment, Error> {
        let wall = DateTime::from_timestamp(self.wall.0, 0).map(|wall| wall.naive_utc());
        let Some(wall) = wall.filter(|wall| has_year(wall.date())) else {
            return Err(corrupt("a stored time is outside the years that are planned in"));
        };
        if self.offset.unsigned_abs() >= 24 * 60 * 60 {
            return Err(corrupt("a stored time is a day or more away from UTC"));
        }
        Ok(Moment::from_parts(wall, self.offset))
    }
}

fn day_number(day: NaiveDate) -> Day {
    // Years are held within 1970 to 9999, which takes three million days.
    let days = day.signed_duration_since(NaiveDate::default()).num_days();
    Day(i32::try_from(days).unwrap_or(i32::MAX))
}

fn day(Day(number): Day) -> Result<NaiveDate, Error> {
    NaiveDate::default()
        .checked_add_signed(TimeDelta::days(i64::from(number)))
        .filter(|day| has_year(*day))
        .ok_or_else(|| corrupt("a stored day is outside the years that are planned in"))
}

/// The years that schedules have.
pub(super) fn has_year(day: NaiveDate) -> bool {
    (1970..=9999).contains(&day.year())
}

pub(super) fn zone(name: &str) -> Result<Zone, Error> {
    Zone::named(name).map_err(|unknown| newer("a time zone is not known to this version").because(unknown))
}

pub(super) fn tables(version: &str) -> Result<Tables, Error> {
    Tables::named(version).ok_or_else(|| corrupt("a stored version of the zone tables is none"))
}

/// Microseconds since 1970.
pub(super) fn micros(instant: DateTime<Utc>) -> Result<Micros, Error> {
    let micros = instant.timestamp_micros();
    if DateTime::from_timestamp_micros(micros) == Some(instant) {
        return Ok(Micros(micros));
    }
    Err(Error::new(Kind::Misuse, format!("the time {instant} is finer than a microsecond")))
}

pub(super) fn time(Micros(micros): Micros) -> Result<DateTime<Utc>, Error> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| corrupt("a stored time is outside all years"))
}

#[derive(Serialize, Deserialize)]
pub(super) struct SealedV1<'a> {
    version: u8,
    keys: KeysV1,
    #[serde(borrow)]
    bytes: Bytes<'a>,
}

impl<'a> SealedV1<'a> {
    pub(super) fn of<T>(sealed: &'a Sealed<T>) -> Self {
        Self {
            version: sealed.version(),
            keys: KeysV1::of(sealed.keys()),
            bytes: Bytes(Cow::Borrowed(sealed.bytes())),
        }
    }

    pub(super) fn sealed<T>(self) -> Sealed<T> {
        Sealed::from_parts(self.keys.keys(), self.version, self.bytes.0.into())
    }
}

choice! {
    enum KeysV1 {
        1 "one" => One(u64),
        2 "both" => Both(BothKeysV1),
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct BothKeysV1 {
    person: u64,
    gathering: u64,
}

impl KeysV1 {
    pub(super) fn of(keys: Keys) -> Self {
        match keys {
            Keys::One(key) => Self::One(key.get()),
            Keys::Both { person, gathering } => {
                Self::Both(BothKeysV1 { person: person.get(), gathering: gathering.get() })
            }
        }
    }

    pub(super) fn keys(self) -> Keys {
        match self {
            Self::One(key) => Keys::One(KeyRef::new(key)),
            Self::Both(BothKeysV1 { person, gathering }) => {
                Keys::Both { person: KeyRef::new(person), gathering: KeyRef::new(gathering) }
            }
        }
    }
}
