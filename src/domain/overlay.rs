//! The cells that a decision has changed, over those of the state.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::cells::{
    Cells, Due, Forgotten, GatheringCell, HolderKey, Place, PoolCell, RegistrationCell, ScanCell, Seen,
    SessionCell, Turn,
};
use super::state::State;
use crate::id::{
    GatheringId, OfferingId, OrganisationId, PersonId, PoolId, RegistrationId, ScanId, SessionId, SetAsideId,
};

type LineKey = (GatheringId, OfferingId);

/// The cells that a decision has changed, over those of the state.
#[derive(Clone, Debug)]
pub(super) struct Overlay<'s> {
    state: &'s State,
    /// There is none before anything is changed: after its only fact, most decisions look at nothing any more.
    own: Option<Box<Own>>,
}

/// What a decision has changed. Large cells are boxed: a tree takes room for eleven at once.
#[derive(Clone, Debug)]
struct Own {
    gatherings: BTreeMap<GatheringId, Box<GatheringCell>>,
    pools: BTreeMap<(GatheringId, PoolId), PoolCell>,
    registrations: BTreeMap<RegistrationId, Box<RegistrationCell>>,
    holders: BTreeMap<HolderKey, Option<RegistrationId>>,
    lines: BTreeMap<LineKey, Changed<Turn>>,
    due: BTreeMap<GatheringId, Changed<Due>>,
    waiting: BTreeMap<LineKey, u32>,
    drawn: BTreeMap<(GatheringId, SetAsideId), u32>,
    organisations: BTreeMap<(GatheringId, OrganisationId), u32>,
    seen: BTreeMap<(GatheringId, Place), Seen>,
    scans: BTreeMap<(GatheringId, ScanId), Box<ScanCell>>,
    people: BTreeSet<PersonId>,
    forgotten: BTreeMap<PersonId, Forgotten>,
    calendar_tokens: BTreeMap<PersonId, bool>,
    sessions: BTreeMap<(GatheringId, SessionId), SessionCell>,
    homes: BTreeMap<SessionId, GatheringId>,
    engagements: BTreeMap<PersonId, Vec<RegistrationId>>,
}

impl Own {
    const NOTHING: &'static Self = &Self::nothing();

    const fn nothing() -> Self {
        Self {
            gatherings: BTreeMap::new(),
            pools: BTreeMap::new(),
            registrations: BTreeMap::new(),
            holders: BTreeMap::new(),
            lines: BTreeMap::new(),
            due: BTreeMap::new(),
            waiting: BTreeMap::new(),
            drawn: BTreeMap::new(),
            organisations: BTreeMap::new(),
            seen: BTreeMap::new(),
            scans: BTreeMap::new(),
            people: BTreeSet::new(),
            forgotten: BTreeMap::new(),
            calendar_tokens: BTreeMap::new(),
            sessions: BTreeMap::new(),
            homes: BTreeMap::new(),
            engagements: BTreeMap::new(),
        }
    }
}

/// What came into an ordered set of the state's (`true`), and what left it (`false`).
#[derive(Clone, Debug)]
struct Changed<T>(BTreeMap<T, bool>);

impl<T> Default for Changed<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Ord + Copy> Changed<T> {
    /// The first after one, or the first of all, of the set as it is now.
    fn next(&self, after: Option<T>, stood: impl Fn(Option<T>) -> Option<T>) -> Option<T> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let own = self.0.range((from, Bound::Unbounded)).find(|(_, is_in)| **is_in).map(|(it, _)| *it);
        // Of those in the state, the first whom this decision has not let go.
        let mut theirs = stood(after);
        while theirs.is_some_and(|it| self.0.get(&it) == Some(&false)) {
            theirs = stood(theirs);
        }
        own.into_iter().chain(theirs).min()
    }
}

impl<'s> Overlay<'s> {
    pub(super) fn new(state: &'s State) -> Self {
        Self { state, own: None }
    }

    fn own(&self) -> &Own {
        self.own.as_deref().unwrap_or(Own::NOTHING)
    }

    fn own_mut(&mut self) -> &mut Own {
        self.own.get_or_insert_with(|| Box::new(Own::nothing()))
    }

    fn put_in_line(&mut self, gathering: GatheringId, offering: OfferingId, turn: Turn, is_in: bool) {
        let step = |count: u32| if is_in { count.saturating_add(1) } else { count.saturating_sub(1) };
        let length = step(self.waiting(gathering, offering));
        self.own_mut().waiting.insert((gathering, offering), length);
        self.own_mut().lines.entry((gathering, offering)).or_default().0.insert(turn, is_in);
        self.change_gathering(gathering, |cell| cell.in_line = step(cell.in_line));
    }
}

impl Cells for Overlay<'_> {
    fn gathering(&self, id: GatheringId) -> Option<&GatheringCell> {
        self.own().gatherings.get(&id).map(Box::as_ref).or_else(|| self.state.gathering(id))
    }

    fn put_gathering(&mut self, id: GatheringId, cell: GatheringCell) {
        self.own_mut().gatherings.insert(id, Box::new(cell));
    }

    fn change_gathering(&mut self, id: GatheringId, how: impl FnOnce(&mut GatheringCell)) {
        if let Some(cell) = self.own.as_mut().and_then(|own| own.gatherings.get_mut(&id)) {
            return how(cell);
        }
        if let Some(mut cell) = self.state.gathering(id).cloned() {
            how(&mut cell);
            self.put_gathering(id, cell);
        }
    }

    fn pool(&self, gathering: GatheringId, pool: PoolId) -> Option<PoolCell> {
        self.own().pools.get(&(gathering, pool)).copied().or_else(|| self.state.pool(gathering, pool))
    }

    fn put_pool(&mut self, gathering: GatheringId, pool: PoolId, cell: PoolCell) {
        self.own_mut().pools.insert((gathering, pool), cell);
    }

    fn registration(&self, id: RegistrationId) -> Option<&RegistrationCell> {
        self.own().registrations.get(&id).map(Box::as_ref).or_else(|| self.state.registration(id))
    }

    fn put_registration(&mut self, id: RegistrationId, cell: RegistrationCell) {
        self.own_mut().registrations.insert(id, Box::new(cell));
    }

    fn holder(&self, key: HolderKey) -> Option<RegistrationId> {
        self.own().holders.get(&key).copied().unwrap_or_else(|| self.state.holder(key))
    }

    fn put_holder(&mut self, key: HolderKey, registration: Option<RegistrationId>) {
        self.own_mut().holders.insert(key, registration);
    }

    fn waiting(&self, gathering: GatheringId, offering: OfferingId) -> u32 {
        let own = self.own().waiting.get(&(gathering, offering)).copied();
        own.unwrap_or_else(|| self.state.waiting(gathering, offering))
    }

    fn next_waiting(
        &self,
        gathering: GatheringId,
        offering: OfferingId,
        after: Option<Turn>,
    ) -> Option<Turn> {
        let stood = |after| self.state.next_waiting(gathering, offering, after);
        match self.own().lines.get(&(gathering, offering)) {
            Some(changed) => changed.next(after, stood),
            None => stood(after),
        }
    }

    fn join_line(&mut self, gathering: GatheringId, offering: OfferingId, turn: Turn) {
        self.put_in_line(gathering, offering, turn, true);
    }

    fn leave_line(&mut self, gathering: GatheringId, offering: OfferingId, turn: Turn) {
        self.put_in_line(gathering, offering, turn, false);
    }

    fn next_due(&self, gathering: GatheringId, after: Option<Due>) -> Option<Due> {
        let stood = |after| self.state.next_due(gathering, after);
        match self.own().due.get(&gathering) {
            Some(changed) => changed.next(after, stood),
            None => stood(after),
        }
    }

    fn put_due(&mut self, gathering: GatheringId, due: Due, is_due: bool) {
        self.own_mut().due.entry(gathering).or_default().0.insert(due, is_due);
    }

    fn drawn(&self, gathering: GatheringId, set_aside: SetAsideId) -> u32 {
        let own = self.own().drawn.get(&(gathering, set_aside)).copied();
        own.unwrap_or_else(|| self.state.drawn(gathering, set_aside))
    }

    fn put_drawn(&mut self, gathering: GatheringId, set_aside: SetAsideId, places: u32) {
        self.own_mut().drawn.insert((gathering, set_aside), places);
    }

    fn people_of(&self, gathering: GatheringId, organisation: OrganisationId) -> u32 {
        let own = self.own().organisations.get(&(gathering, organisation)).copied();
        own.unwrap_or_else(|| self.state.people_of(gathering, organisation))
    }

    fn put_people_of(&mut self, gathering: GatheringId, organisation: OrganisationId, people: u32) {
        self.own_mut().organisations.insert((gathering, organisation), people);
    }

    fn seen(&self, gathering: GatheringId, place: Place) -> Option<Seen> {
        self.own().seen.get(&(gathering, place)).copied().or_else(|| self.state.seen(gathering, place))
    }

    fn put_seen(&mut self, gathering: GatheringId, place: Place, seen: Seen) {
        self.own_mut().seen.insert((gathering, place), seen);
    }

    fn scan(&self, gathering: GatheringId, id: ScanId) -> Option<&ScanCell> {
        self.own().scans.get(&(gathering, id)).map(Box::as_ref).or_else(|| self.state.scan(gathering, id))
    }

    fn put_scan(&mut self, gathering: GatheringId, id: ScanId, cell: ScanCell) {
        self.own_mut().scans.insert((gathering, id), Box::new(cell));
    }

    fn scans_of(&self, gathering: GatheringId, place: Place) -> Vec<ScanId> {
        let mut all = self.state.scans_of(gathering, place);
        for ((on, id), cell) in &self.own().scans {
            if *on == gathering && cell.place() == Some(place) && !all.contains(id) {
                all.push(*id);
            }
        }
        all
    }

    fn holders_of(&self, gathering: GatheringId, offering: OfferingId) -> Vec<RegistrationId> {
        // Whoever changed hands is counted by what this decision says of them: a registration that one of its people
        // still holds is named by that person.
        let before = self.state.holders_of(gathering, offering);
        let own =
            self.own().holders.iter().filter(|((on, held, _), _)| (*on, *held) == (gathering, offering));
        let added = own.filter_map(|(_, registration)| *registration);
        let mut held: Vec<_> = before.into_iter().chain(added).collect();
        held.retain(|id| self.registration(*id).is_some_and(|cell| !cell.claim.is_ended()));
        held
    }

    fn session(&self, gathering: GatheringId, id: SessionId) -> Option<&SessionCell> {
        self.own().sessions.get(&(gathering, id)).or_else(|| self.state.session(gathering, id))
    }

    fn sessions(&self, gathering: GatheringId) -> Vec<SessionId> {
        let mut all = self.state.sessions(gathering);
        all.extend(self.own().sessions.keys().filter(|(on, _)| *on == gathering).map(|(_, id)| *id));
        all.sort_unstable();
        all.dedup();
        all
    }

    fn put_session(&mut self, gathering: GatheringId, id: SessionId, cell: SessionCell) {
        self.own_mut().sessions.insert((gathering, id), cell);
    }

    fn home_of(&self, session: SessionId) -> Option<GatheringId> {
        self.own().homes.get(&session).copied().or_else(|| self.state.home_of(session))
    }

    fn put_home(&mut self, session: SessionId, gathering: GatheringId) {
        self.own_mut().homes.insert(session, gathering);
    }

    fn engagements(&self, person: PersonId) -> &[RegistrationId] {
        self.own().engagements.get(&person).map_or_else(|| self.state.engagements(person), Vec::as_slice)
    }

    fn put_engagements(&mut self, person: PersonId, registrations: Vec<RegistrationId>) {
        self.own_mut().engagements.insert(person, registrations);
    }

    fn knows_person(&self, id: PersonId) -> bool {
        self.own().people.contains(&id) || self.state.knows_person(id)
    }

    fn put_person(&mut self, id: PersonId) {
        self.own_mut().people.insert(id);
    }

    fn is_on_a_registration(&self, person: PersonId) -> bool {
        self.own().registrations.values().any(|cell| cell.names(person))
            || self.state.is_on_a_registration(person)
    }

    fn held_by(&self, person: PersonId) -> BTreeSet<HolderKey> {
        let mut held = self.state.held_by(person);
        held.extend(self.own().holders.keys().filter(|(.., holder)| *holder == person));
        held.retain(|key| self.holder(*key).is_some());
        held
    }

    fn forgotten(&self, person: PersonId) -> Option<Forgotten> {
        self.own().forgotten.get(&person).copied().or_else(|| self.state.forgotten(person))
    }

    fn put_forgotten(&mut self, person: PersonId, since: Forgotten) {
        self.own_mut().forgotten.insert(person, since);
    }

    fn has_calendar_token(&self, person: PersonId) -> bool {
        let own = self.own().calendar_tokens.get(&person).copied();
        own.unwrap_or_else(|| self.state.has_calendar_token(person))
    }

    fn put_calendar_token(&mut self, person: PersonId, is_there: bool) {
        self.own_mut().calendar_tokens.insert(person, is_there);
    }
}
