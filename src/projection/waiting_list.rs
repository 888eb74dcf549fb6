//! Who stands in line, offering by offering.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, Serializer};

use crate::fact::{Announcement, Offering, PassReason};
use crate::id::{GatheringId, OfferingId, PersonId, RegistrationId};
use crate::person::PersonDetails;
use crate::projection::card::GatheringCard;
use crate::projection::head::{Head, counted};
use crate::projection::names::{
    ERASED, ExposedListForm, ExposedRowForm, OnRecord, Opening, PERSONAL, Shown, name_cell,
};
use crate::projection::registration::RegistrationCard;
use crate::projection::table::{Column, Table};
use crate::projection::when::{ScheduleForm, instant_cell};
use crate::sealed::{Opener, Sealed, Unavailable};
use crate::text::Reference;

/// Who waits for a place at a gathering, name by name once [exposed](Self::expose).
///
/// It holds one row for each registration that waits: offering by offering in the author's order, and in the order in
/// which they are served within each line: class by class as the gathering's priorities say, and in the order of joining
/// within each class. Those who have an offer of places stand before the line: [`offered`](Self::offered) has them. It is
/// a value of its own and stays as it is while bookings go on.
///
/// Printed or serialised as it is, it shows `[personal]` in place of every name. A gathering that was called off has
/// nobody waiting.
///
/// Serialised it has `gathering`, `title`, `cancelled`, `schedule` (`text`, `starts`, `ends`, `zone`, `all_day`),
/// `offered` and `waiting`. Each of these has `offering`, `offering_name`, `place_in_line` (from 1 in each line; 0 for one
/// with an offer), `number`, `registration`, `reference`, `booker`, `party`, `class` (from 0), `passed_over` (how often),
/// `pass_reason` (the last; see [`PassReason::code`], `null` if none), `respond_by` (`null` but for an offer), `since`,
/// `forgotten` (when the booker was, or `null`) and `name`. Ids are strings, but for the offering's number; times are RFC 3339 in UTC.
#[derive(Clone)]
#[doc(alias = "queue")]
pub struct WaitingList {
    head: Head,
    offered: Vec<WaitingRow>,
    rows: Vec<WaitingRow>,
    opener: Arc<dyn Opener>,
}

/// One registration in line, or with an offer, without a name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WaitingRow {
    /// What it waits for.
    pub offering: OfferingId,
    /// Its place in the line of that offering: 1 is served first; 0 has an offer.
    pub place_in_line: u32,
    /// Its number within the gathering, from 1 in the order of joining.
    pub number: u32,
    /// Which registration.
    pub registration: RegistrationId,
    /// The host's own name for the registration.
    pub reference: Option<Reference>,
    /// Who booked.
    pub booker: PersonId,
    /// How many places it waits for.
    pub party: u32,
    /// Its class in the line: the first of the gathering's priorities, from 0, that means it; their number if none does.
    pub class: u32,
    /// How often it was passed by somebody who joined later.
    pub passed_over: u64,
    /// Why it was passed the last time, if it was.
    pub pass_reason: Option<PassReason>,
    /// Until when its people can answer the offer, if they have one.
    pub respond_by: Option<DateTime<Utc>>,
    /// When it joined the line; or was offered its places.
    pub since: DateTime<Utc>,
    on_record: OnRecord,
}

impl WaitingRow {
    /// The booker's details as the log keeps them; `None` where nothing was recorded.
    #[must_use]
    pub fn details(&self) -> Option<&Sealed<PersonDetails>> {
        self.on_record.details.as_deref()
    }

    /// When the person was forgotten, if they were: then nothing is known of them, and their place is still counted.
    #[must_use]
    pub fn forgotten(&self) -> Option<DateTime<Utc>> {
        self.on_record.forgotten
    }
}

impl WaitingList {
    pub(super) fn of(
        card: &GatheringCard,
        now: DateTime<Utc>,
        people: impl Fn(PersonId) -> OnRecord,
        opener: Arc<dyn Opener>,
    ) -> Self {
        let offerings = card.announcement().offerings.iter();
        let row = |it: &RegistrationCard| row_of(card, it, &people);
        let offers = |offering: &Offering| {
            let offers = card.offers(offering.id, now).into_iter();
            let rows = offers.map(|(respond_by, it)| WaitingRow { respond_by: Some(respond_by), ..row(it) });
            rows.collect::<Vec<_>>()
        };
        let line = |offering: &Offering| {
            let waiting = (1..).zip(card.line(offering.id));
            let rows = waiting.map(|(place_in_line, (_, it))| WaitingRow { place_in_line, ..row(it) });
            rows.collect::<Vec<_>>()
        };
        let offered = offerings.clone().flat_map(offers).collect();
        Self { head: Head::of(card), offered, rows: offerings.flat_map(line).collect(), opener }
    }

    /// Those who have an offer of places: offering by offering, whoever has to answer first comes first.
    #[must_use]
    pub fn offered(&self) -> &[WaitingRow] {
        &self.offered
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

    /// The rows: offering by offering, the first in line first.
    #[must_use]
    pub fn rows(&self) -> &[WaitingRow] {
        &self.rows
    }

    fn all(&self) -> impl Iterator<Item = &WaitingRow> {
        self.offered.iter().chain(&self.rows)
    }

    /// The name of an offering; empty for one that the gathering does not have.
    #[must_use]
    pub fn offering_name(&self, offering: OfferingId) -> &str {
        self.head.offering_name(offering)
    }

    /// Opens the names. The purpose goes with the list wherever it is serialised.
    ///
    /// Each person's details are opened once. What cannot be read shows `[unavailable]`; nothing fails for it.
    #[must_use]
    pub fn expose(&self, purpose: &str) -> ExposedWaitingList {
        let mut opening = Opening::new(self.opener.as_ref());
        self.shown_by(Some(purpose), |row| opening.of(row.booker, row.on_record.details.as_ref()))
    }

    /// Takes the names from the host, who keeps people's details in a table of its own. Nothing is opened.
    ///
    /// It is asked once for each row, but for those who were forgotten; `None` leaves the name empty.
    #[must_use]
    pub fn with_names(&self, mut name: impl FnMut(PersonId) -> Option<String>) -> ExposedWaitingList {
        let known = |row: &WaitingRow| Some(row.booker).filter(|_| row.forgotten().is_none());
        self.shown_by(None, |row| Shown::named(known(row).and_then(&mut name)))
    }

    fn shown_by(
        &self,
        purpose: Option<&str>,
        mut show: impl FnMut(&WaitingRow) -> Shown,
    ) -> ExposedWaitingList {
        let mut exposed = |row: &WaitingRow| {
            let shown = show(row);
            let row = WaitingRow { on_record: row.on_record.heard(&shown), ..row.clone() };
            ExposedWaiting { row, details: shown.details, unavailable: shown.unavailable }
        };
        let mut all = |rows: &[WaitingRow]| rows.iter().map(&mut exposed).collect();
        ExposedWaitingList {
            head: self.head.clone(),
            purpose: purpose.map(String::from),
            offered: all(&self.offered),
            rows: all(&self.rows),
        }
    }
}

/// Says all of a registration but where it stands.
fn row_of(
    card: &GatheringCard,
    registration: &RegistrationCard,
    people: impl Fn(PersonId) -> OnRecord,
) -> WaitingRow {
    let booking = registration.booking();
    WaitingRow {
        offering: booking.offering,
        place_in_line: 0,
        number: registration.number(),
        registration: registration.id(),
        reference: booking.reference.clone(),
        booker: booking.party.booker,
        party: booking.party.size(),
        class: card.class(registration),
        passed_over: registration.times_passed_over(),
        pass_reason: registration.pass_overs().last().map(|last| last.reason),
        respond_by: None,
        since: card.since(registration),
        on_record: people(booking.party.booker),
    }
}

impl fmt::Debug for WaitingList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitingList")
            .field("gathering", &self.head.gathering)
            .field("offered", &self.offered)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for WaitingList {
    /// A table with ids in place of names, at most 80 columns wide, without a line break at its end. The ids leave no
    /// room for the times, nor for who was passed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let says = Says::of(&self.head, self.all());
        let mut columns = vec![Column::number("Line"), Column::whole("Name"), Column::whole("Person")];
        columns.push(Column::number("Party"));
        columns.extend(says.classes.then_some(Column::number("Class")));
        columns.extend(self.head.has_choice().then_some(Column::text("Offering")));
        let mut table = Table::new(columns);
        for row in self.all() {
            let name = if row.forgotten().is_some() { ERASED } else { PERSONAL };
            let mut cells = vec![line_cell(row), name.into(), row.booker.to_string()];
            cells.push(row.party.to_string());
            cells.extend(says.classes.then(|| class_cell(row)));
            cells.extend(self.head.has_choice().then(|| self.offering_name(row.offering).into()));
            table.row(cells);
        }
        write_list(f, &self.head, &table, self.all())
    }
}

/// What a printed line says beyond who stands in it.
#[derive(Clone, Copy)]
struct Says {
    classes: bool,
    passed: bool,
}

impl Says {
    fn of<'a>(head: &Head, mut rows: impl Iterator<Item = &'a WaitingRow>) -> Self {
        let classes = !head.announcement.priorities.is_empty();
        Self { classes, passed: rows.any(|row| row.passed_over > 0) }
    }
}

fn line_cell(row: &WaitingRow) -> String {
    if row.respond_by.is_some() { String::from("offer") } else { row.place_in_line.to_string() }
}

/// People count classes as they count places: the first is 1.
fn class_cell(row: &WaitingRow) -> String {
    row.class.saturating_add(1).to_string()
}

fn passed_cell(row: &WaitingRow) -> String {
    let why = match row.pass_reason {
        None => return String::new(),
        Some(PassReason::TooLarge { .. }) => "too large",
        Some(PassReason::SetAside { .. }) => "set aside",
        Some(PassReason::OrganisationCap) => "organisation",
        Some(PassReason::NeedsPlace { .. }) => "needs a place",
        Some(PassReason::Overlap { .. }) => "overlap",
        Some(PassReason::SeriesDate { .. }) => "another date",
        Some(PassReason::NoTimeToAnswer) => "no time to answer",
    };
    format!("{}, {why}", row.passed_over)
}

fn write_list<'a>(
    f: &mut fmt::Formatter<'_>,
    head: &Head,
    table: &Table,
    rows: impl Iterator<Item = &'a WaitingRow>,
) -> fmt::Result {
    writeln!(f, "{}\n", head.heading())?;
    if !table.is_empty() {
        writeln!(f, "{table}\n")?;
    }
    let (mut offered, mut waiting) = ((0, 0), (0, 0));
    for row in rows {
        let (registrations, places) = if row.respond_by.is_some() { &mut offered } else { &mut waiting };
        *registrations += 1;
        *places += u64::from(row.party);
    }
    let (registrations, places) = offered;
    if registrations > 0 {
        let registrations = counted(registrations, "registration has", "registrations have");
        writeln!(f, "{registrations} an offer of {}", counted(places, "place", "places"))?;
    }
    let (registrations, places) = waiting;
    if registrations == 0 {
        return f.write_str("nobody waits");
    }
    let registrations = counted(registrations, "registration waits", "registrations wait");
    write!(f, "{registrations} for {}", counted(places, "place", "places"))
}

/// A waiting list with names, for the eyes of those who may see them.
///
/// Serialised it is what [`WaitingList`] is, with `purpose` at the top (`null` when the host gave the names) and with
/// `email`, `phone`, `organisation`, `role`, `region`, `badge_name` and `unavailable` beside each `name`. Fields are empty where
/// nothing is recorded; `unavailable` is `null`, `key_missing`, `damaged` or `key_erased`. `Debug` shows no name.
#[derive(Clone)]
pub struct ExposedWaitingList {
    head: Head,
    purpose: Option<String>,
    offered: Vec<ExposedWaiting>,
    rows: Vec<ExposedWaiting>,
}

/// One registration in line with who booked it.
#[derive(Clone)]
#[non_exhaustive]
pub struct ExposedWaiting {
    /// The registration's place in line.
    pub row: WaitingRow,
    /// Who booked; every field is empty where nothing is known.
    pub details: PersonDetails,
    /// Why the details cannot be read, if they cannot.
    pub unavailable: Option<Unavailable>,
}

impl ExposedWaitingList {
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

    /// Those who have an offer of places: offering by offering, whoever has to answer first comes first.
    #[must_use]
    pub fn offered(&self) -> &[ExposedWaiting] {
        &self.offered
    }

    /// The rows: offering by offering, the first in line first.
    #[must_use]
    pub fn rows(&self) -> &[ExposedWaiting] {
        &self.rows
    }

    fn all(&self) -> impl Iterator<Item = &ExposedWaiting> {
        self.offered.iter().chain(&self.rows)
    }
}

impl fmt::Debug for ExposedWaiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExposedWaiting({} {PERSONAL})", self.row.number)
    }
}

impl fmt::Debug for ExposedWaitingList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExposedWaitingList")
            .field("gathering", &self.head.gathering)
            .field("offered", &self.offered)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ExposedWaitingList {
    /// A table with names, at most 80 columns wide, without a line break at its end. Where classes come before others,
    /// it has them, and where somebody was passed, how often and why the last time. An offer has its deadline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = self.head.announcement.schedule.zone();
        let says = Says::of(&self.head, self.all().map(|exposed| &exposed.row));
        let mut columns = vec![Column::number("Line"), Column::text("Name"), Column::text("Organisation")];
        columns.push(Column::number("Party"));
        columns.extend(says.classes.then_some(Column::number("Class")));
        columns.extend(self.head.has_choice().then_some(Column::text("Offering")));
        columns.extend(says.passed.then_some(Column::text("Passed")));
        columns.push(Column::whole("Since"));
        let mut table = Table::new(columns);
        for ExposedWaiting { row, details, unavailable } in self.all() {
            let name = name_cell(details, *unavailable, row.forgotten());
            let mut cells = vec![line_cell(row), name, details.organisation.clone()];
            cells.push(row.party.to_string());
            cells.extend(says.classes.then(|| class_cell(row)));
            cells.extend(self.head.has_choice().then(|| self.head.offering_name(row.offering).into()));
            cells.extend(says.passed.then(|| passed_cell(row)));
            cells.push(match row.respond_by {
                Some(respond_by) => format!("by {}", instant_cell(respond_by, zone)),
                None => instant_cell(row.since, zone),
            });
            table.row(cells);
        }
        write_list(f, &self.head, &table, self.all().map(|exposed| &exposed.row))
    }
}

#[derive(serde::Serialize)]
struct ListForm<'a, Row> {
    gathering: GatheringId,
    title: &'a str,
    cancelled: bool,
    schedule: ScheduleForm,
    offered: Vec<Row>,
    waiting: Vec<Row>,
}

#[derive(serde::Serialize)]
struct RowForm<'a> {
    offering: OfferingId,
    offering_name: &'a str,
    place_in_line: u32,
    number: u32,
    registration: RegistrationId,
    reference: Option<&'a str>,
    booker: PersonId,
    party: u32,
    class: u32,
    passed_over: u64,
    pass_reason: Option<&'static str>,
    respond_by: Option<DateTime<Utc>>,
    since: DateTime<Utc>,
    forgotten: Option<DateTime<Utc>>,
    name: &'a str,
}

fn list_form<Row>(head: &Head, offered: Vec<Row>, waiting: Vec<Row>) -> ListForm<'_, Row> {
    ListForm {
        gathering: head.gathering,
        title: &head.announcement.title,
        cancelled: head.cancelled,
        schedule: ScheduleForm::from(&head.announcement.schedule),
        offered,
        waiting,
    }
}

fn row_form<'a>(head: &'a Head, row: &'a WaitingRow, name: &'a str) -> RowForm<'a> {
    RowForm {
        offering: row.offering,
        offering_name: head.offering_name(row.offering),
        place_in_line: row.place_in_line,
        number: row.number,
        registration: row.registration,
        reference: row.reference.as_ref().map(Reference::as_str),
        booker: row.booker,
        party: row.party,
        class: row.class,
        passed_over: row.passed_over,
        pass_reason: row.pass_reason.map(PassReason::code),
        respond_by: row.respond_by,
        since: row.since,
        forgotten: row.forgotten(),
        name,
    }
}

fn exposed_form<'a>(head: &'a Head, exposed: &'a ExposedWaiting) -> ExposedRowForm<'a, RowForm<'a>> {
    let ExposedWaiting { row, details, unavailable } = exposed;
    ExposedRowForm::new(row_form(head, row, &details.name), details, *unavailable)
}

impl Serialize for WaitingList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.rows.iter().map(|row| row_form(&self.head, row, PERSONAL)).collect();
        let offered = self.offered.iter().map(|row| row_form(&self.head, row, PERSONAL)).collect();
        list_form(&self.head, offered, rows).serialize(serializer)
    }
}

impl Serialize for ExposedWaitingList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.rows.iter().map(|exposed| exposed_form(&self.head, exposed)).collect();
        let offered = self.offered.iter().map(|exposed| exposed_form(&self.head, exposed)).collect();
        let list = list_form(&self.head, offered, rows);
        ExposedListForm { purpose: self.purpose(), list }.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Credential, Fact, Who};
    use crate::id::PoolId;
    use crate::projection::fixture::{
        Story, booking, conference, gathering, person, registration, time, webinar,
    };
    use crate::text::Reference;

    const NOW: &str = "2026-03-01T12:00:00Z";

    fn story() -> Story {
        let mut story = Story::new();
        story
            .announces(1, conference())
            .knows(1, PersonDetails::new("王小明").organisation("図書館"))
            .knows(2, PersonDetails::new("Zoe\u{308} Müller"))
            .records(3)
            .waitlists(1, 1, booking(3, 1, &[]))
            .waitlists(1, 2, booking(1, 2, &[None, Some(1)]))
            .waitlists(1, 3, booking(1, 4, &[]))
            .waitlists(1, 4, booking(1, 3, &[]))
            .waitlists(1, 5, booking(1, 1, &[]))
            .cancels(1, 3)
            .promotes(1, 5);
        story
    }

    fn list() -> WaitingList {
        let story = story();
        story.lists.waiting_list(gathering(1), time(NOW), story.opener()).unwrap()
    }

    #[test]
    fn lines_are_printed_offering_by_offering() {
        let expected = "\
Owning libraries, 2026-03-20 to 2026-03-21 Europe/London

Line  Name           Organisation  Party  Offering         Since
   1  Zoe\u{308} Müller                       3  in person        2026-02-01 14:00
   2  [unavailable]                    1  in person        2026-02-01 16:00
   1  王小明         図書館            1  with site visit  2026-02-01 13:00

3 registrations wait for 5 places";
        assert_eq!(list().expose("calls").to_string(), expected);
    }

    #[test]
    fn names_are_printed_only_when_exposed() {
        let expected = "\
Owning libraries, 2026-03-20 to 2026-03-21 Europe/London

Line  Name        Person                                Party  Offering
   1  [personal]  00000000-0000-0000-0000-000000000002      3  in person
   2  [personal]  00000000-0000-0000-0000-000000000003      1  in person
   1  [personal]  00000000-0000-0000-0000-000000000001      1  with site visit

3 registrations wait for 5 places";
        assert_eq!(list().to_string(), expected);
    }

    #[test]
    fn no_name_is_in_debug_or_in_a_list_not_exposed() {
        let list = list();
        let exposed = list.expose("calls");
        let json = serde_json::to_string(&list).unwrap();
        let shown = format!("{list:?} {list} {json} {exposed:?} {exposed:#?} {:?}", exposed.rows());
        for secret in ["王小明", "Zoe", "図書館"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
            assert!(serde_json::to_string(&exposed).unwrap().contains(secret));
        }
    }

    #[test]
    fn field_names_are_stable() {
        let list = list();
        let mut row = serde_json::json!({
            "offering": 1,
            "offering_name": "in person",
            "place_in_line": 2,
            "number": 4,
            "registration": "00000000-0000-0000-0000-000000000004",
            "reference": null,
            "booker": "00000000-0000-0000-0000-000000000003",
            "party": 1,
            "class": 0,
            "passed_over": 0,
            "pass_reason": null,
            "respond_by": null,
            "since": "2026-02-01T16:00:00Z",
            "forgotten": null,
            "name": "[personal]",
        });
        let plain = serde_json::to_value(&list).unwrap();
        assert_eq!(plain["waiting"][1], row);
        let fields: Vec<_> = plain.as_object().unwrap().keys().cloned().collect();
        assert_eq!(fields, ["cancelled", "gathering", "offered", "schedule", "title", "waiting"]);
        for field in ["name", "email", "phone", "organisation", "role", "region", "badge_name"] {
            row[field] = "".into();
        }
        row["unavailable"] = "key_missing".into();
        let exposed = serde_json::to_value(list.expose("calls")).unwrap();
        assert_eq!(exposed["waiting"][1], row);
        assert_eq!(exposed["purpose"], "calls");
    }

    #[test]
    fn a_host_gives_names_by_id() {
        let list = list().with_names(|id| Some(format!("person {}", id.uuid().as_u128())));
        let names: Vec<_> = list.rows().iter().map(|row| row.details.name.as_str()).collect();
        assert_eq!(names, ["person 2", "person 3", "person 1"]);
    }

    #[test]
    fn where_nobody_waits_there_is_no_table() {
        let mut story = Story::new();
        story
            .announces(1, webinar("Asset transfer", "2026-03-05 Europe/London", 1))
            .waitlists(1, 1, booking(1, 1, &[]))
            .calls_off(1);
        let list = story.lists.waiting_list(gathering(1), time(NOW), story.opener()).unwrap();
        assert_eq!(list.to_string(), "Cancelled: Asset transfer, 2026-03-05 Europe/London\n\nnobody waits");
    }

    fn member() -> Credential {
        Credential::Category(Reference::new("member").unwrap())
    }

    /// A line of five: person 2 is a member, person 4 is first by name, person 5 has an offer.
    fn classes() -> Story {
        let mut story = Story::new();
        let mut it = webinar("Asset transfer", "2026-03-05 14:00 to 15:30 UTC", 1);
        it.priorities = vec![vec![Who::Person(person(4))], vec![Who::With(member())]];
        let mut members = booking(1, 2, &[None]);
        members.credentials.push(member());
        let (gathering, too_large) =
            (gathering(1), PassReason::TooLarge { pool: PoolId::ONLY, wanted: 2, free: 1 });
        story
            .announces(1, it)
            .waitlists(1, 1, booking(1, 1, &[]))
            .waitlists(1, 2, members)
            .waitlists(1, 3, booking(1, 3, &[]))
            .waitlists(1, 4, booking(1, 4, &[]))
            .waitlists(1, 5, booking(1, 5, &[]))
            .offers(1, 5, "2026-03-02T12:00:00Z")
            .tell(Fact::PassedOver {
                gathering,
                registration: registration(2),
                reason: PassReason::OrganisationCap,
            })
            .tell(Fact::PassedOver { gathering, registration: registration(2), reason: too_large });
        story
    }

    #[test]
    fn a_line_is_in_the_order_of_turns_below_those_with_an_offer() {
        let expected = "\
Asset transfer, 2026-03-05 14:00 to 15:30 UTC

 Line  Name      Organisation  Party  Class  Passed        Since
offer  person 5                    1      3                by 2026-03-02 12:00
    1  person 4                    1      1                2026-02-01 13:00
    2  person 2                    2      2  2, too large  2026-02-01 11:00
    3  person 1                    1      3                2026-02-01 10:00
    4  person 3                    1      3                2026-02-01 12:00

1 registration has an offer of 1 place
4 registrations wait for 5 places";
        let story = classes();
        let list = story.lists.waiting_list(gathering(1), time(NOW), story.opener()).unwrap();
        let named = list.with_names(|id| Some(format!("person {}", id.uuid().as_u128())));
        assert_eq!(named.to_string(), expected);
        assert_eq!((list.rows()[1].passed_over, list.rows()[1].class), (2, 1));
        assert_eq!(list.offered()[0].respond_by, Some(time("2026-03-02T12:00:00Z")));
        let json = serde_json::to_value(&list).unwrap();
        assert_eq!(json["waiting"][1]["pass_reason"], "too_large");
        assert_eq!(json["offered"][0]["respond_by"], "2026-03-02T12:00:00Z");
        for line in list.to_string().lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
        }
    }

    #[test]
    fn an_offer_that_has_lapsed_is_none() {
        let story = classes();
        let list =
            story.lists.waiting_list(gathering(1), time("2026-03-02T12:00:00Z"), story.opener()).unwrap();
        assert!(list.offered().is_empty());
        assert_eq!(list.rows().len(), 4);
    }

    #[test]
    fn other_priorities_are_another_order_for_everybody() {
        let mut story = classes();
        story.tell(Fact::PrioritiesChanged {
            gathering: gathering(1),
            priorities: Vec::new(),
            reason: Reference::new("board").unwrap(),
        });
        let list = story.lists.waiting_list(gathering(1), time(NOW), story.opener()).unwrap();
        let numbers: Vec<_> = list.rows().iter().map(|row| (row.number, row.class)).collect();
        assert_eq!(numbers, [(1, 0), (2, 0), (3, 0), (4, 0)]);
    }
}
