//! What hinders salvage, and what does not: a log in use, one that changes meanwhile, a damaged file header.
//!
//! That whole frames are kept and all others are named is in `log_tools.rs`.

use std::path::{Path, PathBuf};

use gather::Position;
use gather::log::{Anchor, Error, FileLog, Keep, Log, Salvaged, salvage};
use gather::{Desk, Gathering};

use crate::log_tools::{booked, file_of, frames};

const BOTH: [Keep; 2] = [Keep::WholeBatches, Keep::Prefix];

/// The folder of a small log that was closed, its head, and the bytes of its file.
fn closed(folder: &Path) -> (PathBuf, Anchor, Vec<u8>) {
    let mine = folder.join("mine");
    booked(&mine);
    let head = FileLog::open_in(&mine).unwrap().anchor().unwrap();
    let bytes = std::fs::read(file_of(&mine)).unwrap();
    (mine, head, bytes)
}

/// What is salvaged of a log file with these bytes, all by itself, into a folder that is removed again.
fn salvaged_of(bytes: &[u8], keep: Keep) -> Result<Salvaged, Error> {
    let folder = tempfile::tempdir().unwrap();
    let (file, to) = (folder.path().join("alone"), folder.path().join("to"));
    std::fs::write(&file, bytes).unwrap();
    let salvaged = salvage(&file, &to, keep, &mut |_| ());
    assert_eq!(to.exists(), salvaged.is_ok(), "there is a new folder, or an error");
    assert!(!folder.path().join("lock.gather").exists(), "no lock is left");
    salvaged
}

fn flipped(bytes: &[u8], places: impl IntoIterator<Item = usize>) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for place in places {
        bytes[place] ^= 0x5A;
    }
    bytes
}

#[test]
fn a_log_that_somebody_holds_is_not_salvaged() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, head, _) = closed(folder.path());
    let to = folder.path().join("to");
    let desk = Desk::open(&mine).unwrap();
    let error = salvage(file_of(&mine), &to, Keep::WholeBatches, &mut |_| ()).unwrap_err();
    assert!(error.is_locked(), "{error}");
    assert!(!to.exists());
    drop(desk);
    assert_eq!(salvage(file_of(&mine), &to, Keep::WholeBatches, &mut |_| ()).unwrap().head, head);
}

#[test]
fn a_log_is_held_as_long_as_it_is_salvaged() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, head, _) = closed(folder.path());
    let mut looks = 0;
    let salvaged = salvage(file_of(&mine), folder.path().join("to"), Keep::Prefix, &mut |_| {
        looks += 1;
        assert!(FileLog::open_in(&mine).unwrap_err().is_locked());
    });
    assert_eq!((salvaged.unwrap().head, looks), (head, 6));
    assert!(FileLog::open_in(&mine).is_ok(), "it is let go of");
}

#[test]
fn where_no_lock_can_be_taken_none_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, head, _) = closed(folder.path());
    let lock = mine.join("lock.gather");
    let salvaged = |name: &str| {
        salvage(file_of(&mine), folder.path().join(name), Keep::WholeBatches, &mut |_| ()).unwrap().head
    };
    let permissions = std::fs::metadata(&lock).unwrap().permissions();
    let mut read_only = permissions.clone();
    read_only.set_readonly(true);
    std::fs::set_permissions(&lock, read_only).unwrap();
    assert_eq!(salvaged("read only"), head);
    std::fs::set_permissions(&lock, permissions).unwrap();

    std::fs::remove_file(&lock).unwrap();
    assert_eq!(salvaged("no lock"), head);
    assert!(!lock.exists());

    std::fs::create_dir(&lock).unwrap();
    assert_eq!(salvaged("no file"), head);
}

/// The room behind the frames is in hand when a frame is written there: at the next look it is whole.
#[test]
fn a_frame_that_is_written_meanwhile_is_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    let (_, head, sound) = closed(folder.path());
    let starts = frames(&sound);
    let file = folder.path().join("alone");
    for (nth, keep) in [(2, BOTH[0]), (2, BOTH[1]), (5, BOTH[0]), (5, BOTH[1])] {
        let mut before = sound.clone();
        before[starts[nth]..].fill(0);
        std::fs::write(&file, before).unwrap();
        let to = folder.path().join(format!("{nth} {keep:?}"));
        let salvaged = salvage(&file, &to, keep, &mut |_| std::fs::write(&file, &sound).unwrap()).unwrap();
        assert_eq!((salvaged.head, salvaged.as_it_was), (head, head.position), "{salvaged}");
        assert_eq!(salvaged.left_out, vec![]);
    }
}

/// Frames that are all whole, the first of one past, the others of another.
#[test]
fn another_past_is_named_and_gets_another_id() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    drop(FileLog::open_in(&one).unwrap());
    std::fs::create_dir(&other).unwrap();
    for name in ["log.gather", "head.gather"] {
        std::fs::copy(one.join(name), other.join(name)).unwrap();
    }
    for (folder, titles) in [(&one, ["Bees", "Trees"]), (&other, ["Ants", "Birds"])] {
        let desk = Desk::open(folder).unwrap();
        for title in titles {
            drop(desk.announce(Gathering::webinar(title)).unwrap());
        }
    }
    let [one, other] = [one, other].map(|folder| std::fs::read(file_of(&folder)).unwrap());
    let second = frames(&one)[1];
    assert_eq!(second, frames(&other)[1]);
    let spliced = [&one[..second], &other[second..]].concat();
    let id = salvaged_of(&one, Keep::WholeBatches).unwrap().head.log;

    let salvaged = salvaged_of(&spliced, Keep::WholeBatches).unwrap();
    assert_eq!((salvaged.batches, salvaged.as_it_was), (2, Position::new(1)));
    assert_ne!(salvaged.head.log, id);
    let [left_out] = &*salvaged.left_out else { panic!("{salvaged}") };
    assert_eq!((left_out.bytes, left_out.records), (0, Some(0)));
    assert!(left_out.what.contains("another past"), "{left_out}");
    let prefix = salvaged_of(&spliced, Keep::Prefix).unwrap();
    assert_eq!((prefix.batches, prefix.head.log), (1, id));
}

/// By default one bit of every seventeen, since a new folder is synced for each; all with `GATHER_SOAK`. That the frames are
/// found behind every one is held beside the search.
#[test]
fn no_single_bit_of_the_file_header_costs_anything() {
    let folder = tempfile::tempdir().unwrap();
    let (_, head, sound) = closed(folder.path());
    let stride = if std::env::var_os("GATHER_SOAK").is_some() { 1 } else { 17 };
    for bit in (0..128 * 8).step_by(stride) {
        let mut bytes = sound.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        for keep in BOTH {
            let salvaged = salvaged_of(&bytes, keep).unwrap();
            assert_eq!((salvaged.head, salvaged.batches), (head, 6), "bit {bit}");
            assert_eq!(salvaged.as_it_was, head.position);
            let [left_out] = &*salvaged.left_out else { panic!("{salvaged}") };
            assert_eq!((left_out.offset, left_out.bytes, left_out.records), (0, 128, Some(0)));
        }
    }
}

/// The id is confirmed by the genesis chain beside it, or by the first frame; and what is neither of them nor the salt
/// does not matter.
#[test]
fn a_header_damaged_in_several_places_will_do_while_id_and_salt_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (_, head, sound) = closed(folder.path());
    for places in [0..8, 8..16, 48..80, 80..128, 0..16, 48..128] {
        let salvaged = salvaged_of(&flipped(&sound, places.clone()), Keep::WholeBatches).unwrap();
        assert_eq!((salvaged.head, salvaged.left_out.len()), (head, 1), "{places:?}");
    }
    // Without records there is nothing that the salt is needed for.
    let bare = [&flipped(&sound, 80..128)[..128], &[0; 500]].concat();
    let salvaged = salvaged_of(&bare, Keep::WholeBatches).unwrap();
    assert_eq!((salvaged.head.log, salvaged.batches, salvaged.left_out.len()), (head.log, 0, 1));
}

#[test]
fn the_head_file_confirms_an_id_when_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, head, sound) = closed(folder.path());
    let first = frames(&sound)[0];
    let damaged = flipped(&sound, (48..80).chain([first]));
    assert!(salvaged_of(&damaged, Keep::WholeBatches).unwrap_err().is_corrupt(), "nothing confirms it");
    std::fs::write(file_of(&mine), &damaged).unwrap();
    let salvaged =
        salvage(file_of(&mine), folder.path().join("to"), Keep::WholeBatches, &mut |_| ()).unwrap();
    assert_eq!((salvaged.batches, salvaged.left_out.len()), (5, 2));
    // All records are gone, and the salt is known to be whole nevertheless.
    std::fs::write(file_of(&mine), &damaged[..first + 90]).unwrap();
    let salvaged = salvage(file_of(&mine), folder.path().join("none"), Keep::Prefix, &mut |_| ()).unwrap();
    assert_eq!((salvaged.head.log, salvaged.batches), (head.log, 0));
    assert_eq!(salvaged.left_out[1].records, Some(6));
}

#[test]
fn a_lost_salt_is_told_instead_of_an_empty_log() {
    let folder = tempfile::tempdir().unwrap();
    let (_, _, sound) = closed(folder.path());
    for places in [32..34, 32..48, 40..45] {
        for keep in BOTH {
            let error = salvaged_of(&flipped(&sound, places.clone()), keep).unwrap_err();
            assert!(error.is_corrupt() && error.to_string().contains("the salt"), "{places:?}: {error}");
        }
    }
}

#[test]
fn a_lost_id_and_what_is_no_log_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_, _, sound) = closed(folder.path());
    for places in [16..18, 16..32, 16..80, 16..48] {
        let error = salvaged_of(&flipped(&sound, places.clone()), Keep::WholeBatches).unwrap_err();
        assert!(error.is_corrupt() && error.offset() == Some(0), "{places:?}: {error}");
    }
    for bytes in [&b""[..], &sound[..100], &[b'x'; 500]] {
        assert!(salvaged_of(bytes, Keep::WholeBatches).unwrap_err().is_not_a_log());
    }
    let (nowhere, to) = (folder.path().join("nowhere"), folder.path().join("to"));
    assert!(salvage(&nowhere, &to, Keep::Prefix, &mut |_| ()).unwrap_err().is_not_a_log());
}
