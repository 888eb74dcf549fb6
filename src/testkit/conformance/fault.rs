//! How a promise was seen to be broken.

use std::any::Any;
use std::fmt;
use std::sync::Barrier;
use std::thread;

use crate::log::Error;

/// What was seen, in words.
pub(super) struct Fault(String);

pub(super) type Held = Result<(), Fault>;

impl Fault {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    pub(super) fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("something");
        Self(format!("the store panicked: {said}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self(format!("an error where there is no reason for one: {error}"))
    }
}

/// Holds that something is as it should be.
pub(super) fn holds(it_does: bool, what: impl FnOnce() -> String) -> Held {
    if it_does { Ok(()) } else { Err(Fault(what())) }
}

/// Holds that two things are equal.
pub(super) fn same<T: PartialEq + fmt::Debug>(what: &str, found: &T, expected: &T) -> Held {
    holds(found == expected, || format!("{what}: {}, and not {}", short(found), short(expected)))
}

/// Holds that something is refused, and in the right way.
pub(super) fn refused<T: fmt::Debug>(
    what: &str,
    answer: Result<T, Error>,
    is_right: impl FnOnce(&Error) -> bool,
) -> Held {
    match answer {
        Ok(answer) => Err(Fault(format!("{what} is no error but {}", short(&answer)))),
        Err(error) if !is_right(&error) => Err(Fault(format!("{what} is another error: {error}"))),
        Err(error) => holds(error.was_written() == Some(false), || {
            format!("the error of {what} does not say that nothing was written: {error}")
        }),
    }
}

/// As much of a value as a person reads.
fn short(value: &impl fmt::Debug) -> String {
    let text = format!("{value:?}");
    match text.char_indices().nth(400) {
        Some((end, _)) => format!("{} …", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// How many race each other.
pub(super) const RACERS: u64 = 8;

/// Runs as many threads, all let go at once.
pub(super) fn at_once(racer: impl Fn(u64) -> Held + Sync) -> Held {
    let barrier = Barrier::new(usize::try_from(RACERS).unwrap_or(1));
    thread::scope(|scope| {
        let start = |nth| {
            let (barrier, racer) = (&barrier, &racer);
            scope.spawn(move || {
                barrier.wait();
                racer(nth)
            })
        };
        let racers: Vec<_> = (0..RACERS).map(start).collect();
        let ended = racers
            .into_iter()
            .map(|racer| racer.join().unwrap_or_else(|panic| Err(Fault::of_panic(&*panic))));
        // All of them are waited for before the first fault is told.
        ended.collect::<Vec<_>>().into_iter().collect()
    })
}

/// Lets others run, so that whoever can get in between does.
pub(super) fn linger() {
    (0..16).for_each(|_| thread::yield_now());
}
