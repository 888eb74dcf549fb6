//! What the crate may know of a person, always in the clear here and always sealed in the log.

use zeroize::Zeroize;

use crate::text::{self, TextFault, TextProblem};

/// Who somebody is: what an attendee list shows. Every field but the name may be empty.
///
/// ```
/// use gather::PersonDetails;
///
/// let ann = PersonDetails::new("Ann Example").email("ann@example.org").organisation("Hillside Library");
/// assert!(ann.check().is_ok());
/// ```
#[derive(Clone, PartialEq, Eq, Default, Zeroize)]
#[non_exhaustive]
pub struct PersonDetails {
    /// The full name, at most 200 characters.
    pub name: String,
    /// The address for mail; empty if there is none.
    pub email: String,
    /// The telephone number; empty if there is none.
    pub phone: String,
    /// The organisation that the person comes from; empty if there is none.
    pub organisation: String,
    /// What the person does there: trustee, staff, volunteer; empty if not said.
    pub role: String,
    /// Where the person comes from; empty if not said.
    pub region: String,
    /// What a badge shows in place of the name; empty where that is the name. Ask [`on_badge`](Self::on_badge).
    pub badge_name: String,
}

impl PersonDetails {
    /// A person with a name and nothing else yet.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Sets the address for mail.
    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = email.into();
        self
    }

    /// Sets the telephone number.
    #[must_use]
    pub fn phone(mut self, phone: impl Into<String>) -> Self {
        self.phone = phone.into();
        self
    }

    /// Sets the organisation.
    #[must_use]
    pub fn organisation(mut self, organisation: impl Into<String>) -> Self {
        self.organisation = organisation.into();
        self
    }

    /// Sets the role.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.role = role.into();
        self
    }

    /// Sets the region.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Sets what a badge shows in place of the name: how somebody wants to be called.
    ///
    /// ```
    /// use gather::PersonDetails;
    ///
    /// let ann = PersonDetails::new("Annabel Example");
    /// assert_eq!(ann.on_badge(), "Annabel Example");
    /// assert_eq!(ann.badge_name("Ann").on_badge(), "Ann");
    /// ```
    #[must_use]
    pub fn badge_name(mut self, badge_name: impl Into<String>) -> Self {
        self.badge_name = badge_name.into();
        self
    }

    /// What a badge shows: the badge name, or the name where there is none.
    #[must_use]
    pub fn on_badge(&self) -> &str {
        if self.badge_name.is_empty() { &self.name } else { &self.badge_name }
    }

    /// Whether these details would be taken.
    ///
    /// # Errors
    /// The first field that is empty where it must not be, too long, or has control characters.
    pub fn check(&self) -> Result<(), TextProblem> {
        text::check_line("name", &self.name)?;
        text::check_optional_line("email", &self.email)?;
        check_mailbox(&self.email)?;
        text::check_optional_line("phone", &self.phone)?;
        text::check_optional_line("organisation", &self.organisation)?;
        text::check_optional_line("role", &self.role)?;
        text::check_optional_line("region", &self.region)?;
        text::check_optional_line("badge name", &self.badge_name)
    }
}

/// What mail can be sent to, so that it is asked about while whoever typed it is there. Whether mail arrives is for mail to
/// find out.
fn check_mailbox(email: &str) -> Result<(), TextProblem> {
    if email.is_empty() || text::is_address(email) {
        return Ok(());
    }
    Err(TextProblem { field: "email", fault: TextFault::NotA { kind: "an e-mail address" } })
}

/// Never prints what it holds.
impl std::fmt::Debug for PersonDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonDetails([personal])")
    }
}

/// What somebody answered when booking: diet, access needs, what they hope to learn.
#[derive(Clone, PartialEq, Eq, Default, Zeroize)]
pub struct Answers(Vec<(String, String)>);

impl Answers {
    /// How many answers one registration may carry.
    pub const LIMIT: usize = 100;

    /// No answers yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the answer to a question, which is named in the host's own way.
    #[must_use]
    pub fn answer(mut self, question: impl Into<String>, answer: impl Into<String>) -> Self {
        self.0.push((question.into(), answer.into()));
        self
    }

    /// The questions with their answers, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(question, answer)| (question.as_str(), answer.as_str()))
    }

    /// How many bytes the questions and the answers have.
    pub(crate) fn text_bytes(&self) -> usize {
        self.iter().map(|(question, answer)| question.len().saturating_add(answer.len())).sum()
    }

    /// Whether these answers would be taken.
    ///
    /// # Errors
    /// The first text that is too long or has control characters; more than 100 answers.
    pub fn check(&self) -> Result<(), TextProblem> {
        if self.0.len() > Self::LIMIT {
            let fault = TextFault::TooLong { length: self.0.len(), limit: Self::LIMIT };
            return Err(TextProblem { field: "list of answers", fault });
        }
        self.0.iter().try_for_each(|(question, answer)| {
            text::check_line("question", question)?;
            text::check_text("answer", answer)
        })
    }
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answers([personal])")
    }
}

/// Where an online gathering is joined. Whoever has it can walk in, so it is kept like personal data and
/// shown to people with a confirmed place only.
#[derive(Clone, PartialEq, Eq, Zeroize)]
pub struct JoinLink(String);

impl JoinLink {
    /// Takes a link; it is looked at when the command that carries it is decided.
    #[must_use]
    pub fn new(link: impl Into<String>) -> Self {
        Self(link.into())
    }

    /// The link as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this link would be taken: an https address without blanks, quotes or control characters.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), TextProblem> {
        text::check_link("join link", &self.0)
    }
}

impl std::fmt::Debug for JoinLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JoinLink([personal])")
    }
}

/// Where something is that people get afterwards: a recording, slides. Kept sealed, and shown to its audience only.
#[derive(Clone, PartialEq, Eq, Zeroize)]
pub struct ResourceLink(String);

impl ResourceLink {
    /// Takes a link; it is looked at when the command that carries it is decided.
    #[must_use]
    pub fn new(link: impl Into<String>) -> Self {
        Self(link.into())
    }

    /// The link as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this link would be taken: an https address without blanks, quotes or control characters.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), TextProblem> {
        text::check_link("resource link", &self.0)
    }
}

impl std::fmt::Debug for ResourceLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResourceLink([personal])")
    }
}

/// The name under which somebody speaks in public: "Dr Ann Example". It is made to be shown, in programmes and public
/// calendars, but it is still the person's: it is kept sealed, and goes with the person.
#[derive(Clone, PartialEq, Eq, Zeroize)]
pub struct PublishedName(String);

impl PublishedName {
    /// Takes a name, at most 200 characters; it is looked at when the command that carries it is decided.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this name would be taken.
    ///
    /// # Errors
    /// It is empty, too long, or has control characters.
    pub fn check(&self) -> Result<(), TextProblem> {
        text::check_line("published name", &self.0)
    }
}

impl std::fmt::Debug for PublishedName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PublishedName([personal])")
    }
}

/// What somebody wrote with their answer to an invitation: personal.
///
/// ```
/// use gather::ReplyComment;
///
/// assert_eq!(ReplyComment::new("I am in Leeds that day").as_str(), "I am in Leeds that day");
/// ```
#[derive(Clone, PartialEq, Eq, Zeroize)]
pub struct ReplyComment(String);

impl ReplyComment {
    /// What was written; line breaks are welcome.
    #[must_use]
    pub fn new(comment: impl Into<String>) -> Self {
        Self(comment.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a command would take it.
    ///
    /// # Errors
    /// A [`TextProblem`] for one that is too long or holds control characters.
    pub fn check(&self) -> Result<(), TextProblem> {
        text::check_text("comment", &self.0)
    }
}

impl std::fmt::Debug for ReplyComment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReplyComment([personal])")
    }
}

/// What somebody needs in order to take part: what they eat, and how they get in, hear, see and sit. Special category data
/// (GDPR, article 9), so it is kept apart from other answers: sealed with a key of its own, kept for its own time, and read
/// for a named purpose only ([`Desk::read_needs`](crate::Desk::read_needs)).
///
/// ```
/// use gather::Needs;
///
/// let needs = Needs::diet("no nuts").and_access("step-free, near the front");
/// assert_eq!((needs.diet.as_str(), needs.access.as_str()), ("no nuts", "step-free, near the front"));
/// assert!(needs.check().is_ok());
/// ```
#[derive(Clone, PartialEq, Eq, Default, Zeroize)]
#[non_exhaustive]
pub struct Needs {
    /// What they eat and what they must not; at most 4,000 characters, empty if not said.
    pub diet: String,
    /// What they need to take part; at most 4,000 characters, empty if not said.
    pub access: String,
}

impl Needs {
    /// What somebody eats and what they must not.
    #[must_use]
    pub fn diet(diet: impl Into<String>) -> Self {
        Self { diet: diet.into(), ..Self::default() }
    }

    /// What somebody needs to take part.
    #[must_use]
    pub fn access(access: impl Into<String>) -> Self {
        Self { access: access.into(), ..Self::default() }
    }

    /// Adds what they need to take part.
    #[must_use]
    pub fn and_access(mut self, access: impl Into<String>) -> Self {
        self.access = access.into();
        self
    }

    /// How many bytes both texts have.
    pub(crate) fn text_bytes(&self) -> usize {
        self.diet.len().saturating_add(self.access.len())
    }

    /// Whether a command would take it; line breaks are welcome.
    ///
    /// # Errors
    /// A [`TextProblem`] where nothing is said at all, or a text is too long or holds control characters.
    pub fn check(&self) -> Result<(), TextProblem> {
        if self.text_bytes() == 0 {
            return Err(TextProblem { field: "needs", fault: TextFault::Empty });
        }
        text::check_text("diet", &self.diet)?;
        text::check_text("access needs", &self.access)
    }
}

impl std::fmt::Debug for Needs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Needs([personal])")
    }
}

/// What the staff noted about a registration: personal, and the booker's to be told ([`WriteNote`](crate::WriteNote)).
///
/// ```
/// use gather::Note;
///
/// assert_eq!(Note::new("asked for a seat by the door").as_str(), "asked for a seat by the door");
/// ```
#[derive(Clone, PartialEq, Eq, Zeroize)]
pub struct Note(String);

impl Note {
    /// What was noted; line breaks are welcome.
    #[must_use]
    pub fn new(note: impl Into<String>) -> Self {
        Self(note.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a command would take it.
    ///
    /// # Errors
    /// A [`TextProblem`] for one that is empty, longer than 4,000 characters, or holds control characters.
    pub fn check(&self) -> Result<(), TextProblem> {
        if self.0.trim().is_empty() {
            return Err(TextProblem { field: "note", fault: TextFault::Empty });
        }
        text::check_text("note", &self.0)
    }
}

impl std::fmt::Debug for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Note([personal])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_checked_field_by_field() {
        assert_eq!(PersonDetails::new("").check().unwrap_err().field, "name");
        assert_eq!(PersonDetails::new("A").email("nobody").check().unwrap_err().field, "email");
        assert_eq!(PersonDetails::new("A").role("x\u{0}").check().unwrap_err().field, "role");
        assert_eq!(PersonDetails::new("A").badge_name("x\n").check().unwrap_err().field, "badge name");
        assert_eq!(PersonDetails::new("A").email("a@b").region("N").check(), Ok(()));
    }

    #[test]
    fn needs_and_notes_say_something() {
        assert_eq!(Needs::default().check().unwrap_err().field, "needs");
        assert_eq!(Needs::diet("x".repeat(4_001)).check().unwrap_err().field, "diet");
        assert_eq!(Needs::access("x\u{0}").check().unwrap_err().field, "access needs");
        assert_eq!(Needs::diet("vegan\nno nuts").check(), Ok(()));
        assert_eq!(Note::new(" \n").check().unwrap_err().field, "note");
        assert_eq!(Note::new("asked twice").check(), Ok(()));
    }

    #[test]
    fn answers_are_capped() {
        let many = (0..=100).fold(Answers::new(), |answers, n| answers.answer(format!("q{n}"), "yes"));
        assert_eq!(many.check().unwrap_err().field, "list of answers");
        assert_eq!(Answers::new().answer("diet", "no nuts\nno milk").check(), Ok(()));
    }

    #[test]
    fn debug_shows_nothing() {
        let shown = format!(
            "{:?} {:?} {:?} {:?} {:?} {:?}",
            PersonDetails::new("Ann").badge_name("Ann"),
            Needs::diet("Ann").and_access("Ann"),
            Note::new("Ann"),
            Answers::new().answer("a", "Ann"),
            JoinLink::new("Ann"),
            ResourceLink::new("Ann")
        );
        assert!(!shown.contains("Ann"));
    }
}
