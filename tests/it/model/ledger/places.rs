//! What the facts of registrations do, and to how many places.

use gather::{Capacity, Draw, Overbook, Pool, PoolId};

use super::gathering::Life;
use super::*;

/// How many people a pool takes; `None` is without a limit.
pub(super) fn limit(pool: &Pool) -> Option<u64> {
    let Capacity::Limited(places) = pool.capacity else { return None };
    let places = u64::from(places);
    Some(match pool.overbook {
        Overbook::Places(more) => places + u64::from(more),
        Overbook::PerCent(of_hundred) => places + places * u64::from(of_hundred) / 100,
        _ => places,
    })
}

impl Gathering {
    pub(super) fn fold_booking(&mut self, fact: &Fact, time: DateTime<Utc>) -> Result<(), Broken> {
        match fact {
            Fact::RegistrationConfirmed { registration, booking, draws, .. } => {
                self.has_no_say(booking.offering)?;
                self.admits(booking, booking.party.booker, booking.party.size(), draws, time)?;
                self.join(*registration, booking, Claim::Confirmed, draws, time)?;
            }
            Fact::RegistrationWaitlisted { registration, booking, ahead, .. } => {
                self.has_no_say(booking.offering)?;
                self.can_wait(booking.offering)?;
                let true_ahead = self.ahead(booking, booking.party.booker).count();
                hold(usize::try_from(*ahead) == Ok(true_ahead), || format!("{true_ahead} are ahead"))?;
                self.join(*registration, booking, Claim::Waiting, &[], time)?;
            }
            Fact::RegistrationHeld { registration, booking, draws, until, latest, .. } => {
                hold(time < *until && until <= latest, || String::from("that is no time to hold it"))?;
                self.admits(booking, booking.party.booker, booking.party.size(), draws, time)?;
                let claim = Claim::Held { until: *until, latest: *latest };
                self.join(*registration, booking, claim, draws, time)?;
            }
            Fact::ApprovalRequested { registration, booking, draws, pending, .. } => {
                let policy = self.offering(booking.offering).approval.ok_or("nobody has to say yes")?;
                let uses_places = pending.uses_places;
                hold(!uses_places || policy.pending_uses_places, || String::from("it keeps places"))?;
                if uses_places {
                    self.admits(booking, booking.party.booker, booking.party.size(), draws, time)?;
                }
                let claim = Claim::Pending { uses_places, until: pending.until };
                self.join(*registration, booking, claim, draws, time)?;
            }
            Fact::FollowUpRequested { registration, booking, .. }
            | Fact::InterestNoted { registration, booking, .. } => {
                let mut one = new(*registration, booking, Claim::Asks, self.facts());
                one.interested = matches!(fact, Fact::InterestNoted { .. });
                self.registrations.push(one);
            }
            _ => self.fold_claim(fact, time)?,
        }
        Ok(())
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
    fn fold_claim(&mut self, fact: &Fact, time: DateTime<Utc>) -> Result<(), Broken> {
        match fact {
            Fact::RegistrationPromoted { registration, draws, .. } => {
                self.serves(*registration, draws, time)?;
                self.change(*registration)?.claim = Claim::Confirmed;
            }
            Fact::PlaceOffered { registration, draws, respond_by, .. } => {
                self.serves(*registration, draws, time)?;
                self.can_answer(*respond_by, time)?;
                self.change(*registration)?.claim = Claim::Offered { respond_by: *respond_by };
            }
            Fact::OfferAccepted { registration, .. } => {
                let one = self.change(*registration)?;
                let in_time = matches!(one.claim, Claim::Offered { respond_by } if time < respond_by);
                one.becomes(in_time, Claim::Confirmed)?;
            }
            Fact::HoldExtended { registration, until, .. } => {
                let one = self.change(*registration)?;
                let Claim::Held { until: before, latest } = one.claim else {
                    return Err("it is not held".into());
                };
                let may = time < before && time < *until && *until <= latest;
                one.becomes(may, Claim::Held { until: *until, latest })?;
            }
            Fact::HoldConfirmed { registration, pending, .. } => {
                let offering = self.one(*registration)?.booking.offering;
                let has_a_say = self.offering(offering).approval.is_some();
                hold(has_a_say == pending.is_some(), || String::from("somebody has to say yes, or not"))?;
                let one = self.change(*registration)?;
                let in_time = matches!(one.claim, Claim::Held { until, .. } if time < until);
                let pending =
                    pending.map(|pending| Claim::Pending { uses_places: true, until: pending.until });
                one.becomes(in_time, pending.unwrap_or(Claim::Confirmed))?;
            }
            Fact::RegistrationApproved { registration, draws, ahead, .. } => {
                self.approve(*registration, draws, *ahead, time)?;
            }
            Fact::MovedToFollowUp { registration, .. } => {
                let one = self.change(*registration)?;
                one.becomes(one.claim == Claim::Confirmed, Claim::Asks)?;
                one.draws.clear();
            }
            Fact::RegistrationEnded { registration, .. } => {
                let one = self.change(*registration)?;
                one.becomes(one.claim != Claim::Ended, Claim::Ended)?;
            }
            Fact::RegistrationReconfirmed { registration, .. } => {
                let is_open = self.round().is_some_and(|round| time < round.until);
                let one = self.change(*registration)?;
                hold(is_open && one.is_silent(), || String::from("it was not asked, or has answered"))?;
                one.answered = true;
            }
            Fact::InvitationAnswered { registration, person, .. } => {
                let one = self.one(*registration)?;
                let is_on_it = one.booking.party.named().any(|named| named == *person);
                hold(is_on_it && one.claim == Claim::Confirmed, || format!("it is {:?}", one.claim))?;
            }
            Fact::TagsSet { registration, .. } => {
                self.one(*registration)?;
            }
            Fact::NoteWritten { registration, booker, .. } => {
                let one = self.one(*registration)?;
                hold(one.booking.party.booker == *booker, || String::from("it is somebody else's"))?;
            }
            Fact::ConsentRecorded { registration, person, .. }
            | Fact::NeedsRecorded { registration, person, .. } => {
                let one = self.one(*registration)?;
                let is_on_it = one.booking.party.named().any(|named| named == *person);
                hold(is_on_it, || String::from("they are not on it"))?;
                let says_more = matches!(fact, Fact::NeedsRecorded { needs: Some(_), .. });
                hold(!says_more || one.claim != Claim::Ended, || String::from("it has ended"))?;
            }
            Fact::PresenceRecorded { registration, place, flagged, .. } => {
                let one = self.one(*registration)?;
                hold(one.booking.party.at(*place).is_some(), || String::from("no such place"))?;
                hold(*flagged == (one.claim != Claim::Confirmed), || format!("it is {:?}", one.claim))?;
            }
            _ => self.fold_people(fact, time)?,
        }
        Ok(())
    }

    fn approve(
        &mut self,
        id: RegistrationId,
        draws: &[Draw],
        ahead: Option<u32>,
        time: DateTime<Utc>,
    ) -> Result<(), Broken> {
        let (one, joined) = (self.one(id)?.clone(), self.facts());
        let Claim::Pending { uses_places, until } = one.claim else { return Err("it is not pending".into()) };
        hold(until.is_none_or(|until| time < until), || String::from("its time was up"))?;
        if let Some(ahead) = ahead {
            hold(!uses_places, || String::from("it had its places"))?;
            self.can_wait(one.booking.offering)?;
            let true_ahead = self.ahead(&one.booking, one.maker).count();
            hold(usize::try_from(ahead) == Ok(true_ahead), || format!("{true_ahead} are ahead"))?;
            let one = self.change(id)?;
            (one.claim, one.joined) = (Claim::Waiting, joined);
        } else {
            if uses_places {
                hold(draws == one.draws, || String::from("it draws on others"))?;
            } else {
                self.admits(&one.booking, one.maker, one.booking.party.size(), draws, time)?;
            }
            let one = self.change(id)?;
            one.claim = Claim::Confirmed;
            one.draws = draws.to_vec();
        }
        Ok(())
    }

    fn fold_people(&mut self, fact: &Fact, time: DateTime<Utc>) -> Result<(), Broken> {
        match fact {
            Fact::PlaceTransferred { registration, place, from, to, .. } => {
                let before = self.all_used();
                let party = &mut self.change(*registration)?.booking.party;
                hold(party.at(*place) == Some(*from), || format!("{from:?} did not have place {place}"))?;
                match place {
                    1 => party.booker = *to,
                    guest => party.guests[usize::from(*guest) - 2] = Some(*to),
                }
                hold(before == self.all_used(), || String::from("a transfer touched a pool"))?;
            }
            Fact::RegistrationSplit { registration, rest, keep, .. } => {
                let one = self.change(*registration)?;
                let size = one.booking.party.size();
                let may = one.claim == Claim::Waiting && one.booking.may_split;
                hold(may && *keep > 0 && u32::from(*keep) < size, || String::from("it cannot be split"))?;
                let mut rests = one.booking.party.guests.split_off(usize::from(*keep) - 1);
                let booker = rests.remove(0).ok_or("a booker without a name")?;
                let mut other = one.clone();
                (other.id, other.is_rest) = (*rest, true);
                other.booking.party = gather::Party { booker, guests: rests };
                self.registrations.push(other);
            }
            Fact::PartyChanged { registration, removed, added, draws, .. } => {
                self.change_party(*registration, removed, added, draws, time)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn change_party(
        &mut self,
        id: RegistrationId,
        removed: &[u16],
        added: &[Option<PersonId>],
        draws: &[Draw],
        time: DateTime<Utc>,
    ) -> Result<(), Broken> {
        let before = self.one(id)?.clone();
        let mut booking = before.booking.clone();
        let old = booking.party.size();
        for place in removed.iter().rev().filter(|place| **place != 1) {
            hold(booking.party.at(*place).is_some(), || String::from("no such place"))?;
            booking.party.guests.remove(usize::from(*place) - 2);
        }
        if removed.contains(&1) {
            let heir = booking.party.guests.iter().position(Option::is_some);
            let heir = heir.ok_or("the booker's place goes, and there is nobody with a name")?;
            booking.party.booker = booking.party.guests.remove(heir).unwrap();
        }
        booking.party.guests.extend(added);
        let new = booking.party.size();
        let most = u32::from(self.offering(booking.offering).max_party.get());
        hold(new <= old || new <= most && before.claim != Claim::Waiting, || {
            String::from("it is too large")
        })?;
        if new > old && before.uses_places() {
            let more: Vec<Draw> = draws.iter().map(|draw| less(*draw, &before.draws)).collect();
            self.admits(&booking, before.maker, new - old, &more, time)?;
        }
        let one = self.change(id)?;
        one.booking = booking;
        one.draws = draws.to_vec();
        Ok(())
    }

    /// Somebody who waits, and can be served, gets their places.
    fn serves(&mut self, id: RegistrationId, draws: &[Draw], time: DateTime<Utc>) -> Result<(), Broken> {
        let one = self.one(id)?.clone();
        hold(one.claim == Claim::Waiting, || format!("it was {:?}", one.claim))?;
        hold(self.life == Life::Announced, || String::from("it does not stand"))?;
        self.can_be_had(one.booking.offering, time)?;
        hold(self.is_served(), || String::from("the line is not served"))?;
        self.admits(&one.booking, one.maker, one.booking.party.size(), draws, time)?;
        self.change(id)?.draws = draws.to_vec();
        Ok(())
    }

    fn has_no_say(&self, offering: OfferingId) -> Result<(), Broken> {
        hold(self.offering(offering).approval.is_none(), || String::from("somebody has to say yes first"))
    }

    /// Whether so many more come in by what is free for them: what they draw on was set aside for them and is left, the
    /// others have places that are free for everybody, and their organisation may have as many.
    fn admits(
        &self,
        booking: &Booking,
        maker: PersonId,
        people: u32,
        draws: &[Draw],
        time: DateTime<Utc>,
    ) -> Result<(), Broken> {
        if booking.uncounted {
            return hold(draws.is_empty(), || String::from("nobody who is not counted draws on anything"));
        }
        for draw in draws.iter().filter(|draw| draw.places > 0) {
            let from =
                self.set_asides.iter().find(|one| one.id == draw.set_aside).ok_or("no such set-aside")?;
            let is_for_them = from.who.iter().any(|who| is(who, maker, booking));
            hold(is_for_them, || format!("{} is for others", from.id))?;
            let left = self.open(from, time);
            hold(u64::from(draw.places) <= left, || format!("{left} are left in {}", from.id))?;
        }
        for pool in &self.offering(booking.offering).pools {
            let of_it = draws.iter().filter(|draw| {
                self.set_asides.iter().any(|one| one.id == draw.set_aside && one.pool == *pool)
            });
            let set_aside: u32 = of_it.map(|draw| draw.places).sum();
            let others = i64::from(people) - i64::from(set_aside);
            hold(others >= 0, || String::from("more are drawn than come"))?;
            let general = self.general(*pool, time);
            hold(others == 0 || general.is_none_or(|free| others <= free), || {
                format!("{general:?} are free for everybody in {pool}")
            })?;
        }
        self.is_within_the_cap(booking, people, time)
    }

    fn is_within_the_cap(&self, booking: &Booking, people: u32, time: DateTime<Utc>) -> Result<(), Broken> {
        let Some(cap) = self.announcement.organisation_cap else { return Ok(()) };
        let until = cap.until.map(|until| until.resolve(self.schedule.starts()));
        if until.is_some_and(|until| until.is_some_and(|until| until <= time)) {
            return Ok(());
        }
        let organisation = |booking: &Booking| {
            booking.credentials.iter().find_map(|credential| match credential {
                gather::Credential::Organisation(id) => Some(*id),
                _ => None,
            })
        };
        let theirs = organisation(booking).ok_or("they come from nowhere")?;
        let with_places = self.live().filter(|one| one.uses_places());
        let same = with_places.filter(|one| organisation(&one.booking) == Some(theirs));
        let there: u64 = same.map(Registration::counted).sum();
        hold(there + u64::from(people) <= u64::from(cap.people), || format!("{there} of {theirs} are there"))
    }

    fn join(
        &mut self,
        id: RegistrationId,
        booking: &Booking,
        claim: Claim,
        draws: &[Draw],
        time: DateTime<Utc>,
    ) -> Result<(), Broken> {
        let offering = self.offering(booking.offering);
        let limit = u32::from(offering.max_party.get());
        hold(booking.party.size() <= limit, || format!("a party of more than {limit}"))?;
        let is_for_them = offering.only_for.is_empty()
            || offering.only_for.iter().any(|who| is(who, booking.party.booker, booking));
        hold(is_for_them, || String::from("it is for others"))?;
        let splits_well = !booking.may_split || !booking.party.guests.contains(&None);
        hold(splits_well, || String::from("nobody can be the booker of the rest"))?;
        self.can_be_had(booking.offering, time)?;
        let mut one = new(id, booking, claim, self.facts());
        one.draws = draws.to_vec();
        self.registrations.push(one);
        Ok(())
    }

    /// How many people have a place at a time at which what is due may not be written yet.
    pub(in super::super) fn people_at(&self, time: DateTime<Utc>) -> usize {
        let has_a_row = |one: &&Registration| {
            one.claim == Claim::Confirmed || one.keeps_places(time) && !one.booking.uncounted
        };
        self.live().filter(has_a_row).map(|one| usize::try_from(one.booking.party.size()).unwrap()).sum()
    }

    /// How many people have a place in a pool at such a time.
    pub(in super::super) fn used_at(&self, pool: PoolId, time: DateTime<Utc>) -> u64 {
        let drawing = self.live().filter(|one| self.offering(one.booking.offering).pools.contains(&pool));
        drawing.filter(|one| one.keeps_places(time)).map(Registration::counted).sum()
    }

    /// How many people have a place in a pool.
    pub(in super::super) fn used(&self, pool: PoolId) -> u64 {
        let with_places = self.live().filter(|one| one.uses_places());
        let drawing = with_places.filter(|one| self.offering(one.booking.offering).pools.contains(&pool));
        drawing.map(Registration::counted).sum()
    }

    pub(super) fn all_used(&self) -> Vec<(PoolId, u64)> {
        self.pools.iter().map(|pool| (pool.id, self.used(pool.id))).collect()
    }

    /// How many places are left in a set-aside.
    fn open(&self, set_aside: &gather::SetAside, time: DateTime<Utc>) -> u64 {
        let release = set_aside.release.and_then(|release| release.resolve(self.schedule.starts()));
        if release.is_some_and(|release| release <= time) {
            return 0;
        }
        let with_places = self.live().filter(|one| one.uses_places());
        let draws = with_places.flat_map(|one| &one.draws).filter(|draw| draw.set_aside == set_aside.id);
        let gone: u64 = draws.map(|draw| u64::from(draw.places)).sum();
        u64::from(set_aside.places).saturating_sub(gone)
    }

    /// What is free for everybody; `None` is without a limit.
    fn general(&self, pool: PoolId, time: DateTime<Utc>) -> Option<i64> {
        let limit = limit(self.pools.iter().find(|one| one.id == pool)?)?;
        let kept = self.set_asides.iter().filter(|one| one.pool == pool).map(|one| self.open(one, time));
        let signed = |number: u64| i64::try_from(number).unwrap();
        Some(signed(limit) - signed(self.used(pool)) - signed(kept.sum()))
    }

    pub(in super::super) fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// How many people each of the pools takes that an offering draws on.
    pub(in super::super) fn limits(&self, offering: &gather::Offering) -> Vec<Option<u64>> {
        self.pools.iter().filter(|pool| offering.pools.contains(&pool.id)).map(limit).collect()
    }

    /// There are never more people in a pool than it takes, unless somebody has said that they may keep their places; and
    /// then nobody comes until there is room.
    pub(super) fn nobody_is_too_many(&mut self, fact: &Fact, before: &[(PoolId, u64)]) -> Result<(), Broken> {
        for pool in self.pools.clone() {
            let used = self.used(pool.id);
            if limit(&pool).is_none_or(|limit| used <= limit) {
                self.over_full.remove(&pool.id);
                continue;
            }
            let was = before.iter().find(|(id, _)| *id == pool.id).map_or(0, |(_, used)| *used);
            let is_meant = self.over_full.contains(&pool.id) && used <= was;
            hold(is_meant, || format!("{used} people in {pool:?}, by {fact:?}"))?;
        }
        Ok(())
    }
}

/// Whether a rule for somebody is for whoever made a booking.
pub(super) fn is(who: &gather::Who, maker: PersonId, booking: &Booking) -> bool {
    match who {
        gather::Who::With(credential) => booking.credentials.contains(credential),
        gather::Who::Person(person) => *person == maker,
        _ => false,
    }
}

/// What is drawn more than before.
fn less(draw: Draw, before: &[Draw]) -> Draw {
    let was = before.iter().find(|other| other.set_aside == draw.set_aside).map_or(0, |other| other.places);
    Draw { places: draw.places.saturating_sub(was), ..draw }
}

fn new(id: RegistrationId, booking: &Booking, claim: Claim, joined: usize) -> Registration {
    Registration {
        id,
        maker: booking.party.booker,
        booking: booking.clone(),
        claim,
        draws: Vec::new(),
        joined,
        asked: false,
        answered: false,
        interested: false,
        is_rest: false,
    }
}
