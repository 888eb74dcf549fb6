//! Time zones as calendars carry them: VTIMEZONE (RFC 5545, section 3.6.5), TZID (3.2.19), TZOFFSETFROM and TZOFFSETTO
//! (3.8.3.3, 3.8.3.4), yearly rules (3.3.10), local times with a zone and times in UTC (3.3.5).
//!
//! The zone table answers one question, "what is the offset now?", so the changes are found by asking it every
//! two days and halving the distance where the answer differs.

use chrono::{DateTime, Datelike, NaiveDateTime, NaiveTime, Utc, Weekday};

use super::line::Lines;
use crate::schedule::{self, CompiledRules, Moment, TimeSpan, Zone, ZoneRules};

const STEP: i64 = 2 * 24 * 60 * 60;
/// For how many years after the last entry a rule must hold before it is written as one.
const CONFIRMED_YEARS: i32 = 5;

/// The names of zones that are UTC, and so need no rules: their times are written with a `Z`.
const UTC_NAMES: [&str; 8] =
    ["UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"];

/// The clocks of all zones that a calendar's entries use, by name.
#[derive(Debug)]
pub(super) struct Zones<'r> {
    rules: &'r dyn ZoneRules,
    clocks: Vec<Clocks>,
}

/// The years for which each zone's rules are wanted.
#[derive(Debug, Default)]
pub(super) struct Wanted(Vec<(Zone, i32, i32)>);

impl Wanted {
    pub(super) fn note(&mut self, times: &TimeSpan) {
        let zone = times.zone();
        let (first, last) = (times.start().wall().year(), times.end().wall().year());
        // Clocks put back over New Year can show an end in the year before its start.
        let (first, last) = (first.min(last), first.max(last));
        match self.0.iter_mut().find(|(known, ..)| *known == zone) {
            Some((_, from, to)) => (*from, *to) = (first.min(*from), last.max(*to)),
            None if UTC_NAMES.contains(&zone.name()) => {}
            None => self.0.push((zone, first, last)),
        }
    }

    pub(super) fn look_up(mut self, rules: &dyn ZoneRules) -> Zones<'_> {
        self.0.sort_unstable_by_key(|(zone, ..)| zone.name());
        let clocks = self.0.into_iter().map(|(zone, first, last)| Clocks::new(rules, zone, first, last));
        Zones { rules, clocks: clocks.collect() }
    }
}

/// No zone: times would be written in UTC.
impl Default for Zones<'_> {
    fn default() -> Self {
        Self { rules: &CompiledRules, clocks: Vec::new() }
    }
}

impl<'r> Zones<'r> {
    /// The zone of a calendar with a single entry, in a form that every reader gets right.
    ///
    /// Where the clocks keep no yearly rule, Outlook takes the STANDARD that begins last for the only one. So then there
    /// is but one, with the offset of the entry. An entry that has two is written in UTC.
    pub(super) fn of_one(times: &TimeSpan, rules: &'r dyn ZoneRules) -> Self {
        let mut wanted = Wanted::default();
        wanted.note(times);
        let mut zones = wanted.look_up(rules);
        let (start, end) = (times.start().offset_seconds(), times.end().offset_seconds());
        for clocks in zones.clocks.iter_mut().filter(|clocks| clocks.yearly().is_none()) {
            if start == end && clocks.tells(times.start()) && clocks.tells(times.end()) {
                (clocks.before, clocks.changes) = (start, Vec::new());
            }
        }
        zones.clocks.retain(|clocks| clocks.changes.is_empty() || clocks.yearly().is_some());
        zones
    }

    pub(super) fn write(&self, lines: &mut Lines) {
        for clocks in &self.clocks {
            clocks.write(lines, self.rules);
        }
    }

    /// Whether a reader who has the zone's rules finds both times again when they are given as wall times.
    ///
    /// They do not in the second pass of a doubled hour, nor when the zone table has changed since the times were
    /// planned. Then the instants are the truth, and both are to be written in UTC.
    pub(super) fn tell(&self, times: &TimeSpan) -> bool {
        let zone = times.zone();
        let clocks = self.clocks.iter().find(|clocks| clocks.zone == zone);
        clocks.is_some_and(|clocks| clocks.tells(times.start()) && clocks.tells(times.end()))
    }
}

/// A calendar must hold some component, so an empty one holds this.
pub(super) fn write_utc(lines: &mut Lines) {
    lines.line("BEGIN:VTIMEZONE");
    lines.line("TZID:UTC");
    write_observance(lines, &Observance::ever(0, 0), Some("UTC"));
    lines.line("END:VTIMEZONE");
}

/// The clocks' changes in one zone over some years.
#[derive(Debug)]
struct Clocks {
    zone: Zone,
    first_year: i32,
    last_year: i32,
    /// Where the search for changes began, in seconds since 1970.
    begin: i64,
    /// The offset before the first change.
    before: i32,
    changes: Vec<Change>,
}

/// Clocks put forward or back.
#[derive(Clone, Copy, Debug)]
struct Change {
    /// The first second with the new offset, in seconds since 1970.
    at: i64,
    from: i32,
    to: i32,
}

impl Clocks {
    fn new(rules: &dyn ZoneRules, zone: Zone, first_year: i32, last_year: i32) -> Self {
        // A wall can show the last year when UTC is some hours further, hence a step more.
        let begin = new_year(first_year.saturating_sub(1).max(1970));
        let look_until = last_year.min(rules.last_year()).saturating_add(CONFIRMED_YEARS + 1);
        let end = new_year(look_until).saturating_add(STEP);
        let asked = |at| offset_at(rules, zone, at);
        let (before, changes) = (asked(begin), find_changes(asked, begin, end));
        Self { zone, first_year, last_year, begin, before, changes }
    }

    fn tells(&self, moment: Moment) -> bool {
        let instant = moment.wall().and_utc().timestamp() - i64::from(moment.offset_seconds());
        let in_range = (self.first_year..=self.last_year).contains(&moment.wall().year());
        let passed = self.changes.partition_point(|change| change.at <= instant);
        let last = passed.checked_sub(1).and_then(|index| self.changes.get(index));
        let offset = last.map_or(self.before, |change| change.to);
        let second_pass = last.is_some_and(|change| instant < change.at + i64::from(change.from - change.to));
        in_range && offset == moment.offset_seconds() && !second_pass
    }

    fn write(&self, lines: &mut Lines, rules: &dyn ZoneRules) {
        lines.line("BEGIN:VTIMEZONE");
        lines.property("TZID:", self.zone.name());
        for observance in self.observances() {
            let name = rules.name_at(self.zone, instant(observance.at));
            write_observance(lines, &observance, name.as_deref());
        }
        lines.line("END:VTIMEZONE");
    }

    /// Some readers heed neither RDATE nor UNTIL, so each change without a rule gets an observance of its own.
    fn observances(&self) -> Vec<Observance> {
        if let Some(rules) = self.yearly() {
            return rules.to_vec();
        }
        let wanted = self.changes.iter().filter(|change| change.wall().year() <= self.last_year);
        let ever = Observance::ever(self.before, self.begin);
        std::iter::once(ever).chain(wanted.map(|change| change.observance(None))).collect()
    }

    /// The two rules of the zone's year, where it has two and keeps them.
    fn yearly(&self) -> Option<[Observance; 2]> {
        let years = self.first_year.saturating_sub(1)..=self.last_year.saturating_add(CONFIRMED_YEARS);
        let pairs: Vec<[Change; 2]> = self.changes.as_chunks().0.to_vec();
        let one_pair_a_year = self.changes.len() == pairs.len() * 2
            && pairs
                .iter()
                .flat_map(|pair| pair.map(|change| change.wall().year()))
                .eq(years.flat_map(|year| [year; 2]));
        if !one_pair_a_year {
            return None;
        }
        let first = yearly_rule(pairs.iter().map(|[first, _]| *first))?;
        let second = yearly_rule(pairs.iter().map(|[_, second]| *second))?;
        Some([first, second])
    }
}

impl Change {
    /// What the clocks showed when they were moved.
    fn wall(self) -> NaiveDateTime {
        wall_at(self.at, self.from)
    }

    fn day(self) -> YearlyDay {
        let wall = self.wall();
        YearlyDay { month: wall.month(), weekday: wall.weekday(), week: Week::Nth(wall.day().div_ceil(7)) }
    }

    fn is_in_last_week(self) -> bool {
        let date = self.wall().date();
        date.checked_add_days(chrono::Days::new(7)).is_none_or(|later| later.month() != date.month())
    }

    fn observance(self, yearly: Option<YearlyDay>) -> Observance {
        Observance {
            // The names mislead in Dublin and Casablanca; clocks put forward do not.
            daylight: self.to > self.from,
            begins: self.wall(),
            from: self.from,
            to: self.to,
            at: self.at,
            yearly,
        }
    }
}

/// The rule that all these changes keep, if there is one.
fn yearly_rule(mut changes: impl Iterator<Item = Change> + Clone) -> Option<Observance> {
    let all = changes.clone();
    let first = changes.next()?;
    let (day, clock) = (first.day(), first.wall().time());
    let same = all.clone().all(|change| {
        let same_day = (change.day().month, change.day().weekday) == (day.month, day.weekday);
        same_day && change.wall().time() == clock && (change.from, change.to) == (first.from, first.to)
    });
    if !same {
        return None;
    }
    if all.clone().all(Change::is_in_last_week) {
        return Some(first.observance(Some(YearlyDay { week: Week::Last, ..day })));
    }
    all.clone().all(|change| change.day().week == day.week).then(|| first.observance(Some(day)))
}

/// One STANDARD or DAYLIGHT part.
#[derive(Clone, Copy, Debug)]
struct Observance {
    daylight: bool,
    begins: NaiveDateTime,
    from: i32,
    to: i32,
    /// A second at which its name is in use.
    at: i64,
    yearly: Option<YearlyDay>,
}

impl Observance {
    /// One offset, from before any entry.
    fn ever(offset: i32, at: i64) -> Self {
        let begins = DateTime::<Utc>::UNIX_EPOCH.naive_utc();
        Self { daylight: false, begins, from: offset, to: offset, at, yearly: None }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct YearlyDay {
    month: u32,
    weekday: Weekday,
    week: Week,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Week {
    Nth(u32),
    Last,
}

fn write_observance(lines: &mut Lines, observance: &Observance, name: Option<&str>) {
    let kind = if observance.daylight { "DAYLIGHT" } else { "STANDARD" };
    lines.property("BEGIN:", kind);
    lines.short("DTSTART:");
    lines.wall(observance.begins);
    lines.break_line();
    lines.short("TZOFFSETFROM:");
    lines.offset(observance.from);
    lines.break_line();
    lines.short("TZOFFSETTO:");
    lines.offset(observance.to);
    lines.break_line();
    if let Some(name) = name {
        lines.text_property("TZNAME:", name);
    }
    if let Some(day) = observance.yearly {
        write_yearly(lines, day);
    }
    lines.property("END:", kind);
}

fn write_yearly(lines: &mut Lines, day: YearlyDay) {
    lines.short("RRULE:FREQ=YEARLY;BYMONTH=");
    lines.number(day.month);
    lines.short(";BYDAY=");
    match day.week {
        Week::Nth(week) => lines.number(week),
        Week::Last => lines.short("-1"),
    }
    lines.short(match day.weekday {
        Weekday::Mon => "MO",
        Weekday::Tue => "TU",
        Weekday::Wed => "WE",
        Weekday::Thu => "TH",
        Weekday::Fri => "FR",
        Weekday::Sat => "SA",
        Weekday::Sun => "SU",
    });
    lines.break_line();
}

fn find_changes(asked: impl Fn(i64) -> i32 + Copy, begin: i64, end: i64) -> Vec<Change> {
    let mut changes = Vec::new();
    let (mut now, mut from) = (begin, asked(begin));
    while now < end {
        let next = now.saturating_add(STEP);
        if asked(next) == from {
            now = next;
            continue;
        }
        now = first_other(asked, from, now, next);
        let to = asked(now);
        changes.push(Change { at: now, from, to });
        from = to;
    }
    changes
}

/// The first second at which the offset differs, given a second at which it does not and one at which it does.
fn first_other(asked: impl Fn(i64) -> i32, offset: i32, mut same: i64, mut other: i64) -> i64 {
    while other - same > 1 {
        let middle = same.midpoint(other);
        if asked(middle) == offset {
            same = middle;
        } else {
            other = middle;
        }
    }
    other
}

fn offset_at(rules: &dyn ZoneRules, zone: Zone, at: i64) -> i32 {
    schedule::offset_at(rules, zone, instant(at))
}

fn instant(at: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(at, 0).unwrap_or_default()
}

fn wall_at(at: i64, offset: i32) -> NaiveDateTime {
    DateTime::from_timestamp(at.saturating_add(i64::from(offset)), 0).unwrap_or_default().naive_utc()
}

fn new_year(year: i32) -> i64 {
    let day = chrono::NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    day.and_time(NaiveTime::MIN).and_utc().timestamp()
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, TimeDelta};

    use super::*;
    use crate::schedule::{Schedule, WallTime};

    fn rules(zone: &str, first_year: i32, last_year: i32) -> Clocks {
        Clocks::new(&CompiledRules, Zone::named(zone).unwrap(), first_year, last_year)
    }

    fn written(clocks: &Clocks) -> String {
        let mut lines = Lines::default();
        clocks.write(&mut lines, &CompiledRules);
        lines.as_str().replace("\r\n", "\n")
    }

    #[test]
    fn two_regular_changes_a_year_are_two_rules() {
        assert_eq!(
            written(&rules("Europe/London", 2026, 2026)),
            "BEGIN:VTIMEZONE\nTZID:Europe/London\n\
             BEGIN:DAYLIGHT\nDTSTART:20250330T010000\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100\nTZNAME:BST\n\
             RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\n\
             BEGIN:STANDARD\nDTSTART:20251026T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0000\nTZNAME:GMT\n\
             RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nEND:VTIMEZONE\n"
        );
        assert!(written(&rules("America/New_York", 2026, 2040)).contains("BYMONTH=3;BYDAY=2SU\n"));
    }

    #[test]
    fn no_change_is_one_observance() {
        assert_eq!(
            written(&rules("Asia/Kathmandu", 2026, 2026)),
            "BEGIN:VTIMEZONE\nTZID:Asia/Kathmandu\nBEGIN:STANDARD\nDTSTART:19700101T000000\n\
             TZOFFSETFROM:+0545\nTZOFFSETTO:+0545\nEND:STANDARD\nEND:VTIMEZONE\n"
        );
    }

    #[test]
    fn irregular_changes_are_given_one_by_one() {
        let text = written(&rules("Africa/Casablanca", 2026, 2027));
        assert!(!text.contains("RRULE") && !text.contains("RDATE"), "{text}");
        // Two changes a year around Ramadan, from 2025 to 2027, and the offset before them.
        assert_eq!(text.matches("BEGIN:").count(), 1 + 6 + 1);
    }

    /// In Dublin winter time has the negative saving; the clocks that readers know go by the larger offset.
    #[test]
    fn the_larger_offset_is_daylight() {
        let text = written(&rules("Europe/Dublin", 2026, 2026));
        assert!(
            text.contains("BEGIN:DAYLIGHT\nDTSTART:20250330T010000\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100\n")
        );
    }

    #[test]
    fn a_rule_that_is_about_to_end_is_no_rule() {
        assert!(rules("Europe/London", 2026, 2090).yearly().is_some());
        assert!(
            rules("Europe/London", 2026, CompiledRules.last_year() - CONFIRMED_YEARS + 1).yearly().is_none()
        );
    }

    #[test]
    fn the_second_pass_of_a_doubled_hour_is_not_told_by_the_wall() {
        let at = |hour, minute| {
            NaiveDate::from_ymd_opt(2026, 10, 25).unwrap().and_hms_opt(hour, minute, 0).unwrap()
        };
        let rules = rules("Europe/London", 2026, 2026);
        let start = |wall: WallTime| match Schedule::exact(wall, at(4, 0), "Europe/London").unwrap() {
            Schedule::Exact(times) => times.start(),
            Schedule::ToBeConfirmed { .. } | Schedule::DateOnly(_) => panic!("times were asked for"),
        };
        assert!(rules.tells(start(WallTime::first(at(1, 0)))));
        assert!(rules.tells(start(WallTime::first(at(1, 59)))));
        assert!(!rules.tells(start(WallTime::second(at(1, 0)))));
        assert!(!rules.tells(start(WallTime::second(at(1, 59)))));
        assert!(rules.tells(start(at(2, 0).into())));
    }

    /// A newer table may have moved a zone since the offset was recorded.
    #[test]
    fn another_offset_or_year_than_the_rules_know_is_not_told() {
        let rules = rules("Europe/London", 2026, 2026);
        let noon = NaiveDate::from_ymd_opt(2026, 7, 1).unwrap().and_hms_opt(12, 0, 0).unwrap();
        assert!(rules.tells(Moment::from_parts(noon, 3600)));
        assert!(!rules.tells(Moment::from_parts(noon, 0)));
        assert!(!rules.tells(Moment::from_parts(noon - TimeDelta::days(366), 3600)));
    }

    #[test]
    fn the_table_knows_no_change_after_the_last_known_year() {
        for tz in chrono_tz::TZ_VARIANTS {
            let zone = Zone::named(tz.name()).unwrap();
            let begin = new_year(CompiledRules.last_year() + 1);
            let offset = offset_at(&CompiledRules, zone, begin);
            let weeks = (0..100 * 52).map(|week| begin + week * 7 * 86_400);
            assert!(weeks.into_iter().all(|at| offset_at(&CompiledRules, zone, at) == offset), "{zone}");
        }
    }
}
