//! Moves: to another date or another offering, as one decision.

use gather::testkit::person_id;
use gather::{
    Approval, ChangeCapacity, Desk, GatheringId, LineOnly, MoveRegistration, Offering, OfferingId, Pool,
    PoolId, Refusal, Register, Registered, RegistrationId,
};

use crate::scene::{HALL, PLACE, Scene, day, hall, kinds, workshop};

const VISIT: OfferingId = OfferingId::new(2);
const COACH: PoolId = PoolId::new(2);

/// Two dates with a few places each.
struct Dates {
    scene: Scene,
    other: GatheringId,
}

impl Dates {
    fn of(first: u32, second: u32) -> Self {
        let scene = Scene::with_places(first);
        let other = hall(second, |place| place).at(day("2027-04-20 10:00 to 16:00"));
        let other = scene.does(other);
        Self { scene, other }
    }

    fn on_the_other(&self, person: u8, people: u16) -> Register {
        Register::new(self.other, person_id(person)).unnamed_guests(people - 1)
    }
}

fn holders(desk: &Desk, on: GatheringId) -> usize {
    desk.attendee_list(on).unwrap().rows().len()
}

#[test]
fn at_no_point_does_anybody_hold_both_or_none() {
    let Dates { scene, other } = Dates::of(1, 1);
    let ann = scene.books(scene.one(1));
    let bob = scene.waits(scene.one(2), 0);
    let receipt = scene.receives(MoveRegistration::new(ann, other));
    assert_eq!(kinds(&receipt.facts), ["ended", "confirmed", "promoted"], "in one batch");
    assert_eq!((scene.status(ann), scene.status(bob)), ("moved_away", "confirmed"));
    let moved = scene.desk.registration(receipt.outcome.registration()).unwrap();
    assert_eq!((moved.supersedes, moved.gathering), (Some(ann), other));
    assert_eq!(scene.desk.agenda(person_id(1)).rows().len(), 2, "the old one is shown as moved");
}

#[test]
fn without_room_there_everything_stays() {
    let dates = Dates::of(1, 2);
    let Dates { scene, other } = &dates;
    let ann = scene.books(scene.one(1));
    scene.books(dates.on_the_other(2, 2));
    match scene.refuses(MoveRegistration::new(ann, *other)) {
        Refusal::Full { short, .. } => assert_eq!((short[0].gathering, short[0].missing()), (*other, 1)),
        other => panic!("{other}"),
    }
    assert_eq!((scene.status(ann), holders(&scene.desk, scene.on)), ("confirmed", 1));
    drop(scene.receives(ChangeCapacity::new(*other, 3)));
    scene.waits(dates.on_the_other(3, 2), 0);
    assert_eq!(scene.refused(MoveRegistration::new(ann, *other)), "line_first");
    scene.does(LineOnly::new(*other));
    assert_eq!(scene.refused(MoveRegistration::new(ann, *other)), "line_only");
}

#[test]
fn whoever_waits_can_move_into_a_line() {
    let dates = Dates::of(1, 1);
    let Dates { scene, other } = &dates;
    scene.books(scene.one(1));
    let bob = scene.waits(scene.one(2), 0);
    scene.books(dates.on_the_other(3, 1));
    scene.waits(dates.on_the_other(4, 1), 0);
    let moved = scene.does(MoveRegistration::new(bob, *other));
    assert!(matches!(moved, Registered::Waiting { ahead: 1, .. }), "at its end");
    assert_eq!(scene.status(bob), "moved_away");
}

#[test]
fn to_another_offering_of_the_same_gathering_and_back() {
    let online = Offering::new(VISIT, "online", [COACH]);
    let scene = Scene::of(hall(1, |place| place).pool(Pool::new(COACH, "stream", 5)).offering(online));
    let ann = scene.books(scene.one(1).offering(PLACE));
    let bob = scene.waits(scene.one(2).offering(PLACE), 0);
    let receipt = scene.receives(MoveRegistration::new(ann, scene.on).offering(VISIT));
    assert_eq!(kinds(&receipt.facts), ["ended", "confirmed", "promoted"]);
    assert_eq!((scene.status(bob), scene.used_of(HALL), scene.used_of(COACH)), ("confirmed", 1, 1));
    let back = MoveRegistration::new(receipt.outcome.registration(), scene.on).offering(PLACE);
    assert_eq!(scene.refused(back), "full");
    assert_eq!(scene.refused(MoveRegistration::new(bob, scene.on)), "which_offering");
}

#[test]
fn within_one_pool_what_is_given_up_can_be_had_again_unless_somebody_waits() {
    let other = Offering::new(VISIT, "other", [HALL]);
    let scene = Scene::of(hall(2, |place| place).offering(other));
    let pair = scene.books(scene.party(1, 2).offering(PLACE));
    let moved = scene.does(MoveRegistration::new(pair, scene.on).offering(VISIT));
    assert!(moved.is_confirmed(), "the places it gives up are the ones it takes");
    scene.waits(scene.one(2).offering(PLACE), 0);
    let back = MoveRegistration::new(moved.registration(), scene.on).offering(PLACE);
    assert_eq!(scene.refused(back), "line_first", "whoever waits for one would have had it");
}

#[test]
fn what_needed_the_place_ends_with_the_move() {
    let visit = Offering::new(VISIT, "visit", [COACH]).requires(PLACE);
    let scene = Scene::of(hall(9, |place| place).pool(Pool::new(COACH, "coach", 1)).offering(visit));
    let other = scene.does(workshop().at(day("2027-04-20 10:00 to 16:00")).places(5));
    let whole = scene.books(scene.one(1).offering(PLACE));
    let visit = scene.books(scene.one(1).offering(VISIT));
    scene.books(scene.one(2).offering(PLACE));
    let waiting = scene.waits(scene.one(2).offering(VISIT), 0);
    let receipt = scene.receives(MoveRegistration::new(whole, other));
    assert_eq!(kinds(&receipt.facts), ["ended", "ended", "confirmed", "promoted"]);
    assert_eq!((scene.status(visit), scene.status(waiting)), ("moved_away", "confirmed"));
}

#[test]
fn only_what_is_confirmed_or_in_line_moves_and_not_past_an_approval() {
    let Dates { scene, other } = Dates::of(5, 5);
    let held = scene.holds(scene.one(1), 10);
    assert_eq!(scene.refused(MoveRegistration::new(held, other)), "not_confirmed");
    let approval = Approval { pending_uses_places: true, decide_within: None };
    let asked = hall(5, |place| place.approval(approval)).at(day("2027-05-20 10:00 to 16:00"));
    let asked = scene.does(asked);
    let ann = scene.books(scene.one(2));
    assert_eq!(scene.refused(MoveRegistration::new(ann, asked)), "needs_approval");
    assert_eq!(scene.refused(MoveRegistration::new(ann, scene.on)), "already_registered", "it is there");
    assert_eq!(scene.refused(MoveRegistration::new(ann, GatheringId::from_u128(1))), "unknown_gathering");
    assert_eq!(
        scene.refused(MoveRegistration::new(RegistrationId::from_u128(1), other)),
        "unknown_registration"
    );
}

#[test]
fn a_party_moves_as_a_whole_with_what_was_vouched_for() {
    let dates = Dates::of(5, 5);
    let Dates { scene, other } = &dates;
    let family = scene.books(scene.one(1).guest(person_id(2)).credential(crate::scene::member()));
    let only = hall(5, |place| place.only_for(crate::scene::member())).at(day("2027-05-20 10:00 to 16:00"));
    let members_day = scene.does(only);
    let stranger = scene.books(scene.one(3));
    assert_eq!(scene.refused(MoveRegistration::new(stranger, members_day)), "not_eligible");
    assert!(scene.does(MoveRegistration::new(family, members_day)).is_confirmed());
    assert_eq!(holders(&scene.desk, members_day), 2);
    let small = scene.does(hall(1, |place| place).at(day("2027-06-20 10:00 to 16:00")));
    let pair = scene.books(dates.on_the_other(5, 2));
    assert_eq!(scene.refused(MoveRegistration::new(pair, small)), "never_fits");
    assert_eq!(holders(&scene.desk, *other), 2);
}
