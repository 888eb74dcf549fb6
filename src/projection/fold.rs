//! What each fact does to the lists: the only place where that is written.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::beside::{Consent, ReadOfNeeds};
use super::card::GatheringCard;
use super::invited::Stamp;
use super::programme::Billing;
use super::registration::{Joined, RegistrationCard, Replied};
use super::route::Route;
use super::session::SessionCard;
use super::status::RegistrationStatus;
use super::{Lists, Spot, Theirs};
use crate::collections::ShardedMap;
use crate::fact::{Booking, ByHand, Draw, Fact};
use crate::id::{GatheringId, PersonId, RegistrationId, SessionId};
use crate::record::Record;

impl Lists {
    /// Folds the next record in. It has happened, so this cannot fail; what it says of a gathering or a
    /// registration never heard of changes nothing.
    #[expect(clippy::too_many_lines, reason = "an arm for each fact, so that a new one is asked for here")]
    pub fn apply(&mut self, record: &Record<'_>) {
        self.position = record.position();
        let (at, time) = (Stamp::of(record), record.time());
        self.latest = self.latest.max(Some(time));
        match record.fact() {
            Fact::PersonRecorded { person, details } => {
                self.people.insert(*person, Arc::new(details.clone()));
                self.note_person(*person);
            }
            Fact::NamePublished { person, name } => {
                // A name is about no gathering, so nothing keeps its time from going back; what a calendar says of when
                // it changed must not.
                let before = self.names.get(person).map_or(time, |billing| billing.since);
                self.names.insert(*person, Billing { name: Arc::new(name.clone()), since: time.max(before) });
            }
            Fact::PersonForgotten { person } => {
                self.forget(*person, time);
                self.calendar_tokens.revoke(record.position(), *person);
            }
            Fact::PersonExported { person, purpose: _ } => {
                self.exports.get_or_insert(*person, Vec::new()).push(record.position());
            }
            Fact::AnswersExpired { gathering } => self.at(*gathering, |card| card.expire_answers(time)),
            Fact::RetentionSet { gathering, answers } => {
                self.at(*gathering, |card| card.keep_answers(*answers));
            }
            Fact::NeedsExpired { gathering } => self.at(*gathering, |card| card.expire_needs(time)),
            Fact::NeedsRetentionSet { gathering, days } => self.at(*gathering, |card| card.keep_needs(*days)),
            Fact::NeedsRead { gathering, purpose } => {
                let (position, actor, purpose) = (record.position(), record.actor(), purpose.clone());
                let read = ReadOfNeeds { position, at: time, actor, purpose };
                self.at(*gathering, |card| card.note_read(read));
            }
            Fact::TagsSet { gathering: _, registration, tags } => {
                self.on(*registration, |card| card.beside_mut().set_tags(tags));
            }
            Fact::NoteWritten { gathering: _, registration, booker, note } => {
                self.on(*registration, |card| {
                    // A note on somebody who is no longer the booker is not for whoever is.
                    if card.booking().party.booker == *booker {
                        card.beside_mut().set_note(note.as_ref());
                    }
                });
            }
            Fact::ConsentRecorded { gathering: _, registration, person, purpose, given } => {
                let (person, purpose, given) = (*person, purpose.clone(), *given);
                let consent = Consent { person, purpose, given, at: time };
                self.on(*registration, |card| card.beside_mut().consent(consent));
            }
            Fact::NeedsRecorded { gathering: _, registration, person, needs } => {
                self.on(*registration, |card| card.beside_mut().set_needs(*person, needs.as_ref()));
            }
            Fact::CalendarTokenIssued { person, hash } => {
                self.calendar_tokens.issue(record.position(), *person, hash);
            }
            Fact::CalendarTokenRevoked { person } => self.calendar_tokens.revoke(record.position(), *person),
            Fact::GatheringAnnounced { gathering, announcement, join_link } => {
                let link = join_link.as_ref();
                if !self.gatherings.contains_key(gathering) {
                    let card = GatheringCard::announced(*gathering, announcement, link, at);
                    self.gatherings.insert(*gathering, card);
                }
            }
            Fact::DraftAnnounced { gathering } => self.at(*gathering, |card| card.announce_draft(at)),
            Fact::GatheringRescheduled { gathering, schedule, ask } => {
                self.at(*gathering, |card| card.reschedule(schedule, ask.as_ref(), at));
            }
            Fact::ReconfirmationClosed { gathering } => {
                self.at(*gathering, GatheringCard::close_reconfirmation);
            }
            Fact::ModeChanged { gathering, mode, join_link } => {
                self.at(*gathering, |card| card.set_mode(mode, join_link.as_ref(), at));
            }
            Fact::GatheringCancelled { gathering } => self.at(*gathering, |card| card.cancel(at)),
            Fact::BooksClosed { gathering } => self.at(*gathering, |card| card.close_books(at)),
            Fact::GatheringArchived { gathering } => self.at(*gathering, |card| card.archive(time)),
            Fact::BookingOpened { gathering } => self.by_hand(*gathering, ByHand::Opened),
            Fact::BookingClosed { gathering } => self.by_hand(*gathering, ByHand::Closed),
            Fact::BookingToLineOnly { gathering } => self.by_hand(*gathering, ByHand::LineOnly),
            Fact::InterestOpened { gathering } => self.by_hand(*gathering, ByHand::InterestOnly),
            Fact::BookingPaused { gathering, reason } => {
                self.at(*gathering, |card| card.set_by_hand(ByHand::Paused, reason.as_ref()));
            }
            Fact::CapacityChanged { gathering, pool, capacity, overbook, keep_all: _ } => {
                self.at(*gathering, |card| card.set_capacity(*pool, *capacity, *overbook));
            }
            Fact::SetAsideMade { gathering, set_aside } => {
                self.at(*gathering, |card| card.set_aside(set_aside));
            }
            Fact::SetAsideChanged { gathering, set_aside, places, release } => {
                self.at(*gathering, |card| card.change_set_aside(*set_aside, *places, *release));
            }
            Fact::PrioritiesChanged { gathering, priorities, reason: _ } => {
                self.at(*gathering, |card| card.set_priorities(priorities));
            }
            Fact::LineClosed { gathering, offering } => {
                self.at(*gathering, |card| card.close_line(*offering, at));
            }
            Fact::OfferingAdded { gathering, offering, pools } => {
                self.at(*gathering, |card| card.add_offering(offering, pools));
            }
            Fact::ResourceAttached { gathering, resource, link } => {
                self.at(*gathering, |card| card.attach(resource, link, time));
            }
            Fact::ResourceWithdrawn { gathering, resource } => {
                self.at(*gathering, |card| card.withdraw(*resource));
            }
            Fact::SessionAdded { gathering, session } => {
                self.at(*gathering, |card| card.add_session(session, at));
            }
            Fact::SessionMoved { gathering, session, schedule, room } => {
                self.in_programme(*gathering, *session, |card| card.move_to(schedule, room, at));
            }
            Fact::SessionRevised { gathering, session, texts } => {
                let sent = self.gathering(*gathering).map_or(time, GatheringCard::last_turn_at);
                self.in_programme(*gathering, *session, |card| card.set_texts(texts, at, sent));
            }
            Fact::SessionDropped { gathering, session } => {
                self.in_programme(*gathering, *session, |card| card.drop_out(at));
            }
            Fact::RegistrationConfirmed { gathering, registration, booking, draws } => {
                let standing = RegistrationStatus::Confirmed;
                self.join(record, *gathering, *registration, booking, (standing, draws));
            }
            Fact::RegistrationWaitlisted { gathering, registration, booking, ahead: _ } => {
                self.join(record, *gathering, *registration, booking, (RegistrationStatus::Waiting, &[]));
            }
            Fact::RegistrationHeld { gathering, registration, booking, draws, until, latest: _ } => {
                let standing = RegistrationStatus::Held { until: *until };
                self.join(record, *gathering, *registration, booking, (standing, draws));
            }
            Fact::ApprovalRequested { gathering, registration, booking, draws, pending } => {
                let standing = RegistrationStatus::pending(pending);
                self.join(record, *gathering, *registration, booking, (standing, draws));
            }
            Fact::FollowUpRequested { gathering, registration, booking } => {
                self.join(
                    record,
                    *gathering,
                    *registration,
                    booking,
                    (RegistrationStatus::FollowUpOnly, &[]),
                );
            }
            Fact::InterestNoted { gathering, registration, booking } => {
                self.join(record, *gathering, *registration, booking, (RegistrationStatus::Interested, &[]));
            }
            Fact::RegistrationPromoted { gathering: _, registration, draws } => {
                self.on(*registration, |card| card.promote(draws, at));
            }
            Fact::PlaceOffered { gathering: _, registration, draws, respond_by } => {
                self.on(*registration, |card| card.offer(draws, *respond_by, at));
            }
            Fact::OfferAccepted { gathering: _, registration } => {
                self.on(*registration, |card| card.accept(at));
            }
            Fact::HoldExtended { gathering: _, registration, until } => {
                self.on(*registration, |card| card.extend_hold(*until));
            }
            Fact::HoldConfirmed { gathering: _, registration, booker, answers, pending } => {
                self.on(*registration, |card| {
                    // What somebody answered who is no longer the booker is not for whoever is.
                    let answers = answers.as_ref().filter(|_| card.booking().party.booker == *booker);
                    card.complete_hold(answers, pending.as_ref(), at);
                });
            }
            Fact::RegistrationApproved { gathering: _, registration, draws, ahead } => {
                self.on(*registration, |card| card.approve(draws, ahead.is_some(), at));
            }
            Fact::MovedToFollowUp { gathering: _, registration } => {
                self.on(*registration, |card| card.move_to_follow_up(at));
            }
            Fact::RegistrationReconfirmed { gathering: _, registration } => {
                self.on(*registration, RegistrationCard::reconfirm);
            }
            Fact::RegistrationEnded { gathering: _, registration, how } => {
                self.on(*registration, |card| card.end(*how, at));
            }
            Fact::PassedOver { gathering: _, registration, reason } => {
                self.on(*registration, |card| card.pass_over(*reason, time));
            }
            Fact::PresenceRecorded {
                gathering: _,
                registration,
                place,
                presence,
                source: _,
                seen_at,
                flagged: _,
            } => {
                self.on(*registration, |card| card.see(*place, *presence, *seen_at));
            }
            Fact::InvitationAnswered {
                gathering: _,
                registration,
                person,
                rsvp,
                sequence,
                stamp,
                comment,
            } => {
                let (person, rsvp, sequence, stamp) = (*person, *rsvp, *sequence, *stamp);
                let reply = Replied { person, rsvp, sequence, stamp, comment: comment.clone() };
                self.on(*registration, |card| card.note_reply(reply));
            }
            Fact::PlaceTransferred { gathering: _, registration, place, from: _, to } => {
                self.on_party(*registration, at, |card| card.transfer(*place, *to));
            }
            Fact::PartyChanged { gathering: _, registration, removed, added, draws } => {
                self.on_party(*registration, at, |card| card.change_party(removed, added, draws));
            }
            Fact::RegistrationSplit { gathering: _, registration, rest, keep } => {
                self.split((*registration, *rest), *keep, at);
            }
            Fact::CheckInListSet { gathering, list } => {
                self.at(*gathering, |card| card.check_in_mut().set(list));
            }
            Fact::CheckInListWithdrawn { gathering, list } => {
                self.at(*gathering, |card| card.check_in_mut().withdraw(*list));
            }
            Fact::Scanned { gathering, scan, source, told } => {
                let spot = self.registrations.get(&scan.registration);
                let on = spot.filter(|spot| spot.gathering == *gathering).map(|spot| spot.index);
                self.at(*gathering, |card| card.take_in(scan, (*source, told), on, at));
            }
            Fact::ScanUndone { gathering, scan } => {
                self.at(*gathering, |card| card.undo_scan(*scan, time));
            }
        }
    }

    /// Lets go of all that is sealed of those who were forgotten later than these lists go: their keys are gone whenever one
    /// looks back, and a list says so.
    pub(crate) fn forget_all(&mut self, forgotten: &ShardedMap<PersonId, DateTime<Utc>>) {
        for (&person, &time) in forgotten.iter() {
            if !self.forgotten.contains_key(&person) {
                self.forget(person, time);
            }
        }
    }

    /// Takes from a record of later than these lists go who somebody is, as it is known by then; nothing else.
    #[expect(clippy::wildcard_enum_match_arm, reason = "two kinds of facts say who somebody is")]
    pub(crate) fn know_later(&mut self, record: &Record<'_>) {
        match record.fact() {
            Fact::PersonRecorded { person, details } => {
                self.people.insert(*person, Arc::new(details.clone()));
            }
            Fact::PersonForgotten { person } => self.forget(*person, record.time()),
            _ => {}
        }
    }

    /// Lets go of all that is sealed of somebody. Their registrations stay, and say that something was answered.
    fn forget(&mut self, person: PersonId, time: DateTime<Utc>) {
        self.forgotten.get_or_insert(person, time);
        self.people.remove(&person);
        self.handed_on.remove(&person);
        if let Some(billing) = self.names.get_mut(&person) {
            // Programmes without the name are newer than those with it.
            *billing = Billing { name: Arc::new(billing.name.emptied()), since: time.max(billing.since) };
        }
        let theirs = self.bookings.get(&person).map(Theirs::as_slice).unwrap_or_default().to_vec();
        for registration in theirs {
            self.on(registration, |card| card.forget_answers_of(person));
        }
    }

    /// Says to the gatherings of a person that they are known otherwise. Whoever is new has none.
    fn note_person(&mut self, person: PersonId) {
        let theirs = self.bookings.get(&person).map(Theirs::as_slice).unwrap_or_default();
        for spot in theirs.iter().filter_map(|id| self.registrations.get(id)) {
            if let Some(card) = self.gatherings.get_mut(&spot.gathering) {
                card.note_person_on(spot.index);
            }
        }
    }

    fn at(&mut self, gathering: GatheringId, change: impl FnOnce(&mut GatheringCard)) {
        if let Some(card) = self.gatherings.get_mut(&gathering) {
            change(card);
        }
    }

    fn by_hand(&mut self, gathering: GatheringId, word: ByHand) {
        self.at(gathering, |card| card.set_by_hand(word, None));
    }

    fn in_programme(
        &mut self,
        gathering: GatheringId,
        session: SessionId,
        change: impl FnOnce(&mut SessionCard),
    ) {
        let Some(card) = self.gatherings.get_mut(&gathering) else { return };
        card.touch(self.position);
        if let Some(session) = card.session_mut(session) {
            change(session);
        }
    }

    fn on(&mut self, registration: RegistrationId, change: impl FnOnce(&mut RegistrationCard)) {
        let Some(spot) = self.registrations.get(&registration) else { return };
        let Some(gathering) = self.gatherings.get_mut(&spot.gathering) else { return };
        gathering.touch(self.position);
        if let Some(card) = gathering.registration_mut(spot.index) {
            change(card);
            let turned = card.own_since();
            gathering.note_turn(turned);
        }
    }

    /// Changes who is on a registration, and with it whose agendas it is on.
    fn on_party(
        &mut self,
        registration: RegistrationId,
        at: Stamp,
        change: impl FnOnce(&mut RegistrationCard),
    ) {
        let before = self.people_on(registration);
        self.on(registration, change);
        self.follow(registration, &before, at);
    }

    /// Puts a registration on the agendas of all who are on it, and takes it off those of whoever is no longer.
    fn follow(&mut self, registration: RegistrationId, before: &BTreeSet<PersonId>, at: Stamp) {
        let after = self.people_on(registration);
        let known = self.registration(registration);
        let stood = known.is_some_and(|(_, card)| card.standing() == RegistrationStatus::Confirmed);
        for gone in before.difference(&after) {
            if let Some(theirs) = self.bookings.get_mut(gone) {
                theirs.remove(registration);
            }
            self.on(registration, |card| card.note_coming(*gone, false, at));
            if stood {
                note(&mut self.handed_on, *gone, registration);
            }
        }
        for came in after.difference(before) {
            if let Some(theirs) = self.handed_on.get_mut(came) {
                theirs.remove(registration);
            }
            self.note(*came, registration);
            self.on(registration, |card| card.note_coming(*came, true, at));
        }
    }

    fn people_on(&self, registration: RegistrationId) -> BTreeSet<PersonId> {
        let known = self.registration(registration);
        known.map(|(_, card)| card.booking().party.named().collect()).unwrap_or_default()
    }

    /// Puts a registration on somebody's agenda.
    fn note(&mut self, person: PersonId, registration: RegistrationId) {
        note(&mut self.bookings, person, registration);
    }

    fn split(&mut self, (registration, rest): (RegistrationId, RegistrationId), keep: u16, at: Stamp) {
        let Some(&Spot { gathering, index }) = self.registrations.get(&registration) else { return };
        if self.registrations.contains_key(&rest) {
            return;
        }
        let before = self.people_on(registration);
        let split = self.gatherings.get_mut(&gathering).and_then(|card| card.split(index, rest, keep));
        let Some(index) = split else { return };
        self.registrations.insert(rest, Spot { gathering, index });
        self.follow(registration, &before, at);
        self.follow(rest, &BTreeSet::new(), at);
    }

    fn join(
        &mut self,
        record: &Record<'_>,
        gathering: GatheringId,
        registration: RegistrationId,
        booking: &Booking,
        (standing, draws): (RegistrationStatus, &[Draw]),
    ) {
        let Some(card) = self.gatherings.get_mut(&gathering) else { return };
        if self.registrations.contains_key(&registration) {
            return;
        }
        let (at, route) = (Stamp::of(record), Route::of(record.actor(), booking));
        let index = card.join(Joined { registration, booking, standing, draws, route, at });
        self.registrations.insert(registration, Spot { gathering, index });
        booking.party.named().for_each(|person| self.note(person, registration));
        if let Some(before) = booking.supersedes {
            self.on(before, |card| card.supersede_by(registration));
        }
    }
}

fn note(of: &mut ShardedMap<PersonId, Theirs>, person: PersonId, registration: RegistrationId) {
    // One that is there already is not added again.
    of.get_or_insert(person, Theirs::One(registration)).add(registration);
}
