//! How far it has come, for somebody who watches.

use std::io::{self, IsTerminal, Write};

/// How many marks the bar has.
const WIDTH: usize = 30;

/// A bar on the error stream, if that is a terminal; else nothing.
pub(crate) struct Progress {
    watched: bool,
    what: &'static str,
    total: usize,
    done: usize,
    percent: usize,
}

impl Progress {
    /// Begins to count something.
    pub(crate) fn of(what: &'static str, total: usize) -> Self {
        let mut begun = Self { watched: io::stderr().is_terminal(), what, total, done: 0, percent: 0 };
        begun.draw();
        begun
    }

    /// One more is done.
    pub(crate) fn step(&mut self) {
        self.done += 1;
        let percent = (self.done * 100).checked_div(self.total).unwrap_or(100);
        if percent != self.percent {
            self.percent = percent;
            self.draw();
        }
    }

    fn draw(&mut self) {
        if !self.watched {
            return;
        }
        let Self { what, total, done, percent, .. } = self;
        let marks = "#".repeat((*percent).min(100) * WIDTH / 100);
        // Whoever cannot be shown a bar can still have the import.
        let _ = write!(io::stderr(), "\r\x1b[2K[{marks:.<WIDTH$}] {done} of {total} {what}");
    }
}

impl Drop for Progress {
    /// Leaves the line to what is printed next.
    fn drop(&mut self) {
        if self.watched {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }
}
