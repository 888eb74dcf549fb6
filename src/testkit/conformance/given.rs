//! The batches that stores are tried with, and what they must become.

use chrono::{DateTime, TimeDelta};

use super::fault::{Fault, Held, same};
use crate::fact::{Booking, Fact, Party};
use crate::id::{ActorId, GatheringId, OfferingId, PersonId, RegistrationId, RequestId, SessionId, TraceId};
use crate::log::{Appended, Log, encode};
use crate::record::{Anchor, Batch, Content, Guard, Position, Scope, StoredBatch, Tag};

pub(super) fn opened(gathering: u128) -> Fact {
    Fact::BookingOpened { gathering: GatheringId::from_u128(gathering) }
}

pub(super) fn confirmed(gathering: u128, registration: u128) -> Fact {
    Fact::RegistrationConfirmed {
        gathering: GatheringId::from_u128(gathering),
        registration: RegistrationId::from_u128(registration),
        booking: Booking::new(OfferingId::ONLY, Party::one(PersonId::from_u128(registration))),
        draws: Vec::new(),
    }
}

pub(super) fn about(gathering: u128) -> Scope {
    Scope::of([Tag::Gathering(GatheringId::from_u128(gathering))])
}

pub(super) fn batch(id: u128, seen: u64, scope: Scope, facts: Vec<Fact>) -> Batch {
    Batch {
        id: RequestId::from_u128(id),
        time: DateTime::UNIX_EPOCH,
        actor: None,
        trace: None,
        content: None,
        guard: Guard { seen: Position::new(seen), scope },
        facts,
    }
}

/// A batch of one fact about a gathering, guarded by it.
pub(super) fn of(gathering: u128, id: u128, seen: u64) -> Batch {
    batch(id, seen, about(gathering), vec![opened(gathering)])
}

pub(super) fn fresh(first: u64) -> Appended {
    Appended::Fresh { first: Position::new(first) }
}

/// A scope with a tag of every type.
fn every_tag() -> Scope {
    Scope::of([
        Tag::Gathering(GatheringId::from_u128(2)),
        Tag::Person(PersonId::from_u128(u128::MAX)),
        Tag::Registration(RegistrationId::from_u128(0)),
        Tag::Session(SessionId::from_u128(4)),
    ])
}

/// Batches of one, two and three facts, each of which has seen all before it, with all that a prologue can say.
pub(super) fn ladder(batches: u32) -> Vec<Batch> {
    let mut seen = 0;
    let mut rungs = Vec::new();
    for n in 0..batches {
        let rung = rung(n, seen);
        seen += facts_of(n);
        rungs.push(rung);
    }
    rungs
}

fn facts_of(n: u32) -> u64 {
    u64::from(n % 3 + 1)
}

fn rung(n: u32, seen: u64) -> Batch {
    let number = u128::from(n);
    let facts = [opened(number), confirmed(number, number), opened(number + 1)];
    let facts = facts.into_iter().cycle().take(usize::try_from(facts_of(n)).unwrap_or(1)).collect();
    let scope = if n.is_multiple_of(2) { Scope::everything() } else { every_tag() };
    Batch {
        time: DateTime::UNIX_EPOCH + TimeDelta::microseconds(i64::from(n) - 7),
        actor: n.is_multiple_of(2).then(|| ActorId::from_u128(number)),
        trace: n.is_multiple_of(3).then(|| TraceId::from_u128(number)),
        content: n.is_multiple_of(5).then(|| Content::from_bytes([0xC0; 8])),
        ..batch(number + 1, seen, scope, facts)
    }
}

/// Stores batches that nothing stands in the way of.
pub(super) fn store(log: &dyn Log, batches: &[Batch]) -> Held {
    let answers = log.append(batches)?;
    same("answers to a call", &answers.len(), &batches.len())?;
    match answers.iter().find(|answer| !matches!(answer, Appended::Fresh { .. })) {
        Some(answer) => {
            Err(Fault::new(format!("a batch that nothing stood in the way of was answered {answer:?}")))
        }
        None => Ok(()),
    }
}

/// All that a log holds.
pub(super) fn everything(log: &dyn Log) -> Result<Vec<StoredBatch>, Fault> {
    Ok(log.read(Position::START, usize::MAX)?.batches)
}

/// Where a log must stand after each of some batches, from an anchor on: the anchor itself first.
pub(super) fn anchors(start: Anchor, batches: &[Batch]) -> Result<Vec<Anchor>, Fault> {
    let mut anchors = vec![start];
    let mut at = start;
    for batch in batches {
        at = behind(at, batch)?;
        anchors.push(at);
    }
    Ok(anchors)
}

/// Where a log must stand after one more batch.
pub(super) fn behind(at: Anchor, batch: &Batch) -> Result<Anchor, Fault> {
    let (position, chain) = (at.position.plus(batch.facts.len()), at.chain.then(&encode(batch)?));
    Ok(Anchor { position, chain, ..at })
}

/// The last of some anchors, which are never none.
pub(super) fn last(anchors: &[Anchor]) -> Result<Anchor, Fault> {
    anchors.last().copied().ok_or_else(|| Fault::new("a log has no anchor"))
}

/// Holds that a log stands where it stood, and shows nothing more.
pub(super) fn unchanged(log: &dyn Log, before: Anchor) -> Held {
    same("the head after nothing was stored", &log.anchor()?, &before)?;
    let page = log.read(before.position, usize::MAX)?;
    same("what lies behind the head after nothing was stored", &page.batches, &Vec::new())
}
