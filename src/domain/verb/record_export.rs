//! Record an export: all that is held about somebody was given out.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::PersonId;
use crate::text::Reference;

/// Records that all that is held about somebody was given out. [`Desk::export_person`](crate::Desk::export_person) does so,
/// and gives it out.
///
/// # Refusals
/// A person who was forgotten, an unknown person.
#[derive(Clone, Debug)]
pub(crate) struct RecordExport {
    pub(crate) person: PersonId,
    pub(crate) purpose: Reference,
}

impl Decide for RecordExport {
    type Outcome = PersonId;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<PersonId, Refusal> {
        let person = self.person;
        decision.must_not_be_forgotten(person)?;
        if !decision.knows(person) {
            return Err(Refusal::UnknownPerson { person });
        }
        decision.record(Fact::PersonExported { person, purpose: self.purpose.clone() });
        Ok(person)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("record export");
        clear.id(self.person.bytes()).reference(Some(&self.purpose));
        clear
    }

    fn recall(&self, _: &Context, _: &[Fact]) -> Option<PersonId> {
        Some(self.person)
    }
}
