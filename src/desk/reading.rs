//! What a desk shows: lists, calendars, single things and the log itself, owned values that hold no lock.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Desk, Error, Failure};
use crate::calendar::{PersonalFeed, PublicFeed};
use crate::domain::Refusal;
use crate::fact::Rsvp;
use crate::id::{GatheringId, PersonId, RegistrationId, RequestId};
use crate::log::{self, Page, StoredBatch};
use crate::person::{Answers, Note, PersonDetails, ReplyComment};
use crate::privacy::Keyring;
use crate::projection::{
    Agenda, AgendaRow, AttendeeList, Programme, Replied, Resources, WaitingList, WhatsOn, WhatsOnRow,
};
use crate::record::Position;
use crate::sealed::{Opened, Opener};

/// What somebody has answered to the invitation to a registration.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GivenAnswer {
    /// Who.
    pub person: PersonId,
    /// What.
    pub rsvp: Rsvp,
    /// The sequence of the entry that they had seen: an answer to one that was moved since does not hold.
    pub sequence: u32,
    /// When, by the clock of whoever sent it.
    pub stamp: DateTime<Utc>,
    /// What they wrote with it.
    pub comment: Option<Opened<ReplyComment>>,
}

impl GivenAnswer {
    pub(super) fn opened(gathering: GatheringId, reply: Replied, keyring: &Keyring) -> Self {
        Self {
            person: reply.person,
            rsvp: reply.rsvp,
            sequence: reply.sequence,
            stamp: reply.stamp,
            comment: reply.comment.map(|sealed| keyring.reply_comment(reply.person, gathering, &sealed)),
        }
    }
}

impl Desk {
    /// Who has a place in a gathering now, or keeps one from others while they make up their minds, in the order in which
    /// they registered.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`].
    pub fn attendee_list(&self, gathering: GatheringId) -> Result<AttendeeList, Failure> {
        // Asked before the lists are held: a host's clock may take its time.
        let now = self.inner.clock.now();
        let list = self.lists().attendee_list(gathering, now, self.opener());
        Ok(list.ok_or(Refusal::UnknownGathering { gathering })?)
    }

    /// Everybody who ever registered for a gathering, as they stand now: who stands in line, who only wishes to hear of it, who
    /// has cancelled. In the order in which they registered.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`].
    pub fn registration_list(&self, gathering: GatheringId) -> Result<AttendeeList, Failure> {
        let now = self.inner.clock.now();
        let list = self.lists().registration_list(gathering, now, self.opener());
        Ok(list.ok_or(Refusal::UnknownGathering { gathering })?)
    }

    /// Who waits for a place in a gathering, line by line, in the order in which they are served; and who has an offer now.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`].
    pub fn waiting_list(&self, gathering: GatheringId) -> Result<WaitingList, Failure> {
        let now = self.inner.clock.now();
        let list = self.lists().waiting_list(gathering, now, self.opener());
        Ok(list.ok_or(Refusal::UnknownGathering { gathering })?)
    }

    /// All that can be had of a gathering, whoever gets it: recordings, handouts, slides. For those who run it.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`].
    pub fn resources(&self, gathering: GatheringId) -> Result<Resources, Failure> {
        let resources = self.lists().resources(gathering, self.opener());
        Ok(resources.ok_or(Refusal::UnknownGathering { gathering })?)
    }

    /// What a person may have, of all gatherings that were not called off: what is for everybody, what is for members
    /// where the host says that they are one, what is for those with a place or a wish to hear of it afterwards, and what
    /// is for those who came. [`Resources::of`] narrows it to one gathering.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, PersonId};
    ///
    /// let desk = Desk::in_memory();
    /// assert!(desk.resources_for(PersonId::random(), true).rows().is_empty());
    /// ```
    #[must_use]
    pub fn resources_for(&self, person: PersonId, is_member: bool) -> Resources {
        self.lists().resources_for(person, is_member, self.opener())
    }

    /// The programme of a gathering: its sessions, with the names under which people speak. It prints as a table;
    /// [`ProgrammeFeed`](crate::calendar::ProgrammeFeed) makes a calendar of it, or of one track, room or speaker.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`].
    pub fn programme(&self, gathering: GatheringId) -> Result<Programme, Failure> {
        let programme = self.lists().programme(gathering, self.opener());
        Ok(programme.ok_or(Refusal::UnknownGathering { gathering })?)
    }

    /// One gathering now, with the places left; one that was called off or is over too.
    ///
    /// # Errors
    /// [`Refusal::UnknownGathering`].
    ///
    /// # Example
    /// ```
    /// use gather::{BookingState, Desk, Gathering, PersonId};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 UTC".parse()?).places(30);
    /// let talk = desk.announce(talk)?.outcome;
    /// assert!(desk.register(talk, PersonId::random())?.outcome.is_confirmed());
    ///
    /// let talk = desk.gathering(talk)?;
    /// assert_eq!(talk.announcement().title, "Volunteering");
    /// assert_eq!(talk.booking, BookingState::Open);
    /// assert_eq!(talk.offerings[0].left, Some(29));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn gathering(&self, gathering: GatheringId) -> Result<WhatsOnRow, Failure> {
        let now = self.inner.clock.now();
        let row = self.lists().places_left(gathering, now);
        Ok(row.ok_or(Refusal::UnknownGathering { gathering })?)
    }

    /// One registration as it stands, with its place in line while it waits; one that has ended too.
    ///
    /// # Errors
    /// [`Refusal::UnknownRegistration`].
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering, PersonId, RegistrationStatus};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Volunteering").at("2099-03-05 14:00 to 15:30 UTC".parse()?).places(1);
    /// let talk = desk.announce(talk)?.outcome;
    /// assert!(desk.register(talk, PersonId::random())?.outcome.is_confirmed());
    /// let registration = desk.register(talk, PersonId::random())?.outcome.registration();
    ///
    /// let row = desk.registration(registration)?;
    /// assert_eq!((row.status, row.place_in_line), (RegistrationStatus::Waiting, Some(1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn registration(&self, registration: RegistrationId) -> Result<AgendaRow, Failure> {
        let row = self.lists().agenda_row(registration);
        Ok(row.ok_or(Refusal::UnknownRegistration { registration })?)
    }

    /// What the booker answered for a registration; `None` if nothing was asked or answered.
    ///
    /// # Errors
    /// [`Refusal::UnknownRegistration`]. Answers that cannot be read are no error but [`Opened::Unavailable`].
    ///
    /// # Example
    /// ```
    /// use gather::{Answers, Desk, Gathering, PersonId, Register};
    ///
    /// let desk = Desk::in_memory();
    /// let lunch = Gathering::webinar("Lunch talk").at("2099-03-05 12:00 to 13:30 UTC".parse()?);
    /// let lunch = desk.announce(lunch)?.outcome;
    /// let booking = Register::new(lunch, PersonId::random()).answers(Answers::new().answer("diet", "no nuts"));
    /// let registration = desk.execute(booking)?.outcome.registration();
    ///
    /// let answers = desk.answers(registration)?.unwrap();
    /// let answers = answers.known().unwrap().expose();
    /// assert!(answers.iter().eq([("diet", "no nuts")]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn answers(&self, registration: RegistrationId) -> Result<Option<Opened<Answers>>, Failure> {
        let lists = self.lists();
        let known = lists.registration(registration);
        let (gathering, it) = known.ok_or(Refusal::UnknownRegistration { registration })?;
        let (gathering, booking) = (gathering.id(), it.booking().clone());
        // Keys may come from a service of the host's, so nothing is opened under the lists' lock.
        drop(lists);
        let open = |sealed| self.inner.keyring.answers(booking.party.booker, gathering, sealed);
        Ok(booking.answers.as_ref().map(open))
    }

    /// What the staff noted about a registration; `None` if they noted nothing.
    ///
    /// # Errors
    /// [`Refusal::UnknownRegistration`]. A note that cannot be read is no error but [`Opened::Unavailable`].
    ///
    /// # Example
    /// See [`WriteNote`](crate::WriteNote).
    pub fn note(&self, registration: RegistrationId) -> Result<Option<Opened<Note>>, Failure> {
        let lists = self.lists();
        let known = lists.registration(registration);
        let (_, it) = known.ok_or(Refusal::UnknownRegistration { registration })?;
        let (booker, note) = (it.booking().party.booker, it.note().cloned());
        // As for answers.
        drop(lists);
        Ok(note.map(|sealed| self.inner.keyring.note(booker, registration, &sealed)))
    }

    /// What the people of a registration have answered to their invitations, each one's last, the latest last.
    ///
    /// # Errors
    /// [`Refusal::UnknownRegistration`]. A comment that cannot be read is no error but [`Opened::Unavailable`].
    ///
    /// # Example
    /// ```
    /// use gather::{AnswerInvitation, Desk, Gathering, PersonId, ReplyComment, Rsvp};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Open day").at("2099-03-05 14:00 to 15:30 UTC".parse()?);
    /// let (talk, ann) = (desk.announce(talk)?.outcome, PersonId::random());
    /// let anns = desk.register(talk, ann)?.outcome.registration();
    /// let perhaps = AnswerInvitation::tentative(anns, ann).comment(ReplyComment::new("If the trains run"));
    /// drop(desk.execute(perhaps)?);
    ///
    /// let given = &desk.given_answers(anns)?[0];
    /// assert_eq!((given.person, given.rsvp), (ann, Rsvp::Tentative));
    /// let comment = given.comment.as_ref().unwrap().known().unwrap();
    /// assert_eq!(comment.expose().as_str(), "If the trains run");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn given_answers(&self, registration: RegistrationId) -> Result<Vec<GivenAnswer>, Failure> {
        let lists = self.lists();
        let known = lists.registration(registration);
        let (gathering, it) = known.ok_or(Refusal::UnknownRegistration { registration })?;
        let (gathering, replies) = (gathering.id(), it.replies().to_vec());
        // As above: nothing is opened under the lists' lock.
        drop(lists);
        let keyring = &self.inner.keyring;
        Ok(replies.into_iter().map(|reply| GivenAnswer::opened(gathering, reply, keyring)).collect())
    }

    /// What was last recorded of a person; `None` if nothing was. Of somebody who was forgotten it says that, and nothing else.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, PersonDetails};
    ///
    /// let desk = Desk::in_memory();
    /// let ann = desk.record_person(PersonDetails::new("Ann Example").email("ann@example.org"))?.outcome;
    ///
    /// let details = desk.person(ann).unwrap();
    /// assert_eq!(details.known().unwrap().expose().email, "ann@example.org");
    /// # Ok::<(), gather::Failure>(())
    /// ```
    #[must_use]
    pub fn person(&self, person: PersonId) -> Option<Opened<PersonDetails>> {
        let lists = self.lists();
        if let Some(at) = lists.forgotten(person) {
            return Some(Opened::Forgotten { at });
        }
        let sealed = lists.details(person);
        drop(lists);
        sealed.map(|sealed| self.inner.keyring.person(person, &sealed))
    }

    /// What is on from now on, with the places left.
    #[must_use]
    pub fn whats_on(&self) -> WhatsOn {
        // Asked before the lists are held: a host's clock may take its time.
        let now = self.inner.clock.now();
        self.lists().whats_on(now)
    }

    /// What a person has booked or was named for as a guest: waiting, ended and past registrations too. Empty for
    /// somebody never heard of.
    #[must_use]
    pub fn agenda(&self, person: PersonId) -> Agenda {
        self.lists().agenda(person, self.opener())
    }

    /// All that has been announced with a date, as a calendar for everybody: no attendee and no join link can be in
    /// it. What is over or called off stays in it, so that subscribers see it.
    pub fn public_feed(&self) -> PublicFeed {
        PublicFeed::of(self.lists().gatherings())
    }

    /// A person's own calendar, with join links and reminders. It belongs behind a secret address.
    pub fn calendar(&self, person: PersonId) -> PersonalFeed {
        PersonalFeed::of(self.agenda(person))
    }

    /// What a request has made happen; `None` if it was never answered, was refused, or changed nothing.
    ///
    /// # Errors
    /// The log cannot be read.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering, RequestId};
    ///
    /// let (desk, request) = (Desk::in_memory(), RequestId::random());
    /// assert!(desk.answered(request)?.is_none());
    /// let receipt = desk.request(request).execute(Gathering::webinar("Open day"))?;
    /// assert_eq!(desk.answered(request)?.unwrap().batch.facts, receipt.facts);
    /// # Ok::<(), gather::Failure>(())
    /// ```
    pub fn answered(&self, request: RequestId) -> Result<Option<StoredBatch>, Error> {
        let begun = self.look(|state| state.answered(request))?;
        begun.map_or(Ok(None), |begun| self.batch_of(request, begun))
    }

    /// The next batches of the log after a position, at most `limit` of them: what has happened, in order. For
    /// sending mails, feeding other systems and looking back; remember the last position that was dealt with.
    ///
    /// # Errors
    /// As for [`Log::read`](log::Log::read): `after` must be [`Position::START`] or a position at which a batch ends.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Fact, Gathering, Position};
    ///
    /// let desk = Desk::in_memory();
    /// let webinar = desk.announce(Gathering::webinar("Open day"))?.outcome;
    ///
    /// let mut done = Position::START; // as the host has kept it
    /// for stored in desk.read_log(done, 100)?.batches {
    ///     for record in stored.records() {
    ///         assert!(matches!(record.fact(), Fact::GatheringAnnounced { gathering, .. } if *gathering == webinar));
    ///     }
    ///     done = stored.last();
    /// }
    /// assert_eq!(done, desk.position());
    /// # Ok::<(), gather::Failure>(())
    /// ```
    pub fn read_log(&self, after: Position, limit: usize) -> Result<Page, log::Error> {
        self.inner.log.read(after, limit)
    }

    /// The position of the last record that the lists know.
    #[must_use]
    pub fn position(&self) -> Position {
        self.lists().position()
    }

    /// Folds in what others have appended to a shared log since. A desk on a folder of its own needs it never.
    ///
    /// # Errors
    /// The log cannot be read; the vault lacks keys that the log names.
    pub fn refresh(&self) -> Result<(), Error> {
        self.catch_up()
    }

    pub(super) fn opener(&self) -> Arc<dyn Opener> {
        Arc::<Keyring>::clone(&self.inner.keyring)
    }
}
