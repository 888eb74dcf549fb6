//! What makes readers slow. The tests use it as well.

/// A mebibyte, less a little, of each kind, by what it is made of. None of it is an answer.
pub(crate) fn hostile() -> Vec<(&'static str, String)> {
    const LONG: usize = 1_000_000;
    let head = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n";
    let within = |inner: String| format!("{head}{inner}END:VEVENT\r\nEND:VCALENDAR\r\n");
    let lines = |line: String| within(line.repeat(LONG / line.len()));
    let few = |line: String, times: usize| within(line.repeat(times.min(LONG / line.len())));
    // Each is another line, so none can be taken for one that was read before.
    let numbered =
        |times: usize, line: fn(usize) -> String| within((0..times).map(line).collect::<Vec<_>>().concat());
    let values = |name: &str| format!(";{name}=12{}", ",12".repeat(9));
    let long_values = |name: &str| format!(";{name}=\"{}\"", "^^".repeat(450));
    vec![
        ("parameters in one line", within(format!("ATTENDEE{}:mailto:a@b\r\n", ";A=1".repeat(LONG / 4)))),
        ("64 parameters in each line", lines(format!("ATTENDEE{}:1\r\n", ";PARTSTAT=1".repeat(64)))),
        ("64 parameters that nobody reads", lines(format!("X{}:1\r\n", ";A=1".repeat(64)))),
        ("ten values in each of 64 parameters", lines(format!("X{}:1\r\n", values("A").repeat(64)))),
        (
            "499 attendees with ten values in each of 64 parameters",
            few(format!("ATTENDEE{}:mailto:a@b\r\n", values("EMAIL").repeat(64)), 499),
        ),
        (
            "attendees with 64 long parameters",
            few(format!("ATTENDEE{}:mailto:a@b\r\n", long_values("X-RESPONSE-COMMENT").repeat(64)), 499),
        ),
        ("quotes", within(format!("X;A={}:1\r\n", "\"".repeat(LONG)))),
        ("quoted values", lines(format!("ATTENDEE{}:1\r\n", ";EMAIL=\"\",\"\",\"\"".repeat(64)))),
        ("folds", within(format!("X:{}\r\n", "\r\n ".repeat(LONG / 3)))),
        ("folds of one letter each", within(format!("X:{}\r\n", "a\r\n ".repeat(16_000)).repeat(15))),
        (
            "folds of a line that is read",
            within(format!("COMMENT:{}\r\n", "a\r\n ".repeat(16_000)).repeat(15)),
        ),
        ("empty lines", within("\r\n".repeat(LONG / 2))),
        ("one line", within(format!("COMMENT:{}\r\n", "a".repeat(LONG)))),
        ("long lines", lines(format!("COMMENT:{}\r\n", "\\,".repeat(32_000)))),
        ("long lines of parameters", lines(format!("X;A={}:1\r\n", "a".repeat(65_000)))),
        ("calendars in calendars", "BEGIN:VCALENDAR\r\n".repeat(LONG / 17)),
        (
            "parts in parts",
            within(format!("{}{}", "BEGIN:X\r\n".repeat(6), "END:X\r\n".repeat(6)).repeat(LONG / 96)),
        ),
        ("parts of any name", numbered(LONG / 26, |nth| format!("BEGIN:{nth}\r\nEND:{nth}\r\n"))),
        (
            "entries",
            format!(
                "BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n",
                "BEGIN:VEVENT\r\nEND:VEVENT\r\n".repeat(LONG / 26)
            ),
        ),
        ("attendees", lines("ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.example\r\n".into())),
        ("comments", lines("COMMENT:\\n\\,\\;\\\\\r\n".into())),
        (
            "carets",
            lines(format!("UID:1\r\nATTENDEE;X-RESPONSE-COMMENT=\"{}\":mailto:a@b\r\n", "^^".repeat(30_000))),
        ),
        ("colons", lines(format!("X{}\r\n", ":".repeat(60_000)))),
        ("letters of several bytes", lines(format!("COMMENT:{}\r\n", "é".repeat(30_000)))),
        ("controls", lines(format!("COMMENT:{}\r\n", "\u{1}".repeat(60_000)))),
        ("other lines", lines("X:1\r\n".into())),
        ("lines of any name", numbered(LONG / 12, |nth| format!("X-{nth}:1\r\n"))),
        ("lines that are none", lines("a\r\n".into())),
        ("no lines", "a".repeat(LONG)),
    ]
}
