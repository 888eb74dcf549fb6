//! Programmes that are not as they should be: each problem is told by session, and nothing is imported unless the rest
//! is asked for.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::conference_example::{data, import};
use crate::examples::{files, run, text};

/// The third session of the first snapshot: rows are numbered from 1.
const THIRD: usize = 2;
const ID: &str = "c0ffee00-0000-4000-8000-000000000003";
const TITLE: &str = "Lending more than books";

fn snapshot() -> Value {
    serde_json::from_slice(&fs::read(data("2026-02-01.json")).unwrap()).unwrap()
}

/// A folder with a file that is wrong, and what is to be imported from it.
struct Trial {
    folder: tempfile::TempDir,
    file: PathBuf,
}

impl Trial {
    fn with(content: impl AsRef<[u8]>) -> Self {
        Self::named("2026-02-20.json", content)
    }

    fn named(name: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        fs::write(&file, content).unwrap();
        Self { folder, file }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn run(&self, options: &[&str], others: &[PathBuf]) -> Output {
        let out = self.out();
        let mut arguments =
            vec![OsStr::new("--people"), OsStr::new("20"), OsStr::new("--out"), out.as_os_str()];
        arguments.extend(options.iter().map(OsStr::new));
        arguments.extend(others.iter().map(|file| file.as_os_str()));
        arguments.push(self.file.as_os_str());
        run("conference", self.folder.path(), arguments)
    }

    /// What is told where the whole import fails: into a new folder, and into one with a programme, both left alone.
    fn refused(&self, options: &[&str]) -> String {
        let output = self.run(options, &[]);
        let complaint = text(&output.stderr).to_owned();
        assert_eq!(output.status.code(), Some(1), "{complaint}");
        assert_eq!(text(&output.stdout), "", "{complaint}");
        assert!(!self.out().exists(), "nothing was to be written");
        // The good file before it is not imported either.
        let output = self.run(options, &[data("2026-02-01.json")]);
        assert_eq!(output.status.code(), Some(1));
        assert!(!self.out().exists(), "nothing was to be written");

        let _ = import(&self.out(), &[&data("2026-02-01.json")]);
        let before = files(&self.out());
        let output = self.run(options, &[]);
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), &*complaint));
        assert_eq!(files(&self.out()), before, "log and calendars are as they were");
        complaint
    }

    /// What is told, and what the programme's calendar is after, where the rest is asked for.
    fn partial(&self) -> (String, String, String) {
        let output = self.run(&["--partial"], &[]);
        let complaint = text(&output.stderr).to_owned();
        assert_eq!(output.status.code(), Some(0), "{complaint}");
        let programme = fs::read_to_string(self.out().join("programme.ics")).unwrap();
        (complaint, text(&output.stdout).to_owned(), programme.replace("\r\n ", ""))
    }
}

/// The entry of a session in a calendar.
fn entry<'c>(calendar: &'c str, id: &str) -> Option<&'c str> {
    calendar.split("BEGIN:VEVENT\r\n").find(|entry| entry.starts_with(&format!("UID:{id}\r\n")))
}

/// A change to the third session, and what is said of it.
type Wrong = (&'static str, Value, &'static str);

fn wrong_fields() -> Vec<Wrong> {
    vec![
        ("start", Value::Null, "`start` is missing"),
        ("start", json!(""), "`start` is \"\", which is no time with an offset: "),
        ("start", json!("2026-03-28T11:00:00"), "which is no time with an offset: "),
        ("start", json!(1_774_695_600), "`start` is no text"),
        ("start", json!("2026-02-30T11:00:00+00:00"), "which is no time with an offset: "),
        (
            "start",
            json!("2026-03-30T00:00:00+01:00"),
            "it begins on 2026-03-30, but the gathering lasts from 2026-03-28 to 2026-03-29",
        ),
        ("start", json!("2026-03-27T23:59:00+00:00"), "it begins on 2026-03-27, but"),
        ("duration", json!("00:00"), "`duration` is \"00:00\": it takes no time"),
        ("duration", json!("-00:30"), "`duration` is \"-00:30\": it would end before it starts"),
        ("duration", json!("half an hour"), "`duration` is \"half an hour\", which is not HH:MM"),
        ("duration", json!("00:75"), "which is not HH:MM"),
        ("duration", json!("+1:00"), "which is not HH:MM"),
        ("duration", Value::Null, "`duration` is missing"),
        ("room", json!("Cellar"), "`room` is \"Cellar\", which is none of the file's rooms"),
        ("room", json!(""), "`room` is \"\", which is none of the file's rooms"),
        ("abstract", json!("x".repeat(4_001)), "the description has 4001 characters; at most 4000 are taken"),
        (
            "abstract",
            json!("One\n<<<<<<< HEAD\nTwo\n=======\nThree\n>>>>>>> theirs\n"),
            "`abstract` has a merge-conflict marker, \"<<<<<<< HEAD\"",
        ),
        ("track", json!(["Lending"]), "`track` is no text"),
        ("track", json!("Len\nding"), "the track contains the character U+000A, which is not taken"),
        ("speakers", json!("Dee"), "`speakers` is no list"),
        ("speakers", json!(["Dee", " "]), "`speakers`: the published name is empty"),
        ("speakers", json!([7]), "`speakers` has something that is no text"),
    ]
}

#[test]
fn each_problem_is_told_by_session_and_nothing_is_imported() {
    for (field, value, expected) in wrong_fields() {
        let mut programme = snapshot();
        programme["sessions"][THIRD][field] = value;
        let complaint = Trial::with(programme.to_string()).refused(&[]);
        let mut lines = complaint.lines();
        assert_eq!(lines.next(), Some("2026-02-20.json: 1 session not taken:"), "{field}: {complaint}");
        let line = lines.next().unwrap();
        assert!(line.starts_with(&format!("  session 3, {TITLE:?} ({ID}): ")), "{line}");
        assert!(line.contains(expected), "{line}");
        assert_eq!(lines.next(), Some("nothing was imported; --partial takes the rest"));
    }
}

/// What is wrong is left as it is; the rest of the same file moves.
#[test]
fn partial_import_leaves_what_is_wrong_as_it_was() {
    for (field, value, expected) in wrong_fields() {
        let mut programme = snapshot();
        programme["sessions"][THIRD][field] = value;
        programme["sessions"][0]["room"] = json!("Reading Room");
        let trial = Trial::with(programme.to_string());
        let _ = import(&trial.out(), &[&data("2026-02-01.json")]);
        let before = fs::read_to_string(trial.out().join("programme.ics")).unwrap().replace("\r\n ", "");
        let (complaint, told, after) = trial.partial();
        assert!(
            complaint.starts_with("2026-02-20.json: 1 session skipped:\n") && complaint.contains(expected)
        );
        assert!(
            told.contains("2026-02-20.json: 12 kept (1 moved, 0 changed in text), 0 dropped, 0 new\n"),
            "{told}"
        );
        assert!(entry(&before, ID).is_some());
        assert_eq!(entry(&before, ID), entry(&after, ID), "{field}: it is left as it was");

        let before = files(&trial.out());
        let (again, ..) = trial.partial();
        assert_eq!(again, complaint);
        assert_eq!(files(&trial.out()), before, "{field}: a second run changes nothing");
    }
}

#[test]
fn partial_import_into_a_new_folder_has_the_rest() {
    let mut programme = snapshot();
    programme["sessions"][THIRD]["duration"] = json!("00:00");
    let (_, told, calendar) = Trial::with(programme.to_string()).partial();
    assert!(told.contains("2026-02-20.json: 12 new\n"), "{told}");
    assert_eq!(entry(&calendar, ID), None);
}

/// What was left as it was is dropped when the file has been mended and does not have it.
#[test]
fn a_file_that_was_mended_is_another_one() {
    for (field, value) in [("duration", json!("00:00")), ("id", json!("third"))] {
        let mut programme = snapshot();
        programme["sessions"][THIRD][field] = value;
        programme["sessions"][0]["room"] = json!("Reading Room");
        let trial = Trial::with(programme.to_string());
        let _ = import(&trial.out(), &[&data("2026-02-01.json")]);
        let _ = trial.partial();
        programme["sessions"].as_array_mut().unwrap().remove(THIRD);
        fs::write(&trial.file, programme.to_string()).unwrap();
        let told = import(&trial.out(), &[&trial.file]);
        assert!(told.contains("12 kept (0 moved, 0 changed in text), 1 dropped"), "{field}: {told}");
        let calendar = fs::read_to_string(trial.out().join("programme.ics")).unwrap();
        assert!(entry(&calendar, ID).unwrap().contains("STATUS:CANCELLED"), "{field}");
    }
}

/// A title of ten thousand characters is told of in a few.
#[test]
fn an_endless_title_is_refused_and_not_printed_whole() {
    let mut programme = snapshot();
    programme["sessions"][THIRD]["title"] = json!("Lending \u{1b}[31m".repeat(1_000));
    let complaint = Trial::with(programme.to_string()).refused(&[]);
    assert!(complaint.contains("the title has "), "{complaint}");
    assert!(complaint.contains(" characters; at most 200 are taken"), "{complaint}");
    assert!(complaint.len() < 400 && !complaint.contains('\u{1b}'), "{complaint:?}");

    programme["sessions"][THIRD]["title"] = json!("");
    let complaint = Trial::with(programme.to_string()).refused(&[]);
    assert!(complaint.contains(&format!("  session 3 ({ID}): the title is empty")), "{complaint}");
}

/// Which of the two holds cannot be told: neither is taken, and the one that was there stays.
#[test]
fn two_sessions_with_one_id_are_both_named() {
    let mut programme = snapshot();
    programme["sessions"][7]["id"] = json!(ID);
    let trial = Trial::with(programme.to_string());
    let complaint = trial.refused(&[]);
    assert!(complaint.starts_with("2026-02-20.json: 2 sessions not taken:\n"), "{complaint}");
    assert!(
        complaint.contains(&format!("session 3, {TITLE:?} ({ID}): session 8 has the same id")),
        "{complaint}"
    );
    assert!(
        complaint.contains(&format!("session 8, \"A roof that holds\" ({ID}): session 3 has the same id"))
    );

    let (_, told, calendar) = trial.partial();
    assert!(told.contains("11 kept (0 moved, 0 changed in text), 1 dropped"), "{told}");
    assert!(entry(&calendar, ID).unwrap().contains("STATUS:CONFIRMED"));
}

/// A row that does not say which session it is about might be any that is missing: so none is dropped.
#[test]
fn an_unreadable_id_keeps_everything_from_being_dropped() {
    for (id, expected) in
        [(json!("third"), "`id` is \"third\", which is no UUID"), (Value::Null, "`id` is missing")]
    {
        let mut programme = snapshot();
        programme["sessions"][THIRD]["id"] = id;
        programme["sessions"][0]["room"] = json!("Reading Room");
        let trial = Trial::with(programme.to_string());
        let complaint = trial.refused(&[]);
        assert!(complaint.contains(&format!("  session 3, {TITLE:?}: {expected}")), "{complaint}");
        let (_, told, calendar) = trial.partial();
        assert!(told.contains("12 kept (1 moved, 0 changed in text), 0 dropped, 0 new"), "{told}");
        assert!(entry(&calendar, ID).unwrap().contains("STATUS:CONFIRMED"));
    }
}

#[test]
fn all_that_is_wrong_is_told_and_the_endless_rest_counted() {
    let mut programme = snapshot();
    programme["sessions"][0]["start"] = Value::Null;
    programme["sessions"][0]["duration"] = json!("00:00");
    programme["sessions"][5] = json!("Buses");
    programme["sessions"][9]["room"] = json!("Cellar");
    let complaint = Trial::with(programme.to_string()).refused(&[]);
    let lines: Vec<_> = complaint.lines().collect();
    assert_eq!(lines.len(), 6, "{complaint}");
    assert_eq!(lines[0], "2026-02-20.json: 3 sessions not taken:");
    assert!(lines[1].contains("session 1, ") && lines[2].contains("session 1, "), "{complaint}");
    assert_eq!(lines[3], "  session 6: it is no object with names and values");
    assert!(lines[4].starts_with("  session 10, "), "{complaint}");

    let sessions = programme["sessions"].as_array_mut().unwrap();
    for nth in 0..50 {
        sessions
            .push(json!({"id": format!("c0ffee00-0000-4000-8000-0000000001{nth:02}"), "title": "Untimed"}));
    }
    let complaint = Trial::with(programme.to_string()).refused(&[]);
    assert!(complaint.starts_with("2026-02-20.json: 53 sessions not taken:\n"), "{complaint}");
    // Four problems of before, and each of the fifty has no start, no duration and no room.
    assert!(complaint.contains("\n  and 134 more\n") && complaint.lines().count() == 23, "{complaint}");
}

#[test]
fn a_merge_that_was_left_half_done_is_told_with_its_lines() {
    let text = fs::read_to_string(data("2026-02-01.json")).unwrap();
    let conflict =
        "<<<<<<< HEAD\n   \"room\": \"Main Hall\",\n=======\n   \"room\": \"Cellar\",\n>>>>>>> theirs\n";
    let (before, after) = text.split_once("   \"room\": \"Reading Room\",\n").unwrap();
    let line = before.lines().count() + 1;
    let trial = Trial::with(format!("{before}{conflict}{after}"));
    for options in [&[][..], &["--partial"]] {
        let trial = Trial::with(fs::read(&trial.file).unwrap());
        let complaint = trial.refused(options);
        let expected = format!(
            "2026-02-20.json: line {line} is a merge-conflict marker, \"<<<<<<< HEAD\", after the title {TITLE:?}: "
        );
        assert!(complaint.contains(&expected), "{complaint}");
        assert!(complaint.contains(&format!("(lines {line}, {})", line + 4)), "{complaint}");
        assert!(complaint.ends_with("\nnothing was imported\n"), "{complaint}");
    }
}

/// What is wrong with a file as a whole is told for every file, and there is no rest to take.
#[test]
fn files_that_cannot_be_read_are_told_by_name() {
    let mut no_zone = snapshot();
    no_zone["conference"]["time_zone"] = json!("Mars/Olympus");
    let mut backwards = snapshot();
    backwards["conference"]["end"] = json!("2026-03-27");
    let mut no_days = snapshot();
    no_days["conference"]["start"] = json!("soon");
    let mut endless = snapshot();
    endless["conference"]["title"] = json!("x".repeat(10_000));
    let mut no_rooms = snapshot();
    no_rooms["rooms"] = Value::Null;
    let whole = [
        (String::from("{\n\"sessions\": [}"), "it is not JSON: expected value at line 2"),
        (String::new(), "it is not JSON: "),
        (String::from("[]"), "it has no `conference`"),
        (json!({"conference": {}}).to_string(), "the conference: `time_zone` is missing"),
        (no_zone.to_string(), "the conference: there is no time zone \"Mars/Olympus\""),
        (
            backwards.to_string(),
            "the conference: it ends 2026-03-27, which is not after its start 2026-03-28",
        ),
        (no_days.to_string(), "the conference: `start` is \"soon\", which is no day"),
        (endless.to_string(), "the conference: the title has 10000 characters; at most 200 are taken"),
        (no_rooms.to_string(), "it has no list of `rooms`"),
    ];
    for (content, expected) in whole {
        for options in [&[][..], &["--partial"]] {
            let complaint = Trial::with(&content).refused(options);
            assert!(complaint.contains("2026-02-20.json: ") && complaint.contains(expected), "{complaint}");
        }
    }
    let complaint = Trial::with(b"{\"title\": \"\xff\"}").refused(&[]);
    assert!(complaint.contains("2026-02-20.json: it is not UTF-8: "), "{complaint}");
    let complaint = Trial::named("final.json", snapshot().to_string()).refused(&[]);
    assert!(
        complaint.contains("final.json: a programme is named by the day on which it was taken"),
        "{complaint}"
    );
}

#[test]
fn files_that_do_not_go_together_are_refused() {
    let mut other = snapshot();
    other["conference"]["title"] = json!("Another conference");
    let trial = Trial::with(other.to_string());
    let output = trial.run(&[], &[data("2026-02-01.json"), trial.folder.path().join("missing.json")]);
    let complaint = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("missing.json: "), "{complaint}");
    assert!(complaint.contains(
        "2026-02-01.json is of \"The Changing Landscape\" and 2026-02-20.json of \"Another conference\""
    ));
    assert!(!trial.out().exists());

    // In a folder that has a programme, another one's calendars would take the place of those that are there.
    let _ = import(&trial.out(), &[&data("2026-02-01.json")]);
    let before = files(&trial.out());
    let output = trial.run(&[], &[]);
    let complaint = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("the folder has the programme of \"The Changing Landscape\""), "{complaint}");
    assert_eq!(files(&trial.out()), before);

    let trial = Trial::named("2026-02-01 (copy).json", snapshot().to_string());
    let output = trial.run(&[], &[data("2026-02-01.json")]);
    assert!(
        text(&output.stderr).contains("are both of 2026-02-01: one snapshot a day"),
        "{}",
        text(&output.stderr)
    );
    assert!(!trial.out().exists());
}

/// The rules of booking hold for what is imported: a conference that is over takes no new session.
#[test]
fn a_programme_of_the_past_is_refused() {
    let trial = Trial::named("2026-04-01.json", snapshot().to_string());
    let output = trial.run(&[], &[]);
    let complaint = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(complaint.starts_with("2026-04-01.json: these dates are over: "), "{complaint}");

    let _ = import(&trial.out(), &[&data("2026-02-01.json")]);
    let mut moved = snapshot();
    moved["sessions"][THIRD]["room"] = json!("Main Hall");
    moved["sessions"][THIRD]["speakers"] = json!(["Somebody New"]);
    fs::write(&trial.file, moved.to_string()).unwrap();
    let before = files(&trial.out());
    let output = trial.run(&[], &[]);
    let complaint = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(complaint.starts_with("2026-04-01.json: the gathering ended at "), "{complaint}");
    assert_eq!(files(&trial.out()), before);
}

#[test]
fn gatherings_that_are_wrong_are_told_by_name() {
    let list = || -> Value { serde_json::from_slice(&fs::read(data("gatherings.json")).unwrap()).unwrap() };
    let wrong = [
        ("end_date", json!("2026-05-03"), "it ends 2026-05-03, which is not after its start 2026-05-04"),
        ("start_date", json!("May"), "`start_date` is \"May\", which is no day"),
        ("name", json!(""), "the title is empty"),
        ("name", json!("x".repeat(10_000)), "the title has 10000 characters; at most 200 are taken"),
        ("city", Value::Null, "it is neither online nor in a city"),
        ("online", json!("no"), "`online` is neither true nor false"),
        ("url", json!("https://week.example/autumn"), "gathering 2 has the same name, day and page"),
    ];
    for (field, value, expected) in wrong {
        let mut list = list();
        list["gatherings"][1][field] = value;
        let trial = Trial::named("gatherings.json", list.to_string());
        let complaint = trial.refused(&[]);
        assert!(
            complaint.starts_with("gatherings.json: 1 gathering not taken:\n  gathering "),
            "{complaint}"
        );
        assert!(complaint.contains(expected), "{complaint}");

        let output = trial.run(&["--partial"], &[]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains(expected));
        assert!(text(&output.stdout).contains("gatherings.json: 3 gatherings, 3 new, 0 announced before\n"));
    }
}

#[test]
fn arguments_that_are_not_understood_bring_the_usage() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in
        [&[][..], &["--out"], &["--out", "x"], &["--people", "many", "a.json"], &["--nope", "a.json"]]
    {
        let output = run("conference", folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).starts_with("usage: conference "), "{arguments:?}");
    }
    assert_eq!(files(folder.path()), BTreeMap::new(), "nothing was to be written");
    let taken = folder.path().join("taken");
    fs::write(&taken, "mine").unwrap();
    let file = data("2026-02-01.json");
    let output = run("conference", folder.path(), [OsStr::new("--out"), taken.as_os_str(), file.as_os_str()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("taken"), "{}", text(&output.stderr));
    assert_eq!(fs::read_to_string(Path::new(&taken)).unwrap(), "mine");
}
