//! What whoever reads may rely on.

use std::sync::atomic::{AtomicBool, Ordering};

use super::Site;
use super::fault::{Held, at_once, holds, linger, refused, same};
use super::given::{anchors, behind, everything, ladder, last, store};
use crate::log::{Error, Log, Page, encode};
use crate::record::{Anchor, Batch, Chain, Position, StoredBatch};

pub(super) fn reads_back(site: &Site) -> Held {
    let log = site.open();
    let batches = ladder(40);
    for group in batches.chunks(7) {
        store(&*log, group)?;
    }
    let read: Vec<Batch> = everything(&*log)?.into_iter().map(|stored| stored.batch).collect();
    same("batches read back", &read.len(), &batches.len())?;
    for (read, written) in read.iter().zip(&batches) {
        same("a batch read back", read, written)?;
        same("the bytes of a batch read back", &encode(read)?, &encode(written)?)?;
    }
    Ok(())
}

pub(super) fn gapless(site: &Site) -> Held {
    let log = site.open();
    same("the head of an empty log", &log.anchor()?.position, &Position::START)?;
    let batches = ladder(40);
    let mut next = Position::START.next();
    for group in batches.chunks(7) {
        store(&*log, group)?;
    }
    for stored in everything(&*log)? {
        for record in stored.records() {
            same("a position", &record.position(), &next)?;
            next = next.next();
        }
    }
    same("the position behind the head", &log.anchor()?.position.next(), &next)
}

pub(super) fn chained(site: &Site) -> Held {
    let log = site.open();
    let mut expected = log.anchor()?;
    same("the chain of an empty log", &expected.chain, &Chain::genesis(expected.log))?;
    let batches = ladder(12);
    for group in batches.chunks(5) {
        store(&*log, group)?;
        expected = last(&anchors(expected, group)?)?;
        same("the head after a call", &log.anchor()?, &expected)?;
    }
    Ok(())
}

pub(super) fn pages(site: &Site) -> Held {
    let log = site.open();
    let batches = ladder(100);
    let anchors = anchors(log.anchor()?, &batches)?;
    for group in batches.chunks(9) {
        store(&*log, group)?;
    }
    let head = last(&anchors)?;
    for (nth, anchor) in anchors.iter().enumerate() {
        for limit in [0, 1, 3, usize::MAX] {
            is_the_page(&log.read(anchor.position, limit)?, *anchor, head)?;
            let page = log.read(anchor.position, limit)?;
            let left = batches.len().saturating_sub(nth);
            same("batches in a page", &page.batches.len(), &left.min(limit))?;
        }
    }
    Ok(())
}

/// Holds that a page begins at an anchor and was read when the log ended at another.
fn is_the_page(page: &Page, after: Anchor, head: Anchor) -> Held {
    same("where a page begins", &page.after, &after)?;
    same("the head that a page tells", &page.head, &head)?;
    let mut next = after.position.next();
    for stored in &page.batches {
        same("where a batch of a page begins", &stored.first, &next)?;
        next = stored.last().next();
    }
    Ok(())
}

pub(super) fn bounds(site: &Site) -> Held {
    let log = site.open();
    let batches = ladder(60);
    store(&*log, &batches)?;
    let head = log.anchor()?;
    refused("a page from beyond the head", log.read(head.position.next(), 1), Error::is_diverged)?;
    refused("a page from the end of time", log.read(Position::new(u64::MAX), 1), |error| {
        error.is_diverged()
    })?;
    let ends: Vec<Position> = anchors(Anchor { position: Position::START, ..head }, &batches)?
        .iter()
        .map(|end| end.position)
        .collect();
    let within = (1..head.position.get()).map(Position::new).filter(|position| !ends.contains(position));
    for position in within {
        refused("a page from within a batch", log.read(position, 1), Error::is_misuse)?;
    }
    same("the head after pages were refused", &log.anchor()?, &head)
}

/// How many batches are written while others read.
const WRITTEN: u32 = 60;

pub(super) fn prefixes_only(site: &Site) -> Held {
    let log = site.open();
    let batches = ladder(WRITTEN);
    let start = log.anchor()?;
    let over = AtomicBool::new(false);
    at_once(|racer| {
        if racer == 0 {
            let _over = Over(&over);
            return batches.chunks(3).try_for_each(|group| store(&*log, group));
        }
        let limit = if racer.is_multiple_of(2) { usize::MAX } else { 2 };
        read_along(&*log, start, limit, &batches, &over)
    })
}

/// Says that the writing has ended, however it has.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Reads what is written until there is no more, and holds every page against what was written.
fn read_along(log: &dyn Log, start: Anchor, limit: usize, written: &[Batch], over: &AtomicBool) -> Held {
    let (mut at, mut left) = (start, written.iter());
    let mut highest = start.position;
    loop {
        let was_over = over.load(Ordering::SeqCst);
        let anchor = log.anchor()?;
        holds(anchor.position >= highest, || format!("the head went back to {}", anchor.position))?;
        let page = log.read(at.position, limit)?;
        same("where a page begins", &page.after, &at)?;
        holds(page.head.position >= anchor.position, || {
            "a page is older than the head before it".to_owned()
        })?;
        highest = page.head.position;
        for stored in &page.batches {
            let expected = left.next();
            same("a batch that a reader sees", &Some(&stored.batch), &expected)?;
            same("where it begins", &stored.first, &at.position.next())?;
            at = behind(at, &stored.batch)?;
        }
        ends_with_its_head(&page, at, limit)?;
        if was_over && at.position == page.head.position {
            return Ok(());
        }
        linger();
    }
}

/// Holds that the head of a page is not before its last batch, and that it is there where the page is not full.
fn ends_with_its_head(page: &Page, at: Anchor, limit: usize) -> Held {
    if page.batches.len() < limit {
        return same("the head of a page that shows all", &page.head, &at);
    }
    let end = page.batches.last().map_or(page.after.position, StoredBatch::last);
    holds(end <= page.head.position, || {
        format!("a page ends at {end}, behind its head {}", page.head.position)
    })
}
