//! All that is held about one person: for them to have, or for whoever has to answer for it.

use std::fmt;

use chrono::{DateTime, Utc};
use hashbrown::HashSet;
use serde::ser::{Serialize, Serializer};
use zeroize::Zeroize;

use super::writing::PAGE;
use super::{Call, Desk, Failure};
use crate::domain::RecordExport;
use crate::fact::Fact;
use crate::id::{GatheringId, PersonId, RegistrationId, RequestId, SessionId};
use crate::person::{Answers, PersonDetails, PublishedName, ReplyComment};
use crate::projection::AgendaRow;
use crate::record::{Position, Record, StoredBatch, Tag};
use crate::sealed::{Opened, Opener};
use crate::text::Reference;

mod speaking;

use speaking::{Bill, ExportedSession, SessionForm};

/// All that is held about one person, opened. It is meant to leave the program, so it prints and serialises what it holds;
/// only `Debug` does not.
///
/// It is what GDPR's articles 15 and 20 ask for: what is known of the person now, what they have booked and answered, the
/// sessions that name them as a speaker, and every record of the log that is about them, with what it said when it was written.
///
/// A record says what it was and what was sealed in it. It leaves out what is clear and in no list: which answer was given to an
/// invitation ([`Desk::given_answers`] has it), and the address of a person's calendar, of which only a hash is kept.
///
/// Serialised it has `person`, `purpose`, `at`, `position`, `details`, `published_name`, `registrations`, `sessions` and
/// `records`.
/// `details` is `null`, or has `name`, `email`, `phone`, `organisation`, `role` and `region`; what cannot be read is the text
/// `unavailable`. A registration is what [`Agenda`](crate::Agenda) has in `registrations`, with `own_place` (the number of
/// the person's place, from 1), `presence` (see [`Presence::code`](crate::Presence::code)) and `answers` (pairs of question and
/// answer; `null` where they are not the person's, or nothing was answered) beside it. A session has `gathering`, `session`,
/// `title`, `room`, `when` (as text), `starts`, `ends` and `status` (see [`SessionStatus::code`](crate::SessionStatus::code));
/// dropped ones are there, too. A record has `position`, `at`, `what`, `gathering`, `registration`, `session`, `details`, `published_name`, `answers`, and `comment`, what was written with the answer to an
/// invitation. Ids are texts, times are RFC 3339 in UTC.
pub struct PersonExport {
    person: PersonId,
    purpose: Reference,
    request: RequestId,
    at: DateTime<Utc>,
    position: Position,
    details: Option<Opened<PersonDetails>>,
    published_name: Option<Opened<PublishedName>>,
    registrations: Vec<ExportedRegistration>,
    sessions: Vec<ExportedSession>,
    records: Vec<ExportedRecord>,
}

/// A registration that somebody is on.
struct ExportedRegistration {
    row: AgendaRow,
    own_place: u16,
    presence: &'static str,
    answers: Option<Opened<Answers>>,
}

/// A record that is about somebody, and what was sealed in it.
struct ExportedRecord {
    position: Position,
    at: DateTime<Utc>,
    what: &'static str,
    gathering: Option<GatheringId>,
    registration: Option<RegistrationId>,
    session: Option<SessionId>,
    details: Option<Opened<PersonDetails>>,
    published_name: Option<Opened<PublishedName>>,
    answers: Option<Opened<Answers>>,
    comment: Option<Opened<ReplyComment>>,
}

impl Desk {
    /// Gives out all that is held about one person, and records that it did, for the purpose that is named: a code of the
    /// host's, nothing personal. [`ForgetReceipt::exports`](super::ForgetReceipt::exports) tells of it when the person is
    /// forgotten, so that whoever was given it can be told.
    ///
    /// It reads the whole log, once.
    ///
    /// # Refusals
    /// A person who was forgotten (there is nothing left to give), an unknown person.
    ///
    /// # Errors
    /// As for [`execute`](Self::execute); or the log cannot be read, and then it is recorded and not given.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, PersonDetails, Reference};
    ///
    /// let desk = Desk::in_memory();
    /// let ann = desk.record_person(PersonDetails::new("Ann Example").email("ann@example.org"))?.outcome;
    /// let export = desk.export_person(ann, Reference::new("article-15")?)?;
    /// assert!(export.to_string().contains("ann@example.org"));
    ///
    /// let receipt = desk.forget(ann)?;
    /// assert_eq!(receipt.exports, [export.position()]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "subject access")]
    pub fn export_person(&self, person: PersonId, purpose: Reference) -> Result<PersonExport, Failure> {
        self.call().export_person(person, purpose)
    }

    /// What the person has booked, with what they answered.
    fn exported_registrations(&self, person: PersonId) -> Vec<ExportedRegistration> {
        let theirs: Vec<_> = {
            let lists = self.lists();
            let theirs = lists.registrations_of(person).map(|(card, it)| {
                let booking = it.booking();
                let own_place = booking.party.place_of(person).unwrap_or_default();
                let answers = booking.answers.clone().filter(|_| booking.party.booker == person);
                (AgendaRow::of(card, it, person), own_place, card.presence(it, own_place).code(), answers)
            });
            theirs.collect()
        };
        // Keys may come from a service of the host's, so nothing is opened under the lists' lock.
        let open = |(row, own_place, presence, answers): (AgendaRow, u16, _, Option<_>)| {
            let keyring = &self.inner.keyring;
            let answers = answers.map(|sealed| keyring.answers(person, row.gathering, &sealed));
            ExportedRegistration { row, own_place, presence, answers }
        };
        theirs.into_iter().map(open).collect()
    }

    /// Every record that is about a person, about a registration that they are or were on, or about a session while it names
    /// them.
    fn records_about(&self, person: PersonId, up_to: Position) -> Result<Vec<ExportedRecord>, Failure> {
        let (mut found, mut theirs, mut after) = (Vec::new(), HashSet::new(), Position::START);
        let mut bill = Bill::of(person);
        while after < up_to {
            let page = self.inner.log.read(after, PAGE)?;
            let Some(last) = page.batches.last() else { break };
            after = last.last();
            for record in page.batches.iter().flat_map(StoredBatch::records) {
                let tags = Tag::of(record.fact());
                let names = tags.contains(&Tag::Person(person));
                let on = tags.iter().find_map(|tag| match tag {
                    Tag::Registration(id) => Some(*id),
                    Tag::Gathering(_) | Tag::Person(_) | Tag::Session(_) => None,
                });
                if names {
                    theirs.extend(on);
                }
                let session = bill.told_by(record.fact());
                if names || session.is_some() || on.is_some_and(|on| theirs.contains(&on)) {
                    let exported = self.exported(person, &record, on);
                    found.push(ExportedRecord { session, ..exported });
                }
            }
        }
        Ok(found)
    }

    fn exported(&self, person: PersonId, record: &Record<'_>, on: Option<RegistrationId>) -> ExportedRecord {
        let (fact, keyring) = (record.fact(), &self.inner.keyring);
        let mut exported = ExportedRecord {
            position: record.position(),
            at: record.time(),
            what: what(fact),
            gathering: fact.gathering(),
            registration: on,
            session: None,
            details: None,
            published_name: None,
            answers: None,
            comment: None,
        };
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "few kinds of facts have something sealed of a person"
        )]
        match fact {
            Fact::PersonRecorded { details, .. } => exported.details = Some(keyring.person(person, details)),
            Fact::NamePublished { name, .. } => {
                exported.published_name = Some(keyring.published_name(person, name));
            }
            Fact::HoldConfirmed { gathering, booker, answers: Some(answers), .. } if *booker == person => {
                exported.answers = Some(keyring.answers(person, *gathering, answers));
            }
            Fact::InvitationAnswered { gathering, person: by, comment: Some(comment), .. }
                if *by == person =>
            {
                exported.comment = Some(keyring.reply_comment(person, *gathering, comment));
            }
            other => {
                let booking = other.registration_made().map(|(_, booking)| booking);
                let booking = booking.filter(|booking| booking.party.booker == person);
                let sealed = booking.and_then(|booking| booking.answers.as_ref()).zip(other.gathering());
                exported.answers = sealed.map(|(sealed, on)| keyring.answers(person, on, sealed));
            }
        }
        exported
    }
}

impl Call<'_> {
    /// Gives out all that is held about one person. See [`Desk::export_person`].
    ///
    /// # Errors
    /// As for [`Desk::export_person`].
    pub fn export_person(self, person: PersonId, purpose: Reference) -> Result<PersonExport, Failure> {
        let desk = self.desk;
        let receipt = self.execute(RecordExport { person, purpose: purpose.clone() })?;
        let name = desk.lists().published_name(person);
        Ok(PersonExport {
            person,
            purpose,
            request: receipt.request,
            at: receipt.time,
            position: receipt.position,
            details: desk.person(person),
            published_name: name.map(|name| desk.inner.keyring.published_name(person, &name)),
            registrations: desk.exported_registrations(person),
            sessions: desk.exported_sessions(person),
            records: desk.records_about(person, receipt.position)?,
        })
    }
}

impl PersonExport {
    /// About whom.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// What for.
    #[must_use]
    pub fn purpose(&self) -> &Reference {
        &self.purpose
    }

    /// The request under which it was asked for.
    #[must_use]
    pub fn request(&self) -> RequestId {
        self.request
    }

    /// When.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Where the log says that it was given out.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// How many registrations and how many records are in it.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.registrations.len(), self.records.len())
    }
}

/// What happened, as a stable word: what a fact's kind is called in the log's text form, but shorter where it can be.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "facts about no person are not among those that are exported"
)]
const fn what(fact: &Fact) -> &'static str {
    match fact {
        Fact::PersonRecorded { .. } => "person_recorded",
        Fact::NamePublished { .. } => "name_published",
        Fact::CalendarTokenIssued { .. } => "calendar_token_issued",
        Fact::CalendarTokenRevoked { .. } => "calendar_token_revoked",
        Fact::PersonExported { .. } => "person_exported",
        Fact::PersonForgotten { .. } => "person_forgotten",
        Fact::RegistrationConfirmed { .. } => "registration_confirmed",
        Fact::RegistrationWaitlisted { .. } => "registration_waitlisted",
        Fact::RegistrationHeld { .. } => "registration_held",
        Fact::ApprovalRequested { .. } => "approval_requested",
        Fact::FollowUpRequested { .. } => "follow_up_requested",
        Fact::InterestNoted { .. } => "interest_noted",
        Fact::RegistrationPromoted { .. } => "registration_promoted",
        Fact::RegistrationEnded { .. } => "registration_ended",
        Fact::HoldExtended { .. } => "hold_extended",
        Fact::HoldConfirmed { .. } => "hold_confirmed",
        Fact::RegistrationApproved { .. } => "registration_approved",
        Fact::PlaceOffered { .. } => "place_offered",
        Fact::OfferAccepted { .. } => "offer_accepted",
        Fact::PassedOver { .. } => "passed_over",
        Fact::RegistrationSplit { .. } => "registration_split",
        Fact::MovedToFollowUp { .. } => "moved_to_follow_up",
        Fact::PartyChanged { .. } => "party_changed",
        Fact::PlaceTransferred { .. } => "place_transferred",
        Fact::RegistrationReconfirmed { .. } => "registration_reconfirmed",
        Fact::PresenceRecorded { .. } => "presence_recorded",
        Fact::Scanned { .. } => "scanned",
        Fact::SessionAdded { .. } => "session_added",
        Fact::SessionRevised { .. } => "session_revised",
        Fact::SessionMoved { .. } => "session_moved",
        Fact::SessionDropped { .. } => "session_dropped",
        Fact::InvitationAnswered { .. } => "invitation_answered",
        _ => "other",
    }
}

impl fmt::Debug for PersonExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonExport")
            .field("person", &self.person)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for PersonExport {
    /// As plain text, part by part; without a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { person, purpose, at, position, .. } = self;
        let at = at.format("%Y-%m-%d %H:%M:%S UTC");
        writeln!(f, "All that is held about person {person}")?;
        writeln!(f, "given out at {at} for {}, position {position}", purpose.as_str())?;
        writeln!(f, "\nDetails")?;
        write_opened(f, "  ", self.details.as_ref(), details_lines)?;
        writeln!(f, "\nName as a speaker")?;
        write_opened(f, "  ", self.published_name.as_ref(), |name| vec![name.as_str().to_owned()])?;
        writeln!(f, "\nRegistrations: {}", self.registrations.len())?;
        for ExportedRegistration { row, own_place, presence, answers } in &self.registrations {
            writeln!(f, "  {} ({})", row.title(), row.offering_name())?;
            writeln!(f, "    registration {}, place {own_place} of {}", row.registration, row.party)?;
            writeln!(f, "    {}, presence {presence}, since {}", row.status, row.since.format("%Y-%m-%d"))?;
            if answers.is_some() {
                write_opened(f, "    ", answers.as_ref(), answer_lines)?;
            }
        }
        writeln!(f, "\nSessions as a speaker: {}", self.sessions.len())?;
        self.sessions.iter().try_for_each(|session| write!(f, "{session}"))?;
        write!(f, "\nRecords: {}", self.records.len())?;
        self.records.iter().try_for_each(|record| write!(f, "\n{record}"))
    }
}

impl fmt::Display for ExportedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, at, what, gathering, registration, session, .. } = self;
        write!(f, "  {position}  {}  {what}", at.format("%Y-%m-%d %H:%M:%S UTC"))?;
        if let Some(gathering) = gathering {
            write!(f, ", gathering {gathering}")?;
        }
        if let Some(registration) = registration {
            write!(f, ", registration {registration}")?;
        }
        if let Some(session) = session {
            write!(f, ", session {session}")?;
        }
        let lines = [
            self.details.as_ref().map(|it| lines_of(it, details_lines)),
            self.published_name.as_ref().map(|it| lines_of(it, |name| vec![name.as_str().to_owned()])),
            self.answers.as_ref().map(|it| lines_of(it, answer_lines)),
            self.comment.as_ref().map(|it| lines_of(it, |comment| vec![comment.as_str().to_owned()])),
        ];
        lines.into_iter().flatten().flatten().try_for_each(|line| write!(f, "\n      {line}"))
    }
}

fn details_lines(details: &PersonDetails) -> Vec<String> {
    let PersonDetails { name, email, phone, organisation, role, region } = details;
    let fields = [
        ("name", name),
        ("email", email),
        ("phone", phone),
        ("organisation", organisation),
        ("role", role),
        ("region", region),
    ];
    let said = fields.into_iter().filter(|(_, value)| !value.is_empty());
    said.map(|(field, value)| format!("{field}: {value}")).collect()
}

fn answer_lines(answers: &Answers) -> Vec<String> {
    answers.iter().map(|(question, answer)| format!("{question}: {answer}")).collect()
}

fn lines_of<T: Zeroize>(opened: &Opened<T>, lines: impl Fn(&T) -> Vec<String>) -> Vec<String> {
    match opened {
        Opened::Known(value) => lines(value.expose()),
        Opened::Forgotten { at } => vec![format!("[erased at {}]", at.format("%Y-%m-%d %H:%M:%S UTC"))],
        Opened::Unavailable(_) => vec![String::from("[unavailable]")],
    }
}

fn write_opened<T: Zeroize>(
    f: &mut fmt::Formatter<'_>,
    indent: &str,
    opened: Option<&Opened<T>>,
    lines: impl Fn(&T) -> Vec<String>,
) -> fmt::Result {
    match opened {
        Some(opened) => lines_of(opened, lines).iter().try_for_each(|line| writeln!(f, "{indent}{line}")),
        None => writeln!(f, "{indent}none"),
    }
}

/// A value that was opened, as it is serialised: itself, or a word for why not.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum OpenedForm<T> {
    Known(T),
    Not(&'static str),
}

impl<T> OpenedForm<T> {
    fn of<'a, V: Zeroize>(opened: Option<&'a Opened<V>>, form: impl Fn(&'a V) -> T) -> Option<Self> {
        Some(match opened? {
            Opened::Known(value) => Self::Known(form(value.expose())),
            Opened::Forgotten { .. } => Self::Not("erased"),
            Opened::Unavailable(_) => Self::Not("unavailable"),
        })
    }
}

#[derive(serde::Serialize)]
struct DetailsForm<'a> {
    name: &'a str,
    email: &'a str,
    phone: &'a str,
    organisation: &'a str,
    role: &'a str,
    region: &'a str,
}

impl<'a> DetailsForm<'a> {
    fn of(details: &'a PersonDetails) -> Self {
        let PersonDetails { name, email, phone, organisation, role, region } = details;
        Self { name, email, phone, organisation, role, region }
    }
}

type AnswersForm<'a> = Vec<(&'a str, &'a str)>;

fn answers_form(answers: &Answers) -> AnswersForm<'_> {
    answers.iter().collect()
}

#[derive(serde::Serialize)]
struct RegistrationForm<'a> {
    #[serde(flatten)]
    row: &'a AgendaRow,
    own_place: u16,
    presence: &'static str,
    answers: Option<OpenedForm<AnswersForm<'a>>>,
}

#[derive(serde::Serialize)]
struct RecordForm<'a> {
    position: u64,
    at: DateTime<Utc>,
    what: &'static str,
    gathering: Option<GatheringId>,
    registration: Option<RegistrationId>,
    session: Option<SessionId>,
    details: Option<OpenedForm<DetailsForm<'a>>>,
    published_name: Option<OpenedForm<&'a str>>,
    answers: Option<OpenedForm<AnswersForm<'a>>>,
    comment: Option<OpenedForm<&'a str>>,
}

#[derive(serde::Serialize)]
struct ExportForm<'a> {
    person: PersonId,
    purpose: &'a str,
    at: DateTime<Utc>,
    position: u64,
    details: Option<OpenedForm<DetailsForm<'a>>>,
    published_name: Option<OpenedForm<&'a str>>,
    registrations: Vec<RegistrationForm<'a>>,
    sessions: Vec<SessionForm<'a>>,
    records: Vec<RecordForm<'a>>,
}

impl Serialize for PersonExport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let form = ExportForm {
            person: self.person,
            purpose: self.purpose.as_str(),
            at: self.at,
            position: self.position.get(),
            details: OpenedForm::of(self.details.as_ref(), DetailsForm::of),
            published_name: OpenedForm::of(self.published_name.as_ref(), PublishedName::as_str),
            registrations: self.registrations.iter().map(ExportedRegistration::form).collect(),
            sessions: self.sessions.iter().map(ExportedSession::form).collect(),
            records: self.records.iter().map(ExportedRecord::form).collect(),
        };
        form.serialize(serializer)
    }
}

impl ExportedRegistration {
    fn form(&self) -> RegistrationForm<'_> {
        let Self { row, own_place, presence, answers } = self;
        let answers = OpenedForm::of(answers.as_ref(), answers_form);
        RegistrationForm { row, own_place: *own_place, presence, answers }
    }
}

impl ExportedRecord {
    fn form(&self) -> RecordForm<'_> {
        RecordForm {
            position: self.position.get(),
            at: self.at,
            what: self.what,
            gathering: self.gathering,
            registration: self.registration,
            session: self.session,
            details: OpenedForm::of(self.details.as_ref(), DetailsForm::of),
            comment: OpenedForm::of(self.comment.as_ref(), ReplyComment::as_str),
            published_name: OpenedForm::of(self.published_name.as_ref(), PublishedName::as_str),
            answers: OpenedForm::of(self.answers.as_ref(), answers_form),
        }
    }
}
