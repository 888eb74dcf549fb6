//! What whoever stores something may rely on: all of it or nothing, as large as it may be, for good.

use super::Site;
use super::fault::{Fault, Held, holds, refused, same};
use super::given::{about, batch, everything, fresh, ladder, of, opened, store, unchanged};
use crate::fact::Fact;
use crate::id::{GatheringId, SessionId};
use crate::log::{Appended, FACTS_LIMIT, encode};
use crate::record::{Batch, Position, Scope};
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
