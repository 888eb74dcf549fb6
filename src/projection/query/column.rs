//! The columns that a list can show, by names that stay.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::super::table;
use crate::id::CheckInListId;
use crate::text::Reference;

/// What precedes the question in the id of a column of answers.
const ANSWER: &str = "answer:";
/// What precedes the purpose in the id of a column of consents.
const CONSENT: &str = "consent:";
/// What precedes the number of a list in the id of a column of check-ins.
const FIRST_AT: &str = "first_check_in:";

/// A column of an attendee list.
///
/// Each has an id that stays: `name`, `first_check_in`. It is what columns are chosen by, and the header of a CSV file. A column is
/// personal where its cells tell of a person what only an exposed list shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Column {
    /// `number`: the registration's number within the gathering, from 1 in the order of joining.
    Number,
    /// `place`: the place within the party; 1 is the booker's.
    Place,
    /// `registration`: its id.
    Registration,
    /// `reference`: the host's own name for the registration.
    Reference,
    /// `person`: the id of who has the place; empty for a guest who is not named.
    Person,
    /// `booker`: the id of who booked.
    Booker,
    /// `kind`: `booker` or `guest`.
    Kind,
    /// `name`: the full name. A guest who is not named is printed as the guest of whoever booked, and empty for machines; in the
    /// order they stand with whoever booked. Personal.
    Name,
    /// `badge_name`: what a badge shows: how they want to be called, or the name. Personal.
    BadgeName,
    /// `booked_by`: the full name of who booked. Personal.
    BookedBy,
    /// `organisation`. Personal.
    Organisation,
    /// `role`: what the person does there. Personal.
    Role,
    /// `region`. Personal.
    Region,
    /// `email`. Personal.
    Email,
    /// `phone`. Personal.
    Phone,
    /// `offering`: the name of what was booked.
    Offering,
    /// `offering_number`: its number within the gathering.
    OfferingNumber,
    /// `party`: how many places the whole party has.
    Party,
    /// `state`: how the registration stands, by [`RegistrationStatus::code`](crate::RegistrationStatus::code).
    State,
    /// `uncounted`: whether it takes no place of any pool; yes or no.
    Uncounted,
    /// `since`: since when it stands so.
    Since,
    /// `route`: by which way it came; see [`Route`](crate::Route).
    Route,
    /// `booked_at`: when the registration was made.
    BookedAt,
    /// `presence`: whether they came, by [`Presence::code`](crate::Presence::code).
    Presence,
    /// `first_check_in`: when they were first seen going in, at any list.
    FirstCheckIn,
    /// `first_check_in:2`: when they were first seen going in at the list with that number.
    FirstCheckInAt(CheckInListId),
    /// `tags`: the host's own labels, parted by blanks.
    Tags,
    /// `consents`: what they agree to, by the host's own codes, parted by blanks.
    Consents,
    /// `consent:PURPOSE`: whether they agree to that; yes, no, or empty where they have never said.
    Consent(Reference),
    /// `note`: what the staff noted, on the booker's row. Personal.
    Note,
    /// `has_needs`: whether they have said what they need in order to take part; yes or no.
    HasNeeds,
    /// `diet`: what they eat and must not, on a page that [`NeedsList::beside`](crate::NeedsList::beside) has filled in. Personal.
    Diet,
    /// `access`: what they need to take part, the same. Personal.
    Access,
    /// `forgotten`: when the person was forgotten, if they were.
    Forgotten,
    /// `answer:diet`: what the booker answered to that question, on the booker's row. Personal.
    Answer(String),
}

/// Every column that is not made of a question or of a list's number, in the order in which they are told.
const ALL: &[Column] = &[
    Column::Number,
    Column::Place,
    Column::Registration,
    Column::Reference,
    Column::Person,
    Column::Booker,
    Column::Kind,
    Column::Name,
    Column::BadgeName,
    Column::BookedBy,
    Column::Organisation,
    Column::Role,
    Column::Region,
    Column::Email,
    Column::Phone,
    Column::Offering,
    Column::OfferingNumber,
    Column::Party,
    Column::State,
    Column::Uncounted,
    Column::Since,
    Column::Route,
    Column::BookedAt,
    Column::Presence,
    Column::FirstCheckIn,
    Column::Tags,
    Column::Consents,
    Column::Note,
    Column::HasNeeds,
    Column::Diet,
    Column::Access,
    Column::Forgotten,
];

impl Column {
    /// Every column but those of answers, which have the host's own questions for names, and those of single lists of check-in.
    #[must_use]
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// The answers to a question, named as it was when people were asked.
    #[must_use]
    pub fn answer(question: impl Into<String>) -> Self {
        Self::Answer(question.into())
    }

    /// The name that stays: what [`FromStr`] reads.
    #[must_use]
    pub fn id(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Self::Number => "number",
            Self::Place => "place",
            Self::Registration => "registration",
            Self::Reference => "reference",
            Self::Person => "person",
            Self::Booker => "booker",
            Self::Kind => "kind",
            Self::Name => "name",
            Self::BadgeName => "badge_name",
            Self::BookedBy => "booked_by",
            Self::Organisation => "organisation",
            Self::Role => "role",
            Self::Region => "region",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Offering => "offering",
            Self::OfferingNumber => "offering_number",
            Self::Party => "party",
            Self::State => "state",
            Self::Uncounted => "uncounted",
            Self::Since => "since",
            Self::Route => "route",
            Self::BookedAt => "booked_at",
            Self::Presence => "presence",
            Self::FirstCheckIn => "first_check_in",
            Self::FirstCheckInAt(list) => return Cow::Owned(format!("{FIRST_AT}{list}")),
            Self::Tags => "tags",
            Self::Consents => "consents",
            Self::Consent(purpose) => return Cow::Owned(format!("{CONSENT}{purpose}")),
            Self::Note => "note",
            Self::HasNeeds => "has_needs",
            Self::Diet => "diet",
            Self::Access => "access",
            Self::Forgotten => "forgotten",
            Self::Answer(question) => return Cow::Owned(format!("{ANSWER}{question}")),
        })
    }

    /// Whether its cells are `[personal]` until a list is exposed.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        matches!(
            self,
            Self::Name
                | Self::BadgeName
                | Self::BookedBy
                | Self::Note
                | Self::Diet
                | Self::Access
                | Self::Organisation
                | Self::Role
                | Self::Region
                | Self::Email
                | Self::Phone
                | Self::Answer(_)
        )
    }

    /// As it stands above a printed table.
    pub(super) fn printed(&self) -> table::Column {
        match self {
            Self::Number => table::Column::number("No."),
            Self::Place => table::Column::number("Place"),
            Self::OfferingNumber => table::Column::number("Offering no."),
            Self::Party => table::Column::number("Party"),
            Self::Registration => table::Column::whole("Registration"),
            Self::Person => table::Column::whole("Person"),
            Self::Booker => table::Column::whole("Booker"),
            Self::Kind => table::Column::whole("Kind"),
            Self::Uncounted => table::Column::whole("Uncounted"),
            Self::Since => table::Column::whole("Since"),
            Self::Route => table::Column::whole("Route"),
            Self::BookedAt => table::Column::whole("Booked"),
            Self::Presence => table::Column::whole("Presence"),
            Self::FirstCheckIn => table::Column::whole("Checked in"),
            Self::FirstCheckInAt(list) => table::Column::whole(format!("At list {list}")),
            Self::Forgotten => table::Column::whole("Forgotten"),
            Self::Name => table::Column::subject("Name"),
            Self::Reference => table::Column::text("Reference"),
            Self::BookedBy => table::Column::text("Booked by"),
            Self::BadgeName => table::Column::text("Badge"),
            Self::Tags => table::Column::text("Tags"),
            Self::Consents => table::Column::text("Consents"),
            Self::Consent(purpose) => table::Column::text(purpose.to_string()),
            Self::Note => table::Column::text("Note"),
            Self::HasNeeds => table::Column::whole("Needs"),
            Self::Diet => table::Column::text("Diet"),
            Self::Access => table::Column::text("Access"),
            Self::Organisation => table::Column::text("Organisation"),
            Self::Role => table::Column::text("Role"),
            Self::Region => table::Column::text("Region"),
            Self::Email => table::Column::text("E-mail"),
            Self::Phone => table::Column::text("Phone"),
            Self::Offering => table::Column::text("Offering"),
            Self::State => table::Column::text("State"),
            Self::Answer(question) => table::Column::text(question.clone()),
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.id())
    }
}

impl FromStr for Column {
    type Err = UnknownColumn;

    /// Reads an [id](Column::id); blanks around it do not matter.
    fn from_str(text: &str) -> Result<Self, UnknownColumn> {
        let text = text.trim();
        if let Some(question) = text.strip_prefix(ANSWER).filter(|question| !question.is_empty()) {
            return Ok(Self::answer(question));
        }
        if let Some(list) = text.strip_prefix(FIRST_AT).and_then(|number| number.parse().ok()) {
            return Ok(Self::FirstCheckInAt(CheckInListId::new(list)));
        }
        if let Some(purpose) = text.strip_prefix(CONSENT).and_then(|purpose| Reference::new(purpose).ok()) {
            return Ok(Self::Consent(purpose));
        }
        let known = ALL.iter().find(|column| column.id() == text);
        known.cloned().ok_or_else(|| UnknownColumn { name: text.into() })
    }
}

/// A name that no column has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownColumn {
    /// The name.
    pub name: String,
}

impl fmt::Display for UnknownColumn {
    /// Which it is, and which there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no column {:?}; there are: ", self.name)?;
        ALL.iter().try_for_each(|column| write!(f, "{column}, "))?;
        write!(
            f,
            "{FIRST_AT} with a list's number behind it, {CONSENT} with a purpose, and {ANSWER} with a question"
        )
    }
}

impl std::error::Error for UnknownColumn {}

/// The columns that a list shows, in order; each once.
///
/// Read from text they are parted by commas: `"number, name, answer:diet"`. A question with a comma in it is named by
/// [`Columns::new`].
///
/// # Example
/// ```
/// use gather::{Column, Columns};
///
/// let columns: Columns = "number, name, answer:diet".parse()?;
/// assert!(columns.iter().eq(&[Column::Number, Column::Name, Column::answer("diet")]));
/// let unknown = "number, nmae".parse::<Columns>().unwrap_err();
/// assert!(unknown.to_string().starts_with("there is no column \"nmae\"; there are: number, place, "));
/// # Ok::<(), gather::UnknownColumn>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(Arc<[Column]>);

impl Columns {
    /// These, each where it is named first; of none, the number alone.
    #[must_use]
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        let mut each = Vec::new();
        for column in columns {
            if !each.contains(&column) {
                each.push(column);
            }
        }
        if each.is_empty() {
            each.push(Column::Number);
        }
        Self(each.into())
    }

    /// The columns in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Column> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Columns {
    type Item = &'a Column;
    type IntoIter = std::slice::Iter<'a, Column>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Default for Columns {
    /// `number, name, organisation, offering, state, since`.
    fn default() -> Self {
        Self::new([
            Column::Number,
            Column::Name,
            Column::Organisation,
            Column::Offering,
            Column::State,
            Column::Since,
        ])
    }
}

impl FromStr for Columns {
    type Err = UnknownColumn;

    fn from_str(text: &str) -> Result<Self, UnknownColumn> {
        Ok(Self::new(text.split(',').map(str::parse).collect::<Result<Vec<_>, _>>()?))
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().enumerate().try_for_each(|(nth, column)| {
            f.write_str(if nth == 0 { "" } else { "," })?;
            write!(f, "{column}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_read_back_by_its_id() {
        for column in ALL.iter().cloned().chain([
            Column::answer("How did you hear, and where?"),
            Column::FirstCheckInAt(CheckInListId::new(7)),
        ]) {
            assert_eq!(column.to_string().parse(), Ok(column));
        }
        let all = Columns::new(ALL.iter().cloned());
        assert_eq!(all.to_string().parse(), Ok(all));
    }

    #[test]
    fn an_unknown_column_is_named_with_those_there_are() {
        for (text, name) in [
            ("nmae", "nmae"),
            ("number,,name", ""),
            ("", ""),
            ("Name", "Name"),
            ("answer:", "answer:"),
            ("first_check_in:x", "first_check_in:x"),
        ] {
            let error = text.parse::<Columns>().unwrap_err();
            assert_eq!(error.name, name);
            let told = error.to_string();
            assert!(ALL.iter().all(|column| told.contains(&*column.id())), "{told}");
        }
    }

    #[test]
    fn a_column_is_shown_once_and_there_is_always_one() {
        let twice: Columns = "name, number, name".parse().unwrap();
        assert_eq!(twice.to_string(), "name,number");
        assert_eq!(Columns::new([]).to_string(), "number");
    }
}
