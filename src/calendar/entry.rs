//! One entry of a calendar: a VEVENT (RFC 5545, section 3.6.1).

use std::fmt;

use chrono::{DateTime, Datelike, Days, Utc};
use uuid::Uuid;

use super::line::Lines;
use super::people::People;
use super::zone::Zones;
use super::{Link, Wording};
use crate::fact::{Mode, Venue};
use crate::schedule::{DateSpan, Schedule, TimeSpan};

/// How sure an entry is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// It takes place.
    #[default]
    Confirmed,
    /// The date, or the reader's place in it, may still change. It blocks nobody's time.
    Tentative,
    /// Its dates were taken back and no others are known yet: it stands at the old ones, says so in its summary, and
    /// blocks nobody's time.
    Postponed,
    /// It does not take place. It stays in sight, says so in its summary, and blocks nobody's time.
    Cancelled,
}

/// An entry that everybody may see. It has nowhere to put a join link or a reminder.
///
/// An entry without any date ([`Schedule::ToBeConfirmed`]) is left out of the calendar: the format has no way
/// to say it.
///
/// ```
/// use gather::calendar::{Calendar, PublicEntry};
/// use gather::{GatheringId, Schedule};
///
/// let when: Schedule = "2026-03-05 14:00 to 15:30 Europe/London".parse()?;
/// let revised = when.starts().unwrap();
/// let entry = PublicEntry::new(GatheringId::from_u128(1).uuid(), "Open day", &when, revised);
/// let text = Calendar::new("Open days", [entry]).to_string();
/// assert!(text.contains("DTSTART;TZID=Europe/London:20260305T140000\r\n"));
/// # Ok::<(), gather::ScheduleError>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
#[doc(alias = "event")]
#[doc(alias = "VEVENT")]
pub struct PublicEntry<'a> {
    uid: Uuid,
    summary: &'a str,
    when: &'a Schedule,
    revised: DateTime<Utc>,
    created: Option<DateTime<Utc>>,
    sequence: u32,
    status: Status,
    description: &'a str,
    room: &'a str,
    venue: Option<&'a Venue>,
    online: bool,
    url: Option<Link<'a>>,
    categories: &'a [&'a str],
    part_of: Option<Uuid>,
}

impl<'a> PublicEntry<'a> {
    /// An entry with what every entry needs.
    ///
    /// The UID stays the same for as long as the entry lives. `revised` is when anything about it changed last:
    /// the file bears no other time, so the same entries give the same bytes.
    pub fn new(uid: Uuid, summary: &'a str, when: &'a Schedule, revised: DateTime<Utc>) -> Self {
        Self {
            uid,
            summary,
            when,
            revised,
            created: None,
            sequence: 0,
            status: Status::Confirmed,
            description: "",
            room: "",
            venue: None,
            online: false,
            url: None,
            categories: &[],
            part_of: None,
        }
    }

    /// When the entry was first made.
    pub fn created(mut self, created: DateTime<Utc>) -> Self {
        self.created = Some(created);
        self
    }

    /// How often the entry was moved or cancelled, from 0. Readers take no notice of a change without it.
    pub fn sequence(mut self, sequence: u32) -> Self {
        self.sequence = sequence;
        self
    }

    /// How sure it is; confirmed if nothing is said.
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// What it is about. Line breaks are kept.
    pub fn description(mut self, description: &'a str) -> Self {
        self.description = description;
        self
    }

    /// Where it takes place: the venue, or the wording's word for "online".
    pub fn mode(mut self, mode: &'a Mode) -> Self {
        self.venue = mode.venue();
        self.online = mode.is_online();
        self
    }

    /// In which room: it stands before the venue.
    pub fn room(mut self, room: &'a str) -> Self {
        self.room = room;
        self
    }

    /// The entry that it is a part of (RFC 5545, section 3.8.4.5): a session's conference.
    pub fn part_of(mut self, uid: Uuid) -> Self {
        self.part_of = Some(uid);
        self
    }

    /// A page about it.
    pub fn url(mut self, url: Link<'a>) -> Self {
        self.url = Some(url);
        self
    }

    /// What kinds of thing it is, for readers that sort by kind.
    pub fn categories(mut self, categories: &'a [&'a str]) -> Self {
        self.categories = categories;
        self
    }
}

/// An entry for one person, who may see where to join and be reminded.
///
/// A calendar of these belongs behind a secret address. When the entry is cancelled, the link and the reminders
/// are left out.
#[derive(Clone, Copy)]
#[must_use]
pub struct PersonalEntry<'a> {
    entry: PublicEntry<'a>,
    join_link: Option<Link<'a>>,
    reminders: &'a [u32],
}

impl<'a> PersonalEntry<'a> {
    /// The same entry, for one person.
    pub fn new(entry: PublicEntry<'a>) -> Self {
        Self { entry, join_link: None, reminders: &[] }
    }

    /// Where to join online.
    ///
    /// Few readers know the property made for it, so the link also opens the description, and is the location
    /// when there is no venue.
    pub fn join_link(mut self, link: Link<'a>) -> Self {
        self.join_link = Some(link);
        self
    }

    /// How many minutes before the start to remind, once for each. On whole days the start is midnight.
    pub fn reminders(mut self, minutes: &'a [u32]) -> Self {
        self.reminders = minutes;
        self
    }
}

impl<'a> From<PublicEntry<'a>> for PersonalEntry<'a> {
    fn from(entry: PublicEntry<'a>) -> Self {
        Self::new(entry)
    }
}

impl fmt::Debug for PersonalEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonalEntry")
            .field("entry", &self.entry)
            .field("join_link", &format_args!("[personal]"))
            .field("reminders", &self.reminders)
            .finish()
    }
}

/// What [`Calendar`](super::Calendar) can hold: a [`PublicEntry`] or a [`PersonalEntry`], or a reference to one.
///
/// It is not for other types to implement.
pub trait CalendarEntry {
    #[doc(hidden)]
    fn parts(&self) -> Parts<'_>;
}

impl CalendarEntry for PublicEntry<'_> {
    fn parts(&self) -> Parts<'_> {
        Parts { entry: self, public: true, join_link: None, reminders: &[], people: None }
    }
}

impl CalendarEntry for PersonalEntry<'_> {
    fn parts(&self) -> Parts<'_> {
        let cancelled = self.entry.status == Status::Cancelled;
        let (join_link, reminders) =
            if cancelled { (None, [].as_slice()) } else { (self.join_link, self.reminders) };
        Parts { entry: &self.entry, public: false, join_link, reminders, people: None }
    }
}

impl<E: CalendarEntry> CalendarEntry for &E {
    fn parts(&self) -> Parts<'_> {
        (**self).parts()
    }
}

/// What is written of an entry. Its fields are out of sight, so that nobody else can make one.
#[doc(hidden)]
#[derive(Clone, Copy)]
#[expect(unnameable_types, reason = "this is what keeps `CalendarEntry` to the types here")]
pub struct Parts<'e> {
    entry: &'e PublicEntry<'e>,
    public: bool,
    join_link: Option<Link<'e>>,
    reminders: &'e [u32],
    people: Option<People<'e>>,
}

impl fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("entry", self.entry).finish_non_exhaustive()
    }
}

impl<'e> Parts<'e> {
    /// The same entry with who invites whom: in a message, never in a calendar to subscribe to.
    pub(super) fn between(mut self, people: People<'e>) -> Self {
        self.people = Some(people);
        self
    }
}

impl Parts<'_> {
    pub(super) fn schedule(&self) -> &Schedule {
        self.entry.when
    }

    /// Writes the entry, if it has a date, and tells whether it had one.
    pub(super) fn write(&self, lines: &mut Lines, zones: &Zones, wording: &Wording) -> bool {
        match self.entry.when {
            Schedule::ToBeConfirmed { .. } => return false,
            Schedule::Exact(times) => {
                self.write_head(lines, wording);
                write_times(lines, times, zones);
            }
            Schedule::DateOnly(days) => {
                self.write_head(lines, wording);
                write_days(lines, days);
            }
        }
        self.write_status(lines);
        self.write_texts(lines, wording);
        self.write_links(lines, wording);
        if let Some(people) = self.people {
            people.write(lines);
        }
        self.write_reminders(lines);
        lines.line("END:VEVENT");
        true
    }

    fn write_head(&self, lines: &mut Lines, wording: &Wording) {
        let entry = self.entry;
        lines.line("BEGIN:VEVENT");
        lines.property("UID:", entry.uid.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
        lines.instant_property("DTSTAMP:", entry.revised);
        if let Some(created) = entry.created {
            lines.instant_property("CREATED:", created);
        }
        lines.instant_property("LAST-MODIFIED:", entry.revised);
        lines.number_property("SEQUENCE:", entry.sequence);
        lines.plain("SUMMARY:");
        lines.text(match entry.status {
            Status::Confirmed => "",
            Status::Tentative => &wording.tentative,
            Status::Postponed => &wording.postponed,
            Status::Cancelled => &wording.cancelled,
        });
        lines.text(entry.summary);
        lines.end();
    }

    fn write_status(&self, lines: &mut Lines) {
        let status = self.entry.status;
        lines.line(match status {
            Status::Confirmed => "STATUS:CONFIRMED",
            Status::Tentative | Status::Postponed => "STATUS:TENTATIVE",
            Status::Cancelled => "STATUS:CANCELLED",
        });
        let several_days = matches!(self.entry.when, Schedule::DateOnly(days) if days.first() != days.last());
        let blocks_time = status == Status::Confirmed && !several_days;
        lines.line(if blocks_time { "TRANSP:OPAQUE" } else { "TRANSP:TRANSPARENT" });
        if matches!(status, Status::Tentative | Status::Postponed) {
            lines.line("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE");
        }
        if self.public {
            lines.line("CLASS:PUBLIC");
        }
    }

    fn write_texts(&self, lines: &mut Lines, wording: &Wording) {
        self.write_description(lines, wording);
        self.write_location(lines, wording);
        let mut head = "CATEGORIES:";
        for category in self.entry.categories.iter().filter(|category| !category.trim().is_empty()) {
            lines.plain(head);
            lines.text(category.trim());
            head = ",";
        }
        if head == "," {
            lines.end();
        }
    }

    fn write_description(&self, lines: &mut Lines, wording: &Wording) {
        let description = self.entry.description;
        match self.join_link {
            None if description.is_empty() => return,
            None => lines.plain("DESCRIPTION:"),
            Some(link) => {
                lines.plain("DESCRIPTION:");
                lines.text(&wording.join);
                lines.text(link.as_str());
                lines.text(if description.is_empty() { "" } else { "\n" });
            }
        }
        lines.text(description);
        lines.end();
    }

    fn write_location(&self, lines: &mut Lines, wording: &Wording) {
        let venue = self.entry.venue.filter(|venue| !(venue.name.is_empty() && venue.address.is_empty()));
        let online_only = venue.is_none() && self.entry.online;
        let nowhere = venue.is_none() && self.entry.room.is_empty();
        // Readers make a button of a location that is an address, so nothing stands beside it.
        if let Some(link) = self.join_link.filter(|_| online_only || nowhere) {
            return lines.text_property("LOCATION:", link.as_str());
        }
        let (name, address) = venue.map_or(("", ""), |venue| (&*venue.name, &*venue.address));
        let online = if online_only { &*wording.online } else { "" };
        let mut known =
            [self.entry.room, name, address, online].into_iter().filter(|place| !place.is_empty());
        let Some(first) = known.next() else { return };
        lines.plain("LOCATION:");
        lines.text(first);
        known.for_each(|place| {
            lines.text(", ");
            lines.text(place);
        });
        lines.end();
    }

    fn write_links(&self, lines: &mut Lines, wording: &Wording) {
        if let Some(url) = self.entry.url {
            lines.property("URL:", url.as_str());
        }
        if let Some(whole) = self.entry.part_of {
            lines.property("RELATED-TO:", &whole.to_string());
        }
        let Some(link) = self.join_link else { return };
        lines.plain("CONFERENCE;VALUE=URI");
        lines.text_parameter(";LABEL=", &wording.online);
        lines.property(":", link.as_str());
        if let Some(own_property) = property_of_its_host(link) {
            lines.property(own_property, link.as_str());
        }
    }

    fn write_reminders(&self, lines: &mut Lines) {
        for minutes in self.reminders {
            lines.line("BEGIN:VALARM");
            lines.line("ACTION:DISPLAY");
            lines.plain("TRIGGER:-PT");
            lines.number(*minutes);
            lines.line("M");
            lines.text_property("DESCRIPTION:", self.entry.summary);
            lines.line("END:VALARM");
        }
    }
}

fn write_times(lines: &mut Lines, times: &TimeSpan, zones: &Zones) {
    if !zones.tell(times) {
        lines.instant_property("DTSTART:", times.start().instant());
        lines.instant_property("DTEND:", times.end().instant());
        return;
    }
    for (head, moment) in [("DTSTART;TZID=", times.start()), ("DTEND;TZID=", times.end())] {
        lines.plain(head);
        lines.plain(times.zone().name());
        lines.plain(":");
        lines.wall(moment.wall());
        lines.break_line();
    }
}

fn write_days(lines: &mut Lines, days: &DateSpan) {
    // The format's end is the day after the last, but it has no years of five digits.
    let after = days.last().checked_add_days(Days::new(1)).filter(|day| day.year() <= 9999);
    for (head, date) in
        [("DTSTART;VALUE=DATE:", days.first()), ("DTEND;VALUE=DATE:", after.unwrap_or(days.last()))]
    {
        lines.plain(head);
        lines.date(date);
        lines.break_line();
    }
    lines.line("X-MICROSOFT-CDO-ALLDAYEVENT:TRUE");
}

/// Two readers show a button to join, but for meetings of their own only.
fn property_of_its_host(link: Link<'_>) -> Option<&'static str> {
    match link.host() {
        "meet.google.com" => Some("X-GOOGLE-CONFERENCE:"),
        "teams.microsoft.com" | "teams.live.com" => Some("X-MICROSOFT-SKYPETEAMSMEETINGURL:"),
        _ => None,
    }
}
