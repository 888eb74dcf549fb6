//! A year of a network of community-managed libraries: commands from a JSON file become bookings, lists and
//! calendars. Webinars and meetings run through it; in March there is a conference with a programme of its own, in
//! autumn a training with places set aside, offers and a line. Last come a few questions at the desk, with its answers.
//!
//! ```text
//! cargo run --example network_year
//! cargo run --example network_year     # asks for everything once more, and nothing is done twice
//! ```
//!
//! `--data FILE` reads other commands than `examples/data/network_year.json`, `--out DIR` writes elsewhere than
//! to `target/network_year`. Libraries and people are invented.
#![allow(clippy::print_stderr, reason = "what goes wrong is told on the terminal")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use office::Office;
use year::Year;

mod at_desk;
mod office;
mod show;
mod words;
mod year;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn run(data: &Path, out: &Path) -> Outcome<()> {
    let named = |error: &dyn Error| format!("{}: {error}", data.display());
    let text = fs::read_to_string(data).map_err(|error| named(&error))?;
    let year: Year = serde_json::from_str(&text).map_err(|error| named(&error))?;

    let mut office = Office::open(out, year.today)?;
    office.look_what_is_put_away(&year);
    office.record(&year)?;
    for (number, step) in (1..).zip(&year.steps) {
        let taken = office.take(step);
        taken.map_err(|error| format!("step {number} (request {}): {error}", step.request))?;
    }
    office.settle_until(year.today)?;
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
