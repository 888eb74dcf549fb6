//! Schedules in zones whose clocks jump, and at the ends of the years.

use super::*;

fn schedule(text: &str) -> Result<Schedule, ScheduleError> {
    text.parse()
}

#[test]
fn schedules_read_back_what_they_print() {
    for text in [
        "to be confirmed",
        "to be confirmed (spring 2026)",
        "2026-10-05 Europe/London",
        "2026-03-20 to 2026-03-21 Europe/London",
        "2026-03-05 14:00 to 15:30 Europe/London",
        "2026-03-05 22:00 to 2026-03-06 01:00 Europe/London",
    ] {
        assert_eq!(schedule(text).unwrap().to_string(), text);
    }
}

#[test]
fn a_time_that_the_clocks_skip_is_refused_by_name() {
    let error = schedule("2026-03-29 01:30 to 03:00 Europe/London").unwrap_err();
    assert_eq!(
        error.to_string(),
        "2026-03-29 01:30:00 does not exist in Europe/London: the clocks are put forward over it"
    );
}

#[test]
fn a_time_that_comes_twice_asks_which() {
    let wall = read_time("2026-10-25 01:30").unwrap();
    let end = read_time("2026-10-25 04:00").unwrap();
    assert!(matches!(Schedule::exact(wall, end, "Europe/London"), Err(ScheduleError::Twice { .. })));
    let first = Schedule::exact(WallTime::first(wall), end, "Europe/London").unwrap();
    let second = Schedule::exact(WallTime::second(wall), end, "Europe/London").unwrap();
    assert_eq!(second.starts().unwrap() - first.starts().unwrap(), TimeDelta::hours(1));
}

#[test]
fn an_end_before_its_start_is_refused() {
    for text in ["2026-03-05 14:00 to 14:00 Europe/London", "2026-03-05 to 2026-03-04 UTC"] {
        assert!(matches!(schedule(text), Err(ScheduleError::EndNotAfterStart { .. })), "{text}");
    }
    // 01:30 the second time is after 01:45 the first time.
    let (start, end) = (read_time("2026-10-25 01:45").unwrap(), read_time("2026-10-25 01:30").unwrap());
    assert!(Schedule::exact(WallTime::first(start), WallTime::second(end), "Europe/London").is_ok());
}

#[test]
fn odd_zones_and_years_are_refused_by_name() {
    assert!(schedule("2026-03-05 Mars/Olympus").unwrap_err().to_string().contains("Mars/Olympus"));
    assert!(matches!(schedule("0000-03-05 UTC"), Err(ScheduleError::YearOutOfRange { year: 0 })));
    assert!(matches!(schedule("tomorrow at noon"), Err(ScheduleError::Unreadable { .. })));
    assert!(matches!(schedule(""), Err(ScheduleError::Unreadable { .. })));
}

/// In Cairo the clocks are put forward at midnight, so that day begins at one.
#[test]
fn a_day_without_midnight_begins_when_the_clocks_have_moved() {
    let day = schedule("2026-04-24 Africa/Cairo").unwrap();
    assert_eq!(day.starts().unwrap().to_rfc3339(), "2026-04-23T22:00:00+00:00");
    assert_eq!(day.ends().unwrap() - day.starts().unwrap(), TimeDelta::hours(23));
}

/// Samoa had no 30 December 2011 at all.
#[test]
fn a_day_that_was_left_out_is_empty_and_does_no_harm() {
    let day = schedule("2011-12-30 Pacific/Apia").unwrap();
    assert_eq!(day.starts(), day.ends());
}
