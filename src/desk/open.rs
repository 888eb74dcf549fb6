//! A desk that is open: shared by its clones, closed by the last of them.

use std::ops::Deref;
use std::sync::{Arc, PoisonError};

use super::Inner;
use super::sync::{JoinHandle, Mutex, thread};

/// What the clones of a desk share. The writer's thread has only what is within, so that the last clone closes the desk
/// and not that thread.
pub(super) struct Open {
    inner: Arc<Inner>,
    writer: Mutex<Writer>,
}

/// The thread that writes where nobody waits.
enum Writer {
    NotNeeded,
    Runs(JoinHandle<()>),
    /// There are no threads here; whoever asks for an answer writes.
    CannotBe,
}

impl Open {
    pub(super) fn new(inner: Inner) -> Self {
        Self { inner: Arc::new(inner), writer: Mutex::new(Writer::NotNeeded) }
    }

    /// Sees to it that what stands in line is written without anybody waiting.
    pub(super) fn have_written(&self) {
        if self.inner.queue.call_writer() {
            return;
        }
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*writer, Writer::NotNeeded) {
            let inner = Arc::clone(&self.inner);
            let thread = thread::Builder::new().name("gather writer".to_owned());
            let started = thread.spawn(move || inner.queue.serve(&*inner));
            if let Ok(thread) = &started {
                self.inner.queue.hire(thread.thread().clone());
            }
            *writer = started.map_or(Writer::CannotBe, Writer::Runs);
        }
        drop(writer);
        // Whoever came while it was being started has nobody else to wake it.
        self.inner.queue.call_writer();
    }
}

impl Deref for Open {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl Drop for Open {
    /// Writes what was submitted and not waited for, and lets go of the log.
    fn drop(&mut self) {
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Writer::Runs(thread) = std::mem::replace(writer, Writer::CannotBe) {
            self.inner.queue.close();
            // A task that the writer woke may have held the last clone. Then it closes the desk itself, when it returns.
            if thread.thread().id() != thread::current().id() {
                // If it has panicked, whoever waited was told.
                drop(thread.join());
            }
        }
        self.inner.queue.write_out(&*self.inner);
    }
}
