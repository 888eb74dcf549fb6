//! A bare group commit: whoever comes first writes for all who wait, who are parked meanwhile. No rule, no fold, no list.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};

use super::Contestant;
use super::raw::Tape;

pub(crate) const NAME: &str = "bare group commit, threads";

struct Group {
    tape: Mutex<Tape>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    waiting: Vec<Arc<Waiter>>,
    led: bool,
}

struct Waiter {
    thread: Thread,
    done: AtomicBool,
    leads: AtomicBool,
}

impl Waiter {
    fn wake(&self, why: &AtomicBool) {
        why.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

impl Group {
    fn append(&self, frame: &[u8]) {
        let me = Arc::new(Waiter {
            thread: thread::current(),
            done: AtomicBool::new(false),
            leads: AtomicBool::new(false),
        });
        let follows = {
            let mut queue = self.queue.lock().unwrap();
            queue.bytes.extend_from_slice(frame);
            queue.waiting.push(Arc::clone(&me));
            std::mem::replace(&mut queue.led, true)
        };
        while follows && !me.leads.load(Ordering::Acquire) {
            if me.done.load(Ordering::Acquire) {
                return;
            }
            thread::park();
        }
        self.lead();
    }

    /// Writes for all who wait, and hands the lead on to whoever came meanwhile.
    fn lead(&self) {
        let (bytes, waiting) = {
            let mut queue = self.queue.lock().unwrap();
            (std::mem::take(&mut queue.bytes), std::mem::take(&mut queue.waiting))
        };
        self.tape.lock().unwrap().append(&bytes);
        for waiter in &waiting {
            waiter.wake(&waiter.done);
        }
        let mut queue = self.queue.lock().unwrap();
        match queue.waiting.first() {
            Some(next) => next.wake(&next.leads),
            None => queue.led = false,
        }
    }
}

pub(crate) fn contestant(root: &Path, frame: &Arc<Vec<u8>>, crowd: usize) -> Contestant {
    let tape = Mutex::new(Tape::new(&root.join(format!("group-{crowd}")), true));
    let group = Group { tape, queue: Mutex::default() };
    let frame = Arc::clone(frame);
    Contestant::crowd(NAME, crowd, move |_| group.append(&frame))
}
