//! What the lists know of one registration.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::fact::{Booking, Draw, Ending, PassReason, Pending};
use crate::id::{PersonId, RegistrationId};
use crate::image::image;
use crate::person::Answers;
use crate::projection::beside::Aside;
use crate::projection::check_in::Scans;
use crate::projection::invited::{Invited, Stamp};
use crate::projection::route::Route;
use crate::projection::status::RegistrationStatus;
use crate::record::Position;
use crate::sealed::Sealed;

mod answers;
mod aside;
mod check_in;
mod party;
mod presence;
mod replies;
#[cfg(test)]
mod tests;

pub(crate) use replies::Replied;

use presence::Seen;
use replies::Replies;

/// How many pass-overs are kept of one registration: the latest.
const KEPT: usize = 20;

/// What a registration joins with.
#[derive(Clone, Copy)]
pub(super) struct Joined<'a> {
    pub(super) registration: RegistrationId,
    pub(super) booking: &'a Booking,
    pub(super) standing: RegistrationStatus,
    pub(super) draws: &'a [Draw],
    pub(super) route: Route,
    pub(super) at: Stamp,
}

/// One registration. How it stands is asked of its gathering: [`GatheringCard::status`](super::GatheringCard::status).
#[derive(Clone, Debug)]
pub struct RegistrationCard {
    id: RegistrationId,
    number: u32,
    booking: Booking,
    standing: RegistrationStatus,
    ending: Option<Ending>,
    since: DateTime<Utc>,
    joined: Position,
    joined_at: DateTime<Utc>,
    invited: Invited,
    route: Route,
    turn: Turned,
    draws: Vec<Draw>,
    passed: Option<Box<PassedOver>>,
    asked: Asked,
    superseded_by: Option<RegistrationId>,
    seen: BTreeMap<u16, Seen>,
    /// The last answer of each who has answered the invitation. Most never do.
    replies: Option<Box<Replies>>,
    aside: Aside,
    /// What was scanned of it, whether it counts or not.
    scans: Option<Box<Scans>>,
}

image!(struct RegistrationCard {
    id,
    number,
    booking,
    standing,
    ending,
    since,
    joined,
    joined_at,
    invited,
    route,
    turn,
    draws,
    passed,
    asked,
    superseded_by,
    seen,
    replies,
    aside,
    scans,
});

/// What a registration's turn in the line follows from.
#[derive(Clone, Copy, Debug)]
struct Turned {
    /// Where it joined the line.
    joined: Position,
    /// Who made the booking: its class is theirs, whoever has its place 1 since. Where a party was split, the rest keeps
    /// that of the whole.
    of: PersonId,
}

image!(struct Turned { joined, of });

/// How often somebody in line was passed, and the last times.
#[derive(Clone, Debug, Default)]
struct PassedOver {
    total: u64,
    latest: Vec<PassOver>,
}

image!(struct PassedOver { total, latest });

/// That somebody in line was passed by somebody who joined later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PassOver {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: PassReason,
}

image!(struct PassOver { at, reason });

/// Whether a registration's people were asked if new dates suit them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    No,
    Yes,
    Answered,
}

image!(enum Asked { 0 => No, 1 => Yes, 2 => Answered });

impl RegistrationCard {
    pub(super) fn joined_as(number: u32, join: Joined<'_>) -> Self {
        let Stamp { position, time } = join.at;
        let mut invited = Invited::default();
        if join.standing == RegistrationStatus::Confirmed {
            invited.begins(position);
        }
        Self {
            id: join.registration,
            number,
            booking: join.booking.clone(),
            standing: join.standing,
            ending: None,
            since: time,
            joined: position,
            joined_at: time,
            invited,
            route: join.route,
            turn: Turned { joined: position, of: join.booking.party.booker },
            draws: join.draws.to_vec(),
            passed: None,
            asked: Asked::No,
            superseded_by: None,
            seen: BTreeMap::new(),
            replies: None,
            aside: Aside::default(),
            scans: None,
        }
    }

    pub(super) fn promote(&mut self, draws: &[Draw], at: Stamp) {
        if self.standing == RegistrationStatus::Waiting {
            self.route = Route::Line;
            self.confirm(draws, at);
        }
    }

    pub(super) fn offer(&mut self, draws: &[Draw], respond_by: DateTime<Utc>, at: Stamp) {
        if self.standing == RegistrationStatus::Waiting {
            self.draws = draws.to_vec();
            self.stand(RegistrationStatus::Offered { respond_by }, at);
        }
    }

    pub(super) fn accept(&mut self, at: Stamp) {
        if matches!(self.standing, RegistrationStatus::Offered { .. }) {
            self.route = Route::Line;
            self.become_confirmed(at);
        }
    }

    /// Keeps its places longer: it is the same hold still, so since when is not touched.
    pub(super) fn extend_hold(&mut self, longer: DateTime<Utc>) {
        if let RegistrationStatus::Held { until } = &mut self.standing {
            *until = longer;
        }
    }

    pub(super) fn complete_hold(
        &mut self,
        answers: Option<&Sealed<Answers>>,
        pending: Option<&Pending>,
        at: Stamp,
    ) {
        if !matches!(self.standing, RegistrationStatus::Held { .. }) {
            return;
        }
        if let Some(answers) = answers {
            self.booking.answers = Some(answers.clone());
        }
        match pending {
            Some(pending) => self.stand(RegistrationStatus::pending(pending), at),
            None => self.become_confirmed(at),
        }
    }

    /// Somebody said yes. One that stands in line from now on has joined it now, not when it asked.
    pub(super) fn approve(&mut self, draws: &[Draw], in_line: bool, at: Stamp) {
        if !matches!(self.standing, RegistrationStatus::Pending { .. }) {
            return;
        }
        if in_line {
            self.draws = draws.to_vec();
            self.turn.joined = at.position;
            self.stand(RegistrationStatus::Waiting, at);
        } else {
            self.confirm(draws, at);
        }
    }

    pub(super) fn move_to_follow_up(&mut self, at: Stamp) {
        if self.standing == RegistrationStatus::Confirmed {
            self.stand(RegistrationStatus::FollowUpOnly, at);
        }
    }

    fn confirm(&mut self, draws: &[Draw], at: Stamp) {
        self.draws = draws.to_vec();
        self.become_confirmed(at);
    }

    fn become_confirmed(&mut self, at: Stamp) {
        self.stand(RegistrationStatus::Confirmed, at);
        self.invited.begins(at.position);
    }

    /// Notes that somebody came onto it or left it; until it is confirmed that changes nobody's calendar.
    pub(super) fn note_coming(&mut self, person: PersonId, came: bool, at: Stamp) {
        if self.standing == RegistrationStatus::Confirmed {
            self.invited.note(person, came, at);
        }
    }

    pub(super) fn end(&mut self, how: Ending, at: Stamp) {
        if self.standing.is_live() {
            self.stand(self.standing.ended(how), at);
            self.ending = Some(how);
        }
    }

    pub(super) fn close_line(&mut self, at: Stamp) {
        if self.standing == RegistrationStatus::Waiting {
            self.stand(RegistrationStatus::LineClosed, at);
        }
    }

    pub(super) fn close_books(&mut self, at: Stamp) {
        if self.standing.ends_with_the_books() {
            self.stand(RegistrationStatus::BooksClosed, at);
        }
    }

    pub(super) fn pass_over(&mut self, reason: PassReason, time: DateTime<Utc>) {
        let passed = self.passed.get_or_insert_default();
        passed.total = passed.total.saturating_add(1);
        if passed.latest.len() >= KEPT {
            passed.latest.remove(0);
        }
        passed.latest.push(PassOver { at: time, reason });
    }

    /// Asks whether new dates suit, if it has a place; whoever has none is asked nothing.
    pub(super) fn ask(&mut self) {
        let confirmed = self.standing == RegistrationStatus::Confirmed;
        self.asked = if confirmed { Asked::Yes } else { Asked::No };
    }

    pub(super) fn reconfirm(&mut self) {
        if self.asked == Asked::Yes {
            self.asked = Asked::Answered;
        }
    }

    pub(super) fn supersede_by(&mut self, successor: RegistrationId) {
        self.superseded_by = Some(successor);
    }

    fn stand(&mut self, standing: RegistrationStatus, at: Stamp) {
        if self.standing == RegistrationStatus::Confirmed {
            self.invited.ends(at.position);
        }
        self.standing = standing;
        self.since = at.time;
    }

    /// How it stands by its own facts; calling the gathering off ends it as well.
    pub(super) fn standing(&self) -> RegistrationStatus {
        self.standing
    }

    /// Since when it has stood so by its own facts.
    pub(super) fn own_since(&self) -> DateTime<Utc> {
        self.since
    }

    /// Whether it had its places and has lost them by a fact of its own.
    pub(super) fn has_left(&self) -> bool {
        self.was_confirmed() && self.standing != RegistrationStatus::Confirmed
    }

    /// Since when its people have its entry, and who came or went.
    pub(super) fn invited(&self) -> &Invited {
        &self.invited
    }

    /// By whom its class in the line is told.
    pub(super) fn stands_for(&self) -> PersonId {
        self.turn.of
    }

    /// Where it joined the line.
    pub(super) fn joined_line(&self) -> Position {
        self.turn.joined
    }

    /// How many people it has in the places of each pool that it draws on; none if it is not counted.
    pub(super) fn counted_people(&self) -> u64 {
        if self.booking.uncounted { 0 } else { u64::from(self.booking.party.size()) }
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

    /// What was booked, with the answers sealed: the party as it is now.
    #[must_use]
    pub fn booking(&self) -> &Booking {
        &self.booking
    }

    /// By which way it came, or got its places.
    #[must_use]
    pub fn route(&self) -> Route {
        self.route
    }

    /// Why it ended, where a fact of its own says so.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// The position at which it joined the log; for the rest of a party that was split, at which the whole joined.
    #[must_use]
    pub fn joined(&self) -> Position {
        self.joined
    }

    /// When it joined.
    #[must_use]
    pub fn joined_at(&self) -> DateTime<Utc> {
        self.joined_at
    }

    /// Whether it has ever had its places for certain: then a calendar may hold its entry.
    #[must_use]
    pub fn was_confirmed(&self) -> bool {
        self.invited.has_begun()
    }

    /// Which of its places were set aside for it; they count while it uses places.
    #[must_use]
    pub fn draws(&self) -> &[Draw] {
        &self.draws
    }

    /// How often it was passed in line.
    #[must_use]
    pub fn times_passed_over(&self) -> u64 {
        self.passed.as_ref().map_or(0, |passed| passed.total)
    }

    /// The last times it was passed in line, up to twenty, the latest last.
    #[must_use]
    pub fn pass_overs(&self) -> &[PassOver] {
        self.passed.as_ref().map(|passed| passed.latest.as_slice()).unwrap_or_default()
    }

    /// Whether its people were asked if the new dates suit them, the last time that people were asked.
    #[must_use]
    pub fn was_asked(&self) -> bool {
        self.asked != Asked::No
    }

    /// Whether they have said that the dates suit.
    #[must_use]
    pub fn has_reconfirmed(&self) -> bool {
        self.asked == Asked::Answered
    }

    /// The registration that took its place, if one did.
    #[must_use]
    pub fn superseded_by(&self) -> Option<RegistrationId> {
        self.superseded_by
    }
}
