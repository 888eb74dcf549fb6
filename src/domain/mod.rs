//! The rules of booking, pure: a command and the state in, facts or a refusal out.
//!
//! What can be asked for is in [`verb`], one verb a file; beside it are the rules that the verbs share.

use chrono::{DateTime, Utc};

use crate::fact::Fact;
use crate::id::{ActorId, GatheringId, PersonId, RegistrationId, RequestId, TraceId};

mod capacity;
mod cells;
mod check_in;
mod content;
mod decision;
mod due;
mod eligibility;
mod ending;
mod fold;
mod layout;
mod offering_terms;
mod overlay;
mod problem;
mod programme;
mod refusal;
mod remedy;
mod state;
mod verb;
mod waiting_list;
mod wording;

pub(crate) use content::Clear;
pub(crate) use decision::{Decided, Decision};
pub(crate) use due::next_deadline;
pub use refusal::{LayoutProblem, Refusal, SessionFault, SessionProblem, Shortage};
pub use remedy::{MorePlaces, Remedy};
pub(crate) use state::State;
pub use verb::accept_offer::AcceptOffer;
pub use verb::add_offering::AddOffering;
pub use verb::add_session::AddSession;
pub use verb::add_set_aside::AddSetAside;
pub use verb::announce::Gathering;
pub use verb::announce_draft::AnnounceDraft;
pub use verb::answer_invitation::{AnswerInvitation, Answered};
pub(crate) use verb::answer_invitation::{Shown, Whereabouts};
pub use verb::approve::Approve;
pub use verb::archive::Archive;
pub use verb::attach_resource::AttachResource;
pub use verb::basket::{Basket, Part};
pub use verb::cancel_gathering::CancelGathering;
pub use verb::cancel_registration::CancelRegistration;
pub use verb::change_capacity::ChangeCapacity;
pub use verb::change_mode::ChangeMode;
pub use verb::change_party::ChangeParty;
pub use verb::change_priorities::ChangePriorities;
pub use verb::change_session::ChangeSession;
pub use verb::change_set_aside::ChangeSetAside;
pub use verb::check_in::CheckIn;
pub use verb::close_booking::CloseBooking;
pub use verb::close_books::CloseBooks;
pub use verb::close_line::CloseLine;
pub use verb::confirm_hold::ConfirmHold;
pub use verb::decline_offer::DeclineOffer;
pub use verb::drop_session::DropSession;
pub(crate) use verb::expire_answers::ExpireAnswers;
pub use verb::extend_hold::ExtendHold;
pub use verb::follow_up::FollowUp;
pub(crate) use verb::forget::{Forget, Forgetting};
pub use verb::hold::{Hold, OnHold};
pub use verb::issue_calendar_token::IssueCalendarToken;
pub(crate) use verb::issue_calendar_token::MadeToken;
pub use verb::join::Join;
pub use verb::keep_answers::KeepAnswers;
pub use verb::line_only::LineOnly;
pub use verb::move_registration::MoveRegistration;
pub use verb::move_session::MoveSession;
pub use verb::note_interest::NoteInterest;
pub use verb::open_booking::OpenBooking;
pub use verb::open_interest::OpenInterest;
pub use verb::pause_booking::PauseBooking;
pub use verb::publish_name::PublishName;
pub(crate) use verb::read_needs::ReadNeeds;
pub use verb::reconfirm::Reconfirm;
pub use verb::record_consent::RecordConsent;
pub(crate) use verb::record_export::RecordExport;
pub use verb::record_needs::RecordNeeds;
pub use verb::record_person::RecordPerson;
pub use verb::record_presence::{RecordPresence, Seen};
pub(crate) use verb::register::SealedRegister;
pub use verb::register::{Register, Registered};
pub use verb::reject::Reject;
pub use verb::reschedule::Reschedule;
pub use verb::revoke_calendar_token::RevokeCalendarToken;
pub use verb::rotate_calendar_token::RotateCalendarToken;
pub use verb::set_check_in_list::SetCheckInList;
pub use verb::set_programme::{ProgrammeChange, SetProgramme};
pub use verb::set_tags::SetTags;
pub use verb::settle::Settle;
pub use verb::transfer::Transfer;
pub use verb::undo_check_in::UndoCheckIn;
pub use verb::withdraw_check_in_list::WithdrawCheckInList;
pub use verb::withdraw_offer::WithdrawOffer;
pub use verb::withdraw_resource::WithdrawResource;
pub use verb::write_note::WriteNote;
pub use waiting_list::WaitsFor;
pub(crate) use waiting_list::waits_for;

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
