//! Checking people in: which scans count is told anew from all of them, each time.

use super::times::{ends, starts};
use super::*;
use gather::testkit::CheckInListPlan;
use gather::{
    Change, CheckInKind, CheckInList, CheckInListId, CheckedIn, ListName, OfferingId, Presence,
    PresenceSource, Scan, ScanId, Standing, Way,
};

/// A scan as somebody asks for it to be taken in.
pub(super) struct Asking {
    pub(super) id: ScanId,
    pub(super) registration: RegistrationId,
    pub(super) place: u16,
    pub(super) list: u16,
    pub(super) way: Way,
    pub(super) seen_at: Option<DateTime<Utc>>,
}

impl Naive<'_> {
    /// Every scan that a gathering has taken in, with what it was told.
    fn scans(&self, gathering: GatheringId) -> Vec<(Scan, CheckedIn)> {
        let all = self.past.iter().filter_map(|deed| match &deed.what {
            Done::Scanned(on, scan, _, told) if *on == gathering => Some((*scan, told.clone())),
            _ => None,
        });
        all.collect()
    }

    fn is_undone(&self, gathering: GatheringId, scan: ScanId) -> bool {
        self.past
            .iter()
            .any(|deed| matches!(&deed.what, Done::Undone(on, id) if (*on, *id) == (gathering, scan)))
    }

    /// The scans of a place that count, whichever came first.
    fn counted(&self, gathering: GatheringId, registration: RegistrationId, place: u16) -> Vec<Scan> {
        let all = self.scans(gathering).into_iter();
        let counts = all.filter(|(scan, told)| told.counts() && !self.is_undone(gathering, scan.id));
        let theirs = counts.map(|(scan, _)| scan);
        theirs.filter(|scan| (scan.registration, scan.place) == (registration, place)).collect()
    }

    /// When somebody was first seen on a place, by a scan that counts.
    pub(super) fn first_scan(&self, one: &Registration, place: u16) -> Option<DateTime<Utc>> {
        let scans = self.counted(one.asked.gathering, one.id(), place);
        scans.iter().map(|scan| scan.seen_at).min()
    }

    /// Whether somebody was seen on a place from one on, by a scan that counts or by a word.
    pub(super) fn was_seen(&self, one: &Registration, from: u16) -> bool {
        let places = from..=u16::try_from(one.asked.size()).unwrap();
        let was_told = one.seen[usize::from(from) - 1..].iter().any(|records| !records.is_empty());
        was_told || places.into_iter().any(|place| self.first_scan(one, place).is_some())
    }

    /// Whether somebody came on one place: by a scan that counts, or by the last word.
    pub(super) fn has_come_on(&self, one: &Registration, place: u16) -> bool {
        let last = one.seen[usize::from(place) - 1].iter().max();
        let said = last.is_some_and(|(_, presence)| [Presence::Attended, Presence::Late].contains(presence));
        said || self.first_scan(one, place).is_some()
    }

    /// Whether somebody was seen on a registration, or on what needs a place of it.
    pub(super) fn has_anybody_come(&self, one: &Registration) -> bool {
        let dependents = self.dependents(&one.asked);
        let mut places = 1..=u16::try_from(one.asked.size()).unwrap();
        places.any(|place| self.has_come_on(one, place))
            || dependents.iter().any(|dependent| self.has_anybody_come(dependent))
    }

    /// Everybody with a confirmed place on a gathering, each once, with what they have places in and what was scanned of
    /// them, whichever of their registrations it was by.
    fn heads(&self, gathering: GatheringId) -> Vec<(Vec<OfferingId>, Vec<Scan>)> {
        let mut heads: Vec<(Option<u8>, Vec<OfferingId>, Vec<Scan>)> = Vec::new();
        for one in self.live(gathering).into_iter().filter(|one| one.claim == Claim::Confirmed) {
            for (place, person) in (1..).zip(&one.asked.people) {
                let scans = self.counted(gathering, one.id(), place);
                let offering = OfferingId::new(one.asked.offering);
                let known = heads.iter_mut().find(|(known, ..)| person.is_some() && known == person);
                match known {
                    Some((_, offerings, seen)) => {
                        offerings.push(offering);
                        seen.extend(scans);
                    }
                    None => heads.push((*person, vec![offering], scans)),
                }
            }
        }
        heads.into_iter().map(|(_, offerings, scans)| (offerings, scans)).collect()
    }

    /// How many people are in the house; whoever is not counted, too.
    pub(in super::super) fn in_the_house(&self, gathering: GatheringId) -> u64 {
        let at_a_door = self.past.iter().filter_map(|deed| match &deed.what {
            Done::Scanned(_, scan, PresenceSource::Door, _) => Some(scan.id),
            _ => None,
        });
        let at_a_door: Vec<ScanId> = at_a_door.collect();
        let heads = self.heads(gathering).into_iter();
        let is_in = heads.filter(|(_, scans)| {
            let doors: Vec<Scan> =
                scans.iter().copied().filter(|scan| at_a_door.contains(&scan.id)).collect();
            doors.iter().any(|scan| has_stayed(scan, &doors))
        });
        u64::try_from(is_in.count()).unwrap()
    }

    /// Of each list its number, and how many are expected there, came, and are there.
    pub(in super::super) fn list_counts(&self, gathering: GatheringId) -> Vec<(u16, u64, u64, u64)> {
        let heads = self.heads(gathering);
        let count = |list: &CheckInList| {
            let takes = |it: &OfferingId| list.offerings.is_empty() || list.offerings.contains(it);
            let expected = heads.iter().filter(|(offerings, _)| offerings.iter().any(takes)).count();
            let came =
                heads.iter().filter(|(_, scans)| scans.iter().any(|scan| scan.list == list.id)).count();
            let inside = heads.iter().filter(|(_, scans)| {
                scans.iter().any(|scan| scan.list == list.id && has_stayed(scan, scans))
            });
            let [expected, came, inside] =
                [expected, came, inside.count()].map(|count| u64::try_from(count).unwrap());
            (list.id.get(), expected, came, inside)
        };
        self.lists(gathering).iter().map(count).collect()
    }

    /// How many scans a gathering has ever taken in, and how many of them somebody has to look into.
    pub(in super::super) fn scans_and_flagged(&self, gathering: GatheringId) -> (usize, u64) {
        let scans = self.scans(gathering);
        let flagged = scans.iter().filter(|(scan, told)| {
            !told.counts() && *told != CheckedIn::Undone && !self.is_undone(gathering, scan.id)
        });
        (scans.len(), u64::try_from(flagged.count()).unwrap())
    }

    fn door() -> CheckInList {
        CheckInList::new(CheckInListId::new(0), "door")
    }

    /// A list as it was set last, and whether it stands.
    fn list(&self, gathering: GatheringId, number: u16) -> Option<(CheckInList, bool)> {
        let mut found = (number == 0).then(|| (Self::door(), true));
        for deed in &self.past {
            match &deed.what {
                Done::ListSet(on, list) if *on == gathering && list.id.get() == number => {
                    found = Some((list.clone(), true));
                }
                Done::ListWithdrawn(on, list) if (*on, *list) == (gathering, number) => {
                    found = if number == 0 {
                        Some((Self::door(), true))
                    } else {
                        found.map(|(list, _)| (list, false))
                    };
                }
                _ => {}
            }
        }
        found
    }

    fn lists(&self, gathering: GatheringId) -> Vec<CheckInList> {
        let numbers = 0..=20;
        let lists = numbers.filter_map(|number| self.list(gathering, number));
        lists.filter(|(_, stands)| *stands).map(|(list, _)| list).collect()
    }

    pub(super) fn set_check_in_list(
        &mut self,
        gathering: GatheringId,
        (plan, which): (&CheckInListPlan, Which),
        step: usize,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        refuse_if(!plan.named, "text")?;
        let now = self.is_kept(gathering, given)?;
        let list = self.history.check_in_list(plan, which, step);
        for offering in &list.offerings {
            let is_there = self.offering(gathering, offering.get()).is_some();
            refuse_if(!is_there, "unknown_offering")?;
        }
        if let Some(session) = plan.session {
            let number = self.history.session(session, which, step);
            let known = self.session(gathering, number).ok_or("unknown_session")?;
            refuse_if(known.dropped, "session_dropped")?;
        }
        if self.list(gathering, plan.number) == Some((list.clone(), true)) {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::ListSet(gathering, list));
        Ok(Told::Changed(Change::Made))
    }

    pub(super) fn withdraw_check_in_list(
        &mut self,
        gathering: GatheringId,
        number: u16,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let now = self.is_kept(gathering, given)?;
        let (_, stands) = self.list(gathering, number).ok_or("unknown_check_in_list")?;
        let last_word = self.past.iter().rev().find_map(|deed| match &deed.what {
            Done::ListSet(on, list) if *on == gathering && list.id.get() == number => Some(true),
            Done::ListWithdrawn(on, list) if (*on, *list) == (gathering, number) => Some(false),
            _ => None,
        });
        if !stands || last_word != Some(true) {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::ListWithdrawn(gathering, number));
        Ok(Told::Changed(Change::Made))
    }

    pub(super) fn check_in(
        &mut self,
        gathering: GatheringId,
        asking: &Asking,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.is_known(gathering)?;
        if let Some((known, told)) = self.scans(gathering).into_iter().find(|(scan, _)| scan.id == asking.id)
        {
            let same = (known.registration, known.place, known.list.get(), known.way)
                == (asking.registration, asking.place, asking.list, asking.way);
            let same = same && asking.seen_at.is_none_or(|seen_at| seen_at == known.seen_at);
            refuse_if(!same, "scan_reused")?;
            return Ok(Told::CheckedIn(told));
        }
        let now = self.is_kept(gathering, given)?;
        self.is_announced(gathering)?;
        let (list, stands) = self.list(gathering, asking.list).ok_or("unknown_check_in_list")?;
        let seen_at = asking.seen_at.unwrap_or(now);
        let scan = Scan::new(asking.id, asking.registration, seen_at);
        let scan = scan.place(asking.place).list(list.id).way(asking.way);
        let told = self.told(gathering, (&list, stands), &scan);
        let source = match list.kind {
            CheckInKind::Door => PresenceSource::Door,
            CheckInKind::Online => PresenceSource::Online,
        };
        self.done(now, Done::Scanned(gathering, scan, source, told.clone()));
        Ok(Told::CheckedIn(told))
    }

    fn told(&self, gathering: GatheringId, (list, stands): (&CheckInList, bool), scan: &Scan) -> CheckedIn {
        if self.is_undone(gathering, scan.id) {
            return CheckedIn::Undone;
        }
        let Ok(one) = self.one(scan.registration) else { return CheckedIn::UnknownRegistration };
        if one.asked.gathering != gathering {
            return CheckedIn::OtherGathering;
        }
        if scan.place == 0 || u32::from(scan.place) > one.asked.size() {
            return CheckedIn::UnknownPlace { places: one.asked.size() };
        }
        if let Some(standing) = standing(one.claim) {
            return CheckedIn::NotConfirmed { standing };
        }
        let offering = OfferingId::new(one.asked.offering);
        let takes = |list: &CheckInList| list.offerings.is_empty() || list.offerings.contains(&offering);
        if !stands || !takes(list) {
            let lists = self.lists(gathering).into_iter().filter(takes);
            return wrong_list(lists.map(|list| (list.id, list.name)));
        }
        let (opens, closes) = self.window(gathering, list);
        if opens.is_none_or(|opens| scan.seen_at < opens) || closes.is_none_or(|closes| closes < scan.seen_at)
        {
            return CheckedIn::OutsideWindow { opens, closes };
        }
        let mut line = self.counted(gathering, scan.registration, scan.place);
        line.retain(|other| other.list == scan.list);
        let first = line.iter().filter(|other| other.way == scan.way).map(|other| other.seen_at).min();
        line.push(*scan);
        line.sort_by_key(|scan| (scan.seen_at, scan.id));
        let twice = line.windows(2).any(|pair| {
            pair.iter().any(|one| one.id == scan.id) && pair.iter().all(|one| one.way == scan.way)
        });
        if twice { CheckedIn::Again { first_seen: first.unwrap() } } else { CheckedIn::Counted }
    }

    fn window(
        &self,
        gathering: GatheringId,
        list: &CheckInList,
    ) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let seconds = |count: u32| TimeDelta::seconds(i64::from(count));
        let when = match list.session {
            None => Some(self.when(gathering)),
            Some(id) => {
                let number = (0..gather::testkit::SESSIONS).find(|number| session_id(*number) == id).unwrap();
                let session = self.session(gathering, number).unwrap();
                (!session.dropped).then_some(session.when)
            }
        };
        let opens = when.and_then(starts).map(|start| start - seconds(list.opens));
        let closes = when.and_then(ends).map(|end| end + seconds(list.closes));
        (opens, closes)
    }

    pub(super) fn undo_check_in(
        &mut self,
        gathering: GatheringId,
        scan: ScanId,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        if self.is_undone(gathering, scan) {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        let of = self.of(gathering);
        refuse_if(of.called_off, "gathering_cancelled")?;
        refuse_if(of.archived, "gathering_archived")?;
        self.is_announced(gathering)?;
        self.done(now, Done::Undone(gathering, scan));
        Ok(Told::Changed(Change::Made))
    }

    pub(super) fn join(
        &mut self,
        id: RegistrationId,
        place: u16,
        scan: ScanId,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let gathering = self.gathering_of(id)?;
        let before = self.one(id)?;
        let offering = OfferingId::new(before.asked.offering);
        let takes = |list: &CheckInList| list.offerings.is_empty() || list.offerings.contains(&offering);
        let lists = self.lists(gathering);
        let online = lists.iter().find(|list| list.kind == CheckInKind::Online && takes(list));
        let list = online.or_else(|| lists.iter().find(|list| takes(list))).cloned();
        let of = self.of(gathering);
        let could = before.claim == Claim::Confirmed && !of.called_off && !of.archived && of.mode.1.is_some();
        let now = self.now(gathering, given);
        let list_now = list.as_ref().filter(|list| could && self.is_open(gathering, list, now));
        if let Some(list) = list_now.filter(|_| !self.nobody_is_there(&before, place)) {
            let mut there = self.counted(gathering, id, place);
            there.retain(|scan| scan.list == list.id);
            let latest = there.iter().max_by_key(|scan| (scan.seen_at, scan.id));
            let is_in = latest.is_some_and(|latest| {
                latest.way == Way::In && now <= latest.seen_at + TimeDelta::seconds(60)
            });
            let first = there.iter().filter(|scan| scan.way == Way::In).map(|scan| scan.seen_at).min();
            if let Some(first_seen) = first.filter(|_| is_in) {
                return Ok(Told::CheckedIn(CheckedIn::Again { first_seen }));
            }
        }
        let now = self.is_kept(gathering, given)?;
        self.is_announced(gathering)?;
        let one = self.one(id)?;
        refuse_if(place == 0 || u32::from(place) > one.asked.size(), "unknown_place")?;
        refuse_if(one.claim != Claim::Confirmed, "no_confirmed_place")?;
        refuse_if(self.nobody_is_there(&one, place), "forgotten")?;
        refuse_if(of.mode.1.is_none(), "no_join_link")?;
        let list = list.ok_or("no_list_to_join")?;
        refuse_if(!self.is_open(gathering, &list, now), "not_open_to_join")?;
        let scan = Scan::new(scan, id, now).place(place).list(list.id);
        let told = self.told(gathering, (&list, true), &scan);
        self.done(now, Done::Scanned(gathering, scan, PresenceSource::Online, told.clone()));
        Ok(Told::CheckedIn(told))
    }

    fn is_open(&self, gathering: GatheringId, list: &CheckInList, now: DateTime<Utc>) -> bool {
        let (opens, closes) = self.window(gathering, list);
        opens.is_some_and(|opens| opens <= now) && closes.is_some_and(|closes| now <= closes)
    }

    /// Whether whoever is on a place was forgotten.
    fn nobody_is_there(&self, one: &Registration, place: u16) -> bool {
        let person = usize::from(place).checked_sub(1).and_then(|nth| one.asked.people.get(nth).copied());
        person.flatten().is_some_and(|person| self.was_forgotten(person))
    }
}

/// Whether somebody went in by a scan, and no later one of theirs says that they left: there, or by list 0.
fn has_stayed(scan: &Scan, all: &[Scan]) -> bool {
    let is_later = |other: &&Scan| (other.seen_at, other.id) > (scan.seen_at, scan.id);
    let leaves = |other: &Scan| other.way == Way::Out && (other.list == scan.list || other.list.get() == 0);
    scan.way == Way::In && !all.iter().filter(is_later).any(leaves)
}

fn standing(claim: Claim) -> Option<Standing> {
    match claim {
        Claim::Confirmed => None,
        Claim::Waiting => Some(Standing::Waiting),
        Claim::Held { .. } => Some(Standing::Held),
        Claim::Pending { .. } => Some(Standing::Pending),
        Claim::Offered { .. } => Some(Standing::Offered),
        Claim::FollowUpOnly => Some(Standing::FollowUpOnly),
        Claim::Interested => Some(Standing::Interested),
        Claim::Ended(_) => Some(Standing::Ended),
    }
}

fn wrong_list(lists: impl Iterator<Item = (CheckInListId, String)>) -> CheckedIn {
    CheckedIn::WrongList { belongs: lists.map(|(id, name)| ListName::new(id, name)).collect() }
}
