//! Batches of any facts through the bytes and back.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::fact::Rsvp;
use crate::id::{
    CheckInListId, OfferingId, OrganisationId, PoolId, ResourceId, ScanId, SeriesId, SetAsideId,
};
use crate::record::{Chain, Content};
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
fn small() -> impl Strategy<Value = u128> + Clone {
    0_u128..6
}

fn any_named() -> impl Strategy<Value = Reference> + Clone {
    "[!-?A-~]{1,64}".prop_map(|text| Reference::new(&text).unwrap())
}

fn any_reference() -> impl Strategy<Value = Option<Reference>> {
    option::of(any_named())
}

fn any_credential() -> impl Strategy<Value = Credential> + Clone {
    prop_oneof![
        any_named().prop_map(Credential::Code),
        any_named().prop_map(Credential::Category),
        any::<u128>().prop_map(|id| Credential::Organisation(OrganisationId::from_u128(id))),
    ]
}

fn any_who() -> impl Strategy<Value = Who> + Clone {
    prop_oneof![any_credential().prop_map(Who::With), any_person().prop_map(Who::Person)]
}

fn any_draws() -> impl Strategy<Value = Vec<Draw>> {
    let draw = any::<(u16, u32)>()
        .prop_map(|(set_aside, places)| Draw { set_aside: SetAsideId::new(set_aside), places });
    vec(draw, 0..4)
}

fn any_guests() -> impl Strategy<Value = Vec<Option<PersonId>>> {
    vec(option::of(any_person()), 0..5)
}

/// Half of them say nothing but what for and for whom.
fn any_booking() -> impl Strategy<Value = Booking> {
    let party = (any_person(), any_guests()).prop_map(|(booker, guests)| Party { booker, guests });
    let said = (vec(any_credential(), 0..3), option::of(any_registration()), any::<(bool, bool)>());
    let said = prop_oneof![Just((Vec::new(), None, (false, false))), said];
    (any::<u16>(), party, any_reference(), option::of(any_sealed()), said).prop_map(
        |(offering, party, reference, answers, (credentials, supersedes, (uncounted, may_split)))| Booking {
            offering: OfferingId::new(offering),
            party,
            reference,
            answers,
            credentials,
            supersedes,
            uncounted,
            may_split,
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

fn any_overbook() -> impl Strategy<Value = Overbook> {
    prop_oneof![
        Just(Overbook::No),
        any::<u32>().prop_map(Overbook::Places),
        any::<u16>().prop_map(Overbook::PerCent),
    ]
}

fn any_pool() -> impl Strategy<Value = Pool> {
    (any::<u16>(), ".{0,9}", any_capacity(), any_overbook()).prop_map(|(id, name, capacity, overbook)| Pool {
        id: PoolId::new(id),
        name,
        capacity,
        overbook,
    })
}

fn any_time_of_day() -> impl Strategy<Value = chrono::NaiveTime> {
    (0_u32..86_400, 0_u32..1_000_000).prop_map(|(seconds, micros)| {
        chrono::NaiveTime::from_num_seconds_from_midnight_opt(seconds, micros * 1_000).unwrap()
    })
}

fn any_line() -> impl Strategy<Value = LinePolicy> {
    let quiet = (any_time_of_day(), any_time_of_day()).prop_map(|(from, until)| QuietHours { from, until });
    let terms = (any::<u32>(), option::of(quiet))
        .prop_map(|(respond_within, quiet)| OfferTerms { respond_within, quiet });
    let serving = prop_oneof![Just(Serving::Automatic), terms.prop_map(Serving::Offer)];
    let head = prop_oneof![
        Just(HeadPolicy::Strict),
        Just(HeadPolicy::BestFit),
        any::<u32>().prop_map(|seconds| HeadPolicy::StrictThenFit { seconds }),
    ];
    (serving, head).prop_map(|(serving, head)| LinePolicy { serving, head })
}

fn any_approval() -> impl Strategy<Value = Approval> {
    any::<(bool, Option<u32>)>()
        .prop_map(|(pending_uses_places, decide_within)| Approval { pending_uses_places, decide_within })
}

/// For no session: those can only be added later.
fn any_offering() -> impl Strategy<Value = Offering> {
    let requires = option::of(any::<u16>().prop_map(OfferingId::new));
    let rules = (any_line(), option::of(any_approval()), vec(any_who(), 0..3), any::<u32>());
    (any::<u16>(), ".{0,9}", vec(any::<u16>(), 0..4), 1_u16.., any::<bool>(), requires, rules).prop_map(
        |(id, name, pools, max_party, waiting_list, requires, (line, approval, only_for, hold_limit))| {
            Offering {
                id: OfferingId::new(id),
                name,
                pools: pools.into_iter().map(PoolId::new).collect(),
                max_party: max_party.try_into().unwrap(),
                waiting_list,
                requires,
                session: None,
                line,
                approval,
                only_for,
                hold_limit,
            }
        },
    )
}

fn any_set_aside() -> impl Strategy<Value = SetAside> {
    (any::<(u16, u16, u32)>(), vec(any_who(), 0..3), any_booking_time()).prop_map(
        |((id, pool, places), who, release)| SetAside {
            id: SetAsideId::new(id),
            pool: PoolId::new(pool),
            places,
            who,
            release,
        },
    )
}

fn any_priorities() -> impl Strategy<Value = Vec<Vec<Who>>> {
    vec(vec(any_who(), 0..3), 0..3)
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
    let cap =
        (any::<u16>(), any_booking_time()).prop_map(|(people, until)| OrganisationCap { people, until });
    let series = option::of(any::<u128>().prop_map(SeriesId::from_u128));
    let (sets, replaces) = (vec(any_set_aside(), 0..3), option::of(any_gathering_id()));
    let rules = (any::<bool>(), series, replaces, option::of(cap), any_priorities(), sets);
    (kind, ".{0,30}", ".{0,99}", any_mode(), any_schedule(), lists, rest, rules).prop_map(
        |(kind, title, description, mode, schedule, (pools, offerings), rest, rules)| {
            let (window, no_overlap, reference) = rest;
            let (draft, series, replaces, organisation_cap, priorities, set_asides) = rules;
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
                draft,
                series,
                replaces,
                organisation_cap,
                priorities,
                set_asides,
            })
        },
    )
}

fn any_gathering_id() -> impl Strategy<Value = GatheringId> {
    small().prop_map(GatheringId::from_u128)
}

fn any_person() -> impl Strategy<Value = PersonId> + Clone {
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
        any_fact_of_a_rule(),
        any_fact_of_booking(),
        any_fact_of_waiting(),
        any_fact_of_a_party(),
        any_fact_of_a_session(),
        any_fact_of_afterwards(),
        any_fact_of_check_in(),
    ]
}

fn any_fact_of_a_person() -> impl Strategy<Value = Fact> {
    prop_oneof![
        (any_person(), any_sealed()).prop_map(|(person, details)| Fact::PersonRecorded { person, details }),
        (any_person(), any_sealed()).prop_map(|(person, name)| Fact::NamePublished { person, name }),
        (any_person(), any_sealed()).prop_map(|(person, hash)| Fact::CalendarTokenIssued { person, hash }),
        any_person().prop_map(|person| Fact::CalendarTokenRevoked { person }),
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
        (any_gathering_id(), any_schedule(), option::of(any_ask()))
            .prop_map(|(gathering, schedule, ask)| Fact::GatheringRescheduled { gathering, schedule, ask }),
        (any_gathering_id(), any_mode(), option::of(any_sealed()))
            .prop_map(|(gathering, mode, join_link)| Fact::ModeChanged { gathering, mode, join_link }),
        added.prop_map(|(gathering, offering, session, pools)| Fact::OfferingAdded {
            gathering,
            offering: Offering { session, ..offering },
            pools
        }),
        (any_gathering_id(), any::<u16>(), any_capacity(), any_overbook(), any::<bool>()).prop_map(
            |(gathering, pool, capacity, overbook, keep_all)| Fact::CapacityChanged {
                gathering,
                pool: PoolId::new(pool),
                capacity,
                overbook,
                keep_all
            }
        ),
        any_gathering_id().prop_map(|gathering| Fact::BookingOpened { gathering }),
        any_gathering_id().prop_map(|gathering| Fact::BookingClosed { gathering }),
        any_gathering_id().prop_map(|gathering| Fact::GatheringCancelled { gathering }),
    ]
}

fn any_ask() -> impl Strategy<Value = Reconfirmation> {
    let silence = prop::sample::select(vec![Silence::Keep, Silence::Release, Silence::FollowUp]);
    (any_micros(), silence).prop_map(|(until, on_silence)| Reconfirmation { until, on_silence })
}

fn any_fact_of_a_rule() -> impl Strategy<Value = Fact> {
    let on = any_gathering_id;
    prop_oneof![
        on().prop_map(|gathering| Fact::ReconfirmationClosed { gathering }),
        on().prop_map(|gathering| Fact::BookingToLineOnly { gathering }),
        on().prop_map(|gathering| Fact::InterestOpened { gathering }),
        on().prop_map(|gathering| Fact::DraftAnnounced { gathering }),
        on().prop_map(|gathering| Fact::BooksClosed { gathering }),
        on().prop_map(|gathering| Fact::GatheringArchived { gathering }),
        (on(), any_set_aside())
            .prop_map(|(gathering, set_aside)| Fact::SetAsideMade { gathering, set_aside }),
        (on(), any::<(u16, u32)>(), any_booking_time()).prop_map(
            |(gathering, (set_aside, places), release)| {
                Fact::SetAsideChanged { gathering, set_aside: SetAsideId::new(set_aside), places, release }
            }
        ),
        (on(), any_reference()).prop_map(|(gathering, reason)| Fact::BookingPaused { gathering, reason }),
        (on(), any::<u16>().prop_map(OfferingId::new))
            .prop_map(|(gathering, offering)| Fact::LineClosed { gathering, offering }),
        (on(), any_priorities(), any_named()).prop_map(|(gathering, priorities, reason)| {
            Fact::PrioritiesChanged { gathering, priorities, reason }
        }),
    ]
}

fn any_ending() -> impl Strategy<Value = Ending> {
    prop::sample::select(ENDINGS.to_vec())
}

fn on_a_registration() -> impl Strategy<Value = (GatheringId, RegistrationId)> {
    (any_gathering_id(), any_registration())
}

fn any_fact_of_booking() -> impl Strategy<Value = Fact> {
    let on = on_a_registration;
    prop_oneof![
        (on(), any_booking(), any_draws()).prop_map(|((gathering, registration), booking, draws)| {
            Fact::RegistrationConfirmed { gathering, registration, booking, draws }
        }),
        (on(), any_booking(), any::<u32>()).prop_map(|((gathering, registration), booking, ahead)| {
            Fact::RegistrationWaitlisted { gathering, registration, booking, ahead }
        }),
        (on(), any_draws()).prop_map(|((gathering, registration), draws)| {
            Fact::RegistrationPromoted { gathering, registration, draws }
        }),
        (on(), any_ending()).prop_map(|((gathering, registration), how)| {
            Fact::RegistrationEnded { gathering, registration, how }
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
        (on(), any_booking()).prop_map(|((gathering, registration), booking)| {
            Fact::FollowUpRequested { gathering, registration, booking }
        }),
        (on(), any_booking()).prop_map(|((gathering, registration), booking)| {
            Fact::InterestNoted { gathering, registration, booking }
        }),
    ]
}

fn any_pending() -> impl Strategy<Value = Pending> {
    (any::<bool>(), option::of(any_micros())).prop_map(|(uses_places, until)| Pending { uses_places, until })
}

fn any_reason() -> impl Strategy<Value = PassReason> {
    prop_oneof![
        any::<(u16, u32, i64)>().prop_map(|(pool, wanted, free)| PassReason::TooLarge {
            pool: PoolId::new(pool),
            wanted,
            free
        }),
        any::<u16>().prop_map(|pool| PassReason::SetAside { pool: PoolId::new(pool) }),
        Just(PassReason::OrganisationCap),
        any::<u16>().prop_map(|offering| PassReason::NeedsPlace { offering: OfferingId::new(offering) }),
        any_registration().prop_map(|registration| PassReason::Overlap { registration }),
        any_registration().prop_map(|registration| PassReason::SeriesDate { registration }),
        Just(PassReason::NoTimeToAnswer),
    ]
}

fn any_fact_of_waiting() -> impl Strategy<Value = Fact> {
    let on = on_a_registration;
    prop_oneof![
        (on(), any_booking(), any_draws(), any_micros(), any_micros()).prop_map(
            |((gathering, registration), booking, draws, until, latest)| Fact::RegistrationHeld {
                gathering,
                registration,
                booking,
                draws,
                until,
                latest
            }
        ),
        (on(), any_micros()).prop_map(|((gathering, registration), until)| {
            Fact::HoldExtended { gathering, registration, until }
        }),
        (on(), any_person(), option::of(any_sealed()), option::of(any_pending())).prop_map(
            |((gathering, registration), booker, answers, pending)| Fact::HoldConfirmed {
                gathering,
                registration,
                booker,
                answers,
                pending
            }
        ),
        (on(), any_booking(), any_draws(), any_pending()).prop_map(
            |((gathering, registration), booking, draws, pending)| Fact::ApprovalRequested {
                gathering,
                registration,
                booking,
                draws,
                pending
            }
        ),
        (on(), any_draws(), any::<Option<u32>>()).prop_map(|((gathering, registration), draws, ahead)| {
            Fact::RegistrationApproved { gathering, registration, draws, ahead }
        }),
        (on(), any_draws(), any_micros()).prop_map(|((gathering, registration), draws, respond_by)| {
            Fact::PlaceOffered { gathering, registration, draws, respond_by }
        }),
        on().prop_map(|(gathering, registration)| Fact::OfferAccepted { gathering, registration }),
        (on(), any_reason()).prop_map(|((gathering, registration), reason)| {
            Fact::PassedOver { gathering, registration, reason }
        }),
    ]
}

fn any_rsvp() -> impl Strategy<Value = Rsvp> {
    prop::sample::select(vec![Rsvp::Accepted, Rsvp::Tentative, Rsvp::Declined])
}

fn any_fact_of_a_party() -> impl Strategy<Value = Fact> {
    let on = on_a_registration;
    prop_oneof![
        (on(), any_registration(), any::<u16>()).prop_map(|((gathering, registration), rest, keep)| {
            Fact::RegistrationSplit { gathering, registration, rest, keep }
        }),
        on().prop_map(|(gathering, registration)| Fact::MovedToFollowUp { gathering, registration }),
        on().prop_map(|(gathering, registration)| Fact::RegistrationReconfirmed { gathering, registration }),
        (on(), any_person(), any_rsvp(), any::<u32>(), any_micros(), option::of(any_sealed())).prop_map(
            |((gathering, registration), person, rsvp, sequence, stamp, comment)| Fact::InvitationAnswered {
                gathering,
                registration,
                person,
                rsvp,
                sequence,
                stamp,
                comment
            }
        ),
        (on(), vec(any::<u16>(), 0..4), any_guests(), any_draws()).prop_map(
            |((gathering, registration), removed, added, draws)| Fact::PartyChanged {
                gathering,
                registration,
                removed,
                added,
                draws
            }
        ),
    ]
}

fn any_fact_of_afterwards() -> impl Strategy<Value = Fact> {
    let id = || any::<u128>().prop_map(ResourceId::from_u128);
    let (presence, source) =
        (prop::sample::select(PRESENCES.to_vec()), prop::sample::select(SOURCES.to_vec()));
    let (kind, audience) =
        (prop::sample::select(RESOURCES.to_vec()), prop::sample::select(AUDIENCES.to_vec()));
    let resource = (id(), kind, any_text(), audience).prop_map(|(id, kind, title, audience)| Resource {
        id,
        kind,
        title,
        audience,
    });
    prop_oneof![
        (on_a_registration(), any::<u16>(), presence, source, any_micros()).prop_map(
            |((gathering, registration), place, presence, source, seen_at)| Fact::PresenceRecorded {
                gathering,
                registration,
                place,
                presence,
                source,
                seen_at,
                flagged: false
            }
        ),
        (any_gathering_id(), resource, any_sealed())
            .prop_map(|(gathering, resource, link)| Fact::ResourceAttached { gathering, resource, link }),
        (any_gathering_id(), id())
            .prop_map(|(gathering, resource)| Fact::ResourceWithdrawn { gathering, resource }),
        any_person().prop_map(|person| Fact::PersonForgotten { person }),
        any_gathering_id().prop_map(|gathering| Fact::AnswersExpired { gathering }),
        (any_gathering_id(), any::<Option<u32>>())
            .prop_map(|(gathering, answers)| Fact::RetentionSet { gathering, answers }),
        (any_person(), any_named()).prop_map(|(person, purpose)| Fact::PersonExported { person, purpose }),
        any_fact_beside(),
    ]
}

/// What is said beside a booking.
fn any_fact_beside() -> impl Strategy<Value = Fact> {
    let on = || (on_a_registration(), any_person());
    prop_oneof![
        (on_a_registration(), vec(any_named(), 0..4)).prop_map(|((gathering, registration), tags)| {
            Fact::TagsSet { gathering, registration, tags }
        }),
        (on(), option::of(any_sealed())).prop_map(|(((gathering, registration), booker), note)| {
            Fact::NoteWritten { gathering, registration, booker, note }
        }),
        (on(), any_named(), any::<bool>()).prop_map(
            |(((gathering, registration), person), purpose, given)| {
                Fact::ConsentRecorded { gathering, registration, person, purpose, given }
            }
        ),
        (on(), option::of(any_sealed())).prop_map(|(((gathering, registration), person), needs)| {
            Fact::NeedsRecorded { gathering, registration, person, needs }
        }),
        (any_gathering_id(), any_named())
            .prop_map(|(gathering, purpose)| Fact::NeedsRead { gathering, purpose }),
        (any_gathering_id(), any::<Option<u32>>())
            .prop_map(|(gathering, days)| Fact::NeedsRetentionSet { gathering, days }),
        any_gathering_id().prop_map(|gathering| Fact::NeedsExpired { gathering }),
    ]
}

fn any_check_in_list() -> impl Strategy<Value = CheckInList> {
    let offerings = vec(any::<u16>().prop_map(OfferingId::new), 0..4);
    (any::<u16>(), any_text(), offerings, option::of(any_session_id()), any::<bool>(), any::<(u32, u32)>())
        .prop_map(|(id, name, offerings, session, online, (opens, closes))| {
            let list = CheckInList::new(CheckInListId::new(id), name).window(opens, closes);
            let list = if online { list.online() } else { list };
            CheckInList { offerings, session, ..list }
        })
}

fn any_told() -> impl Strategy<Value = CheckedIn> {
    let name =
        (any::<u16>(), any_text()).prop_map(|(id, name)| ListName { id: CheckInListId::new(id), name });
    let standings = [Standing::Waiting, Standing::Held, Standing::Pending, Standing::Offered];
    let standings =
        [&standings[..], &[Standing::FollowUpOnly, Standing::Interested, Standing::Ended]].concat();
    let time = || option::of(any_micros());
    prop_oneof![
        Just(CheckedIn::Counted),
        any_micros().prop_map(|first_seen| CheckedIn::Again { first_seen }),
        vec(name, 0..4).prop_map(|belongs| CheckedIn::WrongList { belongs }),
        prop::sample::select(standings).prop_map(|standing| CheckedIn::NotConfirmed { standing }),
        Just(CheckedIn::UnknownRegistration),
        Just(CheckedIn::OtherGathering),
        (time(), time()).prop_map(|(opens, closes)| CheckedIn::OutsideWindow { opens, closes }),
        any::<u32>().prop_map(|places| CheckedIn::UnknownPlace { places }),
        Just(CheckedIn::Undone),
    ]
}

fn any_fact_of_check_in() -> impl Strategy<Value = Fact> {
    let scan = (any::<u128>(), any_registration(), any_micros(), any::<(u16, u16, bool)>()).prop_map(
        |(id, registration, seen_at, (place, list, out))| {
            let scan = Scan::new(ScanId::from_u128(id), registration, seen_at);
            scan.place(place).list(CheckInListId::new(list)).way(if out { Way::Out } else { Way::In })
        },
    );
    let source = prop::sample::select(SOURCES.to_vec());
    prop_oneof![
        (any_gathering_id(), any_check_in_list())
            .prop_map(|(gathering, list)| Fact::CheckInListSet { gathering, list }),
        (any_gathering_id(), any::<u16>().prop_map(CheckInListId::new))
            .prop_map(|(gathering, list)| Fact::CheckInListWithdrawn { gathering, list }),
        (any_gathering_id(), scan, source, any_told())
            .prop_map(|(gathering, scan, source, told)| Fact::Scanned { gathering, scan, source, told }),
        (any_gathering_id(), any::<u128>().prop_map(ScanId::from_u128))
            .prop_map(|(gathering, scan)| Fact::ScanUndone { gathering, scan }),
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
    let content = option::of(any::<[u8; 8]>());
    (id, any_micros(), option::of(id), option::of(id), content, guard, vec(any_fact(), 1..6)).prop_map(
        |(id, time, actor, trace, content, guard, facts)| Batch {
            id: RequestId::from_u128(id),
            time,
            actor: actor.map(ActorId::from_u128),
            trace: trace.map(TraceId::from_u128),
            content: content.map(Content::from_bytes),
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

    #[cfg(feature = "json")]
    #[test]
    fn every_batch_said_in_text_has_the_same_bytes(batch in any_batch()) {
        let bytes = encode(&batch).unwrap();
        prop_assert_eq!(said::again(&bytes).unwrap(), bytes);
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
        let _ = decode(&[&[LAYOUT_WITHOUT_CONTENT], &*bytes].concat());
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
