//! What a command comes to when it is not done.

use thiserror::Error as ThisError;

use crate::domain::Refusal;
use crate::log;
use crate::privacy::VaultError;
use crate::text::TextProblem;

/// Why a command was not done: the desk says no, or the desk cannot work.
///
/// The two call for different things: a refusal is shown to the person who asked, a fault to whoever runs the
/// program. It prints as what it holds.
///
/// # Example
/// ```
/// use gather::{Desk, Failure, GatheringId, PersonId, Refusal};
///
/// let desk = Desk::in_memory();
/// match desk.register(GatheringId::random(), PersonId::random()) {
///     Ok(receipt) => println!("{:?}", receipt.outcome),
///     Err(Failure::Refused(Refusal::Full { largest, .. })) => println!("a party of {largest} would fit"),
///     Err(Failure::Refused(refusal)) => assert_eq!(refusal.code(), "unknown_gathering"),
///     Err(Failure::Fault(error)) => eprintln!("{error}; written: {:?}", error.was_written()),
/// }
/// ```
#[derive(Debug, ThisError)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way, and a caller must tell the two apart")]
pub enum Failure {
    /// The rules say no. Nothing was appended.
    #[error(transparent)]
    Refused(Refusal),
    /// The log or the keys could not do their work. [`Error::was_written`] says what is then true of the log.
    #[error(transparent)]
    Fault(Error),
}

impl Failure {
    /// The refusal, if it is one.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Fault(_) => None,
        }
    }

    /// The fault, if it is one.
    #[must_use]
    pub fn fault(&self) -> Option<&Error> {
        match self {
            Self::Refused(_) => None,
            Self::Fault(error) => Some(error),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<TextProblem> for Failure {
    fn from(problem: TextProblem) -> Self {
        Self::Refused(problem.into())
    }
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// The desk could not do its work.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The log could not.
    #[error(transparent)]
    Log(#[from] log::Error),
    /// The keys could not be had.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// What was decided is in the log, but a key that it names could not be had, so this desk does not know of it
    /// yet. It catches up with the next call for which the vault works; the same request sent again is done once.
    #[error("it is in the log, but the desk could not go on from there: {0}")]
    Behind(#[source] VaultError),
    /// A thread panicked in the middle of a decision; this desk is no longer to be trusted.
    #[error("a thread panicked while the desk was deciding; open the desk again: the log has lost nothing")]
    Broken,
}

impl Error {
    /// Whether what was to be appended is in the log: `Some(true)` is surely, `Some(false)` is surely not, `None` is
    /// nobody knows. Where nobody knows, open again and send the same request: it is done once.
    #[must_use]
    pub fn was_written(&self) -> Option<bool> {
        match self {
            Self::Log(error) => error.was_written(),
            Self::Vault(_) => Some(false),
            Self::Behind(_) => Some(true),
            Self::Broken => None,
        }
    }

    /// What the log said, if it was the log.
    #[must_use]
    pub fn log(&self) -> Option<&log::Error> {
        match self {
            Self::Log(error) => Some(error),
            Self::Vault(_) | Self::Behind(_) | Self::Broken => None,
        }
    }

    /// What the vault said, if it was the vault.
    #[must_use]
    pub fn vault(&self) -> Option<&VaultError> {
        match self {
            Self::Vault(error) | Self::Behind(error) => Some(error),
            Self::Log(_) | Self::Broken => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::desk::Desk;
    use crate::domain::RecordPerson;
    use crate::id::{PersonId, RequestId, VaultId};
    use crate::log::MemoryLog;
    use crate::person::PersonDetails;
    use crate::privacy::{Key, KeyVault, MemoryVault};
    use crate::sealed::KeyRef;

    /// Hears of so many keys in use, and then of none for a while.
    #[derive(Debug)]
    struct Tired {
        keys: Arc<MemoryVault>,
        hears: AtomicU32,
    }

    impl KeyVault for Tired {
        fn id(&self) -> VaultId {
            self.keys.id()
        }

        fn fresh(&self) -> Result<KeyRef, VaultError> {
            self.keys.fresh()
        }

        fn in_use(&self, key: KeyRef) -> Result<(), VaultError> {
            let left = self.hears.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            left.map_err(|_none| VaultError::unavailable("the key service is tired"))?;
            self.keys.in_use(key)
        }

        fn key(&self, key: KeyRef) -> Result<Key, VaultError> {
            self.keys.key(key)
        }
    }

    #[test]
    fn a_vault_that_fails_after_the_append_is_told_apart_from_one_that_fails_before() {
        let (log, keys) = (Arc::new(MemoryLog::new()), Arc::new(MemoryVault::new()));
        let tired = Arc::new(Tired { keys: Arc::clone(&keys), hears: AtomicU32::new(1) });
        let vault: Arc<dyn KeyVault> = Arc::<Tired>::clone(&tired);
        let here = Desk::builder().over(Arc::clone(&log), vault).unwrap();
        let there = Desk::builder().over(log, keys).unwrap();
        let (ann, request) = (PersonId::random(), RequestId::random());
        let record = |name| RecordPerson::of(ann, PersonDetails::new(name));

        let _ = there.execute(record("Ann Example")).unwrap();
        // Hears of the other desk's key, but not of its own after it.
        let failure = here.request(request).execute(record("Ann Sample")).unwrap_err();
        let error = failure.fault().unwrap();
        assert_eq!(error.was_written(), Some(true), "{error}");
        assert!(error.vault().unwrap().is_unavailable() && error.log().is_none());

        tired.hears.store(9, Ordering::SeqCst);
        let receipt = here.request(request).execute(record("Ann Sample")).unwrap();
        assert!(receipt.repeated && receipt.position == here.position());
        assert_eq!(here.person(ann).unwrap().known().unwrap().expose().name, "Ann Sample");
    }

    #[test]
    fn a_request_answered_at_another_desk_gets_the_same_answer_here() {
        let (log, keys) = (Arc::new(MemoryLog::new()), Arc::new(MemoryVault::new()));
        let desk = || {
            let vault: Arc<dyn KeyVault> = Arc::<MemoryVault>::clone(&keys);
            Desk::builder().over(Arc::clone(&log), vault).unwrap()
        };
        let (here, there, request) = (desk(), desk(), RequestId::random());
        let record = || RecordPerson::new(PersonDetails::new("Ann Example"));
        let first = there.request(request).execute(record()).unwrap();
        let second = here.request(request).execute(record()).unwrap();
        assert!(second.repeated && (first.outcome, &first.facts) == (second.outcome, &second.facts));
        let other = there.request(RequestId::from_u128(1)).execute(record()).unwrap();
        let reused = here.request(other.request).execute(crate::Gathering::webinar("Talk")).unwrap_err();
        assert_eq!(reused.refusal(), Some(&Refusal::RequestReused { request: other.request }));
    }

    #[test]
    fn a_failure_prints_once_what_it_holds() {
        let refused = Failure::from(Refusal::BookingClosed { gathering: crate::id::GatheringId::random() });
        assert_eq!(refused.to_string(), refused.refusal().unwrap().to_string());
        assert!(refused.source().is_none(), "a chain of causes would say it twice");
    }
}
