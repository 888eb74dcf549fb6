//! What can be asked of registrations: to be made, alone or together, to end, to go to somebody else.

use std::collections::BTreeMap;

use super::*;
use gather::{BookingState, Change, Part, Registered};

/// What a party is told that asked for itself.
enum Room {
    Place,
    Line(u32),
}

impl Naive<'_> {
    pub(super) fn register(&mut self, asked: Joined, given: DateTime<Utc>) -> Result<Told, No> {
        let now = self.now_for(std::slice::from_ref(&asked), given);
        let asked = self.can_be_booked(asked, now)?;
        self.is_eligible(&asked)?;
        let registration = asked.registration;
        Ok(match self.room_for(&asked)? {
            Room::Place => {
                self.done(now, Done::Joined(asked));
                Told::Confirmed(registration)
            }
            Room::Line(ahead) => {
                self.done(now, Done::Joined(Joined { ahead: Some(ahead), ..asked }));
                Told::Waiting(registration, ahead)
            }
        })
    }

    pub(super) fn basket(
        &mut self,
        parts: Vec<Joined>,
        best_effort: bool,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.now_for(&parts, given);
        let mut asked: Vec<Joined> = Vec::new();
        for part in parts {
            let part = self.can_be_booked(part, now)?;
            let twice =
                asked.iter().filter(|other| same_offering(other, &part)).any(|other| share(other, &part));
            refuse_if(twice, "twice_in_party")?;
            asked.push(part);
        }
        let mut order: Vec<usize> = (0..asked.len()).collect();
        order.sort_by_key(|&nth| self.needs_first(asked[nth].gathering, asked[nth].offering));
        if !best_effort {
            self.all_fit(&asked, &order)?;
        }
        let mut told = vec![Part::LeftOut; asked.len()];
        for nth in order {
            let part = asked[nth].clone();
            told[nth] = if best_effort { self.try_part(part, now) } else { self.take_part(part, now)? };
        }
        Ok(Told::Parts(told))
    }

    /// A part of a basket of which all is to be had: the room is there.
    fn take_part(&mut self, part: Joined, now: DateTime<Utc>) -> Result<Part, No> {
        self.is_eligible(&part)?;
        let registration = part.registration;
        self.done(now, Done::Joined(part));
        Ok(Part::Registered(Registered::Confirmed { registration }))
    }

    /// A part of a basket of which as much as can be is to be had.
    fn try_part(&mut self, part: Joined, now: DateTime<Utc>) -> Part {
        let registration = part.registration;
        if self.is_eligible(&part).is_err() {
            return Part::LeftOut;
        }
        match self.room_for(&part) {
            Err(_) => Part::LeftOut,
            Ok(Room::Place) => {
                self.done(now, Done::Joined(part));
                Part::Registered(Registered::Confirmed { registration })
            }
            Ok(Room::Line(ahead)) => {
                self.done(now, Done::Joined(Joined { ahead: Some(ahead), ..part }));
                Part::Registered(Registered::Waiting { registration, ahead })
            }
        }
    }

    /// Whether several parties have room at once, pool by pool, and nobody comes before any of them.
    fn all_fit(&self, parts: &[Joined], order: &[usize]) -> Result<(), No> {
        let mut wanted: BTreeMap<(GatheringId, u16), u32> = BTreeMap::new();
        for part in parts {
            for &pool in &self.offering(part.gathering, part.offering).unwrap().plan.pools {
                *wanted.entry((part.gathering, pool)).or_default() += part.size();
            }
        }
        let too_small =
            |(gathering, pool), people| self.capacity(gathering, pool).is_some_and(|places| places < people);
        refuse_if(wanted.iter().any(|(&pool, &people)| too_small(pool, people)), "never_fits")?;
        let too_full = |(gathering, pool), people| {
            self.free(gathering, pool).is_some_and(|free| free < i64::from(people))
        };
        refuse_if(wanted.iter().any(|(&pool, &people)| too_full(pool, people)), "full")?;
        let is_behind = |part: &Joined| {
            !self.line(part.gathering, part.offering).is_empty() || self.others_come_first(part)
        };
        refuse_if(order.iter().any(|&nth| is_behind(&parts[nth])), "line_first")
    }

    /// Refuses what cannot be booked now, whatever room there is. Says which offering is meant.
    fn can_be_booked(&self, asked: Joined, now: DateTime<Utc>) -> Result<Joined, No> {
        let gathering = asked.gathering;
        refuse_if(self.plan(gathering).is_none(), "unknown_gathering")?;
        let asked = Joined { offering: self.which_offering(gathering, asked.offering)?, ..asked };
        let offering = self.offering(gathering, asked.offering).unwrap();
        let mut named = asked.named();
        named.sort_unstable();
        refuse_if(named.windows(2).any(|two| two[0] == two[1]), "twice_in_party")?;
        refuse_if(asked.size() > u32::from(offering.plan.max_party), "party_too_large")?;
        refuse_if(self.called_off(gathering), "gathering_cancelled")?;
        refuse_if(self.over(gathering, now), "gathering_over")?;
        if let Some(session) = offering.session {
            let session = self.session(gathering, session).unwrap();
            refuse_if(session.dropped, "session_dropped")?;
            refuse_if(session.is_over(now), "session_over")?;
        }
        let booking = self.booking(gathering, now);
        refuse_if(booking == BookingState::NotYet, "booking_not_open_yet")?;
        refuse_if(booking == BookingState::Closed, "booking_closed")?;
        refuse_if(self.holds_one_already(&asked), "already_registered")?;
        Ok(asked)
    }

    fn which_offering(&self, gathering: GatheringId, asked: u16) -> Result<u16, No> {
        let numbers: Vec<u16> = self.offerings(gathering).iter().map(|(number, _)| *number).collect();
        match (asked, numbers.as_slice()) {
            (0, [only]) => Ok(*only),
            (0, _) => Err(No::from("which_offering")),
            (asked, numbers) if numbers.contains(&asked) => Ok(asked),
            _ => Err(No::from("unknown_offering")),
        }
    }

    /// Whether a party has its places at once or stands in line, or neither.
    fn room_for(&self, asked: &Joined) -> Result<Room, No> {
        refuse_if(self.never_fits(asked), "never_fits")?;
        let ahead = self.line(asked.gathering, asked.offering).len();
        let short = self.short_pools(asked);
        if ahead == 0 && !self.others_come_first(asked) && short.is_empty() {
            return Ok(Room::Place);
        }
        if self.offering(asked.gathering, asked.offering).unwrap().plan.waiting_list {
            return Ok(Room::Line(u32::try_from(ahead).unwrap()));
        }
        Err(No::from(if short.is_empty() { "line_first" } else { "full" }))
    }

    /// The gathering on which a registration was ever made.
    fn gathering_of(&self, id: RegistrationId) -> Result<GatheringId, No> {
        let gathering = self.past.iter().find_map(|deed| match &deed.what {
            Done::Joined(joined) if joined.registration == id => Some(joined.gathering),
            _ => None,
        });
        gathering.ok_or_else(|| No::from("unknown_registration"))
    }

    /// A registration that can still be changed at a time.
    fn live_one(&self, id: RegistrationId, now: DateTime<Utc>) -> Result<Joined, No> {
        let gathering = self.gathering_of(id)?;
        refuse_if(self.called_off(gathering), "gathering_cancelled")?;
        let live = self.live(gathering).into_iter().find(|one| one.joined.registration == id);
        let party = live.ok_or("registration_ended")?.joined;
        refuse_if(self.over(gathering, now), "gathering_over")?;
        let offering = self.offering(gathering, party.offering).unwrap();
        let session = offering.session.and_then(|session| self.session(gathering, session));
        refuse_if(session.is_some_and(|session| session.is_over(now)), "session_over")?;
        Ok(party)
    }

    pub(super) fn cancel_registration(
        &mut self,
        id: RegistrationId,
        by_organiser: bool,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.now(gathering, given);
        let party = self.live_one(id, now)?;
        let mut ended = self.end_with_dependents(&party, by_organiser, now);
        ended.retain(|other| *other != id);
        Ok(Told::Promoted { registrations: self.promote(gathering, now), ended })
    }

    /// Ends a registration with all that cannot be without it: first itself, then those, one after the other.
    pub(super) fn end_with_dependents(
        &mut self,
        party: &Joined,
        by_organiser: bool,
        now: DateTime<Utc>,
    ) -> Vec<RegistrationId> {
        self.done(now, Done::Ended(party.gathering, party.registration, by_organiser));
        let mut ended = vec![party.registration];
        for dependent in self.dependents(party) {
            ended.extend(self.end_with_dependents(&dependent, by_organiser, now));
        }
        ended
    }

    pub(super) fn transfer(
        &mut self,
        id: RegistrationId,
        place: u16,
        to: u8,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.now_reading(gathering, &[to], given);
        let party = self.live_one(id, now)?;
        let who = (1..).zip(party.people()).find(|(number, _)| *number == place).map(|(_, who)| who);
        let who = who.ok_or("unknown_place")?;
        if who == Some(to) {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        refuse_if(!self.can_share_what_it_requires(&party, to), "needs_place")?;
        self.hand_over(&party, place, to, now)?;
        Ok(Told::Changed(Change::Made))
    }

    /// Gives a place to somebody, and with it the places that whoever had it has in what requires it.
    fn hand_over(&mut self, party: &Joined, place: u16, to: u8, now: DateTime<Utc>) -> Result<(), No> {
        let alone = Joined { booker: to, guests: Vec::new(), ..party.clone() };
        refuse_if(self.holds_one_already(&alone), "already_registered")?;
        refuse_if(self.is_busy(party.gathering, party.offering, to), "overlap")?;
        let dependents = self.dependents(party);
        let from = party.people()[usize::from(place) - 1];
        self.done(now, Done::Transferred(party.gathering, party.registration, place, to));
        for dependent in dependents {
            let held = (1..).zip(dependent.people()).find(|(_, who)| from.is_some() && *who == from);
            if let Some((place, _)) = held {
                self.hand_over(&dependent, place, to, now)?;
            }
        }
        Ok(())
    }
}

fn same_offering(one: &Joined, other: &Joined) -> bool {
    (one.gathering, one.offering) == (other.gathering, other.offering)
}

fn share(one: &Joined, other: &Joined) -> bool {
    one.named().iter().any(|person| other.named().contains(person))
}
