//! A sample of every kind of fact, as it is frozen in `tests/data/facts.txt`.

use super::*;
use crate::id::{OfferingId, PoolId};
use crate::schedule::{Schedule, Tables};
use crate::sealed::{KeyRef, Keys, Sealed};
use crate::text::Reference;

const GATHERING: GatheringId = GatheringId::from_u128(0x11);
const ANN: PersonId = PersonId::from_u128(0x21);
const BOB: PersonId = PersonId::from_u128(0x22);
const REGISTRATION: RegistrationId = RegistrationId::from_u128(0x31);
const SESSION: SessionId = SessionId::from_u128(0x61);

fn sealed<T>(keys: Keys) -> Sealed<T> {
    Sealed::from_parts(keys, 1, Box::new([0xAA, 0xBB, 0xCC]))
}

fn one_key<T>() -> Sealed<T> {
    sealed(Keys::One(KeyRef::new(300)))
}

pub(super) fn booking() -> Booking {
    Booking {
        offering: OfferingId::new(3),
        party: Party { booker: ANN, guests: vec![Some(BOB), None, Some(ANN)] },
        reference: Some(Reference::new("order-17").unwrap()),
        answers: Some(sealed(Keys::Both { person: KeyRef::new(5), gathering: KeyRef::new(u64::MAX) })),
    }
}

/// The zone table's version is frozen, too, so it must not be the one of this build.
pub(super) fn frozen(schedule: &str) -> Schedule {
    let tables = Tables::named("2025b").unwrap();
    match schedule.parse().unwrap() {
        Schedule::DateOnly(days) => Schedule::DateOnly(days.with_tables(tables)),
        Schedule::Exact(times) => Schedule::Exact(times.with_tables(tables)),
        Schedule::ToBeConfirmed { hint } => Schedule::ToBeConfirmed { hint },
    }
}

fn venue() -> Venue {
    Venue { name: "Library Hub".into(), address: "1 Beulah Hill".into() }
}

fn pool(id: u16, name: &str, capacity: Capacity) -> Pool {
    Pool { id: PoolId::new(id), name: name.into(), capacity }
}

/// With everything that an announcement could say in its first version.
fn workshop() -> Announcement {
    Announcement {
        kind: GatheringKind::Workshop,
        title: "Asset transfer".into(),
        description: "How a library passes into new hands".into(),
        mode: Mode::Hybrid(venue()),
        schedule: frozen("2026-03-05 14:00 to 15:30 Europe/London"),
        pools: vec![pool(1, "room", Capacity::Limited(300)), pool(2, "online", Capacity::Unlimited)],
        offerings: vec![Offering {
            id: OfferingId::new(3),
            name: "in person".into(),
            pools: vec![PoolId::new(1), PoolId::new(2)],
            max_party: 4.try_into().unwrap(),
            waiting_list: true,
            requires: None,
            session: None,
        }],
        window: BookingWindow {
            opens: Some(BookingTime::At(DateTime::from_timestamp_micros(1_767_225_600_000_001).unwrap())),
            closes: Some(BookingTime::BeforeStart { seconds: 3_600 }),
        },
        no_overlap: false,
        reference: Some(Reference::new("at-1").unwrap()),
    }
}

/// With what the second version added: an offering that needs another, and the rule against overlaps.
pub(super) fn conference() -> Announcement {
    let offering = |id, name, pool| Offering::new(OfferingId::new(id), name, [PoolId::new(pool)]);
    Announcement {
        kind: GatheringKind::Conference,
        title: "Libraries in new hands".into(),
        description: String::new(),
        mode: Mode::InPerson(venue()),
        schedule: Schedule::to_be_confirmed("spring 2027"),
        pools: vec![pool(1, "hall", Capacity::Limited(200)), pool(2, "table", Capacity::Limited(0))],
        offerings: vec![
            offering(3, "conference", 1),
            offering(4, "dinner", 2).without_waiting_list().requires(OfferingId::new(3)),
        ],
        window: BookingWindow { opens: Some(BookingTime::BeforeStart { seconds: 0 }), closes: None },
        no_overlap: true,
        reference: None,
    }
}

pub(super) fn announced(announcement: Announcement) -> Fact {
    let join_link = announcement.mode.is_online().then(one_key);
    Fact::GatheringAnnounced { gathering: GATHERING, announcement: Box::new(announcement), join_link }
}

/// Somebody speaks before a person with a smaller id: the order is the bill's.
fn session_texts() -> SessionTexts {
    SessionTexts {
        title: "Ten years on".into(),
        description: "What became of them".into(),
        track: "Owning".into(),
        kind: "keynote".into(),
        link: "https://example.org/ten".into(),
        speakers: vec![BOB, ANN],
    }
}

pub(super) fn session_added() -> Fact {
    let session = Session {
        id: SESSION,
        schedule: frozen("2027-03-20 10:00 to 10:45 Europe/London"),
        room: "Carpenter Room".into(),
        texts: session_texts(),
    };
    Fact::SessionAdded { gathering: GATHERING, session: Box::new(session) }
}

fn offering_added() -> Fact {
    let offering = Offering::new(OfferingId::new(5), "seminar", [PoolId::new(6), PoolId::new(1)])
        .max_party(1)
        .requires(OfferingId::new(3))
        .for_session(SESSION);
    Fact::OfferingAdded {
        gathering: GATHERING,
        offering,
        pools: vec![pool(6, "desks", Capacity::Limited(12))],
    }
}

/// A sample of every kind of fact under the name by which it is frozen: the kind's, and its version if that is not
/// the first. Each kind is followed by the next one, so that a new kind does not compile before it has a sample.
fn next_sample(after: Option<&Fact>) -> Option<(&'static str, Fact)> {
    let (gathering, registration, session) = (GATHERING, REGISTRATION, SESSION);
    let Some(fact) = after else {
        return Some(("PersonRecorded", Fact::PersonRecorded { person: ANN, details: one_key() }));
    };
    Some(match fact {
        Fact::PersonRecorded { .. } => ("GatheringAnnounced/2", announced(conference())),
        Fact::GatheringAnnounced { .. } => {
            let schedule = frozen("2026-03-20 to 2026-03-21 Europe/London");
            ("GatheringRescheduled", Fact::GatheringRescheduled { gathering, schedule })
        }
        Fact::GatheringRescheduled { .. } => ("BookingOpened", Fact::BookingOpened { gathering }),
        Fact::BookingOpened { .. } => ("BookingClosed", Fact::BookingClosed { gathering }),
        Fact::BookingClosed { .. } => {
            let (pool, capacity) = (PoolId::new(2), Capacity::Limited(50));
            ("CapacityChanged", Fact::CapacityChanged { gathering, pool, capacity })
        }
        Fact::CapacityChanged { .. } => ("GatheringCancelled", Fact::GatheringCancelled { gathering }),
        Fact::GatheringCancelled { .. } => {
            let booking = booking();
            ("RegistrationConfirmed", Fact::RegistrationConfirmed { gathering, registration, booking })
        }
        Fact::RegistrationConfirmed { .. } => {
            let (booking, ahead) = (booking(), 200);
            let fact = Fact::RegistrationWaitlisted { gathering, registration, booking, ahead };
            ("RegistrationWaitlisted", fact)
        }
        Fact::RegistrationWaitlisted { .. } => {
            ("RegistrationPromoted", Fact::RegistrationPromoted { gathering, registration })
        }
        Fact::RegistrationPromoted { .. } => {
            let by = Ending::Organiser;
            ("RegistrationCancelled", Fact::RegistrationEnded { gathering, registration, how: by })
        }
        Fact::RegistrationEnded { .. } => {
            let (from, to) = (Some(ANN), BOB);
            ("PlaceTransferred", Fact::PlaceTransferred { gathering, registration, place: 2, from, to })
        }
        Fact::PlaceTransferred { .. } => {
            let (mode, join_link) = (Mode::Online, Some(one_key()));
            ("ModeChanged", Fact::ModeChanged { gathering, mode, join_link })
        }
        Fact::ModeChanged { .. } => ("OfferingAdded", offering_added()),
        Fact::OfferingAdded { .. } => ("SessionAdded", session_added()),
        Fact::SessionAdded { .. } => {
            let (schedule, room) = (frozen("2027-03-20 Europe/London"), "Hall".into());
            ("SessionMoved", Fact::SessionMoved { gathering, session, schedule, room })
        }
        Fact::SessionMoved { .. } => {
            let texts = Box::new(session_texts());
            ("SessionRevised", Fact::SessionRevised { gathering, session, texts })
        }
        Fact::SessionRevised { .. } => ("SessionDropped", Fact::SessionDropped { gathering, session }),
        Fact::SessionDropped { .. } => {
            ("NamePublished", Fact::NamePublished { person: ANN, name: one_key() })
        }
        Fact::NamePublished { .. } => return None,
    })
}

pub(super) fn samples() -> Vec<(&'static str, Fact)> {
    std::iter::successors(next_sample(None), |(_, fact)| next_sample(Some(fact))).collect()
}

/// What lines of versions that are no longer written say, under their names.
pub(super) fn older() -> Vec<(&'static str, Fact)> {
    vec![("GatheringAnnounced", announced(workshop()))]
}
