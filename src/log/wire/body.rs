//! One struct for each kind of fact and each of its versions.
//!
//! A struct here is never changed once it has been stored: what a fact says anew is a new version, a struct of
//! its own, and reading the old one turns it into the fact of today. The same holds for the codes of the nested
//! choices: a choice with a new code is a new version of every fact that holds it.
//!
//! A fact's own ids are not in its body. They are its tags, in the order of [`Tag::of`].
//!
//! A version that is no longer written can only be read, and handed on as it is.

use serde::{Deserialize, Serialize};
#[cfg(feature = "json")]
use serde_json::{Value, value::RawValue};

use super::part::SealedV1;
use super::{corrupt, newer, not_encoded};
use crate::fact::Fact;
use crate::id::{GatheringId, PersonId, RegistrationId, SessionId};
use crate::log::error::Error;
use crate::record::Tag;

mod afterwards;
mod answer;
mod beside;
mod booking;
mod check_in;
mod forgetting;
mod gathering;
mod registration;
mod rule;
mod session;
mod waiting;

use afterwards::{PresenceRecordedV1, ResourceAttachedV1, ResourceWithdrawnV1};
use answer::InvitationAnsweredV1;
use beside::{
    ConsentRecordedV1, NeedsReadV1, NeedsRecordedV1, NeedsRetentionSetV1, NoteWrittenV1, TagsSetV1,
};
use check_in::{CheckInListSetV1, CheckInListWithdrawnV1, ScanUndoneV1, ScannedV1};
use forgetting::{PersonExportedV1, RetentionSetV1};
use gathering::{
    CapacityChangedV1, CapacityChangedV2, GatheringAnnouncedV1, GatheringAnnouncedV2, GatheringAnnouncedV3,
    GatheringRescheduledV1, GatheringRescheduledV2, ModeChangedV1, OfferingAddedV1, OfferingAddedV2,
};
use registration::{
    FollowUpRequestedV1, InterestNotedV1, PartyChangedV1, PlaceTransferredV1, RegistrationConfirmedV1,
    RegistrationConfirmedV2, RegistrationEndedV1, RegistrationEndedV2, RegistrationPromotedV1,
    RegistrationPromotedV2, RegistrationWaitlistedV1, RegistrationWaitlistedV2,
};
use rule::{BookingPausedV1, LineClosedV1, PrioritiesChangedV1, SetAsideChangedV1, SetAsideMadeV1};
use session::{SessionAddedV1, SessionMovedV1, SessionRevisedV1};
use waiting::{
    ApprovalRequestedV1, HoldConfirmedV1, HoldExtendedV1, PassedOverV1, PlaceOfferedV1,
    RegistrationApprovedV1, RegistrationHeldV1, RegistrationSplitV1,
};

/// The number of each kind of fact. Given by hand, once and for ever: a number is never used again.
pub(super) mod kind {
    pub(in crate::log::wire) const PERSON_RECORDED: u16 = 1;
    pub(in crate::log::wire) const GATHERING_ANNOUNCED: u16 = 2;
    pub(in crate::log::wire) const GATHERING_RESCHEDULED: u16 = 3;
    pub(in crate::log::wire) const BOOKING_OPENED: u16 = 4;
    pub(in crate::log::wire) const BOOKING_CLOSED: u16 = 5;
    pub(in crate::log::wire) const CAPACITY_CHANGED: u16 = 6;
    pub(in crate::log::wire) const GATHERING_CANCELLED: u16 = 7;
    pub(in crate::log::wire) const REGISTRATION_CONFIRMED: u16 = 8;
    pub(in crate::log::wire) const REGISTRATION_WAITLISTED: u16 = 9;
    pub(in crate::log::wire) const REGISTRATION_PROMOTED: u16 = 10;
    pub(in crate::log::wire) const REGISTRATION_ENDED: u16 = 11;
    pub(in crate::log::wire) const PLACE_TRANSFERRED: u16 = 12;
    pub(in crate::log::wire) const MODE_CHANGED: u16 = 13;
    pub(in crate::log::wire) const OFFERING_ADDED: u16 = 14;
    pub(in crate::log::wire) const SESSION_ADDED: u16 = 15;
    pub(in crate::log::wire) const SESSION_MOVED: u16 = 16;
    pub(in crate::log::wire) const SESSION_REVISED: u16 = 17;
    pub(in crate::log::wire) const SESSION_DROPPED: u16 = 18;
    pub(in crate::log::wire) const NAME_PUBLISHED: u16 = 19;
    pub(in crate::log::wire) const REGISTRATION_HELD: u16 = 20;
    pub(in crate::log::wire) const HOLD_EXTENDED: u16 = 21;
    pub(in crate::log::wire) const HOLD_CONFIRMED: u16 = 22;
    pub(in crate::log::wire) const APPROVAL_REQUESTED: u16 = 23;
    pub(in crate::log::wire) const REGISTRATION_APPROVED: u16 = 24;
    pub(in crate::log::wire) const PLACE_OFFERED: u16 = 25;
    pub(in crate::log::wire) const OFFER_ACCEPTED: u16 = 26;
    pub(in crate::log::wire) const PASSED_OVER: u16 = 27;
    pub(in crate::log::wire) const REGISTRATION_SPLIT: u16 = 28;
    pub(in crate::log::wire) const FOLLOW_UP_REQUESTED: u16 = 29;
    pub(in crate::log::wire) const MOVED_TO_FOLLOW_UP: u16 = 30;
    pub(in crate::log::wire) const INTEREST_NOTED: u16 = 31;
    pub(in crate::log::wire) const PARTY_CHANGED: u16 = 32;
    pub(in crate::log::wire) const REGISTRATION_RECONFIRMED: u16 = 33;
    pub(in crate::log::wire) const RECONFIRMATION_CLOSED: u16 = 34;
    pub(in crate::log::wire) const SET_ASIDE_MADE: u16 = 35;
    pub(in crate::log::wire) const SET_ASIDE_CHANGED: u16 = 36;
    pub(in crate::log::wire) const BOOKING_PAUSED: u16 = 37;
    pub(in crate::log::wire) const BOOKING_TO_LINE_ONLY: u16 = 38;
    pub(in crate::log::wire) const INTEREST_OPENED: u16 = 39;
    pub(in crate::log::wire) const LINE_CLOSED: u16 = 40;
    pub(in crate::log::wire) const PRIORITIES_CHANGED: u16 = 41;
    pub(in crate::log::wire) const DRAFT_ANNOUNCED: u16 = 42;
    pub(in crate::log::wire) const BOOKS_CLOSED: u16 = 43;
    pub(in crate::log::wire) const GATHERING_ARCHIVED: u16 = 44;
    pub(in crate::log::wire) const PRESENCE_RECORDED: u16 = 45;
    pub(in crate::log::wire) const RESOURCE_ATTACHED: u16 = 46;
    pub(in crate::log::wire) const RESOURCE_WITHDRAWN: u16 = 47;
    pub(in crate::log::wire) const PERSON_FORGOTTEN: u16 = 60;
    pub(in crate::log::wire) const ANSWERS_EXPIRED: u16 = 61;
    pub(in crate::log::wire) const RETENTION_SET: u16 = 62;
    pub(in crate::log::wire) const PERSON_EXPORTED: u16 = 63;
    pub(in crate::log::wire) const CALENDAR_TOKEN_ISSUED: u16 = 66;
    pub(in crate::log::wire) const CALENDAR_TOKEN_REVOKED: u16 = 67;
    pub(in crate::log::wire) const INVITATION_ANSWERED: u16 = 70;
    pub(in crate::log::wire) const TAGS_SET: u16 = 85;
    pub(in crate::log::wire) const NOTE_WRITTEN: u16 = 86;
    pub(in crate::log::wire) const CONSENT_RECORDED: u16 = 87;
    pub(in crate::log::wire) const NEEDS_RECORDED: u16 = 88;
    pub(in crate::log::wire) const NEEDS_READ: u16 = 89;
    pub(in crate::log::wire) const NEEDS_RETENTION_SET: u16 = 90;
    pub(in crate::log::wire) const NEEDS_EXPIRED: u16 = 91;
    pub(in crate::log::wire) const CHECK_IN_LIST_SET: u16 = 80;
    pub(in crate::log::wire) const CHECK_IN_LIST_WITHDRAWN: u16 = 81;
    pub(in crate::log::wire) const SCANNED: u16 = 82;
    pub(in crate::log::wire) const SCAN_UNDONE: u16 = 83;
}

/// A fact's body as it is stored.
pub(super) struct Body {
    pub(super) kind: u16,
    pub(super) version: u8,
    pub(super) bytes: Vec<u8>,
}

#[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
pub(super) fn encode(fact: &Fact) -> Result<Body, Error> {
    match fact {
        Fact::PersonRecorded { person: _, details } => {
            body(kind::PERSON_RECORDED, 1, &PersonRecordedV1 { details: SealedV1::of(details) })
        }
        Fact::GatheringAnnounced { gathering: _, announcement, join_link } => {
            let wire = GatheringAnnouncedV3::of(announcement, join_link.as_ref())?;
            body(kind::GATHERING_ANNOUNCED, 3, &wire)
        }
        Fact::GatheringRescheduled { gathering: _, schedule, ask } => {
            body(kind::GATHERING_RESCHEDULED, 2, &GatheringRescheduledV2::of(schedule, *ask)?)
        }
        Fact::BookingOpened { gathering: _ } => body(kind::BOOKING_OPENED, 1, &BookingOpenedV1 {}),
        Fact::BookingClosed { gathering: _ } => body(kind::BOOKING_CLOSED, 1, &BookingClosedV1 {}),
        Fact::CapacityChanged { gathering: _, pool, capacity, overbook, keep_all } => {
            let wire = CapacityChangedV2::of(*pool, *capacity, *overbook, *keep_all);
            body(kind::CAPACITY_CHANGED, 2, &wire)
        }
        Fact::GatheringCancelled { gathering: _ } => {
            body(kind::GATHERING_CANCELLED, 1, &GatheringCancelledV1 {})
        }
        Fact::RegistrationConfirmed { gathering: _, registration: _, booking, draws } => {
            body(kind::REGISTRATION_CONFIRMED, 2, &RegistrationConfirmedV2::of(booking, draws))
        }
        Fact::RegistrationWaitlisted { gathering: _, registration: _, booking, ahead } => {
            body(kind::REGISTRATION_WAITLISTED, 2, &RegistrationWaitlistedV2::of(booking, *ahead))
        }
        Fact::RegistrationPromoted { gathering: _, registration: _, draws } => {
            body(kind::REGISTRATION_PROMOTED, 2, &RegistrationPromotedV2::of(draws))
        }
        Fact::RegistrationEnded { gathering: _, registration: _, how } => {
            body(kind::REGISTRATION_ENDED, 2, &RegistrationEndedV2::of(*how))
        }
        Fact::PlaceTransferred { gathering: _, registration: _, place, from, to: _ } => {
            body(kind::PLACE_TRANSFERRED, 1, &PlaceTransferredV1::of(*place, *from))
        }
        Fact::ModeChanged { gathering: _, mode, join_link } => {
            body(kind::MODE_CHANGED, 1, &ModeChangedV1::of(mode, join_link.as_ref()))
        }
        Fact::OfferingAdded { gathering: _, offering, pools } => {
            body(kind::OFFERING_ADDED, 2, &OfferingAddedV2::of(offering, pools)?)
        }
        Fact::SessionAdded { gathering: _, session } => {
            body(kind::SESSION_ADDED, 1, &SessionAddedV1::of(session))
        }
        Fact::SessionMoved { gathering: _, session: _, schedule, room } => {
            body(kind::SESSION_MOVED, 1, &SessionMovedV1::of(schedule, room))
        }
        Fact::SessionRevised { gathering: _, session: _, texts } => {
            body(kind::SESSION_REVISED, 1, &SessionRevisedV1::of(texts))
        }
        Fact::SessionDropped { gathering: _, session: _ } => {
            body(kind::SESSION_DROPPED, 1, &SessionDroppedV1 {})
        }
        Fact::NamePublished { person: _, name } => {
            body(kind::NAME_PUBLISHED, 1, &NamePublishedV1 { name: SealedV1::of(name) })
        }
        Fact::RegistrationHeld { gathering: _, registration: _, booking, draws, until, latest } => {
            body(kind::REGISTRATION_HELD, 1, &RegistrationHeldV1::of(booking, draws, *until, *latest)?)
        }
        Fact::HoldExtended { gathering: _, registration: _, until } => {
            body(kind::HOLD_EXTENDED, 1, &HoldExtendedV1::of(*until)?)
        }
        Fact::HoldConfirmed { gathering: _, registration: _, booker: _, answers, pending } => {
            body(kind::HOLD_CONFIRMED, 1, &HoldConfirmedV1::of(answers.as_ref(), *pending)?)
        }
        Fact::ApprovalRequested { gathering: _, registration: _, booking, draws, pending } => {
            body(kind::APPROVAL_REQUESTED, 1, &ApprovalRequestedV1::of(booking, draws, *pending)?)
        }
        Fact::RegistrationApproved { gathering: _, registration: _, draws, ahead } => {
            body(kind::REGISTRATION_APPROVED, 1, &RegistrationApprovedV1::of(draws, *ahead))
        }
        Fact::PlaceOffered { gathering: _, registration: _, draws, respond_by } => {
            body(kind::PLACE_OFFERED, 1, &PlaceOfferedV1::of(draws, *respond_by)?)
        }
        Fact::OfferAccepted { gathering: _, registration: _ } => {
            body(kind::OFFER_ACCEPTED, 1, &OfferAcceptedV1 {})
        }
        Fact::PassedOver { gathering: _, registration: _, reason } => {
            body(kind::PASSED_OVER, 1, &PassedOverV1::of(*reason))
        }
        Fact::RegistrationSplit { gathering: _, registration: _, rest: _, keep } => {
            body(kind::REGISTRATION_SPLIT, 1, &RegistrationSplitV1::of(*keep))
        }
        Fact::FollowUpRequested { gathering: _, registration: _, booking } => {
            body(kind::FOLLOW_UP_REQUESTED, 1, &FollowUpRequestedV1::of(booking))
        }
        Fact::MovedToFollowUp { gathering: _, registration: _ } => {
            body(kind::MOVED_TO_FOLLOW_UP, 1, &MovedToFollowUpV1 {})
        }
        Fact::InterestNoted { gathering: _, registration: _, booking } => {
            body(kind::INTEREST_NOTED, 1, &InterestNotedV1::of(booking))
        }
        Fact::PartyChanged { gathering: _, registration: _, removed, added, draws } => {
            body(kind::PARTY_CHANGED, 1, &PartyChangedV1::of(removed, added, draws))
        }
        Fact::RegistrationReconfirmed { gathering: _, registration: _ } => {
            body(kind::REGISTRATION_RECONFIRMED, 1, &RegistrationReconfirmedV1 {})
        }
        Fact::ReconfirmationClosed { gathering: _ } => {
            body(kind::RECONFIRMATION_CLOSED, 1, &ReconfirmationClosedV1 {})
        }
        Fact::SetAsideMade { gathering: _, set_aside } => {
            body(kind::SET_ASIDE_MADE, 1, &SetAsideMadeV1::of(set_aside)?)
        }
        Fact::SetAsideChanged { gathering: _, set_aside, places, release } => {
            body(kind::SET_ASIDE_CHANGED, 1, &SetAsideChangedV1::of(*set_aside, *places, *release)?)
        }
        Fact::BookingPaused { gathering: _, reason } => {
            body(kind::BOOKING_PAUSED, 1, &BookingPausedV1::of(reason.as_ref()))
        }
        Fact::BookingToLineOnly { gathering: _ } => {
            body(kind::BOOKING_TO_LINE_ONLY, 1, &BookingToLineOnlyV1 {})
        }
        Fact::InterestOpened { gathering: _ } => body(kind::INTEREST_OPENED, 1, &InterestOpenedV1 {}),
        Fact::LineClosed { gathering: _, offering } => {
            body(kind::LINE_CLOSED, 1, &LineClosedV1::of(*offering))
        }
        Fact::PrioritiesChanged { gathering: _, priorities, reason } => {
            body(kind::PRIORITIES_CHANGED, 1, &PrioritiesChangedV1::of(priorities, reason))
        }
        Fact::DraftAnnounced { gathering: _ } => body(kind::DRAFT_ANNOUNCED, 1, &DraftAnnouncedV1 {}),
        Fact::BooksClosed { gathering: _ } => body(kind::BOOKS_CLOSED, 1, &BooksClosedV1 {}),
        Fact::GatheringArchived { gathering: _ } => {
            body(kind::GATHERING_ARCHIVED, 1, &GatheringArchivedV1 {})
        }
        Fact::PresenceRecorded {
            gathering: _,
            registration: _,
            place,
            presence,
            source,
            seen_at,
            flagged,
        } => {
            let wire = PresenceRecordedV1::of(*place, *presence, *source, *seen_at, *flagged)?;
            body(kind::PRESENCE_RECORDED, 1, &wire)
        }
        Fact::ResourceAttached { gathering: _, resource, link } => {
            body(kind::RESOURCE_ATTACHED, 1, &ResourceAttachedV1::of(resource, link))
        }
        Fact::ResourceWithdrawn { gathering: _, resource } => {
            body(kind::RESOURCE_WITHDRAWN, 1, &ResourceWithdrawnV1::of(*resource))
        }
        Fact::PersonForgotten { person: _ } => body(kind::PERSON_FORGOTTEN, 1, &PersonForgottenV1 {}),
        Fact::AnswersExpired { gathering: _ } => body(kind::ANSWERS_EXPIRED, 1, &AnswersExpiredV1 {}),
        Fact::RetentionSet { gathering: _, answers } => {
            body(kind::RETENTION_SET, 1, &RetentionSetV1 { answers: *answers })
        }
        Fact::PersonExported { person: _, purpose } => {
            body(kind::PERSON_EXPORTED, 1, &PersonExportedV1::of(purpose))
        }
        Fact::CalendarTokenIssued { person: _, hash } => {
            body(kind::CALENDAR_TOKEN_ISSUED, 1, &CalendarTokenIssuedV1 { hash: SealedV1::of(hash) })
        }
        Fact::CalendarTokenRevoked { person: _ } => {
            body(kind::CALENDAR_TOKEN_REVOKED, 1, &CalendarTokenRevokedV1 {})
        }
        Fact::InvitationAnswered {
            gathering: _,
            registration: _,
            person: _,
            rsvp,
            sequence,
            stamp,
            comment,
        } => {
            let wire = InvitationAnsweredV1::of(*rsvp, *sequence, *stamp, comment.as_ref())?;
            body(kind::INVITATION_ANSWERED, 1, &wire)
        }
        Fact::TagsSet { gathering: _, registration: _, tags } => {
            body(kind::TAGS_SET, 1, &TagsSetV1::of(tags))
        }
        Fact::NoteWritten { gathering: _, registration: _, booker: _, note } => {
            body(kind::NOTE_WRITTEN, 1, &NoteWrittenV1::of(note.as_ref()))
        }
        Fact::ConsentRecorded { gathering: _, registration: _, person: _, purpose, given } => {
            body(kind::CONSENT_RECORDED, 1, &ConsentRecordedV1::of(purpose, *given))
        }
        Fact::NeedsRecorded { gathering: _, registration: _, person: _, needs } => {
            body(kind::NEEDS_RECORDED, 1, &NeedsRecordedV1::of(needs.as_ref()))
        }
        Fact::NeedsRead { gathering: _, purpose } => body(kind::NEEDS_READ, 1, &NeedsReadV1::of(purpose)),
        Fact::NeedsRetentionSet { gathering: _, days } => {
            body(kind::NEEDS_RETENTION_SET, 1, &NeedsRetentionSetV1 { days: *days })
        }
        Fact::NeedsExpired { gathering: _ } => body(kind::NEEDS_EXPIRED, 1, &NeedsExpiredV1 {}),
        Fact::CheckInListSet { gathering: _, list } => {
            body(kind::CHECK_IN_LIST_SET, 1, &CheckInListSetV1::of(list))
        }
        Fact::CheckInListWithdrawn { gathering: _, list } => {
            body(kind::CHECK_IN_LIST_WITHDRAWN, 1, &CheckInListWithdrawnV1::of(*list))
        }
        Fact::Scanned { gathering: _, scan, source, told } => {
            body(kind::SCANNED, 1, &ScannedV1::of(scan, *source, told)?)
        }
        Fact::ScanUndone { gathering: _, scan } => body(kind::SCAN_UNDONE, 1, &ScanUndoneV1::of(*scan)),
    }
}

/// Room for the body of an ordinary registration.
const ORDINARY: usize = 32;

fn body<T: Serialize>(kind: u16, version: u8, wire: &T) -> Result<Body, Error> {
    let bytes = postcard::to_extend(wire, Vec::with_capacity(ORDINARY)).map_err(not_encoded)?;
    Ok(Body { kind, version, bytes })
}

pub(super) fn decode(kind: u16, version: u8, tags: &[Tag], bytes: &[u8]) -> Result<Fact, Error> {
    let mut ids = Ids { tags: tags.iter() };
    let fact = decode_with(kind, version, &mut ids, bytes)?;
    ids.check_none_left()?;
    Ok(fact)
}

/// What is done with a stored body, whichever struct it is read by.
macro_rules! stored {
    ($($kind:ident $version:literal => $wire:ty;)+) => {
        /// Every kind that was given a number, once for each of its versions.
        const KINDS: &[u16] = &[$(kind::$kind),+];

        fn decode_with(kind: u16, version: u8, ids: &mut Ids<'_>, bytes: &[u8]) -> Result<Fact, Error> {
            match (kind, version) {
                $((kind::$kind, $version) => read::<$wire>(bytes)?.fact(ids),)+
                _ => Err(not_stored(kind, version)),
            }
        }

        /// A body as JSON, with the names of its fields.
        #[cfg(feature = "json")]
        pub(super) fn to_json(kind: u16, version: u8, bytes: &[u8]) -> Result<Box<RawValue>, Error> {
            match (kind, version) {
                $((kind::$kind, $version) => json::put(&read::<$wire>(bytes)?),)+
                _ => Err(not_stored(kind, version)),
            }
        }

        /// The bytes of a body that was told as JSON.
        #[cfg(feature = "json")]
        pub(super) fn of_json(kind: u16, version: u8, told: &Value) -> Result<Vec<u8>, Error> {
            match (kind, version) {
                $((kind::$kind, $version) => json::take::<$wire>(told),)+
                _ => Err(not_stored(kind, version)),
            }
        }

        /// What a kind is called in text: its name here, in small letters.
        #[cfg(feature = "json")]
        pub(super) fn kind_name(kind: u16) -> Option<String> {
            let name = match kind {
                $(kind::$kind if $version == 1 => stringify!($kind),)+
                _ => return None,
            };
            Some(name.to_lowercase())
        }
    };
}

stored! {
    PERSON_RECORDED 1 => PersonRecordedV1<'_>;
    GATHERING_ANNOUNCED 1 => GatheringAnnouncedV1<'_>;
    GATHERING_ANNOUNCED 2 => GatheringAnnouncedV2<'_>;
    GATHERING_ANNOUNCED 3 => GatheringAnnouncedV3<'_>;
    GATHERING_RESCHEDULED 1 => GatheringRescheduledV1<'_>;
    GATHERING_RESCHEDULED 2 => GatheringRescheduledV2<'_>;
    BOOKING_OPENED 1 => BookingOpenedV1;
    BOOKING_CLOSED 1 => BookingClosedV1;
    CAPACITY_CHANGED 1 => CapacityChangedV1;
    CAPACITY_CHANGED 2 => CapacityChangedV2;
    GATHERING_CANCELLED 1 => GatheringCancelledV1;
    REGISTRATION_CONFIRMED 1 => RegistrationConfirmedV1<'_>;
    REGISTRATION_CONFIRMED 2 => RegistrationConfirmedV2<'_>;
    REGISTRATION_WAITLISTED 1 => RegistrationWaitlistedV1<'_>;
    REGISTRATION_WAITLISTED 2 => RegistrationWaitlistedV2<'_>;
    REGISTRATION_PROMOTED 1 => RegistrationPromotedV1;
    REGISTRATION_PROMOTED 2 => RegistrationPromotedV2;
    REGISTRATION_ENDED 1 => RegistrationEndedV1;
    REGISTRATION_ENDED 2 => RegistrationEndedV2;
    PLACE_TRANSFERRED 1 => PlaceTransferredV1;
    MODE_CHANGED 1 => ModeChangedV1<'_>;
    OFFERING_ADDED 1 => OfferingAddedV1<'_>;
    OFFERING_ADDED 2 => OfferingAddedV2<'_>;
    SESSION_ADDED 1 => SessionAddedV1<'_>;
    SESSION_MOVED 1 => SessionMovedV1<'_>;
    SESSION_REVISED 1 => SessionRevisedV1<'_>;
    SESSION_DROPPED 1 => SessionDroppedV1;
    NAME_PUBLISHED 1 => NamePublishedV1<'_>;
    REGISTRATION_HELD 1 => RegistrationHeldV1<'_>;
    HOLD_EXTENDED 1 => HoldExtendedV1;
    HOLD_CONFIRMED 1 => HoldConfirmedV1<'_>;
    APPROVAL_REQUESTED 1 => ApprovalRequestedV1<'_>;
    REGISTRATION_APPROVED 1 => RegistrationApprovedV1;
    PLACE_OFFERED 1 => PlaceOfferedV1;
    OFFER_ACCEPTED 1 => OfferAcceptedV1;
    PASSED_OVER 1 => PassedOverV1;
    REGISTRATION_SPLIT 1 => RegistrationSplitV1;
    FOLLOW_UP_REQUESTED 1 => FollowUpRequestedV1<'_>;
    MOVED_TO_FOLLOW_UP 1 => MovedToFollowUpV1;
    INTEREST_NOTED 1 => InterestNotedV1<'_>;
    PARTY_CHANGED 1 => PartyChangedV1;
    REGISTRATION_RECONFIRMED 1 => RegistrationReconfirmedV1;
    RECONFIRMATION_CLOSED 1 => ReconfirmationClosedV1;
    SET_ASIDE_MADE 1 => SetAsideMadeV1<'_>;
    SET_ASIDE_CHANGED 1 => SetAsideChangedV1;
    BOOKING_PAUSED 1 => BookingPausedV1<'_>;
    BOOKING_TO_LINE_ONLY 1 => BookingToLineOnlyV1;
    INTEREST_OPENED 1 => InterestOpenedV1;
    LINE_CLOSED 1 => LineClosedV1;
    PRIORITIES_CHANGED 1 => PrioritiesChangedV1<'_>;
    DRAFT_ANNOUNCED 1 => DraftAnnouncedV1;
    BOOKS_CLOSED 1 => BooksClosedV1;
    GATHERING_ARCHIVED 1 => GatheringArchivedV1;
    PRESENCE_RECORDED 1 => PresenceRecordedV1;
    RESOURCE_ATTACHED 1 => ResourceAttachedV1<'_>;
    RESOURCE_WITHDRAWN 1 => ResourceWithdrawnV1;
    PERSON_FORGOTTEN 1 => PersonForgottenV1;
    ANSWERS_EXPIRED 1 => AnswersExpiredV1;
    RETENTION_SET 1 => RetentionSetV1;
    PERSON_EXPORTED 1 => PersonExportedV1<'_>;
    CALENDAR_TOKEN_ISSUED 1 => CalendarTokenIssuedV1<'_>;
    CALENDAR_TOKEN_REVOKED 1 => CalendarTokenRevokedV1;
    INVITATION_ANSWERED 1 => InvitationAnsweredV1<'_>;
    TAGS_SET 1 => TagsSetV1<'_>;
    NOTE_WRITTEN 1 => NoteWrittenV1<'_>;
    CONSENT_RECORDED 1 => ConsentRecordedV1<'_>;
    NEEDS_RECORDED 1 => NeedsRecordedV1<'_>;
    NEEDS_READ 1 => NeedsReadV1<'_>;
    NEEDS_RETENTION_SET 1 => NeedsRetentionSetV1;
    NEEDS_EXPIRED 1 => NeedsExpiredV1;
    CHECK_IN_LIST_SET 1 => CheckInListSetV1<'_>;
    CHECK_IN_LIST_WITHDRAWN 1 => CheckInListWithdrawnV1;
    SCANNED 1 => ScannedV1<'_>;
    SCAN_UNDONE 1 => ScanUndoneV1;
}

fn not_stored(kind: u16, version: u8) -> Error {
    if kind == 0 || (version == 0 && KINDS.contains(&kind)) {
        return corrupt("a fact has a number that was never given");
    }
    newer(format!("a fact of kind {kind}, version {version} is not known to this version"))
}

/// Bodies in text and back.
#[cfg(feature = "json")]
mod json {
    use serde::{Deserialize, Serialize};
    use serde_json::Value;
    use serde_json::value::{RawValue, to_raw_value};

    use super::{Error, corrupt, not_encoded};

    pub(super) fn put<T: Serialize>(wire: &T) -> Result<Box<RawValue>, Error> {
        to_raw_value(wire).map_err(|cause| corrupt("the body of a fact cannot be told").because(cause))
    }

    pub(super) fn take<'a, T: Serialize + Deserialize<'a>>(told: &'a Value) -> Result<Vec<u8>, Error> {
        let wire =
            T::deserialize(told).map_err(|cause| corrupt("the body is none of its kind").because(cause))?;
        postcard::to_allocvec(&wire).map_err(not_encoded)
    }
}

/// postcard itself would let bytes follow.
fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    let (wire, rest) = postcard::take_from_bytes(bytes)
        .map_err(|cause| corrupt("the body of a fact cannot be read").because(cause))?;
    if rest.is_empty() { Ok(wire) } else { Err(corrupt("bytes follow the body of a fact")) }
}

/// A fact's ids, taken from its tags one by one.
struct Ids<'a> {
    tags: std::slice::Iter<'a, Tag>,
}

impl Ids<'_> {
    fn gathering(&mut self) -> Result<GatheringId, Error> {
        match self.tags.next() {
            Some(Tag::Gathering(id)) => Ok(*id),
            Some(_) | None => Err(wrong_tags()),
        }
    }

    fn person(&mut self) -> Result<PersonId, Error> {
        match self.tags.next() {
            Some(Tag::Person(id)) => Ok(*id),
            Some(_) | None => Err(wrong_tags()),
        }
    }

    fn registration(&mut self) -> Result<RegistrationId, Error> {
        match self.tags.next() {
            Some(Tag::Registration(id)) => Ok(*id),
            Some(_) | None => Err(wrong_tags()),
        }
    }

    fn session(&mut self) -> Result<SessionId, Error> {
        match self.tags.next() {
            Some(Tag::Session(id)) => Ok(*id),
            Some(_) | None => Err(wrong_tags()),
        }
    }

    /// Everybody who is left: how many there are is said by the tags themselves.
    fn people(&mut self) -> Result<Vec<PersonId>, Error> {
        let mut people = Vec::with_capacity(self.tags.len());
        while self.tags.len() > 0 {
            people.push(self.person()?);
        }
        Ok(people)
    }

    fn check_none_left(&mut self) -> Result<(), Error> {
        if self.tags.next().is_none() { Ok(()) } else { Err(wrong_tags()) }
    }
}

fn wrong_tags() -> Error {
    corrupt("the tags of a fact do not fit its kind")
}

/// What is said by the ids of a fact alone, which are its tags: a struct without a field.
macro_rules! bare {
    ($($(#[$doc:meta])* $name:ident => $fact:ident { $($id:ident),+ };)+) => {$(
        $(#[$doc])*
        #[derive(Serialize, Deserialize)]
        struct $name {}

        impl $name {
            fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
                let Self {} = self;
                Ok(Fact::$fact { $($id: ids.$id()?),+ })
            }
        }
    )+};
}

bare! {
    BookingOpenedV1 => BookingOpened { gathering };
    BookingClosedV1 => BookingClosed { gathering };
    GatheringCancelledV1 => GatheringCancelled { gathering };
    SessionDroppedV1 => SessionDropped { gathering, session };
    OfferAcceptedV1 => OfferAccepted { gathering, registration };
    MovedToFollowUpV1 => MovedToFollowUp { gathering, registration };
    RegistrationReconfirmedV1 => RegistrationReconfirmed { gathering, registration };
    ReconfirmationClosedV1 => ReconfirmationClosed { gathering };
    BookingToLineOnlyV1 => BookingToLineOnly { gathering };
    InterestOpenedV1 => InterestOpened { gathering };
    DraftAnnouncedV1 => DraftAnnounced { gathering };
    BooksClosedV1 => BooksClosed { gathering };
    GatheringArchivedV1 => GatheringArchived { gathering };
    PersonForgottenV1 => PersonForgotten { person };
    AnswersExpiredV1 => AnswersExpired { gathering };
    CalendarTokenRevokedV1 => CalendarTokenRevoked { person };
    NeedsExpiredV1 => NeedsExpired { gathering };
}

#[derive(Serialize, Deserialize)]
struct PersonRecordedV1<'a> {
    #[serde(borrow)]
    details: SealedV1<'a>,
}

impl PersonRecordedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::PersonRecorded { person: ids.person()?, details: self.details.sealed() })
    }
}

#[derive(Serialize, Deserialize)]
struct NamePublishedV1<'a> {
    #[serde(borrow)]
    name: SealedV1<'a>,
}

impl NamePublishedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::NamePublished { person: ids.person()?, name: self.name.sealed() })
    }
}

#[derive(Serialize, Deserialize)]
struct CalendarTokenIssuedV1<'a> {
    #[serde(borrow)]
    hash: SealedV1<'a>,
}

impl CalendarTokenIssuedV1<'_> {
    fn fact(self, ids: &mut Ids<'_>) -> Result<Fact, Error> {
        Ok(Fact::CalendarTokenIssued { person: ids.person()?, hash: self.hash.sealed() })
    }
}
