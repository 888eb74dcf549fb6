//! Every question about a gathering and its registrations, answered from the whole past.

use super::times::{days, ends, starts};
use super::*;
use chrono::TimeDelta;
use gather::BookingState;
use gather::testkit::epoch;

/// How a registration stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    Confirmed,
    Waiting,
    Cancelled { by_organiser: bool },
    LeftLine,
    CalledOff,
}

impl Standing {
    pub(super) fn is_live(self) -> bool {
        matches!(self, Self::Confirmed | Self::Waiting)
    }
}

/// A registration with what has become of it, and when it last changed.
pub(super) struct Registration {
    pub(super) joined: Joined,
    pub(super) number: u32,
    pub(super) standing: Standing,
    pub(super) since: DateTime<Utc>,
    pub(super) joined_at: DateTime<Utc>,
    pub(super) was_confirmed: bool,
}

impl Naive<'_> {
    /// When a decision on a gathering is taken: as given, but not before what was last recorded of it.
    pub(super) fn now(&self, gathering: GatheringId, given: DateTime<Utc>) -> DateTime<Utc> {
        let of_it = self.past.iter().filter(|deed| deed.what.gathering() == Some(gathering));
        of_it.map(|deed| deed.time).chain([given]).max().unwrap()
    }

    pub(in super::super) fn gatherings(&self) -> Vec<GatheringId> {
        let announced = self.past.iter().filter_map(|deed| match deed.what {
            Done::Announced(gathering, _) => Some(gathering),
            _ => None,
        });
        announced.collect()
    }

    pub(super) fn plan(&self, gathering: GatheringId) -> Option<&GatheringPlan> {
        self.past.iter().find_map(|deed| match &deed.what {
            Done::Announced(which, plan) if *which == gathering => Some(plan),
            _ => None,
        })
    }

    /// What can be booked, in the order in which it came, with its numbers.
    pub(super) fn offerings(&self, gathering: GatheringId) -> Vec<(u16, Offered)> {
        let announced = self.plan(gathering).unwrap().offerings.iter();
        let announced = announced.map(|plan| Offered { plan: plan.clone(), session: None });
        let announced = (1..).zip(announced);
        let added = self.past.iter().filter_map(|deed| match &deed.what {
            Done::OfferingAdded(on, number, it, _) if *on == gathering => Some((*number, it.clone())),
            _ => None,
        });
        announced.chain(added).collect()
    }

    pub(super) fn offering(&self, gathering: GatheringId, number: u16) -> Option<Offered> {
        self.offerings(gathering).into_iter().find(|(known, _)| *known == number).map(|(_, it)| it)
    }

    /// The pools in the order in which they came, with the capacities that they came with.
    pub(super) fn pools_planned(&self, gathering: GatheringId) -> Vec<(u16, Option<u32>)> {
        let announced = (1..).zip(self.plan(gathering).unwrap().pools.iter().copied());
        let added = self.past.iter().filter_map(|deed| match &deed.what {
            Done::OfferingAdded(on, _, _, pools) if *on == gathering => Some(pools.clone()),
            _ => None,
        });
        announced.chain(added.flatten()).collect()
    }

    /// Every date that a gathering has had, the last one last.
    fn dates(&self, gathering: GatheringId) -> Vec<When> {
        let dates = self.past.iter().filter_map(|deed| match &deed.what {
            Done::Announced(which, plan) if *which == gathering => Some(plan.when),
            Done::Rescheduled(which, when) if *which == gathering => Some(*when),
            _ => None,
        });
        dates.collect()
    }

    pub(super) fn when(&self, gathering: GatheringId) -> When {
        *self.dates(gathering).last().unwrap()
    }

    /// The last dates that a gathering had, if it ever had any.
    pub(super) fn last_dates(&self, gathering: GatheringId) -> Option<When> {
        self.dates(gathering).into_iter().rfind(|when| *when != When::ToBeConfirmed)
    }

    /// The first day of the last dates that it had.
    pub(super) fn last_first_day(&self, gathering: GatheringId) -> Option<i64> {
        self.last_dates(gathering).and_then(days).map(|(first, _)| first)
    }

    pub(super) fn over(&self, gathering: GatheringId, now: DateTime<Utc>) -> bool {
        ends(self.when(gathering)).is_some_and(|end| end <= now)
    }

    pub(super) fn called_off(&self, gathering: GatheringId) -> bool {
        self.past.iter().any(|deed| matches!(deed.what, Done::CalledOff(which) if which == gathering))
    }

    /// Where a gathering takes place, and the number of its link.
    pub(super) fn mode(&self, gathering: GatheringId) -> (ModePlan, Option<u8>) {
        let last = self.past.iter().rev().find_map(|deed| match deed.what {
            Done::ModeChanged(which, mode, link) if which == gathering => Some((mode, link)),
            _ => None,
        });
        let online = self.plan(gathering).unwrap().online;
        last.unwrap_or(if online { (ModePlan::Online, Some(1)) } else { (ModePlan::Hub, None) })
    }

    pub(super) fn opened_by_hand(&self, gathering: GatheringId) -> Option<bool> {
        self.past.iter().rev().find_map(|deed| match deed.what {
            Done::OpenedByHand(which, open) if which == gathering => Some(open),
            _ => None,
        })
    }

    pub(super) fn booking(&self, gathering: GatheringId, now: DateTime<Utc>) -> BookingState {
        match self.opened_by_hand(gathering) {
            Some(true) => return BookingState::Open,
            Some(false) => return BookingState::Closed,
            None => {}
        }
        let plan = self.plan(gathering).unwrap();
        let opens = plan.opens.map(|hours| epoch() + TimeDelta::hours(hours));
        if opens.is_some_and(|opens| now < opens) {
            return BookingState::NotYet;
        }
        if plan.until_the_end {
            return BookingState::Open;
        }
        match starts(self.when(gathering)) {
            None => BookingState::NotYet,
            Some(start) if now >= start => BookingState::Closed,
            Some(_) => BookingState::Open,
        }
    }

    /// Every registration ever made on a gathering, in the order of joining.
    pub(super) fn registrations(&self, gathering: GatheringId) -> Vec<Registration> {
        let mut found: Vec<Registration> = Vec::new();
        for deed in self.past.iter().filter(|deed| deed.what.gathering() == Some(gathering)) {
            if let Done::Joined(joined) = &deed.what {
                let number = u32::try_from(found.len()).unwrap() + 1;
                let standing = if joined.ahead.is_none() { Standing::Confirmed } else { Standing::Waiting };
                let (was_confirmed, joined_at) = (standing == Standing::Confirmed, deed.time);
                let (joined, since) = (joined.clone(), deed.time);
                found.push(Registration { joined, number, standing, since, joined_at, was_confirmed });
            }
            for one in &mut found {
                one.live_through(deed);
            }
        }
        found
    }

    pub(super) fn standing(&self, gathering: GatheringId, standing: Standing) -> Vec<Registration> {
        self.registrations(gathering).into_iter().filter(|one| one.standing == standing).collect()
    }

    pub(super) fn live(&self, gathering: GatheringId) -> Vec<Registration> {
        self.registrations(gathering).into_iter().filter(|one| one.standing.is_live()).collect()
    }

    pub(super) fn capacity(&self, gathering: GatheringId, pool: u16) -> Option<u32> {
        let last = self.past.iter().rev().find_map(|deed| match &deed.what {
            Done::CapacityChanged(which, number, capacity) if *which == gathering && *number == pool => {
                Some(*capacity)
            }
            _ => None,
        });
        let planned = || self.pools_planned(gathering).into_iter().find(|(number, _)| *number == pool);
        last.unwrap_or_else(|| planned().unwrap().1)
    }

    /// How many people have a place in a pool.
    pub(super) fn used(&self, gathering: GatheringId, pool: u16) -> u32 {
        let offerings = self.offerings(gathering).into_iter();
        let drawing: Vec<u16> =
            offerings.filter(|(_, it)| it.plan.pools.contains(&pool)).map(|(number, _)| number).collect();
        let confirmed = self.standing(gathering, Standing::Confirmed).into_iter();
        let theirs = confirmed.filter(|one| drawing.contains(&one.joined.offering));
        theirs.map(|one| one.joined.size()).sum()
    }

    /// How many places a pool has left; `None` is without a limit.
    pub(super) fn free(&self, gathering: GatheringId, pool: u16) -> Option<i64> {
        let capacity = self.capacity(gathering, pool)?;
        Some(i64::from(capacity) - i64::from(self.used(gathering, pool)))
    }

    /// The pools that have too little room for a party.
    pub(super) fn short_pools(&self, party: &Joined) -> Vec<u16> {
        let drawn = self.offering(party.gathering, party.offering).unwrap().plan.pools.into_iter();
        let size = i64::from(party.size());
        drawn.filter(|pool| self.free(party.gathering, *pool).is_some_and(|free| free < size)).collect()
    }

    pub(super) fn never_fits(&self, party: &Joined) -> bool {
        let drawn = self.offering(party.gathering, party.offering).unwrap().plan.pools;
        let mut capacities = drawn.iter().map(|pool| self.capacity(party.gathering, *pool));
        capacities.any(|capacity| capacity.is_some_and(|places| places < party.size()))
    }

    pub(super) fn holds_one_already(&self, party: &Joined) -> bool {
        let same = self.live(party.gathering).into_iter().filter(|one| one.joined.offering == party.offering);
        same.flat_map(|one| one.joined.named()).any(|person| party.named().contains(&person))
    }

    /// Who waits for an offering, the first in line first.
    pub(super) fn line(&self, gathering: GatheringId, offering: u16) -> Vec<Registration> {
        let waiting = self.standing(gathering, Standing::Waiting).into_iter();
        waiting.filter(|one| one.joined.offering == offering).collect()
    }

    /// The first of each line, in the order in which they joined.
    pub(super) fn heads(&self, gathering: GatheringId) -> Vec<Joined> {
        let mut heads: Vec<Joined> = Vec::new();
        for one in self.standing(gathering, Standing::Waiting) {
            if heads.iter().all(|head| head.offering != one.joined.offering) {
                heads.push(one.joined);
            }
        }
        heads
    }

    /// Whether the head of another line waits for room in a pool that this party would draw on.
    pub(super) fn others_come_first(&self, party: &Joined) -> bool {
        let drawn = self.offering(party.gathering, party.offering).unwrap().plan.pools;
        let heads = self.heads(party.gathering).into_iter();
        let mut others = heads.filter(|head| head.offering != party.offering);
        others.any(|head| self.short_pools(&head).iter().any(|pool| drawn.contains(pool)))
    }
}

impl Registration {
    /// Takes what has happened to it next.
    fn live_through(&mut self, deed: &Deed) {
        let id = self.joined.registration;
        let next = match deed.what {
            Done::Promoted(_, promoted) if promoted == id => Standing::Confirmed,
            Done::Ended(_, ended, by_organiser) if ended == id => match self.standing {
                Standing::Confirmed => Standing::Cancelled { by_organiser },
                _ => Standing::LeftLine,
            },
            Done::CalledOff(_) if self.standing.is_live() => Standing::CalledOff,
            Done::Transferred(_, transferred, place, to) if transferred == id => {
                match place {
                    1 => self.joined.booker = to,
                    guest => self.joined.guests[usize::from(guest) - 2] = Some(to),
                }
                return;
            }
            _ => return,
        };
        (self.standing, self.since) = (next, deed.time);
        self.was_confirmed |= next == Standing::Confirmed;
    }
}
