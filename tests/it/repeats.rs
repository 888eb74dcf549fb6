//! A request's id that comes again with something else in it is refused, whatever happened to come of the first.

use gather::{
    AddOffering, AddSession, Basket, ChangeSession, Command, Desk, DropSession, Failure, Gathering,
    GatheringId, MoveSession, Offering, OfferingId, PersonId, Pool, PoolId, Refusal, Register, RequestId,
    Session, SessionId, SetProgramme, Venue,
};

/// A conference with two sessions, of which the first can be booked, and what was done under one request.
struct Reused {
    desk: Desk,
    conference: GatheringId,
    request: RequestId,
}

const PLACE: OfferingId = OfferingId::new(2);

fn session(number: u128) -> Session {
    Session::new(SessionId::from_u128(number), "Talk")
}

impl Reused {
    fn new() -> Self {
        let desk = Desk::in_memory();
        let conference = Gathering::conference("The Changing Landscape", Venue::new("Central Library"))
            .at("2099-03-20 Europe/London".parse().unwrap());
        let conference = desk.announce(conference).unwrap().outcome;
        drop(desk.execute(SetProgramme::new(conference, [session(1), session(2)])).unwrap());
        let place = Offering::new(PLACE, "workshop", [PoolId::new(2)]).for_session(session(1).id);
        let pool = Pool::new(PoolId::new(2), "seats", 1);
        drop(desk.execute(AddOffering::new(conference, place).pool(pool)).unwrap());
        Self { desk, conference, request: RequestId::random() }
    }

    fn register(&self) -> Register {
        Register::new(self.conference, PersonId::random()).offering(PLACE)
    }

    fn did(&self, command: impl Command + Clone) -> &Self {
        let first = self.desk.request(self.request).execute(command.clone()).unwrap();
        assert!(!first.facts.is_empty(), "what leaves no trace is not remembered");
        assert!(self.desk.request(self.request).execute(command).unwrap().repeated);
        self
    }

    #[track_caller]
    fn refuses(&self, command: impl Command) {
        let head = self.desk.position();
        match self.desk.request(self.request).execute(command) {
            Err(Failure::Refused(Refusal::RequestReused { request })) => assert_eq!(request, self.request),
            Err(other) => panic!("refused for something else: {other}"),
            Ok(receipt) => panic!("answered as if it had been asked before: {:?}", receipt.facts),
        }
        assert_eq!(self.desk.position(), head);
    }
}

#[test]
fn a_programme_is_not_taken_for_a_registration() {
    let reused = Reused::new();
    reused.did(reused.register());
    reused.refuses(SetProgramme::new(reused.conference, [session(1), session(2), session(3)]));
}

#[test]
fn a_programme_that_leaves_a_session_did_not_drop_it() {
    let reused = Reused::new();
    reused.did(SetProgramme::new(reused.conference, [session(1)]));
    reused.refuses(SetProgramme::new(reused.conference, [session(1)]).leave_alone([session(2).id]));
}

#[test]
fn one_move_is_not_taken_for_a_programme() {
    let reused = Reused::new();
    let upstairs = session(1).room("Reading Room");
    reused.did(SetProgramme::new(reused.conference, [upstairs, session(2), session(3)]));
    reused.refuses(MoveSession::new(reused.conference, session(1).id).room("Reading Room"));
}

#[test]
fn a_move_that_says_nothing_was_not_asked_before() {
    let reused = Reused::new();
    reused.did(MoveSession::new(reused.conference, session(1).id).room("Reading Room"));
    reused.refuses(MoveSession::new(reused.conference, session(1).id));
}

#[test]
fn one_drop_is_not_taken_for_a_programme() {
    let reused = Reused::new();
    reused.did(SetProgramme::new(reused.conference, []).even_if_empty());
    reused.refuses(DropSession::new(reused.conference, session(1).id));
}

#[test]
fn a_change_is_not_taken_for_an_addition() {
    let reused = Reused::new();
    reused.did(AddSession::new(reused.conference, session(3)));
    reused.refuses(ChangeSession::new(reused.conference, session(3)));
}

#[test]
fn all_or_nothing_is_not_told_of_a_line() {
    let reused = Reused::new();
    assert!(reused.desk.execute(reused.register()).unwrap().outcome.is_confirmed());
    let late = Basket::new().part(reused.register());
    reused.did(late.clone().best_effort());
    reused.refuses(late);
}
