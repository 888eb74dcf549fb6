//! A life of a log, from a seed: groups are appended while the disk fails, fills up and loses its power.

use gather::log::{Error, FileLog, HeadSync, Log};
use gather::testkit::{Fault, FaultyDisk, Operation};

use super::{
    Batch, Between, Checked, Dice, Known, Position, Setting, USUAL, Violation, batch, end, everything,
    nothing, open_and_read, shows_damage, soak, survives,
};

/// How often something happened in a life or in many, to know that it did.
#[derive(Default, Debug)]
pub(super) struct Tally {
    stored: usize,
    ends: usize,
    torn: usize,
    uncertain: usize,
    not_written: usize,
    full: usize,
    failed_openings: usize,
    damaged: usize,
    gave_up: usize,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.stored += other.stored;
        self.ends += other.ends;
        self.torn += other.torn;
        self.uncertain += other.uncertain;
        self.not_written += other.not_written;
        self.full += other.full;
        self.failed_openings += other.failed_openings;
        self.damaged += other.damaged;
        self.gave_up += other.gave_up;
    }
}

/// Lives one life. The violation tells how it came to it.
pub(super) fn live(seed: u64, between: &Between) -> Result<Tally, Violation> {
    let head_sync = if seed % 4 == 3 { HeadSync::Always } else { HeadSync::Lazy };
    let mut life = Life {
        dice: Dice(seed),
        disk: FaultyDisk::new(),
        setting: Setting { between, head_sync },
        log: None,
        poisoned: false,
        limited: false,
        known: Known::default(),
        next: 1,
        tally: Tally::default(),
        story: Vec::new(),
    };
    life.all().map_err(|violation| format!("seed {seed}: {violation}\n{}", life.story.join("\n")))?;
    Ok(life.tally)
}

struct Life<'a> {
    dice: Dice,
    disk: FaultyDisk,
    setting: Setting<'a>,
    log: Option<FileLog>,
    /// Whether the log has said that it has to be opened again.
    poisoned: bool,
    /// Whether the disk has only so much room.
    limited: bool,
    known: Known,
    next: u128,
    tally: Tally,
    story: Vec<String>,
}

impl Life<'_> {
    fn all(&mut self) -> Checked {
        self.open()?;
        for _ in 0..self.dice.between(5, 20) {
            self.step()?;
            if self.has_stopped() {
                self.ends()?;
            }
        }
        self.ends()
    }

    fn tell(&mut self, what: impl Into<String>) {
        self.story.push(what.into());
    }

    fn step(&mut self) -> Checked {
        match self.dice.below(30) {
            0 => return self.ends(),
            1 => return self.closes(),
            2 | 13..16 => {
                let nth = self.dice.between(1, 12);
                self.tell(format!("stops within {nth} operations"));
                self.disk.fail_nth(u64::try_from(nth).unwrap(), Fault::Stop);
            }
            3 => {
                let one_in = self.dice.between(3, 30);
                self.tell(format!("one in {one_in} fails"));
                self.disk.fail_at_random(self.dice.roll(), one_in);
            }
            4..6 => self.one_thing_fails(),
            6..8 => {
                self.tell("heals");
                self.disk.heal();
            }
            8 => {
                let room = u64::try_from(self.dice.below(100_000)).unwrap();
                self.tell(format!("room for {room} more"));
                self.disk.set_capacity(Some(self.disk.used() + room));
                self.limited = true;
            }
            9 => self.has_room(),
            10 => return self.reads(),
            11 => return self.is_locked(),
            12 if self.log.is_some() => {
                let seed = self.dice.roll();
                self.tell(format!("would it survive an end ({seed})?"));
                return survives(&self.disk, &self.known, self.setting, seed);
            }
            16..18 => return self.shows_damage(),
            _ => return self.appends(),
        }
        Ok(())
    }

    fn one_thing_fails(&mut self) {
        let faults = [Fault::Refused, Fault::Full, Fault::Short, Fault::Lost, Fault::Done];
        let fault = faults[self.dice.below(faults.len())];
        let kinds =
            [Operation::Write, Operation::Sync, Operation::SetLength, Operation::Read, Operation::Look];
        let kind = kinds[self.dice.below(kinds.len())];
        self.tell(format!("next {kind:?} is {fault:?}"));
        self.disk.fail_next(kind, fault);
    }

    fn has_room(&mut self) {
        self.tell("all the room");
        self.disk.set_capacity(None);
        self.limited = false;
    }

    fn has_stopped(&self) -> bool {
        self.disk.met().iter().any(|met| met.fault == Fault::Stop)
    }

    /// What failed from a moment on.
    fn failed_since(&self, before: usize) -> usize {
        self.disk.met().len() - before
    }

    /// An error has to have a cause.
    fn check_cause(&mut self, error: &Error, failed: usize) -> Checked {
        self.tell(format!("  {error}; failed: {:?}", self.disk.met().last()));
        self.tally.full += usize::from(error.is_full());
        self.tally.gave_up += usize::from(error.is_poisoned());
        // A log that could not make room, or not sync its head, gives up for what comes after.
        if error.is_poisoned() && !self.disk.met().is_empty() {
            self.poisoned = true;
            return Ok(());
        }
        let known = [error.is_unavailable(), error.is_full(), error.is_uncertain()];
        if !known.contains(&true) {
            return Err(format!("no such thing has happened: {error}"));
        }
        if failed == 0 && !(error.is_full() && self.limited) {
            return Err(format!("nothing has failed: {error}"));
        }
        Ok(())
    }

    fn open(&mut self) -> Checked {
        for attempt in 0..4 {
            if attempt == 3 {
                self.disk.heal();
                self.has_room();
            }
            let before = self.disk.met().len();
            match self.setting.open(&self.disk) {
                Ok(log) => return self.has_opened(log),
                Err(error) => {
                    self.tally.failed_openings += 1;
                    self.check_cause(&error, self.failed_since(before))?;
                    if error.is_uncertain() || error.is_poisoned() {
                        return Err(format!("opening writes nothing new: {error}"));
                    }
                }
            }
            if self.has_stopped() {
                self.starts_again();
            }
        }
        Err("it cannot be opened".to_owned())
    }

    fn has_opened(&mut self, log: FileLog) -> Checked {
        self.tally.torn += usize::from(log.open_report().torn.is_some());
        self.poisoned = false;
        let mut found = everything(&log);
        while let Err(error) = found {
            if self.has_stopped() {
                drop(log);
                self.starts_again();
                return self.open();
            }
            self.disk.heal();
            self.check_cause(&error, self.disk.met().len())?;
            found = everything(&log);
        }
        let found = found.unwrap_or_default();
        self.tell(format!("opened with {} batches", found.len()));
        self.known.check(&found)?;
        self.known.learn(found);
        self.log = Some(log);
        Ok(())
    }

    fn closes(&mut self) -> Checked {
        self.tell("closes");
        self.log = None;
        let nothing_failed = self.disk.met().is_empty() && !self.limited;
        if self.has_stopped() {
            self.starts_again();
        }
        self.open()?;
        let Some(log) = self.log.as_ref().filter(|_| nothing_failed && self.disk.met().is_empty()) else {
            return Ok(());
        };
        let report = log.open_report();
        let is_exact = report.torn.is_none() && report.lag.is_none();
        if is_exact { Ok(()) } else { Err(format!("it was closed, and opening found {report:?}")) }
    }

    /// The program ends at this moment, with or without the machine.
    fn ends(&mut self) -> Checked {
        let log = self.log.take();
        let old = self.disk.clone();
        self.starts_again();
        // What it does in closing comes too late.
        drop((log, old));
        self.open()
    }

    fn starts_again(&mut self) {
        let (power_loss, seed) = (!self.dice.one_in(3), self.dice.roll());
        self.tell(format!("{} ({seed})", if power_loss { "the power goes" } else { "is killed" }));
        self.tally.ends += 1;
        self.disk = end(&self.disk, power_loss, seed);
    }

    fn shows_damage(&mut self) -> Checked {
        let always = self.setting.head_sync == HeadSync::Always;
        if self.log.is_none() || self.poisoned || !self.known.maybe.is_empty() || self.has_stopped() {
            return Ok(());
        }
        // A head that is not synced, and could not be written, lags even where nothing ends.
        if !always && !self.disk.met().is_empty() {
            return Ok(());
        }
        let seed = self.dice.roll();
        self.tell(format!("would damage show ({seed})?"));
        self.tally.damaged += 1;
        shows_damage(&self.disk, &self.known, self.setting, seed)
    }

    fn reads(&mut self) -> Checked {
        let Some(log) = &self.log else { return Ok(()) };
        let before = self.disk.met().len();
        match everything(log) {
            Ok(_) if self.poisoned => Err("a log that gave up reads on".to_owned()),
            Ok(found) => {
                self.tell("reads");
                Known { told: self.known.told.clone(), maybe: Vec::new() }.check(&found)
            }
            Err(error) if self.poisoned && error.is_poisoned() => Ok(()),
            Err(error) => self.check_cause(&error, self.failed_since(before)),
        }
    }

    fn is_locked(&mut self) -> Checked {
        if self.log.is_none() {
            return Ok(());
        }
        let before = self.disk.met().len();
        match self.setting.open(&self.disk) {
            Ok(_) => Err("two have it open".to_owned()),
            Err(error) if error.is_locked() => Ok(()),
            Err(error) => self.check_cause(&error, self.failed_since(before)),
        }
    }

    fn appends(&mut self) -> Checked {
        let group = self.group();
        let Some(log) = &self.log else { return Ok(()) };
        let before = self.disk.met().len();
        if self.dice.one_in(2)
            && let Err(error) = log.make_room()
            && !self.poisoned
        {
            return self.check_cause(&error, self.failed_since(before));
        }
        let answer = log.append(&group);
        self.tell(format!("appends {} batches from {}", group.len(), group[0].id));
        match answer {
            Ok(_) if self.poisoned => Err("a log that gave up stores on".to_owned()),
            Ok(answers) => {
                self.tally.stored += answers.len();
                self.known.told.extend(group);
                Ok(())
            }
            Err(error) => self.was_refused(group, &error, before),
        }
    }

    fn was_refused(&mut self, group: Vec<Batch>, error: &Error, before: usize) -> Checked {
        if self.poisoned {
            return if error.is_poisoned() { Ok(()) } else { Err(format!("it had given up: {error}")) };
        }
        self.check_cause(error, self.failed_since(before))?;
        if self.poisoned {
            return Ok(());
        }
        if error.was_written().is_none() {
            self.tally.uncertain += 1;
            self.known.maybe = group;
            self.poisoned = true;
            return if self.dice.one_in(2) { self.closes() } else { Ok(()) };
        }
        self.tally.not_written += 1;
        Ok(())
    }

    fn group(&mut self) -> Vec<Batch> {
        let seen: Position = self.known.head();
        let count = if self.dice.one_in(4) { self.dice.between(1, 20) } else { self.dice.between(1, 4) };
        let first = self.next;
        self.next += u128::try_from(count).unwrap();
        (first..self.next).map(|id| batch(id, seen, &mut self.dice)).collect()
    }
}

#[test]
fn no_life_of_a_log_loses_what_it_told_or_shows_what_nobody_asked_for() {
    let lives = 2_000 * soak();
    let mut all = Tally::default();
    for seed in 0..lives {
        all.add(&live(seed, &nothing).unwrap_or_else(|violation| panic!("{violation}")));
    }
    println!("{lives} lives: {all:?}");
    let enough = usize::try_from(lives / 20).unwrap();
    let Tally { stored, ends, torn, uncertain, not_written, full, failed_openings, damaged, gave_up } = all;
    assert!(stored > 20 * enough && ends > 20 * enough, "{stored} stored, {ends} ends");
    assert!(torn > enough && uncertain > enough, "{torn} torn, {uncertain} uncertain");
    assert!(not_written > enough && full > enough, "{not_written} not written, {full} full");
    assert!(failed_openings > enough && damaged > enough, "{failed_openings} failed, {damaged} damaged");
    assert!(gave_up > enough, "{gave_up} gave up");
}

/// After there is room again the same log goes on; nobody has to open it again.
#[test]
fn a_full_disk_is_said_to_be_full_and_is_used_again_when_there_is_room() {
    for seed in 0..50 {
        let (disk, mut dice, mut known) = (FaultyDisk::new(), Dice(seed), Known::default());
        let log = USUAL.open(&disk).unwrap();
        disk.set_capacity(Some(disk.used() + u64::try_from(dice.below(300_000)).unwrap()));
        let mut id = 0;
        let error = loop {
            id += 1;
            let batch = batch(id, known.head(), &mut dice);
            match log.append(std::slice::from_ref(&batch)) {
                Ok(_) => known.told.push(batch),
                Err(error) => break error,
            }
        };
        assert!(error.is_full() && error.may_retry() && error.was_written() == Some(false), "{error}");
        known.check(&everything(&log).unwrap()).unwrap();
        survives(&disk, &known, USUAL, seed).unwrap_or_else(|violation| panic!("seed {seed}: {violation}"));

        disk.set_capacity(None);
        for more in 0..3 {
            let batch = batch(id + 1 + more, known.head(), &mut dice);
            log.append(std::slice::from_ref(&batch)).unwrap();
            known.told.push(batch);
        }
        survives(&disk, &known, USUAL, seed).unwrap_or_else(|violation| panic!("seed {seed}: {violation}"));
        drop(log);
        known.check(&open_and_read(&disk, USUAL).unwrap().1).unwrap();
    }
}
