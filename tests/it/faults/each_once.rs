//! One short life of a log in which each operation on the disk fails once, in each way.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use gather::log::{FileLog, HeadSync, Log};
use gather::testkit::{Fault, FaultyDisk};

use super::{Dice, Known, Setting, batch, everything, nothing, open_and_read, survives};

const FAULTS: [Fault; 6] = [Fault::Refused, Fault::Full, Fault::Short, Fault::Lost, Fault::Done, Fault::Stop];

/// Opens until it is open: what failed once does not fail twice. `None` if the disk has stopped.
fn open(disk: &FaultyDisk, setting: Setting<'_>, known: &mut Known) -> Option<FileLog> {
    for _ in 0..3 {
        let read = setting.open(disk).and_then(|log| everything(&log).map(|found| (log, found)));
        match read {
            Ok((log, found)) => {
                known.check(&found).unwrap();
                known.learn(found);
                return Some(log);
            }
            Err(error) => {
                assert!(error.is_unavailable() || error.is_full(), "{error}");
                assert_eq!(error.was_written(), Some(false), "{error}");
            }
        }
    }
    assert!(has_stopped(disk), "it cannot be opened");
    None
}

fn has_stopped(disk: &FaultyDisk) -> bool {
    disk.met().iter().any(|met| met.fault == Fault::Stop)
}

/// Makes a log, appends to it thirty times, closes it, opens it, appends and reads. Gives what is known in the end.
fn life(disk: &FaultyDisk, setting: Setting<'_>) -> Known {
    let (mut known, mut dice) = (Known::default(), Dice(1));
    let Some(mut log) = open(disk, setting, &mut known) else { return known };
    for id in 1..=31 {
        if id == 31 {
            drop(log);
            let Some(again) = open(disk, setting, &mut known) else { return known };
            log = again;
        }
        let group = [batch(2 * id, known.head(), &mut dice), batch(2 * id + 1, known.head(), &mut dice)];
        match log.append(&group) {
            Ok(_) => known.told.extend(group),
            Err(error) if error.was_written().is_none() || error.is_poisoned() => {
                if error.was_written().is_none() {
                    known.maybe = group.to_vec();
                }
                assert!(log.append(&group).unwrap_err().is_poisoned());
                assert!(log.anchor().unwrap_err().is_poisoned());
                drop(log);
                let Some(again) = open(disk, setting, &mut known) else { return known };
                log = again;
            }
            Err(error) => assert!(error.is_unavailable() || error.is_full(), "{error}"),
        }
        if has_stopped(disk) {
            return known;
        }
    }
    match everything(&log) {
        Ok(found) => known.check(&found).unwrap(),
        Err(error) => assert!(error.is_unavailable() || error.is_full() || error.is_poisoned(), "{error}"),
    }
    known
}

/// How many operations there are in such a life.
fn count(setting: Setting<'_>) -> u64 {
    let disk = FaultyDisk::new();
    let known = life(&disk, setting);
    assert_eq!(known.told.len(), 62);
    disk.operations()
}

fn check(nth: u64, fault: Fault, setting: Setting<'_>) {
    let disk = FaultyDisk::new();
    disk.fail_nth(nth, fault);
    let known = life(&disk, setting);
    let met = disk.met();
    assert_eq!(met.len(), 1, "operation {nth} was to be {fault:?}");
    disk.heal();
    for seed in 0..2 {
        survives(&disk, &known, setting, seed)
            .unwrap_or_else(|violation| panic!("{:?}, seed {seed}: {violation}", met[0]));
    }
    if fault != Fault::Stop {
        let found = disk.kill(nth);
        known.check(&open_and_read(&found, setting).unwrap().1).unwrap();
    }
}

#[test]
fn whatever_fails_once_nothing_is_lost_and_nothing_hangs() {
    let (done, progress) = mpsc::channel();
    let worker = thread::spawn(move || {
        for head_sync in [HeadSync::Lazy, HeadSync::Always] {
            let setting = Setting { between: &nothing, head_sync };
            for nth in 1..=count(setting) {
                for fault in FAULTS {
                    done.send((nth, fault)).unwrap();
                    check(nth, fault, setting);
                }
            }
        }
    });
    let mut last = None;
    loop {
        match progress.recv_timeout(Duration::from_mins(2)) {
            Ok(now) => last = Some(now),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("hangs at {last:?}"),
        }
    }
    if let Err(panic) = worker.join() {
        std::panic::resume_unwind(panic);
    }
    assert!(last.is_some_and(|(nth, _)| nth > 150), "{last:?}");
}
