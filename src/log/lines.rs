//! A log as lines of JSON, one for each record, to be read with other tools; and back, byte for byte.
//!
//! `docs/json-lines.md` says what a line holds.

use std::io::{BufRead, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::copy::{PAGE, another_past, check_same_log};
use super::error::{Error, Kind};
use super::raw;
use super::wire::ReadableBatch;
#[cfg(feature = "file")]
use super::{FileLog, new_folder};
use super::{Log, Progress};
use crate::id::LogId;
use crate::record::{Anchor, Chain, Position};

mod line;
mod reading;

use line::{HeadLine, HeaderLine, RecordLine};
use reading::Lines;

/// The most bytes that are stored with one sync.
const GROUP: usize = 4 * 1024 * 1024;

/// Writes a log as JSON Lines: a line that says which log it is, one for each record, and one that says where it ends.
///
/// All that was in the log when the call began is written; what is personal is sealed there as it is in the log. Each
/// batch is turned back into bytes before its lines are written, so what is written is known to say it all. Progress
/// counts positions. Write to something buffered; it is flushed in the end.
///
/// Returns where the export ends.
///
/// # Errors
/// The log cannot be read; [`Error::is_corrupt`]: a batch has bytes that no version of this crate writes; or
/// [`Error::is_unavailable`]: what was given to write to fails. Half of the lines may be written then, and without the
/// last one nobody takes them for the whole.
///
/// ```
/// use std::io::Cursor;
///
/// use gather::log::{Batch, Guard, Log, MemoryLog, Scope, export, import};
/// use gather::{Fact, GatheringId, LogId, Position, RequestId};
///
/// let log = MemoryLog::with_id(LogId::from_u128(7));
/// let batch = Batch {
///     id: RequestId::from_u128(1),
///     time: chrono::DateTime::UNIX_EPOCH,
///     actor: None,
///     trace: None,
///     content: None,
///     guard: Guard { seen: Position::START, scope: Scope::everything() },
///     facts: vec![Fact::BookingOpened { gathering: GatheringId::from_u128(2) }],
/// };
/// log.append(&[batch])?;
/// let mut lines = Vec::new();
/// export(&log, &mut lines, &mut |_| ())?;
/// assert!(String::from_utf8_lossy(&lines).contains(r#""fact":"booking_opened""#));
///
/// let again = MemoryLog::with_id(LogId::from_u128(7));
/// assert_eq!(import(Cursor::new(lines), &again, &mut |_| ())?, log.anchor()?);
/// # Ok::<(), gather::log::Error>(())
/// ```
pub fn export(
    log: &dyn Log,
    mut out: impl Write,
    progress: &mut dyn FnMut(Progress),
) -> Result<Anchor, Error> {
    let head = log.anchor()?;
    put(&mut out, &HeaderLine::of(head))?;
    let mut at = Anchor { position: Position::START, chain: Chain::genesis(head.log), ..head };
    progress(Progress::new(0, head.position.get()));
    while at.position < head.position {
        let page = log.read_raw(at.position, PAGE)?;
        for bytes in &page.batches {
            if at.position < head.position {
                at = put_batch(&mut out, at, bytes).map_err(|error| error.at_position(at.position.next()))?;
            }
        }
        progress(Progress::new(at.position.get(), head.position.get()));
    }
    if at != head {
        let what = "the chain of the log is not that of its batches";
        return Err(Error::new(Kind::Corrupt, what).at_position(at.position));
    }
    put(&mut out, &HeadLine::of(at))?;
    out.flush().map_err(not_written)?;
    Ok(at)
}

/// Writes the lines of a batch, and gives the place behind it.
fn put_batch(out: &mut impl Write, at: Anchor, bytes: &[u8]) -> Result<Anchor, Error> {
    let batch = ReadableBatch::of_bytes(bytes)?;
    let facts = batch.facts.len();
    let lines: Vec<String> =
        RecordLine::all(batch, at.position.next()).iter().map(text).collect::<Result<_, _>>()?;
    let read: Vec<RecordLine<Value>> = lines.iter().map(|line| read(line)).collect::<Result<_, _>>()?;
    if line::batch(read)?.bytes()? != bytes {
        return Err(Error::new(Kind::Corrupt, "a batch has bytes that no version of this crate writes"));
    }
    lines.iter().try_for_each(|line| put_text(out, line))?;
    Ok(raw::behind(at, bytes, facts))
}

fn put<T: Serialize>(out: &mut impl Write, line: &T) -> Result<(), Error> {
    put_text(out, &text(line)?)
}

fn put_text(out: &mut impl Write, line: &str) -> Result<(), Error> {
    writeln!(out, "{line}").map_err(not_written)
}

fn text<T: Serialize>(line: &T) -> Result<String, Error> {
    serde_json::to_string(line).map_err(|cause| Error::corrupt("a line cannot be written").because(cause))
}

fn read<'a, T: Deserialize<'a>>(line: &'a str) -> Result<T, Error> {
    serde_json::from_str(line)
        .map_err(|cause| Error::corrupt("the line is none of an exported log").because(cause))
}

fn not_written(cause: std::io::Error) -> Error {
    Error::unavailable("the lines cannot be written").because(cause)
}

/// Reads what [`export`] wrote into a log, which then has the same chain: the same batches, with the same bytes.
///
/// The target is as for [`copy`](super::copy): a log that has nothing yet, made with the id of the one that was exported
/// ([`exported_id`] tells it), or one that holds the beginning of it. The lines are read twice: nothing is stored unless all of
/// them are there and right. Progress counts positions, those of the first reading and those that are stored.
///
/// Returns where the log ends then: at the end of what was exported.
///
/// # Errors
/// Each names the line that it is about. [`Error::is_not_a_log`]: the first line is not that of an exported log, or no text.
/// [`Error::is_newer`]: a newer version wrote it. [`Error::is_corrupt`]: a line is not what was written, or the last one is
/// missing. [`Error::is_diverged`]: the target is another log, or holds what the lines do not say. Nothing is stored then.
/// Otherwise the input cannot be read, or not twice, as a pipe cannot, or it changed meanwhile, or the target could not do
/// its work; that holds whole batches from the first on, and the same lines may be imported again.
pub fn import(
    mut input: impl BufRead + Seek,
    to: &dyn Log,
    progress: &mut dyn FnMut(Progress),
) -> Result<Anchor, Error> {
    let target = to.anchor()?;
    let start = input.stream_position().map_err(reading::not_read_again)?;
    let mut whole = Whole { target, met: false };
    let mut lines = Lines::begin(&mut input)?;
    check_same_log(lines.log(), target.log)?;
    let total = lines.total().saturating_mul(2);
    whole.meet(lines.at());
    while let Some(batch) = lines.batch()? {
        whole.meet(batch.behind);
        progress(Progress::new(batch.behind.position.get().min(total), total));
    }
    let end = lines.at();
    whole.check()?;
    input.seek(SeekFrom::Start(start)).map_err(reading::not_read_again)?;
    let mut again = Lines::begin(&mut input)?;
    store(&mut again, to, target, &mut |done| {
        progress(Progress::new(lines_done(end, done).min(total), total));
    })?;
    check_unchanged(end, again.at())
}

fn lines_done(end: Anchor, done: Position) -> u64 {
    end.position.get().saturating_add(done.get())
}

fn check_unchanged(first: Anchor, second: Anchor) -> Result<Anchor, Error> {
    if first == second {
        return Ok(second);
    }
    Err(Error::corrupt("the lines have changed while they were read"))
}

/// Reads what [`export`] wrote into a new folder, from which a desk can be opened once its keys are there, too.
///
/// Progress is as for [`import`].
///
/// # Errors
/// As for [`import`]; and [`Error::is_misuse`]: there is something under the folder's name. There is no new folder then.
#[cfg(feature = "file")]
pub fn import_into(
    mut input: impl BufRead + Seek,
    folder: impl AsRef<std::path::Path>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Anchor, Error> {
    let start = input.stream_position().map_err(reading::not_read_again)?;
    let log = exported_id(&mut input)?;
    input.seek(SeekFrom::Start(start)).map_err(reading::not_read_again)?;
    new_folder::make(folder.as_ref(), |draft| {
        let to = FileLog::options().id(log).open_in(draft)?;
        import(input, &to, progress)
    })
}

/// Tells the id of the log that was exported, from the first line; a target can be made with it.
///
/// # Errors
/// [`Error::is_not_a_log`], [`Error::is_newer`] and [`Error::is_unavailable`], as for [`import`].
pub fn exported_id(mut input: impl BufRead) -> Result<LogId, Error> {
    Lines::begin(&mut input).map(|lines| lines.log())
}

/// Whether the lines lead through the place where the target ends.
struct Whole {
    target: Anchor,
    met: bool,
}

impl Whole {
    fn meet(&mut self, at: Anchor) {
        self.met |= at == self.target;
    }

    fn check(&self) -> Result<(), Error> {
        if self.met { Ok(()) } else { Err(another_past(self.target)) }
    }
}

/// Stores what comes after the target's end, many batches at a time.
fn store<R: BufRead>(
    lines: &mut Lines<'_, R>,
    to: &dyn Log,
    target: Anchor,
    tell: &mut dyn FnMut(Position),
) -> Result<(), Error> {
    let (mut at, mut group, mut size) = (target, Vec::new(), 0_usize);
    while let Some(batch) = lines.batch()? {
        if batch.behind.position <= target.position {
            continue;
        }
        size = size.saturating_add(batch.bytes.len());
        group.push(batch.bytes);
        if size >= GROUP || group.len() >= PAGE {
            at = to.store_raw(at, &std::mem::take(&mut group))?;
            size = 0;
            tell(at.position);
        }
    }
    if !group.is_empty() {
        at = to.store_raw(at, &group)?;
    }
    tell(at.position);
    Ok(())
}
