//! A request that was answered before is told the same when it comes again.

use super::*;

impl Naive<'_> {
    /// What was answered under a request's id, unless that is no longer remembered.
    pub(super) fn remembered(&self, request: RequestId) -> Option<&Answered> {
        let theirs = self.answered.iter().rev().filter(|answered| answered.request == request);
        theirs.into_iter().find(|answered| !self.is_forgotten(answered))
    }

    /// Whether one of the gatherings that it was about was put away since.
    fn is_forgotten(&self, answered: &Answered) -> bool {
        let done = self.past[answered.deeds.clone()].iter().map(|deed| &deed.what);
        let mut about = done.filter_map(Done::gathering);
        about.any(|gathering| self.of(gathering).archived)
    }
}
