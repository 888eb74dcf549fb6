//! What a command comes to when it is not done.

use thiserror::Error as ThisError;

use super::checkpoint::CheckpointError;
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
#[derive(Clone, Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The log could not.
    #[error(transparent)]
    Log(#[from] log::Error),
    /// The keys could not be had.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The log says that something is erased, and the key could not be destroyed: it may be there still. Ask again, or open
    /// the desk again, which does so.
    #[error("it is recorded, but a key could not be destroyed yet; ask again: {0}")]
    NotErased(#[source] VaultError),
    /// A checkpoint could not be written. The log has nothing to do with it.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A thread panicked in the middle of a decision; this desk is no longer to be trusted.
    #[error("a thread panicked while the desk was deciding; open the desk again: the log has lost nothing")]
    Broken,
}

impl Error {
    /// Whether what was to be appended may be in the log: `Some(false)` is surely not, `None` is nobody knows. Where
    /// nobody knows, open again and send the same request: it is done once.
    ///
    /// It speaks of this call alone. Where an earlier one with the same request was answered `None`, do not believe a later
    /// `Some(false)` from the same desk, which takes nothing any more: that request may be stored.
    #[must_use]
    pub fn was_written(&self) -> Option<bool> {
        match self {
            Self::Log(error) => error.was_written(),
            Self::Vault(_) | Self::Checkpoint(_) => Some(false),
            Self::NotErased(_) => Some(true),
            Self::Broken => None,
        }
    }

    /// Whether there was no room on the disk, for the log, for keys or for a checkpoint. The same call works once there is room;
    /// what is stored until then, [`was_written`](Self::was_written) says.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Log(error) => error.is_full(),
            Self::Vault(error) | Self::NotErased(error) => error.is_full(),
            Self::Checkpoint(error) => error.is_full(),
            Self::Broken => false,
        }
    }

    /// Whether the same call may work later without anybody's doing. Where it may not, somebody has to put something right, or
    /// the desk has to be opened again.
    #[must_use]
    pub fn may_retry(&self) -> bool {
        match self {
            Self::Log(error) => error.may_retry(),
            Self::Vault(error) | Self::NotErased(error) => error.may_retry(),
            Self::Checkpoint(error) => error.is_full(),
            Self::Broken => false,
        }
    }

    /// What the log said, if it was the log.
    #[must_use]
    pub fn log(&self) -> Option<&log::Error> {
        match self {
            Self::Log(error) => Some(error),
            Self::Vault(_) | Self::NotErased(_) | Self::Checkpoint(_) | Self::Broken => None,
        }
    }

    /// What the vault said, if it was the vault.
    #[must_use]
    pub fn vault(&self) -> Option<&VaultError> {
        match self {
            Self::Vault(error) | Self::NotErased(error) => Some(error),
            Self::Log(_) | Self::Checkpoint(_) | Self::Broken => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::sync::Arc;

    use super::*;
    use crate::desk::Desk;
    use crate::domain::RecordPerson;
    use crate::id::RequestId;
    use crate::log::MemoryLog;
    use crate::person::PersonDetails;
    use crate::privacy::{KeyVault, MemoryVault};

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
