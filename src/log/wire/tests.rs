//! Every fact through the bytes and back, and hostile bytes.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::fact::*;
use crate::id::{OfferingId, PoolId};
use crate::record::Chain;
use crate::schedule::{DateSpan, Moment, Schedule, Tables, TimeSpan, Zone};
use crate::sealed::{KeyRef, Keys, Sealed};
use crate::text::Reference;

const FROZEN: &str = include_str!("../../../tests/data/facts.txt");

fn sealed<T>(keys: Keys) -> Sealed<T> {
    Sealed::from_parts(keys, 1, Box::new([0xAA, 0xBB, 0xCC]))
}

fn one_key() -> Keys {
    Keys::One(KeyRef::new(300))
}

fn booking() -> Booking {
    Booking {
        offering: OfferingId::new(3),
        party: Party {
            booker: PersonId::from_u128(0x21),
            guests: vec![Some(PersonId::from_u128(0x22)), None, Some(PersonId::from_u128(0x21))],
        },
        reference: Some(Reference::new("order-17").unwrap()),
        answers: Some(sealed(Keys::Both { person: KeyRef::new(5), gathering: KeyRef::new(u64::MAX) })),
    }
}

/// The zone table's version is frozen, too, so it must not be the one of this build.
fn frozen(schedule: &str) -> Schedule {
    let tables = Tables::named("2025b").unwrap();
    match schedule.parse().unwrap() {
        Schedule::DateOnly(days) => Schedule::DateOnly(days.with_tables(tables)),
        Schedule::Exact(times) => Schedule::Exact(times.with_tables(tables)),
        Schedule::ToBeConfirmed { hint } => Schedule::ToBeConfirmed { hint },
    }
}

fn announcement() -> Announcement {
    let pool = |id, name: &str, capacity| Pool { id: PoolId::new(id), name: name.into(), capacity };
    Announcement {
        kind: GatheringKind::Workshop,
        title: "Asset transfer".into(),
        description: "How a library passes into new hands".into(),
        mode: Mode::Hybrid(Venue { name: "Library Hub".into(), address: "1 Beulah Hill".into() }),
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

/// A sample of every kind of fact under the name by which it is frozen. Each kind is followed by the next one, so
/// that a new kind does not compile before it has a sample.
fn next_sample(after: Option<&Fact>) -> Option<(&'static str, Fact)> {
    let gathering = GatheringId::from_u128(0x11);
    let registration = RegistrationId::from_u128(0x31);
    let Some(fact) = after else {
        let person = PersonId::from_u128(0x21);
        return Some(("PersonRecorded", Fact::PersonRecorded { person, details: sealed(one_key()) }));
    };
    Some(match fact {
        Fact::PersonRecorded { .. } => {
            let (announcement, join_link) = (Box::new(announcement()), Some(sealed(one_key())));
            ("GatheringAnnounced", Fact::GatheringAnnounced { gathering, announcement, join_link })
        }
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
            let by = CancelledBy::Organiser;
            ("RegistrationCancelled", Fact::RegistrationCancelled { gathering, registration, by })
        }
        Fact::RegistrationCancelled { .. } => {
            let (from, to) = (Some(PersonId::from_u128(0x21)), PersonId::from_u128(0x22));
            ("PlaceTransferred", Fact::PlaceTransferred { gathering, registration, place: 2, from, to })
        }
        _ => return None,
    })
}

fn samples() -> Vec<(&'static str, Fact)> {
    std::iter::successors(next_sample(None), |(_, fact)| next_sample(Some(fact))).collect()
}

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

/// What is stored once is read for ever: if this fails, the change needs a new version of the fact.
#[test]
fn the_bytes_of_every_kind_of_fact_are_frozen() {
    let now: Vec<String> = samples()
        .into_iter()
        .map(|(name, fact)| format!("{name} {}", hex(&encode(&batch_of(vec![fact])).unwrap())))
        .collect();
    let lines = FROZEN.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    assert_eq!(now, lines.collect::<Vec<_>>(), "stored bytes have changed:\n{}", now.join("\n"));
}

#[test]
fn every_kind_of_fact_has_a_number_of_its_own() {
    let mut numbers: Vec<_> = samples().iter().map(|(_, fact)| body::encode(fact).unwrap().kind).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
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
    let announcement = Box::new(Announcement { title, ..announcement() });
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

/// Else what is read back would not be what was decided.
#[test]
fn a_time_finer_than_the_bytes_is_refused() {
    let fact = Fact::BookingOpened { gathering: GatheringId::from_u128(1) };
    let time = DateTime::from_timestamp_nanos(1_001);
    let error = encode(&Batch { time, ..batch_of(vec![fact]) }).unwrap_err();
    assert!(error.is_misuse() && error.to_string().contains("finer than a microsecond"), "{error}");
}

/// The bytes of a batch with one fact of our making.
fn forged(kind: u16, version: u8, tags: &[Tag], body: &[u8]) -> Vec<u8> {
    let mut table = Table::default();
    let places = table.places(tags);
    let mut out = Writer::default();
    out.put(&(LAYOUT, [0_u8; 16], 0_i64, None::<u8>, None::<u8>, 0_u64, scope_code::EVERYTHING)).unwrap();
    table.put(&mut out).unwrap();
    out.put(&1_u8).unwrap();
    out.put(&(kind, version, places, body)).unwrap();
    out.bytes
}

const GATHERING: Tag = Tag::Gathering(GatheringId::from_u128(1));
const PERSON: Tag = Tag::Person(PersonId::from_u128(1));

#[test]
fn what_a_newer_version_wrote_is_told_from_damage() {
    assert!(decode(&forged(4, 1, &[GATHERING], &[])).is_ok());
    for (kind, version) in [(4, 2), (13, 1), (999, 7)] {
        let error = decode(&forged(kind, version, &[GATHERING], &[])).unwrap_err();
        assert!(error.is_newer(), "{error}");
        assert!(error.to_string().contains(&format!("kind {kind}, version {version}")), "{error}");
    }
    let mut layout = forged(4, 1, &[GATHERING], &[]);
    layout[0] = 2;
    assert!(decode(&layout).unwrap_err().is_newer());
}

/// An older version can still tell whom a fact that it does not know is about.
#[test]
fn tags_are_read_without_knowing_the_kind() {
    let bytes = forged(999, 7, &[GATHERING, PERSON], &[1, 2, 3]);
    assert_eq!(Prologue::read(&bytes).unwrap().facts[0].tags, [GATHERING, PERSON]);
}

#[test]
fn a_zone_that_this_build_does_not_know_is_newer_and_named() {
    let schedule = frozen("2026-03-05 14:00 to 15:30 Europe/London");
    let fact = Fact::GatheringRescheduled { gathering: GatheringId::from_u128(1), schedule };
    let mut bytes = encode(&batch_of(vec![fact])).unwrap();
    let place = bytes.windows(6).position(|window| window == b"London").unwrap();
    bytes[place..place + 6].copy_from_slice(b"Utopia");
    let error = decode(&bytes).unwrap_err();
    assert!(error.is_newer() && error.to_string().contains("Europe/Utopia"), "{error}");
}

#[test]
fn what_encode_would_not_make_is_corrupt() {
    let forgeries = [
        ("a body with more than it holds", forged(4, 1, &[GATHERING], &[0])),
        ("a body with less than it holds", forged(6, 1, &[GATHERING], &[1, 1])),
        ("too few tags", forged(4, 1, &[], &[])),
        ("too many tags", forged(4, 1, &[GATHERING, PERSON], &[])),
        ("a tag of another type", forged(4, 1, &[PERSON], &[])),
        ("a code that was never given", forged(6, 1, &[GATHERING], &[1, 3, 1])),
        ("a version that was never given", forged(4, 0, &[GATHERING], &[])),
        ("bytes behind the last fact", [forged(4, 1, &[GATHERING], &[]), vec![0]].concat()),
        ("nothing", vec![]),
    ];
    for (what, bytes) in forgeries {
        assert!(decode(&bytes).unwrap_err().is_corrupt(), "{what}");
    }
}

#[test]
fn a_tag_table_is_as_encode_makes_it_or_corrupt() {
    let forge = |table: &[(u8, [u8; 16])], scope: &[u8], places: &[u8]| {
        let mut out = Writer::default();
        out.put(&(LAYOUT, [0_u8; 16], 0_i64, None::<u8>, None::<u8>, 0_u64, 1_u8, scope)).unwrap();
        out.put(table).unwrap();
        out.put(&(1_u8, 4_u16, 1_u8, places, 0_u8)).unwrap();
        decode(&out.bytes)
    };
    let (a, b) = ((1, [1; 16]), (2, [2; 16]));
    assert!(forge(&[a], &[0], &[0]).is_ok());
    assert!(forge(&[a, b], &[0, 1], &[0]).is_ok());
    let bad: [(&str, &[_], &[u8], &[u8]); 7] = [
        ("beyond the table", &[a], &[0], &[1]),
        ("unused", &[a, b], &[0], &[0]),
        ("twice", &[a, a], &[0, 1], &[0]),
        ("not in order of use", &[b, a], &[1, 0], &[1]),
        ("a scope out of order", &[b, a], &[0, 1], &[1]),
        ("an empty scope", &[a], &[], &[0]),
        ("a scope with a repetition", &[a], &[0, 0], &[0]),
    ];
    for (what, table, scope, places) in bad {
        assert!(forge(table, scope, places).unwrap_err().is_corrupt(), "{what}");
    }
    assert!(forge(&[(9, [1; 16])], &[0], &[0]).unwrap_err().is_newer());
}

fn any_sealed<T: std::fmt::Debug + 'static>() -> impl Strategy<Value = Sealed<T>> {
    let keys = prop_oneof![
        any::<u64>().prop_map(|key| Keys::One(KeyRef::new(key))),
        any::<(u64, u64)>()
            .prop_map(|(a, b)| Keys::Both { person: KeyRef::new(a), gathering: KeyRef::new(b) }),
    ];
    (keys, any::<u8>(), vec(any::<u8>(), 0..60))
        .prop_map(|(keys, version, bytes)| Sealed::from_parts(keys, version, bytes.into()))
}

/// Few, so that facts and scopes share some.
fn small() -> impl Strategy<Value = u128> {
    0_u128..6
}

fn any_reference() -> impl Strategy<Value = Option<Reference>> {
    option::of("[!-?A-~]{1,64}".prop_map(|text| Reference::new(&text).unwrap()))
}

fn any_booking() -> impl Strategy<Value = Booking> {
    let guests = vec(option::of(small().prop_map(PersonId::from_u128)), 0..5);
    let party =
        (small(), guests).prop_map(|(booker, guests)| Party { booker: PersonId::from_u128(booker), guests });
    (any::<u16>(), party, any_reference(), option::of(any_sealed())).prop_map(
        |(offering, party, reference, answers)| Booking {
            offering: OfferingId::new(offering),
            party,
            reference,
            answers,
        },
    )
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    let zone = prop::sample::select(vec!["UTC", "Europe/London", "Pacific/Apia", "Africa/Cairo"])
        .prop_map(|name| Zone::named(name).unwrap());
    let tables = "[ -~]{0,8}".prop_filter_map("a version of tables", |name| Tables::named(&name));
    let day = |number| chrono::NaiveDate::default() + chrono::TimeDelta::days(number);
    let wall = |seconds| DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
    let days = (0_i64..2_900_000, 0_i64..30, zone.clone(), tables.clone(), 0_i64..1 << 37, 0_i64..1 << 20)
        .prop_map(move |(first, more, zone, tables, starts, length)| {
            let span = DateSpan::from_parts(day(first), day(first + more), zone, starts, starts + length);
            Schedule::DateOnly(span.with_tables(tables))
        });
    let times = (0_i64..1 << 37, 200_000_i64..1 << 30, -86_399..86_400, -86_399..86_400, zone, tables)
        .prop_map(move |(start, length, ahead, later, zone, tables)| {
            let (start, end) = (wall(start), wall(start + length));
            let span =
                TimeSpan::from_parts(Moment::from_parts(start, ahead), Moment::from_parts(end, later), zone);
            Schedule::Exact(span.with_tables(tables))
        });
    prop_oneof![".{0,20}".prop_map(Schedule::to_be_confirmed), days, times]
}

fn any_capacity() -> impl Strategy<Value = Capacity> {
    prop_oneof![any::<u32>().prop_map(Capacity::Limited), Just(Capacity::Unlimited)]
}

fn any_micros() -> impl Strategy<Value = DateTime<Utc>> {
    (-1_i64 << 50..1 << 57).prop_map(|micros| DateTime::from_timestamp_micros(micros).unwrap())
}

fn any_booking_time() -> impl Strategy<Value = Option<BookingTime>> {
    option::of(prop_oneof![
        any_micros().prop_map(BookingTime::At),
        any::<u32>().prop_map(|seconds| BookingTime::BeforeStart { seconds }),
    ])
}

fn any_announcement() -> impl Strategy<Value = Box<Announcement>> {
    let kind = prop::sample::select(vec![
        GatheringKind::Webinar,
        GatheringKind::Workshop,
        GatheringKind::Meeting,
        GatheringKind::Conference,
        GatheringKind::Visit,
    ]);
    let venue = (".{0,20}", ".{0,20}").prop_map(|(name, address)| Venue { name, address });
    let mode =
        prop_oneof![Just(Mode::Online), venue.clone().prop_map(Mode::InPerson), venue.prop_map(Mode::Hybrid)];
    let pool = (any::<u16>(), ".{0,9}", any_capacity()).prop_map(|(id, name, capacity)| Pool {
        id: PoolId::new(id),
        name,
        capacity,
    });
    let offering = (any::<u16>(), ".{0,9}", vec(any::<u16>(), 0..4), 1_u16.., any::<bool>()).prop_map(
        |(id, name, pools, max_party, waiting_list)| Offering {
            id: OfferingId::new(id),
            name,
            pools: pools.into_iter().map(PoolId::new).collect(),
            max_party: max_party.try_into().unwrap(),
            waiting_list,
            requires: None,
            session: None,
        },
    );
    let window =
        (any_booking_time(), any_booking_time()).prop_map(|(opens, closes)| BookingWindow { opens, closes });
    let lists = (vec(pool, 0..4), vec(offering, 0..4));
    (kind, ".{0,30}", ".{0,99}", mode, any_schedule(), lists, window, any_reference()).prop_map(
        |(kind, title, description, mode, schedule, (pools, offerings), window, reference)| {
            Box::new(Announcement {
                kind,
                title,
                description,
                mode,
                schedule,
                pools,
                offerings,
                window,
                no_overlap: false,
                reference,
            })
        },
    )
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let gathering = || small().prop_map(GatheringId::from_u128);
    let registration = || small().prop_map(RegistrationId::from_u128);
    let by = prop_oneof![Just(CancelledBy::Attendee), Just(CancelledBy::Organiser)];
    prop_oneof![
        (small().prop_map(PersonId::from_u128), any_sealed())
            .prop_map(|(person, details)| Fact::PersonRecorded { person, details }),
        (gathering(), any_announcement(), option::of(any_sealed())).prop_map(
            |(gathering, announcement, join_link)| Fact::GatheringAnnounced {
                gathering,
                announcement,
                join_link
            }
        ),
        (gathering(), any_schedule())
            .prop_map(|(gathering, schedule)| Fact::GatheringRescheduled { gathering, schedule }),
        gathering().prop_map(|gathering| Fact::BookingOpened { gathering }),
        gathering().prop_map(|gathering| Fact::BookingClosed { gathering }),
        (gathering(), any::<u16>().prop_map(PoolId::new), any_capacity())
            .prop_map(|(gathering, pool, capacity)| Fact::CapacityChanged { gathering, pool, capacity }),
        gathering().prop_map(|gathering| Fact::GatheringCancelled { gathering }),
        (gathering(), registration(), any_booking()).prop_map(|(gathering, registration, booking)| {
            Fact::RegistrationConfirmed { gathering, registration, booking }
        }),
        (gathering(), registration(), any_booking(), any::<u32>()).prop_map(
            |(gathering, registration, booking, ahead)| Fact::RegistrationWaitlisted {
                gathering,
                registration,
                booking,
                ahead
            }
        ),
        (gathering(), registration())
            .prop_map(|(gathering, registration)| Fact::RegistrationPromoted { gathering, registration }),
        (gathering(), registration(), by).prop_map(|(gathering, registration, by)| {
            Fact::RegistrationCancelled { gathering, registration, by }
        }),
        (
            gathering(),
            registration(),
            any::<u16>(),
            option::of(small().prop_map(PersonId::from_u128)),
            small().prop_map(PersonId::from_u128)
        )
            .prop_map(|(gathering, registration, place, from, to)| Fact::PlaceTransferred {
                gathering,
                registration,
                place,
                from,
                to
            }),
    ]
}

fn any_tag() -> impl Strategy<Value = Tag> {
    prop_oneof![
        small().prop_map(|id| Tag::Gathering(GatheringId::from_u128(id))),
        small().prop_map(|id| Tag::Person(PersonId::from_u128(id))),
        small().prop_map(|id| Tag::Registration(RegistrationId::from_u128(id))),
    ]
}

fn any_batch() -> impl Strategy<Value = Batch> {
    let id = any::<u128>();
    let guard = (any::<u64>(), vec(any_tag(), 0..5))
        .prop_map(|(seen, tags)| Guard { seen: Position::new(seen), scope: Scope::of(tags) });
    (id, any_micros(), option::of(id), option::of(id), guard, vec(any_fact(), 1..6)).prop_map(
        |(id, time, actor, trace, guard, facts)| Batch {
            id: RequestId::from_u128(id),
            time,
            actor: actor.map(ActorId::from_u128),
            trace: trace.map(TraceId::from_u128),
            guard,
            facts,
        },
    )
}

proptest! {
    #[test]
    fn every_batch_reads_back_as_it_was(batch in any_batch()) {
        let bytes = encode(&batch).unwrap();
        let read = decode(&bytes).unwrap();
        prop_assert_eq!(&read, &batch);
        prop_assert_eq!(encode(&read).unwrap(), bytes);
    }

    #[test]
    fn every_fact_bears_its_own_tags(batch in any_batch()) {
        let bytes = encode(&batch).unwrap();
        for (unread, fact) in Prologue::read(&bytes).unwrap().facts.iter().zip(&batch.facts) {
            prop_assert_eq!(&unread.tags, &Tag::of(fact));
        }
    }

    #[test]
    fn random_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..400)) {
        let _ = decode(&bytes);
        let _ = decode(&[&[LAYOUT], &*bytes].concat());
    }

    /// What is taken in spite of a change reads back as it was taken.
    #[test]
    fn changed_bytes_do_no_harm(batch in any_batch(), changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = encode(&batch).unwrap();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(read) = decode(&bytes) {
            prop_assert_eq!(decode(&encode(&read).unwrap()).unwrap(), read);
        }
    }

    #[test]
    fn a_cut_batch_is_never_a_batch(batch in any_batch(), cut in any::<prop::sample::Index>()) {
        let bytes = encode(&batch).unwrap();
        let error = decode(&bytes[..cut.index(bytes.len())]).unwrap_err();
        prop_assert!(error.is_corrupt());
    }

    /// A chain is taken over bytes, so whatever differs must differ in them.
    #[test]
    fn different_batches_have_different_chains(a in any_batch(), b in any_batch()) {
        let start = Chain::from_bytes([0; 32]);
        let chain = |batch| start.then(&encode(batch).unwrap());
        prop_assert_eq!(chain(&a) == chain(&b), a == b);
    }
}
