//! How a registration stands, and what becomes of it.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::fact::{Ending, Pending};
use crate::image::image;

/// How a registration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RegistrationStatus {
    /// It has its places.
    Confirmed,
    /// It stands in line.
    Waiting,
    /// It keeps its places until a deadline, while its form is being filled in.
    Held {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// It waits for approval.
    Pending {
        /// Whether it keeps its places meanwhile.
        uses_places: bool,
        /// Until when it has to be answered; `None` is as long as it takes.
        until: Option<DateTime<Utc>>,
    },
    /// It stood in line and was offered its places, which are kept until its people answer.
    Offered {
        /// Until when they can answer.
        respond_by: DateTime<Utc>,
    },
    /// It has no place: its people get what there is afterwards.
    FollowUpOnly,
    /// It has no place: its people are interested in what cannot be booked yet.
    Interested,
    /// It had its places and was cancelled.
    Cancelled {
        /// Why.
        by: Ending,
    },
    /// It stood in line and was withdrawn.
    LeftLine,
    /// It stood in line when that was closed.
    LineClosed,
    /// It was held and given back.
    HoldReleased,
    /// It was held and not confirmed in time.
    HoldExpired,
    /// It was offered its places and declined them.
    OfferDeclined,
    /// It was offered its places and its people did not answer in time.
    OfferLapsed,
    /// It was offered its places and the offer was taken back.
    OfferWithdrawn,
    /// It waited for approval, which was refused.
    Rejected,
    /// It waited for approval, which did not come in time.
    ApprovalExpired,
    /// It had no place yet, or never was to have one, and was withdrawn.
    Withdrawn,
    /// Its people did not say in time that new dates suit them, or what it needs ended so.
    NotReconfirmed,
    /// A capacity was lowered, and it was named to go; or what it needs was.
    Displaced,
    /// Its people moved to another date or another offering.
    MovedAway,
    /// Another registration took its place.
    Superseded,
    /// It had no place yet when the books were closed.
    BooksClosed,
    /// It ended when the gathering was called off.
    CancelledWithGathering,
}

image!(enum RegistrationStatus {
    0 => Confirmed,
    1 => Waiting,
    2 => Held { until },
    3 => Pending { uses_places, until },
    4 => Offered { respond_by },
    5 => FollowUpOnly,
    6 => Interested,
    7 => Cancelled { by },
    8 => LeftLine,
    9 => LineClosed,
    10 => HoldReleased,
    11 => HoldExpired,
    12 => OfferDeclined,
    13 => OfferLapsed,
    14 => OfferWithdrawn,
    15 => Rejected,
    16 => ApprovalExpired,
    17 => Withdrawn,
    18 => NotReconfirmed,
    19 => Displaced,
    20 => MovedAway,
    21 => Superseded,
    22 => BooksClosed,
    23 => CancelledWithGathering,
});

impl RegistrationStatus {
    /// How one stands that waits for approval.
    pub(super) const fn pending(pending: &Pending) -> Self {
        Self::Pending { uses_places: pending.uses_places, until: pending.until }
    }

    /// Whether it has not ended.
    pub(crate) const fn is_live(self) -> bool {
        matches!(
            self,
            Self::Confirmed
                | Self::Waiting
                | Self::Held { .. }
                | Self::Pending { .. }
                | Self::Offered { .. }
                | Self::FollowUpOnly
                | Self::Interested
        )
    }

    /// Whether it ends when the books are closed: it has not ended, and nobody had a place by it.
    pub(super) const fn ends_with_the_books(self) -> bool {
        self.is_live() && !matches!(self, Self::Confirmed | Self::FollowUpOnly)
    }

    /// When it ends by itself, if nobody does anything.
    #[must_use]
    pub fn deadline(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Held { until } | Self::Offered { respond_by: until } => Some(until),
            Self::Pending { until, .. } => until,
            Self::Confirmed
            | Self::Waiting
            | Self::FollowUpOnly
            | Self::Interested
            | Self::Cancelled { .. }
            | Self::LeftLine
            | Self::LineClosed
            | Self::HoldReleased
            | Self::HoldExpired
            | Self::OfferDeclined
            | Self::OfferLapsed
            | Self::OfferWithdrawn
            | Self::Rejected
            | Self::ApprovalExpired
            | Self::Withdrawn
            | Self::NotReconfirmed
            | Self::Displaced
            | Self::MovedAway
            | Self::Superseded
            | Self::BooksClosed
            | Self::CancelledWithGathering => None,
        }
    }

    /// What it comes to at a time: one whose deadline is then, or was before, has ended, whether somebody has written
    /// that down or not.
    #[must_use]
    pub fn at(self, now: DateTime<Utc>) -> Self {
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            self.ended(Ending::Expired)
        } else {
            self
        }
    }

    /// Whether it keeps places from others at a time.
    #[must_use]
    pub fn uses_places(self, now: DateTime<Utc>) -> bool {
        matches!(
            self.at(now),
            Self::Confirmed
                | Self::Held { .. }
                | Self::Offered { .. }
                | Self::Pending { uses_places: true, .. }
        )
    }

    /// What it becomes when it ends so: what it was before decides what that is called. What has ended stays as it
    /// ended.
    pub(super) fn ended(self, how: Ending) -> Self {
        if !self.is_live() {
            return self;
        }
        match how {
            Ending::NotReconfirmed => Self::NotReconfirmed,
            Ending::Displaced => Self::Displaced,
            Ending::MovedAway => Self::MovedAway,
            Ending::Superseded => Self::Superseded,
            Ending::Attendee
            | Ending::Organiser
            | Ending::Expired
            | Ending::Declined
            | Ending::OfferWithdrawn
            | Ending::Rejected => self.ended_by(how),
        }
    }

    /// An ending whose name depends on what ended. What needs another registration ends as that does, so any of them can
    /// have any ending.
    fn ended_by(self, how: Ending) -> Self {
        match (self, how) {
            (Self::Confirmed, by) => Self::Cancelled { by },
            (Self::Waiting, _) => Self::LeftLine,
            (Self::Held { .. }, Ending::Expired) => Self::HoldExpired,
            (Self::Held { .. }, _) => Self::HoldReleased,
            (Self::Pending { .. }, Ending::Rejected) => Self::Rejected,
            (Self::Pending { .. }, Ending::Expired) => Self::ApprovalExpired,
            (Self::Offered { .. }, Ending::Expired) => Self::OfferLapsed,
            (Self::Offered { .. }, Ending::OfferWithdrawn | Ending::Organiser) => Self::OfferWithdrawn,
            (Self::Offered { .. }, _) => Self::OfferDeclined,
            _ => Self::Withdrawn,
        }
    }

    /// A stable name for machines, as `confirmed`, `waiting`, `held`, `pending`, `offered`, `follow_up_only`, `interested`
    /// while it lives, and as `cancelled_by_attendee`, `cancelled_by_organiser`, `left_line` or `hold_expired` once it has
    /// ended: the variant's name, but for the cancelled, which say by whom.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Waiting => "waiting",
            Self::Held { .. } => "held",
            Self::Pending { .. } => "pending",
            Self::Offered { .. } => "offered",
            Self::FollowUpOnly => "follow_up_only",
            Self::Interested => "interested",
            Self::Cancelled { by: Ending::Attendee } => "cancelled_by_attendee",
            Self::Cancelled { .. } => "cancelled_by_organiser",
            Self::LeftLine => "left_line",
            Self::LineClosed => "line_closed",
            Self::HoldReleased => "hold_released",
            Self::HoldExpired => "hold_expired",
            Self::OfferDeclined => "offer_declined",
            Self::OfferLapsed => "offer_lapsed",
            Self::OfferWithdrawn => "offer_withdrawn",
            Self::Rejected => "rejected",
            Self::ApprovalExpired => "approval_expired",
            Self::Withdrawn => "withdrawn",
            Self::NotReconfirmed => "not_reconfirmed",
            Self::Displaced => "displaced",
            Self::MovedAway => "moved_away",
            Self::Superseded => "superseded",
            Self::BooksClosed => "books_closed",
            Self::CancelledWithGathering => "cancelled_with_gathering",
        }
    }
}

impl fmt::Display for RegistrationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Confirmed => "confirmed",
            Self::Waiting => "waiting",
            Self::Held { .. } => "held",
            Self::Pending { .. } => "to be approved",
            Self::Offered { .. } => "offered",
            Self::FollowUpOnly => "follow-up only",
            Self::Interested => "interested",
            Self::Cancelled { by: Ending::Attendee } => "cancelled",
            Self::Cancelled { .. } => "cancelled by organiser",
            Self::LeftLine => "left the line",
            Self::LineClosed => "line closed",
            Self::HoldReleased => "hold released",
            Self::HoldExpired => "hold expired",
            Self::OfferDeclined => "offer declined",
            Self::OfferLapsed => "offer lapsed",
            Self::OfferWithdrawn => "offer withdrawn",
            Self::Rejected => "not approved",
            Self::ApprovalExpired => "not approved in time",
            Self::Withdrawn => "withdrawn",
            Self::NotReconfirmed => "not reconfirmed",
            Self::Displaced => "displaced",
            Self::MovedAway => "moved away",
            Self::Superseded => "superseded",
            Self::BooksClosed => "books closed",
            Self::CancelledWithGathering => "called off",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    const ENDINGS: [Ending; 10] = [
        Ending::Attendee,
        Ending::Organiser,
        Ending::Expired,
        Ending::Declined,
        Ending::OfferWithdrawn,
        Ending::Rejected,
        Ending::NotReconfirmed,
        Ending::Displaced,
        Ending::MovedAway,
        Ending::Superseded,
    ];

    fn live() -> [RegistrationStatus; 8] {
        [
            RegistrationStatus::Confirmed,
            RegistrationStatus::Waiting,
            RegistrationStatus::Held { until: noon() },
            RegistrationStatus::Pending { uses_places: true, until: Some(noon()) },
            RegistrationStatus::Pending { uses_places: false, until: None },
            RegistrationStatus::Offered { respond_by: noon() },
            RegistrationStatus::FollowUpOnly,
            RegistrationStatus::Interested,
        ]
    }

    #[test]
    fn what_it_was_says_how_an_ending_is_called() {
        let codes = |how| live().map(|status| status.ended(how).code());
        let withdrawn = "withdrawn";
        assert_eq!(
            codes(Ending::Attendee),
            [
                "cancelled_by_attendee",
                "left_line",
                "hold_released",
                withdrawn,
                withdrawn,
                "offer_declined",
                withdrawn,
                withdrawn
            ]
        );
        assert_eq!(
            codes(Ending::Expired)[1..6],
            ["left_line", "hold_expired", "approval_expired", "approval_expired", "offer_lapsed"]
        );
        let offered = RegistrationStatus::Offered { respond_by: noon() };
        assert_eq!(offered.ended(Ending::Declined), RegistrationStatus::OfferDeclined);
        assert_eq!(offered.ended(Ending::OfferWithdrawn), RegistrationStatus::OfferWithdrawn);
        assert_eq!(codes(Ending::Rejected)[3..5], ["rejected"; 2]);
        for how in [Ending::NotReconfirmed, Ending::Displaced, Ending::MovedAway, Ending::Superseded] {
            assert_eq!(codes(how), [how.code(); 8]);
        }
    }

    #[test]
    fn an_ending_is_for_good() {
        for ended in live().into_iter().flat_map(|status| ENDINGS.map(|how| status.ended(how))) {
            assert!(!ended.is_live() && !ended.uses_places(noon()), "{ended}");
            assert!(ENDINGS.into_iter().all(|how| ended.ended(how) == ended));
        }
    }

    #[test]
    fn a_deadline_ends_it_at_that_instant_whether_written_down_or_not() {
        let before = "2026-03-01T11:59:59Z".parse().unwrap();
        assert_eq!(
            live().map(|status| status.uses_places(before)),
            [true, false, true, true, false, true, false, false]
        );
        assert_eq!(
            live().map(|status| status.uses_places(noon())),
            [true, false, false, false, false, false, false, false]
        );
        assert_eq!(
            live().map(|status| status.at(noon()).code()),
            [
                "confirmed",
                "waiting",
                "hold_expired",
                "approval_expired",
                "pending",
                "offer_lapsed",
                "follow_up_only",
                "interested"
            ]
        );
    }

    #[test]
    fn no_two_are_called_alike() {
        let all: Vec<_> =
            live().into_iter().flat_map(|status| ENDINGS.map(|how| status.ended(how))).collect();
        for one in &all {
            for other in all.iter().filter(|other| one.code() != other.code()) {
                assert_ne!(one.to_string(), other.to_string());
            }
        }
    }
}
