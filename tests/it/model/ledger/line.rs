//! Who comes before whom, and that nobody is passed in silence.

use gather::{ByHand, HeadPolicy, PassReason};

use super::gathering::Life;
use super::*;

impl Gathering {
    fn class(&self, booking: &Booking, maker: PersonId) -> usize {
        let mut classes = self.priorities.iter();
        let class = classes.position(|class| class.iter().any(|who| places::is(who, maker, booking)));
        class.unwrap_or(self.priorities.len())
    }

    fn turn(&self, one: &Registration) -> (usize, usize) {
        (self.class(&one.booking, one.maker), one.joined)
    }

    /// Who waits for an offering, whoever is next first.
    fn line(&self, offering: OfferingId) -> Vec<&Registration> {
        let waiting = self.registrations.iter().filter(|one| one.claim == Claim::Waiting);
        let mut line: Vec<_> = waiting.filter(|one| one.booking.offering == offering).collect();
        line.sort_by_key(|one| self.turn(one));
        line
    }

    /// The registrations in line, line by line, the first of each first.
    pub(in super::super) fn lines(&self) -> Vec<RegistrationId> {
        self.offerings.iter().flat_map(|offering| self.line(offering.id)).map(|one| one.id).collect()
    }

    /// Who waits for the same and comes before somebody who comes now.
    pub(super) fn ahead(&self, booking: &Booking, maker: PersonId) -> impl Iterator<Item = &Registration> {
        let own = self.class(booking, maker);
        let line = self.line(booking.offering).into_iter();
        line.filter(move |one| self.class(&one.booking, one.maker) <= own)
    }

    pub(super) fn can_wait(&self, offering: OfferingId) -> Result<(), Broken> {
        let keeps_a_line = self.offering(offering).waiting_list && !self.closed_lines.contains(&offering);
        hold(keeps_a_line, || String::from("there is no line"))
    }

    pub(super) fn is_served(&self) -> bool {
        !matches!(self.by_hand, Some(ByHand::Paused | ByHand::LineOnly | ByHand::InterestOnly))
    }

    /// An offer is made while booking is open, and ends before that closes by itself.
    pub(super) fn can_answer(&self, respond_by: DateTime<Utc>, time: DateTime<Utc>) -> Result<(), Broken> {
        hold(time < respond_by, || String::from("there is no time to answer"))?;
        hold(self.by_hand != Some(ByHand::Closed), || String::from("booking is closed"))?;
        let (start, end) = (self.schedule.starts(), self.schedule.ends());
        let resolved = |limit: gather::BookingTime| limit.resolve(start);
        if self.by_hand.is_none() {
            let opens = self.window.opens.map(resolved);
            hold(opens.is_none_or(|opens| opens.is_some_and(|opens| opens <= time)), || {
                String::from("booking is not open")
            })?;
            let closes = self.window.closes.map(resolved);
            hold(closes.is_none_or(|closes| closes.is_some_and(|closes| respond_by <= closes)), || {
                String::from("it outlasts booking")
            })?;
        }
        hold(end.is_none_or(|end| respond_by <= end), || String::from("it outlasts the gathering"))
    }

    /// Whoever is served, or comes in, before somebody who waits for the same and is not behind: that was said in the same
    /// decision, with a reason that can be.
    pub(super) fn nobody_is_passed_in_silence(&self, fact: &Fact, so_far: &mut SoFar) -> Result<(), Broken> {
        if let Fact::PassedOver { registration, reason, .. } = fact {
            self.can_be_the_reason(self.one(*registration)?, reason)?;
            so_far.passed.insert(*registration);
            return Ok(());
        }
        let passed: Vec<&Registration> = match fact {
            Fact::RegistrationPromoted { registration, .. } | Fact::PlaceOffered { registration, .. } => {
                let one = self.one(*registration)?;
                let turn = self.turn(one);
                let line = self.line(one.booking.offering).into_iter();
                line.filter(|other| self.turn(other) < turn).collect()
            }
            Fact::RegistrationConfirmed { booking, .. }
            | Fact::RegistrationHeld { booking, .. }
            | Fact::ApprovalRequested {
                booking,
                pending: gather::PendingApproval { uses_places: true, .. },
                ..
            } if !booking.uncounted => self.ahead(booking, booking.party.booker).collect(),
            Fact::RegistrationApproved { registration, ahead: None, .. } => {
                let one = self.one(*registration)?;
                let keeps_its_own = matches!(one.claim, Claim::Pending { uses_places: true, .. });
                if keeps_its_own || one.booking.uncounted {
                    Vec::new()
                } else {
                    self.ahead(&one.booking, one.maker).collect()
                }
            }
            _ => Vec::new(),
        };
        let silent = passed.into_iter().find(|one| !so_far.passed.contains(&one.id));
        hold(silent.is_none(), || format!("{} is passed in silence", silent.map(|one| one.id).unwrap()))
    }

    fn can_be_the_reason(&self, one: &Registration, reason: &PassReason) -> Result<(), Broken> {
        hold(one.claim == Claim::Waiting && self.life == Life::Announced, || {
            String::from("it waits for nothing")
        })?;
        let offering = self.offering(one.booking.offering);
        let may_be = match reason {
            PassReason::TooLarge { pool, wanted, free } => {
                offering.pools.contains(pool)
                    && offering.line.head != HeadPolicy::Strict
                    && u64::from(*wanted) == one.counted()
                    && (1..i64::from(*wanted)).contains(free)
            }
            PassReason::SetAside { pool } => offering.pools.contains(pool),
            PassReason::OrganisationCap => self.announcement.organisation_cap.is_some(),
            PassReason::NeedsPlace { offering: required } => offering.requires == Some(*required),
            PassReason::Overlap { registration } => *registration != one.id && self.announcement.no_overlap,
            PassReason::SeriesDate { registration } => {
                *registration != one.id && self.announcement.series.is_some()
            }
            PassReason::NoTimeToAnswer => matches!(offering.line.serving, gather::Serving::Offer(_)),
            _ => false,
        };
        hold(may_be, || format!("{reason:?} is no reason to pass {}", one.id))
    }
}
