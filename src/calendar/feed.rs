//! The two calendars that a desk gives out: one for everybody, one for one person.

use chrono::{DateTime, Utc};

use super::line::Lines;
use super::masthead::{Masthead, as_feed};
use super::{Link, PersonalEntry, PublicEntry, Status};
use crate::fact::{Announcement, GatheringKind};
use crate::id::{GatheringId, SeriesId};
use crate::person::JoinLink;
use crate::projection::{Agenda, AgendaRow, GatheringCard, GatheringEntry, RegistrationStatus};
use crate::schedule::Schedule;
use crate::sealed::{Opened, Personal};

/// What is on, as a calendar for everybody: an entry for each gathering with a date, in order of their ids.
///
/// It is made of announcements alone, so neither an attendee nor a join link can get into it. Drafts are left out. A
/// gathering called off stays and says so; one whose dates were taken back stays at the old ones, as postponed. The UID of an entry
/// is the gathering's id, for good; its SEQUENCE rises with each change of dates or venue and with the cancellation.
/// Sessions are not in it: a programme is a calendar of its own, [`ProgrammeFeed`](super::ProgrammeFeed).
///
/// That is held by types: whoever publishes takes a `PublicFeed`, and a person's own calendar is none.
///
/// ```
/// use gather::calendar::PublicFeed;
/// use gather::{Desk, PersonId};
///
/// fn publish(feed: &PublicFeed) -> String {
///     feed.to_string()
/// }
/// let (desk, ann) = (Desk::in_memory(), PersonId::random());
/// publish(&desk.public_feed());
/// # let _ = desk.calendar(ann);
/// ```
/// ```compile_fail,E0308
/// use gather::calendar::PublicFeed;
/// use gather::{Desk, PersonId};
///
/// fn publish(feed: &PublicFeed) -> String {
///     feed.to_string()
/// }
/// let (desk, ann) = (Desk::in_memory(), PersonId::random());
/// publish(&desk.calendar(ann));
/// ```
///
/// It can be narrowed: to a [`series`](Self::series), to [`one gathering`](Self::gathering) (the file behind "add to my
/// calendar"), to what is [`not over`](Self::since) at some time. Each is a calendar of its own with an address of its own: an
/// entry has the same UID in all of them.
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
    masthead: Masthead,
    with_undated: bool,
    gatherings: Vec<GatheringEntry>,
}

as_feed!(PublicFeed);

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

pub(super) fn texts<'a>(entry: PublicEntry<'a>, announcement: &'a Announcement) -> PublicEntry<'a> {
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
        let known = gatherings.into_iter().filter(|card| !card.is_draft());
        let gatherings = known.map(GatheringEntry::of).collect();
        Self { masthead: Masthead::named("Gatherings"), with_undated: false, gatherings }
    }

    /// The dates of one series only. A series has no name of its own in the log: give the calendar one.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering, SeriesId};
    ///
    /// let (desk, talks) = (Desk::in_memory(), SeriesId::random());
    /// for date in ["2099-03-05 14:00 to 15:30 UTC", "2099-04-02 14:00 to 15:30 UTC"] {
    ///     drop(desk.announce(Gathering::webinar("Volunteering").at(date.parse()?).series(talks))?);
    /// }
    /// drop(desk.announce(Gathering::webinar("Open day").at("2099-03-06 14:00 to 15:30 UTC".parse()?))?);
    ///
    /// let text = desk.public_feed().series(talks).name("Volunteering, every month").to_string();
    /// assert_eq!(text.matches("BEGIN:VEVENT").count(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn series(self, series: SeriesId) -> Self {
        self.only(|it| it.announcement.series == Some(series))
    }

    /// One gathering only, for somebody who wants it in a calendar of their own. It carries the UID of the public calendar;
    /// whoever has a place gets an entry of their own in [`Desk::calendar`](crate::Desk::calendar).
    pub fn gathering(self, gathering: GatheringId) -> Self {
        self.only(|it| it.id == gathering)
    }

    /// Leaves out what was over at a time, cancelled or not: a calendar that goes on for years stays as small as what lies
    /// ahead. Readers drop what is not in it any more, so leave them a few weeks to look back.
    pub fn since(self, time: DateTime<Utc>) -> Self {
        self.only(|it| dates(&it.announcement, it.previous.as_ref()).0.ends().is_none_or(|end| end > time))
    }

    /// Names in the calendar's description what has no date yet, each in a line with what is known of its date. An entry
    /// needs a date; so there is none of these, and a reader would not know that they will come.
    pub fn with_undated(mut self) -> Self {
        self.with_undated = true;
        self
    }

    fn only(mut self, wanted: impl Fn(&GatheringEntry) -> bool) -> Self {
        self.gatherings.retain(wanted);
        self
    }

    fn write_pieces<E>(&self, take: impl FnMut(&Lines) -> Result<(), E>) -> Result<Option<DateTime<Utc>>, E> {
        let description = self.described();
        let entries = self.gatherings.iter().map(|it| self.masthead.placed(gathering_entry(it)));
        self.masthead.calendar(entries).description(&description).write_pieces(take)
    }

    fn described(&self) -> String {
        let undated = self.gatherings.iter().filter(|it| self.with_undated && !it.cancelled);
        let lines = undated.filter_map(|it| match &it.announcement.schedule {
            Schedule::ToBeConfirmed { hint } => Some(self.undated(&it.announcement.title, hint)),
            Schedule::DateOnly(_) | Schedule::Exact(_) => None,
        });
        let own = Some(self.masthead.description.clone()).filter(|own| !own.is_empty());
        own.into_iter().chain(lines).collect::<Vec<_>>().join("\n")
    }

    fn undated(&self, title: &str, hint: &str) -> String {
        let prefix = &self.masthead.wording.undated;
        if hint.is_empty() { format!("{prefix}{title}") } else { format!("{prefix}{title} ({hint})") }
    }
}

/// One person's own calendar: what they have a place in, with join links and reminders.
///
/// It belongs behind a secret address. An entry's UID is the registration's id. A place that was confirmed and was given
/// up, moved, handed to somebody else, or lost, with its gathering or otherwise, stays as a cancelled entry, so that no calendar
/// keeps it as it was. Its SEQUENCE is that of the CANCEL in [`Desk::outbox`](crate::Desk::outbox), or a later one.
/// What was never confirmed has no entry; what people wait for has one if asked for with
/// [`with_waiting`](Self::with_waiting).
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
    masthead: Masthead,
    reminders: Vec<u32>,
    waiting: bool,
    agenda: Agenda,
}

as_feed!(PersonalFeed);

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
        Self { masthead: Masthead::named("My bookings"), reminders: vec![60], waiting: false, agenda }
    }

    /// Reminds so many minutes before each start, once for each; an hour before if nothing is said.
    pub fn reminders(mut self, minutes: impl IntoIterator<Item = u32>) -> Self {
        self.reminders = minutes.into_iter().collect();
        self
    }

    /// Shows as tentative what the person waits for: in line, for approval, or with an offer to answer.
    pub fn with_waiting(mut self) -> Self {
        self.waiting = true;
        self
    }

    /// One person's bookings are few, so their links are opened once, for both times that entries are gone through.
    fn write_pieces<E>(&self, take: impl FnMut(&Lines) -> Result<(), E>) -> Result<Option<DateTime<Utc>>, E> {
        // Of somebody who was forgotten there is no calendar any more.
        let is_known = self.agenda.forgotten().is_none();
        let rows = self.agenda.rows().iter().filter_map(|row| self.shown(row));
        let handed_on = self.agenda.handed_on().iter().map(Own::handed_on);
        let own: Vec<_> = rows.chain(handed_on).filter(|_| is_known).collect();
        let entries = own.iter().map(|own| own.entry(&self.masthead, &self.reminders));
        self.masthead.calendar(entries).write_pieces(take)
    }

    fn shown<'a>(&'a self, row: &'a AgendaRow) -> Option<Own<'a>> {
        let (when, is_postponed) = row.shown_schedule();
        let while_confirmed = if is_postponed { Status::Postponed } else { Status::Confirmed };
        let waits = matches!(
            row.status,
            RegistrationStatus::Waiting
                | RegistrationStatus::Pending { .. }
                | RegistrationStatus::Offered { .. }
        );
        let status = if row.status == RegistrationStatus::Confirmed {
            while_confirmed
        } else if row.was_confirmed {
            // Whatever became of a place that was confirmed, no calendar must keep it as it was.
            Status::Cancelled
        } else if waits && self.waiting {
            if is_postponed { Status::Postponed } else { Status::Tentative }
        } else {
            return None;
        };
        let link = match self.agenda.join_link(row.registration) {
            Some(Opened::Known(link)) if status == Status::Confirmed => Some(link),
            _ => None,
        };
        Some(Own { row, status, when, link })
    }
}

impl<'a> Own<'a> {
    /// Whatever becomes of it now, it is not theirs.
    fn handed_on(row: &'a AgendaRow) -> Self {
        Self { row, status: Status::Cancelled, when: row.shown_schedule().0, link: None }
    }
}

impl Own<'_> {
    fn entry<'a>(&'a self, masthead: &Masthead, reminders: &'a [u32]) -> PersonalEntry<'a> {
        let row = self.row;
        let entry = PublicEntry::new(row.registration.uuid(), row.title(), self.when, row.revised_at);
        let entry = entry.created(row.joined_at).sequence(row.sequence).status(self.status);
        let entry = texts(entry, row.announcement());
        let entry = match row.session() {
            Some(session) => entry.room(&session.room).description(&session.texts.description),
            None => entry,
        };
        let entry = PersonalEntry::new(masthead.placed(entry));
        let entry = if self.status == Status::Confirmed { entry.reminders(reminders) } else { entry };
        // The link was checked when the gathering was announced.
        match self.link.as_ref().and_then(|link| Link::new(link.expose().as_str()).ok()) {
            Some(link) => entry.join_link(link),
            None => entry,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Ending, Fact, Pending};
    use crate::projection::fixture::{Story, booking, gathering, person, registration, webinar};

    const UNTIL: &str = "2026-03-01T12:00:00Z";

    fn story() -> Story {
        let mut story = Story::new();
        story.announces(1, webinar("Talk", "2026-03-05 14:00 to 15:30 Europe/London", 1));
        story
    }

    fn feed(story: &Story) -> PersonalFeed {
        PersonalFeed::of(story.lists.agenda(person(1), story.opener()))
    }

    /// The line of the only entry that begins so, if there is an entry.
    fn line(calendar: &str, begins: &str) -> Option<String> {
        let (_, entry) = calendar.split_once("BEGIN:VEVENT\r\n")?;
        entry.lines().find(|line| line.starts_with(begins)).map(String::from)
    }

    #[test]
    fn what_was_confirmed_stays_as_cancelled_whatever_became_of_it() {
        let endings = [
            Ending::Attendee,
            Ending::Organiser,
            Ending::NotReconfirmed,
            Ending::Displaced,
            Ending::MovedAway,
            Ending::Superseded,
        ];
        let facts = endings.map(|how| Fact::RegistrationEnded {
            gathering: gathering(1),
            registration: registration(1),
            how,
        });
        let to_follow_up = Fact::MovedToFollowUp { gathering: gathering(1), registration: registration(1) };
        for fact in facts.into_iter().chain([to_follow_up]) {
            let mut story = story();
            story.confirms(1, 1, booking(1, 1, &[])).tell(fact);
            let calendar = feed(&story).to_string();
            assert_eq!(line(&calendar, "STATUS").unwrap(), "STATUS:CANCELLED");
            assert_eq!(line(&calendar, "SEQUENCE").unwrap(), "SEQUENCE:1");
            assert!(!calendar.contains("secret") && !calendar.contains("BEGIN:VALARM"), "{calendar}");
        }
    }

    #[test]
    fn what_was_never_confirmed_has_no_entry() {
        let (one, pending) = (|| booking(1, 1, &[]), Pending { uses_places: true, until: None });
        let mut stories: [Story; 6] = std::array::from_fn(|_| story());
        let [held, expired, offered, declined, rejected, called_off] = &mut stories;
        held.holds(1, 1, one(), UNTIL);
        expired.holds(1, 1, one(), UNTIL).ends(1, 1, Ending::Expired);
        offered.waitlists(1, 1, one()).offers(1, 1, UNTIL);
        declined.waitlists(1, 1, one()).offers(1, 1, UNTIL).ends(1, 1, Ending::Declined);
        rejected.asks_approval(1, 1, one(), pending).ends(1, 1, Ending::Rejected);
        called_off.waitlists(1, 1, one()).calls_off(1);
        for story in stories {
            assert_eq!(line(&feed(&story).to_string(), "STATUS"), None);
        }
    }

    #[test]
    fn what_people_wait_for_is_tentative_if_they_want_to_see_it() {
        let mut story = story();
        story.waitlists(1, 1, booking(1, 1, &[])).offers(1, 1, UNTIL);
        let calendar = feed(&story).with_waiting().to_string();
        assert_eq!(line(&calendar, "STATUS").unwrap(), "STATUS:TENTATIVE");
        assert!(!calendar.contains("secret"), "nobody walks in on an offer: {calendar}");
    }

    #[test]
    fn a_draft_is_in_no_calendar() {
        let mut story = Story::new();
        let mut draft = webinar("Draft", "2026-03-05 14:00 to 15:30 Europe/London", 1);
        draft.draft = true;
        story.announces(1, draft);
        let public = |story: &Story| PublicFeed::of(story.lists.gatherings()).to_string();
        let programme = |story: &Story| super::super::ProgrammeFeed::new(story.programme(1)).to_string();
        assert!(!public(&story).contains("BEGIN:VEVENT") && !programme(&story).contains("BEGIN:VEVENT"));
        story.tell(Fact::DraftAnnounced { gathering: gathering(1) });
        assert_eq!(line(&public(&story), "CREATED").unwrap(), "CREATED:20260201T100000Z");
        assert!(programme(&story).contains("BEGIN:VEVENT"));
        story.calls_off(1);
        assert_eq!(line(&public(&story), "STATUS").unwrap(), "STATUS:CANCELLED");
    }

    #[test]
    fn a_draft_that_was_called_off_was_never_in_a_calendar() {
        let mut story = Story::new();
        let mut draft = webinar("Draft", "2026-03-05 14:00 to 15:30 Europe/London", 1);
        draft.draft = true;
        story.announces(1, draft).calls_off(1);
        assert!(!PublicFeed::of(story.lists.gatherings()).to_string().contains("BEGIN:VEVENT"));
    }
}
