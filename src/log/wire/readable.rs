//! Batches as people read them, field by field, and back to the very bytes that were stored.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::part::{Hex, Micros};
use super::{LAYOUT, LAYOUT_WITHOUT_CONTENT, Prologue, Sheet, Unread, Writer, body, corrupt, newer, part};
use crate::id::{ActorId, RequestId, TraceId};
use crate::log::error::Error;
use crate::record::{Content, Guard, Position, Tag};

/// What a batch says about itself, and its facts.
#[derive(Debug)]
pub(in crate::log) struct ReadableBatch<F> {
    pub(in crate::log) layout: u8,
    pub(in crate::log) id: RequestId,
    pub(in crate::log) time: Micros,
    pub(in crate::log) actor: Option<ActorId>,
    pub(in crate::log) trace: Option<TraceId>,
    pub(in crate::log) content: Option<Hex>,
    pub(in crate::log) seen: Position,
    /// `None` is everything.
    pub(in crate::log) scope: Option<Vec<TypedId>>,
    pub(in crate::log) facts: Vec<F>,
}

/// A fact with a body as text, to be written (`B` is [`RawValue`]) or just read (`B` is a [`Value`]).
#[derive(Debug)]
pub(in crate::log) struct ReadableFact<B> {
    pub(in crate::log) name: String,
    pub(in crate::log) kind: u16,
    pub(in crate::log) version: u8,
    pub(in crate::log) tags: Vec<TypedId>,
    pub(in crate::log) body: B,
}

impl ReadableBatch<ReadableFact<Box<RawValue>>> {
    /// Reads stored bytes.
    pub(in crate::log) fn of_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let Prologue { layout, id, time, actor, trace, content, guard, facts } = Prologue::read(bytes)?;
        let Guard { seen, scope } = guard;
        let facts = facts.iter().map(ReadableFact::of).collect::<Result<_, _>>()?;
        Ok(Self {
            layout,
            id,
            time: part::micros(time)?,
            actor,
            trace,
            content: content.map(|content| Hex(content.bytes().to_vec())),
            seen,
            scope: scope.tags().map(|tags| tags.iter().copied().map(TypedId).collect()),
            facts,
        })
    }
}

impl ReadableFact<Box<RawValue>> {
    fn of(fact: &Unread<'_>) -> Result<Self, Error> {
        let Unread { kind, version, tags, body } = fact;
        Ok(Self {
            name: body::kind_name(*kind).unwrap_or_default(),
            kind: *kind,
            version: *version,
            tags: tags.iter().copied().map(TypedId).collect(),
            body: body::to_json(*kind, *version, body)?,
        })
    }
}

impl ReadableBatch<ReadableFact<Value>> {
    /// The bytes that a batch with this text has.
    pub(in crate::log) fn bytes(&self) -> Result<Vec<u8>, Error> {
        let mut out = Sheet::new();
        self.put_prologue(&mut out.front)?;
        out.put_scope(self.scope.as_deref().map(ids).as_deref());
        for fact in &self.facts {
            out.put_fact((fact.kind, fact.version), &ids(&fact.tags), &fact.body()?);
        }
        let bytes = out.finish();
        // What cannot be read must not be stored.
        Prologue::read(&bytes)?.finish()?;
        Ok(bytes)
    }

    fn put_prologue(&self, out: &mut Writer) -> Result<(), Error> {
        out.put_byte(self.layout);
        out.put_raw(&self.id.bytes());
        out.put(&self.time)?;
        out.put_maybe(self.actor.map(ActorId::bytes));
        out.put_maybe(self.trace.map(TraceId::bytes));
        let content = self.content.as_ref().map(hash).transpose()?;
        match (self.layout, content) {
            (LAYOUT, content) => out.put_maybe(content.map(Content::bytes)),
            (LAYOUT_WITHOUT_CONTENT, None) => {}
            (LAYOUT_WITHOUT_CONTENT, Some(_)) => return Err(corrupt("a batch of layout 1 has no content")),
            (layout, _) => return Err(newer(format!("a batch has layout {layout}"))),
        }
        out.put_number(self.seen.get());
        Ok(())
    }
}

impl ReadableFact<Value> {
    fn body(&self) -> Result<Vec<u8>, Error> {
        if body::kind_name(self.kind).is_some_and(|name| name != self.name) {
            return Err(corrupt("the name of a fact is not that of its kind"));
        }
        body::of_json(self.kind, self.version, &self.body)
    }
}

fn hash(content: &Hex) -> Result<Content, Error> {
    let bytes = <[u8; 8]>::try_from(content.0.as_slice());
    bytes.map(Content::from_bytes).map_err(|cause| corrupt("a content has eight bytes").because(cause))
}

fn ids(tags: &[TypedId]) -> Vec<Tag> {
    tags.iter().map(|TypedId(tag)| *tag).collect()
}

/// A tag as text: what kind of id, a colon, the id.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(into = "String", try_from = "Cow<'_, str>")]
pub(in crate::log) struct TypedId(pub(in crate::log) Tag);

impl From<TypedId> for String {
    fn from(TypedId(tag): TypedId) -> Self {
        match tag {
            Tag::Gathering(id) => format!("gathering:{id}"),
            Tag::Person(id) => format!("person:{id}"),
            Tag::Registration(id) => format!("registration:{id}"),
            Tag::Session(id) => format!("session:{id}"),
        }
    }
}

impl TryFrom<Cow<'_, str>> for TypedId {
    type Error = NoTag;

    fn try_from(text: Cow<'_, str>) -> Result<Self, NoTag> {
        let Some((kind, id)) = text.split_once(':') else { return Err(NoTag) };
        let tag = match kind {
            "gathering" => read(id, Tag::Gathering),
            "person" => read(id, Tag::Person),
            "registration" => read(id, Tag::Registration),
            "session" => read(id, Tag::Session),
            _ => None,
        };
        tag.map(Self).ok_or(NoTag)
    }
}

fn read<I: FromStr>(id: &str, tag: impl FnOnce(I) -> Tag) -> Option<Tag> {
    id.parse().ok().map(tag)
}

#[derive(Debug)]
pub(in crate::log) struct NoTag;

impl fmt::Display for NoTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tag is a kind of id, a colon and the id")
    }
}
