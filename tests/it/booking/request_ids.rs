//! Request ids: the same request twice is done once, another one under its id is refused, and archiving ends the memory.

use std::cell::{Cell, RefCell};
use std::fmt::{Debug, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::TimeDelta;
use gather::testkit::{TestClock, person_id, session_id};
use gather::{
    AcceptOffer, AddOffering, AddSession, AddSetAside, AnnounceDraft, AnswerClass, AnswerInvitation, Answers,
    Approval, Approve, Archive, AttachResource, Audience, Basket, BookingTime, BookingWindow,
    CancelGathering, CancelRegistration, Capacity, ChangeCapacity, ChangeMode, ChangeParty, ChangePriorities,
    ChangeSession, ChangeSetAside, CheckIn, CheckInList, CheckInListId, Clock, CloseBooking, CloseBooks,
    CloseLine, Command, ConfirmHold, Credential, DeclineOffer, Desk, DropSession, ExtendHold, FollowUp,
    Gathering, GatheringId, Hold, IssueCalendarToken, Join, JoinLink, KeepAnswers, LineOnly, LinePolicy,
    Mode, MoveRegistration, MoveSession, Needs, Note, NoteInterest, Offering, OfferingId, OpenBooking,
    OpenInterest, OrganisationCap, OrganisationId, Overbook, PauseBooking, PersonDetails, PersonId, Pool,
    PoolId, Position, Presence, PresenceSource, PublishName, PublishedName, Reconfirm, RecordConsent,
    RecordNeeds, RecordPerson, RecordPresence, Register, RegistrationId, Reject, ReplyComment, RequestId,
    Reschedule, ResourceId, ResourceKind, ResourceLink, RevokeCalendarToken, RotateCalendarToken, ScanId,
    SeriesId, Session, SessionId, SetAside, SetAsideId, SetCheckInList, SetProgramme, SetTags, Settle,
    Silence, Transfer, UndoCheckIn, Venue, Way, WithdrawCheckInList, WithdrawOffer, WithdrawResource,
    WriteNote,
};
use tempfile::TempDir;

use crate::scene::{HALL, MORNING, PLACE, Scene, at, day, hall, member, reference};

const OTHER: OfferingId = OfferingId::new(2);
const STREAM: PoolId = PoolId::new(2);
const MEMBERS: SetAsideId = SetAsideId::new(1);

/// Asks for what was done before, and for what is like it but for one thing, under the same request.
type Again = Box<dyn Fn(&Desk)>;

/// A desk on a folder, at which every command is done once.
struct Book {
    folder: TempDir,
    clock: TestClock,
    desk: Option<Desk>,
    requests: Cell<u128>,
    done: RefCell<Vec<Again>>,
    names: RefCell<Vec<(RequestId, &'static str)>>,
}

impl Book {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let clock = TestClock::at(at(MORNING));
        let desk = Some(open(folder.path(), &clock));
        Self {
            folder,
            clock,
            desk,
            requests: Cell::new(1),
            done: RefCell::default(),
            names: RefCell::default(),
        }
    }

    fn desk(&self) -> &Desk {
        self.desk.as_ref().unwrap()
    }

    /// Does a command, and keeps what else could have been asked for: each differs in one thing that is clear.
    fn does<C>(&self, name: &'static str, command: C, others: impl IntoIterator<Item = C>) -> C::Outcome
    where
        C: Command<Outcome: Clone + Debug + PartialEq + 'static> + Clone + 'static,
    {
        self.tells(name, command, others, C::Outcome::clone)
    }

    /// The same where a repeat does not tell all that was told at first.
    fn tells<C>(
        &self,
        name: &'static str,
        command: C,
        others: impl IntoIterator<Item = C>,
        again: fn(&C::Outcome) -> C::Outcome,
    ) -> C::Outcome
    where
        C: Command<Outcome: Clone + Debug + PartialEq + 'static> + Clone + 'static,
    {
        let request = RequestId::from_u128(self.requests.replace(self.requests.get() + 1));
        let first = match self.desk().request(request).execute(command.clone()) {
            Ok(receipt) => receipt,
            Err(failure) => panic!("{name}: {failure}"),
        };
        assert!(!first.facts.is_empty(), "{name}");
        self.names.borrow_mut().push((request, name));
        let outcome = first.outcome.clone();
        let others: Vec<C> = others.into_iter().collect();
        let repeated = again(&outcome);
        self.done.borrow_mut().push(Box::new(move |desk| {
            let again = desk.request(request).execute(command.clone()).unwrap();
            assert!(again.repeated, "{name}");
            assert_eq!((&again.outcome, again.position, again.time), (&repeated, first.position, first.time));
            assert_eq!(again.facts, first.facts, "{name}");
            assert_eq!(desk.request(request).preview(command.clone()).unwrap(), repeated, "{name}");
            for (nth, other) in others.iter().enumerate() {
                match desk.request(request).execute(other.clone()) {
                    Ok(receipt) => panic!("{name}, other {nth}: {:?}", receipt.outcome),
                    Err(failure) => {
                        let code = failure.refusal().map(gather::Refusal::code);
                        assert_eq!(code, Some("request_reused"), "{name}, other {nth}: {failure}");
                    }
                }
            }
        }));
        outcome
    }

    fn repeats_everything(&self) {
        let before = self.desk().position();
        for again in self.done.borrow().iter() {
            again(self.desk());
        }
        assert_eq!(self.desk().position(), before);
    }

    fn reopen(&mut self) {
        self.desk = None;
        self.desk = Some(open(self.folder.path(), &self.clock));
    }
}

fn open(folder: &Path, clock: &TestClock) -> Desk {
    // What asks without an id of its own gets the same one in every run, so that what derives from it is the same.
    let next = AtomicU64::new(1_000_000);
    let requests = move || RequestId::from_u128(next.fetch_add(1, Ordering::Relaxed).into());
    Desk::builder().clock(clock.clone()).requests(requests).open(folder).unwrap()
}

fn person(number: u8) -> PersonId {
    person_id(number)
}

fn workshop(number: u128, places: u32) -> Gathering {
    hall(places, |place| place).id(GatheringId::from_u128(number))
}

fn announces(book: &Book) {
    let day_of = |number| workshop(number, 9);
    let full = || {
        Gathering::webinar("Talk")
            .id(GatheringId::from_u128(100))
            .about("All of it")
            .at(day("2027-03-20 10:00 to 11:00"))
            .join_link(JoinLink::new("https://meet.example/talk"))
    };
    let id = GatheringId::from_u128(100);
    let gathering = |kind| Gathering::new(kind, "Talk", Mode::Online).id(id).about("All of it");
    let times = |text| gathering(gather::GatheringKind::Webinar).at(day(text));
    let with_link = |it: Gathering| it.join_link(JoinLink::new("https://meet.example/talk"));
    let window = |opens| BookingWindow { opens, closes: None };
    book.does(
        "announce",
        full(),
        [
            full().id(GatheringId::from_u128(101)),
            with_link(gathering(gather::GatheringKind::Meeting).at(day("2027-03-20 10:00 to 11:00"))),
            full().about("Not all of it"),
            with_link(times("2027-03-20 10:00 to 11:30")),
            with_link(times("2027-03-20")),
            with_link(gathering(gather::GatheringKind::Webinar)),
            times("2027-03-20 10:00 to 11:00"),
            full().places(5),
            full().no_overlap(),
            full().draft(),
            full().booking(window(None)),
            full().booking(window(Some(BookingTime::BeforeStart { seconds: 60 }))),
            full().reference(reference("t-1")),
            full().series(SeriesId::from_u128(1)),
            full().replaces(GatheringId::from_u128(2)),
            full().organisation_cap(OrganisationCap { people: 2, until: None }),
            full().priority([member().into()]),
        ],
    );
    book.does("announce with an offering", day_of(101), {
        let other = |how: fn(Offering) -> Offering| hall(9, how).id(GatheringId::from_u128(101));
        let aside = |places| SetAside::new(MEMBERS, HALL, places).who(member());
        vec![
            day_of(101).places(4),
            hall(10, |place| place).id(GatheringId::from_u128(101)),
            other(|place| place.max_party(4)),
            other(Offering::without_waiting_list),
            other(|place| place.line(LinePolicy::offering_for_hours(4))),
            other(|place| place.line(LinePolicy::default().best_fit())),
            other(|place| place.line(LinePolicy::default().best_fit_from(7))),
            other(Offering::needs_approval),
            other(|place| place.approval(Approval { pending_uses_places: true, decide_within: Some(9) })),
            other(|place| place.only_for(member())),
            other(|place| place.hold_limit(9)),
            day_of(101).set_aside(aside(1)),
        ]
    });
}

fn people(book: &Book) {
    let ann = || PersonDetails::new("Ann Example");
    book.does("record person", RecordPerson::of(person(1), ann()), [RecordPerson::of(person(2), ann())]);
    let name = || PublishedName::new("Ann Example");
    book.does("publish name", PublishName::of(person(1), name()), [PublishName::of(person(2), name())]);
}

#[expect(clippy::too_many_lines, reason = "a line or two for each command")]
fn registers(book: &Book) {
    let on = book.desk().announce(workshop(1, 50)).unwrap().outcome;
    let other = book.desk().announce(workshop(2, 50).at(day("2027-04-20 10:00 to 16:00"))).unwrap().outcome;
    let ann = || Register::new(on, person(1));
    let wide = || ann().guest(person(2)).unnamed_guests(1);
    let registration = book
        .does(
            "register",
            wide(),
            [
                ann(),
                Register::new(other, person(1)).guest(person(2)).unnamed_guests(1),
                Register::new(on, person(3)).guest(person(2)).unnamed_guests(1),
                ann().guest(person(3)).unnamed_guests(1),
                ann().unnamed_guests(1).guest(person(2)),
                wide().unnamed_guests(1),
                wide().offering(PLACE),
                wide().reference(reference("r-1")),
                wide().answers(Answers::new().answer("diet", "none")),
                wide().credential(member()),
                wide().credential(Credential::Organisation(OrganisationId::from_u128(1))),
                wide().supersedes(RegistrationId::from_u128(1)),
                wide().uncounted(),
                wide().may_split(),
            ],
        )
        .registration();
    let parts = |last: Register| Basket::new().part(Register::new(on, person(4))).part(last);
    let last = || Register::new(other, person(4));
    book.does(
        "basket",
        parts(last()),
        [parts(last().uncounted()), parts(last()).best_effort(), Basket::new().part(last())],
    );
    book.does(
        "transfer",
        Transfer::new(registration, person(5)).place(3),
        [
            Transfer::new(registration, person(5)),
            Transfer::new(registration, person(6)).place(3),
            Transfer::new(RegistrationId::from_u128(1), person(5)).place(3),
        ],
    );
    let change = || ChangeParty::new(registration).without(2).guest(person(7));
    book.does(
        "change party",
        change(),
        [
            ChangeParty::new(registration).guest(person(7)),
            change().without(3),
            change().unnamed_guests(1),
            ChangeParty::new(registration).without(2).guest(person(8)),
        ],
    );
    let single = book.does("register one", Register::new(on, person(9)), []).registration();
    let _ = book.does(
        "move registration",
        MoveRegistration::new(single, other),
        [MoveRegistration::new(single, on), MoveRegistration::new(single, other).offering(PLACE)],
    );
    let gone = book.does("register another", Register::new(on, person(10)), []).registration();
    book.does(
        "cancel registration",
        CancelRegistration::new(gone),
        [CancelRegistration::new(gone).by_organiser()],
    );
    book.does(
        "follow up",
        FollowUp::new(on, person(11)),
        [
            FollowUp::new(on, person(12)),
            FollowUp::new(other, person(11)),
            FollowUp::new(on, person(11)).offering(PLACE),
        ],
    );
    let until = book.clock.now() + TimeDelta::minutes(10);
    let keep = |asked| Hold::new(asked, until);
    let asked = || Register::new(on, person(13));
    let held = book
        .does(
            "hold",
            keep(asked()),
            [keep(asked().uncounted()), Hold::new(asked(), until + TimeDelta::microseconds(1))],
        )
        .registration;
    let later = until + TimeDelta::minutes(1);
    book.does(
        "extend hold",
        ExtendHold::new(held, later),
        [ExtendHold::new(held, later + TimeDelta::seconds(1))],
    );
    let answers = Answers::new().answer("diet", "none");
    let _ = book.does("confirm hold", ConfirmHold::new(held), [ConfirmHold::new(held).answers(answers)]);
    let lapses = book.does("hold again", Hold::new(Register::new(on, person(14)), until), []).registration;
    book.clock.advance(TimeDelta::minutes(10));
    book.does("settle", Settle::new(on), [Settle::new(other)]);
    let afresh = book.does("confirm hold afresh", ConfirmHold::new(lapses), []);
    assert!(afresh.is_confirmed());
}

fn answers(book: &Book) {
    let offers = |place: Offering| place.line(LinePolicy::offering_for_hours(24));
    let on = book.desk().announce(hall(1, offers).id(GatheringId::from_u128(3))).unwrap().outcome;
    let [first, second, third, fourth] =
        [1, 2, 3, 4].map(|it| book.desk().register(on, person(it)).unwrap().outcome.registration());
    drop(book.desk().cancel_registration(first).unwrap());
    let nobody = RegistrationId::from_u128(1);
    book.does("decline offer", DeclineOffer::new(second), [DeclineOffer::new(nobody)]);
    book.does("withdraw offer", WithdrawOffer::new(third), [WithdrawOffer::new(nobody)]);
    book.does("accept offer", AcceptOffer::new(fourth), [AcceptOffer::new(nobody)]);
    let on = book
        .desk()
        .announce(hall(9, Offering::needs_approval).id(GatheringId::from_u128(4)))
        .unwrap()
        .outcome;
    let [first, second] =
        [1, 2].map(|it| book.desk().register(on, person(it)).unwrap().outcome.registration());
    let _ = book.does("approve", Approve::new(first), [Approve::new(second)]);
    book.does("reject", Reject::new(second), [Reject::new(first)]);
}

#[expect(clippy::too_many_lines, reason = "a line or two for each command")]
fn runs(book: &Book) {
    let [on, other] = [5, 6].map(GatheringId::from_u128);
    let [_, _] = [5, 6].map(|number| book.desk().announce(workshop(number, 9)).unwrap());
    let pause = |on| PauseBooking::new(on);
    book.does("pause booking", pause(on), [pause(other), pause(on).reason(reference("unclear"))]);
    book.does("line only", LineOnly::new(on), [LineOnly::new(other)]);
    book.does("open interest", OpenInterest::new(on), [OpenInterest::new(other)]);
    let note = |on, it| NoteInterest::new(on, person(it));
    book.does("note interest", note(on, 1), [note(on, 2), note(other, 1), note(on, 1).offering(PLACE)]);
    book.does("close booking", CloseBooking::new(on), [CloseBooking::new(other)]);
    book.does("open booking", OpenBooking::new(on), [OpenBooking::new(other)]);
    let capacity = |places: u32| ChangeCapacity::new(on, places);
    book.does(
        "change capacity",
        capacity(20),
        [
            capacity(21),
            ChangeCapacity::new(other, 20),
            ChangeCapacity::new(on, Capacity::Unlimited),
            capacity(20).pool(HALL),
            capacity(20).overbook(Overbook::Places(1)),
            capacity(20).overbook(Overbook::No),
            capacity(20).keep_all(),
            capacity(20).displace(RegistrationId::from_u128(1)),
        ],
    );
    let aside = |places| SetAside::new(MEMBERS, HALL, places).who(member());
    let add = |set_aside| AddSetAside::new(on, set_aside);
    book.does(
        "add set-aside",
        add(aside(2)),
        [
            add(aside(3)),
            AddSetAside::new(other, aside(2)),
            add(aside(2).who(person(1))),
            add(aside(2).release(BookingTime::BeforeStart { seconds: 60 })),
            add(SetAside::new(SetAsideId::new(2), HALL, 2).who(member())),
            add(SetAside::new(MEMBERS, STREAM, 2).who(member())),
        ],
    );
    let change = |places| ChangeSetAside::new(on, MEMBERS, places);
    let soon = BookingTime::At(at("2027-02-01T09:00:00Z"));
    book.does(
        "change set-aside",
        change(1).release(soon),
        [
            change(2).release(soon),
            change(1),
            change(1).never_released(),
            change(1).release(BookingTime::At(at("2027-02-01T09:00:01Z"))),
        ],
    );
    let classes = |people: &[u8]| vec![people.iter().map(|it| person(*it).into()).collect()];
    let prioritise = |people: &[u8], why| ChangePriorities::new(on, classes(people), reference(why));
    book.does(
        "change priorities",
        prioritise(&[1, 2], "r"),
        [prioritise(&[2, 1], "r"), prioritise(&[1, 2], "s")],
    );
    let place = Mode::InPerson(Venue::new("Hub"));
    let moved = |mode: &Mode| ChangeMode::new(on, mode.clone());
    let link = || JoinLink::new("https://meet.example/talk");
    book.does(
        "change mode",
        moved(&place),
        [moved(&Mode::Online), moved(&Mode::Hybrid(Venue::new("Hub"))), moved(&place).join_link(link())][..2]
            .to_vec(),
    );
    book.does("close line", CloseLine::new(on), [CloseLine::new(other), CloseLine::new(on).offering(PLACE)]);
    let draft = |number| workshop(number, 9).draft();
    let [first, second] = [7, 8].map(|number| book.desk().announce(draft(number)).unwrap().outcome);
    book.does("announce draft", AnnounceDraft::new(first), [AnnounceDraft::new(second)]);
    book.does("cancel gathering", CancelGathering::new(second), [CancelGathering::new(first)]);
}

fn programmes(book: &Book) {
    let on = GatheringId::from_u128(9);
    let conference =
        Gathering::conference("Conference", Venue::new("Hub")).id(on).at(day("2027-03-20")).places(50);
    let _ = book.desk().announce(conference).unwrap();
    let talk = |number: u8| {
        Session::new(session_id(number), "Talk").at(day("2027-03-20 10:00 to 11:00")).room("Hall")
    };
    let add = |session| AddSession::new(on, session);
    book.does(
        "add session",
        add(talk(1)),
        [
            add(talk(2)),
            add(talk(1).titled("Another")),
            add(talk(1).room("Attic")),
            add(talk(1).at(day("2027-03-20 10:00 to 12:00"))),
            add(talk(1).speaker(person(1))),
        ],
    );
    let change = |session| ChangeSession::new(on, session);
    book.does(
        "change session",
        change(talk(1).about("More")),
        [change(talk(1).about("Less")), change(talk(1))],
    );
    let to = |room: &str| MoveSession::new(on, session_id(1)).room(room);
    book.does("move session", to("Attic"), [to("Cellar"), MoveSession::new(on, session_id(2)).room("Attic")]);
    let offering = || Offering::new(OTHER, "talk", [STREAM]).for_session(session_id(1));
    let pool = |places: u32| Pool::new(STREAM, "talk", places);
    let offer = |offering: Offering, places| AddOffering::new(on, offering).pool(pool(places));
    book.does(
        "add offering",
        offer(offering(), 9),
        [offer(offering(), 8), offer(offering().max_party(2), 9), offer(offering().requires(PLACE), 9)],
    );
    let set = |sessions: &[u8]| SetProgramme::new(on, sessions.iter().map(|it| talk(*it)));
    book.does(
        "set programme",
        set(&[1, 2]),
        [set(&[2, 1]), set(&[1, 3]), set(&[1, 2]).leave_past(), set(&[1, 2]).leave_alone([session_id(1)])],
    );
    book.does("drop session", DropSession::new(on, session_id(2)), [DropSession::new(on, session_id(1))]);
    let dates = |text: &str| Reschedule::new(on, day(text));
    let anns =
        book.desk().execute(Register::new(on, person(1)).offering(PLACE)).unwrap().outcome.registration();
    let until = at("2027-02-01T09:00:00Z");
    book.does(
        "reschedule",
        dates("2027-03-21").ask(until, Silence::Keep),
        [
            dates("2027-03-22").ask(until, Silence::Keep),
            dates("2027-03-21").ask(until, Silence::Release),
            dates("2027-03-21").ask(until + TimeDelta::seconds(1), Silence::Keep),
            dates("2027-03-21"),
            dates("2027-03-21").with_programme().ask(until, Silence::Keep),
        ],
    );
    book.does("reconfirm", Reconfirm::new(anns), [Reconfirm::new(RegistrationId::from_u128(1))]);
    invitation_is_answered(book, anns);
}

fn invitation_is_answered(book: &Book, anns: RegistrationId) {
    let until = at("2027-02-01T09:00:00Z");
    let answer = || AnswerInvitation::tentative(anns, person(1)).to(9, until);
    let _ = book.does(
        "answer invitation",
        answer().comment(ReplyComment::new("Perhaps")),
        [
            answer(),
            AnswerInvitation::accept(anns, person(1)).to(9, until).comment(ReplyComment::new("Perhaps")),
            AnswerInvitation::tentative(anns, person(2)).to(9, until).comment(ReplyComment::new("Perhaps")),
            AnswerInvitation::tentative(anns, person(1)).comment(ReplyComment::new("Perhaps")),
            answer().to(8, until).comment(ReplyComment::new("Perhaps")),
            answer().to(9, until + TimeDelta::seconds(1)).comment(ReplyComment::new("Perhaps")),
        ],
    );
}

fn ends(book: &Book) {
    let on = GatheringId::from_u128(10);
    let _ = book.desk().announce(workshop(10, 9)).unwrap();
    let pair =
        book.desk().execute(Register::new(on, person(1)).unnamed_guests(1)).unwrap().outcome.registration();
    book.clock.set(at("2027-03-20T16:00:00Z"));
    let seen = |presence| RecordPresence::new(pair, presence);
    let noon = at("2027-03-20T12:00:00Z");
    let _ = book.does(
        "record presence",
        seen(Presence::Attended).seen_at(noon),
        [
            seen(Presence::Late).seen_at(noon),
            seen(Presence::Attended),
            seen(Presence::Attended).seen_at(noon).place(2),
            seen(Presence::Attended).seen_at(noon).source(PresenceSource::Door),
            seen(Presence::Attended).seen_at(noon + TimeDelta::microseconds(1)),
        ],
    );
    let link = || ResourceLink::new("https://media.example/talk");
    let attach =
        |kind, title: &str| AttachResource::new(on, kind, title, link()).id(ResourceId::from_u128(1));
    let resource = book.does(
        "attach resource",
        attach(ResourceKind::Slides, "Slides"),
        [
            attach(ResourceKind::Handout, "Slides"),
            attach(ResourceKind::Slides, "All slides"),
            attach(ResourceKind::Slides, "Slides").audience(Audience::Public),
            attach(ResourceKind::Slides, "Slides").id(ResourceId::from_u128(2)),
        ],
    );
    let other = ResourceId::from_u128(3);
    book.does("withdraw resource", WithdrawResource::new(on, resource), [WithdrawResource::new(on, other)]);
    book.does("close books", CloseBooks::new(on), [CloseBooks::new(GatheringId::from_u128(1))]);
}

/// A token is told once, so a repeat does not tell it.
fn calendars(book: &Book) {
    let [ann, bob] = [1, 2].map(|number| IssueCalendarToken::new(person(number)));
    assert!(book.tells("issue calendar token", ann, [bob], |_| None).is_some());
    let [ann, bob] = [1, 2].map(|number| RotateCalendarToken::new(person(number)));
    assert!(book.tells("rotate calendar token", ann, [bob], |_| None).is_some());
    let [ann, bob] = [1, 2].map(|number| RevokeCalendarToken::new(person(number)));
    book.does("revoke calendar token", ann, [bob]);
}

/// The last of all: whatever is new comes behind what was there.
fn checks_in(book: &Book) {
    let (on, other) = (GatheringId::from_u128(11), GatheringId::from_u128(1));
    let webinar = Gathering::webinar("Talk").at(day("2027-03-20 16:10 to 18:00")).id(on);
    let webinar = webinar.join_link(JoinLink::new("https://meet.example/talk"));
    let _ = book.desk().announce(webinar).unwrap();
    let pair =
        book.desk().execute(Register::new(on, person(1)).unnamed_guests(1)).unwrap().outcome.registration();
    let (first, second) = (CheckInListId::new(1), CheckInListId::new(2));
    let list = || CheckInList::new(first, "online").online().window(900, 0);
    let setting = |list| SetCheckInList::new(on, list);
    book.does(
        "set check-in list",
        setting(list()),
        [
            SetCheckInList::new(other, list()),
            setting(CheckInList::new(second, "online").online().window(900, 0)),
            setting(CheckInList::new(first, "room").online().window(900, 0)),
            setting(CheckInList::new(first, "online").window(900, 0)),
            setting(list().window(901, 0)),
            setting(list().window(900, 1)),
            setting(list().offering(OfferingId::ONLY)),
            setting(list().session(session_id(1))),
        ],
    );
    let noon = at("2027-03-20T16:00:00Z");
    let scan = || CheckIn::new(on, pair).scan(ScanId::from_u128(1)).seen_at(noon);
    let _ = book.does(
        "check in",
        scan(),
        [
            CheckIn::new(other, pair).scan(ScanId::from_u128(1)).seen_at(noon),
            CheckIn::new(on, RegistrationId::from_u128(1)).scan(ScanId::from_u128(1)).seen_at(noon),
            scan().place(2),
            scan().list(first),
            scan().way(Way::Out),
            scan().scan(ScanId::from_u128(2)),
            CheckIn::new(on, pair).seen_at(noon),
            CheckIn::new(on, pair).scan(ScanId::from_u128(1)),
            scan().seen_at(noon + TimeDelta::microseconds(1)),
        ],
    );
    let undo = |number| UndoCheckIn::new(on, ScanId::from_u128(number));
    book.does("undo check-in", undo(1), [undo(2), UndoCheckIn::new(other, ScanId::from_u128(1))]);
    let _ = book.does(
        "join",
        Join::new(pair),
        [Join::new(pair).place(2), Join::new(RegistrationId::from_u128(1))],
    );
    let withdraw = |on, list| WithdrawCheckInList::new(on, list);
    book.does("withdraw check-in list", withdraw(on, first), [withdraw(on, second), withdraw(other, first)]);
}

/// What stands beside a booking, and bookings with needs.
fn beside_bookings(book: &Book) {
    let on = GatheringId::from_u128(20);
    let _ = book.desk().announce(workshop(20, 9).at(day("2027-06-20 10:00 to 16:00"))).unwrap();
    let (ann, bob) = (person(1), person(2));
    let diet = || Needs::diet("vegan");
    let asked = |number: u8| Register::new(on, person(number)).unnamed_guests(1);
    let of_a_guest = |number: u8| Register::new(on, person(number)).guest_with_needs(bob, diet());
    let anns = asked(1).needs(diet());
    let anns = book.does("register with needs", anns, [asked(1), of_a_guest(1)]).registration();
    let until = at("2027-03-20T16:05:00Z");
    let hold = |asked| Hold::new(asked, until);
    book.does("hold with needs", hold(asked(3).needs(diet())), [hold(asked(3)), hold(of_a_guest(3))]);
    let basket = |part| Basket::new().part(part).part(asked(5));
    let first = basket(asked(4).needs(diet()));
    let other = Basket::new().part(asked(4)).part(asked(5).needs(diet()));
    book.does("basket with needs", first, [basket(asked(4)), other]);
    let needs = |person| RecordNeeds::new(anns, person, diet());
    book.does("record needs", needs(ann), [needs(bob), RecordNeeds::take_back(anns, ann)]);
    let tags = |tags: &[&str]| SetTags::new(anns).tags(tags.iter().map(|tag| reference(tag)));
    book.does("set tags", tags(&["a", "b"]), [tags(&["a"]), tags(&["a", "c"]), tags(&["ab"])]);
    let note = || WriteNote::new(anns, Note::new("asked twice"));
    book.does("write note", note(), [WriteNote::take_back(anns)]);
    let photos = || reference("photos");
    let given = |person, purpose| RecordConsent::given(anns, person, purpose);
    let others =
        [given(bob, photos()), given(ann, reference("list")), RecordConsent::withdrawn(anns, ann, photos())];
    book.does("record consent", given(ann, photos()), others);
    let keep = |class, days| KeepAnswers::new(on).of_class(class).for_days(days);
    let others = [keep(AnswerClass::Needs, 4), keep(AnswerClass::Answers, 3)];
    book.does("keep needs", keep(AnswerClass::Needs, 3), others);
}

/// Every command once, with all that it could have been instead.
fn everything() -> Book {
    let book = Book::new();
    people(&book);
    announces(&book);
    registers(&book);
    answers(&book);
    runs(&book);
    programmes(&book);
    ends(&book);
    calendars(&book);
    checks_in(&book);
    beside_bookings(&book);
    book
}

#[test]
fn the_same_request_gets_its_answer_and_another_is_refused_also_from_a_folder_opened_anew() {
    let mut book = everything();
    book.repeats_everything();
    book.reopen();
    book.repeats_everything();
}

/// The hashes of what was asked for are stored, so they never change by accident: a repeat would be refused.
#[test]
fn the_hashes_of_contents_are_as_ever() {
    let book = everything();
    let archived = GatheringId::from_u128(10);
    book.does("archive", Archive::new(archived), []);
    let page = book.desk().read_log(Position::START, usize::MAX).unwrap();
    let mut text = String::new();
    for (request, name) in book.names.borrow().iter() {
        let stored = page.batches.iter().find(|stored| stored.batch.id == *request).unwrap();
        let bytes = stored.batch.content.unwrap().bytes();
        for byte in bytes {
            write!(text, "{byte:02x}").unwrap();
        }
        writeln!(text, " {name}").unwrap();
    }
    let frozen = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/contents.txt");
    assert_eq!(
        text,
        std::fs::read_to_string(frozen).unwrap(),
        "a new command is a new line, and no line changes"
    );
}

#[test]
fn archiving_ends_the_memory() {
    let scene = Scene::with_places(5);
    let other = scene.does(hall(5, |place| place).at(day("2027-05-20 10:00 to 16:00")));
    let [here, there, archive] = [1, 2, 3].map(RequestId::from_u128);
    let ann = scene.desk.request(here).execute(scene.one(1)).unwrap();
    let elsewhere = || Register::new(other, person(1));
    let _ = scene.desk.request(there).execute(elsewhere()).unwrap();
    scene.set_clock("2027-03-20T16:00:00Z");
    scene.does(CloseBooks::new(scene.on));
    assert!(scene.desk.request(here).execute(scene.one(1)).unwrap().repeated, "still remembered");
    let _ = scene.desk.request(archive).execute(Archive::new(scene.on)).unwrap();
    let failure = scene.desk.request(here).execute(scene.one(1)).unwrap_err();
    assert_eq!(failure.refusal().unwrap().code(), "gathering_archived", "forgotten, and decided anew");
    assert!(scene.desk.answered(here).unwrap().is_none());
    assert!(scene.desk.request(there).execute(elsewhere()).unwrap().repeated, "that one is another's");
    let again = scene.desk.request(archive).execute(Archive::new(scene.on)).unwrap();
    assert_eq!((again.outcome, again.facts.len()), (gather::Change::AlreadySo, 0));
    assert_eq!(scene.status(ann.outcome.registration()), "confirmed");
}

#[test]
fn a_refusal_is_not_remembered() {
    let scene = Scene::with_places(0);
    let request = RequestId::from_u128(1);
    let ask = || scene.desk.request(request).execute(scene.one(1));
    assert_eq!(ask().unwrap_err().refusal().unwrap().code(), "never_fits");
    drop(scene.set_capacity(1));
    assert!(ask().unwrap().outcome.is_confirmed());
    assert!(ask().unwrap().repeated);
}

#[test]
fn what_is_sealed_is_not_compared_but_whether_it_is_there() {
    let scene = Scene::with_places(5);
    let request = RequestId::from_u128(1);
    let ask = |diet: &str| {
        let asked = scene.one(1).answers(Answers::new().answer("diet", diet));
        scene.desk.request(request).execute(asked)
    };
    assert!(!ask("vegan").unwrap().repeated);
    assert!(ask("none").unwrap().repeated);
    let without = scene.desk.request(request).execute(scene.one(1)).unwrap_err();
    assert_eq!(without.refusal().unwrap().code(), "request_reused");
}

#[test]
fn of_two_desks_on_one_log_each_knows_what_the_other_answered() {
    let session = SessionId::from_u128(1);
    let scene = Scene::with_places(5);
    let request = RequestId::from_u128(1);
    let add = |title: &str| AddSession::new(scene.on, Session::new(session, title));
    let twin = scene.desk.clone();
    let first = scene.desk.request(request).execute(add("Talk")).unwrap();
    let second = twin.request(request).execute(add("Talk")).unwrap();
    assert_eq!((first.position, second.repeated), (second.position, true));
    assert_eq!(
        twin.request(request).execute(add("Other")).unwrap_err().refusal().unwrap().code(),
        "request_reused"
    );
}
