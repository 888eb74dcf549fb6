//! The locks and threads of the desk. Built with `--cfg gather_shuttle`, they are those of a scheduler that tries many
//! orders of events: that is how the tests look for lost wake-ups.

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
