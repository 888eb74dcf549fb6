//! Forgetting: what the log says is erased is erased, and whoever asked is told when it is.
//!
//! It goes forward only: first the fact, durably, then the keys. A crash between the two is made up for by the next opening,
//! which destroys again whatever the log says is gone; so does asking again.

use std::fmt;

use chrono::{DateTime, Utc};

use super::{Call, Command, Desk, Error, Failure, Receipt};
use crate::domain::{Change, ExpireAnswers, Forget, Forgetting, Refusal, Settle};
use crate::fact::{AnswerClass, Fact};
use crate::id::{GatheringId, PersonId, RegistrationId, RequestId, SessionId};
use crate::privacy::{Destroyed, VaultError};
use crate::projection::{Lists, SessionCard};
use crate::record::{Position, StoredBatch};

/// What came of forgetting somebody. Keep it: it names ids and positions, and nothing personal.
///
/// What it cannot know is which copies there are. See [`backups`](Self::backups).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "it says who was given what is to be erased elsewhere, too"]
#[non_exhaustive]
pub struct ForgetReceipt {
    /// Who was forgotten. The id is not used again.
    pub person: PersonId,
    /// The request under which it was asked for this time.
    pub request: RequestId,
    /// Where the log says so: the first time, if they had been forgotten before.
    pub position: Position,
    /// Since when.
    pub at: DateTime<Utc>,
    /// When their keys had been destroyed, by the desk's clock: this time, if it was asked for before as well.
    pub erased_at: DateTime<Utc>,
    /// Whether they had been forgotten before, and nothing but the keys was seen to now. What follows is of the first time.
    pub before: bool,
    /// The registrations that have ended with it, theirs and those that needed a place of theirs.
    pub ended: Vec<RegistrationId>,
    /// The registrations of which they were the booker, and which others of the party hold from now on.
    pub handed_on: Vec<RegistrationId>,
    /// Who got a place through it, first in line first.
    pub promoted: Vec<RegistrationId>,
    /// Who was offered a place through it, in the same order.
    pub offered: Vec<RegistrationId>,
    /// How many keys were destroyed: overwritten, durable, read back. 0 is for somebody of whom nothing personal was kept.
    pub keys: usize,
    /// How many keys of theirs the vault does not have: it was cut short, or is an older copy. They may be in another copy.
    pub keys_missing: usize,
    /// Where the log says that all that was held about them was given out: whoever has it must be told.
    pub exports: Vec<Position>,
    /// The sessions that name them as a speaker when this is told, gathering by gathering, without those that were dropped.
    /// They stay, and show no name in that place: whoever plans them may want to name somebody else.
    pub sessions: Vec<SessionId>,
}

impl ForgetReceipt {
    fn new(person: PersonId, receipt: &Receipt<Forgetting>, keys: Destroyed) -> Self {
        let facts = u64::try_from(receipt.facts.len()).unwrap_or(u64::MAX);
        let first = receipt.position.get().saturating_sub(facts).saturating_add(1);
        let nth = forgotten_in(&receipt.facts, person);
        let now = Position::new(first).plus(nth.unwrap_or_default());
        let (position, at, before) = match receipt.outcome {
            Forgetting::Now => (now, receipt.time, receipt.repeated),
            Forgetting::Before(position, at) => (position, at, true),
        };
        let mut told = Self {
            person,
            request: receipt.request,
            position,
            at,
            erased_at: at,
            before,
            ended: Vec::new(),
            handed_on: Vec::new(),
            promoted: Vec::new(),
            offered: Vec::new(),
            keys: keys.overwritten,
            keys_missing: keys.missing,
            exports: Vec::new(),
            sessions: Vec::new(),
        };
        told.tell_all(&receipt.facts);
        told
    }

    /// Tells what came of it, from the facts of the decision that forgot them.
    fn tell_all(&mut self, facts: &[Fact]) {
        let Some(nth) = forgotten_in(facts, self.person) else { return };
        facts.iter().skip(nth).for_each(|fact| self.tell(fact));
    }

    /// Tells what the lists know of them still.
    fn tell_what_is_shown(&mut self, lists: &Lists) {
        self.exports = lists.exports(self.person).to_vec();
        let naming = lists.sessions_of(self.person).into_iter().map(|(_, session)| session);
        self.sessions = naming.filter(|session| session.stands()).map(SessionCard::id).collect();
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "four kinds of facts are told of")]
    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::RegistrationEnded { registration, .. } => self.ended.push(*registration),
            Fact::PartyChanged { registration, .. } => self.handed_on.push(*registration),
            Fact::RegistrationPromoted { registration, .. } => self.promoted.push(*registration),
            Fact::PlaceOffered { registration, .. } => self.offered.push(*registration),
            _ => {}
        }
    }

    /// What copies still hold, for a note to whoever keeps them.
    ///
    /// A copy of the log holds nothing of the person that opens, whenever it was made. A copy of the *keys* that was begun
    /// before the key was destroyed may have it: with it and a copy of the log they can be read. Destroy it, or put it back and open the desk
    /// on it, which erases the key there, too.
    #[must_use]
    pub fn backups(&self) -> String {
        format!(
            "every copy of the key file begun before {} may hold the key of person {}; copies of the log do not open without it",
            self.erased_at.format("%Y-%m-%d %H:%M:%S UTC"),
            self.person
        )
    }
}

impl fmt::Display for ForgetReceipt {
    /// For the files of whoever has to show that it was done; without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { person, position, at, keys, keys_missing, .. } = self;
        writeln!(f, "person {person} is forgotten since {}", at.format("%Y-%m-%d %H:%M:%S UTC"))?;
        writeln!(f, "recorded at position {position}; keys destroyed and read back: {keys}")?;
        if *keys_missing > 0 {
            writeln!(f, "keys that the key file does not have, and other copies may have: {keys_missing}")?;
        }
        for (what, registrations) in [
            ("ended", &self.ended),
            ("held by others of the party", &self.handed_on),
            ("promoted from the line", &self.promoted),
            ("offered a place", &self.offered),
        ] {
            registrations.iter().try_for_each(|one| writeln!(f, "registration {one}: {what}"))?;
        }
        let unnamed = |session: &SessionId| writeln!(f, "session {session}: stays, without their name");
        self.sessions.iter().try_for_each(unnamed)?;
        self.exports.iter().try_for_each(|at| writeln!(f, "given out before, at position {at}"))?;
        f.write_str(&self.backups())
    }
}

/// Which of some facts forgets somebody.
fn forgotten_in(facts: &[Fact], whom: PersonId) -> Option<usize> {
    facts.iter().position(|fact| matches!(fact, Fact::PersonForgotten { person } if *person == whom))
}

/// Answers, or needs, that are to be erased by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DueForErasure {
    /// For which gathering.
    pub gathering: GatheringId,
    /// Which of what people told.
    pub class: AnswerClass,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl Desk {
    /// Forgets a person: ends what they have booked and has not begun, and destroys their key.
    ///
    /// When this returns, the log says so and their key is overwritten, synced and read back, so nothing that was ever sealed for
    /// them opens again: details, the name under which they spoke, answers; in copies of the log neither. Their id stays, and
    /// every count and order with it; whoever comes back is recorded with a new id, since every command that would record,
    /// book, bill or invite this one is refused from now on.
    ///
    /// * **What they have booked** ends as if they had cancelled it, as far as it has not begun, and what becomes free goes to the
    ///   line in the same batch. What has begun or is over stays, without a name.
    /// * **Where others are in their party**, the first guest with a name holds the registration from then on, and only their own
    ///   place is free. Where nobody else has a name all of it ends, since there is nobody left to tell.
    /// * **As a guest of somebody else** they stay, without a name: the place is the booker's, to be handed on
    ///   ([`Transfer`](crate::Transfer)) or given up ([`ChangeParty`](crate::ChangeParty)).
    /// * **As a speaker** their name is no longer shown; the session stays, and may go on naming their id
    ///   ([`ForgetReceipt::sessions`]). No other session takes them.
    ///
    /// It goes forward only. If the program stops in the middle, the next opening destroys whatever the log says is gone; it does
    /// so each time, which also heals an older key file that was put back. Asked for again, it sees to the keys once more and
    /// tells the first position and what came of it then. What it cannot reach is in [`ForgetReceipt::backups`].
    ///
    /// # Refusals
    /// [`Refusal::UnknownPerson`]: the log has never heard of them.
    ///
    /// # Errors
    /// [`Error::NotErased`]: it is recorded, and nobody gets to see them any more, but a key could not be destroyed yet, theirs or
    /// one of an erasure before; ask again. [`Error::Vault`]: the desk was opened without its keys; nothing was recorded. Others as for
    /// [`execute`](Self::execute).
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering, Opened, PersonDetails, PersonId};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 UTC".parse()?).places(1);
    /// let talk = desk.announce(talk)?.outcome;
    /// let ann = desk.record_person(PersonDetails::new("Ann Example"))?.outcome;
    /// let anns = desk.register(talk, ann)?.outcome.registration();
    /// let next = desk.register(talk, PersonId::random())?.outcome.registration();
    ///
    /// let receipt = desk.forget(ann)?;
    /// assert_eq!((receipt.ended, receipt.promoted, receipt.keys), (vec![anns], vec![next], 1));
    /// assert!(matches!(desk.person(ann), Some(Opened::Forgotten { at }) if at == receipt.at));
    /// assert_eq!(desk.register(talk, ann).unwrap_err().refusal().unwrap().code(), "forgotten");
    /// assert_eq!(desk.forget(ann)?.position, receipt.position);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "erase")]
    #[doc(alias = "GDPR")]
    pub fn forget(&self, person: PersonId) -> Result<ForgetReceipt, Failure> {
        self.call().forget(person)
    }

    /// Erases what people answered for a gathering, all of it: destroys the key that these answers share. That something was
    /// answered is still known; no answers are taken for the gathering any more.
    ///
    /// [`KeepAnswers`](crate::KeepAnswers) and [`apply_retention`](Self::apply_retention) do it when its time has come. Like
    /// [`forget`](Self::forget) it goes forward only, and can be asked for again.
    ///
    /// # Refusals
    /// [`Refusal::UnknownGathering`].
    ///
    /// # Errors
    /// As for [`forget`](Self::forget).
    ///
    /// # Example
    /// ```
    /// use gather::{Answers, Desk, Gathering, Opened, PersonId, Register};
    ///
    /// let desk = Desk::in_memory();
    /// let lunch = Gathering::webinar("Lunch talk").at("2099-03-05 12:00 to 13:30 UTC".parse()?);
    /// let lunch = desk.announce(lunch)?.outcome;
    /// let booking = Register::new(lunch, PersonId::random()).answers(Answers::new().answer("diet", "no nuts"));
    /// let registration = desk.execute(booking)?.outcome.registration();
    ///
    /// drop(desk.expire(lunch)?);
    /// assert!(matches!(desk.answers(registration)?, Some(Opened::Forgotten { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn expire(&self, gathering: GatheringId) -> Result<Receipt<Change>, Failure> {
        self.call().expire(gathering)
    }

    /// Erases what people need at a gathering, all of it, as [`expire`](Self::expire) erases what they answered: one does not touch
    /// the other. That something was said is still known; no needs are taken for the gathering any more, and none read.
    ///
    /// # Refusals
    /// [`Refusal::UnknownGathering`].
    ///
    /// # Errors
    /// As for [`forget`](Self::forget).
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering, Needs, PersonId, Reference, Register};
    ///
    /// let desk = Desk::in_memory();
    /// let lunch = Gathering::webinar("Lunch talk").at("2099-03-05 12:00 to 13:30 UTC".parse()?);
    /// let lunch = desk.announce(lunch)?.outcome;
    /// let booking = Register::new(lunch, PersonId::random()).needs(Needs::diet("no nuts"));
    /// assert!(desk.execute(booking)?.outcome.is_confirmed());
    ///
    /// drop(desk.expire_needs(lunch)?);
    /// let refused = desk.read_needs(lunch, Reference::new("catering")?).unwrap_err();
    /// assert_eq!(refused.refusal().unwrap().code(), "needs_expired");
    /// assert!(desk.attendee_list(lunch)?.rows()[0].has_needs());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn expire_needs(&self, gathering: GatheringId) -> Result<Receipt<Change>, Failure> {
        self.call().expire_needs(gathering)
    }

    /// The gatherings whose answers, or needs, are to be erased by a time, as [`KeepAnswers`](crate::KeepAnswers) says: the longest
    /// due first, then by id, then by class.
    #[must_use]
    pub fn due_for_erasure(&self, now: DateTime<Utc>) -> Vec<DueForErasure> {
        let lists = self.lists();
        let due = lists.gatherings().into_iter().flat_map(|card| {
            let each = [(AnswerClass::Answers, card.answers_due()), (AnswerClass::Needs, card.needs_due())];
            each.map(|(class, since)| Some(DueForErasure { gathering: card.id(), class, since: since? }))
        });
        let mut due: Vec<_> = due.flatten().filter(|due| due.since <= now).collect();
        due.sort_by_key(|due| (due.since, due.gathering, due.class));
        due
    }

    /// Erases all answers and needs that are [due](Self::due_for_erasure) by a time, and says which. Nothing calls it by itself: a host
    /// does, once a day. What is due is judged by all that is stored, by others as well, and once more when it is erased: a gathering
    /// that is put off meanwhile keeps what was told for it.
    ///
    /// # Errors
    /// As for [`expire`](Self::expire), the first of them. It goes on past a failure: all others are erased. Whatever the log
    /// says is erased, and is not yet, is seen to first, each time: what could not be destroyed yesterday is destroyed today.
    pub fn apply_retention(&self, now: DateTime<Utc>) -> Result<Vec<DueForErasure>, Failure> {
        // What others have stored, and what is on its way here, may be due too, or have put off what was.
        // Even where it cannot be heard what they have stored, what is owed is erased, and each that seems due is judged again.
        let heard = self.all_shown().map_err(Failure::from);
        let owed = self.inner.keyring.make_good().map_err(|error| Error::NotErased(error).into());
        let mut outcome = heard.and(owed);
        let mut erased = Vec::new();
        for due in self.due_for_erasure(now) {
            let command = ExpireAnswers { due_by: Some(now), ..ExpireAnswers::new(due.gathering, due.class) };
            match self.call().erase_class(command) {
                Ok(receipt) if receipt.outcome == Change::Made => erased.push(due),
                Ok(_) => {}
                Err(failure) => outcome = outcome.and(Err(failure)),
            }
        }
        outcome.map(|()| erased)
    }

    /// Destroys what the log says is gone and may not be, and what could not be destroyed is told apart. What is known to be owed
    /// is destroyed even where others cannot be heard.
    fn make_good(&self) -> Result<Result<(), VaultError>, Error> {
        let heard = self.catch_up();
        let owed = self.inner.keyring.make_good();
        heard.map(|()| owed)
    }

    /// The batch that has a position. A page begins only where a batch does.
    fn batch_with(&self, position: Position) -> Result<Option<StoredBatch>, Error> {
        let mut before = position.get();
        loop {
            before = before.saturating_sub(1);
            match self.inner.log.read(Position::new(before), 1) {
                Ok(page) => return Ok(page.batches.into_iter().next()),
                Err(error) if before == 0 || !error.is_misuse() => return Err(error.into()),
                Err(_) => {}
            }
        }
    }

    /// Refuses to record that something is erased, or read, where it could not be.
    pub(super) fn must_have_keys(&self, to: &str) -> Result<(), Error> {
        if !self.inner.keyring.is_without_keys() {
            return Ok(());
        }
        let what = format!("the desk was opened without its keys, so nothing can be {to}");
        Err(VaultError::unavailable(what).into())
    }
}

impl Call<'_> {
    /// Forgets a person. See [`Desk::forget`].
    ///
    /// # Errors
    /// As for [`Desk::forget`].
    pub fn forget(self, person: PersonId) -> Result<ForgetReceipt, Failure> {
        self.desk.must_have_keys("erased")?;
        let owed = self.desk.make_good()?;
        let receipt = self.settled(Forget { person })?;
        self.desk.inner.kept_lists.forget(person);
        let keys = self.desk.inner.keyring.erase_person(person).map_err(Error::NotErased)?;
        self.desk.let_go_of_addresses();
        owed.map_err(Error::NotErased)?;
        let mut told = ForgetReceipt::new(person, &receipt, keys);
        told.tell_what_is_shown(&self.desk.lists());
        told.erased_at = self.desk.inner.clock.now().max(told.at);
        if let Forgetting::Before(position, _) = receipt.outcome {
            let first = self.desk.batch_with(position)?;
            told.tell_all(&first.map(|stored| stored.batch.facts).unwrap_or_default());
        }
        Ok(told)
    }

    /// Erases what people answered for a gathering. See [`Desk::expire`].
    ///
    /// # Errors
    /// As for [`Desk::expire`].
    pub fn expire(self, gathering: GatheringId) -> Result<Receipt<Change>, Failure> {
        self.expire_class(gathering, AnswerClass::Answers)
    }

    /// Erases what people need at a gathering. See [`Desk::expire_needs`].
    ///
    /// # Errors
    /// As for [`Desk::expire_needs`].
    pub fn expire_needs(self, gathering: GatheringId) -> Result<Receipt<Change>, Failure> {
        self.expire_class(gathering, AnswerClass::Needs)
    }

    fn expire_class(self, gathering: GatheringId, class: AnswerClass) -> Result<Receipt<Change>, Failure> {
        self.desk.must_have_keys("erased")?;
        let owed = self.desk.make_good()?;
        let receipt = self.erase_class(ExpireAnswers::new(gathering, class))?;
        owed.map_err(Error::NotErased)?;
        Ok(receipt)
    }

    /// First the fact, then the keys. What turns out not to be due keeps its keys.
    fn erase_class(self, command: ExpireAnswers) -> Result<Receipt<Change>, Failure> {
        self.desk.must_have_keys("erased")?;
        let receipt = self.settled(command)?;
        if command.due_by.is_some() && receipt.outcome != Change::Made {
            return Ok(receipt);
        }
        let gathering = command.gathering;
        self.desk.inner.kept_lists.forget_answers(gathering);
        let keyring = &self.desk.inner.keyring;
        let destroyed = match command.class {
            AnswerClass::Answers => keyring.erase_answers(gathering),
            AnswerClass::Needs => keyring.erase_needs(gathering),
        };
        destroyed.map_err(Error::NotErased)?;
        Ok(receipt)
    }

    /// Does a command, and writes first whatever is due and more than one decision can write: an erasure is not put off.
    fn settled<C: Command + Copy>(self, command: C) -> Result<Receipt<C::Outcome>, Failure> {
        loop {
            match self.execute(command) {
                Err(Failure::Refused(Refusal::SettleFirst { gathering })) => {
                    drop(self.desk.execute(Settle::new(gathering))?);
                }
                done => return done,
            }
        }
    }
}
