//! What somebody answers to an invitation.

use std::fmt;

use crate::image::image;

/// What somebody answers to an invitation (RFC 5545, section 3.2.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "calendars know no other answer")]
#[doc(alias = "PARTSTAT")]
pub enum Rsvp {
    /// They come.
    Accepted,
    /// They may come.
    Tentative,
    /// They do not come.
    Declined,
}

image!(enum Rsvp { 0 => Accepted, 1 => Tentative, 2 => Declined });

impl Rsvp {
    /// A stable name for machines: `accepted`, `tentative`, `declined`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Tentative => "tentative",
            Self::Declined => "declined",
        }
    }
}

impl fmt::Display for Rsvp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}
