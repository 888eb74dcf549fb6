//! One entry of a calendar: a VEVENT (RFC 5545, section 3.6.1).

use std::fmt;

use chrono::{DateTime, Datelike, Days, Utc};
use hashbrown::HashMap;
use uuid::Uuid;

use super::line::{Lines, Stamp};
use super::people::People;
use super::zone::Zones;
use super::{Geo, Link, Wording};
use crate::fact::{Mode, Venue};
use crate::id::PersonId;
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
///
/// A join link goes into a [`PersonalEntry`] and into nothing else:
///
/// ```
/// use gather::calendar::{Link, PersonalEntry, PublicEntry};
///
/// fn with_link<'a>(entry: PublicEntry<'a>, link: Link<'a>) -> PersonalEntry<'a> {
///     PersonalEntry::new(entry).join_link(link)
/// }
/// ```
/// ```compile_fail,E0599
/// use gather::calendar::{Link, PublicEntry};
///
/// fn with_link<'a>(entry: PublicEntry<'a>, link: Link<'a>) -> PublicEntry<'a> {
///     entry.join_link(link)
/// }
/// ```
///
/// And no calendar of public entries takes a personal one:
///
/// ```compile_fail,E0308
/// use gather::calendar::{Calendar, PersonalEntry, PublicEntry};
///
/// fn among<'a>(public: PublicEntry<'a>, personal: PersonalEntry<'a>) -> String {
///     Calendar::new("Open days", [public, personal]).to_string()
/// }
/// ```
#[derive(Clone, Copy)]
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
    speakers: Option<Speakers<'a>>,
    room: &'a str,
    venue: Option<&'a Venue>,
    online: bool,
    geo: Option<Geo>,
    url: Option<Link<'a>>,
    categories: &'a [&'a str],
    kinds: [&'a str; 2],
    part_of: Option<Uuid>,
}

/// Who speaks in a session, with the names of all speakers of its calendar: nothing is joined before it is written.
#[derive(Clone, Copy)]
pub(super) struct Speakers<'a> {
    pub(super) billed: &'a [PersonId],
    pub(super) names: &'a HashMap<PersonId, String>,
}

impl<'a> Speakers<'a> {
    fn names(self) -> impl Iterator<Item = &'a str> {
        self.billed.iter().filter_map(|speaker| self.names.get(speaker)).map(String::as_str)
    }
}

impl<'a> PublicEntry<'a> {
    /// An entry with what every entry needs.
    ///
    /// The UID stays the same for as long as the entry lives. `revised` is when anything about it changed last:
    /// the file bears no other time, so the same entries give the same bytes.
    #[inline]
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
            speakers: None,
            room: "",
            venue: None,
            online: false,
            geo: None,
            url: None,
            categories: &[],
            kinds: [""; 2],
            part_of: None,
        }
    }

    /// When the entry was first made.
    #[inline]
    pub fn created(mut self, created: DateTime<Utc>) -> Self {
        self.created = Some(created);
        self
    }

    /// How often the entry was moved or cancelled, from 0. Readers take no notice of a change without it.
    #[inline]
    pub fn sequence(mut self, sequence: u32) -> Self {
        self.sequence = sequence;
        self
    }

    /// How sure it is; confirmed if nothing is said.
    #[inline]
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// What it is about. Line breaks are kept.
    #[inline]
    pub fn description(mut self, description: &'a str) -> Self {
        self.description = description;
        self
    }

    /// Where it takes place: the venue, or the wording's word for "online".
    #[inline]
    pub fn mode(mut self, mode: &'a Mode) -> Self {
        self.venue = mode.venue();
        self.online = mode.is_online();
        self
    }

    /// Who speaks: their names open the description.
    #[inline]
    pub(super) fn speakers(mut self, speakers: Speakers<'a>) -> Self {
        self.speakers = Some(speakers);
        self
    }

    /// What kinds of thing it is, before any others. Empty ones are none.
    #[inline]
    pub(super) fn kinds(mut self, kinds: [&'a str; 2]) -> Self {
        self.kinds = kinds;
        self
    }

    /// Where on the globe that is (RFC 5545, section 3.8.1.6), for maps.
    #[inline]
    pub fn geo(mut self, geo: Geo) -> Self {
        self.geo = Some(geo);
        self
    }

    /// The venue that it takes place in, if it has one.
    #[inline]
    pub(super) fn venue(&self) -> Option<&'a Venue> {
        self.venue
    }

    /// In which room: it stands before the venue.
    #[inline]
    pub fn room(mut self, room: &'a str) -> Self {
        self.room = room;
        self
    }

    /// The entry that it is a part of (RFC 5545, section 3.8.4.5): a session's conference.
    #[inline]
    pub fn part_of(mut self, uid: Uuid) -> Self {
        self.part_of = Some(uid);
        self
    }

    /// A page about it.
    #[inline]
    pub fn url(mut self, url: Link<'a>) -> Self {
        self.url = Some(url);
        self
    }

    /// What kinds of thing it is, for readers that sort by kind.
    #[inline]
    pub fn categories(mut self, categories: &'a [&'a str]) -> Self {
        self.categories = categories;
        self
    }
}

impl fmt::Debug for PublicEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicEntry")
            .field("uid", &self.uid)
            .field("summary", &self.summary)
            .field("when", &self.when)
            .field("revised", &self.revised)
            .field("sequence", &self.sequence)
            .field("status", &self.status)
            .finish_non_exhaustive()
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
    #[inline]
    pub fn new(entry: PublicEntry<'a>) -> Self {
        Self { entry, join_link: None, reminders: &[] }
    }

    /// Where to join online.
    ///
    /// Few readers know the property made for it, so the link also opens the description, and is the location
    /// when there is no venue.
    #[inline]
    pub fn join_link(mut self, link: Link<'a>) -> Self {
        self.join_link = Some(link);
        self
    }

    /// How many minutes before the start to remind, once for each. On whole days the start is midnight.
    #[inline]
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

    /// Writes the entry, if it has a date, and tells when it was changed last; `None` where it had none.
    pub(super) fn write(
        &self,
        lines: &mut Lines,
        zones: &Zones<'_>,
        wording: &Wording,
    ) -> Option<DateTime<Utc>> {
        match self.entry.when {
            Schedule::ToBeConfirmed { .. } => return None,
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
        Some(self.entry.revised)
    }

    fn write_head(&self, lines: &mut Lines, wording: &Wording) {
        let entry = self.entry;
        lines.line("BEGIN:VEVENT");
        lines.uid_property("UID:", entry.uid);
        let revised = Stamp::of(entry.revised);
        lines.stamp_property("DTSTAMP:", revised);
        if let Some(created) = entry.created {
            lines.instant_property("CREATED:", created);
        }
        lines.stamp_property("LAST-MODIFIED:", revised);
        lines.number_property("SEQUENCE:", entry.sequence);
        lines.short("SUMMARY:");
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
        if let Some(geo) = self.entry.geo {
            let [latitude, longitude] = geo.parts();
            lines.short("GEO:");
            lines.degrees(latitude);
            lines.short(";");
            lines.degrees(longitude);
            lines.break_line();
        }
        self.write_categories(lines);
    }

    fn write_categories(&self, lines: &mut Lines) {
        let all = self.entry.kinds.iter().chain(self.entry.categories);
        let mut head = "CATEGORIES:";
        for category in all.map(|category| category.trim()).filter(|category| !category.is_empty()) {
            lines.plain(head);
            lines.text(category);
            head = ",";
        }
        if head == "," {
            lines.end();
        }
    }

    fn write_description(&self, lines: &mut Lines, wording: &Wording) {
        let mut gap = None;
        if let Some(link) = self.join_link {
            begin_paragraph(lines, gap.replace("\n"));
            lines.text(&wording.join);
            lines.text(link.as_str());
        }
        let mut names = self.entry.speakers.into_iter().flat_map(Speakers::names);
        if let Some(first) = names.next() {
            begin_paragraph(lines, gap.replace("\n\n"));
            lines.text(&wording.speakers);
            lines.text(first);
            names.for_each(|name| {
                lines.comma();
                lines.text(name);
            });
        }
        if !self.entry.description.is_empty() {
            begin_paragraph(lines, gap.replace(""));
            lines.text(self.entry.description);
        }
        if gap.is_some() {
            lines.end();
        }
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
        lines.short("LOCATION:");
        lines.text(first);
        known.for_each(|place| {
            lines.comma();
            lines.text(place);
        });
        lines.end();
    }

    fn write_links(&self, lines: &mut Lines, wording: &Wording) {
        if let Some(url) = self.entry.url {
            lines.property("URL:", url.as_str());
        }
        if let Some(whole) = self.entry.part_of {
            lines.uid_property("RELATED-TO:", whole);
        }
        let Some(link) = self.join_link else { return };
        lines.short("CONFERENCE;VALUE=URI");
        lines.text_parameter(";LABEL=", &wording.online);
        lines.plain(":");
        lines.plain(link.as_str());
        lines.break_line();
        if let Some(own_property) = property_of_its_host(link) {
            lines.property(own_property, link.as_str());
        }
    }

    fn write_reminders(&self, lines: &mut Lines) {
        for minutes in self.reminders {
            lines.line("BEGIN:VALARM");
            lines.line("ACTION:DISPLAY");
            lines.short("TRIGGER:-PT");
            lines.number(*minutes);
            lines.line("M");
            lines.text_property("DESCRIPTION:", self.entry.summary);
            lines.line("END:VALARM");
        }
    }
}

/// Goes on behind a gap, or begins the description.
fn begin_paragraph(lines: &mut Lines, gap: Option<&str>) {
    match gap {
        Some(gap) => lines.text(gap),
        None => lines.short("DESCRIPTION:"),
    }
}

fn write_times(lines: &mut Lines, times: &TimeSpan, zones: &Zones<'_>) {
    if !zones.tell(times) {
        lines.instant_property("DTSTART:", times.start().instant());
        lines.instant_property("DTEND:", times.end().instant());
        return;
    }
    for (head, moment) in [("DTSTART;TZID=", times.start()), ("DTEND;TZID=", times.end())] {
        // No zone has a name that would not fit.
        lines.short(head);
        lines.short(times.zone().name());
        lines.short(":");
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
        lines.short(head);
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
