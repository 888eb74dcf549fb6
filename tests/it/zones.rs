//! Governments move the clocks: what was planned stays on the wall, its instants move, and calendars take notice.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use gather::calendar::ProgrammeFeed;
use gather::testkit::TestClock;
use gather::{
    AddSession, CompiledRules, Desk, Fact, Gathering, GatheringId, MoveSession, PersonId, Position,
    Reschedule, Schedule, Session, SessionId, Venue, WhyLeft, Zone, ZoneRules,
};

use crate::feeds::read;

/// Clocks in Vancouver are not put back in November 2026, and stay on summer time for good.
#[derive(Clone, Copy, Debug)]
struct StaysOnSummerTime;

impl ZoneRules for StaysOnSummerTime {
    fn version(&self) -> &'static str {
        "2026x"
    }

    fn offset_at(&self, zone: Zone, instant: DateTime<Utc>) -> i32 {
        let since: DateTime<Utc> = "2026-11-01T09:00:00Z".parse().unwrap();
        let stays = zone.name() == "America/Vancouver" && instant >= since;
        if stays { -7 * 3600 } else { CompiledRules.offset_at(zone, instant) }
    }
}

/// Clocks in Vancouver are put forward by an hour at noon on a day in January.
#[derive(Clone, Copy, Debug)]
struct SkipsNoon;

impl ZoneRules for SkipsNoon {
    fn version(&self) -> &'static str {
        "skips an hour"
    }

    fn offset_at(&self, zone: Zone, instant: DateTime<Utc>) -> i32 {
        let noon: DateTime<Utc> = "2027-01-12T20:00:00Z".parse().unwrap();
        let ahead = zone.name() == "America/Vancouver" && instant >= noon;
        CompiledRules.offset_at(zone, instant) + if ahead { 3600 } else { 0 }
    }
}

fn at(text: &str) -> Schedule {
    text.parse().unwrap()
}

fn desk() -> Desk {
    let clock = TestClock::at("2026-05-01T09:00:00Z".parse().unwrap());
    Desk::builder().clock(clock).in_memory()
}

fn announce(desk: &Desk, title: &str, when: &str) -> GatheringId {
    desk.announce(Gathering::webinar(title).at(at(when))).unwrap().outcome
}

fn sequences(calendar: &str) -> BTreeMap<String, u64> {
    let entries = read(calendar).into_iter();
    entries
        .map(|entry| (entry["uid"].as_str().unwrap().into(), entry["sequence"].as_u64().unwrap()))
        .collect()
}

#[test]
fn what_was_planned_stays_on_the_wall_and_its_sequence_rises() {
    let desk = desk();
    let touched = announce(&desk, "Winter talk", "2027-01-12 18:00 to 19:00 America/Vancouver");
    let before = announce(&desk, "Summer talk", "2026-07-07 18:00 to 19:00 America/Vancouver");
    let elsewhere = announce(&desk, "Elsewhere", "2027-01-12 18:00 to 19:00 Europe/London");
    let undated = announce(&desk, "Some day", "to be confirmed (spring)");
    let ann = PersonId::random();
    let place = desk.register(touched, ann).unwrap().outcome.registration();

    let followed = desk.follow_zone_rules(&StaysOnSummerTime).unwrap();
    assert_eq!((followed.gatherings, followed.sessions.len(), followed.left.len()), (vec![touched], 0, 0));

    let row = desk.gathering(touched).unwrap();
    assert_eq!(row.announcement().schedule.to_string(), "2027-01-12 18:00 to 19:00 America/Vancouver");
    assert_eq!(row.announcement().schedule.starts().unwrap().to_rfc3339(), "2027-01-13T01:00:00+00:00");

    let public = desk.public_feed().zone_rules(StaysOnSummerTime).to_string();
    assert!(public.contains("DTSTART;TZID=America/Vancouver:20270112T180000\r\n"), "{public}");
    let expected = [(touched, 1), (before, 0), (elsewhere, 0)].map(|(id, number)| (id.to_string(), number));
    assert_eq!(sequences(&public), BTreeMap::from(expected));
    assert!(desk.gathering(undated).unwrap().announcement().schedule.starts().is_none());
    let own = desk.calendar(ann).zone_rules(StaysOnSummerTime).to_string();
    assert_eq!(sequences(&own), BTreeMap::from([(place.to_string(), 1)]));
}

#[test]
fn followed_once_more_nothing_happens() {
    let desk = desk();
    let _ = announce(&desk, "Winter talk", "2027-01-12 18:00 to 19:00 America/Vancouver");
    let untouched = desk.position();
    assert!(desk.follow_zone_rules(&CompiledRules).unwrap().gatherings.is_empty());
    assert_eq!(desk.position(), untouched, "the table of this build moves nothing that it has planned");
    let _ = desk.follow_zone_rules(&StaysOnSummerTime).unwrap();
    let (position, revision) = (desk.position(), desk.public_feed().revision());
    assert!(desk.follow_zone_rules(&StaysOnSummerTime).unwrap().gatherings.is_empty());
    assert_eq!((desk.position(), desk.public_feed().revision()), (position, revision));
}

#[test]
fn sessions_follow_one_by_one_and_by_facts_that_name_them() {
    let desk = desk();
    let conference = Gathering::conference("On the coast", Venue::new("Hall"));
    let conference = conference.at(at("2026-10-31 to 2026-11-02 America/Vancouver"));
    let conference = desk.announce(conference).unwrap().outcome;
    let add = |number, when: &str| {
        let session = Session::new(SessionId::from_u128(number), "Session").at(at(when));
        desk.execute(AddSession::new(conference, session)).unwrap().outcome
    };
    let summer = add(1, "2026-10-31 10:00 to 11:00 America/Vancouver");
    let winter = add(2, "2026-11-01 10:00 to 11:00 America/Vancouver");

    let begun = desk.position();
    let followed = desk.follow_zone_rules(&StaysOnSummerTime).unwrap();
    assert_eq!((followed.gatherings, followed.sessions), (vec![conference], vec![winter]));
    let batches = desk.read_log(begun, 10).unwrap().batches;
    let facts: Vec<Fact> = batches.iter().flat_map(|stored| stored.batch.facts.clone()).collect();
    let [Fact::GatheringRescheduled { gathering, .. }, Fact::SessionMoved { session, room, .. }] = &facts[..]
    else {
        panic!("{facts:?}")
    };
    assert_eq!((*gathering, *session, &**room), (conference, winter, ""));

    let programme = ProgrammeFeed::new(desk.programme(conference).unwrap()).zone_rules(StaysOnSummerTime);
    let sequences = sequences(&programme.to_string());
    let expected = [(conference.to_string(), 1), (summer.to_string(), 0), (winter.to_string(), 1)];
    assert_eq!(sequences, BTreeMap::from(expected));
    assert!(begun > Position::START);
}

#[test]
fn a_time_that_is_no_more_is_left_to_people() {
    let desk = desk();
    let skipped = announce(&desk, "Lunch talk", "2027-01-12 12:30 to 13:30 America/Vancouver");
    let followed = desk.follow_zone_rules(&SkipsNoon).unwrap();
    assert!(followed.gatherings.is_empty());
    let [left] = &followed.left[..] else { panic!("{followed:?}") };
    assert_eq!((left.gathering, left.session), (skipped, None));
    let WhyLeft::Time(error) = &left.why else { panic!("{left:?}") };
    assert!(error.to_string().contains("does not exist in America/Vancouver"), "{error}");

    // Until somebody plans it anew, calendars show the instant that lists show.
    let feed = desk.public_feed().zone_rules(SkipsNoon).to_string();
    assert!(feed.contains("DTSTART:20270112T203000Z\r\n"), "{feed}");
}

#[test]
fn what_is_cancelled_or_over_is_left_alone() {
    let clock = TestClock::at("2026-05-01T09:00:00Z".parse().unwrap());
    let desk = Desk::builder().clock(clock.clone()).in_memory();
    let _over = announce(&desk, "Over", "2026-11-10 18:00 to 19:00 America/Vancouver");
    let called_off = announce(&desk, "Called off", "2027-01-12 18:00 to 19:00 America/Vancouver");
    drop(desk.cancel_gathering(called_off).unwrap());
    clock.set("2026-12-01T09:00:00Z".parse().unwrap());
    let followed = desk.follow_zone_rules(&StaysOnSummerTime).unwrap();
    assert!(followed.gatherings.is_empty() && followed.left.is_empty(), "{followed:?}");
}

/// The instants that a feed by another table tells are those of that table, read by its own VTIMEZONE alone.
#[test]
fn a_feed_by_a_table_of_the_host_s_carries_that_table() {
    let desk = desk();
    let id = announce(&desk, "Winter talk", "2027-01-12 18:00 to 19:00 America/Vancouver");
    let _ = desk.follow_zone_rules(&StaysOnSummerTime).unwrap();
    let ours = desk.public_feed().zone_rules(StaysOnSummerTime).to_string();
    let zone = ours.split_once("BEGIN:VTIMEZONE").unwrap().1.split_once("END:VTIMEZONE").unwrap().0;
    assert!(
        zone.ends_with("TZOFFSETTO:-0700\r\nEND:DAYLIGHT\r\n"),
        "the last change is the last of all: {zone}"
    );
    // By the table of this build the time on the wall would be another instant, so the instant is written.
    let theirs = desk.public_feed().to_string();
    assert!(theirs.contains("DTSTART:20270113T010000Z\r\n"), "{theirs}");
    assert_ne!(desk.public_feed().revision(), desk.public_feed().zone_rules(StaysOnSummerTime).revision());
    assert!(desk.gathering(id).is_ok());
}

/// A table that, when it is first asked, gives an organiser the time to move things.
struct Meanwhile<F>(Mutex<Option<F>>);

impl<F> fmt::Debug for Meanwhile<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meanwhile")
    }
}

impl<F: FnOnce() + Send> ZoneRules for Meanwhile<F> {
    fn version(&self) -> &'static str {
        StaysOnSummerTime.version()
    }

    fn offset_at(&self, zone: Zone, instant: DateTime<Utc>) -> i32 {
        let moves = self.0.lock().unwrap().take();
        if let Some(moves) = moves {
            moves();
        }
        StaysOnSummerTime.offset_at(zone, instant)
    }
}

#[test]
fn what_is_moved_meanwhile_stays_where_it_was_moved() {
    let desk = desk();
    let day = announce(&desk, "Day", "2027-01-12 09:00 to 17:00 America/Vancouver");
    let talk = SessionId::from_u128(1);
    let planned = at("2027-01-12 10:00 to 11:00 America/Vancouver");
    drop(desk.execute(AddSession::new(day, Session::new(talk, "Talk").at(planned))).unwrap());
    let (later, afternoon) = (
        at("2027-01-12 10:00 to 18:00 America/Vancouver"),
        at("2027-01-12 15:00 to 16:00 America/Vancouver"),
    );
    let moves = || {
        drop(desk.execute(Reschedule::new(day, later.clone())).unwrap());
        drop(desk.execute(MoveSession::new(day, talk).to(afternoon.clone())).unwrap());
    };
    let followed = desk.follow_zone_rules(&Meanwhile(Mutex::new(Some(moves)))).unwrap();
    assert!(followed.gatherings.is_empty() && followed.sessions.is_empty() && followed.left.is_empty());
    assert_eq!(desk.gathering(day).unwrap().announcement().schedule, later);
    assert_eq!(*desk.programme(day).unwrap().rows()[0].schedule(), afternoon);
    let followed = desk.follow_zone_rules(&StaysOnSummerTime).unwrap();
    assert_eq!((followed.gatherings, followed.sessions), (vec![day], vec![talk]));
}
