//! What opening makes of a log that was not closed: the verdict on bytes that are no frame.
//!
//! A write that was cut off leaves a tail that nobody was told about: it may go. Bytes that were durable once and
//! are bad now are damage: nothing may go. A frame says how far the log was durable when the frame was made, so a
//! whole frame behind the bad bytes tells the two apart, if it was made after those bytes were durable.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::error::Error;
use super::frame::{FILE_HEADER, FRAME_HEADER, FRAME_MAGIC, FileHeader, FrameHeader, Glance, Salt};
use super::place::{Place, PlacedFile};
use super::walk::{Mark, Step, Walk, bounded, damaged, length, newer_frame};
use crate::record::{Chain, Position};

/// How much is looked through or copied at a time, in bytes.
const CHUNK: usize = 256 * 1024;
/// How many torn tails from one offset are kept before opening gives up.
const TAILS: u32 = 1_000;
/// Every so many batches, a place in the file is remembered.
const STRIDE: usize = 64;

/// What opening a log file found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenReport {
    /// The tail that was cut off, if there was one.
    pub torn: Option<TornTail>,
}

/// The end of a log file that was no whole batch: what was left of a write that did not finish.
///
/// Nobody was told that it is stored, unless the disk lost what it had promised to keep, or the last group of
/// batches was damaged afterwards: from within the file these look the same. So the bytes are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TornTail {
    /// Where it began, in bytes from the beginning of the log file, which ends there now.
    pub offset: u64,
    /// How many bytes were cut off.
    pub bytes: u64,
    /// The file that they were saved to.
    pub saved_to: PathBuf,
}

/// A log file that is ready to be read and written.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) index: Index,
    pub(super) head: Mark,
    pub(super) report: OpenReport,
}

/// Some places in the file, to find the others from.
#[derive(Debug)]
pub(super) struct Index {
    marks: Vec<Mark>,
    origin: Mark,
    since_last: usize,
}

impl Index {
    fn new(origin: Mark) -> Self {
        Self { marks: Vec::new(), origin, since_last: 0 }
    }

    /// Takes note of the place behind the next batch.
    pub(super) fn note(&mut self, mark: Mark) {
        self.since_last = self.since_last.saturating_add(1);
        if self.since_last >= STRIDE {
            self.marks.push(mark);
            self.since_last = 0;
        }
    }

    /// The last remembered place that has no more than the records up to a position before it.
    pub(super) fn before(&self, position: Position) -> Mark {
        let count = self.marks.partition_point(|mark| mark.position <= position);
        self.marks.get(..count).and_then(<[Mark]>::last).copied().unwrap_or(self.origin)
    }
}

/// Walks the whole file, judges what is at its end, and makes durable what is kept.
///
/// # Errors
/// Corrupt, with the offset, or Newer: the file is unchanged. Full or Unavailable: the tail could not be saved or
/// cut off; the file is unchanged or cut, and opening again goes on from there.
pub(super) fn recover(file: &PlacedFile, header: &FileHeader) -> Result<Recovered, Error> {
    let chain = Chain::genesis(header.log);
    let origin = Mark { offset: offset_of(FILE_HEADER), position: Position::START, chain };
    let end = file.length()?;
    let mut index = Index::new(origin);
    let mut walk = Walk::new(file, header.salt, origin, end);
    let mut durable = origin.offset;
    loop {
        let at = walk.at();
        match walk.step()? {
            Step::Frame(frame, payload) => {
                check_chain(at, &frame, payload).map_err(|error| error.in_file(file.path()))?;
                index.note(Mark::behind(&frame));
                durable = frame.durable;
            }
            Step::End => {
                make_durable(file, durable, at.offset)?;
                return Ok(Recovered { index, head: at, report: OpenReport::default() });
            }
            Step::Bad(what) => {
                check_torn(file, &header.salt, at, end, what)?;
                let torn = cut_off(file, at.offset, end)?;
                make_durable(file, durable, at.offset)?;
                return Ok(Recovered { index, head: at, report: OpenReport { torn: Some(torn) } });
            }
            Step::Misplaced(what) => return Err(damaged(what, at).in_file(file.path())),
            Step::Newer => return Err(newer_frame(at).in_file(file.path())),
        }
    }
}

fn offset_of(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn check_chain(before: Mark, frame: &FrameHeader, payload: &[u8]) -> Result<(), Error> {
    if before.chain.then(payload) == frame.chain {
        return Ok(());
    }
    Err(damaged("the chain breaks at a frame", before))
}

/// The verdict: `Ok` if what begins at `at` is a torn tail, Corrupt if it was durable once.
fn check_torn(file: &PlacedFile, salt: &Salt, at: Mark, end: u64, what: &str) -> Result<(), Error> {
    let mut from = at.offset.saturating_add(1);
    while from < end {
        // One header longer than the stride, so that a header across the border is seen whole.
        let bytes =
            file.read(from, CHUNK.saturating_add(FRAME_HEADER).min(bounded(end.saturating_sub(from))))?;
        if proves_damage(&bytes, salt, from, at.offset) {
            return Err(damaged(what, at).in_file(file.path()));
        }
        from = from.saturating_add(offset_of(CHUNK));
    }
    Ok(())
}

/// Whether a header anywhere within some bytes says that the log was durable beyond an offset.
fn proves_damage(bytes: &[u8], salt: &Salt, bytes_at: u64, offset: u64) -> bool {
    let starts = bytes.windows(FRAME_MAGIC.len()).enumerate().filter(|(_, window)| *window == FRAME_MAGIC);
    starts.map(|(start, _)| start).any(|start| {
        let candidate = bytes.get(start..).unwrap_or_default();
        match FrameHeader::glance(candidate, salt, bytes_at.saturating_add(offset_of(start))) {
            Glance::Frame(header) => header.durable > offset,
            // What it says cannot be read, so nothing is cut off.
            Glance::Newer => true,
            Glance::Noise => false,
        }
    })
}

/// Saves a torn tail beside the log, durably, and only then cuts it off.
fn cut_off(file: &PlacedFile, offset: u64, end: u64) -> Result<TornTail, Error> {
    let saved_to = save_tail(file, offset, end)?;
    file.cut(offset).map_err(|cause| file.fault("the torn tail cannot be cut off", cause))?;
    Ok(TornTail { offset, bytes: end.saturating_sub(offset), saved_to })
}

fn save_tail(file: &PlacedFile, offset: u64, end: u64) -> Result<PathBuf, Error> {
    let failed = |cause| file.fault("the torn tail cannot be saved", cause);
    let copy = tail_file(file.place(), offset).map_err(failed)?;
    let saved = each_chunk(file, offset, end, |at, bytes| {
        copy.write(at.saturating_sub(offset), bytes).map_err(failed)
    });
    let saved = saved.and_then(|()| copy.sync().map_err(failed));
    let saved = saved.and_then(|()| copy.place().sync_folder().map_err(failed));
    if saved.is_err() {
        // Half a copy would only puzzle. If it cannot be removed, the error at hand is still the one to tell.
        drop(copy.place().remove());
    }
    saved.map(|()| copy.path().to_owned())
}

fn tail_file(log: &Place, offset: u64) -> io::Result<PlacedFile> {
    for nth in 1..=TAILS {
        let suffix = if nth == 1 { format!(".torn-{offset}") } else { format!(".torn-{offset}-{nth}") };
        match log.beside(&suffix).create_new() {
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
            made => return made,
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Writes what may not have reached the disk once more, then syncs. A sync that failed before may have left
/// bytes that can be read but count as written, so that a second sync alone would promise too much.
fn make_durable(file: &PlacedFile, durable: u64, end: u64) -> Result<(), Error> {
    let failed = |cause| file.fault("what was recovered cannot be made durable", cause);
    each_chunk(file, durable, end, |at, bytes| file.write(at, bytes).map_err(failed))?;
    file.sync().map_err(failed)
}

fn each_chunk(
    file: &PlacedFile,
    from: u64,
    end: u64,
    mut each: impl FnMut(u64, &[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut at = from;
    while at < end {
        let bytes = file.read(at, CHUNK.min(bounded(end.saturating_sub(at))))?;
        each(at, &bytes)?;
        at = at.saturating_add(length(&bytes));
    }
    Ok(())
}
