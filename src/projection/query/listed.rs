//! One row of a list that was asked for, with what is known of who has the place.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroize;

use super::Cursor;
use super::folded::Folded;
use crate::id::GatheringId;
use crate::person::{Answers, Note, PersonDetails};
use crate::projection::attendee_list::AttendeeRow;
use crate::projection::names::{PERSONAL, Shown};
use crate::sealed::{Opened, Opener, Personal, Sealed, Unavailable};

/// One place on a list that was asked for.
///
/// What is personal in it is overwritten in memory when the last page that has it is dropped. `Debug` shows no name.
pub struct ListedAttendee {
    row: AttendeeRow,
    known: Known,
}

/// What a list shows of who has a place.
enum Known {
    /// That there is somebody.
    Hidden,
    Shown(Box<Person>),
}

struct Person {
    details: Arc<Readable>,
    answers: Given<Answers>,
    note: Given<Note>,
    /// The row of whoever booked, on a guest's.
    booker: Option<Arc<ListedAttendee>>,
}

/// A person's details, and what they are compared by.
pub(super) struct Readable {
    details: Personal<PersonDetails>,
    name: Folded,
    unavailable: Option<Unavailable>,
}

impl Readable {
    #[cfg(test)]
    pub(super) fn name(&self) -> &str {
        &self.details.expose().name
    }
}

impl From<Shown> for Readable {
    fn from(Shown { details, unavailable, .. }: Shown) -> Self {
        let name = Folded::of(&details.name);
        Self { details: details.into(), name, unavailable }
    }
}

/// What is shown of a text that is opened only where it is asked for.
pub(in crate::projection) enum Given<T: Zeroize> {
    Hidden,
    Nothing,
    Read(Opened<T>),
}

impl<T: Zeroize> Given<T> {
    /// Opened, where there is something to open and somebody who may.
    pub(in crate::projection) fn of(
        sealed: Option<&Sealed<T>>,
        open: Option<impl FnOnce(&Sealed<T>) -> Opened<T>>,
    ) -> Self {
        match (sealed, open) {
            (None, _) => Self::Nothing,
            (Some(_), None) => Self::Hidden,
            (Some(sealed), Some(open)) => Self::Read(open(sealed)),
        }
    }
}

/// What was answered and noted of a registration, as far as a list shows it.
pub(in crate::projection) struct Texts {
    answers: Given<Answers>,
    note: Given<Note>,
}

impl Texts {
    /// Of a row, opened where there is an opener.
    pub(in crate::projection) fn of(
        row: &AttendeeRow,
        gathering: GatheringId,
        opener: Option<&dyn Opener>,
    ) -> Self {
        let answers = opener.map(|opener| move |sealed: &_| opener.answers(row.booker, gathering, sealed));
        let note = opener.map(|opener| move |sealed: &_| opener.note(row.booker, row.registration, sealed));
        Self { answers: Given::of(row.answers(), answers), note: Given::of(row.note_here(), note) }
    }
}

/// A cell that has to be told in words.
pub(super) enum Text<'a> {
    Nothing,
    Hidden,
    Unreadable,
    Known(&'a str),
}

/// Puts rows together with what is shown of them: in the order of their places, so that guests know who booked.
#[derive(Default)]
pub(in crate::projection) struct Lister {
    booker: Option<Arc<ListedAttendee>>,
}

impl Lister {
    /// Without a name.
    pub(in crate::projection) fn hidden(row: AttendeeRow) -> Arc<ListedAttendee> {
        Arc::new(ListedAttendee { row, known: Known::Hidden })
    }

    /// With the details, and with the texts that were opened.
    pub(in crate::projection) fn shown(
        &mut self,
        row: AttendeeRow,
        shown: Shown,
        texts: Texts,
    ) -> Arc<ListedAttendee> {
        self.readable(row, Arc::new(Readable::from(shown)), texts)
    }

    pub(super) fn readable(
        &mut self,
        row: AttendeeRow,
        details: Arc<Readable>,
        texts: Texts,
    ) -> Arc<ListedAttendee> {
        let is_booker = row.place == 1;
        let theirs = |booker: &&Arc<ListedAttendee>| booker.row.registration == row.registration;
        let booker = self.booker.as_ref().filter(theirs).filter(|_| !is_booker).cloned();
        let known =
            Known::Shown(Box::new(Person { details, answers: texts.answers, note: texts.note, booker }));
        let listed = Arc::new(ListedAttendee { row, known });
        if is_booker {
            self.booker = Some(Arc::clone(&listed));
        }
        listed
    }
}

impl ListedAttendee {
    /// The place, without a name.
    #[must_use]
    pub fn row(&self) -> &AttendeeRow {
        &self.row
    }

    /// Who has it, every field empty where nothing is known; `None` on a list that was not exposed.
    #[must_use]
    pub fn details(&self) -> Option<&PersonDetails> {
        self.person().map(|person| person.details.details.expose())
    }

    /// Why the details cannot be read, if they cannot.
    #[must_use]
    pub fn unavailable(&self) -> Option<Unavailable> {
        self.person()?.details.unavailable
    }

    /// What the booker answered to a question, on their own row, where the query asks for an answer to anything and it can be
    /// read.
    #[must_use]
    pub fn answer(&self, question: &str) -> Option<&str> {
        match self.text_of_answer(question) {
            Text::Known(answer) => Some(answer),
            Text::Nothing | Text::Hidden | Text::Unreadable => None,
        }
    }

    /// Where it is, to go on after.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        Cursor { number: self.row.number, place: self.row.place }
    }

    fn person(&self) -> Option<&Person> {
        match &self.known {
            Known::Hidden => None,
            Known::Shown(person) => Some(person),
        }
    }

    /// The row of whoever booked: this, for a booker.
    pub(super) fn booker(&self) -> &Self {
        self.person().and_then(|person| person.booker.as_deref()).unwrap_or(self)
    }

    /// Whose name it goes by: a guest who is not named goes by that of whoever booked.
    fn namesake(&self) -> &Self {
        if self.row.person.is_some() { self } else { self.booker() }
    }

    /// What it is sorted by where names are asked for; `None` where none is known.
    pub(super) fn name_key(&self) -> Option<&Folded> {
        let name = self.namesake().person().map(|person| &person.details.name);
        name.filter(|name| !name.as_str().is_empty())
    }

    pub(super) fn is_called_like(&self, word: &Folded) -> bool {
        self.name_key().is_some_and(|name| name.has_word_like(word.as_str()))
    }

    pub(super) fn is_of(&self, organisation: &Folded) -> bool {
        self.details().is_some_and(|details| Folded::of(details.organisation.trim()) == *organisation)
    }

    /// One field of the details.
    pub(super) fn text_of(&self, field: impl FnOnce(&PersonDetails) -> &str) -> Text<'_> {
        let known = self.row.person.is_some() && self.row.forgotten().is_none();
        match &self.known {
            _ if !known => Text::Nothing,
            Known::Hidden => Text::Hidden,
            Known::Shown(person) if person.details.unavailable.is_some() => Text::Unreadable,
            Known::Shown(person) => Text::from(field(person.details.details.expose())),
        }
    }

    pub(super) fn text_of_answer(&self, question: &str) -> Text<'_> {
        match &self.known {
            _ if self.row.answers().is_none() => Text::Nothing,
            Known::Hidden => Text::Hidden,
            Known::Shown(person) => person.answers.text(|answers| {
                let answer = answers.iter().find(|(asked, _)| *asked == question);
                answer.map_or("", |(_, answer)| answer)
            }),
        }
    }

    pub(super) fn text_of_note(&self) -> Text<'_> {
        match &self.known {
            _ if self.row.note_here().is_none() => Text::Nothing,
            Known::Hidden => Text::Hidden,
            Known::Shown(person) => person.note.text(Note::as_str),
        }
    }
}

impl<T: Zeroize> Given<T> {
    fn text<'a>(&'a self, of: impl FnOnce(&'a T) -> &'a str) -> Text<'a> {
        match self {
            Self::Hidden => Text::Hidden,
            Self::Nothing | Self::Read(Opened::Forgotten { .. }) => Text::Nothing,
            Self::Read(Opened::Unavailable(_)) => Text::Unreadable,
            Self::Read(Opened::Known(text)) => Text::from(of(text.expose())),
        }
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Known(text) }
    }
}

impl fmt::Debug for ListedAttendee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ListedAttendee({} {PERSONAL})", self.cursor())
    }
}
