//! Approve a registration: somebody has said yes.

use super::register::Registered;
use crate::domain::capacity::{self, Applicant};
use crate::domain::cells::{Claim, RegistrationCell};
use crate::domain::decision::{Decision, Gathering};
use crate::domain::eligibility::{self, Applying};
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, waiting_list};
use crate::fact::{Draw, Fact};
use crate::id::RegistrationId;

/// Says yes to a registration that waits for approval.
///
/// One that has kept its places is confirmed. One that has none is admitted now as a newcomer would be: it is confirmed,
/// or stands in line from now on, or, where the offering keeps no line, the command is refused and it waits on.
///
/// # Refusals
/// In this order: unknown registration, gathering called off, completed or archived, registration ended, gathering over,
/// session over, not waiting for approval. Where it has no places: no organisation where each may have so many, or one
/// with as many as it may have; somebody without a place in what is required; another date of the series, something at
/// the same time; can never fit; and, where the offering keeps no line, full, room that others wait for, or booking to the
/// line only.
///
/// # Example
/// ```
/// use gather::{Approve, Desk, Gathering, Offering, OfferingId, PersonId, Pool, PoolId, Registered, Venue};
///
/// let desk = Desk::in_memory();
/// let visit = Gathering::visit("Behind the scenes", Venue::new("Central Library"))
///     .at("2099-03-05 14:00 to 15:30 Europe/London".parse()?)
///     .pool(Pool::new(PoolId::ONLY, "coach", 16))
///     .offering(Offering::new(OfferingId::ONLY, "visit", [PoolId::ONLY]).needs_approval());
/// let visit = desk.announce(visit)?.outcome;
///
/// let Registered::Pending { registration, uses_places: true } = desk.register(visit, PersonId::random())?.outcome
/// else { panic!("somebody has to say yes first") };
/// assert!(desk.execute(Approve::new(registration))?.outcome.is_confirmed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Approve {
    registration: RegistrationId,
}

impl Approve {
    /// Says yes to a registration.
    #[must_use]
    pub fn new(registration: RegistrationId) -> Self {
        Self { registration }
    }

    fn admit(
        self,
        decision: &mut Decision<'_>,
        gathering: &Gathering,
        cell: &RegistrationCell,
    ) -> Result<Registered, Refusal> {
        let registration = self.registration;
        let Some(offering) = gathering.cell.plan.offering(cell.offering) else {
            return Err(Refusal::NotPending { registration });
        };
        eligibility::must_be_eligible(decision, gathering, offering, Applying::of(registration, cell))?;
        let applicant = Applicant::of(cell);
        let never = capacity::shortages_when_empty(
            decision,
            gathering,
            &capacity::demand(offering, applicant.people),
        );
        if !never.is_empty() {
            return Err(Refusal::NeverFits { short: never });
        }
        let class = gathering.cell.plan.class(cell.made_by(), cell.credentials());
        let ahead = waiting_list::ahead(decision, gathering, offering, class);
        match waiting_list::room(decision, gathering, offering, applicant, &ahead) {
            Ok(mut room) => {
                room.record_passed(decision, gathering);
                record(decision, gathering, registration, room.draws, None);
                Ok(Registered::Confirmed { registration })
            }
            Err(_) if offering.waiting_list => {
                let ahead = decision.waiting_before(gathering, offering.id, class);
                record(decision, gathering, registration, Vec::new(), Some(ahead));
                if cell.may_split() || !gathering.cell.plan.priorities.is_empty() {
                    waiting_list::serve(decision, gathering.id);
                }
                Ok(Registered::Waiting { registration, ahead })
            }
            Err(refusal) => Err(refusal),
        }
    }
}

fn record(
    decision: &mut Decision<'_>,
    gathering: &Gathering,
    registration: RegistrationId,
    draws: Vec<Draw>,
    ahead: Option<u32>,
) {
    decision.record(Fact::RegistrationApproved { gathering: gathering.id, registration, draws, ahead });
}

impl Decide for Approve {
    type Outcome = Registered;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Registered, Refusal> {
        let registration = self.registration;
        let (cell, gathering) = decision.live_registration(registration)?;
        let Claim::Pending(pending) = cell.claim else { return Err(Refusal::NotPending { registration }) };
        if !pending.uses_places {
            return self.admit(decision, &gathering, &cell);
        }
        record(decision, &gathering, registration, cell.draws().to_vec(), None);
        Ok(Registered::Confirmed { registration })
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("approve");
        clear.id(self.registration.bytes());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Registered> {
        facts.iter().find_map(|fact| {
            let Fact::RegistrationApproved { registration, ahead, .. } = *fact else { return None };
            Some(match ahead {
                Some(ahead) => Registered::Waiting { registration, ahead },
                None => Registered::Confirmed { registration },
            })
        })
    }
}
