//! A list of gatherings: names, days, and a town or "online".

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use gather::calendar::Link;
use gather::{
    Desk, Failure, Gathering, GatheringId, GatheringKind, Mode, Refusal, RequestId, Schedule, Venue,
};
use serde_json::Value;

use crate::ids::Digest;
use crate::problem::{Problem, legible};
use crate::progress::Progress;
use crate::source::{Row, Source, midnight};

/// Days stand in calendars as days, so the zone matters for one thing only: when booking would close. The list names
/// none.
const ZONE: &str = "UTC";

/// A list of gatherings.
pub(crate) struct GatheringsFile {
    /// The file's name.
    pub(crate) name: String,
    /// When it was taken; where its name has no day, the year's beginning, before any of them is over.
    pub(crate) taken: DateTime<Utc>,
    /// The gatherings that can be read.
    listed: Vec<Listed>,
    /// What is wrong with the others.
    pub(crate) problems: Vec<Problem>,
    /// Those whose page is at no https address: they are taken without it.
    pub(crate) without_link: Vec<String>,
}

/// A gathering of the list.
struct Listed {
    row: usize,
    name: String,
    id: GatheringId,
    request: RequestId,
    first: NaiveDate,
    gathering: Gathering,
}

/// What has come of a list.
#[derive(Default)]
pub(crate) struct Announced {
    /// Announced now.
    pub(crate) new: usize,
    /// Announced before, just as the list says.
    pub(crate) before: usize,
    /// Announced before with other details. A list without ids cannot say which hold, so they are left as they are.
    pub(crate) otherwise: Vec<String>,
}

impl GatheringsFile {
    /// Reads a list. What is wrong with single gatherings is noted.
    pub(crate) fn of(source: &Source) -> Result<Self, String> {
        let rows = source.list("gatherings").ok_or_else(|| source.problem("`gatherings` is no list"))?;
        let mut file = Self {
            name: source.name.clone(),
            taken: DateTime::UNIX_EPOCH,
            listed: Vec::with_capacity(rows.len()),
            problems: Vec::new(),
            without_link: Vec::new(),
        };
        for (number, value) in (1..).zip(rows) {
            file.read(number, value);
        }
        file.find_repeated();
        let first = file.listed.iter().map(|listed| listed.first).min();
        let year = first.and_then(|day| NaiveDate::from_yo_opt(day.year(), 1)).map(midnight);
        file.taken = source.taken().or(year).unwrap_or(file.taken);
        file.rehearse();
        Ok(file)
    }

    /// How many are taken.
    pub(crate) fn len(&self) -> usize {
        self.listed.len()
    }

    fn read(&mut self, row: usize, value: &Value) {
        let listed = match Row::of(value) {
            Some(values) => self.listed(row, &values),
            None => Err(String::from("it is no object with names and values")),
        };
        let title = value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        match listed {
            Ok(listed) => self.listed.push(listed),
            Err(what) => self.problems.push(Problem { row, id: None, title, what }),
        }
    }

    fn listed(&mut self, row: usize, values: &Row<'_>) -> Result<Listed, String> {
        let (name, url) = (values.text("name")?, values.optional_text("url")?);
        let (first, last) = (values.day("start_date")?, values.day("end_date")?);
        let days = Schedule::days(first, last, ZONE).map_err(|error| error.to_string())?;
        let mode = mode(values)?;
        let (topic, languages) = (values.optional_text("topic")?, values.optional_text("languages")?);
        let link = if Link::new(url).is_ok() { url } else { "" };
        let labelled = [("Topic: ", topic), ("Languages: ", languages), ("", link)];
        let about = labelled.iter().filter(|(_, text)| !text.is_empty());
        let about: Vec<String> = about.map(|(label, text)| format!("{label}{text}")).collect();
        if link != url {
            self.without_link.push(format!("{} ({})", legible(name), legible(url)));
        }

        let about = about.join("\n");
        // The same name on the same day can be two gatherings; their pages tell them apart.
        let id = Digest::of("gathering").with(name).with(url).with(first.to_string()).uuid();
        let said = [days.to_string(), format!("{mode:?}"), about.clone()];
        let request = said.iter().fold(Digest::of("announce").with(id), Digest::with);
        let gathering = Gathering::new(GatheringKind::Conference, name, mode);
        Ok(Listed {
            row,
            name: name.to_owned(),
            id: GatheringId::from_uuid(id),
            request: RequestId::from_uuid(request.uuid()),
            first,
            gathering: gathering.id(GatheringId::from_uuid(id)).at(days).about(about),
        })
    }

    /// Takes each gathering once.
    fn find_repeated(&mut self) {
        let mut first_rows = BTreeMap::new();
        let problems = &mut self.problems;
        self.listed.retain(|listed| {
            let first = *first_rows.entry(listed.id).or_insert(listed.row);
            if first != listed.row {
                let what = format!("gathering {first} has the same name, day and page");
                problems.push(listed.problem(what));
            }
            first == listed.row
        });
    }

    /// Asks a desk in memory what the rules do not take, before anything is written.
    fn rehearse(&mut self) {
        let taken = self.taken;
        let desk = Desk::builder().clock(move || taken).in_memory();
        let problems = &mut self.problems;
        self.listed.retain(|listed| match desk.preview(listed.gathering.clone()) {
            Ok(_) => true,
            Err(failure) => {
                problems.push(listed.problem(failure.to_string()));
                false
            }
        });
    }

    /// Announces them, each once.
    pub(crate) fn announce(&self, desk: &Desk) -> Result<Announced, Failure> {
        let mut announced = Announced::default();
        let mut progress = Progress::of("gatherings", self.listed.len());
        for listed in &self.listed {
            let call = desk.request(listed.request).at(self.taken);
            match call.execute(listed.gathering.clone()) {
                Ok(receipt) if receipt.repeated => announced.before += 1,
                Ok(_) => announced.new += 1,
                Err(Failure::Refused(Refusal::GatheringExists { .. })) => {
                    announced.otherwise.push(legible(&listed.name));
                }
                Err(failure) => return Err(failure),
            }
            progress.step();
        }
        Ok(announced)
    }
}

impl Listed {
    fn problem(&self, what: String) -> Problem {
        Problem { row: self.row, id: None, title: self.name.clone(), what }
    }
}

/// In a town, online, or both.
fn mode(values: &Row<'_>) -> Result<Mode, String> {
    let (city, country) = (values.optional_text("city")?, values.optional_text("country")?);
    let online = match values.value("online") {
        None => false,
        Some(value) => value.as_bool().ok_or("`online` is neither true nor false")?,
    };
    let venue = || Venue::new(city).address(country);
    match (city, online) {
        ("", true) => Ok(Mode::Online),
        ("", false) => Err(String::from("it is neither online nor in a city")),
        (_, true) => Ok(Mode::Hybrid(venue())),
        (_, false) => Ok(Mode::InPerson(venue())),
    }
}
