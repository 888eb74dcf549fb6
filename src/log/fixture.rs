//! A batch for tests of the log.

use chrono::DateTime;

use crate::fact::Fact;
use crate::id::{GatheringId, RequestId};
use crate::record::{Batch, Guard, Position, Scope, Tag};

/// A batch with one fact, about a gathering of its own.
pub(super) fn batch(id: u128) -> Batch {
    let gathering = GatheringId::from_u128(id);
    Batch {
        id: RequestId::from_u128(id),
        time: DateTime::UNIX_EPOCH,
        actor: None,
        trace: None,
        content: None,
        guard: Guard { seen: Position::START, scope: Scope::of([Tag::Gathering(gathering)]) },
        facts: vec![Fact::BookingOpened { gathering }],
    }
}
