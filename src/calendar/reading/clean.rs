//! A text made fit for the parser.
//!
//! The parser loses blanks before a fold and colons at the front of a value, goes on reading where a part ends that is not
//! open, stops in silence at bytes that are not UTF-8, refuses a byte order mark and parts that it does not know, takes ten
//! values for a parameter, and needs time that grows with the square of the parameters of a line. So lines are unfolded here,
//! parts are matched, limits are held, names are upper-cased and parameters quoted; each value stands between two marks.

use std::collections::BTreeSet;

use super::Unreadable;
use super::value::MARK;

const LONGEST: usize = 1024 * 1024;
const LONGEST_LINE: usize = 64 * 1024;
const MOST_PARAMETERS: usize = 64;
/// As many as the parser takes.
const MOST_VALUES: usize = 10;
const DEEPEST: usize = 8;

/// What the parser gets, and what it does not.
#[derive(Debug)]
pub(super) struct Cleaned {
    pub(super) text: String,
    /// Where each VEVENT begins in what was sent, from 1, in order.
    pub(super) events: Vec<usize>,
    /// Of each VEVENT the names of what is in it and does not go to the parser, properties and parts, if that was asked for.
    pub(super) passed_over: Vec<BTreeSet<String>>,
    /// Parts of other kinds that lie in the calendar itself, by name and line; time zones are not among them.
    pub(super) others: Vec<(String, usize)>,
    /// Lines that are none of the format, from 1.
    pub(super) odd_lines: Vec<usize>,
}

/// What is read of a calendar: nothing else goes to the parser, so that nobody makes it busy with what nobody reads.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) properties: &'static [&'static str],
    pub(super) parameters: &'static [&'static str],
    /// Of what else nothing is told: it stands in every entry, or is nothing that anybody would miss.
    pub(super) unmissed: &'static [&'static str],
    /// Whether whatever else is in an entry is told.
    pub(super) tells_rest: bool,
    /// How many lines of these there may be, with those that begin entries.
    pub(super) lines: usize,
}

pub(super) fn clean(bytes: &[u8], wanted: &Wanted) -> Result<Cleaned, Unreadable> {
    if bytes.len() > LONGEST {
        return Err(Unreadable::TooLong { bytes: bytes.len() });
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = str::from_utf8(bytes).map_err(|fault| Unreadable::NotUtf8 { at: fault.valid_up_to() })?;
    let mut cleaning = Cleaning::new(wanted);
    let mut lines = Unfolded { rest: text, number: 0 };
    while let Some((number, line)) = lines.next_line()? {
        if cleaning.take(number, &line)? {
            return Ok(cleaning.cleaned);
        }
    }
    Err(if cleaning.open.is_empty() { Unreadable::NoCalendar } else { Unreadable::NoEnd })
}

/// Lines with what continues them (RFC 5545, section 3.1).
struct Unfolded<'t> {
    rest: &'t str,
    number: usize,
}

impl<'t> Unfolded<'t> {
    /// The next line that is not empty, with its number.
    fn next_line(&mut self) -> Result<Option<(usize, std::borrow::Cow<'t, str>)>, Unreadable> {
        while let Some(first) = self.physical() {
            if first.is_empty() {
                continue;
            }
            let number = self.number;
            let mut line = std::borrow::Cow::Borrowed(first);
            while self.rest.starts_with([' ', '\t']) {
                let more = self.physical().unwrap_or_default();
                line.to_mut().push_str(more.get(1..).unwrap_or_default());
                check_length(line.len(), number)?;
            }
            check_length(line.len(), number)?;
            return Ok(Some((number, line)));
        }
        Ok(None)
    }

    fn physical(&mut self) -> Option<&'t str> {
        if self.rest.is_empty() {
            return None;
        }
        self.number = self.number.saturating_add(1);
        let end = self.rest.find(['\n', '\r']).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\r', '\n']));
        self.rest = rest.unwrap_or_default();
        Some(line)
    }
}

fn check_length(length: usize, line: usize) -> Result<(), Unreadable> {
    if length > LONGEST_LINE { Err(Unreadable::LineTooLong { line }) } else { Ok(()) }
}

/// What the text has come to so far.
struct Cleaning<'w> {
    wanted: &'w Wanted,
    cleaned: Cleaned,
    /// How many lines go to the parser.
    lines: usize,
    /// The parts that are open, the calendar first.
    open: Vec<String>,
    /// How many of these go to the parser: the others are inside one that is left out.
    kept: usize,
}

impl<'w> Cleaning<'w> {
    fn new(wanted: &'w Wanted) -> Self {
        let (events, others, odd_lines) = (Vec::new(), Vec::new(), Vec::new());
        let cleaned = Cleaned { text: String::new(), events, passed_over: Vec::new(), others, odd_lines };
        Self { wanted, cleaned, lines: 0, open: Vec::new(), kept: 0 }
    }

    fn count(&mut self, number: usize) -> Result<(), Unreadable> {
        self.lines = self.lines.saturating_add(1);
        if self.lines > self.wanted.lines { Err(Unreadable::TooManyLines { line: number }) } else { Ok(()) }
    }

    /// Takes a line, and says whether the calendar has ended with it. What is before it begins is passed over.
    fn take(&mut self, number: usize, line: &str) -> Result<bool, Unreadable> {
        let Some(parts) = Parts::of(number, line)? else {
            if !self.open.is_empty() {
                self.cleaned.odd_lines.push(number);
            }
            return Ok(false);
        };
        if parts.name.eq_ignore_ascii_case("BEGIN") {
            return self.begin(number, parts.value.trim()).map(|()| false);
        }
        if parts.name.eq_ignore_ascii_case("END") {
            return self.end(number, parts.value.trim());
        }
        let is_kept = !self.open.is_empty() && self.kept == self.open.len();
        if is_kept && is_among(self.wanted.properties, parts.name) {
            self.count(number)?;
            parts.write(self.wanted, &mut self.cleaned.text);
        } else if is_kept {
            self.pass_over(parts.name);
        }
        Ok(false)
    }

    /// Notes what is left out of the entry that is open.
    fn pass_over(&mut self, name: &str) {
        let in_entry = self.open.len() == 2 && self.kept == 2;
        if !self.wanted.tells_rest || !in_entry || is_among(self.wanted.unmissed, name) {
            return;
        }
        if let Some(names) = self.cleaned.passed_over.last_mut() {
            names.insert(name.to_ascii_uppercase());
        }
    }

    fn begin(&mut self, number: usize, value: &str) -> Result<(), Unreadable> {
        let name = value.to_ascii_uppercase();
        if self.open.is_empty() && name != "VCALENDAR" {
            return Ok(());
        }
        if self.open.len() >= DEEPEST {
            return Err(Unreadable::TooDeep { line: number });
        }
        let is_kept = match self.open.len() {
            0 => true,
            1 => name == "VEVENT",
            _ => false,
        };
        if self.open.len() == 1 && name != "VTIMEZONE" && !is_kept {
            self.cleaned.others.push((name.clone(), number));
        }
        self.pass_over(&name);
        if is_kept && self.kept == self.open.len() {
            self.count(number)?;
            self.kept = self.kept.saturating_add(1);
            if name == "VEVENT" {
                self.cleaned.events.push(number);
                self.cleaned.passed_over.push(BTreeSet::new());
            }
            self.write_bound("BEGIN:", &name);
        }
        self.open.push(name);
        Ok(())
    }

    /// Whether it was the calendar that ended.
    fn end(&mut self, number: usize, value: &str) -> Result<bool, Unreadable> {
        let name = value.to_ascii_uppercase();
        if self.open.is_empty() {
            return Ok(false);
        }
        if self.open.last() != Some(&name) {
            return Err(Unreadable::Unbalanced { line: number });
        }
        if self.kept == self.open.len() {
            self.kept = self.kept.saturating_sub(1);
            self.write_bound("END:", &name);
        }
        self.open.pop();
        Ok(self.open.is_empty())
    }

    /// The parser knows the parts by their names, so these bear no marks.
    fn write_bound(&mut self, head: &str, name: &str) {
        for piece in [head, name, "\r\n"] {
            self.cleaned.text.push_str(piece);
        }
    }
}

/// A line taken apart, without copying any of it.
struct Parts<'l> {
    name: &'l str,
    /// All parameters, as they stand.
    parameters: &'l str,
    value: &'l str,
}

/// A parameter with its values as they stand.
struct Parameter<'l> {
    name: &'l str,
    values: &'l str,
}

impl<'l> Parts<'l> {
    /// `None` is a line that is none of the format: it has no name, or nothing after it.
    fn of(number: usize, line: &'l str) -> Result<Option<Self>, Unreadable> {
        let Some(end) = line.find([';', ':']) else { return Ok(None) };
        let Some((name, after)) = line.split_at_checked(end) else { return Ok(None) };
        if !is_name(name) {
            return Ok(None);
        }
        let (mut rest, mut count) = (after, 0_usize);
        while rest.starts_with(';') {
            count = count.saturating_add(1);
            let Some((parameter, more)) = Parameter::first_of(rest) else { return Ok(None) };
            if count > MOST_PARAMETERS || parameter.values().nth(MOST_VALUES).is_some() {
                return Err(Unreadable::TooManyParameters { line: number });
            }
            rest = more;
        }
        let parameters = after.get(..after.len().saturating_sub(rest.len())).unwrap_or_default();
        Ok(rest.strip_prefix(':').map(|value| Self { name, parameters, value }))
    }

    fn parameters(&self) -> impl Iterator<Item = Parameter<'l>> {
        let mut rest = self.parameters;
        std::iter::from_fn(move || {
            let (parameter, more) = Parameter::first_of(rest)?;
            rest = more;
            Some(parameter)
        })
    }

    fn write(&self, wanted: &Wanted, out: &mut String) {
        push_upper(out, self.name);
        let is_wanted = |parameter: &Parameter<'_>| is_among(wanted.parameters, parameter.name);
        for parameter in self.parameters().filter(is_wanted) {
            out.push(';');
            push_upper(out, parameter.name);
            for (nth, value) in parameter.values().enumerate() {
                out.push_str(if nth == 0 { "=\"" } else { ",\"" });
                push_calm(out, value);
                out.push('"');
            }
        }
        out.push(':');
        out.push(MARK);
        push_calm(out, self.value);
        out.push(MARK);
        out.push_str("\r\n");
    }
}

impl<'l> Parameter<'l> {
    /// The parameter that stands first, and what follows; `None` where there is none.
    fn first_of(text: &'l str) -> Option<(Self, &'l str)> {
        let (name, values) = text.strip_prefix(';')?.split_once('=').filter(|(name, _)| is_name(name))?;
        let mut rest = take_value(values)?.1;
        while let Some(more) = rest.strip_prefix(',') {
            rest = take_value(more)?.1;
        }
        // What comes next has to be another one, or the line's value.
        if !(rest.is_empty() || rest.starts_with([';', ':'])) {
            return None;
        }
        let values = values.get(..values.len().saturating_sub(rest.len()))?;
        Some((Self { name, values }, rest))
    }

    fn values(&self) -> impl Iterator<Item = &'l str> {
        let mut rest = Some(self.values);
        std::iter::from_fn(move || {
            let (value, more) = take_value(rest?)?;
            rest = more.strip_prefix(',');
            Some(value)
        })
    }
}

/// A value of a parameter, without its quotes, and what follows.
fn take_value(text: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted.split_once('"');
    }
    text.split_at_checked(text.find([',', ';', ':']).unwrap_or(text.len()))
}

fn is_among(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn push_upper(out: &mut String, name: &str) {
    out.extend(name.chars().map(|c| c.to_ascii_uppercase()));
}

/// RFC 5545, section 3.1: letters, digits and hyphens.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Without controls, of which the mark is one, and without what would end a quoted parameter.
fn push_calm(out: &mut String, text: &str) {
    let is_calm =
        |c: char| c == '\t' || !(c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}'));
    if text.chars().all(is_calm) {
        out.push_str(text);
    } else {
        out.extend(text.chars().filter(|c| is_calm(*c)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: Wanted = Wanted {
        properties: &["SUMMARY", "METHOD", "UID", "X"],
        parameters: &["LANGUAGE", "X", "A"],
        unmissed: &["DTSTAMP"],
        tells_rest: true,
        lines: 100,
    };

    fn clean(bytes: &[u8]) -> Result<Cleaned, Unreadable> {
        super::clean(bytes, &SOME)
    }

    fn text(calendar: &str) -> Result<String, Unreadable> {
        clean(calendar.as_bytes()).map(|cleaned| cleaned.text.replace(MARK, "|").replace("\r\n", "\n"))
    }

    fn code(bytes: &[u8]) -> &'static str {
        clean(bytes).unwrap_err().code()
    }

    fn within(inner: &str) -> String {
        format!("BEGIN:VCALENDAR\r\n{inner}END:VCALENDAR\r\n")
    }

    #[test]
    fn names_are_upper_cased_parameters_quoted_and_values_marked() {
        let calendar =
            within("begin:vevent\r\nsummary;language=en-gb;y=1;x=\"a;b\",c: :Talk \r\nEnd:VEvent\r\n");
        assert_eq!(
            text(&calendar).unwrap(),
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY;LANGUAGE=\"en-gb\";X=\"a;b\",\"c\":| :Talk |\nEND:VEVENT\nEND:VCALENDAR\n"
        );
    }

    #[test]
    fn lines_are_unfolded_without_losing_blanks() {
        for fold in ["\r\n ", "\n ", "\r\n\t", "\r "] {
            let calendar = within(&format!("SUMMARY:Two {fold} words{fold}\r\n"));
            assert!(text(&calendar).unwrap().contains("SUMMARY:|Two  words|\n"), "{fold:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_and_empty_lines_are_passed_over() {
        let calendar = format!("\u{FEFF}\r\n\r\n{}", within("METHOD:REPLY\r\n\r\n"));
        assert_eq!(text(&calendar).unwrap(), "BEGIN:VCALENDAR\nMETHOD:|REPLY|\nEND:VCALENDAR\n");
    }

    #[test]
    fn what_is_not_known_is_left_out_with_all_that_is_in_it() {
        let inner = "BEGIN:X-ODD\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:X-ODD\r\nBEGIN:VEVENT\r\nBEGIN:VALARM\r\nUID:2\r\nEND:VALARM\r\nUID:3\r\nEND:VEVENT\r\n";
        let cleaned = clean(within(inner).as_bytes()).unwrap();
        assert_eq!(cleaned.text.matches("UID").count(), 1);
        assert!(cleaned.text.contains(&format!("UID:{MARK}3{MARK}")));
        assert_eq!((cleaned.events, cleaned.others), (vec![7], vec![(String::from("X-ODD"), 2)]));
        let passed_over: Vec<Vec<_>> =
            cleaned.passed_over.iter().map(|names| names.iter().map(String::as_str).collect()).collect();
        assert_eq!(passed_over, [["VALARM"]], "what is in it is part of it");
    }

    #[test]
    fn reading_stops_where_the_first_calendar_ends() {
        let two = format!("{}{}", within("METHOD:REPLY\r\n"), "BEGIN:VEVENT\r\nEND:VTODO\r\n\u{0}");
        assert!(clean(two.as_bytes()).is_ok());
    }

    #[test]
    fn limits_are_held() {
        assert_eq!(code(&vec![b'a'; LONGEST + 1]), "too_long");
        assert_eq!(code(b"BEGIN:VCALENDAR\r\nSUMMARY:Caf\xE9\r\n"), "not_utf8");
        assert_eq!(code(b""), "no_calendar");
        assert_eq!(code(b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"), "no_calendar");
        assert_eq!(code(b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n"), "no_end");
        assert_eq!(code(within("BEGIN:VEVENT\r\nEND:VTODO\r\n").as_bytes()), "unbalanced");
        assert_eq!(code(within("BEGIN:VEVENT\r\n").as_bytes()), "unbalanced");
        assert_eq!(code(within(&"BEGIN:X\r\n".repeat(9)).as_bytes()), "too_deep");
        assert_eq!(code(within(&format!("X:{}\r\n", "a".repeat(LONGEST_LINE))).as_bytes()), "line_too_long");
        assert_eq!(
            code(within(&format!("X:{}\r\n", "a\r\n ".repeat(LONGEST_LINE))).as_bytes()),
            "line_too_long"
        );
        assert_eq!(code(within(&format!("X{}:1\r\n", ";A=1".repeat(65))).as_bytes()), "too_many_parameters");
        assert!(text(&within(&format!("X{}:1\r\n", ";A=1".repeat(64)))).is_ok());
        let values = |number: usize| within(&format!("X;A=1{}:1\r\n", ",1".repeat(number - 1)));
        assert_eq!(code(values(11).as_bytes()), "too_many_parameters");
        assert!(text(&values(10)).is_ok());
        assert_eq!(code(within(&"UID:1\r\n".repeat(100)).as_bytes()), "too_many_lines");
        assert!(text(&within(&"UID:1\r\n".repeat(99))).is_ok());
        assert!(text(&within(&"DTSTART:1\r\n".repeat(1_000))).is_ok(), "nobody reads them");
    }

    #[test]
    fn lines_that_are_none_are_left_out_and_told() {
        let inner = "no line\r\n:no name\r\nODD NAME:1\r\nX;=1:1\r\nX;A:1\r\nX;A=\"1:1\r\nX;A=1\r\nX;A=\"1\"b:1\r\nMETHOD:REPLY\r\n";
        let cleaned = clean(within(inner).as_bytes()).unwrap();
        assert_eq!(cleaned.odd_lines, (2..10).collect::<Vec<_>>());
        assert!(cleaned.text.contains("METHOD"));
    }

    #[test]
    fn controls_go_and_a_mark_cannot_be_smuggled_in() {
        let calendar = within("SUMMARY:a\u{0}b\u{1}c\u{7f}\td\u{2028}e\r\n");
        assert!(text(&calendar).unwrap().contains("SUMMARY:|abc\tde|\n"));
    }
}
