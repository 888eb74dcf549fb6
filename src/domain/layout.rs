//! Whether pools and offerings fit together: asked when a gathering is announced and when an offering is added.

use std::collections::{BTreeMap, BTreeSet};

use super::refusal::{LayoutProblem, Refusal};
use crate::fact::{Capacity, Offering, Pool, SetAside};
use crate::id::{OfferingId, PoolId, SessionId};
use crate::text;

/// How many pools, and as many offerings, a gathering may have.
const PARTS_LIMIT: usize = 5_000;

/// How many times all offerings of a gathering together may name a pool. Every count of what is left weighs all of
/// them, and the announcement has to fit into a batch.
const DRAWS_LIMIT: usize = 10_000;

/// Refuses parts that do not fit together.
pub(super) fn check(pools: &[PoolId], offerings: &[Offering]) -> Result<(), LayoutProblem> {
    if offerings.is_empty() {
        return Err(LayoutProblem::NoOffering);
    }
    if pools.len() > PARTS_LIMIT || offerings.len() > PARTS_LIMIT {
        return Err(LayoutProblem::TooMany { limit: PARTS_LIMIT });
    }
    if offerings.iter().map(|offering| offering.pools.len()).sum::<usize>() > DRAWS_LIMIT {
        return Err(LayoutProblem::TooManyDraws { limit: DRAWS_LIMIT });
    }
    let mut known = BTreeSet::new();
    if let Some(&pool) = pools.iter().find(|pool| !known.insert(**pool)) {
        return Err(LayoutProblem::PoolTwice(pool));
    }
    let mut seen = BTreeSet::new();
    if let Some(offering) = offerings.iter().find(|offering| !seen.insert(offering.id)) {
        return Err(LayoutProblem::OfferingTwice(offering.id));
    }
    offerings.iter().try_for_each(|offering| check_draws(offering, &known))?;
    check_requirements(offerings)?;
    check_session_pools(offerings)
}

fn check_draws(offering: &Offering, known: &BTreeSet<PoolId>) -> Result<(), LayoutProblem> {
    if offering.pools.is_empty() {
        return Err(LayoutProblem::DrawsOnNothing(offering.id));
    }
    if let Some(&pool) = offering.pools.iter().find(|pool| !known.contains(pool)) {
        return Err(LayoutProblem::DrawsOnUnknown { offering: offering.id, pool });
    }
    let mut seen = BTreeSet::new();
    match offering.pools.iter().find(|pool| !seen.insert(**pool)) {
        Some(&pool) => Err(LayoutProblem::DrawsTwice { offering: offering.id, pool }),
        None => Ok(()),
    }
}

/// What is required is there, and no offering requires itself by way of others.
fn check_requirements(offerings: &[Offering]) -> Result<(), LayoutProblem> {
    let requires: BTreeMap<OfferingId, Option<OfferingId>> =
        offerings.iter().map(|offering| (offering.id, offering.requires)).collect();
    let mut sound: BTreeSet<OfferingId> = BTreeSet::new();
    for offering in offerings {
        let mut path = BTreeSet::from([offering.id]);
        let mut at = offering.id;
        while let Some(next) = requires.get(&at).copied().flatten().filter(|next| !sound.contains(next)) {
            if !requires.contains_key(&next) {
                return Err(LayoutProblem::RequiresUnknown { offering: at, requires: next });
            }
            if !path.insert(next) {
                return Err(LayoutProblem::RequiresItself(offering.id));
            }
            at = next;
        }
        // Not `append`, which goes through all that is in the larger set.
        sound.extend(path);
    }
    Ok(())
}

/// A pool that a session's offering draws on is that session's alone. Lines that share pools can hold them against each
/// other; the line of a session that is over must not go on holding what others wait for.
fn check_session_pools(offerings: &[Offering]) -> Result<(), LayoutProblem> {
    let mut owners: BTreeMap<PoolId, Option<SessionId>> = BTreeMap::new();
    for offering in offerings {
        for &pool in &offering.pools {
            if *owners.entry(pool).or_insert(offering.session) != offering.session {
                return Err(LayoutProblem::SharedWithSession { offering: offering.id, pool });
            }
        }
    }
    Ok(())
}

/// Every set-aside has a number of its own, is for somebody, and all of a pool's fit into it.
pub(super) fn check_set_asides(pools: &[Pool], set_asides: &[SetAside]) -> Result<(), LayoutProblem> {
    if set_asides.len() > PARTS_LIMIT {
        return Err(LayoutProblem::TooMany { limit: PARTS_LIMIT });
    }
    let mut seen = BTreeSet::new();
    let mut sums: BTreeMap<PoolId, u64> = BTreeMap::new();
    for set_aside in set_asides {
        let SetAside { id, pool, places, ref who, .. } = *set_aside;
        if !seen.insert(id) {
            return Err(LayoutProblem::SetAsideTwice(id));
        }
        let Some(known) = pools.iter().find(|known| known.id == pool) else {
            return Err(LayoutProblem::SetAsideOfUnknown { set_aside: id, pool });
        };
        if who.is_empty() {
            return Err(LayoutProblem::SetAsideForNobody(id));
        }
        let sum = sums.entry(pool).or_default();
        *sum = sum.saturating_add(u64::from(places));
        if let Capacity::Limited(limit) = known.limit()
            && *sum > u64::from(limit)
        {
            return Err(LayoutProblem::SetAsidesTooLarge { pool, limit });
        }
    }
    Ok(())
}

/// Refuses a name that is not taken.
pub(super) fn check_names(pools: &[Pool], offerings: &[Offering]) -> Result<(), Refusal> {
    pools.iter().try_for_each(|pool| text::check_line("pool's name", &pool.name))?;
    offerings.iter().try_for_each(|offering| text::check_line("offering's name", &offering.name))?;
    Ok(())
}
