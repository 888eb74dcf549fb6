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
        if now() < self.next {
            return;
        }
        eprint!("\r{} {} of {}, {} %", self.what, progress.done, progress.total, progress.percent());
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
