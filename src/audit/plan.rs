//! What a gathering is made of: pools, offerings, set-asides, sessions, resources; and how these change.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::finding::{Judged, Rule, breach, hold};
use super::gathering::{Gathering, limit};
use crate::fact::{
    Announcement, BookingTime, Capacity, Offering, Overbook, Pool, Reconfirmation, SetAside, Silence,
};
use crate::id::{OfferingId, PoolId, ResourceId, SessionId, SetAsideId};
use crate::schedule::Schedule;

/// Whether the parts of a gathering fit together when it is announced.
pub(super) fn fits_together(announcement: &Announcement) -> Judged {
    let mut pools = BTreeMap::new();
    for Pool { id, capacity, overbook, .. } in &announcement.pools {
        let is_new = pools.insert(*id, limit(*capacity, *overbook)).is_none();
        hold(is_new, Rule::Layout, || format!("there are two pools {id}"))?;
    }
    let mut offerings = BTreeMap::new();
    for offering in &announcement.offerings {
        let is_new = offerings.insert(offering.id, offering).is_none();
        hold(is_new, Rule::Layout, || format!("there are two offerings {}", offering.id))?;
        draws_on(offering, |pool| pools.contains_key(&pool))?;
    }
    let all: Vec<&Offering> = announcement.offerings.iter().collect();
    sessions_share_no_pool(&all)?;
    hold(!requires_itself(&offerings), Rule::Layout, || {
        String::from("an offering requires itself, or one that is not there")
    })?;
    let mut sums: BTreeMap<PoolId, u64> = BTreeMap::new();
    let mut numbers = BTreeSet::new();
    for SetAside { id, pool, places, who, .. } in &announcement.set_asides {
        hold(numbers.insert(*id), Rule::Layout, || format!("there are two set-asides {id}"))?;
        hold(!who.is_empty(), Rule::Layout, || format!("set-aside {id} is for nobody"))?;
        let sum = sums.entry(*pool).or_default();
        *sum = sum.saturating_add(u64::from(*places));
        let limit = pools.get(pool).copied();
        let limit = limit.ok_or_else(|| breach(Rule::Layout, format!("set-aside {id} is of no pool")))?;
        hold(limit.is_none_or(|limit| *sum <= limit), Rule::Layout, || {
            format!("{sum} places of pool {pool} are set aside, and it takes {}", limit.unwrap_or_default())
        })?;
    }
    Ok(())
}

/// Whether there is time to answer, where it is asked if new dates suit.
pub(super) fn may_be_rescheduled(
    schedule: &Schedule,
    ask: Option<Reconfirmation>,
    time: DateTime<Utc>,
) -> Judged {
    let Some(ask) = ask else { return Ok(()) };
    let in_time = schedule.starts().is_none_or(|start| ask.until <= start);
    hold(time < ask.until && in_time, Rule::Deadline, || {
        format!("whether new dates suit is asked until {}", ask.until)
    })
}

fn draws_on(offering: &Offering, is_there: impl Fn(PoolId) -> bool) -> Judged {
    let id = offering.id;
    hold(!offering.pools.is_empty(), Rule::Layout, || format!("offering {id} draws on nothing"))?;
    let mut seen = BTreeSet::new();
    for pool in &offering.pools {
        let sound = is_there(*pool) && seen.insert(*pool);
        hold(sound, Rule::Layout, || {
            format!("offering {id} draws on pool {pool} twice, or it is not there")
        })?;
    }
    Ok(())
}

/// A pool that a session's offering draws on is that session's alone.
fn sessions_share_no_pool(offerings: &[&Offering]) -> Judged {
    let mut owners: BTreeMap<PoolId, Option<SessionId>> = BTreeMap::new();
    for offering in offerings {
        for pool in &offering.pools {
            let owner = *owners.entry(*pool).or_insert(offering.session);
            hold(owner == offering.session, Rule::Layout, || {
                format!("pool {pool} is shared by a session's offering with others")
            })?;
        }
    }
    Ok(())
}

/// Whether some offering requires one that is not there, or itself by way of others.
fn requires_itself(offerings: &BTreeMap<OfferingId, &Offering>) -> bool {
    offerings.values().any(|offering| {
        let (mut next, mut steps) = (offering.requires, 0_usize);
        while let Some(id) = next {
            steps = steps.saturating_add(1);
            let Some(required) = offerings.get(&id).filter(|_| steps <= offerings.len()) else { return true };
            next = required.requires;
        }
        false
    })
}

impl Gathering {
    pub(super) fn may_be_added(&self, offering: &Offering, pools: &[Pool]) -> Judged {
        let id = offering.id;
        hold(!self.offerings.contains_key(&id), Rule::Layout, || format!("there are two offerings {id}"))?;
        let mut new = BTreeSet::new();
        let twice = pools.iter().find(|pool| self.pools.contains_key(&pool.id) || !new.insert(pool.id));
        hold(twice.is_none(), Rule::Layout, || String::from("there are two pools with one number"))?;
        draws_on(offering, |pool| self.pools.contains_key(&pool) || new.contains(&pool))?;
        let required = offering.requires.is_none_or(|required| self.offerings.contains_key(&required));
        hold(required, Rule::Layout, || format!("offering {id} requires one that is not there"))?;
        if let Some(session) = offering.session {
            self.live_session(session)?;
        }
        let others = self.offerings.values().map(|offered| &offered.terms);
        let all: Vec<&Offering> = others.chain([offering]).collect();
        sessions_share_no_pool(&all)
    }

    /// What is recorded is another capacity, and whether everybody keeps their places is said where it has to be.
    pub(super) fn may_be_resized(
        &self,
        id: PoolId,
        capacity: Capacity,
        overbook: Overbook,
        keep_all: bool,
    ) -> Judged {
        let used = self.pool(id)?.used;
        let limit = limit(capacity, overbook);
        let is_too_small = limit.is_some_and(|limit| limit < used);
        hold(keep_all == is_too_small, Rule::Override, || {
            let limit = limit.map_or_else(|| String::from("any number"), |limit| limit.to_string());
            let says = if keep_all { "everybody keeps their places" } else { "nothing is said of them" };
            format!("pool {id} takes {limit} people from now on and has {used}, and {says}")
        })
    }

    pub(super) fn may_be_set_aside(&self, set_aside: &SetAside, time: DateTime<Utc>) -> Judged {
        let SetAside { id, pool, places, ref who, release } = *set_aside;
        self.pool(pool)?;
        let is_new = !self.set_asides.contains_key(&id);
        hold(is_new, Rule::Layout, || format!("there are two set-asides {id}"))?;
        hold(!who.is_empty(), Rule::Layout, || format!("set-aside {id} is for nobody"))?;
        self.is_released_later(release, time)?;
        self.has_room_aside(pool, u64::from(places), time)
    }

    pub(super) fn may_change_set_aside(
        &self,
        id: SetAsideId,
        (places, release): (u32, Option<BookingTime>),
        time: DateTime<Utc>,
    ) -> Judged {
        let kept = self.kept(id)?;
        let is_released = self.is_released(kept, time);
        if release != kept.terms.release {
            self.is_released_later(release, time)?;
        }
        let before = if is_released { 0 } else { kept.terms.places };
        let after = if is_released && release == kept.terms.release { 0 } else { places };
        let more = u64::from(after.saturating_sub(before));
        if more > 0 { self.has_room_aside(kept.terms.pool, more, time) } else { Ok(()) }
    }

    fn is_released_later(&self, release: Option<BookingTime>, time: DateTime<Utc>) -> Judged {
        let release = release.and_then(|release| release.resolve(self.schedule.starts()));
        hold(release.is_none_or(|release| time < release), Rule::Deadline, || {
            String::from("places were set aside until a time that was past")
        })
    }

    fn has_room_aside(&self, id: PoolId, more: u64, time: DateTime<Utc>) -> Judged {
        let Some(limit) = self.pool(id)?.limit() else { return Ok(()) };
        let kept = self.set_asides.values().filter(|kept| kept.terms.pool == id);
        let kept = kept.filter(|kept| !self.is_released(kept, time));
        let before: u64 = kept.map(|kept| u64::from(kept.terms.places)).sum();
        let after = before.saturating_add(more);
        hold(after <= limit, Rule::Layout, || {
            format!("{after} places of pool {id} are set aside, and it takes {limit}")
        })
    }

    pub(super) fn may_close_the_round(&self, time: DateTime<Utc>) -> Judged {
        let Some(round) = self.round else {
            return Err(breach(Rule::Reconfirmation, "nobody was asked whether new dates suit"));
        };
        hold(round.until <= time, Rule::Reconfirmation, || {
            format!("there is time to answer until {}", round.until)
        })?;
        let silent = if round.on_silence == Silence::Keep { 0 } else { self.silent.len() };
        hold(silent == 0, Rule::Reconfirmation, || {
            format!("of {silent} registrations nobody has answered, and nothing came of it")
        })
    }

    pub(super) fn may_be_attached(&self, id: ResourceId, time: DateTime<Utc>) -> Judged {
        let is_new = !self.resources.contains(&id);
        hold(is_new, Rule::Layout, || format!("resource {id} was attached before"))?;
        hold(self.schedule.starts().is_some_and(|start| start <= time), Rule::TooEarly, || {
            String::from("something was attached before it began")
        })
    }

    pub(super) fn may_be_withdrawn(&self, id: ResourceId) -> Judged {
        hold(self.resources.contains(&id), Rule::UnknownPart, || {
            format!("resource {id} is not there to be withdrawn")
        })
    }

    pub(super) fn may_come_into_the_programme(&self, id: SessionId) -> Judged {
        let known = self.sessions.get(&id);
        hold(known.is_none_or(|known| known.dropped), Rule::Programme, || {
            format!("session {id} is in the programme already")
        })
    }
}
