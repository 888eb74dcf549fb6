//! What decisions are taken against: a fold of the log that holds ids, counts, times and statuses, no texts.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use hashbrown::{HashMap, HashSet};

use super::fold::fold;
use crate::fact::{BookingWindow, ByHand, Capacity, Mode, Offering, Party, SessionTexts};
use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId, RequestId, SessionId};
use crate::record::{Position, Record};
use crate::schedule::Schedule;

/// A gathering as decisions see it. Cheap to copy: what is large in it is shared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GatheringCell {
    pub(crate) plan: Arc<Plan>,
    pub(crate) schedule: Arc<Schedule>,
    pub(crate) window: BookingWindow,
    /// Opened or closed by hand; `None` leaves it to the window.
    pub(crate) opened: Option<ByHand>,
    pub(crate) cancelled: bool,
    /// Where it takes place, as a hash, and whether there is a link to join it.
    pub(crate) place: (Fingerprint, bool),
    /// Whether its places take their people's time.
    pub(crate) no_overlap: bool,
    /// The first day that it had when it last had a date.
    pub(crate) first_day: Option<NaiveDate>,
    /// The time of the last fact about it: no later decision is dated before.
    pub(crate) touched: DateTime<Utc>,
}

/// What can be booked, and the limits it draws on. Only ever added to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) pools: Vec<(PoolId, String)>,
    pub(crate) offerings: Vec<Arc<Offering>>,
}

/// A pool: its capacity and the people who have places of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PoolCell {
    pub(crate) capacity: Capacity,
    pub(crate) used: u32,
}

/// A session as decisions see it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SessionCell {
    pub(crate) schedule: Arc<Schedule>,
    pub(crate) room: Arc<str>,
    /// What the programme says of it, as a hash: to see whether it changes.
    pub(crate) texts: Fingerprint,
    pub(crate) dropped: bool,
}

/// A hash of texts: of a session's, of a place's. The state holds no texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint([u8; 16]);

impl Fingerprint {
    pub(crate) fn of(texts: &SessionTexts) -> Self {
        let SessionTexts { title, description, track, kind, link, speakers } = texts;
        let mut hash = hash_of([title, description, track, kind, link]);
        for speaker in speakers {
            hash.update(&speaker.bytes());
        }
        Self::finish(&hash)
    }

    pub(crate) fn of_place(mode: &Mode) -> Self {
        let (name, address) = mode.venue().map_or(("", ""), |venue| (&venue.name, &venue.address));
        let mut hash = hash_of([name, address]);
        hash.update(&[u8::from(mode.is_online()), u8::from(mode.venue().is_some())]);
        Self::finish(&hash)
    }

    fn finish(hash: &blake3::Hasher) -> Self {
        let mut bytes = [0; 16];
        hash.finalize_xof().fill(&mut bytes);
        Self(bytes)
    }
}

/// The hash of a list of texts, each with its length in front: no two lists run into the same bytes.
fn hash_of<'t>(texts: impl IntoIterator<Item = &'t (impl AsRef<str> + ?Sized + 't)>) -> blake3::Hasher {
    let mut hash = blake3::Hasher::new();
    for text in texts {
        let text = text.as_ref();
        hash.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash
}

/// A registration as decisions see it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RegistrationCell {
    pub(crate) gathering: GatheringId,
    pub(crate) offering: OfferingId,
    pub(crate) party: Party,
    pub(crate) claim: Claim,
    /// Where it entered the log, and so its place in the line.
    pub(crate) joined: Position,
}

/// What a registration claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    Confirmed,
    Waiting,
    Ended,
}

/// Somebody's live registration for one offering, by the offering and the person.
pub(crate) type HolderKey = (GatheringId, OfferingId, PersonId);

/// The cells that a fold reads and writes. The state keeps them; a decision lays its own over them.
///
/// There is one fold for both, so what a decision sees of its own facts is what the log will say of them.
pub(crate) trait Cells {
    fn gathering(&self, id: GatheringId) -> Option<&GatheringCell>;
    fn put_gathering(&mut self, id: GatheringId, cell: GatheringCell);
    fn pool(&self, gathering: GatheringId, pool: PoolId) -> Option<PoolCell>;
    fn put_pool(&mut self, gathering: GatheringId, pool: PoolId, cell: PoolCell);
    fn registration(&self, id: RegistrationId) -> Option<&RegistrationCell>;
    fn put_registration(&mut self, id: RegistrationId, cell: RegistrationCell);
    fn holder(&self, key: HolderKey) -> Option<RegistrationId>;
    fn put_holder(&mut self, key: HolderKey, registration: Option<RegistrationId>);
    fn waiting(&self, gathering: GatheringId, offering: OfferingId) -> u32;
    fn next_waiting(
        &self,
        gathering: GatheringId,
        offering: OfferingId,
        after: Position,
    ) -> Option<(Position, RegistrationId)>;
    fn join_line(&mut self, gathering: GatheringId, offering: OfferingId, at: Position, id: RegistrationId);
    fn leave_line(&mut self, gathering: GatheringId, offering: OfferingId, at: Position);
    /// Every registration that somebody holds for an offering, once for each person named on it.
    fn holders_of(&self, gathering: GatheringId, offering: OfferingId) -> Vec<RegistrationId>;
    fn knows_person(&self, id: PersonId) -> bool;
    fn put_person(&mut self, id: PersonId);
    fn session(&self, gathering: GatheringId, id: SessionId) -> Option<&SessionCell>;
    /// Every session of a gathering in the order of their ids, the dropped ones too.
    fn sessions(&self, gathering: GatheringId) -> Vec<SessionId>;
    fn put_session(&mut self, gathering: GatheringId, id: SessionId, cell: SessionCell);
    /// The gathering that has a session, whether the gathering itself is known or not.
    fn home_of(&self, session: SessionId) -> Option<GatheringId>;
    fn put_home(&mut self, session: SessionId, gathering: GatheringId);
    /// The live registrations that take a person's time, in order of joining.
    fn engagements(&self, person: PersonId) -> &[RegistrationId];
    fn put_engagements(&mut self, person: PersonId, registrations: Vec<RegistrationId>);
}

/// The fold of a log, or of the part of it that lies within a scope.
#[derive(Debug, Default)]
pub(crate) struct State {
    head: Position,
    rooms: HashMap<GatheringId, Room>,
    registrations: Registrations,
    people: HashSet<PersonId>,
    requests: HashMap<RequestId, Position>,
    homes: HashMap<SessionId, GatheringId>,
    engagements: HashMap<PersonId, Vec<RegistrationId>>,
}

/// A gathering with all that belongs to it.
#[derive(Debug)]
struct Room {
    cell: GatheringCell,
    pools: BTreeMap<PoolId, PoolCell>,
    holders: HashMap<(OfferingId, PersonId), RegistrationId>,
    lines: BTreeMap<OfferingId, BTreeMap<Position, RegistrationId>>,
    sessions: BTreeMap<SessionId, SessionCell>,
}

/// Every registration, in the order in which they came. The table that is searched at random stays small, and what
/// is large is only ever added to at the end.
#[derive(Debug, Default)]
struct Registrations {
    places: HashMap<RegistrationId, usize>,
    cells: Vec<RegistrationCell>,
}

impl Registrations {
    fn get(&self, id: RegistrationId) -> Option<&RegistrationCell> {
        self.cells.get(*self.places.get(&id)?)
    }

    fn put(&mut self, id: RegistrationId, cell: RegistrationCell) {
        let place = *self.places.entry(id).or_insert(self.cells.len());
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
        self.requests.entry(record.request()).or_insert(record.position());
        fold(self, record.position(), record.time(), record.fact());
    }

    /// Where the batch of a request begins, if the request has been answered with one.
    pub(crate) fn answered(&self, request: RequestId) -> Option<Position> {
        self.requests.get(&request).copied()
    }
}

impl Cells for State {
    fn gathering(&self, id: GatheringId) -> Option<&GatheringCell> {
        self.rooms.get(&id).map(|room| &room.cell)
    }

    fn put_gathering(&mut self, id: GatheringId, cell: GatheringCell) {
        if let Some(room) = self.rooms.get_mut(&id) {
            room.cell = cell;
            return;
        }
        let (pools, lines, sessions) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        self.rooms.insert(id, Room { cell, pools, holders: HashMap::new(), lines, sessions });
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
        self.registrations.put(id, cell);
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
        after: Position,
    ) -> Option<(Position, RegistrationId)> {
        let line = self.rooms.get(&gathering)?.lines.get(&offering)?;
        line.range(after.next()..).next().map(|(&at, &id)| (at, id))
    }

    fn join_line(&mut self, gathering: GatheringId, offering: OfferingId, at: Position, id: RegistrationId) {
        if let Some(room) = self.rooms.get_mut(&gathering) {
            room.lines.entry(offering).or_default().insert(at, id);
        }
    }

    fn leave_line(&mut self, gathering: GatheringId, offering: OfferingId, at: Position) {
        let line = self.rooms.get_mut(&gathering).and_then(|room| room.lines.get_mut(&offering));
        if let Some(line) = line {
            line.remove(&at);
        }
    }

    fn holders_of(&self, gathering: GatheringId, offering: OfferingId) -> Vec<RegistrationId> {
        let Some(room) = self.rooms.get(&gathering) else { return Vec::new() };
        let theirs = room.holders.iter().filter(|((held, _), _)| *held == offering);
        theirs.map(|(_, registration)| *registration).collect()
    }

    fn knows_person(&self, id: PersonId) -> bool {
        self.people.contains(&id)
    }

    fn put_person(&mut self, id: PersonId) {
        self.people.insert(id);
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
