//! What can be put to the desk, and how it is made ready: texts checked, personal parts sealed.

use std::cell::Cell;
use std::fmt;

use zeroize::Zeroize;

use super::Desk;
use super::failure::Failure;
use crate::domain::{
    AcceptOffer, AddOffering, AddSession, AddSetAside, AnnounceDraft, AnswerInvitation, Answered, Approve,
    Archive, AttachResource, Basket, CancelGathering, CancelRegistration, Change, ChangeCapacity, ChangeMode,
    ChangeParty, ChangePriorities, ChangeSession, ChangeSetAside, CheckIn, CloseBooking, CloseBooks,
    CloseLine, ConfirmHold, Context, Decide, DeclineOffer, DropSession, Effects, ExpireAnswers, ExtendHold,
    FollowUp, Forget, Forgetting, Gathering, Hold, IssueCalendarToken, Join, KeepAnswers, LineOnly,
    MadeToken, MoveRegistration, MoveSession, NoteInterest, OnHold, OpenBooking, OpenInterest, Part,
    PauseBooking, ProgrammeChange, PublishName, ReadNeeds, Reconfirm, RecordConsent, RecordExport,
    RecordNeeds, RecordPerson, RecordPresence, Refusal, Register, Registered, Reject, Reschedule,
    RevokeCalendarToken, RotateCalendarToken, SealedRegister, Seen, SetCheckInList, SetProgramme, SetTags,
    Settle, Shown, Transfer, UndoCheckIn, Whereabouts, WithdrawCheckInList, WithdrawOffer, WithdrawResource,
    WriteNote,
};
#[cfg(feature = "testkit")]
use crate::domain::{Clear, Decision};
use crate::fact::CheckedIn;
#[cfg(feature = "testkit")]
use crate::fact::Fact;
use crate::id::{GatheringId, OfferingId, PersonId, RegistrationId, ResourceId, SessionId, SetAsideId};
use crate::person::JoinLink;
use crate::privacy::{Keyring, VaultError, random_token};
use crate::sealed::{KeyRef, Keys, Personal, Sealed};
use crate::token::CalendarToken;

/// A command: something that a caller wants done.
///
/// Every verb of the crate implements it; a host calls [`Desk::execute`](super::Desk::execute) with them and
/// does not implement it.
pub trait Command {
    /// What the caller is told when it is done.
    type Outcome: Send + 'static;

    /// Checks the texts and seals what is personal.
    #[doc(hidden)]
    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<Self::Outcome>, Failure>;
}

/// A command whose personal parts are sealed. Only the desk makes and decides it.
pub struct Ready<O>(Box<dyn Decide<Outcome = O>>);

impl<O> fmt::Debug for Ready<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ready(…)")
    }
}

impl<O> Ready<O> {
    fn new(command: impl Decide<Outcome = O> + 'static) -> Self {
        Self(Box::new(command))
    }

    /// The same command with its outcome told in another way.
    #[cfg(feature = "testkit")]
    pub(crate) fn map<T>(self, tell: impl Fn(O) -> T + Send + 'static) -> Ready<T>
    where
        O: 'static,
    {
        Ready::new(Retold { command: self.0, tell })
    }

    pub(crate) fn get(&self) -> &dyn Decide<Outcome = O> {
        &*self.0
    }
}

/// A command whose outcome is told in another way.
#[cfg(feature = "testkit")]
struct Retold<O, F> {
    command: Box<dyn Decide<Outcome = O>>,
    tell: F,
}

#[cfg(feature = "testkit")]
impl<O, T, F: Fn(O) -> T + Send> Decide for Retold<O, F> {
    type Outcome = T;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<T, Refusal> {
        self.command.decide(decision, context).map(&self.tell)
    }

    fn settles(&self) -> bool {
        self.command.settles()
    }

    fn content(&self) -> Clear {
        self.command.content()
    }

    fn recall(&self, context: &Context, facts: &[Fact]) -> Option<T> {
        self.command.recall(context, facts).map(&self.tell)
    }
}

/// Where a command comes in: the context of its request, and what seals.
#[derive(Debug)]
pub struct Edge<'a> {
    context: Context,
    /// `None` seals nothing: for looking at a command without doing it.
    keyring: Option<&'a Keyring>,
    /// Where registrations can be looked up, to know whose answers are to be sealed.
    desk: &'a Desk,
    /// Whether something personal came by.
    met_personal: Cell<bool>,
    /// Whether the desk's lists may be brought up to date: not where its state is held.
    may_catch_up: bool,
}

impl<'a> Edge<'a> {
    /// An edge at which commands are made ready to be done.
    pub(super) fn sealing(context: Context, desk: &'a Desk) -> Self {
        Self { keyring: Some(&desk.inner.keyring), ..Self::looking(context, desk) }
    }

    /// An edge at which commands are only looked at: it makes no key and seals nothing.
    pub(crate) fn looking(context: Context, desk: &'a Desk) -> Self {
        Self { context, keyring: None, desk, met_personal: Cell::new(false), may_catch_up: true }
    }

    /// The edge of a trial, which runs while the desk's state is held: it can wait for nothing.
    pub(super) fn of_a_trial(context: Context, desk: &'a Desk) -> Self {
        Self { may_catch_up: false, ..Self::looking(context, desk) }
    }

    /// Whether a command that came by here has something to seal.
    pub(super) fn met_personal(&self) -> bool {
        self.met_personal.get()
    }

    fn is_sealing(&self) -> bool {
        self.keyring.is_some()
    }

    /// Who has booked a registration, and on which gathering, after all that was decided before.
    fn booker_of(&self, registration: RegistrationId) -> Result<(GatheringId, PersonId), Failure> {
        let known = self.desk.caught_up()?.state.booker_of(registration);
        Ok(known.ok_or(Refusal::UnknownRegistration { registration })?)
    }

    /// What calendars show of a registration to one of its people.
    fn shown(&self, registration: RegistrationId, person: PersonId) -> Result<Option<Shown>, Failure> {
        // In a shared log another desk may have changed the entry; an answer to what it was before would hold.
        if self.may_catch_up {
            self.desk.catch_up()?;
        }
        let lists = self.desk.lists();
        let Some((gathering, known)) = lists.registration(registration) else {
            return Ok(None);
        };
        let round = gathering.reconfirmation().copied();
        let sequence = gathering.entry_sequence_of(known, person);
        let revised = gathering.entry_revised_for(known, person);
        let whereabouts = Whereabouts::shown(gathering.announcement(), gathering.session_booked(known));
        Ok(Some(Shown { sequence, revised, round, whereabouts }))
    }

    fn seal<T: Zeroize>(
        &self,
        value: &Personal<T>,
        how: impl FnOnce(&Keyring, &Personal<T>) -> Result<Sealed<T>, VaultError>,
    ) -> Result<Sealed<T>, Failure> {
        self.met_personal.set(true);
        match self.keyring {
            Some(keyring) => how(keyring, value).map_err(Failure::from),
            None => Ok(Sealed::from_parts(Keys::One(KeyRef::new(0)), 0, Box::default())),
        }
    }
}

impl Edge<'_> {
    /// A new token for a person's calendar, and what is kept of it. None is made where a command is only looked at.
    fn make_token(&self, person: PersonId) -> Result<MadeToken, Failure> {
        let token = if self.is_sealing() { Some(random_token()?) } else { None };
        let kept =
            token.as_ref().map_or_else(|| CalendarToken::from_bytes([0; 32]).hash(), CalendarToken::hash);
        let hash =
            self.seal(&Personal::new(kept), |keyring, hash| keyring.seal_calendar_token(person, hash))?;
        Ok(MadeToken { token, hash })
    }
}

impl Command for IssueCalendarToken {
    type Outcome = Option<CalendarToken>;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<Option<CalendarToken>>, Failure> {
        let (person, token) = (self.person, edge.make_token(self.person)?);
        Ok(Ready::new(IssueCalendarToken { person, token }))
    }
}

impl Command for RotateCalendarToken {
    type Outcome = Option<CalendarToken>;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<Option<CalendarToken>>, Failure> {
        let (person, token) = (self.person, edge.make_token(self.person)?);
        Ok(Ready::new(RotateCalendarToken { person, token }))
    }
}

impl Command for RecordPerson {
    type Outcome = PersonId;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<PersonId>, Failure> {
        self.details.expose().check()?;
        let person = self.whom(&edge.context);
        let details = edge.seal(&self.details, |keyring, details| keyring.seal_person(person, details))?;
        Ok(Ready::new(RecordPerson { person: Some(person), details }))
    }
}

impl Command for Gathering {
    type Outcome = GatheringId;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<GatheringId>, Failure> {
        let id = self.identity(&edge.context);
        let join_link = sealed_link(self.join_link.as_ref(), id, edge)?;
        Ok(Ready::new(Gathering { id: Some(id), draft: self.draft.clone(), join_link }))
    }
}

impl Command for Register {
    type Outcome = Registered;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<Registered>, Failure> {
        sealed_part(self, edge).map(Ready::new)
    }
}

impl Command for Hold {
    type Outcome = OnHold;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<OnHold>, Failure> {
        Ok(Ready::new(Hold { asked: sealed_part(&self.asked, edge)?, until: self.until }))
    }
}

impl Command for ConfirmHold {
    type Outcome = Registered;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<Registered>, Failure> {
        let registration = self.registration;
        let Some(answers) = &self.answers else {
            return Ok(Ready::new(ConfirmHold { registration, answers: None, booker: None }));
        };
        answers.expose().check()?;
        let whose = edge.is_sealing().then(|| edge.booker_of(registration)).transpose()?;
        let nobody = (GatheringId::from_u128(0), PersonId::from_u128(0));
        let (gathering, booker) = whose.unwrap_or(nobody);
        let sealed =
            edge.seal(answers, |keyring, answers| keyring.seal_answers(booker, gathering, answers))?;
        Ok(Ready::new(ConfirmHold {
            registration,
            answers: Some(sealed),
            booker: whose.map(|(_, booker)| booker),
        }))
    }
}

impl Command for AttachResource {
    type Outcome = ResourceId;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<ResourceId>, Failure> {
        self.link.expose().check()?;
        let (gathering, id) = (self.gathering, self.identity(&edge.context));
        let link = edge.seal(&self.link, |keyring, link| keyring.seal_resource_link(gathering, id, link))?;
        let (kind, title, audience) = (self.kind, self.title.clone(), self.audience);
        Ok(Ready::new(AttachResource { gathering, id: Some(id), kind, title, audience, link }))
    }
}

impl Command for Basket {
    type Outcome = Vec<Part>;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<Vec<Part>>, Failure> {
        Refusal::check_text_bytes(self.parts.iter().map(text_bytes).sum())?;
        let parts = self.parts.iter().map(|part| sealed_part(part, edge)).collect::<Result<_, _>>()?;
        Ok(Ready::new(Basket { parts, best_effort: self.best_effort }))
    }
}

impl Command for ChangeMode {
    type Outcome = Change;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<Change>, Failure> {
        let join_link = sealed_link(self.join_link.as_ref(), self.gathering, edge)?;
        Ok(Ready::new(ChangeMode { gathering: self.gathering, mode: self.mode.clone(), join_link }))
    }
}

impl Command for PublishName {
    type Outcome = PersonId;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<PersonId>, Failure> {
        self.name.expose().check()?;
        let person = self.whose(&edge.context);
        let name = edge.seal(&self.name, |keyring, name| keyring.seal_published_name(person, name))?;
        Ok(Ready::new(PublishName { person: Some(person), name }))
    }
}

impl Command for AnswerInvitation {
    type Outcome = Answered;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<Answered>, Failure> {
        let Self { registration, person, rsvp, to, ref comment, .. } = *self;
        let shown = edge.shown(registration, person)?;
        let Some(comment) = comment else {
            return Ok(Ready::new(AnswerInvitation {
                registration,
                person,
                rsvp,
                to,
                comment: None,
                shown,
                sealed_on: None,
            }));
        };
        comment.expose().check()?;
        let whose = edge.is_sealing().then(|| edge.booker_of(registration)).transpose()?;
        let sealed_on = whose.map(|(gathering, _)| gathering);
        let gathering = sealed_on.unwrap_or(GatheringId::from_u128(0));
        let sealed =
            edge.seal(comment, |keyring, comment| keyring.seal_reply_comment(person, gathering, comment))?;
        Ok(Ready::new(AnswerInvitation {
            registration,
            person,
            rsvp,
            to,
            comment: Some(sealed),
            shown,
            sealed_on,
        }))
    }
}

fn sealed_link(
    link: Option<&Personal<JoinLink>>,
    gathering: GatheringId,
    edge: &Edge<'_>,
) -> Result<Option<Sealed<JoinLink>>, Failure> {
    let Some(link) = link else { return Ok(None) };
    link.expose().check()?;
    edge.seal(link, |keyring, link| keyring.seal_join_link(gathering, link)).map(Some)
}

impl Command for SetTags {
    type Outcome = Change;

    fn ready(&self, _: &Edge<'_>) -> Result<Ready<Change>, Failure> {
        self.check()?;
        Ok(Ready::new(self.clone()))
    }
}

impl Command for WriteNote {
    type Outcome = Change;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<Change>, Failure> {
        let registration = self.registration;
        let Some(note) = &self.note else {
            return Ok(Ready::new(WriteNote { registration, note: None, booker: None }));
        };
        note.expose().check()?;
        let whose = edge.is_sealing().then(|| edge.booker_of(registration)).transpose()?;
        let booker = whose.map(|(_, booker)| booker);
        let sealed_for = booker.unwrap_or(PersonId::from_u128(0));
        let sealed = edge.seal(note, |keyring, note| keyring.seal_note(sealed_for, registration, note))?;
        Ok(Ready::new(WriteNote { registration, note: Some(sealed), booker }))
    }
}

impl Command for RecordNeeds {
    type Outcome = Change;

    fn ready(&self, edge: &Edge<'_>) -> Result<Ready<Change>, Failure> {
        let Self { registration, person, ref needs, .. } = *self;
        let Some(needs) = needs else {
            return Ok(Ready::new(RecordNeeds { registration, person, needs: None, sealed_on: None }));
        };
        needs.expose().check()?;
        let whose = edge.is_sealing().then(|| edge.booker_of(registration)).transpose()?;
        let sealed_on = whose.map(|(gathering, _)| gathering);
        let gathering = sealed_on.unwrap_or(GatheringId::from_u128(0));
        let sealed = edge.seal(needs, |keyring, needs| keyring.seal_needs(person, gathering, needs))?;
        Ok(Ready::new(RecordNeeds { registration, person, needs: Some(sealed), sealed_on }))
    }
}

/// How many bytes the texts of a registration have.
fn text_bytes(part: &Register) -> usize {
    let answers = part.answers.as_ref().map_or(0, |answers| answers.expose().text_bytes());
    part.needs.iter().map(|(_, needs)| needs.expose().text_bytes()).fold(answers, usize::saturating_add)
}

fn sealed_part(part: &Register, edge: &Edge<'_>) -> Result<SealedRegister, Failure> {
    let (gathering, booker) = (part.gathering, part.party.booker);
    if !part.needs.is_empty() {
        Refusal::check_text_bytes(text_bytes(part))?;
    }
    let needs = part.needs.iter().map(|(person, needs)| {
        needs.expose().check()?;
        let seal = |keyring: &Keyring, needs: &_| keyring.seal_needs(*person, gathering, needs);
        Ok((*person, edge.seal(needs, seal)?))
    });
    let needs = needs.collect::<Result<_, Failure>>()?;
    let answers = part.answers.as_ref().map(|answers| {
        answers.expose().check()?;
        edge.seal(answers, |keyring, answers| keyring.seal_answers(booker, gathering, answers))
    });
    Ok(Register {
        gathering,
        offering: part.offering,
        party: part.party.clone(),
        reference: part.reference.clone(),
        answers: answers.transpose()?,
        credentials: part.credentials.clone(),
        supersedes: part.supersedes,
        uncounted: part.uncounted,
        may_split: part.may_split,
        needs,
    })
}

macro_rules! clear_command {
    ($($command:ty => $outcome:ty),+ $(,)?) => {$(
        impl Command for $command {
            type Outcome = $outcome;

            fn ready(&self, _: &Edge<'_>) -> Result<Ready<$outcome>, Failure> {
                Ok(Ready::new(self.clone()))
            }
        }
    )+};
}

// Nothing in these is personal.
clear_command! {
    Reschedule => Change,
    OpenBooking => Change,
    CloseBooking => Change,
    PauseBooking => Change,
    LineOnly => Change,
    OpenInterest => Change,
    CloseLine => Change,
    ChangePriorities => Effects,
    AnnounceDraft => Change,
    CancelGathering => Change,
    CloseBooks => Change,
    Archive => Change,
    ChangeCapacity => Effects,
    AddSetAside => SetAsideId,
    ChangeSetAside => Effects,
    ExtendHold => Change,
    Approve => Registered,
    Reject => Effects,
    AcceptOffer => Change,
    DeclineOffer => Effects,
    WithdrawOffer => Effects,
    FollowUp => RegistrationId,
    NoteInterest => RegistrationId,
    CancelRegistration => Effects,
    MoveRegistration => Registered,
    ChangeParty => Effects,
    Reconfirm => Change,
    Transfer => Change,
    RecordConsent => Change,
    RecordPresence => Seen,
    SetCheckInList => Change,
    WithdrawCheckInList => Change,
    CheckIn => CheckedIn,
    UndoCheckIn => Change,
    Join => CheckedIn,
    WithdrawResource => Change,
    RevokeCalendarToken => Change,
    Settle => Effects,
    AddOffering => OfferingId,
    AddSession => SessionId,
    ChangeSession => Change,
    MoveSession => Change,
    DropSession => Effects,
    SetProgramme => ProgrammeChange,
    KeepAnswers => Change,
    // These are for the desk's own: it erases what they say is erased, and gives out, or shows, what they say it does.
    Forget => Forgetting,
    ExpireAnswers => Change,
    RecordExport => PersonId,
    ReadNeeds => GatheringId,
}
