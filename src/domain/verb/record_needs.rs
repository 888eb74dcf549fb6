//! Record needs: what somebody eats, and what they need to take part.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::{GatheringId, PersonId, RegistrationId};
use crate::person::Needs;
use crate::sealed::{Personal, Sealed};

/// Records what somebody on a registration needs in order to take part, guests too. It replaces what was said before; with the
/// booking itself [`Register::needs`](crate::Register::needs) says it.
///
/// Needs are special category data. They are stored sealed with a key that takes two: the person's own, and one that the needs
/// at this gathering share and its answers do not. They are read for a named purpose only, and that is recorded
/// ([`Desk::read_needs`](crate::Desk::read_needs)); they are kept for a time of their own
/// ([`KeepAnswers::of_class`](crate::KeepAnswers::of_class)). They go when the person loses their place by the registration, as
/// answers do: whoever is moved to another one says them anew.
///
/// # Refusals
/// In this order: needs that say nothing, are too long, or have control characters; unknown registration; a person who was
/// forgotten; gathering called off, completed or archived, registration ended, gathering or session over; a person who is
/// not on the registration; needs at this gathering kept no more. They can be [taken back](Self::take_back) at any time, where none
/// but the first two and the person can stand in the way.
///
/// # Example
/// ```
/// use gather::{Desk, Gathering, Needs, Opened, PersonId, RecordNeeds, Reference};
///
/// let desk = Desk::in_memory();
/// let lunch = Gathering::webinar("Lunch talk").at("2099-03-05 12:00 to 13:30 UTC".parse()?);
/// let lunch = desk.announce(lunch)?.outcome;
/// let ann = PersonId::random();
/// let anns = desk.register(lunch, ann)?.outcome.registration();
///
/// drop(desk.execute(RecordNeeds::new(anns, ann, Needs::diet("no nuts")))?);
/// let read = desk.read_needs(lunch, Reference::new("catering")?)?;
/// let Opened::Known(needs) = &read.people()[0].needs else { panic!("it was just recorded") };
/// assert_eq!(needs.expose().diet, "no nuts");
/// assert_eq!(desk.reads(lunch)?[0].purpose.as_str(), "catering");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "diet")]
#[doc(alias = "accessibility")]
pub struct RecordNeeds<N = Personal<Needs>> {
    pub(crate) registration: RegistrationId,
    pub(crate) person: PersonId,
    pub(crate) needs: Option<N>,
    /// The gathering whose key they were sealed with.
    pub(crate) sealed_on: Option<GatheringId>,
}

impl RecordNeeds {
    /// What somebody needs, in place of what was said before.
    #[must_use]
    pub fn new(registration: RegistrationId, person: PersonId, needs: impl Into<Personal<Needs>>) -> Self {
        Self { registration, person, needs: Some(needs.into()), sealed_on: None }
    }

    /// They need it no more, or do not want it to be known.
    #[must_use]
    pub fn take_back(registration: RegistrationId, person: PersonId) -> Self {
        Self { registration, person, needs: None, sealed_on: None }
    }
}

impl Decide for RecordNeeds<Sealed<Needs>> {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let Self { registration, person, ref needs, sealed_on } = *self;
        decision.registration(registration)?.must_be_on(registration, sealed_on)?;
        decision.must_not_be_forgotten(person)?;
        let (cell, gathering) = match needs {
            Some(_) => decision.live_registration(registration)?,
            None => decision.acting_on_registration(registration)?,
        };
        cell.must_have(registration, person)?;
        gathering.must_keep_needs(needs.is_some())?;
        let (gathering, needs) = (gathering.id, needs.clone());
        decision.record(Fact::NeedsRecorded { gathering, registration, person, needs });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("record needs");
        clear.id(self.registration.bytes()).id(self.person.bytes()).flag(self.needs.is_some());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::NeedsRecorded { .. })))
    }
}
