//! What is stored of a programme's sessions.

use serde::{Deserialize, Serialize};

use super::Ids;
use crate::fact::{Fact, Session, SessionTexts};
use crate::log::error::Error;
use crate::log::wire::part::{ScheduleV1, SessionTextsV1};
use crate::schedule::Schedule;

#[derive(Serialize, Deserialize)]
pub(super) struct SessionAddedV1<'a> {
    #[serde(borrow)]
    schedule: ScheduleV1<'a>,
    room: &'a str,
    texts: SessionTextsV1<'a>,
}

impl<'a> SessionAddedV1<'a> {
    pub(super) fn of(session: &'a Session) -> Self {
        let (schedule, room) = (ScheduleV1::of(&session.schedule), &*session.room);
        Self { schedule, room, texts: SessionTextsV1::of(&session.texts) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, id) = (ids.gathering()?, ids.session()?);
        let (schedule, room) = (self.schedule.schedule()?, self.room.to_owned());
        let texts = self.texts.texts(ids.people()?);
        Ok(Fact::SessionAdded { gathering, session: Box::new(Session { id, schedule, room, texts }) })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct SessionMovedV1<'a> {
    #[serde(borrow)]
    schedule: ScheduleV1<'a>,
    room: &'a str,
}

impl<'a> SessionMovedV1<'a> {
    pub(super) fn of(schedule: &'a Schedule, room: &'a str) -> Self {
        Self { schedule: ScheduleV1::of(schedule), room }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, session) = (ids.gathering()?, ids.session()?);
        let (schedule, room) = (self.schedule.schedule()?, self.room.to_owned());
        Ok(Fact::SessionMoved { gathering, session, schedule, room })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct SessionRevisedV1<'a> {
    #[serde(borrow)]
    texts: SessionTextsV1<'a>,
}

impl<'a> SessionRevisedV1<'a> {
    pub(super) fn of(texts: &'a SessionTexts) -> Self {
        Self { texts: SessionTextsV1::of(texts) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, session) = (ids.gathering()?, ids.session()?);
        let texts = Box::new(self.texts.texts(ids.people()?));
        Ok(Fact::SessionRevised { gathering, session, texts })
    }
}
