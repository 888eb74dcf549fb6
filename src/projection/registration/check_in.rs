//! What was scanned of a registration.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::RegistrationCard;
use crate::id::{CheckInListId, ScanId};
use crate::projection::check_in::ScanCard;

impl RegistrationCard {
    pub(in crate::projection) fn take_in(&mut self, scan: ScanCard) {
        self.scans.get_or_insert_default().take_in(scan);
    }

    pub(in crate::projection) fn undo_scan(&mut self, scan: ScanId, at: DateTime<Utc>) {
        if let Some(scans) = &mut self.scans {
            scans.undo(scan, at);
        }
    }

    /// Every scan of it, in the order in which they were taken in.
    pub(in crate::projection) fn scans(&self) -> &[ScanCard] {
        self.scans.as_ref().map(|scans| scans.all()).unwrap_or_default()
    }

    /// The scans of a place that count, in the order in which they were seen.
    pub(in crate::projection) fn counted_scans(&self, place: u16) -> Vec<&ScanCard> {
        self.scans.as_ref().map(|scans| scans.counted(place)).unwrap_or_default()
    }

    /// When a place was first seen going in, at each list where it was.
    pub(in crate::projection) fn first_check_ins(
        &self,
        place: u16,
    ) -> BTreeMap<CheckInListId, DateTime<Utc>> {
        self.scans.as_ref().map(|scans| scans.first_ins(place)).unwrap_or_default()
    }

    /// When a place, from 1, was first seen going in at any list: the earliest scan that counts. `None` where there is none,
    /// also for whoever was only said by hand to have come.
    #[must_use]
    pub fn first_check_in(&self, place: u16) -> Option<DateTime<Utc>> {
        self.scans.as_ref()?.first_in(place, None)
    }

    /// When a place, from 1, was first seen going in at one list.
    #[must_use]
    pub fn first_check_in_at(&self, list: CheckInListId, place: u16) -> Option<DateTime<Utc>> {
        self.scans.as_ref()?.first_in(place, Some(list))
    }
}
