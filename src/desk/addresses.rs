//! Whose calendar is behind a secret address.
//!
//! What is kept of a token is sealed, so it cannot be searched. Whoever first asks has it opened, all of it once and then what
//! is new; it is kept in memory by its hash. Nothing of it is written anywhere.

use std::sync::PoisonError;

use hashbrown::HashMap;

use super::{Desk, Failure};
use crate::calendar::PersonalFeed;
use crate::domain::Refusal;
use crate::id::PersonId;
use crate::projection::{CalendarTokens, IssuedToken};
use crate::record::Position;
use crate::sealed::Personal;
use crate::token::{CalendarToken, TokenHash};

/// So many that could not be opened before are tried again for one address that nothing is known of.
const TRIED_AGAIN: usize = 64;

/// What was opened so far.
#[derive(Default)]
pub(super) struct Addresses {
    /// All up to here were opened, or found closed.
    seen: Position,
    known: HashMap<[u8; 32], Known>,
    /// Where those were issued that could not be opened: their key may be out of reach for now.
    closed: Vec<Position>,
}

/// A token that was opened: what is kept of it, whose it is, and where it was issued.
struct Known {
    hash: Personal<TokenHash>,
    person: PersonId,
    issued: Position,
}

impl Desk {
    /// A person's own calendar, by the token of its secret address, as a calendar program asks for it. It is
    /// [`calendar`](Self::calendar) with nobody logged in: serve it over HTTPS, keep the address out of your server's records
    /// as far as you can, and answer every refusal with one and the same page.
    ///
    /// The token is found by its hash, in a map in memory; whether it is the one is then decided by a comparison in constant
    /// time. An address that opens nothing takes as long as one that does, but for making the calendar.
    ///
    /// Where others write in the log, it looks first at what they have written: an address that they took back, or whose person
    /// they forgot, opens nothing here from the moment on at which it is durable there.
    ///
    /// # Errors
    /// [`Refusal::UnknownCalendar`], one refusal for all: a text that is no token, a token that was never issued, one that was
    /// rotated or revoked, one whose person was forgotten, and one whose key is not to be had.
    ///
    /// As for [`refresh`](Self::refresh), where others write in the log and it cannot be read: whatever the token.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, IssueCalendarToken, PersonId, RotateCalendarToken};
    ///
    /// let (desk, ann) = (Desk::in_memory(), PersonId::random());
    /// let token = desk.execute(IssueCalendarToken::new(ann))?.outcome.ok_or("it was told before")?.expose();
    /// assert!(desk.calendar_by_token(&token)?.to_string().starts_with("BEGIN:VCALENDAR"));
    ///
    /// drop(desk.execute(RotateCalendarToken::new(ann))?);
    /// let gone = desk.calendar_by_token(&token).unwrap_err();
    /// let never = desk.calendar_by_token("anything").unwrap_err();
    /// assert_eq!(gone.to_string(), never.to_string());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn calendar_by_token(&self, token: &str) -> Result<PersonalFeed, Failure> {
        // In a shared log it may have been issued, or taken back, elsewhere. That is asked whatever the token is.
        self.catch_up()?;
        // Read first, so that the time it takes says nothing of what follows.
        let hash = token.parse::<CalendarToken>().map(|token| token.hash());
        let found = hash.ok().and_then(|hash| self.whose(&hash));
        let (person, issued) = found.ok_or(Refusal::UnknownCalendar)?;
        let lists = self.lists();
        // It may have been taken back meanwhile, and what is shown is as of one moment.
        let is_open = lists.calendar_tokens().at(issued).is_some_and(|it| it.person == person);
        let agenda = lists.agenda(person, self.opener());
        drop(lists);
        if is_open { Ok(PersonalFeed::of(agenda)) } else { Err(Refusal::UnknownCalendar.into()) }
    }

    /// Whose calendar a token opened when it was last looked, and where that token was issued.
    fn whose(&self, hash: &TokenHash) -> Option<(PersonId, Position)> {
        let mut addresses = self.inner.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let news = addresses.take_news(self.lists().calendar_tokens());
        // Keys may come from a service of the host's, so nothing is opened under the lists' lock.
        self.open_into(&mut addresses, news);
        let found = addresses.find(hash);
        if found.is_some() || addresses.closed.is_empty() {
            return found;
        }
        let again = addresses.take_closed(self.lists().calendar_tokens());
        self.open_into(&mut addresses, again);
        addresses.find(hash)
    }

    /// Keeps nothing in memory of addresses that open nothing any more.
    pub(super) fn let_go_of_addresses(&self) {
        let mut addresses = self.inner.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        addresses.let_go(self.lists().calendar_tokens());
    }

    fn open_into(&self, addresses: &mut Addresses, tokens: Vec<(Position, IssuedToken)>) {
        for (issued, IssuedToken { person, hash }) in tokens {
            let opened = self.inner.keyring.calendar_token(person, &hash);
            let Some(hash) = opened.known() else {
                addresses.closed.push(issued);
                continue;
            };
            let known = Known { hash: hash.clone(), person, issued };
            addresses.known.insert(hash.expose().bytes(), known);
        }
    }
}

impl Addresses {
    /// What is to be opened that is new; what opens nothing any more is let go.
    fn take_news(&mut self, tokens: &CalendarTokens) -> Vec<(Position, IssuedToken)> {
        let (before, changed) = (self.seen, tokens.changed());
        if before == changed {
            return Vec::new();
        }
        self.seen = changed;
        self.let_go(tokens);
        tokens.after(before).map(|(at, token)| (at, token.clone())).collect()
    }

    fn let_go(&mut self, tokens: &CalendarTokens) {
        self.known.retain(|_, known| tokens.at(known.issued).is_some());
        self.closed.retain(|issued| tokens.at(*issued).is_some());
    }

    /// The first few of what could not be opened before; those that stay closed come last from then on.
    fn take_closed(&mut self, tokens: &CalendarTokens) -> Vec<(Position, IssuedToken)> {
        let few = self.closed.len().min(TRIED_AGAIN);
        let few = self.closed.drain(..few);
        few.filter_map(|at| Some((at, tokens.at(at)?.clone()))).collect()
    }

    /// The map is searched by a hash, which nobody can steer towards another's; that it is the one is decided in constant time.
    fn find(&self, hash: &TokenHash) -> Option<(PersonId, Position)> {
        let known = self.known.get(&hash.bytes())?;
        (known.hash.expose() == hash).then_some((known.person, known.issued))
    }
}
