//! The line: who is next, who holds it, who is passed and why.

use gather::testkit::person_id;
use gather::{
    CancelRegistration, ChangePriorities, CloseLine, Fact, LineOnly, LinePolicy, Offering, OfferingId,
    OpenBooking, PassReason, PauseBooking, Pool, PoolId, RegistrationId, Settle, Transfer, Who,
};

use crate::scene::{HALL, PLACE, Scene, hall, kinds, member, reference};

const VISIT: OfferingId = OfferingId::new(2);
const COACH: PoolId = PoolId::new(2);

fn best_fit(place: Offering) -> Offering {
    place.line(LinePolicy::default().best_fit())
}

/// Who was passed, and why.
fn passed(facts: &[Fact]) -> Vec<(RegistrationId, PassReason)> {
    let passed = facts.iter().filter_map(|fact| match fact {
        Fact::PassedOver { registration, reason, .. } => Some((*registration, *reason)),
        _ => None,
    });
    passed.collect()
}

#[test]
fn a_head_that_does_not_fit_holds_the_line() {
    let scene = Scene::with_places(3);
    let [ann, bob, _] = [1, 2, 3].map(|person| scene.books(scene.one(person)));
    let family = scene.waits(scene.party(4, 2), 0);
    let alone = scene.waits(scene.one(5), 1);
    let receipt = scene.cancels(ann);
    assert_eq!(kinds(&receipt.facts), ["ended"], "one is free, and kept for the party of two");
    assert_eq!(scene.cancels(bob).outcome.promoted, [family]);
    assert_eq!(scene.line(), [alone]);
}

#[test]
fn where_whoever_fits_is_served_the_party_is_passed_with_the_reason() {
    let scene = Scene::of(hall(3, best_fit));
    let [ann, bob, _] = [1, 2, 3].map(|person| scene.books(scene.one(person)));
    let family = scene.waits(scene.party(4, 2), 0);
    let [first, second] = [5, 6].map(|person| scene.waits(scene.one(person), u32::from(person) - 4));
    let receipt = scene.cancels(ann);
    assert_eq!(
        (kinds(&receipt.facts), receipt.outcome.promoted),
        (vec!["ended", "passed", "promoted"], vec![first])
    );
    assert_eq!(passed(&receipt.facts), [(family, PassReason::TooLarge { pool: HALL, wanted: 2, free: 1 })]);
    drop(scene.cancels(bob));
    assert_eq!((scene.status(second), scene.line()), ("confirmed", vec![family]));
}

#[test]
fn strict_until_so_long_before_the_start_and_best_fit_from_that_instant_on() {
    let policy = |place: Offering| place.line(LinePolicy::default().best_fit_from(72));
    let scene = Scene::of(hall(3, policy));
    let [ann, ..] = [1, 2, 3].map(|person| scene.books(scene.one(person)));
    let family = scene.waits(scene.party(4, 2), 0);
    let alone = scene.waits(scene.one(5), 1);
    drop(scene.cancels(ann));
    let turns = crate::scene::at("2027-03-17T10:00:00Z");
    assert_eq!(scene.desk.next_deadline().unwrap(), Some(turns));
    scene.clock.set(turns - chrono::TimeDelta::microseconds(1));
    assert!(scene.receives(Settle::new(scene.on)).facts.is_empty());
    scene.clock.set(turns);
    assert_eq!(scene.does(Settle::new(scene.on)).promoted, [alone]);
    assert_eq!(scene.line(), [family]);
    assert_eq!(scene.desk.next_deadline().unwrap(), None);
}

#[test]
fn a_party_that_may_be_split_gets_its_places_one_part_at_a_time() {
    let scene = Scene::with_places(4);
    let family = scene.books(scene.party(1, 3));
    let alone = scene.books(scene.one(9));
    let party = scene.one(2).guest(person_id(3)).guest(person_id(4)).may_split();
    let split = scene.waits(party, 0);
    let behind = scene.waits(scene.one(5), 1);
    let receipt = scene.cancels(alone);
    assert_eq!(kinds(&receipt.facts), ["ended", "split", "promoted"]);
    let rest = scene.line()[0];
    assert_eq!(scene.line(), [rest, behind], "the rest keeps its turn");
    let row = scene.desk.registration(rest).unwrap();
    assert_eq!((row.party, row.booker, scene.status(split)), (2, person_id(3), "confirmed"));
    assert_eq!(scene.cancels(family).outcome.promoted, [rest, behind]);
    assert_eq!(scene.used(), 4);
    assert_eq!(scene.refused(scene.party(7, 2).may_split()), "split_needs_names");
}

#[test]
fn classes_come_first_and_within_a_class_whoever_joined_first() {
    let scene = Scene::of(
        hall(1, |place| place).priority([Who::from(member())]).priority([Who::Person(person_id(4))]),
    );
    let ann = scene.books(scene.one(1));
    let anybody = scene.waits(scene.one(2), 0);
    let a_member = scene.waits(scene.one(3).credential(member()), 0);
    let named = scene.waits(scene.one(4), 1);
    let another = scene.waits(scene.one(5).credential(member()), 1);
    assert_eq!(scene.line(), [a_member, another, named, anybody]);
    // Handed on to somebody else it stays where it is.
    scene.does(Transfer::new(named, person_id(6)));
    assert_eq!(scene.line(), [a_member, another, named, anybody]);
    assert_eq!(scene.cancels(ann).outcome.promoted, [a_member]);
}

#[test]
fn a_newcomer_of_a_better_class_passes_the_line_of_the_others() {
    // The free place is held for the party of two; whoever comes before it may have it.
    let scene = Scene::of(hall(2, |place| place).priority([Who::from(member())]));
    let ann = scene.books(scene.one(1));
    let family = scene.waits(scene.party(2, 2), 0);
    let held = scene.does(scene.one(3));
    assert!(!held.is_confirmed());
    scene.books(scene.one(4).credential(member()));
    drop(scene.cancels(ann));
    assert_eq!(scene.status(family), "waiting");
}

#[test]
fn changed_priorities_sort_the_line_anew_and_the_reason_is_kept() {
    let scene = Scene::with_places(1);
    let ann = scene.books(scene.one(1));
    let anybody = scene.waits(scene.one(2), 0);
    let a_member = scene.waits(scene.one(3).credential(member()), 1);
    let change = |classes| ChangePriorities::new(scene.on, classes, reference("members-first"));
    let members_first = || vec![vec![Who::from(member())]];
    let receipt = scene.receives(change(members_first()));
    assert!(matches!(
        &receipt.facts[..],
        [Fact::PrioritiesChanged { reason, .. }] if reason.as_str() == "members-first"
    ));
    assert_eq!(scene.line(), [a_member, anybody]);
    assert!(scene.receives(change(members_first())).facts.is_empty(), "so it is already");
    assert_eq!(scene.cancels(ann).outcome.promoted, [a_member]);
}

#[test]
fn changed_priorities_can_let_somebody_in() {
    let scene = Scene::with_places(2);
    scene.books(scene.one(1));
    let family = scene.waits(scene.party(2, 2), 0);
    let a_member = scene.waits(scene.one(3).credential(member()), 1);
    let change = ChangePriorities::new(scene.on, vec![vec![Who::from(member())]], reference("r"));
    assert_eq!(scene.does(change).promoted, [a_member]);
    assert_eq!(scene.status(family), "waiting");
}

#[test]
fn a_closed_line_lets_everybody_go_and_takes_nobody() {
    let scene = Scene::with_places(1);
    scene.books(scene.one(1));
    let waiting = scene.waits(scene.one(2), 0);
    assert_eq!(scene.does(CloseLine::new(scene.on)), gather::Change::Made);
    assert_eq!((scene.status(waiting), scene.line().len()), ("line_closed", 0));
    assert_eq!(scene.does(CloseLine::new(scene.on)), gather::Change::AlreadySo);
    assert_eq!(scene.refused(scene.one(2)), "full", "no line, and no registration any more");
}

#[test]
fn a_closed_line_gives_back_what_its_head_held() {
    let visit = Offering::new(VISIT, "visit", [HALL]);
    let scene = Scene::of(hall(3, |place| place).offering(visit));
    scene.books(scene.party(1, 2).offering(PLACE));
    let family = scene.waits(scene.party(2, 2).offering(PLACE), 0);
    let alone = scene.waits(scene.one(3).offering(VISIT), 0);
    let receipt = scene.receives(CloseLine::new(scene.on).offering(PLACE));
    assert_eq!(scene.status(family), "line_closed");
    assert_eq!((scene.status(alone), receipt.facts.len()), ("confirmed", 2), "in the same decision");
}

#[test]
fn a_line_rests_with_booking_and_goes_on_when_it_is_opened() {
    let scene = Scene::with_places(2);
    let ann = scene.books(scene.one(1));
    scene.does(LineOnly::new(scene.on));
    let bob = scene.waits(scene.one(2), 0);
    let cleo = scene.waits(scene.party(3, 2), 1);
    scene.does(PauseBooking::new(scene.on));
    assert!(scene.cancels(ann).outcome.promoted.is_empty());
    let opened = scene.receives(OpenBooking::new(scene.on));
    assert_eq!(kinds(&opened.facts), ["something else", "promoted"]);
    assert_eq!((scene.status(bob), scene.status(cleo)), ("confirmed", "waiting"));
}

#[test]
fn closed_by_hand_an_automatic_line_is_still_served() {
    let scene = Scene::with_places(1);
    let ann = scene.books(scene.one(1));
    let bob = scene.waits(scene.one(2), 0);
    scene.does(gather::CloseBooking::new(scene.on));
    assert_eq!(scene.cancels(ann).outcome.promoted, [bob]);
}

#[test]
fn whoever_lacks_what_is_required_is_passed_and_holds_nothing() {
    // Only the conference place is given up; the visit waits on with the one place it can no longer have.
    let visit = Offering::new(VISIT, "visit", [COACH]).requires(PLACE);
    let scene = Scene::of(hall(9, |place| place).pool(Pool::new(COACH, "coach", 1)).offering(visit));
    let wholes = [1, 2, 3].map(|person| scene.books(scene.one(person).offering(PLACE)));
    let ann = scene.books(scene.one(1).offering(VISIT));
    let bob = scene.waits(scene.one(2).offering(VISIT), 0);
    let cleo = scene.waits(scene.one(3).offering(VISIT), 1);
    // It leaves the line with what it needs, so it is in nobody's way.
    assert_eq!(scene.does(CancelRegistration::new(wholes[1])).ended, [bob]);
    assert_eq!(scene.status(bob), "left_line");
    assert_eq!(scene.cancels(ann).outcome.promoted, [cleo]);
}

#[test]
fn leaving_and_joining_again_never_improves_a_place() {
    let scene = Scene::with_places(1);
    scene.books(scene.one(1));
    let bob = scene.waits(scene.one(2), 0);
    let cleo = scene.waits(scene.one(3), 1);
    drop(scene.cancels(bob));
    let again = scene.waits(scene.one(2).supersedes(bob), 1);
    assert_eq!(scene.line(), [cleo, again]);
}

#[test]
fn one_order_goes_across_the_lines_of_offerings_that_share_a_pool() {
    let visit = Offering::new(VISIT, "visit", [HALL, COACH]);
    let scene = Scene::of(hall(1, |place| place).pool(Pool::new(COACH, "coach", 9)).offering(visit));
    let ann = scene.books(scene.one(1).offering(PLACE));
    let visitor = scene.waits(scene.one(2).offering(VISIT), 0);
    let guest = scene.waits(scene.one(3).offering(PLACE), 0);
    assert_eq!(scene.cancels(ann).outcome.promoted, [visitor]);
    assert_eq!(scene.line(), [guest]);
    assert_eq!(scene.cancels(visitor).outcome.promoted, [guest]);
}

#[test]
fn a_party_can_shrink_in_line_and_be_served_by_that() {
    let scene = Scene::with_places(3);
    scene.books(scene.party(1, 2));
    let family = scene.waits(scene.party(2, 2), 0);
    assert_eq!(scene.does(gather::ChangeParty::new(family).without(2)).promoted, [family]);
}
