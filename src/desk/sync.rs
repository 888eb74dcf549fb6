//! The locks and threads of the desk. Built with `--cfg gather_shuttle`, they are those of a scheduler that tries many
//! orders of events: that is how the tests look for lost wake-ups.

use std::sync::{LockResult, TryLockError};

#[cfg(gather_shuttle)]
pub(super) use shuttle::{
    sync::{Mutex, MutexGuard},
    thread::{self, JoinHandle, Thread, ThreadId},
};
#[cfg(not(gather_shuttle))]
pub(super) use std::{
    sync::{Mutex, MutexGuard},
    thread::{self, JoinHandle, Thread, ThreadId},
};

/// How often whoever waits lets others run and looks again, before it sleeps. Where many wait, a look costs less than being
/// put to sleep and woken, and by then it is done as a rule; where it is not, little is lost.
pub(super) const LOOKS: usize = if cfg!(gather_shuttle) { 1 } else { 4 };

/// Takes a lock that many want and nobody has for long: while another has it, others run first.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> LockResult<MutexGuard<'_, T>> {
    for _ in 0..LOOKS {
        match mutex.try_lock() {
            Ok(held) => return Ok(held),
            Err(TryLockError::Poisoned(poisoned)) => return Err(poisoned),
            Err(TryLockError::WouldBlock) => thread::yield_now(),
        }
    }
    mutex.lock()
}
