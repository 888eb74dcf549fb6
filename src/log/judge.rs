//! Whether a batch may be stored: the one place where a guard is weighed, the same for every store.

use super::error::{Error, Kind};
use super::{Appended, Log, Page, wire};
use crate::record::{Batch, Position, StoredBatch};

/// Stores the batches that pass their guards, behind all that is there.
pub(super) fn append<L: Log + ?Sized>(log: &L, batches: &[Batch]) -> Result<Vec<Appended>, Error> {
    let Some(oldest) = batches.iter().map(|batch| batch.guard.seen).min() else {
        // Whether a log takes nothing says whether it takes anything.
        return log.anchor().map(|_| Vec::new());
    };
    batches.iter().try_for_each(|batch| wire::encode(batch).map(|_| ()))?;
    let mut answers = Ok(Vec::new());
    log.exclusive(oldest.min(log.anchor()?.position), &mut |page| match judge(page, batches) {
        Ok((stored, judged)) => {
            answers = Ok(judged);
            stored
        }
        Err(error) => {
            answers = Err(error);
            Vec::new()
        }
    })?;
    answers
}

/// The batches that pass, and the answer to each of all.
fn judge(page: &Page, batches: &[Batch]) -> Result<(Vec<Batch>, Vec<Appended>), Error> {
    let mut later = page.batches.clone();
    let mut head = page.head.position;
    let (mut passed, mut answers) = (Vec::new(), Vec::new());
    for batch in batches {
        let answer = answer(batch, &later, head)?;
        answers.push(answer);
        if let Appended::Fresh { first } = answer {
            head = head.plus(batch.facts.len());
            later.push(StoredBatch { first, batch: batch.clone() });
            passed.push(batch.clone());
        }
    }
    Ok((passed, answers))
}

/// What becomes of a batch, given those that were stored after what it has seen, and others before them.
fn answer(batch: &Batch, stored: &[StoredBatch], head: Position) -> Result<Appended, Error> {
    let seen = batch.guard.seen;
    if seen > head {
        let what = format!("request {} has seen position {seen}; the log ends at {head}", batch.id);
        return Err(Error::new(Kind::Diverged, what).at_position(head));
    }
    let later = stored.get(stored.partition_point(|stored| stored.last() <= seen)..).unwrap_or_default();
    // To be known already goes before a conflict: what a repeated request runs into may be its own facts.
    if let Some(known) = later.iter().find(|later| later.batch.id == batch.id) {
        return is_the_same(batch, known).map(|()| Appended::Already { first: known.first });
    }
    let records = later.iter().flat_map(StoredBatch::records);
    let conflict = records
        .filter(|record| record.position() > seen)
        .find(|record| batch.guard.scope.covers(&crate::record::Tag::of(record.fact())));
    Ok(match conflict {
        Some(record) => Appended::Conflict { at: record.position(), head },
        None => Appended::Fresh { first: head.next() },
    })
}

/// Refuses a batch with the id of another that says something else.
fn is_the_same(batch: &Batch, known: &StoredBatch) -> Result<(), Error> {
    // What was stored before the hash was kept is known again by its facts.
    let content = known.batch.content.or(batch.content);
    let asked = Batch { content, guard: batch.guard.clone(), ..known.batch.clone() };
    if *batch == asked {
        return Ok(());
    }
    let what = format!("request {} was stored before with other content", batch.id);
    Err(Error::new(Kind::Misuse, what).at_position(known.first))
}
