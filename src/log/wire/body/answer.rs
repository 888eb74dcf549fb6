//! What is stored of answers to invitations.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Ids;
use crate::fact::{Fact, Rsvp};
use crate::log::error::Error;
use crate::log::wire::part::{Micros, RsvpV1, SealedV1, micros, time};
use crate::person::ReplyComment;
use crate::sealed::Sealed;

#[derive(Serialize, Deserialize)]
pub(super) struct InvitationAnsweredV1<'a> {
    rsvp: RsvpV1,
    sequence: u32,
    stamp: Micros,
    #[serde(borrow)]
    comment: Option<SealedV1<'a>>,
}

impl<'a> InvitationAnsweredV1<'a> {
    pub(super) fn of(
        rsvp: Rsvp,
        sequence: u32,
        stamp: DateTime<Utc>,
        comment: Option<&'a Sealed<ReplyComment>>,
    ) -> Result<Self, Error> {
        let (rsvp, comment) = (RsvpV1::of(rsvp), comment.map(SealedV1::of));
        Ok(Self { rsvp, sequence, stamp: micros(stamp)?, comment })
    }

    pub(super) fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::InvitationAnswered {
            gathering: ids.gathering()?,
            registration: ids.registration()?,
            person: ids.person()?,
            rsvp: self.rsvp.read()?,
            sequence: self.sequence,
            stamp: time(self.stamp)?,
            comment: self.comment.map(SealedV1::sealed),
        })
    }
}
