//! A gathering's programme: its sessions, and what does not fit in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hashbrown::HashMap;
use serde::ser::{Serialize, Serializer};

use crate::fact::{Announcement, Session, SessionTexts};
use crate::id::{GatheringId, PersonId, SessionId};
use crate::image::image;
use crate::person::PublishedName;
use crate::projection::card::GatheringCard;
use crate::projection::head::{GatheringEntry, Head};
use crate::projection::session::{SessionCard, SessionStatus};
use crate::projection::table::{Column, Table};
use crate::projection::when::{ScheduleForm, start_cell};
use crate::schedule::Schedule;
use crate::sealed::{Opened, Opener, Sealed};

/// The sessions of one gathering: all of them, or those of a track, a room or a speaker.
///
/// The earliest start comes first, then the room and the id decide; one whose dates were taken back stands where it was,
/// times to be confirmed come last. Dropped sessions stay in it, as cancelled; printed it has those that stand. The names of speakers are those that were published
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

image!(struct Billing { name, since });

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
        let start = self.shown_schedule.starts();
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
                write!(f, "room {room:?} is taken twice: session {later} begins while {earlier} is on")
            }
            Self::SpeakerTwice { speaker, earlier, later } => {
                write!(f, "speaker {speaker} is wanted twice: session {later} begins while {earlier} is on")
            }
            Self::Outside { session } => write!(f, "session {session} is on none of the gathering's days"),
            Self::Untimed { session } => {
                write!(f, "session {session} has no exact time: its room and its speakers are not checked")
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
        let entry = GatheringEntry::of(card);
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

    /// The name under which somebody speaks; `None` where none is published, it cannot be read, or they were forgotten.
    #[must_use]
    pub fn speaker_name(&self, speaker: PersonId) -> Option<String> {
        match self.opener.published_name(speaker, &self.names.get(&speaker)?.name) {
            Opened::Known(name) => Some(name.expose().as_str().to_owned()),
            Opened::Forgotten { .. } | Opened::Unavailable(_) => None,
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
        let own_zone = self.head.announcement.schedule.zone();
        let zone = own_zone.or_else(|| self.rows.iter().find_map(|row| row.shown_schedule.zone()));
        writeln!(f, "{}", self.head.heading())?;
        // Dates name their zone; where the gathering has none, the times of its sessions would be anybody's.
        if let Some(zone) = zone.filter(|_| own_zone.is_none()) {
            writeln!(f, "Times in {zone}")?;
        }
        writeln!(f)?;
        let names = self.speaker_names();
        let mut table = Table::new(vec![
            Column::whole("Start"),
            Column::subject("Title"),
            Column::text("Room"),
            Column::text("Speakers"),
        ]);
        for row in self.rows.iter().filter(|row| row.stands()) {
            let postponed = if row.status == SessionStatus::Postponed { "Postponed: " } else { "" };
            table.row(vec![
                start_cell(&row.shown_schedule, zone),
                format!("{postponed}{}", row.it.texts.title),
                row.it.room.clone(),
                billed(&row.it.texts.speakers, &names).join(", "),
            ]);
        }
        match (self.rows.is_empty(), table.is_empty()) {
            (true, _) => f.write_str("no session yet"),
            (false, true) => f.write_str("no session takes place"),
            (false, false) => table.fmt(f),
        }
    }
}

/// The names of speakers in the order in which they are billed. One without a name to show is not shown.
fn billed<'n>(speakers: &[PersonId], names: &'n HashMap<PersonId, String>) -> Vec<&'n str> {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::projection::fixture::{Story, conference, person, session, talk, webinar};

    const OWNING: &str = "Owning libraries, 2026-03-20 to 2026-03-21 Europe/London\n\n";

    /// A conference with all kinds of sessions, and with speakers whose names are published, lost, or never said.
    fn story() -> Story {
        let long = "A panel whose title is rather longer than any terminal would like it to be";
        let mut story = Story::new();
        story
            .announces(1, conference())
            .publishes(1, "Dr Ann Example")
            .publishes(2, "王小明")
            .publishes_unreadably(3)
            .adds(1, Session::new(session(6), "Workshop").kind("workshop"))
            .adds(
                1,
                talk(3, long, "10:00 to 11:00").room("Carpenter Room").speaker(person(2)).speaker(person(1)),
            )
            .adds(1, talk(1, "Welcome", "09:30 to 09:45").room("Hall").speaker(person(1)))
            .adds(
                1,
                talk(2, "資産移転の十年", "10:00 to 10:45")
                    .about("What has become of them.")
                    .room("Reading Room")
                    .track("Owning")
                    .kind("talk")
                    .link("https://example.org/talks/2")
                    .speaker(person(2))
                    .speaker(person(3))
                    .speaker(person(4)),
            )
            .adds(1, talk(4, "Dropped", "11:00 to 12:00").room("Hall").track("Owning"))
            .adds(1, talk(5, "Site visit", "14:00 to 16:00").room("Annexe").track("Visiting"))
            .drops(1, 4)
            .moves(1, 5, "to be confirmed (afternoon)", "Annexe");
        story
    }

    fn numbers(programme: &Programme) -> Vec<u128> {
        programme.rows().iter().map(|row| row.session.uuid().as_u128()).collect()
    }

    #[test]
    fn a_programme_is_printed_by_start_without_what_was_dropped() {
        let expected = "\
Start             Title                           Room            Speakers
2026-03-20 09:30  Welcome                         Hall            Dr Ann Example
2026-03-20 10:00  A panel whose title is rather…  Carpenter Room  王小明, Dr An…
2026-03-20 10:00  資産移転の十年                  Reading Room    王小明
2026-03-20 14:00  Postponed: Site visit           Annexe
to be confirmed   Workshop";
        let printed = story().programme(1).to_string();
        assert_eq!(printed, format!("{OWNING}{expected}"));
    }

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        let mut story = story();
        let wide = "図書館".repeat(20);
        story.publishes(9, &wide).adds(1, talk(9, &wide, "12:00 to 13:00").room(&wide).speaker(person(9)));
        let printed = story.programme(1).to_string();
        let widths = printed.lines().map(unicode_width::UnicodeWidthStr::width);
        assert_eq!(widths.max(), Some(80), "{printed}");
    }

    #[test]
    fn a_programme_without_a_session_says_so() {
        let mut story = Story::new();
        story.announces(1, conference());
        assert_eq!(story.programme(1).to_string(), format!("{OWNING}no session yet"));
        assert!(story.programme(1).warnings().is_empty());
        story.adds(1, talk(1, "Welcome", "09:30 to 09:45")).drops(1, 1);
        assert_eq!(story.programme(1).to_string(), format!("{OWNING}no session takes place"));
    }

    #[test]
    fn a_postponed_gathering_prints_where_its_sessions_were_and_in_which_zone() {
        let mut story = Story::new();
        story.announces(1, conference()).adds(1, talk(1, "Welcome", "09:30 to 09:45").room("Hall"));
        story.reschedules(1, "to be confirmed (autumn)");
        let expected = "\
Owning libraries, to be confirmed (autumn)
Times in Europe/London

Start             Title               Room  Speakers
2026-03-20 09:30  Postponed: Welcome  Hall";
        assert_eq!(story.programme(1).to_string(), expected);
        story.calls_off(1);
        let expected = "\
Cancelled: Owning libraries, to be confirmed (autumn)
Times in Europe/London

no session takes place";
        assert_eq!(story.programme(1).to_string(), expected);
    }

    #[test]
    fn times_are_printed_as_clocks_show_them_where_the_gathering_is() {
        let mut story = Story::new();
        let abroad = "2026-03-20 10:00 to 11:00 America/New_York".parse().unwrap();
        story.announces(1, conference()).adds(1, Session::new(session(1), "By video").at(abroad));
        assert!(story.programme(1).to_string().contains("\n2026-03-20 14:00  By video"));
    }

    #[test]
    fn a_line_break_in_a_published_name_tears_nothing() {
        let mut story = Story::new();
        let talk = talk(1, "Welcome", "09:30 to 09:45").speaker(person(1));
        story.announces(1, conference()).publishes(1, "Ann\nExample").adds(1, talk);
        assert!(story.programme(1).to_string().ends_with("Ann\u{FFFD}Example"));
    }

    #[test]
    fn the_earliest_comes_first_and_room_and_id_decide_between_equals() {
        let mut story = Story::new();
        story
            .announces(1, conference())
            .adds(1, Session::new(session(1), "No time").room("Hall"))
            .adds(1, Session::new(session(2), "No time").room("Annexe"))
            .adds(1, talk(4, "Later", "10:30 to 10:45").room("Annexe"))
            .adds(1, talk(7, "Equal", "10:00 to 10:45").room("Hall"))
            .adds(1, talk(5, "Equal", "10:00 to 10:30").room("Hall"))
            .adds(1, talk(6, "Equal", "10:00 to 12:00").room("Annexe"))
            .adds(1, Session::new(session(3), "Whole day").at("2026-03-20 Europe/London".parse().unwrap()));
        assert_eq!(numbers(&story.programme(1)), [3, 6, 5, 7, 4, 2, 1]);
    }

    #[test]
    fn a_part_is_that_of_a_track_a_room_or_a_speaker() {
        let programme = story().programme(1);
        assert_eq!(numbers(&programme), [1, 3, 2, 4, 5, 6], "what was dropped and what has no time is in it");
        assert_eq!(numbers(&programme.clone().on_track("Owning")), [2, 4]);
        assert_eq!(numbers(&programme.clone().on_track("owning")), [], "letter by letter");
        assert_eq!(numbers(&programme.clone().on_track("")), [1, 3, 6], "those on no track");
        assert_eq!(numbers(&programme.clone().in_room("Hall")), [1, 4]);
        assert_eq!(numbers(&programme.clone().by_speaker(person(2))), [3, 2]);
        assert_eq!(numbers(&programme.clone().by_speaker(person(3))), [2], "a name is not needed");
        assert_eq!(numbers(&programme.clone().by_speaker(person(77))), []);
        let both = programme.clone().in_room("Hall").by_speaker(person(1));
        assert_eq!(numbers(&both), [1]);
        assert!(both.session(session(1)).is_some() && both.session(session(3)).is_none());
        assert_eq!(programme.tracks().into_iter().collect::<Vec<_>>(), ["Owning", "Visiting"]);
        let rooms: Vec<_> = programme.rooms().into_iter().collect();
        assert_eq!(rooms, ["Annexe", "Carpenter Room", "Hall", "Reading Room"]);
        assert_eq!(programme.speakers().into_iter().collect::<Vec<_>>(), [1, 2, 3, 4].map(person));
        assert_eq!(both.rooms().into_iter().collect::<Vec<_>>(), ["Hall"]);
    }

    #[test]
    fn a_name_that_is_lost_or_was_never_published_is_not_shown() {
        let mut story = story();
        let programme = story.programme(1);
        let names = [1, 2, 3, 4].map(|number| programme.speaker_name(person(number)));
        assert_eq!(names, [Some("Dr Ann Example".into()), Some("王小明".into()), None, None]);
        story.publishes(4, "Bob Example").publishes(1, "Professor Ann Example");
        let names = [1, 4].map(|number| story.programme(1).speaker_name(person(number)).unwrap());
        assert_eq!(names, ["Professor Ann Example", "Bob Example"]);
        assert_eq!(programme.speaker_name(person(4)), None, "a list taken before stays as it was");
    }

    #[test]
    fn each_name_is_opened_once() {
        let story = story();
        let opened = || story.opener().opened.swap(0, Ordering::Relaxed);
        let programme = story.programme(1);
        assert_eq!(opened(), 0, "nothing is opened until it is shown");
        let _ = programme.to_string();
        assert_eq!(opened(), 3);
        let _ = serde_json::to_value(&programme).unwrap();
        assert_eq!(opened(), 3);
        let _ = programme.in_room("Hall").to_string();
        assert_eq!(opened(), 1);
    }

    #[test]
    fn field_names_are_stable() {
        let json = serde_json::to_value(story().programme(1)).unwrap();
        let expected = serde_json::json!({
            "session": "00000000-0000-0000-0000-000000000002",
            "title": "資産移転の十年",
            "description": "What has become of them.",
            "schedule": {
                "text": "2026-03-20 10:00 to 10:45 Europe/London",
                "starts": "2026-03-20T10:00:00Z",
                "ends": "2026-03-20T10:45:00Z",
                "zone": "Europe/London",
                "all_day": false,
            },
            "room": "Reading Room",
            "track": "Owning",
            "kind": "talk",
            "link": "https://example.org/talks/2",
            "speakers": [
                { "person": "00000000-0000-0000-0000-000000000002", "name": "王小明" },
                { "person": "00000000-0000-0000-0000-000000000003", "name": null },
                { "person": "00000000-0000-0000-0000-000000000004", "name": null },
            ],
            "status": "confirmed",
            "added_at": "2026-02-01T16:00:00Z",
            "revised_at": "2026-02-01T16:00:00Z",
        });
        assert_eq!(json["sessions"][2], expected);
        let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["gathering", "schedule", "sessions", "title"]);
        assert_eq!(json["gathering"], "00000000-0000-0000-0000-000000000001");
        assert_eq!(json["title"], "Owning libraries");
        assert_eq!(json["schedule"]["text"], "2026-03-20 to 2026-03-21 Europe/London");
        let statuses: Vec<_> = (0..6).map(|nth| json["sessions"][nth]["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, ["confirmed", "confirmed", "confirmed", "cancelled", "postponed", "confirmed"]);
        assert_eq!(json["sessions"][4]["schedule"]["text"], "to be confirmed (afternoon)");
        assert_eq!(json["sessions"][4]["revised_at"], "2026-02-01T20:00:00Z");
    }

    #[test]
    fn a_debugged_programme_shows_no_name() {
        assert!(!format!("{:?}", story().programme(1)).contains("Example"));
    }

    #[test]
    fn a_row_gives_the_session_to_change_and_hand_back() {
        let row = story().session(2);
        assert_eq!(*row.details(), row.details().clone().room("Reading Room").track("Owning"));
        assert_eq!((row.room(), row.details().id), ("Reading Room", session(2)));
    }

    /// The warnings of gathering 1, printed, with the ids of sessions and people as numbers.
    fn warned(story: &Story) -> Vec<String> {
        let shorten = |text: String| text.replace("00000000-0000-0000-0000-00000000000", "#");
        story.programme(1).warnings().iter().map(ToString::to_string).map(shorten).collect()
    }

    #[test]
    fn rooms_and_speakers_booked_twice_are_warned_of() {
        let mut story = Story::new();
        story
            .announces(1, conference())
            .adds(1, talk(1, "Long", "10:00 to 12:00").room("Hall").speaker(person(1)))
            .adds(1, talk(2, "Short", "10:15 to 10:30").room("Hall"))
            .adds(1, talk(3, "Last", "11:00 to 12:30").room("Hall"))
            .adds(1, talk(4, "After", "12:30 to 13:00").room("Hall").speaker(person(2)))
            .adds(1, talk(5, "Elsewhere", "11:59 to 12:00").room("Annexe").speaker(person(1)))
            .adds(1, talk(6, "No room", "10:00 to 12:00"))
            .adds(1, talk(7, "No room either", "10:00 to 12:00"));
        let expected = [
            "room \"Hall\" is taken twice: session #2 begins while #1 is on",
            "room \"Hall\" is taken twice: session #3 begins while #1 is on",
            "speaker #1 is wanted twice: session #5 begins while #1 is on",
        ];
        assert_eq!(warned(&story), expected);
        story.drops(1, 1);
        assert!(warned(&story).is_empty(), "what was dropped takes no room: {:?}", warned(&story));
    }

    #[test]
    fn sessions_outside_and_without_a_time_are_warned_of() {
        let mut story = Story::new();
        story
            .announces(1, conference())
            .adds(1, talk(1, "Early", "10:00 to 12:00"))
            .adds(1, Session::new(session(2), "Some time").room("Hall"))
            .adds(1, Session::new(session(3), "Some day").at("2026-03-21 Europe/London".parse().unwrap()))
            .reschedules(1, "2026-03-21 to 2026-03-22 Europe/London");
        let expected = [
            "session #1 is on none of the gathering's days",
            "session #3 has no exact time: its room and its speakers are not checked",
            "session #2 has no exact time: its room and its speakers are not checked",
        ];
        assert_eq!(warned(&story), expected);
        story.reschedules(1, "to be confirmed");
        assert_eq!(
            warned(&story),
            expected[1..],
            "while the gathering has no days, nothing is outside of them"
        );
        story.calls_off(1);
        assert!(warned(&story).is_empty());
    }

    #[test]
    fn a_webinar_has_a_programme_too() {
        let mut story = Story::new();
        story.announces(1, webinar("Talk", "2026-03-20 10:00 to 12:00 Europe/London", 1));
        story.adds(1, talk(1, "First half", "10:00 to 11:00"));
        assert_eq!(story.session(1).status, SessionStatus::Confirmed);
    }
}
