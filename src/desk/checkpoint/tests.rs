//! Bytes with the right checksum that are no checkpoint of this code all the same.

use proptest::prelude::*;

use super::image::{Draft, Header, Whole};
use super::{CheckpointUnused, fitting};
use crate::desk::Desk;
use crate::image::{Image, Sink, Source};
use crate::log::MemoryLog;
use crate::privacy::{Keyring, MemoryVault};
use crate::testkit::{conferences, histories};
use std::sync::Arc;

/// Puts the checksum right that a change has made wrong.
fn signed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 32);
    let checksum = blake3::hash(&bytes);
    bytes.extend_from_slice(checksum.as_bytes());
    bytes
}

fn header_length() -> usize {
    let mut out = Sink::new();
    Draft::of(&crate::domain::State::default()).header().put(&mut out);
    out.length()
}

#[test]
fn what_another_version_wrote_is_passed_by() {
    let (log, vault) = (Arc::new(MemoryLog::new()), Arc::new(MemoryVault::new()));
    let desk = Desk::builder().over(Arc::clone(&log), vault.clone()).unwrap();
    drop(desk.announce(crate::domain::Gathering::webinar("Open day")).unwrap());
    let whole = desk.checkpoint_bytes().unwrap();
    let keyring = Keyring::new(vault);
    assert!(fitting(&*log, &keyring, &whole).is_ok());
    for byte in 8..24 {
        let mut other = whole.clone();
        other[byte] ^= 1;
        let told = fitting(&*log, &keyring, &signed(other)).err();
        assert_eq!(told, Some(CheckpointUnused::OtherVersion), "byte {byte}");
    }
    let mut other = whole;
    other[0] ^= 1;
    assert_eq!(fitting(&*log, &keyring, &signed(other)).err(), Some(CheckpointUnused::Damaged));
}

#[test]
fn a_header_reads_back() {
    let whole = Desk::in_memory().checkpoint_bytes().unwrap();
    let header = Header::take(&mut Source::new(&whole)).unwrap();
    assert!(header.is_ours());
    assert_eq!(header_length(), 8 + 16 + 16 + 8 + 32 + 8 + 8 + 8);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whoever can write the file can put its checksum right. They get no panic and no memory for it.
    #[test]
    fn hostile_bytes_are_read_to_nothing_or_to_something(
        history in prop_oneof![histories(1..30), conferences(1..30)],
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let desk = Desk::in_memory();
        drop(history.play(&desk));
        let mut bytes = desk.checkpoint_bytes().unwrap();
        let header = header_length();
        let fold = bytes.len() - header - 32;
        for (at, byte) in changes {
            bytes[header + at.index(fold)] = byte;
        }
        if is_cut {
            bytes.truncate(header + cut.index(fold) + 32);
        }
        let bytes = signed(bytes);
        let whole = Whole::of(&bytes).unwrap();
        // Most changes make another value that reads well; that is why there is a checksum.
        let _ = whole.read();
    }
}
