//! A programme comes in as snapshots, and calendars follow: what moved, what changed in text, what was dropped, what is
//! new. Expected values are taken from the snapshots themselves, read as plain JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use gather::calendar::ProgrammeFeed;
use gather::{Desk, GatheringId, PersonId, RegistrationStatus, Schedule};
use ical::IcalParser;
use serde_json::Value;

use crate::examples::{calendars, files, run, text};
use crate::feeds;

/// Two snapshots of an invented programme, and a list of invented gatherings.
const FIRST: &str = "2026-02-01.json";
const SECOND: &str = "2026-03-01.json";
const GATHERINGS: &str = "gatherings.json";

/// Enough to fill the conference and the favourite session.
const PEOPLE: &str = "120";

pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/conference").join(name)
}

/// Imports files into a folder, and gives all that was printed.
pub(crate) fn import(out: &Path, files: &[&Path]) -> String {
    let mut arguments =
        vec![OsStr::new("--people"), OsStr::new(PEOPLE), OsStr::new("--out"), out.as_os_str()];
    arguments.extend(files.iter().map(|file| file.as_os_str()));
    let output = run("conference", out.parent().unwrap(), arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "nobody watches, so there is no bar");
    text(&output.stdout).to_owned()
}

fn import_named(out: &Path, names: &[&str]) -> String {
    let paths: Vec<_> = names.iter().map(|name| data(name)).collect();
    import(out, &paths.iter().map(PathBuf::as_path).collect::<Vec<_>>())
}

/// An entry's properties by their names.
type Entry = BTreeMap<String, String>;

/// The entries of a calendar by their UIDs, as the crate `ical` reads them. It gets unfolded lines: it loses blanks at
/// folds.
fn entries(file: &Path) -> BTreeMap<String, Entry> {
    let unfolded = fs::read_to_string(file).unwrap().replace("\r\n ", "");
    let mut calendars: Vec<_> = IcalParser::new(unfolded.as_bytes()).map(Result::unwrap).collect();
    assert_eq!(calendars.len(), 1, "{}", file.display());
    let events = calendars.remove(0).events.into_iter().map(|event| {
        let properties = event.properties.into_iter();
        let properties: Entry =
            properties.map(|property| (property.name, property.value.unwrap_or_default())).collect();
        (properties["UID"].clone(), properties)
    });
    let events: Vec<_> = events.collect();
    let by_uid: BTreeMap<_, _> = events.iter().cloned().collect();
    assert_eq!(events.len(), by_uid.len(), "a UID comes twice");
    by_uid
}

fn sequence(entry: &Entry) -> u32 {
    entry["SEQUENCE"].parse().unwrap()
}

/// What two snapshots differ in, by the ids of sessions.
#[derive(Debug, Default, PartialEq, Eq)]
struct Differences {
    moved: BTreeSet<String>,
    texts_only: BTreeSet<String>,
    unchanged: BTreeSet<String>,
    dropped: BTreeSet<String>,
    new: BTreeSet<String>,
}

fn sessions(file: &Path) -> BTreeMap<String, Value> {
    let json: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let sessions = json["sessions"].as_array().unwrap().iter();
    sessions.map(|session| (session["id"].as_str().unwrap().to_owned(), session.clone())).collect()
}

fn differences(first: &Path, second: &Path) -> Differences {
    let (first, second) = (sessions(first), sessions(second));
    let mut found = Differences::default();
    for (id, before) in &first {
        let Some(after) = second.get(id) else {
            found.dropped.insert(id.clone());
            continue;
        };
        let instant =
            |session: &Value| -> DateTime<Utc> { session["start"].as_str().unwrap().parse().unwrap() };
        let place =
            |session: &Value| (instant(session), session["duration"].clone(), session["room"].clone());
        let texts = |session: &Value| {
            let mut texts = session.as_object().unwrap().clone();
            texts.retain(|name, _| !["start", "duration", "room"].contains(&name.as_str()));
            texts
        };
        let kind = match (place(before) != place(after), texts(before) != texts(after)) {
            (true, _) => &mut found.moved,
            (false, true) => &mut found.texts_only,
            (false, false) => &mut found.unchanged,
        };
        kind.insert(id.clone());
    }
    found.new = second.keys().filter(|id| !first.contains_key(*id)).cloned().collect();
    found
}

/// Holds a calendar after the second snapshot against the same after the first.
fn compare(
    expected: &Differences,
    before: &BTreeMap<String, Entry>,
    after: &BTreeMap<String, Entry>,
    then: &str,
) {
    for id in &expected.moved {
        assert_eq!(sequence(&after[id]), sequence(&before[id]) + 1, "{id} moved");
        assert_eq!(after[id]["LAST-MODIFIED"], then);
    }
    for id in &expected.texts_only {
        assert_eq!(sequence(&after[id]), sequence(&before[id]), "{id} has other texts only");
        assert!(after[id]["LAST-MODIFIED"] > before[id]["LAST-MODIFIED"], "{id} has other texts");
        assert_eq!(after[id]["LAST-MODIFIED"], then);
    }
    for id in &expected.unchanged {
        assert_eq!(after[id], before[id], "{id} is as it was");
    }
    for id in &expected.dropped {
        assert_eq!(before[id]["STATUS"], "CONFIRMED");
        assert_eq!(after[id]["STATUS"], "CANCELLED", "{id} was dropped");
        assert_eq!(sequence(&after[id]), sequence(&before[id]) + 1, "{id} was dropped");
    }
    for id in &expected.new {
        assert!(!before.contains_key(id), "{id} is new");
        assert_eq!(sequence(&after[id]), 0, "{id} is new");
    }
    let cancelled = after.values().filter(|entry| entry["STATUS"] == "CANCELLED").count();
    assert_eq!(cancelled, expected.dropped.len(), "nothing else is cancelled");
    let raised = after.values().filter(|entry| sequence(entry) > 0).count();
    assert_eq!(raised, expected.moved.len() + expected.dropped.len(), "nothing else is raised");
}

/// The same bytes in every file, the log's too.
fn assert_untouched(folder: &Path, before: &BTreeMap<PathBuf, Vec<u8>>) {
    let after = files(folder);
    let changed = after.keys().chain(before.keys()).filter(|name| after.get(*name) != before.get(*name));
    assert_eq!(changed.collect::<BTreeSet<_>>(), BTreeSet::new());
}

#[test]
fn a_later_snapshot_comes_in_as_moves_texts_drops_and_additions() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let expected = differences(&data(FIRST), &data(SECOND));
    let counts = [&expected.moved, &expected.texts_only, &expected.dropped, &expected.new].map(BTreeSet::len);
    assert_eq!(counts, [4, 4, 2, 2]);

    let told = import_named(&out, &[FIRST]);
    assert!(told.starts_with("2026-02-01.json: 13 new\n"), "{told}");
    let before = entries(&out.join("programme.ics"));
    let told = import_named(&out, &[FIRST, SECOND]);
    let line = "2026-03-01.json: 11 kept (4 moved, 4 changed in text), 2 dropped, which ended ";
    assert!(told.contains(line) && told.contains(" registrations, 2 new\n"), "{told}");
    assert!(
        told.contains("1 × speaker in two sessions at once: \"Owning the building\" and \"Bob again"),
        "{told}"
    );
    compare(&expected, &before, &entries(&out.join("programme.ics")), "20260301T000000Z");
    tell_size_and_time(&out, 15 + 1);

    // The same sessions say the same wherever they stand.
    let programme = entries(&out.join("programme.ics"));
    let parts = ["track", "room"].map(|part| {
        let files: Vec<_> =
            fs::read_dir(out.join(part)).unwrap().map(|entry| entry.unwrap().path()).collect();
        let entries: Vec<_> = files.iter().flat_map(|file| entries(file)).collect();
        for (uid, entry) in &entries {
            assert_eq!(entry, &programme[uid], "{part}");
        }
        entries.len()
    });
    assert_eq!(parts, [14, 15], "one session has no track");
}

#[test]
fn the_same_files_again_change_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let first = import_named(&out, &[FIRST, SECOND, GATHERINGS]);
    let before = files(&out);
    let again = import_named(&out, &[FIRST, SECOND, GATHERINGS]);
    assert_untouched(&out, &before);
    let bookings = |told: &str| told.lines().find(|line| line.starts_with("bookings: ")).unwrap().to_owned();
    assert_eq!(bookings(&first), bookings(&again), "answers are those of the first time");
    assert!(again.contains("2026-02-01.json: 13 new (imported before)\n"), "{again}");
    assert!(again.trim_end().lines().last().unwrap().contains(", 0 of "), "{again}");
}

/// The programme's calendar against what the snapshots say, entry by entry, also for readers in other languages.
#[test]
fn the_programme_s_calendar_says_what_the_snapshots_say() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conference");
    let _ = fs::remove_dir_all(&out);
    let _ = import_named(&out, &[FIRST, SECOND]);

    let (first, second) = (sessions(&data(FIRST)), sessions(&data(SECOND)));
    let differ = differences(&data(FIRST), &data(SECOND));
    let mut expected: Vec<_> = first.iter().chain(&second).collect::<BTreeMap<_, _>>().into_iter().collect();
    // The earliest first, then by room and id.
    let text = |it: &Value, field: &str| it[field].as_str().unwrap().to_owned();
    let start = |it: &Value| -> DateTime<Utc> { text(it, "start").parse().unwrap() };
    expected.sort_by_key(|(id, it)| (start(it), text(it, "room"), (*id).clone()));
    let days = "2026-03-28 to 2026-03-29 Europe/London".parse().unwrap();
    let place = "Central Library, Sheffield";
    let whole = feeds::entry(&conference(&out), 0, "The Changing Landscape", place, &days, "CONFIRMED");
    let of_session = |(id, it): (&String, &Value)| {
        let duration = text(it, "duration");
        let (hours, minutes) = duration.split_once(':').unwrap();
        let minutes = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
        let times =
            Schedule::between(start(it), start(it) + TimeDelta::minutes(minutes), "Europe/London").unwrap();
        let is_dropped = differ.dropped.contains(id);
        let (prefix, status) = if is_dropped { ("Cancelled: ", "CANCELLED") } else { ("", "CONFIRMED") };
        let sequence = u32::from(differ.moved.contains(id) || is_dropped);
        let (title, place) = (text(it, "title"), format!("{}, {place}", text(it, "room")));
        feeds::entry(id, sequence, &format!("{prefix}{title}"), &place, &times, status)
    };
    let expected: Vec<_> = [whole].into_iter().chain(expected.into_iter().map(of_session)).collect();
    assert_eq!(expected.len(), 16);
    feeds::compare(&out.join("programme.ics"), &expected);
}

/// One run or two, in whatever order the files are named: the same calendars. Only a calendar that has become empty
/// is not there where it never had anything in it.
#[test]
fn snapshots_come_in_one_by_one_or_together() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (folder.path().join("here"), folder.path().join("there"));
    let _ = import_named(&here, &[SECOND, FIRST]);
    let _ = import_named(&there, &[FIRST]);
    let track = there.join("track/escape.ics");
    assert_eq!(entries(&track).len(), 1);
    let told = import_named(&there, &[SECOND]);
    assert!(!told.contains("bookings: "), "{told}");

    let (here, there) = (files(&here), files(&there));
    let (here, mut there) = (calendars(&here), calendars(&there));
    let emptied = there.remove(Path::new("track/escape.ics")).unwrap();
    assert!(!emptied.contains("BEGIN:VEVENT"), "its only session is on another track");
    assert_eq!(here, there);
    assert_eq!(entries(&track), BTreeMap::new());
}

#[test]
fn a_programme_does_not_go_back() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let _ = import_named(&out, &[FIRST, SECOND]);
    let before = files(&out);
    let told = import_named(&out, &[FIRST]);
    assert!(told.contains("2026-02-01.json: 13 new (imported before)\n"), "{told}");
    assert_untouched(&out, &before);

    // Neither to a snapshot that was taken in between, and comes late.
    let between = folder.path().join("2026-02-14.json");
    fs::write(&between, fs::read_to_string(data(FIRST)).unwrap().replace("Ghost stories", "Ghosts")).unwrap();
    let told = import(&out, &[&between]);
    assert!(
        told.contains("2026-02-14.json: passed over, as the folder's programme is newer (2026-03-01)"),
        "{told}"
    );
    assert_untouched(&out, &before);

    // A later one may say what an earlier one said: that is a change like any other.
    let after = folder.path().join("2026-03-08.json");
    fs::copy(data(FIRST), &after).unwrap();
    let told = import(&out, &[&after]);
    assert!(
        told.contains("2026-03-08.json: 11 kept (4 moved, 4 changed in text), 2 dropped, 2 new\n"),
        "{told}"
    );
    let programme = entries(&out.join("programme.ics"));
    let ghosts = programme.values().find(|entry| entry["SUMMARY"] == "Ghost stories").unwrap();
    assert_eq!((sequence(ghosts), &*ghosts["STATUS"]), (2, "CONFIRMED"), "it came back and went on counting");
}

#[test]
fn people_wait_are_refused_give_back_and_lose_what_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let told = import_named(&out, &[FIRST, SECOND]);
    let line = told.lines().find(|line| line.starts_with("bookings: ")).unwrap();
    for what in ["confirmed", "waiting", "left out", "refused", "given back", "moved up"] {
        assert!(line.contains(&format!(" {what}")) && !line.contains(&format!(" 0 {what}")), "{line}");
    }

    let people = fs::read_dir(out.join("people")).unwrap().map(|entry| entry.unwrap().path());
    let calendars: Vec<_> = people.collect();
    let desk = Desk::open(&out).unwrap();
    let dropped = differences(&data(FIRST), &data(SECOND)).dropped;
    let mut lost = 0;
    for file in &calendars {
        let person: PersonId = file.file_stem().unwrap().to_str().unwrap().parse().unwrap();
        let own = entries(file);
        for row in desk.agenda(person).rows() {
            let Some(session) = row.session().filter(|session| dropped.contains(&session.id.to_string()))
            else {
                continue;
            };
            let held = matches!(row.status, RegistrationStatus::Confirmed | RegistrationStatus::Waiting);
            assert!(!held, "{} was dropped: {:?}", session.texts.title, row.status);
            if row.was_confirmed {
                assert_eq!(own[&row.registration.to_string()]["STATUS"], "CANCELLED");
                lost += 1;
            }
        }
    }
    assert!(lost > 0, "somebody had a place in what was dropped");
    let conference: GatheringId = conference(&out).parse().unwrap();
    let attending = desk.attendee_list(conference).unwrap();
    let offered = attending.announcement().offerings.iter();
    let of_dropped: BTreeSet<_> = offered
        .filter(|offering| offering.session.is_some_and(|session| dropped.contains(&session.to_string())))
        .map(|offering| offering.id)
        .collect();
    assert_eq!(of_dropped.len(), 2);
    assert!(attending.rows().iter().all(|row| !of_dropped.contains(&row.offering)));
    let waiting = desk.waiting_list(conference).unwrap();
    assert!(waiting.rows().iter().all(|row| !of_dropped.contains(&row.offering)));
}

/// The UID of the entry that no session has.
fn conference(out: &Path) -> String {
    let programme = entries(&out.join("programme.ics"));
    programme.into_iter().find(|(_, entry)| !entry.contains_key("RELATED-TO")).unwrap().0
}

/// A run that was killed: the log ends somewhere in the middle.
#[test]
fn a_run_that_was_cut_short_is_completed_by_the_same_command() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, cut) = (folder.path().join("whole"), folder.path().join("cut"));
    let told = import_named(&whole, &[FIRST, SECOND]);
    let log = fs::read(whole.join("log.gather")).unwrap();
    let expected = files(&whole);
    for part in [20, 45, 60, 80, 95] {
        let _ = fs::remove_dir_all(&cut);
        fs::create_dir(&cut).unwrap();
        fs::copy(whole.join("keys.gather"), cut.join("keys.gather")).unwrap();
        fs::write(cut.join("log.gather"), &log[..log.len() * part / 100]).unwrap();
        drop(gather::log::FileLog::options().rebuild_head().open_in(&cut).unwrap());
        let told_again = import_named(&cut, &[FIRST, SECOND]);
        let counts =
            |told: &str| told.lines().find(|line| line.starts_with("bookings: ")).unwrap().to_owned();
        assert_eq!(counts(&told), counts(&told_again), "cut at {part} %");
        assert_eq!(calendars(&files(&cut)), calendars(&expected), "cut at {part} %");
    }
}

/// Names from a file reach the disk as letters, digits and hyphens, each with a file of its own.
#[test]
fn no_name_leads_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/in/there/out");
    fs::create_dir_all(out.parent().unwrap()).unwrap();
    let _ = import_named(&out, &[FIRST]);
    let all = files(folder.path());
    assert!(all.keys().all(|name| name.starts_with("deep/in/there/out")), "{:?}", all.keys());
    let files = files(&out);
    let names: BTreeSet<&str> = files.keys().map(|name| name.to_str().unwrap()).collect();
    for name in
        ["track/escape.ics", "room/etc-passwd.ics", "room/reading-room.ics", "room/lesesaal-f-r-gro-e.ics"]
    {
        assert!(names.contains(name), "{name} of {names:?}");
    }
    // A device's name, two that differ in their letters' case only, one without a Latin letter.
    assert!(!names.contains("room/con.ics") && !names.contains("track/owning.ics"), "{names:?}");
    assert_eq!(names.iter().filter(|name| name.starts_with("room/con-")).count(), 1);
    assert_eq!(names.iter().filter(|name| name.starts_with("track/owning-")).count(), 2);
    let tracks = names.iter().filter(|name| name.starts_with("track/")).count();
    let rooms = names.iter().filter(|name| name.starts_with("room/")).count();
    assert_eq!((tracks, rooms), (8, 7), "as many as there are names: {names:?}");
    for name in calendars(&files).into_keys() {
        let stem = name.file_stem().unwrap().to_str().unwrap();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(stem.chars().all(plain) && stem.len() < 80, "{}", name.display());
    }
}

#[test]
fn files_of_others_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::create_dir_all(out.join("track")).unwrap();
    fs::write(out.join("track/notes.txt"), "mine").unwrap();
    fs::write(out.join("track/mine.ics"), "BEGIN:VCALENDAR\r\nPRODID:-//mine//EN\r\nEND:VCALENDAR\r\n")
        .unwrap();
    let before = files(&out);
    let _ = import_named(&out, &[FIRST, SECOND]);
    let after = files(&out);
    for (name, bytes) in &before {
        assert_eq!(after.get(name), Some(bytes), "{}", name.display());
    }
}

/// Other dates, and another venue, of the conference itself.
#[test]
fn a_conference_moves_with_its_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let _ = import_named(&out, &[FIRST]);
    let later = folder.path().join("2026-03-01.json");
    let text = fs::read_to_string(data(FIRST)).unwrap();
    let text = text.replace("2026-03-28", "2026-03-27").replace("Central Library", "Town Hall");
    fs::write(&later, text).unwrap();
    let _ = import(&out, &[&later]);
    let programme = entries(&out.join("programme.ics"));
    let conference = &programme[&conference(&out)];
    assert_eq!((&*conference["DTSTART"], &*conference["DTEND"]), ("20260327", "20260330"));
    assert!(programme.values().all(|entry| entry["LOCATION"].contains("Town Hall")));
    assert!(programme.values().all(|entry| entry["STATUS"] == "CONFIRMED" && sequence(entry) > 0));
    let before = files(&out);
    let _ = import(&out, &[&data(FIRST), &later]);
    assert_untouched(&out, &before);
}

#[test]
fn a_list_of_gatherings_becomes_a_feed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let told = import_named(&out, &[GATHERINGS]);
    assert!(told.starts_with("gatherings.json: 4 gatherings, 4 new, 0 announced before\n"), "{told}");
    let left_out = "1 × gathering without its page, which is at no https address: \"Old ways, new ways\" (\"http://old.example\")";
    assert!(told.contains(left_out), "{told}");
    compare_feed(&out.join("gatherings.ics"), &data(GATHERINGS));

    let before = files(&out);
    let told = import_named(&out, &[GATHERINGS]);
    assert!(told.starts_with("gatherings.json: 4 gatherings, 0 new, 4 announced before\n"), "{told}");
    assert_untouched(&out, &before);

    // Without ids, a list cannot say that something was changed; it is told, and not guessed.
    let changed = folder.path().join("changed.json");
    let text = fs::read_to_string(data(GATHERINGS)).unwrap();
    fs::write(&changed, text.replace("\"end_date\": \"2026-05-08\"", "\"end_date\": \"2026-05-09\""))
        .unwrap();
    let told = import(&out, &[&changed]);
    assert!(told.contains("1 × gathering left as it was announced before: \"Reading week\""), "{told}");
    assert_untouched(&out, &before);
}

/// Holds a feed against the list that it was made from.
fn compare_feed(feed: &Path, list: &Path) {
    let json: Value = serde_json::from_slice(&fs::read(list).unwrap()).unwrap();
    let plain =
        |text: &str| text.replace("\\,", ",").replace("\\;", ";").replace("\\n", "\n").replace("\\\\", "\\");
    let entries = entries(feed);
    let mut found: Vec<_> = entries
        .values()
        .map(|entry| {
            let value = |name: &str| entry.get(name).map(|value| plain(value)).unwrap_or_default();
            let about = value("DESCRIPTION");
            let link = about.lines().find(|line| line.starts_with("https://")).unwrap_or_default().to_owned();
            (value("SUMMARY"), value("DTSTART"), value("DTEND"), value("LOCATION"), link)
        })
        .collect();
    let mut expected: Vec<_> = json["gatherings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let text = |name: &str| it[name].as_str().unwrap_or_default().to_owned();
            let last_day: chrono::NaiveDate = text("end_date").parse().unwrap();
            let end = last_day.succ_opt().unwrap().format("%Y%m%d").to_string();
            let place = match (text("city"), text("country")) {
                (city, _) if city.is_empty() => String::from("Online"),
                (city, country) if country.is_empty() => city,
                (city, country) => format!("{city}, {country}"),
            };
            let link = Some(text("url")).filter(|url| url.starts_with("https://")).unwrap_or_default();
            (text("name"), text("start_date").replace('-', ""), end, place, link)
        })
        .collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

/// Where the real files are kept: beside the project, and not in it.
#[expect(clippy::print_stdout, reason = "a reader of the output is to see that there was nothing to look at")]
fn real(name: &str) -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    let there = file.exists().then_some(file);
    if there.is_none() {
        println!("{name} is not beside the project: what it would show is shown with invented files only");
    }
    there
}

#[test]
fn a_real_programme_moves_as_its_snapshots_say() {
    let Some(folder) = real("fosdem-2025") else { return };
    let (first, second) = (folder.join("2025-01-26.json"), folder.join("2025-02-02.json"));
    let expected = differences(&first, &second);
    let kept = expected.moved.len() + expected.texts_only.len() + expected.unchanged.len();
    assert_eq!(
        [kept, expected.moved.len(), expected.texts_only.len(), expected.dropped.len(), expected.new.len()],
        [1_063, 73, 72, 22, 39]
    );

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let _ = import(&out, &[&first]);
    let before = entries(&out.join("programme.ics"));
    let told = import(&out, &[&first, &second]);
    assert!(
        told.contains("2025-02-02.json: 1,063 kept (73 moved, 72 changed in text), 22 dropped"),
        "{told}"
    );
    compare(&expected, &before, &entries(&out.join("programme.ics")), "20250202T000000Z");
    tell_size_and_time(&out, 1_124 + 1);
    // For readers in other languages.
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("real");
    fs::create_dir_all(&kept).unwrap();
    let _ = fs::copy(out.join("programme.ics"), kept.join("programme.ics")).unwrap();

    let before = files(&out);
    let _ = import(&out, &[&first, &second]);
    assert_untouched(&out, &before);
}

/// Says how large a programme's calendar is, and how long it takes to write and to tell from the next.
#[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "what is told is a time")]
fn tell_size_and_time(out: &Path, entries: usize) {
    let desk = Desk::open(out).unwrap();
    let programme = desk.programme(conference(out).parse().unwrap()).unwrap();
    let feed = ProgrammeFeed::new(programme);
    let begun = Instant::now();
    let text = feed.to_string();
    let (written, begun) = (begun.elapsed(), Instant::now());
    let revision = feed.revision();
    println!(
        "{entries} entries, {} bytes, written in {written:?}, told by {revision} in {:?}",
        text.len(),
        begun.elapsed()
    );
    assert_eq!(text.matches("BEGIN:VEVENT\r\n").count(), entries);
    assert_eq!(text.as_bytes(), fs::read(out.join("programme.ics")).unwrap());
}

#[test]
fn a_real_list_becomes_a_feed() {
    let Some(list) = real("tech-gatherings-2025.json") else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let told = import(&out, &[&list]);
    assert!(told.contains("466 gatherings, 466 new, 0 announced before\n"), "{told}");
    assert!(told.contains("  3 × gathering without its page, which is at no https address: "), "{told}");
    compare_feed(&out.join("gatherings.ics"), &list);

    let entries = entries(&out.join("gatherings.ics"));
    let names: BTreeSet<_> = entries.values().map(|entry| (&entry["SUMMARY"], &entry["DTSTART"])).collect();
    assert_eq!((entries.len(), names.len()), (466, 465), "two have one name and one day, and stay two");
    let before = files(&out);
    let _ = import(&out, &[&list]);
    assert_untouched(&out, &before);
}
