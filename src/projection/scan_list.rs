//! Every scan at a gathering.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::ser::Serializer;

use crate::fact::{CheckedIn, PresenceSource, Scan};
use crate::id::GatheringId;
use crate::projection::card::GatheringCard;
use crate::projection::check_in::ScanCard;
use crate::projection::head::{Head, counted};
use crate::projection::registration::RegistrationCard;
use crate::projection::table::{Column, Table};
use crate::projection::when::instant_cell;
use crate::record::Position;

/// Every scan at a gathering in the order in which it was taken in: those that count, those that are flagged, and those
/// that were taken back. Nothing personal is in it. It is a value of its own and stays as it is.
///
/// Serialised it has `gathering`, `title` and `scans`. A scan has the fields of [`Scan`], and `number` (the registration's; `null`
/// where it is none of the gathering's), `list_name`, `place_now`
/// (where its place is by now; `null` where it is gone), `source` (`door`, `online` or `organiser`), `told` (as
/// [`CheckedIn`] is serialised), `flagged`, `recorded_at`, `position` and `undone` (when it was taken back, or `null`).
///
/// # Example
/// ```
/// use gather::{CheckIn, Desk, Gathering, PersonId, RegistrationId};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?);
/// let talk = desk.announce(talk)?.outcome;
/// let anns = desk.register(talk, PersonId::random())?.outcome.registration();
/// let forged = RegistrationId::from_u128(7);
/// for registration in [anns, forged] {
///     drop(desk.execute(CheckIn::new(talk, registration).seen_at("2099-03-05T13:58:00Z".parse()?))?);
/// }
/// let flagged: Vec<_> = desk.scans(talk)?.rows().iter().map(|row| row.is_flagged()).collect();
/// assert_eq!(flagged, [false, true]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ScanList {
    head: Head,
    rows: Vec<ScanRow>,
}

/// One scan.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ScanRow {
    /// Who, where, which way and when, as it was scanned.
    pub scan: Scan,
    /// The registration's number within the gathering; `None` where it is none of the gathering's.
    pub number: Option<u32>,
    /// What people call the list.
    pub list_name: String,
    /// The place that it is of by now: places are numbered anew when a party changes. `None` where it is gone, or where the
    /// registration is none of the gathering's.
    pub place_now: Option<u16>,
    /// Who or what saw it.
    pub source: PresenceSource,
    /// What whoever scanned was told.
    pub told: CheckedIn,
    /// When it was taken in.
    pub recorded_at: DateTime<Utc>,
    /// Where in the log that is.
    pub position: Position,
    /// When it was taken back, if it was.
    pub undone: Option<DateTime<Utc>>,
}

impl ScanRow {
    fn of(card: &GatheringCard, scan: &ScanCard, number: Option<u32>) -> Self {
        Self {
            scan: scan.scan,
            number,
            list_name: card.check_in_list_name(scan.scan.list),
            place_now: scan.place.filter(|_| number.is_some()),
            source: scan.source,
            told: scan.told.clone(),
            recorded_at: scan.recorded_at,
            position: scan.position,
            undone: scan.undone,
        }
    }

    /// Whether it counts: what it was told does, and nobody took it back.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.undone.is_none() && self.told.counts()
    }

    /// Whether somebody should look into it.
    #[must_use]
    pub fn is_flagged(&self) -> bool {
        self.undone.is_none() && self.told.is_flagged()
    }

    fn word(&self) -> &'static str {
        if self.undone.is_some() { "taken back" } else { self.told.code() }
    }
}

impl ScanList {
    pub(super) fn of(card: &GatheringCard) -> Self {
        let of_registration = |it: &RegistrationCard| -> Vec<ScanRow> {
            it.scans().iter().map(|scan| ScanRow::of(card, scan, Some(it.number()))).collect()
        };
        let strays = card.stray_scans().map(|scan| ScanRow::of(card, scan, None));
        let mut rows: Vec<ScanRow> = card.registrations().flat_map(of_registration).chain(strays).collect();
        rows.sort_unstable_by_key(|row| row.position);
        Self { head: Head::of(card), rows }
    }

    /// Which gathering.
    #[must_use]
    pub fn gathering(&self) -> GatheringId {
        self.head.gathering
    }

    /// The scans, in the order in which they were taken in.
    #[must_use]
    pub fn rows(&self) -> &[ScanRow] {
        &self.rows
    }
}

impl fmt::Display for ScanList {
    /// A table with times as clocks show them there, `?` where nobody knows the registration, at most 80 columns wide, without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = self.head.announcement.schedule.zone();
        let columns = [Column::whole("Seen"), Column::number("No."), Column::number("Place")];
        let mut columns = columns.to_vec();
        columns.extend([Column::text("List"), Column::whole("Way"), Column::whole("Told")]);
        let mut table = Table::new(columns);
        for row in &self.rows {
            let number = row.number.map_or_else(|| String::from("?"), |number| number.to_string());
            let (list, way) = (row.list_name.clone(), row.scan.way.code().into());
            let (seen, place) = (instant_cell(row.scan.seen_at, zone), row.scan.place.to_string());
            table.row(vec![seen, number, place, list, way, row.word().into()]);
        }
        write!(f, "{}\n{}", self.head.heading(), counted(row_count(&self.rows), "scan", "scans"))?;
        if table.is_empty() { Ok(()) } else { write!(f, "\n\n{table}") }
    }
}

fn row_count(rows: &[ScanRow]) -> u64 {
    u64::try_from(rows.len()).unwrap_or(u64::MAX)
}

#[derive(Serialize)]
struct ListForm<'a> {
    gathering: GatheringId,
    title: &'a str,
    scans: &'a [ScanRow],
}

#[derive(Serialize)]
struct RowForm<'a> {
    #[serde(flatten)]
    scan: Scan,
    number: Option<u32>,
    list_name: &'a str,
    place_now: Option<u16>,
    source: &'static str,
    #[serde(flatten)]
    told: &'a CheckedIn,
    flagged: bool,
    recorded_at: DateTime<Utc>,
    position: u64,
    undone: Option<DateTime<Utc>>,
}

impl Serialize for ScanList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (gathering, title) = (self.head.gathering, self.head.announcement.title.as_str());
        ListForm { gathering, title, scans: &self.rows }.serialize(serializer)
    }
}

impl Serialize for ScanRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let source = match self.source {
            PresenceSource::Door => "door",
            PresenceSource::Online => "online",
            PresenceSource::Organiser => "organiser",
        };
        RowForm {
            scan: self.scan,
            number: self.number,
            list_name: &self.list_name,
            place_now: self.place_now,
            source,
            told: &self.told,
            flagged: self.is_flagged(),
            recorded_at: self.recorded_at,
            position: self.position.get(),
            undone: self.undone,
        }
        .serialize(serializer)
    }
}
