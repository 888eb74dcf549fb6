//! The desk's edge to the world: what time it is, and a new request's id. Both can be replaced.

use std::time::SystemTime;

use chrono::{DateTime, Utc};

use crate::id::RequestId;

/// Tells the time. Any `Fn() -> DateTime<Utc>` is one.
pub trait Clock: Send + Sync {
    /// What time it is now.
    fn now(&self) -> DateTime<Utc>;
}

impl<F: Fn() -> DateTime<Utc> + Send + Sync> Clock for F {
    fn now(&self) -> DateTime<Utc> {
        self()
    }
}

/// Gives out request ids to those who bring none. Any `Fn() -> RequestId` is one.
pub trait RequestIds: Send + Sync {
    /// An id that no request has had.
    fn next(&self) -> RequestId;
}

impl<F: Fn() -> RequestId + Send + Sync> RequestIds for F {
    fn next(&self) -> RequestId {
        self()
    }
}

/// The computer's own clock.
#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
pub(super) fn system_clock() -> DateTime<Utc> {
    SystemTime::now().into()
}
