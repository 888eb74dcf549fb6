//! What is whole of a damaged log file, brought into a new log.
//!
//! The file is searched from front to back. A frame counts as whole if both its checksums pass, it was written for the
//! place where it lies, its batch can be read, and the chain leads to it, as far as the batch before it is there.

use std::path::Path;
use std::sync::Arc;

use super::error::{Error, Kind};
use super::file::FileLog;
use super::frame::{FILE_HEADER, FRAME_HEADER, FRAME_MAGIC, FileHeader, FrameHeader, Glance};
use super::head::{Found, HEAD_NAME, HeadFile};
use super::place::{Place, PlacedFile};
use super::walk::{Mark, Step, Walk, bounded, length, newer_frame};
use super::{Log, Progress, new_folder, wire};
use crate::id::LogId;
use crate::record::{Anchor, Batch, Chain, Position};
use crate::storage::Disk;

/// How much is searched at a time, in bytes.
const CHUNK: usize = 256 * 1024;
/// The most bytes that are stored with one sync.
const GROUP: usize = 4 * 1024 * 1024;

/// How much of a damaged log is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Keep {
    /// Every whole batch. Those behind a gap get new positions, since positions have no gaps, and the log gets a new id,
    /// since it has another past than the one that it comes from.
    ///
    /// What happened behind a gap may stand on what is lost in it: a registration may be cancelled that was never made. So
    /// have such a log verified before it is used.
    #[default]
    WholeBatches,
    /// The batches before the first gap, and nothing behind it. It is the log as it was once, with its id and its chain.
    Prefix,
}

/// What [`salvage`] has kept, and what it had to leave out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Salvaged {
    /// Where the new log ends. Its id is that of the damaged log, unless batches behind a gap were kept.
    pub head: Anchor,
    /// Up to here positions are what they were; records behind it were given new ones.
    pub as_it_was: Position,
    /// How many batches were kept.
    pub batches: u64,
    /// What was left out, from front to back; empty if the log was sound.
    pub left_out: Vec<LeftOut>,
}

/// A part of a log file that [`salvage`] has left out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// Where it begins, in bytes from the beginning of the file.
    pub offset: u64,
    /// How many bytes it has; none where only the order is wrong.
    pub bytes: u64,
    /// The first position that is missing.
    pub first: Position,
    /// How many positions are missing; `None` at the end of the file, where nothing tells that there were any.
    pub records: Option<u64>,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Copies what is whole of a log file into a new folder, from which a desk can be opened, and lists what is not.
///
/// The file is only read, and so is the head file beside it, which knows of an end that was lost. If it belongs to a folder with keys, bring them along with
/// [`privacy::adopt_keys`](crate::privacy::adopt_keys), which takes them for the new log's id. A damaged file header is no
/// hindrance as long as the log's id and salt in it are whole. Progress counts bytes of the file.
///
/// A log that was being written to when it was read may seem to have a torn end: let go of it first.
///
/// # Errors
/// [`Error::is_not_a_log`]: there is no log under the path. [`Error::is_corrupt`]: the header is so damaged that the log's id
/// is lost. [`Error::is_newer`]: a newer version of the crate wrote what would have to be left out; use that one.
/// [`Error::is_misuse`]: there is something under the name of the new folder. [`Error::is_unavailable`] or
/// [`Error::is_full`]: the file system. There is no new folder then.
///
/// ```
/// use gather::log::{FileLog, Keep, Log, salvage};
/// use gather::{Desk, Gathering};
///
/// # let folder = tempfile::tempdir()?;
/// # let (damaged, whole) = (folder.path().join("damaged"), folder.path().join("whole"));
/// let desk = Desk::open(&damaged)?;
/// for title in ["Open day", "First aid", "Bees"] {
///     desk.announce(Gathering::webinar(title))?.outcome;
/// }
/// drop(desk);
/// let file = damaged.join("log.gather");
/// let mut bytes = std::fs::read(&file)?;
/// bytes[500] ^= 1; // within the second announcement
/// std::fs::write(&file, bytes)?;
///
/// let salvaged = salvage(&file, &whole, Keep::WholeBatches, &mut |_| ())?;
/// assert_eq!(salvaged.batches, 2);
/// assert_eq!((salvaged.left_out[0].first.get(), salvaged.left_out[0].records), (2, Some(1)));
/// assert_eq!(Desk::open(&whole)?.whats_on().rows().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn salvage(
    file: impl AsRef<Path>,
    folder: impl AsRef<Path>,
    keep: Keep,
    progress: &mut dyn FnMut(Progress),
) -> Result<Salvaged, Error> {
    let (path, folder) = (file.as_ref(), folder.as_ref());
    let place = Place::new(Arc::new(Disk), path);
    let Some(file) = place.open_to_read()? else {
        return Err(Error::new(Kind::NotALog, "there is no file").in_file(path));
    };
    new_folder::check_nothing_there(folder)?;
    let mut search = Search::new(&file, progress)?;
    search.known = known_end(&place, &search.header);
    let found = search.all()?;
    new_folder::make(folder, |draft| found.keep(&file, draft, keep))
}

/// What the search has found.
#[derive(Debug)]
struct Whole {
    log: LogId,
    /// The whole frames, in the order of their positions.
    frames: Vec<FrameHeader>,
    /// How many of them come before the first gap.
    prefix: usize,
    gaps: Vec<LeftOut>,
}

/// The search, at some place in the file.
struct Search<'a, 'p> {
    file: &'a PlacedFile,
    header: FileHeader,
    end: u64,
    at: Mark,
    /// Whether the chain before this place is known: behind a gap it is not.
    chained: bool,
    /// Up to which position the head file says that there were records.
    known: Option<Position>,
    found: Whole,
    progress: &'p mut dyn FnMut(Progress),
}

/// Why a run of whole frames has ended.
enum Stop {
    /// There is nothing any more.
    End,
    /// What lies here is no frame that could follow.
    Bad(&'static str),
    /// A frame with a batch that cannot be read.
    Unreadable(FrameHeader),
    /// A whole frame, but not of the same past.
    Unchained,
}

impl<'a, 'p> Search<'a, 'p> {
    fn new(file: &'a PlacedFile, progress: &'p mut dyn FnMut(Progress)) -> Result<Self, Error> {
        let (header, damage) = read_header(file)?;
        let offset = u64::try_from(FILE_HEADER).unwrap_or(u64::MAX);
        let at = Mark { offset, position: Position::START, chain: Chain::genesis(header.log) };
        let gaps = damage.into_iter().collect();
        let found = Whole { log: header.log, frames: Vec::new(), prefix: 0, gaps };
        Ok(Self { file, header, end: file.length()?, at, chained: true, known: None, found, progress })
    }

    fn all(mut self) -> Result<Whole, Error> {
        let mut whole = true;
        loop {
            let stop = self.run()?;
            if whole {
                self.found.prefix = self.found.frames.len();
            }
            whole = false;
            let (from, what) = match stop {
                Stop::End => {
                    self.note_lost_end();
                    return Ok(self.found);
                }
                Stop::Bad(what) => (self.at.offset, what),
                Stop::Unreadable(frame) => (frame.end(), "a frame has a batch that cannot be read"),
                Stop::Unchained => (self.at.offset, "the chain breaks: what follows is of another past"),
            };
            if !self.skip_to_frame(from, what)? {
                return Ok(self.found);
            }
        }
    }

    /// Goes over whole frames, as far as they follow each other.
    fn run(&mut self) -> Result<Stop, Error> {
        let mut walk = Walk::new(self.file, self.header.salt, self.at, self.end);
        loop {
            let before = walk.at();
            self.at = before;
            let (frame, payload) = match walk.step()? {
                Step::Frame(frame, payload) => (frame, payload),
                Step::End => return Ok(Stop::End),
                Step::Bad(what) | Step::Misplaced(what) => return Ok(Stop::Bad(what)),
                Step::Newer => return Err(newer_frame(before).in_file(self.file.path())),
            };
            if self.chained && before.chain.then(payload) != frame.chain {
                return Ok(Stop::Unchained);
            }
            if !is_readable(&frame, payload).map_err(|error| error.in_file(self.file.path()))? {
                return Ok(Stop::Unreadable(frame));
            }
            self.chained = true;
            self.found.frames.push(frame);
            (self.progress)(Progress::new(frame.end(), self.end.max(frame.end())));
        }
    }

    /// Looks for the next whole frame, and notes what lies before it; false if there is none.
    fn skip_to_frame(&mut self, from: u64, what: &'static str) -> Result<bool, Error> {
        let (begin, missing) = (self.at.offset, self.at.position.next());
        let next = self.next_frame(from)?;
        let (end, records) = match &next {
            Some(frame) => (frame.offset, Some(frame.first.get().saturating_sub(missing.get()))),
            None => (self.last_content(begin)?, self.lost_behind()),
        };
        let bytes = end.saturating_sub(begin);
        self.found.gaps.push(LeftOut { offset: begin, bytes, first: missing, records, what });
        let Some(frame) = next else { return Ok(false) };
        let position = Position::new(frame.first.get().saturating_sub(1));
        self.at = Mark { offset: frame.offset, position, chain: self.at.chain };
        self.chained = false;
        Ok(true)
    }

    /// How many records there were behind this place that are not in the file any more.
    fn lost_behind(&self) -> Option<u64> {
        let known = self.known.filter(|known| *known > self.at.position)?;
        Some(known.get().saturating_sub(self.at.position.get()))
    }

    fn note_lost_end(&mut self) {
        if let Some(records) = self.lost_behind() {
            let (offset, first) = (self.at.offset, self.at.position.next());
            let what = "the file ends before the place up to which its head says that it was durable";
            self.found.gaps.push(LeftOut { offset, bytes: 0, first, records: Some(records), what });
        }
    }

    /// The next frame from an offset on that is whole and does not go back.
    fn next_frame(&mut self, from: u64) -> Result<Option<FrameHeader>, Error> {
        let mut at = from;
        while at < self.end {
            let count = CHUNK.saturating_add(FRAME_HEADER).min(bounded(self.end.saturating_sub(at)));
            let bytes = self.file.read(at, count)?;
            for start in starts(&bytes).take_while(|start| *start < CHUNK) {
                let offset = at.saturating_add(u64::try_from(start).unwrap_or(u64::MAX));
                let candidate = bytes.get(start..).unwrap_or_default();
                if let Some(frame) = self.whole_frame(candidate, offset)? {
                    return Ok(Some(frame));
                }
            }
            at = at.saturating_add(u64::try_from(CHUNK).unwrap_or(u64::MAX));
            (self.progress)(Progress::new(at.min(self.end), self.end));
        }
        Ok(None)
    }

    fn whole_frame(&self, candidate: &[u8], offset: u64) -> Result<Option<FrameHeader>, Error> {
        let frame = match FrameHeader::glance(candidate, &self.header.salt, offset) {
            Glance::Frame(frame) => frame,
            Glance::Newer => {
                let what = "a newer version of this crate wrote a frame; use that version to salvage it";
                return Err(Error::new(Kind::Newer, what).in_file(self.file.path()).at_offset(offset));
            }
            Glance::Noise => return Ok(None),
        };
        if frame.end() > self.end || frame.first <= self.at.position {
            return Ok(None);
        }
        let payload = self.file.read(frame.payload(), bounded(u64::from(frame.length)))?;
        Ok((crc32fast::hash(&payload) == frame.checksum).then_some(frame))
    }

    /// Where the last byte ends that is not zero: behind it is room that was never written.
    fn last_content(&self, from: u64) -> Result<u64, Error> {
        let (mut at, mut last) = (from, from);
        while at < self.end {
            let bytes = self.file.read(at, CHUNK.min(bounded(self.end.saturating_sub(at))))?;
            if let Some(place) = bytes.iter().rposition(|&byte| byte != 0) {
                last = at.saturating_add(u64::try_from(place).unwrap_or(u64::MAX)).saturating_add(1);
            }
            at = at.saturating_add(length(&bytes));
        }
        // A frame may end with some zeros; room is more than a few.
        let room = bounded(self.end.saturating_sub(last));
        Ok(if room < FRAME_HEADER { self.end } else { last })
    }
}

/// Where some bytes look like the beginning of a frame.
fn starts(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let windows = bytes.windows(FRAME_MAGIC.len()).enumerate();
    windows.filter(|(_, window)| *window == FRAME_MAGIC).map(|(start, _)| start)
}

/// Whether a frame holds the batch that it says it holds.
///
/// # Errors
/// Newer: it may be whole, but this version cannot tell.
fn is_readable(frame: &FrameHeader, payload: &[u8]) -> Result<bool, Error> {
    match wire::decode(payload) {
        Ok(batch) => Ok(u32::try_from(batch.facts.len()) == Ok(frame.facts)),
        Err(error) if error.is_newer() => Err(error.at_offset(frame.offset).at_position(frame.first)),
        Err(_) => Ok(false),
    }
}

/// The header, and what is wrong with it.
///
/// # Errors
/// Not a log, newer, or so damaged that the id is lost.
fn read_header(file: &PlacedFile) -> Result<(FileHeader, Option<LeftOut>), Error> {
    let bytes = file.read(0, bounded(file.length()?).min(FILE_HEADER))?;
    match FileHeader::decode(&bytes) {
        Ok(header) => Ok((header, None)),
        Err(error) => match FileHeader::of_damaged(&bytes) {
            Some(header) if !error.is_newer() => Ok((header, Some(damaged_header()))),
            Some(_) | None => Err(error.in_file(file.path())),
        },
    }
}

/// Where the log ended for sure, as its head file says. Without one that can be believed, nothing is known.
fn known_end(log: &Place, header: &FileHeader) -> Option<Position> {
    let head = log.in_its_folder(HEAD_NAME).open_to_read().ok()?;
    match HeadFile::look_up(head, header).ok()? {
        Found::Head(head) => Some(head.newest().mark.position),
        Found::Missing | Found::Foreign => None,
    }
}

fn damaged_header() -> LeftOut {
    LeftOut {
        offset: 0,
        bytes: u64::try_from(FILE_HEADER).unwrap_or(u64::MAX),
        first: Position::START,
        records: Some(0),
        what: "the file header is damaged; the log's id in it is whole",
    }
}

impl Whole {
    /// Writes what is to be kept.
    fn keep(mut self, file: &PlacedFile, folder: &Path, keep: Keep) -> Result<Salvaged, Error> {
        let later = self.frames.split_off(self.prefix);
        let later = match keep {
            Keep::WholeBatches => later,
            Keep::Prefix => {
                self.gaps.extend(left_behind(&later));
                self.gaps.sort_by_key(|gap| gap.offset);
                Vec::new()
            }
        };
        let log = if later.is_empty() { self.log } else { LogId::random() };
        let to = FileLog::options().id(log).open_in(folder)?;
        let as_it_was = self.keep_prefix(file, &to)?;
        let head = self.keep_later(file, &to, &later)?;
        let batches = self.frames.len().saturating_add(later.len());
        let batches = u64::try_from(batches).unwrap_or(u64::MAX);
        Ok(Salvaged { head, as_it_was: as_it_was.position, batches, left_out: self.gaps })
    }

    /// Stores the batches before the first gap with the bytes that they have.
    fn keep_prefix(&self, file: &PlacedFile, to: &FileLog) -> Result<Anchor, Error> {
        let mut head = to.anchor()?;
        for group in groups(&self.frames) {
            let bytes = group.iter().map(|frame| payload(file, frame)).collect::<Result<Vec<_>, _>>()?;
            head = to.store_raw(head, &bytes)?;
        }
        Ok(head)
    }

    /// Stores the batches behind it at the next positions.
    fn keep_later(&self, file: &PlacedFile, to: &FileLog, later: &[FrameHeader]) -> Result<Anchor, Error> {
        let mut renumbered = Renumbered::new(&self.frames);
        for group in groups(later) {
            let mut batches = Vec::new();
            for frame in group {
                let batch = wire::decode(&payload(file, frame)?)?;
                batches.push(renumbered.batch(batch));
                renumbered.note(frame);
            }
            to.exclusive(to.anchor()?.position, &mut |_| batches.clone())?;
        }
        to.anchor()
    }
}

fn payload(file: &PlacedFile, frame: &FrameHeader) -> Result<Vec<u8>, Error> {
    file.read(frame.payload(), bounded(u64::from(frame.length)))
}

/// Frames in runs that are stored together.
fn groups(frames: &[FrameHeader]) -> impl Iterator<Item = &[FrameHeader]> {
    let mut size = 0_usize;
    frames.chunk_by(move |frame, _| {
        size = size.saturating_add(bounded(u64::from(frame.length))).saturating_add(FRAME_HEADER);
        let together = size < GROUP;
        if !together {
            size = 0;
        }
        together
    })
}

/// Runs of whole frames that are not kept, each as one part.
fn left_behind(frames: &[FrameHeader]) -> Vec<LeftOut> {
    let runs = frames.chunk_by(|one, next| one.end() == next.offset && one.last().next() == next.first);
    runs.filter_map(|run| Some((run.first()?, run.last()?)))
        .map(|(first, last)| LeftOut {
            offset: first.offset,
            bytes: last.end().saturating_sub(first.offset),
            first: first.first,
            records: Some(last.last().get().saturating_sub(first.first.get()).saturating_add(1)),
            what: "whole batches behind a gap",
        })
        .collect()
}

/// Where records of the damaged log are in the new one.
struct Renumbered {
    /// The last position of each run of records that was kept, and how many records are missing before it.
    runs: Vec<(Position, u64)>,
    kept: u64,
}

impl Renumbered {
    fn new(prefix: &[FrameHeader]) -> Self {
        let kept = prefix.last().map_or(0, |frame| frame.last().get());
        Self { runs: vec![(Position::new(kept), 0)], kept }
    }

    fn note(&mut self, frame: &FrameHeader) {
        self.kept = self.kept.saturating_add(u64::from(frame.facts));
        self.runs.push((frame.last(), frame.last().get().saturating_sub(self.kept)));
    }

    /// How many records there are now of those up to a position then.
    fn now(&self, then: Position) -> Position {
        let run = self.runs.partition_point(|(last, _)| *last < then);
        let Some((_, missing)) = self.runs.get(run) else { return Position::new(self.kept) };
        let before = run.checked_sub(1).and_then(|run| self.runs.get(run));
        let before = before.map_or(0, |(last, missing)| last.get().saturating_sub(*missing));
        // Where it had seen into a gap, it has seen all before that.
        Position::new(then.get().saturating_sub(*missing).max(before))
    }

    /// The batch with a guard that has seen what is left of what it had seen.
    fn batch(&self, mut batch: Batch) -> Batch {
        batch.guard.seen = self.now(batch.guard.seen);
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(first: u64, facts: u32) -> FrameHeader {
        FrameHeader {
            length: 0,
            facts,
            offset: 0,
            first: Position::new(first),
            durable: 0,
            chain: Chain::from_bytes([0; 32]),
            checksum: 0,
        }
    }

    /// What a guard had seen is counted among what is left.
    #[test]
    fn positions_are_renumbered_over_several_gaps() {
        let mut renumbered = Renumbered::new(&[frame(1, 2), frame(3, 3)]);
        let now = |renumbered: &Renumbered, then| renumbered.now(Position::new(then)).get();
        assert_eq!([0, 3, 5, 7].map(|then| now(&renumbered, then)), [0, 3, 5, 5]);
        renumbered.note(&frame(9, 2));
        renumbered.note(&frame(12, 1));
        let then = [0, 5, 6, 8, 9, 10, 11, 12, 40];
        assert_eq!(then.map(|then| now(&renumbered, then)), [0, 5, 5, 5, 6, 7, 7, 8, 8]);
    }
}
