//! What must always hold, checked on the log's own facts. It shares no code with what decides: it keeps who
//! registered and how that stands, and counts anew whenever a number is asked for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use gather::log::{Batch, StoredBatch};
use gather::{
    Booking, Ending, Fact, GatheringId, OfferingId, PersonId, RegistrationId, RequestId, SessionId,
};

mod gathering;
mod line;
mod people;
mod places;
mod reasons;
mod registration;

pub(super) use gathering::Gathering;
use registration::{Claim, Registration};

/// The facts of a log so far.
#[derive(Default)]
pub(super) struct Ledger {
    gatherings: BTreeMap<GatheringId, Gathering>,
    homes: BTreeMap<SessionId, GatheringId>,
    /// Which gatherings a request was about.
    requests: BTreeMap<RequestId, BTreeSet<GatheringId>>,
    last: u64,
}

/// What a batch has done so far, as far as later facts of it need a reason.
#[derive(Default)]
struct SoFar {
    dropped: BTreeSet<SessionId>,
    /// What has ended, or gave up its places, and why.
    ended: Vec<(RegistrationId, Ending)>,
    /// Which ended because somebody asked for that, and not for another reason.
    asked_for: usize,
    forgotten: BTreeSet<PersonId>,
    passed: BTreeSet<RegistrationId>,
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

    /// What a registration is for, and for whom.
    pub(super) fn booking(&self, id: RegistrationId) -> Option<&Booking> {
        self.gatherings.values().find_map(|gathering| gathering.one(id).ok()).map(|one| &one.booking)
    }

    pub(super) fn has_answered(&self, request: RequestId) -> bool {
        self.requests.contains_key(&request)
    }

    /// When something was last recorded of any gathering.
    pub(super) fn latest(&self) -> DateTime<Utc> {
        self.gatherings.values().map(|gathering| gathering.time).max().unwrap_or_default()
    }

    /// Takes the next batch of the log in, and says what does not hold after it.
    pub(super) fn take(&mut self, stored: &StoredBatch) -> Result<(), Broken> {
        let batch = &stored.batch;
        hold(stored.first.get() == self.last + 1, || format!("a gap before {}", stored.first))?;
        hold(!batch.facts.is_empty(), || String::from("a batch without a fact"))?;
        self.is_new(batch)?;
        self.last = stored.last().get();
        self.ends_have_heirs(batch).map_err(|broken| format!("{broken}, in {batch:?}"))?;
        let mut so_far = SoFar::default();
        for fact in &batch.facts {
            if let Fact::PersonForgotten { person } = fact {
                so_far.forgotten.insert(*person);
            }
            let folded = self.fold(fact, batch.time, &mut so_far);
            folded.map_err(|broken| format!("{broken}, at {fact:?} of {batch:?}"))?;
        }
        let touched: BTreeSet<GatheringId> = batch.facts.iter().filter_map(Fact::gathering).collect();
        // What falls due of a draft is written once it is known.
        let known_now = |fact: &Fact| matches!(fact, Fact::DraftAnnounced { .. });
        let settled = !batch.facts.iter().any(known_now);
        let checked = touched.iter().try_for_each(|id| self.gatherings[id].check_after(batch.time, settled));
        self.requests.insert(batch.id, touched);
        checked.map_err(|broken| format!("{broken}, after {batch:?}"))
    }

    /// A request has one batch, until what it was about was put away.
    fn is_new(&self, batch: &Batch) -> Result<(), Broken> {
        let Some(about) = self.requests.get(&batch.id) else { return Ok(()) };
        let mut about = about.iter().map(|id| &self.gatherings[id]);
        hold(about.any(Gathering::is_archived), || format!("request {} has two batches", batch.id))
    }

    /// Whoever moves has the new registration by the batch that ends the old one; so it is with what only asked before,
    /// and comes now.
    fn ends_have_heirs(&self, batch: &Batch) -> Result<(), Broken> {
        let made = || batch.facts.iter().filter_map(made);
        for fact in &batch.facts {
            let Fact::RegistrationEnded { gathering, registration, how } = fact else { continue };
            let one = self.gatherings.get(gathering).and_then(|gathering| gathering.one(*registration).ok());
            match how {
                Ending::Superseded => {
                    let one = one.ok_or("what is superseded was there before")?;
                    let comes = made().any(|(_, booking)| {
                        booking.party.named().any(|person| one.names(person))
                            && booking.offering == one.booking.offering
                    });
                    hold(comes, || format!("nothing comes instead of {registration}"))?;
                }
                Ending::MovedAway => {
                    let is_dependent = one.is_some_and(|one| {
                        let gathering = &self.gatherings[gathering];
                        gathering.offering(one.booking.offering).requires.is_some()
                    });
                    let has_moved = made().any(|(_, booking)| booking.supersedes == Some(*registration));
                    hold(has_moved || is_dependent, || format!("{registration} has moved nowhere"))?;
                }
                _ => {}
            }
        }
        for (id, booking) in made() {
            let Some(old) = booking.supersedes else { continue };
            let mut everywhere = self.gatherings.values();
            let home =
                everywhere.find(|gathering| gathering.one(old).is_ok()).ok_or("no such registration")?;
            if home.is_completed() {
                continue;
            }
            let old = home.one(old)?;
            let is_past = old.deadline().is_some_and(|deadline| deadline <= batch.time);
            let ends_now = batch.facts.iter().any(|fact| {
                matches!(fact, Fact::RegistrationEnded { registration, .. } if *registration == old.id)
            });
            hold(!old.is_live() || is_past || ends_now, || format!("{id} and {} are live at once", old.id))?;
        }
        Ok(())
    }

    fn fold(&mut self, fact: &Fact, time: DateTime<Utc>, so_far: &mut SoFar) -> Result<(), Broken> {
        let Some(id) = fact.gathering() else { return Ok(()) };
        if let Fact::GatheringAnnounced { announcement, .. } = fact {
            let gathering = Gathering::announced(announcement, time);
            return hold(self.gatherings.insert(id, gathering).is_none(), || String::from("announced twice"));
        }
        let gathering = self.gatherings.get(&id).ok_or("never announced")?;
        hold(gathering.time <= time, || format!("time goes back from {}", gathering.time))?;
        gathering.may_happen(fact, time)?;
        gathering.nobody_is_passed_in_silence(fact, so_far)?;
        gathering.has_a_reason(fact, time, so_far)?;
        self.leaves_people_free(fact, id, time)?;
        if let Fact::SessionAdded { session, .. } = fact {
            let home = *self.homes.entry(session.id).or_insert(id);
            hold(home == id, || format!("{home} has that session"))?;
        }
        let new = match fact {
            Fact::RegistrationSplit { rest, .. } => Some(*rest),
            other => made(other).map(|(id, _)| id),
        };
        if let Some(new) = new {
            let mut everywhere = self.gatherings.values().flat_map(Gathering::registrations);
            hold(everywhere.all(|one| one.id != new), || String::from("registered twice under one id"))?;
        }
        let gathering = self.gatherings.get_mut(&id).ok_or("never announced")?;
        gathering.time = time;
        let before = gathering.all_used();
        gathering.fold(fact, time)?;
        gathering.nobody_is_too_many(fact, &before)
    }
}

/// What a fact registers.
fn made(fact: &Fact) -> Option<(RegistrationId, &Booking)> {
    match fact {
        Fact::RegistrationConfirmed { registration, booking, .. }
        | Fact::RegistrationWaitlisted { registration, booking, .. }
        | Fact::RegistrationHeld { registration, booking, .. }
        | Fact::ApprovalRequested { registration, booking, .. }
        | Fact::FollowUpRequested { registration, booking, .. }
        | Fact::InterestNoted { registration, booking, .. } => Some((*registration, booking)),
        _ => None,
    }
}
