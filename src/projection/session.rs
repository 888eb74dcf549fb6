//! What the lists know of one session of a programme.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::fact::{Announcement, Session, SessionTexts};
use crate::id::SessionId;
use crate::schedule::Schedule;

/// One session as it is now.
#[derive(Clone, Debug)]
pub(crate) struct SessionCard {
    session: Arc<Session>,
    previous: Option<Schedule>,
    dropped: bool,
    sequence: u32,
    added_at: DateTime<Utc>,
    revised_at: DateTime<Utc>,
}

/// How sure it is that a session takes place when and where the programme says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionStatus {
    /// It takes place.
    Confirmed,
    /// Its dates do not hold: they were taken back, or those of the gathering were, or they are none of the gathering's
    /// days any more.
    Postponed,
    /// It does not take place: it was dropped, or the gathering was called off.
    Cancelled,
}

impl SessionStatus {
    /// A stable name for machines: `confirmed`, `postponed`, `cancelled`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Postponed => "postponed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for SessionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl SessionCard {
    pub(super) fn added(session: &Session, time: DateTime<Utc>) -> Self {
        Self {
            session: Arc::new(session.clone()),
            previous: None,
            dropped: false,
            sequence: 0,
            added_at: time,
            revised_at: time,
        }
    }

    /// Comes back after it was dropped. Its entry goes on counting: calendars may still have the cancelled one.
    pub(super) fn take_back(&mut self, session: &Session, time: DateTime<Utc>) {
        let before = std::mem::replace(&mut self.session, Arc::new(session.clone()));
        self.had_dates(before.schedule.clone());
        self.dropped = false;
        self.revise(time);
    }

    pub(super) fn move_to(&mut self, schedule: &Schedule, room: &str, time: DateTime<Utc>) {
        let session = Arc::make_mut(&mut self.session);
        let before = std::mem::replace(&mut session.schedule, schedule.clone());
        room.clone_into(&mut session.room);
        self.had_dates(before);
        self.revise(time);
    }

    /// Notes the schedule that it had, if there was a date in it: its entry stands there when there is no other.
    fn had_dates(&mut self, before: Schedule) {
        if before.starts().is_some() {
            self.previous = Some(before);
        }
    }

    /// Other texts move nobody, so the sequence stays.
    pub(super) fn set_texts(&mut self, texts: &SessionTexts, time: DateTime<Utc>) {
        Arc::make_mut(&mut self.session).texts = texts.clone();
        self.revised_at = time;
    }

    pub(super) fn drop_out(&mut self, time: DateTime<Utc>) {
        self.dropped = true;
        self.revise(time);
    }

    /// Notes that what its entry shows of time, place or status is another.
    pub(super) fn revise(&mut self, time: DateTime<Utc>) {
        self.sequence = self.sequence.saturating_add(1);
        self.revised_at = time;
    }

    pub(crate) fn id(&self) -> SessionId {
        self.session.id
    }

    /// Whether it was not dropped.
    pub(super) fn stands(&self) -> bool {
        !self.dropped
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// How often its entry has changed in time, place or status; never less than it was.
    pub(crate) fn sequence(&self) -> u32 {
        self.sequence
    }

    pub(crate) fn added_at(&self) -> DateTime<Utc> {
        self.added_at
    }

    /// When anything about it was last changed.
    pub(crate) fn revised_at(&self) -> DateTime<Utc> {
        self.revised_at
    }

    /// When it is; or, where its dates were taken back, when it was to be.
    pub(crate) fn shown_schedule(&self) -> &Schedule {
        match (&self.session.schedule, &self.previous) {
            (Schedule::ToBeConfirmed { .. }, Some(previous)) => previous,
            (schedule, _) => schedule,
        }
    }

    /// How it stands within a gathering that is announced so, was called off or not, and had dates before or not.
    pub(super) fn status(&self, on: &Announcement, called_off: bool, had_dates: bool) -> SessionStatus {
        if self.dropped || called_off {
            return SessionStatus::Cancelled;
        }
        let lost_its_dates = self.session.schedule.starts().is_none() && self.previous.is_some();
        let gathering_lost_its_dates = on.schedule.starts().is_none() && had_dates;
        let dated = self.session.schedule.starts().is_some();
        if lost_its_dates || (dated && (gathering_lost_its_dates || self.is_outside(on))) {
            return SessionStatus::Postponed;
        }
        SessionStatus::Confirmed
    }

    /// Whether it begins on a day that is none of the gathering's.
    pub(super) fn is_outside(&self, on: &Announcement) -> bool {
        let days = on.schedule.first_and_last_day();
        let day = on.schedule.zone().and_then(|zone| self.session.schedule.first_day_in(zone));
        days.zip(day).is_some_and(|((first, last), day)| !(first..=last).contains(&day))
    }
}
