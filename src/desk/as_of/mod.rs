//! Time travel: every list as it was, or as it is known now to have been.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Desk, Error, Failure, GivenAnswer};
use crate::calendar::{PersonalFeed, PublicFeed};
use crate::domain::Refusal;
use crate::fact::CheckInList;
use crate::id::{GatheringId, PersonId, RegistrationId};
use crate::log::Progress;
use crate::person::{Answers, Note, PersonDetails};
use crate::projection::{
    Agenda, AgendaRow, Attendance, AttendeeList, CheckInCounts, Claim, Compared, Difference, GatheringCard,
    Lists, Programme, ReadOfNeeds, Resources, ScanList, WaitingList, WhatsOn, WhatsOnRow,
};
use crate::record::Position;
use crate::sealed::{Opened, Opener};

mod replay;

pub(super) use replay::Until;

/// Which moment of a log is meant. A [`Position`] and a time become one by `into`.
///
/// A log has two times. One is when something became known: a position, which never lies. The other is when it is said to have
/// happened: the time of each record, which the desk's clock gives, or whoever said [`Desk::at`] for something that happened
/// before (an import, a paper list). Most of the time the two go together. Where they do not, ask for what is meant:
///
/// | question | moment |
/// | --- | --- |
/// | what did the list say after this request? | [`Position`](Self::Position), from its receipt |
/// | what did the list say on Tuesday at 10? | [`Time`](Self::Time) |
/// | who had a place on Tuesday at 10, as we know now? | [`Hindsight`](Self::Hindsight) |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AsOf {
    /// When the log ended there: as known then.
    Position(Position),
    /// As known at a time: all that was in the log before the first record of a later time.
    ///
    /// A log does not keep when a record that was dated back was written down: it counts as known since the latest time before it in
    /// the log. Where a clock once ran ahead and was set back, the log ends, for every time between, at the record before the one
    /// that was ahead. A position is exact: keep those that will be asked about.
    Time(DateTime<Utc>),
    /// Of a time, as known now: every record of that time or before, whenever it came into the log.
    ///
    /// A gathering's time never goes back, so of each gathering this is a past that it really had.
    Hindsight(DateTime<Utc>),
}

impl From<Position> for AsOf {
    fn from(position: Position) -> Self {
        Self::Position(position)
    }
}

impl From<DateTime<Utc>> for AsOf {
    fn from(time: DateTime<Utc>) -> Self {
        Self::Time(time)
    }
}

/// A desk's lists as they were: read only, a value of its own that stays as it is while bookings go on.
///
/// It has every list and calendar that a [`Desk`] has, by the same names, folded from the log as it was. Two moments go with it:
/// [`position`](Self::position) says up to where it knows the log, [`at`](Self::at) which time it is asked about, as the desk asks its
/// clock: a hold whose time is up then counts no more, and what is over is not on. [`about`](Self::about) asks about another time
/// with the same knowledge.
///
/// Names are those that were on record then; in hindsight, who people are is as the log says now, and the names of speakers are as
/// they were published then. **Whoever was forgotten since is forgotten in it, too**: the keys are gone, and the rows
/// say `[erased]`, with the time at which the person was forgotten. Answers that were erased since are the same. Nothing else
/// differs from what the desk showed then. It keeps its desk open.
///
/// # Example
/// Who had the last place on Monday, and who has it now?
/// ```
/// use gather::{Desk, Gathering, PersonId};
///
/// let desk = Desk::in_memory();
/// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 UTC".parse()?).places(1);
/// let talk = desk.announce(talk)?.outcome;
/// let (ann, bob) = (PersonId::random(), PersonId::random());
/// let anns = desk.register(talk, ann)?;
/// drop(desk.register(talk, bob)?);
/// drop(desk.cancel_registration(anns.outcome.registration())?);
///
/// let then = desk.as_of(anns.position)?;
/// assert_eq!(then.attendee_list(talk)?.rows()[0].person, Some(ann));
/// assert!(then.waiting_list(talk)?.rows().is_empty());
/// assert_eq!(desk.attendee_list(talk)?.rows()[0].person, Some(bob));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[doc(alias = "time travel")]
#[doc(alias = "bitemporal")]
pub struct Then {
    pub(super) desk: Desk,
    pub(super) lists: Arc<Lists>,
    pub(super) until: Until,
    known: Position,
    pub(super) at: DateTime<Utc>,
}

impl Desk {
    /// The lists as of a moment: a [`Position`], a time, or [`AsOf::Hindsight`].
    ///
    /// Before the first record nothing was known: every list of that is empty, and every gathering unknown. A time after the last
    /// record is the head of the log. Of a time it picks one position, which [`Then::position`] tells.
    ///
    /// It reads the log and folds it again, so it takes as long as opening does, and as much memory as the lists had then; a
    /// checkpoint beside the log that does not go further is taken to begin with. Nobody who books waits for it. To ask many
    /// questions of one moment, keep the [`Then`].
    ///
    /// # Errors
    /// The log cannot be read. For a position beyond the head ([`log::Error::is_diverged`](crate::log::Error::is_diverged)), and for
    /// one within a batch ([`log::Error::is_misuse`](crate::log::Error::is_misuse)): a batch is one decision, and nobody ever saw half of it.
    ///
    /// # Example
    /// A paper list is typed in on Thursday: on Tuesday nobody knew of it.
    /// ```
    /// use chrono::{DateTime, Utc};
    /// use gather::testkit::TestClock;
    /// use gather::{AsOf, Desk, Gathering, PersonId, Register};
    ///
    /// let on = |time: &str| -> DateTime<Utc> { time.parse().unwrap() };
    /// let (tuesday, thursday) = (on("2026-03-03T10:00:00Z"), on("2026-03-05T10:00:00Z"));
    /// let clock = TestClock::at(on("2026-03-02T10:00:00Z"));
    /// let desk = Desk::builder().clock(clock.clone()).in_memory();
    /// let talk = desk.announce(Gathering::webinar("Open day").at("2026-04-01 14:00 to 15:30 UTC".parse()?))?.outcome;
    ///
    /// clock.set(thursday);
    /// drop(desk.announce(Gathering::webinar("Elsewhere"))?);
    /// drop(desk.at(on("2026-03-03T09:00:00Z")).execute(Register::new(talk, PersonId::random()))?);
    ///
    /// assert!(desk.as_of(tuesday)?.attendee_list(talk)?.rows().is_empty()); // as known then
    /// assert_eq!(desk.as_of(AsOf::Hindsight(tuesday))?.attendee_list(talk)?.rows().len(), 1); // as known now
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "time travel")]
    pub fn as_of(&self, moment: impl Into<AsOf>) -> Result<Then, Error> {
        self.as_of_telling(moment, &mut |_| ())
    }

    /// As [`as_of`](Self::as_of), and tells how far it has come, in positions: at the beginning, now and then, and at the end.
    ///
    /// # Errors
    /// As for [`as_of`](Self::as_of).
    ///
    /// ```
    /// use gather::{Desk, Gathering};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = desk.announce(Gathering::webinar("Open day"))?;
    /// let mut percent = 0;
    /// let then = desk.as_of_telling(talk.position, &mut |progress| percent = progress.percent())?;
    /// assert_eq!((percent, then.position()), (100, talk.position));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn as_of_telling(
        &self,
        moment: impl Into<AsOf>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Then, Error> {
        let moment = moment.into();
        let replay::Folded { mut lists, known } = self.inner.folded_as_of(moment, progress)?;
        let at = match moment {
            AsOf::Position(_) => lists.latest().unwrap_or(DateTime::UNIX_EPOCH),
            AsOf::Time(time) | AsOf::Hindsight(time) => time,
        };
        let forgotten = self.lists().all_forgotten();
        lists.forget_all(&forgotten);
        let until = Until::known(moment, known);
        Ok(Then { desk: self.clone(), lists: Arc::new(lists), until, known, at })
    }
}

impl Then {
    /// Asks about another time with the same knowledge: what the desk would have shown then, had nothing more happened.
    ///
    /// A hold that was kept until ten past ten is on the list of ten, and not on that of a quarter past, whether somebody has written
    /// that down or not.
    #[must_use]
    pub fn about(mut self, time: DateTime<Utc>) -> Self {
        self.at = time;
        self
    }

    /// The time that it is asked about: of a moment given as a position, the latest time of all records up to it.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The position of the last record that was looked at: what came later in the log is not known. [`Position::START`] before the first.
    #[must_use]
    pub fn position(&self) -> Position {
        self.known
    }

    /// What all of its lists are taken from.
    #[must_use]
    pub fn lists(&self) -> &Lists {
        &self.lists
    }

    /// As [`Desk::attendee_list`].
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`]: it had not been announced.
    pub fn attendee_list(&self, gathering: GatheringId) -> Result<AttendeeList, Failure> {
        known(gathering, self.lists.attendee_list(gathering, self.at, self.opener()))
    }

    /// As [`Desk::registration_list`]. What is asked of it by an [`AttendeeQuery`](crate::AttendeeQuery) can be asked of both.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`]: it had not been announced.
    pub fn registration_list(&self, gathering: GatheringId) -> Result<AttendeeList, Failure> {
        known(gathering, self.lists.registration_list(gathering, self.at, self.opener()))
    }

    /// As [`Desk::check_in_lists`].
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`]: it had not been announced.
    pub fn check_in_lists(&self, gathering: GatheringId) -> Result<Vec<CheckInList>, Failure> {
        known(gathering, self.lists.gathering(gathering).map(GatheringCard::check_in_lists))
    }

    /// As [`Desk::check_in_counts`].
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`]: it had not been announced.
    pub fn check_in_counts(&self, gathering: GatheringId) -> Result<CheckInCounts, Failure> {
        known(gathering, self.lists.check_in_counts(gathering))
    }

    /// As [`Desk::scans`].
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`]: it had not been announced.
    pub fn scans(&self, gathering: GatheringId) -> Result<ScanList, Failure> {
        known(gathering, self.lists.scans(gathering))
    }

    /// As [`Desk::attendance`].
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`]: it had not been announced.
    pub fn attendance(&self, gathering: GatheringId) -> Result<Attendance, Failure> {
        known(gathering, self.lists.attendance(gathering, self.opener()))
    }

    /// As [`Desk::waiting_list`].
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`]: it had not been announced.
    pub fn waiting_list(&self, gathering: GatheringId) -> Result<WaitingList, Failure> {
        known(gathering, self.lists.waiting_list(gathering, self.at, self.opener()))
    }

    /// As [`Desk::resources`].
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`]: it had not been announced.
    pub fn resources(&self, gathering: GatheringId) -> Result<Resources, Failure> {
        known(gathering, self.lists.resources(gathering, self.opener()))
    }

    /// As [`Desk::resources_for`].
    #[must_use]
    pub fn resources_for(&self, person: PersonId, is_member: bool) -> Resources {
        self.lists.resources_for(person, is_member, self.opener())
    }

    /// As [`Desk::programme`].
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`]: it had not been announced.
    pub fn programme(&self, gathering: GatheringId) -> Result<Programme, Failure> {
        known(gathering, self.lists.programme(gathering, self.opener()))
    }

    /// As [`Desk::gathering`].
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`]: it had not been announced.
    pub fn gathering(&self, gathering: GatheringId) -> Result<WhatsOnRow, Failure> {
        known(gathering, self.lists.places_left(gathering, self.at))
    }

    /// As [`Desk::registration`].
    ///
    /// # Errors
    /// [`Refusal::UnknownRegistration`]: it had not been made.
    pub fn registration(&self, registration: RegistrationId) -> Result<AgendaRow, Failure> {
        let row = self.lists.agenda_row(registration);
        Ok(row.ok_or(Refusal::UnknownRegistration { registration })?)
    }

    /// As [`Desk::answers`]: what had been answered by then, if it can be read still.
    ///
    /// # Errors
    /// [`Refusal::UnknownRegistration`]: it had not been made.
    pub fn answers(&self, registration: RegistrationId) -> Result<Option<Opened<Answers>>, Failure> {
        let known = self.lists.registration(registration);
        let (gathering, it) = known.ok_or(Refusal::UnknownRegistration { registration })?;
        let (gathering, booker) = (gathering.id(), it.booking().party.booker);
        let open = |sealed| self.desk.inner.keyring.answers(booker, gathering, sealed);
        Ok(it.booking().answers.as_ref().map(open))
    }

    /// As [`Desk::note`]: what had been noted by then, if it can be read still.
    ///
    /// # Errors
    /// [`Refusal::UnknownRegistration`]: it had not been made.
    pub fn note(&self, registration: RegistrationId) -> Result<Option<Opened<Note>>, Failure> {
        let known = self.lists.registration(registration);
        let (_, it) = known.ok_or(Refusal::UnknownRegistration { registration })?;
        let booker = it.booking().party.booker;
        Ok(it.note().map(|sealed| self.desk.inner.keyring.note(booker, registration, sealed)))
    }

    /// As [`Desk::reads`]: who had read by then what people need. What they need is read at the desk alone, since that is recorded.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`]: it had not been announced.
    pub fn reads(&self, gathering: GatheringId) -> Result<Vec<ReadOfNeeds>, Failure> {
        known(gathering, self.lists.gathering(gathering).map(|card| card.reads_of_needs().to_vec()))
    }

    /// As [`Desk::given_answers`].
    ///
    /// # Errors
    /// [`Refusal::UnknownRegistration`]: it had not been made.
    pub fn given_answers(&self, registration: RegistrationId) -> Result<Vec<GivenAnswer>, Failure> {
        let known = self.lists.registration(registration);
        let (gathering, it) = known.ok_or(Refusal::UnknownRegistration { registration })?;
        let given = |reply| GivenAnswer::opened(gathering.id(), reply, &self.desk.inner.keyring);
        Ok(it.replies().iter().cloned().map(given).collect())
    }

    /// As [`Desk::person`]: what was on record then, or in hindsight what is now. Of somebody who is forgotten by now it says that.
    #[must_use]
    pub fn person(&self, person: PersonId) -> Option<Opened<PersonDetails>> {
        if let Some(at) = self.lists.forgotten(person) {
            return Some(Opened::Forgotten { at });
        }
        self.lists.details(person).map(|sealed| self.desk.inner.keyring.person(person, &sealed))
    }

    /// As [`Desk::whats_on`]: from the time on that it is asked about.
    #[must_use]
    pub fn whats_on(&self) -> WhatsOn {
        self.lists.whats_on(self.at)
    }

    /// As [`Desk::agenda`].
    #[must_use]
    pub fn agenda(&self, person: PersonId) -> Agenda {
        self.lists.agenda(person, self.opener())
    }

    /// As [`Desk::public_feed`]: what subscribers were given then.
    pub fn public_feed(&self) -> PublicFeed {
        PublicFeed::of(self.lists.gatherings())
    }

    /// As [`Desk::calendar`].
    pub fn calendar(&self, person: PersonId) -> PersonalFeed {
        PersonalFeed::of(self.agenda(person))
    }

    /// Who claims a place in a gathering, in whatever way: confirmed, held, offered, pending, in line, interested; by the
    /// registration's number and then by place.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`]: it had not been announced.
    pub fn claims(&self, gathering: GatheringId) -> Result<Vec<Claim>, Failure> {
        known(gathering, self.lists.gathering(gathering).map(|card| card.claims(self.at)))
    }

    /// What changed from this moment to another, of all gatherings: who came, who left, who stands otherwise, and what became of the
    /// gatherings themselves. Both should be of one desk.
    ///
    /// The changes, made to what is [claimed](Self::claims) at the one, come to what is claimed at the other
    /// ([`GatheringDifference::apply`](crate::GatheringDifference::apply)). What differs by the time alone (a hold that lapsed) is
    /// told like all else.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering, PersonId};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 UTC".parse()?).places(1);
    /// let talk = desk.announce(talk)?;
    /// let anns = desk.register(talk.outcome, PersonId::random())?;
    /// let bobs = desk.register(talk.outcome, PersonId::random())?;
    /// drop(desk.cancel_registration(anns.outcome.registration())?);
    ///
    /// let (then, now) = (desk.as_of(bobs.position)?, desk.as_of(desk.position())?);
    /// let changes = then.diff(&now);
    /// assert_eq!(changes.counts(), (0, 1, 1)); // Ann left; Bob waited and has the place
    /// assert_eq!(changes.of(talk.outcome).unwrap().apply(&then.claims(talk.outcome)?), now.claims(talk.outcome)?);
    /// assert!(now.diff(&now).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn diff(&self, to: &Self) -> Difference {
        self.difference(to, None)
    }

    /// As [`diff`](Self::diff), of one gathering only.
    #[must_use]
    pub fn diff_of(&self, gathering: GatheringId, to: &Self) -> Difference {
        self.difference(to, Some(gathering))
    }

    fn difference(&self, to: &Self, only: Option<GatheringId>) -> Difference {
        let (before, after) = ((&*self.lists, self.compared()), (&*to.lists, to.compared()));
        Difference::between(before, after, only, to.opener())
    }

    fn compared(&self) -> Compared {
        Compared { position: self.known, at: self.at }
    }

    pub(super) fn opener(&self) -> Arc<dyn Opener> {
        self.desk.opener()
    }
}

impl fmt::Debug for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Then").field("position", &self.known).field("at", &self.at).finish_non_exhaustive()
    }
}

fn known<T>(gathering: GatheringId, list: Option<T>) -> Result<T, Failure> {
    Ok(list.ok_or(Refusal::UnknownGathering { gathering })?)
}
