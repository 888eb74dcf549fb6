//! Keys: made before use, never given out twice, never mistaken for others; and what they seal stays shut.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test that fails is meant to panic"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gather::log::{Batch, Guard, Scope, decode, encode};
use gather::privacy::{
    FileVault, FileVaultOptions, Key, KeyRef, KeyVault, Keyring, Keys, MemoryVault, Opener, VaultError,
    verify_keys,
};
use gather::testkit::FaultyDisk;
use gather::{
    Announcement, Answers, Audience, Booking, BookingWindow, Desk, Error, Fact, GatheringId, GatheringKind,
    JoinLink, LogId, Mode, Needs, Note, OfferingId, Opened, Party, PendingApproval, PersonDetails, PersonId,
    Personal, Position, PublishedName, Register, RegistrationId, RequestId, Resource, ResourceId,
    ResourceKind, ResourceLink, Schedule, Sealed, Unavailable,
};
use proptest::prelude::*;
use tempfile::TempDir;

const LOG: LogId = LogId::from_u128(1);
const ANN: PersonId = PersonId::from_u128(2);
const BOB: PersonId = PersonId::from_u128(3);
const TALK: GatheringId = GatheringId::from_u128(4);
const VISIT: GatheringId = GatheringId::from_u128(5);
const SLIDES: ResourceId = ResourceId::from_u128(6);
const RECORDING: ResourceId = ResourceId::from_u128(7);

const HEADER: usize = 512;
const SLOT: usize = 128;
const POOL: u64 = 256;

/// A folder with a place for a key file in it.
struct Place {
    folder: TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bookings.keys");
        Self { folder, path }
    }

    /// With a key file in it, of which one key has been given out.
    fn used() -> Self {
        let place = Self::new();
        assert_eq!(place.open().fresh().unwrap().get(), 0);
        place
    }

    fn open(&self) -> FileVault {
        FileVault::open(&self.path, LOG).unwrap()
    }

    fn keyring(&self) -> Keyring {
        Keyring::new(Arc::new(self.open()))
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    fn change(&self, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = self.bytes();
        change(&mut bytes);
        fs::write(&self.path, bytes).unwrap();
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn details(name: &str) -> Personal<PersonDetails> {
    Personal::new(PersonDetails::new(name).email("ann@example.org"))
}

fn diet(answer: &str) -> Personal<Answers> {
    Personal::new(Answers::new().answer("diet", answer))
}

fn link(link: &str) -> Personal<JoinLink> {
    Personal::new(JoinLink::new(link))
}

fn public(name: &str) -> Personal<PublishedName> {
    Personal::new(PublishedName::new(name))
}

fn file(link: &str) -> Personal<ResourceLink> {
    Personal::new(ResourceLink::new(link))
}

fn attached(gathering: GatheringId, id: ResourceId, link: Sealed<ResourceLink>) -> Fact {
    let (kind, audience) = (ResourceKind::Slides, Audience::Attended);
    Fact::ResourceAttached {
        gathering,
        resource: Resource { id, kind, title: "Slides".into(), audience },
        link,
    }
}

fn recorded(person: PersonId, details: Sealed<PersonDetails>) -> Fact {
    Fact::PersonRecorded { person, details }
}

fn announced(gathering: GatheringId, join_link: Option<Sealed<JoinLink>>) -> Fact {
    let announcement = Announcement {
        kind: GatheringKind::Webinar,
        title: "Asset transfer".into(),
        description: String::new(),
        mode: Mode::Online,
        schedule: Schedule::to_be_confirmed(""),
        pools: Vec::new(),
        offerings: Vec::new(),
        window: BookingWindow::default(),
        no_overlap: false,
        reference: None,
        draft: false,
        series: None,
        replaces: None,
        organisation_cap: None,
        priorities: Vec::new(),
        set_asides: Vec::new(),
    };
    Fact::GatheringAnnounced { gathering, announcement: Box::new(announcement), join_link }
}

fn booking(booker: PersonId, answers: Sealed<Answers>) -> Booking {
    let party = Party { booker, guests: vec![Some(BOB)] };
    Booking { answers: Some(answers), ..Booking::new(OfferingId::ONLY, party) }
}

fn confirmed(gathering: GatheringId, booker: PersonId, answers: Sealed<Answers>) -> Fact {
    let registration = RegistrationId::from_u128(6);
    let booking = booking(booker, answers);
    Fact::RegistrationConfirmed { gathering, registration, booking, draws: Vec::new() }
}

fn waitlisted(gathering: GatheringId, booker: PersonId, answers: Sealed<Answers>) -> Fact {
    let registration = RegistrationId::from_u128(7);
    Fact::RegistrationWaitlisted { gathering, registration, booking: booking(booker, answers), ahead: 0 }
}

/// Tells a keyring of a fact, as a replay does.
fn learn(keyring: &Keyring, fact: &Fact) -> Result<(), VaultError> {
    let batch = Batch {
        id: RequestId::from_u128(1),
        time: chrono::DateTime::UNIX_EPOCH,
        actor: None,
        trace: None,
        content: None,
        guard: Guard { seen: Position::START, scope: Scope::everything() },
        facts: vec![fact.clone()],
    };
    batch.records(Position::new(1)).try_for_each(|record| keyring.learn(&record))
}

fn one(keys: Keys) -> KeyRef {
    match keys {
        Keys::One(key) => key,
        other => panic!("{other:?} is not one key"),
    }
}

fn both(keys: Keys) -> (KeyRef, KeyRef) {
    match keys {
        Keys::Both { person, gathering } => (person, gathering),
        other => panic!("{other:?} is not two keys"),
    }
}

fn name_in(opened: &Opened<PersonDetails>) -> Option<&str> {
    match opened {
        Opened::Known(details) => Some(&details.expose().name),
        _ => None,
    }
}

fn why<T: zeroize::Zeroize>(opened: &Opened<T>) -> Option<Unavailable> {
    match opened {
        Opened::Unavailable(why) => Some(*why),
        _ => None,
    }
}

// ---- every vault ----

fn vaults() -> (Place, [Arc<dyn KeyVault>; 2]) {
    let place = Place::new();
    let file = Arc::new(place.open());
    (place, [Arc::new(MemoryVault::new()), file])
}

#[test]
fn no_key_is_given_out_twice_however_many_ask() {
    let (_place, vaults) = vaults();
    for vault in vaults {
        let given = std::thread::scope(|scope| {
            let ask = || (0..200).map(|_| vault.fresh().unwrap()).collect::<Vec<_>>();
            let threads = [scope.spawn(ask), scope.spawn(ask), scope.spawn(ask)];
            threads.map(|thread| thread.join().unwrap()).concat()
        });
        let numbers: BTreeSet<_> = given.iter().collect();
        let keys: BTreeSet<_> = given.iter().map(|&key| *vault.key(key).unwrap().expose()).collect();
        assert_eq!((numbers.len(), keys.len()), (600, 600), "{vault:?}");
    }
}

#[test]
fn what_a_vault_does_not_have_is_missing() {
    let (_place, vaults) = vaults();
    for vault in vaults {
        for when in ["before the first key", "after it"] {
            for number in [1 << 40, u64::MAX] {
                let key = KeyRef::new(number);
                for error in [vault.in_use(key).unwrap_err(), vault.key(key).unwrap_err()] {
                    assert!(error.is_missing(), "{when}: {error}");
                    assert_eq!(error.key(), Some(key));
                    assert!(error.to_string().contains(&number.to_string()), "{error}");
                }
            }
            vault.fresh().unwrap();
        }
    }
}

#[test]
fn everything_that_is_sealed_opens_for_whom_it_was_sealed_only() {
    let (_place, vaults) = vaults();
    for vault in vaults {
        let keyring = Keyring::new(vault);
        let person = keyring.seal_person(ANN, &details("Ann")).unwrap();
        let answers = keyring.seal_answers(ANN, TALK, &diet("no nuts")).unwrap();
        let join = keyring.seal_join_link(TALK, &link("https://meet.example/x")).unwrap();
        let name = keyring.seal_published_name(ANN, &public("Dr Ann")).unwrap();
        let slides = keyring.seal_resource_link(TALK, SLIDES, &file("https://files.example/s")).unwrap();

        assert_eq!(name_in(&keyring.person(ANN, &person)), Some("Ann"));
        let Opened::Known(opened) = keyring.answers(ANN, TALK, &answers) else { panic!("not known") };
        assert_eq!(opened.expose().iter().collect::<Vec<_>>(), [("diet", "no nuts")]);
        let Opened::Known(opened) = keyring.join_link(TALK, &join) else { panic!("not known") };
        assert_eq!(opened.expose().as_str(), "https://meet.example/x");
        let Opened::Known(opened) = keyring.published_name(ANN, &name) else { panic!("not known") };
        assert_eq!(opened.expose().as_str(), "Dr Ann");
        let Opened::Known(opened) = keyring.resource_link(TALK, SLIDES, &slides) else { panic!("not known") };
        assert_eq!(opened.expose().as_str(), "https://files.example/s");

        let damaged = Some(Unavailable::Damaged);
        assert_eq!(why(&keyring.person(BOB, &person)), damaged);
        assert_eq!(why(&keyring.answers(BOB, TALK, &answers)), damaged);
        assert_eq!(why(&keyring.answers(ANN, VISIT, &answers)), damaged);
        assert_eq!(why(&keyring.join_link(VISIT, &join)), damaged);
        assert_eq!(why(&keyring.published_name(BOB, &name)), damaged);
        assert_eq!(why(&keyring.resource_link(VISIT, SLIDES, &slides)), damaged);
        assert_eq!(why(&keyring.resource_link(TALK, RECORDING, &slides)), damaged);
    }
}

/// The fact that comes of a stored one if somebody who can write to the log changes its kind, which takes one byte.
fn forged(fact: Fact, kind: u8, as_kind: u8) -> Fact {
    let guard = Guard { seen: Position::START, scope: Scope::everything() };
    let (id, time) = (RequestId::from_u128(1), chrono::DateTime::UNIX_EPOCH);
    let batch = Batch { id, time, actor: None, trace: None, content: None, guard, facts: vec![fact] };
    let mut bytes = encode(&batch).unwrap();
    // Behind the prologue, a table of one tag and the number of facts.
    let at = 1 + 16 + 6 + 1 + 17 + 1;
    assert_eq!(std::mem::replace(&mut bytes[at], as_kind), kind);
    decode(&bytes).unwrap().facts.remove(0)
}

/// Both are sealed with the person's one key, and both are in facts of the same shape.
#[test]
fn a_published_name_and_details_do_not_open_as_each_other() {
    let keyring = Keyring::new(Arc::new(MemoryVault::new()));
    let name = keyring.seal_published_name(ANN, &public("Dr Ann")).unwrap();
    let person = keyring.seal_person(ANN, &details("Ann")).unwrap();
    assert_eq!(name.keys(), person.keys());

    let published = Fact::NamePublished { person: ANN, name };
    let Fact::PersonRecorded { person: ANN, details } = forged(published, 19, 1) else {
        panic!("not forged")
    };
    assert_eq!(why(&keyring.person(ANN, &details)), Some(Unavailable::Damaged));
    let Fact::NamePublished { person: ANN, name } = forged(recorded(ANN, person), 1, 19) else {
        panic!("not forged")
    };
    assert_eq!(why(&keyring.published_name(ANN, &name)), Some(Unavailable::Damaged));
}

// ---- the keyring ----

#[test]
fn a_person_has_one_key_and_a_gathering_three() {
    let keyring = Keyring::new(Arc::new(MemoryVault::new()));
    let ann = one(keyring.seal_person(ANN, &details("Ann")).unwrap().keys());
    let bob = one(keyring.seal_published_name(BOB, &public("Dr Bob")).unwrap().keys());
    let texts = one(keyring.seal_join_link(TALK, &link("https://x")).unwrap().keys());
    let (ann_again, answers) = both(keyring.seal_answers(ANN, TALK, &diet("")).unwrap().keys());
    let (bob_again, same_answers) = both(keyring.seal_answers(BOB, TALK, &diet("")).unwrap().keys());
    let (_, other_answers) = both(keyring.seal_answers(ANN, VISIT, &diet("")).unwrap().keys());
    let (ann_needs, shared) = both(keyring.seal_needs(ANN, TALK, &needs("fish")).unwrap().keys());
    let (_, same_needs) = both(keyring.seal_needs(BOB, TALK, &needs("")).unwrap().keys());
    let note = one(keyring.seal_note(ANN, RegistrationId::from_u128(9), &note("late")).unwrap().keys());
    assert_eq!((ann_needs, note, shared), (ann, ann, same_needs));

    assert_eq!((ann, bob, answers), (ann_again, bob_again, same_answers));
    assert_eq!(one(keyring.seal_person(ANN, &details("Ann B")).unwrap().keys()), ann);
    assert_eq!(one(keyring.seal_published_name(ANN, &public("Dr Ann")).unwrap().keys()), ann);
    assert_eq!(one(keyring.seal_person(BOB, &details("Bob")).unwrap().keys()), bob);
    assert_eq!(BTreeSet::from([ann, bob, texts, answers, other_answers, shared]).len(), 6);
}

fn needs(diet: &str) -> Personal<Needs> {
    Personal::new(Needs::diet(diet))
}

fn note(text: &str) -> Personal<Note> {
    Personal::new(Note::new(text))
}

/// Neither opens as anybody else's, nor elsewhere.
#[test]
fn needs_and_notes_open_for_whom_and_where_they_were_sealed() {
    let keyring = Keyring::new(Arc::new(MemoryVault::new()));
    let (here, there) = (RegistrationId::from_u128(9), RegistrationId::from_u128(10));
    let fish = keyring.seal_needs(ANN, TALK, &needs("fish")).unwrap();
    let late = keyring.seal_note(ANN, here, &note("late")).unwrap();
    let Opened::Known(known) = keyring.needs(ANN, TALK, &fish) else { panic!("it was just sealed") };
    assert_eq!(known.expose().diet, "fish");
    let Opened::Known(known) = keyring.note(ANN, here, &late) else { panic!("it was just sealed") };
    assert_eq!(known.expose().as_str(), "late");
    for (person, gathering) in [(BOB, TALK), (ANN, VISIT)] {
        assert!(keyring.needs(person, gathering, &fish).known().is_none());
    }
    for (person, registration) in [(BOB, here), (ANN, there)] {
        assert!(keyring.note(person, registration, &late).known().is_none());
    }
}

/// A log of nothing but these names their keys, and what was said to be gone is forgotten, class by class.
#[test]
fn after_a_restart_needs_and_notes_say_whose_their_keys_are() {
    let place = Place::new();
    let registration = RegistrationId::from_u128(9);
    let before = place.keyring();
    before.seal_answers(BOB, VISIT, &diet("no milk")).unwrap();
    let fish = before.seal_needs(ANN, TALK, &needs("fish")).unwrap();
    let late = before.seal_note(BOB, registration, &note("late")).unwrap();
    drop(before);

    let after = place.keyring();
    let said = Fact::NeedsRecorded { gathering: TALK, registration, person: ANN, needs: Some(fish.clone()) };
    let noted = Fact::NoteWritten { gathering: TALK, registration, booker: BOB, note: Some(late.clone()) };
    for fact in [&said, &noted, &said, &noted] {
        learn(&after, fact).unwrap();
    }
    assert_eq!(after.seal_needs(ANN, TALK, &needs("")).unwrap().keys(), fish.keys());
    assert_eq!(after.seal_note(BOB, registration, &note("x")).unwrap().keys(), late.keys());
    learn(&after, &Fact::AnswersExpired { gathering: TALK }).unwrap();
    assert!(matches!(after.needs(ANN, TALK, &fish), Opened::Known(_)), "answers are another class");
    learn(&after, &Fact::NeedsExpired { gathering: TALK }).unwrap();
    assert!(matches!(after.needs(ANN, TALK, &fish), Opened::Forgotten { .. }));
    assert!(after.seal_needs(ANN, TALK, &needs("")).unwrap_err().is_erased());
    learn(&after, &Fact::PersonForgotten { person: BOB }).unwrap();
    assert!(matches!(after.note(BOB, registration, &late), Opened::Forgotten { .. }));
}

#[test]
fn two_threads_with_one_new_person_use_one_key() {
    for round in 0..50 {
        let keyring = Keyring::new(Arc::new(MemoryVault::new()));
        let start = std::sync::Barrier::new(2);
        let seal = || {
            start.wait();
            one(keyring.seal_person(ANN, &details("Ann")).unwrap().keys())
        };
        let (first, second) = std::thread::scope(|scope| {
            let (first, second) = (scope.spawn(seal), scope.spawn(seal));
            (first.join().unwrap(), second.join().unwrap())
        });
        assert_eq!(first, second, "round {round}");
    }
}

/// A vault whose first two keys are made at the same time.
#[derive(Debug)]
struct TwoAtOnce {
    inner: MemoryVault,
    start: std::sync::Barrier,
    made: std::sync::atomic::AtomicUsize,
}

impl KeyVault for TwoAtOnce {
    fn id(&self) -> gather::VaultId {
        self.inner.id()
    }
    fn fresh(&self) -> Result<KeyRef, VaultError> {
        if self.made.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 2 {
            self.start.wait();
        }
        self.inner.fresh()
    }
    fn in_use(&self, key: KeyRef) -> Result<(), VaultError> {
        self.inner.in_use(key)
    }
    fn key(&self, key: KeyRef) -> Result<Key, VaultError> {
        self.inner.key(key)
    }
    fn erase(&self, key: KeyRef) -> Result<(), VaultError> {
        self.inner.erase(key)
    }
}

#[test]
fn a_key_that_was_made_in_vain_is_given_to_nobody() {
    let vault = TwoAtOnce {
        inner: MemoryVault::new(),
        start: std::sync::Barrier::new(2),
        made: std::sync::atomic::AtomicUsize::new(0),
    };
    let keyring = Keyring::new(Arc::new(vault));
    let seal = |person| one(keyring.seal_person(person, &details("Somebody")).unwrap().keys());
    let (first, second) = std::thread::scope(|scope| {
        let (first, second) = (scope.spawn(|| seal(ANN)), scope.spawn(|| seal(ANN)));
        (first.join().unwrap(), second.join().unwrap())
    });
    assert_eq!(first, second);
    assert_eq!(seal(BOB), KeyRef::new(2));
}

#[test]
fn a_disk_with_room_for_a_few_keys_gives_these() {
    let disk = FaultyDisk::new();
    let vault = FileVault::options().storage(Arc::new(disk.clone())).open("keys", LOG).unwrap();
    let next = |many: u64| (0..many).map(|_| vault.fresh().map(KeyRef::get)).collect::<Result<Vec<_>, _>>();
    assert_eq!(next(512).unwrap().last(), Some(&511));
    // 512 more do not fit, and 256 do.
    disk.set_capacity(Some(disk.used() + 9 * 4_096));
    assert_eq!(next(256).unwrap().last(), Some(&767));
    assert!(next(1).unwrap_err().to_string().contains("cannot add keys"));
    disk.set_capacity(None);
    assert_eq!(next(1).unwrap(), [768]);
}

#[test]
fn no_key_is_given_out_of_a_file_that_was_cut_short() {
    let place = Place::new();
    let vault = place.open();
    (0..10).for_each(|number| assert_eq!(vault.fresh().unwrap().get(), number));
    place.change(|bytes| bytes.truncate(HEADER + SLOT * 10));
    for _ in 0..2 {
        let error = vault.fresh().unwrap_err();
        assert!(error.is_unavailable() && error.to_string().contains("cut short"), "{error}");
    }
    assert!(vault.key(KeyRef::new(9)).is_ok());
}

#[test]
fn the_log_has_the_last_word_on_who_has_which_key() {
    let vault = Arc::new(MemoryVault::new());
    let (mine, theirs) = (Keyring::new(vault.clone()), Keyring::new(vault));
    let unrecorded = mine.seal_person(ANN, &details("Ann")).unwrap();
    let stored = theirs.seal_person(ANN, &details("Ann")).unwrap();
    assert_ne!(unrecorded.keys(), stored.keys());
    learn(&mine, &recorded(ANN, stored.clone())).unwrap();
    assert_eq!(mine.seal_person(ANN, &details("Ann")).unwrap().keys(), stored.keys());
    assert_eq!(name_in(&mine.person(ANN, &unrecorded)), Some("Ann"), "what it sealed says its own key");
}

#[test]
fn another_vault_has_neither_the_key_nor_the_means() {
    let (mine, other) = (Keyring::new(Arc::new(MemoryVault::new())), Arc::new(MemoryVault::new()));
    let sealed = mine.seal_person(ANN, &details("Ann")).unwrap();
    let theirs = Keyring::new(other.clone());
    assert_eq!(why(&theirs.person(ANN, &sealed)), Some(Unavailable::KeyMissing));
    other.fresh().unwrap();
    assert_eq!(why(&theirs.person(ANN, &sealed)), Some(Unavailable::Damaged));
}

#[test]
fn nothing_personal_and_no_key_is_printed() {
    let vault = Arc::new(MemoryVault::new());
    let keyring = Keyring::new(vault.clone());
    let sealed = keyring.seal_person(ANN, &details("Ann Example")).unwrap();
    let opened = keyring.person(ANN, &sealed);
    let name = keyring.seal_published_name(ANN, &public("Dr Ann")).unwrap();
    let published = keyring.published_name(ANN, &name);
    let key = vault.key(KeyRef::new(0)).unwrap();
    let shown = format!(
        "{vault:?} {keyring:?} {sealed:?} {opened:?} {name:?} {published:?} {key:?} {:?}",
        recorded(ANN, sealed.clone())
    );
    assert!(!shown.contains("Ann"), "{shown}");
    assert!(
        !shown.contains(&format!("{:?}", key.expose()[0..4].to_vec()).replace(['[', ']'], "")),
        "{shown}"
    );
    assert!(shown.contains("[key]") && shown.contains("[personal]"), "{shown}");
}

// ---- the key file over restarts ----

#[test]
fn after_a_restart_what_the_log_names_opens_and_is_sealed_with_the_same_keys() {
    let place = Place::new();
    let before = place.keyring();
    let person = before.seal_person(ANN, &details("Ann")).unwrap();
    let join = before.seal_join_link(TALK, &link("https://x")).unwrap();
    let answers = before.seal_answers(ANN, TALK, &diet("no nuts")).unwrap();
    let waiting = before.seal_answers(BOB, VISIT, &diet("no milk")).unwrap();
    drop(before);

    let after = place.keyring();
    let facts = [
        recorded(ANN, person.clone()),
        announced(TALK, Some(join.clone())),
        announced(VISIT, None),
        confirmed(TALK, ANN, answers.clone()),
        waitlisted(VISIT, BOB, waiting.clone()),
        Fact::BookingClosed { gathering: TALK },
    ];
    for fact in &facts {
        learn(&after, fact).unwrap();
        learn(&after, fact).unwrap();
    }
    assert_eq!(name_in(&after.person(ANN, &person)), Some("Ann"));
    assert!(matches!(after.join_link(TALK, &join), Opened::Known(_)));
    assert!(matches!(after.answers(ANN, TALK, &answers), Opened::Known(_)));
    assert!(matches!(after.answers(BOB, VISIT, &waiting), Opened::Known(_)));

    assert_eq!(after.seal_person(ANN, &details("Ann")).unwrap().keys(), person.keys());
    assert_eq!(after.seal_join_link(TALK, &link("https://y")).unwrap().keys(), join.keys());
    assert_eq!(after.seal_answers(ANN, TALK, &diet("")).unwrap().keys(), answers.keys());
    assert_eq!(after.seal_answers(BOB, VISIT, &diet("")).unwrap().keys(), waiting.keys());
}

/// Whatever a fact that makes a registration is called, it names the keys of what was answered; and so does the one that
/// completes a hold, which names nobody but the booker.
#[test]
fn after_a_restart_every_fact_with_answers_says_whose_their_keys_are() {
    let registration = RegistrationId::from_u128(6);
    let made: [fn(RegistrationId, Booking) -> Fact; 6] = [
        |registration, booking| {
            let draws = Vec::new();
            Fact::RegistrationConfirmed { gathering: TALK, registration, booking, draws }
        },
        |registration, booking| Fact::RegistrationWaitlisted {
            gathering: TALK,
            registration,
            booking,
            ahead: 0,
        },
        |registration, booking| {
            let (until, latest, draws) = (chrono::DateTime::UNIX_EPOCH, chrono::DateTime::UNIX_EPOCH, vec![]);
            Fact::RegistrationHeld { gathering: TALK, registration, booking, draws, until, latest }
        },
        |registration, booking| {
            let (draws, pending) = (Vec::new(), PendingApproval { uses_places: false, until: None });
            Fact::ApprovalRequested { gathering: TALK, registration, booking, draws, pending }
        },
        |registration, booking| Fact::FollowUpRequested { gathering: TALK, registration, booking },
        |registration, booking| Fact::InterestNoted { gathering: TALK, registration, booking },
    ];
    for made in made {
        says_whose_its_keys_are(|answers| made(registration, booking(ANN, answers)));
    }
    says_whose_its_keys_are(|answers| {
        let answers = Some(answers);
        Fact::HoldConfirmed { gathering: TALK, registration, booker: ANN, answers, pending: None }
    });
}

fn says_whose_its_keys_are(fact: impl Fn(Sealed<Answers>) -> Fact) {
    let place = Place::new();
    let before = place.keyring();
    // Somebody else has the first keys.
    before.seal_answers(BOB, VISIT, &diet("no milk")).unwrap();
    let answers = before.seal_answers(ANN, TALK, &diet("no nuts")).unwrap();
    drop(before);

    let after = place.keyring();
    let fact = fact(answers.clone());
    learn(&after, &fact).unwrap();
    learn(&after, &fact).unwrap();
    assert!(matches!(after.answers(ANN, TALK, &answers), Opened::Known(_)), "{fact:?}");
    assert_eq!(after.seal_answers(ANN, TALK, &diet("")).unwrap().keys(), answers.keys(), "{fact:?}");
    let (ann, _) = both(answers.keys());
    assert_eq!(one(after.seal_person(ANN, &details("Ann")).unwrap().keys()), ann, "{fact:?}");
}

/// Of the talk the log has nothing sealed but a resource that was attached.
#[test]
fn after_a_restart_a_resource_says_whose_its_key_is() {
    let place = Place::new();
    let before = place.keyring();
    before.seal_join_link(VISIT, &link("https://v")).unwrap();
    let slides = before.seal_resource_link(TALK, SLIDES, &file("https://s")).unwrap();
    drop(before);

    let after = place.keyring();
    let fact = attached(TALK, SLIDES, slides.clone());
    learn(&after, &fact).unwrap();
    learn(&after, &fact).unwrap();
    assert!(matches!(after.resource_link(TALK, SLIDES, &slides), Opened::Known(_)));
    assert_eq!(after.seal_join_link(TALK, &link("https://y")).unwrap().keys(), slides.keys());
    let recording = after.seal_resource_link(TALK, RECORDING, &file("https://r")).unwrap();
    assert_eq!(recording.keys(), slides.keys());
    assert_ne!(after.seal_join_link(VISIT, &link("https://v")).unwrap().keys(), slides.keys());
}

/// Of Bob the log has nothing but his public name; of the visit nothing but the link that came when it moved online.
#[test]
fn after_a_restart_a_published_name_and_a_later_link_say_whose_their_keys_are() {
    let place = Place::new();
    let before = place.keyring();
    let name = before.seal_published_name(BOB, &public("Dr Bob")).unwrap();
    let join = before.seal_join_link(VISIT, &link("https://x")).unwrap();
    drop(before);

    let after = place.keyring();
    let moved = |join_link| Fact::ModeChanged { gathering: VISIT, mode: Mode::Online, join_link };
    let published = Fact::NamePublished { person: BOB, name: name.clone() };
    for fact in [published, moved(Some(join.clone())), moved(None)] {
        learn(&after, &fact).unwrap();
        learn(&after, &fact).unwrap();
    }
    let Opened::Known(opened) = after.published_name(BOB, &name) else { panic!("not known") };
    assert_eq!(opened.expose().as_str(), "Dr Bob");
    assert_eq!(after.seal_person(BOB, &details("Bob")).unwrap().keys(), name.keys());
    assert_eq!(after.seal_join_link(VISIT, &link("https://y")).unwrap().keys(), join.keys());
    assert_ne!(
        after.seal_person(ANN, &details("Ann")).unwrap().keys(),
        name.keys(),
        "it is not given out again"
    );
}

#[test]
fn destroying_a_persons_key_shuts_the_published_name() {
    let place = Place::new();
    let keyring = place.keyring();
    let name = keyring.seal_published_name(ANN, &public("Dr Ann")).unwrap();
    let other = keyring.seal_published_name(BOB, &public("Dr Bob")).unwrap();
    let at = HEADER + SLOT * usize::try_from(one(name.keys()).get()).unwrap();
    place.change(|bytes| bytes[at..at + SLOT].fill(0));
    let keyring = place.keyring();
    assert_eq!(why(&keyring.published_name(ANN, &name)), Some(Unavailable::Damaged));
    assert!(matches!(keyring.published_name(BOB, &other), Opened::Known(_)));
}

#[test]
fn destroying_either_key_shuts_the_answers() {
    let place = Place::new();
    let keyring = place.keyring();
    let answers = keyring.seal_answers(ANN, TALK, &diet("no nuts")).unwrap();
    let (person, gathering) = both(answers.keys());
    let whole = place.bytes();
    for key in [person, gathering] {
        let at = HEADER + SLOT * usize::try_from(key.get()).unwrap();
        place.change(|bytes| bytes[at..at + SLOT].fill(0));
        assert_eq!(why(&place.keyring().answers(ANN, TALK, &answers)), Some(Unavailable::Damaged));
        fs::write(&place.path, &whole).unwrap();
        assert!(matches!(place.keyring().answers(ANN, TALK, &answers), Opened::Known(_)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However a run ends and whatever of it the log kept, no key in use is given out again.
    #[test]
    fn fresh_keys_after_a_restart_are_not_among_those_in_use(
        runs in prop::collection::vec((1..400_usize, any::<u64>()), 1..4),
    ) {
        let place = Place::new();
        let mut used = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for (count, kept) in runs {
            let vault = place.open();
            used.iter().try_for_each(|&key| vault.in_use(key)).unwrap();
            let fresh: Vec<KeyRef> = (0..count).map(|_| vault.fresh().unwrap()).collect();
            prop_assert!(fresh.is_sorted());
            prop_assert!(used.iter().all(|key| Some(key) < fresh.first()));
            for (nth, key) in fresh.into_iter().enumerate().filter(|(nth, _)| kept >> (nth % 64) & 1 == 1) {
                prop_assert!(used.insert(key), "{nth}");
                prop_assert!(keys.insert(*vault.key(key).unwrap().expose()), "{nth}");
            }
        }
        let vault = place.open();
        let read: BTreeSet<_> = used.iter().map(|&key| *vault.key(key).unwrap().expose()).collect();
        prop_assert_eq!(read, keys);
    }
}

/// What they sealed may lie in a torn end of the log: `forgetting::torn` has what a desk does about that.
#[test]
fn keys_that_no_record_names_are_given_out_again() {
    let place = Place::used();
    assert_eq!(place.open().fresh().unwrap().get(), 0);
    let vault = place.open();
    vault.in_use(KeyRef::new(5)).unwrap();
    assert_eq!(vault.fresh().unwrap().get(), 6);
}

#[test]
fn the_file_appears_with_the_first_key_and_grows_by_pools() {
    let place = Place::new();
    let vault = place.open();
    let id = vault.id();
    assert!(place.names().is_empty());
    let length_after = |keys: u64| HEADER + SLOT * usize::try_from(keys).unwrap();
    for number in 0..=POOL {
        assert_eq!(vault.fresh().unwrap().get(), number);
        let pools = number / POOL + 1;
        assert_eq!(place.bytes().len(), length_after(pools * POOL));
    }
    assert_eq!((vault.id(), place.open().id()), (id, id));
    assert_eq!(place.names(), ["bookings.keys"]);
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::used();
    assert_eq!(fs::metadata(&place.path).unwrap().permissions().mode() & 0o777, 0o600);
}

/// The bytes are a promise: tomorrow's version reads today's file.
#[test]
fn header_and_slots_lie_where_they_are_described() {
    let place = Place::used();
    let bytes = place.bytes();
    let vault = place.open();
    assert_eq!(&bytes[..16], b"gather keys\r\n\x1a\n\0");
    assert_eq!(bytes[16..24], [1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(bytes[24..40], *vault.id().uuid().as_bytes());
    assert_eq!(bytes[40..56], *LOG.uuid().as_bytes());
    assert!(bytes[56..508].iter().all(|&byte| byte == 0));
    assert_eq!(bytes[508..512], crc32fast::hash(&bytes[..508]).to_le_bytes());
    for number in [0_u64, 1, 255] {
        let at = HEADER + SLOT * usize::try_from(number).unwrap();
        let slot = &bytes[at..at + SLOT];
        assert_eq!(slot[..8], [1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(slot[8..40], *vault.key(KeyRef::new(number)).unwrap().expose());
        assert!(slot[40..124].iter().all(|&byte| byte == 0));
        let covered = [vault.id().uuid().as_bytes(), &number.to_le_bytes()[..], &slot[..124]].concat();
        assert_eq!(slot[124..], crc32fast::hash(&covered).to_le_bytes());
    }
}

#[test]
fn the_key_file_knows_nothing_of_people() {
    let place = Place::new();
    let (keyring, person) = (place.keyring(), PersonId::random());
    keyring.seal_person(person, &details("Canary Wharf")).unwrap();
    let bytes = place.bytes();
    assert!(!bytes.windows(6).any(|window| window == b"Canary"));
    assert!(!bytes.windows(16).any(|window| window == person.uuid().as_bytes()));
}

// ---- a crash while the file is made or grown ----

#[test]
fn what_a_crash_left_while_the_file_was_made_is_cleared_away() {
    let place = Place::new();
    fs::write(place.folder.path().join("bookings.keys.new"), b"half a header").unwrap();
    assert_eq!(place.open().fresh().unwrap().get(), 0);
    assert_eq!(place.names(), ["bookings.keys"]);
    assert!(place.open().key(KeyRef::new(255)).is_ok());
}

#[test]
fn a_torn_pool_is_completed_and_no_whole_slot_of_it_is_written_over() {
    for whole_slots in [0, 1, 255, 256, 300] {
        for rest in [1, 64, 127] {
            let place = Place::used();
            let vault = place.open();
            (0..300).for_each(|number| assert_eq!(vault.fresh().unwrap().get(), number));
            let kept = HEADER + SLOT * whole_slots;
            place.change(|bytes| bytes.truncate(kept + rest));
            let before = place.bytes();

            let vault = place.open();
            let fresh: Vec<u64> = (0..400).map(|_| vault.fresh().unwrap().get()).collect();
            assert_eq!(fresh, (0..400).collect::<Vec<_>>(), "{whole_slots} slots and {rest} bytes");
            assert_eq!(place.bytes()[..kept], before[..kept]);
            assert_eq!(place.bytes().len(), HEADER + SLOT * 512);
            assert!((0..512).all(|number| vault.key(KeyRef::new(number)).is_ok()));
        }
    }
}

#[test]
fn slots_that_a_crash_left_empty_are_passed_over() {
    let place = Place::used();
    place.change(|bytes| bytes[HEADER + SLOT * 2..HEADER + SLOT * 256].fill(0));
    let vault = place.open();
    let fresh: Vec<u64> = (0..4).map(|_| vault.fresh().unwrap().get()).collect();
    assert_eq!(fresh, [0, 1, 256, 257]);
}

// ---- files that are not what they should be ----

/// Opens what is in the place, which must fail and leave every byte as it is.
fn refused(place: &Place, log: LogId) -> VaultError {
    let before = place.bytes();
    let error = FileVault::open(&place.path, log).unwrap_err();
    assert_eq!(place.bytes(), before, "{error}");
    assert_eq!(place.names(), ["bookings.keys"], "{error}");
    assert_eq!(error.path(), Some(&*place.path));
    assert!(error.to_string().contains("bookings.keys"), "{error}");
    error
}

#[test]
fn the_key_file_of_another_log_is_refused_by_name() {
    let other = LogId::from_u128(9);
    let error = refused(&Place::used(), other);
    assert!(error.is_foreign(), "{error}");
    assert!(error.to_string().contains(&LOG.to_string()) && error.to_string().contains(&other.to_string()));
}

#[test]
fn a_header_that_is_cut_off_is_damaged() {
    for length in [0, 1, 16, 100, 511] {
        let place = Place::used();
        place.change(|bytes| bytes.truncate(length));
        let error = refused(&place, LOG);
        assert!(error.is_damaged(), "{length}: {error}");
    }
}

#[test]
fn every_flipped_bit_of_the_header_is_noticed() {
    let place = Place::used();
    for byte in 0..HEADER {
        place.change(|bytes| bytes[byte] ^= 1 << (byte % 8));
        let error = refused(&place, LOG);
        assert_eq!(
            (error.is_not_a_key_file(), error.is_damaged()),
            (byte < 16, byte >= 16),
            "{byte}: {error}"
        );
        place.change(|bytes| bytes[byte] ^= 1 << (byte % 8));
    }
    assert!(FileVault::open(&place.path, LOG).is_ok());
}

#[test]
fn what_is_no_key_file_is_refused() {
    let place = Place::new();
    for content in [&b"name,email\nAnn,ann@example.org\n"[..], &[0; 4096], b"x"] {
        fs::write(&place.path, content).unwrap();
        let error = refused(&place, LOG);
        assert!(error.is_not_a_key_file(), "{error}");
    }
}

#[test]
fn a_key_file_of_format_0_is_refused_by_name() {
    let place = Place::used();
    place.change(|bytes| {
        bytes[16] = 0;
        let checksum = crc32fast::hash(&bytes[..508]).to_le_bytes();
        bytes[508..512].copy_from_slice(&checksum);
    });
    let error = refused(&place, LOG);
    assert!(error.is_older() && !error.is_newer() && !error.is_damaged(), "{error}");
    assert!(error.to_string().contains("format 0, a draft that is read no more"), "{error}");
}

#[test]
fn a_newer_format_or_an_unknown_flag_is_said_to_be_newer() {
    for byte in [16, 20] {
        let place = Place::used();
        place.change(|bytes| {
            bytes[byte] = 2;
            let checksum = crc32fast::hash(&bytes[..508]).to_le_bytes();
            bytes[508..512].copy_from_slice(&checksum);
        });
        let error = refused(&place, LOG);
        assert!(error.is_newer(), "{error}");
    }
}

#[test]
fn a_folder_in_its_place_is_refused() {
    let place = Place::new();
    fs::create_dir(&place.path).unwrap();
    assert!(FileVault::open(&place.path, LOG).unwrap_err().is_not_a_key_file());
    assert!(place.path.is_dir());
}

#[test]
fn a_folder_that_is_not_there_takes_no_key_file() {
    let place = Place::new();
    let vault = FileVault::open(place.folder.path().join("gone").join("keys"), LOG).unwrap();
    let error = vault.fresh().unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    assert!(place.names().is_empty());
    fs::create_dir(place.folder.path().join("gone")).unwrap();
    assert_eq!(vault.fresh().unwrap().get(), 0, "the same call works once there is room");
}

/// The superuser may write to whatever there is, so nobody can be sure of an error here.
#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_written_is_refused_or_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::used();
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o400)).unwrap();
    let may_write = fs::OpenOptions::new().write(true).open(&place.path).is_ok();
    let before = place.bytes();
    let opened = FileVault::open(&place.path, LOG);
    assert_eq!(opened.is_ok(), may_write);
    assert!(opened.is_ok() || opened.unwrap_err().is_unavailable());
    assert_eq!(place.bytes(), before);
    assert_eq!(fs::metadata(&place.path).unwrap().permissions().mode() & 0o777, 0o400);
}

#[test]
fn a_key_file_that_turns_up_under_an_open_vault_is_not_written_over() {
    let place = Place::new();
    let early = place.open();
    let restored = Place::used();
    fs::copy(&restored.path, &place.path).unwrap();
    let before = place.bytes();
    let error = early.fresh().unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    assert_eq!(place.bytes(), before);
    assert_eq!(place.names(), ["bookings.keys"]);
}

// ---- damaged and lost keys ----

#[test]
fn every_flipped_bit_of_a_slot_damages_its_key_and_no_other() {
    let place = Place::used();
    let at = HEADER + SLOT;
    for byte in 0..SLOT {
        place.change(|bytes| bytes[at + byte] ^= 1 << (byte % 8));
        let vault = place.open();
        let error = vault.key(KeyRef::new(1)).unwrap_err();
        assert!(error.is_damaged(), "{byte}: {error}");
        assert_eq!((error.key(), error.path()), (Some(KeyRef::new(1)), Some(Path::new(&place.path))));
        assert!(vault.key(KeyRef::new(0)).is_ok() && vault.key(KeyRef::new(2)).is_ok());
        assert!(vault.in_use(KeyRef::new(1)).is_ok(), "it is asked for when something is opened");
        place.change(|bytes| bytes[at + byte] ^= 1 << (byte % 8));
    }
    assert!(place.open().key(KeyRef::new(1)).is_ok());
}

/// Whoever keeps copies of the keys destroys older ones, and has to know before that the newest is whole.
#[test]
fn every_key_of_a_key_file_can_be_checked_without_being_opened() {
    for wrapping in [None, Some(Key::from_bytes([7; 32]))] {
        let place = Place::new();
        let options = FileVault::options();
        let options = wrapping.into_iter().fold(options, FileVaultOptions::wrapping_key);
        let vault = options.open(&place.path, LOG).unwrap();
        let erased = vault.fresh().unwrap();
        vault.erase(erased).unwrap();
        let sound = verify_keys(&place.path).unwrap();
        let slots = u64::try_from((place.bytes().len() - HEADER) / SLOT).unwrap();
        assert_eq!((sound.log, sound.whole, sound.erased), (LOG, slots - 1, 1));
        assert!(sound.is_sound());
        assert_eq!(sound.to_string(), format!("{} keys, 1 destroyed on purpose, none damaged", slots - 1));

        for byte in 0..SLOT {
            place.change(|bytes| bytes[HEADER + 2 * SLOT + byte] ^= 1);
            let found = verify_keys(&place.path).unwrap();
            assert_eq!(
                (found.damaged.as_slice(), found.whole),
                (&[KeyRef::new(2)][..], slots - 2),
                "byte {byte}"
            );
            assert!(found.to_string().ends_with("1 damaged, the first is key 2"), "{found}");
            place.change(|bytes| bytes[HEADER + 2 * SLOT + byte] ^= 1);
        }
        place.change(|bytes| bytes.extend_from_slice(&[1; SLOT - 1]));
        assert_eq!(verify_keys(&place.path).unwrap(), sound, "a slot that is being written is none yet");
        place.change(|bytes| bytes[100] ^= 1);
        assert!(verify_keys(&place.path).unwrap_err().is_damaged());
        assert!(verify_keys(place.folder.path().join("none")).unwrap_err().is_unavailable());
    }
}

#[test]
fn a_slot_in_another_ones_place_is_damaged() {
    let place = Place::used();
    place.change(|bytes| bytes.copy_within(HEADER..HEADER + SLOT, HEADER + SLOT));
    assert!(place.open().key(KeyRef::new(1)).unwrap_err().is_damaged());
}

#[test]
fn a_slot_of_a_newer_kind_is_said_to_be_newer() {
    let place = Place::used();
    let vault = place.open();
    place.change(|bytes| {
        let slot = &mut bytes[HEADER..HEADER + SLOT];
        slot[0] = 9;
        let covered = [vault.id().uuid().as_bytes(), &0_u64.to_le_bytes()[..], &slot[..124]].concat();
        slot[124..].copy_from_slice(&crc32fast::hash(&covered).to_le_bytes());
    });
    assert!(vault.key(KeyRef::new(0)).unwrap_err().is_newer());
}

#[test]
fn a_damaged_key_shows_with_what_it_sealed() {
    let place = Place::new();
    let keyring = place.keyring();
    let ann = keyring.seal_person(ANN, &details("Ann")).unwrap();
    let bob = keyring.seal_person(BOB, &details("Bob")).unwrap();
    place.change(|bytes| bytes[HEADER + 20] ^= 1);

    let keyring = place.keyring();
    learn(&keyring, &recorded(ANN, ann.clone())).unwrap();
    learn(&keyring, &recorded(BOB, bob.clone())).unwrap();
    assert_eq!(why(&keyring.person(ANN, &ann)), Some(Unavailable::Damaged));
    assert_eq!(name_in(&keyring.person(BOB, &bob)), Some("Bob"));
    assert!(
        keyring.seal_person(ANN, &details("Ann")).unwrap_err().is_damaged(),
        "no second key in its place"
    );
}

#[test]
fn a_lost_key_file_is_told_by_the_keys_that_are_missing() {
    let place = Place::new();
    let ann = place.keyring().seal_person(ANN, &details("Ann")).unwrap();
    fs::remove_file(&place.path).unwrap();

    let keyring = place.keyring();
    let error = learn(&keyring, &recorded(ANN, ann.clone())).unwrap_err();
    assert!(error.is_missing());
    assert_eq!(error.key(), Some(one(ann.keys())));
    assert!(error.to_string().contains("lost") && error.to_string().contains("key 0"), "{error}");
    assert_eq!(why(&keyring.person(ANN, &ann)), Some(Unavailable::KeyMissing));
    assert!(place.names().is_empty(), "no empty key file in its place");
}

#[test]
fn an_older_key_file_is_told_by_the_keys_that_are_missing() {
    let place = Place::used();
    let older = place.bytes();
    let vault = place.open();
    let given: Vec<KeyRef> = (0..=POOL).map(|_| vault.fresh().unwrap()).collect();
    fs::write(&place.path, &older).unwrap();

    let vault = place.open();
    let missing: Vec<VaultError> = given.into_iter().filter_map(|key| vault.in_use(key).err()).collect();
    assert_eq!(missing.len(), 1);
    assert!(missing[0].is_missing() && missing[0].to_string().contains("256 keys"), "{}", missing[0]);
    assert_eq!(missing[0].key(), Some(KeyRef::new(POOL)));
    assert_eq!(place.bytes(), older);
}

#[test]
fn a_key_file_keeps_its_place_wherever_the_host_goes() {
    let vault = FileVault::open("keys.that.are.never.made", LOG).unwrap();
    let error = vault.key(KeyRef::new(0)).unwrap_err();
    let named = error.path().unwrap();
    assert!(named.is_absolute(), "made with the first key, it would be made in another folder: {named:?}");
}

#[test]
fn keys_whose_log_is_gone_get_no_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let _ = Desk::open(folder.path()).unwrap().record_person(PersonDetails::new("Ann")).unwrap();
    let (log, away) = (folder.path().join("log.gather"), folder.path().join("away"));
    fs::rename(&log, &away).unwrap();
    let Err(Error::Vault(error)) = Desk::open(folder.path()) else { panic!("it opened") };
    assert!(error.is_foreign(), "{error}");
    assert!(error.to_string().contains("log.gather"), "{error}");
    assert!(!log.exists(), "a new log would be in the way of the old one");
    fs::rename(&away, &log).unwrap();
    assert!(Desk::open(folder.path()).is_ok());
}

#[cfg(target_os = "linux")]
#[test]
fn something_other_than_a_file_is_no_key_file_and_holds_nobody_up() {
    let error = FileVault::open("/dev/zero", LOG).unwrap_err();
    assert!(error.is_not_a_key_file(), "{error}");
}

#[cfg(unix)]
#[test]
fn a_key_file_that_was_removed_gives_out_no_more_keys() {
    let place = Place::used();
    let vault = place.open();
    fs::remove_file(&place.path).unwrap();
    let error = vault.fresh().unwrap_err();
    assert!(error.is_unavailable() && error.path() == Some(place.path.as_path()), "{error}");
    assert!(vault.key(KeyRef::new(0)).is_ok(), "what was sealed can be read while the desk is open");
}

#[test]
fn a_refused_request_takes_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path()).unwrap();
    for nth in 0..300 {
        let answers = Answers::new().answer("diet", "vegan");
        let register = Register::new(GatheringId::from_u128(nth), PersonId::from_u128(nth)).answers(answers);
        assert!(desk.execute(register).unwrap_err().refusal().is_some());
    }
    assert!(!folder.path().join("keys.gather").exists(), "nothing was sealed");
    let _ = desk.record_person(PersonDetails::new("Ann")).unwrap();
    let one_pool = fs::metadata(folder.path().join("keys.gather")).unwrap().len();
    assert_eq!(one_pool, 512 + 256 * 128);
}
