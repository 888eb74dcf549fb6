//! What the file says of a conference's programme: its sessions, and which of them can be booked.

use gather::{PersonId, Schedule, Session, SessionId};
use serde::Deserialize;

use super::{Choice, Limit, schedule};

/// A session as the programme has it, by its short name and the id that calendars know it by.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Talk {
    pub(crate) session: String,
    pub(crate) id: SessionId,
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) about: String,
    #[serde(deserialize_with = "schedule")]
    pub(crate) when: Schedule,
    pub(crate) room: String,
    #[serde(default)]
    pub(crate) track: String,
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) link: String,
    /// Who speaks, by number.
    #[serde(default)]
    pub(crate) speakers: Vec<u32>,
}

/// Something to book that comes with the programme: a place in one of its sessions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Activity {
    pub(crate) gathering: String,
    pub(crate) session: String,
    pub(crate) choice: Choice,
    pub(crate) limit: Limit,
}

impl Talk {
    /// The session, with the ids of those who speak.
    pub(crate) fn session(&self, speakers: impl IntoIterator<Item = PersonId>) -> Session {
        let session = Session::new(self.id, &self.title)
            .at(self.when.clone())
            .about(&self.about)
            .room(&self.room)
            .track(&self.track)
            .kind(&self.kind)
            .link(&self.link);
        speakers.into_iter().fold(session, Session::speaker)
    }
}
