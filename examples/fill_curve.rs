//! Draws how gatherings filled up, and who came, as SVG. What is drawn is clear in the log, so no key is needed.
//!
//! ```text
//! cargo run --example fill_curve                                  # of invented bookings
//! cargo run --example network_year                                # makes a log …
//! cargo run --example fill_curve -- target/network_year           # … of which each gathering is drawn
//! ```
//!
//! `--out DIR` writes elsewhere than to `target/fill_curve`. The same log gives the same bytes.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the terminal is this program's way out")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use chrono::{DateTime, TimeDelta, Utc};
use gather::{
    CancelRegistration, CloseBooks, Desk, FillCurve, Gathering, GatheringId, Period, PersonId, Presence,
    PresenceSource, RecordPresence, Register, ShowUp,
};
use plotters::prelude::*;

type Outcome<T> = Result<T, Box<dyn Error>>;

const PICTURE: (u32, u32) = (800, 420);
const FONT: (&str, u32) = ("sans-serif", 15);
const TITLE: (&str, u32) = ("sans-serif", 18);
const TAKEN: RGBColor = RGBColor(0, 90, 156);
const MISSED: RGBColor = RGBColor(200, 90, 40);
const GREY: RGBColor = RGBColor(150, 150, 150);

fn main() -> ExitCode {
    let Some((log, out)) = arguments(env::args().skip(1)) else {
        eprintln!("usage: fill_curve [FOLDER] [--out DIR]");
        return ExitCode::from(2);
    };
    match run(log.as_deref(), &out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments(mut given: impl Iterator<Item = String>) -> Option<(Option<PathBuf>, PathBuf)> {
    let (mut log, mut out) = (None, PathBuf::from("target/fill_curve"));
    while let Some(word) = given.next() {
        match word.as_str() {
            "--out" => out = given.next()?.into(),
            flag if flag.starts_with('-') => return None,
            folder if log.is_none() => log = Some(folder.into()),
            _ => return None,
        }
    }
    Some((log, out))
}

fn run(log: Option<&Path>, out: &Path) -> Outcome<()> {
    let desk = match log {
        // A folder that is not there would be made.
        Some(folder) if !folder.join("log.gather").is_file() => {
            return Err(format!("{} has no log.gather", folder.display()).into());
        }
        Some(folder) => Desk::builder().open_without_keys(folder)?,
        None => invented()?,
    };
    // As of its last record: so the pictures do not depend on when they are drawn.
    let then = desk.as_of(desk.position())?;
    let came = then.show_up(&Period::between(DateTime::UNIX_EPOCH, then.at()));
    let ids: Vec<GatheringId> = came.gatherings().iter().map(|row| row.gathering).collect();
    fs::create_dir_all(out)?;
    let curves = then.fill_curves(ids, &mut |_| ())?;
    for (number, curve) in (1..).zip(&curves) {
        let file = out.join(format!("fill-{number}.svg"));
        fs::write(&file, fill_picture(curve)?)?;
        println!("{}: {}", file.display(), curve.title());
    }
    let file = out.join("show-up.svg");
    fs::write(&file, show_up_picture(&came)?)?;
    println!("{}: {} of a hundred came", file.display(), came.total().per_cent_came().unwrap_or(0));
    Ok(())
}

/// How many people had a place and how many waited, from the first booking to the day on which it began.
fn fill_picture(curve: &FillCurve) -> Outcome<String> {
    let days: Vec<_> = curve.days().iter().filter_map(|day| Some((-day.days_before?, day))).collect();
    let first = days.first().map_or(-1, |(before, _)| (*before).min(-1));
    let last = days.last().map_or(0, |(before, _)| (*before).max(0));
    let highest = days.iter().map(|(_, day)| (day.confirmed + day.kept).max(day.waiting)).max().unwrap_or(0);
    let highest = highest.max(curve.limit().map_or(0, u64::from)) + 1;

    let mut picture = String::new();
    let root = SVGBackend::with_string(&mut picture, PICTURE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(curve.title(), TITLE)
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(50)
        .build_cartesian_2d(first..last, 0..highest)?;
    let before = |day: &i64| (-day).to_string();
    let mesh = &mut chart.configure_mesh();
    mesh.x_desc("days before it began")
        .y_desc("people")
        .x_label_formatter(&before)
        .label_style(FONT)
        .draw()?;

    let places = steps(&days.iter().map(|(x, day)| (*x, day.confirmed + day.kept)).collect::<Vec<_>>(), last);
    let waiting = steps(&days.iter().map(|(x, day)| (*x, day.waiting)).collect::<Vec<_>>(), last);
    let (taken, in_line) = (ends(&places), waiting.iter().map(|(_, people)| *people).max().unwrap_or(0));
    let of = curve.limit().map(|limit| format!(" of {limit}")).unwrap_or_default();
    for (line, colour, label) in [
        (places, TAKEN, format!("{taken}{of} places")),
        (waiting, MISSED, format!("up to {in_line} waiting")),
    ] {
        let series = chart.draw_series(LineSeries::new(line, colour.stroke_width(2)))?;
        series.label(label).legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour));
    }
    if let Some(limit) = curve.limit().map(u64::from) {
        chart.draw_series(LineSeries::new([(first, limit), (last, limit)], GREY))?;
    }
    let labels = &mut chart.configure_series_labels();
    labels.position(SeriesLabelPosition::UpperLeft).background_style(WHITE).label_font(FONT).draw()?;
    root.present()?;
    drop(chart);
    drop(root);
    Ok(picture)
}

/// Between two days nothing changed: so a curve goes straight on, and then up or down.
fn steps(days: &[(i64, u64)], last: i64) -> Vec<(i64, u64)> {
    let (mut line, mut stood) = (Vec::new(), 0);
    for (day, stands) in days {
        line.extend([(*day, stood), (*day, *stands)]);
        stood = *stands;
    }
    line.push((last, stood));
    line
}

fn ends(line: &[(i64, u64)]) -> u64 {
    line.last().map_or(0, |(_, stands)| *stands)
}

/// A bar for each gathering: who came, and who did not.
fn show_up_picture(came: &ShowUp) -> Outcome<String> {
    let rows = came.gatherings();
    let widest = rows.iter().map(|row| row.presence.total()).max().unwrap_or(0) + 1;
    let height = u32::try_from(rows.len())?.saturating_mul(34).saturating_add(110);
    let mut picture = String::new();
    let root = SVGBackend::with_string(&mut picture, (PICTURE.0, height)).into_drawing_area();
    root.fill(&WHITE)?;
    let bars = i64::try_from(rows.len())?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Who came", TITLE)
        .margin(12)
        .x_label_area_size(40)
        .build_cartesian_2d(0..widest, 0..bars.max(1) * 10)?;
    chart.configure_mesh().disable_mesh().disable_y_axis().x_desc("places").label_style(FONT).draw()?;
    for (nth, row) in (1..).zip(rows) {
        // The earliest is on top.
        let y = (bars - nth) * 10;
        let (there, of) = (row.presence.came(), row.presence.total());
        chart.draw_series([
            Rectangle::new([(0, y), (there, y + 4)], TAKEN.filled()),
            Rectangle::new([(there, y), (of, y + 4)], MISSED.mix(0.5).filled()),
        ])?;
        let label = format!("{}: {there} of {of} came", row.title);
        chart.draw_series([Text::new(label, (0, y + 9), FONT)])?;
    }
    root.present()?;
    drop(chart);
    drop(root);
    Ok(picture)
}

/// A webinar with 20 places that fills up within a month, with a line, people who cancel, and some who do not come.
fn invented() -> Outcome<Desk> {
    let desk = Desk::in_memory();
    let opens: DateTime<Utc> = "2026-02-01T09:00:00Z".parse()?;
    let talk = Gathering::webinar("Heat pumps & roofs: what a library <can> do")
        .at("2026-03-05 14:00 to 15:30 Europe/London".parse()?)
        .places(20);
    let talk = desk.at(opens).execute(talk)?.outcome;
    let mut bookings = Vec::new();
    for nth in 0..30 {
        // More come in the first days and shortly before.
        let day = if nth < 18 { nth / 3 } else { nth - 2 };
        let booking = Register::new(talk, PersonId::random());
        bookings.push(desk.at(opens + TimeDelta::days(day)).execute(booking)?.outcome.registration());
        if nth % 8 == 7 {
            let first = bookings.remove(0);
            drop(desk.at(opens + TimeDelta::days(day)).execute(CancelRegistration::new(first))?);
        }
    }
    let began: DateTime<Utc> = "2026-03-05T14:05:00Z".parse()?;
    for registration in bookings.iter().take(14) {
        let here = RecordPresence::new(*registration, Presence::Attended).source(PresenceSource::Online);
        drop(desk.at(began).execute(here)?);
    }
    drop(desk.at(began + TimeDelta::hours(2)).execute(CloseBooks::new(talk))?);
    Ok(desk)
}
