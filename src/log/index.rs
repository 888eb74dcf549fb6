//! Some places in the file, to find the others from.

use super::walk::Mark;
use crate::record::Position;

/// Every so many batches, a place in the file is remembered.
const STRIDE: usize = 64;

/// Where some batches end, in order.
#[derive(Debug)]
pub(super) struct Index {
    marks: Vec<Mark>,
    origin: Mark,
    since_last: usize,
}

impl Index {
    pub(super) fn new(origin: Mark) -> Self {
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
