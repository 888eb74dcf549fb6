//! What a scan comes to: whether it counts, and what whoever scanned is told.

use chrono::{DateTime, TimeDelta, Utc};

use super::cells::{Claim, ListCell, RegistrationCell};
use super::decision::{Decision, Gathering};
use super::refusal::Refusal;
use crate::fact::{CheckInList, CheckedIn, ListName, Scan, Standing, Way};
use crate::id::CheckInListId;

/// How many lists a gathering may have, those that were withdrawn counted.
pub(super) const LISTS_LIMIT: usize = 100;

impl Gathering {
    /// The list with this number, withdrawn or not.
    pub(crate) fn check_in_list(&self, list: CheckInListId) -> Result<ListCell, Refusal> {
        self.cell.plan.check_in_list(list).ok_or_else(|| self.unknown_check_in_list(list))
    }

    pub(crate) fn unknown_check_in_list(&self, list: CheckInListId) -> Refusal {
        let lists = self.cell.plan.check_in_lists().iter().map(|known| known.id).collect();
        Refusal::UnknownCheckInList { gathering: self.id, list, lists }
    }
}

/// What a scan is told that has not been taken in before.
pub(super) fn judge(decision: &Decision<'_>, gathering: &Gathering, at: &ListCell, scan: &Scan) -> CheckedIn {
    if decision.scan(gathering, scan.id).is_some_and(|known| known.undone) {
        return CheckedIn::Undone;
    }
    let Ok(cell) = decision.registration(scan.registration) else { return CheckedIn::UnknownRegistration };
    if cell.gathering != gathering.id {
        return CheckedIn::OtherGathering;
    }
    if cell.party.at(scan.place).is_none() {
        return CheckedIn::UnknownPlace { places: cell.party.size() };
    }
    if let Some(standing) = standing(cell.claim) {
        return CheckedIn::NotConfirmed { standing };
    }
    if at.withdrawn || !at.list.covers(cell.offering) {
        return CheckedIn::WrongList { belongs: where_it_belongs(gathering, &cell) };
    }
    let (opens, closes) = times(decision, gathering, &at.list).unzip();
    if !is_within(scan.seen_at, (opens, closes)) {
        return CheckedIn::OutsideWindow { opens, closes };
    }
    first_or_again(decision, gathering, scan)
}

/// How a registration stands that has no confirmed place; `None` for one that has.
pub(super) fn standing(claim: Claim) -> Option<Standing> {
    match claim {
        Claim::Confirmed => None,
        Claim::Waiting => Some(Standing::Waiting),
        Claim::Held { .. } => Some(Standing::Held),
        Claim::Pending(_) => Some(Standing::Pending),
        Claim::Offered { .. } => Some(Standing::Offered),
        Claim::FollowUp => Some(Standing::FollowUpOnly),
        Claim::Interested => Some(Standing::Interested),
        Claim::Ended | Claim::Lapsed => Some(Standing::Ended),
    }
}

fn where_it_belongs(gathering: &Gathering, cell: &RegistrationCell) -> Vec<ListName> {
    let lists = gathering.cell.plan.check_in_lists().into_iter();
    let lists = lists.filter(|list| list.covers(cell.offering));
    lists.map(|list| ListName { id: list.id, name: list.name }).collect()
}

/// From when to when a scan counts at a list: at a session that was dropped it never does.
pub(super) fn times(
    decision: &Decision<'_>,
    gathering: &Gathering,
    list: &CheckInList,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let Some(session) = list.session else { return list.times(&gathering.cell.schedule) };
    list.times(&decision.live_session(gathering, session).ok()?.schedule)
}

pub(super) fn is_within(
    time: DateTime<Utc>,
    (opens, closes): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
) -> bool {
    opens.is_some_and(|opens| opens <= time) && closes.is_some_and(|closes| time <= closes)
}

/// Two that were seen one after the other going the same way are one too many. Which of them that is depends on which
/// arrives last, and nothing else does: both count.
fn first_or_again(decision: &Decision<'_>, gathering: &Gathering, scan: &Scan) -> CheckedIn {
    let others = decision.counted_scans(gathering, (scan.registration, scan.place));
    let others: Vec<Scan> = others.into_iter().filter(|other| other.list == scan.list).collect();
    let is_before = |other: &&Scan| (other.seen_at, other.id) < (scan.seen_at, scan.id);
    let before = others.iter().rfind(is_before);
    let after = others.iter().find(|other| !is_before(other));
    let same_way = |other: Option<&Scan>| other.is_some_and(|other| other.way == scan.way);
    let first = others.iter().find(|other| other.way == scan.way).map(|other| other.seen_at);
    match first.filter(|_| same_way(before) || same_way(after)) {
        Some(first_seen) => CheckedIn::Again { first_seen },
        None => CheckedIn::Counted,
    }
}

/// For how long after they joined somebody who joins again only loads a page once more.
const RELOADING: TimeDelta = TimeDelta::seconds(60);

/// When somebody was first seen joining at a list, where they have joined, not left, and that not long ago.
pub(super) fn joined_just_before(
    decision: &Decision<'_>,
    gathering: &Gathering,
    (registration, place): (crate::id::RegistrationId, u16),
    list: CheckInListId,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let mut scans = decision.counted_scans(gathering, (registration, place));
    scans.retain(|scan| scan.list == list);
    let latest = scans.last().filter(|latest| latest.way == Way::In)?;
    let is_recent = now.signed_duration_since(latest.seen_at) <= RELOADING;
    let first = scans.iter().find(|scan| scan.way == Way::In)?;
    is_recent.then_some(first.seen_at)
}
