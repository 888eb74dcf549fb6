//! Calendars read back in readers that are not ours.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a reader of tests that stops at whatever it does not know"
)]

use std::collections::BTreeMap;
use std::io::{self, BufReader};
use std::path::Path;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};
use gather::calendar::{Calendar, Colour, Geo, Link, PersonalEntry, PublicEntry, Status, Wording};
use gather::{Mode, Schedule, Venue, WallTime};
use proptest::prelude::*;
use uuid::Uuid;

/// A small reader that shares nothing with the writer: it unfolds, splits, and undoes the escapes.
pub(crate) mod reader {
    use super::{BTreeMap, DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc, Weekday};

    #[derive(Debug, Default)]
    pub(crate) struct Component {
        pub(crate) kind: String,
        pub(crate) lines: Vec<Line>,
        pub(crate) parts: Vec<Component>,
    }

    #[derive(Debug)]
    pub(crate) struct Line {
        pub(crate) name: String,
        pub(crate) parameters: BTreeMap<String, String>,
        pub(crate) value: String,
    }

    /// Checks the bytes and gives the one calendar.
    pub(crate) fn read(text: &str) -> Component {
        let body = text.strip_suffix("\r\n").expect("the last line ends");
        for line in body.split("\r\n") {
            assert!(line.len() <= 75, "{} octets: {line:?}", line.len());
            assert!(!line.trim().is_empty(), "a line of nothing");
            let backslashes = line.len() - line.trim_end_matches('\\').len();
            assert!(backslashes.is_multiple_of(2), "a fold behind a backslash: {line:?}");
            assert!(!line.contains(|c: char| c.is_control() && c != '\t'), "a control character: {line:?}");
        }
        let unfolded = body.replace("\r\n ", "").replace("\r\n\t", "");
        let mut open = vec![Component::default()];
        for line in unfolded.split("\r\n").map(split) {
            match line.name.as_str() {
                "BEGIN" => open.push(Component { kind: line.value, ..Component::default() }),
                "END" => {
                    let done = open.pop().unwrap();
                    assert_eq!(done.kind, line.value, "END of what is open");
                    open.last_mut().expect("END after BEGIN").parts.push(done);
                }
                _ => {
                    let component = open.last_mut().unwrap();
                    assert!(component.parts.is_empty() || component.kind.is_empty(), "properties come first");
                    component.lines.push(line);
                }
            }
        }
        let mut outside = open.pop().unwrap();
        assert!(open.is_empty() && outside.lines.is_empty(), "everything is inside");
        assert_eq!(outside.parts.len(), 1);
        outside.parts.pop().unwrap()
    }

    fn split(line: &str) -> Line {
        let mut quoted = false;
        let mut cuts = vec![];
        for (at, c) in line.char_indices() {
            match c {
                '"' => quoted = !quoted,
                ';' if !quoted => cuts.push(at),
                ':' if !quoted => {
                    cuts.push(at);
                    break;
                }
                _ => {}
            }
        }
        let colon = cuts.pop().expect("a colon");
        assert!(line[colon..].starts_with(':'));
        let head: Vec<&str> = {
            let mut ends = cuts.clone();
            ends.push(colon);
            let starts = std::iter::once(0).chain(cuts.iter().map(|cut| cut + 1));
            starts.zip(ends).map(|(start, end)| &line[start..end]).collect()
        };
        let parameters = head[1..].iter().map(|parameter| {
            let (name, value) = parameter.split_once('=').expect("a parameter has a value");
            let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
            (name.to_owned(), without_carets(value))
        });
        Line {
            name: head[0].to_owned(),
            parameters: parameters.collect(),
            value: line[colon + 1..].to_owned(),
        }
    }

    fn without_carets(value: &str) -> String {
        let mut plain = String::new();
        let mut characters = value.chars();
        while let Some(c) = characters.next() {
            plain.push(match (c, if c == '^' { characters.next() } else { None }) {
                ('^', Some('n')) => '\n',
                ('^', Some('\'')) => '"',
                ('^', Some('^')) => '^',
                ('^', other) => panic!("a caret before {other:?}"),
                ('"', _) => panic!("a quote within quotes"),
                (c, _) => c,
            });
        }
        plain
    }

    pub(crate) fn unescape(value: &str) -> String {
        let mut plain = String::new();
        let mut characters = value.chars();
        while let Some(c) = characters.next() {
            match (c, if c == '\\' { characters.next() } else { None }) {
                ('\\', Some('n')) => plain.push('\n'),
                ('\\', Some(c @ ('\\' | ',' | ';'))) => plain.push(c),
                ('\\', other) => panic!("a backslash before {other:?}"),
                (',' | ';', _) => panic!("{c} without its backslash"),
                (c, _) => plain.push(c),
            }
        }
        plain
    }

    impl Component {
        pub(crate) fn all(&self, kind: &str) -> Vec<&Component> {
            self.parts.iter().filter(|part| part.kind == kind).collect()
        }

        pub(crate) fn line(&self, name: &str) -> Option<&Line> {
            let mut found = self.lines.iter().filter(|line| line.name == name);
            let line = found.next();
            assert!(found.next().is_none(), "{name} twice");
            line
        }

        pub(crate) fn value(&self, name: &str) -> &str {
            &self.line(name).unwrap_or_else(|| panic!("no {name} in {self:?}")).value
        }

        pub(crate) fn text(&self, name: &str) -> String {
            unescape(self.value(name))
        }

        /// The instant that a time stands for, by the rules in the same file.
        pub(crate) fn instant(&self, entry: &Component, name: &str) -> DateTime<Utc> {
            let line = entry.line(name).unwrap();
            if let Some(utc) = line.value.strip_suffix('Z') {
                assert!(line.parameters.is_empty());
                return wall(utc).and_utc();
            }
            let zone = Zone::find(self, &line.parameters["TZID"]);
            let wall = wall(&line.value);
            (wall - TimeDelta::seconds(zone.offset(wall))).and_utc()
        }
    }

    pub(crate) fn wall(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").unwrap_or_else(|_| panic!("{text:?}"))
    }

    /// A VTIMEZONE, spelt out until 2110.
    pub(crate) struct Zone(pub(super) Vec<(NaiveDateTime, i64)>);

    impl Zone {
        pub(crate) fn find(calendar: &Component, name: &str) -> Self {
            let zones = calendar.all("VTIMEZONE");
            let mut found = zones.iter().filter(|zone| zone.value("TZID") == name);
            let zone = found.next().unwrap_or_else(|| panic!("no zone {name}"));
            assert!(found.next().is_none(), "{name} twice");
            Self::new(zone)
        }

        pub(crate) fn new(zone: &Component) -> Self {
            let mut onsets: Vec<_> = zone.parts.iter().flat_map(onsets).collect();
            onsets.sort_unstable();
            Self(onsets)
        }

        /// The offset at a wall time; of a doubled hour, in its first pass (RFC 5545, 3.3.5).
        pub(crate) fn offset(&self, wall: NaiveDateTime) -> i64 {
            let passed = self.0.partition_point(|(onset, _)| *onset <= wall);
            self.0[passed.checked_sub(1).expect("the time is before the zone's first onset")].1
        }
    }

    fn onsets(part: &Component) -> Vec<(NaiveDateTime, i64)> {
        let begins = wall(part.value("DTSTART"));
        let (from, to) = (seconds(part.value("TZOFFSETFROM")), seconds(part.value("TZOFFSETTO")));
        match part.kind.as_str() {
            "DAYLIGHT" => assert!(to > from),
            "STANDARD" => assert!(to <= from),
            other => panic!("{other}"),
        }
        let Some(rule) = part.line("RRULE") else { return vec![(begins, to)] };
        let (month, day) =
            rule.value.strip_prefix("FREQ=YEARLY;BYMONTH=").unwrap().split_once(";BYDAY=").unwrap();
        let (week, weekday) = day.split_at(day.len() - 2);
        let dates = (begins.year()..2110)
            .map(|year| nth(year, month.parse().unwrap(), week.parse().unwrap(), weekday));
        let onsets: Vec<_> = dates.map(|date| (date.and_time(begins.time()), to)).collect();
        assert_eq!(onsets[0].0, begins, "the rule's first onset is its DTSTART");
        onsets
    }

    fn nth(year: i32, month: u32, week: i32, weekday: &str) -> NaiveDate {
        let days: Vec<_> = (1..=31)
            .filter_map(|day| NaiveDate::from_ymd_opt(year, month, day))
            .filter(|date| abbreviated(date.weekday()) == weekday)
            .collect();
        let index = if week < 0 { i32::try_from(days.len()).unwrap() + week } else { week - 1 };
        days[usize::try_from(index).unwrap()]
    }

    fn abbreviated(weekday: Weekday) -> String {
        weekday.to_string()[..2].to_uppercase()
    }

    fn seconds(offset: &str) -> i64 {
        assert!(matches!(offset.len(), 5 | 7) && offset != "-0000");
        let pair = |at: usize| offset.get(at..at + 2).map_or(0, |digits| digits.parse::<i64>().unwrap());
        let distance = pair(1) * 3600 + pair(3) * 60 + pair(5);
        if offset.starts_with('-') { -distance } else { distance }
    }
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn schedule(text: &str) -> Schedule {
    text.parse().unwrap()
}

fn uid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn revised() -> DateTime<Utc> {
    time("2026-01-10T09:00:00Z")
}

/// What is left of a text: line breaks in one form, other controls gone, blanks at the end gone.
fn cleaned(text: &str) -> String {
    let one_form = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    let kept = one_form.replace(|c: char| (c.is_control() && c != '\n' && c != '\t') || c == '\u{feff}', "");
    kept.trim_end_matches([' ', '\t']).to_owned()
}

fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,20}",
        "[a-z ]{0,40}",
        "[\u{0}-\u{20}\u{7f}-\u{9f}\u{2028}\u{2029}\u{feff}]{1,3}",
        "[\\\\,;:\"^nN]{1,6}",
        "(é|漢|😀|e\u{301}){1,30}",
        Just("\r\nBEGIN:VEVENT\r\n".to_owned()),
        Just("\r\n ".to_owned()),
        Just("END:VCALENDAR".to_owned()),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Times in any zone, every other time in a doubled hour, where the zone has one; none where the clocks skip them.
fn planned_times() -> impl Strategy<Value = Option<Schedule>> {
    let numbers = (0..TZ_VARIANTS.len(), 0i64..12 * 365 * 24 * 2, 1i64..40 * 24, any::<[bool; 3]>());
    numbers.prop_map(|(zone, half_hours, hours, [doubled, start_first, end_first])| {
        let zone = TZ_VARIANTS[zone];
        let begin = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
        let wall = begin + TimeDelta::minutes(30 * half_hours);
        let start = if doubled { next_doubled(zone, wall).unwrap_or(wall) } else { wall };
        let pass = |first: bool| if first { WallTime::first } else { WallTime::second };
        let end = pass(end_first)(start + TimeDelta::hours(hours));
        Schedule::exact(pass(start_first)(start), end, zone.name()).ok()
    })
}

fn next_doubled(zone: Tz, wall: NaiveDateTime) -> Option<NaiveDateTime> {
    let mut walls = (0..366 * 24 * 2).map(|n| wall + TimeDelta::minutes(30 * n));
    walls.find(|wall| {
        zone.from_local_datetime(wall).single().is_none()
            && zone.from_local_datetime(wall).earliest().is_some()
    })
}

proptest! {
    #[test]
    fn every_text_comes_back_cleaned(
        name in hostile_text(),
        summary in hostile_text(),
        description in hostile_text(),
        (venue, address) in (hostile_text(), hostile_text()),
        category in hostile_text(),
        label in hostile_text(),
    ) {
        let when = schedule("2026-03-05 14:00 to 15:30 Europe/London");
        let mode = Mode::Hybrid(Venue { name: venue.clone(), address: address.clone() });
        let categories = [category.as_str()];
        let public = PublicEntry::new(uid(1), &summary, &when, revised())
            .description(&description)
            .mode(&mode)
            .categories(&categories);
        let link = Link::new("https://meet.example/a,b;c").unwrap();
        let entry = PersonalEntry::new(public).join_link(link).reminders(&[5]);
        let wording = Wording::default().online(label.clone());
        let text = Calendar::new(&name, [entry]).description(&name).wording(&wording).to_string();

        let calendar = reader::read(&text);
        prop_assert_eq!(calendar.text("NAME"), cleaned(&name));
        prop_assert_eq!(calendar.text("X-WR-CALNAME"), cleaned(&name));
        if !name.is_empty() {
            prop_assert_eq!(calendar.text("X-WR-CALDESC"), cleaned(&name));
        }
        let entries = calendar.all("VEVENT");
        prop_assert_eq!(entries.len(), 1);
        let entry = entries[0];
        prop_assert_eq!(entry.text("SUMMARY"), cleaned(&summary));
        let rest = if description.is_empty() { String::new() } else { format!("\n{description}") };
        prop_assert_eq!(entry.text("DESCRIPTION"), cleaned(&format!("Join: https://meet.example/a,b;c{rest}")));
        let comma = if venue.is_empty() || address.is_empty() { "" } else { ", " };
        let place = cleaned(&format!("{venue}{comma}{address}"));
        if !(venue.is_empty() && address.is_empty()) {
            prop_assert_eq!(entry.text("LOCATION"), place);
        }
        if let Some(category_line) = entry.line("CATEGORIES") {
            prop_assert_eq!(reader::unescape(&category_line.value), cleaned(category.trim()));
        }
        let conference = entry.line("CONFERENCE").unwrap();
        prop_assert_eq!(&conference.value, "https://meet.example/a,b;c");
        // In quotes blanks at the end stay, and backslashes go.
        let marked = cleaned(&format!("{label}|")).replace('\\', "");
        prop_assert_eq!(format!("{}|", conference.parameters["LABEL"]), marked);
        let alarms = entry.all("VALARM");
        prop_assert_eq!(alarms.len(), 1);
        prop_assert_eq!(alarms[0].text("DESCRIPTION"), cleaned(&summary));
    }

    /// Whatever the zone and the pass of a doubled hour, a reader arrives at the planned instants.
    #[test]
    fn every_time_comes_back(whens in prop::collection::vec(planned_times(), 1..8)) {
        let schedules: Vec<Schedule> = whens.into_iter().flatten().collect();
        let entries = schedules.iter().map(|when| PublicEntry::new(uid(1), "x", when, revised()));
        let calendar = reader::read(&Calendar::new("x", entries).to_string());
        let read = calendar.all("VEVENT");
        prop_assert_eq!(read.len(), schedules.len());
        for (entry, when) in read.into_iter().zip(&schedules) {
            prop_assert_eq!(calendar.instant(entry, "DTSTART"), when.starts().unwrap(), "{}", when);
            prop_assert_eq!(calendar.instant(entry, "DTEND"), when.ends().unwrap(), "{}", when);
        }
    }

    /// Two descriptions of one calendar, ours behind the crate `ical` and behind the reader above, agree.
    #[test]
    fn the_crate_ical_reads_the_same(summary in hostile_text(), place in hostile_text()) {
        let when = schedule("2026-03-05 14:00 to 15:30 Europe/London");
        let mode = Mode::InPerson(Venue { name: place, address: String::new() });
        let entry = PublicEntry::new(uid(1), &summary, &when, revised()).mode(&mode);
        let text = Calendar::new("Talks", [entry]).to_string();
        let ours = reader::read(&text);

        // Its unfolding drops blanks beside a fold, so it gets its lines whole.
        let unfolded = text.replace("\r\n ", "");
        let theirs = ical::IcalParser::new(BufReader::new(unfolded.as_bytes())).next().unwrap().unwrap();
        prop_assert_eq!(theirs.events.len(), 1);
        let lines = &ours.all("VEVENT")[0].lines;
        prop_assert_eq!(theirs.events[0].properties.len(), lines.len());
        for (theirs, ours) in theirs.events[0].properties.iter().zip(lines) {
            prop_assert_eq!(&theirs.name, &ours.name);
            // It also takes colons off the front of a value, and whatever Unicode calls blank off both ends.
            let core = |value: &str| {
                value.trim_end().trim_start_matches(|c: char| c == ':' || c.is_whitespace()).to_owned()
            };
            prop_assert_eq!(core(theirs.value.as_deref().unwrap_or_default()), core(&ours.value));
        }
    }
}

/// Asks a reader of our rules and the zone table for the offset at the same walls, over whole years.
fn compare_zone(tz: Tz, first: i32, last: i32, step: TimeDelta) -> usize {
    let day = |year, month| NaiveDate::from_ymd_opt(year, month, 1).unwrap();
    let noon = |date: NaiveDate| WallTime::first(date.and_hms_opt(12, 0, 0).unwrap());
    let whens = [(first, 1), (last, 12)].map(|(year, month)| {
        let date = day(year, month) + TimeDelta::days(2);
        Schedule::exact(noon(date), noon(date + TimeDelta::days(1)), tz.name()).unwrap()
    });
    let entries = whens.iter().map(|when| PublicEntry::new(uid(1), "x", when, revised()));
    let calendar = reader::read(&Calendar::new("x", entries).to_string());
    if calendar.all("VTIMEZONE").is_empty() {
        assert_eq!(calendar.all("VEVENT")[0].value("DTSTART").chars().last(), Some('Z'), "{tz}");
        return 0;
    }
    let zone = reader::Zone::find(&calendar, tz.name());

    let begin = day(first, 1).and_hms_opt(0, 0, 0).unwrap();
    let end = day(last + 1, 1).and_hms_opt(0, 0, 0).unwrap();
    let spread = std::iter::successors(Some(begin), |wall| Some(*wall + step)).take_while(|wall| *wall < end);
    let nearby = [-7201, -3601, -1800, -1, 0, 1, 1799, 1801, 3599, 3600, 3601, 7201].map(TimeDelta::seconds);
    let sharp = zone.0.iter().flat_map(|(onset, _)| nearby.map(|distance| *onset + distance));
    let mut asked = 0;
    for wall in spread.chain(sharp.filter(|wall| (begin..end).contains(wall))) {
        // Walls that the clocks skip are never planned.
        let Some(known) = tz.from_local_datetime(&wall).earliest() else { continue };
        assert_eq!(wall - TimeDelta::seconds(zone.offset(wall)), known.naive_utc(), "{tz} at {wall}");
        asked += 1;
    }
    asked
}

#[test]
fn odd_zones_are_told_right_at_every_hour() {
    let zones = [
        "Europe/London",
        "Europe/Dublin",
        "Europe/Paris",
        "Africa/Casablanca",
        "Africa/El_Aaiun",
        "Africa/Cairo",
        "Australia/Lord_Howe",
        "Antarctica/Troll",
        "Pacific/Apia",
        "Pacific/Chatham",
        "Asia/Kathmandu",
        "Asia/Gaza",
        "Asia/Hebron",
        "Asia/Jerusalem",
        "America/Santiago",
        "Pacific/Easter",
        "America/Asuncion",
        "America/Nuuk",
        "America/St_Johns",
        "America/Havana",
        "Asia/Almaty",
        "Asia/Beirut",
        "Asia/Tehran",
        "Etc/GMT+12",
    ];
    for name in zones {
        let tz: Tz = name.parse().unwrap();
        assert!(compare_zone(tz, 2024, 2032, TimeDelta::minutes(60)) > 70_000);
        assert!(compare_zone(tz, 2026, 2026, TimeDelta::minutes(15)) > 30_000);
    }
}

#[test]
fn all_zones_are_told_right_over_near_far_and_early_years() {
    let mut asked = 0;
    for tz in TZ_VARIANTS {
        asked += compare_zone(tz, 2024, 2032, TimeDelta::hours(37));
        asked += compare_zone(tz, 1970, 1974, TimeDelta::hours(37));
        asked += compare_zone(tz, 2009, 2012, TimeDelta::hours(37));
        asked += compare_zone(tz, 2094, 2103, TimeDelta::hours(37));
    }
    assert!(asked > 1_000_000, "{asked}");
}

/// One entry for each situation, with what a reader should make of it.
struct Situation {
    uid: u128,
    summary: &'static str,
    when: Schedule,
    status: Status,
    sequence: u32,
    mode: Mode,
    link: Option<&'static str>,
    location: Option<&'static str>,
}

fn situation(uid: u128, summary: &'static str, when: Schedule) -> Situation {
    Situation {
        uid,
        summary,
        when,
        status: Status::Confirmed,
        sequence: 0,
        mode: Mode::Online,
        link: None,
        location: Some("Online"),
    }
}

fn situations() -> Vec<Situation> {
    let wall = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    let venue = |name: &str, address: &str| Venue { name: name.to_owned(), address: address.to_owned() };
    let library = || venue("Upper Norwood Library Hub", "Westow Hill, London SE19 1TJ");
    vec![
        Situation {
            mode: Mode::InPerson(library()),
            location: Some("Upper Norwood Library Hub, Westow Hill, London SE19 1TJ"),
            ..situation(
                1,
                "Asset transfer: first steps; questions, answers",
                schedule("2026-03-05 14:00 to 15:30 Europe/London"),
            )
        },
        Situation {
            link: Some("https://meet.google.com/abc-defg-hij"),
            location: Some("https://meet.google.com/abc-defg-hij"),
            sequence: 2,
            ..situation(
                2,
                "Community shares – eine Einführung für Anfängerinnen und Anfänger 😀",
                schedule("2026-07-01 18:00 to 19:00 Europe/Dublin"),
            )
        },
        Situation {
            mode: Mode::Hybrid(venue("Town hall", "")),
            link: Some(
                "https://teams.microsoft.com/l/meetup-join/19%3ameeting_NjA?context=%7b%22Tid%22%3a%2272f988bf%22%7d",
            ),
            location: Some("Town hall"),
            ..situation(3, "Both ways", schedule("2026-02-20 10:00 to 11:00 Africa/Casablanca"))
        },
        Situation {
            status: Status::Cancelled,
            sequence: 3,
            link: Some("https://meet.example/never-shown"),
            ..situation(4, "Site visit", schedule("2026-03-05 14:00 to 15:30 UTC"))
        },
        situation(5, "A day", schedule("2026-10-05 Europe/London")),
        Situation {
            mode: Mode::InPerson(library()),
            location: Some("Upper Norwood Library Hub, Westow Hill, London SE19 1TJ"),
            ..situation(6, "Conference", schedule("2026-03-20 to 2026-03-22 Europe/London"))
        },
        Situation {
            status: Status::Tentative,
            ..situation(7, "Placeholder: a\\b, \\new; c:\\,", schedule("2026-11-02 Europe/London"))
        },
        situation(8, "No date at all", schedule("to be confirmed (spring 2027)")),
        situation(
            9,
            "In the second pass of a doubled hour",
            Schedule::exact(
                WallTime::second(wall("2026-10-25 01:15")),
                wall("2026-10-25 02:30"),
                "Europe/London",
            )
            .unwrap(),
        ),
    ]
}

fn personal(situations: &[Situation]) -> impl Iterator<Item = PersonalEntry<'_>> + Clone {
    situations.iter().map(|situation| {
        let link = situation.link.map(|link| Link::new(link).unwrap());
        let entry = PersonalEntry::new(placed_entry(situation)).reminders(&[1440, 15]);
        link.map_or(entry, |link| entry.join_link(link))
    })
}

const DESCRIPTION: &str = "Bring a friend.\nDoors open at half past, seats are free.";
const PAGE: &str = "https://example.org/talks?a=1&b=2";
const CATEGORIES: [&str; 2] = ["webinar", "legal, general"];
const LATITUDE: f64 = 51.4157;
const LONGITUDE: f64 = -0.082_401;

fn public_entry(situation: &Situation) -> PublicEntry<'_> {
    PublicEntry::new(uid(situation.uid), situation.summary, &situation.when, revised())
        .created(time("2025-12-01T08:30:00Z"))
        .sequence(situation.sequence)
        .status(situation.status)
        .mode(&situation.mode)
        .description(DESCRIPTION)
        .url(Link::new(PAGE).unwrap())
        .categories(&CATEGORIES)
}

/// As the public entry, with its place on the globe where it has a venue with an address.
fn placed_entry(situation: &Situation) -> PublicEntry<'_> {
    let entry = public_entry(situation);
    if situation.mode.venue().is_some_and(|venue| !venue.address.is_empty()) {
        entry.geo(Geo::new(LATITUDE, LONGITUDE).unwrap())
    } else {
        entry
    }
}

fn personal_text(situations: &[Situation]) -> String {
    Calendar::new("My bookings", personal(situations))
        .description("Everything that I have booked")
        .source(Link::new("https://example.org/feeds/secret.ics").unwrap())
        .url(Link::new("https://example.org/me").unwrap())
        .to_string()
}

fn public_text(situations: &[Situation]) -> String {
    let entries = situations.iter().map(placed_entry);
    Calendar::new("Talks", entries).colour(Colour::named("teal").unwrap()).refresh_hours(0).to_string()
}

fn empty_text() -> String {
    Calendar::new("Nothing yet", Vec::<PublicEntry<'_>>::new()).to_string()
}

/// When this fails for a good reason, the new texts are where `samples_are_left_for_other_readers` leaves them.
#[test]
fn several_situations_give_these_very_bytes() {
    let situations = situations();
    assert_eq!(personal_text(&situations), include_str!("../data/calendar/personal.ics"));
    assert_eq!(public_text(&situations), include_str!("../data/calendar/public.ics"));
    assert_eq!(empty_text(), include_str!("../data/calendar/empty.ics"));
}

/// What the readers in other languages are to find, beside each file.
fn expected(situations: &[Situation], link_shown: bool) -> serde_json::Value {
    let dated = situations.iter().filter(|situation| situation.when.starts().is_some());
    dated
        .map(|situation| {
            let instants = [situation.when.starts(), situation.when.ends()];
            let spelt = instants.map(|at| at.unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string());
            let [start, end] = if let Schedule::DateOnly(days) = &situation.when {
                [days.first(), days.last() + TimeDelta::days(1)].map(|day| day.to_string())
            } else {
                spelt
            };
            let cancelled = situation.status == Status::Cancelled;
            let location = if link_shown || situation.mode.venue().is_some() {
                situation.location
            } else {
                Some("Online")
            };
            let link = situation.link.filter(|_| link_shown && !cancelled);
            let several_days =
                matches!(&situation.when, Schedule::DateOnly(days) if days.first() != days.last());
            let keeps_time = situation.status == Status::Confirmed && !several_days;
            let has_address = situation.mode.venue().is_some_and(|venue| !venue.address.is_empty());
            serde_json::json!({
                "uid": uid(situation.uid).to_string(),
                "sequence": situation.sequence,
                "summary": format!("{}{}", if cancelled { "Cancelled: " } else { "" }, cleaned(situation.summary)),
                "location": location,
                "start": start,
                "end": end,
                "status": format!("{:?}", situation.status).to_uppercase(),
                "transp": if keeps_time { "OPAQUE" } else { "TRANSPARENT" },
                "description": link.map_or(DESCRIPTION.into(), |link| format!("Join: {link}\n{DESCRIPTION}")),
                "categories": CATEGORIES,
                "url": PAGE,
                "geo": has_address.then_some([LATITUDE, LONGITUDE]),
                "related_to": null,
                "last_modified": "2026-01-10T09:00:00Z",
            })
        })
        .collect()
}

#[test]
fn what_is_expected_is_what_the_reader_here_finds() {
    let situations = situations();
    for (text, expected) in [
        (personal_text(&situations), expected(&situations, true)),
        (public_text(&situations), expected(&situations, false)),
    ] {
        let calendar = reader::read(&text);
        let entries = calendar.all("VEVENT");
        let expected = expected.as_array().unwrap();
        assert_eq!(entries.len(), expected.len());
        for (entry, expected) in entries.into_iter().zip(expected) {
            let found = |name: &str| {
                let day = NaiveDate::parse_from_str(entry.value(name), "%Y%m%d").map(|day| day.to_string());
                day.unwrap_or_else(|_| calendar.instant(entry, name).format("%Y-%m-%dT%H:%M:%SZ").to_string())
            };
            let times = ["DTSTART", "DTEND", "LAST-MODIFIED"].map(found);
            assert_eq!(times, ["start", "end", "last_modified"].map(|name| expected[name].as_str().unwrap()));
            let texts = ["UID", "STATUS", "SUMMARY"].map(|name| entry.text(name));
            assert_eq!(texts, ["uid", "status", "summary"].map(|name| expected[name].as_str().unwrap()));
            assert_eq!(entry.value("SEQUENCE"), expected["sequence"].to_string());
        }
    }
}

#[test]
fn the_kept_files_say_beside_them_what_is_in_them() {
    let kept = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let situations = situations();
    assert_eq!(expected(&situations, true), kept(include_str!("../data/calendar/personal.ics.json")));
    assert_eq!(expected(&situations, false), kept(include_str!("../data/calendar/public.ics.json")));
}

/// The kept files and some hundred entries in many zones, left in the build's folder for readers in other languages.
#[test]
fn samples_are_left_for_other_readers() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("calendars");
    std::fs::create_dir_all(&folder).unwrap();
    let leave = |name: &str, text: String, expected: serde_json::Value| {
        std::fs::write(folder.join(format!("{name}.ics")), text).unwrap();
        std::fs::write(folder.join(format!("{name}.ics.json")), format!("{expected:#}\n")).unwrap();
    };
    let situations = situations();
    leave("personal", personal_text(&situations), expected(&situations, true));
    leave("public", public_text(&situations), expected(&situations, false));
    leave("empty", empty_text(), expected(&[], false));
    // Every seventh zone, or all of them for a long run.
    let step = if std::env::var_os("GATHER_SOAK").is_some() { 1 } else { 7 };
    for (number, zone) in TZ_VARIANTS.iter().step_by(step).enumerate() {
        let situations = samples_in(*zone);
        assert!(situations.len() > 24, "{zone}");
        leave(&format!("sample-{number}"), personal_text(&situations), expected(&situations, true));
    }
}

/// Entries with hard texts in one zone, from 2024 to 2032, some of them near changes of the clocks.
fn samples_in(zone: Tz) -> Vec<Situation> {
    let hard = [
        "plain",
        "a,b;c\\d",
        "two\nlines",
        "\"quoted\": ^caret^",
        "漢字かな交じり文、とても長い題名です。まだまだ続きます。",
        "\\n is no break",
        "BEGIN:VEVENT\r\nEND:VCALENDAR\rand\u{2028}on\u{85}\u{7}\u{feff}",
        "a\ttab, 👩\u{200d}💻👩\u{200d}💻👩\u{200d}💻 עברית وعربية e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
        "\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\,;,;,;,;",
    ];
    let begin = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap().and_hms_opt(0, 30, 0).unwrap();
    let starts = (0..27).map(|n| begin + TimeDelta::days(n * 121) + TimeDelta::hours(n * 5));
    starts
        .zip(1..)
        .zip(hard.iter().cycle())
        .filter_map(|((start, number), summary)| {
            let when = Schedule::exact(start, start + TimeDelta::minutes(50), zone.name()).ok()?;
            Some(Situation { sequence: number, ..situation(number.into(), summary, when) })
        })
        .collect()
}

/// Some readers take a line of blanks for an empty one, and refuse the whole calendar.
#[test]
fn however_many_blanks_there_are_none_make_a_line() {
    let when = schedule("2026-03-05 14:00 to 15:30 UTC");
    for blanks in [1, 60, 66, 67, 68, 140, 141, 142, 500].map(|run| " ".repeat(run)) {
        for summary in [blanks.clone(), format!("a{blanks}"), format!("a{blanks}b"), format!("{blanks},")] {
            let entry = PublicEntry::new(uid(1), &summary, &when, revised());
            let calendar = reader::read(&Calendar::new(&summary, [entry]).to_string());
            let shown = calendar.all("VEVENT")[0].text("SUMMARY");
            assert_eq!(shown.replace(' ', ""), summary.replace(' ', ""));
        }
    }
}

#[test]
fn a_public_calendar_tells_nothing_personal() {
    let situations = situations();
    let text = public_text(&situations);
    for entry in reader::read(&text).all("VEVENT") {
        assert_eq!(entry.value("CLASS"), "PUBLIC");
        assert!(entry.parts.is_empty(), "no reminders");
        assert!(entry.line("CONFERENCE").is_none());
    }
    assert!(!text.replace("\r\n ", "").contains("meet"));
}

#[test]
fn a_cancelled_entry_says_so_and_keeps_nobody() {
    let text = personal_text(&situations());
    assert!(!text.replace("\r\n ", "").contains("never-shown"));
    let calendar = reader::read(&text);
    let entries = calendar.all("VEVENT");
    let entry = entries.iter().find(|entry| entry.value("STATUS") == "CANCELLED").unwrap();
    assert_eq!(entry.value("TRANSP"), "TRANSPARENT");
    assert_eq!(entry.text("SUMMARY"), "Cancelled: Site visit");
    assert!(entry.parts.is_empty(), "no reminders");
}

#[test]
fn a_link_for_another_host_is_nobodys_button() {
    let when = schedule("2026-03-05 14:00 to 15:30 UTC");
    for (link, property) in [
        ("https://meet.google.com/x", Some("X-GOOGLE-CONFERENCE")),
        ("https://meet.google.com:443?x", Some("X-GOOGLE-CONFERENCE")),
        ("https://teams.live.com/meet/1", Some("X-MICROSOFT-SKYPETEAMSMEETINGURL")),
        ("https://meet.google.com.evil.example/x", None),
        ("https://meet.google.com@evil.example/x", None),
        ("https://evil.example/meet.google.com", None),
    ] {
        let entry = PublicEntry::new(uid(1), "x", &when, revised());
        let entry = PersonalEntry::new(entry).join_link(Link::new(link).unwrap());
        let calendar = reader::read(&Calendar::new("x", [entry]).to_string());
        let lines = &calendar.all("VEVENT")[0].lines;
        let own = lines.iter().map(|line| line.name.as_str()).find(|name| name.starts_with("X-"));
        assert_eq!(own, property, "{link}");
    }
}

#[test]
fn a_link_that_could_break_out_is_refused() {
    for bad in [
        "https://x.example/\r\nATTACH:y",
        "http://x.example",
        "https://x.example/\"",
        "https://é.example",
        "",
    ] {
        assert!(Link::new(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn debug_keeps_secret_addresses_to_itself() {
    let when = schedule("2026-03-05 14:00 to 15:30 UTC");
    let entry = PersonalEntry::new(PublicEntry::new(uid(1), "x", &when, revised()))
        .join_link(Link::new("https://meet.example/secret").unwrap());
    let source = Link::new("https://example.org/secret.ics").unwrap();
    assert!(!format!("{:?} {:?}", entry, Calendar::new("x", [entry]).source(source)).contains("secret"));
}

#[test]
fn the_last_day_of_the_format_still_gives_a_calendar() {
    let when = schedule("9999-12-31 Europe/London");
    let text = Calendar::new("x", [PublicEntry::new(uid(1), "x", &when, revised())]).to_string();
    assert_eq!(reader::read(&text).all("VEVENT")[0].value("DTEND"), "99991231");
    let when = schedule("9999-12-31 10:00 to 23:00 America/New_York");
    let text = Calendar::new("x", [PublicEntry::new(uid(1), "x", &when, revised())]).to_string();
    let calendar = reader::read(&text);
    assert_eq!(calendar.instant(calendar.all("VEVENT")[0], "DTEND"), when.ends().unwrap());
}

/// Takes so many bytes and then no more.
struct Full(usize);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn many_entries_are_written_in_pieces_and_a_full_disk_is_reported() {
    let when = schedule("2026-03-05 14:00 to 15:30 Europe/London");
    let entries = (0..1000).map(|n| PublicEntry::new(uid(n), "A talk", &when, revised()));
    let calendar = Calendar::new("x", entries);
    let text = calendar.to_string();
    assert_eq!(reader::read(&text).all("VEVENT").len(), 1000);
    assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 1);

    let mut file = Vec::new();
    calendar.write_to(&mut file).unwrap();
    assert_eq!(file, text.as_bytes());
    let error = calendar.write_to(Full(text.len() - 1)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WriteZero);
}
