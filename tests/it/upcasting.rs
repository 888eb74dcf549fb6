//! How a fact's shape was changed, the whole way: a log that was written before, byte by byte as `docs/format.md` has it,
//! is today's facts when it is read, folds to what they fold to, and is gone on with.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use gather::log::{Batch, Chain, FileLog, Guard, Log, MemoryLog, Scope, StoredBatch, decode};
use gather::privacy::MemoryVault;
use gather::{
    Announcement, Booking, Capacity, Desk, Ending, Fact, GatheringId, LogId, OfferingId, Overbook, Party,
    PersonId, PoolId, Position, Register, RegistrationId, RequestId,
};

/// A small story of first versions in layout 1: announced, filled, somebody in line, a place given back.
const STORY: &[u8] = include_bytes!("../data/format1d.gather");
/// Bodies of first versions, each frozen when it was written.
const FACTS: &str = include_str!("../data/facts.txt");

const LOG: LogId = LogId::from_u128(0xF0D);
const GATHERING: GatheringId = GatheringId::from_u128(0x11);
const FIRST: RegistrationId = RegistrationId::from_u128(0x31);
const SECOND: RegistrationId = RegistrationId::from_u128(0x32);
const ANN: PersonId = PersonId::from_u128(0x21);
const BOB: PersonId = PersonId::from_u128(0x22);
/// The workshop's one offering.
const OFFERING: u8 = 3;

fn time(nth: usize) -> DateTime<Utc> {
    let seconds = 1_767_225_601 + i64::try_from(nth).unwrap();
    DateTime::from_timestamp(seconds, 0).unwrap()
}

/// A number as postcard writes it: seven bits a byte, the lowest first.
fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7F {
        bytes.push(u8::try_from(number & 0x7F).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

fn counted(bytes: &[u8]) -> Vec<u8> {
    [varint(u64::try_from(bytes.len()).unwrap()), bytes.to_vec()].concat()
}

type OldFact = (u8, u8, Vec<u8>, Vec<u8>);

/// The tags that the facts name by a letter: their type and their id.
fn tag(letter: u8) -> Vec<u8> {
    let (code, id) = match letter {
        b'g' => (1, GATHERING.bytes()),
        b'a' => (2, ANN.bytes()),
        b'b' => (2, BOB.bytes()),
        b'1' => (3, FIRST.bytes()),
        _ => (3, SECOND.bytes()),
    };
    [&[code][..], &id].concat()
}

/// The letters of a batch, each once, in the order in which they are first named: the places of the tag table.
fn table_of(facts: &[OldFact]) -> Vec<u8> {
    let mut table = Vec::new();
    for letter in facts.iter().flat_map(|(_, _, letters, _)| letters) {
        if !table.contains(letter) {
            table.push(*letter);
        }
    }
    table
}

/// A fact as it was stored: kind, version, places of its tags, body.
fn old_fact((kind, version, letters, body): &OldFact, table: &[u8]) -> Vec<u8> {
    let place = |letter| u8::try_from(table.iter().position(|known| known == letter).unwrap()).unwrap();
    let places: Vec<u8> = letters.iter().map(place).collect();
    [vec![*kind, *version], counted(&places), counted(body)].concat()
}

/// The body of a frozen fact of layout 1, which ends its line.
fn frozen_body(name: &str, before: &str) -> Vec<u8> {
    let line = FACTS.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    let (_, body) = line.split_once(before).unwrap();
    let pairs = body.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// The workshop without its join link, which a key would be needed for.
fn announced_v1() -> Vec<u8> {
    // One fact of kind 2, version 1, about the first tag, with so many bytes: the rest of the line.
    let body = frozen_body("GatheringAnnounced ", "0102010100b101");
    let link = [1, 1, 1, 0xAC, 2, 3, 0xAA, 0xBB, 0xCC];
    [body.strip_suffix(&link).unwrap(), &[0]].concat()
}

/// The facts as they were then, batch by batch. In the first version a registration could only be cancelled, and said by
/// whom; nobody was overbooked, nothing was set aside.
fn facts_then() -> Vec<Vec<OldFact>> {
    let fact = |kind, letters: &str, body: &[u8]| (kind, 1, letters.as_bytes().to_vec(), body.to_vec());
    let booking = [OFFERING, 0, 0, 0];
    let ahead_of_nobody = [&booking[..], &[0]].concat();
    let (attendee, organiser) = ([1], [2]);
    let moved = frozen_body("GatheringRescheduled ", "010301010025");
    vec![
        vec![fact(2, "g", &announced_v1())],
        vec![fact(4, "g", &[]), fact(6, "g", &[1, 1, 1])],
        vec![fact(8, "g1a", &booking)],
        vec![fact(9, "g2b", &ahead_of_nobody)],
        vec![fact(11, "g1", &attendee), fact(10, "g2", &[])],
        vec![fact(3, "g", &moved)],
        vec![fact(11, "g2", &organiser)],
    ]
}

/// A batch of layout 1: nothing in it says what was asked.
fn old_batch(nth: usize, seen: u64, facts: &[OldFact]) -> Vec<u8> {
    let micros = u64::try_from(time(nth).timestamp_micros()).unwrap();
    let table = table_of(facts);
    let count = |length: usize| varint(u64::try_from(length).unwrap());
    // Layout; id; time, zigzag; no actor and no trace; what was seen, of everything.
    let prologue =
        [vec![1], request(nth).bytes().to_vec(), varint(micros << 1), vec![0, 0], varint(seen), vec![0]];
    let tags = [count(table.len()), table.iter().flat_map(|letter| tag(*letter)).collect()];
    let facts = [count(facts.len()), facts.iter().flat_map(|fact| old_fact(fact, &table)).collect()];
    [prologue.concat(), tags.concat(), facts.concat()].concat()
}

fn request(nth: usize) -> RequestId {
    RequestId::from_u128(0x400 + u128::try_from(nth).unwrap())
}

/// The whole file, as it would have been written then.
fn written_then() -> Vec<u8> {
    let salt = [0x5A; 16];
    let mut chain = Chain::genesis(LOG);
    let mut file = b"\x89gather\n".to_vec();
    file.extend([1, 0, 0, 0, 0, 0, 0, 0]);
    file.extend(LOG.bytes());
    file.extend(salt);
    file.extend(chain.bytes());
    file.extend([0; 44]);
    file.extend(crc32fast::hash(&file).to_le_bytes());
    let mut position = 1_u64;
    for (nth, facts) in facts_then().iter().enumerate() {
        let payload = old_batch(nth, position - 1, facts);
        chain = chain.then(&payload);
        let (offset, count) = (u64::try_from(file.len()).unwrap(), u32::try_from(facts.len()).unwrap());
        let mut header = vec![0xA7, b'g', b'f', b'r', 1, 1, 80, 0];
        header.extend(u32::try_from(payload.len()).unwrap().to_le_bytes());
        header.extend(count.to_le_bytes());
        for number in [offset, position, offset] {
            header.extend(number.to_le_bytes());
        }
        header.extend(chain.bytes());
        header.extend(crc32fast::hash(&payload).to_le_bytes());
        let salted = [&salt[..], &header].concat();
        header.extend(crc32fast::hash(&salted).to_le_bytes());
        file.extend([header, payload].concat());
        position += u64::from(count);
    }
    file
}

/// The same story in today's facts, written by hand.
fn facts_today() -> Vec<Vec<Fact>> {
    let (gathering, draws) = (GATHERING, Vec::new());
    let booking = |person| Booking::new(OfferingId::new(u16::from(OFFERING)), Party::one(person));
    let ended = |registration, how| Fact::RegistrationEnded { gathering, registration, how };
    let schedule = "2026-03-20 to 2026-03-21 Europe/London".parse().unwrap();
    let one = Fact::CapacityChanged {
        gathering,
        pool: PoolId::new(1),
        capacity: Capacity::Limited(1),
        overbook: Overbook::No,
        keep_all: false,
    };
    let announcement = Box::new(announcement());
    vec![
        vec![Fact::GatheringAnnounced { gathering, announcement, join_link: None }],
        vec![Fact::BookingOpened { gathering }, one],
        vec![Fact::RegistrationConfirmed {
            gathering,
            registration: FIRST,
            booking: booking(ANN),
            draws: draws.clone(),
        }],
        vec![Fact::RegistrationWaitlisted {
            gathering,
            registration: SECOND,
            booking: booking(BOB),
            ahead: 0,
        }],
        vec![
            ended(FIRST, Ending::Attendee),
            Fact::RegistrationPromoted { gathering, registration: SECOND, draws },
        ],
        vec![Fact::GatheringRescheduled { gathering, schedule, ask: None }],
        vec![ended(SECOND, Ending::Organiser)],
    ]
}

/// What the frozen announcement says is held in `golden.rs`.
fn announcement() -> Announcement {
    let line = FACTS.lines().find_map(|line| line.strip_prefix("GatheringAnnounced ")).unwrap();
    let pairs = line.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    let bytes: Vec<u8> = pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
    let Fact::GatheringAnnounced { announcement, .. } = decode(&bytes).unwrap().facts.remove(0) else {
        panic!("another fact")
    };
    *announcement
}

fn batches_today() -> Vec<Batch> {
    let mut seen = Position::START;
    let mut batches = Vec::new();
    for (nth, facts) in facts_today().into_iter().enumerate() {
        let guard = Guard { seen, scope: Scope::everything() };
        (0..facts.len()).for_each(|_| seen = Position::new(seen.get() + 1));
        let (id, time) = (request(nth), time(nth));
        batches.push(Batch { id, time, actor: None, trace: None, content: None, guard, facts });
    }
    batches
}

/// The story in a folder, as whoever wrote it left it.
fn old_log() -> (tempfile::TempDir, FileLog) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("log.gather"), STORY).unwrap();
    // It is from before there was a head file.
    let log = FileLog::options().rebuild_head().open_in(folder.path()).unwrap();
    (folder, log)
}

fn desk_over(log: impl Log + 'static) -> Desk {
    let clock = || time(1_000_000);
    Desk::builder().clock(clock).over(log, Arc::new(MemoryVault::new())).unwrap()
}

/// All that a desk shows of the story.
fn shown(desk: &Desk) -> Vec<String> {
    vec![
        format!("{:?}", desk.gathering(GATHERING).unwrap()),
        format!("{:?}", desk.attendee_list(GATHERING).unwrap()),
        format!("{:?}", desk.waiting_list(GATHERING).unwrap()),
        format!("{:?}", [FIRST, SECOND].map(|id| desk.registration(id).unwrap())),
        format!("{:?}", [ANN, BOB].map(|id| desk.agenda(id))),
        format!("{:?}", [FIRST, SECOND].map(|id| desk.explain(id).unwrap())),
        format!("{:?}", desk.whats_on()),
    ]
}

#[test]
fn the_story_is_written_as_it_was_then() {
    assert!(written_then() == STORY, "the frozen log is not what its bytes are described to be");
}

#[test]
fn an_old_log_is_read_as_facts_of_today() {
    let (_folder, log) = old_log();
    let read = log.read(Position::START, usize::MAX).unwrap().batches;
    let read: Vec<Batch> = read.into_iter().map(|StoredBatch { batch, .. }| batch).collect();
    assert_eq!(read, batches_today());
}

#[test]
fn an_old_log_folds_to_what_the_facts_of_today_fold_to() {
    let (_folder, old) = old_log();
    let today = MemoryLog::with_id(LOG);
    today.append(&batches_today()).unwrap();
    assert_ne!(old.anchor().unwrap().chain, today.anchor().unwrap().chain, "the bytes are others");
    let (old, today) = (desk_over(old), desk_over(today));
    assert_eq!(shown(&old), shown(&today));
    let ended = [FIRST, SECOND].map(|id| old.registration(id).unwrap().status.code());
    assert_eq!(ended, ["cancelled_by_attendee", "cancelled_by_organiser"]);
}

/// What is added to an old log is written as it is today, behind bytes that stay as they are.
#[test]
fn an_old_log_is_gone_on_with() {
    let (folder, log) = old_log();
    let desk = desk_over(log);
    let offering = OfferingId::new(u16::from(OFFERING));
    let booked = desk.execute(Register::new(GATHERING, ANN).offering(offering)).unwrap();
    assert!(booked.outcome.is_confirmed());
    let effects = desk.cancel_registration(booked.outcome.registration()).unwrap();
    let shown_before = shown(&desk);
    drop(desk);

    let bytes = std::fs::read(folder.path().join("log.gather")).unwrap();
    assert!(bytes.starts_with(STORY));
    let log = FileLog::open_in(folder.path()).unwrap();
    let read = log.read(Position::START, usize::MAX).unwrap().batches;
    assert_eq!(read.len(), batches_today().len() + 2);
    assert_eq!(read.last().unwrap().batch.facts, effects.facts);
    assert_eq!(shown(&desk_over(log)), shown_before);
}
