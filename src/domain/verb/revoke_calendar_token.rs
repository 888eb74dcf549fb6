//! Revoke a calendar token: the secret address of a person's own calendar opens nothing any more.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::PersonId;

/// Takes back the secret address of a person's own calendar. It opens nothing from then on; another one may be issued.
///
/// # Refusals
/// None: where there is no address, nothing changes.
///
/// # Example
/// ```
/// use gather::{Change, Desk, IssueCalendarToken, PersonId, RevokeCalendarToken};
///
/// let (desk, ann) = (Desk::in_memory(), PersonId::random());
/// let token = desk.execute(IssueCalendarToken::new(ann))?.outcome.ok_or("it was told before")?;
/// assert_eq!(desk.execute(RevokeCalendarToken::new(ann))?.outcome, Change::Made);
/// assert_eq!(desk.execute(RevokeCalendarToken::new(ann))?.outcome, Change::AlreadySo);
/// assert!(desk.calendar_by_token(&token.expose()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RevokeCalendarToken {
    person: PersonId,
}

impl RevokeCalendarToken {
    /// Takes back the secret address of a person's own calendar.
    #[must_use]
    pub const fn new(person: PersonId) -> Self {
        Self { person }
    }
}

impl Decide for RevokeCalendarToken {
    type Outcome = Change;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Change, Refusal> {
        let person = self.person;
        if !decision.has_calendar_token(person) {
            return Ok(Change::AlreadySo);
        }
        decision.record(Fact::CalendarTokenRevoked { person });
        Ok(Change::Made)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("revoke calendar token");
        clear.id(self.person.bytes());
        clear
    }

    fn recall(&self, _: &Context, facts: &[Fact]) -> Option<Change> {
        Some(Change::among(facts, |fact| matches!(fact, Fact::CalendarTokenRevoked { .. })))
    }
}
