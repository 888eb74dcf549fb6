//! What a desk shows: lists and calendars, owned values that hold no lock.

use std::sync::Arc;

use super::{Desk, Error, Failure};
use crate::calendar::{PersonalFeed, PublicFeed};
use crate::domain::Refusal;
use crate::id::{GatheringId, PersonId};
use crate::privacy::Keyring;
use crate::projection::{Agenda, AttendeeList, WaitingList, WhatsOn};
use crate::record::Position;
use crate::sealed::Opener;

impl Desk {
    /// Who has a place in a gathering, in the order in which they registered.
    ///
    /// # Errors
    /// There is no such gathering.
    pub fn attendee_list(&self, gathering: GatheringId) -> Result<AttendeeList, Failure> {
        let list = self.lists().attendee_list(gathering, self.opener());
        Ok(list.ok_or(Refusal::UnknownGathering { gathering })?)
    }

    /// Who waits for a place in a gathering, line by line, in the order in which they are served.
    ///
    /// # Errors
    /// There is no such gathering.
    pub fn waiting_list(&self, gathering: GatheringId) -> Result<WaitingList, Failure> {
        let list = self.lists().waiting_list(gathering, self.opener());
        Ok(list.ok_or(Refusal::UnknownGathering { gathering })?)
    }

    /// What is on from now on, with the places left.
    #[must_use]
    pub fn whats_on(&self) -> WhatsOn {
        self.lists().whats_on(self.inner.clock.now())
    }

    /// What a person has booked or waits for.
    #[must_use]
    pub fn agenda(&self, person: PersonId) -> Agenda {
        self.lists().agenda(person, self.opener())
    }

    /// What is on, as a calendar for everybody: no attendee and no join link can be in it.
    pub fn public_feed(&self) -> PublicFeed {
        PublicFeed::of(self.lists().gatherings())
    }

    /// A person's own calendar, with join links and reminders. It belongs behind a secret address.
    pub fn calendar(&self, person: PersonId) -> PersonalFeed {
        PersonalFeed::of(self.agenda(person))
    }

    /// The position of the last record that the lists know.
    #[must_use]
    pub fn position(&self) -> Position {
        self.lists().position()
    }

    /// Folds in what others have appended to a shared log since. A desk on a folder of its own needs it never.
    ///
    /// # Errors
    /// The log cannot be read; the vault lacks keys that the log names.
    pub fn refresh(&self) -> Result<(), Error> {
        let mut state = self.state()?;
        self.catch_up(&mut state)
    }

    fn opener(&self) -> Arc<dyn Opener> {
        Arc::<Keyring>::clone(&self.inner.keyring)
    }
}
