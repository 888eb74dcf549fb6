//! What was cut off a log is kept beside it, and no key that somebody gets later opens it.

use std::fs;

use super::*;

#[test]
fn a_key_of_a_torn_end_is_given_to_nobody_else() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("bookings");
    let place = |name: &str| folder.join(name);
    let open = || Desk::open(&folder).unwrap();
    drop(open().announce(workshop()).unwrap());
    let head = fs::read(place("head.gather")).unwrap();
    drop(open().execute(RecordPerson::of(person_id(ANN), PersonDetails::new("Ann Example"))).unwrap());
    let before = fs::read(place("keys.gather")).unwrap();
    let keys_of_ann = before[512 + 8..512 + 40].to_vec();

    // The power fails before the end of the frame is on the disk, and before the head is.
    let mut log = fs::read(place("log.gather")).unwrap();
    let end = log.iter().rposition(|byte| *byte != 0).unwrap();
    log[end - 5..=end].fill(0);
    fs::write(place("log.gather"), log).unwrap();
    fs::write(place("head.gather"), head).unwrap();
    let desk = open();
    assert!(desk.open_report().unwrap().torn.is_some());
    assert!(desk.person(person_id(ANN)).is_none(), "nobody was told that she is recorded");

    // Everybody gets a key that nothing was sealed with.
    for (person, name) in [(BOB, "Bob Example"), (ANN, "Ann Example")] {
        drop(desk.execute(RecordPerson::of(person_id(person), PersonDetails::new(name))).unwrap());
    }
    assert_eq!(desk.forget(person_id(ANN)).unwrap().keys, 1);
    let after = fs::read(place("keys.gather")).unwrap();
    assert!(!after.windows(32).any(|window| window == keys_of_ann), "Ann's first key is there still");
    assert!(after.len() > before.len());
    drop(desk);
    let desk = open();
    assert_eq!(desk.person(person_id(BOB)).unwrap().known().unwrap().expose().name, "Bob Example");
    assert!(desk.person(person_id(ANN)).unwrap().known().is_none());
}
