//! Every vault keeps every promise, and the kit that says so sees each promise broken.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use gather::privacy::{Key, MemoryVault, VaultError};
use gather::testkit::conformance::vaults::{self, Broken, Promise};
use gather::{LogId, VaultId};

use super::*;

const LOG: LogId = LogId::from_u128(1);

#[test]
fn the_vaults_that_come_with_it_keep_their_promises() -> Result<(), Broken> {
    vaults::check(MemoryVault::new)?;
    let folder = || tempfile::tempdir().unwrap();
    let path = |folder: &tempfile::TempDir| folder.path().join("keys");
    vaults::check_reopened(folder, move |folder| FileVault::open(path(folder), LOG).unwrap())?;
    let wrapping = Key::from_bytes([7; 32]);
    vaults::check_reopened(folder, move |folder| {
        FileVault::options().wrapping_key(wrapping.clone()).open(path(folder), LOG).unwrap()
    })
}

/// How a vault can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    OtherBytes,
    FreshIsAnother,
    GivenTwice,
    UsedIsGiven,
    NeverMissing,
    NotErased,
    ErasesOnlyOnce,
    ErasedIsMissing,
    GivenAgain,
    Forgets,
    BringsBack,
}

/// Keys by their numbers; `None` where one was erased.
#[derive(Debug, Default)]
struct Kept(BTreeMap<u64, Option<[u8; 32]>>);

/// A vault in memory that can be opened again, with a fault or without.
#[derive(Debug)]
struct Faulty {
    kept: Arc<Mutex<Kept>>,
    next: Mutex<u64>,
    wrong: Option<Wrong>,
}

impl Faulty {
    fn open(kept: &Arc<Mutex<Kept>>, wrong: Option<Wrong>) -> Self {
        if wrong == Some(Wrong::Forgets) {
            kept.lock().unwrap().0.clear();
        }
        if wrong == Some(Wrong::BringsBack) {
            kept.lock().unwrap().0.values_mut().for_each(|key| *key = Some(key.unwrap_or([9; 32])));
        }
        Self { kept: Arc::clone(kept), next: Mutex::new(0), wrong }
    }

    fn is(&self, wrong: Wrong) -> bool {
        self.wrong == Some(wrong)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }
}

impl KeyVault for Faulty {
    fn id(&self) -> VaultId {
        VaultId::from_u128(1)
    }

    fn fresh(&self) -> Result<KeyRef, VaultError> {
        let (mut kept, mut next) = (self.kept(), self.next.lock().unwrap());
        let mut number = *next;
        if !self.is(Wrong::UsedIsGiven) {
            let is_free = |number: u64| match kept.0.get(&number) {
                None => true,
                Some(Some(_)) => false,
                Some(None) => self.is(Wrong::GivenAgain),
            };
            number = (number..1_000).find(|number| is_free(*number)).unwrap();
        }
        if self.is(Wrong::GivenTwice) && number == 300 {
            number = 299;
        }
        kept.0.insert(number, Some(*Key::random()?.expose()));
        *next = if self.is(Wrong::UsedIsGiven) && number > 3 { 0 } else { number + 1 };
        if self.is(Wrong::GivenAgain) {
            *next = 0;
        }
        Ok(KeyRef::new(number))
    }

    fn fresh_key(&self) -> Result<(KeyRef, Option<Key>), VaultError> {
        let number = self.fresh()?;
        let key = if self.is(Wrong::FreshIsAnother) { Key::random()? } else { self.key(number)? };
        Ok((number, Some(key)))
    }

    fn in_use(&self, key: KeyRef) -> Result<(), VaultError> {
        match self.kept().0.get(&key.get()) {
            Some(None) if self.is(Wrong::ErasedIsMissing) => Err(VaultError::missing(key)),
            None if !self.is(Wrong::NeverMissing) => Err(VaultError::missing(key)),
            Some(_) | None => Ok(()),
        }
    }

    fn key(&self, key: KeyRef) -> Result<Key, VaultError> {
        if self.is(Wrong::OtherBytes) {
            return Key::random();
        }
        match self.kept().0.get(&key.get()) {
            Some(Some(bytes)) => Ok(Key::from_bytes(*bytes)),
            Some(None) if self.is(Wrong::ErasedIsMissing) => Err(VaultError::missing(key)),
            Some(None) => Err(VaultError::erased(key)),
            None if self.is(Wrong::NeverMissing) => Ok(Key::from_bytes([1; 32])),
            None => Err(VaultError::missing(key)),
        }
    }

    fn erase(&self, key: KeyRef) -> Result<(), VaultError> {
        if self.is(Wrong::NotErased) {
            return Ok(());
        }
        match self.kept().0.get_mut(&key.get()) {
            Some(None) if self.is(Wrong::ErasesOnlyOnce) => Err(VaultError::erased(key)),
            Some(kept) => {
                *kept = None;
                Ok(())
            }
            None => Err(VaultError::missing(key)),
        }
    }
}

fn broken(wrong: Option<Wrong>) -> Vec<Promise> {
    let place = || Arc::new(Mutex::new(Kept::default()));
    let checked = vaults::check_reopened(place, move |kept| Faulty::open(kept, wrong));
    checked.err().map(|broken| broken.promises()).unwrap_or_default()
}

#[test]
fn a_simple_vault_of_a_host_keeps_its_promises() {
    assert_eq!(broken(None), []);
}

#[test]
fn every_promise_is_seen_broken() {
    for (wrong, promise) in [
        (Wrong::OtherBytes, Promise::SameKey),
        (Wrong::FreshIsAnother, Promise::SameKey),
        (Wrong::GivenTwice, Promise::NotTwice),
        (Wrong::UsedIsGiven, Promise::NotInUse),
        (Wrong::NeverMissing, Promise::Missing),
        (Wrong::NotErased, Promise::Erased),
        (Wrong::ErasesOnlyOnce, Promise::ErasedAgain),
        (Wrong::ErasedIsMissing, Promise::Erased),
        (Wrong::GivenAgain, Promise::NotAgain),
        (Wrong::Forgets, Promise::Lasts),
        (Wrong::BringsBack, Promise::ErasureLasts),
    ] {
        let broken = broken(Some(wrong));
        assert!(broken.contains(&promise), "{wrong:?}: {broken:?}");
    }
}
