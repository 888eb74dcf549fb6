//! Who is to be told what about their calendar, as the log stands: derived anew each time, so nothing is kept beside it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::Lists;
use super::agenda::AgendaRow;
use super::card::GatheringCard;
use super::registration::RegistrationCard;
use crate::fact::Rsvp;
use crate::id::{GatheringId, PersonId, RegistrationId};
use crate::person::PersonDetails;
use crate::record::Position;
use crate::sealed::Sealed;

/// How far a host has got in telling people: all that changed up to a position has been told, or, within the position at
/// which many entries changed at once, up to one of them.
///
/// It is kept as text. That of a whole reading is a position and nothing more.
///
/// # Example
/// ```
/// use gather::{OutboxMark, Position};
///
/// let mark: OutboxMark = "1024".parse()?;
/// assert_eq!(mark, OutboxMark::from(Position::new(1024)));
/// assert_eq!(mark.to_string(), "1024");
/// # Ok::<(), gather::UnreadableMark>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OutboxMark {
    position: Position,
    within: Option<Whose>,
}

/// Whose entry: the number of the registration within its gathering, then the person.
type Whose = (u32, PersonId);

impl OutboxMark {
    /// The position up to which everything has been told, but for what a mark within it leaves.
    #[must_use]
    pub fn position(self) -> Position {
        self.position
    }

    /// Up to where it is known what somebody has been told.
    fn told(self, whose: Whose) -> Position {
        match self.within {
            Some(last) if whose > last => Position::new(self.position.get().saturating_sub(1)),
            Some(_) | None => self.position,
        }
    }
}

impl From<Position> for OutboxMark {
    fn from(position: Position) -> Self {
        Self { position, within: None }
    }
}

impl fmt::Display for OutboxMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.within {
            None => write!(f, "{}", self.position),
            Some((number, person)) => write!(f, "{}.{number}.{person}", self.position),
        }
    }
}

/// A text that is no mark of an outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no mark of an outbox")]
#[non_exhaustive]
pub struct UnreadableMark;

impl FromStr for OutboxMark {
    type Err = UnreadableMark;

    fn from_str(text: &str) -> Result<Self, UnreadableMark> {
        read_mark(text).ok_or(UnreadableMark)
    }
}

/// A number as it is written: Rust reads a plus sign as well.
fn digits(text: &str) -> Option<&str> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)
}

fn read_mark(text: &str) -> Option<OutboxMark> {
    let mut parts = text.split('.');
    let position = Position::new(digits(parts.next()?)?.parse().ok()?);
    let within = match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => None,
        (Some(of), Some(person), None) => Some((digits(of)?.parse().ok()?, person.parse().ok()?)),
        (Some(_), ..) => return None,
    };
    Some(OutboxMark { position, within })
}

/// Why somebody is told something about their calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Occasion {
    /// They have a place, and their calendar does not know of it.
    Invited,
    /// What their calendar has of it has changed: time, place, texts.
    Updated,
    /// Their calendar has an entry that does not hold any more.
    Cancelled,
}

impl Occasion {
    /// A stable name for machines: `invited`, `updated`, `cancelled`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Updated => "updated",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// Something to be told to one person about one registration, as it stands now.
#[derive(Clone, Debug)]
pub(crate) struct Invitation {
    pub(crate) person: PersonId,
    pub(crate) occasion: Occasion,
    /// What acknowledges it, and all before it.
    pub(crate) mark: OutboxMark,
    pub(crate) row: AgendaRow,
    /// What they have answered, if it still holds.
    pub(crate) rsvp: Option<Rsvp>,
    pub(crate) details: Option<Arc<Sealed<PersonDetails>>>,
    /// Where somebody's entry goes: whoever else has one by the same registration, and so of the same UID.
    pub(crate) still_on_it: Vec<(PersonId, Arc<Sealed<PersonDetails>>)>,
}

/// Where an entry was last changed and whose it is: what is due is in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    changed: Position,
    whose: Whose,
    registration: RegistrationId,
    gathering: GatheringId,
}

/// Everybody who is on a registration or was while it was confirmed, each once.
fn people_of(it: &RegistrationCard) -> Vec<PersonId> {
    let mut people: Vec<_> = it.booking().party.named().chain(it.invited().who_moved()).collect();
    people.sort_unstable();
    people.dedup();
    people
}

/// What somebody has answered to their entry as it is now: an answer to one that was moved since does not hold.
fn current_rsvp(card: &GatheringCard, it: &RegistrationCard, person: PersonId) -> Option<Rsvp> {
    let reply = it.replies().iter().find(|reply| reply.person == person)?;
    (reply.sequence == card.entry_sequence_of(it, person)).then_some(reply.rsvp)
}

impl Lists {
    /// What is due after a mark, the entry that was changed first before others, at most so many; and whether there is more.
    ///
    /// Each entry comes once, with its last change. One that changes again later has a later place then, so whatever is
    /// behind the mark has been told as it stands.
    pub(crate) fn invitations_after(&self, mark: OutboxMark, limit: usize) -> (Vec<Invitation>, bool) {
        let mut due: Vec<Due> = Vec::new();
        for card in self.gatherings.values().filter(|card| card.touched() >= mark.position) {
            due.extend(self.due_on(card, mark));
        }
        due.sort_unstable();
        let is_more = due.len() > limit;
        due.truncate(limit);
        let invitations = due.into_iter().filter_map(|due| self.invitation(due, mark)).collect();
        (invitations, is_more)
    }

    fn due_on<'a>(&'a self, card: &'a GatheringCard, mark: OutboxMark) -> impl Iterator<Item = Due> + 'a {
        let ever_confirmed = card.registrations().filter(|it| it.was_confirmed());
        let each = ever_confirmed.flat_map(|it| people_of(it).into_iter().map(move |person| (it, person)));
        // Nobody knows the address of somebody who was forgotten, and nothing of them is to be kept in a calendar.
        let each = each.filter(|(_, person)| self.forgotten(*person).is_none());
        each.filter_map(move |(it, person)| {
            let whose = (it.number(), person);
            let (_, changed) = self.occasion(card, it, whose, mark)?;
            Some(Due { changed, whose, registration: it.id(), gathering: card.id() })
        })
    }

    /// Why somebody is to be told after a mark, and where that came to be so.
    ///
    /// What came and went again after it is told as cancelled: it may have been told by a host that was stopped before it
    /// could keep a mark, and a calendar passes over the cancellation of what it does not have.
    fn occasion(
        &self,
        card: &GatheringCard,
        it: &RegistrationCard,
        whose: Whose,
        mark: OutboxMark,
    ) -> Option<(Occasion, Position)> {
        let (person, told) = (whose.1, mark.told(whose));
        let is_new = |changed: &Position| *changed > told;
        if !card.shows(it, person, self.position) {
            return card.entry_gone(it, person).filter(is_new).map(|gone| (Occasion::Cancelled, gone));
        }
        let changed = Some(card.entry_changed(it, person)).filter(is_new)?;
        let occasion = if card.shows(it, person, told) { Occasion::Updated } else { Occasion::Invited };
        Some((occasion, changed))
    }

    fn invitation(&self, due: Due, mark: OutboxMark) -> Option<Invitation> {
        let (card, it) = self.registration(due.registration)?;
        let (_, person) = due.whose;
        let (occasion, _) = self.occasion(card, it, due.whose, mark)?;
        let has_entry = |other: &PersonId| *other != person && card.shows(it, *other, self.position);
        let others = it.booking().party.named().filter(|_| occasion == Occasion::Cancelled).filter(has_entry);
        Some(Invitation {
            person,
            occasion,
            still_on_it: others.filter_map(|other| Some((other, self.details(other)?))).collect(),
            mark: OutboxMark { position: due.changed, within: Some(due.whose) },
            row: AgendaRow::of(card, it, person),
            rsvp: current_rsvp(card, it, person),
            details: self.details(person),
        })
    }

    /// Everybody who is on a registration or was while it was confirmed, those who are first. `None` for one never heard of.
    #[cfg(feature = "replies")]
    pub(crate) fn people_ever_on(&self, registration: RegistrationId) -> Option<Vec<PersonId>> {
        let (_, it) = self.registration(registration)?;
        let mut people: Vec<_> = it.booking().party.named().collect();
        people.extend(
            people_of(it).into_iter().filter(|person| !it.booking().party.named().any(|on| on == *person)),
        );
        Some(people)
    }

    /// What the calendars of a registration's people should have of it now: an invitation for each who has a place by it.
    /// `None` for a registration never heard of.
    pub(crate) fn invitations_to(&self, registration: RegistrationId) -> Option<Vec<Invitation>> {
        let (card, it) = self.registration(registration)?;
        let is_told =
            |person: &PersonId| self.forgotten(*person).is_none() && card.shows(it, *person, self.position);
        let theirs = people_of(it).into_iter().filter(is_told);
        let whole = OutboxMark::default();
        let due = theirs.map(|person| Due {
            changed: card.entry_changed(it, person),
            whose: (it.number(), person),
            registration,
            gathering: card.id(),
        });
        Some(due.filter_map(|due| self.invitation(due, whole)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_kept_as_text() {
        let person = PersonId::from_u128(7);
        let marks = [
            OutboxMark::default(),
            OutboxMark::from(Position::new(u64::MAX)),
            OutboxMark { position: Position::new(3), within: Some((2, person)) },
        ];
        for mark in marks {
            assert_eq!(mark.to_string().parse(), Ok(mark));
        }
        for text in ["", "-1", "+1", "1.", "1.2", "1.2.x", &format!("1.2.{person}.4"), "1 "] {
            assert_eq!(text.parse::<OutboxMark>(), Err(UnreadableMark), "{text:?}");
        }
    }

    #[test]
    fn a_mark_within_a_position_leaves_who_comes_after() {
        let whose = |number| (number, PersonId::from_u128(1));
        let mark = OutboxMark { position: Position::new(9), within: Some(whose(2)) };
        assert_eq!([1, 2, 3].map(|number| mark.told(whose(number)).get()), [9, 9, 8]);
    }
}
