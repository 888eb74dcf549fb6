//! What somebody speaks in: the sessions that name them.

use std::fmt;

use chrono::{DateTime, Utc};
use hashbrown::HashSet;

use crate::desk::Desk;
use crate::fact::{Fact, Session};
use crate::id::{GatheringId, PersonId, SessionId};
use crate::projection::SessionStatus;

/// A session that names somebody as its speaker.
pub(super) struct ExportedSession {
    gathering: GatheringId,
    session: Session,
    status: SessionStatus,
}

impl Desk {
    /// The sessions that name somebody as a speaker, dropped ones too: gathering by gathering, in the order of the ids.
    pub(super) fn exported_sessions(&self, person: PersonId) -> Vec<ExportedSession> {
        let lists = self.lists();
        let theirs = lists.sessions_of(person).into_iter().map(|(card, it)| ExportedSession {
            gathering: card.id(),
            session: Session::clone(it.session()),
            status: card.session_status(it),
        });
        theirs.collect()
    }
}

impl ExportedSession {
    pub(super) fn form(&self) -> SessionForm<'_> {
        let Session { id, schedule, room, texts, .. } = &self.session;
        SessionForm {
            gathering: self.gathering,
            session: *id,
            title: &texts.title,
            room,
            when: schedule.to_string(),
            starts: schedule.starts(),
            ends: schedule.ends(),
            status: self.status.code(),
        }
    }
}

impl fmt::Display for ExportedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Session { id, schedule, texts, .. } = &self.session;
        writeln!(f, "  {}", texts.title)?;
        writeln!(f, "    session {id}, gathering {}", self.gathering)?;
        writeln!(f, "    {}, {schedule}", self.status)
    }
}

#[derive(serde::Serialize)]
pub(super) struct SessionForm<'a> {
    gathering: GatheringId,
    session: SessionId,
    title: &'a str,
    room: &'a str,
    when: String,
    starts: Option<DateTime<Utc>>,
    ends: Option<DateTime<Utc>>,
    status: &'static str,
}

/// Which sessions name somebody, as far as the log has been read.
pub(super) struct Bill {
    person: PersonId,
    naming: HashSet<SessionId>,
}

impl Bill {
    pub(super) fn of(person: PersonId) -> Self {
        Self { person, naming: HashSet::new() }
    }

    /// The session that a fact is about, if that names them, or did until now.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the facts of sessions, and no other")]
    pub(super) fn told_by(&mut self, fact: &Fact) -> Option<SessionId> {
        let (session, named) = match fact {
            Fact::SessionAdded { session, .. } => (session.id, self.is_among(&session.texts.speakers)),
            Fact::SessionRevised { session, texts, .. } => (*session, self.is_among(&texts.speakers)),
            Fact::SessionMoved { session, .. } | Fact::SessionDropped { session, .. } => {
                (*session, self.naming.contains(session))
            }
            _ => return None,
        };
        let did = if named { !self.naming.insert(session) } else { self.naming.remove(&session) };
        (named || did).then_some(session)
    }

    fn is_among(&self, speakers: &[PersonId]) -> bool {
        speakers.contains(&self.person)
    }
}
