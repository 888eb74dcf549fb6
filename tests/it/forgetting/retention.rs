//! Answers are kept for as long as was said, and no longer.

use super::*;

const DIET: &str = "no nuts";

fn answered(scene: &Scene, person: u8) -> RegistrationId {
    scene.books(scene.one(person).answers(Answers::new().answer("diet", DIET)))
}

fn is_known(scene: &Scene, registration: RegistrationId) -> bool {
    scene.desk.answers(registration).unwrap().unwrap().known().is_some()
}

#[test]
fn answers_expire_for_everybody_and_for_nothing_else() {
    let scene = Scene::with_places(9);
    scene.records(ANN, "Ann Example");
    let (anns, bobs) = (answered(&scene, ANN), answered(&scene, BOB));
    let plain = scene.books(scene.one(CYD));
    let other = scene.desk.announce(workshop().places(5)).unwrap().outcome;
    let there = Register::new(other, person_id(ANN)).answers(Answers::new().answer("diet", DIET));
    let there = scene.books(there);
    assert_eq!(scene.desk.expire(scene.on).unwrap().outcome, Change::Made);
    for registration in [anns, bobs] {
        assert!(
            matches!(scene.desk.answers(registration).unwrap(), Some(Opened::Forgotten { at }) if at == scene.now())
        );
    }
    assert!(scene.desk.answers(plain).unwrap().is_none(), "nothing was answered, and that is known");
    assert!(is_known(&scene, there));
    assert!(scene.desk.person(person_id(ANN)).unwrap().known().is_some());
    // Once more is no harm.
    assert_eq!(scene.desk.expire(scene.on).unwrap().outcome, Change::AlreadySo);
    scene.is_sound();
}

#[test]
fn no_answers_are_taken_any_more_and_places_are() {
    let scene = Scene::with_places(9);
    let held = scene.does(Hold::new(scene.one(DAN), at(LATER))).registration;
    drop(scene.desk.expire(scene.on).unwrap());
    let answers = || Answers::new().answer("diet", DIET);
    assert_eq!(refused(scene.desk.execute(scene.one(ANN).answers(answers()))), "answers_expired");
    assert_eq!(
        refused(scene.desk.execute(gather::ConfirmHold::new(held).answers(answers()))),
        "answers_expired"
    );
    assert_eq!(refused(scene.desk.execute(KeepAnswers::new(scene.on))), "answers_expired");
    let _ = scene.books(scene.one(ANN));
    scene.is_sound();
}

#[test]
fn an_unknown_gathering_is_refused() {
    let scene = Scene::with_places(9);
    assert_eq!(refused(scene.desk.expire(GatheringId::from_u128(1))), "unknown_gathering");
}

#[test]
fn what_is_due_is_listed_and_erased_and_nothing_before() {
    let scene = Scene::with_places(9);
    let anns = answered(&scene, ANN);
    let second = scene.desk.announce(workshop().places(5)).unwrap().outcome;
    let kept = scene.desk.announce(workshop().places(5)).unwrap().outcome;
    let undated = scene.desk.announce(Gathering::webinar("Some day")).unwrap().outcome;
    for (gathering, days) in [(scene.on, 30), (second, 0), (undated, 0)] {
        assert_eq!(scene.does(KeepAnswers::new(gathering).for_days(days)), Change::Made);
    }
    assert_eq!(scene.does(KeepAnswers::new(kept)), Change::AlreadySo);
    assert_eq!(scene.does(KeepAnswers::new(second).for_days(0)), Change::AlreadySo);
    let due = |time: &str| -> Vec<GatheringId> {
        scene.desk.due_for_erasure(at(time)).iter().map(|due| due.gathering).collect()
    };
    assert_eq!(due("2027-03-20T15:59:59Z"), []);
    assert_eq!(due("2027-03-20T16:00:00Z"), [second]);
    assert_eq!(due("2027-04-19T15:59:59Z"), [second]);
    assert_eq!(due("2027-04-19T16:00:00Z"), [second, scene.on]);

    scene.set_clock("2027-04-19T15:00:00Z");
    let done = scene.desk.apply_retention(scene.now()).unwrap();
    assert_eq!(done.iter().map(|due| due.gathering).collect::<Vec<_>>(), [second]);
    assert!(is_known(&scene, anns));
    scene.set_clock("2027-04-20T15:00:00Z");
    assert_eq!(scene.desk.apply_retention(scene.now()).unwrap().len(), 1);
    assert!(!is_known(&scene, anns));
    assert_eq!(scene.desk.apply_retention(scene.now()).unwrap(), []);
    scene.is_sound();
}

/// Also of what is called off, closed and put away: what is known of people can be erased whatever became of it.
#[test]
fn answers_for_what_is_gone_expire_too() {
    use gather::{Archive, CancelGathering, CloseBooks};
    let scene = Scene::with_places(9);
    let anns = answered(&scene, ANN);
    let off = scene.desk.announce(workshop().places(5)).unwrap().outcome;
    let asked = Register::new(off, person_id(ANN)).answers(Answers::new().answer("diet", DIET));
    let there = scene.books(asked);
    drop(scene.receives(CancelGathering::new(off)));
    scene.set_clock("2027-04-20T15:00:00Z");
    drop(scene.receives(CloseBooks::new(scene.on)));
    drop(scene.receives(Archive::new(scene.on)));
    for gathering in [scene.on, off] {
        drop(scene.receives(KeepAnswers::new(gathering).for_days(1)));
    }
    assert_eq!(scene.desk.apply_retention(scene.now()).unwrap().len(), 2);
    assert!(!is_known(&scene, anns) && !is_known(&scene, there));
    scene.is_sound();
    // And people can be forgotten who were there.
    let receipt = scene.desk.forget(person_id(ANN)).unwrap();
    assert_eq!(receipt.ended, []);
    scene.is_sound();
}
