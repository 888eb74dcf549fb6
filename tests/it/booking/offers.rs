//! Offers: a free place is offered, and whoever gets the offer must answer in time.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use gather::{
    AcceptOffer, Approval, BookingTime, BookingWindow, Change, CloseBooking, DeclineOffer, Gathering,
    LineOnly, LinePolicy, OpenBooking, PauseBooking, RegistrationId, RegistrationStatus, Settle,
    WithdrawOffer,
};

use crate::scene::{ENDS, STARTS, Scene, at, day, hall, kinds};

fn in_a_day() -> LinePolicy {
    LinePolicy::offering_for_hours(24)
}

fn by_night(hours: u16) -> LinePolicy {
    let clock = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    LinePolicy::offering_for_hours(hours).quiet_between(clock(21), clock(8))
}

/// One place that Ann has, and Bob waits for.
struct Offer {
    scene: Scene,
    ann: RegistrationId,
    bob: RegistrationId,
}

impl Offer {
    fn of(gathering: Gathering) -> Self {
        let scene = Scene::of(gathering);
        let ann = scene.books(scene.one(1));
        let bob = scene.waits(scene.one(2), 0);
        Self { scene, ann, bob }
    }

    fn under(line: LinePolicy) -> Self {
        Self::of(hall(1, |place| place.line(line)))
    }

    /// Ann cancels at a time; until when Bob can answer, if he is asked.
    fn freed_at(&self, time: &str) -> Option<DateTime<Utc>> {
        self.scene.set_clock(time);
        drop(self.scene.cancels(self.ann));
        match self.scene.desk.registration(self.bob).unwrap().status {
            RegistrationStatus::Offered { respond_by } => Some(respond_by),
            RegistrationStatus::Waiting => None,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_offer_is_accepted_before_its_deadline_and_not_at_it() {
    for (late, answer) in [(1, Ok(Change::Made)), (0, Err("registration_ended"))] {
        let Offer { scene, ann, bob } = Offer::under(in_a_day());
        assert_eq!(scene.cancels(ann).outcome.offered, [bob]);
        assert_eq!((scene.status(bob), scene.used()), ("offered", 1));
        scene.after(TimeDelta::days(1) - TimeDelta::microseconds(late));
        match answer {
            Ok(change) => assert_eq!(scene.does(AcceptOffer::new(bob)), change),
            Err(code) => assert_eq!(scene.refused(AcceptOffer::new(bob)), code),
        }
        assert_eq!(scene.status(bob), if late == 1 { "confirmed" } else { "offer_lapsed" });
    }
}

#[test]
fn whoever_declines_or_does_not_answer_leaves_the_line_and_rejoins_at_its_end() {
    let Offer { scene, ann, bob } = Offer::under(in_a_day());
    let [cleo, dan] = [3, 4].map(|person| scene.waits(scene.one(person), u32::from(person) - 2));
    drop(scene.cancels(ann));
    assert_eq!(scene.does(DeclineOffer::new(bob)).offered, [cleo]);
    assert_eq!(scene.status(bob), "offer_declined");
    scene.after(TimeDelta::days(1));
    let receipt = scene.receives(scene.one(2));
    assert_eq!(kinds(&receipt.facts), ["ended", "offered", "waitlisted"]);
    assert_eq!((scene.status(cleo), scene.status(dan)), ("offer_lapsed", "offered"));
    assert_eq!(
        scene.does(WithdrawOffer::new(dan)).offered,
        scene
            .desk
            .waiting_list(scene.on)
            .unwrap()
            .offered()
            .iter()
            .map(|row| row.registration)
            .collect::<Vec<_>>()
    );
    assert_eq!(scene.status(dan), "offer_withdrawn");
}

#[test]
fn only_what_was_offered_can_be_answered() {
    let Offer { scene, ann, bob } = Offer::under(in_a_day());
    for registration in [ann, bob] {
        assert_eq!(scene.refused(AcceptOffer::new(registration)), "not_offered");
        assert_eq!(scene.refused(DeclineOffer::new(registration)), "not_offered");
        assert_eq!(scene.refused(WithdrawOffer::new(registration)), "not_offered");
    }
    drop(scene.cancels(ann));
    assert_eq!(scene.does(AcceptOffer::new(bob)), Change::Made);
    assert_eq!(scene.refused(AcceptOffer::new(bob)), "not_offered");
}

#[test]
fn the_time_to_answer_is_never_over_at_night() {
    let freed_at = |hours, time| Offer::under(by_night(hours)).freed_at(time).unwrap();
    assert_eq!(freed_at(4, "2027-02-01T16:59:59Z"), at("2027-02-01T20:59:59Z"), "a second before the quiet");
    assert_eq!(freed_at(4, "2027-02-01T17:00:00Z"), at("2027-02-02T08:00:00Z"), "as it begins");
    assert_eq!(freed_at(4, "2027-02-01T21:00:00Z"), at("2027-02-02T08:00:00Z"), "over midnight");
    assert_eq!(freed_at(4, "2027-02-02T03:59:59.999999Z"), at("2027-02-02T08:00:00Z"));
    assert_eq!(freed_at(4, "2027-02-02T04:00:00Z"), at("2027-02-02T08:00:00Z"), "as it ends");
    assert_eq!(freed_at(4, "2027-02-02T04:00:01Z"), at("2027-02-02T08:00:01Z"));
}

#[test]
fn quiet_hours_go_by_the_clocks_on_the_wall_also_when_those_are_changed() {
    // In London the clocks go forward on 28 March 2027 at 01:00 UTC, and back on 31 October at 01:00 UTC.
    let freed_at = |date: &str, time: &str| {
        let gathering = hall(1, |place| place.line(by_night(4))).at(day(date));
        Offer::of(gathering).freed_at(time).unwrap()
    };
    let spring = "2027-04-10 10:00 to 16:00";
    assert_eq!(freed_at(spring, "2027-03-27T18:00:00Z"), at("2027-03-28T07:00:00Z"), "08:00 in summer time");
    assert_eq!(freed_at(spring, "2027-03-28T15:59:59Z"), at("2027-03-28T19:59:59Z"), "20:59:59 by the wall");
    assert_eq!(freed_at(spring, "2027-03-28T16:00:00Z"), at("2027-03-29T07:00:00Z"));
    let autumn = "2027-11-20 10:00 to 16:00";
    assert_eq!(freed_at(autumn, "2027-10-30T17:00:00Z"), at("2027-10-31T08:00:00Z"), "08:00 in winter time");
    assert_eq!(freed_at(autumn, "2027-10-31T17:00:00Z"), at("2027-11-01T08:00:00Z"));
}

#[test]
fn no_offer_outlives_booking() {
    // Booking closes at the start, 10:00.
    let freed_at = |line, time| Offer::under(line).freed_at(time);
    assert_eq!(freed_at(in_a_day(), "2027-03-19T09:00:00Z"), Some(at("2027-03-20T09:00:00Z")));
    assert_eq!(freed_at(in_a_day(), "2027-03-19T10:00:01Z"), Some(at(STARTS)), "cut to the start");
    assert_eq!(freed_at(in_a_day(), "2027-03-20T09:59:59.999999Z"), Some(at(STARTS)));
    assert_eq!(freed_at(in_a_day(), STARTS), None, "closed");
    // Where booking closes at night the offer ends in the evening before.
    let closing = |time: &str| {
        let window = BookingWindow { opens: None, closes: Some(BookingTime::At(at(time))) };
        hall(1, |place| place.line(by_night(24))).booking(window)
    };
    let freed_at = |closes, time| Offer::of(closing(closes)).freed_at(time);
    assert_eq!(freed_at("2027-03-19T23:00:00Z", "2027-03-19T12:00:00Z"), Some(at("2027-03-19T20:59:59Z")));
    assert_eq!(freed_at("2027-03-19T23:00:00Z", "2027-03-19T20:59:59Z"), None, "no time is left");
    assert_eq!(freed_at("2027-03-19T21:00:00Z", "2027-03-19T12:00:00Z"), Some(at("2027-03-19T20:59:59Z")));
}

#[test]
fn opened_by_hand_an_offer_can_last_until_the_gathering_ends() {
    let Offer { scene, ann, bob } = Offer::under(in_a_day());
    scene.does(OpenBooking::new(scene.on));
    scene.set_clock("2027-03-20T12:00:00Z");
    drop(scene.cancels(ann));
    let status = scene.desk.registration(bob).unwrap().status;
    assert_eq!(status, RegistrationStatus::Offered { respond_by: at(ENDS) });
}

#[test]
fn while_booking_rests_nobody_is_offered_anything_and_an_offer_that_stands_goes_on() {
    let Offer { scene, ann, bob } = Offer::under(in_a_day());
    let cleo = scene.waits(scene.one(3), 1);
    drop(scene.cancels(ann));
    for rests in [true, false] {
        if rests {
            scene.does(PauseBooking::new(scene.on));
        } else {
            scene.does(LineOnly::new(scene.on));
        }
        assert_eq!((scene.status(bob), scene.status(cleo)), ("offered", "waiting"));
    }
    assert!(scene.does(DeclineOffer::new(bob)).offered.is_empty());
    scene.does(CloseBooking::new(scene.on));
    assert_eq!(scene.status(cleo), "waiting", "closed, nobody could answer");
    let opened = scene.receives(OpenBooking::new(scene.on));
    assert_eq!((kinds(&opened.facts), scene.status(cleo)), (vec!["something else", "offered"], "offered"));
}

#[test]
fn whoever_cannot_answer_in_time_is_not_asked_and_waits_on() {
    let window = BookingWindow { opens: None, closes: Some(BookingTime::At(at("2027-02-01T12:00:00Z"))) };
    let offer = Offer::of(hall(1, |place| place.line(in_a_day())).booking(window));
    assert_eq!(offer.freed_at("2027-02-01T12:00:00Z"), None);
    assert_eq!(offer.scene.status(offer.bob), "waiting");
    assert!(offer.scene.receives(Settle::new(offer.scene.on)).facts.is_empty());
}

#[test]
fn an_approved_request_without_a_place_is_offered_one_in_its_turn() {
    let approval = Approval { pending_uses_places: true, decide_within: None };
    let scene = Scene::of(hall(1, |place| place.approval(approval).line(in_a_day())));
    let [ann, bob] = [1, 2].map(|person| scene.asks(scene.one(person)).0);
    let _ = scene.does(gather::Approve::new(ann));
    let _ = scene.does(gather::Approve::new(bob));
    assert_eq!(scene.cancels(ann).outcome.offered, [bob]);
}
