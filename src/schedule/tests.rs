//! Schedules in zones whose clocks jump, and at the ends of the years.

use proptest::prelude::*;

use super::*;

fn schedule(text: &str) -> Result<Schedule, ScheduleError> {
    text.parse()
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn between(start: &str, end: &str, zone: &str) -> Result<Schedule, ScheduleError> {
    Schedule::between(instant(start), instant(end), zone)
}

fn day(text: &str) -> NaiveDate {
    read_date(text).unwrap()
}

fn days(first: &str, last: &str) -> (NaiveDate, NaiveDate) {
    (day(first), day(last))
}

fn exact(schedule: &Schedule) -> &TimeSpan {
    let Schedule::Exact(times) = schedule else { panic!("{schedule} has no times") };
    times
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
    assert!(
        matches!(schedule("2026-03-05 14:00 Europe/London"), Err(ScheduleError::Unreadable { .. })),
        "no end"
    );
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

// ---- between two instants ----

#[test]
fn instants_become_what_the_clocks_of_the_zone_show() {
    for (start, end, shown) in [
        ("2026-02-01T08:30:00Z", "2026-02-01T08:50:00Z", "2026-02-01 09:30 to 09:50 Europe/Brussels"),
        // The clocks are put forward from one to two.
        ("2026-03-29T00:59:00Z", "2026-03-29T01:00:00Z", "2026-03-29 00:59 to 02:00 Europe/London"),
        // They are put back from two to one: an hour passes and they show the same.
        ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25 01:30 to 01:30 Europe/London"),
        // In Brazil midnight itself was skipped.
        (
            "2018-11-04T02:59:00Z",
            "2018-11-04T03:00:00Z",
            "2018-11-03 23:59 to 2018-11-04 01:00 America/Sao_Paulo",
        ),
        // Samoa went from the 29th to the 31st.
        ("2011-12-30T09:59:00Z", "2011-12-30T10:00:00Z", "2011-12-29 23:59 to 2011-12-31 00:00 Pacific/Apia"),
    ] {
        let zone = shown.rsplit_once(' ').unwrap().1;
        let schedule = between(start, end, zone).unwrap();
        assert_eq!(schedule.to_string(), shown);
        assert_eq!(
            (schedule.starts(), schedule.ends()),
            (Some(instant(start)), Some(instant(end))),
            "{shown}"
        );
    }
}

#[test]
fn an_instant_chooses_the_pass_of_a_doubled_hour() {
    let schedule = between("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "Europe/London").unwrap();
    let times = exact(&schedule);
    assert_eq!(times.start().wall(), times.end().wall());
    assert_eq!((times.start().offset_seconds(), times.end().offset_seconds()), (3_600, 0));
}

#[test]
fn fractions_of_a_second_are_left_out_before_the_times_are_compared() {
    let schedule = between("2026-02-01T08:30:00.9Z", "2026-02-01T08:30:01.1Z", "UTC").unwrap();
    assert_eq!(schedule.starts().unwrap().to_rfc3339(), "2026-02-01T08:30:00+00:00");
    assert_eq!(schedule.ends().unwrap().to_rfc3339(), "2026-02-01T08:30:01+00:00");
    for (start, end) in [
        ("2026-02-01T08:30:00.1Z", "2026-02-01T08:30:00.9Z"),
        ("2026-02-01T08:30:00Z", "2026-02-01T08:30:00Z"),
        ("2026-02-01T08:30:00Z", "2026-02-01T08:29:00Z"),
    ] {
        let error = between(start, end, "UTC").unwrap_err();
        assert!(matches!(error, ScheduleError::EndNotAfterStart { .. }), "{start} to {end}: {error}");
    }
}

/// A year is the one on the wall, as it is for times that are given as the wall shows them.
#[test]
fn instants_at_the_ends_of_the_years_are_judged_by_the_wall() {
    let first = between("1969-12-31T15:00:00Z", "1969-12-31T16:00:00Z", "Asia/Tokyo").unwrap();
    assert_eq!(first.to_string(), "1970-01-01 00:00 to 01:00 Asia/Tokyo");
    let last = between("+10000-01-01T04:00:00Z", "+10000-01-01T04:59:59Z", "America/New_York").unwrap();
    assert_eq!(exact(&last).end().wall().to_string(), "9999-12-31 23:59:59");
    for (start, end, zone, wrong) in [
        ("1969-12-31T14:59:59Z", "1969-12-31T16:00:00Z", "Asia/Tokyo", 1969),
        ("1970-01-01T04:59:59Z", "1970-01-01T06:00:00Z", "America/New_York", 1969),
        ("+10000-01-01T04:00:00Z", "+10000-01-01T05:00:00Z", "America/New_York", 10_000),
        ("9999-12-31T14:00:00Z", "9999-12-31T15:00:00Z", "Asia/Tokyo", 10_000),
    ] {
        let error = between(start, end, zone).unwrap_err();
        assert_eq!(error, ScheduleError::YearOutOfRange { year: wrong }, "{start} to {end} {zone}");
    }
}

#[test]
fn instants_beyond_all_years_are_errors() {
    let zones = ["UTC", "Pacific/Apia", "Pacific/Niue", "America/Sao_Paulo", "Europe/London"];
    let now = instant("2026-02-01T08:30:00Z");
    for zone in zones {
        for far in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            for (start, end) in [(far, now), (now, far), (far, far)] {
                let error = Schedule::between(start, end, zone).unwrap_err();
                assert!(matches!(error, ScheduleError::YearOutOfRange { .. }), "{zone}: {error}");
            }
        }
    }
    let error = Schedule::between(now, now, "Mars/Olympus").unwrap_err();
    assert!(matches!(error, ScheduleError::UnknownZone { .. }), "{error}");
}

// ---- first and last days ----

#[test]
fn first_and_last_days_are_those_on_the_wall() {
    assert_eq!(Schedule::to_be_confirmed("spring").first_and_last_day(), None);
    for (text, first, last) in [
        ("2026-03-20 to 2026-03-21 Europe/London", "2026-03-20", "2026-03-21"),
        ("2026-03-20 Europe/London", "2026-03-20", "2026-03-20"),
        ("2026-03-05 14:00 to 15:30 Europe/London", "2026-03-05", "2026-03-05"),
        ("2026-03-05 22:00 to 2026-03-06 00:01 Europe/London", "2026-03-05", "2026-03-06"),
        // On the wall this is the 5th in Auckland, though it is still the 4th in UTC.
        ("2026-03-05 00:30 to 01:00 Pacific/Auckland", "2026-03-05", "2026-03-05"),
        ("2011-12-29 23:00 to 2011-12-31 01:00 Pacific/Apia", "2011-12-29", "2011-12-31"),
        ("9999-12-31 America/New_York", "9999-12-31", "9999-12-31"),
        ("1970-01-01 00:00 to 00:01 Asia/Tokyo", "1970-01-01", "1970-01-01"),
    ] {
        assert_eq!(schedule(text).unwrap().first_and_last_day(), Some(days(first, last)), "{text}");
    }
}

#[test]
fn what_ends_at_midnight_has_its_last_day_before_it() {
    for (text, first, last) in [
        ("2026-03-05 22:00 to 2026-03-06 00:00 Europe/London", "2026-03-05", "2026-03-05"),
        ("2026-03-05 00:00 to 2026-03-07 00:00 Europe/London", "2026-03-05", "2026-03-06"),
        ("2026-12-31 22:00 to 2027-01-01 00:00 UTC", "2026-12-31", "2026-12-31"),
        // Samoa's 29th ended where the 31st began, and the second before that midnight is on a day that never was.
        ("2011-12-29 22:00 to 2011-12-31 00:00 Pacific/Apia", "2011-12-29", "2011-12-30"),
    ] {
        assert_eq!(schedule(text).unwrap().first_and_last_day(), Some(days(first, last)), "{text}");
    }
}

/// At a minute past midnight the clocks of Newfoundland went back to the day before.
#[test]
fn the_last_day_is_never_before_the_first() {
    let (start, end) = (read_time("2010-11-07 00:00").unwrap(), read_time("2010-11-06 23:30").unwrap());
    let schedule =
        Schedule::exact(WallTime::first(start), WallTime::second(end), "America/St_Johns").unwrap();
    assert_eq!(schedule.first_and_last_day(), Some(days("2010-11-07", "2010-11-07")));
}

#[test]
fn the_first_day_is_told_for_the_wall_of_any_zone() {
    let zone = |name| Zone::named(name).unwrap();
    let night = schedule("2026-03-05 00:30 to 01:00 Europe/London").unwrap();
    assert_eq!(night.first_day_in(zone("Europe/London")), Some(day("2026-03-05")));
    assert_eq!(night.first_day_in(zone("America/New_York")), Some(day("2026-03-04")));
    assert_eq!(night.first_day_in(zone("Pacific/Auckland")), Some(day("2026-03-05")));
    let (niue, kiritimati) = (zone("Pacific/Niue"), zone("Pacific/Kiritimati"));
    let noon = schedule("2026-03-05 11:00 to 11:30 UTC").unwrap();
    assert_eq!(noon.first_day_in(niue), Some(day("2026-03-05")));
    assert_eq!(noon.first_day_in(kiritimati), Some(day("2026-03-06")));

    // Days are days wherever one looks from.
    let days = schedule("2026-03-05 to 2026-03-06 Europe/London").unwrap();
    assert_eq!(days.first_day_in(niue), Some(day("2026-03-05")));
    assert_eq!(days.first_day_in(kiritimati), Some(day("2026-03-05")));
    assert_eq!(Schedule::to_be_confirmed("spring").first_day_in(niue), None);
}

/// London's clocks may have been planned an hour ahead in the spring of some year by tables of another day.
#[test]
fn on_its_own_wall_the_first_day_is_the_one_that_was_planned() {
    let london = Zone::named("Europe/London").unwrap();
    let moment = |wall| Moment::from_parts(read_time(wall).unwrap(), 3_600);
    let planned =
        Schedule::Exact(TimeSpan::from_parts(moment("2026-03-05 00:30"), moment("2026-03-05 01:30"), london));
    assert_eq!(london.wall(planned.starts().unwrap()).date(), day("2026-03-04"));
    assert_eq!(planned.first_day_in(london), Some(day("2026-03-05")));
    assert_eq!(planned.first_day_in(Zone::UTC), Some(day("2026-03-04")));
}

// ---- so many days later ----

#[test]
fn shifted_times_are_the_same_on_the_wall() {
    for (text, days, shown) in [
        ("2026-03-05 14:00 to 15:30 Europe/London", 30, "2026-04-04 14:00 to 15:30 Europe/London"),
        ("2026-04-04 14:00 to 15:30 Europe/London", -30, "2026-03-05 14:00 to 15:30 Europe/London"),
        ("2026-03-20 to 2026-03-21 Europe/London", 365, "2027-03-20 to 2027-03-21 Europe/London"),
        ("2024-02-29 UTC", 366, "2025-03-01 UTC"),
        ("2026-12-31 23:00 to 2027-01-01 01:00 UTC", 1, "2027-01-01 23:00 to 2027-01-02 01:00 UTC"),
        ("2011-12-29 10:00 to 11:00 Pacific/Apia", 2, "2011-12-31 10:00 to 11:00 Pacific/Apia"),
    ] {
        assert_eq!(schedule(text).unwrap().shifted(days).unwrap().to_string(), shown);
    }
    let winter = schedule("2026-03-05 14:00 to 15:30 Europe/London").unwrap();
    let summer = winter.shifted(30).unwrap();
    assert_eq!(summer.starts().unwrap() - winter.starts().unwrap(), TimeDelta::hours(30 * 24 - 1));
}

#[test]
fn what_has_no_date_stays_as_it_is_however_far_it_is_shifted() {
    let unknown = Schedule::to_be_confirmed("spring");
    for days in [0, 1, -1, i64::MAX, i64::MIN] {
        assert_eq!(unknown.shifted(days).as_ref(), Ok(&unknown));
    }
}

#[test]
fn a_time_that_the_clocks_skip_on_the_new_day_is_refused_by_name() {
    for (text, days, missing) in [
        ("2026-03-28 01:30 to 03:00 Europe/London", 1, "2026-03-29 01:30:00"),
        ("2026-03-28 00:30 to 01:30 Europe/London", 1, "2026-03-29 01:30:00"),
        ("2018-11-03 00:30 to 02:00 America/Sao_Paulo", 1, "2018-11-04 00:30:00"),
        ("2018-11-05 00:00 to 00:30 America/Sao_Paulo", -1, "2018-11-04 00:00:00"),
        ("2011-12-29 10:00 to 11:00 Pacific/Apia", 1, "2011-12-30 10:00:00"),
        ("2011-12-31 10:00 to 11:00 Pacific/Apia", -1, "2011-12-30 10:00:00"),
    ] {
        let error = schedule(text).unwrap().shifted(days).unwrap_err();
        assert!(matches!(error, ScheduleError::NoSuchTime { .. }), "{text}: {error}");
        assert!(error.to_string().starts_with(missing), "{text}: {error}");
    }
    let skipped = schedule("2011-12-29 Pacific/Apia").unwrap().shifted(1).unwrap();
    assert_eq!(skipped, schedule("2011-12-30 Pacific/Apia").unwrap(), "days need no clock");
}

#[test]
fn a_time_that_comes_twice_on_the_new_day_is_the_first() {
    for (text, shown, starts, ends) in [
        (
            "2026-10-24 01:30 to 02:30 Europe/London",
            "2026-10-25 01:30 to 02:30 Europe/London",
            "2026-10-25T00:30:00Z",
            "2026-10-25T02:30:00Z",
        ),
        (
            "2018-02-16 23:30 to 2018-02-17 00:30 America/Sao_Paulo",
            "2018-02-17 23:30 to 2018-02-18 00:30 America/Sao_Paulo",
            "2018-02-18T01:30:00Z",
            "2018-02-18T03:30:00Z",
        ),
    ] {
        let shifted = schedule(text).unwrap().shifted(1).unwrap();
        assert_eq!(shifted.to_string(), shown);
        assert_eq!((shifted.starts(), shifted.ends()), (Some(instant(starts)), Some(instant(ends))));
    }
}

/// Between the two passes of an hour there is time; on another day there is none.
#[test]
fn what_only_a_doubled_hour_has_room_for_cannot_be_shifted() {
    let doubled = between("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "Europe/London").unwrap();
    for days in [1, -1, 7] {
        let error = doubled.shifted(days).unwrap_err();
        assert!(matches!(error, ScheduleError::EndNotAfterStart { .. }), "{error}");
    }
}

#[test]
fn what_is_shifted_by_no_day_stays_as_it_was_planned() {
    let second = between("2026-10-25T01:30:00Z", "2026-10-25T01:45:00Z", "Europe/London").unwrap();
    let doubled = between("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "Europe/London").unwrap();
    for planned in [second, doubled] {
        assert_eq!(planned.shifted(0).as_ref(), Ok(&planned));
    }
}

#[test]
fn what_is_shifted_is_looked_up_in_the_tables_of_this_build() {
    let old = Tables::named("1996a").unwrap();
    let times = *exact(&schedule("2026-03-05 14:00 to 15:30 Europe/London").unwrap());
    let shifted = Schedule::Exact(times.with_tables(old)).shifted(1).unwrap();
    assert_eq!(exact(&shifted).tables().name(), Tables::compiled().name());
    assert_ne!(Tables::compiled().name(), "");
}

#[test]
fn nothing_is_shifted_out_of_the_years() {
    for (text, days, wrong) in [
        ("9999-12-31 UTC", 1, 10_000),
        ("1970-01-01 UTC", -1, 1969),
        ("9999-12-30 to 9999-12-31 UTC", 1, 10_000),
        ("1970-01-01 to 1970-01-03 UTC", -2, 1969),
        ("9999-12-30 22:00 to 9999-12-31 01:00 Europe/London", 1, 10_000),
        ("1970-01-02 00:00 to 00:30 Asia/Tokyo", -2, 1969),
    ] {
        let error = schedule(text).unwrap().shifted(days).unwrap_err();
        assert_eq!(error, ScheduleError::YearOutOfRange { year: wrong }, "{text} by {days}");
    }
    for text in ["9999-12-30 UTC", "9999-12-30 22:00 to 23:59 Pacific/Apia"] {
        assert!(schedule(text).unwrap().shifted(1).is_ok(), "{text}");
    }
    for text in ["1970-01-02 Asia/Tokyo", "1970-01-02 00:00 to 00:30 Asia/Tokyo"] {
        assert!(schedule(text).unwrap().shifted(-1).is_ok(), "{text}");
    }
}

/// More days than there are names a year that really is beyond them all.
#[test]
fn shifted_by_more_days_than_there_are_is_an_error() {
    for text in ["2026-03-05 UTC", "2026-03-05 14:00 to 15:30 Europe/London"] {
        for days in [i64::MAX, i64::MIN, i64::MAX / 86_400, 100_000_000, -100_000_000] {
            let Err(ScheduleError::YearOutOfRange { year }) = schedule(text).unwrap().shifted(days) else {
                panic!("{text} by {days}");
            };
            assert!(!(1970..=9999).contains(&year), "{text} by {days}: {year}");
        }
    }
}

/// Days around which some zone's clocks jump, and the ends of the years.
const ODD_DAYS: [&str; 8] = [
    "2026-03-29",
    "2026-10-25",
    "2018-02-17",
    "2018-11-04",
    "2011-12-30",
    "2010-11-07",
    "1970-01-02",
    "9999-12-30",
];

const ODD_ZONES: [&str; 9] = [
    "UTC",
    "Europe/London",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Pacific/Apia",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/New_York",
];

fn any_day() -> impl Strategy<Value = NaiveDate> {
    let odd = (prop::sample::select(&ODD_DAYS[..]), -2_i64..3)
        .prop_map(|(odd, days)| day(odd) + TimeDelta::days(days));
    prop_oneof![odd, (0_i64..2_932_897).prop_map(|days| NaiveDate::default() + TimeDelta::days(days))]
}

fn any_shift() -> impl Strategy<Value = i64> {
    prop_oneof![-5_i64..6, -800_i64..800, -3_000_000_i64..3_000_000, any::<i64>()]
}

fn any_days() -> impl Strategy<Value = Schedule> {
    (any_day(), 0_i64..40, prop::sample::select(&ODD_ZONES[..]))
        .prop_filter_map("days within the years", |(first, more, zone)| {
            Schedule::days(first, first + TimeDelta::days(more), zone).ok()
        })
}

fn any_times() -> impl Strategy<Value = Schedule> {
    let wall = |(day, seconds, second): (NaiveDate, i64, bool)| {
        let wall = day.and_time(NaiveTime::MIN) + TimeDelta::seconds(seconds);
        if second { WallTime::second(wall) } else { WallTime::first(wall) }
    };
    let start = (any_day(), 0_i64..86_400, any::<bool>());
    let length = prop_oneof![0_i64..10_000, 0_i64..300_000];
    (start, length, any::<bool>(), prop::sample::select(&ODD_ZONES[..])).prop_filter_map(
        "times that there are",
        move |((day, seconds, pass), length, last_pass, zone)| {
            let (start, end) = (wall((day, seconds, pass)), wall((day, seconds + length, last_pass)));
            Schedule::exact(start, end, zone).ok()
        },
    )
}

fn walls(schedule: &Schedule) -> (NaiveDateTime, NaiveDateTime) {
    let times = exact(schedule);
    (times.start().wall(), times.end().wall())
}

proptest! {
    #[test]
    fn shifted_days_come_back(days in any_days(), shift in any_shift()) {
        let (first, last) = days.first_and_last_day().unwrap();
        match days.shifted(shift) {
            Ok(shifted) => {
                let moved = |day: NaiveDate| day + TimeDelta::days(shift);
                prop_assert_eq!(shifted.first_and_last_day(), Some((moved(first), moved(last))));
                prop_assert_eq!(shifted.shifted(-shift), Ok(days));
            }
            Err(ScheduleError::YearOutOfRange { year }) => {
                prop_assert!(!(1970..=9999).contains(&year));
                let moved = TimeDelta::try_days(shift)
                    .and_then(|shift| Some((first.checked_add_signed(shift)?, last.checked_add_signed(shift)?)));
                let beyond = |day: NaiveDate| !(1970..=9999).contains(&day.year());
                prop_assert!(moved.is_none_or(|(first, last)| beyond(first) || beyond(last)));
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    /// A doubled hour may come back as its first pass, so it is the clocks on the wall that are compared.
    #[test]
    fn shifted_times_come_back_to_the_same_on_the_wall(times in any_times(), shift in any_shift()) {
        let (start, end) = walls(&times);
        match times.shifted(shift) {
            Ok(shifted) => {
                let days = TimeDelta::days(shift);
                prop_assert_eq!(walls(&shifted), (start + days, end + days));
                prop_assert!(shifted.starts() < shifted.ends());
                prop_assert_eq!(walls(&shifted.shifted(-shift).unwrap()), (start, end));
            }
            Err(ScheduleError::EndNotAfterStart { .. }) => prop_assert!(end <= start, "{}", times),
            Err(ScheduleError::NoSuchTime { wall, .. }) => {
                let days = TimeDelta::days(shift);
                prop_assert!(wall == start + days || wall == end + days);
            }
            Err(ScheduleError::YearOutOfRange { year }) => prop_assert!(!(1970..=9999).contains(&year)),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    /// Whatever can be said by the wall can be said by the instants, pass and all.
    #[test]
    fn the_instants_of_a_schedule_make_it_again(times in any_times()) {
        let (start, end) = (times.starts().unwrap(), times.ends().unwrap());
        let zone = times.zone().unwrap().name();
        prop_assert_eq!(Schedule::between(start, end, zone), Ok(times));
    }
}
