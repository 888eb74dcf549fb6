//! What is asked of each fact at its place, of what its gathering alone can tell.

use chrono::{DateTime, Utc};

use super::finding::{Judged, Rule, breach};
use super::gathering::Gathering;
use super::party::HandOver;
use super::plan;
use super::so_far::SoFar;
use crate::fact::Fact;
use crate::id::RegistrationId;
use crate::record::Position;

impl Gathering {
    /// Asks of a fact what is to be asked before it is folded, and notes what later ones of the batch may need of it.
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
    pub(super) fn judge(
        &self,
        fact: &Fact,
        (at, time): (Position, DateTime<Utc>),
        so_far: &mut SoFar,
    ) -> Judged {
        match fact {
            Fact::GatheringRescheduled { schedule, ask, .. } => {
                plan::may_be_rescheduled(schedule, *ask, time)
            }
            Fact::CapacityChanged { pool, capacity, overbook, keep_all, .. } => {
                self.may_be_resized(*pool, *capacity, *overbook, *keep_all)
            }
            Fact::OfferingAdded { offering, pools, .. } => self.may_be_added(offering, pools),
            Fact::SetAsideMade { set_aside, .. } => self.may_be_set_aside(set_aside, time),
            Fact::SetAsideChanged { set_aside, places, release, .. } => {
                self.may_change_set_aside(*set_aside, (*places, *release), time)
            }
            Fact::LineClosed { offering, .. } => self.can_wait(*offering),
            Fact::ReconfirmationClosed { .. } => self.may_close_the_round(time),
            Fact::ResourceAttached { resource, .. } => self.may_be_attached(resource.id, time),
            Fact::ResourceWithdrawn { resource, .. } => self.may_be_withdrawn(*resource),
            Fact::SessionAdded { session, .. } => self.may_come_into_the_programme(session.id),
            Fact::SessionMoved { session, .. } | Fact::SessionRevised { session, .. } => {
                self.live_session(*session).map(|_| ())
            }
            Fact::SessionDropped { session, .. } => {
                so_far.dropped.insert(*session, at);
                self.live_session(*session).map(|_| ())
            }
            Fact::DraftAnnounced { .. } => {
                so_far.became_known = true;
                Ok(())
            }
            Fact::RegistrationConfirmed { .. }
            | Fact::RegistrationWaitlisted { .. }
            | Fact::RegistrationHeld { .. }
            | Fact::ApprovalRequested { .. }
            | Fact::FollowUpRequested { .. }
            | Fact::InterestNoted { .. } => self.judge_new(fact, (time, so_far)),
            Fact::RegistrationPromoted { .. }
            | Fact::HoldExtended { .. }
            | Fact::HoldConfirmed { .. }
            | Fact::RegistrationApproved { .. }
            | Fact::PlaceOffered { .. }
            | Fact::OfferAccepted { .. }
            | Fact::RegistrationReconfirmed { .. } => self.judge_claim(fact, (time, so_far)),
            Fact::RegistrationEnded { .. }
            | Fact::MovedToFollowUp { .. }
            | Fact::PassedOver { .. }
            | Fact::PlaceTransferred { .. }
            | Fact::RegistrationSplit { .. }
            | Fact::PartyChanged { .. }
            | Fact::InvitationAnswered { .. }
            | Fact::PresenceRecorded { .. } => self.judge_people(fact, time, so_far),
            Fact::PersonRecorded { .. }
            | Fact::NamePublished { .. }
            | Fact::CalendarTokenIssued { .. }
            | Fact::CalendarTokenRevoked { .. }
            | Fact::GatheringAnnounced { .. }
            | Fact::BookingOpened { .. }
            | Fact::BookingClosed { .. }
            | Fact::BookingPaused { .. }
            | Fact::BookingToLineOnly { .. }
            | Fact::InterestOpened { .. }
            | Fact::GatheringCancelled { .. }
            | Fact::ModeChanged { .. }
            | Fact::PrioritiesChanged { .. }
            | Fact::BooksClosed { .. }
            | Fact::GatheringArchived { .. }
            | Fact::PersonForgotten { .. }
            | Fact::PersonExported { .. } => Ok(()),
            Fact::AnswersExpired { .. } | Fact::RetentionSet { .. } => self.keeps_answers(),
            Fact::NeedsExpired { .. } | Fact::NeedsRetentionSet { .. } | Fact::NeedsRead { .. } => {
                self.keeps_needs()
            }
            Fact::TagsSet { registration, .. } => self.was_made(*registration),
            Fact::NoteWritten { registration, booker, .. } => self.has_booked(*registration, *booker),
            Fact::ConsentRecorded { registration, person, .. }
            | Fact::NeedsRecorded { registration, person, needs: None, .. } => {
                self.is_on_it(*registration, *person)
            }
            Fact::NeedsRecorded { registration, person, needs: Some(_), .. } => {
                self.needs(*registration, *person, time)
            }
            Fact::CheckInListSet { .. }
            | Fact::CheckInListWithdrawn { .. }
            | Fact::Scanned { .. }
            | Fact::ScanUndone { .. } => self.judge_check_in(fact),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the facts that make registrations, and no other")]
    fn judge_new(&self, fact: &Fact, at: (DateTime<Utc>, &SoFar)) -> Judged {
        match fact {
            Fact::RegistrationConfirmed { booking, draws, .. } => self.confirms(booking, draws, at),
            Fact::RegistrationWaitlisted { booking, ahead, .. } => self.waitlists(booking, *ahead, at.0),
            Fact::RegistrationHeld { booking, draws, until, latest, .. } => {
                self.holds(booking, draws, (*until, *latest), at)
            }
            Fact::ApprovalRequested { booking, draws, pending, .. } => {
                self.requests(booking, draws, *pending, at)
            }
            Fact::FollowUpRequested { booking, .. } => self.asks(booking),
            Fact::InterestNoted { booking, .. } => self.is_interested(booking, at.0),
            _ => Ok(()),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the facts that change claims, and no other")]
    fn judge_claim(&self, fact: &Fact, at: (DateTime<Utc>, &SoFar)) -> Judged {
        match fact {
            Fact::RegistrationPromoted { registration, draws, .. } => self.promotes(*registration, draws, at),
            Fact::PlaceOffered { registration, draws, respond_by, .. } => {
                self.offers(*registration, draws, *respond_by, at)
            }
            Fact::OfferAccepted { registration, .. } => self.accepts(*registration, at.0),
            Fact::HoldExtended { registration, until, .. } => self.extends(*registration, *until, at.0),
            Fact::HoldConfirmed { registration, pending, .. } => {
                self.confirms_hold(*registration, *pending, at.0)
            }
            Fact::RegistrationApproved { registration, draws, ahead, .. } => {
                self.approves(*registration, draws, *ahead, at)
            }
            Fact::RegistrationReconfirmed { registration, .. } => self.reconfirms(*registration, at.0),
            _ => Ok(()),
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the facts about people of registrations, and no other"
    )]
    fn judge_people(&self, fact: &Fact, time: DateTime<Utc>, so_far: &mut SoFar) -> Judged {
        match fact {
            Fact::RegistrationEnded { registration, how, .. } => {
                let judged = self.ends(*registration, *how, time, so_far);
                if let Ok(one) = self.live(*registration) {
                    so_far.ends(one, *how);
                }
                judged
            }
            Fact::MovedToFollowUp { registration, .. } => {
                let judged = self.gives_up(*registration, time);
                if let Ok(one) = self.live(*registration) {
                    so_far.ends(one, crate::fact::Ending::NotReconfirmed);
                }
                judged
            }
            Fact::PassedOver { registration, reason, .. } => {
                let one = self.live(*registration)?;
                so_far.passes(one.offering, *registration, reason);
                self.can_be_the_reason(one, reason, time)
            }
            Fact::PlaceTransferred { registration, place, from, to, .. } => {
                let hand_over = HandOver { place: *place, from: *from, to: *to };
                let judged = self.hands_over(*registration, hand_over, (time, so_far));
                so_far.handed_over.get_or_insert((*from, *to));
                judged
            }
            Fact::RegistrationSplit { registration, keep, .. } => self.splits(*registration, *keep),
            Fact::PartyChanged { registration, removed, added, draws, .. } => {
                self.changes(*registration, (removed, added), draws, (time, so_far))
            }
            Fact::PresenceRecorded { registration, place, presence, seen_at, flagged, .. } => {
                self.sees(*registration, (*place, *presence), *seen_at, *flagged)
            }
            Fact::InvitationAnswered { registration, person, .. } => {
                self.answers(*registration, *person, time)
            }
            _ => Err(breach(Rule::UnknownPart, "a fact that nobody judges")),
        }
    }

    /// The registrations that a fact changes.
    pub(super) fn touched_by(&self, fact: &Fact) -> Vec<RegistrationId> {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "few kinds of facts are about several registrations"
        )]
        match fact {
            Fact::GatheringCancelled { .. } | Fact::BooksClosed { .. } => {
                self.registrations.keys().copied().collect()
            }
            Fact::LineClosed { offering, .. } => self.in_line(*offering),
            Fact::RegistrationSplit { registration, rest, .. } => vec![*registration, *rest],
            // Nothing of it changes, and it may be another gathering's.
            Fact::Scanned { .. } => Vec::new(),
            other => registration_of(other).into_iter().collect(),
        }
    }
}

/// The registration that a fact is about, if it is about one.
pub(super) fn registration_of(fact: &Fact) -> Option<RegistrationId> {
    match fact {
        Fact::RegistrationConfirmed { registration, .. }
        | Fact::RegistrationWaitlisted { registration, .. }
        | Fact::RegistrationPromoted { registration, .. }
        | Fact::RegistrationEnded { registration, .. }
        | Fact::PlaceTransferred { registration, .. }
        | Fact::RegistrationHeld { registration, .. }
        | Fact::HoldExtended { registration, .. }
        | Fact::HoldConfirmed { registration, .. }
        | Fact::ApprovalRequested { registration, .. }
        | Fact::RegistrationApproved { registration, .. }
        | Fact::PlaceOffered { registration, .. }
        | Fact::OfferAccepted { registration, .. }
        | Fact::PassedOver { registration, .. }
        | Fact::RegistrationSplit { registration, .. }
        | Fact::FollowUpRequested { registration, .. }
        | Fact::MovedToFollowUp { registration, .. }
        | Fact::InterestNoted { registration, .. }
        | Fact::PartyChanged { registration, .. }
        | Fact::RegistrationReconfirmed { registration, .. }
        | Fact::InvitationAnswered { registration, .. }
        | Fact::TagsSet { registration, .. }
        | Fact::NoteWritten { registration, .. }
        | Fact::ConsentRecorded { registration, .. }
        | Fact::NeedsRecorded { registration, .. }
        | Fact::PresenceRecorded { registration, .. } => Some(*registration),
        Fact::Scanned { scan, .. } => Some(scan.registration),
        Fact::PersonRecorded { .. }
        | Fact::NamePublished { .. }
        | Fact::CalendarTokenIssued { .. }
        | Fact::CalendarTokenRevoked { .. }
        | Fact::GatheringAnnounced { .. }
        | Fact::GatheringRescheduled { .. }
        | Fact::BookingOpened { .. }
        | Fact::BookingClosed { .. }
        | Fact::BookingPaused { .. }
        | Fact::BookingToLineOnly { .. }
        | Fact::InterestOpened { .. }
        | Fact::CapacityChanged { .. }
        | Fact::GatheringCancelled { .. }
        | Fact::ModeChanged { .. }
        | Fact::OfferingAdded { .. }
        | Fact::SessionAdded { .. }
        | Fact::SessionMoved { .. }
        | Fact::SessionRevised { .. }
        | Fact::SessionDropped { .. }
        | Fact::ReconfirmationClosed { .. }
        | Fact::SetAsideMade { .. }
        | Fact::SetAsideChanged { .. }
        | Fact::LineClosed { .. }
        | Fact::PrioritiesChanged { .. }
        | Fact::DraftAnnounced { .. }
        | Fact::BooksClosed { .. }
        | Fact::GatheringArchived { .. }
        | Fact::ResourceAttached { .. }
        | Fact::ResourceWithdrawn { .. }
        | Fact::PersonForgotten { .. }
        | Fact::PersonExported { .. }
        | Fact::AnswersExpired { .. }
        | Fact::RetentionSet { .. }
        | Fact::NeedsRead { .. }
        | Fact::NeedsRetentionSet { .. }
        | Fact::NeedsExpired { .. }
        | Fact::CheckInListSet { .. }
        | Fact::CheckInListWithdrawn { .. }
        | Fact::ScanUndone { .. } => None,
    }
}
