//! A desk over a log on a disk that fails: whoever has a receipt has a place, nobody is oversold, and no list shows what is
//! lost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::thread;

use gather::privacy::{KeyVault, MemoryVault};
use gather::testkit::{Fault, FaultyDisk, Operation, TestClock, epoch};
use gather::{
    CancelRegistration, Desk, Fact, Failure, Gathering, GatheringId, PersonId, Position, Register,
    RegistrationId, RequestId,
};

use super::{Checked, Dice, FOLDER, Violation, end, nothing, options, soak};

const TALK: GatheringId = GatheringId::from_u128(1);
const PLACES: usize = 6;
const PEOPLE: usize = 30;

/// What was asked of the desk under a request.
#[derive(Clone, Copy, Debug)]
enum Asked {
    Place(PersonId),
    NoPlace(RegistrationId),
}

/// What came of it: the registration, and where it is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    registration: RegistrationId,
    position: Position,
    repeated: bool,
}

impl Asked {
    /// Submits it, and gives what waits for the answer.
    fn submit(self, desk: &Desk, request: RequestId) -> Box<dyn FnOnce() -> Result<Told, Failure> + Send> {
        let call = desk.request(request);
        match self {
            Self::Place(person) => {
                let pending = call.submit(Register::new(TALK, person));
                Box::new(move || {
                    let receipt = pending.wait()?;
                    let registration = receipt.outcome.registration();
                    Ok(Told { registration, position: receipt.position, repeated: receipt.repeated })
                })
            }
            Self::NoPlace(registration) => {
                let pending = call.submit(CancelRegistration::new(registration));
                Box::new(move || {
                    let receipt = pending.wait()?;
                    Ok(Told { registration, position: receipt.position, repeated: receipt.repeated })
                })
            }
        }
    }
}

struct Office {
    dice: Dice,
    disk: FaultyDisk,
    keys: Arc<MemoryVault>,
    open: Option<Desk>,
    next: u128,
    told: BTreeMap<RequestId, (Asked, Told)>,
    /// Requests that were said not to be written.
    never: BTreeSet<RequestId>,
    /// Registrations that a list has shown.
    shown: BTreeSet<RegistrationId>,
    tally: Tally,
}

#[derive(Debug, Default)]
struct Tally {
    told: usize,
    uncertain: usize,
    never: usize,
    ends: usize,
}

fn work(seed: u64) -> Result<Tally, Violation> {
    let mut office = Office {
        dice: Dice(seed),
        disk: FaultyDisk::new(),
        keys: Arc::new(MemoryVault::new()),
        open: None,
        next: 1,
        told: BTreeMap::new(),
        never: BTreeSet::new(),
        shown: BTreeSet::new(),
        tally: Tally::default(),
    };
    office.open()?;
    for _ in 0..office.dice.between(5, 15) {
        office.step()?;
    }
    office.ends()?;
    office.tally.told = office.told.len();
    office.tally.never = office.never.len();
    Ok(office.tally)
}

impl Office {
    fn request(&mut self) -> RequestId {
        self.next += 1;
        RequestId::from_u128(self.next)
    }

    fn step(&mut self) -> Checked {
        match self.dice.below(12) {
            0 => return self.ends(),
            1 => {
                let nth = u64::try_from(self.dice.between(1, 12)).unwrap();
                self.disk.fail_nth(nth, Fault::Stop);
            }
            2 => self.disk.fail_next(Operation::Sync, Fault::Lost),
            3 => self.disk.fail_next(Operation::Write, Fault::Short),
            4 => self.disk.fail_at_random(self.dice.roll(), 10),
            5 => {
                self.disk.heal();
                self.disk.set_capacity(None);
            }
            6 => {
                let room = u64::try_from(self.dice.below(20_000)).unwrap();
                self.disk.set_capacity(Some(self.disk.used() + room));
            }
            _ => self.books()?,
        }
        self.looks()
    }

    /// Several ask at once: from one thread, that waits for all answers afterwards, or each from its own.
    fn books(&mut self) -> Checked {
        let Some(desk) = self.open.clone() else { return Ok(()) };
        let asked: Vec<_> = (0..self.dice.between(1, 12)).map(|_| (self.request(), self.ask())).collect();
        let answers: Vec<_> = if self.dice.one_in(4) {
            let ask = |&(request, asked): &(RequestId, Asked)| {
                let desk = desk.clone();
                thread::spawn(move || asked.submit(&desk, request)())
            };
            let threads: Vec<_> = asked.iter().map(ask).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        } else {
            let waiting: Vec<_> =
                asked.iter().map(|&(request, asked)| asked.submit(&desk, request)).collect();
            waiting.into_iter().map(|wait| wait()).collect()
        };
        let mut gave_up = false;
        for ((request, asked), answer) in asked.into_iter().zip(answers) {
            gave_up |= self.is_answered(request, asked, answer)?;
        }
        drop(desk);
        let has_stopped = self.disk.met().iter().any(|met| met.fault == Fault::Stop);
        if gave_up || has_stopped { self.ends() } else { Ok(()) }
    }

    fn ask(&mut self) -> Asked {
        let shown: Vec<_> = self.shown.iter().copied().collect();
        if !shown.is_empty() && self.dice.one_in(3) {
            return Asked::NoPlace(shown[self.dice.below(shown.len())]);
        }
        Asked::Place(PersonId::from_u128(u128::try_from(self.dice.below(PEOPLE)).unwrap()))
    }

    /// Whether the desk has to be opened again.
    fn is_answered(
        &mut self,
        request: RequestId,
        asked: Asked,
        answer: Result<Told, Failure>,
    ) -> Result<bool, Violation> {
        match answer {
            Ok(told) => {
                assert!(!told.repeated, "{request} is new");
                self.told.insert(request, (asked, told));
                Ok(false)
            }
            Err(Failure::Refused(_)) => {
                self.never.insert(request);
                Ok(false)
            }
            Err(Failure::Fault(error)) => {
                let Some(log) = error.log() else { return Err(format!("{request}: {error}")) };
                let known = log.is_unavailable() || log.is_full() || log.is_uncertain() || log.is_poisoned();
                if !known {
                    return Err(format!("{request}: {error}"));
                }
                if error.was_written() == Some(false) {
                    self.never.insert(request);
                } else {
                    self.tally.uncertain += 1;
                }
                Ok(log.is_uncertain() || log.is_poisoned())
            }
        }
    }

    /// Takes note of what the lists show. They work whatever the disk does.
    fn looks(&mut self) -> Checked {
        let Some(desk) = &self.open else { return Ok(()) };
        let list = desk.attendee_list(TALK).map_err(|error| format!("no list: {error}"));
        // A desk that cannot read its log shows nothing.
        let (Ok(list), Ok(line)) = (list, desk.waiting_list(TALK)) else { return Ok(()) };
        if list.rows().len() > PLACES {
            return Err(format!("{} have one of {PLACES} places", list.rows().len()));
        }
        self.shown.extend(list.rows().iter().map(|row| row.registration));
        self.shown.extend(line.rows().iter().map(|row| row.registration));
        Ok(())
    }

    /// The program ends at this moment, and another begins with what it finds.
    fn ends(&mut self) -> Checked {
        self.looks()?;
        let (power_loss, seed) = (!self.dice.one_in(3), self.dice.roll());
        let found = end(&self.disk, power_loss, seed);
        self.open = None;
        self.disk = found;
        self.disk.set_capacity(None);
        self.tally.ends += 1;
        self.open()
    }

    fn open(&mut self) -> Checked {
        let log = options(nothing(self.disk.clone())).open_in(FOLDER);
        let log = log.map_err(|error| format!("nothing failed: {error}"))?;
        let keys: Arc<dyn KeyVault> = Arc::<MemoryVault>::clone(&self.keys);
        let builder = Desk::builder().clock(TestClock::at(epoch()));
        // One that may be shared is decided on in its turn; alone with its log, a desk decides while the group before is on its
        // way to the disk.
        let opened =
            if self.dice.one_in(3) { builder.over(Arc::new(log), keys) } else { builder.over(log, keys) };
        let desk = opened.map_err(|error| format!("nothing failed: {error}"))?;
        let talk = Gathering::webinar("Talk").id(TALK).places(u32::try_from(PLACES).unwrap());
        let talk = talk.at("2099-03-05 14:00 to 15:30 UTC".parse().unwrap());
        let _ = desk.request(RequestId::from_u128(1)).execute(talk).map_err(|failure| failure.to_string())?;
        self.open = Some(desk);
        self.check()
    }

    fn check(&self) -> Checked {
        let Some(desk) = &self.open else { return Ok(()) };
        let batches = desk.read_log(Position::START, usize::MAX).map_err(|error| error.to_string())?.batches;
        let (mut made, mut confirmed) = (BTreeSet::new(), BTreeSet::new());
        for stored in &batches {
            if self.never.contains(&stored.batch.id) {
                return Err(format!("{} was said not to be written", stored.batch.id));
            }
            stored.batch.facts.iter().for_each(|fact| recount(fact, &mut made, &mut confirmed));
            if confirmed.len() > PLACES {
                return Err(format!("oversold by {}", stored.batch.id));
            }
        }
        if let Some(lost) = self.shown.difference(&made).next() {
            return Err(format!("registration {lost} was shown and is lost"));
        }
        let listed: BTreeSet<_> =
            desk.attendee_list(TALK).unwrap().rows().iter().map(|row| row.registration).collect();
        if listed != confirmed {
            return Err(format!("{listed:?} are listed, {confirmed:?} are confirmed"));
        }
        for (request, (asked, told)) in &self.told {
            let again = asked.submit(desk, *request)().map_err(|failure| format!("{request}: {failure}"))?;
            if again != (Told { repeated: true, ..*told }) {
                return Err(format!("{request} was told {told:?}, and again {again:?}"));
            }
        }
        Ok(())
    }
}

/// What a fact comes to, counted as plainly as can be.
fn recount(fact: &Fact, made: &mut BTreeSet<RegistrationId>, confirmed: &mut BTreeSet<RegistrationId>) {
    match fact {
        Fact::RegistrationConfirmed { registration, .. } => {
            made.insert(*registration);
            confirmed.insert(*registration);
        }
        Fact::RegistrationWaitlisted { registration, .. } => drop(made.insert(*registration)),
        Fact::RegistrationPromoted { registration, .. } => drop(confirmed.insert(*registration)),
        Fact::RegistrationEnded { registration, .. } => drop(confirmed.remove(registration)),
        Fact::GatheringAnnounced { .. } | _ => {}
    }
}

#[test]
fn whoever_has_a_receipt_has_a_place_whatever_the_disk_does() {
    let offices = 500 * soak();
    let mut all = Tally::default();
    for seed in 0..offices {
        let Tally { told, uncertain, never, ends } =
            work(seed).unwrap_or_else(|violation| panic!("seed {seed}: {violation}"));
        all.told += told;
        all.uncertain += uncertain;
        all.never += never;
        all.ends += ends;
    }
    println!("{offices} offices: {all:?}");
    let enough = usize::try_from(offices / 5).unwrap();
    let Tally { told, uncertain, never, ends } = all;
    assert!(told > 10 * enough && never > 10 * enough, "{told} told, {never} never");
    assert!(uncertain > enough && ends > enough, "{uncertain} uncertain, {ends} ends");
}

/// Asks for places of the desk until it cannot give one.
fn book_until_it_fails(desk: &Desk, dice: &mut Dice) -> gather::Error {
    loop {
        let person = PersonId::from_u128(u128::from(dice.roll()));
        match desk.register(TALK, person) {
            Ok(_) => {}
            Err(Failure::Fault(error)) => return error,
            Err(Failure::Refused(refusal)) => panic!("{refusal}"),
        }
    }
}

#[test]
fn a_desk_over_a_full_disk_goes_on_when_there_is_room() {
    let faulty = FaultyDisk::new();
    let log = options(nothing(faulty.clone())).open_in(FOLDER).unwrap();
    let desk = Desk::builder().over(log, Arc::new(MemoryVault::new())).unwrap();
    let talk = Gathering::webinar("Talk").id(TALK).places(3);
    let _ = desk.announce(talk.at("2099-03-05 14:00 to 15:30 UTC".parse().unwrap())).unwrap();
    faulty.set_capacity(Some(faulty.used()));
    let error = book_until_it_fails(&desk, &mut Dice(1));
    assert!(error.log().unwrap().is_full() && error.was_written() == Some(false), "{error}");
    let waiting = desk.waiting_list(TALK).unwrap().rows().len();

    faulty.set_capacity(None);
    assert!(desk.register(TALK, PersonId::from_u128(1)).is_ok());
    assert_eq!(desk.attendee_list(TALK).unwrap().rows().len(), 3);
    assert_eq!(desk.waiting_list(TALK).unwrap().rows().len(), waiting + 1);
}
