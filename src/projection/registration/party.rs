//! The people of a registration come, go, and part.

use std::collections::BTreeMap;

use super::RegistrationCard;
use crate::fact::{Booking, Draw, Party};
use crate::id::{PersonId, RegistrationId};
use crate::projection::status::RegistrationStatus;

impl RegistrationCard {
    /// Somebody else has a place. What was answered is the former booker's, so it goes with place 1.
    pub(in crate::projection) fn transfer(&mut self, place: u16, to: PersonId) {
        self.booking.party.put(place, to);
        if place == 1 {
            self.booking.answers = None;
        }
        self.aside.keep_for(&self.booking.party, place != 1);
    }

    /// Other people, or more, or fewer. Places are numbered anew: those that stay in their order, then those that came.
    /// What was seen of a place goes where the place goes. Where the booker is forgotten, another of the party has place 1,
    /// and what was answered, which was the booker's, goes.
    pub(in crate::projection) fn change_party(
        &mut self,
        removed: &[u16],
        added: &[Option<PersonId>],
        draws: &[Draw],
    ) {
        if !self.standing.is_live() {
            return;
        }
        if removed.contains(&1) {
            self.booking.answers = None;
        }
        let stay = places_that_stay(&self.booking.party, removed);
        self.booking.party.change(removed, added);
        self.aside.keep_for(&self.booking.party, !removed.contains(&1));
        self.draws = draws.to_vec();
        let now = |place: u16| (1..).zip(&stay).find(|(_, before)| **before == place).map(|(now, _)| now);
        let seen = std::mem::take(&mut self.seen).into_iter();
        self.seen = seen.filter_map(|(place, seen)| Some((now(place)?, seen))).collect();
        if let Some(scans) = &mut self.scans {
            scans.renumber(now);
        }
    }

    /// Keeps its first places, and gives the rest as a registration of its own, which was booked when this was and has
    /// the same turn. What was answered is the booker's, so it stays. `None` where nothing would be left of either.
    pub(in crate::projection) fn split(
        &mut self,
        rest: RegistrationId,
        keep: u16,
        number: u32,
    ) -> Option<Self> {
        let kept_guests = usize::from(keep.checked_sub(1)?);
        if self.standing != RegistrationStatus::Waiting || kept_guests >= self.booking.party.guests.len() {
            return None;
        }
        let whole = self.booking.party.booker;
        let mut others = self.booking.party.guests.split_off(kept_guests).into_iter();
        let booker = others.next().flatten().unwrap_or(whole);
        let booking = Booking {
            party: Party { booker, guests: others.collect() },
            answers: None,
            supersedes: None,
            ..self.booking.clone()
        };
        let mut aside = self.aside.clone();
        aside.keep_for(&booking.party, false);
        self.aside.keep_for(&self.booking.party, true);
        Some(Self { id: rest, number, booking, aside, seen: BTreeMap::new(), scans: None, ..self.clone() })
    }
}

/// The places of a party that stay, by their numbers before, in their order afterwards. Where the booker goes, the first
/// guest with a name who stays comes first.
fn places_that_stay(party: &Party, removed: &[u16]) -> Vec<u16> {
    let guests = (2_u16..).zip(&party.guests).filter(|(place, _)| !removed.contains(place));
    let heir = guests.clone().find(|(_, guest)| guest.is_some()).map(|(place, _)| place);
    let first = heir.filter(|_| removed.contains(&1)).unwrap_or(1);
    let others = guests.map(|(place, _)| place).filter(|place| *place != first);
    std::iter::once(first).chain(others).collect()
}
