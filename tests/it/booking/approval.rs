//! Approval: somebody has to say yes first.

use chrono::TimeDelta;
use gather::{
    Approval, Approve, CancelRegistration, LineOnly, Offering, PauseBooking, Registered, Reject, Settle,
};

use crate::scene::{Scene, hall, kinds};

/// A hall where somebody has to say yes, within a day if that is said.
fn asked(places: u32, pending_uses_places: bool, decide_within: Option<u32>) -> Scene {
    let approval = Approval { pending_uses_places, decide_within };
    Scene::of(hall(places, |place| place.approval(approval)))
}

#[test]
fn a_request_keeps_its_places_until_somebody_says_yes() {
    let scene = asked(1, true, None);
    let (ann, uses_places) = scene.asks(scene.one(1));
    assert!(uses_places && scene.used() == 1);
    // Whoever finds none left waits for the answer too, without a place.
    let (bob, uses_places) = scene.asks(scene.one(2));
    assert!(!uses_places && scene.used() == 1);
    assert_eq!(scene.does(Approve::new(ann)), Registered::Confirmed { registration: ann });
    assert_eq!(scene.does(Approve::new(bob)), Registered::Waiting { registration: bob, ahead: 0 });
    assert_eq!(scene.refused(Approve::new(bob)), "not_pending");
    assert_eq!(scene.does(CancelRegistration::new(ann)).promoted, [bob]);
}

#[test]
fn a_no_frees_what_was_kept_for_the_line() {
    let scene = asked(1, true, None);
    let (ann, _) = scene.asks(scene.one(1));
    let (bob, _) = scene.asks(scene.one(2));
    let _ = scene.does(Approve::new(bob));
    assert_eq!(scene.does(Reject::new(ann)).promoted, [bob]);
    assert_eq!(scene.status(ann), "rejected");
    assert_eq!(scene.refused(Reject::new(ann)), "registration_ended");
    assert_eq!(scene.refused(Reject::new(bob)), "not_pending");
}

#[test]
fn without_places_kept_whoever_is_approved_first_has_them() {
    let scene = asked(1, false, None);
    let (ann, uses_places) = scene.asks(scene.one(1));
    let (bob, _) = scene.asks(scene.one(2));
    assert!(!uses_places && scene.used() == 0);
    assert_eq!(scene.does(Approve::new(bob)), Registered::Confirmed { registration: bob });
    assert_eq!(scene.does(Approve::new(ann)), Registered::Waiting { registration: ann, ahead: 0 });
}

#[test]
fn whoever_is_approved_later_stands_behind_those_who_were_approved_before() {
    let scene = asked(1, false, None);
    let [ann, bob, cleo] = [1, 2, 3].map(|person| scene.asks(scene.one(person)).0);
    for (registration, ahead) in [(cleo, None), (bob, Some(0)), (ann, Some(1))] {
        let expected = match ahead {
            None => Registered::Confirmed { registration },
            Some(ahead) => Registered::Waiting { registration, ahead },
        };
        assert_eq!(scene.does(Approve::new(registration)), expected);
    }
    assert_eq!(scene.line(), [bob, ann], "in the order in which they joined the line");
}

#[test]
fn a_yes_never_overfills_where_no_line_is_kept() {
    let approval = Approval { pending_uses_places: false, decide_within: None };
    let scene = Scene::of(hall(1, |place| place.approval(approval).without_waiting_list()));
    let (ann, _) = scene.asks(scene.one(1));
    let (bob, _) = scene.asks(scene.one(2));
    let _ = scene.does(Approve::new(ann));
    assert_eq!(scene.refused(Approve::new(bob)), "full");
    assert_eq!(scene.status(bob), "pending", "it waits on");
    scene.does(LineOnly::new(scene.on));
    assert_eq!(scene.refused(Approve::new(bob)), "line_only");
    scene.does(PauseBooking::new(scene.on));
    drop(scene.set_capacity(2));
    assert!(scene.does(Approve::new(bob)).is_confirmed(), "an organiser can say yes while booking rests");
}

#[test]
fn where_no_line_is_kept_a_request_that_would_keep_places_needs_them() {
    let scene = Scene::of(hall(1, |place| place.needs_approval().without_waiting_list()));
    let _ = scene.asks(scene.one(1));
    assert_eq!(scene.refused(scene.one(2)), "full");
}

#[test]
fn a_request_that_nobody_answers_expires() {
    let scene = asked(1, true, Some(86_400));
    let (ann, _) = scene.asks(scene.one(1));
    let due = scene.now() + TimeDelta::days(1);
    assert_eq!(scene.desk.next_deadline().unwrap(), Some(due));
    scene.clock.set(due - TimeDelta::microseconds(1));
    assert_eq!((scene.status(ann), scene.used()), ("pending", 1));
    scene.clock.set(due);
    assert_eq!((scene.status(ann), scene.used()), ("approval_expired", 0));
    assert_eq!(scene.refused(Approve::new(ann)), "registration_ended");
    let receipt = scene.receives(Settle::new(scene.on));
    assert_eq!((kinds(&receipt.facts), receipt.outcome.ended), (vec!["ended"], vec![ann]));
}

#[test]
fn while_people_book_to_the_line_only_a_request_keeps_nothing() {
    let scene = asked(5, true, None);
    scene.does(LineOnly::new(scene.on));
    let (ann, uses_places) = scene.asks(scene.one(1));
    assert!(!uses_places);
    assert_eq!(scene.does(Approve::new(ann)), Registered::Waiting { registration: ann, ahead: 0 });
    scene.does(gather::OpenBooking::new(scene.on));
    assert_eq!(scene.status(ann), "confirmed");
}

#[test]
fn the_uncounted_still_need_a_yes_and_take_no_place() {
    for keeps in [true, false] {
        let scene = asked(0, keeps, None);
        let (speaker, uses_places) = scene.asks(scene.one(1).uncounted());
        assert_eq!(
            (uses_places, scene.used()),
            (keeps, 0),
            "as the policy says, though there is nothing to keep"
        );
        assert!(scene.does(Approve::new(speaker)).is_confirmed());
        assert_eq!(scene.used(), 0);
    }
}

#[test]
fn nobody_else_waits_for_approval() {
    let scene = Scene::of(hall(1, |place: Offering| place));
    let ann = scene.books(scene.one(1));
    assert_eq!(scene.refused(Approve::new(ann)), "not_pending");
    assert_eq!(scene.refused(Reject::new(ann)), "not_pending");
}
