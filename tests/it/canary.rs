//! A person with unusual names goes through every command, and is forgotten: nothing of them is anywhere then.
//!
//! Before that nothing of them is in any file or printed unasked; after it nothing of them can be read by anybody, in
//! whatever way it might be written; no file holds their key or anything that opens what was sealed for them; and everything that is
//! counted is as it was.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use gather::log::{FileLog, FileReader, Log, export};
use gather::privacy::{FileVault, Key, KeyRef, KeyVault, backup_keys};
use gather::{Fact, LogId, Opened, Position, VaultId};
use tempfile::TempDir;

mod life;
mod outputs;
mod scanner;
mod windows;

use life::{CANARY, Life};
use outputs::everything_shown;
use scanner::Scanner;
use windows::SealedName;

const NAME: &str = "Zéphyrine Quaxolotl";
const EMAIL: &str = "quibberish@flumdoodle.example";
const PHONE: &str = "+44 7700 900884-17";
const ORGANISATION: &str = "Wobblethorpe & Söhne";
const ROLE: &str = "Vexillographer-in-Chief";
const REGION: &str = "Nether Wyrmshire, Ŵest";
const QUESTION: &str = "wunderkammer allergies?";
const ANSWER: &str = "öbergines; quinoaflake = bad";
const COMMENT: &str = "marzipan zeppelins, délayed";
const DIET: &str = "kohlrabi, ünsalted; no brazilnuts";
const ACCESS: &str = "a ramp for the velocipede";
const NOTE: &str = "owes us a samovar, ¿truly?";
const BADGE: &str = "Zephyquax-Q";
const SPEAKS_AS: &str = "Dame Z. Quaxolotl-Brunt";

/// What is looked for: all that was ever said of the canary, and parts of it without a letter that somebody might write in
/// another way.
const CANARIES: &[&str] = &[
    NAME,
    "Quaxolotl",
    EMAIL,
    "quibberish",
    "flumdoodle",
    PHONE,
    "900884-17",
    ORGANISATION,
    "Wobblethorpe",
    ROLE,
    "Vexillographer",
    REGION,
    "Nether Wyrmshire",
    QUESTION,
    "wunderkammer",
    ANSWER,
    "quinoaflake",
    COMMENT,
    "marzipan zeppelins",
    DIET,
    "kohlrabi",
    "brazilnuts",
    ACCESS,
    "velocipede",
    NOTE,
    "a samovar",
    BADGE,
    SPEAKS_AS,
];

/// Whoever looks for what is left of the canary, and all that there is to look for.
struct Witness {
    scanner: Scanner,
    name: SealedName,
    vault: VaultId,
    log: LogId,
    /// The keys that the canary's data was sealed with, as their numbers.
    keys: BTreeSet<KeyRef>,
    /// The hashes of files in which nothing was found: what has not changed need not be looked through again.
    clean: RefCell<HashSet<blake3::Hash>>,
}

impl Witness {
    /// Knows what to look for while it is still there: the token, its hash, the keys and their halves.
    fn of(life: &Life, folder: &Path, wrapping: Option<Key>) -> Self {
        let log = FileReader::open_in(folder).unwrap();
        let id = log.anchor().unwrap().log;
        let keys = keys_of_the_canary(&log);
        let vault = vault(folder, id, wrapping);
        let mut scanner = Scanner::of(CANARIES.iter().copied());
        for (nth, token) in life.tokens.iter().enumerate() {
            let (text, canary) = (token.expose(), format!("token {nth}"));
            let bytes: Vec<u8> =
                (0..32).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect();
            let hash = blake3::derive_key("gather 2026 hash of the token of a person's calendar", &bytes);
            look_for_secret(&mut scanner, &canary, &bytes);
            look_for_secret(&mut scanner, &format!("hash of {canary}"), &hash);
        }
        let slots = fs::read(folder.join("keys.gather")).unwrap();
        for key in &keys {
            let secret = *vault.key(*key).unwrap().expose();
            look_for_secret(&mut scanner, &format!("key {}", key.get()), &secret);
            // Where keys are wrapped, what is left of a slot would do for whoever has the wrapping key.
            let slot = 512 + 128 * usize::try_from(key.get()).unwrap() + 8;
            look_for_secret(
                &mut scanner,
                &format!("key {} as it is kept", key.get()),
                &slots[slot..slot + 32],
            );
        }
        let batch = batch_of_the_name(&log);
        let name = SealedName::at_the_end_of(&batch, vault.id(), CANARY);
        Self { scanner, name, vault: vault.id(), log: id, keys, clean: RefCell::default() }
    }

    /// The same, and the keys of what it answered and of what it needs.
    fn of_answers_too(life: &Life, folder: &Path, wrapping: Option<Key>) -> Self {
        let mut it = Self::of(life, folder, wrapping.clone());
        let (log, vault) = (FileReader::open_in(folder).unwrap(), vault(folder, it.log, wrapping));
        for (nth, secret) in derived_keys(&log, &vault).iter().enumerate() {
            look_for_secret(&mut it.scanner, &format!("key {nth} of answers or needs"), secret);
        }
        it
    }

    fn assert_silent(&self, what: &str, bytes: &[u8]) {
        let found = self.scanner.scan(bytes);
        assert!(found.is_empty(), "{what} tells of the canary: {found:#?}");
    }

    /// Nothing of the canary is in these files, whole or in part, and nothing in them opens what was sealed.
    fn assert_gone(&self, files: &BTreeMap<PathBuf, Vec<u8>>) {
        assert!(files.len() >= 4, "{:?}", files.keys());
        for (path, bytes) in files {
            self.assert_silent(&path.display().to_string(), path.display().to_string().as_bytes());
            if !self.clean.borrow_mut().insert(blake3::hash(bytes)) {
                continue;
            }
            self.assert_silent(&path.display().to_string(), bytes);
            let keys = self.name.keys_in(bytes);
            assert!(keys.is_empty(), "{}: a key at {keys:?}", path.display());
        }
    }
}

/// A secret is looked for as it is, the other way round, in digits, in base64; and each of its halves.
fn look_for_secret(scanner: &mut Scanner, name: &str, secret: &[u8]) {
    for (part, bytes) in [("whole", secret), ("first half", &secret[..16]), ("second half", &secret[16..])] {
        let name = format!("{name}, {part}");
        let digits = scanner::digits(bytes, |byte| format!("{byte:02x}"));
        let reversed = bytes.iter().rev().copied().collect();
        scanner.look_for(&name, "bytes", bytes.to_vec());
        scanner.look_for(&name, "bytes, reversed", reversed);
        scanner.look_for(&name, "hexadecimal", digits.to_ascii_uppercase());
        scanner.look_for(&name, "hexadecimal", digits);
        for before in 0..3 {
            let behind = [&vec![0; before][..], bytes].concat();
            let (unsure, whole) = ((before * 8).div_ceil(6), behind.len() * 8 / 6);
            for last in [*b"+/", *b"-_"] {
                scanner.look_for(&name, "base64", scanner::base64(&behind, last)[unsure..whole].to_vec());
            }
        }
    }
}

fn vault(folder: &Path, log: LogId, wrapping: Option<Key>) -> FileVault {
    let options = FileVault::options();
    let options = match wrapping {
        Some(key) => options.wrapping_key(key),
        None => options,
    };
    options.open(folder.join("keys.gather"), log).unwrap()
}

/// Every key that anything of the canary was sealed with. The key of a gathering's answers is others', too, and stays.
#[expect(clippy::wildcard_enum_match_arm, reason = "few kinds of facts are sealed with a person's own key")]
fn keys_of_the_canary(log: &dyn Log) -> BTreeSet<KeyRef> {
    let page = log.read(Position::START, usize::MAX).unwrap();
    let facts = page.batches.iter().flat_map(|stored| &stored.batch.facts);
    let one = facts.filter_map(|fact| match fact {
        Fact::PersonRecorded { person: CANARY, details } => Some(details.keys()),
        Fact::NamePublished { person: CANARY, name } => Some(name.keys()),
        Fact::CalendarTokenIssued { person: CANARY, hash } => Some(hash.keys()),
        Fact::NoteWritten { booker: CANARY, note: Some(note), .. } => Some(note.keys()),
        _ => None,
    });
    let numbers = one.map(|keys| match keys {
        gather::privacy::Keys::One(key) => key,
        other => panic!("one key seals a person's own: {other:?}"),
    });
    numbers.collect()
}

/// The keys that are in no file, made of two that are: of the canary's answers and needs, as `docs/keys.md` says. The first
/// gathering of each class will do: each window of a file is as little like the others.
#[expect(clippy::wildcard_enum_match_arm, reason = "each class is sealed in one kind of fact here")]
fn derived_keys(log: &dyn Log, vault: &FileVault) -> Vec<[u8; 32]> {
    let page = log.read(Position::START, usize::MAX).unwrap();
    let facts = || page.batches.iter().flat_map(|stored| &stored.batch.facts);
    let answers = facts().find_map(|fact| match fact {
        Fact::RegistrationConfirmed { booking, .. } if booking.party.booker == CANARY => {
            booking.answers.as_ref().map(gather::Sealed::keys)
        }
        _ => None,
    });
    let needs = facts().find_map(|fact| match fact {
        Fact::NeedsRecorded { person: CANARY, needs: Some(needs), .. } => Some(needs.keys()),
        _ => None,
    });
    let contexts = [
        (answers, "gather 2026 key of one person's answers for one gathering"),
        (needs, "gather 2026 key of one person's needs for one gathering"),
    ];
    let derived = contexts.map(|(keys, context)| {
        let Some(gather::privacy::Keys::Both { person, gathering }) = keys else { panic!("{context}") };
        let both = [person, gathering].map(|key| *vault.key(key).unwrap().expose());
        blake3::derive_key(context, &both.concat())
    });
    derived.to_vec()
}

/// The batch in which the name was published: that fact and nothing else.
fn batch_of_the_name(log: &dyn Log) -> Vec<u8> {
    let page = log.read_raw(Position::START, usize::MAX).unwrap();
    let is_it = |bytes: &&Vec<u8>| {
        let batch = gather::log::decode(bytes).unwrap();
        matches!(batch.facts[..], [Fact::NamePublished { person: CANARY, .. }])
    };
    page.batches.iter().find(is_it).expect("the name was published").clone()
}

/// Every file below a folder.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

/// A folder as a crash leaves it: a copy made while the desk is at work.
fn crashed(folder: &Path) -> TempDir {
    let copy = TempDir::new().unwrap();
    for (path, bytes) in files(folder) {
        fs::write(copy.path().join(path.file_name().unwrap()), bytes).unwrap();
    }
    copy
}

#[test]
fn a_forgotten_person_is_nowhere() {
    proof(None);
}

/// With a key of the host's over all others, nothing in the folder opens anything even before.
#[test]
fn a_forgotten_person_is_nowhere_where_keys_are_wrapped() {
    proof(Some(Key::from_bytes([0x5A; 32])));
}

fn proof(wrapping: Option<Key>) {
    let first = TempDir::new().unwrap();
    let mut life = Life::begin(first.path(), wrapping.clone());
    life.first_half();
    // The machine stops, and goes on from what is on the disk.
    let home = crashed(first.path());
    life.leave();
    let folder = home.path().join("bookings");
    fs::create_dir(&folder).unwrap();
    for (path, bytes) in files(home.path()) {
        fs::rename(&path, folder.join(path.file_name().unwrap())).unwrap();
        drop(bytes);
    }
    life.go_on(&folder);
    life.second_half();
    life.has_used_every_command();

    let desk = life.desk();
    desk.checkpoint().unwrap();
    desk.backup(home.path().join("backup"), &mut |_| ()).unwrap();
    export_lines(&folder, &home.path().join("export.jsonl"));
    let keys_before = TempDir::new().unwrap();
    backup_keys(folder.join("keys.gather"), keys_before.path().join("keys.gather")).unwrap();
    let witness = Witness::of_answers_too(&life, &folder, wrapping.clone());
    assert!(!witness.keys.is_empty());
    first.close().unwrap();

    before(&witness, &life, home.path(), wrapping.as_ref());
    let counts = outputs::counts(life.desk(), &life.over(), life.wish);
    let receipt = life.desk().forget(CANARY).unwrap();
    assert_eq!((receipt.keys, receipt.exports.len()), (witness.keys.len(), 1));
    witness.assert_silent("the receipt", format!("{receipt} {receipt:?}").as_bytes());
    assert_eq!(
        receipt.promoted,
        [life.next_in_line],
        "the place on the day that is to come goes to the line"
    );
    assert_as_it_was(&life, &counts);
    after(&witness, &life, home.path());

    life.is_fenced();
    life.desk().checkpoint().unwrap();
    life.desk().backup(home.path().join("backup later"), &mut |_| ()).unwrap();
    export_lines(&folder, &home.path().join("export later.jsonl"));
    life.reopen();
    assert!(life.desk().opening().checkpoint > Position::START);
    assert_as_it_was(&life, &counts);
    after(&witness, &life, home.path());

    // Somebody restores the keys as they were: the log sees to it that they are erased again.
    life.leave();
    fs::copy(keys_before.path().join("keys.gather"), folder.join("keys.gather")).unwrap();
    assert!(!witness.keys_in(&folder).is_empty(), "they are back");
    life.go_on(&folder);
    assert_as_it_was(&life, &counts);
    after(&witness, &life, home.path());
    assert!(life.desk().verify(&mut |_| ()).unwrap().is_sound());
    life.leave();
    let keys = vault(&folder, witness.log, wrapping);
    assert_eq!(keys.id(), witness.vault);
    assert!(witness.keys.iter().all(|key| keys.key(*key).unwrap_err().is_erased()));
}

impl Witness {
    /// Where in the key file the slots of the canary's keys hold anything but what says that they are erased.
    fn keys_in(&self, folder: &Path) -> Vec<KeyRef> {
        let bytes = fs::read(folder.join("keys.gather")).unwrap();
        let state = |key: &KeyRef| bytes[512 + 128 * usize::try_from(key.get()).unwrap()];
        self.keys.iter().copied().filter(|key| [1, 2].contains(&state(key))).collect()
    }
}

/// Before anybody is forgotten the search finds what is there to be found; and no file tells a text all the same.
fn before(witness: &Witness, life: &Life, home: &Path, wrapping: Option<&Key>) {
    let opening = |bytes: &[u8]| witness.name.keys_in(bytes).len();
    for (path, bytes) in files(home) {
        let is_keys = path.ends_with("keys.gather");
        let found = witness.scanner.scan(&bytes);
        let texts: Vec<_> = found.iter().filter(|found| !found.canary.starts_with("key ")).collect();
        assert!(texts.is_empty(), "{}: {texts:?}", path.display());
        let (is_plain, keys) = (is_keys && wrapping.is_none(), opening(&bytes));
        assert_eq!(keys, usize::from(is_plain), "{}", path.display());
        assert_eq!(found.is_empty(), !is_keys, "{}: {found:?}", path.display());
    }
    let secret = vault(&home.join("bookings"), witness.log, wrapping.cloned());
    let opened = witness.keys.iter().filter_map(|key| witness.name.open(secret.key(*key).unwrap().expose()));
    assert_eq!(opened.collect::<Vec<_>>(), [SPEAKS_AS]);
    // Whoever asks for names gets them, so that what is looked for is what would be found; nobody else does.
    let shown = everything_shown(life.desk(), &life.gatherings, life.tokens.last());
    for (what, text) in shown.iter().filter(|(what, _)| !outputs::may_tell_names(what)) {
        witness.assert_silent(what, text.as_bytes());
    }
    for canary in [NAME, EMAIL, ORGANISATION, SPEAKS_AS, ANSWER, COMMENT] {
        let is_shown = shown.iter().any(|(_, text)| !Scanner::of([canary]).scan(text.as_bytes()).is_empty());
        assert!(is_shown, "{canary:?} is in no output, so that it is not told proves nothing");
    }
}

/// Afterwards nothing is in any file or in any output.
fn after(witness: &Witness, life: &Life, home: &Path) {
    witness.assert_gone(&files(home));
    let shown = everything_shown(life.desk(), &life.gatherings, life.tokens.last());
    assert!(shown.len() > 50, "{}", shown.len());
    for (what, text) in &shown {
        witness.assert_silent(what, text.as_bytes());
    }
    assert!(matches!(life.desk().person(CANARY), Some(Opened::Forgotten { .. })));
    for token in &life.tokens {
        assert!(life.desk().calendar_by_token(&token.expose()).is_err());
    }
}

/// Every count and every order is as it was.
fn assert_as_it_was(life: &Life, counts: &[String]) {
    let now = outputs::counts(life.desk(), &life.over(), life.wish);
    let differ: Vec<_> = counts.iter().zip(&now).filter(|(before, now)| before != now).collect();
    assert!(differ.is_empty(), "what is counted has changed: {differ:#?}");
    assert_eq!(counts.len(), now.len());
}

/// The whole log in lines of text, as it lies in a folder.
fn export_lines(folder: &Path, to: &Path) {
    let log = FileReader::open_in(folder).unwrap();
    export(&log, fs::File::create(to).unwrap(), &mut |_| ()).unwrap();
}

/// The search for windows finds a key wherever it lies, and nothing else.
#[test]
fn a_planted_key_is_found_at_every_place() {
    let folder = TempDir::new().unwrap();
    let mut life = Life::begin(folder.path(), None);
    life.comes();
    life.leave();
    let witness = Witness::of(&life, folder.path(), None);
    let secret = vault(folder.path(), witness.log, None);
    let key = *secret.key(*witness.keys.first().unwrap()).unwrap().expose();
    let zeros = vec![0; 5_000];
    assert!(witness.name.keys_in(&zeros).is_empty());
    for at in [0, 1, 17, 4_999, 5_000] {
        let planted = [&zeros[..at], &key, &zeros[at..]].concat();
        assert_eq!(witness.name.keys_in(&planted), [at]);
        let half = [&zeros[..at], &key[16..], &zeros[at..]].concat();
        assert!(witness.name.keys_in(&half).is_empty());
        let found: Vec<_> =
            witness.scanner.scan(&half).into_iter().map(|found| (found.canary, found.at)).collect();
        assert!(
            found.iter().any(|(canary, place)| canary.ends_with("second half") && *place == at),
            "{found:?}"
        );
    }
    let mut other = key;
    other[31] ^= 1;
    assert!(witness.name.keys_in(&other).is_empty());
    // A key copied by renaming, as a file system might keep it: the whole old file in another one's place.
    let kept = fs::read(folder.path().join("keys.gather")).unwrap();
    assert_eq!(witness.name.keys_in(&kept).len(), 1);
    assert!(!FileLog::open_in(folder.path()).unwrap().anchor().unwrap().position.eq(&Position::START));
}
