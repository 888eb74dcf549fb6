//! What opening makes of a log that was not closed: the verdict on bytes that are no frame.
//!
//! A write that was cut off leaves a tail that nobody was told about: it may go. Bytes that were durable once and
//! are bad now are damage: nothing may go. A frame says how far the log was durable when the frame was made, so a
//! whole frame behind the bad bytes tells the two apart, if it was made after those bytes were durable.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::error::Error;
use super::frame::{FRAME_HEADER, FRAME_MAGIC, FrameHeader, Glance, Salt};
use super::frames::Frames;
use super::index::Index;
use super::place::{Place, PlacedFile};
use super::progress::Progress;
use super::walk::{Mark, Step, bounded, damaged, length, newer_frame};

/// How much is looked through or copied at a time, in bytes.
const CHUNK: usize = 256 * 1024;
/// How many torn tails from one offset are kept before opening gives up.
const TAILS: u32 = 1_000;
/// After how many batches it is told how far opening has come.
const TOLD: u64 = 1_000;

/// What opening a log file found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenReport {
    /// The tail that was cut off, if there was one.
    pub torn: Option<TornTail>,
    /// What was found whole behind the place where the head said that the log ends, if there was anything.
    pub lag: Option<HeadLag>,
    /// The head was made anew from the log, as [`rebuild_head`](super::FileLogOptions::rebuild_head) asks.
    pub head_rebuilt: bool,
}

/// Whole batches behind the place where the head said that the log ends.
///
/// They were written before the process or the machine stopped, and perhaps acknowledged: with
/// [`HeadSync::Lazy`](super::HeadSync) the head may lag after a power loss. They are kept, and are durable now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeadLag {
    /// How many bytes they have.
    pub bytes: u64,
    /// How many batches they are.
    pub batches: u64,
}

/// The end of a log file that was no whole batch: what was left of a write that did not finish.
///
/// Nobody was told that it is stored, unless the head lagged and the bytes behind it were damaged: these look the same.
/// So the bytes are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TornTail {
    /// Where it began, in bytes from the beginning of the log file, which ends there now.
    pub offset: u64,
    /// How many bytes were cut off and saved, without the zeros behind them.
    pub bytes: u64,
    /// The file that they were saved to.
    pub saved_to: PathBuf,
}

/// What a walk over the whole file found.
#[derive(Debug)]
pub(super) struct Walked {
    pub(super) index: Index,
    /// Where the last whole frame ends.
    pub(super) head: Mark,
    /// How far the log was surely durable, by its frames and by its head.
    durable: u64,
    lag: HeadLag,
    /// Where the file ends.
    end: u64,
    /// What is wrong with the bytes behind the last whole frame, if they are not only zeros.
    bad: Option<&'static str>,
}

/// Walks the whole file and judges what is at its end. `known` is where the head says that the log ends. Changes nothing.
///
/// # Errors
/// Corrupt, with the offset; Newer; Diverged: the head tells of another past.
pub(super) fn judge(
    frames: &Frames,
    known: Option<Mark>,
    told: &mut dyn FnMut(Progress),
) -> Result<Walked, Error> {
    let walked = walk(frames, known, told)?;
    let path = frames.file.path();
    let lost = known.filter(|known| walked.head.offset < known.offset);
    match (walked.bad, lost) {
        (Some(what), Some(_)) => Err(damaged(what, walked.head).in_file(path)),
        (None, Some(_)) => {
            let what = "the log ends before the place up to which its head says that it was durable: \
                        its end is lost, or an old copy was put in its place";
            Err(damaged(what, walked.head).in_file(path))
        }
        (Some(what), None) => check_torn(frames, &walked, what).map(|()| walked),
        (None, None) => Ok(walked),
    }
}

fn walk(frames: &Frames, known: Option<Mark>, told: &mut dyn FnMut(Progress)) -> Result<Walked, Error> {
    let (origin, end) = (frames.origin(), frames.file.length()?);
    let known_offset = known.map_or(origin.offset, |known| known.offset);
    let mut walk = frames.walk(origin, end);
    let mut walked = Walked {
        index: Index::new(origin),
        head: origin,
        durable: known_offset,
        lag: HeadLag::default(),
        end,
        bad: None,
    };
    let mut tally = Tally::new(known, told);
    loop {
        let at = walk.at();
        match walk.step()? {
            Step::Frame(frame, _) => {
                let behind = Mark::behind(&frame);
                check_passes(frames, known, at, behind)?;
                walked.index.note(behind);
                walked.head = behind;
                walked.durable = walked.durable.max(frame.durable);
                if at.offset >= known_offset {
                    walked.lag.batches = walked.lag.batches.saturating_add(1);
                }
                tally.note(behind);
            }
            Step::End => break,
            Step::Bad(what) => {
                walked.bad = Some(what);
                break;
            }
            Step::Misplaced(what) => return Err(damaged(what, at).in_file(frames.file.path())),
            Step::Newer => return Err(newer_frame(at).in_file(frames.file.path())),
        }
    }
    walked.lag.bytes = walked.head.offset.saturating_sub(known_offset);
    tally.end(walked.head);
    Ok(walked)
}

/// Refuses a frame that leads past the place of the head, or to it with other records before it.
fn check_passes(frames: &Frames, known: Option<Mark>, before: Mark, behind: Mark) -> Result<(), Error> {
    let Some(known) = known else { return Ok(()) };
    if behind.offset == known.offset && behind != known {
        let what = "the head tells of other records than the log has: one of them is of another past";
        return Err(frames.another_past(known, what));
    }
    if before.offset < known.offset && known.offset < behind.offset {
        let what = "no record ends where the head says that the log ended: one of them is of another past";
        return Err(frames.another_past(known, what));
    }
    Ok(())
}

/// Tells how far opening has come.
struct Tally<'a> {
    total: u64,
    batches: u64,
    told: &'a mut dyn FnMut(Progress),
}

impl<'a> Tally<'a> {
    fn new(known: Option<Mark>, told: &'a mut dyn FnMut(Progress)) -> Self {
        let total = known.map_or(0, |known| known.position.get());
        told(Progress::new(0, total));
        Self { total, batches: 0, told }
    }

    fn note(&mut self, at: Mark) {
        self.batches = self.batches.saturating_add(1);
        if self.batches.is_multiple_of(TOLD) {
            let done = at.position.get();
            (self.told)(Progress::new(done, self.total.max(done)));
        }
    }

    fn end(&mut self, at: Mark) {
        let done = at.position.get();
        (self.told)(Progress::new(done, done));
    }
}

/// Makes durable what is kept of a log that was judged, and saves and cuts off the rest.
///
/// # Errors
/// Full or Unavailable: the tail could not be saved or cut off, or nothing is known to be durable. Opening again goes
/// on from there.
pub(super) fn settle(frames: &Frames, walked: &Walked) -> Result<OpenReport, Error> {
    let Walked { head, durable, end, lag, bad, .. } = *walked;
    let file = &frames.file;
    let torn = bad.map(|_| save_tail(file, head.offset, end)).transpose()?;
    if end > head.offset {
        let cut = file.set_length(head.offset);
        cut.map_err(|cause| file.fault("what is behind the last batch cannot be cut off", cause))?;
    }
    if durable < head.offset || end > head.offset {
        make_durable(file, durable, head.offset)?;
    }
    Ok(OpenReport { torn, lag: (lag.batches > 0).then_some(lag), head_rebuilt: false })
}

/// Whether there is nothing behind the header but zeros.
pub(super) fn is_bare(frames: &Frames) -> Result<bool, Error> {
    let mut walk = frames.walk(frames.origin(), frames.file.length()?);
    Ok(matches!(walk.step()?, Step::End))
}

/// The verdict: `Ok` if what is behind the last whole frame is a torn tail, Corrupt if it was durable once.
fn check_torn(frames: &Frames, walked: &Walked, what: &str) -> Result<(), Error> {
    let (file, salt, at, end) = (&frames.file, &frames.header.salt, walked.head, walked.end);
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

fn offset_of(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
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

/// Saves a torn tail beside the log, durably.
fn save_tail(file: &PlacedFile, offset: u64, end: u64) -> Result<TornTail, Error> {
    let failed = |cause| file.fault("the torn tail cannot be saved", cause);
    let end = content_end(file, offset, end)?;
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
    saved.map(|()| TornTail { offset, bytes: end.saturating_sub(offset), saved_to: copy.path().to_owned() })
}

/// Where the last byte ends that is not zero: behind it is room.
fn content_end(file: &PlacedFile, from: u64, end: u64) -> Result<u64, Error> {
    let mut last = from;
    each_chunk(file, from, end, |at, bytes| {
        if let Some(place) = bytes.iter().rposition(|byte| *byte != 0) {
            last = at.saturating_add(offset_of(place)).saturating_add(1);
        }
        Ok(())
    })?;
    Ok(last)
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
