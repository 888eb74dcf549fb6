//! What the lists know of checking people in: the lists at which it is done, and every scan.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::collections::{ChunkedVec, ShardedMap};
use crate::fact::{CheckInList, CheckedIn, PresenceSource, Scan, Way};
use crate::id::{CheckInListId, ScanId, SessionId};
use crate::image::image;
use crate::projection::invited::Stamp;
use crate::record::Position;

/// One scan, as it was taken in.
#[derive(Clone, Debug)]
pub(super) struct ScanCard {
    pub(super) scan: Scan,
    /// The place that it is of by now: places are numbered anew when a party changes. `None` where it is gone.
    pub(super) place: Option<u16>,
    pub(super) source: PresenceSource,
    pub(super) told: CheckedIn,
    pub(super) position: Position,
    pub(super) recorded_at: DateTime<Utc>,
    /// When it was taken back, if it was.
    pub(super) undone: Option<DateTime<Utc>>,
}

image!(struct ScanCard { scan, place, source, told, position, recorded_at, undone });

impl ScanCard {
    /// Whether it counts: what it was told does, and nobody took it back.
    pub(super) fn counts(&self) -> bool {
        self.undone.is_none() && self.told.counts()
    }

    /// Whether somebody should look into it.
    pub(super) fn is_flagged(&self) -> bool {
        self.undone.is_none() && self.told.is_flagged()
    }

    /// Where it stands among the others of its place: the earlier comes first, of two at once the one with the smaller id.
    pub(super) fn turn(&self) -> (DateTime<Utc>, ScanId) {
        (self.scan.seen_at, self.scan.id)
    }
}

/// At which lists somebody is, by their scans in the order in which they were seen, and since when.
#[derive(Clone, Debug, Default)]
pub(super) struct Inside {
    since: BTreeMap<CheckInListId, DateTime<Utc>>,
}

impl Inside {
    /// Follows them one scan further. Gives what they have left by it: the list, and since when they were there.
    pub(super) fn follow(&mut self, scan: &Scan) -> Vec<(CheckInListId, DateTime<Utc>)> {
        match scan.way {
            Way::In => {
                self.since.entry(scan.list).or_insert(scan.seen_at);
                Vec::new()
            }
            // Whoever goes out at list 0, the door, has left the rooms behind it, too.
            Way::Out if scan.list == CheckInListId::DOOR => {
                std::mem::take(&mut self.since).into_iter().collect()
            }
            Way::Out => self.since.remove_entry(&scan.list).into_iter().collect(),
        }
    }

    pub(super) fn is_at(&self, list: CheckInListId) -> bool {
        self.since.contains_key(&list)
    }

    pub(super) fn is_anywhere(&self) -> bool {
        !self.since.is_empty()
    }

    /// The lists at which they are still, and since when.
    pub(super) fn still(self) -> impl Iterator<Item = (CheckInListId, DateTime<Utc>)> {
        self.since.into_iter()
    }
}

/// The scans of one registration, in the order in which they were taken in.
#[derive(Clone, Debug, Default)]
pub(super) struct Scans {
    each: Vec<ScanCard>,
}

image!(struct Scans { each });

impl Scans {
    pub(super) fn take_in(&mut self, card: ScanCard) {
        self.each.push(card);
    }

    pub(super) fn undo(&mut self, scan: ScanId, at: DateTime<Utc>) {
        for card in self.each.iter_mut().filter(|card| card.scan.id == scan) {
            card.undone.get_or_insert(at);
        }
    }

    pub(super) fn all(&self) -> &[ScanCard] {
        &self.each
    }

    /// What was scanned goes where its place goes: these are the places that stay, in their new order.
    pub(super) fn renumber(&mut self, now: impl Fn(u16) -> Option<u16>) {
        for card in &mut self.each {
            card.place = card.place.and_then(&now);
        }
    }

    /// The scans of a place that count, in the order in which they were seen.
    pub(super) fn counted(&self, place: u16) -> Vec<&ScanCard> {
        let mut counted: Vec<_> =
            self.each.iter().filter(|card| card.place == Some(place) && card.counts()).collect();
        counted.sort_unstable_by_key(|card| card.turn());
        counted
    }

    /// When a place was first seen going in, at each list where it was.
    pub(super) fn first_ins(&self, place: u16) -> BTreeMap<CheckInListId, DateTime<Utc>> {
        let mut first = BTreeMap::new();
        for card in self.each.iter().filter(|card| card.place == Some(place)) {
            if card.counts() && card.scan.way == Way::In {
                let known = first.entry(card.scan.list).or_insert(card.scan.seen_at);
                *known = card.scan.seen_at.min(*known);
            }
        }
        first
    }

    /// When a place was first seen going in, at one list or at any.
    pub(super) fn first_in(&self, place: u16, list: Option<CheckInListId>) -> Option<DateTime<Utc>> {
        let is_meant = |card: &&ScanCard| {
            card.place == Some(place)
                && card.counts()
                && card.scan.way == Way::In
                && list.is_none_or(|list| card.scan.list == list)
        };
        self.each.iter().filter(is_meant).map(|card| card.scan.seen_at).min()
    }
}

/// What a gathering has of its own: its lists, where each scan is kept, and those that are of none of its registrations.
#[derive(Clone, Debug, Default)]
pub(super) struct CheckInBook {
    lists: Vec<SetList>,
    homes: ShardedMap<ScanId, Home>,
    strays: ChunkedVec<ScanCard>,
    /// Scans that were taken back and have not arrived.
    undone: BTreeMap<ScanId, DateTime<Utc>>,
}

image!(struct CheckInBook { lists, homes, strays, undone });

#[derive(Clone, Debug)]
struct SetList {
    list: CheckInList,
    withdrawn: bool,
}

image!(struct SetList { list, withdrawn });

/// Where a scan is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// On the registration at this place of the gathering.
    On(usize),
    /// On none.
    Stray,
}

image!(enum Home { 0 => On(index), 1 => Stray });

impl CheckInBook {
    pub(super) fn set(&mut self, list: &CheckInList) {
        self.lists.retain(|known| known.list.id != list.id);
        self.lists.push(SetList { list: list.clone(), withdrawn: false });
        self.lists.sort_by_key(|known| known.list.id);
    }

    pub(super) fn withdraw(&mut self, list: CheckInListId) {
        for known in self.lists.iter_mut().filter(|known| known.list.id == list) {
            known.withdrawn = true;
        }
    }

    /// The lists that were not withdrawn, by number; list 0 is there without being set.
    pub(super) fn lists(&self) -> Vec<CheckInList> {
        let mut lists: Vec<CheckInList> =
            self.lists.iter().filter(|known| !known.withdrawn).map(|known| known.list.clone()).collect();
        if lists.first().is_none_or(|first| first.id != CheckInListId::DOOR) {
            lists.insert(0, CheckInList::door());
        }
        lists
    }

    /// What people call a list, also one that was withdrawn.
    pub(super) fn name(&self, list: CheckInListId) -> String {
        let known = self.lists.iter().find(|known| known.list.id == list);
        let door = (list == CheckInListId::DOOR).then(|| CheckInList::door().name);
        known.map(|known| known.list.name.clone()).or(door).unwrap_or_default()
    }

    /// The session that a list goes by, if it goes by one.
    pub(super) fn session(&self, list: CheckInListId) -> Option<SessionId> {
        self.lists.iter().find(|known| known.list.id == list)?.list.session
    }

    /// Notes where a scan is kept; `false` for an id that is known.
    pub(super) fn note(&mut self, scan: ScanId, home: Home) -> bool {
        let is_new = !self.homes.contains_key(&scan);
        if is_new {
            self.homes.insert(scan, home);
        }
        is_new
    }

    /// The card of a scan that arrives now: taken back already, perhaps.
    pub(super) fn card(
        &mut self,
        scan: &Scan,
        (source, told): (PresenceSource, &CheckedIn),
        at: Stamp,
    ) -> ScanCard {
        ScanCard {
            scan: *scan,
            place: Some(scan.place),
            source,
            told: told.clone(),
            position: at.position,
            recorded_at: at.time,
            undone: self.undone.remove(&scan.id),
        }
    }

    pub(super) fn take_in_stray(&mut self, card: ScanCard) {
        self.strays.push(card);
    }

    /// Takes a scan back, and says on which registration it is kept, if on one. One that has not arrived is noted.
    pub(super) fn undo(&mut self, scan: ScanId, at: DateTime<Utc>) -> Option<usize> {
        match self.homes.get(&scan) {
            Some(Home::On(index)) => return Some(*index),
            Some(Home::Stray) => {
                for card in self.strays.iter_mut().filter(|card| card.scan.id == scan) {
                    card.undone.get_or_insert(at);
                }
            }
            None => {
                self.undone.entry(scan).or_insert(at);
            }
        }
        None
    }

    pub(super) fn strays(&self) -> impl Iterator<Item = &ScanCard> {
        self.strays.iter()
    }
}
