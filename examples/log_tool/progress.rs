//! How far long work has come, for somebody who waits.

use std::time::{Duration, Instant};

use gather::log::Progress;

/// What takes less is not worth a word.
const PATIENCE: Duration = Duration::from_secs(1);

/// Tells on the error stream how far the work is, once a second, if it takes more than one.
pub(crate) struct Watch {
    what: &'static str,
    next: Instant,
    begun: bool,
}

impl Watch {
    pub(crate) fn of(what: &'static str) -> Self {
        Self { what, next: now() + PATIENCE, begun: false }
    }

    pub(crate) fn told(&mut self, progress: Progress) {
        self.at(progress.done, progress.total);
    }

    pub(crate) fn at(&mut self, done: u64, total: u64) {
        if now() < self.next {
            return;
        }
        let percent = done.saturating_mul(100).checked_div(total).unwrap_or(100);
        eprint!("\r{} {done} of {total}, {percent} %", self.what);
        (self.begun, self.next) = (true, now() + PATIENCE);
    }

    /// The line is over.
    pub(crate) fn end(&self) {
        if self.begun {
            eprintln!();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a tool for people waits as they do")]
fn now() -> Instant {
    Instant::now()
}
