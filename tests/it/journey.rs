//! The whole journey through the desk, and by name the bugs that others had.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test names what it waits for")]

use std::sync::Arc;
use std::thread;

use chrono::{DateTime, TimeDelta, Utc};
use gather::log::{self, Anchor, Batch, Log, MemoryLog, Page};
use gather::privacy::MemoryVault;
use gather::testkit::{TestClock, epoch, person_id};
use gather::{
    Answers, CancelRegistration, Capacity, Change, ChangeCapacity, Desk, Gathering, GatheringId,
    LayoutProblem, Mode, Offering, OfferingId, PersonDetails, PersonId, Pool, PoolId, Position, RecordPerson,
    Refusal, Register, Registered, RegistrationId, RequestId, Schedule, Transfer, Venue,
};

use crate::service::Service;

const IN_PERSON: OfferingId = OfferingId::new(1);
const ONLINE: OfferingId = OfferingId::new(2);
const VISIT: OfferingId = OfferingId::new(3);
const HALL: PoolId = PoolId::new(1);
const STREAM: PoolId = PoolId::new(2);
const BUS: PoolId = PoolId::new(3);

/// A gathering in two days' time, at a desk whose clock stands at the epoch.
struct Fair {
    desk: Desk,
    gathering: GatheringId,
}

impl Fair {
    fn of(gathering: Gathering) -> Self {
        let desk = Desk::builder().clock(TestClock::at(epoch())).in_memory();
        let gathering = desk.announce(gathering.at(in_two_days())).unwrap().outcome;
        Self { desk, gathering }
    }

    /// With one offering and one pool.
    fn with_places(places: impl Into<Capacity>) -> Self {
        Self::of(Gathering::meeting("Fair", Venue::new("Hub")).places(places))
    }

    /// In person (draws on the hall), online (on the stream) and a visit (on the hall and the bus).
    fn with_visit(hall: u32, stream: u32, bus: u32) -> Self {
        let gathering = Gathering::conference("Fair", Venue::new("Hub"))
            .online_too()
            .pool(Pool::new(HALL, "hall", hall))
            .pool(Pool::new(STREAM, "stream", stream))
            .pool(Pool::new(BUS, "bus", bus))
            .offering(Offering::new(IN_PERSON, "in person", [HALL]))
            .offering(Offering::new(ONLINE, "online", [STREAM]))
            .offering(Offering::new(VISIT, "visit", [HALL, BUS]));
        Self::of(gathering)
    }

    fn ask(&self, party: Register) -> Registered {
        self.desk.execute(party).unwrap().outcome
    }

    /// One person for the only offering.
    fn one(&self, person: u8) -> Registered {
        self.ask(self.party(person, 1))
    }

    /// One person for one of several.
    fn one_for(&self, offering: OfferingId, person: u8) -> Registered {
        self.ask(self.party(person, 1).offering(offering))
    }

    fn party(&self, booker: u8, people: u16) -> Register {
        Register::new(self.gathering, person_id(booker)).unnamed_guests(people - 1)
    }

    fn refused(&self, party: Register) -> Refusal {
        let failure = self.desk.execute(party).expect_err("it was to be refused");
        failure.refusal().expect("the desk can work").clone()
    }

    fn cancel(&self, registration: RegistrationId) -> Vec<RegistrationId> {
        self.desk.cancel_registration(registration).unwrap().outcome.promoted
    }

    fn set_capacity(&self, pool: PoolId, capacity: impl Into<Capacity>) -> Vec<RegistrationId> {
        self.desk.execute(ChangeCapacity::new(self.gathering, capacity).pool(pool)).unwrap().outcome.promoted
    }

    fn attending(&self) -> Vec<RegistrationId> {
        let list = self.desk.attendee_list(self.gathering).unwrap();
        list.rows().iter().map(|row| row.registration).collect()
    }

    fn bookers(&self) -> Vec<PersonId> {
        self.desk.attendee_list(self.gathering).unwrap().rows().iter().map(|row| row.booker).collect()
    }

    fn waiting(&self) -> Vec<RegistrationId> {
        let list = self.desk.waiting_list(self.gathering).unwrap();
        list.rows().iter().map(|row| row.registration).collect()
    }

    fn taken(&self, pool: PoolId) -> u64 {
        let list = self.desk.attendee_list(self.gathering).unwrap();
        list.pools().iter().find(|count| count.pool == pool).unwrap().taken
    }

    /// The places left in an offering, as the public sees them.
    fn left(&self, offering: OfferingId) -> Option<i64> {
        let on = self.desk.whats_on();
        let row = on.rows().iter().find(|row| row.gathering == self.gathering).unwrap();
        row.offerings.iter().find(|one| one.offering == offering).unwrap().left
    }
}

fn in_two_days() -> Schedule {
    let start = (epoch() + TimeDelta::days(2)).naive_utc();
    Schedule::exact(start, start + TimeDelta::hours(3), "UTC").unwrap()
}

fn confirmed(registered: Registered) -> RegistrationId {
    assert!(registered.is_confirmed(), "{registered:?}");
    registered.registration()
}

fn waits_behind(registered: Registered, behind: u32) -> RegistrationId {
    match registered {
        Registered::Waiting { registration, ahead } => {
            assert_eq!(ahead, behind);
            registration
        }
        Registered::Confirmed { .. } | Registered::Pending { .. } => panic!("was to wait: {registered:?}"),
    }
}

#[test]
fn the_whole_journey() {
    let fair = Fair::with_places(2);
    let ann = confirmed(fair.one(1));
    let bob = confirmed(fair.one(2));
    let cleo = waits_behind(fair.one(3), 0);
    let dan = waits_behind(fair.one(4), 1);
    assert_eq!((fair.attending(), fair.waiting()), (vec![ann, bob], vec![cleo, dan]));

    assert_eq!(fair.cancel(ann), [cleo]);
    assert_eq!((fair.attending(), fair.waiting()), (vec![bob, cleo], vec![dan]));

    assert_eq!(fair.desk.cancel_gathering(fair.gathering).unwrap().outcome, Change::Made);
    assert_eq!((fair.attending(), fair.waiting()), (vec![], vec![]));
    assert_eq!(fair.refused(fair.party(5, 1)).code(), "gathering_cancelled");
    assert!(fair.desk.whats_on().rows().is_empty());
}

#[test]
fn a_place_is_not_released_twice() {
    let fair = Fair::with_places(2);
    let (ann, _) = (confirmed(fair.one(1)), confirmed(fair.one(2)));
    let (cleo, dan) = (waits_behind(fair.one(3), 0), waits_behind(fair.one(4), 1));
    assert_eq!(fair.cancel(ann), [cleo]);

    let again = fair.desk.cancel_registration(ann).expect_err("it has ended");
    assert_eq!(again.refusal().unwrap().code(), "registration_ended");
    assert_eq!((fair.taken(HALL), fair.waiting()), (2, vec![dan]));
}

#[test]
fn a_cancellation_sent_twice_frees_one_place() {
    let fair = Fair::with_places(2);
    let (ann, _) = (confirmed(fair.one(1)), confirmed(fair.one(2)));
    let (cleo, dan) = (waits_behind(fair.one(3), 0), waits_behind(fair.one(4), 1));
    let request = RequestId::from_u128(1);
    let send = || fair.desk.request(request).execute(CancelRegistration::new(ann)).unwrap();
    let (first, second) = (send(), send());
    assert_eq!((first.repeated, second.repeated), (false, true));
    assert_eq!((first.outcome.promoted, second.outcome.promoted), (vec![cleo], vec![cleo]));
    assert_eq!(fair.waiting(), [dan]);
}

#[test]
fn cancelling_frees_the_places_of_the_whole_party() {
    let fair = Fair::with_places(3);
    let family = confirmed(fair.ask(fair.party(1, 3)));
    assert_eq!(fair.left(IN_PERSON), Some(0));
    assert_eq!(fair.cancel(family), []);
    assert_eq!((fair.taken(HALL), fair.left(IN_PERSON)), (0, Some(3)));
    confirmed(fair.ask(fair.party(2, 3)));
}

#[test]
fn cancelling_frees_every_pool_that_was_drawn_on() {
    let fair = Fair::with_visit(2, 2, 2);
    let visitors = confirmed(fair.ask(fair.party(1, 2).offering(VISIT)));
    fair.cancel(visitors);
    assert_eq!([fair.taken(HALL), fair.taken(STREAM), fair.taken(BUS)], [0, 0, 0]);
}

#[test]
fn who_waits_frees_no_place_by_leaving() {
    let fair = Fair::with_places(1);
    confirmed(fair.one(1));
    let (bob, cleo) = (waits_behind(fair.one(2), 0), waits_behind(fair.one(3), 1));
    assert_eq!(fair.cancel(bob), []);
    assert_eq!((fair.taken(HALL), fair.waiting()), (1, vec![cleo]));
}

#[test]
fn a_full_pool_blocks_no_offering_that_does_not_draw_on_it() {
    let fair = Fair::with_visit(1, 5, 1);
    confirmed(fair.one_for(IN_PERSON, 1));
    waits_behind(fair.one_for(IN_PERSON, 2), 0);
    confirmed(fair.one_for(ONLINE, 3));
    assert_eq!((fair.left(IN_PERSON), fair.left(ONLINE)), (Some(0), Some(4)));
}

#[test]
fn a_place_needs_room_in_every_pool_and_takes_none_of_one_alone() {
    let fair = Fair::with_visit(5, 5, 1);
    confirmed(fair.one_for(VISIT, 1));
    waits_behind(fair.one_for(VISIT, 2), 0);
    assert_eq!((fair.taken(HALL), fair.taken(BUS)), (1, 1));
    // Who waits for the bus is in nobody's way in the hall, where there is room for both.
    confirmed(fair.one_for(IN_PERSON, 3));
}

#[test]
fn one_freed_place_in_a_shared_pool_is_given_once() {
    let fair = Fair::with_visit(1, 0, 5);
    let first = confirmed(fair.one_for(IN_PERSON, 1));
    let visitor = waits_behind(fair.one_for(VISIT, 2), 0);
    let guest = waits_behind(fair.one_for(IN_PERSON, 3), 0);
    assert_eq!(fair.cancel(first), [visitor]);
    assert_eq!((fair.taken(HALL), fair.waiting()), (1, vec![guest]));
}

#[test]
fn who_leaves_is_gone_before_the_line_moves_up() {
    let fair = Fair::with_places(1);
    let ann = confirmed(fair.one(1));
    let bob = waits_behind(fair.one(2), 0);
    let receipt = fair.desk.cancel_registration(ann).unwrap();
    assert_eq!(receipt.outcome.promoted, [bob], "in the same decision");
    let told: Vec<_> = receipt.facts.iter().map(kind).collect();
    assert_eq!(told, ["ended", "promoted"]);
    assert_eq!(fair.attending(), [bob]);
}

fn kind(fact: &gather::Fact) -> &'static str {
    match fact {
        gather::Fact::RegistrationEnded { .. } => "ended",
        gather::Fact::RegistrationPromoted { .. } => "promoted",
        _ => "something else",
    }
}

#[test]
fn a_head_that_leaves_the_line_lets_those_behind_move_up() {
    let fair = Fair::with_places(3);
    confirmed(fair.ask(fair.party(1, 2)));
    let family = waits_behind(fair.ask(fair.party(2, 3)), 0);
    let single = waits_behind(fair.one(3), 1);
    assert_eq!(fair.cancel(family), [single]);
}

#[test]
fn a_newcomer_does_not_take_a_freed_place_past_the_line() {
    let fair = Fair::with_places(3);
    let ann = confirmed(fair.one(1));
    confirmed(fair.ask(fair.party(2, 2)));
    let family = waits_behind(fair.ask(fair.party(3, 2)), 0);
    assert_eq!(fair.cancel(ann), [], "one place is not two");
    assert_eq!(fair.left(IN_PERSON), Some(1));
    let newcomer = waits_behind(fair.one(4), 1);
    assert_eq!(fair.waiting(), [family, newcomer]);
}

#[test]
fn a_newcomer_for_another_offering_does_not_take_what_a_line_waits_for() {
    let fair = Fair::with_visit(3, 0, 3);
    confirmed(fair.ask(fair.party(1, 2).offering(IN_PERSON)));
    let visitors = waits_behind(fair.ask(fair.party(2, 2).offering(VISIT)), 0);
    let newcomer = waits_behind(fair.one_for(IN_PERSON, 3), 0);
    assert_eq!(fair.left(IN_PERSON), Some(1), "it is kept for those who came first");
    assert_eq!(fair.set_capacity(HALL, 4), [visitors]);
    assert_eq!(fair.waiting(), [newcomer]);
}

#[test]
fn an_offering_without_a_line_says_that_others_come_first() {
    let gathering = Gathering::new(gather::GatheringKind::Visit, "Visit", Mode::InPerson(Venue::new("Hub")))
        .pool(Pool::new(HALL, "hall", 3))
        .offering(Offering::new(IN_PERSON, "in person", [HALL]).without_waiting_list())
        .offering(Offering::new(VISIT, "visit", [HALL]));
    let fair = Fair::of(gathering);
    confirmed(fair.ask(fair.party(1, 2).offering(IN_PERSON)));
    waits_behind(fair.ask(fair.party(2, 2).offering(VISIT)), 0);

    let alone = fair.refused(fair.party(3, 1).offering(IN_PERSON));
    assert_eq!(alone, Refusal::LineFirst { held: vec![HALL] });
    // And a party for which there is no room is not told that a smaller one would do.
    match fair.refused(fair.party(3, 2).offering(IN_PERSON)) {
        Refusal::Full { largest, .. } => assert_eq!(largest, 0),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_full_pool_says_the_largest_party_that_it_takes() {
    let gathering = Gathering::meeting("Fair", Venue::new("Hub"))
        .pool(Pool::new(HALL, "hall", 4))
        .offering(Offering::new(IN_PERSON, "in person", [HALL]).without_waiting_list());
    let fair = Fair::of(gathering);
    confirmed(fair.one(1));
    match fair.refused(fair.party(2, 4)) {
        Refusal::Full { short, largest, .. } => assert_eq!((largest, short[0].missing()), (3, 1)),
        other => panic!("{other:?}"),
    }
    confirmed(fair.ask(fair.party(2, 3)));
}

#[test]
fn no_places_is_not_unlimited() {
    let fair = Fair::with_places(0);
    assert_eq!(fair.refused(fair.party(1, 1)).code(), "never_fits");
    assert_eq!(fair.left(IN_PERSON), Some(0));
    assert_eq!(fair.attending(), []);
}

#[test]
fn lowered_to_none_is_none() {
    let fair = Fair::with_places(1);
    fair.set_capacity(HALL, 0);
    assert_eq!(fair.refused(fair.party(1, 1)).code(), "never_fits");
}

#[test]
fn unlimited_takes_everybody() {
    let fair = Fair::with_places(Capacity::Unlimited);
    for person in 0..40 {
        confirmed(fair.ask(fair.party(person, 10)));
    }
    assert_eq!((fair.taken(HALL), fair.left(IN_PERSON)), (400, None));
}

#[test]
fn people_are_counted_not_bookings() {
    let fair = Fair::with_places(4);
    confirmed(fair.ask(fair.party(1, 3)));
    assert_eq!((fair.taken(HALL), fair.left(IN_PERSON)), (3, Some(1)));
    waits_behind(fair.ask(fair.party(2, 2)), 0);
    assert_eq!(fair.desk.attendee_list(fair.gathering).unwrap().rows().len(), 3);
}

#[test]
fn a_party_is_checked_as_a_whole() {
    let fair = Fair::with_places(3);
    let named = fair.party(1, 1).guest(person_id(2)).unnamed_guests(2);
    assert_eq!(fair.refused(named).code(), "never_fits", "each of the four alone would fit");
    confirmed(fair.one(5));
    let three = fair.party(1, 1).guest(person_id(2)).unnamed_guests(1);
    waits_behind(fair.ask(three), 0);
    assert_eq!(fair.taken(HALL), 1, "nobody of it has a place already");
}

#[test]
fn exactly_the_places_there_are_fit() {
    let fair = Fair::with_places(12);
    confirmed(fair.ask(fair.party(1, 10)));
    confirmed(fair.one(2));
    confirmed(fair.one(3));
    waits_behind(fair.one(4), 0);
    assert_eq!(fair.taken(HALL), 12);
}

#[test]
fn a_raised_capacity_moves_the_line_up_at_once() {
    let fair = Fair::with_places(1);
    let ann = confirmed(fair.one(1));
    let bob = waits_behind(fair.one(2), 0);
    let cleo = waits_behind(fair.one(3), 1);
    let dan = waits_behind(fair.one(4), 2);
    assert_eq!(fair.set_capacity(HALL, 3), [bob, cleo]);
    assert_eq!((fair.attending(), fair.waiting()), (vec![ann, bob, cleo], vec![dan]));
    assert_eq!(fair.set_capacity(HALL, Capacity::Unlimited), [dan]);
}

#[test]
fn a_raised_capacity_lets_in_nobody_of_whom_there_are_too_many() {
    let fair = Fair::with_places(2);
    confirmed(fair.ask(fair.party(1, 2)));
    let pair = waits_behind(fair.ask(fair.party(2, 2)), 0);
    let single = waits_behind(fair.one(3), 1);
    assert_eq!(fair.set_capacity(HALL, 3), [], "the pair is first, and is two");
    assert_eq!(fair.waiting(), [pair, single]);
    assert_eq!(fair.set_capacity(HALL, 4), [pair]);
}

#[test]
fn a_raised_capacity_lets_nobody_into_a_gathering_called_off() {
    let fair = Fair::with_places(1);
    confirmed(fair.one(1));
    waits_behind(fair.one(2), 0);
    assert_eq!(fair.desk.cancel_gathering(fair.gathering).unwrap().outcome, Change::Made);
    let command = ChangeCapacity::new(fair.gathering, 5).pool(HALL);
    let refusal = fair.desk.execute(command).expect_err("called off");
    assert_eq!(refusal.refusal().unwrap().code(), "gathering_cancelled");
    assert_eq!(fair.attending(), []);
}

#[test]
fn lowering_the_capacity_takes_nobody_s_place() {
    let fair = Fair::with_places(3);
    confirmed(fair.ask(fair.party(1, 2)));
    let refused =
        fair.desk.execute(ChangeCapacity::new(fair.gathering, 1).pool(HALL)).expect_err("two are in");
    match refused.refusal() {
        Some(Refusal::BelowUsed { asked: 1, used: 2, .. }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(fair.set_capacity(HALL, 2), []);
    assert_eq!((fair.taken(HALL), fair.left(IN_PERSON)), (2, Some(0)));
}

#[test]
fn a_double_submit_books_once() {
    let fair = Fair::with_places(5);
    let request = RequestId::from_u128(7);
    let send = || fair.desk.request(request).execute(fair.party(1, 1)).unwrap();
    let (first, second) = (send(), send());
    assert_eq!((first.repeated, second.repeated), (false, true));
    assert_eq!((first.outcome, first.position), (second.outcome, second.position));
    assert_eq!(fair.bookers(), [person_id(1)]);
}

#[test]
fn the_same_person_books_once_even_under_two_request_ids() {
    let fair = Fair::with_places(5);
    let held = confirmed(fair.one(1));
    let already = Refusal::AlreadyRegistered { person: person_id(1), registration: held };
    assert_eq!(fair.refused(fair.party(1, 1)), already);
    // Nor as somebody's guest.
    assert_eq!(fair.refused(fair.party(2, 1).guest(person_id(1))), already);
    assert_eq!(fair.taken(HALL), 1);
}

#[test]
fn a_double_submit_from_many_threads_books_once() {
    let fair = Fair::with_places(5);
    let request = RequestId::from_u128(7);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| fair.desk.request(request).execute(fair.party(1, 1)).unwrap());
        }
    });
    assert_eq!(fair.bookers(), [person_id(1)]);
}

#[test]
fn many_at_once_get_no_more_places_than_there_are() {
    let fair = Fair::with_places(5);
    thread::scope(|scope| {
        for person in 0..16 {
            let fair = &fair;
            scope.spawn(move || fair.one(person));
        }
    });
    assert_eq!((fair.attending().len(), fair.waiting().len()), (5, 11));
}

#[test]
fn the_first_in_line_is_served_first() {
    let fair = Fair::with_places(1);
    let mut holder = confirmed(fair.one(1));
    let line: Vec<_> = (2..6).map(|person| fair.one(person).registration()).collect();
    for next in line {
        assert_eq!(fair.cancel(holder), [next]);
        holder = next;
    }
}

#[test]
fn who_came_first_is_served_first_across_lines() {
    let fair = Fair::with_visit(2, 0, 2);
    let first = confirmed(fair.ask(fair.party(1, 2).offering(IN_PERSON)));
    let visitor = waits_behind(fair.one_for(VISIT, 2), 0);
    let guest = waits_behind(fair.one_for(IN_PERSON, 3), 0);
    let late_visitor = waits_behind(fair.one_for(VISIT, 4), 1);
    assert_eq!(fair.cancel(first), [visitor, guest]);
    assert_eq!(fair.waiting(), [late_visitor]);
}

#[test]
fn who_is_short_of_a_pool_has_it_kept_from_later_heads_of_other_lines() {
    let fair = Fair::with_visit(4, 0, 4);
    let first = confirmed(fair.ask(fair.party(1, 2).offering(IN_PERSON)));
    let second = confirmed(fair.ask(fair.party(2, 2).offering(IN_PERSON)));
    let visitors = waits_behind(fair.ask(fair.party(3, 3).offering(VISIT)), 0);
    let guest = waits_behind(fair.one_for(IN_PERSON, 4), 0);
    assert_eq!(
        fair.cancel(first),
        [],
        "two places in the hall: too few for the visitors, and not for others"
    );
    assert_eq!(fair.waiting(), [guest, visitors]);
    assert_eq!(fair.cancel(second), [visitors, guest]);
}

#[test]
fn who_waits_for_something_else_does_not_hold_up_the_rest() {
    let fair = Fair::with_visit(1, 0, 1);
    let hall = confirmed(fair.one_for(VISIT, 1));
    let visitor = waits_behind(fair.one_for(VISIT, 2), 0);
    let guest = waits_behind(fair.one_for(IN_PERSON, 3), 0);
    // A place in the hall alone is no help to the visitor, who came first: it is short of the bus, not of the hall.
    assert_eq!(fair.set_capacity(HALL, 2), [guest]);
    assert_eq!(fair.cancel(hall), [visitor]);
}

#[test]
fn leaving_and_joining_again_is_at_the_end() {
    let fair = Fair::with_places(1);
    confirmed(fair.one(1));
    let (bob, cleo) = (waits_behind(fair.one(2), 0), waits_behind(fair.one(3), 1));
    fair.cancel(bob);
    let bob_again = waits_behind(fair.one(2), 1);
    assert_eq!(fair.waiting(), [cleo, bob_again]);
}

#[test]
fn whoever_cancels_may_book_anew() {
    let fair = Fair::with_places(1);
    let first = confirmed(fair.one(1));
    fair.cancel(first);
    assert_ne!(confirmed(fair.one(1)), first);
}

#[test]
fn nobody_is_let_in_when_it_is_over() {
    let fair = Fair::with_places(1);
    let ann = confirmed(fair.one(1));
    let bob = waits_behind(fair.one(2), 0);
    let after: DateTime<Utc> = epoch() + TimeDelta::days(3);
    let late = || fair.desk.at(after).ahead_of_clock();
    let refusal = late().execute(CancelRegistration::new(ann)).expect_err("over");
    assert_eq!(refusal.refusal().unwrap().code(), "gathering_over");
    let raised = late().execute(ChangeCapacity::new(fair.gathering, 5).pool(HALL)).unwrap();
    assert_eq!(raised.outcome.promoted, []);
    assert_eq!(fair.waiting(), [bob]);
}

/// Which pool is meant must be said where there are several: a hall is not the coach.
#[test]
fn a_capacity_is_changed_only_where_it_is_clear_which() {
    let desk = Desk::in_memory();
    let (hall, coach) = (PoolId::new(1), PoolId::new(2));
    let draft = Gathering::conference("Two pools", Venue::new("Hub"))
        .pool(Pool::new(hall, "hall", 120))
        .pool(Pool::new(coach, "coach", 16))
        .offering(Offering::new(OfferingId::new(1), "both", [hall, coach]));
    let gathering = desk.announce(draft).unwrap().outcome;
    let refused = desk.execute(ChangeCapacity::new(gathering, 5)).unwrap_err();
    assert_eq!(refused.refusal().map(Refusal::code), Some("which_pool"));
    let _ = desk.execute(ChangeCapacity::new(gathering, 5).pool(coach)).unwrap();
    let pools = desk.attendee_list(gathering).unwrap().pools().to_vec();
    assert_eq!(pools.iter().map(|pool| pool.capacity).collect::<Vec<_>>(), [120.into(), 5.into()]);
}

/// Two desks over one log and one vault, and a gathering with one place that both know.
struct Twins {
    left: Desk,
    right: Desk,
    gathering: GatheringId,
}

impl Twins {
    fn new() -> Self {
        let (log, vault) = (Arc::new(MemoryLog::new()), Arc::new(Service::default()));
        Self::over(&log, &vault)
    }

    fn over(log: &Arc<MemoryLog>, vault: &Arc<Service>) -> Self {
        let desk = || {
            let (log, vault) = (Arc::clone(log), Arc::<Service>::clone(vault));
            Desk::builder().clock(TestClock::at(epoch())).over(log, vault).unwrap()
        };
        let (left, right) = (desk(), desk());
        let gathering = Gathering::meeting("Fair", Venue::new("Hub")).places(1).at(in_two_days());
        let gathering = left.announce(gathering).unwrap().outcome;
        right.refresh().unwrap();
        Self { left, right, gathering }
    }
}

fn ann() -> RecordPerson {
    RecordPerson::new(PersonDetails::new("Ann Example"))
}

#[test]
fn what_another_desk_booked_is_not_passed_over() {
    let Twins { left, right, gathering } = Twins::new();
    assert!(left.register(gathering, person_id(1)).unwrap().outcome.is_confirmed());
    // This reads nothing that the other desk has touched, so the log takes it from a desk that is behind.
    let receipt = right.execute(ann()).unwrap();
    assert_eq!(receipt.position, right.position());
    assert_eq!(right.attendee_list(gathering).unwrap().rows().len(), 1);
    assert!(!right.register(gathering, person_id(2)).unwrap().outcome.is_confirmed());
}

#[test]
fn a_request_that_another_desk_answered_gets_that_answer() {
    let Twins { left, right, gathering } = Twins::new();
    let request = RequestId::from_u128(77);
    let first = left.request(request).execute(ann()).unwrap();
    let again = right.request(request).execute(ann()).unwrap();
    assert!(again.repeated);
    assert_eq!((again.outcome, again.position), (first.outcome, first.position));

    let request = RequestId::from_u128(78);
    let booked = left.request(request).execute(Register::new(gathering, person_id(1))).unwrap();
    let other = right.request(request).execute(ann()).expect_err("the request was for something else");
    assert_eq!(other.refusal(), Some(&Refusal::RequestReused { request }));
    assert_eq!(right.position(), booked.position);
}

#[test]
fn three_desks_at_once_give_no_place_twice_and_refuse_nobody() {
    let (log, vault) = (Arc::new(MemoryLog::new()), Arc::new(Service::default()));
    let Twins { left, right, gathering } = Twins::over(&log, &vault);
    let _ = left.execute(ChangeCapacity::new(gathering, 20)).unwrap();
    let desks = [left, right, Desk::builder().clock(TestClock::at(epoch())).over(log, vault).unwrap()];
    let confirmed: usize = thread::scope(|scope| {
        let book = |desk: &Desk| {
            let person = desk.execute(ann()).unwrap().outcome;
            desk.register(gathering, person).unwrap().outcome.is_confirmed()
        };
        let threads = desks.iter().cycle().take(12);
        let threads: Vec<_> =
            threads.map(|desk| scope.spawn(move || (0..5).filter(|_| book(desk)).count())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(confirmed, 20);
    for desk in desks {
        desk.refresh().unwrap();
        assert_eq!(desk.attendee_list(gathering).unwrap().rows().len(), 20);
        assert_eq!(desk.waiting_list(gathering).unwrap().rows().len(), 40);
    }
}

#[test]
fn where_keys_are_out_of_reach_nothing_is_stored_and_the_same_request_is_done_later() {
    let (log, vault) = (Arc::new(MemoryLog::new()), Arc::new(Service::default()));
    let Twins { left, right, gathering } = Twins::over(&log, &vault);
    let _ = left.execute(ann()).unwrap();

    vault.set_down(true);
    let request = RequestId::from_u128(5);
    let booking = Register::new(gathering, person_id(1));
    // What others have stored names a key that cannot be asked about, and comes before whatever is decided now.
    let head = log.anchor().unwrap();
    let failure = right.request(request).execute(booking.clone()).unwrap_err();
    assert_eq!(failure.to_string(), "the service is down");
    assert_eq!(failure.fault().unwrap().was_written(), Some(false));
    assert_eq!(log.anchor().unwrap(), head);

    vault.set_down(false);
    let booked = right.request(request).execute(booking).unwrap();
    assert!(!booked.repeated && booked.outcome.is_confirmed());
    assert_eq!(right.position(), booked.position);
}

#[test]
fn the_ends_of_the_calendar_are_times_like_others() {
    for end in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let desk = Desk::builder().clock(TestClock::at(end)).in_memory();
        let talk = desk.announce(Gathering::webinar("Talk").places(1)).unwrap().outcome;
        let _ = desk.open_booking(talk).unwrap();
        let early = desk.at(DateTime::<Utc>::MIN_UTC);
        for person in [person_id(1), person_id(2)] {
            let _ = early.execute(Register::new(talk, person)).unwrap();
        }
        let dated = early.execute(Gathering::webinar("Dated").at(in_new_york()).places(1)).unwrap().outcome;
        let _ = early.execute(Register::new(dated, person_id(1))).unwrap();
        let list = desk.attendee_list(dated).unwrap().with_names(|_| None).to_string();
        assert!(list.contains("-262143-01-01 00:00"), "{list}");
        let lines = [desk.whats_on().to_string(), desk.agenda(person_id(1)).to_string()];
        assert!(lines.iter().all(|list| list.contains("Talk")), "{lines:?}");
        assert!(desk.calendar(person_id(1)).to_string().contains("SUMMARY:Dated"));
    }
}

fn in_new_york() -> Schedule {
    "2099-03-05 14:00 to 15:30 America/New_York".parse().unwrap()
}

#[test]
fn offerings_that_name_too_many_pools_are_refused() {
    let desk = Desk::in_memory();
    let pools = (1..=101).map(PoolId::new);
    let offering = |number| Offering::new(OfferingId::new(number), "visit", pools.clone());
    let with_pools = Gathering::visit("Tour", Venue::new("Hub"));
    let with_pools = pools.clone().fold(with_pools, |tour, pool| tour.pool(Pool::new(pool, "bus", 9)));
    let tour = |offerings| (1..=offerings).fold(with_pools.clone(), |tour, nth| tour.offering(offering(nth)));
    let failure = desk.announce(tour(100)).expect_err("10,100 are too many");
    let limit = LayoutProblem::TooManyDraws { limit: 10_000 };
    assert_eq!(failure.refusal(), Some(&Refusal::Layout(limit)));
    assert!(desk.announce(tour(99)).is_ok());
}

#[test]
fn more_promotions_than_a_batch_holds_are_refused_and_done_in_steps() {
    let desk = Desk::builder().clock(TestClock::at(epoch())).in_memory();
    let talk = Gathering::webinar("Talk").places(1).at(in_two_days());
    let talk = desk.announce(talk).unwrap().outcome;
    for person in 0..65_538_u128 {
        let _ = desk.register(talk, PersonId::from_u128(person)).unwrap();
    }
    let unlimited = ChangeCapacity::new(talk, Capacity::Unlimited);
    let refused = desk.execute(unlimited.clone()).unwrap_err();
    let too_much = Refusal::TooMuchAtOnce { facts: 65_538, limit: 65_536 };
    assert_eq!(refused.refusal(), Some(&too_much));
    assert_eq!(desk.execute(ChangeCapacity::new(talk, 60_000)).unwrap().outcome.promoted.len(), 59_999);
    assert_eq!(desk.execute(unlimited).unwrap().outcome.promoted.len(), 5_538);
}

/// A store that stores batches and says that its head is where it was.
#[derive(Debug)]
struct Stubborn(MemoryLog);

impl Log for Stubborn {
    fn anchor(&self) -> Result<Anchor, log::Error> {
        self.0.anchor()
    }

    fn read(&self, after: Position, limit: usize) -> Result<Page, log::Error> {
        self.0.read(after, limit)
    }

    fn exclusive(
        &self,
        after: Position,
        decide: &mut dyn FnMut(&Page) -> Vec<Batch>,
    ) -> Result<Page, log::Error> {
        let stored = self.0.exclusive(after, decide)?;
        Ok(Page { head: stored.after, ..stored })
    }
}

#[test]
fn a_log_that_contradicts_itself_is_a_fault_and_holds_nobody_up() {
    let log = Stubborn(MemoryLog::new());
    let desk = Desk::builder().over(log, Arc::new(MemoryVault::new())).unwrap();
    let failure = desk.announce(Gathering::webinar("Talk")).unwrap_err();
    assert!(failure.fault().and_then(|fault| fault.log()).is_some_and(log::Error::is_uncertain), "{failure}");
}

/// Renaming an attendee refused when sold out: it never is here.
#[test]
fn a_place_is_transferred_when_it_is_full_and_touches_no_pool() {
    let fair = Fair::with_places(2);
    let (ann, bob, eve, dan) = (person_id(1), person_id(2), person_id(3), person_id(4));
    let answers = Answers::new().answer("diet", "vegan");
    let party = Register::new(fair.gathering, ann).guest(bob).answers(answers);
    let party = fair.desk.execute(party).unwrap().outcome.registration();
    let waiting = fair.desk.register(fair.gathering, eve).unwrap().outcome.registration();
    let people = || {
        let list = fair.desk.attendee_list(fair.gathering).unwrap();
        list.rows().iter().map(|row| row.person.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(fair.desk.execute(Transfer::new(party, dan)).unwrap().outcome, Change::Made);
    assert_eq!(people(), [dan, bob]);
    assert!(fair.desk.answers(party).unwrap().is_none(), "what Ann answered is not Dan's");
    assert!(fair.desk.agenda(ann).rows().is_empty());
    assert_eq!(fair.desk.execute(Transfer::new(party, dan)).unwrap().outcome, Change::AlreadySo);
    assert_eq!(fair.desk.execute(Transfer::new(party, ann).place(2)).unwrap().outcome, Change::Made);
    assert_eq!(people(), [dan, ann]);

    let refusal = |command: Transfer| fair.desk.execute(command).unwrap_err().refusal().unwrap().code();
    assert_eq!(refusal(Transfer::new(party, bob).place(3)), "unknown_place");
    assert_eq!(refusal(Transfer::new(party, bob).place(0)), "unknown_place");
    assert_eq!(refusal(Transfer::new(party, eve)), "already_registered");
    assert_eq!(refusal(Transfer::new(party, ann)), "already_registered");

    // In line, too, and the line stays as it was; Bob holds nothing any more, so he can.
    assert_eq!(fair.desk.execute(Transfer::new(waiting, bob)).unwrap().outcome, Change::Made);
    assert_eq!(fair.waiting(), [waiting]);
    assert_eq!(fair.desk.cancel_registration(party).unwrap().outcome.promoted, [waiting]);
    assert_eq!(people(), [bob]);
    assert_eq!(refusal(Transfer::new(party, eve)), "registration_ended");
}
