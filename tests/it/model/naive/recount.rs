//! What the past comes to: a gathering and its registrations, told anew from the first deed to the last.

use super::times::{days, ends, starts};
use super::*;
use gather::BookingState;
use gather::testkit::epoch;

/// A gathering by now.
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub(super) struct Retold {
    /// The gathering as it was announced.
    pub(super) plan: GatheringPlan,
    /// What can be booked, in the order in which it came, with its numbers.
    pub(super) offerings: Vec<(u16, Rc<Offered>)>,
    /// The pools in the order in which they came, with the places that they have by now.
    pub(super) pools: Vec<(u16, PoolPlan)>,
    /// Every date that it has had, the last one last.
    pub(super) dates: Vec<When>,
    pub(super) mode: (ModePlan, Option<u8>),
    pub(super) draft: bool,
    pub(super) called_off: bool,
    pub(super) completed: bool,
    pub(super) archived: bool,
    pub(super) by_hand: Option<ByHand>,
    pub(super) closed_lines: Vec<u16>,
    pub(super) priorities: Vec<Vec<WhoPlan>>,
    pub(super) set_asides: Vec<SetAsidePlan>,
    /// Until when everybody with a place can say whether new dates suit, and what comes of silence.
    pub(super) round: Option<(DateTime<Utc>, Silence)>,
    /// For how many days what people answer is kept, and whether it is kept no more.
    pub(super) answers_kept: (Option<u32>, bool),
    pub(super) needs_kept: (Option<u32>, bool),
    /// What can be had afterwards, with whoever gets it.
    pub(super) resources: Vec<(u8, Audience)>,
    /// Every registration ever made, in the order of joining.
    pub(super) registrations: Vec<Rc<Registration>>,
    /// When something last happened to it.
    pub(super) touched: DateTime<Utc>,
}

/// How a registration stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Claim {
    Confirmed,
    Waiting,
    Held { until: DateTime<Utc>, latest: DateTime<Utc> },
    Pending { uses_places: bool, until: Option<DateTime<Utc>> },
    Offered { respond_by: DateTime<Utc> },
    FollowUpOnly,
    Interested,
    Ended(Gone),
}

/// What became of a registration that is no more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gone {
    How(Ending),
    CalledOff,
    LineClosed,
    BooksClosed,
}

impl Claim {
    pub(super) fn is_live(self) -> bool {
        !matches!(self, Self::Ended(_))
    }

    pub(super) fn uses_places(self) -> bool {
        matches!(
            self,
            Self::Confirmed
                | Self::Held { .. }
                | Self::Offered { .. }
                | Self::Pending { uses_places: true, .. }
        )
    }

    /// Whether it is, or may become, a place.
    pub(super) fn takes_time(self) -> bool {
        self.uses_places() || matches!(self, Self::Waiting | Self::Pending { .. })
    }

    /// Whether it is no more than that somebody would like to know.
    pub(super) fn only_asks(self) -> bool {
        matches!(self, Self::FollowUpOnly | Self::Interested)
    }

    pub(super) fn deadline(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Held { until, .. } | Self::Offered { respond_by: until } => Some(until),
            Self::Pending { until, .. } => until,
            _ => None,
        }
    }
}

/// A registration by now.
#[derive(Clone)]
pub(super) struct Registration {
    /// Its party by now, and what it asked for.
    pub(super) asked: Asked,
    pub(super) number: u32,
    pub(super) claim: Claim,
    /// How it stood before it ended.
    pub(super) was: Claim,
    pub(super) draws: Draws,
    /// Which deed booked it, and which put it where it is in line.
    pub(super) made: usize,
    pub(super) joined: usize,
    pub(super) since: DateTime<Utc>,
    pub(super) joined_at: DateTime<Utc>,
    pub(super) was_confirmed: bool,
    /// What was seen of each place, and when.
    pub(super) seen: Vec<Vec<(DateTime<Utc>, Presence)>>,
    /// Whether it is asked if new dates suit, and whether its people have said so.
    pub(super) asked_again: bool,
    pub(super) said_yes: bool,
    /// Its labels, and who has agreed to what, the latest last.
    pub(super) tags: Vec<u8>,
    pub(super) consents: Vec<(u8, u8, bool)>,
}

impl Registration {
    pub(super) fn id(&self) -> RegistrationId {
        self.asked.registration
    }

    /// Whether it keeps places from others at a time, though nobody may have written down that its own is up.
    pub(super) fn keeps_places(&self, now: DateTime<Utc>) -> bool {
        let is_past = self.claim.deadline().is_some_and(|deadline| deadline <= now);
        self.claim.uses_places() && !is_past
    }

    fn new(asked: Asked, number: u32, nth: usize, time: DateTime<Utc>) -> Self {
        Self {
            number,
            claim: Claim::Waiting,
            was: Claim::Waiting,
            draws: Vec::new(),
            tags: Vec::new(),
            consents: Vec::new(),
            made: nth,
            joined: nth,
            since: time,
            joined_at: time,
            was_confirmed: false,
            seen: vec![Vec::new(); asked.people.len()],
            asked_again: false,
            said_yes: false,
            asked,
        }
    }

    fn becomes(&mut self, claim: Claim, time: DateTime<Utc>) {
        (self.was, self.claim, self.since) = (self.claim, claim, time);
        self.was_confirmed |= claim == Claim::Confirmed;
    }

    fn made(asked: &Asked, how: &How, number: u32, nth: usize, time: DateTime<Utc>) -> Self {
        let mut one = Self::new(asked.clone(), number, nth, time);
        let (claim, draws) = match how.clone() {
            How::Confirmed(draws) => (Claim::Confirmed, draws),
            How::Waiting(_) => (Claim::Waiting, Vec::new()),
            How::Held { draws, until, latest } => (Claim::Held { until, latest }, draws),
            How::Pending { draws, uses_places, until } => (Claim::Pending { uses_places, until }, draws),
            How::FollowUp => (Claim::FollowUpOnly, Vec::new()),
            How::Interested => (Claim::Interested, Vec::new()),
        };
        one.becomes(claim, time);
        one.draws = draws;
        one
    }

    /// Takes what has happened to it next.
    fn live_through(&mut self, done: &Done, nth: usize, time: DateTime<Utc>) {
        let id = self.id();
        match done {
            Done::Promoted(_, which, draws) if *which == id => {
                self.draws.clone_from(draws);
                self.becomes(Claim::Confirmed, time);
            }
            Done::Offered(_, which, draws, respond_by) if *which == id => {
                self.draws.clone_from(draws);
                self.becomes(Claim::Offered { respond_by: *respond_by }, time);
            }
            Done::OfferAccepted(_, which) if *which == id => self.becomes(Claim::Confirmed, time),
            Done::HoldExtended(_, which, until) if *which == id => {
                if let Claim::Held { latest, .. } = self.claim {
                    self.claim = Claim::Held { until: *until, latest };
                }
            }
            Done::HoldConfirmed(_, which, pending) if *which == id => {
                let pending = pending.map(|until| Claim::Pending { uses_places: true, until });
                self.becomes(pending.unwrap_or(Claim::Confirmed), time);
            }
            Done::Approved(_, which, draws, ahead) if *which == id => {
                self.draws.clone_from(draws);
                if ahead.is_some() {
                    self.joined = nth;
                }
                self.becomes(if ahead.is_some() { Claim::Waiting } else { Claim::Confirmed }, time);
            }
            Done::MovedToFollowUp(_, which) if *which == id => {
                self.draws.clear();
                self.becomes(Claim::FollowUpOnly, time);
            }
            Done::Ended(_, which, how) if *which == id => self.becomes(Claim::Ended(Gone::How(*how)), time),
            Done::CalledOff(_) if self.claim.is_live() => self.becomes(Claim::Ended(Gone::CalledOff), time),
            Done::LineClosed(_, offering) => {
                if self.claim == Claim::Waiting && self.asked.offering == *offering {
                    self.becomes(Claim::Ended(Gone::LineClosed), time);
                }
            }
            Done::BooksClosed(_) => {
                let stays = matches!(self.claim, Claim::Confirmed | Claim::FollowUpOnly | Claim::Ended(_));
                if !stays {
                    self.becomes(Claim::Ended(Gone::BooksClosed), time);
                }
            }
            Done::Rescheduled(_, _, Some(_)) => {
                (self.asked_again, self.said_yes) = (self.claim == Claim::Confirmed, false);
            }
            Done::Reconfirmed(_, which) if *which == id => self.said_yes = true,
            other => self.live_through_people(other),
        }
    }

    fn live_through_people(&mut self, done: &Done) {
        let id = self.id();
        match done {
            Done::Transferred(_, which, place, _, to) if *which == id => {
                self.asked.people[usize::from(*place) - 1] = Some(*to);
            }
            Done::Split(_, which, _, keep) if *which == id => {
                self.asked.people.truncate(usize::from(*keep));
                self.seen.truncate(usize::from(*keep));
            }
            Done::PartyChanged(_, which, removed, added, draws) if *which == id => {
                for place in removed.iter().rev() {
                    self.asked.people.remove(usize::from(*place) - 1);
                    self.seen.remove(usize::from(*place) - 1);
                }
                if removed.contains(&1) {
                    let heir = self.asked.people.iter().position(Option::is_some).unwrap();
                    let booker = self.asked.people.remove(heir);
                    self.asked.people.insert(0, booker);
                }
                self.asked.people.extend(added);
                self.seen.extend(added.iter().map(|_| Vec::new()));
                self.draws.clone_from(draws);
            }
            Done::TagsSet(_, which, tags) if *which == id => self.tags.clone_from(tags),
            Done::Consented(_, which, person, purpose, agreed) if *which == id => {
                self.consents.push((*person, *purpose, *agreed));
            }
            Done::Seen { registration, place, presence, seen_at, .. } if *registration == id => {
                self.seen[usize::from(*place) - 1].push((*seen_at, *presence));
            }
            _ => {}
        }
        // Who has left has taken along what they agreed to.
        let people = &self.asked.people;
        self.consents.retain(|(who, ..)| people.contains(&Some(*who)));
    }

    /// What is left over when it keeps its first places only.
    fn rest(&self, rest: RegistrationId, keep: u16, number: u32, nth: usize, time: DateTime<Utc>) -> Self {
        let keep = usize::from(keep);
        let people = self.asked.people[keep..].to_vec();
        let asked = Asked { registration: rest, people, supersedes: None, ..self.asked.clone() };
        let mut one = Self::new(asked, number, nth, time);
        (one.made, one.joined, one.joined_at, one.since) =
            (self.made, self.joined, self.joined_at, self.since);
        one.tags.clone_from(&self.tags);
        one.consents.clone_from(&self.consents);
        one.consents.retain(|(who, ..)| one.asked.people.contains(&Some(*who)));
        one
    }
}

impl Retold {
    fn announced(plan: &GatheringPlan, time: DateTime<Utc>) -> Self {
        let offered = |plan: &OfferingPlan| Rc::new(Offered { plan: plan.clone(), session: None });
        let offerings = plan.offerings.iter().map(offered);
        Self {
            offerings: (1..).zip(offerings).collect(),
            pools: (1..).zip(plan.pools.iter().copied()).collect(),
            dates: vec![plan.when],
            mode: if plan.online { (ModePlan::Online, Some(1)) } else { (ModePlan::Hub, None) },
            draft: plan.draft,
            called_off: false,
            completed: false,
            archived: false,
            by_hand: None,
            closed_lines: Vec::new(),
            priorities: plan.priorities.clone(),
            set_asides: plan.set_asides.clone(),
            round: None,
            answers_kept: (None, false),
            needs_kept: (None, false),
            resources: Vec::new(),
            registrations: Vec::new(),
            touched: time,
            plan: plan.clone(),
        }
    }

    fn live_through(&mut self, done: &Done) {
        match done {
            Done::OfferingAdded(_, number, offered, pools) => {
                self.offerings.push((*number, offered.clone()));
                self.pools.extend(pools);
            }
            Done::Rescheduled(_, when, ask) => {
                self.dates.push(*when);
                self.round = ask.or(self.round);
            }
            Done::RoundClosed(_) => self.round = None,
            Done::ModeChanged(_, mode, link) => self.mode = (*mode, *link),
            Done::ByHand(_, word) => self.by_hand = Some(*word),
            Done::CapacityChanged(_, number, plan, _) => {
                for (_, pool) in self.pools.iter_mut().filter(|(pool, _)| pool == number) {
                    *pool = *plan;
                }
            }
            Done::CalledOff(_) => self.called_off = true,
            Done::SetAsideMade(_, set_aside) => self.set_asides.push(set_aside.clone()),
            Done::SetAsideChanged(_, number, places, release) => {
                for one in self.set_asides.iter_mut().filter(|one| one.number == *number) {
                    (one.places, one.release) = (*places, *release);
                }
            }
            Done::LineClosed(_, offering) => self.closed_lines.push(*offering),
            Done::PrioritiesChanged(_, classes) => self.priorities.clone_from(classes),
            Done::DraftAnnounced(_) => self.draft = false,
            Done::BooksClosed(_) => self.completed = true,
            Done::Archived(_) => self.archived = true,
            Done::AnswersExpired(_) => self.answers_kept.1 = true,
            Done::NeedsExpired(_) => self.needs_kept.1 = true,
            Done::NeedsRetentionSet(_, days) => self.needs_kept.0 = *days,
            Done::RetentionSet(_, days) => self.answers_kept.0 = *days,
            Done::Attached(_, resource, audience) => self.resources.push((*resource, *audience)),
            Done::Withdrawn(_, resource) => self.resources.retain(|(other, _)| other != resource),
            _ => {}
        }
    }
}

impl Naive<'_> {
    /// A gathering as it is by now, if it was ever announced.
    fn retell(&self, gathering: GatheringId) -> Option<Retold> {
        let mut retold: Option<Retold> = None;
        let mut registrations: Vec<Registration> = Vec::new();
        let all = self.past.iter().enumerate();
        for (nth, deed) in all.filter(|(_, deed)| deed.what.gathering() == Some(gathering)) {
            if let Done::Announced(_, plan) = &deed.what {
                retold = Some(Retold::announced(plan, deed.time));
            }
            let Some(retold) = &mut retold else { continue };
            let number = u32::try_from(registrations.len()).unwrap() + 1;
            if let Done::Joined(asked, how) = &deed.what {
                registrations.push(Registration::made(asked, how, number, nth, deed.time));
            }
            if let Done::Split(_, id, rest, keep) = &deed.what {
                let whole = registrations.iter().find(|one| one.id() == *id).unwrap();
                registrations.push(whole.rest(*rest, *keep, number, nth, deed.time));
            }
            for one in &mut registrations {
                one.live_through(&deed.what, nth, deed.time);
            }
            retold.live_through(&deed.what);
            retold.touched = deed.time;
        }
        let mut retold = retold?;
        retold.registrations = registrations.into_iter().map(Rc::new).collect();
        Some(retold)
    }

    pub(super) fn known(&self, gathering: GatheringId) -> Option<Rc<Retold>> {
        if let Some(retold) = self.retold.borrow().get(&gathering) {
            return Some(retold.clone());
        }
        let retold = Rc::new(self.retell(gathering)?);
        self.retold.borrow_mut().insert(gathering, retold.clone());
        Some(retold)
    }

    /// A gathering that was announced.
    pub(super) fn of(&self, gathering: GatheringId) -> Rc<Retold> {
        self.known(gathering).expect("it was announced")
    }

    /// When a decision on a gathering is taken: as given, but not before what was last recorded of it.
    pub(super) fn now(&self, gathering: GatheringId, given: DateTime<Utc>) -> DateTime<Utc> {
        self.known(gathering).map_or(given, |retold| retold.touched.max(given))
    }

    pub(in super::super) fn gatherings(&self) -> Vec<GatheringId> {
        let announced = self.past.iter().filter_map(|deed| match deed.what {
            Done::Announced(gathering, _) => Some(gathering),
            _ => None,
        });
        announced.collect()
    }

    pub(super) fn offering(&self, gathering: GatheringId, number: u16) -> Option<Rc<Offered>> {
        let of = self.known(gathering)?;
        of.offerings.iter().find(|(known, _)| *known == number).map(|(_, it)| it.clone())
    }

    /// Whether an offering keeps a line by now.
    pub(super) fn keeps_a_line(&self, gathering: GatheringId, number: u16) -> bool {
        self.offering(gathering, number).unwrap().plan.waiting_list
            && !self.of(gathering).closed_lines.contains(&number)
    }

    pub(super) fn when(&self, gathering: GatheringId) -> When {
        *self.of(gathering).dates.last().unwrap()
    }

    /// When it takes place what an offering is for.
    pub(super) fn time_of(&self, gathering: GatheringId, offering: u16) -> When {
        match self.offering(gathering, offering).unwrap().session {
            Some(session) => self.session(gathering, session).unwrap().when,
            None => self.when(gathering),
        }
    }

    /// The last dates that a gathering had, if it ever had any.
    pub(super) fn last_dates(&self, gathering: GatheringId) -> Option<When> {
        self.of(gathering).dates.iter().rfind(|when| **when != When::ToBeConfirmed).copied()
    }

    /// The first day of the last dates that it had.
    pub(super) fn last_first_day(&self, gathering: GatheringId) -> Option<i64> {
        self.last_dates(gathering).and_then(days).map(|(first, _)| first)
    }

    pub(super) fn over(&self, gathering: GatheringId, now: DateTime<Utc>) -> bool {
        ends(self.when(gathering)).is_some_and(|end| end <= now)
    }

    pub(super) fn called_off(&self, gathering: GatheringId) -> bool {
        self.of(gathering).called_off
    }

    /// The instant that a time means, if that is known.
    pub(super) fn instant(&self, gathering: GatheringId, time: TimePlan) -> Option<DateTime<Utc>> {
        match time {
            TimePlan::At(hours) => Some(epoch() + TimeDelta::hours(hours)),
            TimePlan::BeforeStart(hours) => {
                starts(self.when(gathering)).map(|start| start - TimeDelta::hours(i64::from(hours)))
            }
        }
    }

    /// Whether a time has come. One that counts from a start which is not known has not.
    pub(super) fn has_come(&self, gathering: GatheringId, time: TimePlan, now: DateTime<Utc>) -> bool {
        self.instant(gathering, time).is_some_and(|instant| instant <= now)
    }

    pub(super) fn booking(&self, gathering: GatheringId, now: DateTime<Utc>) -> BookingState {
        let of = self.of(gathering);
        if self.over(gathering, now) {
            return BookingState::Closed;
        }
        match of.by_hand {
            Some(ByHand::Opened) => return BookingState::Open,
            Some(ByHand::Closed) => return BookingState::Closed,
            Some(ByHand::Paused) => return BookingState::Paused,
            Some(ByHand::LineOnly) => return BookingState::LineOnly,
            Some(ByHand::InterestOnly) => return BookingState::InterestOnly,
            None => {}
        }
        let opens = of.plan.opens.map(|hours| epoch() + TimeDelta::hours(hours));
        if opens.is_some_and(|opens| now < opens) {
            return BookingState::NotYet;
        }
        if of.plan.until_the_end {
            return BookingState::Open;
        }
        match starts(self.when(gathering)) {
            None => BookingState::NotYet,
            Some(start) if now >= start => BookingState::Closed,
            Some(_) => BookingState::Open,
        }
    }

    /// Every registration ever made on a gathering, in the order of joining.
    pub(super) fn registrations(&self, gathering: GatheringId) -> Vec<Rc<Registration>> {
        self.of(gathering).registrations.clone()
    }

    pub(super) fn live(&self, gathering: GatheringId) -> Vec<Rc<Registration>> {
        self.registrations(gathering).into_iter().filter(|one| one.claim.is_live()).collect()
    }

    /// The gathering on which a registration was ever made.
    pub(super) fn gathering_of(&self, id: RegistrationId) -> Result<GatheringId, No> {
        let gathering = self.past.iter().find_map(|deed| match &deed.what {
            Done::Joined(asked, _) if asked.registration == id => Some(asked.gathering),
            Done::Split(gathering, _, rest, _) if *rest == id => Some(*gathering),
            _ => None,
        });
        gathering.ok_or_else(|| No::from("unknown_registration"))
    }

    /// A registration by its id.
    pub(super) fn one(&self, id: RegistrationId) -> Result<Rc<Registration>, No> {
        let gathering = self.gathering_of(id)?;
        let mut all = self.registrations(gathering).into_iter();
        Ok(all.find(|one| one.id() == id).expect("it was made there"))
    }

    /// Who waits for an offering, the first in line first.
    pub(super) fn line(&self, gathering: GatheringId, offering: u16) -> Vec<Rc<Registration>> {
        self.in_turn(gathering).into_iter().filter(|one| one.asked.offering == offering).collect()
    }
}
