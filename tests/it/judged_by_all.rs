//! What is written is judged by all that was decided before: by other desks on the same log, and by this one, on its way still.

#![expect(clippy::unwrap_used, reason = "a test that fails is meant to panic")]

use std::sync::Arc;

use chrono::{DateTime, Utc};
use gather::log::MemoryLog;
use gather::privacy::{KeyRef, KeyVault};
use gather::{
    AnswerInvitation, Answered, Answers, AsOf, Change, CompiledRules, Desk, Gathering, GatheringId,
    KeepAnswers, Note, Opened, PersonDetails, PersonId, Register, RegistrationId, RequestId, Reschedule,
    WriteNote, Zone, ZoneRules,
};

use crate::service::Service;

const NOON: &str = "2099-03-10T12:00:00Z";
const AFTER: &str = "2099-03-13T00:00:00Z";

fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

fn noon() -> DateTime<Utc> {
    at(NOON)
}

/// Two desks on one log, and their keys.
fn two() -> (Desk, Desk, Arc<Service>) {
    let (log, vault) = (Arc::new(MemoryLog::new()), Arc::new(Service::default()));
    let open = || Desk::builder().clock(noon).over(Arc::clone(&log), vault.clone()).unwrap();
    (open(), open(), vault)
}

fn one() -> Desk {
    Desk::builder().clock(noon).in_memory()
}

fn on(desk: &Desk, when: &str) -> GatheringId {
    let talk = Gathering::webinar("Talk").at(when.parse().unwrap()).places(1);
    desk.announce(talk).unwrap().outcome
}

/// A talk whose answers are kept until it is over, and somebody's answers.
fn kept_for_no_day(desk: &Desk) -> (GatheringId, RegistrationId) {
    let talk = on(desk, "2099-03-12 12:00 to 13:00 UTC");
    drop(desk.execute(KeepAnswers::new(talk).for_days(0)).unwrap());
    let booking = Register::new(talk, PersonId::random()).answers(Answers::new().answer("diet", "no nuts"));
    (talk, desk.execute(booking).unwrap().outcome.registration())
}

fn a_month_later(talk: GatheringId) -> Reschedule {
    Reschedule::new(talk, "2099-04-12 12:00 to 13:00 UTC".parse().unwrap())
}

#[test]
fn what_another_desk_put_off_is_not_erased() {
    let (here, there, _) = two();
    let (talk, registration) = kept_for_no_day(&here);
    drop(there.execute(a_month_later(talk)).unwrap());
    assert_eq!(here.apply_retention(at(AFTER)).unwrap(), []);
    assert!(matches!(here.answers(registration).unwrap(), Some(Opened::Known(_))));
    assert_eq!(here.apply_retention(at("2099-04-13T00:00:00Z")).unwrap().len(), 1);
    assert!(matches!(here.answers(registration).unwrap(), Some(Opened::Forgotten { .. })));
}

#[test]
fn what_is_being_put_off_is_not_erased() {
    let desk = one();
    for _ in 0..20 {
        let (talk, registration) = kept_for_no_day(&desk);
        let moved = desk.submit(a_month_later(talk));
        assert_eq!(desk.apply_retention(at(AFTER)).unwrap(), []);
        drop(moved.wait().unwrap());
        assert!(matches!(desk.answers(registration).unwrap(), Some(Opened::Known(_))));
    }
}

#[test]
fn what_another_desk_has_announced_is_erased_when_it_is_due() {
    let (here, there, _) = two();
    let (talk, registration) = kept_for_no_day(&there);
    let erased = here.apply_retention(at(AFTER)).unwrap();
    assert_eq!(erased.iter().map(|due| due.gathering).collect::<Vec<_>>(), [talk]);
    assert!(!matches!(there.answers(registration).unwrap(), Some(Opened::Known(_))));
}

/// It may just be coming in: whoever asks has put it to the desk before.
#[test]
fn what_is_being_announced_is_erased_when_it_is_due() {
    let desk = one();
    for _ in 0..20 {
        let talk = on(&desk, "2099-03-12 12:00 to 13:00 UTC");
        let kept = desk.submit(KeepAnswers::new(talk).for_days(0));
        assert_eq!(desk.apply_retention(at(AFTER)).unwrap().len(), 1);
        drop(kept.wait().unwrap());
    }
}

/// Who somebody is is taken from the log, and not from what this desk has heard.
#[test]
fn hindsight_knows_whom_another_desk_has_recorded_and_forgotten() {
    let (here, there, vault) = two();
    let talk = on(&here, "2099-03-12 12:00 to 13:00 UTC");
    let ann = there.record_person(PersonDetails::new("Ann Example")).unwrap().outcome;
    drop(there.register(talk, ann).unwrap());
    let shown = || {
        let then = here.as_of(AsOf::Hindsight(noon())).unwrap();
        then.attendee_list(talk).unwrap().expose("test")
    };
    assert!(shown().to_string().contains("Ann Example"));
    vault.set_stuck(true);
    assert!(there.forget(ann).is_err());
    assert!(shown().rows().iter().all(|row| row.details.name.is_empty()));
}

#[test]
fn what_another_desk_could_not_erase_is_made_good() {
    type Erases = fn(&Desk, PersonId, GatheringId);
    let ways: [Erases; 3] = [
        |desk, _, _| assert_eq!(desk.apply_retention(noon()).unwrap(), []),
        |desk, bob, _| drop(desk.forget(bob).unwrap()),
        |desk, _, talk| drop(desk.expire(talk).unwrap()),
    ];
    for erases in ways {
        let (here, there, vault) = two();
        let [ann, bob] =
            ["Ann", "Bob"].map(|name| here.record_person(PersonDetails::new(name)).unwrap().outcome);
        let talk = on(&here, "2099-03-12 12:00 to 13:00 UTC");
        vault.set_stuck(true);
        assert!(there.forget(ann).is_err());
        vault.set_stuck(false);
        erases(&here, bob, talk);
        assert!(vault.key(KeyRef::new(0)).unwrap_err().is_erased());
    }
}

#[test]
fn what_another_desk_has_erased_is_read_no_more() {
    let (here, there, _) = two();
    let (talk, registration) = kept_for_no_day(&here);
    assert!(matches!(here.answers(registration).unwrap(), Some(Opened::Known(_))));
    drop(there.expire(talk).unwrap());
    assert!(!matches!(here.answers(registration).unwrap(), Some(Opened::Known(_))));
}

#[test]
fn an_answer_to_what_is_being_moved_is_outdated() {
    let desk = one();
    for _ in 0..20 {
        let (talk, ann) = (on(&desk, "2099-03-12 12:00 to 13:00 UTC"), PersonId::random());
        let registration = desk.register(talk, ann).unwrap().outcome.registration();
        let moved = desk.submit(a_month_later(talk));
        let answered = desk.submit(AnswerInvitation::decline(registration, ann).to(0, noon()));
        drop(moved.wait().unwrap());
        assert_eq!(answered.wait().unwrap().outcome, Answered::Outdated);
    }
}

#[test]
fn an_answer_to_what_a_trial_has_moved_is_outdated_there() {
    let desk = one();
    let (talk, ann) = (on(&desk, "2099-03-12 12:00 to 13:00 UTC"), PersonId::random());
    let registration = desk.register(talk, ann).unwrap().outcome.registration();
    let old = AnswerInvitation::decline(registration, ann).to(0, noon());
    let told = desk.what_if(|trial| {
        assert_eq!(trial.execute(a_month_later(talk)).unwrap(), Change::Made);
        trial.execute(old).unwrap()
    });
    assert_eq!(told.unwrap(), Answered::Outdated);
}

#[test]
fn a_note_on_what_is_being_booked_is_taken() {
    let desk = one();
    for _ in 0..20 {
        let (talk, request) = (on(&desk, "2099-03-12 12:00 to 13:00 UTC"), RequestId::random());
        let booking = Register::new(talk, PersonId::random());
        let registration = desk.request(request).preview(booking.clone()).unwrap().registration();
        let booked = desk.request(request).submit(booking);
        let noted = desk.submit(WriteNote::new(registration, Note::new("comes late")));
        drop(booked.wait().unwrap());
        drop(noted.wait().unwrap());
    }
}

/// The European Union gives up summer time.
#[derive(Clone, Copy, Debug)]
struct NoSummer;

impl ZoneRules for NoSummer {
    fn version(&self) -> &'static str {
        "2098a"
    }
    fn offset_at(&self, zone: Zone, instant: DateTime<Utc>) -> i32 {
        if zone.name() == "Europe/Vienna" { 3600 } else { CompiledRules.offset_at(zone, instant) }
    }
}

#[test]
fn new_rules_move_what_another_desk_has_planned() {
    let (here, there, _) = two();
    let first = on(&here, "2099-07-02 12:00 to 13:00 Europe/Vienna");
    let second = on(&there, "2099-07-02 12:00 to 13:00 Europe/Vienna");
    let moved = Reschedule::new(first, "2099-07-03 12:00 to 13:00 Europe/Vienna".parse().unwrap());
    drop(there.execute(moved).unwrap());
    let followed = here.follow_zone_rules(&NoSummer).unwrap();
    let mut gatherings = followed.gatherings;
    gatherings.sort_unstable();
    let mut both = [first, second];
    both.sort_unstable();
    assert_eq!(gatherings, both);
    assert!(followed.left.is_empty());
}
