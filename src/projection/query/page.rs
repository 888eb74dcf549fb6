//! What a list answers: a page of rows, printed or serialised.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::cell::{Value, printed};
use super::column::{Column, Columns};
use super::listed::ListedAttendee;
use super::sort::Key;
use super::{AttendeeQuery, Cursor, Opens, QueryError, Start};
use crate::fact::Announcement;
use crate::id::{GatheringId, PersonId, RegistrationId};
use crate::person::Needs;
use crate::projection::head::{Head, counted};
use crate::projection::table::Table;
use crate::projection::when::ScheduleForm;
use crate::sealed::{Opened, Personal};

/// What a list is of, for every page of it.
#[derive(Clone)]
pub(in crate::projection) struct Sheet {
    pub(in crate::projection) head: Head,
    pub(in crate::projection) at: DateTime<Utc>,
    pub(in crate::projection) purpose: Option<Arc<str>>,
}

/// Rows of an attendee list, as they were asked for.
///
/// It is a value of its own, holds no lock, and stays as it is while bookings go on. What is personal in it is there only where the
/// list was exposed; it is overwritten in memory when the last page that has it is dropped.
///
/// Printed it is a table of at most 80 columns, aligned by what a terminal shows; columns for which there is no room are left out
/// from the right, and named below. Serialised it has `gathering`, `title`, `cancelled`, `schedule` (as an
/// [`AttendeeList`](crate::AttendeeList)), `purpose`, `at`, `total`, `offset`, `columns` (their ids) and `attendees`, each a map with
/// the columns' ids for keys: times are RFC 3339 in UTC, numbers numbers, `uncounted` is true or false, and what is empty is
/// `null`. [`write_csv`](Self::write_csv) writes it as a file for spreadsheets or machines.
#[derive(Clone)]
pub struct AttendeePage {
    pub(super) sheet: Sheet,
    pub(super) columns: Columns,
    total: usize,
    offset: usize,
    rows: Vec<Arc<ListedAttendee>>,
    /// What people on it need, where that was read for it.
    needs: Option<Arc<BTreeMap<Cursor, Option<Personal<Needs>>>>>,
}

/// A row in an order, with the number of its registration beside it, so that those of one registration are found without a
/// look at the rows.
pub(super) type Ordered = (u32, Arc<ListedAttendee>);

/// The rows that pass, in the order asked for.
pub(super) fn in_order<'a>(
    rows: impl Iterator<Item = &'a Arc<ListedAttendee>>,
    query: &AttendeeQuery,
    announcement: &Announcement,
) -> Vec<Ordered> {
    let passing = rows.filter(|row| query.filter.passes(row, announcement));
    let mut order: Vec<Ordered> = passing.map(|row| (row.row().number, Arc::clone(row))).collect();
    order.sort_by_cached_key(|(_, row)| Key::of(row, &query.sort, announcement));
    order
}

impl AttendeePage {
    /// Of all rows of a list.
    pub(in crate::projection) fn of_all(
        query: &AttendeeQuery,
        sheet: Sheet,
        shows: Opens,
        rows: &[Arc<ListedAttendee>],
    ) -> Result<Self, QueryError> {
        if let Some(refused) = query.tells_too_much(shows) {
            return Err(refused);
        }
        let order = in_order(rows.iter(), query, &sheet.head.announcement);
        Self::of(query, sheet, &order, |row| rows.iter().find(|known| known.cursor() == row).map(Arc::as_ref))
    }

    /// Of rows that are in order.
    pub(super) fn of<'a>(
        query: &AttendeeQuery,
        sheet: Sheet,
        order: &[Ordered],
        find: impl FnOnce(Cursor) -> Option<&'a ListedAttendee>,
    ) -> Result<Self, QueryError> {
        let offset = match query.start {
            Start::At(offset) => offset.min(order.len()),
            Start::After(row) => {
                let last = find(row).ok_or(QueryError::UnknownRow { row })?;
                let key = |row: &ListedAttendee| Key::of(row, &query.sort, &sheet.head.announcement);
                let last = key(last);
                order.partition_point(|(_, row)| key(row) <= last)
            }
        };
        let rows = order.get(offset..).unwrap_or_default();
        let rows = rows.get(..query.limit.unwrap_or(usize::MAX)).unwrap_or(rows);
        let rows = rows.iter().map(|(_, row)| Arc::clone(row)).collect();
        Ok(Self { sheet, columns: query.columns.clone(), total: order.len(), offset, rows, needs: None })
    }

    /// The rows in order.
    #[must_use]
    pub fn rows(&self) -> &[Arc<ListedAttendee>] {
        &self.rows
    }

    /// How many rows the whole answer has, of which these are some.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// How many rows of the answer come before these.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// After which row the next page begins; `None` where nothing is left, or nothing is shown.
    #[must_use]
    pub fn next(&self) -> Option<Cursor> {
        let more = self.offset.saturating_add(self.rows.len()) < self.total;
        self.rows.last().filter(|_| more).map(|row| row.cursor())
    }

    /// The columns that were asked for.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Which gathering.
    #[must_use]
    pub fn gathering(&self) -> GatheringId {
        self.sheet.head.gathering
    }

    /// The gathering's announcement as it was when the list was taken.
    #[must_use]
    pub fn announcement(&self) -> &Announcement {
        &self.sheet.head.announcement
    }

    /// The time that was asked about.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.sheet.at
    }

    /// What names were opened for; `None` where none were, or the host gave them.
    #[must_use]
    pub fn purpose(&self) -> Option<&str> {
        self.sheet.purpose.as_deref()
    }

    /// With what people need, for its columns `diet` and `access`.
    pub(crate) fn with_needs<'n>(
        mut self,
        needs: impl Fn(RegistrationId, PersonId) -> Option<&'n Opened<Needs>>,
    ) -> Self {
        let of = |row: &Arc<ListedAttendee>| {
            let needs = needs(row.row().registration, row.row().person?)?;
            Some((row.cursor(), needs.known().map(|needs| needs.expose().clone().into())))
        };
        self.needs = Some(Arc::new(self.rows.iter().filter_map(of).collect()));
        self
    }

    fn value<'a>(&'a self, row: &'a ListedAttendee, column: &Column) -> Value<'a> {
        let read = self.needs.as_ref().and_then(|needs| needs.get(&row.cursor()));
        match (read.map(|needs| needs.as_ref().map(Personal::expose)), column) {
            (Some(Some(needs)), Column::Diet) => needs.diet.as_str().into(),
            (Some(Some(needs)), Column::Access) => needs.access.as_str().into(),
            (Some(None), Column::Diet | Column::Access) => Value::Unreadable,
            (_, column) => Value::of(row, column, self.announcement()),
        }
    }

    /// What there is in the columns of a row, as a CSV file without any defence has it.
    pub fn cells<'a>(&'a self, row: &'a ListedAttendee) -> impl Iterator<Item = std::borrow::Cow<'a, str>> {
        self.columns.iter().map(|column| self.value(row, column).into_text())
    }

    fn table(&self) -> Table {
        let mut table = Table::new(self.columns.iter().map(Column::printed).collect());
        for row in &self.rows {
            let zone = self.announcement().schedule.zone();
            let cell = |column| printed(row, column, self.value(row, column), zone).into_owned();
            table.row(self.columns.iter().map(cell).collect());
        }
        table
    }
}

/// Nothing personal: who is on the page, by numbers.
impl fmt::Debug for AttendeePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttendeePage")
            .field("gathering", &self.gathering())
            .field("total", &self.total)
            .field("offset", &self.offset)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for AttendeePage {
    /// The gathering, the table, and which rows these are of how many; without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.sheet.head.heading())?;
        let table = self.table();
        if !table.is_empty() {
            writeln!(f, "{table}\n")?;
        }
        let total = counted(u64::try_from(self.total).unwrap_or(u64::MAX), "row", "rows");
        match self.rows.len() {
            shown if shown == self.total => f.write_str(&total)?,
            0 => write!(f, "none of {total}")?,
            shown => {
                let (first, last) = (self.offset.saturating_add(1), self.offset.saturating_add(shown));
                write!(f, "{first} to {last} of {total}")?;
            }
        }
        let left_out: Vec<_> = table.left_out().collect();
        if left_out.is_empty() || table.is_empty() {
            return Ok(());
        }
        write!(f, "\nno room for: {}", left_out.join(", "))
    }
}

#[derive(serde::Serialize)]
struct PageForm<'a> {
    gathering: GatheringId,
    title: &'a str,
    cancelled: bool,
    schedule: ScheduleForm,
    purpose: Option<&'a str>,
    at: DateTime<Utc>,
    total: usize,
    offset: usize,
    columns: Vec<String>,
    attendees: Vec<RowForm<'a>>,
}

/// A row with the columns' ids for keys.
struct RowForm<'a> {
    page: &'a AttendeePage,
    row: &'a ListedAttendee,
}

impl Serialize for RowForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns = &self.page.columns;
        let mut map = serializer.serialize_map(Some(columns.iter().len()))?;
        for column in columns {
            let value = self.page.value(self.row, column);
            map.serialize_entry(&column.id(), &value)?;
        }
        map.end()
    }
}

impl Serialize for AttendeePage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Sheet { head, at, .. } = &self.sheet;
        PageForm {
            gathering: head.gathering,
            title: &head.announcement.title,
            cancelled: head.cancelled,
            schedule: ScheduleForm::from(&head.announcement.schedule),
            purpose: self.purpose(),
            at: *at,
            total: self.total,
            offset: self.offset,
            columns: self.columns.iter().map(ToString::to_string).collect(),
            attendees: self.rows.iter().map(|row| RowForm { page: self, row }).collect(),
        }
        .serialize(serializer)
    }
}
