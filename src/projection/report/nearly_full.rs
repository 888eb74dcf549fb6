//! What is on and nearly full: where to book a larger room, or a second date.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, Serializer};

use super::order;
use crate::fact::{BookingState, Capacity, Offering};
use crate::id::{GatheringId, OfferingId};
use crate::projection::places::PoolCount;
use crate::projection::table::{Column, Table};
use crate::projection::when::{above, shared_zone, start_cell};
use crate::projection::{GatheringCard, Lifecycle, Lists, WhatsOnRow};
use crate::schedule::Schedule;

/// How little is left of what is nearly full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Threshold {
    /// So many places or fewer.
    Places(u32),
    /// So many hundredths of the limit or fewer.
    PerCent(u8),
}

impl Threshold {
    fn is_reached(self, left: i64, limit: u32) -> bool {
        match self {
            Self::Places(places) => left <= i64::from(places),
            Self::PerCent(hundredths) => {
                let part = i64::from(limit).saturating_mul(i64::from(hundredths));
                left.saturating_mul(100) <= part
            }
        }
    }
}

/// What is on and nearly full, or full: a row for each offering, the earliest start first. Take one from
/// [`Desk::nearly_full`](crate::Desk::nearly_full).
///
/// The limit is that of the tightest pool of those that an offering draws on; what has none is never full. What is over is left out,
/// and drafts, and what was called off.
///
/// Serialised it has `at` and `offerings`, each with `gathering`, `title`, `starts`, `offering`, `name`, `left` (below 0 when over-full),
/// `limit`, `waiting` and `booking` (see [`BookingState::code`]).
#[derive(Clone, Debug)]
pub struct NearlyFull {
    at: DateTime<Utc>,
    rows: Vec<NearlyFullRow>,
}

/// An offering of which little is left.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NearlyFullRow {
    /// Of which gathering.
    pub gathering: GatheringId,
    /// What that is called.
    pub title: String,
    /// When it is.
    pub schedule: Schedule,
    /// Which offering.
    pub offering: OfferingId,
    /// Its name for people.
    pub name: String,
    /// The places left for everybody in the tightest of the pools that it draws on and that are nearly full; below 0 when over-full.
    pub left: i64,
    /// How many people that pool takes.
    pub limit: u32,
    /// How many registrations stand in its line.
    pub waiting: u64,
    /// Whether it can be booked.
    pub booking: BookingState,
    has_choice: bool,
}

impl Lists {
    /// What is on at a time and nearly full.
    #[must_use]
    pub fn nearly_full(&self, threshold: Threshold, now: DateTime<Utc>) -> NearlyFull {
        let is_on = |card: &&GatheringCard| {
            let is_over = card.announcement().schedule.ends().is_some_and(|end| end <= now);
            card.lifecycle() == Lifecycle::Announced && !is_over
        };
        let mut on: Vec<_> = self.gatherings.values().filter(is_on).collect();
        // Dates to be confirmed are last.
        on.sort_unstable_by_key(|card| (card.announcement().schedule.starts().is_none(), order(card)));
        NearlyFull { at: now, rows: on.into_iter().flat_map(|card| rows_of(card, threshold, now)).collect() }
    }
}

fn rows_of(card: &GatheringCard, threshold: Threshold, now: DateTime<Utc>) -> Vec<NearlyFullRow> {
    let (on, pools, it) = (WhatsOnRow::of(card, now), card.pools(now), card.announcement());
    let has_choice = on.offerings.len() > 1;
    let row = |offering: &crate::projection::OfferingOn| {
        let (left, limit) = tightest(it.offering(offering.offering)?, &pools, threshold)?;
        Some(NearlyFullRow {
            gathering: card.id(),
            title: it.title.clone(),
            schedule: it.schedule.clone(),
            offering: offering.offering,
            name: offering.name.clone(),
            left,
            limit,
            waiting: offering.waiting,
            booking: on.booking,
            has_choice,
        })
    };
    on.offerings.iter().filter_map(row).collect()
}

/// What is left in the tightest pool that reaches a threshold, and its limit.
fn tightest(offering: &Offering, pools: &[PoolCount], threshold: Threshold) -> Option<(i64, u32)> {
    let drawn_on = pools.iter().filter(|pool| offering.pools.contains(&pool.pool));
    let limited = drawn_on.filter_map(|pool| match pool.limit {
        Capacity::Limited(limit) => Some((pool.left?, limit)),
        Capacity::Unlimited => None,
    });
    limited.filter(|(left, limit)| threshold.is_reached(*left, *limit)).min_by_key(|(left, _)| *left)
}

impl NearlyFull {
    /// The time that was asked about.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The offerings, the earliest gathering first, dates to be confirmed last.
    #[must_use]
    pub fn rows(&self) -> &[NearlyFullRow] {
        &self.rows
    }
}

impl fmt::Display for NearlyFull {
    /// A table, at most 80 columns wide, without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = shared_zone(self.rows.iter().map(|row| &row.schedule));
        write!(f, "{}\n\n", above("Nearly full", zone))?;
        if self.rows.is_empty() {
            return f.write_str("nothing is nearly full");
        }
        let numbers = ["Left", "Of", "Waiting"].map(Column::number);
        let mut columns = vec![Column::whole("Start"), Column::subject("Title")];
        columns.extend(numbers);
        columns.push(Column::whole("Booking"));
        let mut table = Table::new(columns);
        for row in &self.rows {
            let title =
                if row.has_choice { format!("{}: {}", row.title, row.name) } else { row.title.clone() };
            let (start, left) = (start_cell(&row.schedule, zone), row.left.to_string());
            let (limit, waiting) = (row.limit.to_string(), row.waiting.to_string());
            table.row(vec![start, title, left, limit, waiting, row.booking.to_string()]);
        }
        table.fmt(f)
    }
}

#[derive(serde::Serialize)]
struct NearlyFullForm<'a> {
    at: DateTime<Utc>,
    offerings: Vec<RowForm<'a>>,
}

#[derive(serde::Serialize)]
struct RowForm<'a> {
    gathering: GatheringId,
    title: &'a str,
    starts: Option<DateTime<Utc>>,
    offering: OfferingId,
    name: &'a str,
    left: i64,
    limit: u32,
    waiting: u64,
    booking: &'static str,
}

impl Serialize for NearlyFull {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let offerings = self.rows.iter().map(|row| RowForm {
            gathering: row.gathering,
            title: &row.title,
            starts: row.schedule.starts(),
            offering: row.offering,
            name: &row.name,
            left: row.left,
            limit: row.limit,
            waiting: row.waiting,
            booking: row.booking.code(),
        });
        NearlyFullForm { at: self.at, offerings: offerings.collect() }.serialize(serializer)
    }
}
