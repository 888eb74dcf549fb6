//! Set-asides: places kept for some people until they are released.

use chrono::TimeDelta;
use gather::testkit::person_id;
use gather::{
    AddSetAside, BookingTime, CancelRegistration, ChangeSetAside, Desk, Draw, Fact, Lists, Position, Refusal,
    Register, RegistrationId, SetAside, SetAsideId, Settle, Transfer,
};

use crate::scene::{HALL, STARTS, Scene, at, hall, kinds, member};

const MEMBERS: SetAsideId = SetAsideId::new(1);
const SPEAKERS: SetAsideId = SetAsideId::new(2);

fn for_members(places: u32) -> SetAside {
    SetAside::new(MEMBERS, HALL, places).who(member())
}

/// A hall of which some places are for members, until a week before the start.
fn kept(places: u32, for_the_members: u32) -> Scene {
    let week = BookingTime::BeforeStart { seconds: 7 * 86_400 };
    Scene::of(hall(places, |place| place).set_aside(for_members(for_the_members).release(week)))
}

impl Scene {
    fn member(&self, person: u8, people: u16) -> Register {
        self.party(person, people).credential(member())
    }

    /// How many places are drawn from a set-aside, and how many it keeps still.
    fn drawn(&self, set_aside: SetAsideId) -> (u64, u64) {
        let mut lists = Lists::new();
        let page = self.desk.read_log(Position::START, usize::MAX).unwrap();
        page.batches
            .iter()
            .flat_map(gather::log::StoredBatch::records)
            .for_each(|record| lists.apply(&record));
        let card = lists.gatherings().into_iter().find(|card| card.id() == self.on).unwrap();
        let counts = card.set_asides(self.now());
        let count = counts.iter().find(|count| count.set_aside.id == set_aside).unwrap();
        (count.drawn, count.open)
    }
}

fn draws(desk: &Desk, registration: RegistrationId) -> Vec<Draw> {
    let page = desk.read_log(Position::START, usize::MAX).unwrap();
    let facts = page.batches.into_iter().flat_map(|stored| stored.batch.facts);
    let mut drawn = facts.filter_map(|fact| match fact {
        Fact::RegistrationConfirmed { registration, draws, .. }
        | Fact::RegistrationPromoted { registration, draws, .. }
        | Fact::PartyChanged { registration, draws, .. } => Some((registration, draws)),
        _ => None,
    });
    drawn.rfind(|(id, _)| *id == registration).map(|(_, draws)| draws).unwrap()
}

#[test]
fn what_is_kept_is_not_given_to_others_before_its_release_and_not_withheld_after_it() {
    let scene = kept(3, 2);
    scene.books(scene.one(1));
    let waiting = scene.waits(scene.one(2), 0);
    assert_eq!(scene.left(), 0);
    scene.set_clock("2027-03-13T09:59:59.999999Z");
    assert!(
        scene.receives(Settle::new(scene.on)).facts.is_empty(),
        "a week before the start, but for an instant"
    );
    scene.set_clock("2027-03-13T10:00:00Z");
    let receipt = scene.receives(Settle::new(scene.on));
    assert_eq!((receipt.outcome.promoted, scene.left()), (vec![waiting], 1));
    scene.books(scene.one(3));
}

#[test]
fn members_draw_on_what_is_kept_first_and_then_on_the_rest() {
    let scene = kept(5, 2);
    let family = scene.books(scene.member(1, 3));
    assert_eq!(draws(&scene.desk, family), [Draw { set_aside: MEMBERS, places: 2 }]);
    assert_eq!((scene.used(), scene.left()), (3, 2));
    let alone = scene.books(scene.member(2, 1));
    assert_eq!(draws(&scene.desk, alone), []);
    // What is given back goes back to the members.
    drop(scene.cancels(family));
    assert_eq!((scene.drawn(MEMBERS), scene.left()), ((0, 2), 2));
}

#[test]
fn two_set_asides_are_drawn_in_the_order_of_their_numbers() {
    let speakers = SetAside::new(SPEAKERS, HALL, 1).who(person_id(1)).who(person_id(2));
    let scene = Scene::of(hall(4, |place| place).set_aside(speakers).set_aside(for_members(1)));
    let both = scene.books(scene.member(1, 3));
    let one = |set_aside| Draw { set_aside, places: 1 };
    assert_eq!(draws(&scene.desk, both), [one(MEMBERS), one(SPEAKERS)]);
    assert_eq!(scene.left(), 1);
}

#[test]
fn whoever_was_meant_by_name_is_whoever_booked() {
    let speakers = SetAside::new(SPEAKERS, HALL, 1).who(person_id(1));
    let scene = Scene::of(hall(1, |place| place).set_aside(speakers));
    let ann = scene.books(scene.one(1));
    scene.does(Transfer::new(ann, person_id(5)));
    assert_eq!(scene.drawn(SPEAKERS), (1, 0), "handed on, it is still drawn");
    drop(scene.cancels(ann));
    scene.waits(scene.one(5), 0);
    scene.books(scene.one(1));
}

#[test]
fn a_set_aside_made_when_the_pool_is_full_fills_with_what_is_given_back() {
    let scene = Scene::with_places(2);
    let [ann, bob] = [1, 2].map(|person| scene.books(scene.one(person)));
    assert_eq!(scene.does(AddSetAside::new(scene.on, for_members(2))), MEMBERS);
    assert_eq!(scene.left(), -2, "never clamped");
    let waiting = scene.waits(scene.one(3), 0);
    let member = scene.waits(scene.member(4, 1), 1);
    assert_eq!(scene.cancels(ann).outcome.promoted, [member]);
    assert!(scene.cancels(bob).outcome.promoted.is_empty());
    assert_eq!(scene.does(ChangeSetAside::new(scene.on, MEMBERS, 0)).promoted, [waiting], "released by hand");
}

#[test]
fn a_set_aside_changes_its_size_and_its_release() {
    let scene = kept(4, 2);
    scene.waits(scene.party(1, 3), 0);
    let release = |time| ChangeSetAside::new(scene.on, MEMBERS, 2).release(BookingTime::At(time));
    assert_eq!(scene.refused(release(scene.now())), "deadline_past");
    let soon = scene.now() + TimeDelta::microseconds(1);
    assert_eq!(kinds(&scene.receives(release(soon)).facts), ["set-aside changed"]);
    assert!(scene.receives(release(soon)).facts.is_empty(), "so it is already");
    scene.after(TimeDelta::microseconds(1));
    assert_eq!(scene.does(Settle::new(scene.on)).promoted.len(), 1);

    let never = ChangeSetAside::new(scene.on, MEMBERS, 3).never_released();
    assert!(scene.does(never).promoted.is_empty());
    match scene.refuses(ChangeSetAside::new(scene.on, MEMBERS, 5)) {
        Refusal::SetAsidesTooLarge { asked, room, .. } => assert_eq!((asked, room), (2, 1)),
        other => panic!("{other}"),
    }
    assert_eq!(scene.refused(ChangeSetAside::new(scene.on, SPEAKERS, 1)), "unknown_set_aside");
}

#[test]
fn what_is_kept_again_without_a_place_is_no_growth_where_more_is_kept_than_there_are_places() {
    let scene = kept(2, 2);
    let soon = BookingTime::At(scene.now() + TimeDelta::microseconds(1));
    let nothing_yet = SetAside::new(SPEAKERS, HALL, 0).who(person_id(1)).release(soon);
    assert_eq!(scene.does(AddSetAside::new(scene.on, nothing_yet)), SPEAKERS);
    drop(scene.receives(gather::ChangeCapacity::new(scene.on, 0)));
    scene.after(TimeDelta::microseconds(1));
    scene.does(ChangeSetAside::new(scene.on, SPEAKERS, 0).never_released());
    assert_eq!(scene.refused(ChangeSetAside::new(scene.on, SPEAKERS, 1)), "set_asides_too_large");
}

#[test]
fn a_release_that_counts_from_an_unknown_start_has_not_come() {
    let scene = kept(2, 2);
    scene.does(gather::Reschedule::new(scene.on, gather::Schedule::to_be_confirmed("in autumn")));
    scene.does(gather::OpenBooking::new(scene.on));
    scene.set_clock("2027-06-01T09:00:00Z");
    scene.waits(scene.one(1), 0);
    scene.books(scene.member(2, 2));
}

#[test]
fn released_at_the_start_nothing_is_kept_any_longer() {
    let at_the_start = BookingTime::BeforeStart { seconds: 0 };
    let scene = Scene::of(hall(2, |place| place).set_aside(for_members(2).release(at_the_start)));
    let waiting = scene.waits(scene.one(1), 0);
    assert_eq!(scene.desk.next_deadline().unwrap(), Some(at(STARTS)));
    assert!(
        scene.desk.settle(at(STARTS) - TimeDelta::microseconds(1)).unwrap_err().refusal().is_some(),
        "ahead"
    );
    scene.set_clock(STARTS);
    assert_eq!(scene.desk.settle(at(STARTS)).unwrap()[0].outcome.promoted, [waiting]);
}

#[test]
fn a_party_takes_from_what_is_kept_also_where_the_pool_is_over_full() {
    // Three have places of two, and two are kept for members: nobody else fits, and members do not either.
    let scene = Scene::with_places(3);
    let alls = [1, 2, 3].map(|person| scene.books(scene.one(person)));
    drop(scene.receives(gather::ChangeCapacity::new(scene.on, 2).keep_all()));
    scene.does(AddSetAside::new(scene.on, for_members(2)));
    let member = scene.waits(scene.member(4, 1), 0);
    assert!(scene.does(CancelRegistration::new(alls[0])).promoted.is_empty(), "two of two are taken");
    assert_eq!(scene.does(CancelRegistration::new(alls[1])).promoted, [member]);
}

#[test]
fn one_for_nobody_or_that_is_there_already_is_refused() {
    let scene = kept(5, 2);
    let add = |set_aside| AddSetAside::new(scene.on, set_aside);
    assert_eq!(scene.refused(add(for_members(1))), "set_aside_exists");
    assert_eq!(scene.refused(add(SetAside::new(SPEAKERS, HALL, 1))), "set_aside_for_nobody");
    assert_eq!(scene.refused(add(SetAside::new(SPEAKERS, gather::PoolId::new(9), 1))), "unknown_pool");
    let past = SetAside::new(SPEAKERS, HALL, 1).who(member()).release(BookingTime::At(scene.now()));
    assert_eq!(scene.refused(add(past)), "deadline_past");
}
