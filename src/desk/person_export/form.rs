//! How all that is held about somebody is said: as plain text, and as JSON.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, Serializer};
use zeroize::Zeroize;

use super::speaking::{ExportedSession, SessionForm};
use super::{ExportedRecord, ExportedRegistration, PersonExport};
use crate::fact::Rsvp;
use crate::id::{GatheringId, PersonId, RegistrationId, SessionId};
use crate::person::{Answers, Needs, Note, PersonDetails, PublishedName, ReplyComment};
use crate::projection::{AgendaRow, Consent};
use crate::sealed::Opened;
use crate::text::Reference;

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
        self.registrations.iter().try_for_each(|registration| write!(f, "{registration}"))?;
        writeln!(f, "\nSessions as a speaker: {}", self.sessions.len())?;
        self.sessions.iter().try_for_each(|session| write!(f, "{session}"))?;
        write!(f, "\nRecords: {}", self.records.len())?;
        self.records.iter().try_for_each(|record| write!(f, "\n{record}"))
    }
}

impl fmt::Display for ExportedRegistration {
    /// With a line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, own_place, presence, rsvp, credentials, tags, consents, .. } = self;
        writeln!(f, "  {} ({})", row.title(), row.offering_name())?;
        writeln!(f, "    registration {}, place {own_place} of {}", row.registration, row.party)?;
        writeln!(f, "    {}, presence {presence}, since {}", row.status, row.since.format("%Y-%m-%d"))?;
        if let Some(rsvp) = rsvp {
            writeln!(f, "    invitation: {rsvp}")?;
        }
        for (what, all) in
            [("brought", credentials.clone()), ("tags", tags.iter().map(ToString::to_string).collect())]
        {
            if !all.is_empty() {
                writeln!(f, "    {what}: {}", all.join(", "))?;
            }
        }
        for Consent { purpose, given, at, .. } in consents {
            let word = if *given { "given" } else { "withdrawn" };
            writeln!(f, "    consent to {purpose}: {word} on {}", at.format("%Y-%m-%d"))?;
        }
        let sealed = [
            self.answers.as_ref().map(|it| lines_of(it, answer_lines)),
            self.needs.as_ref().map(|it| lines_of(it, needs_lines)),
            self.note.as_ref().map(|it| lines_of(it, note_lines)),
        ];
        sealed.into_iter().flatten().flatten().try_for_each(|line| writeln!(f, "    {line}"))
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
            self.needs.as_ref().map(|it| lines_of(it, needs_lines)),
            self.note.as_ref().map(|it| lines_of(it, note_lines)),
            Some(self.said.clone()),
        ];
        lines.into_iter().flatten().flatten().try_for_each(|line| write!(f, "\n      {line}"))
    }
}

fn details_lines(details: &PersonDetails) -> Vec<String> {
    let PersonDetails { name, email, phone, organisation, role, region, badge_name } = details;
    let fields = [
        ("name", name),
        ("email", email),
        ("phone", phone),
        ("organisation", organisation),
        ("role", role),
        ("region", region),
        ("badge name", badge_name),
    ];
    let said = fields.into_iter().filter(|(_, value)| !value.is_empty());
    said.map(|(field, value)| format!("{field}: {value}")).collect()
}

fn answer_lines(answers: &Answers) -> Vec<String> {
    answers.iter().map(|(question, answer)| format!("{question}: {answer}")).collect()
}

fn needs_lines(needs: &Needs) -> Vec<String> {
    let Needs { diet, access } = needs;
    let said = [("diet", diet), ("access", access)].into_iter().filter(|(_, value)| !value.is_empty());
    said.map(|(what, value)| format!("{what}: {value}")).collect()
}

fn note_lines(note: &Note) -> Vec<String> {
    vec![format!("note: {}", note.as_str())]
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
    badge_name: &'a str,
}

impl<'a> DetailsForm<'a> {
    fn of(details: &'a PersonDetails) -> Self {
        let PersonDetails { name, email, phone, organisation, role, region, badge_name } = details;
        Self { name, email, phone, organisation, role, region, badge_name }
    }
}

#[derive(serde::Serialize)]
struct NeedsForm<'a> {
    diet: &'a str,
    access: &'a str,
}

impl<'a> NeedsForm<'a> {
    fn of(needs: &'a Needs) -> Self {
        let Needs { diet, access } = needs;
        Self { diet, access }
    }
}

#[derive(serde::Serialize)]
struct ConsentForm<'a> {
    purpose: &'a str,
    given: bool,
    at: DateTime<Utc>,
}

impl<'a> ConsentForm<'a> {
    fn of(consent: &'a Consent) -> Self {
        let Consent { person: _, purpose, given, at } = consent;
        Self { purpose: purpose.as_str(), given: *given, at: *at }
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
    rsvp: Option<&'static str>,
    answers: Option<OpenedForm<AnswersForm<'a>>>,
    credentials: &'a [String],
    tags: Vec<&'a str>,
    consents: Vec<ConsentForm<'a>>,
    note: Option<OpenedForm<&'a str>>,
    needs: Option<OpenedForm<NeedsForm<'a>>>,
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
    needs: Option<OpenedForm<NeedsForm<'a>>>,
    note: Option<OpenedForm<&'a str>>,
    said: &'a [String],
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
        RegistrationForm {
            row: &self.row,
            own_place: self.own_place,
            presence: self.presence,
            rsvp: self.rsvp.map(Rsvp::code),
            answers: OpenedForm::of(self.answers.as_ref(), answers_form),
            credentials: &self.credentials,
            tags: self.tags.iter().map(Reference::as_str).collect(),
            consents: self.consents.iter().map(ConsentForm::of).collect(),
            note: OpenedForm::of(self.note.as_ref(), Note::as_str),
            needs: OpenedForm::of(self.needs.as_ref(), NeedsForm::of),
        }
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
            needs: OpenedForm::of(self.needs.as_ref(), NeedsForm::of),
            note: OpenedForm::of(self.note.as_ref(), Note::as_str),
            said: &self.said,
        }
    }
}
