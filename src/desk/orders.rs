//! Many orders of events, tried by a scheduler: nobody is left waiting, nobody is told too much.
//!
//! `RUSTFLAGS="--cfg gather_shuttle" cargo test --lib orders` runs them; `GATHER_SOAK` multiplies the orders.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use chrono::{DateTime, Utc};
use shuttle::thread;

use crate::desk::{Desk, Failure};
use crate::domain::{Gathering, Register};
use crate::id::{GatheringId, PersonId, RequestId};
use crate::log::{Error, Log, MemoryLog, Page};
use crate::privacy::MemoryVault;
use crate::record::{Anchor, Batch, Position};

fn orders(run: impl Fn() + Clone + Send + Sync + 'static) {
    let soak = std::env::var("GATHER_SOAK").ok().and_then(|soak| soak.parse::<usize>().ok()).unwrap_or(1);
    shuttle::check_random(run.clone(), 20_000 * soak);
    // Few changes of turns, at places that matter: orders that chance alone hardly comes to.
    shuttle::check_pct(run, 20_000 * soak, 6);
}

/// A log that nobody else stores in, whose writes fail from one on for a while.
#[derive(Debug)]
struct Failing {
    log: MemoryLog,
    writes: AtomicU32,
    fails: std::ops::Range<u32>,
}

impl Log for Failing {
    fn anchor(&self) -> Result<Anchor, Error> {
        self.log.anchor()
    }

    fn read(&self, after: Position, limit: usize) -> Result<Page, Error> {
        self.log.read(after, limit)
    }

    fn exclusive(&self, after: Position, decide: &mut dyn FnMut(&Page) -> Vec<Batch>) -> Result<Page, Error> {
        let nth = self.writes.fetch_add(1, Ordering::Relaxed);
        // Others get their turn while the disk works.
        thread::yield_now();
        if self.fails.contains(&nth) {
            let page = self.log.read(after, usize::MAX)?;
            drop(decide(&page));
            return Err(Error::full("no room"));
        }
        self.log.exclusive(after, decide)
    }

    fn has_other_writers(&self) -> bool {
        false
    }
}

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(4_000_000_000, 0).unwrap_or_default()
}

/// A desk with a talk of so many places, whose log fails at some writes after that.
fn desk(places: u32, fails: std::ops::Range<u32>) -> (Desk, GatheringId) {
    let log = Failing { log: MemoryLog::new(), writes: AtomicU32::new(0), fails };
    let next = AtomicU32::new(1);
    let ids = move || RequestId::from_u128(u128::from(next.fetch_add(1, Ordering::Relaxed)));
    let desk = Desk::builder().clock(noon).requests(ids).over(log, Arc::new(MemoryVault::new())).unwrap();
    let talk = Gathering::webinar("Talk").places(places).at("2099-03-05 14:00 to 15:30 UTC".parse().unwrap());
    let talk = desk.announce(talk).unwrap().outcome;
    (desk, talk)
}

fn person(n: u128) -> PersonId {
    PersonId::from_u128(n + 1)
}

fn is_full(failure: &Failure) -> bool {
    let log = failure.fault().and_then(|fault| fault.log());
    log.is_some_and(Error::is_full)
}

#[test]
fn everybody_is_answered_and_nothing_is_oversold() {
    orders(|| {
        let (desk, talk) = desk(2, 0..0);
        let bookers: Vec<_> = (0..3)
            .map(|n| {
                let desk = desk.clone();
                thread::spawn(move || {
                    let receipt = desk.register(talk, person(n)).unwrap();
                    // Whoever is told can see it.
                    assert!(desk.position() >= receipt.position);
                    receipt.outcome.is_confirmed()
                })
            })
            .collect();
        let confirmed = bookers.into_iter().map(|booker| booker.join().unwrap());
        assert_eq!(confirmed.filter(|confirmed| *confirmed).count(), 2);
        assert_eq!(desk.attendee_list(talk).unwrap().rows().len(), 2);
    });
}

/// Bookers who come back while others are still being told: somebody always writes what nobody is awake for.
#[test]
fn whoever_books_again_and_again_is_told() {
    orders(|| {
        let (desk, talk) = desk(4, 0..0);
        let book = move |desk: &Desk, n| desk.register(talk, person(n)).unwrap().outcome.is_confirmed();
        let bookers: Vec<_> = (0..4)
            .map(|n| {
                let desk = desk.clone();
                thread::spawn(move || (0..2).filter(|again| book(&desk, n * 2 + again)).count())
            })
            .collect();
        let confirmed: usize = bookers.into_iter().map(|booker| booker.join().unwrap()).sum();
        assert_eq!(confirmed, 4);
    });
}

#[test]
fn a_writer_of_its_own_leaves_nobody_waiting() {
    orders(|| {
        let (desk, talk) = desk(2, 0..0);
        let other = desk.clone();
        let blocking = thread::spawn(move || other.register(talk, person(9)).unwrap().outcome.is_confirmed());
        let pending: Vec<_> = (0..2).map(|n| desk.submit(Register::new(talk, person(n)))).collect();
        let told = pending.into_iter().map(|booking| booking.wait().unwrap().outcome.is_confirmed());
        let confirmed = told.filter(|confirmed| *confirmed).count() + usize::from(blocking.join().unwrap());
        assert_eq!(confirmed, 2);
    });
}

/// What is submitted and never asked about is written when the desk closes.
#[test]
fn what_nobody_waits_for_is_written_all_the_same() {
    orders(|| {
        let log = Arc::new(MemoryLog::new());
        let desk = Desk::builder().clock(noon).over(Arc::clone(&log), Arc::new(MemoryVault::new())).unwrap();
        let talk = desk.announce(Gathering::webinar("Talk")).unwrap().outcome;
        for n in 0..2 {
            drop(desk.submit(Register::new(talk, person(n))));
        }
        drop(desk);
        // Refused, since booking is not open yet, or not: either way the desk has let go.
        assert_eq!(Arc::strong_count(&log), 1);
    });
}

/// One write fails: everybody in it and behind it is told, and the places are free again.
#[test]
fn a_failed_write_wakes_everybody_and_books_nobody() {
    orders(|| {
        // The first two writes open the desk and announce the talk.
        let (desk, talk) = desk(2, 2..3);
        let bookers: Vec<_> = (0..3)
            .map(|n| {
                let desk = desk.clone();
                thread::spawn(move || match desk.register(talk, person(n)) {
                    Ok(receipt) => usize::from(receipt.outcome.is_confirmed()),
                    Err(failure) => {
                        assert!(is_full(&failure), "{failure}");
                        0
                    }
                })
            })
            .collect();
        let confirmed: usize = bookers.into_iter().map(|booker| booker.join().unwrap()).sum();
        assert_eq!(desk.attendee_list(talk).unwrap().rows().len(), confirmed);
        let more = (10..13).filter(|n| desk.register(talk, person(*n)).unwrap().outcome.is_confirmed());
        assert_eq!(confirmed + more.count(), 2, "no place is lost");
    });
}

/// Unparks the thread that drives a task.
struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn a_task_is_woken_whoever_writes() {
    orders(|| {
        let (desk, talk) = desk(1, 0..0);
        let tasks: Vec<_> = (0..2)
            .map(|n| {
                let desk = desk.clone();
                thread::spawn(move || {
                    block_on(desk.submit(Register::new(talk, person(n)))).unwrap().outcome.is_confirmed()
                })
            })
            .collect();
        let blocking = desk.register(talk, person(5)).unwrap().outcome.is_confirmed();
        let told = tasks.into_iter().map(|task| task.join().unwrap());
        assert_eq!(told.filter(|confirmed| *confirmed).count() + usize::from(blocking), 1);
    });
}

/// The last clone of a desk may be dropped by whoever is woken.
#[test]
fn the_desk_closes_whoever_drops_it_last() {
    orders(|| {
        let (desk, talk) = desk(2, 0..0);
        let pending = desk.submit(Register::new(talk, person(0)));
        let waiting = thread::spawn(move || block_on(pending).unwrap().outcome.is_confirmed());
        drop(desk);
        assert!(waiting.join().unwrap());
    });
}

/// Books as soon as it is woken, and wakes a thread then.
struct Books(Desk, GatheringId, thread::Thread, AtomicU32);

impl Wake for Books {
    fn wake(self: Arc<Self>) {
        let Self(desk, talk, thread, booked) = &*self;
        booked.store(
            u32::from(desk.register(*talk, person(7)).unwrap().outcome.is_confirmed()),
            Ordering::SeqCst,
        );
        thread.unpark();
    }
}

/// Whoever wakes a task leads, and is the only one who could write for it.
#[test]
fn a_task_that_waits_for_the_desk_when_it_is_woken_is_answered() {
    orders(|| {
        let (desk, talk) = desk(9, 0..0);
        let other = {
            let desk = desk.clone();
            thread::spawn(move || desk.register(talk, person(3)).unwrap().outcome.is_confirmed())
        };
        let mut pending = desk.submit(Register::new(talk, person(0)));
        let books = Arc::new(Books(desk.clone(), talk, thread::current(), AtomicU32::new(0)));
        let waker = Waker::from(Arc::clone(&books));
        if pin!(&mut pending).poll(&mut Context::from_waker(&waker)).is_pending() {
            while books.3.load(Ordering::SeqCst) == 0 {
                thread::park();
            }
            assert!(pending.wait().unwrap().outcome.is_confirmed());
        }
        assert!(other.join().unwrap());
    });
}
