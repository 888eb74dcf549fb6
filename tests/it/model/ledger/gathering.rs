//! One gathering as its facts tell it, and what must hold within it.

use gather::{
    Announcement, BookingWindow, ByHand, Offering, Pool, PoolId, Reconfirmation, Schedule, SetAside, Silence,
    Who,
};

use super::*;

/// A gathering as its facts tell it.
pub(in super::super) struct Gathering {
    pub(super) announcement: Announcement,
    pub(super) pools: Vec<Pool>,
    pub(super) offerings: Vec<Offering>,
    pub(super) schedule: Schedule,
    pub(super) life: Life,
    pub(super) time: DateTime<Utc>,
    pub(super) window: BookingWindow,
    pub(super) by_hand: Option<ByHand>,
    pub(super) priorities: Vec<Vec<Who>>,
    pub(super) set_asides: Vec<SetAside>,
    pub(super) closed_lines: BTreeSet<OfferingId>,
    /// The pools in which more may be than there are places for, since somebody has said so.
    pub(super) over_full: BTreeSet<PoolId>,
    round: Option<Reconfirmation>,
    facts: usize,
    sessions: BTreeMap<SessionId, Session>,
    /// In the order of joining.
    pub(super) registrations: Vec<Registration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Draft,
    Announced,
    Completed,
    Archived,
    Cancelled,
}

pub(super) struct Session {
    pub(super) schedule: Schedule,
    dropped: bool,
}

impl Gathering {
    pub(super) fn announced(announcement: &Announcement, time: DateTime<Utc>) -> Self {
        Self {
            announcement: announcement.clone(),
            pools: announcement.pools.clone(),
            offerings: announcement.offerings.clone(),
            schedule: announcement.schedule.clone(),
            life: if announcement.draft { Life::Draft } else { Life::Announced },
            time,
            window: announcement.window,
            by_hand: None,
            priorities: announcement.priorities.clone(),
            set_asides: announcement.set_asides.clone(),
            closed_lines: BTreeSet::new(),
            over_full: BTreeSet::new(),
            round: None,
            facts: 0,
            sessions: BTreeMap::new(),
            registrations: Vec::new(),
        }
    }

    /// Along which edges a life goes, and what can still happen after its end.
    pub(super) fn may_happen(&self, fact: &Fact, time: DateTime<Utc>) -> Result<(), Broken> {
        match fact {
            // What is known of people can be erased whatever became of it, and it is told who has read it.
            Fact::AnswersExpired { .. }
            | Fact::RetentionSet { .. }
            | Fact::ConsentRecorded { .. }
            | Fact::NeedsRecorded { needs: None, .. }
            | Fact::NeedsRead { .. }
            | Fact::NeedsRetentionSet { .. }
            | Fact::NeedsExpired { .. } => return Ok(()),
            Fact::TagsSet { .. } | Fact::NoteWritten { .. } => {
                return hold(!self.is_archived(), || String::from("it is put away"));
            }
            _ => {}
        }
        let afterwards = match fact {
            Fact::PresenceRecorded { .. }
            | Fact::Scanned { .. }
            | Fact::ScanUndone { .. }
            | Fact::FollowUpRequested { .. }
            | Fact::ResourceAttached { .. }
            | Fact::ResourceWithdrawn { .. }
            | Fact::GatheringArchived { .. } => true,
            Fact::RegistrationEnded { registration, .. } => self.one(*registration)?.claim == Claim::Asks,
            _ => false,
        };
        let may = match (self.life, fact) {
            (Life::Completed, Fact::CheckInListSet { .. } | Fact::CheckInListWithdrawn { .. }) => true,
            (Life::Completed, _) => afterwards,
            (Life::Announced, Fact::BooksClosed { .. }) => self.is_over(time),
            (Life::Cancelled | Life::Archived, _)
            | (Life::Announced, Fact::GatheringArchived { .. } | Fact::DraftAnnounced { .. })
            | (Life::Draft, Fact::BooksClosed { .. }) => false,
            (Life::Announced, _) => true,
            (Life::Draft, fact) => made(fact).is_none() && !afterwards,
        };
        hold(may, || format!("it is {:?}", self.life))
    }

    fn is_over(&self, time: DateTime<Utc>) -> bool {
        self.schedule.ends().is_some_and(|end| end <= time)
    }

    pub(in super::super) fn is_archived(&self) -> bool {
        self.life == Life::Archived
    }

    pub(super) fn fold(&mut self, fact: &Fact, time: DateTime<Utc>) -> Result<(), Broken> {
        self.facts += 1;
        match fact {
            Fact::GatheringRescheduled { schedule, ask, .. } => {
                self.schedule = schedule.clone();
                if let Some(ask) = ask {
                    self.round = Some(*ask);
                    for one in &mut self.registrations {
                        (one.asked, one.answered) = (one.claim == Claim::Confirmed, false);
                    }
                }
            }
            Fact::ReconfirmationClosed { .. } => {
                let round = self.round.take().ok_or("nobody was asked")?;
                hold(round.until <= time, || String::from("there is time to answer"))?;
                let mut silent = self.registrations.iter().filter(|one| one.is_silent());
                hold(round.on_silence == Silence::Keep || silent.next().is_none(), || {
                    String::from("nothing came of silence")
                })?;
            }
            Fact::CapacityChanged { pool, capacity, overbook, keep_all, .. } => {
                let used = self.used(*pool);
                let changed = self.pools.iter_mut().find(|one| one.id == *pool).ok_or("no such pool")?;
                (changed.capacity, changed.overbook) = (*capacity, *overbook);
                let is_too_small = places::limit(changed).is_some_and(|limit| limit < used);
                hold(*keep_all == is_too_small, || format!("{used} people keep their places"))?;
                if is_too_small {
                    self.over_full.insert(*pool);
                }
            }
            Fact::OfferingAdded { offering, pools, .. } => self.add_offering(offering, pools)?,
            Fact::SessionAdded { session, .. } => {
                let known = self.sessions.get(&session.id);
                hold(known.is_none_or(|known| known.dropped), || String::from("added twice"))?;
                let now = Session { schedule: session.schedule.clone(), dropped: false };
                self.sessions.insert(session.id, now);
            }
            Fact::SessionMoved { session, schedule, .. } => {
                self.live_session(*session)?.schedule = schedule.clone();
            }
            Fact::SessionRevised { session, .. } => {
                self.live_session(*session)?;
            }
            Fact::SessionDropped { session, .. } => self.live_session(*session)?.dropped = true,
            _ => self.fold_life(fact, time)?,
        }
        Ok(())
    }

    fn fold_life(&mut self, fact: &Fact, time: DateTime<Utc>) -> Result<(), Broken> {
        match fact {
            Fact::GatheringCancelled { .. } => {
                self.life = Life::Cancelled;
                self.registrations.iter_mut().for_each(|one| one.claim = Claim::Ended);
            }
            Fact::DraftAnnounced { .. } => self.life = Life::Announced,
            Fact::BooksClosed { .. } => {
                self.life = Life::Completed;
                let interested = self.interested();
                let all = self.registrations.iter_mut();
                for one in all.filter(|one| one.claim != Claim::Confirmed) {
                    if one.claim != Claim::Asks || interested.contains(&one.id) {
                        one.claim = Claim::Ended;
                    }
                }
            }
            Fact::GatheringArchived { .. } => self.life = Life::Archived,
            Fact::BookingOpened { .. } => self.by_hand = Some(ByHand::Opened),
            Fact::BookingClosed { .. } => self.by_hand = Some(ByHand::Closed),
            Fact::BookingPaused { .. } => self.by_hand = Some(ByHand::Paused),
            Fact::BookingToLineOnly { .. } => self.by_hand = Some(ByHand::LineOnly),
            Fact::InterestOpened { .. } => self.by_hand = Some(ByHand::InterestOnly),
            Fact::LineClosed { offering, .. } => {
                hold(self.closed_lines.insert(*offering), || String::from("closed twice"))?;
                let theirs = self.registrations.iter_mut().filter(|one| one.booking.offering == *offering);
                theirs.filter(|one| one.claim == Claim::Waiting).for_each(|one| one.claim = Claim::Ended);
            }
            Fact::PrioritiesChanged { priorities, .. } => self.priorities.clone_from(priorities),
            Fact::SetAsideMade { set_aside, .. } => {
                let is_new = self.set_asides.iter().all(|other| other.id != set_aside.id);
                hold(is_new && !set_aside.who.is_empty(), || String::from("that is no new set-aside"))?;
                self.set_asides.push(set_aside.clone());
            }
            Fact::SetAsideChanged { set_aside, places, release, .. } => {
                let changed = self.set_asides.iter_mut().find(|one| one.id == *set_aside);
                let changed = changed.ok_or("no such set-aside")?;
                (changed.places, changed.release) = (*places, *release);
            }
            _ => self.fold_booking(fact, time)?,
        }
        Ok(())
    }

    /// Who is only interested: of those that ask, the ones that were noted so.
    fn interested(&self) -> BTreeSet<RegistrationId> {
        self.registrations.iter().filter(|one| one.interested).map(|one| one.id).collect()
    }

    fn live_session(&mut self, id: SessionId) -> Result<&mut Session, Broken> {
        let session = self.sessions.get_mut(&id).ok_or("no such session")?;
        hold(!session.dropped, || String::from("it was dropped"))?;
        Ok(session)
    }

    pub(super) fn session(&self, id: SessionId) -> &Session {
        self.sessions.get(&id).expect("an offering is for a session that was added")
    }

    fn add_offering(&mut self, offering: &Offering, pools: &[Pool]) -> Result<(), Broken> {
        let is_new = self.offerings.iter().all(|other| other.id != offering.id);
        hold(is_new, || String::from("two offerings with one number"))?;
        let old = |pool: &Pool| self.pools.iter().any(|other| other.id == pool.id);
        hold(!pools.iter().any(old), || String::from("two pools with one number"))?;
        if let Some(session) = offering.session {
            self.live_session(session)?;
        }
        self.pools.extend(pools.iter().cloned());
        self.offerings.push(offering.clone());
        let of_others = self.offerings.iter().filter(|other| other.session != offering.session);
        let mut theirs = of_others.flat_map(|other| &other.pools);
        hold(!theirs.any(|pool| offering.pools.contains(pool)), || {
            String::from("two sessions draw on one pool")
        })
    }

    pub(in super::super) fn registrations(&self) -> &[Registration] {
        &self.registrations
    }

    pub(super) fn one(&self, id: RegistrationId) -> Result<&Registration, Broken> {
        self.registrations.iter().find(|one| one.id == id).ok_or(String::from("no such registration"))
    }

    fn one_mut(&mut self, id: RegistrationId) -> Result<&mut Registration, Broken> {
        self.registrations.iter_mut().find(|one| one.id == id).ok_or(String::from("no such registration"))
    }

    pub(super) fn facts(&self) -> usize {
        self.facts
    }

    pub(super) fn round(&self) -> Option<Reconfirmation> {
        self.round
    }

    pub(super) fn change(&mut self, id: RegistrationId) -> Result<&mut Registration, Broken> {
        self.one_mut(id)
    }

    /// Neither the gathering nor the session is over, and the session was not dropped.
    pub(super) fn can_be_had(&self, offering: OfferingId, time: DateTime<Utc>) -> Result<(), Broken> {
        hold(!self.is_over(time), || String::from("a place in what is over"))?;
        let Some(session) = self.offering(offering).session else { return Ok(()) };
        let session = self.session(session);
        hold(!session.dropped, || String::from("a place in a session that was dropped"))?;
        let is_over = session.schedule.ends().is_some_and(|end| end <= time);
        hold(!is_over, || String::from("a place in a session that is over"))
    }

    pub(super) fn offering(&self, id: OfferingId) -> &Offering {
        self.offerings.iter().find(|one| one.id == id).expect("an offering that was announced")
    }

    pub(super) fn live(&self) -> impl Iterator<Item = &Registration> {
        self.registrations.iter().filter(|one| one.is_live())
    }

    /// Whether a person, not what they bring, decides who comes first in it or what they may have of it.
    pub(in super::super) fn knows_people(&self, offering: &Offering) -> bool {
        let set_asides = self.set_asides.iter().flat_map(|one| &one.who);
        let mut all = self.priorities.iter().flatten().chain(set_asides).chain(&offering.only_for);
        all.any(|who| matches!(who, Who::Person(_)))
    }

    pub(in super::super) fn has_a_cap(&self) -> bool {
        self.announcement.organisation_cap.is_some()
    }

    /// The offering with an id, or the only one.
    pub(in super::super) fn meant(&self, id: Option<OfferingId>) -> Option<&Offering> {
        match id {
            Some(id) => self.offerings.iter().find(|one| one.id == id),
            None => self.offerings.first().filter(|_| self.offerings.len() == 1),
        }
    }

    pub(super) fn check_after(&self, time: DateTime<Utc>, settled: bool) -> Result<(), Broken> {
        self.nobody_holds_two()?;
        self.nobody_is_without_what_is_required()?;
        self.nobody_is_left_in_what_was_dropped()?;
        if settled { self.all_that_is_due_was_written(time) } else { Ok(()) }
    }

    /// After a decision nothing is live whose time is up, and no round is open.
    fn all_that_is_due_was_written(&self, time: DateTime<Utc>) -> Result<(), Broken> {
        if self.life != Life::Announced {
            return Ok(());
        }
        for one in self.live() {
            let is_past = one.deadline().is_some_and(|deadline| deadline <= time);
            hold(!is_past, || format!("the time of {} was up", one.id))?;
        }
        hold(self.round.is_none_or(|round| round.until > time), || String::from("the time to answer was up"))
    }

    fn nobody_holds_two(&self) -> Result<(), Broken> {
        let mut holders: BTreeSet<(OfferingId, PersonId)> = BTreeSet::new();
        for one in self.live() {
            for person in one.booking.party.named() {
                let first = holders.insert((one.booking.offering, person));
                hold(first, || format!("{person} has two live registrations for one offering"))?;
            }
        }
        Ok(())
    }

    /// Whoever holds, or waits for, what requires something has a confirmed place there, on the booker's registration,
    /// and that has room for as many.
    fn nobody_is_without_what_is_required(&self) -> Result<(), Broken> {
        for one in self.live().filter(|one| one.takes_time()) {
            let party = &one.booking.party;
            let Some(required) = self.offering(one.booking.offering).requires else { continue };
            let mut confirmed = self.live().filter(|has| has.claim == Claim::Confirmed);
            let has = confirmed.find(|has| has.booking.offering == required && has.names(party.booker));
            let Some(has) = has else {
                // The rest of a party that was split has another booker, whose place may be on another registration.
                hold(one.is_rest, || format!("{} stands on nothing", one.id))?;
                continue;
            };
            let covered = party.named().all(|person| has.names(person));
            hold(covered || one.is_rest, || format!("{} does not cover all of {}", has.id, one.id))?;
            let same = self.live().filter(|other| other.booking.offering == one.booking.offering);
            let have_or_wait = same.filter(|other| other.uses_places() || other.claim == Claim::Waiting);
            let beside =
                have_or_wait.filter(|other| other.booking.party.named().any(|person| has.names(person)));
            let people: u32 = beside.map(|other| other.booking.party.size()).sum();
            hold(people <= has.booking.party.size(), || format!("{people} come of {}", has.id))?;
        }
        Ok(())
    }

    fn nobody_is_left_in_what_was_dropped(&self) -> Result<(), Broken> {
        self.live().filter(|one| one.takes_time()).try_for_each(|one| {
            let session = self.offering(one.booking.offering).session;
            let dropped = session.is_some_and(|session| self.session(session).dropped);
            hold(!dropped, || format!("{} is live, and its session is not", one.id))
        })
    }
}
