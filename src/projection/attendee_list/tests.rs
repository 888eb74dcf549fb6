//! What an attendee list shows of whom, and how.

use std::sync::atomic::Ordering;

use super::*;
use crate::fact::{Ending, Fact, Pending, PresenceSource};
use crate::projection::fixture::{
    Story, booking, conference, gathering, person, registration, time, webinar,
};
use crate::projection::table::WIDTH;

const NOW: &str = "2026-03-01T12:00:00Z";

/// Three parties at a conference: names in wide and in combined characters, guests named and unnamed, a person
/// whose key is lost, and one of whom nothing is recorded.
fn story() -> Story {
    let mut story = Story::new();
    story
        .announces(1, conference())
        .knows(1, PersonDetails::new("王小明").organisation("図書館").email("wang@example.org"))
        .knows(2, PersonDetails::new("Zoe\u{308} Müller").organisation("Hillside Library").role("trustee"))
        .records(3)
        .confirms(1, 1, booking(1, 1, &[None, Some(2)]))
        .waitlists(1, 2, booking(1, 5, &[]))
        .confirms(1, 3, booking(2, 3, &[None]))
        .confirms(1, 4, booking(3, 4, &[]))
        .confirms(1, 5, booking(2, 2, &[]))
        .cancels(1, 5);
    story
}

fn list() -> AttendeeList {
    let story = story();
    story.lists.attendee_list(gathering(1), time(NOW), story.opener()).unwrap()
}

#[test]
fn names_are_printed_only_when_exposed() {
    let expected = "\
Owning libraries, 2026-03-20 to 2026-03-21 Europe/London

No.  Name        Person                                Offering       Since
  1  [personal]  00000000-0000-0000-0000-000000000001  in person      2026-02-01
  1  guest                                             in person      2026-02-01
  1  [personal]  00000000-0000-0000-0000-000000000002  in person      2026-02-01
  3  [personal]  00000000-0000-0000-0000-000000000003  online         2026-02-01
  3  guest                                             online         2026-02-01
  4  [personal]  00000000-0000-0000-0000-000000000004  with site vi…  2026-02-01

6 people
in person: 4 of 2 places taken
online: 2 places taken, no limit
site visit: 1 of 1 place taken";
    assert_eq!(list().to_string(), expected);
}

#[test]
fn whoever_has_several_places_is_counted_once() {
    let mut conference = conference();
    conference.offerings[2].requires = Some(OfferingId::new(1));
    let mut story = Story::new();
    story
        .announces(1, conference)
        .confirms(1, 1, booking(1, 1, &[Some(2), None]))
        .confirms(1, 2, booking(2, 1, &[]))
        .confirms(1, 3, booking(3, 1, &[None]));
    let list = story.lists.attendee_list(gathering(1), time(NOW), story.opener()).unwrap();
    assert_eq!(list.rows().len(), 6);
    assert!(list.to_string().contains("\n\n3 people\n"), "{list}");
}

#[test]
fn an_exposed_list_is_a_table_aligned_by_what_is_seen() {
    let expected = "\
Owning libraries, 2026-03-20 to 2026-03-21 Europe/London

No.  Name                    Organisation      Offering         Since
  1  王小明                  図書館            in person        2026-02-01 13:00
  1  guest of 王小明                           in person        2026-02-01 13:00
  1  Zoe\u{308} Müller              Hillside Library  in person        2026-02-01 13:00
  3  [unavailable]                             online           2026-02-01 15:00
  3  guest of [unavailable]                    online           2026-02-01 15:00
  4  [no name]                                 with site visit  2026-02-01 16:00

6 people
in person: 4 of 2 places taken
online: 2 places taken, no limit
site visit: 1 of 1 place taken";
    assert_eq!(list().expose("badges").to_string(), expected);
}

#[test]
fn a_gathering_without_a_choice_does_not_name_its_offering() {
    let mut story = Story::new();
    story.announces(1, webinar("Asset transfer", "2026-07-02 14:00 to 15:30 Europe/London", 100)).confirms(
        1,
        1,
        booking(1, 1, &[]),
    );
    let list = story.lists.attendee_list(gathering(1), time(NOW), story.opener()).unwrap();
    let expected = "\
Asset transfer, 2026-07-02 14:00 to 15:30 Europe/London

No.  Name         Organisation  Since
  1  Ann Example                2026-02-01 10:00

1 person, 1 of 100 places taken";
    assert_eq!(list.with_names(|_| Some("Ann Example".into())).to_string(), expected);
}

#[test]
fn an_empty_list_has_no_table() {
    let mut story = Story::new();
    story.announces(1, webinar("Asset transfer", "to be confirmed (spring)", 1));
    let list = story.lists.attendee_list(gathering(1), time(NOW), story.opener()).unwrap();
    assert_eq!(list.to_string(), "Asset transfer, to be confirmed (spring)\n\n0 people, 0 of 1 place taken");
}

#[test]
fn long_names_keep_within_a_terminal() {
    let mut story = Story::new();
    let long = PersonDetails::new("名".repeat(200)).organisation("x".repeat(200));
    story.announces(1, conference()).knows(1, long).confirms(1, 1, booking(3, 1, &[None]));
    let list = story.lists.attendee_list(gathering(1), time(NOW), story.opener()).unwrap();
    for line in list.expose("badges").to_string().lines().chain(list.to_string().lines()) {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= WIDTH, "{line}");
    }
}

#[test]
fn each_person_is_opened_once_and_nobody_before_exposure() {
    let mut story = story();
    story.confirms(1, 6, booking(2, 2, &[Some(2), Some(1)]));
    let opener = story.opener();
    let list = story.lists.attendee_list(gathering(1), time(NOW), opener.clone()).unwrap();
    let _ = (list.to_string(), format!("{list:?}"), serde_json::to_string(&list).unwrap());
    assert_eq!(opener.opened.load(Ordering::Relaxed), 0);
    let _ = list.with_names(|_| None);
    assert_eq!(opener.opened.load(Ordering::Relaxed), 0);
    let _ = list.expose("badges");
    assert_eq!(opener.opened.load(Ordering::Relaxed), 3, "persons 1, 2 and 3 have details");
}

#[test]
fn a_host_gives_names_by_id() {
    let list = list().with_names(|id| (id == person(4)).then(|| "Dora\u{1b}[2J".into()));
    let names: Vec<_> = list.rows().iter().map(|row| row.details.name.as_str()).collect();
    assert_eq!(names, ["", "", "", "", "", "Dora\u{1b}[2J"]);
    assert_eq!(list.purpose(), None);
    assert!(list.to_string().contains("Dora\u{FFFD}[2J"), "an escape is not passed to a terminal");
}

#[test]
fn no_name_is_in_debug_or_in_a_list_not_exposed() {
    let list = list();
    let exposed = list.expose("badges");
    let json = serde_json::to_string(&list).unwrap();
    let shown = format!("{list:?} {list:#?} {list} {json} {exposed:?} {exposed:#?} {:?}", exposed.rows());
    for secret in ["王小明", "Zoe", "Hillside", "図書館", "trustee", "wang@example.org"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
        assert!(serde_json::to_string(&exposed).unwrap().contains(secret));
    }
}

#[test]
fn field_names_are_stable() {
    let mut story = Story::new();
    story
        .announces(1, webinar("Asset transfer", "2026-07-02 14:00 to 15:30 Europe/London", 100))
        .records(1)
        .confirms(1, 1, booking(1, 1, &[]));
    let list = story.lists.attendee_list(gathering(1), time(NOW), story.opener()).unwrap();
    let schedule = serde_json::json!({
        "text": "2026-07-02 14:00 to 15:30 Europe/London",
        "starts": "2026-07-02T13:00:00Z",
        "ends": "2026-07-02T14:30:00Z",
        "zone": "Europe/London",
        "all_day": false,
    });
    let mut expected = serde_json::json!({
        "gathering": "00000000-0000-0000-0000-000000000001",
        "title": "Asset transfer",
        "cancelled": false,
        "schedule": schedule,
        "pools": [{
            "pool": 1,
            "name": "places",
            "capacity": 100,
            "limit": 100,
            "taken": 1,
            "set_aside": 0,
            "left": 99,
        }],
        "presence": { "attended": 0, "late": 0, "excused": 0, "no_show": 0, "unknown": 1 },
        "attendees": [{
            "number": 1,
            "place": 1,
            "registration": "00000000-0000-0000-0000-000000000001",
            "reference": null,
            "person": "00000000-0000-0000-0000-000000000001",
            "booker": "00000000-0000-0000-0000-000000000001",
            "offering": 1,
            "offering_name": "places",
            "party": 1,
            "status": "confirmed",
            "uncounted": false,
            "presence": "unknown",
            "since": "2026-02-01T11:00:00Z",
            "forgotten": null,
            "name": "[personal]",
        }],
    });
    assert_eq!(serde_json::to_value(&list).unwrap(), expected);
    expected["purpose"] = "badges".into();
    let row = &mut expected["attendees"][0];
    for field in ["name", "email", "phone", "organisation", "role", "region", "badge_name"] {
        row[field] = "".into();
    }
    row["unavailable"] = "key_missing".into();
    assert_eq!(serde_json::to_value(list.expose("badges")).unwrap(), expected);
}

#[test]
fn a_cancelled_gathering_has_no_attendees() {
    let mut story = story();
    story.calls_off(1);
    let list = story.lists.attendee_list(gathering(1), time(NOW), story.opener()).unwrap();
    assert!(list.rows().is_empty());
    assert!(list.pools().iter().all(|pool| pool.taken == 0));
    assert!(list.to_string().starts_with("Cancelled: Owning libraries, "));
}

/// One of each kind that a list can have, at a webinar with ten places.
fn mixed() -> Story {
    let mut story = Story::new();
    let mut speaker = booking(1, 4, &[]);
    speaker.uncounted = true;
    story
        .announces(1, webinar("Asset transfer", "2026-07-02 14:00 to 15:30 Europe/London", 10))
        .confirms(1, 1, booking(1, 1, &[None]))
        .holds(1, 2, booking(1, 2, &[]), "2026-03-01T12:10:00Z")
        .asks_approval(1, 3, booking(1, 3, &[]), Pending { uses_places: true, until: None })
        .asks_approval(1, 4, booking(1, 5, &[]), Pending { uses_places: false, until: None })
        .confirms(1, 5, speaker.clone())
        .waitlists(1, 6, booking(1, 6, &[None]))
        .offers(1, 6, "2026-03-01T12:00:01Z");
    speaker.party.booker = person(7);
    story.holds(1, 7, speaker, "2026-03-01T12:10:00Z");
    story
}

#[test]
fn whoever_keeps_a_place_from_others_is_in_the_list_and_marked() {
    let story = mixed();
    let list = story.lists.attendee_list(gathering(1), time(NOW), story.opener()).unwrap();
    let expected = "\
Asset transfer, 2026-07-02 14:00 to 15:30 Europe/London

No.  Name               Organisation  Status          Since
  1  person 1                         confirmed       2026-02-01 10:00
  1  guest of person 1                confirmed       2026-02-01 10:00
  2  person 2                         held            2026-02-01 11:00
  3  person 3                         to be approved  2026-02-01 12:00
  5  person 4                         uncounted       2026-02-01 14:00
  6  person 6                         offered         2026-02-01 16:00
  6  guest of person 6                offered         2026-02-01 16:00

3 people, 6 of 10 places taken";
    let named = list.with_names(|id| Some(format!("person {}", id.uuid().as_u128())));
    assert_eq!(named.to_string(), expected);
    let counted = list.rows().iter().filter(|row| row.is_counted()).count();
    assert_eq!(u64::try_from(counted).unwrap(), list.pools()[0].taken);
}

#[test]
fn a_place_whose_time_is_up_is_in_no_list() {
    let story = mixed();
    let numbers = |now: &str| -> Vec<u32> {
        let list = story.lists.attendee_list(gathering(1), time(now), story.opener()).unwrap();
        list.rows().iter().map(|row| row.number).collect()
    };
    assert_eq!(numbers("2026-03-01T12:00:01Z"), [1, 1, 2, 3, 5]);
    assert_eq!(numbers("2026-03-01T12:10:00Z"), [1, 1, 3, 5]);
}

#[test]
fn who_came_is_said_once_anything_is_known() {
    let mut story = mixed();
    let seen = |number, presence| Fact::PresenceRecorded {
        gathering: gathering(1),
        registration: registration(number),
        place: 1,
        presence,
        source: PresenceSource::Door,
        seen_at: time("2026-07-02T13:00:00Z"),
        flagged: false,
    };
    story.tell(seen(1, Presence::Late)).tell(seen(5, Presence::Attended)).ends(1, 3, Ending::Rejected);
    let after = time("2026-07-02T16:00:00Z");
    let list = |story: &Story| story.lists.attendee_list(gathering(1), after, story.opener()).unwrap();
    let expected = "\
Asset transfer, 2026-07-02 14:00 to 15:30 Europe/London

No.  Name        Person                                Status
  1  [personal]  00000000-0000-0000-0000-000000000001  late
  1  guest                                             unknown
  5  [personal]  00000000-0000-0000-0000-000000000004  uncounted, attended

3 people, 2 of 10 places taken
1 attended, 1 late, 0 excused, 0 no-show, 1 unknown";
    assert_eq!(list(&story).to_string(), expected);
    story.tell(Fact::BooksClosed { gathering: gathering(1) });
    let closed = list(&story);
    assert_eq!((closed.presence().no_show, closed.presence().total()), (1, 3));
    assert_eq!(closed.presence(), story.lists.gathering(gathering(1)).unwrap().presence_counts());
    assert_eq!(closed.rows()[1].presence, Presence::NoShow);
}
