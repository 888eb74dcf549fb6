//! Batches as bytes: the prologue, the tag table, and each fact with its kind, its version and its body.
//!
//! The bytes are the same in every store, so that two copies of a log compare equal by their chain. Every
//! number that says what something is was given by hand; no order of declaration reaches the bytes.

use chrono::{DateTime, Utc};
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use crate::id::{ActorId, GatheringId, PersonId, RegistrationId, RequestId, SessionId, TraceId};
use crate::log::error::{Error, Kind};
use crate::record::{Batch, Content, Guard, Position, Scope, Tag};

mod body;
mod part;
#[cfg(feature = "json")]
mod readable;
#[cfg(test)]
mod tests;

#[cfg(feature = "json")]
pub(super) use part::{Hex, Micros};
#[cfg(feature = "json")]
pub(super) use readable::{ReadableBatch, ReadableFact, TypedId};

/// The layout of the prologue and of the list of facts.
const LAYOUT: u8 = 2;
/// The layout of before requests were known again by a hash of what they asked for. It is read, and no longer written.
const LAYOUT_WITHOUT_CONTENT: u8 = 1;

/// The largest batch, in bytes.
pub(crate) const BATCH_LIMIT: usize = 16 * 1024 * 1024;
/// The most facts in a batch.
pub(crate) const FACTS_LIMIT: usize = 65_536;
/// The most tags that the scope and the facts of a batch bear together, repetitions counted.
pub(crate) const TAGS_LIMIT: usize = 262_144;

/// The codes of the kinds of tags.
mod tag_code {
    pub(super) const GATHERING: u8 = 1;
    pub(super) const PERSON: u8 = 2;
    pub(super) const REGISTRATION: u8 = 3;
    pub(super) const SESSION: u8 = 4;
}

/// The codes of the two kinds of scopes.
mod scope_code {
    pub(super) const EVERYTHING: u8 = 0;
    pub(super) const TAGS: u8 = 1;
}

/// Turns a batch into the bytes that every store keeps and that the chain is taken over.
///
/// For a host that brings its own store. Equal batches have equal bytes.
///
/// # Errors
/// [`Error::is_misuse`]: the batch has no facts, more than 65,536 of them, more than 262,144 tags or more than
/// 16 MiB; or a time in it is finer than a microsecond, which the bytes could not give back.
///
/// ```
/// use gather::log::{decode, encode, Batch, Guard, Scope};
/// use gather::{Fact, GatheringId, Position, RequestId};
///
/// let batch = Batch {
///     id: RequestId::from_u128(1),
///     time: chrono::DateTime::UNIX_EPOCH,
///     actor: None,
///     trace: None,
///     content: None,
///     guard: Guard { seen: Position::START, scope: Scope::everything() },
///     facts: vec![Fact::BookingOpened { gathering: GatheringId::from_u128(2) }],
/// };
/// assert_eq!(decode(&encode(&batch)?)?, batch);
/// # Ok::<(), gather::log::Error>(())
/// ```
pub fn encode(batch: &Batch) -> Result<Vec<u8>, Error> {
    check_counts(batch)?;
    let mut out = Sheet::new();
    put_prologue(&mut out.front, batch)?;
    out.put_scope(batch.guard.scope.tags());
    for fact in &batch.facts {
        let body = body::encode(fact).map_err(|error| error.at_request(batch.id))?;
        out.put_fact((body.kind, body.version), &Tag::of(fact), &body.bytes);
    }
    let borne = out.table.borne;
    if borne > TAGS_LIMIT {
        return Err(misuse(batch, format!("bears {borne} tags; at most {TAGS_LIMIT} are kept")));
    }
    let bytes = out.finish();
    if bytes.len() > BATCH_LIMIT {
        return Err(misuse(batch, format!("has {} bytes; at most {BATCH_LIMIT} are kept", bytes.len())));
    }
    Ok(bytes)
}

/// Reads a batch back from the bytes that [`encode`] made.
///
/// Bytes from anywhere may be given: nothing panics, and no more memory is taken than a small multiple of
/// their length.
///
/// # Errors
/// [`Error::is_newer`]: a kind of fact, a version of one, a kind of tag or a time zone that this version of the
/// crate does not know. [`Error::is_corrupt`]: anything else that `encode` would not have made; integers that
/// are padded with more bytes than they need are taken all the same.
pub fn decode(bytes: &[u8]) -> Result<Batch, Error> {
    Prologue::read(bytes)?.finish()
}

fn check_counts(batch: &Batch) -> Result<(), Error> {
    if batch.facts.is_empty() {
        return Err(misuse(batch, "has no facts"));
    }
    if batch.facts.len() > FACTS_LIMIT {
        let count = batch.facts.len();
        return Err(misuse(batch, format!("has {count} facts; at most {FACTS_LIMIT} are kept")));
    }
    Ok(())
}

fn misuse(batch: &Batch, fault: impl std::fmt::Display) -> Error {
    Error::new(Kind::Misuse, format!("the batch of request {} {fault}", batch.id))
}

pub(crate) fn corrupt(what: &str) -> Error {
    Error::new(Kind::Corrupt, what)
}

fn newer(what: impl Into<String>) -> Error {
    Error::new(Kind::Newer, what)
}

fn put_prologue(out: &mut Writer, batch: &Batch) -> Result<(), Error> {
    let time = part::micros(batch.time).map_err(|error| error.at_request(batch.id))?;
    out.put_byte(LAYOUT);
    out.put_raw(&batch.id.bytes());
    out.put(&time)?;
    out.put_maybe(batch.actor.map(ActorId::bytes));
    out.put_maybe(batch.trace.map(TraceId::bytes));
    out.put_maybe(batch.content.map(Content::bytes));
    out.put_number(batch.guard.seen.get());
    Ok(())
}

/// The bytes of a batch in the making. The table comes before the facts, and every fact adds to it; so they are put
/// together at the end.
struct Sheet {
    /// The prologue and the scope.
    front: Writer,
    table: Table,
    facts: Writer,
    /// How many facts there are.
    count: usize,
}

impl Sheet {
    fn new() -> Self {
        let (front, facts) = (Writer::with_room(ORDINARY), Writer::with_room(ORDINARY_FACTS));
        Self { front, table: Table::default(), facts, count: 0 }
    }

    fn put_scope(&mut self, tags: Option<&[Tag]>) {
        let Some(tags) = tags else { return self.front.put_byte(scope_code::EVERYTHING) };
        self.front.put_byte(scope_code::TAGS);
        self.table.put_places(tags, &mut self.front);
    }

    fn put_fact(&mut self, (kind, version): (u16, u8), tags: &[Tag], body: &[u8]) {
        self.count = self.count.saturating_add(1);
        self.facts.put_number(u64::from(kind));
        self.facts.put_byte(version);
        self.table.put_places(tags, &mut self.facts);
        self.facts.put_count(body.len());
        self.facts.put_raw(body);
    }

    fn finish(self) -> Vec<u8> {
        let Self { front: mut out, table, facts, count } = self;
        table.put(&mut out);
        out.put_count(count);
        out.put_raw(&facts.bytes);
        out.bytes
    }
}

/// Up to how many tags are looked through one by one; where there are more, a map finds them.
const FEW_TAGS: usize = 16;

/// Every tag of a batch once, in the order in which they are first named.
#[derive(Default)]
struct Table {
    tags: Vec<Tag>,
    /// Where each is, once they are many.
    place_of: HashMap<Tag, u32>,
    borne: usize,
}

impl Table {
    /// Writes down where each of some tags is.
    fn put_places(&mut self, tags: &[Tag], out: &mut Writer) {
        self.borne = self.borne.saturating_add(tags.len());
        out.put_count(tags.len());
        for &tag in tags {
            out.put_number(u64::from(self.place(tag)));
        }
    }

    fn place(&mut self, tag: Tag) -> u32 {
        if self.tags.len() > FEW_TAGS {
            return self.place_among_many(tag);
        }
        let known = self.tags.iter().position(|known| *known == tag);
        nth(known.unwrap_or_else(|| {
            self.tags.push(tag);
            self.tags.len() - 1
        }))
    }

    fn place_among_many(&mut self, tag: Tag) -> u32 {
        if self.place_of.is_empty() {
            self.place_of.extend(self.tags.iter().copied().zip(0..));
        }
        let Self { tags, place_of, .. } = self;
        *place_of.entry(tag).or_insert_with(|| {
            tags.push(tag);
            nth(tags.len() - 1)
        })
    }

    fn put(&self, out: &mut Writer) {
        out.put_count(self.tags.len());
        for &tag in &self.tags {
            let (code, id) = tag_bytes(tag);
            out.put_byte(code);
            out.put_raw(&id);
        }
    }
}

/// More tags than a `u32` counts are refused long before they get here.
fn nth(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn tag_bytes(tag: Tag) -> (u8, [u8; 16]) {
    match tag {
        Tag::Gathering(id) => (tag_code::GATHERING, id.bytes()),
        Tag::Person(id) => (tag_code::PERSON, id.bytes()),
        Tag::Registration(id) => (tag_code::REGISTRATION, id.bytes()),
        Tag::Session(id) => (tag_code::SESSION, id.bytes()),
    }
}

fn read_tag((code, id): (u8, [u8; 16])) -> Result<Tag, Error> {
    match code {
        tag_code::GATHERING => Ok(Tag::Gathering(GatheringId::from_bytes(id))),
        tag_code::PERSON => Ok(Tag::Person(PersonId::from_bytes(id))),
        tag_code::REGISTRATION => Ok(Tag::Registration(RegistrationId::from_bytes(id))),
        tag_code::SESSION => Ok(Tag::Session(SessionId::from_bytes(id))),
        unknown => Err(newer(format!("the tag type {unknown} is not known to this version"))),
    }
}

/// A batch as far as it can be read without knowing its facts: who, when, under which guard, about whom.
pub(crate) struct Prologue<'a> {
    #[cfg(feature = "json")]
    layout: u8,
    pub(crate) id: RequestId,
    time: DateTime<Utc>,
    actor: Option<ActorId>,
    trace: Option<TraceId>,
    content: Option<Content>,
    guard: Guard,
    pub(crate) facts: Vec<Unread<'a>>,
}

/// A fact whose body has not been looked at.
pub(crate) struct Unread<'a> {
    kind: u16,
    version: u8,
    pub(crate) tags: Vec<Tag>,
    body: &'a [u8],
}

impl<'a> Prologue<'a> {
    /// Reads all but the bodies.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() > BATCH_LIMIT {
            return Err(corrupt("a batch is larger than any that is written"));
        }
        let mut from = Reader { rest: bytes };
        let layout: u8 = from.take("layout")?;
        if !(LAYOUT_WITHOUT_CONTENT..=LAYOUT).contains(&layout) {
            let read = "this version reads the layouts 1 and 2";
            return Err(newer(format!("a batch has layout {layout}; {read}")));
        }
        let id = RequestId::from_bytes(from.take("id")?);
        let time = part::time(from.take("time")?)?;
        let actor = from.take::<Option<_>>("actor")?.map(ActorId::from_bytes);
        let trace = from.take::<Option<_>>("trace")?.map(TraceId::from_bytes);
        let content: Option<[u8; 8]> = if layout == LAYOUT { from.take("content")? } else { None };
        let content = content.map(Content::from_bytes);
        let seen = Position::new(from.take("guard")?);
        let scope = read_scope(&mut from)?;
        let mut table = ReadTable::read(&mut from)?;
        let scope = table.scope(scope)?;
        let facts = read_facts(&mut from, &mut table)?;
        table.check_all_used()?;
        if !from.rest.is_empty() {
            return Err(corrupt("bytes follow the last fact of a batch"));
        }
        Ok(Self {
            #[cfg(feature = "json")]
            layout,
            id,
            time,
            actor,
            trace,
            content,
            guard: Guard { seen, scope },
            facts,
        })
    }

    /// Reads the bodies, too.
    pub(crate) fn finish(self) -> Result<Batch, Error> {
        let read = |fact: &Unread<'_>| body::decode(fact.kind, fact.version, &fact.tags, fact.body);
        let facts = self.facts.iter().map(read).collect::<Result<_, _>>()?;
        let Self { id, time, actor, trace, content, guard, .. } = self;
        Ok(Batch { id, time, actor, trace, content, guard, facts })
    }
}

fn read_scope(from: &mut Reader<'_>) -> Result<Option<Vec<u32>>, Error> {
    match from.take("scope")? {
        scope_code::EVERYTHING => Ok(None),
        scope_code::TAGS => from.take_list("scope", Scope::LIMIT).map(Some),
        _ => Err(corrupt("a batch has a scope of no known code")),
    }
}

fn read_facts<'a>(from: &mut Reader<'a>, table: &mut ReadTable) -> Result<Vec<Unread<'a>>, Error> {
    let count = from.take_count("number of facts", FACTS_LIMIT)?;
    if count == 0 {
        return Err(corrupt("a batch has no facts"));
    }
    let mut facts = Vec::new();
    for _ in 0..count {
        let (kind, version) = from.take("kind of a fact")?;
        let places: Vec<u32> = from.take_list("tags of a fact", table.left())?;
        let tags = table.tags(&places)?;
        let body: &[u8] = from.take("body of a fact")?;
        facts.push(Unread { kind, version, tags, body });
    }
    Ok(facts)
}

/// The tag table as it is read. It must be as [`encode`] makes it: every id once, in the order of first use.
struct ReadTable {
    tags: Vec<Tag>,
    used: usize,
    borne: usize,
}

impl ReadTable {
    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        let count = from.take_count("tag table", TAGS_LIMIT)?;
        let mut tags = Vec::new();
        for _ in 0..count {
            tags.push(read_tag(from.take("tag")?)?);
        }
        if has_twins(&tags) {
            return Err(corrupt("a batch has a tag twice in its table"));
        }
        Ok(Self { tags, used: 0, borne: 0 })
    }

    /// How many more tags may be borne.
    fn left(&self) -> usize {
        TAGS_LIMIT.saturating_sub(self.borne)
    }

    fn tags(&mut self, places: &[u32]) -> Result<Vec<Tag>, Error> {
        self.borne = self.borne.saturating_add(places.len());
        places.iter().map(|&place| self.tag(place)).collect()
    }

    fn tag(&mut self, place: u32) -> Result<Tag, Error> {
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        let Some(&tag) = self.tags.get(place) else {
            return Err(corrupt("a fact names a tag beyond the table of its batch"));
        };
        if place > self.used {
            return Err(corrupt("the tags of a batch are not in the order of their use"));
        }
        self.used = self.used.max(place.saturating_add(1));
        Ok(tag)
    }

    fn scope(&mut self, places: Option<Vec<u32>>) -> Result<Scope, Error> {
        let Some(places) = places else { return Ok(Scope::everything()) };
        let tags = self.tags(&places)?;
        let scope = Scope::of(tags.iter().copied());
        if scope.tags() == Some(&tags) { Ok(scope) } else { Err(corrupt("a scope is empty or not in order")) }
    }

    fn check_all_used(&self) -> Result<(), Error> {
        if self.used == self.tags.len() {
            Ok(())
        } else {
            Err(corrupt("a batch has a tag that nothing bears"))
        }
    }
}

fn has_twins(tags: &[Tag]) -> bool {
    let mut sorted = tags.to_vec();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}

/// Room for an ordinary registration, and some more.
const ORDINARY: usize = 256;
/// The same for its facts alone.
const ORDINARY_FACTS: usize = 64;

/// Bytes as postcard has them: what is in every batch is written directly, the rest as serde sees it.
struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn with_room(room: usize) -> Self {
        Self { bytes: Vec::with_capacity(room) }
    }

    fn put_byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Bytes whose number is known to whoever reads them.
    fn put_raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Seven bits a byte, the lowest first; a set eighth bit says that more follow.
    fn put_number(&mut self, mut number: u64) {
        loop {
            let [low, ..] = number.to_le_bytes();
            number >>= 7;
            if number == 0 {
                return self.put_byte(low);
            }
            self.put_byte(low | 0x80);
        }
    }

    fn put_count(&mut self, count: usize) {
        self.put_number(u64::try_from(count).unwrap_or(u64::MAX));
    }

    fn put_maybe<const N: usize>(&mut self, bytes: Option<[u8; N]>) {
        self.put_byte(u8::from(bytes.is_some()));
        self.put_raw(bytes.as_ref().map_or(&[], <[u8; N]>::as_slice));
    }

    fn put<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.bytes = postcard::to_extend(value, std::mem::take(&mut self.bytes)).map_err(not_encoded)?;
        Ok(())
    }
}

fn not_encoded(cause: postcard::Error) -> Error {
    Error::new(Kind::Misuse, "a batch cannot be turned into bytes").because(cause)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take<T: Deserialize<'a>>(&mut self, what: &str) -> Result<T, Error> {
        let (value, rest) = postcard::take_from_bytes(self.rest)
            .map_err(|cause| corrupt(&format!("the {what} of a batch cannot be read")).because(cause))?;
        self.rest = rest;
        Ok(value)
    }

    fn take_count(&mut self, what: &str, limit: usize) -> Result<usize, Error> {
        let count = self.take::<u32>(what)?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if count > limit {
            return Err(corrupt(&format!("the {what} of a batch is longer than any that is written")));
        }
        Ok(count)
    }

    /// A list, read item by item: what a hostile count promises is never set aside in memory.
    fn take_list(&mut self, what: &str, limit: usize) -> Result<Vec<u32>, Error> {
        let count = self.take_count(what, limit)?;
        (0..count).map(|_| self.take(what)).collect()
    }
}
