//! Random ids, fetched from the operating system for many at once.

use std::cell::RefCell;

use uuid::Uuid;

/// Random bytes for ids to come. Asking the operating system costs as much for 16 ids as for one.
struct Ahead {
    bytes: [u8; 256],
    /// How many of them are left, at the front.
    left: usize,
    /// Whose they are: a process that forks hands its memory on, and no two may roll the same ids.
    process: u32,
}

thread_local! {
    static AHEAD: RefCell<Ahead> = const { RefCell::new(Ahead { bytes: [0; 256], left: 0, process: 0 }) };
}

impl Ahead {
    /// The next 16 bytes, which nobody else gets; `None` where the system gives none.
    fn next(&mut self) -> Option<[u8; 16]> {
        let process = std::process::id();
        if self.left == 0 || self.process != process {
            getrandom::fill(&mut self.bytes).ok()?;
            (self.left, self.process) = (self.bytes.len(), process);
        }
        let (_, next) = self.bytes.get(..self.left)?.split_last_chunk()?;
        self.left = self.left.saturating_sub(next.len());
        Some(*next)
    }
}

/// A random UUID (version 4).
pub(crate) fn uuid() -> Uuid {
    let next = AHEAD.try_with(|ahead| ahead.borrow_mut().next()).ok().flatten();
    // A thread that ends has nothing ahead any more.
    next.map_or_else(Uuid::new_v4, |bytes| uuid::Builder::from_random_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::thread;

    use super::*;

    #[test]
    fn no_two_are_the_same_also_on_several_threads() {
        let rolls = || (0..1_000).map(|_| uuid()).collect::<Vec<_>>();
        let others: Vec<_> = (0..4).map(|_| thread::spawn(rolls)).collect();
        let mut all = rolls();
        all.extend(others.into_iter().flat_map(|other| other.join().unwrap()));
        assert!(all.iter().all(|id| id.get_version_num() == 4));
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 5_000);
    }

    #[test]
    fn another_process_rolls_its_own() {
        let mut ahead = Ahead { bytes: [7; 256], left: 256, process: std::process::id() };
        assert_eq!(ahead.next(), Some([7; 16]));
        // As a process finds it that was forked.
        ahead.process = ahead.process.wrapping_add(1);
        assert_ne!(ahead.next(), Some([7; 16]));
        assert_eq!(ahead.left, 240);
    }
}
