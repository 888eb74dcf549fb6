//! A list as a file: RFC 4180, and no cell that a spreadsheet would take for a formula.

use std::borrow::Cow;
use std::io::{self, Write};

use super::page::AttendeePage;
use crate::text::shows_nothing;

/// How a list is written as CSV.
///
/// Spreadsheets take a cell for a formula that begins with `=`, `+`, `-` or `@`, and whoever registers chooses what their name begins
/// with. So [`for_spreadsheets`](Self::for_spreadsheets) puts an apostrophe before every cell whose first character, blanks and
/// characters that take no room aside, is one of these, their full-width forms, a tab, a carriage return or a line feed; and before
/// every cell that begins with an apostrophe. Nothing is lost: whoever reads such a file takes **one** apostrophe away from each
/// cell that begins with one, and has what there was ([`refined`](Self::refined) does).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsvForm {
    defused: bool,
    byte_order_mark: bool,
}

impl CsvForm {
    /// For people who open it in a spreadsheet.
    #[must_use]
    pub const fn for_spreadsheets() -> Self {
        Self { defused: true, byte_order_mark: false }
    }

    /// For machines: every cell as it is. **Nobody should open it in a spreadsheet.**
    #[must_use]
    pub const fn raw() -> Self {
        Self { defused: false, byte_order_mark: false }
    }

    /// Begins with a byte order mark, by which some spreadsheets know that it is UTF-8. Other readers take it for a part of the
    /// first column's name.
    #[must_use]
    pub const fn byte_order_mark(mut self) -> Self {
        self.byte_order_mark = true;
        self
    }

    /// A cell of a file for spreadsheets as it was before it was defused.
    ///
    /// # Example
    /// ```
    /// use gather::CsvForm;
    ///
    /// assert_eq!(CsvForm::refined("'=1+1"), "=1+1");
    /// assert_eq!(CsvForm::refined("''tis Ann"), "'tis Ann");
    /// assert_eq!(CsvForm::refined("Ann"), "Ann");
    /// ```
    #[must_use]
    pub fn refined(cell: &str) -> &str {
        cell.strip_prefix('\'').unwrap_or(cell)
    }

    fn cell(self, text: Cow<'_, str>) -> Cow<'_, str> {
        let text = if self.defused { defused(text) } else { text };
        if text.contains(['"', ',', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
            return format!("\"{}\"", text.replace('"', "\"\"")).into();
        }
        text
    }
}

fn defused(text: Cow<'_, str>) -> Cow<'_, str> {
    let first = text.chars().find(|c| matches!(c, '\t' | '\r' | '\n') || !shows_nothing(*c));
    let dangerous = first
        .is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' | '\r' | '\n'));
    if dangerous || text.starts_with('\'') { format!("'{text}").into() } else { text }
}

impl AttendeePage {
    /// Writes the rows as CSV by RFC 4180: UTF-8, a header of the columns' [ids](super::Column::id), lines that end with CRLF,
    /// cells in quotes where they need them. Each row is written as it is made, so a list of any length takes no memory for it: hand
    /// in something buffered.
    ///
    /// Times are RFC 3339 in UTC, `uncounted` is yes or no, and what is unknown, erased or unreadable is empty. A list
    /// that was not exposed has `[personal]` where there may be something.
    ///
    /// # Errors
    /// Whatever the writer says; a part may have been written.
    ///
    /// # Example
    /// ```
    /// use gather::{AttendeeQuery, CsvForm, Desk, Gathering, PersonDetails};
    ///
    /// let desk = Desk::in_memory();
    /// let day = Gathering::webinar("Open day").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?);
    /// let day = desk.announce(day)?.outcome;
    /// for name in ["=1+1", "O\"Neil, Ann"] {
    ///     let person = desk.record_person(PersonDetails::new(name))?.outcome;
    ///     drop(desk.register(day, person)?);
    /// }
    /// let query = AttendeeQuery::new().columns("number, name, state".parse()?);
    /// let page = desk.attendee_list(day)?.expose("badges").query(&query)?;
    ///
    /// let mut file = Vec::new();
    /// page.write_csv(&mut file, CsvForm::for_spreadsheets())?;
    /// let expected = "number,name,state\r\n1,'=1+1,confirmed\r\n2,\"O\"\"Neil, Ann\",confirmed\r\n";
    /// assert_eq!(String::from_utf8(file)?, expected);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_csv(&self, mut out: impl Write, form: CsvForm) -> io::Result<()> {
        if form.byte_order_mark {
            out.write_all("\u{FEFF}".as_bytes())?;
        }
        write_line(&mut out, form, self.columns.iter().map(super::Column::id))?;
        self.rows().iter().try_for_each(|row| write_line(&mut out, form, self.cells(row)))?;
        out.flush()
    }
}

fn write_line<'a>(
    out: &mut impl Write,
    form: CsvForm,
    cells: impl Iterator<Item = Cow<'a, str>>,
) -> io::Result<()> {
    let mut cells = cells.map(|cell| form.cell(cell)).peekable();
    let first = cells.next().unwrap_or_default();
    // A line with nothing on it is no row to most readers.
    let is_bare = first.is_empty() && cells.peek().is_none();
    out.write_all(if is_bare { b"\"\"" } else { first.as_bytes() })?;
    for cell in cells {
        out.write_all(b",")?;
        out.write_all(cell.as_bytes())?;
    }
    out.write_all(b"\r\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cell(text: &str) -> String {
        CsvForm::for_spreadsheets().cell(text.into()).into_owned()
    }

    #[test]
    fn no_cell_begins_a_formula() {
        for text in [
            "=1+1",
            "+44 20",
            "-5",
            "@SUM(A1)",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "  =1",
            "\u{200B}=1",
            "\u{3000}=1",
        ] {
            assert!(cell(text).trim_start_matches('"').starts_with('\''), "{text:?} became {:?}", cell(text));
            assert!(!CsvForm::raw().cell(text.into()).contains('\''), "{text:?}");
        }
        assert_eq!(cell("\t=1"), "'\t=1");
        assert_eq!(cell("\n=1"), "\"'\n=1\"");
        for harmless in ["Ann", "1-1", "a=b", "", "王小明", "(+44)"] {
            assert_eq!(cell(harmless), harmless);
        }
    }

    proptest! {
        /// Whoever takes one apostrophe away has what there was.
        #[test]
        fn what_was_defused_can_be_told(text in prop_oneof!["['=+@ \t\n-]{0,4}", ".{0,6}"]) {
            let defused = defused(text.as_str().into());
            prop_assert_eq!(CsvForm::refined(&defused), &text);
            let first = defused.trim_start().chars().next();
            prop_assert!(!first.is_some_and(|c| "=+-@".contains(c)), "{:?}", defused);
        }
    }
}
