//! What holds of all lists, whatever has happened.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::fixture::{Story, booking, conference, gathering, person, registration, time};
use super::*;
use crate::fact::{
    Announcement, Booking, BookingTime, Capacity, Draw, Ending, Fact, Overbook, PassReason, Pending,
    Reconfirmation, Rsvp, SetAside, Silence, Who,
};
use crate::id::{OfferingId, PoolId, SetAsideId};
use crate::schedule::Schedule;

const NOW: &str = "2026-03-01T12:00:00Z";

/// Whether a fact can make a message due. Each kind has a line in the table of `docs/messages.md`; a new one has to be
/// added to one arm or the other, and there.
fn is_told(fact: &Fact) -> bool {
    match fact {
        Fact::GatheringRescheduled { .. }
        | Fact::ModeChanged { .. }
        | Fact::GatheringCancelled { .. }
        | Fact::DraftAnnounced { .. }
        | Fact::SessionAdded { .. }
        | Fact::SessionMoved { .. }
        | Fact::SessionRevised { .. }
        | Fact::SessionDropped { .. }
        | Fact::RegistrationConfirmed { .. }
        | Fact::RegistrationPromoted { .. }
        | Fact::RegistrationApproved { .. }
        | Fact::HoldConfirmed { .. }
        | Fact::OfferAccepted { .. }
        | Fact::RegistrationEnded { .. }
        | Fact::MovedToFollowUp { .. }
        | Fact::PlaceTransferred { .. }
        | Fact::PartyChanged { .. } => true,
        Fact::PersonRecorded { .. }
        | Fact::NamePublished { .. }
        | Fact::GatheringAnnounced { .. }
        | Fact::BookingOpened { .. }
        | Fact::BookingClosed { .. }
        | Fact::BookingPaused { .. }
        | Fact::BookingToLineOnly { .. }
        | Fact::InterestOpened { .. }
        | Fact::CapacityChanged { .. }
        | Fact::OfferingAdded { .. }
        | Fact::RegistrationWaitlisted { .. }
        | Fact::RegistrationHeld { .. }
        | Fact::HoldExtended { .. }
        | Fact::ApprovalRequested { .. }
        | Fact::PlaceOffered { .. }
        | Fact::PassedOver { .. }
        | Fact::RegistrationSplit { .. }
        | Fact::FollowUpRequested { .. }
        | Fact::InterestNoted { .. }
        | Fact::RegistrationReconfirmed { .. }
        | Fact::ReconfirmationClosed { .. }
        | Fact::SetAsideMade { .. }
        | Fact::SetAsideChanged { .. }
        | Fact::LineClosed { .. }
        | Fact::PrioritiesChanged { .. }
        | Fact::BooksClosed { .. }
        | Fact::GatheringArchived { .. }
        | Fact::PresenceRecorded { .. }
        | Fact::CheckInListSet { .. }
        | Fact::CheckInListWithdrawn { .. }
        | Fact::Scanned { .. }
        | Fact::ScanUndone { .. }
        | Fact::ResourceAttached { .. }
        | Fact::ResourceWithdrawn { .. }
        | Fact::InvitationAnswered { .. }
        | Fact::PersonForgotten { .. }
        | Fact::AnswersExpired { .. }
        | Fact::RetentionSet { .. }
        | Fact::PersonExported { .. }
        | Fact::CalendarTokenIssued { .. }
        | Fact::CalendarTokenRevoked { .. }
        | Fact::TagsSet { .. }
        | Fact::NoteWritten { .. }
        | Fact::ConsentRecorded { .. }
        | Fact::NeedsRecorded { .. }
        | Fact::NeedsRead { .. }
        | Fact::NeedsRetentionSet { .. }
        | Fact::NeedsExpired { .. } => false,
    }
}

/// A minute before, at, or after the time that is asked about.
fn minute(nth: u32) -> DateTime<Utc> {
    time(NOW) + TimeDelta::minutes(i64::from(nth % 3) - 1)
}

/// The conference with something set aside in two of its pools.
fn announced() -> Announcement {
    let set_asides = [(1, 1), (2, 3)]
        .map(|(number, pool)| SetAside::new(SetAsideId::new(number), PoolId::new(pool), 2).who(person(1)));
    Announcement { set_asides: set_asides.to_vec(), ..conference() }
}

/// Any fact about two conferences, twelve registrations and five people, sensible or not.
fn any_fact() -> impl Strategy<Value = Fact> {
    let ids = (1..=2_u128, 1..=12_u128);
    let guests = prop::collection::vec(prop::option::of(1..=5_u128), 0..3);
    let bookings = (1..=3_u16, 1..=5_u128, guests, prop::bool::weighted(0.1));
    (0..100_u8, ids, bookings, 0..6_u32).prop_map(
        |(kind, ids, (offering, booker, guests, uncounted), number)| {
            let mut booking = booking(offering, booker, &guests);
            booking.uncounted = uncounted;
            let (on, number) = ((gathering(ids.0), registration(ids.1)), number);
            if kind < 84 {
                about_a_registration(kind, on, booking, number)
            } else {
                about_a_gathering(kind, on.0, &booking, number)
            }
        },
    )
}

fn about_a_registration(
    kind: u8,
    (gathering, registration): (GatheringId, RegistrationId),
    booking: Booking,
    number: u32,
) -> Fact {
    let draws = match u16::try_from(number).unwrap() {
        0 => Vec::new(),
        some => vec![Draw { set_aside: SetAsideId::new(1 + some % 2), places: number / 2 }],
    };
    let until = minute(number);
    let pending = Pending { uses_places: number.is_multiple_of(2), until: (number > 2).then_some(until) };
    match kind {
        0..10 => Fact::RegistrationConfirmed { gathering, registration, booking, draws },
        10..26 => Fact::RegistrationWaitlisted { gathering, registration, booking, ahead: 0 },
        26..30 => Fact::RegistrationHeld { gathering, registration, booking, draws, until, latest: until },
        30..34 => Fact::ApprovalRequested { gathering, registration, booking, draws, pending },
        34 => Fact::FollowUpRequested { gathering, registration, booking },
        35 => Fact::InterestNoted { gathering, registration, booking },
        36..42 => Fact::RegistrationPromoted { gathering, registration, draws },
        42..48 => Fact::PlaceOffered { gathering, registration, draws, respond_by: until },
        48..50 => Fact::OfferAccepted { gathering, registration },
        50..52 => Fact::HoldExtended { gathering, registration, until },
        52..54 => {
            let pending = (number > 3).then_some(pending);
            let booker = booking.party.booker;
            Fact::HoldConfirmed { gathering, registration, booker, answers: None, pending }
        }
        54..58 => {
            let ahead = (number.is_multiple_of(2)).then_some(0);
            Fact::RegistrationApproved { gathering, registration, draws, ahead }
        }
        58..60 => Fact::MovedToFollowUp { gathering, registration },
        60 => Fact::RegistrationReconfirmed { gathering, registration },
        61 => Fact::InvitationAnswered {
            gathering,
            registration,
            person: booking.party.booker,
            rsvp: Rsvp::Accepted,
            sequence: number,
            stamp: until,
            comment: None,
        },
        62..64 => {
            let reason = PassReason::TooLarge { pool: PoolId::ONLY, wanted: 2, free: 1 };
            Fact::PassedOver { gathering, registration, reason }
        }
        64..70 => {
            let removed = [2, 3].into_iter().filter(|place| number & u32::from(place - 1) != 0).collect();
            let added = booking.party.guests;
            Fact::PartyChanged { gathering, registration, removed, added, draws }
        }
        70..76 => {
            let rest = fixture::registration(10 + u128::from(number % 3));
            Fact::RegistrationSplit {
                gathering,
                registration,
                rest,
                keep: 1 + u16::try_from(number % 2).unwrap(),
            }
        }
        _ => {
            let hows = [Ending::Attendee, Ending::Organiser, Ending::Expired, Ending::MovedAway];
            let how = hows[usize::try_from(number % 4).unwrap()];
            Fact::RegistrationEnded { gathering, registration, how }
        }
    }
}

fn about_a_gathering(kind: u8, gathering: GatheringId, booking: &Booking, number: u32) -> Fact {
    match kind {
        84..87 => Fact::CapacityChanged {
            gathering,
            pool: PoolId::new(booking.offering.get()),
            capacity: Capacity::Limited(number),
            overbook: if number.is_multiple_of(2) { Overbook::No } else { Overbook::Places(2) },
            keep_all: false,
        },
        87..91 => Fact::SetAsideChanged {
            gathering,
            set_aside: SetAsideId::new(1 + booking.offering.get() % 2),
            places: number,
            release: (number > 2).then(|| BookingTime::At(minute(number))),
        },
        91..93 => Fact::PrioritiesChanged {
            gathering,
            priorities: booking.party.named().map(|person| vec![Who::Person(person)]).collect(),
            reason: crate::text::Reference::new("test").unwrap(),
        },
        93 => Fact::BookingOpened { gathering },
        94 => Fact::BookingPaused { gathering, reason: None },
        95 => Fact::LineClosed { gathering, offering: booking.offering },
        96 => Fact::ReconfirmationClosed { gathering },
        97 => {
            let ask = Some(Reconfirmation { until: minute(number), on_silence: Silence::Keep });
            Fact::GatheringRescheduled { gathering, schedule: Schedule::to_be_confirmed(""), ask }
        }
        98 if number == 0 => Fact::BooksClosed { gathering },
        99 if number == 0 => Fact::GatheringCancelled { gathering },
        _ => Fact::BookingClosed { gathering },
    }
}

/// What a registration comes to, told plainly.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stands {
    Confirmed,
    Waiting,
    Held(DateTime<Utc>),
    Pending(bool, Option<DateTime<Utc>>),
    Offered(DateTime<Utc>),
    FollowUp,
    Interested,
    Ended,
}

impl Stands {
    fn uses_places(self) -> bool {
        match self {
            Self::Confirmed => true,
            Self::Held(until) | Self::Offered(until) => until > time(NOW),
            Self::Pending(uses, until) => uses && until.is_none_or(|until| until > time(NOW)),
            Self::Waiting | Self::FollowUp | Self::Interested | Self::Ended => false,
        }
    }
}

/// A registration, recounted.
#[derive(Clone, Debug)]
struct Told {
    on: GatheringId,
    id: RegistrationId,
    offering: OfferingId,
    people: Vec<Option<PersonId>>,
    uncounted: bool,
    stands: Stands,
    line: usize,
    class_of: Option<PersonId>,
    draws: Vec<Draw>,
}

impl Told {
    fn of(
        on: GatheringId,
        id: RegistrationId,
        booking: &Booking,
        stands: Stands,
        draws: &[Draw],
        at: usize,
    ) -> Self {
        let booker = std::iter::once(Some(booking.party.booker));
        Self {
            on,
            id,
            offering: booking.offering,
            people: booker.chain(booking.party.guests.iter().copied()).collect(),
            uncounted: booking.uncounted,
            stands,
            line: at,
            class_of: None,
            draws: draws.to_vec(),
        }
    }

    fn taken(&self) -> u32 {
        let uses = self.stands.uses_places() && !self.uncounted;
        if uses { u32::try_from(self.people.len()).unwrap() } else { 0 }
    }
}

/// Goes through all facts and tells what became of each registration, in the order of joining. It shares nothing with the
/// fold: it knows facts and no cards.
#[expect(clippy::wildcard_enum_match_arm, reason = "a recount asks for some facts and no others")]
fn recount(facts: &[Fact]) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    for (at, fact) in facts.iter().enumerate() {
        if let Some(new) = joined(fact, at) {
            if told.iter().all(|known| known.id != new.id) {
                told.push(new);
            }
            continue;
        }
        match fact {
            Fact::RegistrationSplit { registration, rest, keep, .. } => {
                let Some(whole) = told.iter().position(|it| it.id == *registration) else { continue };
                let known = told.iter().any(|it| it.id == *rest);
                let keep = usize::from(*keep);
                let it = &mut told[whole];
                if !known && it.stands == Stands::Waiting && it.people.len() > keep {
                    let class_of = it.class_of.or(it.people[0]);
                    let mut people = it.people.split_off(keep);
                    people[0] = people[0].or(it.people[0]);
                    let rest = Told { id: *rest, people, class_of, ..it.clone() };
                    told.push(rest);
                }
            }
            Fact::LineClosed { gathering, offering } => {
                let theirs = told.iter_mut().filter(|it| it.on == *gathering && it.offering == *offering);
                theirs.filter(|it| it.stands == Stands::Waiting).for_each(|it| it.stands = Stands::Ended);
            }
            Fact::BooksClosed { gathering } => {
                let theirs = told.iter_mut().filter(|it| it.on == *gathering);
                let none = theirs.filter(|it| !matches!(it.stands, Stands::Confirmed | Stands::FollowUp));
                none.for_each(|it| it.stands = Stands::Ended);
            }
            _ => {
                if let Some(it) = told.iter_mut().find(|it| Some(it.id) == about(fact)) {
                    change(it, fact, at);
                }
            }
        }
    }
    // Calling a gathering off ends all that is on it, whatever else is said.
    let off: Vec<_> = facts.iter().filter_map(called_off).collect();
    told.iter_mut().filter(|it| off.contains(&it.on)).for_each(|it| it.stands = Stands::Ended);
    told
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a recount asks for some facts and no others")]
fn called_off(fact: &Fact) -> Option<GatheringId> {
    match fact {
        Fact::GatheringCancelled { gathering } => Some(*gathering),
        _ => None,
    }
}

fn about(fact: &Fact) -> Option<RegistrationId> {
    crate::record::Tag::of(fact).into_iter().find_map(|tag| match tag {
        crate::record::Tag::Registration(id) => Some(id),
        crate::record::Tag::Gathering(_) | crate::record::Tag::Person(_) | crate::record::Tag::Session(_) => {
            None
        }
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a recount asks for some facts and no others")]
fn joined(fact: &Fact, at: usize) -> Option<Told> {
    let (stands, draws): (_, &[Draw]) = match fact {
        Fact::RegistrationConfirmed { draws, .. } => (Stands::Confirmed, draws),
        Fact::RegistrationWaitlisted { .. } => (Stands::Waiting, &[]),
        Fact::RegistrationHeld { draws, until, .. } => (Stands::Held(*until), draws),
        Fact::ApprovalRequested { draws, pending, .. } => {
            (Stands::Pending(pending.uses_places, pending.until), draws)
        }
        Fact::FollowUpRequested { .. } => (Stands::FollowUp, &[]),
        Fact::InterestNoted { .. } => (Stands::Interested, &[]),
        _ => return None,
    };
    let (id, booking) = fact.registration_made()?;
    Some(Told::of(fact.gathering()?, id, booking, stands, draws, at))
}

fn change(it: &mut Told, fact: &Fact, at: usize) {
    match (it.stands, fact) {
        (Stands::Ended, _) => {}
        (Stands::Waiting, Fact::RegistrationPromoted { draws, .. }) => {
            (it.stands, it.draws) = (Stands::Confirmed, draws.clone());
        }
        (Stands::Waiting, Fact::PlaceOffered { draws, respond_by, .. }) => {
            (it.stands, it.draws) = (Stands::Offered(*respond_by), draws.clone());
        }
        (Stands::Offered(_), Fact::OfferAccepted { .. })
        | (Stands::Held(_), Fact::HoldConfirmed { pending: None, .. }) => it.stands = Stands::Confirmed,
        (Stands::Held(_), Fact::HoldExtended { until, .. }) => it.stands = Stands::Held(*until),
        (Stands::Held(_), Fact::HoldConfirmed { pending: Some(pending), .. }) => {
            it.stands = Stands::Pending(pending.uses_places, pending.until);
        }
        (Stands::Pending(..), Fact::RegistrationApproved { draws, ahead, .. }) => {
            it.draws.clone_from(draws);
            it.stands = if ahead.is_some() { Stands::Waiting } else { Stands::Confirmed };
            it.line = at;
        }
        (Stands::Confirmed, Fact::MovedToFollowUp { .. }) => it.stands = Stands::FollowUp,
        (_, Fact::PartyChanged { removed, added, draws, .. }) => {
            let before = std::mem::take(&mut it.people);
            let stay = (1..).zip(before).filter(|(place, _)| !removed.contains(place)).map(|(_, who)| who);
            it.people = stay.chain(added.iter().copied()).collect();
            it.draws.clone_from(draws);
        }
        (_, Fact::RegistrationEnded { .. }) => it.stands = Stands::Ended,
        _ => {}
    }
}

/// The last word on something of a gathering.
fn last<T>(facts: &[Fact], word: impl Fn(&Fact) -> Option<T>) -> Option<T> {
    facts.iter().rev().find_map(word)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a recount asks for some facts and no others")]
fn class(facts: &[Fact], it: &Told) -> usize {
    let priorities = last(facts, |fact| match fact {
        Fact::PrioritiesChanged { gathering, priorities, .. } if *gathering == it.on => {
            Some(priorities.clone())
        }
        _ => None,
    });
    let (priorities, whose) = (priorities.unwrap_or_default(), it.class_of.or(it.people[0]).unwrap());
    priorities.iter().position(|class| class.contains(&Who::Person(whose))).unwrap_or(priorities.len())
}

/// What a pool takes, what is taken of it, and what is set aside in it still.
#[expect(clippy::wildcard_enum_match_arm, reason = "a recount asks for some facts and no others")]
fn pool_recounted(facts: &[Fact], told: &[Told], on: GatheringId, pool: u16) -> (Option<i64>, i64, i64) {
    let limit = last(facts, |fact| match fact {
        Fact::CapacityChanged {
            gathering,
            pool: changed,
            capacity: Capacity::Limited(places),
            overbook,
            ..
        } if *gathering == on && changed.get() == pool => {
            Some(Some(i64::from(*places) + if *overbook == Overbook::No { 0 } else { 2 }))
        }
        _ => None,
    });
    let limit = limit.unwrap_or([Some(2), None, Some(1)][usize::from(pool) - 1]);
    let here = || told.iter().filter(|it| it.on == on);
    let taken =
        here().filter(|it| draws_on(it.offering, PoolId::new(pool))).map(|it| i64::from(it.taken())).sum();
    let set_aside = [(1, 1), (2, 3)].into_iter().find(|(_, in_pool)| *in_pool == pool);
    let open = set_aside.map_or(0, |(number, _)| {
        let (places, release) = last(facts, |fact| match fact {
            Fact::SetAsideChanged { gathering, set_aside, places, release }
                if *gathering == on && set_aside.get() == number =>
            {
                Some((*places, *release))
            }
            _ => None,
        })
        .unwrap_or((2, None));
        let released = matches!(release, Some(BookingTime::At(at)) if at <= time(NOW));
        let using = here().filter(|it| it.stands.uses_places());
        let theirs = using.flat_map(|it| it.draws.iter()).filter(|draw| draw.set_aside.get() == number);
        let drawn: i64 = theirs.map(|draw| i64::from(draw.places)).sum();
        if released { 0 } else { (i64::from(places) - drawn).max(0) }
    });
    (limit, taken, open)
}

fn told(facts: &[Fact]) -> Story {
    let mut story = Story::new();
    story.announces(1, announced()).announces(2, announced());
    for fact in facts {
        story.tell(fact.clone());
    }
    story
}

fn draws_on(offering: OfferingId, pool: PoolId) -> bool {
    let offerings = conference().offerings;
    offerings.iter().any(|known| known.id == offering && known.pools.contains(&pool))
}

proptest! {
    #[test]
    fn lists_equal_a_naive_recount(facts in prop::collection::vec(any_fact(), 0..80)) {
        let story = told(&facts);
        let truth = recount(&facts);
        for id in [gathering(1), gathering(2)] {
            let here: Vec<_> = truth.iter().filter(|it| it.on == id).collect();

            let attendees = story.lists.attendee_list(id, time(NOW), story.opener()).unwrap();
            let shown = here.iter().filter(|it| it.stands == Stands::Confirmed || it.taken() > 0);
            let people: Vec<_> =
                shown.flat_map(|it| it.people.iter().map(|who| (it.id, *who, it.uncounted))).collect();
            let rows: Vec<_> =
                attendees.rows().iter().map(|row| (row.registration, row.person, row.uncounted)).collect();
            prop_assert_eq!(rows, people);
            let confirmed = here.iter().filter(|it| it.stands == Stands::Confirmed);
            let places: usize = confirmed.map(|it| it.people.len()).sum();
            prop_assert_eq!(attendees.presence().total(), u64::try_from(places).unwrap());

            for pool in attendees.pools() {
                let drawing = attendees.rows().iter();
                let drawing = drawing.filter(|row| row.is_counted() && draws_on(row.offering, pool.pool));
                prop_assert_eq!(pool.taken, u64::try_from(drawing.count()).unwrap());
                let (limit, taken, open) = pool_recounted(&facts, &truth, id, pool.pool.get());
                prop_assert_eq!(i64::try_from(pool.taken).unwrap(), taken);
                prop_assert_eq!(i64::try_from(pool.set_aside).unwrap(), open);
                prop_assert_eq!(pool.left, limit.map(|limit| limit - taken - open));
            }

            let waiting = story.lists.waiting_list(id, time(NOW), story.opener()).unwrap();
            for offering in (1..=3).map(OfferingId::new) {
                let line = here.iter().enumerate();
                let line = line.filter(|(_, it)| it.offering == offering && it.stands == Stands::Waiting);
                let mut line: Vec<_> =
                    line.map(|(nth, it)| (class(&facts, it), it.line, nth, it.id)).collect();
                line.sort_unstable();
                let line: Vec<_> =
                    (1..).zip(line).map(|(place, (class, _, _, id))| (place, u32::try_from(class).unwrap(), id)).collect();
                let rows = waiting.rows().iter().filter(|row| row.offering == offering);
                let rows: Vec<_> = rows.map(|row| (row.place_in_line, row.class, row.registration)).collect();
                prop_assert_eq!(&rows, &line);
                for (place, _, id) in line {
                    let (card, it) = story.lists.registration(id).unwrap();
                    prop_assert_eq!(card.ahead(it), Some(place - 1));
                }
            }
            let offers = |it: &&&Told| matches!(it.stands, Stands::Offered(_)) && it.stands.uses_places();
            prop_assert_eq!(waiting.offered().len(), here.iter().filter(offers).count());

            let card = story.lists.gathering(id).unwrap();
            let numbers: Vec<_> = card.registrations().map(RegistrationCard::number).collect();
            let expected: Vec<_> = (1..).take(here.len()).collect();
            prop_assert_eq!(numbers, expected);
        }
    }

    #[test]
    fn what_is_taken_set_aside_and_left_makes_the_limit(facts in prop::collection::vec(any_fact(), 0..60)) {
        let story = told(&facts);
        for row in [1, 2].map(|number| story.lists.places_left(gathering(number), time(NOW)).unwrap()) {
            let card = story.lists.gathering(row.gathering).unwrap();
            let pools = card.pools(time(NOW));
            for pool in &pools {
                let limit = pool.left.map(|left| {
                    left + i64::try_from(pool.taken).unwrap() + i64::try_from(pool.set_aside).unwrap()
                });
                match pool.limit {
                    Capacity::Limited(places) => prop_assert_eq!(limit, Some(i64::from(places))),
                    Capacity::Unlimited => prop_assert_eq!(limit, None),
                }
            }
            for offering in &row.offerings {
                let drawn = pools.iter().filter(|pool| draws_on(offering.offering, pool.pool));
                prop_assert_eq!(offering.left, drawn.filter_map(|pool| pool.left).min());
            }
        }
    }

    #[test]
    fn an_agenda_has_all_that_names_the_person(facts in prop::collection::vec(any_fact(), 0..60)) {
        let story = told(&facts);
        let truth = recount(&facts);
        for who in (1..=5).map(person) {
            let theirs = truth.iter().filter(|it| it.people.contains(&Some(who)));
            let mut expected: Vec<_> = theirs.map(|it| it.id).collect();
            expected.sort_unstable();
            let agenda = story.lists.agenda(who, story.opener());
            let mut rows: Vec<_> = agenda.rows().iter().map(|row| row.registration).collect();
            rows.sort_unstable();
            prop_assert_eq!(rows, expected);
        }
    }

    /// Calendars drop what comes with a smaller number, and take no notice of what comes with the same one.
    #[test]
    fn an_entry_s_sequence_rises_when_a_place_is_lost_and_never_falls(
        facts in prop::collection::vec(any_fact(), 0..60)
    ) {
        let mut story = told(&[]);
        let mut before: HashMap<RegistrationId, (u32, bool)> = HashMap::new();
        for fact in facts {
            story.tell(fact);
            for (card, it) in (1..=12).filter_map(|number| story.lists.registration(registration(number))) {
                let confirmed = card.status(it) == RegistrationStatus::Confirmed;
                let now = (card.entry_sequence(it), confirmed);
                if let Some((sequence, was_confirmed)) = before.insert(it.id(), now) {
                    prop_assert!(sequence <= now.0);
                    prop_assert!(!was_confirmed || confirmed || sequence < now.0, "it was lost in silence");
                }
            }
        }
    }

    /// What is due to somebody after a record follows from that record alone, if it is of a kind that calendars are told of.
    #[test]
    fn messages_are_due_after_what_calendars_are_told_of(facts in prop::collection::vec(any_fact(), 0..60)) {
        let mut story = told(&[]);
        for fact in facts {
            let (before, is_told) = (story.lists.position(), is_told(&fact));
            story.tell(fact.clone());
            let (due, _) = story.lists.invitations_after(before.into(), usize::MAX);
            prop_assert!(is_told || due.is_empty(), "{fact:?} made {} messages due", due.len());
            prop_assert!(due.iter().all(|due| due.mark.position() == story.lists.position()));
        }
    }

    /// Every map is seeded anew, so order that came from one would differ between two folds.
    #[test]
    fn the_same_records_give_the_same_lists(facts in prop::collection::vec(any_fact(), 0..60)) {
        let shown = || {
            let Story { lists, .. } = &told(&facts);
            let opener = || told(&[]).opener();
            let agendas: Vec<_> = (1..=5).map(|who| lists.agenda(person(who), opener())).collect();
            let attendees = lists.attendee_list(gathering(1), time(NOW), opener());
            let waiting = lists.waiting_list(gathering(1), time(NOW), opener());
            format!("{lists:?} {:?} {attendees:?} {waiting:?} {agendas:?} {}", lists.gatherings(), lists.whats_on(time(NOW)))
        };
        prop_assert_eq!(shown(), shown());
    }
}

#[test]
fn what_is_said_of_the_unknown_changes_nothing() {
    let mut story = Story::new();
    story
        .reschedules(1, "to be confirmed")
        .tell(Fact::BookingOpened { gathering: gathering(1) })
        .tell(Fact::BookingClosed { gathering: gathering(1) })
        .confirms(1, 1, booking(1, 1, &[]))
        .waitlists(1, 2, booking(1, 1, &[]))
        .promotes(1, 2)
        .cancels(1, 1)
        .calls_off(1);
    assert!(story.lists.gatherings().is_empty());
    assert!(story.lists.agenda(person(1), story.opener()).rows().is_empty());
    assert_eq!(story.lists.position(), Position::new(8));
}

#[test]
fn gatherings_are_in_the_order_of_their_ids() {
    let mut story = Story::new();
    story.announces(3, conference()).announces(1, conference()).announces(2, conference());
    let ids: Vec<_> = story.lists.gatherings().into_iter().map(GatheringCard::id).collect();
    assert_eq!(ids, [gathering(1), gathering(2), gathering(3)]);
}

#[test]
fn how_a_registration_stands_follows_the_facts() {
    let mut story = Story::new();
    story
        .announces(1, conference())
        .confirms(1, 1, booking(1, 1, &[]))
        .confirms(1, 2, booking(1, 2, &[]))
        .waitlists(1, 3, booking(1, 3, &[]))
        .waitlists(1, 4, booking(1, 4, &[]))
        .cancels(1, 1)
        .cancels(1, 3)
        .promotes(1, 4)
        .calls_off(1);
    let stands = |number| {
        let (gathering, it) = story.lists.registration(registration(number)).unwrap();
        (gathering.status(it), gathering.since(it), it.was_confirmed())
    };
    let by_attendee = RegistrationStatus::Cancelled { by: Ending::Attendee };
    let called_off = RegistrationStatus::CancelledWithGathering;
    assert_eq!(stands(1), (by_attendee, time("2026-02-01T14:00:00Z"), true));
    assert_eq!(stands(2), (called_off, time("2026-02-01T17:00:00Z"), true));
    assert_eq!(stands(3), (RegistrationStatus::LeftLine, time("2026-02-01T15:00:00Z"), false));
    assert_eq!(stands(4), (called_off, time("2026-02-01T17:00:00Z"), true));
}
