//! Checkpoints: a faster opening, never another desk.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use gather::log::{Log, MemoryLog, Progress};
use gather::privacy::{KeyRef, KeyVault, MemoryVault};
use gather::{
    Answers, CheckpointUnused, Desk, Gathering, GatheringId, PersonDetails, PersonId, Position, Register,
    RequestId,
};

#[expect(
    dead_code,
    reason = "it is a program of its own; only what it takes the fingerprint with is tried here"
)]
#[path = "../../build.rs"]
mod build;

/// A log and its keys, and desks on them.
struct Host {
    log: Arc<MemoryLog>,
    vault: Arc<MemoryVault>,
}

impl Host {
    fn new() -> Self {
        Self { log: Arc::new(MemoryLog::new()), vault: Arc::new(MemoryVault::new()) }
    }

    fn desk(&self) -> Desk {
        Desk::builder().over(Arc::clone(&self.log), self.vault.clone()).unwrap()
    }

    fn desk_with(&self, checkpoint: &[u8]) -> Desk {
        Desk::builder().from_checkpoint(checkpoint).over(Arc::clone(&self.log), self.vault.clone()).unwrap()
    }

    /// The desk of a log of the same id, with other keys.
    fn elsewhere(&self) -> Self {
        let id = self.log.anchor().unwrap().log;
        Self { log: Arc::new(MemoryLog::with_id(id)), vault: Arc::new(MemoryVault::new()) }
    }
}

fn person(n: u128) -> PersonId {
    PersonId::from_u128(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835_u128.wrapping_mul(n + 1))
}

/// A webinar with so many people registered for it.
fn webinar(desk: &Desk, people: u128) -> GatheringId {
    let webinar =
        Gathering::webinar("Open day").at("2099-03-05 14:00 to 15:30 Europe/London".parse().unwrap());
    let webinar = desk.announce(webinar.places(100_000)).unwrap().outcome;
    for n in 0..people {
        drop(desk.register(webinar, person(n)).unwrap());
    }
    webinar
}

fn passed_by(desk: &Desk) -> Option<CheckpointUnused> {
    assert_eq!(desk.opening().checkpoint, Position::START, "it began with a checkpoint after all");
    desk.opening().passed_by.clone()
}

#[test]
fn every_cut_and_every_flipped_bit_is_noticed() {
    let host = Host::new();
    let desk = host.desk();
    let webinar = webinar(&desk, 2);
    drop(desk.record_person(PersonDetails::new("Ann Example")).unwrap());
    let whole = desk.checkpoint_bytes().unwrap();
    let replayed = |damaged: &[u8]| {
        let desk = host.desk_with(damaged);
        assert_eq!(passed_by(&desk), Some(CheckpointUnused::Damaged));
        assert_eq!(desk.attendee_list(webinar).unwrap().rows().len(), 2);
    };
    for length in 0..whole.len() {
        replayed(&whole[..length]);
    }
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << bit;
            replayed(&flipped);
        }
    }
    let longer = [whole.as_slice(), &[0]].concat();
    replayed(&longer);
    assert_eq!(host.desk_with(&whole).opening().passed_by, None);
}

#[test]
fn a_checkpoint_of_another_log_or_another_past_is_passed_by() {
    let host = Host::new();
    let desk = host.desk();
    let _ = webinar(&desk, 3);
    let kept = desk.checkpoint_bytes().unwrap();
    let at = host.log.anchor().unwrap().position;

    assert_eq!(passed_by(&Host::new().desk_with(&kept)), Some(CheckpointUnused::OtherLog));

    let copy = host.elsewhere();
    let ahead = CheckpointUnused::Ahead { checkpoint: at, head: Position::START };
    assert_eq!(passed_by(&copy.desk_with(&kept)), Some(ahead), "an older copy of the log");
    let _ = webinar(&copy.desk(), 5);
    assert!(copy.log.anchor().unwrap().position > at);
    let other = CheckpointUnused::OtherHistory { checkpoint: at };
    let begun = copy.desk_with(&kept);
    assert_eq!(passed_by(&begun), Some(other), "an older copy that went on otherwise");
    assert_eq!(begun.checkpoint_bytes().unwrap(), copy.desk().checkpoint_bytes().unwrap());
}

/// Where a batch of several facts lies across the place where the checkpoint's ends.
#[test]
fn a_past_in_which_no_decision_ends_there_is_another() {
    let host = Host::new();
    let desk = host.desk();
    drop(desk.record_person(PersonDetails::new("Ann Example")).unwrap());
    let kept = desk.checkpoint_bytes().unwrap();
    let copy = host.elsewhere();
    let twice = host.log.read(Position::START, 1).unwrap().batches.remove(0).batch;
    let mut batch = twice.clone();
    batch.facts.extend(twice.facts);
    copy.vault.fresh().unwrap();
    copy.log.exclusive(Position::START, &mut |_| vec![batch.clone()]).unwrap();
    let other = CheckpointUnused::OtherHistory { checkpoint: Position::new(1) };
    assert_eq!(passed_by(&copy.desk_with(&kept)), Some(other));
}

#[test]
fn requests_of_before_are_known_after_it() {
    let host = Host::new();
    let desk = host.desk();
    let webinar = webinar(&desk, 0);
    let form = RequestId::random();
    let first = desk.request(form).execute(Register::new(webinar, person(1))).unwrap();
    let kept = desk.checkpoint_bytes().unwrap();

    let begun = host.desk_with(&kept);
    assert_eq!((begun.opening().checkpoint, begun.opening().replayed), (first.position, 0));
    let again = begun.request(form).execute(Register::new(webinar, person(1))).unwrap();
    assert!(again.repeated && again.outcome == first.outcome && again.facts == first.facts);
    let other = begun.request(form).execute(Register::new(webinar, person(2))).unwrap_err();
    assert_eq!(other.refusal().unwrap().code(), "request_reused");
    assert_eq!(host.log.anchor().unwrap().position, first.position);
}

#[test]
fn without_the_keys_opening_fails_as_it_does_without_a_checkpoint() {
    let host = Host::new();
    let desk = host.desk();
    drop(desk.record_person(PersonDetails::new("Ann Example")).unwrap());
    let kept = desk.checkpoint_bytes().unwrap();
    let other = || Arc::new(MemoryVault::new());
    let told =
        |builder: gather::DeskBuilder| builder.over(Arc::clone(&host.log), other()).unwrap_err().to_string();
    assert_eq!(told(Desk::builder().from_checkpoint(kept)), told(Desk::builder()));
}

#[test]
fn it_holds_no_key_and_nothing_personal_in_the_clear() {
    let host = Host::new();
    let desk = host.desk();
    let webinar = webinar(&desk, 0);
    let name = "Zacharias Quill";
    let zacharias = desk.record_person(PersonDetails::new(name)).unwrap().outcome;
    let answers = Answers::new().answer("diet", "no walnuts");
    drop(desk.execute(Register::new(webinar, zacharias).answers(answers)).unwrap());
    let bytes = desk.checkpoint_bytes().unwrap();
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    for clear in [name, "Quill", "no walnuts", "walnuts"] {
        assert!(!holds(clear.as_bytes()), "{clear}");
    }
    assert!(holds(b"Open day"), "what is no secret can be found, or this test finds nothing");
    let mut keys = 0;
    while let Ok(key) = host.vault.key(KeyRef::new(keys)) {
        assert!(!holds(key.expose()) && !holds(&key.expose()[..16]), "key {keys}");
        keys += 1;
    }
    assert!(keys >= 2, "the keys were looked for");
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn file(folder: &Path) -> std::path::PathBuf {
    folder.join("checkpoint.gather")
}

#[test]
fn a_folder_opens_from_its_checkpoint_whatever_lies_beside_it() {
    let folder = folder();
    let desk = Desk::open(folder.path()).unwrap();
    assert_eq!((passed_by(&desk), desk.last_checkpoint().is_none()), (None, true));
    let webinar = webinar(&desk, 10);
    let written = desk.checkpoint().unwrap();
    assert_eq!(written.bytes, fs::metadata(file(folder.path())).unwrap().len());
    assert_eq!(desk.last_checkpoint().unwrap().unwrap(), written);
    drop(desk.register(webinar, person(100)).unwrap());
    drop(desk);

    // What is left of a checkpoint that was never finished.
    let half = folder.path().join("checkpoint.gather.new");
    fs::write(&half, &fs::read(file(folder.path())).unwrap()[..50]).unwrap();
    let desk = Desk::open(folder.path()).unwrap();
    assert_eq!((desk.opening().checkpoint, desk.opening().replayed), (written.position, 1));
    assert_eq!(desk.attendee_list(webinar).unwrap().rows().len(), 11);
    let written = desk.checkpoint().unwrap();
    assert!(!half.exists(), "it was written over and renamed");
    drop(desk);

    let desk = Desk::open(folder.path()).unwrap();
    assert_eq!((desk.opening().checkpoint, desk.opening().replayed), (written.position, 0));
}

#[test]
fn a_file_that_is_damaged_or_no_file_is_passed_by_and_told() {
    let folder = folder();
    let desk = Desk::open(folder.path()).unwrap();
    let webinar = webinar(&desk, 3);
    let _ = desk.checkpoint().unwrap();
    drop(desk);
    let whole = fs::read(file(folder.path())).unwrap();
    let shown = |expected: &CheckpointUnused| {
        let desk = Desk::open(folder.path()).unwrap();
        assert_eq!(passed_by(&desk).as_ref(), Some(expected));
        assert_eq!(desk.opening().replayed, 4);
        assert_eq!(desk.attendee_list(webinar).unwrap().rows().len(), 3);
    };
    for damaged in [&[][..], b"gather", &whole[1..], &whole[..whole.len() / 2], &vec![0; whole.len()]] {
        fs::write(file(folder.path()), damaged).unwrap();
        shown(&CheckpointUnused::Damaged);
    }
    fs::remove_file(file(folder.path())).unwrap();
    fs::create_dir(file(folder.path())).unwrap();
    let desk = Desk::open(folder.path()).unwrap();
    assert!(matches!(passed_by(&desk), Some(CheckpointUnused::Unreadable(_))));
    let error = desk.checkpoint().unwrap_err();
    assert_eq!(error.was_written(), Some(false));
    assert!(error.to_string().contains("checkpoint.gather"), "{error}");
    assert!(desk.register(webinar, person(50)).is_ok(), "it books all the same");
    drop(desk);
    fs::remove_dir(file(folder.path())).unwrap();
    assert_eq!(passed_by(&Desk::open(folder.path()).unwrap()), None, "there is none");
}

#[test]
#[cfg(unix)]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let desk = Desk::open(folder.path()).unwrap();
    let _ = desk.checkpoint().unwrap();
    assert_eq!(fs::metadata(file(folder.path())).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn one_is_written_by_itself_after_so_many_records() {
    let folder = folder();
    let desk = Desk::builder().checkpoint_every(10).open(folder.path()).unwrap();
    let webinar = webinar(&desk, 8);
    assert!(desk.last_checkpoint().is_none());
    let tenth = desk.register(webinar, person(8)).unwrap();
    let at = |desk: &Desk| desk.last_checkpoint().unwrap().unwrap().position;
    assert_eq!((tenth.position.get(), at(&desk)), (10, tenth.position));
    for n in 9..18 {
        drop(desk.submit(Register::new(webinar, person(n))).wait().unwrap());
    }
    assert_eq!(at(&desk), tenth.position);
    let twentieth = desk.submit(Register::new(webinar, person(18))).wait().unwrap();
    assert_eq!(at(&desk), twentieth.position);
    drop(desk);
    let desk = Desk::builder().checkpoint_every(10).open(folder.path()).unwrap();
    assert_eq!((desk.opening().checkpoint, desk.opening().replayed), (twentieth.position, 0));
}

#[test]
fn one_that_cannot_be_written_fails_no_booking_and_is_told() {
    let (host, nowhere) = (Host::new(), folder().path().join("gone").join("checkpoint"));
    let builder = Desk::builder().checkpoint_file(&nowhere).checkpoint_every(2);
    let desk = builder.over(Arc::clone(&host.log), host.vault.clone()).unwrap();
    let _ = webinar(&desk, 3);
    let error = desk.last_checkpoint().unwrap().unwrap_err();
    assert_eq!(error.path(), Some(nowhere.as_path()));
    assert!(std::error::Error::source(&error).is_some() && !error.is_without_place());
    assert_eq!(desk.checkpoint().unwrap_err().was_written(), Some(false));
}

/// On a full disk the log needs the room that half of a checkpoint would take.
#[test]
fn nothing_is_left_of_one_that_was_not_finished() {
    let folder = folder();
    let [kept, draft] = ["checkpoint.gather", "checkpoint.gather.new"].map(|name| folder.path().join(name));
    let desk = Desk::open(folder.path()).unwrap();
    let _ = webinar(&desk, 3);
    fs::create_dir(&kept).unwrap();
    let error = desk.checkpoint().unwrap_err();
    assert!(!draft.exists() && !error.is_full() && !error.may_retry(), "a folder is in its place: {error}");
    fs::remove_dir(&kept).unwrap();
    drop(desk);

    fs::write(&draft, b"a process stopped here").unwrap();
    let desk = Desk::open(folder.path()).unwrap();
    assert!(!draft.exists(), "whoever opens the desk has the log for itself");
    desk.checkpoint().unwrap();
    assert!(kept.exists() && !draft.exists());
}

/// Another desk on a shared log may be at it just now.
#[test]
fn what_another_desk_is_writing_is_left_alone() {
    let (host, folder) = (Host::new(), folder());
    let (kept, draft) = (folder.path().join("kept"), folder.path().join("kept.new"));
    fs::write(&draft, b"half of it").unwrap();
    drop(Desk::builder().checkpoint_file(&kept).over(Arc::clone(&host.log), host.vault.clone()).unwrap());
    assert!(draft.exists());
}

#[test]
fn a_desk_that_knows_no_place_says_so() {
    let desk = Desk::builder().checkpoint_every(1).in_memory();
    let _ = webinar(&desk, 1);
    assert!(desk.last_checkpoint().is_none());
    let Err(gather::Error::Checkpoint(error)) = desk.checkpoint() else { panic!("there is no place") };
    assert!(error.is_without_place());
    assert!(desk.checkpoint_bytes().is_ok());
}

/// Drawn at any moment while others book: each is a desk of the log that was so far.
#[test]
fn drawn_while_others_book_each_is_of_one_moment() {
    let folder = folder();
    let desk = Desk::open(folder.path()).unwrap();
    let gathering = webinar(&desk, 0);
    let (kept, done) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let drawing = scope.spawn(|| {
            let mut is_last = false;
            while !is_last {
                is_last = done.load(Ordering::Relaxed);
                kept.lock().unwrap().push(desk.checkpoint_bytes().unwrap());
            }
        });
        let bookers: Vec<_> = (0..4_u128)
            .map(|booker| {
                let desk = &desk;
                scope.spawn(move || {
                    for n in 0..40 {
                        let pending = (0..3).map(|k| {
                            desk.submit(Register::new(gathering, person(booker * 1_000 + n * 3 + k)))
                        });
                        let pending: Vec<_> = pending.collect();
                        for one in pending {
                            drop(one.wait().unwrap());
                        }
                    }
                })
            })
            .collect();
        for booker in bookers {
            booker.join().unwrap();
        }
        done.store(true, Ordering::Relaxed);
        drawing.join().unwrap();
    });
    let whole = desk.checkpoint_bytes().unwrap();
    let head = desk.position();
    drop(desk);
    let kept = kept.into_inner().unwrap();
    let every = kept.len().div_ceil(20);
    for bytes in kept.into_iter().step_by(every) {
        let desk = Desk::builder().from_checkpoint(bytes).open(folder.path()).unwrap();
        assert_eq!(desk.opening().passed_by, None);
        assert_eq!(desk.opening().checkpoint.get() + desk.opening().replayed, head.get());
        assert!(desk.checkpoint_bytes().unwrap() == whole);
    }
}

#[test]
fn opening_tells_how_far_it_has_come() {
    let host = Host::new();
    let desk = host.desk();
    let webinar = webinar(&desk, 3_000);
    let kept = desk.checkpoint_bytes().unwrap();
    drop(desk.register(webinar, person(5_000)).unwrap());
    let told = |builder: gather::DeskBuilder| {
        let told = Arc::new(Mutex::new(Vec::new()));
        let teller = Arc::clone(&told);
        let builder = builder.progress(move |at| teller.lock().unwrap().push(at));
        drop(builder.over(Arc::clone(&host.log), host.vault.clone()).unwrap());
        told.lock().unwrap().clone()
    };
    let whole = told(Desk::builder());
    assert_eq!(
        (whole.first(), whole.last()),
        (Some(&Progress::new(0, 3_002)), Some(&Progress::new(3_002, 3_002)))
    );
    assert!(whole.len() > 3 && whole.is_sorted_by_key(|at| at.done), "{whole:?}");
    let rest = told(Desk::builder().from_checkpoint(kept));
    assert_eq!(rest, [Progress::new(3_001, 3_002), Progress::new(3_002, 3_002)]);
}

/// Any change in what folds makes another fingerprint, and so one replay; a change elsewhere does not.
#[test]
fn the_fingerprint_follows_the_sources_that_fold() {
    let copy = folder();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        fs::create_dir_all(copy.path().join(folder.strip_prefix(&src).unwrap())).unwrap();
        for entry in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                fs::copy(&entry, copy.path().join(entry.strip_prefix(&src).unwrap())).unwrap();
            }
        }
    }
    let fingerprint = || build::fingerprint(copy.path()).unwrap();
    let before = fingerprint();
    assert_eq!(before, build::fingerprint(&src).unwrap(), "wherever they lie");
    let changed = |file: &str| {
        let path = copy.path().join(file);
        let text = fs::read(&path).unwrap();
        fs::write(&path, [text.as_slice(), b"\n"].concat()).unwrap();
        let changed = fingerprint();
        fs::write(&path, text).unwrap();
        changed != before
    };
    for folds in [
        "desk/checkpoint/image.rs",
        "domain/cells.rs",
        "domain/fold.rs",
        "domain/state.rs",
        "fact/booking.rs",
        "id.rs",
        "image.rs",
        "log/wire/body/registration.rs",
        "log/wire/mod.rs",
        "privacy/keyring.rs",
        "projection/fold.rs",
        "projection/registration.rs",
        "record.rs",
        "schedule.rs",
        "sealed.rs",
        "text.rs",
    ] {
        assert!(changed(folds), "{folds}");
    }
    for other in ["calendar/line.rs", "desk/mod.rs", "log/memory.rs", "projection/tests.rs"] {
        assert!(!changed(other), "{other}");
    }
    fs::write(copy.path().join("domain").join("new.rs"), "").unwrap();
    assert_ne!(fingerprint(), before, "a file that was not there");
    assert_eq!(fingerprint().len(), 32);
}
