//! Facts as they are kept: in batches, at positions, under guards.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::fact::Fact;
use crate::id::{ActorId, GatheringId, LogId, PersonId, RegistrationId, RequestId, SessionId, TraceId};
use crate::image::image;

/// A record's number in the log: 1, 2, 3 … without a gap. [`START`](Self::START) is before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(u64);

image!(tuple Position(number));

impl Position {
    /// Before the first record: the head of an empty log.
    pub const START: Self = Self(0);

    /// Takes a number that a host has kept.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The position so many records later.
    #[must_use]
    pub fn plus(self, records: usize) -> Self {
        Self(self.0.saturating_add(u64::try_from(records).unwrap_or(u64::MAX)))
    }

    /// The position one record later.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus(1)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Whom or what a fact is about: a kind of id and the id, exact, never personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Tag {
    /// About a gathering.
    Gathering(GatheringId),
    /// About a person.
    Person(PersonId),
    /// About a registration.
    Registration(RegistrationId),
    /// About a session.
    Session(SessionId),
}

impl Tag {
    /// Every tag of a fact, in the order in which its ids are stored.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "every kind of fact has a place in one arm")]
    pub fn of(fact: &Fact) -> Vec<Self> {
        match fact {
            Fact::PersonRecorded { person, .. }
            | Fact::NamePublished { person, .. }
            | Fact::PersonForgotten { person }
            | Fact::PersonExported { person, .. }
            | Fact::CalendarTokenIssued { person, .. }
            | Fact::CalendarTokenRevoked { person } => {
                vec![Self::Person(*person)]
            }
            Fact::GatheringAnnounced { gathering, .. }
            | Fact::GatheringRescheduled { gathering, .. }
            | Fact::BookingOpened { gathering }
            | Fact::BookingClosed { gathering }
            | Fact::CapacityChanged { gathering, .. }
            | Fact::ModeChanged { gathering, .. }
            | Fact::ReconfirmationClosed { gathering }
            | Fact::SetAsideMade { gathering, .. }
            | Fact::SetAsideChanged { gathering, .. }
            | Fact::BookingPaused { gathering, .. }
            | Fact::BookingToLineOnly { gathering }
            | Fact::InterestOpened { gathering }
            | Fact::LineClosed { gathering, .. }
            | Fact::PrioritiesChanged { gathering, .. }
            | Fact::DraftAnnounced { gathering }
            | Fact::BooksClosed { gathering }
            | Fact::GatheringArchived { gathering }
            | Fact::ResourceAttached { gathering, .. }
            | Fact::ResourceWithdrawn { gathering, .. }
            | Fact::AnswersExpired { gathering }
            | Fact::RetentionSet { gathering, .. }
            | Fact::NeedsRead { gathering, .. }
            | Fact::NeedsRetentionSet { gathering, .. }
            | Fact::NeedsExpired { gathering }
            | Fact::CheckInListWithdrawn { gathering, .. }
            | Fact::ScanUndone { gathering, .. }
            | Fact::GatheringCancelled { gathering } => vec![Self::Gathering(*gathering)],
            Fact::CheckInListSet { gathering, list } => {
                let mut tags = vec![Self::Gathering(*gathering)];
                tags.extend(list.session.map(Self::Session));
                tags
            }
            Fact::Scanned { gathering, scan, .. } => {
                vec![Self::Gathering(*gathering), Self::Registration(scan.registration)]
            }
            Fact::OfferingAdded { gathering, offering, .. } => {
                let mut tags = vec![Self::Gathering(*gathering)];
                tags.extend(offering.session.map(Self::Session));
                tags
            }
            Fact::SessionAdded { gathering, session } => {
                let mut tags = vec![Self::Gathering(*gathering), Self::Session(session.id)];
                tags.extend(session.texts.speakers.iter().copied().map(Self::Person));
                tags
            }
            Fact::SessionRevised { gathering, session, texts } => {
                let mut tags = vec![Self::Gathering(*gathering), Self::Session(*session)];
                tags.extend(texts.speakers.iter().copied().map(Self::Person));
                tags
            }
            Fact::SessionMoved { gathering, session, .. } | Fact::SessionDropped { gathering, session } => {
                vec![Self::Gathering(*gathering), Self::Session(*session)]
            }
            Fact::RegistrationConfirmed { gathering, registration, booking, .. }
            | Fact::RegistrationWaitlisted { gathering, registration, booking, .. }
            | Fact::RegistrationHeld { gathering, registration, booking, .. }
            | Fact::ApprovalRequested { gathering, registration, booking, .. }
            | Fact::FollowUpRequested { gathering, registration, booking }
            | Fact::InterestNoted { gathering, registration, booking } => {
                let mut tags = Vec::with_capacity(booking.party.guests.len().saturating_add(3));
                tags.extend([Self::Gathering(*gathering), Self::Registration(*registration)]);
                tags.extend(booking.party.named().map(Self::Person));
                tags
            }
            Fact::PlaceTransferred { gathering, registration, from, to, .. } => {
                let mut tags = vec![Self::Gathering(*gathering), Self::Registration(*registration)];
                tags.push(Self::Person(*to));
                tags.extend(from.map(Self::Person));
                tags
            }
            Fact::RegistrationSplit { gathering, registration, rest, .. } => {
                vec![
                    Self::Gathering(*gathering),
                    Self::Registration(*registration),
                    Self::Registration(*rest),
                ]
            }
            Fact::PartyChanged { gathering, registration, added, .. } => {
                let mut tags = vec![Self::Gathering(*gathering), Self::Registration(*registration)];
                tags.extend(added.iter().copied().flatten().map(Self::Person));
                tags
            }
            Fact::HoldConfirmed { gathering, registration, booker, .. }
            | Fact::NoteWritten { gathering, registration, booker, .. } => {
                vec![Self::Gathering(*gathering), Self::Registration(*registration), Self::Person(*booker)]
            }
            Fact::InvitationAnswered { gathering, registration, person, .. }
            | Fact::ConsentRecorded { gathering, registration, person, .. }
            | Fact::NeedsRecorded { gathering, registration, person, .. } => {
                vec![Self::Gathering(*gathering), Self::Registration(*registration), Self::Person(*person)]
            }
            Fact::RegistrationPromoted { gathering, registration, .. }
            | Fact::TagsSet { gathering, registration, .. }
            | Fact::RegistrationEnded { gathering, registration, .. }
            | Fact::HoldExtended { gathering, registration, .. }
            | Fact::RegistrationApproved { gathering, registration, .. }
            | Fact::PlaceOffered { gathering, registration, .. }
            | Fact::OfferAccepted { gathering, registration }
            | Fact::PassedOver { gathering, registration, .. }
            | Fact::MovedToFollowUp { gathering, registration }
            | Fact::RegistrationReconfirmed { gathering, registration }
            | Fact::PresenceRecorded { gathering, registration, .. } => {
                vec![Self::Gathering(*gathering), Self::Registration(*registration)]
            }
        }
    }
}

/// What a decision has read, and so what must not have changed under it.
///
/// It is everything or a list of tags that is never empty: an empty query means "all" to some stores and "none"
/// to others, so it cannot be written down here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "query")]
pub struct Scope(Option<Vec<Tag>>);

impl Scope {
    /// The largest list; what reads more reads everything.
    pub const LIMIT: usize = 32;

    /// The whole log.
    #[must_use]
    pub fn everything() -> Self {
        Self(None)
    }

    /// The records that bear at least one of these tags. None at all, or more than [`LIMIT`](Self::LIMIT),
    /// is everything: the careful reading.
    #[must_use]
    pub fn of(tags: impl IntoIterator<Item = Tag>) -> Self {
        let mut tags: Vec<Tag> = tags.into_iter().collect();
        tags.sort_unstable();
        tags.dedup();
        if tags.is_empty() || tags.len() > Self::LIMIT { Self::everything() } else { Self(Some(tags)) }
    }

    /// The tags, sorted; `None` is everything.
    #[must_use]
    pub fn tags(&self) -> Option<&[Tag]> {
        self.0.as_deref()
    }

    /// Whether a record with these tags is within the scope.
    #[must_use]
    pub fn covers(&self, tags: &[Tag]) -> bool {
        match &self.0 {
            None => true,
            Some(scope) => tags.iter().any(|tag| scope.binary_search(tag).is_ok()),
        }
    }
}

/// "Refuse this batch if a record within `scope` came after `seen`."
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "append condition")]
#[doc(alias = "DCB")]
pub struct Guard {
    /// The head of the log that the decision knew.
    pub seen: Position,
    /// What the decision read.
    pub scope: Scope,
}

/// The facts of one decision: stored all, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "transaction")]
pub struct Batch {
    /// The request that was decided on. No two batches of a log share it.
    pub id: RequestId,
    /// When it was decided, to the microsecond.
    pub time: DateTime<Utc>,
    /// Who asked, where the host says so.
    pub actor: Option<ActorId>,
    /// The host's own trace.
    pub trace: Option<TraceId>,
    /// What the request asked for, as a hash of all that is clear in it: the same request is known again by it. `None` in
    /// batches of before it was kept.
    pub content: Option<Content>,
    /// What the decision stands on.
    pub guard: Guard,
    /// What has happened, in order, at least one.
    pub facts: Vec<Fact>,
}

impl Batch {
    /// The facts as records, the first of them at `first`.
    pub fn records(&self, first: Position) -> impl Iterator<Item = Record<'_>> {
        self.facts.iter().enumerate().map(move |(n, fact)| Record {
            position: first.plus(n),
            batch: self,
            fact,
        })
    }
}

/// A hash of what a request asked for: of the command's name and of all that is clear in it, nothing personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Content([u8; 8]);

impl Content {
    /// The hash.
    #[must_use]
    pub const fn bytes(self) -> [u8; 8] {
        self.0
    }

    /// Takes a hash that was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }
}

/// A batch in its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBatch {
    /// The position of its first fact.
    pub first: Position,
    /// The batch as it was appended.
    pub batch: Batch,
}

impl StoredBatch {
    /// The position of its last fact.
    #[must_use]
    pub fn last(&self) -> Position {
        Position(self.first.0.saturating_sub(1)).plus(self.batch.facts.len())
    }

    /// Its facts as records.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.batch.records(self.first)
    }
}

/// A fact as stored: with its position, its time and who asked.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "envelope")]
pub struct Record<'a> {
    position: Position,
    batch: &'a Batch,
    fact: &'a Fact,
}

impl<'a> Record<'a> {
    /// Its number in the log.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// When it was decided.
    #[must_use]
    pub fn time(&self) -> DateTime<Utc> {
        self.batch.time
    }

    /// The request that it answers.
    #[must_use]
    pub fn request(&self) -> RequestId {
        self.batch.id
    }

    /// Who asked, where the host said so.
    #[must_use]
    pub fn actor(&self) -> Option<ActorId> {
        self.batch.actor
    }

    /// What has happened.
    #[must_use]
    pub fn fact(&self) -> &'a Fact {
        self.fact
    }
}

/// A point in one log where a batch ends. Two logs with the same anchor hold the same bytes up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Which log.
    pub log: LogId,
    /// The position of the last record up to here.
    pub position: Position,
    /// The hash over every batch up to here.
    pub chain: Chain,
}

/// A hash over every batch of a prefix, each over the one before. The same in every store.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chain([u8; 32]);

impl Chain {
    /// The chain of a log without a batch.
    #[must_use]
    pub fn genesis(log: LogId) -> Self {
        let mut hash = blake3::Hasher::new_derive_key("gather 2026 chain of a log");
        hash.update(&log.bytes());
        Self(hash.finalize().into())
    }

    /// The chain one batch later.
    #[must_use]
    pub fn then(self, batch: &[u8]) -> Self {
        let mut hash = blake3::Hasher::new();
        hash.update(&self.0);
        hash.update(batch);
        Self(hash.finalize().into())
    }

    /// The hash.
    #[must_use]
    pub const fn bytes(self) -> [u8; 32] {
        self.0
    }

    /// Takes a hash that was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chain(")?;
        self.0.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_never_empty() {
        assert_eq!(Scope::of([]), Scope::everything());
        assert!(Scope::of([]).covers(&[]));
        let many = (0..33).map(|n| Tag::Person(PersonId::from_u128(n)));
        assert_eq!(Scope::of(many), Scope::everything());
    }

    #[test]
    fn a_scope_covers_what_shares_a_tag() {
        let (a, b) = (Tag::Person(PersonId::from_u128(1)), Tag::Gathering(GatheringId::from_u128(1)));
        assert!(Scope::of([a]).covers(&[b, a]));
        assert!(!Scope::of([a]).covers(&[b]));
    }

    #[test]
    fn a_chain_depends_on_all_before_it() {
        let start = Chain::genesis(LogId::from_u128(1));
        assert_ne!(start, Chain::genesis(LogId::from_u128(2)));
        assert_ne!(start.then(b"a").then(b"b"), start.then(b"b").then(b"a"));
    }
}
