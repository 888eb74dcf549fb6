//! A checkpoint's bytes: what was folded, of which log, up to where, and by which code.

use std::thread;

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
    /// Where the lists are, and where the state is: there or earlier.
    shown: [u8; 8],
    chain: [u8; 32],
    decided: [u8; 8],
    /// How many bytes of what follows are the state, and how many the lists; the rest is what the keyring learned.
    state: [u8; 8],
    lists: [u8; 8],
}

image!(struct Header { magic, code, log, shown, chain, decided, state, lists });

impl Header {
    fn blank() -> Self {
        Self {
            magic: MAGIC,
            code: Fingerprint::own(),
            log: LogId::from_u128(0),
            shown: [0; 8],
            chain: [0; 32],
            decided: [0; 8],
            state: [0; 8],
            lists: [0; 8],
        }
    }

    /// Where the log was when it was drawn.
    pub(super) fn anchor(&self) -> Anchor {
        Anchor { log: self.log, position: number(self.shown), chain: Chain::from_bytes(self.chain) }
    }

    /// Whether the code that is running wrote it.
    pub(super) fn is_ours(&self) -> bool {
        self.code == Fingerprint::own()
    }
}

fn number(bytes: [u8; 8]) -> Position {
    Position::new(u64::from_le_bytes(bytes))
}

fn bytes(length: usize) -> [u8; 8] {
    u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes()
}

/// A checkpoint that is being drawn.
pub(super) struct Draft {
    header: Header,
    out: Sink,
}

impl Draft {
    /// Takes the state down.
    pub(super) fn of(state: &State) -> Self {
        let (mut header, mut out) = (Header::blank(), Sink::new());
        // The header is as long as it will be, so this keeps its place until all of it is known.
        header.put(&mut out);
        let before = out.length();
        state.put(&mut out);
        header.decided = state.head().get().to_le_bytes();
        header.state = bytes(out.length().saturating_sub(before));
        Self { header, out }
    }

    /// Takes down the lists, which are where the state is or further, and what the keyring has learned.
    pub(super) fn add(&mut self, lists: &Lists, keyring: &Keyring) {
        let before = self.out.length();
        lists.put(&mut self.out);
        self.header.lists = bytes(self.out.length().saturating_sub(before));
        keyring.put_learned(&mut self.out);
    }

    #[cfg(test)]
    pub(super) fn header(&self) -> Header {
        self.header
    }

    /// How far the state goes.
    pub(super) fn position(&self) -> Position {
        number(self.header.decided)
    }

    /// The whole, with the header at the front and a checksum at the end.
    pub(super) fn finish(self, shown: Anchor) -> Vec<u8> {
        let Self { mut header, out } = self;
        header.log = shown.log;
        header.shown = shown.position.get().to_le_bytes();
        header.chain = shown.chain.bytes();
        let (mut front, mut whole) = (Sink::new(), out.into_bytes());
        header.put(&mut front);
        whole.iter_mut().zip(front.into_bytes()).for_each(|(place, byte)| *place = byte);
        let checksum = blake3::hash(&whole);
        whole.extend_from_slice(checksum.as_bytes());
        whole
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

    /// The lists alone. `None` where the bytes are none of this code's.
    #[cfg(feature = "file")]
    pub(super) fn lists(&self) -> Option<Lists> {
        let (_, rest) = self.fold.split_at_checked(bounded(self.header.state)?)?;
        let (lists, _) = rest.split_at_checked(bounded(self.header.lists)?)?;
        read_all::<Lists>(lists).filter(|lists| lists.position() == number(self.header.shown))
    }

    /// What was folded. `None` where the bytes are none of this code's.
    pub(super) fn read(&self) -> Option<Folded> {
        let (state, rest) = self.fold.split_at_checked(bounded(self.header.state)?)?;
        let (lists, learned) = rest.split_at_checked(bounded(self.header.lists)?)?;
        let (state, lists) = both(|| read_all::<State>(state), || read_all::<Lists>(lists));
        let folded = Folded { state: state?, lists: lists?, learned: read_all(learned)? };
        let (decided, shown) = (number(self.header.decided), number(self.header.shown));
        let fits = decided <= shown && folded.state.head() == decided && folded.lists.position() == shown;
        fits.then_some(folded)
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
fn both<A: Send, B>(first: impl Fn() -> A + Sync, second: impl FnOnce() -> B) -> (A, B) {
    let first = &first;
    thread::scope(|scope| {
        let helper = thread::Builder::new().name("gather checkpoint".to_owned()).spawn_scoped(scope, first);
        let second = second();
        match helper.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(first)) => (first, second),
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // There are no threads here.
            Err(_) => (first(), second),
        }
    })
}
