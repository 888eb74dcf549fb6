//! Record a consent: that somebody agreed to something, or does no longer.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::{PersonId, RegistrationId};
use crate::text::Reference;

/// Records that somebody on a registration agrees to something, or does no longer: photographs, being on a shared list, the
/// newsletter. The latest word on each purpose counts; the log keeps all of them, with who said so and when.
///
/// The purpose is the host's own code, **stored in the clear**. Nothing follows from a consent by itself: whoever uses names
/// asks for it ([`AttendeeRow::consents`](crate::AttendeeRow::consents)). What was never asked is not given. When somebody
/// loses their place by a registration their consents there go with it; that of the person who comes instead is asked anew.
///
/// # Refusals
/// In this order: unknown registration; a person who was forgotten; a person who is not on the registration. It can be withdrawn
/// at any time, also when the gathering is over, called off or archived.
///
/// # Example
/// ```
/// use gather::{Desk, Gathering, PersonId, RecordConsent, Reference};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 UTC".parse()?);
/// let talk = desk.announce(talk)?.outcome;
/// let ann = PersonId::random();
/// let anns = desk.register(talk, ann)?.outcome.registration();
///
/// let photos = Reference::new("photos")?;
/// drop(desk.execute(RecordConsent::given(anns, ann, photos.clone()))?);
/// drop(desk.execute(RecordConsent::withdrawn(anns, ann, photos.clone()))?);
/// let list = desk.attendee_list(talk)?;
/// assert_eq!(list.rows()[0].has_consented(&photos), Some(false));
/// assert_eq!(list.rows()[0].has_consented(&Reference::new("newsletter")?), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "GDPR")]
pub struct RecordConsent {
    registration: RegistrationId,
    person: PersonId,
    purpose: Reference,
    given: bool,
}

impl RecordConsent {
    /// Somebody agrees.
    #[must_use]
    pub fn given(registration: RegistrationId, person: PersonId, purpose: Reference) -> Self {
        Self { registration, person, purpose, given: true }
    }

    /// Somebody does not agree, or no longer.
    #[must_use]
    pub fn withdrawn(registration: RegistrationId, person: PersonId, purpose: Reference) -> Self {
        Self { registration, person, purpose, given: false }
    }
}

impl Decide for RecordConsent {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let Self { registration, person, ref purpose, given } = *self;
        let (cell, gathering) = decision.acting_on_registration(registration)?;
        decision.must_not_be_forgotten(person)?;
        cell.must_have(registration, person)?;
        if cell.has_consented(person, purpose) == Some(given) {
            return Ok(Change::AlreadySo);
        }
        let (gathering, purpose) = (gathering.id, purpose.clone());
        decision.record(Fact::ConsentRecorded { gathering, registration, person, purpose, given });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("record consent");
        clear.id(self.registration.bytes()).id(self.person.bytes());
        clear.text(self.purpose.as_str()).flag(self.given);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::ConsentRecorded { .. })))
    }
}
