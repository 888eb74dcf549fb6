//! Every command in one type, and every answer in one type: so that a test can hold them in one list.

use crate::desk::{Command, Edge, Failure, Ready};
use crate::domain::{
    AddOffering, AddSession, Basket, CancelGathering, CancelRegistration, Change, ChangeCapacity, ChangeMode,
    ChangeSession, CloseBooking, DropSession, Effects, Gathering, MoveSession, OpenBooking, Part,
    ProgrammeChange, PublishName, RecordPerson, Register, Registered, Reschedule, SetProgramme, Transfer,
};
use crate::id::{GatheringId, OfferingId, PersonId, RegistrationId, SessionId};

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
    /// A speaker's name is published.
    Published(PersonId),
    /// A gathering is announced.
    Announced(GatheringId),
    /// An offering is added.
    OfferingAdded(OfferingId),
    /// A session is in the programme.
    SessionAdded(SessionId),
    /// A registration has its places.
    Confirmed(RegistrationId),
    /// A registration stands in line behind so many.
    Waiting(RegistrationId, u32),
    /// What came of each part of a basket.
    Parts(Vec<Part>),
    /// Something was changed, or was so already.
    Changed(Change),
    /// It is done, and this is what it did to others.
    Promoted {
        /// These got their places.
        registrations: Vec<RegistrationId>,
        /// These ended with what they needed.
        ended: Vec<RegistrationId>,
    },
    /// A programme is set.
    Programme(ProgrammeChange),
}

/// Any of the commands, so that a test can hold them in one list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AnyCommand {
    /// Record a person.
    RecordPerson(RecordPerson),
    /// Publish a speaker's name.
    PublishName(PublishName),
    /// Announce a gathering.
    Announce(Gathering),
    /// Add an offering.
    AddOffering(AddOffering),
    /// Register a party.
    Register(Register),
    /// Register for several things at once.
    Basket(Basket),
    /// Cancel a registration.
    CancelRegistration(CancelRegistration),
    /// Transfer a place.
    Transfer(Transfer),
    /// Change a capacity.
    ChangeCapacity(ChangeCapacity),
    /// Reschedule a gathering.
    Reschedule(Reschedule),
    /// Change where a gathering takes place.
    ChangeMode(ChangeMode),
    /// Open booking.
    OpenBooking(OpenBooking),
    /// Close booking.
    CloseBooking(CloseBooking),
    /// Cancel a gathering.
    CancelGathering(CancelGathering),
    /// Add a session.
    AddSession(AddSession),
    /// Move a session.
    MoveSession(MoveSession),
    /// Change a session.
    ChangeSession(ChangeSession),
    /// Drop a session.
    DropSession(DropSession),
    /// Set a programme.
    SetProgramme(SetProgramme),
}

impl Command for AnyCommand {
    type Outcome = Told;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<Told>, Failure> {
        match self {
            Self::RecordPerson(command) => Ok(command.ready(edge)?.map(Told::Recorded)),
            Self::PublishName(command) => Ok(command.ready(edge)?.map(Told::Published)),
            Self::Announce(command) => Ok(command.ready(edge)?.map(Told::Announced)),
            Self::AddOffering(command) => Ok(command.ready(edge)?.map(Told::OfferingAdded)),
            Self::Register(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::Basket(command) => Ok(command.ready(edge)?.map(Told::Parts)),
            Self::CancelRegistration(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::Transfer(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::ChangeCapacity(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::Reschedule(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::ChangeMode(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::OpenBooking(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::CloseBooking(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::CancelGathering(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::AddSession(command) => Ok(command.ready(edge)?.map(Told::SessionAdded)),
            Self::MoveSession(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::ChangeSession(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::DropSession(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::SetProgramme(command) => Ok(command.ready(edge)?.map(Told::from)),
        }
    }
}

impl From<Registered> for Told {
    fn from(outcome: Registered) -> Self {
        match outcome {
            Registered::Confirmed { registration } => Self::Confirmed(registration),
            Registered::Waiting { registration, ahead } => Self::Waiting(registration, ahead),
            Registered::Pending { registration, .. } => Self::Waiting(registration, u32::MAX),
        }
    }
}

impl From<Change> for Told {
    fn from(change: Change) -> Self {
        Self::Changed(change)
    }
}

impl From<Effects> for Told {
    fn from(effects: Effects) -> Self {
        let Effects { promoted, ended, .. } = effects;
        Self::Promoted { registrations: promoted, ended }
    }
}

impl From<ProgrammeChange> for Told {
    fn from(change: ProgrammeChange) -> Self {
        Self::Programme(change)
    }
}
