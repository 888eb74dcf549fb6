//! Generated histories: plain steps that name things by small numbers, so that any of them can be left out and
//! the rest still makes sense. That is what lets a failure shrink to the few steps that matter.

use std::ops::Range;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::desk::{Command, Desk, Edge, Failure, Ready};
use crate::domain::{
    CancelGathering, CancelRegistration, Change, ChangeCapacity, CloseBooking, Gathering, OpenBooking,
    Promoted, RecordPerson, Register, Registered, Reschedule, Transfer,
};
use crate::fact::{BookingTime, BookingWindow, Capacity, GatheringKind, Mode, Offering, Pool, Venue};
use crate::id::{GatheringId, OfferingId, PersonId, PoolId, RegistrationId, RequestId};
use crate::person::{Answers, JoinLink, PersonDetails};
use crate::schedule::Schedule;

/// How many people live in a history.
const PEOPLE: u8 = 14;

/// The number of a gathering that no history announces.
const NO_GATHERING: usize = 0xFFFF;

/// When every history begins: noon of 5 January 2026, UTC.
#[must_use]
pub fn epoch() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_614_400, 0).unwrap_or_default()
}

/// The id of a history's person by number.
#[must_use]
pub fn person_id(number: u8) -> PersonId {
    PersonId::from_u128(0x1_0000 + u128::from(number))
}

/// The id of a history's gathering by number.
#[must_use]
pub fn gathering_id(number: usize) -> GatheringId {
    GatheringId::from_u128(u128::try_from(number).unwrap_or_default() + 0x2_0000)
}

/// Everything that is asked of a desk, in order.
#[derive(Clone, Debug)]
pub struct History {
    /// The steps.
    pub steps: Vec<Step>,
}

/// One request: when, and what.
#[derive(Clone, Debug)]
pub struct Step {
    /// How many seconds after the step before; less than 0 is a clock that goes back.
    pub after: i64,
    /// What is asked for.
    pub what: What,
}

/// What is asked for. Gatherings and registrations are named by the step that made them, whatever became of it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a model must say what every step means")]
pub enum What {
    /// Record a person's details.
    RecordPerson(u8),
    /// Announce a gathering.
    Announce(GatheringPlan),
    /// Register a party: the booker, then guests, unnamed where `None`.
    Register {
        /// Which of the gatherings announced so far.
        gathering: Index,
        /// Which offering, by number; 0 names none.
        offering: u16,
        /// The booker.
        booker: u8,
        /// The guests.
        guests: Vec<Option<u8>>,
    },
    /// Cancel what one of the register steps so far has made.
    CancelRegistration {
        /// Which of the register steps.
        registration: Index,
        /// Whether the organiser wishes it.
        by_organiser: bool,
    },
    /// Give a place of what one of the register steps so far has made to another person.
    Transfer {
        /// Which of the register steps.
        registration: Index,
        /// Which place, from 1.
        place: u16,
        /// Who gets it.
        to: u8,
    },
    /// Change a pool's capacity; `None` is unlimited.
    ChangeCapacity {
        /// Which of the gatherings announced so far.
        gathering: Index,
        /// Which pool, by number.
        pool: u16,
        /// The capacity.
        capacity: Option<u32>,
    },
    /// Give a gathering other dates.
    Reschedule {
        /// Which of the gatherings announced so far.
        gathering: Index,
        /// The dates.
        when: When,
    },
    /// Open booking by hand.
    OpenBooking(Index),
    /// Close booking by hand.
    CloseBooking(Index),
    /// Call a gathering off.
    CancelGathering(Index),
    /// Send one of the steps so far again, under the same request id.
    SendAgain(Index),
}

/// A gathering to announce.
#[derive(Clone, Debug)]
pub struct GatheringPlan {
    /// Whether it is online, and so has a join link.
    pub online: bool,
    /// When.
    pub when: When,
    /// How many hours after the epoch booking opens, if not at once.
    pub opens: Option<i64>,
    /// The capacities of pools 1, 2, …; `None` is unlimited.
    pub pools: Vec<Option<u32>>,
    /// Offerings 1, 2, ….
    pub offerings: Vec<OfferingPlan>,
}

/// An offering to announce.
#[derive(Clone, Debug)]
pub struct OfferingPlan {
    /// Which pools it draws on, by number.
    pub pools: Vec<u16>,
    /// The largest party.
    pub max_party: u16,
    /// Whether it keeps a line.
    pub waiting_list: bool,
}

/// Dates, counted from the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a model must say what every date means")]
pub enum When {
    /// To be confirmed.
    ToBeConfirmed,
    /// On one day, so many days after the epoch's.
    Day(u64),
    /// From so many hours after the epoch, so many hours long.
    Hours {
        /// The start.
        start: i64,
        /// How long, at least 1.
        long: i64,
    },
}

/// What a desk was heard to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What.
    pub told: Told,
    /// Whether it was said before.
    pub repeated: bool,
}

/// What a desk can say when it does not refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a model must expect each of them")]
pub enum Told {
    /// A person is recorded.
    Recorded(PersonId),
    /// A gathering is announced.
    Announced(GatheringId),
    /// A registration has its places.
    Confirmed(RegistrationId),
    /// A registration stands in line behind so many.
    Waiting(RegistrationId, u32),
    /// Something was changed, or was so already.
    Changed(Change),
    /// It is done, and these got their places through it.
    Promoted(Vec<RegistrationId>),
}

/// Any of the commands, so that a test can hold them in one list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AnyCommand {
    /// Record a person.
    RecordPerson(RecordPerson),
    /// Announce a gathering.
    Announce(Gathering),
    /// Register a party.
    Register(Register),
    /// Cancel a registration.
    CancelRegistration(CancelRegistration),
    /// Transfer a place.
    Transfer(Transfer),
    /// Change a capacity.
    ChangeCapacity(ChangeCapacity),
    /// Reschedule a gathering.
    Reschedule(Reschedule),
    /// Open booking.
    OpenBooking(OpenBooking),
    /// Close booking.
    CloseBooking(CloseBooking),
    /// Cancel a gathering.
    CancelGathering(CancelGathering),
}

impl Command for AnyCommand {
    type Outcome = Told;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<Told>, Failure> {
        let promoted = |promoted: Promoted| Told::Promoted(promoted.registrations);
        match self {
            Self::RecordPerson(command) => Ok(command.ready(edge)?.map(Told::Recorded)),
            Self::Announce(command) => Ok(command.ready(edge)?.map(Told::Announced)),
            Self::Register(command) => Ok(command.ready(edge)?.map(told_registered)),
            Self::CancelRegistration(command) => Ok(command.ready(edge)?.map(promoted)),
            Self::Transfer(command) => Ok(command.ready(edge)?.map(Told::Changed)),
            Self::ChangeCapacity(command) => Ok(command.ready(edge)?.map(promoted)),
            Self::Reschedule(command) => Ok(command.ready(edge)?.map(Told::Changed)),
            Self::OpenBooking(command) => Ok(command.ready(edge)?.map(Told::Changed)),
            Self::CloseBooking(command) => Ok(command.ready(edge)?.map(Told::Changed)),
            Self::CancelGathering(command) => Ok(command.ready(edge)?.map(Told::Changed)),
        }
    }
}

impl When {
    /// The dates as a schedule in UTC.
    #[must_use]
    pub fn schedule(self) -> Schedule {
        let begin = epoch().naive_utc();
        let schedule = match self {
            Self::ToBeConfirmed => Ok(Schedule::to_be_confirmed("")),
            Self::Day(days) => {
                let day: NaiveDate = begin.date() + Days::new(days);
                Schedule::days(day, day, "UTC")
            }
            Self::Hours { start, long } => {
                let start = begin + TimeDelta::hours(start);
                Schedule::exact(start, start + TimeDelta::hours(long.max(1)), "UTC")
            }
        };
        schedule.unwrap_or_else(|_| Schedule::to_be_confirmed(""))
    }
}

impl GatheringPlan {
    /// The draft of the gathering with a number.
    pub fn gathering(&self, number: usize) -> Gathering {
        let mode = if self.online { Mode::Online } else { Mode::InPerson(Venue::new("Hub")) };
        let mut draft = Gathering::new(GatheringKind::Meeting, format!("Gathering {number}"), mode)
            .id(gathering_id(number))
            .at(self.when.schedule());
        if self.online {
            draft = draft.join_link(JoinLink::new("https://meet.example/room"));
        }
        if let Some(hours) = self.opens {
            let opens = Some(BookingTime::At(epoch() + TimeDelta::hours(hours)));
            draft = draft.booking(BookingWindow { opens, ..BookingWindow::default() });
        }
        for (id, capacity) in (1..).zip(&self.pools) {
            let capacity = capacity.map_or(Capacity::Unlimited, Capacity::Limited);
            draft = draft.pool(Pool::new(PoolId::new(id), format!("pool {id}"), capacity));
        }
        for (id, plan) in (1..).zip(&self.offerings) {
            let pools = plan.pools.iter().map(|&pool| PoolId::new(pool));
            let offering = Offering::new(OfferingId::new(id), format!("offering {id}"), pools);
            let offering = offering.max_party(plan.max_party);
            draft =
                draft.offering(if plan.waiting_list { offering } else { offering.without_waiting_list() });
        }
        draft
    }
}

impl History {
    /// Puts every step to a desk, in order, and says what the desk answered.
    #[must_use]
    pub fn play(&self, desk: &Desk) -> Vec<Result<Answer, Failure>> {
        (0..self.steps.len()).map(|nth| self.play_step(desk, nth)).collect()
    }

    /// Puts one step to a desk; those before it have been put.
    ///
    /// # Errors
    /// What the desk says when it does not do it.
    pub fn play_step(&self, desk: &Desk, nth: usize) -> Result<Answer, Failure> {
        let call = desk.request(self.request(nth)).at(self.time(nth)).ahead_of_clock();
        let receipt = call.execute(self.command(nth))?;
        Ok(Answer { told: receipt.outcome, repeated: receipt.repeated })
    }

    /// The request id of a step: its own, or that of the step which it sends again.
    #[must_use]
    pub fn request(&self, nth: usize) -> RequestId {
        request_id(self.original(nth))
    }

    /// What a step asks a desk for.
    #[must_use]
    pub fn command(&self, nth: usize) -> AnyCommand {
        let nth = self.original(nth);
        match self.steps.get(nth).map(|step| &step.what) {
            Some(What::RecordPerson(person)) => {
                let details =
                    PersonDetails::new(format!("Person {person}")).email(format!("p{person}@example.org"));
                AnyCommand::RecordPerson(RecordPerson::of(person_id(*person), details))
            }
            Some(What::Announce(plan)) => AnyCommand::Announce(plan.gathering(self.announced_before(nth))),
            Some(What::Register { gathering, offering, booker, guests }) => {
                AnyCommand::Register(register(self.gathering(gathering, nth), *offering, *booker, guests))
            }
            Some(What::CancelRegistration { registration, by_organiser }) => {
                let command = CancelRegistration::new(self.registration(registration, nth));
                AnyCommand::CancelRegistration(if *by_organiser { command.by_organiser() } else { command })
            }
            Some(What::Transfer { registration, place, to }) => {
                let command = Transfer::new(self.registration(registration, nth), person_id(*to));
                AnyCommand::Transfer(command.place(*place))
            }
            Some(What::ChangeCapacity { gathering, pool, capacity }) => {
                let capacity = capacity.map_or(Capacity::Unlimited, Capacity::Limited);
                let command = ChangeCapacity::new(self.gathering(gathering, nth), capacity);
                AnyCommand::ChangeCapacity(command.pool(PoolId::new(*pool)))
            }
            Some(What::Reschedule { gathering, when }) => {
                AnyCommand::Reschedule(Reschedule::new(self.gathering(gathering, nth), when.schedule()))
            }
            Some(What::OpenBooking(which)) => {
                AnyCommand::OpenBooking(OpenBooking::new(self.gathering(which, nth)))
            }
            Some(What::CloseBooking(which)) => {
                AnyCommand::CloseBooking(CloseBooking::new(self.gathering(which, nth)))
            }
            // `original` has followed what is sent again, but for a first step that would send itself.
            Some(What::CancelGathering(which) | What::SendAgain(which)) => {
                AnyCommand::CancelGathering(CancelGathering::new(self.gathering(which, nth)))
            }
            None => AnyCommand::CancelGathering(CancelGathering::new(gathering_id(NO_GATHERING))),
        }
    }

    /// When a step happens, by its own clock.
    #[must_use]
    pub fn time(&self, nth: usize) -> DateTime<Utc> {
        let seconds = self.steps.iter().take(nth.saturating_add(1)).map(|step| step.after).sum();
        epoch() + TimeDelta::seconds(seconds)
    }

    /// The step that a step really is: itself, or the one that it sends again. A first step that would send
    /// itself again is nothing.
    #[must_use]
    pub fn original(&self, nth: usize) -> usize {
        match self.steps.get(nth).map(|step| &step.what) {
            Some(What::SendAgain(_)) if nth == 0 => usize::MAX,
            Some(What::SendAgain(earlier)) => self.original(earlier.index(nth)),
            _ => nth,
        }
    }

    /// How many gatherings were announced before a step.
    #[must_use]
    pub fn announced_before(&self, nth: usize) -> usize {
        self.steps.iter().take(nth).filter(|step| matches!(step.what, What::Announce(_))).count()
    }

    /// The gathering that a step means; one that does not exist if none was announced before it.
    #[must_use]
    pub fn gathering(&self, which: &Index, nth: usize) -> GatheringId {
        match self.announced_before(nth) {
            0 => gathering_id(NO_GATHERING),
            announced => gathering_id(which.index(announced)),
        }
    }

    /// The registration that a step means: what one of the register steps before it has made, if anything.
    #[must_use]
    pub fn registration(&self, which: &Index, nth: usize) -> RegistrationId {
        let made: Vec<usize> = (0..nth)
            .filter(|&step| {
                self.steps.get(step).is_some_and(|step| matches!(step.what, What::Register { .. }))
            })
            .collect();
        let step = if made.is_empty() { nth } else { *which.get(&made) };
        RegistrationId::from_uuid(request_id(step).derive(0))
    }
}

fn request_id(nth: usize) -> RequestId {
    RequestId::from_u128(u128::try_from(nth).unwrap_or_default() + 0x3_0000)
}

fn register(gathering: GatheringId, offering: u16, booker: u8, guests: &[Option<u8>]) -> Register {
    let mut command = Register::new(gathering, person_id(booker));
    if offering > 0 {
        command = command.offering(OfferingId::new(offering));
    }
    if booker.is_multiple_of(3) {
        command = command.answers(Answers::new().answer("diet", "vegan"));
    }
    guests.iter().fold(command, |command, guest| match guest {
        Some(guest) => command.guest(person_id(*guest)),
        None => command.unnamed_guests(1),
    })
}

fn told_registered(outcome: Registered) -> Told {
    match outcome {
        Registered::Confirmed { registration } => Told::Confirmed(registration),
        Registered::Waiting { registration, ahead } => Told::Waiting(registration, ahead),
    }
}

/// Histories of so many steps. The first announces a gathering; few people and fewer places see to it that
/// lines form. They shrink by leaving steps out.
pub fn histories(length: Range<usize>) -> impl Strategy<Value = History> {
    (plans(), steps(length)).prop_map(|(plan, mut steps)| {
        steps.insert(0, Step { after: 0, what: What::Announce(plan) });
        History { steps }
    })
}

/// Some steps, to go on with a history.
pub fn steps(length: Range<usize>) -> impl Strategy<Value = Vec<Step>> {
    let after = prop_oneof![12 => 0..600_i64, 2 => 3_600..90_000_i64, 1 => -100_000..0_i64];
    vec((after, what()).prop_map(|(after, what)| Step { after, what }), length)
}

/// Gatherings with one to three pools and offerings that share them.
pub fn plans() -> impl Strategy<Value = GatheringPlan> {
    let capacity = prop_oneof![1 => Just(None), 8 => (0..6_u32).prop_map(Some)];
    let offering = (1..8_u8, 1..5_u16, prop::bool::weighted(0.8));
    let parts = (vec(capacity, 1..4), vec(offering, 1..4));
    let opens = prop::option::weighted(0.15, 0..30_i64);
    (any::<bool>(), when(), opens, parts).prop_map(|(online, when, opens, (pools, offerings))| {
        let count = u16::try_from(pools.len()).unwrap_or(1);
        let offerings = offerings.into_iter().map(|(mask, max_party, waiting_list)| {
            let drawn: Vec<u16> = (1..=count).filter(|pool| mask >> (pool - 1) & 1 == 1).collect();
            let pools = if drawn.is_empty() { vec![1] } else { drawn };
            OfferingPlan { pools, max_party, waiting_list }
        });
        GatheringPlan { online, when, opens, offerings: offerings.collect(), pools }
    })
}

pub(super) fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        1 => Just(When::ToBeConfirmed),
        2 => (0..9_u64).prop_map(When::Day),
        6 => (1..300_i64, 1..30_i64).prop_map(|(start, long)| When::Hours { start, long }),
    ]
}

fn what() -> impl Strategy<Value = What> {
    let guests = prop_oneof![
        4 => Just(Vec::new()),
        2 => vec(prop::option::of(0..PEOPLE), 1..4),
    ];
    let which = any::<Index>;
    prop_oneof![
        2 => (0..PEOPLE).prop_map(What::RecordPerson),
        1 => plans().prop_map(What::Announce),
        24 => (which(), 0..4_u16, 0..PEOPLE, guests).prop_map(|(gathering, offering, booker, guests)| {
            What::Register { gathering, offering, booker, guests }
        }),
        10 => (which(), any::<bool>()).prop_map(|(registration, by_organiser)| {
            What::CancelRegistration { registration, by_organiser }
        }),
        4 => (which(), 0..4_u16, 0..PEOPLE).prop_map(|(registration, place, to)| {
            What::Transfer { registration, place, to }
        }),
        4 => (which(), 1..4_u16, prop::option::weighted(0.9, 0..7_u32)).prop_map(|(gathering, pool, capacity)| {
            What::ChangeCapacity { gathering, pool, capacity }
        }),
        2 => (which(), when()).prop_map(|(gathering, when)| What::Reschedule { gathering, when }),
        2 => which().prop_map(What::OpenBooking),
        1 => which().prop_map(What::CloseBooking),
        1 => which().prop_map(What::CancelGathering),
        4 => which().prop_map(What::SendAgain),
    ]
}
