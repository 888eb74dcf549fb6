//! How far long work has come.

/// How far long work on a log has come: so many positions of so many, or bytes where a call says so.
///
/// Long work tells it to a callback, `&mut dyn FnMut(Progress)`, from the caller's own thread: at the beginning, now
/// and then, and at the end, when `done` is `total`. `done` never goes back. Who does not care passes `&mut |_| ()`.
///
/// ```
/// use gather::log::Progress;
///
/// assert_eq!(Progress::new(250, 1_000).percent(), 25);
/// assert_eq!(Progress::new(0, 0).percent(), 100, "nothing to do is done");
/// assert_eq!(Progress::new(999, 1_000).percent(), 99, "it is at a hundred when it is over");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What is done.
    pub done: u64,
    /// All that there is to do, as far as it is known now. A log that is written to meanwhile may have more later.
    pub total: u64,
}

impl Progress {
    /// So much of so much.
    #[must_use]
    pub const fn new(done: u64, total: u64) -> Self {
        Self { done, total }
    }

    /// The hundredth parts that are done, rounded down; 100 where there is nothing to do.
    #[must_use]
    pub fn percent(self) -> u8 {
        let parts = u128::from(self.done).saturating_mul(100).checked_div(u128::from(self.total));
        u8::try_from(parts.unwrap_or(100).min(100)).unwrap_or(100)
    }
}
