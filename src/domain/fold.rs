//! What each fact does to the cells: the only place where that is written.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::state::{Cells, Claim, Fingerprint, GatheringCell, Plan, PoolCell, RegistrationCell, SessionCell};
use crate::fact::{Announcement, Booking, ByHand, Capacity, Fact, Offering, Pool, Session};
use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId, SessionId};
use crate::record::Position;
use crate::schedule::Schedule;

/// Folds one fact. Facts about what is not there (outside the scope that was folded) do nothing to it.
pub(super) fn fold<C: Cells>(cells: &mut C, position: Position, time: DateTime<Utc>, fact: &Fact) {
    match fact {
        Fact::PersonRecorded { person, .. } | Fact::NamePublished { person, .. } => cells.put_person(*person),
        Fact::GatheringAnnounced { gathering, announcement, join_link } => {
            announce(cells, *gathering, announcement, join_link.is_some(), time);
        }
        Fact::GatheringRescheduled { gathering, schedule, .. } => reschedule(cells, *gathering, schedule),
        Fact::BookingOpened { gathering } => change(cells, *gathering, |cell| cell.opened = Some(ByHand::Opened)),
        Fact::BookingClosed { gathering } => change(cells, *gathering, |cell| cell.opened = Some(ByHand::Closed)),
        Fact::CapacityChanged { gathering, pool, capacity, .. } => resize(cells, *gathering, *pool, *capacity),
        Fact::GatheringCancelled { gathering } => change(cells, *gathering, |cell| cell.cancelled = true),
        Fact::RegistrationConfirmed { gathering, registration, booking, .. } => {
            enter(cells, *gathering, *registration, booking, Claim::Confirmed, position);
        }
        Fact::RegistrationWaitlisted { gathering, registration, booking, .. } => {
            enter(cells, *gathering, *registration, booking, Claim::Waiting, position);
        }
        Fact::RegistrationPromoted { registration, .. } => set_claim(cells, *registration, Claim::Confirmed),
        Fact::RegistrationEnded { registration, .. } => set_claim(cells, *registration, Claim::Ended),
        Fact::PlaceTransferred { registration, place, from, to, .. } => {
            transfer(cells, *registration, *place, *from, *to);
        }
        Fact::ModeChanged { gathering, mode, join_link } => {
            let place = (Fingerprint::of_place(mode), join_link.is_some());
            change(cells, *gathering, |cell| cell.place = place);
        }
        Fact::OfferingAdded { gathering, offering, pools } => {
            add_offering(cells, *gathering, offering, pools);
        }
        Fact::SessionAdded { gathering, session } => add_session(cells, *gathering, session),
        Fact::SessionMoved { gathering, session, schedule, room } => {
            change_session(cells, *gathering, *session, |cell| {
                cell.schedule = Arc::new(schedule.clone());
                cell.room = Arc::from(room.as_str());
            });
        }
        Fact::SessionRevised { gathering, session, texts } => {
            change_session(cells, *gathering, *session, |cell| cell.texts = Fingerprint::of(texts));
        }
        Fact::SessionDropped { gathering, session } => {
            change_session(cells, *gathering, *session, |cell| cell.dropped = true);
        }
        _ => {}
    }
    if let Some(gathering) = fact.gathering() {
        change(cells, gathering, |cell| cell.touched = cell.touched.max(time));
    }
}

fn announce<C: Cells>(
    cells: &mut C,
    id: GatheringId,
    announcement: &Announcement,
    has_link: bool,
    time: DateTime<Utc>,
) {
    let pools = announcement.pools.iter().map(|pool| (pool.id, pool.name.clone())).collect();
    let plan = Plan { pools, offerings: announcement.offerings.iter().cloned().map(Arc::new).collect() };
    let cell = GatheringCell {
        plan: Arc::new(plan),
        schedule: Arc::new(announcement.schedule.clone()),
        window: announcement.window,
        opened: None,
        cancelled: false,
        place: (Fingerprint::of_place(&announcement.mode), has_link),
        no_overlap: announcement.no_overlap,
        first_day: first_day(&announcement.schedule),
        touched: time,
    };
    cells.put_gathering(id, cell);
    put_pools(cells, id, &announcement.pools);
}

fn put_pools<C: Cells>(cells: &mut C, id: GatheringId, pools: &[Pool]) {
    for pool in pools {
        cells.put_pool(id, pool.id, PoolCell { capacity: pool.capacity, used: 0 });
    }
}

fn add_offering<C: Cells>(cells: &mut C, id: GatheringId, offering: &Offering, pools: &[Pool]) {
    change(cells, id, |cell| {
        let plan = Arc::make_mut(&mut cell.plan);
        plan.pools.extend(pools.iter().map(|pool| (pool.id, pool.name.clone())));
        plan.offerings.push(Arc::new(offering.clone()));
    });
    put_pools(cells, id, pools);
}

fn first_day(schedule: &Schedule) -> Option<NaiveDate> {
    schedule.first_and_last_day().map(|(first, _)| first)
}

fn reschedule<C: Cells>(cells: &mut C, id: GatheringId, schedule: &Schedule) {
    change(cells, id, |cell| {
        cell.schedule = Arc::new(schedule.clone());
        cell.first_day = first_day(schedule).or(cell.first_day);
    });
}

fn add_session<C: Cells>(cells: &mut C, gathering: GatheringId, session: &Session) {
    let cell = SessionCell {
        schedule: Arc::new(session.schedule.clone()),
        room: Arc::from(session.room.as_str()),
        texts: Fingerprint::of(&session.texts),
        dropped: false,
    };
    cells.put_session(gathering, session.id, cell);
    cells.put_home(session.id, gathering);
}

fn change_session<C: Cells>(
    cells: &mut C,
    gathering: GatheringId,
    id: SessionId,
    how: impl FnOnce(&mut SessionCell),
) {
    let Some(mut cell) = cells.session(gathering, id).cloned() else { return };
    how(&mut cell);
    cells.put_session(gathering, id, cell);
}

fn change<C: Cells>(cells: &mut C, id: GatheringId, how: impl FnOnce(&mut GatheringCell)) {
    let Some(mut cell) = cells.gathering(id).cloned() else { return };
    how(&mut cell);
    cells.put_gathering(id, cell);
}

fn resize<C: Cells>(cells: &mut C, id: GatheringId, pool: PoolId, capacity: Capacity) {
    if let Some(cell) = cells.pool(id, pool) {
        cells.put_pool(id, pool, PoolCell { capacity, ..cell });
    }
}

fn enter<C: Cells>(
    cells: &mut C,
    gathering: GatheringId,
    id: RegistrationId,
    booking: &Booking,
    claim: Claim,
    joined: Position,
) {
    let Booking { offering, party, .. } = booking;
    for person in party.named() {
        cells.put_holder((gathering, *offering, person), Some(id));
        engage(cells, gathering, person, id);
    }
    match claim {
        Claim::Confirmed => occupy(cells, gathering, *offering, party.size()),
        Claim::Waiting => cells.join_line(gathering, *offering, joined, id),
        Claim::Ended => {}
    }
    let cell = RegistrationCell { gathering, offering: *offering, party: party.clone(), claim, joined };
    cells.put_registration(id, cell);
}

/// Moves a registration from one claim to another: out of the places or the line that it had, into the next.
fn set_claim<C: Cells>(cells: &mut C, id: RegistrationId, next: Claim) {
    let Some(mut cell) = cells.registration(id).cloned() else { return };
    let (gathering, offering, size) = (cell.gathering, cell.offering, cell.party.size());
    match cell.claim {
        Claim::Confirmed => vacate(cells, gathering, offering, size),
        Claim::Waiting => cells.leave_line(gathering, offering, cell.joined),
        Claim::Ended => return,
    }
    match next {
        Claim::Confirmed => occupy(cells, gathering, offering, size),
        Claim::Waiting => cells.join_line(gathering, offering, cell.joined, id),
        Claim::Ended => cell.party.named().for_each(|person: PersonId| {
            cells.put_holder((gathering, offering, person), None);
            disengage(cells, person, id);
        }),
    }
    cell.claim = next;
    cells.put_registration(id, cell);
}

/// Somebody else has the place; pools and lines are as they were.
fn transfer<C: Cells>(cells: &mut C, id: RegistrationId, place: u16, from: Option<PersonId>, to: PersonId) {
    let Some(mut cell) = cells.registration(id).cloned() else { return };
    let (gathering, offering) = (cell.gathering, cell.offering);
    if let Some(from) = from {
        cells.put_holder((gathering, offering, from), None);
        disengage(cells, from, id);
    }
    cells.put_holder((gathering, offering, to), Some(id));
    engage(cells, gathering, to, id);
    cell.party.put(place, to);
    cells.put_registration(id, cell);
}

/// Notes a registration among those that take a person's time, if its gathering says that they do.
fn engage<C: Cells>(cells: &mut C, gathering: GatheringId, person: PersonId, id: RegistrationId) {
    if cells.gathering(gathering).is_some_and(|cell| cell.no_overlap) {
        let mut theirs = cells.engagements(person).to_vec();
        theirs.push(id);
        cells.put_engagements(person, theirs);
    }
}

fn disengage<C: Cells>(cells: &mut C, person: PersonId, id: RegistrationId) {
    if cells.engagements(person).contains(&id) {
        let others = cells.engagements(person).iter().copied().filter(|theirs| *theirs != id).collect();
        cells.put_engagements(person, others);
    }
}

fn occupy<C: Cells>(cells: &mut C, gathering: GatheringId, offering: OfferingId, people: u32) {
    each_pool(cells, gathering, offering, |used| used.saturating_add(people));
}

fn vacate<C: Cells>(cells: &mut C, gathering: GatheringId, offering: OfferingId, people: u32) {
    each_pool(cells, gathering, offering, |used| used.saturating_sub(people));
}

fn each_pool<C: Cells>(
    cells: &mut C,
    gathering: GatheringId,
    offering: OfferingId,
    how: impl Fn(u32) -> u32,
) {
    let Some(plan) = cells.gathering(gathering).map(|cell| Arc::clone(&cell.plan)) else { return };
    let Some(offering) = plan.offering(offering) else { return };
    for &pool in &offering.pools {
        if let Some(cell) = cells.pool(gathering, pool) {
            cells.put_pool(gathering, pool, PoolCell { used: how(cell.used), ..cell });
        }
    }
}
