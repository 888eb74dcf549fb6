//! Stored bytes are promises.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::Path;

use gather::log::{Appended, Batch, FileLog, Guard, Log, Scope, Tag, decode, encode};
use gather::privacy::{FileVault, Key, KeyRef, KeyVault};
use gather::{
    ActorId, Announcement, Approval, Booking, BookingTime, Capacity, Content, Credential, Desk, Draw, Ending,
    Fact, GatheringId, HeadPolicy, LogId, Mode, OfferTerms, OfferingId, Opened, OrganisationId, Overbook,
    PassReason, PersonId, PoolId, Position, Presence, PresenceSource, QuietHours, Reference, RegistrationId,
    RequestId, SeriesId, Serving, SessionId, SetAside, SetAsideId, TraceId, Who,
};

/// Every kind of fact under its name, and its version if that is not the first; then every kind in layout 2, under that
/// layout, its name and its version. That none is missing is held beside the code that writes them.
const FACTS: &str = include_str!("../data/facts.txt");
/// How many lines there are of layout 1. They are read for ever and written no longer.
const FIRST_LAYOUT: usize = 20;
/// How many lines of layout 2 there were when the format was frozen. What comes later has a log of its own.
const FIRST_FORMAT: usize = 57;
/// What came later with what stands beside a booking. It has a log of its own, and each line a name: others come between.
const BESIDE: [&str; 9] = [
    "layout2/TagsSet/1",
    "layout2/NoteWritten/1",
    "layout2/ConsentRecorded/1",
    "layout2/NeedsRecorded/1",
    "layout2/NeedsRead/1",
    "layout2/NeedsRetentionSet/1",
    "layout2/NeedsExpired/1",
    "layout2/NoteWritten/1/none",
    "layout2/NeedsRecorded/1/none",
];
/// How many lines of checking in came then.
const CHECK_IN: usize = 12;
/// Of the first, what already had a later version.
const FIRST_ANNOUNCEMENT: &str = "GatheringAnnounced";

/// A log of the first eleven kinds, written once, when there were no others.
const LOG: &[u8] = include_bytes!("../data/format1a.gather");
/// A log of the first nineteen kinds, written once.
const SECOND_LOG: &[u8] = include_bytes!("../data/format1b.gather");
/// A log of the booking rules, the kinds 1 to 47 in layout 2, written once.
const THIRD_LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/format1c.gather");
/// A log of every kind that there was when the format was frozen, written once.
const FOURTH_LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/format1e.gather");
/// A log of what stands beside a booking, written once.
const BESIDE_LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/format1g.gather");
/// A log of the kinds of checking in, written once.
const CHECK_IN_LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/format1f.gather");
/// What a desk left in its folder when the format was frozen: log, head and keys; and beside them a wrapped key file.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/format1");

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

/// What a kind is called today, under whatever name it is frozen.
fn kind_of(name: &str) -> &str {
    match name.trim_start_matches("layout2/").split('/').next().unwrap() {
        "RegistrationCancelled" => "RegistrationEnded",
        kind => kind,
    }
}

#[test]
fn frozen_bytes_are_read_and_written_as_ever() {
    assert_eq!(frozen().count(), FIRST_LAYOUT + FIRST_FORMAT + CHECK_IN + BESIDE.len());
    for (nth, (name, bytes)) in frozen().enumerate() {
        let batch = decode(&bytes).unwrap();
        assert_eq!(encode(&batch).unwrap() == bytes, nth >= FIRST_LAYOUT, "{name}");
        assert_eq!(name.starts_with("layout2/"), nth >= FIRST_LAYOUT, "{name}");
        let kind = kind_of(name);
        assert!(format!("{:?}", batch.facts).starts_with(&format!("[{kind} ")), "{name}");
    }
}

/// What an older layout and older versions wrote says the same once it is written as it is today.
#[test]
fn older_versions_are_written_anew_without_a_change() {
    for (name, bytes) in frozen().take(FIRST_LAYOUT) {
        let batch = decode(&bytes).unwrap();
        assert_eq!(decode(&encode(&batch).unwrap()).unwrap(), batch, "{name}");
    }
}

#[test]
fn a_frozen_prologue_says_what_it_always_said() {
    for (nth, (name, bytes)) in frozen().enumerate() {
        let Batch { id, time, actor, trace, content, guard, facts } = decode(&bytes).unwrap();
        let kept = Content::from_bytes([0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7]);
        assert_eq!(content, (nth >= FIRST_LAYOUT).then_some(kept), "{name}");
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
    let how = Ending::Organiser;
    let (overbook, keep_all, draws) = (Overbook::No, false, Vec::new());
    let (from, to) = (Some(PersonId::from_u128(0x21)), PersonId::from_u128(0x22));
    let known = [
        ("GatheringRescheduled", Fact::GatheringRescheduled { gathering, schedule, ask: None }),
        ("BookingOpened", Fact::BookingOpened { gathering }),
        ("BookingClosed", Fact::BookingClosed { gathering }),
        ("CapacityChanged", Fact::CapacityChanged { gathering, pool, capacity, overbook, keep_all }),
        ("GatheringCancelled", Fact::GatheringCancelled { gathering }),
        ("RegistrationPromoted", Fact::RegistrationPromoted { gathering, registration, draws }),
        ("RegistrationCancelled", Fact::RegistrationEnded { gathering, registration, how }),
        ("PlaceTransferred", Fact::PlaceTransferred { gathering, registration, place: 2, from, to }),
        ("SessionMoved", Fact::SessionMoved { gathering, session, schedule: moved, room: "Hall".into() }),
        ("SessionDropped", Fact::SessionDropped { gathering, session }),
    ];
    for (name, fact) in known {
        assert_eq!(frozen_fact(name), fact, "{name}");
    }
}

fn named(text: &str) -> Reference {
    Reference::new(text).unwrap()
}

fn noon() -> chrono::DateTime<chrono::Utc> {
    "2027-01-01T12:00:00.000001Z".parse().unwrap()
}

fn frozen_draws() -> Vec<Draw> {
    [(7, 2), (300, 1)].map(|(id, places)| Draw { set_aside: SetAsideId::new(id), places }).into()
}

#[test]
fn frozen_facts_of_the_booking_rules_say_what_they_always_said() {
    let (gathering, registration) = (GatheringId::from_u128(0x11), RegistrationId::from_u128(0x31));
    let (ann, bob) = (PersonId::from_u128(0x21), PersonId::from_u128(0x22));
    let reason = PassReason::TooLarge { pool: PoolId::new(2), wanted: 4, free: -1 };
    let (presence, source, seen_at) = (Presence::Late, PresenceSource::Online, noon());
    let (removed, added, draws) = (vec![2, 300], vec![Some(bob), None, Some(ann)], frozen_draws());
    let (set_aside, release) = (SetAsideId::new(7), Some(BookingTime::At(noon())));
    let rest = RegistrationId::from_u128(0x32);
    let ahead = Some(200);
    let known = [
        ("RegistrationEnded/2", Fact::RegistrationEnded { gathering, registration, how: Ending::Superseded }),
        ("HoldExtended/1", Fact::HoldExtended { gathering, registration, until: noon() }),
        (
            "RegistrationApproved/1",
            Fact::RegistrationApproved { gathering, registration, draws: frozen_draws(), ahead },
        ),
        (
            "PlaceOffered/1",
            Fact::PlaceOffered { gathering, registration, draws: frozen_draws(), respond_by: noon() },
        ),
        ("PassedOver/1", Fact::PassedOver { gathering, registration, reason }),
        ("RegistrationSplit/1", Fact::RegistrationSplit { gathering, registration, rest, keep: 2 }),
        ("PartyChanged/1", Fact::PartyChanged { gathering, registration, removed, added, draws }),
        ("SetAsideChanged/1", Fact::SetAsideChanged { gathering, set_aside, places: 0, release }),
        ("BookingPaused/1", Fact::BookingPaused { gathering, reason: Some(named("venue-unclear")) }),
        ("LineClosed/1", Fact::LineClosed { gathering, offering: OfferingId::new(3) }),
        ("GatheringArchived/1", Fact::GatheringArchived { gathering }),
        (
            "PresenceRecorded/1",
            Fact::PresenceRecorded {
                gathering,
                registration,
                place: 3,
                presence,
                source,
                seen_at,
                flagged: true,
            },
        ),
    ];
    for (name, fact) in known {
        assert_eq!(frozen_fact(&format!("layout2/{name}")), fact, "{name}");
    }
}

#[test]
fn a_frozen_booking_of_version_2_says_what_it_always_said() {
    let Fact::RegistrationConfirmed { booking, draws, .. } = frozen_fact("layout2/RegistrationConfirmed/2")
    else {
        panic!("another fact");
    };
    let Booking { credentials, supersedes, uncounted, may_split, .. } = booking;
    let library = Credential::Organisation(OrganisationId::from_u128(0x81));
    assert_eq!(credentials, [Credential::Category(named("trustee")), library]);
    assert_eq!((supersedes, uncounted, may_split), (Some(RegistrationId::from_u128(0x30)), true, true));
    assert_eq!(draws, frozen_draws());
}

#[test]
fn a_frozen_announcement_of_version_3_says_what_it_always_said() {
    let (announcement, join_link) = frozen_announcement("layout2/GatheringAnnounced/3");
    assert_eq!((&*announcement.title, join_link), ("Libraries in new hands", None));
    assert_eq!((announcement.draft, announcement.no_overlap), (true, true));
    assert_eq!(announcement.series, Some(SeriesId::from_u128(0xA1)));
    assert_eq!(announcement.replaces, Some(GatheringId::from_u128(0x10)));
    let cap = announcement.organisation_cap.unwrap();
    assert_eq!((cap.people, cap.until), (3, Some(BookingTime::At(noon()))));
    let overbooked: Vec<_> = announcement.pools.iter().map(|pool| pool.overbook).collect();
    assert_eq!(overbooked, [Overbook::PerCent(10), Overbook::Places(2)]);

    let bob = Who::Person(PersonId::from_u128(0x22));
    let early = Who::With(Credential::Code(named("early-bird")));
    let [conference, dinner] = &announcement.offerings[..] else { panic!("two offerings") };
    let hour = |hour| chrono::NaiveTime::from_hms_micro_opt(hour, 0, 0, 1).unwrap();
    let quiet = Some(QuietHours { from: hour(21), until: hour(8) });
    assert_eq!(conference.line.serving, Serving::Offer(OfferTerms { respond_within: 172_800, quiet }));
    assert_eq!(conference.line.head, HeadPolicy::StrictThenFit { seconds: 86_400 });
    let approval = Approval { pending_uses_places: true, decide_within: Some(604_800) };
    assert_eq!((conference.approval, conference.hold_limit), (Some(approval), 900));
    assert_eq!(conference.only_for, [early.clone(), bob.clone()]);
    assert_eq!((dinner.line.serving, dinner.line.head), (Serving::Automatic, HeadPolicy::BestFit));
    assert_eq!((dinner.requires, dinner.hold_limit), (Some(OfferingId::new(3)), 1_800));

    let library = Who::With(Credential::Organisation(OrganisationId::from_u128(0x81)));
    let member = Who::With(Credential::Category(named("member")));
    let ann = Who::Person(PersonId::from_u128(0x21));
    assert_eq!(announcement.priorities, [vec![library, ann], vec![], vec![member]]);
    let release = BookingTime::BeforeStart { seconds: 604_800 };
    let set_aside =
        SetAside::new(SetAsideId::new(7), PoolId::new(1), 20).who(early).who(bob).release(release);
    assert_eq!(announcement.set_asides, [set_aside]);
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
        content: None,
        guard: Guard { seen: Position::new(n.into()), scope: Scope::everything() },
        facts,
    })
}

fn a_tag_of_every_type() -> Scope {
    Scope::of([
        Tag::Gathering(GatheringId::from_u128(0x12)),
        Tag::Person(PersonId::from_u128(0x21)),
        Tag::Registration(RegistrationId::from_u128(0x31)),
        Tag::Session(SessionId::from_u128(0x61)),
    ])
}

/// With a tag of every type in the scope, and everything that a prologue can say.
fn second_batches() -> Vec<Batch> {
    let then = frozen().take(FIRST_LAYOUT).map(|(name, _)| name).filter(|name| *name != FIRST_ANNOUNCEMENT);
    let facts: Vec<Fact> = then.map(frozen_fact).collect();
    assert_eq!(facts.len(), 19);
    let scope = a_tag_of_every_type();
    each_and_all(&facts, |n, facts| Batch {
        id: RequestId::from_u128(0x200 + u128::from(n)),
        time: chrono::DateTime::from_timestamp_micros(1_798_761_600_000_000 + i64::from(n)).unwrap(),
        actor: Some(ActorId::from_u128(0x51)),
        trace: Some(TraceId::from_u128(0x71)),
        content: None,
        guard: Guard { seen: Position::new(n.into()), scope: scope.clone() },
        facts,
    })
}

/// Every kind in layout 2, with and without what was asked.
fn third_batches() -> Vec<Batch> {
    let names = frozen().skip(FIRST_LAYOUT).take(50).map(|(name, _)| name);
    let facts: Vec<Fact> = names.map(frozen_fact).collect();
    assert_eq!(facts.len(), 50);
    let scope = a_tag_of_every_type();
    each_and_all(&facts, |n, facts| Batch {
        id: RequestId::from_u128(0x300 + u128::from(n)),
        time: chrono::DateTime::from_timestamp_micros(1_830_297_600_000_000 + i64::from(n)).unwrap(),
        actor: Some(ActorId::from_u128(0x51)),
        trace: n.is_multiple_of(3).then_some(TraceId::from_u128(0x71)),
        content: n.is_multiple_of(2).then_some(Content::from_bytes([0xC0, 1, 2, 3, 4, 5, 6, 0xC7])),
        guard: Guard { seen: Position::new(n.into()), scope: scope.clone() },
        facts,
    })
}

/// Every kind and version that is written in format 1 since it was frozen.
fn fourth_batches() -> Vec<Batch> {
    batches_of_format_1(0, FIRST_FORMAT, 0x400)
}

/// The kinds of checking in, which came later.
fn check_in_batches() -> Vec<Batch> {
    batches_of_format_1(FIRST_FORMAT, CHECK_IN, 0x500)
}

/// So many lines of layout 2 behind the first so many, under requests from a number on.
fn batches_of_format_1(behind: usize, lines: usize, first: u128) -> Vec<Batch> {
    let names = frozen().skip(FIRST_LAYOUT + behind).take(lines).map(|(name, _)| name);
    let facts: Vec<Fact> = names.map(frozen_fact).collect();
    assert_eq!(facts.len(), lines);
    let scope = a_tag_of_every_type();
    each_and_all(&facts, |n, facts| Batch {
        id: RequestId::from_u128(first + u128::from(n)),
        time: chrono::DateTime::from_timestamp_micros(1_861_833_600_000_000 + i64::from(n)).unwrap(),
        actor: Some(ActorId::from_u128(0x51)),
        trace: n.is_multiple_of(3).then_some(TraceId::from_u128(0x71)),
        content: n.is_multiple_of(2).then_some(Content::from_bytes([0xC0, 1, 2, 3, 4, 5, 6, 0xC7])),
        guard: Guard { seen: Position::new(n.into()), scope: scope.clone() },
        facts,
    })
}

/// Every kind of what stands beside a booking.
fn beside_batches() -> Vec<Batch> {
    let facts: Vec<Fact> = BESIDE.iter().map(|name| frozen_fact(name)).collect();
    let scope = a_tag_of_every_type();
    each_and_all(&facts, |n, facts| Batch {
        id: RequestId::from_u128(0x600 + u128::from(n)),
        time: chrono::DateTime::from_timestamp_micros(1_893_369_600_000_000 + i64::from(n)).unwrap(),
        actor: Some(ActorId::from_u128(0x51)),
        trace: n.is_multiple_of(3).then_some(TraceId::from_u128(0x71)),
        content: n.is_multiple_of(2).then_some(Content::from_bytes([0xC0, 1, 2, 3, 4, 5, 6, 0xC7])),
        guard: Guard { seen: Position::new(n.into()), scope: scope.clone() },
        facts,
    })
}

/// Opens a frozen log and holds it against what it was made of.
fn is_read_as_ever(frozen: &[u8], made_of: &[Batch], head: u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.gather");
    std::fs::write(&path, frozen).unwrap();
    let log = FileLog::options().rebuild_head().open(&path).unwrap();
    let page = log.read(Position::START, usize::MAX).unwrap();
    let batches: Vec<_> = page.batches.into_iter().map(|stored| stored.batch).collect();
    assert_eq!(batches, made_of);
    assert_eq!(page.head.position, Position::new(head));
    assert!(log.open_report().torn.is_none());
    assert_eq!(std::fs::read(&path).unwrap(), frozen, "opening changes nothing");
}

#[test]
fn a_log_of_the_first_kinds_is_read_as_ever() {
    is_read_as_ever(LOG, &first_batches(), 22);
}

#[test]
fn a_log_with_programmes_is_read_as_ever() {
    is_read_as_ever(SECOND_LOG, &second_batches(), 38);
}

#[test]
fn a_log_with_the_booking_rules_is_read_as_ever() {
    is_read_as_ever(&std::fs::read(THIRD_LOG).unwrap(), &third_batches(), 100);
}

#[test]
fn a_log_of_all_that_was_frozen_is_read_as_ever() {
    let frozen = std::fs::read(FOURTH_LOG).unwrap();
    is_read_as_ever(&frozen, &fourth_batches(), 2 * u64::try_from(FIRST_FORMAT).unwrap());
    assert_eq!(u32::from_le_bytes(frozen[8..12].try_into().unwrap()), 1, "the format");
}

#[test]
fn a_log_of_what_stands_beside_a_booking_is_read_and_written_as_ever() {
    let frozen = std::fs::read(BESIDE_LOG).unwrap();
    is_read_as_ever(&frozen, &beside_batches(), 18);
    let written = written(&beside_batches());
    assert!(without_what_is_its_own(written) == without_what_is_its_own(frozen));
}

#[test]
fn a_log_of_checking_in_is_read_and_written_as_ever() {
    let frozen = std::fs::read(CHECK_IN_LOG).unwrap();
    is_read_as_ever(&frozen, &check_in_batches(), 2 * u64::try_from(CHECK_IN).unwrap());
    assert!(without_what_is_its_own(written(&check_in_batches())) == without_what_is_its_own(frozen));
}

fn copy_of_the_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["log.gather", "head.gather", "keys.gather"] {
        std::fs::copy(Path::new(FOLDER).join(name), folder.path().join(name)).unwrap();
    }
    folder
}

/// Log, head and keys of one desk, of which one key was destroyed: everything opens that opened then, and nothing else.
#[test]
fn a_folder_of_format_1_is_opened_as_ever() {
    let folder = copy_of_the_folder();
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let before = ["log.gather", "keys.gather"].map(bytes);
    let desk = Desk::open(folder.path()).unwrap();
    assert_eq!(["log.gather", "keys.gather"].map(bytes), before, "opening changes neither");
    let report = desk.open_report().unwrap();
    assert!(report.torn.is_none(), "{report:?}");
    let [ann, bob, cleo] = [1, 2, 3].map(PersonId::from_u128);
    let talk = GatheringId::from_u128(0x11);
    let details = desk.person(ann).unwrap();
    let details = details.known().unwrap().expose();
    assert_eq!((details.name.as_str(), details.email.as_str()), ("Ann Example", "ann@example.org"));
    assert!(desk.programme(talk).unwrap().to_string().contains("Dr Ann Example"));
    assert!(matches!(desk.person(cleo), Some(Opened::Forgotten { .. })));
    let list = desk.attendee_list(talk).unwrap();
    assert_eq!(list.rows().iter().map(|row| row.person).collect::<Vec<_>>(), [Some(ann), Some(bob)]);
    let answers = desk.answers(list.rows()[1].registration).unwrap().unwrap();
    assert!(answers.known().unwrap().expose().iter().eq([("diet", "no nuts")]));
    let link = desk.agenda(bob).join_link(list.rows()[1].registration).unwrap();
    assert_eq!(link.known().unwrap().expose().as_str(), "https://meet.example/talk");
    let token = std::fs::read_to_string(Path::new(FOLDER).join("token.txt")).unwrap();
    assert_eq!(desk.calendar_by_token(token.trim()).unwrap().to_string(), desk.calendar(bob).to_string());
    assert!(desk.verify(&mut |_| ()).unwrap().is_sound());
    drop(desk.register(talk, PersonId::from_u128(4)).unwrap());
    drop(desk);
    assert!(bytes("log.gather").starts_with(&before[0]), "it goes on behind what is there");
    assert_eq!(Desk::open(folder.path()).unwrap().attendee_list(talk).unwrap().rows().len(), 3);
}

/// The headers say format 1, where `docs/format.md` and `docs/keys.md` say that they do.
#[test]
fn every_file_says_its_format() {
    for (name, at) in [("log.gather", 8), ("head.gather", 8), ("keys.gather", 16), ("wrapped.gather", 16)] {
        let bytes = std::fs::read(Path::new(FOLDER).join(name)).unwrap();
        assert_eq!(bytes[at..at + 4], [1, 0, 0, 0], "{name}");
    }
}

#[test]
fn a_wrapped_key_file_of_format_1_is_opened_as_ever() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.gather");
    std::fs::copy(Path::new(FOLDER).join("wrapped.gather"), &path).unwrap();
    let log = LogId::from_u128(0x1234);
    let vault = FileVault::options().wrapping_key(Key::from_bytes([0x5A; 32])).open(&path, log).unwrap();
    let key = unhex(std::fs::read_to_string(Path::new(FOLDER).join("wrapped.txt")).unwrap().trim());
    assert_eq!(vault.key(KeyRef::new(0)).unwrap().expose()[..], key);
    assert!(vault.key(KeyRef::new(1)).unwrap_err().is_erased());
    assert!(FileVault::open(&path, log).unwrap_err().is_wrong_wrapping_key());
}

/// A repeat is told by what it says, not by the bytes in which an older version said it.
#[test]
fn what_an_older_version_stored_is_known_when_it_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.gather");
    std::fs::write(&path, LOG).unwrap();
    let log = FileLog::options().rebuild_head().open(&path).unwrap();
    let announced = &first_batches()[1];
    assert_eq!(announced.facts, [frozen_fact("GatheringAnnounced")]);
    let again = log.append(std::slice::from_ref(announced)).unwrap();
    assert_eq!(again, [Appended::Already { first: Position::new(2) }]);
    let asked = Batch { content: Some(Content::from_bytes([7; 8])), ..announced.clone() };
    let again = log.append(std::slice::from_ref(&asked)).unwrap();
    assert_eq!(again, [Appended::Already { first: Position::new(2) }], "nobody kept what was asked then");
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
    let frozen = std::fs::read(FOURTH_LOG).unwrap();
    let written = written_now();
    // A new kind of fact needs a new log of its own beside this one: `written_now` is how it is made.
    assert_ne!(written, frozen, "two logs have two ids");
    assert!(without_what_is_its_own(written) == without_what_is_its_own(frozen));
}

fn written_now() -> Vec<u8> {
    written(&fourth_batches())
}

fn written(batches: &[Batch]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.gather");
    write_log(&path, batches);
    std::fs::read(&path).unwrap()
}

/// Two logs of the same batches differ in nothing but what is their own, so that a frozen one can be held against one
/// written now.
#[test]
fn what_is_a_logs_own_is_all_that_two_logs_differ_in() {
    let (one, other) = (written_now(), written_now());
    assert_ne!(one, other, "two logs have two ids");
    assert!(without_what_is_its_own(one.clone()) == without_what_is_its_own(other));
    is_read_as_ever(&one, &fourth_batches(), 2 * u64::try_from(FIRST_FORMAT).unwrap());
}
