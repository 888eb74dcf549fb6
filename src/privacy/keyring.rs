//! Which key belongs to whom, learned from the log, and what seals and opens with them.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::error::VaultError;
use super::holders::{Held, Holder, Holders, Learned, Whose, gone_by};
#[cfg(feature = "file")]
use super::no_keys::NoKeys;
use super::plain::Plain;
use super::sealing::{self, Subject};
use super::vault::{Key, KeyVault};
use crate::fact::Fact;
use crate::id::{GatheringId, PersonId, RegistrationId, ResourceId};
use crate::image::Sink;
use crate::person::{
    Answers, JoinLink, Needs, Note, PersonDetails, PublishedName, ReplyComment, ResourceLink,
};
use crate::record::Record;
use crate::sealed::{KeyRef, Keys, Opened, Opener, Personal, Sealed, Unavailable};
use crate::token::TokenHash;

/// Seals and opens the personal data of one log.
///
/// A desk has a keyring of its own. Make one by hand to read a log's personal data without a desk: tell it of
/// every fact with [`learn`](Self::learn), in the log's order, then open.
///
/// Every person has one key, and every gathering three: one for its own texts, one for its answers, one for its people's
/// needs. Who has which key is nowhere but in the log, beside each sealed value.
///
/// ```
/// use std::sync::Arc;
/// use gather::privacy::{Keyring, MemoryVault, Opener};
/// use gather::{Opened, PersonDetails, PersonId, Personal};
///
/// let keyring = Keyring::new(Arc::new(MemoryVault::new()));
/// let ann = PersonId::random();
/// let sealed = keyring.seal_person(ann, &Personal::new(PersonDetails::new("Ann Example")))?;
///
/// let Opened::Known(details) = keyring.person(ann, &sealed) else { panic!("it was sealed just now") };
/// assert_eq!(details.expose().name, "Ann Example");
/// // What is Ann's does not open as anybody else's.
/// assert!(matches!(keyring.person(PersonId::random(), &sealed), Opened::Unavailable(_)));
/// # Ok::<(), gather::privacy::VaultError>(())
/// ```
pub struct Keyring {
    vault: Arc<dyn KeyVault>,
    holders: Mutex<Holders>,
    is_without_keys: bool,
    /// Whether zeros are kept in the place of whatever it is given to seal.
    #[cfg(feature = "testkit")]
    keeps_nothing: bool,
}

/// What came of destroying somebody's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Destroyed {
    /// How many were overwritten, or were so before and are again.
    pub(crate) overwritten: usize,
    /// How many the vault does not have.
    pub(crate) missing: usize,
}

impl Keyring {
    /// A keyring that knows of nobody's key yet. Tell it of the whole log before it seals anything.
    #[must_use]
    pub fn new(vault: Arc<dyn KeyVault>) -> Self {
        Self {
            vault,
            holders: Mutex::default(),
            is_without_keys: false,
            #[cfg(feature = "testkit")]
            keeps_nothing: false,
        }
    }

    /// A keyring that seals nothing and keeps nothing: what goes into the log in the place of sealed bytes is zeros.
    #[cfg(feature = "testkit")]
    pub(crate) fn keeping_nothing(vault: Arc<dyn KeyVault>) -> Self {
        Self { keeps_nothing: true, ..Self::new(vault) }
    }

    /// A keyring without any key: it seals nothing, and opens nothing.
    #[cfg(feature = "file")]
    pub(crate) fn without_keys() -> Self {
        Self { is_without_keys: true, ..Self::new(Arc::new(NoKeys)) }
    }

    /// Whether it has no keys at all, as it was asked for.
    pub(crate) fn is_without_keys(&self) -> bool {
        self.is_without_keys
    }

    /// Hears of a record, replayed or just appended: notes whose keys its sealed values were sealed with, so that
    /// the same holders keep the same keys and nobody else gets them; and who was forgotten. Hearing it twice does no harm.
    ///
    /// # Errors
    /// The vault lacks a key that the fact names ([`VaultError::is_missing`]), or cannot be reached. Nothing was
    /// noted for that key, so do not seal with this keyring: a person would get a second key.
    pub fn learn(&self, record: &Record<'_>) -> Result<(), VaultError> {
        let asks = !self.holders().asks_later;
        self.hear(record, asks)
    }

    /// The same of what was sealed with this keyring: its vault gave the keys, so it is not asked about them.
    pub(crate) fn learn_own(&self, record: &Record<'_>) {
        // Only the vault could fail.
        let _ = self.hear(record, false);
    }

    #[expect(
        clippy::too_many_lines,
        reason = "every kind of fact is named, so that a new one is asked for here"
    )]
    fn hear(&self, record: &Record<'_>, asks: bool) -> Result<(), VaultError> {
        if let Some(holder) = gone_by(record.fact()) {
            self.holders().condemn(holder, record.time());
        }
        match record.fact() {
            Fact::PersonRecorded { person, details } => {
                self.heed([Holder::Person(*person)], details.keys(), asks)
            }
            Fact::NamePublished { person, name } => self.heed([Holder::Person(*person)], name.keys(), asks),
            Fact::CalendarTokenIssued { person, hash } => {
                self.heed([Holder::Person(*person)], hash.keys(), asks)
            }
            Fact::GatheringAnnounced { gathering, join_link: Some(link), .. }
            | Fact::ModeChanged { gathering, join_link: Some(link), .. } => {
                self.heed([Holder::Texts(*gathering)], link.keys(), asks)
            }
            Fact::ResourceAttached { gathering, link, .. } => {
                self.heed([Holder::Texts(*gathering)], link.keys(), asks)
            }
            Fact::RegistrationConfirmed { gathering, booking, .. }
            | Fact::RegistrationWaitlisted { gathering, booking, .. }
            | Fact::RegistrationHeld { gathering, booking, .. }
            | Fact::ApprovalRequested { gathering, booking, .. }
            | Fact::FollowUpRequested { gathering, booking, .. }
            | Fact::InterestNoted { gathering, booking, .. } => {
                self.note_answers(booking.party.booker, *gathering, booking.answers.as_ref(), asks)
            }
            Fact::HoldConfirmed { gathering, booker, answers, .. } => {
                self.note_answers(*booker, *gathering, answers.as_ref(), asks)
            }
            Fact::InvitationAnswered { gathering, person, comment: Some(comment), .. } => {
                self.heed([Holder::Person(*person), Holder::Answers(*gathering)], comment.keys(), asks)
            }
            Fact::NeedsRecorded { gathering, person, needs: Some(needs), .. } => {
                self.heed([Holder::Person(*person), Holder::Needs(*gathering)], needs.keys(), asks)
            }
            Fact::NoteWritten { booker, note: Some(note), .. } => {
                self.heed([Holder::Person(*booker)], note.keys(), asks)
            }
            Fact::InvitationAnswered { comment: None, .. }
            | Fact::NeedsRecorded { needs: None, .. }
            | Fact::NoteWritten { note: None, .. }
            | Fact::GatheringAnnounced { join_link: None, .. }
            | Fact::ModeChanged { join_link: None, .. }
            | Fact::GatheringRescheduled { .. }
            | Fact::BookingOpened { .. }
            | Fact::BookingClosed { .. }
            | Fact::CapacityChanged { .. }
            | Fact::GatheringCancelled { .. }
            | Fact::RegistrationPromoted { .. }
            | Fact::RegistrationEnded { .. }
            | Fact::PlaceTransferred { .. }
            | Fact::OfferingAdded { .. }
            | Fact::SessionAdded { .. }
            | Fact::SessionMoved { .. }
            | Fact::SessionRevised { .. }
            | Fact::SessionDropped { .. }
            | Fact::HoldExtended { .. }
            | Fact::RegistrationApproved { .. }
            | Fact::PlaceOffered { .. }
            | Fact::OfferAccepted { .. }
            | Fact::PassedOver { .. }
            | Fact::RegistrationSplit { .. }
            | Fact::MovedToFollowUp { .. }
            | Fact::PartyChanged { .. }
            | Fact::RegistrationReconfirmed { .. }
            | Fact::ReconfirmationClosed { .. }
            | Fact::SetAsideMade { .. }
            | Fact::SetAsideChanged { .. }
            | Fact::BookingPaused { .. }
            | Fact::BookingToLineOnly { .. }
            | Fact::InterestOpened { .. }
            | Fact::LineClosed { .. }
            | Fact::PrioritiesChanged { .. }
            | Fact::DraftAnnounced { .. }
            | Fact::BooksClosed { .. }
            | Fact::GatheringArchived { .. }
            | Fact::PresenceRecorded { .. }
            | Fact::CheckInListSet { .. }
            | Fact::CheckInListWithdrawn { .. }
            | Fact::Scanned { .. }
            | Fact::ScanUndone { .. }
            | Fact::ResourceWithdrawn { .. }
            | Fact::PersonForgotten { .. }
            | Fact::AnswersExpired { .. }
            | Fact::RetentionSet { .. }
            | Fact::PersonExported { .. }
            | Fact::TagsSet { .. }
            | Fact::ConsentRecorded { .. }
            | Fact::NeedsRead { .. }
            | Fact::NeedsRetentionSet { .. }
            | Fact::NeedsExpired { .. }
            | Fact::CalendarTokenRevoked { .. } => Ok(()),
        }
    }

    /// Seals a person's details with the person's key.
    ///
    /// # Errors
    /// The vault has no key to give, or not the one that the person has. Nothing is sealed.
    pub fn seal_person(
        &self,
        person: PersonId,
        details: &Personal<PersonDetails>,
    ) -> Result<Sealed<PersonDetails>, VaultError> {
        self.seal(details, Subject::Person(person))
    }

    /// Seals what a person answered for a gathering. It opens only with both the person's key and the key that
    /// the answers of this gathering share.
    ///
    /// # Errors
    /// The vault has no key to give, or not those that the two have. Nothing is sealed.
    pub fn seal_answers(
        &self,
        person: PersonId,
        gathering: GatheringId,
        answers: &Personal<Answers>,
    ) -> Result<Sealed<Answers>, VaultError> {
        self.seal(answers, Subject::Answers(person, gathering))
    }

    /// Seals the link to join a gathering with the key of the gathering's own texts.
    ///
    /// # Errors
    /// The vault has no key to give, or not the one that the gathering has. Nothing is sealed.
    pub fn seal_join_link(
        &self,
        gathering: GatheringId,
        link: &Personal<JoinLink>,
    ) -> Result<Sealed<JoinLink>, VaultError> {
        self.seal(link, Subject::JoinLink(gathering))
    }

    /// Seals the name under which a person speaks, with the person's key.
    ///
    /// # Errors
    /// The vault has no key to give, or not the one that the person has. Nothing is sealed.
    pub fn seal_published_name(
        &self,
        person: PersonId,
        name: &Personal<PublishedName>,
    ) -> Result<Sealed<PublishedName>, VaultError> {
        self.seal(name, Subject::PublishedName(person))
    }

    /// Seals what is kept of the token of a person's own calendar, with the person's key.
    ///
    /// # Errors
    /// The vault has no key to give, or not the one that the person has. Nothing is sealed.
    pub fn seal_calendar_token(
        &self,
        person: PersonId,
        hash: &Personal<TokenHash>,
    ) -> Result<Sealed<TokenHash>, VaultError> {
        self.seal(hash, Subject::CalendarToken(person))
    }

    /// Opens what is kept of the token of a person's own calendar.
    #[must_use]
    pub fn calendar_token(&self, person: PersonId, sealed: &Sealed<TokenHash>) -> Opened<TokenHash> {
        self.open(sealed, Subject::CalendarToken(person))
    }

    /// Seals the link of something that people get after a gathering, with the key of the gathering's own texts.
    ///
    /// # Errors
    /// The vault has no key to give, or not the one that the gathering has. Nothing is sealed.
    pub fn seal_resource_link(
        &self,
        gathering: GatheringId,
        resource: ResourceId,
        link: &Personal<ResourceLink>,
    ) -> Result<Sealed<ResourceLink>, VaultError> {
        self.seal(link, Subject::ResourceLink(resource, gathering))
    }

    /// Seals what a person wrote with an answer to an invitation, with the two keys of their answers: it goes with them.
    ///
    /// # Errors
    /// The vault has no key to give, or not those that the two have. Nothing is sealed.
    pub fn seal_reply_comment(
        &self,
        person: PersonId,
        gathering: GatheringId,
        comment: &Personal<ReplyComment>,
    ) -> Result<Sealed<ReplyComment>, VaultError> {
        self.seal(comment, Subject::ReplyComment(person, gathering))
    }

    /// Opens what a person wrote with an answer to an invitation.
    pub fn reply_comment(
        &self,
        person: PersonId,
        gathering: GatheringId,
        sealed: &Sealed<ReplyComment>,
    ) -> Opened<ReplyComment> {
        self.open(sealed, Subject::ReplyComment(person, gathering))
    }

    /// Seals what a person needs at a gathering. It opens only with both the person's key and the key that the needs at this
    /// gathering share, which is another than that of its answers.
    ///
    /// # Errors
    /// The vault has no key to give, or not those that the two have. Nothing is sealed.
    pub fn seal_needs(
        &self,
        person: PersonId,
        gathering: GatheringId,
        needs: &Personal<Needs>,
    ) -> Result<Sealed<Needs>, VaultError> {
        self.seal(needs, Subject::Needs(person, gathering))
    }

    /// Opens what a person needs at a gathering. A desk does so for a named purpose only, and records it; whoever has a
    /// keyring by hand answers for it.
    #[must_use]
    pub fn needs(&self, person: PersonId, gathering: GatheringId, sealed: &Sealed<Needs>) -> Opened<Needs> {
        self.open(sealed, Subject::Needs(person, gathering))
    }

    /// Seals what the staff noted about a registration, with its booker's key.
    ///
    /// # Errors
    /// The vault has no key to give, or not the one that the booker has. Nothing is sealed.
    pub fn seal_note(
        &self,
        booker: PersonId,
        registration: RegistrationId,
        note: &Personal<Note>,
    ) -> Result<Sealed<Note>, VaultError> {
        self.seal(note, Subject::Note(booker, registration))
    }

    /// Writes what was learned, for [`Learned`] to read. A key that was given out and is nowhere in the log is not in it.
    pub(crate) fn put_learned(&self, out: &mut Sink) {
        self.holders().put_learned(out);
    }

    /// Knows what was learned before, as after a replay. Whether the vault has the keys is asked later.
    pub(crate) fn recall(&self, learned: Learned) {
        *self.holders() = Holders::recalled(learned);
    }

    /// Asks the vault about no key before the log has been read: keys of those who are forgotten need not be there.
    pub(crate) fn ask_later(&self) {
        self.holders().asks_later = true;
    }

    /// Ends a replay: the vault must have every key that is needed still, and those that are to be destroyed are destroyed,
    /// whoever has brought them back.
    ///
    /// # Errors
    /// The vault lacks a key; the error tells how many the log needs. Or one could not be destroyed.
    pub(crate) fn confirm(&self) -> Result<(), VaultError> {
        let (live, gone) = self.holders().by_use();
        // The numbers of those that are gone are told, too: nobody else may ever get one.
        for key in &gone {
            drop(self.vault.in_use(*key));
        }
        let expected = u64::try_from(live.len()).unwrap_or(u64::MAX);
        live.iter().try_for_each(|key| self.vault.in_use(*key)).map_err(|error| error.expecting(expected))?;
        self.holders().asks_later = false;
        if self.is_without_keys {
            return Ok(());
        }
        let _missing = self.destroy(&gone)?;
        self.holders().all_destroyed();
        Ok(())
    }

    /// Destroys whatever the log says is gone and is not known to be destroyed: an erasure before may have failed, here or at
    /// another desk of the log. It goes on past a failure.
    ///
    /// # Errors
    /// The first failure. What it is about stays owed.
    pub(crate) fn make_good(&self) -> Result<(), VaultError> {
        if self.is_without_keys {
            return Ok(());
        }
        let owed = self.holders().owed();
        let mut made_good = Ok(());
        for holder in owed {
            made_good = made_good.and(self.erase(holder).map(drop));
        }
        made_good
    }

    /// How many keys the log needs still, as far as it was heard.
    #[cfg(any(feature = "file", test))]
    pub(crate) fn expected(&self) -> u64 {
        u64::try_from(self.holders().by_use().0.len()).unwrap_or(u64::MAX)
    }

    /// Every key that the log names, in order.
    #[cfg(feature = "file")]
    pub(crate) fn named(&self) -> Vec<KeyRef> {
        let (mut all, gone) = self.holders().by_use();
        all.extend(gone);
        all.sort_unstable();
        all
    }

    /// Destroys every key that a person has ever had. They must have been forgotten, and that be durable.
    ///
    /// # Errors
    /// A key may be there still. Ask again.
    pub(crate) fn erase_person(&self, person: PersonId) -> Result<Destroyed, VaultError> {
        self.erase(Holder::Person(person))
    }

    /// Destroys the keys that the answers for a gathering share, as [`erase_person`](Self::erase_person) does a person's.
    ///
    /// # Errors
    /// A key may be there still. Ask again.
    pub(crate) fn erase_answers(&self, gathering: GatheringId) -> Result<Destroyed, VaultError> {
        self.erase(Holder::Answers(gathering))
    }

    /// Destroys the keys that the needs at a gathering share, likewise.
    ///
    /// # Errors
    /// A key may be there still. Ask again.
    pub(crate) fn erase_needs(&self, gathering: GatheringId) -> Result<Destroyed, VaultError> {
        self.erase(Holder::Needs(gathering))
    }

    fn erase(&self, holder: Holder) -> Result<Destroyed, VaultError> {
        let theirs = self.holders().keys_of(holder);
        let missing = self.destroy(&theirs)?;
        self.holders().destroyed(holder, &theirs);
        Ok(Destroyed { overwritten: theirs.len().saturating_sub(missing), missing })
    }

    /// A key that the vault does not have is gone already; gives how many of them there are.
    fn destroy(&self, keys: &[KeyRef]) -> Result<usize, VaultError> {
        match self.vault.erase_all(keys) {
            Err(error) if error.is_missing() => {
                keys.iter().try_fold(0_usize, |missing, key| match self.vault.erase(*key) {
                    Err(error) if error.is_missing() => Ok(missing.saturating_add(1)),
                    erased => erased.map(|()| missing),
                })
            }
            erased => erased.map(|()| 0),
        }
    }

    /// Since when something is gone that was sealed for somebody.
    fn gone(&self, about: Subject) -> Option<DateTime<Utc>> {
        let (holders, whose) = (self.holders(), Whose::of(about));
        holders.gone_since(whose.own).or_else(|| holders.gone_since(whose.shared?))
    }

    /// A panic elsewhere cannot leave the maps half changed, so a poisoned lock is as good as any.
    fn holders(&self) -> MutexGuard<'_, Holders> {
        self.holders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The log has the last word on who has which key.
    fn heed<const N: usize>(&self, whose: [Holder; N], keys: Keys, asks: bool) -> Result<(), VaultError> {
        let mut holders = self.holders();
        for (holder, key) in whose.into_iter().zip(keys.each()) {
            if asks && holders.key_of(holder) != Some(key) {
                self.vault.in_use(key)?;
            }
            holders.record(holder, key);
        }
        Ok(())
    }

    /// Answers have the keys of both, as far as anything was answered.
    fn note_answers(
        &self,
        booker: PersonId,
        gathering: GatheringId,
        answers: Option<&Sealed<Answers>>,
        asks: bool,
    ) -> Result<(), VaultError> {
        match answers {
            Some(answers) => {
                self.heed([Holder::Person(booker), Holder::Answers(gathering)], answers.keys(), asks)
            }
            None => Ok(()),
        }
    }

    /// Somebody's key, or a fresh one from now on. The vault is asked for it without the lock, since it may be a service. Of two
    /// threads with one new holder, the second finds that there is one, and its own is given to nobody.
    fn held(&self, holder: Holder) -> Result<Held, VaultError> {
        if let Some(held) = self.holders().held(holder)? {
            return Ok(held);
        }
        let fresh = self.vault.fresh_key()?;
        self.holders().give(holder, fresh)
    }

    /// The keys that something is sealed with, and what enciphers.
    fn sealing_key(
        &self,
        about: Subject,
    ) -> Result<(Keys, impl FnOnce() -> Result<Key, VaultError>), VaultError> {
        let whose = Whose::of(about);
        let own = self.held(whose.own)?;
        let shared = whose.shared.map(|holder| Ok((holder, self.held(holder)?))).transpose()?;
        let keys = match &shared {
            None => Keys::One(own.0),
            Some((_, shared)) => Keys::Both { person: own.0, gathering: shared.0 },
        };
        Ok((keys, move || {
            let own = self.key(own)?;
            let Some((holder, shared)) = shared else { return Ok(own) };
            Ok(derived(about, &own, &self.shared_key(holder, shared)?))
        }))
    }

    fn key(&self, (number, key): Held) -> Result<Key, VaultError> {
        key.map_or_else(|| self.vault.key(number), Ok)
    }

    /// A key that people at a gathering share, at hand from now on.
    fn shared_key(&self, holder: Holder, held: Held) -> Result<Key, VaultError> {
        if let (_, Some(key)) = held {
            return Ok(key);
        }
        let key = self.vault.key(held.0)?;
        self.holders().share(holder, held.0, &key);
        Ok(key)
    }

    fn seal<T: Plain>(&self, value: &Personal<T>, about: Subject) -> Result<Sealed<T>, VaultError> {
        let (keys, key) = self.sealing_key(about)?;
        #[cfg(feature = "testkit")]
        if self.keeps_nothing {
            return Ok(Sealed::from_parts(keys, value.expose().version(), sealing::blank(value.expose())?));
        }
        let bytes = sealing::seal(value.expose(), about, self.vault.id(), &key()?)?;
        Ok(Sealed::from_parts(keys, value.expose().version(), bytes))
    }

    fn open<T: Plain>(&self, sealed: &Sealed<T>, about: Subject) -> Opened<T> {
        if let Some(at) = self.gone(about) {
            return Opened::Forgotten { at };
        }
        match self.try_open(sealed, about) {
            Ok(value) => Opened::Known(Personal::new(value)),
            Err(why) => Opened::Unavailable(why),
        }
    }

    fn try_open<T: Plain>(&self, sealed: &Sealed<T>, about: Subject) -> Result<T, Unavailable> {
        let key = self.opening_key(sealed.keys(), about).map_err(|error| why_unavailable(&error))?;
        sealing::open(sealed.bytes(), sealed.version(), about, self.vault.id(), &key)
            .ok_or(Unavailable::Damaged)
    }

    /// What deciphers. The vault is asked for each key, each time: another desk may have destroyed it.
    fn opening_key(&self, keys: Keys, about: Subject) -> Result<Key, VaultError> {
        match keys {
            Keys::One(key) => self.vault.key(key),
            Keys::Both { person, gathering } => {
                Ok(derived(about, &self.vault.key(person)?, &self.vault.key(gathering)?))
            }
        }
    }
}

/// The key of what one person told for one gathering.
fn derived(about: Subject, person: &Key, gathering: &Key) -> Key {
    let derived = if matches!(about, Subject::Needs(..)) { sealing::needs_key } else { sealing::answers_key };
    derived(person, gathering)
}

/// Whatever is not damage is a key that is not to be had: lost, or out of reach for now.
fn why_unavailable(error: &VaultError) -> Unavailable {
    if error.is_damaged() {
        Unavailable::Damaged
    } else if error.is_erased() {
        Unavailable::KeyErased
    } else {
        Unavailable::KeyMissing
    }
}

/// A value that was sealed for anybody else, or by a version that this one does not know, is
/// [`Unavailable::Damaged`]: it cannot be told from changed bytes.
impl Opener for Keyring {
    fn person(&self, person: PersonId, sealed: &Sealed<PersonDetails>) -> Opened<PersonDetails> {
        self.open(sealed, Subject::Person(person))
    }

    fn answers(&self, person: PersonId, gathering: GatheringId, sealed: &Sealed<Answers>) -> Opened<Answers> {
        self.open(sealed, Subject::Answers(person, gathering))
    }

    fn join_link(&self, gathering: GatheringId, sealed: &Sealed<JoinLink>) -> Opened<JoinLink> {
        self.open(sealed, Subject::JoinLink(gathering))
    }

    fn published_name(&self, person: PersonId, sealed: &Sealed<PublishedName>) -> Opened<PublishedName> {
        self.open(sealed, Subject::PublishedName(person))
    }

    fn resource_link(
        &self,
        gathering: GatheringId,
        resource: ResourceId,
        sealed: &Sealed<ResourceLink>,
    ) -> Opened<ResourceLink> {
        self.open(sealed, Subject::ResourceLink(resource, gathering))
    }

    fn note(&self, booker: PersonId, registration: RegistrationId, sealed: &Sealed<Note>) -> Opened<Note> {
        self.open(sealed, Subject::Note(booker, registration))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("vault", &self.vault).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::MemoryVault;
    use super::*;
    use crate::id::RequestId;
    use crate::image::{Image, Source};
    use crate::record::{Batch, Guard, Position, Scope};

    /// What a keyring has learned, taken down and read back.
    fn learned(keyring: &Keyring) -> Learned {
        let mut out = Sink::new();
        keyring.put_learned(&mut out);
        let bytes = out.into_bytes();
        let mut from = Source::new(&bytes);
        let learned = Learned::take(&mut from).unwrap();
        assert!(from.is_at_end());
        learned
    }

    /// Tells a keyring of a fact, as a replay does.
    fn learn(keyring: &Keyring, fact: &Fact) -> Result<(), VaultError> {
        tell(fact, |record| keyring.learn(record))
    }

    fn tell(fact: &Fact, hear: impl Fn(&Record<'_>) -> Result<(), VaultError>) -> Result<(), VaultError> {
        let batch = Batch {
            id: RequestId::from_u128(1),
            time: DateTime::UNIX_EPOCH,
            actor: None,
            trace: None,
            content: None,
            guard: Guard { seen: Position::START, scope: Scope::everything() },
            facts: vec![fact.clone()],
        };
        batch.records(Position::new(1)).try_for_each(|record| hear(&record))
    }

    fn recorded(keyring: &Keyring, person: PersonId) -> Fact {
        let details = Personal::new(PersonDetails::new("Ann Example"));
        Fact::PersonRecorded { person, details: keyring.seal_person(person, &details).unwrap() }
    }

    #[test]
    fn only_what_the_log_knows_is_learned() {
        let vault = Arc::new(MemoryVault::new());
        let keyring = Keyring::new(vault.clone());
        let (ann, bob) = (PersonId::from_u128(1), PersonId::from_u128(2));
        let fact = recorded(&keyring, ann);
        recorded(&keyring, bob);
        assert_eq!(learned(&keyring).keys.len(), 0, "keys were given out, and nothing is in the log yet");
        learn(&keyring, &fact).unwrap();
        let kept = learned(&keyring);
        assert_eq!(kept.keys.iter().map(|(holder, _)| holder).collect::<Vec<_>>(), [&Holder::Person(ann)]);

        let later = Keyring::new(vault);
        later.recall(kept);
        later.confirm().unwrap();
        let Fact::PersonRecorded { details, .. } = recorded(&later, ann) else { panic!("it was just made") };
        let Fact::PersonRecorded { details: before, .. } = fact else { panic!("it was just made") };
        assert_eq!(details.keys(), before.keys(), "the same holder keeps the same key");
        let Fact::PersonRecorded { details, .. } = recorded(&later, bob) else { panic!("it was just made") };
        assert!(details.keys().each().all(|key| before.keys().each().all(|other| other != key)));
    }

    /// Two desks may have given two keys to one person. Both sealed something, so neither is ever given out again.
    #[test]
    fn a_key_that_was_replaced_stays_in_use() {
        let vault = Arc::new(MemoryVault::new());
        let (here, there) = (Keyring::new(vault.clone()), Keyring::new(vault.clone()));
        let ann = PersonId::from_u128(1);
        let (first, second) = (recorded(&here, ann), recorded(&there, ann));
        for fact in [&first, &second] {
            learn(&here, fact).unwrap();
            learn(&there, fact).unwrap();
        }
        let (kept, same) = (learned(&here), learned(&there));
        assert_eq!((kept.keys.len(), kept.former.len()), (1, 1));
        let keys =
            |of: &Learned| of.keys.iter().map(|(holder, key)| (*holder, *key)).collect::<BTreeMap<_, _>>();
        assert_eq!((keys(&kept), &kept.former), (keys(&same), &same.former), "wherever it was learned");
        let lost = Keyring::new(Arc::new(MemoryVault::new()));
        lost.recall(kept);
        let error = lost.confirm().unwrap_err();
        assert!(error.is_missing());
        assert_eq!(error.expected_keys(), Some(2));
    }

    /// A vault that knows of no key when it is asked about one: a service that is out of reach for a moment.
    #[derive(Debug)]
    struct Silent(Arc<MemoryVault>);

    impl KeyVault for Silent {
        fn id(&self) -> crate::id::VaultId {
            self.0.id()
        }
        fn fresh(&self) -> Result<KeyRef, VaultError> {
            self.0.fresh()
        }
        fn in_use(&self, _: KeyRef) -> Result<(), VaultError> {
            Err(VaultError::unavailable("out of reach"))
        }
        fn key(&self, key: KeyRef) -> Result<Key, VaultError> {
            self.0.key(key)
        }
        fn erase(&self, key: KeyRef) -> Result<(), VaultError> {
            self.0.erase(key)
        }
    }

    /// What this desk has stored and another was faster with: its key is to be destroyed as well, whatever the vault says.
    #[test]
    fn a_key_of_ones_own_is_noted_without_the_vault() {
        let vault = Arc::new(MemoryVault::new());
        let (here, there) = (Keyring::new(Arc::new(Silent(vault.clone()))), Keyring::new(vault));
        let ann = PersonId::from_u128(1);
        let (own, faster) = (recorded(&here, ann), recorded(&there, ann));
        assert!(learn(&here, &faster).is_err());
        here.ask_later();
        learn(&here, &faster).unwrap();
        here.holders().asks_later = false;
        let hear = |record: &Record<'_>| {
            here.learn_own(record);
            Ok(())
        };
        tell(&own, hear).unwrap();
        learn(&here, &Fact::PersonForgotten { person: ann }).unwrap();
        assert_eq!(here.erase_person(ann).unwrap().overwritten, 2);
    }

    #[test]
    fn all_keys_that_somebody_ever_had_are_erased_and_no_other() {
        let vault = Arc::new(MemoryVault::new());
        let (here, there) = (Keyring::new(vault.clone()), Keyring::new(vault.clone()));
        let (ann, bob) = (PersonId::from_u128(1), PersonId::from_u128(2));
        for fact in [recorded(&here, ann), recorded(&there, ann), recorded(&here, bob)] {
            learn(&here, &fact).unwrap();
        }
        learn(&here, &Fact::PersonForgotten { person: ann }).unwrap();
        assert_eq!(here.erase_person(ann).unwrap(), Destroyed { overwritten: 2, missing: 0 });
        let erased = (0..3).filter(|number| vault.key(KeyRef::new(*number)).is_err_and(|it| it.is_erased()));
        assert_eq!(erased.count(), 2);
        let details = Personal::new(PersonDetails::new("Ann again"));
        assert!(here.seal_person(ann, &details).unwrap_err().is_erased());
        assert_eq!(here.expected(), 1);
        // Whoever reads the log again erases again, and needs none of them.
        let later = Keyring::new(Arc::new(MemoryVault::new()));
        later.recall(learned(&here));
        assert_eq!(later.confirm().unwrap_err().expected_keys(), Some(1));
    }
}
