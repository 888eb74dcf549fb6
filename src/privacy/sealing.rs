//! Sealing and opening of one value with one key: XChaCha20-Poly1305 over a padded plain form.
//!
//! Sealed bytes are a nonce of 24, the cipher text, and a tag of 16. `docs/keys.md` draws them.

use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305};
use postcard::ser_flavors::Size;
use zeroize::Zeroizing;

use super::error::VaultError;
use super::plain::Plain;
use super::vault::{Key, fill_random};
use crate::id::{GatheringId, PersonId, RegistrationId, ResourceId, VaultId};

const NONCE: usize = 24;
const TAG: usize = 16;
/// What the length of the plain form takes, in front of it.
const LENGTH: usize = 4;
/// Plain forms are filled up to a multiple of this, so that a length does not tell a name.
const BLOCK: usize = 128;

/// Whom a sealed value is about, and what kind of value it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject {
    Person(PersonId),
    Answers(PersonId, GatheringId),
    JoinLink(GatheringId),
    PublishedName(PersonId),
    ResourceLink(ResourceId, GatheringId),
    CalendarToken(PersonId),
    ReplyComment(PersonId, GatheringId),
    Needs(PersonId, GatheringId),
    Note(PersonId, RegistrationId),
}

/// What is bound to a sealed value without being in it: it opens only where this is the same.
///
/// Every part has a fixed place, so no two subjects share it. A resource has a person's place and a registration a gathering's;
/// the class tells them apart.
fn bound(vault: VaultId, about: Subject, version: u8) -> [u8; 50] {
    let nobody = [0; 16];
    let (class, whose, on) = match about {
        Subject::Person(person) => (1, person.bytes(), nobody),
        Subject::Answers(person, gathering) => (2, person.bytes(), gathering.bytes()),
        Subject::JoinLink(gathering) => (3, nobody, gathering.bytes()),
        Subject::PublishedName(person) => (4, person.bytes(), nobody),
        Subject::ResourceLink(resource, gathering) => (5, resource.bytes(), gathering.bytes()),
        Subject::CalendarToken(person) => (6, person.bytes(), nobody),
        Subject::ReplyComment(person, gathering) => (11, person.bytes(), gathering.bytes()),
        Subject::Needs(person, gathering) => (12, person.bytes(), gathering.bytes()),
        Subject::Note(person, registration) => (13, person.bytes(), registration.bytes()),
    };
    let mut bytes = [0; 50];
    let parts = [&vault.bytes()[..], &[class, version], &whose, &on];
    for (place, byte) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
        *place = *byte;
    }
    bytes
}

/// The key of one person's answers for one gathering. Without either of the two it cannot be made again.
pub(super) fn answers_key(person: &Key, gathering: &Key) -> Key {
    derived("gather 2026 key of one person's answers for one gathering", person, gathering)
}

/// The key of one person's needs for one gathering, as that of their answers.
pub(super) fn needs_key(person: &Key, gathering: &Key) -> Key {
    derived("gather 2026 key of one person's needs for one gathering", person, gathering)
}

fn derived(context: &str, person: &Key, gathering: &Key) -> Key {
    let mut hash = blake3::Hasher::new_derive_key(context);
    hash.update(person.expose());
    hash.update(gathering.expose());
    Key::from_bytes(hash.finalize().into())
}

/// The three parts of sealed bytes. `None` if there is no room for them, or no whole block between.
fn parts(sealed: &mut [u8]) -> Option<(&mut [u8; NONCE], &mut [u8], &mut [u8; TAG])> {
    let (nonce, rest) = sealed.split_first_chunk_mut()?;
    let (text, tag) = rest.split_last_chunk_mut()?;
    (!text.is_empty() && text.len().is_multiple_of(BLOCK)).then_some((nonce, text, tag))
}

/// Seals a value under a nonce of its own.
pub(super) fn seal<T: Plain>(
    value: &T,
    about: Subject,
    vault: VaultId,
    key: &Key,
) -> Result<Box<[u8]>, VaultError> {
    // It becomes cipher text where it lies, so that no second copy of the plain form is made.
    let mut sealed = padded(value).ok_or_else(too_large)?;
    let (nonce, text, tag) = parts(&mut sealed).ok_or_else(too_large)?;
    fill_random(nonce)?;
    let bound = bound(vault, about, value.version());
    *tag = XChaCha20Poly1305::new(key.expose().into())
        .encrypt_inout_detached((&*nonce).into(), &bound, text.into())
        .map_err(|cause| too_large().because(cause.to_string()))?
        .into();
    Ok(std::mem::take(&mut *sealed).into_boxed_slice())
}

/// Zeros, as many as sealing would give, in the place of a value whose plain form was made.
#[cfg(feature = "testkit")]
pub(super) fn blank<T: Plain>(value: &T) -> Result<Box<[u8]>, VaultError> {
    let mut blank = padded(value).ok_or_else(too_large)?;
    blank.fill(0);
    Ok(std::mem::take(&mut *blank).into_boxed_slice())
}

fn too_large() -> VaultError {
    VaultError::unavailable("a value is too large to be sealed")
}

/// The padded plain form, with room for a nonce before it and a tag behind it. Made in one piece: a buffer that
/// grows would leave plain bytes behind.
fn padded<T: Plain>(value: &T) -> Option<Zeroizing<Vec<u8>>> {
    let form = value.form();
    let length = postcard::serialize_with_flavor(&form, Size::default()).ok()?;
    let text = length.checked_add(LENGTH)?.checked_next_multiple_of(BLOCK)?;
    let mut room = Zeroizing::new(vec![0; text.checked_add(NONCE + TAG)?]);
    let (_, text, _) = parts(&mut room)?;
    let (prefix, plain) = text.split_first_chunk_mut()?;
    *prefix = u32::try_from(length).ok()?.to_le_bytes();
    postcard::to_slice(&form, plain).ok()?;
    Some(room)
}

/// Opens sealed bytes. `None` is whatever was not sealed just so: another key, subject, class, version or vault,
/// changed bytes, a plain form that this version does not know.
pub(super) fn open<T: Plain>(
    sealed: &[u8],
    version: u8,
    about: Subject,
    vault: VaultId,
    key: &Key,
) -> Option<T> {
    let mut sealed = Zeroizing::new(sealed.to_vec());
    let (nonce, text, tag) = parts(&mut sealed)?;
    XChaCha20Poly1305::new(key.expose().into())
        .decrypt_inout_detached(
            (&*nonce).into(),
            &bound(vault, about, version),
            (&mut *text).into(),
            (&*tag).into(),
        )
        .ok()?;
    T::read(version, unpadded(text)?)
}

/// The plain form inside its padding, which has to be shorter than a block and all zeros.
fn unpadded(text: &[u8]) -> Option<&[u8]> {
    let (prefix, rest) = text.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*prefix)).ok()?;
    let (plain, padding) = rest.split_at_checked(length)?;
    (padding.len() < BLOCK && padding.iter().all(|&byte| byte == 0)).then_some(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::person::{Answers, JoinLink, PersonDetails, PublishedName, ResourceLink};

    const VAULT: VaultId = VaultId::from_u128(1);
    const ANN: PersonId = PersonId::from_u128(2);
    const TALK: GatheringId = GatheringId::from_u128(3);
    const SLIDES: ResourceId = ResourceId::from_u128(4);

    fn key(byte: u8) -> Key {
        Key::from_bytes([byte; 32])
    }

    fn sealed_link() -> Box<[u8]> {
        seal(&JoinLink::new("https://meet.example/x"), Subject::JoinLink(TALK), VAULT, &key(1)).unwrap()
    }

    fn opens(sealed: &[u8], version: u8, about: Subject, vault: VaultId, key: &Key) -> bool {
        open::<JoinLink>(sealed, version, about, vault, key).is_some()
    }

    #[test]
    fn nothing_opens_under_another_name() {
        let sealed = sealed_link();
        let about = Subject::JoinLink(TALK);
        assert!(opens(&sealed, 1, about, VAULT, &key(1)));
        assert!(!opens(&sealed, 1, about, VAULT, &key(2)), "another key");
        assert!(!opens(&sealed, 1, about, VaultId::from_u128(9), &key(1)), "another vault");
        assert!(!opens(&sealed, 2, about, VAULT, &key(1)), "another version");
        let others = [
            Subject::JoinLink(GatheringId::from_u128(9)),
            Subject::Person(PersonId::from_uuid(TALK.uuid())),
            Subject::Answers(ANN, TALK),
            Subject::Answers(PersonId::from_u128(0), TALK),
        ];
        for other in others {
            assert!(!opens(&sealed, 1, other, VAULT, &key(1)), "{other:?}");
        }
    }

    /// A name and details share the person's key, and a name's plain form is that of a link: only what is bound
    /// keeps them apart.
    #[test]
    fn a_published_name_opens_as_nothing_else() {
        let about = Subject::PublishedName(ANN);
        let sealed = seal(&PublishedName::new("Dr Ann"), about, VAULT, &key(1)).unwrap();
        let opens = |other| open::<PublishedName>(&sealed, 1, other, VAULT, &key(1)).is_some();
        assert!(opens(about));
        let others = [
            Subject::PublishedName(PersonId::from_u128(9)),
            Subject::Person(ANN),
            Subject::Answers(ANN, GatheringId::from_u128(0)),
            Subject::JoinLink(GatheringId::from_uuid(ANN.uuid())),
        ];
        for other in others {
            assert!(!opens(other), "{other:?}");
        }
        let details = seal(&PublishedName::new("Ann"), Subject::Person(ANN), VAULT, &key(1)).unwrap();
        assert!(open::<PublishedName>(&details, 1, about, VAULT, &key(1)).is_none(), "sealed as details");
    }

    /// It shares the key of the gathering's texts with the link to join and with every other resource.
    #[test]
    fn a_resource_link_opens_as_that_of_no_other_resource() {
        let about = Subject::ResourceLink(SLIDES, TALK);
        let sealed = seal(&ResourceLink::new("https://y"), about, VAULT, &key(1)).unwrap();
        let opens = |other| open::<ResourceLink>(&sealed, 1, other, VAULT, &key(1)).is_some();
        assert!(opens(about));
        let others = [
            Subject::ResourceLink(ResourceId::from_u128(9), TALK),
            Subject::ResourceLink(SLIDES, GatheringId::from_u128(9)),
            Subject::ResourceLink(ResourceId::from_uuid(TALK.uuid()), GatheringId::from_uuid(SLIDES.uuid())),
            Subject::Answers(PersonId::from_uuid(SLIDES.uuid()), TALK),
            Subject::JoinLink(TALK),
        ];
        for other in others {
            assert!(!opens(other), "{other:?}");
        }
        let join = seal(&ResourceLink::new("https://y"), Subject::JoinLink(TALK), VAULT, &key(1)).unwrap();
        assert!(open::<ResourceLink>(&join, 1, about, VAULT, &key(1)).is_none(), "sealed as a link to join");
    }

    #[test]
    fn one_flipped_bit_is_enough() {
        let sealed = sealed_link();
        for bit in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(!opens(&flipped, 1, Subject::JoinLink(TALK), VAULT, &key(1)), "bit {bit}");
        }
    }

    #[test]
    fn what_is_too_short_or_too_long_does_not_open() {
        let sealed = sealed_link();
        for length in 0..sealed.len() {
            assert!(!opens(&sealed[..length], 1, Subject::JoinLink(TALK), VAULT, &key(1)), "{length}");
        }
        let longer = [&sealed[..], &[0; BLOCK]].concat();
        assert!(!opens(&longer, 1, Subject::JoinLink(TALK), VAULT, &key(1)));
    }

    #[test]
    fn a_length_does_not_tell_a_name() {
        let lengths = (1..=100).map(|length| {
            let details = PersonDetails::new("x".repeat(length));
            seal(&details, Subject::Person(ANN), VAULT, &key(1)).unwrap().len()
        });
        assert_eq!(
            lengths.collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>(),
            [NONCE + BLOCK + TAG]
        );
    }

    #[test]
    fn two_sealings_of_one_value_have_nothing_in_common() {
        let (first, second) = (sealed_link(), sealed_link());
        assert_ne!(first[..NONCE], second[..NONCE]);
        assert_ne!(first[NONCE..], second[NONCE..]);
        assert!(![first, second].concat().windows(4).any(|window| window == b"meet"), "it can be read");
    }

    /// What is bound is stored for ever in every tag.
    #[test]
    fn what_is_bound_never_changes() {
        let person = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
        let gathering = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3];
        let vault = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        let expected = [&vault[..], &[2, 1], &person, &gathering].concat();
        assert_eq!(bound(VAULT, Subject::Answers(ANN, TALK), 1)[..], expected);
        assert_eq!(bound(VAULT, Subject::Person(ANN), 7)[16..34], [&[1, 7], &person[..]].concat());
        assert_eq!(bound(VAULT, Subject::JoinLink(TALK), 1)[16..34], [&[3, 1][..], &[0; 16]].concat());
        let name = [&[4, 1], &person[..], &[0; 16]].concat();
        assert_eq!(bound(VAULT, Subject::PublishedName(ANN), 1)[16..], name);
        let resource = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4];
        let link = [&[5, 1], &resource[..], &gathering].concat();
        assert_eq!(bound(VAULT, Subject::ResourceLink(SLIDES, TALK), 1)[16..], link);
        let token = [&[6, 1], &person[..], &[0; 16]].concat();
        assert_eq!(bound(VAULT, Subject::CalendarToken(ANN), 1)[16..], token);
        let needs = [&[12, 1], &person[..], &gathering].concat();
        assert_eq!(bound(VAULT, Subject::Needs(ANN, TALK), 1)[16..], needs);
        let registration = RegistrationId::from_uuid(TALK.uuid());
        let note = [&[13, 1], &person[..], &gathering].concat();
        assert_eq!(bound(VAULT, Subject::Note(ANN, registration), 1)[16..], note);
    }

    /// Made by another implementation of the cipher, from what `docs/keys.md` says.
    #[test]
    fn sealed_bytes_of_the_past_open() {
        let hex = "000102030405060708090a0b0c0d0e0f101112131415161772d0db8594f9a3fc\
            933550673b4a76b0f5b69ccef84b80d2200cfbb1ef7c1363b1d34e89c0be20fa\
            722ea9c0ba9268c3cf67a69259ade335573de2e1701a79dca962879ca405702a\
            4084d0f21191cb1e45df8e52be23d19a8fcd14ef8fed35e4a287156c7e2ea911\
            04ae0d6b6e52c8e7686d62f724f08cc4c5b73d7bdc8af452999fbc2699b48f70\
            5ccdbdfed929ef56";
        let sealed: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let link: JoinLink = open(&sealed, 1, Subject::JoinLink(TALK), VAULT, &key(1)).unwrap();
        assert_eq!(link.as_str(), "https://x");
    }

    #[test]
    fn answers_keys_never_change() {
        let shown = blake3::Hash::from_bytes(*answers_key(&key(1), &key(2)).expose()).to_hex();
        assert_eq!(shown.as_str(), "0cbe6c88666114f1448fdae1ba527db1ffbf479819ee6546517c5041de91c716");
    }

    #[test]
    fn needs_keys_never_change_and_are_not_those_of_answers() {
        let derived = needs_key(&key(1), &key(2));
        assert_eq!(
            blake3::Hash::from_bytes(*derived.expose()).to_hex().as_str(),
            "502264461b2e5c0fa95c9635929d9cd9dfd1403545b707f3868dc35d24021c48"
        );
        assert_ne!(derived.expose(), answers_key(&key(1), &key(2)).expose());
        assert_ne!(derived.expose(), needs_key(&key(2), &key(1)).expose());
    }

    #[test]
    fn answers_keys_need_both_and_in_their_order() {
        let derived = answers_key(&key(1), &key(2));
        assert_eq!(derived.expose(), answers_key(&key(1), &key(2)).expose());
        for other in
            [answers_key(&key(2), &key(1)), answers_key(&key(1), &key(3)), answers_key(&key(3), &key(2))]
        {
            assert_ne!(derived.expose(), other.expose());
        }
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_equal(
            texts in prop::collection::vec(".{0,300}", 6),
            answers in prop::collection::vec((".{0,40}", ".{0,400}"), 0..12),
        ) {
            let details = PersonDetails::new(texts[0].clone()).email(texts[1].clone()).phone(texts[2].clone())
                .organisation(texts[3].clone()).role(texts[4].clone()).region(texts[5].clone());
            let answers = answers.iter().fold(Answers::new(), |all, (q, a)| all.answer(q.clone(), a.clone()));
            let link = JoinLink::new(texts[0].clone());
            let name = PublishedName::new(texts[0].clone());
            let slides = ResourceLink::new(texts[0].clone());

            let about = Subject::Person(ANN);
            let sealed = seal(&details, about, VAULT, &key(1)).unwrap();
            prop_assert!(open::<PersonDetails>(&sealed, 1, about, VAULT, &key(1)) == Some(details));
            let about = Subject::Answers(ANN, TALK);
            let sealed = seal(&answers, about, VAULT, &key(1)).unwrap();
            prop_assert!(open::<Answers>(&sealed, 1, about, VAULT, &key(1)) == Some(answers));
            let about = Subject::JoinLink(TALK);
            let sealed = seal(&link, about, VAULT, &key(1)).unwrap();
            prop_assert!(open::<JoinLink>(&sealed, 1, about, VAULT, &key(1)) == Some(link));
            let about = Subject::PublishedName(ANN);
            let sealed = seal(&name, about, VAULT, &key(1)).unwrap();
            prop_assert!(open::<PublishedName>(&sealed, 1, about, VAULT, &key(1)) == Some(name));
            let about = Subject::ResourceLink(SLIDES, TALK);
            let sealed = seal(&slides, about, VAULT, &key(1)).unwrap();
            prop_assert!(open::<ResourceLink>(&sealed, 1, about, VAULT, &key(1)) == Some(slides));
        }

        #[test]
        fn any_bytes_are_refused_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(open::<PersonDetails>(&bytes, 1, Subject::Person(ANN), VAULT, &key(1)).is_none());
        }
    }
}
