//! Secret addresses of calendars: whoever was last given one, and neither deprived of it nor forgotten since, has one.

use chrono::{DateTime, Utc};
use gather::Change;
use gather::testkit::Told;

use super::{Done, Naive, No, refuse_if};

impl Naive<'_> {
    pub(super) fn issue_calendar_token(
        &mut self,
        person: u8,
        anew: bool,
        given: DateTime<Utc>,
    ) -> Result<Told, No> {
        self.knows_all(&[person])?;
        let has_one = self.has_calendar_token(person);
        refuse_if(has_one && !anew, "calendar_token_exists")?;
        refuse_if(!has_one && anew, "no_calendar_token")?;
        self.done(given, Done::CalendarTokenIssued(person));
        Ok(Told::CalendarToken)
    }

    pub(super) fn revoke_calendar_token(&mut self, person: u8, given: DateTime<Utc>) -> Told {
        if !self.has_calendar_token(person) {
            return Told::Changed(Change::AlreadySo);
        }
        self.done(given, Done::CalendarTokenRevoked(person));
        Told::Changed(Change::Made)
    }

    fn has_calendar_token(&self, person: u8) -> bool {
        let last = self.past.iter().rev().find_map(|deed| match &deed.what {
            Done::CalendarTokenIssued(whose) if *whose == person => Some(true),
            Done::CalendarTokenRevoked(whose) | Done::Forgotten(whose) if *whose == person => Some(false),
            _ => None,
        });
        last.unwrap_or(false)
    }
}
