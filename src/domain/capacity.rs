//! Places: what a request takes, what is free for it, and the one function that admits.
//!
//! A pool has places for everybody and places that are set aside for some. Whoever may draw on a set-aside takes from it
//! first, then from what is free for everybody. What somebody earlier in line waits for is held, and does not count as
//! free for those behind.

use std::collections::BTreeSet;

use super::cells::{PoolCell, RegistrationCell};
use super::decision::{Decision, Gathering};
use super::refusal::Shortage;
use crate::fact::{Capacity, Credential, Draw, Offering, SetAside};
use crate::id::{PersonId, PoolId, SetAsideId};

/// Who asks for places, and for how many people.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Applicant<'a> {
    pub(crate) made_by: PersonId,
    pub(crate) credentials: &'a [Credential],
    /// People who take places: 0 where they are uncounted.
    pub(crate) people: u32,
}

impl<'a> Applicant<'a> {
    pub(crate) fn of(cell: &'a RegistrationCell) -> Self {
        Self { made_by: cell.made_by(), credentials: cell.credentials(), people: cell.counted() }
    }

    fn may_draw_on(self, set_aside: &SetAside) -> bool {
        set_aside.who.iter().any(|who| who.is(self.made_by, self.credentials))
    }
}

/// What those who come first wait for, and nobody behind them gets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    general: BTreeSet<PoolId>,
    set_asides: BTreeSet<SetAsideId>,
}

impl Held {
    /// Holds of these pools all that somebody could be given.
    pub(crate) fn hold(&mut self, gathering: &Gathering, applicant: Applicant<'_>, pools: &[PoolId]) {
        self.general.extend(pools);
        let set_asides = gathering.cell.plan.set_asides.iter();
        let theirs = set_asides.filter(|it| pools.contains(&it.pool) && applicant.may_draw_on(it));
        self.set_asides.extend(theirs.map(|it| it.id));
    }

    /// The pools of an offering of which something is held.
    pub(crate) fn of(&self, offering: &Offering) -> Vec<PoolId> {
        offering.pools.iter().copied().filter(|pool| self.general.contains(pool)).collect()
    }
}

impl PoolCell {
    /// How many people it takes.
    pub(crate) fn limit(self) -> Capacity {
        self.capacity.with(self.overbook)
    }

    /// How many of them have no place yet; `None` is no limit. Negative when the pool is over-full: never clamped.
    pub(crate) fn left(self) -> Option<i64> {
        match self.limit() {
            Capacity::Limited(places) => Some(i64::from(places).saturating_sub(i64::from(self.used))),
            Capacity::Unlimited => None,
        }
    }
}

/// The places of a pool, as they are for somebody.
#[derive(Clone, Copy)]
struct Free {
    /// What has no place yet of the limit.
    left: i64,
    /// What is free for everybody; nothing where it is held.
    general: i64,
    /// What is kept for this one.
    kept: i64,
}

impl Free {
    fn of(
        decision: &Decision<'_>,
        gathering: &Gathering,
        (pool, left): (PoolId, i64),
        applicant: Applicant<'_>,
        held: &Held,
    ) -> Self {
        let (open, kept) = open_and_kept(decision, gathering, pool, held, |it| applicant.may_draw_on(it));
        let general = if held.general.contains(&pool) { 0 } else { left.saturating_sub(open) };
        Self { left, general, kept }
    }

    /// How many of so many people could have a place; as many or more is enough.
    fn available(self, people: u32) -> i64 {
        if i64::from(people) <= self.kept { self.left } else { self.kept.saturating_add(self.general) }
    }

    /// The largest party that would have its places.
    fn largest(self) -> i64 {
        if self.general > 0 { self.kept.saturating_add(self.general) } else { self.kept.min(self.left) }
    }
}

/// How many places of a pool are set aside still, and how many of them for somebody: those that nobody holds.
fn open_and_kept(
    decision: &Decision<'_>,
    gathering: &Gathering,
    pool: PoolId,
    held: &Held,
    is_for_them: impl Fn(&SetAside) -> bool,
) -> (i64, i64) {
    let (mut open, mut kept) = (0_i64, 0_i64);
    for set_aside in gathering.cell.plan.set_asides.iter().filter(|it| it.pool == pool) {
        let places = i64::from(decision.open(gathering, set_aside));
        open = open.saturating_add(places);
        if is_for_them(set_aside) && !held.set_asides.contains(&set_aside.id) {
            kept = kept.saturating_add(places);
        }
    }
    (open, kept)
}

/// What a pool has left; one that is not there has none.
fn left(decision: &Decision<'_>, gathering: &Gathering, pool: PoolId) -> Option<i64> {
    decision.pool(gathering, pool).map_or(Some(0), PoolCell::left)
}

/// The pools that have too few places for somebody, by number; none means that they are admitted.
///
/// Every door asks here: a new booking, a hold, a promotion, an approval, a larger party, a move.
pub(crate) fn shortages(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    applicant: Applicant<'_>,
    held: &Held,
) -> Vec<Shortage> {
    let short = offering.pools.iter().filter_map(|&pool| {
        let left = left(decision, gathering, pool)?;
        let free = Free::of(decision, gathering, (pool, left), applicant, held);
        let available = free.available(applicant.people);
        (available < i64::from(applicant.people))
            .then(|| shortage(decision, gathering, pool, applicant.people, available))
    });
    let mut short: Vec<_> = short.collect();
    short.sort_by_key(|shortage| shortage.pool);
    short
}

/// The pools that would have too few places for so many people even if nobody had any of them.
pub(crate) fn shortages_when_empty(
    decision: &Decision<'_>,
    gathering: &Gathering,
    demand: &[(PoolId, u32)],
) -> Vec<Shortage> {
    let short = demand.iter().filter_map(|&(pool, people)| {
        let empty = decision.pool(gathering, pool).map(|cell| PoolCell { used: 0, ..cell });
        let left = empty.map_or(Some(0), PoolCell::left)?;
        (left < i64::from(people)).then(|| shortage(decision, gathering, pool, people, left))
    });
    short.collect()
}

/// What so many people take of each pool of an offering, by number.
pub(crate) fn demand(offering: &Offering, people: u32) -> Vec<(PoolId, u32)> {
    sorted(&offering.pools).into_iter().map(|pool| (pool, people)).collect()
}

/// The largest party of somebody's that would be admitted now, up to a limit.
pub(crate) fn largest_party(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    applicant: Applicant<'_>,
    held: &Held,
    limit: u32,
) -> u32 {
    let largest = offering.pools.iter().filter_map(|&pool| {
        let left = left(decision, gathering, pool)?;
        Some(Free::of(decision, gathering, (pool, left), applicant, held).largest())
    });
    largest.fold(limit, |least, free| least.min(u32::try_from(free.max(0)).unwrap_or(u32::MAX)))
}

/// What an admitted party draws from set-asides: as much as it may, in the order of their numbers.
pub(crate) fn draws(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    applicant: Applicant<'_>,
    held: &Held,
) -> Vec<Draw> {
    let mut set_asides: Vec<_> = gathering.cell.plan.set_asides.iter().collect();
    if set_asides.is_empty() {
        return Vec::new();
    }
    set_asides.sort_unstable_by_key(|it| it.id);
    let mut draws = Vec::new();
    for pool in sorted(&offering.pools) {
        let mut uncovered = applicant.people;
        let theirs = set_asides
            .iter()
            .filter(|it| it.pool == pool && applicant.may_draw_on(it) && !held.set_asides.contains(&it.id));
        for set_aside in theirs {
            let places = decision.open(gathering, set_aside).min(uncovered);
            uncovered = uncovered.saturating_sub(places);
            if places > 0 {
                draws.push(Draw { set_aside: set_aside.id, places });
            }
        }
    }
    draws
}

/// Whether nothing of some pool of an offering is left for anybody at all.
pub(crate) fn is_exhausted(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    held: &Held,
) -> bool {
    offering.pools.iter().any(|&pool| {
        let Some(left) = left(decision, gathering, pool) else { return false };
        let (open, kept) = open_and_kept(decision, gathering, pool, held, |_| true);
        let general = if held.general.contains(&pool) { 0 } else { left.saturating_sub(open) };
        general <= 0 && kept == 0
    })
}

/// How many places are set aside of a pool and not released yet, used or not.
pub(crate) fn set_aside_in_all(decision: &Decision<'_>, gathering: &Gathering, pool: PoolId) -> u64 {
    let kept = gathering.cell.plan.set_asides.iter();
    let kept = kept.filter(|it| it.pool == pool && !decision.is_released(gathering, it));
    kept.map(|it| u64::from(it.places)).sum()
}

fn sorted(pools: &[PoolId]) -> Vec<PoolId> {
    let mut pools = pools.to_vec();
    pools.sort_unstable();
    pools
}

fn shortage(
    decision: &Decision<'_>,
    gathering: &Gathering,
    pool: PoolId,
    wanted: u32,
    free: i64,
) -> Shortage {
    let capacity = decision.pool(gathering, pool).map_or(Capacity::Limited(0), PoolCell::limit);
    let name = gathering.cell.plan.pool_name(pool).to_owned();
    Shortage { gathering: gathering.id, pool, name, wanted, free, capacity }
}
