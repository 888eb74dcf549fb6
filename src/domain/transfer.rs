//! Transfer a place: somebody else comes, and nothing is counted anew.

use super::decision::Decision;
use super::refusal::Refusal;
use super::{Change, Context, Decide};
use crate::fact::Fact;
use crate::id::{PersonId, RegistrationId};

/// Gives one place of a registration, confirmed or in line, to another person; also names a guest who had no name.
///
/// It touches no pool and keeps the place in the line, so it is never refused for want of places. Place 1 is the
/// booker's: whoever gets it holds the registration from then on, and what the booker before had answered is not
/// theirs and is no longer shown.
///
/// # Refusals
/// In this order: unknown registration, gathering called off, ended before, gathering over, unknown place, the person
/// has a live registration for the same offering.
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
        let Some(from) = cell.party.at(place) else {
            return Err(Refusal::UnknownPlace { registration, place, places: cell.party.size() });
        };
        if from == Some(to) {
            return Ok(Change::AlreadySo);
        }
        if let Some(registration) = decision.holder(&gathering, cell.offering, to) {
            return Err(Refusal::AlreadyRegistered { person: to, registration });
        }
        decision.record(Fact::PlaceTransferred { gathering: gathering.id, registration, place, from, to });
        Ok(Change::Made)
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        let [Fact::PlaceTransferred { registration, place, to, .. }] = facts else { return None };
        let same = (*registration, *place, *to) == (self.registration, self.place, self.to);
        same.then_some(Change::Made)
    }
}
