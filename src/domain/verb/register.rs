//! Register: one person or a party asks for places, all or nothing.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::capacity::{self, Applicant};
use crate::domain::cells::RegistrationCell;
use crate::domain::decision::{Decision, Gathering};
use crate::domain::eligibility::Applying;
use crate::domain::refusal::Refusal;
use crate::domain::waiting_list::{Ahead, Room};
use crate::domain::{Clear, Context, Decide, eligibility, ending, waiting_list};
use crate::fact::{Approval, Booking, Credential, Ending, Fact, Offering, Party, Pending};
use crate::id::{GatheringId, OfferingId, PersonId, RegistrationId};
use crate::person::{Answers, Needs};
use crate::sealed::{Personal, Sealed};
use crate::text::Reference;

/// Asks for places in a gathering, for one person or for a party.
///
/// Either everybody gets a place, or everybody stands in line, or the command is refused and nothing changes. A
/// full gathering that keeps a line is no refusal: see [`Registered::Waiting`].
///
/// # Refusals
/// In this order: an answer or a need that is not taken, unknown gathering, unknown offering (or none named where there are
/// several), somebody named twice, party too large, somebody without a name in a party that may be split; gathering
/// called off, completed, archived, a draft, over; session dropped, session over; booking not open, for interest only,
/// paused, closed; what it supersedes is unknown or has not ended; somebody registered already; the offering is for
/// others; no organisation where each may have so many, or one with as many as it may have; somebody without a place in
/// what the offering requires; somebody with another date of the series, or with something at the same time (where
/// [`Gathering::no_overlap`] is asked for); can never fit. Where the offering keeps no line: full, room that others wait
/// for, or booking to the line only. Last, an id that is there already.
///
/// Somebody who asked for what there is afterwards only ([`FollowUp`](crate::FollowUp)), or is interested only
/// ([`NoteInterest`](crate::NoteInterest)), is not registered already: that ends with the new registration.
///
/// [`Gathering::no_overlap`]: crate::Gathering::no_overlap
///
/// # Example
/// ```
/// use gather::{Desk, Gathering, PersonId, Register, Registered};
///
/// let desk = Desk::in_memory();
/// let tour = desk.announce(Gathering::webinar("Library tour").places(3))?.outcome;
/// drop(desk.open_booking(tour)?); // its date is to be confirmed, so booking does not open by itself
///
/// let family = Register::new(tour, PersonId::random()).guest(PersonId::random()).unnamed_guests(1);
/// let receipt = desk.execute(family)?;
/// assert!(matches!(receipt.outcome, Registered::Confirmed { .. }));
///
/// let late = desk.execute(Register::new(tour, PersonId::random()))?;
/// assert!(matches!(late.outcome, Registered::Waiting { ahead: 0, .. }));
/// # Ok::<(), gather::Failure>(())
/// ```
#[derive(Clone, Debug)]
pub struct Register<A = Personal<Answers>, N = Personal<Needs>> {
    pub(crate) gathering: GatheringId,
    pub(crate) offering: Option<OfferingId>,
    pub(crate) party: Party,
    pub(crate) reference: Option<Reference>,
    pub(crate) answers: Option<A>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) supersedes: Option<RegistrationId>,
    pub(crate) uncounted: bool,
    pub(crate) may_split: bool,
    /// What some of its people need: few say so.
    pub(crate) needs: Vec<(PersonId, N)>,
}

/// One whose personal parts are sealed.
pub(crate) type SealedRegister = Register<Sealed<Answers>, Sealed<Needs>>;

/// What came of a registration that was not refused.
///
/// Match on it: somebody who waits has no place yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it says whether there is a place or a line to wait in"]
#[expect(clippy::exhaustive_enums, reason = "a caller must not overlook that somebody waits")]
pub enum Registered {
    /// Everybody in the party has a place.
    Confirmed {
        /// The registration.
        registration: RegistrationId,
    },
    /// The party stands in line and gets its places, all at once, when its turn comes. Of one that may be split
    /// ([`Register::may_split`]) some may have theirs by now: the receipt's facts say so.
    Waiting {
        /// The registration.
        registration: RegistrationId,
        /// How many registrations were ahead in the same line.
        ahead: u32,
    },
    /// Somebody has to say yes first. See [`Offering::needs_approval`](crate::Offering::needs_approval).
    Pending {
        /// The registration.
        registration: RegistrationId,
        /// Whether it keeps places until then. If not, there may be none when somebody has said yes.
        uses_places: bool,
    },
}

impl Registered {
    /// The registration, confirmed, waiting or pending.
    #[must_use]
    pub fn registration(&self) -> RegistrationId {
        match *self {
            Self::Confirmed { registration }
            | Self::Waiting { registration, .. }
            | Self::Pending { registration, .. } => registration,
        }
    }

    /// Whether everybody in the party has a place.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        matches!(self, Self::Confirmed { .. })
    }
}

impl Register {
    /// Asks for a place for one person, in the gathering's only offering.
    #[must_use]
    pub fn new(gathering: GatheringId, person: PersonId) -> Self {
        let party = Party::one(person);
        Self {
            gathering,
            offering: None,
            party,
            reference: None,
            answers: None,
            credentials: Vec::new(),
            supersedes: None,
            uncounted: false,
            may_split: false,
            needs: Vec::new(),
        }
    }

    /// Says which offering is meant. Needed where the gathering has several, or the command is refused.
    #[must_use]
    pub fn offering(mut self, offering: OfferingId) -> Self {
        self.offering = Some(offering);
        self
    }

    /// Brings somebody along, on the next numbered place.
    #[must_use]
    pub fn guest(mut self, guest: PersonId) -> Self {
        self.party.guests.push(Some(guest));
        self
    }

    /// Brings so many people along whose names are not known yet.
    #[must_use]
    pub fn unnamed_guests(mut self, guests: u16) -> Self {
        self.party.guests.extend(std::iter::repeat_n(None, usize::from(guests)));
        self
    }

    /// Notes the host's own name for the registration. It is stored in the clear.
    #[must_use]
    pub fn reference(mut self, reference: Reference) -> Self {
        self.reference = Some(reference);
        self
    }

    /// Adds what the booker answered. It is stored sealed; [`Desk::answers`](crate::Desk::answers) reads it back.
    #[must_use]
    pub fn answers(mut self, answers: impl Into<Personal<Answers>>) -> Self {
        self.answers = Some(answers.into());
        self
    }

    /// Adds what the booker needs in order to take part: a fact of its own beside the booking, as
    /// [`RecordNeeds`](crate::RecordNeeds) makes it. It replaces what was said of the booker before.
    #[must_use]
    pub fn needs(mut self, needs: impl Into<Personal<Needs>>) -> Self {
        self.needs.retain(|(person, _)| *person != self.party.booker);
        self.needs.push((self.party.booker, needs.into()));
        self
    }

    /// Brings somebody along, as [`guest`](Self::guest) does, and says what they need in order to take part.
    #[must_use]
    pub fn guest_with_needs(mut self, guest: PersonId, needs: impl Into<Personal<Needs>>) -> Self {
        self.needs.push((guest, needs.into()));
        self.guest(guest)
    }

    /// Vouches for something: a code that was entered, a category, the organisation that the party comes from. It is
    /// stored in the clear. Set-asides, priorities, caps and offerings that are for some people only ask for it.
    #[must_use]
    #[doc(alias = "voucher")]
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credentials.push(credential);
        self
    }

    /// Says which registration, that has ended, this one takes the place of. It is admitted afresh: that is how a
    /// cancellation is undone.
    #[must_use]
    #[doc(alias = "undo")]
    pub fn supersedes(mut self, registration: RegistrationId) -> Self {
        self.supersedes = Some(registration);
        self
    }

    /// Takes no place of any pool: speakers, staff, the team. They are in the head count all the same.
    #[must_use]
    pub fn uncounted(mut self) -> Self {
        self.uncounted = true;
        self
    }

    /// Lets the party get its places one part at a time, where it stands in line: as many as there is room for are served,
    /// in the same decision if its turn has come, and the rest waits on as a registration of its own. Everybody in it has to
    /// be named.
    #[must_use]
    pub fn may_split(mut self) -> Self {
        self.may_split = true;
        self
    }
}

/// Something asked for that is there, stands, and can be booked by these people: nothing but who may have it, and room,
/// can stand in its way.
pub(super) struct Asked {
    pub(super) gathering: Gathering,
    pub(super) offering: Arc<Offering>,
    /// What its people have of it without a place: it ends when they book.
    gives_way: Vec<RegistrationId>,
}

/// What of a person's may be there already when they book.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Supersedes {
    /// What it supersedes must have ended.
    Ended,
    /// What it supersedes ends with it.
    Now,
}

impl SealedRegister {
    /// The same that a registration has asked for, to take its place.
    pub(super) fn again(
        registration: RegistrationId,
        cell: &RegistrationCell,
        gathering: GatheringId,
        offering: Option<OfferingId>,
        answers: Option<Sealed<Answers>>,
    ) -> Self {
        Self {
            gathering,
            offering,
            party: cell.party.clone(),
            reference: None,
            answers,
            credentials: cell.credentials().to_vec(),
            supersedes: Some(registration),
            uncounted: cell.is_uncounted(),
            may_split: cell.may_split(),
            needs: Vec::new(),
        }
    }

    pub(super) fn booking(&self, asked: &Asked) -> Booking {
        let supersedes = self.supersedes.or_else(|| asked.gives_way.first().copied());
        Booking {
            reference: self.reference.clone(),
            answers: self.answers.clone(),
            credentials: self.credentials.clone(),
            supersedes,
            uncounted: self.uncounted,
            may_split: self.may_split,
            ..Booking::new(asked.offering.id, self.party.clone())
        }
    }

    pub(super) fn applicant(&self) -> Applicant<'_> {
        let people = if self.uncounted { 0 } else { self.party.size() };
        Applicant { made_by: self.party.booker, credentials: &self.credentials, people }
    }

    /// Looks at all that needs no counting: what is asked for is there, stands, and can be booked.
    pub(super) fn asked(
        &self,
        decision: &mut Decision<'_>,
        supersedes: Supersedes,
    ) -> Result<Asked, Refusal> {
        let gathering = decision.acting_on(self.gathering)?;
        let offering = Arc::clone(gathering.offering(self.offering)?);
        self.check_party(&offering)?;
        gathering.must_stand()?;
        gathering.must_be_announced()?;
        gathering.must_not_be_over(decision.time())?;
        decision.session_must_stand(&gathering, &offering)?;
        decision.session_must_not_be_over(&gathering, &offering)?;
        gathering.must_be_open(decision.time())?;
        self.party.named().try_for_each(|person| decision.must_not_be_forgotten(person))?;
        gathering.must_keep_answers(self.answers.is_some())?;
        gathering.must_keep_needs(!self.needs.is_empty())?;
        if supersedes == Supersedes::Ended {
            self.must_supersede_what_has_ended(decision)?;
        }
        let mut gives_way = Vec::new();
        for person in self.party.named() {
            let Some(registration) = decision.holder(&gathering, offering.id, person) else { continue };
            let known = decision.registration_on(&gathering, registration);
            if known.is_none_or(|known| known.claim.is_engagement()) {
                return Err(Refusal::AlreadyRegistered { person, registration });
            }
            gives_way.push(registration);
        }
        gives_way.dedup();
        Ok(Asked { gathering, offering, gives_way })
    }

    fn check_party(&self, offering: &Offering) -> Result<(), Refusal> {
        if let Some(person) = self.party.twice_named() {
            return Err(Refusal::TwiceInParty { person });
        }
        let (size, limit) = (self.party.size(), u32::from(offering.max_party.get()));
        if size > limit {
            return Err(Refusal::PartyTooLarge { size, limit });
        }
        if self.may_split && self.party.guests.contains(&None) {
            return Err(Refusal::SplitNeedsNames);
        }
        Ok(())
    }

    fn must_supersede_what_has_ended(&self, decision: &mut Decision<'_>) -> Result<(), Refusal> {
        let Some(registration) = self.supersedes else { return Ok(()) };
        let known = decision.registration(registration)?;
        let gathering = decision.look_at(known.gathering)?;
        if known.claim.is_live_at(decision.time()) && gathering.must_stand().is_ok() {
            return Err(Refusal::StillLive { registration });
        }
        Ok(())
    }

    /// Refuses whoever may not have it, and whoever could never fit.
    pub(super) fn must_be_eligible(&self, decision: &Decision<'_>, asked: &Asked) -> Result<(), Refusal> {
        let Asked { gathering, offering, .. } = asked;
        let who = Applying {
            made_by: self.party.booker,
            party: &self.party,
            credentials: &self.credentials,
            uncounted: self.uncounted,
            itself: None,
        };
        eligibility::must_be_eligible(decision, gathering, offering, who)
    }

    /// Refuses whoever could not have it even if nobody else came.
    pub(super) fn must_fit_when_empty(&self, decision: &Decision<'_>, asked: &Asked) -> Result<(), Refusal> {
        let demand = capacity::demand(&asked.offering, self.applicant().people);
        let short = capacity::shortages_when_empty(decision, &asked.gathering, &demand);
        if short.is_empty() { Ok(()) } else { Err(Refusal::NeverFits { short }) }
    }

    /// What stands before it.
    pub(super) fn ahead(&self, decision: &Decision<'_>, asked: &Asked) -> Ahead {
        let Asked { gathering, offering, .. } = asked;
        let class = gathering.cell.plan.class(self.party.booker, &self.credentials);
        waiting_list::ahead(decision, gathering, offering, class)
    }

    /// Room behind those who come first, or why there is none.
    pub(super) fn room(
        &self,
        decision: &Decision<'_>,
        asked: &Asked,
        ahead: &Ahead,
    ) -> Result<Room, Refusal> {
        waiting_list::room(decision, &asked.gathering, &asked.offering, self.applicant(), ahead)
    }

    /// Makes way for a new registration, whose id must be free.
    pub(super) fn make_way(
        decision: &mut Decision<'_>,
        asked: &Asked,
        registration: RegistrationId,
    ) -> Result<(), Refusal> {
        if decision.registration(registration).is_ok() {
            return Err(Refusal::RegistrationExists { registration });
        }
        for known in &asked.gives_way {
            ending::end_with_parts(decision, &asked.gathering, *known, Ending::Superseded);
        }
        Ok(())
    }

    /// Records the registration: with its places, in line, or waiting for somebody to say yes.
    pub(super) fn enter(
        &self,
        decision: &mut Decision<'_>,
        asked: &Asked,
        registration: RegistrationId,
        room: Result<Room, Refusal>,
    ) -> Result<Registered, Refusal> {
        let keeps_a_line = asked.offering.waiting_list;
        if let Some(approval) = asked.offering.approval {
            let room = match room {
                Ok(room) if approval.pending_uses_places => Some(room),
                Err(refusal) if approval.pending_uses_places && !keeps_a_line => return Err(refusal),
                Ok(_) | Err(_) => None,
            };
            return self.request_approval(decision, asked, registration, (approval, room));
        }
        match room {
            Ok(room) => self.confirm(decision, asked, registration, room),
            Err(_) if keeps_a_line => self.stand_in_line(decision, asked, registration),
            Err(refusal) => Err(refusal),
        }
    }

    /// Records it with its places.
    pub(super) fn confirm(
        &self,
        decision: &mut Decision<'_>,
        asked: &Asked,
        registration: RegistrationId,
        mut room: Room,
    ) -> Result<Registered, Refusal> {
        Self::make_way(decision, asked, registration)?;
        room.record_passed(decision, &asked.gathering);
        let (gathering, booking, draws) = (self.gathering, self.booking(asked), room.draws);
        decision.record(Fact::RegistrationConfirmed { gathering, registration, booking, draws });
        self.record_needs(decision, registration);
        Ok(Registered::Confirmed { registration })
    }

    /// Records it at its place in the line.
    pub(super) fn stand_in_line(
        &self,
        decision: &mut Decision<'_>,
        asked: &Asked,
        registration: RegistrationId,
    ) -> Result<Registered, Refusal> {
        Self::make_way(decision, asked, registration)?;
        let class = asked.gathering.cell.plan.class(self.party.booker, &self.credentials);
        let ahead = decision.waiting_before(&asked.gathering, asked.offering.id, class);
        let (gathering, booking) = (self.gathering, self.booking(asked));
        decision.record(Fact::RegistrationWaitlisted { gathering, registration, booking, ahead });
        self.record_needs(decision, registration);
        if self.may_split || !asked.gathering.cell.plan.priorities.is_empty() {
            // As many of it as there is room for need not wait for the others; and whoever comes in before others takes
            // over what the first of them has held.
            waiting_list::serve(decision, gathering);
        }
        Ok(Registered::Waiting { registration, ahead })
    }

    fn request_approval(
        &self,
        decision: &mut Decision<'_>,
        asked: &Asked,
        registration: RegistrationId,
        (approval, room): (Approval, Option<Room>),
    ) -> Result<Registered, Refusal> {
        Self::make_way(decision, asked, registration)?;
        let pending = pending(approval, room.is_some(), decision.time());
        let draws = room.map_or_else(Vec::new, |mut room| {
            room.record_passed(decision, &asked.gathering);
            room.draws
        });
        let (gathering, booking) = (self.gathering, self.booking(asked));
        decision.record(Fact::ApprovalRequested { gathering, registration, booking, draws, pending });
        self.record_needs(decision, registration);
        Ok(Registered::Pending { registration, uses_places: pending.uses_places })
    }

    /// Records what its people need, beside the registration itself.
    pub(super) fn record_needs(&self, decision: &mut Decision<'_>, registration: RegistrationId) {
        for (person, needs) in &self.needs {
            let (gathering, person, needs) = (self.gathering, *person, Some(needs.clone()));
            decision.record(Fact::NeedsRecorded { gathering, registration, person, needs });
        }
    }

    /// Of whom it says what they need. A request without says nothing here, as before there were needs.
    pub(super) fn clear_needs(&self, clear: &mut Clear) {
        if !self.needs.is_empty() {
            clear.each(self.needs.iter(), |clear, (person, _)| {
                clear.id(person.bytes());
            });
        }
    }

    /// What is clear in it, but for [`clear_needs`](Self::clear_needs).
    pub(super) fn clear(&self, clear: &mut Clear) {
        clear.gathering(self.gathering).offering(self.offering).party(&self.party);
        clear.reference(self.reference.as_ref()).flag(self.answers.is_some()).credentials(&self.credentials);
        clear.maybe(self.supersedes, |clear, registration| {
            clear.id(registration.bytes());
        });
        clear.flag(self.uncounted).flag(self.may_split);
    }
}

/// How a registration waits for approval from now on.
pub(super) fn pending(approval: Approval, uses_places: bool, now: DateTime<Utc>) -> Pending {
    let until = approval
        .decide_within
        .and_then(|seconds| now.checked_add_signed(TimeDelta::seconds(i64::from(seconds))));
    Pending { uses_places, until }
}

/// What a decision said of a registration that it made.
pub(super) fn registered(facts: &[Fact], registration: RegistrationId) -> Option<Registered> {
    let fact =
        facts.iter().find(|fact| fact.registration_made().is_some_and(|(id, _)| id == registration))?;
    #[expect(clippy::wildcard_enum_match_arm, reason = "three kinds of facts are told of")]
    match fact {
        Fact::RegistrationConfirmed { .. } => Some(Registered::Confirmed { registration }),
        Fact::RegistrationWaitlisted { ahead, .. } => {
            Some(Registered::Waiting { registration, ahead: *ahead })
        }
        Fact::ApprovalRequested { pending, .. } => {
            Some(Registered::Pending { registration, uses_places: pending.uses_places })
        }
        _ => None,
    }
}

impl Decide for SealedRegister {
    type Outcome = Registered;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<Registered, Refusal> {
        let asked = self.asked(decision, Supersedes::Ended)?;
        self.must_be_eligible(decision, &asked)?;
        self.must_fit_when_empty(decision, &asked)?;
        let ahead = self.ahead(decision, &asked);
        let room = self.room(decision, &asked, &ahead);
        self.enter(decision, &asked, context.new_registration(0), room)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("register");
        self.clear(&mut clear);
        self.clear_needs(&mut clear);
        clear
    }

    fn recall(&self, context: &Context, facts: &[Fact]) -> Option<Registered> {
        registered(facts, context.new_registration(0))
    }
}
