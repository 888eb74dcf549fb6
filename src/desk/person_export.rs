//! All that is held about one person: for them to have, or for whoever has to answer for it.

use chrono::{DateTime, Utc};
use hashbrown::HashSet;

use super::writing::PAGE;
use super::{Call, Desk, Failure};
use crate::domain::{RecordExport, Refusal};
use crate::fact::{Credential, Fact, Rsvp};
use crate::id::{GatheringId, PersonId, RegistrationId, RequestId, SessionId};
use crate::person::{Answers, Needs, Note, PersonDetails, PublishedName, ReplyComment};
use crate::projection::{AgendaRow, Consent, GatheringCard, RegistrationCard};
use crate::record::{Position, Record, StoredBatch, Tag};
use crate::sealed::{Opened, Opener, Sealed};
use crate::text::Reference;

mod form;
mod speaking;

use speaking::{Bill, ExportedSession};

/// All that is held about one person, opened. It is meant to leave the program, so it prints and serialises what it holds;
/// only `Debug` does not.
///
/// It is what GDPR's articles 15 and 20 ask for: what is known of the person now, what they have booked and answered, the
/// sessions that name them as a speaker, and every record of the log that is about them, with what it said when it was written.
///
/// A record says what it was, what was sealed in it, and what it said of the person in the clear. Of the address of a person's
/// calendar only a hash is kept, so it is not in it. What is said of a whole registration, its tags, is told to everybody on it; what
/// was answered, noted and vouched for to its booker only.
///
/// Serialised it has `person`, `purpose`, `at`, `position`, `details`, `published_name`, `registrations`, `sessions` and
/// `records`.
/// `details` is `null`, or has `name`, `email`, `phone`, `organisation`, `role`, `region` and `badge_name`; what cannot be read is
/// the text `unavailable`, what was erased `erased`. A registration is what [`Agenda`](crate::Agenda) has in `registrations`, with
/// `own_place` (the number of the person's place, from 1), `presence` (see [`Presence::code`](crate::Presence::code)), `rsvp` (the
/// last answer to the invitation, see [`Rsvp::code`]), `answers` (pairs of question and answer; `null` where they are not the
/// person's, or nothing was answered), `credentials` (texts as `code:SPRING`), `tags`, `consents` (`purpose`, `given`, `at`),
/// `note` and `needs` (`diet`, `access`) beside it. A session has `gathering`, `session`,
/// `title`, `room`, `when` (as text), `starts`, `ends` and `status` (see [`SessionStatus::code`](crate::SessionStatus::code));
/// dropped ones are there, too. A record has `position`, `at`, `what`, `gathering`, `registration`, `session`, `details`,
/// `published_name`, `answers`, `comment` (what was written with the answer to an invitation), `needs`, `note`, and `said`: what it
/// says in the clear, a list of texts. Ids are texts, times are RFC 3339 in UTC.
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
    rsvp: Option<Rsvp>,
    answers: Option<Opened<Answers>>,
    credentials: Vec<String>,
    tags: Vec<Reference>,
    consents: Vec<Consent>,
    note: Option<Opened<Note>>,
    needs: Option<Opened<Needs>>,
}

/// What is sealed of somebody on a registration.
struct SealedOn {
    answers: Option<Sealed<Answers>>,
    note: Option<Sealed<Note>>,
    needs: Option<Sealed<Needs>>,
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
    needs: Option<Opened<Needs>>,
    note: Option<Opened<Note>>,
    /// What it says in the clear.
    said: Vec<String>,
}

impl Desk {
    /// Gives out all that is held about one person, and records that it did, for the purpose that is named: a code of the
    /// host's, nothing personal. [`ForgetReceipt::exports`](super::ForgetReceipt::exports) tells of it when the person is
    /// forgotten, so that whoever was given it can be told.
    ///
    /// It reads the whole log, once.
    ///
    /// # Refusals
    /// A person who was forgotten (there is nothing left to give), an unknown person; a request that was used before
    /// ([`Refusal::RequestReused`]), also for the same: each time is recorded by itself.
    ///
    /// # Errors
    /// As for [`execute`](Self::execute), and [`Error::Vault`](super::Error::Vault) where the desk was opened without its keys:
    /// then nothing is recorded; or the log cannot be read, and then it is recorded and not given.
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

    /// What the person has booked, with what they answered and what else is known of them there.
    fn exported_registrations(&self, person: PersonId) -> Vec<ExportedRegistration> {
        let theirs: Vec<_> = {
            let lists = self.lists();
            lists.registrations_of(person).map(|(card, it)| still_sealed(card, it, person)).collect()
        };
        // Keys may come from a service of the host's, so nothing is opened under the lists' lock.
        theirs.into_iter().map(|(exported, sealed)| self.opened_on(exported, &sealed, person)).collect()
    }

    fn opened_on(
        &self,
        exported: ExportedRegistration,
        sealed: &SealedOn,
        person: PersonId,
    ) -> ExportedRegistration {
        let keyring = &self.inner.keyring;
        let (on, registration) = (exported.row.gathering, exported.row.registration);
        let SealedOn { answers, note, needs } = sealed;
        ExportedRegistration {
            answers: answers.as_ref().map(|sealed| keyring.answers(person, on, sealed)),
            note: note.as_ref().map(|sealed| keyring.note(person, registration, sealed)),
            needs: needs.as_ref().map(|sealed| keyring.needs(person, on, sealed)),
            ..exported
        }
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
            needs: None,
            note: None,
            said: said(fact, person),
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
            Fact::NeedsRecorded { gathering, person: of, needs: Some(needs), .. } if *of == person => {
                exported.needs = Some(keyring.needs(person, *gathering, needs));
            }
            Fact::NoteWritten { registration, booker, note: Some(note), .. } if *booker == person => {
                exported.note = Some(keyring.note(person, *registration, note));
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

/// A registration that somebody is on, and what of it is to be opened.
fn still_sealed(
    card: &GatheringCard,
    it: &RegistrationCard,
    person: PersonId,
) -> (ExportedRegistration, SealedOn) {
    let booking = it.booking();
    let own_place = booking.party.place_of(person).unwrap_or_default();
    let is_booker = booking.party.booker == person;
    let replies = it.replies().iter();
    let exported = ExportedRegistration {
        row: AgendaRow::of(card, it, person),
        own_place,
        presence: card.presence(it, own_place).code(),
        rsvp: replies.filter(|reply| reply.person == person).map(|reply| reply.rsvp).next_back(),
        answers: None,
        credentials: if is_booker { credentials(&booking.credentials) } else { Vec::new() },
        tags: it.tags().to_vec(),
        consents: it.consents().iter().filter(|consent| consent.person == person).cloned().collect(),
        note: None,
        needs: None,
    };
    let mut needs = it.needs();
    let sealed = SealedOn {
        answers: booking.answers.clone().filter(|_| is_booker),
        note: it.note().cloned().filter(|_| is_booker),
        needs: needs.find(|(whose, _)| *whose == person).map(|(_, needs)| needs.clone()),
    };
    (exported, sealed)
}

/// What somebody was vouched for with, each with its kind in front.
fn credentials(all: &[Credential]) -> Vec<String> {
    let text = |credential: &Credential| match credential {
        Credential::Code(code) => format!("code:{code}"),
        Credential::Category(category) => format!("category:{category}"),
        Credential::Organisation(organisation) => format!("organisation:{organisation}"),
    };
    all.iter().map(text).collect()
}

/// What a record says of somebody in the clear, beside its ids.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "few kinds of facts say something in the clear of a person"
)]
fn said(fact: &Fact, person: PersonId) -> Vec<String> {
    match fact {
        Fact::InvitationAnswered { person: by, rsvp, .. } if *by == person => vec![rsvp.code().to_owned()],
        Fact::TagsSet { tags, .. } => tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
        Fact::ConsentRecorded { person: by, purpose, given, .. } if *by == person => {
            vec![format!("{purpose}: {}", if *given { "given" } else { "withdrawn" })]
        }
        Fact::PersonExported { purpose, .. } => vec![purpose.as_str().to_owned()],
        other => {
            let booking = other.registration_made().map(|(_, booking)| booking);
            let booking = booking.filter(|booking| booking.party.booker == person);
            booking.map(|booking| credentials(&booking.credentials)).unwrap_or_default()
        }
    }
}

impl Call<'_> {
    /// Gives out all that is held about one person. See [`Desk::export_person`].
    ///
    /// # Errors
    /// As for [`Desk::export_person`].
    pub fn export_person(self, person: PersonId, purpose: Reference) -> Result<PersonExport, Failure> {
        let desk = self.desk;
        desk.must_have_keys("given out")?;
        let receipt = self.execute(RecordExport { person, purpose: purpose.clone() })?;
        if receipt.repeated {
            // It was recorded for what was held then.
            return Err(Refusal::RequestReused { request: receipt.request }.into());
        }
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
        Fact::TagsSet { .. } => "tags_set",
        Fact::NoteWritten { .. } => "note_written",
        Fact::ConsentRecorded { .. } => "consent_recorded",
        Fact::NeedsRecorded { .. } => "needs_recorded",
        _ => "other",
    }
}
