//! What a step means by its small numbers: which of the things that the steps before it have asked for.

#![expect(clippy::wildcard_enum_match_arm, reason = "most steps put nothing there")]

use chrono::{DateTime, Utc};

use super::{History, NO_GATHERING, OfferingPlan, SessionPlan, What, Which, gathering_id, request_id};
use crate::id::{GatheringId, RegistrationId};

impl History {
    /// How many gatherings were announced before a step.
    #[must_use]
    pub fn announced_before(&self, nth: usize) -> usize {
        self.steps.iter().take(nth).filter(|step| matches!(step.what, What::Announce(_))).count()
    }

    /// The gathering that a step means; one that does not exist if none was announced before it.
    #[must_use]
    pub fn gathering(&self, which: Which, nth: usize) -> GatheringId {
        match self.announced_before(nth) {
            0 => gathering_id(NO_GATHERING),
            announced => gathering_id(which.index(announced)),
        }
    }

    /// The number of the offering that a step names of a gathering; 0 if it names none, or if no step before it has put
    /// one there.
    #[must_use]
    pub fn offering(&self, which: Option<Which>, gathering: Which, nth: usize) -> u16 {
        let Some(which) = which else { return 0 };
        one_of(
            which,
            &self.put_on(gathering, nth, |what| match what {
                What::Announce(plan) => (1..).zip(&plan.offerings).map(|(number, _)| number).collect(),
                What::AddOffering { number, .. } => vec![*number],
                _ => Vec::new(),
            }),
        )
    }

    /// The offering that a step adds.
    #[must_use]
    pub fn added(
        &self,
        offering: &OfferingPlan,
        requires: Option<Which>,
        gathering: Which,
        nth: usize,
    ) -> OfferingPlan {
        let other = requires.map(|_| self.offering(requires, gathering, nth));
        OfferingPlan { requires: other.or(offering.requires), ..offering.clone() }
    }

    /// The number of the pool that a step means of a gathering; 0 if no step before it has put one there.
    #[must_use]
    pub fn pool(&self, which: Which, gathering: Which, nth: usize) -> u16 {
        one_of(
            which,
            &self.put_on(gathering, nth, |what| match what {
                What::Announce(plan) => (1..).zip(&plan.pools).map(|(number, _)| number).collect(),
                What::AddOffering { pools, .. } => pools.iter().map(|(number, _)| *number).collect(),
                _ => Vec::new(),
            }),
        )
    }

    /// The number of the session that a step means of a gathering; 0 if no step before it has put one there.
    #[must_use]
    pub fn session(&self, which: Which, gathering: Which, nth: usize) -> u8 {
        let numbers: Vec<u8> = self.planned(gathering, nth).iter().map(|plan| plan.session).collect();
        one_of(which, &numbers)
    }

    /// The programme that a step means: some sessions, and others as steps before it have planned them, each of these
    /// once.
    #[must_use]
    pub fn programme(
        &self,
        sessions: &[SessionPlan],
        again: &[Which],
        gathering: Which,
        nth: usize,
    ) -> Vec<SessionPlan> {
        let (planned, mut programme) = (self.planned(gathering, nth), sessions.to_vec());
        for plan in again.iter().filter_map(|which| which.of(&planned)) {
            if programme.iter().all(|other| other.session != plan.session) {
                programme.push(plan.clone());
            }
        }
        programme
    }

    /// The sessions that the steps before one have put into the programme of the gathering that it means.
    fn planned(&self, gathering: Which, nth: usize) -> Vec<SessionPlan> {
        self.put_on(gathering, nth, |what| match what {
            What::AddSession { session, .. } => vec![session.clone()],
            What::SetProgramme { sessions, .. } => sessions.clone(),
            _ => Vec::new(),
        })
    }

    /// What the steps before one have put on the gathering that it means, in their order.
    fn put_on<T>(&self, gathering: Which, nth: usize, put: impl Fn(&What) -> Vec<T>) -> Vec<T> {
        let gathering = self.gathering(gathering, nth);
        let mut announced = 0;
        let on_it = self.steps.iter().take(nth).filter_map(|step| {
            let on = match (&step.what, announced) {
                (What::Announce(_), number) => {
                    announced = number + 1;
                    number
                }
                (_, 0) => return None,
                (
                    What::AddOffering { gathering, .. }
                    | What::AddSession { gathering, .. }
                    | What::SetProgramme { gathering, .. },
                    announced,
                ) => gathering.index(announced),
                _ => return None,
            };
            (gathering_id(on) == gathering).then(|| put(&step.what))
        });
        on_it.flatten().collect()
    }

    /// The registration that a step means: what one of the steps before it has made, if anything.
    #[must_use]
    pub fn registration(&self, which: Which, nth: usize) -> RegistrationId {
        let before = self.steps.iter().take(nth).enumerate();
        let asked = before.flat_map(|(step, it)| (0..it.what.parties()).map(move |part| (step, part)));
        let asked: Vec<(usize, u32)> = asked.collect();
        let (step, part) = which.of(&asked).copied().unwrap_or((nth, 0));
        RegistrationId::from_uuid(request_id(step).derive(part))
    }

    /// The registrations that a step means.
    #[must_use]
    pub fn registrations(&self, which: &[Which], nth: usize) -> Vec<RegistrationId> {
        which.iter().map(|which| self.registration(*which, nth)).collect()
    }

    /// The hold that a step means, and the time of the step before it that asked for it.
    #[must_use]
    pub fn hold(&self, which: Which, nth: usize) -> (RegistrationId, DateTime<Utc>) {
        let before = self.steps.iter().take(nth).enumerate();
        let holds = before.filter(|(_, step)| matches!(step.what, What::Hold { .. }));
        let holds: Vec<usize> = holds.map(|(step, _)| step).collect();
        let step = which.of(&holds).copied().unwrap_or(nth);
        (RegistrationId::from_uuid(request_id(step).derive(0)), self.time(step))
    }
}

fn one_of<T: Copy + Default>(which: Which, all: &[T]) -> T {
    which.of(all).copied().unwrap_or_default()
}
