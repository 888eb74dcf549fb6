//! The rules of booking, pure: a command and the state in, facts or a refusal out.
//!
//! One verb a file, each a run of guard clauses in the order in which its refusals are named.

use chrono::{DateTime, Utc};

use crate::fact::Fact;
use crate::id::{ActorId, GatheringId, PersonId, RegistrationId, RequestId, TraceId};

mod accept_offer;
mod add_offering;
mod add_session;
mod add_set_aside;
mod announce;
mod announce_draft;
mod approve;
mod archive;
mod attach_resource;
mod basket;
mod cancel_gathering;
mod cancel_registration;
mod capacity;
mod cells;
mod change_capacity;
mod change_mode;
mod change_party;
mod change_priorities;
mod change_session;
mod change_set_aside;
mod close_booking;
mod close_books;
mod close_line;
mod confirm_hold;
mod content;
mod decision;
mod decline_offer;
mod drop_session;
mod due;
mod eligibility;
mod ending;
mod extend_hold;
mod fold;
mod follow_up;
mod hold;
mod layout;
mod line_only;
mod move_registration;
mod move_session;
mod note_interest;
mod offering_terms;
mod open_booking;
mod open_interest;
mod overlay;
mod pause_booking;
mod problem;
mod programme;
mod publish_name;
mod reconfirm;
mod record_person;
mod record_presence;
mod refusal;
mod register;
mod reject;
mod remedy;
mod reschedule;
mod set_programme;
mod settle;
mod state;
mod transfer;
mod waiting_list;
mod withdraw_offer;
mod withdraw_resource;
mod wording;

pub use accept_offer::AcceptOffer;
pub use add_offering::AddOffering;
pub use add_session::AddSession;
pub use add_set_aside::AddSetAside;
pub use announce::Gathering;
pub use announce_draft::AnnounceDraft;
pub use approve::Approve;
pub use archive::Archive;
pub use attach_resource::AttachResource;
pub use basket::{Basket, Part};
pub use cancel_gathering::CancelGathering;
pub use cancel_registration::CancelRegistration;
pub use change_capacity::ChangeCapacity;
pub use change_mode::ChangeMode;
pub use change_party::ChangeParty;
pub use change_priorities::ChangePriorities;
pub use change_session::ChangeSession;
pub use change_set_aside::ChangeSetAside;
pub use close_booking::CloseBooking;
pub use close_books::CloseBooks;
pub use close_line::CloseLine;
pub use confirm_hold::ConfirmHold;
pub(crate) use content::Clear;
pub(crate) use decision::{Decided, Decision};
pub use decline_offer::DeclineOffer;
pub use drop_session::DropSession;
pub(crate) use due::next_deadline;
pub use extend_hold::ExtendHold;
pub use follow_up::FollowUp;
pub use hold::{Hold, OnHold};
pub use line_only::LineOnly;
pub use move_registration::MoveRegistration;
pub use move_session::MoveSession;
pub use note_interest::NoteInterest;
pub use open_booking::OpenBooking;
pub use open_interest::OpenInterest;
pub use pause_booking::PauseBooking;
pub use publish_name::PublishName;
pub use reconfirm::Reconfirm;
pub use record_person::RecordPerson;
pub use record_presence::{RecordPresence, Seen};
pub use refusal::{LayoutProblem, Refusal, SessionFault, SessionProblem, Shortage};
pub use register::{Register, Registered};
pub use reject::Reject;
pub use remedy::{MorePlaces, Remedy};
pub use reschedule::Reschedule;
pub use set_programme::{ProgrammeChange, SetProgramme};
pub use settle::Settle;
pub(crate) use state::State;
pub use transfer::Transfer;
pub use waiting_list::WaitsFor;
pub(crate) use waiting_list::waits_for;
pub use withdraw_offer::WithdrawOffer;
pub use withdraw_resource::WithdrawResource;

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

    /// Whether it is there to write what is due, and may leave some of that to the next of its kind.
    fn settles(&self) -> bool {
        false
    }

    /// All that is clear in what it asks for.
    fn content(&self) -> Clear;

    /// The outcome that the same request had before, from the facts that it left. Only asked where the content is the
    /// same, so it tells what came of it and does not compare; `None` is for facts that this command cannot have left.
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

impl Change {
    /// What a command came to, by whether one of the facts that it left is its own. The others were due, or followed.
    fn among(facts: &[Fact], is_own: impl Fn(&Fact) -> bool) -> Self {
        if facts.iter().any(is_own) { Self::Made } else { Self::AlreadySo }
    }
}

/// What a decision did to others: who got a place through it, who was offered one, and what ended. Whoever is in it
/// wants to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effects {
    /// The registrations that have their places now, in the order in which the places were given: the one that was
    /// first in line first.
    pub promoted: Vec<RegistrationId>,
    /// The registrations that have been offered their places, in the same order.
    pub offered: Vec<RegistrationId>,
    /// The registrations that ended because what they needed has ended (a conference place, a session), or because their
    /// time was up. Those that the command itself names are not among them.
    pub ended: Vec<RegistrationId>,
}

impl Effects {
    /// Reads from the facts of a decision what it did to others than those that the command named.
    fn among(facts: &[Fact], named: &[RegistrationId]) -> Self {
        let mut effects = Self::default();
        #[expect(clippy::wildcard_enum_match_arm, reason = "four kinds of facts are told of")]
        for fact in facts {
            match fact {
                Fact::RegistrationPromoted { registration, .. } => effects.promoted.push(*registration),
                Fact::PlaceOffered { registration, .. } => effects.offered.push(*registration),
                Fact::RegistrationEnded { registration, .. } | Fact::MovedToFollowUp { registration, .. }
                    if !named.contains(registration) =>
                {
                    effects.ended.push(*registration);
                }
                _ => {}
            }
        }
        effects
    }
}
