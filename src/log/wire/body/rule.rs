//! What is stored of the rules for booking that are changed on the way: set-asides, priorities, pauses.

use serde::{Deserialize, Serialize};

use super::Ids;
use crate::fact::{BookingTime, Fact, SetAside, Who};
use crate::id::{OfferingId, SetAsideId};
use crate::log::error::Error;
use crate::log::wire::part::{BookingTimeV1, SetAsideV1, WhoV1, classes, reference};
use crate::text::Reference;

#[derive(Serialize, Deserialize)]
pub(super) struct SetAsideMadeV1<'a> {
    #[serde(borrow)]
    set_aside: SetAsideV1<'a>,
}

impl<'a> SetAsideMadeV1<'a> {
    pub(super) fn of(set_aside: &'a SetAside) -> Result<Self, Error> {
        Ok(Self { set_aside: SetAsideV1::of(set_aside)? })
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::SetAsideMade { gathering: ids.gathering()?, set_aside: self.set_aside.set_aside()? })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct SetAsideChangedV1 {
    set_aside: u16,
    places: u32,
    release: Option<BookingTimeV1>,
}

impl SetAsideChangedV1 {
    pub(super) fn of(
        set_aside: SetAsideId,
        places: u32,
        release: Option<BookingTime>,
    ) -> Result<Self, Error> {
        let release = release.map(BookingTimeV1::of).transpose()?;
        Ok(Self { set_aside: set_aside.get(), places, release })
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (set_aside, places) = (SetAsideId::new(self.set_aside), self.places);
        let release = self.release.map(BookingTimeV1::time).transpose()?;
        Ok(Fact::SetAsideChanged { gathering: ids.gathering()?, set_aside, places, release })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct BookingPausedV1<'a> {
    reason: Option<&'a str>,
}

impl<'a> BookingPausedV1<'a> {
    pub(super) fn of(reason: Option<&'a Reference>) -> Self {
        Self { reason: reason.map(Reference::as_str) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let reason = self.reason.map(reference).transpose()?;
        Ok(Fact::BookingPaused { gathering: ids.gathering()?, reason })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct LineClosedV1 {
    offering: u16,
}

impl LineClosedV1 {
    pub(super) fn of(offering: OfferingId) -> Self {
        Self { offering: offering.get() }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let offering = OfferingId::new(self.offering);
        Ok(Fact::LineClosed { gathering: ids.gathering()?, offering })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct PrioritiesChangedV1<'a> {
    #[serde(borrow)]
    priorities: Vec<Vec<WhoV1<'a>>>,
    reason: &'a str,
}

impl<'a> PrioritiesChangedV1<'a> {
    pub(super) fn of(priorities: &'a [Vec<Who>], reason: &'a Reference) -> Self {
        let priorities = priorities.iter().map(|class| WhoV1::all(class)).collect();
        Self { priorities, reason: reason.as_str() }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (priorities, reason) = (classes(self.priorities)?, reference(self.reason)?);
        Ok(Fact::PrioritiesChanged { gathering: ids.gathering()?, priorities, reason })
    }
}
