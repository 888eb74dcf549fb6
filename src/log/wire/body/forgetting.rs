//! What is stored of how long something is kept, and of who was given what is.

use serde::{Deserialize, Serialize};

use super::Ids;
use crate::fact::Fact;
use crate::log::error::Error;
use crate::log::wire::part::reference;
use crate::text::Reference;

#[derive(Serialize, Deserialize)]
pub(super) struct RetentionSetV1 {
    /// Days.
    pub(super) answers: Option<u32>,
}

impl RetentionSetV1 {
    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::RetentionSet { gathering: ids.gathering()?, answers: self.answers })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct PersonExportedV1<'a> {
    purpose: &'a str,
}

impl<'a> PersonExportedV1<'a> {
    pub(super) fn of(purpose: &'a Reference) -> Self {
        Self { purpose: purpose.as_str() }
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        let purpose = reference(self.purpose)?;
        Ok(Fact::PersonExported { person: ids.person()?, purpose })
    }
}
