//! What whoever stores something may rely on: all of it or nothing, as large as it may be, for good.

use super::Site;
use super::fault::{Fault, Held, holds, refused, same};
use super::given::{about, anchors, batch, everything, fresh, ladder, last, of, opened, store, unchanged};
use crate::fact::Fact;
use crate::id::{GatheringId, SessionId};
use crate::log::{Appended, FACTS_LIMIT, Log, encode};
use crate::record::{Anchor, Batch, Position, Scope};
use crate::schedule::Schedule;

/// The largest batch, in bytes, as [`encode`] tells it.
const BYTES_LIMIT: usize = 16 * 1024 * 1024;

pub(super) fn errors_leave_nothing(site: &Site) -> Held {
    let log = site.open();
    store(&*log, &ladder(3))?;
    let before = log.anchor()?;
    let seen = before.position.get();
    let empty = batch(900, seen, about(2), Vec::new());
    let groups = [vec![of(1, 901, seen), empty.clone()], vec![empty.clone(), of(1, 901, seen)], vec![empty]];
    for group in groups {
        refused("a call with a batch without facts", log.append(&group), |error| error.is_misuse())?;
        unchanged(&*log, before)?;
        let turn = log.exclusive(before.position, &mut |_| group.clone());
        refused("a turn with a batch without facts", turn, |error| error.is_misuse())?;
        unchanged(&*log, before)?;
    }
    let answer = log.append(&[of(1, 901, seen)])?;
    same("the answer after all these errors", &answer, &vec![fresh(seen + 1)])
}

pub(super) fn largest_batches(site: &Site) -> Held {
    let log = site.open();
    let many = |facts| batch(1, 0, Scope::everything(), vec![opened(1); facts]);
    let long = |more: usize| -> Result<Batch, Fault> {
        let almost = BYTES_LIMIT - 1_000;
        let length = encode(&of_length(almost))?.len();
        Ok(of_length(almost + BYTES_LIMIT.saturating_sub(length) + more))
    };
    for too_large in [many(FACTS_LIMIT + 1), long(1)?] {
        refused("a batch beyond the limits", log.append(&[too_large]), |error| error.is_misuse())?;
        same("the head", &log.anchor()?.position, &Position::START)?;
    }
    let batches = [many(FACTS_LIMIT), long(0)?];
    same("the bytes of the largest batch", &encode(&long(0)?)?.len(), &BYTES_LIMIT)?;
    store(&*log, &batches)?;
    let read = everything(&*log)?;
    let is_there = read.iter().map(|stored| &stored.batch).eq(&batches);
    holds(is_there, || "the largest batches do not read back as they were stored".to_owned())
}

/// A batch with a text of so many bytes.
fn of_length(length: usize) -> Batch {
    let moved = Fact::SessionMoved {
        gathering: GatheringId::from_u128(1),
        session: SessionId::from_u128(2),
        schedule: Schedule::to_be_confirmed(""),
        room: "x".repeat(length),
    };
    batch(2, 65_536, about(2), vec![moved])
}

pub(super) fn raw_bytes(site: &Site) -> Held {
    let log = site.open();
    let batches = ladder(25);
    let bytes: Vec<Vec<u8>> = batches.iter().map(encode).collect::<Result<_, _>>()?;
    let anchors = anchors(log.anchor()?, &batches)?;
    let (start, head) = (log.anchor()?, last(&anchors)?);
    same("where the log ends behind bytes", &log.store_raw(start, &bytes)?, &head)?;
    same("the head behind bytes", &log.anchor()?, &head)?;
    let read: Vec<Batch> = everything(&*log)?.into_iter().map(|stored| stored.batch).collect();
    same("batches stored as bytes", &read.len(), &batches.len())?;
    read.iter().zip(&batches).try_for_each(|(read, batch)| same("a batch stored as bytes", read, batch))?;
    for (nth, anchor) in anchors.iter().enumerate() {
        let page = log.read_raw(anchor.position, 4)?;
        same("where a page of bytes begins", &page.after, anchor)?;
        same("the head that a page of bytes tells", &page.head, &head)?;
        let expected: Vec<_> = bytes.iter().skip(nth).take(4).cloned().collect();
        holds(page.batches == expected, || format!("a page of bytes after {} is another", anchor.position))?;
    }
    keeps_its_place(&*log, start, &bytes)
}

/// Holds that bytes come where they are meant to, and that what is no batch comes nowhere.
fn keeps_its_place(log: &dyn Log, start: Anchor, bytes: &[Vec<u8>]) -> Held {
    let head = log.anchor()?;
    refused("bytes behind another head", log.store_raw(start, bytes), |error| error.is_diverged())?;
    unchanged(log, head)?;
    let more = encode(&of(1, 500, head.position.get()))?;
    let damaged = more.split_last().map(|(_, rest)| rest.to_vec()).unwrap_or_default();
    let group = [more.clone(), damaged];
    refused("bytes of which some are no batch", log.store_raw(head, &group), |error| error.is_corrupt())?;
    unchanged(log, head)?;
    let older = of_layout_1(more)?;
    match log.store_raw(head, std::slice::from_ref(&older)) {
        Err(error) if error.is_misuse() && error.was_written() == Some(false) => unchanged(log, head),
        Err(error) => Err(error.into()),
        // Whoever keeps them keeps them as they are.
        Ok(_) => same("older bytes", &log.read_raw(head.position, 1)?.batches, &vec![older]),
    }
}

/// The same batch in the layout of before: nothing in it says what was asked. Before that come the layout, the id, a time of
/// one byte, and that there is no actor and no trace.
fn of_layout_1(mut bytes: Vec<u8>) -> Result<Vec<u8>, Fault> {
    let (layout, content) = (0, 1 + 16 + 1 + 1 + 1);
    if bytes.get(layout) != Some(&2) || bytes.get(content) != Some(&0) {
        return Err(Fault::new("batches are encoded in another way than this was written for"));
    }
    bytes.remove(content);
    bytes.splice(..1, [1]);
    Ok(bytes)
}

pub(super) fn lasts(site: &Site) -> Held {
    let batches = ladder(45);
    let mut known = None;
    for group in batches.chunks(15) {
        let log = site.open();
        if let Some((anchor, stored)) = &known {
            same("the head after opening again", &log.anchor()?, anchor)?;
            same("what is there after opening again", &everything(&*log)?, stored)?;
        }
        // One call, then one for each: whatever the last call was, it lasts.
        let (first, rest) = group.split_at(group.len().min(10));
        store(&*log, first)?;
        rest.iter().try_for_each(|batch| store(&*log, std::slice::from_ref(batch)))?;
        known = Some((log.anchor()?, everything(&*log)?));
    }
    let log = site.open();
    let before = log.anchor()?;
    same("the head in the end", &Some(before), &known.map(|(anchor, _)| anchor))?;
    let again = batches.get(..1).unwrap_or_default();
    let already = Appended::Already { first: Position::new(1) };
    same("the answer to a repeat after opening again", &log.append(again)?, &vec![already])?;
    unchanged(&*log, before)
}

/// How many batches are stored at once to see how often that is synced.
const GROUP: u32 = 20;

pub(super) fn syncs_once(site: &Site) -> Held {
    let log = site.open();
    let syncs = |site: &Site| site.syncs().ok_or_else(|| Fault::new("syncs are not counted"));
    let batches = ladder(GROUP + 1);
    let (first, group) = batches.split_at(1);
    let start = syncs(site)?;
    store(&*log, first)?;
    let one = syncs(site)?;
    holds(one > start, || "a batch was told to be stored without a sync".to_owned())?;
    store(&*log, group)?;
    let for_group = syncs(site)? - one;
    let few = (1..u64::from(GROUP)).contains(&for_group);
    holds(few, || format!("{GROUP} batches of one call took {for_group} syncs"))
}
