//! The line: who is next, who must wait for whom, and who is passed.
//!
//! There is a line for each offering, and one order across all of them: the class first, then who joined first. A party
//! at the head of a strict line that does not fit closes its line and holds what it is short of against everybody
//! behind, in every line, and against newcomers; what it is not short of stays open to others. So nobody's missing place
//! is taken from under them, and a full pool blocks no offering that does not draw on it. Whoever is not let in for a
//! reason of their own, or does not fit where the line says "best fit", holds nothing and is passed; and where somebody
//! behind them in the same line is served, that is recorded with the reason.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::capacity::{self, Applicant, Held};
use super::cells::{RegistrationCell, Turn};
use super::decision::{Decision, Gathering};
use super::refusal::{Refusal, Shortage};
use super::{eligibility, offering_terms};
use crate::fact::{BookingState, Draw, Fact, HeadPolicy, Offering, PassReason, Serving};
use crate::id::{GatheringId, OfferingId, PoolId, RegistrationId};

/// Gives, or offers, places to those who are next in line, as far as they go.
///
/// Runs in the same decision after everything that can free a place.
pub(crate) fn serve(decision: &mut Decision<'_>, gathering: GatheringId) {
    serve_up_to(decision, gathering, usize::MAX);
}

/// The same until the decision has so many facts. Says whether everybody has been looked at.
pub(crate) fn serve_up_to(decision: &mut Decision<'_>, gathering: GatheringId, facts: usize) -> bool {
    let Ok(gathering) = decision.look_at(gathering) else { return true };
    if gathering.cell.in_line == 0 || !gathering.serves_its_lines(decision.time()) {
        return true;
    }
    let plan = Arc::clone(&gathering.cell.plan);
    let mut heads = Heads::of(decision, &gathering, &plan.offerings, |_| true);
    let mut walk = Walk::default();
    while let Some(head) = heads.first() {
        if decision.facts().len() >= facts {
            return false;
        }
        let Some(cell) = decision.registration_on(&gathering, head.turn.registration).cloned() else {
            continue;
        };
        let verdict = walk.judge(decision, &gathering, head.offering, head.turn, &cell);
        let goes_on = match verdict {
            Verdict::Fits(serving, draws) => {
                walk.record_passed(decision, &gathering, head.offering.id);
                hand_out(decision, &gathering, head.turn.registration, serving, draws);
                true
            }
            Verdict::FitsInPart(serving, keep) => {
                walk.record_passed(decision, &gathering, head.offering.id);
                let (registration, rest) = (head.turn.registration, decision.spare_registration());
                decision.record(Fact::RegistrationSplit {
                    gathering: gathering.id,
                    registration,
                    rest,
                    keep,
                });
                let part = Applicant { people: u32::from(keep), ..Applicant::of(&cell) };
                let draws = capacity::draws(decision, &gathering, head.offering, part, &walk.held);
                hand_out(decision, &gathering, registration, serving, draws);
                heads.push(head.line, Some(Turn { registration: rest, ..head.turn }));
                false
            }
            Verdict::Passed => true,
            Verdict::Closed => false,
        };
        if goes_on {
            heads.push_next(decision, &gathering, &head);
        }
    }
    true
}

fn hand_out(
    decision: &mut Decision<'_>,
    gathering: &Gathering,
    registration: RegistrationId,
    serving: How,
    draws: Vec<Draw>,
) {
    let gathering = gathering.id;
    decision.record(match serving {
        How::AtOnce => Fact::RegistrationPromoted { gathering, registration, draws },
        How::ByOffer(respond_by) => Fact::PlaceOffered { gathering, registration, draws, respond_by },
    });
}

/// How somebody who is next gets their places.
#[derive(Clone, Copy, Debug)]
enum How {
    AtOnce,
    ByOffer(DateTime<Utc>),
}

/// What becomes of somebody in line.
#[derive(Debug)]
enum Verdict {
    /// There is room for all of the party.
    Fits(How, Vec<Draw>),
    /// There is room for so many of it, and it may be split.
    FitsInPart(How, u16),
    /// It stays, and whoever is behind may be served.
    Passed,
    /// It stays, and nobody behind it in its line can be served.
    Closed,
}

/// What has been found on the way from the first in line to the last.
#[derive(Debug, Default)]
struct Walk {
    held: Held,
    /// The lines whose head holds them.
    closed: BTreeSet<OfferingId>,
    passed: BTreeMap<OfferingId, Vec<(RegistrationId, PassReason)>>,
}

impl Walk {
    fn judge(
        &mut self,
        decision: &Decision<'_>,
        gathering: &Gathering,
        offering: &Offering,
        turn: Turn,
        cell: &RegistrationCell,
    ) -> Verdict {
        let can_hold_nothing = offering.pools.len() == 1 || !is_strict(decision, gathering, offering);
        if can_hold_nothing && capacity::is_exhausted(decision, gathering, offering, &self.held) {
            // The usual end of a long line: nobody in it can be served, and what it would hold is nothing.
            return Verdict::Closed;
        }
        let serving = match how(decision, gathering, offering) {
            Some(how) => Ok(how),
            None => Err(PassReason::NoTimeToAnswer),
        };
        let obstacle = eligibility::obstacle(decision, gathering, offering, turn.registration, cell);
        let serving = match (obstacle, serving) {
            (Some(reason), _) | (None, Err(reason)) => {
                self.pass(offering, turn, reason);
                return Verdict::Passed;
            }
            (None, Ok(how)) => how,
        };
        let applicant = Applicant::of(cell);
        let short = capacity::shortages(decision, gathering, offering, applicant, &self.held);
        let Some(first) = short.first() else {
            return Verdict::Fits(
                serving,
                capacity::draws(decision, gathering, offering, applicant, &self.held),
            );
        };
        if cell.may_split() {
            let less = applicant.people.saturating_sub(1);
            let part = capacity::largest_party(decision, gathering, offering, applicant, &self.held, less);
            if let Some(keep) = u16::try_from(part).ok().filter(|&keep| keep > 0) {
                return Verdict::FitsInPart(serving, keep);
            }
        }
        let (pool, wanted, free) = (first.pool, first.wanted, first.free);
        let reason = if is_strict(decision, gathering, offering) {
            self.close(decision, gathering, offering, applicant);
            PassReason::SetAside { pool }
        } else if free <= 0 {
            PassReason::SetAside { pool }
        } else {
            PassReason::TooLarge { pool, wanted, free }
        };
        self.pass(offering, turn, reason);
        let exhausted = capacity::is_exhausted(decision, gathering, offering, &self.held);
        if exhausted { Verdict::Closed } else { Verdict::Passed }
    }

    /// The head of a strict line holds what it is short of.
    fn close(
        &mut self,
        decision: &Decision<'_>,
        gathering: &Gathering,
        offering: &Offering,
        applicant: Applicant<'_>,
    ) {
        if self.closed.insert(offering.id) {
            let short = capacity::shortages(decision, gathering, offering, applicant, &Held::default());
            let pools: Vec<PoolId> = short.iter().map(|shortage| shortage.pool).collect();
            self.held.hold(gathering, applicant, &pools);
        }
    }

    fn pass(&mut self, offering: &Offering, turn: Turn, reason: PassReason) {
        self.passed.entry(offering.id).or_default().push((turn.registration, reason));
    }

    /// Somebody of this line is served now, so whoever was met before them was passed.
    fn record_passed(&mut self, decision: &mut Decision<'_>, gathering: &Gathering, offering: OfferingId) {
        record_passed(decision, gathering, self.passed.remove(&offering).unwrap_or_default());
    }
}

/// Whether a head that does not fit holds its line at the time of the decision.
fn is_strict(decision: &Decision<'_>, gathering: &Gathering, offering: &Offering) -> bool {
    match offering.line.head {
        HeadPolicy::Strict => true,
        HeadPolicy::BestFit => false,
        HeadPolicy::StrictThenFit { seconds } => {
            let starts = decision.starts(gathering, offering);
            starts.is_none_or(|starts| decision.time() < before(starts, seconds))
        }
    }
}

/// So long before an instant.
pub(crate) fn before(instant: DateTime<Utc>, seconds: u32) -> DateTime<Utc> {
    instant.checked_sub_signed(TimeDelta::seconds(i64::from(seconds))).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn record_passed(
    decision: &mut Decision<'_>,
    gathering: &Gathering,
    passed: Vec<(RegistrationId, PassReason)>,
) {
    for (registration, reason) in passed {
        decision.record(Fact::PassedOver { gathering: gathering.id, registration, reason });
    }
}

/// How whoever is next gets their places; `None` where they would have to be asked and cannot answer in time.
fn how(decision: &Decision<'_>, gathering: &Gathering, offering: &Offering) -> Option<How> {
    match offering.line.serving {
        Serving::Automatic => Some(How::AtOnce),
        Serving::Offer(terms) => {
            offering_terms::respond_by(gathering, terms, decision.time()).map(How::ByOffer)
        }
    }
}

/// What stands before a newcomer: what those ahead hold, and whom of their own line they would pass.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ahead {
    /// Whether there is anybody in these lines, before or behind: what becomes free is offered to them first.
    is_somebody: bool,
    held: Held,
    passed: Vec<(RegistrationId, PassReason)>,
}

/// Looks at all who come before a newcomer of a class in the line for an offering.
///
/// Between decisions nobody in line can be served unless the line rests; so whoever is met either is passed or holds.
pub(crate) fn ahead(decision: &Decision<'_>, gathering: &Gathering, wanted: &Offering, class: u16) -> Ahead {
    before_whom(decision, gathering, wanted, |turn| turn.class <= class)
}

/// Looks at all who come first, as long as they do.
fn before_whom(
    decision: &Decision<'_>,
    gathering: &Gathering,
    wanted: &Offering,
    comes_first: impl Fn(Turn) -> bool,
) -> Ahead {
    if !decision.has_a_line(gathering) {
        return Ahead::default();
    }
    let plan = Arc::clone(&gathering.cell.plan);
    let pools = pools_that_bear_on(wanted, &plan.offerings);
    let mut heads = Heads::of(decision, gathering, &plan.offerings, |rival| draws_on(rival, &pools));
    let is_somebody = !heads.heap.is_empty();
    let mut walk = Walk::default();
    while let Some(head) = heads.first().filter(|head| comes_first(head.turn)) {
        let Some(cell) = decision.registration_on(gathering, head.turn.registration) else { continue };
        let goes_on = match walk.judge(decision, gathering, head.offering, head.turn, cell) {
            // The line rests. What would be theirs is not for whoever comes now.
            Verdict::Fits(..) | Verdict::FitsInPart(..) => {
                walk.closed.insert(head.offering.id);
                walk.held.hold(gathering, Applicant::of(cell), &head.offering.pools);
                // Only what was set aside for others can be had past them.
                if let Some(&pool) = head.offering.pools.iter().min() {
                    walk.pass(head.offering, head.turn, PassReason::SetAside { pool });
                }
                true
            }
            Verdict::Passed => true,
            Verdict::Closed => false,
        };
        if goes_on {
            heads.push_next(decision, gathering, &head);
        }
    }
    let passed = walk.passed.remove(&wanted.id).unwrap_or_default();
    Ahead { is_somebody, held: walk.held, passed }
}

/// Room for somebody, and whom they pass in getting it.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    pub(crate) draws: Vec<Draw>,
    passed: Vec<(RegistrationId, PassReason)>,
}

impl Room {
    /// Room that is taken for granted, to see what else would be short.
    pub(crate) fn granted(
        decision: &Decision<'_>,
        gathering: &Gathering,
        offering: &Offering,
        applicant: Applicant<'_>,
        ahead: &Ahead,
    ) -> Self {
        let draws = capacity::draws(decision, gathering, offering, applicant, &ahead.held);
        Self { draws, passed: Vec::new() }
    }

    /// Records whom somebody passes, just before they get their places.
    pub(crate) fn record_passed(&mut self, decision: &mut Decision<'_>, gathering: &Gathering) {
        record_passed(decision, gathering, std::mem::take(&mut self.passed));
    }
}

/// Whether a newcomer has room behind those who come first. Refuses when not; the caller may let them stand in line.
pub(crate) fn room(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    applicant: Applicant<'_>,
    ahead: &Ahead,
) -> Result<Room, Refusal> {
    if applicant.people == 0 {
        return Ok(Room { draws: Vec::new(), passed: Vec::new() });
    }
    if gathering.booking(decision.time()) == BookingState::LineOnly {
        return Err(Refusal::LineOnly { gathering: gathering.id });
    }
    let Ahead { is_somebody, held, passed } = ahead;
    if capacity::shortages(decision, gathering, offering, applicant, held).is_empty() {
        let draws = capacity::draws(decision, gathering, offering, applicant, held);
        return Ok(Room { draws, passed: passed.clone() });
    }
    let short = capacity::shortages(decision, gathering, offering, applicant, &Held::default());
    if short.is_empty() {
        return Err(Refusal::LineFirst { held: held.of(offering) });
    }
    let limit = u32::from(offering.max_party.get());
    let largest = capacity::largest_party(decision, gathering, offering, applicant, held, limit);
    Err(Refusal::Full { short, largest, others_wait: *is_somebody })
}

/// Why somebody in line has not been served.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitsFor {
    /// Too few places are free, even if nobody came first.
    Places(Vec<Shortage>),
    /// There would be room, but those who come first wait for it: the pools that are held for them.
    Others(Vec<PoolId>),
    /// Something of its own stands in the way, whatever room there is.
    Obstacle(PassReason),
    /// Nobody in line is served just now: booking is paused, or only the line is open.
    Opening,
    /// What it was for is over, or does not take place.
    Nothing,
    /// It is next: whatever happens to the gathering next gives it its places.
    Turn,
}

/// Why somebody in line has not been served.
pub(crate) fn waits_for(
    decision: &Decision<'_>,
    gathering: &Gathering,
    registration: RegistrationId,
    cell: &RegistrationCell,
) -> WaitsFor {
    let Some(offering) = gathering.cell.plan.offering(cell.offering) else { return WaitsFor::Nothing };
    let stands = gathering.must_stand().is_ok() && decision.session_must_stand(gathering, offering).is_ok();
    let is_over = gathering.must_not_be_over(decision.time()).is_err()
        || decision.session_must_not_be_over(gathering, offering).is_err();
    if is_over || !stands {
        return WaitsFor::Nothing;
    }
    if !gathering.serves_its_lines(decision.time()) {
        return WaitsFor::Opening;
    }
    if let Some(reason) = eligibility::obstacle(decision, gathering, offering, registration, cell) {
        return WaitsFor::Obstacle(reason);
    }
    if how(decision, gathering, offering).is_none() {
        return WaitsFor::Obstacle(PassReason::NoTimeToAnswer);
    }
    let applicant = Applicant::of(cell);
    let short = capacity::shortages(decision, gathering, offering, applicant, &Held::default());
    if !short.is_empty() {
        return WaitsFor::Places(short);
    }
    let turn = gathering.cell.plan.turn(registration, cell);
    let Ahead { held, .. } = before_whom(decision, gathering, offering, |other| other < turn);
    if capacity::shortages(decision, gathering, offering, applicant, &held).is_empty() {
        return WaitsFor::Turn;
    }
    WaitsFor::Others(held.of(offering))
}

/// The pools of an offering, and all that hang together with them: whoever waits for one of several is kept from the
/// others by what is held of the first.
fn pools_that_bear_on(wanted: &Offering, offerings: &[Arc<Offering>]) -> BTreeSet<PoolId> {
    let mut pools: BTreeSet<PoolId> = wanted.pools.iter().copied().collect();
    loop {
        let known = pools.len();
        let rivals = offerings.iter().filter(|rival| draws_on(rival, &pools));
        let more: Vec<PoolId> = rivals.flat_map(|rival| rival.pools.iter().copied()).collect();
        pools.extend(more);
        if pools.len() == known {
            return pools;
        }
    }
}

fn draws_on(offering: &Offering, pools: &BTreeSet<PoolId>) -> bool {
    offering.pools.iter().any(|pool| pools.contains(pool))
}

/// The heads of several lines, the one whose turn comes first first.
struct Heads<'p> {
    offerings: &'p [Arc<Offering>],
    heap: BinaryHeap<Reverse<(Turn, usize)>>,
}

struct Head<'p> {
    offering: &'p Offering,
    line: usize,
    turn: Turn,
}

impl<'p> Heads<'p> {
    /// The heads of the lines that are served, of some offerings. The line of a session that is dropped or over is served
    /// no more. Its pools are its own, so nobody else waits for what it holds.
    fn of(
        decision: &Decision<'_>,
        gathering: &Gathering,
        offerings: &'p [Arc<Offering>],
        which: impl Fn(&Offering) -> bool,
    ) -> Self {
        let mut heads = Self { offerings, heap: BinaryHeap::new() };
        for (line, offering) in offerings.iter().enumerate().filter(|(_, offering)| which(offering)) {
            let Some(first) = decision.next_waiting(gathering, offering.id, None) else { continue };
            let stands = decision.session_must_stand(gathering, offering).is_ok();
            if stands && decision.session_must_not_be_over(gathering, offering).is_ok() {
                heads.push(line, Some(first));
            }
        }
        heads
    }

    fn push(&mut self, line: usize, next: Option<Turn>) {
        self.heap.extend(next.map(|turn| Reverse((turn, line))));
    }

    fn push_next(&mut self, decision: &Decision<'_>, gathering: &Gathering, head: &Head<'p>) {
        self.push(head.line, decision.next_waiting(gathering, head.offering.id, Some(head.turn)));
    }

    fn first(&mut self) -> Option<Head<'p>> {
        let Reverse((turn, line)) = self.heap.pop()?;
        let offering = self.offerings.get(line)?;
        Some(Head { offering, line, turn })
    }
}
