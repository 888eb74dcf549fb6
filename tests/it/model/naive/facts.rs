//! What has been done, as the facts that a desk would record of it.

use super::*;
use gather::testkit::resource_id;
use gather::{
    Booking, Capacity, Draw, Fact, OfferingId, Party, PendingApproval, PoolId, Reconfirmation, SetAsideId,
};

impl Naive<'_> {
    /// What has been done since so many deeds, each as the fact that it is.
    pub(in super::super) fn facts_since(&self, before: usize) -> Vec<String> {
        self.past[before..].iter().map(|deed| plain(&deed.what)).collect()
    }
}

fn booking(asked: &Asked) -> Booking {
    let guests = asked.people[1..].iter().map(|guest| guest.map(person_id)).collect();
    let party = Party { booker: person_id(asked.booker()), guests };
    let credentials = asked.credentials.iter().map(|credential| credential.credential()).collect();
    let (supersedes, uncounted, may_split) = (asked.supersedes, asked.uncounted, asked.may_split);
    let booking = Booking::new(OfferingId::new(asked.offering), party);
    Booking { credentials, supersedes, uncounted, may_split, ..booking }
}

fn drawn(draws: &Draws) -> Vec<Draw> {
    let draw = |&(number, places): &(u16, u32)| Draw { set_aside: SetAsideId::new(number), places };
    draws.iter().map(draw).collect()
}

fn joined(asked: &Asked, how: &How) -> Fact {
    let (gathering, registration, booking) = (asked.gathering, asked.registration, booking(asked));
    match how.clone() {
        How::Confirmed(draws) => {
            Fact::RegistrationConfirmed { gathering, registration, booking, draws: drawn(&draws) }
        }
        How::Waiting(ahead) => Fact::RegistrationWaitlisted { gathering, registration, booking, ahead },
        How::Held { draws, until, latest } => {
            let draws = drawn(&draws);
            Fact::RegistrationHeld { gathering, registration, booking, draws, until, latest }
        }
        How::Pending { draws, uses_places, until } => {
            let (draws, pending) = (drawn(&draws), PendingApproval { uses_places, until });
            Fact::ApprovalRequested { gathering, registration, booking, draws, pending }
        }
        How::FollowUp => Fact::FollowUpRequested { gathering, registration, booking },
        How::Interested => Fact::InterestNoted { gathering, registration, booking },
    }
}

/// What has been done as a fact; `None` where a part of it is sealed or of no matter here.
fn fact(done: &Done) -> Option<Fact> {
    Some(match done.clone() {
        Done::Joined(asked, how) => joined(&asked, &how),
        Done::Rescheduled(gathering, when, ask) => {
            let ask = ask.map(|(until, on_silence)| Reconfirmation { until, on_silence });
            Fact::GatheringRescheduled { gathering, schedule: when.schedule(), ask }
        }
        Done::ByHand(gathering, word) => match word {
            ByHand::Opened => Fact::BookingOpened { gathering },
            ByHand::Closed => Fact::BookingClosed { gathering },
            ByHand::Paused => Fact::BookingPaused { gathering, reason: None },
            ByHand::LineOnly => Fact::BookingToLineOnly { gathering },
            ByHand::InterestOnly => Fact::InterestOpened { gathering },
        },
        Done::CapacityChanged(gathering, pool, plan, keep_all) => Fact::CapacityChanged {
            gathering,
            pool: PoolId::new(pool),
            capacity: plan.places.map_or(Capacity::Unlimited, Capacity::Limited),
            overbook: plan.overbook.overbook(),
            keep_all,
        },
        Done::CalledOff(gathering) => Fact::GatheringCancelled { gathering },
        Done::SessionAdded(gathering, plan) => {
            Fact::SessionAdded { gathering, session: Box::new(plan.session()) }
        }
        Done::SessionMoved(gathering, session, when, room) => {
            let (session, schedule) = (session_id(session), when.schedule());
            Fact::SessionMoved { gathering, session, schedule, room: gather::testkit::room(room) }
        }
        Done::SessionRevised(gathering, session, texts) => {
            let session = session_id(session);
            Fact::SessionRevised { gathering, session, texts: Box::new(texts.texts()) }
        }
        Done::SessionDropped(gathering, session) => {
            Fact::SessionDropped { gathering, session: session_id(session) }
        }
        Done::SetAsideMade(gathering, plan) => {
            Fact::SetAsideMade { gathering, set_aside: plan.set_aside(plan.pool) }
        }
        Done::SetAsideChanged(gathering, number, places, release) => {
            let (set_aside, release) = (SetAsideId::new(number), release.map(TimePlan::time));
            Fact::SetAsideChanged { gathering, set_aside, places, release }
        }
        Done::LineClosed(gathering, offering) => {
            Fact::LineClosed { gathering, offering: OfferingId::new(offering) }
        }
        Done::PrioritiesChanged(gathering, classes) => {
            let class = |class: &Vec<WhoPlan>| class.iter().map(|who| who.who()).collect();
            let priorities = classes.iter().map(class).collect();
            let reason = gather::Reference::new("minutes-1").unwrap();
            Fact::PrioritiesChanged { gathering, priorities, reason }
        }
        Done::DraftAnnounced(gathering) => Fact::DraftAnnounced { gathering },
        Done::BooksClosed(gathering) => Fact::BooksClosed { gathering },
        Done::Archived(gathering) => Fact::GatheringArchived { gathering },
        Done::Forgotten(person) => Fact::PersonForgotten { person: person_id(person) },
        Done::AnswersExpired(gathering) => Fact::AnswersExpired { gathering },
        Done::RetentionSet(gathering, answers) => Fact::RetentionSet { gathering, answers },
        Done::NeedsExpired(gathering) => Fact::NeedsExpired { gathering },
        Done::NeedsRetentionSet(gathering, days) => Fact::NeedsRetentionSet { gathering, days },
        Done::NeedsRead(gathering) => Fact::NeedsRead { gathering, purpose: named("kitchen", 1) },
        Done::Withdrawn(gathering, resource) => {
            Fact::ResourceWithdrawn { gathering, resource: resource_id(resource) }
        }
        Done::RoundClosed(gathering) => Fact::ReconfirmationClosed { gathering },
        other => return of_a_registration_or_a_scan(other),
    })
}

fn of_a_registration_or_a_scan(done: Done) -> Option<Fact> {
    Some(match done {
        Done::ListSet(gathering, list) => Fact::CheckInListSet { gathering, list },
        Done::ListWithdrawn(gathering, list) => {
            Fact::CheckInListWithdrawn { gathering, list: gather::CheckInListId::new(list) }
        }
        Done::Scanned(gathering, scan, source, told) => Fact::Scanned { gathering, scan, source, told },
        Done::Undone(gathering, scan) => Fact::ScanUndone { gathering, scan },
        Done::Promoted(gathering, registration, draws) => {
            Fact::RegistrationPromoted { gathering, registration, draws: drawn(&draws) }
        }
        Done::Offered(gathering, registration, draws, respond_by) => {
            Fact::PlaceOffered { gathering, registration, draws: drawn(&draws), respond_by }
        }
        Done::OfferAccepted(gathering, registration) => Fact::OfferAccepted { gathering, registration },
        Done::HoldExtended(gathering, registration, until) => {
            Fact::HoldExtended { gathering, registration, until }
        }
        Done::HoldConfirmed(gathering, registration, pending) => {
            let pending = pending.map(|until| PendingApproval { uses_places: true, until });
            let booker = person_id(0);
            Fact::HoldConfirmed { gathering, registration, booker, answers: None, pending }
        }
        Done::Approved(gathering, registration, draws, ahead) => {
            Fact::RegistrationApproved { gathering, registration, draws: drawn(&draws), ahead }
        }
        Done::PassedOver(gathering, registration, reason) => {
            Fact::PassedOver { gathering, registration, reason }
        }
        Done::Split(gathering, registration, rest, keep) => {
            Fact::RegistrationSplit { gathering, registration, rest, keep }
        }
        Done::MovedToFollowUp(gathering, registration) => Fact::MovedToFollowUp { gathering, registration },
        Done::Ended(gathering, registration, how) => Fact::RegistrationEnded { gathering, registration, how },
        Done::Transferred(gathering, registration, place, from, to) => {
            let (from, to) = (from.map(person_id), person_id(to));
            Fact::PlaceTransferred { gathering, registration, place, from, to }
        }
        Done::PartyChanged(gathering, registration, removed, added, draws) => {
            let (added, draws) = (added.iter().map(|who| who.map(person_id)).collect(), drawn(&draws));
            Fact::PartyChanged { gathering, registration, removed, added, draws }
        }
        Done::Reconfirmed(gathering, registration) => {
            Fact::RegistrationReconfirmed { gathering, registration }
        }
        Done::InvitationAnswered(gathering, registration, person, rsvp) => Fact::InvitationAnswered {
            gathering,
            registration,
            person: person_id(person),
            rsvp,
            sequence: 0,
            stamp: gather::testkit::epoch(),
            comment: None,
        },
        Done::TagsSet(gathering, registration, tags) => {
            let tags = tags.iter().map(|tag| named("tag", *tag)).collect();
            Fact::TagsSet { gathering, registration, tags }
        }
        Done::Consented(gathering, registration, person, purpose, given) => {
            let (person, purpose) = (person_id(person), named("purpose", purpose));
            Fact::ConsentRecorded { gathering, registration, person, purpose, given }
        }
        _ => return None,
    })
}

fn named(word: &str, number: u8) -> gather::Reference {
    gather::Reference::new(&format!("{word}-{number}")).unwrap()
}

fn needs(registration: RegistrationId, person: gather::PersonId, some: bool) -> String {
    format!("needs of {person} by {registration}: {some}")
}

fn note(registration: RegistrationId, booker: gather::PersonId, some: bool) -> String {
    format!("note on {booker} by {registration}: {some}")
}

fn plain(done: &Done) -> String {
    if let Some(fact) = fact(done) {
        return plain_fact(&fact);
    }
    match done {
        Done::PersonRecorded(person) => format!("recorded {}", person_id(*person)),
        Done::NamePublished(person) => format!("published {}", person_id(*person)),
        Done::CalendarTokenIssued(person) => format!("calendar address of {}", person_id(*person)),
        Done::CalendarTokenRevoked(person) => {
            plain_fact(&Fact::CalendarTokenRevoked { person: person_id(*person) })
        }
        Done::NeedsRecorded(_, registration, person, some) => needs(*registration, person_id(*person), *some),
        Done::NoteWritten(_, registration, booker, some) => note(*registration, person_id(*booker), *some),
        Done::Exported(person) => format!("exported {}", person_id(*person)),
        Done::Announced(gathering, _) => format!("announced {gathering}"),
        Done::OfferingAdded(gathering, number, ..) => format!("offering {number} added to {gathering}"),
        Done::ModeChanged(gathering, mode, link) => mode_changed(*gathering, &mode.mode(), link.is_some()),
        Done::Seen { gathering, registration, place, presence, seen_at, flagged } => {
            format!("{presence:?} on {place} of {registration} in {gathering}, {seen_at}, flagged {flagged}")
        }
        Done::Attached(gathering, resource, audience) => {
            format!("{} of {gathering} for {audience:?}", resource_id(*resource))
        }
        other => unreachable!("that is a fact as it is: {other:?}"),
    }
}

fn mode_changed(gathering: GatheringId, mode: &gather::Mode, is_linked: bool) -> String {
    format!("{gathering} is at {mode:?}, linked {is_linked}")
}

/// A fact without what is sealed in it, and without what no rule says.
pub(in super::super) fn plain_fact(fact: &Fact) -> String {
    let mut fact = fact.clone();
    match &mut fact {
        Fact::RegistrationConfirmed { booking, .. }
        | Fact::RegistrationWaitlisted { booking, .. }
        | Fact::RegistrationHeld { booking, .. }
        | Fact::ApprovalRequested { booking, .. }
        | Fact::FollowUpRequested { booking, .. }
        | Fact::InterestNoted { booking, .. } => booking.answers = None,
        Fact::HoldConfirmed { answers, booker, .. } => (*answers, *booker) = (None, person_id(0)),
        // Which entry was answered is said by the lists, and held beside the messages.
        Fact::InvitationAnswered { sequence, stamp, comment, .. } => {
            (*sequence, *stamp, *comment) = (0, gather::testkit::epoch(), None);
        }
        // Where several are in the way, no rule says which is named.
        Fact::PassedOver {
            reason: PassReason::Overlap { registration } | PassReason::SeriesDate { registration },
            ..
        } => *registration = RegistrationId::from_u128(0),
        _ => {}
    }
    match &fact {
        Fact::PersonRecorded { person, .. } => format!("recorded {person}"),
        Fact::NamePublished { person, .. } => format!("published {person}"),
        Fact::CalendarTokenIssued { person, .. } => format!("calendar address of {person}"),
        Fact::PersonExported { person, .. } => format!("exported {person}"),
        Fact::NeedsRecorded { registration, person, needs: sealed, .. } => {
            needs(*registration, *person, sealed.is_some())
        }
        Fact::NoteWritten { registration, booker, note: sealed, .. } => {
            note(*registration, *booker, sealed.is_some())
        }
        Fact::GatheringAnnounced { gathering, .. } => format!("announced {gathering}"),
        Fact::OfferingAdded { gathering, offering, .. } => {
            format!("offering {} added to {gathering}", offering.id)
        }
        Fact::ModeChanged { gathering, mode, join_link } => {
            mode_changed(*gathering, mode, join_link.is_some())
        }
        Fact::PresenceRecorded { gathering, registration, place, presence, seen_at, flagged, .. } => {
            format!("{presence:?} on {place} of {registration} in {gathering}, {seen_at}, flagged {flagged}")
        }
        Fact::ResourceAttached { gathering, resource, .. } => {
            format!("{} of {gathering} for {:?}", resource.id, resource.audience)
        }
        other => format!("{other:?}"),
    }
}
