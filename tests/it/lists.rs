//! Lists show names on purpose only, and join links to those with a place only. What a host looks up by an id
//! says what the lists say.

use std::fs;

use chrono::TimeDelta;
use gather::log::StoredBatch;
use gather::testkit::{epoch, gatherings, people, registers};
use gather::{
    AnnounceDraft, Answers, BookingState, CancelGathering, Change, Desk, Gathering, GatheringId, JoinLink,
    Lifecycle, OfferingId, PersonDetails, PersonId, Position, Refusal, Register, RegistrationId,
    RegistrationStatus, RequestId, Reschedule,
};
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

const CANARIES: [&str; 5] = ["Canary", "canary@", "07700", "Hidden Library", "peanuts"];
const LINK: &str = "https://meet.example/very-secret-room";

/// What a host hands from thread to thread.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Desk>();
    shared::<gather::AttendeeList>();
    shared::<gather::ExposedWaitingList>();
    shared::<gather::Agenda>();
    shared::<gather::calendar::PersonalFeed>();
    shared::<gather::Failure>();
};

struct Place {
    desk: Desk,
    webinar: GatheringId,
    ann: PersonId,
    bob: PersonId,
}

/// A webinar with one place, which Ann has; Bob waits.
fn one_place() -> Place {
    one_place_at(Desk::in_memory())
}

fn one_place_at(desk: Desk) -> Place {
    let webinar = Gathering::webinar("Volunteering")
        .at("2099-03-05 14:00 to 15:30 Europe/London".parse().unwrap())
        .join_link(JoinLink::new(LINK))
        .places(1);
    let webinar = desk.announce(webinar).unwrap().outcome;
    let person = |name: &str| {
        let details = PersonDetails::new(format!("{name} Canary")).email("canary@example.org");
        desk.record_person(details.phone("07700 900123").organisation("Hidden Library")).unwrap().outcome
    };
    let (ann, bob) = (person("Ann"), person("Bob"));
    for person in [ann, bob] {
        let answers = Answers::new().answer("diet", "no peanuts");
        let _ = desk.execute(Register::new(webinar, person).answers(answers)).unwrap();
    }
    Place { desk, webinar, ann, bob }
}

fn assert_silent(what: &str, text: &str) {
    for canary in CANARIES.into_iter().chain(["very-secret-room"]) {
        assert!(!text.contains(canary), "{what} tells {canary:?}: {text}");
    }
}

#[test]
fn nothing_personal_is_told_unasked() {
    let Place { desk, webinar, ann, .. } = one_place();
    let (attendees, waiting) = (desk.attendee_list(webinar).unwrap(), desk.waiting_list(webinar).unwrap());
    let json = |value: &dyn Fn() -> serde_json::Result<String>| value().unwrap();
    assert_silent("the list", &attendees.to_string());
    assert_silent("its Debug", &format!("{attendees:?} {attendees:#?}"));
    assert_silent("its JSON", &json(&|| serde_json::to_string(&attendees)));
    assert_silent("the line", &waiting.to_string());
    assert_silent("its Debug", &format!("{waiting:?}"));
    assert_silent("its JSON", &json(&|| serde_json::to_string(&waiting)));
    assert_silent("the exposed list's Debug", &format!("{:?}", attendees.expose("a test")));
    assert_silent("the agenda", &desk.agenda(ann).to_string());
    assert_silent("its JSON", &json(&|| serde_json::to_string(&desk.agenda(ann))));
    assert_silent("what is on", &json(&|| serde_json::to_string(&desk.whats_on())));
    assert_silent("the desk", &format!("{desk:?}"));
    assert_silent("the public feed", &desk.public_feed().to_string());
    assert_silent("its Debug", &format!("{:?}", desk.public_feed()));
    assert_silent("a personal feed's Debug", &format!("{:?}", desk.calendar(ann)));
}

#[test]
fn receipts_and_failures_tell_nothing_personal() {
    let desk = Desk::in_memory();
    let receipt = desk.record_person(PersonDetails::new("Ann Canary").phone("07700 900123")).unwrap();
    assert_silent("a receipt", &format!("{receipt:?}"));
    let refused = desk.record_person(PersonDetails::new("Canary\u{0}")).unwrap_err();
    assert_silent("a refusal", &format!("{refused} {refused:?}"));
}

#[test]
fn names_are_there_when_asked_for() {
    let Place { desk, webinar, .. } = one_place();
    let shown = desk.attendee_list(webinar).unwrap().expose("door").to_string();
    assert!(shown.contains("Ann Canary") && !shown.contains("Bob Canary"), "{shown}");
    let shown = desk.waiting_list(webinar).unwrap().expose("door").to_string();
    assert!(shown.contains("Bob Canary") && !shown.contains("Ann Canary"), "{shown}");
    let json = serde_json::to_string(&desk.attendee_list(webinar).unwrap().expose("door")).unwrap();
    assert!(json.contains("Ann Canary") && json.contains("canary@example.org"), "{json}");
}

#[test]
fn a_join_link_is_for_those_with_a_place_while_they_have_it() {
    let Place { desk, webinar, ann, bob } = one_place();
    let has_link =
        |person| desk.calendar(person).with_waiting().to_string().replace("\r\n ", "").contains(LINK);
    assert!(has_link(ann) && !has_link(bob));

    let anns = desk.agenda(ann).rows()[0].registration;
    let _ = desk.cancel_registration(anns).unwrap();
    assert!(!has_link(ann) && has_link(bob));

    let _ = desk.execute(CancelGathering::new(webinar)).unwrap();
    assert!(!has_link(ann) && !has_link(bob));
    assert!(!desk.public_feed().to_string().contains(LINK));
}

#[test]
fn a_cancelled_place_stays_in_the_calendar_as_cancelled_with_a_raised_sequence() {
    let Place { desk, ann, bob, .. } = one_place();
    let anns = desk.agenda(ann).rows()[0].registration;
    let before = desk.calendar(ann).to_string();
    assert!(before.contains("SEQUENCE:0\r\n") && before.contains("STATUS:CONFIRMED\r\n"), "{before}");
    assert!(!desk.calendar(bob).to_string().contains("BEGIN:VEVENT"), "who waits has no entry");

    let _ = desk.cancel_registration(anns).unwrap();
    let after = desk.calendar(ann).to_string();
    assert!(after.contains("SEQUENCE:1\r\n") && after.contains("STATUS:CANCELLED\r\n"), "{after}");
    assert!(after.contains(&format!("UID:{anns}\r\n")) && before.contains(&format!("UID:{anns}\r\n")));
    assert!(!after.contains("BEGIN:VALARM"), "nobody is reminded of what does not take place");
}

#[test]
fn a_postponed_gathering_stays_at_its_old_dates_until_it_has_new_ones() {
    let Place { desk, webinar, .. } = one_place();
    let _ = desk.execute(Reschedule::new(webinar, "to be confirmed (autumn)".parse().unwrap())).unwrap();
    let feed = desk.public_feed().to_string();
    for line in ["SUMMARY:Postponed: Volunteering", "STATUS:TENTATIVE", "SEQUENCE:1", "TRANSP:TRANSPARENT"] {
        assert!(feed.contains(&format!("{line}\r\n")), "{line} is not in {feed}");
    }
    let dated = "2099-10-05 14:00 to 15:30 Europe/London".parse().unwrap();
    let _ = desk.execute(Reschedule::new(webinar, dated)).unwrap();
    let feed = desk.public_feed().to_string();
    for line in [
        "SUMMARY:Volunteering",
        "STATUS:CONFIRMED",
        "SEQUENCE:2",
        "DTSTART;TZID=Europe/London:20991005T140000",
    ] {
        assert!(feed.contains(&format!("{line}\r\n")), "{line} is not in {feed}");
    }
}

#[test]
fn nothing_personal_is_in_any_file_of_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let Place { desk, ann, .. } = one_place_at(Desk::open(folder.path()).unwrap());
    assert!(desk.person(ann).unwrap().known().is_some());
    drop(desk);
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.iter().any(|file| file.ends_with("log.gather")), "{files:?}");
    for file in files {
        let bytes = fs::read(&file).unwrap();
        // Byte for byte, as Latin 1: no personal text is so short that chance would find it.
        let text: String = bytes.into_iter().map(char::from).collect();
        assert_silent(&file.display().to_string(), &text);
    }
}

/// The only registration of a person.
fn registration_of(desk: &Desk, person: PersonId) -> RegistrationId {
    let agenda = desk.agenda(person);
    let [row] = agenda.rows() else { panic!("one registration expected: {agenda:?}") };
    row.registration
}

#[test]
fn one_gathering_is_told_with_its_places_whatever_became_of_it() {
    let Place { desk, webinar, .. } = one_place();
    let row = desk.gathering(webinar).unwrap();
    let only = &row.offerings[0];
    assert_eq!((row.gathering, row.cancelled, row.booking), (webinar, false, BookingState::Open));
    assert_eq!((only.offering, only.left, only.waiting), (OfferingId::ONLY, Some(0), 1));
    let listed = serde_json::to_value(desk.whats_on()).unwrap();
    assert_eq!(serde_json::to_value(&row).unwrap(), listed["gatherings"][0]);

    assert_eq!(desk.cancel_gathering(webinar).unwrap().outcome, Change::Made);
    let row = desk.gathering(webinar).unwrap();
    assert_eq!((row.cancelled, row.booking), (true, BookingState::Closed));
    assert!(desk.whats_on().rows().is_empty());
}

#[test]
fn one_registration_is_told_as_it_stands_whatever_became_of_it() {
    let Place { desk, ann, bob, .. } = one_place();
    let (anns, bobs) = (registration_of(&desk, ann), registration_of(&desk, bob));
    let stands = |registration| {
        let row = desk.registration(registration).unwrap();
        (row.booker, row.status, row.place_in_line)
    };
    assert_eq!(stands(anns), (ann, RegistrationStatus::Confirmed, None));
    assert_eq!(stands(bobs), (bob, RegistrationStatus::Waiting, Some(1)));
    let listed = serde_json::to_value(desk.agenda(bob)).unwrap();
    assert_eq!(serde_json::to_value(desk.registration(bobs).unwrap()).unwrap(), listed["registrations"][0]);

    assert_eq!(desk.cancel_registration(anns).unwrap().outcome.promoted, [bobs]);
    assert_eq!(desk.registration(anns).unwrap().status.code(), "cancelled_by_attendee");
    assert_eq!(stands(bobs), (bob, RegistrationStatus::Confirmed, None));
}

#[test]
fn what_was_recorded_and_answered_is_read_back_on_purpose() {
    let Place { desk, webinar, ann, .. } = one_place();
    let opened = desk.person(ann).unwrap();
    assert_silent("opened details", &format!("{opened:?}"));
    assert_eq!(opened.known().unwrap().expose().email, "canary@example.org");

    let answers = desk.answers(registration_of(&desk, ann)).unwrap().unwrap();
    assert!(answers.known().unwrap().expose().iter().eq([("diet", "no peanuts")]));
    let silent = desk.register(webinar, PersonId::random()).unwrap().outcome.registration();
    assert!(desk.answers(silent).unwrap().is_none());
}

#[test]
fn what_a_host_looks_up_in_vain_is_refused_by_name_or_not_there() {
    let Place { desk, .. } = one_place();
    let (gathering, registration) = (GatheringId::random(), RegistrationId::random());
    let unknown = desk.gathering(gathering).unwrap_err();
    assert_eq!(unknown.refusal(), Some(&Refusal::UnknownGathering { gathering }));
    for unknown in [desk.registration(registration).unwrap_err(), desk.answers(registration).unwrap_err()] {
        assert_eq!(unknown.refusal(), Some(&Refusal::UnknownRegistration { registration }));
    }
    assert!(desk.person(PersonId::random()).is_none());
    assert!(desk.answered(RequestId::random()).unwrap().is_none());
}

#[test]
fn a_request_is_found_with_what_it_made_happen() {
    let Place { desk, ann, .. } = one_place();
    let (request, anns) = (RequestId::random(), registration_of(&desk, ann));
    let receipt = desk.request(request).execute(gather::CancelRegistration::new(anns)).unwrap();
    assert_eq!(receipt.facts.len(), 2, "Ann leaves, Bob is promoted");
    let stored = desk.answered(request).unwrap().unwrap();
    assert_eq!(
        (stored.last(), stored.batch.time, stored.batch.facts),
        (receipt.position, receipt.time, receipt.facts)
    );
}

#[test]
fn the_log_is_read_page_by_page_to_where_the_lists_are() {
    let Place { desk, .. } = one_place();
    let (mut done, mut batches) = (Position::START, Vec::new());
    loop {
        let page = desk.read_log(done, 2).unwrap();
        let Some(last) = page.batches.last().map(StoredBatch::last) else { break };
        done = last;
        batches.extend(page.batches);
    }
    assert_eq!(done, desk.position());
    let whole = desk.read_log(Position::START, usize::MAX).unwrap().batches;
    assert!(batches.len() == 5 && batches == whole, "{}", batches.len());
    assert!(desk.read_log(done.next(), 1).unwrap_err().is_diverged());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whoever they are and whatever they are called, they are read back as they were, and the list keeps its columns.
    #[test]
    fn anybody_can_be_recorded_booked_and_listed(
        details in prop::collection::vec(people(), 1..8),
        parties in prop::collection::vec(registers(GatheringId::from_u128(1)), 0..4),
    ) {
        let desk = Desk::builder().clock(epoch).in_memory();
        let fair = Gathering::webinar("Fair").id(GatheringId::from_u128(1));
        let fair = desk.announce(fair.at("2099-03-05 Europe/London".parse().unwrap())).unwrap().outcome;
        for details in &details {
            let person = desk.record_person(details.clone()).unwrap().outcome;
            let opened = desk.person(person).unwrap();
            prop_assert!(opened.known().unwrap().expose() == details);
            prop_assert!(desk.register(fair, person).unwrap().outcome.is_confirmed());
        }
        let guests = parties.into_iter().filter(|party| desk.execute(party.clone()).is_ok()).count();
        let list = desk.attendee_list(fair).unwrap();
        prop_assert!(list.rows().len() >= details.len() + guests);
        for line in list.expose("a test").to_string().lines().chain(list.to_string().lines()) {
            prop_assert!(UnicodeWidthStr::width(line) <= 80, "{line}");
        }
    }

    #[test]
    fn any_gathering_can_be_announced(draft in gatherings()) {
        let desk = Desk::builder().clock(|| epoch() - TimeDelta::days(1)).in_memory();
        let id = desk.announce(draft).unwrap().outcome;
        let is_on = || desk.whats_on().rows().iter().any(|row| row.gathering == id);
        if desk.gathering(id).unwrap().lifecycle == Lifecycle::Draft {
            prop_assert!(!is_on());
            drop(desk.execute(AnnounceDraft::new(id)).unwrap());
        }
        prop_assert!(is_on());
    }
}
