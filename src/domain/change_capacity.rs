//! Change the capacity of a pool: more places go to the line at once, fewer never take a place away.

use super::decision::{Decision, Gathering};
use super::refusal::Refusal;
use super::{Context, Decide, Effects, waiting_list};
use crate::fact::{Capacity, Fact};
use crate::id::{GatheringId, PoolId};

/// Changes how many places a pool has. Whoever is next in line gets what becomes free, in the same decision.
///
/// # Refusals
/// In this order: unknown gathering, unknown pool (or none named where there are several), called off, fewer places than are given out (by how many is
/// said; cancel registrations first), more than 65,535 promotions at once.
///
/// # Example
/// ```
/// use gather::{ChangeCapacity, Desk, Gathering, PersonId};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?).places(1);
/// let talk = desk.announce(talk)?.outcome;
/// assert!(desk.register(talk, PersonId::random())?.outcome.is_confirmed());
/// let waiting = desk.register(talk, PersonId::random())?.outcome.registration();
///
/// assert_eq!(desk.execute(ChangeCapacity::new(talk, 20))?.outcome.promoted, [waiting]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ChangeCapacity {
    gathering: GatheringId,
    pool: Option<PoolId>,
    capacity: Capacity,
}

impl ChangeCapacity {
    /// Sets the capacity of the gathering's only pool. Where it has several, [`pool`](Self::pool) says which is meant.
    #[must_use]
    pub fn new(gathering: GatheringId, capacity: impl Into<Capacity>) -> Self {
        Self { gathering, pool: None, capacity: capacity.into() }
    }

    /// Says which pool is meant. Needed where the gathering has several.
    #[must_use]
    pub fn pool(mut self, pool: PoolId) -> Self {
        self.pool = Some(pool);
        self
    }

    /// The pool named, or the only one where none was named.
    fn meant(&self, gathering: &Gathering) -> Result<PoolId, Refusal> {
        match (self.pool, gathering.cell.plan.pools.as_slice()) {
            (Some(pool), _) => Ok(pool),
            (None, [(only, _)]) => Ok(*only),
            (None, _) => {
                Err(Refusal::WhichPool { gathering: gathering.id, pools: gathering.cell.plan.pool_ids() })
            }
        }
    }
}

impl Decide for ChangeCapacity {
    type Outcome = Effects;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Effects, Refusal> {
        let gathering = decision.gathering(self.gathering)?;
        let pool = self.meant(&gathering)?;
        let Some(cell) = decision.pool(&gathering, pool) else {
            let pools = gathering.cell.plan.pool_ids();
            return Err(Refusal::UnknownPool { gathering: gathering.id, pool, pools });
        };
        gathering.must_stand()?;
        if cell.capacity == self.capacity {
            return Ok(Effects::default());
        }
        if let Capacity::Limited(asked) = self.capacity
            && asked < cell.used
        {
            let name = gathering.cell.plan.pool_name(pool).to_owned();
            return Err(Refusal::BelowUsed { pool, name, asked, used: cell.used });
        }
        decision.record(Fact::CapacityChanged { gathering: gathering.id, pool, capacity: self.capacity, overbook: crate::fact::Overbook::No, keep_all: false });
        let registrations = waiting_list::promote(decision, &gathering);
        Ok(Effects { promoted: registrations, ..Effects::default() })
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Effects> {
        let Fact::CapacityChanged { gathering, pool, capacity, .. } = facts.first()? else { return None };
        let same = (*gathering, *capacity) == (self.gathering, self.capacity)
            && self.pool.is_none_or(|meant| meant == *pool);
        same.then(|| Effects::among(facts))
    }
}
