//! How long what people answer is kept, and when it was erased.

use chrono::{DateTime, Utc};

use super::GatheringCard;
use crate::projection::registration::RegistrationCard;

impl GatheringCard {
    pub(in crate::projection) fn keep_answers(&mut self, days: Option<u32>) {
        self.answers_kept = days;
    }

    /// Lets go of what people answered. That they did is still known.
    pub(in crate::projection) fn expire_answers(&mut self, time: DateTime<Utc>) {
        self.answers_expired.get_or_insert(time);
        self.changes.note_all();
        self.registrations.iter_mut().for_each(RegistrationCard::forget_answers);
    }

    /// For how many days after its end what people answer is kept; `None` is for as long as the log is.
    #[must_use]
    pub fn answers_kept_days(&self) -> Option<u32> {
        self.answers_kept
    }

    /// When what people answered was erased, if it was.
    #[must_use]
    pub fn answers_expired_at(&self) -> Option<DateTime<Utc>> {
        self.answers_expired
    }

    /// From when on what people answered is kept no more: `None` where it is kept for good, was erased, or the gathering has
    /// no end.
    #[must_use]
    pub fn answers_due(&self) -> Option<DateTime<Utc>> {
        self.announcement
            .schedule
            .days_after_end(self.answers_kept.filter(|_| self.answers_expired.is_none())?)
    }
}
