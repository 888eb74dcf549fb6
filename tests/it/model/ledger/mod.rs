//! What must always hold, checked on the log's own facts. It shares no code with what decides: it keeps who
//! registered and how that stands, and counts anew whenever a number is asked for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use gather::log::{Batch, StoredBatch};
use gather::{
    Booking, CancelledBy, Fact, GatheringId, Offering, OfferingId, PersonId, RegistrationId, RequestId,
    SessionId,
};

mod gathering;
mod people;

pub(super) use gathering::Gathering;

/// The facts of a log so far.
#[derive(Default)]
pub(super) struct Ledger {
    gatherings: BTreeMap<GatheringId, Gathering>,
    homes: BTreeMap<SessionId, GatheringId>,
    requests: BTreeSet<RequestId>,
    last: u64,
}

/// What a batch has done so far, as far as later facts of it need a reason.
#[derive(Default)]
struct SoFar {
    facts: usize,
    dropped: BTreeSet<SessionId>,
    ended: Vec<(RegistrationId, CancelledBy)>,
    handed_over: Option<(Option<PersonId>, PersonId)>,
}

/// What does not hold.
type Broken = String;

fn hold(so: bool, what: impl FnOnce() -> String) -> Result<(), Broken> {
    if so { Ok(()) } else { Err(what()) }
}

impl Ledger {
    pub(super) fn gatherings(&self) -> impl Iterator<Item = (GatheringId, &Gathering)> {
        self.gatherings.iter().map(|(id, gathering)| (*id, gathering))
    }

    pub(super) fn gathering(&self, id: GatheringId) -> Option<&Gathering> {
        self.gatherings.get(&id)
    }

    pub(super) fn has_answered(&self, request: RequestId) -> bool {
        self.requests.contains(&request)
    }

    /// When something was last recorded of any gathering.
    pub(super) fn latest(&self) -> DateTime<Utc> {
        self.gatherings.values().map(|gathering| gathering.time).max().unwrap_or_default()
    }

    /// Takes the next batch of the log in, and says what does not hold after it.
    pub(super) fn take(&mut self, stored: &StoredBatch) -> Result<(), Broken> {
        let batch = &stored.batch;
        hold(stored.first.get() == self.last + 1, || format!("a gap before {}", stored.first))?;
        hold(self.requests.insert(batch.id), || format!("request {} has two batches", batch.id))?;
        hold(!batch.facts.is_empty(), || String::from("a batch without a fact"))?;
        self.last = stored.last().get();
        let judged_at_once = self.nobody_is_passed(batch)?;
        let mut so_far = SoFar::default();
        for fact in &batch.facts {
            let folded = self.fold(fact, batch.time, judged_at_once, &mut so_far);
            folded.map_err(|broken| format!("{broken}, at {fact:?} of {batch:?}"))?;
        }
        let touched: BTreeSet<GatheringId> = batch.facts.iter().filter_map(Fact::gathering).collect();
        let checked = touched.iter().try_for_each(|id| self.gatherings[id].check_after(batch.time));
        checked.map_err(|broken| format!("{broken}, after {batch:?}"))
    }

    /// Of places that are given together nobody is passed who waited before. Says whether this was to be judged before
    /// all of them; where some of them wait, each is judged after the others.
    fn nobody_is_passed(&self, batch: &Batch) -> Result<bool, Broken> {
        let mut gets_in_line = batch.facts.iter();
        if gets_in_line.any(|fact| matches!(fact, Fact::RegistrationWaitlisted { .. })) {
            return Ok(false);
        }
        for fact in &batch.facts {
            if let Fact::RegistrationConfirmed { gathering, booking, .. } = fact {
                let gathering = self.gatherings.get(gathering).ok_or("never announced")?;
                gathering.nobody_waits_for_it(booking.offering)?;
            }
        }
        Ok(true)
    }

    fn fold(
        &mut self,
        fact: &Fact,
        time: DateTime<Utc>,
        judged_at_once: bool,
        so_far: &mut SoFar,
    ) -> Result<(), Broken> {
        so_far.facts += 1;
        let Some(id) = fact.gathering() else { return Ok(()) };
        if let Fact::GatheringAnnounced { announcement, .. } = fact {
            let gathering = Gathering::announced(announcement, time);
            return hold(self.gatherings.insert(id, gathering).is_none(), || String::from("announced twice"));
        }
        let gathering = self.gatherings.get(&id).ok_or("never announced")?;
        hold(gathering.time <= time, || format!("time goes back from {}", gathering.time))?;
        hold(!gathering.cancelled, || String::from("a fact after the end"))?;
        if let Fact::RegistrationConfirmed { booking, .. } = fact
            && !judged_at_once
        {
            gathering.nobody_waits_for_it(booking.offering)?;
        }
        self.has_a_reason(fact, id, so_far)?;
        self.leaves_people_free(fact, id, time)?;
        if let Fact::SessionAdded { session, .. } = fact {
            let home = *self.homes.entry(session.id).or_insert(id);
            hold(home == id, || format!("{home} has that session"))?;
        }
        if let Fact::RegistrationConfirmed { registration, .. }
        | Fact::RegistrationWaitlisted { registration, .. } = fact
        {
            let mut everywhere = self.gatherings.values().flat_map(Gathering::registrations);
            hold(everywhere.all(|one| one.id != *registration), || {
                String::from("registered twice under one id")
            })?;
        }
        let gathering = self.gatherings.get_mut(&id).ok_or("never announced")?;
        gathering.time = time;
        gathering.fold(fact, time)?;
        gathering.nobody_is_too_many()
    }

    /// No capacity and no date ends a registration. What ends was named, or is for a session that was dropped, or
    /// needed what has just ended. So it is with places that go to somebody else.
    fn has_a_reason(&self, fact: &Fact, on: GatheringId, so_far: &mut SoFar) -> Result<(), Broken> {
        let gathering = &self.gatherings[&on];
        match fact {
            Fact::SessionDropped { session, .. } => {
                so_far.dropped.insert(*session);
            }
            Fact::RegistrationCancelled { registration, by, .. } => {
                let booking = &gathering.one(*registration)?.booking;
                let offering = gathering.offering(booking.offering);
                let was_dropped = offering.session.is_some_and(|session| so_far.dropped.contains(&session));
                let stood_on = gathering.stood_on(booking);
                let lost = so_far.ended.iter().any(|(ended, _)| stood_on.contains(ended));
                hold(so_far.facts == 1 || was_dropped || lost, || String::from("it ends without a reason"))?;
                let by_whom = so_far.ended.first().map_or(*by, |(_, first)| *first);
                hold(by_whom == *by, || String::from("ended by others than what it needed"))?;
                hold(so_far.dropped.is_empty() || *by == CancelledBy::Organiser, || {
                    String::from("whoever drops a session is the organiser")
                })?;
                so_far.ended.push((*registration, *by));
            }
            Fact::PlaceTransferred { from, to, .. } => {
                let first = *so_far.handed_over.get_or_insert((*from, *to));
                hold(first == (*from, *to), || String::from("a place of somebody else goes along"))?;
                hold(so_far.facts == 1 || from.is_some(), || String::from("nobody's place goes along"))?;
            }
            _ => {}
        }
        Ok(())
    }
}

fn unnamed(booking: &Booking) -> usize {
    booking.party.guests.iter().filter(|guest| guest.is_none()).count()
}
