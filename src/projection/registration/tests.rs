use super::*;
use crate::fact::{Fact, Party, Presence, PresenceSource, Reconfirmation, Silence};
use crate::id::{OfferingId, PoolId, SetAsideId};
use crate::projection::fixture::{Story, booking, gathering, person, registration, time, webinar};

const LATER: &str = "2026-03-01T12:00:00Z";

fn story() -> Story {
    let mut story = Story::new();
    story.announces(1, webinar("Talk", "2026-03-05 14:00 to 15:30 UTC", 10));
    story
}

fn card(story: &Story, number: u128) -> &RegistrationCard {
    story.lists.registration(registration(number)).unwrap().1
}

/// How a registration stands, since which hour, and whether it was ever confirmed.
fn stands(story: &Story, number: u128) -> (RegistrationStatus, String, bool) {
    let (gathering, it) = story.lists.registration(registration(number)).unwrap();
    let since = gathering.since(it).format("%H:%M").to_string();
    (gathering.status(it), since, it.was_confirmed())
}

/// The facts about registration 1 that need nothing but its id.
fn tell(story: &mut Story, fact: impl Fn(crate::id::GatheringId, RegistrationId) -> Fact) {
    story.tell(fact(gathering(1), registration(1)));
}

#[test]
fn a_hold_is_extended_and_then_confirmed_or_goes_on_to_approval() {
    let mut story = story();
    story.holds(1, 1, booking(1, 1, &[]), LATER);
    let until = time("2026-03-01T12:10:00Z");
    tell(&mut story, |gathering, registration| Fact::HoldExtended { gathering, registration, until });
    assert_eq!(stands(&story, 1), (RegistrationStatus::Held { until }, "10:00".into(), false));
    let pending = Pending { uses_places: true, until: None };
    tell(&mut story, |gathering, registration| Fact::HoldConfirmed {
        gathering,
        registration,
        booker: person(1),
        answers: None,
        pending: Some(pending),
    });
    assert_eq!(stands(&story, 1), (RegistrationStatus::pending(&pending), "12:00".into(), false));
    tell(&mut story, |gathering, registration| Fact::RegistrationApproved {
        gathering,
        registration,
        draws: Vec::new(),
        ahead: None,
    });
    assert_eq!(stands(&story, 1), (RegistrationStatus::Confirmed, "13:00".into(), true));
}

#[test]
fn what_is_approved_while_full_joins_the_line_then() {
    let mut story = story();
    story.asks_approval(1, 1, booking(1, 1, &[]), Pending { uses_places: false, until: None }).waitlists(
        1,
        2,
        booking(1, 2, &[]),
    );
    tell(&mut story, |gathering, registration| Fact::RegistrationApproved {
        gathering,
        registration,
        draws: Vec::new(),
        ahead: Some(1),
    });
    let (gathering, it) = story.lists.registration(registration(1)).unwrap();
    assert_eq!(gathering.status(it), RegistrationStatus::Waiting);
    assert_eq!((gathering.ahead(it), gathering.ahead(card(&story, 2))), (Some(1), Some(0)));
    assert!(it.joined() < it.joined_line());
}

#[test]
fn an_offer_is_accepted_or_declined() {
    let mut story = story();
    story.waitlists(1, 1, booking(1, 1, &[])).waitlists(1, 2, booking(1, 2, &[])).offers(1, 1, LATER);
    story.offers(1, 2, LATER).ends(1, 2, Ending::Declined);
    assert_eq!(stands(&story, 1).0, RegistrationStatus::Offered { respond_by: time(LATER) });
    assert_eq!(stands(&story, 2).0, RegistrationStatus::OfferDeclined);
    assert_eq!(card(&story, 2).ending(), Some(Ending::Declined));
    tell(&mut story, |gathering, registration| Fact::OfferAccepted { gathering, registration });
    assert_eq!(stands(&story, 1), (RegistrationStatus::Confirmed, "15:00".into(), true));
}

#[test]
fn closing_the_books_ends_what_had_no_place_and_nothing_else() {
    let mut story = story();
    let pending = Pending { uses_places: true, until: None };
    story
        .confirms(1, 1, booking(1, 1, &[]))
        .holds(1, 2, booking(1, 2, &[]), LATER)
        .asks_approval(1, 3, booking(1, 3, &[]), pending)
        .waitlists(1, 4, booking(1, 4, &[]))
        .waitlists(1, 5, booking(1, 5, &[]))
        .offers(1, 5, LATER)
        .tell(Fact::InterestNoted {
            gathering: gathering(1),
            registration: registration(6),
            booking: booking(1, 6, &[]),
        })
        .tell(Fact::FollowUpRequested {
            gathering: gathering(1),
            registration: registration(7),
            booking: booking(1, 7, &[]),
        })
        .confirms(1, 8, booking(1, 8, &[]))
        .cancels(1, 8)
        .tell(Fact::BooksClosed { gathering: gathering(1) });
    let codes = [1, 2, 3, 4, 5, 6, 7, 8].map(|number| stands(&story, number).0.code());
    let closed = "books_closed";
    assert_eq!(
        codes,
        ["confirmed", closed, closed, closed, closed, closed, "follow_up_only", "cancelled_by_attendee"]
    );
    assert_eq!(stands(&story, 4).1, "20:00");
    story.calls_off(1);
    assert_eq!(stands(&story, 7).0, RegistrationStatus::CancelledWithGathering);
}

#[test]
fn a_line_that_is_closed_is_left_by_everybody_in_it() {
    let mut story = story();
    story.waitlists(1, 1, booking(1, 1, &[])).waitlists(1, 2, booking(1, 2, &[])).offers(1, 2, LATER);
    story.tell(Fact::LineClosed { gathering: gathering(1), offering: OfferingId::ONLY });
    assert_eq!(stands(&story, 1), (RegistrationStatus::LineClosed, "13:00".into(), false));
    assert_eq!(stands(&story, 2).0.code(), "offered", "they have been served");
    let gathering = story.lists.gathering(gathering(1)).unwrap();
    assert!(gathering.is_line_closed(OfferingId::ONLY));
    assert!(!gathering.announcement().offerings[0].waiting_list);
}

#[test]
fn the_last_twenty_pass_overs_are_kept_and_all_are_counted() {
    let mut story = story();
    story.waitlists(1, 1, booking(1, 1, &[None]));
    for free in 0..25 {
        let reason = PassReason::TooLarge { pool: PoolId::ONLY, wanted: 25, free };
        tell(&mut story, |gathering, registration| Fact::PassedOver { gathering, registration, reason });
    }
    let it = card(&story, 1);
    assert_eq!((it.times_passed_over(), it.pass_overs().len()), (25, 20));
    let frees: Vec<_> = it
        .pass_overs()
        .iter()
        .map(|passed| {
            let PassReason::TooLarge { free, .. } = passed.reason else { panic!("{:?}", passed.reason) };
            free
        })
        .collect();
    assert_eq!(frees, (5..25).collect::<Vec<_>>());
    assert_eq!(it.pass_overs()[19].at, time("2026-02-02T11:00:00Z"));
}

#[test]
fn those_with_a_place_are_asked_whether_new_dates_suit() {
    let mut story = story();
    story.confirms(1, 1, booking(1, 1, &[])).confirms(1, 2, booking(1, 2, &[])).waitlists(
        1,
        3,
        booking(1, 3, &[]),
    );
    let ask = |story: &mut Story, until: &str| {
        let ask = Reconfirmation { until: time(until), on_silence: Silence::FollowUp };
        let schedule = "2026-03-06 14:00 to 15:30 UTC".parse().unwrap();
        story.tell(Fact::GatheringRescheduled { gathering: gathering(1), schedule, ask: Some(ask) });
    };
    let asked = |story: &Story| {
        [1, 2, 3].map(|number| {
            let (gathering, it) = story.lists.registration(registration(number)).unwrap();
            (it.was_asked(), it.has_reconfirmed(), gathering.reconfirm_by(it).is_some())
        })
    };
    assert_eq!(asked(&story), [(false, false, false); 3]);
    ask(&mut story, LATER);
    tell(&mut story, |gathering, registration| Fact::RegistrationReconfirmed { gathering, registration });
    assert_eq!(asked(&story), [(true, true, false), (true, false, true), (false, false, false)]);
    story.reschedules(1, "2026-03-07 14:00 to 15:30 UTC");
    assert_eq!(asked(&story)[1], (true, false, true), "the round goes on");
    ask(&mut story, "2026-03-02T12:00:00Z");
    assert_eq!(asked(&story)[0], (true, false, true), "whoever answered is asked again");
    story.tell(Fact::MovedToFollowUp { gathering: gathering(1), registration: registration(1) });
    story.ends(1, 2, Ending::NotReconfirmed).tell(Fact::ReconfirmationClosed { gathering: gathering(1) });
    assert_eq!(stands(&story, 1).0, RegistrationStatus::FollowUpOnly);
    assert_eq!(stands(&story, 2).0, RegistrationStatus::NotReconfirmed);
    assert!(asked(&story).iter().all(|(_, _, open)| !open));
}

#[test]
fn a_changed_party_has_those_who_stay_and_then_those_who_came() {
    let mut story = story();
    story.confirms(1, 1, booking(1, 1, &[Some(2), None, Some(3)]));
    let draws = vec![Draw { set_aside: SetAsideId::new(1), places: 2 }];
    tell(&mut story, |gathering, registration| Fact::PartyChanged {
        gathering,
        registration,
        removed: vec![2, 3],
        added: vec![None, Some(person(4))],
        draws: draws.clone(),
    });
    let party = Party { booker: person(1), guests: vec![Some(person(3)), None, Some(person(4))] };
    assert_eq!((&card(&story, 1).booking().party, card(&story, 1).draws()), (&party, &*draws));
    let has = |who| !story.lists.agenda(person(who), story.opener()).rows().is_empty();
    assert_eq!([1, 2, 3, 4].map(has), [true, false, true, true]);
}

#[test]
fn the_rest_of_a_split_party_keeps_its_turn() {
    let mut story = story();
    let mut it = webinar("Talk", "2026-03-05 14:00 to 15:30 UTC", 10);
    it.priorities = vec![vec![person(1).into()]];
    story
        .announces(2, it)
        .waitlists(2, 1, booking(1, 9, &[]))
        .waitlists(2, 2, booking(1, 1, &[Some(2), Some(3), None]))
        .waitlists(2, 3, booking(1, 4, &[]))
        .tell(Fact::PassedOver {
            gathering: gathering(2),
            registration: registration(2),
            reason: PassReason::NoTimeToAnswer,
        })
        .tell(Fact::RegistrationSplit {
            gathering: gathering(2),
            registration: registration(2),
            rest: registration(4),
            keep: 2,
        })
        .promotes(2, 2);
    let (first, rest) = (card(&story, 2), card(&story, 4));
    assert_eq!(first.booking().party, Party { booker: person(1), guests: vec![Some(person(2))] });
    assert_eq!(rest.booking().party, Party { booker: person(3), guests: vec![None] });
    let list = story.lists.waiting_list(gathering(2), time(LATER), story.opener()).unwrap();
    let line: Vec<_> = list.rows().iter().map(|row| (row.registration, row.class)).collect();
    assert_eq!(line, [(registration(4), 0), (registration(1), 1), (registration(3), 1)]);
    assert_eq!((rest.joined_at(), rest.number()), (first.joined_at(), 4));
    assert_eq!(rest.times_passed_over(), 1, "it is what was passed");
    let of = |who| {
        let agenda = story.lists.agenda(person(who), story.opener());
        agenda.rows().iter().map(|row| row.number).collect::<Vec<_>>()
    };
    assert_eq!([1, 2, 3].map(of), [vec![2], vec![2], vec![4]]);
}

#[test]
fn a_registration_knows_what_took_its_place() {
    let mut story = story();
    story.announces(2, webinar("Other date", "2026-04-05 14:00 to 15:30 UTC", 10));
    let mut next = booking(1, 1, &[]);
    next.supersedes = Some(registration(1));
    story.confirms(1, 1, booking(1, 1, &[])).ends(1, 1, Ending::MovedAway).confirms(2, 2, next);
    assert_eq!(stands(&story, 1).0, RegistrationStatus::MovedAway);
    assert_eq!(card(&story, 1).superseded_by(), Some(registration(2)));
    let row = story.lists.agenda_row(registration(2)).unwrap();
    assert_eq!((row.supersedes, row.superseded_by), (Some(registration(1)), None));
}

#[test]
fn a_place_that_is_lost_raises_the_sequence_once_whatever_became_of_it() {
    let sequence = |story: &Story| {
        let (gathering, it) = story.lists.registration(registration(1)).unwrap();
        gathering.entry_sequence(it)
    };
    let endings = [Ending::Attendee, Ending::Displaced, Ending::MovedAway, Ending::Superseded];
    for how in endings.into_iter().chain([Ending::NotReconfirmed]) {
        let mut story = story();
        story.confirms(1, 1, booking(1, 1, &[])).ends(1, 1, how);
        assert_eq!(sequence(&story), 1, "{how:?}");
    }
    let mut story = story();
    story.confirms(1, 1, booking(1, 1, &[]));
    tell(&mut story, |gathering, registration| Fact::MovedToFollowUp { gathering, registration });
    assert_eq!(sequence(&story), 1);
    story.cancels(1, 1);
    assert_eq!(sequence(&story), 1, "calendars have it as cancelled already");
    story.waitlists(1, 2, booking(1, 2, &[])).offers(1, 2, LATER).ends(1, 2, Ending::Expired);
    let (gathering, never) = story.lists.registration(registration(2)).unwrap();
    assert_eq!((gathering.entry_sequence(never), never.was_confirmed()), (0, false));
}

#[test]
fn completed_and_archived_gatherings_leave_entries_as_they_were() {
    let mut story = story();
    story.confirms(1, 1, booking(1, 1, &[]));
    let entry = |story: &Story| {
        let (gathering, it) = story.lists.registration(registration(1)).unwrap();
        (
            gathering.sequence(),
            gathering.entry_sequence(it),
            gathering.entry_revised_at(it),
            gathering.revised_at(),
        )
    };
    let before = entry(&story);
    story
        .tell(Fact::PresenceRecorded {
            gathering: gathering(1),
            registration: registration(1),
            place: 1,
            presence: Presence::Attended,
            source: PresenceSource::Door,
            seen_at: time("2026-03-05T14:00:00Z"),
            flagged: false,
        })
        .tell(Fact::BooksClosed { gathering: gathering(1) })
        .tell(Fact::GatheringArchived { gathering: gathering(1) });
    assert_eq!(entry(&story), before);
}
