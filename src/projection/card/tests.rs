use super::*;
use crate::fact::Venue;
use crate::projection::fixture::{
    Story, booking, conference, gathering, registration, session, talk, time, webinar,
};

/// A conference with a talk that can be booked on its own, as offering 4, and one that cannot.
fn story() -> Story {
    let mut story = Story::new();
    story
        .announces(1, conference())
        .adds(1, talk(1, "Asset transfer", "10:00 to 10:45"))
        .adds(1, talk(2, "Panel", "11:00 to 12:00"))
        .adds_offering(1, 4, "workshop", 1);
    story
}

fn card(story: &Story) -> &GatheringCard {
    story.lists.gathering(gathering(1)).unwrap()
}

/// The sequences of the gathering and of its two talks.
fn sequences(story: &Story) -> [u32; 3] {
    [card(story).sequence(), story.session(1).sequence, story.session(2).sequence]
}

/// The sequence of the entry of registration 1, and when that was last changed.
fn entry(story: &Story) -> (u32, DateTime<Utc>) {
    let (card, it) = story.lists.registration(registration(1)).unwrap();
    (card.entry_sequence(it), card.entry_revised_at(it))
}

#[test]
fn another_place_raises_the_sequence_of_the_gathering_and_of_every_session() {
    let mut story = story();
    let hub = Venue::new("Town Hall").address("High Street");
    story.changes_mode(1, Mode::InPerson(hub.clone()), false);
    assert_eq!(sequences(&story), [1, 1, 1]);
    assert_eq!(card(&story).announcement().mode, Mode::InPerson(hub.clone()));
    assert!(card(&story).join_link().is_none(), "a link that is not given again is gone");
    let changed = time("2026-02-01T13:00:00Z");
    assert_eq!([card(&story).revised_at(), story.session(2).revised_at], [changed; 2]);
    story.changes_mode(1, Mode::Online, true);
    assert_eq!(sequences(&story), [2, 2, 2]);
    assert!(card(&story).join_link().is_some());
    story.changes_mode(1, Mode::Online, false);
    assert_eq!(sequences(&story), [3, 3, 3], "no link is another place to go");
}

#[test]
fn the_same_place_without_a_link_is_no_change() {
    let mut story = story();
    let hub = Mode::InPerson(Venue::new("Town Hall"));
    story.changes_mode(1, hub.clone(), false);
    let before = (sequences(&story), card(&story).revised_at());
    story.changes_mode(1, hub.clone(), false);
    assert_eq!((sequences(&story), card(&story).revised_at()), before);
    story.changes_mode(1, Mode::InPerson(Venue::new("Town Hall").address("High Street")), false);
    assert_eq!(sequences(&story), [2, 2, 2], "another address is another place");
}

#[test]
fn a_link_that_is_given_counts_as_another() {
    let mut story = story();
    story.changes_mode(1, Mode::Online, true).changes_mode(1, Mode::Online, true);
    assert_eq!(sequences(&story), [2, 2, 2]);
}

#[test]
fn other_dates_raise_those_sessions_only_whose_status_they_change() {
    let mut story = story();
    story.moves(1, 2, "2026-03-21 11:00 to 12:00 Europe/London", "");
    assert_eq!(sequences(&story), [0, 0, 1]);
    story.reschedules(1, "2026-03-21 to 2026-03-22 Europe/London");
    assert_eq!(sequences(&story), [1, 1, 1], "the second is on its days as before");
    story.drops(1, 1).calls_off(1);
    assert_eq!(sequences(&story), [2, 2, 2], "one that was dropped is not cancelled again");
}

#[test]
fn another_word_in_a_date_s_stead_counts_for_nothing() {
    let mut story = story();
    story.reschedules(1, "to be confirmed").moves(1, 2, "to be confirmed", "");
    let before = (sequences(&story), card(&story).revised_at(), story.session(2).revised_at);
    story.reschedules(1, "to be confirmed (summer)").moves(1, 2, "to be confirmed (summer)", "");
    assert_eq!((sequences(&story), card(&story).revised_at(), story.session(2).revised_at), before);
    assert_eq!(card(&story).announcement().schedule.to_string(), "to be confirmed (summer)");
    story.moves(1, 2, "to be confirmed (summer)", "Upstairs");
    assert_eq!(story.session(2).sequence, before.0[2] + 1, "another room is another place");
}

#[test]
fn what_is_booked_for_a_session_follows_the_session() {
    let mut story = story();
    story.confirms(1, 1, booking(4, 1, &[])).confirms(1, 2, booking(1, 2, &[]));
    assert_eq!(entry(&story), (0, time("2026-02-01T13:00:00Z")));
    story.moves(1, 2, "2026-03-20 15:00 to 16:00 Europe/London", "");
    assert_eq!(entry(&story), (0, time("2026-02-01T13:00:00Z")), "that is the other one");
    story.moves(1, 1, "2026-03-20 14:00 to 14:45 Europe/London", "");
    assert_eq!(entry(&story), (1, time("2026-02-01T16:00:00Z")));
    story.reschedules(1, "2026-03-20 to 2026-03-22 Europe/London");
    assert_eq!(entry(&story), (1, time("2026-02-01T16:00:00Z")), "the session is where it was");
    let (card, whole) = story.lists.registration(registration(2)).unwrap();
    assert_eq!(card.entry_sequence(whole), 1, "the conference is not");
    story.drops(1, 1);
    assert_eq!(entry(&story), (2, time("2026-02-01T18:00:00Z")));
    story.cancels(1, 1);
    assert_eq!(entry(&story), (3, time("2026-02-01T19:00:00Z")));
    story.adds(1, talk(1, "Asset transfer", "14:00 to 14:45"));
    assert_eq!(entry(&story), (4, time("2026-02-01T20:00:00Z")), "it has ended for good, and counts on");
}

#[test]
fn what_is_booked_for_a_session_is_called_off_with_its_gathering() {
    let mut story = story();
    story.confirms(1, 1, booking(4, 1, &[])).calls_off(1);
    assert_eq!(entry(&story), (1, time("2026-02-01T14:00:00Z")));
    let (card, it) = story.lists.registration(registration(1)).unwrap();
    assert_eq!(card.status(it), RegistrationStatus::CancelledWithGathering);
    assert_eq!(card.since(it), time("2026-02-01T14:00:00Z"));
}

#[test]
fn a_session_that_was_dropped_or_is_over_is_not_on_offer() {
    let mut story = story();
    let on_offer = |story: &Story, now: &str| {
        let card = card(story);
        let offering = card.announcement().offering(OfferingId::new(4)).unwrap();
        card.is_on_offer(offering, time(now))
    };
    assert!(on_offer(&story, "2026-03-20T10:44:59Z"));
    assert!(!on_offer(&story, "2026-03-20T10:45:00Z"));
    assert!(story.lists.whats_on(time("2026-03-20T12:00:00Z")).rows()[0].offerings.len() == 3);
    story.moves(1, 1, "to be confirmed", "");
    assert!(on_offer(&story, "2026-03-20T12:00:00Z"), "nobody knows when it ends");
    story.drops(1, 1);
    assert!(!on_offer(&story, "2026-03-20T09:00:00Z"));
    let whole = card(&story).announcement().offering(OfferingId::new(1)).unwrap();
    assert!(card(&story).is_on_offer(whole, time("2026-03-20T12:00:00Z")));
    story.adds(1, talk(1, "Asset transfer", "14:00 to 14:45"));
    assert!(on_offer(&story, "2026-03-20T12:00:00Z"), "it is bookable again");
}

#[test]
fn an_added_offering_comes_last_with_its_pool() {
    let story = story();
    let it = card(&story).announcement();
    let names: Vec<_> = it.offerings.iter().map(|offering| offering.name.as_str()).collect();
    assert_eq!(names, ["in person", "online", "with site visit", "workshop"]);
    assert_eq!(it.pool(PoolId::new(4)).unwrap().capacity, Capacity::Limited(20));
    assert_eq!(card(&story).session_of(OfferingId::new(4)).unwrap().id(), session(1));
    assert!(card(&story).session_of(OfferingId::new(1)).is_none());
}

#[test]
fn sessions_of_a_gathering_never_heard_of_change_nothing() {
    let mut story = Story::new();
    story.adds(1, talk(1, "Nowhere", "10:00 to 10:45")).moves(1, 1, "2026-03-20 Europe/London", "");
    assert!(story.lists.gathering(gathering(1)).is_none());
    story.announces(1, webinar("Talk", "2026-03-20 10:00 to 11:00 Europe/London", 1));
    story.moves(1, 7, "2026-03-20 Europe/London", "").drops(1, 7);
    assert!(story.programme(1).rows().is_empty());
}
