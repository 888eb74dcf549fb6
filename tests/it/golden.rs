//! Stored bytes are promises.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::Path;

use gather::log::{Appended, Batch, FileLog, Guard, Log, Scope, Tag, decode, encode};
use gather::{
    ActorId, Announcement, CancelledBy, Capacity, Fact, GatheringId, Mode, OfferingId, PersonId, PoolId,
    Position, RegistrationId, RequestId, SessionId, TraceId,
};

/// Every kind of fact under its name, and its version if that is not the first. That none is missing is held beside
/// the code that writes them.
const FACTS: &str = include_str!("../data/facts.txt");
/// What is read for ever and written no longer, since there is a later version of it.
const OLDER: [&str; 1] = ["GatheringAnnounced"];

/// A log of the first eleven kinds, written once, when there were no others.
const LOG: &[u8] = include_bytes!("../data/format0.gather");
/// A log of the first nineteen kinds, written once.
const SECOND_LOG: &[u8] = include_bytes!("../data/format0b.gather");

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
    assert_eq!(frozen().count(), 20);
    for (name, bytes) in frozen() {
        let batch = decode(&bytes).unwrap();
        assert_eq!(encode(&batch).unwrap() == bytes, !OLDER.contains(&name), "{name}");
        let kind = name.split('/').next().unwrap();
        assert!(format!("{:?}", batch.facts).starts_with(&format!("[{kind} ")), "{name}");
    }
}

/// What an older version wrote says the same once it is written as it is today.
#[test]
fn older_versions_are_written_anew_without_a_change() {
    for name in OLDER {
        let (_, bytes) = frozen().find(|(older, _)| *older == name).unwrap();
        let batch = decode(&bytes).unwrap();
        assert_eq!(decode(&encode(&batch).unwrap()).unwrap(), batch, "{name}");
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
    let session = SessionId::from_u128(0x61);
    let moved = "2027-03-20 Europe/London".parse().unwrap();
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
        ("SessionMoved", Fact::SessionMoved { gathering, session, schedule: moved, room: "Hall".into() }),
        ("SessionDropped", Fact::SessionDropped { gathering, session }),
    ];
    for (name, fact) in known {
        assert_eq!(frozen_fact(name), fact, "{name}");
    }
}

/// An announcement, and what its sealed join link shows of itself.
fn frozen_announcement(name: &str) -> (Announcement, Option<String>) {
    let Fact::GatheringAnnounced { announcement, join_link, .. } = frozen_fact(name) else {
        panic!("another fact");
    };
    (*announcement, join_link.map(|link| format!("{link:?}")))
}

#[test]
fn a_frozen_announcement_says_what_it_always_said() {
    let (announcement, join_link) = frozen_announcement("GatheringAnnounced");
    assert_eq!(announcement.title, "Asset transfer");
    assert_eq!(announcement.schedule.to_string(), "2026-03-05 14:00 to 15:30 Europe/London");
    assert_eq!(announcement.mode.venue().unwrap().address, "1 Beulah Hill");
    let capacities: Vec<_> = announcement.pools.iter().map(|pool| pool.capacity).collect();
    assert_eq!(capacities, [Capacity::Limited(300), Capacity::Unlimited]);
    let [offering] = &announcement.offerings[..] else { panic!("one offering") };
    assert_eq!((offering.max_party.get(), offering.waiting_list), (4, true));
    assert_eq!((offering.requires, offering.session), (None, None), "nobody could say so then");
    assert!(!announcement.no_overlap, "nobody could say so then");
    assert!(announcement.window.opens.is_some());
    assert_eq!(announcement.reference.unwrap().as_str(), "at-1");
    assert_eq!(join_link.as_deref(), Some("[sealed, 3 bytes]"));
}

#[test]
fn a_frozen_announcement_of_version_2_says_what_it_always_said() {
    let (announcement, join_link) = frozen_announcement("GatheringAnnounced/2");
    assert_eq!(announcement.title, "Libraries in new hands");
    assert_eq!(announcement.schedule.to_string(), "to be confirmed (spring 2027)");
    assert!(matches!(announcement.mode, Mode::InPerson(_)));
    let required: Vec<_> = announcement
        .offerings
        .iter()
        .map(|offering| (offering.id, offering.waiting_list, offering.requires, offering.session))
        .collect();
    let (conference, dinner) = (OfferingId::new(3), OfferingId::new(4));
    assert_eq!(required, [(conference, true, None, None), (dinner, false, Some(conference), None)]);
    assert!(announcement.no_overlap);
    assert_eq!((announcement.reference, join_link), (None, None));
}

#[test]
fn a_frozen_programme_says_what_it_always_said() {
    let Fact::SessionAdded { gathering, session } = frozen_fact("SessionAdded") else {
        panic!("another fact")
    };
    assert_eq!((gathering, session.id), (GatheringId::from_u128(0x11), SessionId::from_u128(0x61)));
    assert_eq!(session.schedule.to_string(), "2027-03-20 10:00 to 10:45 Europe/London");
    assert_eq!(session.room, "Carpenter Room");
    let texts = &session.texts;
    let lines = [&texts.title, &texts.description, &texts.track, &texts.kind, &texts.link];
    let said = ["Ten years on", "What became of them", "Owning", "keynote", "https://example.org/ten"];
    assert_eq!(lines, said);
    assert_eq!(texts.speakers, [PersonId::from_u128(0x22), PersonId::from_u128(0x21)]);

    let revised = Fact::SessionRevised { gathering, session: session.id, texts: Box::new(session.texts) };
    assert_eq!(frozen_fact("SessionRevised"), revised);
}

#[test]
fn a_frozen_added_offering_says_what_it_always_said() {
    let Fact::OfferingAdded { gathering, offering, pools } = frozen_fact("OfferingAdded") else {
        panic!("another fact");
    };
    assert_eq!((gathering, offering.id), (GatheringId::from_u128(0x11), OfferingId::new(5)));
    assert_eq!((&*offering.name, offering.max_party.get(), offering.waiting_list), ("seminar", 1, true));
    assert_eq!(offering.pools, [PoolId::new(6), PoolId::new(1)]);
    assert_eq!(offering.requires, Some(OfferingId::new(3)));
    assert_eq!(offering.session, Some(SessionId::from_u128(0x61)));
    let [pool] = &pools[..] else { panic!("one pool") };
    assert_eq!((pool.id, &*pool.name, pool.capacity), (PoolId::new(6), "desks", Capacity::Limited(12)));
}

#[test]
fn frozen_sealed_values_name_the_keys_that_they_always_named() {
    let Fact::ModeChanged { gathering, mode: Mode::Online, join_link: Some(link) } =
        frozen_fact("ModeChanged")
    else {
        panic!("another fact");
    };
    assert_eq!(gathering, GatheringId::from_u128(0x11));
    let Fact::NamePublished { person, name } = frozen_fact("NamePublished") else { panic!("another fact") };
    assert_eq!(person, PersonId::from_u128(0x21));
    for (keys, shown) in [(link.keys(), format!("{link:?}")), (name.keys(), format!("{name:?}"))] {
        assert_eq!(format!("{keys:?}"), "One(KeyRef(300))");
        assert_eq!(shown, "[sealed, 3 bytes]");
    }
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

/// What a frozen log holds: each fact of its time in a batch of its own, then all of them in one.
fn each_and_all(facts: &[Fact], batch: impl Fn(u32, Vec<Fact>) -> Batch) -> Vec<Batch> {
    let groups = facts.iter().map(|fact| vec![fact.clone()]).chain([facts.to_vec()]);
    (0_u32..).zip(groups).map(|(n, facts)| batch(n, facts)).collect()
}

fn first_batches() -> Vec<Batch> {
    let facts: Vec<Fact> = frozen().take(11).map(|(name, _)| frozen_fact(name)).collect();
    each_and_all(&facts, |n, facts| Batch {
        id: RequestId::from_u128(0x100 + u128::from(n)),
        time: chrono::DateTime::from_timestamp_micros(1_767_225_600_000_000 + i64::from(n)).unwrap(),
        actor: None,
        trace: None,
        guard: Guard { seen: Position::new(n.into()), scope: Scope::everything() },
        facts,
    })
}

/// With a tag of every type in the scope, and everything that a prologue can say.
fn second_batches() -> Vec<Batch> {
    let today = frozen().take(20).map(|(name, _)| name).filter(|name| !OLDER.contains(name));
    let facts: Vec<Fact> = today.map(frozen_fact).collect();
    assert_eq!(facts.len(), 19);
    let scope = Scope::of([
        Tag::Gathering(GatheringId::from_u128(0x12)),
        Tag::Person(PersonId::from_u128(0x21)),
        Tag::Registration(RegistrationId::from_u128(0x31)),
        Tag::Session(SessionId::from_u128(0x61)),
    ]);
    each_and_all(&facts, |n, facts| Batch {
        id: RequestId::from_u128(0x200 + u128::from(n)),
        time: chrono::DateTime::from_timestamp_micros(1_798_761_600_000_000 + i64::from(n)).unwrap(),
        actor: Some(ActorId::from_u128(0x51)),
        trace: Some(TraceId::from_u128(0x71)),
        guard: Guard { seen: Position::new(n.into()), scope: scope.clone() },
        facts,
    })
}

/// Opens a frozen log and holds it against what it was made of.
fn is_read_as_ever(frozen: &[u8], made_of: &[Batch], head: u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.gather");
    std::fs::write(&path, frozen).unwrap();
    let log = FileLog::open(&path).unwrap();
    let page = log.read(Position::START, usize::MAX).unwrap();
    let batches: Vec<_> = page.batches.into_iter().map(|stored| stored.batch).collect();
    assert_eq!(batches, made_of);
    assert_eq!(page.head.position, Position::new(head));
    assert!(log.open_report().torn.is_none());
    assert_eq!(std::fs::read(&path).unwrap(), frozen, "opening changes nothing");
}

#[test]
fn a_log_of_format_0_is_read_as_ever() {
    is_read_as_ever(LOG, &first_batches(), 22);
}

#[test]
fn a_log_with_programmes_is_read_as_ever() {
    is_read_as_ever(SECOND_LOG, &second_batches(), 38);
}

/// A repeat is told by what it says, not by the bytes in which an older version said it.
#[test]
fn what_an_older_version_stored_is_known_when_it_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.gather");
    std::fs::write(&path, LOG).unwrap();
    let log = FileLog::open(&path).unwrap();
    let announced = &first_batches()[1];
    assert_eq!(announced.facts, [frozen_fact("GatheringAnnounced")]);
    let again = log.append(std::slice::from_ref(announced)).unwrap();
    assert_eq!(again, [Appended::Already { first: Position::new(2) }]);
    assert_eq!(std::fs::read(&path).unwrap(), LOG, "nothing is stored twice");
}

/// How a frozen log is made: three batches to a group, so that not every frame is durable when the next is made.
fn write_log(path: &Path, batches: &[Batch]) {
    let log = FileLog::open(path).unwrap();
    for group in batches.chunks(3) {
        let appended = log.append(group).unwrap();
        assert!(appended.iter().all(|batch| matches!(batch, Appended::Fresh { .. })), "{appended:?}");
    }
}

/// What of a log's bytes is its own: its id, its salt, and the chains and checksums that come of them. Figures are those
/// of `docs/format.md`.
fn without_what_is_its_own(mut log: Vec<u8>) -> Vec<u8> {
    log[16..80].fill(0);
    log[124..128].fill(0);
    let mut frame = 128;
    while frame < log.len() {
        let payload = u32::from_le_bytes(log[frame + 8..frame + 12].try_into().unwrap());
        log[frame + 40..frame + 72].fill(0);
        log[frame + 76..frame + 80].fill(0);
        frame += 80 + usize::try_from(payload).unwrap();
    }
    assert_eq!(frame, log.len(), "the last frame ends with the log");
    log
}

/// What changes here changes what older versions of the crate can read.
#[test]
fn a_log_is_written_as_ever() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.gather");
    write_log(&path, &second_batches());
    let written = std::fs::read(&path).unwrap();
    assert_ne!(written, SECOND_LOG, "two logs have two ids");
    assert!(without_what_is_its_own(written) == without_what_is_its_own(SECOND_LOG.to_vec()));
}
