//! Batches of any facts through the bytes and back.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::id::{OfferingId, PoolId};
use crate::record::Chain;
use crate::schedule::{DateSpan, Moment, Schedule, Tables, TimeSpan, Zone};
use crate::sealed::{KeyRef, Keys, Sealed};
use crate::text::Reference;

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

fn any_text() -> impl Strategy<Value = String> + Clone {
    ".{0,20}"
}

fn any_mode() -> impl Strategy<Value = Mode> {
    let venue = (any_text(), any_text()).prop_map(|(name, address)| Venue { name, address });
    prop_oneof![Just(Mode::Online), venue.clone().prop_map(Mode::InPerson), venue.prop_map(Mode::Hybrid)]
}

fn any_pool() -> impl Strategy<Value = Pool> {
    (any::<u16>(), ".{0,9}", any_capacity()).prop_map(|(id, name, capacity)| Pool {
        id: PoolId::new(id),
        name,
        capacity,
    })
}

/// For no session: those can only be added later.
fn any_offering() -> impl Strategy<Value = Offering> {
    let requires = option::of(any::<u16>().prop_map(OfferingId::new));
    (any::<u16>(), ".{0,9}", vec(any::<u16>(), 0..4), 1_u16.., any::<bool>(), requires).prop_map(
        |(id, name, pools, max_party, waiting_list, requires)| Offering {
            id: OfferingId::new(id),
            name,
            pools: pools.into_iter().map(PoolId::new).collect(),
            max_party: max_party.try_into().unwrap(),
            waiting_list,
            requires,
            session: None,
        },
    )
}

fn any_announcement() -> impl Strategy<Value = Box<Announcement>> {
    let kind = prop::sample::select(vec![
        GatheringKind::Webinar,
        GatheringKind::Workshop,
        GatheringKind::Meeting,
        GatheringKind::Conference,
        GatheringKind::Visit,
    ]);
    let window =
        (any_booking_time(), any_booking_time()).prop_map(|(opens, closes)| BookingWindow { opens, closes });
    let lists = (vec(any_pool(), 0..4), vec(any_offering(), 0..4));
    let rest = (window, any::<bool>(), any_reference());
    (kind, ".{0,30}", ".{0,99}", any_mode(), any_schedule(), lists, rest).prop_map(
        |(kind, title, description, mode, schedule, (pools, offerings), (window, no_overlap, reference))| {
            Box::new(Announcement {
                kind,
                title,
                description,
                mode,
                schedule,
                pools,
                offerings,
                window,
                no_overlap,
                reference,
            })
        },
    )
}

fn any_gathering_id() -> impl Strategy<Value = GatheringId> {
    small().prop_map(GatheringId::from_u128)
}

fn any_person() -> impl Strategy<Value = PersonId> {
    small().prop_map(PersonId::from_u128)
}

fn any_registration() -> impl Strategy<Value = RegistrationId> {
    small().prop_map(RegistrationId::from_u128)
}

fn any_session_id() -> impl Strategy<Value = SessionId> {
    small().prop_map(SessionId::from_u128)
}

fn any_fact() -> impl Strategy<Value = Fact> {
    prop_oneof![
        any_fact_of_a_person(),
        any_fact_of_a_gathering(),
        any_fact_of_booking(),
        any_fact_of_a_session()
    ]
}

fn any_fact_of_a_person() -> impl Strategy<Value = Fact> {
    prop_oneof![
        (any_person(), any_sealed()).prop_map(|(person, details)| Fact::PersonRecorded { person, details }),
        (any_person(), any_sealed()).prop_map(|(person, name)| Fact::NamePublished { person, name }),
    ]
}

fn any_fact_of_a_gathering() -> impl Strategy<Value = Fact> {
    let added = (any_gathering_id(), any_offering(), option::of(any_session_id()), vec(any_pool(), 0..3));
    prop_oneof![
        (any_gathering_id(), any_announcement(), option::of(any_sealed())).prop_map(
            |(gathering, announcement, join_link)| Fact::GatheringAnnounced {
                gathering,
                announcement,
                join_link
            }
        ),
        (any_gathering_id(), any_schedule())
            .prop_map(|(gathering, schedule)| Fact::GatheringRescheduled { gathering, schedule }),
        (any_gathering_id(), any_mode(), option::of(any_sealed()))
            .prop_map(|(gathering, mode, join_link)| Fact::ModeChanged { gathering, mode, join_link }),
        added.prop_map(|(gathering, offering, session, pools)| Fact::OfferingAdded {
            gathering,
            offering: Offering { session, ..offering },
            pools
        }),
        (any_gathering_id(), any::<u16>().prop_map(PoolId::new), any_capacity())
            .prop_map(|(gathering, pool, capacity)| Fact::CapacityChanged { gathering, pool, capacity }),
        any_gathering_id().prop_map(|gathering| Fact::BookingOpened { gathering }),
        any_gathering_id().prop_map(|gathering| Fact::BookingClosed { gathering }),
        any_gathering_id().prop_map(|gathering| Fact::GatheringCancelled { gathering }),
    ]
}

fn any_fact_of_booking() -> impl Strategy<Value = Fact> {
    let by = prop_oneof![Just(Ending::Attendee), Just(Ending::Organiser)];
    let on = || (any_gathering_id(), any_registration());
    prop_oneof![
        (on(), any_booking()).prop_map(|((gathering, registration), booking)| {
            Fact::RegistrationConfirmed { gathering, registration, booking }
        }),
        (on(), any_booking(), any::<u32>()).prop_map(|((gathering, registration), booking, ahead)| {
            Fact::RegistrationWaitlisted { gathering, registration, booking, ahead }
        }),
        on().prop_map(|(gathering, registration)| Fact::RegistrationPromoted { gathering, registration }),
        (on(), by).prop_map(|((gathering, registration), by)| {
            Fact::RegistrationEnded { gathering, registration, how: by }
        }),
        (on(), any::<u16>(), option::of(any_person()), any_person()).prop_map(
            |((gathering, registration), place, from, to)| Fact::PlaceTransferred {
                gathering,
                registration,
                place,
                from,
                to
            }
        ),
    ]
}

fn any_texts() -> impl Strategy<Value = SessionTexts> {
    let speakers = vec(any_person(), 0..4);
    (any_text(), ".{0,99}", any_text(), any_text(), any_text(), speakers).prop_map(
        |(title, description, track, kind, link, speakers)| SessionTexts {
            title,
            description,
            track,
            kind,
            link,
            speakers,
        },
    )
}

fn any_fact_of_a_session() -> impl Strategy<Value = Fact> {
    let on = || (any_gathering_id(), any_session_id());
    prop_oneof![
        (on(), any_schedule(), any_text(), any_texts()).prop_map(
            |((gathering, id), schedule, room, texts)| {
                let session = Box::new(Session { id, schedule, room, texts });
                Fact::SessionAdded { gathering, session }
            }
        ),
        (on(), any_schedule(), any_text()).prop_map(|((gathering, session), schedule, room)| {
            Fact::SessionMoved { gathering, session, schedule, room }
        }),
        (on(), any_texts().prop_map(Box::new))
            .prop_map(|((gathering, session), texts)| { Fact::SessionRevised { gathering, session, texts } }),
        on().prop_map(|(gathering, session)| Fact::SessionDropped { gathering, session }),
    ]
}

fn any_tag() -> impl Strategy<Value = Tag> {
    prop_oneof![
        any_gathering_id().prop_map(Tag::Gathering),
        any_person().prop_map(Tag::Person),
        any_registration().prop_map(Tag::Registration),
        any_session_id().prop_map(Tag::Session),
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
