//! What is asked of an attendee list: which columns, which rows, in which order, how many at once.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

mod cell;
mod column;
mod csv;
mod filter;
mod folded;
mod kept;
mod listed;
mod page;
mod sort;

pub use column::{Column, Columns, UnknownColumn};
pub use csv::CsvForm;
pub use filter::Filter;
pub(crate) use kept::KeptList;
pub use listed::ListedAttendee;
pub(super) use listed::{Lister, Texts};
pub use page::AttendeePage;
pub(super) use page::Sheet;
pub use sort::SortKey;

/// What is asked of an [`AttendeeList`](crate::AttendeeList), exposed or not, or of a
/// [`KeptAttendeeList`](crate::KeptAttendeeList).
///
/// A new query asks for everybody who [has a place](Filter::has_place), in the order in which they joined, with a handful of
/// columns, all at once. Whatever is asked for, the last keys of the order are the registration's number and the place, so that no two
/// rows are alike and the pages of one query are the whole list, each row once.
///
/// # Example
/// ```
/// use gather::{AttendeeQuery, Desk, Filter, Gathering, PersonDetails, SortKey, Column};
///
/// let desk = Desk::in_memory();
/// let day = Gathering::webinar("Open day").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?);
/// let day = desk.announce(day)?.outcome;
/// for name in ["Zoe Miller", "ann example", "Bob Sample"] {
///     let person = desk.record_person(PersonDetails::new(name))?.outcome;
///     drop(desk.register(day, person)?);
/// }
/// let by_name = AttendeeQuery::new().columns("number, name".parse()?).sort([SortKey::ascending(Column::Name)]);
///
/// let list = desk.attendee_list(day)?;
/// assert!(list.query(&by_name).is_err()); // an order by name tells of names
/// let page = list.expose("door list").query(&by_name.clone().limit(2))?;
/// let names: Vec<_> = page.rows().iter().filter_map(|row| row.details()).map(|who| who.name.as_str()).collect();
/// assert_eq!((names, page.total()), (vec!["ann example", "Bob Sample"], 3));
///
/// let rest = list.expose("door list").query(&by_name.limit(2).after(page.next().ok_or("there is more")?))?;
/// assert_eq!(rest.rows().len(), 1);
/// let found = AttendeeQuery::new().narrow(Filter::name("mil"));
/// assert_eq!(list.expose("door list").query(&found)?.total(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttendeeQuery {
    pub(super) columns: Columns,
    pub(super) filter: Filter,
    pub(super) sort: Arc<[SortKey]>,
    start: Start,
    limit: Option<usize>,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    At(usize),
    After(Cursor),
}

impl Default for AttendeeQuery {
    fn default() -> Self {
        Self::new()
    }
}

impl AttendeeQuery {
    /// Everybody who has a place, in the order in which they joined, all at once.
    #[must_use]
    pub fn new() -> Self {
        Self { filter: Filter::has_place(), ..Self::everybody() }
    }

    /// Everybody who ever registered, whatever became of them: who stands in line, who is interested, who has cancelled. A list
    /// that has only those with a place shows these.
    #[must_use]
    pub fn everybody() -> Self {
        Self {
            columns: Columns::default(),
            filter: Filter::everybody(),
            sort: Arc::default(),
            start: Start::At(0),
            limit: None,
        }
    }

    /// Shows these columns, in this order.
    #[must_use]
    pub fn columns(mut self, columns: Columns) -> Self {
        self.columns = columns;
        self
    }

    /// Leaves out whoever does not also pass this.
    #[must_use]
    pub fn narrow(mut self, filter: Filter) -> Self {
        self.filter = self.filter.and(filter);
        self
    }

    /// Sorts by these, the first first. Rows that are alike in all of them are in the order of their numbers, then of their
    /// places.
    #[must_use]
    pub fn sort(mut self, keys: impl IntoIterator<Item = SortKey>) -> Self {
        self.sort = keys.into_iter().collect();
        self
    }

    /// Begins after so many rows; beyond the end is an empty page.
    #[must_use]
    pub fn offset(mut self, rows: usize) -> Self {
        self.start = Start::At(rows);
        self
    }

    /// Begins after a row that was shown before: with the next one, whatever came and went meanwhile. It takes the place of an
    /// [`offset`](Self::offset).
    #[must_use]
    pub fn after(mut self, row: Cursor) -> Self {
        self.start = Start::After(row);
        self
    }

    /// Shows at most so many rows; 0 is none, with the [total](AttendeePage::total) all the same.
    #[must_use]
    pub fn limit(mut self, rows: usize) -> Self {
        self.limit = Some(rows);
        self
    }

    /// What has to be opened for it.
    pub(super) fn opens(&self) -> Opens {
        let columns = self.columns.iter().chain(self.sort.iter().map(SortKey::column));
        columns.map(Opens::for_column).chain([self.filter.opens()]).fold(Opens::NOTHING, Opens::and)
    }

    /// What it tells of people that a list does not show. Columns can be asked for: they show no more than that there is something.
    fn tells_too_much(&self, shows: Opens) -> Option<QueryError> {
        let sorted =
            self.sort.iter().map(SortKey::column).find(|column| !shows.all_of(Opens::for_column(column)));
        let sorted = sorted.map(|column| QueryError::SortsByPersonal { column: column.clone() });
        sorted.or_else(|| (!shows.all_of(self.filter.opens())).then_some(QueryError::FiltersByPersonal))
    }
}

/// What of the people on a list has to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::projection) struct Opens {
    pub(super) details: bool,
    /// What was answered, and what the staff noted.
    pub(super) texts: bool,
    /// What people need: never by a list alone.
    needs: bool,
}

impl Opens {
    pub(super) const NOTHING: Self = Self { details: false, texts: false, needs: false };
    pub(super) const DETAILS: Self = Self { details: true, ..Self::NOTHING };
    pub(super) const TEXTS: Self = Self { texts: true, ..Self::NOTHING };
    const NEEDS: Self = Self { needs: true, ..Self::NOTHING };
    pub(super) const EVERYTHING: Self = Self { details: true, texts: true, needs: false };

    fn for_column(column: &Column) -> Self {
        if matches!(column, Column::Answer(_) | Column::Note) {
            return Self::TEXTS;
        }
        if matches!(column, Column::Diet | Column::Access) {
            return Self::NEEDS;
        }
        if column.is_personal() { Self::DETAILS } else { Self::NOTHING }
    }

    fn and(self, other: Self) -> Self {
        Self {
            details: self.details || other.details,
            texts: self.texts || other.texts,
            needs: self.needs || other.needs,
        }
    }

    fn all_of(self, other: Self) -> bool {
        self.and(other) == self
    }
}

/// A row of a list, to go on after: nothing personal, and good for as long as the gathering is. As text it is `12/1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a host keeps its two numbers between two pages")]
pub struct Cursor {
    /// The registration's number within the gathering.
    pub number: u32,
    /// The place within the party.
    pub place: u32,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.place)
    }
}

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (number, place) = text.split_once('/').ok_or(NotACursor)?;
        let parse = |text: &str| text.parse().ok();
        Ok(Self { number: parse(number).ok_or(NotACursor)?, place: parse(place).ok_or(NotACursor)? })
    }
}

/// A text that is no [`Cursor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a row of a list: two numbers are expected, as in 12/1")]
#[non_exhaustive]
pub struct NotACursor;

/// What a list cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// An order by what is personal, asked of a list that was not exposed.
    #[error(
        "a list is sorted by {column} after expose(purpose) only, since the order tells of what is personal"
    )]
    SortsByPersonal {
        /// By what.
        column: Column,
    },
    /// A filter by what is personal, asked of a list that was not exposed.
    #[error(
        "a list is searched for what is personal after expose(purpose) only, since who is found tells of it"
    )]
    FiltersByPersonal,
    /// A page after a row that the list never had.
    #[error("the list has no row {row} to go on after")]
    UnknownRow {
        /// Which.
        row: Cursor,
    },
}
