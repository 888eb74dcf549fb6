//! Write a note: what the staff want to remember of a registration.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::{PersonId, RegistrationId};
use crate::person::Note;
use crate::sealed::{Personal, Sealed};

/// Writes what the staff want to remember of a registration. There is one note: it replaces the one before, so whoever wants to
/// add reads it first ([`Desk::note`](crate::Desk::note)).
///
/// A note is about the booker, and so it is personal: stored sealed with their key, gone when they are forgotten, and part of
/// what they are given when they ask for all that is held about them. When somebody else gets place 1 it goes, as answers do.
/// That there is a note is clear. One that was replaced or taken back stays in the log, sealed.
///
/// # Refusals
/// In this order: a note that is empty, too long, or has control characters; unknown registration; gathering archived; a booker
/// who was forgotten, or who has changed while the note was sealed.
///
/// # Example
/// ```
/// use gather::{Desk, Gathering, Note, Opened, PersonId, WriteNote};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 UTC".parse()?);
/// let talk = desk.announce(talk)?.outcome;
/// let anns = desk.register(talk, PersonId::random())?.outcome.registration();
///
/// drop(desk.execute(WriteNote::new(anns, Note::new("asked for a seat by the door")))?);
/// let Some(Opened::Known(note)) = desk.note(anns)? else { panic!("it was just written") };
/// assert_eq!(note.expose().as_str(), "asked for a seat by the door");
///
/// drop(desk.execute(WriteNote::take_back(anns))?);
/// assert!(desk.note(anns)?.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "comment")]
pub struct WriteNote<N = Personal<Note>> {
    pub(crate) registration: RegistrationId,
    pub(crate) note: Option<N>,
    /// For whom it was sealed.
    pub(crate) booker: Option<PersonId>,
}

impl WriteNote {
    /// Writes a note in place of the one before.
    #[must_use]
    pub fn new(registration: RegistrationId, note: impl Into<Personal<Note>>) -> Self {
        Self { registration, note: Some(note.into()), booker: None }
    }

    /// Takes the note back.
    #[must_use]
    pub fn take_back(registration: RegistrationId) -> Self {
        Self { registration, note: None, booker: None }
    }
}

impl Decide for WriteNote<Sealed<Note>> {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let registration = self.registration;
        let (cell, gathering) = decision.acting_on_registration(registration)?;
        gathering.must_not_be_archived()?;
        let booker = cell.party.booker;
        decision.must_not_be_forgotten(booker)?;
        if self.booker.is_some_and(|sealed_for| sealed_for != booker) {
            return Err(Refusal::NotOnRegistration { registration });
        }
        let note = self.note.clone();
        decision.record(Fact::NoteWritten { gathering: gathering.id, registration, booker, note });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("write note");
        clear.id(self.registration.bytes()).flag(self.note.is_some());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::NoteWritten { .. })))
    }
}
