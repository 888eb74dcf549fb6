//! What a file holds: as programs see it, and as the power leaves it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::dice::Dice;

/// What is written whole or not at all, in bytes, if it lies where such a part begins.
const SECTOR: usize = 512;
/// What takes up room, in bytes.
pub(super) const PAGE: usize = 4096;

/// A file's content.
#[derive(Clone, Debug, Default)]
pub(super) struct Image {
    /// What is read: all that was written.
    live: Vec<u8>,
    /// What is there whatever happens.
    durable: Vec<u8>,
    /// What is done between the two, in order.
    unsynced: Vec<Change>,
    /// What was changed since a sync failed: it is read, but no sync brings it to the disk.
    lost: BTreeSet<usize>,
    /// The pages that take up room. What a file was made longer by has none until it is written.
    pages: BTreeSet<usize>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

impl Image {
    /// What the disk holds when nothing is underway.
    pub(super) fn durable(bytes: Vec<u8>) -> Self {
        let pages = pages_of(&(0..bytes.len())).collect();
        Self { live: bytes.clone(), durable: bytes, pages, ..Self::default() }
    }

    pub(super) fn live(&self) -> &[u8] {
        &self.live
    }

    /// How many pages it takes up.
    pub(super) fn size(&self) -> usize {
        self.pages.len()
    }

    /// How many of some bytes can be written with so many pages more.
    pub(super) fn fits(&self, at: usize, count: usize, free: usize) -> usize {
        let range = at..at.saturating_add(count);
        let new = pages_of(&range).filter(|page| !self.pages.contains(page));
        match new.into_iter().nth(free) {
            Some(page) => page.saturating_mul(PAGE).saturating_sub(at),
            None => count,
        }
    }

    pub(super) fn write(&mut self, at: usize, bytes: &[u8]) {
        lay(&mut self.live, at, bytes);
        self.pages.extend(pages_of(&(at..at.saturating_add(bytes.len()))));
        self.unsynced.push(Change::Write(at, bytes.to_vec()));
    }

    pub(super) fn set_length(&mut self, length: usize) {
        self.live.resize(length, 0);
        self.pages.retain(|page| page.saturating_mul(PAGE) < length);
        self.unsynced.push(Change::Length(length));
    }

    pub(super) fn sync(&mut self) {
        for change in self.unsynced.drain(..) {
            match change {
                Change::Write(at, bytes) => lay(&mut self.durable, at, &bytes),
                Change::Length(length) => self.durable.resize(length, 0),
            }
        }
    }

    /// A sync that failed: any part has reached the disk, and the rest counts as written from now on.
    pub(super) fn lose(&mut self, dice: &mut Dice) {
        self.durable = self.after_power_loss(dice);
        for change in self.unsynced.drain(..) {
            if let Change::Write(at, bytes) = change {
                self.lost.extend(pages_of(&(at..at.saturating_add(bytes.len()))));
            }
        }
    }

    /// The memory in which the system keeps what it has read or written is needed for something else: what counts as
    /// written is read from the disk again.
    pub(super) fn forget(&mut self, dice: &mut Dice) {
        for page in std::mem::take(&mut self.lost) {
            let start = page.saturating_mul(PAGE);
            let range = start..start.saturating_add(PAGE).min(self.live.len());
            if dice.coin() || self.is_unsynced(&range) {
                continue;
            }
            let mut bytes: Vec<u8> = self.durable.get(range.start..).unwrap_or_default().to_vec();
            bytes.resize(range.len(), 0);
            lay(&mut self.live, range.start, &bytes);
        }
    }

    fn is_unsynced(&self, range: &Range<usize>) -> bool {
        self.unsynced.iter().any(|change| match change {
            Change::Write(at, bytes) => *at < range.end && range.start < at.saturating_add(bytes.len()),
            Change::Length(_) => true,
        })
    }

    /// What is there when the power comes back. Of what was not synced each change has reached the disk, or has
    /// not, or has in part.
    pub(super) fn after_power_loss(&self, dice: &mut Dice) -> Vec<u8> {
        let mut found = self.durable.clone();
        let mood = dice.below(4);
        for change in &self.unsynced {
            match (mood, change) {
                (0, _) => break,
                (1, Change::Write(at, bytes)) => lay(&mut found, *at, bytes),
                (_, Change::Write(at, bytes)) => tear(&mut found, *at, bytes, dice),
                (_, Change::Length(length)) if mood == 1 || dice.coin() => found.resize(*length, 0),
                (_, Change::Length(_)) => {}
            }
        }
        found
    }
}

fn pages_of(range: &Range<usize>) -> impl Iterator<Item = usize> + use<> {
    range.start / PAGE..range.end.div_ceil(PAGE)
}

/// Puts bytes at their place, zeros between the end and them if they lie beyond it.
fn lay(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at.saturating_add(bytes.len());
    if content.len() < end {
        content.resize(end, 0);
    }
    if let Some(place) = content.get_mut(at..end) {
        place.copy_from_slice(bytes);
    }
}

/// Writes as a disk does that loses its power in between.
fn tear(content: &mut Vec<u8>, at: usize, bytes: &[u8], dice: &mut Dice) {
    let cut = dice.below(bytes.len().saturating_add(1));
    let (front, back) = bytes.split_at_checked(cut).unwrap_or((bytes, &[]));
    let behind = at.saturating_add(front.len());
    match dice.below(6) {
        0 => leave(content, at, bytes, dice),
        1 => lay(content, at, bytes),
        2 => {
            lay(content, at, front);
            leave(content, behind, back, dice);
        }
        3 => {
            leave(content, at, front, dice);
            lay(content, behind, back);
        }
        _ => tear_by_sectors(content, at, bytes, dice),
    }
}

fn tear_by_sectors(content: &mut Vec<u8>, at: usize, bytes: &[u8], dice: &mut Dice) {
    let (mut at, mut rest) = (at, bytes);
    while !rest.is_empty() {
        let room = SECTOR.saturating_sub(at % SECTOR).min(rest.len());
        let (sector, behind) = rest.split_at_checked(room).unwrap_or((rest, &[]));
        if dice.coin() {
            lay(content, at, sector);
        } else {
            leave(content, at, sector, dice);
        }
        at = at.saturating_add(room);
        rest = behind;
    }
}

/// What is there where bytes should have been written. What was there before stays, whatever it is; where nothing
/// was, there may be nothing, zeros, or anything.
fn leave(content: &mut Vec<u8>, at: usize, bytes: &[u8], dice: &mut Dice) {
    let end = at.saturating_add(bytes.len());
    let before = content.get(at..end.min(content.len())).unwrap_or_default();
    let unchanged = before == bytes;
    if unchanged || before.iter().any(|&byte| byte != 0) {
        return;
    }
    match dice.below(3) {
        0 => {}
        1 => lay(content, at, &vec![0; bytes.len()]),
        _ => lay(content, at, &dice.garbage(bytes.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_synced_is_there_and_what_was_not_is_one_of_old_and_new() {
        let mut image = Image::durable(vec![1; 3_000]);
        image.write(1_000, &[2; 1_500]);
        image.sync();
        image.write(500, &[3; 2_000]);
        image.set_length(4_000);
        assert_eq!((image.live().len(), image.live()[500]), (4_000, 3));
        let (mut short, mut long, mut mixed) = (0, 0, 0);
        for seed in 0..500 {
            let found = image.after_power_loss(&mut Dice::new(seed));
            assert_eq!((&found[..500], &found[2_500..3_000]), (&[1; 500][..], &[1; 500][..]));
            for (at, &byte) in found.iter().enumerate().take(2_500).skip(500) {
                assert!(byte == 3 || byte == if at < 1_000 { 1 } else { 2 }, "{byte} at {at}");
            }
            assert!(found[3_000..].iter().all(|&byte| byte == 0));
            short += u32::from(found.len() == 3_000);
            long += u32::from(found.len() == 4_000);
            mixed += u32::from(found.contains(&3) && found[500..2_500].iter().any(|&byte| byte < 3));
        }
        assert_eq!(short + long, 500);
        assert!(short > 100 && long > 100 && mixed > 100, "{short} {long} {mixed}");
    }

    #[test]
    fn what_a_failed_sync_lost_is_read_and_never_written_unless_it_is_written_again() {
        let kept = (0..200).filter(|&seed| {
            let mut dice = Dice::new(seed);
            let mut image = Image::durable(Vec::new());
            image.write(0, &[7; 600]);
            image.lose(&mut dice);
            image.sync();
            assert_eq!(image.live(), [7; 600]);
            let kept = image.after_power_loss(&mut dice) == [7; 600];
            image.write(0, &[7; 600]);
            image.sync();
            assert_eq!(image.after_power_loss(&mut dice), [7; 600]);
            kept
        });
        let kept = kept.count();
        assert!((20..180).contains(&kept), "{kept}");
    }

    #[test]
    fn room_is_taken_by_pages_that_were_written() {
        let mut image = Image::default();
        image.set_length(100 * PAGE);
        assert_eq!(image.size(), 0);
        image.write(PAGE - 1, &[1; 2]);
        assert_eq!(image.size(), 2);
        assert_eq!(image.fits(0, 2 * PAGE, 0), 2 * PAGE);
        assert_eq!(image.fits(10, 5 * PAGE, 1), 3 * PAGE - 10);
        image.set_length(PAGE);
        assert_eq!(image.size(), 1);
    }
}
