//! How many have come, list by list, and how many are in the house.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::fact::{CheckInKind, CheckInList, PresenceSource};
use crate::id::{CheckInListId, GatheringId, OfferingId, PersonId, RegistrationId};
use crate::projection::card::GatheringCard;
use crate::projection::check_in::{Inside, ScanCard};
use crate::projection::registration::RegistrationCard;
use crate::projection::status::RegistrationStatus;
use crate::projection::table::{Column, Table};

/// How many people have come to a gathering, at each of its lists, as far as scans say.
///
/// Whoever is not counted in a pool is counted here: a head is a head, also where somebody has several registrations (a place
/// and the visit that needs it), and whichever of them was scanned. Only people with a confirmed place are counted; what was scanned
/// of others is among the [flagged](Self::flagged).
///
/// Whoever goes out at list 0, the door, has left every list; whoever goes out at another has left that one only.
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
    /// How many are in the house: inside at any list that was a door when they were scanned there. It is as of the last scan:
    /// nobody leaves by the end of the gathering.
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
    /// How many of those have gone in and not left since.
    pub inside: u64,
    /// How many of those have left, there or by list 0.
    pub left: u64,
    /// How many scans at it somebody should look into.
    pub flagged: u64,
}

impl CheckInCounts {
    pub(super) fn of(card: &GatheringCard) -> Self {
        let people = people(card);
        let lists = card.check_in_lists();
        Self {
            gathering: card.id(),
            lists: lists.into_iter().map(|list| ListCount::of(card, &people, list)).collect(),
            in_the_house: count(people.iter().filter(|somebody| somebody.is_in_the_house())),
            flagged: count(all_scans(card).filter(|scan| scan.is_flagged())),
            undone: count(all_scans(card).filter(|scan| scan.undone.is_some())),
        }
    }
}

impl ListCount {
    fn of(card: &GatheringCard, people: &[Somebody<'_>], list: CheckInList) -> Self {
        let id = list.id;
        let belongs = |it: &&Somebody<'_>| it.offerings.iter().any(|offering| list.covers(*offering));
        let came = count(people.iter().filter(|it| it.scans.iter().any(|card| card.scan.list == id)));
        let inside = count(people.iter().filter(|it| it.inside.is_at(id)));
        Self {
            list: id,
            kind: list.kind,
            expected: count(people.iter().filter(belongs)),
            came,
            inside,
            left: came.saturating_sub(inside),
            flagged: count(all_scans(card).filter(|scan| scan.scan.list == id && scan.is_flagged())),
            name: list.name,
        }
    }
}

/// One head: whoever has several registrations is one all the same. A guest without a name is one by their place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Named(PersonId),
    Guest(RegistrationId, u16),
}

/// What somebody has confirmed places in, what was scanned of all of them and counts, and where they are by that.
#[derive(Default)]
struct Somebody<'a> {
    offerings: Vec<OfferingId>,
    scans: Vec<&'a ScanCard>,
    inside: Inside,
}

impl Somebody<'_> {
    /// Whoever is online is not in the house, and leaves it by no scan there.
    fn is_in_the_house(&self) -> bool {
        let mut at_doors = Inside::default();
        for card in self.scans.iter().filter(|card| card.source == PresenceSource::Door) {
            at_doors.follow(&card.scan);
        }
        at_doors.is_anywhere()
    }
}

fn people(card: &GatheringCard) -> Vec<Somebody<'_>> {
    let mut people: BTreeMap<Who, Somebody<'_>> = BTreeMap::new();
    for (it, place) in confirmed_places(card) {
        let named = it.booking().party.at(place).flatten();
        let who = named.map_or(Who::Guest(it.id(), place), Who::Named);
        let somebody = people.entry(who).or_default();
        somebody.offerings.push(it.booking().offering);
        somebody.scans.extend(it.counted_scans(place));
    }
    let mut people: Vec<Somebody<'_>> = people.into_values().collect();
    for somebody in &mut people {
        somebody.scans.sort_unstable_by_key(|card| card.turn());
        for card in &somebody.scans {
            somebody.inside.follow(&card.scan);
        }
    }
    people
}

/// Every place of every confirmed registration.
pub(super) fn confirmed_places(card: &GatheringCard) -> impl Iterator<Item = (&RegistrationCard, u16)> {
    let confirmed = card.registrations();
    let confirmed = confirmed.filter(|it| card.status(it) == RegistrationStatus::Confirmed);
    confirmed.flat_map(|it| (1..).take(1 + it.booking().party.guests.len()).map(move |place| (it, place)))
}

fn all_scans(card: &GatheringCard) -> impl Iterator<Item = &ScanCard> {
    card.registrations().flat_map(RegistrationCard::scans).chain(card.stray_scans())
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
