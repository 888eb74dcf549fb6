//! Whether people were checked in as it was: each scan once, and told what was so.

use chrono::{DateTime, TimeDelta, Utc};
use hashbrown::HashMap;
use std::collections::BTreeMap;

use super::finding::{Breach, Judged, Rule, breach, hold};
use super::gathering::Gathering;
use super::registration::{Claim, Registration};
use crate::fact::{
    CheckInKind, CheckInList, CheckedIn, Fact, ListName, Presence, PresenceSource, Scan, Standing,
};
use crate::id::{CheckInListId, GatheringId, RegistrationId, ScanId};

/// The lists that were ever set, and what was scanned at them.
#[derive(Debug, Default)]
pub(super) struct CheckIn {
    lists: BTreeMap<CheckInListId, Listed>,
    scans: HashMap<ScanId, Known>,
    /// The scans of each place of a registration, in the order in which they came.
    of_places: HashMap<(RegistrationId, u16), Vec<ScanId>>,
}

#[derive(Clone, Debug)]
struct Listed {
    list: CheckInList,
    stands: bool,
}

/// What is known of a scan: what it was, whether it was told to count, and whether it was taken back.
#[derive(Debug, Default)]
struct Known {
    scan: Option<Scan>,
    counted: bool,
    undone: bool,
}

impl CheckIn {
    fn listed(&self, id: CheckInListId) -> Option<Listed> {
        let set = self.lists.get(&id).cloned();
        let is_door = id == CheckInListId::new(0);
        let door = || is_door.then(|| Listed { list: CheckInList::door(), stands: true });
        set.filter(|listed| listed.stands || !is_door).or_else(door)
    }

    /// The lists that stand, by number.
    fn standing(&self) -> Vec<CheckInList> {
        let mut ids: Vec<CheckInListId> = self.lists.keys().copied().collect();
        ids.push(CheckInListId::new(0));
        ids.sort_unstable();
        ids.dedup();
        let listed = ids.into_iter().filter_map(|id| self.listed(id));
        listed.filter(|listed| listed.stands).map(|listed| listed.list).collect()
    }

    /// The scans of a place that count.
    fn counted(&self, place: (RegistrationId, u16)) -> Vec<Scan> {
        let ids = self.of_places.get(&place).into_iter().flatten();
        let known = ids.filter_map(|id| self.scans.get(id));
        known.filter(|known| known.counted && !known.undone).filter_map(|known| known.scan).collect()
    }

    /// Whether somebody was scanned on a place, and that counts.
    pub(super) fn has_seen(&self, place: (RegistrationId, u16)) -> bool {
        !self.counted(place).is_empty()
    }

    pub(super) fn fold(&mut self, fact: &Fact) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the facts of checking in, and no other")]
        match fact {
            Fact::CheckInListSet { list, .. } => {
                self.lists.insert(list.id, Listed { list: list.clone(), stands: true });
            }
            Fact::CheckInListWithdrawn { list, .. } => {
                self.lists.entry(*list).and_modify(|listed| listed.stands = false);
            }
            Fact::Scanned { scan, told, .. } => {
                let known = self.scans.entry(scan.id).or_default();
                if known.scan.is_none() {
                    (known.scan, known.counted) = (Some(*scan), told.counts());
                    self.of_places.entry((scan.registration, scan.place)).or_default().push(scan.id);
                }
            }
            Fact::ScanUndone { scan, .. } => self.scans.entry(*scan).or_default().undone = true,
            _ => {}
        }
    }
}

impl Gathering {
    /// Whether somebody came on a place: scanned, and that counts, or last said by hand to have come.
    pub(super) fn has_come(&self, one: &Registration, place: u16) -> bool {
        let said = one.said.get(&place).map(|(_, presence)| *presence);
        said.is_some_and(Presence::is_of_whoever_came) || self.check_in.has_seen((one.id, place))
    }

    /// The first place of a registration on which somebody came.
    fn first_seen(&self, one: &Registration) -> Option<u16> {
        let last = u16::try_from(one.party.size()).unwrap_or(u16::MAX);
        (1..=last).find(|place| self.has_come(one, *place))
    }

    /// Whoever came does not move away: what was seen would count for nobody.
    pub(super) fn moves_before_it_is_used(&self, one: &Registration) -> Judged {
        let seen = self.first_seen(one);
        hold(seen.is_none(), Rule::Presence, || {
            format!("it moved away, and somebody was seen on place {}", seen.unwrap_or_default())
        })
    }

    /// Judges what needs no look at other gatherings.
    pub(super) fn judge_check_in(&self, fact: &Fact) -> Judged {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the facts of checking in, and no other")]
        match fact {
            Fact::CheckInListSet { list, .. } => {
                list.offerings.iter().try_for_each(|offering| self.offered(*offering).map(|_| ()))?;
                list.session.map_or(Ok(()), |session| self.live_session(session).map(|_| ()))
            }
            Fact::CheckInListWithdrawn { list, .. } => {
                let stands = self.check_in.lists.get(list).is_some_and(|listed| listed.stands);
                hold(stands, Rule::UnknownPart, || format!("there is no check-in list {list} to withdraw"))
            }
            Fact::Scanned { scan, source, .. } => {
                let listed = self.listed(scan.list)?;
                let is_there = listed.list.kind == CheckInKind::Door && *source != PresenceSource::Organiser;
                hold(is_there || *source == PresenceSource::Online, Rule::Scan, || {
                    format!("{source:?} is said to have seen somebody at check-in list {}", scan.list)
                })?;
                let is_new = self.check_in.scans.get(&scan.id).is_none_or(|known| known.scan.is_none());
                hold(is_new, Rule::ScanTwice, || format!("scan {} was taken in before", scan.id))
            }
            Fact::ScanUndone { scan, .. } => {
                let was = self.check_in.scans.get(scan).is_some_and(|known| known.undone);
                hold(!was, Rule::ScanTwice, || format!("scan {scan} was taken back before"))
            }
            _ => Ok(()),
        }
    }

    fn listed(&self, id: CheckInListId) -> Result<Listed, Breach> {
        let none = || breach(Rule::UnknownPart, format!("there is no check-in list {id}"));
        self.check_in.listed(id).ok_or_else(none)
    }

    /// Whether a scan was told what was so. `home` is the gathering of its registration.
    pub(super) fn is_told_rightly(
        &self,
        on: GatheringId,
        scan: &Scan,
        told: &CheckedIn,
        home: Option<GatheringId>,
    ) -> Judged {
        let expected = self.to_be_told(on, scan, home)?;
        hold(*told == expected, Rule::Scan, || {
            format!("a scan was told {}, and it was {}", told.code(), expected.code())
        })
    }

    fn to_be_told(
        &self,
        on: GatheringId,
        scan: &Scan,
        home: Option<GatheringId>,
    ) -> Result<CheckedIn, Breach> {
        let listed = self.listed(scan.list)?;
        if self.check_in.scans.get(&scan.id).is_some_and(|known| known.undone) {
            return Ok(CheckedIn::Undone);
        }
        let Some(home) = home else { return Ok(CheckedIn::UnknownRegistration) };
        if home != on {
            return Ok(CheckedIn::OtherGathering);
        }
        let known = self.known(scan.registration);
        let size = known.map(|one| one.party.size()).or_else(|| self.past.get(&scan.registration).copied());
        let places = size.unwrap_or_default();
        if scan.place == 0 || u32::from(scan.place) > places {
            return Ok(CheckedIn::UnknownPlace { places });
        }
        let Some(one) = known else { return Ok(CheckedIn::NotConfirmed { standing: Standing::Ended }) };
        Ok(self.told_of(one, scan, &listed))
    }

    fn told_of(&self, one: &Registration, scan: &Scan, listed: &Listed) -> CheckedIn {
        if let Some(standing) = standing(one.claim) {
            return CheckedIn::NotConfirmed { standing };
        }
        let takes = |list: &CheckInList| list.offerings.is_empty() || list.offerings.contains(&one.offering);
        if !listed.stands || !takes(&listed.list) {
            let lists = self.check_in.standing().into_iter().filter(takes);
            let belongs = lists.map(|list| ListName { id: list.id, name: list.name }).collect();
            return CheckedIn::WrongList { belongs };
        }
        let (opens, closes) = self.window(&listed.list);
        let is_open = opens.is_some_and(|opens| scan.seen_at >= opens);
        if !is_open || closes.is_none_or(|closes| scan.seen_at > closes) {
            return CheckedIn::OutsideWindow { opens, closes };
        }
        self.first_or_again(scan)
    }

    fn window(&self, list: &CheckInList) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let schedule = match list.session {
            Some(session) => self.live_session(session).ok().map(|session| &session.schedule),
            None => Some(&self.schedule),
        };
        let seconds = |count: u32| TimeDelta::seconds(i64::from(count));
        let opens = schedule.and_then(|schedule| Some(schedule.starts()? - seconds(list.opens)));
        let closes = schedule.and_then(|schedule| Some(schedule.ends()? + seconds(list.closes)));
        (opens, closes)
    }

    /// Whoever was seen before or after it, next to it in time, went the same way or did not.
    fn first_or_again(&self, scan: &Scan) -> CheckedIn {
        let mut there = self.check_in.counted((scan.registration, scan.place));
        there.retain(|other| other.list == scan.list);
        let turn = |scan: &Scan| (scan.seen_at, scan.id);
        let before = there.iter().filter(|other| turn(other) < turn(scan)).max_by_key(|other| turn(other));
        let after = there.iter().filter(|other| turn(other) > turn(scan)).min_by_key(|other| turn(other));
        let again = [before, after].into_iter().flatten().any(|other| other.way == scan.way);
        let first = there.iter().filter(|other| other.way == scan.way).map(|other| other.seen_at).min();
        match first.filter(|_| again) {
            Some(first_seen) => CheckedIn::Again { first_seen },
            None => CheckedIn::Counted,
        }
    }
}

fn standing(claim: Claim) -> Option<Standing> {
    match claim {
        Claim::Confirmed => None,
        Claim::Waiting => Some(Standing::Waiting),
        Claim::Held { .. } => Some(Standing::Held),
        Claim::Pending { .. } => Some(Standing::Pending),
        Claim::Offered { .. } => Some(Standing::Offered),
        Claim::FollowUp => Some(Standing::FollowUpOnly),
        Claim::Interested => Some(Standing::Interested),
        Claim::Ended => Some(Standing::Ended),
    }
}
