//! Calendars that are sent what the outbox says is due hold what the lists say, and nothing is sent twice.
//!
//! `GATHER_SOAK=50` lives through fifty times as many histories.

use std::collections::{BTreeMap, BTreeSet};

use gather::calendar::{Due, Invitations, Mailbox, Message, Method, Unaddressed};
use gather::testkit::{History, PEOPLE, What, conferences, epoch, histories, person_id, queues};
use gather::{
    CancelRegistration, ChangeMode, ChangeParty, Desk, Gathering, Mode, MoveRegistration, Occasion,
    OutboxMark, PersonDetails, PersonId, Position, RecordPerson, RegistrationId, Transfer, Venue,
};
use ical::IcalParser;
use proptest::prelude::*;
use serde_json::Value;

use crate::feeds::{personal_entries, read};
use crate::scene::{Scene, day, hall, workshop};

pub(crate) fn invitations() -> Invitations {
    Invitations::from(Mailbox::new("Library network", "events@library.example").unwrap())
}

fn cases(number: u32) -> ProptestConfig {
    let soak = std::env::var("GATHER_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    ProptestConfig::with_cases(number.saturating_mul(soak))
}

/// The calendar of one person, as RFC 5546 has it deal with messages: by UID, SEQUENCE and DTSTAMP.
#[derive(Default)]
struct Client {
    entries: BTreeMap<String, Kept>,
}

struct Kept {
    newest: (u32, String),
    entry: Option<Value>,
}

impl Client {
    fn take(&mut self, message: &Message) {
        let text = message.text().expose();
        let calendar = IcalParser::new(text.replace("\r\n ", "").as_bytes()).next().unwrap().unwrap();
        let find = |name: &str| {
            let mut event = calendar.events[0].properties.iter();
            event.rfind(|property| property.name == name).unwrap().value.clone().unwrap()
        };
        let method = calendar.properties.iter().find(|property| property.name == "METHOD").unwrap();
        let [entry] = read(text).try_into().unwrap();
        let newest = (find("SEQUENCE").parse().unwrap(), find("DTSTAMP"));
        let known = self.entries.get(&find("UID"));
        // "Later" for the same second: a message comes after the one that it replaces.
        if known.is_some_and(|known| newest < known.newest) {
            return;
        }
        match method.value.as_deref().unwrap() {
            "REQUEST" => drop(self.entries.insert(find("UID"), Kept { newest, entry: Some(entry) })),
            "CANCEL" => {
                assert_eq!(entry["status"], "CANCELLED");
                self.entries.insert(find("UID"), Kept { newest, entry: None });
            }
            other => panic!("{other} is sent by nobody"),
        }
    }

    fn shown(&self) -> Vec<&Value> {
        self.entries.values().filter_map(|kept| kept.entry.as_ref()).collect()
    }
}

/// What somebody's calendar should have, by what the lists say.
fn expected(desk: &Desk, person: PersonId) -> Vec<Value> {
    let mut entries = personal_entries(&desk.agenda(person));
    entries.retain(|entry| entry["status"] != "CANCELLED");
    entries.sort_by_key(|entry| entry["uid"].as_str().unwrap().to_owned());
    entries
}

fn known_to_everybody(desk: &Desk) {
    for number in 0..PEOPLE {
        let details = PersonDetails::new(format!("Person {number}")).email(format!("p{number}@example.org"));
        drop(desk.execute(RecordPerson::of(person_id(number), details)).unwrap());
    }
}

/// Whoever subscribes to their own calendar as well finds in it each entry that messages have told of, by the same number, and
/// no other that was ever theirs.
fn check_feed<'a>(desk: &Desk, person: PersonId, taken: impl Iterator<Item = (&'a String, &'a Kept)>) {
    let feed = read(&desk.calendar(person).to_string());
    for (uid, kept) in taken {
        let entry = feed.iter().find(|entry| entry["uid"] == **uid);
        let entry = entry.unwrap_or_else(|| panic!("{uid} is not in the calendar of {person}"));
        let (sequence, is_gone) = (entry["sequence"].as_u64().unwrap(), kept.entry.is_none());
        assert_eq!(entry["status"] == "CANCELLED", is_gone, "{entry}");
        // What is gone may have been moved since, and nobody is told of that.
        let told = u64::from(kept.newest.0);
        assert!(if is_gone { sequence >= told } else { sequence == told }, "{entry}, told {told}");
    }
}

/// A host that sends what is due, keeping marks as it goes; and the calendars of everybody.
struct Host {
    clients: BTreeMap<PersonId, Client>,
    mark: OutboxMark,
    sent: BTreeSet<(PersonId, RegistrationId, &'static str, u32, String)>,
    twice: usize,
}

impl Host {
    fn new() -> Self {
        Self { clients: BTreeMap::new(), mark: OutboxMark::default(), sent: BTreeSet::new(), twice: 0 }
    }

    fn send(&mut self, due: &Due) {
        let message = match &due.mail {
            Ok(message) => message,
            Err(why) => panic!("everybody has an address: {why}"),
        };
        let text = message.text().expose();
        assert!(text.contains(&format!("METHOD:{}\r\n", message.method())));
        assert!(message.content_type().ends_with(&format!("method={}", message.method())));
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 1);
        assert_eq!(text.matches("\r\nATTENDEE").count(), 1);
        let key = (due.person, due.registration, message.method().name(), message.sequence(), text.clone());
        self.twice += usize::from(!self.sent.insert(key));
        self.clients.entry(due.person).or_default().take(message);
    }

    /// Reads as much as it likes, and keeps its mark after each message, or only at the end of what it read.
    fn read(&mut self, desk: &Desk, limit: usize, each: bool) {
        let outbox = desk.outbox(&invitations(), self.mark, limit);
        for due in &outbox.due {
            self.send(due);
            if each {
                // It is kept as text, as a host would.
                self.mark = due.mark.to_string().parse().unwrap();
            }
        }
        self.mark = outbox.mark;
    }

    fn read_all(&mut self, desk: &Desk) {
        while desk.outbox(&invitations(), self.mark, 3).is_more {
            self.read(desk, 3, true);
        }
        self.read(desk, 3, false);
        assert_eq!(self.mark, OutboxMark::from(desk.position()));
    }

    fn check(&self, desk: &Desk) {
        for person in (0..PEOPLE).map(person_id) {
            // Who was forgotten cannot be told any more: their calendar keeps what it has.
            if desk.agenda(person).forgotten().is_some() {
                continue;
            }
            let shown = self.clients.get(&person).map(Client::shown).unwrap_or_default();
            assert_eq!(shown, expected(desk, person).iter().collect::<Vec<_>>(), "{person}");
            let taken = self.clients.get(&person).map(|client| &client.entries);
            check_feed(desk, person, taken.into_iter().flatten());
        }
    }
}

fn lives() -> impl Strategy<Value = History> {
    prop_oneof![2 => histories(5..60), 1 => conferences(5..60), 1 => queues(5..60)]
}

/// Lives through a history, with people whose addresses are known, and lets a host look after each step. In the end it reads
/// all that is left, and calendars have what the lists say.
fn along(history: &History, look: impl Fn(&mut Host, &Desk, usize)) -> Host {
    let desk = Desk::builder().clock(epoch).in_memory();
    known_to_everybody(&desk);
    let mut host = Host::new();
    for nth in 0..history.steps.len() {
        if matches!(history.steps[nth].what, What::RecordPerson(_)) {
            continue;
        }
        let _ = history.play_step(&desk, nth);
        look(&mut host, &desk, nth);
    }
    host.read_all(&desk);
    host.check(&desk);
    host
}

proptest! {
    #![proptest_config(cases(40))]

    /// However much a host reads at a time, however often it stops in the middle: in the end every calendar has what the
    /// lists say, and no message was described twice.
    #[test]
    fn calendars_come_to_what_the_lists_say(history in lives(), reads in prop::collection::vec((0..8_usize, any::<bool>()), 60)) {
        let host = along(&history, |host, desk, nth| {
            let (limit, each) = reads[nth % reads.len()];
            if limit > 0 {
                host.read(desk, limit, each);
            }
        });
        prop_assert_eq!(host.twice, 0);
    }

    /// Marks that were not kept bring what is due again, as it is now, and calendars end up the same.
    #[test]
    fn what_was_not_acknowledged_is_due_again(history in lives(), forgets in prop::collection::vec(any::<bool>(), 60)) {
        along(&history, |host, desk, nth| {
            let mark = host.mark;
            host.read(desk, 4, true);
            if forgets[nth % forgets.len()] {
                host.mark = mark;
            }
        });
    }

    /// Lists that were kept in a checkpoint, or folded anew, say the same is due.
    #[test]
    fn what_is_due_is_told_by_the_log_alone(history in lives()) {
        let log = std::sync::Arc::new(gather::log::MemoryLog::new());
        let vault = std::sync::Arc::new(gather::privacy::MemoryVault::new());
        let open = || {
            let (log, vault) = (std::sync::Arc::clone(&log), std::sync::Arc::clone(&vault));
            Desk::builder().clock(epoch).over(log, vault).unwrap()
        };
        let told = |desk: &Desk| -> Vec<String> {
            let due = desk.outbox(&invitations(), Position::START, usize::MAX).due;
            due.iter().map(|due| match &due.mail {
                Ok(message) => format!("{} {}", due.mark, message.text().expose()),
                Err(why) => format!("{} {} {why}", due.mark, due.person),
            }).collect()
        };
        let desk = open();
        let _ = history.play(&desk);
        prop_assert_eq!(told(&desk), told(&open()));
    }
}

fn due_to(scene: &Scene, mark: &mut OutboxMark) -> Vec<(u8, Occasion, u32)> {
    let outbox = scene.desk.outbox(&invitations(), *mark, usize::MAX);
    *mark = outbox.mark;
    let number = |person| (0..PEOPLE).find(|number| person_id(*number) == person).unwrap();
    let told = |due: &Due| (number(due.person), due.occasion, due.mail.as_ref().unwrap().sequence());
    outbox.due.iter().map(told).collect()
}

fn scene() -> (Scene, OutboxMark) {
    let scene = Scene::with_places(9);
    known_to_everybody(&scene.desk);
    (scene, OutboxMark::default())
}

#[test]
fn a_place_that_changes_hands_is_cancelled_here_and_invited_there_each_time_with_a_larger_sequence() {
    use Occasion::{Cancelled, Invited, Updated};
    let (scene, mut mark) = scene();
    let registration = scene.books(scene.one(1).guest(person_id(2)));
    assert_eq!(due_to(&scene, &mut mark), [(1, Invited, 0), (2, Invited, 0)]);
    scene.does(Transfer::new(registration, person_id(3)).place(2));
    assert_eq!(due_to(&scene, &mut mark), [(2, Cancelled, 1), (3, Invited, 0)]);
    scene.does(Transfer::new(registration, person_id(2)).place(2));
    assert_eq!(due_to(&scene, &mut mark), [(2, Invited, 2), (3, Cancelled, 1)]);
    scene.does(gather::Reschedule::new(scene.on, day("2027-03-21 10:00 to 16:00")));
    assert_eq!(due_to(&scene, &mut mark), [(1, Updated, 1), (2, Updated, 3)]);
    drop(scene.does(ChangeParty::new(registration).without(2).guest(person_id(4))));
    assert_eq!(due_to(&scene, &mut mark), [(2, Cancelled, 4), (4, Invited, 1)]);
    drop(scene.does(CancelRegistration::new(registration)));
    assert_eq!(due_to(&scene, &mut mark), [(1, Cancelled, 2), (4, Cancelled, 2)]);
}

#[test]
fn a_registration_that_moves_to_another_gathering_is_another_entry() {
    let (scene, mut mark) = scene();
    let other = scene.does(hall(5, |place| place).at(day("2027-03-27 10:00 to 16:00")));
    let registration = scene.books(scene.one(1));
    let _ = due_to(&scene, &mut mark);
    let moved = scene.does(MoveRegistration::new(registration, other)).registration();
    let outbox = scene.desk.outbox(&invitations(), mark, 10);
    let told: Vec<_> = outbox.due.iter().map(|due| (due.registration, due.occasion)).collect();
    assert_eq!(told, [(registration, Occasion::Cancelled), (moved, Occasion::Invited)]);
}

#[test]
fn what_has_no_date_is_in_no_calendar_until_it_has_one() {
    let scene = Scene::of(Gathering::workshop("Bookbinding", Venue::new("Central Library")));
    known_to_everybody(&scene.desk);
    let mut mark = OutboxMark::default();
    scene.does(gather::OpenBooking::new(scene.on));
    let [ann, bob] = [1, 2].map(|person| scene.books(scene.one(person)));
    assert_eq!(due_to(&scene, &mut mark), []);
    drop(scene.does(CancelRegistration::new(bob)));
    assert_eq!(due_to(&scene, &mut mark), [], "nobody has it");
    scene.does(gather::Reschedule::new(scene.on, day("2027-03-21 10:00 to 16:00")));
    assert_eq!(due_to(&scene, &mut mark), [(1, Occasion::Invited, 1)]);
    scene.does(gather::Reschedule::new(scene.on, gather::Schedule::to_be_confirmed("autumn")));
    let outbox = scene.desk.outbox(&invitations(), mark, 10);
    let text = outbox.due[0].mail.as_ref().unwrap().text().expose();
    assert!(
        text.contains("STATUS:TENTATIVE\r\n")
            && text.contains("DTSTART;TZID=Europe/London:20270321T100000\r\n")
    );
    assert_eq!(outbox.due[0].registration, ann);
}

#[test]
fn who_cannot_be_written_to_is_told_of() {
    let scene = Scene::with_places(9);
    let recorded = |number: u8, email: &str| {
        let details = PersonDetails::new("Somebody").email(email);
        scene.desk.execute(RecordPerson::of(person_id(number), details)).map(|_| ())
    };
    recorded(2, "").unwrap();
    // Asked about while whoever typed it is there.
    for none in [
        "two@addresses@example.org",
        "a@b,c@d",
        "<a@example.org>",
        "\"a\"@example.org",
        "a@b;c",
        "a b@c",
        "@c",
        "a@",
    ] {
        let refused = recorded(3, none).unwrap_err();
        assert_eq!(refused.to_string(), "the email is not an e-mail address", "{none}");
    }
    recorded(3, "p3@example.org").unwrap();
    for number in 1..4 {
        let _ = scene.books(scene.one(number));
    }
    let outbox = scene.desk.outbox(&invitations(), Position::START, 10);
    let whys: Vec<_> = outbox.due.iter().map(|due| due.mail.as_ref().err().copied()).collect();
    let unaddressed = [Unaddressed::NotRecorded, Unaddressed::NoAddress].map(Some);
    assert_eq!(whys, [&unaddressed[..], &[None]].concat());
    // Their address comes later, and so does their invitation, when it is asked for.
    recorded(1, "p1@example.org").unwrap();
    let registration = outbox.due[0].registration;
    let later = scene.desk.invitations(&invitations(), registration).unwrap();
    assert_eq!(later[0].mail.as_ref().unwrap().recipient().expose().address(), "p1@example.org");
}

/// Their calendar keeps what it has: nobody can be told to take it out whose address is gone.
#[test]
fn nothing_is_due_to_somebody_who_was_forgotten() {
    let (scene, mut mark) = scene();
    let both = scene.books(scene.one(1).guest(person_id(2)));
    let own = scene.books(scene.one(3));
    assert_eq!(due_to(&scene, &mut mark).len(), 3);
    drop(scene.desk.forget(person_id(3)).unwrap());
    drop(scene.desk.forget(person_id(2)).unwrap());
    assert_eq!(due_to(&scene, &mut mark), []);
    for registration in [both, own] {
        let due = scene.desk.invitations(&invitations(), registration).unwrap();
        assert!(due.iter().all(|due| due.person == person_id(1)), "{due:?}");
    }
    drop(scene.desk.cancel_gathering(scene.on).unwrap());
    let told = due_to(&scene, &mut mark);
    assert_eq!(
        told.iter().map(|(who, occasion, _)| (*who, *occasion)).collect::<Vec<_>>(),
        [(1, Occasion::Cancelled)]
    );
}

#[test]
fn an_invitation_has_all_that_calendars_ask_for() {
    let scene = Scene::of(workshop().online_too().join_link(gather::JoinLink::new("https://meet.example/x")));
    let details = PersonDetails::new("Ann \"Bookworm\" O'Neil").email("ann@example.org");
    drop(scene.desk.execute(RecordPerson::of(person_id(1), details)).unwrap());
    let registration = scene.books(scene.one(1));
    let invitations = invitations().reminders([30]);
    let outbox = scene.desk.outbox(&invitations, Position::START, 10);
    let text = outbox.due[0].mail.as_ref().unwrap().text().expose().replace("\r\n ", "");
    for line in [
        "METHOD:REQUEST",
        &format!("UID:{registration}"),
        "SEQUENCE:0",
        "DTSTAMP:20270104T090000Z",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "ORGANIZER;CN=\"Library network\":mailto:events@library.example",
        "ATTENDEE;CN=\"Ann ^'Bookworm^' O'Neil\";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ann@example.org",
        "CONFERENCE;VALUE=URI;LABEL=\"Online\":https://meet.example/x",
        "TRIGGER:-PT30M",
    ] {
        assert!(text.contains(&format!("\r\n{line}\r\n")), "{line} is not in {text}");
    }
    drop(scene.does(CancelRegistration::new(registration)));
    let outbox = scene.desk.outbox(&invitations, outbox.mark, 10);
    let message = outbox.due[0].mail.as_ref().unwrap();
    assert_eq!((message.method(), message.file_name()), (Method::Cancel, "cancellation.ics"));
    let text = message.text().expose();
    for gone in ["VALARM", "meet.example", "RSVP", "PARTSTAT", "STATUS:CONFIRMED"] {
        assert!(!text.contains(gone), "{gone} is in {text}");
    }
    assert!(
        text.contains("DTSTART;TZID=Europe/London:20270320T100000\r\n")
            && text.contains("SUMMARY:Cancelled: Bookbinding\r\n")
    );
}

/// Outlook takes the STANDARD that begins last for the only one.
#[test]
fn a_zone_without_a_rule_has_one_offset_in_a_message() {
    let scene = Scene::of(workshop().at("2027-03-05 10:00 to 12:00 Africa/Casablanca".parse().unwrap()));
    let details = PersonDetails::new("Ann").email("ann@example.org");
    drop(scene.desk.execute(RecordPerson::of(person_id(1), details)).unwrap());
    let _ = scene.books(scene.one(1));
    let outbox = scene.desk.outbox(&invitations(), Position::START, 10);
    let text = outbox.due[0].mail.as_ref().unwrap().text().expose();
    assert_eq!(text.matches("BEGIN:STANDARD").count(), 1, "{text}");
    assert!(!text.contains("BEGIN:DAYLIGHT"));
}

/// Calendars tell such messages by DTSTAMP alone, and that has no fractions of a second.
#[test]
fn texts_that_change_within_a_second_are_told_apart() {
    use gather::{
        AddOffering, AddSession, ChangeSession, Offering, OfferingId, Pool, PoolId, Session, SessionId,
    };
    let (scene, mut mark) = scene();
    let talk = Session::new(SessionId::from_u128(1), "Binding").at(day("2027-03-20 11:00 to 12:00"));
    scene.does(AddSession::new(scene.on, talk.clone()));
    let offering = Offering::new(OfferingId::new(3), "binding", [PoolId::new(3)]).for_session(talk.id);
    scene.does(AddOffering::new(scene.on, offering).pool(Pool::new(PoolId::new(3), "table", 5)));
    let mut client = Client::default();
    let mut stamps = Vec::new();
    let mut reads = |scene: &Scene| {
        let outbox = scene.desk.outbox(&invitations(), mark, 10);
        mark = outbox.mark;
        let message = outbox.due[0].mail.as_ref().unwrap();
        client.take(message);
        stamps.push((message.sequence(), message.stamp().timestamp()));
        client.shown()[0]["summary"].as_str().unwrap().to_owned()
    };
    let _ = scene.books(scene.one(1).offering(OfferingId::new(3)));
    assert_eq!(reads(&scene), "Binding");
    for nth in 0..5 {
        let title = format!("Binding, draft {nth}");
        scene.does(ChangeSession::new(scene.on, talk.clone().titled(&*title)));
        assert_eq!(reads(&scene), title);
        scene.after(chrono::TimeDelta::milliseconds(300));
    }
    assert!(stamps.windows(2).all(|two| two[0] < two[1]), "{stamps:?}");
    assert!(stamps.iter().all(|(sequence, _)| *sequence == 0));
}

/// A text of a session that is booked is another: the same SEQUENCE, a newer DTSTAMP, and the answer stands.
#[test]
fn a_change_of_text_keeps_the_answer_and_a_move_asks_again() {
    use gather::{
        AddOffering, AddSession, AnswerInvitation, ChangeSession, MoveSession, Offering, OfferingId, Pool,
        PoolId, Session, SessionId,
    };
    let (scene, mut mark) = scene();
    let talk = Session::new(SessionId::from_u128(1), "Binding").at(day("2027-03-20 11:00 to 12:00"));
    scene.does(AddSession::new(scene.on, talk.clone()));
    let offering = Offering::new(OfferingId::new(3), "binding", [PoolId::new(3)]).for_session(talk.id);
    scene.does(AddOffering::new(scene.on, offering).pool(Pool::new(PoolId::new(3), "table", 5)));
    let registration = scene.books(scene.one(1).offering(OfferingId::new(3)));
    let _ = due_to(&scene, &mut mark);
    let _ = scene.does(AnswerInvitation::accept(registration, person_id(1)));
    assert_eq!(due_to(&scene, &mut mark), []);
    let mut text = |scene: &Scene| {
        scene.after(chrono::TimeDelta::minutes(1));
        let outbox = scene.desk.outbox(&invitations(), mark, 10);
        mark = outbox.mark;
        outbox.due[0].mail.as_ref().unwrap().text().expose().replace("\r\n ", "")
    };
    scene.after(chrono::TimeDelta::minutes(1));
    scene.does(ChangeSession::new(scene.on, talk.clone().titled("Binding by hand")));
    let said = text(&scene);
    assert!(
        said.contains("SEQUENCE:0\r\n")
            && said.contains("PARTSTAT=ACCEPTED")
            && said.contains("DTSTAMP:20270104T090100Z\r\n"),
        "{said}"
    );
    scene.does(MoveSession::new(scene.on, talk.id).to(day("2027-03-20 13:00 to 14:00")));
    let said = text(&scene);
    assert!(said.contains("SEQUENCE:1\r\n") && said.contains("PARTSTAT=NEEDS-ACTION"), "{said}");
    scene.does(ChangeMode::new(scene.on, Mode::Hybrid(Venue::new("Central Library"))));
    assert!(text(&scene).contains("SEQUENCE:2\r\n"));
}
