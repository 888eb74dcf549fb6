//! What requires what: nothing is left standing without what it needs, however deep that goes.

use gather::{Desk, Gathering, Offering, OfferingId, PersonId, Pool, PoolId, Register, Transfer, Venue};

/// What requires what may go as deep as there are offerings: deeper than a thread's stack.
#[test]
fn a_long_chain_of_requirements_changes_hands_and_ends_as_a_whole() {
    const LENGTH: u16 = 4_000;
    let chain = (1..=LENGTH).map(|number| {
        let step = Offering::new(OfferingId::new(number), "step", [PoolId::new(1)]);
        if number == 1 { step } else { step.requires(OfferingId::new(number - 1)) }
    });
    let course = Gathering::conference("Steps", Venue::new("Hall")).at("2099-03-20 UTC".parse().unwrap());
    let course =
        chain.fold(course.pool(Pool::new(PoolId::new(1), "hall", u32::from(LENGTH))), Gathering::offering);
    let desk = Desk::in_memory();
    let course = desk.announce(course).unwrap().outcome;
    let (ann, bob) = (PersonId::random(), PersonId::random());
    let booked: Vec<_> = (1..=LENGTH)
        .map(|number| Register::new(course, ann).offering(OfferingId::new(number)))
        .map(|step| desk.execute(step).unwrap().outcome.registration())
        .collect();

    assert_eq!(desk.execute(Transfer::new(booked[0], bob)).unwrap().facts.len(), booked.len());
    let ended = desk.cancel_registration(booked[0]).unwrap().outcome.ended;
    assert_eq!(ended, booked[1..], "each after what it needs");
    assert_eq!(desk.gathering(course).unwrap().offerings[0].left, Some(i64::from(LENGTH)));
}
