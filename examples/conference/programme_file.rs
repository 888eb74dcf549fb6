//! A snapshot of a programme: what its file says, and what is wrong with it, session by session.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use gather::calendar::Link;
use gather::{
    Desk, Failure, Gathering, GatheringId, Offering, OfferingId, PersonId, Pool, PoolId, PublishedName,
    Reference, Refusal, Schedule, Session, SessionId, SetProgramme, Venue,
};
use serde_json::Value;
use uuid::Uuid;

use crate::ids::Digest;
use crate::problem::{Problem, legible};
use crate::source::{Row, Source};

/// A place in the conference as a whole.
pub(crate) const CONFERENCE: OfferingId = OfferingId::new(1);

/// What tells the conference of a programme from other gatherings in a folder.
pub(crate) const MARK: &str = "programme";

/// A programme as it stood on a day.
pub(crate) struct ProgrammeFile {
    /// The file's name.
    pub(crate) name: String,
    /// When it was taken.
    pub(crate) taken: DateTime<Utc>,
    /// What it is the programme of.
    pub(crate) conference: Conference,
    /// The sessions that can be read.
    pub(crate) sessions: Vec<Session>,
    /// Who speaks in them.
    pub(crate) speakers: BTreeMap<PersonId, String>,
    /// What is wrong with the others.
    pub(crate) problems: Vec<Problem>,
    /// Sessions whose page is at no https address: they are taken without it.
    pub(crate) without_link: Vec<String>,
}

/// What a programme belongs to.
pub(crate) struct Conference {
    pub(crate) title: String,
    pub(crate) venue: Venue,
    pub(crate) days: Schedule,
    zone: String,
}

impl Conference {
    /// The conference by this title: the same in each snapshot.
    pub(crate) fn id(&self) -> GatheringId {
        GatheringId::from_uuid(Digest::of("conference").with(&self.title).uuid())
    }

    /// The conference to announce, with so many places.
    pub(crate) fn gathering(&self, places: u32) -> Result<Gathering, String> {
        let mark = Reference::new(MARK).map_err(|problem| problem.to_string())?;
        let pool = PoolId::new(CONFERENCE.get());
        Ok(Gathering::conference(&self.title, self.venue.clone())
            .id(self.id())
            .at(self.days.clone())
            .pool(Pool::new(pool, "conference places", places))
            .offering(Offering::new(CONFERENCE, "conference", [pool]))
            .no_overlap()
            .reference(mark))
    }

    fn of(row: &Row<'_>) -> Result<Self, String> {
        let zone = row.text("time_zone")?.to_owned();
        let days = Schedule::days(row.day("start")?, row.day("end")?, &zone);
        let venue = Venue::new(row.text("venue")?).address(row.optional_text("city")?);
        let title = row.text("title")?.trim().to_owned();
        Ok(Self { title, venue, days: days.map_err(|error| error.to_string())?, zone })
    }
}

impl ProgrammeFile {
    /// Reads a programme. What is wrong with single sessions is noted; only what is wrong with the whole is an error.
    pub(crate) fn of(source: &Source) -> Result<Self, String> {
        let taken = source.taken().ok_or_else(|| {
            source.problem("a programme is named by the day on which it was taken, such as 2025-01-26.json")
        })?;
        let conference = source.json.get("conference").and_then(Row::of);
        let conference = conference.ok_or_else(|| source.problem("it has no `conference`"))?;
        let conference = Conference::of(&conference)
            .map_err(|problem| source.problem(format!("the conference: {problem}")))?;
        let rooms = source.list("rooms").ok_or_else(|| source.problem("it has no list of `rooms`"))?;
        let rows = source.list("sessions").ok_or_else(|| source.problem("it has no list of `sessions`"))?;

        let mut file = Self {
            name: source.name.clone(),
            taken,
            conference,
            sessions: Vec::with_capacity(rows.len()),
            speakers: BTreeMap::new(),
            problems: Vec::new(),
            without_link: Vec::new(),
        };
        let rooms: BTreeSet<&str> = rooms.iter().filter_map(Value::as_str).collect();
        file.read(rows, &rooms);
        file.rehearse(rows).map_err(|problem| source.problem(problem))?;
        Ok(file)
    }

    /// The sessions that are left as they are, because what the file says of them is not taken.
    pub(crate) fn left(&self) -> BTreeSet<SessionId> {
        self.problems.iter().filter_map(Problem::session).collect()
    }

    /// The sessions that are taken.
    pub(crate) fn taken_sessions(&self) -> impl Iterator<Item = &Session> {
        let left = self.left();
        self.sessions.iter().filter(move |session| !left.contains(&session.id))
    }

    /// How many rows do not even say which session they are about.
    pub(crate) fn nameless(&self) -> usize {
        self.problems.iter().filter(|problem| problem.id.is_none()).count()
    }

    /// The programme to set: all sessions but those that are left as they are.
    pub(crate) fn programme(&self) -> SetProgramme {
        SetProgramme::new(self.conference.id(), self.sessions.iter().cloned()).leave_alone(self.left())
    }

    fn read(&mut self, rows: &[Value], rooms: &BTreeSet<&str>) {
        let rows_of = rows_by_id(rows);
        for (number, value) in (1..).zip(rows) {
            let row = Row::of(value);
            let id = row.as_ref().and_then(|row| id(row).ok());
            let title = row.as_ref().and_then(|row| row.value("title")?.as_str()).unwrap_or_default();
            let problem = |what| Problem { row: number, id, title: title.to_owned(), what };
            let Some(row) = row else {
                self.problems.push(problem(String::from("it is no object with names and values")));
                continue;
            };
            // Which of them holds cannot be told, so none is taken.
            let alike = id.and_then(|id| rows_of.get(&id)).map_or(&[][..], Vec::as_slice);
            if let Some(other) = alike.iter().find(|other| **other != number) {
                self.problems.push(problem(format!("session {other} has the same id")));
                continue;
            }
            let mut wrong = Vec::new();
            let session = self.session(&row, rooms, &mut wrong);
            self.sessions.extend(session);
            self.problems.extend(wrong.into_iter().map(problem));
        }
    }

    /// The session of a row; and all that is wrong with it.
    fn session(&mut self, row: &Row<'_>, rooms: &BTreeSet<&str>, wrong: &mut Vec<String>) -> Option<Session> {
        let mut note = |problem| wrong.push(problem);
        let id = id(row).map_err(&mut note).ok();
        let title = row.text("title").map_err(&mut note).ok();
        let times = (start(row).map_err(&mut note).ok(), duration(row).map_err(&mut note).ok());
        let schedule = match times {
            (Some(start), Some(duration)) => {
                schedule(start, duration, &self.conference.zone).map_err(&mut note).ok()
            }
            _ => None,
        };
        let room = room(row, rooms).map_err(&mut note).ok();
        let description = description(row).map_err(&mut note).ok();
        let track = row.optional_text("track").map_err(&mut note).ok();
        let kind = row.optional_text("type").map_err(&mut note).ok();
        let link = row.optional_text("url").map_err(&mut note).ok();
        let names = speakers(row).map_err(&mut note).ok();

        let title = title?;
        let mut session = Session::new(SessionId::from_uuid(id?), title)
            .at(schedule?)
            .room(room?)
            .about(description?)
            .track(track?)
            .kind(kind?);
        let link = link?;
        for name in names? {
            let conference = self.conference.id();
            let person = Digest::of("speaker").with(conference.bytes()).with(name).uuid();
            let person = PersonId::from_uuid(person);
            self.speakers.insert(person, name.to_owned());
            session = session.speaker(person);
        }
        if Link::new(link).is_ok() {
            return Some(session.link(link));
        }
        if !link.is_empty() {
            self.without_link.push(format!("{} ({})", legible(title), legible(link)));
        }
        Some(session)
    }

    /// Sets the programme at a desk in memory, to hear of all that the rules do not take before anything is written.
    fn rehearse(&mut self, rows: &[Value]) -> Result<(), String> {
        // Early enough for a conference that is over by now.
        let begins = self.conference.days.starts().unwrap_or(self.taken);
        let time = self.taken.min(begins);
        let desk = Desk::builder().clock(move || time).in_memory();
        let announced = desk.announce(self.conference.gathering(0)?);
        announced.map(drop).map_err(|failure| format!("the conference: {failure}"))?;
        let problems = match desk.preview(self.programme()) {
            Ok(_) => return Ok(()),
            Err(Failure::Refused(Refusal::Programme { problems })) => problems,
            Err(failure) => return Err(failure.to_string()),
        };
        let rows_of = rows_by_id(rows);
        for found in problems {
            let id = found.session.uuid();
            let it = self.sessions.iter().find(|session| session.id == found.session);
            let title = it.map(|session| session.texts.title.clone()).unwrap_or_default();
            let row = rows_of.get(&id).and_then(|rows| rows.first()).copied().unwrap_or_default();
            self.problems.push(Problem { row, id: Some(id), title, what: found.fault.to_string() });
        }
        // The rest may be too much as a whole.
        desk.preview(self.programme()).map(drop).map_err(|failure| failure.to_string())
    }
}

/// The rows of each id that can be read, numbered from 1.
fn rows_by_id(rows: &[Value]) -> BTreeMap<Uuid, Vec<usize>> {
    let mut found: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
    for (number, value) in (1..).zip(rows) {
        if let Some(id) = Row::of(value).and_then(|row| id(&row).ok()) {
            found.entry(id).or_default().push(number);
        }
    }
    found
}

fn id(row: &Row<'_>) -> Result<Uuid, String> {
    let text = row.text("id")?;
    text.parse().map_err(|_no_uuid| format!("`id` is {}, which is no UUID", legible(text)))
}

fn room<'v>(row: &Row<'v>, rooms: &BTreeSet<&str>) -> Result<&'v str, String> {
    let room = row.text("room")?;
    if rooms.contains(room) {
        return Ok(room);
    }
    Err(format!("`room` is {}, which is none of the file's rooms", legible(room)))
}

/// The subtitle, where there is one, opens the description.
fn description(row: &Row<'_>) -> Result<String, String> {
    let (subtitle, about) = (row.optional_text("subtitle")?, row.optional_text("abstract")?);
    Ok(match (subtitle, about) {
        ("", about) => about.to_owned(),
        (subtitle, "") => subtitle.to_owned(),
        (subtitle, about) => format!("{subtitle}\n\n{about}"),
    })
}

fn speakers<'v>(row: &Row<'v>) -> Result<Vec<&'v str>, String> {
    let Some(value) = row.value("speakers") else { return Ok(Vec::new()) };
    let names = value.as_array().ok_or("`speakers` is no list")?;
    let names = names.iter().map(|name| {
        let name = name.as_str().ok_or("`speakers` has something that is no text")?;
        PublishedName::new(name).check().map_err(|problem| format!("`speakers`: {problem}"))?;
        Ok(name)
    });
    names.collect()
}

fn start(row: &Row<'_>) -> Result<DateTime<Utc>, String> {
    let text = row.text("start")?;
    let start = DateTime::parse_from_rfc3339(text);
    let start = start
        .map_err(|error| format!("`start` is {}, which is no time with an offset: {error}", legible(text)));
    start.map(|start| start.to_utc())
}

fn schedule(start: DateTime<Utc>, duration: TimeDelta, zone: &str) -> Result<Schedule, String> {
    let end = start.checked_add_signed(duration).ok_or("it never ends")?;
    Schedule::between(start, end, zone).map_err(|error| error.to_string())
}

/// `HH:MM`, more than nothing.
fn duration(row: &Row<'_>) -> Result<TimeDelta, String> {
    let text = row.text("duration")?;
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = unsigned.split_once(':').filter(|(hours, minutes)| {
        (1..=3).contains(&hours.len()) && minutes.len() == 2 && digits(hours) && digits(minutes)
    });
    let parts = parts.and_then(|(hours, minutes)| Some((hours.parse().ok()?, minutes.parse().ok()?)));
    let Some((hours, minutes)) = parts.filter(|(_, minutes): &(i64, i64)| *minutes < 60) else {
        return Err(format!("`duration` is {}, which is not HH:MM", legible(text)));
    };
    match hours * 60 + minutes {
        0 => Err(format!("`duration` is {}: it takes no time", legible(text))),
        _ if negative => Err(format!("`duration` is {}: it would end before it starts", legible(text))),
        minutes => Ok(TimeDelta::minutes(minutes)),
    }
}
