//! Answer an invitation: yes, no, perhaps, as calendars send it back.

use chrono::{DateTime, Utc};

use super::change_party::ChangeParty;
use crate::domain::cells::{Asked, Claim, Fingerprint, RegistrationCell};
use crate::domain::decision::{Decision, Gathering};
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide, Effects, ending, waiting_list};
use crate::fact::{Announcement, Ending, Fact, Reconfirmation, Rsvp, Session};
use crate::id::{GatheringId, PersonId, RegistrationId};
use crate::person::ReplyComment;
use crate::schedule::Schedule;
use crate::sealed::{Personal, Sealed};

/// Answers the invitation to a registration that has its places, for one of its people.
///
/// *Yes* is noted, and where [`Reschedule::ask`](crate::Reschedule::ask) asked whether new dates suit, the booker's yes is the
/// answer to that. *Perhaps* is noted and changes nothing. *No* gives up the person's place: the registration ends where they
/// are its booker, and with it those of the party who have no name; a guest's place goes and the party gets smaller. What
/// becomes free goes to the line in the same decision.
///
/// The *no* of a booker who brings others with a name is noted and ends nothing: one click takes no places from other people.
/// Somebody should ask them.
///
/// An answer from a calendar names the message that it answers, with [`to`](Self::to), or says at least when it was given, with
/// [`given_at`](Self::given_at). Each is done once: the same answer, or one from before the last that is known (RFC 5546,
/// section 2.1.5), changes nothing, nor does one to an invitation that another has replaced. `Desk::take_reply` (feature `replies`) makes one of what came by mail.
///
/// # Refusals
/// In this order: a comment that is not taken, unknown registration; a person who was forgotten; gathering called off, completed
/// or archived; a comment where what people answer is kept no more; registration ended, or a person who is not on it (a *no* has nothing left to give up then, which is no refusal); without its places;
/// gathering over, session over. Of a guest's *no*: somebody was seen on their place or behind it; a registration that needs it.
///
/// # Example
/// ```
/// use gather::{AnswerInvitation, Answered, Desk, Gathering, PersonId};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 UTC".parse()?).places(1);
/// let talk = desk.announce(talk)?.outcome;
/// let (ann, bob) = (PersonId::random(), PersonId::random());
/// let anns = desk.register(talk, ann)?.outcome.registration();
/// let bobs = desk.register(talk, bob)?.outcome.registration();
///
/// let answered = desk.execute(AnswerInvitation::decline(anns, ann))?.outcome;
/// let Answered::GivenUp(effects) = answered else { panic!() };
/// assert_eq!(effects.promoted, [bobs]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "RSVP")]
#[doc(alias = "REPLY")]
pub struct AnswerInvitation<C = Personal<ReplyComment>> {
    pub(crate) registration: RegistrationId,
    pub(crate) person: PersonId,
    pub(crate) rsvp: Rsvp,
    /// Which message it answers, if it says, and when it was given.
    pub(crate) to: Option<(Option<u32>, DateTime<Utc>)>,
    pub(crate) comment: Option<C>,
    pub(crate) shown: Option<Shown>,
    /// The gathering whose key the comment was sealed with.
    pub(crate) sealed_on: Option<GatheringId>,
}

/// What the lists showed when the answer came in: what it can be an answer to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    /// The sequence of the person's entry.
    pub(crate) sequence: u32,
    /// When that entry was last changed.
    pub(crate) revised: DateTime<Utc>,
    /// The round of asking whether new dates suit.
    pub(crate) round: Option<Reconfirmation>,
    pub(crate) whereabouts: Whereabouts,
}

/// When and where an entry says that it is. Decisions may be ahead of what the lists show.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Whereabouts {
    schedule: Schedule,
    /// Where the gathering is.
    place: Fingerprint,
    /// The room of the session that was booked, if one was.
    room: Option<Box<str>>,
}

impl Whereabouts {
    /// As lists have it: of a gathering, or of the session that was booked.
    pub(crate) fn shown(announcement: &Announcement, session: Option<&Session>) -> Self {
        Self {
            schedule: session.map_or(&announcement.schedule, |session| &session.schedule).clone(),
            place: Fingerprint::of_place(&announcement.mode),
            room: session.map(|session| session.room.as_str().into()),
        }
    }

    /// As decisions have it.
    pub(crate) fn decided(decision: &Decision<'_>, cell: &RegistrationCell) -> Result<Self, Refusal> {
        let gathering = decision.look_at(cell.gathering)?;
        let (schedule, place) = (Schedule::clone(&gathering.cell.schedule), gathering.cell.place.0);
        let Some(session) = gathering.cell.plan.offering(cell.offering).and_then(|it| it.session) else {
            return Ok(Self { schedule, place, room: None });
        };
        let session = decision.session(&gathering, session)?;
        let (schedule, room) = (Schedule::clone(&session.schedule), Some(Box::from(&*session.room)));
        Ok(Self { schedule, place, room })
    }
}

/// What came of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a no may have given places to others, or be for somebody to look into"]
#[expect(clippy::exhaustive_enums, reason = "a caller must not overlook that somebody has to be asked")]
pub enum Answered {
    /// It is noted, and all else is as it was.
    Noted,
    /// It is noted, and the new dates suit.
    Reconfirmed,
    /// Their place is given up, and this is what that did to others.
    GivenUp(Effects),
    /// It is noted that the booker does not come. The others on the party have names, so their places stand until somebody
    /// has asked.
    PartyStands,
    /// They have no place by it any more, so there was nothing to give up.
    NothingLeft,
    /// The same answer is known, or a later one.
    Known,
    /// It answers an invitation that another has replaced.
    Outdated,
}

impl AnswerInvitation {
    /// They come.
    #[must_use]
    pub fn accept(registration: RegistrationId, person: PersonId) -> Self {
        Self::new(registration, person, Rsvp::Accepted)
    }

    /// They may come.
    #[must_use]
    pub fn tentative(registration: RegistrationId, person: PersonId) -> Self {
        Self::new(registration, person, Rsvp::Tentative)
    }

    /// They do not come.
    #[must_use]
    pub fn decline(registration: RegistrationId, person: PersonId) -> Self {
        Self::new(registration, person, Rsvp::Declined)
    }

    /// The answer that a calendar gave.
    #[must_use]
    pub fn new(registration: RegistrationId, person: PersonId, rsvp: Rsvp) -> Self {
        Self { registration, person, rsvp, to: None, comment: None, shown: None, sealed_on: None }
    }

    /// Says which message it answers, by its SEQUENCE, and when it was given, by its DTSTAMP. If nothing is said, it is
    /// given now to the invitation as it stands.
    #[must_use]
    pub fn to(mut self, sequence: u32, stamp: DateTime<Utc>) -> Self {
        self.to = Some((Some(sequence), stamp));
        self
    }

    /// Says when it was given, by its DTSTAMP, where the answer does not say which message it answers. It is for the
    /// invitation as it stands, unless that was changed since, to the second.
    #[must_use]
    pub fn given_at(mut self, stamp: DateTime<Utc>) -> Self {
        self.to = Some((None, stamp));
        self
    }

    /// What they wrote with it: personal, sealed as answers are.
    #[must_use]
    pub fn comment(mut self, comment: ReplyComment) -> Self {
        self.comment = Some(Personal::new(comment));
        self
    }
}

impl AnswerInvitation<Sealed<ReplyComment>> {
    /// What comes of it without anybody being asked: it is old. Told before anything is written, so it leaves no trace.
    fn is_old(&self, decision: &Decision<'_>, cell: &RegistrationCell) -> Result<Option<Answered>, Refusal> {
        let Some((sequence, stamp)) = self.given() else { return Ok(None) };
        if cell.reply_of(self.person).is_some_and(|last| (sequence, stamp) <= (last.sequence, last.stamp)) {
            return Ok(Some(Answered::Known));
        }
        let Some(shown) = &self.shown else { return Ok(None) };
        let is_outdated = sequence < shown.sequence
            || self.is_from_before(shown)
            // Moved, and nobody has been shown that yet: so nobody has answered it.
            || Whereabouts::decided(decision, cell)? != shown.whereabouts;
        Ok(is_outdated.then_some(Answered::Outdated))
    }

    /// Whether all that it says is a time, and the entry was changed after that. Calendars write whole seconds.
    fn is_from_before(&self, shown: &Shown) -> bool {
        self.to.is_some_and(|(sequence, stamp)| {
            sequence.is_none() && stamp.timestamp() < shown.revised.timestamp()
        })
    }

    /// What it answers, and when it was given. No calendar has seen a larger sequence than there is; one that says so must
    /// not silence its owner's later answers.
    fn given(&self) -> Option<(u32, DateTime<Utc>)> {
        let (said, stamp) = self.to?;
        let most = self.shown.as_ref().map(|shown| shown.sequence);
        Some((said.into_iter().chain(most).min().unwrap_or_default(), stamp))
    }

    fn note(&self, decision: &mut Decision<'_>, gathering: &Gathering) {
        let now = || (self.shown.as_ref().map_or(0, |shown| shown.sequence), decision.time());
        let (sequence, stamp) = self.given().unwrap_or_else(now);
        decision.record(Fact::InvitationAnswered {
            gathering: gathering.id,
            registration: self.registration,
            person: self.person,
            rsvp: self.rsvp,
            sequence,
            stamp,
            comment: self.comment.clone(),
        });
    }

    fn accept_dates(
        &self,
        decision: &mut Decision<'_>,
        gathering: &Gathering,
        cell: &RegistrationCell,
    ) -> Answered {
        let round = gathering.cell.round;
        // A round that the invitation knew nothing of is not what was answered.
        let knew_of_it = self.shown.as_ref().is_none_or(|shown| shown.round == round);
        let is_asked = round.is_some() && cell.asked() == Asked::Open && knew_of_it;
        if !is_asked || cell.party.booker != self.person {
            return Answered::Noted;
        }
        let registration = self.registration;
        decision.record(Fact::RegistrationReconfirmed { gathering: gathering.id, registration });
        Answered::Reconfirmed
    }

    fn give_up(
        &self,
        decision: &mut Decision<'_>,
        gathering: &Gathering,
        cell: &RegistrationCell,
        context: &Context,
    ) -> Result<Answered, Refusal> {
        let (registration, person) = (self.registration, self.person);
        if cell.party.booker != person {
            let places = (2..).zip(&cell.party.guests).filter(|(_, guest)| **guest == Some(person));
            let smaller = places.fold(ChangeParty::new(registration), |it, (place, _)| it.without(place));
            return smaller.decide(decision, context).map(Answered::GivenUp);
        }
        if cell.party.guests.iter().any(Option::is_some) {
            return Ok(Answered::PartyStands);
        }
        ending::end_with_parts(decision, gathering, registration, Ending::Attendee);
        waiting_list::serve(decision, gathering.id);
        Ok(Answered::GivenUp(Effects::among(decision.facts(), &[registration])))
    }
}

impl Decide for AnswerInvitation<Sealed<ReplyComment>> {
    type Outcome = Answered;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<Answered, Refusal> {
        let (registration, person) = (self.registration, self.person);
        let cell = decision.registration(registration)?;
        cell.must_be_on(registration, self.sealed_on)?;
        if let Some(old) = self.is_old(decision, &cell)? {
            return Ok(old);
        }
        decision.must_not_be_forgotten(person)?;
        let (cell, gathering) = decision.acting_on_registration(registration)?;
        gathering.must_stand()?;
        gathering.must_keep_answers(self.comment.is_some())?;
        let is_on_it = cell.party.named().any(|named| named == person);
        match (self.rsvp, cell.claim.is_ended(), is_on_it) {
            (_, false, true) => {}
            (Rsvp::Declined, ..) => return Ok(Answered::NothingLeft),
            (_, true, _) => return Err(Refusal::RegistrationEnded { registration }),
            (_, false, false) => return Err(Refusal::NotOnRegistration { registration }),
        }
        if cell.claim != Claim::Confirmed {
            return Err(Refusal::NotInvited { registration });
        }
        let (cell, gathering) = decision.live_registration(registration)?;
        self.note(decision, &gathering);
        match self.rsvp {
            Rsvp::Accepted => Ok(self.accept_dates(decision, &gathering, &cell)),
            Rsvp::Tentative => Ok(Answered::Noted),
            Rsvp::Declined => self.give_up(decision, &gathering, &cell, context),
        }
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("answer invitation");
        clear.id(self.registration.bytes()).id(self.person.bytes()).text(self.rsvp.code());
        clear.maybe(self.to, |clear, (sequence, stamp)| {
            // No calendar counts as far as what stands for none.
            clear.number(sequence.map_or(u64::MAX, u64::from)).time(stamp);
        });
        clear.flag(self.comment.is_some());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Answered> {
        let is_noted = facts.iter().any(|fact| matches!(fact, Fact::InvitationAnswered { .. }));
        if !is_noted {
            return Some(Answered::NothingLeft);
        }
        let id = self.registration;
        let is_theirs = |fact: &Fact| {
            matches!(fact, Fact::RegistrationEnded { registration, .. } | Fact::PartyChanged { registration, .. }
                if *registration == id)
        };
        let reconfirms = |fact: &Fact| matches!(fact, Fact::RegistrationReconfirmed { .. });
        Some(match self.rsvp {
            Rsvp::Accepted if facts.iter().any(reconfirms) => Answered::Reconfirmed,
            Rsvp::Accepted | Rsvp::Tentative => Answered::Noted,
            Rsvp::Declined if facts.iter().any(is_theirs) => Answered::GivenUp(Effects::among(facts, &[id])),
            Rsvp::Declined => Answered::PartyStands,
        })
    }
}
