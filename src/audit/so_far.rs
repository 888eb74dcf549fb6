//! What a batch has done so far, as far as later facts of it need a reason.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashSet;

use super::registration::Registration;
use crate::fact::{Ending, Fact, PassReason};
use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId, SessionId};
use crate::record::Position;

/// What a batch has done so far on one gathering.
#[derive(Debug, Default)]
pub(super) struct SoFar {
    pub(super) dropped: BTreeMap<SessionId, Position>,
    /// Who was on what has ended, or gave up its places, and why.
    ended: HashSet<(OfferingId, PersonId, Ending)>,
    /// How many registrations ended because somebody asked for that, and not for another reason.
    pub(super) asked_for: usize,
    /// Who was forgotten.
    pub(super) forgotten: Vec<PersonId>,
    passed: BTreeSet<RegistrationId>,
    /// In each line the first that was passed since what is free is set aside for others, and the pool.
    kept_from: BTreeMap<OfferingId, (RegistrationId, PoolId)>,
    pub(super) handed_over: Option<(Option<PersonId>, PersonId)>,
    /// The registrations that something happened to, with where first.
    pub(super) touched: BTreeMap<RegistrationId, Position>,
    /// Who was or is on one of these, with where first.
    pub(super) people: BTreeMap<PersonId, Position>,
    /// Where places or a line became free last, so that the line is served.
    pub(super) frees: Option<Position>,
    /// Whether a draft became known: what is due of it is written by the next decision.
    pub(super) became_known: bool,
    /// Where something happened last.
    pub(super) last: Position,
}

/// What a batch has done so far on each gathering.
pub(super) type ByGathering = BTreeMap<GatheringId, SoFar>;

impl SoFar {
    /// Notes that a fact was folded that changed some registrations.
    pub(super) fn note(&mut self, fact: &Fact, at: Position, some: &[RegistrationId]) {
        for id in some {
            self.touched.entry(*id).or_insert(at);
        }
        if frees(fact) {
            self.frees = Some(at);
        }
    }

    pub(super) fn was_passed(&self, id: RegistrationId) -> bool {
        self.passed.contains(&id)
    }

    pub(super) fn passes(&mut self, offering: OfferingId, id: RegistrationId, reason: &PassReason) {
        self.passed.insert(id);
        if let PassReason::SetAside { pool } = reason {
            self.kept_from.entry(offering).or_insert((id, *pool));
        } else if self.kept_from(offering).is_some_and(|(first, _)| first == id) {
            // Places became free meanwhile, and the reason is another now.
            self.kept_from.remove(&offering);
        }
    }

    pub(super) fn kept_from(&self, offering: OfferingId) -> Option<(RegistrationId, PoolId)> {
        self.kept_from.get(&offering).copied()
    }

    pub(super) fn ends(&mut self, one: &Registration, how: Ending) {
        self.ended.extend(one.party.named().map(|person| (one.offering, person, how)));
    }

    /// Whether somebody was on what ended so.
    pub(super) fn ended_so(&self, offering: OfferingId, person: PersonId, how: Ending) -> bool {
        self.ended.contains(&(offering, person, how))
    }
}

/// Whether the line is served after a fact, in the same decision.
fn frees(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::RegistrationEnded { .. }
            | Fact::MovedToFollowUp { .. }
            | Fact::PartyChanged { .. }
            | Fact::CapacityChanged { .. }
            | Fact::SetAsideMade { .. }
            | Fact::SetAsideChanged { .. }
            | Fact::LineClosed { .. }
            | Fact::PrioritiesChanged { .. }
            | Fact::BookingOpened { .. }
            | Fact::GatheringRescheduled { .. }
    )
}
