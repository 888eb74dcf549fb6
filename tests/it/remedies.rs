//! What a refusal says would change it does change it, and nothing less would.

use gather::testkit::{AnyCommand, History, TestClock, conferences, epoch, histories, queues};
use gather::{
    Capacity, ChangeCapacity, Desk, Failure, GatheringId, MorePlaces, Overbook, PoolId, Refusal, Remedy,
    WhatIf,
};
use proptest::prelude::*;

/// How many people a pool takes, and how many of those it is overbooked by: what a remedy is added to.
fn limit(trial: &WhatIf<'_>, gathering: GatheringId, pool: PoolId) -> Option<u32> {
    let pools = trial.pools(gathering).unwrap();
    let Capacity::Limited(places) = pools.into_iter().find(|it| it.pool == pool).unwrap().limit else {
        return None;
    };
    Some(places)
}

/// Adds places to pools, one less in one of them if asked, and says whether the command is refused for want of places.
fn refused_with(
    desk: &Desk,
    command: AnyCommand,
    more: &[MorePlaces],
    one_less_in: Option<usize>,
) -> Option<String> {
    let answer = desk.what_if(|trial| {
        for (nth, more) in more.iter().enumerate() {
            let places = more.places - u32::from(one_less_in == Some(nth));
            let limit = limit(trial, more.gathering, more.pool).expect("what has no limit is never short");
            // Without the per cent that more places would bring along.
            let change =
                ChangeCapacity::new(more.gathering, limit + places).overbook(Overbook::No).keep_all();
            drop(trial.execute(change.pool(more.pool)).unwrap());
        }
        trial.execute(command)
    });
    answer.unwrap().err().and_then(|failure| failure.refusal().map(|refusal| refusal.code().to_owned()))
}

/// Whether the places that a refusal asks for would do, and one less in any pool would not.
fn places_are_just_enough(
    desk: &Desk,
    command: impl Fn() -> AnyCommand,
    refusal: &Refusal,
) -> Result<(), TestCaseError> {
    let code = Some(refusal.code().to_owned());
    for remedy in refusal.remedies() {
        let Remedy::MorePlaces(more) = remedy else { continue };
        prop_assert!(!more.is_empty() && more.iter().all(|more| more.places > 0), "{:?}", refusal);
        let enough = refused_with(desk, command(), &more, None);
        prop_assert!(enough != code, "too few: {:?}", refusal);
        // Where there is room, somebody may still not have it.
        let for_want_of_places = ["full", "line_first", "line_only", "never_fits"];
        let is_enough = enough.as_deref().is_none_or(|code| !for_want_of_places.contains(&code));
        prop_assert!(code.as_deref() != Some("full") || is_enough, "{:?} and then {:?}", refusal, enough);
        for nth in 0..more.len() {
            let less = refused_with(desk, command(), &more, Some(nth));
            prop_assert!(less.is_some(), "one less in the {}. pool would do: {:?}", nth + 1, refusal);
        }
    }
    Ok(())
}

fn lives() -> impl Strategy<Value = History> {
    prop_oneof![histories(20..60), conferences(20..60), queues(20..60)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn more_places_are_enough_and_one_less_is_not(history in lives()) {
        let clock = TestClock::at(epoch());
        let desk = Desk::builder().clock(clock.clone()).in_memory();
        for nth in 0..history.steps.len() {
            clock.set(history.time(nth));
            let foreseen = desk.request(history.request(nth)).at(history.time(nth)).preview(history.command(nth));
            if let Err(Failure::Refused(refusal)) = &foreseen {
                places_are_just_enough(&desk, || history.command(nth), refusal)?;
            }
            let _ = history.play_step(&desk, nth);
        }
    }
}
