//! Join online: somebody has followed their own link.

use chrono::{DateTime, Utc};

use crate::domain::cells::{Claim, ListCell, RegistrationCell};
use crate::domain::check_in::{is_within, joined_just_before, judge, standing, times};
use crate::domain::decision::{Decision, Gathering};
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide};
use crate::fact::{CheckInKind, CheckInList, CheckedIn, Fact, PresenceSource, Scan, Way};
use crate::id::{OfferingId, RegistrationId, ScanId};

use super::check_in::told_in;

/// Says that somebody joins online by their own link: it is a scan at the first online list, by number, on which they
/// belong; where there is none, at the first list that takes them, which is list 0 unless it was set for others.
/// [`Desk::join`](crate::Desk::join) does it and gives the link.
///
/// Whoever has joined and not left is there still: joining again is told as [`Again`](CheckedIn::Again). It appends nothing
/// until more than a minute after they were last seen joining, so that loading a page again costs nothing. What comes later is
/// kept, since it may arrive before word that they had left in between.
///
/// # Refusals
/// In this order: unknown registration; gathering called off or archived, a draft; unknown place, not confirmed, forgotten, no link
/// to join by, no list that takes them, too early or too late: whoever has joined before, too.
///
/// # Example
/// ```
/// use gather::{CheckedIn, Desk, Gathering, Join, JoinLink, PersonId};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering")
///     .at("2099-03-05 14:00 to 15:30 Europe/London".parse()?)
///     .join_link(JoinLink::new("https://meet.example/volunteering"));
/// let talk = desk.announce(talk)?.outcome;
/// let anns = desk.register(talk, PersonId::random())?.outcome.registration();
/// assert_eq!(desk.execute(Join::new(anns)).unwrap_err().refusal().unwrap().code(), "not_open_to_join");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Join {
    registration: RegistrationId,
    place: u16,
}

impl Join {
    /// The booker of a registration joins.
    #[must_use]
    pub fn new(registration: RegistrationId) -> Self {
        Self { registration, place: 1 }
    }

    /// Says whose place it is, from 1 in the order of the party.
    #[must_use]
    pub fn place(mut self, place: u16) -> Self {
        self.place = place;
        self
    }

    /// When somebody was first seen who joins a moment after they were last seen joining, and may still: to whoever loads a page
    /// once more the link is given at no cost.
    fn reloads(
        &self,
        decision: &Decision<'_>,
        gathering: &Gathering,
        cell: &RegistrationCell,
        at: &CheckInList,
    ) -> Option<DateTime<Utc>> {
        let stands = gathering.must_not_be_gone().is_ok() && cell.claim == Claim::Confirmed;
        if !stands || must_be_somebody(decision, cell, self.place).is_err() {
            return None;
        }
        let ((_, has_link), now) = (gathering.cell.place, decision.time());
        let may = has_link && is_within(now, times(decision, gathering, at).unzip());
        let place = (self.registration, self.place);
        joined_just_before(decision, gathering, place, at.id, now).filter(|_| may)
    }
}

/// The list at which somebody with a place in an offering joins: one that takes them, or none.
fn list(gathering: &Gathering, offering: OfferingId) -> Option<CheckInList> {
    let mut lists = gathering.cell.plan.check_in_lists();
    lists.retain(|list| list.covers(offering));
    let online = lists.iter().find(|list| list.kind == CheckInKind::Online);
    online.or(lists.first()).cloned()
}

/// Refuses whoever was forgotten: there is nobody to give the link to.
fn must_be_somebody(decision: &Decision<'_>, cell: &RegistrationCell, place: u16) -> Result<(), Refusal> {
    match cell.party.at(place).flatten() {
        Some(person) => decision.must_not_be_forgotten(person),
        None => Ok(()),
    }
}

impl Decide for Join {
    type Outcome = CheckedIn;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<CheckedIn, Refusal> {
        let Self { registration, place } = *self;
        let before = decision.registration(registration)?;
        let gathering = decision.gathering(before.gathering)?;
        let at = list(&gathering, before.offering);
        if let Some(first_seen) = at.as_ref().and_then(|at| self.reloads(decision, &gathering, &before, at)) {
            return Ok(CheckedIn::Again { first_seen });
        }
        let (cell, gathering) = decision.acting_on_registration(registration)?;
        gathering.must_not_be_gone()?;
        gathering.must_be_announced()?;
        if cell.party.at(place).is_none() {
            return Err(Refusal::UnknownPlace { registration, place, places: cell.party.size() });
        }
        if let Some(standing) = standing(cell.claim) {
            return Err(Refusal::NoConfirmedPlace { registration, standing });
        }
        must_be_somebody(decision, &cell, place)?;
        let (_, has_link) = gathering.cell.place;
        if !has_link {
            return Err(Refusal::NoJoinLink { gathering: gathering.id });
        }
        let Some(at) = at else {
            return Err(Refusal::NoListToJoin { gathering: gathering.id, offering: cell.offering });
        };
        let (opens, closes) = times(decision, &gathering, &at).unzip();
        if !is_within(decision.time(), (opens, closes)) {
            return Err(Refusal::NotOpenToJoin { gathering: gathering.id, opens, closes });
        }
        let (id, seen_at) = (ScanId::from_uuid(context.request.derive(0)), decision.time());
        let scan = Scan { id, registration, place, list: at.id, way: Way::In, seen_at };
        let told = judge(decision, &gathering, &ListCell { list: at, withdrawn: false }, &scan);
        let source = PresenceSource::Online;
        decision.record(Fact::Scanned { gathering: gathering.id, scan, source, told: told.clone() });
        Ok(told)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("join");
        clear.id(self.registration.bytes()).number(self.place);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<CheckedIn> {
        told_in(facts)
    }
}
