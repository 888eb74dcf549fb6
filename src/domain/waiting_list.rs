//! The line: who is next, and who must wait for whom.
//!
//! There is a line for each offering, in order of joining. Only the head of a line can be given places. A head
//! that does not fit holds the pools in which it is short against everybody who joined later, in every line, and
//! against newcomers; pools in which it is not short stay open to others. So nobody is passed in their own line,
//! nobody's missing place is taken from under them, and a full pool blocks no offering that does not draw on it.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::sync::Arc;

use super::capacity::{self, Demand};
use super::decision::{Decision, Gathering};
use crate::fact::{Fact, Offering};
use crate::id::{PoolId, RegistrationId};
use crate::record::Position;

/// Gives places to those who are next in line, as far as they go, and says to whom.
///
/// Runs in the same decision after everything that can free a place.
pub(crate) fn promote(decision: &mut Decision<'_>, gathering: &Gathering) -> Vec<RegistrationId> {
    let mut promoted = Vec::new();
    if !gathering.is_live(decision.time()) {
        return promoted;
    }
    let plan = Arc::clone(&gathering.cell.plan);
    let mut heads = Heads::of_all_lines(decision, gathering, &plan.offerings);
    let mut held = BTreeSet::new();
    while let Some(head) = heads.first() {
        let demand = Demand::of(head.offering, decision.party_in_line(head.registration));
        let short = capacity::shortages(decision, gathering, &demand);
        let must_wait = head.offering.pools.iter().any(|pool| held.contains(pool));
        held.extend(short.iter().map(|shortage| shortage.pool));
        if must_wait || !short.is_empty() {
            continue;
        }
        let registration = head.registration;
        decision.record(Fact::RegistrationPromoted { gathering: gathering.id, registration, draws: Vec::new() });
        promoted.push(registration);
        heads.push_next(decision, gathering, &head);
    }
    promoted
}

/// The pools of an offering that those in line hold against a newcomer; `None` when its own line holds it all.
///
/// Between decisions no head fits, so each head tells by itself what it is short of.
pub(crate) fn held_against_newcomer(
    decision: &Decision<'_>,
    gathering: &Gathering,
    wanted: &Offering,
) -> Option<Vec<PoolId>> {
    if decision.waiting(gathering, wanted.id) > 0 {
        return None;
    }
    let mut held = BTreeSet::new();
    for rival in gathering.cell.plan.offerings.iter().filter(|rival| shares_a_pool(rival, wanted)) {
        let Some((_, first)) = decision.next_waiting(gathering, rival.id, Position::START) else { continue };
        let demand = Demand::of(rival, decision.party_in_line(first));
        held.extend(capacity::shortages(decision, gathering, &demand).iter().map(|shortage| shortage.pool));
    }
    Some(held.into_iter().filter(|pool| wanted.pools.contains(pool)).collect())
}

fn shares_a_pool(one: &Offering, other: &Offering) -> bool {
    one.pools.iter().any(|pool| other.pools.contains(pool))
}

/// The heads of several lines, the longest waiting first.
struct Heads<'p> {
    offerings: &'p [Arc<Offering>],
    heap: BinaryHeap<Reverse<(Position, usize, RegistrationId)>>,
}

struct Head<'p> {
    offering: &'p Offering,
    line: usize,
    joined: Position,
    registration: RegistrationId,
}

impl<'p> Heads<'p> {
    fn of_all_lines(decision: &Decision<'_>, gathering: &Gathering, offerings: &'p [Arc<Offering>]) -> Self {
        let mut heads = Self { offerings, heap: BinaryHeap::new() };
        for (line, offering) in offerings.iter().enumerate() {
            // The line of a session that is dropped or over is served no more. Its pools are its own, so nobody else
            // waits for what it holds.
            let stands = decision.session_must_stand(gathering, offering).is_ok();
            if !stands || decision.session_must_not_be_over(gathering, offering).is_err() {
                continue;
            }
            heads.push(line, decision.next_waiting(gathering, offering.id, Position::START));
        }
        heads
    }

    fn push(&mut self, line: usize, next: Option<(Position, RegistrationId)>) {
        if let Some((joined, registration)) = next {
            self.heap.push(Reverse((joined, line, registration)));
        }
    }

    fn push_next(&mut self, decision: &Decision<'_>, gathering: &Gathering, head: &Head<'p>) {
        self.push(head.line, decision.next_waiting(gathering, head.offering.id, head.joined));
    }

    fn first(&mut self) -> Option<Head<'p>> {
        let Reverse((joined, line, registration)) = self.heap.pop()?;
        let offering = self.offerings.get(line)?;
        Some(Head { offering, line, joined, registration })
    }
}
