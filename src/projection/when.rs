//! Times and places as lists print and serialise them.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Serialize;

use crate::fact::Mode;
use crate::projection::table::{WIDTH, fit};
use crate::schedule::{Schedule, Zone};
use unicode_width::UnicodeWidthStr;

const MINUTE: &str = "%Y-%m-%d %H:%M";

/// A schedule as lists serialise it: as text, and as what machines ask of it.
#[derive(Serialize)]
pub(crate) struct ScheduleForm {
    text: String,
    starts: Option<DateTime<Utc>>,
    ends: Option<DateTime<Utc>>,
    zone: Option<&'static str>,
    all_day: bool,
}

impl From<&Schedule> for ScheduleForm {
    fn from(schedule: &Schedule) -> Self {
        Self {
            text: schedule.to_string(),
            starts: schedule.starts(),
            ends: schedule.ends(),
            zone: schedule.zone().map(Zone::name),
            all_day: matches!(schedule, Schedule::DateOnly(_)),
        }
    }
}

/// Where a gathering takes place, as lists serialise it.
#[derive(Serialize)]
pub(crate) struct PlaceForm<'a> {
    online: bool,
    venue: Option<&'a str>,
    address: Option<&'a str>,
}

impl<'a> From<&'a Mode> for PlaceForm<'a> {
    fn from(mode: &'a Mode) -> Self {
        let venue = mode.venue();
        Self {
            online: mode.is_online(),
            venue: venue.map(|venue| venue.name.as_str()),
            address: venue.map(|venue| venue.address.as_str()).filter(|address| !address.is_empty()),
        }
    }
}

/// Where a gathering takes place, in a word or two.
pub(crate) fn place(mode: &Mode) -> String {
    match mode {
        Mode::Online => String::from("online"),
        Mode::InPerson(venue) => venue.name.clone(),
        Mode::Hybrid(venue) => format!("{}, online", venue.name),
    }
}

/// The one zone of all schedules that have one. Of several, none is right for all readers, so it is UTC.
pub(crate) fn shared_zone<'a>(schedules: impl Iterator<Item = &'a Schedule>) -> Option<Zone> {
    let zones = schedules.filter_map(Schedule::zone);
    zones.reduce(|shared, zone| if shared == zone { shared } else { Zone::UTC })
}

/// The start as a short cell: in the zone named above the table.
pub(crate) fn start_cell(schedule: &Schedule, zone: Option<Zone>) -> String {
    match schedule {
        Schedule::ToBeConfirmed { .. } => String::from("to be confirmed"),
        Schedule::DateOnly(days) => days.first().to_string(),
        Schedule::Exact(times) if zone == Some(times.zone()) => minute(times.start().wall()),
        Schedule::Exact(times) => minute(zone.unwrap_or(Zone::UTC).wall(times.start().instant())),
    }
}

/// An instant as a short cell: as clocks show it where the gathering is, or in UTC with a `Z`.
pub(crate) fn instant_cell(instant: DateTime<Utc>, zone: Option<Zone>) -> String {
    match zone {
        Some(zone) => minute(zone.wall(instant)),
        None => format!("{}Z", minute(instant.naive_utc())),
    }
}

/// The day of an instant, as the calendar on the wall shows it there.
pub(crate) fn day_cell(instant: DateTime<Utc>, zone: Option<Zone>) -> String {
    zone.unwrap_or(Zone::UTC).wall(instant).date().to_string()
}

fn minute(wall: NaiveDateTime) -> String {
    wall.format(MINUTE).to_string()
}

/// What a list is about: title and schedule on one line, or on two where one is too short.
pub(crate) struct Heading<'a> {
    pub(crate) title: &'a str,
    pub(crate) cancelled: bool,
    pub(crate) schedule: &'a Schedule,
}

impl fmt::Display for Heading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = format!("{}{}", if self.cancelled { "Cancelled: " } else { "" }, self.title);
        let when = self.schedule.to_string();
        if title.width() + when.width() + 2 <= WIDTH {
            return write!(f, "{title}, {when}");
        }
        write!(f, "{}\n{}", fit(&title, WIDTH), fit(&when, WIDTH))
    }
}

/// What stands above a table that has a gathering on each line.
pub(crate) fn above(title: &str, zone: Option<Zone>) -> String {
    match zone {
        Some(zone) => format!("{title}, times in {zone}"),
        None => String::from(title),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(text: &str) -> Schedule {
        text.parse().unwrap()
    }

    #[test]
    fn one_zone_is_kept_and_several_become_utc() {
        let london = schedule("2026-07-05 14:00 to 15:30 Europe/London");
        let paris = schedule("2026-07-05 14:00 to 15:30 Europe/Paris");
        let unknown = Schedule::to_be_confirmed("");
        let shared = shared_zone([&unknown, &london, &london].into_iter());
        assert_eq!(start_cell(&london, shared), "2026-07-05 14:00");
        let utc = shared_zone([&london, &paris, &london].into_iter());
        assert_eq!(utc, Some(Zone::UTC));
        assert_eq!(start_cell(&london, utc), "2026-07-05 13:00");
        assert_eq!(start_cell(&paris, utc), "2026-07-05 12:00");
        assert_eq!(shared_zone([&unknown].into_iter()), None);
    }

    #[test]
    fn an_instant_without_a_zone_says_that_it_is_utc() {
        let instant = "2026-07-05T23:30:00Z".parse().unwrap();
        assert_eq!(instant_cell(instant, None), "2026-07-05 23:30Z");
        assert_eq!(instant_cell(instant, Some(Zone::named("Europe/London").unwrap())), "2026-07-06 00:30");
        assert_eq!(day_cell(instant, None), "2026-07-05");
    }

    #[test]
    fn a_long_heading_takes_two_lines() {
        let schedule = schedule("2026-03-05 14:00 to 15:30 Europe/London");
        let title = "x".repeat(90);
        let long = Heading { title: &title, cancelled: false, schedule: &schedule }.to_string();
        assert_eq!(long, format!("{}…\n2026-03-05 14:00 to 15:30 Europe/London", "x".repeat(79)));
        let short = Heading { title: "Talk", cancelled: true, schedule: &schedule }.to_string();
        assert_eq!(short, "Cancelled: Talk, 2026-03-05 14:00 to 15:30 Europe/London");
    }
}
