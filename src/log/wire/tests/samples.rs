//! A sample of every kind of fact, and of every version of it, as they are frozen in `tests/data/facts.txt`.

use super::*;
use crate::id::{
    CheckInListId, OfferingId, OrganisationId, PoolId, ResourceId, ScanId, SeriesId, SetAsideId,
};
use crate::schedule::{Schedule, Tables};
use crate::sealed::{KeyRef, Keys, Sealed};
use crate::text::Reference;

const GATHERING: GatheringId = GatheringId::from_u128(0x11);
const ANN: PersonId = PersonId::from_u128(0x21);
const BOB: PersonId = PersonId::from_u128(0x22);
const REGISTRATION: RegistrationId = RegistrationId::from_u128(0x31);
const SESSION: SessionId = SessionId::from_u128(0x61);
const ORGANISATION: OrganisationId = OrganisationId::from_u128(0x81);
const RESOURCE: ResourceId = ResourceId::from_u128(0x91);
const SCAN: ScanId = ScanId::from_u128(0xB1);
/// The samples of what whoever scans can be told.
const TOLD: [&str; 8] = [
    "Scanned/1/counted",
    "Scanned/1/again",
    "Scanned/1/not_confirmed",
    "Scanned/1/unknown_registration",
    "Scanned/1/other_gathering",
    "Scanned/1/outside_window",
    "Scanned/1/unknown_place",
    "Scanned/1/undone",
];
/// Noon on the first of January 2027, and a microsecond.
const NOON: i64 = 1_798_804_800_000_001;

fn sealed<T>(keys: Keys) -> Sealed<T> {
    Sealed::from_parts(keys, 1, Box::new([0xAA, 0xBB, 0xCC]))
}

fn both_keys<T>() -> Sealed<T> {
    sealed(Keys::Both { person: KeyRef::new(5), gathering: KeyRef::new(u64::MAX) })
}

fn named(text: &str) -> Reference {
    Reference::new(text).unwrap()
}

fn one_key<T>() -> Sealed<T> {
    sealed(Keys::One(KeyRef::new(300)))
}

/// With everything that a booking could say in its first version.
fn first_booking() -> Booking {
    Booking {
        offering: OfferingId::new(3),
        party: Party { booker: ANN, guests: vec![Some(BOB), None, Some(ANN)] },
        reference: Some(named("order-17")),
        answers: Some(both_keys()),
        credentials: Vec::new(),
        supersedes: None,
        uncounted: false,
        may_split: false,
    }
}

/// With everything that a booking can say.
pub(super) fn booking() -> Booking {
    Booking {
        credentials: vec![Credential::Category(named("trustee")), Credential::Organisation(ORGANISATION)],
        supersedes: Some(RegistrationId::from_u128(0x30)),
        uncounted: true,
        may_split: true,
        ..first_booking()
    }
}

/// As most are: with nothing said but what for and for whom.
pub(super) fn plain_booking() -> Booking {
    Booking::new(OfferingId::new(3), Party::one(ANN))
}

fn draws() -> Vec<Draw> {
    vec![
        Draw { set_aside: SetAsideId::new(7), places: 2 },
        Draw { set_aside: SetAsideId::new(300), places: 1 },
    ]
}

pub(super) fn at(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap()
}

fn set_aside() -> SetAside {
    SetAside {
        id: SetAsideId::new(7),
        pool: PoolId::new(1),
        places: 20,
        who: vec![Who::With(Credential::Code(named("early-bird"))), Who::Person(BOB)],
        release: Some(BookingTime::BeforeStart { seconds: 604_800 }),
    }
}

fn priorities() -> Vec<Vec<Who>> {
    vec![
        vec![Who::With(Credential::Organisation(ORGANISATION)), Who::Person(ANN)],
        vec![],
        vec![Who::With(Credential::Category(named("member")))],
    ]
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
    Pool { id: PoolId::new(id), name: name.into(), capacity, overbook: Overbook::No }
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
            line: LinePolicy { serving: Serving::Automatic, head: HeadPolicy::Strict },
            approval: None,
            only_for: Vec::new(),
            hold_limit: 1_800,
        }],
        window: BookingWindow {
            opens: Some(BookingTime::At(DateTime::from_timestamp_micros(1_767_225_600_000_001).unwrap())),
            closes: Some(BookingTime::BeforeStart { seconds: 3_600 }),
        },
        no_overlap: false,
        reference: Some(named("at-1")),
        draft: false,
        series: None,
        replaces: None,
        organisation_cap: None,
        priorities: Vec::new(),
        set_asides: Vec::new(),
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
        draft: false,
        series: None,
        replaces: None,
        organisation_cap: None,
        priorities: Vec::new(),
        set_asides: Vec::new(),
    }
}

/// With what the third version added: the rules for who gets what, and in which order.
pub(super) fn course() -> Announcement {
    let time = |hour| chrono::NaiveTime::from_hms_micro_opt(hour, 0, 0, 1).unwrap();
    let quiet = Some(QuietHours { from: time(21), until: time(8) });
    let offer = Serving::Offer(OfferTerms { respond_within: 172_800, quiet });
    let mut announcement = conference();
    let [first, second] = &mut announcement.offerings[..] else { panic!("two offerings") };
    first.line = LinePolicy { serving: offer, head: HeadPolicy::StrictThenFit { seconds: 86_400 } };
    first.approval = Some(Approval { pending_uses_places: true, decide_within: Some(604_800) });
    first.only_for = vec![Who::With(Credential::Code(named("early-bird"))), Who::Person(BOB)];
    first.hold_limit = 900;
    second.line.head = HeadPolicy::BestFit;
    second.approval = Some(Approval { pending_uses_places: false, decide_within: None });
    announcement.pools[0].overbook = Overbook::PerCent(10);
    announcement.pools[1].overbook = Overbook::Places(2);
    Announcement {
        reference: Some(named("course-3")),
        draft: true,
        series: Some(SeriesId::from_u128(0xA1)),
        replaces: Some(GatheringId::from_u128(0x10)),
        organisation_cap: Some(OrganisationCap { people: 3, until: Some(BookingTime::At(at(NOON))) }),
        priorities: priorities(),
        set_asides: vec![set_aside()],
        ..announcement
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

/// As it could be said in the first version.
fn first_offering_added() -> Fact {
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

fn offering_added() -> Fact {
    let Fact::OfferingAdded { gathering, mut offering, mut pools } = first_offering_added() else {
        panic!("another fact")
    };
    offering.line.serving = Serving::Offer(OfferTerms { respond_within: 3_600, quiet: None });
    offering.approval = Some(Approval { pending_uses_places: true, decide_within: None });
    offering.only_for = vec![Who::With(Credential::Organisation(ORGANISATION))];
    offering.hold_limit = 60;
    pools[0].overbook = Overbook::Places(1);
    Fact::OfferingAdded { gathering, offering, pools }
}

fn capacity_changed(overbook: Overbook, keep_all: bool) -> Fact {
    let (pool, capacity) = (PoolId::new(2), Capacity::Limited(50));
    Fact::CapacityChanged { gathering: GATHERING, pool, capacity, overbook, keep_all }
}

fn rescheduled(ask: Option<Reconfirmation>) -> Fact {
    let schedule = frozen("2026-03-20 to 2026-03-21 Europe/London");
    Fact::GatheringRescheduled { gathering: GATHERING, schedule, ask }
}

/// A sample of every kind of fact under the name by which it is frozen: the kind's and its version. Each kind is
/// followed by the next one, so that a new kind does not compile before it has a sample.
#[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
fn next_sample(after: Option<&Fact>) -> Option<(&'static str, Fact)> {
    let (gathering, registration, session) = (GATHERING, REGISTRATION, SESSION);
    let Some(fact) = after else {
        return Some(("PersonRecorded/1", Fact::PersonRecorded { person: ANN, details: one_key() }));
    };
    Some(match fact {
        Fact::PersonRecorded { .. } => ("GatheringAnnounced/3", announced(course())),
        Fact::GatheringAnnounced { .. } => {
            let ask = Reconfirmation { until: at(NOON), on_silence: Silence::FollowUp };
            ("GatheringRescheduled/2", rescheduled(Some(ask)))
        }
        Fact::GatheringRescheduled { .. } => ("BookingOpened/1", Fact::BookingOpened { gathering }),
        Fact::BookingOpened { .. } => ("BookingClosed/1", Fact::BookingClosed { gathering }),
        Fact::BookingClosed { .. } => ("CapacityChanged/2", capacity_changed(Overbook::PerCent(5), true)),
        Fact::CapacityChanged { .. } => ("GatheringCancelled/1", Fact::GatheringCancelled { gathering }),
        Fact::GatheringCancelled { .. } => {
            let (booking, draws) = (booking(), draws());
            let fact = Fact::RegistrationConfirmed { gathering, registration, booking, draws };
            ("RegistrationConfirmed/2", fact)
        }
        Fact::RegistrationConfirmed { .. } => {
            let (booking, ahead) = (booking(), 200);
            let fact = Fact::RegistrationWaitlisted { gathering, registration, booking, ahead };
            ("RegistrationWaitlisted/2", fact)
        }
        Fact::RegistrationWaitlisted { .. } => {
            let draws = draws();
            ("RegistrationPromoted/2", Fact::RegistrationPromoted { gathering, registration, draws })
        }
        Fact::RegistrationPromoted { .. } => {
            let how = Ending::Superseded;
            ("RegistrationEnded/2", Fact::RegistrationEnded { gathering, registration, how })
        }
        Fact::RegistrationEnded { .. } => {
            let (from, to) = (Some(ANN), BOB);
            ("PlaceTransferred/1", Fact::PlaceTransferred { gathering, registration, place: 2, from, to })
        }
        Fact::PlaceTransferred { .. } => {
            let (mode, join_link) = (Mode::Online, Some(one_key()));
            ("ModeChanged/1", Fact::ModeChanged { gathering, mode, join_link })
        }
        Fact::ModeChanged { .. } => ("OfferingAdded/2", offering_added()),
        Fact::OfferingAdded { .. } => ("SessionAdded/1", session_added()),
        Fact::SessionAdded { .. } => {
            let (schedule, room) = (frozen("2027-03-20 Europe/London"), "Hall".into());
            ("SessionMoved/1", Fact::SessionMoved { gathering, session, schedule, room })
        }
        Fact::SessionMoved { .. } => {
            let texts = Box::new(session_texts());
            ("SessionRevised/1", Fact::SessionRevised { gathering, session, texts })
        }
        Fact::SessionRevised { .. } => ("SessionDropped/1", Fact::SessionDropped { gathering, session }),
        Fact::SessionDropped { .. } => {
            ("NamePublished/1", Fact::NamePublished { person: ANN, name: one_key() })
        }
        Fact::NamePublished { .. } => {
            let (booking, draws, until, latest) = (booking(), draws(), at(NOON), at(NOON + 7_000_000));
            let fact = Fact::RegistrationHeld { gathering, registration, booking, draws, until, latest };
            ("RegistrationHeld/1", fact)
        }
        Fact::RegistrationHeld { .. } => {
            ("HoldExtended/1", Fact::HoldExtended { gathering, registration, until: at(NOON) })
        }
        Fact::HoldExtended { .. } => {
            let answers = Some(both_keys());
            let pending = Some(Pending { uses_places: true, until: Some(at(NOON)) });
            let fact = Fact::HoldConfirmed { gathering, registration, booker: ANN, answers, pending };
            ("HoldConfirmed/1", fact)
        }
        Fact::HoldConfirmed { .. } => {
            let (booking, draws) = (booking(), draws());
            let pending = Pending { uses_places: false, until: None };
            let fact = Fact::ApprovalRequested { gathering, registration, booking, draws, pending };
            ("ApprovalRequested/1", fact)
        }
        Fact::ApprovalRequested { .. } => {
            let (draws, ahead) = (draws(), Some(200));
            let fact = Fact::RegistrationApproved { gathering, registration, draws, ahead };
            ("RegistrationApproved/1", fact)
        }
        Fact::RegistrationApproved { .. } => {
            let (draws, respond_by) = (draws(), at(NOON));
            ("PlaceOffered/1", Fact::PlaceOffered { gathering, registration, draws, respond_by })
        }
        Fact::PlaceOffered { .. } => ("OfferAccepted/1", Fact::OfferAccepted { gathering, registration }),
        Fact::OfferAccepted { .. } => {
            let reason = PassReason::TooLarge { pool: PoolId::new(2), wanted: 4, free: -1 };
            ("PassedOver/1", Fact::PassedOver { gathering, registration, reason })
        }
        Fact::PassedOver { .. } => {
            let rest = RegistrationId::from_u128(0x32);
            ("RegistrationSplit/1", Fact::RegistrationSplit { gathering, registration, rest, keep: 2 })
        }
        Fact::RegistrationSplit { .. } => {
            let booking = booking();
            ("FollowUpRequested/1", Fact::FollowUpRequested { gathering, registration, booking })
        }
        Fact::FollowUpRequested { .. } => {
            ("MovedToFollowUp/1", Fact::MovedToFollowUp { gathering, registration })
        }
        Fact::MovedToFollowUp { .. } => {
            let booking = booking();
            ("InterestNoted/1", Fact::InterestNoted { gathering, registration, booking })
        }
        Fact::InterestNoted { .. } => {
            let (removed, added, draws) = (vec![2, 300], vec![Some(BOB), None, Some(ANN)], draws());
            let fact = Fact::PartyChanged { gathering, registration, removed, added, draws };
            ("PartyChanged/1", fact)
        }
        Fact::PartyChanged { .. } => {
            ("RegistrationReconfirmed/1", Fact::RegistrationReconfirmed { gathering, registration })
        }
        Fact::RegistrationReconfirmed { .. } => {
            ("ReconfirmationClosed/1", Fact::ReconfirmationClosed { gathering })
        }
        Fact::ReconfirmationClosed { .. } => {
            ("SetAsideMade/1", Fact::SetAsideMade { gathering, set_aside: set_aside() })
        }
        Fact::SetAsideMade { .. } => {
            let (set_aside, release) = (SetAsideId::new(7), Some(BookingTime::At(at(NOON))));
            ("SetAsideChanged/1", Fact::SetAsideChanged { gathering, set_aside, places: 0, release })
        }
        Fact::SetAsideChanged { .. } => {
            ("BookingPaused/1", Fact::BookingPaused { gathering, reason: Some(named("venue-unclear")) })
        }
        Fact::BookingPaused { .. } => ("BookingToLineOnly/1", Fact::BookingToLineOnly { gathering }),
        Fact::BookingToLineOnly { .. } => ("InterestOpened/1", Fact::InterestOpened { gathering }),
        Fact::InterestOpened { .. } => {
            ("LineClosed/1", Fact::LineClosed { gathering, offering: OfferingId::new(3) })
        }
        Fact::LineClosed { .. } => {
            let (priorities, reason) = (priorities(), named("trustees-first"));
            ("PrioritiesChanged/1", Fact::PrioritiesChanged { gathering, priorities, reason })
        }
        Fact::PrioritiesChanged { .. } => ("DraftAnnounced/1", Fact::DraftAnnounced { gathering }),
        Fact::DraftAnnounced { .. } => ("BooksClosed/1", Fact::BooksClosed { gathering }),
        Fact::BooksClosed { .. } => ("GatheringArchived/1", Fact::GatheringArchived { gathering }),
        Fact::GatheringArchived { .. } => {
            let (presence, source, seen_at) = (Presence::Late, PresenceSource::Online, at(NOON));
            let fact = Fact::PresenceRecorded {
                gathering,
                registration,
                place: 3,
                presence,
                source,
                seen_at,
                flagged: true,
            };
            ("PresenceRecorded/1", fact)
        }
        Fact::PresenceRecorded { .. } => {
            let (kind, audience) = (ResourceKind::Slides, Audience::Registered);
            let resource = Resource { id: RESOURCE, kind, title: "What was shown".into(), audience };
            ("ResourceAttached/1", Fact::ResourceAttached { gathering, resource, link: one_key() })
        }
        Fact::ResourceAttached { .. } => {
            ("ResourceWithdrawn/1", Fact::ResourceWithdrawn { gathering, resource: RESOURCE })
        }
        Fact::ResourceWithdrawn { .. } => ("PersonForgotten/1", Fact::PersonForgotten { person: BOB }),
        Fact::PersonForgotten { .. } => ("AnswersExpired/1", Fact::AnswersExpired { gathering }),
        Fact::AnswersExpired { .. } => {
            ("RetentionSet/1", Fact::RetentionSet { gathering, answers: Some(365) })
        }
        Fact::RetentionSet { .. } => {
            ("PersonExported/1", Fact::PersonExported { person: BOB, purpose: named("art-15") })
        }
        Fact::PersonExported { .. } => {
            ("CalendarTokenIssued/1", Fact::CalendarTokenIssued { person: ANN, hash: one_key() })
        }
        Fact::CalendarTokenIssued { .. } => {
            ("CalendarTokenRevoked/1", Fact::CalendarTokenRevoked { person: ANN })
        }
        Fact::CalendarTokenRevoked { .. } => {
            let fact = Fact::InvitationAnswered {
                gathering,
                registration,
                person: BOB,
                rsvp: Rsvp::Tentative,
                sequence: 300,
                stamp: at(NOON),
                comment: Some(one_key()),
            };
            ("InvitationAnswered/1", fact)
        }
        Fact::InvitationAnswered { .. } => {
            ("CheckInListSet/1", Fact::CheckInListSet { gathering, list: check_in_list() })
        }
        Fact::CheckInListSet { .. } => {
            let list = CheckInListId::new(300);
            ("CheckInListWithdrawn/1", Fact::CheckInListWithdrawn { gathering, list })
        }
        Fact::CheckInListWithdrawn { .. } => {
            let belongs = vec![list_name(0, "door"), list_name(300, "seminar")];
            ("Scanned/1", scanned(CheckedIn::WrongList { belongs }))
        }
        Fact::Scanned { .. } => ("ScanUndone/1", Fact::ScanUndone { gathering, scan: SCAN }),
        Fact::ScanUndone { .. } => {
            let tags = vec![named("front-row"), named("press")];
            ("TagsSet/1", Fact::TagsSet { gathering, registration, tags })
        }
        Fact::TagsSet { .. } => {
            let note = Some(one_key());
            ("NoteWritten/1", Fact::NoteWritten { gathering, registration, booker: ANN, note })
        }
        Fact::NoteWritten { .. } => {
            let (person, purpose) = (BOB, named("photos"));
            let fact = Fact::ConsentRecorded { gathering, registration, person, purpose, given: true };
            ("ConsentRecorded/1", fact)
        }
        Fact::ConsentRecorded { .. } => {
            let needs = Some(both_keys());
            ("NeedsRecorded/1", Fact::NeedsRecorded { gathering, registration, person: BOB, needs })
        }
        Fact::NeedsRecorded { .. } => {
            ("NeedsRead/1", Fact::NeedsRead { gathering, purpose: named("catering") })
        }
        Fact::NeedsRead { .. } => {
            ("NeedsRetentionSet/1", Fact::NeedsRetentionSet { gathering, days: Some(14) })
        }
        Fact::NeedsRetentionSet { .. } => ("NeedsExpired/1", Fact::NeedsExpired { gathering }),
        Fact::NeedsExpired { .. } => return None,
    })
}

/// With everything that a list can say.
fn check_in_list() -> CheckInList {
    let list = CheckInList::new(CheckInListId::new(300), "seminar").offering(OfferingId::new(3));
    list.offering(OfferingId::new(5)).session(SESSION).online().window(1_800, 60)
}

fn list_name(id: u16, name: &str) -> ListName {
    ListName { id: CheckInListId::new(id), name: name.into() }
}

pub(super) fn scanned(told: CheckedIn) -> Fact {
    let scan = Scan::new(SCAN, REGISTRATION, at(NOON)).place(3).list(CheckInListId::new(2)).way(Way::Out);
    Fact::Scanned { gathering: GATHERING, scan, source: PresenceSource::Door, told }
}

/// Everything that whoever scans can be told, but for the wrong list.
pub(super) fn told() -> Vec<CheckedIn> {
    let standing = Standing::FollowUpOnly;
    vec![
        CheckedIn::Counted,
        CheckedIn::Again { first_seen: at(NOON) },
        CheckedIn::NotConfirmed { standing },
        CheckedIn::UnknownRegistration,
        CheckedIn::OtherGathering,
        CheckedIn::OutsideWindow { opens: Some(at(NOON)), closes: None },
        CheckedIn::UnknownPlace { places: 300 },
        CheckedIn::Undone,
    ]
}

pub(super) fn samples() -> Vec<(&'static str, Fact)> {
    std::iter::successors(next_sample(None), |(_, fact)| next_sample(Some(fact))).collect()
}

/// Samples of what else a version can say, under its name and a word more.
pub(super) fn further() -> Vec<(&'static str, Fact)> {
    let (gathering, registration, booking) = (GATHERING, REGISTRATION, plain_booking());
    let confirmed = Fact::RegistrationConfirmed { gathering, registration, booking, draws: Vec::new() };
    vec![
        ("GatheringAnnounced/3/plain", announced(workshop())),
        ("GatheringRescheduled/2/plain", rescheduled(None)),
        ("RegistrationConfirmed/2/plain", confirmed),
        ("NoteWritten/1/none", Fact::NoteWritten { gathering, registration, booker: ANN, note: None }),
        ("NeedsRecorded/1/none", Fact::NeedsRecorded { gathering, registration, person: BOB, needs: None }),
    ]
    .into_iter()
    .chain(TOLD.into_iter().zip(told().into_iter().map(scanned)))
    .collect()
}

/// What the lines of layout 1 say, under their names. Some are of versions that are no longer written.
pub(super) fn older() -> Vec<(&'static str, Fact)> {
    let (gathering, registration, booking) = (GATHERING, REGISTRATION, first_booking());
    let same = |name: &'static str| {
        let (_, fact) = samples().into_iter().find(|(sample, _)| *sample == format!("{name}/1")).unwrap();
        (name, fact)
    };
    let confirmed = booking.clone();
    let confirmed =
        Fact::RegistrationConfirmed { gathering, registration, booking: confirmed, draws: vec![] };
    vec![
        same("PersonRecorded"),
        ("GatheringAnnounced", announced(workshop())),
        ("GatheringRescheduled", rescheduled(None)),
        same("BookingOpened"),
        same("BookingClosed"),
        ("CapacityChanged", capacity_changed(Overbook::No, false)),
        same("GatheringCancelled"),
        ("RegistrationConfirmed", confirmed),
        (
            "RegistrationWaitlisted",
            Fact::RegistrationWaitlisted { gathering, registration, booking, ahead: 200 },
        ),
        ("RegistrationPromoted", Fact::RegistrationPromoted { gathering, registration, draws: vec![] }),
        (
            "RegistrationCancelled",
            Fact::RegistrationEnded { gathering, registration, how: Ending::Organiser },
        ),
        same("PlaceTransferred"),
        ("GatheringAnnounced/2", announced(conference())),
        same("ModeChanged"),
        ("OfferingAdded", first_offering_added()),
        same("SessionAdded"),
        same("SessionMoved"),
        same("SessionRevised"),
        same("SessionDropped"),
        same("NamePublished"),
    ]
}
