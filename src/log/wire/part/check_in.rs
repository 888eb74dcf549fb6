//! What is stored of lists at which people are checked in, and of what whoever scans is told.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::code::{CheckInKindV1, StandingV1, WayV1};
use super::text::Id;
use super::{Chosen, Micros, cut_short, micros, next, no_choice, put_choice, time};
use crate::fact::{CheckInList, CheckedIn, ListName, Scan};
use crate::id::{CheckInListId, OfferingId, RegistrationId, ScanId};
use crate::log::error::Error;

/// The session whose time counts, if one does, is among the fact's tags.
#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct CheckInListV1<'a> {
    id: u16,
    name: &'a str,
    offerings: Vec<u16>,
    kind: CheckInKindV1,
    opens: u32,
    closes: u32,
}

impl<'a> CheckInListV1<'a> {
    pub(in crate::log::wire) fn of(list: &'a CheckInList) -> Self {
        let CheckInList { id, name, offerings, session: _, kind, opens, closes } = list;
        let offerings = offerings.iter().map(|offering| offering.get()).collect();
        let (kind, opens, closes) = (CheckInKindV1::of(*kind), *opens, *closes);
        Self { id: id.get(), name, offerings, kind, opens, closes }
    }

    pub(in crate::log::wire) fn list(self) -> Result<CheckInList, Error> {
        Ok(CheckInList {
            id: CheckInListId::new(self.id),
            name: self.name.to_owned(),
            offerings: self.offerings.into_iter().map(OfferingId::new).collect(),
            session: None,
            kind: self.kind.read()?,
            opens: self.opens,
            closes: self.closes,
        })
    }
}

/// The registration, if it is one, is among the fact's tags.
#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct ScanV1 {
    id: Id,
    place: u16,
    list: u16,
    way: WayV1,
    seen_at: Micros,
}

impl ScanV1 {
    pub(in crate::log::wire) fn of(scan: &Scan) -> Result<Self, Error> {
        let Scan { id, registration: _, place, list, way, seen_at } = *scan;
        let (id, list, way) = (Id(id.bytes()), list.get(), WayV1::of(way));
        Ok(Self { id, place, list, way, seen_at: micros(seen_at)? })
    }

    pub(in crate::log::wire) fn scan(self, registration: RegistrationId) -> Result<Scan, Error> {
        Ok(Scan {
            id: ScanId::from_bytes(self.id.0),
            registration,
            place: self.place,
            list: CheckInListId::new(self.list),
            way: self.way.read()?,
            seen_at: time(self.seen_at)?,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct FirstSeenV1 {
    first_seen: Micros,
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct ListNameV1<'a> {
    id: u16,
    name: &'a str,
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct BelongsV1<'a> {
    #[serde(borrow)]
    belongs: Vec<ListNameV1<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct StandsV1 {
    standing: StandingV1,
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct WindowV1 {
    opens: Option<Micros>,
    closes: Option<Micros>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::log::wire) struct PlacesV1 {
    places: u32,
}

choice! {
    /// What whoever scanned was told.
    enum CheckedInV1<'a> {
        1 "counted" => Counted(()),
        2 "again" => Again(FirstSeenV1),
        3 "wrong_list" => WrongList(BelongsV1<'a>),
        4 "not_confirmed" => NotConfirmed(StandsV1),
        5 "unknown_registration" => UnknownRegistration(()),
        6 "other_gathering" => OtherGathering(()),
        7 "outside_window" => OutsideWindow(WindowV1),
        8 "unknown_place" => UnknownPlace(PlacesV1),
        9 "undone" => Undone(()),
    }
}

impl<'a> CheckedInV1<'a> {
    pub(in crate::log::wire) fn of(told: &'a CheckedIn) -> Result<Self, Error> {
        Ok(match told {
            CheckedIn::Counted => Self::Counted(()),
            CheckedIn::Again { first_seen } => Self::Again(FirstSeenV1 { first_seen: micros(*first_seen)? }),
            CheckedIn::WrongList { belongs } => {
                let name = |list: &'a ListName| ListNameV1 { id: list.id.get(), name: &list.name };
                Self::WrongList(BelongsV1 { belongs: belongs.iter().map(name).collect() })
            }
            CheckedIn::NotConfirmed { standing } => {
                Self::NotConfirmed(StandsV1 { standing: StandingV1::of(*standing) })
            }
            CheckedIn::UnknownRegistration => Self::UnknownRegistration(()),
            CheckedIn::OtherGathering => Self::OtherGathering(()),
            CheckedIn::OutsideWindow { opens, closes } => {
                let (opens, closes) = (opens.map(micros).transpose()?, closes.map(micros).transpose()?);
                Self::OutsideWindow(WindowV1 { opens, closes })
            }
            CheckedIn::UnknownPlace { places } => Self::UnknownPlace(PlacesV1 { places: *places }),
            CheckedIn::Undone => Self::Undone(()),
        })
    }

    pub(in crate::log::wire) fn told(self) -> Result<CheckedIn, Error> {
        Ok(match self {
            Self::Counted(()) => CheckedIn::Counted,
            Self::Again(FirstSeenV1 { first_seen }) => CheckedIn::Again { first_seen: time(first_seen)? },
            Self::WrongList(BelongsV1 { belongs }) => {
                let name = |list: ListNameV1<'_>| ListName {
                    id: CheckInListId::new(list.id),
                    name: list.name.to_owned(),
                };
                CheckedIn::WrongList { belongs: belongs.into_iter().map(name).collect() }
            }
            Self::NotConfirmed(StandsV1 { standing }) => {
                CheckedIn::NotConfirmed { standing: standing.read()? }
            }
            Self::UnknownRegistration(()) => CheckedIn::UnknownRegistration,
            Self::OtherGathering(()) => CheckedIn::OtherGathering,
            Self::OutsideWindow(WindowV1 { opens, closes }) => {
                let (opens, closes) = (opens.map(time).transpose()?, closes.map(time).transpose()?);
                CheckedIn::OutsideWindow { opens, closes }
            }
            Self::UnknownPlace(PlacesV1 { places }) => CheckedIn::UnknownPlace { places },
            Self::Undone(()) => CheckedIn::Undone,
        })
    }
}
