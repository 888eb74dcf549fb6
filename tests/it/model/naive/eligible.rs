//! Who may take a place at all: for whom it is, what an offering requires, and what takes a person's time.

use super::times::overlap;
use super::*;

/// Which registrations count.
type Counts<'c> = &'c dyn Fn(&Registration) -> bool;

impl Naive<'_> {
    /// Refuses a party that may not have it, or lacks what the offering requires, or of which somebody is busy then.
    pub(super) fn is_eligible(&self, asked: &Asked, now: DateTime<Utc>) -> Result<(), No> {
        let only_for = &self.offering(asked.gathering, asked.offering).unwrap().plan.only_for;
        refuse_if(!only_for.is_empty() && !asked.is_among(only_for), "not_eligible")?;
        self.may_come(asked, now)
    }

    /// The same, whoever it is for.
    pub(super) fn may_come(&self, asked: &Asked, now: DateTime<Utc>) -> Result<(), No> {
        let cap = self.cap_in_force(asked.gathering, now).filter(|_| !asked.uncounted);
        refuse_if(cap.is_some() && asked.organisation().is_none(), "organisation_needed")?;
        refuse_if(self.is_over_the_cap(asked, asked.counted(), now), "organisation_cap")?;
        refuse_if(!self.has_what_it_requires(asked), "needs_place")?;
        self.all_are_free(asked, &asked.named(), now)
    }

    /// Refuses if one of these people has another date of the series, or something at the same time.
    pub(super) fn all_are_free(&self, asked: &Asked, people: &[u8], now: DateTime<Utc>) -> Result<(), No> {
        let takes_time = |one: &Registration| one.claim.takes_time();
        for &person in people {
            refuse_if(self.other_date(asked, person, &takes_time, now).is_some(), "series_date")?;
            refuse_if(self.at_once(asked, person, &takes_time, now).is_some(), "overlap")?;
        }
        Ok(())
    }

    /// How many people of one organisation may have places now, if there is a limit.
    pub(super) fn cap_in_force(&self, gathering: GatheringId, now: DateTime<Utc>) -> Option<u32> {
        let cap = self.of(gathering).plan.cap?;
        let is_over = cap.until.is_some_and(|until| self.has_come(gathering, until, now));
        (!is_over).then_some(u32::from(cap.people))
    }

    /// Whether so many more of a party's organisation would be too many.
    pub(super) fn is_over_the_cap(&self, asked: &Asked, people: u32, now: DateTime<Utc>) -> bool {
        let Some(cap) = self.cap_in_force(asked.gathering, now).filter(|_| !asked.uncounted) else {
            return false;
        };
        let Some(organisation) = asked.organisation() else { return false };
        let with_places = self.live(asked.gathering).into_iter().filter(|one| one.claim.uses_places());
        let theirs = with_places.filter(|one| one.asked.organisation() == Some(organisation));
        theirs.map(|one| one.asked.counted()).sum::<u32>() + people > cap
    }

    pub(super) fn required(&self, gathering: GatheringId, offering: u16) -> Option<u16> {
        self.offering(gathering, offering)?.plan.requires
    }

    /// How many offerings one needs to have before this one.
    pub(super) fn needs_first(&self, gathering: GatheringId, offering: u16) -> usize {
        self.required(gathering, offering).map_or(0, |first| 1 + self.needs_first(gathering, first))
    }

    /// The live registration that names a person for an offering.
    fn held_by(&self, gathering: GatheringId, offering: u16, person: u8) -> Option<Rc<Registration>> {
        let mut live = self.live(gathering).into_iter();
        live.find(|one| one.asked.offering == offering && one.asked.names(person))
    }

    /// Whether the booker has confirmed places, for everybody in the party, in what the offering requires.
    pub(super) fn has_what_it_requires(&self, asked: &Asked) -> bool {
        self.can_be_booked_with(asked, &asked.named(), asked.size())
    }

    /// Whether these people of a party are on what the booker has of what is required, and there is enough of it for so
    /// many, whoever else stands on it.
    pub(super) fn can_be_booked_with(&self, asked: &Asked, people: &[u8], size: u32) -> bool {
        let Some(required) = self.required(asked.gathering, asked.offering) else { return true };
        let Some(has) = self.held_by(asked.gathering, required, asked.booker()) else { return false };
        let same = self.same_offering(asked).into_iter();
        let others = same.filter(|one| one.id() != asked.registration);
        // Whoever waits, for places or for a yes, may have them yet.
        let may_come = others.filter(|one| one.claim.takes_time());
        let beside = may_come.filter(|one| one.asked.named().iter().any(|person| has.asked.names(*person)));
        let booked: u32 = beside.map(|one| one.asked.size()).sum();
        has.claim == Claim::Confirmed
            && booked + size <= has.asked.size()
            && people.iter().all(|person| has.asked.names(*person))
    }

    /// Whether somebody is on the registration that a party stands on.
    pub(super) fn can_share_what_it_requires(&self, asked: &Asked, person: u8) -> bool {
        let Some(required) = self.required(asked.gathering, asked.offering) else { return true };
        let has = self.held_by(asked.gathering, required, asked.booker());
        has.is_some_and(|has| has.asked.names(person))
    }

    /// Live registrations that stand on this one, offering by offering, then in the order of its places.
    pub(super) fn dependents(&self, party: &Asked) -> Vec<Rc<Registration>> {
        let mut found: Vec<Rc<Registration>> = Vec::new();
        for (offering, it) in &self.of(party.gathering).offerings {
            if it.plan.requires != Some(party.offering) {
                continue;
            }
            for person in party.named() {
                let held = self.held_by(party.gathering, *offering, person);
                let held = held.filter(|one| one.claim.takes_time());
                let is_new = |one: &Rc<Registration>| found.iter().all(|other| other.id() != one.id());
                found.extend(held.filter(is_new));
            }
        }
        found
    }

    /// The registrations that count of those that name somebody, but for the party's own. What is past its time, though
    /// nobody has written that down, does not count, nor does what is in closed books.
    fn others_of(
        &self,
        asked: &Asked,
        person: u8,
        counts: Counts<'_>,
        now: DateTime<Utc>,
    ) -> Vec<Rc<Registration>> {
        let gatherings = self.gatherings().into_iter().filter(|other| !self.of(*other).completed);
        let mut all: Vec<_> = gatherings.flat_map(|gathering| self.registrations(gathering)).collect();
        all.sort_by_key(|one| one.made);
        let is_past = |one: &Registration| one.claim.deadline().is_some_and(|deadline| deadline <= now);
        all.retain(|one| counts(one) && one.asked.names(person) && !is_past(one));
        all.retain(|one| one.id() != asked.registration);
        all
    }

    /// A registration of somebody for another date of the series.
    pub(super) fn other_date(
        &self,
        asked: &Asked,
        person: u8,
        counts: Counts<'_>,
        now: DateTime<Utc>,
    ) -> Option<RegistrationId> {
        let series = self.of(asked.gathering).plan.series?;
        let mut others = self.others_of(asked, person, counts, now).into_iter();
        let other = others.find(|one| {
            let there = one.asked.gathering;
            there != asked.gathering && self.of(there).plan.series == Some(series)
        });
        other.map(|one| one.id())
    }

    /// A registration of somebody for something at the same time, of what takes people's time.
    pub(super) fn at_once(
        &self,
        asked: &Asked,
        person: u8,
        counts: Counts<'_>,
        now: DateTime<Utc>,
    ) -> Option<RegistrationId> {
        if !self.of(asked.gathering).plan.no_overlap {
            return None;
        }
        let is_for_a_session = |gathering, offering| {
            let offering = self.offering(gathering, offering).unwrap();
            offering.session.is_some()
        };
        let wanted = self.time_of(asked.gathering, asked.offering);
        let here = is_for_a_session(asked.gathering, asked.offering);
        let mut others = self.others_of(asked, person, counts, now).into_iter();
        let other = others.find(|one| {
            let (gathering, offering) = (one.asked.gathering, one.asked.offering);
            let is_judged = gathering != asked.gathering || here && is_for_a_session(gathering, offering);
            is_judged
                && self.of(gathering).plan.no_overlap
                && overlap(wanted, self.time_of(gathering, offering))
        });
        other.map(|one| one.id())
    }
}
