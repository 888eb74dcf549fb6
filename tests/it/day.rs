//! A day in the life of a booking and its calendar entry: invited, moved, declined by mail, promoted, called off.

use std::fs;
use std::path::Path;
use std::time::Duration;

use gather::calendar::{Message, Method, Reply};
use gather::testkit::{TestClock, person_id};
use gather::{
    Answered, CancelRegistration, Desk, GatheringId, Occasion, OutboxMark, PersonDetails, RecordPerson,
    Register, RegistrationId, Reschedule,
};

use crate::outbox::invitations;
use crate::scene::{MORNING, at, day, hall};

/// A host: a folder with the log, and beside it how far it has told people. Each step opens both anew.
struct Host {
    folder: tempfile::TempDir,
    clock: TestClock,
}

impl Host {
    fn desk(&self) -> Desk {
        Desk::builder().clock(self.clock.clone()).open(self.folder.path().join("desk")).unwrap()
    }

    fn kept(&self) -> std::path::PathBuf {
        self.folder.path().join("outbox.txt")
    }

    fn mark(&self) -> OutboxMark {
        fs::read_to_string(self.kept()).map_or_else(|_| OutboxMark::default(), |text| text.parse().unwrap())
    }

    /// Sends at most so many of what is due, as a host that is stopped then would have.
    fn sends(&self, desk: &Desk, at_most: usize) -> Vec<(u8, Occasion, Message)> {
        let outbox = desk.outbox(&invitations(), self.mark(), at_most);
        let sent = outbox.due.into_iter().map(|due| {
            fs::write(self.kept(), due.mark.to_string()).unwrap();
            let number = (0..9).find(|number| person_id(*number) == due.person).unwrap();
            (number, due.occasion, due.mail.unwrap())
        });
        sent.collect()
    }
}

/// What the calendar of whoever gets an invitation sends back when they click on an answer: folded, in its own order, with
/// what no invitation has.
pub(crate) fn answer_to(message: &Message, partstat: &str, stamp: &str, comment: &str) -> String {
    let (uid, sequence) = (message.uid(), message.sequence());
    let recipient = message.recipient().expose();
    format!(
        "BEGIN:VCALENDAR\r\nPRODID:-//Some//Mailer 16.0//EN\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nX-MS-OLK-FORCEINSPECTOROPEN:TRUE\r\n\
         BEGIN:VEVENT\r\nATTENDEE;PARTSTAT={partstat};CN=\"{}\":MAILTO:{}\r\nCOMMENT;LANGUAGE=en-gb:{comment}\r\nCLASS:PUBLIC\r\n\
         CREATED:20270104T090500Z\r\nDTSTAMP:{stamp}\r\nSEQUENCE:{sequence}\r\nUID:{uid}\r\n\
         X-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        recipient.name(),
        recipient.address().to_uppercase(),
    )
}

fn book(desk: &Desk, on: GatheringId, person: u8) -> RegistrationId {
    let details = PersonDetails::new(format!("Person {person}")).email(format!("p{person}@example.org"));
    drop(desk.execute(RecordPerson::of(person_id(person), details)).unwrap());
    desk.execute(Register::new(on, person_id(person))).unwrap().outcome.registration()
}

fn told(sent: &[(u8, Occasion, Message)]) -> Vec<(u8, Method, u32)> {
    sent.iter().map(|(number, _, message)| (*number, message.method(), message.sequence())).collect()
}

#[test]
fn a_day_in_the_life() {
    let clock = TestClock::at(at(MORNING));
    let host = Host { folder: tempfile::tempdir().unwrap(), clock };
    let desk = host.desk();
    let on = desk.announce(hall(2, |place| place)).unwrap().outcome;

    // Booked: invited. The third stands in line and hears nothing.
    let [anns, bobs, cleos] = [1, 2, 3].map(|person| book(&desk, on, person));
    assert_eq!(told(&host.sends(&desk, 9)), [(1, Method::Request, 0), (2, Method::Request, 0)]);
    assert!(host.sends(&desk, 9).is_empty());

    // Moved: the same entries, asked again. The host is stopped after the first message, and begins again.
    drop(desk.execute(Reschedule::new(on, day("2027-03-21 10:00 to 16:00"))).unwrap());
    let first = host.sends(&desk, 1);
    assert_eq!(told(&first), [(1, Method::Request, 1)]);
    assert_eq!(first[0].2.uid(), anns.uuid());
    drop(desk);
    let desk = host.desk();
    let second = host.sends(&desk, 9);
    assert_eq!(told(&second), [(2, Method::Request, 1)]);
    assert!(host.sends(&desk, 9).is_empty());

    // Declined by mail: the place is free, and the next in line has it and is invited.
    let mail = answer_to(&second[0].2, "DECLINED", "20270104T101500Z", "In Leeds that day\\, sorry");
    let reply = Reply::read(mail.as_bytes()).unwrap();
    let receipt = desk.take_reply(&reply, "P2@example.org").unwrap();
    let Answered::GivenUp(effects) = &receipt.outcome else { panic!("{:?}", receipt.outcome) };
    assert_eq!(effects.promoted, [cleos]);
    let comment = desk.given_answers(bobs).unwrap().remove(0).comment.unwrap();
    assert_eq!(comment.known().unwrap().expose().as_str(), "In Leeds that day, sorry");
    // The mail comes once more, as mails do, also after a restart.
    assert!(desk.take_reply(&reply, "p2@example.org").unwrap().repeated);
    drop(desk);
    let desk = host.desk();
    assert!(desk.take_reply(&reply, "p2@example.org").unwrap().repeated);
    assert_eq!(told(&host.sends(&desk, 9)), [(2, Method::Cancel, 2), (3, Method::Request, 1)]);

    // Called off: everybody with a place is told, and nobody else. The host is stopped in the middle once more.
    drop(desk.cancel_gathering(on).unwrap());
    let first = host.sends(&desk, 1);
    drop(desk);
    let desk = host.desk();
    let rest = host.sends(&desk, 9);
    assert_eq!(told(&[first, rest].concat()), [(1, Method::Cancel, 2), (3, Method::Cancel, 2)]);
    assert!(host.sends(&desk, 9).is_empty());
    assert_eq!(desk.attendee_list(on).unwrap().rows().len(), 0);
    assert!(Path::new(&host.kept()).exists());
}

/// A mark within what was stored at once is none that a follower begins from; the loop of `docs/messages.md` follows from the
/// end, and after a restart begins where it was.
#[test]
fn a_host_that_was_stopped_within_a_batch_goes_on_and_wakes() {
    let clock = TestClock::at(at(MORNING));
    let host = Host { folder: tempfile::tempdir().unwrap(), clock };
    let desk = host.desk();
    let on = desk.announce(hall(1, |place| place)).unwrap().outcome;
    let anns = book(&desk, on, 1);
    let _ = book(&desk, on, 2);
    assert_eq!(told(&host.sends(&desk, 9)), [(1, Method::Request, 0)]);
    drop(desk.execute(CancelRegistration::new(anns)).unwrap());
    assert_eq!(told(&host.sends(&desk, 1)), [(1, Method::Cancel, 1)]);
    drop(desk);
    let desk = host.desk();
    assert!(desk.follow(host.mark().position()).next(Duration::ZERO).is_err());
    let mut follower = desk.follow(desk.position());
    assert_eq!(told(&host.sends(&desk, 9)), [(2, Method::Request, 0)]);
    assert!(follower.next(Duration::ZERO).unwrap().is_none());
    drop(desk.cancel_gathering(on).unwrap());
    assert!(follower.next(Duration::from_secs(9)).unwrap().is_some());
    assert_eq!(told(&host.sends(&desk, 9)), [(2, Method::Cancel, 1)]);
}
