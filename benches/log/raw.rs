//! What the disk can do: the same bytes, written and synced, and nothing else.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::{Contestant, alone};

pub(crate) const GROWING: &str = "raw write + sync, growing file";
pub(crate) const ZERO_FILLED: &str = "raw write + sync, zero-filled";

/// How much is zero-filled ahead at a time.
const STEP: u64 = 1 << 20;

/// A file that is written from the front to the back.
#[derive(Debug)]
pub(crate) struct Tape {
    file: File,
    end: u64,
    room: u64,
    zero_filled: bool,
}

impl Tape {
    pub(crate) fn new(path: &Path, zero_filled: bool) -> Self {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path).unwrap();
        file.sync_all().unwrap();
        Self { file, end: 0, room: 0, zero_filled }
    }

    /// Writes some bytes behind all others, and waits until they are on the disk.
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        let length = u64::try_from(bytes.len()).unwrap();
        while self.zero_filled && self.end + length > self.room {
            self.file.write_all_at(&vec![0; usize::try_from(STEP).unwrap()], self.room).unwrap();
            self.room += STEP;
            self.file.sync_all().unwrap();
        }
        self.file.write_all_at(bytes, self.end).unwrap();
        self.end += length;
        self.file.sync_data().unwrap();
    }
}

pub(crate) fn contestants(root: &Path, frame: &Arc<Vec<u8>>) -> Vec<Contestant> {
    let ways = [(GROWING, false, 1), (ZERO_FILLED, true, 1), (GROWING, false, 64), (ZERO_FILLED, true, 64)];
    let contestant = |(name, zero_filled, group): (&'static str, bool, usize)| {
        let mut tape = Tape::new(&root.join(format!("raw-{zero_filled}-{group}")), zero_filled);
        let bytes = frame.repeat(group);
        let at_a_time = u32::try_from(group).unwrap();
        Contestant::new(name, group, move || alone(at_a_time, || tape.append(&bytes)))
    };
    ways.map(contestant).into()
}
