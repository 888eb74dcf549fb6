//! Whatever lets somebody in who stands in line gives the place in the same decision: each verb by itself.

use chrono::{DateTime, Utc};
use gather::{
    AddOffering, AddSession, ChangeCapacity, ChangeSession, Command, Desk, DropSession, Gathering,
    GatheringId, MoveSession, Offering, OfferingId, PersonId, Pool, PoolId, Register, RegistrationId,
    RegistrationStatus, Reschedule, Schedule, Session, SessionId, SetProgramme, Venue,
};

const WHOLE: OfferingId = OfferingId::ONLY;
const WORKSHOP: OfferingId = OfferingId::new(2);
const HALL: PoolId = PoolId::ONLY;
const SEATS: PoolId = PoolId::new(2);

fn schedule(text: &str) -> Schedule {
    text.parse().unwrap()
}

fn session() -> Session {
    let morning = schedule("2099-03-20 10:00 to 11:00 UTC");
    Session::new(SessionId::from_u128(1), "Reading a lease").at(morning)
}

/// The same session on the afternoon.
fn later() -> Session {
    session().at(schedule("2099-03-20 14:00 to 15:00 UTC"))
}

/// A conference of one day with a workshop of one seat, which somebody has and somebody waits for; one place in the
/// hall as well.
struct Stage {
    desk: Desk,
    on: GatheringId,
}

impl Stage {
    fn new() -> Self {
        let desk = Desk::in_memory();
        let day = Gathering::conference("The Changing Landscape", Venue::new("Hall"))
            .at(schedule("2099-03-20 UTC"))
            .pool(Pool::new(HALL, "hall", 1))
            .offering(Offering::new(WHOLE, "conference", [HALL]));
        let on = desk.announce(day).unwrap().outcome;
        let stage = Self { desk, on };
        stage.does(AddSession::new(on, session()));
        let workshop = Offering::new(WORKSHOP, "workshop", [SEATS]).for_session(session().id);
        stage.does(AddOffering::new(on, workshop).pool(Pool::new(SEATS, "seats", 1)));
        stage
    }

    fn does<C: Command>(&self, command: C) -> C::Outcome {
        self.desk.execute(command).unwrap().outcome
    }

    fn does_at<C: Command>(&self, time: &str, command: C) -> C::Outcome {
        let time: DateTime<Utc> = time.parse().unwrap();
        self.desk.at(time).ahead_of_clock().execute(command).unwrap().outcome
    }

    fn books(&self, offering: OfferingId) -> RegistrationId {
        self.does(Register::new(self.on, PersonId::random()).offering(offering)).registration()
    }

    fn status(&self, registration: RegistrationId) -> RegistrationStatus {
        self.desk.registration(registration).unwrap().status
    }
}

/// Somebody waits for a seat when the workshop is over; one more seat helps nobody then. A workshop that is put off to
/// the afternoon can be gone to, so the seat is theirs.
fn put_off_by<C: Command>(command: impl Fn(GatheringId) -> C) {
    let stage = Stage::new();
    stage.books(WORKSHOP);
    let waiting = stage.books(WORKSHOP);
    let raised = stage.does_at("2099-03-20T12:00:00Z", ChangeCapacity::new(stage.on, 2).pool(SEATS));
    assert!(raised.promoted.is_empty(), "the workshop is over");
    assert_eq!(stage.status(waiting), RegistrationStatus::Waiting);
    drop(stage.does_at("2099-03-20T12:05:00Z", command(stage.on)));
    assert_eq!(stage.status(waiting), RegistrationStatus::Confirmed);
}

#[test]
fn a_session_that_is_moved_serves_its_line() {
    put_off_by(|on| MoveSession::new(on, session().id).to(later().schedule));
}

#[test]
fn a_session_that_is_changed_serves_its_line() {
    put_off_by(|on| ChangeSession::new(on, later()));
}

#[test]
fn a_programme_that_is_set_serves_the_lines_of_its_sessions() {
    put_off_by(|on| SetProgramme::new(on, [later()]));
}

#[test]
fn a_gathering_that_is_over_and_has_new_dates_serves_its_line() {
    let stage = Stage::new();
    stage.books(WHOLE);
    let waiting = stage.books(WHOLE);
    let raised = stage.does_at("2099-03-22T12:00:00Z", ChangeCapacity::new(stage.on, 2).pool(HALL));
    assert!(raised.promoted.is_empty(), "the conference is over");
    stage.does_at("2099-03-22T12:05:00Z", Reschedule::new(stage.on, schedule("2099-04-20 UTC")));
    assert_eq!(stage.status(waiting), RegistrationStatus::Confirmed);
}

#[test]
fn what_ends_with_a_session_leaves_its_place_to_the_line() {
    let stage = Stage::new();
    let lunch = Offering::new(OfferingId::new(3), "lunch in the hall", [HALL]).requires(WORKSHOP);
    stage.does(AddOffering::new(stage.on, lunch));
    let ann = PersonId::random();
    let workshop = stage.does(Register::new(stage.on, ann).offering(WORKSHOP)).registration();
    let lunch = stage.does(Register::new(stage.on, ann).offering(OfferingId::new(3))).registration();
    let waiting = stage.books(WHOLE);
    assert_eq!(stage.status(waiting), RegistrationStatus::Waiting);
    let effects = stage.does(DropSession::new(stage.on, session().id));
    assert_eq!((effects.ended, effects.promoted), (vec![workshop, lunch], vec![waiting]));
    assert_eq!(stage.status(waiting), RegistrationStatus::Confirmed);
}
