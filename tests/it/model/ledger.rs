//! What must always hold, checked on the log's own facts. It shares no code with what decides: it keeps who
//! registered and how that stands, and counts anew whenever a number is asked for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use gather::log::{Batch, StoredBatch};
use gather::{
    Booking, Capacity, Fact, GatheringId, Offering, OfferingId, PersonId, Pool, PoolId, RegistrationId,
    RequestId, Schedule,
};

/// The facts of a log so far.
#[derive(Default)]
pub(super) struct Ledger {
    gatherings: BTreeMap<GatheringId, Gathering>,
    requests: BTreeSet<RequestId>,
    last: u64,
}

/// A gathering as its facts tell it.
pub(super) struct Gathering {
    pools: Vec<Pool>,
    offerings: Vec<Offering>,
    schedule: Schedule,
    cancelled: bool,
    time: DateTime<Utc>,
    /// In the order of joining.
    registrations: Vec<Registration>,
}

struct Registration {
    id: RegistrationId,
    booking: Booking,
    standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Confirmed,
    Waiting,
    Ended,
}

/// What does not hold.
type Broken = String;

fn hold(so: bool, what: impl FnOnce() -> String) -> Result<(), Broken> {
    if so { Ok(()) } else { Err(what()) }
}

impl Ledger {
    pub(super) fn gatherings(&self) -> impl Iterator<Item = (GatheringId, &Gathering)> {
        self.gatherings.iter().map(|(id, gathering)| (*id, gathering))
    }

    pub(super) fn gathering(&self, id: GatheringId) -> Option<&Gathering> {
        self.gatherings.get(&id)
    }

    pub(super) fn has_answered(&self, request: RequestId) -> bool {
        self.requests.contains(&request)
    }

    /// Takes the next batch of the log in, and says what does not hold after it.
    pub(super) fn take(&mut self, stored: &StoredBatch) -> Result<(), Broken> {
        let batch = &stored.batch;
        hold(stored.first.get() == self.last + 1, || format!("a gap before {}", stored.first))?;
        hold(self.requests.insert(batch.id), || format!("request {} has two batches", batch.id))?;
        hold(!batch.facts.is_empty(), || String::from("a batch without a fact"))?;
        self.last = stored.last().get();
        nobody_ends_unnamed(batch)?;
        for fact in &batch.facts {
            self.fold(fact, batch.time).map_err(|broken| format!("{broken}, at {fact:?}"))?;
        }
        let touched: BTreeSet<GatheringId> = batch.facts.iter().filter_map(Fact::gathering).collect();
        touched.iter().try_for_each(|id| self.gatherings[id].check_after(batch.time))
    }

    fn fold(&mut self, fact: &Fact, time: DateTime<Utc>) -> Result<(), Broken> {
        let Some(id) = fact.gathering() else { return Ok(()) };
        if let Fact::GatheringAnnounced { announcement, .. } = fact {
            let gathering = Gathering {
                pools: announcement.pools.clone(),
                offerings: announcement.offerings.clone(),
                schedule: announcement.schedule.clone(),
                cancelled: false,
                time,
                registrations: Vec::new(),
            };
            return hold(self.gatherings.insert(id, gathering).is_none(), || String::from("announced twice"));
        }
        let everywhere = self.gatherings.values().flat_map(|gathering| &gathering.registrations);
        let known: BTreeSet<RegistrationId> = everywhere.map(|one| one.id).collect();
        let gathering = self.gatherings.get_mut(&id).ok_or("never announced")?;
        hold(gathering.time <= time, || format!("time goes back from {}", gathering.time))?;
        hold(!gathering.cancelled, || String::from("a fact after the end"))?;
        gathering.time = time;
        gathering.fold(fact, &known)?;
        gathering.nobody_is_too_many()
    }
}

/// No capacity, no date ends a registration; a cancellation ends the one that it names.
fn nobody_ends_unnamed(batch: &Batch) -> Result<(), Broken> {
    let ended = batch.facts.iter().filter(|fact| matches!(fact, Fact::RegistrationCancelled { .. }));
    match ended.count() {
        0 => Ok(()),
        1 if matches!(batch.facts[0], Fact::RegistrationCancelled { .. }) => Ok(()),
        _ => Err(format!("somebody lost a place by what others did: {:?}", batch.facts)),
    }
}

impl Gathering {
    fn fold(&mut self, fact: &Fact, known: &BTreeSet<RegistrationId>) -> Result<(), Broken> {
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
            Fact::RegistrationConfirmed { registration, booking, .. } => {
                let ahead = self.line(booking.offering).count();
                hold(ahead == 0, || format!("past {ahead} who wait for the same"))?;
                self.nobody_else_waits_for_it(booking.offering)?;
                self.join(*registration, booking, Standing::Confirmed, known)?;
            }
            Fact::RegistrationWaitlisted { registration, booking, ahead, .. } => {
                let true_ahead = self.line(booking.offering).count();
                hold(usize::try_from(*ahead) == Ok(true_ahead), || format!("{true_ahead} are ahead"))?;
                self.join(*registration, booking, Standing::Waiting, known)?;
            }
            Fact::RegistrationPromoted { registration, .. } => {
                let offering = self.one(*registration)?.booking.offering;
                let first = self.line(offering).next().map(|one| one.id);
                hold(first == Some(*registration), || format!("{first:?} is the first in line"))?;
                self.one(*registration)?.standing = Standing::Confirmed;
            }
            Fact::PlaceTransferred { registration, place, from, to, .. } => {
                let before: Vec<_> = self.pools.iter().map(|pool| self.used(pool.id)).collect();
                let party = &mut self.one(*registration)?.booking.party;
                hold(party.at(*place) == Some(*from), || format!("{from:?} did not have place {place}"))?;
                match place {
                    1 => party.booker = *to,
                    guest => party.guests[usize::from(*guest) - 2] = Some(*to),
                }
                let after: Vec<_> = self.pools.iter().map(|pool| self.used(pool.id)).collect();
                hold(before == after, || String::from("a transfer touched a pool"))?;
            }
            Fact::RegistrationCancelled { registration, .. } => {
                let one = self.one(*registration)?;
                hold(one.standing != Standing::Ended, || String::from("it ends twice"))?;
                one.standing = Standing::Ended;
            }
            _ => {}
        }
        Ok(())
    }

    fn one(&mut self, id: RegistrationId) -> Result<&mut Registration, Broken> {
        self.registrations.iter_mut().find(|one| one.id == id).ok_or(String::from("no such registration"))
    }

    fn join(
        &mut self,
        id: RegistrationId,
        booking: &Booking,
        standing: Standing,
        known: &BTreeSet<RegistrationId>,
    ) -> Result<(), Broken> {
        hold(!known.contains(&id), || String::from("registered twice under one id"))?;
        let limit = u32::from(self.offering(booking.offering).max_party.get());
        hold(booking.party.size() <= limit, || format!("a party of more than {limit}"))?;
        self.registrations.push(Registration { id, booking: booking.clone(), standing });
        Ok(())
    }

    fn offering(&self, id: OfferingId) -> &Offering {
        self.offerings.iter().find(|one| one.id == id).expect("an offering that was announced")
    }

    fn line(&self, offering: OfferingId) -> impl Iterator<Item = &Registration> {
        let waiting = self.registrations.iter().filter(|one| one.standing == Standing::Waiting);
        waiting.filter(move |one| one.booking.offering == offering)
    }

    fn confirmed(&self) -> impl Iterator<Item = &Registration> {
        self.registrations.iter().filter(|one| one.standing == Standing::Confirmed)
    }

    /// How many people have a place.
    pub(super) fn people(&self) -> usize {
        self.confirmed().map(|one| one.booking.party.named().count() + unnamed(&one.booking)).sum()
    }

    /// How many people have a place in a pool.
    pub(super) fn used(&self, pool: PoolId) -> u64 {
        let drawing =
            self.confirmed().filter(|one| self.offering(one.booking.offering).pools.contains(&pool));
        drawing.map(|one| u64::from(one.booking.party.size())).sum()
    }

    pub(super) fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// The capacities that an offering draws on.
    pub(super) fn capacities(&self, offering: &Offering) -> Vec<Capacity> {
        let drawn = self.pools.iter().filter(|pool| offering.pools.contains(&pool.id));
        drawn.map(|pool| pool.capacity).collect()
    }

    /// The offering with an id, or the only one.
    pub(super) fn meant(&self, id: Option<OfferingId>) -> Option<&Offering> {
        match id {
            Some(id) => self.offerings.iter().find(|one| one.id == id),
            None => self.offerings.first().filter(|_| self.offerings.len() == 1),
        }
    }

    /// The registrations in line, line by line, the first of each first.
    pub(super) fn lines(&self) -> Vec<RegistrationId> {
        self.offerings.iter().flat_map(|offering| self.line(offering.id)).map(|one| one.id).collect()
    }

    fn nobody_is_too_many(&self) -> Result<(), Broken> {
        self.pools.iter().try_for_each(|pool| {
            let used = self.used(pool.id);
            let fits = match pool.capacity {
                Capacity::Limited(places) => used <= u64::from(places),
                _ => true,
            };
            hold(fits, || format!("{used} people in {pool:?}"))
        })
    }

    fn check_after(&self, time: DateTime<Utc>) -> Result<(), Broken> {
        self.nobody_holds_two()?;
        if self.cancelled || self.schedule.ends().is_some_and(|end| end <= time) {
            return Ok(());
        }
        self.nobody_waits_in_vain()
    }

    fn nobody_holds_two(&self) -> Result<(), Broken> {
        let mut holders: BTreeSet<(OfferingId, PersonId)> = BTreeSet::new();
        for one in self.registrations.iter().filter(|one| one.standing != Standing::Ended) {
            for person in one.booking.party.named() {
                let first = holders.insert((one.booking.offering, person));
                hold(first, || format!("{person} has two live registrations for one offering"))?;
            }
        }
        Ok(())
    }

    /// No head of a line could be let in: each is short of room, or what it needs is kept for a head that came
    /// before it and is itself short of it.
    fn nobody_waits_in_vain(&self) -> Result<(), Broken> {
        let mut kept: BTreeSet<PoolId> = BTreeSet::new();
        let mut seen: BTreeSet<OfferingId> = BTreeSet::new();
        for one in self.registrations.iter().filter(|one| one.standing == Standing::Waiting) {
            if !seen.insert(one.booking.offering) {
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
    fn nobody_else_waits_for_it(&self, offering: OfferingId) -> Result<(), Broken> {
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

fn unnamed(booking: &Booking) -> usize {
    booking.party.guests.iter().filter(|guest| guest.is_none()).count()
}
