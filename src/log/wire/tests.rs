//! Every fact through the bytes and back, and hostile bytes.

use super::*;
use crate::fact::*;
use samples::*;

mod any;
mod hostile;
mod samples;

const FROZEN: &str = include_str!("../../../tests/data/facts.txt");

fn batch_of(facts: Vec<Fact>) -> Batch {
    Batch {
        id: RequestId::from_u128(0x41),
        time: DateTime::from_timestamp_micros(1_767_225_600_000_000).unwrap(),
        actor: Some(ActorId::from_u128(0x51)),
        trace: None,
        guard: Guard {
            seen: Position::new(200),
            scope: Scope::of([
                Tag::Gathering(GatheringId::from_u128(0x11)),
                Tag::Person(PersonId::from_u128(0x29)),
            ]),
        },
        facts,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn unhex(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// The frozen lines: names and bytes.
fn frozen_lines() -> Vec<(&'static str, &'static str)> {
    let lines = FROZEN.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split_once(' ').unwrap()).collect()
}

/// What is stored once is read for ever: if this fails, the change needs a new version of the fact.
#[test]
fn the_bytes_of_every_kind_of_fact_are_frozen() {
    let frozen = frozen_lines();
    let now = samples().into_iter().map(|(name, fact)| (name, hex(&encode(&batch_of(vec![fact])).unwrap())));
    let changed: Vec<_> = now
        .filter(|(name, bytes)| !frozen.contains(&(name, bytes)))
        .map(|(name, bytes)| format!("{name} {bytes}\n"))
        .collect();
    assert!(changed.is_empty(), "stored bytes have changed:\n{}", changed.concat());
}

#[test]
fn the_frozen_bytes_of_older_versions_are_facts_of_today() {
    for (name, fact) in older() {
        let (_, bytes) = frozen_lines().into_iter().find(|(line, _)| *line == name).unwrap();
        assert_eq!(decode(&unhex(bytes)).unwrap(), batch_of(vec![fact]), "{name}");
    }
}

#[test]
fn every_frozen_line_is_a_sample_or_an_older_version() {
    let mut frozen: Vec<_> = frozen_lines().into_iter().map(|(name, _)| name).collect();
    let mut known: Vec<_> = samples().into_iter().chain(older()).map(|(name, _)| name).collect();
    frozen.sort_unstable();
    known.sort_unstable();
    assert_eq!(frozen, known);
}

/// To the bytes of the first version the second adds one offering that requires nothing, and no rule.
#[test]
fn the_second_version_of_an_announcement_begins_with_the_first() {
    let (_, first) = frozen_lines().into_iter().find(|(name, _)| *name == "GatheringAnnounced").unwrap();
    let first = unhex(first);
    let unread = &Prologue::read(&first).unwrap().facts[0];
    assert_eq!((unread.kind, unread.version), (2, 1));
    let (_, fact) = older().remove(0);
    assert_eq!(body::encode(&fact).unwrap().bytes, [unread.body, &[1, 0, 0]].concat());
}

#[test]
fn every_kind_of_fact_has_a_number_of_its_own() {
    let bodies: Vec<_> =
        samples().into_iter().map(|(name, fact)| (name, body::encode(&fact).unwrap())).collect();
    let mut numbers: Vec<_> = bodies.iter().map(|(_, body)| body.kind).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=19).collect::<Vec<_>>());
    for (name, body) in bodies {
        let version = name.split_once('/').map_or(1, |(_, version)| version.parse().unwrap());
        assert_eq!(body.version, version, "{name}");
    }
}

#[test]
fn an_ordinary_registration_and_its_frame_header_take_less_than_200_bytes() {
    let booking =
        Booking { reference: None, answers: None, party: Party::one(PersonId::random()), ..booking() };
    let (gathering, registration) = (GatheringId::random(), RegistrationId::random());
    let batch = Batch {
        guard: Guard { seen: Position::new(1_000_000), scope: Scope::of([Tag::Gathering(gathering)]) },
        actor: None,
        ..batch_of(vec![Fact::RegistrationConfirmed { gathering, registration, booking }])
    };
    let length = encode(&batch).unwrap().len();
    assert!(length + 80 < 200, "{length}");
}

#[test]
fn a_batch_without_facts_or_beyond_the_limits_is_refused_by_name() {
    let fact = Fact::BookingOpened { gathering: GatheringId::from_u128(1) };
    let empty = encode(&batch_of(vec![])).unwrap_err();
    assert!(empty.is_misuse() && empty.to_string().contains("000000000041 has no facts"), "{empty}");
    let many = encode(&batch_of(vec![fact; FACTS_LIMIT + 1])).unwrap_err();
    assert!(many.is_misuse() && many.to_string().contains("65537 facts"), "{many}");
    let title = "x".repeat(BATCH_LIMIT);
    let announcement = Box::new(Announcement { title, ..conference() });
    let gathering = GatheringId::from_u128(1);
    let large = Fact::GatheringAnnounced { gathering, announcement, join_link: None };
    let large = encode(&batch_of(vec![large])).unwrap_err();
    assert!(large.is_misuse() && large.to_string().contains("16777216 are kept"), "{large}");
    let guests = vec![Some(PersonId::from_u128(1)); TAGS_LIMIT];
    let party = Party { booker: PersonId::from_u128(1), guests };
    let registration = RegistrationId::from_u128(1);
    let crowd =
        Fact::RegistrationConfirmed { gathering, registration, booking: Booking { party, ..booking() } };
    assert!(encode(&batch_of(vec![crowd])).unwrap_err().is_misuse());
}

/// The tags of the whole batch count, and each speaker is one, however often the same person is named.
#[test]
fn a_session_with_more_speakers_than_a_batch_has_tags_is_refused_by_name() {
    let billed = |speakers: usize| {
        let Fact::SessionAdded { gathering, mut session } = session_added() else { panic!("another fact") };
        session.texts.speakers = vec![PersonId::from_u128(1); speakers];
        encode(&batch_of(vec![Fact::SessionAdded { gathering, session }]))
    };
    // Two tags are the scope's, two the session's own.
    assert_eq!(decode(&billed(TAGS_LIMIT - 4).unwrap()).unwrap().facts.len(), 1);
    let error = billed(TAGS_LIMIT - 3).unwrap_err();
    assert!(error.is_misuse() && error.to_string().contains("bears 262145 tags"), "{error}");
    assert!(error.to_string().contains("000000000041"), "{error}");
}

/// There is no session yet when a gathering is announced, so there is no place for one in the bytes.
#[test]
fn an_announcement_with_an_offering_for_a_session_is_refused_by_name() {
    let mut announcement = conference();
    announcement.offerings[1].session = Some(SessionId::from_u128(1));
    let error = encode(&batch_of(vec![announced(announcement)])).unwrap_err();
    assert!(error.is_misuse() && error.to_string().contains("an offering for a session"), "{error}");
    assert!(error.to_string().contains("000000000041"), "{error}");
}

/// Else what is read back would not be what was decided.
#[test]
fn a_time_finer_than_the_bytes_is_refused() {
    let fact = Fact::BookingOpened { gathering: GatheringId::from_u128(1) };
    let time = DateTime::from_timestamp_nanos(1_001);
    let error = encode(&Batch { time, ..batch_of(vec![fact]) }).unwrap_err();
    assert!(error.is_misuse() && error.to_string().contains("finer than a microsecond"), "{error}");
}
