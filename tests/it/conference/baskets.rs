//! Several things at once: all or nothing, or as much as can be had.

use gather::testkit::person_id;
use gather::{
    Answers, Basket, CancelGathering, ChangeCapacity, Gathering, GatheringId, Offering, OfferingId, Part,
    Pool, PoolId, Reference, Refusal, Register, Registered, RegistrationId, RequestId, Shortage, Venue,
};

use super::{COACH, CONFERENCE, HALL, ONLINE, STREAM, Stage, VISIT, WORKSHOP, day, kinds, talk};

fn basket(parts: impl IntoIterator<Item = Register>) -> Basket {
    parts.into_iter().fold(Basket::new(), Basket::part)
}

/// One person for one offering.
fn ask(on: GatheringId, person: u8, offering: OfferingId) -> Register {
    Register::new(on, person_id(person)).offering(offering)
}

/// What became of the parts: `c` confirmed, `w` in line, `p` pending, `-` left out.
fn told(parts: &[Part]) -> String {
    let letter = |part: &Part| match part {
        Part::Registered(Registered::Confirmed { .. }) => 'c',
        Part::Registered(Registered::Waiting { .. }) => 'w',
        Part::Registered(Registered::Pending { .. }) => 'p',
        Part::LeftOut => '-',
    };
    parts.iter().map(letter).collect()
}

fn ids(parts: &[Part]) -> Vec<RegistrationId> {
    let id = |part: &Part| match part {
        Part::Registered(registered) => registered.registration(),
        Part::LeftOut => panic!("it was left out"),
    };
    parts.iter().map(id).collect()
}

fn shortage(gathering: GatheringId, pool: PoolId, name: &str, figures: (u32, i64, u32)) -> Shortage {
    let (wanted, free, capacity) = figures;
    Shortage { gathering, pool, name: name.into(), wanted, free, capacity: capacity.into() }
}

/// A fair where a visit takes a place in the hall as well: in person [hall], visit [hall, coach].
fn fair(stage: &Stage, hall: u32, coach: u32) -> GatheringId {
    let fair = Gathering::conference("Fair", Venue::new("Hub"))
        .at(day("2027-03-20 10:00 to 16:00"))
        .pool(Pool::new(HALL, "hall", hall))
        .pool(Pool::new(COACH, "coach", coach))
        .offering(Offering::new(CONFERENCE, "in person", [HALL]))
        .offering(Offering::new(VISIT, "visit", [HALL, COACH]));
    stage.does(fair)
}

#[test]
fn all_parts_get_their_places_whatever_order_they_are_given_in() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let (whole, visit) = (ask(on, 1, CONFERENCE), ask(on, 1, VISIT));
        let forwards = stage.does(basket([whole, visit]));
        assert_eq!(told(&forwards), "cc");
        let backwards = stage.receives(basket([ask(on, 2, VISIT), ask(on, 2, CONFERENCE)]));
        assert_eq!(
            (told(&backwards.outcome).as_str(), kinds(&backwards.facts)),
            ("cc", vec!["confirmed"; 2])
        );
        let offerings =
            ids(&backwards.outcome).into_iter().map(|id| stage.desk().registration(id).unwrap().offering);
        assert_eq!(
            offerings.collect::<Vec<_>>(),
            [VISIT, CONFERENCE],
            "the outcome has them as they were given"
        );
        assert_eq!([stage.left(on, CONFERENCE), stage.left(on, VISIT)], [7, 7]);
    });
}

#[test]
fn a_chain_of_parts_is_registered_from_its_first_link() {
    Stage::each(|stage| {
        let offering = |number: u16| Offering::new(OfferingId::new(number), "part", [HALL]);
        let gathering = Gathering::visit("Tour", Venue::new("Hub"))
            .at(day("2027-03-20"))
            .pool(Pool::new(HALL, "hall", 9))
            .offering(offering(3).requires(OfferingId::new(2)))
            .offering(offering(2).requires(OfferingId::new(1)))
            .offering(offering(1));
        let on = stage.does(gathering);
        let asked = [3, 1, 2].map(|number| ask(on, 1, OfferingId::new(number)));
        assert_eq!(told(&stage.does(basket(asked))), "ccc");
        assert_eq!(stage.left(on, OfferingId::new(1)), 6);
    });
}

/// The known bug: each line fits by itself, both together do not.
#[test]
fn quantity_checked_line_by_line_not_summed() {
    Stage::each(|stage| {
        let on = fair(stage, 5, 5);
        stage.books(on, 9, VISIT);
        let party = |person, offering| ask(on, person, offering).unnamed_guests(1);
        let asked = [party(1, CONFERENCE), party(1, VISIT), ask(on, 2, CONFERENCE)];
        for part in &asked {
            assert!(stage.desk().preview(part.clone()).unwrap().is_confirmed(), "each fits by itself");
        }
        let refusal = stage.refuses(basket(asked.clone()));
        let short = vec![shortage(on, HALL, "hall", (5, 4, 5))];
        assert_eq!(refusal, Refusal::Full { short, largest: 0, others_wait: false });
        assert_eq!(refusal.code(), "full");
        let text = "it is full: \"hall\" has 4 free of the 5 wanted; 1 more place would do";
        assert_eq!(refusal.to_string(), text);
        assert_eq!([stage.left(on, CONFERENCE), stage.left(on, VISIT)], [4, 4], "nothing was taken");
        // What the refusal says would do, does.
        drop(stage.does(ChangeCapacity::new(on, 6).pool(HALL)));
        assert_eq!(told(&stage.does(basket(asked))), "ccc");
        assert_eq!([stage.left(on, CONFERENCE), stage.left(on, VISIT)], [0, 0]);
    });
}

#[test]
fn every_pool_that_is_short_is_named() {
    Stage::each(|stage| {
        let on = stage.conference(2, 1, 1);
        stage.books(on, 8, ONLINE);
        stage.books(on, 9, CONFERENCE);
        let asked = [ask(on, 1, CONFERENCE), ask(on, 2, CONFERENCE), ask(on, 3, ONLINE), ask(on, 1, VISIT)];
        let short = vec![shortage(on, HALL, "hall", (2, 1, 2)), shortage(on, STREAM, "stream", (1, 0, 1))];
        let full = Refusal::Full { short, largest: 0, others_wait: false };
        assert_eq!(stage.refuses(basket(asked.clone())), full);
        drop(stage.does(ChangeCapacity::new(on, 3).pool(HALL)));
        drop(stage.does(ChangeCapacity::new(on, 2).pool(STREAM)));
        assert_eq!(told(&stage.does(basket(asked))), "cccc");
    });
}

#[test]
fn what_the_parts_take_together_can_be_more_than_there_ever_was() {
    Stage::each(|stage| {
        let on = fair(stage, 3, 9);
        let party = |person| ask(on, person, CONFERENCE).unnamed_guests(1);
        let refusal = stage.refuses(basket([party(1), party(2)]));
        assert_eq!(refusal, Refusal::NeverFits { short: vec![shortage(on, HALL, "hall", (4, 3, 3))] });
        let text = "it can never fit, even if nobody else came: \"hall\" has 3 in all, and 4 are wanted; 1 more \
                    place would do";
        assert_eq!((refusal.code(), refusal.to_string().as_str()), ("never_fits", text));
    });
}

#[test]
fn pools_of_two_gatherings_are_not_summed_though_their_numbers_are_the_same() {
    Stage::each(|stage| {
        let webinars = [1, 2, 3].map(|hour| {
            let when = day(&format!("2027-03-20 1{hour}:00 to 1{hour}:45"));
            stage.does(Gathering::webinar("Webinar").at(when).places(1))
        });
        let all = |person| webinars.map(|on| Register::new(on, person_id(person)));
        assert_eq!(told(&stage.does(basket(all(1)))), "ccc");
        // One place more in two of them is not enough for the third.
        for on in &webinars[..2] {
            drop(stage.does(ChangeCapacity::new(*on, 2)));
        }
        let refusal = stage.refuses(basket(all(2)));
        let short = vec![shortage(webinars[2], PoolId::ONLY, "places", (1, 0, 1))];
        assert_eq!(
            refusal,
            Refusal::Full { short, largest: 0, others_wait: false },
            "it says which of the three is full"
        );
        assert_eq!(told(&stage.does(basket(all(2)).best_effort())), "ccw");
    });
}

#[test]
fn a_basket_stands_in_no_line_unless_as_much_as_can_be_had_is_asked_for() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 1);
        stage.books(on, 9, CONFERENCE);
        stage.books(on, 9, VISIT);
        let both = || basket([ask(on, 1, CONFERENCE), ask(on, 1, VISIT)]);
        assert_eq!(stage.refuses(both()).code(), "full");
        assert_eq!(told(&stage.does(both().best_effort())), "cw");
    });
}

#[test]
fn a_basket_passes_nobody_in_line() {
    Stage::each(|stage| {
        let on = fair(stage, 4, 1);
        stage.books(on, 9, VISIT);
        let family = stage.does(ask(on, 8, CONFERENCE).unnamed_guests(3));
        assert!(!family.is_confirmed(), "three places are free, four are wanted");
        let refusal = stage.refuses(basket([ask(on, 1, CONFERENCE)]));
        assert_eq!(refusal, Refusal::LineFirst { held: vec![HALL] });
        let text =
            "there is room in pool 1, but those in line come first; it can be booked once they are served";
        assert_eq!((refusal.code(), refusal.to_string().as_str()), ("line_first", text));
        drop(stage.does(ChangeCapacity::new(on, 9).pool(COACH)));
        assert_eq!(stage.refuses(basket([ask(on, 1, VISIT)])), Refusal::LineFirst { held: vec![HALL] });
        assert_eq!(told(&stage.does(basket([ask(on, 1, CONFERENCE)]).best_effort())), "w");
    });
}

#[test]
fn best_effort_leaves_out_what_has_no_line_and_what_needs_what_is_not_confirmed() {
    Stage::each(|stage| {
        let on = stage.conference(1, 1, 1);
        let lunch = Offering::new(WORKSHOP, "lunch", [PoolId::new(4)]).without_waiting_list();
        stage.does(gather::AddOffering::new(on, lunch).pool(Pool::new(PoolId::new(4), "tables", 2)));
        let wanted = |person, guests| {
            let lunch = ask(on, person, WORKSHOP).unnamed_guests(guests);
            let whole = [ask(on, person, VISIT), ask(on, person, CONFERENCE)];
            basket([lunch].into_iter().chain(whole)).best_effort()
        };
        assert_eq!(told(&stage.does(wanted(1, 0))), "ccc");
        assert_eq!(
            told(&stage.does(wanted(2, 2))),
            "--w",
            "a party of three never fits; the visit needs a place"
        );
        assert_eq!(told(&stage.does(wanted(3, 1))), "--w", "a party of two finds one table");
        assert_eq!(told(&stage.does(wanted(4, 0))), "c-w");
        assert_eq!(told(&stage.does(wanted(5, 0))), "--w", "it is full");
        let nothing = stage.receives(basket([ask(on, 6, WORKSHOP), ask(on, 6, VISIT)]).best_effort());
        assert_eq!((told(&nothing.outcome).as_str(), nothing.facts.len()), ("--", 0));
    });
}

#[test]
fn best_effort_gives_each_part_what_those_before_it_have_left() {
    Stage::each(|stage| {
        let on = fair(stage, 3, 3);
        let party = |person, offering| ask(on, person, offering).unnamed_guests(1);
        let asked = [party(1, CONFERENCE), party(2, VISIT), ask(on, 3, CONFERENCE)];
        // The visit holds the last place in the hall: who comes later stands behind it.
        assert_eq!(told(&stage.does(basket(asked).best_effort())), "cww");
        assert_eq!([stage.left(on, CONFERENCE), stage.left(on, VISIT)], [1, 1]);
    });
}

#[test]
fn best_effort_is_still_refused_for_what_is_no_want_of_room() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let called_off = stage.conference(9, 9, 9);
        stage.does(CancelGathering::new(called_off));
        let refused = |part: Register| {
            let parts = [ask(on, 1, CONFERENCE), part];
            let refusal = stage.refuses(basket(parts.clone()).best_effort());
            assert_eq!(stage.refuses(basket(parts)), refusal);
            refusal.code()
        };
        assert_eq!(refused(ask(called_off, 1, CONFERENCE)), "gathering_cancelled");
        assert_eq!(refused(ask(GatheringId::from_u128(404), 1, CONFERENCE)), "unknown_gathering");
        assert_eq!(refused(ask(on, 1, OfferingId::new(77))), "unknown_offering");
        assert_eq!(refused(Register::new(on, person_id(1))), "which_offering");
        assert_eq!(refused(ask(on, 2, ONLINE).unnamed_guests(10)), "party_too_large");
        assert_eq!(refused(ask(on, 2, ONLINE).guest(person_id(2))), "twice_in_party");
        stage.books(on, 2, ONLINE);
        assert_eq!(refused(ask(on, 3, ONLINE).guest(person_id(2))), "already_registered");
        drop(stage.desk().close_booking(on).unwrap());
        assert_eq!(refused(ask(on, 3, ONLINE)), "booking_closed");
    });
}

#[test]
fn nobody_is_named_twice_for_one_offering_in_two_parts() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let parts = [ask(on, 1, CONFERENCE), ask(on, 2, CONFERENCE).guest(person_id(1))];
        for basket in [basket(parts.clone()), basket(parts).best_effort()] {
            let refusal = stage.refuses(basket);
            assert_eq!(refusal, Refusal::TwiceInParty { person: person_id(1) });
            let text = format!("person {} is named twice for the same offering", person_id(1));
            assert_eq!((refusal.code(), refusal.to_string()), ("twice_in_party", text));
        }
        let other = stage.conference(9, 9, 9);
        let parts = [ask(on, 1, CONFERENCE), ask(on, 1, ONLINE), ask(other, 1, CONFERENCE)];
        assert_eq!(told(&stage.does(basket(parts))), "ccc", "two offerings, or two gatherings, are fine");
    });
}

#[test]
fn the_first_part_that_meets_a_refusal_is_the_one_that_is_told() {
    Stage::each(|stage| {
        let on = stage.conference(1, 9, 9);
        let closed = stage.conference(9, 9, 9);
        drop(stage.desk().close_booking(closed).unwrap());
        stage.books(on, 9, CONFERENCE);
        let (full, nowhere) = (ask(on, 1, CONFERENCE), GatheringId::from_u128(404));
        let shut = ask(closed, 1, CONFERENCE);
        let unknown = ask(nowhere, 1, CONFERENCE);
        assert_eq!(
            stage.refuses(basket([full.clone(), shut.clone()])).code(),
            "booking_closed",
            "room comes later"
        );
        assert_eq!(stage.refuses(basket([shut.clone(), unknown.clone()])).code(), "booking_closed");
        assert_eq!(stage.refuses(basket([unknown, shut])).code(), "unknown_gathering");
        let needy = ask(on, 2, VISIT);
        assert_eq!(stage.refuses(basket([needy.clone(), full])).code(), "full", "room before what is needed");
        assert_eq!(stage.refuses(basket([needy])).code(), "needs_place");
    });
}

#[test]
fn what_a_part_needs_has_to_be_in_the_booker_s_own_party() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let apart = [ask(on, 1, CONFERENCE), ask(on, 2, CONFERENCE), ask(on, 1, VISIT).guest(person_id(2))];
        assert_eq!(stage.refuses(basket(apart.clone())).code(), "needs_place");
        assert_eq!(told(&stage.does(basket(apart).best_effort())), "cc-");
        let together = [ask(on, 3, CONFERENCE).guest(person_id(4)), ask(on, 3, VISIT).guest(person_id(4))];
        assert_eq!(told(&stage.does(basket(together))), "cc");
        let larger = [ask(on, 5, CONFERENCE), ask(on, 5, VISIT).unnamed_guests(1)];
        assert_eq!(stage.refuses(basket(larger)).code(), "needs_place");
        // What was booked before counts as well.
        assert_eq!(told(&stage.does(basket([ask(on, 1, VISIT), ask(on, 5, ONLINE)]))), "cc");
    });
}

#[test]
fn two_parts_at_one_time_are_one_too_many() {
    Stage::each(|stage| {
        let at =
            |hours: &str| Gathering::webinar("Talk").at(day(&format!("2027-03-20 {hours}"))).no_overlap();
        let [first, second, third] =
            ["10:00 to 11:00", "10:30 to 11:30", "11:00 to 12:00"].map(|hours| stage.does(at(hours)));
        let both =
            |one, other| basket([Register::new(one, person_id(1)), Register::new(other, person_id(1))]);
        let refusal = stage.refuses(both(first, second));
        assert_eq!(refusal.code(), "overlap");
        assert_eq!(told(&stage.does(both(first, third))), "cc");
        let best =
            Basket::new().part(Register::new(second, person_id(2))).part(Register::new(third, person_id(2)));
        assert_eq!(told(&stage.does(best.best_effort())), "c-", "the first of the two is taken");
    });
}

#[test]
fn an_empty_basket_changes_nothing() {
    Stage::each(|stage| {
        for basket in [Basket::new(), Basket::new().best_effort(), Basket::default()] {
            let receipt = stage.receives(basket);
            assert!(receipt.outcome.is_empty() && receipt.facts.is_empty());
        }
    });
}

#[test]
fn parts_keep_their_references_and_their_answers() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let whole = ask(on, 1, CONFERENCE).reference(Reference::new("order-1").unwrap());
        let visit = ask(on, 1, VISIT).answers(Answers::new().answer("walks", "well"));
        let [whole, visit] = ids(&stage.does(basket([whole, visit])))[..] else { panic!("two parts") };
        stage.reopen();
        let desk = stage.desk();
        assert_eq!(desk.registration(whole).unwrap().reference.unwrap().as_str(), "order-1");
        assert!(desk.answers(whole).unwrap().is_none());
        let answers = desk.answers(visit).unwrap().unwrap();
        assert!(answers.known().unwrap().expose().iter().eq([("walks", "well")]));
        let bad = ask(on, 2, ONLINE).answers(Answers::new().answer("walks", "x".repeat(4_001)));
        assert_eq!(stage.refuses(basket([ask(on, 2, CONFERENCE), bad])).code(), "text");
    });
}

#[test]
fn another_basket_under_the_same_request_is_refused() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let talk = stage.adds(on, talk(1, "10:00 to 11:00"));
        stage.opens(on, 4, talk, 9);
        let (desk, request) = (stage.desk(), RequestId::from_u128(1 << 100));
        let parts = [ask(on, 1, CONFERENCE), ask(on, 1, VISIT)];
        let first = desk.request(request).execute(basket(parts.clone())).unwrap();
        let others = [
            basket([]),
            basket([ask(on, 1, CONFERENCE)]),
            basket([ask(on, 1, VISIT), ask(on, 1, CONFERENCE)]),
            basket([ask(on, 1, CONFERENCE), ask(on, 2, VISIT)]),
            basket([ask(on, 1, CONFERENCE), ask(on, 1, WORKSHOP)]),
            basket(parts.iter().cloned().chain([ask(on, 1, WORKSHOP)])),
            basket([ask(on, 1, CONFERENCE), ask(on, 1, VISIT).reference(Reference::new("a").unwrap())]),
        ];
        for (nth, other) in others.into_iter().enumerate() {
            let failure = desk.request(request).execute(other).unwrap_err();
            assert_eq!(failure.refusal(), Some(&Refusal::RequestReused { request }), "{nth}");
        }
        let again = desk.request(request).execute(basket(parts)).unwrap();
        assert!(again.repeated && again.outcome == first.outcome);
    });
}
