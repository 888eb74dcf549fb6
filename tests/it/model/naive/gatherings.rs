//! What can be asked of a gathering as a whole.

use super::times::{ends, later};
use super::*;
use gather::Change;

impl Naive<'_> {
    pub(super) fn announce(
        &mut self,
        gathering: GatheringId,
        plan: &GatheringPlan,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.now(gathering, given);
        refuse_if(self.plan(gathering).is_some(), "gathering_exists")?;
        refuse_if(ends(plan.when).is_some_and(|end| end <= now), "in_the_past")?;
        self.done(now, Done::Announced(gathering, plan.clone()));
        Ok(Told::Announced(gathering))
    }

    pub(super) fn add_offering(
        &mut self,
        gathering: GatheringId,
        number: u16,
        offering: &Offered,
        pools: &[(u16, Option<u32>)],
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.stands_and_is_not_over(gathering, given)?;
        refuse_if(!self.fits_in(gathering, number, offering, pools), "layout")?;
        if let Some(session) = offering.session {
            let session = self.session(gathering, session).ok_or("unknown_session")?;
            refuse_if(session.dropped, "session_dropped")?;
        }
        self.done(now, Done::OfferingAdded(gathering, number, offering.clone(), pools.to_vec()));
        Ok(Told::OfferingAdded(gather::OfferingId::new(number)))
    }

    /// Whether an offering and the pools that come with it go together with what is there.
    fn fits_in(
        &self,
        gathering: GatheringId,
        number: u16,
        offering: &Offered,
        pools: &[(u16, Option<u32>)],
    ) -> bool {
        let offerings = self.offerings(gathering);
        let mut known: Vec<u16> = self.pools_planned(gathering).iter().map(|(pool, _)| *pool).collect();
        for (pool, _) in pools {
            if known.contains(pool) {
                return false;
            }
            known.push(*pool);
        }
        let is_new = offerings.iter().all(|(known, _)| *known != number);
        let mut drawn = offering.plan.pools.clone();
        drawn.sort_unstable();
        drawn.dedup();
        let draws_well = !drawn.is_empty()
            && drawn.len() == offering.plan.pools.len()
            && drawn.iter().all(|pool| known.contains(pool));
        // Nothing requires what is only now added, so it cannot come back to itself but at once.
        let requires_what_is_there =
            offering.plan.requires.is_none_or(|other| offerings.iter().any(|(known, _)| *known == other));
        let shares =
            offerings.iter().filter(|(_, other)| other.plan.pools.iter().any(|pool| drawn.contains(pool)));
        let shares_well = shares.clone().all(|(_, other)| other.session == offering.session);
        is_new && draws_well && requires_what_is_there && shares_well
    }

    pub(super) fn change_capacity(
        &mut self,
        gathering: GatheringId,
        pool: u16,
        capacity: Option<u32>,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.now(gathering, given);
        refuse_if(self.plan(gathering).is_none(), "unknown_gathering")?;
        let known = self.pools_planned(gathering).iter().any(|(number, _)| *number == pool);
        refuse_if(!known, "unknown_pool")?;
        refuse_if(self.called_off(gathering), "gathering_cancelled")?;
        if self.capacity(gathering, pool) == capacity {
            return Ok(Told::Promoted { registrations: Vec::new(), ended: Vec::new() });
        }
        refuse_if(capacity.is_some_and(|places| places < self.used(gathering, pool)), "below_used")?;
        self.done(now, Done::CapacityChanged(gathering, pool, capacity));
        Ok(Told::Promoted { registrations: self.promote(gathering, now), ended: Vec::new() })
    }

    pub(super) fn reschedule(
        &mut self,
        gathering: GatheringId,
        when: When,
        with_programme: bool,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.now(gathering, given);
        refuse_if(self.plan(gathering).is_none(), "unknown_gathering")?;
        refuse_if(self.called_off(gathering), "gathering_cancelled")?;
        if self.when(gathering) == when {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        refuse_if(ends(when).is_some_and(|end| end <= now), "in_the_past")?;
        let (was, is) = (self.last_first_day(gathering), times::days(when).map(|(first, _)| first));
        self.done(now, Done::Rescheduled(gathering, when));
        let by = was.zip(is).map_or(0, |(was, is)| is - was);
        if with_programme && by != 0 {
            self.move_sessions(gathering, by, now);
        }
        self.promote(gathering, now);
        Ok(Told::Changed(Change::Made))
    }

    fn move_sessions(&mut self, gathering: GatheringId, by: i64, now: DateTime<Utc>) {
        for number in self.sessions(gathering) {
            let session = self.session(gathering, number).unwrap();
            if !session.dropped && session.when != When::ToBeConfirmed {
                let when = later(session.when, by);
                self.done(now, Done::SessionMoved(gathering, number, when, session.room));
            }
        }
    }

    pub(super) fn change_mode(
        &mut self,
        gathering: GatheringId,
        mode: ModePlan,
        link: Option<u8>,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let in_person = matches!(mode, ModePlan::Hub | ModePlan::Hall);
        refuse_if(link.is_some() && in_person, "layout")?;
        let now = self.stands_and_is_not_over(gathering, given)?;
        if link.is_none() && self.mode(gathering) == (mode, None) {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::ModeChanged(gathering, mode, link));
        Ok(Told::Changed(Change::Made))
    }

    pub(super) fn by_hand(
        &mut self,
        gathering: GatheringId,
        open: bool,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.stands_and_is_not_over(gathering, given)?;
        if self.opened_by_hand(gathering) == Some(open) {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::OpenedByHand(gathering, open));
        Ok(Told::Changed(Change::Made))
    }

    pub(super) fn call_off(&mut self, gathering: GatheringId, given: DateTime<Utc>) -> Result<Told, No> {
        let now = self.now(gathering, given);
        refuse_if(self.plan(gathering).is_none(), "unknown_gathering")?;
        if self.called_off(gathering) {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::CalledOff(gathering));
        Ok(Told::Changed(Change::Made))
    }

    /// The time of a decision on a gathering that is to be there, to stand, and not to be over.
    pub(super) fn stands_and_is_not_over(
        &self,
        gathering: GatheringId,
        given: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, No> {
        let now = self.now(gathering, given);
        refuse_if(self.plan(gathering).is_none(), "unknown_gathering")?;
        refuse_if(self.called_off(gathering), "gathering_cancelled")?;
        refuse_if(self.over(gathering, now), "gathering_over")?;
        Ok(now)
    }

    /// Lets in whoever can be let in: always the head that joined first, of lines that are still looked at. A head
    /// that cannot be let in ends the look at its line, and nobody behind it may take what it is short of. For a
    /// session that is dropped or over nobody is let in.
    pub(super) fn promote(&mut self, gathering: GatheringId, now: DateTime<Utc>) -> Vec<RegistrationId> {
        let (mut promoted, mut kept) = (Vec::new(), Vec::new());
        if self.called_off(gathering) || self.over(gathering, now) {
            return promoted;
        }
        let offerings = self.offerings(gathering).into_iter();
        let unserved = offerings.filter(|(_, offering)| !self.session_can_be_had(gathering, offering, now));
        let mut closed: Vec<u16> = unserved.map(|(number, _)| number).collect();
        loop {
            let mut heads = self.heads(gathering).into_iter();
            let Some(head) = heads.find(|one| !closed.contains(&one.offering)) else {
                return promoted;
            };
            let short = self.short_pools(&head);
            let drawn = &self.offering(gathering, head.offering).unwrap().plan.pools;
            if short.is_empty() && !drawn.iter().any(|pool| kept.contains(pool)) {
                promoted.push(head.registration);
                self.done(now, Done::Promoted(gathering, head.registration));
            } else {
                closed.push(head.offering);
                kept.extend(short);
            }
        }
    }
}
