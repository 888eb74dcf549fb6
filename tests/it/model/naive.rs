//! The naive model: a list of what has happened, and every question answered by reading the whole list again.
//!
//! It shares no rule with the crate. It is slow on purpose: a count that is kept can be wrong.

use chrono::{DateTime, TimeDelta, Utc};
use gather::testkit::{
    Answer, GatheringPlan, History, OfferingPlan, Told, What, When, epoch, gathering_id, person_id,
};
use gather::{BookingState, Change, GatheringId, PersonId, RegistrationId};

/// A history as the model has lived through it so far.
pub(super) struct Naive<'h> {
    history: &'h History,
    past: Vec<Deed>,
    answered: Vec<(usize, Told)>,
}

/// Something that was done, and when.
struct Deed {
    time: DateTime<Utc>,
    what: Done,
}

enum Done {
    PersonRecorded,
    Announced(GatheringId, GatheringPlan),
    Rescheduled(GatheringId, When),
    OpenedByHand(GatheringId, bool),
    CapacityChanged(GatheringId, u16, Option<u32>),
    CalledOff(GatheringId),
    Joined(Joined),
    Promoted(GatheringId, RegistrationId),
    Ended(GatheringId, RegistrationId),
    Transferred(GatheringId, RegistrationId, u16, u8),
}

#[derive(Clone)]
struct Joined {
    gathering: GatheringId,
    registration: RegistrationId,
    offering: u16,
    booker: u8,
    guests: Vec<Option<u8>>,
    confirmed: bool,
}

impl Joined {
    fn size(&self) -> u32 {
        1 + u32::try_from(self.guests.len()).unwrap()
    }

    fn people(&self) -> Vec<Option<u8>> {
        std::iter::once(Some(self.booker)).chain(self.guests.iter().copied()).collect()
    }

    fn named(&self) -> Vec<u8> {
        self.people().into_iter().flatten().collect()
    }
}

/// How a registration stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    Confirmed,
    Waiting,
    Ended,
}

/// A registration with what has become of it, and when it last changed for the better.
struct Registration {
    joined: Joined,
    number: u32,
    standing: Standing,
    since: DateTime<Utc>,
}

/// One place of the attendee list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attending {
    pub(super) number: u32,
    pub(super) place: u32,
    pub(super) registration: RegistrationId,
    pub(super) person: Option<PersonId>,
    pub(super) booker: PersonId,
    pub(super) offering: u16,
    pub(super) party: u32,
    pub(super) since: DateTime<Utc>,
}

/// A pool with the people who have a place in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) pool: u16,
    /// `None` is without a limit.
    pub(super) capacity: Option<u32>,
    pub(super) people: u64,
}

/// One registration in line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Waits {
    pub(super) offering: u16,
    pub(super) place_in_line: u32,
    pub(super) number: u32,
    pub(super) registration: RegistrationId,
    pub(super) booker: PersonId,
    pub(super) party: u32,
    pub(super) since: DateTime<Utc>,
}

/// One gathering that is on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct On {
    pub(super) gathering: GatheringId,
    pub(super) booking: BookingState,
    /// The number of each offering, the places left in it and how many registrations wait.
    pub(super) offerings: Vec<(u16, Option<i64>, u64)>,
}

/// The code of a refusal.
type Code = &'static str;

impl<'h> Naive<'h> {
    pub(super) fn new(history: &'h History) -> Self {
        Self { history, past: Vec::new(), answered: Vec::new() }
    }

    /// Lives through a step; those before it have been lived through.
    pub(super) fn answer(&mut self, nth: usize) -> Result<Answer, Code> {
        let original = self.history.original(nth);
        if let Some((_, told)) = self.answered.iter().find(|(step, _)| *step == original) {
            return Ok(Answer { told: told.clone(), repeated: true });
        }
        let before = self.past.len();
        let told = self.decide(original, self.history.time(nth))?;
        if self.past.len() > before {
            self.answered.push((original, told.clone()));
        }
        Ok(Answer { told, repeated: false })
    }

    fn decide(&mut self, step: usize, given: DateTime<Utc>) -> Result<Told, Code> {
        let history = self.history;
        match &history.steps[step].what {
            What::RecordPerson(person) => {
                self.done(given, Done::PersonRecorded);
                Ok(Told::Recorded(person_id(*person)))
            }
            What::Announce(plan) => self.announce(gathering_id(history.announced_before(step)), plan, given),
            What::Register { gathering, offering, booker, guests } => self.register(
                Joined {
                    gathering: history.gathering(gathering, step),
                    registration: RegistrationId::from_uuid(history.request(step).derive(0)),
                    offering: *offering,
                    booker: *booker,
                    guests: guests.clone(),
                    confirmed: true,
                },
                given,
            ),
            What::CancelRegistration { registration, by_organiser: _ } => {
                self.cancel_registration(history.registration(registration, step), given)
            }
            What::Transfer { registration, place, to } => {
                self.transfer(history.registration(registration, step), *place, *to, given)
            }
            What::ChangeCapacity { gathering, pool, capacity } => {
                self.change_capacity(history.gathering(gathering, step), *pool, *capacity, given)
            }
            What::Reschedule { gathering, when } => {
                self.reschedule(history.gathering(gathering, step), *when, given)
            }
            What::OpenBooking(gathering) => self.by_hand(history.gathering(gathering, step), true, given),
            What::CloseBooking(gathering) => self.by_hand(history.gathering(gathering, step), false, given),
            What::CancelGathering(gathering) => self.call_off(history.gathering(gathering, step), given),
            What::SendAgain(_) => unreachable!("the history says which step is meant"),
        }
    }

    fn done(&mut self, time: DateTime<Utc>, what: Done) {
        self.past.push(Deed { time, what });
    }
}

/// What is asked for, one verb after the other.
impl Naive<'_> {
    fn announce(
        &mut self,
        gathering: GatheringId,
        plan: &GatheringPlan,
        given: DateTime<Utc>,
    ) -> Result<Told, Code> {
        let now = self.now(gathering, given);
        refuse_if(self.plan(gathering).is_some(), "gathering_exists")?;
        refuse_if(ends(plan.when).is_some_and(|end| end <= now), "in_the_past")?;
        self.done(now, Done::Announced(gathering, plan.clone()));
        Ok(Told::Announced(gathering))
    }

    fn register(&mut self, mut asked: Joined, given: DateTime<Utc>) -> Result<Told, Code> {
        let gathering = asked.gathering;
        let now = self.now(gathering, given);
        refuse_if(self.plan(gathering).is_none(), "unknown_gathering")?;
        asked.offering = self.which_offering(gathering, asked.offering)?;
        let offering = self.offering(gathering, asked.offering).clone();

        let mut named = asked.named();
        named.sort_unstable();
        refuse_if(named.windows(2).any(|two| two[0] == two[1]), "twice_in_party")?;
        refuse_if(asked.size() > u32::from(offering.max_party), "party_too_large")?;
        refuse_if(self.called_off(gathering), "gathering_cancelled")?;
        refuse_if(self.over(gathering, now), "gathering_over")?;
        let booking = self.booking(gathering, now);
        refuse_if(booking == BookingState::NotYet, "booking_not_open_yet")?;
        refuse_if(booking == BookingState::Closed, "booking_closed")?;
        refuse_if(self.holds_one_already(&asked), "already_registered")?;
        refuse_if(self.never_fits(&asked), "never_fits")?;

        let ahead = self.line(gathering, asked.offering).len();
        let short = self.short_pools(&asked);
        let registration = asked.registration;
        if ahead == 0 && !self.others_come_first(&asked) && short.is_empty() {
            self.done(now, Done::Joined(asked));
            return Ok(Told::Confirmed(registration));
        }
        if offering.waiting_list {
            self.done(now, Done::Joined(Joined { confirmed: false, ..asked }));
            return Ok(Told::Waiting(registration, u32::try_from(ahead).unwrap()));
        }
        Err(if short.is_empty() { "line_first" } else { "full" })
    }

    fn which_offering(&self, gathering: GatheringId, asked: u16) -> Result<u16, Code> {
        let offerings = self.plan(gathering).unwrap().offerings.len();
        match asked {
            0 if offerings == 1 => Ok(1),
            0 => Err("which_offering"),
            asked if usize::from(asked) > offerings => Err("unknown_offering"),
            asked => Ok(asked),
        }
    }

    /// A registration that can still be changed, and when it would be.
    fn live_one(&self, id: RegistrationId, given: DateTime<Utc>) -> Result<(Joined, DateTime<Utc>), Code> {
        let gathering = self.past.iter().find_map(|deed| match &deed.what {
            Done::Joined(joined) if joined.registration == id => Some(joined.gathering),
            _ => None,
        });
        let gathering = gathering.ok_or("unknown_registration")?;
        let now = self.now(gathering, given);
        refuse_if(self.called_off(gathering), "gathering_cancelled")?;
        let live = self.live(gathering).into_iter().find(|one| one.joined.registration == id);
        let party = live.ok_or("registration_ended")?.joined;
        refuse_if(self.over(gathering, now), "gathering_over")?;
        Ok((party, now))
    }

    fn cancel_registration(&mut self, id: RegistrationId, given: DateTime<Utc>) -> Result<Told, Code> {
        let (party, now) = self.live_one(id, given)?;
        let gathering = party.gathering;
        self.done(now, Done::Ended(gathering, id));
        Ok(Told::Promoted(self.promote(gathering, now)))
    }

    fn transfer(
        &mut self,
        id: RegistrationId,
        place: u16,
        to: u8,
        given: DateTime<Utc>,
    ) -> Result<Told, Code> {
        let (party, now) = self.live_one(id, given)?;
        let gathering = party.gathering;
        let who = (1..).zip(party.people()).find(|(number, _)| *number == place).map(|(_, who)| who);
        let who = who.ok_or("unknown_place")?;
        if who == Some(to) {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        let alone = Joined { booker: to, guests: Vec::new(), ..party };
        refuse_if(self.holds_one_already(&alone), "already_registered")?;
        self.done(now, Done::Transferred(gathering, id, place, to));
        Ok(Told::Changed(Change::Made))
    }

    fn change_capacity(
        &mut self,
        gathering: GatheringId,
        pool: u16,
        capacity: Option<u32>,
        given: DateTime<Utc>,
    ) -> Result<Told, Code> {
        let now = self.now(gathering, given);
        let pools = self.plan(gathering).ok_or("unknown_gathering")?.pools.len();
        refuse_if(pool == 0 || usize::from(pool) > pools, "unknown_pool")?;
        refuse_if(self.called_off(gathering), "gathering_cancelled")?;
        if self.capacity(gathering, pool) == capacity {
            return Ok(Told::Promoted(Vec::new()));
        }
        refuse_if(capacity.is_some_and(|places| places < self.used(gathering, pool)), "below_used")?;
        self.done(now, Done::CapacityChanged(gathering, pool, capacity));
        Ok(Told::Promoted(self.promote(gathering, now)))
    }

    fn reschedule(&mut self, gathering: GatheringId, when: When, given: DateTime<Utc>) -> Result<Told, Code> {
        let now = self.now(gathering, given);
        refuse_if(self.plan(gathering).is_none(), "unknown_gathering")?;
        refuse_if(self.called_off(gathering), "gathering_cancelled")?;
        if self.when(gathering) == when {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        refuse_if(ends(when).is_some_and(|end| end <= now), "in_the_past")?;
        self.done(now, Done::Rescheduled(gathering, when));
        self.promote(gathering, now);
        Ok(Told::Changed(Change::Made))
    }

    fn by_hand(&mut self, gathering: GatheringId, open: bool, given: DateTime<Utc>) -> Result<Told, Code> {
        let now = self.now(gathering, given);
        refuse_if(self.plan(gathering).is_none(), "unknown_gathering")?;
        refuse_if(self.called_off(gathering), "gathering_cancelled")?;
        refuse_if(self.over(gathering, now), "gathering_over")?;
        if self.opened_by_hand(gathering) == Some(open) {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::OpenedByHand(gathering, open));
        Ok(Told::Changed(Change::Made))
    }

    fn call_off(&mut self, gathering: GatheringId, given: DateTime<Utc>) -> Result<Told, Code> {
        let now = self.now(gathering, given);
        refuse_if(self.plan(gathering).is_none(), "unknown_gathering")?;
        if self.called_off(gathering) {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::CalledOff(gathering));
        Ok(Told::Changed(Change::Made))
    }

    /// Lets in whoever can be let in: always the head that joined first, of lines that are still looked at. A head
    /// that cannot be let in ends the look at its line, and nobody behind it may take what it is short of.
    fn promote(&mut self, gathering: GatheringId, now: DateTime<Utc>) -> Vec<RegistrationId> {
        let (mut promoted, mut closed, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        if self.called_off(gathering) || self.over(gathering, now) {
            return promoted;
        }
        loop {
            let mut heads = self.heads(gathering).into_iter();
            let Some(head) = heads.find(|one| !closed.contains(&one.offering)) else {
                return promoted;
            };
            let short = self.short_pools(&head);
            let drawn = &self.offering(gathering, head.offering).pools;
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

fn refuse_if(so: bool, code: Code) -> Result<(), Code> {
    if so { Err(code) } else { Ok(()) }
}

/// Every question, answered from the whole past.
impl Naive<'_> {
    /// When a decision on a gathering is taken: as given, but not before what was last recorded of it.
    fn now(&self, gathering: GatheringId, given: DateTime<Utc>) -> DateTime<Utc> {
        let of_it = self.past.iter().filter(|deed| deed.what.gathering() == Some(gathering));
        of_it.map(|deed| deed.time).chain([given]).max().unwrap()
    }

    fn plan(&self, gathering: GatheringId) -> Option<&GatheringPlan> {
        self.past.iter().find_map(|deed| match &deed.what {
            Done::Announced(which, plan) if *which == gathering => Some(plan),
            _ => None,
        })
    }

    fn offering(&self, gathering: GatheringId, number: u16) -> &OfferingPlan {
        &self.plan(gathering).unwrap().offerings[usize::from(number) - 1]
    }

    fn when(&self, gathering: GatheringId) -> When {
        let last = self.past.iter().rev().find_map(|deed| match &deed.what {
            Done::Rescheduled(which, when) if *which == gathering => Some(*when),
            _ => None,
        });
        last.unwrap_or_else(|| self.plan(gathering).unwrap().when)
    }

    fn over(&self, gathering: GatheringId, now: DateTime<Utc>) -> bool {
        ends(self.when(gathering)).is_some_and(|end| end <= now)
    }

    fn called_off(&self, gathering: GatheringId) -> bool {
        self.past.iter().any(|deed| matches!(deed.what, Done::CalledOff(which) if which == gathering))
    }

    fn opened_by_hand(&self, gathering: GatheringId) -> Option<bool> {
        self.past.iter().rev().find_map(|deed| match deed.what {
            Done::OpenedByHand(which, open) if which == gathering => Some(open),
            _ => None,
        })
    }

    fn booking(&self, gathering: GatheringId, now: DateTime<Utc>) -> BookingState {
        match self.opened_by_hand(gathering) {
            Some(true) => return BookingState::Open,
            Some(false) => return BookingState::Closed,
            None => {}
        }
        let opens = self.plan(gathering).unwrap().opens.map(|hours| epoch() + TimeDelta::hours(hours));
        if opens.is_some_and(|opens| now < opens) {
            return BookingState::NotYet;
        }
        match starts(self.when(gathering)) {
            None => BookingState::NotYet,
            Some(start) if now >= start => BookingState::Closed,
            Some(_) => BookingState::Open,
        }
    }

    /// Every registration ever made on a gathering, in the order of joining.
    fn registrations(&self, gathering: GatheringId) -> Vec<Registration> {
        let mut found = Vec::new();
        for (at, deed) in self.past.iter().enumerate() {
            let Done::Joined(joined) = &deed.what else { continue };
            if joined.gathering != gathering {
                continue;
            }
            let number = u32::try_from(found.len()).unwrap() + 1;
            let (standing, since) = self.became(joined, deed.time, at);
            let joined = self.with_transfers(joined, at);
            found.push(Registration { joined, number, standing, since });
        }
        found
    }

    /// A registration with the people who have its places by now.
    fn with_transfers(&self, joined: &Joined, at: usize) -> Joined {
        let mut joined = joined.clone();
        for deed in &self.past[at..] {
            match &deed.what {
                Done::Transferred(_, id, 1, to) if *id == joined.registration => joined.booker = *to,
                Done::Transferred(_, id, place, to) if *id == joined.registration => {
                    joined.guests[usize::from(*place) - 2] = Some(*to);
                }
                _ => {}
            }
        }
        joined
    }

    /// How a registration that joined at a place in the past stands now, and since when.
    fn became(&self, joined: &Joined, time: DateTime<Utc>, at: usize) -> (Standing, DateTime<Utc>) {
        let first = if joined.confirmed { Standing::Confirmed } else { Standing::Waiting };
        let mut last = (first, time);
        for deed in &self.past[at..] {
            match &deed.what {
                Done::Promoted(_, id) if *id == joined.registration => {
                    last = (Standing::Confirmed, deed.time);
                }
                Done::Ended(_, id) if *id == joined.registration => last = (Standing::Ended, deed.time),
                Done::CalledOff(which) if *which == joined.gathering => last = (Standing::Ended, deed.time),
                _ => {}
            }
        }
        last
    }

    fn standing(&self, gathering: GatheringId, standing: Standing) -> Vec<Registration> {
        self.registrations(gathering).into_iter().filter(|one| one.standing == standing).collect()
    }

    fn live(&self, gathering: GatheringId) -> Vec<Registration> {
        self.registrations(gathering).into_iter().filter(|one| one.standing != Standing::Ended).collect()
    }

    fn capacity(&self, gathering: GatheringId, pool: u16) -> Option<u32> {
        let last = self.past.iter().rev().find_map(|deed| match &deed.what {
            Done::CapacityChanged(which, number, capacity) if *which == gathering && *number == pool => {
                Some(*capacity)
            }
            _ => None,
        });
        last.unwrap_or_else(|| self.plan(gathering).unwrap().pools[usize::from(pool) - 1])
    }

    /// How many people have a place in a pool.
    fn used(&self, gathering: GatheringId, pool: u16) -> u32 {
        let confirmed = self.standing(gathering, Standing::Confirmed).into_iter();
        let drawing =
            confirmed.filter(|one| self.offering(gathering, one.joined.offering).pools.contains(&pool));
        drawing.map(|one| one.joined.size()).sum()
    }

    /// How many places a pool has left; `None` is without a limit.
    fn free(&self, gathering: GatheringId, pool: u16) -> Option<i64> {
        let capacity = self.capacity(gathering, pool)?;
        Some(i64::from(capacity) - i64::from(self.used(gathering, pool)))
    }

    /// The pools that have too little room for a party.
    fn short_pools(&self, party: &Joined) -> Vec<u16> {
        let drawn = self.offering(party.gathering, party.offering).pools.iter().copied();
        let size = i64::from(party.size());
        drawn.filter(|pool| self.free(party.gathering, *pool).is_some_and(|free| free < size)).collect()
    }

    fn never_fits(&self, party: &Joined) -> bool {
        let mut drawn = self.offering(party.gathering, party.offering).pools.iter();
        drawn.any(|pool| self.capacity(party.gathering, *pool).is_some_and(|places| places < party.size()))
    }

    fn holds_one_already(&self, party: &Joined) -> bool {
        let same = self.live(party.gathering).into_iter().filter(|one| one.joined.offering == party.offering);
        same.flat_map(|one| one.joined.named()).any(|person| party.named().contains(&person))
    }

    /// Who waits for an offering, the first in line first.
    fn line(&self, gathering: GatheringId, offering: u16) -> Vec<Registration> {
        let waiting = self.standing(gathering, Standing::Waiting).into_iter();
        waiting.filter(|one| one.joined.offering == offering).collect()
    }

    /// The first of each line, in the order in which they joined.
    fn heads(&self, gathering: GatheringId) -> Vec<Joined> {
        let mut heads: Vec<Joined> = Vec::new();
        for one in self.standing(gathering, Standing::Waiting) {
            if heads.iter().all(|head| head.offering != one.joined.offering) {
                heads.push(one.joined);
            }
        }
        heads
    }

    /// Whether the head of another line waits for room in a pool that this party would draw on.
    fn others_come_first(&self, party: &Joined) -> bool {
        let drawn = &self.offering(party.gathering, party.offering).pools;
        let heads = self.heads(party.gathering).into_iter();
        let mut others = heads.filter(|head| head.offering != party.offering);
        others.any(|head| self.short_pools(&head).iter().any(|pool| drawn.contains(pool)))
    }
}

/// The lists, as they should be.
impl Naive<'_> {
    pub(super) fn gatherings(&self) -> Vec<GatheringId> {
        let announced = self.past.iter().filter_map(|deed| match deed.what {
            Done::Announced(gathering, _) => Some(gathering),
            _ => None,
        });
        announced.collect()
    }

    pub(super) fn attendee_list(&self, gathering: GatheringId) -> Vec<Attending> {
        let confirmed = self.standing(gathering, Standing::Confirmed).into_iter();
        let places = confirmed.flat_map(|one| {
            let people = one.joined.people();
            let place = |(place, person): (u32, Option<u8>)| Attending {
                number: one.number,
                place,
                registration: one.joined.registration,
                person: person.map(person_id),
                booker: person_id(one.joined.booker),
                offering: one.joined.offering,
                party: one.joined.size(),
                since: one.since,
            };
            (1..).zip(people).map(place).collect::<Vec<_>>()
        });
        places.collect()
    }

    pub(super) fn pools(&self, gathering: GatheringId) -> Vec<Taken> {
        let numbers = (1..).zip(&self.plan(gathering).unwrap().pools).map(|(number, _)| number);
        let count = |pool| Taken {
            pool,
            capacity: self.capacity(gathering, pool),
            people: u64::from(self.used(gathering, pool)),
        };
        numbers.map(count).collect()
    }

    pub(super) fn waiting_list(&self, gathering: GatheringId) -> Vec<Waits> {
        let numbers = (1..).zip(&self.plan(gathering).unwrap().offerings).map(|(number, _)| number);
        let rows = numbers.flat_map(|offering| {
            let row = |(place_in_line, one): (u32, Registration)| Waits {
                offering,
                place_in_line,
                number: one.number,
                registration: one.joined.registration,
                booker: person_id(one.joined.booker),
                party: one.joined.size(),
                since: one.since,
            };
            (1..).zip(self.line(gathering, offering)).map(row).collect::<Vec<_>>()
        });
        rows.collect()
    }

    /// What is on: the earliest first, then by title and id, those without dates last.
    pub(super) fn whats_on(&self, now: DateTime<Utc>) -> Vec<On> {
        let gatherings = self.gatherings().into_iter();
        let on = gatherings.filter(|&id| !self.called_off(id) && !self.over(id, now));
        let mut on: Vec<GatheringId> = on.collect();
        on.sort_by_key(|&id| {
            let start = starts(self.when(id));
            (start.is_none(), start, title(id), id)
        });
        let shown = |gathering| On {
            gathering,
            booking: self.booking(gathering, now),
            offerings: self.offerings_on(gathering),
        };
        on.into_iter().map(shown).collect()
    }

    fn offerings_on(&self, gathering: GatheringId) -> Vec<(u16, Option<i64>, u64)> {
        let on = (1..).zip(&self.plan(gathering).unwrap().offerings).map(|(number, plan)| {
            let left = plan.pools.iter().filter_map(|&pool| self.free(gathering, pool)).min();
            let waiting = u64::try_from(self.line(gathering, number).len()).unwrap();
            (number, left, waiting)
        });
        on.collect()
    }
}

impl Done {
    fn gathering(&self) -> Option<GatheringId> {
        match self {
            Self::PersonRecorded => None,
            Self::Announced(gathering, _)
            | Self::Rescheduled(gathering, _)
            | Self::OpenedByHand(gathering, _)
            | Self::CapacityChanged(gathering, ..)
            | Self::CalledOff(gathering)
            | Self::Promoted(gathering, _)
            | Self::Transferred(gathering, ..)
            | Self::Ended(gathering, _) => Some(*gathering),
            Self::Joined(joined) => Some(joined.gathering),
        }
    }
}

/// Gatherings are called by their numbers, and compared as texts.
fn title(gathering: GatheringId) -> String {
    let number = (0..100).find(|&number| gathering_id(number) == gathering).unwrap();
    format!("Gathering {number}")
}

/// When a day that so many days after the epoch's begins: the epoch is a noon.
fn midnight(days: u64) -> DateTime<Utc> {
    epoch() - TimeDelta::hours(12) + TimeDelta::days(i64::try_from(days).unwrap())
}

fn starts(when: When) -> Option<DateTime<Utc>> {
    match when {
        When::ToBeConfirmed => None,
        When::Day(days) => Some(midnight(days)),
        When::Hours { start, .. } => Some(epoch() + TimeDelta::hours(start)),
    }
}

fn ends(when: When) -> Option<DateTime<Utc>> {
    match when {
        When::ToBeConfirmed => None,
        When::Day(days) => Some(midnight(days + 1)),
        When::Hours { start, long } => Some(epoch() + TimeDelta::hours(start + long)),
    }
}
