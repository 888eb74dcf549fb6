//! What came by mail: an answer to an invitation, put to the desk as a command.

use uuid::Uuid;

use super::{Desk, Error, Failure, LEAP, Receipt};
use crate::calendar::Reply;
use crate::domain::{AnswerInvitation, Answered, Refusal};
use crate::id::{PersonId, RegistrationId, RequestId};
use crate::privacy::VaultError;
use crate::sealed::Opened;

impl Desk {
    /// Takes an answer to an invitation that came by mail, from the address that the mail is known to have come from.
    ///
    /// Whoever can write a mail can write any name into it, so the host says which address it has verified (by SPF and DKIM,
    /// or because its own form was used): only that address answers for itself. It is compared, whatever the case of its
    /// letters, with what was recorded of the registration's people.
    ///
    /// The same answer can come any number of times: it is done once, and later ones get the first receipt. What comes of
    /// it, and what if it is old, is on the page of [`AnswerInvitation`]. An answer to an invitation says nothing of other
    /// registrations: a place that somebody took elsewhere, or handed to somebody else, is not touched by it.
    ///
    /// # Errors
    /// In this order: [`Refusal::UnknownRegistration`], [`Refusal::WrongSender`], [`Refusal::TimeAhead`] for an answer dated
    /// more than a day ahead of the desk's clock; then as for [`AnswerInvitation`]. Nothing is appended then. A fault where
    /// the details of somebody on it cannot be read and nobody else has the address: who it is cannot be told now. Keep the
    /// mail and ask again.
    ///
    /// # Example
    /// ```
    /// use gather::calendar::{Invitations, Mailbox, Reply};
    /// use gather::{Answered, Desk, Gathering, OutboxMark, PersonDetails};
    ///
    /// let desk = Desk::in_memory();
    /// let talk = Gathering::webinar("Open day").at("2099-03-05 14:00 to 15:30 Europe/London".parse()?);
    /// let talk = desk.announce(talk)?.outcome;
    /// let ann = desk.record_person(PersonDetails::new("Ann").email("Ann@Example.org"))?.outcome;
    /// drop(desk.register(talk, ann)?);
    /// let invitations = Invitations::from(Mailbox::new("Library network", "events@library.example")?);
    /// let invited = desk.outbox(&invitations, OutboxMark::default(), 1).due.remove(0).mail?;
    ///
    /// // What a calendar makes of it when somebody clicks on "no":
    /// let unfolded = invited.text().expose().replace("\r\n ", "");
    /// let mail = unfolded.replace("METHOD:REQUEST", "METHOD:REPLY").replace("NEEDS-ACTION", "DECLINED");
    /// let reply = Reply::read(mail.as_bytes())?;
    /// assert!(desk.take_reply(&reply, "eve@example.org").is_err());
    /// assert!(matches!(desk.take_reply(&reply, "ann@example.org")?.outcome, Answered::GivenUp(_)));
    /// assert!(desk.attendee_list(talk)?.rows().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn take_reply(&self, reply: &Reply, sender: &str) -> Result<Receipt<Answered>, Failure> {
        let registration = reply.registration;
        // In a shared log the registration may have been made elsewhere.
        self.catch_up()?;
        let people = self.lists().people_ever_on(registration);
        let people = people.ok_or(Refusal::UnknownRegistration { registration })?;
        let attendee = reply.attendee.expose();
        let is_sender = sender.trim().to_lowercase() == *attendee;
        let person = if is_sender { self.whose_address(people, attendee)? } else { None };
        let person = person.ok_or(Refusal::WrongSender { registration })?;
        let clock = self.inner.clock.now();
        if reply.stamp.signed_duration_since(clock) > LEAP {
            return Err(Refusal::TimeAhead { time: reply.stamp, clock }.into());
        }
        let answer = AnswerInvitation::new(registration, person, reply.rsvp);
        let answer = match reply.sequence {
            Some(sequence) => answer.to(sequence, reply.stamp),
            None => answer.given_at(reply.stamp),
        };
        let answer = match &reply.comment {
            Some(comment) => answer.comment(comment.expose().clone()),
            None => answer,
        };
        self.request(request_of(reply, registration, person)).execute(answer)
    }

    /// Who of them gets mail there. Not "nobody" where that cannot be told: an answer would be lost for good.
    fn whose_address(
        &self,
        people: impl IntoIterator<Item = PersonId>,
        address: &str,
    ) -> Result<Option<PersonId>, Error> {
        let mut unknown = None;
        for person in people {
            match self.person(person) {
                Some(Opened::Known(details)) if details.expose().email.to_lowercase() == address => {
                    return Ok(Some(person));
                }
                Some(Opened::Unavailable(why)) => unknown = Some(why),
                Some(Opened::Known(_) | Opened::Forgotten { .. }) | None => {}
            }
        }
        match unknown {
            Some(why) => Err(VaultError::unavailable(format!("who answers cannot be told: {why:?}")).into()),
            None => Ok(None),
        }
    }
}

/// The same for the same answer, so that it is done once. It holds neither the address nor what was written.
fn request_of(reply: &Reply, registration: RegistrationId, person: PersonId) -> RequestId {
    let mut hash = blake3::Hasher::new_derive_key("gather 2026 request of an answer to an invitation");
    hash.update(&registration.bytes()).update(&person.bytes()).update(reply.rsvp.code().as_bytes());
    // One that says no sequence is shorter, and so is like none that does.
    hash.update(reply.sequence.map(u32::to_le_bytes).as_ref().map_or(&[], <[u8; 4]>::as_slice));
    hash.update(&reply.stamp.timestamp().to_le_bytes());
    hash.update(&[u8::from(reply.comment.is_some())]);
    let mut bytes = [0; 16];
    hash.finalize_xof().fill(&mut bytes);
    RequestId::from_uuid(Uuid::new_v8(bytes))
}
