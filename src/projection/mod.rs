//! Read models: records in, lists out. Pure.
//!
//! [`Lists`] folds the log; each list is an owned value taken from it at some position. Counts are taken anew from
//! the registrations whenever a list is asked for, so there is no second number that could drift.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use crate::fact::{Booking, Fact};
use crate::id::{GatheringId, PersonId, RegistrationId, SessionId};
use crate::person::PersonDetails;
use crate::record::{Position, Record};
use crate::sealed::{Opener, Sealed};

mod agenda;
mod attendee_list;
mod card;
#[cfg(test)]
mod fixture;
mod head;
mod names;
mod programme;
mod session;
mod table;
mod waiting_list;
mod whats_on;
mod when;

pub use agenda::{Agenda, AgendaRow};
pub use attendee_list::{AttendeeList, AttendeeRow, ExposedAttendee, ExposedAttendeeList};
pub use card::{GatheringCard, RegistrationCard, RegistrationStatus};
pub(crate) use head::GatheringEntry;
pub use head::PoolCount;
pub(crate) use programme::billed;
pub use programme::{Programme, ProgrammeRow, ProgrammeWarning};
pub use session::SessionStatus;
pub use waiting_list::{ExposedWaiting, ExposedWaitingList, WaitingList, WaitingRow};
pub use whats_on::{OfferingOn, WhatsOn, WhatsOnRow};

use card::Joined;
use programme::Billing;
use session::SessionCard;

/// The read side of a log: what every list is taken from.
///
/// It is told every record in order by [`apply`](Self::apply). A clone stays as it is while the original goes on.
#[derive(Clone, Default)]
#[doc(alias = "projection")]
#[doc(alias = "read model")]
pub struct Lists {
    position: Position,
    gatherings: HashMap<GatheringId, GatheringCard>,
    registrations: HashMap<RegistrationId, Spot>,
    people: HashMap<PersonId, Arc<Sealed<PersonDetails>>>,
    bookings: HashMap<PersonId, Theirs>,
    names: HashMap<PersonId, Billing>,
}

/// Where a registration is kept.
#[derive(Clone, Copy)]
struct Spot {
    gathering: GatheringId,
    index: usize,
}

/// The registrations of one person, in order. Most people have one, and that takes no memory of its own.
#[derive(Clone)]
enum Theirs {
    One(RegistrationId),
    Several(Vec<RegistrationId>),
}

impl Theirs {
    fn as_slice(&self) -> &[RegistrationId] {
        match self {
            Self::One(only) => std::slice::from_ref(only),
            Self::Several(several) => several,
        }
    }

    /// One party may name a person on two places; it is one registration of theirs.
    fn add(&mut self, registration: RegistrationId) {
        if self.as_slice().last() == Some(&registration) {
            return;
        }
        match self {
            Self::One(first) => *self = Self::Several(vec![*first, registration]),
            Self::Several(several) => several.push(registration),
        }
    }

    fn remove(&mut self, registration: RegistrationId) {
        let others = self.as_slice().iter().copied().filter(|theirs| *theirs != registration);
        *self = Self::Several(others.collect());
    }
}

impl Lists {
    /// The lists of an empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Folds the next record in. It has happened, so this cannot fail; what it says of a gathering or a
    /// registration never heard of changes nothing.
    pub fn apply(&mut self, record: &Record<'_>) {
        self.position = record.position();
        let time = record.time();
        match record.fact() {
            Fact::PersonRecorded { person, details } => {
                self.people.insert(*person, Arc::new(details.clone()));
            }
            Fact::GatheringAnnounced { gathering, announcement, join_link } => {
                let link = join_link.as_ref();
                let card = || GatheringCard::announced(*gathering, announcement, link, time);
                self.gatherings.entry(*gathering).or_insert_with(card);
            }
            Fact::GatheringRescheduled { gathering, schedule, .. } => {
                self.at(*gathering, |card| card.reschedule(schedule, time));
            }
            Fact::BookingOpened { gathering } => {
                self.at(*gathering, |card| card.set_opened(crate::fact::ByHand::Opened))
            }
            Fact::BookingClosed { gathering } => {
                self.at(*gathering, |card| card.set_opened(crate::fact::ByHand::Closed))
            }
            Fact::CapacityChanged { gathering, pool, capacity, .. } => {
                self.at(*gathering, |card| card.set_capacity(*pool, *capacity));
            }
            Fact::GatheringCancelled { gathering } => self.at(*gathering, |card| card.cancel(time)),
            Fact::RegistrationConfirmed { gathering, registration, booking, .. } => {
                self.join(*gathering, *registration, booking, RegistrationStatus::Confirmed, record);
            }
            Fact::RegistrationWaitlisted { gathering, registration, booking, ahead: _ } => {
                self.join(*gathering, *registration, booking, RegistrationStatus::Waiting, record);
            }
            Fact::RegistrationPromoted { gathering: _, registration, .. } => {
                self.on(*registration, |card| card.promote(time));
            }
            Fact::RegistrationEnded { gathering: _, registration, how: by } => {
                self.on(*registration, |card| card.end(*by, time));
            }
            Fact::PlaceTransferred { gathering: _, registration, place, from, to } => {
                self.transfer(*registration, *place, *from, *to);
            }
            Fact::ModeChanged { gathering, mode, join_link } => {
                self.at(*gathering, |card| card.set_mode(mode, join_link.as_ref(), time));
            }
            Fact::OfferingAdded { gathering, offering, pools } => {
                self.at(*gathering, |card| card.add_offering(offering, pools));
            }
            Fact::SessionAdded { gathering, session } => {
                self.at(*gathering, |card| card.add_session(session, time));
            }
            Fact::SessionMoved { gathering, session, schedule, room } => {
                self.in_programme(*gathering, *session, |card| card.move_to(schedule, room, time));
            }
            Fact::SessionRevised { gathering, session, texts } => {
                self.in_programme(*gathering, *session, |card| card.set_texts(texts, time));
            }
            Fact::SessionDropped { gathering, session } => {
                self.in_programme(*gathering, *session, |card| card.drop_out(time));
            }
            Fact::NamePublished { person, name } => {
                self.names.insert(*person, Billing { name: Arc::new(name.clone()), since: time });
            }
            _ => {}
        }
    }

    fn at(&mut self, gathering: GatheringId, change: impl FnOnce(&mut GatheringCard)) {
        if let Some(card) = self.gatherings.get_mut(&gathering) {
            change(card);
        }
    }

    fn in_programme(
        &mut self,
        gathering: GatheringId,
        session: SessionId,
        change: impl FnOnce(&mut SessionCard),
    ) {
        let card = self.gatherings.get_mut(&gathering);
        if let Some(session) = card.and_then(|card| card.session_mut(session)) {
            change(session);
        }
    }

    fn on(&mut self, registration: RegistrationId, change: impl FnOnce(&mut RegistrationCard)) {
        let Some(spot) = self.registrations.get(&registration) else { return };
        let card = self.gatherings.get_mut(&spot.gathering);
        if let Some(card) = card.and_then(|card| card.registration_mut(spot.index)) {
            change(card);
        }
    }

    fn transfer(&mut self, registration: RegistrationId, place: u16, from: Option<PersonId>, to: PersonId) {
        if !self.registrations.contains_key(&registration) {
            return;
        }
        self.on(registration, |card| card.transfer(place, to));
        if let Some(theirs) = from.and_then(|from| self.bookings.get_mut(&from)) {
            theirs.remove(registration);
        }
        let theirs = self.bookings.entry(to);
        theirs.and_modify(|theirs| theirs.add(registration)).or_insert(Theirs::One(registration));
    }

    fn join(
        &mut self,
        gathering: GatheringId,
        registration: RegistrationId,
        booking: &Booking,
        standing: RegistrationStatus,
        record: &Record<'_>,
    ) {
        let Some(card) = self.gatherings.get_mut(&gathering) else { return };
        if self.registrations.contains_key(&registration) {
            return;
        }
        let (position, time) = (record.position(), record.time());
        let index = card.join(Joined { registration, booking, standing, position, time });
        self.registrations.insert(registration, Spot { gathering, index });
        for person in booking.party.named() {
            let theirs = self.bookings.entry(person);
            theirs.and_modify(|theirs| theirs.add(registration)).or_insert(Theirs::One(registration));
        }
    }

    /// The position of the last record folded in.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// One gathering, cancelled and past ones too.
    #[must_use]
    pub fn gathering(&self, gathering: GatheringId) -> Option<&GatheringCard> {
        self.gatherings.get(&gathering)
    }

    /// Every gathering, cancelled and past ones too, in the order of their ids.
    #[must_use]
    pub fn gatherings(&self) -> Vec<&GatheringCard> {
        let mut cards: Vec<_> = self.gatherings.values().collect();
        cards.sort_unstable_by_key(|card| card.id());
        cards
    }

    /// One registration with its gathering, ended ones too.
    #[must_use]
    pub fn registration(&self, registration: RegistrationId) -> Option<(&GatheringCard, &RegistrationCard)> {
        let spot = self.registrations.get(&registration)?;
        let gathering = self.gatherings.get(&spot.gathering)?;
        Some((gathering, gathering.registrations().get(spot.index)?))
    }

    /// Who has a place: everybody with a confirmed registration. `None` for a gathering never announced.
    #[must_use]
    pub fn attendee_list(&self, gathering: GatheringId, opener: Arc<dyn Opener>) -> Option<AttendeeList> {
        let card = self.gatherings.get(&gathering)?;
        Some(AttendeeList::of(card, |person| self.details(person), opener))
    }

    /// Who stands in line, and where. `None` for a gathering never announced.
    #[must_use]
    pub fn waiting_list(&self, gathering: GatheringId, opener: Arc<dyn Opener>) -> Option<WaitingList> {
        let card = self.gatherings.get(&gathering)?;
        Some(WaitingList::of(card, |person| self.details(person), opener))
    }

    /// The programme of a gathering. `None` for a gathering never announced.
    #[must_use]
    pub fn programme(&self, gathering: GatheringId, opener: Arc<dyn Opener>) -> Option<Programme> {
        let card = self.gatherings.get(&gathering)?;
        Some(Programme::of(card, |person| self.names.get(&person).cloned(), opener))
    }

    /// What is on at a time, with the places left: all that is neither cancelled nor over then.
    #[must_use]
    pub fn whats_on(&self, now: DateTime<Utc>) -> WhatsOn {
        WhatsOn::of(self.gatherings.values(), now)
    }

    /// One gathering at a time, with the places left, cancelled and past ones too.
    pub(crate) fn places_left(&self, gathering: GatheringId, now: DateTime<Utc>) -> Option<WhatsOnRow> {
        self.gatherings.get(&gathering).map(|card| WhatsOnRow::of(card, now))
    }

    /// One registration as it stands, ended ones too.
    pub(crate) fn agenda_row(&self, registration: RegistrationId) -> Option<AgendaRow> {
        self.registration(registration).map(|(gathering, it)| AgendaRow::of(gathering, it))
    }

    /// Everything that a person has booked, or was named for as a guest. Empty for somebody never heard of.
    #[must_use]
    pub fn agenda(&self, person: PersonId, opener: Arc<dyn Opener>) -> Agenda {
        let theirs = self.bookings.get(&person).map(Theirs::as_slice).unwrap_or_default();
        Agenda::of(person, theirs.iter().filter_map(|id| self.registration(*id)), opener)
    }

    /// What was last recorded of a person.
    pub(crate) fn details(&self, person: PersonId) -> Option<Arc<Sealed<PersonDetails>>> {
        self.people.get(&person).cloned()
    }
}

/// Counts only: the maps have no order worth showing.
impl fmt::Debug for Lists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lists")
            .field("position", &self.position)
            .field("gatherings", &self.gatherings.len())
            .field("registrations", &self.registrations.len())
            .field("people", &self.people.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::wildcard_enum_match_arm, reason = "a recount asks for some facts and no others")]
mod tests {
    use proptest::prelude::*;

    use super::fixture::{Story, booking, conference, gathering, person, registration, time};
    use super::*;
    use crate::fact::{Capacity, Ending};
    use crate::id::{OfferingId, PoolId};
    use crate::schedule::Schedule;

    const NOW: &str = "2026-03-01T12:00:00Z";

    /// Any fact about two conferences, nine registrations and five people, sensible or not.
    fn any_fact() -> impl Strategy<Value = Fact> {
        let ids = (1..=2_u128, 1..=9_u128);
        let guests = prop::collection::vec(prop::option::of(1..=5_u128), 0..3);
        let bookings = (1..=3_u16, 1..=5_u128, guests);
        (0..24_u8, ids, bookings, 0..5_u32).prop_map(
            |(kind, (on, number), (offering, booker, guests), places)| {
                let (gathering, registration) = (gathering(on), registration(number));
                let booking = booking(offering, booker, &guests);
                match kind {
                    0..6 => Fact::RegistrationConfirmed { gathering, registration, booking },
                    6..12 => Fact::RegistrationWaitlisted { gathering, registration, booking, ahead: 0 },
                    12..16 => Fact::RegistrationPromoted { gathering, registration },
                    16..20 => Fact::RegistrationEnded { gathering, registration, how: Ending::Attendee },
                    20 => Fact::CapacityChanged {
                        gathering,
                        pool: PoolId::new(offering),
                        capacity: Capacity::Limited(places),
                    },
                    21 => Fact::BookingOpened { gathering },
                    22 => Fact::BookingClosed { gathering },
                    _ => Fact::GatheringRescheduled { gathering, schedule: Schedule::to_be_confirmed("") },
                }
            },
        )
    }

    /// What became of the registrations on a gathering, told by going through all facts again for each of them: the
    /// booking with `true` for confirmed and `false` for waiting, in the order of joining.
    fn recount(facts: &[Fact], on: GatheringId) -> Vec<(RegistrationId, Booking, Option<bool>)> {
        let joins = facts.iter().filter_map(|fact| match fact {
            Fact::RegistrationConfirmed { gathering, registration, booking, .. } => {
                Some((*gathering, *registration, booking.clone(), true))
            }
            Fact::RegistrationWaitlisted { gathering, registration, booking, .. } => {
                Some((*gathering, *registration, booking.clone(), false))
            }
            _ => None,
        });
        let mut seen = Vec::new();
        let firsts = joins.filter(|(_, id, _, _)| {
            let is_first = !seen.contains(id);
            seen.push(*id);
            is_first
        });
        let here = firsts.filter(|(gathering, _, _, _)| *gathering == on);
        here.map(|(_, id, booking, confirmed)| (id, booking, standing(facts, id, confirmed))).collect()
    }

    fn standing(facts: &[Fact], id: RegistrationId, confirmed: bool) -> Option<bool> {
        let joined = facts.iter().position(|fact| match fact {
            Fact::RegistrationConfirmed { registration, .. }
            | Fact::RegistrationWaitlisted { registration, .. } => *registration == id,
            _ => false,
        });
        let later = &facts[joined.unwrap()..];
        later.iter().try_fold(confirmed, |standing, fact| match fact {
            Fact::RegistrationPromoted { registration, .. } if *registration == id => Some(true),
            Fact::RegistrationEnded { registration, .. } if *registration == id => None,
            _ => Some(standing),
        })
    }

    fn told(facts: &[Fact]) -> Story {
        let mut story = Story::new();
        story.announces(1, conference()).announces(2, conference());
        for fact in facts {
            story.tell(fact.clone());
        }
        story
    }

    fn draws_on(offering: OfferingId, pool: PoolId) -> bool {
        let offerings = conference().offerings;
        offerings.iter().any(|known| known.id == offering && known.pools.contains(&pool))
    }

    proptest! {
        #[test]
        fn lists_equal_a_naive_recount(facts in prop::collection::vec(any_fact(), 0..60)) {
            let story = told(&facts);
            for id in [gathering(1), gathering(2)] {
                let truth = recount(&facts, id);
                let live = |wanted| truth.iter().filter(move |(_, _, standing)| *standing == Some(wanted));

                let attendees = story.lists.attendee_list(id, story.opener()).unwrap();
                let people: Vec<_> = live(true)
                    .flat_map(|(id, booking, _)| {
                        let guests = booking.party.guests.iter().copied();
                        std::iter::once(Some(booking.party.booker)).chain(guests).map(|person| (*id, person))
                    })
                    .collect();
                let rows: Vec<_> = attendees.rows().iter().map(|row| (row.registration, row.person)).collect();
                prop_assert_eq!(rows, people);
                for pool in attendees.pools() {
                    let drawing = attendees.rows().iter().filter(|row| draws_on(row.offering, pool.pool));
                    prop_assert_eq!(pool.taken, u64::try_from(drawing.count()).unwrap());
                }

                let waiting = story.lists.waiting_list(id, story.opener()).unwrap();
                for offering in (1..=3).map(OfferingId::new) {
                    let line = live(false).filter(|(_, booking, _)| booking.offering == offering);
                    let line: Vec<_> = (1..).zip(line).map(|(place, (id, _, _))| (place, *id)).collect();
                    let rows = waiting.rows().iter().filter(|row| row.offering == offering);
                    let rows: Vec<_> = rows.map(|row| (row.place_in_line, row.registration)).collect();
                    prop_assert_eq!(rows, line);
                }

                let card = story.lists.gathering(id).unwrap();
                let numbers: Vec<_> = card.registrations().iter().map(RegistrationCard::number).collect();
                let expected: Vec<_> = (1..).take(truth.len()).collect();
                prop_assert_eq!(numbers, expected);
            }
        }

        #[test]
        fn places_left_and_taken_make_the_capacity(facts in prop::collection::vec(any_fact(), 0..60)) {
            let story = told(&facts);
            for row in story.lists.whats_on(time(NOW)).rows() {
                let attendees = story.lists.attendee_list(row.gathering, story.opener()).unwrap();
                for offering in &row.offerings {
                    let pools = attendees.pools().iter().filter(|pool| draws_on(offering.offering, pool.pool));
                    let left = pools.filter_map(|pool| match pool.capacity {
                        Capacity::Limited(places) => {
                            Some(i64::from(places) - i64::try_from(pool.taken).unwrap())
                        }
                        Capacity::Unlimited => None,
                    });
                    prop_assert_eq!(offering.left, left.min());
                }
            }
        }

        #[test]
        fn an_agenda_has_all_that_names_the_person(facts in prop::collection::vec(any_fact(), 0..60)) {
            let story = told(&facts);
            for who in (1..=5).map(person) {
                let both = [gathering(1), gathering(2)].into_iter().flat_map(|id| recount(&facts, id));
                let theirs = both.filter(|(_, booking, _)| booking.party.named().any(|named| named == who));
                let mut expected: Vec<_> = theirs.map(|(id, _, _)| id).collect();
                expected.sort_unstable();
                let agenda = story.lists.agenda(who, story.opener());
                let mut rows: Vec<_> = agenda.rows().iter().map(|row| row.registration).collect();
                rows.sort_unstable();
                prop_assert_eq!(rows, expected);
            }
        }

        /// Every map is seeded anew, so order that came from one would differ between two folds.
        #[test]
        fn the_same_records_give_the_same_lists(facts in prop::collection::vec(any_fact(), 0..60)) {
            let shown = || {
                let Story { lists, .. } = &told(&facts);
                let opener = || told(&[]).opener();
                let agendas: Vec<_> = (1..=5).map(|who| lists.agenda(person(who), opener())).collect();
                let attendees = lists.attendee_list(gathering(1), opener());
                let waiting = lists.waiting_list(gathering(1), opener());
                format!("{lists:?} {:?} {attendees:?} {waiting:?} {agendas:?} {}", lists.gatherings(), lists.whats_on(time(NOW)))
            };
            prop_assert_eq!(shown(), shown());
        }
    }

    #[test]
    fn what_is_said_of_the_unknown_changes_nothing() {
        let mut story = Story::new();
        story
            .reschedules(1, "to be confirmed")
            .tell(Fact::BookingOpened { gathering: gathering(1) })
            .tell(Fact::BookingClosed { gathering: gathering(1) })
            .confirms(1, 1, booking(1, 1, &[]))
            .waitlists(1, 2, booking(1, 1, &[]))
            .promotes(1, 2)
            .cancels(1, 1)
            .calls_off(1);
        assert!(story.lists.gatherings().is_empty());
        assert!(story.lists.agenda(person(1), story.opener()).rows().is_empty());
        assert_eq!(story.lists.position(), Position::new(8));
    }

    #[test]
    fn gatherings_are_in_the_order_of_their_ids() {
        let mut story = Story::new();
        story.announces(3, conference()).announces(1, conference()).announces(2, conference());
        let ids: Vec<_> = story.lists.gatherings().into_iter().map(GatheringCard::id).collect();
        assert_eq!(ids, [gathering(1), gathering(2), gathering(3)]);
    }

    #[test]
    fn how_a_registration_stands_follows_the_facts() {
        let mut story = Story::new();
        story
            .announces(1, conference())
            .confirms(1, 1, booking(1, 1, &[]))
            .confirms(1, 2, booking(1, 2, &[]))
            .waitlists(1, 3, booking(1, 3, &[]))
            .waitlists(1, 4, booking(1, 4, &[]))
            .cancels(1, 1)
            .cancels(1, 3)
            .promotes(1, 4)
            .calls_off(1);
        let stands = |number| {
            let (gathering, it) = story.lists.registration(registration(number)).unwrap();
            (gathering.status(it), gathering.since(it), it.was_confirmed())
        };
        let by_attendee = RegistrationStatus::Cancelled { by: Ending::Attendee };
        let called_off = RegistrationStatus::CancelledWithGathering;
        assert_eq!(stands(1), (by_attendee, time("2026-02-01T14:00:00Z"), true));
        assert_eq!(stands(2), (called_off, time("2026-02-01T17:00:00Z"), true));
        assert_eq!(stands(3), (RegistrationStatus::LeftLine, time("2026-02-01T15:00:00Z"), false));
        assert_eq!(stands(4), (called_off, time("2026-02-01T17:00:00Z"), true));
    }
}
