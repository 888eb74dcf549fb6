//! Forget a person: what they have booked ends, and nothing more is recorded of them.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use super::change_party;
use crate::domain::cells::{Claim, Forgotten};
use crate::domain::decision::{Decision, Gathering};
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, ending, waiting_list};
use crate::fact::{Ending, Fact};
use crate::id::{OfferingId, PersonId, RegistrationId};
use crate::record::Position;

/// Forgets a person, as far as the rules go. The desk destroys the key when this is durable, so it is no command that a
/// caller could give without that.
///
/// What they have booked ends as if they had cancelled it, as far as it has not begun. Where others are in their party, the
/// first guest with a name holds it from then on, and only their own place is free; where nobody else has a name, all of it
/// ends. As a guest in the party of somebody else they stay, without a name: the place is the booker's to give. What has
/// begun, or is over, stays as it is.
///
/// # Refusals
/// Unknown person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Forget {
    pub(crate) person: PersonId,
}

/// What came of forgetting somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Forgetting {
    /// They are forgotten now.
    Now,
    /// They were before: where the log says so, and since when.
    Before(Position, DateTime<Utc>),
}

impl Forget {
    /// The gatherings on which somebody has something live, each once, in order; read before any is acted on, since the time
    /// of the decision depends on all of them.
    fn gatherings(self, decision: &mut Decision<'_>) -> Result<Vec<Gathering>, Refusal> {
        let mut on: Vec<_> =
            decision.held_by(self.person).into_iter().map(|(gathering, _)| gathering).collect();
        on.dedup();
        let mut known: Vec<Gathering> =
            on.iter().map(|id| decision.look_at(*id)).collect::<Result<_, _>>()?;
        // What is called off or put away is not touched any more.
        known.retain(|gathering| gathering.must_not_be_gone().is_ok());
        known.iter().try_for_each(|gathering| decision.gathering(gathering.id).map(drop))?;
        Ok(known)
    }

    /// Ends what somebody has on a gathering, as far as it has not begun.
    fn leave(self, decision: &mut Decision<'_>, gathering: &Gathering) {
        // What needs another place goes before what it needs.
        let mut offerings: Vec<(OfferingId, usize)> = gathering.depths().into_iter().collect();
        offerings.sort_by_key(|(_, depth)| Reverse(*depth));
        let held = offerings.iter().filter_map(|(it, _)| decision.holder(gathering, *it, self.person));
        let theirs: Vec<RegistrationId> = held.collect();
        for registration in theirs {
            if self.may_leave(decision, gathering, registration)
                && !change_party::leave(decision, gathering, registration)
            {
                ending::end_with_parts(decision, gathering, registration, Ending::Attendee);
            }
        }
    }

    /// Whether a registration is theirs to leave: they hold it, it has not begun, and nobody of it was seen.
    fn may_leave(self, decision: &Decision<'_>, gathering: &Gathering, registration: RegistrationId) -> bool {
        let Some(cell) = decision.registration_on(gathering, registration) else { return false };
        if cell.claim.is_ended() || cell.party.booker != self.person {
            return false;
        }
        if cell.claim == Claim::FollowUp {
            return true;
        }
        let now = decision.time();
        let offering = gathering.cell.plan.offering(cell.offering);
        let is_over = gathering.must_stand().is_err()
            || gathering.must_not_be_over(now).is_err()
            || offering.is_some_and(|it| decision.session_must_not_be_over(gathering, it).is_err());
        let has_begun = offering.and_then(|it| decision.starts(gathering, it)).is_some_and(|at| at <= now);
        let places = 1..=u16::try_from(cell.party.size()).unwrap_or(u16::MAX);
        let mut seen = places.filter(|place| decision.was_seen(gathering, (registration, *place)));
        !is_over && (cell.claim != Claim::Confirmed || !has_begun && seen.next().is_none())
    }
}

impl Decide for Forget {
    type Outcome = Forgetting;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Forgetting, Refusal> {
        let person = self.person;
        if let Some(Forgotten { at, position }) = decision.forgotten(person) {
            return Ok(Forgetting::Before(position, at));
        }
        if !decision.knows(person) {
            return Err(Refusal::UnknownPerson { person });
        }
        let gatherings = self.gatherings(decision)?;
        for gathering in &gatherings {
            decision.acting_on(gathering.id)?;
        }
        decision.record(Fact::PersonForgotten { person });
        for gathering in &gatherings {
            self.leave(decision, gathering);
            waiting_list::serve(decision, gathering.id);
        }
        Ok(Forgetting::Now)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("forget");
        clear.id(self.person.bytes());
        clear
    }

    fn recall(&self, _: &Context, _: &[Fact]) -> Option<Forgetting> {
        Some(Forgetting::Now)
    }
}
