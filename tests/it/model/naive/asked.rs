//! What stands in the way of a request before room is looked for, and what somebody finds who looks for it.

use super::line::Walk;
use super::pools::Kept;
use super::*;
use gather::{BookingState, Registered};

impl Naive<'_> {
    /// Refuses a gathering to which nothing can happen any more.
    pub(super) fn stands(&self, gathering: GatheringId) -> Result<(), No> {
        let of = self.of(gathering);
        refuse_if(of.called_off, "gathering_cancelled")?;
        refuse_if(of.completed && !of.archived, "gathering_completed")?;
        refuse_if(of.archived, "gathering_archived")
    }

    pub(super) fn is_known(&self, gathering: GatheringId) -> Result<(), No> {
        refuse_if(self.known(gathering).is_none(), "unknown_gathering")
    }

    pub(super) fn is_announced(&self, gathering: GatheringId) -> Result<(), No> {
        refuse_if(self.of(gathering).draft, "not_announced")
    }

    pub(super) fn which_offering(&self, gathering: GatheringId, asked: u16) -> Result<u16, No> {
        let numbers: Vec<u16> = self.of(gathering).offerings.iter().map(|(number, _)| *number).collect();
        match (asked, numbers.as_slice()) {
            (0, [only]) => Ok(*only),
            (0, _) => Err(No::from("which_offering")),
            (asked, numbers) if numbers.contains(&asked) => Ok(asked),
            _ => Err(No::from("unknown_offering")),
        }
    }

    /// Refuses what cannot be booked now, whatever room there is. Says which offering is meant. Of a registration that
    /// moves it is known that it is live when the new one takes its place.
    pub(super) fn can_be_asked(&self, asked: Asked, moves: bool, now: DateTime<Utc>) -> Result<Asked, No> {
        let gathering = asked.gathering;
        self.is_known(gathering)?;
        let asked = Asked { offering: self.which_offering(gathering, asked.offering)?, ..asked };
        let offering = self.offering(gathering, asked.offering).unwrap();
        refuse_if(has_twins(&asked.named()), "twice_in_party")?;
        refuse_if(asked.size() > u32::from(offering.plan.max_party), "party_too_large")?;
        refuse_if(asked.may_split && asked.people.contains(&None), "split_needs_names")?;
        self.stands(gathering)?;
        self.is_announced(gathering)?;
        refuse_if(self.over(gathering, now), "gathering_over")?;
        if let Some(session) = offering.session {
            let session = self.session(gathering, session).unwrap();
            refuse_if(session.dropped, "session_dropped")?;
            refuse_if(session.is_over(now), "session_over")?;
        }
        match self.booking(gathering, now) {
            BookingState::NotYet => return Err(No::from("booking_not_open_yet")),
            BookingState::InterestOnly => return Err(No::from("interest_only")),
            BookingState::Paused => return Err(No::from("booking_paused")),
            BookingState::Closed => return Err(No::from("booking_closed")),
            BookingState::Open | BookingState::LineOnly => {}
        }
        self.knows_all(&asked.named())?;
        self.keeps_answers(gathering, asked.answers)?;
        self.keeps_needs(gathering, asked.needs)?;
        if let Some(other) = asked.supersedes.filter(|_| !moves) {
            let one = self.one(other)?;
            let is_past = one.claim.deadline().is_some_and(|deadline| deadline <= now);
            let is_over = self.of(one.asked.gathering).completed;
            refuse_if(one.claim.is_live() && !is_past && !is_over, "still_live")?;
        }
        refuse_if(self.holds_one_already(&asked, &asked.named()), "already_registered")?;
        let instead_of = self.only_asked_before(&asked).first().map(|one| one.id());
        Ok(Asked { supersedes: asked.supersedes.or(instead_of), ..asked })
    }

    /// Whether one of these people has a live registration for the same that is more than a question.
    fn holds_one_already(&self, asked: &Asked, people: &[u8]) -> bool {
        let same = self.same_offering(asked).into_iter().filter(|one| !one.claim.only_asks());
        let mut named = same.flat_map(|one| one.asked.named());
        named.any(|person| people.contains(&person))
    }

    /// The live registrations for the same.
    pub(super) fn same_offering(&self, asked: &Asked) -> Vec<Rc<Registration>> {
        let mut live = self.live(asked.gathering);
        live.retain(|one| one.asked.offering == asked.offering);
        live
    }

    /// Whether there is room for so many of a party at once, and nobody comes before it; or the code of why not.
    pub(super) fn room(&self, asked: &Asked, people: u32, walk: &Walk, now: DateTime<Utc>) -> Result<(), No> {
        if asked.uncounted {
            return Ok(());
        }
        refuse_if(self.booking(asked.gathering, now) == BookingState::LineOnly, "line_only")?;
        if self.short(asked, people, &walk.kept, now).is_empty() {
            return Ok(());
        }
        let bare = self.short(asked, people, &Kept::default(), now);
        refuse_if(bare.is_empty(), "line_first")?;
        let most = u32::from(self.offering(asked.gathering, asked.offering).unwrap().plan.max_party);
        let fits = |people: &u32| self.short(asked, *people, &walk.kept, now).is_empty();
        let largest = (1..=most).rev().find(fits).unwrap_or(0);
        Err(full(&bare, largest))
    }

    /// Enters a party that nothing but room can stand in the way of: with its places, in line, or as a request.
    #[expect(clippy::needless_pass_by_value, reason = "whoever enters is handed over")]
    pub(super) fn enter(
        &mut self,
        asked: Asked,
        mut walk: Walk,
        may_wait: bool,
        now: DateTime<Utc>,
    ) -> Result<Registered, No> {
        let (gathering, registration, people) = (asked.gathering, asked.registration, asked.counted());
        let offering = self.offering(gathering, asked.offering).unwrap();
        let room = self.room(&asked, people, &walk, now);
        let keeps_a_line = self.keeps_a_line(gathering, asked.offering);
        let draws = self.draws(&asked, people, &walk.kept, now);
        let ahead = self.ahead(&asked);
        let (how, told) = if let Some(policy) = offering.plan.approval {
            let uses_places = match room {
                Ok(()) => policy.uses_places,
                Err(no) if policy.uses_places && !keeps_a_line => return Err(no),
                Err(_) => false,
            };
            let until = policy.decide_within.map(|seconds| now + TimeDelta::seconds(i64::from(seconds)));
            let draws = if uses_places { draws } else { Vec::new() };
            (How::Pending { draws, uses_places, until }, Registered::Pending { registration, uses_places })
        } else {
            match room {
                Ok(()) => (How::Confirmed(draws), Registered::Confirmed { registration }),
                Err(_) if may_wait && keeps_a_line => {
                    (How::Waiting(ahead), Registered::Waiting { registration, ahead })
                }
                Err(no) => return Err(no),
            }
        };
        let has_places =
            matches!(how, How::Confirmed(_) | How::Pending { uses_places: true, .. }) && !asked.uncounted;
        self.supersede(&asked, now);
        if has_places {
            self.record_passed(&mut walk, gathering, asked.offering, now);
        }
        let is_served_in_part = matches!(how, How::Waiting(_)) && self.changes_the_line(&asked);
        self.done(now, Done::Joined(asked.clone(), how));
        self.say_needs(&asked, now);
        if is_served_in_part {
            self.serve(gathering, now);
        }
        Ok(told)
    }

    /// Whether somebody can be served when such a party joins: a part of it, or whoever is behind one that held the line.
    pub(super) fn changes_the_line(&self, asked: &Asked) -> bool {
        asked.may_split || !self.of(asked.gathering).priorities.is_empty()
    }

    /// What its people only asked for before, in the order of their places.
    fn only_asked_before(&self, asked: &Asked) -> Vec<Rc<Registration>> {
        let same = self.same_offering(asked);
        let of = |person: &u8| same.iter().find(|one| one.claim.only_asks() && one.asked.names(*person));
        asked.named().iter().filter_map(of).cloned().collect()
    }

    /// Ends that, since it comes instead.
    pub(super) fn supersede(&mut self, asked: &Asked, now: DateTime<Utc>) {
        for one in self.only_asked_before(asked) {
            self.end_if_live(one.id(), Ending::Superseded, now);
        }
    }
}

pub(super) fn has_twins(people: &[u8]) -> bool {
    let mut people = people.to_vec();
    people.sort_unstable();
    people.windows(2).any(|two| two[0] == two[1])
}

/// The code with the figures: what each pool has that is short, and the largest party that would get in.
pub(in super::super) fn full(short: &[(u16, i64)], largest: u32) -> No {
    format!("full {short:?}, up to {largest}")
}
