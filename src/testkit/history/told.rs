//! Every command in one type, and every answer in one type: so that a test can hold them in one list.

use chrono::{DateTime, Utc};

use super::terms::reference;
use crate::desk::{Call, Command, Edge, Failure, Ready};
use crate::domain::{
    AcceptOffer, AddOffering, AddSession, AddSetAside, AnnounceDraft, AnswerInvitation, Answered, Approve,
    Archive, AttachResource, Basket, CancelGathering, CancelRegistration, Change, ChangeCapacity, ChangeMode,
    ChangeParty, ChangePriorities, ChangeSession, ChangeSetAside, CheckIn, CloseBooking, CloseBooks,
    CloseLine, ConfirmHold, DeclineOffer, DropSession, Effects, ExpireAnswers, ExtendHold, FollowUp, Forget,
    Forgetting, Gathering, Hold, IssueCalendarToken, Join, KeepAnswers, LineOnly, MoveRegistration,
    MoveSession, NoteInterest, OnHold, OpenBooking, OpenInterest, Part, PauseBooking, ProgrammeChange,
    PublishName, ReadNeeds, Reconfirm, RecordConsent, RecordExport, RecordNeeds, RecordPerson,
    RecordPresence, Register, Registered, Reject, Reschedule, RevokeCalendarToken, RotateCalendarToken, Seen,
    SetCheckInList, SetProgramme, SetTags, Settle, Transfer, UndoCheckIn, WithdrawCheckInList, WithdrawOffer,
    WithdrawResource, WriteNote,
};
use crate::fact::{AnswerClass, CheckedIn};
use crate::id::{GatheringId, OfferingId, PersonId, RegistrationId, ResourceId, SessionId, SetAsideId};

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
    /// A registration waits for approval, with its places or without.
    Pending(RegistrationId, bool),
    /// A registration keeps its places until then.
    Held(RegistrationId, DateTime<Utc>),
    /// A registration without places is noted.
    Noted(RegistrationId),
    /// Places are set aside.
    SetAside(SetAsideId),
    /// Something can be had afterwards.
    Attached(ResourceId),
    /// It is recorded that needs are read.
    NeedsRead(GatheringId),
    /// Somebody was seen.
    Seen {
        /// Whether they had no confirmed place.
        flagged: bool,
    },
    /// A scan was taken in.
    CheckedIn(CheckedIn),
    /// What came of each part of a basket.
    Parts(Vec<Part>),
    /// A secret address was made; what its token is is not told here, since no two are the same.
    CalendarToken,
    /// Something was changed, or was so already.
    Changed(Change),
    /// It is done, and this is what it did to others.
    Promoted {
        /// These got their places.
        registrations: Vec<RegistrationId>,
        /// These were offered places.
        offered: Vec<RegistrationId>,
        /// These ended.
        ended: Vec<RegistrationId>,
    },
    /// A programme is set.
    Programme(ProgrammeChange),
    /// Somebody is forgotten.
    Forgotten {
        /// Whether they were before.
        before: bool,
    },
    /// All that is held about somebody may be given out.
    Exported(PersonId),
    /// An invitation is answered.
    Answered(Answered),
}

/// Any of the commands, so that a test can hold them in one list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AnyCommand {
    /// Record a person.
    RecordPerson(RecordPerson),
    /// Publish a speaker's name.
    PublishName(PublishName),
    /// Give a person's own calendar a secret address.
    IssueCalendarToken(IssueCalendarToken),
    /// Give it another one.
    RotateCalendarToken(RotateCalendarToken),
    /// Take it back.
    RevokeCalendarToken(RevokeCalendarToken),
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
    /// Hold places.
    Hold(Hold),
    /// Let a hold last longer.
    ExtendHold(ExtendHold),
    /// Complete the form of a hold.
    ConfirmHold(ConfirmHold),
    /// Say yes.
    Approve(Approve),
    /// Say no.
    Reject(Reject),
    /// Accept an offer.
    AcceptOffer(AcceptOffer),
    /// Decline an offer.
    DeclineOffer(DeclineOffer),
    /// Take an offer back.
    WithdrawOffer(WithdrawOffer),
    /// Ask for what there is afterwards.
    FollowUp(FollowUp),
    /// Note an interest.
    NoteInterest(NoteInterest),
    /// Move a registration.
    MoveRegistration(MoveRegistration),
    /// Change a party.
    ChangeParty(ChangeParty),
    /// Say that new dates suit.
    Reconfirm(Reconfirm),
    /// Answer an invitation.
    AnswerInvitation(AnswerInvitation),
    /// Set places aside.
    AddSetAside(AddSetAside),
    /// Change what was set aside.
    ChangeSetAside(ChangeSetAside),
    /// Let booking rest.
    PauseBooking(PauseBooking),
    /// Let people stand in line.
    LineOnly(LineOnly),
    /// Let people say that they are interested.
    OpenInterest(OpenInterest),
    /// Close a line.
    CloseLine(CloseLine),
    /// Say who comes first.
    ChangePriorities(ChangePriorities),
    /// Make a draft known.
    AnnounceDraft(AnnounceDraft),
    /// Close the books.
    CloseBooks(CloseBooks),
    /// Put a gathering away.
    Archive(Archive),
    /// Say whether somebody came.
    RecordPresence(RecordPresence),
    /// Set a list at which people are checked in.
    SetCheckInList(SetCheckInList),
    /// Withdraw one.
    WithdrawCheckInList(WithdrawCheckInList),
    /// Take in a scan.
    CheckIn(CheckIn),
    /// Take it back.
    UndoCheckIn(UndoCheckIn),
    /// Join online.
    Join(Join),
    /// Attach something.
    AttachResource(AttachResource),
    /// Withdraw something.
    WithdrawResource(WithdrawResource),
    /// Write down what is due.
    Settle(Settle),
    /// Forget a person. Executed as it is, this is as far as the log goes: [`destroy_keys`](Self::destroy_keys) does the rest.
    Forget(PersonId),
    /// Keep the answers for a gathering no more, as far as the log goes.
    ExpireAnswers(GatheringId),
    /// Keep the needs at a gathering no more, as far as the log goes.
    ExpireNeeds(GatheringId),
    /// Record that what the people of a gathering need is read.
    ReadNeeds(GatheringId),
    /// Record what somebody needs.
    RecordNeeds(RecordNeeds),
    /// Record a consent.
    RecordConsent(RecordConsent),
    /// Set tags.
    SetTags(SetTags),
    /// Write a note.
    WriteNote(WriteNote),
    /// Say for how long answers are kept.
    KeepAnswers(KeepAnswers),
    /// Record that all that is held about a person was given out.
    RecordExport(PersonId),
}

impl Command for AnyCommand {
    type Outcome = Told;

    #[expect(clippy::wildcard_enum_match_arm, reason = "what this leaves, the next takes up")]
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
            _ => self.ready_on_terms(edge),
        }
    }
}

impl AnyCommand {
    /// Destroys the keys of whatever the log says is gone, where this command has said so and was done. The call is that of the
    /// command, with its request: so nothing is decided anew, and nothing that has become due since is written.
    ///
    /// # Errors
    /// A key could not be destroyed.
    #[expect(clippy::wildcard_enum_match_arm, reason = "three commands destroy keys")]
    pub fn destroy_keys(&self, call: Call<'_>) -> Result<(), Failure> {
        match self {
            Self::Forget(person) => call.forget(*person).map(drop),
            Self::ExpireAnswers(gathering) => call.expire(*gathering).map(drop),
            Self::ExpireNeeds(gathering) => call.expire_needs(*gathering).map(drop),
            _ => Ok(()),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are ready before this is asked")]
    fn ready_on_terms(&self, edge: &Edge<'_>) -> Result<Ready<Told>, Failure> {
        match self {
            Self::IssueCalendarToken(command) => Ok(command.ready(edge)?.map(|_| Told::CalendarToken)),
            Self::RotateCalendarToken(command) => Ok(command.ready(edge)?.map(|_| Told::CalendarToken)),
            Self::RevokeCalendarToken(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::Hold(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::ExtendHold(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::ConfirmHold(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::Approve(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::Reject(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::AcceptOffer(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::DeclineOffer(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::WithdrawOffer(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::FollowUp(command) => Ok(command.ready(edge)?.map(Told::Noted)),
            Self::NoteInterest(command) => Ok(command.ready(edge)?.map(Told::Noted)),
            Self::MoveRegistration(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::ChangeParty(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::Reconfirm(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::AnswerInvitation(command) => Ok(command.ready(edge)?.map(Told::Answered)),
            Self::AddSetAside(command) => Ok(command.ready(edge)?.map(Told::SetAside)),
            Self::ChangeSetAside(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::PauseBooking(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::LineOnly(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::OpenInterest(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::CloseLine(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::ChangePriorities(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::AnnounceDraft(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::CloseBooks(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::Archive(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::RecordPresence(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::SetCheckInList(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::WithdrawCheckInList(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::CheckIn(command) => Ok(command.ready(edge)?.map(Told::CheckedIn)),
            Self::UndoCheckIn(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::Join(command) => Ok(command.ready(edge)?.map(Told::CheckedIn)),
            Self::AttachResource(command) => Ok(command.ready(edge)?.map(Told::Attached)),
            Self::WithdrawResource(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::Settle(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::Forget(person) => Ok(Forget { person: *person }.ready(edge)?.map(Told::from)),
            Self::ExpireAnswers(gathering) => {
                let command = ExpireAnswers::new(*gathering, AnswerClass::Answers);
                Ok(command.ready(edge)?.map(Told::from))
            }
            Self::KeepAnswers(command) => Ok(command.ready(edge)?.map(Told::from)),
            _ => self.ready_beside(edge),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are ready before this is asked")]
    fn ready_beside(&self, edge: &Edge<'_>) -> Result<Ready<Told>, Failure> {
        match self {
            Self::ExpireNeeds(gathering) => {
                let command = ExpireAnswers::new(*gathering, AnswerClass::Needs);
                Ok(command.ready(edge)?.map(Told::from))
            }
            Self::ReadNeeds(gathering) => {
                let command = ReadNeeds { gathering: *gathering, purpose: reference("kitchen", 1) };
                Ok(command.ready(edge)?.map(Told::NeedsRead))
            }
            Self::RecordNeeds(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::RecordConsent(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::SetTags(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::WriteNote(command) => Ok(command.ready(edge)?.map(Told::from)),
            Self::RecordExport(person) => {
                let command = RecordExport { person: *person, purpose: reference("export", 1) };
                Ok(command.ready(edge)?.map(Told::Exported))
            }
            _ => unreachable!("it was made ready before"),
        }
    }
}

impl From<Registered> for Told {
    fn from(outcome: Registered) -> Self {
        match outcome {
            Registered::Confirmed { registration } => Self::Confirmed(registration),
            Registered::Waiting { registration, ahead } => Self::Waiting(registration, ahead),
            Registered::Pending { registration, uses_places } => Self::Pending(registration, uses_places),
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
        let Effects { promoted, offered, ended } = effects;
        Self::Promoted { registrations: promoted, offered, ended }
    }
}

impl From<OnHold> for Told {
    fn from(outcome: OnHold) -> Self {
        Self::Held(outcome.registration, outcome.until)
    }
}

impl From<Forgetting> for Told {
    fn from(outcome: Forgetting) -> Self {
        Self::Forgotten { before: outcome != Forgetting::Now }
    }
}

impl From<Seen> for Told {
    fn from(outcome: Seen) -> Self {
        Self::Seen { flagged: outcome == Seen::Flagged }
    }
}

impl From<ProgrammeChange> for Told {
    fn from(change: ProgrammeChange) -> Self {
        Self::Programme(change)
    }
}
