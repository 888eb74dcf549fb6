//! The key file: what forgetting does to it, and what else may have become of it.

use std::fs;
use std::path::{Path, PathBuf};

use gather::privacy::{Key, backup_keys};
use tempfile::TempDir;

use super::*;

const HEADER: usize = 512;
const SLOT: usize = 128;

/// A folder with a desk of two people, Ann forgotten or not yet.
struct House {
    _temp: TempDir,
    folder: PathBuf,
    talk: GatheringId,
    ann: PersonId,
    bob: PersonId,
    anns: RegistrationId,
}

impl House {
    fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().join("bookings");
        let desk = Desk::open(&folder).unwrap();
        let talk = Gathering::webinar("Talk").at("2099-03-05 14:00 to 15:30 UTC".parse().unwrap()).places(9);
        let talk = desk.announce(talk).unwrap().outcome;
        let [ann, bob] = ["Ann Example", "Bob Example"]
            .map(|name| desk.record_person(PersonDetails::new(name)).unwrap().outcome);
        let asked = Register::new(talk, ann).answers(Answers::new().answer("diet", "no nuts"));
        let anns = desk.execute(asked).unwrap().outcome.registration();
        Self { _temp: temp, folder, talk, ann, bob, anns }
    }

    fn keys(&self) -> PathBuf {
        self.folder.join("keys.gather")
    }

    fn open(&self) -> Result<Desk, Error> {
        Desk::open(&self.folder)
    }

    fn lost(&self) -> gather::privacy::VaultError {
        self.open().unwrap_err().vault().unwrap().clone()
    }

    /// Ann is forgotten, and Bob is not.
    fn is_as_it_should_be(&self, desk: &Desk) {
        assert!(matches!(desk.person(self.ann), Some(Opened::Forgotten { .. })));
        assert!(matches!(desk.answers(self.anns).unwrap(), Some(Opened::Forgotten { .. })));
        assert_eq!(desk.person(self.bob).unwrap().known().unwrap().expose().name, "Bob Example");
    }

    fn is_erased(&self, key: &[u8]) -> bool {
        !holds(&fs::read(self.keys()).unwrap(), key)
    }
}

/// The key in a slot that is as it was.
fn key_in(path: &Path, number: usize) -> Vec<u8> {
    let begins = HEADER + number * SLOT + 8;
    fs::read(path).unwrap()[begins..begins + 32].to_vec()
}

/// Whether some bytes hold a key, whole or a half of it.
fn holds(bytes: &[u8], key: &[u8]) -> bool {
    let (first, second) = key.split_at(16);
    bytes.windows(16).any(|window| window == first || window == second)
}

#[test]
fn the_key_is_overwritten_where_it_lies() {
    let house = House::new();
    let (key, before) = (key_in(&house.keys(), 0), fs::read(house.keys()).unwrap());
    let desk = house.open().unwrap();
    assert_eq!(desk.forget(house.ann).unwrap().keys, 1);
    assert!(house.is_erased(&key));
    house.is_as_it_should_be(&desk);
    let after = fs::read(house.keys()).unwrap();
    assert_eq!(before.len(), after.len());
    let changed: Vec<usize> = (0..before.len()).filter(|at| before[*at] != after[*at]).collect();
    assert!(changed.iter().all(|at| (HEADER..HEADER + SLOT).contains(at)), "{changed:?}");
    drop(desk);
    house.is_as_it_should_be(&house.open().unwrap());
}

#[test]
fn nothing_of_the_key_is_in_any_file_afterwards() {
    let house = House::new();
    let key = key_in(&house.keys(), 0);
    let desk = house.open().unwrap();
    let _ = desk.checkpoint().unwrap();
    let _ = desk.forget(house.ann).unwrap();
    let _ = desk.checkpoint().unwrap();
    drop(desk);
    for entry in fs::read_dir(&house.folder).unwrap() {
        let path = entry.unwrap().path();
        assert!(!holds(&fs::read(&path).unwrap(), &key), "{}", path.display());
    }
}

#[test]
fn an_older_key_file_is_healed_by_the_log() {
    let house = House::new();
    let (safe, key) = (house.folder.join("safe"), key_in(&house.keys(), 0));
    backup_keys(house.keys(), &safe).unwrap();
    let _ = house.open().unwrap().forget(house.ann).unwrap();
    for with_checkpoint in [false, true] {
        fs::copy(&safe, house.keys()).unwrap();
        assert!(!house.is_erased(&key));
        let desk = house.open().unwrap();
        assert!(house.is_erased(&key), "with a checkpoint: {with_checkpoint}");
        house.is_as_it_should_be(&desk);
        let _ = desk.checkpoint().unwrap();
    }
}

#[test]
fn a_backup_of_the_log_opens_nothing_of_theirs_whenever_it_was_made() {
    let house = House::new();
    let (before, after) = (house.folder.join("before"), house.folder.join("after"));
    let desk = house.open().unwrap();
    desk.backup(&before, &mut |_| ()).unwrap();
    let _ = desk.forget(house.ann).unwrap();
    desk.backup(&after, &mut |_| ()).unwrap();
    drop(desk);
    // A log of before, with the keys of after: nobody there says that Ann is forgotten, and nobody can read her.
    fs::copy(house.keys(), before.join("keys.gather")).unwrap();
    let desk = Desk::open(&before).unwrap();
    assert!(matches!(desk.person(house.ann), Some(Opened::Unavailable(Unavailable::KeyErased))));
    fs::copy(house.keys(), after.join("keys.gather")).unwrap();
    house.is_as_it_should_be(&Desk::open(&after).unwrap());
}

#[test]
fn a_lost_key_file_says_how_many_keys_are_needed() {
    let house = House::new();
    fs::remove_file(house.keys()).unwrap();
    let lost = house.lost();
    assert!(lost.is_missing() && !lost.is_erased());
    // Ann's, Bob's, and the one of the answers.
    assert_eq!(lost.expected_keys(), Some(3));
    assert!(lost.to_string().contains("the log needs 3 keys"), "{lost}");
    assert!(!house.keys().exists(), "nothing is made in its place");
}

#[test]
fn keys_of_the_forgotten_are_not_missed() {
    let house = House::new();
    let desk = house.open().unwrap();
    let _ = desk.forget(house.ann).unwrap();
    let _ = desk.forget(house.bob).unwrap();
    drop(desk.expire(house.talk).unwrap());
    drop(desk);
    fs::remove_file(house.keys()).unwrap();
    let desk = house.open().unwrap();
    assert!(matches!(desk.person(house.ann), Some(Opened::Forgotten { .. })));
    // Nobody new gets a number that the log has known: it would be erased with the next opening.
    let dan = desk.record_person(PersonDetails::new("Dan Example")).unwrap().outcome;
    drop(desk);
    let desk = house.open().unwrap();
    assert_eq!(desk.person(dan).unwrap().known().unwrap().expose().name, "Dan Example");
}

#[test]
fn a_foreign_key_file_is_told_by_name_and_left_alone() {
    let (house, other) = (House::new(), House::new());
    fs::copy(other.keys(), house.keys()).unwrap();
    let before = fs::read(house.keys()).unwrap();
    let foreign = house.lost();
    assert!(foreign.is_foreign());
    assert_eq!(foreign.expected_keys(), Some(3));
    assert_eq!(fs::read(house.keys()).unwrap(), before);
}

#[test]
fn a_damaged_header_is_damage_and_not_erasure() {
    let house = House::new();
    let mut bytes = fs::read(house.keys()).unwrap();
    bytes[30] ^= 1;
    fs::write(house.keys(), bytes).unwrap();
    let damaged = house.lost();
    assert!(damaged.is_damaged());
    assert_eq!(damaged.expected_keys(), Some(3));
}

#[test]
fn a_truncated_key_file_lacks_what_the_log_needs() {
    for length in [HEADER, HEADER + SLOT, HEADER + 2 * SLOT + SLOT / 2] {
        let house = House::new();
        let bytes = fs::read(house.keys()).unwrap();
        fs::write(house.keys(), &bytes[..length]).unwrap();
        let cut = house.lost();
        assert!(cut.is_missing() && cut.expected_keys() == Some(3), "{length}: {cut}");
    }
}

#[test]
fn a_damaged_slot_is_told_apart_and_can_be_erased() {
    let house = House::new();
    let key = key_in(&house.keys(), 0);
    let mut bytes = fs::read(house.keys()).unwrap();
    bytes[HEADER + SLOT - 1] ^= 1;
    fs::write(house.keys(), bytes).unwrap();
    let desk = house.open().unwrap();
    assert!(matches!(desk.person(house.ann), Some(Opened::Unavailable(Unavailable::Damaged))));
    assert_eq!(desk.forget(house.ann).unwrap().keys, 1);
    assert!(house.is_erased(&key), "what is damaged is a key still");
    house.is_as_it_should_be(&desk);
}

#[test]
fn a_slot_that_was_zeroed_is_damage_and_not_erasure() {
    let house = House::new();
    let mut bytes = fs::read(house.keys()).unwrap();
    bytes[HEADER..HEADER + SLOT].fill(0);
    fs::write(house.keys(), bytes).unwrap();
    let desk = house.open().unwrap();
    assert!(matches!(desk.person(house.ann), Some(Opened::Unavailable(Unavailable::Damaged))));
}

#[test]
fn without_keys_there_is_what_is_clear_and_nothing_is_sealed_or_forgotten() {
    let house = House::new();
    let _ = house.open().unwrap().forget(house.bob).unwrap();
    fs::remove_file(house.keys()).unwrap();
    let desk = Desk::builder().open_without_keys(&house.folder).unwrap();
    assert_eq!(desk.attendee_list(house.talk).unwrap().rows().len(), 1);
    assert!(matches!(desk.person(house.ann), Some(Opened::Unavailable(Unavailable::KeyMissing))));
    assert!(matches!(desk.person(house.bob), Some(Opened::Forgotten { .. })));
    let head = desk.position();
    let sealed = desk.record_person(PersonDetails::new("Dan Example")).unwrap_err();
    assert!(sealed.to_string().contains("without its keys"), "{sealed}");
    let asked = Register::new(house.talk, person_id(9)).answers(Answers::new().answer("diet", "none"));
    assert!(desk.execute(asked).unwrap_err().fault().is_some());
    for refused in [desk.forget(house.ann).map(drop), desk.expire(house.talk).map(drop)] {
        assert_eq!(refused.unwrap_err().fault().unwrap().was_written(), Some(false));
    }
    assert_eq!(desk.position(), head);
    assert!(desk.register(house.talk, person_id(9)).unwrap().outcome.is_confirmed());
    assert!(!house.keys().exists());
}

#[test]
fn wrapped_keys_open_with_their_wrapping_key_and_with_nothing_else() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("bookings");
    let open = |key: Option<u8>| {
        let builder = Desk::builder();
        let builder = match key {
            Some(key) => builder.wrapping_key(Key::from_bytes([key; 32])),
            None => builder,
        };
        builder.open(&folder)
    };
    let desk = open(Some(1)).unwrap();
    let ann = desk.record_person(PersonDetails::new("Ann Example")).unwrap().outcome;
    drop(desk);
    let before = fs::read(folder.join("keys.gather")).unwrap();
    for wrong in [Some(2), None] {
        let error = open(wrong).unwrap_err();
        let error = error.vault().unwrap();
        assert!(error.is_wrong_wrapping_key() && error.expected_keys() == Some(1), "{error}");
    }
    assert_eq!(fs::read(folder.join("keys.gather")).unwrap(), before, "nothing was written");
    let desk = open(Some(1)).unwrap();
    assert_eq!(desk.person(ann).unwrap().known().unwrap().expose().name, "Ann Example");
    assert_eq!(desk.forget(ann).unwrap().keys, 1);
    drop(desk);
    assert!(matches!(open(Some(1)).unwrap().person(ann), Some(Opened::Forgotten { .. })));
}

#[test]
fn a_file_that_is_not_wrapped_is_not_taken_for_one_that_is() {
    let house = House::new();
    let error = Desk::builder().wrapping_key(Key::from_bytes([1; 32])).open(&house.folder).unwrap_err();
    assert!(error.vault().unwrap().is_wrong_wrapping_key(), "{error}");
}

#[test]
fn a_copy_of_wrapped_keys_is_wrapped_with_the_same() {
    let temp = tempfile::tempdir().unwrap();
    let (path, copy) = (temp.path().join("keys"), temp.path().join("copy"));
    let (log, mine) = (gather::LogId::from_u128(1), Key::from_bytes([1; 32]));
    let vault = FileVault::options().wrapping_key(mine.clone()).open(&path, log).unwrap();
    let number = vault.fresh().unwrap();
    let key = vault.key(number).unwrap();
    assert!(!holds(&fs::read(&path).unwrap(), key.expose()));
    backup_keys(&path, &copy).unwrap();
    assert!(FileVault::open(&copy, log).unwrap_err().is_wrong_wrapping_key());
    let vault = FileVault::options().wrapping_key(mine).open(&copy, log).unwrap();
    assert_eq!(vault.key(number).unwrap().expose(), key.expose());
}

#[test]
fn an_erased_key_is_never_given_out_again() {
    let temp = tempfile::tempdir().unwrap();
    let (path, log) = (temp.path().join("keys"), gather::LogId::from_u128(1));
    let vault = FileVault::open(&path, log).unwrap();
    let first = vault.fresh().unwrap();
    vault.erase(first).unwrap();
    vault.erase(KeyRef::new(2)).unwrap();
    vault.erase(KeyRef::new(2)).unwrap();
    assert!(vault.key(first).unwrap_err().is_erased());
    assert!(vault.erase(KeyRef::new(256)).unwrap_err().is_missing());
    drop(vault);
    let vault = FileVault::open(&path, log).unwrap();
    vault.in_use(first).unwrap();
    assert_eq!([vault.fresh().unwrap(), vault.fresh().unwrap()], [KeyRef::new(1), KeyRef::new(3)]);
}

/// An older file that is copied over this one, under the open desk, has their key again.
#[test]
fn asked_again_it_is_overwritten_again() {
    let house = House::new();
    let (older, key) = (fs::read(house.keys()).unwrap(), key_in(&house.keys(), 0));
    let desk = house.open().unwrap();
    let _ = desk.forget(house.ann).unwrap();
    assert!(house.is_erased(&key));
    fs::write(house.keys(), older).unwrap();
    assert!(!house.is_erased(&key));
    let again = desk.forget(house.ann).unwrap();
    assert_eq!((again.before, again.keys, again.keys_missing), (true, 1, 0));
    assert!(house.is_erased(&key));
}

#[test]
fn a_key_that_is_missing_is_not_told_as_destroyed() {
    let house = House::new();
    drop(house.open().unwrap().forget(house.ann).unwrap());
    drop(house.open().unwrap().forget(house.bob).unwrap());
    drop(house.open().unwrap().expire(house.talk).unwrap());
    fs::remove_file(house.keys()).unwrap();
    let receipt = house.open().unwrap().forget(house.ann).unwrap();
    assert_eq!((receipt.keys, receipt.keys_missing), (0, 1));
    assert!(receipt.to_string().contains("does not have"), "{receipt}");
}
