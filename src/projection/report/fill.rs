//! How a gathering filled up, day by day: folded from its own records, since no list keeps how things stood before.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde::ser::Serializer;

use crate::fact::{Capacity, Fact};
use crate::id::{GatheringId, RegistrationId};
use crate::projection::table::{Column, Table};
use crate::projection::when::Heading;
use crate::projection::{GatheringCard, Lists, RegistrationCard, RegistrationStatus};
use crate::record::{Record, Tag};
use crate::schedule::{Schedule, Zone};

/// What happened on one day, and how things stood at its end. All figures are places, that is people.
///
/// What happened on a day need not be what is left of it: who books and cancels on one day is in both columns. A place that is moved
/// to another offering is cancelled and booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FillDay {
    /// The day, as the calendar on the wall shows it where the gathering is.
    pub day: NaiveDate,
    /// How many days before the day on which it begins; below 0 afterwards, `None` while its dates are to be confirmed.
    pub days_before: Option<i64>,
    /// Places that became certain: booked, promoted, approved, an offer accepted.
    pub booked: u64,
    /// Places that were certain and were given up or taken away.
    pub cancelled: u64,
    /// People who joined the line.
    pub joined_line: u64,
    /// People who left the line, with or without a place.
    pub left_line: u64,
    /// Places that were offered to people in the line.
    pub offered: u64,
    /// Places for certain at the end of the day.
    pub confirmed: u64,
    /// Places kept at the end of the day without being certain: held, offered, to be approved.
    pub kept: u64,
    /// People in line at the end of the day.
    pub waiting: u64,
}

/// How a gathering filled up, day by day. Take one from [`Desk::fill_curve`](crate::Desk::fill_curve).
///
/// It has the days on which something happened, in order; between two of them nothing changed. Days are those of the gathering's zone.
/// A hold or an offer ends at its deadline, on whichever day somebody has written that down. What is counted is clear, so it is the
/// same before and after somebody is forgotten.
///
/// Serialised it has `gathering`, `title`, `starts`, `limit` and `days`, each with the fields of [`FillDay`].
#[derive(Clone, Debug)]
pub struct FillCurve {
    gathering: GatheringId,
    title: String,
    schedule: Schedule,
    cancelled: bool,
    limit: Option<u32>,
    days: Vec<FillDay>,
}

/// In which way a registration claims places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Certain,
    Kept { offered: bool },
    InLine,
    Nothing,
}

impl Class {
    fn of(status: RegistrationStatus) -> Self {
        match status {
            RegistrationStatus::Confirmed => Self::Certain,
            RegistrationStatus::Offered { .. } => Self::Kept { offered: true },
            RegistrationStatus::Held { .. } | RegistrationStatus::Pending { .. } => {
                Self::Kept { offered: false }
            }
            RegistrationStatus::Waiting => Self::InLine,
            RegistrationStatus::FollowUpOnly
            | RegistrationStatus::Interested
            | RegistrationStatus::Cancelled { .. }
            | RegistrationStatus::LeftLine
            | RegistrationStatus::LineClosed
            | RegistrationStatus::HoldReleased
            | RegistrationStatus::HoldExpired
            | RegistrationStatus::OfferDeclined
            | RegistrationStatus::OfferLapsed
            | RegistrationStatus::OfferWithdrawn
            | RegistrationStatus::Rejected
            | RegistrationStatus::ApprovalExpired
            | RegistrationStatus::Withdrawn
            | RegistrationStatus::NotReconfirmed
            | RegistrationStatus::Displaced
            | RegistrationStatus::MovedAway
            | RegistrationStatus::Superseded
            | RegistrationStatus::BooksClosed
            | RegistrationStatus::CancelledWithGathering => Self::Nothing,
        }
    }
}

/// How a registration stood: its status, and how many places it has.
type Stood = (RegistrationStatus, u64);

/// What happened at an instant, and by how much it changed what stands.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    booked: u64,
    cancelled: u64,
    joined_line: u64,
    left_line: u64,
    offered: u64,
    confirmed: i64,
    kept: i64,
    waiting: i64,
}

impl Flow {
    /// So many places more that are claimed so.
    fn enter(&mut self, class: Class, places: u64) {
        match class {
            Class::Certain => {
                self.booked += places;
                self.confirmed = self.confirmed.saturating_add_unsigned(places);
            }
            Class::Kept { offered } => {
                self.offered += if offered { places } else { 0 };
                self.kept = self.kept.saturating_add_unsigned(places);
            }
            Class::InLine => {
                self.joined_line += places;
                self.waiting = self.waiting.saturating_add_unsigned(places);
            }
            Class::Nothing => {}
        }
    }

    /// So many places fewer.
    fn leave(&mut self, class: Class, places: u64) {
        match class {
            Class::Certain => {
                self.cancelled += places;
                self.confirmed = self.confirmed.saturating_sub_unsigned(places);
            }
            Class::Kept { .. } => self.kept = self.kept.saturating_sub_unsigned(places),
            Class::InLine => {
                self.left_line += places;
                self.waiting = self.waiting.saturating_sub_unsigned(places);
            }
            Class::Nothing => {}
        }
    }
}

/// The fold of one gathering's records.
pub(crate) struct FillFold {
    gathering: GatheringId,
    lists: Lists,
    flows: BTreeMap<DateTime<Utc>, Flow>,
}

impl FillFold {
    pub(crate) fn new(gathering: GatheringId) -> Self {
        Self { gathering, lists: Lists::new(), flows: BTreeMap::new() }
    }

    /// Takes the next record of the gathering, with its tags.
    pub(crate) fn apply(&mut self, record: &Record<'_>, tags: &[Tag]) {
        let touched = self.touched(tags);
        let before = self.standings(&touched);
        self.lists.apply(record);
        // The people in line are the same, on two registrations.
        if matches!(record.fact(), Fact::RegistrationSplit { .. }) {
            return;
        }
        let after = self.standings(&touched);
        for (was, is) in before.into_iter().zip(after) {
            self.note(record.time(), was, is);
        }
    }

    /// Which registrations may stand otherwise after a record: those that it names, and all where it is about the gathering.
    fn touched(&self, tags: &[Tag]) -> BTreeSet<RegistrationId> {
        let named = tags.iter().filter_map(|tag| match tag {
            Tag::Registration(registration) => Some(*registration),
            Tag::Gathering(_) | Tag::Person(_) | Tag::Session(_) => None,
        });
        let named: BTreeSet<_> = named.collect();
        // What happens to a session changes no registration: those for it end by facts of their own.
        if !named.is_empty() || tags.iter().any(|tag| matches!(tag, Tag::Session(_))) {
            return named;
        }
        let card = self.lists.gathering(self.gathering);
        card.iter().flat_map(|card| card.registrations()).map(RegistrationCard::id).collect()
    }

    fn standings(&self, registrations: &BTreeSet<RegistrationId>) -> Vec<Option<Stood>> {
        let stands = |id: &RegistrationId| {
            let (card, it) = self.lists.registration(*id)?;
            Some((card.status(it), u64::from(it.booking().party.size())))
        };
        registrations.iter().map(stands).collect()
    }

    fn note(&mut self, time: DateTime<Utc>, was: Option<Stood>, is: Option<Stood>) {
        let class =
            |stood: Option<Stood>| stood.map_or((Class::Nothing, 0), |(it, places)| (Class::of(it), places));
        let ((from, fewer), (to, more)) = (class(was), class(is));
        if (from, fewer) == (to, more) || (from, to) == (Class::Nothing, Class::Nothing) {
            return;
        }
        if from == to {
            let flow = self.flows.entry(time).or_default();
            flow.leave(from, fewer.saturating_sub(more));
            return flow.enter(to, more.saturating_sub(fewer));
        }
        // What had a deadline ended then, whenever it was written down.
        let deadline = was.and_then(|(status, _)| status.deadline());
        let left = deadline.filter(|deadline| *deadline < time).unwrap_or(time);
        if from != Class::Nothing {
            self.flows.entry(left).or_default().leave(from, fewer);
        }
        if to != Class::Nothing {
            self.flows.entry(time).or_default().enter(to, more);
        }
    }

    /// The curve as of a time; `None` where the gathering was never announced.
    pub(crate) fn curve(mut self, now: DateTime<Utc>) -> Option<FillCurve> {
        let lists = std::mem::take(&mut self.lists);
        let card = lists.gathering(self.gathering)?;
        for it in card.registrations() {
            let status = card.status(it);
            if let Some(deadline) = status.deadline().filter(|deadline| *deadline <= now) {
                let places = u64::from(it.booking().party.size());
                self.flows.entry(deadline).or_default().leave(Class::of(status), places);
            }
        }
        Some(FillCurve::of(card, &self.flows))
    }
}

impl FillCurve {
    fn of(card: &GatheringCard, flows: &BTreeMap<DateTime<Utc>, Flow>) -> Self {
        let it = card.announcement();
        let zone = it.schedule.zone().unwrap_or(Zone::UTC);
        let start = it.schedule.first_and_last_day().map(|(first, _)| first);
        let mut days: Vec<FillDay> = Vec::new();
        let mut stands = Flow::default();
        for (time, flow) in flows {
            let day = zone.wall(*time).date();
            if days.last().is_none_or(|last| last.day < day) {
                days.push(FillDay::new(day, start));
            }
            stands.confirmed = stands.confirmed.saturating_add(flow.confirmed);
            stands.kept = stands.kept.saturating_add(flow.kept);
            stands.waiting = stands.waiting.saturating_add(flow.waiting);
            if let Some(today) = days.last_mut() {
                today.add(flow, &stands);
            }
        }
        Self {
            gathering: card.id(),
            title: it.title.clone(),
            schedule: it.schedule.clone(),
            cancelled: card.is_cancelled(),
            limit: only_limit(card),
            days,
        }
    }

    /// Which gathering.
    #[must_use]
    pub fn gathering(&self) -> GatheringId {
        self.gathering
    }

    /// What it is called.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// When it is.
    #[must_use]
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// How many people it takes; `None` without a limit, and where it has several pools, of which none speaks for all.
    #[must_use]
    pub fn limit(&self) -> Option<u32> {
        self.limit
    }

    /// The days on which something happened, in order.
    #[must_use]
    pub fn days(&self) -> &[FillDay] {
        &self.days
    }
}

fn only_limit(card: &GatheringCard) -> Option<u32> {
    let [only] = card.announcement().pools.as_slice() else { return None };
    match only.limit() {
        Capacity::Limited(limit) => Some(limit),
        Capacity::Unlimited => None,
    }
}

impl FillDay {
    fn new(day: NaiveDate, start: Option<NaiveDate>) -> Self {
        Self {
            day,
            days_before: start.map(|start| start.signed_duration_since(day).num_days()),
            booked: 0,
            cancelled: 0,
            joined_line: 0,
            left_line: 0,
            offered: 0,
            confirmed: 0,
            kept: 0,
            waiting: 0,
        }
    }

    fn add(&mut self, flow: &Flow, stands: &Flow) {
        self.booked += flow.booked;
        self.cancelled += flow.cancelled;
        self.joined_line += flow.joined_line;
        self.left_line += flow.left_line;
        self.offered += flow.offered;
        let count = |places: i64| u64::try_from(places).unwrap_or(0);
        self.confirmed = count(stands.confirmed);
        self.kept = count(stands.kept);
        self.waiting = count(stands.waiting);
    }
}

impl fmt::Display for FillCurve {
    /// A table with a line for each day, at most 80 columns wide, without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = Heading { title: &self.title, cancelled: self.cancelled, schedule: &self.schedule };
        writeln!(f, "{heading}\n")?;
        if self.days.is_empty() {
            return f.write_str("nobody has booked");
        }
        let numbers = ["Before", "Booked", "Cancelled", "In line", "Offered", "Places", "Kept", "Waiting"];
        let columns = [Column::whole("Day")].into_iter().chain(numbers.map(Column::number));
        let mut table = Table::new(columns.collect());
        for day in &self.days {
            let before = day.days_before.map(|days| days.to_string()).unwrap_or_default();
            let happened = [day.booked, day.cancelled, day.joined_line, day.offered];
            let stands = [day.confirmed, day.kept, day.waiting];
            let counts = happened.into_iter().chain(stands).map(|count| count.to_string());
            table.row([day.day.to_string(), before].into_iter().chain(counts).collect());
        }
        table.fmt(f)
    }
}

#[derive(serde::Serialize)]
struct FillForm<'a> {
    gathering: GatheringId,
    title: &'a str,
    starts: Option<DateTime<Utc>>,
    limit: Option<u32>,
    days: &'a [FillDay],
}

impl Serialize for FillCurve {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { gathering, title, schedule, cancelled: _, limit, days } = self;
        let starts = schedule.starts();
        FillForm { gathering: *gathering, title, starts, limit: *limit, days }.serialize(serializer)
    }
}
