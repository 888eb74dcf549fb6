//! What a text may be before it enters the log: not empty, not endless, no control characters.

use std::fmt;

use crate::image::{Image, Sink, Source};

/// The longest one-line text (a name, a title, a venue), in characters.
pub(crate) const LINE_LIMIT: usize = 200;
/// The longest answer or description, in characters.
pub(crate) const TEXT_LIMIT: usize = 4_000;
/// The longest e-mail address, in bytes (RFC 5321, section 4.5.3.1.3, without its brackets).
const LONGEST_ADDRESS: usize = 254;
/// The longest link, in bytes.
pub(crate) const LINK_LIMIT: usize = 2_000;

/// A text that was not taken, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextProblem {
    /// Which field, in words that a form could show: `"title"`, `"name"`.
    pub field: &'static str,
    /// What is wrong with it.
    pub fault: TextFault,
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextFault {
    /// Nothing but blanks.
    Empty,
    /// Longer than allowed.
    TooLong {
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        limit: usize,
    },
    /// A control character, or one that turns the direction of the text around it.
    Forbidden {
        /// The character, as a code point.
        character: char,
    },
    /// Not an address of the kind that the field takes.
    NotA {
        /// What it should be: `"an https address"`.
        kind: &'static str,
    },
}

impl fmt::Display for TextProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.field;
        match self.fault {
            TextFault::Empty => write!(f, "the {field} is empty"),
            TextFault::TooLong { length, limit } => {
                write!(f, "the {field} has {length} characters; at most {limit} are taken")
            }
            TextFault::Forbidden { character } => {
                write!(
                    f,
                    "the {field} contains the character U+{:04X}, which is not taken",
                    u32::from(character)
                )
            }
            TextFault::NotA { kind } => write!(f, "the {field} is not {kind}"),
        }
    }
}

impl std::error::Error for TextProblem {}

/// A text of one line that must be there: a title, a name.
pub(crate) fn check_line(field: &'static str, text: &str) -> Result<(), TextProblem> {
    if text.chars().all(shows_nothing) {
        return Err(TextProblem { field, fault: TextFault::Empty });
    }
    check_optional_line(field, text)
}

/// Blanks, and characters that take no room: a name of these would be an empty cell in a list.
pub(crate) fn shows_nothing(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// A text of one line that may be empty.
pub(crate) fn check_optional_line(field: &'static str, text: &str) -> Result<(), TextProblem> {
    check_length(field, text, LINE_LIMIT)?;
    check_characters(field, text, |_| false)
}

/// A longer text, in which line breaks and tabs are welcome.
pub(crate) fn check_text(field: &'static str, text: &str) -> Result<(), TextProblem> {
    check_length(field, text, TEXT_LIMIT)?;
    check_characters(field, text, |c| matches!(c, '\n' | '\r' | '\t'))
}

/// A link that calendars can carry: https, in the characters of RFC 3986, section 2, whatever is none of them percent-encoded.
pub(crate) fn check_link(field: &'static str, link: &str) -> Result<(), TextProblem> {
    check_length(field, link, LINK_LIMIT)?;
    let host = link.strip_prefix("https://").unwrap_or_default();
    if host.is_empty() || host.starts_with(['/', '?', '#']) || !is_percent_encoded(link) {
        return Err(TextProblem { field, fault: TextFault::NotA { kind: "an https address" } });
    }
    Ok(())
}

/// Whether nothing stands in it but what an address may hold as it is, and octets as `%2F`. Calendars ask it of every entry,
/// so it is asked without an early way out, which the compiler turns into wide instructions.
fn is_percent_encoded(address: &str) -> bool {
    let plain = address.bytes().fold(true, |plain, byte| plain & is_plain_in_address(byte));
    let is_octet = |piece: &str| piece.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    plain && address.split('%').skip(1).all(is_octet)
}

#[expect(clippy::needless_bitwise_bool, reason = "`&&` keeps the compiler from wide instructions")]
fn is_plain_in_address(byte: u8) -> bool {
    (byte > b' ')
        & ((byte < b'{') | (byte == b'~'))
        & (byte != b'"')
        & (byte != b'<')
        & (byte != b'>')
        & (byte != b'\\')
        & (byte != b'^')
        & (byte != b'`')
}

/// Whether mail can be sent to an address as it stands: the plain form `user@host`, at most 254 bytes.
pub(crate) fn is_address(address: &str) -> bool {
    let odd = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '(' | ')' | ',' | ';' | ':')
    };
    let parts = address.split_once('@');
    let shaped =
        parts.is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'));
    shaped && address.len() <= LONGEST_ADDRESS && !address.contains(odd)
}

fn check_length(field: &'static str, text: &str, limit: usize) -> Result<(), TextProblem> {
    // Bytes first: what fits by them fits by characters, and a text of a gigabyte is not worth counting.
    if text.len() <= limit {
        return Ok(());
    }
    let length = if text.len() > limit.saturating_mul(4) { text.len() } else { text.chars().count() };
    if length > limit {
        return Err(TextProblem { field, fault: TextFault::TooLong { length, limit } });
    }
    Ok(())
}

fn check_characters(
    field: &'static str,
    text: &str,
    welcome: impl Fn(char) -> bool,
) -> Result<(), TextProblem> {
    match text.chars().find(|&c| is_forbidden(c) && !welcome(c)) {
        Some(character) => Err(TextProblem { field, fault: TextFault::Forbidden { character } }),
        None => Ok(()),
    }
}

/// Controls, line and paragraph separators, and the marks that turn text around (they make a list lie).
pub(crate) fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// The host's own name for a gathering or a registration: an order number, a slug. Opaque to the crate and
/// **stored in the clear**, so never a name or an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference(Box<str>);

impl Reference {
    /// The longest reference, in bytes.
    pub const LIMIT: usize = 64;

    /// Takes a reference of 1 to 64 printable ASCII characters.
    ///
    /// # Errors
    /// A [`TextProblem`] when it is empty, longer, or contains anything else (an `@` too: a reference is
    /// stored in the clear and must not be an address).
    pub fn new(text: &str) -> Result<Self, TextProblem> {
        let field = "reference";
        if text.is_empty() {
            return Err(TextProblem { field, fault: TextFault::Empty });
        }
        if text.len() > Self::LIMIT {
            let fault = TextFault::TooLong { length: text.len(), limit: Self::LIMIT };
            return Err(TextProblem { field, fault });
        }
        match text.chars().find(|&c| !c.is_ascii_graphic() || c == '@') {
            Some(character) => Err(TextProblem { field, fault: TextFault::Forbidden { character } }),
            None => Ok(Self(text.into())),
        }
    }

    /// The reference as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Image for Reference {
    fn put(&self, out: &mut Sink) {
        out.sized(self.0.as_bytes());
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        Self::new(std::str::from_utf8(from.sized()?).ok()?).ok()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(check_line("title", "Asset transfer"), Ok(()));
        assert_eq!(check_line("title", " \t ").unwrap_err().fault, TextFault::Empty);
        assert_eq!(check_line("title", "\u{200B}\u{2060} ").unwrap_err().fault, TextFault::Empty);
        assert!(check_line("title", "two\nlines").is_err());
        assert!(check_line("name", "evil \u{202E}eman").is_err());
        assert!(check_line("name", &"x".repeat(201)).unwrap_err().to_string().contains("201"));
        assert_eq!(check_line("name", &"é".repeat(200)), Ok(()));
    }

    #[test]
    fn a_link_is_an_https_address() {
        assert_eq!(check_link("join link", "https://meet.example/x?y=1#z"), Ok(()));
        assert_eq!(check_link("join link", "https://[::1]:8443/a%2Fb%c3%a9~!$&'()*+,;=@"), Ok(()));
        for bad in
            ["", "http://x.example", "https://", "https:///x", "https://x.example/a b", "https://x\r\nX:1"]
        {
            assert!(check_link("join link", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_an_address_cannot_hold_has_to_be_percent_encoded() {
        let bad = [
            "%", "%2", "%zz", "%%20", "a%é", "é", "{id}", "a|b", "a\\b", "a\"b", "<a>", "`", "^", "a\tb",
            "a\u{7f}",
        ];
        for bad in bad {
            assert!(check_link("join link", &format!("https://x.example/{bad}")).is_err(), "{bad:?}");
        }
        assert!(check_link("join link", "https://?host=none").is_err());
    }

    #[test]
    fn a_reference_is_short_plain_and_no_address() {
        assert_eq!(Reference::new("order-17").unwrap().as_str(), "order-17");
        for bad in ["", "a b", "ann@example.org", "é", &"x".repeat(65)] {
            assert!(Reference::new(bad).is_err(), "{bad:?}");
        }
    }
}
