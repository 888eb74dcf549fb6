//! The line: who is next, who is passed and why, and where a newcomer stands.

use std::collections::{BTreeSet, VecDeque};

use super::pools::Kept;
use super::times::starts;
use super::*;
use gather::testkit::{HeadPlan, ServingPlan};
use gather::{OfferingId, PoolId};

/// What one walk along the line has come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk {
    pub(super) kept: Kept,
    /// The lines that somebody holds: who comes behind holds nothing more.
    closed: BTreeSet<u16>,
    /// Who was passed, offering by offering, in order, and why.
    passed: BTreeMap<u16, Vec<(RegistrationId, PassReason)>>,
}

impl Walk {
    fn pass(&mut self, one: &Registration, reason: PassReason) {
        self.passed.entry(one.asked.offering).or_default().push((one.id(), reason));
    }
}

impl Naive<'_> {
    /// The class of a party: the first that it is in; one more than the last if it is in none.
    pub(super) fn class(&self, asked: &Asked) -> usize {
        let of = self.of(asked.gathering);
        of.priorities.iter().position(|class| asked.is_among(class)).unwrap_or(of.priorities.len())
    }

    /// Everybody who waits, whoever is next first.
    pub(super) fn in_turn(&self, gathering: GatheringId) -> Vec<Rc<Registration>> {
        let mut waiting = self.registrations(gathering);
        waiting.retain(|one| one.claim == Claim::Waiting);
        waiting.sort_by_key(|one| (self.class(&one.asked), one.joined));
        waiting
    }

    /// How many wait for the same and come before somebody who comes now.
    pub(super) fn ahead(&self, asked: &Asked) -> u32 {
        let own = self.class(asked);
        let line = self.line(asked.gathering, asked.offering).into_iter();
        u32::try_from(line.filter(|one| self.class(&one.asked) <= own).count()).unwrap()
    }

    fn is_served(&self, gathering: GatheringId, now: DateTime<Utc>) -> bool {
        let of = self.of(gathering);
        let stands = !of.draft && !of.called_off && !of.completed && !of.archived;
        let rests = matches!(of.by_hand, Some(ByHand::Paused | ByHand::LineOnly | ByHand::InterestOnly));
        stands && !rests && !self.over(gathering, now)
    }

    /// Lets everybody in, or offers them their places, who can have them.
    pub(super) fn serve(&mut self, gathering: GatheringId, now: DateTime<Utc>) {
        if !self.is_served(gathering, now) {
            return;
        }
        let mut walk = Walk::default();
        let mut left: VecDeque<RegistrationId> = self.in_turn(gathering).iter().map(|one| one.id()).collect();
        while let Some(id) = left.pop_front() {
            let one = self.one(id).unwrap();
            let offering = self.offering(gathering, one.asked.offering).unwrap();
            if !self.session_can_be_had(gathering, &offering, now) {
                continue;
            }
            if let Some(reason) = self.obstacle(&one, now) {
                walk.pass(&one, reason);
                continue;
            }
            let people = one.asked.counted();
            if self.short(&one.asked, people, &walk.kept, now).is_empty() {
                self.record_passed(&mut walk, gathering, one.asked.offering, now);
                self.give(&one, &walk.kept, now);
            } else if let Some(keep) = self.first_part(&one, &walk.kept, now) {
                self.record_passed(&mut walk, gathering, one.asked.offering, now);
                left.push_front(self.split(&one, keep, now));
                self.give(&self.one(id).unwrap(), &walk.kept, now);
            } else {
                self.stays(&mut walk, &one, now);
            }
        }
    }

    /// What somebody finds who comes now, behind all who wait and are in no later class.
    pub(super) fn walk_for(&self, asked: &Asked, now: DateTime<Utc>) -> Walk {
        let (gathering, own) = (asked.gathering, self.class(asked));
        let mut walk = Walk::default();
        for one in self.in_turn(gathering).into_iter().filter(|one| self.class(&one.asked) <= own) {
            let offering = self.offering(gathering, one.asked.offering).unwrap();
            if !self.session_can_be_had(gathering, &offering, now) {
                continue;
            }
            if let Some(reason) = self.obstacle(&one, now) {
                walk.pass(&one, reason);
                continue;
            }
            let is_served_next = self.short(&one.asked, one.asked.counted(), &walk.kept, now).is_empty();
            if is_served_next || self.first_part(&one, &walk.kept, now).is_some() {
                self.keeps_all_it_would_take(&mut walk, &one);
            } else {
                self.stays(&mut walk, &one, now);
            }
        }
        walk
    }

    /// Writes down who was passed in a line, since somebody behind them is served.
    pub(super) fn record_passed(
        &mut self,
        walk: &mut Walk,
        gathering: GatheringId,
        offering: u16,
        now: DateTime<Utc>,
    ) {
        for (id, reason) in walk.passed.remove(&offering).unwrap_or_default() {
            self.done(now, Done::PassedOver(gathering, id, reason));
        }
    }

    /// Why somebody in line cannot be served, whatever room there is.
    fn obstacle(&self, one: &Registration, now: DateTime<Utc>) -> Option<PassReason> {
        let asked = &one.asked;
        let has_none = asked.organisation().is_none() && !asked.uncounted;
        let needs_one = self.cap_in_force(asked.gathering, now).is_some() && has_none;
        if needs_one || self.is_over_the_cap(asked, asked.counted(), now) {
            return Some(PassReason::OrganisationCap);
        }
        if !self.has_what_it_requires(asked) {
            let required = self.required(asked.gathering, asked.offering).unwrap();
            return Some(PassReason::NeedsPlace { offering: OfferingId::new(required) });
        }
        let with_places = |other: &Registration| other.claim.uses_places();
        for person in asked.named() {
            if let Some(registration) = self.other_date(asked, person, &with_places, now) {
                return Some(PassReason::SeriesDate { registration });
            }
            if let Some(registration) = self.at_once(asked, person, &with_places, now) {
                return Some(PassReason::Overlap { registration });
            }
        }
        let offers = self.offering(asked.gathering, asked.offering).unwrap().plan.line.serving;
        let in_time = match offers {
            ServingPlan::Automatic => true,
            ServingPlan::Offer { .. } => self.respond_by(asked.gathering, asked.offering, now).is_some(),
        };
        (!in_time).then_some(PassReason::NoTimeToAnswer)
    }

    /// Gives a party its places, or offers them.
    fn give(&mut self, one: &Registration, kept: &Kept, now: DateTime<Utc>) {
        let (asked, id) = (&one.asked, one.id());
        let draws = self.draws(asked, asked.counted(), kept, now);
        let offers = self.offering(asked.gathering, asked.offering).unwrap().plan.line.serving;
        match offers {
            ServingPlan::Automatic => self.done(now, Done::Promoted(asked.gathering, id, draws)),
            ServingPlan::Offer { .. } => {
                let until = self.respond_by(asked.gathering, asked.offering, now).unwrap();
                self.done(now, Done::Offered(asked.gathering, id, draws, until));
            }
        }
    }

    /// How many of a party could be served, if it may be split.
    fn first_part(&self, one: &Registration, kept: &Kept, now: DateTime<Utc>) -> Option<u16> {
        let fits = |people: &u32| self.short(&one.asked, *people, kept, now).is_empty();
        let part = (1..one.asked.counted()).rev().find(fits).filter(|_| one.asked.may_split);
        part.map(|people| u16::try_from(people).unwrap())
    }

    fn split(&mut self, one: &Registration, keep: u16, now: DateTime<Utc>) -> RegistrationId {
        let before = self.past.len() - self.began;
        let nth = 1_000_000 + u32::try_from(before).unwrap();
        let rest = RegistrationId::from_uuid(self.request.derive(nth));
        self.done(now, Done::Split(one.asked.gathering, one.id(), rest, keep));
        rest
    }

    /// Somebody is short of room: holds the line, or is passed by whoever fits.
    fn stays(&self, walk: &mut Walk, one: &Registration, now: DateTime<Utc>) {
        let asked = &one.asked;
        let people = asked.counted();
        let (pool, free) = self.short(asked, people, &walk.kept, now)[0];
        let set_aside = PassReason::SetAside { pool: PoolId::new(pool) };
        if self.holds_the_line(asked.gathering, asked.offering, now) {
            if walk.closed.insert(asked.offering) {
                for (pool, _) in self.short(asked, people, &Kept::default(), now) {
                    self.keep(walk, asked, pool);
                }
            }
            walk.pass(one, set_aside);
        } else if free <= 0 {
            walk.pass(one, set_aside);
        } else {
            let too_large = PassReason::TooLarge { pool: PoolId::new(pool), wanted: people, free };
            walk.pass(one, too_large);
        }
    }

    /// Somebody could be served, but it is not time: what they would take is for nobody behind them.
    fn keeps_all_it_would_take(&self, walk: &mut Walk, one: &Registration) {
        let asked = &one.asked;
        let drawn = self.drawn(asked.gathering, asked.offering);
        let set_aside = PassReason::SetAside { pool: PoolId::new(drawn[0]) };
        walk.closed.insert(asked.offering);
        for pool in drawn {
            self.keep(walk, asked, pool);
        }
        walk.pass(one, set_aside);
    }

    fn keep(&self, walk: &mut Walk, asked: &Asked, pool: u16) {
        walk.kept.general.insert(pool);
        walk.kept.set_asides.extend(self.theirs(asked, pool).iter().map(|one| one.number));
    }

    fn holds_the_line(&self, gathering: GatheringId, offering: u16, now: DateTime<Utc>) -> bool {
        match self.offering(gathering, offering).unwrap().plan.line.head {
            HeadPlan::Strict => true,
            HeadPlan::BestFit => false,
            HeadPlan::StrictThenFit(hours) => {
                let start = starts(self.time_of(gathering, offering));
                start.is_none_or(|start| now < start - TimeDelta::hours(i64::from(hours)))
            }
        }
    }
}
