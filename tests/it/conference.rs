//! Conferences through the desk: programmes, baskets, places that need others, another mode. Each journey is made in
//! memory and on a folder, previewed before it is done, and repeated request by request when all is over.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test names what it waits for")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt::Debug;

use chrono::TimeDelta;
use gather::calendar::ProgrammeFeed;
use gather::testkit::{TestClock, person_id};
use gather::{
    AddOffering, AddSession, Command, Desk, Fact, Failure, Gathering, GatheringId, Lists, Offering,
    OfferingId, Pool, PoolId, Position, Receipt, Refusal, Register, RegistrationId, RequestId, Schedule,
    Session, SessionId, Venue,
};
use tempfile::TempDir;

mod baskets;
mod hostile;
mod overlaps;
mod places;
mod programmes;
mod refusals;

const CONFERENCE: OfferingId = OfferingId::new(1);
const ONLINE: OfferingId = OfferingId::new(2);
const VISIT: OfferingId = OfferingId::new(3);
const WORKSHOP: OfferingId = OfferingId::new(4);

const HALL: PoolId = PoolId::new(1);
const STREAM: PoolId = PoolId::new(2);
const COACH: PoolId = PoolId::new(3);
const TABLE: PoolId = PoolId::new(4);

/// A desk in memory or on a folder, with a clock that goes on by a minute with each command.
struct Stage {
    clock: TestClock,
    folder: Option<TempDir>,
    desk: RefCell<Option<Desk>>,
    requests: Cell<u128>,
    /// Every request that has left a trace, to be made again.
    done: RefCell<Vec<Repeat>>,
}

/// Makes a request again and holds that its answer is the one that it had.
type Repeat = Box<dyn Fn(&Desk)>;

impl Stage {
    /// Makes a journey in memory, and on a folder that is opened anew in the end.
    fn each(journey: impl Fn(&Self)) {
        for folder in [None, Some(TempDir::new().unwrap())] {
            let clock = TestClock::at("2027-01-01T09:00:00Z".parse().unwrap());
            let (desk, requests, done) = (RefCell::default(), Cell::new(1), RefCell::default());
            let stage = Self { clock, folder, desk, requests, done };
            stage.open();
            journey(&stage);
            stage.reopen();
            stage.repeats_everything();
        }
    }

    fn open(&self) {
        let builder = Desk::builder().clock(self.clock.clone());
        let desk = match &self.folder {
            Some(folder) => builder.open(folder.path()).unwrap(),
            None => builder.in_memory(),
        };
        *self.desk.borrow_mut() = Some(desk);
    }

    /// Opens the folder anew: it says what it said before. In memory there is nothing to open.
    fn reopen(&self) {
        if self.folder.is_none() {
            return;
        }
        let before = self.all_that_is_shown();
        *self.desk.borrow_mut() = None;
        self.open();
        assert_eq!(self.all_that_is_shown(), before);
    }

    fn repeats_everything(&self) {
        let (desk, before) = (self.desk(), self.log());
        self.done.borrow().iter().for_each(|repeat| repeat(&desk));
        assert_eq!(self.log(), before, "requests made again leave the log as it was");
    }

    fn desk(&self) -> Desk {
        self.desk.borrow().clone().unwrap()
    }

    fn set_clock(&self, time: &str) {
        self.clock.set(time.parse().unwrap());
    }

    fn next_request(&self) -> RequestId {
        self.clock.advance(TimeDelta::minutes(1));
        RequestId::from_u128(self.requests.replace(self.requests.get() + 1))
    }

    /// Does a command: as its preview says, once however often it is asked for.
    fn receives<C>(&self, command: C) -> Receipt<C::Outcome>
    where
        C: Command<Outcome: Clone + Debug + PartialEq + 'static> + Clone + 'static,
    {
        let (desk, request) = (self.desk(), self.next_request());
        let foreseen = desk.request(request).preview(command.clone()).unwrap();
        let receipt = desk.request(request).execute(command.clone()).unwrap();
        assert_eq!(receipt.outcome, foreseen);
        let again = desk.request(request).execute(command.clone()).unwrap();
        assert_eq!((&again.outcome, again.position), (&receipt.outcome, receipt.position));
        if !receipt.facts.is_empty() {
            assert!(again.repeated && again.facts == receipt.facts);
            let expected = again;
            self.done.borrow_mut().push(Box::new(move |desk| {
                assert_eq!(desk.request(request).execute(command.clone()).unwrap(), expected);
            }));
        }
        receipt
    }

    fn does<C>(&self, command: C) -> C::Outcome
    where
        C: Command<Outcome: Clone + Debug + PartialEq + 'static> + Clone + 'static,
    {
        self.receives(command).outcome
    }

    /// Is refused, by preview and when it is meant, and leaves the log as it was.
    fn refuses<C: Command + Clone>(&self, command: C) -> Refusal {
        let (desk, request, before) = (self.desk(), self.next_request(), self.log());
        let Err(foreseen) = desk.request(request).preview(command.clone()) else {
            panic!("it is not refused")
        };
        let Err(failure) = desk.request(request).execute(command) else { panic!("it was not refused") };
        assert_eq!(foreseen.refusal(), failure.refusal());
        assert_eq!(self.log(), before, "a refusal leaves the log as it was");
        match failure {
            Failure::Refused(refusal) => refusal,
            Failure::Fault(fault) => panic!("the desk cannot work: {fault}"),
        }
    }

    /// The log: every fact, and on a folder every byte.
    fn log(&self) -> (Position, Option<Vec<u8>>) {
        let file = self.folder.as_ref().map(|folder| {
            let mut files: Vec<_> =
                std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
            files.sort();
            files
                .into_iter()
                .filter(|file| file.is_file())
                .flat_map(|file| std::fs::read(file).unwrap())
                .collect()
        });
        (self.desk().position(), file)
    }

    /// Every list, programme and calendar of all that the log speaks of.
    fn all_that_is_shown(&self) -> String {
        let desk = self.desk();
        let mut lists = Lists::new();
        let page = desk.read_log(Position::START, usize::MAX).unwrap();
        page.batches
            .iter()
            .flat_map(gather::log::StoredBatch::records)
            .for_each(|record| lists.apply(&record));
        let mut shown = vec![desk.whats_on().to_string(), desk.public_feed().to_string()];
        let mut people = BTreeSet::new();
        for card in lists.gatherings() {
            let programme = desk.programme(card.id()).unwrap();
            shown.push(format!("{programme}\n{:?}", programme.warnings()));
            shown.push(serde_json::to_string(&programme).unwrap());
            shown.push(ProgrammeFeed::new(programme).to_string());
            shown.push(desk.attendee_list(card.id()).unwrap().to_string());
            shown.push(desk.waiting_list(card.id()).unwrap().to_string());
            people.extend(card.registrations().flat_map(|it| it.booking().party.named()));
        }
        for person in people {
            shown.push(serde_json::to_string(&desk.agenda(person)).unwrap());
            shown.push(desk.calendar(person).with_waiting().to_string());
        }
        shown.join("\n\n")
    }

    /// Announces a conference on 20 March 2027: in person (the hall), online, and a visit by coach for those in person.
    fn conference(&self, hall: u32, stream: u32, coach: u32) -> GatheringId {
        self.does(hybrid(hall, stream, coach).at(day("2027-03-20")))
    }

    fn adds(&self, on: GatheringId, session: Session) -> SessionId {
        self.does(AddSession::new(on, session))
    }

    /// Makes a session bookable, with a pool of its own, for whoever has a place in person.
    fn opens(&self, on: GatheringId, number: u16, session: SessionId, places: u32) -> OfferingId {
        let (offering, pool) = (OfferingId::new(number), PoolId::new(number));
        let it = Offering::new(offering, "workshop", [pool]).for_session(session).requires(CONFERENCE);
        self.does(AddOffering::new(on, it).pool(Pool::new(pool, "workshop", places)))
    }

    fn books(&self, on: GatheringId, person: u8, offering: OfferingId) -> RegistrationId {
        let registered = self.does(Register::new(on, person_id(person)).offering(offering));
        assert!(registered.is_confirmed(), "{registered:?}");
        registered.registration()
    }

    fn waits(&self, on: GatheringId, person: u8, offering: OfferingId) -> RegistrationId {
        let registered = self.does(Register::new(on, person_id(person)).offering(offering));
        assert!(!registered.is_confirmed(), "{registered:?}");
        registered.registration()
    }

    fn status(&self, registration: RegistrationId) -> String {
        self.desk().registration(registration).unwrap().status.code().into()
    }

    /// The places left in an offering.
    fn left(&self, on: GatheringId, offering: OfferingId) -> i64 {
        let row = self.desk().gathering(on).unwrap();
        row.offerings.iter().find(|it| it.offering == offering).unwrap().left.unwrap()
    }
}

fn hybrid(hall: u32, stream: u32, coach: u32) -> Gathering {
    Gathering::conference("The Changing Landscape", Venue::new("Central Library"))
        .online_too()
        .join_link(gather::JoinLink::new("https://meet.example/landscape"))
        .pool(Pool::new(HALL, "hall", hall))
        .pool(Pool::new(STREAM, "stream", stream))
        .pool(Pool::new(COACH, "coach", coach))
        .offering(Offering::new(CONFERENCE, "in person", [HALL]))
        .offering(Offering::new(ONLINE, "online", [STREAM]))
        .offering(Offering::new(VISIT, "site visit", [COACH]).requires(CONFERENCE))
}

/// A schedule in London: `2027-03-20`, `2027-03-20 10:00 to 11:00`.
fn day(text: &str) -> Schedule {
    format!("{text} Europe/London").parse().unwrap()
}

/// A session on the day of the conference.
fn talk(number: u128, hours: &str) -> Session {
    dated(number, &format!("2027-03-20 {hours}"))
}

fn dated(number: u128, when: &str) -> Session {
    Session::new(session(number), format!("Talk {number}")).at(day(when))
}

fn session(number: u128) -> SessionId {
    SessionId::from_u128(number)
}

fn kinds(facts: &[Fact]) -> Vec<&'static str> {
    facts.iter().map(kind).collect()
}

fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::GatheringRescheduled { .. } => "rescheduled",
        Fact::ModeChanged { .. } => "mode",
        Fact::SessionAdded { .. } => "added",
        Fact::SessionMoved { .. } => "moved",
        Fact::SessionRevised { .. } => "revised",
        Fact::SessionDropped { .. } => "dropped",
        Fact::RegistrationConfirmed { .. } => "confirmed",
        Fact::RegistrationWaitlisted { .. } => "waitlisted",
        Fact::RegistrationPromoted { .. } => "promoted",
        Fact::RegistrationEnded { .. } => "ended",
        Fact::PlaceTransferred { .. } => "transferred",
        _ => "something else",
    }
}
