//! The three kinds of lines.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::id::{ActorId, LogId, RequestId, TraceId};
use crate::log::error::{Error, Kind};
use crate::log::wire::{Hex, Micros, ReadableBatch, ReadableFact, TypedId};
use crate::record::{Anchor, Position};

/// What the first line calls itself.
pub(super) const FORMAT: &str = "gather-log";
/// The version of the lines that this crate writes and reads.
pub(super) const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct HeaderLine {
    format: String,
    version: u32,
    pub(super) log: LogId,
    /// How many records follow.
    pub(super) records: u64,
}

impl HeaderLine {
    pub(super) fn of(head: Anchor) -> Self {
        Self { format: FORMAT.into(), version: VERSION, log: head.log, records: head.position.get() }
    }
}

/// As much of the first line as every version has.
#[derive(Deserialize)]
pub(super) struct AnyHeader {
    pub(super) format: String,
    pub(super) version: u32,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct HeadLine {
    head: Head,
}

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    position: Position,
    chain: Hex,
}

impl HeadLine {
    pub(super) fn of(head: Anchor) -> Self {
        let chain = Hex(head.chain.bytes().to_vec());
        Self { head: Head { position: head.position, chain } }
    }

    pub(super) fn is(&self, head: Anchor) -> bool {
        self.head.position == head.position && self.head.chain.0 == head.chain.bytes()
    }
}

/// A line between: one record. What belongs to the whole batch and is seldom asked for is said once, by its first record.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RecordLine<B> {
    pub(super) position: Position,
    time: Micros,
    fact: String,
    tags: Vec<TypedId>,
    body: B,
    batch: RequestId,
    pub(super) nth: u32,
    pub(super) of: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<ActorId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<TraceId>,
    kind: u16,
    version: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    layout: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Hex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guard: Option<GuardLine>,
}

#[derive(Debug, Serialize, Deserialize)]
struct GuardLine {
    seen: Position,
    /// Null is everything.
    scope: Option<Vec<TypedId>>,
}

impl RecordLine<Box<RawValue>> {
    /// The lines of a batch whose first record is at a position.
    pub(super) fn all(batch: ReadableBatch<ReadableFact<Box<RawValue>>>, first: Position) -> Vec<Self> {
        let ReadableBatch { layout, id, time, actor, trace, content, seen, scope, facts } = batch;
        let of = u32::try_from(facts.len()).unwrap_or(u32::MAX);
        let mut once = Some((layout, content, GuardLine { seen, scope }));
        let line = |(nth, fact): (usize, ReadableFact<Box<RawValue>>)| {
            let ReadableFact { name, kind, version, tags, body } = fact;
            let (layout, content, guard) = match once.take() {
                Some((layout, content, guard)) => (Some(layout), content, Some(guard)),
                None => (None, None, None),
            };
            Self {
                position: first.plus(nth),
                time,
                fact: name,
                tags,
                body,
                batch: id,
                nth: u32::try_from(nth).unwrap_or(u32::MAX).saturating_add(1),
                of,
                actor,
                trace,
                kind,
                version,
                layout,
                content,
                guard,
            }
        };
        facts.into_iter().enumerate().map(line).collect()
    }
}

/// The batch of which these are all the lines.
pub(super) fn batch(lines: Vec<RecordLine<Value>>) -> Result<ReadableBatch<ReadableFact<Value>>, Error> {
    let mut batch = None;
    for line in lines {
        line.join(&mut batch)?;
    }
    batch.ok_or_else(|| corrupt("a batch has no records"))
}

impl RecordLine<Value> {
    fn join(self, batch: &mut Option<ReadableBatch<ReadableFact<Value>>>) -> Result<(), Error> {
        let Self { position: _, time, fact: name, tags, body, batch: id, nth: _, of: _, .. } = self;
        let Self { actor, trace, kind, version, layout, content, guard, .. } = self;
        let fact = ReadableFact { name, kind, version, tags, body };
        let Some(begun) = batch else {
            let (Some(layout), Some(GuardLine { seen, scope })) = (layout, guard) else {
                return Err(corrupt("the first record of a batch has a layout and a guard"));
            };
            *batch = Some(ReadableBatch {
                layout,
                id,
                time,
                actor,
                trace,
                content,
                seen,
                scope,
                facts: vec![fact],
            });
            return Ok(());
        };
        let same = (begun.id, begun.time, begun.actor, begun.trace) == (id, time, actor, trace);
        if !same || layout.is_some() || content.is_some() || guard.is_some() {
            return Err(corrupt("the records of one batch differ in what they say of it"));
        }
        begun.facts.push(fact);
        Ok(())
    }
}

fn corrupt(what: &str) -> Error {
    Error::new(Kind::Corrupt, what)
}
