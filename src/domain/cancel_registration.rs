//! Cancel a registration: its places are free, and whoever is next in line gets them at once.

use super::decision::Decision;
use super::refusal::Refusal;
use super::{Context, Decide, Effects, ending, waiting_list};
use crate::fact::{Ending, Fact};
use crate::id::RegistrationId;

/// Ends a registration, confirmed or in line, for good. What becomes free goes to the line in the same decision, and
/// what needed it ends with it: the site visit with the conference place.
///
/// # Refusals
/// In this order: unknown registration, gathering called off, registration ended before, gathering over, session over.
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
}

impl Decide for CancelRegistration {
    type Outcome = Effects;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Effects, Refusal> {
        let Self { registration, by } = *self;
        let (_, gathering) = decision.live_registration(registration)?;
        let mut ended = ending::end_with_parts(decision, &gathering, registration, by);
        ended.retain(|part| *part != registration);
        Ok(Effects { promoted: waiting_list::promote(decision, &gathering), ended })
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Effects> {
        let Fact::RegistrationEnded { registration, how: by, .. } = facts.first()? else { return None };
        let same = (*registration, *by) == (self.registration, self.by);
        same.then(|| Effects::by_ending(*registration, facts))
    }
}
