//! What was answered when booking, and letting go of it.

use super::RegistrationCard;
use crate::id::PersonId;
use crate::sealed::Sealed;

impl RegistrationCard {
    /// Lets go of what somebody answered who is forgotten, and of all else that is sealed of them; that there was something is
    /// still known.
    pub(in crate::projection) fn forget_answers_of(&mut self, person: PersonId) {
        if self.booking.party.booker == person {
            self.booking.answers = self.booking.answers.as_ref().map(Sealed::emptied);
        }
        self.forget_comments(|reply| reply.person == person);
        self.aside.forget_person(person, self.booking.party.booker);
    }

    /// Lets go of what was answered, by all.
    pub(in crate::projection) fn forget_answers(&mut self) {
        self.booking.answers = self.booking.answers.as_ref().map(Sealed::emptied);
        self.forget_comments(|_| true);
    }
}
