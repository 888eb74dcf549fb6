//! What is stored of who came, and of what people get afterwards.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Ids;
use crate::fact::{Fact, Presence, PresenceSource, Resource};
use crate::id::ResourceId;
use crate::log::error::Error;
use crate::log::wire::part::{Id, Micros, PresenceSourceV1, PresenceV1, ResourceV1, SealedV1, micros, time};
use crate::person::ResourceLink;
use crate::sealed::Sealed;

#[derive(Serialize, Deserialize)]
pub(super) struct PresenceRecordedV1 {
    place: u16,
    presence: PresenceV1,
    source: PresenceSourceV1,
    seen_at: Micros,
    flagged: bool,
}

impl PresenceRecordedV1 {
    pub(super) fn of(
        place: u16,
        presence: Presence,
        source: PresenceSource,
        seen_at: DateTime<Utc>,
        flagged: bool,
    ) -> Result<Self, Error> {
        let (presence, source) = (PresenceV1::of(presence), PresenceSourceV1::of(source));
        Ok(Self { place, presence, source, seen_at: micros(seen_at)?, flagged })
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::PresenceRecorded {
            gathering: ids.gathering()?,
            registration: ids.registration()?,
            place: self.place,
            presence: self.presence.read()?,
            source: self.source.read()?,
            seen_at: time(self.seen_at)?,
            flagged: self.flagged,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ResourceAttachedV1<'a> {
    #[serde(borrow)]
    resource: ResourceV1<'a>,
    link: SealedV1<'a>,
}

impl<'a> ResourceAttachedV1<'a> {
    pub(super) fn of(resource: &'a Resource, link: &'a Sealed<ResourceLink>) -> Self {
        Self { resource: ResourceV1::of(resource), link: SealedV1::of(link) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (resource, link) = (self.resource.resource()?, self.link.sealed());
        Ok(Fact::ResourceAttached { gathering: ids.gathering()?, resource, link })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ResourceWithdrawnV1 {
    resource: Id,
}

impl ResourceWithdrawnV1 {
    pub(super) fn of(resource: ResourceId) -> Self {
        Self { resource: Id(resource.bytes()) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let resource = ResourceId::from_bytes(self.resource.0);
        Ok(Fact::ResourceWithdrawn { gathering: ids.gathering()?, resource })
    }
}
