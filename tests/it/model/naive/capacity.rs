//! A pool gets more places, or fewer.

use super::pools::limit;
use super::*;

impl Naive<'_> {
    pub(super) fn change_capacity(
        &mut self,
        gathering: GatheringId,
        (pool, plan): (u16, PoolPlan),
        keep_all: bool,
        displaced: &[RegistrationId],
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        let known = self.of(gathering).pools.iter().any(|(number, _)| *number == pool);
        refuse_if(!known, "unknown_pool")?;
        self.stands(gathering)?;
        if self.pool(gathering, pool) == plan && displaced.is_empty() {
            return Ok(self.effects());
        }
        for id in displaced {
            self.one(*id)?;
            refuse_if(!self.can_be_displaced(gathering, pool, *id), "not_displaceable")?;
        }
        for id in displaced {
            self.end_if_live(*id, Ending::Displaced, now);
        }
        let too_many = limit(plan).is_some_and(|limit| limit < self.used(gathering, pool));
        refuse_if(too_many && !keep_all, "below_used")?;
        if self.pool(gathering, pool) != plan {
            self.done(now, Done::CapacityChanged(gathering, pool, plan, too_many));
        }
        self.serve(gathering, now);
        Ok(self.effects_besides(displaced))
    }

    fn can_be_displaced(&self, gathering: GatheringId, pool: u16, id: RegistrationId) -> bool {
        let Ok(one) = self.one(id) else { return false };
        one.asked.gathering == gathering
            && one.claim.uses_places()
            && !one.asked.uncounted
            && self.drawn(gathering, one.asked.offering).contains(&pool)
    }
}
