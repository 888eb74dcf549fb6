//! Every fact through the bytes and back, and hostile bytes.

use super::*;
use crate::fact::*;
use samples::*;

mod any;
mod codes;
mod hostile;
#[cfg(feature = "json")]
mod said;
mod samples;

const FROZEN: &str = include_str!("../../../tests/data/facts.txt");

/// The reasons why registrations end, in the order of their codes. So are the other lists.
const ENDINGS: [Ending; 10] = [
    Ending::Attendee,
    Ending::Organiser,
    Ending::Expired,
    Ending::Declined,
    Ending::OfferWithdrawn,
    Ending::Rejected,
    Ending::NotReconfirmed,
    Ending::Displaced,
    Ending::MovedAway,
    Ending::Superseded,
];
const PRESENCES: [Presence; 5] =
    [Presence::Unknown, Presence::Attended, Presence::Late, Presence::Excused, Presence::NoShow];
const SOURCES: [PresenceSource; 3] =
    [PresenceSource::Door, PresenceSource::Online, PresenceSource::Organiser];
const RESOURCES: [ResourceKind; 4] =
    [ResourceKind::Recording, ResourceKind::Handout, ResourceKind::Slides, ResourceKind::Other];
const RSVPS: [Rsvp; 3] = [Rsvp::Accepted, Rsvp::Tentative, Rsvp::Declined];
const AUDIENCES: [Audience; 4] =
    [Audience::Attended, Audience::Registered, Audience::Members, Audience::Public];

fn batch_of(facts: Vec<Fact>) -> Batch {
    Batch {
        id: RequestId::from_u128(0x41),
        time: DateTime::from_timestamp_micros(1_767_225_600_000_000).unwrap(),
        actor: Some(ActorId::from_u128(0x51)),
        trace: None,
        content: Some(Content::from_bytes([0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7])),
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

/// What is written today, under the names by which it is frozen.
fn written() -> impl Iterator<Item = (String, Fact)> {
    samples().into_iter().chain(further()).map(|(name, fact)| (format!("layout2/{name}"), fact))
}

/// The body of a frozen fact, with its kind and its version.
fn frozen_body(name: &str) -> (u16, u8, Vec<u8>) {
    let (_, bytes) = frozen_lines().into_iter().find(|(line, _)| *line == name).unwrap();
    let bytes = unhex(bytes);
    let unread = &Prologue::read(&bytes).unwrap().facts[0];
    (unread.kind, unread.version, unread.body.to_vec())
}

/// What is stored once is read for ever: if this fails, the change needs a new version of the fact.
#[test]
fn the_bytes_of_every_kind_of_fact_are_frozen() {
    let frozen = frozen_lines();
    let now = written().map(|(name, fact)| (name, hex(&encode(&batch_of(vec![fact])).unwrap())));
    let changed: Vec<_> = now
        .filter(|(name, bytes)| !frozen.contains(&(name, bytes)))
        .map(|(name, bytes)| format!("{name} {bytes}\n"))
        .collect();
    assert!(changed.is_empty(), "stored bytes have changed:\n{}", changed.concat());
}

/// All of them are of layout 1, in which a batch says nothing of what was asked.
#[test]
fn the_frozen_bytes_of_older_versions_are_facts_of_today() {
    for (name, fact) in older() {
        let (_, bytes) = frozen_lines().into_iter().find(|(line, _)| *line == name).unwrap();
        let batch = Batch { content: None, ..batch_of(vec![fact]) };
        assert_eq!(decode(&unhex(bytes)).unwrap(), batch, "{name}");
    }
}

#[test]
fn every_frozen_line_is_a_sample_or_an_older_version() {
    let mut frozen: Vec<_> = frozen_lines().into_iter().map(|(name, _)| name.to_owned()).collect();
    let older = older().into_iter().map(|(name, _)| name.to_owned());
    let mut known: Vec<_> = written().map(|(name, _)| name).chain(older).collect();
    frozen.sort_unstable();
    known.sort_unstable();
    assert_eq!(frozen, known);
}

/// Every version of every kind up to the newest has a frozen line, in whichever layout.
#[test]
fn every_version_of_every_kind_is_frozen() {
    let frozen: Vec<_> = frozen_lines().into_iter().map(|(name, _)| frozen_body(name)).collect();
    for (_, fact) in samples() {
        let newest = body::encode(&fact).unwrap();
        for version in 1..=newest.version {
            let is_there = frozen.iter().any(|(kind, frozen, _)| (*kind, *frozen) == (newest.kind, version));
            assert!(is_there, "kind {}, version {version}", newest.kind);
        }
    }
}

/// Whatever version a fact was read from, it is written in the newest one of its kind.
#[test]
fn older_versions_are_read_and_never_written() {
    let newest: HashMap<u16, u8> = samples()
        .iter()
        .map(|(_, fact)| body::encode(fact).unwrap())
        .map(|body| (body.kind, body.version))
        .collect();
    let mut older = 0;
    for (name, bytes) in frozen_lines() {
        let (kind, version, _) = frozen_body(name);
        let written = encode(&decode(&unhex(bytes)).unwrap()).unwrap();
        let anew = &Prologue::read(&written).unwrap().facts[0];
        assert_eq!((anew.kind, anew.version), (kind, newest[&kind]), "{name}");
        assert_eq!(written[0], LAYOUT, "{name}");
        older += usize::from(version < newest[&kind]);
    }
    assert_eq!(older, 9, "versions that are read and no longer written");
}

/// Layout 2 has, behind the trace, an option of eight bytes. Nothing else differs.
#[test]
fn a_batch_of_layout_1_is_one_of_layout_2_without_what_was_asked() {
    let (_, first) = frozen_lines().into_iter().find(|(name, _)| *name == "BookingOpened").unwrap();
    let (first, fact) = (unhex(first), Fact::BookingOpened { gathering: GatheringId::from_u128(0x11) });
    // Layout, id, time, actor, trace.
    let (before, behind) = first[1..].split_at(16 + 8 + 17 + 1);
    let content = batch_of(vec![]).content.unwrap().bytes();
    let with = |option: &[u8]| [&[2], before, option, behind].concat();
    assert_eq!(encode(&batch_of(vec![fact.clone()])).unwrap(), with(&[&[1], &content[..]].concat()));
    let without = Batch { content: None, ..batch_of(vec![fact]) };
    assert_eq!(encode(&without).unwrap(), with(&[0]));
    assert_eq!(decode(&first).unwrap(), without);
}

/// To the bytes of the first version the second adds, for one offering, that it requires nothing, and no rule.
#[test]
fn the_second_version_of_an_announcement_begins_with_the_first() {
    let (kind, version, first) = frozen_body("GatheringAnnounced");
    assert_eq!((kind, version), (2, 1));
    let (_, fact) = older().remove(1);
    let second = [&first[..], &[1, 0, 0]].concat();
    assert_eq!(body::decode(2, 2, &Tag::of(&fact), &second).unwrap(), fact);
}

#[test]
fn every_kind_of_fact_has_a_number_of_its_own() {
    let bodies: Vec<_> =
        samples().into_iter().map(|(name, fact)| (name, body::encode(&fact).unwrap())).collect();
    let numbers: Vec<_> = bodies.iter().map(|(_, body)| body.kind).collect();
    let expected = (1..=47).chain(60..=63).chain([66, 67, 70]).chain(80..=83).chain(85..=91);
    assert_eq!(numbers, expected.collect::<Vec<_>>());
    for (name, body) in bodies {
        let (_, version) = name.split_once('/').unwrap();
        assert_eq!(body.version, version.parse::<u8>().unwrap(), "{name}");
    }
}

#[test]
fn an_ordinary_registration_and_its_frame_header_take_less_than_200_bytes() {
    let booking = plain_booking();
    let (gathering, registration) = (GatheringId::random(), RegistrationId::random());
    let batch = Batch {
        guard: Guard { seen: Position::new(1_000_000), scope: Scope::of([Tag::Gathering(gathering)]) },
        actor: None,
        ..batch_of(vec![Fact::RegistrationConfirmed { gathering, registration, booking, draws: vec![] }])
    };
    assert!(batch.content.is_some());
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
    let booking = Booking { party, ..booking() };
    let crowd = Fact::RegistrationConfirmed { gathering, registration, booking, draws: vec![] };
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
    let (gathering, registration) = (GatheringId::from_u128(1), RegistrationId::from_u128(1));
    let fact = Fact::BookingOpened { gathering };
    let time = DateTime::from_timestamp_nanos(1_001);
    let error = encode(&Batch { time, ..batch_of(vec![fact]) }).unwrap_err();
    assert!(error.is_misuse() && error.to_string().contains("finer than a microsecond"), "{error}");
    for fact in [
        Fact::HoldExtended { gathering, registration, until: time },
        quiet_from(chrono::NaiveTime::from_hms_nano_opt(21, 0, 0, 1).unwrap()),
        quiet_from(chrono::NaiveTime::from_hms_milli_opt(23, 59, 59, 1_000).unwrap()),
    ] {
        let error = encode(&batch_of(vec![fact])).unwrap_err();
        assert!(error.is_misuse() && error.to_string().contains("finer than a microsecond"), "{error}");
        assert!(error.to_string().contains("000000000041"), "{error}");
    }
}

/// An offering whose offers do not end from a time of the day on.
fn quiet_from(from: chrono::NaiveTime) -> Fact {
    let mut announcement = course();
    let quiet = Some(QuietHours { from, until: chrono::NaiveTime::MIN });
    announcement.offerings[0].line.serving = Serving::Offer(OfferTerms { respond_within: 60, quiet });
    announced(announcement)
}

/// What is written directly is what serde would have written.
#[test]
fn numbers_and_ids_are_as_postcard_has_them() {
    let edges = (0..64).flat_map(|bits| [(1_u64 << bits) - 1, 1 << bits]).chain([u64::MAX]);
    for number in edges {
        let mut out = Writer::with_room(0);
        out.put_number(number);
        out.put_maybe(Some(number.to_le_bytes()));
        out.put_maybe(None::<[u8; 8]>);
        let expected = (number, Some(number.to_le_bytes()), None::<[u8; 8]>);
        assert_eq!(out.bytes, postcard::to_allocvec(&expected).unwrap(), "{number}");
    }
}
