use std::sync::Arc;

use super::*;
use crate::fact::{Ending, Fact, Overbook};
use crate::person::PersonDetails;
use crate::projection::fixture::{
    Story, booking, conference, gathering, person, registration, time, webinar,
};

const NOW: &str = "2026-03-01T12:00:00Z";

fn compared(lists: &Lists) -> Compared {
    Compared { position: lists.position(), at: time(NOW) }
}

fn difference(before: &Lists, after: &Story) -> Difference {
    let (from, to) = (compared(before), compared(&after.lists));
    Difference::between((before, from), (&after.lists, to), None, after.opener())
}

#[test]
fn it_says_who_came_who_left_and_who_stands_otherwise() {
    let mut story = Story::new();
    story
        .knows(1, PersonDetails::new("Ann Example"))
        .announces(1, webinar("Talk", "2026-03-05 14:00 to 15:30 UTC", 2))
        .confirms(1, 1, booking(1, 1, &[None]))
        .waitlists(1, 2, booking(1, 2, &[]));
    let before = story.lists.clone();
    story
        .cancels(1, 1)
        .promotes(1, 2)
        .transfers(1, 2, 1, 2, 3)
        .waitlists(1, 3, booking(1, 4, &[]))
        .announces(2, webinar("Other", "to be confirmed", 5));
    let told = difference(&before, &story);
    let codes: Vec<_> = told.of(gathering(1)).unwrap().changes.iter().map(ClaimChange::code).collect();
    assert_eq!(codes, ["left", "left", "handed_over", "came"]);
    assert_eq!(told.counts(), (1, 2, 1));
    let expected = "\
From position 4 (2026-03-01 12:00Z) to position 9 (2026-03-01 12:00Z)

Talk, 2026-03-05 14:00 to 15:30 UTC

What         No.  Name         Before     After
left           1  Ann Example  confirmed  cancelled
left           1  guest        confirmed  cancelled
handed over    2  [no name]    waiting    confirmed
came           3  [no name]               waiting

confirmed 2 → 1, waiting 1 → 1

Other, to be confirmed
was not announced before

1 came, 2 left, 1 changed
confirmed 2 → 1, waiting 1 → 1";
    assert_eq!(told.expose("telling the team").to_string(), expected);
    assert!(!told.to_string().contains("Ann"));
    assert!(told.to_string().lines().all(|line| line.chars().count() <= 80), "{told}");
    let json = serde_json::to_value(told.expose("telling the team")).unwrap();
    assert_eq!(json["purpose"], "telling the team");
    assert_eq!(json["gatherings"][0]["changes"][0]["before"]["name"], "Ann Example");
    assert_eq!(json["gatherings"][0]["changes"][0]["how"], "cancelled_by_attendee");
    let json = serde_json::to_value(&told).unwrap();
    assert_eq!(json["gatherings"][0]["changes"][0]["before"].get("name"), None);
}

#[test]
fn a_move_within_a_gathering_is_one_change() {
    let mut story = Story::new();
    story.announces(1, conference()).confirms(1, 1, booking(1, 1, &[]));
    let before = story.lists.clone();
    let mut online = booking(2, 1, &[]);
    online.supersedes = Some(registration(1));
    story.ends(1, 1, Ending::MovedAway).confirms(1, 2, online);
    let told = difference(&before, &story);
    let [ClaimChange::Changed { before: was, after: is }] = told.gatherings()[0].changes[..] else {
        panic!("{told:?}")
    };
    assert_eq!((was.number, is.number, was.person), (1, 2, Some(person(1))));
    assert_eq!(told.gatherings()[0].changes[0].code(), "moved");
    let claims = before.gathering(gathering(1)).unwrap().claims(time(NOW));
    let after = story.lists.gathering(gathering(1)).unwrap().claims(time(NOW));
    assert_eq!(told.gatherings()[0].apply(&claims), after);
}

#[test]
fn dates_limits_and_calling_off_are_told() {
    let mut story = Story::new();
    story.announces(1, webinar("Talk", "2026-03-05 14:00 to 15:30 UTC", 2)).confirms(
        1,
        1,
        booking(1, 1, &[]),
    );
    let before = story.lists.clone();
    story.reschedules(1, "2026-03-06 14:00 to 15:30 UTC").tell(Fact::CapacityChanged {
        gathering: gathering(1),
        pool: PoolId::ONLY,
        capacity: Capacity::Limited(9),
        overbook: Overbook::No,
        keep_all: false,
    });
    story.calls_off(1);
    let told = difference(&before, &story).to_string();
    let expected = "\
Cancelled: Talk, 2026-03-06 14:00 to 15:30 UTC
announced → cancelled
was 2026-03-05 14:00 to 15:30 UTC
places: 2 → 9
";
    assert!(told.contains(expected), "{told}");
    assert!(told.contains("called off"), "{told}");
}

#[test]
fn between_a_moment_and_itself_nothing_changed() {
    let mut story = Story::new();
    story.announces(1, conference()).confirms(1, 1, booking(1, 1, &[None]));
    let told = difference(&story.lists.clone(), &story);
    assert!(told.is_empty());
    assert!(told.to_string().ends_with("nothing changed"));
}

#[test]
fn what_lapsed_by_time_alone_is_told() {
    let mut story = Story::new();
    story.announces(1, webinar("Talk", "2026-03-05 14:00 to 15:30 UTC", 2)).holds(
        1,
        1,
        booking(1, 1, &[]),
        NOW,
    );
    let from = Compared { at: time("2026-03-01T11:59:59Z"), ..compared(&story.lists) };
    let opener: Arc<dyn Opener> = story.opener();
    let told =
        Difference::between((&story.lists, from), (&story.lists, compared(&story.lists)), None, opener);
    let [ClaimChange::Left { how, .. }] = told.gatherings()[0].changes[..] else { panic!("{told:?}") };
    assert_eq!(how, Some(RegistrationStatus::HoldExpired));
}
