//! Whoever reads a log from its beginning, batch by batch, and names what breaks a rule.

use chrono::{DateTime, Utc};
use hashbrown::{HashMap, HashSet};

use super::after::Whole;
use super::finding::{Breach, Finding, Findings, Judged, Notes, Rule, breach, hold};
use super::forgotten::Forgotten;
use super::gathering::Gathering;
use super::judge::registration_of;
use super::people::People;
use super::so_far::{ByGathering, SoFar};
use super::{heir, plan};
use crate::fact::{Fact, PassReason};
use crate::id::{GatheringId, LogId, PersonId, RegistrationId, RequestId, SessionId};
use crate::log::{Error, Page, RawPage, decode, encode};
use crate::record::{Anchor, Chain, Position, Record, StoredBatch};

pub(super) type Gatherings = HashMap<GatheringId, Gathering>;

/// Audits a log as it is read: for a host that follows one, and wants to know at once when something is wrong.
///
/// It is given every page from the beginning on, each behind the one before it. Whoever has a whole log in hand asks
/// [`verify`](super::verify).
///
/// ```
/// use gather::audit::Auditor;
/// use gather::log::{Log, MemoryLog};
/// use gather::Position;
///
/// let log = MemoryLog::new();
/// let mut auditor = Auditor::new(log.anchor()?.log);
/// auditor.take(&log.read(Position::START, 100)?);
/// assert!(auditor.findings().is_sound());
/// # Ok::<(), gather::log::Error>(())
/// ```
#[derive(Debug)]
pub struct Auditor {
    pub(super) gatherings: Gatherings,
    pub(super) homes: HashMap<RegistrationId, GatheringId>,
    programmes: HashMap<SessionId, GatheringId>,
    requests: HashMap<RequestId, Box<[GatheringId]>>,
    people: People,
    forgotten: Forgotten,
    /// Whose own calendar has a secret address.
    calendar_tokens: HashSet<PersonId>,
    findings: Findings,
    /// The ends of the batches since the chain was last compared with the store's, the place of that first.
    links: Vec<Anchor>,
    /// How many of these batches may have been written by an older version.
    older: u64,
}

impl Auditor {
    /// An auditor of a log that has not been read yet.
    #[must_use]
    pub fn new(log: LogId) -> Self {
        let to = Anchor { log, position: Position::START, chain: Chain::genesis(log) };
        Self {
            gatherings: HashMap::new(),
            homes: HashMap::new(),
            programmes: HashMap::new(),
            requests: HashMap::new(),
            people: People::default(),
            forgotten: Forgotten::default(),
            calendar_tokens: HashSet::new(),
            findings: Findings::none(to),
            links: vec![to],
            older: 0,
        }
    }

    /// What was found so far.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Ends the audit.
    #[must_use]
    pub fn finish(self) -> Findings {
        self.findings
    }

    /// Audits the next page. It begins where the one before it ended; where it does not, that is a finding, and what is
    /// found after it may be for want of what is missing.
    ///
    /// The chain is taken over the bytes that this version would write. Where an older one may have written a batch, the
    /// store's word is taken for it; [`take_raw`](Self::take_raw) need not do so.
    pub fn take(&mut self, page: &Page) {
        self.compare(page.after);
        for stored in &page.batches {
            self.take_batch(stored);
            // What cannot be written is not linked; the next comparison says so.
            let bytes = encode(&stored.batch).unwrap_or_default();
            self.link(stored, &bytes);
            self.older = self.older.saturating_add(u64::from(stored.batch.content.is_none()));
        }
        if self.findings.to.position == page.head.position {
            self.compare(page.head);
        }
    }

    /// As [`take`](Self::take), of batches as the bytes that are kept: the chain is taken over these.
    ///
    /// # Errors
    /// Bytes that are no batch, or one that a newer version wrote; what is before them has been audited.
    pub fn take_raw(&mut self, page: &RawPage) -> Result<(), Error> {
        self.compare(page.after);
        for bytes in &page.batches {
            let first = self.findings.to.position.next();
            let batch = decode(bytes).map_err(|error| error.at(first))?;
            let stored = StoredBatch { first, batch };
            self.take_batch(&stored);
            self.link(&stored, bytes);
        }
        if self.findings.to.position == page.head.position {
            self.compare(page.head);
        }
        Ok(())
    }

    /// The ends of the batches since the chain was last found to be the store's, with the chain as it was recomputed.
    pub(super) fn links(&self) -> &[Anchor] {
        &self.links
    }

    /// Compares the chain as it was recomputed with what the store says.
    fn compare(&mut self, theirs: Anchor) {
        let ours = self.findings.to;
        if ours.log != theirs.log || ours.position != theirs.position {
            let (from, to) = (theirs.position, ours.position);
            let says = format!("the log is read on from behind position {from}, and was read up to {to}");
            self.find(from.next(), breach(Rule::Gap, says));
        } else if ours.chain != theirs.chain && self.older > 0 {
            self.findings.taken_on_trust = self.findings.taken_on_trust.saturating_add(self.older);
        } else if ours.chain != theirs.chain {
            let first = self.links.first().map_or(Position::START, |link| link.position).next();
            self.unlinked(first, theirs);
        }
        self.agree(theirs);
    }

    /// Notes that the chain is another than the store's from a batch on, and goes on from what the store says.
    pub(super) fn unlinked(&mut self, first: Position, theirs: Anchor) {
        let says = format!(
            "the chain over the positions {first} to {} is not the one that is kept",
            theirs.position
        );
        self.find(first, breach(Rule::Chain, says));
        self.agree(theirs);
    }

    fn agree(&mut self, theirs: Anchor) {
        self.findings.to = theirs;
        self.links.clear();
        self.links.push(theirs);
        self.older = 0;
    }

    fn find(&mut self, position: Position, Breach { rule, says }: Breach) {
        self.findings.add(Finding { position, gathering: None, registration: None, rule, says });
    }

    /// Audits one batch.
    fn take_batch(&mut self, stored: &StoredBatch) {
        let batch = &stored.batch;
        let mut notes = Notes::default();
        if let Err(broken) = self.is_in_place(stored) {
            notes.note(stored.first, (None, None), broken);
        }
        let heirless = heir::heirless(self, stored);
        self.forgotten.begin();
        let mut so_far = ByGathering::new();
        for record in stored.records() {
            self.take_fact(&record, &mut so_far, &mut notes);
        }
        for (position, about, broken) in heirless {
            notes.note(position, about, broken);
        }
        let whole = Whole { time: batch.time, facts: batch.facts.len(), gatherings: so_far.len() };
        for (id, so_far) in &so_far {
            if let Some(gathering) = self.gatherings.get_mut(id) {
                gathering.check_after(*id, whole, so_far, &mut notes);
                gathering.forget_ended(so_far.touched.keys().copied());
            }
        }
        self.remember(batch.id, so_far.into_keys().collect());
        let seen = batch.guard.seen;
        if seen >= stored.first {
            let says = format!("a decision has seen position {seen}, which comes after it");
            notes.note(stored.first, (None, None), breach(Rule::SeenAhead, says));
        }
        notes.found.sort_by_key(|finding| finding.position);
        for finding in notes.found {
            self.findings.add(finding);
        }
    }

    /// Whether a batch follows the one before it, and is the only one of its request.
    fn is_in_place(&self, stored: &StoredBatch) -> Judged {
        let (batch, next) = (&stored.batch, self.findings.to.position.next());
        hold(stored.first == next && !batch.facts.is_empty(), Rule::Gap, || {
            format!("a batch of {} facts begins here, and the next is to begin at {next}", batch.facts.len())
        })?;
        hold(!self.requests.contains_key(&batch.id), Rule::RequestTwice, || {
            format!("request {} has two batches", batch.id)
        })
    }

    /// A request is known again until something that it was about is put away.
    fn remember(&mut self, request: RequestId, about: Box<[GatheringId]>) {
        for id in &about {
            let Some(gathering) = self.gatherings.get_mut(id) else { continue };
            gathering.requests.push(request);
        }
        let archived: Vec<GatheringId> = about.iter().copied().filter(|id| self.is_archived(*id)).collect();
        self.requests.insert(request, about);
        for id in archived {
            let theirs =
                self.gatherings.get_mut(&id).map(|gathering| std::mem::take(&mut gathering.requests));
            for request in theirs.unwrap_or_default() {
                self.requests.remove(&request);
            }
        }
    }

    fn is_archived(&self, id: GatheringId) -> bool {
        self.gatherings.get(&id).is_some_and(|gathering| gathering.life == super::gathering::Life::Archived)
    }

    fn link(&mut self, stored: &StoredBatch, bytes: &[u8]) {
        let to = self.findings.to;
        self.findings.to = Anchor { position: stored.last(), chain: to.chain.then(bytes), ..to };
        self.links.push(self.findings.to);
        self.findings.batches = self.findings.batches.saturating_add(1);
    }

    fn take_fact(&mut self, record: &Record<'_>, so_far: &mut ByGathering, notes: &mut Notes) {
        let (fact, at) = (record.fact(), record.position());
        let on = fact.gathering().and_then(|id| self.gatherings.get(&id));
        if let Err(broken) = self.forgotten.are_left_alone(fact, on) {
            notes.note(at, (fact.gathering(), registration_of(fact)), broken);
        }
        self.forgotten.fold(fact);
        let Some(id) = fact.gathering() else {
            if let Err(broken) = self.take_fact_of_a_person(fact) {
                notes.note(at, (None, None), broken);
            }
            return;
        };
        let so_far = so_far.entry(id).or_default();
        so_far.last = at;
        if so_far.forgotten.len() < self.forgotten.now().len() {
            so_far.forgotten = self.forgotten.now().to_vec();
        }
        if let Err(broken) = self.judge(id, fact, (at, record.time()), so_far) {
            notes.note(at, (Some(id), registration_of(fact)), broken);
        }
        self.fold(id, fact, (at, record.time()), so_far);
    }

    /// Judges and folds what is about no gathering.
    fn take_fact_of_a_person(&mut self, fact: &Fact) -> Judged {
        if let Fact::CalendarTokenIssued { person, .. } = fact {
            self.calendar_tokens.insert(*person);
        }
        if let Fact::PersonForgotten { person } = fact {
            self.calendar_tokens.remove(person);
        }
        let Fact::CalendarTokenRevoked { person } = fact else { return Ok(()) };
        hold(self.calendar_tokens.remove(person), Rule::NoCalendarToken, || {
            String::from("there is no secret address that could be taken back")
        })
    }

    fn judge(
        &self,
        id: GatheringId,
        fact: &Fact,
        (at, time): (Position, DateTime<Utc>),
        so_far: &mut SoFar,
    ) -> Judged {
        let known = self.gatherings.get(&id);
        if let Fact::GatheringAnnounced { announcement, .. } = fact {
            let is_new = known.is_none();
            hold(is_new, Rule::GatheringTwice, || String::from("the gathering was announced before"))?;
            return plan::fits_together(announcement);
        }
        let unknown = || breach(Rule::UnknownGathering, "the gathering was never announced");
        let gathering = known.ok_or_else(unknown)?;
        hold(gathering.time <= time, Rule::TimeBack, || {
            format!("it is recorded as of {time}, after something of {}", gathering.time)
        })?;
        gathering.may_happen(fact, time)?;
        self.is_used_once(id, fact)?;
        gathering.judge(fact, (at, time), so_far)?;
        if let Fact::Scanned { scan, told, .. } = fact {
            let home = self.homes.get(&scan.registration).copied();
            gathering.is_told_rightly(id, scan, told, home)?;
        }
        gathering.takes_answers(fact)?;
        self.forgotten.leaves(fact, gathering)?;
        self.forgotten.hands_over(fact, gathering)?;
        self.people.are_free(fact, id, &self.gatherings, time)?;
        self.is_truly_in_the_way(fact, gathering, time)
    }

    /// Whether what a fact makes has an id that was not used before.
    fn is_used_once(&self, id: GatheringId, fact: &Fact) -> Judged {
        if let Some(new) = made(fact) {
            let is_new = !self.homes.contains_key(&new);
            hold(is_new, Rule::RegistrationTwice, || format!("registration {new} was made before"))?;
        }
        if let Fact::SessionAdded { session, .. } = fact {
            let home = self.programmes.get(&session.id).copied().unwrap_or(id);
            hold(home == id, Rule::Programme, || {
                format!("session {} is in the programme of gathering {home}", session.id)
            })?;
        }
        Ok(())
    }

    fn is_truly_in_the_way(&self, fact: &Fact, gathering: &Gathering, time: DateTime<Utc>) -> Judged {
        let Fact::PassedOver { registration, reason, .. } = fact else { return Ok(()) };
        let (PassReason::Overlap { registration: other } | PassReason::SeriesDate { registration: other }) =
            reason
        else {
            return Ok(());
        };
        let home = self.homes.get(other).and_then(|home| self.gatherings.get(home));
        People::is_in_the_way(gathering.live(*registration)?, *other, home, time)
    }

    fn fold(
        &mut self,
        id: GatheringId,
        fact: &Fact,
        (at, time): (Position, DateTime<Utc>),
        so_far: &mut SoFar,
    ) {
        if let Fact::GatheringAnnounced { announcement, .. } = fact {
            self.gatherings.entry(id).or_insert_with(|| Gathering::announced(announcement, time));
            return;
        }
        if let Some(new) = made(fact) {
            self.homes.entry(new).or_insert(id);
        }
        if let Fact::SessionAdded { session, .. } = fact {
            self.programmes.entry(session.id).or_insert(id);
        }
        let Some(gathering) = self.gatherings.get_mut(&id).filter(|known| !known.is_gone()) else { return };
        gathering.time = gathering.time.max(time);
        let touched = gathering.touched_by(fact);
        let before = People::of(gathering, &touched);
        gathering.fold(fact, at);
        let after = People::of(gathering, &touched);
        so_far.note(fact, at, &touched);
        if gathering.has_requirements {
            for (person, _) in before.iter().chain(&after) {
                so_far.people.entry(*person).or_insert(at);
            }
        }
        if gathering.takes_time() {
            let stands = gathering.stands();
            for (person, one) in before {
                self.people.disengage(person, (id, one));
            }
            for (person, one) in after.into_iter().filter(|_| stands) {
                self.people.engage(person, (id, one));
            }
        }
    }
}

/// The registration that a fact makes, be it of a party in line that was split.
fn made(fact: &Fact) -> Option<RegistrationId> {
    if let Fact::RegistrationSplit { rest, .. } = fact {
        return Some(*rest);
    }
    heir::booked(fact).map(|(registration, _)| registration)
}
