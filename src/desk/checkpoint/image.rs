//! A checkpoint's bytes: what was folded, of which log, up to where, and by which code.

use super::fingerprint::Fingerprint;
use crate::domain::State;
use crate::id::LogId;
use crate::image::{Image, Sink, Source, image};
use crate::privacy::{Keyring, Learned};
use crate::projection::Lists;
use crate::record::{Anchor, Chain, Position};

/// What a checkpoint's bytes begin with.
const MAGIC: [u8; 8] = *b"gather\0c";

/// How long the checksum at their end is.
const CHECKSUM: usize = 32;

/// What is said of the fold before the fold itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    magic: [u8; 8],
    code: Fingerprint,
    log: LogId,
    position: [u8; 8],
    chain: [u8; 32],
    /// How many bytes of what follows are the state, and how many the lists; the rest is what the keyring learned.
    state: [u8; 8],
    lists: [u8; 8],
}

image!(struct Header { magic, code, log, position, chain, state, lists });

impl Header {
    fn over(anchor: Anchor, state: usize, lists: usize) -> Self {
        Self {
            magic: MAGIC,
            code: Fingerprint::own(),
            log: anchor.log,
            position: anchor.position.get().to_le_bytes(),
            chain: anchor.chain.bytes(),
            state: length(state),
            lists: length(lists),
        }
    }

    pub(super) fn anchor(&self) -> Anchor {
        let position = Position::new(u64::from_le_bytes(self.position));
        Anchor { log: self.log, position, chain: Chain::from_bytes(self.chain) }
    }

    /// Whether the code that is running wrote it.
    pub(super) fn is_ours(&self) -> bool {
        self.code == Fingerprint::own()
    }
}

fn nowhere() -> Anchor {
    Anchor { log: LogId::from_u128(0), position: Position::START, chain: Chain::from_bytes([0; 32]) }
}

fn length(bytes: usize) -> [u8; 8] {
    u64::try_from(bytes).unwrap_or(u64::MAX).to_le_bytes()
}

/// What was folded, in bytes: all that has to be done while nothing else is decided.
pub(super) struct Draft {
    pub(super) position: Position,
    bytes: Vec<u8>,
    state: usize,
    lists: usize,
}

impl Draft {
    /// Takes down all three as they are, at one position.
    pub(super) fn of(state: &State, lists: &Lists, keyring: &Keyring) -> Self {
        let mut out = Sink::new();
        // The header has a length that does not change, so it is laid over these bytes once the anchor is known.
        Header::over(nowhere(), 0, 0).put(&mut out);
        let before = out.length();
        state.put(&mut out);
        let between = out.length();
        lists.put(&mut out);
        let behind = out.length();
        keyring.put_learned(&mut out);
        Self {
            position: state.head(),
            bytes: out.into_bytes(),
            state: between.saturating_sub(before),
            lists: behind.saturating_sub(between),
        }
    }

    /// The whole, with where in the log it is at the front and a checksum at the end.
    pub(super) fn finish(self, anchor: Anchor) -> Vec<u8> {
        let Self { position: _, mut bytes, state, lists } = self;
        let mut header = Sink::new();
        Header::over(anchor, state, lists).put(&mut header);
        bytes.iter_mut().zip(header.into_bytes()).for_each(|(place, byte)| *place = byte);
        let checksum = blake3::hash(&bytes);
        bytes.extend_from_slice(checksum.as_bytes());
        bytes
    }
}

/// What was folded, read back.
pub(super) struct Folded {
    pub(super) state: State,
    pub(super) lists: Lists,
    pub(super) learned: Learned,
}

/// A checkpoint whose bytes are whole: nothing is missing, and nothing was changed.
pub(super) struct Whole<'b> {
    pub(super) header: Header,
    fold: &'b [u8],
}

impl<'b> Whole<'b> {
    /// `None` if a byte is missing or is another, or if it is something else altogether.
    pub(super) fn of(bytes: &'b [u8]) -> Option<Self> {
        let (signed, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
        if blake3::hash(signed).as_bytes().as_slice() != checksum {
            return None;
        }
        let mut from = Source::new(signed);
        let header = Header::take(&mut from).filter(|header| header.magic == MAGIC)?;
        Some(Self { header, fold: from.rest() })
    }

    /// What was folded. `None` where the bytes are none of this code's.
    pub(super) fn read(&self) -> Option<Folded> {
        let (state, rest) = self.fold.split_at_checked(bounded(self.header.state)?)?;
        let (lists, learned) = rest.split_at_checked(bounded(self.header.lists)?)?;
        let (state, lists) = both(|| read_all::<State>(state), || read_all::<Lists>(lists));
        let folded = Folded { state: state?, lists: lists?, learned: read_all(learned)? };
        let at = self.header.anchor().position;
        (folded.state.head() == at && folded.lists.position() == at).then_some(folded)
    }
}

fn bounded(length: [u8; 8]) -> Option<usize> {
    usize::try_from(u64::from_le_bytes(length)).ok()
}

fn read_all<T: Image>(bytes: &[u8]) -> Option<T> {
    let mut from = Source::new(bytes);
    T::take(&mut from).filter(|_| from.is_at_end())
}

/// Does two things at once where the system lets it, and one after the other where it does not. Both are done when
/// this returns.
fn both<A: Send, B>(first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B) -> (A, B) {
    (first(), second())
}
