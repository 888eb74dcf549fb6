//! iCalendar text out of read models (RFC 5545, with the names of RFC 7986).
//!
//! A [`Calendar`] of [`PublicEntry`]s is for everybody, one of [`PersonalEntry`]s for one person. The text is made
//! for the readers that people have: see each item for what it does for them. It depends on nothing but the
//! entries, so the same entries give the same bytes.
//!
//! A calendar is a file to subscribe to, not a message: it carries no METHOD and invites nobody. Readers ask for it
//! again when they see fit, Google within 8 to 24 hours whatever [`Calendar::refresh_hours`] says. [`Revision`] tells a
//! host when it can answer that nothing has changed.
//!
//! # How it is written
//!
//! | what | how | by |
//! | --- | --- | --- |
//! | lines | end with CRLF, the last one too; at most 75 octets, folded with a blank; never within a character of UTF-8, never between a backslash and what it escapes, never into a line of blanks | RFC 5545, 3.1 |
//! | texts | backslash, comma, semicolon escaped; every kind of line break is `\n`; other controls are left out | 3.3.11 |
//! | parameters with texts | always in quotes; `^^`, `^'`, `^n` for what quotes cannot hold; no backslashes, which some readers undo there | 3.2, RFC 6868 |
//! | addresses | https, percent-encoded, as they stand; others are refused by [`Link`] | 3.3.13, RFC 3986 |
//! | times | with their zone, whose rules are in the file; in UTC where the wall would not tell (the second pass of a doubled hour) | 3.3.5, 3.6.5 |
//! | days | as days, the end being the day after the last; several days block nobody's time | 3.3.4, 3.6.1 |
//! | UID, SEQUENCE | the id of what is shown, for good; a number that rises with time, place and status | 3.8.4.7, 3.8.7.4 |
//! | DTSTAMP, LAST-MODIFIED | when what is shown was changed last, never the time of writing | 3.8.7.2, 3.8.7.3 |
//! | names, colours, refreshing, source | RFC 7986 and the older properties that readers know | RFC 7986, 5 |
//!
//! What is left out is left out on purpose: METHOD, ATTENDEE and ORGANIZER (a calendar to subscribe to invites nobody),
//! VALARM in public calendars, RDATE and UNTIL in zones (Outlook takes no notice), anything of RFC 9073 and later.

mod colour;
mod entry;
mod feed;
mod geo;
mod line;
mod masthead;
mod message;
mod people;
mod programme;
#[cfg(feature = "replies")]
mod reading;
mod revision;
mod zone;

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::io;

use chrono::{DateTime, Utc};

use crate::schedule::{CompiledRules, Schedule, ZoneRules};
use crate::text::{self, TextProblem};
use line::Lines;
use revision::Fingerprint;
use zone::{Wanted, Zones};

pub use colour::Colour;
pub use entry::{CalendarEntry, PersonalEntry, PublicEntry, Status};
pub use feed::{PersonalFeed, PublicFeed};
pub use geo::Geo;
pub use message::{Due, Invitations, Message, Method, Unaddressed};
pub use people::Mailbox;
pub use programme::ProgrammeFeed;
#[cfg(feature = "replies")]
pub use reading::{Import, ImportedDraft, LeftOut, NotTaken, Other, OtherMethod, Reply, Unreadable};
pub use revision::Revision;

/// How much text is collected before it is handed on, in bytes. An entry is never parted, so it can be more.
const PIECE: usize = 16 * 1024;

/// An https address, checked to be safe in a calendar.
///
/// ```
/// use gather::calendar::Link;
///
/// assert_eq!(Link::new("https://example.org/talks")?.as_str(), "https://example.org/talks");
/// assert!(Link::new("javascript:alert(1)").is_err());
/// # Ok::<(), gather::TextProblem>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Link<'a>(&'a str);

impl<'a> Link<'a> {
    /// Takes an address as a browser sends it: https, percent-encoded, at most 2,000 bytes. It is written as it stands
    /// (RFC 5545, section 3.3.13): a calendar has no escape for it, so nothing that could break out gets in.
    ///
    /// # Errors
    /// A [`TextProblem`] for another scheme, no host, or whatever RFC 3986, section 2, wants percent-encoded: a blank, a
    /// quote, a brace, a control character, anything beyond ASCII, a `%` without its two hexadecimal digits.
    pub fn new(address: &'a str) -> Result<Self, TextProblem> {
        text::check_link("link", address).map(|()| Self(address))
    }

    /// The address as it was given.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// Who is asked, without a port. An address with a user name has that in front, and so is like nobody's.
    fn host(self) -> &'a str {
        let rest = self.0.strip_prefix("https://").unwrap_or_default();
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority.strip_suffix(":443").unwrap_or(authority)
    }
}

/// The words that a calendar adds to what the organiser wrote. English, until told otherwise.
///
/// ```
/// use gather::calendar::Wording;
///
/// let wording = Wording::default().cancelled("Abgesagt: ").join("Teilnehmen: ");
/// # let _ = wording;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct Wording {
    cancelled: Cow<'static, str>,
    tentative: Cow<'static, str>,
    postponed: Cow<'static, str>,
    join: Cow<'static, str>,
    online: Cow<'static, str>,
    speakers: Cow<'static, str>,
    undated: Cow<'static, str>,
}

impl Wording {
    const ENGLISH: Self = Self {
        cancelled: Cow::Borrowed("Cancelled: "),
        tentative: Cow::Borrowed(""),
        postponed: Cow::Borrowed("Postponed: "),
        join: Cow::Borrowed("Join: "),
        online: Cow::Borrowed("Online"),
        speakers: Cow::Borrowed("With "),
        undated: Cow::Borrowed("Date to be confirmed: "),
    };

    /// What stands before the summary of a cancelled entry; `Cancelled: ` with a blank at its end.
    pub fn cancelled(mut self, prefix: impl Into<Cow<'static, str>>) -> Self {
        self.cancelled = prefix.into();
        self
    }

    /// What stands before the summary of a tentative entry; nothing, as readers show it in their own way.
    pub fn tentative(mut self, prefix: impl Into<Cow<'static, str>>) -> Self {
        self.tentative = prefix.into();
        self
    }

    /// What stands before the summary of an entry whose dates were taken back; `Postponed: ` with a blank at its end.
    pub fn postponed(mut self, prefix: impl Into<Cow<'static, str>>) -> Self {
        self.postponed = prefix.into();
        self
    }

    /// What stands before the join link in a description; `Join: ` with a blank at its end.
    pub fn join(mut self, prefix: impl Into<Cow<'static, str>>) -> Self {
        self.join = prefix.into();
        self
    }

    /// The location of what takes place online, when the link is not to be seen; `Online`.
    pub fn online(mut self, place: impl Into<Cow<'static, str>>) -> Self {
        self.online = place.into();
        self
    }

    /// What stands before the names of a session's speakers in its description; `With ` with a blank at its end.
    pub fn speakers(mut self, prefix: impl Into<Cow<'static, str>>) -> Self {
        self.speakers = prefix.into();
        self
    }

    /// What stands before each gathering without a date, where a calendar's description lists them;
    /// `Date to be confirmed: ` with a blank at its end.
    pub fn undated(mut self, prefix: impl Into<Cow<'static, str>>) -> Self {
        self.undated = prefix.into();
        self
    }
}

impl Default for Wording {
    fn default() -> Self {
        Self::ENGLISH
    }
}

static ENGLISH: Wording = Wording::ENGLISH;

/// A calendar to subscribe to, written entry by entry.
///
/// The entries come in the iterator's order and are gone through twice: once for the time zones, which stand at the
/// top of the file, once for the entries. Entries without any date are left out. No more than a few entries' text
/// is in memory at a time, unless it is all asked for with `to_string`.
///
/// UIDs should differ within a calendar; nothing checks it.
///
/// ```
/// use gather::calendar::{Calendar, Link, PersonalEntry, PublicEntry};
/// use gather::{RegistrationId, Schedule};
///
/// let when: Schedule = "2026-03-05 14:00 to 15:30 UTC".parse()?;
/// let revised = "2026-01-10T09:00:00Z".parse()?;
/// let entry = PublicEntry::new(RegistrationId::from_u128(1).uuid(), "Asset transfer", &when, revised);
/// let entry = PersonalEntry::new(entry).join_link(Link::new("https://meet.example/abc")?).reminders(&[15]);
///
/// let mut file = Vec::new();
/// Calendar::new("My bookings", [entry]).write_to(&mut file)?;
/// let text = String::from_utf8(file)?;
/// assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"));
/// assert!(text.contains("DTSTART:20260305T140000Z\r\n"));
/// assert!(text.contains("LOCATION:https://meet.example/abc\r\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Calendar<'a, I> {
    name: &'a str,
    description: &'a str,
    colour: Option<Colour>,
    source: Option<Link<'a>>,
    url: Option<Link<'a>>,
    refresh_hours: u32,
    wording: &'a Wording,
    rules: &'a dyn ZoneRules,
    entries: I,
}

impl<'a, I> Calendar<'a, I>
where
    I: Iterator<Item: CalendarEntry> + Clone,
{
    /// A calendar with a name to show in a list of calendars.
    pub fn new(name: &'a str, entries: impl IntoIterator<IntoIter = I>) -> Self {
        Self {
            name,
            description: "",
            colour: None,
            source: None,
            url: None,
            refresh_hours: 12,
            wording: &ENGLISH,
            rules: &CompiledRules,
            entries: entries.into_iter(),
        }
    }

    /// What the calendar holds, in a sentence.
    pub fn description(mut self, description: &'a str) -> Self {
        self.description = description;
        self
    }

    /// The colour to show it in, where readers do not ask their users (RFC 7986, section 5.9).
    pub fn colour(mut self, colour: Colour) -> Self {
        self.colour = Some(colour);
        self
    }

    /// Where this file can be had again (RFC 7986, section 5.8). Whoever has the file then has its address.
    pub fn source(mut self, source: Link<'a>) -> Self {
        self.source = Some(source);
        self
    }

    /// A page that shows the same to people (RFC 7986, section 5.5).
    pub fn url(mut self, url: Link<'a>) -> Self {
        self.url = Some(url);
        self
    }

    /// How many hours readers should wait before they ask again (RFC 7986, section 5.7); 12 unless told otherwise, at
    /// least 1.
    pub fn refresh_hours(mut self, hours: u32) -> Self {
        self.refresh_hours = hours.max(1);
        self
    }

    /// The words to add, in place of the English ones.
    pub fn wording(mut self, wording: &'a Wording) -> Self {
        self.wording = wording;
        self
    }

    /// The table of time zones to write the times by, in place of the one that this build was made with.
    ///
    /// A time whose offset is not what the table says now is written in UTC, as the instant that it stood for when it was
    /// planned: that is what lists say and deadlines go by. [`Desk::follow_zone_rules`](crate::Desk::follow_zone_rules)
    /// plans it anew.
    pub fn zone_rules(mut self, rules: &'a dyn ZoneRules) -> Self {
        self.rules = rules;
        self
    }

    /// Writes the calendar, in pieces of some 16 kB: there is no need for a buffer in between.
    ///
    /// # Errors
    /// Whatever the writer reports; what has been written until then is no whole calendar.
    pub fn write_to(&self, mut out: impl io::Write) -> io::Result<()> {
        self.write_pieces(|lines| out.write_all(lines.as_bytes())).map(drop)
    }

    /// What tells this state of the calendar from the next, without keeping its text: to ask before anything is sent.
    pub fn revision(&self) -> Revision {
        revision_of(|fingerprint| {
            self.write_pieces(|lines| {
                fingerprint.add(lines.as_bytes());
                Ok(())
            })
        })
    }

    /// Writes the calendar, and gives the time of the last change to any of its entries.
    fn write_pieces<E>(
        &self,
        mut take: impl FnMut(&Lines) -> Result<(), E>,
    ) -> Result<Option<DateTime<Utc>>, E> {
        let zones = self.zones();
        let mut lines = Lines::default();
        self.write_head(&mut lines);
        zones.write(&mut lines);
        let mut revised = None;
        for entry in self.entries.clone() {
            revised = revised.max(entry.parts().write(&mut lines, &zones, self.wording));
            if lines.as_bytes().len() >= PIECE {
                take(&lines)?;
                lines.clear();
            }
        }
        if revised.is_none() {
            zone::write_utc(&mut lines);
        }
        lines.line("END:VCALENDAR");
        take(&lines)?;
        Ok(revised)
    }

    fn zones(&self) -> Zones<'_> {
        let mut wanted = Wanted::default();
        for entry in self.entries.clone() {
            if let Schedule::Exact(times) = entry.parts().schedule() {
                wanted.note(times);
            }
        }
        wanted.look_up(self.rules)
    }

    fn write_head(&self, lines: &mut Lines) {
        lines.line("BEGIN:VCALENDAR");
        lines.line("VERSION:2.0");
        lines.line("PRODID:-//gather//calendar//EN");
        lines.line("CALSCALE:GREGORIAN");
        lines.text_property("NAME:", self.name);
        lines.text_property("X-WR-CALNAME:", self.name);
        if !self.description.is_empty() {
            lines.text_property("X-WR-CALDESC:", self.description);
        }
        if let Some(colour) = self.colour {
            lines.property("COLOR:", colour.name());
            lines.short("X-APPLE-CALENDAR-COLOR:#");
            lines.hexadecimal(colour.rgb());
            lines.break_line();
        }
        if let Some(source) = self.source {
            lines.property("SOURCE;VALUE=URI:", source.as_str());
        }
        if let Some(url) = self.url {
            lines.property("URL:", url.as_str());
        }
        for head in ["REFRESH-INTERVAL;VALUE=DURATION:PT", "X-PUBLISHED-TTL:PT"] {
            lines.short(head);
            lines.number(self.refresh_hours);
            lines.line("H");
        }
    }
}

/// The whole calendar, as `to_string` gives it.
impl<I> fmt::Display for Calendar<'_, I>
where
    I: Iterator<Item: CalendarEntry> + Clone,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_pieces(|lines| f.write_str(lines.as_str())).map(drop)
    }
}

/// The revision of what is written piece by piece. Nothing stands in the way of a fingerprint.
fn revision_of(
    write: impl FnOnce(&mut Fingerprint) -> Result<Option<DateTime<Utc>>, Infallible>,
) -> Revision {
    let mut fingerprint = Fingerprint::default();
    let revised = match write(&mut fingerprint) {
        Ok(revised) => revised,
        Err(never) => match never {},
    };
    fingerprint.revision(revised)
}

/// Neither the entries nor the source, whose address may be all that protects a personal calendar.
impl<I> fmt::Debug for Calendar<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calendar").field("name", &self.name).finish_non_exhaustive()
    }
}
