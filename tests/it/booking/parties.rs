//! Parties: one more comes along, one less.

use gather::testkit::person_id;
use gather::{
    AcceptOffer, CancelRegistration, ChangeParty, Credential, FollowUp, Gathering, LinePolicy, NoteInterest,
    Offering, OfferingId, OrganisationCap, OrganisationId, Pool, PoolId, Presence, RecordPresence, Refusal,
    SetAside, SetAsideId, Transfer,
};

use crate::scene::{HALL, PLACE, Scene, hall, kinds, member};

const VISIT: OfferingId = OfferingId::new(2);
const COACH: PoolId = PoolId::new(2);

/// A hall, and a visit by coach for those who have a place in it.
fn with_visit(places: u32, coach: u32) -> Scene {
    let visit = Offering::new(VISIT, "visit", [COACH]).requires(PLACE);
    Scene::of(hall(places, |place| place).pool(Pool::new(COACH, "coach", coach)).offering(visit))
}

#[test]
fn a_smaller_party_frees_places_for_the_line_and_is_numbered_anew() {
    let scene = Scene::with_places(4);
    let family = scene.books(scene.one(1).guest(person_id(2)).guest(person_id(3)).unnamed_guests(1));
    let waiting = scene.waits(scene.one(5), 0);
    let receipt = scene.receives(ChangeParty::new(family).without(2).without(4).guest(person_id(6)));
    assert_eq!(
        (kinds(&receipt.facts), receipt.outcome.promoted),
        (vec!["party changed", "promoted"], vec![waiting])
    );
    let list = scene.desk.attendee_list(scene.on).unwrap();
    let people = |it| {
        list.rows().iter().filter(|row| row.registration == it).map(|row| row.person).collect::<Vec<_>>()
    };
    assert_eq!(people(family), [1, 3, 6].map(|person| Some(person_id(person))));
}

#[test]
fn a_larger_party_needs_room_behind_whoever_waits() {
    let scene = Scene::with_places(4);
    let pair = scene.books(scene.party(1, 2));
    let grow = |by| ChangeParty::new(pair).unnamed_guests(by);
    match scene.refuses(grow(3)) {
        Refusal::NeverFits { short } => assert_eq!((short[0].wanted, short[0].free), (5, 4)),
        other => panic!("{other}"),
    }
    scene.books(scene.one(2));
    match scene.refuses(grow(2)) {
        Refusal::Full { short, .. } => assert_eq!(short[0].missing(), 1),
        other => panic!("{other}"),
    }
    let family = scene.waits(scene.party(3, 2), 0);
    assert_eq!(scene.refused(grow(1)), "line_first", "the free place is the family's");
    drop(scene.cancels(family));
    drop(scene.receives(grow(1)));
    assert_eq!((scene.used(), scene.refused(grow(1))), (4, "full"));
}

#[test]
fn a_party_in_line_shrinks_and_never_grows() {
    let scene = Scene::with_places(2);
    scene.books(scene.party(1, 2));
    let pair = scene.waits(scene.party(2, 2), 0);
    assert_eq!(scene.refused(ChangeParty::new(pair).guest(person_id(9))), "in_line");
    // As many as before is no larger.
    drop(scene.receives(ChangeParty::new(pair).without(2).guest(person_id(9))));
    drop(scene.receives(ChangeParty::new(pair).without(2)));
    assert_eq!(scene.desk.registration(pair).unwrap().party, 1);
}

#[test]
fn the_booker_stays_and_places_must_be_there() {
    let scene = Scene::with_places(9);
    let pair = scene.books(scene.party(1, 2));
    assert_eq!(scene.refused(ChangeParty::new(pair).without(1)), "bookers_place");
    assert_eq!(scene.refused(ChangeParty::new(pair).without(3)), "unknown_place");
    assert_eq!(scene.refused(ChangeParty::new(pair).without(0)), "unknown_place");
    assert_eq!(scene.refused(ChangeParty::new(pair).guest(person_id(1))), "twice_in_party");
    assert!(scene.receives(ChangeParty::new(pair)).facts.is_empty(), "nothing was asked for");
    let other = scene.books(scene.one(3));
    let already = scene.refuses(ChangeParty::new(pair).guest(person_id(3)));
    assert_eq!(already, Refusal::AlreadyRegistered { person: person_id(3), registration: other });
    assert_eq!(scene.refused(ChangeParty::new(pair).unnamed_guests(9)), "party_too_large");
}

#[test]
fn whoever_was_seen_is_not_left_away() {
    let scene = Scene::with_places(9);
    let family = scene.books(scene.party(1, 3));
    scene.set_clock("2027-03-20T09:30:00Z");
    let _ = scene.does(RecordPresence::new(family, Presence::Attended).place(3));
    assert_eq!(scene.refused(ChangeParty::new(family).without(3)), "presence_recorded");
    assert_eq!(scene.refused(ChangeParty::new(family).without(2)), "presence_recorded", "place 3 would be 2");
}

#[test]
fn nobody_leaves_whose_place_something_else_needs() {
    let scene = with_visit(9, 9);
    let family = scene.books(scene.one(1).guest(person_id(2)).unnamed_guests(1).offering(PLACE));
    let visit = scene.books(scene.one(2).unnamed_guests(1).offering(VISIT));
    let still = Refusal::StillNeeded { registration: visit };
    assert_eq!(scene.refuses(ChangeParty::new(family).without(2)), still, "she goes on the visit");
    assert_eq!(scene.refuses(ChangeParty::new(family).without(2).without(3)), still);
    drop(scene.receives(ChangeParty::new(family).without(3)));
    // Whoever comes along to the visit must be on the place that it needs, and there must be enough.
    assert_eq!(scene.refused(ChangeParty::new(visit).guest(person_id(5))), "needs_place");
    assert_eq!(scene.refused(ChangeParty::new(visit).unnamed_guests(1)), "needs_place");
}

#[test]
fn a_party_that_grows_draws_on_what_is_kept_for_it_and_one_that_shrinks_gives_it_back() {
    let kept = SetAside::new(SetAsideId::new(1), HALL, 2).who(member());
    let scene = Scene::of(hall(4, |place| place).set_aside(kept));
    let ann = scene.books(scene.one(1).credential(member()));
    scene.books(scene.party(2, 2));
    drop(scene.receives(ChangeParty::new(ann).unnamed_guests(1)));
    assert_eq!((scene.used(), scene.left()), (4, 0));
    drop(scene.receives(ChangeParty::new(ann).without(2)));
    scene.waits(scene.one(3), 0);
    assert_eq!(scene.left(), 0, "it is kept for members again");
}

#[test]
fn a_party_grows_within_what_its_organisation_may_have() {
    let library = Credential::Organisation(OrganisationId::from_u128(1));
    let scene =
        Scene::of(hall(9, |place| place).organisation_cap(OrganisationCap { people: 2, until: None }));
    let ann = scene.books(scene.one(1).credential(library));
    drop(scene.receives(ChangeParty::new(ann).unnamed_guests(1)));
    assert_eq!(scene.refused(ChangeParty::new(ann).unnamed_guests(1)), "organisation_cap");
}

#[test]
fn what_is_only_offered_is_accepted_before_it_is_changed() {
    let offers = |place: Offering| place.line(LinePolicy::offering_for_hours(24));
    let scene = Scene::of(hall(2, offers));
    let ann = scene.books(scene.party(1, 2));
    let pair = scene.waits(scene.party(2, 2), 0);
    drop(scene.does(CancelRegistration::new(ann)));
    assert_eq!(scene.refused(ChangeParty::new(pair).without(2)), "not_confirmed");
    scene.does(AcceptOffer::new(pair));
    drop(scene.does(ChangeParty::new(pair).without(2)));
}

#[test]
fn who_has_no_place_and_stands_in_no_line_has_nothing_to_hand_over() {
    let scene = Scene::with_places(9);
    let (follows, one) = (scene.does(FollowUp::new(scene.on, person_id(1))), scene.books(scene.one(3)));
    let other = scene.does(Gathering::webinar("Later"));
    let interest = scene.does(NoteInterest::new(other, person_id(2)));
    for registration in [follows, interest] {
        assert_eq!(scene.refused(Transfer::new(registration, person_id(4))), "not_confirmed");
    }
    scene.does(Transfer::new(one, person_id(4)));
}

#[test]
fn a_hold_changes_its_party_while_the_form_is_filled_in() {
    let scene = Scene::with_places(3);
    let held = scene.holds(scene.one(1), 10);
    drop(scene.does(ChangeParty::new(held).unnamed_guests(2)));
    assert_eq!(scene.used(), 3);
    drop(scene.does(ChangeParty::new(held).without(2)));
    assert_eq!((scene.used(), scene.status(held)), (2, "held"));
}

#[test]
fn a_party_that_may_be_split_stays_named() {
    let scene = Scene::with_places(9);
    let named = scene.books(scene.one(1).guest(person_id(2)).may_split());
    assert_eq!(scene.refused(ChangeParty::new(named).unnamed_guests(1)), "split_needs_names");
    drop(scene.does(ChangeParty::new(named).guest(person_id(3))));
}
