//! What may be in a programme, and how a session comes into it, moves and leaves it.

use super::cells::{Fingerprint, Forgotten};
use super::decision::{Decision, Gathering};
use super::ending;
use super::refusal::{Refusal, SessionFault};
use crate::fact::{Ending, Fact, Session, SessionTexts};
use crate::id::{RegistrationId, SessionId};
use crate::schedule::Schedule;
use crate::text;

/// How many sessions a gathering may have, the dropped ones counted.
const SESSIONS_LIMIT: usize = 5_000;

/// How many speakers a session may have.
const SPEAKERS_LIMIT: usize = 100;

/// What a session would be, beside what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// The programme does not have it, or dropped it.
    New,
    /// The programme has it.
    Known {
        /// Its time or its room would be another.
        moved: bool,
        /// Its texts would be others.
        revised: bool,
    },
}

impl Difference {
    /// Whether calendars would have to take notice.
    pub(super) fn is_move(self) -> bool {
        matches!(self, Self::New | Self::Known { moved: true, .. })
    }
}

/// Refuses texts that are not taken.
pub(super) fn check_session(session: &Session) -> Result<(), SessionFault> {
    check_place(&session.schedule, &session.room)?;
    let SessionTexts { title, description, track, kind, link, speakers } = &session.texts;
    text::check_line("title", title).map_err(SessionFault::Text)?;
    text::check_text("description", description).map_err(SessionFault::Text)?;
    text::check_optional_line("track", track).map_err(SessionFault::Text)?;
    text::check_optional_line("kind", kind).map_err(SessionFault::Text)?;
    if !link.is_empty() {
        text::check_link("link", link).map_err(SessionFault::Text)?;
    }
    if speakers.len() > SPEAKERS_LIMIT {
        return Err(SessionFault::TooManySpeakers { speakers: speakers.len(), limit: SPEAKERS_LIMIT });
    }
    let mut earlier = std::collections::BTreeSet::new();
    match speakers.iter().find(|speaker| !earlier.insert(**speaker)) {
        Some(speaker) => Err(SessionFault::SpeakerTwice(*speaker)),
        None => Ok(()),
    }
}

/// Refuses a room, or a hint at the date, that is not taken.
pub(super) fn check_place(schedule: &Schedule, room: &str) -> Result<(), SessionFault> {
    text::check_optional_line("room", room).map_err(SessionFault::Text)?;
    if let Schedule::ToBeConfirmed { hint } = schedule {
        text::check_optional_line("hint at the date", hint).map_err(SessionFault::Text)?;
    }
    Ok(())
}

/// Refuses a time that does not begin on a day of the gathering. While either has no date there is nothing to refuse.
pub(super) fn check_day(gathering: &Gathering, schedule: &Schedule) -> Result<(), SessionFault> {
    let days = gathering.cell.schedule.first_and_last_day();
    let day = gathering.cell.schedule.zone().and_then(|zone| schedule.first_day_in(zone));
    match (days, day) {
        (Some((first, last)), Some(day)) if !(first..=last).contains(&day) => {
            Err(SessionFault::Outside { day, first, last })
        }
        _ => Ok(()),
    }
}

/// How a session differs from what the programme has under its id.
pub(super) fn compare(
    decision: &Decision<'_>,
    gathering: &Gathering,
    session: &Session,
) -> Result<Difference, SessionFault> {
    if let Ok(cell) = decision.live_session(gathering, session.id) {
        let moved = *cell.schedule != session.schedule || *cell.room != *session.room;
        return Ok(Difference::Known { moved, revised: cell.texts != Fingerprint::of(&session.texts) });
    }
    // Both are UIDs of entries in one calendar.
    if session.id.uuid() == gathering.id.uuid() {
        return Err(SessionFault::Exists { gathering: gathering.id });
    }
    match decision.home_of(session.id) {
        Some(other) if other != gathering.id => Err(SessionFault::Exists { gathering: other }),
        _ => Ok(Difference::New),
    }
}

/// Refuses to name anybody as a new speaker who was forgotten. Whom the session names already may stay: without a name.
pub(super) fn check_speakers(
    decision: &Decision<'_>,
    gathering: &Gathering,
    session: &Session,
    difference: Difference,
) -> Result<(), SessionFault> {
    if let Difference::Known { revised: false, .. } = difference {
        return Ok(());
    }
    let stood = decision.live_session(gathering, session.id).map(|cell| cell.speakers).unwrap_or_default();
    let mut new = session.texts.speakers.iter().filter(|speaker| !stood.contains(speaker));
    let gone = new.find_map(|speaker| Some((*speaker, decision.forgotten(*speaker)?)));
    match gone {
        Some((person, Forgotten { at, .. })) => Err(SessionFault::Forgotten { person, at }),
        None => Ok(()),
    }
}

/// Refuses more sessions than a gathering may have.
pub(super) fn check_count(
    decision: &Decision<'_>,
    gathering: &Gathering,
    new: impl Iterator<Item = SessionId>,
) -> Result<(), Refusal> {
    let known = decision.sessions(gathering);
    let sessions = known.len() + new.filter(|id| known.binary_search(id).is_err()).count();
    if sessions > SESSIONS_LIMIT {
        return Err(Refusal::TooManySessions { sessions, limit: SESSIONS_LIMIT });
    }
    Ok(())
}

/// Records what differs.
pub(super) fn record(
    decision: &mut Decision<'_>,
    gathering: &Gathering,
    session: &Session,
    difference: Difference,
) {
    let (on, id) = (gathering.id, session.id);
    let Difference::Known { moved, revised } = difference else {
        decision.record(Fact::SessionAdded { gathering: on, session: Box::new(session.clone()) });
        return;
    };
    if moved {
        let (schedule, room) = (session.schedule.clone(), session.room.clone());
        decision.record(Fact::SessionMoved { gathering: on, session: id, schedule, room });
    }
    if revised {
        let texts = Box::new(session.texts.clone());
        decision.record(Fact::SessionRevised { gathering: on, session: id, texts });
    }
}

/// Drops a session, and ends the registrations for it with all that needs them. Says which ended.
pub(super) fn drop_session(
    decision: &mut Decision<'_>,
    gathering: &Gathering,
    session: SessionId,
) -> Vec<RegistrationId> {
    decision.record(Fact::SessionDropped { gathering: gathering.id, session });
    let mut ended = Vec::new();
    for offering in gathering.cell.plan.offerings.iter().filter(|offering| offering.session == Some(session))
    {
        for registration in decision.holders_of(gathering, offering.id) {
            // One that needed another of these has ended with it by now, and ends no second time.
            ended.extend(ending::end_with_parts(decision, gathering, registration, Ending::Organiser));
        }
    }
    ended
}
