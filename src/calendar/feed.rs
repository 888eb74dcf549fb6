//! The two calendars that a desk gives out: one for everybody, one for one person.

use std::fmt;
use std::io;

use super::{Calendar, CalendarEntry, Link, PersonalEntry, PublicEntry, Status, Wording};
use crate::fact::{Announcement, GatheringKind};
use crate::person::JoinLink;
use crate::projection::{Agenda, AgendaRow, GatheringCard, GatheringEntry, RegistrationStatus};
use crate::schedule::Schedule;
use crate::sealed::{Opened, Personal};

/// What is on, as a calendar for everybody: an entry for each gathering with a date, in order of their ids.
///
/// It is made of announcements alone, so neither an attendee nor a join link can get into it. A gathering called
/// off stays and says so; one whose dates were taken back stays at the old ones, as postponed. The UID of an entry
/// is the gathering's id, for good; its SEQUENCE rises with each change of dates or venue and with the cancellation.
/// Sessions are not in it: a programme is a calendar of its own, [`ProgrammeFeed`](super::ProgrammeFeed).
///
/// # Example
/// ```
/// use gather::{Desk, Gathering};
///
/// let desk = Desk::in_memory();
/// let day = Gathering::webinar("Open day").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?);
/// let id = desk.announce(day)?.outcome;
/// let text = desk.public_feed().name("Library network").to_string();
/// assert!(text.contains("SUMMARY:Open day\r\n") && text.contains(&format!("UID:{id}\r\n")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct PublicFeed {
    name: String,
    description: String,
    wording: Wording,
    gatherings: Vec<GatheringEntry>,
}

/// A gathering's own entry.
pub(super) fn gathering_entry(it: &GatheringEntry) -> PublicEntry<'_> {
    let (when, status) = dates(&it.announcement, it.previous.as_ref());
    let status = if it.cancelled { Status::Cancelled } else { status };
    let entry = PublicEntry::new(it.id.uuid(), &it.announcement.title, when, it.revised_at);
    let entry = entry.created(it.announced_at).sequence(it.sequence).status(status);
    texts(entry, &it.announcement)
}

/// The dates of an entry: those that hold, or the last that held, as postponed.
fn dates<'a>(announcement: &'a Announcement, previous: Option<&'a Schedule>) -> (&'a Schedule, Status) {
    match (&announcement.schedule, previous) {
        (Schedule::ToBeConfirmed { .. }, Some(previous)) => (previous, Status::Postponed),
        (schedule, _) => (schedule, Status::Confirmed),
    }
}

fn texts<'a>(entry: PublicEntry<'a>, announcement: &'a Announcement) -> PublicEntry<'a> {
    entry
        .description(&announcement.description)
        .mode(&announcement.mode)
        .categories(category(announcement.kind))
}

fn category(kind: GatheringKind) -> &'static [&'static str] {
    match kind {
        GatheringKind::Webinar => &["Webinar"],
        GatheringKind::Workshop => &["Workshop"],
        GatheringKind::Meeting => &["Meeting"],
        GatheringKind::Conference => &["Conference"],
        GatheringKind::Visit => &["Visit"],
    }
}

impl PublicFeed {
    /// The calendar of these gatherings.
    pub(crate) fn of<'a>(gatherings: impl IntoIterator<Item = &'a GatheringCard>) -> Self {
        let gatherings = gatherings.into_iter().map(GatheringEntry::of).collect();
        Self {
            name: String::from("Gatherings"),
            description: String::new(),
            wording: Wording::default(),
            gatherings,
        }
    }

    /// Names the calendar, as readers list it; "Gatherings" if nothing is said.
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

    /// Writes the calendar as UTF-8, a piece at a time.
    ///
    /// # Errors
    /// Whatever `out` says; some of the calendar may have been written.
    pub fn write_to(&self, out: impl io::Write) -> io::Result<()> {
        self.calendar().write_to(out)
    }

    fn calendar(&self) -> Calendar<'_, impl Iterator<Item: CalendarEntry> + Clone> {
        Calendar::new(&self.name, self.gatherings.iter().map(gathering_entry))
            .description(&self.description)
            .wording(&self.wording)
    }
}

impl fmt::Display for PublicFeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.calendar().fmt(f)
    }
}

/// One person's own calendar: what they have a place in, with join links and reminders.
///
/// It belongs behind a secret address. An entry's UID is the registration's id. A place given up, or lost with its
/// gathering, stays as a cancelled entry, so that no calendar keeps it as it was. Those in line are left out
/// unless asked for with [`with_waiting`](Self::with_waiting).
///
/// # Example
/// ```
/// use gather::{Desk, Gathering, JoinLink, PersonId};
///
/// let desk = Desk::in_memory();
/// let webinar = Gathering::webinar("Open day")
///     .at("2099-03-05 14:00 to 15:30 Europe/London".parse()?)
///     .join_link(JoinLink::new("https://meet.example/open-day"));
/// let webinar = desk.announce(webinar)?.outcome;
/// let ann = PersonId::random();
/// assert!(desk.register(webinar, ann)?.outcome.is_confirmed());
///
/// assert!(desk.calendar(ann).to_string().contains("LOCATION:https://meet.example/open-day\r\n"));
/// assert!(!desk.public_feed().to_string().contains("meet.example"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct PersonalFeed {
    name: String,
    wording: Wording,
    reminders: Vec<u32>,
    waiting: bool,
    agenda: Agenda,
}

/// A registration with what it takes to write it: the link is opened for this writing only.
struct Own<'a> {
    row: &'a AgendaRow,
    status: Status,
    when: &'a Schedule,
    link: Option<Personal<JoinLink>>,
}

impl PersonalFeed {
    /// The calendar of an agenda.
    pub(crate) fn of(agenda: Agenda) -> Self {
        let (name, wording) = (String::from("My bookings"), Wording::default());
        Self { name, wording, reminders: vec![60], waiting: false, agenda }
    }

    /// Names the calendar, as readers list it; "My bookings" if nothing is said.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Replaces the words that the calendar adds.
    pub fn wording(mut self, wording: Wording) -> Self {
        self.wording = wording;
        self
    }

    /// Reminds so many minutes before each start, once for each; an hour before if nothing is said.
    pub fn reminders(mut self, minutes: impl IntoIterator<Item = u32>) -> Self {
        self.reminders = minutes.into_iter().collect();
        self
    }

    /// Shows as tentative what the person waits for.
    pub fn with_waiting(mut self) -> Self {
        self.waiting = true;
        self
    }

    /// Writes the calendar as UTF-8, a piece at a time.
    ///
    /// # Errors
    /// Whatever `out` says; some of the calendar may have been written.
    pub fn write_to(&self, out: impl io::Write) -> io::Result<()> {
        let own = self.own();
        self.calendar(&own).write_to(out)
    }

    fn own(&self) -> Vec<Own<'_>> {
        self.agenda.rows().iter().filter_map(|row| self.shown(row)).collect()
    }

    fn shown<'a>(&'a self, row: &'a AgendaRow) -> Option<Own<'a>> {
        let (when, is_postponed) = row.shown_schedule();
        let while_confirmed = if is_postponed { Status::Postponed } else { Status::Confirmed };
        let status = match row.status {
            RegistrationStatus::Confirmed => while_confirmed,
            RegistrationStatus::Waiting if self.waiting && while_confirmed == Status::Confirmed => {
                Status::Tentative
            }
            RegistrationStatus::Waiting if self.waiting => while_confirmed,
            RegistrationStatus::Cancelled { .. } | RegistrationStatus::CancelledWithGathering
                if row.was_confirmed =>
            {
                Status::Cancelled
            }
            RegistrationStatus::Waiting
            | RegistrationStatus::Cancelled { .. }
            | RegistrationStatus::LeftLine
            | RegistrationStatus::CancelledWithGathering => return None,
        };
        let link = match self.agenda.join_link(row.registration) {
            Some(Opened::Known(link)) if status == Status::Confirmed => Some(link),
            _ => None,
        };
        Some(Own { row, status, when, link })
    }

    fn calendar<'a>(
        &'a self,
        own: &'a [Own<'a>],
    ) -> Calendar<'a, impl Iterator<Item: CalendarEntry> + Clone + 'a> {
        let entries = own.iter().map(|own| own.entry(&self.reminders));
        Calendar::new(&self.name, entries).wording(&self.wording)
    }
}

impl Own<'_> {
    fn entry<'a>(&'a self, reminders: &'a [u32]) -> PersonalEntry<'a> {
        let row = self.row;
        let entry = PublicEntry::new(row.registration.uuid(), row.title(), self.when, row.revised_at);
        let entry = entry.created(row.joined_at).sequence(row.sequence).status(self.status);
        let entry = texts(entry, row.announcement());
        let entry = match row.session() {
            Some(session) => entry.room(&session.room).description(&session.texts.description),
            None => entry,
        };
        let entry = PersonalEntry::new(entry);
        let entry = if self.status == Status::Confirmed { entry.reminders(reminders) } else { entry };
        // The link was checked when the gathering was announced.
        match self.link.as_ref().and_then(|link| Link::new(link.expose().as_str()).ok()) {
            Some(link) => entry.join_link(link),
            None => entry,
        }
    }
}

impl fmt::Display for PersonalFeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = self.own();
        self.calendar(&own).fmt(f)
    }
}
