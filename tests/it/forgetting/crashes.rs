//! Forgetting is interrupted wherever it can be: after the next opening somebody is forgotten wholly, or not yet at all.

use gather::Position;
use gather::testkit::Fault;

use super::*;

const FOLDER: &str = "bookings";
const KEYS: &str = "bookings/keys.gather";
const TALK: GatheringId = GatheringId::from_u128(1);
const TEXT: &str = "2099-03-05 14:00 to 15:30 UTC";

fn open(media: &FaultyDisk) -> Result<Desk, Error> {
    let storage = Arc::new(media.clone());
    let log = FileLog::options().storage(storage.clone()).open_in(FOLDER)?;
    let vault = FileVault::options().storage(storage).open(KEYS, log.anchor()?.log)?;
    Desk::builder().clock(TestClock::at(at(MORNING))).over(log, Arc::new(vault))
}

/// A media with a log in which Ann has a place with answers, and Bob waits for it; with Ann's key.
fn house() -> (FaultyDisk, Vec<u8>) {
    let media = FaultyDisk::new();
    let desk = open(&media).unwrap();
    let talk = Gathering::webinar("Talk").id(TALK).at(TEXT.parse().unwrap()).places(1);
    drop(desk.announce(talk).unwrap());
    for (person, name) in [(ANN, "Ann Example"), (BOB, "Bob Example")] {
        drop(desk.execute(RecordPerson::of(person_id(person), PersonDetails::new(name))).unwrap());
        let asked = Register::new(TALK, person_id(person)).answers(Answers::new().answer("diet", name));
        drop(desk.execute(asked).unwrap());
    }
    drop(desk);
    let keys = media.contents(KEYS).unwrap();
    let key = keys[512 + 8..512 + 8 + 32].to_vec();
    (media, key)
}

fn holds(media: &FaultyDisk, key: &[u8]) -> bool {
    let (first, second) = key.split_at(16);
    media.files().iter().any(|path| {
        let bytes = media.contents(path).unwrap_or_default();
        bytes.windows(16).any(|window| window == first || window == second)
    })
}

/// Who has the only place.
fn has_the_place(desk: &Desk) -> PersonId {
    let list = desk.attendee_list(TALK).unwrap();
    assert_eq!(list.rows().len(), 1);
    list.rows()[0].person.unwrap()
}

/// Everything of Ann's is gone, and Bob has the place.
fn is_forgotten(desk: &Desk, media: &FaultyDisk, key: &[u8]) {
    assert!(matches!(desk.person(person_id(ANN)), Some(Opened::Forgotten { .. })));
    assert_eq!(has_the_place(desk), person_id(BOB));
    assert!(!holds(media, key), "the key is there still");
    assert_eq!(desk.person(person_id(BOB)).unwrap().known().unwrap().expose().name, "Bob Example");
    let findings = desk.verify(&mut |_| ()).unwrap();
    assert!(findings.is_sound(), "{findings}");
}

/// What the next process finds is whole; and forgotten, if anybody was told so or the log says so.
fn check_next(found: &FaultyDisk, key: &[u8], told: Option<Position>, how: &str) {
    let desk = open(found).unwrap_or_else(|error| panic!("{how}: {error}"));
    if matches!(desk.person(person_id(ANN)), Some(Opened::Forgotten { .. })) {
        is_forgotten(&desk, found, key);
    } else {
        assert_eq!(told, None, "{how}");
        assert_eq!(desk.person(person_id(ANN)).unwrap().known().unwrap().expose().name, "Ann Example");
        assert_eq!(has_the_place(&desk), person_id(ANN), "{how}: half done");
    }
    let receipt = desk.forget(person_id(ANN)).unwrap_or_else(|error| panic!("{how}: {error}"));
    assert!(told.is_none_or(|told| told == receipt.position));
    is_forgotten(&desk, found, key);
    // And after that nothing brings it back.
    for seed in 0..2 {
        let later = found.crash(seed);
        is_forgotten(&open(&later).unwrap(), &later, key);
    }
}

#[test]
fn stopped_at_any_step_of_forgetting_it_is_made_up_for() {
    let (base, key) = house();
    assert!(holds(&base, &key));
    for nth in 1.. {
        let media = base.crash(0);
        let desk = open(&media).unwrap();
        media.fail_nth(nth, Fault::Stop);
        let told = desk.forget(person_id(ANN)).ok().map(|receipt| receipt.position);
        if media.met().is_empty() {
            assert!(nth > 6, "an append and an erasure have more steps than {nth}");
            return;
        }
        assert_eq!(told, None, "it was told before step {nth}");
        for seed in 0..4 {
            check_next(&media.crash(seed), &key, None, &format!("power gone at step {nth}, seed {seed}"));
        }
        check_next(&media.kill(nth), &key, None, &format!("killed at step {nth}"));
    }
}

#[test]
fn whatever_fails_at_any_step_it_is_done_when_it_is_told() {
    let (base, key) = house();
    for fault in [Fault::Refused, Fault::Full, Fault::Short, Fault::Lost, Fault::Done] {
        for nth in 1.. {
            let media = base.crash(0);
            let desk = open(&media).unwrap();
            media.fail_nth(nth, fault);
            let first = desk.forget(person_id(ANN));
            if media.met().is_empty() {
                break;
            }
            let how = format!("{fault:?} at step {nth}: {:?}", media.met());
            let told = first.as_ref().ok().map(|receipt| receipt.position);
            for seed in 0..2 {
                check_next(&media.crash(seed), &key, told, &how);
            }
            // The same desk, if it can still work: it is asked again.
            media.heal();
            if let Ok(receipt) = desk.forget(person_id(ANN)) {
                is_forgotten(&desk, &media, &key);
                for seed in 0..2 {
                    check_next(&media.crash(seed), &key, Some(receipt.position), &how);
                }
            }
        }
    }
}

/// The opening that makes up for it may be interrupted as well.
#[test]
fn stopped_at_any_step_of_the_opening_that_erases_it_is_made_up_for() {
    let (base, key) = house();
    // The log says so, and the key file is an older one.
    let keys = base.contents(KEYS).unwrap();
    let forgotten = base.crash(0);
    drop(open(&forgotten).unwrap().forget(person_id(ANN)).unwrap());
    forgotten.set_contents(KEYS, keys);
    assert!(holds(&forgotten, &key));
    for nth in 1.. {
        let media = forgotten.crash(0);
        media.fail_nth(nth, Fault::Stop);
        let opened = open(&media);
        if media.met().is_empty() {
            media.heal();
            is_forgotten(&opened.unwrap(), &media, &key);
            return;
        }
        for seed in 0..4 {
            let found = media.crash(seed);
            is_forgotten(&open(&found).unwrap(), &found, &key);
        }
    }
}

/// A key file that cannot be written: nobody is told that it is done, and nobody sees anything any more.
#[test]
fn a_key_file_that_cannot_be_written_is_told_and_made_up_for() {
    let (media, key) = house();
    let recorded = open(&media).unwrap().position();
    // The log's own steps go first.
    let mut failure = None;
    for nth in 1..20 {
        let media = media.crash(0);
        let desk = open(&media).unwrap();
        media.fail_nth(nth, Fault::Refused);
        let told = desk.forget(person_id(ANN));
        let Err(gather::Failure::Fault(Error::NotErased(error))) = told else { continue };
        failure = Some(error);
        assert!(desk.position() > recorded);
        assert!(matches!(desk.person(person_id(ANN)), Some(Opened::Forgotten { .. })));
        assert_eq!(has_the_place(&desk), person_id(BOB));
        assert_eq!(desk.forget(person_id(ANN)).unwrap().keys, 1);
        is_forgotten(&desk, &media, &key);
    }
    assert!(failure.unwrap().is_unavailable());
}

/// The key that all answers of the house share, in the third slot.
fn answers_slot(media: &FaultyDisk) -> Vec<u8> {
    media.contents(KEYS).unwrap()[512 + 128..512 + 2 * 128].to_vec()
}

fn is_erased(slot: &[u8]) -> bool {
    slot[0] == 3 && slot[1..124].iter().all(|byte| *byte == 0)
}

/// A desk whose key file cannot be written when something is asked of it, and can be again.
fn not_erased_at_first(asked: impl Fn(&Desk) -> Result<(), gather::Failure>, then: impl Fn(&Desk)) {
    let (base, _) = house();
    let mut seen = 0;
    for nth in 1..20 {
        let media = base.crash(0);
        let desk = open(&media).unwrap();
        drop(desk.execute(KeepAnswers::new(TALK).for_days(1)).unwrap());
        media.fail_nth(nth, Fault::Refused);
        let Err(gather::Failure::Fault(Error::NotErased(_))) = asked(&desk) else { continue };
        media.heal();
        seen += 1;
        then(&desk);
        assert!(is_erased(&answers_slot(&media)), "step {nth}");
    }
    assert!(seen > 0);
}

const AFTER: &str = "2099-06-01T00:00:00Z";

#[test]
fn retention_makes_good_an_erasure_that_failed() {
    let expire = |desk: &Desk| desk.expire(TALK).map(drop);
    not_erased_at_first(expire, |desk| assert_eq!(desk.apply_retention(at(AFTER)).unwrap(), []));
    let retention = |desk: &Desk| desk.apply_retention(at(AFTER)).map(drop);
    not_erased_at_first(retention, |desk| assert_eq!(desk.apply_retention(at(AFTER)).unwrap(), []));
    // So does whatever else is erased.
    not_erased_at_first(expire, |desk| drop(desk.forget(person_id(BOB)).unwrap()));
}

#[test]
fn the_slot_of_the_answers_is_erased_when_they_expire() {
    type Asked = fn(&Desk);
    let ways: [Asked; 2] = [
        |desk| drop(desk.expire(TALK).unwrap()),
        |desk| assert_eq!(desk.apply_retention(at(AFTER)).unwrap().len(), 1),
    ];
    for way in ways {
        let (media, key) = house();
        let desk = open(&media).unwrap();
        drop(desk.execute(KeepAnswers::new(TALK).for_days(1)).unwrap());
        assert!(!is_erased(&answers_slot(&media)));
        way(&desk);
        assert!(is_erased(&answers_slot(&media)));
        assert!(holds(&media, &key), "Ann is not forgotten");
    }
}

/// A damage in one place keeps nothing else from being erased.
#[test]
fn an_erasure_goes_on_past_a_failure() {
    let (media, key) = house();
    let mut seen = false;
    for nth in 1..20 {
        let media = media.crash(0);
        let desk = open(&media).unwrap();
        media.fail_nth(nth, Fault::Refused);
        let Err(gather::Failure::Fault(Error::NotErased(_))) = desk.expire(TALK) else { continue };
        media.heal();
        // The step that makes good fails, and the person is forgotten all the same.
        media.fail_nth(1, Fault::Refused);
        let told = desk.forget(person_id(ANN)).map(drop);
        if media.met().len() < 2 {
            continue;
        }
        seen = true;
        assert!(matches!(told, Err(gather::Failure::Fault(Error::NotErased(_)))), "{told:?}");
        assert!(!holds(&media, &key));
        let _ = desk.forget(person_id(ANN)).unwrap();
        assert!(is_erased(&answers_slot(&media)));
    }
    assert!(seen);
}

/// A way of erasing.
type Erasing = fn(&Desk) -> Result<(), gather::Failure>;

/// Ways of erasing all that was answered in the house.
const ERASING: [Erasing; 2] =
    [|desk| desk.expire(TALK).map(drop), |desk| desk.apply_retention(at(AFTER)).map(drop)];

/// The house where answers are kept for a day, with the key that all of them share.
fn house_with_retention() -> (FaultyDisk, Vec<u8>) {
    let (media, _) = house();
    drop(open(&media).unwrap().execute(KeepAnswers::new(TALK).for_days(1)).unwrap());
    let key = answers_slot(&media)[8..8 + 32].to_vec();
    assert!(holds(&media, &key));
    (media, key)
}

/// What Ann and Bob have answered.
fn answers(desk: &Desk) -> [Opened<Answers>; 2] {
    let theirs = |person| desk.agenda(person_id(person)).rows()[0].registration;
    [ANN, BOB].map(|person| desk.answers(theirs(person)).unwrap().unwrap())
}

/// No answer is left, nor is it due any more; and nothing else has changed.
fn answers_are_gone(desk: &Desk, media: &FaultyDisk, key: &[u8], how: &str) {
    assert!(answers(desk).iter().all(|it| matches!(it, Opened::Forgotten { .. })), "{how}");
    assert!(!holds(media, key) && is_erased(&answers_slot(media)), "{how}: the key is there still");
    assert_eq!(desk.due_for_erasure(at(AFTER)), [], "{how}");
    for (person, name) in [(ANN, "Ann Example"), (BOB, "Bob Example")] {
        assert_eq!(desk.person(person_id(person)).unwrap().known().unwrap().expose().name, name, "{how}");
    }
    assert_eq!(has_the_place(desk), person_id(ANN), "{how}");
    let findings = desk.verify(&mut |_| ()).unwrap();
    assert!(findings.is_sound(), "{how}: {findings}");
}

/// What the next process finds of the answers is all or nothing; and nothing, if anybody was told so or the log says so.
fn check_answers_next(
    found: &FaultyDisk,
    key: &[u8],
    told: bool,
    way: fn(&Desk) -> Result<(), gather::Failure>,
    how: &str,
) {
    let desk = open(found).unwrap_or_else(|error| panic!("{how}: {error}"));
    let open_still = answers(&desk).iter().filter(|it| it.known().is_some()).count();
    if open_still == 0 {
        answers_are_gone(&desk, found, key, how);
    } else {
        assert!(!told && open_still == 2 && holds(found, key), "{how}: {open_still} open");
        assert_eq!(desk.due_for_erasure(at(AFTER)).len(), 1, "{how}");
    }
    way(&desk).unwrap_or_else(|error| panic!("{how}: {error}"));
    answers_are_gone(&desk, found, key, how);
    let later = found.crash(0);
    answers_are_gone(&open(&later).unwrap(), &later, key, how);
}

#[test]
fn stopped_at_any_step_of_erasing_answers_it_is_made_up_for() {
    let (base, key) = house_with_retention();
    for way in ERASING {
        for nth in 1.. {
            let media = base.crash(0);
            let desk = open(&media).unwrap();
            media.fail_nth(nth, Fault::Stop);
            let told = way(&desk);
            if media.met().is_empty() {
                assert!(nth > 6, "an append and an erasure have more steps than {nth}");
                break;
            }
            assert!(told.is_err(), "it was told before step {nth}");
            for seed in 0..4 {
                let how = format!("power gone at step {nth}, seed {seed}");
                check_answers_next(&media.crash(seed), &key, false, way, &how);
            }
            check_answers_next(&media.kill(nth), &key, false, way, &format!("killed at step {nth}"));
        }
    }
}

#[test]
fn whatever_fails_while_answers_are_erased_it_is_done_when_it_is_told() {
    let (base, key) = house_with_retention();
    for way in ERASING {
        for fault in [Fault::Refused, Fault::Full, Fault::Short, Fault::Lost, Fault::Done] {
            for nth in 1.. {
                let media = base.crash(0);
                let desk = open(&media).unwrap();
                media.fail_nth(nth, fault);
                let told = way(&desk).is_ok();
                if media.met().is_empty() {
                    break;
                }
                let how = format!("{fault:?} at step {nth}: {:?}", media.met());
                for seed in 0..2 {
                    check_answers_next(&media.crash(seed), &key, told, way, &how);
                }
                // The same desk, if it can still work: it is asked again.
                media.heal();
                if way(&desk).is_ok() {
                    answers_are_gone(&desk, &media, &key, &how);
                    check_answers_next(&media.crash(1), &key, true, way, &how);
                }
            }
        }
    }
}

/// The opening that makes up for it may be interrupted as well.
#[test]
fn stopped_at_any_step_of_the_opening_that_erases_answers_it_is_made_up_for() {
    let (base, key) = house_with_retention();
    // The log says so, and the key file is an older one.
    let keys = base.contents(KEYS).unwrap();
    let expired = base.crash(0);
    drop(open(&expired).unwrap().expire(TALK).unwrap());
    expired.set_contents(KEYS, keys);
    assert!(holds(&expired, &key));
    for nth in 1.. {
        let media = expired.crash(0);
        media.fail_nth(nth, Fault::Stop);
        let opened = open(&media);
        let how = format!("opening stopped at step {nth}");
        if media.met().is_empty() {
            media.heal();
            return answers_are_gone(&opened.unwrap(), &media, &key, &how);
        }
        for seed in 0..4 {
            let found = media.crash(seed);
            answers_are_gone(&open(&found).unwrap(), &found, &key, &how);
        }
    }
}
