//! Holds: places kept while a form is filled in, and not an instant longer.

use chrono::TimeDelta;
use gather::testkit::person_id;
use gather::{Answers, CancelRegistration, ConfirmHold, ExtendHold, Fact, Hold, Opened, Refusal, Registered};

use crate::scene::{Scene, hall, kinds};

const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);

#[test]
fn a_hold_is_confirmed_with_what_was_answered_meanwhile() {
    let scene = Scene::with_places(2);
    let held = scene.holds(scene.party(1, 2).answers(Answers::new().answer("diet", "none")), 10);
    assert_eq!((scene.status(held), scene.used()), ("held", 2));
    let receipt = scene.receives(ConfirmHold::new(held).answers(Answers::new().answer("diet", "vegan")));
    assert_eq!(receipt.outcome, Registered::Confirmed { registration: held });
    assert_eq!(kinds(&receipt.facts), ["hold confirmed"]);
    let Some(Opened::Known(answers)) = scene.desk.answers(held).unwrap() else { panic!("not known") };
    assert_eq!(answers.expose().iter().collect::<Vec<_>>(), [("diet", "vegan")]);
    assert_eq!((scene.status(held), scene.used()), ("confirmed", 2));
    assert_eq!(scene.refused(ConfirmHold::new(held)), "not_held");
}

#[test]
fn a_hold_counts_until_its_deadline_and_no_longer() {
    let scene = Scene::with_places(1);
    let held = scene.holds(scene.one(1), 10);
    scene.after(TimeDelta::minutes(10) - MICROSECOND);
    assert_eq!((scene.status(held), scene.used()), ("held", 1));
    assert_eq!(scene.refused(scene.one(1)), "already_registered");
    scene.after(MICROSECOND);
    assert_eq!((scene.status(held), scene.used()), ("hold_expired", 0), "nobody has written that down");
    let receipt = scene.receives(scene.one(2));
    assert_eq!(kinds(&receipt.facts), ["ended", "confirmed"], "the next decision does");
}

#[test]
fn a_hold_let_go_serves_the_line_and_is_no_cancellation() {
    let scene = Scene::with_places(1);
    let held = scene.holds(scene.one(1), 10);
    let waiting = scene.waits(scene.one(2), 0);
    assert_eq!(scene.does(CancelRegistration::new(held)).promoted, [waiting]);
    assert_eq!(scene.status(held), "hold_released");
    assert_eq!(scene.refused(ConfirmHold::new(held)), "registration_ended", "it is not admitted afresh");
}

#[test]
fn a_hold_never_stands_in_line() {
    let scene = Scene::with_places(2);
    scene.books(scene.one(1));
    let until = scene.now() + TimeDelta::minutes(10);
    match scene.refuses(Hold::new(scene.party(2, 2), until)) {
        Refusal::Full { short, largest, .. } => assert_eq!((short[0].missing(), largest), (1, 1)),
        other => panic!("{other}"),
    }
    scene.waits(scene.party(3, 2), 0);
    let first = scene.refuses(Hold::new(scene.one(4), until));
    assert_eq!(first.code(), "line_first", "the free place is the party's in line: {first}");
    assert_eq!(scene.refused(Hold::new(scene.party(5, 3), until)), "never_fits");
}

#[test]
fn a_deadline_lies_ahead_and_within_the_limit() {
    let scene = Scene::of(hall(5, |place| place.hold_limit(600)));
    let keep = |until| Hold::new(scene.one(1), until);
    let now = scene.now();
    assert_eq!(scene.refused(keep(now)), "deadline_past");
    assert_eq!(scene.refused(keep(now - TimeDelta::days(1))), "deadline_past");
    let latest = now + TimeDelta::minutes(10);
    let refusal = scene.refuses(keep(latest + MICROSECOND));
    assert_eq!(refusal, Refusal::DeadlineTooLate { deadline: latest + MICROSECOND, latest });
    let held = scene.does(keep(latest)).registration;

    // Made longer it counts from when it was made; it may be made shorter.
    scene.after(TimeDelta::minutes(5));
    assert_eq!(scene.refused(ExtendHold::new(held, latest + MICROSECOND)), "deadline_too_late");
    assert_eq!(scene.refused(ExtendHold::new(held, scene.now())), "deadline_past");
    let sooner = scene.now() + MICROSECOND;
    assert_eq!(scene.does(ExtendHold::new(held, sooner)), gather::Change::Made);
    assert_eq!(scene.does(ExtendHold::new(held, sooner)), gather::Change::AlreadySo);
    assert_eq!(scene.does(ExtendHold::new(held, latest)), gather::Change::Made);
    scene.clock.set(latest);
    assert_eq!(scene.refused(ExtendHold::new(held, latest + MICROSECOND)), "registration_ended");
}

#[test]
fn an_expired_hold_is_admitted_afresh_where_there_is_room() {
    let scene = Scene::with_places(2);
    let held = scene.holds(scene.party(1, 2), 10);
    scene.after(TimeDelta::minutes(10));
    let receipt = scene.receives(ConfirmHold::new(held));
    let Registered::Confirmed { registration } = receipt.outcome else { panic!("{:?}", receipt.outcome) };
    assert_ne!(registration, held);
    assert_eq!(kinds(&receipt.facts), ["ended", "confirmed"]);
    let supersedes = receipt.facts.iter().find_map(|fact| match fact {
        Fact::RegistrationConfirmed { booking, .. } => booking.supersedes,
        _ => None,
    });
    assert_eq!((supersedes, scene.used()), (Some(held), 2));
    assert_eq!(scene.refused(ConfirmHold::new(held)), "already_registered");
}

#[test]
fn an_expired_hold_goes_past_nobody_who_came_since() {
    let scene = Scene::with_places(1);
    let held = scene.holds(scene.one(1), 10);
    let waiting = scene.waits(scene.one(2), 0);
    scene.after(TimeDelta::minutes(10));
    assert_eq!(scene.refused(ConfirmHold::new(held)), "full");
    assert_eq!(scene.status(waiting), "waiting", "what settling did is lost with the refusal");
    assert_eq!(scene.does(gather::Settle::new(scene.on)).promoted, [waiting]);

    scene.does(gather::CloseBooking::new(scene.on));
    assert_eq!(scene.refused(ConfirmHold::new(held)), "booking_closed");
}

#[test]
fn a_hold_where_somebody_has_to_say_yes_is_confirmed_to_wait_for_it() {
    let scene = Scene::of(hall(1, gather::Offering::needs_approval));
    let held = scene.holds(scene.one(1), 10);
    assert_eq!(
        scene.does(ConfirmHold::new(held)),
        Registered::Pending { registration: held, uses_places: true }
    );
    assert_eq!((scene.status(held), scene.used()), ("pending", 1));
}

#[test]
fn one_person_holds_once() {
    let scene = Scene::with_places(9);
    let held = scene.holds(scene.one(1).guest(person_id(2)), 10);
    let until = scene.now() + TimeDelta::minutes(1);
    let again = scene.refuses(Hold::new(scene.one(2), until));
    assert_eq!(again, Refusal::AlreadyRegistered { person: person_id(2), registration: held });
}

#[test]
fn a_hold_while_people_book_to_the_line_only_is_refused() {
    let scene = Scene::with_places(9);
    scene.does(gather::LineOnly::new(scene.on));
    let hold = Hold::new(scene.one(1), scene.now() + TimeDelta::minutes(1));
    assert_eq!(scene.refused(hold), "line_only");
}
