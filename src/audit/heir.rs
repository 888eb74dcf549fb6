//! Who comes instead of what ends: whoever moves has the new registration by the batch that ends the old one, and so it is
//! with what only asked before, and comes now.

use super::auditor::Auditor;
use super::finding::{Breach, Judged, Rule, breach, hold};
use crate::fact::{Booking, Ending, Fact};
use crate::id::{GatheringId, RegistrationId};
use crate::record::{Batch, Position, StoredBatch};

/// A breach with where and about what.
type Placed = (Position, (Option<GatheringId>, Option<RegistrationId>), Breach);

/// What of a batch has no heir, or lives beside it; as things stand before the batch is folded.
pub(super) fn heirless(auditor: &Auditor, stored: &StoredBatch) -> Vec<Placed> {
    let batch = &stored.batch;
    let mut found = Vec::new();
    for record in stored.records() {
        let fact = record.fact();
        let (registration, judged) = if let Fact::RegistrationEnded { gathering, registration, how } = fact {
            (*registration, has_an_heir(auditor, batch, (*gathering, *registration), *how))
        } else if let Some((registration, booking)) = booked(fact) {
            (registration, is_alone(auditor, batch, booking))
        } else {
            continue;
        };
        if let Err(broken) = judged {
            found.push((record.position(), (fact.gathering(), Some(registration)), broken));
        }
    }
    found
}

fn has_an_heir(
    auditor: &Auditor,
    batch: &Batch,
    (on, id): (GatheringId, RegistrationId),
    how: Ending,
) -> Judged {
    let gathering = auditor.gatherings.get(&on);
    let one = gathering.and_then(|gathering| gathering.known(id));
    match how {
        Ending::Superseded => {
            let comes = one.is_some_and(|one| {
                let mut heirs = batch.facts.iter().filter_map(booked);
                heirs.any(|(_, booking)| {
                    booking.offering == one.offering && booking.party.named().any(|person| one.names(person))
                })
            });
            hold(comes, Rule::NoHeir, || String::from("it gave way, and nothing came instead"))
        }
        Ending::MovedAway => {
            let mut heirs = batch.facts.iter().filter_map(booked);
            let has_moved = heirs.any(|(_, booking)| booking.supersedes == Some(id));
            let offering = one.and_then(|one| gathering?.offerings.get(&one.offering));
            let needs_another = offering.is_some_and(|offered| offered.terms.requires.is_some());
            hold(has_moved || needs_another, Rule::NoHeir, || String::from("it moved away, and is nowhere"))
        }
        Ending::Attendee
        | Ending::Organiser
        | Ending::Expired
        | Ending::Declined
        | Ending::OfferWithdrawn
        | Ending::Rejected
        | Ending::NotReconfirmed
        | Ending::Displaced => Ok(()),
    }
}

/// Whether what a booking takes the place of is over, or ends with it.
fn is_alone(auditor: &Auditor, batch: &Batch, booking: &Booking) -> Judged {
    let Some(old) = booking.supersedes else { return Ok(()) };
    let Some(home) = auditor.homes.get(&old).and_then(|home| auditor.gatherings.get(home)) else {
        return Err(breach(
            Rule::UnknownRegistration,
            format!("there is no registration {old} to take the place of"),
        ));
    };
    let Some(one) = home.known(old).filter(|one| one.is_live()) else { return Ok(()) };
    let ends_now = batch
        .facts
        .iter()
        .any(|fact| matches!(fact, Fact::RegistrationEnded { registration, .. } if *registration == old));
    hold(home.is_completed() || one.is_past(batch.time) || ends_now, Rule::NoHeir, || {
        format!("it takes the place of registration {old}, which is live still")
    })
}

/// What a fact registers.
pub(super) fn booked(fact: &Fact) -> Option<(RegistrationId, &Booking)> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "six kinds of facts make registrations")]
    match fact {
        Fact::RegistrationConfirmed { registration, booking, .. }
        | Fact::RegistrationWaitlisted { registration, booking, .. }
        | Fact::RegistrationHeld { registration, booking, .. }
        | Fact::ApprovalRequested { registration, booking, .. }
        | Fact::FollowUpRequested { registration, booking, .. }
        | Fact::InterestNoted { registration, booking, .. } => Some((*registration, booking)),
        _ => None,
    }
}
