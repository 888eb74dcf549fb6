//! Register: one person or a party asks for places, all or nothing.

use std::collections::BTreeSet;

use super::capacity::{self, Demand};
use super::decision::{Decision, Gathering};
use super::refusal::Refusal;
use super::waiting_list;
use super::{Context, Decide};
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
/// several), somebody named twice, party too large, gathering called off, gathering over, booking not open, somebody
/// registered already, can never fit. Where the offering keeps no line: full, or room that others wait for. Last, an
/// id that is there already.
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

impl Register<Sealed<Answers>> {
    fn booking(&self, offering: OfferingId) -> Booking {
        let (party, reference, answers) = (self.party.clone(), self.reference.clone(), self.answers.clone());
        Booking { offering, party, reference, answers }
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

    fn check_nobody_registered(
        &self,
        decision: &Decision<'_>,
        gathering: &Gathering,
        offering: &Offering,
    ) -> Result<(), Refusal> {
        let holds = |person| decision.holder(gathering, offering.id, person).map(|id| (person, id));
        match self.party.named().find_map(holds) {
            Some((person, registration)) => Err(Refusal::AlreadyRegistered { person, registration }),
            None => Ok(()),
        }
    }

    /// Whether the party has a place at once, or must stand in line.
    fn has_a_place(
        &self,
        decision: &Decision<'_>,
        gathering: &Gathering,
        offering: &Offering,
    ) -> Result<bool, Refusal> {
        let demand = Demand::of(offering, self.party.size());
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

impl Decide for Register<Sealed<Answers>> {
    type Outcome = Registered;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<Registered, Refusal> {
        let gathering = decision.gathering(self.gathering)?;
        let offering = gathering.offering(self.offering)?;
        self.check_party(offering)?;
        gathering.must_stand()?;
        gathering.must_not_be_over(decision.time())?;
        gathering.must_be_open(decision.time())?;
        self.check_nobody_registered(decision, &gathering, offering)?;
        let has_a_place = self.has_a_place(decision, &gathering, offering)?;

        let registration = context.new_registration();
        if decision.registration(registration).is_ok() {
            return Err(Refusal::RegistrationExists { registration });
        }
        let (gathering_id, booking) = (self.gathering, self.booking(offering.id));
        if has_a_place {
            decision.record(Fact::RegistrationConfirmed { gathering: gathering_id, registration, booking });
            return Ok(Registered::Confirmed { registration });
        }
        let ahead = decision.waiting(&gathering, offering.id);
        decision.record(Fact::RegistrationWaitlisted {
            gathering: gathering_id,
            registration,
            booking,
            ahead,
        });
        Ok(Registered::Waiting { registration, ahead })
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Registered> {
        let (gathering, booking, outcome) = match facts {
            [Fact::RegistrationConfirmed { gathering, registration, booking }] => {
                (gathering, booking, Registered::Confirmed { registration: *registration })
            }
            [Fact::RegistrationWaitlisted { gathering, registration, booking, ahead }] => {
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
