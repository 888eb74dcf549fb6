//! All that is held about somebody, given out; and told of when they are forgotten.

use serde_json::{Value, json};

use super::*;
use crate::scene::reference;

fn scene() -> (Scene, RegistrationId, RegistrationId) {
    let scene = Scene::with_places(2);
    scene.records(ANN, "Ann Sample");
    drop(scene.receives(RecordPerson::of(
        person_id(ANN),
        PersonDetails::new("Ann Example").email("ann@example.org").role("trustee"),
    )));
    drop(scene.receives(PublishName::of(person_id(ANN), PublishedName::new("Dr Ann Example"))));
    scene.records(BOB, "Bob Example");
    let anns = scene.books(scene.one(ANN).answers(Answers::new().answer("diet", "no nuts")));
    let bobs = Register::new(scene.on, person_id(BOB)).guest(person_id(CYD));
    let bobs = scene.waits(bobs.answers(Answers::new().answer("diet", "fish")), 0);
    (scene, anns, bobs)
}

#[test]
fn it_has_all_of_one_person_and_nothing_of_anybody_else() {
    let (scene, anns, _) = scene();
    drop(scene.receives(gather::CancelRegistration::new(anns)));
    let export = scene.desk.export_person(person_id(ANN), reference("article-15")).unwrap();
    let told: Value = serde_json::to_value(&export).unwrap();
    assert_eq!(told["details"]["email"], "ann@example.org");
    assert_eq!(told["published_name"], "Dr Ann Example");
    assert_eq!(told["registrations"][0]["answers"], json!([["diet", "no nuts"]]));
    assert_eq!(told["registrations"][0]["status"], "cancelled_by_attendee");
    assert_eq!(told["registrations"][0]["own_place"], 1);
    let records = told["records"].as_array().unwrap();
    let what: Vec<&str> = records.iter().map(|record| record["what"].as_str().unwrap()).collect();
    let all = [
        "person_recorded",
        "person_recorded",
        "name_published",
        "registration_confirmed",
        "registration_ended",
        "person_exported",
    ];
    assert_eq!(what, all);
    assert_eq!(records[0]["details"]["name"], "Ann Sample", "what was recorded before is held, too");
    let said = export.to_string();
    for text in
        ["Ann Sample", "ann@example.org", "role: trustee", "diet: no nuts", "Dr Ann Example", "article-15"]
    {
        assert!(said.contains(text), "{text}: {said}");
    }
    for text in [&said, &told.to_string()] {
        assert!(!text.contains("Bob") && !text.contains("fish"), "{text}");
    }
    assert!(!format!("{export:?}").contains("Example"));
    scene.is_sound();
}

#[test]
fn a_speaker_is_told_of_their_sessions_and_of_no_others() {
    let scene = conference();
    drop(scene.receives(PublishName::of(person_id(ANN), PublishedName::new("Dr Ann Example"))));
    drop(scene.receives(PublishName::of(person_id(BOB), PublishedName::new("Prof Bob Sample"))));
    let noon = talk(1, &[ANN, BOB]).at(crate::scene::day("2027-03-20 12:00 to 12:30")).room("Hall");
    for it in [noon, talk(2, &[BOB]), talk(3, &[ANN]), talk(4, &[ANN])] {
        drop(scene.receives(AddSession::new(scene.on, it)));
    }
    drop(scene.receives(ChangeSession::new(scene.on, talk(3, &[BOB]))));
    for number in [2, 3, 4] {
        drop(scene.receives(DropSession::new(scene.on, SessionId::from_u128(number))));
    }
    let export = scene.desk.export_person(person_id(ANN), reference("article-15")).unwrap();
    let told: Value = serde_json::to_value(&export).unwrap();
    let [first, fourth] = [1, 4].map(|number| SessionId::from_u128(number).to_string());
    let sessions = told["sessions"].as_array().unwrap();
    let of = |nth: usize| (&sessions[nth]["session"], &sessions[nth]["status"]);
    assert_eq!(sessions.len(), 2);
    assert_eq!(of(0), (&json!(first), &json!("confirmed")));
    assert_eq!(of(1), (&json!(fourth), &json!("cancelled")));
    assert_eq!(sessions[0]["when"], "2027-03-20 12:00 to 12:30 Europe/London");
    assert_eq!((&sessions[0]["title"], &sessions[0]["room"]), (&json!("Welcome"), &json!("Hall")));
    let records = told["records"].as_array().unwrap();
    let about = |number: u128| {
        let id = json!(SessionId::from_u128(number).to_string());
        let theirs = records.iter().filter(|record| record["session"] == id);
        theirs.map(|record| record["what"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(about(1), ["session_added"]);
    assert_eq!(about(2), [""; 0]);
    assert_eq!(about(3), ["session_added", "session_revised"], "after that it is not theirs");
    assert_eq!(about(4), ["session_added", "session_dropped"]);
    let said = export.to_string();
    assert!(said.contains("Sessions as a speaker: 2") && said.contains(&fourth), "{said}");
    assert!(!said.contains("Bob") && !told.to_string().contains("Bob"));
}

#[test]
fn a_guest_is_told_of_their_place_and_not_of_what_the_booker_answered() {
    let (scene, _, bobs) = scene();
    let export = scene.desk.export_person(person_id(CYD), reference("article-15")).unwrap();
    let told: Value = serde_json::to_value(&export).unwrap();
    assert_eq!(told["details"], Value::Null);
    assert_eq!(told["registrations"][0]["registration"], bobs.to_string());
    assert_eq!(
        (&told["registrations"][0]["own_place"], &told["registrations"][0]["answers"]),
        (&json!(2), &Value::Null)
    );
    assert!(!told.to_string().contains("fish"));
}

#[test]
fn it_is_recorded_and_the_receipt_of_forgetting_tells_of_it() {
    let (scene, ..) = scene();
    let export = |code: &str| scene.desk.export_person(person_id(ANN), reference(code)).unwrap().position();
    let exports = [export("article-15"), export("article-20")];
    let _ = scene.desk.export_person(person_id(BOB), reference("article-15")).unwrap();
    let receipt = scene.desk.forget(person_id(ANN)).unwrap();
    assert_eq!(receipt.exports, exports);
    assert_eq!(receipt.to_string().matches("given out before").count(), 2);
    scene.is_sound();
}

#[test]
fn of_nobody_and_of_the_forgotten_there_is_none() {
    let (scene, ..) = scene();
    let export = |person: u8| scene.desk.export_person(person_id(person), reference("article-15"));
    assert_eq!(refused(export(9)), "unknown_person");
    let _ = scene.desk.forget(person_id(ANN)).unwrap();
    let head = scene.desk.position();
    assert_eq!(refused(export(ANN)), "forgotten");
    assert_eq!(scene.desk.position(), head);
}

/// What the keys of are gone is said to be erased, and the rest is given.
#[test]
fn what_was_erased_is_said_to_be() {
    let (scene, ..) = scene();
    drop(scene.desk.expire(scene.on).unwrap());
    let export = scene.desk.export_person(person_id(ANN), reference("article-15")).unwrap();
    let told: Value = serde_json::to_value(&export).unwrap();
    assert_eq!(told["registrations"][0]["answers"], "erased");
    assert_eq!(told["details"]["name"], "Ann Example");
    assert!(export.to_string().contains("[erased at 2027-01-04 09:00:00 UTC]"));
}
