//! What is coming, for a newsletter: plain text, and the same as data.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::ser::{Serialize, Serializer};
use unicode_width::UnicodeWidthStr;

use super::Period;
use crate::fact::BookingState;
use crate::id::GatheringId;
use crate::projection::when::place;
use crate::projection::{Lists, OfferingOn, WhatsOnRow};
use crate::schedule::Schedule;

/// How wide a line of a newsletter is; what is one word stays whole.
const LINE: usize = 72;

/// Of so few places left it is said how many there are, of more that there are some: a letter is read later than it is written.
const FEW: i64 = 10;

/// What is coming in a period, for a newsletter: the earliest first. Take one from [`Desk::digest`](crate::Desk::digest).
///
/// Nothing in it is personal, and no join link can be in it. What has no date yet is left out, and drafts, and what was called off.
/// Printed it is plain text with lines of at most 72 columns, to be put into a mail: a link of the host's goes below each entry
/// ([`with_links`](Self::with_links)).
///
/// Serialised it has `at`, `period` and `entries`, each with `gathering`, `title`, `when`, `starts`, `ends`, `place`, `description`,
/// `places` (in words), `link` (or `null`) and `offerings`, each as in [`WhatsOn`](crate::WhatsOn).
#[derive(Clone, Debug)]
pub struct Digest {
    at: DateTime<Utc>,
    period: Period,
    entries: Vec<DigestEntry>,
}

/// A gathering in a digest.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DigestEntry {
    /// The gathering with the places left.
    pub row: WhatsOnRow,
    /// When it is, in words: `Thursday 5 March 2026, 14:00 to 15:30 (Europe/London)`.
    pub when: String,
    /// Where it is, in words: `online`, or the venue.
    pub place: String,
    /// Whether there are places, in words: `3 places left`.
    pub places: String,
    /// Where the host has it booked.
    pub link: Option<String>,
}

impl Lists {
    /// What is coming in a period, with the places left at a time.
    #[must_use]
    pub fn digest(&self, period: &Period, now: DateTime<Utc>) -> Digest {
        let starts = |row: &WhatsOnRow| row.announcement().schedule.starts();
        let is_coming =
            |row: &&WhatsOnRow| starts(row).is_some_and(|start| start > now && period.contains(start));
        let on = self.whats_on(now);
        let entries = on.rows().iter().filter(is_coming).map(DigestEntry::of).collect();
        Digest { at: now, period: *period, entries }
    }
}

impl DigestEntry {
    fn of(row: &WhatsOnRow) -> Self {
        let it = row.announcement();
        Self {
            row: row.clone(),
            when: when(&it.schedule),
            place: place(&it.mode),
            places: places(row),
            link: None,
        }
    }
}

impl Digest {
    /// The time as of which places are counted.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Which period.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// What is coming, the earliest first.
    #[must_use]
    pub fn entries(&self) -> &[DigestEntry] {
        &self.entries
    }

    /// Takes the addresses from the host at which each is booked. It is asked once for each.
    #[must_use]
    pub fn with_links(mut self, mut link: impl FnMut(GatheringId) -> Option<String>) -> Self {
        for entry in &mut self.entries {
            entry.link = link(entry.row.gathering);
        }
        self
    }
}

/// A day in words: `Thursday 5 March 2026`.
fn day(date: NaiveDate) -> String {
    date.format("%A %-d %B %Y").to_string()
}

fn when(schedule: &Schedule) -> String {
    let Some((first, last)) = schedule.first_and_last_day() else { return schedule.to_string() };
    match schedule {
        Schedule::Exact(times) => {
            let clock = "%H:%M";
            let (start, end) = (times.start().wall(), times.end().wall());
            let until = if start.date() == end.date() {
                end.format(clock).to_string()
            } else {
                format!("{}, {}", day(end.date()), end.format(clock))
            };
            format!("{}, {} to {until} ({})", day(start.date()), start.format(clock), times.zone())
        }
        Schedule::DateOnly(_) if first == last => day(first),
        Schedule::DateOnly(_) => format!("{} to {}", day(first), day(last)),
        Schedule::ToBeConfirmed { .. } => schedule.to_string(),
    }
}

/// Whether there are places: of several offerings, of each by its name.
fn places(row: &WhatsOnRow) -> String {
    match row.booking {
        BookingState::NotYet => "booking has not opened yet".into(),
        BookingState::InterestOnly => "say that you are interested".into(),
        BookingState::Paused => "booking rests for now".into(),
        BookingState::LineOnly => "waiting list only".into(),
        BookingState::Closed => "booking is closed".into(),
        BookingState::Open => match row.offerings.as_slice() {
            [only] => left(row, only),
            several => {
                let each =
                    several.iter().map(|offering| format!("{}: {}", offering.name, left(row, offering)));
                each.collect::<Vec<_>>().join("; ")
            }
        },
    }
}

fn left(row: &WhatsOnRow, on: &OfferingOn) -> String {
    let keeps_a_line = row.announcement().offering(on.offering).is_some_and(|offering| offering.waiting_list);
    match on.left {
        None => "places for everybody".into(),
        // What is left goes to those who wait.
        Some(left) if left <= 0 || on.waiting > 0 => {
            if keeps_a_line {
                "full, with a waiting list".into()
            } else {
                "full".into()
            }
        }
        Some(1) => "1 place left".into(),
        Some(left) if left <= FEW => format!("{left} places left"),
        Some(_) => "places left".into(),
    }
}

impl fmt::Display for Digest {
    /// An entry below the other, parted by empty lines, without a line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.entries.is_empty() {
            return f.write_str("Nothing is planned yet.");
        }
        for (nth, entry) in self.entries.iter().enumerate() {
            if nth > 0 {
                f.write_str("\n\n")?;
            }
            fmt::Display::fmt(entry, f)?;
        }
        Ok(())
    }
}

impl fmt::Display for DigestEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let it = self.row.announcement();
        write!(f, "{}", wrapped(&it.title))?;
        for line in [&self.when, &self.place, &self.places].into_iter().filter(|line| !line.is_empty()) {
            write!(f, "\n{}", wrapped(line))?;
        }
        for paragraph in it.description.lines().filter(|line| !line.trim().is_empty()) {
            write!(f, "\n\n{}", wrapped(paragraph))?;
        }
        // A link is never broken.
        self.link.as_ref().map_or(Ok(()), |link| write!(f, "\n{link}"))
    }
}

/// Words on lines of at most so many columns.
fn wrapped(text: &str) -> String {
    let (mut lines, mut width) = (String::new(), 0);
    for word in text.split_whitespace() {
        let wide = word.width();
        if !lines.is_empty() {
            let fits = width + 1 + wide <= LINE;
            lines.push(if fits { ' ' } else { '\n' });
            width = if fits { width + 1 } else { 0 };
        }
        lines.push_str(word);
        width += wide;
    }
    lines
}

#[derive(serde::Serialize)]
struct DigestForm<'a> {
    at: DateTime<Utc>,
    period: Period,
    entries: Vec<EntryForm<'a>>,
}

#[derive(serde::Serialize)]
struct EntryForm<'a> {
    gathering: GatheringId,
    title: &'a str,
    when: &'a str,
    starts: Option<DateTime<Utc>>,
    ends: Option<DateTime<Utc>>,
    place: &'a str,
    description: &'a str,
    places: &'a str,
    link: Option<&'a str>,
    offerings: &'a [OfferingOn],
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.entries.iter().map(|entry| {
            let it = entry.row.announcement();
            EntryForm {
                gathering: entry.row.gathering,
                title: &it.title,
                when: &entry.when,
                starts: it.schedule.starts(),
                ends: it.schedule.ends(),
                place: &entry.place,
                description: &it.description,
                places: &entry.places,
                link: entry.link.as_deref(),
                offerings: &entry.row.offerings,
            }
        });
        DigestForm { at: self.at, period: self.period, entries: entries.collect() }.serialize(serializer)
    }
}
