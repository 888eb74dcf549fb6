//! Who came of those who had a place: gathering by gathering, and by the organisation that people came for.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, Serializer};

use super::{OrganisationNames, Period, organisation_cell};
use crate::fact::{Presence, organisation};
use crate::id::{GatheringId, OrganisationId};
use crate::projection::presence::PresenceCounts;
use crate::projection::table::{Column, Table};
use crate::projection::when::{above, shared_zone, start_cell};
use crate::projection::{GatheringCard, Lifecycle, Lists};
use crate::schedule::Schedule;

/// Who came to what took place in a period: one row for each gathering, the earliest first, and one for each organisation, that with
/// the most places first. Take one from [`Desk::show_up`](crate::Desk::show_up).
///
/// Counted are confirmed places, those of speakers and staff too. An organisation is that of a registration's credentials
/// ([`Credential::Organisation`](crate::Credential::Organisation)), and all its party counts for it.
/// Drafts and what was called off are left out, and what has not begun.
///
/// Serialised it has `period`, `total`, `gatherings` (`gathering`, `title`, `starts`, `books_closed`, `presence`, `per_cent`) and
/// `organisations` (`organisation`, `null` for places without one; `name` as the host gave it, or `null`; `gatherings`, `presence`,
/// `per_cent`). For `presence` see [`PresenceCounts`]; `per_cent` is [`PresenceCounts::per_cent_came`].
#[derive(Clone, Debug)]
pub struct ShowUp {
    period: Period,
    total: PresenceCounts,
    gatherings: Vec<ShowUpRow>,
    organisations: Vec<OrganisationShowUp>,
    names: OrganisationNames,
}

/// Who came to one gathering.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShowUpRow {
    /// Which.
    pub gathering: GatheringId,
    /// What it is called.
    pub title: String,
    /// When it was.
    pub schedule: Schedule,
    /// Whether its books are closed: then nobody is unknown who had a place and was not seen.
    pub books_closed: bool,
    /// How many of its confirmed places were used, and how.
    pub presence: PresenceCounts,
}

/// Who came for one organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrganisationShowUp {
    /// Which; `None` is everybody for whom none was said.
    pub organisation: Option<OrganisationId>,
    /// At how many gatherings it had places.
    pub gatherings: u64,
    /// How many of its confirmed places were used, and how.
    pub presence: PresenceCounts,
}

impl Lists {
    /// Who came to what took place in a period, as known at a time.
    #[must_use]
    pub fn show_up(&self, period: &Period, now: DateTime<Utc>) -> ShowUp {
        let held = self.held_in(period, now);
        let gatherings: Vec<_> = held.iter().map(|card| ShowUpRow::of(card)).collect();
        let mut total = PresenceCounts::default();
        for row in &gatherings {
            total += row.presence;
        }
        let organisations = by_organisation(&held);
        ShowUp { period: *period, total, gatherings, organisations, names: OrganisationNames::new() }
    }
}

impl ShowUpRow {
    fn of(card: &GatheringCard) -> Self {
        Self {
            gathering: card.id(),
            title: card.announcement().title.clone(),
            schedule: card.announcement().schedule.clone(),
            books_closed: matches!(card.lifecycle(), Lifecycle::Completed | Lifecycle::Archived),
            presence: card.presence_counts(),
        }
    }
}

fn by_organisation(held: &[&GatheringCard]) -> Vec<OrganisationShowUp> {
    let mut rows: BTreeMap<Option<OrganisationId>, OrganisationShowUp> = BTreeMap::new();
    for card in held {
        for (organisation, presence) in of_gathering(card) {
            let new = OrganisationShowUp { organisation, gatherings: 0, presence: PresenceCounts::default() };
            let row = rows.entry(organisation).or_insert(new);
            row.gatherings += 1;
            row.presence += presence;
        }
    }
    let mut rows: Vec<_> = rows.into_values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.presence.total()));
    rows
}

/// Whose places were used at one gathering, and how.
fn of_gathering(card: &GatheringCard) -> BTreeMap<Option<OrganisationId>, PresenceCounts> {
    let mut counts: BTreeMap<_, PresenceCounts> = BTreeMap::new();
    for it in card.confirmed() {
        let booking = it.booking();
        let places = (1..).take(1 + booking.party.guests.len());
        let presence: PresenceCounts = places.map(|place| -> Presence { card.presence(it, place) }).collect();
        *counts.entry(organisation(&booking.credentials)).or_default() += presence;
    }
    counts
}

impl ShowUp {
    /// Which period.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// All gatherings together.
    #[must_use]
    pub fn total(&self) -> PresenceCounts {
        self.total
    }

    /// Gathering by gathering, the earliest first.
    #[must_use]
    pub fn gatherings(&self) -> &[ShowUpRow] {
        &self.gatherings
    }

    /// Organisation by organisation, that with the most places first, then by id.
    #[must_use]
    pub fn organisations(&self) -> &[OrganisationShowUp] {
        &self.organisations
    }

    /// Takes the names of organisations from the host: a log has their ids alone. It is asked once for each.
    #[must_use]
    pub fn with_organisations(mut self, mut name: impl FnMut(OrganisationId) -> Option<String>) -> Self {
        let ids = self.organisations.iter().filter_map(|row| row.organisation);
        self.names = ids.filter_map(|id| Some((id, name(id)?))).collect();
        self
    }
}

impl fmt::Display for ShowUp {
    /// Two tables, at most 80 columns wide, without a line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = shared_zone(self.gatherings.iter().map(|row| &row.schedule));
        write!(f, "{}\n\n", above("Who came", zone))?;
        if self.gatherings.is_empty() {
            return f.write_str("nothing took place");
        }
        let columns =
            [Column::whole("Start"), Column::subject("Title")].into_iter().chain(presence_columns());
        let mut table = Table::new(columns.collect());
        for row in &self.gatherings {
            let mut cells = vec![start_cell(&row.schedule, zone), row.title.clone()];
            cells.extend(presence_cells(&row.presence));
            table.row(cells);
        }
        let mut cells = vec![String::new(), "in all".into()];
        cells.extend(presence_cells(&self.total));
        table.row(cells);
        table.fmt(f)?;
        // Beside a whole id there is room for five numbers.
        let numbers = ["At", "Places", "Came", "No-show", "Came %"].map(Column::number);
        let mut table = Table::new([Column::subject("Organisation")].into_iter().chain(numbers).collect());
        for row in &self.organisations {
            let [places, came, _, _, no_show, per_cent] = presence_cells(&row.presence);
            let name = organisation_cell(row.organisation, &self.names);
            table.row(vec![name, row.gatherings.to_string(), places, came, no_show, per_cent]);
        }
        write!(f, "\n\n{table}")
    }
}

fn presence_columns() -> [Column; 6] {
    ["Places", "Came", "Late", "Excused", "No-show", "Came %"].map(Column::number)
}

fn presence_cells(it: &PresenceCounts) -> [String; 6] {
    let per_cent = it.per_cent_came().map(|per_cent| per_cent.to_string()).unwrap_or_default();
    let counts = [it.total(), it.came(), it.late, it.excused, it.no_show].map(|count| count.to_string());
    let [places, came, late, excused, no_show] = counts;
    [places, came, late, excused, no_show, per_cent]
}

#[derive(serde::Serialize)]
struct ShowUpForm<'a> {
    period: Period,
    total: PresenceCounts,
    gatherings: Vec<GatheringForm<'a>>,
    organisations: Vec<OrganisationForm<'a>>,
}

#[derive(serde::Serialize)]
struct GatheringForm<'a> {
    gathering: GatheringId,
    title: &'a str,
    starts: Option<DateTime<Utc>>,
    books_closed: bool,
    presence: PresenceCounts,
    per_cent: Option<u8>,
}

#[derive(serde::Serialize)]
struct OrganisationForm<'a> {
    organisation: Option<OrganisationId>,
    name: Option<&'a str>,
    gatherings: u64,
    presence: PresenceCounts,
    per_cent: Option<u8>,
}

impl Serialize for ShowUp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let gathering = |row: &'_ ShowUpRow| -> (Option<DateTime<Utc>>, Option<u8>) {
            (row.schedule.starts(), row.presence.per_cent_came())
        };
        let gatherings = self.gatherings.iter().map(|row| GatheringForm {
            gathering: row.gathering,
            title: &row.title,
            starts: gathering(row).0,
            books_closed: row.books_closed,
            presence: row.presence,
            per_cent: gathering(row).1,
        });
        let organisations = self.organisations.iter().map(|row| OrganisationForm {
            organisation: row.organisation,
            name: row.organisation.and_then(|id| self.names.get(&id)).map(String::as_str),
            gatherings: row.gatherings,
            presence: row.presence,
            per_cent: row.presence.per_cent_came(),
        });
        let (gatherings, organisations) = (gatherings.collect(), organisations.collect());
        ShowUpForm { period: self.period, total: self.total, gatherings, organisations }.serialize(serializer)
    }
}
