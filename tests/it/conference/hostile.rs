//! Programmes, chains and drops of sizes that nobody means: all or nothing, and the log is as it was.

use gather::testkit::person_id;
use gather::{
    AddOffering, AddSession, Answers, Basket, CancelRegistration, Capacity, DropSession, Gathering, Offering,
    OfferingId, PersonId, Pool, PoolId, Refusal, Register, Schedule, Session, SessionFault, SessionId,
    SetProgramme, Transfer, Venue,
};

use super::places::chain;
use super::{CONFERENCE, Stage, WORKSHOP, dated, day, session, talk};

/// The largest text of a programme.
const TEXT_LIMIT: usize = 12 * 1024 * 1024;

fn problems(refusal: &Refusal) -> Vec<(SessionId, &'static str)> {
    let Refusal::Programme { problems } = refusal else { panic!("{refusal}") };
    problems.iter().map(|problem| (problem.session, problem.fault.code())).collect()
}

#[test]
fn all_that_is_wrong_with_a_programme_is_told_at_once_and_none_of_it_is_taken() {
    Stage::each(|stage| {
        let [on, other] = [stage.conference(9, 9, 9), stage.conference(9, 9, 9)];
        stage.adds(on, talk(1, "10:00 to 11:00"));
        stage.adds(other, talk(2, "10:00 to 11:00"));
        let titled = |number, title: &str| {
            let mut session = talk(number, "14:00 to 15:00");
            session.texts.title = title.into();
            session
        };
        let crowd = (0..101).map(PersonId::from_u128).fold(talk(6, "14:00 to 15:00"), Session::speaker);
        let hostile = [
            talk(3, "10:00 to 11:00"),
            titled(4, &"x".repeat(10_000)),
            talk(3, "11:00 to 12:00"),
            talk(2, "10:00 to 11:00"),
            dated(5, "2027-03-21 10:00 to 11:00"),
            crowd,
            titled(7, "\u{200B}"),
            titled(8, "line\nbreak"),
            talk(9, "10:00 to 11:00").link("javascript:alert(1)"),
            talk(1, "11:00 to 12:00"),
        ];
        let set = SetProgramme::new(on, hostile);
        let refusal = stage.refuses(set.clone());
        let expected = [
            (4, "session_text"),
            (3, "session_twice"),
            (2, "session_exists"),
            (5, "session_outside"),
            (6, "too_many_speakers"),
            (7, "session_text"),
            (8, "session_text"),
            (9, "session_text"),
        ];
        let expected = expected.map(|(number, code)| (session(number), code));
        assert_eq!(problems(&refusal), expected, "in the order of the command");
        let text = format!(
            "8 sessions are not taken, so nothing was changed: session {}: the title has 10000 characters; at most \
             200 are taken; session {}: it is named twice; session {}: gathering {other} has a session of this id \
             already; and 5 more",
            session(4),
            session(3),
            session(2)
        );
        assert_eq!(refusal.to_string(), text);
        let rows = stage.desk().programme(on).unwrap();
        assert_eq!((rows.rows().len(), rows.rows()[0].sequence), (1, 0));

        // The rest of it, as the refusal names what is to be left.
        let left = expected.map(|(session, _)| session);
        let change = stage.does(set.leave_alone(left));
        assert_eq!((change.added, change.moved, change.dropped), (vec![], vec![session(1)], vec![]));
    });
}

#[test]
fn one_id_given_a_thousand_times_is_one_session_and_many_problems() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let thousand = std::iter::repeat_n(talk(1, "10:00 to 11:00"), 1_000);
        let refusal = stage.refuses(SetProgramme::new(on, thousand));
        assert_eq!(problems(&refusal), vec![(session(1), "session_twice"); 999]);
        assert!(refusal.to_string().len() < 400, "{refusal}");
    });
}

#[test]
fn a_gathering_has_up_to_five_thousand_sessions_those_dropped_counted() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let many = |numbers: std::ops::Range<u128>| numbers.map(|number| talk(number, "10:00 to 11:00"));
        let refusal = stage.refuses(SetProgramme::new(on, many(0..5_001)));
        assert_eq!(refusal, Refusal::TooManySessions { sessions: 5_001, limit: 5_000 });
        let text =
            "the programme would have 5001 sessions, those that were dropped counted; it may have up to 5000";
        assert_eq!((refusal.code(), refusal.to_string().as_str()), ("too_many_sessions", text));
        assert!(stage.desk().programme(on).unwrap().rows().is_empty());

        let change = stage.does(SetProgramme::new(on, many(0..5_000)));
        assert_eq!(change.added.len(), 5_000);
        assert_eq!(
            stage.refuses(AddSession::new(on, talk(5_000, "10:00 to 11:00"))).code(),
            "too_many_sessions"
        );
        stage.does(DropSession::new(on, session(7)));
        assert_eq!(
            stage.refuses(AddSession::new(on, talk(5_000, "10:00 to 11:00"))).code(),
            "too_many_sessions"
        );
        stage.adds(on, talk(7, "14:00 to 15:00"));
        let nothing = SetProgramme::new(on, []);
        let refusal = stage.refuses(nothing.clone());
        assert_eq!(refusal, Refusal::EmptyProgramme { gathering: on, sessions: 5_000 });
        let text = "the programme is empty: 5000 sessions would be dropped; if that is meant, say so with `even_if_empty`";
        assert_eq!((refusal.code(), refusal.to_string().as_str()), ("empty_programme", text));
        assert_eq!(stage.does(nothing.even_if_empty()).dropped.len(), 5_000);
        assert_eq!(stage.refuses(SetProgramme::new(on, many(1..5_001))).code(), "too_many_sessions");
        assert_eq!(stage.does(SetProgramme::new(on, many(0..5_000))).added.len(), 5_000);
    });
}

fn numbered(number: u128, mut session: Session) -> Session {
    session.id = SessionId::from_u128(number);
    session
}

/// Sessions whose texts have so many bytes in all: 4 kB each, the last one less.
fn wordy(bytes: usize, about: char) -> Vec<Session> {
    let bare =
        || Session::new(session(0), "T").at(Schedule::to_be_confirmed("h".repeat(200))).room("r".repeat(199));
    let (own, most) = (400, 4_000);
    let mut left = bytes;
    let mut sessions = Vec::new();
    while left > 0 {
        let words = (left - own).min(most);
        let number = u128::try_from(sessions.len()).unwrap();
        let session = bare().about(about.to_string().repeat(words));
        sessions.push(numbered(number, session));
        left = left.saturating_sub(own + words);
        // What is left must be enough for one more.
        left = if left > 0 { left.max(own) } else { 0 };
    }
    sessions
}

#[test]
fn texts_of_more_than_a_batch_can_hold_are_refused_and_what_is_taken_is_kept() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let most = wordy(TEXT_LIMIT, 'x');
        let mut more = most.clone();
        more.last_mut().unwrap().texts.title.push('!');
        let refusal = stage.refuses(SetProgramme::new(on, more.clone()));
        assert_eq!(refusal, Refusal::TooMuchText { bytes: TEXT_LIMIT + 1, limit: TEXT_LIMIT });
        let text = "the texts have 12582913 bytes, and up to 12582912 are taken at once: do it in parts (each part of a \
                    programme has to `leave_alone` the sessions of the others)";
        assert_eq!((refusal.code(), refusal.to_string().as_str()), ("too_much_text", text));
        assert_eq!(stage.does(SetProgramme::new(on, most.clone())).added.len(), most.len());

        // In parts, as the refusal says.
        let on = stage.conference(9, 9, 9);
        let renumbered = (10_000..).zip(more).map(|(number, it)| numbered(number, it));
        let all: Vec<_> = renumbered.collect();
        let (first, second) = all.split_at(all.len() / 2);
        let ids = |sessions: &[Session]| sessions.iter().map(|session| session.id).collect::<Vec<_>>();
        let set = SetProgramme::new(on, all.clone());
        assert_eq!(stage.does(set.clone().leave_alone(ids(second))).added, ids(first));
        let change = stage.does(set.leave_alone(ids(first)));
        assert_eq!((change.added, change.dropped), (ids(second), vec![]));
    });
}

#[test]
fn speakers_of_more_sessions_than_a_batch_can_name_are_refused_and_taken_in_parts() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let crowded = |number: u128| {
            let speakers = (0..100).map(|speaker| PersonId::from_u128(number * 100 + speaker));
            speakers.fold(talk(number, "10:00 to 11:00"), Session::speaker)
        };
        let all = |numbers: std::ops::Range<u128>| SetProgramme::new(on, numbers.map(crowded));
        let refusal = stage.refuses(all(0..2_571));
        // Each names its gathering, itself and a hundred speakers.
        assert_eq!(refusal, Refusal::TooManyNamed { named: 2_571 * 102, limit: 262_144 });
        let text = "people, registrations and sessions would be named 262242 times at once, and up to 262144 may: do \
                    it in smaller steps";
        assert_eq!((refusal.code(), refusal.to_string().as_str()), ("too_many_named", text));
        assert_eq!(stage.does(all(0..2_570)).added.len(), 2_570);
        let rest = all(0..2_572).leave_alone((0..2_570).map(SessionId::from_u128));
        assert_eq!(stage.does(rest).added.len(), 2);
    });
}

#[test]
fn a_chain_of_five_thousand_needs_is_booked_handed_over_and_ended_at_once() {
    const LINKS: u16 = 5_000;
    Stage::each(|stage| {
        let on = stage.does(chain(LINKS));
        let parts =
            (1..=LINKS).rev().map(|number| Register::new(on, person_id(1)).offering(OfferingId::new(number)));
        let booked = stage.does(parts.fold(Basket::new(), Basket::part));
        let Some(gather::Part::Registered(first)) = booked.last().copied() else { panic!("{booked:?}") };
        let receipt = stage.receives(Transfer::new(first.registration(), person_id(2)));
        assert_eq!(receipt.facts.len(), usize::from(LINKS));
        assert_eq!(
            stage.does(CancelRegistration::new(first.registration())).ended.len(),
            usize::from(LINKS) - 1
        );
    });
}

#[test]
fn a_session_with_more_places_booked_than_a_batch_can_end_is_dropped_in_steps() {
    let desk = gather::Desk::builder().clock(gather::testkit::epoch).in_memory();
    let fair = Gathering::conference("Fair", Venue::new("Hub")).at(day("2099-03-20")).places(1);
    let on = desk.announce(fair).unwrap().outcome;
    drop(desk.execute(AddSession::new(on, dated(1, "2099-03-20 10:00 to 11:00"))).unwrap());
    let offering = Offering::new(WORKSHOP, "workshop", [PoolId::new(4)]).for_session(session(1));
    let pool = Pool::new(PoolId::new(4), "workshop", Capacity::Unlimited);
    drop(desk.execute(AddOffering::new(on, offering).pool(pool)).unwrap());
    let book = |person| {
        let booking = Register::new(on, PersonId::from_u128(person)).offering(WORKSHOP);
        desk.execute(booking).unwrap().outcome.registration()
    };
    let booked: Vec<_> = (0..65_536).map(book).collect();
    let refusal = desk.execute(DropSession::new(on, session(1))).unwrap_err();
    let refusal = refusal.refusal().unwrap();
    assert_eq!(*refusal, Refusal::TooMuchAtOnce { facts: 65_537, limit: 65_536 });
    let text = "65537 things would happen at once, and up to 65536 may: do it in smaller steps";
    assert_eq!((refusal.code(), refusal.to_string().as_str()), ("too_much_at_once", text));
    drop(desk.execute(CancelRegistration::new(booked[0]).by_organiser()).unwrap());
    let ended = desk.execute(DropSession::new(on, session(1))).unwrap().outcome.ended;
    assert!(ended == booked[1..], "in the order in which they joined");
}

#[test]
fn ids_of_another_gathering_are_taken_from_nobody() {
    Stage::each(|stage| {
        let [on, other] = [stage.conference(9, 9, 9), stage.conference(9, 9, 9)];
        stage.adds(other, talk(1, "10:00 to 11:00"));
        stage.adds(other, talk(2, "10:00 to 11:00"));
        stage.does(DropSession::new(other, session(2)));
        for number in [1, 2] {
            let refusal = stage.refuses(SetProgramme::new(on, [talk(number, "10:00 to 11:00")]));
            let Refusal::Programme { problems } = refusal else { panic!("{refusal}") };
            assert_eq!(problems[0].fault, SessionFault::Exists { gathering: other });
        }
        assert_eq!(stage.does(SetProgramme::new(on, [])).dropped, []);
        assert_eq!(stage.desk().programme(other).unwrap().rows().len(), 2);
    });
}

#[test]
fn answers_of_more_than_a_batch_can_hold_are_refused_and_take_no_key() {
    Stage::each(|stage| {
        let on = stage.conference(99, 99, 99);
        let long = "\u{1F980}".repeat(4_000);
        let answers = (0..100).fold(Answers::new(), |answers, _| answers.answer("q", &long));
        let part =
            |person| Register::new(on, person_id(person)).offering(CONFERENCE).answers(answers.clone());
        let basket = |parts: u8| (1..=parts).map(part).fold(Basket::new(), Basket::part);
        let refusal = stage.refuses(basket(8));
        assert_eq!(refusal, Refusal::TooMuchText { bytes: 8 * 100 * 16_001, limit: TEXT_LIMIT });
        assert_eq!(stage.does(basket(7)).len(), 7);
    });
}
