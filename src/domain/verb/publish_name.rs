//! Publish a name: under which somebody speaks.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::PersonId;
use crate::person::PublishedName;
use crate::sealed::{Personal, Sealed};

/// Publishes the name under which somebody speaks: programmes and public calendars show it. It replaces the one before.
///
/// It is apart from a person's details, which no public output shows. It is stored sealed with the person's own key.
///
/// # Refusals
/// A name that is empty, too long, or has control characters. Then: a person who was forgotten.
///
/// # Example
/// ```
/// use gather::{AddSession, Desk, Gathering, PublishName, PublishedName, Session, SessionId, Venue};
///
/// let desk = Desk::in_memory();
/// let ann = desk.execute(PublishName::new(PublishedName::new("Dr Ann Example")))?.outcome;
/// let day = desk.announce(Gathering::conference("The Changing Landscape", Venue::new("Hall")))?.outcome;
/// drop(desk.execute(AddSession::new(day, Session::new(SessionId::random(), "Welcome").speaker(ann)))?);
/// assert!(desk.programme(day)?.to_string().contains("Dr Ann Example"));
/// # Ok::<(), gather::Failure>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "speaker")]
pub struct PublishName<N = Personal<PublishedName>> {
    pub(crate) person: Option<PersonId>,
    pub(crate) name: N,
}

impl PublishName {
    /// Publishes the name of somebody new, with a new id.
    #[must_use]
    pub fn new(name: impl Into<Personal<PublishedName>>) -> Self {
        Self { person: None, name: name.into() }
    }

    /// Publishes the name of somebody whose id is known.
    #[must_use]
    pub fn of(person: PersonId, name: impl Into<Personal<PublishedName>>) -> Self {
        Self { person: Some(person), name: name.into() }
    }
}

impl<N> PublishName<N> {
    /// Whose name it is: the person named, or the one that the request makes.
    pub(crate) fn whose(&self, context: &Context) -> PersonId {
        self.person.unwrap_or_else(|| context.new_person())
    }
}

impl Decide for PublishName<Sealed<PublishedName>> {
    type Outcome = PersonId;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<PersonId, Refusal> {
        let person = self.whose(context);
        // Read so that the guard covers it: somebody may be forgetting the same person.
        decision.must_not_be_forgotten(person)?;
        decision.record(Fact::NamePublished { person, name: self.name.clone() });
        Ok(person)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("publish name");
        clear.maybe(self.person, |clear, person| {
            clear.id(person.bytes());
        });
        clear
    }

    fn recall(&self, context: &Context, _: &[Fact]) -> Option<PersonId> {
        Some(self.whose(context))
    }
}
