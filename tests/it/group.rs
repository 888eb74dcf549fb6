//! Many bookers at once: one sync serves a group, nobody is told before it is durable, a failure wakes everybody.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Condvar, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use gather::log::{Anchor, Batch, Error, FileLog, Log, MemoryLog, Page};
use gather::privacy::MemoryVault;
use gather::{
    Desk, Failure, Gathering, GatheringId, Pending, PersonDetails, PersonId, Position, RecordPerson, Refusal,
    Register, Registered, RequestId,
};

/// What a store does with its next write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Writes,
    /// Waits for the gate before it stores anything.
    Waits,
    /// Stores nothing, and says so.
    IsFull,
    /// Stores it, and does not say so.
    LosesItsAnswer,
    Panics,
    /// Asks twice, as a store without a lock does.
    AsksAgain,
    /// Asks twice, and waits for the gate in between.
    AsksAgainAtTheGate,
}

/// A store in the hands of a test.
#[derive(Debug)]
struct Store {
    log: MemoryLog,
    next: Mutex<Next>,
    gate: (Mutex<bool>, Condvar),
    waits: AtomicBool,
    writes: AtomicUsize,
    has_room: AtomicBool,
    is_shared: bool,
}

impl Store {
    fn wait_for_the_gate(&self) {
        self.waits.store(true, Ordering::SeqCst);
        let shut = self.gate.0.lock().unwrap();
        drop(self.gate.1.wait_while(shut, |open| !*open).unwrap());
    }
}

/// The store as its desk has it.
#[derive(Clone, Debug)]
struct Handle(Arc<Store>);

impl Handle {
    fn new(is_shared: bool) -> Self {
        Self(Arc::new(Store {
            log: MemoryLog::new(),
            next: Mutex::new(Next::Writes),
            gate: (Mutex::new(false), Condvar::new()),
            waits: AtomicBool::new(false),
            writes: AtomicUsize::new(0),
            has_room: AtomicBool::new(true),
            is_shared,
        }))
    }

    fn desk(&self) -> Desk {
        Desk::builder().over(self.clone(), Arc::new(MemoryVault::new())).unwrap()
    }

    fn next(&self, next: Next) {
        *self.0.next.lock().unwrap() = next;
    }

    fn open_the_gate(&self) {
        *self.0.gate.0.lock().unwrap() = true;
        self.0.gate.1.notify_all();
    }

    fn wait_until_somebody_is_at_the_gate(&self) {
        while !self.0.waits.load(Ordering::SeqCst) {
            thread::yield_now();
        }
    }

    fn writes(&self) -> usize {
        self.0.writes.load(Ordering::SeqCst)
    }
}

impl Log for Handle {
    fn anchor(&self) -> Result<Anchor, Error> {
        self.0.log.anchor()
    }

    fn read(&self, after: Position, limit: usize) -> Result<Page, Error> {
        self.0.log.read(after, limit)
    }

    fn exclusive(&self, after: Position, decide: &mut dyn FnMut(&Page) -> Vec<Batch>) -> Result<Page, Error> {
        let store = &self.0;
        store.writes.fetch_add(1, Ordering::SeqCst);
        let next = std::mem::replace(&mut *store.next.lock().unwrap(), Next::Writes);
        match next {
            Next::Writes => store.log.exclusive(after, decide),
            Next::Waits => store.log.exclusive(after, &mut |page| {
                let batches = decide(page);
                store.wait_for_the_gate();
                batches
            }),
            Next::AsksAgainAtTheGate => {
                drop(decide(&store.log.read(after, usize::MAX)?));
                store.wait_for_the_gate();
                store.log.exclusive(after, decide)
            }
            Next::IsFull => {
                let page = store.log.read(after, usize::MAX)?;
                drop(decide(&page));
                Err(Error::full("no room"))
            }
            Next::LosesItsAnswer => {
                store.log.exclusive(after, decide)?;
                Err(Error::uncertain("the connection broke"))
            }
            Next::Panics => panic!("this store panics"),
            Next::AsksAgain => {
                drop(decide(&store.log.read(after, usize::MAX)?));
                store.log.exclusive(after, decide)
            }
        }
    }

    fn make_room(&self) -> Result<(), Error> {
        if self.0.has_room.load(Ordering::SeqCst) { Ok(()) } else { Err(Error::full("the disk is full")) }
    }

    fn has_other_writers(&self) -> bool {
        self.0.is_shared
    }
}

fn person(n: u128) -> PersonId {
    PersonId::from_u128(n)
}

fn talk(desk: &Desk, places: u32) -> GatheringId {
    let talk = Gathering::webinar("Volunteering").places(places);
    desk.announce(talk.at("2099-03-05 14:00 to 15:30 Europe/London".parse().unwrap())).unwrap().outcome
}

fn is_confirmed(pending: Pending<Registered>) -> bool {
    pending.wait().unwrap().outcome.is_confirmed()
}

fn fault(failure: &Failure) -> &Error {
    failure.fault().and_then(|fault| fault.log()).unwrap_or_else(|| panic!("no fault of the log: {failure}"))
}

/// In a store of one's own, and in one shared with others.
fn both(check: impl Fn(&Handle, &Desk)) {
    for is_shared in [false, true] {
        let handle = Handle::new(is_shared);
        let desk = handle.desk();
        check(&handle, &desk);
    }
}

#[test]
fn what_is_submitted_is_decided_in_order_each_seeing_those_before() {
    both(|_, desk| {
        let talk = talk(desk, 2);
        let pending: Vec<_> = (0..4).map(|n| desk.submit(Register::new(talk, person(n)))).collect();
        let told: Vec<_> = pending.into_iter().map(|it| it.wait().unwrap()).collect();
        let confirmed: Vec<_> = told.iter().map(|receipt| receipt.outcome.is_confirmed()).collect();
        assert_eq!(confirmed, [true, true, false, false]);
        assert!(told.windows(2).all(|pair| pair[0].position < pair[1].position));
        let twice = desk.submit(Register::new(talk, person(1))).wait().unwrap_err();
        assert_eq!(twice.refusal().unwrap().code(), "already_registered");
    });
}

#[test]
fn one_write_serves_all_that_came_while_the_one_before_was_running() {
    both(|store, desk| {
        let talk = talk(desk, 1_000);
        store.next(Next::Waits);
        let before = store.writes();
        let first = desk.submit(Register::new(talk, person(0)));
        store.wait_until_somebody_is_at_the_gate();
        // In a shared store whoever writes decides, under its lock: all of these come while it is held.
        let rest: Vec<_> = (1..200).map(|n| desk.submit(Register::new(talk, person(n)))).collect();
        store.open_the_gate();
        assert!(is_confirmed(first));
        assert!(rest.into_iter().all(is_confirmed));
        assert_eq!(store.writes() - before, 2);
        assert_eq!(desk.attendee_list(talk).unwrap().rows().len(), 200);
    });
}

/// A host would act on "there is a place", and on "there is none".
#[test]
fn nobody_is_told_and_nothing_is_shown_before_it_is_durable() {
    let store = Handle::new(false);
    let desk = store.desk();
    let talk = talk(&desk, 1);
    let shown = desk.position();
    let mut follower = desk.follow(shown);
    store.next(Next::Waits);
    let booked = desk.submit(Register::new(talk, person(1)));
    store.wait_until_somebody_is_at_the_gate();
    let waits = desk.submit(Register::new(talk, person(2)));
    let refused = desk.submit(Register::new(talk, person(1)));
    let unchanged = desk.submit(gather::OpenBooking::new(talk));
    let preview = {
        let desk = desk.clone();
        thread::spawn(move || desk.preview(Register::new(talk, person(3))).unwrap().is_confirmed())
    };
    let mut all = [Some(booked), Some(waits), Some(refused)];
    for pending in all.iter_mut().flatten() {
        assert!(poll_once(pending).is_none(), "told before it is durable: {pending:?}");
    }
    assert!(!preview.is_finished());
    assert_eq!((desk.position(), desk.attendee_list(talk).unwrap().rows().len()), (shown, 0));
    assert!(follower.next(Duration::ZERO).unwrap().is_none());
    assert!(desk.read_log(shown, 1).unwrap().batches.is_empty());

    store.open_the_gate();
    let [booked, waits, refused] = all.map(Option::unwrap);
    assert!(is_confirmed(booked));
    assert!(!is_confirmed(waits));
    assert_eq!(refused.wait().unwrap_err().refusal().unwrap().code(), "already_registered");
    assert!(unchanged.wait().is_ok());
    assert!(!preview.join().unwrap());
    assert_eq!(desk.attendee_list(talk).unwrap().rows().len(), 1);
    assert_eq!(follower.next(Duration::ZERO).unwrap().unwrap().batches[0].first, shown.next());
}

/// A write that fails before anything is stored: the desk goes on as if nobody had asked.
#[test]
fn whoever_is_in_or_behind_a_failed_write_is_told_and_has_no_place() {
    both(|store, desk| {
        let talk = talk(desk, 2);
        let head = store.anchor().unwrap();
        store.next(Next::IsFull);
        let pending: Vec<_> = (0..3).map(|n| desk.submit(Register::new(talk, person(n)))).collect();
        let told: Vec<_> = pending.into_iter().map(Pending::wait).collect();
        let failed = told.iter().filter_map(|told| told.as_ref().err()).collect::<Vec<_>>();
        assert!(!failed.is_empty());
        for failure in &failed {
            let fault = fault(failure);
            assert!(fault.is_full() && fault.may_retry() && fault.was_written() == Some(false), "{failure}");
        }
        let booked = told.len() - failed.len();
        assert_eq!(store.anchor().unwrap().position, head.position.plus(booked));
        assert_eq!(desk.attendee_list(talk).unwrap().rows().len(), booked.min(2));
        let more = (10..12).filter(|n| desk.register(talk, person(*n)).unwrap().outcome.is_confirmed());
        assert_eq!(booked.min(2) + more.count(), 2, "no place is lost, none is given twice");
    });
}

#[test]
fn a_request_whose_answer_was_lost_is_done_once() {
    both(|store, desk| {
        let talk = talk(desk, 2);
        let request = RequestId::random();
        store.next(Next::LosesItsAnswer);
        let failure = desk.request(request).execute(Register::new(talk, person(1))).unwrap_err();
        assert!(fault(&failure).is_uncertain() && fault(&failure).was_written().is_none(), "{failure}");
        let again = desk.request(request).execute(Register::new(talk, person(1))).unwrap();
        assert!(again.repeated && again.outcome.is_confirmed());
        assert_eq!(desk.attendee_list(talk).unwrap().rows().len(), 1);
    });
}

/// Those behind an uncertain write were surely not written, and are told so.
#[test]
fn those_behind_an_uncertain_write_know_that_theirs_is_not_stored() {
    let store = Handle::new(false);
    let desk = store.desk();
    let talk = talk(&desk, 10);
    store.next(Next::Waits);
    let first = desk.submit(Register::new(talk, person(0)));
    store.wait_until_somebody_is_at_the_gate();
    store.next(Next::LosesItsAnswer);
    let uncertain = desk.submit(Register::new(talk, person(1)));
    store.open_the_gate();
    assert!(is_confirmed(first));
    assert!(fault(&uncertain.wait().unwrap_err()).is_uncertain());
    assert_eq!(desk.attendee_list(talk).unwrap().rows().len(), 1, "not shown before it is known");
    assert!(is_confirmed(desk.submit(Register::new(talk, person(2)))));
    assert_eq!(desk.attendee_list(talk).unwrap().rows().len(), 3, "it was stored after all");
}

#[test]
fn a_store_that_panics_leaves_nobody_waiting() {
    both(|store, desk| {
        let talk = talk(desk, 10);
        store.next(Next::Panics);
        let bookers: Vec<_> = (0..8)
            .map(|n| {
                let desk = desk.clone();
                thread::spawn(move || desk.register(talk, person(n)).is_ok())
            })
            .collect();
        let told: Vec<_> = bookers.into_iter().map(thread::JoinHandle::join).collect();
        assert!(told.iter().any(|told| !matches!(told, Ok(true))), "somebody met the panic");
        let booked = told.iter().filter(|told| matches!(told, Ok(true))).count();
        assert!(desk.register(talk, person(100)).unwrap().outcome.is_confirmed());
        assert_eq!(desk.attendee_list(talk).unwrap().rows().len(), booked + 1);
    });
}

#[test]
fn a_store_that_asks_again_is_answered_from_its_log() {
    both(|store, desk| {
        let talk = talk(desk, 1);
        store.next(Next::AsksAgain);
        assert!(desk.register(talk, person(1)).unwrap().outcome.is_confirmed());
        assert!(!desk.register(talk, person(2)).unwrap().outcome.is_confirmed());
        assert_eq!(desk.attendee_list(talk).unwrap().rows().len(), 1);
    });
}

/// Whoever decided meanwhile, on what is not stored, decides anew: nobody's place is given to somebody else.
#[test]
fn who_decided_while_a_store_asked_again_keeps_their_place() {
    both(|store, desk| {
        let talk = talk(desk, 2);
        store.next(Next::AsksAgainAtTheGate);
        let first = desk.submit(Register::new(talk, person(1)));
        store.wait_until_somebody_is_at_the_gate();
        let second = desk.submit(Register::new(talk, person(2)));
        let request = second.request();
        store.open_the_gate();
        assert!(is_confirmed(first) && is_confirmed(second));
        assert!(!is_confirmed(desk.submit(Register::new(talk, person(3)))));
        let again = desk.request(request).execute(Register::new(talk, person(2))).unwrap();
        assert!(again.repeated);
        assert_eq!(desk.attendee_list(talk).unwrap().rows().len(), 2);
    });
}

/// The writer's thread outlives a panic of the store's: tasks that come later are answered.
#[test]
fn a_task_is_answered_though_the_store_has_panicked_before() {
    both(|store, desk| {
        let talk = talk(desk, 10);
        assert!(is_confirmed(desk.submit(Register::new(talk, person(0)))));
        store.next(Next::Panics);
        assert!(block_on(desk.submit(Register::new(talk, person(1)))).is_err());
        assert!(block_on(desk.submit(Register::new(talk, person(2)))).unwrap().outcome.is_confirmed());
        assert_eq!(desk.attendee_list(talk).unwrap().rows().len(), 2);
    });
}

/// A trial is the host's: its panic breaks nothing.
#[test]
fn a_trial_that_panics_leaves_the_desk_as_it_was() {
    both(|_, desk| {
        let talk = talk(desk, 10);
        let other = desk.clone();
        let trial = thread::spawn(move || other.what_if(|_| panic!("this trial panics")).unwrap());
        assert!(trial.join().is_err());
        assert!(desk.register(talk, person(1)).unwrap().outcome.is_confirmed());
    });
}

/// On a full disk, who is refused is refused, and who was answered is answered.
#[test]
fn a_full_disk_is_noticed_before_anything_is_decided() {
    let store = Handle::new(false);
    let desk = store.desk();
    let talk = talk(&desk, 1);
    let request = RequestId::random();
    drop(desk.request(request).execute(Register::new(talk, person(1))).unwrap());
    let writes = store.writes();
    store.0.has_room.store(false, Ordering::SeqCst);

    let failure = desk.register(talk, person(2)).unwrap_err();
    assert!(fault(&failure).is_full(), "{failure}");
    let again = desk.request(request).execute(Register::new(talk, person(1))).unwrap();
    assert!(again.repeated);
    let refused = desk.register(talk, person(1)).unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "already_registered");
    let unknown = GatheringId::from_u128(9);
    let refused = desk.register(unknown, person(1)).unwrap_err();
    assert_eq!(refused.refusal(), Some(&Refusal::UnknownGathering { gathering: unknown }));
    assert_eq!(store.writes(), writes);

    store.0.has_room.store(true, Ordering::SeqCst);
    assert!(!desk.register(talk, person(2)).unwrap().outcome.is_confirmed());
}

/// Personal data is sealed outside of every lock, and only for a command that will be done.
#[test]
fn commands_with_personal_data_are_submitted_like_any_other() {
    both(|_, desk| {
        let request = RequestId::random();
        let record = || RecordPerson::new(PersonDetails::new("Ann Example"));
        let ann = desk.request(request).submit(record()).wait().unwrap();
        let again = desk.request(request).submit(record()).wait().unwrap();
        assert!(again.repeated && again.outcome == ann.outcome);
        assert_eq!(desk.person(ann.outcome).unwrap().known().unwrap().expose().name, "Ann Example");
    });
}

#[test]
fn a_hundred_threads_fill_a_hall_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path()).unwrap();
    let talk = talk(&desk, 50);
    let barrier = Barrier::new(100);
    let confirmed = AtomicUsize::new(0);
    thread::scope(|scope| {
        for n in 0..100 {
            let (desk, barrier, confirmed) = (&desk, &barrier, &confirmed);
            scope.spawn(move || {
                barrier.wait();
                if desk.register(talk, person(n)).unwrap().outcome.is_confirmed() {
                    confirmed.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(confirmed.into_inner(), 50);
    drop(desk);
    let desk = Desk::open(folder.path()).unwrap();
    assert_eq!(desk.attendee_list(talk).unwrap().rows().len(), 50);
    assert_eq!(desk.waiting_list(talk).unwrap().rows().len(), 50);
}

#[test]
fn what_was_submitted_and_not_asked_about_is_there_when_the_desk_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path()).unwrap();
    let talk = talk(&desk, 50);
    for n in 0..20 {
        drop(desk.submit(Register::new(talk, person(n))));
    }
    drop(desk);
    // Closed to the last: the folder is free at once.
    let log = FileLog::open_in(folder.path()).unwrap();
    assert_eq!(log.anchor().unwrap().position, Position::new(21));
}

/// Notes that it was woken.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    let waker = Waker::from(Arc::new(Flag(AtomicBool::new(false))));
    match pin!(future).poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Unparks the thread that drives a task.
struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future + Unpin>(mut future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match pin!(&mut future).poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// As a task may do that waits for several at once.
#[test]
fn whoever_asks_again_for_an_answer_that_was_given_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    for desk in [Desk::in_memory(), Desk::open(folder.path()).unwrap()] {
        let talk = talk(&desk, 50);
        let mut pending = desk.submit(Register::new(talk, person(1)));
        assert!(block_on(&mut pending).unwrap().outcome.is_confirmed());
        let again = poll_once(&mut pending).expect("it does not wait for ever").unwrap_err();
        assert!(again.to_string().contains("given out before"), "{again}");
        let waited = pending.wait().unwrap_err();
        assert_eq!(waited.to_string(), again.to_string());
    }
}

/// One thread, many bookers: what a host with a runtime does.
#[test]
fn a_task_awaits_its_answer_without_a_thread_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path()).unwrap();
    let talk = talk(&desk, 40);
    let mut tasks: Vec<_> = (0..64)
        .map(|n| {
            let desk = desk.clone();
            let flag = Arc::new(Flag(AtomicBool::new(true)));
            let booking = async move { desk.submit(Register::new(talk, person(n))).await };
            (Box::pin(booking), flag, None)
        })
        .collect();
    while tasks.iter().any(|(.., told)| told.is_none()) {
        for (task, flag, told) in tasks.iter_mut().filter(|(.., told)| told.is_none()) {
            if flag.0.swap(false, Ordering::SeqCst) {
                let waker = Waker::from(Arc::clone(flag));
                if let Poll::Ready(answer) = task.as_mut().poll(&mut Context::from_waker(&waker)) {
                    *told = Some(answer.unwrap().outcome.is_confirmed());
                }
            }
        }
        thread::yield_now();
    }
    assert_eq!(tasks.iter().filter(|(.., told)| *told == Some(true)).count(), 40);
}

/// Books, and waits for another's answer, as soon as it is woken: by whoever writes, who would write for it.
struct Books {
    desk: Desk,
    talk: GatheringId,
    other: Mutex<Option<Pending<Registered>>>,
    told: mpsc::Sender<[bool; 2]>,
}

impl Wake for Books {
    fn wake(self: Arc<Self>) {
        let booked = self.desk.register(self.talk, person(4)).unwrap().outcome.is_confirmed();
        let other = self.other.lock().unwrap().take().is_some_and(is_confirmed);
        self.told.send([booked, other]).unwrap();
    }
}

#[test]
fn a_task_that_waits_for_the_desk_when_it_is_woken_holds_nobody_up() {
    both(|handle, desk| {
        let talk = talk(desk, 10);
        handle.next(Next::Waits);
        let first = desk.submit(Register::new(talk, person(1)));
        handle.wait_until_somebody_is_at_the_gate();
        // These two are in one group.
        let mut second = desk.submit(Register::new(talk, person(2)));
        let third = desk.submit(Register::new(talk, person(3)));
        let (told, hears) = mpsc::channel();
        let waker =
            Waker::from(Arc::new(Books { desk: desk.clone(), talk, other: Mutex::new(Some(third)), told }));
        assert!(pin!(&mut second).poll(&mut Context::from_waker(&waker)).is_pending());
        handle.open_the_gate();
        assert_eq!(hears.recv_timeout(Duration::from_mins(1)), Ok([true, true]));
        assert!(is_confirmed(first) && is_confirmed(second));
        assert!(desk.register(talk, person(5)).unwrap().outcome.is_confirmed());
    });
}

#[test]
fn two_desks_on_one_store_see_each_other() {
    let log = Arc::new(MemoryLog::new());
    let vault = Arc::new(MemoryVault::new());
    let open = || {
        let vault: Arc<dyn gather::privacy::KeyVault> = Arc::<MemoryVault>::clone(&vault);
        Desk::builder().over(Arc::clone(&log), vault).unwrap()
    };
    let (here, there) = (open(), open());
    let talk = talk(&here, 25);
    let confirmed = AtomicUsize::new(0);
    thread::scope(|scope| {
        for n in 0..60 {
            let desk = if n % 2 == 0 { &here } else { &there };
            let confirmed = &confirmed;
            scope.spawn(move || {
                if desk.register(talk, person(n)).unwrap().outcome.is_confirmed() {
                    confirmed.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(confirmed.into_inner(), 25);
    here.refresh().unwrap();
    there.refresh().unwrap();
    assert_eq!(here.position(), there.position());
    assert_eq!(here.attendee_list(talk).unwrap().rows().len(), 25);
    assert_eq!(there.attendee_list(talk).unwrap().rows().len(), 25);
}

/// A store that was put back to an older copy, and went on from there.
#[derive(Clone, Debug)]
struct Replaced(Arc<Mutex<Arc<MemoryLog>>>);

impl Replaced {
    fn log(&self) -> Arc<MemoryLog> {
        Arc::clone(&self.0.lock().unwrap())
    }
}

impl Log for Replaced {
    fn anchor(&self) -> Result<Anchor, Error> {
        self.log().anchor()
    }

    fn read(&self, after: Position, limit: usize) -> Result<Page, Error> {
        self.log().read(after, limit)
    }

    fn exclusive(&self, after: Position, decide: &mut dyn FnMut(&Page) -> Vec<Batch>) -> Result<Page, Error> {
        self.log().exclusive(after, decide)
    }
}

#[test]
fn a_log_with_another_past_is_not_written_to() {
    let id = gather::LogId::random();
    let (first, second) = (Arc::new(MemoryLog::with_id(id)), Arc::new(MemoryLog::with_id(id)));
    let store = Replaced(Arc::new(Mutex::new(Arc::clone(&first))));
    let desk = Desk::builder().over(store.clone(), Arc::new(MemoryVault::new())).unwrap();
    talk(&desk, 10);
    {
        let other = Desk::builder().over(Arc::clone(&second), Arc::new(MemoryVault::new())).unwrap();
        talk(&other, 10);
        talk(&other, 10);
    }
    *store.0.lock().unwrap() = Arc::clone(&second);
    let before = second.anchor().unwrap();
    let failure = desk.announce(Gathering::webinar("Talk")).unwrap_err();
    assert!(fault(&failure).is_diverged(), "{failure}");
    assert_eq!(fault(&failure).was_written(), Some(false));
    assert_eq!(second.anchor().unwrap(), before);
}

#[test]
fn followers_get_everything_once_and_in_order_each_at_its_own_pace() {
    both(|_, desk| {
        let talk = talk(desk, 1_000);
        thread::scope(|scope| {
            let followers: Vec<_> = [1, 7, 1_000]
                .into_iter()
                .map(|limit| {
                    scope.spawn(move || {
                        let mut follower = desk.follow(Position::START).at_most(limit);
                        let mut seen = Vec::new();
                        while seen.len() < 101 {
                            let page = follower.next(Duration::from_mins(1)).unwrap().expect("more comes");
                            assert!(page.batches.len() <= limit);
                            seen.extend(page.batches.iter().flat_map(|stored| {
                                stored.records().map(|it| it.position().get()).collect::<Vec<_>>()
                            }));
                        }
                        seen
                    })
                })
                .collect();
            for n in 0..100 {
                drop(desk.register(talk, person(n)).unwrap());
            }
            for follower in followers {
                assert_eq!(follower.join().unwrap(), (1..=101).collect::<Vec<_>>());
            }
        });
    });
}

/// What another desk stores in a shared log is noticed, too.
#[test]
fn a_follower_hears_of_what_others_store() {
    let log = Arc::new(MemoryLog::new());
    let open = || Desk::builder().over(Arc::clone(&log), Arc::new(MemoryVault::new())).unwrap();
    let (here, there) = (open(), open());
    let mut follower = here.follow(Position::START);
    assert!(follower.next(Duration::from_millis(1)).unwrap().is_none());
    thread::scope(|scope| {
        let heard = scope.spawn(|| follower.next(Duration::from_mins(1)).unwrap().unwrap().batches.len());
        drop(there.announce(Gathering::webinar("Talk")).unwrap());
        assert_eq!(heard.join().unwrap(), 1);
    });
}

/// A backup that ends earlier was brought back, and others have booked since: under the numbers that were followed lie other
/// records. The number alone does not tell.
#[test]
fn whoever_follows_a_log_that_was_restored_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (live, copy) = (folder.path().join("live"), folder.path().join("copy"));
    let desk = Desk::open(&live).unwrap();
    let gathering = talk(&desk, 9);
    desk.backup(&copy, &mut |_| ()).unwrap();
    drop(desk.register(gathering, person(1)).unwrap());
    let mut follower = desk.follow(Position::START);
    while follower.next(Duration::ZERO).unwrap().is_some() {}
    let kept = follower.anchor().unwrap();
    assert_eq!((kept.position, kept), (desk.position(), desk.follow_from(kept).unwrap().anchor().unwrap()));
    drop((follower, desk));

    let restored = Desk::open(&copy).unwrap();
    let diverged = |failure: gather::Error| failure.log().is_some_and(Error::is_diverged);
    assert!(diverged(restored.follow_from(kept).unwrap_err()), "it ends before");
    drop(restored.register(gathering, person(2)).unwrap());
    assert_eq!(restored.position(), kept.position);
    assert!(diverged(restored.follow_from(kept).unwrap_err()), "the same number, another past");
    assert!(
        restored.follow(kept.position).next(Duration::ZERO).unwrap().is_none(),
        "which a number does not tell"
    );
    assert!(diverged(
        Desk::in_memory().follow_from(Anchor { position: Position::START, ..kept }).unwrap_err()
    ));
}

/// The last that holds a task may be its waker, and the task may use the desk as it is dropped.
#[test]
fn a_waker_that_gives_way_to_another_may_use_the_desk_as_it_is_dropped() {
    struct Books(Desk, GatheringId, Arc<AtomicUsize>);
    impl Wake for Books {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for Books {
        fn drop(&mut self) {
            drop(self.0.submit(Register::new(self.1, person(7))));
            self.2.fetch_add(1, Ordering::SeqCst);
        }
    }
    let (done, told) = mpsc::channel();
    thread::spawn(move || {
        let (store, dropped) = (Handle::new(false), Arc::new(AtomicUsize::new(0)));
        let desk = store.desk();
        let gathering = talk(&desk, 9);
        store.next(Next::Waits);
        let mut pending = pin!(desk.submit(Register::new(gathering, person(1))));
        let books = Arc::new(Books(desk.clone(), gathering, Arc::clone(&dropped)));
        let first = Waker::from(books);
        assert!(pending.as_mut().poll(&mut Context::from_waker(&first)).is_pending());
        drop(first);
        // It had the last of the first waker.
        assert!(pending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(dropped.load(Ordering::SeqCst), 1);
        store.open_the_gate();
        done.send(is_confirmed(desk.submit(Register::new(gathering, person(8)))))
    });
    assert!(told.recv_timeout(Duration::from_mins(1)).expect("it is not kept for ever"));
}
