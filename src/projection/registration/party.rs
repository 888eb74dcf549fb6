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
    /// What was seen of a place goes where the place goes.
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
            return self.lose_booker(removed, added, draws);
        }
        let (mut guests, mut seen) = (Vec::new(), BTreeMap::new());
        seen.extend(self.seen.get(&1).map(|it| (1, *it)));
        let before = (2_u16..).zip(std::mem::take(&mut self.booking.party.guests));
        for (place, guest) in before.filter(|(place, _)| !removed.contains(place)) {
            guests.push(guest);
            let now = u16::try_from(guests.len()).unwrap_or(u16::MAX).saturating_add(1);
            seen.extend(self.seen.get(&place).map(|it| (now, *it)));
        }
        guests.extend_from_slice(added);
        self.booking.party.guests = guests;
        self.aside.keep_for(&self.booking.party, true);
        self.seen = seen;
        self.draws = draws.to_vec();
    }

    /// Its booker is forgotten, and another of the party has place 1. What was answered was the booker's. Nobody was seen yet.
    fn lose_booker(&mut self, removed: &[u16], added: &[Option<PersonId>], draws: &[Draw]) {
        self.booking.party.change(removed, added);
        self.booking.answers = None;
        self.aside.keep_for(&self.booking.party, false);
        self.draws = draws.to_vec();
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
        Some(Self { id: rest, number, booking, aside, seen: BTreeMap::new(), ..self.clone() })
    }
}
