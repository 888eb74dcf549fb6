//! Somebody is forgotten, and answers are kept no more.

use super::times::starts;
use super::*;
use gather::Change;

impl Naive<'_> {
    pub(in super::super) fn was_forgotten(&self, person: u8) -> bool {
        self.past.iter().any(|deed| matches!(deed.what, Done::Forgotten(other) if other == person))
    }

    /// Refuses whoever was forgotten.
    pub(super) fn knows_all(&self, people: &[u8]) -> Result<(), No> {
        refuse_if(people.iter().any(|person| self.was_forgotten(*person)), "forgotten")
    }

    /// Refuses answers for a gathering that keeps none.
    pub(super) fn keeps_answers(&self, gathering: GatheringId, answers: bool) -> Result<(), No> {
        refuse_if(answers && self.of(gathering).answers_kept.1, "answers_expired")
    }

    /// Whether anything was ever done that names somebody.
    fn has_heard_of(&self, person: u8) -> bool {
        self.past.iter().any(|deed| match &deed.what {
            Done::PersonRecorded(other) | Done::NamePublished(other) | Done::CalendarTokenIssued(other) => {
                *other == person
            }
            Done::SessionAdded(_, plan) => plan.texts.speakers.contains(&person),
            Done::SessionRevised(_, _, texts) => texts.speakers.contains(&person),
            Done::Joined(asked, _) => asked.names(person),
            Done::Transferred(_, _, _, from, to) => *to == person || *from == Some(person),
            Done::PartyChanged(_, _, _, added, _) => added.contains(&Some(person)),
            _ => false,
        })
    }

    /// Where somebody has something live, and something can still happen to it.
    fn has_something_on(&self, person: u8) -> Vec<GatheringId> {
        let mut on = self.gatherings();
        on.sort_unstable();
        on.retain(|gathering| {
            let of = self.of(*gathering);
            !of.called_off && !of.archived && self.live(*gathering).iter().any(|one| one.asked.names(person))
        });
        on
    }

    pub(super) fn forget(&mut self, person: u8, given: DateTime<Utc>) -> Result<Told, No> {
        if self.was_forgotten(person) {
            return Ok(Told::Forgotten { before: true });
        }
        refuse_if(!self.has_heard_of(person), "unknown_person")?;
        let on = self.has_something_on(person);
        let now = self.begin(&on, given);
        self.done(now, Done::Forgotten(person));
        for gathering in on {
            let mut theirs = self.live(gathering);
            theirs.retain(|one| one.asked.names(person));
            theirs.sort_by_key(|one| one.asked.offering);
            theirs.sort_by_key(|one| usize::MAX - self.needs_first(gathering, one.asked.offering));
            for one in theirs {
                let one = self.one(one.id())?;
                if self.may_leave(&one, person, now) && !self.leave_to_others(&one, now) {
                    self.end_with_dependents(&one, Ending::Attendee, now);
                }
            }
            self.serve(gathering, now);
        }
        Ok(Told::Forgotten { before: false })
    }

    /// Whether what somebody has is theirs, and has not begun.
    fn may_leave(&self, one: &Registration, person: u8, now: DateTime<Utc>) -> bool {
        let gathering = one.asked.gathering;
        if !one.claim.is_live() || one.asked.booker() != person {
            return false;
        }
        if one.claim == Claim::FollowUpOnly {
            return true;
        }
        let has_begun = starts(self.time_of(gathering, one.asked.offering)).is_some_and(|start| start <= now);
        let was_seen = self.was_seen(one, 1);
        let is_over = self.live_one(one.id(), now).is_err();
        !is_over && (one.claim != Claim::Confirmed || !has_begun && !was_seen)
    }

    /// Leaves a party to those who are in it, if one of them has a name.
    fn leave_to_others(&mut self, one: &Registration, now: DateTime<Utc>) -> bool {
        let is_fixed = one.claim.only_asks() || matches!(one.claim, Claim::Offered { .. });
        if is_fixed || self.was_seen(one, 1) {
            return false;
        }
        // Whoever was forgotten before, and would come first, goes along.
        let mut removed = vec![1_u16];
        for (place, who) in (1..).zip(&one.asked.people).skip(1) {
            match who {
                Some(guest) if self.was_forgotten(*guest) => removed.push(place),
                Some(_) => break,
                None => {}
            }
        }
        let stay = (1..).zip(&one.asked.people).filter(|(place, _)| !removed.contains(place));
        let mut people: Vec<Option<u8>> = stay.map(|(_, who)| *who).collect();
        let Some(heir) = people.iter().position(Option::is_some) else { return false };
        let booker = people.remove(heir);
        people.insert(0, booker);
        let after = Asked { people, ..one.asked.clone() };
        let draws = if one.claim.uses_places() && !one.asked.uncounted {
            self.fewer_draws(one, &after)
        } else {
            Vec::new()
        };
        let mut people_of: BTreeMap<u16, u32> = BTreeMap::new();
        for part in self.dependents(&one.asked) {
            let stays = part.asked.named().iter().all(|person| after.names(*person));
            let so_far = people_of.entry(part.asked.offering).or_default();
            if stays && *so_far + part.asked.size() <= after.size() {
                *so_far += part.asked.size();
            } else {
                self.end_if_live(part.id(), Ending::Attendee, now);
            }
        }
        self.done(now, Done::PartyChanged(one.asked.gathering, one.id(), removed, Vec::new(), draws));
        true
    }

    pub(super) fn export(&mut self, person: u8, given: DateTime<Utc>) -> Result<Told, No> {
        self.knows_all(&[person])?;
        refuse_if(!self.has_heard_of(person), "unknown_person")?;
        self.done(given, Done::Exported(person));
        Ok(Told::Exported(person_id(person)))
    }

    pub(super) fn expire_answers(
        &mut self,
        gathering: GatheringId,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        if self.of(gathering).answers_kept.1 {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::AnswersExpired(gathering));
        Ok(Told::Changed(Change::Made))
    }

    pub(super) fn keep_answers(
        &mut self,
        gathering: GatheringId,
        days: Option<u32>,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.is_known(gathering)?;
        let now = self.begin(&[gathering], given);
        let (kept, expired) = self.of(gathering).answers_kept;
        refuse_if(expired, "answers_expired")?;
        if kept == days {
            return Ok(Told::Changed(Change::AlreadySo));
        }
        self.done(now, Done::RetentionSet(gathering, days));
        Ok(Told::Changed(Change::Made))
    }
}
