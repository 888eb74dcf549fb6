//! Set tags: the host's own labels of a registration.

use std::collections::BTreeSet;

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::RegistrationId;
use crate::text::{Reference, TextFault, TextProblem};

/// Sets the labels of a registration, to find and sort it by: "refund", "press", "front-row". They replace those that it had.
///
/// A tag is the host's own code and is **stored in the clear**, so it must say nothing of a person that is not to stay when they
/// are forgotten: what does is a note ([`WriteNote`](crate::WriteNote)). Tags are a set: in the order of their text, each once.
/// They stay with the registration whoever holds it, also when it has ended; the rest of a party that was split starts with
/// those of the whole.
///
/// # Refusals
/// In this order: more than [`LIMIT`](Self::LIMIT) tags, unknown registration, gathering archived.
///
/// # Example
/// ```
/// use gather::{Change, Desk, Gathering, PersonId, Reference, SetTags};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 UTC".parse()?);
/// let talk = desk.announce(talk)?.outcome;
/// let anns = desk.register(talk, PersonId::random())?.outcome.registration();
///
/// let tags = SetTags::new(anns).tag(Reference::new("press")?).tag(Reference::new("front-row")?);
/// assert_eq!(desk.execute(tags.clone())?.outcome, Change::Made);
/// assert_eq!(desk.execute(tags)?.outcome, Change::AlreadySo);
/// let list = desk.attendee_list(talk)?;
/// assert_eq!(list.rows()[0].tags().iter().map(Reference::as_str).collect::<Vec<_>>(), ["front-row", "press"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "label")]
pub struct SetTags {
    registration: RegistrationId,
    tags: BTreeSet<Reference>,
}

impl SetTags {
    /// How many tags a registration may have.
    pub const LIMIT: usize = 20;

    /// Takes all tags away, unless others are named.
    #[must_use]
    pub fn new(registration: RegistrationId) -> Self {
        Self { registration, tags: BTreeSet::new() }
    }

    /// Names one more.
    #[must_use]
    pub fn tag(mut self, tag: Reference) -> Self {
        self.tags.insert(tag);
        self
    }

    /// Names several more.
    #[must_use]
    pub fn tags(mut self, tags: impl IntoIterator<Item = Reference>) -> Self {
        self.tags.extend(tags);
        self
    }

    pub(crate) fn check(&self) -> Result<(), TextProblem> {
        if self.tags.len() <= Self::LIMIT {
            return Ok(());
        }
        let fault = TextFault::TooLong { length: self.tags.len(), limit: Self::LIMIT };
        Err(TextProblem { field: "list of tags", fault })
    }
}

impl Decide for SetTags {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let (cell, gathering) = decision.acting_on_registration(self.registration)?;
        gathering.must_not_be_archived()?;
        if self.tags.iter().eq(cell.tags()) {
            return Ok(Change::AlreadySo);
        }
        let tags = self.tags.iter().cloned().collect();
        decision.record(Fact::TagsSet { gathering: gathering.id, registration: self.registration, tags });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("set tags");
        clear.id(self.registration.bytes()).each(self.tags.iter(), |clear, tag| {
            clear.text(tag.as_str());
        });
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::TagsSet { .. })))
    }
}
