//! Who attended, and for how long: what a certificate says.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::ser::Serializer;

use crate::fact::{Announcement, Presence, Way};
use crate::id::{CheckInListId, GatheringId, OfferingId, PersonId, RegistrationId};
use crate::person::PersonDetails;
use crate::projection::card::GatheringCard;
use crate::projection::check_in::{Inside, ScanCard};
use crate::projection::check_in_counts::confirmed_places;
use crate::projection::head::{Head, counted};
use crate::projection::names::{
    ERASED, ExposedListForm, ExposedRowForm, OnRecord, Opening, PERSONAL, Shown, name_cell,
};
use crate::projection::presence::word;
use crate::projection::registration::RegistrationCard;
use crate::projection::table::{Column, Table};
use crate::projection::when::{ScheduleForm, instant_cell};
use crate::sealed::{Opener, Sealed, Unavailable};

/// Who attended a gathering, for how long, name by name once [exposed](Self::expose): what certificates are made of.
///
/// It holds one row for each confirmed place whose person came, on time or late: seen at a list, or said by hand to have
/// come. Rows are in the order in which registrations joined, then by place. It is a value of its own and stays as it is.
///
/// How long somebody attended is told by scans: the time between going in and going out at each list, put together so that
/// no minute counts twice, and within the gathering's time. Whoever goes out at list 0, the door, has left every other
/// list. Whoever was not seen leaving stayed to the end of the session that the list goes by, or of the gathering, and whoever was
/// seen leaving after that stayed to it as well. Who was never scanned has no times.
///
/// Printed or serialised as it is, it shows `[personal]` in place of every name. Serialised it has `gathering`, `title`,
/// `schedule` and `attended`; a row has `number`, `place`, `registration`, `person`, `offering`, `presence`, `first_in`,
/// `last_out`, `seconds`, `forgotten` and `name`.
///
/// # Example
/// ```
/// use gather::{CheckIn, Desk, Gathering, PersonDetails, Way};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 UTC".parse()?);
/// let talk = desk.announce(talk)?.outcome;
/// let ann = desk.record_person(PersonDetails::new("Ann Example"))?.outcome;
/// let anns = desk.register(talk, ann)?.outcome.registration();
/// drop(desk.execute(CheckIn::new(talk, anns).seen_at("2099-03-05T13:45:00Z".parse()?))?);
/// drop(desk.execute(CheckIn::new(talk, anns).way(Way::Out).seen_at("2099-03-05T15:00:00Z".parse()?))?);
///
/// let attended = desk.attendance(talk)?;
/// assert_eq!(attended.rows()[0].seconds, Some(3_600), "from the start, not from before");
/// assert_eq!(attended.expose("certificates").rows()[0].details.name, "Ann Example");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[doc(alias = "certificate")]
pub struct Attendance {
    head: Head,
    rows: Vec<AttendanceRow>,
    opener: Arc<dyn Opener>,
}

/// One person who came, without a name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttendanceRow {
    /// The registration's number within the gathering.
    pub number: u32,
    /// The place within the party: 1 is the booker's.
    pub place: u32,
    /// Which registration.
    pub registration: RegistrationId,
    /// Who; `None` for a guest who is not named.
    pub person: Option<PersonId>,
    /// What was booked.
    pub offering: OfferingId,
    /// How they came.
    pub presence: Presence,
    /// When they were first seen going in, at any list.
    pub first_in: Option<DateTime<Utc>>,
    /// When they were last seen going out; `None` for whoever was not, or has come back since.
    pub last_out: Option<DateTime<Utc>>,
    /// For how many seconds they attended; `None` where no scan tells, or nobody knows when it ended.
    pub seconds: Option<u64>,
    on_record: OnRecord,
}

impl AttendanceRow {
    fn of(
        card: &GatheringCard,
        it: &RegistrationCard,
        place: u16,
        people: &impl Fn(PersonId) -> OnRecord,
    ) -> Option<Self> {
        let presence = card.presence(it, place);
        if !matches!(presence, Presence::Attended | Presence::Late) {
            return None;
        }
        let person = it.booking().party.at(place).flatten();
        let scans = it.counted_scans(place);
        let stays = Stays::of(&scans, |list| card.check_in_list_ends(list));
        Some(Self {
            number: it.number(),
            place: u32::from(place),
            registration: it.id(),
            person,
            offering: it.booking().offering,
            presence,
            first_in: it.first_check_in(place),
            last_out: stays.last_out(),
            seconds: stays.seconds(card),
            on_record: person.map(people).unwrap_or_default(),
        })
    }

    /// The person's details as the log keeps them; `None` where nothing was recorded or nobody is named.
    #[must_use]
    pub fn details(&self) -> Option<&Sealed<PersonDetails>> {
        self.on_record.details.as_deref()
    }

    /// When the person was forgotten, if they were.
    #[must_use]
    pub fn forgotten(&self) -> Option<DateTime<Utc>> {
        self.on_record.forgotten
    }

    fn cells(&self, name: String, zone: Option<crate::schedule::Zone>) -> Vec<String> {
        let time =
            |time: Option<DateTime<Utc>>| time.map(|time| instant_cell(time, zone)).unwrap_or_default();
        let long = self.seconds.map(hours_and_minutes).unwrap_or_default();
        let (first_in, last_out) = (time(self.first_in), time(self.last_out));
        vec![self.number.to_string(), name, word(self.presence).into(), first_in, last_out, long]
    }
}

fn hours_and_minutes(seconds: u64) -> String {
    let minutes = seconds / 60;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// The times between coming and going of one person. An end that nobody knows is `None`.
#[derive(Debug, Default)]
struct Stays {
    each: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)>,
    last_out: Option<DateTime<Utc>>,
    is_inside: bool,
}

impl Stays {
    /// From scans in the order in which they were seen, and when what is at a list ends.
    fn of(scans: &[&ScanCard], ends: impl Fn(CheckInListId) -> Option<DateTime<Utc>>) -> Self {
        let (mut stays, mut inside) = (Self::default(), Inside::default());
        for scan in scans.iter().map(|card| &card.scan) {
            let left = inside.follow(scan).into_iter();
            // Whoever leaves a room by the door long after was there no longer than there was something.
            let until = |list| ends(list).map_or(scan.seen_at, |ends| ends.min(scan.seen_at));
            stays.each.extend(left.map(|(list, since)| (since, Some(until(list)))));
            if scan.way == Way::Out {
                stays.last_out = Some(scan.seen_at);
            }
        }
        stays.is_inside = inside.is_anywhere();
        stays.each.extend(inside.still().map(|(list, since)| (since, ends(list))));
        stays
    }

    fn last_out(&self) -> Option<DateTime<Utc>> {
        self.last_out.filter(|_| !self.is_inside)
    }

    /// How long they come to within a gathering's time, no minute twice.
    fn seconds(&self, card: &GatheringCard) -> Option<u64> {
        if self.each.is_empty() {
            return None;
        }
        let schedule = &card.announcement().schedule;
        let clip = |(from, to): &(DateTime<Utc>, Option<DateTime<Utc>>)| {
            let from = schedule.starts().map_or(*from, |starts| starts.max(*from));
            let to = schedule.ends().map_or(*to, |ends| Some(to.map_or(ends, |to| to.min(ends))));
            to.map(|to| (from, to))
        };
        let mut clipped = self.each.iter().map(clip).collect::<Option<Vec<_>>>()?;
        clipped.sort_unstable();
        let (mut total, mut until) = (0_i64, None::<DateTime<Utc>>);
        for (from, to) in clipped {
            let from = until.map_or(from, |until| until.max(from));
            total = total.saturating_add(to.signed_duration_since(from).num_seconds().max(0));
            until = Some(until.map_or(to, |until| until.max(to)));
        }
        u64::try_from(total).ok()
    }
}

impl Attendance {
    pub(super) fn of(
        card: &GatheringCard,
        people: impl Fn(PersonId) -> OnRecord,
        opener: Arc<dyn Opener>,
    ) -> Self {
        let places = confirmed_places(card);
        let rows = places.filter_map(|(it, place)| AttendanceRow::of(card, it, place, &people)).collect();
        Self { head: Head::of(card), rows, opener }
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

    /// The rows, by the registration's number and then by place.
    #[must_use]
    pub fn rows(&self) -> &[AttendanceRow] {
        &self.rows
    }

    /// Opens the names. The purpose goes with the list wherever it is serialised.
    ///
    /// Each person's details are opened once. What cannot be read shows `[unavailable]`; nothing fails for it.
    #[must_use]
    pub fn expose(&self, purpose: &str) -> ExposedAttendance {
        let mut opening = Opening::new(self.opener.as_ref());
        let show = |row: &AttendanceRow| match row.person {
            Some(person) => opening.of(person, row.on_record.details.as_ref()),
            None => Shown::default(),
        };
        self.shown_by(Some(purpose), show)
    }

    /// Takes the names from the host, who keeps people's details in a table of its own. Nothing is opened.
    #[must_use]
    pub fn with_names(&self, mut name: impl FnMut(PersonId) -> Option<String>) -> ExposedAttendance {
        let known = |row: &AttendanceRow| row.person.filter(|_| row.forgotten().is_none());
        self.shown_by(None, |row| Shown::named(known(row).and_then(&mut name)))
    }

    fn shown_by(
        &self,
        purpose: Option<&str>,
        mut show: impl FnMut(&AttendanceRow) -> Shown,
    ) -> ExposedAttendance {
        let exposed = |row: &AttendanceRow| {
            let shown = show(row);
            let row = AttendanceRow { on_record: row.on_record.heard(&shown), ..row.clone() };
            ExposedAttendanceRow { row, details: shown.details, unavailable: shown.unavailable }
        };
        let rows = self.rows.iter().map(exposed).collect();
        ExposedAttendance { head: self.head.clone(), purpose: purpose.map(String::from), rows }
    }
}

/// Who attended, with names, for the eyes of those who may see them.
///
/// Serialised it is what [`Attendance`] is, with `purpose` at the top (`null` when the host gave the names) and with
/// `email`, `phone`, `organisation`, `role`, `region` and `unavailable` beside each `name`. `Debug` shows no name.
#[derive(Clone)]
pub struct ExposedAttendance {
    head: Head,
    purpose: Option<String>,
    rows: Vec<ExposedAttendanceRow>,
}

/// One person who came, with their name.
#[derive(Clone)]
#[non_exhaustive]
pub struct ExposedAttendanceRow {
    /// When and how.
    pub row: AttendanceRow,
    /// Who; every field is empty where nothing is known.
    pub details: PersonDetails,
    /// Why the details cannot be read, if they cannot.
    pub unavailable: Option<Unavailable>,
}

impl ExposedAttendance {
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

    /// The rows, by the registration's number and then by place.
    #[must_use]
    pub fn rows(&self) -> &[ExposedAttendanceRow] {
        &self.rows
    }
}

impl fmt::Debug for Attendance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attendance")
            .field("gathering", &self.head.gathering)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ExposedAttendanceRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExposedAttendanceRow({}/{} {PERSONAL})", self.row.number, self.row.place)
    }
}

impl fmt::Debug for ExposedAttendance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExposedAttendance")
            .field("gathering", &self.head.gathering)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

fn write_table(f: &mut fmt::Formatter<'_>, head: &Head, rows: Vec<Vec<String>>) -> fmt::Result {
    let mut columns = vec![Column::number("No."), Column::text("Name"), Column::whole("Presence")];
    columns.extend([Column::whole("First in"), Column::whole("Last out"), Column::number("Hours")]);
    let (mut table, people) = (Table::new(columns), rows.len());
    for row in rows {
        table.row(row);
    }
    let people = counted(u64::try_from(people).unwrap_or(u64::MAX), "person", "people");
    write!(f, "{}\n{people} attended", head.heading())?;
    if table.is_empty() { Ok(()) } else { write!(f, "\n\n{table}") }
}

impl fmt::Display for Attendance {
    /// A table without names, at most 80 columns wide, without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = self.head.announcement.schedule.zone();
        let name = |row: &AttendanceRow| match (row.person, row.forgotten()) {
            (Some(_), Some(_)) => ERASED,
            (Some(_), None) => PERSONAL,
            (None, _) => "guest",
        };
        write_table(f, &self.head, self.rows.iter().map(|row| row.cells(name(row).into(), zone)).collect())
    }
}

impl fmt::Display for ExposedAttendance {
    /// A table with names, at most 80 columns wide, without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = self.head.announcement.schedule.zone();
        let cells = |ExposedAttendanceRow { row, details, unavailable }: &ExposedAttendanceRow| {
            let name = match row.person {
                Some(_) => name_cell(details, *unavailable, row.forgotten()),
                None => String::from("guest"),
            };
            row.cells(name, zone)
        };
        write_table(f, &self.head, self.rows.iter().map(cells).collect())
    }
}

#[derive(Serialize)]
struct ListForm<'a, Row> {
    gathering: GatheringId,
    title: &'a str,
    schedule: ScheduleForm,
    attended: Vec<Row>,
}

#[derive(Serialize)]
struct RowForm<'a> {
    number: u32,
    place: u32,
    registration: RegistrationId,
    person: Option<PersonId>,
    offering: OfferingId,
    presence: &'static str,
    first_in: Option<DateTime<Utc>>,
    last_out: Option<DateTime<Utc>>,
    seconds: Option<u64>,
    forgotten: Option<DateTime<Utc>>,
    name: &'a str,
}

fn list_form<Row>(head: &Head, attended: Vec<Row>) -> ListForm<'_, Row> {
    let (title, schedule) = (head.announcement.title.as_str(), &head.announcement.schedule);
    ListForm { gathering: head.gathering, title, schedule: ScheduleForm::from(schedule), attended }
}

fn row_form<'a>(row: &AttendanceRow, name: &'a str) -> RowForm<'a> {
    RowForm {
        number: row.number,
        place: row.place,
        registration: row.registration,
        person: row.person,
        offering: row.offering,
        presence: row.presence.code(),
        first_in: row.first_in,
        last_out: row.last_out,
        seconds: row.seconds,
        forgotten: row.forgotten(),
        name,
    }
}

fn exposed_form(exposed: &ExposedAttendanceRow) -> ExposedRowForm<'_, RowForm<'_>> {
    let ExposedAttendanceRow { row, details, unavailable } = exposed;
    ExposedRowForm::new(row_form(row, &details.name), details, *unavailable)
}

impl Serialize for Attendance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_known = |row: &AttendanceRow| row.person.is_some() && row.forgotten().is_none();
        let name = |row: &AttendanceRow| if is_known(row) { PERSONAL } else { "" };
        let rows = self.rows.iter().map(|row| row_form(row, name(row))).collect();
        list_form(&self.head, rows).serialize(serializer)
    }
}

impl Serialize for ExposedAttendance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let list = list_form(&self.head, self.rows.iter().map(exposed_form).collect());
        ExposedListForm { purpose: self.purpose(), list }.serialize(serializer)
    }
}
