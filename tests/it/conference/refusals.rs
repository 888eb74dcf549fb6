//! Every refusal of the verbs of a programme: its code, its figures, its text, and which comes first.

use chrono::NaiveDate;
use gather::testkit::person_id;
use gather::{
    AddOffering, AddSession, CancelRegistration, ChangeMode, ChangeSession, DropSession, Gathering,
    GatheringId, JoinLink, LayoutProblem, Mode, MoveSession, Offering, OfferingId, PersonId, Pool, PoolId,
    PublishName, PublishedName, Refusal, Register, RegistrationId, Reschedule, Schedule, ScheduleError,
    Session, SessionFault, SessionId, SetProgramme, TextFault, Transfer, Venue,
};

use super::{
    COACH, CONFERENCE, HALL, ONLINE, STREAM, Stage, TABLE, VISIT, WORKSHOP, dated, day, hybrid, session, talk,
};

const NOBODY: GatheringId = GatheringId::from_u128(404);

/// A conference that stands, one that was called off, and one that is over, each with a talk (1, 2, 3).
struct Three {
    standing: GatheringId,
    called_off: GatheringId,
    over: GatheringId,
}

impl Three {
    fn on(stage: &Stage) -> Self {
        let standing = stage.conference(10, 10, 10);
        let called_off = stage.conference(10, 10, 10);
        let over = stage.does(hybrid(10, 10, 10).at(day("2027-02-01")));
        for (number, on) in (1..).zip([standing, called_off]) {
            stage.adds(on, talk(number, "10:00 to 11:00"));
        }
        let past = dated(3, "2027-02-01 10:00 to 11:00");
        stage.adds(over, past);
        drop(stage.desk().cancel_gathering(called_off).unwrap());
        stage.set_clock("2027-02-02T00:00:00Z");
        Self { standing, called_off, over }
    }

    /// The refusals that are about the gathering itself: never heard of, called off, over.
    fn refuse<C, F>(&self, stage: &Stage, command: F)
    where
        C: gather::Command + Clone,
        F: Fn(GatheringId) -> C,
    {
        self.refuse_but_over(stage, &command);
        let over = stage.refuses(command(self.over));
        let ended = "2027-02-02T00:00:00Z".parse().unwrap();
        assert_eq!(over, Refusal::GatheringOver { gathering: self.over, ended });
        says(&over, "gathering_over", "the gathering ended at 2027-02-02T00:00:00Z");
    }

    fn refuse_but_over<C, F>(&self, stage: &Stage, command: &F)
    where
        C: gather::Command + Clone,
        F: Fn(GatheringId) -> C,
    {
        let unknown = stage.refuses(command(NOBODY));
        assert_eq!(unknown, Refusal::UnknownGathering { gathering: NOBODY });
        says(&unknown, "unknown_gathering", &format!("there is no gathering {NOBODY}"));
        let called_off = stage.refuses(command(self.called_off));
        assert_eq!(called_off, Refusal::GatheringCancelled { gathering: self.called_off });
        says(
            &called_off,
            "gathering_cancelled",
            &format!("gathering {} has been called off", self.called_off),
        );
    }
}

fn says(refusal: &Refusal, code: &str, text: &str) {
    assert_eq!((refusal.code(), refusal.to_string().as_str()), (code, text));
}

/// The one session that a refusal is about, with what is wrong with it.
fn fault(refusal: &Refusal) -> (SessionId, SessionFault) {
    let problem = match refusal {
        Refusal::Session(problem) => problem,
        Refusal::Programme { problems } if problems.len() == 1 => &problems[0],
        other => panic!("{other}"),
    };
    (problem.session, problem.fault.clone())
}

/// The same where a text is not taken: which, and why.
fn text_fault(refusal: &Refusal) -> (SessionId, &'static str, TextFault) {
    match fault(refusal) {
        (session, SessionFault::Text(problem)) => (session, problem.field, problem.fault),
        other => panic!("{other:?}"),
    }
}

/// What is wrong with a session, in words that a test can make.
#[derive(Clone)]
enum Wrong {
    Text(&'static str, TextFault),
    Other(SessionFault),
}

impl Wrong {
    fn is_in(&self, refusal: &Refusal, session: SessionId) {
        match self {
            Self::Text(field, why) => assert_eq!(text_fault(refusal), (session, *field, *why)),
            Self::Other(expected) => assert_eq!(fault(refusal), (session, expected.clone())),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Text(..) => "session_text",
            Self::Other(fault) => fault.code(),
        }
    }
}

fn too_long(length: usize, limit: usize) -> TextFault {
    TextFault::TooLong { length, limit }
}

fn date(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2027, 3, day).unwrap()
}

/// Sessions of which something is not taken, each with the fault and with what is said of it after `session …: `.
fn not_taken(number: u128) -> Vec<(Session, Wrong, String)> {
    let fine = || talk(number, "14:00 to 15:00");
    let long = |length| "x".repeat(length);
    let control = TextFault::Forbidden { character: '\n' };
    let no_link = TextFault::NotA { kind: "an https address" };
    let undated = fine().at(Schedule::to_be_confirmed(long(201)));
    let mut twice = fine();
    twice.texts.speakers = vec![person_id(1), person_id(2), person_id(1)];
    let crowd = (0..101).map(PersonId::from_u128).fold(fine(), Session::speaker);
    let titled = |title: &str| {
        let mut session = fine();
        session.texts.title = title.into();
        session
    };
    vec![
        (
            fine().room(long(201)),
            Wrong::Text("room", too_long(201, 200)),
            "the room has 201 characters; at most 200 are taken".into(),
        ),
        (
            undated,
            Wrong::Text("hint at the date", too_long(201, 200)),
            "the hint at the date has 201 characters; at most 200 are taken".into(),
        ),
        (titled(" \u{200B}"), Wrong::Text("title", TextFault::Empty), "the title is empty".into()),
        (
            titled(&long(201)),
            Wrong::Text("title", too_long(201, 200)),
            "the title has 201 characters; at most 200 are taken".into(),
        ),
        (
            fine().about(long(4_001)),
            Wrong::Text("description", too_long(4_001, 4_000)),
            "the description has 4001 characters; at most 4000 are taken".into(),
        ),
        (
            fine().track("Owning\nleasing"),
            Wrong::Text("track", control),
            "the track contains the character U+000A, which is not taken".into(),
        ),
        (
            fine().kind(long(201)),
            Wrong::Text("kind", too_long(201, 200)),
            "the kind has 201 characters; at most 200 are taken".into(),
        ),
        (
            fine().link("http://example.org"),
            Wrong::Text("link", no_link),
            "the link is not an https address".into(),
        ),
        (
            crowd,
            Wrong::Other(SessionFault::TooManySpeakers { speakers: 101, limit: 100 }),
            "it names 101 speakers; it may name up to 100".into(),
        ),
        (
            twice,
            Wrong::Other(SessionFault::SpeakerTwice(person_id(1))),
            format!("it names speaker {} twice", person_id(1)),
        ),
    ]
}

/// A session outside the one day of the conference, with what is said of it.
fn outside(number: u128) -> (Session, SessionFault, &'static str) {
    let outside = dated(number, "2027-03-21 10:00 to 11:00");
    let fault = SessionFault::Outside { day: date(21), first: date(20), last: date(20) };
    (outside, fault, "it begins on 2027-03-21, but the gathering is on 2027-03-20")
}

#[test]
fn a_session_that_is_not_taken_is_added_changed_and_set_by_nobody() {
    Stage::each(|stage| {
        let on = Three::on(stage).standing;
        let (known, new) = (session(1), session(9));
        for ((changed, expected, text), (added, _, _)) in not_taken(1).into_iter().zip(not_taken(9)) {
            let refusal = stage.refuses(AddSession::new(on, added.clone()));
            expected.is_in(&refusal, new);
            says(&refusal, expected.code(), &format!("session {new}: {text}"));
            expected.is_in(&stage.refuses(ChangeSession::new(on, changed)), known);
            let refusal = stage.refuses(SetProgramme::new(on, [talk(8, "10:00 to 11:00"), added]));
            expected.is_in(&refusal, new);
            let told = format!("1 session is not taken, so nothing was changed: session {new}: {text}");
            says(&refusal, "programme", &told);
        }
    });
}

#[test]
fn adding_a_session() {
    Stage::each(|stage| {
        let three = Three::on(stage);
        let bad = || talk(9, "10:00 to 11:00").room("x".repeat(201));
        three.refuse(stage, |on| AddSession::new(on, bad()));

        let (late, expected, text) = outside(9);
        let mut late_and_nameless = late.clone();
        late_and_nameless.texts.title = String::new();
        let refusal = stage.refuses(AddSession::new(three.standing, late_and_nameless));
        assert_eq!(refusal.code(), "session_text", "texts before days");
        let refusal = stage.refuses(AddSession::new(three.standing, late));
        assert_eq!(fault(&refusal), (session(9), expected));
        says(&refusal, "session_outside", &format!("session {}: {text}", session(9)));

        for (number, home) in [(1, three.standing), (2, three.called_off), (3, three.over)] {
            let refusal = stage.refuses(AddSession::new(three.standing, talk(number, "10:00 to 11:00")));
            assert_eq!(fault(&refusal), (session(number), SessionFault::Exists { gathering: home }));
            let text =
                format!("session {}: gathering {home} has a session of this id already", session(number));
            says(&refusal, "session_exists", &text);
        }
    });
}

#[test]
fn a_day_outside_of_several_is_named_with_the_first_and_the_last() {
    Stage::each(|stage| {
        let on = stage.does(hybrid(1, 1, 1).at(day("2027-03-20 to 2027-03-22")));
        let early = dated(1, "2027-03-19 23:59 to 2027-03-20 10:00");
        let refusal = stage.refuses(AddSession::new(on, early));
        let expected = SessionFault::Outside { day: date(19), first: date(20), last: date(22) };
        assert_eq!(fault(&refusal), (session(1), expected));
        let text = "it begins on 2027-03-19, but the gathering lasts from 2027-03-20 to 2027-03-22";
        says(&refusal, "session_outside", &format!("session {}: {text}", session(1)));
        // What begins on the last day may end after it, and where there is no date nothing is outside.
        stage.adds(on, dated(1, "2027-03-22 23:00 to 2027-03-23 04:00"));
        stage.adds(on, dated(2, "2027-03-20").at(Schedule::to_be_confirmed("")));
        let undated = stage.does(hybrid(1, 1, 1));
        stage.adds(undated, talk(3, "10:00 to 11:00"));
    });
}

#[test]
fn moving_a_session() {
    Stage::each(|stage| {
        let three = Three::on(stage);
        let on = three.standing;
        let far = || MoveSession::new(on, session(9)).room("x".repeat(201)).to(day("2027-03-21"));
        three.refuse(stage, |on| MoveSession::new(on, session(9)).room("x".repeat(201)));

        let unknown = stage.refuses(far());
        assert_eq!(fault(&unknown), (session(9), SessionFault::Unknown));
        says(
            &unknown,
            "unknown_session",
            &format!("session {}: the programme has no such session", session(9)),
        );
        assert_eq!(
            fault(&stage.refuses(MoveSession::new(on, session(3)))),
            (session(3), SessionFault::Unknown)
        );

        let dropped = stage.adds(on, talk(4, "14:00 to 15:00"));
        stage.does(DropSession::new(on, dropped));
        let refusal = stage.refuses(MoveSession::new(on, dropped).room("x".repeat(201)));
        assert_eq!(fault(&refusal), (dropped, SessionFault::Dropped));
        let text = format!("session {dropped}: it was dropped; it can be added again");
        says(&refusal, "session_dropped", &text);

        let to = |schedule, room: &str| MoveSession::new(on, session(1)).to(schedule).room(room);
        let refusal = stage.refuses(to(day("2027-03-21"), &"x".repeat(201)));
        assert_eq!(text_fault(&refusal), (session(1), "room", too_long(201, 200)));
        let refusal = stage.refuses(to(Schedule::to_be_confirmed("a\tb"), ""));
        let tab = TextFault::Forbidden { character: '\t' };
        assert_eq!(text_fault(&refusal), (session(1), "hint at the date", tab));
        let refusal = stage.refuses(to(day("2027-03-21"), ""));
        assert_eq!(refusal.code(), "session_outside");
    });
}

#[test]
fn changing_a_session() {
    Stage::each(|stage| {
        let three = Three::on(stage);
        let on = three.standing;
        let bad = || talk(9, "10:00 to 11:00").room("x".repeat(201));
        three.refuse_but_over(stage, &|on| ChangeSession::new(on, bad()));
        assert_eq!(stage.refuses(ChangeSession::new(on, bad())).code(), "session_text", "texts come first");
        let fine = talk(9, "10:00 to 11:00");
        assert_eq!(fault(&stage.refuses(ChangeSession::new(on, fine))), (session(9), SessionFault::Unknown));
        stage.does(DropSession::new(on, session(1)));
        let dropped = stage.refuses(ChangeSession::new(on, talk(1, "10:00 to 11:00")));
        assert_eq!(fault(&dropped), (session(1), SessionFault::Dropped));
        stage.adds(on, talk(1, "10:00 to 11:00"));
        let (late, expected, _) = outside(1);
        assert_eq!(fault(&stage.refuses(ChangeSession::new(on, late))), (session(1), expected));

        // When it is over a text can still be changed, and nothing can be moved.
        let past = dated(3, "2027-02-01 10:00 to 11:00");
        let moved = past.clone().room("Annexe");
        assert_eq!(stage.refuses(ChangeSession::new(three.over, moved)).code(), "gathering_over");
        stage.does(ChangeSession::new(three.over, past.about("The recording is out.")));
    });
}

#[test]
fn dropping_a_session() {
    Stage::each(|stage| {
        let three = Three::on(stage);
        three.refuse(stage, |on| DropSession::new(on, session(9)));
        let unknown = stage.refuses(DropSession::new(three.standing, session(9)));
        assert_eq!(fault(&unknown), (session(9), SessionFault::Unknown));
        stage.does(DropSession::new(three.standing, session(1)));
        let dropped = stage.refuses(DropSession::new(three.standing, session(1)));
        assert_eq!(fault(&dropped), (session(1), SessionFault::Dropped));
    });
}

#[test]
fn setting_a_programme() {
    Stage::each(|stage| {
        let three = Three::on(stage);
        let bad = || [talk(9, "10:00 to 11:00").room("x".repeat(201))];
        three.refuse_but_over(stage, &|on| SetProgramme::new(on, bad()));
        assert_eq!(stage.refuses(SetProgramme::new(three.over, bad())).code(), "programme", "sessions first");
        let empty = stage.refuses(SetProgramme::new(three.over, []));
        assert_eq!(empty, Refusal::EmptyProgramme { gathering: three.over, sessions: 1 });
        let text = "the programme is empty: 1 session would be dropped; if that is meant, say so with `even_if_empty`";
        says(&empty, "empty_programme", text);
        let over = stage.refuses(SetProgramme::new(three.over, []).even_if_empty());
        assert_eq!(over.code(), "gathering_over", "nothing can be dropped any more");
        let moved = dated(3, "2027-02-01 11:00 to 12:00");
        assert_eq!(stage.refuses(SetProgramme::new(three.over, [moved])).code(), "gathering_over");
        let revised = Session::new(session(3), "Talk 3, recorded").at(day("2027-02-01 10:00 to 11:00"));
        let change = stage.does(SetProgramme::new(three.over, [revised]));
        assert_eq!(change.revised, [session(3)]);
    });
}

#[test]
fn adding_an_offering() {
    Stage::each(|stage| {
        let three = Three::on(stage);
        let on = three.standing;
        three.refuse(stage, |on| AddOffering::new(on, Offering::new(WORKSHOP, "", [])));

        let table = || Pool::new(TABLE, "table", 9);
        let offering = |number: u16, pools: &[PoolId]| {
            Offering::new(OfferingId::new(number), "workshop", pools.iter().copied())
        };
        let refused = |offering: Offering, pools: &[Pool]| {
            let add = AddOffering::new(on, offering);
            stage.refuses(pools.iter().cloned().fold(add, AddOffering::pool))
        };
        let cases = [
            (
                refused(offering(4, &[TABLE]), &[table(), table()]),
                LayoutProblem::PoolTwice(TABLE),
                "two pools have the number 4",
            ),
            (
                refused(offering(4, &[HALL]), &[Pool::new(HALL, "another hall", 9)]),
                LayoutProblem::PoolTwice(HALL),
                "two pools have the number 1",
            ),
            (
                refused(offering(2, &[HALL]), &[]),
                LayoutProblem::OfferingTwice(ONLINE),
                "two offerings have the number 2",
            ),
            (
                refused(offering(4, &[]), &[table()]),
                LayoutProblem::DrawsOnNothing(WORKSHOP),
                "offering 4 draws on no pool; use one without a limit",
            ),
            (
                refused(offering(4, &[TABLE]), &[]),
                LayoutProblem::DrawsOnUnknown { offering: WORKSHOP, pool: TABLE },
                "offering 4 draws on pool 4, which is not there",
            ),
            (
                refused(offering(4, &[TABLE, TABLE]), &[table()]),
                LayoutProblem::DrawsTwice { offering: WORKSHOP, pool: TABLE },
                "offering 4 names pool 4 twice",
            ),
            (
                refused(offering(4, &[TABLE]).requires(OfferingId::new(7)), &[table()]),
                LayoutProblem::RequiresUnknown { offering: WORKSHOP, requires: OfferingId::new(7) },
                "offering 4 requires offering 7, which is not there",
            ),
            (
                refused(offering(4, &[TABLE]).requires(WORKSHOP), &[table()]),
                LayoutProblem::RequiresItself(WORKSHOP),
                "offering 4 requires itself, straight away or by way of others",
            ),
            (
                refused(offering(4, &[HALL]).for_session(session(1)), &[]),
                LayoutProblem::SharedWithSession { offering: WORKSHOP, pool: HALL },
                "offering 4 would share pool 1 with an offering that is not for the same session; a session needs \
                 pools of its own",
            ),
        ];
        for (refusal, problem, text) in cases {
            assert_eq!(refusal, Refusal::Layout(problem));
            says(&refusal, "layout", text);
        }
    });
}

#[test]
fn adding_an_offering_with_a_name_or_for_a_session_that_is_not_taken() {
    Stage::each(|stage| {
        let on = Three::on(stage).standing;
        let workshop = || Offering::new(WORKSHOP, "workshop", [TABLE]);
        let nameless = stage.refuses(AddOffering::new(on, Offering::new(WORKSHOP, " ", [HALL])));
        says(&nameless, "text", "the offering's name is empty");
        let pool = Pool::new(TABLE, "x".repeat(201), 1);
        let named = stage.refuses(AddOffering::new(on, workshop()).pool(pool));
        says(&named, "text", "the pool's name has 201 characters; at most 200 are taken");

        let refused = |number| {
            let add = AddOffering::new(on, workshop().for_session(session(number)));
            stage.refuses(add.pool(Pool::new(TABLE, "table", 9)))
        };
        assert_eq!(fault(&refused(3)), (session(3), SessionFault::Unknown), "that is another gathering's");
        stage.does(DropSession::new(on, session(1)));
        assert_eq!(fault(&refused(1)), (session(1), SessionFault::Dropped));
    });
}

#[test]
fn a_session_s_pool_is_shared_with_offerings_for_the_same_session_only() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let [first, second] = [1, 2].map(|number| stage.adds(on, talk(number, "10:00 to 11:00")));
        stage.opens(on, 4, first, 9);
        let add = |number, session: Option<SessionId>| {
            let offering = Offering::new(OfferingId::new(number), "more", [TABLE]);
            let offering = session.map_or(offering.clone(), |session| offering.for_session(session));
            AddOffering::new(on, offering)
        };
        for other in [None, Some(second)] {
            let problem = LayoutProblem::SharedWithSession { offering: OfferingId::new(5), pool: TABLE };
            assert_eq!(stage.refuses(add(5, other)), Refusal::Layout(problem));
        }
        assert_eq!(stage.does(add(5, Some(first))), OfferingId::new(5));
    });
}

#[test]
fn announcing_offerings_that_need_others() {
    Stage::each(|stage| {
        let offering = |number, requires| {
            Offering::new(OfferingId::new(number), "part", [HALL]).requires(OfferingId::new(requires))
        };
        let announced = |offerings: &[Offering]| {
            let gathering = Gathering::visit("Tour", Venue::new("Hub")).pool(Pool::new(HALL, "hall", 9));
            stage.refuses(offerings.iter().cloned().fold(gathering, Gathering::offering))
        };
        let loose = announced(&[Offering::new(OfferingId::new(1), "whole", [HALL]), offering(2, 3)]);
        let unknown =
            LayoutProblem::RequiresUnknown { offering: OfferingId::new(2), requires: OfferingId::new(3) };
        assert_eq!(loose, Refusal::Layout(unknown));
        let round = announced(&[offering(1, 3), offering(2, 1), offering(3, 2)]);
        assert_eq!(round, Refusal::Layout(LayoutProblem::RequiresItself(OfferingId::new(1))));
        let early = announced(&[Offering::new(WORKSHOP, "workshop", [HALL]).for_session(session(1))]);
        assert_eq!(early, Refusal::Layout(LayoutProblem::SessionBeforeProgramme(WORKSHOP)));
        let text =
            "offering 4 is for a session; announce the gathering, add the session, then add the offering";
        says(&early, "layout", text);
    });
}

#[test]
fn changing_the_mode() {
    Stage::each(|stage| {
        let three = Three::on(stage);
        let hall = || Mode::InPerson(Venue::new("Town Hall"));
        let link = JoinLink::new("https://meet.example/2");
        let bad_link = JoinLink::new("http://meet.example");

        let nowhere = ChangeMode::new(NOBODY, hall());
        let refusal = stage.refuses(nowhere.clone().join_link(bad_link));
        says(&refusal, "text", "the join link is not an https address");
        let refusal = stage.refuses(nowhere.join_link(link));
        assert_eq!(refusal, Refusal::Layout(LayoutProblem::LinkWithoutOnline));
        says(&refusal, "layout", "there is a join link, but the gathering is in person only");
        let nameless = stage.refuses(ChangeMode::new(NOBODY, Mode::Hybrid(Venue::new(""))));
        assert_eq!(
            (nameless.code(), nameless.to_string().contains("is empty")),
            ("text", true),
            "{nameless}"
        );
        let far = Venue::new("Hall").address("x".repeat(4_001));
        let refusal = stage.refuses(ChangeMode::new(NOBODY, Mode::InPerson(far)));
        assert_eq!(refusal.code(), "text", "{refusal}");
        three.refuse(stage, |on| ChangeMode::new(on, Mode::Online));
    });
}

#[test]
fn publishing_a_name() {
    Stage::each(|stage| {
        let refused = |name: &str| stage.refuses(PublishName::new(PublishedName::new(name)));
        says(&refused(""), "text", "the published name is empty");
        says(
            &refused("a\u{202E}b"),
            "text",
            "the published name contains the character U+202E, which is not taken",
        );
        let long = "the published name has 201 characters; at most 200 are taken";
        says(&refused(&"x".repeat(201)), "text", long);
    });
}

#[test]
fn registering_for_a_session_that_was_dropped_or_is_over() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let [early, late] = [(1, "09:00 to 10:00"), (2, "14:00 to 15:00")]
            .map(|(number, hours)| stage.adds(on, talk(number, hours)));
        let offerings = [stage.opens(on, 4, early, 9), stage.opens(on, 5, late, 9)];
        stage.books(on, 1, CONFERENCE);
        let booked = stage.books(on, 1, offerings[0]);
        let ask = |offering| Register::new(on, person_id(1)).offering(offering);

        stage.does(DropSession::new(on, late));
        let dropped = stage.refuses(ask(offerings[1]));
        assert_eq!(fault(&dropped), (late, SessionFault::Dropped));

        // The conference goes on until midnight, and bookings can be made by hand; the session is over.
        drop(stage.desk().open_booking(on).unwrap());
        stage.set_clock("2027-03-20T10:00:00Z");
        let over = stage.refuses(ask(offerings[0]));
        let ended = "2027-03-20T10:00:00Z".parse().unwrap();
        assert_eq!(over, Refusal::SessionOver { session: early, ended });
        says(&over, "session_over", "the session ended at 2027-03-20T10:00:00Z");
        assert_eq!(stage.refuses(CancelRegistration::new(booked)), over);
        assert_eq!(stage.refuses(Transfer::new(booked, person_id(2))), over);
        stage.books(on, 2, CONFERENCE);
    });
}

#[test]
fn registering_without_what_is_needed() {
    Stage::each(|stage| {
        let on = stage.conference(3, 9, 9);
        let ask = |person| Register::new(on, person_id(person)).offering(VISIT);
        let needs = |refusal: Refusal, person: Option<u8>| {
            let (offering, name) = (CONFERENCE, "in person".to_owned());
            let person = person.map(person_id);
            assert_eq!(refusal, Refusal::NeedsPlace { person, offering, name });
            let text = match person {
                Some(person) => format!(
                    "a confirmed place in \"in person\" comes first, and person {person} has none that the \
                     same booker has booked"
                ),
                None => "a confirmed place in \"in person\" comes first for everybody, and the booker has \
                         not booked enough of them for this party"
                    .into(),
            };
            says(&refusal, "needs_place", &text);
        };
        needs(stage.refuses(ask(1)), Some(1));
        stage.books(on, 1, ONLINE);
        needs(stage.refuses(ask(1)), Some(1));

        let party = Register::new(on, person_id(1)).guest(person_id(2)).offering(CONFERENCE);
        let party = stage.does(party).registration();
        stage.books(on, 3, CONFERENCE);
        stage.waits(on, 4, CONFERENCE);
        needs(stage.refuses(ask(4)), Some(4));
        needs(stage.refuses(ask(1).guest(person_id(3))), Some(3));
        needs(stage.refuses(ask(1).guest(person_id(2)).unnamed_guests(1)), None);
        needs(stage.refuses(ask(1).unnamed_guests(2)), None);
        needs(stage.refuses(ask(3).guest(person_id(1))), Some(1));
        let booked = stage.does(ask(1).unnamed_guests(1)).registration();
        needs(stage.refuses(ask(2)), None);
        stage.does(CancelRegistration::new(booked));
        assert!(stage.does(ask(1)).is_confirmed());
        assert!(stage.does(ask(2)).is_confirmed(), "a guest who is named there can book it, too");

        // Whoever has one place of another party's cannot be let onto one that needs it.
        let visit = stage.does(Register::new(on, person_id(3)).offering(VISIT)).registration();
        needs(stage.refuses(Transfer::new(visit, person_id(2))), Some(2));
        stage.does(CancelRegistration::new(party));
        needs(stage.refuses(Transfer::new(visit, person_id(2))), Some(2));
    });
}

#[test]
fn transferring_a_place_that_others_need() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let nothing = RegistrationId::from_u128(404);
        let unknown = stage.refuses(Transfer::new(nothing, person_id(1)));
        says(&unknown, "unknown_registration", &format!("there is no registration {nothing}"));
        let [anns, bobs] = [1, 2].map(|person| stage.books(on, person, CONFERENCE));
        stage.books(on, 1, VISIT);
        let refusal = stage.refuses(Transfer::new(anns, person_id(2)));
        assert_eq!(refusal, Refusal::AlreadyRegistered { person: person_id(2), registration: bobs });
        let text = format!(
            "person {} is booked for this already, with registration {bobs}; that one can be changed or cancelled until the gathering is over",
            person_id(2)
        );
        says(&refusal, "already_registered", &text);
        let refusal = stage.refuses(Transfer::new(anns, person_id(3)).place(2));
        says(&refusal, "unknown_place", "there is no place 2; the registration has places 1 to 1");
    });
}

#[test]
fn a_programme_that_cannot_move_along() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let night = dated(1, "2027-03-20 01:30 to 02:30");
        stage.adds(on, night);
        let spring = Reschedule::new(on, day("2027-03-28"));
        let refusal = stage.refuses(spring.clone().with_programme());
        let wall = date(28).and_hms_opt(1, 30, 0).unwrap();
        let error = ScheduleError::NoSuchTime { wall, zone: "Europe/London" };
        assert_eq!(fault(&refusal), (session(1), SessionFault::Time(error)));
        let text = "2027-03-28 01:30:00 does not exist in Europe/London: the clocks are put forward over it";
        says(&refusal, "session_time", &format!("session {}: {text}", session(1)));
        stage.does(spring);
        assert_eq!(stage.desk().programme(on).unwrap().rows()[0].status, gather::SessionStatus::Postponed);
    });
}

#[test]
fn numbers_of_pools_and_offerings_are_those_of_the_author() {
    // The refusals above name them by number, so they must not be the same by chance.
    assert_eq!([HALL, STREAM, COACH, TABLE].map(PoolId::get), [1, 2, 3, 4]);
    assert_eq!([CONFERENCE, ONLINE, VISIT, WORKSHOP].map(OfferingId::get), [1, 2, 3, 4]);
}
