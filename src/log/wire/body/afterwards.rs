//! What is stored of who came, and of what people get afterwards.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Ids;
use crate::fact::{Fact, Presence, PresenceSource, Resource};
use crate::id::ResourceId;
use crate::log::error::Error;
use crate::log::wire::part::{
    ResourceV1, SealedV1, micros, presence, presence_code, presence_source, presence_source_code, time,
};
use crate::person::ResourceLink;
use crate::sealed::Sealed;

#[derive(Serialize, Deserialize)]
pub(super) struct PresenceRecordedV1 {
    place: u16,
    presence: u8,
    source: u8,
    seen_at: i64,
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
        let (presence, source) = (presence_code(presence), presence_source_code(source));
        Ok(Self { place, presence, source, seen_at: micros(seen_at)?, flagged })
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::PresenceRecorded {
            gathering: ids.gathering()?,
            registration: ids.registration()?,
            place: self.place,
            presence: presence(self.presence)?,
            source: presence_source(self.source)?,
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
    resource: [u8; 16],
}

impl ResourceWithdrawnV1 {
    pub(super) fn of(resource: ResourceId) -> Self {
        Self { resource: resource.bytes() }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let resource = ResourceId::from_bytes(self.resource);
        Ok(Fact::ResourceWithdrawn { gathering: ids.gathering()?, resource })
    }
}
