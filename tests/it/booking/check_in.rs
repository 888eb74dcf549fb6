//! Checking people in: every scan is kept, each counts once, and whoever scans is told what it was.

use chrono::{DateTime, TimeDelta, Utc};
use gather::testkit::person_id;
use gather::{
    Archive, CancelRegistration, Change, ChangeParty, CheckIn, CheckInCounts, CheckInList, CheckInListId,
    CheckedIn, CloseBooks, Gathering, Join, JoinLink, ListName, MoveRegistration, Offering, OfferingId,
    Opened, Pool, PoolId, Presence, PresenceCounts, RecordPresence, Refusal, Register, RegistrationId,
    RequestId, Scan, ScanId, Session, SessionId, SetCheckInList, Standing, Transfer, UndoCheckIn, Way,
    WithdrawCheckInList,
};
use proptest::prelude::*;

use crate::scene::{ENDS, HALL, PLACE, STARTS, Scene, at, day, hall, workshop};

const VISIT: OfferingId = OfferingId::new(2);
const COACH: PoolId = PoolId::new(2);
const DESK: CheckInListId = CheckInListId::new(1);

fn scan(number: u128) -> ScanId {
    ScanId::from_u128(number)
}

fn minutes(from_start: i64) -> DateTime<Utc> {
    at(STARTS) + TimeDelta::minutes(from_start)
}

fn set(scene: &Scene, list: CheckInList) {
    assert_eq!(scene.does(SetCheckInList::new(scene.on, list)), Change::Made);
}

fn counts(scene: &Scene) -> CheckInCounts {
    scene.desk.check_in_counts(scene.on).unwrap()
}

fn presences(scene: &Scene) -> Vec<Presence> {
    scene.desk.attendee_list(scene.on).unwrap().rows().iter().map(|row| row.presence).collect()
}

/// A workshop, and a visit that is booked by itself.
fn with_a_visit() -> Scene {
    let place = Offering::new(PLACE, "place", [HALL]);
    let visit = Offering::new(VISIT, "visit", [COACH]);
    let pools = workshop().pool(Pool::new(HALL, "hall", 9)).pool(Pool::new(COACH, "coach", 9));
    Scene::of(pools.offering(place).offering(visit))
}

#[test]
fn each_kind_of_scan_is_kept_and_told_by_name() {
    let scene = with_a_visit();
    let ann = scene.books(scene.one(1).offering(PLACE));
    let visit = scene.books(scene.one(2).offering(VISIT));
    let gone = scene.books(scene.one(3).offering(PLACE));
    let _ = scene.does(CancelRegistration::new(gone));
    let other = scene.does(hall(5, |place| place).at(day("2027-05-20 10:00 to 16:00")));
    let elsewhere = scene.books(Register::new(other, person_id(1)));
    set(&scene, CheckInList::new(DESK, "coach stop").offering(VISIT).window(600, 0));
    let at_desk = |registration| CheckIn::new(scene.on, registration).list(DESK).seen_at(minutes(0));
    let at_door = |registration| CheckIn::new(scene.on, registration).seen_at(minutes(0));
    let belongs = vec![ListName::new(CheckInListId::DOOR, "door")];
    let (opens, closes) = (Some(minutes(-10)), Some(at(ENDS)));
    let told = [
        (at_door(ann), CheckedIn::Counted),
        (at_door(ann).seen_at(minutes(1)), CheckedIn::Again { first_seen: minutes(0) }),
        (at_desk(ann), CheckedIn::WrongList { belongs }),
        (at_desk(visit), CheckedIn::Counted),
        (at_desk(visit).seen_at(minutes(-11)), CheckedIn::OutsideWindow { opens, closes }),
        (at_door(gone), CheckedIn::NotConfirmed { standing: Standing::Ended }),
        (at_door(RegistrationId::from_u128(404)), CheckedIn::UnknownRegistration),
        (at_door(elsewhere), CheckedIn::OtherGathering),
        (at_door(ann).place(2), CheckedIn::UnknownPlace { places: 1 }),
    ];
    for (nth, (command, expected)) in told.iter().enumerate() {
        assert_eq!(scene.does(*command), *expected, "scan {nth}");
    }
    let scans = scene.desk.scans(scene.on).unwrap();
    assert_eq!(scans.rows().len(), told.len(), "every one of them is kept");
    assert_eq!(counts(&scene).flagged, 6);
    assert_eq!(presences(&scene), [Presence::Attended; 2], "and what is flagged counts for nobody");
    assert!(scene.desk.check_in_counts(other).unwrap().lists[0].came == 0);
    assert!(scans.to_string().lines().all(|line| line.chars().count() <= 80), "{scans}");
    assert!(scene.desk.verify(&mut |_| ()).unwrap().is_sound());
}

#[test]
fn a_scan_is_one_by_its_id_whatever_the_request_and_after_all_is_put_away() {
    let scene = Scene::with_places(5);
    let ann = scene.books(scene.one(1));
    scene.set_clock(ENDS);
    let first = CheckIn::new(scene.on, ann).scan(scan(1)).seen_at(minutes(5));
    assert_eq!(scene.does(first), CheckedIn::Counted);
    let before = scene.desk.position();
    let again = || scene.desk.request(RequestId::random()).execute(first).unwrap();
    assert_eq!((again().outcome, again().facts.len()), (CheckedIn::Counted, 0));
    // Where nothing is said of when it was seen, it is known by the rest.
    assert_eq!(scene.does(CheckIn::new(scene.on, ann).scan(scan(1))), CheckedIn::Counted);
    for other in [first.way(Way::Out), first.place(2), first.list(DESK), first.seen_at(minutes(6))] {
        assert_eq!(scene.refused(other), "scan_reused");
    }
    scene.does(CloseBooks::new(scene.on));
    scene.does(Archive::new(scene.on));
    assert_eq!(again().outcome, CheckedIn::Counted);
    assert_eq!(scene.refused(first.scan(scan(2))), "gathering_archived");
    assert_eq!(scene.desk.position(), before.plus(2), "but for the books and the archive");
}

#[test]
fn two_doors_without_a_connection_tell_whoever_comes_twice_in_either_order() {
    for early_first in [true, false] {
        let scene = Scene::with_places(5);
        let ann = scene.books(scene.one(1));
        let seen = |number, minute| CheckIn::new(scene.on, ann).scan(scan(number)).seen_at(minutes(minute));
        let (early, late) = (seen(1, 0), seen(2, 5));
        let (first, second) = if early_first { (early, late) } else { (late, early) };
        assert_eq!(scene.does(first), CheckedIn::Counted);
        let known = if early_first { minutes(0) } else { minutes(5) };
        assert_eq!(scene.does(second), CheckedIn::Again { first_seen: known });
        // Somebody who has gone out and comes back does not come twice.
        let gone = CheckIn::new(scene.on, ann).way(Way::Out).seen_at(minutes(10));
        assert_eq!(scene.does(gone), CheckedIn::Counted);
        assert_eq!(scene.does(seen(3, 15)), CheckedIn::Counted);
        assert_eq!(counts(&scene).in_the_house, 1);
    }
}

#[test]
fn a_scan_taken_back_counts_no_more_and_one_taken_back_before_it_comes_never_does() {
    let scene = Scene::with_places(5);
    let [ann, bob] = [1, 2].map(|person| scene.books(scene.one(person)));
    let seen = |who, number| CheckIn::new(scene.on, who).scan(scan(number)).seen_at(minutes(0));
    assert_eq!(scene.does(seen(ann, 1)), CheckedIn::Counted);
    assert_eq!(scene.does(UndoCheckIn::new(scene.on, scan(1))), Change::Made);
    assert_eq!(scene.does(UndoCheckIn::new(scene.on, scan(1))), Change::AlreadySo);
    assert_eq!(scene.does(UndoCheckIn::new(scene.on, scan(2))), Change::Made);
    assert_eq!(scene.does(seen(bob, 2)), CheckedIn::Undone);
    assert_eq!(scene.does(seen(ann, 1)), CheckedIn::Counted, "what it was told then");
    assert_eq!(presences(&scene), [Presence::Unknown; 2]);
    let rows = scene.desk.scans(scene.on).unwrap();
    assert!(rows.rows().iter().all(|row| row.undone.is_some() && !row.counts() && !row.is_flagged()));
    assert_eq!((rows.rows().len(), counts(&scene).undone, counts(&scene).flagged), (2, 2, 0));
    // Nobody was seen any more, so the place may go.
    assert_eq!(scene.does(seen(ann, 3)), CheckedIn::Counted);
    assert_eq!(presences(&scene), [Presence::Attended, Presence::Unknown]);
}

#[test]
fn lists_are_set_changed_and_withdrawn() {
    let scene = with_a_visit();
    let ann = scene.books(scene.one(1).offering(PLACE));
    let names = || {
        let lists = scene.desk.check_in_lists(scene.on).unwrap();
        lists.into_iter().map(|list| list.name).collect::<Vec<_>>()
    };
    assert_eq!(names(), ["door"], "it is there without being set");
    set(&scene, CheckInList::new(DESK, "side door"));
    set(&scene, CheckInList::new(CheckInListId::DOOR, "main door").offering(VISIT));
    assert_eq!(names(), ["main door", "side door"]);
    let at_door = CheckIn::new(scene.on, ann).seen_at(minutes(0));
    let belongs = vec![ListName::new(DESK, "side door")];
    assert_eq!(scene.does(at_door), CheckedIn::WrongList { belongs });
    assert_eq!(scene.does(at_door.list(DESK)), CheckedIn::Counted);
    for list in [DESK, CheckInListId::DOOR] {
        assert_eq!(scene.does(WithdrawCheckInList::new(scene.on, list)), Change::Made);
        assert_eq!(scene.does(WithdrawCheckInList::new(scene.on, list)), Change::AlreadySo);
    }
    assert_eq!(names(), ["door"]);
    // A device that was not told still sends what it has: it is kept.
    let late = scene.does(at_door.list(DESK).way(Way::Out).seen_at(minutes(9)));
    assert_eq!(late.to_string(), "not for this list; it belongs at door");
    assert_eq!(presences(&scene), [Presence::Attended], "what was scanned before stays");
    set(&scene, CheckInList::new(DESK, "side door"));
    assert_eq!(
        scene.does(at_door.list(DESK).seen_at(minutes(9))),
        CheckedIn::Again { first_seen: minutes(0) }
    );
    assert_eq!(scene.refused(at_door.list(CheckInListId::new(9))), "unknown_check_in_list");
    assert_eq!(
        scene.refused(WithdrawCheckInList::new(scene.on, CheckInListId::new(9))),
        "unknown_check_in_list"
    );
}

#[test]
fn a_list_that_does_not_fit_is_not_set() {
    let scene = with_a_visit();
    let list = |number| CheckInList::new(CheckInListId::new(number), "list");
    let setting = |list| SetCheckInList::new(scene.on, list);
    assert_eq!(scene.refused(setting(CheckInList::new(DESK, " "))), "text");
    assert_eq!(scene.refused(setting(list(1).offering(OfferingId::new(7)))), "unknown_offering");
    assert_eq!(scene.refused(setting(list(1).session(SessionId::from_u128(7)))), "unknown_session");
    for number in 1..=100 {
        set(&scene, list(number));
    }
    assert_eq!(scene.refused(setting(list(101))), "too_many_check_in_lists");
    assert_eq!(scene.does(setting(list(1).offering(PLACE).offering(PLACE))), Change::Made);
    let known = scene.desk.check_in_lists(scene.on).unwrap();
    assert_eq!(known[1].offerings, [PLACE], "named twice is named once");
}

#[test]
fn a_list_for_a_session_goes_by_its_time() {
    let scene = Scene::with_places(5);
    let talk = SessionId::from_u128(1);
    let session = Session::new(talk, "Talk").at(day("2027-03-20 12:00 to 12:30"));
    scene.does(gather::AddSession::new(scene.on, session));
    let ann = scene.books(scene.one(1));
    set(&scene, CheckInList::new(DESK, "talk").session(talk).window(600, 60));
    let at_talk = |time: &str| CheckIn::new(scene.on, ann).list(DESK).seen_at(at(time));
    let (opens, closes) = (Some(at("2027-03-20T11:50:00Z")), Some(at("2027-03-20T12:31:00Z")));
    assert_eq!(scene.does(at_talk("2027-03-20T11:49:59Z")), CheckedIn::OutsideWindow { opens, closes });
    assert_eq!(scene.does(at_talk("2027-03-20T11:50:00Z")), CheckedIn::Counted);
    let attended = scene.desk.attendance(scene.on).unwrap();
    assert_eq!(attended.rows()[0].seconds, Some(40 * 60), "to the end of the session that the list goes by");
    scene.does(gather::DropSession::new(scene.on, talk));
    let never = CheckedIn::OutsideWindow { opens: None, closes: None };
    assert_eq!(scene.does(at_talk("2027-03-20T12:10:00Z")), never);
    assert!(scene.desk.verify(&mut |_| ()).unwrap().is_sound());
}

#[test]
fn nobody_who_was_scanned_gets_another_number() {
    let scene = Scene::with_places(5);
    let family = scene.books(scene.party(1, 3));
    let third = CheckIn::new(scene.on, family).place(3).scan(scan(1)).seen_at(minutes(0));
    assert_eq!(scene.does(third), CheckedIn::Counted);
    assert_eq!(scene.refused(ChangeParty::new(family).without(2)), "presence_recorded");
    scene.does(UndoCheckIn::new(scene.on, scan(1)));
    drop(scene.does(ChangeParty::new(family).without(2)));
    let row = &scene.desk.scans(scene.on).unwrap().rows()[0].clone();
    assert_eq!((row.scan.place, row.place_now), (3, Some(2)), "what was scanned goes where its place goes");
    let old_number = CheckIn::new(scene.on, family).place(3).seen_at(minutes(1));
    assert_eq!(scene.does(old_number), CheckedIn::UnknownPlace { places: 2 });
    drop(scene.does(ChangeParty::new(family).without(2)));
    assert_eq!(scene.desk.scans(scene.on).unwrap().rows()[0].place_now, None);
}

#[test]
fn whoever_was_seen_does_not_hand_their_place_on() {
    let scene = Scene::with_places(5);
    let family = scene.books(scene.one(1).guest(person_id(2)).unnamed_guests(1));
    for place in 1..=3_u16 {
        let came = CheckIn::new(scene.on, family).place(place).scan(scan(place.into())).seen_at(minutes(0));
        assert_eq!(scene.does(came), CheckedIn::Counted);
    }
    let to = |person, place| Transfer::new(family, person_id(person)).place(place);
    assert_eq!(scene.refused(to(4, 1)), "presence_recorded");
    assert_eq!(scene.refused(to(4, 2)), "presence_recorded");
    assert_eq!(scene.does(to(4, 3)), Change::Made, "it is the guest who came who gets a name");
    assert_eq!(scene.refused(to(5, 3)), "presence_recorded");
    let _ = scene.does(UndoCheckIn::new(scene.on, scan(2)));
    assert_eq!(scene.does(to(5, 2)), Change::Made, "it was a mistake");
    drop(scene.desk.forget(person_id(4)).unwrap());
    assert_eq!(scene.does(to(6, 3)), Change::Made, "of whoever was forgotten nobody can say that they came");
    assert!(scene.desk.verify(&mut |_| ()).unwrap().is_sound());
}

/// Somebody who says that they cannot come sends a colleague; whoever came does not.
#[test]
fn whoever_is_excused_hands_their_place_on() {
    let scene = Scene::with_places(5);
    let ann = scene.books(scene.one(1));
    let word = |presence, minute| RecordPresence::new(ann, presence).seen_at(minutes(minute));
    let _ = scene.does(word(Presence::Attended, 0));
    assert_eq!(
        scene.refuses(Transfer::new(ann, person_id(2))),
        Refusal::PresenceRecorded { registration: ann, place: 1 }
    );
    let _ = scene.does(word(Presence::Excused, 1));
    assert_eq!(scene.does(Transfer::new(ann, person_id(2))), Change::Made);
    assert!(scene.desk.verify(&mut |_| ()).unwrap().is_sound());
}

/// A workshop, and a visit for those who have a place in it.
fn with_a_visit_that_needs_a_place() -> Scene {
    let visit = Offering::new(VISIT, "visit", [COACH]).requires(PLACE);
    Scene::of(hall(9, |place| place).pool(Pool::new(COACH, "coach", 9)).offering(visit))
}

#[test]
fn what_goes_along_is_not_handed_on_where_somebody_was_seen_there() {
    let scene = with_a_visit_that_needs_a_place();
    let ann = scene.books(scene.one(1).offering(PLACE));
    let visit = scene.books(scene.one(1).offering(VISIT));
    let _ = scene.does(CheckIn::new(scene.on, visit).scan(scan(1)).seen_at(minutes(0)));
    let refused = scene.refuses(Transfer::new(ann, person_id(2)));
    assert_eq!(refused, Refusal::PresenceRecorded { registration: visit, place: 1 });
    let _ = scene.does(UndoCheckIn::new(scene.on, scan(1)));
    assert_eq!(scene.does(Transfer::new(ann, person_id(2))), Change::Made);
}

#[test]
fn whoever_was_seen_does_not_move_away_and_may_cancel() {
    let scene = with_a_visit_that_needs_a_place();
    let ann = scene.books(scene.party(1, 2).offering(PLACE));
    let visit = scene.books(scene.one(1).offering(VISIT));
    let other = scene.does(hall(5, |place| place).at(day("2027-05-20 10:00 to 16:00")));
    let away = MoveRegistration::new(ann, other);
    let _ = scene.does(CheckIn::new(scene.on, ann).place(2).scan(scan(1)).seen_at(minutes(0)));
    let refused = scene.refuses(away);
    assert_eq!(refused, Refusal::PresenceRecorded { registration: ann, place: 2 });
    let _ = scene.does(UndoCheckIn::new(scene.on, scan(1)));
    let _ = scene.does(CheckIn::new(scene.on, visit).scan(scan(2)).seen_at(minutes(0)));
    let refused = scene.refuses(away);
    assert_eq!(refused, Refusal::PresenceRecorded { registration: visit, place: 1 }, "it would end with it");
    drop(scene.does(CancelRegistration::new(visit)));
    assert_eq!((counts(&scene).lists[0].came, counts(&scene).in_the_house), (0, 0), "it is in no count");
    assert_eq!(scene.desk.scans(scene.on).unwrap().rows().len(), 2, "and the scans stay");
    assert!(scene.does(away).is_confirmed());
    assert!(scene.desk.verify(&mut |_| ()).unwrap().is_sound());
}

#[test]
fn heads_are_counted_and_whoever_is_not_counted_too() {
    let scene = with_a_visit();
    let pair = scene.books(scene.party(1, 2).offering(PLACE));
    let team = scene.books(scene.one(2).offering(PLACE).uncounted());
    scene.books(scene.one(3).offering(VISIT));
    set(&scene, CheckInList::new(DESK, "coach stop").offering(VISIT));
    for (who, place) in [(pair, 1), (pair, 2), (team, 1)] {
        let _ = scene.does(CheckIn::new(scene.on, who).place(place).seen_at(minutes(0)));
    }
    let _ = scene.does(CheckIn::new(scene.on, pair).place(2).way(Way::Out).seen_at(minutes(30)));
    let [door, coach] = &counts(&scene).lists[..] else { panic!("two lists") };
    assert_eq!((door.expected, door.came, door.inside, door.left), (4, 3, 2, 1));
    assert_eq!((coach.expected, coach.came), (1, 0));
    assert_eq!(counts(&scene).in_the_house, 2);
    let presence = scene.desk.attendee_list(scene.on).unwrap().presence();
    assert_eq!((presence.attended, presence.total()), (3, 4));
    let printed = counts(&scene).to_string();
    assert!(printed.ends_with("2 in the house"), "{printed}");
}

#[test]
fn somebody_with_two_registrations_is_one_head() {
    let scene = with_a_visit_that_needs_a_place();
    let anns = scene.books(scene.one(1).unnamed_guests(1).offering(PLACE));
    let visit = scene.books(scene.one(1).unnamed_guests(1).offering(VISIT));
    let goes = |it, place, way, minute| {
        let _ = scene.does(CheckIn::new(scene.on, it).place(place).way(way).seen_at(minutes(minute)));
    };
    let figures = || {
        let counts = counts(&scene);
        (counts.lists[0].expected, counts.lists[0].came, counts.lists[0].left, counts.in_the_house)
    };
    goes(anns, 1, Way::In, 0);
    goes(visit, 1, Way::In, 5);
    assert_eq!(figures(), (3, 1, 0, 1), "guests without names are as many as there are places");
    goes(visit, 2, Way::In, 6);
    assert_eq!(figures(), (3, 2, 0, 2));
    goes(anns, 1, Way::Out, 30);
    assert_eq!(figures(), (3, 2, 1, 1), "whichever of her tickets she shows");
}

#[test]
fn whoever_leaves_a_room_is_in_the_house_still() {
    let scene = Scene::with_places(5);
    set(&scene, CheckInList::new(DESK, "lab"));
    let ann = scene.books(scene.one(1));
    let goes = |list, way, minute| {
        let _ = scene.does(CheckIn::new(scene.on, ann).list(list).way(way).seen_at(minutes(minute)));
        let counts = counts(&scene);
        (counts.in_the_house, counts.lists[0].inside, counts.lists[1].inside, counts.lists[1].left)
    };
    let door = CheckInListId::DOOR;
    assert_eq!(goes(door, Way::In, 0), (1, 1, 0, 0));
    assert_eq!(goes(DESK, Way::In, 10), (1, 1, 1, 0));
    assert_eq!(goes(DESK, Way::Out, 20), (1, 1, 0, 1));
    assert_eq!(goes(DESK, Way::In, 30), (1, 1, 1, 0));
    assert_eq!(goes(door, Way::Out, 40), (0, 0, 0, 1), "whoever leaves by the door leaves all of it");
}

#[test]
fn nobody_stays_longer_at_a_list_than_what_it_is_for() {
    let scene = Scene::with_places(5);
    let talk = SessionId::from_u128(1);
    let session = Session::new(talk, "Talk").at(day("2027-03-20 12:00 to 12:30"));
    scene.does(gather::AddSession::new(scene.on, session));
    set(&scene, CheckInList::new(DESK, "talk").session(talk).window(600, 3_600));
    let [ann, bob] = [1, 2].map(|person| scene.books(scene.one(person)));
    let goes = |who, list, way, time: &str| {
        let _ = scene.does(CheckIn::new(scene.on, who).list(list).way(way).seen_at(at(time)));
    };
    for (who, list) in [(ann, DESK), (bob, CheckInListId::DOOR)] {
        goes(who, DESK, Way::In, "2027-03-20T12:10:00Z");
        goes(who, list, Way::Out, "2027-03-20T13:20:00Z");
    }
    let attended = scene.desk.attendance(scene.on).unwrap();
    let seconds: Vec<_> = attended.rows().iter().map(|row| row.seconds).collect();
    assert_eq!(seconds, [Some(20 * 60); 2], "it was over at half past");
    assert_eq!(attended.rows()[0].last_out, Some(at("2027-03-20T13:20:00Z")));
}

#[test]
fn a_certificate_says_for_how_long_and_no_minute_twice() {
    let scene = Scene::with_places(9);
    set(&scene, CheckInList::new(DESK, "lab"));
    let [ann, bob, cleo, dan] = [1, 2, 3, 4].map(|person| scene.books(scene.one(person)));
    let goes = |who, list, way, minute| {
        let _ = scene.does(CheckIn::new(scene.on, who).list(list).way(way).seen_at(minutes(minute)));
    };
    let door = CheckInListId::DOOR;
    // Ann comes early, is in the lab meanwhile, has lunch elsewhere, and stays to the end.
    for (list, way, minute) in [
        (door, Way::In, -30),
        (DESK, Way::In, 30),
        (DESK, Way::Out, 60),
        (door, Way::Out, 120),
        (door, Way::In, 180),
    ] {
        goes(ann, list, way, minute);
    }
    // Bob leaves by the door without leaving the lab.
    goes(bob, DESK, Way::In, 60);
    goes(bob, door, Way::Out, 90);
    // Of Cleo somebody says that she came.
    scene.set_clock(ENDS);
    let _ = scene.does(RecordPresence::new(cleo, Presence::Late));
    let _ = scene.does(RecordPresence::new(dan, Presence::Excused));
    let attended = scene.desk.attendance(scene.on).unwrap();
    let rows: Vec<_> = attended.rows().iter().map(|row| (row.number, row.seconds, row.last_out)).collect();
    let expected =
        [(1, Some((120 + 180) * 60), None), (2, Some(30 * 60), Some(minutes(90))), (3, None, None)];
    assert_eq!(rows, expected);
    assert_eq!(attended.rows()[0].first_in, Some(minutes(-30)));
    let text = attended.with_names(|_| Some("Ann".into())).to_string();
    assert!(text.contains("5:00") && text.lines().all(|line| line.len() <= 80), "{text}");
    assert!(serde_json::to_string(&attended).unwrap().contains("\"seconds\":18000"));
}

#[test]
fn whoever_joins_by_their_link_is_there_once_and_nobody_else_gets_it() {
    let webinar = Gathering::webinar("Talk").at(day("2027-03-20 10:00 to 16:00")).places(1);
    let scene = Scene::of(webinar.join_link(JoinLink::new("https://meet.example/talk")));
    set(&scene, CheckInList::new(DESK, "online").online().window(900, 0));
    let ann = scene.books(scene.one(1));
    let bob = scene.waits(scene.one(2), 0);
    scene.clock.set(minutes(-16));
    assert_eq!(scene.refused(Join::new(ann)), "not_open_to_join");
    let words = scene.refuses(Join::new(ann)).to_string();
    assert_eq!(words, "it can be joined from 2027-03-20T09:45:00Z to 2027-03-20T16:00:00Z");
    scene.clock.set(minutes(-15));
    assert_eq!(scene.refused(Join::new(bob)), "no_confirmed_place");
    assert_eq!(scene.refused(Join::new(ann).place(2)), "unknown_place");
    let joined = scene.desk.join(ann, 1).unwrap();
    assert_eq!(joined.told, CheckedIn::Counted);
    let Some(Opened::Known(link)) = joined.link else { panic!("there is a link") };
    assert_eq!(link.expose().as_str(), "https://meet.example/talk");
    let before = scene.desk.position();
    scene.clock.set(minutes(20));
    assert_eq!(scene.desk.join(ann, 1).unwrap().told, CheckedIn::Again { first_seen: minutes(-15) });
    assert_eq!(scene.desk.position(), before.plus(1), "it may be that word comes that she had left");
    scene.clock.set(minutes(21));
    assert_eq!(scene.desk.join(ann, 1).unwrap().told, CheckedIn::Again { first_seen: minutes(-15) });
    assert_eq!(scene.desk.position(), before.plus(1), "loading the page again is no other scan");
    let counts = counts(&scene);
    assert_eq!((counts.lists[1].came, counts.in_the_house), (1, 0), "online is not in the house");
    drop(scene.cancels(ann));
    assert_eq!(scene.refused(Join::new(ann)), "no_confirmed_place");
    assert!(scene.desk.join(bob, 1).unwrap().link.is_some(), "who has the place now");
    let hall = scene.does(hall(1, |place| place).at(day("2027-05-20 10:00 to 16:00")));
    let here = scene.books(Register::new(hall, person_id(3)));
    assert_eq!(scene.refused(Join::new(here)), "no_join_link");
}

/// A webinar with two offerings that can be joined.
fn two_online() -> Scene {
    let link = JoinLink::new("https://meet.example/talk");
    let pools = Gathering::webinar("Talk").at(day("2027-03-20 10:00 to 16:00")).join_link(link);
    let pools = pools.pool(Pool::new(HALL, "hall", 9)).pool(Pool::new(COACH, "coach", 9));
    let [place, visit] = [Offering::new(PLACE, "place", [HALL]), Offering::new(VISIT, "visit", [COACH])];
    Scene::of(pools.offering(place).offering(visit))
}

#[test]
fn whoever_joins_is_recorded_where_they_belong_or_nowhere() {
    let scene = two_online();
    let ann = scene.books(scene.one(1).offering(PLACE));
    set(&scene, CheckInList::new(CheckInListId::DOOR, "visitors").offering(VISIT));
    scene.clock.set(minutes(0));
    let before = scene.desk.position();
    let refused = scene.refuses(Join::new(ann));
    assert_eq!(refused, Refusal::NoListToJoin { gathering: scene.on, offering: PLACE });
    let words = refused.to_string();
    assert_eq!(words, format!("no check-in list is for offering {PLACE}, so it cannot be joined online"));
    assert_eq!(scene.desk.position(), before);
    set(&scene, CheckInList::new(DESK, "hall").offering(PLACE));
    assert_eq!(scene.does(Join::new(ann)), CheckedIn::Counted);
    assert_eq!(scene.desk.scans(scene.on).unwrap().rows()[0].scan.list, DESK);
    assert_eq!((presences(&scene), counts(&scene).in_the_house), (vec![Presence::Attended], 0));
    assert!(scene.desk.verify(&mut |_| ()).unwrap().is_sound());
}

#[test]
fn the_link_is_not_given_again_once_it_is_over() {
    let scene = two_online();
    set(&scene, CheckInList::new(DESK, "online").online().window(900, 0));
    let ann = scene.books(scene.one(1).offering(PLACE));
    scene.set_clock(ENDS);
    assert_eq!(scene.does(Join::new(ann)), CheckedIn::Counted);
    scene.clock.set(at(ENDS) + TimeDelta::seconds(1));
    assert_eq!(scene.refused(Join::new(ann)), "not_open_to_join");
}

#[test]
fn whoever_joins_again_is_there_whenever_word_comes_that_they_had_left() {
    for word_comes_late in [true, false] {
        let scene = two_online();
        set(&scene, CheckInList::new(DESK, "online").online());
        let ann = scene.books(scene.one(1).offering(PLACE));
        let left = CheckIn::new(scene.on, ann).list(DESK).way(Way::Out).seen_at(minutes(15));
        scene.clock.set(minutes(0));
        assert_eq!(scene.does(Join::new(ann)), CheckedIn::Counted);
        scene.clock.set(minutes(30));
        if word_comes_late {
            assert_eq!(scene.does(Join::new(ann)), CheckedIn::Again { first_seen: minutes(0) });
            assert_eq!(scene.does(left), CheckedIn::Counted);
        } else {
            assert_eq!(scene.does(left), CheckedIn::Counted);
            assert_eq!(scene.does(Join::new(ann)), CheckedIn::Counted);
        }
        let online = &counts(&scene).lists[1];
        assert_eq!((online.came, online.inside, online.left), (1, 1, 0));
        assert_eq!(scene.desk.attendance(scene.on).unwrap().rows()[0].seconds, Some((15 + 330) * 60));
    }
}

#[test]
fn a_later_scan_does_not_undo_what_was_said_by_hand() {
    for word in [Presence::Late, Presence::Excused] {
        let scene = Scene::with_places(5);
        let ann = scene.books(scene.one(1));
        let goes = |way, number, minute| {
            let seen = CheckIn::new(scene.on, ann).way(way).scan(scan(number)).seen_at(minutes(minute));
            assert_eq!(scene.does(seen), CheckedIn::Counted);
        };
        goes(Way::In, 1, 5);
        scene.clock.set(minutes(60));
        let _ = scene.does(RecordPresence::new(ann, word).seen_at(minutes(10)));
        goes(Way::Out, 2, 30);
        goes(Way::In, 3, 40);
        assert_eq!(presences(&scene), [word]);
        let _ = scene.does(UndoCheckIn::new(scene.on, scan(1)));
        assert_eq!(presences(&scene), [Presence::Attended], "the earliest that counts is after that");
    }
}

#[test]
fn many_scans_are_taken_in_and_one_that_is_refused_keeps_none_back() {
    let scene = Scene::with_places(5);
    let ann = scene.books(scene.one(1));
    let one = |number, minute| Scan::new(scan(number), ann, minutes(minute));
    let unknown = Scan::new(scan(3), RegistrationId::from_u128(404), minutes(0));
    let scans = [one(1, 0), one(2, 1).list(CheckInListId::new(9)), unknown, one(1, 0), one(1, 7)];
    let mut told = Vec::new();
    let merged = scene.desk.merge_scans(scene.on, scans, &mut |progress| told.push(progress.done)).unwrap();
    let text = "5 scans: 1 counted, 1 flagged, 1 known before, 2 refused";
    assert_eq!(merged.to_string(), text);
    let codes: Vec<&str> =
        merged.each.iter().map(|one| one.told.as_ref().map_or_else(Refusal::code, CheckedIn::code)).collect();
    let expected = ["counted", "unknown_check_in_list", "unknown_registration", "counted", "scan_reused"];
    assert_eq!((codes, told), (expected.to_vec(), vec![0, 5]));
    let unknown = scene.desk.merge_scans(gather::GatheringId::from_u128(1), scans, &mut |_| ()).unwrap();
    assert_eq!(unknown.refused(), 5);
}

/// What a device may send: a scan, or that one is taken back.
#[derive(Clone, Copy, Debug)]
enum Sent {
    Scan(u128, u8, u16, u16, bool, i64),
    Undo(u128),
    Word(u8, u16, bool, i64),
}

fn any_sent() -> impl Strategy<Value = Vec<Sent>> {
    let scan = (0..3_u8, 1..4_u16, 0..3_u16, any::<bool>(), 0..8_i64);
    let scans = prop::collection::vec(scan, 0..14).prop_map(|scans| {
        let scan =
            |(number, (who, place, list, out, minute))| Sent::Scan(number, who, place, list, out, minute);
        (1..).zip(scans).map(scan).collect::<Vec<_>>()
    });
    let undone = prop::collection::vec((1..16_u128).prop_map(Sent::Undo), 0..4);
    let word = (0..2_u8, 1..4_u16, any::<bool>(), 0..8_i64);
    let words =
        prop::collection::vec(word.prop_map(|(who, place, came, at)| Sent::Word(who, place, came, at)), 0..3);
    (scans, undone, words).prop_map(|(scans, undone, words)| [scans, undone, words].concat())
}

/// What is shown once all of it has arrived: who came and when, the head counts, and for how long.
fn shown(scene: &Scene) -> impl PartialEq + std::fmt::Debug + use<> {
    let list = scene.desk.attendee_list(scene.on).unwrap();
    let counts = counts(scene);
    let lists: Vec<_> =
        counts.lists.iter().map(|list| (list.came, list.inside, list.left, list.expected)).collect();
    let attended = scene.desk.attendance(scene.on).unwrap();
    let rows: Vec<_> = attended
        .rows()
        .iter()
        .map(|row| (row.number, row.place, row.presence, row.first_in, row.last_out, row.seconds))
        .collect();
    let scans = scene.desk.scans(scene.on).unwrap();
    let mut kept: Vec<_> = scans.rows().iter().map(|row| (row.scan.id, row.counts())).collect();
    kept.sort_unstable();
    ((list.presence(), presences(scene)), (counts.in_the_house, counts.flagged, lists), rows, kept)
}

fn sent_in_order(sent: &[Sent]) -> (Scene, PresenceCounts) {
    let scene = with_a_visit();
    let family = scene.books(scene.party(1, 3).offering(PLACE));
    let team = scene.books(scene.one(2).offering(VISIT).uncounted());
    let forged = RegistrationId::from_u128(404);
    set(&scene, CheckInList::new(DESK, "lab").offering(PLACE).window(0, 0));
    set(&scene, CheckInList::new(CheckInListId::new(2), "online").online());
    scene.set_clock(ENDS);
    let who = |who: u8| [family, team, forged][usize::from(who)];
    for one in sent {
        match *one {
            Sent::Scan(number, nth, place, list, out, minute) => {
                let command = CheckIn::new(scene.on, who(nth)).scan(scan(number)).place(place);
                let command = command.list(CheckInListId::new(list)).seen_at(minutes(minute - 2));
                drop(scene.does(command.way(if out { Way::Out } else { Way::In })));
            }
            Sent::Undo(number) => drop(scene.does(UndoCheckIn::new(scene.on, scan(number)))),
            Sent::Word(nth, place, came, minute) => {
                let word = if came { Presence::Late } else { Presence::Unknown };
                let word = RecordPresence::new(who(nth), word).place(place).seen_at(minutes(minute - 2));
                drop(scene.desk.execute(word));
            }
        }
    }
    let counts = scene.desk.attendee_list(scene.on).unwrap().presence();
    (scene, counts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Scans, words and what is taken back come in any order, some of them twice: what is shown is the same. Whatever
    /// comes, everybody who is confirmed is counted once, and every scan is kept.
    #[test]
    fn whatever_the_order_in_which_scans_arrive(
        (sent, shuffled) in any_sent().prop_flat_map(|sent| (Just(sent.clone()), Just(sent).prop_shuffle())),
        again in any::<prop::sample::Index>(),
    ) {
        let mut twice = shuffled.clone();
        if !shuffled.is_empty() {
            twice.extend_from_slice(&shuffled[again.index(shuffled.len())..]);
        }
        let ((one, counts), (other, _)) = (sent_in_order(&sent), sent_in_order(&twice));
        prop_assert_eq!(format!("{:?}", shown(&one)), format!("{:?}", shown(&other)));
        prop_assert_eq!(counts.total(), 4);
        let scans = sent.iter().filter(|one| matches!(one, Sent::Scan(..))).count();
        prop_assert_eq!(one.desk.scans(one.on).unwrap().rows().len(), scans);
        prop_assert!(one.desk.verify(&mut |_| ()).unwrap().is_sound());
        prop_assert!(other.desk.verify(&mut |_| ()).unwrap().is_sound());
    }
}
