//! How far a gathering has come.

use std::fmt;

/// How far a gathering has come. Whether it is on or over is told by the time, and is not said here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Lifecycle {
    /// It is a draft: nobody can book it, and no public list and no calendar shows it.
    Draft,
    /// It was announced.
    Announced,
    /// Its books are closed: it is known who came.
    Completed,
    /// It was put away: nothing more happens to it.
    Archived,
    /// It was called off.
    Cancelled,
}

impl Lifecycle {
    /// A stable name for machines: `draft`, `announced`, `completed`, `archived`, `cancelled`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Announced => "announced",
            Self::Completed => "completed",
            Self::Archived => "archived",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}
