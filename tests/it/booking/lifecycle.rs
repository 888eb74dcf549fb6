//! The lifecycle: a draft, announced, over, completed, archived, or called off; and what can be done in each.

use std::fmt::Write;

use chrono::TimeDelta;
use gather::testkit::person_id;
use gather::{
    AcceptOffer, AddOffering, AddSession, AddSetAside, AnnounceDraft, AnswerInvitation, Approve, Archive,
    AttachResource, Basket, BookingState, CancelGathering, CancelRegistration, Change, ChangeCapacity,
    ChangeMode, ChangeParty, ChangePriorities, ChangeSession, ChangeSetAside, CheckIn, CheckInList,
    CheckInListId, CloseBooking, CloseBooks, CloseLine, Command, ConfirmHold, DeclineOffer, Desk,
    DropSession, ExtendHold, Failure, FollowUp, GatheringId, Hold, Join, Lifecycle, LineOnly, Mode,
    MoveRegistration, MoveSession, NoteInterest, Offering, OfferingId, OpenBooking, OpenInterest,
    PauseBooking, Pool, PoolId, Presence, Reconfirm, RecordPresence, Register, RegistrationId, Reject,
    Reschedule, ResourceId, ResourceKind, ResourceLink, ScanId, Session, SessionId, SetAside, SetAsideId,
    SetCheckInList, SetProgramme, Settle, Transfer, UndoCheckIn, WithdrawCheckInList, WithdrawOffer,
    WithdrawResource,
};

use crate::scene::{ENDS, HALL, STARTS, Scene, at, day, hall, member, reference};

#[test]
fn a_draft_can_be_planned_and_is_seen_when_it_is_announced() {
    let scene = Scene::of(hall(1, |place| place).draft());
    assert!(scene.desk.whats_on().rows().is_empty());
    assert_eq!(scene.refused(scene.one(1)), "not_announced");
    assert_eq!(scene.refused(FollowUp::new(scene.on, person_id(1))), "not_announced");
    drop(scene.set_capacity(2));
    scene.does(OpenBooking::new(scene.on));
    assert_eq!(scene.does(AnnounceDraft::new(scene.on)), Change::Made);
    assert_eq!(scene.does(AnnounceDraft::new(scene.on)), Change::AlreadySo);
    assert_eq!(scene.desk.whats_on().rows()[0].booking, BookingState::Open);
    scene.books(scene.party(1, 2));
}

#[test]
fn a_draft_whose_dates_are_over_is_not_announced() {
    let scene = Scene::of(hall(1, |place| place).draft());
    scene.set_clock(ENDS);
    assert_eq!(scene.refused(AnnounceDraft::new(scene.on)), "in_the_past");
    scene.clock.set(at(ENDS) - TimeDelta::microseconds(1));
    assert_eq!(scene.does(AnnounceDraft::new(scene.on)), Change::Made);
}

#[test]
fn a_draft_can_be_called_off() {
    let scene = Scene::of(hall(1, |place| place).draft());
    assert_eq!(scene.does(CancelGathering::new(scene.on)), Change::Made);
    assert_eq!(scene.refused(AnnounceDraft::new(scene.on)), "gathering_cancelled");
}

#[test]
fn books_are_closed_when_it_is_over_and_not_before() {
    let scene = Scene::with_places(2);
    scene.clock.set(at(ENDS) - TimeDelta::microseconds(1));
    assert_eq!(scene.refused(CloseBooks::new(scene.on)), "not_over");
    assert_eq!(scene.refused(Archive::new(scene.on)), "not_completed");
    scene.set_clock(ENDS);
    assert_eq!(scene.does(CloseBooks::new(scene.on)), Change::Made);
    assert_eq!(scene.does(CloseBooks::new(scene.on)), Change::AlreadySo);
    assert_eq!(scene.does(Archive::new(scene.on)), Change::Made);
    assert_eq!(scene.does(Archive::new(scene.on)), Change::AlreadySo);
    assert_eq!(scene.desk.gathering(scene.on).unwrap().lifecycle, Lifecycle::Archived);
    let tbc = scene.does(gather::Gathering::webinar("Talk"));
    assert_eq!(scene.refused(CloseBooks::new(tbc)), "not_over", "without a date it is never over");
}

#[test]
fn closed_books_leave_nothing_open() {
    let scene = Scene::of(hall(4, |place| place));
    let ann = scene.books(scene.one(1));
    scene.does(OpenInterest::new(scene.on));
    let interested = scene.does(NoteInterest::new(scene.on, person_id(2)));
    scene.does(OpenBooking::new(scene.on));
    scene.clock.set(at(ENDS) - TimeDelta::minutes(5));
    let held = scene.holds(scene.party(3, 3), 10);
    let waiting = scene.waits(scene.one(4), 0);
    let wish = scene.does(FollowUp::new(scene.on, person_id(5)));
    scene.set_clock(ENDS);
    scene.does(CloseBooks::new(scene.on));
    let ended = [held, waiting, interested].map(|it| scene.status(it));
    assert_eq!(ended, ["books_closed"; 3]);
    assert_eq!([ann, wish].map(|it| scene.status(it)), ["confirmed", "follow_up_only"]);
    scene.after(TimeDelta::hours(1));
    assert_eq!(scene.desk.next_deadline().unwrap(), None);
    assert!(scene.receives(Settle::new(scene.on)).facts.is_empty());
}

#[test]
fn a_re_run_says_what_it_replaces() {
    let scene = Scene::with_places(1);
    scene.does(CancelGathering::new(scene.on));
    let again = scene.does(hall(1, |place| place).replaces(scene.on));
    assert_eq!(scene.desk.gathering(again).unwrap().announcement().replaces, Some(scene.on));
}

/// What happened when a command was tried.
type Try = Box<dyn Fn(&Desk) -> Result<usize, Failure>>;

fn trying<C: Command + Clone + 'static>(command: C) -> Try {
    Box::new(move |desk| desk.execute(command.clone()).map(|receipt| receipt.facts.len()))
}

/// Whom and what the commands speak of.
#[derive(Clone, Copy)]
struct Known {
    on: GatheringId,
    /// A date that stands, with somebody on it.
    other: GatheringId,
    elsewhere: RegistrationId,
    registration: RegistrationId,
    wish: RegistrationId,
}

/// Every command that acts on a gathering.
fn every_command(known: Known) -> Vec<(&'static str, Try)> {
    let Known { on, other, elsewhere, registration, wish } = known;
    let one = || Register::new(on, person_id(9));
    let soon = at("2027-03-19T09:10:00Z");
    let aside = SetAside::new(SetAsideId::new(7), HALL, 1).who(member());
    let session = |number| Session::new(SessionId::from_u128(number), "Talk");
    let offering = Offering::new(OfferingId::new(8), "extra", [PoolId::new(8)]);
    let extra = AddOffering::new(on, offering).pool(Pool::new(PoolId::new(8), "extra", 1));
    let link = ResourceLink::new("https://media.example/talk");
    vec![
        ("Register", trying(one())),
        ("Basket", trying(Basket::new().part(one()))),
        ("Hold", trying(Hold::new(one(), soon))),
        ("ConfirmHold", trying(ConfirmHold::new(registration))),
        ("ExtendHold", trying(ExtendHold::new(registration, soon))),
        ("Approve", trying(Approve::new(registration))),
        ("Reject", trying(Reject::new(registration))),
        ("AcceptOffer", trying(AcceptOffer::new(registration))),
        ("DeclineOffer", trying(DeclineOffer::new(registration))),
        ("WithdrawOffer", trying(WithdrawOffer::new(registration))),
        ("Reconfirm", trying(Reconfirm::new(registration))),
        ("AnswerInvitation", trying(AnswerInvitation::accept(registration, person_id(2)))),
        ("Transfer", trying(Transfer::new(registration, person_id(8)))),
        ("ChangeParty", trying(ChangeParty::new(registration).unnamed_guests(1))),
        ("MoveRegistration from", trying(MoveRegistration::new(registration, other))),
        ("MoveRegistration to", trying(MoveRegistration::new(elsewhere, on))),
        ("CancelRegistration", trying(CancelRegistration::new(registration))),
        ("CancelRegistration of a wish", trying(CancelRegistration::new(wish))),
        ("FollowUp", trying(FollowUp::new(on, person_id(7)))),
        ("NoteInterest", trying(NoteInterest::new(on, person_id(6)))),
        ("RecordPresence", trying(RecordPresence::new(registration, Presence::Attended).seen_at(at(STARTS)))),
        ("SetCheckInList", trying(SetCheckInList::new(on, CheckInList::new(CheckInListId::new(3), "gate")))),
        ("WithdrawCheckInList", trying(WithdrawCheckInList::new(on, CheckInListId::new(1)))),
        ("CheckIn", trying(CheckIn::new(on, registration).seen_at(at(STARTS)))),
        ("UndoCheckIn", trying(UndoCheckIn::new(on, ScanId::from_u128(1)))),
        ("Join", trying(Join::new(registration))),
        ("AddSetAside", trying(AddSetAside::new(on, aside))),
        ("ChangeSetAside", trying(ChangeSetAside::new(on, SetAsideId::new(1), 0))),
        ("ChangeCapacity", trying(ChangeCapacity::new(on, 8))),
        ("ChangePriorities", trying(ChangePriorities::new(on, vec![vec![member().into()]], reference("r")))),
        ("CloseLine", trying(CloseLine::new(on))),
        ("PauseBooking", trying(PauseBooking::new(on))),
        ("LineOnly", trying(LineOnly::new(on))),
        ("OpenInterest", trying(OpenInterest::new(on))),
        ("CloseBooking", trying(CloseBooking::new(on))),
        ("OpenBooking", trying(OpenBooking::new(on))),
        ("ChangeMode", trying(ChangeMode::new(on, Mode::Online))),
        ("AddSession", trying(AddSession::new(on, session(1)))),
        ("ChangeSession", trying(ChangeSession::new(on, session(2).titled("Another")))),
        ("MoveSession", trying(MoveSession::new(on, SessionId::from_u128(2)).room("Hall 2"))),
        ("DropSession", trying(DropSession::new(on, SessionId::from_u128(2)))),
        ("SetProgramme", trying(SetProgramme::new(on, [session(3)]))),
        ("AddOffering", trying(extra)),
        ("AttachResource", trying(AttachResource::new(on, ResourceKind::Slides, "Slides", link))),
        ("WithdrawResource", trying(WithdrawResource::new(on, ResourceId::from_u128(1)))),
        ("Reschedule", trying(Reschedule::new(on, day("2027-12-20 10:00 to 16:00")))),
        ("Settle", trying(Settle::new(on))),
        ("AnnounceDraft", trying(AnnounceDraft::new(on))),
        ("CloseBooks", trying(CloseBooks::new(on))),
        ("Archive", trying(Archive::new(on))),
        ("CancelGathering", trying(CancelGathering::new(on))),
    ]
}

/// A gathering with somebody on it, in a state.
fn in_state(state: &str) -> (Scene, Known) {
    let kept = SetAside::new(SetAsideId::new(1), HALL, 1).who(member());
    let gathering = hall(9, |place| place).set_aside(kept);
    let scene = Scene::of(if state == "draft" { gathering.draft() } else { gathering });
    scene.does(AddSession::new(scene.on, Session::new(SessionId::from_u128(2), "Talk")));
    let other = scene.does(hall(9, |place| place).at(day("2027-12-01 10:00 to 16:00")));
    let elsewhere = scene.books(Register::new(other, person_id(1)));
    let nobody = RegistrationId::from_u128(404);
    let (registration, wish) = if state == "draft" {
        (nobody, nobody)
    } else {
        (scene.books(scene.one(2)), scene.does(FollowUp::new(scene.on, person_id(3))))
    };
    match state {
        "draft" => {}
        "cancelled" => drop(scene.receives(CancelGathering::new(scene.on))),
        _ => scene.set_clock(ENDS),
    }
    if ["completed", "archived"].contains(&state) {
        scene.does(CloseBooks::new(scene.on));
    }
    if state == "archived" {
        scene.does(Archive::new(scene.on));
    }
    let on = scene.on;
    (scene, Known { on, other, elsewhere, registration, wish })
}

/// For each state, what every command comes to: a refusal's code, or how many facts.
#[test]
fn every_command_in_every_wrong_state() {
    const STATES: [&str; 5] = ["draft", "cancelled", "over", "completed", "archived"];
    let mut table = String::new();
    let names: Vec<&str> = every_command(in_state("draft").1).into_iter().map(|(name, _)| name).collect();
    for (nth, name) in names.iter().enumerate() {
        let tried = STATES.map(|state| {
            let (scene, known) = in_state(state);
            let before = scene.desk.position();
            let (_, attempt) = every_command(known).remove(nth);
            match attempt(&scene.desk) {
                Ok(facts) => {
                    if facts == 0 {
                        "already so".to_owned()
                    } else {
                        "done".to_owned()
                    }
                }
                Err(Failure::Refused(refusal)) => {
                    assert_eq!(scene.desk.position(), before, "{name} on {state}: the log is as it was");
                    refusal.code().to_owned()
                }
                Err(Failure::Fault(fault)) => panic!("{name} on {state}: {fault}"),
            }
        });
        writeln!(table, "{name}: {}", tried.join(", ")).unwrap();
    }
    assert_eq!(table.trim(), TABLE.trim());
}

/// Draft, cancelled, over, completed, archived.
const TABLE: &str = "
Register: not_announced, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
Basket: not_announced, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
Hold: not_announced, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
ConfirmHold: unknown_registration, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
ExtendHold: unknown_registration, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
Approve: unknown_registration, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
Reject: unknown_registration, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
AcceptOffer: unknown_registration, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
DeclineOffer: unknown_registration, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
WithdrawOffer: unknown_registration, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
Reconfirm: unknown_registration, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
AnswerInvitation: unknown_registration, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
Transfer: unknown_registration, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
ChangeParty: unknown_registration, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
MoveRegistration from: unknown_registration, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
MoveRegistration to: not_announced, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
CancelRegistration: unknown_registration, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
CancelRegistration of a wish: unknown_registration, gathering_cancelled, done, done, gathering_archived
FollowUp: not_announced, gathering_cancelled, done, done, gathering_archived
NoteInterest: not_announced, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
RecordPresence: unknown_registration, gathering_cancelled, done, done, gathering_archived
SetCheckInList: done, gathering_cancelled, done, done, gathering_archived
WithdrawCheckInList: unknown_check_in_list, gathering_cancelled, unknown_check_in_list, unknown_check_in_list, gathering_archived
CheckIn: not_announced, gathering_cancelled, done, done, gathering_archived
UndoCheckIn: not_announced, gathering_cancelled, done, done, gathering_archived
Join: unknown_registration, gathering_cancelled, no_join_link, no_join_link, gathering_archived
AddSetAside: done, gathering_cancelled, done, gathering_completed, gathering_archived
ChangeSetAside: done, gathering_cancelled, done, gathering_completed, gathering_archived
ChangeCapacity: done, gathering_cancelled, done, gathering_completed, gathering_archived
ChangePriorities: done, gathering_cancelled, done, gathering_completed, gathering_archived
CloseLine: done, gathering_cancelled, done, gathering_completed, gathering_archived
PauseBooking: done, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
LineOnly: done, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
OpenInterest: done, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
CloseBooking: done, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
OpenBooking: done, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
ChangeMode: done, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
AddSession: done, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
ChangeSession: done, gathering_cancelled, done, gathering_completed, gathering_archived
MoveSession: done, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
DropSession: done, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
SetProgramme: done, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
AddOffering: done, gathering_cancelled, gathering_over, gathering_completed, gathering_archived
AttachResource: not_announced, gathering_cancelled, done, done, gathering_archived
WithdrawResource: unknown_resource, gathering_cancelled, unknown_resource, unknown_resource, gathering_archived
Reschedule: done, gathering_cancelled, done, gathering_completed, gathering_archived
Settle: already so, already so, already so, already so, already so
AnnounceDraft: done, gathering_cancelled, already so, gathering_completed, gathering_archived
CloseBooks: not_announced, gathering_cancelled, done, already so, gathering_archived
Archive: not_completed, gathering_cancelled, not_completed, done, already so
CancelGathering: done, already so, done, gathering_completed, gathering_archived
";
