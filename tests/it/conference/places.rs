//! Places that need others, and places for a session: what ends, moves and is handed over with what.

use gather::testkit::person_id;
use gather::{
    AddOffering, CancelRegistration, ChangeCapacity, DropSession, Gathering, GatheringId, MoveSession,
    Offering, OfferingId, PersonId, Pool, PoolId, Register, RegistrationId, Schedule, Transfer, Venue,
};

use super::{COACH, CONFERENCE, HALL, ONLINE, Stage, VISIT, day, kinds, talk};

fn people(stage: &Stage, on: GatheringId, offering: OfferingId) -> Vec<Option<PersonId>> {
    let list = stage.desk().attendee_list(on).unwrap();
    list.rows().iter().filter(|row| row.offering == offering).map(|row| row.person).collect()
}

#[test]
fn in_person_and_online_have_places_of_their_own() {
    Stage::each(|stage| {
        let on = stage.conference(1, 2, 1);
        stage.books(on, 1, CONFERENCE);
        let waiting = stage.waits(on, 2, CONFERENCE);
        stage.books(on, 2, ONLINE);
        stage.books(on, 3, ONLINE);
        stage.waits(on, 4, ONLINE);
        assert_eq!([stage.left(on, CONFERENCE), stage.left(on, ONLINE)], [0, 0]);
        // Whoever comes in person after all keeps the online place until it is given back.
        let promoted = stage.does(ChangeCapacity::new(on, 2).pool(HALL));
        assert_eq!(promoted.promoted, [waiting]);
        assert_eq!(stage.desk().agenda(person_id(2)).rows().len(), 2);
    });
}

#[test]
fn a_visit_ends_with_the_place_that_it_needs_and_both_lines_move_up() {
    Stage::each(|stage| {
        let on = stage.conference(2, 9, 1);
        let anns = stage.books(on, 1, CONFERENCE);
        stage.books(on, 2, CONFERENCE);
        let visit = stage.books(on, 1, VISIT);
        let bobs_visit = stage.waits(on, 2, VISIT);
        let cleo = stage.waits(on, 3, CONFERENCE);

        let receipt = stage.receives(CancelRegistration::new(anns));
        assert_eq!(receipt.outcome.ended, [visit]);
        assert_eq!(receipt.outcome.promoted, [bobs_visit, cleo], "who joined first is served first");
        assert_eq!(kinds(&receipt.facts), ["ended", "ended", "promoted", "promoted"]);
        assert_eq!([stage.status(anns), stage.status(visit)], ["cancelled_by_attendee"; 2]);
        assert_eq!([stage.left(on, CONFERENCE), stage.left(on, VISIT)], [0, 0]);

        let receipt = stage.receives(CancelRegistration::new(cleo).by_organiser());
        assert!(receipt.outcome.ended.is_empty(), "she had no visit");
        assert_eq!(stage.status(bobs_visit), "confirmed");
    });
}

#[test]
fn a_visit_that_is_given_back_leaves_the_conference_place() {
    Stage::each(|stage| {
        let on = stage.conference(2, 9, 1);
        let whole = stage.books(on, 1, CONFERENCE);
        let visit = stage.books(on, 1, VISIT);
        assert!(stage.does(CancelRegistration::new(visit)).ended.is_empty());
        assert_eq!(stage.status(whole), "confirmed");
        stage.books(on, 1, VISIT);
    });
}

#[test]
fn whoever_waits_for_a_part_leaves_its_line_with_the_whole() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 1);
        let [anns, _, _] = [1, 2, 3].map(|person| stage.books(on, person, CONFERENCE));
        let bobs = stage.books(on, 2, VISIT);
        let waiting = [1, 3].map(|person| stage.waits(on, person, VISIT));
        assert_eq!(stage.does(CancelRegistration::new(anns)).ended, [waiting[0]]);
        assert_eq!(stage.status(waiting[0]), "left_line");
        assert_eq!(stage.does(CancelRegistration::new(bobs)).promoted, [waiting[1]]);
    });
}

/// A chain of offerings that each need the one before: the first is 1.
pub(super) fn chain(links: u16) -> Gathering {
    let tour = Gathering::visit("Tour", Venue::new("Hub")).at(day("2027-03-20"));
    let tour = tour.pool(Pool::new(HALL, "hall", gather::Capacity::Unlimited));
    let link = |number: u16| {
        let offering = Offering::new(OfferingId::new(number), "part", [HALL]);
        if number == 1 { offering } else { offering.requires(OfferingId::new(number - 1)) }
    };
    (1..=links).map(link).fold(tour, Gathering::offering)
}

#[test]
fn what_needs_what_needs_it_ends_along_the_chain() {
    Stage::each(|stage| {
        let on = stage.does(chain(4));
        let [first, second, third, fourth] =
            [1, 2, 3, 4].map(|number| stage.books(on, 1, OfferingId::new(number)));
        let bobs = stage.books(on, 2, OfferingId::new(1));
        assert_eq!(stage.does(CancelRegistration::new(second)).ended, [third, fourth]);
        assert_eq!([stage.status(first), stage.status(bobs)], ["confirmed", "confirmed"]);
    });
}

#[test]
fn parts_booked_by_several_of_one_party_all_end_with_it() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let party =
            Register::new(on, person_id(1)).guest(person_id(2)).unnamed_guests(1).offering(CONFERENCE);
        let party = stage.does(party).registration();
        let anns =
            stage.does(Register::new(on, person_id(1)).unnamed_guests(1).offering(VISIT)).registration();
        let bobs = stage.books(on, 2, VISIT);
        assert_eq!(stage.does(CancelRegistration::new(party)).ended, [anns, bobs]);
        assert_eq!([stage.left(on, CONFERENCE), stage.left(on, VISIT)], [9, 9]);
    });
}

#[test]
fn a_place_is_handed_over_with_the_places_that_need_it() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 1);
        let talk = stage.adds(on, talk(1, "10:00 to 11:00"));
        let workshop = stage.opens(on, 4, talk, 2);
        let [ann, bob, dan, eve] = [1, 2, 3, 4].map(person_id);
        let party = stage.does(Register::new(on, ann).guest(bob).offering(CONFERENCE)).registration();
        let answers = gather::Answers::new().answer("walks", "well");
        let visit = stage.does(Register::new(on, bob).offering(VISIT).answers(answers)).registration();
        let both = stage.does(Register::new(on, ann).guest(bob).offering(workshop)).registration();
        let anns_visit = stage.waits(on, 1, VISIT);

        let receipt = stage.receives(Transfer::new(party, dan).place(2));
        assert_eq!(kinds(&receipt.facts), ["transferred"; 3]);
        assert_eq!(people(stage, on, CONFERENCE), [Some(ann), Some(dan)]);
        assert_eq!(people(stage, on, VISIT), [Some(dan)]);
        assert_eq!(people(stage, on, workshop), [Some(ann), Some(dan)]);
        let agenda = |person| -> Vec<RegistrationId> {
            stage.desk().agenda(person).rows().iter().map(|row| row.registration).collect()
        };
        assert!(agenda(bob).is_empty());
        assert_eq!(agenda(dan).len(), 3);
        assert!(stage.desk().answers(visit).unwrap().is_none(), "what Bob answered is not Dan's");
        assert_eq!([stage.left(on, VISIT), stage.left(on, workshop)], [0, 0], "no pool was touched");

        // The booker's place: the party is Eve's from now on, and so are her places in both lines.
        stage.does(Transfer::new(party, eve));
        assert_eq!(stage.desk().registration(both).unwrap().booker, eve);
        assert_eq!(stage.desk().registration(anns_visit).unwrap().booker, eve);
        assert_eq!(stage.does(CancelRegistration::new(visit)).promoted, [anns_visit]);
        assert_eq!(people(stage, on, VISIT), [Some(eve)]);
        assert_eq!(stage.does(CancelRegistration::new(party)).ended, [anns_visit, both], "by offering");
    });
}

#[test]
fn a_guest_who_gets_a_name_has_what_the_booker_has_for_the_nameless() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let [ann, bob, dan] = [1, 2, 3].map(person_id);
        let party = stage.does(Register::new(on, ann).unnamed_guests(1).offering(CONFERENCE)).registration();
        let visit = stage.does(Register::new(on, ann).unnamed_guests(1).offering(VISIT)).registration();
        let early = stage.refuses(Transfer::new(visit, bob).place(2));
        assert_eq!(early.code(), "needs_place", "the conference first");
        assert_eq!(kinds(&stage.receives(Transfer::new(party, bob).place(2)).facts), ["transferred"]);
        assert_eq!(people(stage, on, VISIT), [Some(ann), None], "a guest without a name takes nothing along");
        stage.does(Transfer::new(visit, bob).place(2));
        stage.does(Transfer::new(party, dan).place(2));
        assert_eq!(people(stage, on, VISIT), [Some(ann), Some(dan)]);
    });
}

#[test]
fn a_dependent_place_can_be_given_to_others_of_the_same_party() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let [ann, bob] = [1, 2].map(person_id);
        assert!(stage.does(Register::new(on, ann).guest(bob).offering(CONFERENCE)).is_confirmed());
        let visit = stage.books(on, 1, VISIT);
        stage.does(Transfer::new(visit, bob));
        assert_eq!(people(stage, on, VISIT), [Some(bob)]);
        assert_eq!(people(stage, on, CONFERENCE), [Some(ann), Some(bob)], "the conference place stays");
        stage.books(on, 1, VISIT);
    });
}

#[test]
fn a_dropped_session_ends_what_was_booked_for_it_and_what_needs_that() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let talk = stage.adds(on, talk(1, "10:00 to 11:00"));
        let workshop = stage.opens(on, 4, talk, 1);
        let kit = OfferingId::new(5);
        let pool = Pool::new(PoolId::new(5), "kits", 1);
        let kits = |number, needs| {
            let offering = Offering::new(OfferingId::new(number), "kit", [PoolId::new(5)]);
            AddOffering::new(on, offering.requires(needs))
        };
        stage.does(kits(5, workshop).pool(pool));
        stage.does(kits(6, CONFERENCE));
        let wholes = [1, 2, 3].map(|person| stage.books(on, person, CONFERENCE));
        let booked = stage.books(on, 1, workshop);
        let waiting = stage.waits(on, 2, workshop);
        let with_kit = stage.books(on, 1, kit);
        let other_kit = stage.waits(on, 3, OfferingId::new(6));

        let receipt = stage.receives(DropSession::new(on, talk));
        assert_eq!(receipt.outcome.ended, [booked, with_kit, waiting]);
        assert_eq!(receipt.outcome.promoted, [other_kit], "the kit is free for whoever waits for one");
        assert_eq!(kinds(&receipt.facts), ["dropped", "ended", "ended", "ended", "promoted"]);
        let ended = [booked, with_kit, waiting].map(|registration| stage.status(registration));
        assert_eq!(ended, ["cancelled_by_organiser", "cancelled_by_organiser", "left_line"]);
        assert!(wholes.iter().all(|whole| stage.status(*whole) == "confirmed"));

        // Taken back it can be booked anew, and nobody has come back by it.
        stage.adds(on, super::talk(1, "10:00 to 11:00"));
        assert_eq!(stage.left(on, workshop), 1);
        stage.books(on, 2, workshop);
    });
}

#[test]
fn the_line_of_a_session_that_is_over_is_served_no_more_unless_it_gets_a_new_time() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let talk = stage.adds(on, talk(1, "09:00 to 10:00"));
        let workshop = stage.opens(on, 4, talk, 1);
        let [_, bobs] = [1, 2].map(|person| stage.books(on, person, CONFERENCE));
        let anns = stage.books(on, 1, workshop);
        let waiting = stage.waits(on, 2, workshop);
        stage.set_clock("2027-03-20T10:00:00Z");
        assert!(stage.does(ChangeCapacity::new(on, 9).pool(PoolId::new(4))).promoted.is_empty());
        assert_eq!(stage.status(waiting), "waiting");
        assert_eq!([stage.status(anns), stage.status(bobs)], ["confirmed"; 2]);
        let receipt = stage.receives(MoveSession::new(on, talk).to(day("2027-03-20 15:00 to 16:00")));
        assert_eq!(kinds(&receipt.facts), ["moved", "promoted"]);
        assert_eq!(stage.status(waiting), "confirmed");
    });
}

#[test]
fn what_was_booked_for_a_session_that_is_over_still_ends_with_what_it_needs() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let talk = stage.adds(on, talk(1, "09:00 to 10:00"));
        let workshop = stage.opens(on, 4, talk, 1);
        let whole = stage.books(on, 1, CONFERENCE);
        let part = stage.books(on, 1, workshop);
        stage.set_clock("2027-03-20T10:00:00Z");
        stage.does(Transfer::new(whole, person_id(2)));
        assert_eq!(stage.desk().registration(part).unwrap().booker, person_id(2));
        assert_eq!(stage.does(CancelRegistration::new(whole)).ended, [part]);
    });
}

/// Two days with a hall each: who comes on both takes a place of both.
#[test]
fn two_days_are_two_pools_and_whoever_comes_on_both_needs_both() {
    const FRIDAY: OfferingId = OfferingId::new(1);
    const SATURDAY: OfferingId = OfferingId::new(2);
    const BOTH: OfferingId = OfferingId::new(3);
    Stage::each(|stage| {
        let fair = Gathering::conference("Two days", Venue::new("Hub"))
            .at(day("2027-03-19 to 2027-03-20"))
            .pool(Pool::new(HALL, "Friday", 2))
            .pool(Pool::new(COACH, "Saturday", 1))
            .offering(Offering::new(FRIDAY, "Friday", [HALL]))
            .offering(Offering::new(SATURDAY, "Saturday", [COACH]))
            .offering(Offering::new(BOTH, "both days", [HALL, COACH]));
        let on = stage.does(fair);
        let [friday, saturday] = [(1, "2027-03-19 10:00 to 11:00"), (2, "2027-03-20 10:00 to 11:00")]
            .map(|(number, when)| stage.adds(on, super::dated(number, when)));
        let anns = stage.books(on, 1, SATURDAY);
        let bobs = stage.waits(on, 2, BOTH);
        assert_eq!([FRIDAY, SATURDAY, BOTH].map(|offering| stage.left(on, offering)), [2, 0, 0]);
        stage.books(on, 3, FRIDAY);
        let cleo = stage.waits(on, 4, SATURDAY);
        assert_eq!(stage.does(CancelRegistration::new(anns)).promoted, [bobs]);
        assert_eq!([FRIDAY, SATURDAY, BOTH].map(|offering| stage.left(on, offering)), [0, 0, 0]);
        assert_eq!(stage.does(CancelRegistration::new(bobs)).promoted, [cleo]);

        let programme = stage.desk().programme(on).unwrap();
        let order: Vec<_> = programme.rows().iter().map(|row| row.session).collect();
        assert_eq!(order, [friday, saturday]);
        // A workshop on the second day is for those who come then.
        let offering = Offering::new(OfferingId::new(4), "workshop", [PoolId::new(4)]).for_session(saturday);
        let pool = Pool::new(PoolId::new(4), "workshop", 9);
        stage.does(AddOffering::new(on, offering.requires(SATURDAY)).pool(pool));
        assert_eq!(
            stage.refuses(Register::new(on, person_id(3)).offering(OfferingId::new(4))).code(),
            "needs_place"
        );
        stage.books(on, 4, OfferingId::new(4));
    });
}

#[test]
fn a_postponed_session_keeps_its_places_and_its_line() {
    Stage::each(|stage| {
        let on = stage.conference(9, 9, 9);
        let talk = stage.adds(on, talk(1, "10:00 to 11:00"));
        let workshop = stage.opens(on, 4, talk, 1);
        let _ = [1, 2].map(|person| stage.books(on, person, CONFERENCE));
        let anns = stage.books(on, 1, workshop);
        let waiting = stage.waits(on, 2, workshop);
        stage.does(MoveSession::new(on, talk).to(Schedule::to_be_confirmed("later")));
        assert_eq!([stage.status(anns), stage.status(waiting)], ["confirmed", "waiting"]);
        assert_eq!(stage.does(CancelRegistration::new(anns)).promoted, [waiting]);
        stage.books(on, 3, CONFERENCE);
        stage.waits(on, 3, workshop);
    });
}
