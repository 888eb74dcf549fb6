//! Who has which key, as far as is known.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use hashbrown::HashSet;

use super::error::VaultError;
use super::sealing::Subject;
use super::vault::Key;
use crate::collections::ShardedMap;
use crate::fact::Fact;
use crate::id::{GatheringId, PersonId};
use crate::image::{Image, Sink, image};
use crate::sealed::KeyRef;

/// Whose a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Holder {
    Person(PersonId),
    Texts(GatheringId),
    Answers(GatheringId),
    Needs(GatheringId),
}

image!(enum Holder { 0 => Person(person), 1 => Texts(gathering), 2 => Answers(gathering), 3 => Needs(gathering) });

/// Who has the keys that something is sealed with: a person, or a gathering for its own texts; and whoever shares what a
/// person told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whose {
    pub(super) own: Holder,
    pub(super) shared: Option<Holder>,
}

impl Whose {
    pub(super) fn of(about: Subject) -> Self {
        let (own, shared) = match about {
            Subject::Person(person)
            | Subject::PublishedName(person)
            | Subject::CalendarToken(person)
            | Subject::Note(person, _) => (Holder::Person(person), None),
            Subject::JoinLink(gathering) | Subject::ResourceLink(_, gathering) => {
                (Holder::Texts(gathering), None)
            }
            Subject::Answers(person, gathering) | Subject::ReplyComment(person, gathering) => {
                (Holder::Person(person), Some(Holder::Answers(gathering)))
            }
            Subject::Needs(person, gathering) => (Holder::Person(person), Some(Holder::Needs(gathering))),
        };
        Self { own, shared }
    }
}

/// The number of a key, and what it is, if that is at hand.
pub(super) type Held = (KeyRef, Option<Key>);

/// Who has which key, as far as is known.
#[derive(Default)]
pub(super) struct Holders {
    keys: ShardedMap<Holder, KeyRef>,
    /// Who was given their key here, and the log does not know of it yet.
    given: HashSet<Holder>,
    /// Keys of the log whose holders have others since.
    former: BTreeMap<KeyRef, Holder>,
    /// Whose keys are to be destroyed, and since when.
    gone: BTreeMap<Holder, DateTime<Utc>>,
    /// Those of them whose keys are not known to be destroyed.
    owed: BTreeSet<Holder>,
    /// Whether the vault is asked about each key as it is met; else all at once, when the log has been read.
    pub(super) asks_later: bool,
    /// The key that was last shared by people at a gathering, so that not everybody who answers has it looked up.
    shared: Option<(KeyRef, Key)>,
}

/// What a keyring has learned from a log: what a replay of it would tell, and nothing else.
#[derive(Debug)]
pub(crate) struct Learned {
    pub(super) keys: ShardedMap<Holder, KeyRef>,
    pub(super) former: BTreeMap<KeyRef, Holder>,
    gone: BTreeMap<Holder, DateTime<Utc>>,
}

image!(struct Learned { keys, former, gone });

impl Holders {
    /// Knows what was learned before, as after a replay. Whether the vault has the keys is asked later.
    pub(super) fn recalled(learned: Learned) -> Self {
        let Learned { keys, former, gone } = learned;
        let owed = gone.keys().copied().collect();
        Self { keys, former, gone, owed, asks_later: true, ..Self::default() }
    }

    /// Writes what was learned, for [`Learned`] to read. A key that was given out and is nowhere in the log is not in it.
    pub(super) fn put_learned(&self, out: &mut Sink) {
        let learned = |(holder, _): &(&Holder, &KeyRef)| !self.given.contains(*holder);
        let mut keys: Vec<_> =
            self.keys.iter().filter(learned).map(|(holder, key)| (*holder, *key)).collect();
        keys.sort_unstable();
        keys.put(out);
        self.former.put(out);
        self.gone.put(out);
    }

    pub(super) fn key_of(&self, holder: Holder) -> Option<KeyRef> {
        self.keys.get(&holder).copied()
    }

    /// Somebody's key, if they have one.
    ///
    /// # Errors
    /// Their keys are to be destroyed.
    pub(super) fn held(&self, holder: Holder) -> Result<Option<Held>, VaultError> {
        let known = self.key_of(holder);
        if self.gone.contains_key(&holder) {
            return Err(known.map_or_else(forgotten_meanwhile, VaultError::erased));
        }
        Ok(known.map(|number| (number, self.shared(number))))
    }

    /// Gives somebody a fresh key, which the log does not know of yet, unless they have got one meanwhile.
    ///
    /// # Errors
    /// As for [`held`](Self::held).
    pub(super) fn give(&mut self, holder: Holder, fresh: Held) -> Result<Held, VaultError> {
        if let Some(held) = self.held(holder)? {
            return Ok(held);
        }
        self.keys.insert(holder, fresh.0);
        self.given.insert(holder);
        Ok(fresh)
    }

    /// The log says who has a key: one given out here that never reached it is let go.
    pub(super) fn record(&mut self, holder: Holder, key: KeyRef) {
        if self.key_of(holder) != Some(key) {
            self.replace(holder, key);
        }
        self.given.remove(&holder);
    }

    /// Since when somebody's keys are to be destroyed.
    pub(super) fn gone_since(&self, holder: Holder) -> Option<DateTime<Utc>> {
        self.gone.get(&holder).copied()
    }

    /// Those whose keys are not known to be destroyed, in order.
    pub(super) fn owed(&self) -> Vec<Holder> {
        self.owed.iter().copied().collect()
    }

    /// All that was to be destroyed is.
    pub(super) fn all_destroyed(&mut self) {
        self.owed.clear();
        self.shared = None;
    }

    /// Somebody's keys are destroyed: these, which may not be all that they have by now.
    pub(super) fn destroyed(&mut self, holder: Holder, keys: &[KeyRef]) {
        self.shared = None;
        // Another desk may have told of one more meanwhile.
        if self.keys_of(holder) == keys {
            self.owed.remove(&holder);
        }
    }

    fn shared(&self, number: KeyRef) -> Option<Key> {
        self.shared.as_ref().filter(|(shared, _)| *shared == number).map(|(_, key)| key.clone())
    }

    /// Keeps a key that people at a gathering share in memory, until another is used or any is destroyed; not one that is to be
    /// destroyed.
    pub(super) fn share(&mut self, holder: Holder, number: KeyRef, key: &Key) {
        if !self.gone.contains_key(&holder) {
            self.shared = Some((number, key.clone()));
        }
    }

    /// Somebody's keys are to be destroyed, since a time; the first time is the one that counts.
    pub(super) fn condemn(&mut self, holder: Holder, since: DateTime<Utc>) {
        if let Entry::Vacant(gone) = self.gone.entry(holder) {
            gone.insert(since);
            self.owed.insert(holder);
            self.shared = None;
        }
    }

    /// A key that the log knew stays in use: what it sealed is still there.
    fn replace(&mut self, holder: Holder, key: KeyRef) {
        if self.gone.contains_key(&holder) {
            self.owed.insert(holder);
        }
        let before = self.keys.insert(holder, key);
        if !self.given.contains(&holder) {
            self.former.extend(before.map(|before| (before, holder)));
        }
    }

    /// Every key that a holder has or had, in order.
    pub(super) fn keys_of(&self, holder: Holder) -> Vec<KeyRef> {
        let former = self.former.iter().filter(|(_, whose)| **whose == holder).map(|(key, _)| *key);
        let mut theirs: Vec<KeyRef> = former.chain(self.keys.get(&holder).copied()).collect();
        theirs.sort_unstable();
        theirs
    }

    /// The keys that are needed still, and those that are to be destroyed; each in order.
    pub(super) fn by_use(&self) -> (Vec<KeyRef>, Vec<KeyRef>) {
        let all = self.former.iter().map(|(key, whose)| (*key, *whose));
        let mut all: Vec<_> = all.chain(self.keys.iter().map(|(whose, key)| (*key, *whose))).collect();
        all.sort_unstable();
        let (gone, live): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(_, whose)| self.gone.contains_key(whose));
        let keys = |some: Vec<(KeyRef, Holder)>| some.into_iter().map(|(key, _)| key).collect();
        (keys(live), keys(gone))
    }
}

/// Somebody was forgotten between the first look at a command and its sealing, and never had a key.
fn forgotten_meanwhile() -> VaultError {
    VaultError::unavailable("whose this is was forgotten meanwhile; ask again")
}

/// Whose keys are to be destroyed since a fact.
#[expect(clippy::wildcard_enum_match_arm, reason = "three kinds of facts erase something")]
pub(super) fn gone_by(fact: &Fact) -> Option<Holder> {
    match fact {
        Fact::PersonForgotten { person } => Some(Holder::Person(*person)),
        Fact::AnswersExpired { gathering } => Some(Holder::Answers(*gathering)),
        Fact::NeedsExpired { gathering } => Some(Holder::Needs(*gathering)),
        _ => None,
    }
}
