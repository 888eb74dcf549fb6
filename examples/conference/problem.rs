//! What is wrong with a file, session by session, in words for whoever keeps the file.

use std::fmt::{self, Display, Write};

use gather::SessionId;
use uuid::Uuid;

/// How many problems of a file are listed; the rest is counted.
const SHOWN: usize = 20;

/// How many characters of a title or a name are shown: enough to find it by.
const LEGIBLE: usize = 60;

/// One row of a file that is not taken.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// Which row of the list, from 1.
    pub(crate) row: usize,
    /// The id that the row has, where it can be read.
    pub(crate) id: Option<Uuid>,
    /// Its title or name, where it has one.
    pub(crate) title: String,
    /// What is wrong.
    pub(crate) what: String,
}

impl Problem {
    /// The session, where its id can be read.
    pub(crate) fn session(&self) -> Option<SessionId> {
        self.id.map(SessionId::from_uuid)
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.row)?;
        if !self.title.is_empty() {
            write!(f, ", {}", legible(&self.title))?;
        }
        if let Some(id) = self.id {
            write!(f, " ({id})")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// The beginning of a text in quotes, with nothing in it that a terminal would obey.
pub(crate) fn legible(text: &str) -> String {
    let mut shown: String = text.chars().take(LEGIBLE).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

/// All problems of a file, in the order of its rows.
pub(crate) fn listed(file: &str, noun: &str, verdict: &str, problems: &[Problem]) -> String {
    let mut rows: Vec<usize> = problems.iter().map(|problem| problem.row).collect();
    rows.sort_unstable();
    rows.dedup();
    let mut text = format!("{file}: {} {verdict}:\n", counted(rows.len(), noun));
    let mut problems: Vec<&Problem> = problems.iter().collect();
    problems.sort_by_key(|problem| problem.row);
    for problem in problems.iter().take(SHOWN) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {noun} {problem}");
    }
    match problems.len().saturating_sub(SHOWN) {
        0 => {}
        more => {
            let _ = writeln!(text, "  and {} more", grouped(more));
        }
    }
    text
}

/// A number with its noun: `1,063 sessions`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// A number with its thousands set apart.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
