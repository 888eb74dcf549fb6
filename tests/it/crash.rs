//! A process killed at any moment loses nothing that it was told of, and does nothing twice.
//!
//! The process is this test binary itself: [`child`] books until it is killed, and tells of each receipt on its
//! standard output. The folder stays the same from one death to the next, so the log grows over all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use gather::log::{FileLog, Log, StoredBatch};
use gather::{
    CancelRegistration, Desk, Fact, Failure, Gathering, GatheringId, PersonDetails, PersonId, RecordPerson,
    Register, RegistrationId, RequestId,
};

/// Where the child books; without it, [`child`] has nothing to do.
const FOLDER: &str = "GATHER_CRASH_FOLDER";
const CYCLES: u32 = 60;
const TALK: GatheringId = GatheringId::from_u128(1);
const ANNOUNCEMENT: RequestId = RequestId::from_u128(1);
const PLACES: usize = 40;
/// A child whose parent is gone must not book for ever.
const ROUNDS: u32 = 20_000;

/// What the child was told: the desk's answer to one request, once it had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Recorded { request: RequestId, person: PersonId, position: u64 },
    Registered { request: RequestId, person: PersonId, registration: RegistrationId, position: u64 },
    Cancelled { request: RequestId, registration: RegistrationId, position: u64 },
}

impl Told {
    fn line(self) -> String {
        match self {
            Self::Recorded { request, person, position } => {
                format!("told recorded {request} {person} - {position}\n")
            }
            Self::Registered { request, person, registration, position } => {
                format!("told registered {request} {person} {registration} {position}\n")
            }
            Self::Cancelled { request, registration, position } => {
                format!("told cancelled {request} - {registration} {position}\n")
            }
        }
    }

    /// Reads a whole line; what is not one of ours is the test harness talking.
    fn read(line: &str) -> Option<Self> {
        let words: Vec<_> = line.strip_suffix('\n')?.split(' ').collect();
        let ["told", what, request, person, registration, position] = words[..] else { return None };
        let (request, position) = (request.parse().unwrap(), position.parse().unwrap());
        Some(match what {
            "recorded" => Self::Recorded { request, person: person.parse().unwrap(), position },
            "registered" => {
                let (person, registration) = (person.parse().unwrap(), registration.parse().unwrap());
                Self::Registered { request, person, registration, position }
            }
            "cancelled" => Self::Cancelled { request, registration: registration.parse().unwrap(), position },
            other => panic!("what is {other}?"),
        })
    }

    /// Sends the same command again: the desk has answered it before, and its answer is the same.
    fn is_answered_again_by(self, desk: &Desk) {
        match self {
            Self::Recorded { request, person, position } => {
                let again = desk.request(request).execute(RecordPerson::new(details(request))).unwrap();
                assert!(again.repeated, "{self:?} is lost");
                assert_eq!((again.outcome, again.position.get()), (person, position), "{self:?}");
            }
            Self::Registered { request, person, registration, position } => {
                let again = desk.request(request).execute(Register::new(TALK, person)).unwrap();
                assert!(again.repeated, "{self:?} is lost");
                assert_eq!(
                    (again.outcome.registration(), again.position.get()),
                    (registration, position),
                    "{self:?}"
                );
            }
            Self::Cancelled { request, registration, position } => {
                let again = desk.request(request).execute(CancelRegistration::new(registration)).unwrap();
                assert!(again.repeated, "{self:?} is lost");
                assert_eq!(again.position.get(), position, "{self:?}");
            }
        }
    }
}

/// A person is named after the request that recorded it, so that a list shows whether the keys were kept.
fn details(request: RequestId) -> PersonDetails {
    PersonDetails::new(format!("Person of {request}"))
}

/// Books until it is killed.
#[test]
fn child() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        book(Path::new(&folder)).unwrap();
    }
}

fn book(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let desk = Desk::open(folder)?;
    let talk = Gathering::webinar("Volunteering").id(TALK).places(u32::try_from(PLACES)?);
    let talk = talk.at("2099-03-05 14:00 to 15:30 Europe/London".parse()?);
    let _ = desk.request(ANNOUNCEMENT).execute(talk)?;
    for round in 0..ROUNDS {
        tell(record_and_register(&desk)?)?;
        // Now and then a place becomes free, so that one batch carries two facts: the end and the promotion.
        if round % 3 == 2 {
            tell(cancel_the_first(&desk)?)?;
        }
    }
    Ok(())
}

fn record_and_register(desk: &Desk) -> Result<Told, Box<dyn std::error::Error>> {
    let request = RequestId::random();
    let recorded = desk.request(request).execute(RecordPerson::new(details(request)))?;
    let (person, position) = (recorded.outcome, recorded.position.get());
    tell(Told::Recorded { request, person, position })?;
    let receipt = desk.register(TALK, person)?;
    let (registration, position) = (receipt.outcome.registration(), receipt.position.get());
    Ok(Told::Registered { request: receipt.request, person, registration, position })
}

fn cancel_the_first(desk: &Desk) -> Result<Told, Failure> {
    let registration = desk.attendee_list(TALK)?.rows()[0].registration;
    let receipt = desk.cancel_registration(registration)?;
    Ok(Told::Cancelled { request: receipt.request, registration, position: receipt.position.get() })
}

/// One line by one write, so that a kill leaves whole lines.
fn tell(told: Told) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(told.line().as_bytes())?;
    out.flush()
}

#[test]
fn a_killed_process_loses_nothing_that_it_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for cycle in 0..cycles() {
        let moment = random_moment();
        let told = book_and_die(folder.path(), moment);
        all.extend_from_slice(&told);
        let before = read(folder.path());
        check_log(&before, &all);
        let desk = Desk::open(folder.path()).unwrap();
        for told in told {
            told.is_answered_again_by(&desk);
        }
        check_lists(&desk, &before);
        assert_eq!(desk.position(), before.last().unwrap().last(), "cycle {cycle}, killed after {moment:?}");
    }
    let desk = Desk::open(folder.path()).unwrap();
    for told in all {
        told.is_answered_again_by(&desk);
    }
}

/// Whatever comes of asserting, the child does not go on booking.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_second_process_is_turned_away_at_once_and_the_first_books_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Killed(spawn(folder.path()));
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut receipts = lines.by_ref().filter_map(|line| Told::read(&format!("{line}\n")));
    assert!(receipts.next().is_some(), "the child has the folder");

    let error = Desk::open(folder.path()).unwrap_err();
    let log = error.log().unwrap();
    assert!(log.is_locked() && log.may_retry(), "{error}");
    assert!(error.to_string().contains("log.gather"), "{error}");
    assert!(receipts.next().is_some(), "the child books on");

    drop(receipts);
    drop(child);
    assert!(Desk::open(folder.path()).is_ok(), "a lock dies with its process");
}

/// `GATHER_SOAK` multiplies the cycles, for a long run.
fn cycles() -> u32 {
    let soak = std::env::var("GATHER_SOAK").ok().and_then(|soak| soak.parse::<u32>().ok());
    CYCLES * soak.unwrap_or(1)
}

/// Between 1 and 40 ms of booking.
fn random_moment() -> Duration {
    let roll = RequestId::random().uuid().as_u128() % 39_000;
    Duration::from_micros(1_000 + u64::try_from(roll).unwrap())
}

/// Lets a child book, kills it so long after its first receipt, and gives all that it was told.
fn book_and_die(folder: &Path, moment: Duration) -> Vec<Told> {
    let mut child = spawn(folder);
    let (started, ticks) = mpsc::channel();
    let out = child.stdout.take().unwrap();
    let listener = thread::spawn(move || listen(out, &started));
    let began = ticks.recv();
    // The listener holds its end until the child is silent: a child that ends by itself is seen here.
    let alive = ticks.recv_timeout(moment);
    child.kill().unwrap();
    child.wait().unwrap();
    let told = listener.join().unwrap();
    began.expect("the child ended before it had booked anybody");
    assert_eq!(alive, Err(RecvTimeoutError::Timeout), "the child ended by itself after {told:?}");
    told
}

fn spawn(folder: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "crash::child", "--nocapture", "--test-threads=1"]).env(FOLDER, folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap()
}

fn listen(out: ChildStdout, started: &Sender<()>) -> Vec<Told> {
    let (mut out, mut line, mut told) = (BufReader::new(out), String::new(), Vec::new());
    while out.read_line(&mut line).unwrap() > 0 {
        if let Some(receipt) = Told::read(&line) {
            if told.is_empty() {
                started.send(()).unwrap();
            }
            told.push(receipt);
        }
        line.clear();
    }
    told
}

/// All batches, through the log alone; this also cuts off what the death tore.
fn read(folder: &Path) -> Vec<StoredBatch> {
    let log = FileLog::open_in(folder).unwrap();
    let mut batches: Vec<StoredBatch> = Vec::new();
    loop {
        let after = batches.last().map_or(gather::Position::START, StoredBatch::last);
        let page = log.read(after, 1_000).unwrap();
        if page.batches.is_empty() {
            return batches;
        }
        batches.extend(page.batches);
    }
}

/// Positions without a gap, no request done twice, every receipt where it said it was.
fn check_log(batches: &[StoredBatch], all: &[Told]) {
    let mut next = 1;
    let mut ends = BTreeMap::new();
    for stored in batches {
        assert_eq!(stored.first.get(), next, "a gap before {:?}", stored.batch.id);
        next = stored.last().get() + 1;
        assert!(ends.insert(stored.batch.id, stored.last().get()).is_none(), "{} twice", stored.batch.id);
    }
    for told in all {
        let (Told::Recorded { request, position, .. }
        | Told::Registered { request, position, .. }
        | Told::Cancelled { request, position, .. }) = told;
        assert_eq!(ends.get(request), Some(position), "{told:?} is lost");
    }
}

/// What the facts come to, counted as plainly as can be.
#[derive(Default)]
struct Recount {
    names: BTreeMap<PersonId, String>,
    booked: BTreeSet<PersonId>,
    confirmed: BTreeSet<RegistrationId>,
    waiting: BTreeSet<RegistrationId>,
}

impl Recount {
    fn of(batches: &[StoredBatch]) -> Self {
        let mut recount = Self::default();
        for StoredBatch { first, batch, .. } in batches {
            batch.facts.iter().for_each(|fact| recount.count(fact, batch.id));
            assert!(recount.confirmed.len() <= PLACES, "more than {PLACES} have a place at {first:?}");
        }
        recount
    }

    fn count(&mut self, fact: &Fact, request: RequestId) {
        match fact {
            Fact::GatheringAnnounced { .. } => assert_eq!(request, ANNOUNCEMENT),
            Fact::PersonRecorded { person, .. } => {
                assert!(self.names.insert(*person, details(request).name).is_none(), "{person} twice");
            }
            Fact::RegistrationConfirmed { registration, booking, .. } => {
                assert!(self.booked.insert(booking.party.booker), "{booking:?} twice");
                assert!(self.confirmed.insert(*registration));
            }
            Fact::RegistrationWaitlisted { registration, booking, .. } => {
                assert!(self.booked.insert(booking.party.booker), "{booking:?} twice");
                assert!(self.waiting.insert(*registration));
            }
            Fact::RegistrationPromoted { registration, .. } => {
                assert!(self.waiting.remove(registration) && self.confirmed.insert(*registration));
            }
            Fact::RegistrationEnded { registration, .. } => assert!(self.confirmed.remove(registration)),
            Fact::GatheringRescheduled { .. }
            | Fact::BookingOpened { .. }
            | Fact::BookingClosed { .. }
            | Fact::CapacityChanged { .. }
            | Fact::GatheringCancelled { .. }
            | _ => panic!("nobody asked for {fact:?}"),
        }
    }
}

/// The lists agree with the recount, no place is left empty while somebody waits, and every name can be read.
fn check_lists(desk: &Desk, batches: &[StoredBatch]) {
    let Recount { names, confirmed, waiting, .. } = Recount::of(batches);
    let list = desk.attendee_list(TALK).unwrap();
    assert_eq!(list.rows().iter().map(|row| row.registration).collect::<BTreeSet<_>>(), confirmed);
    assert_eq!(list.pools()[0].taken, u64::try_from(confirmed.len()).unwrap());
    let line = desk.waiting_list(TALK).unwrap();
    assert_eq!(line.rows().iter().map(|row| row.registration).collect::<BTreeSet<_>>(), waiting);
    assert!(waiting.is_empty() || confirmed.len() == PLACES, "half of a batch is missing");
    for attendee in list.expose("crash test").rows() {
        let person = attendee.row.person.unwrap();
        assert_eq!(attendee.details.name, names[&person]);
    }
}
