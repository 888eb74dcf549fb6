//! A process killed at any moment loses nothing that it was told of, and does nothing twice.
//!
//! The process is this test binary itself: [`child`] books until it is killed, and tells of each receipt on its
//! standard output. The folder stays the same from one death to the next, so the log grows over all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use gather::log::{Disk, FileLog, Held, Log, OpenReport, Storage, StoredBatch, StoredFile};
use gather::privacy::FileVault;
use gather::{
    CancelRegistration, Desk, Fact, Failure, Gathering, GatheringId, PersonDetails, PersonId, Position,
    RecordPerson, Register, RegistrationId, RequestId,
};

/// Where the child books; without it, [`child`] has nothing to do.
const FOLDER: &str = "GATHER_CRASH_FOLDER";
/// What the child is told when the folder is its own.
const GO: &str = "go\n";
const CYCLES: u32 = 100;
/// A log that has lived through more takes longer to check than to write.
const DEATHS_IN_A_FOLDER: u32 = 25;
/// How many threads of the child book at once.
const BOOKERS: u32 = 3;
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

/// Books until it is killed: opens the folder when it is told to, and has several threads book there.
#[test]
fn child() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let mut line = String::new();
        io::stdin().read_line(&mut line).unwrap();
        if line == GO {
            book(Path::new(&folder)).unwrap();
        }
    }
}

fn book(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let log = FileLog::options().storage(Arc::new(InPieces)).open_in(folder)?;
    let vault = FileVault::open(folder.join("keys.gather"), log.anchor()?.log)?;
    let desk = Desk::builder().over(log, Arc::new(vault))?;
    let talk = Gathering::webinar("Volunteering").id(TALK).places(u32::try_from(PLACES)?);
    let talk = talk.at("2099-03-05 14:00 to 15:30 Europe/London".parse()?);
    let _ = desk.request(ANNOUNCEMENT).execute(talk)?;
    thread::scope(|scope| {
        let bookers: Vec<_> = (0..BOOKERS).map(|booker| (booker, desk.clone())).collect();
        for (booker, desk) in bookers {
            scope.spawn(move || keep_booking(&desk, booker == 0).unwrap());
        }
    });
    Ok(())
}

fn keep_booking(desk: &Desk, also_cancel: bool) -> Result<(), Box<dyn std::error::Error>> {
    for round in 0..ROUNDS {
        tell(record_and_register(desk)?)?;
        // Now and then a place becomes free, so that one batch carries two facts: the end and the promotion.
        if also_cancel && round % 3 == 2 {
            tell(cancel_the_first(desk)?)?;
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

/// The machine's file system, but each write is made in pieces of 1 to 64 bytes, others let go first after each: so that a kill
/// comes within one.
#[derive(Debug)]
struct InPieces;

#[derive(Debug)]
struct PieceByPiece(Box<dyn StoredFile>);

impl Storage for InPieces {
    fn open(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>> {
        Ok(Disk.open(path)?.map(|file| -> Box<dyn StoredFile> { Box::new(PieceByPiece(file)) }))
    }

    fn open_to_read(&self, path: &Path) -> io::Result<Option<Box<dyn StoredFile>>> {
        Disk.open_to_read(path)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn StoredFile>> {
        Ok(Box::new(PieceByPiece(Disk.create(path)?)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        Disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Disk.remove(path)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        Disk.create_folder(folder)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        Disk.sync_folder(folder)
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        Disk.resolve(path)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Held>>> {
        Disk.lock(path)
    }
}

impl StoredFile for PieceByPiece {
    fn length(&self) -> io::Result<u64> {
        self.0.length()
    }

    fn has_a_name(&self) -> io::Result<bool> {
        self.0.has_a_name()
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_at(bytes, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        // What fills room with zeros is long, and torn or not nobody can tell.
        if bytes.iter().all(|&byte| byte == 0) {
            return self.0.write_at(bytes, offset);
        }
        let (mut rest, mut at) = (bytes, offset);
        while !rest.is_empty() {
            let roll = RequestId::random().uuid().as_bytes()[0] % 64;
            let (piece, behind) = rest.split_at(rest.len().min(usize::from(roll) + 1));
            self.0.write_at(piece, at)?;
            at += u64::try_from(piece.len()).unwrap();
            rest = behind;
            thread::yield_now();
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync()
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.0.set_length(length)
    }
}

/// Children that share no folder die side by side.
#[test]
fn a_killed_process_loses_nothing_that_it_was_told() {
    let cycles = cycles();
    let halves = [cycles / 2, cycles - cycles / 2];
    let torn: u32 = thread::scope(|scope| {
        let sides = halves.map(|cycles| scope.spawn(move || die_often(cycles)));
        sides.map(|side| side.join().unwrap()).iter().sum()
    });
    println!("{cycles} cycles, {torn} torn tails");
    if cycles >= 1_000 {
        assert!(torn >= cycles / 50, "only {torn} of {cycles} deaths tore a write");
    }
}

/// So many deaths, and how many of them left a torn tail.
fn die_often(cycles: u32) -> u32 {
    let (mut torn, mut left) = (0, cycles);
    while left > 0 {
        let here = left.min(DEATHS_IN_A_FOLDER);
        torn += die_in_a_folder(here);
        left -= here;
    }
    torn
}

fn die_in_a_folder(deaths: u32) -> u32 {
    let folder = tempfile::tempdir().unwrap();
    let (mut all, mut torn) = (Vec::new(), 0);
    let mut next = spawn(folder.path());
    for nth in 1..=deaths {
        let child = next;
        // The next one is started while this one books, and waits.
        next = spawn(folder.path());
        let end = End::random();
        let told = book_and_die(child, end);
        all.extend_from_slice(&told);
        let (report, before) = read(folder.path());
        torn += u32::from(report.torn.is_some());
        check_log(&before, &all);
        let desk = Desk::open(folder.path()).unwrap();
        let again = if nth == deaths { &all } else { &told };
        for told in again {
            told.is_answered_again_by(&desk);
        }
        check_lists(&desk, &before);
        let head = before.last().map_or(Position::START, StoredBatch::last);
        assert_eq!(desk.position(), head, "death {nth}, {end:?}");
    }
    torn
}

/// Whatever comes of asserting, the child does not go on booking.
struct Killed(Child);

impl Killed {
    fn goes(&mut self) {
        self.0.stdin.take().unwrap().write_all(GO.as_bytes()).unwrap();
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_second_process_is_turned_away_at_once_and_the_first_books_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = spawn(folder.path());
    child.goes();
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

/// When a child is killed.
#[derive(Clone, Copy, Debug)]
enum End {
    /// So long after it was told to begin, or when it has booked somebody: it may be opening the folder, or making it.
    AfterTheStart(Duration),
    /// So long after it told of its first booking.
    AfterTheFirst(Duration),
}

impl End {
    fn random() -> Self {
        let roll = u64::try_from(RequestId::random().uuid().as_u128() >> 64 & 0xFFFF_FFFF).unwrap();
        let moment = Duration::from_micros(500 + roll % 15_000);
        if roll.is_multiple_of(4) { Self::AfterTheStart(moment) } else { Self::AfterTheFirst(moment) }
    }
}

/// Lets a child book, kills it, and gives all that it was told.
fn book_and_die(mut child: Killed, end: End) -> Vec<Told> {
    let (started, ticks) = mpsc::channel();
    let out = child.0.stdout.take().unwrap();
    let listener = thread::spawn(move || listen(out, &started));
    child.goes();
    // The listener holds its end until the child is silent: a child that ends by itself is seen here.
    let alive = match end {
        End::AfterTheStart(moment) => ticks.recv_timeout(moment),
        End::AfterTheFirst(moment) => {
            ticks.recv().expect("the child ended before it had booked anybody");
            ticks.recv_timeout(moment)
        }
    };
    drop(child);
    let told = listener.join().unwrap();
    assert_ne!(alive, Err(RecvTimeoutError::Disconnected), "the child ended by itself after {told:?}");
    told
}

fn spawn(folder: &Path) -> Killed {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "crash::child", "--nocapture", "--test-threads=1"]).env(FOLDER, folder);
    Killed(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap())
}

fn listen(out: ChildStdout, started: &Sender<()>) -> Vec<Told> {
    let (mut out, mut line, mut told) = (BufReader::new(out), String::new(), Vec::new());
    while out.read_line(&mut line).unwrap() > 0 {
        if let Some(receipt) = Told::read(&line) {
            if told.is_empty() {
                let _ = started.send(());
            }
            told.push(receipt);
        }
        line.clear();
    }
    told
}

/// What opening found, and all batches, through the log alone; this also cuts off what the death tore.
fn read(folder: &Path) -> (OpenReport, Vec<StoredBatch>) {
    let log = FileLog::open_in(folder).unwrap();
    let batches = log.read(Position::START, usize::MAX).unwrap().batches;
    (log.open_report().clone(), batches)
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
    if batches.is_empty() {
        return;
    }
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
