//! Who stands in line to be written, and who writes: one of those who wait leads, for all of them. And who shows what was
//! written and tells them: one of those who are to be told, so that the leader writes on meanwhile.

use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, PoisonError};

use super::Error;
use super::sync::{Mutex, MutexGuard, Thread, thread};
use super::work::{End, Job, Waiter};
use crate::domain::State;
use crate::log::Encoded;

/// How many groups one leader writes before another has to: its own caller waits, too.
const ROUNDS: usize = 16;

/// What stands in line to be written, in the order in which it was decided, and what has come to its end.
pub(super) struct Queue {
    line: Mutex<Line>,
    /// The groups that have come to their end, and are to be shown and told, in order.
    ended: Mutex<VecDeque<Ended>>,
    /// Those of the group that is shown who are still to be told. Held while it is shown, so that there is one order.
    telling: Mutex<Ended>,
}

/// A group, and how each in it has ended.
pub(super) type Ended = VecDeque<(Entry, End)>;

/// Who keeps what was decided.
pub(super) trait Keeper {
    /// Writes a group, and has everybody in it told what became of theirs.
    fn write(&self, group: Vec<Entry>);

    /// Shows what was stored of a group, before anybody in it is told. An error is that of the log, and nothing was shown.
    fn show(&self, group: &Ended) -> Result<(), Error>;

    /// The lists are not what they should be: has the log folded anew. Call it without a lock of the queue's.
    fn is_broken(&self);
}

struct Line {
    entries: Vec<Entry>,
    /// Whether somebody writes now. Whoever does takes what comes meanwhile, or wakes somebody who will.
    led: bool,
    /// The thread that leads where nobody waits.
    writer: Option<Thread>,
    closed: bool,
}

/// A command in line. One that is dropped has been ended, so nobody waits for ever.
pub(super) struct Entry {
    job: Arc<dyn Job>,
    /// Whether it was decided when it came into line; else whoever writes decides it.
    pub(super) decided: bool,
    /// What is to be written for it.
    pub(super) batch: Option<Encoded>,
    /// Whether the log has been handed that.
    pub(super) handed_over: bool,
    ended: bool,
}

impl Entry {
    /// One that was decided, with what is to be written for it.
    pub(super) fn decided(job: Arc<dyn Job>, batch: Option<Encoded>) -> Self {
        Self { job, decided: true, batch, handed_over: false, ended: false }
    }

    /// One to be decided by whoever writes.
    pub(super) fn undecided(job: Arc<dyn Job>) -> Self {
        Self { job, decided: false, batch: None, handed_over: false, ended: false }
    }

    /// Decides it, for the first time or anew.
    pub(super) fn decide(&mut self, state: &mut State) {
        self.batch = self.job.decide(state);
        self.decided = true;
        self.handed_over = false;
    }

    /// What is to be written for it, once.
    pub(super) fn hand_over(&mut self) -> Option<Encoded> {
        let batch = self.batch.take();
        self.handed_over = batch.is_some();
        batch
    }

    /// Ends it, and gives out whoever waits for it, to be woken.
    fn end(&mut self, end: End) -> Option<Waiter> {
        self.ended = true;
        self.job.end(end)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // Whoever was to end it has panicked.
        if !self.ended
            && let Some(waiter) = self.job.end(Err(Error::Broken))
        {
            waiter.wake();
        }
    }
}

impl Queue {
    pub(super) fn new() -> Self {
        let line = Line { entries: Vec::new(), led: false, writer: None, closed: false };
        let (ended, telling) = (Mutex::new(VecDeque::new()), Mutex::new(VecDeque::new()));
        Self { line: Mutex::new(line), ended, telling }
    }

    /// Comes into line. Call it under the lock under which it was decided, so that the order is the same.
    pub(super) fn join(&self, entry: Entry) {
        self.line().entries.push(entry);
    }

    /// All that stands in line.
    pub(super) fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut self.line().entries)
    }

    /// Waits until a job has come to its end. Where nobody writes, this thread does.
    pub(super) fn wait(&self, job: &dyn Job, keeper: &impl Keeper) {
        let mut woken = false;
        // Who waits is noted before anything is looked at: whatever comes after that wakes this thread.
        while job.wait_as(Waiter::Thread(thread::current())) {
            // Whoever is woken before they are told is to tell, or to write.
            if woken && self.help_to_tell(keeper) {
                continue;
            }
            if self.begin_to_lead() {
                self.lead(keeper);
            } else {
                thread::park();
            }
            woken = true;
        }
    }

    /// Has a group shown and told, after all groups before it. Call it as the one who leads, so that the order is that of the
    /// log.
    ///
    /// To fold a booking into the lists and to wake its thread takes as long as to decide it. So one of those who are to be told
    /// is woken to do that, while whoever leads writes what has come meanwhile. Where no thread waits, it is done here.
    pub(super) fn tell(&self, group: Ended, keeper: &impl Keeper) {
        let teller = group.iter().find_map(|(entry, _)| entry.job.take_other_thread());
        self.ended().push_back(group);
        match teller {
            Some(teller) => teller.wake(),
            None => self.tell_all(keeper),
        }
    }

    /// Shows and tells all that has come to its end, unless others are at all of it.
    fn help_to_tell(&self, keeper: &impl Keeper) -> bool {
        if self.ended().is_empty() {
            return false;
        }
        self.tell_all(keeper);
        true
    }

    /// Shows and tells all that has come to its end, beside others who do: each is taken and ended in one go, so the order
    /// is kept.
    pub(super) fn tell_all(&self, keeper: &impl Keeper) {
        while let Some((_entry, waiter)) = self.end_next(keeper) {
            if let Some(waiter) = waiter {
                waiter.wake();
            }
        }
    }

    /// Ends the next who has to be told. Entry and waiter are given out, to be let go of and woken without the lock.
    fn end_next(&self, keeper: &impl Keeper) -> Option<(Entry, Option<Waiter>)> {
        let mut telling = self.telling.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_broken = false;
        while telling.is_empty() {
            let group = self.ended().pop_front()?;
            match panic::catch_unwind(AssertUnwindSafe(|| keeper.show(&group))) {
                Ok(shown) => is_broken |= shown.is_err(),
                Err(panicked) => {
                    drop(telling);
                    // Nobody may rely on what is not shown.
                    drop(group);
                    keeper.is_broken();
                    panic::resume_unwind(panicked);
                }
            }
            *telling = group;
        }
        let (mut entry, end) = telling.pop_front()?;
        let waiter = entry.end(end);
        drop(telling);
        if is_broken {
            keeper.is_broken();
        }
        Some((entry, waiter))
    }

    fn ended(&self) -> MutexGuard<'_, VecDeque<Ended>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a task that waits for a job; `false` if there is nothing to wait for. The writer's thread leads for it; where
    /// there is none, the task has to.
    pub(super) fn wait_as(&self, job: &dyn Job, waiter: Waiter, keeper: &impl Keeper) -> bool {
        let mut line = self.line();
        if !job.wait_as(waiter) {
            return false;
        }
        if line.led {
            return true;
        }
        if let Some(writer) = &line.writer {
            writer.unpark();
            return true;
        }
        line.led = true;
        drop(line);
        self.lead(keeper);
        true
    }

    /// Has the writer's thread look at the line, if nobody writes. `false` if there is no such thread.
    pub(super) fn call_writer(&self) -> bool {
        let line = self.line();
        let Some(writer) = &line.writer else { return false };
        if !line.led {
            writer.unpark();
        }
        true
    }

    /// Names the writer's thread, to be woken from now on.
    pub(super) fn hire(&self, writer: Thread) {
        self.line().writer = Some(writer);
    }

    /// The life of the writer's thread: it writes whatever stands in line, until the queue is closed.
    pub(super) fn serve(&self, keeper: &impl Keeper) {
        loop {
            let mut line = self.line();
            if line.led || line.entries.is_empty() {
                if line.closed {
                    return;
                }
                drop(line);
                thread::park();
                continue;
            }
            line.led = true;
            drop(line);
            // A panic of the store's, or of a task that is woken, has ended those whose it was; others still come.
            drop(panic::catch_unwind(AssertUnwindSafe(|| self.lead(keeper))));
        }
    }

    /// Ends the writer's thread, once it has written what it is at.
    pub(super) fn close(&self) {
        let mut line = self.line();
        line.closed = true;
        if let Some(writer) = line.writer.take() {
            writer.unpark();
        }
    }

    /// Writes all that is left, if nobody else does.
    pub(super) fn write_out(&self, keeper: &impl Keeper) {
        while self.begin_to_lead() {
            self.lead(keeper);
        }
    }

    fn begin_to_lead(&self) -> bool {
        let mut line = self.line();
        let may = !line.led && !line.entries.is_empty();
        line.led |= may;
        may
    }

    /// Writes what stands in line and what comes meanwhile, as the only one, and then hands over.
    fn lead(&self, keeper: &impl Keeper) {
        let _handover = Handover(self);
        for _ in 0..ROUNDS {
            let group = self.take();
            if group.is_empty() {
                return;
            }
            keeper.write(group);
        }
    }

    /// Lets go of the lead, and says who is to take it.
    fn next_leader(&self) -> Option<Waiter> {
        let mut line = self.line();
        line.led = false;
        if line.entries.is_empty() {
            return None;
        }
        let writer = line.writer.clone().map(Waiter::Thread);
        writer.or_else(|| line.entries.iter().find_map(|entry| entry.job.take_waiter()))
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets go of the lead, also where the leader panics: whoever is first in line and waits is woken to take it.
struct Handover<'q>(&'q Queue);

impl Drop for Handover<'_> {
    fn drop(&mut self) {
        // Woken without the lock: what a task does when it is woken is not ours to know.
        let next = self.0.next_leader();
        if let Some(next) = next {
            next.wake();
        }
    }
}
