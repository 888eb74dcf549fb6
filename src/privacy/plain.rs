//! The plain forms: what lies inside a sealed value, byte for byte. Stored for ever, so apart from the types
//! that callers see, and frozen by the tests below.

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::person::{
    Answers, JoinLink, Needs, Note, PersonDetails, PublishedName, ReplyComment, ResourceLink,
};
use crate::token::TokenHash;

/// A value that can be sealed: its newest plain form to write, and every form to read.
pub(super) trait Plain: Zeroize + Sized {
    /// The version that is written now; kept beside the sealed bytes and bound to them.
    const VERSION: u8;

    /// The version that this value is written in: the oldest that says all of it, so that older readers open what they can.
    fn version(&self) -> u8 {
        Self::VERSION
    }

    /// The plain form that is written now.
    type Form<'a>: Serialize
    where
        Self: 'a;

    /// The value in that form.
    fn form(&self) -> Self::Form<'_>;

    /// Reads the form of a version. `None` is a version that is not known, or bytes that are not one such form
    /// and nothing else.
    fn read(version: u8, plain: &[u8]) -> Option<Self>;
}

/// postcard stops where the form ends and calls it a success, so the rest is looked at here.
fn whole<'a, T: Deserialize<'a>>(plain: &'a [u8]) -> Option<T> {
    match postcard::take_from_bytes(plain) {
        Ok((form, [])) => Some(form),
        Ok(_) | Err(_) => None,
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct PersonDetailsV1<'a> {
    name: &'a str,
    email: &'a str,
    phone: &'a str,
    organisation: &'a str,
    role: &'a str,
    region: &'a str,
}

impl PersonDetailsV1<'_> {
    fn details(&self, badge_name: &str) -> PersonDetails {
        let Self { name, email, phone, organisation, role, region } = *self;
        let details = PersonDetails::new(name).email(email).phone(phone).organisation(organisation);
        details.role(role).region(region).badge_name(badge_name)
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct PersonDetailsV2<'a> {
    #[serde(borrow)]
    first: PersonDetailsV1<'a>,
    badge_name: &'a str,
}

/// Either form, as its own bytes and nothing beside them.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum PersonDetailsForm<'a> {
    V1(PersonDetailsV1<'a>),
    V2(PersonDetailsV2<'a>),
}

impl Plain for PersonDetails {
    const VERSION: u8 = 2;
    type Form<'a> = PersonDetailsForm<'a>;

    fn version(&self) -> u8 {
        if self.badge_name.is_empty() { 1 } else { Self::VERSION }
    }

    fn form(&self) -> PersonDetailsForm<'_> {
        let Self { name, email, phone, organisation, role, region, badge_name } = self;
        let first = PersonDetailsV1 { name, email, phone, organisation, role, region };
        if badge_name.is_empty() {
            return PersonDetailsForm::V1(first);
        }
        PersonDetailsForm::V2(PersonDetailsV2 { first, badge_name })
    }

    fn read(version: u8, plain: &[u8]) -> Option<Self> {
        match version {
            1 => whole::<PersonDetailsV1<'_>>(plain).map(|form| form.details("")),
            2 => whole::<PersonDetailsV2<'_>>(plain).map(|form| form.first.details(form.badge_name)),
            _ => None,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct NeedsV1<'a> {
    diet: &'a str,
    access: &'a str,
}

impl Plain for Needs {
    const VERSION: u8 = 1;
    type Form<'a> = NeedsV1<'a>;

    fn form(&self) -> NeedsV1<'_> {
        let Self { diet, access } = self;
        NeedsV1 { diet, access }
    }

    fn read(version: u8, plain: &[u8]) -> Option<Self> {
        if version != 1 {
            return None;
        }
        let form: NeedsV1<'_> = whole(plain)?;
        Some(Self::diet(form.diet).and_access(form.access))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct NoteV1<'a> {
    note: &'a str,
}

impl Plain for Note {
    const VERSION: u8 = 1;
    type Form<'a> = NoteV1<'a>;

    fn form(&self) -> NoteV1<'_> {
        NoteV1 { note: self.as_str() }
    }

    fn read(version: u8, plain: &[u8]) -> Option<Self> {
        if version != 1 {
            return None;
        }
        let form: NoteV1<'_> = whole(plain)?;
        Some(Self::new(form.note))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct AnswersV1<'a> {
    #[serde(borrow)]
    answers: Vec<(&'a str, &'a str)>,
}

impl Plain for Answers {
    const VERSION: u8 = 1;
    type Form<'a> = AnswersV1<'a>;

    fn form(&self) -> AnswersV1<'_> {
        AnswersV1 { answers: self.iter().collect() }
    }

    fn read(version: u8, plain: &[u8]) -> Option<Self> {
        if version != 1 {
            return None;
        }
        let form: AnswersV1<'_> = whole(plain)?;
        Some(
            form.answers
                .into_iter()
                .fold(Self::new(), |all, (question, answer)| all.answer(question, answer)),
        )
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct JoinLinkV1<'a> {
    link: &'a str,
}

impl Plain for JoinLink {
    const VERSION: u8 = 1;
    type Form<'a> = JoinLinkV1<'a>;

    fn form(&self) -> JoinLinkV1<'_> {
        JoinLinkV1 { link: self.as_str() }
    }

    fn read(version: u8, plain: &[u8]) -> Option<Self> {
        if version != 1 {
            return None;
        }
        let form: JoinLinkV1<'_> = whole(plain)?;
        Some(Self::new(form.link))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ReplyCommentV1<'a> {
    comment: &'a str,
}

impl Plain for ReplyComment {
    const VERSION: u8 = 1;
    type Form<'a> = ReplyCommentV1<'a>;

    fn form(&self) -> ReplyCommentV1<'_> {
        ReplyCommentV1 { comment: self.as_str() }
    }

    fn read(version: u8, plain: &[u8]) -> Option<Self> {
        if version != 1 {
            return None;
        }
        let form: ReplyCommentV1<'_> = whole(plain)?;
        Some(Self::new(form.comment))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct PublishedNameV1<'a> {
    name: &'a str,
}

impl Plain for PublishedName {
    const VERSION: u8 = 1;
    type Form<'a> = PublishedNameV1<'a>;

    fn form(&self) -> PublishedNameV1<'_> {
        PublishedNameV1 { name: self.as_str() }
    }

    fn read(version: u8, plain: &[u8]) -> Option<Self> {
        if version != 1 {
            return None;
        }
        let form: PublishedNameV1<'_> = whole(plain)?;
        Some(Self::new(form.name))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ResourceLinkV1<'a> {
    link: &'a str,
}

impl Plain for ResourceLink {
    const VERSION: u8 = 1;
    type Form<'a> = ResourceLinkV1<'a>;

    fn form(&self) -> ResourceLinkV1<'_> {
        ResourceLinkV1 { link: self.as_str() }
    }

    fn read(version: u8, plain: &[u8]) -> Option<Self> {
        if version != 1 {
            return None;
        }
        let form: ResourceLinkV1<'_> = whole(plain)?;
        Some(Self::new(form.link))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct TokenHashV1 {
    hash: [u8; 32],
}

impl Plain for TokenHash {
    const VERSION: u8 = 1;
    type Form<'a> = TokenHashV1;

    fn form(&self) -> TokenHashV1 {
        TokenHashV1 { hash: self.bytes() }
    }

    fn read(version: u8, plain: &[u8]) -> Option<Self> {
        if version != 1 {
            return None;
        }
        let form: TokenHashV1 = whole(plain)?;
        Some(Self::from_bytes(form.hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: &impl Plain) -> Vec<u8> {
        postcard::to_allocvec(&value.form()).unwrap()
    }

    /// Written once, by hand from the description of the form: a change here makes old logs unreadable.
    #[test]
    fn the_plain_forms_never_change() {
        let ann = PersonDetails::new("Ann").email("a@b").phone("1").organisation("Hü").role("").region("N");
        assert_eq!(bytes(&ann), b"\x03Ann\x03a@b\x011\x03H\xc3\xbc\x00\x01N");
        assert!(PersonDetails::read(1, b"\x03Ann\x03a@b\x011\x03H\xc3\xbc\x00\x01N").unwrap() == ann);

        let badge = ann.badge_name("An");
        assert_eq!(badge.version(), 2);
        assert_eq!(bytes(&badge), b"\x03Ann\x03a@b\x011\x03H\xc3\xbc\x00\x01N\x02An");
        assert!(PersonDetails::read(2, b"\x03Ann\x03a@b\x011\x03H\xc3\xbc\x00\x01N\x02An").unwrap() == badge);

        let needs = Needs::diet("no nuts").and_access("ramp");
        assert_eq!(bytes(&needs), b"\x07no nuts\x04ramp");
        assert!(Needs::read(1, b"\x07no nuts\x04ramp").unwrap() == needs);

        let note = Note::new("by the door");
        assert_eq!(bytes(&note), b"\x0bby the door");
        assert!(Note::read(1, b"\x0bby the door").unwrap() == note);

        let answers = Answers::new().answer("diet", "no nuts").answer("q", "");
        assert_eq!(bytes(&answers), b"\x02\x04diet\x07no nuts\x01q\x00");
        assert!(Answers::read(1, b"\x02\x04diet\x07no nuts\x01q\x00").unwrap() == answers);

        let link = JoinLink::new("https://x");
        assert_eq!(bytes(&link), b"\x09https://x");
        assert!(JoinLink::read(1, b"\x09https://x").unwrap() == link);

        let name = PublishedName::new("Dr Ann");
        assert_eq!(bytes(&name), b"\x06Dr Ann");
        assert!(PublishedName::read(1, b"\x06Dr Ann").unwrap() == name);

        let slides = ResourceLink::new("https://y");
        assert_eq!(bytes(&slides), b"\x09https://y");
        assert!(ResourceLink::read(1, b"\x09https://y").unwrap() == slides);

        let hash = TokenHash::from_bytes(*b"these are the 32 bytes of a hash");
        assert_eq!(bytes(&hash), b"these are the 32 bytes of a hash");
        assert!(TokenHash::read(1, b"these are the 32 bytes of a hash").unwrap() == hash);
    }

    #[test]
    fn what_is_cut_or_has_more_behind_it_is_not_read() {
        let whole = b"\x03Ann\x00\x00\x00\x00\x00";
        assert!(PersonDetails::read(1, whole).is_some());
        for end in 0..whole.len() {
            assert!(PersonDetails::read(1, &whole[..end]).is_none(), "{end} bytes");
        }
        assert!(PersonDetails::read(1, b"\x03Ann\x00\x00\x00\x00\x00\x00").is_none());
        assert!(PersonDetails::read(2, b"\x03Ann\x00\x00\x00\x00\x00").is_none());
        assert!(PersonDetails::read(2, b"\x03Ann\x00\x00\x00\x00\x00\x00").is_some());
        assert!(Needs::read(1, b"\x01x\x00\x00").is_none());
        assert!(Needs::read(1, b"\x01x").is_none());
        assert!(Note::read(1, b"\x01x\x00").is_none());
        assert!(JoinLink::read(1, b"\x01x\x00").is_none());
        assert!(PublishedName::read(1, b"\x01x\x00").is_none());
        assert!(ResourceLink::read(1, b"\x01x\x00").is_none());
        assert!(Answers::read(1, b"\x01\x01q").is_none());
        assert!(TokenHash::read(1, b"these are the 31 bytes of one..").is_none());
        assert!(TokenHash::read(1, b"these are the 32 bytes of a hash\x00").is_none());
    }

    #[test]
    fn only_known_versions_are_read() {
        for version in [0, 3, 255] {
            assert!(PersonDetails::read(version, b"\x00\x00\x00\x00\x00\x00").is_none());
            assert!(PersonDetails::read(version, b"\x00\x00\x00\x00\x00\x00\x00").is_none());
        }
        for version in [0, 2, 255] {
            assert!(Needs::read(version, b"\x00\x00").is_none());
            assert!(Note::read(version, b"\x00").is_none());
            assert!(Answers::read(version, b"\x00").is_none());
            assert!(JoinLink::read(version, b"\x00").is_none());
            assert!(PublishedName::read(version, b"\x00").is_none());
            assert!(ResourceLink::read(version, b"\x00").is_none());
            assert!(TokenHash::read(version, &[0; 32]).is_none());
        }
    }
}
