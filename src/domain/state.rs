//! The fold of a log in memory: what the cells of everything are.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::cells::{
    Cells, Due, Forgotten, GatheringCell, HolderKey, Place, PoolCell, RegistrationCell, ScanCell, Seen,
    SessionCell, Turn,
};
use super::fold::fold;
use crate::collections::{ChunkedVec, ShardedMap};
use crate::fact::Fact;
use crate::id::{
    GatheringId, OfferingId, OrganisationId, PersonId, PoolId, RegistrationId, RequestId, ScanId, SessionId,
    SetAsideId,
};
use crate::image::{Image, Sink, Source, image};
use crate::record::{Position, Record};

/// The fold of a log, or of the part of it that lies within a scope.
#[derive(Debug, Default)]
pub(crate) struct State {
    head: Position,
    rooms: ShardedMap<GatheringId, Room>,
    registrations: Registrations,
    people: ShardedMap<PersonId, ()>,
    forgotten: ShardedMap<PersonId, Forgotten>,
    calendar_tokens: ShardedMap<PersonId, ()>,
    requests: ShardedMap<RequestId, Answered>,
    homes: ShardedMap<SessionId, GatheringId>,
    engagements: ShardedMap<PersonId, Vec<RegistrationId>>,
}

image!(struct State { head, rooms, registrations, people, forgotten, calendar_tokens, requests, homes, engagements });

/// A request that was answered: where its batch begins, and how many gatherings that are not archived it was about.
#[derive(Clone, Copy, Debug)]
struct Answered {
    begun: Position,
    about: u32,
}

image!(struct Answered { begun, about });

/// A gathering with all that belongs to it.
#[derive(Debug)]
struct Room {
    cell: GatheringCell,
    pools: BTreeMap<PoolId, PoolCell>,
    holders: ShardedMap<(OfferingId, PersonId), RegistrationId>,
    lines: BTreeMap<OfferingId, BTreeSet<Turn>>,
    sessions: BTreeMap<SessionId, SessionCell>,
    due: BTreeSet<Due>,
    drawn: BTreeMap<SetAsideId, u32>,
    organisations: ShardedMap<OrganisationId, u32>,
    seen: ShardedMap<Place, Seen>,
    scans: ShardedMap<ScanId, ScanCell>,
    /// Which scans are of a place.
    scanned: ShardedMap<Place, Vec<ScanId>>,
    requests: ChunkedVec<RequestId>,
}

image!(struct Room {
    cell,
    pools,
    holders,
    lines,
    sessions,
    due,
    drawn,
    organisations,
    seen,
    scans,
    scanned,
    requests,
});

impl Room {
    fn new(cell: GatheringCell) -> Self {
        Self {
            cell,
            pools: BTreeMap::new(),
            holders: ShardedMap::default(),
            lines: BTreeMap::new(),
            sessions: BTreeMap::new(),
            due: BTreeSet::new(),
            drawn: BTreeMap::new(),
            organisations: ShardedMap::default(),
            seen: ShardedMap::default(),
            scans: ShardedMap::default(),
            scanned: ShardedMap::default(),
            requests: ChunkedVec::default(),
        }
    }
}

/// Every registration, in the order in which they came. The table that is searched at random stays small, and what
/// is large is only ever added to at the end.
#[derive(Debug, Default)]
struct Registrations {
    places: ShardedMap<RegistrationId, usize>,
    cells: ChunkedVec<RegistrationCell>,
}

/// All ids and then all cells, in the order of the cells; where each is follows from that. Ids that come one right after
/// the other find their places in the table several times as fast.
impl Image for Registrations {
    fn put(&self, out: &mut Sink) {
        let Self { places, cells } = self;
        let mut ids = vec![RegistrationId::from_u128(0); cells.len()];
        for (id, place) in places.iter() {
            if let Some(slot) = ids.get_mut(*place) {
                *slot = *id;
            }
        }
        out.count(cells.len());
        for id in &ids {
            id.put(out);
        }
        for cell in cells {
            cell.put(out);
        }
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        let count = from.count()?;
        let room = from.room_for::<RegistrationCell>(count);
        let mut all = Self { places: ShardedMap::with_capacity(room), cells: ChunkedVec::default() };
        for place in 0..count {
            all.places.insert(RegistrationId::take(from)?, place);
        }
        for _ in 0..count {
            all.cells.push(RegistrationCell::take(from)?);
        }
        Some(all)
    }
}

impl Registrations {
    fn get(&self, id: RegistrationId) -> Option<&RegistrationCell> {
        self.cells.get(*self.places.get(&id)?)
    }

    fn set(&mut self, id: RegistrationId, cell: RegistrationCell) {
        let place = *self.places.get_or_insert(id, self.cells.len());
        match self.cells.get_mut(place) {
            Some(known) => *known = cell,
            None => self.cells.push(cell),
        }
    }
}

impl State {
    /// The position of the last record folded.
    pub(crate) fn head(&self) -> Position {
        self.head
    }

    /// Folds a record in. It has happened, so it cannot fail.
    pub(crate) fn evolve(&mut self, record: &Record<'_>) {
        self.head = record.position();
        fold(self, record.position(), record.time(), record.fact());
        self.remember(record);
    }

    /// Keeps a request in mind for as long as a gathering that it was about is not archived.
    fn remember(&mut self, record: &Record<'_>) {
        let request = record.request();
        let nowhere = Answered { begun: record.position(), about: 0 };
        let gathering = record.fact().gathering();
        let Some(room) = gathering.and_then(|id| self.rooms.get_mut(&id)) else {
            // What is about no gathering is remembered for good.
            self.requests.get_or_insert(request, nowhere).about |= FOR_GOOD;
            return;
        };
        if matches!(record.fact(), Fact::GatheringArchived { .. }) {
            let about = std::mem::take(&mut room.requests);
            for request in about {
                self.forget(request);
            }
            return;
        }
        if room.requests.last() != Some(&request) {
            room.requests.push(request);
            let answered = self.requests.get_or_insert(request, nowhere);
            answered.about = answered.about.saturating_add(1);
        }
    }

    fn forget(&mut self, request: RequestId) {
        let Some(answered) = self.requests.get_mut(&request) else { return };
        answered.about = answered.about.saturating_sub(1);
        if answered.about == 0 {
            self.requests.remove(&request);
        }
    }

    /// Where the batch of a request begins, if the request has been answered with one.
    pub(crate) fn answered(&self, request: RequestId) -> Option<Position> {
        self.requests.get(&request).map(|answered| answered.begun)
    }

    /// Who has booked a registration, and on which gathering.
    pub(crate) fn booker_of(&self, registration: RegistrationId) -> Option<(GatheringId, PersonId)> {
        self.registration(registration).map(|cell| (cell.gathering, cell.party.booker))
    }

    /// Every gathering, in no order that would mean something.
    pub(crate) fn gatherings(&self) -> impl Iterator<Item = (GatheringId, &GatheringCell)> {
        self.rooms.iter().map(|(id, room)| (*id, &room.cell))
    }
}

/// Set in the count of what a request is about where that is never archived.
const FOR_GOOD: u32 = 1 << 31;

impl Cells for State {
    fn gathering(&self, id: GatheringId) -> Option<&GatheringCell> {
        self.rooms.get(&id).map(|room| &room.cell)
    }

    fn put_gathering(&mut self, id: GatheringId, cell: GatheringCell) {
        if let Some(room) = self.rooms.get_mut(&id) {
            room.cell = cell;
            return;
        }
        self.rooms.insert(id, Room::new(cell));
    }

    fn change_gathering(&mut self, id: GatheringId, how: impl FnOnce(&mut GatheringCell)) {
        if let Some(room) = self.rooms.get_mut(&id) {
            how(&mut room.cell);
        }
    }

    fn pool(&self, gathering: GatheringId, pool: PoolId) -> Option<PoolCell> {
        self.rooms.get(&gathering)?.pools.get(&pool).copied()
    }

    fn put_pool(&mut self, gathering: GatheringId, pool: PoolId, cell: PoolCell) {
        if let Some(room) = self.rooms.get_mut(&gathering) {
            room.pools.insert(pool, cell);
        }
    }

    fn registration(&self, id: RegistrationId) -> Option<&RegistrationCell> {
        self.registrations.get(id)
    }

    fn put_registration(&mut self, id: RegistrationId, cell: RegistrationCell) {
        self.registrations.set(id, cell);
    }

    fn holder(&self, (gathering, offering, person): HolderKey) -> Option<RegistrationId> {
        self.rooms.get(&gathering)?.holders.get(&(offering, person)).copied()
    }

    fn put_holder(&mut self, (gathering, offering, person): HolderKey, registration: Option<RegistrationId>) {
        let Some(room) = self.rooms.get_mut(&gathering) else { return };
        match registration {
            Some(id) => room.holders.insert((offering, person), id),
            None => room.holders.remove(&(offering, person)),
        };
    }

    fn waiting(&self, gathering: GatheringId, offering: OfferingId) -> u32 {
        let line = self.rooms.get(&gathering).and_then(|room| room.lines.get(&offering));
        line.map_or(0, |line| u32::try_from(line.len()).unwrap_or(u32::MAX))
    }

    fn next_waiting(
        &self,
        gathering: GatheringId,
        offering: OfferingId,
        after: Option<Turn>,
    ) -> Option<Turn> {
        let line = self.rooms.get(&gathering)?.lines.get(&offering)?;
        next(line, after)
    }

    fn join_line(&mut self, gathering: GatheringId, offering: OfferingId, turn: Turn) {
        let Some(room) = self.rooms.get_mut(&gathering) else { return };
        if room.lines.entry(offering).or_default().insert(turn) {
            room.cell.in_line = room.cell.in_line.saturating_add(1);
        }
    }

    fn leave_line(&mut self, gathering: GatheringId, offering: OfferingId, turn: Turn) {
        let Some(room) = self.rooms.get_mut(&gathering) else { return };
        if room.lines.get_mut(&offering).is_some_and(|line| line.remove(&turn)) {
            room.cell.in_line = room.cell.in_line.saturating_sub(1);
        }
    }

    fn next_due(&self, gathering: GatheringId, after: Option<Due>) -> Option<Due> {
        next(&self.rooms.get(&gathering)?.due, after)
    }

    fn put_due(&mut self, gathering: GatheringId, due: Due, is_due: bool) {
        let Some(room) = self.rooms.get_mut(&gathering) else { return };
        if is_due {
            room.due.insert(due)
        } else {
            room.due.remove(&due)
        };
    }

    fn drawn(&self, gathering: GatheringId, set_aside: SetAsideId) -> u32 {
        let room = self.rooms.get(&gathering);
        room.and_then(|room| room.drawn.get(&set_aside)).copied().unwrap_or(0)
    }

    fn put_drawn(&mut self, gathering: GatheringId, set_aside: SetAsideId, places: u32) {
        if let Some(room) = self.rooms.get_mut(&gathering) {
            room.drawn.insert(set_aside, places);
        }
    }

    fn people_of(&self, gathering: GatheringId, organisation: OrganisationId) -> u32 {
        let room = self.rooms.get(&gathering);
        room.and_then(|room| room.organisations.get(&organisation)).copied().unwrap_or(0)
    }

    fn put_people_of(&mut self, gathering: GatheringId, organisation: OrganisationId, people: u32) {
        if let Some(room) = self.rooms.get_mut(&gathering) {
            room.organisations.insert(organisation, people);
        }
    }

    fn seen(&self, gathering: GatheringId, place: Place) -> Option<Seen> {
        self.rooms.get(&gathering)?.seen.get(&place).copied()
    }

    fn put_seen(&mut self, gathering: GatheringId, place: Place, seen: Seen) {
        if let Some(room) = self.rooms.get_mut(&gathering) {
            room.seen.insert(place, seen);
        }
    }

    fn scan(&self, gathering: GatheringId, id: ScanId) -> Option<&ScanCell> {
        self.rooms.get(&gathering)?.scans.get(&id)
    }

    fn put_scan(&mut self, gathering: GatheringId, id: ScanId, cell: ScanCell) {
        let Some(room) = self.rooms.get_mut(&gathering) else { return };
        if let Some(place) = cell.place() {
            let known = room.scanned.get_or_insert(place, Vec::new());
            if !known.contains(&id) {
                known.push(id);
            }
        }
        room.scans.insert(id, cell);
    }

    fn scans_of(&self, gathering: GatheringId, place: Place) -> Vec<ScanId> {
        let room = self.rooms.get(&gathering);
        room.and_then(|room| room.scanned.get(&place)).cloned().unwrap_or_default()
    }

    fn holders_of(&self, gathering: GatheringId, offering: OfferingId) -> Vec<RegistrationId> {
        let Some(room) = self.rooms.get(&gathering) else { return Vec::new() };
        let theirs = room.holders.iter().filter(|((held, _), _)| *held == offering);
        theirs.map(|(_, registration)| *registration).collect()
    }

    fn knows_person(&self, id: PersonId) -> bool {
        self.people.contains_key(&id)
    }

    fn put_person(&mut self, id: PersonId) {
        self.people.insert(id, ());
    }

    fn is_on_a_registration(&self, person: PersonId) -> bool {
        self.registrations.cells.iter().any(|cell| cell.names(person))
    }

    fn held_by(&self, person: PersonId) -> BTreeSet<HolderKey> {
        let theirs = |(id, room): (&GatheringId, &Room)| -> Vec<HolderKey> {
            let offerings = room.cell.plan.offerings.iter().map(|offering| offering.id);
            let held = offerings.filter(|offering| room.holders.contains_key(&(*offering, person)));
            held.map(|offering| (*id, offering, person)).collect()
        };
        self.rooms.iter().flat_map(theirs).collect()
    }

    fn forgotten(&self, person: PersonId) -> Option<Forgotten> {
        self.forgotten.get(&person).copied()
    }

    fn put_forgotten(&mut self, person: PersonId, since: Forgotten) {
        // The first time counts: what was erased then is what is gone.
        self.forgotten.get_or_insert(person, since);
    }

    fn has_calendar_token(&self, person: PersonId) -> bool {
        self.calendar_tokens.contains_key(&person)
    }

    fn put_calendar_token(&mut self, person: PersonId, is_there: bool) {
        if is_there {
            self.calendar_tokens.insert(person, ());
        } else {
            self.calendar_tokens.remove(&person);
        }
    }

    fn session(&self, gathering: GatheringId, id: SessionId) -> Option<&SessionCell> {
        self.rooms.get(&gathering)?.sessions.get(&id)
    }

    fn sessions(&self, gathering: GatheringId) -> Vec<SessionId> {
        let room = self.rooms.get(&gathering);
        room.map_or_else(Vec::new, |room| room.sessions.keys().copied().collect())
    }

    fn put_session(&mut self, gathering: GatheringId, id: SessionId, cell: SessionCell) {
        if let Some(room) = self.rooms.get_mut(&gathering) {
            room.sessions.insert(id, cell);
        }
    }

    fn home_of(&self, session: SessionId) -> Option<GatheringId> {
        self.homes.get(&session).copied()
    }

    fn put_home(&mut self, session: SessionId, gathering: GatheringId) {
        self.homes.insert(session, gathering);
    }

    fn engagements(&self, person: PersonId) -> &[RegistrationId] {
        self.engagements.get(&person).map(Vec::as_slice).unwrap_or_default()
    }

    fn put_engagements(&mut self, person: PersonId, registrations: Vec<RegistrationId>) {
        if registrations.is_empty() {
            self.engagements.remove(&person);
        } else {
            self.engagements.insert(person, registrations);
        }
    }
}

/// The first of a set after one, or the first of all.
fn next<T: Ord + Copy>(set: &BTreeSet<T>, after: Option<T>) -> Option<T> {
    let Some(after) = after else { return set.first().copied() };
    set.range((Bound::Excluded(after), Bound::Unbounded)).next().copied()
}
