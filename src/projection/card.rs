//! What the lists know of one gathering and of each registration on it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::collections::ChunkedVec;
use crate::fact::{
    Announcement, BookingState, BookingTime, ByHand, Capacity, Mode, Offering, Overbook, Pool,
    Reconfirmation, Resource, Session, SetAside, Who,
};
use crate::id::{GatheringId, OfferingId, PoolId, RegistrationId, ResourceId, SessionId, SetAsideId};
use crate::image::image;
use crate::person::{JoinLink, ResourceLink};
use crate::projection::beside::ReadOfNeeds;
use crate::projection::changes::Changes;
use crate::projection::check_in::CheckInBook;
use crate::projection::invited::Stamp;
use crate::projection::lifecycle::Lifecycle;
use crate::projection::places::{PoolCount, SetAsideCount, Tally};
use crate::projection::registration::{Joined, RegistrationCard};
use crate::projection::resources::ResourceCard;
use crate::projection::session::{SessionCard, SessionStatus};
use crate::projection::status::RegistrationStatus;
use crate::record::Position;
use crate::schedule::Schedule;
use crate::sealed::Sealed;
use crate::text::Reference;

mod answers;
mod check_in;
mod entry;
mod line;
mod needs;
mod presence;
#[cfg(test)]
mod tests;

pub use line::Turn;

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
    /// When how a registration stands last changed: whoever is on it may have been told then.
    last_turn_at: DateTime<Utc>,
    previous: Option<Schedule>,
    answers_kept: Option<u32>,
    answers_expired: Option<DateTime<Utc>>,
    needs_kept: Option<u32>,
    needs_expired: Option<DateTime<Utc>>,
    /// Who read what people need, and what for, in the log's order.
    reads: Vec<ReadOfNeeds>,
    registrations: ChunkedVec<RegistrationCard>,
    changes: Changes,
    sessions: BTreeMap<SessionId, SessionCard>,
    /// What most have not: lists of their own at which people are checked in, and scans.
    check_in: Option<Box<CheckInBook>>,
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
    last_turn_at,
    previous,
    answers_kept,
    answers_expired,
    needs_kept,
    needs_expired,
    reads,
    registrations,
    changes,
    sessions,
    check_in,
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
            last_turn_at: at.time,
            previous: None,
            answers_kept: None,
            answers_expired: None,
            needs_kept: None,
            needs_expired: None,
            reads: Vec::new(),
            registrations: ChunkedVec::default(),
            changes: Changes::default(),
            sessions: BTreeMap::new(),
            check_in: None,
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

    pub(super) fn close_reconfirmation(&mut self) {
        self.reconfirmation = None;
    }

    pub(super) fn cancel(&mut self, at: Stamp) {
        self.revise(at, |card| card.cancelled = Some(at));
        self.changes.note_all();
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
    pub(crate) fn session_status(&self, session: &SessionCard) -> SessionStatus {
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
        self.changes.note_all();
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
        self.changes.note_all();
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

    /// Notes when how a registration stands changed.
    pub(super) fn note_turn(&mut self, at: DateTime<Utc>) {
        self.last_turn_at = self.last_turn_at.max(at);
    }

    /// When how a registration stands last changed, or that of none ever did, when the gathering was announced.
    pub(super) fn last_turn_at(&self) -> DateTime<Utc> {
        self.last_turn_at
    }

    /// Adds a registration and says where it is kept.
    pub(super) fn join(&mut self, join: Joined<'_>) -> usize {
        self.touch(join.at.position);
        self.note_turn(join.at.time);
        let index = self.registrations.len();
        self.registrations.push(RegistrationCard::joined_as(self.next_number(), join));
        self.changes.note(index);
        index
    }

    /// Splits a party in line, and says where the rest is kept; `None` where there is nothing to split.
    pub(super) fn split(&mut self, index: usize, rest: RegistrationId, keep: u16) -> Option<usize> {
        let number = self.next_number();
        let rest = self.registrations.get_mut(index)?.split(rest, keep, number)?;
        let added = self.registrations.len();
        self.registrations.push(rest);
        self.changes.note(index);
        self.changes.note(added);
        Some(added)
    }

    fn next_number(&self) -> u32 {
        u32::try_from(self.registrations.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// The one door to a registration that changes: whoever keeps a list in memory has to hear of it.
    pub(super) fn registration_mut(&mut self, index: usize) -> Option<&mut RegistrationCard> {
        self.changes.note(index);
        self.registrations.get_mut(index)
    }

    /// Notes that something else is known of a person on a registration.
    pub(super) fn note_person_on(&mut self, index: usize) {
        self.changes.note(index);
    }

    /// Which of its registrations have changed, for whoever keeps a list of them in memory.
    pub(super) fn changes(&self) -> &Changes {
        &self.changes
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
    pub fn registrations(&self) -> impl DoubleEndedIterator<Item = &RegistrationCard> {
        self.registrations.iter()
    }

    /// How many registrations there are, ended ones too.
    pub(crate) fn registration_count(&self) -> usize {
        self.registrations.len()
    }

    /// The registration at an index: one less than its number.
    pub(crate) fn registration_at(&self, index: usize) -> Option<&RegistrationCard> {
        self.registrations.get(index)
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
}
