//! What a step asks a desk for, as a command.

#![expect(clippy::wildcard_enum_match_arm, reason = "what one part of this leaves, the next takes up")]

use super::{AnyCommand, History, NO_GATHERING, PartPlan, SessionPlan, What, Which};
use super::{gathering_id, person_id, plan, room, session_id};
use crate::domain::{
    AddOffering, AddSession, Basket, CancelGathering, CancelRegistration, ChangeCapacity, ChangeMode,
    ChangeSession, CloseBooking, DropSession, MoveSession, OpenBooking, PublishName, RecordPerson, Register,
    Reschedule, SetProgramme, Transfer,
};
use crate::fact::Offering;
use crate::id::{OfferingId, PoolId};
use crate::person::{Answers, PersonDetails, PublishedName};

impl History {
    /// What a step asks a desk for.
    #[must_use]
    pub fn command(&self, nth: usize) -> AnyCommand {
        let nth = self.original(nth);
        let nobodys = AnyCommand::CancelGathering(CancelGathering::new(gathering_id(NO_GATHERING)));
        self.steps.get(nth).map_or(nobodys, |step| self.on_bookings(&step.what, nth))
    }

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
                let basket = parts.iter().map(part).fold(Basket::new(), Basket::part);
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
                AnyCommand::SetProgramme(
                    command.leave_alone(leave.iter().map(|&session| session_id(session))),
                )
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
}
