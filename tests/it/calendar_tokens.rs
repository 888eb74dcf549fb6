//! Secret addresses of personal calendars: told once, kept as a hash, and refused in one way whatever is wrong.

use std::fs;
use std::sync::Arc;

use gather::log::{FileLog, MemoryLog};
use gather::privacy::MemoryVault;
use gather::testkit::{Fault, FaultyDisk};
use gather::{
    CalendarToken, Change, Desk, Fact, Failure, Gathering, IssueCalendarToken, JoinLink, PersonId, Position,
    Refusal, Remedy, RequestId, RevokeCalendarToken, RotateCalendarToken,
};

use crate::service::Service;

const LINK: &str = "https://meet.example/room";
const MARCH: &str = "2099-03-05 14:00 to 15:30 Europe/London";

fn person(number: u128) -> PersonId {
    PersonId::from_u128(number)
}

fn issue(desk: &Desk, person: PersonId) -> CalendarToken {
    desk.execute(IssueCalendarToken::new(person)).unwrap().outcome.expect("it is told the first time")
}

fn rotate(desk: &Desk, person: PersonId) -> CalendarToken {
    desk.execute(RotateCalendarToken::new(person)).unwrap().outcome.expect("it is told the first time")
}

fn revoke(desk: &Desk, person: PersonId) -> Change {
    desk.execute(RevokeCalendarToken::new(person)).unwrap().outcome
}

/// Books so many people, each on a talk of their own, so that no two calendars are the same.
fn booked(desk: &Desk, people: u128) {
    for number in 1..=people {
        let talk = Gathering::webinar(format!("Talk {number}"))
            .at(MARCH.parse().unwrap())
            .join_link(JoinLink::new(LINK));
        let talk = desk.announce(talk).unwrap().outcome;
        drop(desk.register(talk, person(number)).unwrap());
    }
}

/// What is read behind an address is the calendar of this person.
fn opens(desk: &Desk, token: &CalendarToken, whose: PersonId) {
    let calendar = desk.calendar_by_token(&token.expose()).unwrap().to_string();
    assert_eq!(calendar, desk.calendar(whose).to_string());
    assert!(calendar.contains(LINK));
}

/// What somebody sees who asks for a calendar and gets none.
fn seen(failure: &Failure) -> String {
    format!("{failure} {failure:?}")
}

fn opens_nothing(desk: &Desk, token: &CalendarToken) {
    let never = desk.calendar_by_token(&"0".repeat(64)).unwrap_err();
    assert_eq!(never.refusal(), Some(&Refusal::UnknownCalendar));
    assert_eq!(seen(&desk.calendar_by_token(&token.expose()).unwrap_err()), seen(&never));
}

#[test]
fn an_address_opens_its_persons_calendar_until_it_is_rotated_or_revoked() {
    let desk = Desk::in_memory();
    booked(&desk, 2);
    let (ann, bob) = (person(1), person(2));
    let (anns, bobs) = (issue(&desk, ann), issue(&desk, bob));
    assert_ne!(anns, bobs);
    opens(&desk, &anns, ann);
    opens(&desk, &bobs, bob);

    let second = rotate(&desk, ann);
    opens_nothing(&desk, &anns);
    opens(&desk, &second, ann);

    assert_eq!(revoke(&desk, ann), Change::Made);
    opens_nothing(&desk, &second);
    assert_eq!(revoke(&desk, ann), Change::AlreadySo);

    let third = issue(&desk, ann);
    opens(&desk, &third, ann);
    for before in [&anns, &second] {
        opens_nothing(&desk, before);
    }
    opens(&desk, &bobs, bob);
}

#[test]
fn whatever_opens_nothing_is_refused_in_one_way() {
    let desk = Desk::in_memory();
    booked(&desk, 1);
    let token = issue(&desk, person(1)).expose();
    let refused = |text: &str| seen(&desk.calendar_by_token(text).unwrap_err());
    let never = refused(&"0".repeat(64));
    let (cut, longer) = (&token[..63], format!("{token}0"));
    let (blank, address) = (format!(" {token}"), format!("https://x.example/{token}.ics"));
    for text in ["", "ann", cut, &longer, &blank, &address, &"é".repeat(64), &"\u{0}".repeat(64)] {
        assert_eq!(refused(text), never, "{text:?}");
    }
    for nth in 0..64 {
        let mut other = token.clone();
        let digit = if &token[nth..=nth] == "0" { "1" } else { "0" };
        other.replace_range(nth..=nth, digit);
        assert_eq!(refused(&other), never, "digit {nth}");
    }
    assert!(desk.calendar_by_token(&token).is_ok() && desk.calendar_by_token(&token.to_uppercase()).is_ok());
}

#[test]
fn refusals_say_what_would_change_them_and_that_does() {
    let (desk, ann) = (Desk::in_memory(), person(1));
    let refused = |failure: Failure| failure.refusal().unwrap().clone();
    let none = refused(desk.execute(RotateCalendarToken::new(ann)).unwrap_err());
    assert_eq!(
        (none.code(), none.remedies()),
        ("no_calendar_token", vec![Remedy::IssueCalendarToken { person: ann }])
    );
    issue(&desk, ann);
    rotate(&desk, ann);
    let two = refused(desk.execute(IssueCalendarToken::new(ann)).unwrap_err());
    let remedy = vec![Remedy::RevokeCalendarToken { person: ann }];
    assert_eq!((two.code(), two.remedies()), ("calendar_token_exists", remedy));
    revoke(&desk, ann);
    issue(&desk, ann);
    assert!(Refusal::UnknownCalendar.remedies().is_empty());
}

#[test]
fn a_token_is_told_once() {
    let (desk, ann, request) = (Desk::in_memory(), person(1), RequestId::from_u128(7));
    booked(&desk, 1);
    let before = desk.position();
    assert_eq!(desk.request(request).preview(IssueCalendarToken::new(ann)).unwrap(), None, "none was made");
    assert_eq!(desk.position(), before);
    let first = desk.request(request).execute(IssueCalendarToken::new(ann)).unwrap();
    let again = desk.request(request).execute(IssueCalendarToken::new(ann)).unwrap();
    assert!(again.repeated && again.outcome.is_none());
    assert_eq!(again.facts, first.facts);
    opens(&desk, &first.outcome.unwrap(), ann);
}

#[test]
fn nothing_that_is_printed_tells_a_token() {
    let (desk, ann) = (Desk::in_memory(), person(1));
    let receipt = desk.execute(IssueCalendarToken::new(ann)).unwrap();
    let token = receipt.outcome.clone().unwrap().expose();
    let feed = desk.calendar_by_token(&token).unwrap();
    let command = desk.what_if(|trial| trial.execute(RotateCalendarToken::new(ann))).unwrap();
    let batches = desk.read_log(Position::START, 10).unwrap();
    let shown = format!("{receipt:?} {feed:?} {command:?} {batches:?} {desk:?}");
    assert!(shown.contains("Some([token])") && !shown.contains(&token[..8]), "{shown}");
}

/// Neither the token nor its hash, as bytes or as digits.
#[test]
fn no_file_holds_a_token_and_a_desk_that_is_opened_anew_knows_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second, third);
    {
        let desk = Desk::open(folder.path()).unwrap();
        booked(&desk, 3);
        (first, second) = (issue(&desk, person(1)), issue(&desk, person(2)));
        opens(&desk, &first, person(1));
        desk.checkpoint().unwrap();
        third = issue(&desk, person(3));
    }
    let bytes_of = |token: &CalendarToken| {
        let text = token.expose();
        let bytes = (0..32).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap());
        let bytes: Vec<u8> = bytes.collect();
        let hash = blake3::derive_key("gather 2026 hash of the token of a person's calendar", &bytes);
        let digits = blake3::Hash::from_bytes(hash).to_hex().to_string().into_bytes();
        [text.into_bytes(), bytes, hash.to_vec(), digits]
    };
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let file = fs::read(&path).unwrap();
        for needle in [&first, &second, &third].into_iter().flat_map(bytes_of) {
            let half = &needle[..needle.len() / 2];
            assert!(!file.windows(half.len()).any(|window| window == half), "{}", path.display());
        }
    }
    let desk = Desk::open(folder.path()).unwrap();
    assert!(desk.opening().checkpoint > Position::START, "it begins with the checkpoint");
    for (token, number) in [(&first, 1), (&second, 2), (&third, 3)] {
        opens(&desk, token, person(number));
    }
    fs::remove_file(folder.path().join("checkpoint.gather")).unwrap();
    drop(desk);
    let desk = Desk::open(folder.path()).unwrap();
    assert_eq!(desk.opening().checkpoint, Position::START);
    for (token, number) in [(&first, 1), (&second, 2), (&third, 3)] {
        opens(&desk, token, person(number));
    }
}

#[test]
fn among_many_each_opens_its_own() {
    let desk = Desk::in_memory();
    booked(&desk, 1);
    let tokens: Vec<_> = (1..=500).map(|number| (number, issue(&desk, person(number)))).collect();
    opens(&desk, &tokens[0].1, person(1));
    for (number, token) in &tokens {
        let calendar = desk.calendar_by_token(&token.expose()).unwrap();
        assert_eq!(calendar.to_string(), desk.calendar(person(*number)).to_string());
        if number % 3 == 0 {
            revoke(&desk, person(*number));
        }
    }
    for (number, token) in &tokens {
        assert_eq!(desk.calendar_by_token(&token.expose()).is_ok(), number % 3 != 0, "{number}");
    }
}

#[test]
fn what_could_not_be_opened_is_tried_again() {
    let vault = Arc::new(Service::default());
    let desk = Desk::builder().over(MemoryLog::new(), vault.clone()).unwrap();
    booked(&desk, 1);
    let tokens: Vec<_> = (1..=200).map(|number| issue(&desk, person(number))).collect();
    vault.set_down(true);
    for token in &tokens {
        opens_nothing(&desk, token);
    }
    vault.set_down(false);
    // Few at a time, so that nobody makes the desk open everything by guessing.
    let last = tokens.last().unwrap().expose();
    let tries = (1..10).take_while(|_| desk.calendar_by_token(&last).is_err()).count();
    assert!((1..=4).contains(&tries), "{tries} tries in vain");
    opens(&desk, &tokens[0], person(1));
    assert!(tokens.iter().all(|token| desk.calendar_by_token(&token.expose()).is_ok()));
}

#[test]
fn what_another_desk_on_the_same_log_takes_back_opens_nothing_here() {
    let (log, vault) = (Arc::new(MemoryLog::new()), Arc::new(MemoryVault::new()));
    let [here, there] = [0, 1].map(|_| Desk::builder().over(Arc::clone(&log), vault.clone()).unwrap());
    booked(&here, 1);
    let token = issue(&here, person(1));
    opens(&there, &token, person(1));
    let other = rotate(&there, person(1));
    opens_nothing(&here, &token);
    opens(&here, &other, person(1));
    // What somebody has booked elsewhere is in it, too.
    let talk = there.announce(Gathering::webinar("Another").at(MARCH.parse().unwrap())).unwrap().outcome;
    drop(there.register(talk, person(1)).unwrap());
    let shown = here.calendar_by_token(&other.expose()).unwrap().to_string();
    assert!(shown.contains("SUMMARY:Another"));
    let _ = here.forget(person(1)).unwrap();
    opens_nothing(&there, &other);
}

/// Whatever the token is: that the log cannot be read says nothing of it.
#[test]
fn a_log_that_cannot_be_read_is_told_to_everybody() {
    let media = FaultyDisk::new();
    let open = || {
        let log = FileLog::options().storage(Arc::new(media.clone())).open_in("bookings").unwrap();
        (Arc::new(log), Arc::new(MemoryVault::new()))
    };
    let (log, vault) = open();
    let [here, there] = [0, 1].map(|_| Desk::builder().over(Arc::clone(&log), vault.clone()).unwrap());
    booked(&here, 1);
    let token = issue(&here, person(1));
    opens(&there, &token, person(1));
    drop(here.register(here.whats_on().rows()[0].gathering, person(2)).unwrap());
    for text in [token.expose(), "0".repeat(64), String::from("ann")] {
        media.fail_nth(1, Fault::Refused);
        assert!(matches!(there.calendar_by_token(&text), Err(Failure::Fault(_))), "{text}");
        media.heal();
    }
    opens(&there, &token, person(1));
}

#[test]
fn each_is_a_fact_of_its_person() {
    let (desk, ann) = (Desk::in_memory(), person(1));
    let issued = desk.execute(IssueCalendarToken::new(ann)).unwrap().facts;
    assert!(matches!(issued[..], [Fact::CalendarTokenIssued { person, .. }] if person == ann));
    let rotated = desk.execute(RotateCalendarToken::new(ann)).unwrap().facts;
    assert!(matches!(rotated[..], [Fact::CalendarTokenIssued { person, .. }] if person == ann));
    assert_ne!(issued, rotated);
    let revoked = desk.execute(RevokeCalendarToken::new(ann)).unwrap().facts;
    assert_eq!(revoked, [Fact::CalendarTokenRevoked { person: ann }]);
}
