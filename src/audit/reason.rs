//! Why registrations end: no capacity and no date ends one. What ends was named, or its time was up, or it is for a session
//! that was dropped, or it needed what has just ended.

use chrono::{DateTime, Utc};

use super::finding::{Judged, Rule, hold};
use super::gathering::Gathering;
use super::registration::{Asked, Claim, Registration};
use super::so_far::SoFar;
use crate::fact::{Ending, Silence};
use crate::id::RegistrationId;

impl Gathering {
    pub(super) fn ends(
        &self,
        id: RegistrationId,
        how: Ending,
        time: DateTime<Utc>,
        so_far: &mut SoFar,
    ) -> Judged {
        let one = self.live(id)?;
        if how == Ending::MovedAway {
            self.moves_before_it_is_used(one)?;
        }
        if self.needed_what_ended(one, how, so_far) {
            return Ok(());
        }
        let has_reason = self.ends_by_itself(one, how, time, so_far);
        hold(has_reason, Rule::NoReason, || {
            let left = one.claim.deadline().map(|deadline| format!(", until {deadline}")).unwrap_or_default();
            format!("it was {}{left}, and ended as `{}` without a reason", one.claim.word(), how.code())
        })?;
        hold(so_far.asked_for <= 1, Rule::NoReason, || {
            String::from("another one was named to end in this decision, and this one was not")
        })
    }

    pub(super) fn gives_up(&self, id: RegistrationId, time: DateTime<Utc>) -> Judged {
        let one = self.live(id)?;
        hold(self.is_up(one, Silence::FollowUp, time), Rule::NoReason, || {
            String::from(
                "it lost its places and keeps what there is afterwards, and was not asked, or has time to answer",
            )
        })
    }

    /// Whether its time to say that new dates suit is up, and this comes of silence.
    fn is_up(&self, one: &Registration, silence: Silence, time: DateTime<Utc>) -> bool {
        let round = self.round.filter(|round| round.until <= time && round.on_silence == silence);
        round.is_some() && one.is_silent()
    }

    /// Whether it stood on a registration that ended so just before, or gives up its places just after.
    fn needed_what_ended(&self, one: &Registration, how: Ending, so_far: &SoFar) -> bool {
        let required = self.offerings.get(&one.offering).and_then(|offered| offered.terms.requires);
        let Some(required) = required.filter(|_| one.claim.takes_time()) else { return false };
        one.party.named().any(|person| {
            let gives_up = |base: &Registration| base.claim == Claim::Confirmed && base.asked != Asked::Not;
            so_far.ended_so(required, person, how)
                || how == Ending::NotReconfirmed && self.holder(required, person).is_some_and(gives_up)
        })
    }

    fn ends_by_itself(
        &self,
        one: &Registration,
        how: Ending,
        time: DateTime<Utc>,
        so_far: &mut SoFar,
    ) -> bool {
        match how {
            Ending::Expired => one.is_past(time),
            Ending::NotReconfirmed => self.is_up(one, Silence::Release, time),
            Ending::Superseded => matches!(one.claim, Claim::FollowUp | Claim::Interested),
            Ending::Displaced => one.claim.uses_places() && !one.uncounted,
            Ending::Declined | Ending::OfferWithdrawn => {
                asked_for(so_far);
                matches!(one.claim, Claim::Offered { .. }) && !one.is_past(time)
            }
            Ending::Rejected => {
                asked_for(so_far);
                matches!(one.claim, Claim::Pending { .. }) && !one.is_past(time)
            }
            Ending::MovedAway => {
                asked_for(so_far);
                matches!(one.claim, Claim::Confirmed | Claim::Waiting)
            }
            Ending::Attendee | Ending::Organiser => {
                let session = self.offerings.get(&one.offering).and_then(|offered| offered.terms.session);
                let was_dropped = session.is_some_and(|session| so_far.dropped.contains_key(&session));
                if !was_dropped && !self.goes_with_the_forgotten(one, so_far) {
                    asked_for(so_far);
                }
                !was_dropped || how == Ending::Organiser
            }
        }
    }
}

impl Gathering {
    /// Whether it is of somebody who is forgotten in this decision, or needed a place of theirs: all of theirs ends at once.
    fn goes_with_the_forgotten(&self, one: &Registration, so_far: &SoFar) -> bool {
        let requires = self.offerings.get(&one.offering).and_then(|offered| offered.terms.requires);
        so_far.forgotten.contains(&one.party.booker) || requires.is_some() && !so_far.forgotten.is_empty()
    }
}

fn asked_for(so_far: &mut SoFar) {
    so_far.asked_for = so_far.asked_for.saturating_add(1);
}
