//! Tables for people to read: columns aligned by what a terminal shows, within 80 columns.

use std::borrow::Cow;
use std::fmt;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::text::is_forbidden;

/// How many columns a printed line may take.
pub(crate) const WIDTH: usize = 80;

/// No column is cut shorter than this, so that what is left still tells something.
const NARROWEST: usize = 6;

const GAP: &str = "  ";
const ZERO_WIDTH_JOINER: char = '\u{200D}';

/// One column of a table.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    title: Cow<'static, str>,
    to_the_right: bool,
    /// How much of a narrow table it is worth, beside the others; 0 is never cut.
    share: usize,
}

impl Column {
    /// Text that may be cut where the table is too wide.
    pub(crate) fn text(title: impl Into<Cow<'static, str>>) -> Self {
        let title = match title.into() {
            title if title.contains(is_forbidden) => harmless(title.into_owned()).into(),
            title => title,
        };
        Self { title, to_the_right: false, share: 1 }
    }

    /// Text that tells what the row is about: where the table is too wide it keeps twice as much as other texts.
    pub(crate) const fn subject(title: &'static str) -> Self {
        Self { title: Cow::Borrowed(title), to_the_right: false, share: 2 }
    }

    /// Text that is useless when cut: an id, a date.
    pub(crate) fn whole(title: impl Into<Cow<'static, str>>) -> Self {
        Self { title: title.into(), to_the_right: false, share: 0 }
    }

    /// A number, which stands to the right and is never cut.
    pub(crate) const fn number(title: &'static str) -> Self {
        Self { title: Cow::Borrowed(title), to_the_right: true, share: 0 }
    }
}

/// Rows of cells below a row of titles.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without a row.
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row: one cell for each column, in their order.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells.into_iter().map(harmless).collect());
    }

    /// Whether it has no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The titles of the columns for which there is no room: those to the right.
    pub(crate) fn left_out(&self) -> impl Iterator<Item = &str> {
        let shown = self.fitting(&self.natural());
        self.columns.iter().skip(shown).map(|column| column.title.as_ref())
    }

    /// How wide each column would be.
    fn natural(&self) -> Vec<usize> {
        let natural = self.columns.iter().enumerate().map(|(n, column)| {
            let cells = self.rows.iter().filter_map(|row| row.get(n)).map(|cell| cell.width());
            cells.max().unwrap_or(0).max(column.title.width())
        });
        natural.collect()
    }

    /// How many columns fit, each as narrow as can be; the first always.
    fn fitting(&self, natural: &[usize]) -> usize {
        let narrow = natural
            .iter()
            .zip(&self.columns)
            .map(|(width, column)| if column.share > 0 { *width.min(&NARROWEST) } else { *width });
        let ends = narrow.scan(0, |end, width| {
            let begin = if *end == 0 { 0 } else { *end + GAP.len() };
            *end = begin + width;
            Some(*end)
        });
        ends.take_while(|end| *end <= WIDTH).count().max(1)
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths = self.natural();
        widths.truncate(self.fitting(&widths));
        let gaps = GAP.len() * widths.len().saturating_sub(1);
        let mut excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(WIDTH);
        while excess > 0 {
            let Some(widest) = self.first_to_shrink(&mut widths) else { break };
            *widest -= 1;
            excess -= 1;
        }
        widths
    }

    /// The widest, measured by what each column is worth.
    fn first_to_shrink<'a>(&self, widths: &'a mut [usize]) -> Option<&'a mut usize> {
        let pairs = widths.iter_mut().zip(&self.columns);
        let candidates = pairs.filter(|(width, column)| column.share > 0 && **width > NARROWEST);
        candidates.max_by_key(|(width, column)| **width / column.share.max(1)).map(|(width, _)| width)
    }
}

impl fmt::Display for Table {
    /// Lines without blanks at their ends, parted by line breaks; no break after the last.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let titles = self.columns.iter().map(|column| column.title.as_ref());
        f.write_str(&line(&self.columns, &widths, titles))?;
        self.rows.iter().try_for_each(|row| {
            let cells = row.iter().map(String::as_str);
            write!(f, "\n{}", line(&self.columns, &widths, cells))
        })
    }
}

fn line<'a>(columns: &[Column], widths: &[usize], cells: impl Iterator<Item = &'a str>) -> String {
    let mut line = String::with_capacity(WIDTH);
    for ((cell, column), &width) in cells.zip(columns).zip(widths) {
        let cell = fit(cell, width);
        let blanks = " ".repeat(width.saturating_sub(cell.width()));
        let (before, after) = if column.to_the_right { (blanks.as_str(), "") } else { ("", blanks.as_str()) };
        line.extend([before, &cell, after, GAP]);
    }
    line.truncate(line.trim_end().len());
    line
}

/// Cuts a text to a display width, with an ellipsis in place of what is lost. What is seen as one character stays one, or goes.
pub(crate) fn fit(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let ends = text.grapheme_indices(true).map(|(at, grapheme)| at + grapheme.len());
    let prefixes = ends.filter_map(|end| text.get(..end));
    let kept = prefixes.take_while(|prefix| prefix.width() < width).last().unwrap_or_default();
    // A joiner left at the end would draw the ellipsis into the emoji before it.
    let kept = kept.trim_end_matches([ZERO_WIDTH_JOINER, ' ']);
    Cow::Owned(format!("{kept}…"))
}

/// Names that a host brings were not checked on the way into the log, and a line break or an escape would tear
/// the table.
fn harmless(cell: String) -> String {
    if cell.contains(is_forbidden) { cell.replace(is_forbidden, "\u{FFFD}") } else { cell }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_are_aligned_by_what_is_seen() {
        let mut table = Table::new(vec![Column::number("No."), Column::text("Name"), Column::whole("Since")]);
        for (number, name) in [("1", "王小明"), ("12", "Zoe\u{308} Müller"), ("3", "Ann")] {
            table.row(vec![number.into(), name.into(), "2026-03-05".into()]);
        }
        let expected = "\
No.  Name        Since
  1  王小明      2026-03-05
 12  Zoe\u{308} Müller  2026-03-05
  3  Ann         2026-03-05";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn the_widest_text_is_cut_first_and_ids_never() {
        let mut table = Table::new(vec![Column::whole("Id"), Column::text("A"), Column::text("B")]);
        table.row(vec!["i".repeat(36), "a".repeat(100), "short".into()]);
        let expected = format!("{}  {}…  short", "i".repeat(36), "a".repeat(34));
        assert_eq!(table.to_string().lines().nth(1).unwrap(), expected);
    }

    #[test]
    fn a_cut_keeps_marks_with_their_letters() {
        assert_eq!(fit("e\u{301}e\u{301}e\u{301}e\u{301}", 3), "e\u{301}e\u{301}…");
        assert_eq!(fit("王小明", 4), "王…");
        assert_eq!(fit("👩\u{200D}🚒👩\u{200D}🚒", 3), "👩\u{200D}🚒…");
        assert_eq!(fit("two words", 5), "two…");
        assert_eq!(fit("exact", 5), "exact");
    }

    #[test]
    fn a_line_break_in_a_cell_tears_nothing() {
        let mut table = Table::new(vec![Column::text("Name")]);
        table.row(vec!["two\nlines\u{1b}[2J".into()]);
        assert_eq!(table.to_string(), "Name\ntwo\u{FFFD}lines\u{FFFD}[2J");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_a_terminal(rows in prop::collection::vec([".{0,90}", ".{0,90}", ".{0,90}"], 0..5)) {
            let mut table = Table::new(vec![Column::text("A"), Column::text("B"), Column::text("C")]);
            let count = rows.len();
            for row in rows {
                table.row(row.to_vec());
            }
            let printed = table.to_string();
            prop_assert_eq!(printed.split('\n').count(), count + 1);
            for line in printed.split('\n') {
                prop_assert!(line.width() <= WIDTH, "{} columns: {line:?}", line.width());
            }
        }
    }
}
