//! Interest, and what there is afterwards: registrations without a place.

use chrono::TimeDelta;
use gather::testkit::person_id;
use gather::{
    AttachResource, Audience, BookingTime, BookingWindow, CancelGathering, CancelRegistration, CloseBooks,
    FollowUp, Gathering, NoteInterest, OpenBooking, OpenInterest, Opened, ResourceKind, ResourceLink,
    WithdrawResource,
};

use crate::scene::{ENDS, STARTS, Scene, at, hall, kinds};

fn to_be_confirmed() -> Scene {
    Scene::of(Gathering::webinar("Income generation").places(1))
}

#[test]
fn an_interest_gives_way_to_a_booking() {
    let scene = to_be_confirmed();
    let interest = scene.does(NoteInterest::new(scene.on, person_id(1)));
    assert_eq!((scene.status(interest), scene.left()), ("interested", 1));
    assert_eq!(scene.refused(NoteInterest::new(scene.on, person_id(1))), "already_registered");
    assert_eq!(scene.refused(scene.one(1)), "booking_not_open_yet");
    scene.does(OpenBooking::new(scene.on));
    let receipt = scene.receives(scene.one(1));
    assert_eq!(kinds(&receipt.facts), ["ended", "confirmed"]);
    assert_eq!(scene.status(interest), "superseded");
    let booked = scene.desk.registration(receipt.outcome.registration()).unwrap();
    assert_eq!(booked.supersedes, Some(interest));
}

#[test]
fn a_refused_booking_leaves_the_interest() {
    let scene = to_be_confirmed();
    let interest = scene.does(NoteInterest::new(scene.on, person_id(1)));
    scene.does(OpenBooking::new(scene.on));
    assert_eq!(scene.refused(scene.party(1, 2)), "never_fits");
    assert_eq!(scene.status(interest), "interested");
    drop(scene.does(CancelRegistration::new(interest)));
    assert_eq!(scene.status(interest), "withdrawn");
}

#[test]
fn an_interest_is_noted_only_where_nothing_can_be_booked() {
    let scene = Scene::with_places(1);
    let note = || NoteInterest::new(scene.on, person_id(1));
    assert_eq!(scene.refused(note()), "booking_open");
    scene.does(gather::LineOnly::new(scene.on));
    assert_eq!(scene.refused(note()), "booking_open");
    scene.does(gather::PauseBooking::new(scene.on));
    assert_eq!(scene.refused(note()), "booking_paused");
    scene.does(gather::CloseBooking::new(scene.on));
    assert_eq!(scene.refused(note()), "booking_closed");
    assert_eq!(scene.does(OpenInterest::new(scene.on)), gather::Change::Made);
    assert_eq!(scene.refused(scene.one(1)), "interest_only");
    let _ = scene.does(note());
    scene.set_clock(ENDS);
    assert_eq!(scene.refused(NoteInterest::new(scene.on, person_id(2))), "gathering_over");
}

#[test]
fn booking_that_opens_later_takes_interests_until_that_instant() {
    let opens = BookingTime::At(at("2027-02-01T09:00:00Z"));
    let scene = Scene::of(hall(1, |place| place).booking(BookingWindow { opens: Some(opens), closes: None }));
    scene.set_clock("2027-02-01T08:59:59.999999Z");
    let _ = scene.does(NoteInterest::new(scene.on, person_id(1)));
    assert_eq!(scene.refused(scene.one(1)), "booking_not_open_yet");
    scene.after(TimeDelta::microseconds(1));
    assert_eq!(scene.refused(NoteInterest::new(scene.on, person_id(2))), "booking_open");
    scene.books(scene.one(1));
}

#[test]
fn while_booking_is_for_interest_only_the_line_rests() {
    let scene = Scene::with_places(1);
    let ann = scene.books(scene.one(1));
    let bob = scene.waits(scene.one(2), 0);
    scene.does(OpenInterest::new(scene.on));
    assert!(scene.does(CancelRegistration::new(ann)).promoted.is_empty());
    scene.does(OpenBooking::new(scene.on));
    assert_eq!(scene.status(bob), "confirmed");
}

#[test]
fn what_there_is_afterwards_can_be_asked_for_before_and_after() {
    let scene = Scene::with_places(1);
    let before = scene.does(FollowUp::new(scene.on, person_id(1)));
    assert_eq!((scene.status(before), scene.left()), ("follow_up_only", 1));
    assert_eq!(scene.refused(FollowUp::new(scene.on, person_id(1))), "already_registered");
    scene.set_clock(ENDS);
    let after = scene.does(FollowUp::new(scene.on, person_id(2)));
    scene.does(CloseBooks::new(scene.on));
    let later = scene.does(FollowUp::new(scene.on, person_id(3)));
    assert_eq!([before, after, later].map(|it| scene.status(it)), ["follow_up_only"; 3]);
    drop(scene.does(CancelRegistration::new(after)));
    assert_eq!(scene.status(after), "withdrawn", "also when it is over, and the books are closed");
}

#[test]
fn what_needs_a_place_does_not_end_with_a_wish_for_the_recording() {
    let scene = Scene::with_places(1);
    let wish = scene.does(FollowUp::new(scene.on, person_id(1)));
    scene.does(CancelGathering::new(scene.on));
    assert_eq!(scene.status(wish), "cancelled_with_gathering");
    assert_eq!(scene.refused(FollowUp::new(scene.on, person_id(2))), "gathering_cancelled");
}

#[test]
fn a_recording_is_there_from_the_start_on_for_its_audience() {
    let scene = Scene::with_places(1);
    let link = || ResourceLink::new("https://media.example/talk");
    let attach = || AttachResource::new(scene.on, ResourceKind::Recording, "Recording", link());
    scene.books(scene.one(1));
    let _ = scene.does(FollowUp::new(scene.on, person_id(2)));
    scene.waits(scene.one(3), 0);
    scene.clock.set(at(STARTS) - TimeDelta::microseconds(1));
    assert_eq!(scene.refused(attach()), "not_begun");
    scene.set_clock(STARTS);
    let recording = scene.does(attach());
    let slides = scene.does(attach().audience(Audience::Members));
    assert_eq!(scene.refused(attach().id(recording)), "resource_exists");
    let gets = |person, is_member| {
        let theirs = scene.desk.resources_for(person_id(person), is_member);
        theirs.rows().iter().map(|row| row.resource.id).collect::<Vec<_>>()
    };
    assert_eq!([1, 2, 3].map(|person| gets(person, false)), [vec![recording], vec![recording], vec![]]);
    assert_eq!(gets(3, true), [slides]);
    let theirs = scene.desk.resources_for(person_id(2), false);
    assert!(
        matches!(theirs.link(recording), Some(Opened::Known(link)) if link.expose().as_str().contains("media"))
    );
    assert!(theirs.link(slides).is_none());

    assert_eq!(scene.does(WithdrawResource::new(scene.on, recording)), gather::Change::Made);
    assert_eq!(scene.refused(WithdrawResource::new(scene.on, recording)), "unknown_resource");
    assert!(gets(1, false).is_empty());
    assert_eq!(scene.does(attach().id(recording)), recording, "its id can be used again");
}
