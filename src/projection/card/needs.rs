//! How long what people need is kept, when it was erased, and who has read it.

use chrono::{DateTime, Utc};

use super::GatheringCard;
use crate::projection::beside::ReadOfNeeds;
use crate::projection::registration::RegistrationCard;

impl GatheringCard {
    pub(in crate::projection) fn keep_needs(&mut self, days: Option<u32>) {
        self.needs_kept = days;
    }

    /// Lets go of what people need. That they said something is still known.
    pub(in crate::projection) fn expire_needs(&mut self, time: DateTime<Utc>) {
        self.needs_expired.get_or_insert(time);
        self.registrations.iter_mut().for_each(RegistrationCard::forget_needs);
        self.changes.note_all();
    }

    /// Notes that somebody read what people need.
    pub(in crate::projection) fn note_read(&mut self, read: ReadOfNeeds) {
        self.reads.push(read);
    }

    /// For how many days after its end what people need is kept; `None` is for as long as the log is.
    #[must_use]
    pub fn needs_kept_days(&self) -> Option<u32> {
        self.needs_kept
    }

    /// When what people need was erased, if it was.
    #[must_use]
    pub fn needs_expired_at(&self) -> Option<DateTime<Utc>> {
        self.needs_expired
    }

    /// From when on what people need is kept no more: as for [`answers_due`](Self::answers_due).
    #[must_use]
    pub fn needs_due(&self) -> Option<DateTime<Utc>> {
        self.announcement.schedule.days_after_end(self.needs_kept.filter(|_| self.needs_expired.is_none())?)
    }

    /// Who read what people need, when and what for, in the log's order.
    #[must_use]
    pub fn reads_of_needs(&self) -> &[ReadOfNeeds] {
        &self.reads
    }
}
