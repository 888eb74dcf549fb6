//! What generated histories have found, each once by name.

use chrono::{DateTime, TimeDelta, Utc};
use gather::calendar::ProgrammeFeed;
use gather::testkit::{TestClock, epoch, gathering_id, person_id, session_id};
use gather::{
    AddSession, Basket, ChangeCapacity, ChangeSession, Command, Desk, DropSession, Failure, Gathering,
    GatheringId, MoveSession, PersonId, Receipt, Refusal, Register, Schedule, Session, SessionStatus,
    SetProgramme, Transfer, Venue,
};

use super::read::refusal;

fn hours(hours: i64) -> DateTime<Utc> {
    epoch() + TimeDelta::hours(hours)
}

fn between(start: i64, end: i64) -> Schedule {
    Schedule::between(hours(start), hours(end), "UTC").unwrap()
}

fn desk() -> Desk {
    Desk::builder().clock(TestClock::at(hours(10))).in_memory()
}

fn talk(desk: &Desk, number: usize, when: Schedule) -> GatheringId {
    desk.at(epoch()).execute(Gathering::webinar("Talk").id(gathering_id(number)).at(when)).unwrap().outcome
}

/// A conference on the epoch's day, with nothing in its programme.
fn conference(desk: &Desk) -> GatheringId {
    let day = Gathering::conference("Conference", Venue::new("Hub")).id(gathering_id(0));
    desk.at(epoch()).execute(day.at(between(1, 12))).unwrap().outcome
}

fn session(number: u8) -> Session {
    Session::new(session_id(number), format!("Session {number}")).at(between(10, 11))
}

fn code<T>(answer: Result<T, Failure>) -> &'static str {
    refusal(&answer.err().expect("it is refused")).code()
}

/// The first part was judged before the second had been read, and so at a time that was not the decision's.
#[test]
fn all_parts_of_a_basket_are_judged_at_one_time() {
    let desk = desk();
    let (ends_first, changed_later) = (talk(&desk, 0, between(3, 4)), talk(&desk, 1, between(8, 9)));
    drop(desk.at(hours(5)).execute(ChangeCapacity::new(changed_later, 20)).unwrap());

    let part = |gathering| Register::new(gathering, PersonId::random());
    let basket = Basket::new().part(part(ends_first)).part(part(changed_later));
    assert_eq!(code(desk.at(hours(1)).execute(basket.clone())), "gathering_over");
    assert_eq!(code(desk.at(hours(1)).execute(basket.best_effort())), "gathering_over");
}

/// What somebody has elsewhere is looked at as it is, and a decision here is no later for it.
#[test]
fn what_people_have_elsewhere_does_not_date_a_decision() {
    let desk = desk();
    let takes_time = |number, when| {
        let gathering = Gathering::webinar("Talk").id(gathering_id(number)).at(when).no_overlap();
        desk.at(epoch()).execute(gathering).unwrap().outcome
    };
    let (soon, elsewhere) = (takes_time(0, between(3, 4)), takes_time(1, between(8, 9)));
    let booked = desk.at(epoch()).execute(Register::new(soon, person_id(3))).unwrap().outcome;
    drop(desk.at(hours(5)).execute(Register::new(elsewhere, person_id(1))).unwrap());

    let busy = Register::new(soon, person_id(1));
    let basket = Basket::new().part(Register::new(soon, person_id(2))).part(busy.clone());
    assert_eq!(desk.at(hours(1)).execute(basket).unwrap().time, hours(1));
    let transfer = Transfer::new(booked.registration(), person_id(4));
    assert_eq!(desk.at(hours(1)).execute(transfer).unwrap().time, hours(1));
}

/// Sends a command under the request of another, which was done.
fn sent_instead<C: Command<Outcome: std::fmt::Debug>>(
    desk: &Desk,
    done: &Receipt<impl Sized>,
    other: C,
) -> Result<(), Failure> {
    desk.request(done.request).execute(other).map(drop)
}

/// A registration says nothing of a programme, and yet one was taken for done.
#[test]
fn a_programme_is_not_set_by_a_registration() {
    let desk = desk();
    let later = talk(&desk, 0, between(11, 12));
    let booked = desk.execute(Register::new(later, person_id(1))).unwrap();
    let reused = sent_instead(&desk, &booked, SetProgramme::new(later, []));
    assert!(matches!(refusal(&reused.unwrap_err()), Refusal::RequestReused { .. }));
}

/// Of a whole programme only the first fact was looked at.
#[test]
fn one_session_is_not_all_that_a_programme_did() {
    let desk = desk();
    let day = conference(&desk);
    drop(desk.execute(SetProgramme::new(day, [session(1), session(2), session(3)])).unwrap());
    let moved = session(1).room("Upstairs");
    let instead = desk.execute(SetProgramme::new(day, [moved.clone(), session(2).about("More.")])).unwrap();
    assert_eq!(instead.facts.len(), 3);
    assert_eq!(
        code(sent_instead(&desk, &instead, MoveSession::new(day, moved.id).room("Upstairs"))),
        "request_reused"
    );
    assert_eq!(code(sent_instead(&desk, &instead, ChangeSession::new(day, moved))), "request_reused");

    let dropped = desk.execute(SetProgramme::new(day, []).even_if_empty()).unwrap();
    let first = desk.programme(day).unwrap().rows()[0].session;
    assert_eq!(code(sent_instead(&desk, &dropped, DropSession::new(day, first))), "request_reused");
}

/// These change nothing by what they say, so nothing that was done was done by them.
#[test]
fn a_session_that_was_added_was_not_changed() {
    let desk = desk();
    let day = conference(&desk);
    let added = desk.execute(AddSession::new(day, session(1))).unwrap();
    assert_eq!(code(sent_instead(&desk, &added, ChangeSession::new(day, session(1)))), "request_reused");
    let moved = desk.execute(MoveSession::new(day, session_id(1)).room("Upstairs")).unwrap();
    assert_eq!(code(sent_instead(&desk, &moved, MoveSession::new(day, session_id(1)))), "request_reused");
    let dropped = desk.execute(SetProgramme::new(day, []).even_if_empty()).unwrap();
    let left = SetProgramme::new(day, []).leave_alone([session_id(1)]);
    assert_eq!(code(sent_instead(&desk, &dropped, left)), "request_reused");
}

/// A session that comes back without a date has lost the one that it had; its entry must not vanish from calendars.
#[test]
fn a_session_that_comes_back_without_a_date_is_postponed() {
    let desk = desk();
    let day = conference(&desk);
    drop(desk.execute(AddSession::new(day, session(1).at(between(5, 6)))).unwrap());
    drop(desk.execute(MoveSession::new(day, session_id(1)).to(between(10, 11))).unwrap());
    drop(desk.execute(DropSession::new(day, session_id(1))).unwrap());
    drop(desk.execute(AddSession::new(day, Session::new(session_id(1), "Session 1"))).unwrap());

    let programme = desk.programme(day).unwrap();
    let row = &programme.rows()[0];
    assert_eq!((row.status, row.sequence), (SessionStatus::Postponed, 3));
    assert_eq!(row.shown_schedule(), &between(10, 11));
    let calendar = ProgrammeFeed::new(programme).to_string();
    assert!(calendar.contains(&format!("UID:{}\r\n", session_id(1))));
}
