//! A desk that keeps nothing personal: what would be sealed is left out, so that the cost of sealing can be told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::desk::{Desk, DeskBuilder, Error};
use crate::id::VaultId;
use crate::log::Log;
use crate::privacy::{Key, KeyVault, Keyring, VaultError};
use crate::sealed::KeyRef;

/// Opens a desk that seals nothing, **and keeps nothing** of what is personal: where sealed bytes would be, as many zeros
/// are. Nothing else is different: texts are checked and brought into their plain form, lengths and records are the same.
///
/// It is there to measure what sealing costs, as `benches/forget.rs` does: the same work against a vault that costs nothing.
/// There is no mode that keeps personal data in the clear, not even for that. Whatever is read from such a log is
/// [`Unavailable::KeyMissing`](crate::Unavailable::KeyMissing), here; and a desk that is opened on it in any other way is told
/// that keys are missing.
///
/// # Errors
/// As for [`DeskBuilder::over`].
///
/// # Example
/// ```
/// use gather::log::MemoryLog;
/// use gather::testkit::blank_desk;
/// use gather::{Desk, PersonDetails};
///
/// let desk = blank_desk(Desk::builder(), MemoryLog::new())?;
/// let ann = desk.record_person(PersonDetails::new("Ann Example"))?.outcome;
/// assert!(desk.person(ann).unwrap().known().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn blank_desk(builder: DeskBuilder, log: impl Log + 'static) -> Result<Desk, Error> {
    let numbers = Numbers { id: VaultId::random(), next: AtomicU64::new(0) };
    builder.over_keyring(log, Keyring::keeping_nothing(Arc::new(numbers)))
}

/// A vault that gives out numbers, and has no keys.
#[derive(Debug)]
struct Numbers {
    id: VaultId,
    next: AtomicU64,
}

impl KeyVault for Numbers {
    fn id(&self) -> VaultId {
        self.id
    }

    fn fresh(&self) -> Result<KeyRef, VaultError> {
        Ok(KeyRef::new(self.next.fetch_add(1, Ordering::Relaxed)))
    }

    fn in_use(&self, key: KeyRef) -> Result<(), VaultError> {
        self.next.fetch_max(key.get().saturating_add(1), Ordering::Relaxed);
        Ok(())
    }

    fn key(&self, key: KeyRef) -> Result<Key, VaultError> {
        Err(VaultError::missing(key))
    }

    fn erase(&self, _: KeyRef) -> Result<(), VaultError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PublishName, RecordPerson, Register};
    use crate::fact::Fact;
    use crate::log::MemoryLog;
    use crate::person::{Answers, PersonDetails, PublishedName};
    use crate::record::Position;
    use crate::{Gathering, PersonId};

    /// The lengths of what would be sealed, or is.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others have nothing sealed here")]
    fn lengths(desk: &Desk) -> Vec<usize> {
        let ann = PersonId::from_u128(1);
        let talk = desk
            .announce(
                Gathering::webinar("Talk").at("2099-03-05 14:00 to 15:30 UTC".parse().unwrap()).places(9),
            )
            .unwrap()
            .outcome;
        drop(desk.execute(RecordPerson::of(ann, PersonDetails::new("Ann Example"))).unwrap());
        drop(desk.execute(PublishName::of(ann, PublishedName::new("Dr Ann Example"))).unwrap());
        drop(
            desk.execute(Register::new(talk, ann).answers(Answers::new().answer("diet", "x".repeat(200))))
                .unwrap(),
        );
        let page = desk.read_log(Position::START, 100).unwrap();
        let facts = page.batches.iter().flat_map(|stored| stored.batch.facts.iter());
        let sealed = facts.filter_map(|fact| match fact {
            Fact::PersonRecorded { details, .. } => Some(details.bytes().len()),
            Fact::NamePublished { name, .. } => Some(name.bytes().len()),
            Fact::RegistrationConfirmed { booking, .. } => {
                booking.answers.as_ref().map(|it| it.bytes().len())
            }
            _ => None,
        });
        sealed.collect()
    }

    /// So what is measured beside it differs in nothing but sealing.
    #[test]
    fn its_records_are_as_long_as_those_that_are_sealed() {
        let blank = lengths(&blank_desk(Desk::builder(), MemoryLog::new()).unwrap());
        assert_eq!(blank, lengths(&Desk::in_memory()));
        assert_eq!(blank, [168, 168, 296]);
    }
}
