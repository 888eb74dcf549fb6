//! What one person has booked.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, Serializer};

use crate::fact::{Announcement, Session};
use crate::id::{GatheringId, OfferingId, PersonId, RegistrationId, SessionId};
use crate::person::JoinLink;
use crate::projection::card::GatheringCard;
use crate::projection::registration::RegistrationCard;
use crate::projection::session::SessionStatus;
use crate::projection::status::RegistrationStatus;
use crate::projection::table::{Column, Table};
use crate::projection::when::{PlaceForm, ScheduleForm, above, instant_cell, place, shared_zone, start_cell};
use crate::record::Position;
use crate::schedule::{Schedule, Zone};
use crate::sealed::{Opened, Opener, Sealed};
use crate::text::Reference;

/// Everything that one person has booked, or was named for as a guest: waiting, ended and past ones too.
///
/// The earliest start comes first, then what was booked first; dates to be confirmed come last. It holds
/// what a personal calendar needs. Links to join are sealed in it; [`join_link`](Self::join_link) opens one, and
/// neither printing nor serialising does.
///
/// Serialised it has `person`, `forgotten` (when they were, or `null`) and `registrations`. Each of these has `registration`, `number`, `reference`, `booker`,
/// `gathering`, `title`, `kind`, `schedule` (`text`, `starts`, `ends`, `zone`, `all_day`), `place` (`online`, `venue`,
/// `address`), `session` (`null`, or what was booked of the programme: `session`, `title`, `room`, its `schedule` and its
/// `status`, see [`SessionStatus::code`]), `offering`, `offering_name`, `party`, `status` (see
/// [`RegistrationStatus::code`]), `deadline` (when it ends by itself: of a hold, an offer, a request for approval; `null`
/// otherwise), `reconfirm_by` (until when it has to be said that new dates suit; `null` where nobody asks), `place_in_line`
/// (`null` unless waiting), `supersedes` and `superseded_by` (ids, or `null`) and `since`. Where a session was booked, `title`
/// and `schedule` above it are the gathering's.
#[derive(Clone)]
#[doc(alias = "my bookings")]
pub struct Agenda {
    person: PersonId,
    forgotten: Option<DateTime<Utc>>,
    rows: Vec<AgendaRow>,
    /// What was in the person's calendar, and is somebody else's now.
    handed_on: Vec<AgendaRow>,
    opener: Arc<dyn Opener>,
}

/// One registration, with what it is for.
///
/// Serialised by itself it is what [`Agenda`] has in `registrations`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AgendaRow {
    /// Which registration.
    pub registration: RegistrationId,
    /// Its number within the gathering, from 1 in the order of joining.
    pub number: u32,
    /// The host's own name for the registration.
    pub reference: Option<Reference>,
    /// Who booked: the person whose agenda it is, or whoever named that person as a guest.
    pub booker: PersonId,
    /// Which gathering.
    pub gathering: GatheringId,
    /// What was booked.
    pub offering: OfferingId,
    /// How many places the whole party has or waits for.
    pub party: u32,
    /// How the registration stands.
    pub status: RegistrationStatus,
    /// Until when its people have to say that new dates suit them, where they were asked and have not answered.
    pub reconfirm_by: Option<DateTime<Utc>>,
    /// Its place in line while it waits: 1 is served first.
    pub place_in_line: Option<u32>,
    /// The registration that it took the place of.
    pub supersedes: Option<RegistrationId>,
    /// The registration that took its place.
    pub superseded_by: Option<RegistrationId>,
    /// Since when it has stood so.
    pub since: DateTime<Utc>,
    /// When it was made.
    pub joined_at: DateTime<Utc>,
    /// Whether it has ever had its places: then a calendar may hold its entry.
    pub was_confirmed: bool,
    /// The sequence of its calendar entry, for the person whose agenda it is, or for the booker where a registration was
    /// looked up by itself: never less than it was, and more after each change of time or place, after a cancellation, and
    /// whenever that person lost their place by it to somebody else or got it back.
    pub sequence: u32,
    /// When its calendar entry was last changed.
    pub revised_at: DateTime<Utc>,
    joined: Position,
    announcement: Arc<Announcement>,
    previous_schedule: Option<Schedule>,
    booked_session: Option<BookedSession>,
    join_link: Option<Arc<Sealed<JoinLink>>>,
}

/// The session that was booked, as it is now.
#[derive(Clone, Debug)]
struct BookedSession {
    session: Arc<Session>,
    status: SessionStatus,
    shown_schedule: Schedule,
}

impl AgendaRow {
    /// The row of one of its people: how often they came and went counts in the sequence of their entry.
    pub(crate) fn of(card: &GatheringCard, registration: &RegistrationCard, person: PersonId) -> Self {
        let booking = registration.booking();
        let status = card.status(registration);
        Self {
            registration: registration.id(),
            number: registration.number(),
            reference: booking.reference.clone(),
            booker: booking.party.booker,
            gathering: card.id(),
            offering: booking.offering,
            party: booking.party.size(),
            status,
            reconfirm_by: card.reconfirm_by(registration),
            place_in_line: card.ahead(registration).map(|ahead| ahead.saturating_add(1)),
            supersedes: booking.supersedes,
            superseded_by: registration.superseded_by(),
            since: card.since(registration),
            joined_at: registration.joined_at(),
            was_confirmed: registration.was_confirmed(),
            sequence: card.entry_sequence_of(registration, person),
            revised_at: card.entry_revised_for(registration, person),
            joined: registration.joined(),
            announcement: card.shared_announcement(),
            previous_schedule: card.previous_schedule().cloned(),
            booked_session: card.session_of(booking.offering).map(|session| BookedSession {
                session: Arc::clone(session.session()),
                status: card.session_status(session),
                shown_schedule: session.shown_schedule().clone(),
            }),
            join_link: card.shared_join_link().filter(|_| status == RegistrationStatus::Confirmed),
        }
    }

    /// The gathering's announcement as it was when the agenda was taken.
    #[must_use]
    pub fn announcement(&self) -> &Announcement {
        &self.announcement
    }

    /// The last schedule with a date that the gathering had before: what it was moved or postponed from.
    #[must_use]
    pub fn previous_schedule(&self) -> Option<&Schedule> {
        self.previous_schedule.as_ref()
    }

    /// The session that was booked, if it is not the gathering as a whole.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        self.booked_session.as_ref().map(|booked| &*booked.session)
    }

    /// The title of what was booked: the session's, or the gathering's.
    #[must_use]
    pub fn title(&self) -> &str {
        self.session().map_or(&self.announcement.title, |session| &session.texts.title)
    }

    /// When that is which was booked: the session, or the gathering.
    #[must_use]
    pub fn schedule(&self) -> &Schedule {
        self.session().map_or(&self.announcement.schedule, |session| &session.schedule)
    }

    /// When that is which was booked; or, where its dates do not hold, when it was to be, with `true`.
    #[must_use]
    pub fn shown_schedule(&self) -> (&Schedule, bool) {
        match (&self.booked_session, &self.announcement.schedule, &self.previous_schedule) {
            (Some(booked), _, _) => (&booked.shown_schedule, booked.status == SessionStatus::Postponed),
            (None, Schedule::ToBeConfirmed { .. }, Some(previous)) => (previous, true),
            (None, schedule, _) => (schedule, false),
        }
    }

    /// The name of what was booked; empty for an offering that was never announced.
    #[must_use]
    pub fn offering_name(&self) -> &str {
        self.announcement.offering(self.offering).map_or("", |offering| &offering.name)
    }

    /// The link to join it, sealed: only where the registration is confirmed.
    pub(crate) fn sealed_join_link(&self) -> Option<&Arc<Sealed<JoinLink>>> {
        self.join_link.as_ref()
    }

    fn order(&self) -> (bool, Option<DateTime<Utc>>, Position) {
        let start = self.schedule().starts();
        (start.is_none(), start, self.joined)
    }

    /// An offering without an alternative says nothing that the title does not.
    fn choice_cell(&self) -> String {
        if self.announcement.offerings.len() > 1 { self.offering_name().into() } else { String::new() }
    }

    /// A session keeps its date when the gathering loses its own, so it has to say that the date does not hold.
    fn title_cell(&self) -> String {
        let status = self.booked_session.as_ref().map(|booked| booked.status);
        let postponed = if status == Some(SessionStatus::Postponed) { "Postponed: " } else { "" };
        format!("{postponed}{}", self.title())
    }

    /// A room is where one has to go; the venue is where it is.
    fn place_cell(&self) -> String {
        let mode = &self.announcement.mode;
        match self.session().map(|session| session.room.as_str()).filter(|room| !room.is_empty()) {
            Some(room) if mode.venue().is_none() => format!("{room}, {}", place(mode)),
            Some(room) => room.to_owned(),
            None => place(mode),
        }
    }

    /// How it stands, and what its people have to know of that: who is before them, or until when something has to happen.
    fn status_cell(&self, zone: Option<Zone>) -> String {
        let deadline = self.status.deadline();
        match (self.place_in_line, deadline, self.reconfirm_by) {
            (Some(place), _, _) => format!("waiting, no. {place}"),
            (None, Some(deadline), _) => format!("{} until {}", self.status, instant_cell(deadline, zone)),
            (None, None, Some(by)) => format!("confirm again by {}", instant_cell(by, zone)),
            (None, None, None) => self.status.to_string(),
        }
    }
}

impl Agenda {
    pub(super) fn of<'a>(
        person: PersonId,
        forgotten: Option<DateTime<Utc>>,
        registrations: [Vec<(&'a GatheringCard, &'a RegistrationCard)>; 2],
        opener: Arc<dyn Opener>,
    ) -> Self {
        let [rows, handed_on] = registrations.map(|those| {
            let mut rows: Vec<_> =
                those.into_iter().map(|(card, it)| AgendaRow::of(card, it, person)).collect();
            rows.sort_unstable_by_key(AgendaRow::order);
            rows
        });
        Self { person, forgotten, rows, handed_on, opener }
    }

    /// What the person had a place in and has handed on, or was taken off: it is not theirs any more, so no list shows it, but
    /// their calendar has to be told.
    pub(crate) fn handed_on(&self) -> &[AgendaRow] {
        &self.handed_on
    }

    /// When the person was forgotten, if they were: then no link to join opens, and no calendar is made of it.
    #[must_use]
    pub fn forgotten(&self) -> Option<DateTime<Utc>> {
        self.forgotten
    }

    /// Whose.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// The registrations, the earliest start first.
    #[must_use]
    pub fn rows(&self) -> &[AgendaRow] {
        &self.rows
    }

    /// Opens the link to join what a registration is for.
    ///
    /// `None` unless the registration was confirmed when the agenda was taken and the gathering has a link: nobody
    /// else may walk in.
    #[must_use]
    pub fn join_link(&self, registration: RegistrationId) -> Option<Opened<JoinLink>> {
        let row = self.rows.iter().find(|row| row.registration == registration)?;
        let sealed = row.join_link.as_ref()?;
        if let Some(at) = self.forgotten {
            return Some(Opened::Forgotten { at });
        }
        Some(self.opener.join_link(row.gathering, sealed))
    }
}

impl fmt::Debug for Agenda {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agenda")
            .field("person", &self.person)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Agenda {
    /// A table, at most 80 columns wide, without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = shared_zone(self.rows.iter().map(AgendaRow::schedule));
        writeln!(f, "{}\n", above("Agenda", zone))?;
        if self.rows.is_empty() {
            return f.write_str("nothing is booked");
        }
        let has_choice = self.rows.iter().any(|row| row.announcement.offerings.len() > 1);
        let mut columns = vec![Column::whole("Start"), Column::subject("Title"), Column::text("Where")];
        columns.extend(has_choice.then_some(Column::text("Offering")));
        columns.push(Column::whole("Status"));
        let mut table = Table::new(columns);
        for row in &self.rows {
            let mut cells = vec![start_cell(row.schedule(), zone), row.title_cell(), row.place_cell()];
            cells.extend(has_choice.then(|| row.choice_cell()));
            cells.push(row.status_cell(zone));
            table.row(cells);
        }
        table.fmt(f)
    }
}

#[derive(serde::Serialize)]
struct AgendaForm<'a> {
    person: PersonId,
    forgotten: Option<DateTime<Utc>>,
    registrations: Vec<RowForm<'a>>,
}

#[derive(serde::Serialize)]
struct RowForm<'a> {
    registration: RegistrationId,
    number: u32,
    reference: Option<&'a str>,
    booker: PersonId,
    gathering: GatheringId,
    title: &'a str,
    kind: &'static str,
    schedule: ScheduleForm,
    place: PlaceForm<'a>,
    session: Option<SessionForm<'a>>,
    offering: OfferingId,
    offering_name: &'a str,
    party: u32,
    status: &'static str,
    deadline: Option<DateTime<Utc>>,
    reconfirm_by: Option<DateTime<Utc>>,
    place_in_line: Option<u32>,
    supersedes: Option<RegistrationId>,
    superseded_by: Option<RegistrationId>,
    since: DateTime<Utc>,
}

#[derive(serde::Serialize)]
struct SessionForm<'a> {
    session: SessionId,
    title: &'a str,
    room: &'a str,
    schedule: ScheduleForm,
    status: &'static str,
}

impl<'a> From<&'a BookedSession> for SessionForm<'a> {
    fn from(booked: &'a BookedSession) -> Self {
        let session = &*booked.session;
        Self {
            session: session.id,
            title: &session.texts.title,
            room: &session.room,
            schedule: ScheduleForm::from(&session.schedule),
            status: booked.status.code(),
        }
    }
}

impl<'a> From<&'a AgendaRow> for RowForm<'a> {
    fn from(row: &'a AgendaRow) -> Self {
        let it = &row.announcement;
        Self {
            registration: row.registration,
            number: row.number,
            reference: row.reference.as_ref().map(Reference::as_str),
            booker: row.booker,
            gathering: row.gathering,
            title: &it.title,
            kind: it.kind.code(),
            schedule: ScheduleForm::from(&it.schedule),
            place: PlaceForm::from(&it.mode),
            session: row.booked_session.as_ref().map(SessionForm::from),
            offering: row.offering,
            offering_name: row.offering_name(),
            party: row.party,
            status: row.status.code(),
            deadline: row.status.deadline(),
            reconfirm_by: row.reconfirm_by,
            place_in_line: row.place_in_line,
            supersedes: row.supersedes,
            superseded_by: row.superseded_by,
            since: row.since,
        }
    }
}

impl Serialize for AgendaRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RowForm::from(self).serialize(serializer)
    }
}

impl Serialize for Agenda {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let registrations = self.rows.iter().map(RowForm::from).collect();
        AgendaForm { person: self.person, forgotten: self.forgotten, registrations }.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Ending, Fact, Pending, Reconfirmation, Silence};
    use crate::projection::fixture::{
        Story, booking, conference, gathering, person, registration, talk, time, webinar,
    };

    /// One person, on six gatherings in as many ways.
    fn story() -> Story {
        let mut story = Story::new();
        story
            .announces(1, webinar("Asset transfer", "2026-03-05 14:00 to 15:30 Europe/London", 1))
            .announces(2, webinar("王小明 speaks", "2026-03-05 14:00 to 15:30 Europe/London", 1))
            .announces(3, conference())
            .announces(4, webinar("Postponed", "2026-03-01 14:00 to 15:30 Europe/London", 1))
            .announces(5, webinar("Called off", "2026-03-02 14:00 to 15:30 Europe/London", 1))
            .announces(6, webinar("Not theirs", "2026-03-02 14:00 to 15:30 Europe/London", 1))
            .confirms(2, 8, booking(1, 1, &[]))
            .waitlists(1, 1, booking(1, 2, &[]))
            .waitlists(1, 7, booking(1, 1, &[]))
            .confirms(3, 3, booking(3, 2, &[None, Some(1)]))
            .confirms(4, 4, booking(1, 1, &[]))
            .confirms(5, 5, booking(1, 1, &[Some(1)]))
            .confirms(6, 6, booking(1, 2, &[]))
            .cancels(2, 8)
            .reschedules(4, "to be confirmed (autumn)")
            .calls_off(5);
        story
    }

    fn agenda() -> Agenda {
        let story = story();
        story.lists.agenda(person(1), story.opener())
    }

    #[test]
    fn an_agenda_is_sorted_by_start_with_dates_to_be_confirmed_last() {
        let expected = "\
Agenda, times in Europe/London

Start             Title             Where          Offering       Status
2026-03-02 14:00  Called off        online                        called off
2026-03-05 14:00  王小明 speaks     online                        cancelled
2026-03-05 14:00  Asset transfer    online                        waiting, no. 2
2026-03-20        Owning libraries  Library Hub,…  with site vi…  confirmed
to be confirmed   Postponed         online                        confirmed";
        assert_eq!(agenda().to_string(), expected);
    }

    #[test]
    fn a_link_is_opened_for_confirmed_places_only() {
        let agenda = agenda();
        let with_link: Vec<_> = agenda
            .rows()
            .iter()
            .map(|row| row.registration)
            .filter(|id| agenda.join_link(*id).is_some())
            .collect();
        assert_eq!(with_link, [registration(3), registration(4)]);
        let shown = format!("{agenda:?} {agenda} {}", serde_json::to_string(&agenda).unwrap());
        assert!(!shown.contains("secret"));
        assert!(agenda.join_link(registration(6)).is_none(), "somebody else's");
    }

    #[test]
    fn the_sequence_follows_dates_and_cancellations_and_nothing_else() {
        let sequence = |story: &Story| {
            let agenda = story.lists.agenda(person(1), story.opener());
            let row = &agenda.rows()[0];
            (row.sequence, row.revised_at)
        };
        let mut story = Story::new();
        story.announces(1, webinar("Talk", "2026-03-05 14:00 to 15:30 Europe/London", 1)).waitlists(
            1,
            1,
            booking(1, 1, &[]),
        );
        assert_eq!(sequence(&story), (0, time("2026-02-01T10:00:00Z")));
        story.promotes(1, 1);
        assert_eq!(sequence(&story), (0, time("2026-02-01T11:00:00Z")));
        story.reschedules(1, "2026-03-06 Europe/London");
        assert_eq!(sequence(&story), (1, time("2026-02-01T12:00:00Z")));
        story.cancels(1, 1);
        assert_eq!(sequence(&story), (2, time("2026-02-01T13:00:00Z")));
        story.calls_off(1);
        assert_eq!(sequence(&story), (3, time("2026-02-01T14:00:00Z")));
    }

    #[test]
    fn a_postponed_gathering_remembers_its_last_dates() {
        let mut story = story();
        story.reschedules(4, "to be confirmed (winter)");
        let agenda = story.lists.agenda(person(1), story.opener());
        let row = agenda.rows().last().unwrap();
        assert_eq!(row.announcement().schedule.to_string(), "to be confirmed (winter)");
        assert_eq!(row.previous_schedule().unwrap().to_string(), "2026-03-01 14:00 to 15:30 Europe/London");
    }

    #[test]
    fn field_names_are_stable() {
        let json = serde_json::to_value(agenda()).unwrap();
        let expected = serde_json::json!({
            "registration": "00000000-0000-0000-0000-000000000007",
            "number": 2,
            "reference": null,
            "booker": "00000000-0000-0000-0000-000000000001",
            "gathering": "00000000-0000-0000-0000-000000000001",
            "title": "Asset transfer",
            "kind": "webinar",
            "schedule": {
                "text": "2026-03-05 14:00 to 15:30 Europe/London",
                "starts": "2026-03-05T14:00:00Z",
                "ends": "2026-03-05T15:30:00Z",
                "zone": "Europe/London",
                "all_day": false,
            },
            "place": { "online": true, "venue": null, "address": null },
            "session": null,
            "offering": 1,
            "offering_name": "places",
            "party": 1,
            "status": "waiting",
            "deadline": null,
            "reconfirm_by": null,
            "place_in_line": 2,
            "supersedes": null,
            "superseded_by": null,
            "since": "2026-02-01T17:00:00Z",
        });
        assert_eq!(json["registrations"][2], expected);
        assert_eq!(json["person"], person(1).to_string());
    }

    #[test]
    fn somebody_never_heard_of_has_an_empty_agenda() {
        let story = story();
        let agenda = story.lists.agenda(person(77), story.opener());
        assert_eq!(agenda.to_string(), "Agenda\n\nnothing is booked");
        assert!(
            story.lists.attendee_list(gathering(77), time("2026-03-01T12:00:00Z"), story.opener()).is_none()
        );
    }

    /// A workshop at a conference, and the conference itself, both booked by person 1.
    fn at_a_workshop() -> Story {
        let mut story = Story::new();
        story
            .announces(1, conference())
            .adds(1, talk(1, "Asset transfer", "10:00 to 10:45").room("Reading Room"))
            .adds_offering(1, 4, "workshop", 1)
            .confirms(1, 1, booking(1, 1, &[]))
            .confirms(1, 2, booking(4, 1, &[]));
        story
    }

    fn row(story: &Story, number: u128) -> AgendaRow {
        story.lists.agenda_row(registration(number)).unwrap()
    }

    #[test]
    fn a_session_is_shown_with_its_own_time_title_and_room() {
        let expected = "\
Agenda, times in Europe/London

Start             Title             Where                Offering   Status
2026-03-20        Owning libraries  Library Hub, online  in person  confirmed
2026-03-20 10:00  Asset transfer    Reading Room         workshop   confirmed";
        let mut story = at_a_workshop();
        assert_eq!(story.lists.agenda(person(1), story.opener()).to_string(), expected);
        story.moves(1, 1, "2026-03-20 11:00 to 11:45 Europe/London", "");
        let printed = story.lists.agenda(person(1), story.opener()).to_string();
        assert!(printed.contains("2026-03-20 11:00  Asset transfer    Library Hub, online"), "{printed}");
    }

    #[test]
    fn a_session_whose_dates_do_not_hold_says_so() {
        let mut story = at_a_workshop();
        story.reschedules(1, "to be confirmed");
        let expected = "\
Agenda, times in Europe/London

Start             Title                      Where          Offering   Status
2026-03-20 10:00  Postponed: Asset transfer  Reading Room   workshop   confirmed
to be confirmed   Owning libraries           Library Hub,…  in person  confirmed";
        assert_eq!(story.lists.agenda(person(1), story.opener()).to_string(), expected);
        let before = "2026-03-20 10:00 to 10:45 Europe/London";
        assert_eq!(row(&story, 2).shown_schedule(), (&before.parse().unwrap(), true));
        story.moves(1, 1, "to be confirmed", "Reading Room");
        let row = row(&story, 2);
        assert_eq!(row.schedule(), &Schedule::to_be_confirmed(""));
        assert_eq!(row.shown_schedule(), (&before.parse().unwrap(), true));
        story.reschedules(1, "2026-10-02 Europe/London").moves(1, 1, "2026-10-02 Europe/London", "");
        let row = self::row(&story, 2);
        assert_eq!(row.shown_schedule(), (&"2026-10-02 Europe/London".parse().unwrap(), false));
    }

    #[test]
    fn what_was_booked_for_a_session_ends_when_it_is_dropped() {
        let mut story = at_a_workshop();
        story.drops(1, 1).tell(Fact::RegistrationEnded {
            gathering: gathering(1),
            registration: registration(2),
            how: Ending::Organiser,
        });
        let printed = story.lists.agenda(person(1), story.opener()).to_string();
        assert!(printed.contains("Asset transfer"), "{printed}");
        assert!(printed.ends_with("cancelled by organiser"), "{printed}");
        assert!(story.lists.agenda(person(1), story.opener()).join_link(registration(2)).is_none());
        assert!(story.lists.agenda(person(1), story.opener()).join_link(registration(1)).is_some());
    }

    #[test]
    fn a_place_that_was_transferred_is_on_the_new_holder_s_agenda_only() {
        let mut story = at_a_workshop();
        story.transfers(1, 1, 1, 1, 2).transfers(1, 2, 1, 1, 2);
        let titles = |number| -> Vec<String> {
            let agenda = story.lists.agenda(person(number), story.opener());
            agenda.rows().iter().map(|row| row.title().to_owned()).collect()
        };
        assert!(titles(1).is_empty());
        assert_eq!(titles(2), ["Owning libraries", "Asset transfer"]);
        assert_eq!(row(&story, 2).booker, person(2));
    }

    #[test]
    fn field_names_of_a_booked_session_are_stable() {
        let mut story = at_a_workshop();
        let json = |story: &Story| serde_json::to_value(row(story, 2)).unwrap();
        let expected = serde_json::json!({
            "registration": "00000000-0000-0000-0000-000000000002",
            "number": 2,
            "reference": null,
            "booker": "00000000-0000-0000-0000-000000000001",
            "gathering": "00000000-0000-0000-0000-000000000001",
            "title": "Owning libraries",
            "kind": "conference",
            "schedule": {
                "text": "2026-03-20 to 2026-03-21 Europe/London",
                "starts": "2026-03-20T00:00:00Z",
                "ends": "2026-03-22T00:00:00Z",
                "zone": "Europe/London",
                "all_day": true,
            },
            "place": { "online": true, "venue": "Library Hub", "address": "Hill Road 1" },
            "session": {
                "session": "00000000-0000-0000-0000-000000000001",
                "title": "Asset transfer",
                "room": "Reading Room",
                "schedule": {
                    "text": "2026-03-20 10:00 to 10:45 Europe/London",
                    "starts": "2026-03-20T10:00:00Z",
                    "ends": "2026-03-20T10:45:00Z",
                    "zone": "Europe/London",
                    "all_day": false,
                },
                "status": "confirmed",
            },
            "offering": 4,
            "offering_name": "workshop",
            "party": 1,
            "status": "confirmed",
            "deadline": null,
            "reconfirm_by": null,
            "place_in_line": null,
            "supersedes": null,
            "superseded_by": null,
            "since": "2026-02-01T13:00:00Z",
        });
        assert_eq!(json(&story), expected);
        story.reschedules(1, "to be confirmed");
        assert_eq!(json(&story)["session"]["status"], "postponed");
        story.calls_off(1);
        assert_eq!(json(&story)["session"]["status"], "cancelled");
        assert_eq!(json(&story)["status"], "cancelled_with_gathering");
    }

    #[test]
    fn every_status_is_told_in_words() {
        let mut story = Story::new();
        let (pending, until) = (Pending { uses_places: true, until: None }, "2026-02-28T12:00:00Z");
        let by = Some(time(until));
        for number in 1..=8 {
            story.announces(number, webinar("Talk", "2026-03-05 14:00 to 15:30 Europe/London", 1));
        }
        story
            .holds(1, 1, booking(1, 1, &[]), until)
            .asks_approval(2, 2, booking(1, 1, &[]), pending)
            .asks_approval(3, 3, booking(1, 1, &[]), Pending { until: by, ..pending })
            .waitlists(4, 4, booking(1, 1, &[]))
            .offers(4, 4, until)
            .tell(Fact::FollowUpRequested {
                gathering: gathering(5),
                registration: registration(5),
                booking: booking(1, 1, &[]),
            })
            .tell(Fact::InterestNoted {
                gathering: gathering(6),
                registration: registration(6),
                booking: booking(1, 1, &[]),
            })
            .confirms(7, 7, booking(1, 1, &[]))
            .confirms(8, 8, booking(1, 1, &[]))
            .ends(8, 8, Ending::MovedAway)
            .tell(Fact::GatheringRescheduled {
                gathering: gathering(7),
                schedule: "2026-03-06 14:00 to 15:30 Europe/London".parse().unwrap(),
                ask: Some(Reconfirmation { until: time(until), on_silence: Silence::Release }),
            });
        let expected = "\
Agenda, times in Europe/London

Start             Title  Where   Status
2026-03-05 14:00  Talk   online  held until 2026-02-28 12:00
2026-03-05 14:00  Talk   online  to be approved
2026-03-05 14:00  Talk   online  to be approved until 2026-02-28 12:00
2026-03-05 14:00  Talk   online  offered until 2026-02-28 12:00
2026-03-05 14:00  Talk   online  follow-up only
2026-03-05 14:00  Talk   online  interested
2026-03-05 14:00  Talk   online  moved away
2026-03-06 14:00  Talk   online  confirm again by 2026-02-28 12:00";
        let agenda = story.lists.agenda(person(1), story.opener());
        assert_eq!(agenda.to_string(), expected);
        let json = serde_json::to_value(&agenda).unwrap();
        assert_eq!(json["registrations"][0]["deadline"], until);
        assert_eq!(json["registrations"][7]["reconfirm_by"], until);
        let with_link: Vec<_> =
            agenda.rows().iter().filter(|row| agenda.join_link(row.registration).is_some()).collect();
        assert_eq!(with_link.iter().map(|row| row.number).collect::<Vec<_>>(), [1], "the confirmed one");
        assert_eq!(with_link[0].gathering, gathering(7));
    }
}
