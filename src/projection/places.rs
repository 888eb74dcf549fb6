//! Places at a time: how many are used, set aside, and left. Counted anew each time, since a counter kept aside can drift.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use crate::fact::{Capacity, Offering, Pool, SetAside};
use crate::id::{OfferingId, PoolId, SetAsideId};
use crate::projection::card::GatheringCard;
use crate::projection::status::RegistrationStatus;

/// A pool with the places taken in it at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolCount {
    /// Its number within the gathering.
    pub pool: PoolId,
    /// Its name for people.
    pub name: String,
    /// How many places it has.
    pub capacity: Capacity,
    /// How many people it takes: its capacity and what it is overbooked by.
    pub limit: Capacity,
    /// How many people use a place in it: confirmed, held, offered, or pending with their places kept. More than its
    /// limit when over-full.
    pub taken: u64,
    /// How many places are set aside for some people and not drawn yet.
    pub set_aside: u64,
    /// How many places are left for everybody: the limit without what is taken and what is set aside. `None` without a
    /// limit, below 0 when over-full.
    pub left: Option<i64>,
}

/// A set-aside with the places drawn from it at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetAsideCount {
    /// The set-aside as it is now.
    pub set_aside: SetAside,
    /// How many places are drawn from it.
    pub drawn: u64,
    /// How many places it keeps still; none once it is released.
    pub open: u64,
    /// Whether what is left of it has gone to everybody.
    pub released: bool,
}

/// Who has places and who waits, offering by offering in the author's order, at a time.
pub(super) struct Tally<'a> {
    lines: Vec<(&'a Offering, u64)>,
    pools: BTreeMap<PoolId, PoolTally>,
    set_asides: Vec<SetAsideCount>,
}

/// A pool, the people with places in it through whichever offering, and what is set aside.
#[derive(Clone, Copy, Default)]
struct PoolTally {
    limit: Option<u32>,
    taken: u64,
    set_aside: u64,
}

impl PoolTally {
    fn left(self) -> Option<i64> {
        let limit = i64::from(self.limit?);
        Some(limit.saturating_sub_unsigned(self.taken).saturating_sub_unsigned(self.set_aside))
    }
}

/// What is counted of each registration.
#[derive(Default)]
struct Counts {
    offerings: HashMap<OfferingId, (u64, u64)>,
    drawn: HashMap<SetAsideId, u64>,
}

impl Counts {
    fn of(card: &GatheringCard, now: DateTime<Utc>) -> Self {
        let mut counts = Self::default();
        for registration in card.registrations() {
            let status = card.status(registration);
            let (people, waiting) = counts.offerings.entry(registration.booking().offering).or_default();
            *waiting += u64::from(status == RegistrationStatus::Waiting);
            if status.uses_places(now) {
                *people += registration.counted_people();
                for draw in registration.draws() {
                    *counts.drawn.entry(draw.set_aside).or_default() += u64::from(draw.places);
                }
            }
        }
        counts
    }
}

impl<'a> Tally<'a> {
    pub(super) fn of(card: &'a GatheringCard, now: DateTime<Utc>) -> Self {
        let (it, counts) = (card.announcement(), Counts::of(card, now));
        let count = |offering: &Offering| counts.offerings.get(&offering.id).copied().unwrap_or_default();
        let mut pools: BTreeMap<PoolId, PoolTally> = it
            .pools
            .iter()
            .map(|pool| (pool.id, PoolTally { limit: limit(pool), ..PoolTally::default() }))
            .collect();
        for offering in &it.offerings {
            for pool in &offering.pools {
                if let Some(pool) = pools.get_mut(pool) {
                    pool.taken += count(offering).0;
                }
            }
        }
        let set_aside = |set_aside: &SetAside| {
            let drawn = counts.drawn.get(&set_aside.id).copied().unwrap_or_default();
            let release = set_aside.release.and_then(|release| release.resolve(it.schedule.starts()));
            let released = release.is_some_and(|release| release <= now);
            let open = if released { 0 } else { u64::from(set_aside.places).saturating_sub(drawn) };
            SetAsideCount { set_aside: set_aside.clone(), drawn, open, released }
        };
        let set_asides: Vec<_> = it.set_asides.iter().map(set_aside).collect();
        for count in &set_asides {
            if let Some(pool) = pools.get_mut(&count.set_aside.pool) {
                pool.set_aside += count.open;
            }
        }
        let lines = it.offerings.iter().map(|offering| (offering, count(offering).1)).collect();
        Self { lines, pools, set_asides }
    }

    pub(super) fn set_asides(self) -> Vec<SetAsideCount> {
        self.set_asides
    }

    pub(super) fn pool(&self, pool: &Pool) -> PoolCount {
        let tally = self.pools.get(&pool.id).copied().unwrap_or_default();
        PoolCount {
            pool: pool.id,
            name: pool.name.clone(),
            capacity: pool.capacity,
            limit: pool.limit(),
            taken: tally.taken,
            set_aside: tally.set_aside,
            left: tally.left(),
        }
    }

    /// Places left for everybody in the tightest pool that an offering draws on; below 0 when over-full, `None` without
    /// limit.
    pub(super) fn left(&self, offering: &Offering) -> Option<i64> {
        offering.pools.iter().filter_map(|pool| self.pools.get(pool)?.left()).min()
    }

    /// Each offering with the number of registrations in its line.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&'a Offering, u64)> {
        self.lines.iter().copied()
    }
}

fn limit(pool: &Pool) -> Option<u32> {
    match pool.limit() {
        Capacity::Limited(people) => Some(people),
        Capacity::Unlimited => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{BookingTime, Draw, Ending, Fact, Overbook, Pending};
    use crate::projection::fixture::{Story, booking, gathering, person, registration, time, webinar};

    const NOON: &str = "2026-03-01T12:00:00Z";
    const BEFORE: &str = "2026-03-01T11:59:59Z";

    fn board(places: u32) -> SetAside {
        SetAside::new(SetAsideId::new(1), PoolId::ONLY, places).who(person(1))
    }

    fn drawn(places: u32) -> Vec<Draw> {
        vec![Draw { set_aside: SetAsideId::new(1), places }]
    }

    /// A webinar with ten places on 5 March at 14:00 UTC, of which some are set aside.
    fn story(set_aside: SetAside) -> Story {
        let mut story = Story::new();
        let mut it = webinar("Talk", "2026-03-05 14:00 to 15:30 UTC", 10);
        it.set_asides.push(set_aside);
        story.announces(1, it);
        story
    }

    /// What is taken, set aside and left at a time.
    fn places(story: &Story, now: &str) -> (u64, u64, Option<i64>) {
        let pool = story.lists.gathering(gathering(1)).unwrap().pools(time(now)).remove(0);
        (pool.taken, pool.set_aside, pool.left)
    }

    #[test]
    fn a_set_aside_is_kept_from_everybody_until_its_release() {
        let story = story(board(4).release(BookingTime::At(time(NOON))));
        assert_eq!(places(&story, BEFORE), (0, 4, Some(6)));
        assert_eq!(places(&story, NOON), (0, 0, Some(10)), "at the instant itself it has gone");
        let on = story.lists.whats_on(time(BEFORE));
        assert_eq!(on.rows()[0].offerings[0].left, Some(6));
    }

    #[test]
    fn what_is_drawn_is_taken_and_no_longer_open() {
        let mut story = story(board(4));
        story.confirms_with(1, 1, booking(1, 1, &[None, None]), drawn(3)).confirms(1, 2, booking(1, 2, &[]));
        assert_eq!(places(&story, NOON), (4, 1, Some(5)));
        let card = story.lists.gathering(gathering(1)).unwrap();
        let count = card.set_asides(time(NOON)).remove(0);
        assert_eq!((count.drawn, count.open, count.released), (3, 1, false));
        story.ends(1, 1, Ending::Attendee);
        assert_eq!(places(&story, NOON), (1, 4, Some(5)), "what is given back goes back to it");
    }

    #[test]
    fn a_set_aside_that_shrank_below_what_is_drawn_keeps_nothing() {
        let mut story = story(board(4));
        story.confirms_with(1, 1, booking(1, 1, &[None, None]), drawn(3)).tell(Fact::SetAsideChanged {
            gathering: gathering(1),
            set_aside: SetAsideId::new(1),
            places: 2,
            release: None,
        });
        assert_eq!(places(&story, NOON), (3, 0, Some(7)));
        story.tell(Fact::SetAsideMade {
            gathering: gathering(1),
            set_aside: SetAside::new(SetAsideId::new(2), PoolId::ONLY, 9).who(person(2)),
        });
        assert_eq!(places(&story, NOON), (3, 9, Some(-2)), "what is short is not hidden");
    }

    #[test]
    fn a_release_that_counts_from_an_unknown_start_has_not_come() {
        let mut story = story(board(4).release(BookingTime::BeforeStart { seconds: 24 * 3_600 }));
        assert_eq!(places(&story, "2026-03-04T13:59:59Z"), (0, 4, Some(6)));
        assert_eq!(places(&story, "2026-03-04T14:00:00Z"), (0, 0, Some(10)));
        story.reschedules(1, "to be confirmed");
        assert_eq!(places(&story, "2027-01-01T00:00:00Z"), (0, 4, Some(6)));
    }

    #[test]
    fn overbooking_adds_to_the_limit_and_not_to_the_capacity() {
        let mut story = story(board(0));
        story.tell(Fact::CapacityChanged {
            gathering: gathering(1),
            pool: PoolId::ONLY,
            capacity: Capacity::Limited(19),
            overbook: Overbook::PerCent(10),
            keep_all: false,
        });
        let pool = story.lists.gathering(gathering(1)).unwrap().pools(time(NOON)).remove(0);
        assert_eq!((pool.capacity, pool.limit), (Capacity::Limited(19), Capacity::Limited(20)));
        assert_eq!(pool.left, Some(20));
    }

    #[test]
    fn what_has_a_deadline_is_counted_until_then() {
        let mut story = story(board(0));
        let until = time(NOON);
        story
            .holds(1, 1, booking(1, 1, &[None]), NOON)
            .asks_approval(1, 2, booking(1, 2, &[]), Pending { uses_places: true, until: Some(until) })
            .asks_approval(1, 3, booking(1, 3, &[]), Pending { uses_places: false, until: None })
            .waitlists(1, 4, booking(1, 4, &[]))
            .offers(1, 4, NOON);
        assert_eq!(places(&story, BEFORE), (4, 0, Some(6)));
        assert_eq!(places(&story, NOON), (0, 0, Some(10)), "nobody has written down that they ended");
        story.tell(Fact::HoldExtended {
            gathering: gathering(1),
            registration: registration(1),
            until: time("2026-03-01T12:10:00Z"),
        });
        assert_eq!(places(&story, NOON), (2, 0, Some(8)));
    }

    #[test]
    fn whoever_is_not_counted_takes_no_place() {
        let mut story = story(board(0));
        let mut speaker = booking(1, 1, &[None]);
        speaker.uncounted = true;
        story.confirms(1, 1, speaker);
        assert_eq!(places(&story, NOON), (0, 0, Some(10)));
    }
}
