//! Transfer a place: somebody else comes, and nothing is counted anew.

use crate::domain::cells::Claim;
use crate::domain::decision::{Decision, Gathering};
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide, eligibility, ending};
use crate::fact::Fact;
use crate::id::{PersonId, RegistrationId};

/// Gives one place of a registration to another person, confirmed, in line or on the way there (held, pending, offered); also
/// names a guest who had no name.
///
/// It touches no pool and keeps the place in the line, so it is never refused for want of places. Place 1 is the
/// booker's: whoever gets it holds the registration from then on, and what the booker before had answered is not
/// theirs and is no longer shown. What needs the place goes along: whoever gets the conference place gets the site visit
/// that the former holder had with it.
///
/// # Refusals
/// In this order: unknown registration, gathering called off, ended before, gathering over, session over, a
/// registration that only asks for the follow-up or notes an interest, unknown place, the person was forgotten, the person is not on the registration that this one needs. Then, for the place and for each that goes along: the
/// person has a live registration for the same offering, another date of the series, or something at the same time; somebody
/// with a name was seen on it, or they were last said to have come. A scan by mistake is taken back first
/// ([`UndoCheckIn`](crate::UndoCheckIn)). A guest without a name who was seen can be named, and the place of somebody who
/// was forgotten can be given away.
///
/// # Example
/// ```
/// use gather::{Desk, Gathering, PersonId, Transfer};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?).places(1);
/// let talk = desk.announce(talk)?.outcome;
/// let (ann, bob) = (PersonId::random(), PersonId::random());
/// let anns = desk.register(talk, ann)?.outcome.registration();
///
/// drop(desk.execute(Transfer::new(anns, bob))?); // though it is full
/// assert_eq!(desk.attendee_list(talk)?.rows()[0].person, Some(bob));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[doc(alias = "substitute")]
#[doc(alias = "rename attendee")]
pub struct Transfer {
    registration: RegistrationId,
    place: u16,
    to: PersonId,
}

impl Transfer {
    /// Gives place 1, the booker's, to another person.
    #[must_use]
    pub fn new(registration: RegistrationId, to: PersonId) -> Self {
        Self { registration, place: 1, to }
    }

    /// Says which place is meant, from 1 in the order of the party.
    #[must_use]
    pub fn place(mut self, place: u16) -> Self {
        self.place = place;
        self
    }
}

impl Decide for Transfer {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let Self { registration, place, to } = *self;
        let (cell, gathering) = decision.live_registration(registration)?;
        // Whoever only wants the recording, or only wants to hear of it, has no place to give.
        if matches!(cell.claim, Claim::FollowUp | Claim::Interested) {
            return Err(Refusal::NotConfirmed { registration });
        }
        let Some(from) = cell.party.at(place) else {
            return Err(Refusal::UnknownPlace { registration, place, places: cell.party.size() });
        };
        if from == Some(to) {
            return Ok(Change::AlreadySo);
        }
        decision.must_not_be_forgotten(to)?;
        eligibility::must_share_what_it_requires(decision, &gathering, &cell, to)?;
        hand_over(decision, &gathering, registration, place, to)?;
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("transfer");
        clear.id(self.registration.bytes()).number(self.place).id(self.to.bytes());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::PlaceTransferred { .. })))
    }
}

/// Whoever was seen came: another person would have come in their stead. A guest who gets a name is who was seen, and of
/// somebody who was forgotten nobody could say who it was.
fn must_be_handed_over_before_it_is_used(
    decision: &Decision<'_>,
    gathering: &Gathering,
    (registration, place): (RegistrationId, u16),
    from: Option<PersonId>,
) -> Result<(), Refusal> {
    if from.is_some_and(|from| decision.forgotten(from).is_none()) {
        decision.must_not_have_come(gathering, registration, std::iter::once(place))?;
    }
    Ok(())
}

/// Hands a place over, and with it the places that its holder has in whatever requires it.
fn hand_over(
    decision: &mut Decision<'_>,
    gathering: &Gathering,
    registration: RegistrationId,
    place: u16,
    to: PersonId,
) -> Result<(), Refusal> {
    // A stack of its own: what requires what can go deeper than a thread's.
    let mut next = vec![(registration, place)];
    while let Some((registration, place)) = next.pop() {
        let Some(cell) = decision.registration_on(gathering, registration).cloned() else { continue };
        if let Some(registration) = decision.holder(gathering, cell.offering, to) {
            return Err(Refusal::AlreadyRegistered { person: to, registration });
        }
        if let Some(offering) = gathering.cell.plan.offering(cell.offering).cloned() {
            eligibility::must_be_free(decision, gathering, &offering, to, None)?;
        }
        let from = cell.party.at(place).flatten();
        must_be_handed_over_before_it_is_used(decision, gathering, (registration, place), from)?;
        decision.record(Fact::PlaceTransferred { gathering: gathering.id, registration, place, from, to });
        let Some(from) = from else { continue };
        let theirs = |part: RegistrationId| {
            let place = decision.registration_on(gathering, part)?.party.place_of(from)?;
            Some((part, place))
        };
        next.extend(ending::dependents(decision, gathering, &cell).into_iter().rev().filter_map(theirs));
    }
    Ok(())
}
