//! Classes of what people tell: each with a key of its own, and kept for a time of its own.

use std::fmt;

use crate::image::image;

/// A class of what people tell for one gathering. Each has a key of its own, is kept for its own time
/// ([`KeepAnswers::of_class`](crate::KeepAnswers::of_class)), and is erased apart from the other.
///
/// ```
/// use gather::AnswerClass;
///
/// assert_eq!(AnswerClass::Needs.to_string(), "needs");
/// assert!(AnswerClass::Answers < AnswerClass::Needs);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AnswerClass {
    /// What people answered when booking, and what they wrote with an answer to an invitation.
    Answers,
    /// What they eat and what they need to take part ([`Needs`](crate::Needs)).
    Needs,
}

image!(enum AnswerClass { 0 => Answers, 1 => Needs });

impl AnswerClass {
    /// A stable name for machines: `answers`, `needs`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Needs => "needs",
        }
    }
}

impl fmt::Display for AnswerClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}
