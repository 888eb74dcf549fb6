//! Two wrappers that keep personal data where it belongs: [`Personal`] in memory, [`Sealed`] everywhere else.
//!
//! Only types live here. Keys, and what seals and opens, are in [`crate::privacy`].

use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use zeroize::Zeroize;

use crate::id::{GatheringId, PersonId, RegistrationId, ResourceId};
use crate::image::{Image, Sink, Source, image};
use crate::person::{Answers, JoinLink, Note, PersonDetails, PublishedName, ResourceLink};

/// A value about a person, in the clear, in memory only.
///
/// It cannot be printed, compared or serialised by accident: `Debug` shows `[personal]`, there is no `Display`
/// and no `Serialize`, and the memory is overwritten on drop. [`expose`](Self::expose) is the only way out.
///
/// ```
/// use gather::{Personal, PersonDetails};
///
/// let details = Personal::new(PersonDetails::new("Ann Example"));
/// assert_eq!(format!("{details:?}"), "[personal]");
/// assert_eq!(details.expose().name, "Ann Example");
/// ```
///
/// It cannot go into anything that is stored:
///
/// ```compile_fail,E0277
/// #[derive(serde::Serialize)]
/// struct OnDisk {
///     name: gather::Personal<String>,
/// }
/// ```
pub struct Personal<T: Zeroize>(T);

impl<T: Zeroize> Personal<T> {
    /// Wraps a value, so that from here on it is looked at on purpose only.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Looks at the value. Every call of this is a place where personal data leaves its wrapper.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> From<T> for Personal<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: Zeroize + Clone> Clone for Personal<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Zeroize> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

impl<T: Zeroize> Drop for Personal<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Names one key of a vault. Stored beside what it sealed; meaningless without the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyRef(u64);

image!(tuple KeyRef(number));

impl KeyRef {
    /// Takes the number under which a vault knows the key.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number under which the vault knows the key.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Which key, or which two, a sealed value needs. Destroying any of them makes it unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Keys {
    /// One key: the person's own, or the gathering's own.
    One(KeyRef),
    /// Two: answers open only with the person's key and the gathering's answers key together; needs likewise, with the
    /// gathering's key for needs.
    Both {
        /// The person's key.
        person: KeyRef,
        /// The key that the answers, or the needs, of one gathering share.
        gathering: KeyRef,
    },
}

image!(enum Keys { 0 => One(key), 1 => Both { person, gathering } });

impl Keys {
    /// Every key named, in the order in which they are stored.
    pub(crate) fn each(self) -> impl Iterator<Item = KeyRef> {
        let (first, second) = match self {
            Self::One(key) => (key, None),
            Self::Both { person, gathering } => (person, Some(gathering)),
        };
        std::iter::once(first).chain(second)
    }
}

/// A personal value as the log keeps it: unreadable without its keys, which can be destroyed.
///
/// The type says what is inside; whom it is about is said by the ids beside it.
pub struct Sealed<T> {
    keys: Keys,
    version: u8,
    bytes: Box<[u8]>,
    inside: PhantomData<fn() -> T>,
}

/// As it is in the log, still sealed.
impl<T> Image for Sealed<T> {
    fn put(&self, out: &mut Sink) {
        let Self { keys, version, bytes, inside: PhantomData } = self;
        keys.put(out);
        version.put(out);
        out.sized(bytes);
    }

    fn take(from: &mut Source<'_>) -> Option<Self> {
        let (keys, version) = (Keys::take(from)?, u8::take(from)?);
        Some(Self::from_parts(keys, version, from.sized()?.into()))
    }
}

impl<T> Sealed<T> {
    /// Puts together what a vault sealed, or what a log kept.
    pub(crate) fn from_parts(keys: Keys, version: u8, bytes: Box<[u8]>) -> Self {
        Self { keys, version, bytes, inside: PhantomData }
    }

    /// The keys that it takes to open this.
    #[must_use]
    pub fn keys(&self) -> Keys {
        self.keys
    }

    /// The same without what was sealed: that there was something, and which keys it took.
    pub(crate) fn emptied(&self) -> Self {
        Self::from_parts(self.keys, self.version, Box::default())
    }

    /// The version of the plain form inside.
    pub(crate) fn version(&self) -> u8 {
        self.version
    }

    /// Nonce, cipher text and tag.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

// By hand, since a derive would ask the same of `T`, which is never there.
impl<T> Clone for Sealed<T> {
    fn clone(&self) -> Self {
        Self::from_parts(self.keys, self.version, self.bytes.clone())
    }
}

impl<T> PartialEq for Sealed<T> {
    /// The same bytes. Two sealings of one value differ: each has a nonce of its own.
    fn eq(&self, other: &Self) -> bool {
        (self.keys, self.version, &self.bytes) == (other.keys, other.version, &other.bytes)
    }
}

impl<T> Eq for Sealed<T> {}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[sealed, {} bytes]", self.bytes.len())
    }
}

/// What came of opening something sealed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Opened<T: Zeroize> {
    /// It is readable.
    Known(Personal<T>),
    /// It was erased on purpose, and the log says so: the person was forgotten, or the answers' time was up.
    Forgotten {
        /// When.
        at: DateTime<Utc>,
    },
    /// It cannot be read, and not because somebody asked to be forgotten.
    Unavailable(Unavailable),
}

impl<T: Zeroize> Opened<T> {
    /// The value, if it is readable.
    #[must_use]
    pub fn known(&self) -> Option<&Personal<T>> {
        match self {
            Self::Known(value) => Some(value),
            Self::Forgotten { .. } | Self::Unavailable(_) => None,
        }
    }
}

/// Why something sealed cannot be read although nobody was forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unavailable {
    /// The vault does not have the key.
    KeyMissing,
    /// The key, or what it sealed, does not pass its own check.
    Damaged,
    /// The vault says that the key was destroyed on purpose, and the log does not say that it was to be: the log is older
    /// than its keys, or another's.
    KeyErased,
}

/// Opens what is sealed, one value at a time, when somebody asks.
///
/// Lists keep sealed values and an opener, so that nothing is opened before it is shown.
pub trait Opener: Send + Sync {
    /// Opens a person's details.
    fn person(&self, person: PersonId, sealed: &Sealed<PersonDetails>) -> Opened<PersonDetails>;
    /// Opens what a person answered for a gathering.
    fn answers(&self, person: PersonId, gathering: GatheringId, sealed: &Sealed<Answers>) -> Opened<Answers>;
    /// Opens the link to join a gathering.
    fn join_link(&self, gathering: GatheringId, sealed: &Sealed<JoinLink>) -> Opened<JoinLink>;
    /// Opens the name under which a person speaks.
    fn published_name(&self, person: PersonId, sealed: &Sealed<PublishedName>) -> Opened<PublishedName>;
    /// Opens the link of something that people get after a gathering.
    fn resource_link(
        &self,
        gathering: GatheringId,
        resource: ResourceId,
        sealed: &Sealed<ResourceLink>,
    ) -> Opened<ResourceLink>;
    /// Opens what the staff noted about a registration of a booker's.
    fn note(&self, booker: PersonId, registration: RegistrationId, sealed: &Sealed<Note>) -> Opened<Note>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_personal_is_printed() {
        let personal = Personal::new(String::from("Ann"));
        let sealed =
            Sealed::<PersonDetails>::from_parts(Keys::One(KeyRef::new(1)), 1, Box::new([65, 110, 110]));
        let text = format!("{personal:?} {sealed:?} {:?}", Opened::Known(personal.clone()));
        assert_eq!(text, "[personal] [sealed, 3 bytes] Known([personal])");
    }
}
