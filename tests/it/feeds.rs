//! What a desk's calendars say is what its lists say, as readers that are not ours read it.
//!
//! Expected values come from the lists, never from the calendar's own code. They are compared with what the crate
//! `ical` reads, and left beside each file for readers in other languages (`.ci/readers`).

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Utc};
use gather::log::{FileLog, Log};
use gather::testkit::{epoch, gathering_id, histories, person_id};
use gather::{
    Agenda, Desk, GatheringCard, GatheringKind, Lists, Mode, Opened, PersonId, Position, Programme,
    RegistrationStatus, Schedule, SessionStatus, Venue,
};
use ical::IcalParser;
use ical::parser::ical::component::IcalEvent;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::examples;

/// An entry's values, in the words of the list that lies beside a file.
pub(crate) fn entry(
    uid: &str,
    sequence: u32,
    summary: &str,
    location: &str,
    when: &Schedule,
    status: &str,
) -> Value {
    let (start, end) = if let Schedule::DateOnly(days) = when {
        (days.first().to_string(), (days.last() + Days::new(1)).to_string())
    } else {
        (instant(when.starts().unwrap()), instant(when.ends().unwrap()))
    };
    json!({
        "uid": uid, "sequence": sequence, "summary": summary, "location": location,
        "start": start, "end": end, "status": status,
    })
}

pub(crate) fn instant(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub(crate) fn address(venue: &Venue) -> String {
    if venue.address.is_empty() { venue.name.clone() } else { format!("{}, {}", venue.name, venue.address) }
}

/// What the public feed should say of a gathering; nothing where it never had a date, or is a draft.
fn public_entry(card: &GatheringCard) -> Option<Value> {
    let it = card.announcement();
    if it.draft {
        return None;
    }
    let dated = |schedule: &Schedule| schedule.starts().is_some();
    let when = Some(&it.schedule).filter(|when| dated(when)).or(card.previous_schedule())?;
    let (status, prefix) = match (card.is_cancelled(), dated(&it.schedule)) {
        (true, _) => ("CANCELLED", "Cancelled: "),
        (false, true) => ("CONFIRMED", ""),
        (false, false) => ("TENTATIVE", "Postponed: "),
    };
    let location = it.mode.venue().map_or_else(|| String::from("Online"), address);
    let uid = card.id().to_string();
    Some(entry(&uid, card.sequence(), &format!("{prefix}{}", it.title), &location, when, status))
}

/// What a person's own calendar should say.
pub(crate) fn personal_entries(agenda: &Agenda) -> Vec<Value> {
    // A calendar of somebody who was forgotten says nothing of what they had.
    if agenda.forgotten().is_some() {
        return Vec::new();
    }
    let rows = agenda.rows().iter().filter(|row| {
        let had_a_place = row.was_confirmed && row.status != RegistrationStatus::Waiting;
        row.status == RegistrationStatus::Confirmed || had_a_place
    });
    let entries = rows.filter_map(|row| {
        let it = row.announcement();
        let (when, postponed) = row.shown_schedule();
        when.starts()?;
        let (status, prefix) = match (row.status, postponed) {
            (RegistrationStatus::Confirmed, false) => ("CONFIRMED", ""),
            (RegistrationStatus::Confirmed, true) => ("TENTATIVE", "Postponed: "),
            _ => ("CANCELLED", "Cancelled: "),
        };
        let link = match agenda.join_link(row.registration) {
            Some(Opened::Known(link)) if status == "CONFIRMED" => Some(link.expose().as_str().to_owned()),
            _ => None,
        };
        let room = row.session().map_or("", |session| &session.room);
        let location = match (&it.mode, link) {
            (Mode::Online, Some(link)) => link,
            (mode, _) => within(room, &mode.venue().map_or_else(|| String::from("Online"), address)),
        };
        let uid = row.registration.to_string();
        Some(entry(&uid, row.sequence, &format!("{prefix}{}", row.title()), &location, when, status))
    });
    entries.collect()
}

/// What the calendar of a programme should say of its sessions.
fn session_entries(programme: &Programme) -> Vec<Value> {
    let entries = programme.rows().iter().filter(|row| row.shown_schedule().starts().is_some()).map(|row| {
        let (status, prefix) = match row.status {
            SessionStatus::Confirmed => ("CONFIRMED", ""),
            SessionStatus::Postponed => ("TENTATIVE", "Postponed: "),
            SessionStatus::Cancelled => ("CANCELLED", "Cancelled: "),
            other => panic!("{other:?} is new"),
        };
        let venue = programme.announcement().mode.venue().map_or_else(|| String::from("Online"), address);
        let (uid, title) = (row.session.to_string(), format!("{prefix}{}", row.texts().title));
        entry(&uid, row.sequence, &title, &within(row.room(), &venue), row.shown_schedule(), status)
    });
    entries.collect()
}

/// A room, if there is one, in a place.
fn within(room: &str, place: &str) -> String {
    if room.is_empty() { String::from(place) } else { format!("{room}, {place}") }
}

/// The entries of a calendar as the crate `ical` reads them. It gets unfolded lines: it loses blanks at folds.
pub(crate) fn read(text: &str) -> Vec<Value> {
    let unfolded = text.replace("\r\n ", "");
    let calendars: Vec<_> = IcalParser::new(unfolded.as_bytes()).map(|calendar| calendar.unwrap()).collect();
    let [calendar] = calendars.as_slice() else { panic!("{} calendars", calendars.len()) };
    calendar.events.iter().map(read_entry).collect()
}

pub(crate) fn read_entry(event: &IcalEvent) -> Value {
    let find = |name: &str| event.properties.iter().find(|property| property.name == name);
    let text = |name: &str| find(name).and_then(|property| property.value.clone()).unwrap_or_default();
    let time = |name: &str| {
        let property = find(name).unwrap();
        let zone =
            property.params.iter().flatten().find(|(name, _)| name == "TZID").map(|(_, zones)| &*zones[0]);
        read_time(property.value.as_deref().unwrap(), zone)
    };
    json!({
        "uid": text("UID"), "sequence": text("SEQUENCE").parse::<u32>().unwrap(),
        "summary": unescaped(&text("SUMMARY")), "location": unescaped(&text("LOCATION")),
        "start": time("DTSTART"), "end": time("DTEND"), "status": text("STATUS"),
    })
}

fn read_time(value: &str, zone: Option<&str>) -> String {
    if let Ok(date) = NaiveDate::parse_from_str(value, "%Y%m%d") {
        return date.to_string();
    }
    let wall = NaiveDateTime::parse_from_str(value.trim_end_matches('Z'), "%Y%m%dT%H%M%S").unwrap();
    let Some(zone) = zone else {
        assert!(value.ends_with('Z'), "{value} has no zone");
        return instant(wall.and_utc());
    };
    let zone: chrono_tz::Tz = zone.parse().unwrap();
    instant(zone.from_local_datetime(&wall).earliest().unwrap().to_utc())
}

pub(crate) fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let escaped = if c == '\\' { rest.next() } else { None };
        plain.push(match escaped {
            Some('n' | 'N') => '\n',
            Some(escaped) => escaped,
            None => c,
        });
    }
    plain
}

fn folded(log: &dyn Log) -> Lists {
    let mut lists = Lists::new();
    for stored in log.read(Position::START, usize::MAX).unwrap().batches {
        stored.records().for_each(|record| lists.apply(&record));
    }
    lists
}

/// Compares a file with what is expected of it, and leaves that beside it.
pub(crate) fn compare(file: &Path, expected: &[Value]) {
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(read(&text), expected, "{}", file.display());
    let beside = PathBuf::from(format!("{}.json", file.display()));
    fs::write(beside, serde_json::to_string_pretty(expected).unwrap()).unwrap();
}

#[test]
fn the_calendars_of_the_network_s_year_say_what_its_lists_say() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("network_year");
    let _ = fs::remove_dir_all(&out);
    let _ = examples::year(&out);

    let lists = folded(&FileLog::open_in(&out).unwrap());
    let expected: Vec<_> = lists.gatherings().into_iter().filter_map(public_entry).collect();
    assert!(expected.len() > 10, "a year has more than {} gatherings", expected.len());
    compare(&out.join("public.ics"), &expected);

    let desk = Desk::open(&out).unwrap();
    for (person, file) in calendars_of_people(&out.join("people")) {
        compare(&file, &personal_entries(&desk.agenda(person)));
    }

    let cards = lists.gatherings();
    let is_conference = |card: &&&GatheringCard| card.announcement().kind == GatheringKind::Conference;
    let conference = cards.iter().find(is_conference).unwrap();
    let programme = desk.programme(conference.id()).unwrap();
    assert!(programme.rows().len() > 10, "a conference has more than {} sessions", programme.rows().len());
    let whole = public_entry(conference).into_iter();
    compare(&out.join("conference.ics"), &whole.chain(session_entries(&programme)).collect::<Vec<_>>());
    for (speaker, file) in calendars_of_people(&out.join("speakers")) {
        compare(&file, &session_entries(&programme.clone().by_speaker(speaker)));
    }
}

/// The calendars in a folder, each with the person by whom it is named.
fn calendars_of_people(folder: &Path) -> Vec<(PersonId, PathBuf)> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|kind| kind == "ics"));
    let named = |file: PathBuf| (file.file_stem().unwrap().to_str().unwrap().parse().unwrap(), file);
    let calendars: Vec<_> = files.map(named).collect();
    assert!(calendars.len() > 1, "{} has calendars", folder.display());
    calendars
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// After any history, every calendar reads as the lists say, and no SEQUENCE has ever gone down.
    #[test]
    fn calendars_follow_any_history(history in histories(1..40)) {
        let desk = Desk::builder().clock(epoch).in_memory();
        let mut sequences = std::collections::BTreeMap::new();
        for nth in 0..history.steps.len() {
            let _ = history.play_step(&desk, nth);
            for entry in read(&desk.public_feed().to_string()) {
                let (uid, now) = (entry["uid"].to_string(), entry["sequence"].as_u64());
                let before = sequences.insert(uid, now);
                prop_assert!(before <= Some(now), "SEQUENCE went down: {entry}");
            }
        }
        for person in (0..14).map(person_id) {
            let agenda = desk.agenda(person);
            let is_theirs =
                |entry: &Value| agenda.rows().iter().any(|row| entry["uid"] == row.registration.to_string());
            let (theirs, others): (Vec<_>, Vec<_>) =
                read(&desk.calendar(person).to_string()).into_iter().partition(is_theirs);
            prop_assert_eq!(theirs, personal_entries(&agenda));
            // What they have handed on; `outbox.rs` says which that is.
            prop_assert!(others.iter().all(|entry| entry["status"] == "CANCELLED"), "{:?}", others);
        }
        let cancelled = (0..history.steps.len()).map(gathering_id).filter(|&id| desk.cancel_gathering(id).is_ok());
        for id in cancelled.collect::<Vec<_>>() {
            let feed = read(&desk.public_feed().to_string());
            let entry = feed.iter().find(|entry| entry["uid"] == id.to_string());
            prop_assert!(entry.is_none_or(|entry| entry["status"] == "CANCELLED"));
        }
    }
}
