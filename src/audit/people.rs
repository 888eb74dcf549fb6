//! What takes a person's time, across gatherings.

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use super::auditor::Gatherings;
use super::finding::{Judged, Rule, hold};
use super::gathering::Gathering;
use super::registration::{Claim, Registration};
use crate::fact::{Fact, Offering};
use crate::id::{GatheringId, OfferingId, PersonId, RegistrationId};
use crate::schedule::Schedule;

/// The registrations that take each person's time, on gatherings that say that their places do.
#[derive(Debug, Default)]
pub(super) struct People(HashMap<PersonId, Vec<(GatheringId, RegistrationId)>>);

/// Somebody who takes on a place: for which registration, of what, and whether they come from the line.
struct TakesOn {
    on: GatheringId,
    registration: RegistrationId,
    offering: OfferingId,
    people: Vec<PersonId>,
    from_line: bool,
}

impl People {
    /// Everybody whose time some registrations of a gathering take, where that counts for anything.
    pub(super) fn of(gathering: &Gathering, some: &[RegistrationId]) -> Vec<(PersonId, RegistrationId)> {
        if !gathering.takes_time() && !gathering.has_requirements {
            return Vec::new();
        }
        let known = some.iter().filter_map(|id| gathering.known(*id)).filter(|one| one.claim.takes_time());
        known.flat_map(|one| one.party.named().map(|person| (person, one.id))).collect()
    }

    pub(super) fn engage(&mut self, person: PersonId, with: (GatheringId, RegistrationId)) {
        let theirs = self.0.entry(person).or_default();
        if !theirs.contains(&with) {
            theirs.push(with);
        }
    }

    pub(super) fn disengage(&mut self, person: PersonId, from: (GatheringId, RegistrationId)) {
        if let Some(theirs) = self.0.get_mut(&person) {
            theirs.retain(|one| *one != from);
            if theirs.is_empty() {
                self.0.remove(&person);
            }
        }
    }

    /// Whoever takes on a place has no other date of its series, and is not elsewhere at that time. Whoever is let in from
    /// a line has had no other place meanwhile.
    pub(super) fn are_free(
        &self,
        fact: &Fact,
        on: GatheringId,
        gatherings: &Gatherings,
        time: DateTime<Utc>,
    ) -> Judged {
        let Some(gathering) = gatherings.get(&on).filter(|gathering| gathering.takes_time()) else {
            return Ok(());
        };
        let Some(takes_on) = takes_on(fact, on, gathering) else { return Ok(()) };
        let offering = &gathering.offered(takes_on.offering)?.terms;
        takes_on
            .people
            .iter()
            .try_for_each(|person| self.is_free(*person, &takes_on, (gathering, offering), gatherings, time))
    }

    fn is_free(
        &self,
        person: PersonId,
        takes_on: &TakesOn,
        (gathering, offering): (&Gathering, &Offering),
        gatherings: &Gatherings,
        time: DateTime<Utc>,
    ) -> Judged {
        for &(on, id) in self.0.get(&person).into_iter().flatten() {
            let Some(there) = gatherings.get(&on).filter(|there| there.stands()) else { continue };
            let Some(theirs) = there.known(id) else { continue };
            let counts =
                if takes_on.from_line { theirs.claim.uses_places() } else { theirs.claim.takes_time() };
            if id == takes_on.registration || theirs.is_past(time) || !counts {
                continue;
            }
            let same_series = gathering.series.is_some() && there.series == gathering.series;
            hold(on == takes_on.on || !same_series, Rule::SeriesTwice, || {
                format!("somebody of it has another date of the series, registration {id}")
            })?;
            let overlaps = overlaps((takes_on.on, gathering, offering), (on, there, theirs));
            hold(!overlaps, Rule::Overlap, || {
                format!("somebody of it has registration {id} at the same time")
            })?;
        }
        Ok(())
    }

    /// Whether what is said to be in the way of somebody in line is.
    pub(super) fn is_in_the_way(
        one: &Registration,
        of: RegistrationId,
        home: Option<&Gathering>,
        time: DateTime<Utc>,
    ) -> Judged {
        let there = home.filter(|home| home.stands()).and_then(|home| home.known(of));
        let is_there = there.is_some_and(|there| {
            let shares = one.party.named().any(|person| there.names(person));
            shares && there.claim.uses_places() && !there.is_past(time)
        });
        hold(is_there, Rule::PassReason, || {
            format!(
                "it was passed since registration {of} is in the way, which has no places for any of its people"
            )
        })
    }
}

/// Who takes on a place by a fact.
fn takes_on(fact: &Fact, on: GatheringId, gathering: &Gathering) -> Option<TakesOn> {
    let new = |registration: RegistrationId, offering, people: Vec<PersonId>, from_line| {
        Some(TakesOn { on, registration, offering, people, from_line })
    };
    let all = |one: &Registration| one.party.named().collect::<Vec<_>>();
    #[expect(clippy::wildcard_enum_match_arm, reason = "few kinds of facts give somebody a place")]
    match fact {
        Fact::RegistrationConfirmed { registration, booking, .. }
        | Fact::RegistrationWaitlisted { registration, booking, .. }
        | Fact::RegistrationHeld { registration, booking, .. }
        | Fact::ApprovalRequested { registration, booking, .. } => {
            new(*registration, booking.offering, booking.party.named().collect(), false)
        }
        Fact::PlaceTransferred { registration, to, .. } => {
            new(*registration, gathering.known(*registration)?.offering, vec![*to], false)
        }
        Fact::PartyChanged { registration, added, .. } => {
            let added = added.iter().copied().flatten().collect();
            new(*registration, gathering.known(*registration)?.offering, added, false)
        }
        Fact::RegistrationApproved { registration, .. } => {
            let one = gathering.known(*registration)?;
            let has_places = matches!(one.claim, Claim::Pending { uses_places: true, .. });
            if has_places { None } else { new(*registration, one.offering, all(one), false) }
        }
        Fact::RegistrationPromoted { registration, .. } | Fact::PlaceOffered { registration, .. } => {
            let one = gathering.known(*registration)?;
            new(*registration, one.offering, all(one), true)
        }
        _ => None,
    }
}

/// Whether two places are at one time, as far as that is judged: of one gathering only its sessions are held against each
/// other.
fn overlaps(
    (here, gathering, wanted): (GatheringId, &Gathering, &Offering),
    (on, there, theirs): (GatheringId, &Gathering, &Registration),
) -> bool {
    let Some(offered) = there.offerings.get(&theirs.offering) else { return false };
    let both_sessions = wanted.session.is_some() && offered.terms.session.is_some();
    if !gathering.no_overlap || !there.no_overlap || here == on && !both_sessions {
        return false;
    }
    match (gathering.time_of(wanted), there.time_of(&offered.terms)) {
        (Some(one), Some(other)) => at_once(one, other),
        _ => false,
    }
}

/// Whether two exact times have an instant in common; an end is no part of what it ends.
fn at_once(one: &Schedule, other: &Schedule) -> bool {
    let (Schedule::Exact(one), Schedule::Exact(other)) = (one, other) else { return false };
    let starts = one.start().instant().max(other.start().instant());
    let ends = one.end().instant().min(other.end().instant());
    starts < ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_when_something_else_ends_is_not_at_once() {
        let at = |text: &str| -> Schedule { format!("2099-03-05 {text} Europe/London").parse().unwrap() };
        assert!(at_once(&at("10:00 to 12:00"), &at("11:59 to 13:00")));
        assert!(!at_once(&at("10:00 to 12:00"), &at("12:00 to 13:00")));
        assert!(!at_once(&at("10:00 to 12:00"), &"2099-03-05 Europe/London".parse().unwrap()));
    }
}
