//! One timed part of a gathering's programme.

use crate::id::{PersonId, SessionId};
use crate::image::image;
use crate::schedule::Schedule;

/// One timed part of a gathering's programme: a talk, a workshop, a break.
///
/// Nothing in it is personal but the ids of its speakers, whose names are published apart
/// ([`PublishName`](crate::PublishName)). All of it may be published.
///
/// ```
/// use gather::{PersonId, Session, SessionId};
///
/// let talk = Session::new(SessionId::random(), "Asset transfer, ten years on")
///     .at("2099-03-20 10:00 to 10:45 Europe/London".parse()?)
///     .room("Carpenter Room")
///     .track("Owning")
///     .speaker(PersonId::random());
/// # let _ = talk;
/// # Ok::<(), gather::ScheduleError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[doc(alias = "talk")]
#[doc(alias = "slot")]
pub struct Session {
    /// Its id, which is the UID of its calendar entry; no other gathering may have a session of this id.
    pub id: SessionId,
    /// When. To be confirmed, if nothing is said.
    pub schedule: Schedule,
    /// In which room; may be empty.
    pub room: String,
    /// What the programme says of it.
    pub texts: SessionTexts,
}

image!(struct Session { id, schedule, room, texts });

/// What a programme says of a session. To change it moves nobody: calendars take it up without a new invitation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionTexts {
    /// The title, one line.
    pub title: String,
    /// What it is about; may be empty.
    pub description: String,
    /// The track it belongs to; may be empty.
    pub track: String,
    /// What kind of session, in the host's words: "keynote", "workshop"; may be empty.
    pub kind: String,
    /// A page about it, an https address; may be empty.
    pub link: String,
    /// Who speaks, each once, in the order in which they are billed.
    pub speakers: Vec<PersonId>,
}

image!(struct SessionTexts { title, description, track, kind, link, speakers });

impl Session {
    /// A session with a title and nothing else yet. Its time is to be confirmed.
    #[must_use]
    pub fn new(id: SessionId, title: impl Into<String>) -> Self {
        let texts = SessionTexts { title: title.into(), ..SessionTexts::default() };
        Self { id, schedule: Schedule::to_be_confirmed(""), room: String::new(), texts }
    }

    /// Gives it another title, in up to 200 characters.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.texts.title = title.into();
        self
    }

    /// Says when it is.
    #[must_use]
    pub fn at(mut self, schedule: Schedule) -> Self {
        self.schedule = schedule;
        self
    }

    /// Says in which room, in up to 200 characters. Rooms are told apart by their names.
    #[must_use]
    pub fn room(mut self, room: impl Into<String>) -> Self {
        self.room = room.into();
        self
    }

    /// Says what it is about, in up to 4,000 characters.
    #[must_use]
    pub fn about(mut self, description: impl Into<String>) -> Self {
        self.texts.description = description.into();
        self
    }

    /// Puts it on a track.
    #[must_use]
    pub fn track(mut self, track: impl Into<String>) -> Self {
        self.texts.track = track.into();
        self
    }

    /// Says what kind of session it is.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.texts.kind = kind.into();
        self
    }

    /// Gives the address of a page about it.
    #[must_use]
    pub fn link(mut self, link: impl Into<String>) -> Self {
        self.texts.link = link.into();
        self
    }

    /// Adds a speaker. Naming one twice changes nothing.
    #[must_use]
    pub fn speaker(mut self, person: PersonId) -> Self {
        if !self.texts.speakers.contains(&person) {
            self.texts.speakers.push(person);
        }
        self
    }

    /// How many bytes its texts have, the speakers and the hint at its date counted.
    pub(crate) fn text_bytes(&self) -> usize {
        let SessionTexts { title, description, track, kind, link, speakers } = &self.texts;
        let hint = match &self.schedule {
            Schedule::ToBeConfirmed { hint } => hint.as_str(),
            Schedule::DateOnly(_) | Schedule::Exact(_) => "",
        };
        let texts = [title, description, track, kind, link, &self.room, hint];
        texts.iter().map(|text| text.len()).sum::<usize>() + speakers.len() * size_of::<PersonId>()
    }
}
