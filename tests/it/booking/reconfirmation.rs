//! Reconfirmation: new dates, and everybody with a place is asked whether they suit.

use chrono::TimeDelta;
use gather::testkit::person_id;
use gather::{
    CancelRegistration, Change, FollowUp, Offering, OfferingId, Pool, PoolId, Reconfirm, Refusal,
    RegistrationId, Reschedule, Schedule, Settle, Silence,
};

use crate::scene::{PLACE, Scene, at, day, hall, kinds};

const VISIT: OfferingId = OfferingId::new(2);
const UNTIL: &str = "2027-02-01T12:00:00Z";

fn new_dates() -> Schedule {
    day("2027-04-10 10:00 to 16:00")
}

/// Two places that Ann and Bob have, and Cleo waits for one.
struct Round {
    scene: Scene,
    ann: RegistrationId,
    bob: RegistrationId,
    cleo: RegistrationId,
}

impl Round {
    fn begun(on_silence: Silence) -> Self {
        let scene = Scene::with_places(2);
        let [ann, bob] = [1, 2].map(|person| scene.books(scene.one(person)));
        let cleo = scene.waits(scene.one(3), 0);
        scene.does(Reschedule::new(scene.on, new_dates()).ask(at(UNTIL), on_silence));
        Self { scene, ann, bob, cleo }
    }

    fn asked(&self, registration: RegistrationId) -> bool {
        self.scene.desk.registration(registration).unwrap().reconfirm_by.is_some()
    }
}

#[test]
fn everybody_with_a_place_is_asked_and_answers_once() {
    let round = Round::begun(Silence::Release);
    let Round { scene, ann, cleo, .. } = &round;
    assert_eq!([round.asked(*ann), round.asked(*cleo)], [true, false]);
    assert_eq!(scene.does(Reconfirm::new(*ann)), Change::Made);
    assert_eq!(scene.does(Reconfirm::new(*ann)), Change::AlreadySo);
    assert_eq!(scene.refused(Reconfirm::new(*cleo)), "not_asked");
    assert_eq!(scene.desk.next_deadline().unwrap(), Some(at(UNTIL)));
}

#[test]
fn silence_lets_go_at_the_deadline_and_not_before() {
    let Round { scene, ann, bob, cleo } = Round::begun(Silence::Release);
    scene.does(Reconfirm::new(ann));
    scene.clock.set(at(UNTIL) - TimeDelta::microseconds(1));
    assert!(scene.receives(Settle::new(scene.on)).facts.is_empty());
    scene.set_clock(UNTIL);
    let receipt = scene.receives(Settle::new(scene.on));
    assert_eq!(kinds(&receipt.facts), ["ended", "round closed", "promoted"]);
    assert_eq!([ann, bob, cleo].map(|it| scene.status(it)), ["confirmed", "not_reconfirmed", "confirmed"]);
    assert_eq!(scene.refused(Reconfirm::new(ann)), "not_asked", "the round is over");
    assert_eq!(scene.desk.next_deadline().unwrap(), None);
}

#[test]
fn at_the_deadline_it_is_too_late_to_answer() {
    let Round { scene, ann, .. } = Round::begun(Silence::Keep);
    scene.set_clock(UNTIL);
    assert_eq!(scene.refused(Reconfirm::new(ann)), "not_asked");
}

#[test]
fn silence_can_keep_or_leave_what_there_is_afterwards() {
    let Round { scene, ann, bob, cleo } = Round::begun(Silence::Keep);
    scene.set_clock(UNTIL);
    assert_eq!(kinds(&scene.receives(Settle::new(scene.on)).facts), ["round closed"]);
    assert_eq!([ann, bob, cleo].map(|it| scene.status(it)), ["confirmed", "confirmed", "waiting"]);

    let Round { scene, ann, bob, cleo } = Round::begun(Silence::FollowUp);
    scene.does(Reconfirm::new(bob));
    scene.set_clock(UNTIL);
    let receipt = scene.receives(Settle::new(scene.on));
    assert_eq!(kinds(&receipt.facts), ["follow-up", "round closed", "promoted"]);
    assert_eq!([ann, bob, cleo].map(|it| scene.status(it)), ["follow_up_only", "confirmed", "confirmed"]);
    // Whoever gets the recording can book again: that one ends with it.
    assert_eq!(scene.refused(FollowUp::new(scene.on, person_id(1))), "already_registered");
    let again = scene.receives(scene.one(1));
    assert_eq!(kinds(&again.facts), ["ended", "waitlisted"]);
    assert_eq!(scene.status(ann), "superseded");
}

#[test]
fn what_needs_a_place_goes_with_it() {
    let visit = Offering::new(VISIT, "visit", [PoolId::new(2)]).requires(PLACE);
    let scene = Scene::of(hall(9, |place| place).pool(Pool::new(PoolId::new(2), "coach", 9)).offering(visit));
    let both = |person| [PLACE, VISIT].map(|offering| scene.books(scene.one(person).offering(offering)));
    let [whole, part] = both(1);
    scene.does(Reschedule::new(scene.on, new_dates()).ask(at(UNTIL), Silence::FollowUp));
    scene.set_clock(UNTIL);
    drop(scene.receives(Settle::new(scene.on)));
    assert_eq!([whole, part].map(|it| scene.status(it)), ["follow_up_only", "not_reconfirmed"]);
}

#[test]
fn whoever_came_later_or_has_left_is_not_asked() {
    let Round { scene, ann, bob, cleo } = Round::begun(Silence::Release);
    assert_eq!(scene.does(CancelRegistration::new(ann)).promoted, [cleo]);
    assert_eq!(scene.refused(Reconfirm::new(cleo)), "not_asked", "promoted under the new dates");
    scene.set_clock(UNTIL);
    drop(scene.receives(Settle::new(scene.on)));
    assert_eq!([bob, cleo].map(|it| scene.status(it)), ["not_reconfirmed", "confirmed"]);
}

#[test]
fn other_dates_go_on_with_the_round_or_begin_it_anew() {
    let round = Round::begun(Silence::Release);
    let Round { scene, ann, .. } = &round;
    scene.does(Reconfirm::new(*ann));
    scene.does(Reschedule::new(scene.on, day("2027-04-11 10:00 to 16:00")));
    assert_eq!(scene.does(Reconfirm::new(*ann)), Change::AlreadySo, "the round goes on");
    let later = at("2027-03-01T12:00:00Z");
    scene.does(Reschedule::new(scene.on, day("2027-04-12 10:00 to 16:00")).ask(later, Silence::Keep));
    assert_eq!(scene.desk.next_deadline().unwrap(), Some(later));
    assert_eq!(scene.does(Reconfirm::new(*ann)), Change::Made, "asked once more");
}

#[test]
fn the_time_to_answer_lies_ahead_and_not_after_the_new_start() {
    let scene = Scene::with_places(1);
    let ask = |until| Reschedule::new(scene.on, new_dates()).ask(until, Silence::Release);
    assert_eq!(scene.refused(ask(scene.now())), "deadline_past");
    let start = at("2027-04-10T09:00:00Z");
    let late = start + TimeDelta::microseconds(1);
    assert_eq!(scene.refuses(ask(late)), Refusal::DeadlineTooLate { deadline: late, latest: start });
    let tbc = Schedule::to_be_confirmed("in summer");
    assert_eq!(
        scene.does(Reschedule::new(scene.on, tbc).ask(late, Silence::Keep)),
        Change::Made,
        "no start yet"
    );
    assert_eq!(scene.does(ask(start)), Change::Made);
}

#[test]
fn more_than_can_be_asked_at_once_are_not_asked() {
    let scene = Scene::with_places(gather::Capacity::Unlimited);
    for number in 0..30_001 {
        let _ = scene.does(gather::Register::new(scene.on, gather::PersonId::from_u128(number)));
    }
    let ask = || Reschedule::new(scene.on, new_dates()).ask(at(UNTIL), Silence::Release);
    let refusal = scene.refuses(ask());
    let words = "30001 registrations would be asked, and up to 30000 can be at once";
    assert_eq!((refusal.code(), refusal.to_string().as_str()), ("too_many_to_ask", words));
    let first = scene.desk.agenda(gather::PersonId::from_u128(0)).rows()[0].registration;
    drop(scene.cancels(first));
    assert_eq!(scene.does(ask()), Change::Made);
}
