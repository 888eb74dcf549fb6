//! What if, and preview: questions that leave no trace.

use chrono::TimeDelta;
use gather::testkit::person_id;
use gather::{
    Answers, CancelRegistration, ChangeCapacity, Desk, Failure, Gathering, Hold, PersonDetails, Position,
    RecordPerson, Register, Registered, RequestId, Reschedule, Settle, Silence,
};

use crate::scene::{Scene, at, day, hall, kinds};

/// The log, byte by byte as its chain tells it.
fn log(desk: &Desk) -> (Position, gather::log::Anchor) {
    (desk.position(), desk.read_log(Position::START, usize::MAX).unwrap().head)
}

#[test]
fn a_trial_sees_its_own_steps_and_leaves_no_trace() {
    let scene = Scene::with_places(2);
    let [ann, bob] = [1, 2].map(|person| scene.books(scene.one(person)));
    let cleo = scene.waits(scene.one(3), 0);
    let before = log(&scene.desk);
    let facts = scene
        .desk
        .what_if(|trial| {
            assert_eq!(trial.execute(CancelRegistration::new(ann)).unwrap().promoted, [cleo]);
            assert_eq!(trial.execute(ChangeCapacity::new(scene.on, 1).displace(bob)).unwrap().ended, []);
            let pools = trial.pools(scene.on).unwrap();
            assert_eq!((pools[0].used, pools[0].limit), (1, 1.into()));
            assert!(matches!(trial.execute(scene.one(1)).unwrap(), Registered::Waiting { ahead: 0, .. }));
            kinds(trial.facts())
        })
        .unwrap();
    assert_eq!(facts, ["ended", "promoted", "ended", "capacity", "waitlisted"]);
    assert_eq!(log(&scene.desk), before);
    assert_eq!((scene.status(ann), scene.line()), ("confirmed", vec![cleo]));
}

#[test]
fn what_is_refused_in_a_trial_has_not_happened_in_it() {
    let scene = Scene::with_places(2);
    let ann = scene.books(scene.party(1, 2));
    scene.holds(scene.one(9).uncounted(), 10);
    scene.after(TimeDelta::minutes(10));
    let before = log(&scene.desk);
    let (left, used) = scene
        .desk
        .what_if(|trial| {
            // Refused after it has written what is due, and after it has ended the one named.
            let refused = trial.execute(ChangeCapacity::new(scene.on, 0).displace(ann).displace(ann));
            drop(refused);
            let first = trial.facts().len();
            let refused = trial.execute(ChangeCapacity::new(scene.on, 5).displace(ann)).unwrap_err();
            assert_eq!(refused.refusal().unwrap().code(), "not_displaceable");
            assert_eq!(trial.facts().len(), first);
            let refused = trial.execute(scene.party(3, 9)).unwrap_err();
            assert_eq!(refused.refusal().unwrap().code(), "never_fits");
            (trial.facts().len() - first, trial.pools(scene.on).unwrap()[0].used)
        })
        .unwrap();
    assert_eq!((left, used), (0, 0));
    assert_eq!(log(&scene.desk), before);
}

#[test]
fn a_trial_can_be_at_another_time_and_is_what_would_be() {
    let scene = Scene::with_places(1);
    let dates = Reschedule::new(scene.on, day("2027-04-10 10:00 to 16:00"));
    let ann = scene.books(scene.one(1));
    let bob = scene.waits(scene.one(2), 0);
    scene.does(dates.ask(at("2027-02-01T12:00:00Z"), Silence::Release));
    let foreseen = scene
        .desk
        .what_if(|trial| trial.at(at("2027-02-01T12:00:00Z")).execute(Settle::new(scene.on)).unwrap())
        .unwrap();
    assert_eq!((foreseen.ended, foreseen.promoted), (vec![ann], vec![bob]));
    assert_eq!(scene.status(ann), "confirmed");
}

#[test]
fn a_preview_says_what_would_be_and_appends_nothing() {
    let scene = Scene::with_places(2);
    let ann = scene.books(scene.party(1, 2));
    let bob = scene.waits(scene.one(2), 0);
    let before = log(&scene.desk);
    assert_eq!(scene.desk.preview(CancelRegistration::new(ann)).unwrap().promoted, [bob]);
    let hold = Hold::new(scene.one(3), scene.now());
    let refused = scene.desk.preview(hold).unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "deadline_past");
    let request = RequestId::from_u128(1);
    let asked = || Register::new(scene.on, person_id(4)).answers(Answers::new().answer("diet", "none"));
    let foreseen = scene.desk.request(request).preview(asked()).unwrap();
    assert_eq!(log(&scene.desk), before);
    assert_eq!(scene.desk.request(request).execute(asked()).unwrap().outcome, foreseen, "ids and all");
}

#[test]
fn neither_makes_a_key_or_a_memory() {
    let scene = Scene::of(hall(1, |place| place));
    let request = RequestId::from_u128(5);
    let person = || RecordPerson::of(person_id(1), PersonDetails::new("Ann Example"));
    let before = log(&scene.desk);
    let _ = scene.desk.request(request).preview(person()).unwrap();
    let made = scene.desk.what_if(|trial| trial.execute(Gathering::webinar("Talk")).map(drop)).unwrap();
    assert!(matches!(made, Ok::<_, Failure>(())));
    assert_eq!(log(&scene.desk), before);
    assert!(scene.desk.person(person_id(1)).is_none());
    let receipt = scene.desk.request(request).execute(scene.one(1)).unwrap();
    assert!(!receipt.repeated, "the request is still to be made, for whatever it is");
}
