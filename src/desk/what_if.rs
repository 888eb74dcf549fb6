//! What if: several commands tried one after the other, and nothing appended.

use std::fmt;

use chrono::{DateTime, Utc};

use super::deciding::decide_in;
use super::{Command, Desk, Edge, Failure};
use crate::domain::{Decision, Refusal};
use crate::fact::{Capacity, Fact};
use crate::id::{ActorId, GatheringId, PoolId};

/// A trial: commands are decided one after the other, each seeing those before it, and nothing is appended.
///
/// [`Desk::what_if`] hands it out.
pub struct WhatIf<'t> {
    desk: &'t Desk,
    decision: Decision<'t>,
    time: Option<DateTime<Utc>>,
    actor: Option<ActorId>,
}

impl fmt::Debug for WhatIf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WhatIf").field("facts", &self.decision.all_facts().len()).finish_non_exhaustive()
    }
}

/// A pool as it stands: how many people it takes, and how many have a place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolForecast {
    /// The pool.
    pub pool: PoolId,
    /// What people call it.
    pub name: String,
    /// How many people it takes, with what it is overbooked by.
    pub limit: Capacity,
    /// How many people have a place of it.
    pub used: u32,
}

impl Desk {
    /// Tries commands out: what would happen if the hall were lowered to 40, and then these three came?
    ///
    /// The trial begins with everything as it is. Nothing of it is appended, sealed or remembered, and what is refused in
    /// it has not happened in it either. While it runs no other decision is taken, so ask the trial within it and not the
    /// desk: a command put to the desk there would wait for ever, and so would whatever reads with errors of the log's: `refresh`,
    /// `invitations`, `calendar_by_token`.
    ///
    /// # Errors
    /// The log cannot be read.
    ///
    /// # Example
    /// ```
    /// use gather::{ChangeCapacity, Desk, Gathering, PersonId};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?).places(50);
    /// let talk = desk.announce(talk)?.outcome;
    /// let anns = desk.register(talk, PersonId::random())?.outcome.registration();
    ///
    /// let refusal = desk.what_if(|trial| trial.execute(ChangeCapacity::new(talk, 0)).unwrap_err())?;
    /// assert_eq!(refusal.refusal().unwrap().code(), "below_used");
    /// let ended = desk.what_if(|trial| {
    ///     trial.execute(ChangeCapacity::new(talk, 0).displace(anns))?;
    ///     Ok::<_, gather::Failure>(trial.facts().len())
    /// })??;
    /// assert_eq!(ended, 2); // Ann would go, and the capacity would be another
    /// assert_eq!(desk.attendee_list(talk)?.rows().len(), 1); // but it was only a question
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "dry run")]
    #[doc(alias = "simulate")]
    pub fn what_if<T>(&self, trial: impl FnOnce(&mut WhatIf<'_>) -> T) -> Result<T, Failure> {
        let context = self.call().context()?;
        Ok(self.look(|state| {
            let decision = Decision::new(state, &context);
            trial(&mut WhatIf { desk: self, decision, time: None, actor: None })
        })?)
    }
}

impl WhatIf<'_> {
    /// Does the commands that follow as of a time, instead of now.
    pub fn at(&mut self, time: DateTime<Utc>) -> &mut Self {
        self.time = Some(time);
        self
    }

    /// Does a command in the trial.
    ///
    /// # Errors
    /// As for [`Desk::execute`]. What was refused has not happened in the trial.
    #[expect(clippy::needless_pass_by_value, reason = "it is typed as it is for `execute`")]
    pub fn execute<C: Command>(&mut self, command: C) -> Result<C::Outcome, Failure> {
        let mut call = self.desk.call();
        call.time = self.time;
        call.actor = self.actor;
        call.ahead_of_clock = true;
        let context = call.context()?;
        let ready = command.ready(&Edge::of_a_trial(context, self.desk))?;
        let before = self.decision.clone();
        self.decision.go_on(&context);
        match decide_in(&mut self.decision, &ready, &context) {
            Ok(outcome) => Ok(outcome),
            Err(refusal) => {
                self.decision = before;
                Err(refusal.into())
            }
        }
    }

    /// What has happened in the trial so far, in order.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        self.decision.all_facts()
    }

    /// How the pools of a gathering stand in the trial.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`].
    pub fn pools(&self, gathering: GatheringId) -> Result<Vec<PoolForecast>, Refusal> {
        let gathering = self.decision.look_at(gathering)?;
        let pools = gathering.cell.plan.pools.iter().filter_map(|(pool, name)| {
            let cell = self.decision.pool(&gathering, *pool)?;
            Some(PoolForecast { pool: *pool, name: name.clone(), limit: cell.limit(), used: cell.used })
        });
        Ok(pools.collect())
    }
}
