//! For tests of hosts and of this crate: a clock to set, generated histories that a desk can live through, the promises
//! that a store of a host's own has to keep ([`conformance`]), and a disk that fails (`FaultyDisk`, with the feature
//! `file`).
//!
//! A host's own property test takes a few lines. Here one that holds its rule ("nobody is told twice") against
//! any history of bookings:
//!
//! ```
//! use std::collections::BTreeSet;
//!
//! use gather::Desk;
//! use gather::testkit::{Told, histories};
//! use proptest::prelude::*;
//!
//! proptest!(ProptestConfig::with_cases(16), |(history in histories(1..40))| {
//!     let desk = Desk::in_memory();
//!     let mut told = BTreeSet::new();
//!     for answer in history.play(&desk).into_iter().flatten() {
//!         if let Told::Confirmed(registration) = answer.told {
//!             prop_assert!(told.insert(registration) || answer.repeated);
//!         }
//!     }
//! });
//! ```

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::desk::Clock;

mod blank;
pub mod conformance;
mod decider;
#[cfg(feature = "file")]
mod disk;
mod history;
mod strategies;

pub use blank::blank_desk;
pub use decider::Decider;
#[cfg(feature = "file")]
pub use disk::{Fault, FaultMet, FaultyDisk, Operation};
pub use history::{
    Answer, AnyCommand, ApprovalPlan, AskPlan, CapPlan, CheckInListPlan, CredentialPlan, GatheringPlan,
    HeadPlan, History, LinePlan, ModePlan, OfferingPlan, OverbookPlan, PEOPLE, PartPlan, PoolPlan, SESSIONS,
    ServingPlan, SessionPlan, SetAsidePlan, Step, TextsPlan, TimePlan, Told, What, When, Which, WhoPlan,
    conferences, epoch, gathering_id, histories, organisation_id, person_id, plans, queues, resource_id,
    room, scan_id, series_id, session_id, session_plans, steps,
};
pub use strategies::{
    baskets, commands, gathering_ids, gatherings, people, person_ids, programmes, registers,
    registration_ids, request_ids, session_ids, sessions,
};

/// A clock that stands still until it is set.
///
/// ```
/// use chrono::TimeDelta;
/// use gather::Desk;
/// use gather::testkit::{TestClock, epoch};
///
/// let clock = TestClock::at(epoch());
/// let desk = Desk::builder().clock(clock.clone()).in_memory();
/// clock.advance(TimeDelta::hours(1));
/// # let _ = desk;
/// ```
#[derive(Clone, Debug)]
pub struct TestClock(Arc<Mutex<DateTime<Utc>>>);

impl TestClock {
    /// A clock that shows this time.
    #[must_use]
    pub fn at(time: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    /// Sets the clock, forward or back.
    pub fn set(&self, time: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }

    /// Moves the clock on, or back.
    pub fn advance(&self, by: TimeDelta) {
        let now = self.now();
        self.set(now + by);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
