//! Register: one person or a party asks for places, all or nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::capacity::{self, Demand};
use super::decision::{Decision, Gathering};
use super::refusal::Refusal;
use super::{Context, Decide, eligibility, waiting_list};
use crate::fact::{Booking, Fact, Offering, Party};
use crate::id::{GatheringId, OfferingId, PersonId, RegistrationId};
use crate::person::Answers;
use crate::sealed::{Personal, Sealed};
use crate::text::Reference;

/// Asks for places in a gathering, for one person or for a party.
///
/// Either everybody gets a place, or everybody stands in line, or the command is refused and nothing changes. A
/// full gathering that keeps a line is no refusal: see [`Registered::Waiting`].
///
/// # Refusals
/// In this order: an answer that is not taken, unknown gathering, unknown offering (or none named where there are
/// several), somebody named twice, party too large, gathering called off, gathering over, session dropped, session
/// over, booking not open, somebody registered already, somebody without a place in what the offering requires,
/// somebody with a place or in line for something at the same time (where [`Gathering::no_overlap`] is asked for), can
/// never fit. Where the offering keeps no line: full, or room that others wait for. Last, an id that is there already.
///
/// [`Gathering::no_overlap`]: crate::Gathering::no_overlap
///
/// # Example
/// ```
/// use gather::{Desk, Gathering, PersonId, Register, Registered};
///
/// let desk = Desk::in_memory();
/// let tour = desk.announce(Gathering::webinar("Library tour").places(3))?.outcome;
/// drop(desk.open_booking(tour)?); // its date is to be confirmed, so booking does not open by itself
///
/// let family = Register::new(tour, PersonId::random()).guest(PersonId::random()).unnamed_guests(1);
/// let receipt = desk.execute(family)?;
/// assert!(matches!(receipt.outcome, Registered::Confirmed { .. }));
///
/// let late = desk.execute(Register::new(tour, PersonId::random()))?;
/// assert!(matches!(late.outcome, Registered::Waiting { ahead: 0, .. }));
/// # Ok::<(), gather::Failure>(())
/// ```
#[derive(Clone, Debug)]
pub struct Register<A = Personal<Answers>> {
    pub(crate) gathering: GatheringId,
    pub(crate) offering: Option<OfferingId>,
    pub(crate) party: Party,
    pub(crate) reference: Option<Reference>,
    pub(crate) answers: Option<A>,
}

/// What came of a registration that was not refused.
///
/// Match on it: somebody who waits has no place yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it says whether there is a place or a line to wait in"]
#[expect(clippy::exhaustive_enums, reason = "a caller must not overlook that somebody waits")]
pub enum Registered {
    /// Everybody in the party has a place.
    Confirmed {
        /// The registration.
        registration: RegistrationId,
    },
    /// The party stands in line and gets its places, all at once, when its turn comes.
    Waiting {
        /// The registration.
        registration: RegistrationId,
        /// How many registrations were ahead in the same line.
        ahead: u32,
    },
}

impl Registered {
    /// The registration, confirmed or waiting.
    #[must_use]
    pub fn registration(&self) -> RegistrationId {
        match *self {
            Self::Confirmed { registration } | Self::Waiting { registration, .. } => registration,
        }
    }

    /// Whether everybody in the party has a place.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        matches!(self, Self::Confirmed { .. })
    }
}

impl Register {
    /// Asks for a place for one person, in the gathering's only offering.
    #[must_use]
    pub fn new(gathering: GatheringId, person: PersonId) -> Self {
        let party = Party::one(person);
        Self { gathering, offering: None, party, reference: None, answers: None }
    }

    /// Says which offering is meant. Needed where the gathering has several, or the command is refused.
    #[must_use]
    pub fn offering(mut self, offering: OfferingId) -> Self {
        self.offering = Some(offering);
        self
    }

    /// Brings somebody along, on the next numbered place.
    #[must_use]
    pub fn guest(mut self, guest: PersonId) -> Self {
        self.party.guests.push(Some(guest));
        self
    }

    /// Brings so many people along whose names are not known yet.
    #[must_use]
    pub fn unnamed_guests(mut self, guests: u16) -> Self {
        self.party.guests.extend(std::iter::repeat_n(None, usize::from(guests)));
        self
    }

    /// Notes the host's own name for the registration. It is stored in the clear.
    #[must_use]
    pub fn reference(mut self, reference: Reference) -> Self {
        self.reference = Some(reference);
        self
    }

    /// Adds what the booker answered. It is stored sealed; [`Desk::answers`](crate::Desk::answers) reads it back.
    #[must_use]
    pub fn answers(mut self, answers: impl Into<Personal<Answers>>) -> Self {
        self.answers = Some(answers.into());
        self
    }
}

/// A request for places that nothing but room, and what its people have besides, can stand in the way of.
pub(super) struct Asked<'p> {
    pub(super) gathering: Gathering,
    pub(super) offering: Arc<Offering>,
    party: &'p Party,
}

impl Asked<'_> {
    pub(super) fn demand(&self) -> Demand {
        Demand::of(&self.offering, self.party.size())
    }

    /// Everybody named, each with what is asked for.
    pub(super) fn claims(&self) -> impl Iterator<Item = (GatheringId, OfferingId, PersonId)> {
        self.party.named().map(|person| (self.gathering.id, self.offering.id, person))
    }

    pub(super) fn must_be_eligible(&self, decision: &mut Decision<'_>) -> Result<(), Refusal> {
        eligibility::must_be_eligible(decision, &self.gathering, &self.offering, self.party)
    }

    /// Whether the party has a place at once, or must stand in line.
    pub(super) fn has_a_place(&self, decision: &Decision<'_>) -> Result<bool, Refusal> {
        let Self { gathering, offering, .. } = self;
        let demand = self.demand();
        let never = capacity::shortages_when_empty(decision, gathering, &demand);
        if !never.is_empty() {
            return Err(Refusal::NeverFits { short: never });
        }
        let held = waiting_list::held_against_newcomer(decision, gathering, offering);
        let short = capacity::shortages(decision, gathering, &demand);
        let nobody_first = held.as_ref().is_some_and(Vec::is_empty);
        if short.is_empty() && nobody_first {
            return Ok(true);
        }
        if offering.waiting_list {
            return Ok(false);
        }
        if short.is_empty() {
            return Err(Refusal::LineFirst { held: held.unwrap_or_default() });
        }
        // Where others come first, no smaller party would be let past them either.
        let limit = if nobody_first { u32::from(offering.max_party.get()) } else { 0 };
        Err(Refusal::Full { short, largest: capacity::largest_party(decision, gathering, offering, limit) })
    }
}

impl Register<Sealed<Answers>> {
    fn booking(&self, offering: OfferingId) -> Booking {
        let (party, reference, answers) = (self.party.clone(), self.reference.clone(), self.answers.clone());
        Booking { reference, answers, ..Booking::new(offering, party) }
    }

    /// Reads what is to be judged: the gathering, and what its people have elsewhere at the same time.
    pub(super) fn read(&self, decision: &mut Decision<'_>) -> Result<Gathering, Refusal> {
        let gathering = decision.gathering(self.gathering)?;
        eligibility::read_engagements(decision, &gathering, self.party.named())?;
        Ok(gathering)
    }

    /// Looks at all that needs no counting: what is asked for is there, stands, and can be booked.
    pub(super) fn asked(&self, decision: &mut Decision<'_>) -> Result<Asked<'_>, Refusal> {
        let gathering = self.read(decision)?;
        let offering = Arc::clone(gathering.offering(self.offering)?);
        self.check_party(&offering)?;
        gathering.must_stand()?;
        gathering.must_not_be_over(decision.time())?;
        decision.session_must_stand(&gathering, &offering)?;
        decision.session_must_not_be_over(&gathering, &offering)?;
        gathering.must_be_open(decision.time())?;
        let holds = |person| decision.holder(&gathering, offering.id, person).map(|id| (person, id));
        if let Some((person, registration)) = self.party.named().find_map(holds) {
            return Err(Refusal::AlreadyRegistered { person, registration });
        }
        Ok(Asked { gathering, offering, party: &self.party })
    }

    fn check_party(&self, offering: &Offering) -> Result<(), Refusal> {
        let mut seen = BTreeSet::new();
        if let Some(person) = self.party.named().find(|&person| !seen.insert(person)) {
            return Err(Refusal::TwiceInParty { person });
        }
        let (size, limit) = (self.party.size(), u32::from(offering.max_party.get()));
        if size > limit {
            return Err(Refusal::PartyTooLarge { size, limit });
        }
        Ok(())
    }

    /// Records the registration, with its places or in line.
    pub(super) fn enter(
        &self,
        decision: &mut Decision<'_>,
        asked: &Asked,
        registration: RegistrationId,
        has_a_place: bool,
    ) -> Result<Registered, Refusal> {
        if decision.registration(registration).is_ok() {
            return Err(Refusal::RegistrationExists { registration });
        }
        let (gathering, booking) = (self.gathering, self.booking(asked.offering.id));
        if has_a_place {
            decision.record(Fact::RegistrationConfirmed { gathering, registration, booking, draws: Vec::new() });
            return Ok(Registered::Confirmed { registration });
        }
        let ahead = decision.waiting(&asked.gathering, asked.offering.id);
        decision.record(Fact::RegistrationWaitlisted { gathering, registration, booking, ahead });
        Ok(Registered::Waiting { registration, ahead })
    }

    /// What a fact says came of this, if it is what this asked for.
    pub(super) fn recalled(&self, fact: &Fact) -> Option<Registered> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "a registration is made by two kinds of facts")]
        let (gathering, booking, outcome) = match fact {
            Fact::RegistrationConfirmed { gathering, registration, booking, .. } => {
                (gathering, booking, Registered::Confirmed { registration: *registration })
            }
            Fact::RegistrationWaitlisted { gathering, registration, booking, ahead } => {
                (gathering, booking, Registered::Waiting { registration: *registration, ahead: *ahead })
            }
            _ => return None,
        };
        let same = *gathering == self.gathering
            && self.offering.is_none_or(|offering| offering == booking.offering)
            && (&self.party, &self.reference) == (&booking.party, &booking.reference)
            && self.answers.is_some() == booking.answers.is_some();
        same.then_some(outcome)
    }
}

impl Decide for Register<Sealed<Answers>> {
    type Outcome = Registered;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<Registered, Refusal> {
        let asked = self.asked(decision)?;
        asked.must_be_eligible(decision)?;
        let has_a_place = asked.has_a_place(decision)?;
        self.enter(decision, &asked, context.new_registration(0), has_a_place)
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Registered> {
        match facts {
            [only] => self.recalled(only),
            _ => None,
        }
    }
}
