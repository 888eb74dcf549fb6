//! How many places there are, who has them, and for whom the rest is.

use std::collections::BTreeSet;

use super::*;
use gather::testkit::OverbookPlan;

/// What nobody behind may take: what is free for everybody in these pools, and these set-asides.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    pub(super) general: BTreeSet<u16>,
    pub(super) set_asides: BTreeSet<u16>,
}

/// How many people a pool takes; `None` is without a limit.
pub(super) fn limit(plan: PoolPlan) -> Option<i64> {
    let places = i64::from(plan.places?);
    let more = match plan.overbook {
        OverbookPlan::No => 0,
        OverbookPlan::Places(more) => i64::from(more),
        OverbookPlan::PerCent(of_hundred) => places * i64::from(of_hundred) / 100,
    };
    Some(places + more)
}

impl Naive<'_> {
    pub(super) fn pool(&self, gathering: GatheringId, pool: u16) -> PoolPlan {
        self.of(gathering).pools.iter().find(|(number, _)| *number == pool).unwrap().1
    }

    /// The pools that an offering draws on, by number.
    pub(super) fn drawn(&self, gathering: GatheringId, offering: u16) -> Vec<u16> {
        let mut drawn = self.offering(gathering, offering).unwrap().plan.pools.clone();
        drawn.sort_unstable();
        drawn
    }

    /// How many people have a place in a pool.
    pub(super) fn used(&self, gathering: GatheringId, pool: u16) -> i64 {
        self.used_at(gathering, pool, DateTime::<Utc>::MIN_UTC)
    }

    /// The same at a time at which what is due may not be written yet.
    pub(super) fn used_at(&self, gathering: GatheringId, pool: u16, now: DateTime<Utc>) -> i64 {
        let of = self.of(gathering);
        let theirs = of.registrations.iter().filter(|one| one.keeps_places(now));
        let drawing = theirs.filter(|one| {
            let offering = of.offerings.iter().find(|(number, _)| *number == one.asked.offering).unwrap();
            offering.1.plan.pools.contains(&pool)
        });
        drawing.map(|one| i64::from(one.asked.counted())).sum()
    }

    /// How many places were given out of a set-aside.
    fn through(&self, gathering: GatheringId, set_aside: u16, now: DateTime<Utc>) -> i64 {
        let of = self.of(gathering);
        let theirs = of.registrations.iter().filter(|one| one.keeps_places(now));
        let draws = theirs.flat_map(|one| &one.draws).filter(|(from, _)| *from == set_aside);
        draws.map(|(_, places)| i64::from(*places)).sum()
    }

    pub(super) fn is_released(
        &self,
        gathering: GatheringId,
        set_aside: &SetAsidePlan,
        now: DateTime<Utc>,
    ) -> bool {
        set_aside.release.is_some_and(|release| self.has_come(gathering, release, now))
    }

    /// How many places are left in a set-aside.
    fn open(&self, gathering: GatheringId, set_aside: &SetAsidePlan, now: DateTime<Utc>) -> i64 {
        if self.is_released(gathering, set_aside, now) {
            return 0;
        }
        (i64::from(set_aside.places) - self.through(gathering, set_aside.number, now)).max(0)
    }

    /// The set-asides of a pool, by number.
    fn set_asides_of(&self, gathering: GatheringId, pool: u16) -> Vec<SetAsidePlan> {
        let of = self.of(gathering);
        let mut theirs: Vec<_> = of.set_asides.iter().filter(|one| one.pool == pool).cloned().collect();
        theirs.sort_by_key(|one| one.number);
        theirs
    }

    /// The set-asides of a pool on which a party may draw, by number.
    pub(super) fn theirs(&self, asked: &Asked, pool: u16) -> Vec<SetAsidePlan> {
        let mut theirs = self.set_asides_of(asked.gathering, pool);
        theirs.retain(|one| asked.is_among(&one.who));
        theirs
    }

    /// What is free for everybody in a pool; may be negative. `None` is without a limit.
    pub(super) fn general(&self, gathering: GatheringId, pool: u16, now: DateTime<Utc>) -> Option<i64> {
        let kept = self.set_aside_at(gathering, pool, now);
        Some(limit(self.pool(gathering, pool))? - self.used_at(gathering, pool, now) - kept)
    }

    /// How many places of a pool are set aside and not drawn.
    pub(super) fn set_aside_at(&self, gathering: GatheringId, pool: u16, now: DateTime<Utc>) -> i64 {
        self.set_asides_of(gathering, pool).iter().map(|one| self.open(gathering, one, now)).sum()
    }

    /// How many places of a pool so many of a party could have, as far as nobody keeps them. `None` is without a limit.
    fn available(
        &self,
        asked: &Asked,
        people: u32,
        pool: u16,
        kept: &Kept,
        now: DateTime<Utc>,
    ) -> Option<i64> {
        let gathering = asked.gathering;
        let free = limit(self.pool(gathering, pool))? - self.used_at(gathering, pool, now);
        let theirs = self.theirs(asked, pool).into_iter();
        let theirs = theirs.filter(|one| !kept.set_asides.contains(&one.number));
        let mine: i64 = theirs.map(|one| self.open(gathering, &one, now)).sum();
        if i64::from(people) <= mine {
            Some(free)
        } else if kept.general.contains(&pool) {
            Some(mine)
        } else {
            Some(self.general(gathering, pool, now)? + mine)
        }
    }

    /// The pools that have too little for so many of a party, by number, with what they have for them.
    pub(super) fn short(
        &self,
        asked: &Asked,
        people: u32,
        kept: &Kept,
        now: DateTime<Utc>,
    ) -> Vec<(u16, i64)> {
        let drawn = self.drawn(asked.gathering, asked.offering).into_iter();
        let available =
            drawn.filter_map(|pool| Some((pool, self.available(asked, people, pool, kept, now)?)));
        available.filter(|(_, available)| *available < i64::from(people)).collect()
    }

    /// Where the places of so many of a party come from, as far as they were set aside for them.
    pub(super) fn draws(&self, asked: &Asked, people: u32, kept: &Kept, now: DateTime<Utc>) -> Draws {
        let mut draws = Vec::new();
        for pool in self.drawn(asked.gathering, asked.offering) {
            let mut left = i64::from(people);
            for one in self.theirs(asked, pool) {
                let places = left.min(self.open(asked.gathering, &one, now));
                if places > 0 && !kept.set_asides.contains(&one.number) {
                    draws.push((one.number, u32::try_from(places).unwrap()));
                    left -= places;
                }
            }
        }
        draws
    }

    /// Whether so many would not even fit in if nobody else came.
    pub(super) fn never_fits(&self, asked: &Asked, people: u32) -> bool {
        let drawn = self.drawn(asked.gathering, asked.offering).into_iter();
        let mut limits = drawn.filter_map(|pool| limit(self.pool(asked.gathering, pool)));
        limits.any(|limit| limit < i64::from(people))
    }
}
