//! Messages read back: who invites whom, and what is asked of them, whatever names and addresses people have.
//!
//! Each message is left in the build's folder with what it has to say beside it, for readers in other languages
//! (`.ci/readers`). Expected values come from what people did here, never from the calendar's own code.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gather::calendar::{Invitations, Mailbox, Message, Method};
use gather::testkit::person_id;
use gather::{
    AddOffering, AddSession, AnswerInvitation, CancelRegistration, ChangeSession, JoinLink, MoveSession,
    Offering, OfferingId, OutboxMark, PersonDetails, PersonId, Pool, PoolId, RecordPerson, Register,
    RegistrationId, Session, SessionId,
};
use serde_json::{Value, json};

use crate::calendar::reader::{self, Component, Line};
use crate::feeds::{self, entry};
use crate::scene::{Scene, day, workshop};

/// Names that are hard to write, each with an address that is.
const PEOPLE: [(&str, &str); 12] = [
    ("Ann Example", "ann@example.org"),
    ("Ann \"Bookworm\" O'Neil", "o'neil+tag@example.org"),
    ("Example, Ann; \"A: B\"", "a%b/c?d@example.org"),
    ("^Caret^ ^n ^^' ^\"^", "caret^{x}|y%41@example.org"),
    ("back\\slash \\n \\, \\; \\", "back\\slash@example.org"),
    ("N;CN=x:mailto:evil@example.org", "n=1&m=2@example.org"),
    ("\"", "quote@example.org"),
    ("^", "äöü.ß@bücher.example"),
    ("محمد بن عبد الله", "muhammad@example.org"),
    ("שרה, לוי; \"ש\"", "sarah@example.org"),
    (
        "👩\u{200d}💻 漢字かな交じり文、とても長い名前です。まだまだ続きます。e\u{301}e\u{301}",
        "漢字@example.org",
    ),
    (
        "A name of many words that has to be folded, more than once: \"quoted\", ^with carets^; and commas, to the end",
        "an.address.that.has.to.be.folded.because.it.is.so.long+and.has.a.tag@a.host.with.a.long.name.example.org",
    ),
];

/// The organiser's are as hard as anybody's.
const ORGANISER: (&str, &str) = ("Library \"network\", events; ^all^", "events+o'clock@library.example");
const TITLE: &str = "Binding, by hand; \"first\" steps";
const NEW_TITLE: &str = "Binding \\ the ^second^ step, \u{201c}gluing\u{201d}";
const TALK: SessionId = SessionId::from_u128(1);
const PLACE: OfferingId = OfferingId::new(3);

/// Who has booked what, and what they have answered.
struct Guest {
    person: PersonId,
    registration: RegistrationId,
    partstat: &'static str,
}

/// What all messages of one reading have to say.
#[derive(Clone, Copy)]
struct Round {
    name: &'static str,
    method: Method,
    sequence: u32,
    summary: &'static str,
    when: &'static str,
    /// Whether what people have answered still holds.
    answered: bool,
}

const INVITED: Round = Round {
    name: "invited",
    method: Method::Request,
    sequence: 0,
    summary: TITLE,
    when: "2027-03-20 11:00 to 12:00",
    answered: false,
};
const REWORDED: Round = Round { name: "reworded", summary: NEW_TITLE, answered: true, ..INVITED };
const MOVED: Round =
    Round { name: "moved", sequence: 1, when: "2027-03-20 13:00 to 14:00", answered: false, ..REWORDED };
const CANCELLED: Round = Round {
    name: "cancelled",
    method: Method::Cancel,
    sequence: 2,
    summary: "Cancelled: Binding \\ the ^second^ step, \u{201c}gluing\u{201d}",
    ..MOVED
};

impl Round {
    /// In the words of the list that lies beside a file.
    fn expected(self, guest: &Guest, (name, address): (&str, &str)) -> Value {
        let is_asked = self.method == Method::Request;
        let status = if is_asked { "CONFIRMED" } else { "CANCELLED" };
        let partstat = if self.answered { guest.partstat } else { "NEEDS-ACTION" };
        let uid = guest.registration.to_string();
        let place = "Room 1, Central Library";
        let mut it = entry(&uid, self.sequence, self.summary, place, &day(self.when), status);
        it["method"] = json!(if is_asked { "REQUEST" } else { "CANCEL" });
        it["organizer"] = json!({ "address": ORGANISER.1, "cn": ORGANISER.0 });
        // Readers undo escapes that parameters do not have, so no backslash is written in one.
        let name = name.replace('\\', "");
        it["attendees"] = json!([{
            "address": address, "cn": name, "cutype": "INDIVIDUAL", "role": "REQ-PARTICIPANT",
            "partstat": is_asked.then_some(partstat), "rsvp": is_asked.then_some("TRUE"),
        }]);
        it
    }
}

fn invitations() -> Invitations {
    Invitations::from(Mailbox::new(ORGANISER.0, ORGANISER.1).unwrap()).reminders([30])
}

fn person(nth: usize) -> PersonId {
    person_id(u8::try_from(nth).unwrap())
}

/// A workshop with a session that all of them have booked.
fn scene() -> (Scene, Vec<Guest>) {
    let scene = Scene::of(workshop().online_too().join_link(JoinLink::new("https://meet.example/x,y;z")));
    let talk = Session::new(TALK, TITLE).at(day(INVITED.when)).room("Room 1");
    scene.does(AddSession::new(scene.on, talk));
    let offering = Offering::new(PLACE, "binding", [PoolId::new(3)]).for_session(TALK);
    scene.does(AddOffering::new(scene.on, offering).pool(Pool::new(PoolId::new(3), "table", 50)));
    let guests = PEOPLE.iter().enumerate().map(|(nth, (name, address))| {
        let person = scene.does(RecordPerson::of(person(nth), PersonDetails::new(*name).email(*address)));
        let registration = scene.books(Register::new(scene.on, person).offering(PLACE));
        let partstat = ["ACCEPTED", "TENTATIVE", "NEEDS-ACTION"][nth % 3];
        Guest { person, registration, partstat }
    });
    let guests = guests.collect();
    (scene, guests)
}

/// Who invites whom, as the reader here finds it in a message. Where it is to be mailed is decoded (RFC 6068, section 2).
fn people(calendar: &Component, entry: &Component) -> Value {
    let parameter = |line: &Line, name: &str| line.parameters.get(name).cloned();
    let address = |line: &Line| decoded(line.value.strip_prefix("mailto:").unwrap());
    let organiser = entry.line("ORGANIZER").unwrap();
    let attendees = entry.lines.iter().filter(|line| line.name == "ATTENDEE").map(|line| {
        json!({
            "address": address(line), "cn": parameter(line, "CN"), "cutype": parameter(line, "CUTYPE"),
            "role": parameter(line, "ROLE"), "partstat": parameter(line, "PARTSTAT"), "rsvp": parameter(line, "RSVP"),
        })
    });
    json!({
        "method": calendar.value("METHOD"),
        "organizer": { "address": address(organiser), "cn": parameter(organiser, "CN") },
        "attendees": attendees.collect::<Vec<_>>(),
    })
}

fn decoded(address: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = address.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
        } else {
            byte
        });
    }
    String::from_utf8(bytes).unwrap()
}

/// Leaves a message and what it has to say for readers in other languages, before anything here can fail.
fn leave(name: &str, message: &Message, expected: &Value) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("messages");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{name}.ics")), message.text().expose()).unwrap();
    fs::write(folder.join(format!("{name}.ics.json")), format!("{:#}\n", json!([expected]))).unwrap();
}

/// Reads what is due; leaves all of it, and then compares it.
fn compare(scene: &Scene, guests: &[Guest], mark: &mut OutboxMark, round: Round) {
    let outbox = scene.desk.outbox(&invitations(), *mark, usize::MAX);
    *mark = outbox.mark;
    let messages: BTreeMap<_, _> =
        outbox.due.iter().map(|due| (due.registration, due.mail.as_ref().unwrap())).collect();
    assert_eq!(messages.len(), guests.len(), "{}", round.name);
    let of = |nth: usize| (messages[&guests[nth].registration], round.expected(&guests[nth], PEOPLE[nth]));
    for nth in 0..guests.len() {
        let (message, expected) = of(nth);
        leave(&format!("{nth:02}-{}", round.name), message, &expected);
    }
    for nth in 0..guests.len() {
        let (message, mut expected) = of(nth);
        let text = message.text().expose();
        assert_eq!(message.content_type(), format!("text/calendar; charset=UTF-8; method={}", round.method));
        let calendar = reader::read(text);
        let [found] = calendar.all("VEVENT").try_into().unwrap();
        for (name, value) in people(&calendar, found).as_object().unwrap() {
            assert_eq!(*value, expected[name].take(), "{name} of {nth}, {}", round.name);
            expected.as_object_mut().unwrap().remove(name);
        }
        assert_eq!(feeds::read(text), [expected], "{nth}, {}", round.name);
        assert_eq!(found.all("VALARM").len(), usize::from(round.method == Method::Request));
        let stamp = message.stamp().format("%Y%m%dT%H%M%SZ").to_string();
        assert_eq!(["DTSTAMP", "LAST-MODIFIED"].map(|name| found.value(name)), [&stamp; 2]);
    }
}

#[test]
fn whatever_people_are_called_their_messages_say_who_is_asked_and_what() {
    let (scene, guests) = scene();
    let mut mark = OutboxMark::default();
    compare(&scene, &guests, &mut mark, INVITED);
    for guest in &guests {
        let (on, who) = (guest.registration, guest.person);
        match guest.partstat {
            "ACCEPTED" => drop(scene.does(AnswerInvitation::accept(on, who))),
            "TENTATIVE" => drop(scene.does(AnswerInvitation::tentative(on, who))),
            _ => {}
        }
    }
    scene.after(chrono::TimeDelta::minutes(1));
    let reworded = Session::new(TALK, NEW_TITLE).at(day(INVITED.when)).room("Room 1");
    scene.does(ChangeSession::new(scene.on, reworded));
    compare(&scene, &guests, &mut mark, REWORDED);
    scene.does(MoveSession::new(scene.on, TALK).to(day(MOVED.when)));
    compare(&scene, &guests, &mut mark, MOVED);
    for guest in &guests {
        drop(scene.does(CancelRegistration::new(guest.registration)));
    }
    compare(&scene, &guests, &mut mark, CANCELLED);
}

/// What could end a line, or turn it round for whoever reads it, is in nobody's name.
#[test]
fn a_name_that_could_break_out_is_refused() {
    for name in ["Ann\nATTENDEE:x", "Ann\r\nX:1", "Ann\u{7}", "Ann\u{2028}", "Ann\u{85}", "Ann\u{202e}nnA"] {
        assert!(Mailbox::new(name, "ann@example.org").is_err(), "{name:?}");
        let scene = Scene::with_places(1);
        assert_eq!(
            scene.refused(RecordPerson::of(person_id(1), PersonDetails::new(name))),
            "text",
            "{name:?}"
        );
    }
}
