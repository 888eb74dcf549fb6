//! Places: what a request takes, what is free, and the one function that admits.

use super::decision::{Decision, Gathering};
use super::refusal::Shortage;
use super::state::PoolCell;
use crate::fact::{Capacity, Offering};
use crate::id::PoolId;

/// What a request takes, summed for each pool, in the order of the pools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Demand(Vec<(PoolId, u32)>);

impl Demand {
    /// What so many people in one offering take.
    pub(crate) fn of(offering: &Offering, people: u32) -> Self {
        let mut pools: Vec<_> = offering.pools.iter().map(|&pool| (pool, people)).collect();
        pools.sort_unstable();
        Self(pools)
    }

    /// Adds what another request takes. Pools that both draw on are asked for the sum.
    pub(crate) fn plus(mut self, other: &Self) -> Self {
        other.0.iter().for_each(|&(pool, people)| self.add(pool, people));
        self.0.sort_unstable();
        self
    }

    fn add(&mut self, pool: PoolId, people: u32) {
        match self.0.iter_mut().find(|(known, _)| *known == pool) {
            Some((_, wanted)) => *wanted = wanted.saturating_add(people),
            None => self.0.push((pool, people)),
        }
    }
}

impl PoolCell {
    /// How many places are free; `None` is no limit. Negative when the pool is over-full: never clamped.
    pub(crate) fn free(self) -> Option<i64> {
        match self.capacity {
            Capacity::Limited(places) => Some(i64::from(places) - i64::from(self.used)),
            Capacity::Unlimited => None,
        }
    }
}

/// The pools that have too few places for a demand; none means that it is admitted.
///
/// Every door asks here: a new booking, a promotion, whatever comes.
pub(crate) fn shortages(decision: &Decision<'_>, gathering: &Gathering, demand: &Demand) -> Vec<Shortage> {
    short_of(gathering, demand, |pool| {
        decision.pool(gathering, pool).map(|cell| (cell.capacity, cell.free()))
    })
}

/// The pools that would have too few places even if nobody had any of them.
pub(crate) fn shortages_when_empty(
    decision: &Decision<'_>,
    gathering: &Gathering,
    demand: &Demand,
) -> Vec<Shortage> {
    let empty = |pool| decision.pool(gathering, pool).map(|cell| PoolCell { used: 0, ..cell });
    short_of(gathering, demand, |pool| empty(pool).map(|cell| (cell.capacity, cell.free())))
}

/// How many people could be admitted to an offering now, up to a limit.
pub(crate) fn largest_party(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    limit: u32,
) -> u32 {
    let free = offering.pools.iter().filter_map(|&pool| decision.pool(gathering, pool)?.free());
    free.fold(limit, |least, free| least.min(u32::try_from(free.max(0)).unwrap_or(u32::MAX)))
}

fn short_of(
    gathering: &Gathering,
    demand: &Demand,
    find: impl Fn(PoolId) -> Option<(Capacity, Option<i64>)>,
) -> Vec<Shortage> {
    let short = demand.0.iter().filter_map(|&(pool, wanted)| {
        // A pool that is not there has no places: offerings are checked when they are announced.
        let (capacity, free) = find(pool).unwrap_or((Capacity::Limited(0), Some(0)));
        let free = free.filter(|&free| free < i64::from(wanted))?;
        let name = gathering.cell.plan.pool_name(pool).to_owned();
        Some(Shortage { gathering: gathering.id, pool, name, wanted, free, capacity })
    });
    short.collect()
}
