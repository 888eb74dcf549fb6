//! Series, organisations, and offerings for some people only: who may have a place at all.

use chrono::TimeDelta;
use gather::testkit::person_id;
use gather::{
    BookingTime, CancelRegistration, Credential, Gathering, GatheringId, MoveRegistration, OrganisationCap,
    OrganisationId, PassReason, Refusal, Register, RegistrationId, Remedy, SeriesId, Settle, Transfer, Who,
};

use crate::scene::{Scene, at, day, hall, kinds, member, reference};

const SERIES: SeriesId = SeriesId::from_u128(1);

fn library(number: u128) -> Credential {
    Credential::Organisation(OrganisationId::from_u128(number))
}

/// Two dates of a series.
struct Dates {
    scene: Scene,
    other: GatheringId,
}

impl Dates {
    fn of(places: u32) -> Self {
        let scene = Scene::of(hall(places, |place| place).series(SERIES));
        let other = hall(places, |place| place).series(SERIES).at(day("2027-04-20 10:00 to 16:00"));
        let other = scene.does(other);
        Self { scene, other }
    }

    fn on_the_other(&self, person: u8) -> Register {
        Register::new(self.other, person_id(person))
    }
}

#[test]
fn one_person_holds_one_date_of_a_series() {
    let dates = Dates::of(1);
    let Dates { scene, other } = &dates;
    let ann = scene.books(scene.one(1));
    let refusal = scene.refuses(dates.on_the_other(1));
    assert_eq!(refusal, Refusal::SeriesDate { person: person_id(1), registration: ann, gathering: scene.on });
    assert_eq!(refusal.remedies(), [Remedy::End { registration: ann }]);
    // Whoever waits for one date has it, too; a guest counts as the booker does.
    let bob = scene.waits(scene.one(2), 0);
    assert_eq!(scene.refused(dates.on_the_other(3).guest(person_id(2))), "series_date");
    // It can be moved, and given up.
    assert!(scene.does(MoveRegistration::new(ann, *other)).is_confirmed());
    assert_eq!(scene.status(bob), "confirmed");
    drop(scene.does(CancelRegistration::new(bob)));
    scene.waits(dates.on_the_other(2), 0);
}

#[test]
fn a_place_is_not_handed_to_somebody_with_another_date() {
    let dates = Dates::of(5);
    let Dates { scene, .. } = &dates;
    let ann = scene.books(scene.one(1));
    scene.books(dates.on_the_other(2));
    assert_eq!(scene.refused(Transfer::new(ann, person_id(2))), "series_date");
    scene.does(Transfer::new(ann, person_id(3)));
    scene.books(dates.on_the_other(1));
}

#[test]
fn a_hold_of_another_date_counts_until_it_expires() {
    let dates = Dates::of(5);
    let Dates { scene, .. } = &dates;
    scene.holds(scene.one(1), 10);
    assert_eq!(scene.refused(dates.on_the_other(1)), "series_date");
    scene.after(TimeDelta::minutes(10));
    scene.books(dates.on_the_other(1));
}

#[test]
fn a_wish_for_the_recording_of_another_date_is_no_date() {
    let dates = Dates::of(5);
    let Dates { scene, .. } = &dates;
    let _ = scene.does(gather::FollowUp::new(scene.on, person_id(1)));
    scene.books(dates.on_the_other(1));
}

fn capped(places: u32, people: u16, until: Option<BookingTime>) -> Scene {
    Scene::of(hall(places, |place| place).organisation_cap(OrganisationCap { people, until }))
}

impl Scene {
    fn from(&self, organisation: u128, person: u8, people: u16) -> Register {
        self.party(person, people).credential(library(organisation))
    }
}

#[test]
fn an_organisation_has_so_many_places_and_no_more() {
    let scene = capped(9, 2, None);
    assert_eq!(scene.refused(scene.one(1)), "organisation_needed");
    let first = scene.books(scene.from(1, 1, 1));
    match scene.refuses(scene.from(1, 2, 2)) {
        Refusal::OrganisationCap { asked: 2, used: 1, cap: 2, until: None, .. } => {}
        other => panic!("{other}"),
    }
    scene.books(scene.from(1, 2, 1));
    assert_eq!(scene.refused(scene.from(1, 3, 1)), "organisation_cap");
    scene.books(scene.from(2, 4, 2));
    scene.books(scene.party(5, 3).uncounted());
    drop(scene.cancels(first));
    scene.books(scene.from(1, 3, 1));
}

#[test]
fn a_hold_counts_for_its_organisation() {
    let scene = capped(9, 1, None);
    scene.holds(scene.from(1, 1, 1), 10);
    assert_eq!(scene.refused(scene.from(1, 2, 1)), "organisation_cap");
    scene.after(TimeDelta::minutes(10));
    scene.books(scene.from(1, 2, 1));
}

#[test]
fn a_cap_ends_at_its_instant_and_whoever_waited_for_that_is_served() {
    let until = at("2027-01-14T09:00:00Z");
    let scene = capped(2, 1, Some(BookingTime::At(until)));
    let [ann, bob] = [1, 2].map(|library| scene.books(scene.from(library.into(), library, 1)));
    // Both may wait, since those in line have no places; only the other library's can be served.
    let second = scene.waits(scene.from(3, 3, 1), 0);
    let third = scene.waits(scene.from(3, 4, 1), 1);
    let fourth = scene.waits(scene.from(4, 5, 1), 2);
    drop(scene.cancels(ann));
    assert_eq!(scene.status(second), "confirmed");
    let receipt = scene.cancels(bob);
    assert_eq!(kinds(&receipt.facts), ["ended", "passed", "promoted"]);
    let list = scene.desk.waiting_list(scene.on).unwrap();
    assert_eq!(list.rows()[0].pass_reason, Some(PassReason::OrganisationCap));
    assert_eq!((scene.status(third), scene.status(fourth)), ("waiting", "confirmed"));

    drop(scene.set_capacity(3));
    assert_eq!(scene.desk.next_deadline().unwrap(), Some(until));
    scene.clock.set(until - TimeDelta::microseconds(1));
    assert!(scene.receives(Settle::new(scene.on)).facts.is_empty());
    assert_eq!(scene.refused(scene.from(3, 6, 1)), "organisation_cap");
    scene.clock.set(until);
    assert_eq!(scene.does(Settle::new(scene.on)).promoted, [third]);
    scene.waits(scene.one(7), 0);
}

#[test]
fn an_offering_can_be_for_some_people_only() {
    let code = Credential::Code(reference("TRUSTEE"));
    let some =
        |place: gather::Offering| place.only_for(member()).only_for(code.clone()).only_for(person_id(9));
    let scene = Scene::of(hall(9, some));
    let refusal = scene.refuses(scene.one(1));
    match &refusal {
        Refusal::NotEligible { only_for, .. } => assert_eq!(only_for.len(), 3),
        other => panic!("{other}"),
    }
    assert!(!refusal.to_string().contains("TRUSTEE"), "a code is not told: {refusal}");
    assert_eq!(
        scene.refused(scene.one(1).credential(Credential::Code(reference("trustee")))),
        "not_eligible"
    );
    scene.books(scene.one(1).credential(code.clone()));
    scene.books(scene.one(2).credential(member()));
    let by_name = scene.books(scene.one(9));
    scene.does(Transfer::new(by_name, person_id(3)));
}

#[test]
fn a_basket_leaves_out_what_somebody_may_not_have() {
    let Dates { scene, other } = Dates::of(5);
    let part = |on, person| Register::new(on, person_id(person));
    let basket = gather::Basket::new().part(part(scene.on, 1)).part(part(other, 1));
    assert_eq!(scene.refused(basket.clone()), "series_date");
    let parts = scene.does(basket.best_effort());
    assert!(matches!(parts[..], [gather::Part::Registered(_), gather::Part::LeftOut]));
}

#[test]
fn what_a_person_has_elsewhere_does_not_date_a_decision() {
    // The other date was touched later, by the clock of another computer; deadlines here go by what happens here.
    let Dates { scene, other } = Dates::of(5);
    let later = scene.now() + TimeDelta::hours(2);
    let elsewhere: RegistrationId =
        scene.desk.at(later).execute(Register::new(other, person_id(1))).unwrap().outcome.registration();
    let receipt = scene.receives(scene.one(2));
    assert_eq!(receipt.time, scene.now());
    assert!(matches!(
        scene.refuses(scene.one(1)),
        Refusal::SeriesDate { registration, .. } if registration == elsewhere
    ));
}

#[test]
fn whoever_is_meant_by_a_rule_can_be_said_in_several_ways() {
    let whos: Vec<Who> = vec![member().into(), person_id(1).into(), library(1).into()];
    let scene = Scene::of(hall(1, |place| place).priority(whos).series(SERIES));
    scene.books(scene.one(7));
    let last = scene.waits(scene.one(8), 0);
    let first = [scene.one(2).credential(member()), scene.one(1), scene.from(1, 3, 1)];
    let first: Vec<_> = (0..).zip(first).map(|(behind, asked)| scene.waits(asked, behind)).collect();
    assert_eq!(scene.line(), [first, vec![last]].concat());
    let gathering = Gathering::webinar("Talk");
    assert!(scene.desk.announce(gathering).is_ok());
}
