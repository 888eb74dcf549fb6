//! Who invites whom: mailboxes, and how an entry names them (RFC 5545, sections 3.3.3, 3.8.4.1 and 3.8.4.3).

use std::fmt;

use zeroize::Zeroize;

use super::line::Lines;
use crate::fact::Rsvp;
use crate::text::{self, TextFault, TextProblem};

/// A name and the address that mail for it goes to.
///
/// ```
/// use gather::calendar::Mailbox;
///
/// let office = Mailbox::new("Library network", "events@library.example")?;
/// assert_eq!(office.address(), "events@library.example");
/// assert!(Mailbox::new("", "no address").is_err());
/// # Ok::<(), gather::TextProblem>(())
/// ```
#[derive(Clone, PartialEq, Eq, Zeroize)]
pub struct Mailbox {
    name: String,
    address: String,
}

/// Whoever it is, they are a person.
impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailbox([personal])")
    }
}

impl Mailbox {
    /// Takes a name, which may be empty, and an address of the plain form `user@host`, at most 254 bytes.
    ///
    /// # Errors
    /// A [`TextProblem`] for a name that is no line of text, or an address with a blank, a control character, a bracket, a
    /// quote or a second `@` in it, or without a user or a host.
    pub fn new(name: impl Into<String>, address: impl Into<String>) -> Result<Self, TextProblem> {
        let (name, address) = (name.into(), address.into());
        text::check_optional_line("name", &name)?;
        if !text::is_address(&address) {
            return Err(TextProblem {
                field: "address",
                fault: TextFault::NotA { kind: "an e-mail address" },
            });
        }
        Ok(Self { name, address })
    }

    /// What people read.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where mail goes.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

/// Who invites whom, and what is known of the answer.
#[derive(Clone, Copy)]
pub(super) struct People<'a> {
    pub(super) organiser: &'a Mailbox,
    pub(super) attendee: &'a Mailbox,
    /// Whether the attendee is asked to answer: not where the entry is cancelled.
    pub(super) asks: bool,
    /// What they have answered already, if it still holds.
    pub(super) rsvp: Option<Rsvp>,
}

impl People<'_> {
    pub(super) fn write(self, lines: &mut Lines) {
        write_name(lines, "ORGANIZER", self.organiser);
        write_address(lines, self.organiser);
        write_name(lines, "ATTENDEE", self.attendee);
        lines.plain(";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT");
        if self.asks {
            lines.plain(";PARTSTAT=");
            lines.plain(partstat(self.rsvp));
            lines.plain(";RSVP=TRUE");
        }
        write_address(lines, self.attendee);
    }
}

/// RFC 5545, section 3.2.12.
const fn partstat(rsvp: Option<Rsvp>) -> &'static str {
    match rsvp {
        None => "NEEDS-ACTION",
        Some(Rsvp::Accepted) => "ACCEPTED",
        Some(Rsvp::Tentative) => "TENTATIVE",
        Some(Rsvp::Declined) => "DECLINED",
    }
}

fn write_name(lines: &mut Lines, head: &str, mailbox: &Mailbox) {
    lines.plain(head);
    if !mailbox.name.trim().is_empty() {
        lines.text_parameter(";CN=", &mailbox.name);
    }
}

/// Percent-encoded but for what an address may bear as it is (RFC 6068, section 2).
fn write_address(lines: &mut Lines, mailbox: &Mailbox) {
    lines.plain(":mailto:");
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default().to_ascii_uppercase();
    let mut encoded = String::with_capacity(mailbox.address.len());
    for byte in mailbox.address.bytes() {
        if byte.is_ascii_alphanumeric() || b"@.-_~!$'*+".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte / 16), digit(byte % 16)]);
        }
    }
    lines.plain(&encoded);
    lines.break_line();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_user_and_a_host_and_nothing_odd() {
        for address in ["ann@example.org", "o'neil+tag@example.org", "änn@bücher.example", "a@b"] {
            assert!(Mailbox::new("Ann", address).is_ok(), "{address}");
        }
        let long = format!("{}@example.org", "a".repeat(250));
        for address in [
            "",
            "@",
            "a@",
            "@b",
            "a b@c",
            "a@b@c",
            "a@b\r\nX:1",
            "<a@b>",
            "a@b,c@d",
            "\"a\"@b",
            "a;b@c",
            &long,
        ] {
            assert!(Mailbox::new("Ann", address).is_err(), "{address}");
        }
        assert!(Mailbox::new("Ann\nBCC: all", "a@b").is_err());
    }

    #[test]
    fn what_an_address_may_not_bear_is_encoded() {
        let written = |address: &str| {
            let mut lines = Lines::default();
            write_address(&mut lines, &Mailbox::new("", address).unwrap());
            lines.as_str().to_owned()
        };
        assert_eq!(written("o'neil+a%b/c?d@example.org"), ":mailto:o'neil+a%25b%2Fc%3Fd@example.org\r\n");
        assert_eq!(written("ä@example.org"), ":mailto:%C3%A4@example.org\r\n");
    }

    #[test]
    fn nothing_personal_is_printed() {
        let shown = format!("{:?}", Mailbox::new("Ann", "ann@example.org").unwrap());
        assert_eq!(shown, "Mailbox([personal])");
    }
}
