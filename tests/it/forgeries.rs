//! One decision of a sound log is forged, chain and checksums computed anew: an audit names that position and the rule.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use gather::audit::{Finding, Findings, Rule, verify};
use gather::log::{Batch, FileLog, Guard, Log, MemoryLog, Scope};
use gather::privacy::MemoryVault;
use gather::testkit::{TestClock, person_id};
use gather::{
    AddSession, Approval, Booking, CancelGathering, CancelRegistration, Capacity, ChangeParty, CheckIn,
    CheckedIn, CloseLine, Content, Credential, Desk, Draw, Ending, Fact, Gathering, GatheringId,
    IssueCalendarToken, LinePolicy, MoveRegistration, Offering, OfferingId, OrganisationCap, OrganisationId,
    Overbook, Party, PassReason, Pool, PoolId, Position, Presence, PresenceSource, Register, RegistrationId,
    RequestId, Reschedule, RevokeCalendarToken, Rsvp, Scan, ScanId, SeriesId, Session, SessionId, SetAside,
    SetAsideId, Settle, Silence, UndoCheckIn,
};

use crate::scene::{ENDS, HALL, PLACE, STARTS, Scene, at, day, hall, member};

const MEMBERS: SetAsideId = SetAsideId::new(1);
const VISIT: OfferingId = OfferingId::new(2);
const COACH: PoolId = PoolId::new(2);
/// A registration that nobody asked for.
const FORGED: RegistrationId = RegistrationId::from_u128(0xF0);

/// A scene whose log is in the forger's hands.
struct Forger {
    scene: Scene,
    log: Arc<MemoryLog>,
}

impl Forger {
    fn of(gathering: Gathering) -> Self {
        let (log, clock) = (Arc::new(MemoryLog::new()), TestClock::at(at("2027-01-04T09:00:00Z")));
        let vault = Arc::new(MemoryVault::new());
        let desk = Desk::builder().clock(clock.clone()).over(Arc::clone(&log), vault).unwrap();
        let on = desk.announce(gathering).unwrap().outcome;
        Self { scene: Scene { clock, desk, on }, log }
    }

    fn with_places(places: u32) -> Self {
        Self::of(hall(places, |place| place))
    }

    /// Everything that was decided.
    fn batches(&self) -> Vec<Batch> {
        let page = self.log.read(Position::START, usize::MAX).unwrap();
        page.batches.into_iter().map(|stored| stored.batch).collect()
    }

    /// A batch that looks like any other.
    fn batch(&self, facts: Vec<Fact>) -> Batch {
        Batch {
            id: RequestId::from_u128(0xF0F0),
            time: self.scene.now(),
            actor: None,
            trace: None,
            content: Some(Content::from_bytes([7; 8])),
            guard: Guard { seen: self.log.anchor().unwrap().position, scope: Scope::everything() },
            facts,
        }
    }

    /// Forges a decision at the end of the log. The finding is at its last fact.
    fn adds(self, facts: Vec<Fact>) -> Found {
        let (mut batches, forged) = (self.batches(), self.batch(facts));
        batches.push(forged);
        let last = batches.iter().map(|batch| batch.facts.len()).sum();
        Found::in_log(&batches, Position::START.plus(last))
    }

    fn add(self, fact: Fact) -> Found {
        self.adds(vec![fact])
    }

    /// Forges the last decision: what it says now, and by how many facts before its end the finding is.
    fn rewrites(self, back: usize, how: impl FnOnce(&mut Vec<Fact>)) -> Found {
        let mut batches = self.batches();
        how(&mut batches.last_mut().unwrap().facts);
        let last: usize = batches.iter().map(|batch| batch.facts.len()).sum();
        Found::in_log(&batches, Position::START.plus(last - back))
    }

    fn confirmed(&self, person: u8) -> Fact {
        self.confirmed_with(alone(person), Vec::new())
    }

    fn confirmed_with(&self, booking: Booking, draws: Vec<Draw>) -> Fact {
        Fact::RegistrationConfirmed { gathering: self.scene.on, registration: FORGED, booking, draws }
    }

    fn promoted(&self, registration: RegistrationId) -> Fact {
        Fact::RegistrationPromoted { gathering: self.scene.on, registration, draws: Vec::new() }
    }

    fn ended(&self, registration: RegistrationId, how: Ending) -> Fact {
        Fact::RegistrationEnded { gathering: self.scene.on, registration, how }
    }
}

fn alone(person: u8) -> Booking {
    Booking::new(PLACE, Party::one(person_id(person)))
}

fn drawn(places: u32) -> Vec<Draw> {
    vec![Draw { set_aside: MEMBERS, places }]
}

/// What an audit says of a forged log, and where the forgery is.
struct Found {
    findings: Findings,
    at: Position,
}

impl Found {
    /// The log anew, with all its hashes right; in memory and in a file.
    fn in_log(batches: &[Batch], at: Position) -> Self {
        let memory = MemoryLog::new();
        memory.exclusive(Position::START, &mut |_| batches.to_vec()).unwrap();
        let findings = verify(&memory, &mut |_| ()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = FileLog::open_in(folder.path()).unwrap();
        file.exclusive(Position::START, &mut |_| batches.to_vec()).unwrap();
        assert_eq!(verify(&file, &mut |_| ()).unwrap().found, findings.found, "every store gives the same");
        Self { findings, at }
    }

    #[track_caller]
    fn is(self, rule: Rule, says: &str) {
        let found: Vec<_> =
            self.findings.found.iter().map(|it| (it.position, it.rule, it.says.as_str())).collect();
        assert_eq!(found, [(self.at, rule, says)], "{}", self.findings);
    }

    #[track_caller]
    fn breaks(self, rule: Rule) -> String {
        let found: Vec<_> = self.findings.found.iter().map(|it| (it.position, it.rule)).collect();
        assert_eq!(found, [(self.at, rule)], "{}", self.findings);
        self.findings.found[0].says.clone()
    }
}

#[test]
fn one_too_many() {
    let forger = Forger::with_places(1);
    forger.scene.books(forger.scene.one(1));
    forger.scene.waits(forger.scene.one(2), 0);
    let fact = forger.confirmed(3);
    forger.add(fact).is(Rule::Overbooked, "pool 1 has 2 of 1 places taken");
}

#[test]
fn the_hundred_and_first_of_a_hundred() {
    let forger = Forger::with_places(100);
    for person in 1..=100 {
        forger.scene.books(forger.scene.one(person));
    }
    let fact = forger.confirmed(101);
    forger.add(fact).is(Rule::Overbooked, "pool 1 has 101 of 100 places taken");
}

/// What follows a forged record is judged by what it left: here everybody after it is one too many, too.
#[test]
fn a_forged_party_takes_the_places_of_those_behind_it() {
    let forger = Forger::with_places(4);
    for person in 1..=4 {
        forger.scene.books(forger.scene.one(person));
    }
    let mut batches = forger.batches();
    let Fact::RegistrationConfirmed { booking, .. } = &mut batches[1].facts[0] else { panic!() };
    booking.party.guests = vec![None; 2];
    let findings = Found::in_log(&batches, Position::new(2)).findings;
    let found: Vec<_> = findings.found.iter().map(|it| (it.position.get(), it.code())).collect();
    assert_eq!(found, [(4, "overbooked"), (5, "overbooked")]);
}

#[test]
fn a_person_twice() {
    let forger = Forger::with_places(5);
    let ann = forger.scene.books(forger.scene.one(1));
    let fact = forger.confirmed(1);
    let says = format!("somebody has registration {ann} for offering 1 already");
    forger.add(fact).is(Rule::DoubleBooking, &says);
}

#[test]
fn an_id_twice_and_a_batch_twice() {
    let forger = Forger::with_places(5);
    let ann = forger.scene.books(forger.scene.one(1));
    let mut again = forger.batches().pop().unwrap();
    let Fact::RegistrationConfirmed { booking, .. } = &mut again.facts[0] else { panic!() };
    *booking = alone(2);
    let facts = again.facts.clone();
    let says = format!("registration {ann} was made before");
    forger.add(facts[0].clone()).is(Rule::RegistrationTwice, &says);

    let forger = Forger::with_places(5);
    forger.scene.books(forger.scene.one(1));
    let mut batches = forger.batches();
    let mut twice = forger.batch(vec![forger.confirmed(2)]);
    twice.id = batches[1].id;
    batches.push(twice);
    assert!(Found::in_log(&batches, Position::new(3)).breaks(Rule::RequestTwice).contains("two batches"));
}

/// A hall with one place that Ann has, for whom two wait.
fn two_wait() -> (Forger, RegistrationId, [RegistrationId; 2]) {
    let forger = Forger::with_places(1);
    let ann = forger.scene.books(forger.scene.one(1));
    let waiting = [2, 3].map(|person| forger.scene.waits(forger.scene.one(person), u32::from(person) - 2));
    (forger, ann, waiting)
}

#[test]
fn a_promotion_out_of_turn() {
    let (forger, ann, [bob, cleo]) = two_wait();
    drop(forger.scene.cancels(ann));
    let says =
        format!("registration {bob} comes first in the line for offering 1, and was passed in silence");
    let fact = forger.promoted(cleo);
    forger.rewrites(0, |facts| facts[1] = fact).is(Rule::PassedInSilence, &says);
}

#[test]
fn a_promotion_past_a_strict_head_for_a_made_up_reason() {
    let (forger, ann, [bob, cleo]) = two_wait();
    drop(forger.scene.cancels(ann));
    let on = forger.scene.on;
    let reason = PassReason::TooLarge { pool: HALL, wanted: 1, free: 1 };
    let passed = Fact::PassedOver { gathering: on, registration: bob, reason };
    let fact = forger.promoted(cleo);
    let found = forger.rewrites(1, |facts| {
        facts[1] = passed;
        facts.push(fact);
    });
    found.is(Rule::PassReason, "it was passed as `too_large`, which cannot be the reason");
}

#[test]
fn a_place_that_became_free_and_nobody_got() {
    let (forger, ann, [bob, _]) = two_wait();
    drop(forger.scene.cancels(ann));
    let found = forger.rewrites(0, |facts| drop(facts.pop()));
    assert_eq!(found.findings.found[0].registration, Some(bob));
    found.is(Rule::LeftWaiting, "it comes first in line and fits into what is free, and was not served");
}

#[test]
fn a_newcomer_past_the_line() {
    let (forger, ann, _) = two_wait();
    drop(forger.scene.cancels(ann));
    drop(forger.scene.set_capacity(3));
    forger.scene.books(forger.scene.one(7));
    // All is well; but had the hall never grown, there would have been no room.
    let mut batches = forger.batches();
    let grown = batches.len() - 2;
    let Fact::CapacityChanged { capacity, .. } = &mut batches[grown].facts[0] else { panic!() };
    *capacity = Capacity::Limited(2);
    let says = Found::in_log(&batches, Position::new(9)).breaks(Rule::Overbooked);
    assert_eq!(says, "pool 1 has 3 of 2 places taken");
}

#[test]
fn somebody_served_who_did_not_wait_and_somebody_who_had_ended() {
    let forger = Forger::with_places(5);
    let ann = forger.scene.books(forger.scene.one(1));
    let fact = forger.promoted(ann);
    forger.add(fact).is(Rule::NotWaiting, "it is served and was not waiting, but confirmed");

    let forger = Forger::with_places(5);
    let ann = forger.scene.books(forger.scene.one(1));
    drop(forger.scene.cancels(ann));
    let fact = forger.ended(ann, Ending::Attendee);
    forger.add(fact).is(Rule::Ended, "the registration ended long before");

    let forger = Forger::with_places(5);
    let fact = forger.ended(FORGED, Ending::Attendee);
    forger.add(fact).is(Rule::UnknownRegistration, "there is no such registration on the gathering");
}

/// A hall of five with two places for members.
fn kept_for_members() -> Forger {
    Forger::of(hall(5, |place| place).set_aside(SetAside::new(MEMBERS, HALL, 2).who(member())))
}

#[test]
fn what_is_set_aside() {
    let of_member = |person, guests| {
        let party = Party { booker: person_id(person), guests: vec![None; guests] };
        Booking { credentials: vec![member()], ..Booking::new(PLACE, party) }
    };
    let forger = kept_for_members();
    let fact = forger.confirmed_with(of_member(1, 2), drawn(3));
    forger.add(fact).is(Rule::Overdrawn, "set-aside 1 has 2 of its 2 places left, and 3 were drawn");

    let forger = kept_for_members();
    let fact = forger.confirmed_with(alone(1), drawn(1));
    forger.add(fact).is(Rule::NotTheirs, "set-aside 1 is for others, and 1 places of it were drawn");

    let forger = kept_for_members();
    forger.scene.books(forger.scene.party(1, 3));
    let fact = forger.confirmed(2);
    forger.add(fact).is(Rule::KeptForOthers, "pool 1 has 0 places free for everybody, and 1 were taken");

    let forger = kept_for_members();
    let fact = forger.confirmed_with(of_member(1, 0), drawn(2));
    forger.add(fact).is(Rule::Draws, "2 places of pool 1 were drawn from set-asides for 1 people");
}

#[test]
fn a_booking_of_what_was_called_off_or_is_a_draft() {
    let forger = Forger::with_places(5);
    let _ = forger.scene.does(CancelGathering::new(forger.scene.on));
    let fact = forger.confirmed(1);
    forger.add(fact).is(Rule::Lifecycle, "the gathering is called off");

    let forger = Forger::of(hall(5, |place| place).draft());
    let fact = forger.confirmed(1);
    forger.add(fact).is(Rule::Lifecycle, "the gathering is a draft");

    let forger = Forger::with_places(5);
    let stranger = GatheringId::from_u128(5);
    let fact = Fact::BookingOpened { gathering: stranger };
    forger.add(fact).is(Rule::UnknownGathering, "the gathering was never announced");
}

#[test]
fn a_booking_of_what_is_over_or_shut() {
    let forger = Forger::with_places(5);
    forger.scene.set_clock(ENDS);
    let fact = forger.confirmed(1);
    forger.add(fact).is(Rule::Over, "it was over at 2027-03-20 16:00:00 UTC");

    let forger = Forger::with_places(5);
    forger.scene.set_clock(STARTS);
    let fact = forger.confirmed(1);
    forger.add(fact).is(Rule::BookingShut, "somebody booked while booking is closed");

    let forger = Forger::with_places(5);
    let fact = Fact::BooksClosed { gathering: forger.scene.on };
    forger.add(fact).is(Rule::NotOver, "the books are closed, and it is not over");
}

#[test]
fn a_place_handed_over_by_a_stranger() {
    let forger = Forger::with_places(5);
    let ann = forger.scene.books(forger.scene.one(1));
    let (from, to) = (Some(person_id(2)), person_id(3));
    let fact = Fact::PlaceTransferred { gathering: forger.scene.on, registration: ann, place: 1, from, to };
    let says = "place 1 was handed over by somebody who did not have it";
    forger.add(fact).is(Rule::NotTheirPlace, says);
}

#[test]
fn a_hold_confirmed_after_its_time() {
    let forger = Forger::with_places(5);
    let hold = forger.scene.holds(forger.scene.one(1), 10);
    forger.scene.after(TimeDelta::minutes(10));
    let fact = Fact::HoldConfirmed {
        gathering: forger.scene.on,
        registration: hold,
        booker: person_id(1),
        answers: None,
        pending: None,
    };
    forger.add(fact).is(Rule::TooLate, "the hold stood until 2027-01-04 09:10:00 UTC");
}

#[test]
fn a_hold_that_lasts_too_long_and_one_that_nobody_ended() {
    let forger = Forger::with_places(5);
    forger.scene.holds(forger.scene.one(1), 10);
    let later = |time: DateTime<Utc>| time + TimeDelta::hours(3);
    let found = forger.rewrites(0, |facts| {
        let Fact::RegistrationHeld { until, .. } = &mut facts[0] else { panic!() };
        *until = later(*until);
    });
    found.breaks(Rule::Deadline);

    let forger = Forger::with_places(5);
    forger.scene.holds(forger.scene.one(1), 10);
    forger.scene.after(TimeDelta::minutes(11));
    let fact = forger.confirmed(2);
    let says = "its time was up at 2027-01-04 09:10:00 UTC, and the next decision has not ended it";
    forger.add(fact).is(Rule::Unsettled, says);
}

#[test]
fn an_offer_accepted_after_its_time_and_one_for_a_shorter_time() {
    let asked = || {
        let forger = Forger::of(hall(1, |place| place.line(LinePolicy::offering_for_hours(24))));
        let ann = forger.scene.books(forger.scene.one(1));
        let bob = forger.scene.waits(forger.scene.one(2), 0);
        drop(forger.scene.cancels(ann));
        (forger, bob)
    };
    let (forger, bob) = asked();
    forger.scene.after(TimeDelta::hours(24));
    let fact = Fact::OfferAccepted { gathering: forger.scene.on, registration: bob };
    forger.add(fact).is(Rule::TooLate, "the offer stood until 2027-01-05 09:00:00 UTC");

    let (forger, _) = asked();
    let found = forger.rewrites(0, |facts| {
        let Fact::PlaceOffered { respond_by, .. } = &mut facts[1] else { panic!() };
        *respond_by -= TimeDelta::hours(1);
    });
    found.is(
        Rule::Deadline,
        "an offer stands until 2027-01-05 08:00:00 UTC, and its terms give until 2027-01-05 09:00:00 UTC",
    );

    let (forger, bob) = asked();
    let fact = forger.promoted(bob);
    let says = "places of offering 1 are offered, and one was given at once";
    forger.rewrites(0, |facts| facts[1] = fact).is(Rule::Serving, says);
}

#[test]
fn a_cap_on_organisations() {
    let library = || Credential::Organisation(OrganisationId::from_u128(9));
    let cap = OrganisationCap { people: 1, until: None };
    let forger = Forger::of(hall(5, |place| place).organisation_cap(cap));
    forger.scene.books(forger.scene.one(1).credential(library()));
    let fact = forger.confirmed_with(Booking { credentials: vec![library()], ..alone(2) }, Vec::new());
    let says = format!("organisation {} has 2 of 1 places", OrganisationId::from_u128(9));
    forger.add(fact).is(Rule::OrganisationCap, &says);
}

/// A hall, and a visit that needs a place in it.
fn with_a_visit() -> Forger {
    let visit = Offering::new(VISIT, "visit", [COACH]).requires(PLACE);
    Forger::of(hall(5, |place| place).pool(Pool::new(COACH, "coach", 5)).offering(visit))
}

#[test]
fn a_place_without_the_one_that_it_needs() {
    let forger = with_a_visit();
    let fact = forger.confirmed_with(Booking::new(VISIT, Party::one(person_id(1))), Vec::new());
    let says = "offering 2 requires 1, and its booker has no confirmed place there";
    forger.add(fact).is(Rule::StandsOnNothing, says);
}

#[test]
fn a_place_that_outlives_the_one_that_it_needs() {
    let forger = with_a_visit();
    let ann = forger.scene.books(forger.scene.one(1).offering(PLACE));
    let visit = forger.scene.books(forger.scene.one(1).offering(VISIT));
    drop(forger.scene.cancels(ann));
    let found = forger.rewrites(0, |facts| {
        let ended = facts.iter().position(
            |fact| matches!(fact, Fact::RegistrationEnded { registration, .. } if *registration == visit),
        );
        facts.remove(ended.unwrap());
    });
    let says = "offering 2 requires 1, and its booker has no confirmed place there";
    assert_eq!(found.findings.found[0].registration, Some(visit));
    found.is(Rule::StandsOnNothing, says);
}

#[test]
fn two_dates_of_a_series_and_two_things_at_one_time() {
    let series = SeriesId::from_u128(1);
    let forger = Forger::of(hall(5, |place| place).series(series));
    let other = hall(5, |place| place).series(series).at(day("2027-04-20 10:00 to 16:00"));
    let other = forger.scene.does(other);
    let ann = forger.scene.books(Register::new(other, person_id(1)));
    let fact = forger.confirmed(1);
    let says = format!("somebody of it has another date of the series, registration {ann}");
    forger.add(fact).is(Rule::SeriesTwice, &says);

    let forger = Forger::of(hall(5, |place| place).no_overlap());
    let other = forger.scene.does(hall(5, |place| place).no_overlap());
    let ann = forger.scene.books(Register::new(other, person_id(1)));
    let fact = forger.confirmed(1);
    forger.add(fact).is(Rule::Overlap, &format!("somebody of it has registration {ann} at the same time"));
}

#[test]
fn an_approval_that_nobody_gave() {
    let approval = Approval { pending_uses_places: true, decide_within: Some(3_600) };
    let asks = || Forger::of(hall(5, |place| place.approval(approval)));
    let forger = asks();
    let fact = forger.confirmed(1);
    forger.add(fact).is(Rule::Approval, "offering 1 asks for approval, and nobody was asked");

    let forger = asks();
    let (ann, _) = forger.scene.asks(forger.scene.one(1));
    forger.scene.after(TimeDelta::hours(1));
    let on = forger.scene.on;
    let fact =
        Fact::RegistrationApproved { gathering: on, registration: ann, draws: Vec::new(), ahead: None };
    forger.add(fact).is(Rule::TooLate, "it could be approved until 2027-01-04 10:00:00 UTC");
}

#[test]
fn a_capacity_below_what_is_used() {
    let forger = Forger::with_places(5);
    forger.scene.books(forger.scene.party(1, 3));
    let fact = Fact::CapacityChanged {
        gathering: forger.scene.on,
        pool: HALL,
        capacity: Capacity::Limited(2),
        overbook: Overbook::No,
        keep_all: false,
    };
    let says = "pool 1 takes 2 people from now on and has 3, and nothing is said of them";
    forger.add(fact).is(Rule::Override, says);
}

#[test]
fn an_end_without_a_reason() {
    let forger = Forger::with_places(5);
    let hold = forger.scene.holds(forger.scene.one(1), 10);
    let fact = forger.ended(hold, Ending::Expired);
    let says = "it was held, until 2027-01-04 09:10:00 UTC, and ended as `expired` without a reason";
    forger.add(fact).is(Rule::NoReason, says);

    let forger = Forger::with_places(5);
    let [ann, bob] = [1, 2].map(|person| forger.scene.books(forger.scene.one(person)));
    let facts = [ann, bob].map(|one| forger.ended(one, Ending::Attendee));
    let says = "another one was named to end in this decision, and this one was not";
    forger.adds(facts.into()).is(Rule::NoReason, says);
}

#[test]
fn a_move_to_nowhere() {
    let forger = Forger::with_places(5);
    let other = forger.scene.does(hall(5, |place| place));
    let ann = forger.scene.books(forger.scene.one(1));
    assert!(forger.scene.does(MoveRegistration::new(ann, other)).is_confirmed());
    let found = forger.rewrites(0, |facts| facts.truncate(1));
    found.is(Rule::NoHeir, "it moved away, and is nowhere");
}

#[test]
fn a_session_dropped_with_a_booking_left() {
    let (session, talk) = (SessionId::from_u128(1), OfferingId::new(3));
    let forger = Forger::with_places(5);
    let held = Session::new(session, "Binding").at(day("2027-03-20 11:00 to 12:00"));
    forger.scene.does(AddSession::new(forger.scene.on, held));
    let offering = Offering::new(talk, "binding", [COACH]).for_session(session);
    forger.scene.does(gather::AddOffering::new(forger.scene.on, offering).pool(Pool::new(COACH, "table", 5)));
    forger.scene.books(forger.scene.one(1).offering(talk));
    let fact = Fact::SessionDropped { gathering: forger.scene.on, session };
    let says = format!("session {session} was dropped, and it was not ended");
    forger.add(fact).is(Rule::LeftInDropped, &says);
}

#[test]
fn something_recorded_of_somebody_who_was_forgotten() {
    let forgotten = || {
        let forger = Forger::with_places(5);
        let pair = forger.scene.books(Register::new(forger.scene.on, person_id(1)).guest(person_id(2)));
        drop(forger.scene.desk.forget(person_id(2)).unwrap());
        (forger, pair)
    };
    let says = "something is recorded of somebody who was forgotten before";
    let (forger, pair) = forgotten();
    let gathering = forger.scene.on;
    let back = Fact::PartyChanged {
        gathering,
        registration: pair,
        removed: vec![2],
        added: vec![Some(person_id(2))],
        draws: Vec::new(),
    };
    forger.add(back).is(Rule::Forgotten, says);
    let (forger, _) = forgotten();
    let fact = forger.confirmed(2);
    assert_eq!(forger.add(fact).breaks(Rule::Forgotten), says);
    let (forger, pair) = forgotten();
    let (registration, place, from, to) = (pair, 1, Some(person_id(1)), person_id(2));
    let fact = Fact::PlaceTransferred { gathering, registration, place, from, to };
    assert_eq!(forger.add(fact).breaks(Rule::Forgotten), says);
    let (forger, _) = forgotten();
    forger.add(Fact::PersonForgotten { person: person_id(2) }).is(Rule::Forgotten, says);
    let (forger, _) = forgotten();
    let gathering = forger.scene.on;
    let talk = Session::new(SessionId::from_u128(1), "Welcome").speaker(person_id(2));
    forger.add(Fact::SessionAdded { gathering, session: Box::new(talk) }).is(Rule::Forgotten, says);
    let forger = Forger::with_places(5);
    let asked = Register::new(forger.scene.on, person_id(1)).guest(person_id(2));
    let held = forger.scene.holds(asked, 10);
    drop(forger.scene.desk.forget(person_id(1)).unwrap());
    let keyring = gather::privacy::Keyring::new(Arc::new(MemoryVault::new()));
    let answers = gather::Personal::new(gather::Answers::new().answer("diet", "no nuts"));
    let fact = Fact::HoldConfirmed {
        gathering: forger.scene.on,
        registration: held,
        booker: person_id(1),
        answers: Some(keyring.seal_answers(person_id(1), forger.scene.on, &answers).unwrap()),
        pending: None,
    };
    assert_eq!(forger.add(fact).breaks(Rule::Forgotten), says);
}

#[test]
fn a_booker_who_leaves_and_was_not_forgotten() {
    let pair = |guests: u16| {
        let forger = Forger::with_places(5);
        let asked = Register::new(forger.scene.on, person_id(1));
        let asked = if guests == 0 { asked.unnamed_guests(1) } else { asked.guest(person_id(2)) };
        let registration = forger.scene.books(asked);
        let (removed, added, draws) = (vec![1], Vec::new(), Vec::new());
        let fact = Fact::PartyChanged { gathering: forger.scene.on, registration, removed, added, draws };
        (forger, fact)
    };
    let (forger, fact) = pair(1);
    forger.add(fact).is(Rule::BookerLeft, "the booker's place was taken away, and they were not forgotten");
    let (forger, fact) = pair(0);
    let says = "the booker's place was taken away, and nobody else of the party has a name";
    forger.adds(vec![Fact::PersonForgotten { person: person_id(1) }, fact]).is(Rule::PartyChange, says);
}

#[test]
fn answers_where_none_are_kept_any_more() {
    use gather::Answers;
    let says = "what was answered for the gathering is kept no more";
    let forger = Forger::with_places(5);
    let answers = Answers::new().answer("diet", "none");
    forger.scene.books(forger.scene.one(1).answers(answers));
    let expired = Fact::AnswersExpired { gathering: forger.scene.on };
    let found = forger.rewrites(0, |facts| facts.insert(0, expired));
    found.is(Rule::AnswersExpired, says);
    let forger = Forger::with_places(5);
    drop(forger.scene.desk.expire(forger.scene.on).unwrap());
    let fact = Fact::RetentionSet { gathering: forger.scene.on, answers: Some(3) };
    forger.add(fact).is(Rule::AnswersExpired, says);
}

#[test]
fn needs_where_none_are_kept_any_more() {
    let says = "what people need at the gathering is kept no more";
    let forger = Forger::with_places(5);
    forger.scene.books(forger.scene.one(1).needs(gather::Needs::diet("none")));
    let expired = Fact::NeedsExpired { gathering: forger.scene.on };
    forger.rewrites(0, |facts| facts.insert(1, expired)).is(Rule::NeedsExpired, says);
    let expired = || {
        let forger = Forger::with_places(5);
        drop(forger.scene.desk.expire_needs(forger.scene.on).unwrap());
        forger
    };
    let forger = expired();
    let fact = Fact::NeedsRetentionSet { gathering: forger.scene.on, days: Some(3) };
    forger.add(fact).is(Rule::NeedsExpired, says);
    let forger = expired();
    let fact = Fact::NeedsRead { gathering: forger.scene.on, purpose: crate::scene::reference("late") };
    forger.add(fact).is(Rule::NeedsExpired, says);
}

#[test]
fn what_is_said_of_somebody_who_is_not_on_it_or_of_nothing_at_all() {
    let booked = || {
        let forger = Forger::with_places(5);
        let ann = forger.scene.books(forger.scene.one(1));
        (forger, ann)
    };
    let (forger, registration) = booked();
    let (gathering, person) = (forger.scene.on, person_id(2));
    let says = format!("person {person} is not on the registration");
    let purpose = crate::scene::reference("photos");
    let fact = Fact::ConsentRecorded { gathering, registration, person, purpose, given: true };
    forger.add(fact).is(Rule::NotOnIt, &says);
    let (forger, registration) = booked();
    let gathering = forger.scene.on;
    forger.add(Fact::NeedsRecorded { gathering, registration, person, needs: None }).is(Rule::NotOnIt, &says);
    let (forger, registration) = booked();
    let gathering = forger.scene.on;
    let says = format!("person {person} is not the booker of the registration");
    forger
        .add(Fact::NoteWritten { gathering, registration, booker: person, note: None })
        .is(Rule::NotOnIt, &says);
    let (forger, _) = booked();
    let fact = Fact::TagsSet { gathering: forger.scene.on, registration: FORGED, tags: Vec::new() };
    forger.add(fact).is(Rule::UnknownRegistration, "there is no such registration on the gathering");
}

#[test]
fn an_answer_to_a_question_that_was_not_asked_and_silence_that_comes_to_nothing() {
    let forger = Forger::with_places(5);
    let ann = forger.scene.books(forger.scene.one(1));
    let fact = Fact::RegistrationReconfirmed { gathering: forger.scene.on, registration: ann };
    let says = "it was not asked whether new dates suit, or has answered";
    forger.add(fact).is(Rule::Reconfirmation, says);

    let forger = Forger::with_places(5);
    forger.scene.books(forger.scene.one(1));
    let asked = Reschedule::new(forger.scene.on, day("2027-04-10 10:00 to 16:00"));
    forger.scene.does(asked.ask(at("2027-02-01T12:00:00Z"), Silence::Release));
    forger.scene.set_clock("2027-02-01T12:00:00Z");
    drop(forger.scene.does(Settle::new(forger.scene.on)));
    let found = forger.rewrites(0, |facts| drop(facts.remove(0)));
    found.is(Rule::Reconfirmation, "of 1 registrations nobody has answered, and nothing came of it");
}

#[test]
fn an_answer_to_an_invitation_that_nobody_was_sent() {
    let answered = |forger: &Forger, registration, person| Fact::InvitationAnswered {
        gathering: forger.scene.on,
        registration,
        person: person_id(person),
        rsvp: Rsvp::Accepted,
        sequence: 0,
        stamp: at(STARTS),
        comment: None,
    };
    for person in [3, 2] {
        let forger = Forger::with_places(1);
        let ann = forger.scene.books(forger.scene.one(1));
        let bob = forger.scene.waits(forger.scene.one(2), 0);
        let registration = if person == 3 { ann } else { bob };
        let fact = answered(&forger, registration, person);
        let says =
            format!("person {} answers an invitation to what they have no place by", person_id(person));
        forger.add(fact).is(Rule::NotInvited, &says);
    }
}

#[test]
fn somebody_seen_where_nobody_is() {
    let seen = |forger: &Forger, registration, place| Fact::PresenceRecorded {
        gathering: forger.scene.on,
        registration,
        place,
        presence: Presence::Attended,
        source: PresenceSource::Door,
        seen_at: at(STARTS),
        flagged: false,
    };
    let forger = Forger::with_places(5);
    let ann = forger.scene.books(forger.scene.one(1));
    let fact = seen(&forger, ann, 2);
    forger.add(fact).is(Rule::Presence, "somebody was seen on place 2 of 1");

    let forger = Forger::with_places(5);
    let ann = forger.scene.books(forger.scene.one(1));
    drop(forger.scene.cancels(ann));
    let fact = seen(&forger, ann, 1);
    forger
        .add(fact)
        .is(Rule::Presence, "somebody was seen whose registration is ended, and it was not flagged");
}

#[test]
fn a_place_handed_over_by_whoever_was_seen_on_it() {
    let forger = Forger::with_places(5);
    let gathering = forger.scene.on;
    let registration = forger.scene.books(forger.scene.one(1));
    let came = CheckIn::new(gathering, registration).seen_at(at(STARTS));
    let _ = forger.scene.does(came);
    let (place, from, to) = (1, Some(person_id(1)), person_id(2));
    let fact = Fact::PlaceTransferred { gathering, registration, place, from, to };
    let says = "place 1 was handed over, and whoever had it was seen on it";
    forger.add(fact).is(Rule::Presence, says);
}

#[test]
fn whoever_was_seen_and_moved_away() {
    let forger = Forger::with_places(5);
    let (gathering, how) = (forger.scene.on, Ending::MovedAway);
    let registration = forger.scene.books(forger.scene.one(1));
    let came = CheckIn::new(gathering, registration).seen_at(at(STARTS));
    let _ = forger.scene.does(came);
    let fact = Fact::RegistrationEnded { gathering, registration, how };
    let says = "it moved away, and somebody was seen on place 1";
    assert_eq!(forger.add(fact).breaks(Rule::Presence), says);
}

fn scanned(forger: &Forger, registration: RegistrationId, told: CheckedIn) -> Fact {
    let scan = Scan::new(ScanId::from_u128(1), registration, at(STARTS));
    Fact::Scanned { gathering: forger.scene.on, scan, source: PresenceSource::Door, told }
}

#[test]
fn a_scan_that_was_told_what_was_not_so() {
    let forger = Forger::with_places(1);
    forger.scene.books(forger.scene.one(1));
    let bob = forger.scene.waits(forger.scene.one(2), 0);
    let fact = scanned(&forger, bob, CheckedIn::Counted);
    forger.add(fact).is(Rule::Scan, "a scan was told counted, and it was not_confirmed");

    let forger = Forger::with_places(1);
    let ann = forger.scene.books(forger.scene.one(1));
    let first_seen = at(STARTS);
    let fact = scanned(&forger, ann, CheckedIn::Again { first_seen });
    forger.add(fact).is(Rule::Scan, "a scan was told again, and it was counted");

    let forger = Forger::with_places(1);
    let ann = forger.scene.books(forger.scene.one(1));
    let mut fact = scanned(&forger, ann, CheckedIn::Counted);
    if let Fact::Scanned { source, .. } = &mut fact {
        *source = PresenceSource::Organiser;
    }
    let says = "Organiser is said to have seen somebody at check-in list 0";
    forger.add(fact).is(Rule::Scan, says);
}

#[test]
fn a_scan_that_is_taken_in_or_taken_back_twice() {
    let (id, undone) = (ScanId::from_u128(1), |forger: &Forger| Fact::ScanUndone {
        gathering: forger.scene.on,
        scan: ScanId::from_u128(1),
    });
    let forger = Forger::with_places(1);
    let ann = forger.scene.books(forger.scene.one(1));
    let scan = CheckIn::new(forger.scene.on, ann).scan(id).seen_at(at(STARTS));
    let _ = forger.scene.does(scan);
    let fact = scanned(&forger, ann, CheckedIn::Counted);
    forger.add(fact).is(Rule::ScanTwice, &format!("scan {id} was taken in before"));

    let forger = Forger::with_places(1);
    let _ = forger.scene.does(UndoCheckIn::new(forger.scene.on, id));
    let fact = undone(&forger);
    forger.add(fact).is(Rule::ScanTwice, &format!("scan {id} was taken back before"));
}

#[test]
fn a_line_that_is_longer_than_was_told_and_one_that_nobody_needs() {
    let waits = |forger: &Forger, ahead| Fact::RegistrationWaitlisted {
        gathering: forger.scene.on,
        registration: FORGED,
        booking: alone(9),
        ahead,
    };
    let (forger, ..) = two_wait();
    let fact = waits(&forger, 1);
    forger.add(fact).is(Rule::Ahead, "2 are ahead in the line for offering 1, and 1 were told of");

    let forger = Forger::with_places(5);
    let fact = waits(&forger, 0);
    forger.add(fact).is(Rule::WaitsInVain, "offering 1 has 1 places free, and nobody else waits");

    let forger = Forger::of(hall(1, Offering::without_waiting_list));
    forger.scene.books(forger.scene.one(1));
    let fact = waits(&forger, 0);
    forger.add(fact).is(Rule::NoLine, "offering 1 keeps no line");
}

#[test]
fn a_party_that_is_too_large_and_one_for_whom_it_is_not() {
    let party = Party { booker: person_id(1), guests: vec![None; 10] };
    let forger = Forger::with_places(50);
    let fact = forger.confirmed_with(Booking::new(PLACE, party), Vec::new());
    forger.add(fact).is(Rule::Party, "a party of 11 books, and at most 10 may");

    let forger = Forger::of(hall(5, |place| place.only_for(member())));
    let fact = forger.confirmed(1);
    forger.add(fact).is(Rule::NotEligible, "offering 1 is for others");

    let forger = Forger::with_places(5);
    let ann = forger.scene.books(forger.scene.party(1, 2));
    drop(forger.scene.does(ChangeParty::new(ann).without(2)));
    let found = forger.rewrites(0, |facts| {
        let Fact::PartyChanged { removed, .. } = &mut facts[0] else { panic!() };
        *removed = vec![3];
    });
    found.is(Rule::PartyChange, "place 3 was taken away, and there are 2");
}

#[test]
fn a_time_that_goes_back_and_what_has_not_come_yet() {
    let forger = Forger::with_places(5);
    forger.scene.books(forger.scene.one(1));
    forger.scene.after(TimeDelta::hours(-1));
    let fact = forger.confirmed(2);
    let says = "it is recorded as of 2027-01-04 08:00:00 UTC, after something of 2027-01-04 09:00:00 UTC";
    forger.add(fact).is(Rule::TimeBack, says);

    let forger = Forger::with_places(5);
    let mut batches = forger.batches();
    let mut ahead = forger.batch(vec![forger.confirmed(1)]);
    ahead.guard.seen = Position::new(2);
    batches.push(ahead);
    let says = Found::in_log(&batches, Position::new(2)).breaks(Rule::SeenAhead);
    assert_eq!(says, "a decision has seen position 2, which comes after it");
}

#[test]
fn an_address_taken_back_that_was_never_given() {
    let forger = Forger::with_places(1);
    let fact = Fact::CalendarTokenRevoked { person: person_id(1) };
    forger.add(fact).is(Rule::NoCalendarToken, "there is no secret address that could be taken back");

    let forger = Forger::with_places(1);
    drop(forger.scene.does(IssueCalendarToken::new(person_id(1))));
    let _ = forger.scene.does(RevokeCalendarToken::new(person_id(1)));
    let fact = Fact::CalendarTokenRevoked { person: person_id(1) };
    forger.add(fact).is(Rule::NoCalendarToken, "there is no secret address that could be taken back");
}

#[test]
fn a_finding_reads_as_a_sentence() {
    let forger = Forger::with_places(1);
    forger.scene.books(forger.scene.one(1));
    let (fact, on) = (forger.confirmed(2), forger.scene.on);
    let findings = forger.add(fact).findings;
    let Finding { position, gathering, registration, .. } = &findings.found[0];
    assert_eq!((position.get(), *gathering, *registration), (3, Some(on), Some(FORGED)));
    let text = format!(
        "position 3, overbooked: pool 1 has 2 of 1 places taken; registration {FORGED}; gathering {on}\n\
         not sound: 3 records in 3 batches, log {}",
        findings.to.log
    );
    assert_eq!(findings.to_string(), text);
    assert!(!text.contains(&person_id(2).to_string()), "people are not named");
}

#[test]
fn a_scene_without_a_forgery_is_sound() {
    let (forger, ann, _) = two_wait();
    drop(forger.scene.does(CancelRegistration::new(ann)));
    let batches = forger.batches();
    assert!(Found::in_log(&batches, Position::START).findings.is_sound());
}

/// Whoever opens a log that nobody decided must not be kept for ever, nor whoever closes a line in it.
#[test]
fn a_line_in_which_somebody_stands_twice_can_be_closed() {
    let forger = Forger::with_places(1);
    let waits = |person| Fact::RegistrationWaitlisted {
        gathering: forger.scene.on,
        registration: FORGED,
        booking: alone(person),
        ahead: 0,
    };
    let mut batches = forger.batches();
    batches.push(forger.batch(vec![waits(1)]));
    batches.push(Batch { id: RequestId::from_u128(0xF1), ..forger.batch(vec![waits(2)]) });
    let (on, offering) = (forger.scene.on, PLACE);
    let closed = Fact::LineClosed { gathering: on, offering };
    for forged in [None, Some(Batch { id: RequestId::from_u128(0xF2), ..forger.batch(vec![closed]) })] {
        let (log, is_forged) = (MemoryLog::new(), forged.is_some());
        let batches: Vec<_> = batches.iter().cloned().chain(forged).collect();
        log.exclusive(Position::START, &mut |_| batches.clone()).unwrap();
        let (done, told) = mpsc::channel();
        thread::spawn(move || {
            let desk = Desk::builder().over(log, Arc::new(MemoryVault::new())).unwrap();
            let answer = if is_forged { None } else { Some(desk.execute(CloseLine::new(on))) };
            done.send((
                answer.is_none_or(|answer| answer.is_ok()),
                desk.waiting_list(on).unwrap().rows().len(),
            ))
        });
        let (answered, waiting) = told.recv_timeout(Duration::from_mins(1)).expect("it comes to an end");
        assert!(answered && waiting == 0, "closed by {}", if is_forged { "a fact" } else { "a command" });
    }
}
