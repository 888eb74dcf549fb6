//! Deadlines: what is due is written at its instant, by whoever comes first, and told in time.

use chrono::TimeDelta;
use gather::testkit::person_id;
use gather::{
    Approval, BookingTime, BookingWindow, CancelRegistration, ConfirmHold, Hold, LinePolicy, Offering,
    Register, Reschedule, SetAside, SetAsideId, Settle, Silence,
};

use crate::scene::{ENDS, HALL, STARTS, Scene, at, day, hall, kinds, member};

const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);

/// Holds that something is due at an instant, and nothing a microsecond before; says what was written.
fn due_at(scene: &Scene, time: &str) -> Vec<&'static str> {
    let time = at(time);
    assert_eq!(scene.desk.next_deadline().unwrap(), Some(time));
    let before = scene.desk.position();
    scene.clock.set(time - MICROSECOND);
    assert!(scene.desk.settle(scene.now()).unwrap().is_empty());
    assert!(scene.receives(Settle::new(scene.on)).facts.is_empty());
    assert_eq!(scene.desk.position(), before, "a microsecond before nothing is written");
    scene.clock.set(time);
    let receipts = scene.desk.settle(time).unwrap();
    assert!(receipts.iter().all(|receipt| receipt.time == time));
    assert!(scene.desk.settle(time).unwrap().is_empty(), "written once");
    receipts.iter().flat_map(|receipt| kinds(&receipt.facts)).collect()
}

#[test]
fn a_hold_and_then_the_next_in_line() {
    let scene = Scene::with_places(1);
    assert_eq!(scene.desk.next_deadline().unwrap(), None);
    scene.holds(scene.one(1), 10);
    scene.waits(scene.one(2), 0);
    assert_eq!(due_at(&scene, "2027-01-04T09:10:00Z"), ["ended", "promoted"]);
    assert_eq!(scene.desk.next_deadline().unwrap(), None);
}

#[test]
fn an_offer_and_then_the_next_offer() {
    let offers = |place: Offering| place.line(LinePolicy::offering_for_hours(2));
    let scene = Scene::of(hall(1, offers));
    let ann = scene.books(scene.one(1));
    scene.waits(scene.one(2), 0);
    scene.waits(scene.one(3), 1);
    drop(scene.cancels(ann));
    assert_eq!(due_at(&scene, "2027-01-04T11:00:00Z"), ["ended", "offered"]);
    assert_eq!(due_at(&scene, "2027-01-04T13:00:00Z"), ["ended"]);
    assert_eq!(scene.desk.next_deadline().unwrap(), None);
}

#[test]
fn a_request_for_approval_that_has_a_limit() {
    let approval = Approval { pending_uses_places: true, decide_within: Some(60) };
    let scene = Scene::of(hall(1, |place| place.approval(approval)));
    let _ = scene.asks(scene.one(1));
    assert_eq!(due_at(&scene, "2027-01-04T09:01:00Z"), ["ended"]);
    let without = Scene::of(hall(1, Offering::needs_approval));
    let _ = without.asks(without.one(1));
    assert_eq!(without.desk.next_deadline().unwrap(), None);
}

#[test]
fn a_question_about_new_dates() {
    let scene = Scene::with_places(1);
    scene.books(scene.one(1));
    let dates = Reschedule::new(scene.on, day("2027-04-10 10:00 to 16:00"));
    scene.does(dates.ask(at("2027-02-01T12:00:00Z"), Silence::Release));
    assert_eq!(due_at(&scene, "2027-02-01T12:00:00Z"), ["ended", "round closed"]);
}

#[test]
fn the_release_of_a_set_aside_only_where_somebody_waits_for_it() {
    let release = BookingTime::At(at("2027-02-01T12:00:00Z"));
    let kept = SetAside::new(SetAsideId::new(1), HALL, 1).who(member()).release(release);
    let scene = Scene::of(hall(1, |place| place).set_aside(kept));
    assert_eq!(scene.desk.next_deadline().unwrap(), None);
    scene.waits(scene.one(1), 0);
    assert_eq!(due_at(&scene, "2027-02-01T12:00:00Z"), ["promoted"]);
}

#[test]
fn the_first_of_several_on_several_gatherings_is_next_and_each_is_settled() {
    let scene = Scene::with_places(1);
    let other = scene.does(hall(1, |place| place));
    scene.holds(scene.one(1), 20);
    let until = scene.now() + TimeDelta::minutes(10);
    let _ = scene.does(Hold::new(Register::new(other, person_id(1)), until));
    assert_eq!(scene.desk.next_deadline().unwrap(), Some(until));
    scene.after(TimeDelta::minutes(20));
    let receipts = scene.desk.settle(scene.now()).unwrap();
    assert_eq!(receipts.len(), 2);
    assert_eq!(scene.desk.next_deadline().unwrap(), None);
}

#[test]
fn what_has_expired_is_written_in_the_order_of_its_deadlines() {
    let scene = Scene::with_places(9);
    let [late, soon, same] =
        [(1, 20), (2, 10), (3, 20)].map(|(person, minutes)| scene.holds(scene.one(person), minutes));
    scene.after(TimeDelta::minutes(20));
    assert_eq!(scene.does(Settle::new(scene.on)).ended, [soon, late, same]);
}

#[test]
fn whoever_comes_first_writes_what_is_due_before_anything_else() {
    let scene = Scene::with_places(1);
    scene.holds(scene.one(1), 10);
    let bob = scene.waits(scene.one(2), 0);
    scene.after(TimeDelta::minutes(10));
    let receipt = scene.receives(CancelRegistration::new(bob));
    assert_eq!(kinds(&receipt.facts), ["ended", "promoted", "ended"], "he had his place for an instant");
    assert_eq!(scene.status(bob), "cancelled_by_attendee");
}

#[test]
fn a_command_that_changes_nothing_may_still_write_what_is_due() {
    let scene = Scene::with_places(1);
    let held = scene.holds(scene.one(1), 10);
    scene.after(TimeDelta::minutes(10));
    let receipt = scene.set_capacity(1);
    assert_eq!((kinds(&receipt.facts), receipt.outcome.ended), (vec!["ended"], vec![held]));
    let receipt = scene.set_capacity(1);
    assert!(receipt.facts.is_empty());
}

#[test]
fn booking_opens_and_closes_at_its_instants() {
    let window = BookingWindow {
        opens: Some(BookingTime::BeforeStart { seconds: 86_400 }),
        closes: Some(BookingTime::BeforeStart { seconds: 3_600 }),
    };
    let scene = Scene::of(hall(9, |place| place).booking(window));
    for (time, code) in [("2027-03-19T10:00:00Z", "booking_not_open_yet"), ("2027-03-20T09:00:00Z", "")] {
        scene.clock.set(at(time) - MICROSECOND);
        if code.is_empty() {
            scene.books(scene.one(2));
            scene.set_clock(time);
            assert_eq!(scene.refused(scene.one(3)), "booking_closed");
        } else {
            assert_eq!(scene.refused(scene.one(1)), code);
            scene.set_clock(time);
            scene.books(scene.one(1));
        }
    }
}

#[test]
fn a_gathering_is_over_at_the_end_and_not_before() {
    let scene = Scene::with_places(2);
    let [ann, bob] = [1, 2].map(|person| scene.books(scene.one(person)));
    let waiting = scene.waits(scene.one(3), 0);
    scene.clock.set(at(ENDS) - MICROSECOND);
    assert_eq!(scene.cancels(ann).outcome.promoted, [waiting], "the line is served up to the end");
    scene.set_clock(ENDS);
    assert_eq!(scene.refused(CancelRegistration::new(bob)), "gathering_over");
    assert_eq!(scene.refused(scene.one(4)), "gathering_over");
}

#[test]
fn a_clock_that_goes_back_is_harmless() {
    let scene = Scene::with_places(1);
    let held = scene.holds(scene.one(1), 10);
    scene.after(TimeDelta::minutes(10));
    let waiting = scene.receives(scene.one(2));
    assert_eq!(kinds(&waiting.facts), ["ended", "confirmed"]);
    scene.set_clock("2027-01-04T08:00:00Z");
    // What has ended stays so, and what is decided now is decided at the time of what was there before.
    assert_eq!(scene.refused(CancelRegistration::new(held)), "registration_ended");
    let receipt = scene.receives(scene.one(3));
    assert_eq!(receipt.time, waiting.time);
    assert_eq!(scene.refused(Hold::new(scene.one(4), receipt.time)), "deadline_past");
    assert!(scene.desk.settle(scene.now()).unwrap().is_empty());
}

#[test]
fn a_clock_that_leaps_ahead_is_refused() {
    let scene = Scene::with_places(1);
    let held = scene.holds(scene.one(1), 10);
    let day = scene.now() + TimeDelta::days(1);
    let leap = day + MICROSECOND;
    let failure = scene.desk.at(leap).execute(ConfirmHold::new(held)).unwrap_err();
    assert_eq!(failure.refusal().unwrap().code(), "time_ahead");
    assert_eq!(scene.desk.settle(leap).unwrap_err().refusal().unwrap().code(), "time_ahead");
    assert_eq!(scene.status(held), "held", "it has ended nothing");
    assert_eq!(scene.desk.settle(day).unwrap().len(), 1, "a day is taken");
}

#[test]
fn nothing_is_due_on_what_is_called_off_or_a_draft() {
    let scene = Scene::with_places(1);
    scene.holds(scene.one(1), 10);
    scene.does(gather::CancelGathering::new(scene.on));
    assert_eq!(scene.desk.next_deadline().unwrap(), None);
    scene.set_clock(STARTS);
    assert!(scene.desk.settle(scene.now()).unwrap().is_empty());
    assert_eq!(scene.refused(Settle::new(gather::GatheringId::from_u128(404))), "unknown_gathering");
}

#[test]
fn where_very_much_is_due_it_is_written_in_steps_and_nothing_else_goes_before() {
    let scene = Scene::with_places(gather::Capacity::Unlimited);
    let until = scene.now() + TimeDelta::minutes(10);
    for number in 0..20_001 {
        let asked = Register::new(scene.on, gather::PersonId::from_u128(number));
        let _ = scene.does(Hold::new(asked, until));
    }
    let ann = scene.books(scene.one(1));
    scene.clock.set(until);
    let refusal = scene.refuses(CancelRegistration::new(ann));
    let words = "more is due on the gathering than can be written at once: settle it first, then ask again";
    assert_eq!((refusal.code(), refusal.to_string().as_str()), ("settle_first", words));
    let receipts = scene.desk.settle(until).unwrap();
    assert_eq!(receipts.iter().map(|receipt| receipt.facts.len()).collect::<Vec<_>>(), [20_000, 1]);
    drop(scene.cancels(ann));
}
