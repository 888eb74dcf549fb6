//! A programme from its announcement to its end, and each verb that changes it.

use gather::testkit::person_id;
use gather::{
    AddOffering, AddSession, Basket, CancelGathering, CancelRegistration, Change, ChangeCapacity, ChangeMode,
    ChangeSession, Command, DropSession, GatheringId, JoinLink, Mode, MoveSession, Offering, OfferingId,
    PersonId, Pool, PoolId, ProgrammeWarning, PublishName, PublishedName, Refusal, Register, RequestId,
    Reschedule, Schedule, Session, SessionStatus, SetProgramme, Transfer, Venue,
};

use super::{CONFERENCE, HALL, ONLINE, Stage, VISIT, WORKSHOP, dated, day, hybrid, kinds, session, talk};

fn statuses(stage: &Stage, on: GatheringId) -> Vec<(u128, SessionStatus, u32)> {
    let programme = stage.desk().programme(on).unwrap();
    let rows = programme.rows().iter();
    rows.map(|row| (row.session.uuid().as_u128(), row.status, row.sequence)).collect()
}

/// The link that somebody's own calendar gives for what they booked first.
fn link(stage: &Stage, person: u8) -> Option<String> {
    let agenda = stage.desk().agenda(person_id(person));
    let link = agenda.join_link(agenda.rows()[0].registration)?;
    Some(link.known().unwrap().expose().as_str().to_owned())
}

#[test]
fn a_conference_from_its_announcement_to_its_end() {
    Stage::each(|stage| {
        let on = stage.conference(3, 9, 1);
        let ann = stage.does(PublishName::new(PublishedName::new("Dr Ann Example")));
        let first = [
            talk(1, "10:00 to 10:30").room("Hall").speaker(ann),
            talk(2, "10:30 to 11:00").room("Hall").track("Owning"),
            talk(3, "11:00 to 12:30").room("Annexe").kind("workshop"),
        ];
        assert_eq!(stage.does(SetProgramme::new(on, first)).added, [1, 2, 3].map(session));
        let workshop = stage.opens(on, 4, session(3), 1);
        stage.reopen();

        let both = |person| {
            let whole = Register::new(on, person_id(person)).offering(CONFERENCE);
            Basket::new().part(whole).part(Register::new(on, person_id(person)).offering(workshop))
        };
        let anns = stage.does(both(1));
        assert_eq!(stage.refuses(both(2)).code(), "full");
        let bobs = stage.does(both(2).best_effort());
        let parts = |parts: &[gather::Part]| -> Vec<_> {
            let id = |part: &gather::Part| match part {
                gather::Part::Registered(registered) => registered.registration(),
                gather::Part::LeftOut => panic!("nothing was left out"),
            };
            parts.iter().map(id).collect()
        };
        let [anns, bobs] = [parts(&anns), parts(&bobs)];
        stage.reopen();

        stage.does(MoveSession::new(on, session(2)).to(day("2027-03-20 10:15 to 10:45")));
        let warnings = stage.desk().programme(on).unwrap().warnings();
        let expected =
            ProgrammeWarning::RoomTwice { room: "Hall".into(), earlier: session(1), later: session(2) };
        assert_eq!(warnings, [expected]);
        stage.does(MoveSession::new(on, session(2)).room("Annexe"));
        assert!(stage.desk().programme(on).unwrap().warnings().is_empty());

        stage.does(Transfer::new(anns[0], person_id(3)));
        assert_eq!(stage.desk().agenda(person_id(3)).rows().len(), 2, "the workshop went along");
        assert_eq!(stage.does(CancelRegistration::new(anns[0])).promoted, [bobs[1]]);
        stage.does(DropSession::new(on, session(1)));
        stage.does(Reschedule::new(on, Schedule::to_be_confirmed("autumn")));
        stage.reopen();
        stage.does(Reschedule::new(on, day("2027-10-01")).with_programme());
        stage.does(ChangeMode::new(on, Mode::InPerson(Venue::new("Town Hall"))));
        let printed = "\
The Changing Landscape, 2027-10-01 Europe/London

Start             Title   Room    Speakers
2027-10-01 10:15  Talk 2  Annexe
2027-10-01 11:00  Talk 3  Annexe";
        assert_eq!(stage.desk().programme(on).unwrap().to_string(), printed);
        assert!(bobs.iter().all(|registration| stage.status(*registration) == "confirmed"));

        stage.does(CancelGathering::new(on));
        let cancelled = statuses(stage, on);
        assert!(cancelled.iter().all(|(_, status, _)| *status == SessionStatus::Cancelled), "{cancelled:?}");
    });
}

#[test]
fn moved_online_everybody_keeps_what_they_have_and_gets_the_link() {
    Stage::each(|stage| {
        let visit =
            gather::Gathering::visit("Open day", Venue::new("Hub")).at(day("2027-03-20 10:00 to 12:00"));
        let on = stage.does(visit.places(1));
        let tour = stage.adds(on, talk(1, "10:00 to 11:00").room("Foyer"));
        let anns = stage.does(Register::new(on, person_id(1))).registration();
        let bobs = stage.does(Register::new(on, person_id(2)));
        assert!(!bobs.is_confirmed());
        assert_eq!(link(stage, 1), None);

        let online = |link: &str| ChangeMode::new(on, Mode::Online).join_link(JoinLink::new(link));
        assert_eq!(stage.does(online("https://meet.example/1")), Change::Made);
        assert_eq!([stage.status(anns), stage.status(bobs.registration())], ["confirmed", "waiting"]);
        assert_eq!(link(stage, 1).unwrap(), "https://meet.example/1");
        assert_eq!(link(stage, 2), None, "who waits may not walk in");
        assert_eq!(statuses(stage, on), [(1, SessionStatus::Confirmed, 1)]);
        stage.reopen();
        assert_eq!(link(stage, 1).unwrap(), "https://meet.example/1");

        stage.does(online("https://meet.example/2"));
        assert_eq!(link(stage, 1).unwrap(), "https://meet.example/2");
        stage.does(ChangeMode::new(on, Mode::Online));
        assert_eq!(link(stage, 1), None, "a link that is not given again is gone");
        stage.does(ChangeMode::new(on, Mode::Hybrid(Venue::new("Hub").address("Hill Road 1"))));
        assert_eq!(
            stage.desk().gathering(on).unwrap().announcement().mode.venue().unwrap().address,
            "Hill Road 1"
        );
        assert_eq!(statuses(stage, on), [(1, SessionStatus::Confirmed, 4)]);
        let _ = tour;
        assert_eq!(stage.does(CancelRegistration::new(anns)).promoted, [bobs.registration()]);
    });
}

#[test]
fn postponed_and_dated_again_everybody_keeps_what_they_have() {
    Stage::each(|stage| {
        let on = stage.conference(1, 9, 9);
        stage.adds(on, talk(1, "10:00 to 11:00"));
        stage.adds(on, dated(2, "2027-03-20 23:30 to 2027-03-21 00:30"));
        stage.adds(on, talk(3, "12:00 to 13:00").at(Schedule::to_be_confirmed("")));
        let workshop = stage.opens(on, 4, session(1), 1);
        let anns = stage.books(on, 1, CONFERENCE);
        let part = stage.books(on, 1, workshop);
        let bobs = stage.waits(on, 2, CONFERENCE);

        let receipt =
            stage.receives(Reschedule::new(on, Schedule::to_be_confirmed("autumn")).with_programme());
        assert_eq!(kinds(&receipt.facts), ["rescheduled"], "there is no day to move to");
        let [postponed, confirmed] = [SessionStatus::Postponed, SessionStatus::Confirmed];
        assert_eq!(statuses(stage, on), [(1, postponed, 1), (2, postponed, 1), (3, confirmed, 0)]);
        let refusal = stage.refuses(Register::new(on, person_id(3)).offering(ONLINE));
        assert_eq!(refusal.code(), "booking_not_open_yet");
        let kept = [anns, part, bobs].map(|registration| stage.status(registration));
        assert_eq!(kept, ["confirmed", "confirmed", "waiting"]);
        stage.reopen();

        let receipt = stage.receives(Reschedule::new(on, day("2027-06-05")).with_programme());
        assert_eq!(kinds(&receipt.facts), ["rescheduled", "moved", "moved"]);
        assert_eq!(statuses(stage, on), [(1, confirmed, 2), (2, confirmed, 2), (3, confirmed, 0)]);
        let programme = stage.desk().programme(on).unwrap();
        let when: Vec<_> = programme.rows()[..2].iter().map(|row| row.schedule().to_string()).collect();
        let along = ["2027-06-05 10:00 to 11:00", "2027-06-05 23:30 to 2027-06-06 00:30"];
        assert_eq!(when, along.map(|when| format!("{when} Europe/London")));

        // Without its programme it goes alone, and takes its sessions back to nothing that was lost.
        stage.does(Reschedule::new(on, day("2027-06-12")));
        assert_eq!(statuses(stage, on)[0], (1, postponed, 3));
        stage.does(Reschedule::new(on, day("2027-06-05")));
        assert_eq!(statuses(stage, on)[0], (1, confirmed, 4));
        assert_eq!(stage.does(CancelRegistration::new(anns)).promoted, [bobs]);
    });
}

#[test]
fn a_programme_moves_by_whole_days_between_first_days() {
    Stage::each(|stage| {
        let on = stage.does(hybrid(1, 1, 1).at(day("2027-03-19 to 2027-03-20")));
        stage.adds(on, dated(1, "2027-03-20 10:00 to 11:00"));
        stage.adds(on, dated(2, "2027-03-19"));
        stage.does(DropSession::new(on, session(2)));
        // Over the change of the clocks, to exact times, and back by a year.
        let dates = [
            ("2027-03-27 09:00 to 2027-03-28 17:00", "2027-03-28 10:00 to 11:00"),
            ("2028-02-28 to 2028-03-01", "2028-02-29 10:00 to 11:00"),
            ("2027-03-26 to 2027-03-27", "2027-03-27 10:00 to 11:00"),
        ];
        for (dates, expected) in dates {
            stage.does(Reschedule::new(on, day(dates)).with_programme());
            let programme = stage.desk().programme(on).unwrap();
            let row = programme.session(session(1)).unwrap();
            assert_eq!((row.schedule(), row.status), (&day(expected), SessionStatus::Confirmed), "{dates}");
            let dropped = programme.session(session(2)).unwrap();
            assert_eq!(*dropped.schedule(), day("2027-03-19"), "what was dropped stays where it was");
        }
        assert_eq!(
            stage.does(Reschedule::new(on, day("2027-03-26 to 2027-03-27")).with_programme()),
            Change::AlreadySo
        );
    });
}

#[test]
fn setting_a_programme_adds_moves_revises_and_drops_what_differs() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let first = [1, 2, 3, 4].map(|number| talk(number, "10:00 to 11:00").room("Hall"));
        let change = stage.does(SetProgramme::new(on, first.clone()));
        assert_eq!(
            (change.added, change.unchanged),
            (vec![session(1), session(2), session(3), session(4)], 0)
        );
        let again = stage.receives(SetProgramme::new(on, first.iter().rev().cloned()));
        assert_eq!((again.outcome.unchanged, again.facts.len()), (4, 0));
        let workshop = stage.opens(on, 4, session(4), 1);
        let _ = [1, 2].map(|person| stage.books(on, person, CONFERENCE));
        let booked = [stage.books(on, 1, workshop), stage.waits(on, 2, workshop)];

        let second = [
            talk(5, "12:00 to 13:00"),
            first[0].clone(),
            first[1].clone().room("Annexe"),
            first[2].clone().about("Revised.").at(day("2027-03-20 14:00 to 15:00")),
        ];
        let receipt = stage.receives(SetProgramme::new(on, second.clone()));
        let change = receipt.outcome;
        assert_eq!(change.added, [session(5)]);
        assert_eq!(change.moved, [session(2), session(3)]);
        assert_eq!(change.revised, [session(3)]);
        assert_eq!((change.dropped, change.unchanged), (vec![session(4)], 1));
        assert_eq!((change.ended, change.promoted), (booked.to_vec(), vec![]));
        let expected = ["added", "moved", "moved", "revised", "dropped", "ended", "ended"];
        assert_eq!(kinds(&receipt.facts), expected);

        // What was dropped comes back as what it is now.
        let back = second.into_iter().chain([first[3].clone()]);
        assert_eq!(stage.does(SetProgramme::new(on, back)).added, [session(4)]);
        assert_eq!(statuses(stage, on).iter().find(|row| row.0 == 4).unwrap().2, 2);
    });
}

#[test]
fn what_is_left_is_neither_changed_nor_dropped_nor_looked_at() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let both = [1, 2].map(|number| talk(number, "10:00 to 11:00"));
        stage.does(SetProgramme::new(on, both.clone()));
        let other = [both[0].clone().room("Annexe"), talk(9, "10:00 to 11:00").link("no link")];
        let leave = SetProgramme::new(on, other).leave_alone([session(2), session(9), session(77)]);
        let change = stage.does(leave);
        assert_eq!(
            (change.moved, change.unchanged),
            (vec![session(1)], 0),
            "only what it speaks of is counted"
        );
        assert_eq!((change.added, change.dropped), (vec![], vec![]));
        let nothing = stage.does(SetProgramme::new(on, []).leave_alone([session(1), session(2)]));
        assert_eq!(nothing, gather::ProgrammeChange::default());
        let passed_over =
            SetProgramme::new(on, [both[0].clone().room("Hall")]).leave_alone([session(1), session(2)]);
        assert_eq!(stage.receives(passed_over).facts, []);
    });
}

#[test]
fn what_is_over_is_left_where_only_what_is_to_come_is_named() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let hours = [(1, "09:00 to 10:00"), (2, "11:00 to 12:00"), (3, "14:00 to 15:00")];
        let all = hours.map(|(number, hours)| talk(number, hours));
        stage.does(SetProgramme::new(on, all.clone()));
        stage.set_clock("2027-03-20T10:30:00Z");
        let to_come = || SetProgramme::new(on, [all[2].clone()]);
        assert_eq!(stage.does(to_come().leave_past()).dropped, [session(2)]);
        assert_eq!(stage.does(to_come()).dropped, [session(1)]);
        let nothing = SetProgramme::new(on, []).leave_past();
        assert_eq!(stage.refuses(nothing.clone()), Refusal::EmptyProgramme { gathering: on, sessions: 1 });
        stage.set_clock("2027-03-20T15:00:00Z");
        assert_eq!(stage.does(nothing), gather::ProgrammeChange::default(), "all that there is is over");
    });
}

#[test]
fn a_session_is_moved_and_revised_in_one_decision() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let talk = talk(1, "10:00 to 11:00").room("Hall");
        stage.adds(on, talk.clone());
        let changed = |session: Session| stage.receives(ChangeSession::new(on, session));
        assert_eq!(changed(talk.clone()).outcome, Change::AlreadySo);
        assert_eq!(kinds(&changed(talk.clone().about("What it is about.")).facts), ["revised"]);
        assert_eq!(kinds(&changed(talk.clone().about("What it is about.").room("Annexe")).facts), ["moved"]);
        assert_eq!(kinds(&changed(talk.speaker(person_id(1))).facts), ["moved", "revised"]);
        assert_eq!(statuses(stage, on), [(1, SessionStatus::Confirmed, 2)]);
    });
}

#[test]
fn a_move_that_says_nothing_new_moves_nothing() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        stage.adds(on, talk(1, "10:00 to 11:00").room("Hall"));
        let stay = || MoveSession::new(on, session(1));
        assert_eq!(stage.does(stay()), Change::AlreadySo);
        assert_eq!(stage.does(stay().room("Hall").to(day("2027-03-20 10:00 to 11:00"))), Change::AlreadySo);
        assert_eq!(stage.does(stay().to(Schedule::to_be_confirmed("later"))), Change::Made);
        assert_eq!(stage.does(stay().room("")), Change::Made);
        let programme = stage.desk().programme(on).unwrap();
        assert_eq!((programme.rows()[0].room(), programme.rows()[0].sequence), ("", 2));
    });
}

#[test]
fn a_published_name_is_no_detail_and_is_replaced_by_the_next() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let ann = stage.does(PublishName::new(PublishedName::new("Ann Example")));
        let bob = PersonId::from_u128(7);
        assert_eq!(stage.does(PublishName::of(bob, PublishedName::new("Bob"))), bob);
        stage.adds(on, talk(1, "10:00 to 11:00").speaker(ann).speaker(bob));
        stage.does(PublishName::of(ann, PublishedName::new("Dr Ann Example")));
        stage.reopen();
        let programme = stage.desk().programme(on).unwrap();
        assert!(programme.to_string().ends_with("Dr Ann Example, Bob"), "{programme}");
        assert!(stage.desk().person(ann).is_none(), "nothing else was recorded of her");
    });
}

#[test]
fn what_is_added_can_be_booked_at_once_and_shows_what_it_needs() {
    Stage::each(|stage| {
        let on = stage.conference(2, 9, 9);
        let dinner = Offering::new(WORKSHOP, "dinner", [HALL]).requires(CONFERENCE).max_party(2);
        assert_eq!(stage.does(AddOffering::new(on, dinner)), WORKSHOP);
        stage.books(on, 1, CONFERENCE);
        stage.books(on, 1, WORKSHOP);
        assert_eq!([stage.left(on, CONFERENCE), stage.left(on, WORKSHOP)], [0, 0], "they share the hall");
        let waiting = stage.waits(on, 2, CONFERENCE);
        assert_eq!(stage.does(ChangeCapacity::new(on, 3).pool(HALL)).promoted, [waiting]);
        let row = stage.desk().gathering(on).unwrap();
        assert_eq!((row.offerings[3].name.as_str(), row.offerings[3].left), ("dinner", Some(0)));
    });
}

#[test]
fn a_session_that_can_be_booked_is_off_the_shelf_once_it_is_dropped_or_over() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let workshops = [(4, 1, "09:00 to 10:00"), (5, 2, "14:00 to 15:00")];
        for (number, id, hours) in workshops {
            let session = stage.adds(on, talk(id, hours));
            stage.opens(on, number, session, 9);
        }
        let offered = || -> Vec<u16> {
            stage
                .desk()
                .gathering(on)
                .unwrap()
                .offerings
                .iter()
                .map(|offering| offering.offering.get())
                .collect()
        };
        assert_eq!(offered(), [1, 2, 3, 4, 5]);
        stage.does(DropSession::new(on, session(2)));
        assert_eq!(offered(), [1, 2, 3, 4]);
        stage.set_clock("2027-03-20T10:00:00Z");
        assert_eq!(offered(), [1, 2, 3]);
        stage.adds(on, talk(2, "14:00 to 15:00"));
        assert_eq!(offered(), [1, 2, 3, 5]);
    });
}

/// Does a command under a request, and then holds that each of the others under the same request is refused.
fn reused<C, O>(stage: &Stage, command: C, others: impl IntoIterator<Item = O>)
where
    C: Command + Clone,
    O: Command + Clone,
{
    let (desk, request) = (stage.desk(), stage.next_request());
    let Ok(first) = desk.request(request).execute(command.clone()) else { panic!("the first is done") };
    assert!(!first.facts.is_empty(), "what changes nothing is not remembered");
    let before = stage.log();
    for (nth, other) in others.into_iter().enumerate() {
        let Err(failure) = desk.request(request).execute(other) else { panic!("other content, no. {nth}") };
        assert_eq!(failure.refusal(), Some(&Refusal::RequestReused { request }), "{nth}");
        let text = format!(
            "request {request} was answered before, for something else; send this one with an id of its own"
        );
        assert_eq!(failure.to_string(), text);
    }
    let Ok(again) = desk.request(request).execute(command) else { panic!("the first, again") };
    assert!(again.repeated && again.facts == first.facts && stage.log() == before);
}

#[test]
fn another_command_under_the_same_request_is_refused_verb_by_verb() {
    Stage::each(|stage| {
        let [on, other] = [stage.conference(9, 9, 9), stage.conference(9, 9, 9)];
        let talk1 = talk(1, "10:00 to 11:00");
        reused(
            stage,
            AddSession::new(on, talk1.clone()),
            [
                AddSession::new(other, talk1.clone()),
                AddSession::new(on, talk(2, "10:00 to 11:00")),
                AddSession::new(on, talk1.clone().room("Hall")),
                AddSession::new(on, talk1.clone().speaker(person_id(1))),
            ],
        );
        let hall = MoveSession::new(on, session(1)).room("Hall");
        let elsewhere = [
            MoveSession::new(on, session(1)).room("Annexe"),
            MoveSession::new(on, session(2)).room("Hall"),
            hall.clone().to(day("2027-03-20 12:00 to 13:00")),
            MoveSession::new(other, session(1)).room("Hall"),
        ];
        reused(stage, hall, elsewhere);
        let about = |text: &str| ChangeSession::new(on, talk1.clone().room("Annexe").about(text));
        let same_text = ChangeSession::new(on, talk1.clone().about("One"));
        reused(stage, about("One"), [about("Two"), same_text, ChangeSession::new(other, talk1.clone())]);
        stage.adds(on, talk(2, "10:00 to 11:00"));
        reused(
            stage,
            DropSession::new(on, session(2)),
            [DropSession::new(on, session(1)), DropSession::new(other, session(2))],
        );

        let set = |sessions: &[Session]| SetProgramme::new(on, sessions.iter().cloned());
        let talk3 = talk(3, "12:00 to 13:00");
        let only = std::slice::from_ref(&talk3);
        let others = [
            set(&[]),
            set(&[talk3.clone().room("Hall")]),
            set(&[talk(4, "12:00 to 13:00")]),
            set(&[talk3.clone(), talk1.clone()]),
            set(only).leave_alone([session(1)]),
            SetProgramme::new(other, [talk3.clone()]),
        ];
        reused(stage, set(only), others);

        let offering = |name: &str| Offering::new(WORKSHOP, name, [PoolId::new(4)]).for_session(session(3));
        let add = |name: &str, places| {
            AddOffering::new(on, offering(name)).pool(Pool::new(PoolId::new(4), "workshop", places))
        };
        reused(
            stage,
            add("workshop", 9),
            [add("workshop", 8), add("seminar", 9), AddOffering::new(on, offering("workshop"))],
        );

        let online = ChangeMode::new(on, Mode::Online);
        let linked = online.clone().join_link(JoinLink::new("https://meet.example/1"));
        reused(stage, linked, [online, ChangeMode::new(on, Mode::InPerson(Venue::new("Hub")))]);
        let name = |person| PublishName::of(PersonId::from_u128(person), PublishedName::new("Ann"));
        reused(stage, name(1), [name(2), PublishName::new(PublishedName::new("Ann"))]);

        let moved = Reschedule::new(on, day("2027-03-27")).with_programme();
        reused(
            stage,
            moved,
            [Reschedule::new(on, day("2027-03-27")), Reschedule::new(on, day("2027-03-28")).with_programme()],
        );
        let whole = stage.books(on, 1, CONFERENCE);
        let others = [Transfer::new(whole, person_id(3)), Transfer::new(whole, person_id(2)).place(2)];
        reused(stage, Transfer::new(whole, person_id(2)), others);
        reused(stage, CancelRegistration::new(whole), [CancelRegistration::new(whole).by_organiser()]);
    });
}

#[test]
fn one_verb_is_not_answered_with_another_s_receipt() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let (desk, request) = (stage.desk(), RequestId::from_u128(1 << 100));
        drop(desk.request(request).execute(AddSession::new(on, talk(1, "10:00 to 11:00"))).unwrap());
        let refused =
            |failure: gather::Failure| assert_eq!(failure.refusal().unwrap().code(), "request_reused");
        let call = || desk.request(request);
        refused(call().execute(DropSession::new(on, session(1))).unwrap_err());
        refused(call().execute(MoveSession::new(on, session(1)).room("Hall")).unwrap_err());
        refused(call().execute(ChangeMode::new(on, Mode::Online)).unwrap_err());
        refused(call().execute(PublishName::new(PublishedName::new("Ann"))).unwrap_err());
        refused(call().execute(Basket::new()).unwrap_err());
        refused(call().execute(Register::new(on, person_id(1)).offering(VISIT)).unwrap_err());
        refused(
            call().execute(AddOffering::new(on, Offering::new(OfferingId::new(9), "x", [HALL]))).unwrap_err(),
        );
        refused(call().execute(Reschedule::new(on, day("2027-03-21")).with_programme()).unwrap_err());
    });
}
