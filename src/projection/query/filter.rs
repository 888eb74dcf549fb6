//! Who is on a list that was asked for: conditions, and how they are put together.

use std::ops::Not;
use std::sync::Arc;

use super::Opens;
use super::folded::Folded;
use super::listed::ListedAttendee;
use crate::fact::{Announcement, Credential, Presence};
use crate::id::{CheckInListId, OfferingId, PersonId, SessionId};
use crate::projection::route::Route;
use crate::text::Reference;

/// A condition on the rows of an attendee list.
///
/// Conditions are put together by [`and`](Self::and), [`or`](Self::or) and `!`. A row passes a condition or its opposite, never
/// both and never neither. What nobody passes gives an empty list, not an error: a state that there is none of, an offering of another
/// gathering, a question that was not asked.
///
/// Those by name, organisation and answer open what is personal, and so are for lists that were exposed.
///
/// # Example
/// ```
/// use gather::{Filter, OfferingId, Presence};
///
/// let missing = Filter::state("confirmed").and(!Filter::presence(Presence::Attended));
/// let mine = missing.or(Filter::offering(OfferingId::new(2)).and(Filter::name("ann")));
/// # drop(mine);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(Test);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Everybody,
    HasPlace,
    State(Arc<str>),
    Offering(OfferingId),
    Session(SessionId),
    Presence(Presence),
    Route(Route),
    With(Credential),
    Person(PersonId),
    Guest,
    CheckedIn,
    CheckedInAt(CheckInListId),
    Tag(Reference),
    Consent(Reference, bool),
    Needs,
    Forgotten,
    Name(Arc<[Folded]>),
    Organisation(Folded),
    Answer(Arc<str>, Folded),
    Not(Box<Test>),
    /// Side by side, not one within the other: a host may put together as many as it likes.
    All(Vec<Test>),
    Any(Vec<Test>),
}

impl Filter {
    /// Everybody passes.
    #[must_use]
    pub fn everybody() -> Self {
        Self(Test::Everybody)
    }

    /// Whoever is confirmed, or keeps a place from others: held, offered, or pending with its places kept.
    #[must_use]
    pub fn has_place() -> Self {
        Self(Test::HasPlace)
    }

    /// Whose registration stands so, by its [code](crate::RegistrationStatus::code): `confirmed`, `waiting`.
    #[must_use]
    pub fn state(code: &str) -> Self {
        Self(Test::State(code.into()))
    }

    /// Who booked this offering.
    #[must_use]
    pub fn offering(offering: OfferingId) -> Self {
        Self(Test::Offering(offering))
    }

    /// Who booked an offering that is for this session.
    #[must_use]
    pub fn session(session: SessionId) -> Self {
        Self(Test::Session(session))
    }

    /// Of whom this is known.
    #[must_use]
    pub fn presence(presence: Presence) -> Self {
        Self(Test::Presence(presence))
    }

    /// Who came by this way.
    #[must_use]
    pub fn route(route: Route) -> Self {
        Self(Test::Route(route))
    }

    /// Whose registration was vouched for so: with a code, of a category, of an organisation by its id.
    #[must_use]
    pub fn with(credential: Credential) -> Self {
        Self(Test::With(credential))
    }

    /// The places that a person has, and those of the parties that they booked.
    #[must_use]
    pub fn person(person: PersonId) -> Self {
        Self(Test::Person(person))
    }

    /// Guests, named or not; `!Filter::guest()` are the bookers.
    #[must_use]
    pub fn guest() -> Self {
        Self(Test::Guest)
    }

    /// Who was seen going in, at any of the gathering's lists.
    #[must_use]
    pub fn checked_in() -> Self {
        Self(Test::CheckedIn)
    }

    /// Who was seen going in at this list; `!Filter::checked_in_at(list)` is everybody else, whether they belong there or not.
    #[must_use]
    pub fn checked_in_at(list: CheckInListId) -> Self {
        Self(Test::CheckedInAt(list))
    }

    /// Whose registration has this label; `!Filter::tag(label)` is whose has not.
    #[must_use]
    pub fn tag(label: Reference) -> Self {
        Self(Test::Tag(label))
    }

    /// Whose latest word on a purpose is this. Whoever has never said anything passes neither.
    #[must_use]
    pub fn consent(purpose: Reference, given: bool) -> Self {
        Self(Test::Consent(purpose, given))
    }

    /// Who has said what they need in order to take part; what that is is read for a named purpose.
    #[must_use]
    pub fn has_needs() -> Self {
        Self(Test::Needs)
    }

    /// Who was forgotten.
    #[must_use]
    pub fn forgotten() -> Self {
        Self(Test::Forgotten)
    }

    /// Whose name has, for each word of the text, a word that begins so; case does not matter. A guest who is not named is found
    /// by the name of whoever booked. A text without a word finds everybody. Personal.
    #[must_use]
    pub fn name(text: &str) -> Self {
        let text = Folded::of(text);
        Self(Test::Name(text.words().map(Folded::of).collect()))
    }

    /// Whose details name this organisation; case and blanks around it do not matter. An empty text finds those who
    /// name none. Personal.
    #[must_use]
    pub fn organisation(text: &str) -> Self {
        Self(Test::Organisation(Folded::of(text.trim())))
    }

    /// Whose booker answered a question so, in the whole of the answer; case and blanks around it do not matter. It passes
    /// the rows of bookers only, since the answers are theirs. Personal.
    #[must_use]
    pub fn answer(question: &str, text: &str) -> Self {
        Self(Test::Answer(question.into(), Folded::of(text.trim())))
    }

    /// Who passes both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self.0, other.0) {
            (Test::Everybody, only) | (only, Test::Everybody) => Self(only),
            (Test::All(mut all), next) => {
                all.push(next);
                Self(Test::All(all))
            }
            (one, other) => Self(Test::All(vec![one, other])),
        }
    }

    /// Who passes one of the two, or both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self.0, other.0) {
            (Test::Any(mut any), next) => {
                any.push(next);
                Self(Test::Any(any))
            }
            (one, other) => Self(Test::Any(vec![one, other])),
        }
    }

    pub(super) fn opens(&self) -> Opens {
        self.0.opens()
    }

    pub(super) fn passes(&self, row: &ListedAttendee, announcement: &Announcement) -> bool {
        self.0.passes(row, announcement)
    }
}

impl Not for Filter {
    type Output = Self;

    /// Who does not pass it.
    fn not(self) -> Self {
        Self(Test::Not(Box::new(self.0)))
    }
}

impl Test {
    fn opens(&self) -> Opens {
        match self {
            Self::Name(_) | Self::Organisation(_) => Opens::DETAILS,
            Self::Answer(..) => Opens::TEXTS,
            Self::Not(of) => of.opens(),
            Self::All(each) | Self::Any(each) => {
                each.iter().map(Self::opens).fold(Opens::NOTHING, Opens::and)
            }
            Self::Everybody
            | Self::HasPlace
            | Self::State(_)
            | Self::Offering(_)
            | Self::Session(_)
            | Self::Presence(_)
            | Self::Route(_)
            | Self::With(_)
            | Self::Person(_)
            | Self::Guest
            | Self::CheckedIn
            | Self::CheckedInAt(_)
            | Self::Tag(_)
            | Self::Consent(..)
            | Self::Needs
            | Self::Forgotten => Opens::NOTHING,
        }
    }

    fn passes(&self, listed: &ListedAttendee, announcement: &Announcement) -> bool {
        let row = listed.row();
        match self {
            Self::Everybody => true,
            Self::HasPlace => row.has_place(),
            Self::State(code) => row.status.code() == &**code,
            Self::Offering(offering) => row.offering == *offering,
            Self::Session(session) => {
                announcement.offering(row.offering).is_some_and(|offering| offering.session == Some(*session))
            }
            Self::Presence(presence) => row.presence == *presence,
            Self::Route(route) => row.route == *route,
            Self::With(credential) => row.credentials().contains(credential),
            Self::Person(person) => row.person == Some(*person) || row.booker == *person,
            Self::Guest => row.place != 1,
            Self::CheckedIn => row.first_check_in().is_some(),
            Self::CheckedInAt(list) => row.first_check_in_at(*list).is_some(),
            Self::Tag(tag) => row.tags().contains(tag),
            Self::Consent(purpose, given) => row.has_consented(purpose) == Some(*given),
            Self::Needs => row.has_needs(),
            Self::Forgotten => row.forgotten().is_some(),
            Self::Name(words) => words.iter().all(|word| listed.is_called_like(word)),
            Self::Organisation(text) => listed.is_of(text),
            Self::Answer(question, text) => {
                listed.answer(question).is_some_and(|answer| Folded::of(answer.trim()) == *text)
            }
            Self::Not(of) => !of.passes(listed, announcement),
            Self::All(each) => each.iter().all(|one| one.passes(listed, announcement)),
            Self::Any(each) => each.iter().any(|one| one.passes(listed, announcement)),
        }
    }
}
