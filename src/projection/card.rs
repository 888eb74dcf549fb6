//! What the lists know of one gathering and of each registration on it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use crate::fact::{Announcement, Booking, BookingState, Capacity, Ending, Mode, Offering, Pool, Session};
use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId, SessionId};
use crate::person::JoinLink;
use crate::projection::session::{SessionCard, SessionStatus};
use crate::record::Position;
use crate::schedule::Schedule;
use crate::sealed::Sealed;

/// One gathering as it is now, with everybody who ever registered for it.
#[derive(Clone, Debug)]
pub struct GatheringCard {
    id: GatheringId,
    announcement: Arc<Announcement>,
    join_link: Option<Arc<Sealed<JoinLink>>>,
    cancelled: Option<DateTime<Utc>>,
    opened: Option<crate::fact::ByHand>,
    sequence: u32,
    announced_at: DateTime<Utc>,
    revised_at: DateTime<Utc>,
    previous: Option<Schedule>,
    registrations: Vec<RegistrationCard>,
    sessions: BTreeMap<SessionId, SessionCard>,
}

impl GatheringCard {
    pub(super) fn announced(
        id: GatheringId,
        announcement: &Announcement,
        join_link: Option<&Sealed<JoinLink>>,
        time: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            announcement: Arc::new(announcement.clone()),
            join_link: join_link.map(|link| Arc::new(link.clone())),
            cancelled: None,
            opened: None,
            sequence: 0,
            announced_at: time,
            revised_at: time,
            previous: None,
            registrations: Vec::new(),
            sessions: BTreeMap::new(),
        }
    }

    pub(super) fn reschedule(&mut self, schedule: &Schedule, time: DateTime<Utc>) {
        self.revise(time, |card| {
            let announcement = Arc::make_mut(&mut card.announcement);
            let before = std::mem::replace(&mut announcement.schedule, schedule.clone());
            if before.starts().is_some() {
                card.previous = Some(before);
            }
        });
    }

    pub(super) fn cancel(&mut self, time: DateTime<Utc>) {
        self.revise(time, |card| card.cancelled = Some(time));
    }

    pub(super) fn set_mode(&mut self, mode: &Mode, link: Option<&Sealed<JoinLink>>, time: DateTime<Utc>) {
        // A link is sealed anew each time, so two cannot be compared: one that is given counts as another.
        let same_link = link.is_none() && self.join_link.is_none();
        if self.announcement.mode == *mode && same_link {
            return;
        }
        self.revise(time, |card| {
            card.join_link = link.map(|link| Arc::new(link.clone()));
            Arc::make_mut(&mut card.announcement).mode = mode.clone();
        });
    }

    /// Changes what the gathering's entry shows, and counts it; for each session whose entry thereby shows another
    /// place or status as well.
    fn revise(&mut self, time: DateTime<Utc>, change: impl FnOnce(&mut Self)) {
        let shown = |card: &Self| -> Vec<SessionStatus> {
            card.sessions.values().map(|session| card.session_status(session)).collect()
        };
        let (mode, link, before) = (self.announcement.mode.clone(), self.join_link.clone(), shown(self));
        change(self);
        self.sequence = self.sequence.saturating_add(1);
        self.revised_at = time;
        let moved = self.announcement.mode != mode || self.join_link != link;
        let after = shown(self);
        for (session, (before, after)) in self.sessions.values_mut().zip(before.iter().zip(&after)) {
            if moved || before != after {
                session.revise(time);
            }
        }
    }

    pub(super) fn add_session(&mut self, session: &Session, time: DateTime<Utc>) {
        match self.sessions.get_mut(&session.id) {
            Some(known) => known.take_back(session, time),
            None => {
                self.sessions.insert(session.id, SessionCard::added(session, time));
            }
        }
    }

    pub(super) fn session_mut(&mut self, id: SessionId) -> Option<&mut SessionCard> {
        self.sessions.get_mut(&id)
    }

    /// The sessions in the order of their ids, dropped ones too.
    pub(super) fn sessions(&self) -> impl Iterator<Item = &SessionCard> {
        self.sessions.values()
    }

    /// How a session of this gathering stands.
    pub(super) fn session_status(&self, session: &SessionCard) -> SessionStatus {
        session.status(&self.announcement, self.is_cancelled(), self.previous.is_some())
    }

    /// The session that an offering is for, if it is for one.
    pub(super) fn session_of(&self, offering: OfferingId) -> Option<&SessionCard> {
        self.sessions.get(&self.announcement.offering(offering)?.session?)
    }

    pub(super) fn add_offering(&mut self, offering: &Offering, pools: &[Pool]) {
        let announcement = Arc::make_mut(&mut self.announcement);
        announcement.pools.extend(pools.iter().cloned());
        announcement.offerings.push(offering.clone());
    }

    pub(super) fn set_opened(&mut self, opened: crate::fact::ByHand) {
        self.opened = Some(opened);
    }

    pub(super) fn set_capacity(&mut self, pool: PoolId, capacity: Capacity) {
        let announcement = Arc::make_mut(&mut self.announcement);
        if let Some(pool) = announcement.pools.iter_mut().find(|known| known.id == pool) {
            pool.capacity = capacity;
        }
    }

    /// Adds a registration and says where it is kept.
    pub(super) fn join(&mut self, join: Joined<'_>) -> usize {
        let index = self.registrations.len();
        self.registrations.push(RegistrationCard {
            id: join.registration,
            number: u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1),
            booking: join.booking.clone(),
            standing: join.standing,
            since: join.time,
            joined: join.position,
            joined_at: join.time,
            was_confirmed: join.standing == RegistrationStatus::Confirmed,
        });
        index
    }

    pub(super) fn registration_mut(&mut self, index: usize) -> Option<&mut RegistrationCard> {
        self.registrations.get_mut(index)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> GatheringId {
        self.id
    }

    /// The announcement as it is now: new dates and capacities are in it.
    #[must_use]
    pub fn announcement(&self) -> &Announcement {
        &self.announcement
    }

    pub(crate) fn shared_announcement(&self) -> Arc<Announcement> {
        Arc::clone(&self.announcement)
    }

    pub(super) fn shared_join_link(&self) -> Option<Arc<Sealed<JoinLink>>> {
        self.join_link.clone()
    }

    /// Where to join it online, sealed.
    #[must_use]
    pub fn join_link(&self) -> Option<&Sealed<JoinLink>> {
        self.join_link.as_deref()
    }

    /// Whether it was called off.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.is_some()
    }

    /// How often its calendar entry has changed in time or place or been called off: 0 at first, then one more for each
    /// change of dates, of the venue or the join link, and for the cancellation. Never less than it was.
    #[must_use]
    pub fn sequence(&self) -> u32 {
        self.sequence
    }

    /// When it was announced.
    #[must_use]
    pub fn announced_at(&self) -> DateTime<Utc> {
        self.announced_at
    }

    /// When what a calendar shows of it was last changed: announced, given other dates, or called off.
    #[must_use]
    pub fn revised_at(&self) -> DateTime<Utc> {
        self.revised_at
    }

    /// The last schedule with a date that was replaced: what a postponed gathering was moved from.
    #[must_use]
    pub fn previous_schedule(&self) -> Option<&Schedule> {
        self.previous.as_ref()
    }

    /// Every registration, ended ones too, in the order in which they joined; so the numbers are 1, 2, 3 …
    #[must_use]
    pub fn registrations(&self) -> &[RegistrationCard] {
        &self.registrations
    }

    /// Whether it can be booked at a time. A cancelled gathering is closed.
    #[must_use]
    pub fn booking_state(&self, now: DateTime<Utc>) -> BookingState {
        if self.is_cancelled() {
            return BookingState::Closed;
        }
        self.announcement.window.state(&self.announcement.schedule, self.opened, now)
    }

    /// Whether an offering can be had at a time: not one for a session that was dropped, or is over.
    pub(super) fn is_on_offer(&self, offering: &Offering, now: DateTime<Utc>) -> bool {
        let Some(session) = offering.session.and_then(|id| self.sessions.get(&id)) else { return true };
        session.stands() && session.session().schedule.ends().is_none_or(|end| now < end)
    }

    /// How a registration on this gathering stands. Calling the gathering off ended all that were alive.
    #[must_use]
    pub fn status(&self, registration: &RegistrationCard) -> RegistrationStatus {
        if self.is_cancelled() && registration.standing.is_live() {
            return RegistrationStatus::CancelledWithGathering;
        }
        registration.standing
    }

    /// Since when a registration on this gathering has stood as it does.
    #[must_use]
    pub fn since(&self, registration: &RegistrationCard) -> DateTime<Utc> {
        let ended = self.cancelled.filter(|_| registration.standing.is_live());
        ended.unwrap_or(registration.since)
    }

    /// The sequence of a registration's own calendar entry: the gathering's, or that of the session which was booked, and
    /// one more once a confirmed registration was cancelled on its own.
    #[must_use]
    pub fn entry_sequence(&self, registration: &RegistrationCard) -> u32 {
        let session = self.session_of(registration.booking.offering);
        let sequence = session.map_or(self.sequence, SessionCard::sequence);
        sequence.saturating_add(u32::from(registration.has_left()))
    }

    /// When a registration's own calendar entry was last changed.
    #[must_use]
    pub fn entry_revised_at(&self, registration: &RegistrationCard) -> DateTime<Utc> {
        let session = self.session_of(registration.booking.offering);
        session.map_or(self.revised_at, SessionCard::revised_at).max(registration.since)
    }

    /// Registrations that have places, in the order in which they joined.
    pub(super) fn confirmed(&self) -> impl Iterator<Item = &RegistrationCard> {
        self.standing_as(RegistrationStatus::Confirmed)
    }

    /// Registrations in the line of an offering, the first in line first.
    pub(super) fn line(&self, offering: OfferingId) -> impl Iterator<Item = &RegistrationCard> {
        let waiting = self.standing_as(RegistrationStatus::Waiting);
        waiting.filter(move |registration| registration.booking.offering == offering)
    }

    fn standing_as(&self, status: RegistrationStatus) -> impl Iterator<Item = &RegistrationCard> {
        self.registrations.iter().filter(move |registration| self.status(registration) == status)
    }

    /// Counts who has places and who waits. Counted anew each time, since a counter kept aside can drift.
    pub(super) fn tally(&self) -> Tally<'_> {
        let mut counts: HashMap<OfferingId, (u64, u64)> = HashMap::new();
        for registration in &self.registrations {
            let (people, waiting) = counts.entry(registration.booking.offering).or_default();
            match self.status(registration) {
                RegistrationStatus::Confirmed => *people += u64::from(registration.booking.party.size()),
                RegistrationStatus::Waiting => *waiting += 1,
                RegistrationStatus::Cancelled { .. }
                | RegistrationStatus::LeftLine
                | RegistrationStatus::CancelledWithGathering => {}
            }
        }
        let count = |offering: &Offering| counts.get(&offering.id).copied().unwrap_or_default();
        let mut pools: HashMap<PoolId, PoolTally> = HashMap::with_capacity(self.announcement.pools.len());
        for pool in &self.announcement.pools {
            pools.insert(pool.id, PoolTally { capacity: pool.capacity, taken: 0 });
        }
        for offering in &self.announcement.offerings {
            for pool in &offering.pools {
                if let Some(pool) = pools.get_mut(pool) {
                    pool.taken += count(offering).0;
                }
            }
        }
        let lines = self.announcement.offerings.iter().map(|offering| (offering, count(offering).1));
        Tally { lines: lines.collect(), pools }
    }
}

/// What a registration joins with.
#[derive(Clone, Copy)]
pub(super) struct Joined<'a> {
    pub(super) registration: RegistrationId,
    pub(super) booking: &'a Booking,
    pub(super) standing: RegistrationStatus,
    pub(super) position: Position,
    pub(super) time: DateTime<Utc>,
}

/// One registration. How it stands is asked of its gathering: [`GatheringCard::status`].
#[derive(Clone, Debug)]
pub struct RegistrationCard {
    id: RegistrationId,
    number: u32,
    booking: Booking,
    standing: RegistrationStatus,
    since: DateTime<Utc>,
    joined: Position,
    joined_at: DateTime<Utc>,
    was_confirmed: bool,
}

impl RegistrationCard {
    pub(super) fn promote(&mut self, time: DateTime<Utc>) {
        if self.standing != RegistrationStatus::Waiting {
            return;
        }
        self.stand(RegistrationStatus::Confirmed, time);
        self.was_confirmed = true;
    }

    /// Somebody else has a place. What was answered is the former booker's, so it goes with place 1.
    pub(super) fn transfer(&mut self, place: u16, to: PersonId) {
        self.booking.party.put(place, to);
        if place == 1 {
            self.booking.answers = None;
        }
    }

    pub(super) fn end(&mut self, by: Ending, time: DateTime<Utc>) {
        match self.standing {
            RegistrationStatus::Confirmed => self.stand(RegistrationStatus::Cancelled { by }, time),
            RegistrationStatus::Waiting => self.stand(RegistrationStatus::LeftLine, time),
            RegistrationStatus::Cancelled { .. }
            | RegistrationStatus::LeftLine
            | RegistrationStatus::CancelledWithGathering => {}
        }
    }

    fn stand(&mut self, standing: RegistrationStatus, time: DateTime<Utc>) {
        self.standing = standing;
        self.since = time;
    }

    fn has_left(&self) -> bool {
        matches!(self.standing, RegistrationStatus::Cancelled { .. })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> RegistrationId {
        self.id
    }

    /// Its number within the gathering: 1 for the first that joined. Never given twice.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// What was booked, with the answers sealed.
    #[must_use]
    pub fn booking(&self) -> &Booking {
        &self.booking
    }

    /// The position at which it joined the log, which decides its place in line.
    #[must_use]
    pub fn joined(&self) -> Position {
        self.joined
    }

    /// When it joined.
    #[must_use]
    pub fn joined_at(&self) -> DateTime<Utc> {
        self.joined_at
    }

    /// Whether it has ever had its places: then a calendar may hold its entry.
    #[must_use]
    pub fn was_confirmed(&self) -> bool {
        self.was_confirmed
    }
}

/// How a registration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RegistrationStatus {
    /// It has its places.
    Confirmed,
    /// It stands in line.
    Waiting,
    /// It had its places and was cancelled.
    Cancelled {
        /// Who wished it.
        by: Ending,
    },
    /// It stood in line and was withdrawn.
    LeftLine,
    /// It ended when the gathering was called off.
    CancelledWithGathering,
}

impl RegistrationStatus {
    const fn is_live(self) -> bool {
        matches!(self, Self::Confirmed | Self::Waiting)
    }

    /// A stable name for machines: `confirmed`, `waiting`, `cancelled_by_attendee`, `cancelled_by_organiser`,
    /// `left_line`, `cancelled_with_gathering`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Waiting => "waiting",
            Self::Cancelled { by: Ending::Attendee } => "cancelled_by_attendee",
            Self::Cancelled { .. } => "cancelled_by_organiser",
            Self::LeftLine => "left_line",
            Self::CancelledWithGathering => "cancelled_with_gathering",
        }
    }
}

impl fmt::Display for RegistrationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Confirmed => "confirmed",
            Self::Waiting => "waiting",
            Self::Cancelled { by: Ending::Attendee } => "cancelled",
            Self::Cancelled { .. } => "cancelled by organiser",
            Self::LeftLine => "left the line",
            Self::CancelledWithGathering => "called off",
        })
    }
}

/// Who has places and who waits, offering by offering in the author's order.
pub(super) struct Tally<'a> {
    lines: Vec<(&'a Offering, u64)>,
    pools: HashMap<PoolId, PoolTally>,
}

/// A pool, and the people with places in it through whichever offering.
#[derive(Clone, Copy)]
struct PoolTally {
    capacity: Capacity,
    taken: u64,
}

impl<'a> Tally<'a> {
    /// People with places in a pool, through whichever offering.
    pub(super) fn taken(&self, pool: PoolId) -> u64 {
        self.pools.get(&pool).map_or(0, |pool| pool.taken)
    }

    /// Places left in the tightest pool that an offering draws on; below 0 when over-full, `None` without limit.
    pub(super) fn left(&self, offering: &Offering) -> Option<i64> {
        let pools = offering.pools.iter().filter_map(|pool| self.pools.get(pool));
        let limited = pools.filter_map(|pool| match pool.capacity {
            Capacity::Limited(places) => Some(i64::from(places).saturating_sub_unsigned(pool.taken)),
            Capacity::Unlimited => None,
        });
        limited.min()
    }

    /// Each offering with the number of registrations in its line.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&'a Offering, u64)> {
        self.lines.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Venue;
    use crate::projection::fixture::{
        Story, booking, conference, gathering, registration, session, talk, time, webinar,
    };

    /// A conference with a talk that can be booked on its own, as offering 4, and one that cannot.
    fn story() -> Story {
        let mut story = Story::new();
        story
            .announces(1, conference())
            .adds(1, talk(1, "Asset transfer", "10:00 to 10:45"))
            .adds(1, talk(2, "Panel", "11:00 to 12:00"))
            .adds_offering(1, 4, "workshop", 1);
        story
    }

    fn card(story: &Story) -> &GatheringCard {
        story.lists.gathering(gathering(1)).unwrap()
    }

    /// The sequences of the gathering and of its two talks.
    fn sequences(story: &Story) -> [u32; 3] {
        [card(story).sequence(), story.session(1).sequence, story.session(2).sequence]
    }

    /// The sequence of the entry of registration 1, and when that was last changed.
    fn entry(story: &Story) -> (u32, DateTime<Utc>) {
        let (card, it) = story.lists.registration(registration(1)).unwrap();
        (card.entry_sequence(it), card.entry_revised_at(it))
    }

    #[test]
    fn another_place_raises_the_sequence_of_the_gathering_and_of_every_session() {
        let mut story = story();
        let hub = Venue::new("Town Hall").address("High Street");
        story.changes_mode(1, Mode::InPerson(hub.clone()), false);
        assert_eq!(sequences(&story), [1, 1, 1]);
        assert_eq!(card(&story).announcement().mode, Mode::InPerson(hub.clone()));
        assert!(card(&story).join_link().is_none(), "a link that is not given again is gone");
        let changed = time("2026-02-01T13:00:00Z");
        assert_eq!([card(&story).revised_at(), story.session(2).revised_at], [changed; 2]);
        story.changes_mode(1, Mode::Online, true);
        assert_eq!(sequences(&story), [2, 2, 2]);
        assert!(card(&story).join_link().is_some());
        story.changes_mode(1, Mode::Online, false);
        assert_eq!(sequences(&story), [3, 3, 3], "no link is another place to go");
    }

    #[test]
    fn the_same_place_without_a_link_is_no_change() {
        let mut story = story();
        let hub = Mode::InPerson(Venue::new("Town Hall"));
        story.changes_mode(1, hub.clone(), false);
        let before = (sequences(&story), card(&story).revised_at());
        story.changes_mode(1, hub.clone(), false);
        assert_eq!((sequences(&story), card(&story).revised_at()), before);
        story.changes_mode(1, Mode::InPerson(Venue::new("Town Hall").address("High Street")), false);
        assert_eq!(sequences(&story), [2, 2, 2], "another address is another place");
    }

    #[test]
    fn a_link_that_is_given_counts_as_another() {
        let mut story = story();
        story.changes_mode(1, Mode::Online, true).changes_mode(1, Mode::Online, true);
        assert_eq!(sequences(&story), [2, 2, 2]);
    }

    #[test]
    fn other_dates_raise_those_sessions_only_whose_status_they_change() {
        let mut story = story();
        story.moves(1, 2, "2026-03-21 11:00 to 12:00 Europe/London", "");
        assert_eq!(sequences(&story), [0, 0, 1]);
        story.reschedules(1, "2026-03-21 to 2026-03-22 Europe/London");
        assert_eq!(sequences(&story), [1, 1, 1], "the second is on its days as before");
        story.drops(1, 1).calls_off(1);
        assert_eq!(sequences(&story), [2, 2, 2], "one that was dropped is not cancelled again");
    }

    #[test]
    fn what_is_booked_for_a_session_follows_the_session() {
        let mut story = story();
        story.confirms(1, 1, booking(4, 1, &[])).confirms(1, 2, booking(1, 2, &[]));
        assert_eq!(entry(&story), (0, time("2026-02-01T13:00:00Z")));
        story.moves(1, 2, "2026-03-20 15:00 to 16:00 Europe/London", "");
        assert_eq!(entry(&story), (0, time("2026-02-01T13:00:00Z")), "that is the other one");
        story.moves(1, 1, "2026-03-20 14:00 to 14:45 Europe/London", "");
        assert_eq!(entry(&story), (1, time("2026-02-01T16:00:00Z")));
        story.reschedules(1, "2026-03-20 to 2026-03-22 Europe/London");
        assert_eq!(entry(&story), (1, time("2026-02-01T16:00:00Z")), "the session is where it was");
        let (card, whole) = story.lists.registration(registration(2)).unwrap();
        assert_eq!(card.entry_sequence(whole), 1, "the conference is not");
        story.drops(1, 1);
        assert_eq!(entry(&story), (2, time("2026-02-01T18:00:00Z")));
        story.cancels(1, 1);
        assert_eq!(entry(&story), (3, time("2026-02-01T19:00:00Z")));
        story.adds(1, talk(1, "Asset transfer", "14:00 to 14:45"));
        assert_eq!(entry(&story), (4, time("2026-02-01T20:00:00Z")), "it has ended for good, and counts on");
    }

    #[test]
    fn what_is_booked_for_a_session_is_called_off_with_its_gathering() {
        let mut story = story();
        story.confirms(1, 1, booking(4, 1, &[])).calls_off(1);
        assert_eq!(entry(&story), (1, time("2026-02-01T14:00:00Z")));
        let (card, it) = story.lists.registration(registration(1)).unwrap();
        assert_eq!(card.status(it), RegistrationStatus::CancelledWithGathering);
        assert_eq!(card.since(it), time("2026-02-01T14:00:00Z"));
    }

    #[test]
    fn a_session_that_was_dropped_or_is_over_is_not_on_offer() {
        let mut story = story();
        let on_offer = |story: &Story, now: &str| {
            let card = card(story);
            let offering = card.announcement().offering(OfferingId::new(4)).unwrap();
            card.is_on_offer(offering, time(now))
        };
        assert!(on_offer(&story, "2026-03-20T10:44:59Z"));
        assert!(!on_offer(&story, "2026-03-20T10:45:00Z"));
        assert!(story.lists.whats_on(time("2026-03-20T12:00:00Z")).rows()[0].offerings.len() == 3);
        story.moves(1, 1, "to be confirmed", "");
        assert!(on_offer(&story, "2026-03-20T12:00:00Z"), "nobody knows when it ends");
        story.drops(1, 1);
        assert!(!on_offer(&story, "2026-03-20T09:00:00Z"));
        let whole = card(&story).announcement().offering(OfferingId::new(1)).unwrap();
        assert!(card(&story).is_on_offer(whole, time("2026-03-20T12:00:00Z")));
        story.adds(1, talk(1, "Asset transfer", "14:00 to 14:45"));
        assert!(on_offer(&story, "2026-03-20T12:00:00Z"), "it is bookable again");
    }

    #[test]
    fn an_added_offering_comes_last_with_its_pool() {
        let story = story();
        let it = card(&story).announcement();
        let names: Vec<_> = it.offerings.iter().map(|offering| offering.name.as_str()).collect();
        assert_eq!(names, ["in person", "online", "with site visit", "workshop"]);
        assert_eq!(it.pool(PoolId::new(4)).unwrap().capacity, Capacity::Limited(20));
        assert_eq!(card(&story).session_of(OfferingId::new(4)).unwrap().id(), session(1));
        assert!(card(&story).session_of(OfferingId::new(1)).is_none());
    }

    #[test]
    fn sessions_of_a_gathering_never_heard_of_change_nothing() {
        let mut story = Story::new();
        story.adds(1, talk(1, "Nowhere", "10:00 to 10:45")).moves(1, 1, "2026-03-20 Europe/London", "");
        assert!(story.lists.gathering(gathering(1)).is_none());
        story.announces(1, webinar("Talk", "2026-03-20 10:00 to 11:00 Europe/London", 1));
        story.moves(1, 7, "2026-03-20 Europe/London", "").drops(1, 7);
        assert!(story.programme(1).rows().is_empty());
    }
}
