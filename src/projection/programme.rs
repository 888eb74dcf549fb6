//! A gathering's programme: its sessions, and what does not fit in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hashbrown::HashMap;
use serde::ser::{Serialize, Serializer};

use crate::fact::{Announcement, Session, SessionTexts};
use crate::id::{GatheringId, PersonId, SessionId};
use crate::person::PublishedName;
use crate::projection::card::GatheringCard;
use crate::projection::head::Head;
use crate::projection::session::{SessionCard, SessionStatus};
use crate::projection::table::{Column, Table};
use crate::projection::when::{ScheduleForm, start_cell};
use crate::schedule::Schedule;
use crate::sealed::{Opened, Opener, Sealed};

/// The sessions of one gathering: all of them, or those of a track, a room or a speaker.
///
/// The earliest start comes first, then the room and the id decide; times to be confirmed come last. Dropped sessions
/// stay in it, as cancelled; printed it has those that stand. The names of speakers are those that were published
/// ([`PublishName`](crate::PublishName)): all of it may be shown to everybody.
///
/// Serialised it has `gathering`, `title`, `schedule` and `sessions`. Each of these has `session`, `title`, `description`,
/// `schedule` (`text`, `starts`, `ends`, `zone`, `all_day`), `room`, `track`, `kind`, `link`, `speakers` (each with `person`
/// and `name`, which is `null` where none is published or it cannot be read), `status` (see [`SessionStatus::code`]),
/// `added_at` and `revised_at`.
#[derive(Clone)]
#[doc(alias = "timetable")]
#[doc(alias = "schedule")]
pub struct Programme {
    head: Head,
    entry: GatheringEntry,
    rows: Vec<ProgrammeRow>,
    names: Arc<HashMap<PersonId, Billing>>,
    opener: Arc<dyn Opener>,
}

/// The name under which somebody speaks, and since when it has been that.
#[derive(Clone)]
pub(super) struct Billing {
    pub(super) name: Arc<Sealed<PublishedName>>,
    pub(super) since: DateTime<Utc>,
}

/// What the gathering's own calendar entry shows, beside the sessions.
#[derive(Clone, Debug)]
pub(crate) struct GatheringEntry {
    pub(crate) previous: Option<Schedule>,
    pub(crate) sequence: u32,
    pub(crate) announced_at: DateTime<Utc>,
    pub(crate) revised_at: DateTime<Utc>,
}

/// One session of a programme.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProgrammeRow {
    /// Which.
    pub session: SessionId,
    /// How sure it is.
    pub status: SessionStatus,
    /// The sequence of its calendar entry: never less than it was, and more after each change of time, place or status.
    pub sequence: u32,
    /// When it was first added.
    pub added_at: DateTime<Utc>,
    /// When anything about it was last changed, the names of its speakers included.
    pub revised_at: DateTime<Utc>,
    it: Arc<Session>,
    shown_schedule: Schedule,
    outside: bool,
}

impl ProgrammeRow {
    fn of(card: &GatheringCard, session: &SessionCard) -> Self {
        Self {
            session: session.id(),
            status: card.session_status(session),
            sequence: session.sequence(),
            added_at: session.added_at(),
            revised_at: session.revised_at(),
            it: Arc::clone(session.session()),
            shown_schedule: session.shown_schedule().clone(),
            outside: session.is_outside(card.announcement()),
        }
    }

    /// A name that was published later is another text of the session.
    fn note_names(&mut self, names: &HashMap<PersonId, Billing>) {
        let published = self.it.texts.speakers.iter().filter_map(|speaker| Some(names.get(speaker)?.since));
        self.revised_at = published.fold(self.revised_at, DateTime::max);
    }

    /// The session as it is now: to look at, or to change and hand to [`ChangeSession`](crate::ChangeSession).
    #[must_use]
    pub fn details(&self) -> &Session {
        &self.it
    }

    /// When it is.
    #[must_use]
    pub fn schedule(&self) -> &Schedule {
        &self.it.schedule
    }

    /// In which room; may be empty.
    #[must_use]
    pub fn room(&self) -> &str {
        &self.it.room
    }

    /// What the programme says of it.
    #[must_use]
    pub fn texts(&self) -> &SessionTexts {
        &self.it.texts
    }

    /// When it is; or, where its dates were taken back, when it was to be.
    #[must_use]
    pub fn shown_schedule(&self) -> &Schedule {
        &self.shown_schedule
    }

    fn stands(&self) -> bool {
        self.status != SessionStatus::Cancelled
    }

    /// From when to when, if that is known to the minute.
    fn hours(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        match &self.it.schedule {
            Schedule::Exact(times) => Some((times.start().instant(), times.end().instant())),
            Schedule::ToBeConfirmed { .. } | Schedule::DateOnly(_) => None,
        }
    }

    fn order(&self) -> (bool, Option<DateTime<Utc>>, &str, SessionId) {
        let start = self.it.schedule.starts();
        (start.is_none(), start, &self.it.room, self.session)
    }
}

/// Something that does not fit in a programme. Nothing is refused for it: it may be meant, or be mended later.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[doc(alias = "conflict")]
#[doc(alias = "clash")]
pub enum ProgrammeWarning {
    /// Two sessions in one room at the same time.
    RoomTwice {
        /// The room.
        room: String,
        /// The session that has it and ends last of those before.
        earlier: SessionId,
        /// The session that begins before that has ended.
        later: SessionId,
    },
    /// Two sessions with one speaker at the same time.
    SpeakerTwice {
        /// The speaker.
        speaker: PersonId,
        /// The session that they are in and that ends last of those before.
        earlier: SessionId,
        /// The session that begins before that has ended.
        later: SessionId,
    },
    /// A session that begins on a day that is none of the gathering's.
    Outside {
        /// Which.
        session: SessionId,
    },
    /// A session without a time to the minute: rooms, speakers and overlaps are not judged for it.
    Untimed {
        /// Which.
        session: SessionId,
    },
}

impl fmt::Display for ProgrammeWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RoomTwice { room, earlier, later } => {
                write!(f, "room {room:?} has session {later} while {earlier} is on")
            }
            Self::SpeakerTwice { speaker, earlier, later } => {
                write!(f, "speaker {speaker} is in session {later} while {earlier} is on")
            }
            Self::Outside { session } => write!(f, "session {session} is not on a day of the gathering"),
            Self::Untimed { session } => {
                write!(f, "session {session} has no exact time, so nothing is judged for it")
            }
        }
    }
}

impl Programme {
    pub(super) fn of(
        card: &GatheringCard,
        name: impl Fn(PersonId) -> Option<Billing>,
        opener: Arc<dyn Opener>,
    ) -> Self {
        let mut rows: Vec<_> = card.sessions().map(|session| ProgrammeRow::of(card, session)).collect();
        rows.sort_unstable_by(|one, other| one.order().cmp(&other.order()));
        let speakers: BTreeSet<PersonId> =
            rows.iter().flat_map(|row| row.it.texts.speakers.iter().copied()).collect();
        let names: HashMap<_, _> =
            speakers.into_iter().filter_map(|person| Some((person, name(person)?))).collect();
        for row in &mut rows {
            row.note_names(&names);
        }
        let entry = GatheringEntry {
            previous: card.previous_schedule().cloned(),
            sequence: card.sequence(),
            announced_at: card.announced_at(),
            revised_at: card.revised_at(),
        };
        Self { head: Head::of(card), entry, rows, names: Arc::new(names), opener }
    }

    /// Which gathering.
    #[must_use]
    pub fn gathering(&self) -> GatheringId {
        self.head.gathering
    }

    /// The gathering's announcement as it was when the programme was taken.
    #[must_use]
    pub fn announcement(&self) -> &Announcement {
        &self.head.announcement
    }

    /// Whether the gathering was called off.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.head.cancelled
    }

    pub(crate) fn gathering_entry(&self) -> &GatheringEntry {
        &self.entry
    }

    /// The sessions, the earliest start first, cancelled ones too.
    #[must_use]
    pub fn rows(&self) -> &[ProgrammeRow] {
        &self.rows
    }

    /// One session, if it is among them.
    #[must_use]
    pub fn session(&self, session: SessionId) -> Option<&ProgrammeRow> {
        self.rows.iter().find(|row| row.session == session)
    }

    /// The sessions of one track only.
    #[must_use]
    pub fn on_track(self, track: &str) -> Self {
        self.only(|row| row.it.texts.track == track)
    }

    /// The sessions in one room only.
    #[must_use]
    pub fn in_room(self, room: &str) -> Self {
        self.only(|row| row.it.room == room)
    }

    /// The sessions of one speaker only.
    #[must_use]
    pub fn by_speaker(self, speaker: PersonId) -> Self {
        self.only(|row| row.it.texts.speakers.contains(&speaker))
    }

    fn only(mut self, wanted: impl FnMut(&ProgrammeRow) -> bool) -> Self {
        self.rows.retain(wanted);
        self
    }

    /// The tracks, in alphabetical order.
    #[must_use]
    pub fn tracks(&self) -> BTreeSet<&str> {
        self.rows.iter().map(|row| row.it.texts.track.as_str()).filter(|track| !track.is_empty()).collect()
    }

    /// The rooms, in alphabetical order.
    #[must_use]
    pub fn rooms(&self) -> BTreeSet<&str> {
        self.rows.iter().map(|row| row.it.room.as_str()).filter(|room| !room.is_empty()).collect()
    }

    /// The speakers, in the order of their ids.
    #[must_use]
    pub fn speakers(&self) -> BTreeSet<PersonId> {
        self.rows.iter().flat_map(|row| row.it.texts.speakers.iter().copied()).collect()
    }

    /// The name under which somebody speaks; `None` where none is published or it cannot be read.
    #[must_use]
    pub fn speaker_name(&self, speaker: PersonId) -> Option<String> {
        match self.opener.published_name(speaker, &self.names.get(&speaker)?.name) {
            Opened::Known(name) => Some(name.expose().as_str().to_owned()),
            Opened::Unavailable(_) => None,
        }
    }

    /// The names of all speakers of these sessions, each opened once.
    pub(crate) fn speaker_names(&self) -> HashMap<PersonId, String> {
        self.speakers().into_iter().filter_map(|person| Some((person, self.speaker_name(person)?))).collect()
    }

    /// What does not fit: rooms and speakers booked twice at the same time, sessions on none of the gathering's days,
    /// sessions whose times are not known to the minute. In this order of kinds, then by start.
    ///
    /// Times are half-open: a session that begins when another ends does not overlap it. Of several that overlap each
    /// is named once, beside the one before it that ends last. Cancelled sessions count for nothing.
    #[must_use]
    pub fn warnings(&self) -> Vec<ProgrammeWarning> {
        let standing = || self.rows.iter().filter(|row| row.stands());
        let rooms = standing().filter(|row| !row.it.room.is_empty()).map(|row| (row.it.room.as_str(), row));
        let speakers =
            standing().flat_map(|row| row.it.texts.speakers.iter().map(move |speaker| (*speaker, row)));
        let mut warnings = clashes(rooms, |room, earlier, later| {
            let room = room.to_owned();
            ProgrammeWarning::RoomTwice { room, earlier, later }
        });
        warnings.extend(clashes(speakers, |speaker, earlier, later| ProgrammeWarning::SpeakerTwice {
            speaker,
            earlier,
            later,
        }));
        let outside = standing().filter(|row| row.outside);
        warnings.extend(outside.map(|row| ProgrammeWarning::Outside { session: row.session }));
        let untimed = standing().filter(|row| row.hours().is_none());
        warnings.extend(untimed.map(|row| ProgrammeWarning::Untimed { session: row.session }));
        warnings
    }
}

/// Goes through sessions in the order of their starts, and finds for each room (or speaker) those that begin before the
/// last one has ended.
fn clashes<'r, K: Ord + Copy>(
    sessions: impl Iterator<Item = (K, &'r ProgrammeRow)>,
    warn: impl Fn(K, SessionId, SessionId) -> ProgrammeWarning,
) -> Vec<ProgrammeWarning> {
    let mut busy: BTreeMap<K, (DateTime<Utc>, SessionId)> = BTreeMap::new();
    let mut found = Vec::new();
    for (key, row) in sessions {
        let Some((starts, ends)) = row.hours() else { continue };
        let before = busy.get(&key).copied();
        if let Some((_, earlier)) = before.filter(|(until, _)| starts < *until) {
            found.push(warn(key, earlier, row.session));
        }
        if before.is_none_or(|(until, _)| until < ends) {
            busy.insert(key, (ends, row.session));
        }
    }
    found
}

impl fmt::Debug for Programme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Programme")
            .field("head", &self.head)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Programme {
    /// A table, at most 80 columns wide, without a line break at its end: the sessions that stand.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = self.head.announcement.schedule.zone();
        let zone = zone.or_else(|| self.rows.iter().find_map(|row| row.it.schedule.zone()));
        writeln!(f, "{}\n", self.head.heading())?;
        let names = self.speaker_names();
        let mut table = Table::new(vec![
            Column::whole("Start"),
            Column::subject("Title"),
            Column::text("Room"),
            Column::text("Speakers"),
        ]);
        let mut is_empty = true;
        for row in self.rows.iter().filter(|row| row.stands()) {
            is_empty = false;
            let postponed = if row.status == SessionStatus::Postponed { "Postponed: " } else { "" };
            table.row(vec![
                start_cell(&row.shown_schedule, zone),
                format!("{postponed}{}", row.it.texts.title),
                row.it.room.clone(),
                billed(&row.it.texts.speakers, &names).join(", "),
            ]);
        }
        if is_empty { f.write_str("no session yet") } else { table.fmt(f) }
    }
}

/// The names of speakers in the order in which they are billed. One without a name to show is not shown.
pub(crate) fn billed<'n>(speakers: &[PersonId], names: &'n HashMap<PersonId, String>) -> Vec<&'n str> {
    speakers.iter().filter_map(|speaker| names.get(speaker)).map(String::as_str).collect()
}

#[derive(serde::Serialize)]
struct ProgrammeForm<'a> {
    gathering: GatheringId,
    title: &'a str,
    schedule: ScheduleForm,
    sessions: Vec<SessionForm<'a>>,
}

#[derive(serde::Serialize)]
struct SessionForm<'a> {
    session: SessionId,
    title: &'a str,
    description: &'a str,
    schedule: ScheduleForm,
    room: &'a str,
    track: &'a str,
    kind: &'a str,
    link: &'a str,
    speakers: Vec<SpeakerForm<'a>>,
    status: &'static str,
    added_at: DateTime<Utc>,
    revised_at: DateTime<Utc>,
}

#[derive(serde::Serialize)]
struct SpeakerForm<'a> {
    person: PersonId,
    name: Option<&'a str>,
}

impl<'a> SessionForm<'a> {
    fn of(row: &'a ProgrammeRow, names: &'a HashMap<PersonId, String>) -> Self {
        let SessionTexts { title, description, track, kind, link, speakers } = &row.it.texts;
        let speaker =
            |person: &PersonId| SpeakerForm { person: *person, name: names.get(person).map(String::as_str) };
        Self {
            session: row.session,
            title,
            description,
            schedule: ScheduleForm::from(&row.it.schedule),
            room: &row.it.room,
            track,
            kind,
            link,
            speakers: speakers.iter().map(speaker).collect(),
            status: row.status.code(),
            added_at: row.added_at,
            revised_at: row.revised_at,
        }
    }
}

impl Serialize for Programme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.speaker_names();
        let form = ProgrammeForm {
            gathering: self.head.gathering,
            title: &self.head.announcement.title,
            schedule: ScheduleForm::from(&self.head.announcement.schedule),
            sessions: self.rows.iter().map(|row| SessionForm::of(row, &names)).collect(),
        };
        form.serialize(serializer)
    }
}
