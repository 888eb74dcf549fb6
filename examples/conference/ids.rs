//! Ids that follow from what they stand for: the same file asks for the same things under the same ids, however often
//! and wherever it is read.

use uuid::Uuid;

/// Gathers what an id stands for.
///
/// A host that has a table of its own with ids in it uses those. Of a file that has names only, an id is made of the
/// name: whoever guesses the name can make the same id, so it hides nobody.
pub(crate) struct Digest(blake3::Hasher);

impl Digest {
    /// Of a kind of thing.
    pub(crate) fn of(kind: &str) -> Self {
        Self(blake3::Hasher::new_derive_key("gather 2026 example conference: ids")).with(kind)
    }

    /// Adds a part, with its length, so that no two lists of parts are the same bytes.
    pub(crate) fn with(mut self, part: impl AsRef<[u8]>) -> Self {
        let part = part.as_ref();
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        self.0.update(&length.to_le_bytes()).update(part);
        self
    }

    /// The id.
    pub(crate) fn uuid(self) -> Uuid {
        let mut bytes = [0; 16];
        self.0.finalize_xof().fill(&mut bytes);
        Uuid::new_v8(bytes)
    }

    /// A number that follows from the parts: for choices that look like chance and are none.
    pub(crate) fn number(self) -> usize {
        let (high, _) = self.uuid().as_u64_pair();
        usize::try_from(high % (1 << 31)).unwrap_or_default()
    }
}
