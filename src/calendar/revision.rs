//! What tells one state of a calendar from the next: for HTTP's 304 (RFC 9110, sections 8.8 and 13.1).

use std::fmt;

use chrono::{DateTime, Utc};

/// The state of a calendar: another one exactly when another file would be written.
///
/// It is a hash over the bytes of the file, so it holds whatever moved them: an entry, a setting, a newer version of this
/// crate. It is the same on every machine and after every restart.
///
/// # Example
/// A host that answers a reader's request:
/// ```
/// use gather::{Desk, Gathering};
///
/// let desk = Desk::in_memory();
/// let feed = desk.public_feed().name("Library network");
/// let (revision, asked_with) = (feed.revision(), "\"0123\", W/\"4567\""); // the header If-None-Match
/// assert!(!revision.is_in(asked_with)); // so: 200, the file, and the header ETag:
/// let etag = revision.etag();
///
/// assert!(feed.revision().is_in(&etag)); // next time nothing has changed: 304, and no body
/// drop(desk.announce(Gathering::webinar("Open day").at("2099-03-05 14:00 to 15:30 UTC".parse()?))?);
/// assert!(!desk.public_feed().name("Library network").revision().is_in(&etag));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "ETag")]
pub struct Revision {
    hash: [u8; 16],
    last_modified: Option<DateTime<Utc>>,
}

impl Revision {
    /// The value of the header `ETag`, in its quotes (RFC 9110, section 8.8.3): a strong one, since equal tags are equal bytes.
    #[must_use]
    pub fn etag(&self) -> String {
        format!("\"{self}\"")
    }

    /// When anything about its entries was changed last; `None` without an entry.
    ///
    /// For people and for old caches. It does not tell two states apart for sure: an entry that left, another name of the
    /// calendar, or two changes within a second leave it as it was. So send it beside an `ETag` and never alone: whoever
    /// sends If-None-Match is answered by that (RFC 9110, section 13.1.3).
    #[must_use]
    pub fn last_modified(&self) -> Option<DateTime<Utc>> {
        self.last_modified
    }

    /// The value of the header Last-Modified: `Thu, 05 Mar 2026 14:00:00 GMT` (RFC 9110, section 5.6.7).
    #[must_use]
    pub fn http_date(&self) -> Option<String> {
        self.last_modified.map(|time| time.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
    }

    /// Whether a reader who sent this If-None-Match has the calendar as it is: then the answer is 304 without a body.
    /// Weak tags, which caches make of strong ones, count too (RFC 9110, section 13.1.2).
    #[must_use]
    #[doc(alias = "If-None-Match")]
    pub fn is_in(&self, if_none_match: &str) -> bool {
        let etag = self.etag();
        let tags = if_none_match.split(',').map(str::trim);
        tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag)).any(|tag| tag == "*" || tag == etag)
    }
}

impl fmt::Display for Revision {
    /// The hash, in 32 hexadecimal digits: good as a name in a cache.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A revision in the making, piece by piece.
#[derive(Default)]
pub(super) struct Fingerprint(blake3::Hasher);

impl Fingerprint {
    pub(super) fn add(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// Sixteen of its bytes keep two calendars apart as well as anybody needs.
    pub(super) fn revision(&self, last_modified: Option<DateTime<Utc>>) -> Revision {
        let mut hash = [0; 16];
        self.0.finalize_xof().fill(&mut hash);
        Revision { hash, last_modified }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision(pieces: &[&str]) -> Revision {
        let mut fingerprint = Fingerprint::default();
        for piece in pieces {
            fingerprint.add(piece.as_bytes());
        }
        fingerprint.revision("2026-03-05T14:00:00.9Z".parse().ok())
    }

    #[test]
    fn it_depends_on_the_bytes_and_not_on_how_they_come() {
        assert_eq!(revision(&["BEGIN", ":VCALENDAR"]), revision(&["BEGIN:", "", "VCALENDAR"]));
        assert_ne!(revision(&["BEGIN:VCALENDAR"]), revision(&["BEGIN:VCALENDAR "]));
        assert_eq!(revision(&[]).to_string(), "af1349b9f5f9a1a6a0404dea36dcc949");
    }

    #[test]
    fn readers_tags_are_found_in_every_form_that_they_are_sent_in() {
        let it = revision(&["x"]);
        let (etag, other) = (it.etag(), revision(&["y"]).etag());
        for current in [etag.clone(), format!("W/{etag}"), format!("{other} , W/{etag}"), String::from(" * ")]
        {
            assert!(it.is_in(&current), "{current}");
        }
        for stale in ["", "\"\"", &other, &it.to_string(), &format!("{other},W/{other}")] {
            assert!(!it.is_in(stale), "{stale}");
        }
    }

    #[test]
    fn the_date_is_as_http_wants_it() {
        assert_eq!(revision(&[]).http_date().as_deref(), Some("Thu, 05 Mar 2026 14:00:00 GMT"));
        assert_eq!(Fingerprint::default().revision(None).http_date(), None);
    }
}
