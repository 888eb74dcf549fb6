//! The naive model: a list of what has happened, and every question answered by reading the whole list again.
//!
//! It shares no rule with the crate. It is slow on purpose: a count that is kept can be wrong.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use chrono::{DateTime, TimeDelta, Utc};
use gather::testkit::{
    Answer, CredentialPlan, GatheringPlan, History, ModePlan, OfferingPlan, PartPlan, PoolPlan, SessionPlan,
    SetAsidePlan, TextsPlan, TimePlan, Told, What, When, Which, WhoPlan, gathering_id, person_id, scan_id,
    session_id,
};
use gather::{
    Audience, ByHand, CheckInList, CheckedIn, Ending, GatheringId, PassReason, Presence, PresenceSource,
    RegistrationId, RequestId, Rsvp, Scan, ScanId, Silence, Way,
};

mod answer;
mod approval;
mod asked;
mod beside;
mod bookings;
mod calendar_tokens;
mod capacity;
mod check_in;
mod eligible;
mod facts;
mod follow_up;
mod forgetting;
mod gatherings;
mod holds;
mod lifecycle;
mod line;
mod lists;
mod moves;
mod offers;
mod party;
mod pools;
mod presence;
mod programme;
mod recall;
mod reconfirm;
mod recount;
mod set_asides;
mod settle;
mod times;

pub(super) use asked::full;
pub(super) use facts::plain_fact;
pub(super) use lists::{Attending, Booked, On, Slot, Taken, Waits};
use programme::SessionNow;
pub(super) use programme::programme_refused;
use recount::{Claim, Gone, Registration, Retold};

/// A history as the model has lived through it so far.
pub(super) struct Naive<'h> {
    history: &'h History,
    past: Vec<Deed>,
    answered: Vec<Answered>,
    /// The request that is being decided, and which deeds come of it: those from here on.
    request: RequestId,
    began: usize,
    /// What the past comes to for a gathering, until something more happens to it.
    retold: RefCell<BTreeMap<GatheringId, Rc<Retold>>>,
}

/// Something that was done, and when.
struct Deed {
    time: DateTime<Utc>,
    what: Done,
}

/// A request that was answered: what was asked, what has been done, and what was told.
struct Answered {
    request: RequestId,
    content: String,
    deeds: Range<usize>,
    told: Told,
}

/// Places that come from set-asides: of which, and how many.
type Draws = Vec<(u16, u32)>;

#[derive(Clone, Debug)]
enum Done {
    PersonRecorded(u8),
    NamePublished(u8),
    CalendarTokenIssued(u8),
    CalendarTokenRevoked(u8),
    Forgotten(u8),
    Exported(u8),
    AnswersExpired(GatheringId),
    RetentionSet(GatheringId, Option<u32>),
    NeedsRead(GatheringId),
    NeedsExpired(GatheringId),
    NeedsRetentionSet(GatheringId, Option<u32>),
    NeedsRecorded(GatheringId, RegistrationId, u8, bool),
    Consented(GatheringId, RegistrationId, u8, u8, bool),
    TagsSet(GatheringId, RegistrationId, Vec<u8>),
    NoteWritten(GatheringId, RegistrationId, u8, bool),
    Announced(GatheringId, GatheringPlan),
    OfferingAdded(GatheringId, u16, Rc<Offered>, Vec<(u16, PoolPlan)>),
    Rescheduled(GatheringId, When, Option<(DateTime<Utc>, Silence)>),
    ModeChanged(GatheringId, ModePlan, Option<u8>),
    ByHand(GatheringId, ByHand),
    CapacityChanged(GatheringId, u16, PoolPlan, bool),
    CalledOff(GatheringId),
    SessionAdded(GatheringId, SessionPlan),
    SessionMoved(GatheringId, u8, When, u8),
    SessionRevised(GatheringId, u8, TextsPlan),
    SessionDropped(GatheringId, u8),
    Joined(Asked, How),
    Promoted(GatheringId, RegistrationId, Draws),
    Offered(GatheringId, RegistrationId, Draws, DateTime<Utc>),
    OfferAccepted(GatheringId, RegistrationId),
    HoldExtended(GatheringId, RegistrationId, DateTime<Utc>),
    #[expect(clippy::option_option, reason = "whether it waits for approval, and until when")]
    HoldConfirmed(GatheringId, RegistrationId, Option<Option<DateTime<Utc>>>),
    Approved(GatheringId, RegistrationId, Draws, Option<u32>),
    PassedOver(GatheringId, RegistrationId, PassReason),
    Split(GatheringId, RegistrationId, RegistrationId, u16),
    MovedToFollowUp(GatheringId, RegistrationId),
    Ended(GatheringId, RegistrationId, Ending),
    Transferred(GatheringId, RegistrationId, u16, Option<u8>, u8),
    PartyChanged(GatheringId, RegistrationId, Vec<u16>, Vec<Option<u8>>, Draws),
    Reconfirmed(GatheringId, RegistrationId),
    InvitationAnswered(GatheringId, RegistrationId, u8, Rsvp),
    RoundClosed(GatheringId),
    SetAsideMade(GatheringId, SetAsidePlan),
    SetAsideChanged(GatheringId, u16, u32, Option<TimePlan>),
    LineClosed(GatheringId, u16),
    PrioritiesChanged(GatheringId, Vec<Vec<WhoPlan>>),
    DraftAnnounced(GatheringId),
    BooksClosed(GatheringId),
    Archived(GatheringId),
    Seen {
        gathering: GatheringId,
        registration: RegistrationId,
        place: u16,
        presence: Presence,
        seen_at: DateTime<Utc>,
        flagged: bool,
    },
    Attached(GatheringId, u8, Audience),
    Withdrawn(GatheringId, u8),
    ListSet(GatheringId, CheckInList),
    ListWithdrawn(GatheringId, u16),
    Scanned(GatheringId, Scan, PresenceSource, CheckedIn),
    Undone(GatheringId, ScanId),
}

/// Something that can be booked: in the gathering as a whole, or in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Offered {
    plan: OfferingPlan,
    session: Option<u8>,
}

/// A party as it asks for places, or as it is by now.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "as many as a party may ask for")]
struct Asked {
    gathering: GatheringId,
    registration: RegistrationId,
    /// 0 is none named.
    offering: u16,
    /// Who is on each place, the booker first; `None` where nobody is named.
    people: Vec<Option<u8>>,
    /// Who booked, whoever has the first place by now.
    maker: u8,
    credentials: Vec<CredentialPlan>,
    uncounted: bool,
    may_split: bool,
    supersedes: Option<RegistrationId>,
    /// Whether something is answered with it.
    answers: bool,
    /// Whether the booker says what they need.
    needs: bool,
}

/// How a party came in.
#[derive(Clone, Debug)]
enum How {
    Confirmed(Draws),
    Waiting(u32),
    Held { draws: Draws, until: DateTime<Utc>, latest: DateTime<Utc> },
    Pending { draws: Draws, uses_places: bool, until: Option<DateTime<Utc>> },
    FollowUp,
    Interested,
}

impl Asked {
    /// How many people they are.
    fn size(&self) -> u32 {
        u32::try_from(self.people.len()).unwrap()
    }

    /// How many of them count in a pool.
    fn counted(&self) -> u32 {
        if self.uncounted { 0 } else { self.size() }
    }

    fn booker(&self) -> u8 {
        self.people[0].expect("a booker has a name")
    }

    fn named(&self) -> Vec<u8> {
        self.people.iter().copied().flatten().collect()
    }

    fn names(&self, person: u8) -> bool {
        self.people.contains(&Some(person))
    }

    /// The organisation that they come from: the first, if several are named.
    fn organisation(&self) -> Option<u8> {
        self.credentials.iter().find_map(|credential| match credential {
            CredentialPlan::Organisation(number) => Some(*number),
            CredentialPlan::Code(_) | CredentialPlan::Category(_) => None,
        })
    }

    /// Whether one of these is them.
    fn is_among(&self, who: &[WhoPlan]) -> bool {
        who.iter().any(|who| match who {
            WhoPlan::With(credential) => self.credentials.contains(credential),
            WhoPlan::Person(person) => self.maker == *person,
        })
    }
}

/// The code of a refusal; of a programme with the code for each session that was not taken, of a full pool with figures.
pub(super) type No = String;

impl<'h> Naive<'h> {
    pub(super) fn new(history: &'h History) -> Self {
        let (request, retold) = (RequestId::from_u128(0), RefCell::default());
        Self { history, past: Vec::new(), answered: Vec::new(), request, began: 0, retold }
    }

    /// How many things have happened.
    pub(super) fn deeds(&self) -> usize {
        self.past.len()
    }

    /// Lives through a step; those before it have been lived through.
    pub(super) fn answer(&mut self, nth: usize) -> Result<Answer, No> {
        let (request, step) = (self.history.request(nth), self.history.original(nth));
        let content = format!("{:?}", self.history.command(step));
        if let Some(answered) = self.remembered(request) {
            refuse_if(answered.content != content, "request_reused")?;
            return Ok(Answer { told: answered.told.clone(), repeated: true });
        }
        let before = self.past.len();
        (self.request, self.began) = (request, before);
        let told = self.decide(step, request, self.history.time(nth));
        if told.is_err() && self.past.len() > before {
            self.past.truncate(before);
            self.retold.borrow_mut().clear();
        }
        let told = told?;
        if self.past.len() > before {
            let deeds = before..self.past.len();
            self.answered.push(Answered { request, content, deeds, told: told.clone() });
        }
        Ok(Answer { told, repeated: false })
    }

    fn decide(&mut self, step: usize, request: RequestId, given: DateTime<Utc>) -> Result<Told, No> {
        let history = self.history;
        let registration = |which: &Which| history.registration(*which, step);
        match &history.steps[step].what {
            What::RecordPerson(person) => {
                refuse_if(self.was_forgotten(*person), "forgotten")?;
                self.done(given, Done::PersonRecorded(*person));
                Ok(Told::Recorded(person_id(*person)))
            }
            What::PublishName(person) => {
                refuse_if(self.was_forgotten(*person), "forgotten")?;
                self.done(given, Done::NamePublished(*person));
                Ok(Told::Published(person_id(*person)))
            }
            What::IssueCalendarToken(person) => self.issue_calendar_token(*person, false, given),
            What::RotateCalendarToken(person) => self.issue_calendar_token(*person, true, given),
            What::RevokeCalendarToken(person) => Ok(self.revoke_calendar_token(*person, given)),
            What::Forget(person) => self.forget(*person, given),
            What::RecordExport(person) => self.export(*person, given),
            What::Register(part) => self.register(self.party(part, step, request, 0), given),
            What::Basket { parts, best_effort } => {
                let parties = (0..).zip(parts).map(|(nth, part)| self.party(part, step, request, nth));
                let parties = parties.collect();
                self.basket(parties, *best_effort, given)
            }
            What::CancelRegistration { registration: which, by_organiser } => {
                self.cancel_registration(registration(which), *by_organiser, given)
            }
            What::Transfer { registration: which, place, to } => {
                self.transfer(registration(which), *place, *to, given)
            }
            What::MoveRegistration { registration: which, gathering, offering } => {
                let target = history.gathering(*gathering, step);
                let offering = history.offering(*offering, *gathering, step);
                let new = RegistrationId::from_uuid(request.derive(0));
                self.move_registration(registration(which), target, offering, new, given)
            }
            What::ChangeParty { registration: which, without, added } => {
                self.change_party(registration(which), without, added, given)
            }
            What::RecordPresence { registration: which, place, presence, seen } => {
                let seen = seen.map(|seconds| history.time(step) + TimeDelta::seconds(seconds));
                self.record_presence(registration(which), place.unwrap_or(1), *presence, seen, given)
            }
            What::Approve(which) => self.approve(registration(which), given),
            What::Reject(which) => self.reject(registration(which), given),
            What::AcceptOffer(which) => self.accept_offer(registration(which), given),
            What::DeclineOffer(which) => self.end_offer(registration(which), Ending::Declined, given),
            What::WithdrawOffer(which) => self.end_offer(registration(which), Ending::OfferWithdrawn, given),
            What::Reconfirm(which) => self.reconfirm(registration(which), given),
            What::AnswerInvitation { registration: which, person, rsvp, comment } => {
                self.answer_invitation(registration(which), *person, (*rsvp, *comment), given)
            }
            What::SendAgain(_) | What::SendOther { .. } => {
                unreachable!("the history says which step is meant")
            }
            other => self.decide_on_a_scan(other, step, request, given),
        }
    }

    fn decide_on_a_scan(
        &mut self,
        what: &What,
        step: usize,
        request: RequestId,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let history = self.history;
        let of = |which: &Which| history.gathering(*which, step);
        let registration = |which: &Which| history.registration(*which, step);
        match what {
            What::SetCheckInList { gathering, list } => {
                self.set_check_in_list(of(gathering), (list, *gathering), step, given)
            }
            What::WithdrawCheckInList { gathering, number } => {
                self.withdraw_check_in_list(of(gathering), *number, given)
            }
            What::CheckIn { gathering, registration: which, place, list, out, scan, seen } => {
                let asking = check_in::Asking {
                    id: scan.map_or(ScanId::from_uuid(request.derive(0)), scan_id),
                    registration: registration(which),
                    place: *place,
                    list: *list,
                    way: if *out { Way::Out } else { Way::In },
                    seen_at: seen.map(|seconds| history.time(step) + TimeDelta::seconds(seconds)),
                };
                self.check_in(of(gathering), &asking, given)
            }
            What::UndoCheckIn { gathering, scan } => self.undo_check_in(of(gathering), scan_id(*scan), given),
            What::Join { registration: which, place } => {
                let scan = ScanId::from_uuid(request.derive(0));
                self.join(registration(which), *place, scan, given)
            }
            other => self.decide_on_a_hold(other, step, request, given),
        }
    }

    fn decide_on_a_hold(
        &mut self,
        what: &What,
        step: usize,
        request: RequestId,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let history = self.history;
        let new = RegistrationId::from_uuid(request.derive(0));
        match what {
            What::Hold { part, lasts } => {
                let until = history.time(step) + TimeDelta::seconds(*lasts);
                self.hold(self.party(part, step, request, 0), until, given)
            }
            What::ExtendHold { hold, lasts } => {
                let (hold, asked) = history.hold(*hold, step);
                self.extend_hold(hold, asked + TimeDelta::seconds(*lasts), given)
            }
            What::ConfirmHold { hold, answers } => {
                self.confirm_hold(history.hold(*hold, step).0, *answers, new, given)
            }
            What::FollowUp { gathering, offering, person } => {
                let plan = PartPlan::new(*gathering, *offering, *person);
                self.follow_up(self.party(&plan, step, request, 0), given)
            }
            What::NoteInterest { gathering, offering, person } => {
                let plan = PartPlan::new(*gathering, *offering, *person);
                self.note_interest(self.party(&plan, step, request, 0), given)
            }
            other => self.decide_beside(other, step, given),
        }
    }

    fn decide_beside(&mut self, what: &What, step: usize, given: DateTime<Utc>) -> Result<Told, No> {
        let history = self.history;
        let registration = |which: &Which| history.registration(*which, step);
        match what {
            What::RecordNeeds { registration: which, person, some } => {
                self.record_needs(registration(which), *person, *some, given)
            }
            What::RecordConsent { registration: which, person, purpose, given: agreed } => {
                self.record_consent(registration(which), *person, (*purpose, *agreed), given)
            }
            What::SetTags { registration: which, tags } => self.set_tags(registration(which), tags, given),
            What::WriteNote { registration: which, some } => {
                self.write_note(registration(which), *some, given)
            }
            other => self.decide_on_a_gathering(other, step, given),
        }
    }

    fn decide_on_a_gathering(&mut self, what: &What, step: usize, given: DateTime<Utc>) -> Result<Told, No> {
        let history = self.history;
        let of = |which: &Which| history.gathering(*which, step);
        match what {
            What::Announce(plan) => self.announce(gathering_id(history.announced_before(step)), plan, given),
            What::AddOffering { gathering, number, pools, .. } => {
                let offered = self.offered(what, step);
                self.add_offering(of(gathering), *number, offered, pools, given)
            }
            What::ChangeCapacity { gathering, pool, plan, keep_all, displace } => {
                let pool = history.pool(*pool, *gathering, step);
                let displaced = history.registrations(displace, step);
                self.change_capacity(of(gathering), (pool, *plan), *keep_all, &displaced, given)
            }
            What::Reschedule { gathering, when, with_programme, ask } => {
                let until = |hours| history.time(step) + TimeDelta::hours(hours);
                let ask = ask.map(|ask| (until(ask.hours), ask.on_silence));
                self.reschedule(of(gathering), *when, *with_programme, ask, given)
            }
            What::ChangeMode { gathering, mode, link } => {
                self.change_mode(of(gathering), *mode, *link, given)
            }
            What::AddSetAside { gathering, pool, set_aside } => {
                let pool = history.pool(*pool, *gathering, step);
                self.add_set_aside(of(gathering), SetAsidePlan { pool, ..set_aside.clone() }, given)
            }
            What::ChangeSetAside { gathering, number, places, release } => {
                self.change_set_aside(of(gathering), *number, *places, *release, given)
            }
            What::KeepAnswers { gathering, days } => self.keep_answers(of(gathering), *days, given),
            What::ExpireAnswers(gathering) => self.expire_answers(of(gathering), given),
            What::KeepNeeds { gathering, days } => self.keep_needs(of(gathering), *days, given),
            What::ExpireNeeds(gathering) => self.expire_needs(of(gathering), given),
            What::ReadNeeds(gathering) => self.read_needs(of(gathering), given),
            What::CloseLine { gathering, offering } => {
                let offering = history.offering(*offering, *gathering, step);
                self.close_line(of(gathering), offering, given)
            }
            What::ChangePriorities { gathering, classes } => {
                self.change_priorities(of(gathering), classes, given)
            }
            What::AttachResource { gathering, resource, titled, audience } => {
                self.attach(of(gathering), *resource, *titled, *audience, given)
            }
            What::WithdrawResource { gathering, resource } => self.withdraw(of(gathering), *resource, given),
            other => self.decide_on_a_whole_gathering(other, step, given),
        }
    }

    fn decide_on_a_whole_gathering(
        &mut self,
        what: &What,
        step: usize,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        let history = self.history;
        let of = |which: &Which| history.gathering(*which, step);
        match what {
            What::OpenBooking(gathering) => self.by_hand(of(gathering), ByHand::Opened, given),
            What::CloseBooking(gathering) => self.by_hand(of(gathering), ByHand::Closed, given),
            What::PauseBooking(gathering) => self.by_hand(of(gathering), ByHand::Paused, given),
            What::LineOnly(gathering) => self.by_hand(of(gathering), ByHand::LineOnly, given),
            What::OpenInterest(gathering) => self.by_hand(of(gathering), ByHand::InterestOnly, given),
            What::AnnounceDraft(gathering) => self.announce_draft(of(gathering), given),
            What::CloseBooks(gathering) => self.close_books(of(gathering), given),
            What::Archive(gathering) => self.archive(of(gathering), given),
            What::Settle(gathering) => self.only_settle(of(gathering), given),
            What::CancelGathering(gathering) => self.call_off(of(gathering), given),
            What::AddSession { gathering, session } => self.add_session(of(gathering), session, given),
            What::MoveSession { gathering, session, when, room } => {
                let session = history.session(*session, *gathering, step);
                self.move_session(of(gathering), session, *when, *room, given)
            }
            What::ChangeSession { gathering, session } => self.change_session(of(gathering), session, given),
            What::DropSession { gathering, session } => {
                self.drop_session(of(gathering), history.session(*session, *gathering, step), given)
            }
            What::SetProgramme { gathering, sessions, again, leave } => {
                let sessions = history.programme(sessions, again, *gathering, step);
                self.set_programme(of(gathering), &sessions, leave, given)
            }
            other => unreachable!("no question about a gathering: {other:?}"),
        }
    }

    /// What a step adds to what can be booked.
    fn offered(&self, what: &What, step: usize) -> Offered {
        let What::AddOffering { gathering, offering, requires, session, .. } = what else {
            unreachable!("only this adds something")
        };
        let plan = self.history.added(offering, *requires, *gathering, step);
        let session = session.map(|session| self.history.session(session, *gathering, step));
        Offered { plan, session }
    }

    /// What one part asks for, as the party that it would be.
    fn party(&self, part: &PartPlan, step: usize, request: RequestId, nth: u32) -> Asked {
        Asked {
            gathering: self.history.gathering(part.gathering, step),
            registration: RegistrationId::from_uuid(request.derive(nth)),
            offering: self.history.offering(part.offering, part.gathering, step),
            people: std::iter::once(Some(part.booker)).chain(part.guests.iter().copied()).collect(),
            maker: part.booker,
            credentials: part.credentials.clone(),
            uncounted: part.uncounted,
            may_split: part.may_split,
            supersedes: part.supersedes.map(|other| self.history.registration(other, step)),
            answers: part.booker.is_multiple_of(3),
            needs: part.booker % 4 == 1,
        }
    }

    fn done(&mut self, time: DateTime<Utc>, what: Done) {
        if let Some(gathering) = what.gathering() {
            self.retold.borrow_mut().remove(&gathering);
        }
        self.past.push(Deed { time, what });
    }

    /// What the decision has done to others so far, with what was due.
    fn effects(&self) -> Told {
        let ids = |which: &dyn Fn(&Done) -> Option<RegistrationId>| {
            self.past[self.began..].iter().filter_map(|deed| which(&deed.what)).collect()
        };
        let registrations = ids(&|done| match done {
            Done::Promoted(_, id, _) => Some(*id),
            _ => None,
        });
        let offered = ids(&|done| match done {
            Done::Offered(_, id, ..) => Some(*id),
            _ => None,
        });
        let ended = ids(&|done| match done {
            Done::Ended(_, id, _) | Done::MovedToFollowUp(_, id) => Some(*id),
            _ => None,
        });
        Told::Promoted { registrations, offered, ended }
    }

    /// The same for a command that ended registrations because that was asked for.
    fn effects_besides(&self, asked_for: &[RegistrationId]) -> Told {
        let mut told = self.effects();
        if let Told::Promoted { ended, .. } = &mut told {
            ended.retain(|other| !asked_for.contains(other));
        }
        told
    }
}

fn refuse_if(so: bool, code: &str) -> Result<(), No> {
    if so { Err(code.to_owned()) } else { Ok(()) }
}

impl Done {
    fn gathering(&self) -> Option<GatheringId> {
        match self {
            Self::PersonRecorded(_)
            | Self::NamePublished(_)
            | Self::CalendarTokenIssued(_)
            | Self::CalendarTokenRevoked(_)
            | Self::Forgotten(_)
            | Self::Exported(_) => None,
            Self::Joined(asked, _) => Some(asked.gathering),
            Self::Announced(gathering, _)
            | Self::OfferingAdded(gathering, ..)
            | Self::Rescheduled(gathering, ..)
            | Self::ModeChanged(gathering, ..)
            | Self::ByHand(gathering, _)
            | Self::CapacityChanged(gathering, ..)
            | Self::CalledOff(gathering)
            | Self::SessionAdded(gathering, _)
            | Self::SessionMoved(gathering, ..)
            | Self::SessionRevised(gathering, ..)
            | Self::SessionDropped(gathering, _)
            | Self::Promoted(gathering, ..)
            | Self::Offered(gathering, ..)
            | Self::OfferAccepted(gathering, _)
            | Self::HoldExtended(gathering, ..)
            | Self::HoldConfirmed(gathering, ..)
            | Self::Approved(gathering, ..)
            | Self::PassedOver(gathering, ..)
            | Self::Split(gathering, ..)
            | Self::MovedToFollowUp(gathering, _)
            | Self::Ended(gathering, ..)
            | Self::Transferred(gathering, ..)
            | Self::PartyChanged(gathering, ..)
            | Self::Reconfirmed(gathering, _)
            | Self::InvitationAnswered(gathering, ..)
            | Self::RoundClosed(gathering)
            | Self::SetAsideMade(gathering, _)
            | Self::SetAsideChanged(gathering, ..)
            | Self::LineClosed(gathering, _)
            | Self::PrioritiesChanged(gathering, _)
            | Self::DraftAnnounced(gathering)
            | Self::BooksClosed(gathering)
            | Self::Archived(gathering)
            | Self::Seen { gathering, .. }
            | Self::Attached(gathering, ..)
            | Self::Withdrawn(gathering, _)
            | Self::ListSet(gathering, _)
            | Self::ListWithdrawn(gathering, _)
            | Self::Scanned(gathering, ..)
            | Self::Undone(gathering, _)
            | Self::AnswersExpired(gathering)
            | Self::NeedsRead(gathering)
            | Self::NeedsExpired(gathering)
            | Self::NeedsRetentionSet(gathering, _)
            | Self::NeedsRecorded(gathering, ..)
            | Self::Consented(gathering, ..)
            | Self::TagsSet(gathering, ..)
            | Self::NoteWritten(gathering, ..)
            | Self::RetentionSet(gathering, _) => Some(*gathering),
        }
    }

    /// The session that it is about.
    fn session(&self) -> Option<u8> {
        match self {
            Self::SessionAdded(_, plan) => Some(plan.session),
            Self::SessionMoved(_, session, ..)
            | Self::SessionRevised(_, session, _)
            | Self::SessionDropped(_, session) => Some(*session),
            _ => None,
        }
    }
}
