//! What is stored of what stands beside a booking: tags, notes, consents, needs.

use serde::{Deserialize, Serialize};

use super::Ids;
use crate::fact::Fact;
use crate::log::error::Error;
use crate::log::wire::part::{SealedV1, reference};
use crate::person::{Needs, Note};
use crate::sealed::Sealed;
use crate::text::Reference;

#[derive(Serialize, Deserialize)]
pub(super) struct TagsSetV1<'a> {
    #[serde(borrow)]
    tags: Vec<&'a str>,
}

impl<'a> TagsSetV1<'a> {
    pub(super) fn of(tags: &'a [Reference]) -> Self {
        Self { tags: tags.iter().map(Reference::as_str).collect() }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let tags = self.tags.into_iter().map(reference).collect::<Result<_, _>>()?;
        Ok(Fact::TagsSet { gathering: ids.gathering()?, registration: ids.registration()?, tags })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct NoteWrittenV1<'a> {
    #[serde(borrow)]
    note: Option<SealedV1<'a>>,
}

impl<'a> NoteWrittenV1<'a> {
    pub(super) fn of(note: Option<&'a Sealed<Note>>) -> Self {
        Self { note: note.map(SealedV1::of) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::NoteWritten {
            gathering: ids.gathering()?,
            registration: ids.registration()?,
            booker: ids.person()?,
            note: self.note.map(SealedV1::sealed),
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ConsentRecordedV1<'a> {
    purpose: &'a str,
    given: bool,
}

impl<'a> ConsentRecordedV1<'a> {
    pub(super) fn of(purpose: &'a Reference, given: bool) -> Self {
        Self { purpose: purpose.as_str(), given }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::ConsentRecorded {
            gathering: ids.gathering()?,
            registration: ids.registration()?,
            person: ids.person()?,
            purpose: reference(self.purpose)?,
            given: self.given,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct NeedsRecordedV1<'a> {
    #[serde(borrow)]
    needs: Option<SealedV1<'a>>,
}

impl<'a> NeedsRecordedV1<'a> {
    pub(super) fn of(needs: Option<&'a Sealed<Needs>>) -> Self {
        Self { needs: needs.map(SealedV1::of) }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::NeedsRecorded {
            gathering: ids.gathering()?,
            registration: ids.registration()?,
            person: ids.person()?,
            needs: self.needs.map(SealedV1::sealed),
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct NeedsReadV1<'a> {
    purpose: &'a str,
}

impl<'a> NeedsReadV1<'a> {
    pub(super) fn of(purpose: &'a Reference) -> Self {
        Self { purpose: purpose.as_str() }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let purpose = reference(self.purpose)?;
        Ok(Fact::NeedsRead { gathering: ids.gathering()?, purpose })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct NeedsRetentionSetV1 {
    pub(super) days: Option<u32>,
}

impl NeedsRetentionSetV1 {
    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::NeedsRetentionSet { gathering: ids.gathering()?, days: self.days })
    }
}
