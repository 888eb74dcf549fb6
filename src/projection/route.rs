//! By which way a registration came.

use std::fmt;

use crate::fact::{Booking, Credential};
use crate::id::ActorId;
use crate::image::image;

/// By which way a registration came, or got its places: derived from what is recorded, never stored.
///
/// The first that is so counts: it got its places from the line; somebody else made it, who was named as the one who asked;
/// a code came with it; none of these. Whoever books for themselves asks as nobody, or under an
/// [`ActorId`] with the same number as their [`PersonId`](crate::PersonId): a host that names its users by other numbers
/// has `Organiser` for all of them.
///
/// Somebody who still stands in line, or never got a place, has the way by which they came there. The rest of a party that
/// was split has that of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Route {
    /// They booked, and nothing more is to be said.
    Direct,
    /// They stood in line, and were promoted or accepted an offer.
    Line,
    /// They booked with a code.
    Code,
    /// Somebody else booked for them: the organiser, as a rule.
    Organiser,
}

image!(enum Route { 0 => Direct, 1 => Line, 2 => Code, 3 => Organiser });

impl Route {
    /// By which way one comes that is made now.
    pub(super) fn of(actor: Option<ActorId>, booking: &Booking) -> Self {
        let by_another = actor.is_some_and(|actor| actor.uuid() != booking.party.booker.uuid());
        let has_code = booking.credentials.iter().any(|known| matches!(known, Credential::Code(_)));
        match (by_another, has_code) {
            (true, _) => Self::Organiser,
            (false, true) => Self::Code,
            (false, false) => Self::Direct,
        }
    }

    /// A stable name for machines: `direct`, `line`, `code`, `organiser`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Line => "line",
            Self::Code => "code",
            Self::Organiser => "organiser",
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projection::fixture::booking;
    use crate::text::Reference;

    #[test]
    fn whoever_asks_for_themselves_comes_directly() {
        let plain = booking(1, 7, &[]);
        assert_eq!(Route::of(None, &plain), Route::Direct);
        assert_eq!(Route::of(Some(ActorId::from_u128(7)), &plain), Route::Direct);
        assert_eq!(Route::of(Some(ActorId::from_u128(8)), &plain), Route::Organiser);
    }

    #[test]
    fn a_code_tells_more_than_nothing_and_less_than_who_asked() {
        let mut booking = booking(1, 7, &[]);
        booking.credentials.push(Credential::Code(Reference::new("SPRING").unwrap()));
        assert_eq!(Route::of(None, &booking), Route::Code);
        assert_eq!(Route::of(Some(ActorId::from_u128(8)), &booking), Route::Organiser);
        booking.credentials = vec![Credential::Category(Reference::new("member").unwrap())];
        assert_eq!(Route::of(None, &booking).to_string(), "direct");
    }
}
