//! What lies ahead with a date: whatever a change of the clocks can touch.

use chrono::{DateTime, Utc};

use crate::id::{GatheringId, SessionId};
use crate::projection::card::GatheringCard;
use crate::projection::lifecycle::Lifecycle;
use crate::projection::session::SessionCard;
use crate::schedule::Schedule;

/// A gathering that is not over, with those of its sessions that are not.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) gathering: GatheringId,
    pub(crate) schedule: Schedule,
    pub(crate) sessions: Vec<(SessionId, Schedule)>,
}

impl Planned {
    /// `None` where nothing of it lies ahead any more, and nothing will.
    pub(super) fn after(card: &GatheringCard, now: DateTime<Utc>) -> Option<Self> {
        let stands = matches!(card.lifecycle(), Lifecycle::Draft | Lifecycle::Announced);
        let lies_ahead = |schedule: &Schedule| schedule.ends().is_none_or(|end| end > now);
        let schedule = &card.announcement().schedule;
        if !stands || !lies_ahead(schedule) {
            return None;
        }
        let standing = card.sessions().filter(|session| session.stands()).map(SessionCard::session);
        let ahead = standing.filter(|session| lies_ahead(&session.schedule));
        let sessions = ahead.map(|session| (session.id, session.schedule.clone())).collect();
        Some(Self { gathering: card.id(), schedule: schedule.clone(), sessions })
    }
}
