//! The examples do what they say. `cargo test` builds them; a filtered run takes them as they were last built.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use gather::{Desk, Ending, Fact, GatheringId, Lifecycle, Position};

const DATA: &str = include_str!("../../examples/data/network_year.json");

/// Examples are built beside the folder that this test runs from.
pub(crate) fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let program = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is not built: `cargo build --examples`", program.display());
    program
}

pub(crate) fn run<S: AsRef<OsStr>>(
    name: &str,
    within: &Path,
    arguments: impl IntoIterator<Item = S>,
) -> Output {
    Command::new(program(name)).current_dir(within).args(arguments).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Runs the year into a folder and gives what it printed: all but the last three lines, and these, which tell what
/// was done and what to open next.
pub(crate) fn year(out: &Path) -> (String, String) {
    let output = run("network_year", out.parent().unwrap(), [OsStr::new("--out"), out.as_os_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    let (lists, last) = text(&output.stdout).rsplit_once("\n\n").unwrap();
    assert_eq!(last.lines().count(), 3, "{last}");
    (lists.into(), last.into())
}

/// Every file below a folder, by its path in there.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_path_buf();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

pub(crate) fn calendars(files: &BTreeMap<PathBuf, Vec<u8>>) -> BTreeMap<&Path, &str> {
    let calendars = files.iter().filter(|(name, _)| name.extension().is_some_and(|it| it == "ics"));
    calendars.map(|(name, bytes)| (name.as_path(), text(bytes))).collect()
}

/// What the README shows of a full conference is what the example prints.
#[test]
fn the_readme_shows_the_list_that_the_example_prints() {
    let folder = tempfile::tempdir().unwrap();
    let output = run("attendees", folder.path(), [folder.path()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    let (page, _) = printed.split_once("\n\n1 to 14").unwrap();
    let readme = include_str!("../../README.md");
    assert!(
        readme.contains(&format!("```text\n{page}\n\n1 to 14")),
        "the README shows something else than\n{printed}"
    );
    for line in page.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
    }
    let left = files(folder.path());
    assert_eq!(left.len(), 3, "two files and their cells");
}

#[test]
fn a_year_sent_twice_is_done_once() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("year");

    let (lists, last) = year(&out);
    let done =
        "1089 commands: 1082 done now, 0 answered before, 0 archived before, 7 refused\n3 things came due by";
    assert!(last.starts_with(done), "{last}");
    assert!(last.contains(" records in the log, 12 files written\nopen "), "{last}");
    assert!(last.ends_with("public.ics next\n"), "{last}");
    let first = files(&out);

    let (lists_again, last) = year(&out);
    assert_eq!(without_refusals(&lists_again), without_refusals(&lists), "a refusal is decided anew");
    let done = "1089 commands: 0 done now, 1062 answered before, 20 archived before, 7 refused\n0 things came due by";
    assert!(last.starts_with(done), "{last}");
    assert!(last.contains(", 0 files written\n"), "{last}");
    assert_eq!(files(&out), first, "some file has changed");
}

/// What a terminal at a door says to some commands, but for the heading.
fn at_the_door(within: &Path, commands: &[&str]) -> Vec<String> {
    let output = run("door", within, commands);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    text(&output.stdout).lines().skip(1).map(String::from).collect()
}

#[test]
fn a_terminal_at_a_door_lets_people_in() {
    let folder = tempfile::tempdir().unwrap();
    let told = at_the_door(
        folder.path(),
        &[
            "search sam",
            "in 1",
            "in 1",
            "undo",
            "in 1.2",
            "in 8",
            "in 99",
            "in 2 1",
            "out 2",
            "dance",
            "quit",
            "in 3",
        ],
    );
    let expected = "\
2.1 Bob Sample, Hill Street Library, unknown
1.1 in: counted
1.1 in: seen already, at 2026-03-28 09:00:00
taken back
1.2 in: counted
8.1 in: no confirmed place: waiting in line
in 99: nobody has this number
2.1 in: counted
2.1 out: counted
dance: there is no command dance; `help` lists them";
    assert_eq!(told.join("\n"), expected);
}

#[test]
fn what_a_device_kept_comes_to_the_same_however_often_and_in_whatever_order_it_is_sent() {
    use gather::{RegistrationId, RequestId, Scan, ScanId, Way};
    let folder = tempfile::tempdir().unwrap();
    // The door makes its registrations by the requests 1, 2, 3 …
    let registration = |number| RegistrationId::from_uuid(RequestId::from_u128(number).derive(0));
    let scan = |id: u128, number, time: &str| {
        let seen_at = format!("2026-03-28T{time}:00Z").parse().unwrap();
        Scan::new(ScanId::from_u128(id), registration(number), seen_at)
    };
    let scans = [
        scan(1, 1, "09:10"),
        scan(2, 1, "09:11").place(2),
        scan(3, 3, "09:12"),
        scan(4, 3, "12:00").way(Way::Out),
        scan(5, 3, "13:00"),
        scan(6, 4, "09:15"),
        scan(7, 4, "09:20"),
        scan(8, 8, "09:30"),
        scan(9, 77, "09:31"),
    ];
    let lines: Vec<String> = scans.iter().map(|scan| serde_json::to_string(scan).unwrap()).collect();
    let write = |name: &str, lines: &[&str]| fs::write(folder.path().join(name), lines.join("\n")).unwrap();
    let in_order: Vec<&str> = lines.iter().map(String::as_str).collect();
    write("in_order", &in_order);
    let mut otherwise: Vec<&str> = in_order.iter().rev().copied().collect();
    otherwise.insert(3, "a line that was cut");
    otherwise.extend_from_slice(&in_order[2..5]);
    write("otherwise", &otherwise);

    let shown = ["count", "list", "hours"];
    let once = at_the_door(folder.path(), &[&["replay in_order", "csv one.csv"][..], &shown].concat());
    assert_eq!(
        once[..4],
        [
            "scan 00000000-0000-0000-0000-000000000008: no confirmed place: waiting in line",
            "scan 00000000-0000-0000-0000-000000000009: no such registration",
            "9 scans: 7 counted, 2 flagged, 0 known before",
            "8 people written to one.csv",
        ]
    );
    let twice = ["replay otherwise", "replay in_order", "replay otherwise", "csv two.csv"];
    let twice = at_the_door(folder.path(), &[&twice[..], &shown].concat());
    assert!(twice[0].starts_with("line 4 is no scan: "), "{}", twice[0]);
    let last = twice.iter().position(|line| line == "8 people written to two.csv").unwrap();
    assert_eq!(twice[last - 1], "12 scans: 0 counted, 0 flagged, 12 known before");
    assert_eq!(once[4..], twice[last + 1..], "the same is shown");
    let files = files(folder.path());
    let csv = |name: &str| text(&files[Path::new(name)]);
    assert_eq!(csv("one.csv"), csv("two.csv"));
    assert!(
        csv("one.csv")
            .contains("3,1,'=1+1,\"Spreadsheet, Inc.\",in person,attended,2026-03-28T09:12:00Z\r\n"),
        "{}",
        csv("one.csv")
    );
    assert!(
        csv("one.csv").contains(
            "4,1,\"O\"\"Neil, Cleo\",Riverside Library,in person,attended,2026-03-28T09:15:00Z\r\n"
        )
    );
}

#[test]
fn a_terminal_at_a_door_works_on_a_log_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("year");
    year(&out);
    let out = out.to_str().unwrap();
    let output = run("door", folder.path(), ["--log", out, "--gathering", "", "count", "quit"]);
    let told = text(&output.stdout);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{told}");
    assert!(told.contains(" in the house"), "{told}");
    let output = run("door", folder.path(), ["--log", out, "--gathering", "no such title"]);
    assert!(text(&output.stderr).contains("there is no such gathering"));
}

/// What is printed but for the refusals, each with the lines that it goes on to.
fn without_refusals(printed: &str) -> Vec<&str> {
    let mut in_a_refusal = false;
    let others = printed.lines().filter(|line| {
        in_a_refusal = line.starts_with("refused on ") || in_a_refusal && line.starts_with("  ");
        !in_a_refusal
    });
    others.collect()
}

/// Keys and the log's own id are new in each folder; nothing of them reaches a calendar.
#[test]
fn a_year_gives_the_same_lists_and_calendars_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (folder.path().join("here"), folder.path().join("there"));
    assert_eq!(year(&here).0, year(&there).0);
    let (here, there) = (files(&here), files(&there));
    assert_eq!(calendars(&here), calendars(&there));
    assert_eq!(calendars(&here).len(), 12);
}

#[test]
fn a_year_fills_keeps_a_line_and_moves_dates() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("year");
    let (lists, _) = year(&out);
    assert!(lists.contains("12 people, 12 of 12 places taken"), "{lists}");
    assert!(lists.contains("5 registrations wait for 5 places"), "{lists}");
    assert!(lists.contains("has been called off"), "{lists}");

    let files = files(&out);
    let calendars = calendars(&files);
    let public = calendars[Path::new("public.ics")];
    // One was postponed and has a date again, two had their dates confirmed, one was called off, one was moved online,
    // one was moved and everybody was asked, one waits for its date.
    assert!(public.contains("DTSTART;TZID=Europe/London:20260430T140000"));
    assert!(public.contains("DTSTART;TZID=Europe/London:20260708T100000"));
    assert_eq!(public.matches("STATUS:CANCELLED").count(), 1);
    assert_eq!(public.matches("SEQUENCE:1").count(), 5);
    assert_eq!(public.matches("SEQUENCE:2").count(), 1);
    let moved_online = entry(public, "Legal\\, governance and trustee advice");
    assert!(moved_online.contains("LOCATION:Online\r\n") && moved_online.contains("SEQUENCE:1\r\n"));
    assert!(!public.contains("meet.example.org"), "join links are for those who have a place");
    let personal = calendars.iter().filter(|(name, _)| name.starts_with("people"));
    assert!(personal.into_iter().any(|(_, own)| own.contains("https://meet.example.org/")));
}

/// The one entry of a calendar with this summary, as it is written there.
fn entry<'a>(calendar: &'a str, summary: &str) -> &'a str {
    let summary = format!("\r\nSUMMARY:{summary}\r\n");
    let mut entries = calendar.split("BEGIN:VEVENT\r\n").filter(|entry| entry.contains(&summary));
    let found = entries.next().unwrap_or_else(|| panic!("no entry with {summary:?}"));
    assert!(entries.next().is_none(), "several entries with {summary:?}");
    found
}

#[test]
fn a_conference_has_a_programme_that_calendars_follow() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("year");
    let (lists, _) = year(&out);
    assert!(lists.contains("Ten years of owning"), "a text that was revised: {lists}");
    let (_, programme) = lists.split_once("Title                           Room").unwrap();
    let (programme, _) = programme.split_once("\n\n").unwrap();
    assert_eq!(programme.lines().count(), 12, "eleven sessions stand: {programme}");
    assert!(!programme.contains("Making a rota hold"), "a session that was dropped: {programme}");
    assert!(lists.contains("look again: \"Foyer\" has \"Lunch\" while "), "{lists}");
    assert_eq!(lists.matches("look again: ").count(), 1);

    let files = files(&out);
    let calendars = calendars(&files);
    let conference = calendars[Path::new("conference.ics")];
    // The conference itself, eleven sessions that stand, one that was dropped.
    assert_eq!(conference.matches("BEGIN:VEVENT").count(), 13);
    assert_eq!(conference.matches("\r\nRELATED-TO:").count(), 12);
    let dropped = entry(conference, "Cancelled: Making a rota hold");
    assert!(dropped.contains("\r\nSTATUS:CANCELLED\r\n") && dropped.contains("\r\nSEQUENCE:1\r\n"));
    let moved = entry(conference, "Reading a lease");
    assert!(moved.contains("LOCATION:Garden Room\\, Saddlers' Hall") && moved.contains("\r\nSEQUENCE:1\r\n"));
    let revised = entry(conference, "Ten years of owning the building");
    assert!(revised.contains("\r\nSEQUENCE:0\r\n") && revised.contains("LAST-MODIFIED:20260216T140000Z"));
    assert_eq!(conference.matches("\r\nSEQUENCE:0\r\n").count(), 11);
    assert!(!conference.contains("meet.example.org"), "join links are for those who have a place");

    let mut speakers = calendars.iter().filter(|(name, _)| name.starts_with("speakers"));
    let chairs =
        speakers.find(|(_, own)| own.contains("X-WR-CALNAME:The Changing Landscape: Harpreet Singh"));
    assert_eq!(chairs.unwrap().1.matches("BEGIN:VEVENT").count(), 3);
}

/// Who has a place, by what was booked, in the order in which they registered.
fn attendees(desk: &Desk, gathering: GatheringId) -> BTreeMap<String, Vec<String>> {
    let list = desk.attendee_list(gathering).unwrap().expose("a test");
    let mut attendees: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for attendee in list.rows() {
        let offering = list.announcement().offering(attendee.row.offering).unwrap();
        attendees.entry(offering.name.clone()).or_default().push(attendee.details.name.clone());
    }
    attendees
}

#[test]
fn a_visit_has_few_places_and_a_line_and_ends_with_the_conference_place() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("year");
    let (lists, _) = year(&out);
    // Two of three in line are left: the first has the place that went with a cancelled conference place.
    assert!(lists.contains("2 registrations wait for 2 places"), "{lists}");
    assert!(lists.contains(
        "tell Roger Parry of \"Visit to Fenlow Library Hub\" (2026-03-05 19:25): the place is gone"
    ));
    assert!(
        lists.contains("tell Niamh O'Shea of \"Visit to Fenlow Library Hub\" (2026-03-05 19:25): there is a")
    );
    assert_eq!(lists.matches("of \"Making a rota hold\" (2026-02-24 09:00): the place is gone").count(), 3);
    assert_eq!(lists.matches("of \"Reading a lease\" (2026-02-24 09:06): there is a place now").count(), 2);
    // All or nothing, without a conference place in person, at the same time as the visit.
    assert!(
        lists.contains("refused on 2026-01-20 09:12: it is full: \"coach\" has none free, and 1 is wanted")
    );
    assert!(lists.contains("a confirmed place in \"In person\" comes first"), "{lists}");
    assert!(lists.contains("is from 13:00 on 20 March 2026 to 15:15 on 20"), "{lists}");
    // One agenda has both.
    let (_, agenda) = lists.split_once("Agenda").unwrap();
    assert!(agenda.contains("2026-03-20 09:30  The Changing Landscape"), "{agenda}");
    assert!(agenda.contains("2026-03-20 13:00  Visit to Fenlow"), "{agenda}");

    let conference = fs::read_to_string(out.join("conference.ics")).unwrap();
    let whole = entry(&conference, "The Changing Landscape");
    let id = whole.lines().find_map(|line| line.strip_prefix("UID:")).unwrap().parse().unwrap();
    let attendees = attendees(&Desk::open(&out).unwrap(), id);
    let visit = ["Liam Doyle", "Anjali Owusu", "Ivy Howell", "Winston Sykes", "Irene Walsh", "Niamh O'Shea"];
    assert_eq!(attendees["Visit"], visit);
    assert_eq!(attendees["Lease workshop"].len(), 6);
    assert!(!attendees.contains_key("Rota workshop"), "{attendees:?}");
    // A transferred conference place took the visit and the supper along.
    let has = |offering: &str, name: &str| attendees[offering].iter().any(|other| other == name);
    assert!(has("In person", "Irene Walsh") && has("Supper", "Irene Walsh"));
    for offering in ["In person", "Supper"] {
        assert!(!has(offering, "Deborah Turner") && !has(offering, "Roger Parry"), "{offering}");
    }
    assert!(has("Online", "Mei Banerjee"), "who found the coach full comes online");
}

/// What was said at the desk to whom, with the lines of each answer put together.
fn at_the_desk(printed: &str) -> BTreeMap<String, String> {
    let (_, desk) = printed.split_once("\nAt the desk, 21 September 2026, 09:00 Europe/London\n\n").unwrap();
    let answers = desk.split("\n\n").map(|said| {
        let (asked, answer) = said.split_once('\n').unwrap();
        (asked.to_owned(), answer.trim().replace("\n  ", " "))
    });
    answers.collect()
}

#[test]
fn the_desk_answers_in_words_for_people() {
    let folder = tempfile::tempdir().unwrap();
    let (printed, _) = year(&folder.path().join("year"));
    assert!(printed.lines().all(|line| line.chars().count() <= 100), "{printed}");
    let desk = at_the_desk(&printed);
    let answers = |who: &str| desk.iter().find(|(asked, _)| asked.starts_with(who)).unwrap().1.as_str();
    let all: Vec<_> = desk.values().map(String::as_str).collect();
    let all = all.join("\n");
    assert!(all.split(['\n', ' ']).all(|word| word.len() < 36), "an id has no name: {all}");

    assert_eq!(
        answers("Agnieszka"),
        "Agnieszka Żak is in line for \"Working with your council\", with 2 registrations ahead. They need 1 place in \
         \"training room\", and none is free for them (1 is set aside for others). What becomes free goes to those \
         ahead first."
    );
    let passed = "Once, on 18 September 2026, 11:05 (Europe/London), somebody who came later was served first, because \
                  what was free in \"training room\" was set aside for others.";
    assert!(answers("Adaeze").contains(" is first in line for ") && answers("Adaeze").ends_with(passed));
    // Two days would end in the quiet hours, so there is time until the morning.
    assert!(answers("Abigail").contains("and can accept until 22 September 2026, 08:00 (Europe/London)."));
    assert!(
        answers("Amit").contains("it was on hold, and was not confirmed in time. It ended on 14 September")
    );
    assert!(answers("Valerie").contains("nobody said in time that the new dates suit."));
    assert_eq!(
        answers("Zainab"),
        "Quarrham Community Library has 2 of the 2 places that each organisation may have; the limit ends at 09:00 on \
         24 September 2026."
    );
    assert!(answers("Fiona").ends_with("2 more places would do; one person alone would fit."));
    assert!(answers("Isla").starts_with("Isla Armitage is booked for this already, with booking no. 1 for "));
    assert_eq!(answers("Bronwen"), "Yes: \"The recording of 25 June\" and \"A list of twelve funders\".");
    assert!(
        answers("Who came").contains("5 came, 1 of them late; 1 had said that they could not, and 2 did not")
    );
    let lowered = answers("What if");
    assert!(lowered.starts_with("62 people have a place in \"hall\", 22 more than 40;"), "{lowered}");
    assert!(
        lowered.ends_with("If all keep theirs, 22 have to leave before anybody else can come in."),
        "{lowered}"
    );
}

/// How often something happened in a year.
fn count(facts: &[Fact], what: impl Fn(&Fact) -> bool) -> usize {
    facts.iter().filter(|fact| what(fact)).count()
}

#[test]
fn the_year_uses_what_the_rules_offer() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("year");
    let _ = year(&out);
    let desk = Desk::open(&out).unwrap();
    let log = desk.read_log(Position::new(0), usize::MAX).unwrap();
    let facts: Vec<Fact> = log.batches.into_iter().flat_map(|stored| stored.batch.facts).collect();

    // One accepted, one lapsed, one declined, one is out.
    assert_eq!(count(&facts, |fact| matches!(fact, Fact::PlaceOffered { .. })), 4);
    assert_eq!(count(&facts, |fact| matches!(fact, Fact::OfferAccepted { .. })), 1);
    let ended =
        |how| count(&facts, |fact| matches!(fact, Fact::RegistrationEnded { how: why, .. } if *why == how));
    assert_eq!(ended(Ending::Declined), 1);
    assert_eq!(ended(Ending::Expired), 2, "an offer and a hold");
    assert_eq!((ended(Ending::Rejected), ended(Ending::NotReconfirmed)), (1, 1));
    assert_eq!((ended(Ending::MovedAway), ended(Ending::Superseded)), (1, 3));
    assert_eq!(count(&facts, |fact| matches!(fact, Fact::RegistrationHeld { .. })), 2);
    assert_eq!(count(&facts, |fact| matches!(fact, Fact::HoldConfirmed { .. })), 1);
    assert_eq!(count(&facts, |fact| matches!(fact, Fact::InterestNoted { .. })), 4);
    assert_eq!(count(&facts, |fact| matches!(fact, Fact::FollowUpRequested { .. })), 1);
    assert_eq!(count(&facts, |fact| matches!(fact, Fact::RegistrationApproved { .. })), 2);
    assert_eq!(count(&facts, |fact| matches!(fact, Fact::RegistrationReconfirmed { .. })), 4);
    assert_eq!(count(&facts, |fact| matches!(fact, Fact::PartyChanged { .. })), 2);
    assert!(count(&facts, |fact| matches!(fact, Fact::RegistrationSplit { .. })) > 0);
    assert!(count(&facts, |fact| matches!(fact, Fact::PassedOver { .. })) > 0);
    assert_eq!(count(&facts, |fact| matches!(fact, Fact::CapacityChanged { keep_all: true, .. })), 1);
    assert_eq!(count(&facts, |fact| matches!(fact, Fact::ResourceAttached { .. })), 3);
    assert_eq!(count(&facts, |fact| matches!(fact, Fact::BooksClosed { .. })), 2);
    let archived = facts.iter().find_map(|fact| {
        let Fact::GatheringArchived { gathering } = fact else { return None };
        Some(*gathering)
    });
    assert_eq!(desk.gathering(archived.unwrap()).unwrap().lifecycle, Lifecycle::Archived);
}

/// Everybody whom the year knows, by the names in its file.
fn names() -> Vec<String> {
    let year: serde_json::Value = serde_json::from_str(DATA).unwrap();
    let people = year["people"].as_array().unwrap();
    people.iter().map(|person| person["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn nobody_is_named_in_a_file_but_those_who_speak() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("year");
    let (printed, _) = year(&out);
    let names = names();
    assert!(names.iter().any(|name| printed.contains(name)), "the office sees names on its terminal");
    // Speakers have published their names, and a person's own calendar is theirs.
    let shown = |path: &Path| {
        path.starts_with("people") || path.starts_with("speakers") || path == Path::new("conference.ics")
    };
    let files = files(&out);
    let rest: Vec<_> = files.iter().filter(|(path, _)| !shown(path)).collect();
    assert!(rest.len() > 2, "{rest:?}");
    for (path, bytes) in rest {
        // Whatever is no text has it in its bytes, if it has it.
        let content = String::from_utf8_lossy(bytes);
        let found = names.iter().find(|name| content.contains(name.as_str()));
        assert_eq!(found, None, "{}", path.display());
    }
}

/// What the year says when it fails, which it must with code 1.
fn complaint(within: &Path, arguments: [&OsStr; 2]) -> String {
    let output = run("network_year", within, arguments);
    let complaint = text(&output.stderr).to_owned();
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert_eq!(text(&output.stdout), "", "{complaint}");
    complaint
}

fn complaint_about(data: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("year.json");
    fs::write(&path, data).unwrap();
    complaint(folder.path(), [OsStr::new("--data"), path.as_os_str()])
}

#[test]
fn data_that_cannot_be_read_is_reported_with_its_line() {
    let complaint = complaint_about("{\n\"today\": \"2026-09-21T08:00:00Z\",\n\"show\": {]\n");
    assert!(complaint.contains("year.json: ") && complaint.contains("line 3"), "{complaint}");

    let data = DATA.replacen("Europe/London", "Mars/Olympus", 1);
    let line = 1 + data.split("Mars/Olympus").next().unwrap().matches('\n').count();
    let complaint = complaint_about(&data);
    assert!(complaint.contains("\"Mars/Olympus\""), "{complaint}");
    assert!(complaint.contains(&format!("at line {line} ")), "{complaint}");

    let complaint = complaint_about(&DATA.replacen("\"register\"", "\"regster\"", 1));
    assert!(complaint.contains("`regster`"), "{complaint}");
}

#[test]
fn a_step_about_something_unknown_is_reported_with_its_number() {
    let whole = "{\"today\": \"2026-09-21T08:00:00Z\", \"clock\": \"Europe/London\", \"recorded\": \"2025-12-01T09:00:00Z\",
        \"show\": {\"lists\": \"tour\", \"agenda\": 1, \"calendars\": []},
        \"organisations\": [], \"people\": [], \"steps\": [
        {\"time\": \"2026-01-01T09:00:00Z\", \"request\": \"00000000-0000-0000-0000-000000000001\",
         \"do\": {\"open_booking\": {\"gathering\": \"tour\"}}}]}";
    let complaint = complaint_about(whole);
    assert!(complaint.starts_with("step 1 "), "{complaint}");
    assert!(complaint.contains("`tour`"), "{complaint}");
}

#[test]
fn a_folder_that_is_a_file_is_reported_by_name_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("taken");
    fs::write(&file, "mine").unwrap();
    let complaint = complaint(folder.path(), [OsStr::new("--out"), file.as_os_str()]);
    assert!(complaint.contains("taken"), "{complaint}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn arguments_that_are_not_understood_bring_the_usage() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [vec!["--nope"], vec!["--out"], vec!["somewhere"]] {
        let output = run("network_year", folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).starts_with("usage: "), "{arguments:?}");
    }
    assert!(files(folder.path()).is_empty(), "nothing was to be written");
}

#[test]
fn the_minimal_program_ends_with_a_list_and_calendars() {
    let folder = tempfile::tempdir().unwrap();
    let output = run("minimal", folder.path(), [""; 0]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with("see you there\n"), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("Ann Example"));
    assert!(text(&output.stdout).ends_with("1 person, 1 of 100 places taken\n"));
    let calendar = |name| fs::read_to_string(folder.path().join("target/minimal").join(name)).unwrap();
    assert!(calendar("programme.ics").contains("\r\nSUMMARY:Community asset transfer\\, step by step\r\n"));
    assert!(!calendar("programme.ics").contains("meet.example"));
    assert!(calendar("ann.ics").contains("https://meet.example/asset-transfer"));
}

#[test]
fn the_last_place_is_given_out_once() {
    let folder = tempfile::tempdir().unwrap();
    let output = run("last_place", folder.path(), [""; 0]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "50 have a place, 150 wait in line, nobody was lost\n");
}

#[test]
fn what_is_due_is_written_into_files_and_an_answer_is_taken() {
    // Left there for readers in other languages.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("replies");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let output = run("replies", &folder, [""; 0]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told = text(&output.stdout);
    let expected = "\
Ann has a place
Bob has a place
Cleo waits

After booking:
01-invitation.ics: REQUEST to ann@example.org, SEQUENCE 0
02-invitation.ics: REQUEST to bob@example.org, SEQUENCE 0

After it was moved:
03-invitation.ics: REQUEST to ann@example.org, SEQUENCE 1
04-invitation.ics: REQUEST to bob@example.org, SEQUENCE 1

Bob does not come; served from the line: 1
05-cancellation.ics: CANCEL to bob@example.org, SEQUENCE 2
06-invitation.ics: REQUEST to cleo@example.org, SEQUENCE 1

After it was called off:
07-cancellation.ics: CANCEL to ann@example.org, SEQUENCE 2
08-cancellation.ics: CANCEL to cleo@example.org, SEQUENCE 2

The mark to keep: ";
    assert!(told.starts_with(expected), "{told}");
    let files = files(&folder.join("target/replies"));
    assert_eq!(files.len(), 9, "{:?}", files.keys());
    for (name, bytes) in files {
        let text = text(&bytes);
        assert!(
            text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"),
            "{}",
            name.display()
        );
    }
}

/// What a reader of XML would stumble over: tags that do not match, attributes without quotes, bare `&`. Returns the texts.
fn texts_of_xml(xml: &str) -> Vec<String> {
    let (mut open, mut texts) = (Vec::new(), Vec::new());
    let mut rest = xml.trim_start();
    while let Some((text, tag)) = rest.split_once('<') {
        let (tag, behind) = tag.split_once('>').expect("a tag is closed");
        rest = behind;
        check_entities(text);
        texts.push(text.trim().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
        if tag.starts_with('?') || tag.starts_with('!') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.trim()), "the tag that is closed is the last that was opened");
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        check_entities(tag);
        if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap());
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
    texts.retain(|text| !text.is_empty());
    texts
}

fn check_entities(text: &str) {
    for behind in text.split('&').skip(1) {
        let known = ["amp;", "lt;", "gt;", "quot;", "apos;", "#"];
        assert!(known.iter().any(|entity| behind.starts_with(entity)), "a bare ampersand before {behind}");
    }
}

#[test]
fn a_fill_curve_is_drawn_with_its_figures() {
    let folder = tempfile::tempdir().unwrap();
    let draw = || {
        let output = run("fill_curve", folder.path(), ["--out", "pictures"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        files(&folder.path().join("pictures"))
    };
    let drawn = draw();
    assert_eq!(
        drawn.keys().map(|path| path.to_str().unwrap()).collect::<Vec<_>>(),
        ["fill-1.svg", "show-up.svg"]
    );
    let curve = texts_of_xml(text(&drawn[Path::new("fill-1.svg")]));
    for told in [
        "Heat pumps & roofs: what a library <can> do",
        "20 of 20 places",
        "up to 7 waiting",
        "days before it began",
    ] {
        assert!(curve.iter().any(|text| text == told), "{told}: {curve:?}");
    }
    let came = texts_of_xml(text(&drawn[Path::new("show-up.svg")]));
    assert!(came.iter().any(|text| text.ends_with("14 of 20 came")), "{came:?}");
    assert_eq!(draw(), drawn, "the same log gives the same bytes");

    let output = run("fill_curve", folder.path(), ["nowhere"]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), "nowhere has no log.gather\n"));
    assert!(!folder.path().join("nowhere").exists());
    assert_eq!(run("fill_curve", folder.path(), ["--what"]).status.code(), Some(2));
}

#[test]
fn a_year_is_drawn_without_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("year");
    year(&out);
    fs::remove_file(out.join("keys.gather")).unwrap();
    let output =
        run("fill_curve", folder.path(), [OsStr::new("year"), OsStr::new("--out"), OsStr::new("pictures")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let drawn = files(&folder.path().join("pictures"));
    assert!(drawn.len() > 10, "{:?}", drawn.keys());
    for picture in drawn.values() {
        texts_of_xml(text(picture));
    }
}

#[test]
fn a_read_model_of_ones_own_goes_on_where_it_was_and_is_the_same_when_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let told = || {
        let output = run("own_projection", folder.path(), [""; 0]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    let first = told();
    assert!(first.starts_with("from 0: 0 %\nfrom 0: 100 %\n"), "{first}");
    assert!(first.ends_with("2 gatherings, the same when built anew: true\n"), "{first}");
    let second = told();
    assert!(!second.starts_with("from 0"), "{second}");
    assert!(second.ends_with("4 gatherings, the same when built anew: true\n"), "{second}");
    // Where the file is lost it begins anew, and comes to the same.
    fs::remove_file(folder.path().join("target/own_projection/out_of_the_line.json")).unwrap();
    assert!(told().ends_with("6 gatherings, the same when built anew: true\n"));
}
