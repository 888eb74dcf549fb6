//! A story to fold: a small log made by hand, and an opener that looks names up.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use hashbrown::HashMap;

use super::{Lists, Programme, ProgrammeRow};
use crate::fact::{
    Announcement, Booking, BookingWindow, Capacity, Draw, Ending, Fact, GatheringKind, Mode, Offering, Party,
    Pending, Pool, Session, SessionTexts, Venue,
};
use crate::id::{
    GatheringId, OfferingId, PersonId, PoolId, RegistrationId, RequestId, ResourceId, SessionId,
};
use crate::person::{Answers, JoinLink, Note, PersonDetails, PublishedName, ResourceLink};
use crate::record::{Batch, Guard, Position, Scope};
use crate::sealed::{KeyRef, Keys, Opened, Opener, Personal, Sealed, Unavailable};

pub(crate) fn gathering(number: u128) -> GatheringId {
    GatheringId::from_u128(number)
}

pub(crate) fn person(number: u128) -> PersonId {
    PersonId::from_u128(number)
}

pub(crate) fn registration(number: u128) -> RegistrationId {
    RegistrationId::from_u128(number)
}

pub(crate) fn session(number: u128) -> SessionId {
    SessionId::from_u128(number)
}

pub(crate) fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// An opener that knows people by the number of their key, and counts how often it is asked.
#[derive(Default)]
pub(crate) struct Register {
    people: Mutex<HashMap<u64, PersonDetails>>,
    names: Mutex<HashMap<PersonId, String>>,
    pub(crate) opened: AtomicUsize,
}

impl Opener for Register {
    fn person(&self, _: PersonId, sealed: &Sealed<PersonDetails>) -> Opened<PersonDetails> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        let Keys::One(key) = sealed.keys() else { return Opened::Unavailable(Unavailable::Damaged) };
        match self.people.lock().unwrap().get(&key.get()) {
            Some(details) => Opened::Known(Personal::new(details.clone())),
            None => Opened::Unavailable(Unavailable::KeyMissing),
        }
    }

    fn answers(&self, _: PersonId, _: GatheringId, _: &Sealed<Answers>) -> Opened<Answers> {
        Opened::Unavailable(Unavailable::KeyMissing)
    }

    fn join_link(&self, _: GatheringId, _: &Sealed<JoinLink>) -> Opened<JoinLink> {
        Opened::Known(Personal::new(JoinLink::new("https://meet.example/secret")))
    }

    fn resource_link(&self, _: GatheringId, _: ResourceId, _: &Sealed<ResourceLink>) -> Opened<ResourceLink> {
        Opened::Known(Personal::new(ResourceLink::new("https://files.example/secret")))
    }

    fn note(&self, _: PersonId, _: RegistrationId, _: &Sealed<Note>) -> Opened<Note> {
        Opened::Unavailable(Unavailable::KeyMissing)
    }

    fn published_name(&self, person: PersonId, _: &Sealed<PublishedName>) -> Opened<PublishedName> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        match self.names.lock().unwrap().get(&person) {
            Some(name) => Opened::Known(Personal::new(PublishedName::new(name))),
            None => Opened::Unavailable(Unavailable::KeyMissing),
        }
    }
}

/// Tells facts to lists: one batch each, an hour apart, from 09:00 UTC on 1 February 2026.
pub(crate) struct Story {
    pub(crate) lists: Lists,
    register: Arc<Register>,
    clock: DateTime<Utc>,
    told: usize,
}

impl Story {
    pub(crate) fn new() -> Self {
        let clock = time("2026-02-01T09:00:00Z");
        Self { lists: Lists::new(), register: Arc::default(), clock, told: 0 }
    }

    pub(crate) fn tell(&mut self, fact: Fact) -> &mut Self {
        let batch = Batch {
            id: RequestId::from_u128(u128::try_from(self.told).unwrap()),
            time: self.clock,
            actor: None,
            trace: None,
            content: None,
            guard: Guard { seen: Position::START, scope: Scope::everything() },
            facts: vec![fact],
        };
        for record in batch.records(Position::START.next().plus(self.told)) {
            self.lists.apply(&record);
        }
        self.told += 1;
        self.clock += TimeDelta::hours(1);
        self
    }

    /// Records a person whom the register can open.
    pub(crate) fn knows(&mut self, number: u64, details: PersonDetails) -> &mut Self {
        self.register.people.lock().unwrap().insert(number, details);
        self.records(number)
    }

    /// Records a person whose key is lost.
    pub(crate) fn records(&mut self, number: u64) -> &mut Self {
        let details = Sealed::from_parts(Keys::One(KeyRef::new(number)), 1, Box::new([7; 8]));
        self.tell(Fact::PersonRecorded { person: person(number.into()), details })
    }

    pub(crate) fn announces(&mut self, number: u128, announcement: Announcement) -> &mut Self {
        let link = announcement.mode.is_online();
        let link = link.then(|| Sealed::from_parts(Keys::One(KeyRef::new(99)), 1, Box::new([9; 8])));
        self.tell(Fact::GatheringAnnounced {
            gathering: gathering(number),
            announcement: Box::new(announcement),
            join_link: link,
        })
    }

    pub(crate) fn reschedules(&mut self, number: u128, schedule: &str) -> &mut Self {
        let schedule = schedule.parse().unwrap();
        self.tell(Fact::GatheringRescheduled { gathering: gathering(number), schedule, ask: None })
    }

    pub(crate) fn calls_off(&mut self, number: u128) -> &mut Self {
        self.tell(Fact::GatheringCancelled { gathering: gathering(number) })
    }

    pub(crate) fn confirms(&mut self, on: u128, number: u128, booking: Booking) -> &mut Self {
        self.confirms_with(on, number, booking, Vec::new())
    }

    pub(crate) fn confirms_with(
        &mut self,
        on: u128,
        number: u128,
        booking: Booking,
        draws: Vec<Draw>,
    ) -> &mut Self {
        let (gathering, registration) = (gathering(on), registration(number));
        self.tell(Fact::RegistrationConfirmed { gathering, registration, booking, draws })
    }

    /// Keeps places until a time.
    pub(crate) fn holds(&mut self, on: u128, number: u128, booking: Booking, until: &str) -> &mut Self {
        let (gathering, registration, until) = (gathering(on), registration(number), time(until));
        let (draws, latest) = (Vec::new(), until);
        self.tell(Fact::RegistrationHeld { gathering, registration, booking, draws, until, latest })
    }

    pub(crate) fn asks_approval(
        &mut self,
        on: u128,
        number: u128,
        booking: Booking,
        pending: Pending,
    ) -> &mut Self {
        let (gathering, registration, draws) = (gathering(on), registration(number), Vec::new());
        self.tell(Fact::ApprovalRequested { gathering, registration, booking, draws, pending })
    }

    /// Offers places until a time.
    pub(crate) fn offers(&mut self, on: u128, number: u128, respond_by: &str) -> &mut Self {
        let (gathering, registration, respond_by) = (gathering(on), registration(number), time(respond_by));
        self.tell(Fact::PlaceOffered { gathering, registration, draws: Vec::new(), respond_by })
    }

    pub(crate) fn waitlists(&mut self, on: u128, number: u128, booking: Booking) -> &mut Self {
        let (gathering, registration) = (gathering(on), registration(number));
        self.tell(Fact::RegistrationWaitlisted { gathering, registration, booking, ahead: 0 })
    }

    pub(crate) fn promotes(&mut self, on: u128, number: u128) -> &mut Self {
        let (gathering, registration) = (gathering(on), registration(number));
        self.tell(Fact::RegistrationPromoted { gathering, registration, draws: Vec::new() })
    }

    pub(crate) fn cancels(&mut self, on: u128, number: u128) -> &mut Self {
        self.ends(on, number, Ending::Attendee)
    }

    pub(crate) fn ends(&mut self, on: u128, number: u128, how: Ending) -> &mut Self {
        let (gathering, registration) = (gathering(on), registration(number));
        self.tell(Fact::RegistrationEnded { gathering, registration, how })
    }

    pub(crate) fn transfers(
        &mut self,
        on: u128,
        number: u128,
        place: u16,
        from: u128,
        to: u128,
    ) -> &mut Self {
        let (gathering, registration) = (gathering(on), registration(number));
        let (from, to) = (Some(person(from)), person(to));
        self.tell(Fact::PlaceTransferred { gathering, registration, place, from, to })
    }

    /// Publishes a name that the register can open.
    pub(crate) fn publishes(&mut self, number: u128, name: &str) -> &mut Self {
        self.register.names.lock().unwrap().insert(person(number), name.into());
        self.publishes_unreadably(number)
    }

    /// Publishes a name whose key is lost.
    pub(crate) fn publishes_unreadably(&mut self, number: u128) -> &mut Self {
        let name = Sealed::from_parts(Keys::One(KeyRef::new(1)), 1, Box::new([5; 8]));
        self.tell(Fact::NamePublished { person: person(number), name })
    }

    pub(crate) fn adds(&mut self, on: u128, session: Session) -> &mut Self {
        self.tell(Fact::SessionAdded { gathering: gathering(on), session: Box::new(session) })
    }

    pub(crate) fn moves(&mut self, on: u128, number: u128, schedule: &str, room: &str) -> &mut Self {
        let (gathering, session, schedule) = (gathering(on), session(number), schedule.parse().unwrap());
        self.tell(Fact::SessionMoved { gathering, session, schedule, room: room.into() })
    }

    pub(crate) fn revises(&mut self, on: u128, number: u128, texts: SessionTexts) -> &mut Self {
        let (gathering, session, texts) = (gathering(on), session(number), Box::new(texts));
        self.tell(Fact::SessionRevised { gathering, session, texts })
    }

    pub(crate) fn drops(&mut self, on: u128, number: u128) -> &mut Self {
        self.tell(Fact::SessionDropped { gathering: gathering(on), session: session(number) })
    }

    /// Moves a gathering to another place, with a link or without one. As in a log, no link is sealed twice alike.
    pub(crate) fn changes_mode(&mut self, on: u128, mode: Mode, linked: bool) -> &mut Self {
        let seal = self.told.to_le_bytes();
        let link = || Sealed::from_parts(Keys::One(KeyRef::new(99)), 1, Box::new(seal));
        self.tell(Fact::ModeChanged { gathering: gathering(on), mode, join_link: linked.then(link) })
    }

    /// Adds places of their own for a session: a pool and an offering with this number.
    pub(crate) fn adds_offering(&mut self, on: u128, number: u16, name: &str, of: u128) -> &mut Self {
        let offering = offering(number, name, &[number]).for_session(session(of));
        let pools = vec![pool(number, name, Capacity::Limited(20))];
        self.tell(Fact::OfferingAdded { gathering: gathering(on), offering, pools })
    }

    pub(crate) fn programme(&self, number: u128) -> Programme {
        self.lists.programme(gathering(number), self.opener()).unwrap()
    }

    /// A session of gathering 1 as its programme has it.
    pub(crate) fn session(&self, number: u128) -> ProgrammeRow {
        self.programme(1).session(session(number)).unwrap().clone()
    }

    pub(crate) fn opener(&self) -> Arc<Register> {
        Arc::clone(&self.register)
    }
}

/// A webinar with one offering and one pool.
pub(crate) fn webinar(title: &str, schedule: &str, places: u32) -> Announcement {
    Announcement {
        kind: GatheringKind::Webinar,
        title: title.into(),
        description: String::new(),
        mode: Mode::Online,
        schedule: schedule.parse().unwrap(),
        pools: vec![pool(1, "places", Capacity::Limited(places))],
        offerings: vec![offering(1, "places", &[1])],
        window: BookingWindow::default(),
        no_overlap: false,
        reference: None,
        draft: false,
        series: None,
        replaces: None,
        organisation_cap: None,
        priorities: Vec::new(),
        set_asides: Vec::new(),
    }
}

/// A conference: in person (2 places), online (no limit), and a site visit (1 place) for those who come in person.
pub(crate) fn conference() -> Announcement {
    let venue = Venue { name: "Library Hub".into(), address: "Hill Road 1".into() };
    Announcement {
        kind: GatheringKind::Conference,
        title: "Owning libraries".into(),
        mode: Mode::Hybrid(venue),
        pools: vec![
            pool(1, "in person", Capacity::Limited(2)),
            pool(2, "online", Capacity::Unlimited),
            pool(3, "site visit", Capacity::Limited(1)),
        ],
        offerings: vec![
            offering(1, "in person", &[1]),
            offering(2, "online", &[2]),
            offering(3, "with site visit", &[1, 3]),
        ],
        ..webinar("", "2026-03-20 to 2026-03-21 Europe/London", 0)
    }
}

fn pool(number: u16, name: &str, capacity: Capacity) -> Pool {
    Pool::new(PoolId::new(number), name, capacity)
}

fn offering(number: u16, name: &str, pools: &[u16]) -> Offering {
    Offering::new(OfferingId::new(number), name, pools.iter().copied().map(PoolId::new))
}

/// A booking of one offering for a person and some guests, named or not.
pub(crate) fn booking(offering: u16, booker: u128, guests: &[Option<u128>]) -> Booking {
    let guests = guests.iter().map(|guest| guest.map(person)).collect();
    Booking::new(OfferingId::new(offering), Party { booker: person(booker), guests })
}

/// A session at a time of 20 March 2026 (`10:00 to 10:45`), the first day of the [`conference`].
pub(crate) fn talk(number: u128, title: &str, hours: &str) -> Session {
    let when = format!("2026-03-20 {hours} Europe/London");
    Session::new(session(number), title).at(when.parse().unwrap())
}
