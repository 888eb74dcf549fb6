//! What each fact does to what an audit knows of its gathering.

use std::collections::BTreeMap;

use crate::fact::{AnswerClass, Booking, ByHand, Draw, Fact, Offering, Party, Reconfirmation};
use crate::id::{OfferingId, PersonId, RegistrationId};
use crate::record::Position;
use crate::schedule::Schedule;

use super::gathering::{Gathering, Kept, Life, Offered, Pool, Session};
use super::party::after_change;
use super::registration::{Asked, Claim, Registration};

impl Gathering {
    /// Folds a fact, whatever was found wrong with it: it has happened. What makes no sense changes nothing.
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
    pub(super) fn fold(&mut self, fact: &Fact, at: Position) {
        match fact {
            Fact::GatheringRescheduled { schedule, ask, .. } => self.reschedule(schedule, *ask),
            Fact::BookingOpened { .. } => self.by_hand = Some(ByHand::Opened),
            Fact::BookingClosed { .. } => self.by_hand = Some(ByHand::Closed),
            Fact::BookingPaused { .. } => self.by_hand = Some(ByHand::Paused),
            Fact::BookingToLineOnly { .. } => self.by_hand = Some(ByHand::LineOnly),
            Fact::InterestOpened { .. } => self.by_hand = Some(ByHand::InterestOnly),
            Fact::CapacityChanged { pool, capacity, overbook, .. } => {
                self.pools.entry(*pool).and_modify(|it| (it.capacity, it.overbook) = (*capacity, *overbook));
            }
            Fact::OfferingAdded { offering, pools, .. } => self.add(offering, pools),
            Fact::SetAsideMade { set_aside, .. } => {
                let kept = Kept { terms: set_aside.clone(), drawn: 0 };
                self.set_asides.entry(set_aside.id).or_insert(kept);
            }
            Fact::SetAsideChanged { set_aside, places, release, .. } => {
                let terms = (*places, *release);
                let known = self.set_asides.entry(*set_aside);
                known.and_modify(|kept| (kept.terms.places, kept.terms.release) = terms);
            }
            Fact::LineClosed { offering, .. } => self.close_line(*offering),
            Fact::PrioritiesChanged { priorities, .. } => {
                self.priorities.clone_from(priorities);
                self.stand_anew();
            }
            Fact::DraftAnnounced { .. } => self.life = Life::Announced,
            Fact::GatheringCancelled { .. } => self.life = Life::Cancelled,
            Fact::GatheringArchived { .. } => self.life = Life::Archived,
            Fact::BooksClosed { .. } => self.close_books(),
            Fact::ReconfirmationClosed { .. } => self.round = None,
            Fact::SessionAdded { .. }
            | Fact::SessionMoved { .. }
            | Fact::SessionRevised { .. }
            | Fact::SessionDropped { .. } => self.fold_session(fact),
            Fact::ResourceAttached { resource, .. } => drop(self.resources.insert(resource.id)),
            Fact::ResourceWithdrawn { resource, .. } => drop(self.resources.remove(resource)),
            Fact::AnswersExpired { .. } => drop(self.expired.insert(AnswerClass::Answers)),
            Fact::NeedsExpired { .. } => drop(self.expired.insert(AnswerClass::Needs)),
            Fact::CheckInListSet { .. }
            | Fact::CheckInListWithdrawn { .. }
            | Fact::Scanned { .. }
            | Fact::ScanUndone { .. } => self.check_in.fold(fact),
            Fact::PersonRecorded { .. }
            | Fact::PersonForgotten { .. }
            | Fact::PersonExported { .. }
            | Fact::RetentionSet { .. }
            | Fact::NamePublished { .. }
            | Fact::CalendarTokenIssued { .. }
            | Fact::CalendarTokenRevoked { .. }
            | Fact::GatheringAnnounced { .. }
            | Fact::ModeChanged { .. }
            | Fact::InvitationAnswered { .. }
            | Fact::TagsSet { .. }
            | Fact::NoteWritten { .. }
            | Fact::ConsentRecorded { .. }
            | Fact::NeedsRecorded { .. }
            | Fact::NeedsRead { .. }
            | Fact::NeedsRetentionSet { .. }
            | Fact::PassedOver { .. } => {}
            Fact::RegistrationConfirmed { .. }
            | Fact::RegistrationWaitlisted { .. }
            | Fact::RegistrationHeld { .. }
            | Fact::ApprovalRequested { .. }
            | Fact::FollowUpRequested { .. }
            | Fact::InterestNoted { .. } => self.fold_new(fact, at),
            Fact::RegistrationPromoted { .. }
            | Fact::RegistrationEnded { .. }
            | Fact::HoldExtended { .. }
            | Fact::HoldConfirmed { .. }
            | Fact::RegistrationApproved { .. }
            | Fact::PlaceOffered { .. }
            | Fact::OfferAccepted { .. }
            | Fact::MovedToFollowUp { .. }
            | Fact::RegistrationReconfirmed { .. } => self.fold_claim(fact, at),
            Fact::PlaceTransferred { .. }
            | Fact::RegistrationSplit { .. }
            | Fact::PartyChanged { .. }
            | Fact::PresenceRecorded { .. } => self.fold_people(fact),
        }
    }

    /// New dates. Where they ask, everybody with a confirmed place is asked.
    fn reschedule(&mut self, schedule: &Schedule, ask: Option<Reconfirmation>) {
        self.schedule = schedule.clone();
        if ask.is_none() {
            return;
        }
        self.round = ask;
        self.silent.clear();
        for one in self.registrations.values_mut() {
            one.asked = if one.claim == Claim::Confirmed { Asked::Open } else { Asked::Not };
            if one.is_silent() {
                self.silent.insert(one.id);
            }
        }
    }

    fn add(&mut self, offering: &Offering, pools: &[crate::fact::Pool]) {
        for pool in pools {
            self.pools.entry(pool.id).or_insert_with(|| Pool::of(pool));
        }
        self.has_requirements |= offering.requires.is_some();
        self.offerings.entry(offering.id).or_insert_with(|| Offered::of(offering));
    }

    fn close_line(&mut self, offering: OfferingId) {
        for id in self.in_line(offering) {
            self.change(id, |one| one.claim = Claim::Ended);
        }
        if let Some(offered) = self.offerings.get_mut(&offering) {
            offered.keeps_a_line = false;
        }
    }

    /// What was not decided ends.
    fn close_books(&mut self) {
        self.life = Life::Completed;
        let keeps = |claim| matches!(claim, Claim::Confirmed | Claim::FollowUp | Claim::Ended);
        let ends = self.registrations.values().filter(|one| !keeps(one.claim));
        let ends: Vec<RegistrationId> = ends.map(|one| one.id).collect();
        for id in ends {
            self.change(id, |one| one.claim = Claim::Ended);
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the facts of sessions, of which the caller has made sure"
    )]
    fn fold_session(&mut self, fact: &Fact) {
        match fact {
            Fact::SessionAdded { session, .. } => {
                let (schedule, speakers) = (session.schedule.clone(), session.texts.speakers.clone());
                self.sessions.insert(session.id, Session { schedule, speakers, dropped: false });
            }
            Fact::SessionRevised { session, texts, .. } => {
                if let Some(session) = self.sessions.get_mut(session) {
                    session.speakers.clone_from(&texts.speakers);
                }
            }
            Fact::SessionMoved { session, schedule, .. } => {
                if let Some(session) = self.sessions.get_mut(session) {
                    session.schedule = schedule.clone();
                }
            }
            Fact::SessionDropped { session, .. } => {
                if let Some(session) = self.sessions.get_mut(session) {
                    session.dropped = true;
                }
            }
            _ => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the facts that make registrations, and no other")]
    fn fold_new(&mut self, fact: &Fact, at: Position) {
        match fact {
            Fact::RegistrationConfirmed { registration, booking, draws, .. } => {
                self.enter(*registration, booking, Claim::Confirmed, draws, at);
            }
            Fact::RegistrationWaitlisted { registration, booking, .. } => {
                self.enter(*registration, booking, Claim::Waiting, &[], at);
            }
            Fact::RegistrationHeld { registration, booking, draws, until, latest, .. } => {
                let claim = Claim::Held { until: *until, latest: *latest };
                self.enter(*registration, booking, claim, draws, at);
            }
            Fact::ApprovalRequested { registration, booking, draws, pending, .. } => {
                let claim = Claim::Pending { uses_places: pending.uses_places, until: pending.until };
                self.enter(*registration, booking, claim, draws, at);
            }
            Fact::FollowUpRequested { registration, booking, .. } => {
                self.enter(*registration, booking, Claim::FollowUp, &[], at);
            }
            Fact::InterestNoted { registration, booking, .. } => {
                self.enter(*registration, booking, Claim::Interested, &[], at);
            }
            _ => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the facts that change claims, and no other")]
    fn fold_claim(&mut self, fact: &Fact, at: Position) {
        match fact {
            Fact::RegistrationPromoted { registration, draws, .. }
            | Fact::RegistrationApproved { registration, draws, ahead: None, .. } => {
                self.change(*registration, |one| (one.claim, one.draws) = (Claim::Confirmed, draws.clone()));
            }
            Fact::RegistrationApproved { registration, .. } => {
                self.change(*registration, |one| {
                    (one.claim, one.joined) = (Claim::Waiting, at);
                    one.draws.clear();
                });
            }
            Fact::PlaceOffered { registration, draws, respond_by, .. } => {
                let claim = Claim::Offered { respond_by: *respond_by };
                self.change(*registration, |one| (one.claim, one.draws) = (claim, draws.clone()));
            }
            Fact::OfferAccepted { registration, .. } => {
                self.change(*registration, |one| one.claim = Claim::Confirmed);
            }
            Fact::HoldExtended { registration, until, .. } => self.change(*registration, |one| {
                if let Claim::Held { until: before, .. } = &mut one.claim {
                    *before = *until;
                }
            }),
            Fact::HoldConfirmed { registration, pending, .. } => {
                let claim = pending.map_or(Claim::Confirmed, |pending| Claim::Pending {
                    uses_places: pending.uses_places,
                    until: pending.until,
                });
                self.change(*registration, |one| one.claim = claim);
            }
            Fact::MovedToFollowUp { registration, .. } => self.change(*registration, |one| {
                one.claim = Claim::FollowUp;
                one.draws.clear();
            }),
            Fact::RegistrationEnded { registration, .. } => {
                self.change(*registration, |one| one.claim = Claim::Ended);
            }
            Fact::RegistrationReconfirmed { registration, .. } => {
                self.change(*registration, |one| one.asked = Asked::Answered);
            }
            _ => {}
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the facts about people of registrations, and no other"
    )]
    fn fold_people(&mut self, fact: &Fact) {
        match fact {
            Fact::PlaceTransferred { registration, place, to, .. } => {
                self.change(*registration, |one| match place.checked_sub(2) {
                    None => one.party.booker = *to,
                    Some(guest) => {
                        if let Some(guest) = one.party.guests.get_mut(usize::from(guest)) {
                            *guest = Some(*to);
                        }
                    }
                });
            }
            Fact::RegistrationSplit { registration, rest, keep, .. } => {
                self.split(*registration, *rest, *keep);
            }
            Fact::PartyChanged { registration, removed, added, draws, .. } => {
                self.change_party(*registration, removed, added, draws);
            }
            Fact::PresenceRecorded { registration, place, presence, seen_at, .. } => {
                let Some(one) = self.registrations.get_mut(registration) else { return };
                if !one.seen.contains(place) {
                    one.seen.push(*place);
                }
                let said = one.said.entry(*place).or_insert((*seen_at, *presence));
                *said = (*said).max((*seen_at, *presence));
            }
            _ => {}
        }
    }

    fn split(&mut self, id: RegistrationId, rest: RegistrationId, keep: u16) {
        if self.registrations.contains_key(&rest) {
            return;
        }
        let mut new = None;
        self.change(id, |one| {
            let stays = usize::from(keep.saturating_sub(1)).min(one.party.guests.len());
            let mut guests = one.party.guests.split_off(stays).into_iter();
            // Whoever may be split has everybody named.
            if let Some(booker) = guests.next().flatten() {
                let party = Party { booker, guests: guests.collect() };
                new = Some(Registration {
                    id: rest,
                    party,
                    is_rest: true,
                    seen: Vec::new(),
                    said: BTreeMap::new(),
                    ..one.clone()
                });
            }
        });
        if let Some(new) = new {
            self.take_up(&new, true);
            self.registrations.insert(rest, new);
        }
    }

    fn change_party(
        &mut self,
        id: RegistrationId,
        removed: &[u16],
        added: &[Option<PersonId>],
        draws: &[Draw],
    ) {
        self.change(id, |one| {
            one.party = after_change(&one.party, removed, added);
            one.draws = draws.to_vec();
        });
    }

    fn enter(&mut self, id: RegistrationId, booking: &Booking, claim: Claim, draws: &[Draw], at: Position) {
        if self.registrations.contains_key(&id) || self.past.contains_key(&id) {
            return;
        }
        let one = Registration::made(id, booking, claim, draws, at);
        self.take_up(&one, true);
        self.registrations.insert(id, one);
    }

    /// Changes a live registration: it gives back all that it has, and takes up what it has then.
    fn change(&mut self, id: RegistrationId, how: impl FnOnce(&mut Registration)) {
        let Some(mut one) = self.registrations.remove(&id) else { return };
        if one.is_live() {
            self.take_up(&one, false);
            how(&mut one);
            self.take_up(&one, true);
        }
        self.registrations.insert(id, one);
    }

    /// Takes up, or gives back, what a registration has by its claim.
    fn take_up(&mut self, one: &Registration, takes: bool) {
        if !one.is_live() {
            return;
        }
        if one.claim.uses_places() {
            self.occupy(one, takes);
        }
        if one.claim == Claim::Waiting {
            self.stand_in_line(one, takes);
        }
        if let Some(deadline) = one.claim.deadline() {
            let _ = if takes {
                self.deadlines.insert((deadline, one.id))
            } else {
                self.deadlines.remove(&(deadline, one.id))
            };
        }
        if one.is_silent() {
            let _ = if takes { self.silent.insert(one.id) } else { self.silent.remove(&one.id) };
        }
        let Some(offered) = self.offerings.get_mut(&one.offering) else { return };
        for person in one.party.named() {
            if takes {
                offered.holders.insert(person, one.id);
            } else if offered.holders.get(&person) == Some(&one.id) {
                offered.holders.remove(&person);
            }
        }
    }
}
