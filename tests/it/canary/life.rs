//! The life of a canary: every command once, with the canary wherever somebody can be named.

use std::any::type_name;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use gather::calendar::{Mailbox, Reply};
use gather::privacy::Key;
use gather::testkit::{TestClock, person_id, session_id};
use gather::{
    AcceptOffer, ActorId, AddOffering, AddSession, AddSetAside, AnnounceDraft, AnswerClass, AnswerInvitation,
    Answers, Approve, Archive, AttachResource, Audience, Basket, BookingTime, CalendarToken, CancelGathering,
    CancelRegistration, ChangeCapacity, ChangeMode, ChangeParty, ChangePriorities, ChangeSession,
    ChangeSetAside, CheckIn, CheckInList, CheckInListId, Clock, CloseBooking, CloseBooks, CloseLine, Command,
    ConfirmHold, DeclineOffer, Desk, DropSession, ExtendHold, FollowUp, Gathering, GatheringId, Hold,
    IssueCalendarToken, Join, JoinLink, KeepAnswers, LineOnly, LinePolicy, Mode, MoveRegistration,
    MoveSession, Needs, Note, NoteInterest, Offering, OfferingId, OpenBooking, OpenInterest, Opened,
    PauseBooking, PersonDetails, PersonId, Personal, Pool, PoolId, Presence, PublishName, PublishedName,
    Reconfirm, RecordConsent, RecordNeeds, RecordPerson, RecordPresence, Register, RegistrationId, Reject,
    ReplyComment, Reschedule, ResourceKind, ResourceLink, RevokeCalendarToken, RotateCalendarToken, ScanId,
    Session, SetAside, SetAsideId, SetCheckInList, SetProgramme, SetTags, Settle, Silence, Transfer,
    UndoCheckIn, Venue, WithdrawCheckInList, WithdrawOffer, WithdrawResource, WriteNote,
};

use super::scanner::Scanner;
use super::{
    ACCESS, ANSWER, BADGE, CANARIES, COMMENT, DIET, EMAIL, NAME, NOTE, ORGANISATION, PHONE, QUESTION, REGION,
    ROLE, SPEAKS_AS,
};
use crate::scene::{HALL, MORNING, at, day, hall, reference};

pub(super) const CANARY: PersonId = PersonId::from_u128(0x00CA_CACA);

/// When all is over but the day that is to come.
const AFTERWARDS: &str = "2027-04-05T09:00:00Z";

pub(super) struct Life {
    clock: TestClock,
    desk: Option<Desk>,
    folder: PathBuf,
    wrapping: Option<Key>,
    scanner: Scanner,
    done: BTreeSet<&'static str>,
    pub(super) gatherings: Vec<GatheringId>,
    pub(super) tokens: Vec<CalendarToken>,
    /// The day that is to come, and who gets the canary's place there.
    to_come: Option<GatheringId>,
    pub(super) next_in_line: RegistrationId,
    held: RegistrationId,
    /// The wish to hear of it afterwards, which ends with whoever has it: there is nobody left to tell.
    pub(super) wish: RegistrationId,
}

fn details() -> PersonDetails {
    PersonDetails::new(NAME)
        .email(EMAIL)
        .phone(PHONE)
        .organisation(ORGANISATION)
        .role(ROLE)
        .region(REGION)
        .badge_name(BADGE)
}

fn needs() -> Needs {
    Needs::diet(DIET).and_access(ACCESS)
}

fn answers() -> Answers {
    Answers::new().answer(QUESTION, ANSWER)
}

/// The name of a type without where it lives and what it is made with.
fn plain_name<T>() -> &'static str {
    let name = type_name::<T>();
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}

impl Life {
    pub(super) fn begin(folder: &Path, wrapping: Option<Key>) -> Self {
        let mut life = Self {
            clock: TestClock::at(at(MORNING)),
            desk: None,
            folder: folder.to_owned(),
            wrapping,
            scanner: Scanner::of(CANARIES.iter().copied()),
            done: BTreeSet::new(),
            gatherings: Vec::new(),
            tokens: Vec::new(),
            to_come: None,
            next_in_line: RegistrationId::from_u128(0),
            held: RegistrationId::from_u128(0),
            wish: RegistrationId::from_u128(0),
        };
        life.go_on(folder);
        life
    }

    pub(super) fn desk(&self) -> &Desk {
        self.desk.as_ref().expect("somebody is at the desk")
    }

    pub(super) fn leave(&mut self) {
        self.desk = None;
    }

    pub(super) fn go_on(&mut self, folder: &Path) {
        self.desk = None;
        folder.clone_into(&mut self.folder);
        let builder = Desk::builder().clock(self.clock.clone());
        let builder = match &self.wrapping {
            Some(key) => builder.wrapping_key(key.clone()),
            None => builder,
        };
        self.desk = Some(builder.open(folder).unwrap());
    }

    pub(super) fn reopen(&mut self) {
        let folder = self.folder.clone();
        self.go_on(&folder);
    }

    /// The gatherings that are over.
    pub(super) fn over(&self) -> Vec<GatheringId> {
        self.gatherings.iter().copied().filter(|one| Some(*one) != self.to_come).collect()
    }

    /// Nothing of the canary is printed unasked, whatever is printed.
    fn assert_silent(&self, what: &str, value: &dyn Debug) {
        let found = self.scanner.scan(format!("{value:?} {value:#?}").as_bytes());
        assert!(found.is_empty(), "{what} tells of the canary: {found:#?}");
    }

    fn does<C: Command<Outcome: Debug> + Debug>(&mut self, command: C) -> C::Outcome {
        let name = plain_name::<C>();
        self.assert_silent(name, &command);
        self.done.insert(name);
        let receipt = match self.desk().execute(command) {
            Ok(receipt) => receipt,
            Err(failure) => panic!("{name}: {failure}"),
        };
        self.assert_silent(name, &receipt);
        receipt.outcome
    }

    fn announces(&mut self, gathering: Gathering) -> GatheringId {
        let nth = u128::try_from(self.gatherings.len()).unwrap() + 1;
        let id = self.does(gathering.id(GatheringId::from_u128(nth)));
        self.gatherings.push(id);
        id
    }

    fn workshop(&mut self, places: u32) -> GatheringId {
        self.announces(hall(places, |place| place))
    }

    fn books(&mut self, on: GatheringId, person: PersonId) -> RegistrationId {
        let asked = Register::new(on, person);
        self.does(if person == CANARY { asked.answers(answers()) } else { asked }).registration()
    }

    /// Whatever holds something personal in the open does not print it.
    fn is_never_printed(&self) {
        let link = || format!("https://{EMAIL}/{PHONE}");
        self.assert_silent("details", &details());
        self.assert_silent("answers", &answers());
        self.assert_silent("a published name", &PublishedName::new(SPEAKS_AS));
        self.assert_silent("needs", &needs());
        self.assert_silent("a note", &Note::new(NOTE));
        self.assert_silent("a comment", &ReplyComment::new(COMMENT));
        self.assert_silent("a mailbox", &Mailbox::new(NAME, EMAIL).unwrap());
        self.assert_silent("a link to join", &JoinLink::new(link()));
        self.assert_silent("a link to slides", &ResourceLink::new(link()));
        self.assert_silent("what is wrapped", &Personal::new(details()));
        self.assert_silent("what is opened", &Opened::Known(Personal::new(answers())));
    }

    /// The canary and others come, with names, and with addresses for their calendars.
    pub(super) fn comes(&mut self) {
        self.is_never_printed();
        self.does(RecordPerson::of(CANARY, PersonDetails::new("Zéphyrine Q. Quaxolotl").region(REGION)));
        self.does(RecordPerson::of(CANARY, details()));
        self.does(PublishName::of(CANARY, PublishedName::new(SPEAKS_AS)));
        for number in 1..6 {
            self.does(RecordPerson::of(person_id(number), PersonDetails::new(format!("Person {number}"))));
        }
        let first = self.does(IssueCalendarToken::new(CANARY)).expect("it is told once");
        let second = self.does(RotateCalendarToken::new(CANARY)).expect("it is told once");
        self.tokens = vec![first, second];
        assert!(self.does(IssueCalendarToken::new(person_id(1))).is_some());
        self.does(RevokeCalendarToken::new(person_id(1)));
    }

    pub(super) fn first_half(&mut self) {
        self.comes();
        self.takes_part();
        self.waits();
        self.desk().checkpoint().unwrap();
        self.is_in_the_rules();
    }

    pub(super) fn second_half(&mut self) {
        self.holds();
        self.speaks();
        self.looks_ahead();
        self.answers_mail();
        self.says_what_they_need();
        self.is_refused();
        self.is_exported();
        self.sees_it_end();
    }

    fn takes_part(&mut self) {
        let [bob, carol, dave] = [1, 2, 3].map(person_id);
        let on = self.workshop(9);
        let link = JoinLink::new("https://meet.example/room");
        self.does(ChangeMode::new(on, Mode::Hybrid(Venue::new("Central Library"))).join_link(link));
        let party = Register::new(on, CANARY).guest(bob).unnamed_guests(1).answers(answers());
        let ours = self.does(party.reference(reference("order-17"))).registration();
        self.does(Transfer::new(ours, carol).place(3));
        self.does(ChangeParty::new(ours).unnamed_guests(1));
        self.does(KeepAnswers::new(on).for_days(400));
        let theirs = self.does(Register::new(on, dave).unnamed_guests(2)).registration();
        self.does(ChangeParty::new(theirs).without(3).unnamed_guests(1));

        // As a guest of somebody else, named later.
        let other = self.workshop(9);
        let theirs = self.does(Register::new(other, dave).unnamed_guests(1)).registration();
        self.does(Transfer::new(theirs, CANARY).place(2));

        let [first, second] = [9, 9].map(|places| self.workshop(places));
        let basket = Basket::new().part(Register::new(first, CANARY).answers(answers()));
        self.does(basket.part(Register::new(second, bob).guest(CANARY)));
        let third = self.workshop(9);
        let moves = self.workshop(9);
        let moving = self.books(third, CANARY);
        let _ = self.does(MoveRegistration::new(moving, moves));
        let gone = self.books(third, CANARY);
        self.does(CancelRegistration::new(gone));
        self.wish = self.does(FollowUp::new(third, CANARY));
    }

    fn waits(&mut self) {
        let offers = |place: Offering| place.line(LinePolicy::offering_for_hours(24));
        let others = [1, 2, 3].map(person_id);
        let [accepts, declines] = [0, 0].map(|_| self.announces(hall(1, offers)));
        let first = self.books(accepts, others[0]);
        let theirs = self.books(accepts, CANARY);
        self.does(CancelRegistration::new(first));
        self.does(AcceptOffer::new(theirs));
        let first = self.books(declines, others[0]);
        let theirs = self.books(declines, CANARY);
        let next = self.books(declines, others[1]);
        self.books(declines, others[2]);
        self.does(CancelRegistration::new(first));
        self.does(DeclineOffer::new(theirs));
        self.does(WithdrawOffer::new(next));

        let asks = self.announces(hall(9, Offering::needs_approval));
        let theirs = self.books(asks, CANARY);
        let _ = self.does(Approve::new(theirs));
        let asks = self.announces(hall(9, Offering::needs_approval));
        let theirs = self.books(asks, CANARY);
        self.does(Reject::new(theirs));

        let full = self.workshop(1);
        for person in [others[0], CANARY, others[1]] {
            self.books(full, person);
        }
    }

    fn is_in_the_rules(&mut self) {
        let members = SetAsideId::new(1);
        let on = self.workshop(9);
        self.does(PauseBooking::new(on));
        self.does(LineOnly::new(on));
        self.does(OpenInterest::new(on));
        self.does(NoteInterest::new(on, CANARY));
        self.does(CloseBooking::new(on));
        self.does(OpenBooking::new(on));
        self.does(ChangeCapacity::new(on, 20));
        self.does(AddSetAside::new(on, SetAside::new(members, HALL, 2).who(CANARY)));
        self.does(ChangeSetAside::new(on, members, 1).release(BookingTime::At(at("2027-02-01T09:00:00Z"))));
        self.does(ChangePriorities::new(on, vec![vec![CANARY.into()]], reference("first-of-all")));
        self.does(CloseLine::new(on));
        let [known, called_off] = [0, 0].map(|_| self.announces(hall(9, |place| place).draft()));
        self.does(AnnounceDraft::new(known));
        self.does(CancelGathering::new(called_off));
    }

    fn holds(&mut self) {
        let on = self.workshop(9);
        let until = self.clock.now() + TimeDelta::minutes(10);
        let asked = Register::new(on, CANARY).answers(answers());
        let held = self.does(Hold::new(asked, until)).registration;
        self.does(ExtendHold::new(held, until + TimeDelta::minutes(1)));
        let _ = self.does(ConfirmHold::new(held).answers(answers()));
        self.held = held;
        let lapses = self.does(Hold::new(Register::new(on, person_id(4)), until)).registration;
        self.clock.advance(TimeDelta::minutes(30));
        self.does(Settle::new(on));
        assert_ne!(lapses, held);
    }

    fn speaks(&mut self) {
        let conference = Gathering::conference("The Changing Landscape", Venue::new("Hub"))
            .at(day("2027-03-20"))
            .places(50);
        let on = self.announces(conference);
        let talk = |number: u8| {
            let talk = Session::new(session_id(number), "On flags").at(day("2027-03-20 10:00 to 11:00"));
            talk.room("Hall").speaker(CANARY)
        };
        self.does(AddSession::new(on, talk(1)));
        self.does(ChangeSession::new(on, talk(1).about("More of them")));
        self.does(MoveSession::new(on, session_id(1)).room("Attic"));
        let talk_only =
            Offering::new(OfferingId::new(2), "talk", [PoolId::new(2)]).for_session(session_id(1));
        self.does(AddOffering::new(on, talk_only).pool(Pool::new(PoolId::new(2), "talk", 5)));
        self.does(SetProgramme::new(on, [talk(1), talk(2)]));
        self.does(DropSession::new(on, session_id(2)));
        let theirs =
            self.does(Register::new(on, CANARY).offering(OfferingId::ONLY).answers(answers())).registration();
        let until = at("2027-02-01T09:00:00Z");
        self.does(Reschedule::new(on, day("2027-03-21")).with_programme().ask(until, Silence::Keep));
        self.does(Reconfirm::new(theirs));
    }

    /// A day that is to come when the canary is forgotten.
    fn looks_ahead(&mut self) {
        let day = hall(1, |place| place).at(day("2027-12-04 10:00 to 16:00"));
        let on = self.announces(day);
        self.books(on, CANARY);
        self.next_in_line = self.books(on, person_id(2));
        self.books(on, person_id(3));
        self.to_come = Some(on);
    }

    /// The canary answers what came by mail, and writes something with it.
    fn answers_mail(&mut self) {
        let on = self.workshop(9);
        let theirs = self.books(on, CANARY);
        let comment = || ReplyComment::new(COMMENT);
        let _ = self.does(AnswerInvitation::tentative(theirs, CANARY).comment(comment()));
        let text = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//reader//EN",
            "METHOD:REPLY",
            "BEGIN:VEVENT",
            &format!("UID:{theirs}"),
            "SEQUENCE:0",
            "DTSTAMP:20270104T093000Z",
            &format!("ATTENDEE;PARTSTAT=ACCEPTED;CN=\"{NAME}\":mailto:{EMAIL}"),
            &format!("COMMENT:{}", COMMENT.replace(',', "\\,")),
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ];
        let reply = Reply::read(text.join("\r\n").as_bytes()).unwrap();
        self.assert_silent("a reply", &reply);
        let refused = self.desk().take_reply(&reply, "eve@example.org").unwrap_err();
        self.assert_silent("a refusal of a reply", &refused);
        assert!(self.scanner.scan(refused.to_string().as_bytes()).is_empty(), "{refused}");
        let receipt = self.desk().take_reply(&reply, EMAIL).unwrap();
        self.assert_silent("what came of a reply", &receipt);
    }

    /// The canary needs something, in a party of their own and as a guest, and the staff note something.
    fn says_what_they_need(&mut self) {
        let on = self.workshop(9);
        let theirs = self.does(Register::new(on, CANARY).needs(needs())).registration();
        self.does(RecordNeeds::new(theirs, CANARY, Needs::diet(DIET)));
        self.does(RecordNeeds::new(theirs, CANARY, needs()));
        self.does(WriteNote::new(theirs, Note::new(NOTE)));
        self.does(SetTags::new(theirs).tag(reference("front-row")));
        self.does(RecordConsent::given(theirs, CANARY, reference("photos")));
        let other = self.workshop(9);
        let asked = Register::new(other, person_id(1)).guest_with_needs(CANARY, needs());
        let _ = self.does(asked);
        self.does(KeepAnswers::new(other).of_class(AnswerClass::Needs).for_days(400));
        for on in [on, other] {
            let read = self.desk().by(ActorId::from_u128(7)).read_needs(on, reference("kitchen")).unwrap();
            self.assert_silent("what people need", &read);
            let shown = [read.to_string(), serde_json::to_string(&read).unwrap()];
            assert!(shown.iter().all(|text| text.contains(DIET) && text.contains(ACCESS)), "{shown:?}");
        }
        self.done.insert("ReadNeeds");
    }

    /// Somebody is given all that is held about the canary.
    fn is_exported(&mut self) {
        let export = self.desk().export_person(CANARY, reference("article-15")).unwrap();
        self.assert_silent("an export", &export);
        let shown = [export.to_string(), serde_json::to_string(&export).unwrap()];
        for canary in [NAME, EMAIL, SPEAKS_AS, QUESTION, COMMENT, DIET, ACCESS, NOTE, BADGE] {
            let is_told = shown.iter().all(|text| !Scanner::of([canary]).scan(text.as_bytes()).is_empty());
            assert!(is_told, "an export tells {canary:?}");
        }
        self.done.insert("RecordExport");
    }

    /// What is said of a command that is not done.
    fn is_refused(&mut self) {
        let on = self.to_come.expect("there is one");
        let refused = self.desk().execute(Register::new(on, CANARY).answers(answers())).unwrap_err();
        self.assert_silent("a refusal", &refused);
        for bad in [
            details().role(format!("{ROLE}\u{0}")),
            PersonDetails::new(NAME).email(format!("{NAME} at home")),
        ] {
            let refused = self.desk().record_person(bad).unwrap_err();
            self.assert_silent("a refusal of a text", &refused);
            let told = self.scanner.scan(refused.to_string().as_bytes());
            assert!(told.is_empty(), "{refused}: {told:?}");
        }
        let bad = JoinLink::new(format!("http://{EMAIL}"));
        let refused = self.desk().execute(ChangeMode::new(on, Mode::Online).join_link(bad)).unwrap_err();
        self.assert_silent("a refusal of a link", &refused);
    }

    fn sees_it_end(&mut self) {
        self.clock.set(at("2027-03-20T12:00:00Z"));
        let on = self.gatherings[0];
        let agenda = self.desk().agenda(CANARY);
        let theirs = agenda.rows().iter().find(|row| row.gathering == on).unwrap().registration;
        let _ = self.does(RecordPresence::new(theirs, Presence::Attended));
        let _ = self.does(RecordPresence::new(self.held, Presence::Late));
        let scan = ScanId::from_u128(1);
        let _ = self.does(CheckIn::new(on, theirs).scan(scan));
        self.does(UndoCheckIn::new(on, scan));
        let side_door = CheckInListId::new(1);
        self.does(SetCheckInList::new(on, CheckInList::new(side_door, "side door").online()));
        let _ = self.does(Join::new(theirs));
        self.does(WithdrawCheckInList::new(on, side_door));
        let link = || ResourceLink::new("https://media.example/slides");
        let attach = |title: &str| {
            AttachResource::new(on, ResourceKind::Slides, title, link()).audience(Audience::Attended)
        };
        self.does(attach("What was shown"));
        let other = self.does(attach("What was not"));
        self.does(WithdrawResource::new(on, other));
        self.clock.set(at(AFTERWARDS));
        self.does(CloseBooks::new(on));
        let gone = self.gatherings[1];
        self.does(CloseBooks::new(gone));
        self.does(Archive::new(gone));
    }

    /// Nothing is recorded of somebody who was forgotten; and what says so says nothing else.
    pub(super) fn is_fenced(&mut self) {
        let on = self.to_come.expect("there is one");
        let desk = self.desk();
        let refusals = [
            desk.execute(RecordPerson::of(CANARY, details())).unwrap_err(),
            desk.execute(PublishName::of(CANARY, PublishedName::new(SPEAKS_AS))).unwrap_err(),
            desk.execute(Register::new(on, CANARY).answers(answers())).unwrap_err(),
            desk.execute(Register::new(on, person_id(5)).guest(CANARY)).unwrap_err(),
            desk.execute(RecordNeeds::new(self.wish, CANARY, needs())).unwrap_err(),
            desk.execute(RecordConsent::given(self.wish, CANARY, reference("photos"))).unwrap_err(),
            desk.execute(IssueCalendarToken::new(CANARY)).unwrap_err(),
            desk.execute(RotateCalendarToken::new(CANARY)).unwrap_err(),
            desk.export_person(CANARY, reference("article-15")).unwrap_err(),
        ];
        for refused in refusals {
            assert_eq!(refused.refusal().map(gather::Refusal::code), Some("forgotten"), "{refused}");
            self.assert_silent("a refusal", &refused);
        }
        assert!(desk.forget(CANARY).unwrap().before);
    }

    /// Every command that there is, as the sources say, was done.
    pub(super) fn has_used_every_command(&self) {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/desk/command.rs");
        let source = fs::read_to_string(source).unwrap();
        let by_hand = source.lines().filter_map(|line| line.strip_prefix("impl Command for "));
        let by_hand = by_hand.map(|rest| rest.split(' ').next().unwrap_or_default());
        let listed = source.split("clear_command! {").nth(1).expect("the list of clear commands");
        let listed = listed.lines().filter_map(|line| Some(line.trim().split_once(" => ")?.0));
        // These two are how the desk forgets and erases; the proof is about them.
        let all: BTreeSet<_> =
            by_hand.chain(listed).filter(|name| !["Forget", "ExpireAnswers"].contains(name)).collect();
        assert!(all.len() > 40, "{all:?}");
        let left: Vec<_> = all.iter().filter(|name| !self.done.contains(**name)).collect();
        assert!(left.is_empty(), "the canary has not gone through {left:?}");
    }
}
