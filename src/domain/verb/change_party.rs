//! Change a party: one more comes along, one less.

use std::collections::BTreeSet;

use crate::domain::capacity::{self, Applicant};
use crate::domain::cells::{Claim, RegistrationCell};
use crate::domain::decision::{Decision, Gathering};
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, Effects, eligibility, ending, waiting_list};
use crate::fact::{Draw, Ending, Fact, Offering};
use crate::id::{OfferingId, PersonId, PoolId, RegistrationId};

/// Brings people along, or leaves places of a party away. What becomes free goes to the line in the same decision.
///
/// A party with places grows only if there is room for those who come, behind whoever waits; one in line keeps its place
/// and can only shrink, since a larger one would push others back. Places are numbered anew: those that stay in their
/// order, then those that come. The booker stays: to hand place 1 on there is [`Transfer`](crate::Transfer), to give up
/// all there is [`CancelRegistration`](crate::CancelRegistration).
///
/// # Refusals
/// In this order: unknown registration, gathering called off, completed or archived, registration ended, gathering over,
/// session over; offered, or without a place to begin with; unknown place, the booker's place, somebody seen on it or on a
/// place behind it; somebody named twice, forgotten, registered already; party too large; somebody without a name in a party that may be
/// split; larger in line; a registration that needs the place of somebody who leaves; for whoever comes: no place in what
/// is required, another date of the series, something at the same time; where it has places: as many of an organisation
/// as may have, can never fit, full, room that others wait for, booking to the line only.
///
/// # Example
/// ```
/// use gather::{ChangeParty, Desk, Gathering, PersonId, Register};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?).places(3);
/// let talk = desk.announce(talk)?.outcome;
/// let family = desk.execute(Register::new(talk, PersonId::random()).unnamed_guests(2))?.outcome.registration();
///
/// let refused = desk.execute(ChangeParty::new(family).unnamed_guests(1)).unwrap_err();
/// assert_eq!(refused.refusal().unwrap().code(), "never_fits");
/// drop(desk.execute(ChangeParty::new(family).without(3))?);
/// assert_eq!(desk.gathering(talk)?.offerings[0].left, Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ChangeParty {
    registration: RegistrationId,
    removed: BTreeSet<u16>,
    added: Vec<Option<PersonId>>,
}

impl ChangeParty {
    /// Changes the party of a registration; say how.
    #[must_use]
    pub fn new(registration: RegistrationId) -> Self {
        Self { registration, removed: BTreeSet::new(), added: Vec::new() }
    }

    /// Leaves a place away, by its number as it is now.
    #[must_use]
    pub fn without(mut self, place: u16) -> Self {
        self.removed.insert(place);
        self
    }

    /// Brings somebody along.
    #[must_use]
    pub fn guest(mut self, guest: PersonId) -> Self {
        self.added.push(Some(guest));
        self
    }

    /// Brings so many people along whose names are not known yet.
    #[must_use]
    pub fn unnamed_guests(mut self, guests: u16) -> Self {
        self.added.extend(std::iter::repeat_n(None, usize::from(guests)));
        self
    }

    /// The registration as it would be, if its places and its people let it.
    fn changed(
        &self,
        decision: &Decision<'_>,
        gathering: &Gathering,
        cell: &RegistrationCell,
    ) -> Result<RegistrationCell, Refusal> {
        let registration = self.registration;
        for &place in &self.removed {
            if cell.party.at(place).is_none() {
                return Err(Refusal::UnknownPlace { registration, place, places: cell.party.size() });
            }
            if place == 1 {
                return Err(Refusal::BookersPlace { registration });
            }
        }
        // Those behind a place that goes get other numbers, so nobody may have been seen on any of them.
        let size = u16::try_from(cell.party.size()).unwrap_or(u16::MAX);
        let renumbered = self.removed.first().into_iter().flat_map(|first| *first..=size);
        decision.must_be_unseen(gathering, registration, renumbered)?;
        let mut changed = cell.clone();
        let removed: Vec<u16> = self.removed.iter().copied().collect();
        changed.party.change(&removed, &self.added);
        if let Some(person) = changed.party.twice_named() {
            return Err(Refusal::TwiceInParty { person });
        }
        Ok(changed)
    }

    fn must_be_allowed(
        &self,
        decision: &Decision<'_>,
        gathering: &Gathering,
        offering: &Offering,
        (before, after): (&RegistrationCell, &RegistrationCell),
    ) -> Result<(), Refusal> {
        for person in self.added.iter().copied().flatten() {
            decision.must_not_be_forgotten(person)?;
            if let Some(registration) = decision.holder(gathering, offering.id, person) {
                return Err(Refusal::AlreadyRegistered { person, registration });
            }
        }
        let (size, limit) = (after.party.size(), u32::from(offering.max_party.get()));
        if size > before.party.size() && size > limit {
            return Err(Refusal::PartyTooLarge { size, limit });
        }
        if after.may_split() && after.party.guests.contains(&None) {
            return Err(Refusal::SplitNeedsNames);
        }
        if before.claim == Claim::Waiting && size > before.party.size() {
            return Err(Refusal::InLine { registration: self.registration });
        }
        must_need_nobody_who_leaves(decision, gathering, (before, after))?;
        if !self.added.is_empty() {
            let itself = Some(self.registration);
            eligibility::must_have_what_it_requires(decision, gathering, offering, &after.party, itself)?;
        }
        let itself = Some(self.registration);
        let mut added = self.added.iter().copied().flatten();
        added.try_for_each(|person| eligibility::must_be_free(decision, gathering, offering, person, itself))
    }
}

/// Refuses to let somebody go whose place another registration needs.
fn must_need_nobody_who_leaves(
    decision: &Decision<'_>,
    gathering: &Gathering,
    (before, after): (&RegistrationCell, &RegistrationCell),
) -> Result<(), Refusal> {
    let stays = |person: PersonId| after.party.named().any(|other| other == person);
    let leaves: BTreeSet<PersonId> = before.party.named().filter(|person| !stays(*person)).collect();
    let mut people: std::collections::BTreeMap<OfferingId, u32> = std::collections::BTreeMap::new();
    for registration in ending::dependents(decision, gathering, before) {
        let Some(part) = decision.registration_on(gathering, registration) else { continue };
        let booked = people.entry(part.offering).or_default();
        *booked = booked.saturating_add(part.party.size());
        if part.party.named().any(|person| leaves.contains(&person)) || *booked > after.party.size() {
            return Err(Refusal::StillNeeded { registration });
        }
    }
    Ok(())
}

/// Whether who is on a registration may change while it stands so. An offer is for the party that it was made to.
fn can_change(claim: Claim) -> bool {
    matches!(claim, Claim::Confirmed | Claim::Waiting | Claim::Held { .. } | Claim::Pending(_))
}

/// Lets the booker go who is forgotten, and with them what needs their place: the first guest with a name has place 1 from
/// then on. `false` where there is nobody who could, or where somebody was seen already, since places are numbered anew.
pub(super) fn leave(
    decision: &mut Decision<'_>,
    gathering: &Gathering,
    registration: RegistrationId,
) -> bool {
    let Some(cell) = decision.registration_on(gathering, registration).cloned() else { return false };
    if !can_change(cell.claim) {
        return false;
    }
    let places = 1..=u16::try_from(cell.party.size()).unwrap_or(u16::MAX);
    let mut seen = places.filter(|place| decision.was_seen(gathering, (registration, *place)));
    if seen.next().is_some() {
        return false;
    }
    // A guest without a name, or one who was forgotten before, is nobody to hold a registration.
    let mut named = cell.party.named().skip(1);
    let forgotten: BTreeSet<PersonId> =
        named.by_ref().take_while(|guest| decision.forgotten(*guest).is_some()).collect();
    let removed: Vec<u16> = std::iter::once(1)
        .chain(forgotten.iter().filter_map(|guest| cell.party.place_of(*guest)))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let mut after = cell.clone();
    after.party.change(&removed, &[]);
    if after.party.booker == cell.party.booker {
        return false;
    }
    let draws = cut(gathering, cell.draws(), after.counted());
    end_what_needed(decision, gathering, (&cell, &after));
    let on = gathering.id;
    decision.record(Fact::PartyChanged { gathering: on, registration, removed, added: Vec::new(), draws });
    true
}

/// Ends whatever needs more places of a registration, or other people on it, than it has from now on.
fn end_what_needed(
    decision: &mut Decision<'_>,
    gathering: &Gathering,
    (before, after): (&RegistrationCell, &RegistrationCell),
) {
    let mut people: std::collections::BTreeMap<OfferingId, u32> = std::collections::BTreeMap::new();
    for registration in ending::dependents(decision, gathering, before) {
        let Some(part) = decision.registration_on(gathering, registration) else { continue };
        let stays = part.party.named().all(|person| after.party.named().any(|other| other == person));
        let booked = people.entry(part.offering).or_default();
        let size = booked.saturating_add(part.party.size());
        if stays && size <= after.party.size() {
            *booked = size;
        } else {
            ending::end_with_parts(decision, gathering, registration, Ending::Attendee);
        }
    }
}

/// Room for those who come along, behind whoever waits.
fn room_for_more(
    decision: &Decision<'_>,
    gathering: &Gathering,
    offering: &Offering,
    cell: &RegistrationCell,
    more: u32,
) -> Result<waiting_list::Room, Refusal> {
    eligibility::must_be_within_the_cap(decision, gathering, cell.credentials(), more)?;
    let demand = capacity::demand(offering, cell.counted().saturating_add(more));
    let never = capacity::shortages_when_empty(decision, gathering, &demand);
    if !never.is_empty() {
        return Err(Refusal::NeverFits { short: never });
    }
    let class = gathering.cell.plan.class(cell.made_by(), cell.credentials());
    let ahead = waiting_list::ahead(decision, gathering, offering, class);
    let applicant = Applicant { people: more, ..Applicant::of(cell) };
    waiting_list::room(decision, gathering, offering, applicant, &ahead)
}

/// What was drawn before and what comes to it, each set-aside once, in the order of their numbers within a pool.
fn together(before: &[Draw], more: &[Draw]) -> Vec<Draw> {
    let mut all = before.to_vec();
    for draw in more {
        match all.iter_mut().find(|known| known.set_aside == draw.set_aside) {
            Some(known) => known.places = known.places.saturating_add(draw.places),
            None => all.push(*draw),
        }
    }
    all
}

/// What is still drawn when fewer come: in each pool, what was drawn last is given back first.
fn cut(gathering: &Gathering, draws: &[Draw], people: u32) -> Vec<Draw> {
    let pool_of = |draw: &Draw| gathering.cell.plan.set_aside(draw.set_aside).map(|it| it.pool);
    let mut covered: std::collections::BTreeMap<Option<PoolId>, u32> = std::collections::BTreeMap::new();
    let mut kept = Vec::new();
    for draw in draws {
        let so_far = covered.entry(pool_of(draw)).or_default();
        let places = draw.places.min(people.saturating_sub(*so_far));
        *so_far = so_far.saturating_add(places);
        if places > 0 {
            kept.push(Draw { places, ..*draw });
        }
    }
    kept
}

impl Decide for ChangeParty {
    type Outcome = Effects;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Effects, Refusal> {
        let registration = self.registration;
        let (cell, gathering) = decision.live_registration(registration)?;
        let offering = gathering.cell.plan.offering(cell.offering).cloned();
        let offering = offering.filter(|_| can_change(cell.claim));
        let Some(offering) = offering else { return Err(Refusal::NotConfirmed { registration }) };
        let changed = self.changed(decision, &gathering, &cell)?;
        if !self.removed.is_empty() || !self.added.is_empty() {
            self.must_be_allowed(decision, &gathering, &offering, (&cell, &changed))?;
            let more = changed.counted().saturating_sub(cell.counted());
            let draws = if more > 0 && cell.claim.uses_places() {
                let mut room = room_for_more(decision, &gathering, &offering, &cell, more)?;
                room.record_passed(decision, &gathering);
                together(cell.draws(), &room.draws)
            } else {
                cut(&gathering, cell.draws(), changed.counted())
            };
            let (removed, added) = (self.removed.iter().copied().collect(), self.added.clone());
            let on = gathering.id;
            decision.record(Fact::PartyChanged { gathering: on, registration, removed, added, draws });
            waiting_list::serve(decision, on);
        }
        Ok(Effects::among(decision.facts(), &[registration]))
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("change party");
        clear.id(self.registration.bytes());
        clear.each(self.removed.iter(), |clear, place| {
            clear.number(*place);
        });
        clear.guests(&self.added);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Effects> {
        Some(Effects::among(facts, &[self.registration]))
    }
}
