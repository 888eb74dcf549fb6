//! What whoever decides within the log's turn may rely on.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use super::Site;
use super::fault::{Fault, Held, at_once, holds, linger, refused, same};
use super::given::{
    about, anchors, batch, confirmed, everything, fresh, ladder, last, of, opened, store, unchanged,
};
use super::guarding::PLACES;
use crate::log::{Error, Log, Page};
use crate::record::{Anchor, Batch, Position, Scope, StoredBatch};

pub(super) fn hands_over(site: &Site) -> Held {
    let log = site.open();
    let batches = ladder(30);
    let anchors = anchors(log.anchor()?, &batches)?;
    batches.chunks(4).try_for_each(|group| store(&*log, group))?;
    let stored = everything(&*log)?;
    let head = last(&anchors)?;
    for after in (0..=head.position.get()).map(Position::new) {
        let mut page = None;
        let told = log.exclusive(after, &mut |handed| {
            page = Some(handed.clone());
            Vec::new()
        })?;
        is_nothing(&told, head)?;
        let page = page.ok_or_else(|| Fault::new("nobody was asked to decide"))?;
        let begun = stored.partition_point(|stored| stored.last() <= after);
        let what = format!("what is handed over after {after}");
        same(&what, &page.batches, &stored.iter().skip(begun).cloned().collect())?;
        same(&format!("{what}: the anchor before it"), &Some(&page.after), &anchors.get(begun))?;
        same(&format!("{what}: the head"), &page.head, &head)?;
    }
    let beyond = log.exclusive(head.position.next(), &mut |_| vec![of(1, 1_000, 0)]);
    refused("a turn from beyond the head", beyond, Error::is_diverged)?;
    unchanged(&*log, head)
}

/// Holds that a turn says that it stored nothing.
fn is_nothing(told: &Page, head: Anchor) -> Held {
    same("what an empty turn stored", &told.batches, &Vec::new())?;
    same("where the log ends after an empty turn", &told.head, &head)?;
    same("where an empty turn begins", &told.after, &head)
}

pub(super) fn stores_decided(site: &Site) -> Held {
    let log = site.open();
    let mut expected = Vec::new();
    for turn in 0..6_u32 {
        let before = log.anchor()?;
        let decided = decided_in(turn, before.position.get());
        let told = log.exclusive(before.position, &mut |_| decided.clone())?;
        same("where that begins which a turn stored", &told.after, &before)?;
        same("where the log ends after a turn", &told.head, &last(&anchors(before, &decided)?)?)?;
        same("the head after a turn", &log.anchor()?, &told.head)?;
        let stored = log.read(before.position, usize::MAX)?.batches;
        same("what a turn says that it stored", &told.batches, &stored)?;
        expected.extend(decided);
    }
    let read: Vec<Batch> = everything(&*log)?.into_iter().map(|stored| stored.batch).collect();
    same("batches that were decided", &read.len(), &expected.len())?;
    read.iter().zip(&expected).try_for_each(|(read, decided)| same("a batch that was decided", read, decided))
}

/// One, two or three batches. By their guards no second one could be stored, and one has seen what is stored with it.
fn decided_in(turn: u32, head: u64) -> Vec<Batch> {
    let id = u128::from(turn) * 10 + 1;
    let decided = [
        batch(id, 0, Scope::everything(), vec![opened(1), opened(2)]),
        batch(id + 1, head + 1, about(1), vec![opened(1)]),
        of(1, id + 2, 0),
    ];
    decided.into_iter().take(usize::try_from(turn % 3 + 1).unwrap_or(1)).collect()
}

pub(super) fn nobody_between(site: &Site) -> Held {
    let log = site.open();
    oversells_nothing(&*log)?;
    nobody_comes_when_let_in(&*log)
}

/// While one decides, another is told to store something and is given time for it.
fn nobody_comes_when_let_in(log: &dyn Log) -> Held {
    let (ours, others) = (of(901, 901, 0), of(902, 902, 0));
    let ((go, gone), (done, is_done)) = (channel(), channel());
    let mut seen = None;
    thread::scope(|scope| {
        let other = scope.spawn(move || store_when_told(log, &others, &gone, &done));
        let answer = log.exclusive(Position::START, &mut |page| {
            seen = Some(page.head);
            let _ = go.send(());
            // Whoever is kept out does not answer: this is how long is waited to see it.
            let _ = is_done.recv_timeout(Duration::from_millis(50));
            vec![ours.clone()]
        });
        // Where nobody was asked to decide, the other is still waiting.
        drop(go);
        answer?;
        other.join().unwrap_or_else(|panic| Err(Fault::of_panic(&*panic)))
    })?;
    let seen: Anchor = seen.ok_or_else(|| Fault::new("nobody was asked to decide"))?;
    let stored = everything(log)?;
    let first = stored.iter().find(|stored| stored.batch == ours).map(|stored| stored.first);
    same("where that begins which was decided on what was handed over", &first, &Some(seen.position.next()))
}

fn store_when_told(log: &dyn Log, batch: &Batch, told: &Receiver<()>, done: &Sender<()>) -> Held {
    if told.recv().is_err() {
        return Ok(());
    }
    store(log, std::slice::from_ref(batch))?;
    // Nobody may be waiting for it any more.
    let _ = done.send(());
    Ok(())
}

/// What a racer knows of the log: up to where it has read, and how many places are taken.
#[derive(Clone, Copy)]
struct Known {
    position: Position,
    taken: usize,
}

/// Each racer books up to three places in a turn, each on top of the one before it, and counts what it is told.
fn oversells_nothing(log: &dyn Log) -> Held {
    let booked = Mutex::new(0);
    at_once(|racer| {
        let mut known = Known { position: Position::START, taken: 0 };
        for turn in 0..=u64::try_from(PLACES).unwrap_or(u64::MAX) {
            let mut decided = Vec::new();
            let mut taken = 0;
            let told = log.exclusive(known.position, &mut |page| {
                taken = known.taken + page.batches.len();
                linger();
                decided = bookings(racer << 32 | turn << 8, page, PLACES.saturating_sub(taken).min(3));
                decided.clone()
            })?;
            if decided.is_empty() {
                return Ok(());
            }
            known = Known { position: told.head.position, taken: taken + decided.len() };
            *booked.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += decided.len();
        }
        Err(Fault::new("one writer alone booked more places than there are"))
    })?;
    let stored = everything(log)?;
    let booked = booked.into_inner().unwrap_or_default();
    same("places booked of all that there are", &stored.len(), &PLACES)?;
    same("bookings that somebody was told of", &booked, &PLACES)?;
    stands_on_what_it_saw(&stored)
}

/// So many bookings, each of which has seen those before it.
fn bookings(number: u64, page: &Page, count: usize) -> Vec<Batch> {
    let booking = |nth: u64| {
        let id = u128::from(number + nth) + 1;
        batch(id, page.head.position.get() + nth, about(1), vec![confirmed(1, id)])
    };
    (0..).take(count).map(booking).collect()
}

/// Holds that each batch lies directly behind what it has seen.
fn stands_on_what_it_saw(stored: &[StoredBatch]) -> Held {
    for StoredBatch { first, batch } in stored {
        same("where a booking lies that had seen all before it", first, &batch.guard.seen.next())?;
    }
    Ok(())
}

pub(super) fn empty_answer(site: &Site) -> Held {
    let log = site.open();
    store(&*log, &ladder(5))?;
    let (before, syncs) = (log.anchor()?, site.syncs());
    for after in [Position::START, before.position] {
        is_nothing(&log.exclusive(after, &mut |_| Vec::new())?, before)?;
    }
    same("the answers to no batch", &log.append(&[])?, &Vec::new())?;
    log.make_room()?;
    unchanged(&*log, before)?;
    same("syncs for nothing", &site.syncs(), &syncs)
}

pub(super) fn panic_leaves_nothing(site: &Site) -> Held {
    let log = site.open();
    store(&*log, &ladder(5))?;
    let before = log.anchor()?;
    let turn = || {
        log.exclusive(before.position, &mut |_| {
            // Not by the macro, so that no report of it is printed.
            resume_unwind(Box::new("whoever decides panics"))
        })
    };
    let answer = catch_unwind(AssertUnwindSafe(turn));
    holds(!matches!(answer, Ok(Ok(_))), || {
        "a turn in which whoever decides panics has an answer".to_owned()
    })?;
    goes_on_or_refuses(&*log, before)?;
    drop(log);
    if !site.lasts {
        return Ok(());
    }
    let log = site.open();
    holds(log.anchor()?.position >= before.position, || "something is gone after a panic".to_owned())?;
    let seen = log.anchor()?.position.get();
    store(&*log, &[of(77, 77, seen)])
}

/// A store in whose turn somebody panicked stores again, or says each time that it does not.
fn goes_on_or_refuses(log: &dyn Log, before: Anchor) -> Held {
    if let Ok(anchor) = log.anchor() {
        same("the head after a panic", &anchor, &before)?;
        unchanged(log, before)?;
    }
    let next = of(1, 1_000, before.position.get());
    match log.append(std::slice::from_ref(&next)) {
        Ok(answer) => same("the answer after a panic", &answer, &vec![fresh(before.position.next().get())]),
        Err(error) => {
            holds(error.was_written() == Some(false), || format!("after a panic: {error}"))?;
            refused(
                "a turn after a panic",
                log.exclusive(before.position, &mut |_| vec![next.clone()]),
                |_| true,
            )
        }
    }
}
