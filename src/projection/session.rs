//! What the lists know of one session of a programme.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::fact::{Announcement, Session, SessionTexts};
use crate::id::SessionId;
use crate::image::image;
use crate::projection::invited::Stamp;
use crate::record::Position;
use crate::schedule::Schedule;

/// One session as it is now.
#[derive(Clone, Debug)]
pub(crate) struct SessionCard {
    session: Arc<Session>,
    previous: Option<Schedule>,
    dropped: bool,
    sequence: u32,
    added_at: DateTime<Utc>,
    revised: Stamp,
    /// Where it first had a date: before that no calendar can have it.
    dated: Option<Position>,
}

image!(struct SessionCard { session, previous, dropped, sequence, added_at, revised, dated });

/// How sure it is that a session takes place when and where the programme says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionStatus {
    /// It takes place.
    Confirmed,
    /// Its dates do not hold: they were taken back, or those of the gathering were, or they are none of the gathering's
    /// days any more.
    Postponed,
    /// It does not take place: it was dropped, or the gathering was called off.
    Cancelled,
}

impl SessionStatus {
    /// A stable name for machines: `confirmed`, `postponed`, `cancelled`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Postponed => "postponed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for SessionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl SessionCard {
    pub(super) fn added(session: &Session, at: Stamp) -> Self {
        Self {
            session: Arc::new(session.clone()),
            previous: None,
            dropped: false,
            sequence: 0,
            added_at: at.time,
            revised: at,
            dated: session.schedule.starts().map(|_| at.position),
        }
    }

    /// Comes back after it was dropped. Its entry goes on counting: calendars may still have the cancelled one.
    pub(super) fn take_back(&mut self, session: &Session, at: Stamp) {
        let before = std::mem::replace(&mut self.session, Arc::new(session.clone()));
        self.had_dates(before.schedule.clone());
        self.dropped = false;
        self.has_dates(at);
        self.revise(at);
    }

    pub(super) fn move_to(&mut self, schedule: &Schedule, room: &str, at: Stamp) {
        let session = Arc::make_mut(&mut self.session);
        let before = std::mem::replace(&mut session.schedule, schedule.clone());
        // No calendar shows what is said in a date's stead.
        let shows_the_same = before.starts().is_none() && schedule.starts().is_none() && session.room == room;
        if shows_the_same {
            return;
        }
        room.clone_into(&mut session.room);
        self.had_dates(before);
        self.has_dates(at);
        self.revise(at);
    }

    /// Notes the schedule that it had, if there was a date in it: its entry stands there when there is no other.
    fn had_dates(&mut self, before: Schedule) {
        if before.starts().is_some() {
            self.previous = Some(before);
        }
    }

    /// Notes where it first has a date.
    fn has_dates(&mut self, at: Stamp) {
        if self.dated.is_none() && self.session.schedule.starts().is_some() {
            self.dated = Some(at.position);
        }
    }

    /// Other texts move nobody, so the sequence stays. Of two messages with one SEQUENCE calendars take that with the later
    /// DTSTAMP (RFC 5546, section 2.1.5), which has no fractions of a second. So a text that changes within a second of what
    /// somebody may have been sent is dated in the next; one that changes along with time or place is sent with these.
    pub(super) fn set_texts(&mut self, texts: &SessionTexts, at: Stamp, sent: DateTime<Utc>) {
        Arc::make_mut(&mut self.session).texts = texts.clone();
        let Stamp { position, time } = self.revised;
        let along = time == at.time && position.get().saturating_add(1) == at.position.get();
        let time = if along { time } else { at.time.max(second_after(sent.max(time))) };
        self.revised = Stamp { time, ..at };
    }

    pub(super) fn drop_out(&mut self, at: Stamp) {
        self.dropped = true;
        self.revise(at);
    }

    /// Notes that what its entry shows of time, place or status is another.
    pub(super) fn revise(&mut self, at: Stamp) {
        self.sequence = self.sequence.saturating_add(1);
        self.revised = at;
    }

    pub(crate) fn id(&self) -> SessionId {
        self.session.id
    }

    /// Whether it was not dropped.
    pub(crate) fn stands(&self) -> bool {
        !self.dropped
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// How often its entry has changed in time, place or status; never less than it was.
    pub(crate) fn sequence(&self) -> u32 {
        self.sequence
    }

    pub(crate) fn added_at(&self) -> DateTime<Utc> {
        self.added_at
    }

    /// When anything about it was last changed.
    pub(crate) fn revised_at(&self) -> DateTime<Utc> {
        self.revised.time
    }

    /// Where anything about it was last changed.
    pub(super) fn revised(&self) -> Position {
        self.revised.position
    }

    /// Where it first had a date.
    pub(super) fn dated(&self) -> Option<Position> {
        self.dated
    }

    /// When it is; or, where its dates were taken back, when it was to be.
    pub(crate) fn shown_schedule(&self) -> &Schedule {
        match (&self.session.schedule, &self.previous) {
            (Schedule::ToBeConfirmed { .. }, Some(previous)) => previous,
            (schedule, _) => schedule,
        }
    }

    /// How it stands within a gathering that is announced so, was called off or not, and had dates before or not.
    pub(super) fn status(&self, on: &Announcement, called_off: bool, had_dates: bool) -> SessionStatus {
        if self.dropped || called_off {
            return SessionStatus::Cancelled;
        }
        let lost_its_dates = self.session.schedule.starts().is_none() && self.previous.is_some();
        let gathering_lost_its_dates = on.schedule.starts().is_none() && had_dates;
        let dated = self.session.schedule.starts().is_some();
        if lost_its_dates || (dated && (gathering_lost_its_dates || self.is_outside(on))) {
            return SessionStatus::Postponed;
        }
        SessionStatus::Confirmed
    }

    /// Whether it begins on a day that is none of the gathering's.
    pub(super) fn is_outside(&self, on: &Announcement) -> bool {
        let days = on.schedule.first_and_last_day();
        let day = on.schedule.zone().and_then(|zone| self.session.schedule.first_day_in(zone));
        days.zip(day).is_some_and(|((first, last), day)| !(first..=last).contains(&day))
    }
}

/// The first second that is another than a time's.
fn second_after(time: DateTime<Utc>) -> DateTime<Utc> {
    let second = DateTime::from_timestamp(time.timestamp().saturating_add(1), 0);
    second.unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projection::ProgrammeRow;
    use crate::projection::fixture::{Story, conference, session, talk, time};
    use crate::schedule::Schedule;

    /// A conference on 20 and 21 March with a talk on the first morning: told at 09:00 and 10:00.
    fn story() -> Story {
        let mut story = Story::new();
        story.announces(1, conference()).adds(1, talk(1, "Asset transfer", "10:00 to 10:45").room("Hall"));
        story
    }

    /// How the talk stands, how often its entry has changed, and when last.
    fn stand(story: &Story) -> (SessionStatus, u32, DateTime<Utc>) {
        let ProgrammeRow { status, sequence, revised_at, .. } = story.session(1);
        (status, sequence, revised_at)
    }

    fn shown(story: &Story) -> String {
        story.session(1).shown_schedule().to_string()
    }

    const MORNING: &str = "2026-03-20 10:00 to 10:45 Europe/London";

    #[test]
    fn a_move_raises_the_sequence_and_a_text_only_the_date_of_change() {
        let mut story = story();
        assert_eq!(stand(&story), (SessionStatus::Confirmed, 0, time("2026-02-01T10:00:00Z")));
        story.moves(1, 1, "2026-03-20 11:00 to 11:45 Europe/London", "Hall");
        assert_eq!(stand(&story), (SessionStatus::Confirmed, 1, time("2026-02-01T11:00:00Z")));
        story.moves(1, 1, "2026-03-20 11:00 to 11:45 Europe/London", "Annexe");
        assert_eq!(stand(&story), (SessionStatus::Confirmed, 2, time("2026-02-01T12:00:00Z")));
        let texts = SessionTexts { title: "Ten years on".into(), ..SessionTexts::default() };
        story.revises(1, 1, texts);
        assert_eq!(stand(&story), (SessionStatus::Confirmed, 2, time("2026-02-01T13:00:00Z")));
        let row = story.session(1);
        assert_eq!((row.room(), row.texts().title.as_str()), ("Annexe", "Ten years on"));
        assert_eq!(row.added_at, time("2026-02-01T10:00:00Z"));
    }

    #[test]
    fn a_dropped_session_goes_on_counting_when_it_is_taken_back() {
        let mut story = story();
        story.drops(1, 1);
        assert_eq!(stand(&story), (SessionStatus::Cancelled, 1, time("2026-02-01T11:00:00Z")));
        assert_eq!(shown(&story), MORNING, "a cancelled entry stays where it was");
        story.adds(1, talk(1, "Asset transfer", "14:00 to 14:45"));
        assert_eq!(stand(&story), (SessionStatus::Confirmed, 2, time("2026-02-01T12:00:00Z")));
        let row = story.session(1);
        assert_eq!((row.room(), row.added_at), ("", time("2026-02-01T10:00:00Z")), "it was added once");
        story.drops(1, 1);
        assert_eq!(stand(&story), (SessionStatus::Cancelled, 3, time("2026-02-01T13:00:00Z")));
    }

    #[test]
    fn one_that_is_taken_back_without_a_date_is_postponed() {
        let mut story = story();
        story.drops(1, 1).adds(1, Session::new(session(1), "Asset transfer"));
        assert_eq!(stand(&story), (SessionStatus::Postponed, 2, time("2026-02-01T12:00:00Z")));
        assert_eq!(shown(&story), MORNING, "calendars have it there, as cancelled");
    }

    #[test]
    fn a_session_whose_dates_are_taken_back_is_postponed_from_where_it_was() {
        let mut story = story();
        story.moves(1, 1, "to be confirmed (afternoon)", "Hall");
        assert_eq!(stand(&story), (SessionStatus::Postponed, 1, time("2026-02-01T11:00:00Z")));
        assert_eq!(shown(&story), MORNING);
        assert_eq!(story.session(1).schedule().to_string(), "to be confirmed (afternoon)");
        story.moves(1, 1, "to be confirmed", "Annexe");
        assert_eq!((stand(&story).1, shown(&story)), (2, MORNING.into()), "it remembers the last that held");
        story.moves(1, 1, "2026-03-21 Europe/London", "Annexe");
        assert_eq!(stand(&story), (SessionStatus::Confirmed, 3, time("2026-02-01T13:00:00Z")));
        assert_eq!(shown(&story), "2026-03-21 Europe/London");
    }

    #[test]
    fn a_session_that_never_had_a_date_was_never_postponed() {
        let mut story = story();
        story.adds(1, Session::new(session(2), "Panel"));
        let row = story.session(2);
        assert_eq!((row.status, row.sequence), (SessionStatus::Confirmed, 0));
        assert_eq!(*row.shown_schedule(), Schedule::to_be_confirmed(""));
        story.reschedules(1, "to be confirmed");
        assert_eq!((story.session(2).status, story.session(2).sequence), (SessionStatus::Confirmed, 0));
        story.drops(1, 2);
        assert_eq!((story.session(2).status, story.session(2).sequence), (SessionStatus::Cancelled, 1));
    }

    #[test]
    fn a_postponed_gathering_postpones_its_sessions_once() {
        let mut story = story();
        story.reschedules(1, "to be confirmed (autumn)");
        assert_eq!(stand(&story), (SessionStatus::Postponed, 1, time("2026-02-01T11:00:00Z")));
        assert_eq!(shown(&story), MORNING);
        story.reschedules(1, "to be confirmed (winter)");
        assert_eq!(stand(&story), (SessionStatus::Postponed, 1, time("2026-02-01T11:00:00Z")));
        // Dated again where the session is: it holds again.
        story.reschedules(1, "2026-03-20 Europe/London");
        assert_eq!(stand(&story), (SessionStatus::Confirmed, 2, time("2026-02-01T13:00:00Z")));
    }

    #[test]
    fn dated_again_elsewhere_a_session_stays_postponed_until_it_moves_along() {
        let mut story = story();
        story.reschedules(1, "to be confirmed").reschedules(1, "2026-10-02 to 2026-10-03 Europe/London");
        assert_eq!(stand(&story), (SessionStatus::Postponed, 1, time("2026-02-01T11:00:00Z")));
        story.moves(1, 1, "2026-10-02 10:00 to 10:45 Europe/London", "Hall");
        assert_eq!(stand(&story), (SessionStatus::Confirmed, 2, time("2026-02-01T13:00:00Z")));
    }

    #[test]
    fn a_session_outside_the_days_of_its_gathering_is_postponed() {
        let mut story = story();
        story.reschedules(1, "2026-03-21 to 2026-03-22 Europe/London");
        assert_eq!(stand(&story), (SessionStatus::Postponed, 1, time("2026-02-01T11:00:00Z")));
        story.reschedules(1, "2026-03-19 09:00 to 2026-03-20 09:00 Europe/London");
        assert_eq!(stand(&story), (SessionStatus::Confirmed, 2, time("2026-02-01T12:00:00Z")), "days count");
        story.reschedules(1, "2026-03-19 09:00 to 2026-03-20 00:00 Europe/London");
        assert_eq!(
            stand(&story).0,
            SessionStatus::Postponed,
            "what ends at midnight has its last day before it"
        );
    }

    #[test]
    fn days_are_those_of_the_place_where_the_gathering_is() {
        let mut story = story();
        story.reschedules(1, "2026-03-20 Pacific/Auckland");
        assert_eq!(stand(&story).0, SessionStatus::Confirmed, "10:00 in London is 23:00 there");
        story.moves(1, 1, "2026-03-20 11:30 to 12:00 Europe/London", "Hall");
        assert_eq!(stand(&story).0, SessionStatus::Postponed, "11:30 in London is after midnight there");
        story.moves(1, 1, "2026-03-19 23:30 to 23:45 Europe/London", "Hall");
        assert_eq!(stand(&story).0, SessionStatus::Confirmed);
    }

    #[test]
    fn called_off_with_its_gathering_a_session_is_cancelled() {
        let mut story = story();
        story.adds(1, talk(2, "Panel", "11:00 to 12:00")).drops(1, 2).calls_off(1);
        assert_eq!(stand(&story), (SessionStatus::Cancelled, 1, time("2026-02-01T13:00:00Z")));
        let dropped = story.session(2);
        assert_eq!(
            (dropped.status, dropped.sequence),
            (SessionStatus::Cancelled, 1),
            "it was cancelled before"
        );
    }

    #[test]
    fn postponed_first_and_called_off_then_it_is_cancelled() {
        let mut story = story();
        story.reschedules(1, "to be confirmed").calls_off(1);
        assert_eq!(
            (stand(&story).0, stand(&story).1, shown(&story)),
            (SessionStatus::Cancelled, 2, MORNING.into())
        );
    }

    #[test]
    fn codes_are_stable_and_padded_where_asked() {
        let all = [SessionStatus::Confirmed, SessionStatus::Postponed, SessionStatus::Cancelled];
        assert_eq!(all.map(SessionStatus::code), ["confirmed", "postponed", "cancelled"]);
        assert_eq!(format!("{:>10}", SessionStatus::Cancelled), " cancelled");
    }
}
