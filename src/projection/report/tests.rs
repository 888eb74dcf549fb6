use std::sync::Arc;

use super::*;
use crate::fact::{Booking, Credential, Ending, Fact, Presence, PresenceSource};
use crate::id::{OrganisationId, PersonId, RequestId};
use crate::person::PersonDetails;
use crate::projection::fixture::{
    Story, booking, conference, gathering, person, registration, time, webinar,
};
use crate::record::{Batch, Guard, Position, Scope, Tag};
use crate::sealed::Opener;

const NOW: &str = "2026-03-10T12:00:00Z";

fn organisation(number: u128) -> OrganisationId {
    OrganisationId::from_u128(number)
}

fn of(mut booking: Booking, number: u128) -> Booking {
    booking.credentials.push(Credential::Organisation(organisation(number)));
    booking
}

fn year() -> Period {
    Period::year(2026, "Europe/London").unwrap()
}

fn seen(story: &mut Story, on: u128, number: u128, place: u16, presence: Presence) {
    story.tell(Fact::PresenceRecorded {
        gathering: gathering(on),
        registration: registration(number),
        place,
        presence,
        source: PresenceSource::Door,
        seen_at: time(NOW),
        flagged: false,
    });
}

/// Two webinars that took place, one that did not, and one to come.
fn story() -> Story {
    let mut story = Story::new();
    story
        .knows(1, PersonDetails::new("Ann Example").region(" North "))
        .knows(2, PersonDetails::new("Bob Sample").region("North"))
        .knows(3, PersonDetails::new("Cyd Muster"))
        .records(4)
        .announces(1, webinar("Asset transfer", "2026-03-05 14:00 to 15:30 Europe/London", 9))
        .announces(2, webinar("Volunteering", "2026-03-09 14:00 to 15:30 Europe/London", 9))
        .announces(3, webinar("Called off", "2026-03-08 14:00 to 15:30 Europe/London", 9))
        .announces(4, webinar("To come", "2026-03-19 14:00 to 15:30 Europe/London", 9))
        .confirms(1, 1, of(booking(1, 1, &[Some(2), None]), 7))
        .confirms(1, 2, booking(1, 3, &[]))
        .confirms(2, 3, of(booking(1, 1, &[]), 7))
        .confirms(2, 4, of(booking(1, 4, &[]), 8))
        .waitlists(2, 5, booking(1, 5, &[]))
        .confirms(3, 6, of(booking(1, 6, &[]), 9))
        .confirms(4, 7, of(booking(1, 6, &[]), 9));
    seen(&mut story, 1, 1, 1, Presence::Attended);
    seen(&mut story, 1, 1, 3, Presence::Late);
    seen(&mut story, 2, 4, 1, Presence::Attended);
    story.tell(Fact::BooksClosed { gathering: gathering(1) }).calls_off(3);
    story
}

#[test]
fn who_came_is_told_by_gathering_and_by_organisation() {
    let story = story();
    let came = story.lists.show_up(&year(), time(NOW));
    let names = |id| (id == organisation(7)).then(|| String::from("Hillside Library"));
    let expected = "\
Who came, times in Europe/London

Start             Title           Places  Came  Late  Excused  No-show  Came %
2026-03-05 14:00  Asset transfer       4     2     1        0        2      50
2026-03-09 14:00  Volunteering         2     1     0        0        0     100
                  in all               6     3     1        0        2      60

Organisation                          At  Places  Came  No-show  Came %
Hillside Library                       2       4     2        1      66
(none said)                            1       1     0        1       0
00000000-0000-0000-0000-000000000008   1       1     1        0     100";
    let told = came.clone().with_organisations(names).to_string();
    assert_eq!(told, expected);
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    let rows: Vec<_> = came.organisations().iter().map(|row| (row.organisation, row.gatherings)).collect();
    assert_eq!(rows, [(Some(organisation(7)), 2), (None, 1), (Some(organisation(8)), 1)]);
    assert_eq!(came.organisations()[0].presence.no_show, 1);
    let json = serde_json::to_value(&came).unwrap();
    assert_eq!(json["gatherings"][0]["per_cent"], 50);
    assert_eq!(json["organisations"][1]["organisation"], serde_json::Value::Null);
}

#[test]
fn what_has_not_begun_was_called_off_or_is_outside_counts_nowhere() {
    let story = story();
    let april: Period = "2026-04-01 to 2026-04-30 Europe/London".parse().unwrap();
    assert_eq!(story.lists.show_up(&april, time(NOW)).to_string(), "Who came\n\nnothing took place");
    let begun = story.lists.show_up(&year(), time("2026-03-05T14:00:00Z"));
    assert_eq!(begun.gatherings().len(), 1);
    // A period ends before its end.
    let (from, until) = (time("2026-03-05T14:00:00Z"), time("2026-03-09T14:00:00Z"));
    let one = story.lists.reach(&Period::between(from, until), time(NOW), story.opener());
    assert_eq!(one.gatherings(), 1);
}

#[test]
fn a_reach_counts_people_once_and_says_who_is_missing() {
    let story = story();
    let reach = story.lists.reach(&year(), time(NOW), story.opener());
    assert_eq!((reach.gatherings(), reach.places(), reach.people()), (2, 6, 4));
    assert_eq!((reach.unnamed(), reach.came(), reach.more_than_once()), (1, 2, 1));
    let missing = reach.people_not_reached([6, 1, 5, 6].map(person));
    assert_eq!(missing, [person(5), person(6)], "who waited or booked what is to come had no place yet");
    assert_eq!(reach.organisations_not_reached([9, 7].map(organisation)), [organisation(9)]);
    let exposed = reach.expose("annual report");
    assert_eq!(exposed.regions(), [RegionReach { region: "North".into(), people: 2 }]);
    assert_eq!((exposed.not_said(), exposed.unavailable(), exposed.erased()), (1, 1, 0));
    let told = exposed.to_string();
    assert!(
        told.contains("2 gatherings, 6 places\n4 people, 1 of them more than once, 2 came; 1 guests"),
        "{told}"
    );
    assert!(told.ends_with("North               2\n(not said)          1\n[unavailable]       1"), "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    assert!(!reach.to_string().contains("North"));
    let json = serde_json::to_value(&exposed).unwrap();
    assert_eq!(
        (&json["purpose"], &json["people"], &json["regions"][0]["people"]),
        (&"annual report".into(), &4.into(), &2.into())
    );
}

#[test]
fn statistics_are_the_same_when_somebody_is_forgotten() {
    let mut story = story();
    let told = |story: &Story| {
        let opener: Arc<dyn Opener> = story.opener();
        let reach = story.lists.reach(&year(), time(NOW), opener);
        let came = serde_json::to_string(&story.lists.show_up(&year(), time(NOW))).unwrap();
        (came, serde_json::to_string(&reach).unwrap())
    };
    let before = told(&story);
    story.tell(Fact::PersonForgotten { person: person(1) });
    assert_eq!(told(&story), before);
    let exposed = story.lists.reach(&year(), time(NOW), story.opener()).expose("annual report");
    assert_eq!((exposed.regions()[0].people, exposed.erased()), (1, 1));
}

#[test]
fn what_is_nearly_full_is_told_by_offering() {
    let mut story = Story::new();
    story
        .announces(1, conference())
        .announces(2, webinar("Talk", "2026-03-19 14:00 to 15:30 Europe/London", 10))
        .announces(3, webinar("Over", "2026-03-01 14:00 to 15:30 Europe/London", 1))
        .confirms(1, 1, booking(1, 1, &[None]))
        .waitlists(1, 2, booking(1, 2, &[]))
        .confirms(2, 3, booking(1, 1, &[None; 7]));
    let full = |threshold| story.lists.nearly_full(threshold, time(NOW));
    let expected = "\
Nearly full, times in Europe/London

Start             Title                              Left  Of  Waiting  Booking
2026-03-19 14:00  Talk                                  2  10        0  open
2026-03-20        Owning libraries: in person           0   2        1  open
2026-03-20        Owning libraries: with site visit     0   2        0  open";
    assert_eq!(full(Threshold::Places(2)).to_string(), expected);
    assert_eq!(full(Threshold::PerCent(20)).rows().len(), 3);
    assert_eq!(full(Threshold::PerCent(19)).rows().len(), 2);
    assert_eq!(full(Threshold::Places(0)).rows().len(), 2);
    let json = serde_json::to_value(full(Threshold::Places(2))).unwrap();
    assert_eq!((&json["offerings"][0]["left"], &json["offerings"][0]["limit"]), (&2.into(), &10.into()));
    let empty = Lists::new().nearly_full(Threshold::PerCent(100), time(NOW));
    assert_eq!(empty.to_string(), "Nearly full\n\nnothing is nearly full");
}

#[test]
fn a_digest_is_plain_text_with_short_lines() {
    let mut story = Story::new();
    let mut talk = webinar("Asset transfer", "2026-03-19 14:00 to 15:30 Europe/London", 3);
    talk.description =
        "How a building comes into the hands of those who use it. ".repeat(3) + "\n\nBring tea.";
    story
        .announces(1, talk)
        .announces(2, conference())
        .announces(3, webinar("Undated", "to be confirmed", 5))
        .announces(4, webinar("Over", "2026-03-01 14:00 to 15:30 Europe/London", 1))
        .announces(5, webinar("Next year", "2027-03-01 14:00 to 15:30 Europe/London", 1))
        .confirms(1, 1, booking(1, 1, &[None]));
    let digest = story.lists.digest(&year(), time(NOW));
    let link = |id| (id == gathering(2)).then(|| String::from("https://network.example/conference"));
    let expected = "\
Asset transfer
Thursday 19 March 2026, 14:00 to 15:30 (Europe/London)
online
1 place left

How a building comes into the hands of those who use it. How a building
comes into the hands of those who use it. How a building comes into the
hands of those who use it.

Bring tea.

Owning libraries
Friday 20 March 2026 to Saturday 21 March 2026
Library Hub, online
in person: 2 places left; online: places for everybody; with site visit:
1 place left
https://network.example/conference";
    assert_eq!(digest.clone().with_links(link).to_string(), expected);
    let json = serde_json::to_value(&digest).unwrap();
    let online = &json["entries"][1]["offerings"][1];
    assert_eq!((&online["name"], &online["left"]), (&"online".into(), &serde_json::Value::Null));
    assert_eq!(json["entries"][0]["offerings"][0]["left"], 1);
    assert_eq!(Lists::new().digest(&year(), time(NOW)).to_string(), "Nothing is planned yet.");
}

/// Folds facts at given times, and tells the curve as of a time.
fn filled(facts: &[(&str, Fact)], now: &str) -> FillCurve {
    let mut fold = FillFold::new(gathering(1));
    for (nth, (at, fact)) in facts.iter().enumerate() {
        let batch = Batch {
            id: RequestId::from_u128(u128::try_from(nth).unwrap()),
            time: time(at),
            actor: None,
            trace: None,
            content: None,
            guard: Guard { seen: Position::START, scope: Scope::everything() },
            facts: vec![fact.clone()],
        };
        for record in batch.records(Position::START.next().plus(nth)) {
            fold.apply(&record, &Tag::of(fact));
        }
    }
    fold.curve(time(now)).unwrap()
}

fn announced(schedule: &str) -> Fact {
    let (gathering, announcement) = (gathering(1), Box::new(webinar("Talk", schedule, 3)));
    Fact::GatheringAnnounced { gathering, announcement, join_link: None }
}

fn confirmed(number: u128, booking: Booking) -> Fact {
    let (gathering, registration) = (gathering(1), registration(number));
    Fact::RegistrationConfirmed { gathering, registration, booking, draws: Vec::new() }
}

#[test]
fn a_curve_has_the_days_of_its_zone_with_what_happened() {
    let (it, one) = (gathering(1), registration(1));
    let waits = |number: u128| Fact::RegistrationWaitlisted {
        gathering: it,
        registration: registration(number),
        booking: booking(1, number, &[]),
        ahead: 0,
    };
    let offer = Fact::PlaceOffered {
        gathering: it,
        registration: registration(3),
        draws: Vec::new(),
        respond_by: time("2026-07-04T12:00:00Z"),
    };
    let facts = [
        ("2026-07-01T10:00:00Z", announced("2026-07-10 14:00 to 15:30 Europe/London")),
        // It is the 2nd in London already.
        ("2026-07-01T23:30:00Z", confirmed(1, booking(1, 1, &[None]))),
        ("2026-07-02T10:00:00Z", confirmed(2, booking(1, 2, &[]))),
        ("2026-07-02T11:00:00Z", waits(3)),
        (
            "2026-07-03T10:00:00Z",
            Fact::RegistrationEnded { gathering: it, registration: one, how: Ending::Attendee },
        ),
        ("2026-07-03T10:00:00Z", offer),
    ];
    let expected = "\
Talk, 2026-07-10 14:00 to 15:30 Europe/London

Day         Before  Booked  Cancelled  In line  Offered  Places  Kept  Waiting
2026-07-02       8       3          0        1        0       3     0        1
2026-07-03       7       0          2        0        1       1     1        0
2026-07-04       6       0          0        0        0       1     0        0";
    let curve = filled(&facts, "2026-07-05T10:00:00Z");
    assert_eq!(curve.to_string(), expected, "the offer lapsed, whether that is written or not");
    assert_eq!(curve.limit(), Some(3));
    assert_eq!(filled(&facts, "2026-07-04T11:59:59Z").days().len(), 2);
    let written =
        Fact::RegistrationEnded { gathering: it, registration: registration(3), how: Ending::Expired };
    let late: Vec<_> = facts.into_iter().chain([("2026-07-09T10:00:00Z", written)]).collect();
    assert_eq!(filled(&late, "2026-07-09T10:00:00Z").to_string(), expected, "it ended when its time was up");
    let json = serde_json::to_value(curve).unwrap();
    assert_eq!((&json["days"][1]["cancelled"], &json["days"][1]["days_before"]), (&2.into(), &7.into()));
}

#[test]
fn calling_off_takes_every_place_and_an_undated_day_has_no_number() {
    let facts = [
        ("2026-07-01T10:00:00Z", announced("to be confirmed")),
        ("2026-07-02T10:00:00Z", confirmed(1, booking(1, 1, &[None]))),
        ("2026-07-03T10:00:00Z", Fact::GatheringCancelled { gathering: gathering(1) }),
    ];
    let curve = filled(&facts, "2026-07-05T10:00:00Z");
    let days: Vec<_> =
        curve.days().iter().map(|day| (day.days_before, day.cancelled, day.confirmed)).collect();
    assert_eq!(days, [(None, 0, 2), (None, 2, 0)]);
    assert!(curve.to_string().starts_with("Cancelled: Talk"), "{curve}");
    assert!(filled(&facts[..1], NOW).to_string().ends_with("nobody has booked"));
}

#[test]
fn people_who_are_known_to_nobody_count_as_people() {
    let ids: Vec<PersonId> = [1, 2].map(person).to_vec();
    let reach = Lists::new().reach(&year(), time(NOW), Story::new().opener());
    assert_eq!(reach.people_not_reached(ids.clone()), ids);
    assert!(
        reach
            .to_string()
            .starts_with("Reach, 2026-01-01 00:00 to 2027-01-01 00:00 Europe/London\n\n0 gatherings")
    );
}
