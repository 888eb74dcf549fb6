//! Change the capacity of a pool: more places go to the line at once, fewer never take a place away.

use crate::domain::cells::PoolCell;
use crate::domain::decision::{Decision, Gathering};
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, Effects, ending, waiting_list};
use crate::fact::{Capacity, Ending, Fact, Overbook};
use crate::id::{GatheringId, PoolId, RegistrationId};

/// Changes how many places a pool has, or by how many it is overbooked. Whoever is next in line gets what becomes free, in
/// the same decision.
///
/// Nobody loses a place unless it is said who. Fewer places than are given out are refused, with the figure; unless
/// [`keep_all`](Self::keep_all) says that the pool may be over-full until enough have left, or
/// [`displace`](Self::displace) names who goes.
///
/// # Refusals
/// In this order: unknown gathering, unknown pool (or none named where there are several), called off, completed or
/// archived, one named to go that is unknown or has no place of the pool, fewer places than are given out, more than
/// 65,535 promotions at once.
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
#[derive(Clone, Debug)]
pub struct ChangeCapacity {
    gathering: GatheringId,
    pool: Option<PoolId>,
    capacity: Capacity,
    overbook: Option<Overbook>,
    keep_all: bool,
    displaced: Vec<RegistrationId>,
}

impl ChangeCapacity {
    /// Sets the capacity of the gathering's only pool. Where it has several, [`pool`](Self::pool) says which is meant.
    #[must_use]
    pub fn new(gathering: GatheringId, capacity: impl Into<Capacity>) -> Self {
        let capacity = capacity.into();
        Self { gathering, pool: None, capacity, overbook: None, keep_all: false, displaced: Vec::new() }
    }

    /// Says which pool is meant. Needed where the gathering has several.
    #[must_use]
    pub fn pool(mut self, pool: PoolId) -> Self {
        self.pool = Some(pool);
        self
    }

    /// Sets by how many it is overbooked. Unless something is said, that stays as it was.
    #[must_use]
    pub fn overbook(mut self, overbook: Overbook) -> Self {
        self.overbook = Some(overbook);
        self
    }

    /// Lets everybody keep their places, though there are fewer: the pool is over-full, and nobody is admitted until there
    /// is room. The log records that it was meant.
    #[must_use]
    pub fn keep_all(mut self) -> Self {
        self.keep_all = true;
        self
    }

    /// Names a registration to go. It ends, with whatever needs it, before the places are counted.
    #[must_use]
    pub fn displace(mut self, registration: RegistrationId) -> Self {
        self.displaced.push(registration);
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

impl ChangeCapacity {
    /// Ends the registrations named to go, each of which must have places of the pool.
    fn end_displaced(
        &self,
        decision: &mut Decision<'_>,
        gathering: &Gathering,
        pool: PoolId,
    ) -> Result<(), Refusal> {
        for &registration in &self.displaced {
            let cell = decision.registration(registration)?;
            let offering = gathering.cell.plan.offering(cell.offering);
            let draws = offering.is_some_and(|offering| offering.pools.contains(&pool));
            let has_places = cell.claim.uses_places() && cell.counted() > 0;
            if cell.gathering != gathering.id || !draws || !has_places {
                return Err(Refusal::NotDisplaceable { registration });
            }
        }
        for &registration in &self.displaced {
            ending::end_with_parts(decision, gathering, registration, Ending::Displaced);
        }
        Ok(())
    }
}

impl Decide for ChangeCapacity {
    type Outcome = Effects;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Effects, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        let pool = self.meant(&gathering)?;
        if decision.pool(&gathering, pool).is_none() {
            return Err(gathering.unknown_pool(pool));
        }
        gathering.must_stand()?;
        self.end_displaced(decision, &gathering, pool)?;
        let Some(cell) = decision.pool(&gathering, pool) else { return Err(gathering.unknown_pool(pool)) };
        let (capacity, overbook) = (self.capacity, self.overbook.unwrap_or(cell.overbook));
        if (capacity, overbook) != (cell.capacity, cell.overbook) {
            let after = PoolCell { capacity, overbook, ..cell };
            let is_over_full = after.left().is_some_and(|left| left < 0);
            if is_over_full && !self.keep_all {
                return Err(below_used(&gathering, pool, after));
            }
            let keep_all = is_over_full;
            let on = gathering.id;
            decision.record(Fact::CapacityChanged { gathering: on, pool, capacity, overbook, keep_all });
        }
        waiting_list::serve(decision, gathering.id);
        Ok(Effects::among(decision.facts(), &self.displaced))
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("change capacity");
        clear.gathering(self.gathering).maybe(self.pool, |clear, pool| {
            clear.number(pool.get());
        });
        clear.capacity(self.capacity).maybe(self.overbook, |clear, overbook| {
            clear.overbook(overbook);
        });
        clear.flag(self.keep_all).each(self.displaced.iter(), |clear, registration| {
            clear.id(registration.bytes());
        });
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Effects> {
        Some(Effects::among(facts, &self.displaced))
    }
}

fn below_used(gathering: &Gathering, pool: PoolId, after: PoolCell) -> Refusal {
    let asked = match after.limit() {
        Capacity::Limited(asked) => asked,
        Capacity::Unlimited => u32::MAX,
    };
    let name = gathering.cell.plan.pool_name(pool).to_owned();
    Refusal::BelowUsed { pool, name, asked, used: after.used }
}
