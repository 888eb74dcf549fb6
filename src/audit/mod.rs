//! Audits a log: recomputes its chain, and judges every record by the rules of booking, with code that shares nothing with
//! what decides.
//!
//! The rules are written down twice in this crate. What decides (`Desk`) asks whether something may happen; an audit reads
//! what has happened and asks whether it could have. It knows the facts and nothing else, counts for itself, and uses no
//! line of the other. So what a fault of the one lets through, the other names; and so does whoever forges a record and
//! computes checksums and chain anew.
//!
//! [`verify`] reads a whole log. An [`Auditor`] is given pages as a host follows a log. Each [`Finding`] names a position, the
//! rule by its code, and the figures.
//!
//! # What is judged
//!
//! Each [`Rule`] says what it asks. Facts are judged at their place in the batch, by what was so before them; what must hold
//! after a whole decision (whoever needed what ended has ended, nothing is live whose time is up, nobody who comes first
//! waits beside free places) is judged at its end. What has happened is folded, whatever was found wrong with it, so that
//! one forged record is one finding wherever what follows is sound by itself.
//!
//! # What is not judged
//!
//! A sound log gives no finding, so whatever cannot be told for sure is left alone:
//!
//! - whether a refusal was right, and whether what was asked for is what was recorded: neither is in the log;
//! - how much of a party's places had to be drawn from set-asides, where less was drawn than could have been: what others
//!   held while they were first in line is not recorded;
//! - whether somebody had to wait although there was room, where others waited, too; and whether somebody was left waiting
//!   on a gathering with a cap on organisations, with things that need others, with offers or with rules on people's time
//!   (the next decision sees to those);
//! - whether somebody who was passed had no room, or no place that they need first: places may have come in the same walk
//!   along the line. What is judged is whether the reason can be one at all, that there is a cap and it is reached, and that
//!   what is in the way is there and has places;
//! - which instant exactly an offer ends at where there are quiet hours: it is not within them, and not after booking closes;
//! - whether a guard was kept: what it kept from being recorded twice is judged itself;
//! - derived ids, SEQUENCE numbers, lists and calendars: they are made from the facts anew;
//! - texts and personal data: they are sealed, and nothing here opens them.
//!
//! # Memory
//!
//! It grows with what is live: registrations that have not ended on gatherings that have not been called off or archived; of
//! others the ids are kept, which may be used only once. Ids of requests are kept until what they were about is archived.

use crate::log::{Error, Log, Progress};
use crate::record::{Anchor, Position};

mod after;
mod auditor;
mod check_in;
mod claim;
mod finding;
mod fold;
mod forgotten;
mod gathering;
mod heir;
mod judge;
mod line;
mod party;
mod people;
mod places;
mod plan;
mod reason;
mod registration;
mod so_far;

pub use auditor::Auditor;
pub use finding::{Finding, Findings, Rule};

/// So many batches are read at once.
const PAGE: usize = 256;

/// Audits a whole log, from its first record to where it ends when the audit begins, or a little further.
///
/// It takes a while: progress is told page by page. What others store meanwhile may be audited or not; nothing is changed,
/// and nobody is kept waiting.
///
/// # Errors
/// The log cannot be read: an error of the store, that names the offset or the position where it knows it. What a store
/// finds damaged by its own checksums is such an error and not a finding.
///
/// # Example
/// ```
/// use gather::log::MemoryLog;
/// use gather::{Desk, Gathering, audit};
///
/// let log = std::sync::Arc::new(MemoryLog::new());
/// # let vault = std::sync::Arc::new(gather::privacy::MemoryVault::new());
/// let desk = Desk::builder().over(log.clone(), vault)?;
/// drop(desk.announce(Gathering::webinar("Business planning").places(100))?);
///
/// let findings = audit::verify(&log, &mut |_| ())?;
/// assert!(findings.is_sound(), "{findings}");
/// assert_eq!((findings.batches, findings.to.position.get()), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify(log: &dyn Log, progress: &mut dyn FnMut(Progress)) -> Result<Findings, Error> {
    let end = log.anchor()?;
    let mut auditor = Auditor::new(end.log);
    loop {
        let at = auditor.findings().to.position;
        let mut page = log.read_raw(at, PAGE)?;
        if let Some(first) = first_unlinked(log, auditor.links(), page.after)? {
            auditor.unlinked(first, page.after);
        }
        progress(Progress::new(at.get(), end.position.get().max(at.get())));
        if at >= end.position {
            return Ok(auditor.finish());
        }
        // The end of this page is compared with where the next one begins: then it is known what to read again.
        page.head = page.after;
        auditor.take_raw(&page)?;
        if auditor.findings().to.position == at {
            return Err(Error::corrupt("the log has no batch behind a position before its end").at(at));
        }
    }
}

/// The first position of the first batch behind which the store gives another chain than the one that was recomputed, if
/// it gives another behind the last.
fn first_unlinked(log: &dyn Log, links: &[Anchor], theirs: Anchor) -> Result<Option<Position>, Error> {
    if links.last().is_none_or(|ours| ours.position != theirs.position || ours.chain == theirs.chain) {
        return Ok(None);
    }
    let mut before = Position::START;
    for link in links {
        if log.read_raw(link.position, 1)?.after.chain != link.chain {
            return Ok(Some(before.next()));
        }
        before = link.position;
    }
    Ok(None)
}
