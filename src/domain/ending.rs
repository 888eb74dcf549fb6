//! How registrations end: one that others need takes them along, in the same decision.

use std::collections::BTreeSet;

use super::cells::RegistrationCell;
use super::decision::{Decision, Gathering};
use crate::fact::{Ending, Fact};
use crate::id::RegistrationId;

/// Ends a registration and whatever needs a place of it. Says which have ended, itself first.
pub(crate) fn end_with_parts(
    decision: &mut Decision<'_>,
    gathering: &Gathering,
    registration: RegistrationId,
    how: Ending,
) -> Vec<RegistrationId> {
    let mut ended = Vec::new();
    // A stack of its own: what requires what can go deeper than a thread's.
    let mut next = vec![registration];
    while let Some(registration) = next.pop() {
        let cell = decision.registration_on(gathering, registration).filter(|cell| !cell.claim.is_ended());
        let Some(cell) = cell.cloned() else { continue };
        decision.record(Fact::RegistrationEnded { gathering: gathering.id, registration, how });
        ended.push(registration);
        next.extend(dependents(decision, gathering, &cell).into_iter().rev());
    }
    ended
}

/// What would end with a registration: itself first, then whatever needs a place of it, each once.
pub(crate) fn with_parts(
    decision: &Decision<'_>,
    gathering: &Gathering,
    registration: RegistrationId,
) -> Vec<RegistrationId> {
    let mut all = Vec::new();
    let mut next = vec![registration];
    while let Some(registration) = next.pop() {
        if all.contains(&registration) {
            continue;
        }
        all.push(registration);
        let Some(cell) = decision.registration_on(gathering, registration) else { continue };
        next.extend(dependents(decision, gathering, cell).into_iter().rev());
    }
    all
}

/// Ends whatever needs a place of a registration, and not that itself.
pub(crate) fn end_parts(
    decision: &mut Decision<'_>,
    gathering: &Gathering,
    registration: RegistrationId,
    how: Ending,
) {
    let Some(cell) = decision.registration_on(gathering, registration).cloned() else { return };
    for part in dependents(decision, gathering, &cell) {
        end_with_parts(decision, gathering, part, how);
    }
}

/// The live registrations that need a place of this one: for offerings that require its offering, held by its people.
/// In the order of the offerings, then of the places.
pub(crate) fn dependents(
    decision: &Decision<'_>,
    gathering: &Gathering,
    cell: &RegistrationCell,
) -> Vec<RegistrationId> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for part in gathering.cell.plan.offerings.iter().filter(|part| part.requires == Some(cell.offering)) {
        let held = cell.party.named().filter_map(|person| decision.holder(gathering, part.id, person));
        // Whoever only wants what there is afterwards has no place that could need another.
        let needs_it = |id: &RegistrationId| {
            decision.registration_on(gathering, *id).is_some_and(|part| part.claim.is_engagement())
        };
        found.extend(held.filter(needs_it).filter(|registration| seen.insert(*registration)));
    }
    found
}
