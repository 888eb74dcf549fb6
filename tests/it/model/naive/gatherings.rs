//! What can be asked of a gathering as a whole.

use super::times::{ends, later, starts};
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
        refuse_if(self.known(gathering).is_some(), "gathering_exists")?;
        refuse_if(ends(plan.when).is_some_and(|end| end <= now), "in_the_past")?;
        self.done(now, Done::Announced(gathering, plan.clone()));
        Ok(Told::Announced(gathering))
    }

    pub(super) fn add_offering(
        &mut self,
        gathering: GatheringId,
        number: u16,
        offering: Offered,
        pools: &[(u16, PoolPlan)],
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.stands_and_is_not_over(gathering, given)?;
        refuse_if(!self.fits_in(gathering, number, &offering, pools), "layout")?;
        if let Some(session) = offering.session {
            let session = self.session(gathering, session).ok_or("unknown_session")?;
            refuse_if(session.dropped, "session_dropped")?;
        }
        self.done(now, Done::OfferingAdded(gathering, number, Rc::new(offering), pools.to_vec()));
        Ok(Told::OfferingAdded(gather::OfferingId::new(number)))
    }

    /// Whether an offering and the pools that come with it go together with what is there.
    fn fits_in(
        &self,
        gathering: GatheringId,
        number: u16,
        offering: &Offered,
        pools: &[(u16, PoolPlan)],
    ) -> bool {
        let of = self.of(gathering);
        let offerings = &of.offerings;
        let mut known: Vec<u16> = of.pools.iter().map(|(pool, _)| *pool).collect();
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

    pub(super) fn reschedule(
        &mut self,
        gathering: GatheringId,
        when: When,
        with_programme: bool,
        ask: Option<(DateTime<Utc>, Silence)>,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        self.stands(gathering)?;
        if self.when(gathering) == when {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        refuse_if(ends(when).is_some_and(|end| end <= now), "in_the_past")?;
        if let Some((until, _)) = ask {
            refuse_if(until <= now, "deadline_past")?;
            refuse_if(starts(when).is_some_and(|start| until > start), "deadline_too_late")?;
        }
        let (was, is) = (self.last_first_day(gathering), times::days(when).map(|(first, _)| first));
        self.done(now, Done::Rescheduled(gathering, when, ask));
        let by = was.zip(is).map_or(0, |(was, is)| is - was);
        if with_programme && by != 0 {
            self.move_sessions(gathering, by, now);
        }
        self.serve(gathering, now);
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
        if link.is_none() && self.of(gathering).mode == (mode, None) {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::ModeChanged(gathering, mode, link));
        Ok(Told::Changed(Change::Made))
    }
}
