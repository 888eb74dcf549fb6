//! Looking back: which moments there are, which there are not, and what the two times are each good for.

use chrono::{DateTime, Utc};
use gather::testkit::TestClock;
use gather::{
    AsOf, Basket, Desk, Gathering, GatheringId, Hold, OfferingId, Opened, PersonDetails, PersonId, Position,
    Receipt, RecordPerson, Register, RegistrationStatus, Then, Transfer,
};

fn on(time: &str) -> DateTime<Utc> {
    format!("2026-03-{time}Z").parse().unwrap()
}

/// A desk whose clock stands at a time of March 2026, and a webinar with two places.
fn scene(time: &str) -> (Desk, TestClock, Receipt<GatheringId>) {
    let clock = TestClock::at(on(time));
    let desk = Desk::builder().clock(clock.clone()).in_memory();
    let talk = Gathering::webinar("Volunteering").at("2026-04-01 14:00 to 15:30 UTC".parse().unwrap());
    let talk = desk.announce(talk.places(2)).unwrap();
    (desk, clock, talk)
}

fn people(then: &Then, gathering: GatheringId) -> Vec<PersonId> {
    then.attendee_list(gathering).unwrap().rows().iter().filter_map(|row| row.person).collect()
}

#[test]
fn before_the_first_record_nothing_was_known() {
    let (desk, _, talk) = scene("02T10:00:00");
    for then in [desk.as_of(Position::START).unwrap(), desk.as_of(on("01T00:00:00")).unwrap()] {
        assert_eq!(then.position(), Position::START);
        assert!(then.whats_on().rows().is_empty());
        assert_eq!(
            then.attendee_list(talk.outcome).unwrap_err().refusal().unwrap().code(),
            "unknown_gathering"
        );
    }
    assert_eq!(Desk::in_memory().as_of(on("01T00:00:00")).unwrap().position(), Position::START);
}

#[test]
fn beyond_the_head_there_is_nothing_to_look_at() {
    let (desk, _, talk) = scene("02T10:00:00");
    let error = desk.as_of(talk.position.next()).unwrap_err();
    assert!(error.log().unwrap().is_diverged(), "{error}");
    // A time to come is the head: nothing is known of it yet.
    assert_eq!(desk.as_of(on("31T00:00:00")).unwrap().position(), talk.position);
}

#[test]
fn nobody_ever_saw_half_a_decision() {
    let (desk, _, talk) = scene("02T10:00:00");
    let part = || Register::new(talk.outcome, PersonId::random());
    let both = desk.execute(Basket::new().part(part()).part(part())).unwrap();
    assert_eq!(both.facts.len(), 2);
    let within = talk.position.next();
    let error = desk.as_of(within).unwrap_err();
    assert!(error.log().unwrap().is_misuse(), "{error}");
    assert_eq!(people(&desk.as_of(both.position).unwrap(), talk.outcome).len(), 2);
    assert!(people(&desk.as_of(talk.position).unwrap(), talk.outcome).is_empty());
}

#[test]
fn a_hold_lapses_by_time_whether_it_is_written_or_not() {
    let (desk, clock, talk) = scene("03T09:50:00");
    let until = on("03T10:05:00");
    let held = desk.execute(Hold::new(Register::new(talk.outcome, PersonId::random()), until)).unwrap();
    clock.set(on("05T10:00:00"));
    let at_ten = desk.as_of(on("03T10:00:00")).unwrap();
    let list = at_ten.attendee_list(talk.outcome).unwrap();
    assert_eq!(list.rows()[0].status, RegistrationStatus::Held { until });
    assert_eq!(at_ten.position(), held.position);
    let later = at_ten.clone().about(on("03T10:05:00"));
    assert!(later.attendee_list(talk.outcome).unwrap().rows().is_empty());
    assert_eq!(at_ten.diff(&later).counts(), (0, 1, 0));
    assert_eq!(at_ten.gathering(talk.outcome).unwrap().offerings[0].left, Some(1));
    assert_eq!(later.gathering(talk.outcome).unwrap().offerings[0].left, Some(2));
}

/// The paper list of Tuesday is typed in on Thursday.
#[test]
fn known_then_and_known_now_are_two_questions() {
    let (desk, clock, talk) = scene("02T10:00:00");
    clock.set(on("04T10:00:00"));
    let ann = PersonId::random();
    let other = Gathering::webinar("Elsewhere").at("2026-04-02 14:00 to 15:30 UTC".parse().unwrap());
    let wednesday = desk.announce(other).unwrap().position;
    clock.set(on("05T10:00:00"));
    let typed = desk.at(on("03T09:00:00")).execute(Register::new(talk.outcome, ann)).unwrap();
    assert_eq!(typed.time, on("03T09:00:00"));

    let tuesday = on("03T10:00:00");
    assert!(people(&desk.as_of(tuesday).unwrap(), talk.outcome).is_empty());
    // The log does not say when it was typed in: after the record of Wednesday at 10, which is all that is known.
    assert_eq!(people(&desk.as_of(on("04T10:00:00")).unwrap(), talk.outcome), [ann]);
    assert_eq!(desk.as_of(on("04T09:59:59")).unwrap().position(), talk.position);
    assert!(people(&desk.as_of(wednesday).unwrap(), talk.outcome).is_empty());
    let hindsight = desk.as_of(AsOf::Hindsight(tuesday)).unwrap();
    assert_eq!(people(&hindsight, talk.outcome), [ann]);
    assert_eq!(hindsight.position(), typed.position);
    assert_eq!(hindsight.whats_on().rows().len(), 1, "the other was announced on Wednesday");
    // Who they are is typed in last.
    drop(desk.execute(RecordPerson::of(ann, PersonDetails::new("Ann Example"))).unwrap());
    let shown = |moment: AsOf| {
        desk.as_of(moment).unwrap().attendee_list(talk.outcome).unwrap().expose("test").to_string()
    };
    assert!(shown(AsOf::Hindsight(tuesday)).contains("Ann Example"));
    assert!(shown(AsOf::Position(typed.position)).contains("[no name]"));
}

#[test]
fn whoever_is_forgotten_was_never_known() {
    let (desk, clock, talk) = scene("02T10:00:00");
    let ann = desk.record_person(PersonDetails::new("Ann Example")).unwrap().outcome;
    let booked = desk.register(talk.outcome, ann).unwrap();
    clock.set(on("05T10:00:00"));
    let before = desk.as_of(booked.position).unwrap();
    assert!(before.attendee_list(talk.outcome).unwrap().expose("test").to_string().contains("Ann Example"));
    let (kept, changes) =
        (before.attendee_list(talk.outcome).unwrap(), desk.as_of(talk.position).unwrap().diff(&before));
    drop(desk.forget(ann).unwrap());
    // What was taken before has no name left to open either, and says why.
    let list = before.attendee_list(talk.outcome).unwrap().expose("test");
    for exposed in [&list, &kept.expose("test")] {
        assert_eq!(exposed.rows()[0].row.forgotten(), Some(on("05T10:00:00")));
        assert!(exposed.to_string().contains("[erased]") && !exposed.to_string().contains("Ann"));
    }
    assert!(changes.expose("test").to_string().contains("[erased]"));
    let then = desk.as_of(booked.position).unwrap();
    let list = then.attendee_list(talk.outcome).unwrap();
    assert_eq!(list.rows()[0].forgotten(), Some(on("05T10:00:00")));
    assert!(list.expose("test").to_string().contains("[erased]"));
    assert!(matches!(then.person(ann), Some(Opened::Forgotten { .. })));
    assert_eq!(list.rows()[0].status, RegistrationStatus::Confirmed);
    assert_eq!(then.diff(&desk.as_of(desk.position()).unwrap()).counts(), (0, 1, 0));
    assert!(then.calendar(ann).to_string().contains("BEGIN:VCALENDAR"));
}

/// With a checkpoint beside the log, one that goes too far, and none: it shows the same.
#[test]
fn a_checkpoint_makes_no_difference() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path().join("bookings")).unwrap();
    let talk = Gathering::webinar("Open day").at("2099-03-05 14:00 to 15:30 UTC".parse().unwrap()).places(2);
    let talk = desk.announce(talk).unwrap().outcome;
    let book = || desk.register(talk, PersonId::random()).unwrap().position;
    let positions = [book(), book(), book(), book()];
    let shown = |position: Position| {
        let then = desk.as_of(position).unwrap();
        let waiting = serde_json::to_string(&then.waiting_list(talk).unwrap()).unwrap();
        (
            serde_json::to_string(&then.attendee_list(talk).unwrap()).unwrap(),
            waiting,
            then.at(),
            then.position(),
        )
    };
    let without = positions.map(shown);
    desk.checkpoint().unwrap();
    let later = book();
    assert_eq!(positions.map(shown), without);
    let told = std::cell::RefCell::new(Vec::new());
    let then =
        desk.as_of_telling(later, &mut |progress| told.borrow_mut().push((progress.done, progress.total)));
    assert_eq!(then.unwrap().waiting_list(talk).unwrap().rows().len(), 3);
    // What the checkpoint holds is not folded again.
    assert_eq!(told.into_inner().last(), Some(&(1, 1)));
    std::fs::write(folder.path().join("bookings/checkpoint.gather"), b"nonsense").unwrap();
    assert_eq!(positions.map(shown), without);
    assert_eq!(desk.as_of(later).unwrap().waiting_list(talk).unwrap().rows().len(), 3);
}

#[test]
fn a_difference_says_who_handed_over_and_who_came() {
    let (desk, _, talk) = scene("02T10:00:00");
    let ann = desk.record_person(PersonDetails::new("Ann Example")).unwrap().outcome;
    let bob = desk.record_person(PersonDetails::new("Bob Sample")).unwrap().outcome;
    let anns = desk.register(talk.outcome, ann).unwrap();
    drop(desk.execute(Transfer::new(anns.outcome.registration(), bob)).unwrap());
    let (then, now) = (desk.as_of(anns.position).unwrap(), desk.as_of(desk.position()).unwrap());
    let told = then.diff(&now);
    assert_eq!(told.gatherings()[0].changes[0].code(), "handed_over");
    assert!(told.expose("test").to_string().contains("Bob Sample"));
    assert_eq!(told.of(talk.outcome).unwrap().claimed_before.confirmed, 1);
    assert!(then.diff_of(GatheringId::random(), &now).is_empty());
    assert_eq!(then.claims(talk.outcome).unwrap()[0].offering, OfferingId::ONLY);
}

#[test]
fn curves_come_in_the_order_in_which_they_are_asked_for() {
    let (desk, _, talk) = scene("02T10:00:00");
    let other = Gathering::webinar("Elsewhere").at("2026-04-02 14:00 to 15:30 UTC".parse().unwrap());
    let other = desk.announce(other).unwrap().outcome;
    drop(desk.register(other, PersonId::random()).unwrap());
    let mut told = Vec::new();
    let asked = [other, talk.outcome, other];
    let curves = desk.fill_curves(asked, &mut |progress| told.push(progress.percent())).unwrap();
    assert_eq!(curves.iter().map(gather::FillCurve::gathering).collect::<Vec<_>>(), [other, talk.outcome]);
    assert_eq!((curves[0].days()[0].confirmed, curves[1].days().len()), (1, 0));
    assert_eq!((told.first(), told.last()), (Some(&0), Some(&100)));
    // Nothing is known of it as of a moment before, and of one that never was.
    let before = desk.as_of(talk.position).unwrap();
    for unknown in [before.fill_curve(other), desk.fill_curve(GatheringId::random())] {
        assert_eq!(unknown.unwrap_err().refusal().unwrap().code(), "unknown_gathering");
    }
}
