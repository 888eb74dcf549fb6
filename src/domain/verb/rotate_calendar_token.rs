//! Rotate a calendar token: the secret address of a person's own calendar becomes another.

use super::issue_calendar_token::MadeToken;
use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::PersonId;
use crate::token::CalendarToken;

/// Gives a person's own calendar another secret address: where the one before was lost, or came into the wrong hands.
/// The one before opens nothing from then on.
///
/// The outcome is the new token, told once as by [`IssueCalendarToken`](crate::IssueCalendarToken).
///
/// # Refusals
/// In this order: forgotten, the person's calendar has no secret address ([`Refusal::NoCalendarToken`]).
///
/// # Example
/// ```
/// use gather::{Desk, IssueCalendarToken, PersonId, RotateCalendarToken};
///
/// let (desk, ann) = (Desk::in_memory(), PersonId::random());
/// let first = desk.execute(IssueCalendarToken::new(ann))?.outcome.ok_or("it was told before")?;
/// let second = desk.execute(RotateCalendarToken::new(ann))?.outcome.ok_or("it was told before")?;
/// assert!(desk.calendar_by_token(&first.expose()).is_err());
/// assert!(desk.calendar_by_token(&second.expose()).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct RotateCalendarToken<T = ()> {
    pub(crate) person: PersonId,
    pub(crate) token: T,
}

impl RotateCalendarToken {
    /// Gives a person's own calendar another secret address.
    #[must_use]
    pub const fn new(person: PersonId) -> Self {
        Self { person, token: () }
    }
}

impl Decide for RotateCalendarToken<MadeToken> {
    type Outcome = Option<CalendarToken>;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Option<CalendarToken>, Refusal> {
        let person = self.person;
        decision.must_not_be_forgotten(person)?;
        if !decision.has_calendar_token(person) {
            return Err(Refusal::NoCalendarToken { person });
        }
        decision.record(Fact::CalendarTokenIssued { person, hash: self.token.hash.clone() });
        Ok(self.token.token.clone())
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("rotate calendar token");
        clear.id(self.person.bytes());
        clear
    }

    fn recall(&self, _: &Context, _: &[Fact]) -> Option<Option<CalendarToken>> {
        Some(None)
    }
}
