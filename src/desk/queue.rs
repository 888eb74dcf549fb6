//! Who stands in line to be written, and who writes: one of those who wait leads, for all of them. Whoever leads shows what was
//! written and tells them, before writing on: those who were told are back in line by then.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use super::Error;
use super::sync::{LOOKS, Mutex, MutexGuard, Thread, ThreadId, thread};
use super::work::{End, Job, Waiter};
use crate::domain::State;
use crate::log::Encoded;

/// How many groups one leader writes before another has to: its own caller waits, too.
const ROUNDS: usize = 4;

/// How many have to wait before whoever comes looks a few times: a few are woken sooner than they would look again.
const CROWD: usize = if cfg!(gather_shuttle) { 1 } else { 16 };

/// What stands in line to be written, in the order in which it was decided.
pub(super) struct Queue {
    line: Mutex<Line>,
    /// How many threads wait.
    waiting: AtomicUsize,
}

/// A group, and how each in it has ended.
pub(super) type Ended = Vec<(Entry, End)>;

/// Who keeps what was decided.
pub(super) trait Keeper {
    /// Writes a group, and has everybody in it told what became of theirs.
    fn write(&self, group: Vec<Entry>);

    /// Shows what was stored of a group, before anybody in it is told.
    fn show(&self, group: &Ended);

    /// The lists are not what they should be: has the log folded anew. Call it without a lock of the queue's.
    fn is_broken(&self);
}

struct Line {
    entries: Vec<Entry>,
    /// Whether somebody writes now. Whoever does takes what comes meanwhile, or wakes somebody who will.
    led: bool,
    /// The thread that leads, while it tells. What it wakes may be a task that waits for the desk in turn.
    telling: Option<ThreadId>,
    /// The thread that leads where nobody waits.
    writer: Option<Thread>,
    closed: bool,
}

impl Line {
    /// Takes the lead, if nobody has it and somebody waits.
    fn begin_to_lead(&mut self) -> bool {
        let may = !self.led && !self.entries.is_empty();
        self.led |= may;
        may
    }
}

/// What a thread that waits is to do meanwhile.
enum Task {
    /// Nobody writes: it is to.
    Lead,
    /// It leads, and came to wait while it was telling others.
    Write,
    Wait,
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
        let line = Line { entries: Vec::new(), led: false, telling: None, writer: None, closed: false };
        Self { line: Mutex::new(line), waiting: AtomicUsize::new(0) }
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
        let others = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _leaving = Leaving(&self.waiting);
        let mut looks = if others < CROWD { 0 } else { LOOKS };
        // Who waits is noted before anything is looked at: whatever comes after that wakes this thread.
        while job.wait_as(Waiter::Thread { thread: thread::current(), is_awake: looks > 0 }).is_ok() {
            match self.task() {
                // Whoever is woken before they are told is to write.
                Task::Lead => self.lead(keeper),
                Task::Write => self.write_groups(keeper),
                Task::Wait if looks > 0 => {
                    looks -= 1;
                    thread::yield_now();
                }
                Task::Wait => thread::park(),
            }
        }
    }

    /// What is to be done by a thread that waits.
    fn task(&self) -> Task {
        let mut line = self.line();
        if line.begin_to_lead() {
            return Task::Lead;
        }
        // Whoever leads and was telling others when it came to wait: nobody else will write.
        if line.telling == Some(thread::current().id()) { Task::Write } else { Task::Wait }
    }

    /// Has a group shown, and everybody in it told. Call it as the one who leads, without a lock, so that the order is that of
    /// the log.
    ///
    /// A thread that is told books again, as a rule, while the others are told. So the next group is written when all are told:
    /// it is as large as it can be, and a sync serves more than if it had begun at once.
    pub(super) fn tell(&self, group: Ended, keeper: &impl Keeper) {
        if let Err(panicked) = panic::catch_unwind(AssertUnwindSafe(|| keeper.show(&group))) {
            // Nobody may rely on what is not shown.
            drop(group);
            keeper.is_broken();
            panic::resume_unwind(panicked);
        }
        // All have their answers before anybody is woken: a task that is woken may wait for another of them.
        let waiters: Vec<_> = group.into_iter().filter_map(|(mut entry, end)| entry.end(end)).collect();
        let (told, awake) = (waiters.len(), waiters.iter().filter(|waiter| waiter.is_awake()).count());
        let telling = Telling::begin(self);
        waiters.into_iter().for_each(Waiter::wake);
        drop(telling);
        // Where nearly all had gone to sleep the disk is slow: a group that waits until they are back is the larger for it.
        if told > LOOKS && awake.saturating_mul(8) < told {
            (0..LOOKS).for_each(|_| thread::yield_now());
        }
    }

    /// Notes a task that waits for a job; `false` if there is nothing to wait for. The writer's thread leads for it; where
    /// there is none, the task has to.
    pub(super) fn wait_as(&self, job: &dyn Job, waiter: Waiter, keeper: &impl Keeper) -> bool {
        // Declared first, so that it is let go of last: whoever waited before is dropped without the line.
        let noted;
        let mut line = self.line();
        noted = job.wait_as(waiter);
        if noted.is_err() {
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
            if !line.begin_to_lead() {
                if line.closed {
                    return;
                }
                drop(line);
                thread::park();
                continue;
            }
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
        self.line().begin_to_lead()
    }

    /// Writes what stands in line and what comes meanwhile, as the only one, and then hands over.
    fn lead(&self, keeper: &impl Keeper) {
        let _handover = Handover(self);
        self.write_groups(keeper);
    }

    fn write_groups(&self, keeper: &impl Keeper) {
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
        let writer = line.writer.clone().map(|thread| Waiter::Thread { thread, is_awake: false });
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

/// One who waits fewer, when it is dropped.
struct Leaving<'q>(&'q AtomicUsize);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// While it is kept, this thread is known to tell.
struct Telling<'q> {
    queue: &'q Queue,
    before: Option<ThreadId>,
}

impl<'q> Telling<'q> {
    fn begin(queue: &'q Queue) -> Self {
        let before = queue.line().telling.replace(thread::current().id());
        Self { queue, before }
    }
}

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        self.queue.line().telling = self.before;
    }
}
