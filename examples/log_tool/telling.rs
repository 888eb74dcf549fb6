//! What has happened, in a few words. Nothing personal is in them: that is sealed.

use chrono::{DateTime, Utc};
use gather::{
    Booking, BookingTime, Capacity, Draw, Fact, Mode, Offering, Overbook, PassReason, PendingApproval,
    PersonId, PresenceSource,
};
use uuid::Uuid;

/// The end of an id, by which people tell it from others.
pub(crate) fn short(id: Uuid) -> String {
    let text = id.simple().to_string();
    format!("…{}", text.get(24..).unwrap_or(&text))
}

fn person(id: PersonId) -> String {
    format!("person {}", short(id.uuid()))
}

fn instant(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

pub(crate) fn tell(fact: &Fact) -> String {
    about_people(fact)
        .or_else(|| about_gatherings(fact))
        .or_else(|| about_sessions(fact))
        .or_else(|| about_registrations(fact))
        .or_else(|| about_waiting(fact))
        // A fact of a newer version of the crate than this tool was written for.
        .unwrap_or_else(|| "something that this tool has no words for".to_owned())
}

fn about_people(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::PersonRecorded { person: id, .. } => format!("{}: details recorded", person(*id)),
        Fact::NamePublished { person: id, .. } => format!("{}: name published", person(*id)),
        Fact::CalendarTokenIssued { person: id, .. } => format!("{}: calendar address issued", person(*id)),
        Fact::CalendarTokenRevoked { person: id } => format!("{}: calendar address revoked", person(*id)),
        _ => return None,
    })
}

fn about_gatherings(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::GatheringAnnounced { announcement, .. } => {
            let draft = if announcement.draft { "drafted" } else { "announced" };
            format!(
                "{draft} {:?}, {}, {}",
                announcement.title,
                announcement.schedule,
                mode(&announcement.mode)
            )
        }
        Fact::DraftAnnounced { .. } => "announced".to_owned(),
        Fact::GatheringRescheduled { schedule, ask, .. } => {
            let asked = ask.map(|ask| format!("; everybody is asked until {}", instant(ask.until)));
            format!("rescheduled to {schedule}{}", asked.unwrap_or_default())
        }
        Fact::GatheringCancelled { .. } => "called off".to_owned(),
        Fact::BookingOpened { .. } => "booking opened".to_owned(),
        Fact::BookingClosed { .. } => "booking closed".to_owned(),
        Fact::BookingPaused { reason, .. } => {
            format!(
                "booking paused{}",
                reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default()
            )
        }
        Fact::BookingToLineOnly { .. } => "booking only into the line".to_owned(),
        Fact::InterestOpened { .. } => "interest can be noted".to_owned(),
        Fact::LineClosed { offering, .. } => format!("line of offering {offering} closed"),
        Fact::CapacityChanged { pool, capacity, overbook, keep_all, .. } => {
            let kept = if *keep_all { ", all who have a place keep it" } else { "" };
            format!("capacity of pool {pool} changed to {}{kept}", places(*capacity, *overbook))
        }
        Fact::ModeChanged { mode: now, .. } => format!("changed to {}", mode(now)),
        Fact::OfferingAdded { offering, .. } => format!("offering added: {}", named(offering)),
        Fact::SetAsideMade { set_aside, .. } => format!(
            "set-aside {} made: {} places of pool {}{}",
            set_aside.id,
            set_aside.places,
            set_aside.pool,
            released(set_aside.release)
        ),
        Fact::SetAsideChanged { set_aside, places, release, .. } => {
            format!("set-aside {set_aside} changed to {places} places{}", released(*release))
        }
        Fact::PrioritiesChanged { priorities, reason, .. } => {
            format!("priorities changed to {} classes: {reason}", priorities.len())
        }
        Fact::ReconfirmationClosed { .. } => "no more answers to the new dates".to_owned(),
        Fact::CheckInListSet { list, .. } => format!("check-in list {} set: {:?}", list.id, list.name),
        Fact::CheckInListWithdrawn { list, .. } => format!("check-in list {list} withdrawn"),
        Fact::ScanUndone { scan, .. } => format!("scan {} taken back", short(scan.uuid())),
        Fact::BooksClosed { .. } => "books closed".to_owned(),
        Fact::GatheringArchived { .. } => "archived".to_owned(),
        Fact::ResourceAttached { resource, .. } => format!("resource attached: {:?}", resource.title),
        Fact::ResourceWithdrawn { resource, .. } => format!("resource {} withdrawn", short(resource.uuid())),
        _ => return None,
    })
}

fn about_sessions(fact: &Fact) -> Option<String> {
    let session = short(fact.session()?.uuid());
    Some(match fact {
        Fact::SessionAdded { session: added, .. } => {
            format!(
                "session {session} added: {:?}, {}, in {:?}",
                added.texts.title, added.schedule, added.room
            )
        }
        Fact::SessionMoved { schedule, room, .. } => {
            format!("session {session} moved to {schedule}, in {room:?}")
        }
        Fact::SessionRevised { texts, .. } => format!("session {session} revised: {:?}", texts.title),
        Fact::SessionDropped { .. } => format!("session {session} dropped"),
        _ => return None,
    })
}

fn about_registrations(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::RegistrationConfirmed { booking, draws, .. } => {
            format!("confirmed: {}{}", booked(booking), drawn(draws))
        }
        Fact::RegistrationPromoted { draws, .. } => format!("promoted from the line{}", drawn(draws)),
        Fact::RegistrationEnded { how, .. } => format!("ended: {}", how.code()),
        Fact::PlaceTransferred { place, from, to, .. } => {
            let from = from.map_or_else(|| "a guest".to_owned(), person);
            format!("place {place} transferred from {from} to {}", person(*to))
        }
        Fact::PartyChanged { removed, added, draws, .. } => {
            format!("party changed: {} gone, {} new{}", removed.len(), added.len(), drawn(draws))
        }
        Fact::RegistrationReconfirmed { .. } => "reconfirmed".to_owned(),
        Fact::FollowUpRequested { booking, .. } => format!("follow-up asked for: {}", booked(booking)),
        Fact::MovedToFollowUp { .. } => "moved to the follow-up".to_owned(),
        Fact::InterestNoted { booking, .. } => format!("interest noted: {}", booked(booking)),
        Fact::PresenceRecorded { place, presence, source, seen_at, flagged, .. } => {
            let flagged = if *flagged { ", without a confirmed place" } else { "" };
            format!(
                "place {place}: {}, {}, {}{flagged}",
                presence.code(),
                seen_by(*source),
                instant(*seen_at)
            )
        }
        Fact::Scanned { scan, told, .. } => {
            let (place, list, way) = (scan.place, scan.list, scan.way.code());
            format!("place {place} scanned at list {list} going {way}, {}: {told}", instant(scan.seen_at))
        }
        _ => return None,
    })
}

fn about_waiting(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::RegistrationWaitlisted { booking, ahead, .. } => {
            format!("in line behind {ahead}: {}", booked(booking))
        }
        Fact::RegistrationHeld { booking, draws, until, .. } => {
            format!("held until {}: {}{}", instant(*until), booked(booking), drawn(draws))
        }
        Fact::HoldExtended { until, .. } => format!("hold extended until {}", instant(*until)),
        Fact::HoldConfirmed { booker, pending, .. } => {
            let then = pending.map(|pending| format!(", {}", asked(pending))).unwrap_or_default();
            format!("hold confirmed by {}{then}", person(*booker))
        }
        Fact::ApprovalRequested { booking, draws, pending, .. } => {
            format!("{}: {}{}", asked(*pending), booked(booking), drawn(draws))
        }
        Fact::RegistrationApproved { draws, ahead, .. } => match ahead {
            Some(ahead) => format!("approved, in line behind {ahead}"),
            None => format!("approved{}", drawn(draws)),
        },
        Fact::PlaceOffered { draws, respond_by, .. } => {
            format!("place offered until {}{}", instant(*respond_by), drawn(draws))
        }
        Fact::OfferAccepted { .. } => "offer accepted".to_owned(),
        Fact::PassedOver { reason, .. } => format!("passed over: {}", passed(*reason)),
        Fact::RegistrationSplit { rest, keep, .. } => {
            format!("split: {keep} stay, the rest is registration {}", short(rest.uuid()))
        }
        _ => return None,
    })
}

fn mode(mode: &Mode) -> String {
    match mode {
        Mode::Online => "online".to_owned(),
        Mode::InPerson(venue) => format!("at {:?}", venue.name),
        Mode::Hybrid(venue) => format!("at {:?} and online", venue.name),
        _ => "in another way".to_owned(),
    }
}

fn places(capacity: Capacity, overbook: Overbook) -> String {
    let places = match capacity {
        Capacity::Limited(places) => format!("{places} places"),
        Capacity::Unlimited => "as many as come".to_owned(),
        _ => "another number".to_owned(),
    };
    match overbook {
        Overbook::Places(more) => format!("{places} and {more} more"),
        Overbook::PerCent(more) => format!("{places} and {more} % more"),
        _ => places,
    }
}

fn named(offering: &Offering) -> String {
    let session = offering.session.map(|session| format!(" for session {}", short(session.uuid())));
    format!("{} {:?}{}", offering.id, offering.name, session.unwrap_or_default())
}

fn released(release: Option<BookingTime>) -> String {
    match release {
        None => String::new(),
        Some(BookingTime::At(time)) => format!(", released at {}", instant(time)),
        Some(BookingTime::BeforeStart { seconds }) => {
            format!(", released {} before the start", long(seconds))
        }
        Some(_) => ", released some time".to_owned(),
    }
}

/// Whole days where they are whole, else seconds.
fn long(seconds: u32) -> String {
    match (seconds / 86_400, seconds % 86_400) {
        (1, 0) => "a day".to_owned(),
        (days, 0) if days > 0 => format!("{days} days"),
        _ => format!("{seconds} seconds"),
    }
}

fn booked(booking: &Booking) -> String {
    let guests = match booking.party.guests.len() {
        0 => String::new(),
        1 => " and a guest".to_owned(),
        guests => format!(" and {guests} guests"),
    };
    let uncounted = if booking.uncounted { ", uncounted" } else { "" };
    format!("{}{guests}, offering {}{uncounted}", person(booking.party.booker), booking.offering)
}

fn drawn(draws: &[Draw]) -> String {
    let each = draws.iter().map(|draw| format!(", {} from set-aside {}", draw.places, draw.set_aside));
    each.collect::<Vec<_>>().concat()
}

fn asked(pending: PendingApproval) -> String {
    match pending.until {
        Some(until) => format!("approval asked for until {}", instant(until)),
        None => "approval asked for".to_owned(),
    }
}

fn seen_by(source: PresenceSource) -> &'static str {
    match source {
        PresenceSource::Door => "at the door",
        PresenceSource::Online => "online",
        PresenceSource::Organiser => "says the organiser",
        _ => "somewhere",
    }
}

fn passed(reason: PassReason) -> String {
    match reason {
        PassReason::TooLarge { pool, wanted, free } => {
            format!("{wanted} places wanted, {free} free in pool {pool}")
        }
        PassReason::NeedsPlace { offering } => format!("needs a place in offering {offering}"),
        PassReason::Overlap { registration } | PassReason::SeriesDate { registration } => {
            format!("{} with registration {}", reason.code(), short(registration.uuid()))
        }
        _ => reason.code().to_owned(),
    }
}
