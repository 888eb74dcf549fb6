//! What opening makes of a log that was not closed: the verdict on bytes that are no frame.
//!
//! A write that was cut off leaves a tail that nobody was told about: it may go. Bytes that were durable once and
//! are bad now are damage: nothing may go. A frame says how far the log was durable when the frame was made, so a
//! whole frame behind the bad bytes tells the two apart, if it was made after those bytes were durable.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::disk::{self, Disk};
use super::error::Error;
use super::frame::{FILE_HEADER, FRAME_HEADER, FRAME_MAGIC, FileHeader, FrameHeader, Glance, Salt};
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
pub(super) fn recover(disk: &Disk, header: &FileHeader) -> Result<Recovered, Error> {
    let chain = Chain::genesis(header.log);
    let origin = Mark { offset: disk_offset(FILE_HEADER), position: Position::START, chain };
    let end = disk.length()?;
    let mut index = Index::new(origin);
    let mut walk = Walk::new(disk, header.salt, origin, end);
    let mut durable = origin.offset;
    loop {
        let at = walk.at();
        match walk.step()? {
            Step::Frame(frame, payload) => {
                check_chain(at, &frame, payload).map_err(|error| error.in_file(disk.path()))?;
                index.note(Mark::behind(&frame));
                durable = frame.durable;
            }
            Step::End => {
                make_durable(disk, durable, at.offset)?;
                return Ok(Recovered { index, head: at, report: OpenReport::default() });
            }
            Step::Bad(what) => {
                check_torn(disk, &header.salt, at, end, what)?;
                let torn = cut_off(disk, at.offset, end)?;
                make_durable(disk, durable, at.offset)?;
                return Ok(Recovered { index, head: at, report: OpenReport { torn: Some(torn) } });
            }
            Step::Misplaced(what) => return Err(damaged(what, at).in_file(disk.path())),
            Step::Newer => return Err(newer_frame(at).in_file(disk.path())),
        }
    }
}

fn disk_offset(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn check_chain(before: Mark, frame: &FrameHeader, payload: &[u8]) -> Result<(), Error> {
    if before.chain.then(payload) == frame.chain {
        return Ok(());
    }
    Err(damaged("the chain breaks at a frame", before))
}

/// The verdict: `Ok` if what begins at `at` is a torn tail, Corrupt if it was durable once.
fn check_torn(disk: &Disk, salt: &Salt, at: Mark, end: u64, what: &str) -> Result<(), Error> {
    let mut from = at.offset.saturating_add(1);
    while from < end {
        // One header longer than the stride, so that a header across the border is seen whole.
        let bytes =
            disk.read(from, CHUNK.saturating_add(FRAME_HEADER).min(bounded(end.saturating_sub(from))))?;
        if proves_damage(&bytes, salt, from, at.offset) {
            return Err(damaged(what, at).in_file(disk.path()));
        }
        from = from.saturating_add(disk_offset(CHUNK));
    }
    Ok(())
}

/// Whether a header anywhere within some bytes says that the log was durable beyond an offset.
fn proves_damage(bytes: &[u8], salt: &Salt, bytes_at: u64, offset: u64) -> bool {
    let starts = bytes.windows(FRAME_MAGIC.len()).enumerate().filter(|(_, window)| *window == FRAME_MAGIC);
    starts.map(|(start, _)| start).any(|start| {
        let candidate = bytes.get(start..).unwrap_or_default();
        match FrameHeader::glance(candidate, salt, bytes_at.saturating_add(disk_offset(start))) {
            Glance::Frame(header) => header.durable > offset,
            // What it says cannot be read, so nothing is cut off.
            Glance::Newer => true,
            Glance::Noise => false,
        }
    })
}

/// Saves a torn tail beside the log, durably, and only then cuts it off.
fn cut_off(disk: &Disk, offset: u64, end: u64) -> Result<TornTail, Error> {
    let saved_to = save_tail(disk, offset, end)?;
    disk.cut(offset).map_err(|cause| disk.fault("the torn tail cannot be cut off", cause))?;
    Ok(TornTail { offset, bytes: end.saturating_sub(offset), saved_to })
}

fn save_tail(disk: &Disk, offset: u64, end: u64) -> Result<PathBuf, Error> {
    let failed = |cause| disk.fault("the torn tail cannot be saved", cause);
    let (path, mut copy) = tail_file(disk.path(), offset).map_err(failed)?;
    let saved = copy_out(disk, offset, end, &mut copy);
    let saved = saved.and_then(|()| copy.sync_all().map_err(failed));
    let saved = saved.and_then(|()| disk::sync_folder_of(&path).map_err(failed));
    if saved.is_err() {
        // Half a copy would only puzzle. If it cannot be removed, the error at hand is still the one to tell.
        drop(fs::remove_file(&path));
    }
    saved.map(|()| path)
}

fn tail_file(log: &Path, offset: u64) -> io::Result<(PathBuf, fs::File)> {
    for nth in 1..=TAILS {
        let suffix = if nth == 1 { format!(".torn-{offset}") } else { format!(".torn-{offset}-{nth}") };
        let path = disk::beside(log, &suffix);
        match disk::create_beside(&path) {
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
            made => return made.map(|file| (path, file)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

fn copy_out(disk: &Disk, offset: u64, end: u64, copy: &mut fs::File) -> Result<(), Error> {
    each_chunk(disk, offset, end, |_, bytes| {
        copy.write_all(bytes).map_err(|cause| disk.fault("the torn tail cannot be saved", cause))
    })
}

/// Writes what may not have reached the disk once more, then syncs. A sync that failed before may have left
/// bytes that can be read but count as written, so that a second sync alone would promise too much.
fn make_durable(disk: &Disk, durable: u64, end: u64) -> Result<(), Error> {
    let failed = |cause| disk.fault("what was recovered cannot be made durable", cause);
    each_chunk(disk, durable, end, |at, bytes| disk.write(at, bytes).map_err(failed))?;
    disk.sync().map_err(failed)
}

fn each_chunk(
    disk: &Disk,
    from: u64,
    end: u64,
    mut each: impl FnMut(u64, &[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut at = from;
    while at < end {
        let bytes = disk.read(at, CHUNK.min(bounded(end.saturating_sub(at))))?;
        each(at, &bytes)?;
        at = at.saturating_add(length(&bytes));
    }
    Ok(())
}
