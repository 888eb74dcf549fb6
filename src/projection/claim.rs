//! Who claims a place, in whatever way: the smallest thing that two moments can differ in.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::fact::Presence;
use crate::id::{OfferingId, PersonId, RegistrationId};
use crate::projection::card::GatheringCard;
use crate::projection::registration::RegistrationCard;
use crate::projection::status::RegistrationStatus;

/// One place that somebody claims at some time: by a registration that has not ended, confirmed or not.
///
/// Nothing in it is personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// The registration's number within the gathering, from 1 in the order of joining.
    pub number: u32,
    /// The place within the party: 1 is the booker's.
    pub place: u16,
    /// Which registration.
    pub registration: RegistrationId,
    /// Whose place it is; `None` for a guest who is not named.
    pub person: Option<PersonId>,
    /// What was booked.
    pub offering: OfferingId,
    /// How the registration stands.
    pub status: RegistrationStatus,
    /// Whether they came.
    pub presence: Presence,
    /// Whether it takes no place of any pool.
    pub uncounted: bool,
}

impl Claim {
    /// What tells it from every other of its gathering.
    pub(super) fn key(&self) -> (u32, u16) {
        (self.number, self.place)
    }

    pub(super) fn has_come(&self) -> bool {
        matches!(self.presence, Presence::Attended | Presence::Late)
    }
}

/// How many places are claimed, and how. They are people, not registrations.
///
/// Serialised it has `confirmed`, `held`, `offered`, `pending`, `waiting`, `follow_up_only`, `interested` and `came`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClaimCounts {
    /// They have their place.
    pub confirmed: u64,
    /// It is kept while a form is filled in.
    pub held: u64,
    /// It is offered to them.
    pub offered: u64,
    /// Somebody has to say yes first.
    pub pending: u64,
    /// They stand in line.
    pub waiting: u64,
    /// They get what there is afterwards.
    pub follow_up_only: u64,
    /// They are interested in what cannot be booked yet.
    pub interested: u64,
    /// Those of the confirmed who came, late or not.
    pub came: u64,
}

impl ClaimCounts {
    fn add(&mut self, claim: &Claim) {
        let count = match claim.status {
            RegistrationStatus::Confirmed => &mut self.confirmed,
            RegistrationStatus::Held { .. } => &mut self.held,
            RegistrationStatus::Offered { .. } => &mut self.offered,
            RegistrationStatus::Pending { .. } => &mut self.pending,
            RegistrationStatus::Waiting => &mut self.waiting,
            RegistrationStatus::FollowUpOnly => &mut self.follow_up_only,
            RegistrationStatus::Interested => &mut self.interested,
            // What has ended claims nothing.
            RegistrationStatus::Cancelled { .. }
            | RegistrationStatus::LeftLine
            | RegistrationStatus::LineClosed
            | RegistrationStatus::HoldReleased
            | RegistrationStatus::HoldExpired
            | RegistrationStatus::OfferDeclined
            | RegistrationStatus::OfferLapsed
            | RegistrationStatus::OfferWithdrawn
            | RegistrationStatus::Rejected
            | RegistrationStatus::ApprovalExpired
            | RegistrationStatus::Withdrawn
            | RegistrationStatus::NotReconfirmed
            | RegistrationStatus::Displaced
            | RegistrationStatus::MovedAway
            | RegistrationStatus::Superseded
            | RegistrationStatus::BooksClosed
            | RegistrationStatus::CancelledWithGathering => return,
        };
        *count += 1;
        let came = claim.status == RegistrationStatus::Confirmed && claim.has_come();
        self.came += u64::from(came);
    }

    /// Its figures with their words, in the order in which they are printed.
    pub(super) fn words(&self) -> [(&'static str, u64); 8] {
        [
            ("confirmed", self.confirmed),
            ("held", self.held),
            ("offered", self.offered),
            ("to be approved", self.pending),
            ("waiting", self.waiting),
            ("follow-up only", self.follow_up_only),
            ("interested", self.interested),
            ("came", self.came),
        ]
    }
}

impl<'a> FromIterator<&'a Claim> for ClaimCounts {
    fn from_iter<I: IntoIterator<Item = &'a Claim>>(claims: I) -> Self {
        let mut counts = Self::default();
        claims.into_iter().for_each(|claim| counts.add(claim));
        counts
    }
}

impl std::ops::AddAssign for ClaimCounts {
    fn add_assign(&mut self, other: Self) {
        self.confirmed += other.confirmed;
        self.held += other.held;
        self.offered += other.offered;
        self.pending += other.pending;
        self.waiting += other.waiting;
        self.follow_up_only += other.follow_up_only;
        self.interested += other.interested;
        self.came += other.came;
    }
}

impl GatheringCard {
    /// How a registration stands at a time: one whose deadline is then, or was before, has ended, whether that is written down or
    /// not.
    pub(super) fn status_at(&self, it: &RegistrationCard, now: DateTime<Utc>) -> RegistrationStatus {
        self.status(it).at(now)
    }

    /// Who claims a place at a time, by the registration's number and then by place.
    #[must_use]
    pub fn claims(&self, now: DateTime<Utc>) -> Vec<Claim> {
        let live = self.registrations().map(|it| (it, self.status_at(it, now)));
        live.filter(|(_, status)| status.is_live())
            .flat_map(|(it, status)| self.claims_of(it, status))
            .collect()
    }

    fn claims_of<'a>(
        &'a self,
        it: &'a RegistrationCard,
        status: RegistrationStatus,
    ) -> impl Iterator<Item = Claim> + 'a {
        let booking = it.booking();
        let booker = std::iter::once(Some(booking.party.booker));
        let people = booker.chain(booking.party.guests.iter().copied());
        (1..).zip(people).map(move |(place, person)| Claim {
            number: it.number(),
            place,
            registration: it.id(),
            person,
            offering: booking.offering,
            status,
            presence: self.presence(it, place),
            uncounted: booking.uncounted,
        })
    }
}
