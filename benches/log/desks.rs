//! Registrations through a desk over a log in a file: everything that a host gets.

use std::collections::VecDeque;
use std::path::Path;

use gather::log::{Batch, FileLog, Guard, Log, Scope, Tag, encode};
use gather::{
    Booking, Content, Desk, Fact, Gathering, GatheringId, OfferingId, Party, PersonId, Position, Register,
    RegistrationId, RequestId,
};

use super::{Contestant, alone, place};

pub(crate) const BLOCKING: &str = "desk.register, threads";
pub(crate) const IN_FLIGHT: &str = "desk.submit, one caller";
pub(crate) const WITHOUT_DISK: &str = "desk.submit, one caller, no disk";

/// How many are booked to see how many bytes one takes.
const BOOKED: u64 = 1_000;

/// The bytes of an ordinary registration, as many as a desk stores: a frame header and a batch.
pub(crate) fn frame() -> Vec<u8> {
    let (gathering, person) = (GatheringId::random(), PersonId::random());
    let registration = RegistrationId::random();
    let booking = Booking::new(OfferingId::ONLY, Party::one(person));
    let scope = Scope::of([Tag::Gathering(gathering), Tag::Person(person), Tag::Registration(registration)]);
    let batch = Batch {
        id: RequestId::random(),
        time: "2026-03-05T12:00:00Z".parse().unwrap(),
        actor: None,
        trace: None,
        content: Some(Content::from_bytes([1; 8])),
        guard: Guard { seen: Position::new(100_000), scope },
        facts: vec![Fact::RegistrationConfirmed { gathering, registration, booking, draws: Vec::new() }],
    };
    [vec![0x5A; 80], encode(&batch).unwrap()].concat()
}

fn desk(folder: &Path) -> (Desk, GatheringId) {
    with_a_gathering(Desk::open(folder).unwrap())
}

fn with_a_gathering(desk: Desk) -> (Desk, GatheringId) {
    let gathering = desk.announce(Gathering::webinar("Benchmark").places(100_000_000)).unwrap().outcome;
    let _ = desk.open_booking(gathering).unwrap();
    (desk, gathering)
}

pub(crate) fn blocking(root: &Path, crowd: usize) -> Contestant {
    let (desk, gathering) = desk(&place(root, &format!("desk-{crowd}")));
    Contestant::crowd(BLOCKING, crowd, move |_| {
        assert!(desk.register(gathering, PersonId::random()).unwrap().outcome.is_confirmed());
    })
}

pub(crate) fn in_flight(root: &Path, ahead: usize) -> Contestant {
    ahead_of(IN_FLIGHT, desk(&place(root, "in-flight")), ahead)
}

/// The same over a log in memory: what deciding and showing leave, if the disk took no time at all.
pub(crate) fn in_flight_without_disk(ahead: usize) -> Contestant {
    ahead_of(WITHOUT_DISK, with_a_gathering(Desk::in_memory()), ahead)
}

fn ahead_of(name: &'static str, (desk, gathering): (Desk, GatheringId), ahead: usize) -> Contestant {
    let mut on_their_way = VecDeque::new();
    let mut one = move || {
        while on_their_way.len() < ahead {
            on_their_way.push_back(desk.submit(Register::new(gathering, PersonId::random())));
        }
        let told = on_their_way.pop_front().unwrap().wait();
        assert!(told.unwrap().outcome.is_confirmed());
    };
    Contestant::new(name, ahead, move || alone(1, &mut one))
}

/// How much a log grows by a registration, once it is closed.
pub(crate) fn bytes_each(root: &Path) -> f64 {
    let folder = place(root, "bytes");
    let length = || std::fs::metadata(folder.join("log.gather")).unwrap().len();
    let (opened, gathering) = desk(&folder);
    drop(opened);
    let before = length();
    let opened = Desk::open(&folder).unwrap();
    for _ in 0..BOOKED {
        drop(opened.submit(Register::new(gathering, PersonId::random())).wait().unwrap());
    }
    drop(opened);
    // Not more than was booked can be there.
    let held = FileLog::open_in(&folder).unwrap().anchor().unwrap().position.get();
    assert_eq!(held, BOOKED + 2);
    let grown = u32::try_from(length() - before).unwrap();
    f64::from(grown) / f64::from(u32::try_from(BOOKED).unwrap())
}
