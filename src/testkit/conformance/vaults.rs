//! The contract of a vault as a set of promises that any key service of a host's own can be held to.
//!
//! ```
//! use gather::privacy::MemoryVault;
//! use gather::testkit::conformance::vaults;
//!
//! vaults::check(MemoryVault::new)?;
//! # Ok::<(), vaults::Broken>(())
//! ```
//!
//! A vault that outlives its process says where it keeps things, and how it is opened there again:
//!
//! ```
//! # #[cfg(feature = "file")] {
//! use gather::LogId;
//! use gather::privacy::FileVault;
//! use gather::testkit::conformance::vaults;
//!
//! let (folder, log) = (|| tempfile::tempdir().unwrap(), LogId::random());
//! vaults::check_reopened(folder, move |folder| FileVault::open(folder.path().join("keys"), log).unwrap())?;
//! # }
//! # Ok::<(), gather::testkit::conformance::vaults::Broken>(())
//! ```

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use super::fault::{Fault, Held, holds, same};
use crate::privacy::{KeyRef, KeyVault, VaultError};

/// What every vault promises, one by one. [`KeyVault`] says it in prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Promise {
    /// The same number gives the same key, always, and another number another.
    SameKey,
    /// No key is given out twice, however many ask at once.
    NotTwice,
    /// What is in use is not given out.
    NotInUse,
    /// A number that was never given out is missing, and no key is given in its place.
    Missing,
    /// A key that was erased is gone, and whoever asks is told that it was erased; those beside it are as they were.
    Erased,
    /// To erase once more does no harm, and what was never there is missing. Several are erased like one.
    ErasedAgain,
    /// A number that was erased is not given out again, and to be told that it is in use is no error.
    NotAgain,
    /// Keys and the vault's id are the same when it is opened again, and what was in use is not given out. Only for vaults that
    /// are [opened again](check_reopened).
    Lasts,
    /// What was erased is erased when the vault is opened again. Only for vaults that are opened again.
    ErasureLasts,
}

impl Promise {
    /// Every promise.
    pub const ALL: [Self; 9] = [
        Self::SameKey,
        Self::NotTwice,
        Self::NotInUse,
        Self::Missing,
        Self::Erased,
        Self::ErasedAgain,
        Self::NotAgain,
        Self::Lasts,
        Self::ErasureLasts,
    ];

    fn needs_reopening(self) -> bool {
        matches!(self, Self::Lasts | Self::ErasureLasts)
    }

    fn trial(self) -> fn(&Opening) -> Held {
        match self {
            Self::SameKey => same_key,
            Self::NotTwice => not_twice,
            Self::NotInUse => not_in_use,
            Self::Missing => missing,
            Self::Erased => erased,
            Self::ErasedAgain => erased_again,
            Self::NotAgain => not_again,
            Self::Lasts => lasts,
            Self::ErasureLasts => erasure_lasts,
        }
    }
}

/// Opens a vault in one place: an empty one first, then what is there.
type Opening = Box<dyn Fn() -> Box<dyn KeyVault>>;

/// Holds a vault to every promise that does not need it to be opened again. `make` gives a new, empty one each time.
///
/// # Errors
/// The promises that the vault does not keep.
pub fn check<V: KeyVault + 'static>(make: impl Fn() -> V + Clone + 'static) -> Result<(), Broken> {
    let begin = || -> Opening {
        let make = make.clone();
        Box::new(move || Box::new(make()))
    };
    check_all(begin, false)
}

/// Holds a vault to every promise. `place` gives an empty place each time; `open` opens the vault there, whatever it holds by
/// then. The value of a vault is dropped before it is opened again.
///
/// # Errors
/// The promises that the vault does not keep.
pub fn check_reopened<P: 'static, V: KeyVault + 'static>(
    place: impl Fn() -> P,
    open: impl Fn(&P) -> V + Clone + 'static,
) -> Result<(), Broken> {
    let begin = || -> Opening {
        let (place, open) = (place(), open.clone());
        Box::new(move || Box::new(open(&place)))
    };
    check_all(begin, true)
}

fn check_all(begin: impl Fn() -> Opening, is_reopened: bool) -> Result<(), Broken> {
    let mut broken = Vec::new();
    for promise in Promise::ALL.into_iter().filter(|promise| is_reopened || !promise.needs_reopening()) {
        let trial = || promise.trial()(&begin());
        let held =
            catch_unwind(AssertUnwindSafe(trial)).unwrap_or_else(|panic| Err(Fault::of_panic(&*panic)));
        broken.extend(held.err().map(|fault| (promise, fault)));
    }
    Broken::verdict("vault", broken)
}

impl From<VaultError> for Fault {
    fn from(error: VaultError) -> Self {
        Self::new(format!("an error where there is no reason for one: {error}"))
    }
}

fn fresh(vault: &dyn KeyVault, keys: usize) -> Result<Vec<KeyRef>, Fault> {
    (0..keys).map(|_| Ok(vault.fresh()?)).collect()
}

fn bytes(vault: &dyn KeyVault, key: KeyRef) -> Result<[u8; 32], Fault> {
    Ok(*vault.key(key)?.expose())
}

/// Holds that something is an error of one kind.
fn is<T>(what: &str, answer: Result<T, VaultError>, right: fn(&VaultError) -> bool) -> Held {
    match answer {
        Ok(_) => Err(Fault::new(format!("{what} is no error"))),
        Err(error) => holds(right(&error), || format!("{what} is another error: {error}")),
    }
}

fn same_key(open: &Opening) -> Held {
    let vault = open();
    let keys = fresh(&*vault, 3)?;
    let first: Vec<_> = keys.iter().map(|key| bytes(&*vault, *key)).collect::<Result<_, _>>()?;
    let again: Vec<_> = keys.iter().map(|key| bytes(&*vault, *key)).collect::<Result<_, _>>()?;
    holds(first == again, || "a key has other bytes the second time".into())?;
    let different: BTreeSet<_> = first.iter().collect();
    holds(different.len() == keys.len(), || "two numbers give the same key".into())?;
    let (number, key) = vault.fresh_key()?;
    holds(!keys.contains(&number), || "a key is given out twice".into())?;
    let Some(key) = key else { return Ok(()) };
    let found = bytes(&*vault, number)?;
    holds(found == *key.expose(), || "a fresh key has other bytes when it is looked up".into())
}

fn not_twice(open: &Opening) -> Held {
    let vault = open();
    let given = thread::scope(|scope| {
        let asking: Vec<_> = (0..4).map(|_| scope.spawn(|| fresh(&*vault, 100))).collect();
        let given = asking.into_iter().map(|asks| asks.join().map_err(|panic| Fault::of_panic(&*panic))?);
        given.collect::<Result<Vec<_>, _>>()
    })?;
    let different: BTreeSet<KeyRef> = given.iter().flatten().copied().collect();
    same("different keys of 400 that were given out", &different.len(), &400)
}

fn not_in_use(open: &Opening) -> Held {
    let vault = open();
    let used: BTreeSet<KeyRef> = fresh(&*vault, 3)?.into_iter().collect();
    used.iter().try_for_each(|key| vault.in_use(*key))?;
    let more = fresh(&*vault, 3)?;
    holds(!more.iter().any(|key| used.contains(key)), || "a key that is in use is given out".into())
}

fn missing(open: &Opening) -> Held {
    let vault = open();
    fresh(&*vault, 1)?;
    let never = KeyRef::new(u64::MAX);
    is("a key that was never made", vault.key(never), VaultError::is_missing)?;
    is("that a key is in use that was never made", vault.in_use(never), VaultError::is_missing)
}

fn erased(open: &Opening) -> Held {
    let vault = open();
    let keys = fresh(&*vault, 3)?;
    let [first, second, third] = keys.as_slice() else { return Err(Fault::new("three keys are three")) };
    let beside = (bytes(&*vault, *first)?, bytes(&*vault, *third)?);
    vault.erase(*second)?;
    is("a key that was erased", vault.key(*second), VaultError::is_erased)?;
    let after = (bytes(&*vault, *first)?, bytes(&*vault, *third)?);
    holds(beside == after, || "the keys beside an erased one are others".into())
}

fn erased_again(open: &Opening) -> Held {
    let vault = open();
    let keys = fresh(&*vault, 3)?;
    vault.erase_all(&keys)?;
    vault.erase_all(&keys)?;
    for key in &keys {
        vault.erase(*key)?;
        is("a key that was erased with others", vault.key(*key), VaultError::is_erased)?;
    }
    is("to erase what was never there", vault.erase(KeyRef::new(u64::MAX)), VaultError::is_missing)
}

fn not_again(open: &Opening) -> Held {
    let vault = open();
    let gone = fresh(&*vault, 2)?;
    vault.erase_all(&gone)?;
    gone.iter().try_for_each(|key| vault.in_use(*key))?;
    let more = fresh(&*vault, 3)?;
    holds(!more.iter().any(|key| gone.contains(key)), || "a number that was erased is given out".into())
}

fn lasts(open: &Opening) -> Held {
    let (id, used, before) = {
        let vault = open();
        let used = fresh(&*vault, 3)?;
        let before: Vec<_> = used.iter().map(|key| bytes(&*vault, *key)).collect::<Result<_, _>>()?;
        (vault.id(), used, before)
    };
    let vault = open();
    holds(vault.id() == id, || "the vault has another id when it is opened again".into())?;
    used.iter().try_for_each(|key| vault.in_use(*key))?;
    let after: Vec<_> = used.iter().map(|key| bytes(&*vault, *key)).collect::<Result<_, _>>()?;
    holds(before == after, || "a key has other bytes when the vault is opened again".into())?;
    let more = fresh(&*vault, 3)?;
    holds(!more.iter().any(|key| used.contains(key)), || "a key that is in use is given out".into())
}

fn erasure_lasts(open: &Opening) -> Held {
    let gone = {
        let vault = open();
        let gone = fresh(&*vault, 2)?;
        vault.erase_all(&gone)?;
        gone
    };
    let vault = open();
    for key in &gone {
        vault.in_use(*key)?;
        is("a key that was erased before", vault.key(*key), VaultError::is_erased)?;
    }
    let more = fresh(&*vault, 3)?;
    holds(!more.iter().any(|key| gone.contains(key)), || "a number that was erased is given out".into())
}

/// The promises that a vault does not keep, and how that was seen.
pub type Broken = super::Broken<Promise>;
