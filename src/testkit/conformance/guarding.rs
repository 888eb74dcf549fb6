//! What whoever appends with a guard may rely on.

use std::collections::BTreeSet;

use super::Site;
use super::fault::{Fault, Held, RACERS, at_once, holds, linger, refused, same};
use super::given::{about, anchors, batch, confirmed, everything, fresh, last, of, opened, store, unchanged};
use crate::id::GatheringId;
use crate::log::{Appended, Error, Log};
use crate::record::{Batch, Content, Position, Scope, StoredBatch, Tag};

/// How many places there are for those who race.
pub(super) const PLACES: usize = 20;

/// How often a racer tries before it says that there is no end to it.
const TRIES: u64 = 10_000;

pub(super) fn exact(site: &Site) -> Held {
    let log = site.open();
    // Facts about 1, 2, 1, 2, 3: their last positions are 3, 4 and 5.
    store(&*log, &[batch(1, 0, about(1), vec![opened(1), opened(2), opened(1)])])?;
    store(&*log, &[batch(2, 3, about(2), vec![opened(2), opened(3)])])?;
    let both = |one, other| Scope::of([one, other].map(|id| Tag::Gathering(GatheringId::from_u128(id))));
    let passes = [(about(1), 3), (about(2), 4), (about(3), 5), (about(9), 0), (both(1, 9), 3)];
    let before = log.anchor()?;
    let conflicts = [
        (about(1), 0, 1),
        (about(1), 1, 3),
        (about(1), 2, 3),
        (about(2), 1, 2),
        (about(2), 2, 4),
        (about(2), 3, 4),
        (about(3), 4, 5),
        (both(9, 3), 0, 5),
        (both(1, 2), 0, 1),
        (Scope::everything(), 0, 1),
        (Scope::everything(), 3, 4),
        (Scope::everything(), 4, 5),
    ];
    for ((scope, seen, at), id) in conflicts.into_iter().zip(100_u128..) {
        let answer = log.append(&[batch(id, seen, scope.clone(), vec![opened(50)])])?;
        let expected = vec![Appended::Conflict { at: Position::new(at), head: before.position }];
        same(&format!("the answer to one that has seen {seen} of {scope:?}"), &answer, &expected)?;
    }
    unchanged(&*log, before)?;
    for ((scope, seen), id) in passes.into_iter().zip(200_u128..) {
        let answer = log.append(&[batch(id, seen, scope.clone(), vec![opened(60 + id)])])?;
        let stored = matches!(answer.as_slice(), [Appended::Fresh { .. }]);
        holds(stored, || format!("one that has seen {seen} of {scope:?} was answered {answer:?}"))?;
    }
    Ok(())
}

/// Each racer books while it counts a free place. One inexact guard, and there are more than there are places.
pub(super) fn exact_in_races(site: &Site) -> Held {
    let log = site.open();
    let start = log.anchor()?;
    at_once(|racer| {
        for request in 0..TRIES {
            let page = log.read(Position::START, usize::MAX)?;
            if page.batches.len() >= PLACES {
                return Ok(());
            }
            linger();
            let id = u128::from(racer << 32 | request) + 1;
            let seen = page.head.position.get();
            log.append(&[batch(id, seen, about(1), vec![confirmed(1, id)])])?;
        }
        Err(Fault::new(format!("nobody could book in {TRIES} tries")))
    })?;
    let stored = everything(&*log)?;
    same("bookings of all places", &stored.len(), &PLACES)?;
    let batches: Vec<Batch> = stored.into_iter().map(|stored| stored.batch).collect();
    same("the head after a race", &log.anchor()?, &last(&anchors(start, &batches)?)?)
}

pub(super) fn unrelated_pass(site: &Site) -> Held {
    let log = site.open();
    at_once(|racer| {
        let mut seen = 0;
        for request in 0..10 {
            let id = u128::from(racer << 32 | request) + 1;
            let answer = log.append(&[of(racer.into(), id, seen)])?;
            let [Appended::Fresh { first }] = *answer.as_slice() else {
                return Err(Fault::new(format!("what nobody else has to do with was answered {answer:?}")));
            };
            seen = first.get();
        }
        Ok(())
    })?;
    same("the head after all have passed", &log.anchor()?.position.get(), &(RACERS * 10))
}

pub(super) fn conflict_leaves_nothing(site: &Site) -> Held {
    let log = site.open();
    store(&*log, &[batch(1, 0, about(1), vec![opened(1), opened(2), opened(1)])])?;
    let before = log.anchor()?;
    let conflict = |at| Appended::Conflict { at: Position::new(at), head: Position::new(3) };
    let batches = [of(2, 2, 0), batch(3, 0, Scope::everything(), vec![opened(9)]), of(1, 4, 1), of(2, 5, 1)];
    let answers = log.append(&batches)?;
    same("the answers", &answers, &vec![conflict(2), conflict(1), conflict(3), conflict(2)])?;
    unchanged(&*log, before)?;
    // The id of a batch that was in conflict is still free.
    same("the answer after seeing all", &log.append(&[of(2, 2, 3)])?, &vec![fresh(4)])
}

pub(super) fn sees_earlier_in_call(site: &Site) -> Held {
    let log = site.open();
    let answers = log.append(&[of(1, 1, 0), of(1, 2, 0), of(1, 3, 1), of(1, 1, 0)])?;
    let conflict = Appended::Conflict { at: Position::new(1), head: Position::new(1) };
    let already = Appended::Already { first: Position::new(1) };
    same("the answers to one call", &answers, &vec![fresh(1), conflict, fresh(2), already])?;
    same("batches stored by that call", &everything(&*log)?.len(), &2)
}

pub(super) fn same_answer(site: &Site) -> Held {
    let log = site.open();
    store(&*log, &[of(9, 9, 0)])?;
    let request = batch(1, 1, about(1), vec![opened(1), opened(2)]);
    let first = log.append(std::slice::from_ref(&request))?;
    same("the first answer", &first, &vec![fresh(2)])?;
    store(&*log, &[of(1, 2, 3)])?;
    let before = log.anchor()?;
    let other_guard = batch(1, 0, Scope::everything(), vec![opened(1), opened(2)]);
    let already = Appended::Already { first: Position::new(2) };
    same("the answers to repeats", &log.append(&[request, other_guard])?, &vec![already, already])?;
    unchanged(&*log, before)?;
    sent_by_many(&*log, before.position.get())
}

/// Many send the same batch at once: one of them is first, and it is stored once.
fn sent_by_many(log: &dyn Log, seen: u64) -> Held {
    for id in 100_u128..104 {
        let sent = of(id, id, seen);
        at_once(|_| {
            let answer = log.append(std::slice::from_ref(&sent))?;
            let known = matches!(answer.as_slice(), [Appended::Fresh { .. } | Appended::Already { .. }]);
            holds(known, || format!("a batch that many sent was answered {answer:?}"))
        })?;
    }
    let stored = everything(log)?;
    let requests: BTreeSet<_> = stored.iter().map(|stored| stored.batch.id).collect();
    same("batches stored for as many requests", &stored.len(), &requests.len())
}

pub(super) fn other_content(site: &Site) -> Held {
    let log = site.open();
    let asked = |hash| Batch { content: Some(Content::from_bytes([hash; 8])), ..of(1, 0xABC, 0) };
    store(&*log, &[asked(1)])?;
    let before = log.anchor()?;
    let others = [
        asked(2),
        Batch { facts: vec![opened(3)], ..asked(1) },
        Batch { facts: vec![opened(1), opened(1)], ..asked(1) },
        Batch { time: chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(1), ..asked(1) },
    ];
    for other in others {
        let names_it = other.id.to_string();
        let answer = log.append(&[of(2, 2, 0), other]);
        refused("a request's id with other content", answer, |error| {
            error.is_misuse() && error.to_string().contains(&names_it)
        })?;
        unchanged(&*log, before)?;
    }
    let again = log.append(&[asked(1)])?;
    same("the answer to the same content", &again, &vec![Appended::Already { first: Position::new(1) }])?;
    let stored: Vec<_> = everything(&*log)?;
    same("what is stored", &stored, &vec![StoredBatch { first: Position::new(1), batch: asked(1) }])
}

pub(super) fn seen_beyond_head(site: &Site) -> Held {
    let log = site.open();
    for before in 0..2_u64 {
        let answer = log.append(&[of(5, 5, before), of(1, 1, before + 2)]);
        refused("a guard that has seen more than there is", answer, Error::is_diverged)?;
        same("the head", &log.anchor()?.position.get(), &before)?;
        store(&*log, &[of(2 + u128::from(before), 2 + u128::from(before), before)])?;
    }
    Ok(())
}
