//! Places: how many are taken, set aside and left, and whether somebody comes in by what is free for them.

use chrono::{DateTime, Utc};

use super::finding::{Judged, Rule, breach, hold};
use super::gathering::{Gathering, Kept};
use super::registration::{Registration, organisation};
use crate::fact::{Booking, Credential, Draw, Offering, Who};
use crate::id::{OfferingId, PersonId, PoolId};

/// Who wants places, by what the host vouches for with them.
#[derive(Clone, Copy)]
pub(super) struct Guest<'a> {
    pub(super) offering: OfferingId,
    pub(super) maker: PersonId,
    pub(super) credentials: &'a [Credential],
    pub(super) uncounted: bool,
}

impl<'a> Guest<'a> {
    pub(super) fn booking(booking: &'a Booking) -> Self {
        let Booking { offering, ref party, ref credentials, uncounted, .. } = *booking;
        Self { offering, maker: party.booker, credentials, uncounted }
    }

    pub(super) fn of(one: &'a Registration) -> Self {
        let Registration { offering, maker, ref credentials, uncounted, .. } = *one;
        Self { offering, maker, credentials, uncounted }
    }

    /// Whether a rule for somebody is for them.
    pub(super) fn is(self, who: &Who) -> bool {
        match who {
            Who::With(credential) => self.credentials.contains(credential),
            Who::Person(person) => *person == self.maker,
        }
    }
}

impl Gathering {
    /// Whether so many come in by what is free for them: what they draw on was set aside for them and is left, the others
    /// have places that are free for everybody, and their organisation may have as many.
    pub(super) fn admits(
        &self,
        guest: Guest<'_>,
        people: u32,
        draws: &[Draw],
        time: DateTime<Utc>,
    ) -> Judged {
        if guest.uncounted {
            return hold(draws.is_empty(), Rule::Draws, || {
                String::from("it is not counted, and draws on a set-aside")
            });
        }
        let offering = &self.offered(guest.offering)?.terms;
        draws.iter().try_for_each(|draw| self.may_draw(guest, offering, *draw, time))?;
        offering.pools.iter().try_for_each(|pool| self.pool_takes(*pool, people, draws, time))?;
        self.is_within_the_cap(guest.credentials, people, time)
    }

    fn may_draw(&self, guest: Guest<'_>, offering: &Offering, draw: Draw, time: DateTime<Utc>) -> Judged {
        let kept = self.kept(draw.set_aside)?;
        let id = draw.set_aside;
        hold(offering.pools.contains(&kept.terms.pool), Rule::Draws, || {
            format!("set-aside {id} is of pool {}, which the offering does not draw on", kept.terms.pool)
        })?;
        hold(kept.terms.who.iter().any(|who| guest.is(who)), Rule::NotTheirs, || {
            format!("set-aside {id} is for others, and {} places of it were drawn", draw.places)
        })?;
        let left = self.open(kept, time);
        hold(u64::from(draw.places) <= left, Rule::Overdrawn, || {
            format!(
                "set-aside {id} has {left} of its {} places left, and {} were drawn",
                kept.terms.places, draw.places
            )
        })
    }

    fn pool_takes(&self, id: PoolId, people: u32, draws: &[Draw], time: DateTime<Utc>) -> Judged {
        let pool = self.pool(id)?;
        let kept = self.drawn_of(id, draws);
        hold(kept <= u64::from(people), Rule::Draws, || {
            format!("{kept} places of pool {id} were drawn from set-asides for {people} people")
        })?;
        let Some(limit) = pool.limit() else { return Ok(()) };
        let after = pool.used.saturating_add(u64::from(people));
        hold(after <= limit, Rule::Overbooked, || format!("pool {id} has {after} of {limit} places taken"))?;
        let others = u64::from(people).saturating_sub(kept);
        let free = signed(limit) - signed(pool.used) - signed(self.open_in(id, time));
        hold(others == 0 || signed(others) <= free, Rule::KeptForOthers, || {
            format!("pool {id} has {free} places free for everybody, and {others} were taken")
        })
    }

    /// How many of these draws are places of a pool.
    pub(super) fn drawn_of(&self, pool: PoolId, draws: &[Draw]) -> u64 {
        let of_it =
            |draw: &&Draw| self.set_asides.get(&draw.set_aside).is_some_and(|kept| kept.terms.pool == pool);
        draws.iter().filter(of_it).map(|draw| u64::from(draw.places)).sum()
    }

    /// Whether what is left of a set-aside goes to everybody.
    pub(super) fn is_released(&self, kept: &Kept, time: DateTime<Utc>) -> bool {
        let release = kept.terms.release.and_then(|release| release.resolve(self.schedule.starts()));
        release.is_some_and(|release| release <= time)
    }

    /// How many places are left in a set-aside.
    fn open(&self, kept: &Kept, time: DateTime<Utc>) -> u64 {
        if self.is_released(kept, time) { 0 } else { u64::from(kept.terms.places).saturating_sub(kept.drawn) }
    }

    fn open_in(&self, pool: PoolId, time: DateTime<Utc>) -> u64 {
        let of_it = self.set_asides.values().filter(|kept| kept.terms.pool == pool);
        of_it.map(|kept| self.open(kept, time)).sum()
    }

    /// Whether there is room for so many if nobody comes first.
    pub(super) fn has_room(&self, guest: Guest<'_>, people: u32, time: DateTime<Utc>) -> bool {
        let Ok(offered) = self.offered(guest.offering) else { return false };
        offered.terms.pools.iter().all(|id| {
            let Some(pool) = self.pools.get(id) else { return false };
            let Some(limit) = pool.limit() else { return true };
            let left = signed(limit) - signed(pool.used);
            let theirs = self.set_asides.values().filter(|kept| kept.terms.pool == *id);
            let theirs = theirs.filter(|kept| kept.terms.who.iter().any(|who| guest.is(who)));
            let kept: u64 = theirs.map(|kept| self.open(kept, time)).sum();
            let free = if u64::from(people) <= kept {
                left
            } else {
                signed(kept) + left - signed(self.open_in(*id, time))
            };
            signed(u64::from(people)) <= free
        })
    }

    /// Whether so many could come in if nobody else had a place.
    pub(super) fn could_ever_fit(&self, guest: Guest<'_>, people: u32) -> Judged {
        if guest.uncounted {
            return Ok(());
        }
        for id in &self.offered(guest.offering)?.terms.pools {
            let limit = self.pool(*id)?.limit();
            hold(limit.is_none_or(|limit| u64::from(people) <= limit), Rule::NeverFits, || {
                format!("a party of {people} waits for pool {id}, which takes {}", limit.unwrap_or_default())
            })?;
        }
        Ok(())
    }

    /// Whether the cap on organisations holds at a time.
    pub(super) fn cap_in_force(&self, time: DateTime<Utc>) -> Option<u64> {
        let cap = self.cap?;
        let until = cap.until.and_then(|until| until.resolve(self.schedule.starts()));
        let has_ended = until.is_some_and(|until| until <= time);
        (!has_ended).then_some(u64::from(cap.people))
    }

    pub(super) fn is_within_the_cap(
        &self,
        credentials: &[Credential],
        people: u32,
        time: DateTime<Utc>,
    ) -> Judged {
        let Some(cap) = self.cap_in_force(time) else { return Ok(()) };
        let Some(theirs) = organisation(credentials) else {
            let says = format!("of each organisation {cap} people may have places, and none is named");
            return Err(breach(Rule::OrganisationCap, says));
        };
        let there = self.organisations.get(&theirs).copied().unwrap_or_default();
        let after = there.saturating_add(u64::from(people));
        hold(after <= cap, Rule::OrganisationCap, || {
            format!("organisation {theirs} has {after} of {cap} places")
        })
    }

    /// Takes places for a registration, or gives them back: of each pool, of each set-aside, for its organisation.
    pub(super) fn occupy(&mut self, one: &Registration, takes: bool) {
        let people = u64::from(one.counted());
        let after = |count: u64, by: u64| {
            if takes { count.saturating_add(by) } else { count.saturating_sub(by) }
        };
        if let Some(offered) = self.offerings.get(&one.offering) {
            for pool in &offered.terms.pools {
                if let Some(pool) = self.pools.get_mut(pool) {
                    pool.used = after(pool.used, people);
                }
            }
        }
        for draw in &one.draws {
            if let Some(kept) = self.set_asides.get_mut(&draw.set_aside) {
                kept.drawn = after(kept.drawn, u64::from(draw.places));
            }
        }
        if let Some(theirs) = one.organisation() {
            let count = self.organisations.entry(theirs).or_default();
            *count = after(*count, people);
        }
    }
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
