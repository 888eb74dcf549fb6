//! Issue a calendar token: a person's own calendar gets a secret address.

use crate::domain::decision::Decision;
use crate::domain::refusal::Refusal;
use crate::domain::{Clear, Context, Decide};
use crate::fact::Fact;
use crate::id::PersonId;
use crate::sealed::Sealed;
use crate::token::{CalendarToken, TokenHash};

/// Gives a person's own calendar a secret address, to be read by calendar programs, which cannot log in.
///
/// The desk makes the token. **It is told once**, as the outcome; what is kept is a hash, sealed with the person's key. The
/// outcome is `None` in a preview, and where the request was answered before: whoever has lost it asks for another
/// ([`RotateCalendarToken`](crate::RotateCalendarToken)). [`Desk::calendar_by_token`](crate::Desk::calendar_by_token) reads the
/// calendar. The person need not be recorded.
///
/// # Refusals
/// In this order: forgotten, the person's calendar has a secret address already ([`Refusal::CalendarTokenExists`]).
///
/// # Example
/// ```
/// use gather::{Desk, IssueCalendarToken, PersonDetails};
///
/// let desk = Desk::in_memory();
/// let ann = desk.record_person(PersonDetails::new("Ann Example"))?.outcome;
/// let token = desk.execute(IssueCalendarToken::new(ann))?.outcome.ok_or("it was told before")?;
///
/// let calendar = desk.calendar_by_token(&token.expose())?;
/// assert_eq!(calendar.to_string(), desk.calendar(ann).to_string());
/// let again = desk.execute(IssueCalendarToken::new(ann)).unwrap_err();
/// assert_eq!(again.refusal().unwrap().code(), "calendar_token_exists");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct IssueCalendarToken<T = ()> {
    pub(crate) person: PersonId,
    pub(crate) token: T,
}

/// A token that was made, and what is kept of it. Where a command is only looked at, none was.
#[derive(Clone, Debug)]
pub(crate) struct MadeToken {
    pub(crate) token: Option<CalendarToken>,
    pub(crate) hash: Sealed<TokenHash>,
}

impl IssueCalendarToken {
    /// Gives a person's own calendar a secret address.
    #[must_use]
    pub const fn new(person: PersonId) -> Self {
        Self { person, token: () }
    }
}

impl Decide for IssueCalendarToken<MadeToken> {
    type Outcome = Option<CalendarToken>;

    fn decide(&self, decision: &mut Decision<'_>, _: &Context) -> Result<Option<CalendarToken>, Refusal> {
        let person = self.person;
        decision.must_not_be_forgotten(person)?;
        if decision.has_calendar_token(person) {
            return Err(Refusal::CalendarTokenExists { person });
        }
        decision.record(Fact::CalendarTokenIssued { person, hash: self.token.hash.clone() });
        Ok(self.token.token.clone())
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("issue calendar token");
        clear.id(self.person.bytes());
        clear
    }

    fn recall(&self, _: &Context, _: &[Fact]) -> Option<Option<CalendarToken>> {
        Some(None)
    }
}
