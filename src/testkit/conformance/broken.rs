//! What is said of whoever does not keep their promises.

use std::fmt;

use super::{Fault, Promise};

/// The promises that a store, or a [vault](super::vaults), does not keep, and how that was seen.
pub struct Broken<P = Promise> {
    who: &'static str,
    promises: Vec<(P, Fault)>,
}

impl<P: Copy> Broken<P> {
    /// What came of holding somebody to some promises: whatever is in here was not kept.
    pub(super) fn verdict(who: &'static str, promises: Vec<(P, Fault)>) -> Result<(), Self> {
        if promises.is_empty() { Ok(()) } else { Err(Self { who, promises }) }
    }

    /// The promises, in order.
    #[must_use]
    pub fn promises(&self) -> Vec<P> {
        self.promises.iter().map(|(promise, _)| *promise).collect()
    }
}

impl<P: fmt::Debug> fmt::Display for Broken<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} does not keep its promises:", self.who)?;
        self.promises.iter().try_for_each(|(promise, fault)| write!(f, "\n  {promise:?}: {fault}"))
    }
}

/// As it is displayed: a test that returns it is read by people.
impl<P: fmt::Debug> fmt::Debug for Broken<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<P: fmt::Debug> std::error::Error for Broken<P> {}
