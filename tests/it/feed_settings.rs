//! What a host says of a calendar, what it leaves out of it, and what tells one state of it from the next.

use std::io::{self, Write};

use chrono::{DateTime, TimeDelta, Utc};
use gather::calendar::{Calendar, Colour, Geo, Link, ProgrammeFeed, PublicEntry, PublicFeed, Wording};
use gather::testkit::{TestClock, epoch, gathering_id, histories, person_id};
use gather::{
    AddSession, AnnounceDraft, Desk, Gathering, GatheringId, JoinLink, PersonId, Reschedule, Schedule,
    SeriesId, Session, SessionId, Venue,
};
use proptest::prelude::*;

use crate::feeds::read;

fn at(text: &str) -> Schedule {
    text.parse().unwrap()
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn webinar(title: &str, when: &str) -> Gathering {
    Gathering::webinar(title).at(at(when))
}

fn announce(desk: &Desk, gathering: Gathering) -> GatheringId {
    desk.announce(gathering).unwrap().outcome
}

fn unfolded(text: &str) -> String {
    text.replace("\r\n ", "")
}

/// The lines above the first component.
fn head(text: &str) -> Vec<String> {
    let unfolded = unfolded(text);
    let lines = unfolded.split("\r\n").skip(1).take_while(|line| !line.starts_with("BEGIN:"));
    lines.map(String::from).collect()
}

fn uids(feed: &PublicFeed) -> Vec<String> {
    read(&feed.to_string()).iter().map(|entry| entry["uid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_setting_has_its_line_and_clients_find_it_where_they_look() {
    let desk = Desk::in_memory();
    let hall = Venue::new("Upper Norwood Library Hub").address("Westow Hill, London SE19 1TJ");
    let _ = announce(&desk, Gathering::conference("Open day", hall).at(at("2099-03-05 Europe/London")));
    let feed = desk
        .public_feed()
        .name("Library network")
        .description("Talks, visits; and more")
        .colour(Colour::named("RebeccaPurple").unwrap_or(Colour::named("indigo").unwrap()))
        .source(Link::new("https://example.org/feeds/all.ics").unwrap())
        .url(Link::new("https://example.org/talks").unwrap())
        .refresh_hours(6)
        .place("Upper Norwood Library Hub", Geo::new(51.4157, -0.0824).unwrap());
    let expected = [
        "VERSION:2.0",
        "PRODID:-//gather//calendar//EN",
        "CALSCALE:GREGORIAN",
        "NAME:Library network",
        "X-WR-CALNAME:Library network",
        "X-WR-CALDESC:Talks\\, visits\\; and more",
        "COLOR:indigo",
        "X-APPLE-CALENDAR-COLOR:#4B0082",
        "SOURCE;VALUE=URI:https://example.org/feeds/all.ics",
        "URL:https://example.org/talks",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ];
    let text = feed.to_string();
    assert_eq!(head(&text), expected);
    assert!(text.contains("GEO:51.415700;-0.082400\r\n"), "{text}");
    assert!(!desk.public_feed().place("Elsewhere", Geo::new(0.0, 0.0).unwrap()).to_string().contains("GEO:"));
    let debug = format!("{feed:?}");
    assert!(!debug.contains("all.ics"), "an address may be a secret: {debug}");
}

#[test]
fn programmes_and_personal_calendars_take_the_same_settings() {
    let desk = Desk::in_memory();
    let day = Gathering::conference("Day", Venue::new("Hall")).at(at("2099-03-05 Europe/London"));
    let day = announce(&desk, day);
    let talk =
        Session::new(SessionId::from_u128(1), "Talk").at(at("2099-03-05 10:00 to 11:00 Europe/London"));
    drop(desk.execute(AddSession::new(day, talk)).unwrap());
    let ann = PersonId::from_u128(7);
    drop(desk.register(day, ann).unwrap());

    let (teal, hall) = (Colour::named("teal").unwrap(), Geo::new(53.38, -1.47).unwrap());
    let programme = ProgrammeFeed::new(desk.programme(day).unwrap()).colour(teal).place("Hall", hall);
    let programme = programme.to_string();
    assert_eq!(programme.matches("GEO:53.380000;-1.470000\r\n").count(), 2, "{programme}");
    let own =
        desk.calendar(ann).colour(teal).place("Hall", hall).refresh_hours(1).description("Mine").to_string();
    for line in ["GEO:53.380000;-1.470000", "COLOR:teal", "X-PUBLISHED-TTL:PT1H", "X-WR-CALDESC:Mine"] {
        assert!(own.contains(&format!("\r\n{line}\r\n")), "{own}");
    }
}

#[test]
fn a_series_a_single_gathering_and_what_lies_ahead_are_calendars_of_their_own() {
    let desk = Desk::builder().clock(TestClock::at(time("2026-01-01T09:00:00Z"))).in_memory();
    let monthly = SeriesId::from_u128(1);
    let march = announce(&desk, webinar("Monthly", "2026-03-05 14:00 to 15:30 UTC").series(monthly));
    let april = announce(&desk, webinar("Monthly", "2026-04-02 14:00 to 15:30 UTC").series(monthly));
    let other =
        announce(&desk, webinar("Other", "2026-03-20 14:00 to 15:30 UTC").series(SeriesId::from_u128(2)));
    let alone = announce(&desk, webinar("Alone", "2026-03-21 14:00 to 15:30 UTC"));
    drop(desk.cancel_gathering(march).unwrap());

    let sorted = |mut ids: Vec<String>| {
        ids.sort();
        ids
    };
    let texts = |ids: &[GatheringId]| sorted(ids.iter().map(ToString::to_string).collect());
    assert_eq!(sorted(uids(&desk.public_feed())), texts(&[march, april, other, alone]));
    assert_eq!(sorted(uids(&desk.public_feed().series(monthly))), texts(&[march, april]));
    assert_eq!(uids(&desk.public_feed().gathering(alone)), texts(&[alone]));
    let since = |text: &str| sorted(uids(&desk.public_feed().since(time(text))));
    assert_eq!(
        since("2026-03-05T15:29:59Z"),
        texts(&[march, april, other, alone]),
        "cancelled, until its date is over"
    );
    assert_eq!(since("2026-03-05T15:30:00Z"), texts(&[april, other, alone]));
    assert_eq!(since("2027-01-01T00:00:00Z"), texts(&[]));
}

#[test]
fn what_has_no_date_yet_is_named_in_the_description_if_that_is_asked_for() {
    let desk = Desk::in_memory();
    let spring = announce(&desk, webinar("Owning, leasing", "to be confirmed (spring 2099)"));
    let _ = announce(&desk, webinar("Some day", "to be confirmed"));
    let _ = announce(&desk, webinar("Dated", "2099-03-05 14:00 to 15:30 UTC"));
    let draft = announce(&desk, webinar("Draft", "to be confirmed").draft());
    let called_off = announce(&desk, webinar("Called off", "to be confirmed"));
    drop(desk.cancel_gathering(called_off).unwrap());

    let described = |feed: PublicFeed| {
        let lines = head(&feed.to_string());
        let found = lines.iter().find_map(|line| line.strip_prefix("X-WR-CALDESC:").map(String::from));
        let mut said: Vec<_> = found.unwrap_or_default().split("\\n").map(String::from).collect();
        said.sort();
        said
    };
    assert_eq!(described(desk.public_feed()), [""]);
    let all = ["Date to be confirmed: Owning\\, leasing (spring 2099)", "Date to be confirmed: Some day"];
    assert_eq!(described(desk.public_feed().with_undated()), all);
    let said = described(
        desk.public_feed().description("Talks").wording(Wording::default().undated("? ")).with_undated(),
    );
    assert_eq!(said, ["? Owning\\, leasing (spring 2099)", "? Some day", "Talks"]);

    // Later it has a date: then it is an entry, with a raised SEQUENCE, and no line any more.
    drop(desk.execute(Reschedule::new(spring, at("2099-05-05 14:00 to 15:30 UTC"))).unwrap());
    drop(desk.execute(AnnounceDraft::new(draft)).unwrap());
    assert_eq!(described(desk.public_feed().with_undated()).len(), 2);
    let entries = read(&desk.public_feed().to_string());
    let entry = entries.iter().find(|entry| entry["uid"] == spring.to_string()).unwrap();
    assert_eq!(entry["sequence"], 1);
}

#[test]
fn each_setting_is_another_revision_and_the_same_setting_is_none() {
    let desk = Desk::in_memory();
    let hall =
        Gathering::conference("Day", Venue::new("Hall")).at(at("2099-03-05 14:00 to 15:30 Europe/London"));
    drop(desk.announce(hall).unwrap());
    let link = |text| Link::new(text).unwrap();
    let feed = || desk.public_feed();
    let all = [
        feed(),
        feed().name("Other"),
        feed().description("Talks"),
        feed().colour(Colour::named("teal").unwrap()),
        feed().source(link("https://example.org/a.ics")),
        feed().url(link("https://example.org/a.ics")),
        feed().refresh_hours(13),
        feed().place("Hall", Geo::new(1.0, 2.0).unwrap()),
        feed().since(time("2100-01-01T00:00:00Z")),
    ];
    for (nth, one) in all.iter().enumerate() {
        for (other_nth, other) in all.iter().enumerate() {
            assert_eq!(one.revision() == other.revision(), nth == other_nth, "{nth} and {other_nth}");
        }
    }
    assert_eq!(
        feed().revision(),
        feed()
            .name("Gatherings")
            .refresh_hours(12)
            .place("Elsewhere", Geo::new(1.0, 2.0).unwrap())
            .revision()
    );
}

#[test]
fn a_reader_who_has_the_calendar_as_it_is_needs_no_body() {
    let clock = TestClock::at(time("2026-01-01T09:00:00Z"));
    let desk = Desk::builder().clock(clock.clone()).in_memory();
    let talk = announce(&desk, webinar("Talk", "2026-03-05 14:00 to 15:30 UTC"));
    let revision = desk.public_feed().revision();
    assert_eq!(revision.http_date().as_deref(), Some("Thu, 01 Jan 2026 09:00:00 GMT"));
    let etag = revision.etag();

    // Bookings are in no public calendar, so they move nothing there; in their owner's they do.
    clock.advance(TimeDelta::hours(1));
    let ann = PersonId::from_u128(7);
    let empty = desk.calendar(ann).revision();
    assert_eq!(empty.last_modified(), None);
    drop(desk.register(talk, ann).unwrap());
    assert!(desk.public_feed().revision().is_in(&etag));
    assert_ne!(desk.calendar(ann).revision(), empty);

    clock.advance(TimeDelta::hours(1));
    drop(desk.cancel_gathering(talk).unwrap());
    let after = desk.public_feed().revision();
    assert!(!after.is_in(&etag));
    assert_eq!(after.last_modified(), Some(time("2026-01-01T11:00:00Z")));
}

/// All calendars of a desk, as they are now.
fn calendars(desk: &Desk, gatherings: usize) -> Vec<(String, String, Option<DateTime<Utc>>)> {
    let mut all = Vec::new();
    let mut note = |text: String, revision: gather::calendar::Revision| {
        all.push((text, revision.etag(), revision.last_modified()));
    };
    let public = desk.public_feed().with_undated();
    note(public.to_string(), public.revision());
    for person in (0..6).map(person_id) {
        let own = desk.calendar(person).with_waiting();
        note(own.to_string(), own.revision());
    }
    for id in (0..gatherings).map(gathering_id) {
        let Ok(programme) = desk.programme(id) else {
            note(String::new(), desk.public_feed().name("none").revision());
            continue;
        };
        let feed = ProgrammeFeed::new(programme);
        note(feed.to_string(), feed.revision());
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// After any step of any history a revision is another one exactly when the file is, and its time is the latest
    /// LAST-MODIFIED in the file.
    #[test]
    fn a_revision_changes_exactly_when_the_bytes_do(history in histories(1..20)) {
        let desk = Desk::builder().clock(epoch).in_memory();
        let steps = history.steps.len();
        let mut before = calendars(&desk, steps);
        for nth in 0..steps {
            let _ = history.play_step(&desk, nth);
            let after = calendars(&desk, steps);
            for ((old, old_tag, _), (new, tag, modified)) in before.iter().zip(&after) {
                if old.is_empty() || new.is_empty() {
                    continue;
                }
                prop_assert_eq!(old == new, old_tag == tag, "{} {}", old, new);
                let unfolded = unfolded(new);
                let times = unfolded.lines().filter_map(|line| line.strip_prefix("LAST-MODIFIED:"));
                let latest = times.max().map(String::from);
                prop_assert_eq!(modified.map(|time| time.format("%Y%m%dT%H%M%SZ").to_string()), latest);
            }
            before = after;
        }
    }
}

/// Counts what is written, and remembers the largest piece.
#[derive(Default)]
struct Pieces {
    bytes: usize,
    largest: usize,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len();
        self.largest = self.largest.max(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The text in memory is a piece, however long the calendar is.
#[test]
fn a_calendar_of_any_length_is_written_in_pieces_of_one_size() {
    let when = at("2026-03-05 14:00 to 15:30 Europe/London");
    let written = |count: u128| {
        let revised = time("2026-01-10T09:00:00Z");
        let entries = (0..count).map(|n| {
            PublicEntry::new(SessionId::from_u128(n).uuid(), "A talk", &when, revised)
                .description("About it.")
        });
        let mut pieces = Pieces::default();
        Calendar::new("x", entries).write_to(&mut pieces).unwrap();
        pieces
    };
    let (few, many) = (written(100), written(100_000));
    assert!(many.bytes > 900 * few.bytes, "{} and {}", many.bytes, few.bytes);
    assert!(many.largest <= 17 * 1024, "{}", many.largest);

    // A programme's texts are not collected either: the whole of it is many times a piece.
    let desk = Desk::in_memory();
    let day = Gathering::conference("Day", Venue::new("Hall")).at(at("2099-03-05 Europe/London"));
    let day = announce(&desk, day.online_too().join_link(JoinLink::new("https://meet.example/secret")));
    for number in 0..200 {
        let talk = Session::new(SessionId::from_u128(number), "Talk").about("word ".repeat(400));
        let talk = talk.at(at("2099-03-05 10:00 to 11:00 Europe/London"));
        drop(desk.execute(AddSession::new(day, talk)).unwrap());
    }
    let mut pieces = Pieces::default();
    ProgrammeFeed::new(desk.programme(day).unwrap()).write_to(&mut pieces).unwrap();
    assert!(pieces.bytes > 400_000 && pieces.largest < 20 * 1024, "{} {}", pieces.bytes, pieces.largest);
}
