//! Lines read one after the other, each batch checked by its place and, in the end, all of them by the chain.

use std::io::{self, BufRead, Read};

use serde_json::Value;

use super::line::{AnyHeader, FORMAT, HeadLine, HeaderLine, RecordLine, VERSION, batch};
use super::read;
use crate::id::LogId;
use crate::log::error::{Error, Kind};
use crate::log::raw;
use crate::record::{Anchor, Chain, Position};

/// The longest line that is read, in bytes: far more than the largest batch takes.
const LINE_LIMIT: u64 = 256 * 1024 * 1024;

/// The lines of an exported log.
pub(super) struct Lines<'a, R> {
    input: &'a mut R,
    header: HeaderLine,
    at: Anchor,
    /// Which line was asked for last.
    number: u64,
    ended: bool,
}

/// A batch that was read, and the place behind it.
pub(super) struct ReadBatch {
    pub(super) bytes: Vec<u8>,
    pub(super) behind: Anchor,
}

impl<'a, R: BufRead> Lines<'a, R> {
    /// Reads the first line.
    pub(super) fn begin(input: &'a mut R) -> Result<Self, Error> {
        let header = first_line(input).and_then(|line| header(&line)).map_err(|error| at_line(error, 1))?;
        let at = Anchor { log: header.log, position: Position::START, chain: Chain::genesis(header.log) };
        Ok(Self { input, header, at, number: 1, ended: false })
    }

    pub(super) fn log(&self) -> LogId {
        self.header.log
    }

    /// How many records there are to be.
    pub(super) fn total(&self) -> u64 {
        self.header.records
    }

    /// The place behind the last batch that was read.
    pub(super) fn at(&self) -> Anchor {
        self.at
    }

    /// The next batch; `None` when the last line was read and all of them add up to it.
    pub(super) fn batch(&mut self) -> Result<Option<ReadBatch>, Error> {
        self.read_batch().map_err(|error| at_line(error, self.number))
    }

    fn read_batch(&mut self) -> Result<Option<ReadBatch>, Error> {
        let line = self.line()?;
        let first: RecordLine<Value> = match (read(&line), serde_json::from_str::<HeadLine>(&line)) {
            (Ok(record), _) => record,
            (Err(_), Ok(last)) => return self.end(&last).map(|()| None),
            (Err(error), Err(_)) => return Err(error),
        };
        self.check_place(&first, 1, first.of)?;
        let of = first.of;
        let mut lines = vec![first];
        for nth in 2..=of {
            let line = self.line()?;
            let record: RecordLine<Value> = read(&line)?;
            self.check_place(&record, nth, of)?;
            lines.push(record);
        }
        let facts = lines.len();
        let bytes = batch(lines)?.bytes()?;
        self.at = raw::behind(self.at, &bytes, facts);
        Ok(Some(ReadBatch { bytes, behind: self.at }))
    }

    fn line(&mut self) -> Result<String, Error> {
        self.next_line()?
            .ok_or_else(|| Error::new(Kind::Corrupt, "the file ends before its last line: it was cut"))
    }

    /// Counts the line before it is looked at, so that an error names the one that cannot be read or is missing.
    fn next_line(&mut self) -> Result<Option<String>, Error> {
        self.number = self.number.saturating_add(1);
        next_line(self.input)
    }

    fn check_place(&self, record: &RecordLine<Value>, nth: u32, of: u32) -> Result<(), Error> {
        let before = usize::try_from(nth).unwrap_or(usize::MAX);
        let position = self.at.position.plus(before);
        if record.position == position && record.nth == nth && record.of == of {
            return Ok(());
        }
        let what = format!("here belongs record {position}, number {nth} of its batch");
        Err(Error::new(Kind::Corrupt, what))
    }

    fn end(&mut self, last: &HeadLine) -> Result<(), Error> {
        if self.ended || !last.is(self.at) || self.at.position.get() != self.header.records {
            return Err(Error::new(Kind::Corrupt, "the records are not those that the last line stands for"));
        }
        self.ended = true;
        match self.next_line()? {
            None => Ok(()),
            Some(_) => Err(Error::new(Kind::Corrupt, "lines follow the last one")),
        }
    }
}

/// What the input is at fault for is not the fault of a line.
fn at_line(error: Error, line: u64) -> Error {
    if error.is_unavailable() { error } else { error.at_line(line) }
}

/// The first line. What is no line at all is not the first one of an exported log.
fn first_line(input: &mut impl BufRead) -> Result<String, Error> {
    match next_line(input) {
        Ok(Some(line)) => Ok(line),
        Ok(None) => Err(Error::new(Kind::NotALog, "the file is empty")),
        Err(error) if error.is_corrupt() => Err(not_exported().because(error)),
        Err(error) => Err(error),
    }
}

fn not_exported() -> Error {
    Error::new(Kind::NotALog, "the file is no exported log")
}

fn header(line: &str) -> Result<HeaderLine, Error> {
    let AnyHeader { format, version } =
        serde_json::from_str(line).map_err(|cause| not_exported().because(cause))?;
    if format != FORMAT {
        return Err(not_exported());
    }
    if version != VERSION {
        let what =
            format!("the lines have version {version}; this version of the crate reads version {VERSION}");
        return Err(Error::new(Kind::Newer, what));
    }
    read(line)
}

/// The next line that says something.
fn next_line(input: &mut impl BufRead) -> Result<Option<String>, Error> {
    let mut line = String::new();
    let read = input.take(LINE_LIMIT).read_line(&mut line).map_err(not_read)?;
    if read == 0 {
        return Ok(None);
    }
    if !line.ends_with('\n') && u64::try_from(read).is_ok_and(|read| read >= LINE_LIMIT) {
        return Err(Error::new(Kind::Corrupt, "a line is longer than any that is written"));
    }
    Ok(Some(line))
}

pub(super) fn not_read(cause: io::Error) -> Error {
    if cause.kind() == io::ErrorKind::InvalidData {
        return Error::new(Kind::Corrupt, "a line is no text").because(cause);
    }
    Error::unavailable("the lines cannot be read").because(cause)
}

/// A pipe goes by once.
pub(super) fn not_read_again(cause: io::Error) -> Error {
    let what = "the lines are read twice, and what they come from cannot go back; give a file of them";
    Error::unavailable(what).because(cause)
}
