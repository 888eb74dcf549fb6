//! The codes of choices to which nothing belongs. Given by hand, once and for ever.

use crate::fact::{Audience, Ending, GatheringKind, Presence, PresenceSource, ResourceKind, Silence};
use crate::log::error::Error;
use crate::log::wire::corrupt;

/// The codes of the kinds of gatherings.
mod gathering_code {
    pub(super) const WEBINAR: u8 = 1;
    pub(super) const WORKSHOP: u8 = 2;
    pub(super) const MEETING: u8 = 3;
    pub(super) const CONFERENCE: u8 = 4;
    pub(super) const VISIT: u8 = 5;
}

pub(in crate::log::wire) fn gathering_kind_code(kind: GatheringKind) -> u8 {
    match kind {
        GatheringKind::Webinar => gathering_code::WEBINAR,
        GatheringKind::Workshop => gathering_code::WORKSHOP,
        GatheringKind::Meeting => gathering_code::MEETING,
        GatheringKind::Conference => gathering_code::CONFERENCE,
        GatheringKind::Visit => gathering_code::VISIT,
    }
}

pub(in crate::log::wire) fn gathering_kind(code: u8) -> Result<GatheringKind, Error> {
    match code {
        gathering_code::WEBINAR => Ok(GatheringKind::Webinar),
        gathering_code::WORKSHOP => Ok(GatheringKind::Workshop),
        gathering_code::MEETING => Ok(GatheringKind::Meeting),
        gathering_code::CONFERENCE => Ok(GatheringKind::Conference),
        gathering_code::VISIT => Ok(GatheringKind::Visit),
        _ => Err(corrupt("no kind of gathering has the stored code")),
    }
}

/// The codes of why a registration ended. The first two are those of who cancelled it, as it was said once.
mod ending_codes {
    pub(super) const ATTENDEE: u8 = 1;
    pub(super) const ORGANISER: u8 = 2;
    pub(super) const EXPIRED: u8 = 3;
    pub(super) const DECLINED: u8 = 4;
    pub(super) const OFFER_WITHDRAWN: u8 = 5;
    pub(super) const REJECTED: u8 = 6;
    pub(super) const NOT_RECONFIRMED: u8 = 7;
    pub(super) const DISPLACED: u8 = 8;
    pub(super) const MOVED_AWAY: u8 = 9;
    pub(super) const SUPERSEDED: u8 = 10;
}

pub(in crate::log::wire) fn ending_code(ending: Ending) -> u8 {
    match ending {
        Ending::Attendee => ending_codes::ATTENDEE,
        Ending::Organiser => ending_codes::ORGANISER,
        Ending::Expired => ending_codes::EXPIRED,
        Ending::Declined => ending_codes::DECLINED,
        Ending::OfferWithdrawn => ending_codes::OFFER_WITHDRAWN,
        Ending::Rejected => ending_codes::REJECTED,
        Ending::NotReconfirmed => ending_codes::NOT_RECONFIRMED,
        Ending::Displaced => ending_codes::DISPLACED,
        Ending::MovedAway => ending_codes::MOVED_AWAY,
        Ending::Superseded => ending_codes::SUPERSEDED,
    }
}

pub(in crate::log::wire) fn ending(code: u8) -> Result<Ending, Error> {
    match code {
        ending_codes::ATTENDEE => Ok(Ending::Attendee),
        ending_codes::ORGANISER => Ok(Ending::Organiser),
        ending_codes::EXPIRED => Ok(Ending::Expired),
        ending_codes::DECLINED => Ok(Ending::Declined),
        ending_codes::OFFER_WITHDRAWN => Ok(Ending::OfferWithdrawn),
        ending_codes::REJECTED => Ok(Ending::Rejected),
        ending_codes::NOT_RECONFIRMED => Ok(Ending::NotReconfirmed),
        ending_codes::DISPLACED => Ok(Ending::Displaced),
        ending_codes::MOVED_AWAY => Ok(Ending::MovedAway),
        ending_codes::SUPERSEDED => Ok(Ending::Superseded),
        _ => Err(corrupt("nothing that ends a registration has the stored code")),
    }
}

/// What the code said when only cancelling was known.
pub(in crate::log::wire) fn ended_by(code: u8) -> Result<Ending, Error> {
    match code {
        ending_codes::ATTENDEE => Ok(Ending::Attendee),
        ending_codes::ORGANISER => Ok(Ending::Organiser),
        _ => Err(corrupt("nobody who cancels has the stored code")),
    }
}

/// The codes of what becomes of those who do not answer.
mod silence_codes {
    pub(super) const KEEP: u8 = 1;
    pub(super) const RELEASE: u8 = 2;
    pub(super) const FOLLOW_UP: u8 = 3;
}

pub(in crate::log::wire) fn silence_code(silence: Silence) -> u8 {
    match silence {
        Silence::Keep => silence_codes::KEEP,
        Silence::Release => silence_codes::RELEASE,
        Silence::FollowUp => silence_codes::FOLLOW_UP,
    }
}

pub(in crate::log::wire) fn silence(code: u8) -> Result<Silence, Error> {
    match code {
        silence_codes::KEEP => Ok(Silence::Keep),
        silence_codes::RELEASE => Ok(Silence::Release),
        silence_codes::FOLLOW_UP => Ok(Silence::FollowUp),
        _ => Err(corrupt("nothing that becomes of silence has the stored code")),
    }
}

/// The codes of whether somebody came.
mod presence_codes {
    pub(super) const UNKNOWN: u8 = 1;
    pub(super) const ATTENDED: u8 = 2;
    pub(super) const LATE: u8 = 3;
    pub(super) const EXCUSED: u8 = 4;
    pub(super) const NO_SHOW: u8 = 5;
}

pub(in crate::log::wire) fn presence_code(presence: Presence) -> u8 {
    match presence {
        Presence::Unknown => presence_codes::UNKNOWN,
        Presence::Attended => presence_codes::ATTENDED,
        Presence::Late => presence_codes::LATE,
        Presence::Excused => presence_codes::EXCUSED,
        Presence::NoShow => presence_codes::NO_SHOW,
    }
}

pub(in crate::log::wire) fn presence(code: u8) -> Result<Presence, Error> {
    match code {
        presence_codes::UNKNOWN => Ok(Presence::Unknown),
        presence_codes::ATTENDED => Ok(Presence::Attended),
        presence_codes::LATE => Ok(Presence::Late),
        presence_codes::EXCUSED => Ok(Presence::Excused),
        presence_codes::NO_SHOW => Ok(Presence::NoShow),
        _ => Err(corrupt("no presence has the stored code")),
    }
}

/// The codes of who or what saw it.
mod source_codes {
    pub(super) const DOOR: u8 = 1;
    pub(super) const ONLINE: u8 = 2;
    pub(super) const ORGANISER: u8 = 3;
}

pub(in crate::log::wire) fn presence_source_code(presence_source: PresenceSource) -> u8 {
    match presence_source {
        PresenceSource::Door => source_codes::DOOR,
        PresenceSource::Online => source_codes::ONLINE,
        PresenceSource::Organiser => source_codes::ORGANISER,
    }
}

pub(in crate::log::wire) fn presence_source(code: u8) -> Result<PresenceSource, Error> {
    match code {
        source_codes::DOOR => Ok(PresenceSource::Door),
        source_codes::ONLINE => Ok(PresenceSource::Online),
        source_codes::ORGANISER => Ok(PresenceSource::Organiser),
        _ => Err(corrupt("nobody who sees who comes has the stored code")),
    }
}

/// The codes of the kinds of resources.
mod resource_codes {
    pub(super) const RECORDING: u8 = 1;
    pub(super) const HANDOUT: u8 = 2;
    pub(super) const SLIDES: u8 = 3;
    pub(super) const OTHER: u8 = 4;
}

pub(in crate::log::wire) fn resource_kind_code(resource_kind: ResourceKind) -> u8 {
    match resource_kind {
        ResourceKind::Recording => resource_codes::RECORDING,
        ResourceKind::Handout => resource_codes::HANDOUT,
        ResourceKind::Slides => resource_codes::SLIDES,
        ResourceKind::Other => resource_codes::OTHER,
    }
}

pub(in crate::log::wire) fn resource_kind(code: u8) -> Result<ResourceKind, Error> {
    match code {
        resource_codes::RECORDING => Ok(ResourceKind::Recording),
        resource_codes::HANDOUT => Ok(ResourceKind::Handout),
        resource_codes::SLIDES => Ok(ResourceKind::Slides),
        resource_codes::OTHER => Ok(ResourceKind::Other),
        _ => Err(corrupt("no kind of resource has the stored code")),
    }
}

/// The codes of who gets a resource.
mod audience_codes {
    pub(super) const ATTENDED: u8 = 1;
    pub(super) const REGISTERED: u8 = 2;
    pub(super) const MEMBERS: u8 = 3;
    pub(super) const PUBLIC: u8 = 4;
}

pub(in crate::log::wire) fn audience_code(audience: Audience) -> u8 {
    match audience {
        Audience::Attended => audience_codes::ATTENDED,
        Audience::Registered => audience_codes::REGISTERED,
        Audience::Members => audience_codes::MEMBERS,
        Audience::Public => audience_codes::PUBLIC,
    }
}

pub(in crate::log::wire) fn audience(code: u8) -> Result<Audience, Error> {
    match code {
        audience_codes::ATTENDED => Ok(Audience::Attended),
        audience_codes::REGISTERED => Ok(Audience::Registered),
        audience_codes::MEMBERS => Ok(Audience::Members),
        audience_codes::PUBLIC => Ok(Audience::Public),
        _ => Err(corrupt("no audience has the stored code")),
    }
}
