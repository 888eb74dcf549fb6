//! Stored bytes are promises.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use gather::log::{Batch, FileLog, Guard, Log, Scope, Tag, decode, encode};
use gather::{
    ActorId, CancelledBy, Capacity, Fact, GatheringId, PersonId, PoolId, Position, RegistrationId, RequestId,
};

/// Every kind of fact under its name. That none is missing is held beside the code that writes them.
const FACTS: &str = include_str!("../data/facts.txt");
/// A log of all of them, written once.
const LOG: &[u8] = include_bytes!("../data/format0.gather");

fn frozen() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let lines = FACTS.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').unwrap()).map(|(name, hex)| (name, unhex(hex)))
}

fn unhex(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn frozen_fact(wanted: &str) -> Fact {
    let (_, bytes) = frozen().find(|(name, _)| *name == wanted).unwrap();
    decode(&bytes).unwrap().facts.remove(0)
}

#[test]
fn frozen_bytes_are_read_and_written_as_ever() {
    assert_eq!(frozen().count(), 12);
    for (name, bytes) in frozen() {
        let batch = decode(&bytes).unwrap();
        assert_eq!(encode(&batch).unwrap(), bytes, "{name}");
        assert!(format!("{:?}", batch.facts).starts_with(&format!("[{name}")), "{name}");
    }
}

#[test]
fn a_frozen_prologue_says_what_it_always_said() {
    for (name, bytes) in frozen() {
        let Batch { id, time, actor, trace, guard, facts } = decode(&bytes).unwrap();
        assert_eq!(id, RequestId::from_u128(0x41), "{name}");
        assert_eq!(time.to_rfc3339(), "2026-01-01T00:00:00+00:00", "{name}");
        assert_eq!((actor, trace), (Some(ActorId::from_u128(0x51)), None), "{name}");
        let scope =
            Scope::of([Tag::Gathering(GatheringId::from_u128(0x11)), Tag::Person(PersonId::from_u128(0x29))]);
        assert_eq!(guard, Guard { seen: Position::new(200), scope }, "{name}");
        assert_eq!(facts.len(), 1, "{name}");
    }
}

#[test]
fn frozen_facts_say_what_they_always_said() {
    let (gathering, registration) = (GatheringId::from_u128(0x11), RegistrationId::from_u128(0x31));
    let (pool, capacity) = (PoolId::new(2), Capacity::Limited(50));
    let schedule = "2026-03-20 to 2026-03-21 Europe/London".parse().unwrap();
    let by = CancelledBy::Organiser;
    let (from, to) = (Some(PersonId::from_u128(0x21)), PersonId::from_u128(0x22));
    let known = [
        ("GatheringRescheduled", Fact::GatheringRescheduled { gathering, schedule }),
        ("BookingOpened", Fact::BookingOpened { gathering }),
        ("BookingClosed", Fact::BookingClosed { gathering }),
        ("CapacityChanged", Fact::CapacityChanged { gathering, pool, capacity }),
        ("GatheringCancelled", Fact::GatheringCancelled { gathering }),
        ("RegistrationPromoted", Fact::RegistrationPromoted { gathering, registration }),
        ("RegistrationCancelled", Fact::RegistrationCancelled { gathering, registration, by }),
        ("PlaceTransferred", Fact::PlaceTransferred { gathering, registration, place: 2, from, to }),
    ];
    for (name, fact) in known {
        assert_eq!(frozen_fact(name), fact, "{name}");
    }
}

#[test]
fn a_frozen_announcement_says_what_it_always_said() {
    let Fact::GatheringAnnounced { announcement, join_link, .. } = frozen_fact("GatheringAnnounced") else {
        panic!("another fact");
    };
    assert_eq!(announcement.title, "Asset transfer");
    assert_eq!(announcement.schedule.to_string(), "2026-03-05 14:00 to 15:30 Europe/London");
    assert_eq!(announcement.mode.venue().unwrap().address, "1 Beulah Hill");
    let capacities: Vec<_> = announcement.pools.iter().map(|pool| pool.capacity).collect();
    assert_eq!(capacities, [Capacity::Limited(300), Capacity::Unlimited]);
    assert_eq!(announcement.offerings[0].max_party.get(), 4);
    assert!(announcement.window.opens.is_some() && announcement.offerings[0].waiting_list);
    assert_eq!(announcement.reference.unwrap().as_str(), "at-1");
    assert_eq!(format!("{:?}", join_link.unwrap()), "[sealed, 3 bytes]");
}

#[test]
fn a_frozen_booking_says_what_it_always_said() {
    let Fact::RegistrationWaitlisted { booking, ahead, .. } = frozen_fact("RegistrationWaitlisted") else {
        panic!("another fact");
    };
    let guests = [Some(PersonId::from_u128(0x22)), None, Some(PersonId::from_u128(0x21))];
    assert_eq!((booking.party.booker, ahead), (PersonId::from_u128(0x21), 200));
    assert_eq!(booking.party.guests, guests);
    let keys = format!("{:?}", booking.answers.unwrap().keys());
    assert_eq!(keys, "Both { person: KeyRef(5), gathering: KeyRef(18446744073709551615) }");
}

/// How many kinds of facts there were when the log was frozen.
const KINDS_IN_LOG: usize = 11;

/// What the frozen log holds: each fact of its time in a batch of its own, then all of them in one.
fn frozen_batches() -> Vec<Batch> {
    let facts: Vec<Fact> = frozen().take(KINDS_IN_LOG).map(|(name, _)| frozen_fact(name)).collect();
    let groups = facts.iter().map(|fact| vec![fact.clone()]).chain([facts.clone()]);
    (0_u32..)
        .zip(groups)
        .map(|(n, facts)| Batch {
            id: RequestId::from_u128(0x100 + u128::from(n)),
            time: chrono::DateTime::from_timestamp_micros(1_767_225_600_000_000 + i64::from(n)).unwrap(),
            actor: None,
            trace: None,
            guard: Guard { seen: Position::new(n.into()), scope: Scope::everything() },
            facts,
        })
        .collect()
}

#[test]
fn a_log_of_format_0_is_read_as_ever() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.gather");
    std::fs::write(&path, LOG).unwrap();
    let log = FileLog::open(&path).unwrap();
    let page = log.read(Position::START, usize::MAX).unwrap();
    let batches: Vec<_> = page.batches.into_iter().map(|stored| stored.batch).collect();
    assert_eq!(batches, frozen_batches());
    assert_eq!(page.head.position, Position::new(22));
    assert!(log.open_report().torn.is_none());
    assert_eq!(std::fs::read(&path).unwrap(), LOG, "opening changes nothing");
}
