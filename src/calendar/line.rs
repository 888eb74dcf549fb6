//! Content lines: escaped, folded and ended (RFC 5545, sections 3.1 and 3.3.11; RFC 6868).

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc};
use uuid::Uuid;

use super::geo::Millionths;

/// The longest line, in octets, with the blank of a fold and without the line break.
const LONGEST_LINE: usize = 75;

/// Lines of a calendar, collected until somebody takes them. What is put in is text, so what is taken out is UTF-8.
#[derive(Debug, Default)]
pub(super) struct Lines {
    out: Vec<u8>,
    line_start: usize,
}

impl Lines {
    /// What has been written since the last [`clear`](Self::clear): whole lines only, if every begun one was ended.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.out
    }

    /// The same as text.
    pub(super) fn as_str(&self) -> &str {
        str::from_utf8(&self.out).unwrap_or_default()
    }

    pub(super) fn clear(&mut self) {
        self.out.clear();
        self.line_start = 0;
    }

    /// A whole line that is too short to be folded, and needs neither escaping nor trimming.
    #[inline]
    pub(super) fn line(&mut self, line: &'static str) {
        self.short(line);
        self.break_line();
    }

    /// A property whose value is written as it stands: a keyword, a checked address.
    pub(super) fn property(&mut self, head: &'static str, value: &str) {
        self.short(head);
        self.plain(value);
        self.break_line();
    }

    /// A property whose value is free text.
    pub(super) fn text_property(&mut self, head: &'static str, text: &str) {
        self.short(head);
        self.text(text);
        self.end();
    }

    pub(super) fn uid_property(&mut self, head: &'static str, uid: Uuid) {
        self.short(head);
        self.out.extend_from_slice(uid.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
        self.break_line();
    }

    pub(super) fn number_property(&mut self, head: &'static str, number: u32) {
        self.short(head);
        self.number(number);
        self.break_line();
    }

    pub(super) fn instant_property(&mut self, head: &'static str, instant: DateTime<Utc>) {
        self.stamp_property(head, Stamp::of(instant));
    }

    /// A property whose value is an instant that was spelt before.
    #[inline]
    pub(super) fn stamp_property(&mut self, head: &'static str, stamp: Stamp) {
        self.short(head);
        self.out.extend_from_slice(&stamp.0);
        self.break_line();
    }

    /// A few characters where there is room for them in any case: at the beginning of a line.
    #[inline]
    pub(super) fn short(&mut self, text: &'static str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Characters that mean themselves. Folds where the line is full: by octets, and between characters (RFC 5545, 3.1).
    #[inline]
    pub(super) fn plain(&mut self, text: &str) {
        if text.len() > self.room() {
            self.plain_over_lines(text);
        } else {
            self.out.extend_from_slice(text.as_bytes());
        }
    }

    fn plain_over_lines(&mut self, text: &str) {
        let mut rest = text;
        while rest.len() > self.room() {
            let (fits, more) = rest.split_at(rest.floor_char_boundary(self.room()));
            self.out.extend_from_slice(fits.as_bytes());
            self.fold();
            rest = more;
        }
        self.out.extend_from_slice(rest.as_bytes());
    }

    /// Free text: escaped, every kind of line break as `\n`, other control characters left out (RFC 5545, 3.3.11).
    pub(super) fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((plain, special, after)) = split_at(rest, is_special_in_text) {
            self.plain(plain);
            match special {
                '\\' => self.unit("\\\\"),
                ',' => self.unit("\\,"),
                ';' => self.unit("\\;"),
                _ if is_line_break(special) => self.unit("\\n"),
                _ => {}
            }
            rest = after_break(special, after);
        }
        self.plain(rest);
    }

    /// What parts two texts within one value.
    pub(super) fn comma(&mut self) {
        self.unit("\\,");
        self.plain(" ");
    }

    /// A parameter with free text, always quoted, with carets for what quotes cannot hold (RFC 6868).
    ///
    /// Backslashes are left out. They mean nothing in a parameter, yet some readers undo `\,` and `\n` there, and libical takes
    /// one before the closing quote for an escape, and the rest of the line for the text.
    pub(super) fn text_parameter(&mut self, head: &str, text: &str) {
        self.plain(head);
        self.unit("\"");
        let mut rest = text;
        while let Some((plain, special, after)) = split_at(rest, is_special_in_parameter) {
            self.plain(plain);
            match special {
                '^' => self.unit("^^"),
                '"' => self.unit("^'"),
                _ if is_line_break(special) => self.unit("^n"),
                _ => {}
            }
            rest = after_break(special, after);
        }
        self.plain(rest);
        self.unit("\"");
    }

    /// A day (RFC 5545, 3.3.4): `20260305`. The year is held within 0 to 9999, as the format has four digits for it.
    pub(super) fn date(&mut self, date: NaiveDate) {
        self.digits(&date_digits(date));
    }

    /// A time on a wall (RFC 5545, 3.3.5): `20260305T140000`.
    pub(super) fn wall(&mut self, wall: NaiveDateTime) {
        self.digits(&wall_digits(wall));
    }

    /// A number, without leading zeros.
    pub(super) fn number(&mut self, number: u32) {
        if number < 10 {
            return self.digits(&[digit(number)]);
        }
        let digits = [
            number / 1_000_000_000,
            number / 100_000_000,
            number / 10_000_000,
            number / 1_000_000,
            number / 100_000,
            number / 10_000,
            number / 1_000,
            number / 100,
            number / 10,
            number,
        ]
        .map(digit);
        let zeros = digits.iter().take(9).take_while(|digit| **digit == b'0').count();
        self.digits(digits.get(zeros..).unwrap_or_default());
    }

    /// Three bytes, as colours are written: `00FF7F`.
    pub(super) fn hexadecimal(&mut self, number: u32) {
        let digits = [20, 16, 12, 8, 4, 0].map(|shift| {
            let digit = u8::try_from(number >> shift & 0xF).unwrap_or_default();
            if digit < 10 { b'0' + digit } else { b'A' + digit - 10 }
        });
        self.digits(&digits);
    }

    /// Degrees with all six decimals (RFC 5545, section 3.8.1.6): `-0.082400`.
    pub(super) fn degrees(&mut self, degrees: Millionths) {
        if degrees.is_negative {
            self.unit("-");
        }
        self.number(degrees.whole);
        self.unit(".");
        self.digits(&degrees.decimals().map(digit));
    }

    /// A distance from UTC, as zones give it (RFC 5545, 3.3.14): `+0100`, `-004430`.
    pub(super) fn offset(&mut self, seconds: i32) {
        let distance = seconds.unsigned_abs();
        self.short(if seconds < 0 { "-" } else { "+" });
        self.digits(&two(distance / 3600));
        self.digits(&two(distance / 60 % 60));
        if !distance.is_multiple_of(60) {
            self.digits(&two(distance % 60));
        }
    }

    /// Ends a line that holds free text.
    ///
    /// Blanks at its end go: some readers drop them anyway, and a last continuation made of nothing else makes
    /// others refuse the whole calendar. A property begins with its name, so this never reaches the line before.
    pub(super) fn end(&mut self) {
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let blanks = self.out.iter().rev().take_while(|byte| is_blank(byte)).count();
        self.out.truncate(self.out.len().saturating_sub(blanks));
        self.break_line();
    }

    /// Ends a line that holds none.
    #[inline]
    pub(super) fn break_line(&mut self) {
        self.out.extend_from_slice(b"\r\n");
        self.line_start = self.out.len();
    }

    /// Characters that stay together.
    #[inline]
    fn unit(&mut self, unit: &'static str) {
        if unit.len() > self.room() {
            self.fold();
        }
        self.short(unit);
    }

    /// Digits that stay together.
    #[inline]
    fn digits(&mut self, ascii: &[u8]) {
        if ascii.len() > self.room() {
            self.fold();
        }
        self.out.extend_from_slice(ascii);
    }

    #[inline]
    fn room(&self) -> usize {
        LONGEST_LINE.saturating_sub(self.out.len().saturating_sub(self.line_start))
    }

    /// Goes on in a new line. A full line of blanks is given up instead: a reader may take it for an empty one.
    fn fold(&mut self) {
        if self.line_is_blank() {
            self.out.truncate(self.line_start.saturating_add(1));
            return;
        }
        self.break_line();
        self.short(" ");
    }

    fn line_is_blank(&self) -> bool {
        let line = self.out.get(self.line_start..).unwrap_or_default();
        !line.is_empty() && line.iter().all(|byte| matches!(byte, b' ' | b'\t'))
    }
}

/// An instant as it is written (RFC 5545, 3.3.5): `20260305T140000Z`. An entry has the same more than once.
#[derive(Clone, Copy)]
pub(super) struct Stamp([u8; 16]);

impl Stamp {
    pub(super) fn of(instant: DateTime<Utc>) -> Self {
        let mut stamp = [b'Z'; 16];
        stamp.iter_mut().zip(wall_digits(instant.naive_utc())).for_each(|(place, digit)| *place = digit);
        Self(stamp)
    }
}

fn split_at(text: &str, special: impl Fn(char) -> bool) -> Option<(&str, char, &str)> {
    let (plain, rest) = text.split_at_checked(find(text, special)?)?;
    let mut rest = rest.chars();
    let special = rest.next()?;
    Some((plain, special, rest.as_str()))
}

/// Where the first special character is. The few bytes that can begin one are looked for first: texts are long and
/// special characters are rare.
fn find(text: &str, special: impl Fn(char) -> bool) -> Option<usize> {
    let mut calm = 0;
    loop {
        let rest = text.get(calm..)?;
        let at = first_suspect(rest.as_bytes())?;
        let suspect = rest.get(at..)?.chars().next()?;
        if special(suspect) {
            return Some(calm + at);
        }
        calm += at + suspect.len_utf8();
    }
}

/// In blocks without an early way out, which the compiler turns into wide instructions.
fn first_suspect(bytes: &[u8]) -> Option<usize> {
    let (blocks, _) = bytes.as_chunks::<16>();
    let is_calm = |block: &&[u8; 16]| !block.iter().fold(false, |seen, byte| seen | is_suspect(*byte));
    let calm = blocks.iter().take_while(is_calm).count() * 16;
    let is_marked = |byte: &u8| SUSPECTS.get(usize::from(*byte)).copied().unwrap_or_default();
    let at = bytes.get(calm..)?.iter().position(is_marked)?;
    Some(calm + at)
}

/// Every byte by its number, and whether it is suspect: quicker than asking for a single one.
const SUSPECTS: [bool; 256] = {
    let mut marks = [false; 256];
    let (mut rest, mut byte): (&mut [bool], u8) = (&mut marks, 0);
    while let [mark, more @ ..] = rest {
        *mark = is_suspect(byte);
        (rest, byte) = (more, byte.wrapping_add(1));
    }
    marks
};

/// The bytes that begin a character that either escape cares for, and some that do not.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "`||` or a `match` keeps the compiler from wide instructions"
)]
const fn is_suspect(byte: u8) -> bool {
    (byte < 0x20)
        | (byte == b',')
        | (byte == b';')
        | (byte == b'\\')
        | (byte == b'"')
        | (byte == b'^')
        | (byte == 0x7F)
        | (byte & 0xDF == 0xC2) // or 0xE2
        | (byte == 0xEF)
}

fn after_break(special: char, after: &str) -> &str {
    if special == '\r' { after.strip_prefix('\n').unwrap_or(after) } else { after }
}

fn is_special_in_text(c: char) -> bool {
    matches!(c, '\\' | ',' | ';') || is_unwritable(c)
}

fn is_special_in_parameter(c: char) -> bool {
    matches!(c, '^' | '"' | '\\') || is_unwritable(c)
}

/// Controls and what some readers take for a line break. A tab is a blank, and stays.
fn is_unwritable(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\n'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn digit(number: u32) -> u8 {
    b'0' + u8::try_from(number % 10).unwrap_or_default()
}

fn two(number: u32) -> [u8; 2] {
    [digit(number / 10), digit(number)]
}

fn date_digits(date: NaiveDate) -> [u8; 8] {
    let year = u32::try_from(date.year()).unwrap_or_default().min(9999);
    let [century, [y1, y0]] = [two(year / 100), two(year)];
    let ([y3, y2], [m1, m0], [d1, d0]) = (century, two(date.month()), two(date.day()));
    [y3, y2, y1, y0, m1, m0, d1, d0]
}

fn wall_digits(wall: NaiveDateTime) -> [u8; 15] {
    let [y3, y2, y1, y0, m1, m0, d1, d0] = date_digits(wall.date());
    let ([h1, h0], [n1, n0], [s1, s0]) = (two(wall.hour()), two(wall.minute()), two(wall.second()));
    [y3, y2, y1, y0, m1, m0, d1, d0, b'T', h1, h0, n1, n0, s1, s0]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> String {
        let mut lines = Lines::default();
        lines.text_property("X:", text);
        lines.as_str().to_owned()
    }

    fn written(write: impl FnOnce(&mut Lines)) -> String {
        let mut lines = Lines::default();
        write(&mut lines);
        lines.as_str().to_owned()
    }

    #[test]
    fn text_is_escaped_and_breaks_become_n() {
        assert_eq!(text("a,b;c\\d"), "X:a\\,b\\;c\\\\d\r\n");
        assert_eq!(
            text("1\r\n2\r3\n4\u{85}5\u{2028}6\u{2029}7\n\r8"),
            "X:1\\n2\\n3\\n4\\n5\\n6\\n7\\n\\n8\r\n"
        );
        assert_eq!(text("a\0b\u{7}c\u{7f}d\u{9c}e\u{feff}f\tg"), "X:abcdef\tg\r\n");
        assert_eq!(text(""), "X:\r\n");
    }

    #[test]
    fn a_line_break_cannot_smuggle_a_property_in() {
        assert_eq!(text("Talk\r\nATTENDEE:mailto:x"), "X:Talk\\nATTENDEE:mailto:x\r\n");
    }

    #[test]
    fn parameters_are_quoted_with_carets() {
        let parameter = |value: &str| {
            written(|lines| {
                lines.plain("X");
                lines.text_parameter(";LABEL=", value);
            })
        };
        assert_eq!(parameter("a \"b\"^\r\nc:;,\u{1}"), "X;LABEL=\"a ^'b^'^^^nc:;,\"");
        assert_eq!(parameter("O\\'Neil \\n\\"), "X;LABEL=\"O'Neil n\"");
        assert_eq!(parameter(""), "X;LABEL=\"\"");
    }

    #[test]
    fn a_line_of_75_stays_whole_and_of_76_is_folded() {
        assert_eq!(text(&"a".repeat(73)), format!("X:{}\r\n", "a".repeat(73)));
        assert_eq!(text(&"a".repeat(74)), format!("X:{}\r\n a\r\n", "a".repeat(73)));
    }

    #[test]
    fn a_fold_never_parts_a_backslash_from_its_character() {
        assert_eq!(text(&format!("{},b", "a".repeat(72))), format!("X:{}\r\n \\,b\r\n", "a".repeat(72)));
        assert_eq!(text(&format!("{}\nb", "a".repeat(72))), format!("X:{}\r\n \\nb\r\n", "a".repeat(72)));
    }

    #[test]
    fn blanks_never_make_a_line_of_their_own() {
        for run in [1, 60, 72, 73, 74, 75, 148, 149, 500] {
            let blanks = " ".repeat(run);
            for value in [blanks.clone(), format!("a{blanks}"), format!("a{blanks}b"), format!("a{blanks},é")]
            {
                let written = text(&value);
                for line in written.strip_suffix("\r\n").unwrap().split("\r\n") {
                    assert!(!line.trim().is_empty(), "{value:?} gave {written:?}");
                }
            }
        }
    }

    #[test]
    fn numbers_offsets_and_times() {
        for number in [0, 7, 10, 999, 1_000_000_007, u32::MAX] {
            assert_eq!(written(|lines| lines.number(number)), number.to_string());
        }
        for (seconds, shown) in
            [(0, "+0000"), (3600, "+0100"), (-12600, "-0330"), (-2670, "-004430"), (50400, "+1400")]
        {
            assert_eq!(written(|lines| lines.offset(seconds)), shown);
        }
        let wall = NaiveDate::from_ymd_opt(2026, 3, 5).unwrap().and_hms_opt(14, 9, 59).unwrap();
        assert_eq!(written(|lines| lines.instant_property("X:", wall.and_utc())), "X:20260305T140959Z\r\n");
        assert_eq!(written(|lines| lines.date(NaiveDate::MAX)).len(), 8);
    }

    /// Every character that needs care begins with a suspect byte, and is found behind any others.
    #[test]
    fn no_special_character_is_missed() {
        for c in ('\0'..=char::MAX).filter(|c| is_special_in_text(*c) || is_special_in_parameter(*c)) {
            let mut bytes = [0; 4];
            assert!(is_suspect(c.encode_utf8(&mut bytes).as_bytes()[0]), "{c:?}");
        }
        for before in 0..40 {
            let text = format!("{}©,", "a".repeat(before));
            assert_eq!(find(&text, is_special_in_text), Some(before + 2));
            assert_eq!(find(&text, is_special_in_parameter), None);
        }
    }

    proptest! {
        #[test]
        fn lines_are_short_whole_and_never_empty(value in "(\\PC|[ \t,;\\\\\r\n\u{85}\u{2028}é😀\u{0}-\u{1f}]){0,300}") {
            let written = text(&value);
            let body = written.strip_suffix("\r\n").unwrap();
            for line in body.split("\r\n") {
                prop_assert!(line.len() <= LONGEST_LINE);
                prop_assert!(!line.trim().is_empty());
                prop_assert!(!line.contains(['\r', '\n']));
                // An odd run of backslashes at the end would have been cut from what it escapes.
                let backslashes = line.len() - line.trim_end_matches('\\').len();
                prop_assert!(backslashes.is_multiple_of(2), "{line:?}");
            }
        }
    }
}
