//! What must hold of a gathering after a batch, of all that the batch has touched.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::finding::{Breach, Notes, Rule, breach};
use super::gathering::{Gathering, Life};
use super::registration::{Claim, Registration};
use super::so_far::SoFar;
use crate::fact::Offering;
use crate::id::{GatheringId, OfferingId, RegistrationId};
use crate::record::Position;

/// A batch with so many facts may have left something that is due to the next.
const MAY_BE_MORE: usize = 20_000;

/// A batch as a whole.
#[derive(Clone, Copy)]
pub(super) struct Whole {
    pub(super) time: DateTime<Utc>,
    pub(super) facts: usize,
    /// How many gatherings it is about.
    pub(super) gatherings: usize,
}

impl Gathering {
    pub(super) fn check_after(&self, id: GatheringId, whole: Whole, so_far: &SoFar, notes: &mut Notes) {
        if self.is_gone() {
            return;
        }
        if self.has_requirements {
            self.check_requirements(id, so_far, notes);
        }
        self.check_dropped(id, so_far, notes);
        if self.life != Life::Announced || whole.facts >= MAY_BE_MORE {
            return;
        }
        if !so_far.became_known
            && let Some((registration, broken)) = self.left_undone(whole.time)
        {
            notes.note(so_far.last, (Some(id), registration), broken);
        }
        // What became free on another gathering meanwhile is noticed by the next decision on this one.
        let Some(freed) = so_far.frees.filter(|_| whole.gatherings == 1) else { return };
        if let Some(registration) = self.is_left_waiting(whole.time) {
            let says = "it comes first in line and fits into what is free, and was not served";
            notes.note(freed, (Some(id), Some(registration)), breach(Rule::LeftWaiting, says));
        }
    }

    /// Whoever has, or waits for, what requires something has a confirmed place there. Asked of those that were touched, and
    /// of those whose people have lost or changed something.
    fn check_requirements(&self, id: GatheringId, so_far: &SoFar, notes: &mut Notes) {
        let mut asked: BTreeMap<RegistrationId, Position> = BTreeMap::new();
        let requiring = self.offerings.values().filter(|offered| offered.terms.requires.is_some());
        for offered in requiring {
            for (person, at) in &so_far.people {
                if let Some(one) = offered.holders.get(person) {
                    let first = asked.entry(*one).or_insert(*at);
                    *first = (*first).min(*at);
                }
            }
        }
        for (registration, at) in asked {
            let Some(one) = self.known(registration).filter(|one| one.claim.takes_time()) else { continue };
            let Some(offering) = self.offerings.get(&one.offering).map(|offered| &offered.terms) else {
                continue;
            };
            let Some(required) = offering.requires else { continue };
            if let Err(broken) = self.stands_on(one, offering, required) {
                let at = so_far.touched.get(&registration).copied().unwrap_or(at);
                notes.note(at, (Some(id), Some(registration)), broken);
            }
        }
    }

    /// Whether a registration has what it requires: on the registration that its booker has there, which is confirmed, has
    /// all its people on it, and has room for as many.
    fn stands_on(&self, one: &Registration, offering: &Offering, required: OfferingId) -> Result<(), Breach> {
        let base = self.holder(required, one.party.booker).filter(|base| base.claim == Claim::Confirmed);
        let Some(base) = base else {
            // The rest of a party that was split has another booker, whose place may be on another registration.
            let says = format!(
                "offering {} requires {required}, and its booker has no confirmed place there",
                offering.id
            );
            return if one.is_rest { Ok(()) } else { Err(breach(Rule::StandsOnNothing, says)) };
        };
        if !one.is_rest && !one.party.named().all(|person| base.names(person)) {
            let says = format!(
                "offering {} requires {required}, and registration {} has not all its people",
                offering.id, base.id
            );
            return Err(breach(Rule::StandsOnNothing, says));
        }
        let beside: BTreeSet<RegistrationId> =
            base.party.named().filter_map(|person| Some(self.holder(offering.id, person)?.id)).collect();
        let beside = beside.iter().filter_map(|id| self.known(*id));
        let have_or_wait = beside.filter(|other| other.claim.uses_places() || other.claim == Claim::Waiting);
        let people: u32 = have_or_wait.map(|other| other.party.size()).sum();
        let places = base.party.size();
        if people <= places {
            return Ok(());
        }
        let says = format!(
            "{people} people have offering {} by registration {}, which has {places} places",
            offering.id, base.id
        );
        Err(breach(Rule::StandsOnNothing, says))
    }

    fn check_dropped(&self, id: GatheringId, so_far: &SoFar, notes: &mut Notes) {
        for (session, at) in &so_far.dropped {
            if self.live_session(*session).is_ok() {
                continue;
            }
            let offerings = self.offerings.values().filter(|offered| offered.terms.session == Some(*session));
            let left = offerings
                .flat_map(super::gathering::Offered::registrations)
                .find(|one| self.known(*one).is_some_and(|one| one.claim.takes_time()));
            if let Some(left) = left {
                let says = format!("session {session} was dropped, and it was not ended");
                notes.note(*at, (Some(id), Some(left)), breach(Rule::LeftInDropped, says));
            }
        }
    }

    /// What was due by then and was not written.
    fn left_undone(&self, time: DateTime<Utc>) -> Option<(Option<RegistrationId>, Breach)> {
        if let Some((deadline, one)) = self.deadlines.first().filter(|(deadline, _)| *deadline <= time) {
            let says = format!("its time was up at {deadline}, and the next decision has not ended it");
            return Some((Some(*one), breach(Rule::Unsettled, says)));
        }
        let round = self.round.filter(|round| round.until <= time)?;
        let says =
            format!("the time to say that new dates suit was up at {}, and nothing came of it", round.until);
        Some((None, breach(Rule::Unsettled, says)))
    }
}
