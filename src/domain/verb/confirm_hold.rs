//! Confirm a hold: its form is complete.

use super::register::{self, Register, Registered, SealedRegister, Supersedes};
use crate::domain::cells::Claim;
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::{PersonId, RegistrationId};
use crate::person::Answers;
use crate::sealed::{Personal, Sealed};

/// Makes a hold a registration: confirmed, or waiting for approval where somebody has to say yes first.
///
/// A hold whose time is up has lost its places. It is admitted afresh, as a new registration that supersedes it, if there
/// is still room; it never goes past those who have come since.
///
/// # Refusals
/// In this order: an answer that is not taken, unknown registration, gathering called off, completed or archived,
/// registration ended, gathering over, session over, not a hold. Then, where answers come with it, whoever they were sealed for was
/// forgotten meanwhile, or is not the booker any more: ask again. Where its time is up: as for [`Register`], and full,
/// room that others wait for, or booking to the line only, whether the offering keeps a line or not.
#[derive(Clone, Debug)]
pub struct ConfirmHold<A = Personal<Answers>> {
    pub(crate) registration: RegistrationId,
    pub(crate) answers: Option<A>,
    /// Whose the answers are: they are sealed with this person's key.
    pub(crate) booker: Option<PersonId>,
}

impl ConfirmHold {
    /// Confirms a hold.
    #[must_use]
    pub fn new(registration: RegistrationId) -> Self {
        Self { registration, answers: None, booker: None }
    }

    /// Adds what the booker has answered meanwhile. It replaces what came with the hold. It is stored sealed.
    #[must_use]
    pub fn answers(mut self, answers: impl Into<Personal<Answers>>) -> Self {
        self.answers = Some(answers.into());
        self
    }
}

impl ConfirmHold<Sealed<Answers>> {
    /// Refuses answers that were sealed for somebody who was the booker when they were sealed, and is not now: they would not
    /// go when whoever holds the registration is forgotten.
    fn must_be_the_bookers(&self, decision: &Decision<'_>, now: PersonId) -> Result<(), Refusal> {
        let Some(sealed_for) = self.booker.filter(|_| self.answers.is_some()) else { return Ok(()) };
        decision.must_not_be_forgotten(sealed_for)?;
        if sealed_for == now {
            Ok(())
        } else {
            Err(Refusal::NotOnRegistration { registration: self.registration })
        }
    }
}

impl Decide for ConfirmHold<Sealed<Answers>> {
    type Outcome = Registered;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<Registered, Refusal> {
        let registration = self.registration;
        let (cell, gathering) = decision.acting_on_registration(registration)?;
        if cell.claim == Claim::Lapsed {
            self.must_be_the_bookers(decision, cell.party.booker)?;
            let answers = self.answers.clone();
            let again = Register::again(registration, &cell, gathering.id, Some(cell.offering), answers);
            return admit_afresh(&again, decision, context);
        }
        let (cell, gathering) = decision.live_registration(registration)?;
        if !matches!(cell.claim, Claim::Held { .. }) {
            return Err(Refusal::NotHeld { registration });
        }
        self.must_be_the_bookers(decision, cell.party.booker)?;
        gathering.must_keep_answers(self.answers.is_some())?;
        let offering = gathering.cell.plan.offering(cell.offering);
        let approval = offering.and_then(|offering| offering.approval);
        let pending = approval.map(|approval| register::pending(approval, true, decision.time()));
        decision.record(Fact::HoldConfirmed {
            gathering: gathering.id,
            registration,
            booker: self.booker.unwrap_or(cell.party.booker),
            answers: self.answers.clone(),
            pending,
        });
        Ok(outcome(registration, pending.is_some()))
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("confirm hold");
        clear.id(self.registration.bytes()).flag(self.answers.is_some());
        clear
    }

    fn recall(&self, context: &Context, facts: &[Fact]) -> Option<Registered> {
        let confirmed = facts.iter().find_map(|fact| {
            let Fact::HoldConfirmed { registration, pending, .. } = fact else { return None };
            Some(outcome(*registration, pending.is_some()))
        });
        confirmed.or_else(|| register::registered(facts, context.new_registration(0)))
    }
}

fn outcome(registration: RegistrationId, is_pending: bool) -> Registered {
    if is_pending {
        Registered::Pending { registration, uses_places: true }
    } else {
        Registered::Confirmed { registration }
    }
}

fn admit_afresh(
    again: &SealedRegister,
    decision: &mut Decision<'_>,
    context: &Context,
) -> Result<Registered, Refusal> {
    let asked = again.asked(decision, Supersedes::Ended)?;
    again.must_be_eligible(decision, &asked)?;
    again.must_fit_when_empty(decision, &asked)?;
    let ahead = again.ahead(decision, &asked);
    let room = again.room(decision, &asked, &ahead)?;
    again.enter(decision, &asked, context.new_registration(0), Ok(room))
}
