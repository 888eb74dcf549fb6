//! The batches of a log file, found by position and read: the same for whoever writes the log and whoever only reads it.

use super::error::{Error, Kind};
use super::frame::{FILE_HEADER, FileHeader};
use super::place::PlacedFile;
use super::walk::{Mark, Walk, bounded, damaged};
use super::{Page, RawPage, check_batch_end, check_within, raw};
use crate::log::wire;
use crate::record::{Anchor, Chain, Position, StoredBatch};

/// An open log file and what its header says.
#[derive(Debug)]
pub(super) struct Frames {
    pub(super) file: PlacedFile,
    pub(super) header: FileHeader,
}

/// Where the log ends for a reader, and a place from which to look for what it asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) head: Mark,
    pub(super) near: Mark,
}

impl Frames {
    /// Reads the header of a file.
    ///
    /// # Errors
    /// Not a log, a newer one, or a damaged header; the file cannot be read.
    pub(super) fn of(file: PlacedFile) -> Result<Self, Error> {
        let count = bounded(file.length()?).min(FILE_HEADER);
        let header = FileHeader::decode(&file.read(0, count)?).map_err(|error| error.in_file(file.path()))?;
        Ok(Self { file, header })
    }

    /// The place before the first frame.
    pub(super) fn origin(&self) -> Mark {
        let offset = u64::try_from(FILE_HEADER).unwrap_or(u64::MAX);
        Mark { offset, position: Position::START, chain: Chain::genesis(self.header.log) }
    }

    pub(super) fn anchor(&self, mark: Mark) -> Anchor {
        Anchor { log: self.header.log, position: mark.position, chain: mark.chain }
    }

    /// A walk from a place between two frames up to another.
    pub(super) fn walk(&self, from: Mark, end: u64) -> Walk<'_> {
        Walk::new(&self.file, self.header.salt, from, end)
    }

    pub(super) fn page(&self, view: View, after: Position, limit: usize) -> Result<Page, Error> {
        self.read_page(view, after, limit).map_err(|error| error.in_file(self.file.path()))
    }

    fn read_page(&self, view: View, after: Position, limit: usize) -> Result<Page, Error> {
        let (mut walk, start) = self.walk_from(view, after)?;
        let mut batches = Vec::new();
        while batches.len() < limit && walk.at().position < view.head.position {
            batches.push(read_batch(&mut walk)?);
        }
        Ok(Page { after: self.anchor(start), batches, head: self.anchor(view.head) })
    }

    pub(super) fn raw_page(&self, view: View, after: Position, limit: usize) -> Result<RawPage, Error> {
        self.read_raw_page(view, after, limit).map_err(|error| error.in_file(self.file.path()))
    }

    fn read_raw_page(&self, view: View, after: Position, limit: usize) -> Result<RawPage, Error> {
        let (mut walk, start) = self.walk_from(view, after)?;
        let (mut batches, mut bytes) = (Vec::new(), 0_usize);
        while batches.len() < limit && bytes < raw::PAGE_BYTES && walk.at().position < view.head.position {
            let (_, payload) = walk.frame()?;
            bytes = bytes.saturating_add(payload.len());
            batches.push(payload.to_vec());
        }
        Ok(RawPage { after: self.anchor(start), batches, head: self.anchor(view.head) })
    }

    /// A walk that stands where a batch ends, at a position.
    fn walk_from(&self, view: View, after: Position) -> Result<(Walk<'_>, Mark), Error> {
        check_within(after, view.head.position)?;
        if after == view.head.position {
            return Ok((self.walk(view.head, view.head.offset), view.head));
        }
        let mut walk = self.walk(view.near, view.head.offset);
        while walk.at().position < after {
            walk.frame()?;
        }
        let start = walk.at();
        check_batch_end(after, start.position)?;
        Ok((walk, start))
    }

    /// Every batch that ends after a position.
    pub(super) fn page_behind(&self, view: View, after: Position) -> Result<Page, Error> {
        self.read_page_behind(view, after).map_err(|error| error.in_file(self.file.path()))
    }

    fn read_page_behind(&self, view: View, after: Position) -> Result<Page, Error> {
        let head = view.head;
        check_within(after, head.position)?;
        if after == head.position {
            let anchor = self.anchor(head);
            return Ok(Page { after: anchor, batches: Vec::new(), head: anchor });
        }
        let mut walk = self.walk(view.near, head.offset);
        let mut start = view.near;
        let mut batches = Vec::new();
        while walk.at().position < head.position {
            let at = walk.at();
            let stored = read_batch(&mut walk)?;
            if stored.last() <= after {
                continue;
            }
            if batches.is_empty() {
                start = at;
            }
            batches.push(stored);
        }
        Ok(Page { after: self.anchor(start), batches, head: self.anchor(head) })
    }

    /// Refuses a log that has another past than the one of which a mark tells.
    pub(super) fn another_past(&self, known: Mark, what: &str) -> Error {
        let error = Error::new(Kind::Diverged, what).in_file(self.file.path());
        error.at_offset(known.offset).at_position(known.position)
    }
}

fn read_batch(walk: &mut Walk<'_>) -> Result<StoredBatch, Error> {
    let at = walk.at();
    let (frame, payload) = walk.frame()?;
    let batch = wire::decode(payload).map_err(|error| error.at_offset(at.offset).at_position(frame.first))?;
    if at.position.plus(batch.facts.len()) != frame.last() {
        return Err(damaged("a frame does not hold as many facts as it says", at));
    }
    Ok(StoredBatch { first: frame.first, batch })
}
