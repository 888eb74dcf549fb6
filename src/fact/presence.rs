//! Whether people came, and what they get afterwards.

use crate::id::ResourceId;
use crate::image::image;

/// Whether somebody with a place came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "whoever counts must count all of them")]
pub enum Presence {
    /// Nobody has said.
    #[default]
    Unknown,
    /// They came.
    Attended,
    /// They came late.
    Late,
    /// They said that they would not come.
    Excused,
    /// They did not come, and the books are closed.
    NoShow,
}

image!(enum Presence { 0 => Unknown, 1 => Attended, 2 => Late, 3 => Excused, 4 => NoShow });

impl Presence {
    /// Whether it is said of somebody who came, on time or late.
    pub(crate) const fn is_of_whoever_came(self) -> bool {
        matches!(self, Self::Attended | Self::Late)
    }

    /// A stable name for machines: `unknown`, `attended`, `late`, `excused`, `no_show`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Attended => "attended",
            Self::Late => "late",
            Self::Excused => "excused",
            Self::NoShow => "no_show",
        }
    }
}

/// Who or what saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PresenceSource {
    /// Somebody at the door.
    Door,
    /// The online room.
    Online,
    /// The organiser, afterwards.
    Organiser,
}

image!(enum PresenceSource { 0 => Door, 1 => Online, 2 => Organiser });

/// Something that people get once a gathering has begun. Its address is kept apart, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its id.
    pub id: ResourceId,
    /// What kind of thing.
    pub kind: ResourceKind,
    /// What people call it.
    pub title: String,
    /// Who gets it.
    pub audience: Audience,
}

image!(struct Resource { id, kind, title, audience });

/// What kind of thing a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ResourceKind {
    /// What was recorded.
    Recording,
    /// Something to read.
    Handout,
    /// What was shown.
    Slides,
    /// Anything else.
    Other,
}

image!(enum ResourceKind { 0 => Recording, 1 => Handout, 2 => Slides, 3 => Other });

/// Who gets a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "whoever shows it must know to whom")]
pub enum Audience {
    /// Those who came, on time or late.
    Attended,
    /// Everybody with a confirmed place or who asked for what there is afterwards.
    Registered,
    /// Members, as the host says.
    Members,
    /// Everybody.
    Public,
}

image!(enum Audience { 0 => Attended, 1 => Registered, 2 => Members, 3 => Public });
