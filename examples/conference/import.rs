//! A snapshot comes into the folder: as moves, additions and drops of what is there.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use gather::{
    ChangeMode, Desk, Fact, GatheringId, Mode, PersonId, Position, ProgrammeChange, PublishName,
    PublishedName, Reference, RequestId, Reschedule, SessionId,
};

use crate::Outcome;
use crate::ids::Digest;
use crate::problem::{counted, grouped, legible};
use crate::programme_file::{MARK, ProgrammeFile};
use crate::progress::Progress;

/// What has come of a snapshot.
pub(crate) enum Imported {
    /// It was imported, now or (`before`) in an earlier run.
    Done { change: ProgrammeChange, kept: usize, before: bool },
    /// The folder's programme is newer, and was not made from this file. Nothing was done: a programme does not go
    /// back to what it was.
    Older { newest: DateTime<Utc> },
}

/// A snapshot on its way into a folder.
pub(crate) struct Import<'a> {
    desk: &'a Desk,
    file: &'a ProgrammeFile,
    conference: GatheringId,
}

impl<'a> Import<'a> {
    pub(crate) fn new(desk: &'a Desk, file: &'a ProgrammeFile) -> Self {
        Self { desk, file, conference: file.conference.id() }
    }

    /// Imports the snapshot. All that it changes in the programme is one decision.
    ///
    /// Its request stands for the conference, the day and all that the file says of the sessions. So a file that was
    /// imported is answered as before, also after later ones, and changes nothing. A snapshot that changed nothing
    /// leaves no trace, and would be decided anew; that is why one from before the last change is passed over.
    pub(crate) fn run(&self, places: u32) -> Outcome<Imported> {
        let Self { desk, file, .. } = *self;
        let request = self.request();
        let before = desk.answered(request)?.is_some();
        if !before {
            match self.newest_change() {
                Some(newest) if newest > file.taken => return Ok(Imported::Older { newest }),
                Some(_) => self.change_conference(request)?,
                None => self.announce(places)?,
            }
            self.publish_names()?;
        }
        let command = file.programme().leave_alone(self.left_for_want_of_ids());
        let receipt = desk.request(request).at(file.taken).execute(command)?;
        let change = receipt.outcome;
        let touched = change.moved.iter().chain(&change.revised).collect::<BTreeSet<_>>().len();
        let kept = touched + change.unchanged;
        Ok(Imported::Done { change, kept, before })
    }

    /// Whether the conference was announced with this snapshot.
    pub(crate) fn is_first(&self) -> Outcome<bool> {
        let announced = self.desk.answered(self.announcement())?;
        Ok(announced.is_some_and(|stored| stored.batch.time == self.file.taken))
    }

    fn announcement(&self) -> RequestId {
        RequestId::from_uuid(Digest::of("announcement").with(self.conference.bytes()).uuid())
    }

    fn request(&self) -> RequestId {
        let Self { file, conference, .. } = self;
        let mut sessions: Vec<_> = file.sessions.iter().collect();
        sessions.sort_by_key(|session| session.id);
        let mut digest = Digest::of("programme").with(conference.bytes()).with(file.taken.to_rfc3339());
        for session in sessions {
            let texts = &session.texts;
            digest = digest.with(session.id.bytes()).with(session.schedule.to_string());
            // By the wall alone an hour that comes twice would be one.
            digest =
                digest.with(session.schedule.starts().map(|start| start.to_rfc3339()).unwrap_or_default());
            for text in
                [&session.room, &texts.title, &texts.description, &texts.track, &texts.kind, &texts.link]
            {
                digest = digest.with(text);
            }
            digest =
                texts.speakers.iter().fold(digest.with("speakers"), |digest, id| digest.with(id.bytes()));
        }
        digest = digest.with(file.nameless().to_string());
        digest = file.left().iter().fold(digest.with("left"), |digest, id| digest.with(id.bytes()));
        RequestId::from_uuid(digest.uuid())
    }

    /// When the programme that the folder has was last changed; `None` if it has no such conference.
    fn newest_change(&self) -> Option<DateTime<Utc>> {
        let programme = self.desk.programme(self.conference).ok()?;
        let newest = programme.rows().iter().map(|row| row.revised_at).max();
        Some(newest.unwrap_or(DateTime::UNIX_EPOCH))
    }

    /// Announces the conference, in a folder that has no other: its calendars would be written over.
    fn announce(&self, places: u32) -> Outcome<()> {
        if let Some(other) = self.other_conference()? {
            let other = legible(&other);
            return Err(
                format!("the folder has the programme of {other}: give another one with --out").into()
            );
        }
        let gathering = self.file.conference.gathering(places)?;
        let announced = self.desk.request(self.announcement()).at(self.file.taken).execute(gathering);
        announced.map(drop).map_err(Into::into)
    }

    fn other_conference(&self) -> Outcome<Option<String>> {
        let mut done = Position::START;
        loop {
            let page = self.desk.read_log(done, 1_024)?;
            let Some(last) = page.batches.last() else { return Ok(None) };
            done = last.last();
            let facts = page.batches.iter().flat_map(|stored| &stored.batch.facts);
            let announced = facts.filter_map(|fact| {
                let Fact::GatheringAnnounced { announcement, .. } = fact else { return None };
                Some(announcement)
            });
            let marked = |reference: &Reference| reference.as_str() == MARK;
            let mut other = announced.filter(|it| it.reference.as_ref().is_some_and(marked));
            if let Some(announcement) = other.next() {
                return Ok(Some(announcement.title.clone()));
            }
        }
    }

    /// Gives the conference the days and the venue that the snapshot has, before its sessions move.
    fn change_conference(&self, programme: RequestId) -> Outcome<()> {
        let Self { desk, file, conference } = *self;
        let call = |nth| desk.request(RequestId::from_uuid(programme.derive(nth))).at(file.taken);
        let now = desk.gathering(conference)?;
        let (days, mode) = (&file.conference.days, Mode::InPerson(file.conference.venue.clone()));
        if now.announcement().schedule == *days {
            // What the rules say now about this folder's sessions is heard before any name is published.
            desk.request(programme).at(file.taken).preview(file.programme())?;
        } else {
            call(0).execute(Reschedule::new(conference, days.clone())).map(drop)?;
        }
        if now.announcement().mode != mode {
            call(1).execute(ChangeMode::new(conference, mode)).map(drop)?;
        }
        Ok(())
    }

    /// Publishes the names of those who speak.
    fn publish_names(&self) -> Outcome<()> {
        let Self { desk, file, .. } = *self;
        let speakers = file.taken_sessions().flat_map(|session| &session.texts.speakers);
        let speakers: BTreeSet<&PersonId> = speakers.collect();
        let mut progress = Progress::of("names", speakers.len());
        for person in speakers {
            let Some(name) = file.speakers.get(person) else { continue };
            let request = Digest::of("published name").with(person.bytes()).with(name).uuid();
            let command = PublishName::of(*person, PublishedName::new(name));
            desk.request(RequestId::from_uuid(request)).at(file.taken).execute(command).map(drop)?;
            progress.step();
        }
        Ok(())
    }

    /// Where some rows do not say which session they are about, any session that the file does not name may be one of
    /// those; so none is dropped.
    fn left_for_want_of_ids(&self) -> Vec<SessionId> {
        if self.file.nameless() == 0 {
            return Vec::new();
        }
        let Ok(programme) = self.desk.programme(self.conference) else { return Vec::new() };
        let named: BTreeSet<SessionId> = self.file.sessions.iter().map(|session| session.id).collect();
        programme.rows().iter().map(|row| row.session).filter(|id| !named.contains(id)).collect()
    }
}

impl Imported {
    /// What has come of a snapshot, on a line.
    pub(crate) fn told(&self, file: &ProgrammeFile) -> String {
        let name = &file.name;
        let (change, kept, before) = match self {
            Self::Older { newest } => {
                let newest = newest.format("%Y-%m-%d");
                return format!("{name}: passed over, as the folder's programme is newer ({newest})");
            }
            Self::Done { change, kept, before } => (change, *kept, *before),
        };
        let before = if before { " (imported before)" } else { "" };
        if (kept, change.dropped.len()) == (0, 0) {
            return format!("{name}: {} new{before}", grouped(change.added.len()));
        }
        let moved: BTreeSet<_> = change.moved.iter().collect();
        let texts = change.revised.iter().filter(|session| !moved.contains(session)).count();
        let ended = match change.ended.len() {
            0 => String::new(),
            ended => format!(", which ended {}", counted(ended, "registration")),
        };
        format!(
            "{name}: {} kept ({} moved, {} changed in text), {} dropped{ended}, {} new{before}",
            grouped(kept),
            grouped(moved.len()),
            grouped(texts),
            grouped(change.dropped.len()),
            grouped(change.added.len())
        )
    }
}
