//! Nobody takes on two places at one time, where their gatherings ask for that.

use gather::testkit::person_id;
use gather::{
    AddOffering, CancelGathering, CancelRegistration, DropSession, Gathering, GatheringId, MoveSession,
    Offering, OfferingId, Pool, PoolId, Refusal, Register, RegistrationId, Reschedule, Schedule, Transfer,
    Venue,
};

use super::{CONFERENCE, Stage, dated, day, hybrid, talk};

/// A webinar with one place that takes people's time.
fn webinar(stage: &Stage, hours: &str) -> GatheringId {
    stage.does(Gathering::webinar("Talk").at(day(&format!("2027-03-20 {hours}"))).places(1).no_overlap())
}

fn ask(on: GatheringId, person: u8) -> Register {
    Register::new(on, person_id(person))
}

fn books(stage: &Stage, on: GatheringId, person: u8) -> RegistrationId {
    let registered = stage.does(ask(on, person));
    assert!(registered.is_confirmed());
    registered.registration()
}

/// Makes a session bookable for everybody, with places of its own.
fn opens(stage: &Stage, on: GatheringId, number: u16, session: gather::SessionId) -> OfferingId {
    let (offering, pool) = (OfferingId::new(number), PoolId::new(number));
    let offering = Offering::new(offering, "talk", [pool]).for_session(session);
    stage.does(AddOffering::new(on, offering).pool(Pool::new(pool, "talk", 9)))
}

fn overlap(person: u8, registration: RegistrationId, starts: &str, ends: &str) -> Refusal {
    let [starts, ends] = [starts, ends].map(|time| format!("2027-03-20T{time}:00Z").parse().unwrap());
    Refusal::Overlap { person: person_id(person), registration, starts, ends }
}

#[test]
fn two_gatherings_at_one_time_are_one_too_many() {
    Stage::each(|stage| {
        let [first, second] = ["10:00 to 11:00", "10:59 to 12:00"].map(|hours| webinar(stage, hours));
        let anns = books(stage, first, 1);
        let refusal = stage.refuses(ask(second, 1));
        assert_eq!(refusal, overlap(1, anns, "10:00", "11:00"));
        let text = format!(
            "person {} cannot be in two places at once: registration {anns} is from 2027-03-20T10:00:00Z to \
             2027-03-20T11:00:00Z",
            person_id(1)
        );
        assert_eq!((refusal.code(), refusal.to_string()), ("overlap", text));
        books(stage, second, 2);
        assert_eq!(stage.refuses(ask(first, 2)).code(), "overlap", "the other way round, too");
        stage.does(CancelRegistration::new(anns));
        assert_eq!(stage.refuses(ask(first, 2)).code(), "overlap");
        assert!(!stage.does(ask(second, 1)).is_confirmed(), "she is free again, and there is a line");
    });
}

#[test]
fn what_begins_when_something_else_ends_does_not_overlap_it() {
    Stage::each(|stage| {
        let webinars =
            ["10:00 to 11:00", "11:00 to 12:00", "09:00 to 10:00"].map(|hours| webinar(stage, hours));
        for on in webinars {
            books(stage, on, 1);
        }
        let inside = webinar(stage, "10:30 to 10:31");
        let around = webinar(stage, "08:00 to 13:00");
        for on in [inside, around] {
            assert_eq!(stage.refuses(ask(on, 1)).code(), "overlap");
        }
    });
}

#[test]
fn times_are_compared_as_instants_whatever_the_clocks_show() {
    Stage::each(|stage| {
        books(stage, webinar(stage, "10:00 to 11:00"), 1);
        let abroad = |hours: &str| {
            let when: Schedule = format!("2027-03-20 {hours} Europe/Brussels").parse().unwrap();
            stage.does(Gathering::webinar("Webinaire").at(when).no_overlap())
        };
        assert_eq!(stage.refuses(ask(abroad("11:30 to 12:30"), 1)).code(), "overlap");
        books(stage, abroad("10:00 to 11:00"), 1);
    });
}

#[test]
fn who_waits_or_comes_as_a_guest_is_taken_up_as_well() {
    Stage::each(|stage| {
        let [first, second] = ["10:00 to 11:00", "10:30 to 11:30"].map(|hours| webinar(stage, hours));
        books(stage, first, 9);
        let waiting = stage.does(ask(first, 1));
        assert!(!waiting.is_confirmed());
        assert_eq!(stage.refuses(ask(second, 1)), overlap(1, waiting.registration(), "10:00", "11:00"));
        let party = Register::new(first, person_id(2)).guest(person_id(3));
        assert_eq!(stage.refuses(party).code(), "never_fits");
        let wide = stage.does(Gathering::webinar("Talk").at(day("2027-03-20 10:00 to 11:00")).no_overlap());
        let party = stage.does(Register::new(wide, person_id(2)).guest(person_id(3))).registration();
        assert_eq!(stage.refuses(ask(second, 3)), overlap(3, party, "10:00", "11:00"));
        let named = Register::new(second, person_id(4)).guest(person_id(3));
        assert_eq!(stage.refuses(named), overlap(3, party, "10:00", "11:00"), "before the room is looked at");
        assert!(stage.does(Register::new(second, person_id(4))).is_confirmed());
        // Guests without a name are nobody whose time is known.
        drop(stage.does(gather::ChangeCapacity::new(second, 3)));
        assert!(stage.does(Register::new(second, person_id(5)).unnamed_guests(1)).is_confirmed());
    });
}

#[test]
fn a_transfer_takes_on_a_place_like_a_booking() {
    Stage::each(|stage| {
        let [first, second] = ["10:00 to 11:00", "10:30 to 11:30"].map(|hours| webinar(stage, hours));
        let anns = books(stage, first, 1);
        let bobs = books(stage, second, 2);
        assert_eq!(stage.refuses(Transfer::new(anns, person_id(2))), overlap(2, bobs, "10:30", "11:30"));
        stage.does(Transfer::new(anns, person_id(3)));
        assert_eq!(stage.refuses(ask(second, 3)).code(), "overlap", "whoever has it now is taken up");
        assert!(!stage.does(ask(second, 1)).is_confirmed(), "whoever gave it away is free");
    });
}

#[test]
fn times_that_are_not_known_to_the_minute_are_not_judged() {
    Stage::each(|stage| {
        books(stage, webinar(stage, "10:00 to 11:00"), 1);
        let vague = [day("2027-03-20"), day("2027-03-19 to 2027-03-21"), Schedule::to_be_confirmed("March")];
        for when in vague {
            let on = stage.does(Gathering::webinar("Some time").at(when).no_overlap());
            drop(stage.desk().open_booking(on).unwrap());
            books(stage, on, 1);
        }
        // And the other way round: what they have booked for some day stops nobody.
        books(stage, webinar(stage, "14:00 to 15:00"), 1);
    });
}

#[test]
fn gatherings_that_do_not_ask_for_it_stop_nobody() {
    Stage::each(|stage| {
        let plain = || stage.does(Gathering::webinar("Recorded").at(day("2027-03-20 10:00 to 11:00")));
        let strict = || webinar(stage, "10:00 to 11:00");
        books(stage, strict(), 1);
        books(stage, plain(), 1);
        books(stage, plain(), 2);
        books(stage, strict(), 2);
    });
}

#[test]
fn what_was_called_off_takes_nobody_s_time() {
    Stage::each(|stage| {
        let [first, second] = ["10:00 to 11:00", "10:00 to 11:00"].map(|hours| webinar(stage, hours));
        books(stage, first, 1);
        stage.does(CancelGathering::new(first));
        books(stage, second, 1);
    });
}

#[test]
fn an_overlap_that_comes_of_a_move_is_kept_and_taken_no_further() {
    Stage::each(|stage| {
        let [first, second, third] =
            ["10:00 to 11:00", "12:00 to 13:00", "14:00 to 15:00"].map(|hours| webinar(stage, hours));
        let [anns, other] = [books(stage, first, 1), books(stage, second, 1)];
        stage.does(Reschedule::new(second, day("2027-03-20 10:00 to 11:00")));
        assert_eq!([stage.status(anns), stage.status(other)], ["confirmed", "confirmed"]);
        books(stage, third, 1);
        let moved = webinar(stage, "12:00 to 13:00");
        books(stage, moved, 1);
        assert_eq!(stage.refuses(ask(webinar(stage, "10:30 to 12:00"), 1)).code(), "overlap");
    });
}

#[test]
fn whoever_waits_is_passed_while_they_have_a_place_for_the_same_time() {
    Stage::each(|stage| {
        let [first, second] = ["10:00 to 11:00", "12:00 to 13:00"].map(|hours| webinar(stage, hours));
        let bobs = books(stage, first, 2);
        let anns = stage.does(ask(first, 1)).registration();
        books(stage, second, 1);
        stage.does(Reschedule::new(second, day("2027-03-20 10:00 to 11:00")));
        assert!(stage.does(CancelRegistration::new(bobs)).promoted.is_empty(), "Ann is elsewhere then");
        assert_eq!(stage.status(anns), "waiting");
        stage.does(Reschedule::new(second, day("2027-03-20 11:00 to 12:00")));
        assert_eq!(stage.does(gather::Settle::new(first)).promoted, [anns], "she no longer is");
    });
}

#[test]
fn sessions_of_one_gathering_are_held_against_each_other_and_not_against_the_whole() {
    Stage::each(|stage| {
        let on = stage.does(hybrid(9, 9, 9).at(day("2027-03-20 09:00 to 17:00")).no_overlap());
        let hours = [(1, "10:00 to 11:00"), (2, "10:30 to 11:30"), (3, "11:00 to 12:00")];
        let talks = hours.map(|(number, hours)| stage.adds(on, talk(number, hours)));
        let [first, second, third] = [11, 12, 13];
        let offered = [(first, talks[0]), (second, talks[1]), (third, talks[2])];
        let [first, second, third] = offered.map(|(number, session)| opens(stage, on, number, session));
        stage.books(on, 1, CONFERENCE);
        let at_first = stage.books(on, 1, first);
        let second = Register::new(on, person_id(1)).offering(second);
        assert_eq!(stage.refuses(second.clone()), overlap(1, at_first, "10:00", "11:00"));
        stage.books(on, 1, third);
        // The other way round: whoever is at a workshop can still book the conference that it is a part of.
        stage.books(on, 2, first);
        stage.books(on, 2, CONFERENCE);

        // Moved away, the first is in nobody's way; dropped, neither is the third.
        stage.does(MoveSession::new(on, talks[0]).to(day("2027-03-20 14:00 to 15:00")));
        assert_eq!(
            stage.refuses(second.clone()).code(),
            "overlap",
            "the third begins before the second ends"
        );
        stage.does(DropSession::new(on, talks[2]));
        assert!(stage.does(second).is_confirmed());
    });
}

#[test]
fn a_session_elsewhere_is_judged_by_its_own_time() {
    Stage::each(|stage| {
        let on = stage.does(hybrid(9, 9, 9).at(day("2027-03-20 09:00 to 17:00")).no_overlap());
        let morning = stage.adds(on, talk(1, "10:00 to 11:00"));
        let morning = opens(stage, on, 11, morning);
        let some_time = stage.adds(on, dated(2, "2027-03-20"));
        let some_time = opens(stage, on, 12, some_time);
        let [early, late] = ["10:30 to 11:30", "11:00 to 12:00"].map(|hours| webinar(stage, hours));
        let at_talk = stage.books(on, 1, morning);
        assert_eq!(stage.refuses(ask(early, 1)), overlap(1, at_talk, "10:00", "11:00"));
        let at_webinar = books(stage, late, 1);
        let whole = Register::new(on, person_id(1)).offering(CONFERENCE);
        assert_eq!(
            stage.refuses(whole),
            overlap(1, at_webinar, "11:00", "12:00"),
            "the whole takes the whole day"
        );
        stage.books(on, 1, some_time);
    });
}

#[test]
fn a_place_that_goes_along_is_judged_too() {
    Stage::each(|stage| {
        let day_long = hybrid(9, 9, 9).at(day("2027-03-20")).no_overlap();
        let on = stage.does(day_long);
        let talk = stage.adds(on, talk(1, "10:00 to 11:00"));
        let workshop = stage.opens(on, 4, talk, 9);
        let whole = stage.books(on, 1, CONFERENCE);
        let part = stage.books(on, 1, workshop);
        let elsewhere = books(stage, webinar(stage, "10:30 to 11:30"), 2);
        let refusal = stage.refuses(Transfer::new(whole, person_id(2)));
        assert_eq!(refusal, overlap(2, elsewhere, "10:30", "11:30"), "the workshop would go along");
        stage.does(CancelRegistration::new(part));
        stage.does(Transfer::new(whole, person_id(2)));
        assert_eq!(stage.refuses(Register::new(on, person_id(2)).offering(workshop)).code(), "overlap");
    });
}

#[test]
fn the_first_of_several_in_the_way_is_told() {
    Stage::each(|stage| {
        let [first, second] = ["10:00 to 11:00", "11:00 to 12:00"].map(|hours| webinar(stage, hours));
        let both = stage.does(
            Gathering::visit("Long", Venue::new("Hub")).at(day("2027-03-20 10:00 to 12:00")).no_overlap(),
        );
        let later = books(stage, second, 1);
        books(stage, first, 1);
        assert_eq!(
            stage.refuses(ask(both, 1)),
            overlap(1, later, "11:00", "12:00"),
            "in the order of booking"
        );
    });
}
