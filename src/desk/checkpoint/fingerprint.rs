//! Which code folded what a checkpoint holds.

use crate::image::image;
use crate::schedule::Tables;

/// Which code, and which table of time zones: whether a session lies within the days of its gathering is asked of it.
///
/// What another version of the rules folded may be wrong for this one, though its bytes read well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint([u8; 16]);

image!(tuple Fingerprint(bytes));

impl Fingerprint {
    /// That of the code that is running; `build.rs` took the hash of its sources.
    pub(super) fn own() -> Self {
        Self::of(env!("GATHER_FOLD"), env!("CARGO_PKG_VERSION"), Tables::compiled().name())
    }

    pub(super) fn of(sources: &str, version: &str, zones: &str) -> Self {
        let mut hash = blake3::Hasher::new_derive_key("gather 2026 code that folds");
        for part in [sources, version, zones] {
            hash.update(part.as_bytes());
            hash.update(&[0]);
        }
        let mut bytes = [0; 16];
        hash.finalize_xof().fill(&mut bytes);
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_sources_another_version_or_other_zones_are_another_fingerprint() {
        let one = Fingerprint::of("a", "1.0", "2026a");
        for other in
            [("b", "1.0", "2026a"), ("a", "1.1", "2026a"), ("a", "1.0", "2026b"), ("a1", ".0", "2026a")]
        {
            assert_ne!(Fingerprint::of(other.0, other.1, other.2), one, "{other:?}");
        }
    }
}
