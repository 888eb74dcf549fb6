//! Move a registration: to another date, or to another offering, as one decision.

use super::register::{self, Register, Registered, Supersedes};
use crate::domain::cells::Claim;
use crate::domain::decision::{Decision, Gathering};
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, ending, waiting_list};
use crate::fact::{Ending, Fact};
use crate::id::{GatheringId, OfferingId, RegistrationId};

/// Moves a registration to another offering, or to another gathering, with all its people and what the host vouched for.
/// Nobody ever holds both, or none: where there is no room, the command is refused and everything stays as it is.
///
/// It is a new registration that supersedes the one before. What needed a place of that (a site visit) ends with it. Who
/// only stands in line can move into a line. What the booker answered, and the host's reference, stay with the old one.
///
/// # Refusals
/// In this order: unknown registration, gathering called off, completed or archived, registration ended, gathering over,
/// session over, neither confirmed nor in line; somebody was seen on it, or on what would end with it, since that would count for
/// nobody any more (a scan by mistake is taken back first, see [`UndoCheckIn`](crate::UndoCheckIn)). For where it goes: as for [`Register`], up to somebody registered already;
/// somebody has to say yes there first; the rest as for [`Register`], up to can never fit. For one with places: full, room
/// that others wait for, booking to the line only, whether a line is kept or not.
///
/// # Example
/// ```
/// use gather::{Desk, Gathering, MoveRegistration, PersonId};
///
/// let desk = Desk::in_memory();
/// let date = |day: &str| -> Result<_, Box<dyn std::error::Error>> {
///     let at = format!("2099-03-{day} 14:00 to 15:30 Europe/London").parse()?;
///     Ok(desk.announce(Gathering::webinar("Business planning").at(at).places(1))?.outcome)
/// };
/// let (thursday, friday) = (date("05")?, date("06")?);
/// let anns = desk.register(thursday, PersonId::random())?.outcome.registration();
///
/// let moved = desk.execute(MoveRegistration::new(anns, friday))?.outcome;
/// assert!(moved.is_confirmed());
/// assert!(desk.register(thursday, PersonId::random())?.outcome.is_confirmed()); // the place is free again
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[doc(alias = "exchange")]
#[doc(alias = "change date")]
pub struct MoveRegistration {
    registration: RegistrationId,
    to: GatheringId,
    offering: Option<OfferingId>,
}

impl MoveRegistration {
    /// Moves a registration to a gathering; it may be the one that it is on, for another offering.
    #[must_use]
    pub fn new(registration: RegistrationId, to: GatheringId) -> Self {
        Self { registration, to, offering: None }
    }

    /// Says which offering is meant. Needed where the gathering has several.
    #[must_use]
    pub fn offering(mut self, offering: OfferingId) -> Self {
        self.offering = Some(offering);
        self
    }
}

/// What was seen is of the registration that would end, or of what would end with it, and would count for nobody.
fn must_not_have_come(
    decision: &Decision<'_>,
    gathering: &Gathering,
    registration: RegistrationId,
) -> Result<(), Refusal> {
    let all = ending::with_parts(decision, gathering, registration);
    all.into_iter().try_for_each(|registration| {
        let party = decision.registration_on(gathering, registration).map(|cell| cell.party.size());
        let last = u16::try_from(party.unwrap_or_default()).unwrap_or(u16::MAX);
        decision.must_not_have_come(gathering, registration, 1..=last)
    })
}

impl Decide for MoveRegistration {
    type Outcome = Registered;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<Registered, Refusal> {
        let Self { registration, to, offering } = *self;
        // Both are read before either is acted on: they are judged at one time.
        drop(decision.gathering(to));
        let (cell, gathering) = decision.live_registration(registration)?;
        if !matches!(cell.claim, Claim::Confirmed | Claim::Waiting) {
            return Err(Refusal::NotConfirmed { registration });
        }
        must_not_have_come(decision, &gathering, registration)?;
        let again = Register::again(registration, &cell, to, offering, None);
        let asked = again.asked(decision, Supersedes::Now)?;
        if asked.offering.approval.is_some() {
            return Err(Refusal::NeedsApproval { gathering: to, offering: asked.offering.id });
        }
        ending::end_with_parts(decision, &gathering, registration, Ending::MovedAway);
        again.must_be_eligible(decision, &asked)?;
        again.must_fit_when_empty(decision, &asked)?;
        let ahead = again.ahead(decision, &asked);
        let new = context.new_registration(0);
        let moved = match again.room(decision, &asked, &ahead) {
            Ok(room) => again.confirm(decision, &asked, new, room)?,
            Err(_) if cell.claim == Claim::Waiting && asked.offering.waiting_list => {
                again.stand_in_line(decision, &asked, new)?
            }
            Err(refusal) => return Err(refusal),
        };
        waiting_list::serve(decision, gathering.id);
        if to != gathering.id {
            waiting_list::serve(decision, to);
        }
        Ok(moved)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("move registration");
        clear.id(self.registration.bytes()).gathering(self.to).offering(self.offering);
        clear
    }

    fn recall(&self, context: &Context, facts: &[Fact]) -> Option<Registered> {
        register::registered(facts, context.new_registration(0))
    }
}
