//! Room ahead of the log: zeros that are durable before anything is written over them.

use std::io;

use super::place::PlacedFile;
use super::walk::{bounded, length};

/// How much room is made at first, in bytes.
pub(super) const FIRST_STEP: u64 = 64 * 1024;
/// How much room is made at most.
const LAST_STEP: u64 = 1024 * 1024;
/// How much room there is always to be before anything is decided.
pub(super) const LOW: u64 = 32 * 1024;

static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

/// A log that grows gets more room each time.
pub(super) fn next_step(step: u64) -> u64 {
    step.saturating_mul(2).min(LAST_STEP)
}

/// Writes so many zeros from an offset on. They are written and not only promised, so that to write over them needs no
/// more of the disk.
pub(super) fn write_zeros(file: &PlacedFile, from: u64, count: u64) -> io::Result<()> {
    let mut done = 0;
    while done < count {
        let zeros = ZEROS.get(..bounded(count.saturating_sub(done)).min(ZEROS.len())).unwrap_or_default();
        file.write(from.saturating_add(done), zeros)?;
        done = done.saturating_add(length(zeros));
    }
    Ok(())
}
