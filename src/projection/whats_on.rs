//! What is on, with the places left: for a public page.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, Serializer};

use crate::fact::{Announcement, BookingState, Offering};
use crate::id::{GatheringId, OfferingId};
use crate::projection::card::GatheringCard;
use crate::projection::table::{Column, Table};
use crate::projection::when::{PlaceForm, ScheduleForm, above, kind, place, shared_zone, start_cell};
use crate::text::Reference;

/// What is on at some time: gatherings that are neither cancelled nor over, with the places left.
///
/// The earliest start comes first, then the title and the id decide; those whose dates are to be confirmed come
/// last. Nothing in it is personal: it may be published.
///
/// Serialised it has `at` and `gatherings`. Each of these has `gathering`, `reference`, `title`, `description`, `kind`,
/// `schedule` (`text`, `starts`, `ends`, `zone`, `all_day`), `place` (`online`, `venue`, `address`), `booking`
/// (`not_yet`, `open`, `closed`) and `offerings`, each with `offering`, `name`, `left` (`null` for no limit, below 0
/// when over-full) and `waiting`.
#[derive(Clone, Debug)]
#[doc(alias = "programme")]
pub struct WhatsOn {
    at: DateTime<Utc>,
    rows: Vec<WhatsOnRow>,
}

/// A gathering that is on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WhatsOnRow {
    /// Which.
    pub gathering: GatheringId,
    /// Whether it can be booked at the time of the list.
    pub booking: BookingState,
    /// What can be booked, in the author's order.
    pub offerings: Vec<OfferingOn>,
    announcement: Arc<Announcement>,
}

/// An offering of a gathering that is on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OfferingOn {
    /// Its number within the gathering.
    pub offering: OfferingId,
    /// Its name for people.
    pub name: String,
    /// The places left in the tightest pool that it draws on: `None` without a limit, below 0 when over-full. Where
    /// somebody waits, the places left are theirs first.
    pub left: Option<i64>,
    /// How many registrations stand in its line.
    pub waiting: u64,
}

impl WhatsOnRow {
    fn of(card: &GatheringCard, now: DateTime<Utc>) -> Self {
        let tally = card.tally();
        let offering = |(offering, waiting): (&Offering, u64)| OfferingOn {
            offering: offering.id,
            name: offering.name.clone(),
            left: tally.left(offering),
            waiting,
        };
        Self {
            gathering: card.id(),
            booking: card.booking_state(now),
            offerings: tally.lines().map(offering).collect(),
            announcement: card.shared_announcement(),
        }
    }

    /// The gathering's announcement as it was when the list was taken.
    #[must_use]
    pub fn announcement(&self) -> &Announcement {
        &self.announcement
    }

    /// Dates to be confirmed are last, so "has no start" is asked first.
    fn order(&self) -> (bool, Option<DateTime<Utc>>, &str, GatheringId) {
        let start = self.announcement.schedule.starts();
        (start.is_none(), start, &self.announcement.title, self.gathering)
    }
}

impl WhatsOn {
    pub(super) fn of<'a>(cards: impl Iterator<Item = &'a GatheringCard>, now: DateTime<Utc>) -> Self {
        let is_over =
            |card: &GatheringCard| card.announcement().schedule.ends().is_some_and(|end| now >= end);
        let on = cards.filter(|card| !card.is_cancelled() && !is_over(card));
        let mut rows: Vec<_> = on.map(|card| WhatsOnRow::of(card, now)).collect();
        rows.sort_unstable_by(|one, other| one.order().cmp(&other.order()));
        Self { at: now, rows }
    }

    /// The time that was asked about.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The gatherings, the earliest first.
    #[must_use]
    pub fn rows(&self) -> &[WhatsOnRow] {
        &self.rows
    }
}

impl fmt::Display for WhatsOn {
    /// A table, at most 80 columns wide, without a line break at its end: a line for each offering, the gathering
    /// named on the first of its lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = shared_zone(self.rows.iter().map(|row| &row.announcement.schedule));
        writeln!(f, "{}\n", above("What is on", zone))?;
        if self.rows.is_empty() {
            return f.write_str("nothing is on");
        }
        let has_choice = self.rows.iter().any(|row| row.offerings.len() > 1);
        let mut columns = vec![Column::whole("Start"), Column::text("Title"), Column::text("Where")];
        columns.extend(has_choice.then_some(Column::text("Offering")));
        columns.extend([Column::number("Left"), Column::number("Waiting"), Column::whole("Booking")]);
        let mut table = Table::new(columns);
        for row in &self.rows {
            let it = &row.announcement;
            let mut leading = [start_cell(&it.schedule, zone), it.title.clone(), place(&it.mode)];
            let mut booking = row.booking.to_string();
            for offering in &row.offerings {
                let mut cells = Vec::from(std::mem::take(&mut leading));
                cells.extend(has_choice.then(|| offering.name.clone()));
                cells.extend([left_cell(offering.left), offering.waiting.to_string()]);
                cells.push(std::mem::take(&mut booking));
                table.row(cells);
            }
        }
        table.fmt(f)
    }
}

/// A reader of a public page is not helped by "-2".
fn left_cell(left: Option<i64>) -> String {
    left.map_or_else(|| String::from("no limit"), |left| left.max(0).to_string())
}

#[derive(serde::Serialize)]
struct WhatsOnForm<'a> {
    at: DateTime<Utc>,
    gatherings: Vec<RowForm<'a>>,
}

#[derive(serde::Serialize)]
struct RowForm<'a> {
    gathering: GatheringId,
    reference: Option<&'a str>,
    title: &'a str,
    description: &'a str,
    kind: &'static str,
    schedule: ScheduleForm,
    place: PlaceForm<'a>,
    booking: &'static str,
    offerings: Vec<OfferingForm<'a>>,
}

#[derive(serde::Serialize)]
struct OfferingForm<'a> {
    offering: OfferingId,
    name: &'a str,
    left: Option<i64>,
    waiting: u64,
}

impl<'a> From<&'a WhatsOnRow> for RowForm<'a> {
    fn from(row: &'a WhatsOnRow) -> Self {
        let it = &row.announcement;
        let offering = |on: &'a OfferingOn| OfferingForm {
            offering: on.offering,
            name: &on.name,
            left: on.left,
            waiting: on.waiting,
        };
        Self {
            gathering: row.gathering,
            reference: it.reference.as_ref().map(Reference::as_str),
            title: &it.title,
            description: &it.description,
            kind: kind(it.kind),
            schedule: ScheduleForm::from(&it.schedule),
            place: PlaceForm::from(&it.mode),
            booking: row.booking.code(),
            offerings: row.offerings.iter().map(offering).collect(),
        }
    }
}

impl Serialize for WhatsOn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let gatherings = self.rows.iter().map(RowForm::from).collect();
        WhatsOnForm { at: self.at, gatherings }.serialize(serializer)
    }
}
