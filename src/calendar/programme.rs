//! A programme as a calendar: an entry for each session.

use std::fmt;
use std::io;

use super::feed::gathering_entry;
use super::{Calendar, CalendarEntry, Link, PublicEntry, Status, Wording};
use crate::projection::{Programme, ProgrammeRow, SessionStatus, billed};

/// A programme, or the part of it on a track, in a room or of a speaker, as a calendar for everybody.
///
/// The gathering itself comes first, unless [`sessions_only`](Self::sessions_only) is asked for; then the sessions, the
/// earliest start first. The UID of a session's entry is the session's id, for good; its SEQUENCE rises when its time,
/// its room, the venue or its status changes, and not with its texts, whose change shows in LAST-MODIFIED. It points to
/// the gathering's entry with RELATED-TO (RFC 5545, section 3.8.4.5). A session that was dropped stays and says so. The
/// names of speakers open the description, as they were published.
///
/// # Example
/// ```
/// use gather::calendar::ProgrammeFeed;
/// use gather::{AddSession, Desk, Gathering, Session, SessionId, Venue};
///
/// let desk = Desk::in_memory();
/// let day = Gathering::conference("The Changing Landscape", Venue::new("Central Library"))
///     .at("2099-03-20 Europe/London".parse()?);
/// let day = desk.announce(day)?.outcome;
/// let talk = Session::new(SessionId::random(), "Asset transfer")
///     .at("2099-03-20 10:00 to 10:45 Europe/London".parse()?)
///     .room("Carpenter Room");
/// drop(desk.execute(AddSession::new(day, talk))?);
///
/// let feed = ProgrammeFeed::new(desk.programme(day)?.in_room("Carpenter Room")).sessions_only();
/// let text = feed.name("Carpenter Room").to_string();
/// assert!(text.contains("LOCATION:Carpenter Room\\, Central Library\r\n"));
/// assert!(text.contains(&format!("RELATED-TO:{day}\r\n")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ProgrammeFeed {
    name: String,
    description: String,
    wording: Wording,
    whole: bool,
    programme: Programme,
}

/// A session with the texts that are made for its entry.
struct Shown<'a> {
    row: &'a ProgrammeRow,
    description: String,
    categories: Vec<&'a str>,
}

impl ProgrammeFeed {
    /// The calendar of a programme, by the gathering's title.
    pub fn new(programme: Programme) -> Self {
        let (name, wording) = (programme.announcement().title.clone(), Wording::default());
        Self { name, description: String::new(), wording, whole: true, programme }
    }

    /// Names the calendar, as readers list it.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Says what the calendar holds.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Replaces the words that the calendar adds.
    pub fn wording(mut self, wording: Wording) -> Self {
        self.wording = wording;
        self
    }

    /// Leaves out the entry of the gathering itself.
    pub fn sessions_only(mut self) -> Self {
        self.whole = false;
        self
    }

    /// Writes the calendar as UTF-8, a piece at a time.
    ///
    /// # Errors
    /// Whatever `out` says; some of the calendar may have been written.
    pub fn write_to(&self, out: impl io::Write) -> io::Result<()> {
        let shown = self.shown();
        self.calendar(&shown).write_to(out)
    }

    fn shown(&self) -> Vec<Shown<'_>> {
        let names = self.programme.speaker_names();
        let shown = self.programme.rows().iter().map(|row| {
            let texts = row.texts();
            let speakers = billed(&texts.speakers, &names).join(", ");
            let description = match (speakers.is_empty(), texts.description.is_empty()) {
                (true, _) => texts.description.clone(),
                (false, true) => format!("{}{speakers}", self.wording.speakers),
                (false, false) => format!("{}{speakers}\n\n{}", self.wording.speakers, texts.description),
            };
            Shown { row, description, categories: vec![&texts.kind, &texts.track] }
        });
        shown.collect()
    }

    fn calendar<'a>(
        &'a self,
        shown: &'a [Shown<'a>],
    ) -> Calendar<'a, impl Iterator<Item: CalendarEntry> + Clone + 'a> {
        // A draft is in no calendar: whoever subscribed would keep what may never come.
        let known = !self.programme.announcement().draft;
        let whole = (known && self.whole).then(|| gathering_entry(self.programme.gathering_entry()));
        let sessions = shown.iter().filter(move |_| known).map(|shown| self.session_entry(shown));
        Calendar::new(&self.name, whole.into_iter().chain(sessions))
            .description(&self.description)
            .wording(&self.wording)
    }

    fn session_entry<'a>(&'a self, shown: &'a Shown<'a>) -> PublicEntry<'a> {
        let row = shown.row;
        let status = match row.status {
            SessionStatus::Confirmed => Status::Confirmed,
            SessionStatus::Postponed => Status::Postponed,
            SessionStatus::Cancelled => Status::Cancelled,
        };
        let entry =
            PublicEntry::new(row.session.uuid(), &row.texts().title, row.shown_schedule(), row.revised_at)
                .created(row.added_at)
                .sequence(row.sequence)
                .status(status)
                .description(&shown.description)
                .room(row.room())
                .mode(&self.programme.announcement().mode)
                .categories(&shown.categories)
                .part_of(self.programme.gathering().uuid());
        // The link was checked when the session was added.
        match Link::new(&row.texts().link) {
            Ok(link) => entry.url(link),
            Err(_) => entry,
        }
    }
}

impl fmt::Display for ProgrammeFeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.shown();
        self.calendar(&shown).fmt(f)
    }
}
