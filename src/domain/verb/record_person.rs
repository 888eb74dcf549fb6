//! Record a person: who somebody is, for the first time or anew.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::PersonId;
use crate::person::PersonDetails;
use crate::sealed::{Personal, Sealed};

/// Records who somebody is. The details replace all that was recorded of the person before.
///
/// A person needs no recorded details to hold a place: a host with a table of users of its own gives names with
/// [`AttendeeList::with_names`](crate::AttendeeList::with_names).
///
/// # Refusals
/// A name that is empty, a text that is too long or has control characters, an e-mail address that is none; see
/// [`PersonDetails::check`]. Then: a person who was forgotten.
///
/// # Example
/// ```
/// use gather::{Desk, PersonDetails, RecordPerson};
///
/// let desk = Desk::in_memory();
/// let ann = desk.record_person(PersonDetails::new("Ann Example"))?.outcome;
/// let changed = RecordPerson::of(ann, PersonDetails::new("Ann Sample"));
/// assert_eq!(desk.execute(changed)?.outcome, ann);
/// # Ok::<(), gather::Failure>(())
/// ```
#[derive(Clone, Debug)]
pub struct RecordPerson<D = Personal<PersonDetails>> {
    pub(crate) person: Option<PersonId>,
    pub(crate) details: D,
}

impl RecordPerson {
    /// Records somebody new, with a new id.
    #[must_use]
    pub fn new(details: impl Into<Personal<PersonDetails>>) -> Self {
        Self { person: None, details: details.into() }
    }

    /// Records somebody whose id is known.
    #[must_use]
    pub fn of(person: PersonId, details: impl Into<Personal<PersonDetails>>) -> Self {
        Self { person: Some(person), details: details.into() }
    }
}

impl<D> RecordPerson<D> {
    /// Whose details these are: the person named, or the one that the request makes.
    pub(crate) fn whom(&self, context: &Context) -> PersonId {
        self.person.unwrap_or_else(|| context.new_person())
    }
}

impl Decide for RecordPerson<Sealed<PersonDetails>> {
    type Outcome = PersonId;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<PersonId, Refusal> {
        let person = self.whom(context);
        // Read so that the guard covers it: somebody else may be recording, or later forgetting, the same person.
        decision.must_not_be_forgotten(person)?;
        decision.record(Fact::PersonRecorded { person, details: self.details.clone() });
        Ok(person)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("record person");
        clear.maybe(self.person, |clear, person| {
            clear.id(person.bytes());
        });
        clear
    }

    fn recall(&self, context: &Context, _: &[Fact]) -> Option<PersonId> {
        Some(self.whom(context))
    }
}
