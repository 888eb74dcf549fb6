//! A file as it is read: its date, and JSON that nobody has left two versions in.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Map, Value};

use crate::problem::legible;

/// A file of JSON.
pub(crate) struct Source {
    path: PathBuf,
    /// Its name, without the folders.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) json: Value,
}

impl Source {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let named = |problem: String| format!("{}: {problem}", path.display());
        let bytes = fs::read(path).map_err(|error| named(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|error| named(format!("it is not UTF-8: {error}")))?;
        let text = text.trim_start_matches('\u{FEFF}');
        check_markers(text).map_err(named)?;
        let json = serde_json::from_str(text);
        let json = json.map_err(|error| named(format!("it is not JSON: {error}")))?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { path: path.to_owned(), name, json })
    }

    /// A list in it, by its key.
    pub(crate) fn list(&self, key: &str) -> Option<&Vec<Value>> {
        self.json.get(key)?.as_array()
    }

    /// When the file was taken: the first instant of the day that its name begins with.
    pub(crate) fn taken(&self) -> Option<DateTime<Utc>> {
        let date = NaiveDate::parse_from_str(self.name.get(..10)?, "%Y-%m-%d").ok()?;
        Some(midnight(date))
    }

    /// Something that is wrong with the file as a whole.
    pub(crate) fn problem(&self, what: impl std::fmt::Display) -> String {
        format!("{}: {what}", self.path.display())
    }
}

/// The first instant of a day, in UTC.
pub(crate) fn midnight(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc()
}

/// Refuses a text in which a merge has left two versions. Said before JSON is tried, whose complaint would be about a
/// character.
fn check_markers(text: &str) -> Result<(), String> {
    let marked = (1..).zip(text.lines()).filter(|(_, line)| is_marker(line));
    let marked: Vec<_> = marked.take(4).collect();
    let Some((first, line)) = marked.first() else { return Ok(()) };
    let lines: Vec<String> = marked.iter().map(|(number, _)| number.to_string()).collect();
    Err(format!(
        "line {first} is a merge-conflict marker, {}{}: a merge has left two versions in the file (lines {}); \
         decide which holds, and take the markers out",
        legible(line),
        title_above(text, line),
        lines.join(", "),
    ))
}

/// What a line begins with where a merge has left two versions. In a text it can be an underline, so `=======` alone
/// is no marker.
pub(crate) fn is_marker(line: &str) -> bool {
    ["<<<<<<<", ">>>>>>>", "|||||||"].iter().any(|marker| {
        let rest = line.strip_prefix(marker);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    })
}

/// The last title before a line, to find the place by.
fn title_above(text: &str, line: &str) -> String {
    let above = text.find(line).and_then(|at| text.get(..at)).unwrap_or_default();
    let title = above.rsplit_once("\"title\"").map(|(_, rest)| rest.trim_start().trim_start_matches(':'));
    let title = title.and_then(|rest| serde_json::Deserializer::from_str(rest).into_iter::<String>().next());
    match title {
        Some(Ok(title)) => format!(", after the title {}", legible(&title)),
        Some(Err(_)) | None => String::new(),
    }
}

/// The named values of one row.
pub(crate) struct Row<'v>(&'v Map<String, Value>);

impl<'v> Row<'v> {
    /// A row, if that is what it is.
    pub(crate) fn of(value: &'v Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    /// A value that is there; nothing is as good as none.
    pub(crate) fn value(&self, field: &str) -> Option<&'v Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    /// A text that must be there.
    pub(crate) fn text(&self, field: &str) -> Result<&'v str, String> {
        let value = self.value(field).ok_or_else(|| format!("`{field}` is missing"))?;
        let text = value.as_str().ok_or_else(|| format!("`{field}` is no text"))?;
        match text.lines().find(|line| is_marker(line)) {
            Some(line) => Err(format!("`{field}` has a merge-conflict marker, {}", legible(line))),
            None => Ok(text),
        }
    }

    /// A text that may be missing, and is empty then.
    pub(crate) fn optional_text(&self, field: &str) -> Result<&'v str, String> {
        if self.value(field).is_none() { Ok("") } else { self.text(field) }
    }

    /// A day that must be there.
    pub(crate) fn day(&self, field: &str) -> Result<NaiveDate, String> {
        let text = self.text(field)?;
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d");
        day.map_err(|error| format!("`{field}` is {}, which is no day: {error}", legible(text)))
    }
}
