//! From frame to frame through the log file.

use super::error::{Error, Kind};
use super::frame::{FRAME_HEADER, FrameHeader, Glance, Salt};
use super::place::PlacedFile;
use crate::record::{Chain, Position};

/// How much is read at a time, in bytes.
const CHUNK: usize = 256 * 1024;

/// A place between two frames: how many facts are before it, and their chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) offset: u64,
    pub(super) position: Position,
    pub(super) chain: Chain,
}

impl Mark {
    /// The place behind a frame.
    pub(super) fn behind(header: &FrameHeader) -> Self {
        Self { offset: header.end(), position: header.last(), chain: header.chain }
    }
}

/// What lies at a place.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// A whole frame and its payload, both with the checksums that they were written with.
    Frame(FrameHeader, &'a [u8]),
    /// No frame any more: the end, or zeros up to it.
    End,
    /// Bytes that are no whole frame.
    Bad(&'static str),
    /// A whole frame that does not follow the one before it. No failed write leaves such a thing.
    Misplaced(&'static str),
    /// A frame of a newer version.
    Newer,
}

/// A walk over the frames of a file, each checked but for its chain.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    file: &'a PlacedFile,
    salt: Salt,
    at: Mark,
    end: u64,
    chunk: Vec<u8>,
    chunk_at: u64,
}

impl<'a> Walk<'a> {
    /// Begins at a place between two frames, and does not look beyond `end`.
    pub(super) fn new(file: &'a PlacedFile, salt: Salt, at: Mark, end: u64) -> Self {
        Self { file, salt, at, end, chunk: Vec::new(), chunk_at: at.offset }
    }

    /// The place before the next frame.
    pub(super) fn at(&self) -> Mark {
        self.at
    }

    /// Goes over the next frame, if there is one; else stays where it is.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn step(&mut self) -> Result<Step<'_>, Error> {
        let offset = self.at.offset;
        let left = self.end.saturating_sub(offset);
        let salt = self.salt;
        let bytes = self.bytes(offset, FRAME_HEADER.min(bounded(left)))?;
        let header = match FrameHeader::glance(bytes, &salt, offset) {
            Glance::Frame(header) => header,
            Glance::Newer => return Ok(Step::Newer),
            Glance::Noise if self.only_zeros(offset)? => return Ok(Step::End),
            Glance::Noise => return Ok(Step::Bad("these bytes are no frame")),
        };
        if header.end() > self.end {
            return Ok(Step::Bad("a frame is cut short"));
        }
        if header.first != self.at.position.next() {
            return Ok(Step::Misplaced("a frame does not follow the one before it"));
        }
        let payload = self.bytes(header.payload(), bounded(u64::from(header.length)))?;
        if crc32fast::hash(payload) != header.checksum {
            return Ok(Step::Bad("a frame does not pass its checksum"));
        }
        self.at = Mark::behind(&header);
        // Fetched again, since the borrow of the first look cannot outlive the step just taken.
        let payload = self.bytes(header.payload(), bounded(u64::from(header.length)))?;
        Ok(Step::Frame(header, payload))
    }

    /// Goes over the next frame, which must be there and whole, and continue the chain.
    ///
    /// # Errors
    /// It is not, or the file cannot be read.
    pub(super) fn frame(&mut self) -> Result<(FrameHeader, &[u8]), Error> {
        let (at, path) = (self.at, self.file.path());
        let what = match self.step()? {
            Step::Frame(header, payload) if at.chain.then(payload) == header.chain => {
                return Ok((header, payload));
            }
            Step::Frame(..) => "the chain breaks at a frame",
            Step::End => "a frame that was there is gone",
            Step::Bad(what) | Step::Misplaced(what) => what,
            Step::Newer => return Err(newer_frame(at).in_file(path)),
        };
        Err(damaged(what, at).in_file(path))
    }

    fn only_zeros(&self, from: u64) -> Result<bool, Error> {
        let mut at = from;
        while at < self.end {
            let chunk = self.file.read(at, CHUNK.min(bounded(self.end.saturating_sub(at))))?;
            if chunk.iter().any(|&byte| byte != 0) {
                return Ok(false);
            }
            at = at.saturating_add(length(&chunk));
        }
        Ok(true)
    }

    /// Bytes within the file, from the chunk in hand if they are there.
    fn bytes(&mut self, offset: u64, count: usize) -> Result<&[u8], Error> {
        let start = bounded(offset.saturating_sub(self.chunk_at));
        let in_hand = offset >= self.chunk_at && start.saturating_add(count) <= self.chunk.len();
        if in_hand {
            return Ok(self.chunk.get(start..start.saturating_add(count)).unwrap_or_default());
        }
        let left = bounded(self.end.saturating_sub(offset));
        self.chunk = self.file.read(offset, CHUNK.max(count).min(left))?;
        self.chunk_at = offset;
        Ok(self.chunk.get(..count).unwrap_or_default())
    }
}

pub(super) fn damaged(what: &str, at: Mark) -> Error {
    Error::new(Kind::Corrupt, what).at_offset(at.offset).at_position(at.position.next())
}

pub(super) fn newer_frame(at: Mark) -> Error {
    let what = "a newer version of this crate wrote a frame that this one cannot read";
    Error::new(Kind::Newer, what).at_offset(at.offset).at_position(at.position.next())
}

/// A length in memory; what does not fit would not fit into memory either.
pub(super) fn bounded(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

pub(super) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
