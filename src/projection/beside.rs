//! What stands beside a booking: tags, a note, consents, needs. Most registrations have none of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::fact::Party;
use crate::id::{ActorId, PersonId};
use crate::image::image;
use crate::person::{Needs, Note};
use crate::record::Position;
use crate::sealed::Sealed;
use crate::text::Reference;

/// What stands beside a booking. Rows of lists share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    tags: Vec<Reference>,
    note: Option<Sealed<Note>>,
    consents: Vec<Consent>,
    needs: Vec<NeedsOf>,
}

image!(struct Beside { tags, note, consents, needs });

/// Somebody's latest word on a purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Consent {
    /// Who.
    pub person: PersonId,
    /// On what, in the host's own code.
    pub purpose: Reference,
    /// Whether they agree; else they do not, or no longer.
    pub given: bool,
    /// When they said so.
    pub at: DateTime<Utc>,
}

image!(struct Consent { person, purpose, given, at });

#[derive(Clone, Debug)]
struct NeedsOf {
    person: PersonId,
    needs: Sealed<Needs>,
}

image!(struct NeedsOf { person, needs });

/// That somebody read what the people of a gathering need.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadOfNeeds {
    /// Where the log says so.
    pub position: Position,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, if the call said.
    pub actor: Option<ActorId>,
    /// What for, in the host's own code.
    pub purpose: Reference,
}

image!(struct ReadOfNeeds { position, at, actor, purpose });

impl Beside {
    pub(super) fn set_tags(&mut self, tags: &[Reference]) {
        self.tags = tags.to_vec();
    }

    pub(super) fn set_note(&mut self, note: Option<&Sealed<Note>>) {
        self.note = note.cloned();
    }

    pub(super) fn consent(&mut self, consent: Consent) {
        self.consents.retain(|known| (known.person, &known.purpose) != (consent.person, &consent.purpose));
        self.consents.push(consent);
    }

    pub(super) fn set_needs(&mut self, person: PersonId, needs: Option<&Sealed<Needs>>) {
        self.needs.retain(|known| known.person != person);
        self.needs.extend(needs.map(|needs| NeedsOf { person, needs: needs.clone() }));
    }

    /// Keeps what is of people who are on the party still; the note is the booker's.
    fn keep_for(&mut self, party: &Party, same_booker: bool) {
        let is_on = |person: PersonId| party.named().any(|named| named == person);
        self.consents.retain(|consent| is_on(consent.person));
        self.needs.retain(|known| is_on(known.person));
        if !same_booker {
            self.note = None;
        }
    }

    fn forget(&mut self, whom: Option<PersonId>, booker: PersonId) {
        for known in &mut self.needs {
            if whom.is_none_or(|whom| whom == known.person) {
                known.needs = known.needs.emptied();
            }
        }
        if whom == Some(booker) {
            self.note = self.note.as_ref().map(Sealed::emptied);
        }
    }

    pub(crate) fn tags(&self) -> &[Reference] {
        &self.tags
    }

    pub(crate) fn note(&self) -> Option<&Sealed<Note>> {
        self.note.as_ref()
    }

    pub(crate) fn consents(&self) -> &[Consent] {
        &self.consents
    }

    pub(crate) fn needs(&self) -> impl Iterator<Item = (PersonId, &Sealed<Needs>)> {
        self.needs.iter().map(|known| (known.person, &known.needs))
    }
}

/// What stands beside a booking, if anything does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aside(Option<Arc<Beside>>);

image!(tuple Aside(beside));

impl Aside {
    pub(crate) fn get(&self) -> Option<&Beside> {
        self.0.as_deref()
    }

    pub(super) fn change(&mut self) -> &mut Beside {
        Arc::make_mut(self.0.get_or_insert_default())
    }

    pub(super) fn keep_for(&mut self, party: &Party, same_booker: bool) {
        if self.0.is_some() {
            self.change().keep_for(party, same_booker);
        }
    }

    /// Lets go of what is sealed of somebody who is forgotten. That there was something is still known.
    pub(super) fn forget_person(&mut self, person: PersonId, booker: PersonId) {
        if self.0.is_some() {
            self.change().forget(Some(person), booker);
        }
    }

    /// Lets go of what everybody needs.
    pub(super) fn forget_needs(&mut self, booker: PersonId) {
        if self.0.is_some() {
            self.change().forget(None, booker);
        }
    }
}
