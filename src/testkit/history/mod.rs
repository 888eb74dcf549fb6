//! Generated histories: plain steps that name things by small numbers, so that any of them can be left out and
//! the rest still makes sense. That is what lets a failure shrink to the few steps that matter.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::desk::{Desk, Failure};
use crate::fact::{Audience, Presence, Rsvp};
use crate::id::RequestId;

mod check_in;
mod commands;
mod conference;
mod generate;
mod names;
mod plan;
mod policies;
mod queue;
mod terms;
mod told;

pub use check_in::{CheckInListPlan, scan_id};
pub use conference::conferences;
pub(super) use generate::when;
pub use generate::{histories, plans, session_plans, steps};
pub use plan::{
    GatheringPlan, ModePlan, OfferingPlan, PEOPLE, PartPlan, PoolPlan, SESSIONS, SessionPlan, TextsPlan,
    When, Which, epoch, gathering_id, organisation_id, person_id, resource_id, room, series_id, session_id,
};
pub use queue::queues;
pub use terms::{
    ApprovalPlan, AskPlan, CapPlan, CredentialPlan, HeadPlan, LinePlan, OverbookPlan, ServingPlan,
    SetAsidePlan, TimePlan, WhoPlan,
};
pub use told::{Answer, AnyCommand, Told};

/// The number of a gathering that no history announces.
const NO_GATHERING: usize = 0xFFFF;

/// Everything that is asked of a desk, in order.
#[derive(Clone)]
pub struct History {
    /// The steps.
    pub steps: Vec<Step>,
}

/// One step a line: a failure is read step by step.
impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("History of")?;
        for (nth, Step { after, what }) in self.steps.iter().enumerate() {
            write!(f, "\n  {nth}: {after:+} s, {what:?}")?;
        }
        Ok(())
    }
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
    /// Give a person's own calendar a secret address.
    IssueCalendarToken(u8),
    /// Give it another one.
    RotateCalendarToken(u8),
    /// Take it back.
    RevokeCalendarToken(u8),
    /// Forget a person.
    Forget(u8),
    /// Give out all that is held about a person.
    RecordExport(u8),
    /// Say for how long answers are kept.
    KeepAnswers {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// For how many days.
        days: Option<u32>,
    },
    /// Keep the answers for a gathering no more.
    ExpireAnswers(Which),
    /// Say for how long needs are kept.
    KeepNeeds {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// For how many days.
        days: Option<u32>,
    },
    /// Keep the needs at a gathering no more.
    ExpireNeeds(Which),
    /// Read what the people of a gathering need.
    ReadNeeds(Which),
    /// Record what somebody needs, or that it is so no more.
    RecordNeeds {
        /// Which of the registrations asked for so far.
        registration: Which,
        /// Who.
        person: u8,
        /// Whether they need something.
        some: bool,
    },
    /// Record a consent.
    RecordConsent {
        /// Which of the registrations asked for so far.
        registration: Which,
        /// Who.
        person: u8,
        /// To which purpose.
        purpose: u8,
        /// Whether it is given.
        given: bool,
    },
    /// Set the tags of a registration.
    SetTags {
        /// Which of the registrations asked for so far.
        registration: Which,
        /// Which tags; more than 20 are refused.
        tags: Vec<u8>,
    },
    /// Write a note, or take it back.
    WriteNote {
        /// Which of the registrations asked for so far.
        registration: Which,
        /// Whether there is one.
        some: bool,
    },
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
        /// The pools that come with it, by their numbers.
        pools: Vec<(u16, PoolPlan)>,
    },
    /// Register a party.
    Register(PartPlan),
    /// Hold the places of a party.
    Hold {
        /// The party.
        part: PartPlan,
        /// How many seconds after the step's time it ends.
        lasts: i64,
    },
    /// Let a hold last longer, or shorter.
    ExtendHold {
        /// Which of the holds asked for so far.
        hold: Which,
        /// How many seconds after the time of the step that asked for it it ends.
        lasts: i64,
    },
    /// Say that the form of a hold is complete.
    ConfirmHold {
        /// Which of the holds asked for so far.
        hold: Which,
        /// Whether its form was answered meanwhile.
        answers: bool,
    },
    /// Say yes to one of the registrations asked for so far.
    Approve(Which),
    /// Say no to one of the registrations asked for so far.
    Reject(Which),
    /// Accept an offer made to one of the registrations asked for so far.
    AcceptOffer(Which),
    /// Decline an offer made to one of the registrations asked for so far.
    DeclineOffer(Which),
    /// Take back an offer made to one of the registrations asked for so far.
    WithdrawOffer(Which),
    /// Ask for what there is afterwards.
    FollowUp {
        /// Of which of the gatherings announced so far.
        gathering: Which,
        /// Of which of the offerings that the steps so far have put on it, if one is named.
        offering: Option<Which>,
        /// Who.
        person: u8,
    },
    /// Note that somebody is interested.
    NoteInterest {
        /// In which of the gatherings announced so far.
        gathering: Which,
        /// In which of the offerings that the steps so far have put on it, if one is named.
        offering: Option<Which>,
        /// Who.
        person: u8,
    },
    /// Move a registration to another offering, or another date.
    MoveRegistration {
        /// Which of the registrations asked for so far.
        registration: Which,
        /// To which of the gatherings announced so far.
        gathering: Which,
        /// To which of the offerings that the steps so far have put on it, if one is named.
        offering: Option<Which>,
    },
    /// Change the party of a registration.
    ChangeParty {
        /// Which of the registrations asked for so far.
        registration: Which,
        /// Which places go.
        without: Vec<u16>,
        /// Who comes, unnamed where `None`.
        added: Vec<Option<u8>>,
    },
    /// Say that new dates suit one of the registrations asked for so far.
    Reconfirm(Which),
    /// Answer the invitation to a registration.
    AnswerInvitation {
        /// Which of the registrations asked for so far.
        registration: Which,
        /// Who.
        person: u8,
        /// What.
        rsvp: Rsvp,
        /// Whether something is written with it.
        comment: bool,
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
        /// The capacity, and what it is overbooked by.
        plan: PoolPlan,
        /// Whether everybody keeps their places.
        keep_all: bool,
        /// Which of the registrations asked for so far lose theirs.
        displace: Vec<Which>,
    },
    /// Set places aside.
    AddSetAside {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// Of which of the pools that the steps so far have put on it, whatever the plan says.
        pool: Which,
        /// What, and for whom.
        set_aside: SetAsidePlan,
    },
    /// Change what was set aside.
    ChangeSetAside {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// The number of the set-aside.
        number: u16,
        /// How many places.
        places: u32,
        /// When what is left goes to everybody, if something is said of it.
        release: Option<Option<TimePlan>>,
    },
    /// Give a gathering other dates.
    Reschedule {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// The dates.
        when: When,
        /// Whether its sessions move along.
        with_programme: bool,
        /// Whether everybody is asked if they suit, and how.
        ask: Option<AskPlan>,
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
    /// Let booking rest.
    PauseBooking(Which),
    /// Let people stand in line, and no more.
    LineOnly(Which),
    /// Let people say that they are interested, and no more.
    OpenInterest(Which),
    /// Close the line of an offering.
    CloseLine {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// Which of the offerings that the steps so far have put on it, if one is named.
        offering: Option<Which>,
    },
    /// Say who comes first in line.
    ChangePriorities {
        /// Which of the gatherings announced so far.
        gathering: Which,
        /// Class by class.
        classes: Vec<Vec<WhoPlan>>,
    },
    /// Make a draft known.
    AnnounceDraft(Which),
    /// Close the books of a gathering.
    CloseBooks(Which),
    /// Put a gathering away.
    Archive(Which),
    /// Say whether somebody came.
    RecordPresence {
        /// Of which of the registrations asked for so far.
        registration: Which,
        /// Of which place, if one is named.
        place: Option<u16>,
        /// How it was.
        presence: Presence,
        /// How many seconds after the step's time it was seen, if that is said.
        seen: Option<i64>,
    },
    /// Set a list at which people are checked in.
    SetCheckInList {
        /// Of which of the gatherings announced so far.
        gathering: Which,
        /// The list.
        list: CheckInListPlan,
    },
    /// Withdraw a list at which people were to be checked in.
    WithdrawCheckInList {
        /// Of which of the gatherings announced so far.
        gathering: Which,
        /// The number of the list.
        number: u16,
    },
    /// Take in a scan.
    CheckIn {
        /// At which of the gatherings announced so far.
        gathering: Which,
        /// Of which of the registrations asked for so far.
        registration: Which,
        /// Of which place.
        place: u16,
        /// The number of the list.
        list: u16,
        /// Whether they go out.
        out: bool,
        /// The number of the scan, if it has one of its own.
        scan: Option<u8>,
        /// How many seconds after the step's time it was seen, if that is said.
        seen: Option<i64>,
    },
    /// Take a scan back.
    UndoCheckIn {
        /// At which of the gatherings announced so far.
        gathering: Which,
        /// The number of the scan.
        scan: u8,
    },
    /// Join online.
    Join {
        /// By which of the registrations asked for so far.
        registration: Which,
        /// On which place.
        place: u16,
    },
    /// Attach something that people get afterwards.
    AttachResource {
        /// To which of the gatherings announced so far.
        gathering: Which,
        /// Its number.
        resource: u8,
        /// Whether it has a title; without one it is refused.
        titled: bool,
        /// Who gets it.
        audience: Audience,
    },
    /// Withdraw something that people got afterwards.
    WithdrawResource {
        /// From which of the gatherings announced so far.
        gathering: Which,
        /// Its number.
        resource: u8,
    },
    /// Write down what is due.
    Settle(Which),
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
        #[expect(clippy::wildcard_enum_match_arm, reason = "most steps make none")]
        match self {
            Self::Register(_)
            | Self::Hold { .. }
            | Self::ConfirmHold { .. }
            | Self::FollowUp { .. }
            | Self::NoteInterest { .. }
            | Self::MoveRegistration { .. } => 1,
            Self::Basket { parts, .. } => u32::try_from(parts.len()).unwrap_or(u32::MAX),
            _ => 0,
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
        let command = self.command(nth);
        let receipt = call.execute(command.clone())?;
        command.destroy_keys(call)?;
        Ok(Answer { told: receipt.outcome, repeated: receipt.repeated })
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
}

fn request_id(nth: usize) -> RequestId {
    RequestId::from_u128(u128::try_from(nth).unwrap_or_default() + 0x3_0000)
}
