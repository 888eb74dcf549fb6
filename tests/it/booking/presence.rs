//! Presence: who came, as it was seen, in whatever order that arrives.

use chrono::TimeDelta;
use gather::{
    CancelRegistration, CloseBooks, Presence, PresenceSource, RecordPresence, RegistrationId, Seen, Settle,
};

use crate::scene::{STARTS, Scene, at};

fn presence_of(scene: &Scene, nth: usize) -> Presence {
    scene.desk.attendee_list(scene.on).unwrap().rows()[nth].presence
}

fn seen(registration: RegistrationId, presence: Presence, time: &str) -> RecordPresence {
    RecordPresence::new(registration, presence).seen_at(at(time))
}

#[test]
fn people_can_be_seen_from_a_day_before_the_start_on() {
    let scene = Scene::with_places(5);
    let ann = scene.books(scene.one(1));
    let a_day_before = at(STARTS) - TimeDelta::days(1);
    let came = |presence, time| RecordPresence::new(ann, presence).seen_at(time);
    let too_early = a_day_before - TimeDelta::microseconds(1);
    assert_eq!(scene.refused(came(Presence::Attended, too_early)), "not_begun");
    assert_eq!(scene.refused(came(Presence::Late, too_early)), "not_begun");
    assert_eq!(scene.does(came(Presence::Attended, a_day_before)), Seen::Counted);
    assert_eq!(scene.does(came(Presence::Excused, too_early)), Seen::Counted, "excused at any time");
    assert_eq!(presence_of(&scene, 0), Presence::Attended, "seen later");
    assert_eq!(scene.refused(RecordPresence::new(ann, Presence::Attended)), "not_begun", "now is too early");
}

#[test]
fn the_latest_seen_counts_and_of_two_at_one_instant_the_one_that_says_more() {
    let scene = Scene::with_places(5);
    let ann = scene.books(scene.one(1));
    scene.set_clock("2027-03-21T09:00:00Z");
    let _ = scene.does(seen(ann, Presence::Attended, "2027-03-20T10:05:00Z"));
    let _ = scene.does(seen(ann, Presence::Unknown, "2027-03-20T10:05:00Z"));
    assert_eq!(presence_of(&scene, 0), Presence::Attended);
    let _ = scene.does(seen(ann, Presence::Late, "2027-03-20T10:05:00Z"));
    assert_eq!(presence_of(&scene, 0), Presence::Late);
    let _ = scene.does(seen(ann, Presence::Attended, "2027-03-20T10:05:00Z"));
    assert_eq!(presence_of(&scene, 0), Presence::Late, "whichever arrives last");
    let _ = scene.does(RecordPresence::new(ann, Presence::Unknown));
    assert_eq!(presence_of(&scene, 0), Presence::Unknown, "taken back, as of now");
}

#[test]
fn each_place_of_a_party_has_its_own() {
    let scene = Scene::with_places(5);
    let family = scene.books(scene.party(1, 3));
    scene.set_clock(STARTS);
    let _ = scene.does(RecordPresence::new(family, Presence::Attended).place(2).source(PresenceSource::Door));
    assert_eq!(
        [0, 1, 2].map(|nth| presence_of(&scene, nth)),
        [Presence::Unknown, Presence::Attended, Presence::Unknown]
    );
    for place in [0, 4] {
        assert_eq!(scene.refused(RecordPresence::new(family, Presence::Late).place(place)), "unknown_place");
    }
}

#[test]
fn whoever_has_no_place_is_kept_and_flagged() {
    let scene = Scene::with_places(1);
    let ann = scene.books(scene.one(1));
    let bob = scene.waits(scene.one(2), 0);
    scene.set_clock("2027-03-20T09:55:00Z");
    let at_the_door = |who| RecordPresence::new(who, Presence::Attended).source(PresenceSource::Door);
    assert_eq!(scene.does(at_the_door(bob)), Seen::Flagged);
    drop(scene.does(CancelRegistration::new(ann)));
    assert_eq!(scene.status(bob), "confirmed");
    assert_eq!(presence_of(&scene, 0), Presence::Attended, "kept, it counts when there is a place after all");
    assert_eq!(scene.does(at_the_door(ann)), Seen::Flagged, "also one that has ended");
    assert_eq!(scene.does(at_the_door(bob)), Seen::Counted);
}

#[test]
fn a_flag_is_remembered_with_the_request() {
    let scene = Scene::with_places(1);
    scene.books(scene.one(1));
    let bob = scene.waits(scene.one(2), 0);
    scene.set_clock(STARTS);
    let scan = || {
        let request = gather::RequestId::from_u128(1);
        scene
            .desk
            .request(request)
            .execute(RecordPresence::new(bob, Presence::Attended).seen_at(at(STARTS)))
            .unwrap()
    };
    let (first, second) = (scan(), scan());
    assert_eq!((first.outcome, second.outcome, second.repeated), (Seen::Flagged, Seen::Flagged, true));
}

#[test]
fn closed_books_say_who_did_not_come_and_can_still_be_corrected() {
    let scene = Scene::with_places(5);
    let [ann, bob, cleo] = [1, 2, 3].map(|person| scene.books(scene.one(person)));
    assert_eq!(scene.refused(RecordPresence::new(ann, Presence::NoShow)), "no_show_by_books");
    scene.set_clock("2027-03-20T16:00:00Z");
    let _ = scene.does(seen(ann, Presence::Attended, "2027-03-20T10:00:00Z"));
    let _ = scene.does(seen(bob, Presence::Excused, "2027-03-19T10:00:00Z"));
    scene.does(CloseBooks::new(scene.on));
    let counts = scene.desk.attendee_list(scene.on).unwrap().presence();
    assert_eq!((counts.attended, counts.excused, counts.no_show, counts.unknown), (1, 1, 1, 0));
    assert_eq!(scene.does(seen(cleo, Presence::Late, "2027-03-20T11:00:00Z")), Seen::Counted);
    let counts = scene.desk.attendee_list(scene.on).unwrap().presence();
    assert_eq!((counts.late, counts.no_show, counts.total()), (1, 0, 3));
    let _ = scene.does(RecordPresence::new(cleo, Presence::Unknown).seen_at(at("2027-03-20T12:00:00Z")));
    assert_eq!(presence_of(&scene, 2), Presence::NoShow, "nobody has said, and the books are closed");
}

#[test]
fn a_hold_that_has_expired_unnoticed_is_no_place() {
    let scene = Scene::with_places(5);
    scene.set_clock("2027-03-20T09:30:00Z");
    let held = scene.holds(scene.one(1), 10);
    scene.set_clock("2027-03-20T09:40:00Z");
    let receipt = scene.receives(RecordPresence::new(held, Presence::Attended));
    assert_eq!((receipt.outcome, receipt.facts.len()), (Seen::Flagged, 2));
    assert!(scene.receives(Settle::new(scene.on)).facts.is_empty());
}

#[test]
fn without_a_date_nobody_can_have_come() {
    let scene = Scene::with_places(5);
    let ann = scene.books(scene.one(1));
    scene.does(gather::Reschedule::new(scene.on, gather::Schedule::to_be_confirmed("in summer")));
    for presence in [Presence::Attended, Presence::Excused, Presence::Unknown] {
        assert_eq!(scene.refused(RecordPresence::new(ann, presence)), "not_begun");
    }
}
