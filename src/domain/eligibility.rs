//! Who may take a place at all, room or no room: whom it is for, what it requires, how many of one organisation, one
//! date of a series, and two things at one time.
//!
//! A newcomer is refused with the figures; somebody in line is passed for the same reason, as long as it holds.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::cells::{Claim, RegistrationCell};
use super::decision::{Decision, Gathering};
use super::refusal::Refusal;
use crate::fact::{Credential, Offering, OrganisationCap, Party, PassReason, organisation};
use crate::id::{OfferingId, PersonId, RegistrationId};
use crate::schedule::Schedule;

/// A party that wants places, and what the host vouches for with it.
#[derive(Clone, Copy)]
pub(crate) struct Applying<'a> {
    pub(crate) made_by: PersonId,
    pub(crate) party: &'a Party,
    pub(crate) credentials: &'a [Credential],
    pub(crate) uncounted: bool,
    /// The registration that it is already, which does not stand in its own way.
    pub(crate) itself: Option<RegistrationId>,
}

impl<'a> Applying<'a> {
    pub(crate) fn of(itself: RegistrationId, cell: &'a RegistrationCell) -> Self {
        Self {
            itself: Some(itself),
            made_by: cell.made_by(),
            party: &cell.party,
            credentials: cell.credentials(),
            uncounted: cell.is_uncounted(),
        }
    }
}

/// What stands in the way of a newcomer, whatever room there is.
pub(crate) fn must_be_eligible(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    who: Applying<'_>,
) -> Result<(), Refusal> {
    must_be_meant(gathering, offering, who)?;
    if !who.uncounted {
        must_be_within_the_cap(decision, gathering, who.credentials, who.party.size())?;
    }
    must_have_what_it_requires(decision, gathering, offering, who.party, who.itself)?;
    who.party.named().try_for_each(|person| must_be_free(decision, gathering, offering, person, who.itself))
}

/// Why somebody in line cannot be served, whatever room there is; only what others have, not what they wait for, stands
/// in their way.
pub(crate) fn obstacle(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    registration: RegistrationId,
    cell: &RegistrationCell,
) -> Option<PassReason> {
    if !cell.is_uncounted()
        && must_be_within_the_cap(decision, gathering, cell.credentials(), cell.party.size()).is_err()
    {
        return Some(PassReason::OrganisationCap);
    }
    if let Some(required) = offering.requires
        && must_have_what_it_requires(decision, gathering, offering, &cell.party, Some(registration)).is_err()
    {
        return Some(PassReason::NeedsPlace { offering: required });
    }
    let in_the_way =
        |id: RegistrationId, other: &RegistrationCell| id != registration && other.claim.uses_places();
    let mut people = cell.party.named();
    people.find_map(|person| match conflict(decision, gathering, offering, person, in_the_way) {
        Ok(None) | Err(_) => None,
        Ok(Some(Conflict::Date { registration, .. })) => Some(PassReason::SeriesDate { registration }),
        Ok(Some(Conflict::Time { registration, .. })) => Some(PassReason::Overlap { registration }),
    })
}

/// Refuses whoever an offering is not for.
fn must_be_meant(gathering: &Gathering, offering: &Offering, who: Applying<'_>) -> Result<(), Refusal> {
    let is_meant = offering.only_for.is_empty()
        || offering.only_for.iter().any(|meant| meant.is(who.made_by, who.credentials));
    if is_meant {
        return Ok(());
    }
    Err(Refusal::NotEligible {
        gathering: gathering.id,
        offering: offering.id,
        only_for: offering.only_for.clone(),
    })
}

/// The cap on each organisation, while it holds.
fn cap_now(decision: &Decision<'_>, gathering: &Gathering) -> Option<OrganisationCap> {
    let starts = gathering.cell.schedule.starts();
    let ended = |cap: &OrganisationCap| {
        let until = cap.until.and_then(|until| until.resolve(starts));
        until.is_some_and(|until| decision.time() >= until)
    };
    gathering.cell.plan.organisation_cap.filter(|cap| !ended(cap))
}

/// Refuses so many more people of an organisation than may have places.
pub(crate) fn must_be_within_the_cap(
    decision: &Decision<'_>,
    gathering: &Gathering,
    credentials: &[Credential],
    more: u32,
) -> Result<(), Refusal> {
    let Some(cap) = cap_now(decision, gathering) else { return Ok(()) };
    let Some(organisation) = organisation(credentials) else {
        return Err(Refusal::OrganisationNeeded { gathering: gathering.id });
    };
    let used = decision.people_of(gathering, organisation);
    if used.saturating_add(more) <= u32::from(cap.people) {
        return Ok(());
    }
    let until = cap.until.and_then(|until| until.resolve(gathering.cell.schedule.starts()));
    Err(Refusal::OrganisationCap { organisation, asked: more, used, cap: u32::from(cap.people), until })
}

/// Refuses a party of which somebody has no confirmed place in the offering that this one requires. A party that is
/// registered already is not counted twice.
///
/// All places have to be in the one registration that the booker has there: so whatever ends that registration ends
/// this one as a whole. And no more people may come of it than it has places, whoever of it books.
pub(crate) fn must_have_what_it_requires(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    party: &Party,
    itself: Option<RegistrationId>,
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
    let booked = people_booked(decision, gathering, offering.id, has, itself);
    if booked.saturating_add(party.size()) > has.party.size() {
        return Err(needs(gathering, required, None));
    }
    Ok(())
}

/// How many people the people of a registration have booked for another offering, in line or not.
pub(crate) fn people_booked(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: OfferingId,
    by: &RegistrationCell,
    but: Option<RegistrationId>,
) -> u32 {
    let held: BTreeSet<RegistrationId> =
        by.party.named().filter_map(|person| decision.holder(gathering, offering, person)).collect();
    let others = held.into_iter().filter(|id| Some(*id) != but);
    let cells = others.filter_map(|id| decision.registration_on(gathering, id));
    // Whoever only wants what there is afterwards takes no place of what is required.
    let sizes = cells.filter(|cell| cell.claim.is_engagement()).map(|cell| cell.party.size());
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

/// What of a person's stands in the way of something.
enum Conflict {
    /// Another date of the series.
    Date { registration: RegistrationId, gathering: Gathering },
    /// Something at the same time.
    Time { registration: RegistrationId, starts: DateTime<Utc>, ends: DateTime<Utc> },
}

/// Refuses when a person has, or waits for, another date of the series, or something at the same time that takes
/// people's time as well.
///
/// Times are half-open: what begins when something else ends does not overlap it. Where a time is not known to the
/// minute nothing is judged. Of one gathering only its sessions are held against each other: whoever has a place in
/// the conference is not elsewhere while at its workshop.
pub(crate) fn must_be_free(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    person: PersonId,
    itself: Option<RegistrationId>,
) -> Result<(), Refusal> {
    match conflict(decision, gathering, offering, person, |id, _| Some(id) != itself)? {
        None => Ok(()),
        Some(Conflict::Date { registration, gathering }) => {
            Err(Refusal::SeriesDate { person, registration, gathering: gathering.id })
        }
        Some(Conflict::Time { registration, starts, ends }) => {
            Err(Refusal::Overlap { person, registration, starts, ends })
        }
    }
}

/// The first of a person's engagements that stands in the way: of the series first, then in time.
fn conflict(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    person: PersonId,
    counts: impl Fn(RegistrationId, &RegistrationCell) -> bool,
) -> Result<Option<Conflict>, Refusal> {
    let (no_overlap, series) = (gathering.cell.no_overlap, gathering.cell.series);
    if !no_overlap && series.is_none() {
        return Ok(None);
    }
    let mut engagements = decision.engagements(person)?;
    engagements.retain(|(id, cell, _)| counts(*id, cell));
    if series.is_some() {
        let other_date = |other: &Gathering| other.id != gathering.id && other.cell.series == series;
        if let Some((registration, _, other)) = engagements.iter().find(|(_, _, other)| other_date(other)) {
            return Ok(Some(Conflict::Date { registration: *registration, gathering: other.clone() }));
        }
    }
    if !no_overlap {
        return Ok(None);
    }
    let Some(wanted) = hours(decision, gathering, offering) else { return Ok(None) };
    for (registration, cell, other) in engagements.into_iter().filter(|(_, _, other)| other.cell.no_overlap) {
        let Some(theirs) = other.cell.plan.offering(cell.offering) else { continue };
        let both_sessions = offering.session.is_some() && theirs.session.is_some();
        if other.id == gathering.id && !both_sessions {
            continue;
        }
        if let Some((starts, ends)) = hours(decision, &other, theirs)
            && wanted.0 < ends
            && starts < wanted.1
        {
            return Ok(Some(Conflict::Time { registration, starts, ends }));
        }
    }
    Ok(None)
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
