//! Invitations: what is mailed to one person about one registration (RFC 5546 and 6047).

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::entry::{CalendarEntry, PersonalEntry, PublicEntry, Status};
use super::feed::texts;
use super::line::Lines;
use super::people::{Mailbox, People};
use super::zone::Zones;
use super::{Link, Wording};
use crate::id::{GatheringId, PersonId, RegistrationId};
use crate::person::{JoinLink, PersonDetails};
use crate::projection::{AgendaRow, Invitation, Occasion, OutboxMark};
use crate::schedule::{CompiledRules, Schedule, TimeSpan, ZoneRules};
use crate::sealed::{Opened, Opener, Personal, Unavailable};

/// What a message asks its reader's calendar to do (RFC 5546, section 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// Take the entry in, or take what has changed of it.
    Request,
    /// Take it out.
    Cancel,
}

impl Method {
    /// As it stands in a message: `REQUEST`, `CANCEL`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }

    const fn of(occasion: Occasion) -> Self {
        match occasion {
            Occasion::Invited | Occasion::Updated => Self::Request,
            Occasion::Cancelled => Self::Cancel,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How invitations are written: who invites, and in which words.
///
/// The organiser's address is one whose mail is read: "yes" and "no" come there. It stays the same for as long as entries
/// live, since calendars take no notice of an update from somebody else.
///
/// ```
/// use gather::calendar::{Invitations, Mailbox};
///
/// let invitations = Invitations::from(Mailbox::new("Library network", "events@library.example")?).reminders([60]);
/// # let _ = invitations;
/// # Ok::<(), gather::TextProblem>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Invitations {
    organiser: Mailbox,
    wording: Wording,
    reminders: Vec<u32>,
    rules: Arc<dyn ZoneRules>,
}

impl From<Mailbox> for Invitations {
    /// Invitations of this organiser, in English and without reminders.
    fn from(organiser: Mailbox) -> Self {
        Self { organiser, wording: Wording::default(), reminders: Vec::new(), rules: Arc::new(CompiledRules) }
    }
}

impl Invitations {
    /// Replaces the words that are added to what the organiser wrote.
    pub fn wording(mut self, wording: Wording) -> Self {
        self.wording = wording;
        self
    }

    /// Reminds so many minutes before each start, once for each. Not at all if nothing is said: most calendars remind by
    /// themselves.
    pub fn reminders(mut self, minutes: impl IntoIterator<Item = u32>) -> Self {
        self.reminders = minutes.into_iter().collect();
        self
    }

    /// The table of time zones to write the times by, in place of the one that this build was made with. See
    /// [`Calendar::zone_rules`](super::Calendar::zone_rules) for times that were planned by another.
    pub fn zone_rules(mut self, rules: impl ZoneRules + 'static) -> Self {
        self.rules = Arc::new(rules);
        self
    }

    /// Writes what is due. What has no date to write is left out; an invitation that is due always has one.
    pub(crate) fn tell(&self, invitations: &[Invitation], opener: &dyn Opener) -> Vec<Due> {
        // Whoever is told of one gathering is told of the same times, and to look their zone up takes longer than the rest.
        let mut last = LastZones { rules: &*self.rules, times: None, zones: Zones::default() };
        invitations.iter().filter_map(|invitation| self.tell_one(invitation, opener, &mut last)).collect()
    }

    fn tell_one(
        &self,
        invitation: &Invitation,
        opener: &dyn Opener,
        last: &mut LastZones<'_>,
    ) -> Option<Due> {
        let Invitation { person, occasion, mark, ref row, ref details, .. } = *invitation;
        let details = details.as_ref().map(|sealed| opener.person(person, sealed));
        let mail = match recipient(details.as_ref()) {
            Ok(recipient) if is_shared(&recipient, invitation, opener) => Err(Unaddressed::SharedAddress),
            Ok(recipient) => self.write(invitation, recipient, opener, last).transpose()?,
            Err(unaddressed) => Err(unaddressed),
        };
        let (registration, gathering) = (row.registration, row.gathering);
        Some(Due { person, registration, gathering, occasion, mark, mail })
    }

    fn write(
        &self,
        invitation: &Invitation,
        recipient: Mailbox,
        opener: &dyn Opener,
        last: &mut LastZones<'_>,
    ) -> Result<Option<Message>, Unaddressed> {
        let (row, method) = (&invitation.row, Method::of(invitation.occasion));
        let (when, is_postponed) = row.shown_schedule();
        if when.starts().is_none() {
            return Ok(None);
        }
        let status = match method {
            Method::Cancel => Status::Cancelled,
            Method::Request if is_postponed => Status::Postponed,
            Method::Request => Status::Confirmed,
        };
        let link = if status == Status::Confirmed { open_link(row, opener)? } else { None };
        let entry = booked_entry(row, when, status);
        let entry = match link.as_ref().and_then(|link| Link::new(link.expose().as_str()).ok()) {
            Some(link) => entry.join_link(link),
            None => entry,
        };
        let entry = if status == Status::Confirmed { entry.reminders(&self.reminders) } else { entry };
        let (asks, rsvp) = (method == Method::Request, invitation.rsvp);
        let people = People { organiser: &self.organiser, attendee: &recipient, asks, rsvp };
        let text = self.write_calendar(method, &entry, last.of(when), people);
        Ok(Some(Message {
            method,
            uid: row.registration.uuid(),
            sequence: row.sequence,
            stamp: row.revised_at,
            recipient: Personal::new(recipient),
            text: Personal::new(text),
        }))
    }

    fn write_calendar(
        &self,
        method: Method,
        entry: &PersonalEntry<'_>,
        zones: &Zones<'_>,
        people: People<'_>,
    ) -> String {
        let mut lines = Lines::default();
        for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//gather//calendar//EN", "CALSCALE:GREGORIAN"]
        {
            lines.line(line);
        }
        lines.property("METHOD:", method.name());
        zones.write(&mut lines);
        entry.parts().between(people).write(&mut lines, zones, &self.wording);
        lines.line("END:VCALENDAR");
        lines.as_str().to_owned()
    }
}

/// The zone of the message that was written last.
#[derive(Debug)]
struct LastZones<'r> {
    rules: &'r dyn ZoneRules,
    times: Option<TimeSpan>,
    zones: Zones<'r>,
}

impl<'r> LastZones<'r> {
    fn of(&mut self, when: &Schedule) -> &Zones<'r> {
        let times = match when {
            Schedule::Exact(times) => Some(times),
            Schedule::DateOnly(_) | Schedule::ToBeConfirmed { .. } => None,
        };
        if self.times.as_ref() != times {
            self.zones = times.map(|times| Zones::of_one(times, self.rules)).unwrap_or_default();
            self.times = times.copied();
        }
        &self.zones
    }
}

/// The entry of what somebody has booked.
fn booked_entry<'a>(row: &'a AgendaRow, when: &'a Schedule, status: Status) -> PersonalEntry<'a> {
    let entry = PublicEntry::new(row.registration.uuid(), row.title(), when, row.revised_at);
    let entry = texts(entry.created(row.joined_at).sequence(row.sequence).status(status), row.announcement());
    PersonalEntry::new(match row.session() {
        Some(session) => entry.room(&session.room).description(&session.texts.description),
        None => entry,
    })
}

/// Where to join it, if there is such a thing. Nobody is sent a message that does not say it because a vault did not answer.
fn open_link(row: &AgendaRow, opener: &dyn Opener) -> Result<Option<Personal<JoinLink>>, Unaddressed> {
    let Some(sealed) = row.sealed_join_link() else { return Ok(None) };
    match opener.join_link(row.gathering, sealed) {
        Opened::Known(link) => Ok(Some(link)),
        Opened::Forgotten { .. } => Ok(None),
        Opened::Unavailable(why) => Err(Unaddressed::Unavailable(why)),
    }
}

/// Whether whoever loses their entry has their mail where somebody else gets it who keeps theirs: it has the same UID, so the
/// one calendar there would lose it.
fn is_shared(recipient: &Mailbox, invitation: &Invitation, opener: &dyn Opener) -> bool {
    let address = recipient.address().to_lowercase();
    invitation.still_on_it.iter().any(|(other, sealed)| match opener.person(*other, sealed) {
        Opened::Known(details) => details.expose().email.to_lowercase() == address,
        Opened::Forgotten { .. } | Opened::Unavailable(_) => false,
    })
}

fn recipient(details: Option<&Opened<PersonDetails>>) -> Result<Mailbox, Unaddressed> {
    let details = match details {
        None | Some(Opened::Forgotten { .. }) => return Err(Unaddressed::NotRecorded),
        Some(Opened::Unavailable(why)) => return Err(Unaddressed::Unavailable(*why)),
        Some(Opened::Known(details)) => details.expose(),
    };
    if details.email.is_empty() {
        return Err(Unaddressed::NoAddress);
    }
    Mailbox::new(details.name.as_str(), details.email.as_str()).map_err(|_problem| Unaddressed::NotAnAddress)
}

/// Something due to one person: a message, or why there can be none.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Due {
    /// To whom.
    pub person: PersonId,
    /// About which registration.
    pub registration: RegistrationId,
    /// On which gathering.
    pub gathering: GatheringId,
    /// Why.
    pub occasion: Occasion,
    /// What acknowledges this and all before it.
    pub mark: OutboxMark,
    /// What to send. Where it cannot be sent, somebody should be told by other means.
    pub mail: Result<Message, Unaddressed>,
}

/// Why nothing can be sent to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unaddressed {
    /// Their details were never recorded here: the host may know them.
    #[error("their details were never recorded")]
    NotRecorded,
    /// They have given no address.
    #[error("they have given no address")]
    NoAddress,
    /// What they have given is no address that mail can be sent to: it was not recorded by this library.
    #[error("what they have given is no address")]
    NotAnAddress,
    /// Their place has ended, and somebody else on the registration keeps theirs and has the same address. The entry has one
    /// UID, so a cancellation would take it from the calendar of the other as well.
    #[error("somebody who keeps their place has the same address")]
    SharedAddress,
    /// Their details, or where to join, cannot be read. It may be for now only, where a vault did not answer: then
    /// [`Desk::invitations`](crate::Desk::invitations) gives the message later.
    #[error("their details, or where to join, cannot be read")]
    Unavailable(Unavailable),
}

/// One calendar message for one person: what a mail has to carry to be understood by calendars (RFC 6047).
///
/// The [`text`](Self::text) goes into the mail as a part of its own with the content type
/// [`content_type`](Self::content_type), beside the words for people (`multipart/alternative`), and once more as an
/// attachment of the name [`file_name`](Self::file_name). One message, one entry, one attendee.
#[derive(Clone, Debug)]
pub struct Message {
    method: Method,
    uid: Uuid,
    sequence: u32,
    stamp: DateTime<Utc>,
    recipient: Personal<Mailbox>,
    text: Personal<String>,
}

impl Message {
    /// What the message asks for.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// The content type of its part of the mail. Its method is that of the text, or Outlook refuses it.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        match self.method {
            Method::Request => "text/calendar; charset=UTF-8; method=REQUEST",
            Method::Cancel => "text/calendar; charset=UTF-8; method=CANCEL",
        }
    }

    /// The name of the attachment.
    #[must_use]
    pub fn file_name(&self) -> &'static str {
        match self.method {
            Method::Request => "invitation.ics",
            Method::Cancel => "cancellation.ics",
        }
    }

    /// The UID of the entry: the registration's id, for life.
    #[must_use]
    pub fn uid(&self) -> Uuid {
        self.uid
    }

    /// How often the recipient's entry was moved, cancelled or taken up again (RFC 5545, section 3.8.7.4).
    #[must_use]
    pub fn sequence(&self) -> u32 {
        self.sequence
    }

    /// The time of the message: when what it says came to be so, by the log.
    #[must_use]
    pub fn stamp(&self) -> DateTime<Utc> {
        self.stamp
    }

    /// Whom it is for.
    #[must_use]
    pub fn recipient(&self) -> &Personal<Mailbox> {
        &self.recipient
    }

    /// The message, with CRLF at the end of each line. It holds the recipient's name and where to join.
    #[must_use]
    pub fn text(&self) -> &Personal<String> {
        &self.text
    }
}
