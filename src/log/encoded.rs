//! A batch with its bytes, made ready before the log's turn.

use super::error::Error;
use super::wire;
use crate::record::Batch;

/// A batch to be stored, with the bytes that every store keeps of it.
///
/// While one group of batches is on its way to the disk, others are decided. Whoever decides makes the bytes as well, so that
/// whoever has the log's turn has only to write them. See [`Log::exclusive_encoded`](super::Log::exclusive_encoded).
///
/// ```
/// use gather::log::{encode, Batch, Encoded, Guard, Scope};
/// use gather::{Fact, GatheringId, Position, RequestId};
///
/// let batch = Batch {
///     id: RequestId::from_u128(1),
///     time: chrono::DateTime::UNIX_EPOCH,
///     actor: None,
///     trace: None,
///     content: None,
///     guard: Guard { seen: Position::START, scope: Scope::everything() },
///     facts: vec![Fact::BookingOpened { gathering: GatheringId::from_u128(2) }],
/// };
/// let encoded = Encoded::new(batch.clone());
/// assert_eq!(encoded.batch(), &batch);
/// assert_eq!(encoded.bytes()?, encode(&batch)?);
/// # Ok::<(), gather::log::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Encoded {
    batch: Batch,
    /// Whoever stores it is told why there are none.
    bytes: Result<Vec<u8>, Error>,
}

impl Encoded {
    /// Makes the bytes of a batch. A batch that no store can keep is noticed when it is to be stored.
    #[must_use]
    pub fn new(batch: Batch) -> Self {
        let bytes = wire::encode(&batch);
        Self { batch, bytes }
    }

    /// The batch.
    #[must_use]
    pub fn batch(&self) -> &Batch {
        &self.batch
    }

    /// Its bytes, as [`encode`](super::encode) makes them.
    ///
    /// # Errors
    /// As for [`encode`](super::encode).
    pub fn bytes(&self) -> Result<&[u8], Error> {
        self.bytes.as_deref().map_err(Clone::clone)
    }

    /// The batch alone.
    #[must_use]
    pub fn into_batch(self) -> Batch {
        self.batch
    }
}
