//! What the lists know of one gathering and of each registration on it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::fact::{
    Announcement, BookingState, BookingTime, ByHand, Capacity, Mode, Offering, Overbook, Pool, Presence,
    Reconfirmation, Resource, Session, SetAside, Who,
};
use crate::id::{
    GatheringId, OfferingId, PersonId, PoolId, RegistrationId, ResourceId, SessionId, SetAsideId,
};
use crate::image::image;
use crate::person::{JoinLink, ResourceLink};
use crate::projection::beside::ReadOfNeeds;
use crate::projection::invited::Stamp;
use crate::projection::lifecycle::Lifecycle;
use crate::projection::places::{PoolCount, SetAsideCount, Tally};
use crate::projection::presence::PresenceCounts;
use crate::projection::registration::{Joined, RegistrationCard};
use crate::projection::resources::ResourceCard;
use crate::projection::session::{SessionCard, SessionStatus};
use crate::projection::status::RegistrationStatus;
use crate::record::Position;
use crate::schedule::Schedule;
use crate::sealed::Sealed;
use crate::text::Reference;

/// One gathering as it is now, with everybody who ever registered for it.
#[derive(Clone, Debug)]
pub struct GatheringCard {
    id: GatheringId,
    announcement: Arc<Announcement>,
    join_link: Option<Arc<Sealed<JoinLink>>>,
    cancelled: Option<Stamp>,
    completed: Option<DateTime<Utc>>,
    archived: Option<DateTime<Utc>>,
    by_hand: Option<ByHand>,
    pause_reason: Option<Reference>,
    reconfirmation: Option<Reconfirmation>,
    closed_lines: BTreeSet<OfferingId>,
    resources: Vec<ResourceCard>,
    sequence: u32,
    announced_at: DateTime<Utc>,
    revised: Stamp,
    /// Where it first had a date: before that no calendar can have it.
    dated: Option<Position>,
    /// Where anything last happened that an invitation could follow from.
    touched: Position,
    previous: Option<Schedule>,
    answers_kept: Option<u32>,
    answers_expired: Option<DateTime<Utc>>,
    needs_kept: Option<u32>,
    needs_expired: Option<DateTime<Utc>>,
    /// Who read what people need, and what for, in the log's order.
    reads: Vec<ReadOfNeeds>,
    registrations: Vec<RegistrationCard>,
    sessions: BTreeMap<SessionId, SessionCard>,
}

image!(struct GatheringCard {
    id,
    announcement,
    join_link,
    cancelled,
    completed,
    archived,
    by_hand,
    pause_reason,
    reconfirmation,
    closed_lines,
    resources,
    sequence,
    announced_at,
    revised,
    dated,
    touched,
    previous,
    answers_kept,
    answers_expired,
    needs_kept,
    needs_expired,
    reads,
    registrations,
    sessions,
});

impl GatheringCard {
    pub(super) fn announced(
        id: GatheringId,
        announcement: &Announcement,
        join_link: Option<&Sealed<JoinLink>>,
        at: Stamp,
    ) -> Self {
        Self {
            id,
            announcement: Arc::new(announcement.clone()),
            join_link: join_link.map(|link| Arc::new(link.clone())),
            cancelled: None,
            completed: None,
            archived: None,
            by_hand: None,
            pause_reason: None,
            reconfirmation: None,
            closed_lines: BTreeSet::new(),
            resources: Vec::new(),
            sequence: 0,
            announced_at: at.time,
            revised: at,
            dated: announcement.schedule.starts().map(|_| at.position),
            touched: at.position,
            previous: None,
            answers_kept: None,
            answers_expired: None,
            needs_kept: None,
            needs_expired: None,
            reads: Vec::new(),
            registrations: Vec::new(),
            sessions: BTreeMap::new(),
        }
    }

    /// Has other dates. A round of asking whether they suit goes on, or makes way for the next.
    pub(super) fn reschedule(&mut self, schedule: &Schedule, ask: Option<&Reconfirmation>, at: Stamp) {
        if let Some(ask) = ask {
            self.reconfirmation = Some(*ask);
            self.registrations.iter_mut().for_each(RegistrationCard::ask);
        }
        if self.announcement.schedule.starts().is_none() && schedule.starts().is_none() {
            // No calendar shows what is said in a date's stead.
            Arc::make_mut(&mut self.announcement).schedule = schedule.clone();
            self.touched = at.position;
            return;
        }
        self.revise(at, |card| {
            let announcement = Arc::make_mut(&mut card.announcement);
            let before = std::mem::replace(&mut announcement.schedule, schedule.clone());
            if before.starts().is_some() {
                card.previous = Some(before);
            }
        });
    }

    pub(super) fn keep_answers(&mut self, days: Option<u32>) {
        self.answers_kept = days;
    }

    /// Lets go of what people answered. That they did is still known.
    pub(super) fn expire_answers(&mut self, time: DateTime<Utc>) {
        self.answers_expired.get_or_insert(time);
        self.registrations.iter_mut().for_each(RegistrationCard::forget_answers);
    }

    /// For how many days after its end what people answer is kept; `None` is for as long as the log is.
    #[must_use]
    pub fn answers_kept_days(&self) -> Option<u32> {
        self.answers_kept
    }

    /// When what people answered was erased, if it was.
    #[must_use]
    pub fn answers_expired_at(&self) -> Option<DateTime<Utc>> {
        self.answers_expired
    }

    /// From when on what people answered is kept no more: `None` where it is kept for good, was erased, or the gathering has
    /// no end.
    #[must_use]
    pub fn answers_due(&self) -> Option<DateTime<Utc>> {
        self.due_after(self.answers_kept.filter(|_| self.answers_expired.is_none())?)
    }

    fn due_after(&self, days: u32) -> Option<DateTime<Utc>> {
        let days = TimeDelta::try_days(i64::from(days))?;
        self.announcement.schedule.ends()?.checked_add_signed(days)
    }

    pub(super) fn keep_needs(&mut self, days: Option<u32>) {
        self.needs_kept = days;
    }

    /// Lets go of what people need. That they said something is still known.
    pub(super) fn expire_needs(&mut self, time: DateTime<Utc>) {
        self.needs_expired.get_or_insert(time);
        self.registrations.iter_mut().for_each(RegistrationCard::forget_needs);
    }

    /// Notes that somebody read what people need.
    pub(super) fn note_read(&mut self, read: ReadOfNeeds) {
        self.reads.push(read);
    }

    /// For how many days after its end what people need is kept; `None` is for as long as the log is.
    #[must_use]
    pub fn needs_kept_days(&self) -> Option<u32> {
        self.needs_kept
    }

    /// When what people need was erased, if it was.
    #[must_use]
    pub fn needs_expired_at(&self) -> Option<DateTime<Utc>> {
        self.needs_expired
    }

    /// From when on what people need is kept no more: as for [`answers_due`](Self::answers_due).
    #[must_use]
    pub fn needs_due(&self) -> Option<DateTime<Utc>> {
        self.due_after(self.needs_kept.filter(|_| self.needs_expired.is_none())?)
    }

    /// Who read what people need, when and what for, in the log's order.
    #[must_use]
    pub fn reads_of_needs(&self) -> &[ReadOfNeeds] {
        &self.reads
    }

    pub(super) fn close_reconfirmation(&mut self) {
        self.reconfirmation = None;
    }

    pub(super) fn cancel(&mut self, at: Stamp) {
        self.revise(at, |card| card.cancelled = Some(at));
    }

    pub(super) fn set_mode(&mut self, mode: &Mode, link: Option<&Sealed<JoinLink>>, at: Stamp) {
        // A link is sealed anew each time, so two cannot be compared: one that is given counts as another.
        let same_link = link.is_none() && self.join_link.is_none();
        if self.announcement.mode == *mode && same_link {
            return;
        }
        self.revise(at, |card| {
            card.join_link = link.map(|link| Arc::new(link.clone()));
            Arc::make_mut(&mut card.announcement).mode = mode.clone();
        });
    }

    /// Changes what the gathering's entry shows, and counts it; for each session whose entry thereby shows another
    /// place or status as well.
    fn revise(&mut self, at: Stamp, change: impl FnOnce(&mut Self)) {
        let shown = |card: &Self| -> Vec<SessionStatus> {
            card.sessions.values().map(|session| card.session_status(session)).collect()
        };
        let (mode, link, before) = (self.announcement.mode.clone(), self.join_link.clone(), shown(self));
        change(self);
        self.sequence = self.sequence.saturating_add(1);
        self.revised = at;
        self.touched = at.position;
        if self.dated.is_none() && self.announcement.schedule.starts().is_some() {
            self.dated = Some(at.position);
        }
        let moved = self.announcement.mode != mode || self.join_link != link;
        let after = shown(self);
        for (session, (before, after)) in self.sessions.values_mut().zip(before.iter().zip(&after)) {
            if moved || before != after {
                session.revise(at);
            }
        }
    }

    pub(super) fn add_session(&mut self, session: &Session, at: Stamp) {
        match self.sessions.get_mut(&session.id) {
            Some(known) => known.take_back(session, at),
            None => {
                self.sessions.insert(session.id, SessionCard::added(session, at));
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

    pub(super) fn set_by_hand(&mut self, by_hand: ByHand, pause_reason: Option<&Reference>) {
        self.by_hand = Some(by_hand);
        self.pause_reason = pause_reason.cloned();
    }

    pub(super) fn set_capacity(&mut self, pool: PoolId, capacity: Capacity, overbook: Overbook) {
        let announcement = Arc::make_mut(&mut self.announcement);
        if let Some(pool) = announcement.pools.iter_mut().find(|known| known.id == pool) {
            (pool.capacity, pool.overbook) = (capacity, overbook);
        }
    }

    pub(super) fn set_aside(&mut self, set_aside: &SetAside) {
        Arc::make_mut(&mut self.announcement).set_asides.push(set_aside.clone());
    }

    pub(super) fn change_set_aside(&mut self, id: SetAsideId, places: u32, release: Option<BookingTime>) {
        let announcement = Arc::make_mut(&mut self.announcement);
        if let Some(known) = announcement.set_asides.iter_mut().find(|known| known.id == id) {
            (known.places, known.release) = (places, release);
        }
    }

    pub(super) fn set_priorities(&mut self, priorities: &[Vec<Who>]) {
        Arc::make_mut(&mut self.announcement).priorities = priorities.to_vec();
    }

    /// Everybody in the line of an offering leaves it, and nobody joins it any more.
    pub(super) fn close_line(&mut self, offering: OfferingId, at: Stamp) {
        let announcement = Arc::make_mut(&mut self.announcement);
        let Some(known) = announcement.offerings.iter_mut().find(|known| known.id == offering) else {
            return;
        };
        known.waiting_list = false;
        self.closed_lines.insert(offering);
        let theirs = |registration: &&mut RegistrationCard| registration.booking().offering == offering;
        self.registrations.iter_mut().filter(theirs).for_each(|registration| registration.close_line(at));
    }

    /// Is known from now on: for everybody else it begins here.
    pub(super) fn announce_draft(&mut self, at: Stamp) {
        Arc::make_mut(&mut self.announcement).draft = false;
        (self.announced_at, self.revised, self.touched) = (at.time, at, at.position);
    }

    pub(super) fn close_books(&mut self, at: Stamp) {
        self.completed = Some(at.time);
        self.reconfirmation = None;
        self.registrations.iter_mut().for_each(|registration| registration.close_books(at));
    }

    pub(super) fn archive(&mut self, time: DateTime<Utc>) {
        self.archived = Some(time);
    }

    pub(super) fn attach(&mut self, resource: &Resource, link: &Sealed<ResourceLink>, time: DateTime<Utc>) {
        self.withdraw(resource.id);
        self.resources.push(ResourceCard::attached(resource, link, time));
    }

    pub(super) fn withdraw(&mut self, resource: ResourceId) {
        self.resources.retain(|known| known.resource().id != resource);
    }

    /// Notes that something happened to it that an invitation could follow from.
    pub(super) fn touch(&mut self, at: Position) {
        self.touched = at;
    }

    /// Where anything last happened that an invitation could follow from.
    pub(super) fn touched(&self) -> Position {
        self.touched
    }

    /// Adds a registration and says where it is kept.
    pub(super) fn join(&mut self, join: Joined<'_>) -> usize {
        self.touch(join.at.position);
        self.registrations.push(RegistrationCard::joined_as(self.next_number(), join));
        self.registrations.len().saturating_sub(1)
    }

    /// Splits a party in line, and says where the rest is kept; `None` where there is nothing to split.
    pub(super) fn split(&mut self, index: usize, rest: RegistrationId, keep: u16) -> Option<usize> {
        let number = self.next_number();
        let rest = self.registrations.get_mut(index)?.split(rest, keep, number)?;
        self.registrations.push(rest);
        Some(self.registrations.len().saturating_sub(1))
    }

    fn next_number(&self) -> u32 {
        u32::try_from(self.registrations.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    pub(super) fn registration_mut(&mut self, index: usize) -> Option<&mut RegistrationCard> {
        self.registrations.get_mut(index)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> GatheringId {
        self.id
    }

    /// The announcement as it is now: new dates, capacities, set-asides and priorities are in it, and it is no draft any
    /// more once it was made known.
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

    /// Whether it is a draft still, called off or not.
    #[must_use]
    pub fn is_draft(&self) -> bool {
        self.announcement.draft
    }

    /// How far it has come.
    #[must_use]
    pub fn lifecycle(&self) -> Lifecycle {
        match (self.is_cancelled(), self.archived.is_some(), self.completed.is_some(), self.is_draft()) {
            (true, _, _, _) => Lifecycle::Cancelled,
            (false, true, _, _) => Lifecycle::Archived,
            (false, false, true, _) => Lifecycle::Completed,
            (false, false, false, true) => Lifecycle::Draft,
            (false, false, false, false) => Lifecycle::Announced,
        }
    }

    /// When its books were closed, if they were.
    #[must_use]
    pub fn completed_at(&self) -> Option<DateTime<Utc>> {
        self.completed
    }

    /// When it was put away, if it was.
    #[must_use]
    pub fn archived_at(&self) -> Option<DateTime<Utc>> {
        self.archived
    }

    /// What the organiser has last said of booking.
    #[must_use]
    pub fn by_hand(&self) -> Option<ByHand> {
        self.by_hand
    }

    /// Why booking rests, if it does and a reason was given.
    #[must_use]
    pub fn pause_reason(&self) -> Option<&Reference> {
        self.pause_reason.as_ref()
    }

    /// The round of asking whether new dates suit that is going on.
    #[must_use]
    pub fn reconfirmation(&self) -> Option<&Reconfirmation> {
        self.reconfirmation.as_ref()
    }

    /// Whether the line of an offering was closed.
    #[must_use]
    pub fn is_line_closed(&self, offering: OfferingId) -> bool {
        self.closed_lines.contains(&offering)
    }

    /// What can be had afterwards, in the order in which it was attached.
    pub(super) fn resources(&self) -> &[ResourceCard] {
        &self.resources
    }

    /// Its pools with the places taken at a time, in the author's order.
    #[must_use]
    pub fn pools(&self, now: DateTime<Utc>) -> Vec<PoolCount> {
        let tally = Tally::of(self, now);
        self.announcement.pools.iter().map(|pool| tally.pool(pool)).collect()
    }

    /// What is set aside, with the places drawn and open at a time, in the order in which it was.
    #[must_use]
    pub fn set_asides(&self, now: DateTime<Utc>) -> Vec<SetAsideCount> {
        Tally::of(self, now).set_asides()
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
        self.revised.time
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

    /// Whether it can be booked at a time. One that is a draft, was called off, or has its books closed is closed.
    #[must_use]
    pub fn booking_state(&self, now: DateTime<Utc>) -> BookingState {
        if self.lifecycle() != Lifecycle::Announced {
            return BookingState::Closed;
        }
        self.announcement.window.state(&self.announcement.schedule, self.by_hand, now)
    }

    /// Whether an offering can be had at a time: not one for a session that was dropped, or is over.
    pub(super) fn is_on_offer(&self, offering: &Offering, now: DateTime<Utc>) -> bool {
        let Some(session) = offering.session.and_then(|id| self.sessions.get(&id)) else { return true };
        session.stands() && session.session().schedule.ends().is_none_or(|end| now < end)
    }

    /// How a registration on this gathering stands. Calling the gathering off ended all that were alive.
    #[must_use]
    pub fn status(&self, registration: &RegistrationCard) -> RegistrationStatus {
        if self.is_cancelled() && registration.standing().is_live() {
            return RegistrationStatus::CancelledWithGathering;
        }
        registration.standing()
    }

    /// Since when a registration on this gathering has stood as it does.
    #[must_use]
    pub fn since(&self, registration: &RegistrationCard) -> DateTime<Utc> {
        let ended = self.cancelled.filter(|_| registration.standing().is_live());
        ended.map_or(registration.own_since(), |at| at.time)
    }

    /// Until when a registration's people have to say that new dates suit them: `None` unless they were asked, have not
    /// answered, and are asked still.
    #[must_use]
    pub fn reconfirm_by(&self, registration: &RegistrationCard) -> Option<DateTime<Utc>> {
        let asked = registration.was_asked() && !registration.has_reconfirmed();
        let open = asked && self.status(registration) == RegistrationStatus::Confirmed;
        self.reconfirmation.filter(|_| open).map(|round| round.until)
    }

    /// Whether the person on a place came: the latest that was recorded of it, and, once the books are closed, not to have
    /// come where nothing is known of a confirmed place.
    #[must_use]
    pub fn presence(&self, registration: &RegistrationCard, place: u16) -> Presence {
        let recorded = registration.recorded_presence(place);
        let confirmed = self.status(registration) == RegistrationStatus::Confirmed;
        let missed = self.completed.is_some() && confirmed && recorded == Presence::Unknown;
        if missed { Presence::NoShow } else { recorded }
    }

    /// How many of the confirmed places were used, and how.
    #[must_use]
    pub fn presence_counts(&self) -> PresenceCounts {
        let confirmed = self.registrations.iter();
        let confirmed = confirmed.filter(|it| self.status(it) == RegistrationStatus::Confirmed);
        let places =
            confirmed.flat_map(|it| (1..).take(1 + it.booking().party.guests.len()).map(move |at| (it, at)));
        places.map(|(it, place)| self.presence(it, place)).collect()
    }

    /// The sequence of a registration's own calendar entry: the gathering's, or that of the session which was booked, and
    /// one more once a confirmed registration is so no longer by a fact of its own.
    #[must_use]
    pub fn entry_sequence(&self, registration: &RegistrationCard) -> u32 {
        let session = self.session_of(registration.booking().offering);
        let sequence = session.map_or(self.sequence, SessionCard::sequence);
        sequence.saturating_add(u32::from(registration.has_left()))
    }

    /// The sequence of a registration's entry in the calendar of one of its people: one more for each time that they lost
    /// their place by it or got it back.
    pub(crate) fn entry_sequence_of(&self, registration: &RegistrationCard, person: PersonId) -> u32 {
        let session = self.session_of(registration.booking().offering);
        let sequence = session.map_or(self.sequence, SessionCard::sequence);
        sequence.saturating_add(registration.invited().turns(person, registration.has_left()))
    }

    /// When a registration's entry in the calendar of one of its people was last changed.
    pub(crate) fn entry_revised_for(
        &self,
        registration: &RegistrationCard,
        person: PersonId,
    ) -> DateTime<Utc> {
        let revised = self.entry_revised_at(registration);
        registration.invited().moved_at(person).map_or(revised, |moved| revised.max(moved))
    }

    /// Whether the calendar of somebody should have had a registration's entry at a position: they had a place by it, there
    /// was a date, and the gathering had not been called off.
    pub(super) fn shows(&self, registration: &RegistrationCard, person: PersonId, at: Position) -> bool {
        let session = self.session_of(registration.booking().offering);
        let dated = session.map_or(self.dated, SessionCard::dated);
        let called_off = self.cancelled.is_some_and(|cancelled| cancelled.position <= at);
        let is_on_it = registration.booking().party.named().any(|named| named == person);
        dated.is_some_and(|dated| dated <= at)
            && !called_off
            && registration.invited().includes(person, is_on_it, at)
    }

    /// Where a registration's entry went from somebody's calendar for good, if it was ever in it and is not now.
    pub(super) fn entry_gone(&self, registration: &RegistrationCard, person: PersonId) -> Option<Position> {
        let called_off = self.cancelled.map(|cancelled| cancelled.position);
        let lost = registration.invited().lost_at(person);
        let gone = called_off.into_iter().chain(lost).min()?;
        let session = self.session_of(registration.booking().offering);
        let dated = session.map_or(self.dated, SessionCard::dated);
        dated.is_some_and(|dated| dated < gone).then_some(gone)
    }

    /// Where a registration's entry in somebody's calendar was last changed.
    pub(super) fn entry_changed(&self, registration: &RegistrationCard, person: PersonId) -> Position {
        let session = self.session_of(registration.booking().offering);
        let revised = session.map_or(self.revised.position, SessionCard::revised);
        let called_off = self.cancelled.map_or(Position::START, |cancelled| cancelled.position);
        revised.max(called_off).max(registration.invited().last_turn(person))
    }

    /// When a registration's own calendar entry was last changed.
    #[must_use]
    pub fn entry_revised_at(&self, registration: &RegistrationCard) -> DateTime<Utc> {
        let session = self.session_of(registration.booking().offering);
        session.map_or(self.revised.time, SessionCard::revised_at).max(registration.own_since())
    }

    /// The turn of a registration that stands in line: whoever has the smaller is served first. `None` for one that does
    /// not.
    #[must_use]
    pub fn turn(&self, registration: &RegistrationCard) -> Option<Turn> {
        (self.status(registration) == RegistrationStatus::Waiting)
            .then(|| Turn { class: self.class(registration), joined: registration.joined_line() })
    }

    /// The class is that of the priorities as they are now, whenever somebody joined.
    pub(super) fn class(&self, registration: &RegistrationCard) -> u32 {
        let (booker, credentials) = (registration.stands_for(), &registration.booking().credentials);
        let classes = &self.announcement.priorities;
        let first = classes.iter().position(|class| class.iter().any(|who| who.is(booker, credentials)));
        u32::try_from(first.unwrap_or(classes.len())).unwrap_or(u32::MAX)
    }

    /// How many registrations are served before one that stands in the same line; `None` for one that stands in none.
    #[must_use]
    pub fn ahead(&self, registration: &RegistrationCard) -> Option<u32> {
        let offering = registration.booking().offering;
        let own = (self.turn(registration)?, registration.number());
        let others = self.registrations.iter().filter(|other| other.booking().offering == offering);
        let before = others.filter(|other| self.turn(other).is_some_and(|turn| (turn, other.number()) < own));
        Some(u32::try_from(before.count()).unwrap_or(u32::MAX))
    }

    /// Registrations in the line of an offering with their turns, the first in line first.
    pub(super) fn line(&self, offering: OfferingId) -> Vec<(Turn, &RegistrationCard)> {
        let theirs = self.registrations.iter().filter(|it| it.booking().offering == offering);
        let mut line: Vec<_> = theirs.filter_map(|it| Some((self.turn(it)?, it))).collect();
        line.sort_unstable_by_key(|(turn, it)| (*turn, it.number()));
        line
    }

    /// Registrations that have an offer of places in an offering at a time: whoever has to answer first comes first.
    pub(super) fn offers(
        &self,
        offering: OfferingId,
        now: DateTime<Utc>,
    ) -> Vec<(DateTime<Utc>, &RegistrationCard)> {
        let offer = |it: &RegistrationCard| {
            let RegistrationStatus::Offered { respond_by } = self.status(it).at(now) else { return None };
            Some(respond_by)
        };
        let theirs = self.registrations.iter().filter(|it| it.booking().offering == offering);
        let mut offers: Vec<_> = theirs.filter_map(|it| Some((offer(it)?, it))).collect();
        offers.sort_unstable_by_key(|(respond_by, it)| (*respond_by, it.number()));
        offers
    }
}

/// Whose turn it is in a line: whoever has the smaller is served first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Turn {
    /// The first of the gathering's priorities, from 0, that means it; their number if none does.
    pub class: u32,
    /// Where it joined the line.
    pub joined: Position,
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
    fn another_word_in_a_date_s_stead_counts_for_nothing() {
        let mut story = story();
        story.reschedules(1, "to be confirmed").moves(1, 2, "to be confirmed", "");
        let before = (sequences(&story), card(&story).revised_at(), story.session(2).revised_at);
        story.reschedules(1, "to be confirmed (summer)").moves(1, 2, "to be confirmed (summer)", "");
        assert_eq!((sequences(&story), card(&story).revised_at(), story.session(2).revised_at), before);
        assert_eq!(card(&story).announcement().schedule.to_string(), "to be confirmed (summer)");
        story.moves(1, 2, "to be confirmed (summer)", "Upstairs");
        assert_eq!(story.session(2).sequence, before.0[2] + 1, "another room is another place");
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
