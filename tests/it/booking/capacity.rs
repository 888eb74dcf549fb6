//! Capacity: overbooked, lowered, raised; and who goes, if anybody does.

use gather::testkit::person_id;
use gather::{Capacity, ChangeCapacity, Offering, OfferingId, Overbook, Pool, PoolId, Refusal, Register};

use crate::scene::{HALL, PLACE, Scene, hall, kinds};

const VISIT: OfferingId = OfferingId::new(2);
const COACH: PoolId = PoolId::new(2);

#[test]
fn overbooking_by_per_cent_is_rounded_down() {
    for (places, per_cent, taken) in [(19, 10, 20), (20, 10, 22), (9, 10, 9), (10, 99, 19), (3, 200, 9)] {
        let pool = Pool::new(HALL, "hall", places).overbook(Overbook::PerCent(per_cent));
        let place = Offering::new(PLACE, "place", [HALL]).max_party(100);
        let scene = Scene::of(crate::scene::workshop().pool(pool).offering(place));
        assert_eq!(scene.refused(scene.party(1, taken + 1)), "never_fits", "{places} and {per_cent}%");
        scene.books(scene.party(1, taken));
        scene.waits(scene.one(2), 0);
    }
}

#[test]
fn what_a_pool_is_overbooked_by_goes_with_its_capacity_and_can_be_changed_alone() {
    let scene = Scene::with_places(10);
    scene.books(scene.party(1, 10));
    let waiting = [2, 3].map(|person| scene.waits(scene.one(person), u32::from(person) - 2));
    assert_eq!(scene.set_overbook(10, Overbook::PerCent(10)).outcome.promoted, waiting[..1]);
    assert_eq!(scene.set_capacity(20).outcome.promoted, waiting[1..], "22 in all");
    assert_eq!(scene.left(), 10);
    assert!(scene.set_overbook(20, Overbook::PerCent(10)).facts.is_empty(), "so it is already");
    assert_eq!(
        kinds(&scene.set_overbook(20, Overbook::Places(2)).facts),
        ["capacity"],
        "as many, but otherwise"
    );
    assert!(scene.set_overbook(20, Overbook::No).outcome.promoted.is_empty());
    assert_eq!(scene.left(), 8);
}

#[test]
fn fewer_places_than_are_given_out_are_refused_with_the_figure() {
    let scene = Scene::with_places(5);
    scene.books(scene.party(1, 4));
    match scene.refuses(ChangeCapacity::new(scene.on, 2)) {
        Refusal::BelowUsed { asked, used, .. } => assert_eq!((asked, used), (2, 4)),
        other => panic!("{other}"),
    }
    assert_eq!(kinds(&scene.set_capacity(4).facts), ["capacity"], "exactly what is used will do");
}

#[test]
fn everybody_can_keep_what_they_have_and_nobody_comes_until_there_is_room() {
    let scene = Scene::with_places(3);
    let alls = [1, 2, 3].map(|person| scene.books(scene.one(person)));
    let waiting = scene.waits(scene.one(4), 0);
    let receipt = scene.receives(ChangeCapacity::new(scene.on, 1).keep_all());
    assert!(matches!(receipt.facts[..], [gather::Fact::CapacityChanged { keep_all: true, .. }]));
    assert_eq!((scene.used(), scene.left()), (3, -2));
    assert!(scene.cancels(alls[0]).outcome.promoted.is_empty());
    assert!(scene.cancels(alls[1]).outcome.promoted.is_empty(), "one of one is taken");
    assert_eq!(scene.cancels(alls[2]).outcome.promoted, [waiting]);
    // Where there is room for all it is no override.
    let receipt = scene.receives(ChangeCapacity::new(scene.on, 2).keep_all());
    assert!(matches!(receipt.facts[..], [gather::Fact::CapacityChanged { keep_all: false, .. }]));
}

#[test]
fn only_whoever_was_named_goes() {
    let visit = Offering::new(VISIT, "visit", [COACH]).requires(PLACE);
    let scene = Scene::of(hall(3, |place| place).pool(Pool::new(COACH, "coach", 9)).offering(visit));
    let one = |person| scene.one(person).offering(PLACE);
    let alls = [1, 2, 3].map(|person| scene.books(one(person)));
    let visit = scene.books(scene.one(1).offering(VISIT));
    let waiting = scene.waits(one(4), 0);
    let lower = |places: u32| ChangeCapacity::new(scene.on, places).pool(HALL);
    assert_eq!(scene.refused(lower(1).displace(alls[0])), "below_used", "one too few is named");
    // Named twice is named once.
    let receipt = scene.receives(lower(2).displace(alls[0]).displace(alls[0]));
    assert_eq!(kinds(&receipt.facts), ["ended", "ended", "capacity"]);
    assert_eq!(receipt.outcome.ended, [visit], "what needed it went with it");
    let ended = [alls[0], visit].map(|it| scene.status(it));
    assert_eq!(ended, ["displaced", "displaced"]);
    assert_eq!(scene.status(waiting), "waiting");

    for (named, code) in [
        (alls[0], "not_displaceable"),
        (waiting, "not_displaceable"),
        (gather::RegistrationId::from_u128(1), "unknown_registration"),
    ] {
        assert_eq!(scene.refused(lower(1).displace(named)), code);
    }
}

#[test]
fn whoever_has_no_place_of_the_pool_cannot_be_displaced_from_it() {
    let visit = Offering::new(VISIT, "visit", [COACH]);
    let scene = Scene::of(hall(3, |place| place).pool(Pool::new(COACH, "coach", 9)).offering(visit));
    let elsewhere = scene.books(scene.one(1).offering(VISIT));
    let speaker = scene.books(scene.one(2).offering(PLACE).uncounted());
    for named in [elsewhere, speaker] {
        let lower = ChangeCapacity::new(scene.on, 0).pool(HALL).displace(named);
        assert_eq!(scene.refused(lower), "not_displaceable");
    }
}

#[test]
fn displaced_with_the_same_capacity_their_places_go_to_the_line() {
    let scene = Scene::with_places(1);
    let ann = scene.books(scene.one(1));
    let bob = scene.waits(scene.one(2), 0);
    let receipt = scene.receives(ChangeCapacity::new(scene.on, 1).displace(ann));
    assert_eq!((kinds(&receipt.facts), receipt.outcome.promoted), (vec!["ended", "promoted"], vec![bob]));
}

#[test]
fn the_uncounted_take_no_place_and_are_on_the_list() {
    let scene = Scene::with_places(1);
    scene.books(scene.party(1, 3).uncounted());
    assert_eq!((scene.used(), scene.left()), (0, 1));
    scene.books(scene.one(2));
    scene.books(scene.one(3).uncounted());
    scene.waits(scene.one(4), 0);
    let list = scene.desk.attendee_list(scene.on).unwrap();
    assert_eq!(list.rows().iter().filter(|row| row.uncounted).count(), 4);
    assert_eq!(list.rows().len(), 5);
    assert_eq!(scene.refused(ChangeCapacity::new(scene.on, 0)), "below_used");
}

#[test]
fn what_fits_fits_with_one_less_too() {
    let place = |place: Offering| place.without_waiting_list().max_party(20);
    let scene = Scene::of(hall(12, place));
    scene.books(scene.party(1, 5));
    let Refusal::Full { largest, .. } = scene.refuses(scene.party(2, 8)) else { panic!("full") };
    for people in 1..=12 {
        let asked: Register = scene.party(2, people);
        assert_eq!(scene.desk.preview(asked).is_ok(), u32::from(people) <= largest, "{people}");
    }
    assert_eq!(largest, 7);
}

#[test]
fn without_a_limit_nothing_is_short_and_a_limit_can_be_set_later() {
    let scene = Scene::with_places(Capacity::Unlimited);
    scene.books(scene.party(1, 10));
    assert_eq!(scene.refused(ChangeCapacity::new(scene.on, 9)), "below_used");
    drop(scene.set_capacity(10));
    scene.waits(Register::new(scene.on, person_id(2)), 0);
}
