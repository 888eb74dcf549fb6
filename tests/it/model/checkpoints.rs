//! A desk that begins with a checkpoint is the desk that replays the log.

use std::sync::Arc;

use gather::log::{Log, MemoryLog};
use gather::testkit::History;
use gather::{CheckpointUnused, Desk, Position};
use proptest::prelude::*;
use proptest::sample::Index;

use super::ledger::Ledger;
use super::read::{agree, everything_shown};
use super::{Shared, Watched, cases, lives};

impl Shared {
    /// Another log that begins as this one is now.
    fn fork(&self) -> Self {
        let head = self.head();
        let batches = self.read(Position::START, usize::MAX).unwrap().batches;
        let fork = MemoryLog::with_id(head.log);
        let mut copied = Some(batches.into_iter().map(|stored| stored.batch).collect());
        fork.exclusive(Position::START, &mut |_| copied.take().unwrap_or_default()).unwrap();
        let fork = Self(Arc::new(fork));
        assert_eq!(fork.head(), head);
        fork
    }
}

impl Watched {
    /// A desk on a copy of this one's log, begun as it says.
    fn begun_with(&self, checkpoint: Option<&[u8]>) -> Self {
        let (log, vault, clock) = (self.log.fork(), self.vault.clone(), self.clock.clone());
        let builder = Desk::builder().clock(clock.clone());
        let builder = match checkpoint {
            Some(bytes) => builder.from_checkpoint(bytes),
            None => builder,
        };
        Self { desk: builder.over(log.clone(), vault.clone()).unwrap(), log, vault, clock }
    }
}

/// Puts the steps from one on to both desks: the same answers, and the same is shown after each.
fn go_on_alike(history: &History, from: usize, one: &Watched, other: &Watched) -> Result<(), TestCaseError> {
    for nth in from..history.steps.len() {
        agree(&one.play(history, nth), &other.play(history, nth))?;
    }
    prop_assert_eq!(one.log.unsealed_facts(), other.log.unsealed_facts());
    let mut ledger = Ledger::default();
    let start = gather::log::Anchor { position: Position::START, ..one.log.head() };
    one.audit(&mut ledger, start)?;
    prop_assert_eq!(everything_shown(&one.desk, &ledger), everything_shown(&other.desk, &ledger));
    Ok(())
}

proptest! {
    #![proptest_config(cases(100))]

    /// Cut anywhere: what a checkpoint and the records after it come to is, byte for byte, what the whole log comes to;
    /// and so is every answer from then on, to requests of before as well.
    #[test]
    fn a_checkpoint_and_the_rest_are_the_whole(history in lives(1..80), cut in any::<Index>(), end in any::<Index>()) {
        let live = Watched::new();
        let cut = cut.index(history.steps.len());
        for nth in 0..cut {
            drop(live.play(&history, nth));
        }
        let (kept, at) = (live.desk.checkpoint_bytes().unwrap(), live.log.head().position);
        let end = cut + end.index(history.steps.len() - cut + 1);
        for nth in cut..end {
            drop(live.play(&history, nth));
        }

        let (begun, replayed) = (live.begun_with(Some(&kept)), live.begun_with(None));
        prop_assert_eq!(&begun.desk.opening().passed_by, &None);
        prop_assert_eq!(begun.desk.opening().checkpoint, at);
        prop_assert_eq!(begun.desk.opening().replayed, live.log.head().position.get() - at.get());
        let whole = replayed.desk.checkpoint_bytes().unwrap();
        prop_assert!(begun.desk.checkpoint_bytes().unwrap() == whole, "begun with a checkpoint it is another");
        prop_assert!(live.desk.checkpoint_bytes().unwrap() == whole, "live it is another");
        go_on_alike(&history, end, &begun, &replayed)?;
    }

    /// One byte too few, or another: the log is replayed, and nobody notices but whoever asks.
    #[test]
    fn a_damaged_checkpoint_is_passed_by(
        history in lives(1..30),
        cut in any::<Index>(),
        at in any::<Index>(),
        flip in 1_u8..=255,
    ) {
        let live = Watched::new();
        for nth in 0..history.steps.len() {
            drop(live.play(&history, nth));
        }
        let whole = live.desk.checkpoint_bytes().unwrap();
        let mut flipped = whole.clone();
        flipped[at.index(whole.len())] ^= flip;
        for damaged in [&whole[..cut.index(whole.len())], &flipped] {
            let begun = live.begun_with(Some(damaged));
            prop_assert_eq!(&begun.desk.opening().passed_by, &Some(CheckpointUnused::Damaged));
            prop_assert_eq!(begun.desk.opening().checkpoint, Position::START);
            prop_assert!(begun.desk.checkpoint_bytes().unwrap() == whole);
        }
    }
}
