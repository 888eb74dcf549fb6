//! What is stored of checking people in.

use serde::{Deserialize, Serialize};

use super::Ids;
use crate::fact::{CheckInList, CheckedIn, Fact, PresenceSource, Scan};
use crate::id::{CheckInListId, ScanId};
use crate::log::error::Error;
use crate::log::wire::part::{CheckInListV1, CheckedInV1, Id, PresenceSourceV1, ScanV1};

#[derive(Serialize, Deserialize)]
pub(super) struct CheckInListSetV1<'a> {
    #[serde(borrow)]
    list: CheckInListV1<'a>,
    session: bool,
}

impl<'a> CheckInListSetV1<'a> {
    pub(super) fn of(list: &'a CheckInList) -> Self {
        Self { list: CheckInListV1::of(list), session: list.session.is_some() }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let gathering = ids.gathering()?;
        let session = if self.session { Some(ids.session()?) } else { None };
        let list = CheckInList { session, ..self.list.list()? };
        Ok(Fact::CheckInListSet { gathering, list })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct CheckInListWithdrawnV1 {
    list: u16,
}

impl CheckInListWithdrawnV1 {
    pub(super) fn of(list: CheckInListId) -> Self {
        Self { list: list.get() }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let list = CheckInListId::new(self.list);
        Ok(Fact::CheckInListWithdrawn { gathering: ids.gathering()?, list })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ScannedV1<'a> {
    scan: ScanV1,
    source: PresenceSourceV1,
    #[serde(borrow)]
    told: CheckedInV1<'a>,
}

impl<'a> ScannedV1<'a> {
    pub(super) fn of(scan: &Scan, source: PresenceSource, told: &'a CheckedIn) -> Result<Self, Error> {
        let (scan, source) = (ScanV1::of(scan)?, PresenceSourceV1::of(source));
        Ok(Self { scan, source, told: CheckedInV1::of(told)? })
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let (gathering, registration) = (ids.gathering()?, ids.registration()?);
        let (scan, source) = (self.scan.scan(registration)?, self.source.read()?);
        Ok(Fact::Scanned { gathering, scan, source, told: self.told.told()? })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ScanUndoneV1 {
    scan: Id,
}

impl ScanUndoneV1 {
    pub(super) fn of(scan: ScanId) -> Self {
        Self { scan: Id(scan.bytes()) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let scan = ScanId::from_bytes(self.scan.0);
        Ok(Fact::ScanUndone { gathering: ids.gathering()?, scan })
    }
}
