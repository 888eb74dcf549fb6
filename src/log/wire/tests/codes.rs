//! The codes of nested choices, as they were given by hand. Each is written, read, and followed by none.

use super::samples::*;
use super::*;
use crate::id::{CheckInListId, OfferingId, OrganisationId, PoolId, ResourceId, ScanId, SetAsideId};
use crate::sealed::{KeyRef, Keys, Sealed};
use crate::text::Reference;

const GATHERING: GatheringId = GatheringId::from_u128(0x11);
const REGISTRATION: RegistrationId = RegistrationId::from_u128(0x31);
const ID: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];

/// Holds that a fact has this body, in its newest version, and is read from it.
fn is(fact: &Fact, expected: &[u8]) {
    let written = body::encode(fact).unwrap();
    assert_eq!(written.bytes, expected, "{fact:?}");
    assert_eq!(body::decode(written.kind, written.version, &Tag::of(fact), expected).unwrap(), *fact);
}

/// Holds that a body is not that of a fact of this kind.
fn is_not(like: &Fact, forged: &[u8]) {
    let written = body::encode(like).unwrap();
    let error = body::decode(written.kind, written.version, &Tag::of(like), forged).unwrap_err();
    assert!(error.is_corrupt(), "{forged:?}: {error}");
}

fn ended(how: Ending) -> Fact {
    Fact::RegistrationEnded { gathering: GATHERING, registration: REGISTRATION, how }
}

#[test]
fn endings() {
    for (how, code) in ENDINGS.into_iter().zip(1..) {
        is(&ended(how), &[code]);
    }
    for code in [0, 11, 255] {
        is_not(&ended(Ending::Attendee), &[code]);
    }
}

/// In the first version there were no others: damage must not be taken for what came later.
#[test]
fn the_first_version_knows_two_endings() {
    let tags = Tag::of(&ended(Ending::Attendee));
    for (how, code) in [(Ending::Attendee, 1), (Ending::Organiser, 2)] {
        assert_eq!(body::decode(11, 1, &tags, &[code]).unwrap(), ended(how));
    }
    for code in [0, 3, 10] {
        assert!(body::decode(11, 1, &tags, &[code]).unwrap_err().is_corrupt(), "{code}");
    }
}

fn seen(presence: Presence, source: PresenceSource) -> Fact {
    let (gathering, registration) = (GATHERING, REGISTRATION);
    Fact::PresenceRecorded {
        gathering,
        registration,
        place: 2,
        presence,
        source,
        seen_at: at(-1),
        flagged: true,
    }
}

#[test]
fn presences_and_their_sources() {
    for (presence, code) in PRESENCES.into_iter().zip(1..) {
        is(&seen(presence, PresenceSource::Door), &[2, code, 1, 1, 1]);
    }
    for (source, code) in SOURCES.into_iter().zip(1..) {
        is(&seen(Presence::Late, source), &[2, 3, code, 1, 1]);
    }
    for forged in [[2, 0, 1, 1], [2, 6, 1, 1], [2, 1, 0, 1], [2, 1, 4, 1]] {
        is_not(&seen(Presence::Late, PresenceSource::Door), &forged);
    }
}

fn attached(kind: ResourceKind, audience: Audience) -> Fact {
    let resource = Resource { id: ResourceId::from_bytes(ID), kind, title: "x".into(), audience };
    let link = Sealed::from_parts(Keys::One(KeyRef::new(9)), 1, Box::new([0xAA]));
    Fact::ResourceAttached { gathering: GATHERING, resource, link }
}

#[test]
fn resources_and_their_audiences() {
    let body = |kind, audience| [&ID[..], &[kind, 1, b'x', audience, 1, 1, 9, 1, 0xAA]].concat();
    for (kind, code) in RESOURCES.into_iter().zip(1..) {
        is(&attached(kind, Audience::Attended), &body(code, 1));
    }
    for (audience, code) in AUDIENCES.into_iter().zip(1..) {
        is(&attached(ResourceKind::Other, audience), &body(4, code));
    }
    for forged in [body(0, 1), body(5, 1), body(1, 0), body(1, 5)] {
        is_not(&attached(ResourceKind::Other, Audience::Attended), &forged);
    }
}

fn answered(rsvp: Rsvp) -> Fact {
    Fact::InvitationAnswered {
        gathering: GATHERING,
        registration: REGISTRATION,
        person: PersonId::from_bytes(ID),
        rsvp,
        sequence: 3,
        stamp: at(-1),
        comment: None,
    }
}

#[test]
fn answers_to_invitations() {
    for (rsvp, code) in RSVPS.into_iter().zip(1..) {
        is(&answered(rsvp), &[code, 3, 1, 0]);
    }
    for forged in [[0, 3, 1, 0], [4, 3, 1, 0]] {
        is_not(&answered(Rsvp::Accepted), &forged);
    }
}

#[test]
fn lists_and_where_they_stand() {
    let set = |list: CheckInList| Fact::CheckInListSet { gathering: GATHERING, list };
    let list = CheckInList::new(CheckInListId::new(2), "x").window(3, 4);
    is(&set(list.clone()), &[2, 1, b'x', 0, 1, 3, 4, 0]);
    is(&set(list.clone().online().offering(OfferingId::new(5))), &[2, 1, b'x', 1, 5, 2, 3, 4, 0]);
    let session = SessionId::from_bytes(ID);
    is(&set(list.clone().session(session)), &[2, 1, b'x', 0, 1, 3, 4, 1]);
    for kind in [0, 3] {
        is_not(&set(list.clone()), &[2, 1, b'x', 0, kind, 3, 4, 0]);
    }
    is_not(&set(list), &[2, 1, b'x', 0, 1, 3, 4, 1]);
}

#[test]
fn what_whoever_scans_is_told() {
    let scan = Scan::new(ScanId::from_bytes(ID), REGISTRATION, at(-1));
    let scanned = |scan: Scan, told| {
        let source = PresenceSource::Door;
        Fact::Scanned { gathering: GATHERING, scan, source, told }
    };
    let body = |way: u8, told: &[u8]| [&ID[..], &[1, 0, way, 1, 1], told].concat();
    is(&scanned(scan, CheckedIn::Counted), &body(1, &[1]));
    is(&scanned(scan.way(Way::Out), CheckedIn::Counted), &body(2, &[1]));
    let belongs = vec![ListName { id: CheckInListId::new(2), name: "x".into() }];
    let (opens, closes, first_seen) = (Some(at(-1)), None, at(1));
    for (told, stored) in [
        (CheckedIn::Again { first_seen }, &[2, 2][..]),
        (CheckedIn::WrongList { belongs }, &[3, 1, 2, 1, b'x']),
        (CheckedIn::UnknownRegistration, &[5]),
        (CheckedIn::OtherGathering, &[6]),
        (CheckedIn::OutsideWindow { opens, closes }, &[7, 1, 1, 0]),
        (CheckedIn::UnknownPlace { places: 3 }, &[8, 3]),
        (CheckedIn::Undone, &[9]),
    ] {
        is(&scanned(scan, told), &body(1, stored));
    }
    let standings = [Standing::Waiting, Standing::Held, Standing::Pending, Standing::Offered];
    let others = [Standing::FollowUpOnly, Standing::Interested, Standing::Ended];
    for (standing, code) in standings.into_iter().chain(others).zip(1..) {
        is(&scanned(scan, CheckedIn::NotConfirmed { standing }), &body(1, &[4, code]));
    }
    for (way, told) in [(0, &[1][..]), (3, &[1]), (1, &[0]), (1, &[10]), (1, &[4, 0]), (1, &[4, 8])] {
        is_not(&scanned(scan, CheckedIn::Counted), &body(way, told));
    }
}

#[test]
fn what_becomes_of_silence() {
    let asked = |on_silence| Fact::GatheringRescheduled {
        gathering: GATHERING,
        schedule: crate::schedule::Schedule::to_be_confirmed(""),
        ask: Some(Reconfirmation { until: at(1), on_silence }),
    };
    for (silence, code) in [Silence::Keep, Silence::Release, Silence::FollowUp].into_iter().zip(1..) {
        is(&asked(silence), &[1, 0, 1, 2, code]);
    }
    is_not(&asked(Silence::Keep), &[1, 0, 1, 2, 0]);
    is_not(&asked(Silence::Keep), &[1, 0, 1, 2, 4]);
    is_not(&asked(Silence::Keep), &[1, 0, 2, 2, 1]);
}

#[test]
fn reasons_for_passing_somebody() {
    let passed = |reason| Fact::PassedOver { gathering: GATHERING, registration: REGISTRATION, reason };
    let (pool, offering) = (PoolId::new(2), OfferingId::new(3));
    let registration = RegistrationId::from_bytes(ID);
    is(&passed(PassReason::TooLarge { pool, wanted: 4, free: -1 }), &[1, 2, 4, 1]);
    is(&passed(PassReason::SetAside { pool }), &[2, 2]);
    is(&passed(PassReason::OrganisationCap), &[3]);
    is(&passed(PassReason::NeedsPlace { offering }), &[4, 3]);
    is(&passed(PassReason::Overlap { registration }), &[&[5], &ID[..]].concat());
    is(&passed(PassReason::SeriesDate { registration }), &[&[6], &ID[..]].concat());
    is(&passed(PassReason::NoTimeToAnswer), &[7]);
    for forged in [&[][..], &[0], &[8], &[1, 2, 4], &[3, 0], &[5, 0]] {
        is_not(&passed(PassReason::OrganisationCap), forged);
    }
}

/// Several classes, of which one has nobody in it.
#[test]
fn credentials_and_people() {
    let named = |text| Reference::new(text).unwrap();
    let first = vec![
        Who::With(Credential::Code(named("c"))),
        Who::With(Credential::Category(named("k"))),
        Who::With(Credential::Organisation(OrganisationId::from_bytes(ID))),
    ];
    let priorities = vec![first, vec![], vec![Who::Person(PersonId::from_bytes(ID))]];
    let fact = Fact::PrioritiesChanged { gathering: GATHERING, priorities, reason: named("r") };
    let expected = [&[3, 3, 1, 1, 1, b'c', 1, 2, 1, b'k', 1, 3][..], &ID, &[0, 1, 2], &ID, &[1, b'r']];
    is(&fact, &expected.concat());
    let forgeries: [(&str, &[u8]); 9] = [
        ("whom there is not", &[1, 1, 0, 1, b'r']),
        ("nor such", &[1, 1, 3, 1, b'r']),
        ("a credential that there is not", &[1, 1, 1, 0, 1, b'c', 1, b'r']),
        ("nor such a one", &[1, 1, 1, 4, 1, b'c', 1, b'r']),
        ("a code that is empty", &[1, 1, 1, 1, 0, 1, b'r']),
        ("a category with a blank", &[1, 1, 1, 2, 1, b' ', 1, b'r']),
        ("a person cut short", &[1, 1, 2, 1, 2, 3]),
        ("no reason", &[0, 0]),
        ("far too many", &[0xff, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    ];
    for (what, forged) in forgeries {
        let error = body::decode(41, 1, &Tag::of(&fact), forged).unwrap_err();
        assert!(error.is_corrupt(), "{what}: {error}");
    }
}

#[test]
fn overbooking() {
    let changed = |overbook, keep_all| Fact::CapacityChanged {
        gathering: GATHERING,
        pool: PoolId::new(2),
        capacity: Capacity::Unlimited,
        overbook,
        keep_all,
    };
    is(&changed(Overbook::No, false), &[2, 2, 1, 0]);
    is(&changed(Overbook::Places(5), false), &[2, 2, 2, 5, 0]);
    is(&changed(Overbook::PerCent(10), true), &[2, 2, 3, 10, 1]);
    for forged in [&[2, 2, 0, 0][..], &[2, 2, 4, 1, 0], &[2, 2, 1, 2], &[2, 2, 1], &[2, 2]] {
        is_not(&changed(Overbook::No, false), forged);
    }
}

/// Number 5, no name, no pools, parties of one, no line; nothing required. Behind it: for nobody in particular, holds
/// of no time; for no session; no new pools.
fn added(line: LinePolicy, approval: Option<Approval>) -> Fact {
    let offering =
        Offering::new(OfferingId::new(5), "", []).max_party(1).without_waiting_list().hold_limit(0);
    let offering = Offering { line, approval, ..offering };
    Fact::OfferingAdded { gathering: GATHERING, offering, pools: vec![] }
}

#[test]
fn how_a_line_is_served() {
    let body = |rules: &[u8]| [&[5, 0, 0, 1, 0, 0], rules, &[0, 0, 0, 0]].concat();
    let strict = LinePolicy { serving: Serving::Automatic, head: HeadPolicy::Strict };
    let is_as = |line, approval, rules: &[u8]| is(&added(line, approval), &body(rules));
    is_as(strict, None, &[1, 1, 0]);
    is_as(strict.best_fit(), None, &[1, 2, 0]);
    is_as(LinePolicy { head: HeadPolicy::StrictThenFit { seconds: 9 }, ..strict }, None, &[1, 3, 9, 0]);
    let offer =
        |quiet| LinePolicy { serving: Serving::Offer(OfferTerms { respond_within: 8, quiet }), ..strict };
    is_as(offer(None), None, &[2, 8, 0, 1, 0]);
    let last = chrono::NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).unwrap();
    let night = QuietHours { from: chrono::NaiveTime::from_hms_micro_opt(0, 0, 0, 3).unwrap(), until: last };
    let end_of_day = [0xff, 0xbf, 0xdd, 0xee, 0xc1, 0x02];
    is_as(offer(Some(night)), None, &[&[2, 8, 1, 3][..], &end_of_day, &[1, 0]].concat());
    let approval = |pending_uses_places, decide_within| Some(Approval { pending_uses_places, decide_within });
    is_as(strict, approval(false, None), &[1, 1, 1, 0, 0]);
    is_as(strict, approval(true, Some(7)), &[1, 1, 1, 1, 1, 7]);
    let midnight = [0x80, 0xc0, 0xdd, 0xee, 0xc1, 0x02];
    let never = [&[2, 8, 1, 3][..], &midnight, &[1, 0]].concat();
    for rules in [&[0, 1, 0][..], &[3, 1, 0], &[1, 0, 0], &[1, 4, 0], &[1, 1, 2], &[2, 8, 2, 1, 0], &never] {
        is_not(&added(strict, None), &body(rules));
    }
}

#[test]
fn what_few_bookings_say() {
    let (gathering, registration) = (GATHERING, REGISTRATION);
    let noted = |booking| Fact::InterestNoted { gathering, registration, booking };
    let plain = plain_booking;
    is(&noted(plain()), &[3, 0, 0, 0, 0]);
    is(&noted(Booking { uncounted: true, ..plain() }), &[3, 0, 0, 0, 1, 0, 0, 1, 0]);
    is(&noted(Booking { may_split: true, ..plain() }), &[3, 0, 0, 0, 1, 0, 0, 0, 1]);
    let superseding = Booking { supersedes: Some(RegistrationId::from_bytes(ID)), ..plain() };
    is(&noted(superseding), &[&[3, 0, 0, 0, 1, 0, 1], &ID[..], &[0, 0]].concat());
    let code = Credential::Code(Reference::new("c").unwrap());
    let with_code = Booking { credentials: vec![code], ..plain() };
    is(&noted(with_code), &[3, 0, 0, 0, 1, 1, 1, 1, b'c', 0, 0, 0]);
    is_not(&noted(plain()), &[3, 0, 0, 0, 1, 0, 0, 0, 0]);
    is_not(&noted(plain()), &[3, 0, 0, 0, 2]);
    is_not(&noted(plain()), &[3, 0, 0, 0, 1, 0, 0, 2, 0]);
}

#[test]
fn places_drawn_and_given_up() {
    let (gathering, registration) = (GATHERING, REGISTRATION);
    let draws = vec![Draw { set_aside: SetAsideId::new(7), places: 300 }];
    let promoted = Fact::RegistrationPromoted { gathering, registration, draws: draws.clone() };
    is(&promoted, &[1, 7, 0xac, 2]);
    is_not(&promoted, &[2, 7, 1]);
    let (ann, removed) = (Some(PersonId::from_bytes(ID)), vec![2, 4]);
    let added = vec![ann, None, ann];
    let changed = Fact::PartyChanged { gathering, registration, removed, added, draws };
    is(&changed, &[2, 2, 4, 3, 1, 0, 1, 1, 7, 0xac, 2]);
    is_not(&changed, &[2, 2, 4, 3, 1, 1, 1, 0]);
    is_not(&changed, &[2, 2, 4, 3, 1, 0, 0, 0]);
}
