//! Extend a hold: its form takes longer.

use chrono::{DateTime, SubsecRound, Utc};

use super::hold::check_deadline;
use crate::domain::cells::Claim;
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::RegistrationId;

/// Gives a hold another deadline, earlier or later, up to the limit that its offering sets from when it was made.
///
/// # Refusals
/// In this order: unknown registration, gathering called off, completed or archived, registration ended (a hold whose
/// time is up has), gathering over, session over, not a hold, a deadline that is not ahead, or beyond the limit.
#[derive(Clone, Copy, Debug)]
pub struct ExtendHold {
    registration: RegistrationId,
    until: DateTime<Utc>,
}

impl ExtendHold {
    /// Keeps the places until another deadline, which counts in microseconds.
    #[must_use]
    pub fn new(registration: RegistrationId, until: DateTime<Utc>) -> Self {
        Self { registration, until: until.trunc_subsecs(6) }
    }
}

impl Decide for ExtendHold {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let Self { registration, until } = *self;
        let (cell, gathering) = decision.live_registration(registration)?;
        let Claim::Held { until: before } = cell.claim else { return Err(Refusal::NotHeld { registration }) };
        if before == until {
            return Ok(Change::AlreadySo);
        }
        check_deadline(until, decision.time(), cell.latest())?;
        decision.record(Fact::HoldExtended { gathering: gathering.id, registration, until });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("extend hold");
        clear.id(self.registration.bytes()).time(self.until);
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::HoldExtended { .. })))
    }
}
