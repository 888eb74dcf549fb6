//! A year of a network of community-managed libraries: commands from a JSON file become bookings, lists and
//! calendars.
//!
//! ```text
//! cargo run --example network_year
//! cargo run --example network_year     # asks for everything once more, and nothing is done twice
//! ```
//!
//! `--data FILE` reads other commands than `examples/data/network_year.json`, `--out DIR` writes elsewhere than
//! to `target/network_year`. Libraries and people are invented.
#![allow(clippy::print_stderr, reason = "what goes wrong is told on the terminal")]

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use chrono::{DateTime, Utc};
use gather::{
    CancelGathering, CancelRegistration, ChangeCapacity, Command, Desk, Failure, GatheringId, OpenBooking,
    PersonDetails, PersonId, PoolId, RecordPerson, Register, RegistrationId, RequestId, Reschedule,
};

use year::{Booking, Do, Member, Show, Step, Year};

mod year;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The desk, and what the file's own numbers and names stand for there.
struct Office {
    desk: Desk,
    people: BTreeMap<u32, PersonId>,
    gatherings: BTreeMap<String, GatheringId>,
    registrations: BTreeMap<RequestId, RegistrationId>,
    done_now: usize,
    answered_before: usize,
    refused: Vec<String>,
    files_written: usize,
}

impl Office {
    /// The year is over when it is read, so the desk's clock stands at the file's "today".
    fn open(out: &Path, today: DateTime<Utc>) -> Outcome<Self> {
        let desk = Desk::builder().clock(move || today).open(out);
        Ok(Self {
            desk: desk.map_err(|error| format!("cannot open {}: {error}", out.display()))?,
            people: BTreeMap::new(),
            gatherings: BTreeMap::new(),
            registrations: BTreeMap::new(),
            done_now: 0,
            answered_before: 0,
            refused: Vec::new(),
            files_written: 0,
        })
    }

    /// Sends one command. `None` is a refusal: an answer like any other, so the year goes on.
    fn send<C: Command>(
        &mut self,
        request: RequestId,
        time: DateTime<Utc>,
        command: C,
    ) -> Result<Option<C::Outcome>, Failure> {
        match self.desk.request(request).at(time).execute(command) {
            Ok(receipt) => {
                let count = if receipt.repeated { &mut self.answered_before } else { &mut self.done_now };
                *count += 1;
                Ok(Some(receipt.outcome))
            }
            Err(Failure::Refused(refusal)) => {
                self.refused.push(format!("{}: {refusal}", time.format("%Y-%m-%d %H:%M")));
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }

    fn record(&mut self, year: &Year) -> Outcome<()> {
        for member in &year.people {
            let Member { person, of, .. } = member;
            let home = year.organisations.iter().find(|organisation| organisation.no == *of);
            let home = home.ok_or_else(|| format!("person {person}: there is no organisation {of}"))?;
            let details = PersonDetails::new(&member.name)
                .email(&member.email)
                .role(&member.role)
                .organisation(&home.name)
                .region(&home.region);
            if let Some(id) = self.send(member.request, year.recorded, RecordPerson::new(details))? {
                self.people.insert(*person, id);
            }
        }
        Ok(())
    }

    fn take(&mut self, step: &Step) -> Outcome<()> {
        let Step { time, request, .. } = *step;
        match &step.r#do {
            Do::Announce(plan) => {
                if let Some(id) = self.send(request, time, plan.gathering()?)? {
                    self.gatherings.insert(plan.gathering.clone(), id);
                }
            }
            Do::Register(booking) => {
                if let Some(outcome) = self.send(request, time, self.registration(booking)?)? {
                    self.registrations.insert(request, outcome.registration());
                }
            }
            Do::Cancel { registered } => {
                let registration = self.registrations.get(registered);
                let registration = *registration.ok_or("that request has registered nobody")?;
                self.send(request, time, CancelRegistration::new(registration))?;
            }
            Do::OpenBooking { gathering } => {
                self.send(request, time, OpenBooking::new(self.gathering(gathering)?))?;
            }
            Do::Reschedule { gathering, when } => {
                self.send(request, time, Reschedule::new(self.gathering(gathering)?, when.clone()))?;
            }
            Do::ChangeCapacity { gathering, pool, places } => {
                let change = ChangeCapacity::new(self.gathering(gathering)?, *places);
                self.send(request, time, change.pool(pool.unwrap_or(PoolId::ONLY)))?;
            }
            Do::CancelGathering { gathering } => {
                self.send(request, time, CancelGathering::new(self.gathering(gathering)?))?;
            }
        }
        Ok(())
    }

    fn registration(&self, booking: &Booking) -> Outcome<Register> {
        let booker = self.person(booking.person)?;
        let mut register = Register::new(self.gathering(&booking.gathering)?, booker);
        for &guest in &booking.with {
            register = register.guest(self.person(guest)?);
        }
        if let Some(offering) = booking.offering {
            register = register.offering(offering);
        }
        Ok(register.unnamed_guests(booking.unnamed_guests))
    }

    fn person(&self, number: u32) -> Outcome<PersonId> {
        let person = self.people.get(&number).copied();
        Ok(person.ok_or_else(|| format!("there is no person {number}"))?)
    }

    fn gathering(&self, name: &str) -> Outcome<GatheringId> {
        let gathering = self.gatherings.get(name).copied();
        Ok(gathering.ok_or_else(|| format!("no gathering `{name}` has been announced"))?)
    }

    /// Prints what people in an office look at, and last, on one line, what was done.
    fn print(&self, year: &Year, out: &Path, mut to: impl Write) -> Outcome<()> {
        let Self { desk, done_now, answered_before, refused, files_written, .. } = self;
        writeln!(to, "{}\n", desk.whats_on())?;
        let gathering = self.gathering(&year.show.lists)?;
        // Without `expose` a list prints `[personal]` for every name.
        writeln!(to, "{}\n", desk.attendee_list(gathering)?.expose("name badges"))?;
        writeln!(to, "{}\n", desk.waiting_list(gathering)?.expose("telling who is next"))?;
        writeln!(to, "{}\n", desk.agenda(self.person(year.show.agenda)?))?;
        for refusal in refused {
            writeln!(to, "refused on {refusal}")?;
        }
        let (sent, refused) = (year.people.len() + year.steps.len(), refused.len());
        let (records, next) = (desk.position(), out.join("public.ics"));
        writeln!(
            to,
            "{sent} commands: {done_now} done now, {answered_before} answered before, {refused} refused; \
             {records} records in the log, {files_written} files written; open {} next",
            next.display()
        )?;
        Ok(())
    }

    /// Writes the public calendar, and those of a few people. Theirs hold join links: keep them to their owners.
    fn write_calendars(&mut self, show: &Show, out: &Path) -> Outcome<()> {
        let public = self.desk.public_feed().name("Community libraries: what is on").to_string();
        self.write(&out.join("public.ics"), &public)?;
        fs::create_dir_all(out.join("people"))?;
        for &number in &show.calendars {
            let person = self.person(number)?;
            let own = self.desk.calendar(person).to_string();
            self.write(&out.join("people").join(format!("{person}.ics")), &own)?;
        }
        Ok(())
    }

    /// Leaves a file alone that is as it should be, so that readers need not fetch it again.
    fn write(&mut self, path: &Path, text: &str) -> io::Result<()> {
        if fs::read(path).is_ok_and(|before| before == text.as_bytes()) {
            return Ok(());
        }
        self.files_written += 1;
        fs::write(path, text)
    }
}

fn run(data: &Path, out: &Path) -> Outcome<()> {
    let named = |error: &dyn Error| format!("{}: {error}", data.display());
    let text = fs::read_to_string(data).map_err(|error| named(&error))?;
    let year: Year = serde_json::from_str(&text).map_err(|error| named(&error))?;

    let mut office = Office::open(out, year.today)?;
    office.record(&year)?;
    for (number, step) in (1..).zip(&year.steps) {
        let taken = office.take(step);
        taken.map_err(|error| format!("step {number} (request {}): {error}", step.request))?;
    }
    office.write_calendars(&year.show, out)?;
    office.print(&year, out, io::stdout().lock())
}

/// The paths of the commands and of the output; `None` if the arguments are not understood.
fn arguments(mut given: impl Iterator<Item = String>) -> Option<(PathBuf, PathBuf)> {
    let mut data = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/network_year.json");
    let mut out = PathBuf::from("target/network_year");
    while let Some(name) = given.next() {
        match name.as_str() {
            "--data" => data = given.next()?.into(),
            "--out" => out = given.next()?.into(),
            _ => return None,
        }
    }
    Some((data, out))
}

fn main() -> ExitCode {
    let Some((data, out)) = arguments(env::args().skip(1)) else {
        eprintln!("usage: network_year [--data FILE] [--out DIR]");
        return ExitCode::from(2);
    };
    match run(&data, &out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
