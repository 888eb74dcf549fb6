//! A programme as a calendar: an entry for each session.

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use super::entry::Speakers;
use super::feed::gathering_entry;
use super::line::Lines;
use super::masthead::{Masthead, as_feed};
use super::{Link, PublicEntry, Status};
use crate::id::PersonId;
use crate::projection::{Programme, ProgrammeRow, SessionStatus};

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
    masthead: Masthead,
    whole: bool,
    programme: Programme,
}

as_feed!(ProgrammeFeed);

impl ProgrammeFeed {
    /// The calendar of a programme, by the gathering's title.
    pub fn new(programme: Programme) -> Self {
        let masthead = Masthead::named(programme.announcement().title.clone());
        Self { masthead, whole: true, programme }
    }

    /// Leaves out the entry of the gathering itself.
    pub fn sessions_only(mut self) -> Self {
        self.whole = false;
        self
    }

    fn write_pieces<E>(&self, take: impl FnMut(&Lines) -> Result<(), E>) -> Result<Option<DateTime<Utc>>, E> {
        let names = self.programme.speaker_names();
        // A draft is in no calendar: whoever subscribed would keep what may never come.
        let known = !self.programme.announcement().draft;
        let whole = (known && self.whole).then(|| gathering_entry(self.programme.gathering_entry()));
        let sessions = self.programme.rows().iter().filter(move |_| known);
        let entries = whole.into_iter().chain(sessions.map(|row| self.session_entry(row, &names)));
        self.masthead.calendar(entries.map(|entry| self.masthead.placed(entry))).write_pieces(take)
    }

    fn session_entry<'a>(
        &'a self,
        row: &'a ProgrammeRow,
        names: &'a HashMap<PersonId, String>,
    ) -> PublicEntry<'a> {
        let texts = row.texts();
        let status = match row.status {
            SessionStatus::Confirmed => Status::Confirmed,
            SessionStatus::Postponed => Status::Postponed,
            SessionStatus::Cancelled => Status::Cancelled,
        };
        let entry = PublicEntry::new(row.session.uuid(), &texts.title, row.shown_schedule(), row.revised_at)
            .created(row.added_at)
            .sequence(row.sequence)
            .status(status)
            .description(&texts.description)
            .speakers(Speakers { billed: &texts.speakers, names })
            .room(row.room())
            .mode(&self.programme.announcement().mode)
            .kinds([&texts.kind, &texts.track])
            .part_of(self.programme.gathering().uuid());
        // The link was checked when the session was added.
        match Link::new(&texts.link) {
            Ok(link) => entry.url(link),
            Err(_) => entry,
        }
    }
}
