//! A conference's programme, as it is published and changed: imported, booked, and written as calendars.
//!
//! ```text
//! cargo run --release --example conference -- --out target/conference 2025-01-26.json 2025-02-02.json
//! ```
//!
//! Each file is a snapshot of one programme, named by the day on which it was taken. The first announces the conference;
//! invented people book it, and some of its sessions; each later one is imported as moves, additions and drops. The
//! folder gets the log, the keys, `programme.ics`, a calendar for each track (`track`) and each room (`room`), and a few
//! people's own (`people`). A file with a list of `gatherings` is announced one by one, and `gatherings.ics` has them.
//!
//! The same command again changes nothing, and so does an older snapshot: the programme does not go back. A file with
//! something wrong in it is reported session by session, and nothing of the whole command is done; with `--partial` the
//! sessions that are wrong are left as they are, and the rest is imported. A file that cannot be read as a whole, as one
//! in which a merge has left its markers, has no rest to take.
//!
//! `--people N` invents so many people.
#![allow(clippy::print_stderr, reason = "what goes wrong is told on the terminal")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fmt};

use chrono::{DateTime, Utc};
use gather::{Desk, GatheringId, PersonId, ProgrammeWarning, SessionStatus};

use calendars::Calendars;
use gatherings_file::GatheringsFile;
use import::{Import, Imported};
use people::Visitor;
use problem::{counted, grouped, legible, listed};
use programme_file::ProgrammeFile;
use source::Source;

mod bookings;
mod calendars;
mod gatherings_file;
mod ids;
mod import;
mod people;
mod problem;
mod programme_file;
mod progress;
mod source;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How many people are invented, unless told otherwise.
const PEOPLE: usize = 2_000;
/// How many of them, and of those who lost a place with a session, get a calendar of their own.
const CALENDARS: usize = 3;
/// How many of what is noted by the way are shown; the rest is counted.
const SHOWN: usize = 3;

/// What the command line asks for.
struct Arguments {
    out: PathBuf,
    partial: bool,
    people: usize,
    files: Vec<PathBuf>,
}

/// The files of a command, read and looked through.
#[derive(Default)]
struct Given {
    /// Snapshots of one programme, the earliest first.
    programmes: Vec<ProgrammeFile>,
    gatherings: Vec<GatheringsFile>,
}

impl Given {
    /// Reads all files; or says of each why it cannot be read.
    fn read(files: &[PathBuf]) -> Result<Self, String> {
        let mut given = Self::default();
        let mut unreadable = Vec::new();
        for path in files {
            if let Err(problem) = given.read_one(path) {
                unreadable.push(problem);
            }
        }
        given.programmes.sort_by_key(|file| file.taken);
        unreadable.extend(given.do_not_go_together());
        if unreadable.is_empty() { Ok(given) } else { Err(unreadable.join("\n")) }
    }

    fn read_one(&mut self, path: &Path) -> Result<(), String> {
        let source = Source::read(path)?;
        if source.json.get("gatherings").is_some() {
            self.gatherings.push(GatheringsFile::of(&source)?);
        } else {
            self.programmes.push(ProgrammeFile::of(&source)?);
        }
        Ok(())
    }

    /// What is wrong with snapshots that follow each other.
    fn do_not_go_together(&self) -> Vec<String> {
        let pairs = self.programmes.iter().zip(self.programmes.iter().skip(1));
        let wrong = pairs.filter_map(|(one, next)| {
            let (title, other) = (&one.conference.title, &next.conference.title);
            if title != other {
                let (title, other) = (legible(title), legible(other));
                return Some(format!(
                    "{} is of {title} and {} of {other}: one programme at a time",
                    one.name, next.name
                ));
            }
            (one.taken == next.taken).then(|| {
                let day = one.taken.format("%Y-%m-%d");
                format!("{} and {} are both of {day}: one snapshot a day", one.name, next.name)
            })
        });
        wrong.collect()
    }

    /// What is wrong with single sessions and gatherings, file by file.
    fn problems(&self, verdict: &str) -> Vec<String> {
        let programmes = self.programmes.iter().map(|file| (&file.name, "session", &file.problems));
        let gatherings = self.gatherings.iter().map(|file| (&file.name, "gathering", &file.problems));
        let wrong = programmes.chain(gatherings).filter(|(_, _, problems)| !problems.is_empty());
        wrong.map(|(name, noun, problems)| listed(name, noun, verdict, problems)).collect()
    }

    /// When the last of the files was taken.
    fn last_taken(&self) -> DateTime<Utc> {
        let programmes = self.programmes.iter().map(|file| file.taken);
        let taken = programmes.chain(self.gatherings.iter().map(|file| file.taken)).max();
        taken.unwrap_or(DateTime::UNIX_EPOCH)
    }
}

fn run(arguments: &Arguments, mut to: impl Write) -> Outcome<()> {
    let Arguments { out, partial, people, files } = arguments;
    let given = Given::read(files).map_err(|problems| format!("{problems}\nnothing was imported"))?;
    let problems = given.problems(if *partial { "skipped" } else { "not taken" });
    if !problems.is_empty() && !partial {
        let problems = problems.concat();
        return Err(format!("{problems}nothing was imported; --partial takes the rest").into());
    }
    eprint!("{}", problems.concat());

    // What happened is over when it is read, so the clock stands where the last file was taken.
    let now = given.last_taken();
    let desk = Desk::builder().clock(move || now).open(out);
    let desk = desk.map_err(|error| format!("cannot open {}: {error}", out.display()))?;
    let mut calendars = Calendars::new(out);
    let mut lines = Vec::new();
    if let Some(last) = given.programmes.last() {
        let conference = last.conference.id();
        let met = import_all(&desk, &given.programmes, *people, &mut to)?;
        lines.push(write_programme(&desk, conference, met, &mut calendars, &mut to)?);
    }
    if !given.gatherings.is_empty() {
        lines.push(announce_all(&desk, &given.gatherings, &mut calendars, &mut to)?);
    }
    let first = if given.programmes.is_empty() { "gatherings.ics" } else { "programme.ics" };
    writeln!(
        to,
        "{}; {} in the log, {} of {} written; open {} next",
        lines.join("; "),
        counted(usize::try_from(desk.position().get())?, "record"),
        grouped(calendars.written),
        counted(calendars.files, "calendar"),
        out.join(first).display()
    )?;
    Ok(())
}

/// Imports the snapshots, and books people in after the first. Gives some people whose calendars are worth a look.
fn import_all(
    desk: &Desk,
    programmes: &[ProgrammeFile],
    people: usize,
    to: &mut impl Write,
) -> Outcome<BTreeSet<PersonId>> {
    let mut met = BTreeSet::new();
    for file in programmes {
        let import = Import::new(desk, file);
        let imported = import.run(bookings::places(people));
        let imported = imported.map_err(|error| format!("{}: {error}", file.name))?;
        writeln!(to, "{}", imported.told(file))?;
        note(to, "session without its page, which is at no https address", &file.without_link)?;
        if let Imported::Done { change, .. } = &imported {
            let ended = change.ended.iter().filter_map(|id| desk.registration(*id).ok());
            met.extend(ended.map(|row| row.booker).take(CALENDARS));
        }
        if !import.is_first()? {
            continue;
        }
        match bookings::book(desk, file, people)? {
            Some(bookings) => writeln!(to, "{bookings}")?,
            None => writeln!(to, "no bookings: the conference had begun when {} was taken", file.name)?,
        }
    }
    if let Some(file) = programmes.first() {
        met.extend((0..CALENDARS).map(|number| Visitor::new(file.conference.id(), number * 4).person()));
    }
    Ok(met)
}

/// Writes the programme's calendars, and gives its counts.
fn write_programme(
    desk: &Desk,
    conference: GatheringId,
    people: BTreeSet<PersonId>,
    calendars: &mut Calendars<'_>,
    to: &mut impl Write,
) -> Outcome<String> {
    let programme = desk.programme(conference)?;
    note_warnings(&programme, to)?;
    calendars.write_programme(&programme)?;
    calendars.write_people(desk, people)?;

    let rows = programme.rows();
    let dropped = rows.iter().filter(|row| row.status == SessionStatus::Cancelled).count();
    let confirmed = desk.attendee_list(conference)?;
    let confirmed: BTreeSet<_> = confirmed.rows().iter().map(|row| row.registration).collect();
    Ok(format!(
        "{} ({} dropped); {} confirmed, {} waiting",
        counted(rows.len(), "session"),
        grouped(dropped),
        counted(confirmed.len(), "registration"),
        grouped(desk.waiting_list(conference)?.rows().len())
    ))
}

fn announce_all(
    desk: &Desk,
    lists: &[GatheringsFile],
    calendars: &mut Calendars<'_>,
    to: &mut impl Write,
) -> Outcome<String> {
    for list in lists {
        let announced = list.announce(desk).map_err(|failure| format!("{}: {failure}", list.name))?;
        let (new, before) = (grouped(announced.new), grouped(announced.before));
        writeln!(
            to,
            "{}: {}, {new} new, {before} announced before",
            list.name,
            counted(list.len(), "gathering")
        )?;
        note(to, "gathering left as it was announced before", &announced.otherwise)?;
        note(to, "gathering without its page, which is at no https address", &list.without_link)?;
    }
    calendars.write(Path::new("gatherings.ics"), &desk.public_feed().to_string())?;
    Ok(counted(lists.iter().map(GatheringsFile::len).sum(), "gathering"))
}

/// Says what does not fit in a programme, with the titles of the sessions.
fn note_warnings(programme: &gather::Programme, to: &mut impl Write) -> io::Result<()> {
    let title = |id| programme.session(id).map(|row| legible(&row.texts().title)).unwrap_or_default();
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for warning in programme.warnings() {
        let (kind, what) = match warning {
            ProgrammeWarning::RoomTwice { room, earlier, later } => (
                "room with two sessions at once",
                format!("{} with {} and {}", room, title(earlier), title(later)),
            ),
            ProgrammeWarning::SpeakerTwice { earlier, later, .. } => {
                ("speaker in two sessions at once", format!("{} and {}", title(earlier), title(later)))
            }
            ProgrammeWarning::Outside { session } => ("session on no day of the conference", title(session)),
            ProgrammeWarning::Untimed { session } => ("session without exact times", title(session)),
            other => ("other warning", other.to_string()),
        };
        found.entry(kind).or_default().push(what);
    }
    found.iter().try_for_each(|(kind, what)| note(to, kind, what))
}

/// Says how often something was met, with the first few.
fn note(to: &mut impl Write, what: &str, met: &[impl fmt::Display]) -> io::Result<()> {
    if met.is_empty() {
        return Ok(());
    }
    let first: Vec<_> = met.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = if met.len() > SHOWN { ", …" } else { "" };
    writeln!(to, "  {} × {what}: {}{more}", grouped(met.len()), first.join(", "))
}

/// What is asked for; `None` if the arguments are not understood.
fn arguments(mut given: impl Iterator<Item = String>) -> Option<Arguments> {
    let out = PathBuf::from("target/conference");
    let mut arguments = Arguments { out, partial: false, people: PEOPLE, files: Vec::new() };
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--out" => arguments.out = given.next()?.into(),
            "--people" => arguments.people = given.next()?.parse().ok()?,
            "--partial" => arguments.partial = true,
            option if option.starts_with("--") => return None,
            file => arguments.files.push(file.into()),
        }
    }
    Some(arguments).filter(|arguments| !arguments.files.is_empty())
}

fn main() -> ExitCode {
    let Some(arguments) = arguments(env::args().skip(1)) else {
        eprintln!("usage: conference [--out DIR] [--partial] [--people N] A.json [B.json …]");
        return ExitCode::from(2);
    };
    match run(&arguments, io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
