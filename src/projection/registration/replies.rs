//! What the people of a registration have answered to its invitation.

use chrono::{DateTime, Utc};

use super::RegistrationCard;
use crate::fact::Rsvp;
use crate::id::PersonId;
use crate::image::image;
use crate::person::ReplyComment;
use crate::sealed::Sealed;

#[derive(Clone, Debug, Default)]
pub(super) struct Replies {
    each: Vec<Replied>,
}

image!(struct Replies { each });

/// What somebody has answered to the invitation.
#[derive(Clone, Debug)]
pub(crate) struct Replied {
    pub(crate) person: PersonId,
    pub(crate) rsvp: Rsvp,
    pub(crate) sequence: u32,
    pub(crate) stamp: DateTime<Utc>,
    pub(crate) comment: Option<Sealed<ReplyComment>>,
}

image!(struct Replied { person, rsvp, sequence, stamp, comment });

impl RegistrationCard {
    pub(in crate::projection) fn note_reply(&mut self, reply: Replied) {
        let replies = &mut self.replies.get_or_insert_default().each;
        replies.retain(|known| known.person != reply.person);
        replies.push(reply);
    }

    /// The last answer of each who has answered the invitation, the latest last.
    pub(crate) fn replies(&self) -> &[Replied] {
        self.replies.as_ref().map(|replies| replies.each.as_slice()).unwrap_or_default()
    }

    /// Lets go of what was written with answers to invitations.
    pub(super) fn forget_comments(&mut self, which: impl Fn(&Replied) -> bool) {
        for reply in
            self.replies.iter_mut().flat_map(|replies| replies.each.iter_mut()).filter(|reply| which(reply))
        {
            reply.comment = reply.comment.as_ref().map(Sealed::emptied);
        }
    }
}
