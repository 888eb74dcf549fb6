//! A desk that seals nothing keeps nothing either: there is no plain mode, not even to measure what sealing costs.

use std::fs;

use gather::testkit::blank_desk;
use gather::{IssueCalendarToken, JoinLink};

use super::*;

/// Somebody's details, published name, answers and token, and a link to join.
fn lives(desk: &Desk) -> RegistrationId {
    let talk = Gathering::webinar("Talk").places(9).join_link(JoinLink::new("https://meet.example/room"));
    let talk = desk.announce(talk).unwrap().outcome;
    drop(desk.open_booking(talk).unwrap());
    drop(desk.execute(RecordPerson::of(person_id(ANN), PersonDetails::new("Ann Example"))).unwrap());
    drop(desk.execute(PublishName::of(person_id(ANN), PublishedName::new("Dr Ann Example"))).unwrap());
    drop(desk.execute(IssueCalendarToken::new(person_id(ANN))).unwrap());
    let asked = Register::new(talk, person_id(ANN)).answers(Answers::new().answer("diet", "no nuts"));
    desk.execute(asked).unwrap().outcome.registration()
}

#[test]
fn no_file_has_a_text_and_no_other_desk_takes_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let builder = Desk::builder().checkpoint_file(folder.path().join("checkpoint.gather"));
    let desk = blank_desk(builder, FileLog::open_in(folder.path()).unwrap()).unwrap();
    let registration = lives(&desk);
    desk.checkpoint().unwrap();
    let lost = |opened: Unavailable| assert_eq!(opened, Unavailable::KeyMissing);
    let Some(Opened::Unavailable(why)) = desk.person(person_id(ANN)) else { panic!("she is known") };
    lost(why);
    let Ok(Some(Opened::Unavailable(why))) = desk.answers(registration) else { panic!("something was") };
    lost(why);
    assert!(desk.verify(&mut |_| ()).unwrap().is_sound());
    assert_eq!(desk.forget(person_id(ANN)).unwrap().ended, [registration]);
    drop(desk);
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        for text in ["Ann", "Example", "nuts", "diet", "meet"] {
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "{text} is in {}", path.display());
        }
    }
    let lost = Desk::open(folder.path()).unwrap_err();
    assert!(lost.vault().unwrap().is_missing(), "{lost}");
}
