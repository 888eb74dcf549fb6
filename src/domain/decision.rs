//! A decision in the making: a view of the state that notes what is read, and the facts recorded so far.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::fold::fold;
use super::refusal::{Refusal, SessionFault};
use super::state::{
    Cells, Claim, GatheringCell, HolderKey, Plan, PoolCell, RegistrationCell, SessionCell, State,
};
use crate::fact::{BookingState, Fact, Offering};
use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId, SessionId};
use crate::record::{Position, Scope, Tag};

/// A view of the state with this decision's own facts laid over it.
///
/// [`gathering`](Self::gathering), [`registration`](Self::registration), [`engagements`](Self::engagements),
/// [`home_of`](Self::home_of) and [`knows`](Self::knows) are the only doors to the state, and each notes what it was
/// asked for, absent things too. What was noted is the scope of the guard: nobody can read something and forget to
/// guard it.
#[derive(Debug)]
pub(crate) struct Decision<'s> {
    cells: Overlay<'s>,
    noted: RefCell<Vec<Tag>>,
    facts: Vec<Fact>,
    time: DateTime<Utc>,
}

/// What a decision came to.
#[derive(Debug)]
pub(crate) struct Decided {
    /// What has happened; nothing when the decision changed nothing.
    pub(crate) facts: Vec<Fact>,
    /// What was read.
    pub(crate) scope: Scope,
    /// When it was decided.
    pub(crate) time: DateTime<Utc>,
}

/// A gathering as one decision found it, with its id.
#[derive(Clone, Debug)]
pub(crate) struct Gathering {
    pub(crate) id: GatheringId,
    pub(crate) cell: GatheringCell,
}

impl<'s> Decision<'s> {
    /// Begins a decision at a time. It ends up later than asked for when what it reads is from later: a clock
    /// that goes back changes nothing.
    pub(crate) fn new(state: &'s State, time: DateTime<Utc>) -> Self {
        Self { cells: Overlay::new(state), noted: RefCell::default(), facts: Vec::new(), time }
    }

    /// The time of this decision: ask after reading.
    pub(crate) fn time(&self) -> DateTime<Utc> {
        self.time
    }

    /// A gathering that must be there.
    pub(crate) fn gathering(&mut self, id: GatheringId) -> Result<Gathering, Refusal> {
        self.note(Tag::Gathering(id));
        let cell = self.cells.gathering(id).cloned().ok_or(Refusal::UnknownGathering { gathering: id })?;
        self.time = self.time.max(cell.touched);
        Ok(Gathering { id, cell })
    }

    /// A registration that must be there, as it is now.
    pub(crate) fn registration(&mut self, id: RegistrationId) -> Result<RegistrationCell, Refusal> {
        self.note(Tag::Registration(id));
        self.cells.registration(id).cloned().ok_or(Refusal::UnknownRegistration { registration: id })
    }

    /// A registration that can still be changed, with its gathering. Refuses, in this order, one that is not there,
    /// a gathering called off, a registration that has ended, and a gathering or a session that is over.
    pub(crate) fn live_registration(
        &mut self,
        id: RegistrationId,
    ) -> Result<(RegistrationCell, Gathering), Refusal> {
        let cell = self.registration(id)?;
        let gathering = self.gathering(cell.gathering)?;
        gathering.must_stand()?;
        if cell.claim == Claim::Ended {
            return Err(Refusal::RegistrationEnded { registration: id });
        }
        gathering.must_not_be_over(self.time)?;
        if let Some(offering) = gathering.cell.plan.offering(cell.offering) {
            self.session_must_not_be_over(&gathering, offering)?;
        }
        Ok((cell, gathering))
    }

    /// A session of a gathering that has been read. One that was dropped is still there.
    pub(crate) fn session(&self, gathering: &Gathering, id: SessionId) -> Result<SessionCell, Refusal> {
        let known = self.cells.session(gathering.id, id).cloned();
        // Whatever happens to a session bears its gathering's tag; only one that is not there is worth a note.
        known.ok_or_else(|| {
            self.note(Tag::Session(id));
            SessionFault::Unknown.of(id).into()
        })
    }

    /// A session of a gathering that has been read, unless it was dropped.
    pub(crate) fn live_session(&self, gathering: &Gathering, id: SessionId) -> Result<SessionCell, Refusal> {
        let session = self.session(gathering, id)?;
        if session.dropped { Err(SessionFault::Dropped.of(id).into()) } else { Ok(session) }
    }

    /// Every session of a gathering that has been read, in the order of their ids, the dropped ones too.
    pub(crate) fn sessions(&self, gathering: &Gathering) -> Vec<SessionId> {
        self.cells.sessions(gathering.id)
    }

    /// The gathering that has a session, if there is one.
    pub(crate) fn home_of(&self, session: SessionId) -> Option<GatheringId> {
        self.note(Tag::Session(session));
        self.cells.home_of(session)
    }

    /// The live registrations that take a person's time, each with its gathering, in order of joining.
    pub(crate) fn engagements(
        &mut self,
        person: PersonId,
    ) -> Result<Vec<(RegistrationId, RegistrationCell, Gathering)>, Refusal> {
        self.note(Tag::Person(person));
        let ids = self.cells.engagements(person).to_vec();
        let mut theirs = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(cell) = self.cells.registration(id).cloned() else { continue };
            let gathering = self.gathering(cell.gathering)?;
            if gathering.must_stand().is_ok() {
                theirs.push((id, cell, gathering));
            }
        }
        Ok(theirs)
    }

    /// The live registrations for an offering of a gathering that has been read, in order of joining.
    pub(crate) fn holders_of(&self, gathering: &Gathering, offering: OfferingId) -> Vec<RegistrationId> {
        let mut held: Vec<_> = self.cells.holders_of(gathering.id, offering);
        held.sort_unstable();
        held.dedup();
        held.sort_by_key(|id| self.cells.registration(*id).map(|cell| cell.joined));
        held
    }

    /// A registration of a gathering that has been read.
    pub(crate) fn registration_on(&self, _: &Gathering, id: RegistrationId) -> Option<&RegistrationCell> {
        self.cells.registration(id)
    }

    /// Whether a person's details have been recorded.
    pub(crate) fn knows(&self, person: PersonId) -> bool {
        self.note(Tag::Person(person));
        self.cells.knows_person(person)
    }

    /// A pool of a gathering that has been read.
    pub(crate) fn pool(&self, gathering: &Gathering, pool: PoolId) -> Option<PoolCell> {
        self.cells.pool(gathering.id, pool)
    }

    /// The live registration that somebody holds for an offering of a gathering that has been read.
    pub(crate) fn holder(
        &self,
        gathering: &Gathering,
        offering: OfferingId,
        person: PersonId,
    ) -> Option<RegistrationId> {
        self.cells.holder((gathering.id, offering, person))
    }

    /// How many registrations wait for an offering of a gathering that has been read.
    pub(crate) fn waiting(&self, gathering: &Gathering, offering: OfferingId) -> u32 {
        self.cells.waiting(gathering.id, offering)
    }

    /// The first in the line for an offering who joined after a position, with where they joined.
    pub(crate) fn next_waiting(
        &self,
        gathering: &Gathering,
        offering: OfferingId,
        after: Position,
    ) -> Option<(Position, RegistrationId)> {
        self.cells.next_waiting(gathering.id, offering, after)
    }

    /// How many people are in the party of somebody in line of a gathering that has been read.
    pub(crate) fn party_in_line(&self, registration: RegistrationId) -> u32 {
        self.cells.registration(registration).map_or(0, |cell| cell.party.size())
    }

    /// Refuses when an offering is for a session that was dropped.
    pub(crate) fn session_must_stand(
        &self,
        gathering: &Gathering,
        offering: &Offering,
    ) -> Result<(), Refusal> {
        offering.session.map_or(Ok(()), |session| self.live_session(gathering, session).map(|_| ()))
    }

    /// Refuses when an offering is for a session that has ended by now.
    pub(crate) fn session_must_not_be_over(
        &self,
        gathering: &Gathering,
        offering: &Offering,
    ) -> Result<(), Refusal> {
        let Some(session) = offering.session else { return Ok(()) };
        match self.session(gathering, session)?.schedule.ends() {
            Some(ended) if self.time >= ended => Err(Refusal::SessionOver { session, ended }),
            _ => Ok(()),
        }
    }

    /// Records that something has happened; from here on this decision sees its effect.
    pub(crate) fn record(&mut self, fact: Fact) {
        let position = self.cells.state.head().plus(self.facts.len()).next();
        fold(&mut self.cells, position, self.time, &fact);
        self.facts.push(fact);
    }

    /// The facts recorded so far.
    pub(crate) fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// Ends the decision.
    pub(crate) fn finish(self) -> Decided {
        Decided { facts: self.facts, scope: Scope::of(self.noted.into_inner()), time: self.time }
    }

    fn note(&self, tag: Tag) {
        let mut noted = self.noted.borrow_mut();
        // More than a scope can list is everything, so there is no need to keep the rest.
        if noted.len() <= Scope::LIMIT && !noted.contains(&tag) {
            noted.push(tag);
        }
    }
}

impl Gathering {
    /// Refuses when the gathering has been called off.
    pub(crate) fn must_stand(&self) -> Result<(), Refusal> {
        if self.cell.cancelled {
            return Err(Refusal::GatheringCancelled { gathering: self.id });
        }
        Ok(())
    }

    /// Refuses when the gathering has ended by `now`.
    pub(crate) fn must_not_be_over(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        match self.cell.schedule.ends() {
            Some(ended) if now >= ended => Err(Refusal::GatheringOver { gathering: self.id, ended }),
            _ => Ok(()),
        }
    }

    /// Refuses when booking is not open at `now`.
    pub(crate) fn must_be_open(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        let (window, schedule) = (self.cell.window, &self.cell.schedule);
        match window.state(schedule, self.cell.opened, now) {
            BookingState::Open => Ok(()),
            BookingState::InterestOnly | BookingState::Paused | BookingState::LineOnly | BookingState::Closed => Err(Refusal::BookingClosed { gathering: self.id }),
            BookingState::NotYet => {
                let opens = window.opens.and_then(|opens| opens.resolve(schedule.starts()));
                Err(Refusal::BookingNotOpenYet { gathering: self.id, opens })
            }
        }
    }

    /// Whether people can still be given places at `now`.
    pub(crate) fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.must_stand().is_ok() && self.must_not_be_over(now).is_ok()
    }

    /// For each offering, how many others one needs to have first.
    pub(crate) fn depths(&self) -> BTreeMap<OfferingId, usize> {
        let offerings = &self.cell.plan.offerings;
        let requires: BTreeMap<_, _> = offerings.iter().map(|it| (it.id, it.requires)).collect();
        let mut depths = BTreeMap::new();
        for offering in offerings {
            // Up the chain to one that is known. No offering requires itself; the count says so to whoever does not
            // believe it.
            let (mut chain, mut next) = (Vec::new(), Some(offering.id));
            while let Some(id) = next.filter(|id| !depths.contains_key(id) && chain.len() < offerings.len()) {
                chain.push(id);
                next = requires.get(&id).copied().flatten();
            }
            let first =
                next.and_then(|id| depths.get(&id)).map_or(0, |known: &usize| known.saturating_add(1));
            depths.extend(chain.into_iter().rev().zip(first..));
        }
        depths
    }

    /// The offering asked for, or the only one where none was named.
    pub(crate) fn offering(&self, named: Option<OfferingId>) -> Result<&Arc<Offering>, Refusal> {
        let offerings = &self.cell.plan.offerings;
        let known = || offerings.iter().map(|offering| offering.id).collect();
        match (named, offerings.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(Refusal::WhichOffering { gathering: self.id, offerings: known() }),
            (Some(id), _) => self.cell.plan.offering(id).ok_or_else(|| Refusal::UnknownOffering {
                gathering: self.id,
                offering: id,
                offerings: known(),
            }),
        }
    }
}

impl Plan {
    /// The offering with this number.
    pub(crate) fn offering(&self, id: OfferingId) -> Option<&Arc<Offering>> {
        self.offerings.iter().find(|offering| offering.id == id)
    }

    /// The numbers of the pools, in the author's order.
    pub(crate) fn pool_ids(&self) -> Vec<PoolId> {
        self.pools.iter().map(|(pool, _)| *pool).collect()
    }

    /// What people call a pool.
    pub(crate) fn pool_name(&self, id: PoolId) -> &str {
        self.pools.iter().find(|(pool, _)| *pool == id).map_or("", |(_, name)| name)
    }
}

type LineKey = (GatheringId, OfferingId);

/// The cells that this decision has changed, over those of the state.
#[derive(Debug)]
struct Overlay<'s> {
    state: &'s State,
    gatherings: BTreeMap<GatheringId, GatheringCell>,
    pools: BTreeMap<(GatheringId, PoolId), PoolCell>,
    registrations: BTreeMap<RegistrationId, RegistrationCell>,
    holders: BTreeMap<HolderKey, Option<RegistrationId>>,
    lines: BTreeMap<(LineKey, Position), Option<RegistrationId>>,
    waiting: BTreeMap<LineKey, u32>,
    people: Vec<PersonId>,
    sessions: BTreeMap<(GatheringId, SessionId), SessionCell>,
    homes: BTreeMap<SessionId, GatheringId>,
    engagements: BTreeMap<PersonId, Vec<RegistrationId>>,
}

impl<'s> Overlay<'s> {
    fn new(state: &'s State) -> Self {
        Self {
            state,
            gatherings: BTreeMap::new(),
            pools: BTreeMap::new(),
            registrations: BTreeMap::new(),
            holders: BTreeMap::new(),
            lines: BTreeMap::new(),
            waiting: BTreeMap::new(),
            people: Vec::new(),
            sessions: BTreeMap::new(),
            homes: BTreeMap::new(),
            engagements: BTreeMap::new(),
        }
    }
}

impl Cells for Overlay<'_> {
    fn gathering(&self, id: GatheringId) -> Option<&GatheringCell> {
        self.gatherings.get(&id).or_else(|| self.state.gathering(id))
    }

    fn put_gathering(&mut self, id: GatheringId, cell: GatheringCell) {
        self.gatherings.insert(id, cell);
    }

    fn pool(&self, gathering: GatheringId, pool: PoolId) -> Option<PoolCell> {
        self.pools.get(&(gathering, pool)).copied().or_else(|| self.state.pool(gathering, pool))
    }

    fn put_pool(&mut self, gathering: GatheringId, pool: PoolId, cell: PoolCell) {
        self.pools.insert((gathering, pool), cell);
    }

    fn registration(&self, id: RegistrationId) -> Option<&RegistrationCell> {
        self.registrations.get(&id).or_else(|| self.state.registration(id))
    }

    fn put_registration(&mut self, id: RegistrationId, cell: RegistrationCell) {
        self.registrations.insert(id, cell);
    }

    fn holder(&self, key: HolderKey) -> Option<RegistrationId> {
        self.holders.get(&key).copied().unwrap_or_else(|| self.state.holder(key))
    }

    fn put_holder(&mut self, key: HolderKey, registration: Option<RegistrationId>) {
        self.holders.insert(key, registration);
    }

    fn waiting(&self, gathering: GatheringId, offering: OfferingId) -> u32 {
        let own = self.waiting.get(&(gathering, offering)).copied();
        own.unwrap_or_else(|| self.state.waiting(gathering, offering))
    }

    fn next_waiting(
        &self,
        gathering: GatheringId,
        offering: OfferingId,
        after: Position,
    ) -> Option<(Position, RegistrationId)> {
        let line = (gathering, offering);
        let own = (line, after.next())..=(line, Position::new(u64::MAX));
        let joined = self.lines.range(own).find_map(|(&(_, at), id)| id.map(|id| (at, id)));
        // Of the state's line, the first whom this decision has not let go.
        let mut stood = self.state.next_waiting(gathering, offering, after);
        while let Some((at, _)) = stood.filter(|&(at, _)| self.lines.get(&(line, at)) == Some(&None)) {
            stood = self.state.next_waiting(gathering, offering, at);
        }
        joined.into_iter().chain(stood).min()
    }

    fn join_line(&mut self, gathering: GatheringId, offering: OfferingId, at: Position, id: RegistrationId) {
        let length = self.waiting(gathering, offering).saturating_add(1);
        self.waiting.insert((gathering, offering), length);
        self.lines.insert(((gathering, offering), at), Some(id));
    }

    fn leave_line(&mut self, gathering: GatheringId, offering: OfferingId, at: Position) {
        let length = self.waiting(gathering, offering).saturating_sub(1);
        self.waiting.insert((gathering, offering), length);
        self.lines.insert(((gathering, offering), at), None);
    }

    fn holders_of(&self, gathering: GatheringId, offering: OfferingId) -> Vec<RegistrationId> {
        // Whoever changed hands is counted by what this decision says of them: a registration that one of its people
        // still holds is named by that person.
        let before = self.state.holders_of(gathering, offering);
        let own = self.holders.iter().filter(|((on, held, _), _)| (*on, *held) == (gathering, offering));
        let added = own.filter_map(|(_, registration)| *registration);
        let mut held: Vec<_> = before.into_iter().chain(added).collect();
        held.retain(|id| self.registration(*id).is_some_and(|cell| cell.claim != Claim::Ended));
        held
    }

    fn session(&self, gathering: GatheringId, id: SessionId) -> Option<&SessionCell> {
        self.sessions.get(&(gathering, id)).or_else(|| self.state.session(gathering, id))
    }

    fn sessions(&self, gathering: GatheringId) -> Vec<SessionId> {
        let mut all = self.state.sessions(gathering);
        all.extend(self.sessions.keys().filter(|(on, _)| *on == gathering).map(|(_, id)| *id));
        all.sort_unstable();
        all.dedup();
        all
    }

    fn put_session(&mut self, gathering: GatheringId, id: SessionId, cell: SessionCell) {
        self.sessions.insert((gathering, id), cell);
    }

    fn home_of(&self, session: SessionId) -> Option<GatheringId> {
        self.homes.get(&session).copied().or_else(|| self.state.home_of(session))
    }

    fn put_home(&mut self, session: SessionId, gathering: GatheringId) {
        self.homes.insert(session, gathering);
    }

    fn engagements(&self, person: PersonId) -> &[RegistrationId] {
        self.engagements.get(&person).map_or_else(|| self.state.engagements(person), Vec::as_slice)
    }

    fn put_engagements(&mut self, person: PersonId, registrations: Vec<RegistrationId>) {
        self.engagements.insert(person, registrations);
    }

    fn knows_person(&self, id: PersonId) -> bool {
        self.people.contains(&id) || self.state.knows_person(id)
    }

    fn put_person(&mut self, id: PersonId) {
        self.people.push(id);
    }
}
