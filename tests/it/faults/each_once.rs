//! One short life of a log in which each operation on the disk fails once, in each way.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use gather::Position;
use gather::log::{FileLog, HeadSync, Log};
use gather::testkit::{Fault, FaultyDisk};

use super::{
    Dice, FOLDER, Known, LOG, Setting, batch, everything, nothing, open_and_read, options, survives,
};

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

/// The bytes of a write that did not finish are kept beside the log: whatever of the disk a power loss leaves, they are there.
#[test]
fn what_is_cut_off_is_saved_for_good_before_it_is_cut_off() {
    let disk = FaultyDisk::new();
    let log = options(nothing(disk.clone())).open_in(FOLDER).unwrap();
    log.append(&[batch(1, Position::START, &mut Dice(1))]).unwrap();
    drop(log);
    let torn = b"half of a frame, which nobody was told of".as_slice();
    let whole = disk.contents(LOG).unwrap();
    disk.set_contents(LOG, [&whole, torn].concat());
    let log = options(nothing(disk.clone())).open_in(FOLDER).unwrap();
    let saved_to = log.open_report().torn.clone().unwrap().saved_to;
    for seed in 0..100 {
        let found = disk.crash(seed);
        assert_eq!(found.contents(&saved_to).as_deref(), Some(torn), "{seed}");
        assert_eq!(found.contents(LOG).unwrap(), whole, "{seed}");
    }
}

/// A head that is synced now and then is synced whenever the log gets more room: so it lags by a mebibyte at most.
#[test]
fn after_a_power_loss_the_head_lags_by_the_last_room_at_most() {
    const ROOM: u64 = 1024 * 1024;
    let (disk, mut dice) = (FaultyDisk::new(), Dice(2));
    let log = options(nothing(disk.clone())).open_in(FOLDER).unwrap();
    let mut most = 0;
    for id in 1..1_600 {
        log.append(&[batch(id, Position::START, &mut dice)]).unwrap();
        if id % 80 > 0 {
            continue;
        }
        let found = disk.crash(dice.roll());
        let later = options(nothing(found)).open_in(FOLDER).unwrap();
        assert_eq!(later.anchor().unwrap(), log.anchor().unwrap());
        most = most.max(later.open_report().lag.map_or(0, |lag| lag.bytes));
    }
    let length = disk.contents(LOG).unwrap().len();
    assert!(length > 3 * usize::try_from(ROOM).unwrap(), "{length} bytes are too few to tell");
    assert!((1..=ROOM).contains(&most), "{most} bytes");
}
