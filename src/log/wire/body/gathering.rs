//! What is stored of a gathering: what it is, and how that changes.

use serde::{Deserialize, Serialize};

use super::Ids;
use crate::fact::{
    Announcement, BookingWindow, Capacity, Fact, Mode, Offering, Overbook, Pool, Reconfirmation,
};
use crate::id::{GatheringId, OfferingId, PoolId, SeriesId};
use crate::log::error::{Error, Kind};
use crate::log::wire::corrupt;
use crate::log::wire::part::{
    BookingTimeV1, CapacityV1, GatheringKindV1, Id, ModeV1, OfferingV1, OfferingV2, OrganisationCapV1,
    OverbookV1, PoolV1, PoolV2, ReconfirmationV1, ScheduleV1, SealedV1, SetAsideV1, WhoV1, classes,
    reference,
};
use crate::person::JoinLink;
use crate::schedule::Schedule;
use crate::sealed::Sealed;
use crate::text::Reference;

fn announced(
    announcement: Announcement,
    join_link: Option<Sealed<JoinLink>>,
    ids: &mut Ids<'_>,
) -> Result<Fact, Error> {
    let announcement = Box::new(announcement);
    Ok(Fact::GatheringAnnounced { gathering: ids.gathering()?, announcement, join_link })
}

/// In it no offering requires another, and overlaps are allowed.
#[derive(Serialize, Deserialize)]
pub(super) struct GatheringAnnouncedV1<'a> {
    kind: GatheringKindV1,
    title: &'a str,
    description: &'a str,
    #[serde(borrow)]
    mode: ModeV1<'a>,
    schedule: ScheduleV1<'a>,
    pools: Vec<PoolV1<'a>>,
    offerings: Vec<OfferingV1<'a>>,
    opens: Option<BookingTimeV1>,
    closes: Option<BookingTimeV1>,
    reference: Option<&'a str>,
    join_link: Option<SealedV1<'a>>,
}

impl GatheringAnnouncedV1<'_> {
    fn announcement(self) -> Result<(Announcement, Option<Sealed<JoinLink>>), Error> {
        let window = BookingWindow {
            opens: self.opens.map(BookingTimeV1::time).transpose()?,
            closes: self.closes.map(BookingTimeV1::time).transpose()?,
        };
        let announcement = Announcement {
            kind: self.kind.read()?,
            title: self.title.to_owned(),
            description: self.description.to_owned(),
            mode: self.mode.mode(),
            schedule: self.schedule.schedule()?,
            pools: self.pools.into_iter().map(PoolV1::pool).collect(),
            offerings: self.offerings.into_iter().map(OfferingV1::offering).collect(),
            window,
            no_overlap: false,
            reference: self.reference.map(reference).transpose()?,
            draft: false,
            series: None,
            replaces: None,
            organisation_cap: None,
            priorities: Vec::new(),
            set_asides: Vec::new(),
        };
        Ok((announcement, self.join_link.map(SealedV1::sealed)))
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (announcement, join_link) = self.announcement()?;
        announced(announcement, join_link, ids)
    }
}

/// With what each offering requires, in the order of the offerings. None of them is for a session: there is none yet.
#[derive(Serialize, Deserialize)]
pub(super) struct GatheringAnnouncedV2<'a> {
    #[serde(borrow)]
    first: GatheringAnnouncedV1<'a>,
    requires: Vec<Option<u16>>,
    no_overlap: bool,
}

impl GatheringAnnouncedV2<'_> {
    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (mut announcement, join_link) = self.first.announcement()?;
        if self.requires.len() != announcement.offerings.len() {
            return Err(corrupt("an announcement says what other offerings than its own require"));
        }
        for (offering, requires) in announcement.offerings.iter_mut().zip(self.requires) {
            offering.requires = requires.map(OfferingId::new);
        }
        announcement.no_overlap = self.no_overlap;
        announced(announcement, join_link, ids)
    }
}

/// None of its offerings is for a session: there is none yet.
#[derive(Serialize, Deserialize)]
pub(super) struct GatheringAnnouncedV3<'a> {
    kind: GatheringKindV1,
    title: &'a str,
    description: &'a str,
    #[serde(borrow)]
    mode: ModeV1<'a>,
    schedule: ScheduleV1<'a>,
    pools: Vec<PoolV2<'a>>,
    offerings: Vec<OfferingV2<'a>>,
    opens: Option<BookingTimeV1>,
    closes: Option<BookingTimeV1>,
    no_overlap: bool,
    reference: Option<&'a str>,
    draft: bool,
    series: Option<Id>,
    replaces: Option<Id>,
    organisation_cap: Option<OrganisationCapV1>,
    priorities: Vec<Vec<WhoV1<'a>>>,
    set_asides: Vec<SetAsideV1<'a>>,
    join_link: Option<SealedV1<'a>>,
}

impl<'a> GatheringAnnouncedV3<'a> {
    pub(super) fn of(
        announcement: &'a Announcement,
        join_link: Option<&'a Sealed<JoinLink>>,
    ) -> Result<Self, Error> {
        let Announcement {
            kind,
            title,
            description,
            mode,
            schedule,
            pools,
            offerings,
            window,
            no_overlap,
            reference,
            draft,
            series,
            replaces,
            organisation_cap,
            priorities,
            set_asides,
        } = announcement;
        if offerings.iter().any(|offering| offering.session.is_some()) {
            return Err(Error::new(Kind::Misuse, "an announcement has an offering for a session"));
        }
        Ok(Self {
            kind: GatheringKindV1::of(*kind),
            title,
            description,
            mode: ModeV1::of(mode),
            schedule: ScheduleV1::of(schedule),
            pools: pools.iter().map(PoolV2::of).collect(),
            offerings: offerings.iter().map(OfferingV2::of).collect::<Result<_, _>>()?,
            opens: window.opens.map(BookingTimeV1::of).transpose()?,
            closes: window.closes.map(BookingTimeV1::of).transpose()?,
            no_overlap: *no_overlap,
            reference: reference.as_ref().map(Reference::as_str),
            draft: *draft,
            series: series.map(|series| Id(series.bytes())),
            replaces: replaces.map(|replaced| Id(replaced.bytes())),
            organisation_cap: organisation_cap.map(OrganisationCapV1::of).transpose()?,
            priorities: priorities.iter().map(|class| WhoV1::all(class)).collect(),
            set_asides: set_asides.iter().map(SetAsideV1::of).collect::<Result<_, _>>()?,
            join_link: join_link.map(SealedV1::of),
        })
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let announcement = Announcement {
            kind: self.kind.read()?,
            title: self.title.to_owned(),
            description: self.description.to_owned(),
            mode: self.mode.mode(),
            schedule: self.schedule.schedule()?,
            pools: self.pools.into_iter().map(PoolV2::pool).collect(),
            offerings: self.offerings.into_iter().map(OfferingV2::offering).collect::<Result<_, _>>()?,
            window: BookingWindow {
                opens: self.opens.map(BookingTimeV1::time).transpose()?,
                closes: self.closes.map(BookingTimeV1::time).transpose()?,
            },
            no_overlap: self.no_overlap,
            reference: self.reference.map(reference).transpose()?,
            draft: self.draft,
            series: self.series.map(|Id(series)| SeriesId::from_bytes(series)),
            replaces: self.replaces.map(|Id(replaced)| GatheringId::from_bytes(replaced)),
            organisation_cap: self.organisation_cap.map(OrganisationCapV1::cap).transpose()?,
            priorities: classes(self.priorities)?,
            set_asides: self.set_asides.into_iter().map(SetAsideV1::set_aside).collect::<Result<_, _>>()?,
        };
        announced(announcement, self.join_link.map(SealedV1::sealed), ids)
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct GatheringRescheduledV1<'a> {
    #[serde(borrow)]
    schedule: ScheduleV1<'a>,
}

impl GatheringRescheduledV1<'_> {
    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let schedule = self.schedule.schedule()?;
        Ok(Fact::GatheringRescheduled { gathering: ids.gathering()?, schedule, ask: None })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct GatheringRescheduledV2<'a> {
    #[serde(borrow)]
    schedule: ScheduleV1<'a>,
    ask: Option<ReconfirmationV1>,
}

impl<'a> GatheringRescheduledV2<'a> {
    pub(super) fn of(schedule: &'a Schedule, ask: Option<Reconfirmation>) -> Result<Self, Error> {
        let ask = ask.map(ReconfirmationV1::of).transpose()?;
        Ok(Self { schedule: ScheduleV1::of(schedule), ask })
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let schedule = self.schedule.schedule()?;
        let ask = self.ask.map(ReconfirmationV1::reconfirmation).transpose()?;
        Ok(Fact::GatheringRescheduled { gathering: ids.gathering()?, schedule, ask })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct CapacityChangedV1 {
    pool: u16,
    capacity: CapacityV1,
}

impl CapacityChangedV1 {
    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::CapacityChanged {
            gathering: ids.gathering()?,
            pool: PoolId::new(self.pool),
            capacity: self.capacity.capacity(),
            overbook: Overbook::No,
            keep_all: false,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct CapacityChangedV2 {
    pool: u16,
    capacity: CapacityV1,
    overbook: OverbookV1,
    keep_all: bool,
}

impl CapacityChangedV2 {
    pub(super) fn of(pool: PoolId, capacity: Capacity, overbook: Overbook, keep_all: bool) -> Self {
        let (capacity, overbook) = (CapacityV1::of(capacity), OverbookV1::of(overbook));
        Self { pool: pool.get(), capacity, overbook, keep_all }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::CapacityChanged {
            gathering: ids.gathering()?,
            pool: PoolId::new(self.pool),
            capacity: self.capacity.capacity(),
            overbook: self.overbook.overbook(),
            keep_all: self.keep_all,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ModeChangedV1<'a> {
    #[serde(borrow)]
    mode: ModeV1<'a>,
    join_link: Option<SealedV1<'a>>,
}

impl<'a> ModeChangedV1<'a> {
    pub(super) fn of(mode: &'a Mode, join_link: Option<&'a Sealed<JoinLink>>) -> Self {
        Self { mode: ModeV1::of(mode), join_link: join_link.map(SealedV1::of) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (mode, join_link) = (self.mode.mode(), self.join_link.map(SealedV1::sealed));
        Ok(Fact::ModeChanged { gathering: ids.gathering()?, mode, join_link })
    }
}

/// The session that the offering is for, if it is for one, is among the fact's tags.
#[derive(Serialize, Deserialize)]
pub(super) struct OfferingAddedV1<'a> {
    #[serde(borrow)]
    offering: OfferingV1<'a>,
    requires: Option<u16>,
    session: bool,
    pools: Vec<PoolV1<'a>>,
}

impl OfferingAddedV1<'_> {
    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let gathering = ids.gathering()?;
        let session = if self.session { Some(ids.session()?) } else { None };
        let requires = self.requires.map(OfferingId::new);
        let offering = Offering { requires, session, ..self.offering.offering() };
        let pools = self.pools.into_iter().map(PoolV1::pool).collect();
        Ok(Fact::OfferingAdded { gathering, offering, pools })
    }
}

/// The session that the offering is for, if it is for one, is among the fact's tags.
#[derive(Serialize, Deserialize)]
pub(super) struct OfferingAddedV2<'a> {
    #[serde(borrow)]
    offering: OfferingV2<'a>,
    session: bool,
    pools: Vec<PoolV2<'a>>,
}

impl<'a> OfferingAddedV2<'a> {
    pub(super) fn of(offering: &'a Offering, pools: &'a [Pool]) -> Result<Self, Error> {
        let (session, pools) = (offering.session.is_some(), pools.iter().map(PoolV2::of).collect());
        Ok(Self { offering: OfferingV2::of(offering)?, session, pools })
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let gathering = ids.gathering()?;
        let session = if self.session { Some(ids.session()?) } else { None };
        let offering = Offering { session, ..self.offering.offering()? };
        let pools = self.pools.into_iter().map(PoolV2::pool).collect();
        Ok(Fact::OfferingAdded { gathering, offering, pools })
    }
}
