//! Which calendar messages are due to whom: derived from the log each time somebody asks.

use super::Desk;
use super::failure::Failure;
use crate::calendar::{Due, Invitations};
use crate::domain::Refusal;
use crate::id::RegistrationId;
use crate::projection::{Invitation, OutboxMark};

/// What is due, and how far that goes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outbox {
    /// What is due, in the order in which it came to be: what was changed first comes first.
    pub due: Vec<Due>,
    /// What acknowledges all of it. Keep it, and ask from there the next time.
    pub mark: OutboxMark,
    /// Whether more is due than was asked for.
    pub is_more: bool,
}

impl Desk {
    /// Which calendar messages are due to whom after a mark, at most `limit` of them: invitations, updates, cancellations.
    ///
    /// Nothing is queued anywhere. What somebody's calendar had at the mark, and what it should have now, both follow from
    /// the log, and where they differ a message is due. So several changes to one entry come to one message, with the last,
    /// and whoever asks again from the same mark is told the same, with later changes in it. Asking goes through the lists in memory and reads no log; gatherings to which nothing has
    /// happened are not looked at.
    ///
    /// Keep [`Due::mark`] when a message has been handed over, or [`Outbox::mark`] when all have, and ask from there: then
    /// nothing is told twice but a message that was handed over without its mark being kept. A desk that is new to sending
    /// begins at [`position`](Self::position), or everything since the log began is due.
    ///
    /// To one person at a time: everybody on a party whose details are recorded gets their own. Whoever cannot be
    /// written to is told of as well, see [`Due::mail`].
    ///
    /// A place that was taken and given up again since the mark comes to a cancellation: a host may have been stopped after it
    /// told of the place, before it kept a mark. Calendars pass over the cancellation of what they do not have (RFC 5546,
    /// section 3.2.5).
    ///
    /// # Example
    /// ```
    /// use gather::calendar::{Invitations, Mailbox, Method};
    /// use gather::{Desk, Gathering, OutboxMark, PersonDetails};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Open day").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?);
    /// let talk = desk.announce(talk)?.outcome;
    /// let ann = desk.record_person(PersonDetails::new("Ann").email("ann@example.org"))?.outcome;
    /// let anns = desk.register(talk, ann)?.outcome.registration();
    ///
    /// let invitations = Invitations::from(Mailbox::new("Library network", "events@library.example")?);
    /// let outbox = desk.outbox(&invitations, OutboxMark::default(), 100);
    /// let message = outbox.due[0].mail.as_ref().unwrap();
    /// assert_eq!((message.method(), message.sequence()), (Method::Request, 0));
    /// assert_eq!(message.recipient().expose().address(), "ann@example.org");
    /// assert!(message.text().expose().contains(&format!("UID:{anns}\r\n")));
    ///
    /// assert!(desk.outbox(&invitations, outbox.mark, 100).due.is_empty());
    /// drop(desk.cancel_gathering(talk)?);
    /// let outbox = desk.outbox(&invitations, outbox.mark, 100);
    /// assert_eq!(outbox.due[0].mail.as_ref().unwrap().method(), Method::Cancel);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn outbox(&self, invitations: &Invitations, after: impl Into<OutboxMark>, limit: usize) -> Outbox {
        let after = after.into();
        let (found, is_more, position) = {
            let lists = self.lists();
            let (found, is_more) = lists.invitations_after(after, limit);
            (found, is_more, lists.position())
        };
        let last = found.last().map(|invitation| invitation.mark);
        let mark =
            if is_more { last.unwrap_or(after) } else { OutboxMark::from(position.max(after.position())) };
        Outbox { due: self.write_invitations(invitations, &found), mark, is_more }
    }

    /// The invitations of a registration as it stands, one for each of its people with a place: for somebody who has lost
    /// theirs, or whose address was recorded later. Empty where nobody has a place by it now, or there is no date yet.
    ///
    /// # Errors
    /// [`Refusal::UnknownRegistration`]; and where others write in the log, that it cannot be read.
    pub fn invitations(
        &self,
        invitations: &Invitations,
        registration: RegistrationId,
    ) -> Result<Vec<Due>, Failure> {
        // The registration may have been made, or moved, elsewhere.
        if self.inner.shared {
            self.catch_up()?;
        }
        let found = self.lists().invitations_to(registration);
        let found = found.ok_or(Refusal::UnknownRegistration { registration })?;
        Ok(self.write_invitations(invitations, &found))
    }

    /// Keys may come from a service of the host's, so nothing is opened under the lists' lock.
    fn write_invitations(&self, invitations: &Invitations, found: &[Invitation]) -> Vec<Due> {
        let opener = self.opener();
        invitations.tell(found, &*opener)
    }
}
