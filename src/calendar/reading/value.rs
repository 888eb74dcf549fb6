//! Values as they stand in a calendar, read.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

/// Stands at both ends of a value that goes to the parser, so that it trims nothing. No value holds it: controls go before.
pub(super) const MARK: char = '\u{1}';

/// A value as it was before it went to the parser.
pub(super) fn unmarked(value: &str) -> &str {
    let value = value.strip_prefix(MARK).unwrap_or(value);
    value.strip_suffix(MARK).unwrap_or(value)
}

/// A text without its escapes (RFC 5545, section 3.3.11). A backslash before anything else stands for itself.
pub(super) fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('n' | 'N') => out.push('\n'),
            Some(escaped @ ('\\' | ',' | ';' | ':' | '"')) => out.push(escaped),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

/// The text of a parameter without its carets (RFC 6868).
pub(super) fn parameter_text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value.chars().peekable();
    while let Some(c) = rest.next() {
        let escaped = match (c, rest.peek()) {
            ('^', Some('n')) => '\n',
            ('^', Some('\'')) => '"',
            ('^', Some('^')) => '^',
            _ => {
                out.push(c);
                continue;
            }
        };
        rest.next();
        out.push(escaped);
    }
    out
}

/// The address in a `mailto:`, in small letters and without its percent signs; `None` where it is none.
pub(super) fn address(uri: &str) -> Option<String> {
    let uri = uri.trim();
    let (scheme, address) = uri.split_at_checked("mailto:".len())?;
    if !scheme.eq_ignore_ascii_case("mailto:") {
        return None;
    }
    let address = address.split('?').next().unwrap_or_default();
    let address = percent_decoded(address)?.trim().to_lowercase();
    address.contains('@').then_some(address)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
        out.push(high * 16 + low);
    }
    String::from_utf8(out).ok()
}

/// A time on a wall or, with a `Z`, an instant (RFC 5545, section 3.3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    Wall(NaiveDateTime),
    Instant(DateTime<Utc>),
    Day(NaiveDate),
}

impl Time {
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(day) = digits(text, 8) {
            return date(day).map(Self::Day);
        }
        let (text, is_utc) = match text.strip_suffix(['Z', 'z']) {
            Some(text) => (text, true),
            None => (text, false),
        };
        let (day, clock) = text.split_once(['T', 't'])?;
        let wall = date(digits(day, 8)?)?.and_time(time(digits(clock, 6)?)?);
        Some(if is_utc { Self::Instant(wall.and_utc()) } else { Self::Wall(wall) })
    }
}

/// A text of so many digits.
fn digits(text: &str, count: usize) -> Option<&str> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

fn number(text: &str, from: usize, to: usize) -> Option<u32> {
    text.get(from..to)?.parse().ok()
}

fn date(text: &str) -> Option<NaiveDate> {
    let year = i32::try_from(number(text, 0, 4)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(text, 4, 6)?, number(text, 6, 8)?)
}

/// A second of 60 is a leap second, which no wall here shows: it is the one before.
fn time(text: &str) -> Option<chrono::NaiveTime> {
    let second = number(text, 4, 6)?;
    let second = if second == 60 { 59 } else { second };
    chrono::NaiveTime::from_hms_opt(number(text, 0, 2)?, number(text, 2, 4)?, second)
}

/// A length of time that is not negative (RFC 5545, section 3.3.6): `PT1H30M`, `P2D`, `P1W`.
pub(super) fn duration(text: &str) -> Option<TimeDelta> {
    let mut rest = text.trim();
    rest = rest.strip_prefix('+').unwrap_or(rest).strip_prefix(['P', 'p'])?;
    let (mut seconds, mut is_time, mut is_empty) = (0_i64, false, true);
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix(['T', 't']).filter(|_| !is_time) {
            (rest, is_time) = (time, true);
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (count, more) = rest.split_at_checked(end)?;
        let unit = more.chars().next()?.to_ascii_uppercase();
        let each = match (unit, is_time) {
            ('W', false) => 604_800,
            ('D', false) => 86_400,
            ('H', true) => 3_600,
            ('M', true) => 60,
            ('S', true) => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(count.parse::<i64>().ok()?.checked_mul(each)?)?;
        rest = more.get(1..)?;
        is_empty = false;
    }
    if is_empty { None } else { TimeDelta::try_seconds(seconds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_their_escapes() {
        assert_eq!(text(r"a\,b\;c\\d\ne\Nf\xg\"), "a,b;c\\d\ne\nf\\xg\\");
        assert_eq!(parameter_text("a^'b^'^^c^nd^x^"), "a\"b\"^c\nd^x^");
    }

    #[test]
    fn addresses_are_told_in_small_letters() {
        assert_eq!(address("MAILTO:Ann%40b@Example.org"), Some("ann@b@example.org".into()));
        assert_eq!(address("mailto:ann@example.org?subject=x"), Some("ann@example.org".into()));
        assert_eq!(address("mailto:%C3%84nn@example.org"), Some("änn@example.org".into()));
        for odd in
            ["", "mailto:", "mailto:ann", "invalid:nomail", "mailto:%4", "mailto:%zz@b", "mailto:%ff@b", "é"]
        {
            assert_eq!(address(odd), None, "{odd}");
        }
    }

    #[test]
    fn times_are_read() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 5).unwrap();
        let wall = day.and_hms_opt(14, 0, 59).unwrap();
        assert_eq!(Time::read("20260305"), Some(Time::Day(day)));
        assert_eq!(Time::read("20260305T140059"), Some(Time::Wall(wall)));
        assert_eq!(Time::read("20260305T140060Z"), Some(Time::Instant(wall.and_utc())));
        for odd in [
            "",
            "2026",
            "20261305",
            "20260305T",
            "20260305T250000",
            "+2026030",
            "20260305T14005é",
            "2026-03-05",
        ] {
            assert_eq!(Time::read(odd), None, "{odd}");
        }
    }

    #[test]
    fn lengths_are_read() {
        let seconds = |text: &str| duration(text).map(|length| length.num_seconds());
        assert_eq!(seconds("PT1H30M"), Some(5_400));
        assert_eq!(seconds("P1W"), Some(604_800));
        assert_eq!(seconds("+P1DT2S"), Some(86_402));
        for odd in [
            "",
            "P",
            "PT",
            "-PT1H",
            "PT1D",
            "P1H",
            "PTT1H",
            "P1",
            "PT99999999999999999999S",
            "P9999999999999W",
            "PTé",
        ] {
            assert_eq!(seconds(odd), None, "{odd}");
        }
    }
}
