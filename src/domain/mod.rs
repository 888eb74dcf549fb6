//! The rules of booking, pure: a command and the state in, facts or a refusal out.
//!
//! One verb a file, each a run of guard clauses in the order in which its refusals are named.

use chrono::{DateTime, Utc};

use crate::fact::Fact;
use crate::id::{ActorId, GatheringId, PersonId, RegistrationId, RequestId, TraceId};

mod add_offering;
mod add_session;
mod announce;
mod basket;
mod cancel_gathering;
mod cancel_registration;
mod capacity;
mod change_capacity;
mod change_mode;
mod change_session;
mod close_booking;
mod decision;
mod drop_session;
mod eligibility;
mod ending;
mod fold;
mod layout;
mod move_session;
mod open_booking;
mod problem;
mod programme;
mod publish_name;
mod record_person;
mod refusal;
mod register;
mod reschedule;
mod set_programme;
mod state;
mod transfer;
mod waiting_list;

pub use add_offering::AddOffering;
pub use add_session::AddSession;
pub use announce::Gathering;
pub use basket::{Basket, Part};
pub use cancel_gathering::CancelGathering;
pub use cancel_registration::CancelRegistration;
pub use change_capacity::ChangeCapacity;
pub use change_mode::ChangeMode;
pub use change_session::ChangeSession;
pub use close_booking::CloseBooking;
pub(crate) use decision::{Decided, Decision};
pub use drop_session::DropSession;
pub use move_session::MoveSession;
pub use open_booking::OpenBooking;
pub use publish_name::PublishName;
pub use record_person::RecordPerson;
pub use refusal::{LayoutProblem, Refusal, SessionFault, SessionProblem, Shortage};
pub use register::{Register, Registered};
pub use reschedule::Reschedule;
pub use set_programme::{ProgrammeChange, SetProgramme};
pub(crate) use state::State;
pub use transfer::Transfer;

/// What comes in from outside with a command: nothing below reads a clock or rolls a die.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    /// The request. The ids of what it makes derive from it.
    pub(crate) request: RequestId,
    /// When, to the microsecond.
    pub(crate) time: DateTime<Utc>,
    /// Who asked.
    pub(crate) actor: Option<ActorId>,
    /// The host's own trace.
    pub(crate) trace: Option<TraceId>,
}

impl Context {
    /// The gathering that this request makes.
    pub(crate) fn new_gathering(&self) -> GatheringId {
        GatheringId::from_uuid(self.request.derive(0))
    }

    /// The person that this request makes.
    pub(crate) fn new_person(&self) -> PersonId {
        PersonId::from_uuid(self.request.derive(0))
    }

    /// The registration that this request makes, or the `nth` of several, from 0.
    pub(crate) fn new_registration(&self, nth: u32) -> RegistrationId {
        RegistrationId::from_uuid(self.request.derive(nth))
    }
}

/// A command that can be decided: whatever is personal in it has been sealed.
pub(crate) trait Decide: Send {
    /// What a caller is told when it is done.
    type Outcome;

    /// Reads, judges, and records what happens; or refuses, and then nothing has happened.
    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<Self::Outcome, Refusal>;

    /// The outcome that the same request had before, from the facts that it left; `None` when these facts are
    /// not what this command asks for. Only clear fields are compared: sealed ones differ each time.
    fn recall(&self, context: &Context, facts: &[Fact]) -> Option<Self::Outcome>;
}

/// Whether a command that sets something changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Change {
    /// It was otherwise before.
    Made,
    /// It was so already; nothing was appended.
    AlreadySo,
}

/// What a decision did to others: who got a place through it, and what ended with it. Whoever is in it wants to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effects {
    /// The registrations that have their places now, in the order in which the places were given: the one that was
    /// first in line first.
    pub promoted: Vec<RegistrationId>,
    /// The registrations that ended because what they needed has ended: a conference place, a session.
    pub ended: Vec<RegistrationId>,
}

impl Effects {
    /// Reads back from the facts of a decision what it did to others.
    fn among(facts: &[Fact]) -> Self {
        Self { promoted: promoted(facts), ended: ended(facts) }
    }

    /// The same for a decision that ended one registration because that was asked for.
    fn by_ending(registration: RegistrationId, facts: &[Fact]) -> Self {
        let mut told = Self::among(facts);
        told.ended.retain(|ended| *ended != registration);
        told
    }
}

fn promoted(facts: &[Fact]) -> Vec<RegistrationId> {
    let promoted = facts.iter().filter_map(|fact| {
        let Fact::RegistrationPromoted { registration, .. } = fact else { return None };
        Some(*registration)
    });
    promoted.collect()
}

fn ended(facts: &[Fact]) -> Vec<RegistrationId> {
    let ended = facts.iter().filter_map(|fact| {
        let Fact::RegistrationEnded { registration, .. } = fact else { return None };
        Some(*registration)
    });
    ended.collect()
}
