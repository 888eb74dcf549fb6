//! The search for whole frames, from front to back.

use super::LeftOut;
use super::header::Beginning;
use crate::id::LogId;
use crate::log::error::{Error, Kind};
use crate::log::frame::{FILE_HEADER, FRAME_HEADER, FRAME_MAGIC, FileHeader, FrameHeader, Glance};
use crate::log::place::PlacedFile;
use crate::log::walk::{Mark, Step, Walk, bounded, length, newer_frame};
use crate::log::{Progress, wire};
use crate::record::{Chain, Position};

/// How much is searched at a time, in bytes.
const CHUNK: usize = 256 * 1024;

/// What the search has found.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) log: LogId,
    /// The whole frames, in the order of their positions and places.
    pub(super) frames: Vec<FrameHeader>,
    /// What lies between and behind them.
    pub(super) gaps: Vec<LeftOut>,
}

/// The search, at some place in the file.
pub(super) struct Search<'a, 'p> {
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
    pub(super) fn new(
        file: &'a PlacedFile,
        beginning: &Beginning,
        progress: &'p mut dyn FnMut(Progress),
    ) -> Result<Self, Error> {
        let (header, known) = (beginning.header, beginning.known);
        let offset = u64::try_from(FILE_HEADER).unwrap_or(u64::MAX);
        let at = Mark { offset, position: Position::START, chain: Chain::genesis(header.log) };
        let found = Whole { log: header.log, frames: Vec::new(), gaps: Vec::new() };
        Ok(Self { file, header, end: file.length()?, at, chained: true, known, found, progress })
    }

    pub(super) fn all(mut self) -> Result<Whole, Error> {
        loop {
            let (from, what) = match self.run()? {
                Stop::End => {
                    self.note_lost_end();
                    return Ok(self.found);
                }
                Stop::Unchained => {
                    self.note_another_past();
                    continue;
                }
                Stop::Bad(what) => (self.at.offset, what),
                Stop::Unreadable(frame) => (frame.end(), "a frame has a batch that cannot be read"),
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
        if bytes == 0 && records == Some(0) {
            // It was being written at the first look, and is whole now: nothing is left out.
            return Ok(true);
        }
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

    /// Notes that the whole frame at this place does not follow from what is before it, and takes it as it is.
    fn note_another_past(&mut self) {
        let (offset, first) = (self.at.offset, self.at.position.next());
        let what = "the chain breaks: what follows is of another past";
        self.found.gaps.push(LeftOut { offset, bytes: 0, first, records: Some(0), what });
        self.chained = false;
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
