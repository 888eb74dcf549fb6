//! Names for things. Every id is a small copyable value without a meaning of its own.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use blake3::hazmat::{ContextKey, HasherExt, hash_derive_key_context};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::image::{Image, Sink, Source, image};

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes an id from a UUID that the host already has.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Takes an id from a number: handy in tests, examples and migrations.
            #[must_use]
            pub const fn from_u128(number: u128) -> Self {
                Self(Uuid::from_u128(number))
            }

            /// Rolls a random id (version 4), which tells nothing of when it was made.
            #[must_use]
            pub fn random() -> Self {
                Self(crate::random::uuid())
            }

            /// The id as a UUID.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// Takes an id from its 16 bytes, as a database may keep them.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The id's 16 bytes.
            #[must_use]
            pub const fn bytes(self) -> [u8; 16] {
                self.0.into_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl Image for $name {
            fn put(&self, out: &mut Sink) {
                self.0.as_bytes().put(out);
            }

            fn take(from: &mut Source<'_>) -> Option<Self> {
                from.chunk().map(Self::from_bytes)
            }
        }
    };
}

uuid_id! {
    /// Somebody who can hold a place. The log knows a person by this id alone.
    #[doc(alias = "user")]
    #[doc(alias = "attendee")]
    PersonId
}
uuid_id! {
    /// One bookable thing: a webinar, a workshop, a conference.
    #[doc(alias = "event")]
    GatheringId
}
uuid_id! {
    /// One person's or party's claim on places. It is also the UID of its calendar entry.
    #[doc(alias = "ticket")]
    #[doc(alias = "order")]
    RegistrationId
}
uuid_id! {
    /// One timed part of a gathering's programme: a talk, a workshop. It is also the UID of its calendar entry.
    #[doc(alias = "talk")]
    SessionId
}
uuid_id! {
    /// An organisation that people come from, as the host numbers them: a library, a council. Opaque, never a name.
    #[doc(alias = "member organisation")]
    OrganisationId
}
uuid_id! {
    /// Several gatherings of which one person holds one: the dates of a course that is given again and again.
    SeriesId
}
uuid_id! {
    /// Something that people get after a gathering: the recording, a handout, the slides.
    ResourceId
}
uuid_id! {
    /// One act of checking somebody in, as whatever reads the tickets numbers it. Sent twice, it counts once.
    #[doc(alias = "nonce")]
    ScanId
}
uuid_id! {
    /// One request of a caller. Sent twice, it is answered twice and done once.
    #[doc(alias = "idempotency key")]
    RequestId
}
uuid_id! {
    /// Who asked: opaque to the crate, never a name or an address.
    ActorId
}
uuid_id! {
    /// The host's own trace, to find a batch from its logs and back.
    TraceId
}
uuid_id! {
    /// One log. Copies of a log keep its id.
    LogId
}
uuid_id! {
    /// One set of keys. What it sealed opens with no other.
    VaultId
}

/// What ids are derived with. It is the same for all, and hashing it takes as long as hashing a request.
static IDS: LazyLock<ContextKey> =
    LazyLock::new(|| hash_derive_key_context("gather 2026 ids of one request"));

impl RequestId {
    /// The `nth` new id that belongs to this request.
    ///
    /// New ids are derived, so that the same request names the same things however often it is sent and
    /// wherever it is decided. It is a hash: it tells nothing of the request's own id, nor of the time.
    #[must_use]
    pub fn derive(self, nth: u32) -> Uuid {
        let mut material = [0; 20];
        let (request, number) = material.split_at_mut(16);
        request.copy_from_slice(self.0.as_bytes());
        number.copy_from_slice(&nth.to_le_bytes());
        let hash = blake3::Hasher::new_from_context_key(&IDS).update(&material).finalize();
        Uuid::new_v8(hash.as_bytes().first_chunk().copied().unwrap_or_default())
    }
}

macro_rules! local_id {
    ($(#[$doc:meta])* $name:ident, $usual:ident = $number:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(u16);

        impl $name {
            /// The one that a gathering has when its author names none.
            pub const $usual: Self = Self($number);

            /// Chooses a number, unique within its gathering.
            #[must_use]
            pub const fn new(number: u16) -> Self {
                Self(number)
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> u16 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        image!(tuple $name(number));
    };
}

local_id! {
    /// What a person books within a gathering: "in person", "online", "site visit". A number that the
    /// gathering's author chooses, unique within the gathering.
    #[doc(alias = "ticket type")]
    #[doc(alias = "product")]
    OfferingId, ONLY = 1
}
local_id! {
    /// A named limit on places within a gathering. A number that the gathering's author chooses.
    #[doc(alias = "quota")]
    PoolId, ONLY = 1
}
local_id! {
    /// Places inside a pool that are kept for some people. A number that the gathering's author chooses, unique within
    /// the gathering.
    #[doc(alias = "reservation")]
    #[doc(alias = "block")]
    SetAsideId, ONLY = 1
}
local_id! {
    /// A list at which people are checked in: the door, a workshop, the online room. A number that the gathering's author
    /// chooses, unique within the gathering; 0 is there without being set.
    CheckInListId, DOOR = 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_what_they_print() {
        let id = GatheringId::from_u128(7);
        assert_eq!(id.to_string().parse::<GatheringId>().unwrap(), id);
        assert_eq!(OfferingId::new(3).to_string().parse::<OfferingId>().unwrap(), OfferingId::new(3));
    }

    /// Receipts of repeated requests name the ids of the first, so the derivation is a promise.
    #[test]
    fn derived_ids_never_change() {
        let request = RequestId::from_u128(1);
        assert_eq!(request.derive(0), request.derive(0));
        assert_ne!(request.derive(0), request.derive(1));
        assert_ne!(request.derive(0), RequestId::from_u128(2).derive(0));
        assert_eq!(request.derive(0).get_version_num(), 8);
        let mut material = [0; 20];
        material[15] = 1;
        let hash = blake3::derive_key("gather 2026 ids of one request", &material);
        assert_eq!(request.derive(0).as_bytes()[..6], hash[..6]);
        assert_eq!(request.derive(0).to_string(), "618db572-5693-89a3-894d-0f0adf23cc65");
    }
}
