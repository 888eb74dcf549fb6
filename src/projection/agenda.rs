//! What one person has booked.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, Serializer};

use crate::fact::Announcement;
use crate::id::{GatheringId, OfferingId, PersonId, RegistrationId};
use crate::person::JoinLink;
use crate::projection::card::{GatheringCard, RegistrationCard, RegistrationStatus};
use crate::projection::table::{Column, Table};
use crate::projection::when::{PlaceForm, ScheduleForm, above, kind, place, shared_zone, start_cell};
use crate::schedule::Schedule;
use crate::sealed::{Opened, Opener, Sealed};
use crate::text::Reference;

/// Everything that one person has booked, or was named for as a guest: waiting, ended and past ones too.
///
/// The earliest start comes first, then the registration's id decides; dates to be confirmed come last. It holds
/// what a personal calendar needs. Links to join are sealed in it; [`join_link`](Self::join_link) opens one, and
/// neither printing nor serialising does.
///
/// Serialised it has `person` and `registrations`. Each of these has `registration`, `number`, `reference`, `booker`,
/// `gathering`, `title`, `kind`, `schedule` (`text`, `starts`, `ends`, `zone`, `all_day`), `place` (`online`, `venue`,
/// `address`), `offering`, `offering_name`, `party`, `status` (see [`RegistrationStatus::code`]), `place_in_line`
/// (`null` unless waiting) and `since`.
#[derive(Clone)]
#[doc(alias = "my bookings")]
pub struct Agenda {
    person: PersonId,
    rows: Vec<AgendaRow>,
    opener: Arc<dyn Opener>,
}

/// One registration of a person, with what it is for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AgendaRow {
    /// Which registration.
    pub registration: RegistrationId,
    /// Its number within the gathering, from 1 in the order of joining.
    pub number: u32,
    /// The host's own name for the registration.
    pub reference: Option<Reference>,
    /// Who booked: the person, or whoever named the person as a guest.
    pub booker: PersonId,
    /// Which gathering.
    pub gathering: GatheringId,
    /// What was booked.
    pub offering: OfferingId,
    /// How many places the whole party has or waits for.
    pub party: u32,
    /// How the registration stands.
    pub status: RegistrationStatus,
    /// Its place in line while it waits: 1 is served first.
    pub place_in_line: Option<u32>,
    /// Since when it has stood so.
    pub since: DateTime<Utc>,
    /// When it was made.
    pub joined_at: DateTime<Utc>,
    /// Whether it has ever had its places: then a calendar may hold its entry.
    pub was_confirmed: bool,
    /// The sequence of its calendar entry: never less than it was, and more after each change of dates and after a
    /// cancellation.
    pub sequence: u32,
    /// When its calendar entry was last changed.
    pub revised_at: DateTime<Utc>,
    announcement: Arc<Announcement>,
    previous_schedule: Option<Schedule>,
    join_link: Option<Arc<Sealed<JoinLink>>>,
}

impl AgendaRow {
    fn of(card: &GatheringCard, registration: &RegistrationCard) -> Self {
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
            place_in_line: place_in_line(card, registration),
            since: card.since(registration),
            joined_at: registration.joined_at(),
            was_confirmed: registration.was_confirmed(),
            sequence: card.entry_sequence(registration),
            revised_at: card.entry_revised_at(registration),
            announcement: card.shared_announcement(),
            previous_schedule: card.previous_schedule().cloned(),
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

    /// The name of what was booked; empty for an offering that was never announced.
    #[must_use]
    pub fn offering_name(&self) -> &str {
        let offering = self.announcement.offerings.iter().find(|offering| offering.id == self.offering);
        offering.map_or("", |offering| &offering.name)
    }

    fn order(&self) -> (bool, Option<DateTime<Utc>>, RegistrationId) {
        let start = self.announcement.schedule.starts();
        (start.is_none(), start, self.registration)
    }

    fn status_cell(&self) -> String {
        match self.place_in_line {
            Some(place) => format!("waiting, no. {place}"),
            None => self.status.to_string(),
        }
    }
}

fn place_in_line(card: &GatheringCard, registration: &RegistrationCard) -> Option<u32> {
    if card.status(registration) != RegistrationStatus::Waiting {
        return None;
    }
    let line = (1..).zip(card.line(registration.booking().offering));
    line.filter(|(_, waiting)| waiting.id() == registration.id()).map(|(place, _)| place).next()
}

impl Agenda {
    pub(super) fn of<'a>(
        person: PersonId,
        registrations: impl Iterator<Item = (&'a GatheringCard, &'a RegistrationCard)>,
        opener: Arc<dyn Opener>,
    ) -> Self {
        let mut rows: Vec<_> = registrations.map(|(card, it)| AgendaRow::of(card, it)).collect();
        rows.sort_unstable_by_key(AgendaRow::order);
        Self { person, rows, opener }
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
        let zone = shared_zone(self.rows.iter().map(|row| &row.announcement.schedule));
        writeln!(f, "{}\n", above("Agenda", zone))?;
        if self.rows.is_empty() {
            return f.write_str("nothing is booked");
        }
        let has_choice = self.rows.iter().any(|row| row.announcement.offerings.len() > 1);
        let mut columns = vec![Column::whole("Start"), Column::text("Title"), Column::text("Where")];
        columns.extend(has_choice.then_some(Column::text("Offering")));
        columns.push(Column::whole("Status"));
        let mut table = Table::new(columns);
        for row in &self.rows {
            let it = &row.announcement;
            let mut cells = vec![start_cell(&it.schedule, zone), it.title.clone(), place(&it.mode)];
            cells.extend(has_choice.then(|| row.offering_name().into()));
            cells.push(row.status_cell());
            table.row(cells);
        }
        table.fmt(f)
    }
}

#[derive(serde::Serialize)]
struct AgendaForm<'a> {
    person: PersonId,
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
    offering: OfferingId,
    offering_name: &'a str,
    party: u32,
    status: &'static str,
    place_in_line: Option<u32>,
    since: DateTime<Utc>,
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
            kind: kind(it.kind),
            schedule: ScheduleForm::from(&it.schedule),
            place: PlaceForm::from(&it.mode),
            offering: row.offering,
            offering_name: row.offering_name(),
            party: row.party,
            status: row.status.code(),
            place_in_line: row.place_in_line,
            since: row.since,
        }
    }
}

impl Serialize for Agenda {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let registrations = self.rows.iter().map(RowForm::from).collect();
        AgendaForm { person: self.person, registrations }.serialize(serializer)
    }
}
