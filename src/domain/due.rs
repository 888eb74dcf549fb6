//! What happens by itself: deadlines are written by the next decision on the gathering, not by a thread.

use chrono::{DateTime, Utc};

use super::cells::{Asked, Claim, Due, Phase};
use super::decision::{Decision, Gathering};
use super::{ending, waiting_list};
use crate::fact::{BookingState, Ending, Fact, HeadPolicy, Reconfirmation, Silence};
use crate::id::{GatheringId, RegistrationId};

/// Writes all that is due on a gathering by the time of the decision: what has expired, what silence came to, and who
/// is served from what became free, also by a release time or a deadline that nobody noticed.
pub(crate) fn settle(decision: &mut Decision<'_>, gathering: &Gathering) {
    if gathering.cell.phase != Phase::Announced {
        return;
    }
    let round = gathering.cell.round.filter(|round| round.until <= decision.time());
    let done = expire(decision, gathering)
        && round.is_none_or(|round| close_round(decision, gathering, round))
        && (!decision.has_a_line(gathering) || waiting_list::serve_up_to(decision, gathering.id, ENOUGH));
    if !done {
        decision.leave_unsettled(gathering.id);
    }
}

/// So many facts are written at once of what is due. Where more is, it takes several decisions, each of which writes as
/// many; and no other command is decided before all is written.
const ENOUGH: usize = 20_000;

fn is_enough(decision: &Decision<'_>) -> bool {
    decision.facts().len() >= ENOUGH
}

/// Ends whatever has expired. Says whether that is all.
fn expire(decision: &mut Decision<'_>, gathering: &Gathering) -> bool {
    let mut last: Option<Due> = None;
    while let Some(due) = decision.next_due(gathering, last).filter(|(at, ..)| *at <= decision.time()) {
        if is_enough(decision) {
            return false;
        }
        let (_, _, registration) = due;
        ending::end_with_parts(decision, gathering, registration, Ending::Expired);
        last = Some(due);
    }
    true
}

/// Whoever was asked whether new dates suit, and has not answered.
fn unanswered(decision: &Decision<'_>, gathering: &Gathering) -> Vec<RegistrationId> {
    let offerings = gathering.cell.plan.offerings.iter();
    let mut silent: Vec<_> = offerings
        .flat_map(|offering| decision.holders_of(gathering, offering.id))
        .filter_map(|id| {
            let cell = decision.registration_on(gathering, id)?;
            let is_silent = cell.claim == Claim::Confirmed && cell.asked() == Asked::Open;
            is_silent.then_some((cell.joined, id))
        })
        .collect();
    silent.sort_unstable();
    silent.dedup();
    silent.into_iter().map(|(_, id)| id).collect()
}

/// Does what silence comes to. Says whether that is all.
fn close_round(decision: &mut Decision<'_>, gathering: &Gathering, round: Reconfirmation) -> bool {
    let silent = if round.on_silence == Silence::Keep { Vec::new() } else { unanswered(decision, gathering) };
    for registration in silent {
        let still = decision.registration_on(gathering, registration);
        if still.is_none_or(|cell| cell.claim != Claim::Confirmed) {
            continue;
        }
        if is_enough(decision) {
            return false;
        }
        if round.on_silence == Silence::Release {
            ending::end_with_parts(decision, gathering, registration, Ending::NotReconfirmed);
            continue;
        }
        ending::end_parts(decision, gathering, registration, Ending::NotReconfirmed);
        decision.record(Fact::MovedToFollowUp { gathering: gathering.id, registration });
    }
    decision.record(Fact::ReconfirmationClosed { gathering: gathering.id });
    true
}

/// When something happens to a gathering by itself, at or after the time of the decision's view: a deadline of a
/// registration or of a question, and, while somebody waits, whatever may let them in.
pub(crate) fn next_deadline(decision: &Decision<'_>, gathering: GatheringId) -> Option<DateTime<Utc>> {
    let gathering = decision.look_at(gathering).ok().filter(|it| it.cell.phase == Phase::Announced)?;
    let first = decision.next_due(&gathering, None).map(|(at, ..)| at);
    let round = gathering.cell.round.map(|round| round.until);
    let served = lets_somebody_in(decision, &gathering);
    first.into_iter().chain(round).chain(served).min()
}

/// The next time after now at which somebody in line may be served without anybody's doing.
fn lets_somebody_in(decision: &Decision<'_>, gathering: &Gathering) -> Option<DateTime<Utc>> {
    let now = decision.time();
    if gathering.cell.in_line == 0 || !gathering.serves_its_lines(now) {
        return None;
    }
    let starts = gathering.cell.schedule.starts();
    let plan = &gathering.cell.plan;
    let releases = plan.set_asides.iter().filter_map(|it| it.release?.resolve(starts));
    let cap = plan.organisation_cap.and_then(|cap| cap.until?.resolve(starts));
    let opens = gathering.cell.window.opens.and_then(|opens| opens.resolve(starts));
    let opens = opens.filter(|_| gathering.booking(now) == BookingState::NotYet);
    let loosened = plan.offerings.iter().filter_map(|offering| match offering.line.head {
        HeadPolicy::StrictThenFit { seconds } => {
            Some(waiting_list::before(decision.starts(gathering, offering)?, seconds))
        }
        HeadPolicy::Strict | HeadPolicy::BestFit => None,
    });
    releases.chain(cap).chain(opens).chain(loosened).filter(|at| now < *at).min()
}
