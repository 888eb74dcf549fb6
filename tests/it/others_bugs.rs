//! The bugs that users of other booking programs reported, by name: each as the scene in which it would show.

use std::sync::Barrier;
use std::thread;

use chrono::TimeDelta;
use gather::testkit::person_id;
use gather::{
    Approval, Basket, CancelGathering, Capacity, ChangeCapacity, CloseBooking, Credential, DeclineOffer,
    Desk, Gathering, JoinLink, LinePolicy, Offering, OfferingId, PassReason, Pool, PoolId, Presence,
    PresenceSource, RecordPresence, Refusal, Register, RequestId, Seen, SetAside, SetAsideId, Transfer,
};

use crate::scene::{HALL, PLACE, Scene, at, hall, kinds, reference, workshop};

const STREAM: PoolId = PoolId::new(2);
const OTHER: OfferingId = OfferingId::new(2);

/// A place in the hall, and something else that draws on some pools.
fn with_other(hall_places: u32, draws_on: impl IntoIterator<Item = PoolId>) -> Scene {
    let other = Offering::new(OTHER, "other", draws_on);
    Scene::of(hall(hall_places, |place| place).pool(Pool::new(STREAM, "stream", 9)).offering(other))
}

#[test]
fn overselling_by_a_stale_check() {
    let scene = Scene::with_places(1);
    // Page one says that there is a place. While the form is filled in somebody else takes it.
    assert!(scene.desk.preview(scene.one(1)).unwrap().is_confirmed());
    scene.books(scene.one(2));
    scene.waits(scene.one(1), 0);
    assert_eq!(scene.used(), 1);
}

#[test]
fn overselling_by_many_at_once() {
    let scene = Scene::with_places(5);
    let (desk, on, gate) = (&scene.desk, scene.on, &Barrier::new(8));
    let confirmed: usize = thread::scope(|scope| {
        let comes = |person: u8| {
            scope.spawn(move || {
                gate.wait();
                let asked = |nth| Register::new(on, person_id(person * 4 + nth));
                (0..4).filter(|nth| desk.execute(asked(*nth)).unwrap().outcome.is_confirmed()).count()
            })
        };
        let all: Vec<_> = (0..8).map(comes).collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!((confirmed, scene.used(), scene.line().len()), (5, 5, 27));
}

#[test]
fn two_first_bookers_each_create_the_container() {
    let desk = &Desk::in_memory();
    let gate = &Barrier::new(2);
    let announce = || {
        gate.wait();
        desk.announce(workshop().id(gather::GatheringId::from_u128(7)).places(1)).is_ok()
    };
    let made = thread::scope(|scope| {
        let both = [scope.spawn(announce), scope.spawn(announce)];
        both.map(|one| one.join().unwrap())
    });
    assert_eq!(made.iter().filter(|it| **it).count(), 1, "one of them has made it");
    let on = gather::GatheringId::from_u128(7);
    assert!(desk.register(on, person_id(1)).unwrap().outcome.is_confirmed());
    assert!(!desk.register(on, person_id(2)).unwrap().outcome.is_confirmed(), "there are no places twice");
    assert_eq!(desk.whats_on().rows().len(), 1);
}

#[test]
fn holds_not_counted() {
    let scene = Scene::with_places(2);
    scene.holds(scene.party(1, 2), 10);
    assert_eq!((scene.used(), scene.left()), (2, 0));
    scene.waits(scene.one(2), 0);
}

#[test]
fn counters_drifting_from_the_truth() {
    let offered = |place: Offering| place.line(LinePolicy::offering_for_hours(1)).max_party(4);
    let scene = Scene::of(hall(6, offered));
    let family = scene.books(scene.party(1, 3));
    let held = scene.holds(scene.party(2, 2), 10);
    let alone = scene.books(scene.one(3));
    let waiting = scene.waits(scene.party(4, 2), 0);
    scene.does(gather::ChangeParty::new(family).without(2));
    assert_eq!(scene.status(waiting), "waiting", "one place is not two");
    drop(scene.cancels(alone));
    assert_eq!(scene.status(waiting), "offered");
    scene.after(TimeDelta::minutes(10));
    assert_eq!(scene.status(held), "hold_expired");
    scene.does(DeclineOffer::new(waiting));
    // Used is what the rows say, and what the desk itself counts, after all of that.
    let list = scene.desk.attendee_list(scene.on).unwrap();
    let rows = list.rows().iter().filter(|row| row.is_counted()).count();
    let counted = scene.desk.what_if(|trial| trial.pools(scene.on).unwrap()).unwrap();
    assert_eq!((rows, scene.used(), counted[0].used), (2, 2, 2));
    scene.books(scene.party(5, 4));
    scene.waits(scene.one(6), 0);
}

#[test]
fn the_same_place_released_twice() {
    let scene = Scene::with_places(2);
    let ann = scene.books(scene.one(1));
    let held = scene.holds(scene.one(2), 10);
    drop(scene.cancels(ann));
    scene.after(TimeDelta::minutes(10));
    assert_eq!(scene.refused(gather::CancelRegistration::new(ann)), "registration_ended");
    assert_eq!(scene.refused(gather::CancelRegistration::new(held)), "registration_ended");
    assert_eq!((scene.used(), scene.left()), (0, 2));
    drop(scene.does(gather::Settle::new(scene.on)));
    assert_eq!((scene.used(), scene.left()), (0, 2), "written down it is not released once more");
    scene.books(scene.party(3, 2));
    scene.waits(scene.one(4), 0);
}

#[test]
fn cancelling_that_frees_nothing() {
    let scene = with_other(2, [HALL, STREAM]);
    let family = scene.books(scene.party(1, 2).offering(OTHER));
    let receipt = scene.cancels(family);
    assert_eq!(kinds(&receipt.facts), ["ended"]);
    assert_eq!((scene.used_of(HALL), scene.used_of(STREAM)), (0, 0));
    scene.books(scene.party(2, 2).offering(PLACE));
}

#[test]
fn renaming_an_attendee_refused_when_sold_out() {
    let scene = Scene::with_places(2);
    let family = scene.books(scene.party(1, 2));
    scene.waits(scene.one(3), 0);
    scene.does(Transfer::new(family, person_id(4)).place(2));
    scene.does(Transfer::new(family, person_id(5)));
    assert_eq!(scene.used(), 2);
}

#[test]
fn a_full_pool_blocking_an_offering_that_does_not_draw_on_it() {
    let scene = with_other(1, [STREAM]);
    scene.books(scene.one(1).offering(PLACE));
    scene.waits(scene.one(2).offering(PLACE), 0);
    scene.books(scene.one(3).offering(OTHER));
}

#[test]
fn offers_of_two_offerings_for_one_place_in_a_shared_pool() {
    let offers = |offering: Offering| offering.line(LinePolicy::offering_for_hours(24));
    let other = offers(Offering::new(OTHER, "other", [HALL]));
    let scene = Scene::of(hall(1, offers).offering(other));
    let ann = scene.books(scene.one(1).offering(PLACE));
    let bob = scene.waits(scene.one(2).offering(PLACE), 0);
    let cleo = scene.waits(scene.one(3).offering(OTHER), 0);
    assert_eq!(scene.cancels(ann).outcome.offered, [bob], "and nobody else");
    assert_eq!(scene.used(), 1);
    assert_eq!(scene.does(DeclineOffer::new(bob)).offered, [cleo], "now it is hers");
}

#[test]
fn promotion_run_before_the_removal() {
    let scene = Scene::with_places(1);
    let ann = scene.books(scene.one(1));
    let bob = scene.waits(scene.one(2), 0);
    let receipt = scene.cancels(ann);
    assert_eq!(kinds(&receipt.facts), ["ended", "promoted"], "in this order, in one decision");
    assert_eq!(receipt.outcome.promoted, [bob]);
}

#[test]
fn a_cancelled_places_voucher_revived() {
    // The one place is set aside for a code. Whoever had it cancels: the place goes back to those with the code, once,
    // and the registration that ended does not come back with it.
    let code = Credential::Code(reference("EARLY"));
    let kept = SetAside::new(SetAsideId::new(1), HALL, 1).who(code.clone());
    let scene = Scene::of(hall(1, |place| place).set_aside(kept));
    let ann = scene.books(scene.one(1).credential(code.clone()));
    let nobody = scene.waits(scene.one(2), 0);
    let bob = scene.waits(scene.one(3).credential(code.clone()), 1);
    assert_eq!(scene.cancels(ann).outcome.promoted, [bob], "the next who may have it does");
    assert_eq!((scene.status(ann), scene.status(nobody)), ("cancelled_by_attendee", "waiting"));
    let again = scene.one(1).credential(code).supersedes(ann);
    scene.waits(again, 1);
    assert_eq!(scene.used(), 1);
}

#[test]
fn the_last_in_line_served_first() {
    // Whoever came first waits for the stream, which is full. That is no reason to begin the hall's line at its end.
    let other = Offering::new(OTHER, "other", [STREAM]);
    let scene = Scene::of(hall(2, |place| place).pool(Pool::new(STREAM, "stream", 1)).offering(other));
    let family = scene.books(scene.party(1, 2).offering(PLACE));
    scene.books(scene.one(2).offering(OTHER));
    let elsewhere = scene.waits(scene.one(3).offering(OTHER), 0);
    let [first, second, third] =
        [4, 5, 6].map(|person| scene.waits(scene.one(person).offering(PLACE), u32::from(person) - 4));
    assert_eq!(scene.cancels(family).outcome.promoted, [first, second]);
    assert_eq!(scene.line(), [third, elsewhere], "offering by offering");
}

#[test]
fn nobody_offered_though_places_are_free_with_no_explanation() {
    let fits = |place: Offering| place.line(LinePolicy::default().best_fit());
    let scene = Scene::of(hall(3, fits));
    let ann = scene.books(scene.one(1));
    scene.books(scene.party(2, 2));
    let family = scene.waits(scene.party(3, 2), 0);
    assert!(scene.cancels(ann).facts.len() == 1, "one place is free, and the party of two does not fit");
    let why = |refusal: &Refusal| refusal.to_string();
    let larger = scene.does(scene.party(4, 2));
    assert!(!larger.is_confirmed());
    // Whoever fits passes them, and why is recorded.
    scene.books(scene.one(5));
    let list = scene.desk.waiting_list(scene.on).unwrap();
    assert_eq!(list.rows()[0].registration, family);
    assert_eq!(list.rows()[0].pass_reason, Some(PassReason::TooLarge { pool: HALL, wanted: 2, free: 1 }));
    assert_eq!(list.rows()[0].passed_over, 1);
    // And where there is no line the refusal has the figures.
    scene.does(gather::CloseLine::new(scene.on));
    let full = scene.refuses(scene.party(6, 2));
    assert_eq!(why(&full), "it is full: \"hall\" has none free, and 2 are wanted; 2 more places would do");
}

#[test]
fn an_offer_after_booking_closed() {
    let offers = |place: Offering| place.line(LinePolicy::offering_for_hours(48));
    let scene = Scene::of(hall(1, offers));
    let ann = scene.books(scene.one(1));
    let bob = scene.waits(scene.one(2), 0);
    scene.does(CloseBooking::new(scene.on));
    assert!(scene.cancels(ann).outcome.offered.is_empty());
    assert_eq!(scene.status(bob), "waiting");
}

#[test]
fn a_raised_limit_that_promotes_past_approval() {
    let approved =
        |place: Offering| place.approval(Approval { pending_uses_places: false, decide_within: None });
    let scene = Scene::of(hall(1, approved));
    let (ann, uses_places) = scene.asks(scene.one(1));
    assert!(!uses_places);
    let raised = scene.set_capacity(5);
    assert!(raised.outcome.promoted.is_empty() && kinds(&raised.facts) == ["capacity"]);
    assert_eq!(scene.status(ann), "pending", "nobody has said yes");
}

#[test]
fn a_newcomer_taking_the_freed_place_past_the_line() {
    let offers = |place: Offering| place.line(LinePolicy::offering_for_hours(24));
    let scene = Scene::of(hall(1, offers).pool(Pool::new(STREAM, "stream", 1)));
    let ann = scene.books(scene.one(1));
    let bob = scene.waits(scene.one(2), 0);
    drop(scene.cancels(ann));
    assert_eq!(scene.status(bob), "offered");
    scene.waits(scene.one(3), 0);
    // The offer lapses and nobody writes that down: the next who comes does, and stands behind the line all the same.
    scene.after(TimeDelta::hours(24));
    let receipt = scene.receives(scene.one(4));
    assert_eq!(kinds(&receipt.facts), ["ended", "offered", "waitlisted"]);

    // A place is free that the first in line cannot use yet: it is theirs all the same.
    let scene = Scene::with_places(3);
    let ann = scene.books(scene.one(1));
    scene.books(scene.party(2, 2));
    let family = scene.waits(scene.party(3, 2), 0);
    drop(scene.cancels(ann));
    let newcomer = scene.waits(scene.one(4), 1);
    assert_eq!((scene.left(), scene.line()), (1, vec![family, newcomer]));
}

#[test]
fn waiting_at_11_of_12() {
    let scene = Scene::with_places(12);
    let family = scene.books(scene.party(1, 10));
    scene.books(scene.one(2));
    scene.books(scene.one(3));
    let waiting = scene.waits(scene.one(4), 0);
    scene.does(gather::ChangeParty::new(family).without(10));
    assert_eq!((scene.status(waiting), scene.used()), ("confirmed", 12), "the twelfth place is given");
}

#[test]
fn capacity_0_taken_for_unlimited() {
    let scene = Scene::with_places(0);
    assert_eq!(scene.refused(scene.one(1)), "never_fits");
    drop(scene.set_capacity(1));
    scene.books(scene.one(1));
    let waiting = scene.waits(scene.one(2), 0);
    let lowered = scene.receives(ChangeCapacity::new(scene.on, 0).keep_all());
    assert!(lowered.outcome.promoted.is_empty());
    assert_eq!(scene.status(waiting), "waiting");
    assert_eq!(scene.set_capacity(Capacity::Unlimited).outcome.promoted, [waiting]);
}

#[test]
fn bookings_counted_instead_of_people() {
    let scene = Scene::with_places(4);
    scene.books(scene.party(1, 3));
    assert_eq!((scene.used(), scene.left()), (3, 1));
    scene.waits(scene.party(2, 2), 0);
}

#[test]
fn quantity_checked_line_by_line_not_summed() {
    let scene = with_other(3, [HALL]);
    let both = |person| {
        let parts = [scene.party(person, 2).offering(PLACE), scene.party(person + 1, 2).offering(OTHER)];
        parts.into_iter().fold(Basket::new(), Basket::part)
    };
    let refusal = scene.refuses(both(1));
    assert!(matches!(&refusal, Refusal::NeverFits { short } if (short[0].wanted, short[0].free) == (4, 3)));
    drop(scene.set_capacity(4));
    scene.books(scene.one(9).offering(PLACE));
    assert_eq!(scene.refused(both(1)), "full");
    assert_eq!(scene.used(), 1, "nothing of it was taken");
}

#[test]
fn changed_capacity_that_leaves_list_and_line_untouched() {
    let scene = Scene::with_places(1);
    scene.books(scene.one(1));
    let [bob, cleo] = [2, 3].map(|person| scene.waits(scene.one(person), u32::from(person) - 2));
    assert_eq!(scene.set_capacity(2).outcome.promoted, [bob]);
    let list = scene.desk.attendee_list(scene.on).unwrap();
    assert_eq!((list.rows().len(), list.pools()[0].limit), (2, Capacity::Limited(2)));
    assert_eq!((scene.used(), scene.left(), scene.line()), (2, 0, vec![cleo]));
}

#[test]
fn the_same_person_twice_by_a_double_submit() {
    let scene = Scene::with_places(5);
    let once = RequestId::from_u128(1);
    let send = || scene.desk.request(once).execute(scene.one(1)).unwrap();
    let (first, second) = (send(), send());
    assert_eq!((first.outcome, first.repeated, second.repeated), (second.outcome, false, true));
    // Without the request's id it is the same person, and still not two places.
    assert_eq!(scene.refused(scene.one(1)), "already_registered");
    assert_eq!(scene.used(), 1);
}

#[test]
fn offline_scans_dropped_as_duplicates() {
    let scene = Scene::with_places(5);
    let family = scene.books(scene.party(1, 2));
    // A scanner without a connection read both tickets of the family, and one of them again after the break.
    let scan = |place, time: &str| {
        let seen = RecordPresence::new(family, Presence::Attended).place(place).seen_at(at(time));
        seen.source(PresenceSource::Door)
    };
    let scans =
        [scan(1, "2027-03-20T09:58:00Z"), scan(2, "2027-03-20T09:58:00Z"), scan(1, "2027-03-20T13:02:00Z")];
    scene.set_clock("2027-03-20T18:00:00Z");
    for (nth, scan) in (1..).zip(scans) {
        let send = || scene.desk.request(RequestId::from_u128(nth)).execute(scan).unwrap();
        let (first, again) = (send(), send());
        assert_eq!((first.outcome, first.facts.len()), (Seen::Counted, 1), "each scan is kept");
        assert!(again.repeated, "and sent twice it is the same scan");
    }
    assert_eq!(scene.desk.attendee_list(scene.on).unwrap().presence().attended, 2);
}

#[test]
fn the_last_scan_to_arrive_taken_for_the_latest() {
    let scene = Scene::with_places(5);
    let ann = scene.books(scene.one(1));
    scene.set_clock("2027-03-20T18:00:00Z");
    let scan = |presence, time: &str| RecordPresence::new(ann, presence).seen_at(at(time));
    let mut scans = [
        scan(Presence::Attended, "2027-03-20T09:58:00Z"),
        scan(Presence::Late, "2027-03-20T10:20:00Z"),
        scan(Presence::Excused, "2027-03-20T09:00:00Z"),
    ];
    for _ in 0..3 {
        scans.rotate_left(1);
        for scan in scans {
            assert_eq!(scene.does(scan), Seen::Counted);
        }
        let presence = scene.desk.attendee_list(scene.on).unwrap().rows()[0].presence;
        assert_eq!(presence, Presence::Late, "the one that was seen latest, however they arrive");
    }
}

#[test]
fn a_cancelled_gathering_whose_entry_and_join_link_stay() {
    let webinar = Gathering::webinar("Talk").at(crate::scene::day("2027-03-20 10:00 to 11:00")).places(1);
    let scene = Scene::of(webinar.join_link(JoinLink::new("https://meet.example/talk")));
    let ann = scene.books(scene.one(1));
    let bob = scene.waits(scene.one(2), 0);
    assert!(scene.desk.agenda(person_id(1)).join_link(ann).is_some());
    scene.does(CancelGathering::new(scene.on));
    assert!(scene.desk.agenda(person_id(1)).join_link(ann).is_none());
    let feed = scene.desk.calendar(person_id(1)).to_string();
    assert!(feed.contains("STATUS:CANCELLED") && !feed.contains("meet.example"), "{feed}");
    assert!(scene.desk.whats_on().rows().is_empty());
    assert_eq!(
        (scene.status(ann), scene.status(bob)),
        ("cancelled_with_gathering", "cancelled_with_gathering")
    );
}
