//! One gathering as its facts tell it, and what must hold within it.

use gather::{Announcement, Capacity, Party, Pool, PoolId, Schedule};

use super::*;

/// A gathering as its facts tell it.
pub(in super::super) struct Gathering {
    pub(super) pools: Vec<Pool>,
    pub(super) offerings: Vec<Offering>,
    pub(super) schedule: Schedule,
    pub(super) cancelled: bool,
    pub(super) no_overlap: bool,
    pub(super) time: DateTime<Utc>,
    sessions: BTreeMap<SessionId, Session>,
    /// In the order of joining.
    registrations: Vec<Registration>,
}

pub(super) struct Session {
    pub(super) schedule: Schedule,
    dropped: bool,
}

pub(super) struct Registration {
    pub(super) id: RegistrationId,
    pub(super) booking: Booking,
    pub(super) standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Confirmed,
    Waiting,
    Ended,
}

impl Gathering {
    pub(super) fn announced(announcement: &Announcement, time: DateTime<Utc>) -> Self {
        Self {
            pools: announcement.pools.clone(),
            offerings: announcement.offerings.clone(),
            schedule: announcement.schedule.clone(),
            cancelled: false,
            no_overlap: announcement.no_overlap,
            time,
            sessions: BTreeMap::new(),
            registrations: Vec::new(),
        }
    }

    pub(super) fn fold(&mut self, fact: &Fact, time: DateTime<Utc>) -> Result<(), Broken> {
        match fact {
            Fact::GatheringRescheduled { schedule, .. } => self.schedule = schedule.clone(),
            Fact::CapacityChanged { pool, capacity, .. } => {
                let pool = self.pools.iter_mut().find(|one| one.id == *pool).ok_or("no such pool")?;
                pool.capacity = *capacity;
            }
            Fact::GatheringCancelled { .. } => {
                self.cancelled = true;
                self.registrations.iter_mut().for_each(|one| one.standing = Standing::Ended);
            }
            Fact::OfferingAdded { offering, pools, .. } => self.add_offering(offering, pools)?,
            Fact::SessionAdded { session, .. } => {
                let known = self.sessions.get(&session.id);
                hold(known.is_none_or(|known| known.dropped), || String::from("added twice"))?;
                let now = Session { schedule: session.schedule.clone(), dropped: false };
                self.sessions.insert(session.id, now);
            }
            Fact::SessionMoved { session, schedule, .. } => {
                self.live_session(*session)?.schedule = schedule.clone();
            }
            Fact::SessionRevised { session, .. } => {
                self.live_session(*session)?;
            }
            Fact::SessionDropped { session, .. } => self.live_session(*session)?.dropped = true,
            _ => self.fold_booking(fact, time)?,
        }
        Ok(())
    }

    fn fold_booking(&mut self, fact: &Fact, time: DateTime<Utc>) -> Result<(), Broken> {
        match fact {
            Fact::RegistrationConfirmed { registration, booking, .. } => {
                let ahead = self.line(booking.offering).count();
                hold(ahead == 0, || format!("past {ahead} who wait for the same"))?;
                self.join(*registration, booking, Standing::Confirmed, time)?;
            }
            Fact::RegistrationWaitlisted { registration, booking, ahead, .. } => {
                let true_ahead = self.line(booking.offering).count();
                hold(usize::try_from(*ahead) == Ok(true_ahead), || format!("{true_ahead} are ahead"))?;
                self.join(*registration, booking, Standing::Waiting, time)?;
            }
            Fact::RegistrationPromoted { registration, .. } => {
                let offering = self.one(*registration)?.booking.offering;
                let first = self.line(offering).next().map(|one| one.id);
                hold(first == Some(*registration), || format!("{first:?} is the first in line"))?;
                self.can_be_had(offering, time)?;
                self.one_mut(*registration)?.standing = Standing::Confirmed;
            }
            Fact::PlaceTransferred { registration, place, from, to, .. } => {
                let before: Vec<_> = self.pools.iter().map(|pool| self.used(pool.id)).collect();
                let party = &mut self.one_mut(*registration)?.booking.party;
                hold(party.at(*place) == Some(*from), || format!("{from:?} did not have place {place}"))?;
                match place {
                    1 => party.booker = *to,
                    guest => party.guests[usize::from(*guest) - 2] = Some(*to),
                }
                let after: Vec<_> = self.pools.iter().map(|pool| self.used(pool.id)).collect();
                hold(before == after, || String::from("a transfer touched a pool"))?;
            }
            Fact::RegistrationCancelled { registration, .. } => {
                let one = self.one_mut(*registration)?;
                hold(one.standing != Standing::Ended, || String::from("it ends twice"))?;
                one.standing = Standing::Ended;
            }
            _ => {}
        }
        Ok(())
    }

    fn live_session(&mut self, id: SessionId) -> Result<&mut Session, Broken> {
        let session = self.sessions.get_mut(&id).ok_or("no such session")?;
        hold(!session.dropped, || String::from("it was dropped"))?;
        Ok(session)
    }

    pub(super) fn session(&self, id: SessionId) -> &Session {
        self.sessions.get(&id).expect("an offering is for a session that was added")
    }

    fn add_offering(&mut self, offering: &Offering, pools: &[Pool]) -> Result<(), Broken> {
        let is_new = self.offerings.iter().all(|other| other.id != offering.id);
        hold(is_new, || String::from("two offerings with one number"))?;
        let old = |pool: &Pool| self.pools.iter().any(|other| other.id == pool.id);
        hold(!pools.iter().any(old), || String::from("two pools with one number"))?;
        if let Some(session) = offering.session {
            self.live_session(session)?;
        }
        self.pools.extend(pools.iter().cloned());
        self.offerings.push(offering.clone());
        let of_others = self.offerings.iter().filter(|other| other.session != offering.session);
        let mut theirs = of_others.flat_map(|other| &other.pools);
        hold(!theirs.any(|pool| offering.pools.contains(pool)), || {
            String::from("two sessions draw on one pool")
        })
    }

    pub(super) fn registrations(&self) -> &[Registration] {
        &self.registrations
    }

    pub(super) fn one(&self, id: RegistrationId) -> Result<&Registration, Broken> {
        self.registrations.iter().find(|one| one.id == id).ok_or(String::from("no such registration"))
    }

    fn one_mut(&mut self, id: RegistrationId) -> Result<&mut Registration, Broken> {
        self.registrations.iter_mut().find(|one| one.id == id).ok_or(String::from("no such registration"))
    }

    fn join(
        &mut self,
        id: RegistrationId,
        booking: &Booking,
        standing: Standing,
        time: DateTime<Utc>,
    ) -> Result<(), Broken> {
        let limit = u32::from(self.offering(booking.offering).max_party.get());
        hold(booking.party.size() <= limit, || format!("a party of more than {limit}"))?;
        self.can_be_had(booking.offering, time)?;
        self.registrations.push(Registration { id, booking: booking.clone(), standing });
        Ok(())
    }

    /// Neither the gathering nor the session is over, and the session was not dropped.
    fn can_be_had(&self, offering: OfferingId, time: DateTime<Utc>) -> Result<(), Broken> {
        let is_over = |schedule: &Schedule| schedule.ends().is_some_and(|end| end <= time);
        hold(!is_over(&self.schedule), || String::from("a place in what is over"))?;
        let Some(session) = self.offering(offering).session else { return Ok(()) };
        let session = self.session(session);
        hold(!session.dropped, || String::from("a place in a session that was dropped"))?;
        hold(!is_over(&session.schedule), || String::from("a place in a session that is over"))
    }

    pub(super) fn offering(&self, id: OfferingId) -> &Offering {
        self.offerings.iter().find(|one| one.id == id).expect("an offering that was announced")
    }

    fn line(&self, offering: OfferingId) -> impl Iterator<Item = &Registration> {
        let waiting = self.registrations.iter().filter(|one| one.standing == Standing::Waiting);
        waiting.filter(move |one| one.booking.offering == offering)
    }

    fn confirmed(&self) -> impl Iterator<Item = &Registration> {
        self.registrations.iter().filter(|one| one.standing == Standing::Confirmed)
    }

    pub(super) fn live(&self) -> impl Iterator<Item = &Registration> {
        self.registrations.iter().filter(|one| one.standing != Standing::Ended)
    }

    /// How many people have a place.
    pub(in super::super) fn people(&self) -> usize {
        self.confirmed().map(|one| one.booking.party.named().count() + unnamed(&one.booking)).sum()
    }

    /// How many people have a place in a pool.
    pub(in super::super) fn used(&self, pool: PoolId) -> u64 {
        let drawing =
            self.confirmed().filter(|one| self.offering(one.booking.offering).pools.contains(&pool));
        drawing.map(|one| u64::from(one.booking.party.size())).sum()
    }

    pub(in super::super) fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// The capacities that an offering draws on.
    pub(in super::super) fn capacities(&self, offering: &Offering) -> Vec<Capacity> {
        let drawn = self.pools.iter().filter(|pool| offering.pools.contains(&pool.id));
        drawn.map(|pool| pool.capacity).collect()
    }

    /// The offering with an id, or the only one.
    pub(in super::super) fn meant(&self, id: Option<OfferingId>) -> Option<&Offering> {
        match id {
            Some(id) => self.offerings.iter().find(|one| one.id == id),
            None => self.offerings.first().filter(|_| self.offerings.len() == 1),
        }
    }

    /// The registrations in line, line by line, the first of each first.
    pub(in super::super) fn lines(&self) -> Vec<RegistrationId> {
        self.offerings.iter().flat_map(|offering| self.line(offering.id)).map(|one| one.id).collect()
    }

    pub(super) fn nobody_is_too_many(&self) -> Result<(), Broken> {
        self.pools.iter().try_for_each(|pool| {
            let used = self.used(pool.id);
            let fits = match pool.capacity {
                Capacity::Limited(places) => used <= u64::from(places),
                _ => true,
            };
            hold(fits, || format!("{used} people in {pool:?}"))
        })
    }

    pub(super) fn check_after(&self, time: DateTime<Utc>) -> Result<(), Broken> {
        self.nobody_holds_two()?;
        self.nobody_is_without_what_is_required()?;
        self.nobody_is_left_in_what_was_dropped()?;
        if self.cancelled || self.schedule.ends().is_some_and(|end| end <= time) {
            return Ok(());
        }
        self.nobody_waits_in_vain(time)
    }

    fn nobody_holds_two(&self) -> Result<(), Broken> {
        let mut holders: BTreeSet<(OfferingId, PersonId)> = BTreeSet::new();
        for one in self.live() {
            for person in one.booking.party.named() {
                let first = holders.insert((one.booking.offering, person));
                hold(first, || format!("{person} has two live registrations for one offering"))?;
            }
        }
        Ok(())
    }

    /// Every registration, live or not, that has been for what an offering requires and names its booker.
    pub(super) fn stood_on(&self, booking: &Booking) -> Vec<RegistrationId> {
        let Some(required) = self.offering(booking.offering).requires else { return Vec::new() };
        let theirs = self.registrations.iter().filter(|one| one.booking.offering == required);
        theirs.filter(|one| names(&one.booking.party, booking.party.booker)).map(|one| one.id).collect()
    }

    /// Whoever holds, or waits for, what requires something has a confirmed place there, on the booker's registration,
    /// and that has room for as many.
    fn nobody_is_without_what_is_required(&self) -> Result<(), Broken> {
        for one in self.live() {
            let party = &one.booking.party;
            let Some(required) = self.offering(one.booking.offering).requires else { continue };
            let mut confirmed = self.confirmed().filter(|has| has.booking.offering == required);
            let has = confirmed.find(|has| names(&has.booking.party, party.booker));
            let has = has.ok_or_else(|| format!("{} stands on nothing", one.id))?;
            let covered = party.named().all(|person| names(&has.booking.party, person));
            hold(covered, || format!("{} does not cover all of {}", has.id, one.id))?;
            let beside = self.live().filter(|other| {
                other.booking.offering == one.booking.offering
                    && other.booking.party.named().any(|person| names(&has.booking.party, person))
            });
            let people: u32 = beside.map(|other| other.booking.party.size()).sum();
            hold(people <= has.booking.party.size(), || format!("{people} come of {}", has.id))?;
        }
        Ok(())
    }

    fn nobody_is_left_in_what_was_dropped(&self) -> Result<(), Broken> {
        self.live().try_for_each(|one| {
            let session = self.offering(one.booking.offering).session;
            let dropped = session.is_some_and(|session| self.session(session).dropped);
            hold(!dropped, || format!("{} is live, and its session is not", one.id))
        })
    }

    /// No head of a line could be let in: each is short of room, or what it needs is kept for a head that came
    /// before it and is itself short of it; or it waits for a session that nobody can go to.
    fn nobody_waits_in_vain(&self, time: DateTime<Utc>) -> Result<(), Broken> {
        let mut kept: BTreeSet<PoolId> = BTreeSet::new();
        let mut seen: BTreeSet<OfferingId> = BTreeSet::new();
        for one in self.registrations.iter().filter(|one| one.standing == Standing::Waiting) {
            let is_head = seen.insert(one.booking.offering);
            if !is_head || self.can_be_had(one.booking.offering, time).is_err() {
                continue;
            }
            let drawn = &self.offering(one.booking.offering).pools;
            let size = u64::from(one.booking.party.size());
            let short: Vec<PoolId> =
                drawn.iter().copied().filter(|pool| !self.has_room(*pool, size)).collect();
            let waits_rightly = !short.is_empty() || drawn.iter().any(|pool| kept.contains(pool));
            hold(waits_rightly, || format!("{} waits beside free places", one.id))?;
            kept.extend(short);
        }
        Ok(())
    }

    /// No head of another line is short of a pool that the offering draws on.
    pub(super) fn nobody_waits_for_it(&self, offering: OfferingId) -> Result<(), Broken> {
        let drawn = &self.offering(offering).pools;
        let heads = self.offerings.iter().filter_map(|other| Some((other, self.line(other.id).next()?)));
        for (other, head) in heads {
            let size = u64::from(head.booking.party.size());
            let mut shared = other.pools.iter().filter(|pool| drawn.contains(pool));
            hold(shared.all(|pool| self.has_room(*pool, size)), || format!("past {}", head.id))?;
        }
        Ok(())
    }

    fn has_room(&self, pool: PoolId, size: u64) -> bool {
        let pool = self.pools.iter().find(|one| one.id == pool).expect("a pool that was announced");
        match pool.capacity {
            Capacity::Limited(places) => self.used(pool.id) + size <= u64::from(places),
            _ => true,
        }
    }
}

pub(super) fn names(party: &Party, person: PersonId) -> bool {
    party.named().any(|named| named == person)
}
