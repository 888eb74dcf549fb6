//! Generated histories: plain steps that name things by small numbers, so that any of them can be left out and
//! the rest still makes sense. That is what lets a failure shrink to the few steps that matter.

use chrono::{DateTime, TimeDelta, Utc};

use crate::desk::{Desk, Failure};
use crate::domain::{
    AddOffering, AddSession, Basket, CancelGathering, CancelRegistration, ChangeCapacity, ChangeMode,
    ChangeSession, CloseBooking, DropSession, MoveSession, OpenBooking, PublishName, RecordPerson, Register,
    Reschedule, SetProgramme, Transfer,
};
use crate::fact::Offering;
use crate::id::{GatheringId, OfferingId, PoolId, RegistrationId, RequestId};
use crate::person::{Answers, PersonDetails, PublishedName};

mod conference;
mod generate;
mod plan;
mod told;

pub use conference::conferences;
pub(super) use generate::when;
pub use generate::{histories, plans, session_plans, steps};
pub use plan::{
    GatheringPlan, ModePlan, OfferingPlan, PEOPLE, PartPlan, SESSIONS, SessionPlan, TextsPlan, When, Which,
    epoch, gathering_id, person_id, room, session_id,
};
pub use told::{Answer, AnyCommand, Told, ToldProgramme};

/// The number of a gathering that no history announces.
const NO_GATHERING: usize = 0xFFFF;

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
    /// Publish the name under which a person speaks.
    PublishName(u8),
    /// Announce a gathering.
    Announce(GatheringPlan),
    /// Add an offering.
    AddOffering {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// Under which number.
        number: u16,
        /// The offering.
        offering: OfferingPlan,
        /// Which of the offerings that the steps so far have put on it this one requires, whatever the plan says.
        requires: Option<Which>,
        /// For which of the sessions that the steps so far have put into its programme, if for one.
        session: Option<Which>,
        /// The pools that come with it: numbers and capacities, unlimited where `None`.
        pools: Vec<(u16, Option<u32>)>,
    },
    /// Register a party: the booker, then guests, unnamed where `None`.
    Register {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// Which of the offerings that the steps so far have put on it, if one is named.
        offering: Option<Which>,
        /// The booker.
        booker: u8,
        /// The guests.
        guests: Vec<Option<u8>>,
    },
    /// Register several parties at once.
    Basket {
        /// The parties.
        parts: Vec<PartPlan>,
        /// Whether it takes what can be had.
        best_effort: bool,
    },
    /// Cancel what one of the steps so far has registered.
    CancelRegistration {
        /// Which of the registrations, or parts of baskets, asked for so far.
        registration: Which,
        /// Whether the organiser wishes it.
        by_organiser: bool,
    },
    /// Give a place of what one of the steps so far has registered to another person.
    Transfer {
        /// Which of the registrations, or parts of baskets, asked for so far.
        registration: Which,
        /// Which place, from 1.
        place: u16,
        /// Who gets it.
        to: u8,
    },
    /// Change a pool's capacity; `None` is unlimited.
    ChangeCapacity {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// Which of the pools that the steps so far have put on it.
        pool: Which,
        /// The capacity.
        capacity: Option<u32>,
    },
    /// Give a gathering other dates.
    Reschedule {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// The dates.
        when: When,
        /// Whether its sessions move along.
        with_programme: bool,
    },
    /// Hold a gathering elsewhere.
    ChangeMode {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// Where.
        mode: ModePlan,
        /// The number of the link to join it, if there is one.
        link: Option<u8>,
    },
    /// Open booking by hand.
    OpenBooking(Which),
    /// Close booking by hand.
    CloseBooking(Which),
    /// Call a gathering off.
    CancelGathering(Which),
    /// Add a session.
    AddSession {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// The session.
        session: SessionPlan,
    },
    /// Move a session.
    MoveSession {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// Which of the sessions that the steps so far have put into its programme.
        session: Which,
        /// To another time.
        when: Option<When>,
        /// To another room.
        room: Option<u8>,
    },
    /// Say what a session is from now on.
    ChangeSession {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// The session.
        session: SessionPlan,
    },
    /// Drop a session.
    DropSession {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// Which of the sessions that the steps so far have put into its programme.
        session: Which,
    },
    /// Set a programme.
    SetProgramme {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// The sessions.
        sessions: Vec<SessionPlan>,
        /// Other sessions, as the steps so far have put them into its programme.
        again: Vec<Which>,
        /// The sessions of which nothing is said.
        leave: Vec<u8>,
    },
    /// Send one of the steps so far again, under the same request id.
    SendAgain(Which),
    /// Ask for what one of the steps so far asks for, under the request id of another.
    SendOther {
        /// Whose request id.
        request: Which,
        /// What is asked for.
        content: Which,
    },
}

impl What {
    /// How many registrations this can make.
    #[must_use]
    pub fn parties(&self) -> u32 {
        match self {
            Self::Register { .. } => 1,
            Self::Basket { parts, .. } => u32::try_from(parts.len()).unwrap_or(u32::MAX),
            Self::RecordPerson(_)
            | Self::PublishName(_)
            | Self::Announce(_)
            | Self::AddOffering { .. }
            | Self::CancelRegistration { .. }
            | Self::Transfer { .. }
            | Self::ChangeCapacity { .. }
            | Self::Reschedule { .. }
            | Self::ChangeMode { .. }
            | Self::OpenBooking(_)
            | Self::CloseBooking(_)
            | Self::CancelGathering(_)
            | Self::AddSession { .. }
            | Self::MoveSession { .. }
            | Self::ChangeSession { .. }
            | Self::DropSession { .. }
            | Self::SetProgramme { .. }
            | Self::SendAgain(_)
            | Self::SendOther { .. } => 0,
        }
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

    /// What a step asks a desk for.
    #[must_use]
    pub fn command(&self, nth: usize) -> AnyCommand {
        let nth = self.original(nth);
        let nobodys = AnyCommand::CancelGathering(CancelGathering::new(gathering_id(NO_GATHERING)));
        self.steps.get(nth).map_or(nobodys, |step| self.on_bookings(&step.what, nth))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others follow")]
    fn on_bookings(&self, what: &What, nth: usize) -> AnyCommand {
        match what {
            What::RecordPerson(person) => {
                let details =
                    PersonDetails::new(format!("Person {person}")).email(format!("p{person}@example.org"));
                AnyCommand::RecordPerson(RecordPerson::of(person_id(*person), details))
            }
            What::PublishName(person) => {
                let name = PublishedName::new(format!("Speaker {person}"));
                AnyCommand::PublishName(PublishName::of(person_id(*person), name))
            }
            What::Register { gathering, offering, booker, guests } => {
                AnyCommand::Register(self.register(*gathering, *offering, nth, *booker, guests))
            }
            What::Basket { parts, best_effort } => {
                let part = |part: &PartPlan| {
                    self.register(part.gathering, part.offering, nth, part.booker, &part.guests)
                };
                let basket = parts.iter().map(part).fold(Basket::new(), Basket::add);
                AnyCommand::Basket(if *best_effort { basket.best_effort() } else { basket })
            }
            What::CancelRegistration { registration, by_organiser } => {
                let command = CancelRegistration::new(self.registration(*registration, nth));
                AnyCommand::CancelRegistration(if *by_organiser { command.by_organiser() } else { command })
            }
            What::Transfer { registration, place, to } => {
                let command = Transfer::new(self.registration(*registration, nth), person_id(*to));
                AnyCommand::Transfer(command.place(*place))
            }
            _ => self.on_gatherings(what, nth),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others follow")]
    fn on_gatherings(&self, what: &What, nth: usize) -> AnyCommand {
        match what {
            What::Announce(plan) => AnyCommand::Announce(plan.gathering(self.announced_before(nth))),
            What::AddOffering { gathering, number, offering, requires, session, pools } => {
                let session = session.map(|session| session_id(self.session(session, *gathering, nth)));
                let plan = self.added(offering, *requires, *gathering, nth);
                let offering = Offering { session, ..plan.offering(*number) };
                let command = AddOffering::new(self.gathering(*gathering, nth), offering);
                let pools = pools.iter().map(|&(number, places)| plan::pool(number, places));
                AnyCommand::AddOffering(pools.fold(command, AddOffering::pool))
            }
            What::ChangeCapacity { gathering, pool, capacity } => {
                let (capacity, pool) = (plan::capacity(*capacity), self.pool(*pool, *gathering, nth));
                let command = ChangeCapacity::new(self.gathering(*gathering, nth), capacity);
                AnyCommand::ChangeCapacity(command.pool(PoolId::new(pool)))
            }
            What::Reschedule { gathering, when, with_programme } => {
                let command = Reschedule::new(self.gathering(*gathering, nth), when.schedule());
                AnyCommand::Reschedule(if *with_programme { command.with_programme() } else { command })
            }
            What::ChangeMode { gathering, mode, link } => {
                let command = ChangeMode::new(self.gathering(*gathering, nth), mode.mode());
                AnyCommand::ChangeMode(match link {
                    Some(number) => command.join_link(plan::link(*number)),
                    None => command,
                })
            }
            What::OpenBooking(which) => {
                AnyCommand::OpenBooking(OpenBooking::new(self.gathering(*which, nth)))
            }
            What::CloseBooking(which) => {
                AnyCommand::CloseBooking(CloseBooking::new(self.gathering(*which, nth)))
            }
            What::CancelGathering(which) => {
                AnyCommand::CancelGathering(CancelGathering::new(self.gathering(*which, nth)))
            }
            _ => self.on_programmes(what, nth),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others follow")]
    fn on_programmes(&self, what: &What, nth: usize) -> AnyCommand {
        match what {
            What::AddSession { gathering, session } => {
                AnyCommand::AddSession(AddSession::new(self.gathering(*gathering, nth), session.session()))
            }
            What::MoveSession { gathering, session, when, room: into } => {
                let session = session_id(self.session(*session, *gathering, nth));
                let command = MoveSession::new(self.gathering(*gathering, nth), session);
                let command = match when {
                    Some(when) => command.to(when.schedule()),
                    None => command,
                };
                AnyCommand::MoveSession(match into {
                    Some(number) => command.room(room(*number)),
                    None => command,
                })
            }
            What::ChangeSession { gathering, session } => AnyCommand::ChangeSession(ChangeSession::new(
                self.gathering(*gathering, nth),
                session.session(),
            )),
            What::DropSession { gathering, session } => {
                let session = session_id(self.session(*session, *gathering, nth));
                AnyCommand::DropSession(DropSession::new(self.gathering(*gathering, nth), session))
            }
            What::SetProgramme { gathering, sessions, again, leave } => {
                let sessions = self.programme(sessions, again, *gathering, nth);
                let sessions = sessions.iter().map(SessionPlan::session);
                let command = SetProgramme::new(self.gathering(*gathering, nth), sessions);
                AnyCommand::SetProgramme(command.leave(leave.iter().map(|&session| session_id(session))))
            }
            // `original` has followed what is sent again, but for a first step that would send itself.
            _ => AnyCommand::CancelGathering(CancelGathering::new(gathering_id(NO_GATHERING))),
        }
    }

    fn register(
        &self,
        gathering: Which,
        offering: Option<Which>,
        nth: usize,
        booker: u8,
        guests: &[Option<u8>],
    ) -> Register {
        let mut command = Register::new(self.gathering(gathering, nth), person_id(booker));
        match self.offering(offering, gathering, nth) {
            0 => {}
            number => command = command.offering(OfferingId::new(number)),
        }
        if booker.is_multiple_of(3) {
            command = command.answers(Answers::new().answer("diet", "vegan"));
        }
        guests.iter().fold(command, |command, guest| match guest {
            Some(guest) => command.guest(person_id(*guest)),
            None => command.unnamed_guests(1),
        })
    }

    /// When a step happens, by its own clock.
    #[must_use]
    pub fn time(&self, nth: usize) -> DateTime<Utc> {
        let seconds = self.steps.iter().take(nth.saturating_add(1)).map(|step| step.after).sum();
        epoch() + TimeDelta::seconds(seconds)
    }

    /// The request id of a step: its own, or that of the step under whose it is sent.
    #[must_use]
    pub fn request(&self, nth: usize) -> RequestId {
        match self.steps.get(nth).map(|step| &step.what) {
            Some(What::SendAgain(_) | What::SendOther { .. }) if nth == 0 => request_id(usize::MAX),
            Some(What::SendAgain(earlier) | What::SendOther { request: earlier, .. }) => {
                self.request(earlier.index(nth))
            }
            _ => request_id(nth),
        }
    }

    /// The step whose content a step asks for: itself, or the one that it sends again. A first step that would send
    /// itself again is nothing.
    #[must_use]
    pub fn original(&self, nth: usize) -> usize {
        match self.steps.get(nth).map(|step| &step.what) {
            Some(What::SendAgain(_) | What::SendOther { .. }) if nth == 0 => usize::MAX,
            Some(What::SendAgain(earlier) | What::SendOther { content: earlier, .. }) => {
                self.original(earlier.index(nth))
            }
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
    pub fn gathering(&self, which: Which, nth: usize) -> GatheringId {
        match self.announced_before(nth) {
            0 => gathering_id(NO_GATHERING),
            announced => gathering_id(which.index(announced)),
        }
    }

    /// The number of the offering that a step names of a gathering; 0 if it names none, or if no step before it has put
    /// one there.
    #[must_use]
    pub fn offering(&self, which: Option<Which>, gathering: Which, nth: usize) -> u16 {
        let Some(which) = which else { return 0 };
        one_of(
            which,
            #[expect(clippy::wildcard_enum_match_arm, reason = "two kinds of steps bring offerings")]
            &self.put_on(gathering, nth, |what| match what {
                What::Announce(plan) => (1..).zip(&plan.offerings).map(|(number, _)| number).collect(),
                What::AddOffering { number, .. } => vec![*number],
                _ => Vec::new(),
            }),
        )
    }

    /// The offering that a step adds.
    #[must_use]
    pub fn added(
        &self,
        offering: &OfferingPlan,
        requires: Option<Which>,
        gathering: Which,
        nth: usize,
    ) -> OfferingPlan {
        let other = requires.map(|_| self.offering(requires, gathering, nth));
        OfferingPlan { requires: other.or(offering.requires), ..offering.clone() }
    }

    /// The number of the pool that a step means of a gathering; 0 if no step before it has put one there.
    #[must_use]
    pub fn pool(&self, which: Which, gathering: Which, nth: usize) -> u16 {
        one_of(
            which,
            #[expect(clippy::wildcard_enum_match_arm, reason = "two kinds of steps bring pools")]
            &self.put_on(gathering, nth, |what| match what {
                What::Announce(plan) => (1..).zip(&plan.pools).map(|(number, _)| number).collect(),
                What::AddOffering { pools, .. } => pools.iter().map(|(number, _)| *number).collect(),
                _ => Vec::new(),
            }),
        )
    }

    /// The number of the session that a step means of a gathering; 0 if no step before it has put one there.
    #[must_use]
    pub fn session(&self, which: Which, gathering: Which, nth: usize) -> u8 {
        let numbers: Vec<u8> = self.planned(gathering, nth).iter().map(|plan| plan.session).collect();
        one_of(which, &numbers)
    }

    /// The programme that a step means: some sessions, and others as steps before it have planned them, each of these
    /// once.
    #[must_use]
    pub fn programme(
        &self,
        sessions: &[SessionPlan],
        again: &[Which],
        gathering: Which,
        nth: usize,
    ) -> Vec<SessionPlan> {
        let (planned, mut programme) = (self.planned(gathering, nth), sessions.to_vec());
        for plan in again.iter().filter_map(|which| which.of(&planned)) {
            if programme.iter().all(|other| other.session != plan.session) {
                programme.push(plan.clone());
            }
        }
        programme
    }

    /// The sessions that the steps before one have put into the programme of the gathering that it means.
    #[expect(clippy::wildcard_enum_match_arm, reason = "two kinds of steps bring sessions")]
    fn planned(&self, gathering: Which, nth: usize) -> Vec<SessionPlan> {
        self.put_on(gathering, nth, |what| match what {
            What::AddSession { session, .. } => vec![session.clone()],
            What::SetProgramme { sessions, .. } => sessions.clone(),
            _ => Vec::new(),
        })
    }

    /// What the steps before one have put on the gathering that it means, in their order.
    fn put_on<T>(&self, gathering: Which, nth: usize, put: impl Fn(&What) -> Vec<T>) -> Vec<T> {
        let gathering = self.gathering(gathering, nth);
        let mut announced = 0;
        let on_it = self.steps.iter().take(nth).filter_map(|step| {
            let on = match (&step.what, announced) {
                (What::Announce(_), number) => {
                    announced = number + 1;
                    number
                }
                (_, 0) => return None,
                (
                    What::AddOffering { gathering, .. }
                    | What::AddSession { gathering, .. }
                    | What::SetProgramme { gathering, .. },
                    announced,
                ) => gathering.index(announced),
                _ => return None,
            };
            (gathering_id(on) == gathering).then(|| put(&step.what))
        });
        on_it.flatten().collect()
    }

    /// The registration that a step means: what one of the steps before it has made, if anything.
    #[must_use]
    pub fn registration(&self, which: Which, nth: usize) -> RegistrationId {
        let before = self.steps.iter().take(nth).enumerate();
        let asked = before.flat_map(|(step, it)| (0..it.what.parties()).map(move |part| (step, part)));
        let asked: Vec<(usize, u32)> = asked.collect();
        let (step, part) = which.of(&asked).copied().unwrap_or((nth, 0));
        RegistrationId::from_uuid(request_id(step).derive(part))
    }
}

fn request_id(nth: usize) -> RequestId {
    RequestId::from_u128(u128::try_from(nth).unwrap_or_default() + 0x3_0000)
}

fn one_of<T: Copy + Default>(which: Which, all: &[T]) -> T {
    which.of(all).copied().unwrap_or_default()
}
