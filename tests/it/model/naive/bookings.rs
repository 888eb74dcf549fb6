//! What can be asked of registrations: to be made, alone or together, to end, to go to somebody else.

use std::collections::BTreeMap;

use super::asked::has_twins;
use super::line::Walk;
use super::pools::limit;
use super::*;
use gather::{Change, Part, Registered};

/// With these a part of a basket is left out that takes what can be had.
const LEAVES_OUT: [&str; 11] = [
    "not_eligible",
    "organisation_needed",
    "organisation_cap",
    "needs_place",
    "series_date",
    "overlap",
    "never_fits",
    "full",
    "line_first",
    "line_only",
    "registration_exists",
];

pub(super) fn told(registered: Registered) -> Told {
    match registered {
        Registered::Confirmed { registration } => Told::Confirmed(registration),
        Registered::Waiting { registration, ahead } => Told::Waiting(registration, ahead),
        Registered::Pending { registration, uses_places } => Told::Pending(registration, uses_places),
    }
}

impl Naive<'_> {
    pub(super) fn register(&mut self, asked: Asked, given: DateTime<Utc>) -> Result<Told, No> {
        let now = self.begin_asking(std::slice::from_ref(&asked), given);
        let asked = self.can_be_asked(asked, false, now)?;
        self.is_eligible(&asked, now)?;
        refuse_if(self.never_fits(&asked, asked.counted()), "never_fits")?;
        let walk = self.walk_for(&asked, now);
        Ok(told(self.enter(asked, walk, true, now)?))
    }

    pub(super) fn basket(
        &mut self,
        parts: Vec<Asked>,
        best_effort: bool,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.begin_asking(&parts, given);
        let mut asked: Vec<Asked> = Vec::new();
        for part in parts {
            let part = self.can_be_asked(part, false, now)?;
            let same = asked.iter().filter(|other| same_offering(other, &part));
            let named: Vec<u8> = same.flat_map(Asked::named).chain(part.named()).collect();
            refuse_if(has_twins(&named), "twice_in_party")?;
            asked.push(part);
        }
        let mut order: Vec<usize> = (0..asked.len()).collect();
        order.sort_by_key(|&nth| self.needs_first(asked[nth].gathering, asked[nth].offering));
        if !best_effort {
            self.all_could_fit(&asked)?;
        }
        let walks: Vec<Walk> = asked.iter().map(|part| self.walk_for(part, now)).collect();
        let mut told = vec![Part::LeftOut; asked.len()];
        for nth in order {
            // All of a basket comes at once. Of one that takes what can be had, each part comes after those before it.
            let part = asked[nth].clone();
            let walk = if best_effort { self.walk_for(&part, now) } else { walks[nth].clone() };
            match self.take_part(part, walk, best_effort, now) {
                Ok(registered) => told[nth] = Part::Registered(registered),
                Err(no) if best_effort && is_left_out(&no) => {}
                Err(no) => return Err(no),
            }
        }
        Ok(Told::Parts(told))
    }

    fn take_part(
        &mut self,
        part: Asked,
        walk: Walk,
        best_effort: bool,
        now: DateTime<Utc>,
    ) -> Result<Registered, No> {
        self.is_eligible(&part, now)?;
        if best_effort {
            refuse_if(self.never_fits(&part, part.counted()), "never_fits")?;
        }
        self.enter(part, walk, best_effort, now)
    }

    /// Whether several parties would have room at once, pool by pool, if nobody else came.
    fn all_could_fit(&self, parts: &[Asked]) -> Result<(), No> {
        let mut wanted: BTreeMap<(GatheringId, u16), i64> = BTreeMap::new();
        for part in parts {
            for pool in self.drawn(part.gathering, part.offering) {
                *wanted.entry((part.gathering, pool)).or_default() += i64::from(part.counted());
            }
        }
        let is_too_small = |(&(gathering, pool), &people): (&(GatheringId, u16), &i64)| {
            limit(self.pool(gathering, pool)).is_some_and(|places| places < people)
        };
        refuse_if(wanted.iter().any(is_too_small), "never_fits")
    }

    /// A registration that can still be changed at a time.
    pub(super) fn live_one(&self, id: RegistrationId, now: DateTime<Utc>) -> Result<Rc<Registration>, No> {
        let one = self.one(id)?;
        let gathering = one.asked.gathering;
        self.stands(gathering)?;
        refuse_if(!one.claim.is_live(), "registration_ended")?;
        refuse_if(self.over(gathering, now), "gathering_over")?;
        let offering = self.offering(gathering, one.asked.offering).unwrap();
        let session = offering.session.and_then(|session| self.session(gathering, session));
        refuse_if(session.is_some_and(|session| session.is_over(now)), "session_over")?;
        Ok(one)
    }

    pub(super) fn cancel_registration(
        &mut self,
        id: RegistrationId,
        by_organiser: bool,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.begin(&[gathering], given);
        let one = self.one(id)?;
        if one.claim == Claim::FollowUpOnly {
            // Whoever wants the recording may think better of it afterwards.
            let of = self.of(gathering);
            refuse_if(of.called_off, "gathering_cancelled")?;
            refuse_if(of.archived, "gathering_archived")?;
        } else {
            self.live_one(id, now)?;
        }
        let how = if by_organiser { Ending::Organiser } else { Ending::Attendee };
        self.end_with_dependents(&one, how, now);
        self.serve(gathering, now);
        Ok(self.effects_besides(&[id]))
    }

    pub(super) fn transfer(
        &mut self,
        id: RegistrationId,
        place: u16,
        to: u8,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let now = self.begin(&[gathering], given);
        let one = self.live_one(id, now)?;
        refuse_if(one.claim.only_asks(), "not_confirmed")?;
        let who = (1..).zip(&one.asked.people).find(|(number, _)| *number == place).map(|(_, who)| *who);
        let who = who.ok_or("unknown_place")?;
        if who == Some(to) {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.knows_all(&[to])?;
        refuse_if(!self.can_share_what_it_requires(&one.asked, to), "needs_place")?;
        self.hand_over(&one.asked, place, to, now)?;
        Ok(Told::Changed(Change::Made))
    }

    /// Gives a place to somebody, and with it the places that whoever had it has in what requires it.
    fn hand_over(&mut self, party: &Asked, place: u16, to: u8, now: DateTime<Utc>) -> Result<(), No> {
        let same = self.same_offering(party);
        refuse_if(same.iter().any(|one| one.asked.names(to)), "already_registered")?;
        self.all_are_free(party, &[to], now)?;
        let dependents = self.dependents(party);
        let from = party.people[usize::from(place) - 1];
        if from.is_some_and(|from| !self.was_forgotten(from)) {
            let one = self.one(party.registration)?;
            refuse_if(self.has_come_on(&one, place), "presence_recorded")?;
        }
        self.done(now, Done::Transferred(party.gathering, party.registration, place, from, to));
        for dependent in dependents {
            let theirs = (1..).zip(&dependent.asked.people);
            let held = theirs.into_iter().find(|(_, who)| from.is_some() && **who == from);
            if let Some((place, _)) = held {
                self.hand_over(&dependent.asked, place, to, now)?;
            }
        }
        Ok(())
    }
}

fn same_offering(one: &Asked, other: &Asked) -> bool {
    (one.gathering, one.offering) == (other.gathering, other.offering)
}

fn is_left_out(no: &str) -> bool {
    LEAVES_OUT.iter().any(|code| no.starts_with(code))
}
