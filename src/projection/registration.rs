//! What the lists know of one registration.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::fact::{Booking, Draw, Ending, Party, PassReason, Pending, Presence, Rsvp};
use crate::id::{PersonId, RegistrationId};
use crate::image::image;
use crate::person::{Answers, Needs, Note, ReplyComment};
use crate::projection::beside::{Aside, Beside, Consent};
use crate::projection::invited::{Invited, Stamp};
use crate::projection::status::RegistrationStatus;
use crate::record::Position;
use crate::sealed::Sealed;
use crate::text::Reference;

/// How many pass-overs are kept of one registration: the latest.
const KEPT: usize = 20;

/// What a registration joins with.
#[derive(Clone, Copy)]
pub(super) struct Joined<'a> {
    pub(super) registration: RegistrationId,
    pub(super) booking: &'a Booking,
    pub(super) standing: RegistrationStatus,
    pub(super) draws: &'a [Draw],
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
    turn: Turned,
    draws: Vec<Draw>,
    passed: Option<Box<PassedOver>>,
    asked: Asked,
    superseded_by: Option<RegistrationId>,
    seen: BTreeMap<u16, Seen>,
    /// The last answer of each who has answered the invitation. Most never do.
    replies: Option<Box<Replies>>,
    aside: Aside,
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
    turn,
    draws,
    passed,
    asked,
    superseded_by,
    seen,
    replies,
    aside,
});

#[derive(Clone, Debug, Default)]
struct Replies {
    each: Vec<Replied>,
}

image!(struct Replies { each });

/// What somebody has answered to the invitation.
#[derive(Clone, Debug)]
pub(crate) struct Replied {
    pub(crate) person: PersonId,
    pub(crate) rsvp: Rsvp,
    pub(crate) sequence: u32,
    pub(crate) stamp: DateTime<Utc>,
    pub(crate) comment: Option<Sealed<ReplyComment>>,
}

image!(struct Replied { person, rsvp, sequence, stamp, comment });

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

/// What counts of all that was recorded of one place: the latest, and of several at once the largest. So it does not
/// matter in which order they were recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    at: DateTime<Utc>,
    presence: Presence,
}

image!(struct Seen { at, presence });

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
            turn: Turned { joined: position, of: join.booking.party.booker },
            draws: join.draws.to_vec(),
            passed: None,
            asked: Asked::No,
            superseded_by: None,
            seen: BTreeMap::new(),
            replies: None,
            aside: Aside::default(),
        }
    }

    pub(super) fn promote(&mut self, draws: &[Draw], at: Stamp) {
        if self.standing == RegistrationStatus::Waiting {
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

    /// Somebody else has a place. What was answered is the former booker's, so it goes with place 1.
    pub(super) fn transfer(&mut self, place: u16, to: PersonId) {
        self.booking.party.put(place, to);
        if place == 1 {
            self.booking.answers = None;
        }
        self.aside.keep_for(&self.booking.party, place != 1);
    }

    /// Other people, or more, or fewer. Places are numbered anew: those that stay in their order, then those that came.
    /// What was seen of a place goes where the place goes.
    pub(super) fn change_party(&mut self, removed: &[u16], added: &[Option<PersonId>], draws: &[Draw]) {
        if !self.standing.is_live() {
            return;
        }
        if removed.contains(&1) {
            return self.lose_booker(removed, added, draws);
        }
        let (mut guests, mut seen) = (Vec::new(), BTreeMap::new());
        seen.extend(self.seen.get(&1).map(|it| (1, *it)));
        let before = (2_u16..).zip(std::mem::take(&mut self.booking.party.guests));
        for (place, guest) in before.filter(|(place, _)| !removed.contains(place)) {
            guests.push(guest);
            let now = u16::try_from(guests.len()).unwrap_or(u16::MAX).saturating_add(1);
            seen.extend(self.seen.get(&place).map(|it| (now, *it)));
        }
        guests.extend_from_slice(added);
        self.booking.party.guests = guests;
        self.aside.keep_for(&self.booking.party, true);
        self.seen = seen;
        self.draws = draws.to_vec();
    }

    /// Its booker is forgotten, and another of the party has place 1. What was answered was the booker's. Nobody was seen yet.
    fn lose_booker(&mut self, removed: &[u16], added: &[Option<PersonId>], draws: &[Draw]) {
        self.booking.party.change(removed, added);
        self.booking.answers = None;
        self.aside.keep_for(&self.booking.party, false);
        self.draws = draws.to_vec();
    }

    /// Has a change to what stands beside its booking.
    pub(super) fn beside_mut(&mut self) -> &mut Beside {
        self.aside.change()
    }

    /// Lets go of what everybody on it needs.
    pub(super) fn forget_needs(&mut self) {
        self.aside.forget_needs(self.booking.party.booker);
    }

    /// Lets go of what somebody answered who is forgotten, and of all else that is sealed of them; that there was something is
    /// still known.
    pub(super) fn forget_answers_of(&mut self, person: PersonId) {
        if self.booking.party.booker == person {
            self.booking.answers = self.booking.answers.as_ref().map(Sealed::emptied);
        }
        self.forget_comments(|reply| reply.person == person);
        self.aside.forget_person(person, self.booking.party.booker);
    }

    /// Lets go of what was answered, by all.
    pub(super) fn forget_answers(&mut self) {
        self.booking.answers = self.booking.answers.as_ref().map(Sealed::emptied);
        self.forget_comments(|_| true);
    }

    /// Lets go of what was written with answers to invitations.
    fn forget_comments(&mut self, which: impl Fn(&Replied) -> bool) {
        for reply in
            self.replies.iter_mut().flat_map(|replies| replies.each.iter_mut()).filter(|reply| which(reply))
        {
            reply.comment = reply.comment.as_ref().map(Sealed::emptied);
        }
    }

    /// Keeps its first places, and gives the rest as a registration of its own, which was booked when this was and has
    /// the same turn. What was answered is the booker's, so it stays. `None` where nothing would be left of either.
    pub(super) fn split(&mut self, rest: RegistrationId, keep: u16, number: u32) -> Option<Self> {
        let kept_guests = usize::from(keep.checked_sub(1)?);
        if self.standing != RegistrationStatus::Waiting || kept_guests >= self.booking.party.guests.len() {
            return None;
        }
        let whole = self.booking.party.booker;
        let mut others = self.booking.party.guests.split_off(kept_guests).into_iter();
        let booker = others.next().flatten().unwrap_or(whole);
        let booking = Booking {
            party: Party { booker, guests: others.collect() },
            answers: None,
            supersedes: None,
            ..self.booking.clone()
        };
        let mut aside = self.aside.clone();
        aside.keep_for(&booking.party, false);
        self.aside.keep_for(&self.booking.party, true);
        Some(Self { id: rest, number, booking, aside, seen: BTreeMap::new(), ..self.clone() })
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

    pub(super) fn note_reply(&mut self, reply: Replied) {
        let replies = &mut self.replies.get_or_insert_default().each;
        replies.retain(|known| known.person != reply.person);
        replies.push(reply);
    }

    pub(super) fn supersede_by(&mut self, successor: RegistrationId) {
        self.superseded_by = Some(successor);
    }

    pub(super) fn see(&mut self, place: u16, presence: Presence, at: DateTime<Utc>) {
        let new = Seen { at, presence };
        self.seen.entry(place).and_modify(|seen| *seen = new.max(*seen)).or_insert(new);
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

    /// The last answer of each who has answered the invitation, the latest last.
    pub(crate) fn replies(&self) -> &[Replied] {
        self.replies.as_ref().map(|replies| replies.each.as_slice()).unwrap_or_default()
    }

    /// What stands beside its booking, to be shared with a row of a list.
    pub(super) fn aside(&self) -> &Aside {
        &self.aside
    }

    /// What each of its people needs, sealed: a desk opens it for a named purpose.
    pub(crate) fn needs(&self) -> impl Iterator<Item = (PersonId, &Sealed<Needs>)> {
        self.aside.get().into_iter().flat_map(Beside::needs)
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

    /// What was recorded of a place, unknown if nothing was.
    pub(super) fn recorded_presence(&self, place: u16) -> Presence {
        self.seen.get(&place).map(|seen| seen.presence).unwrap_or_default()
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

    /// The host's own labels, in the order of their text.
    #[must_use]
    pub fn tags(&self) -> &[Reference] {
        self.aside.get().map(Beside::tags).unwrap_or_default()
    }

    /// The latest word of each of its people on each purpose, the latest last.
    #[must_use]
    pub fn consents(&self) -> &[Consent] {
        self.aside.get().map(Beside::consents).unwrap_or_default()
    }

    /// What the staff noted, sealed for the booker; empty where that was erased.
    #[must_use]
    pub fn note(&self) -> Option<&Sealed<Note>> {
        self.aside.get()?.note()
    }

    /// Whether somebody on it has said what they need; it may have been erased since.
    #[must_use]
    pub fn has_needs(&self, person: PersonId) -> bool {
        self.needs().any(|(whose, _)| whose == person)
    }

    /// The registration that took its place, if one did.
    #[must_use]
    pub fn superseded_by(&self) -> Option<RegistrationId> {
        self.superseded_by
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Fact, PresenceSource, Reconfirmation, Silence};
    use crate::id::{OfferingId, PoolId, SetAsideId};
    use crate::projection::fixture::{Story, booking, gathering, person, registration, time, webinar};

    const LATER: &str = "2026-03-01T12:00:00Z";

    fn story() -> Story {
        let mut story = Story::new();
        story.announces(1, webinar("Talk", "2026-03-05 14:00 to 15:30 UTC", 10));
        story
    }

    fn card(story: &Story, number: u128) -> &RegistrationCard {
        story.lists.registration(registration(number)).unwrap().1
    }

    /// How a registration stands, since which hour, and whether it was ever confirmed.
    fn stands(story: &Story, number: u128) -> (RegistrationStatus, String, bool) {
        let (gathering, it) = story.lists.registration(registration(number)).unwrap();
        let since = gathering.since(it).format("%H:%M").to_string();
        (gathering.status(it), since, it.was_confirmed())
    }

    /// The facts about registration 1 that need nothing but its id.
    fn tell(story: &mut Story, fact: impl Fn(crate::id::GatheringId, RegistrationId) -> Fact) {
        story.tell(fact(gathering(1), registration(1)));
    }

    #[test]
    fn a_hold_is_extended_and_then_confirmed_or_goes_on_to_approval() {
        let mut story = story();
        story.holds(1, 1, booking(1, 1, &[]), LATER);
        let until = time("2026-03-01T12:10:00Z");
        tell(&mut story, |gathering, registration| Fact::HoldExtended { gathering, registration, until });
        assert_eq!(stands(&story, 1), (RegistrationStatus::Held { until }, "10:00".into(), false));
        let pending = Pending { uses_places: true, until: None };
        tell(&mut story, |gathering, registration| Fact::HoldConfirmed {
            gathering,
            registration,
            booker: person(1),
            answers: None,
            pending: Some(pending),
        });
        assert_eq!(stands(&story, 1), (RegistrationStatus::pending(&pending), "12:00".into(), false));
        tell(&mut story, |gathering, registration| Fact::RegistrationApproved {
            gathering,
            registration,
            draws: Vec::new(),
            ahead: None,
        });
        assert_eq!(stands(&story, 1), (RegistrationStatus::Confirmed, "13:00".into(), true));
    }

    #[test]
    fn what_is_approved_while_full_joins_the_line_then() {
        let mut story = story();
        story.asks_approval(1, 1, booking(1, 1, &[]), Pending { uses_places: false, until: None }).waitlists(
            1,
            2,
            booking(1, 2, &[]),
        );
        tell(&mut story, |gathering, registration| Fact::RegistrationApproved {
            gathering,
            registration,
            draws: Vec::new(),
            ahead: Some(1),
        });
        let (gathering, it) = story.lists.registration(registration(1)).unwrap();
        assert_eq!(gathering.status(it), RegistrationStatus::Waiting);
        assert_eq!((gathering.ahead(it), gathering.ahead(card(&story, 2))), (Some(1), Some(0)));
        assert!(it.joined() < it.joined_line());
    }

    #[test]
    fn an_offer_is_accepted_or_declined() {
        let mut story = story();
        story.waitlists(1, 1, booking(1, 1, &[])).waitlists(1, 2, booking(1, 2, &[])).offers(1, 1, LATER);
        story.offers(1, 2, LATER).ends(1, 2, Ending::Declined);
        assert_eq!(stands(&story, 1).0, RegistrationStatus::Offered { respond_by: time(LATER) });
        assert_eq!(stands(&story, 2).0, RegistrationStatus::OfferDeclined);
        assert_eq!(card(&story, 2).ending(), Some(Ending::Declined));
        tell(&mut story, |gathering, registration| Fact::OfferAccepted { gathering, registration });
        assert_eq!(stands(&story, 1), (RegistrationStatus::Confirmed, "15:00".into(), true));
    }

    #[test]
    fn closing_the_books_ends_what_had_no_place_and_nothing_else() {
        let mut story = story();
        let pending = Pending { uses_places: true, until: None };
        story
            .confirms(1, 1, booking(1, 1, &[]))
            .holds(1, 2, booking(1, 2, &[]), LATER)
            .asks_approval(1, 3, booking(1, 3, &[]), pending)
            .waitlists(1, 4, booking(1, 4, &[]))
            .waitlists(1, 5, booking(1, 5, &[]))
            .offers(1, 5, LATER)
            .tell(Fact::InterestNoted {
                gathering: gathering(1),
                registration: registration(6),
                booking: booking(1, 6, &[]),
            })
            .tell(Fact::FollowUpRequested {
                gathering: gathering(1),
                registration: registration(7),
                booking: booking(1, 7, &[]),
            })
            .confirms(1, 8, booking(1, 8, &[]))
            .cancels(1, 8)
            .tell(Fact::BooksClosed { gathering: gathering(1) });
        let codes = [1, 2, 3, 4, 5, 6, 7, 8].map(|number| stands(&story, number).0.code());
        let closed = "books_closed";
        assert_eq!(
            codes,
            ["confirmed", closed, closed, closed, closed, closed, "follow_up_only", "cancelled_by_attendee"]
        );
        assert_eq!(stands(&story, 4).1, "20:00");
        story.calls_off(1);
        assert_eq!(stands(&story, 7).0, RegistrationStatus::CancelledWithGathering);
    }

    #[test]
    fn a_line_that_is_closed_is_left_by_everybody_in_it() {
        let mut story = story();
        story.waitlists(1, 1, booking(1, 1, &[])).waitlists(1, 2, booking(1, 2, &[])).offers(1, 2, LATER);
        story.tell(Fact::LineClosed { gathering: gathering(1), offering: OfferingId::ONLY });
        assert_eq!(stands(&story, 1), (RegistrationStatus::LineClosed, "13:00".into(), false));
        assert_eq!(stands(&story, 2).0.code(), "offered", "they have been served");
        let gathering = story.lists.gathering(gathering(1)).unwrap();
        assert!(gathering.is_line_closed(OfferingId::ONLY));
        assert!(!gathering.announcement().offerings[0].waiting_list);
    }

    #[test]
    fn the_last_twenty_pass_overs_are_kept_and_all_are_counted() {
        let mut story = story();
        story.waitlists(1, 1, booking(1, 1, &[None]));
        for free in 0..25 {
            let reason = PassReason::TooLarge { pool: PoolId::ONLY, wanted: 25, free };
            tell(&mut story, |gathering, registration| Fact::PassedOver { gathering, registration, reason });
        }
        let it = card(&story, 1);
        assert_eq!((it.times_passed_over(), it.pass_overs().len()), (25, 20));
        let frees: Vec<_> = it
            .pass_overs()
            .iter()
            .map(|passed| {
                let PassReason::TooLarge { free, .. } = passed.reason else { panic!("{:?}", passed.reason) };
                free
            })
            .collect();
        assert_eq!(frees, (5..25).collect::<Vec<_>>());
        assert_eq!(it.pass_overs()[19].at, time("2026-02-02T11:00:00Z"));
    }

    #[test]
    fn those_with_a_place_are_asked_whether_new_dates_suit() {
        let mut story = story();
        story.confirms(1, 1, booking(1, 1, &[])).confirms(1, 2, booking(1, 2, &[])).waitlists(
            1,
            3,
            booking(1, 3, &[]),
        );
        let ask = |story: &mut Story, until: &str| {
            let ask = Reconfirmation { until: time(until), on_silence: Silence::FollowUp };
            let schedule = "2026-03-06 14:00 to 15:30 UTC".parse().unwrap();
            story.tell(Fact::GatheringRescheduled { gathering: gathering(1), schedule, ask: Some(ask) });
        };
        let asked = |story: &Story| {
            [1, 2, 3].map(|number| {
                let (gathering, it) = story.lists.registration(registration(number)).unwrap();
                (it.was_asked(), it.has_reconfirmed(), gathering.reconfirm_by(it).is_some())
            })
        };
        assert_eq!(asked(&story), [(false, false, false); 3]);
        ask(&mut story, LATER);
        tell(&mut story, |gathering, registration| Fact::RegistrationReconfirmed { gathering, registration });
        assert_eq!(asked(&story), [(true, true, false), (true, false, true), (false, false, false)]);
        story.reschedules(1, "2026-03-07 14:00 to 15:30 UTC");
        assert_eq!(asked(&story)[1], (true, false, true), "the round goes on");
        ask(&mut story, "2026-03-02T12:00:00Z");
        assert_eq!(asked(&story)[0], (true, false, true), "whoever answered is asked again");
        story.tell(Fact::MovedToFollowUp { gathering: gathering(1), registration: registration(1) });
        story.ends(1, 2, Ending::NotReconfirmed).tell(Fact::ReconfirmationClosed { gathering: gathering(1) });
        assert_eq!(stands(&story, 1).0, RegistrationStatus::FollowUpOnly);
        assert_eq!(stands(&story, 2).0, RegistrationStatus::NotReconfirmed);
        assert!(asked(&story).iter().all(|(_, _, open)| !open));
    }

    #[test]
    fn a_changed_party_has_those_who_stay_and_then_those_who_came() {
        let mut story = story();
        story.confirms(1, 1, booking(1, 1, &[Some(2), None, Some(3)]));
        let draws = vec![Draw { set_aside: SetAsideId::new(1), places: 2 }];
        tell(&mut story, |gathering, registration| Fact::PartyChanged {
            gathering,
            registration,
            removed: vec![2, 3],
            added: vec![None, Some(person(4))],
            draws: draws.clone(),
        });
        let party = Party { booker: person(1), guests: vec![Some(person(3)), None, Some(person(4))] };
        assert_eq!((&card(&story, 1).booking().party, card(&story, 1).draws()), (&party, &*draws));
        let has = |who| !story.lists.agenda(person(who), story.opener()).rows().is_empty();
        assert_eq!([1, 2, 3, 4].map(has), [true, false, true, true]);
    }

    #[test]
    fn the_rest_of_a_split_party_keeps_its_turn() {
        let mut story = story();
        let mut it = webinar("Talk", "2026-03-05 14:00 to 15:30 UTC", 10);
        it.priorities = vec![vec![person(1).into()]];
        story
            .announces(2, it)
            .waitlists(2, 1, booking(1, 9, &[]))
            .waitlists(2, 2, booking(1, 1, &[Some(2), Some(3), None]))
            .waitlists(2, 3, booking(1, 4, &[]))
            .tell(Fact::PassedOver {
                gathering: gathering(2),
                registration: registration(2),
                reason: PassReason::NoTimeToAnswer,
            })
            .tell(Fact::RegistrationSplit {
                gathering: gathering(2),
                registration: registration(2),
                rest: registration(4),
                keep: 2,
            })
            .promotes(2, 2);
        let (first, rest) = (card(&story, 2), card(&story, 4));
        assert_eq!(first.booking().party, Party { booker: person(1), guests: vec![Some(person(2))] });
        assert_eq!(rest.booking().party, Party { booker: person(3), guests: vec![None] });
        let list = story.lists.waiting_list(gathering(2), time(LATER), story.opener()).unwrap();
        let line: Vec<_> = list.rows().iter().map(|row| (row.registration, row.class)).collect();
        assert_eq!(line, [(registration(4), 0), (registration(1), 1), (registration(3), 1)]);
        assert_eq!((rest.joined_at(), rest.number()), (first.joined_at(), 4));
        assert_eq!(rest.times_passed_over(), 1, "it is what was passed");
        let of = |who| {
            let agenda = story.lists.agenda(person(who), story.opener());
            agenda.rows().iter().map(|row| row.number).collect::<Vec<_>>()
        };
        assert_eq!([1, 2, 3].map(of), [vec![2], vec![2], vec![4]]);
    }

    #[test]
    fn a_registration_knows_what_took_its_place() {
        let mut story = story();
        story.announces(2, webinar("Other date", "2026-04-05 14:00 to 15:30 UTC", 10));
        let mut next = booking(1, 1, &[]);
        next.supersedes = Some(registration(1));
        story.confirms(1, 1, booking(1, 1, &[])).ends(1, 1, Ending::MovedAway).confirms(2, 2, next);
        assert_eq!(stands(&story, 1).0, RegistrationStatus::MovedAway);
        assert_eq!(card(&story, 1).superseded_by(), Some(registration(2)));
        let row = story.lists.agenda_row(registration(2)).unwrap();
        assert_eq!((row.supersedes, row.superseded_by), (Some(registration(1)), None));
    }

    #[test]
    fn a_place_that_is_lost_raises_the_sequence_once_whatever_became_of_it() {
        let sequence = |story: &Story| {
            let (gathering, it) = story.lists.registration(registration(1)).unwrap();
            gathering.entry_sequence(it)
        };
        let endings = [Ending::Attendee, Ending::Displaced, Ending::MovedAway, Ending::Superseded];
        for how in endings.into_iter().chain([Ending::NotReconfirmed]) {
            let mut story = story();
            story.confirms(1, 1, booking(1, 1, &[])).ends(1, 1, how);
            assert_eq!(sequence(&story), 1, "{how:?}");
        }
        let mut story = story();
        story.confirms(1, 1, booking(1, 1, &[]));
        tell(&mut story, |gathering, registration| Fact::MovedToFollowUp { gathering, registration });
        assert_eq!(sequence(&story), 1);
        story.cancels(1, 1);
        assert_eq!(sequence(&story), 1, "calendars have it as cancelled already");
        story.waitlists(1, 2, booking(1, 2, &[])).offers(1, 2, LATER).ends(1, 2, Ending::Expired);
        let (gathering, never) = story.lists.registration(registration(2)).unwrap();
        assert_eq!((gathering.entry_sequence(never), never.was_confirmed()), (0, false));
    }

    #[test]
    fn completed_and_archived_gatherings_leave_entries_as_they_were() {
        let mut story = story();
        story.confirms(1, 1, booking(1, 1, &[]));
        let entry = |story: &Story| {
            let (gathering, it) = story.lists.registration(registration(1)).unwrap();
            (
                gathering.sequence(),
                gathering.entry_sequence(it),
                gathering.entry_revised_at(it),
                gathering.revised_at(),
            )
        };
        let before = entry(&story);
        story
            .tell(Fact::PresenceRecorded {
                gathering: gathering(1),
                registration: registration(1),
                place: 1,
                presence: Presence::Attended,
                source: PresenceSource::Door,
                seen_at: time("2026-03-05T14:00:00Z"),
                flagged: false,
            })
            .tell(Fact::BooksClosed { gathering: gathering(1) })
            .tell(Fact::GatheringArchived { gathering: gathering(1) });
        assert_eq!(entry(&story), before);
    }
}
