//! What comes by mail: answers as calendars send them, and everything else that a mailbox is sent.
//!
//! `GATHER_SOAK=50` tries fifty times as many mutations.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gather::calendar::{Import, Message, NotTaken, OtherMethod, Reply, Unaddressed, Unreadable};
use gather::log::MemoryLog;
use gather::privacy::MemoryVault;
use gather::testkit::{TestClock, person_id};
use gather::{
    AcceptOffer, AnnounceDraft, AnswerInvitation, Answered, CancelRegistration, Change, ChangeParty, Desk,
    Failure, FollowUp, Gathering, Hold, JoinLink, Lifecycle, Mode, OutboxMark, PersonDetails, PersonId,
    RecordPerson, Register, RegistrationId, RegistrationStatus, ReplyComment, Reschedule, Rsvp, Schedule,
    Silence, Transfer,
};

use crate::day::answer_to;
use crate::outbox::invitations;
use crate::scene::{Scene, at, day, hall};
use crate::service::Service;

#[path = "../../examples/read_anything/hostile.rs"]
mod hostile;
#[path = "../../examples/read_anything/mutation.rs"]
mod mutation;

use mutation::{Dice, mutate};

const STAMP: &str = "20270104T100000Z";
const GIVEN_UP: RegistrationStatus = RegistrationStatus::Cancelled { by: gather::Ending::Attendee };

fn known(scene: &Scene, number: u8) -> PersonId {
    let details = PersonDetails::new(format!("Person {number}")).email(format!("P{number}@Example.org"));
    scene.does(RecordPerson::of(person_id(number), details))
}

/// A scene in which somebody was invited, with the message that they got.
fn invited() -> (Scene, RegistrationId, Message) {
    let scene = Scene::with_places(2);
    known(&scene, 1);
    let registration = scene.books(scene.one(1));
    let message = message_to(&scene, registration);
    (scene, registration, message)
}

fn message_to(scene: &Scene, registration: RegistrationId) -> Message {
    scene.desk.invitations(&invitations(), registration).unwrap().remove(0).mail.unwrap()
}

fn reply(mail: &str) -> Reply {
    Reply::read(mail.as_bytes()).unwrap()
}

fn takes(scene: &Scene, mail: &str) -> Answered {
    scene.desk.take_reply(&reply(mail), "p1@example.org").unwrap().outcome
}

fn refuses(scene: &Scene, mail: &str, sender: &str) -> &'static str {
    let before = scene.desk.position();
    let failure = scene.desk.take_reply(&reply(mail), sender).unwrap_err();
    assert_eq!(scene.desk.position(), before);
    match failure {
        Failure::Refused(refusal) => refusal.code(),
        Failure::Fault(fault) => panic!("{fault}"),
    }
}

fn unreadable(mail: &str) -> Unreadable {
    Reply::read(mail.as_bytes()).unwrap_err()
}

fn status(scene: &Scene, registration: RegistrationId) -> RegistrationStatus {
    scene.desk.registration(registration).unwrap().status
}

// As calendars send them.

#[test]
fn outlook_google_apple_and_thunderbird_are_understood() {
    let (scene, registration, message) = invited();
    let uid = registration;
    let outlook = answer_to(&message, "ACCEPTED", STAMP, "");
    // Google: the address in small letters, the comment beside the answer, the organiser repeated, and an odd sender name.
    let google = format!(
        "BEGIN:VCALENDAR\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\nVERSION:2.0\r\nCALSCALE:GREGORIAN\r\nMETHOD:REPLY\r\n\
         BEGIN:VEVENT\r\nDTSTART:20270320T100000Z\r\nDTEND:20270320T160000Z\r\nDTSTAMP:20270104T110000Z\r\n\
         ORGANIZER;CN=Library network:mailto:events@library.example\r\nUID:{uid}\r\n\
         ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=TENTATIVE;X-NUM-GUE\r\n STS=0;X-RESPONSE-COMMENT=\"Maybe^nlate\":mailto:p1@example.org\r\n\
         CREATED:20270104T090000Z\r\nDESCRIPTION:\r\nLAST-MODIFIED:20270104T110000Z\r\nLOCATION:Central Library\r\nSEQUENCE:0\r\n\
         STATUS:CONFIRMED\r\nSUMMARY:Bookbinding\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    // Apple: bare line feeds, no organiser, no sequence, upper-case hexadecimal digits, its own time zone first.
    let apple = format!(
        "BEGIN:VCALENDAR\nCALSCALE:GREGORIAN\nMETHOD:REPLY\nPRODID:-//Apple Inc.//macOS 15.0//EN\nVERSION:2.0\n\
         BEGIN:VTIMEZONE\nTZID:Europe/London\nBEGIN:STANDARD\nDTSTART:19961027T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0000\nEND:STANDARD\nEND:VTIMEZONE\n\
         BEGIN:VEVENT\nATTENDEE;CN=\"Person 1\";CUTYPE=INDIVIDUAL;EMAIL=\"P1@Example.org\";PARTSTAT=ACCEPTED:mailto:P1@Example.org\n\
         DTSTAMP:20270104T120000Z\nUID:{}\nEND:VEVENT\nEND:VCALENDAR\n",
        uid.to_string().to_uppercase()
    );
    // Thunderbird: a byte order mark, an alarm's leavings of its own, and a delegation that is none.
    let thunderbird = format!(
        "\u{FEFF}BEGIN:VCALENDAR\r\nPRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN\r\nVERSION:2.0\r\nMETHOD:REPLY\r\n\
         BEGIN:VEVENT\r\nX-MOZ-LASTACK:20270104T121000Z\r\nDTSTAMP:20270104T130000Z\r\nUID:{uid}\r\nSEQUENCE:0\r\n\
         BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nATTENDEE:mailto:other@example.org\r\nEND:VALARM\r\n\
         ATTENDEE;PARTSTAT=DECLINED;ROLE=REQ-PARTICIPANT:mailto:p1@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    assert_eq!(takes(&scene, &outlook), Answered::Noted);
    assert_eq!(takes(&scene, &google), Answered::Noted);
    let given = scene.desk.given_answers(registration).unwrap().remove(0);
    assert_eq!(given.rsvp, Rsvp::Tentative);
    assert_eq!(given.comment.unwrap().known().unwrap().expose().as_str(), "Maybe\nlate");
    assert_eq!(takes(&scene, &apple), Answered::Noted);
    assert!(matches!(takes(&scene, &thunderbird), Answered::GivenUp(_)));
    assert_eq!(status(&scene, registration), GIVEN_UP);
}

// Each once, in whatever order they come.

#[test]
fn an_answer_is_done_once_and_one_from_before_it_not_at_all() {
    let (scene, registration, message) = invited();
    let perhaps = answer_to(&message, "TENTATIVE", "20270104T100200Z", "");
    assert_eq!(takes(&scene, &perhaps), Answered::Noted);
    let position = scene.desk.position();
    assert!(scene.desk.take_reply(&reply(&perhaps), "p1@example.org").unwrap().repeated);
    let earlier = answer_to(&message, "DECLINED", "20270104T100100Z", "");
    assert_eq!(takes(&scene, &earlier), Answered::Known);
    let the_same_with_words = answer_to(&message, "TENTATIVE", "20270104T100200Z", "Again");
    assert_eq!(takes(&scene, &the_same_with_words), Answered::Known);
    assert_eq!(scene.desk.position(), position);
    assert_eq!(status(&scene, registration), RegistrationStatus::Confirmed);
    assert_eq!(scene.desk.given_answers(registration).unwrap().len(), 1);
}

#[test]
fn an_answer_to_an_invitation_that_was_replaced_is_outdated() {
    let (scene, registration, message) = invited();
    scene.does(Reschedule::new(scene.on, day("2027-03-21 10:00 to 16:00")));
    for partstat in ["DECLINED", "ACCEPTED"] {
        assert_eq!(takes(&scene, &answer_to(&message, partstat, STAMP, "")), Answered::Outdated);
    }
    let new = message_to(&scene, registration);
    assert!(matches!(takes(&scene, &answer_to(&new, "DECLINED", STAMP, "")), Answered::GivenUp(_)));
}

#[test]
fn an_answer_without_a_sequence_is_judged_by_its_time() {
    let (scene, registration, _) = invited();
    scene.set_clock("2027-01-05T09:00:00.5Z");
    scene.does(Reschedule::new(scene.on, day("2027-03-21 10:00 to 16:00")));
    let without = |partstat: &str, stamp: &str| {
        answer_to(&message_to(&scene, registration), partstat, stamp, "").replace("SEQUENCE:1\r\n", "")
    };
    assert_eq!(reply(&without("DECLINED", STAMP)).sequence, None);
    assert_eq!(takes(&scene, &without("DECLINED", "20270105T085959Z")), Answered::Outdated);
    assert_eq!(status(&scene, registration), RegistrationStatus::Confirmed);
    assert_eq!(takes(&scene, &without("TENTATIVE", "20270105T090000Z")), Answered::Noted);
    assert_eq!(scene.desk.given_answers(registration).unwrap()[0].sequence, 1);
    assert_eq!(takes(&scene, &without("ACCEPTED", "20270105T085959Z")), Answered::Known);
    assert!(matches!(takes(&scene, &without("DECLINED", "20270105T090100Z")), Answered::GivenUp(_)));
    assert_eq!(status(&scene, registration), GIVEN_UP);
}

#[test]
fn a_sequence_that_nobody_has_sent_does_not_silence_later_answers() {
    let (scene, registration, message) = invited();
    let mail = answer_to(&message, "TENTATIVE", STAMP, "").replace("SEQUENCE:0", "SEQUENCE:4294967295");
    assert_eq!(takes(&scene, &mail), Answered::Noted);
    assert_eq!(takes(&scene, &answer_to(&message, "ACCEPTED", "20270104T100001Z", "")), Answered::Noted);
    assert_eq!(scene.desk.given_answers(registration).unwrap()[0].rsvp, Rsvp::Accepted);
    let ahead = answer_to(&message, "TENTATIVE", "20990104T100000Z", "");
    assert_eq!(refuses(&scene, &ahead, "p1@example.org"), "time_ahead");
}

// Who may answer.

#[test]
fn only_the_address_that_was_verified_answers_for_itself() {
    let (scene, registration, message) = invited();
    known(&scene, 2);
    let mail = answer_to(&message, "DECLINED", STAMP, "");
    assert_eq!(refuses(&scene, &mail, "p2@example.org"), "wrong_sender");
    assert_eq!(refuses(&scene, &mail, ""), "wrong_sender");
    // Somebody whose own mail it is, and who is not on the registration.
    let others = mail.replace("P1@EXAMPLE.ORG", "p2@example.org");
    assert_eq!(refuses(&scene, &others, "p2@example.org"), "wrong_sender");
    let unknown = mail.replace(&registration.to_string(), &RegistrationId::from_u128(9).to_string());
    assert_eq!(refuses(&scene, &unknown, "p1@example.org"), "unknown_registration");
    assert_eq!(status(&scene, registration), RegistrationStatus::Confirmed);
}

#[test]
fn whoever_handed_their_place_on_has_nothing_to_decline() {
    let (scene, registration, message) = invited();
    known(&scene, 2);
    scene.does(Transfer::new(registration, person_id(2)));
    let entries = |number: u8| crate::feeds::read(&scene.desk.calendar(person_id(number)).to_string());
    let [gone] = entries(1).try_into().unwrap();
    assert_eq!(
        (&gone["status"], &gone["sequence"]),
        (&"CANCELLED".into(), &1.into()),
        "no calendar keeps it"
    );
    assert_eq!((entries(2)[0]["status"].clone(), entries(2).len()), ("CONFIRMED".into(), 1));
    assert!(scene.desk.agenda(person_id(1)).rows().is_empty(), "it is not theirs any more");
    assert_eq!(takes(&scene, &answer_to(&message, "DECLINED", STAMP, "")), Answered::Outdated);
    let seen = answer_to(&message, "DECLINED", STAMP, "").replace("SEQUENCE:0", "SEQUENCE:1");
    assert_eq!(takes(&scene, &seen), Answered::NothingLeft);
    let accepted = answer_to(&message, "ACCEPTED", STAMP, "").replace("SEQUENCE:0", "SEQUENCE:1");
    assert_eq!(refuses(&scene, &accepted, "p1@example.org"), "not_on_registration");
    assert_eq!(status(&scene, registration), RegistrationStatus::Confirmed);
}

#[test]
fn what_a_vault_keeps_back_for_a_moment_is_neither_a_wrong_sender_nor_a_message_without_its_link() {
    let vault = Arc::new(Service::default());
    let clock = TestClock::at(at(crate::scene::MORNING));
    let desk = Desk::builder().clock(clock.clone()).over(MemoryLog::new(), vault.clone()).unwrap();
    let webinar = Gathering::webinar("Bookbinding").at(day("2027-03-20 10:00 to 16:00"));
    let on = desk.announce(webinar.join_link(JoinLink::new("https://meet.example/1"))).unwrap().outcome;
    let scene = Scene { clock, desk, on };
    known(&scene, 1);
    let registration = scene.books(Register::new(on, person_id(1)));
    let declined = reply(&answer_to(&message_to(&scene, registration), "DECLINED", STAMP, ""));
    let (mut kept_back, mut faults) = (0, 0);
    for key in 0..4 {
        vault.keep_back(Some(key));
        match scene.desk.invitations(&invitations(), registration).unwrap().remove(0).mail {
            Ok(message) => assert!(message.text().expose().contains("https://meet.example/1")),
            Err(Unaddressed::Unavailable(_)) => kept_back += 1,
            Err(other) => panic!("{other}"),
        }
        if scene.desk.person(person_id(1)).unwrap().known().is_none() {
            let failure = scene.desk.take_reply(&declined, "p1@example.org").unwrap_err();
            faults += usize::from(failure.fault().is_some());
        }
    }
    assert_eq!((kept_back, faults), (2, 1), "the person's key, and the gathering's");
    vault.keep_back(None);
    let taken = scene.desk.take_reply(&declined, "p1@example.org").unwrap();
    assert!(matches!(taken.outcome, Answered::GivenUp(_)));
}

#[test]
fn an_answer_to_what_another_desk_on_the_same_log_has_booked_is_taken() {
    let (log, vault) = (Arc::new(MemoryLog::new()), Arc::new(MemoryVault::new()));
    let clock = TestClock::at(at(crate::scene::MORNING));
    let open = || Desk::builder().clock(clock.clone()).over(Arc::clone(&log), vault.clone()).unwrap();
    let (here, desk) = (open(), open());
    let on = desk.announce(hall(1, |place| place)).unwrap().outcome;
    let there = Scene { clock: clock.clone(), desk, on };
    known(&there, 1);
    let registration = there.books(there.one(1));
    let declined = reply(&answer_to(&message_to(&there, registration), "DECLINED", STAMP, ""));
    let taken = here.take_reply(&declined, "p1@example.org").unwrap();
    assert!(matches!(taken.outcome, Answered::GivenUp(_)));
}

#[test]
fn an_answer_to_what_another_desk_on_the_same_log_has_moved_is_outdated() {
    let (log, vault) = (Arc::new(MemoryLog::new()), Arc::new(MemoryVault::new()));
    let clock = TestClock::at(at(crate::scene::MORNING));
    let open = || Desk::builder().clock(clock.clone()).over(Arc::clone(&log), vault.clone()).unwrap();
    let (here, there) = (open(), open());
    let on = here.announce(hall(1, |place| place)).unwrap().outcome;
    let ann = person_id(1);
    let registration = here.register(on, ann).unwrap().outcome.registration();
    let move_to = |when| there.execute(Reschedule::new(on, day(when))).unwrap();

    drop(move_to("2027-03-21 10:00 to 16:00"));
    let old = AnswerInvitation::decline(registration, ann).to(0, at(crate::scene::MORNING));
    assert_eq!(here.preview(old.clone()).unwrap(), Answered::Outdated);
    assert_eq!(here.execute(old).unwrap().outcome, Answered::Outdated);
    drop(move_to("2027-03-22 10:00 to 16:00"));
    let old = AnswerInvitation::decline(registration, ann).to(1, at(crate::scene::MORNING));
    assert_eq!(here.what_if(|trial| trial.execute(old).unwrap()).unwrap(), Answered::Outdated);
    let now = AnswerInvitation::tentative(registration, ann);
    assert_eq!(here.execute(now).unwrap().outcome, Answered::Noted);
    assert_eq!(here.given_answers(registration).unwrap()[0].sequence, 2);
}

#[test]
fn who_goes_does_not_take_the_entry_of_whoever_stays_at_the_same_address() {
    let scene = Scene::with_places(3);
    let at_home = |number: u8, address: &str| {
        let details = PersonDetails::new(format!("Person {number}")).email(address);
        scene.does(RecordPerson::of(person_id(number), details))
    };
    let _ = [at_home(1, "home@example.org"), at_home(2, "Home@Example.org"), at_home(3, "p3@example.org")];
    let party = scene.books(scene.one(1).guest(person_id(2)).guest(person_id(3)));
    let mark = scene.desk.outbox(&invitations(), OutboxMark::default(), 10).mark;
    drop(scene.does(ChangeParty::new(party).without(2).without(3)));
    let outbox = scene.desk.outbox(&invitations(), mark, 10);
    let said: Vec<_> = outbox.due.iter().map(|due| (due.person, due.mail.as_ref().err().copied())).collect();
    assert_eq!(said, [(person_id(2), Some(Unaddressed::SharedAddress)), (person_id(3), None)]);
    drop(scene.does(CancelRegistration::new(party)));
    let due = scene.desk.outbox(&invitations(), outbox.mark, 10).due;
    assert!(due.len() == 1 && due[0].person == person_id(1) && due[0].mail.is_ok());
}

// What an answer does.

#[test]
fn a_yes_is_the_answer_to_new_dates_where_they_were_asked_for() {
    let (scene, registration, _) = invited();
    scene.does(
        Reschedule::new(scene.on, day("2027-03-21 10:00 to 16:00"))
            .ask(at("2027-02-01T12:00:00Z"), Silence::Release),
    );
    let message = message_to(&scene, registration);
    assert_eq!(takes(&scene, &answer_to(&message, "ACCEPTED", STAMP, "")), Answered::Reconfirmed);
    scene.set_clock("2027-02-02T12:00:00Z");
    drop(scene.does(gather::Settle::new(scene.on)));
    assert_eq!(status(&scene, registration), RegistrationStatus::Confirmed);
}

#[test]
fn a_guest_gives_up_their_own_place_and_a_booker_nobody_else_s() {
    let scene = Scene::with_places(3);
    let _ = [1, 2, 3].map(|number| known(&scene, number));
    let party = scene.books(scene.one(1).guest(person_id(2)).unnamed_guests(1));
    let next = scene.waits(scene.one(3), 0);
    assert_eq!(scene.does(AnswerInvitation::decline(party, person_id(1))), Answered::PartyStands);
    let Answered::GivenUp(effects) = scene.does(AnswerInvitation::decline(party, person_id(2))) else {
        panic!()
    };
    assert_eq!(effects.promoted, [next]);
    assert_eq!(scene.desk.registration(party).unwrap().party, 2);
    // Whoever is left has no name, so they go with the booker.
    let Answered::GivenUp(_) = scene.does(AnswerInvitation::decline(party, person_id(1))) else { panic!() };
    assert_eq!(status(&scene, party), GIVEN_UP);
}

#[test]
fn who_has_no_place_has_no_invitation_to_answer() {
    let scene = Scene::of(hall(1, |place| place.line(gather::LinePolicy::offering_for_hours(48))));
    let ann = scene.books(scene.one(1));
    let waiting = scene.waits(scene.one(2), 0);
    let held = scene.does(Hold::new(scene.one(3).uncounted(), at("2027-01-04T09:10:00Z"))).registration;
    let asks = scene.does(FollowUp::new(scene.on, person_id(4)));
    for (registration, person) in [(waiting, 2), (held, 3), (asks, 4)] {
        for command in [
            AnswerInvitation::accept(registration, person_id(person)),
            AnswerInvitation::tentative(registration, person_id(person)),
            AnswerInvitation::decline(registration, person_id(person)),
        ] {
            assert_eq!(scene.refused(command), "not_invited");
        }
    }
    drop(scene.does(CancelRegistration::new(ann)));
    assert_eq!(scene.refused(AnswerInvitation::accept(waiting, person_id(2))), "not_invited", "offered");
    scene.does(AcceptOffer::new(waiting));
    assert_eq!(scene.does(AnswerInvitation::accept(waiting, person_id(2))), Answered::Noted);
    // What was cancelled has nothing left to give up, and cannot be taken up again by mail.
    assert_eq!(scene.does(AnswerInvitation::decline(ann, person_id(1))), Answered::NothingLeft);
    assert_eq!(scene.refused(AnswerInvitation::accept(ann, person_id(1))), "registration_ended");
    let long = AnswerInvitation::accept(waiting, person_id(2)).comment(ReplyComment::new("a".repeat(4_001)));
    assert_eq!(scene.refused(long), "text");
}

#[test]
fn an_answer_to_what_was_called_off_or_is_over_is_refused() {
    let (scene, registration, message) = invited();
    let mail = answer_to(&message, "DECLINED", STAMP, "");
    scene.set_clock("2027-03-21T10:00:00Z");
    assert_eq!(refuses(&scene, &mail, "p1@example.org"), "gathering_over");
    let (scene, ..) = (invited().0, registration);
    let mail = answer_to(
        &message_to(&scene, scene.desk.agenda(person_id(1)).rows()[0].registration),
        "DECLINED",
        STAMP,
        "",
    );
    drop(scene.desk.cancel_gathering(scene.on).unwrap());
    let mail = mail.replace("SEQUENCE:0", "SEQUENCE:1");
    assert_eq!(refuses(&scene, &mail, "p1@example.org"), "gathering_cancelled");
}

#[test]
fn what_was_written_is_sealed_and_in_no_printed_thing() {
    let (scene, registration, message) = invited();
    let reply = reply(&answer_to(&message, "TENTATIVE", STAMP, "My knee"));
    assert!(!format!("{reply:?}").contains("knee") && !format!("{reply:?}").contains("p1@"));
    let receipt = scene.desk.take_reply(&reply, "p1@example.org").unwrap();
    assert!(!format!("{receipt:?}").contains("knee"));
    assert!(!format!("{:?}", scene.desk.given_answers(registration).unwrap()).contains("knee"));
}

// What is no answer, or none that can be told: the list of bad input, one by one.

fn bad(change: impl FnOnce(String) -> String) -> Unreadable {
    let (_, _, message) = invited();
    unreadable(&change(answer_to(&message, "DECLINED", STAMP, "No")))
}

#[test]
fn a_missing_organizer_is_no_fault() {
    let (scene, _, message) = invited();
    let mail = answer_to(&message, "DECLINED", STAMP, "");
    assert!(!mail.contains("ORGANIZER"));
    assert!(matches!(takes(&scene, &mail), Answered::GivenUp(_)));
}

#[test]
fn a_wrong_uid_is_none_of_ours() {
    let uids = [
        "",
        "talk@example.org",
        "7",
        "{00000000-0000-0000-0000-000000000007}",
        "00000000000000000000000000000007",
    ];
    for uid in uids {
        let found =
            bad(|mail| {
                mail.split("\r\n")
                    .map(|line| {
                        if line.starts_with("UID") { format!("UID:{uid}\r\n") } else { format!("{line}\r\n") }
                    })
                    .collect()
            });
        assert_eq!(found, Unreadable::ForeignUid, "{uid}");
    }
    assert_eq!(bad(|mail| mail.replace("UID:", "X-UID:")), Unreadable::Missing { property: "UID" });
}

#[test]
fn ten_partstats_are_no_answer() {
    let ten = |mail: String| {
        mail.replace("PARTSTAT=DECLINED", "PARTSTAT=ACCEPTED,DECLINED,TENTATIVE,A,B,C,D,E,F,G")
    };
    assert_eq!(bad(ten), Unreadable::Several { property: "PARTSTAT" });
    let eleven = |mail: String| mail.replace("PARTSTAT=DECLINED", &format!("PARTSTAT=A{}", ",A".repeat(10)));
    assert_eq!(bad(eleven).code(), "too_many_parameters");
    let often = |mail: String| mail.replace("PARTSTAT=DECLINED", &["PARTSTAT=DECLINED"; 10].join(";"));
    assert_eq!(bad(often), Unreadable::Several { property: "PARTSTAT" });
    assert_eq!(
        bad(|mail| mail.replace("PARTSTAT=DECLINED;", "")),
        Unreadable::Missing { property: "PARTSTAT" }
    );
    for none in ["NEEDS-ACTION", "DELEGATED", "COMPLETED", "X-MAYBE"] {
        assert_eq!(
            bad(|mail| mail.replace("=DECLINED", &format!("={none}"))),
            Unreadable::NoAnswer,
            "{none}"
        );
    }
}

#[test]
fn latin_1_is_not_guessed_at() {
    let (_, _, message) = invited();
    let mut mail = answer_to(&message, "DECLINED", STAMP, "Caf?").into_bytes();
    let at = mail.windows(4).position(|part| part == b"Caf?").unwrap() + 3;
    mail[at] = 0xE9;
    assert_eq!(Reply::read(&mail).unwrap_err(), Unreadable::NotUtf8 { at });
}

#[test]
fn nuls_and_other_controls_are_left_out() {
    let (scene, registration, message) = invited();
    let mail = answer_to(&message, "TENTATIVE", STAMP, "A\u{0}B\u{1}\u{7}C\\nD\u{202E}");
    assert_eq!(takes(&scene, &mail), Answered::Noted);
    let comment = scene.desk.given_answers(registration).unwrap().remove(0).comment.unwrap();
    assert_eq!(comment.known().unwrap().expose().as_str(), "ABC\nD");
    assert_eq!(bad(|mail| mail.replace("METHOD:", "METH\u{0}OD:")).code(), "not_a_reply");
}

#[test]
fn of_two_calendars_in_one_file_the_first_counts() {
    let (scene, registration, message) = invited();
    let two = answer_to(&message, "TENTATIVE", STAMP, "")
        + &answer_to(&message, "DECLINED", "20270104T110000Z", "");
    assert_eq!(takes(&scene, &two), Answered::Noted);
    assert_eq!(status(&scene, registration), RegistrationStatus::Confirmed);
    let entries = |mail: String| {
        let (head, rest) = mail.split_once("BEGIN:VEVENT").unwrap();
        let (entry, tail) = rest.split_once("END:VEVENT").unwrap();
        format!("{head}BEGIN:VEVENT{entry}END:VEVENT\r\nBEGIN:VEVENT{entry}END:VEVENT{tail}")
    };
    assert_eq!(bad(entries), Unreadable::SeveralEntries);
}

#[test]
fn other_methods_are_told_by_name_and_entry() {
    let (_, registration, message) = invited();
    let methods = [
        ("COUNTER", OtherMethod::Counter),
        ("ADD", OtherMethod::Add),
        ("REFRESH", OtherMethod::Refresh),
        ("PUBLISH", OtherMethod::Publish),
        ("REQUEST", OtherMethod::Request),
        ("cancel", OtherMethod::Cancel),
        ("DECLINECOUNTER", OtherMethod::DeclineCounter),
        ("X-REPLY", OtherMethod::Unknown),
    ];
    let mail = answer_to(&message, "DECLINED", STAMP, "");
    for (name, method) in methods {
        let found = unreadable(&mail.replace("METHOD:REPLY", &format!("METHOD:{name}")));
        let Unreadable::NotAReply { other } = found else { panic!("{found}") };
        assert_eq!((other.method, other.registration), (method, Some(registration)), "{name}");
    }
    let Unreadable::NotAReply { other } = unreadable(&mail.replace("METHOD:REPLY\r\n", "")) else { panic!() };
    assert_eq!(other.method, OtherMethod::None);
    assert_eq!(
        unreadable(&mail.replace("METHOD:REPLY", "METHOD:REPLY\r\nMETHOD:REPLY")),
        Unreadable::Several { property: "METHOD" }
    );
}

#[test]
fn what_is_said_twice_or_not_at_all_or_cannot_be_read() {
    let (_, _, message) = invited();
    let mail = answer_to(&message, "DECLINED", STAMP, "");
    for property in ["UID", "DTSTAMP", "SEQUENCE"] {
        let line = mail.lines().find(|line| line.starts_with(property)).unwrap();
        assert_eq!(
            unreadable(&mail.replace(line, &format!("{line}\r\n{line}"))),
            Unreadable::Several { property }
        );
    }
    let attendee = mail.lines().find(|line| line.starts_with("ATTENDEE")).unwrap();
    assert_eq!(
        unreadable(&mail.replace(attendee, &format!("{attendee}\r\n{attendee}"))),
        Unreadable::Several { property: "ATTENDEE" }
    );
    assert_eq!(unreadable(&mail.replace(attendee, "X-A:1")), Unreadable::Missing { property: "ATTENDEE" });
    assert_eq!(
        unreadable(&mail.replace("DTSTAMP:", "X-STAMP:")),
        Unreadable::Missing { property: "DTSTAMP" }
    );
    for (from, to, property) in [
        ("MAILTO:P1@EXAMPLE.ORG", "invalid:nomail", "ATTENDEE"),
        ("SEQUENCE:0", "SEQUENCE:-1", "SEQUENCE"),
        ("SEQUENCE:0", "SEQUENCE:4294967296", "SEQUENCE"),
        (STAMP, "yesterday", "DTSTAMP"),
        (STAMP, "20270230T100000Z", "DTSTAMP"),
    ] {
        assert_eq!(unreadable(&mail.replace(from, to)), Unreadable::Unclear { property }, "{to}");
    }
    assert_eq!(
        unreadable(&mail.replace("CLASS:PUBLIC", "RECURRENCE-ID:20270320T100000Z")),
        Unreadable::Recurring
    );
    assert_eq!(unreadable(&mail.replace("VEVENT", "VTODO")), Unreadable::NoEntry);
    assert_eq!(unreadable(&mail.replace("END:VEVENT\r\n", "")).code(), "unbalanced");
    assert_eq!(unreadable(&mail.replace("END:VCALENDAR\r\n", "")), Unreadable::NoEnd);
    assert_eq!(unreadable("Dear all,\r\nno calendar here.\r\n"), Unreadable::NoCalendar);
}

// Hostile lengths.

/// Within 20 ms where the build is optimised; unoptimised it takes many times as long. Of some tries the best counts: on a busy
/// machine it says most.
#[test]
#[expect(clippy::disallowed_methods, reason = "it is the time that is held here")]
fn a_mebibyte_of_hostile_text_is_refused_at_once() {
    let at_most = Duration::from_millis(if cfg!(debug_assertions) { 2_000 } else { 20 });
    for (name, text) in hostile::hostile() {
        assert!((900_000..=1_048_576).contains(&text.len()), "{name} has {} bytes", text.len());
        let mut best = Duration::MAX;
        for _ in 0..5 {
            let begun = Instant::now();
            let read = Reply::read(text.as_bytes());
            best = best.min(begun.elapsed());
            assert!(read.is_err(), "{name}");
            if best < at_most {
                break;
            }
        }
        assert!(best < at_most, "{name} took {best:?}");
    }
}

// Any bytes.

#[test]
fn whatever_is_read_nothing_panics() {
    let (_, _, message) = invited();
    let mail = answer_to(&message, "DECLINED", STAMP, "One\\, two\\nthree");
    let seeds = [mail.as_bytes(), message.text().expose().as_bytes(), CALENDAR.as_bytes()];
    let soak: usize = std::env::var("GATHER_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let (mut dice, mut taken) = (Dice(0x9E37_79B9_7F4A_7C15), [0_usize; 2]);
    for nth in 0..20_000 * soak {
        let mut text = seeds[nth % seeds.len()].to_vec();
        for _ in 0..=dice.below(6) {
            mutate(&mut text, &mut dice);
        }
        taken[0] += usize::from(Reply::read(&text).is_ok());
        taken[1] += usize::from(Import::read(&text).is_ok_and(|import| !import.drafts.is_empty()));
    }
    assert!(taken.iter().all(|taken| *taken > 100), "mutations are too harsh to say anything: {taken:?}");
}

// A calendar that was kept elsewhere.

const CALENDAR: &str = include_str!("../data/import/kept_elsewhere.calendar");

#[test]
fn a_calendar_is_taken_over_as_drafts_and_the_rest_is_listed() {
    let import = Import::read(CALENDAR.as_bytes()).unwrap();
    let titles: Vec<_> =
        import.drafts.iter().map(|draft| (&*draft.title, draft.schedule.to_string())).collect();
    assert_eq!(
        titles,
        [
            ("Bookbinding, by hand", String::from("2027-03-20 14:00 to 15:30 Europe/London")),
            ("Open day", String::from("2027-04-02 to 2027-04-03 Europe/Berlin")),
            ("Asset transfer", String::from("2027-05-03 11:00 to 12:00 Europe/Berlin")),
            ("In the calendar's own zone", String::from("2027-05-04 09:00 to 10:00 Europe/Berlin")),
        ]
    );
    let link = import.drafts[2].join_link.as_ref().unwrap().expose().as_str();
    assert_eq!((link, &import.drafts[2].mode), ("https://meet.example/assets", &Mode::Online));
    let left: Vec<_> =
        import.left_out.iter().map(|it| (it.line, it.uid.as_deref().unwrap_or("-"), it.why)).collect();
    let at = |what: &str| 1 + CALENDAR.lines().position(|it| it == what).unwrap();
    let event = |uid: &str| at(&format!("UID:{uid}")) - 1;
    assert_eq!(
        left,
        [
            (event("club@elsewhere.example"), "club@elsewhere.example", NotTaken::Repeats),
            (event("mars@elsewhere.example"), "mars@elsewhere.example", NotTaken::UnknownZone),
            (at("BEGIN:VTODO"), "-", NotTaken::NotAnEntry),
            (event("never@elsewhere.example"), "never@elsewhere.example", NotTaken::NoStart),
            (event("endless@elsewhere.example"), "endless@elsewhere.example", NotTaken::NoEnd),
            (event("off@elsewhere.example"), "off@elsewhere.example", NotTaken::Cancelled),
            (event("gap@elsewhere.example"), "gap@elsewhere.example", NotTaken::ImpossibleTimes),
            (event("untitled@elsewhere.example"), "untitled@elsewhere.example", NotTaken::NoTitle),
            (at("SUMMARY:Without an id") - 1, "-", NotTaken::NoUid),
            (at("SUMMARY:Bookbinding once more") - 2, "binding@elsewhere.example", NotTaken::Twice),
            (at("this is no line of a calendar"), "-", NotTaken::OddLine),
        ]
    );
}

#[test]
fn a_calendar_that_is_read_again_brings_nothing_twice() {
    let desk = Desk::in_memory();
    let import = Import::read(CALENDAR.as_bytes()).unwrap();
    let first = desk.import(&import).unwrap();
    assert!(first.iter().all(|one| one.outcome == Ok(Change::Made)), "{first:?}");
    let position = desk.position();
    let changed = CALENDAR.replace("Open day", "Open days");
    for text in [CALENDAR, &changed] {
        let again = desk.import(&Import::read(text.as_bytes()).unwrap()).unwrap();
        assert!(again.iter().all(|one| one.outcome == Ok(Change::AlreadySo)), "{again:?}");
    }
    assert_eq!(desk.position(), position);
    let binding = first[0].gathering;
    let gathering = desk.gathering(binding).unwrap();
    assert_eq!(gathering.announcement().title, "Bookbinding, by hand");
    assert_eq!(gathering.lifecycle, Lifecycle::Draft);
    assert!(!desk.public_feed().to_string().contains("Bookbinding"), "nobody sees a draft");
    drop(desk.execute(AnnounceDraft::new(binding)).unwrap());
    assert!(desk.public_feed().to_string().contains("Bookbinding\\, by hand"));
}

/// A calendar with these lines in its only entry.
fn kept_elsewhere(lines: &str) -> Import {
    let calendar = format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1@elsewhere.example\r\nSUMMARY:Assets\r\nDTSTART:20270503T090000Z\r\n\
         DURATION:PT1H\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    Import::read(calendar.as_bytes()).unwrap()
}

#[test]
fn a_long_link_is_taken_whole_and_a_long_venue_is_cut() {
    let link = format!("https://meet.example/join?context={}", "a1".repeat(150));
    let draft = kept_elsewhere(&format!("LOCATION: {link} \r\n")).drafts.remove(0);
    assert_eq!((draft.join_link.unwrap().expose().as_str(), draft.mode), (&*link, Mode::Online));
    let draft = kept_elsewhere(&format!("LOCATION:{}\r\n", "Hall ".repeat(60))).drafts.remove(0);
    let Mode::InPerson(venue) = draft.mode else { panic!("{:?}", draft.mode) };
    assert_eq!((venue.name.chars().count(), draft.join_link.is_none()), (200, true));
    assert_eq!(draft.cut, ["LOCATION"]);
}

#[test]
fn what_a_draft_has_no_place_for_and_what_was_cut_is_listed_with_it() {
    let long = format!(
        "DESCRIPTION:{}\r\nURL:https://example.org\r\nCATEGORIES:One\r\nCATEGORIES:Two\r\nx-apple-structured-location:x\r\nDTSTAMP:20270104T100000Z\r\n\
         SEQUENCE:2\r\nATTENDEE:mailto:ann@example.org\r\nBEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n",
        "a".repeat(4_001)
    );
    let draft = kept_elsewhere(&long).drafts.remove(0);
    assert_eq!((draft.cut.as_slice(), draft.about.len()), (&["DESCRIPTION"][..], 4_000));
    assert_eq!(draft.passed_over, ["ATTENDEE", "CATEGORIES", "URL", "VALARM", "X-APPLE-STRUCTURED-LOCATION"]);
    let odd = kept_elsewhere("DESCRIPTION:One\\ntwo\u{202e}\r\nLOCATION: Hall  one \r\n").drafts.remove(0);
    assert_eq!((odd.cut.as_slice(), odd.about.as_str()), (&["DESCRIPTION"][..], "One\ntwo"));
    assert!(odd.passed_over.is_empty() && kept_elsewhere("").drafts[0].cut.is_empty());
}

#[test]
fn what_was_called_off_first_does_not_stand_before_what_is_on() {
    let import = kept_elsewhere(
        "STATUS:CANCELLED\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:1@elsewhere.example\r\nSUMMARY:On\r\n\
         DTSTART:20270503T100000Z\r\nDURATION:PT1H\r\n",
    );
    assert_eq!((import.drafts.len(), import.drafts[0].title.as_str()), (1, "On"));
    assert_eq!(import.left_out[0].why, NotTaken::Cancelled);
}

#[test]
fn an_instant_is_planned_in_the_zone_of_its_calendar() {
    let calendar = "BEGIN:VCALENDAR\r\nX-WR-TIMEZONE:Europe/Berlin\r\nBEGIN:VEVENT\r\nUID:1@elsewhere.example\r\n\
        SUMMARY:Assets\r\nDTSTART:20270503T090000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let draft = Import::read(calendar.as_bytes()).unwrap().drafts.remove(0);
    assert_eq!(draft.schedule.to_string(), "2027-05-03 11:00 to 12:00 Europe/Berlin");
}

#[test]
fn our_own_calendars_can_be_taken_over() {
    let scene = Scene::with_places(3);
    let when: Schedule =
        "2027-06-01 to be confirmed".parse().unwrap_or_else(|_| Schedule::to_be_confirmed("summer"));
    let _ = scene.does(Gathering::webinar("Later").at(when));
    let feed = scene.desk.public_feed().to_string();
    let import = Import::read(feed.as_bytes()).unwrap();
    assert_eq!((import.drafts.len(), import.left_out.len()), (1, 0));
    let draft = &import.drafts[0];
    assert_eq!((draft.uid.as_str(), draft.title.as_str()), (&*scene.on.to_string(), "Bookbinding"));
    assert_eq!(draft.schedule, day("2027-03-20 10:00 to 16:00"));
    assert_ne!(draft.id, scene.on, "it is another calendar's entry");
}

#[test]
fn a_host_that_asks_at_the_desk_need_not_know_of_mail() {
    let (scene, registration, _) = invited();
    let outbox = scene.desk.outbox(&invitations(), OutboxMark::default(), 10);
    assert_eq!(scene.does(AnswerInvitation::tentative(registration, person_id(1))), Answered::Noted);
    assert!(
        scene.desk.outbox(&invitations(), outbox.mark, 10).due.is_empty(),
        "an answer is no change to answer"
    );
    assert!(scene.desk.execute(Register::new(scene.on, person_id(1))).is_err());
}
