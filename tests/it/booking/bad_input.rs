//! Bad input: what cannot be meant is refused in words, or cannot be said at all.

use chrono::TimeDelta;
use gather::testkit::person_id;
use gather::{
    AddOffering, AddSetAside, BookingTime, ChangeParty, ChangeSetAside, Desk, ExtendHold, Gathering, Hold,
    LayoutProblem, Offering, OfferingId, Overbook, Party, Pool, PoolId, Refusal, RequestId, Reschedule,
    SetAside, SetAsideId, Silence, Who,
};

use crate::scene::{HALL, PLACE, Scene, day, hall, member, refuses, workshop};

fn layout(gathering: Gathering) -> LayoutProblem {
    match refuses(&Desk::in_memory(), gathering) {
        Refusal::Layout(problem) => problem,
        other => panic!("{other}"),
    }
}

/// A party of nobody cannot be said: it has its booker, and no command takes place 1 away.
#[test]
fn a_party_of_nobody_cannot_be_said() {
    assert_eq!(Party::one(person_id(1)).size(), 1);
    let scene = Scene::with_places(5);
    let family = scene.books(scene.party(1, 3));
    let all = ChangeParty::new(family).without(1).without(2).without(3);
    assert_eq!(scene.refused(all), "bookers_place");
    drop(scene.receives(ChangeParty::new(family).without(2).without(3)));
    assert_eq!(scene.desk.registration(family).unwrap().party, 1);
    assert_eq!(
        Offering::new(PLACE, "place", [HALL]).max_party(0).max_party.get(),
        1,
        "nor an offering for nobody"
    );
}

#[test]
fn a_party_of_more_than_one_registration_may_have() {
    let scene = Scene::of(hall(99, |place| place.max_party(4)));
    let refusal = scene.refuses(scene.party(1, 5));
    assert_eq!(refusal, Refusal::PartyTooLarge { size: 5, limit: 4 });
    assert_eq!(
        scene.refused(Hold::new(scene.party(1, 5), scene.now() + TimeDelta::minutes(1))),
        "party_too_large"
    );
    let four = scene.books(scene.party(1, 4));
    assert_eq!(scene.refused(ChangeParty::new(four).unnamed_guests(1)), "party_too_large");
    assert_eq!(scene.refused(scene.party(2, u16::MAX)), "party_too_large");
}

#[test]
fn deadlines_in_the_past() {
    let scene = Scene::with_places(5);
    scene.books(scene.one(9));
    let held = scene.holds(scene.one(1), 10);
    for past in [TimeDelta::zero(), TimeDelta::microseconds(1), TimeDelta::days(400)] {
        let time = scene.now() - past;
        assert_eq!(scene.refused(Hold::new(scene.one(2), time)), "deadline_past");
        assert_eq!(scene.refused(ExtendHold::new(held, time)), "deadline_past");
        let ask = Reschedule::new(scene.on, day("2027-04-10 10:00 to 16:00")).ask(time, Silence::Keep);
        assert_eq!(scene.refused(ask), "deadline_past");
        let release = SetAside::new(SetAsideId::new(1), HALL, 1).who(member()).release(BookingTime::At(time));
        assert_eq!(scene.refused(AddSetAside::new(scene.on, release)), "deadline_past");
    }
}

#[test]
fn set_asides_that_are_more_in_all_than_the_pool_takes() {
    let kept = |number, places| SetAside::new(SetAsideId::new(number), HALL, places).who(member());
    let both = |first, second| hall(10, |place| place).set_aside(kept(1, first)).set_aside(kept(2, second));
    assert_eq!(layout(both(6, 5)), LayoutProblem::SetAsidesTooLarge { pool: HALL, limit: 10 });
    assert_eq!(layout(both(u32::MAX, u32::MAX)), LayoutProblem::SetAsidesTooLarge { pool: HALL, limit: 10 });
    let scene = Scene::of(both(6, 4));
    match scene.refuses(AddSetAside::new(scene.on, kept(3, 1))) {
        Refusal::SetAsidesTooLarge { asked: 1, room: 0, .. } => {}
        other => panic!("{other}"),
    }
    assert_eq!(
        scene.refused(ChangeSetAside::new(scene.on, SetAsideId::new(2), u32::MAX)),
        "set_asides_too_large"
    );
    drop(scene.set_overbook(10, Overbook::Places(1)));
    assert_eq!(
        scene.does(AddSetAside::new(scene.on, kept(3, 1))),
        SetAsideId::new(3),
        "what is overbooked counts"
    );
    assert_eq!(
        layout(hall(9, |place| place).set_aside(kept(1, 1)).set_aside(kept(1, 1))),
        LayoutProblem::SetAsideTwice(SetAsideId::new(1))
    );
    let nobody = SetAside::new(SetAsideId::new(1), HALL, 1);
    assert_eq!(
        layout(hall(9, |place| place).set_aside(nobody)),
        LayoutProblem::SetAsideForNobody(SetAsideId::new(1))
    );
    let unknown = SetAside::new(SetAsideId::new(1), PoolId::new(9), 1).who(member());
    let problem = LayoutProblem::SetAsideOfUnknown { set_aside: SetAsideId::new(1), pool: PoolId::new(9) };
    assert_eq!(layout(hall(9, |place| place).set_aside(unknown)), problem);
}

#[test]
fn offerings_that_require_each_other_in_a_circle() {
    let part = |number: u16, needs: u16| {
        Offering::new(OfferingId::new(number), "part", [HALL]).requires(OfferingId::new(needs))
    };
    let circle = |parts: &[(u16, u16)]| {
        let gathering = workshop().pool(Pool::new(HALL, "hall", 9));
        layout(parts.iter().fold(gathering, |all, (number, needs)| all.offering(part(*number, *needs))))
    };
    let itself = |number| LayoutProblem::RequiresItself(OfferingId::new(number));
    assert_eq!(circle(&[(1, 1)]), itself(1));
    assert_eq!(circle(&[(1, 2), (2, 1)]), itself(1));
    assert_eq!(circle(&[(1, 2), (2, 3), (3, 1)]), itself(1));
    // Nor can one come about later: what is added can only require what is there.
    let scene = Scene::with_places(9);
    let refusal = scene.refuses(AddOffering::new(scene.on, part(2, 2)));
    assert_eq!(refusal, Refusal::Layout(itself(2)));
    let unknown = Refusal::Layout(LayoutProblem::RequiresUnknown {
        offering: OfferingId::new(2),
        requires: OfferingId::new(3),
    });
    assert_eq!(scene.refuses(AddOffering::new(scene.on, part(2, 3))), unknown);
}

#[test]
fn priorities_changed_after_the_line_has_opened_sort_it_anew() {
    let scene = Scene::with_places(1);
    scene.books(scene.one(1));
    let line: Vec<_> = (2..6).map(|person| scene.waits(scene.one(person), u32::from(person) - 2)).collect();
    let classes: Vec<Vec<Who>> =
        vec![vec![person_id(4).into()], vec![person_id(5).into(), person_id(3).into()]];
    let change = gather::ChangePriorities::new(scene.on, classes, crate::scene::reference("board-decision"));
    let receipt = scene.receives(change);
    assert_eq!(crate::scene::kinds(&receipt.facts), ["priorities"]);
    assert_eq!(scene.line(), [line[2], line[1], line[3], line[0]]);
    let none = gather::ChangePriorities::new(scene.on, Vec::new(), crate::scene::reference("undone"));
    drop(scene.receives(none));
    assert_eq!(scene.line(), line, "as they joined");
}

#[test]
fn a_request_used_for_something_else() {
    let scene = Scene::with_places(5);
    let once = RequestId::from_u128(1);
    let _ = scene.desk.request(once).execute(scene.one(1)).unwrap();
    let failure = scene.desk.request(once).execute(gather::CloseBooking::new(scene.on)).unwrap_err();
    assert_eq!(failure.refusal(), Some(&Refusal::RequestReused { request: once }));
}

#[test]
fn texts_that_are_no_lines_are_refused_where_they_are_made() {
    for text in ["", "two\nlines", &"x".repeat(300)] {
        assert!(gather::Reference::new(text).is_err(), "{text:?}");
    }
}
