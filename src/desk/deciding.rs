//! One decision after the other: decide, append, fold, and never on what is out of date.

use std::sync::{MutexGuard, PoisonError};

use super::{Desk, Error, Failure, Ready, Receipt};
use crate::domain::{Context, Decided, Decision, Refusal, State};
use crate::id::RequestId;
use crate::log::{self, Appended, FACTS_LIMIT, TAGS_LIMIT};
use crate::record::{Batch, Content, Guard, Position, StoredBatch, Tag};

impl Desk {
    pub(super) fn state(&self) -> Result<MutexGuard<'_, State>, Error> {
        self.inner.state.lock().map_err(|_poisoned| Error::Broken)
    }

    /// The batch of a request, from where it begins.
    pub(super) fn batch_of(&self, request: RequestId, begun: Position) -> Result<Option<StoredBatch>, Error> {
        let before = Position::new(begun.get().saturating_sub(1));
        let page = self.inner.log.read(before, 1)?;
        Ok(page.batches.into_iter().next().filter(|stored| stored.batch.id == request))
    }

    /// The answer that a request had before.
    fn recall<O>(&self, ready: &Ready<O>, context: &Context, begun: Position) -> Result<Receipt<O>, Failure> {
        let reused = Refusal::RequestReused { request: context.request };
        let Some(stored) = self.batch_of(context.request, begun)? else { return Err(reused.into()) };
        let asked = ready.get().content().finish();
        if stored.batch.content.is_some_and(|content| content != asked) {
            return Err(reused.into());
        }
        let outcome = ready.get().recall(context, &stored.batch.facts).ok_or(reused)?;
        let (position, time) = (stored.last(), stored.batch.time);
        Ok(Receipt {
            outcome,
            request: context.request,
            position,
            time,
            facts: stored.batch.facts,
            repeated: true,
        })
    }

    /// Decides and appends until the log takes it. Another desk on the same log may get in between; then what it
    /// appended is folded in, and the decision is taken anew.
    pub(super) fn decide_and_append<O>(
        &self,
        ready: &Ready<O>,
        context: &Context,
    ) -> Result<Receipt<O>, Failure> {
        let mut state = self.state()?;
        loop {
            if let Some(begun) = state.answered(context.request) {
                // It may have been forgotten elsewhere: what it was about has been archived.
                if self.was_behind(&mut state)? {
                    continue;
                }
                return self.recall(ready, context, begun);
            }
            let (answer, decided) = decide(&state, ready, context);
            let head = state.head();
            let nothing_new = answer.is_err() || decided.facts.is_empty();
            if nothing_new && self.was_behind(&mut state)? {
                continue;
            }
            let outcome = answer?;
            let request = context.request;
            if decided.facts.is_empty() {
                let (position, time) = (head, decided.time);
                return Ok(Receipt { outcome, request, position, time, facts: Vec::new(), repeated: false });
            }
            let asked = ready.get().content().finish();
            let batch = batch(context, head, asked, decided);
            let appended = match self.inner.log.append(std::slice::from_ref(&batch)) {
                // The request may be one that another desk has answered meanwhile.
                Err(error) if error.is_misuse() && self.was_behind(&mut state)? => continue,
                appended => appended?,
            };
            if let [Appended::Fresh { first }] = *appended {
                let stored = StoredBatch { first, batch };
                // It is stored, so this is no failure: whoever asks next catches up, or is told why not.
                let _ = self.take_in(&mut state, &stored);
                let (position, Batch { time, facts, .. }) = (stored.last(), stored.batch);
                return Ok(Receipt { outcome, request, position, time, facts, repeated: false });
            }
            self.catch_up(&mut state)?;
            if state.head() == head {
                let what = "the log refuses a batch for a record that it does not show";
                return Err(log::Error::diverged(what).at(head).into());
            }
        }
    }

    /// Whether the log has gone on without this desk; if so, the state has caught up. Asked before the desk says
    /// no, or "already so": that must not be for having looked too early.
    fn was_behind(&self, state: &mut State) -> Result<bool, Error> {
        let behind = self.inner.log.anchor()?.position > state.head();
        if behind {
            self.catch_up(state)?;
        }
        Ok(behind)
    }

    /// Folds in what the log holds beyond the state.
    pub(super) fn catch_up(&self, state: &mut State) -> Result<(), Error> {
        loop {
            let page = self.inner.log.read(state.head(), 1_024)?;
            if page.batches.is_empty() {
                return Ok(());
            }
            page.batches.iter().try_for_each(|stored| self.fold(state, stored))?;
        }
    }

    /// Folds in a batch of this desk's own, and before it what other desks have appended outside of its scope.
    fn take_in(&self, state: &mut State, stored: &StoredBatch) -> Result<(), Error> {
        if stored.first == state.head().next() { self.fold(state, stored) } else { self.catch_up(state) }
    }

    /// Folds in the batch that follows the state: all of it, or nothing where a key of it cannot be had.
    pub(super) fn fold(&self, state: &mut State, stored: &StoredBatch) -> Result<(), Error> {
        stored.records().try_for_each(|record| self.inner.keyring.learn(record.fact()))?;
        let mut lists = self.inner.lists.write().unwrap_or_else(PoisonError::into_inner);
        for record in stored.records() {
            state.evolve(&record);
            lists.apply(&record);
        }
        Ok(())
    }

    /// What a command would be told now.
    pub(super) fn foresee<O>(
        &self,
        state: &State,
        ready: &Ready<O>,
        context: &Context,
    ) -> Result<O, Failure> {
        match state.answered(context.request) {
            Some(begun) => self.recall(ready, context, begun).map(|receipt| receipt.outcome),
            None => Ok(decide(state, ready, context).0?),
        }
    }

    /// The answer to a command that can be given without sealing anything: the one it had before, or a refusal.
    pub(super) fn answer_without_sealing<O>(
        &self,
        ready: &Ready<O>,
        context: &Context,
    ) -> Result<Option<Receipt<O>>, Failure> {
        let mut state = self.state()?;
        loop {
            if let Some(begun) = state.answered(context.request) {
                if self.was_behind(&mut state)? {
                    continue;
                }
                return self.recall(ready, context, begun).map(Some);
            }
            let Err(refusal) = decide(&state, ready, context).0 else { return Ok(None) };
            if !self.was_behind(&mut state)? {
                return Err(refusal.into());
            }
        }
    }
}

fn decide<O>(state: &State, ready: &Ready<O>, context: &Context) -> (Result<O, Refusal>, Decided) {
    let mut decision = Decision::new(state, context);
    let answer = decide_in(&mut decision, ready, context);
    let decided = decision.finish();
    match too_much(&decided) {
        Some(refusal) if answer.is_ok() => (Err(refusal), decided),
        _ => (answer, decided),
    }
}

/// Decides a command in a decision that may have facts of others before it.
pub(super) fn decide_in<O>(
    decision: &mut Decision<'_>,
    ready: &Ready<O>,
    context: &Context,
) -> Result<O, Refusal> {
    let outcome = ready.get().decide(decision, context)?;
    match decision.unsettled() {
        Some(gathering) if !ready.get().settles() => Err(Refusal::SettleFirst { gathering }),
        _ => Ok(outcome),
    }
}

/// Why a batch could not hold what was decided.
fn too_much(decided: &Decided) -> Option<Refusal> {
    let facts = decided.facts.len();
    if facts > FACTS_LIMIT {
        return Some(Refusal::TooMuchAtOnce { facts, limit: FACTS_LIMIT });
    }
    // A party names up to 65,535 people, so a few facts are never too many.
    if facts <= 3 {
        return None;
    }
    let scope = decided.scope.tags().map_or(0, <[Tag]>::len);
    let named = scope + decided.facts.iter().map(|fact| Tag::of(fact).len()).sum::<usize>();
    (named > TAGS_LIMIT).then_some(Refusal::TooManyNamed { named, limit: TAGS_LIMIT })
}

pub(super) fn batch(context: &Context, seen: Position, asked: Content, decided: Decided) -> Batch {
    let Context { request: id, actor, trace, .. } = *context;
    let Decided { facts, scope, time } = decided;
    Batch { id, time, actor, trace, content: Some(asked), guard: Guard { seen, scope }, facts }
}
