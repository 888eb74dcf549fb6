//! What can be asked for at the door, and what is answered.

use std::fs;
use std::io::BufWriter;

use chrono::{DateTime, Utc};
use gather::{
    AttendeeQuery, CheckIn, CheckInListId, CsvForm, Desk, Filter, GatheringId, RegistrationId, Scan, ScanId,
    UndoCheckIn, Way, Zone,
};

use super::Fault;

const HELP: &str = "\
search NAME      who is called so: the beginnings of words will do
in NO [LIST]     lets in number NO, or place P of its party as NO.P; LIST is the number of a list, 0 is the door
out NO [LIST]    lets out
undo             takes the last scan made here back
count            how many are expected, came, are inside
list             everybody with a place, and who came
scans            every scan, flagged ones too
hours            who attended, and for how long
csv FILE         the same list as a file for spreadsheets
replay FILE      takes in what a device kept: a scan a line, as JSON
at TIME          it is this time: 2026-03-28T09:15:00Z
quit             goes home";

/// What is to be done after a command.
pub(super) enum Next {
    Told(String),
    Quit,
}

/// A door with a desk behind it.
pub(super) struct Terminal {
    desk: Desk,
    on: GatheringId,
    zone: Zone,
    /// What time it is; `None` is what the desk's clock says.
    at: Option<DateTime<Utc>>,
    /// The last scan made here.
    last: Option<ScanId>,
}

impl Terminal {
    /// The door opens half an hour before the start, whenever that was.
    pub(super) fn at(desk: Desk, on: GatheringId) -> Result<Self, Fault> {
        let row = desk.gathering(on)?;
        let schedule = &row.announcement().schedule;
        let at = schedule.starts().map(|starts| starts - chrono::TimeDelta::minutes(30));
        let zone = schedule.zone().unwrap_or(Zone::UTC);
        Ok(Self { desk, on, zone, at, last: None })
    }

    pub(super) fn heading(&self) -> Result<String, Fault> {
        let row = self.desk.gathering(self.on)?;
        let announcement = row.announcement();
        Ok(format!("{}, {}; `help` tells what can be done", announcement.title, announcement.schedule))
    }

    /// Does one command.
    pub(super) fn does(&mut self, command: &str) -> Result<Next, Fault> {
        let (verb, rest) = command.trim().split_once(' ').unwrap_or((command.trim(), ""));
        let rest = rest.trim();
        Ok(Next::Told(match verb {
            "" => String::new(),
            "help" => HELP.into(),
            "search" => self.search(rest)?,
            "in" => self.scan(rest, Way::In)?,
            "out" => self.scan(rest, Way::Out)?,
            "undo" => self.undo()?,
            "count" => self.desk.check_in_counts(self.on)?.to_string(),
            "list" => self.desk.attendee_list(self.on)?.expose("door").to_string(),
            "scans" => self.desk.scans(self.on)?.to_string(),
            "hours" => self.desk.attendance(self.on)?.expose("door").to_string(),
            "csv" => self.write_csv(rest)?,
            "replay" => self.replay(rest)?,
            "at" => {
                self.at = Some(rest.parse()?);
                format!("it is {}", self.zone.wall(rest.parse()?))
            }
            "quit" => return Ok(Next::Quit),
            other => return Err(format!("there is no command {other}; `help` lists them").into()),
        }))
    }

    fn search(&self, name: &str) -> Result<String, Fault> {
        let query = AttendeeQuery::new().columns("name, organisation, presence".parse()?);
        let query = query.narrow(Filter::name(name)).sort(["name".parse()?]);
        let page = self.desk.attendee_list(self.on)?.expose("door").query(&query)?;
        let mut found = Vec::new();
        for attendee in page.rows() {
            let cells: Vec<_> = page.cells(attendee).collect();
            let row = attendee.row();
            found.push(format!("{}.{} {}", row.number, row.place, cells.join(", ")));
        }
        Ok(if found.is_empty() { format!("nobody is called {name:?}") } else { found.join("\n") })
    }

    fn scan(&mut self, rest: &str, way: Way) -> Result<String, Fault> {
        let (number, list) = rest.split_once(' ').unwrap_or((rest, "0"));
        let (number, place) = number.split_once('.').unwrap_or((number, "1"));
        let registration = self.numbered(number.parse()?)?;
        let id = ScanId::random();
        let command = CheckIn::new(self.on, registration).scan(id).place(place.parse()?).way(way);
        let command = command.list(CheckInListId::new(list.trim().parse()?));
        let command = self.at.map_or(command, |at| command.seen_at(at));
        let told = self.desk.execute(command)?.outcome;
        self.last = Some(id);
        Ok(format!("{number}.{place} {}: {}", way.code(), told.text(self.zone)))
    }

    /// The registration with a number: one that stands in line, too, since its people may come to the door.
    fn numbered(&self, number: u32) -> Result<RegistrationId, Fault> {
        let (attending, waiting) = (self.desk.attendee_list(self.on)?, self.desk.waiting_list(self.on)?);
        let attending = attending.rows().iter().map(|row| (row.number, row.registration));
        let waiting = waiting.rows().iter().map(|row| (row.number, row.registration));
        let known: Vec<_> = attending.chain(waiting).collect();
        let found = known.into_iter().find(|(known, _)| *known == number);
        Ok(found.ok_or("nobody has this number")?.1)
    }

    fn undo(&mut self) -> Result<String, Fault> {
        let last = self.last.take().ok_or("there is nothing to take back")?;
        drop(self.desk.execute(UndoCheckIn::new(self.on, last))?);
        Ok("taken back".into())
    }

    fn write_csv(&self, file: &str) -> Result<String, Fault> {
        let columns = "number, place, name, organisation, offering, presence, first_check_in";
        let query = AttendeeQuery::new().columns(columns.parse()?);
        let page = self.desk.attendee_list(self.on)?.expose("door").query(&query)?;
        page.write_csv(BufWriter::new(fs::File::create(file)?), CsvForm::for_spreadsheets())?;
        Ok(format!("{} people written to {file}", page.total()))
    }

    /// Takes in what a device kept: a scan a line. A line that is none is told, and the others are taken in.
    fn replay(&self, file: &str) -> Result<String, Fault> {
        let text = fs::read_to_string(file)?;
        let (mut scans, mut told) = (Vec::new(), Vec::new());
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            match serde_json::from_str::<Scan>(line) {
                Ok(scan) => scans.push(scan),
                Err(error) => told.push(format!("line {number} is no scan: {error}")),
            }
        }
        let merged = self.desk.merge_scans(self.on, scans, &mut |_| ())?;
        for one in merged.each.iter().filter(|one| !one.repeated) {
            match &one.told {
                Ok(what) if what.is_flagged() => {
                    told.push(format!("scan {}: {}", one.scan, what.text(self.zone)));
                }
                Ok(_) => {}
                Err(refusal) => told.push(format!("scan {}: {refusal}", one.scan)),
            }
        }
        told.push(merged.to_string());
        Ok(told.join("\n"))
    }
}
