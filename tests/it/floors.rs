//! Which room may use which, held by reading the sources.
//!
//! Each room stands on the ones named for it and on no other, so nothing goes up and no two use each other. The
//! pure rooms see no clock, no die, no file, no thread and no environment.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every room with those that it may use, from the ground up.
const FLOORS: &[(&str, &[&str])] = &[
    ("image", &[]),
    ("collections", &["image"]),
    ("random", &[]),
    ("id", &["image", "random"]),
    ("text", &["image"]),
    ("schedule", &["image"]),
    ("person", &["text"]),
    ("token", &[]),
    ("sealed", &["image", "id", "person"]),
    ("fact", &["image", "id", "text", "schedule", "person", "sealed", "token"]),
    ("record", &["image", "id", "fact"]),
    (
        "domain",
        &["image", "collections", "id", "text", "schedule", "person", "sealed", "token", "fact", "record"],
    ),
    (
        "projection",
        &["image", "collections", "id", "text", "schedule", "person", "sealed", "token", "fact", "record"],
    ),
    ("fault", &[]),
    ("storage", &[]),
    (
        "log",
        &["collections", "fault", "id", "text", "schedule", "person", "sealed", "fact", "record", "storage"],
    ),
    // Nothing of what decides, and nothing of the lists: it reads facts and judges them by itself.
    ("audit", &["id", "schedule", "fact", "record", "log"]),
    (
        "privacy",
        &[
            "image",
            "collections",
            "id",
            "text",
            "schedule",
            "person",
            "sealed",
            "token",
            "fact",
            "record",
            "fault",
            "storage",
        ],
    ),
    ("calendar", &["id", "text", "schedule", "person", "sealed", "fact", "record", "projection"]),
    (
        "desk",
        &[
            "image",
            "id",
            "text",
            "schedule",
            "person",
            "sealed",
            "token",
            "fact",
            "record",
            "fault",
            "domain",
            "projection",
            "log",
            "audit",
            "privacy",
            "calendar",
        ],
    ),
    (
        "testkit",
        &[
            "id",
            "text",
            "schedule",
            "person",
            "sealed",
            "fact",
            "record",
            "domain",
            "projection",
            "log",
            "privacy",
            "desk",
        ],
    ),
];

/// Rooms that depend on nothing but what they are handed.
const PURE: &[&str] = &[
    "image",
    "collections",
    "id",
    "text",
    "schedule",
    "person",
    "sealed",
    "token",
    "fact",
    "record",
    "domain",
    "projection",
    "audit",
    "calendar",
];

/// What a pure room must not name.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::thread",
    "std::time",
    "std::process",
    "std::net",
    "SystemTime",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "getrandom",
    "thread_rng",
    "::random()",
    "RandomState",
    "std::sync::Mutex",
];

/// The crate's tests may use the testkit, and the laws of deciding live beside the desk.
const TESTS_MAY_USE: &[&str] = &["testkit"];

/// Where the tests of a file begin.
const TESTS_BEGIN: &str = "#[cfg(test)]\nmod tests {";

/// Files that hold nothing but tests.
const TEST_FILES: &[&str] = &["laws.rs", "laws/scenes.rs", "tests.rs", "fixture.rs"];

/// What a source text does that its room may not, in words.
fn violations(room: &str, source: &str) -> Vec<String> {
    let Some((_, below)) = FLOORS.iter().find(|(name, _)| *name == room) else {
        return vec![format!("there is no room {room} on the plan")];
    };
    let (code, tests) = source.split_once(TESTS_BEGIN).unwrap_or((source, ""));
    let mut found = names_used(code)
        .filter(|used| *used != room && !below.contains(used))
        .map(|used| format!("{room} uses {used}"))
        .collect::<Vec<_>>();
    found.extend(
        names_used(tests)
            .filter(|used| *used != room && !below.contains(used) && !TESTS_MAY_USE.contains(used))
            .map(|used| format!("a test of {room} uses {used}")),
    );
    if PURE.contains(&room) {
        let impure = |line: &&str| IMPURE.iter().any(|word| line.contains(word));
        found.extend(
            code_lines(code).filter(impure).map(|line| format!("{room} is not pure: {}", line.trim())),
        );
    }
    found
}

/// The lines that are no comment.
fn code_lines(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter(|line| !line.trim_start().starts_with("//"))
}

/// The rooms that a text names behind `crate::`.
fn names_used(source: &str) -> impl Iterator<Item = &str> {
    code_lines(source)
        .flat_map(|line| line.split("crate::").skip(1))
        .flat_map(|rest| {
            let list = rest.strip_prefix('{').map_or(rest, |list| list.split('}').next().unwrap_or(list));
            let single = !rest.starts_with('{');
            list.split(", ").take(if single { 1 } else { usize::MAX })
        })
        .map(|path| path.trim().split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or(""))
        .filter(|name| name.starts_with(char::is_lowercase))
}

/// Every source file with the room that it belongs to.
fn sources() -> Vec<(String, PathBuf)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let within = path.strip_prefix(&src).unwrap();
            let room = within.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
            found.push((room.to_owned(), path));
        }
    }
    found
}

#[test]
fn nothing_goes_up() {
    let mut found = Vec::new();
    let mut rooms: BTreeMap<String, usize> = BTreeMap::new();
    for (room, path) in sources().into_iter().filter(|(room, _)| room != "lib") {
        let mut source = fs::read_to_string(&path).unwrap();
        if TEST_FILES.iter().any(|name| path.ends_with(name)) {
            source.insert_str(0, TESTS_BEGIN);
        }
        found
            .extend(violations(&room, &source).into_iter().map(|what| format!("{}: {what}", path.display())));
        *rooms.entry(room).or_default() += 1;
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    let planned: Vec<_> = FLOORS.iter().map(|(room, _)| *room).collect();
    let built: Vec<_> = rooms.keys().map(String::as_str).collect();
    let mut sorted = planned.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, built, "the plan and the house are the same");
}

/// Each room stands on rooms named before it, so there is no circle.
#[test]
fn the_plan_has_no_circle() {
    for (nth, (room, below)) in FLOORS.iter().enumerate() {
        for used in *below {
            let floor = FLOORS.iter().position(|(name, _)| name == used).unwrap();
            assert!(floor < nth, "{room} stands on {used}, which is not below it");
        }
    }
}

#[test]
fn planted_faults_are_found() {
    for (room, planted) in [
        ("domain", "use crate::log::Log;"),
        ("domain", "use crate::{fact::Fact, projection::Lists};"),
        ("projection", "fn f() { crate::domain::State::default(); }"),
        ("fact", "use crate::record::Position;"),
        ("calendar", "use crate::desk::Desk;"),
        ("audit", "use crate::domain::State;"),
        ("audit", "use crate::projection::Lists;"),
        ("domain", "let now = std::time::SystemTime::now();"),
        ("projection", "let now = Utc::now();"),
        ("domain", "let id = RegistrationId::random();"),
        ("calendar", "let text = std::fs::read_to_string(path);"),
        ("domain", "let home = std::env::var(\"HOME\");"),
        ("nowhere", ""),
    ] {
        assert!(!violations(room, planted).is_empty(), "{room}: {planted}");
    }
    assert_eq!(violations("domain", "// use crate::log::Log;\nuse crate::fact::Fact;"), Vec::<String>::new());
}
