//! Who has a place: one row for each place of each confirmed registration.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, Serializer};

use crate::fact::{Announcement, Capacity, Pool};
use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId};
use crate::person::PersonDetails;
use crate::projection::card::{GatheringCard, RegistrationCard};
use crate::projection::head::{Head, PoolCount, counted};
use crate::projection::names::{ExposedListForm, ExposedRowForm, Opening, PERSONAL, Shown, name_cell};
use crate::projection::table::{Column, Table};
use crate::projection::when::{ScheduleForm, day_cell, instant_cell};
use crate::sealed::{Opener, Sealed, Unavailable};
use crate::text::Reference;

/// Who has a place at a gathering, name by name once [exposed](Self::expose).
///
/// It holds one row for each place, so it has as many rows as people have places: the booker's place is 1, guests
/// come after, named or not. Rows are in the order in which registrations joined, then by place. It is a value of
/// its own and stays as it is while bookings go on.
///
/// Printed or serialised as it is, it shows `[personal]` in place of every name. A list of a gathering that was
/// called off has no rows.
///
/// Serialised it has `gathering`, `title`, `cancelled`, `schedule` (`text`, `starts`, `ends`, `zone`, `all_day`),
/// `pools` (`pool`, `name`, `capacity` with `null` for no limit, `taken`) and `attendees`. An attendee has
/// `number`, `place`, `registration`, `reference`, `person` (`null` for a guest not named), `booker`, `offering`,
/// `offering_name`, `party`, `since` and `name`. Ids are strings, but for the numbers that a gathering's author gives
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
    pools: Vec<PoolCount>,
    rows: Vec<AttendeeRow>,
    opener: Arc<dyn Opener>,
}

/// One place of a confirmed registration, without a name.
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
    /// When the registration got its places.
    pub since: DateTime<Utc>,
    details: Option<Arc<Sealed<PersonDetails>>>,
}

impl AttendeeRow {
    /// The person's details as the log keeps them; `None` where nothing was recorded or nobody is named.
    #[must_use]
    pub fn details(&self) -> Option<&Sealed<PersonDetails>> {
        self.details.as_deref()
    }
}

impl AttendeeList {
    pub(super) fn of(
        card: &GatheringCard,
        details: impl Fn(PersonId) -> Option<Arc<Sealed<PersonDetails>>>,
        opener: Arc<dyn Opener>,
    ) -> Self {
        let confirmed = card.confirmed();
        let rows = confirmed.flat_map(|registration| rows_of(card, registration, &details)).collect();
        Self { head: Head::of(card), pools: pools_of(card), rows, opener }
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
            Some(person) => opening.of(person, row.details.as_ref()),
            None => Shown::default(),
        };
        self.shown_by(Some(purpose), show)
    }

    /// Takes the names from the host, who keeps people's details in a table of its own. Nothing is opened.
    ///
    /// It is asked once for each place with a person; `None` leaves the name empty.
    #[must_use]
    pub fn with_names(&self, mut name: impl FnMut(PersonId) -> Option<String>) -> ExposedAttendeeList {
        self.shown_by(None, |row| Shown::named(row.person.and_then(&mut name)))
    }

    fn shown_by(
        &self,
        purpose: Option<&str>,
        mut show: impl FnMut(&AttendeeRow) -> Shown,
    ) -> ExposedAttendeeList {
        let exposed = |row: &AttendeeRow| {
            let Shown { details, unavailable } = show(row);
            ExposedAttendee { row: row.clone(), details, unavailable }
        };
        ExposedAttendeeList {
            head: self.head.clone(),
            pools: self.pools.clone(),
            purpose: purpose.map(String::from),
            rows: self.rows.iter().map(exposed).collect(),
        }
    }
}

fn rows_of(
    card: &GatheringCard,
    registration: &RegistrationCard,
    details: impl Fn(PersonId) -> Option<Arc<Sealed<PersonDetails>>>,
) -> Vec<AttendeeRow> {
    let booking = registration.booking();
    let booker = std::iter::once(Some(booking.party.booker));
    let people = booker.chain(booking.party.guests.iter().copied());
    let row = |(place, person): (u32, Option<PersonId>)| AttendeeRow {
        number: registration.number(),
        place,
        registration: registration.id(),
        reference: booking.reference.clone(),
        person,
        booker: booking.party.booker,
        offering: booking.offering,
        party: booking.party.size(),
        since: card.since(registration),
        details: person.and_then(&details),
    };
    (1..).zip(people).map(row).collect()
}

fn pools_of(card: &GatheringCard) -> Vec<PoolCount> {
    let tally = card.tally();
    let count = |pool: &Pool| PoolCount {
        pool: pool.id,
        name: pool.name.clone(),
        capacity: pool.capacity,
        taken: tally.taken(pool.id),
    };
    card.announcement().pools.iter().map(count).collect()
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
    /// A table with ids in place of names, at most 80 columns wide, without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = self.head.announcement.schedule.zone();
        let mut columns = vec![Column::number("No."), Column::whole("Name"), Column::whole("Person")];
        columns.extend(self.head.has_choice().then_some(Column::text("Offering")));
        columns.push(Column::whole("Since"));
        let mut table = Table::new(columns);
        for row in &self.rows {
            let name = if row.person.is_some() { PERSONAL } else { "guest" };
            let person = row.person.map(|person| person.to_string());
            let mut cells = vec![row.number.to_string(), name.into(), person.unwrap_or_default()];
            cells.extend(self.head.has_choice().then(|| self.offering_name(row.offering).into()));
            cells.push(day_cell(row.since, zone));
            table.row(cells);
        }
        let people = people(&self.head, self.rows.iter());
        write_list(f, &self.head, (!self.rows.is_empty()).then_some(table), &self.pools, people)
    }
}

/// How many people come: each person once, however many places they have, and guests without a name. Places that need
/// another are left out, since whoever has one is counted there.
fn people<'a>(head: &Head, rows: impl Iterator<Item = &'a AttendeeRow>) -> usize {
    let offerings = &head.announcement.offerings;
    let dependent: BTreeSet<OfferingId> =
        offerings.iter().filter(|offering| offering.requires.is_some()).map(|offering| offering.id).collect();
    let mut named = BTreeSet::new();
    rows.filter(|row| !dependent.contains(&row.offering))
        .filter(|row| row.person.is_none_or(|person| named.insert(person)))
        .count()
}

fn write_list(
    f: &mut fmt::Formatter<'_>,
    head: &Head,
    table: Option<Table>,
    pools: &[PoolCount],
    people: usize,
) -> fmt::Result {
    writeln!(f, "{}\n", head.heading())?;
    if let Some(table) = table {
        writeln!(f, "{table}\n")?;
    }
    let people = counted(u64::try_from(people).unwrap_or(u64::MAX), "person", "people");
    match pools {
        [only] => write!(f, "{people}, {}", places(only)),
        several => {
            f.write_str(&people)?;
            several.iter().try_for_each(|pool| write!(f, "\n{}: {}", pool.name, places(pool)))
        }
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
/// with `email`, `phone`, `organisation`, `role`, `region` and `unavailable` beside each `name`. Fields are empty
/// where nothing is recorded; `unavailable` is `null`, `key_missing` or `damaged`. `Debug` shows no name.
#[derive(Clone)]
pub struct ExposedAttendeeList {
    head: Head,
    pools: Vec<PoolCount>,
    purpose: Option<String>,
    rows: Vec<ExposedAttendee>,
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
        columns.extend(self.head.has_choice().then_some(Column::text("Offering")));
        columns.push(Column::whole("Since"));
        let mut table = Table::new(columns);
        let mut booker = String::new();
        for ExposedAttendee { row, details, unavailable } in &self.rows {
            let name = match row.person {
                Some(_) => name_cell(details, *unavailable),
                None => format!("guest of {booker}"),
            };
            if row.place == 1 {
                booker.clone_from(&name);
            }
            let mut cells = vec![row.number.to_string(), name, details.organisation.clone()];
            cells.extend(self.head.has_choice().then(|| self.head.offering_name(row.offering).into()));
            cells.push(instant_cell(row.since, zone));
            table.row(cells);
        }
        let people = people(&self.head, self.rows.iter().map(|row| &row.row));
        write_list(f, &self.head, (!self.rows.is_empty()).then_some(table), &self.pools, people)
    }
}

#[derive(serde::Serialize)]
struct ListForm<'a, Row> {
    gathering: GatheringId,
    title: &'a str,
    cancelled: bool,
    schedule: ScheduleForm,
    pools: Vec<PoolForm<'a>>,
    attendees: Vec<Row>,
}

#[derive(serde::Serialize)]
struct PoolForm<'a> {
    pool: PoolId,
    name: &'a str,
    capacity: Option<u32>,
    taken: u64,
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
    since: DateTime<Utc>,
    name: &'a str,
}

fn list_form<'a, Row>(head: &'a Head, pools: &'a [PoolCount], attendees: Vec<Row>) -> ListForm<'a, Row> {
    let pool_form = |pool: &'a PoolCount| PoolForm {
        pool: pool.pool,
        name: &pool.name,
        capacity: match pool.capacity {
            Capacity::Limited(places) => Some(places),
            Capacity::Unlimited => None,
        },
        taken: pool.taken,
    };
    ListForm {
        gathering: head.gathering,
        title: &head.announcement.title,
        cancelled: head.cancelled,
        schedule: ScheduleForm::from(&head.announcement.schedule),
        pools: pools.iter().map(pool_form).collect(),
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
        since: row.since,
        name,
    }
}

impl Serialize for AttendeeList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = |row: &AttendeeRow| if row.person.is_some() { PERSONAL } else { "" };
        let rows = self.rows.iter().map(|row| row_form(&self.head, row, name(row))).collect();
        list_form(&self.head, &self.pools, rows).serialize(serializer)
    }
}

impl Serialize for ExposedAttendeeList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.rows.iter().map(|exposed| exposed_form(&self.head, exposed)).collect();
        let list = list_form(&self.head, &self.pools, rows);
        ExposedListForm { purpose: self.purpose(), list }.serialize(serializer)
    }
}

fn exposed_form<'a>(head: &'a Head, exposed: &'a ExposedAttendee) -> ExposedRowForm<'a, RowForm<'a>> {
    let ExposedAttendee { row, details, unavailable } = exposed;
    ExposedRowForm::new(row_form(head, row, &details.name), details, *unavailable)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::projection::fixture::{Story, booking, conference, gathering, person, webinar};
    use crate::projection::table::WIDTH;

    /// Three parties at a conference: names in wide and in combined characters, guests named and unnamed, a person
    /// whose key is lost, and one of whom nothing is recorded.
    fn story() -> Story {
        let mut story = Story::new();
        story
            .announces(1, conference())
            .knows(1, PersonDetails::new("王小明").organisation("図書館").email("wang@example.org"))
            .knows(
                2,
                PersonDetails::new("Zoe\u{308} Müller").organisation("Hillside Library").role("trustee"),
            )
            .records(3)
            .confirms(1, 1, booking(1, 1, &[None, Some(2)]))
            .waitlists(1, 2, booking(1, 5, &[]))
            .confirms(1, 3, booking(2, 3, &[None]))
            .confirms(1, 4, booking(3, 4, &[]))
            .confirms(1, 5, booking(2, 2, &[]))
            .cancels(1, 5);
        story
    }

    fn list() -> AttendeeList {
        let story = story();
        story.lists.attendee_list(gathering(1), story.opener()).unwrap()
    }

    #[test]
    fn names_are_printed_only_when_exposed() {
        let expected = "\
Owning libraries, 2026-03-20 to 2026-03-21 Europe/London

No.  Name        Person                                Offering       Since
  1  [personal]  00000000-0000-0000-0000-000000000001  in person      2026-02-01
  1  guest                                             in person      2026-02-01
  1  [personal]  00000000-0000-0000-0000-000000000002  in person      2026-02-01
  3  [personal]  00000000-0000-0000-0000-000000000003  online         2026-02-01
  3  guest                                             online         2026-02-01
  4  [personal]  00000000-0000-0000-0000-000000000004  with site vi…  2026-02-01

6 people
in person: 4 of 2 places taken
online: 2 places taken, no limit
site visit: 1 of 1 place taken";
        assert_eq!(list().to_string(), expected);
    }

    #[test]
    fn whoever_has_several_places_is_counted_once() {
        let mut conference = conference();
        conference.offerings[2].requires = Some(OfferingId::new(1));
        let mut story = Story::new();
        story
            .announces(1, conference)
            .confirms(1, 1, booking(1, 1, &[Some(2), None]))
            .confirms(1, 2, booking(2, 1, &[]))
            .confirms(1, 3, booking(3, 1, &[None]));
        let list = story.lists.attendee_list(gathering(1), story.opener()).unwrap();
        assert_eq!(list.rows().len(), 6);
        assert!(list.to_string().contains("\n\n3 people\n"), "{list}");
    }

    #[test]
    fn an_exposed_list_is_a_table_aligned_by_what_is_seen() {
        let expected = "\
Owning libraries, 2026-03-20 to 2026-03-21 Europe/London

No.  Name                    Organisation      Offering         Since
  1  王小明                  図書館            in person        2026-02-01 13:00
  1  guest of 王小明                           in person        2026-02-01 13:00
  1  Zoe\u{308} Müller              Hillside Library  in person        2026-02-01 13:00
  3  [unavailable]                             online           2026-02-01 15:00
  3  guest of [unavailable]                    online           2026-02-01 15:00
  4  [no name]                                 with site visit  2026-02-01 16:00

6 people
in person: 4 of 2 places taken
online: 2 places taken, no limit
site visit: 1 of 1 place taken";
        assert_eq!(list().expose("badges").to_string(), expected);
    }

    #[test]
    fn a_gathering_without_a_choice_does_not_name_its_offering() {
        let mut story = Story::new();
        story
            .announces(1, webinar("Asset transfer", "2026-07-02 14:00 to 15:30 Europe/London", 100))
            .confirms(1, 1, booking(1, 1, &[]));
        let list = story.lists.attendee_list(gathering(1), story.opener()).unwrap();
        let expected = "\
Asset transfer, 2026-07-02 14:00 to 15:30 Europe/London

No.  Name         Organisation  Since
  1  Ann Example                2026-02-01 10:00

1 person, 1 of 100 places taken";
        assert_eq!(list.with_names(|_| Some("Ann Example".into())).to_string(), expected);
    }

    #[test]
    fn an_empty_list_has_no_table() {
        let mut story = Story::new();
        story.announces(1, webinar("Asset transfer", "to be confirmed (spring)", 1));
        let list = story.lists.attendee_list(gathering(1), story.opener()).unwrap();
        assert_eq!(
            list.to_string(),
            "Asset transfer, to be confirmed (spring)\n\n0 people, 0 of 1 place taken"
        );
    }

    #[test]
    fn long_names_keep_within_a_terminal() {
        let mut story = Story::new();
        let long = PersonDetails::new("名".repeat(200)).organisation("x".repeat(200));
        story.announces(1, conference()).knows(1, long).confirms(1, 1, booking(3, 1, &[None]));
        let list = story.lists.attendee_list(gathering(1), story.opener()).unwrap();
        for line in list.expose("badges").to_string().lines().chain(list.to_string().lines()) {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= WIDTH, "{line}");
        }
    }

    #[test]
    fn each_person_is_opened_once_and_nobody_before_exposure() {
        let mut story = story();
        story.confirms(1, 6, booking(2, 2, &[Some(2), Some(1)]));
        let opener = story.opener();
        let list = story.lists.attendee_list(gathering(1), opener.clone()).unwrap();
        let _ = (list.to_string(), format!("{list:?}"), serde_json::to_string(&list).unwrap());
        assert_eq!(opener.opened.load(Ordering::Relaxed), 0);
        let _ = list.with_names(|_| None);
        assert_eq!(opener.opened.load(Ordering::Relaxed), 0);
        let _ = list.expose("badges");
        assert_eq!(opener.opened.load(Ordering::Relaxed), 3, "persons 1, 2 and 3 have details");
    }

    #[test]
    fn a_host_gives_names_by_id() {
        let list = list().with_names(|id| (id == person(4)).then(|| "Dora\u{1b}[2J".into()));
        let names: Vec<_> = list.rows().iter().map(|row| row.details.name.as_str()).collect();
        assert_eq!(names, ["", "", "", "", "", "Dora\u{1b}[2J"]);
        assert_eq!(list.purpose(), None);
        assert!(list.to_string().contains("Dora\u{FFFD}[2J"), "an escape is not passed to a terminal");
    }

    #[test]
    fn no_name_is_in_debug_or_in_a_list_not_exposed() {
        let list = list();
        let exposed = list.expose("badges");
        let json = serde_json::to_string(&list).unwrap();
        let shown = format!("{list:?} {list:#?} {list} {json} {exposed:?} {exposed:#?} {:?}", exposed.rows());
        for secret in ["王小明", "Zoe", "Hillside", "図書館", "trustee", "wang@example.org"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
            assert!(serde_json::to_string(&exposed).unwrap().contains(secret));
        }
    }

    #[test]
    fn field_names_are_stable() {
        let mut story = Story::new();
        story
            .announces(1, webinar("Asset transfer", "2026-07-02 14:00 to 15:30 Europe/London", 100))
            .records(1)
            .confirms(1, 1, booking(1, 1, &[]));
        let list = story.lists.attendee_list(gathering(1), story.opener()).unwrap();
        let schedule = serde_json::json!({
            "text": "2026-07-02 14:00 to 15:30 Europe/London",
            "starts": "2026-07-02T13:00:00Z",
            "ends": "2026-07-02T14:30:00Z",
            "zone": "Europe/London",
            "all_day": false,
        });
        let mut expected = serde_json::json!({
            "gathering": "00000000-0000-0000-0000-000000000001",
            "title": "Asset transfer",
            "cancelled": false,
            "schedule": schedule,
            "pools": [{ "pool": 1, "name": "places", "capacity": 100, "taken": 1 }],
            "attendees": [{
                "number": 1,
                "place": 1,
                "registration": "00000000-0000-0000-0000-000000000001",
                "reference": null,
                "person": "00000000-0000-0000-0000-000000000001",
                "booker": "00000000-0000-0000-0000-000000000001",
                "offering": 1,
                "offering_name": "places",
                "party": 1,
                "since": "2026-02-01T11:00:00Z",
                "name": "[personal]",
            }],
        });
        assert_eq!(serde_json::to_value(&list).unwrap(), expected);
        expected["purpose"] = "badges".into();
        let row = &mut expected["attendees"][0];
        for field in ["name", "email", "phone", "organisation", "role", "region"] {
            row[field] = "".into();
        }
        row["unavailable"] = "key_missing".into();
        assert_eq!(serde_json::to_value(list.expose("badges")).unwrap(), expected);
    }

    #[test]
    fn a_cancelled_gathering_has_no_attendees() {
        let mut story = story();
        story.calls_off(1);
        let list = story.lists.attendee_list(gathering(1), story.opener()).unwrap();
        assert!(list.rows().is_empty());
        assert!(list.pools().iter().all(|pool| pool.taken == 0));
        assert!(list.to_string().starts_with("Cancelled: Owning libraries, "));
    }
}
