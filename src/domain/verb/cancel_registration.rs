//! Cancel a registration: its places are free, and whoever is next in line gets them at once.

use crate::domain::cells::Claim;
use crate::domain::decision::{Decision, Gathering};
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, Effects, ending, waiting_list};
use crate::fact::{Ending, Fact};
use crate::id::RegistrationId;

/// Ends a registration for good: confirmed, in line, held, offered, or waiting for approval; an interest, or what is asked
/// for afterwards, too. What becomes free goes to the line in the same decision, and
/// what needed it ends with it: the site visit with the conference place.
///
/// It may be cancelled after its people were seen. It is not confirmed any more then, so they are in no count of who came and
/// on no certificate; their scans stay in the list of scans ([`Desk::scans`](crate::Desk::scans)).
///
/// # Refusals
/// In this order: unknown registration, gathering called off, completed or archived, registration ended before, gathering
/// over, session over. Whoever only wants what there is afterwards can leave it when the gathering is over, too.
///
/// # Example
/// ```
/// use gather::{Desk, Gathering, PersonId, Registered};
///
/// let desk = Desk::in_memory();
/// let talk = desk.announce(Gathering::webinar("Volunteering").places(1))?.outcome;
/// drop(desk.open_booking(talk)?);
/// let first = desk.register(talk, PersonId::random())?.outcome.registration();
/// let second = desk.register(talk, PersonId::random())?.outcome.registration();
///
/// assert_eq!(desk.cancel_registration(first)?.outcome.promoted, [second]);
/// # Ok::<(), gather::Failure>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CancelRegistration {
    registration: RegistrationId,
    by: Ending,
}

impl CancelRegistration {
    /// Ends a registration as its own people wish.
    #[must_use]
    pub fn new(registration: RegistrationId) -> Self {
        Self { registration, by: Ending::Attendee }
    }

    /// Ends it as the organiser wishes; the person's agenda says so.
    #[must_use]
    pub fn by_organiser(mut self) -> Self {
        self.by = Ending::Organiser;
        self
    }

    /// The gathering of a registration that can still be ended. Whoever only wants what there is afterwards can leave it
    /// then, too.
    fn cancellable(&self, decision: &mut Decision<'_>) -> Result<Gathering, Refusal> {
        let registration = self.registration;
        let (cell, gathering) = decision.acting_on_registration(registration)?;
        if cell.claim != Claim::FollowUp {
            return decision.live_registration(registration).map(|(_, gathering)| gathering);
        }
        gathering.must_not_be_gone()?;
        Ok(gathering)
    }
}

impl Decide for CancelRegistration {
    type Outcome = Effects;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Effects, Refusal> {
        let Self { registration, by } = *self;
        let gathering = self.cancellable(decision)?;
        ending::end_with_parts(decision, &gathering, registration, by);
        waiting_list::serve(decision, gathering.id);
        Ok(Effects::among(decision.facts(), &[registration]))
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("cancel registration");
        clear.id(self.registration.bytes()).text(self.by.code());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Effects> {
        Some(Effects::among(facts, &[self.registration]))
    }
}
