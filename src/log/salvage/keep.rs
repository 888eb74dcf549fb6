//! What is whole, written into a new log.

use std::path::Path;

use super::search::Whole;
use super::{Keep, LeftOut, Salvaged};
use crate::id::LogId;
use crate::log::error::Error;
use crate::log::file::FileLog;
use crate::log::frame::{FRAME_HEADER, FrameHeader};
use crate::log::place::PlacedFile;
use crate::log::walk::bounded;
use crate::log::{Log, wire};
use crate::record::{Anchor, Batch, Position};

/// The most bytes that are stored with one sync.
const GROUP: usize = 4 * 1024 * 1024;

impl Whole {
    /// Writes what is to be kept.
    pub(super) fn keep(mut self, file: &PlacedFile, folder: &Path, keep: Keep) -> Result<Salvaged, Error> {
        let later = self.frames.split_off(self.prefix());
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

    /// How many frames come before the first gap.
    fn prefix(&self) -> usize {
        let Some(gap) = self.gaps.first() else { return self.frames.len() };
        self.frames.partition_point(|frame| frame.offset < gap.offset)
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
    use crate::record::Chain;

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
