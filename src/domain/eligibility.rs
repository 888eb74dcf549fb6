//! Who may take a place at all, room or no room: what an offering requires, and two things at one time.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::decision::{Decision, Gathering};
use super::refusal::Refusal;
use super::state::{Claim, RegistrationCell};
use crate::fact::{Offering, Party};
use crate::id::{OfferingId, PersonId, RegistrationId};
use crate::schedule::Schedule;

/// Refuses a party of which somebody has no confirmed place in the offering that this one requires.
///
/// All places have to be in the one registration that the booker has there: so whatever ends that registration ends
/// this one as a whole. And no more people may come of it than it has places, whoever of it books.
pub(crate) fn must_have_what_it_requires(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    party: &Party,
) -> Result<(), Refusal> {
    let Some(required) = offering.requires else { return Ok(()) };
    let has_one = required_registration(decision, gathering, required, party.booker);
    let Some(has) = has_one.filter(|cell| cell.claim == Claim::Confirmed) else {
        return Err(needs(gathering, required, Some(party.booker)));
    };
    let mut named = party.named();
    if let Some(person) = named.find(|person| !has.party.named().any(|other| other == *person)) {
        return Err(needs(gathering, required, Some(person)));
    }
    // Others of that registration may have booked the same for some of its guests without a name.
    let booked = people_booked(decision, gathering, offering.id, has);
    if booked.saturating_add(party.size()) > has.party.size() {
        return Err(needs(gathering, required, None));
    }
    Ok(())
}

/// How many people the people of a registration have booked for another offering, in line or not.
fn people_booked(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: OfferingId,
    by: &RegistrationCell,
) -> u32 {
    let held: BTreeSet<RegistrationId> =
        by.party.named().filter_map(|person| decision.holder(gathering, offering, person)).collect();
    let sizes = held.into_iter().filter_map(|id| Some(decision.registration_on(gathering, id)?.party.size()));
    sizes.fold(0, u32::saturating_add)
}

/// Refuses to let a person onto a place whose registration's booker has what it requires, if that person is not
/// on it too.
pub(crate) fn must_share_what_it_requires(
    decision: &Decision<'_>,
    gathering: &Gathering,
    cell: &RegistrationCell,
    person: PersonId,
) -> Result<(), Refusal> {
    let offering = gathering.cell.plan.offering(cell.offering);
    let Some(required) = offering.and_then(|offering| offering.requires) else { return Ok(()) };
    let has = required_registration(decision, gathering, required, cell.party.booker);
    if has.is_some_and(|has| has.party.named().any(|other| other == person)) {
        return Ok(());
    }
    Err(needs(gathering, required, Some(person)))
}

fn required_registration<'d>(
    decision: &'d Decision<'_>,
    gathering: &Gathering,
    required: OfferingId,
    booker: PersonId,
) -> Option<&'d RegistrationCell> {
    let registration = decision.holder(gathering, required, booker)?;
    decision.registration_on(gathering, registration)
}

fn needs(gathering: &Gathering, required: OfferingId, person: Option<PersonId>) -> Refusal {
    let offering = gathering.cell.plan.offering(required);
    let name = offering.map_or_else(String::new, |offering| offering.name.clone());
    Refusal::NeedsPlace { person, offering: required, name }
}

/// Refuses when a person has, or waits for, something at the same time, and both say that they take people's time.
///
/// Times are half-open: what begins when something else ends does not overlap it. Where a time is not known to the
/// minute nothing is judged. Of one gathering only its sessions are held against each other: whoever has a place in
/// the conference is not elsewhere while at its workshop.
pub(crate) fn must_be_free(
    decision: &mut Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    person: PersonId,
) -> Result<(), Refusal> {
    if !gathering.cell.no_overlap {
        return Ok(());
    }
    let engagements = decision.engagements(person)?;
    let Some(wanted) = hours(decision, gathering, offering) else { return Ok(()) };
    for (registration, cell, other) in engagements {
        let Some(theirs) = other.cell.plan.offering(cell.offering) else { continue };
        let both_sessions = offering.session.is_some() && theirs.session.is_some();
        if other.id == gathering.id && !both_sessions {
            continue;
        }
        if let Some((starts, ends)) = hours(decision, &other, theirs)
            && wanted.0 < ends
            && starts < wanted.1
        {
            return Err(Refusal::Overlap { person, registration, starts, ends });
        }
    }
    Ok(())
}

/// Reads what [`must_be_free`] will ask for. A decision's time depends on what it has read, so this comes before the
/// time is looked at.
pub(crate) fn read_engagements(
    decision: &mut Decision<'_>,
    gathering: &Gathering,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<(), Refusal> {
    if !gathering.cell.no_overlap {
        return Ok(());
    }
    people.into_iter().try_for_each(|person| decision.engagements(person).map(|_| ()))
}

/// From when to when a place takes its people's time, if that is known to the minute.
fn hours(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let schedule = match offering.session {
        Some(session) => decision.session(gathering, session).ok()?.schedule,
        None => gathering.cell.schedule.clone(),
    };
    match &*schedule {
        Schedule::Exact(times) => Some((times.start().instant(), times.end().instant())),
        Schedule::ToBeConfirmed { .. } | Schedule::DateOnly(_) => None,
    }
}

/// What stands in the way of a registration, whatever room there is.
pub(crate) fn must_be_eligible(
    decision: &mut Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    party: &Party,
) -> Result<(), Refusal> {
    must_have_what_it_requires(decision, gathering, offering, party)?;
    party.named().try_for_each(|person| must_be_free(decision, gathering, offering, person))
}
