//! Checking people in at a gathering: its lists, and its scans.

use chrono::{DateTime, Utc};

use super::GatheringCard;
use crate::fact::{CheckInList, CheckedIn, PresenceSource, Scan};
use crate::id::{CheckInListId, ScanId};
use crate::projection::check_in::{CheckInBook, Home, ScanCard};
use crate::projection::invited::Stamp;

impl GatheringCard {
    /// The book of check-in, to write in it.
    pub(in crate::projection) fn check_in_mut(&mut self) -> &mut CheckInBook {
        self.check_in.get_or_insert_default()
    }

    /// Takes a scan in, on the registration at a place of the gathering or on none. The first under an id is the one.
    pub(in crate::projection) fn take_in(
        &mut self,
        scan: &Scan,
        (source, told): (PresenceSource, &CheckedIn),
        on: Option<usize>,
        at: Stamp,
    ) {
        let home = on.map_or(Home::Stray, Home::On);
        let book = self.check_in_mut();
        if !book.note(scan.id, home) {
            return;
        }
        let card = book.card(scan, (source, told), at);
        match on.and_then(|index| self.registration_mut(index)) {
            Some(registration) => registration.take_in(card),
            None => self.check_in_mut().take_in_stray(card),
        }
    }

    /// Takes a scan back, perhaps before it arrives.
    pub(in crate::projection) fn undo_scan(&mut self, scan: ScanId, at: DateTime<Utc>) {
        let on = self.check_in_mut().undo(scan, at);
        if let Some(registration) = on.and_then(|index| self.registration_mut(index)) {
            registration.undo_scan(scan, at);
        }
    }

    /// The scans that are of none of its registrations.
    pub(in crate::projection) fn stray_scans(&self) -> impl Iterator<Item = &ScanCard> {
        self.check_in.iter().flat_map(|book| book.strays())
    }

    /// What people call a list at which people are checked in, also one that was withdrawn.
    pub(in crate::projection) fn check_in_list_name(&self, list: CheckInListId) -> String {
        self.check_in.as_ref().map_or_else(|| CheckInBook::default().name(list), |book| book.name(list))
    }

    /// When what a list at which people are checked in goes by is over: its session, or the gathering.
    pub(in crate::projection) fn check_in_list_ends(&self, list: CheckInListId) -> Option<DateTime<Utc>> {
        let session = self.check_in.as_ref().and_then(|book| book.session(list));
        let session = session.and_then(|session| self.sessions.get(&session));
        let schedule = session.map_or(&self.announcement.schedule, |session| &session.session().schedule);
        schedule.ends()
    }

    /// The lists at which people are checked in, by number: those that were set and not withdrawn, and list 0.
    #[must_use]
    pub fn check_in_lists(&self) -> Vec<CheckInList> {
        self.check_in.as_ref().map_or_else(|| vec![CheckInList::door()], |book| book.lists())
    }
}
