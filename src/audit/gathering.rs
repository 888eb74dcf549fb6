//! A gathering as its facts tell it: what it is, how it stands, and who is on it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use super::check_in::CheckIn;
use super::finding::{Breach, Judged, Rule, breach, hold};
use super::line::Line;
use super::registration::{Claim, Registration};
use crate::fact::{
    Announcement, AnswerClass, BookingWindow, ByHand, Capacity, Fact, Offering, OrganisationCap, Overbook,
    Reconfirmation, SetAside, Who,
};
use crate::id::{
    OfferingId, OrganisationId, PersonId, PoolId, RegistrationId, RequestId, ResourceId, SeriesId, SessionId,
    SetAsideId,
};
use crate::schedule::Schedule;

#[derive(Debug)]
pub(super) struct Gathering {
    pub(super) life: Life,
    /// When something was last recorded of it.
    pub(super) time: DateTime<Utc>,
    pub(super) schedule: Schedule,
    pub(super) window: BookingWindow,
    /// The organiser's last word on booking.
    pub(super) by_hand: Option<ByHand>,
    pub(super) no_overlap: bool,
    pub(super) series: Option<SeriesId>,
    pub(super) cap: Option<OrganisationCap>,
    pub(super) priorities: Vec<Vec<Who>>,
    pub(super) pools: BTreeMap<PoolId, Pool>,
    pub(super) offerings: BTreeMap<OfferingId, Offered>,
    /// The lines in which somebody stands.
    pub(super) lines: BTreeMap<OfferingId, Line>,
    pub(super) set_asides: BTreeMap<SetAsideId, Kept>,
    pub(super) sessions: BTreeMap<SessionId, Session>,
    pub(super) resources: BTreeSet<ResourceId>,
    /// Whether some offering requires another.
    pub(super) has_requirements: bool,
    /// How many people of each organisation have places.
    pub(super) organisations: HashMap<OrganisationId, u64>,
    /// The question whether new dates suit, while it is open, and who has not answered.
    pub(super) round: Option<Reconfirmation>,
    pub(super) silent: BTreeSet<RegistrationId>,
    pub(super) deadlines: BTreeSet<(DateTime<Utc>, RegistrationId)>,
    /// What is live, and what has ended in the batch that is being read.
    pub(super) registrations: HashMap<RegistrationId, Registration>,
    /// How many places those had that have ended before: somebody may still be seen on one.
    pub(super) past: HashMap<RegistrationId, u32>,
    /// What of what people answered is kept no more.
    pub(super) expired: BTreeSet<AnswerClass>,
    /// The lists at which people are checked in, and the scans.
    pub(super) check_in: CheckIn,
    /// The requests that it was about.
    pub(super) requests: Vec<RequestId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Draft,
    Announced,
    Completed,
    Archived,
    Cancelled,
}

impl Life {
    const fn word(self) -> &'static str {
        match self {
            Self::Draft => "a draft",
            Self::Announced => "announced",
            Self::Completed => "completed",
            Self::Archived => "archived",
            Self::Cancelled => "called off",
        }
    }
}

/// A pool and how many people have places of it.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) capacity: Capacity,
    pub(super) overbook: Overbook,
    pub(super) used: u64,
}

impl Pool {
    pub(super) fn of(pool: &crate::fact::Pool) -> Self {
        Self { capacity: pool.capacity, overbook: pool.overbook, used: 0 }
    }

    /// How many people it takes; `None` is without a limit.
    pub(super) fn limit(&self) -> Option<u64> {
        limit(self.capacity, self.overbook)
    }
}

/// How many people so many places take; `None` is without a limit.
pub(super) fn limit(capacity: Capacity, overbook: Overbook) -> Option<u64> {
    let places = match capacity {
        Capacity::Limited(places) => u64::from(places),
        Capacity::Unlimited => return None,
    };
    let more = match overbook {
        Overbook::No => 0,
        Overbook::Places(more) => u64::from(more),
        Overbook::PerCent(of_hundred) => {
            (places.saturating_mul(u64::from(of_hundred)) / 100).min(u64::from(u32::MAX))
        }
    };
    // Limits are stored in four bytes, and so is what they come to.
    Some(places.saturating_add(more).min(u64::from(u32::MAX)))
}

/// An offering and who holds it.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) terms: Offering,
    /// Whether there is a line to stand in.
    pub(super) keeps_a_line: bool,
    /// The live registration of everybody who is named on one.
    pub(super) holders: HashMap<PersonId, RegistrationId>,
}

impl Offered {
    pub(super) fn of(terms: &Offering) -> Self {
        Self { terms: terms.clone(), keeps_a_line: terms.waiting_list, holders: HashMap::new() }
    }

    /// The registrations for it, each once, in the order of their ids.
    pub(super) fn registrations(&self) -> BTreeSet<RegistrationId> {
        self.holders.values().copied().collect()
    }
}

/// A set-aside and how many places of it are drawn.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) terms: SetAside,
    pub(super) drawn: u64,
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) schedule: Schedule,
    pub(super) speakers: Vec<PersonId>,
    pub(super) dropped: bool,
}

impl Gathering {
    pub(super) fn announced(announcement: &Announcement, time: DateTime<Utc>) -> Self {
        let kept = |terms: &SetAside| (terms.id, Kept { terms: terms.clone(), drawn: 0 });
        Self {
            life: if announcement.draft { Life::Draft } else { Life::Announced },
            time,
            schedule: announcement.schedule.clone(),
            window: announcement.window,
            by_hand: None,
            no_overlap: announcement.no_overlap,
            series: announcement.series,
            cap: announcement.organisation_cap,
            priorities: announcement.priorities.clone(),
            pools: announcement.pools.iter().map(|pool| (pool.id, Pool::of(pool))).collect(),
            offerings: announcement.offerings.iter().map(|terms| (terms.id, Offered::of(terms))).collect(),
            lines: BTreeMap::new(),
            set_asides: announcement.set_asides.iter().map(kept).collect(),
            sessions: BTreeMap::new(),
            resources: BTreeSet::new(),
            has_requirements: announcement.offerings.iter().any(|terms| terms.requires.is_some()),
            organisations: HashMap::new(),
            round: None,
            silent: BTreeSet::new(),
            deadlines: BTreeSet::new(),
            registrations: HashMap::new(),
            past: HashMap::new(),
            expired: BTreeSet::new(),
            check_in: CheckIn::default(),
            requests: Vec::new(),
        }
    }

    pub(super) fn stands(&self) -> bool {
        matches!(self.life, Life::Draft | Life::Announced)
    }

    pub(super) fn is_over(&self, time: DateTime<Utc>) -> bool {
        self.schedule.ends().is_some_and(|end| end <= time)
    }

    /// Whether its places take their people's time.
    pub(super) fn takes_time(&self) -> bool {
        self.no_overlap || self.series.is_some()
    }

    pub(super) fn offered(&self, id: OfferingId) -> Result<&Offered, Breach> {
        self.offerings.get(&id).ok_or_else(|| breach(Rule::UnknownPart, format!("there is no offering {id}")))
    }

    pub(super) fn pool(&self, id: PoolId) -> Result<&Pool, Breach> {
        self.pools.get(&id).ok_or_else(|| breach(Rule::UnknownPart, format!("there is no pool {id}")))
    }

    pub(super) fn kept(&self, id: SetAsideId) -> Result<&Kept, Breach> {
        self.set_asides
            .get(&id)
            .ok_or_else(|| breach(Rule::UnknownPart, format!("there is no set-aside {id}")))
    }

    /// A session that was not dropped.
    pub(super) fn live_session(&self, id: SessionId) -> Result<&Session, Breach> {
        let session = self.sessions.get(&id).filter(|session| !session.dropped);
        session.ok_or_else(|| breach(Rule::Programme, format!("session {id} is not in the programme")))
    }

    /// A registration that has not ended.
    pub(super) fn live(&self, id: RegistrationId) -> Result<&Registration, Breach> {
        match self.registrations.get(&id) {
            Some(one) if one.is_live() => Ok(one),
            Some(_) => Err(breach(Rule::Ended, "the registration has ended")),
            None if self.past.contains_key(&id) => {
                Err(breach(Rule::Ended, "the registration ended long before"))
            }
            None => Err(breach(Rule::UnknownRegistration, "there is no such registration on the gathering")),
        }
    }

    pub(super) fn known(&self, id: RegistrationId) -> Option<&Registration> {
        self.registrations.get(&id)
    }

    /// The live registration that somebody has for an offering.
    pub(super) fn holder(&self, offering: OfferingId, person: PersonId) -> Option<&Registration> {
        let id = self.offerings.get(&offering)?.holders.get(&person)?;
        self.registrations.get(id).filter(|one| one.is_live())
    }

    /// When it takes place what an offering is for.
    pub(super) fn time_of(&self, offering: &Offering) -> Option<&Schedule> {
        match offering.session {
            Some(session) => self.sessions.get(&session).map(|session| &session.schedule),
            None => Some(&self.schedule),
        }
    }

    /// Along which edges a life goes, and what can still happen after its end.
    pub(super) fn may_happen(&self, fact: &Fact, time: DateTime<Utc>) -> Judged {
        let may = match stage(fact) {
            Stage::Standing => self.stands(),
            Stage::Booking => self.life == Life::Announced,
            Stage::Afterwards => matches!(self.life, Life::Announced | Life::Completed),
            Stage::NotGone => self.stands() || self.life == Life::Completed,
            Stage::Draft => self.life == Life::Draft,
            Stage::Any => true,
            Stage::Kept => self.life != Life::Archived,
            Stage::Completed => self.life == Life::Completed,
            Stage::Ending(id) => {
                let is_asking = || self.known(id).is_some_and(|one| one.claim == Claim::FollowUp);
                self.life == Life::Announced || self.life == Life::Completed && is_asking()
            }
        };
        hold(may, Rule::Lifecycle, || format!("the gathering is {}", self.life.word()))?;
        let closes_books = matches!(fact, Fact::BooksClosed { .. });
        hold(!closes_books || self.is_over(time), Rule::NotOver, || {
            String::from("the books are closed, and it is not over")
        })?;
        hold(!is_a_word(fact) || !self.is_over(time), Rule::Over, || {
            String::from("something is said of booking, and it is over")
        })
    }

    /// Whether nothing more can happen to it.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.life, Life::Cancelled | Life::Archived)
    }

    /// Whether its books are closed: what is in them is over.
    pub(super) fn is_completed(&self) -> bool {
        matches!(self.life, Life::Completed | Life::Archived)
    }

    /// Forgets what has ended in the batch that was read, but for how many places it had.
    pub(super) fn forget_ended(&mut self, touched: impl Iterator<Item = RegistrationId>) {
        if self.is_gone() {
            // Nothing more happens to it, and nobody is seen there.
            self.registrations = HashMap::new();
            self.past = HashMap::new();
            self.offerings.clear();
            self.lines.clear();
            return;
        }
        for id in touched {
            if let Some(one) = self.registrations.get(&id).filter(|one| !one.is_live()) {
                self.past.insert(id, one.party.size());
                self.registrations.remove(&id);
            }
        }
    }
}

/// In which part of a gathering's life a fact can happen.
enum Stage {
    /// Whatever has become of it: what is known of people can be erased at any time.
    Any,
    /// As long as it was not put away.
    Kept,
    Draft,
    /// A draft, too.
    Standing,
    Booking,
    Afterwards,
    /// A draft, and one whose books are closed, too.
    NotGone,
    Completed,
    /// As long as it can be booked; and later, where somebody does not want any more what there is afterwards.
    Ending(RegistrationId),
}

fn stage(fact: &Fact) -> Stage {
    match fact {
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
        | Fact::SetAsideMade { .. }
        | Fact::SetAsideChanged { .. }
        | Fact::LineClosed { .. }
        | Fact::PrioritiesChanged { .. } => Stage::Standing,
        Fact::RegistrationConfirmed { .. }
        | Fact::RegistrationWaitlisted { .. }
        | Fact::RegistrationPromoted { .. }
        | Fact::PlaceTransferred { .. }
        | Fact::RegistrationHeld { .. }
        | Fact::HoldExtended { .. }
        | Fact::HoldConfirmed { .. }
        | Fact::ApprovalRequested { .. }
        | Fact::RegistrationApproved { .. }
        | Fact::PlaceOffered { .. }
        | Fact::OfferAccepted { .. }
        | Fact::PassedOver { .. }
        | Fact::RegistrationSplit { .. }
        | Fact::MovedToFollowUp { .. }
        | Fact::InterestNoted { .. }
        | Fact::PartyChanged { .. }
        | Fact::RegistrationReconfirmed { .. }
        | Fact::InvitationAnswered { .. }
        | Fact::NeedsRecorded { needs: Some(_), .. }
        | Fact::ReconfirmationClosed { .. }
        | Fact::BooksClosed { .. } => Stage::Booking,
        Fact::RegistrationEnded { registration, .. } => Stage::Ending(*registration),
        Fact::FollowUpRequested { .. }
        | Fact::PresenceRecorded { .. }
        | Fact::Scanned { .. }
        | Fact::ScanUndone { .. }
        | Fact::ResourceAttached { .. }
        | Fact::ResourceWithdrawn { .. } => Stage::Afterwards,
        Fact::CheckInListSet { .. } | Fact::CheckInListWithdrawn { .. } => Stage::NotGone,
        Fact::DraftAnnounced { .. } => Stage::Draft,
        Fact::PersonForgotten { .. }
        | Fact::PersonExported { .. }
        | Fact::AnswersExpired { .. }
        | Fact::RetentionSet { .. }
        | Fact::ConsentRecorded { .. }
        | Fact::NeedsRecorded { needs: None, .. }
        | Fact::NeedsRead { .. }
        | Fact::NeedsRetentionSet { .. }
        | Fact::NeedsExpired { .. } => Stage::Any,
        Fact::TagsSet { .. } | Fact::NoteWritten { .. } => Stage::Kept,
        Fact::GatheringArchived { .. } => Stage::Completed,
    }
}

/// Whether a fact is a word of the organiser's on booking, or something more to book.
fn is_a_word(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::BookingOpened { .. }
            | Fact::BookingClosed { .. }
            | Fact::BookingPaused { .. }
            | Fact::BookingToLineOnly { .. }
            | Fact::InterestOpened { .. }
            | Fact::OfferingAdded { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_the_capacity_and_what_it_is_overbooked_by() {
        assert_eq!(limit(Capacity::Limited(19), Overbook::PerCent(10)), Some(20));
        assert_eq!(limit(Capacity::Limited(0), Overbook::Places(3)), Some(3));
        assert_eq!(limit(Capacity::Limited(u32::MAX), Overbook::Places(1)), Some(u64::from(u32::MAX)));
        assert_eq!(limit(Capacity::Unlimited, Overbook::No), None);
    }
}
