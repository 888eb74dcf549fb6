//! A text made fit for the parser.
//!
//! The parser loses blanks before a fold and colons at the front of a value, goes on reading where a part ends that is not
//! open, stops in silence at bytes that are not UTF-8, refuses a byte order mark and parts that it does not know, takes ten
//! values for a parameter, and needs time that grows with the square of the parameters of a line. So lines are unfolded here,
//! parts are matched, limits are held, names are upper-cased and parameters quoted; each value stands between two marks.

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
    /// Parts of other kinds that lie in the calendar itself, by name and line; time zones are not among them.
    pub(super) others: Vec<(String, usize)>,
    /// Lines that are none of the format, from 1.
    pub(super) odd_lines: Vec<usize>,
}

pub(super) fn clean(bytes: &[u8]) -> Result<Cleaned, Unreadable> {
    if bytes.len() > LONGEST {
        return Err(Unreadable::TooLong { bytes: bytes.len() });
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = str::from_utf8(bytes).map_err(|fault| Unreadable::NotUtf8 { at: fault.valid_up_to() })?;
    let mut cleaning = Cleaning::new(text.len());
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
struct Cleaning {
    cleaned: Cleaned,
    /// The parts that are open, the calendar first.
    open: Vec<String>,
    /// How many of these go to the parser: the others are inside one that is left out.
    kept: usize,
}

impl Cleaning {
    fn new(length: usize) -> Self {
        let text = String::with_capacity(length.saturating_add(length / 4));
        let cleaned = Cleaned { text, events: Vec::new(), others: Vec::new(), odd_lines: Vec::new() };
        Self { cleaned, open: Vec::new(), kept: 0 }
    }

    /// Takes a line, and says whether the calendar has ended with it. What is before it begins is passed over.
    fn take(&mut self, number: usize, line: &str) -> Result<bool, Unreadable> {
        let Some(parts) = Parts::of(number, line)? else {
            if !self.open.is_empty() {
                self.cleaned.odd_lines.push(number);
            }
            return Ok(false);
        };
        match parts.name.as_str() {
            "BEGIN" => self.begin(number, parts.value.trim()).map(|()| false),
            "END" => self.end(number, parts.value.trim()),
            _ => {
                if !self.open.is_empty() && self.kept == self.open.len() {
                    parts.write(&mut self.cleaned.text);
                }
                Ok(false)
            }
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
        if is_kept && self.kept == self.open.len() {
            self.kept = self.kept.saturating_add(1);
            self.cleaned.events.extend((name == "VEVENT").then_some(number));
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

/// A line taken apart.
struct Parts<'l> {
    name: String,
    parameters: Vec<(String, Vec<&'l str>)>,
    value: &'l str,
}

impl<'l> Parts<'l> {
    /// `None` is a line that is none of the format: it has no name, or nothing after it.
    fn of(number: usize, line: &'l str) -> Result<Option<Self>, Unreadable> {
        let Some(end) = line.find([';', ':']) else { return Ok(None) };
        let Some((name, mut rest)) = line.split_at_checked(end) else { return Ok(None) };
        if !is_name(name) {
            return Ok(None);
        }
        let mut parameters = Vec::new();
        while let Some(more) = rest.strip_prefix(';') {
            if parameters.len() >= MOST_PARAMETERS {
                return Err(Unreadable::TooManyParameters { line: number });
            }
            let Some((parameter, after)) = take_parameter(number, more)? else { return Ok(None) };
            parameters.push(parameter);
            rest = after;
        }
        let value = rest.strip_prefix(':');
        Ok(value.map(|value| Self { name: name.to_ascii_uppercase(), parameters, value }))
    }

    fn write(&self, out: &mut String) {
        out.push_str(&self.name);
        for (name, values) in &self.parameters {
            out.push(';');
            out.push_str(name);
            for (nth, value) in values.iter().enumerate() {
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

/// A parameter with its values, and what follows; `None` where it is none.
#[expect(clippy::type_complexity, reason = "it is said in one place")]
fn take_parameter(number: usize, text: &str) -> Result<Option<((String, Vec<&str>), &str)>, Unreadable> {
    let Some((name, mut rest)) = text.split_once('=').filter(|(name, _)| is_name(name)) else {
        return Ok(None);
    };
    let mut values = Vec::new();
    loop {
        let Some((value, after)) = take_value(rest) else { return Ok(None) };
        values.push(value);
        rest = after;
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => break,
        }
        if values.len() >= MOST_VALUES {
            return Err(Unreadable::TooManyParameters { line: number });
        }
    }
    Ok(Some(((name.to_ascii_uppercase(), values), rest)))
}

fn take_value(text: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted.split_once('"');
    }
    text.split_at_checked(text.find([',', ';', ':'])?)
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
        let calendar = within("begin:vevent\r\nsummary;language=en-gb;x=\"a;b\",c: :Talk \r\nEnd:VEvent\r\n");
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
