//! Who has a place: one row for each place that is confirmed, and for each that is kept from others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, Serializer};

use crate::fact::{Announcement, Capacity, Credential, Presence};
use crate::id::{CheckInListId, GatheringId, OfferingId, PersonId, PoolId, RegistrationId};
use crate::person::{Answers, Note, PersonDetails};
use crate::projection::beside::{Aside, Beside, Consent};
use crate::projection::card::GatheringCard;
use crate::projection::head::{Head, counted};
use crate::projection::names::{
    ERASED, ExposedListForm, ExposedRowForm, OnRecord, Opening, PERSONAL, Shown, name_cell,
};
use crate::projection::places::PoolCount;
use crate::projection::presence::{PresenceCounts, word};
use crate::projection::query::{AttendeePage, AttendeeQuery, Lister, Opens, QueryError, Sheet, Texts};
use crate::projection::registration::RegistrationCard;
use crate::projection::route::Route;
use crate::projection::status::RegistrationStatus;
use crate::projection::table::{Column, Table};
use crate::projection::when::{ScheduleForm, day_cell, instant_cell};
use crate::sealed::{Opener, Sealed, Unavailable};
use crate::text::Reference;

#[cfg(test)]
mod tests;

/// Who has a place at a gathering, name by name once [exposed](Self::expose).
///
/// It holds one row for each place: the booker's place is 1, guests come after, named or not. Beside those who are
/// confirmed it has whoever else keeps a place from others at the time of the list: held, offered, or pending. So the
/// rows that are [counted](AttendeeRow::is_counted) are what is taken of the pools, and those that are confirmed are who
/// comes. Rows are in the order in which registrations joined, then by place. It is a value of its own and stays as it
/// is while bookings go on.
///
/// Somebody who was forgotten keeps their row, at its place, with how it stands and whether they came; the name is `[erased]`
/// (empty in what is serialised), and nothing else is known. So no count and no order changes. No list is sorted by
/// name: whoever sorts one finds those rows with an empty name, and with [`forgotten`](AttendeeRow::forgotten) to tell them.
///
/// Printed or serialised as it is, it shows `[personal]` in place of every name. Printed, it says how each stands where
/// there is more to say than that they are confirmed, and who came where anything is known of that. A list of a gathering
/// that was called off has no rows.
///
/// Serialised it has `gathering`, `title`, `cancelled`, `schedule` (`text`, `starts`, `ends`, `zone`, `all_day`),
/// `pools` (`pool`, `name`, `capacity` and `limit` with `null` for no limit, `taken`, `set_aside`, `left` with `null` for
/// no limit), `presence` (see [`PresenceCounts`]) and `attendees`. An attendee has
/// `number`, `place`, `registration`, `reference`, `person` (`null` for a guest not named), `booker`, `offering`,
/// `offering_name`, `party`, `status` (see [`RegistrationStatus::code`]), `uncounted`, `presence` (see
/// [`Presence::code`]), `since`, `forgotten` (when the person was, or `null`) and `name`. Ids are strings, but for the numbers that a gathering's author gives
/// to pools and offerings; times are RFC 3339 in UTC.
///
/// # Example
/// ```
/// use gather::{Desk, Gathering, PersonDetails};
///
/// let desk = Desk::in_memory();
/// let day = Gathering::webinar("Open day").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?).places(20);
/// let day = desk.announce(day)?.outcome;
/// let ann = desk.record_person(PersonDetails::new("Ann Example"))?.outcome;
/// assert!(desk.register(day, ann)?.outcome.is_confirmed());
///
/// let list = desk.attendee_list(day)?;
/// assert!(list.to_string().contains("[personal]") && !list.to_string().contains("Ann"));
/// assert_eq!(list.expose("name badges").rows()[0].details.name, "Ann Example");
/// // A host with a table of users of its own gives the names, and records none.
/// let own = list.with_names(|person| (person == ann).then(|| String::from("Ann E.")));
/// assert_eq!(own.rows()[0].details.name, "Ann E.");
/// assert_eq!((list.pools()[0].taken, list.rows()[0].person), (1, Some(ann)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[doc(alias = "participants")]
pub struct AttendeeList {
    head: Head,
    at: DateTime<Utc>,
    pools: Vec<PoolCount>,
    rows: Vec<AttendeeRow>,
    opener: Arc<dyn Opener>,
}

/// One place, without a name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttendeeRow {
    /// The registration's number within the gathering, from 1 in the order of joining.
    pub number: u32,
    /// The place within the party: 1 is the booker's.
    pub place: u32,
    /// Which registration.
    pub registration: RegistrationId,
    /// The host's own name for the registration.
    pub reference: Option<Reference>,
    /// Who has the place; `None` for a guest who is not named.
    pub person: Option<PersonId>,
    /// Who booked.
    pub booker: PersonId,
    /// What was booked.
    pub offering: OfferingId,
    /// How many places the whole party has.
    pub party: u32,
    /// How the registration stands: confirmed, or held, offered or pending with its places kept.
    pub status: RegistrationStatus,
    /// Whether it takes no place of any pool.
    pub uncounted: bool,
    /// Whether they came.
    pub presence: Presence,
    /// When the registration got its places; since when it stands as it does.
    pub since: DateTime<Utc>,
    /// When the registration was made.
    pub booked_at: DateTime<Utc>,
    /// By which way it came, or got its places.
    pub route: Route,
    has_place: bool,
    check_ins: BTreeMap<CheckInListId, DateTime<Utc>>,
    credentials: Vec<Credential>,
    answers: Option<Arc<Sealed<Answers>>>,
    on_record: OnRecord,
    aside: Aside,
}

impl AttendeeRow {
    /// The host's own labels of the registration, in the order of their text.
    #[must_use]
    pub fn tags(&self) -> &[Reference] {
        self.aside.get().map(Beside::tags).unwrap_or_default()
    }

    /// What the staff noted about the registration, sealed for its booker.
    #[must_use]
    pub fn note(&self) -> Option<&Sealed<Note>> {
        self.aside.get()?.note()
    }

    /// What the staff noted, on the booker's row, where it is to be had still.
    pub(super) fn note_here(&self) -> Option<&Sealed<Note>> {
        self.note().filter(|sealed| self.place == 1 && !sealed.bytes().is_empty())
    }

    /// The latest word of whoever has the place on each purpose, the latest last.
    pub fn consents(&self) -> impl Iterator<Item = &Consent> {
        let all = self.aside.get().map(Beside::consents).unwrap_or_default();
        all.iter().filter(|consent| self.person == Some(consent.person))
    }

    /// Whether whoever has the place agrees to something; `None` where they have never said.
    #[must_use]
    pub fn has_consented(&self, purpose: &Reference) -> Option<bool> {
        self.consents().find(|consent| consent.purpose == *purpose).map(|consent| consent.given)
    }

    /// Whether whoever has the place has said what they need in order to take part. What that is is read for a named purpose
    /// ([`Desk::read_needs`](crate::Desk::read_needs)); it may have been erased.
    #[must_use]
    pub fn has_needs(&self) -> bool {
        let mut all = self.aside.get().into_iter().flat_map(Beside::needs);
        all.any(|(person, _)| self.person == Some(person))
    }

    /// The person's details as the log keeps them; `None` where nothing was recorded or nobody is named.
    #[must_use]
    pub fn details(&self) -> Option<&Sealed<PersonDetails>> {
        self.on_record.details.as_deref()
    }

    /// When the person was forgotten, if they were: then nothing is known of them, and their place is still counted.
    #[must_use]
    pub fn forgotten(&self) -> Option<DateTime<Utc>> {
        self.on_record.forgotten
    }

    /// Whether it is one of the places that are taken of the pools.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.has_place && !self.uncounted
    }

    /// Whether it is confirmed, or keeps its places from others. Every row of [`Desk::attendee_list`](crate::Desk::attendee_list) is.
    #[must_use]
    pub fn has_place(&self) -> bool {
        self.has_place
    }

    /// When they were first seen going in, at any of the gathering's lists; `None` where no scan counts, also for whoever was only
    /// said by hand to have come.
    #[must_use]
    pub fn first_check_in(&self) -> Option<DateTime<Utc>> {
        self.check_ins.values().min().copied()
    }

    /// When they were first seen going in at one list.
    #[must_use]
    pub fn first_check_in_at(&self, list: CheckInListId) -> Option<DateTime<Utc>> {
        self.check_ins.get(&list).copied()
    }

    /// What the host vouched for with the registration.
    #[must_use]
    pub fn credentials(&self) -> &[Credential] {
        &self.credentials
    }

    /// What the booker answered, on the booker's row; `None` where nothing was asked or answered.
    #[must_use]
    pub fn answers(&self) -> Option<&Sealed<Answers>> {
        self.answers.as_deref()
    }

    pub(super) fn shared_details(&self) -> Option<Arc<Sealed<PersonDetails>>> {
        self.on_record.details.clone()
    }

    fn is_confirmed(&self) -> bool {
        self.status == RegistrationStatus::Confirmed
    }

    /// Whether there is more to say of it than that it is confirmed.
    fn is_remarkable(&self) -> bool {
        self.uncounted || !self.is_confirmed()
    }

    /// How it stands, in a word or two: whether they came is more than that they were to.
    fn status_cell(&self, tells_presence: bool) -> String {
        let (status, presence) = (self.status.to_string(), word(self.presence));
        match (self.is_confirmed(), self.uncounted, tells_presence) {
            (true, false, true) => presence.into(),
            (true, true, true) => format!("uncounted, {presence}"),
            (true, true, false) => "uncounted".into(),
            (true, false, false) | (false, _, _) => status,
        }
    }
}

impl AttendeeList {
    pub(super) fn of(
        card: &GatheringCard,
        now: DateTime<Utc>,
        people: impl Fn(PersonId) -> OnRecord,
        opener: Arc<dyn Opener>,
    ) -> Self {
        Self::with(card, now, people, opener, |registration| has_place(card, registration, now))
    }

    /// With everybody who ever registered, whatever became of them.
    pub(super) fn of_everybody(
        card: &GatheringCard,
        now: DateTime<Utc>,
        people: impl Fn(PersonId) -> OnRecord,
        opener: Arc<dyn Opener>,
    ) -> Self {
        Self::with(card, now, people, opener, |_| true)
    }

    fn with(
        card: &GatheringCard,
        now: DateTime<Utc>,
        people: impl Fn(PersonId) -> OnRecord,
        opener: Arc<dyn Opener>,
        is_on: impl Fn(&RegistrationCard) -> bool,
    ) -> Self {
        let registrations = card.registrations().filter(|registration| is_on(registration));
        let rows = registrations.flat_map(|registration| rows_of(card, registration, now, &people)).collect();
        Self { head: Head::of(card), at: now, pools: card.pools(now), rows, opener }
    }

    /// Answers a query without a name: cells that are personal say `[personal]`.
    ///
    /// # Errors
    /// [`QueryError::SortsByPersonal`], [`QueryError::FiltersByPersonal`]: that takes [`expose`](Self::expose).
    /// [`QueryError::UnknownRow`].
    pub fn query(&self, query: &AttendeeQuery) -> Result<AttendeePage, QueryError> {
        let rows: Vec<_> = self.rows.iter().cloned().map(Lister::hidden).collect();
        let sheet = Sheet { head: self.head.clone(), at: self.at, purpose: None };
        AttendeePage::of_all(query, sheet, Opens::NOTHING, &rows)
    }

    /// The time that was asked about.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// How many of the confirmed places were used, and how. Their sum is the number of the rows that are confirmed.
    #[must_use]
    pub fn presence(&self) -> PresenceCounts {
        presence_of(self.rows.iter())
    }

    /// Which gathering.
    #[must_use]
    pub fn gathering(&self) -> GatheringId {
        self.head.gathering
    }

    /// The gathering's announcement as it was when the list was taken.
    #[must_use]
    pub fn announcement(&self) -> &Announcement {
        &self.head.announcement
    }

    /// The places taken in each pool, in the author's order.
    #[must_use]
    pub fn pools(&self) -> &[PoolCount] {
        &self.pools
    }

    /// The rows, by the registration's number and then by place.
    #[must_use]
    pub fn rows(&self) -> &[AttendeeRow] {
        &self.rows
    }

    /// The name of an offering; empty for one that the gathering does not have.
    #[must_use]
    pub fn offering_name(&self, offering: OfferingId) -> &str {
        self.head.offering_name(offering)
    }

    /// Opens the names. The purpose goes with the list wherever it is serialised: "badges", "catering".
    ///
    /// Each person's details are opened once. What cannot be read shows `[unavailable]`; nothing fails for it.
    #[must_use]
    pub fn expose(&self, purpose: &str) -> ExposedAttendeeList {
        let mut opening = Opening::new(self.opener.as_ref());
        let show = |row: &AttendeeRow| match row.person {
            Some(person) => opening.of(person, row.on_record.details.as_ref()),
            None => Shown::default(),
        };
        ExposedAttendeeList { opener: Some(Arc::clone(&self.opener)), ..self.shown_by(Some(purpose), show) }
    }

    /// Takes the names from the host, who keeps people's details in a table of its own. Nothing is opened.
    ///
    /// It is asked once for each place with a person, but for those who were forgotten; `None` leaves the name empty.
    #[must_use]
    pub fn with_names(&self, mut name: impl FnMut(PersonId) -> Option<String>) -> ExposedAttendeeList {
        let known = |row: &AttendeeRow| row.person.filter(|_| row.forgotten().is_none());
        self.shown_by(None, |row| Shown::named(known(row).and_then(&mut name)))
    }

    fn shown_by(
        &self,
        purpose: Option<&str>,
        mut show: impl FnMut(&AttendeeRow) -> Shown,
    ) -> ExposedAttendeeList {
        let exposed = |row: &AttendeeRow| {
            let shown = show(row);
            let row = AttendeeRow { on_record: row.on_record.heard(&shown), ..row.clone() };
            ExposedAttendee { row, details: shown.details, unavailable: shown.unavailable }
        };
        ExposedAttendeeList {
            head: self.head.clone(),
            at: self.at,
            pools: self.pools.clone(),
            purpose: purpose.map(Arc::from),
            rows: self.rows.iter().map(exposed).collect(),
            opener: None,
        }
    }
}

/// Whether a registration is confirmed, or keeps its places from others at a time.
fn has_place(card: &GatheringCard, registration: &RegistrationCard, now: DateTime<Utc>) -> bool {
    let status = card.status(registration);
    let counted = !registration.booking().uncounted;
    status == RegistrationStatus::Confirmed || (counted && status.uses_places(now))
}

/// The places of a registration as they are at a time, the booker's first.
pub(super) fn rows_of(
    card: &GatheringCard,
    registration: &RegistrationCard,
    now: DateTime<Utc>,
    people: impl Fn(PersonId) -> OnRecord,
) -> Vec<AttendeeRow> {
    let booking = registration.booking();
    let booker = std::iter::once(Some(booking.party.booker));
    let places = booker.chain(booking.party.guests.iter().copied());
    let (written, since) = (card.status(registration), card.since(registration));
    let status = written.at(now);
    // What has ended by itself has ended at its deadline, whether anybody has written that or not.
    let since = written.deadline().filter(|_| status != written).unwrap_or(since);
    let answers = booking.answers.as_ref().filter(|sealed| !sealed.bytes().is_empty());
    let row = |(place, person): (u16, Option<PersonId>)| AttendeeRow {
        number: registration.number(),
        place: u32::from(place),
        registration: registration.id(),
        reference: booking.reference.clone(),
        person,
        booker: booking.party.booker,
        offering: booking.offering,
        party: booking.party.size(),
        status,
        uncounted: booking.uncounted,
        presence: card.presence(registration, place),
        since,
        booked_at: registration.joined_at(),
        route: registration.route(),
        has_place: has_place(card, registration, now),
        check_ins: registration.first_check_ins(place),
        credentials: booking.credentials.clone(),
        answers: answers.filter(|_| place == 1).cloned().map(Arc::new),
        on_record: person.map(&people).unwrap_or_default(),
        aside: registration.aside().clone(),
    };
    (1..).zip(places).map(row).collect()
}

fn presence_of<'a>(rows: impl Iterator<Item = &'a AttendeeRow>) -> PresenceCounts {
    rows.filter(|row| row.is_confirmed()).map(|row| row.presence).collect()
}

/// What a printed list says beyond who is confirmed.
#[derive(Clone, Copy)]
struct Says {
    status: bool,
    presence: Option<PresenceCounts>,
}

impl Says {
    fn of<'a>(mut rows: impl Iterator<Item = &'a AttendeeRow> + Clone) -> Self {
        let presence = Some(presence_of(rows.clone())).filter(|counts| counts.known() > 0);
        let status = presence.is_some() || rows.any(AttendeeRow::is_remarkable);
        Self { status, presence }
    }

    fn column(self) -> Option<Column> {
        self.status.then_some(Column::text("Status"))
    }

    fn cell(self, row: &AttendeeRow) -> Option<String> {
        self.status.then(|| row.status_cell(self.presence.is_some()))
    }
}

impl fmt::Debug for AttendeeList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttendeeList")
            .field("gathering", &self.head.gathering)
            .field("pools", &self.pools)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for AttendeeList {
    /// A table with ids in place of names, at most 80 columns wide, without a line break at its end. Beside the ids there
    /// is room for the days or for how they stand.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = self.head.announcement.schedule.zone();
        let says = Says::of(self.rows.iter());
        let mut columns = vec![Column::number("No."), Column::whole("Name"), Column::whole("Person")];
        columns.extend(self.head.has_choice().then_some(Column::text("Offering")));
        columns.push(says.column().unwrap_or(Column::whole("Since")));
        let mut table = Table::new(columns);
        for row in &self.rows {
            let name = match row.person {
                Some(_) if row.forgotten().is_some() => ERASED,
                Some(_) => PERSONAL,
                None => "guest",
            };
            let person = row.person.map(|person| person.to_string());
            let mut cells = vec![row.number.to_string(), name.into(), person.unwrap_or_default()];
            cells.extend(self.head.has_choice().then(|| self.offering_name(row.offering).into()));
            cells.push(says.cell(row).unwrap_or_else(|| day_cell(row.since, zone)));
            table.row(cells);
        }
        write_list(f, &self.head, &table, &self.pools, self.rows.iter())
    }
}

/// How many people come: each person once, however many places they have, and guests without a name. Places that need
/// another are left out, since whoever has one is counted there.
fn people<'a>(head: &Head, rows: impl Iterator<Item = &'a AttendeeRow>) -> usize {
    let offerings = &head.announcement.offerings;
    let dependent: BTreeSet<OfferingId> =
        offerings.iter().filter(|offering| offering.requires.is_some()).map(|offering| offering.id).collect();
    let mut named = BTreeSet::new();
    rows.filter(|row| row.is_confirmed() && !dependent.contains(&row.offering))
        .filter(|row| row.person.is_none_or(|person| named.insert(person)))
        .count()
}

fn write_list<'a>(
    f: &mut fmt::Formatter<'_>,
    head: &Head,
    table: &Table,
    pools: &[PoolCount],
    rows: impl Iterator<Item = &'a AttendeeRow> + Clone,
) -> fmt::Result {
    writeln!(f, "{}\n", head.heading())?;
    if !table.is_empty() {
        writeln!(f, "{table}\n")?;
    }
    let people = u64::try_from(people(head, rows.clone())).unwrap_or(u64::MAX);
    f.write_str(&counted(people, "person", "people"))?;
    match pools {
        [only] => write!(f, ", {}", places(only))?,
        several => several.iter().try_for_each(|pool| write!(f, "\n{}: {}", pool.name, places(pool)))?,
    }
    match Says::of(rows).presence {
        Some(came) => write!(
            f,
            "\n{} attended, {} late, {} excused, {} no-show, {} unknown",
            came.attended, came.late, came.excused, came.no_show, came.unknown
        ),
        None => Ok(()),
    }
}

fn places(pool: &PoolCount) -> String {
    match pool.capacity {
        Capacity::Limited(places) => {
            format!("{} of {} taken", pool.taken, counted(places.into(), "place", "places"))
        }
        Capacity::Unlimited => format!("{} taken, no limit", counted(pool.taken, "place", "places")),
    }
}

/// An attendee list with names, for the eyes of those who may see them.
///
/// Serialised it is what [`AttendeeList`] is, with `purpose` at the top (`null` when the host gave the names) and
/// with `email`, `phone`, `organisation`, `role`, `region`, `badge_name` and `unavailable` beside each `name`. Fields are empty
/// where nothing is recorded; `unavailable` is `null`, `key_missing`, `damaged` or `key_erased`. `Debug` shows no name.
#[derive(Clone)]
pub struct ExposedAttendeeList {
    head: Head,
    at: DateTime<Utc>,
    pools: Vec<PoolCount>,
    purpose: Option<Arc<str>>,
    rows: Vec<ExposedAttendee>,
    /// Opens what was answered, once that is asked for; `None` where the host gave the names.
    opener: Option<Arc<dyn Opener>>,
}

/// One place with who has it.
#[derive(Clone)]
#[non_exhaustive]
pub struct ExposedAttendee {
    /// The place.
    pub row: AttendeeRow,
    /// Who has it; every field is empty where nothing is known.
    pub details: PersonDetails,
    /// Why the details cannot be read, if they cannot.
    pub unavailable: Option<Unavailable>,
}

impl ExposedAttendeeList {
    /// Answers a query. What was answered is opened where the query asks for it; where the host gave the names, it is
    /// `[personal]`.
    ///
    /// For page after page of a large gathering, [`Desk::keep_attendee_list`](crate::Desk::keep_attendee_list) is faster: this sorts anew
    /// each time.
    ///
    /// # Errors
    /// [`QueryError::UnknownRow`]; [`QueryError::SortsByPersonal`] and [`QueryError::FiltersByPersonal`] for what was answered,
    /// where the host gave the names.
    pub fn query(&self, query: &AttendeeQuery) -> Result<AttendeePage, QueryError> {
        let opener = self.opener.as_deref().filter(|_| query.opens().texts);
        let mut lister = Lister::default();
        let mut list = |exposed: &ExposedAttendee| {
            let ExposedAttendee { row, details, unavailable } = exposed;
            let shown = Shown { details: details.clone(), unavailable: *unavailable, ..Shown::default() };
            lister.shown(row.clone(), shown, Texts::of(row, self.head.gathering, opener))
        };
        let rows: Vec<_> = self.rows.iter().map(&mut list).collect();
        let shows = if self.opener.is_some() { Opens::EVERYTHING } else { Opens::DETAILS };
        let sheet = Sheet { head: self.head.clone(), at: self.at, purpose: self.purpose.clone() };
        AttendeePage::of_all(query, sheet, shows, &rows)
    }

    /// What the names were opened for; `None` when the host gave them.
    #[must_use]
    pub fn purpose(&self) -> Option<&str> {
        self.purpose.as_deref()
    }

    /// The gathering's announcement as it was when the list was taken.
    #[must_use]
    pub fn announcement(&self) -> &Announcement {
        &self.head.announcement
    }

    /// The time that was asked about.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// How many of the confirmed places were used, and how.
    #[must_use]
    pub fn presence(&self) -> PresenceCounts {
        presence_of(self.rows.iter().map(|exposed| &exposed.row))
    }

    /// The places taken in each pool, in the author's order.
    #[must_use]
    pub fn pools(&self) -> &[PoolCount] {
        &self.pools
    }

    /// The rows, by the registration's number and then by place.
    #[must_use]
    pub fn rows(&self) -> &[ExposedAttendee] {
        &self.rows
    }
}

impl fmt::Debug for ExposedAttendee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExposedAttendee({}/{} {PERSONAL})", self.row.number, self.row.place)
    }
}

impl fmt::Debug for ExposedAttendeeList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExposedAttendeeList")
            .field("gathering", &self.head.gathering)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ExposedAttendeeList {
    /// A table with names, at most 80 columns wide, without a line break at its end. Guests who are not named
    /// stand as guests of whoever booked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = self.head.announcement.schedule.zone();
        let mut columns = vec![Column::number("No."), Column::text("Name"), Column::text("Organisation")];
        let says = Says::of(self.rows.iter().map(|exposed| &exposed.row));
        columns.extend(self.head.has_choice().then_some(Column::text("Offering")));
        columns.extend(says.column());
        columns.push(Column::whole("Since"));
        let mut table = Table::new(columns);
        let mut booker = String::new();
        for ExposedAttendee { row, details, unavailable } in &self.rows {
            let name = match row.person {
                Some(_) => name_cell(details, *unavailable, row.forgotten()),
                None => format!("guest of {booker}"),
            };
            if row.place == 1 {
                booker.clone_from(&name);
            }
            let mut cells = vec![row.number.to_string(), name, details.organisation.clone()];
            cells.extend(self.head.has_choice().then(|| self.head.offering_name(row.offering).into()));
            cells.extend(says.cell(row));
            cells.push(instant_cell(row.since, zone));
            table.row(cells);
        }
        write_list(f, &self.head, &table, &self.pools, self.rows.iter().map(|exposed| &exposed.row))
    }
}

#[derive(serde::Serialize)]
struct ListForm<'a, Row> {
    gathering: GatheringId,
    title: &'a str,
    cancelled: bool,
    schedule: ScheduleForm,
    pools: Vec<PoolForm<'a>>,
    presence: PresenceCounts,
    attendees: Vec<Row>,
}

#[derive(serde::Serialize)]
struct PoolForm<'a> {
    pool: PoolId,
    name: &'a str,
    capacity: Option<u32>,
    limit: Option<u32>,
    taken: u64,
    set_aside: u64,
    left: Option<i64>,
}

#[derive(serde::Serialize)]
struct RowForm<'a> {
    number: u32,
    place: u32,
    registration: RegistrationId,
    reference: Option<&'a str>,
    person: Option<PersonId>,
    booker: PersonId,
    offering: OfferingId,
    offering_name: &'a str,
    party: u32,
    status: &'static str,
    uncounted: bool,
    presence: &'static str,
    since: DateTime<Utc>,
    forgotten: Option<DateTime<Utc>>,
    name: &'a str,
}

const fn limit(capacity: Capacity) -> Option<u32> {
    match capacity {
        Capacity::Limited(places) => Some(places),
        Capacity::Unlimited => None,
    }
}

fn list_form<'a, Row>(
    head: &'a Head,
    pools: &'a [PoolCount],
    presence: PresenceCounts,
    attendees: Vec<Row>,
) -> ListForm<'a, Row> {
    let pool_form = |pool: &'a PoolCount| PoolForm {
        pool: pool.pool,
        name: &pool.name,
        capacity: limit(pool.capacity),
        limit: limit(pool.limit),
        taken: pool.taken,
        set_aside: pool.set_aside,
        left: pool.left,
    };
    ListForm {
        gathering: head.gathering,
        title: &head.announcement.title,
        cancelled: head.cancelled,
        schedule: ScheduleForm::from(&head.announcement.schedule),
        pools: pools.iter().map(pool_form).collect(),
        presence,
        attendees,
    }
}

fn row_form<'a>(head: &'a Head, row: &'a AttendeeRow, name: &'a str) -> RowForm<'a> {
    RowForm {
        number: row.number,
        place: row.place,
        registration: row.registration,
        reference: row.reference.as_ref().map(Reference::as_str),
        person: row.person,
        booker: row.booker,
        offering: row.offering,
        offering_name: head.offering_name(row.offering),
        party: row.party,
        status: row.status.code(),
        uncounted: row.uncounted,
        presence: row.presence.code(),
        since: row.since,
        forgotten: row.forgotten(),
        name,
    }
}

impl Serialize for AttendeeList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_known = |row: &AttendeeRow| row.person.is_some() && row.forgotten().is_none();
        let name = |row: &AttendeeRow| if is_known(row) { PERSONAL } else { "" };
        let rows = self.rows.iter().map(|row| row_form(&self.head, row, name(row))).collect();
        list_form(&self.head, &self.pools, self.presence(), rows).serialize(serializer)
    }
}

impl Serialize for ExposedAttendeeList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.rows.iter().map(|exposed| exposed_form(&self.head, exposed)).collect();
        let list = list_form(&self.head, &self.pools, self.presence(), rows);
        ExposedListForm { purpose: self.purpose(), list }.serialize(serializer)
    }
}

fn exposed_form<'a>(head: &'a Head, exposed: &'a ExposedAttendee) -> ExposedRowForm<'a, RowForm<'a>> {
    let ExposedAttendee { row, details, unavailable } = exposed;
    ExposedRowForm::new(row_form(head, row, &details.name), details, *unavailable)
}
