//! What the host vouches for with a registration, and whom a rule is for.

use crate::id::{OrganisationId, PersonId};
use crate::image::image;
use crate::text::Reference;

/// What the host vouches for with a registration: a code that was entered, a category that its people belong to, the
/// organisation that they come from. It is recorded in the clear, and every rule that asks for it asks the record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Credential {
    /// A code that the booker knew.
    Code(Reference),
    /// A category that the host puts them in: "member", "trustee".
    Category(Reference),
    /// The organisation that they come from.
    Organisation(OrganisationId),
}

image!(enum Credential { 0 => Code(code), 1 => Category(category), 2 => Organisation(organisation) });

/// Whom a rule is for: those with a credential, or one person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Who {
    /// Whoever brings this.
    With(Credential),
    /// A registration that this person books.
    Person(PersonId),
}

image!(enum Who { 0 => With(credential), 1 => Person(person) });

impl Who {
    /// Whether a registration of a booker with these credentials is meant.
    pub(crate) fn is(&self, booker: PersonId, credentials: &[Credential]) -> bool {
        match self {
            Self::With(credential) => credentials.contains(credential),
            Self::Person(person) => *person == booker,
        }
    }
}

impl From<Credential> for Who {
    fn from(credential: Credential) -> Self {
        Self::With(credential)
    }
}

impl From<PersonId> for Who {
    fn from(person: PersonId) -> Self {
        Self::Person(person)
    }
}

/// The organisation among credentials: the first, if several are named.
pub(crate) fn organisation(credentials: &[Credential]) -> Option<OrganisationId> {
    credentials.iter().find_map(|credential| match credential {
        Credential::Organisation(id) => Some(*id),
        Credential::Code(_) | Credential::Category(_) => None,
    })
}
