//! How many have come, list by list, and how many are in the house.

use std::fmt;

use serde::Serialize;

use crate::fact::{CheckInKind, CheckInList, Way};
use crate::id::{CheckInListId, GatheringId};
use crate::projection::card::GatheringCard;
use crate::projection::check_in::ScanCard;
use crate::projection::registration::RegistrationCard;
use crate::projection::status::RegistrationStatus;
use crate::projection::table::{Column, Table};

/// How many people have come to a gathering, at each of its lists, as far as scans say.
///
/// Whoever is not counted in a pool is counted here: a head is a head. Only people with a confirmed place are; what was
/// scanned of others is among the [flagged](Self::flagged).
///
/// Serialised it has `gathering`, `lists` (see [`ListCount`]), `in_the_house`, `flagged` and `undone`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[doc(alias = "head count")]
pub struct CheckInCounts {
    /// Which gathering.
    pub gathering: GatheringId,
    /// Each of its lists, by number; withdrawn ones are not among them.
    pub lists: Vec<ListCount>,
    /// How many are in the house: whose last scan at any door, of those that count, was on the way in. It is as of the last
    /// scan: nobody leaves by the end of the gathering.
    pub in_the_house: u64,
    /// How many scans somebody should look into, at whatever list.
    pub flagged: u64,
    /// How many scans were taken back.
    pub undone: u64,
}

/// How many people have come to one list.
///
/// Serialised it has these fields, with `kind` as `door` or `online`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ListCount {
    /// Its number.
    pub list: CheckInListId,
    /// What people call it.
    pub name: String,
    /// Where it stands.
    pub kind: CheckInKind,
    /// How many people with a confirmed place belong there.
    pub expected: u64,
    /// How many of them were seen there at all.
    pub came: u64,
    /// How many were last seen going in.
    pub inside: u64,
    /// How many were last seen going out.
    pub left: u64,
    /// How many scans at it somebody should look into.
    pub flagged: u64,
}

impl CheckInCounts {
    pub(super) fn of(card: &GatheringCard) -> Self {
        let places: Vec<_> = confirmed_places(card).collect();
        let lists = card.check_in_lists();
        let at_a_door = |scan: &ScanCard| scan.source == crate::fact::PresenceSource::Door;
        let is_in =
            |(it, place): &&(&RegistrationCard, u16)| last_way(it, *place, at_a_door) == Some(Way::In);
        Self {
            gathering: card.id(),
            lists: lists.into_iter().map(|list| ListCount::of(card, &places, list)).collect(),
            in_the_house: count(places.iter().filter(is_in)),
            flagged: count(all_scans(card).filter(|scan| scan.is_flagged())),
            undone: count(all_scans(card).filter(|scan| scan.undone.is_some())),
        }
    }
}

impl ListCount {
    fn of(card: &GatheringCard, places: &[(&RegistrationCard, u16)], list: CheckInList) -> Self {
        let id = list.id;
        let belongs = |(it, _): &&(&RegistrationCard, u16)| list.covers(it.booking().offering);
        let way = |(it, place): &(&RegistrationCard, u16)| last_way(it, *place, |scan| scan.scan.list == id);
        let ways: Vec<Way> = places.iter().filter_map(way).collect();
        let (inside, left): (Vec<Way>, Vec<Way>) = ways.iter().partition(|way| **way == Way::In);
        Self {
            list: id,
            kind: list.kind,
            expected: count(places.iter().filter(belongs)),
            came: count(ways.iter()),
            inside: count(inside.iter()),
            left: count(left.iter()),
            flagged: count(all_scans(card).filter(|scan| scan.scan.list == id && scan.is_flagged())),
            name: list.name,
        }
    }
}

/// Every place of every confirmed registration.
pub(super) fn confirmed_places(card: &GatheringCard) -> impl Iterator<Item = (&RegistrationCard, u16)> {
    let confirmed = card.registrations().iter();
    let confirmed = confirmed.filter(|it| card.status(it) == RegistrationStatus::Confirmed);
    confirmed.flat_map(|it| (1..).take(1 + it.booking().party.guests.len()).map(move |place| (it, place)))
}

fn all_scans(card: &GatheringCard) -> impl Iterator<Item = &ScanCard> {
    card.registrations().iter().flat_map(RegistrationCard::scans).chain(card.stray_scans())
}

/// Which way a place was last seen going, of some of its scans.
fn last_way(it: &RegistrationCard, place: u16, is_meant: impl Fn(&ScanCard) -> bool) -> Option<Way> {
    let scans = it.scans().iter().filter(|scan| scan.place == Some(place) && scan.counts() && is_meant(scan));
    scans.max_by_key(|scan| scan.turn()).map(|scan| scan.scan.way)
}

fn count(things: impl Iterator) -> u64 {
    u64::try_from(things.count()).unwrap_or(u64::MAX)
}

impl fmt::Display for CheckInCounts {
    /// A table of the lists, and a line for the house, without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = ["Expected", "Came", "In", "Left", "Flagged"].map(Column::number);
        let mut table = Table::new([vec![Column::text("List")], numbers.to_vec()].concat());
        for list in &self.lists {
            let figures = [list.expected, list.came, list.inside, list.left, list.flagged];
            let cells = figures.iter().map(ToString::to_string);
            table.row(std::iter::once(list.name.clone()).chain(cells).collect());
        }
        write!(f, "{table}\n{} in the house", self.in_the_house)
    }
}
