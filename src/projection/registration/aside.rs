//! What stands beside a booking: tags, a note, consents, needs.

use super::RegistrationCard;
use crate::id::PersonId;
use crate::person::{Needs, Note};
use crate::projection::beside::{Aside, Beside, Consent};
use crate::sealed::Sealed;
use crate::text::Reference;

impl RegistrationCard {
    /// What stands beside its booking, to be changed.
    pub(in crate::projection) fn beside_mut(&mut self) -> &mut Beside {
        self.aside.change()
    }

    /// Lets go of what everybody on it needs.
    pub(in crate::projection) fn forget_needs(&mut self) {
        self.aside.forget_needs(self.booking.party.booker);
    }

    /// What stands beside its booking, to be shared with a row of a list.
    pub(in crate::projection) fn aside(&self) -> &Aside {
        &self.aside
    }

    /// What each of its people needs, sealed: a desk opens it for a named purpose.
    pub(crate) fn needs(&self) -> impl Iterator<Item = (PersonId, &Sealed<Needs>)> {
        self.aside.get().into_iter().flat_map(Beside::needs)
    }

    /// The host's own labels, in the order of their text.
    #[must_use]
    pub fn tags(&self) -> &[Reference] {
        self.aside.get().map(Beside::tags).unwrap_or_default()
    }

    /// The latest word of each of its people on each purpose, the latest last.
    #[must_use]
    pub fn consents(&self) -> &[Consent] {
        self.aside.get().map(Beside::consents).unwrap_or_default()
    }

    /// What the staff noted, sealed for the booker; empty where that was erased.
    #[must_use]
    pub fn note(&self) -> Option<&Sealed<Note>> {
        self.aside.get()?.note()
    }

    /// Whether somebody on it has said what they need; it may have been erased since.
    #[must_use]
    pub fn has_needs(&self, person: PersonId) -> bool {
        self.needs().any(|(whose, _)| whose == person)
    }
}
