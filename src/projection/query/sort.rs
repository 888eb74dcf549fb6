//! In which order a list is: by columns, the number and the place last.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::cell::Value;
use super::column::{Column, UnknownColumn};
use super::folded::Folded;
use super::listed::ListedAttendee;
use crate::fact::Announcement;

/// A column to sort by, up or down.
///
/// Numbers and times are sorted as such, everything else as text: without regard to case, then by Unicode scalar value, the same
/// everywhere and in no language's own order (`é` comes after `z`). For that each character is turned into upper case and then
/// into lower case, so `ß` is as `ss`. Names are sorted as they are written, from their first word on. Cells that are empty come last, up or
/// down; a guest who is not named comes where whoever booked does.
///
/// As text it is the column's id, with a `-` before it for down: `-since`.
///
/// # Example
/// ```
/// use gather::{Column, SortKey};
///
/// assert_eq!("-booked_at".parse(), Ok(SortKey::descending(Column::BookedAt)));
/// assert_eq!(SortKey::ascending(Column::Name).to_string(), "name");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    column: Column,
    descending: bool,
}

impl SortKey {
    /// From the smallest, the earliest, the first letter.
    #[must_use]
    pub fn ascending(column: Column) -> Self {
        Self { column, descending: false }
    }

    /// From the largest, the latest, the last letter.
    #[must_use]
    pub fn descending(column: Column) -> Self {
        Self { column, descending: true }
    }

    /// By what.
    #[must_use]
    pub fn column(&self) -> &Column {
        &self.column
    }

    /// Whether it goes down.
    #[must_use]
    pub fn is_descending(&self) -> bool {
        self.descending
    }

    fn part(&self, listed: &ListedAttendee, announcement: &Announcement) -> Part {
        let known = if self.column == Column::Name {
            listed.name_key().cloned().map(Sorted::Text)
        } else {
            Sorted::of(Value::of(listed, &self.column, announcement))
        };
        match known {
            None => Part::Missing,
            Some(known) if self.descending => Part::Down(Reverse(known)),
            Some(known) => Part::Up(known),
        }
    }
}

impl fmt::Display for SortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.column)
    }
}

impl FromStr for SortKey {
    type Err = UnknownColumn;

    fn from_str(text: &str) -> Result<Self, UnknownColumn> {
        let text = text.trim();
        match text.strip_prefix('-') {
            Some(column) => Ok(Self::descending(column.parse()?)),
            None => Ok(Self::ascending(text.parse()?)),
        }
    }
}

/// Where a row stands in an order. No two rows of a gathering have the same.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    parts: Vec<Part>,
    number: u32,
    place: u32,
}

/// What a row has in one of the columns: of one column only one of the first two comes up.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Up(Sorted),
    Down(Reverse<Sorted>),
    Missing,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Sorted {
    Flag(bool),
    Number(u64),
    Time(DateTime<Utc>),
    Text(Folded),
}

impl Sorted {
    fn of(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Nothing | Value::Hidden | Value::Unreadable => None,
            Value::Text(text) => Some(Self::Text(Folded::of(&text))),
            Value::Number(number) => Some(Self::Number(number)),
            Value::Time(time) => Some(Self::Time(time)),
            Value::Flag(flag) => Some(Self::Flag(flag)),
        }
    }
}

impl Key {
    pub(super) fn of(listed: &ListedAttendee, sort: &[SortKey], announcement: &Announcement) -> Self {
        let row = listed.row();
        let parts = sort.iter().map(|key| key.part(listed, announcement)).collect();
        Self { parts, number: row.number, place: row.place }
    }
}
