//! Who may take a place at all: what an offering requires, and what takes a person's time.

use super::recount::Registration;
use super::times::overlap;
use super::*;

impl Naive<'_> {
    /// Refuses a party that lacks what the offering requires, or of which somebody is busy then.
    pub(super) fn is_eligible(&self, asked: &Joined) -> Result<(), No> {
        refuse_if(!self.has_what_it_requires(asked), "needs_place")?;
        let busy = |person: &u8| self.is_busy(asked.gathering, asked.offering, *person);
        refuse_if(asked.named().iter().any(busy), "overlap")
    }

    fn required(&self, gathering: GatheringId, offering: u16) -> Option<u16> {
        self.offering(gathering, offering)?.plan.requires
    }

    /// How many offerings one needs to have before this one.
    pub(super) fn needs_first(&self, gathering: GatheringId, offering: u16) -> usize {
        self.required(gathering, offering).map_or(0, |first| 1 + self.needs_first(gathering, first))
    }

    /// The live registration that names a person for an offering.
    fn held_by(&self, gathering: GatheringId, offering: u16, person: u8) -> Option<Registration> {
        let mut live = self.live(gathering).into_iter();
        live.find(|one| one.joined.offering == offering && one.joined.named().contains(&person))
    }

    /// Whether the booker has confirmed places, for everybody in the party, in what the offering requires.
    pub(super) fn has_what_it_requires(&self, asked: &Joined) -> bool {
        let Some(required) = self.required(asked.gathering, asked.offering) else { return true };
        let Some(has) = self.held_by(asked.gathering, required, asked.booker) else { return false };
        let theirs = has.joined.named();
        let same = self.live(asked.gathering).into_iter().filter(|one| one.joined.offering == asked.offering);
        let beside = same.filter(|one| one.joined.named().iter().any(|person| theirs.contains(person)));
        let booked: u32 = beside.map(|one| one.joined.size()).sum();
        has.standing == Standing::Confirmed
            && booked + asked.size() <= has.joined.size()
            && asked.named().iter().all(|person| theirs.contains(person))
    }

    /// Whether somebody is on the registration that a party stands on.
    pub(super) fn can_share_what_it_requires(&self, party: &Joined, person: u8) -> bool {
        let Some(required) = self.required(party.gathering, party.offering) else { return true };
        let has = self.held_by(party.gathering, required, party.booker);
        has.is_some_and(|has| has.joined.named().contains(&person))
    }

    /// Live registrations that stand on this one, offering by offering, then in the order of its places.
    pub(super) fn dependents(&self, party: &Joined) -> Vec<Joined> {
        let mut found: Vec<Joined> = Vec::new();
        for (offering, it) in self.offerings(party.gathering) {
            if it.plan.requires != Some(party.offering) {
                continue;
            }
            for person in party.named() {
                let held = self.held_by(party.gathering, offering, person).map(|one| one.joined);
                let is_new = |one: &Joined| found.iter().all(|other| other.registration != one.registration);
                found.extend(held.filter(is_new));
            }
        }
        found
    }

    pub(super) fn takes_time(&self, gathering: GatheringId) -> bool {
        self.plan(gathering).is_some_and(|plan| plan.no_overlap)
    }

    /// The registrations that name a person and that neither they nor the organiser ended, in gatherings that take
    /// people's time.
    fn engaged(&self, person: u8) -> Vec<Registration> {
        let gatherings = self.gatherings().into_iter().filter(|&gathering| self.takes_time(gathering));
        let all = gatherings.flat_map(|gathering| self.registrations(gathering));
        let theirs = all.filter(|one| one.joined.named().contains(&person));
        theirs.filter(|one| one.standing.is_live() || one.standing == Standing::CalledOff).collect()
    }

    /// Whether a person has something else while an offering takes place.
    pub(super) fn is_busy(&self, gathering: GatheringId, offering: u16, person: u8) -> bool {
        if !self.takes_time(gathering) {
            return false;
        }
        let live = self.engaged(person).into_iter().filter(|one| one.standing.is_live());
        let mut others = live.map(|one| (one.joined.gathering, one.joined.offering));
        let is_for_a_session =
            |gathering, offering| self.offering(gathering, offering).unwrap().session.is_some();
        let wanted = self.time_of(gathering, offering);
        others.any(|(other, theirs)| {
            let both_sessions = is_for_a_session(gathering, offering) && is_for_a_session(other, theirs);
            (other != gathering || both_sessions) && overlap(wanted, self.time_of(other, theirs))
        })
    }

    /// When it takes place what an offering is for.
    fn time_of(&self, gathering: GatheringId, offering: u16) -> When {
        match self.offering(gathering, offering).unwrap().session {
            Some(session) => self.session(gathering, session).unwrap().when,
            None => self.when(gathering),
        }
    }

    /// When a decision is taken that looks at what people do besides: not before what was last recorded of that.
    pub(super) fn now_reading(
        &self,
        gathering: GatheringId,
        people: &[u8],
        given: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let now = self.now(gathering, given);
        if !self.takes_time(gathering) {
            return now;
        }
        let engaged = people.iter().flat_map(|&person| self.engaged(person));
        engaged.map(|one| self.now(one.joined.gathering, now)).max().unwrap_or(now)
    }

    /// When a decision on all these is taken.
    pub(super) fn now_for(&self, parts: &[Joined], given: DateTime<Utc>) -> DateTime<Utc> {
        let each = parts.iter().map(|part| self.now_reading(part.gathering, &part.named(), given));
        each.max().unwrap_or(given)
    }
}
