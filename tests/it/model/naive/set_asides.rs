//! Places that are kept for some.

#![expect(clippy::option_option, reason = "whether anything is said of it, and what")]

use super::pools::limit;
use super::*;

impl Naive<'_> {
    pub(super) fn add_set_aside(
        &mut self,
        gathering: GatheringId,
        set_aside: SetAsidePlan,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        let of = self.of(gathering);
        refuse_if(of.pools.iter().all(|(number, _)| *number != set_aside.pool), "unknown_pool")?;
        self.stands(gathering)?;
        let is_there = of.set_asides.iter().any(|other| other.number == set_aside.number);
        refuse_if(is_there, "set_aside_exists")?;
        refuse_if(set_aside.who.is_empty(), "set_aside_for_nobody")?;
        refuse_if(self.are_too_large(gathering, &set_aside, now), "set_asides_too_large")?;
        let has_come = |release| self.has_come(gathering, release, now);
        refuse_if(set_aside.release.is_some_and(has_come), "deadline_past")?;
        let number = set_aside.number;
        self.done(now, Done::SetAsideMade(gathering, set_aside));
        self.serve(gathering, now);
        Ok(Told::SetAside(gather::SetAsideId::new(number)))
    }

    pub(super) fn change_set_aside(
        &mut self,
        gathering: GatheringId,
        number: u16,
        places: u32,
        release: Option<Option<TimePlan>>,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        let of = self.of(gathering);
        let now_set = of.set_asides.iter().find(|one| one.number == number).ok_or("unknown_set_aside")?;
        self.stands(gathering)?;
        let wanted = SetAsidePlan { places, release: release.unwrap_or(now_set.release), ..now_set.clone() };
        if wanted == *now_set {
            return Ok(self.effects());
        }
        let was_released = self.is_released(gathering, now_set, now);
        let stays_released = was_released && wanted.release == now_set.release;
        // What is released counts for nothing.
        let counted_before = if was_released { 0 } else { now_set.places };
        let counted_after = if stays_released { 0 } else { places };
        let is_more = counted_after > counted_before;
        refuse_if(is_more && self.are_too_large(gathering, &wanted, now), "set_asides_too_large")?;
        let has_come = |release| self.has_come(gathering, release, now);
        let is_new = wanted.release != now_set.release;
        refuse_if(is_new && wanted.release.is_some_and(has_come), "deadline_past")?;
        self.done(now, Done::SetAsideChanged(gathering, number, places, wanted.release));
        self.serve(gathering, now);
        Ok(self.effects())
    }

    /// Whether this and the others that are not released yet would be more than the pool takes.
    fn are_too_large(&self, gathering: GatheringId, wanted: &SetAsidePlan, now: DateTime<Utc>) -> bool {
        let of = self.of(gathering);
        let same_pool = of.set_asides.iter().filter(|other| other.pool == wanted.pool);
        let others = same_pool.filter(|other| other.number != wanted.number);
        let unreleased = others.filter(|other| !self.is_released(gathering, other, now));
        let places: i64 = unreleased.map(|other| i64::from(other.places)).sum();
        limit(self.pool(gathering, wanted.pool)).is_some_and(|most| places + i64::from(wanted.places) > most)
    }
}
